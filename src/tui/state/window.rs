//! Windows over the panes: texts, lists, lines to be typed, pages.

use std::cell::RefCell;
use std::sync::Arc;

use ratatui_textarea::TextArea;

use crate::jobs::{ExportFormat, JobId};
use crate::text;
use crate::tui::compare::Compare;
use crate::tui::diagram::Diagram;
use crate::tui::notebook::NotebookPage;
use crate::tui::pages::{CheckPages, RunPages};
use crate::tui::picker::Picker;
use crate::tui::train::Field;

/// A window over the panes.
#[derive(Debug, Clone)]
pub enum Window {
    /// The key table.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// A text: a cell, a plan, a definition.
    Text {
        /// What it is.
        title: String,
        /// The text, in full.
        text: String,
        /// First line shown.
        scroll: usize,
        /// What is copied of it, where that is not the text.
        copied: Option<String>,
        /// It in lines, as they were last drawn.
        laid: Laid,
    },
    /// A list to choose from.
    List(Picker),
    /// A line to be typed.
    Prompt(Box<Prompt>),
    /// A training run.
    Run(Box<RunPages>),
    /// A check before training.
    Check(Box<CheckPages>),
    /// Answers side by side.
    Compare(Box<Compare>),
    /// The schema as a diagram of keys.
    Diagram(Box<Diagram>),
    /// A notebook.
    Notebook(Box<NotebookPage>),
}

/// A text cut into lines for one width, kept: it is drawn again at every key, and a cell can hold many megabytes.
#[derive(Debug, Clone, Default)]
pub struct Laid(RefCell<Option<Arc<Lines>>>);

/// Lines of at most so many columns.
#[derive(Debug)]
pub struct Lines {
    /// The columns that there are.
    room: usize,
    /// The lines.
    pub lines: Vec<String>,
    /// Columns of the widest.
    pub widest: usize,
}

impl Laid {
    /// The lines for `room` columns, which `cut` makes where they are not there yet. The text is always the same.
    pub fn lines(&self, room: usize, cut: impl FnOnce() -> Vec<String>) -> Arc<Lines> {
        let mut kept = self.0.borrow_mut();
        if let Some(lines) = kept.as_ref().filter(|lines| lines.room == room) {
            return lines.clone();
        }
        let lines = cut();
        let widest = lines.iter().map(|line| text::width(line)).max().unwrap_or(0);
        kept.insert(Arc::new(Lines { room, lines, widest })).clone()
    }
}

/// A line to be typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What is typed.
    pub text: TextArea<'static>,
}

/// What a typed line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptKind {
    /// Why the answer of this job is wrong.
    Reject(JobId),
    /// A lasting hint.
    Note,
    /// Where a result goes.
    Export(ExportFormat),
    /// Where the conversation goes.
    Conversation,
    /// The title of a favourite, and its SQL.
    Favourite(String),
    /// A text to find in the rows.
    Find,
    /// The path of a database.
    Open,
    /// A line of the fine-tune form.
    Train(Field),
    /// How long the open database is learned.
    Learn,
    /// Where a command line goes.
    Command(String),
    /// Where a job for another machine goes, and every word of it.
    Handover(Vec<String>),
    /// The value of a parameter.
    Parameter(Box<Wanted>),
    /// The value of a key of `config.toml`.
    Setting(String),
    /// The path of a file of SQL to open.
    OpenSql,
    /// Where the SQL goes.
    SaveSql,
    /// The path of a notebook to open.
    Notebook,
    /// Where the conversation goes as a notebook.
    NewNotebook,
    /// The notebook that gets a cell more: its question, its SQL.
    Cell(Option<String>, String),
}

/// Statements that wait for values of their parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// They.
    pub statements: Vec<String>,
    /// Parameters without a value yet; the first is the one that is typed.
    pub names: Vec<String>,
    /// Those with one.
    pub given: Vec<(String, String)>,
}
