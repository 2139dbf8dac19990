//! A notebook on the screen: its cells, what they keep, what they give now.

use std::path::PathBuf;
use std::sync::Arc;

use crate::jobs::JobId;
use crate::notebook::{Cell, Notebook, Statement, Update, Verdict, updated};

/// Fewer lines than this are no page.
const PAGE: usize = 2;

/// The window.
#[derive(Debug, Clone, PartialEq)]
pub struct NotebookPage {
    /// Its file.
    pub path: PathBuf,
    /// As it was read.
    pub notebook: Arc<Notebook>,
    /// The database that it names: its whole path, where there is such a file.
    pub database: Option<String>,
    /// What its cells gave, in their order; empty until they ran.
    pub ran: Vec<Vec<Statement>>,
    /// Who runs them.
    pub job: Option<JobId>,
    /// The selected cell.
    pub selected: usize,
    /// First line shown of it.
    pub scroll: usize,
}

/// How a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the words say it
pub enum Standing {
    Same,
    Differs,
    New,
    Failed,
    Skipped,
    Unanswered,
    NotRun,
}

impl Standing {
    /// A sign, and a word.
    pub fn word(self) -> (char, &'static str) {
        match self {
            Self::Same => ('=', "same"),
            Self::Differs => ('≠', "differs"),
            Self::New => ('+', "nothing kept"),
            Self::Failed => ('!', "failed"),
            Self::Skipped => ('-', "skipped"),
            Self::Unanswered => ('?', "no SQL yet"),
            Self::NotRun => ('·', "not run"),
        }
    }
}

impl NotebookPage {
    /// As it was read.
    pub fn new(path: PathBuf, notebook: Arc<Notebook>, database: Option<String>) -> Self {
        Self { path, notebook, database, ran: Vec::new(), job: None, selected: 0, scroll: 0 }
    }

    /// The selected cell.
    pub fn cell(&self) -> Option<&Cell> {
        self.notebook.cells.get(self.selected)
    }

    /// What cell `at` gave.
    pub fn statements(&self, at: usize) -> &[Statement] {
        self.ran.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// How cell `at` stands: by the worst of its statements.
    pub fn standing(&self, at: usize) -> Standing {
        let Some(cell) = self.notebook.cells.get(at) else { return Standing::NotRun };
        let any = |test: fn(&Verdict) -> bool| self.statements(at).iter().any(|statement| test(&statement.verdict));
        match () {
            () if cell.skipped => Standing::Skipped,
            () if cell.sql.is_none() => Standing::Unanswered,
            () if self.statements(at).is_empty() => Standing::NotRun,
            () if any(|verdict| matches!(verdict, Verdict::Failed(_))) => Standing::Failed,
            () if any(|verdict| matches!(verdict, Verdict::Differs(_) | Verdict::Unreadable(_))) => Standing::Differs,
            () if any(|verdict| matches!(verdict, Verdict::New)) => Standing::New,
            () => Standing::Same,
        }
    }

    /// Another cell, or lines of this one: a page of them scrolls.
    pub fn move_by(&mut self, by: isize) {
        if (PAGE..1_000).contains(&by.unsigned_abs()) {
            self.scroll = self.scroll.saturating_add_signed(by).min(100_000);
            return;
        }
        let last = self.notebook.cells.len().saturating_sub(1);
        let selected = self.selected.saturating_add_signed(by).min(last);
        if selected != self.selected {
            self.selected = selected;
            self.scroll = 0;
        }
    }

    /// The file with the results of now; `None` where nothing ran or nothing differs.
    pub fn rewritten(&self) -> Option<String> {
        let updates: Vec<Update> = self.ran.iter().enumerate().filter_map(|(cell, done)| Update::of(cell, None, done)).collect();
        Some(updated(&self.notebook, &updates)).filter(|text| *text != self.notebook.text)
    }
}
