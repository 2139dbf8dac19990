//! Everything the screen knows.

use std::sync::Arc;

use ratatui_textarea::TextArea;

use super::conversation::Entry;
use super::keys::Context;
use super::results::Results;
use super::theme::Theme;
use super::tree::Tree;
use crate::jobs::{JobId, Work};
use crate::llm::ModelInfo;
use crate::schema::Schema;

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The schema tree.
    Schema,
    /// Questions and answers.
    Conversation,
    /// The SQL.
    Editor,
    /// The rows.
    Results,
    /// The question's line.
    Ask,
}

impl Pane {
    /// In the order of Tab.
    pub const ALL: [Self; 5] = [Self::Schema, Self::Conversation, Self::Editor, Self::Results, Self::Ask];
}

/// A window over the panes.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// The key table.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// One cell.
    Cell {
        /// The column's name.
        title: String,
        /// The cell in full.
        text: String,
        /// First line shown.
        scroll: usize,
    },
}

/// A job that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningJob {
    /// Its name.
    pub job: JobId,
    /// What it does.
    pub work: Work,
    /// When it began, on the screen's clock.
    pub started_ms: u64,
    /// How much of the schema the model has read, in percent, where it does that.
    pub percent: Option<u8>,
    /// Whether it was asked to stop.
    pub stopping: bool,
}

/// A line for the person, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something that went as it should.
    Note(String),
    /// Something to mind.
    Warning(String),
}

/// The screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Colours, or none.
    pub theme: Theme,
    /// Where keys go.
    pub focus: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// What lies over the panes.
    pub window: Option<Window>,
    /// The open database's file; empty while none is.
    pub database: String,
    /// Its schema.
    pub schema: Arc<Schema>,
    /// Why it could not be opened.
    pub open_failure: Option<crate::jobs::JobFailure>,
    /// The schema pane.
    pub tree: Tree,
    /// Questions, oldest first.
    pub entries: Vec<Entry>,
    /// Lines that the conversation is scrolled up from its end.
    pub conversation_scroll: usize,
    /// The SQL.
    pub editor: TextArea<'static>,
    /// The question.
    pub ask: TextArea<'static>,
    /// Which earlier question stands in the line, counted from the newest.
    pub recalled: Option<usize>,
    /// The result pane.
    pub results: Results,
    /// The model, once it is loaded.
    pub model: Option<ModelInfo>,
    /// Jobs that have not ended.
    pub running: Vec<RunningJob>,
    /// A line for the person.
    pub notice: Option<Notice>,
    /// Milliseconds since the screen began.
    pub clock_ms: u64,
    /// Whether Ctrl+C was pressed with nothing running, and quits when pressed again.
    pub quit_armed: bool,
    pub(super) next_job: JobId,
}

impl State {
    /// An empty screen of `size`.
    pub fn new(size: (u16, u16), theme: Theme) -> Self {
        Self {
            size,
            theme,
            focus: Pane::Ask,
            zoomed: false,
            window: None,
            database: String::new(),
            schema: Arc::default(),
            open_failure: None,
            tree: Tree::default(),
            entries: Vec::new(),
            conversation_scroll: 0,
            editor: TextArea::default(),
            ask: TextArea::default(),
            recalled: None,
            results: Results::default(),
            model: None,
            running: Vec::new(),
            notice: None,
            clock_ms: 0,
            quit_armed: false,
            next_job: 1,
        }
    }

    /// Where keys go, as the key table names it.
    pub fn context(&self) -> Context {
        match (&self.window, self.focus) {
            (Some(_), _) => Context::Window,
            (None, Pane::Schema) if self.tree.filtering => Context::Filter,
            (None, Pane::Schema) => Context::Schema,
            (None, Pane::Conversation) => Context::Conversation,
            (None, Pane::Editor) => Context::Editor,
            (None, Pane::Results) => Context::Results,
            (None, Pane::Ask) => Context::Ask,
        }
    }

    /// The SQL in the editor.
    pub fn sql(&self) -> String {
        self.editor.lines().join("\n")
    }

    /// The entry that a job answers.
    pub(super) fn entry_mut(&mut self, job: JobId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.job == job)
    }

    /// Whether a question is being answered.
    pub fn is_asking(&self) -> bool {
        self.running.iter().any(|running| matches!(running.work, Work::Ask { .. }))
    }
}
