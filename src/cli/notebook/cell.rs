//! What became of a cell.

use crate::notebook::{Cell, Statement, Update, Verdict};

/// What became of a cell.
pub(super) struct CellRun {
    pub(super) line: usize,
    pub(super) title: String,
    pub(super) question: Option<String>,
    pub(super) heading: Option<String>,
    pub(super) sql: Option<String>,
    pub(super) state: CellState,
}

pub(super) enum CellState {
    /// It says so itself.
    Skipped,
    /// A question without SQL, and nobody was asked.
    Unanswered,
    /// The model has no answer: why.
    NotAnswered(String),
    Ran {
        /// As the model wrote it.
        sql: Option<String>,
        statements: Vec<Statement>,
    },
}

impl CellRun {
    /// Of `cell`.
    pub(super) fn of(cell: &Cell, state: CellState) -> Self {
        let sql = cell.sql.as_ref().map(|(sql, _)| sql.as_str());
        Self {
            line: cell.line(),
            // Without a question or a heading, its SQL tells which it is.
            title: Some(cell.title()).filter(|title| !title.is_empty()).or(sql).unwrap_or_default().trim_start().to_owned(),
            question: cell.question.as_ref().map(|(question, _)| question.clone()),
            heading: cell.heading.clone(),
            sql: cell.sql.as_ref().map(|(sql, _)| sql.clone()),
            state,
        }
    }

    fn statements(&self) -> &[Statement] {
        match &self.state {
            CellState::Ran { statements, .. } => statements,
            _ => &[],
        }
    }

    /// What it is called in JSON: of several statements, by the worst.
    pub(super) fn word(&self) -> &'static str {
        let any = |word: &str| self.statements().iter().any(|statement| verdict_word(&statement.verdict) == word);
        match &self.state {
            CellState::Skipped => "skipped",
            CellState::Unanswered => "unanswered",
            CellState::NotAnswered(_) => "failed",
            CellState::Ran { .. } => ["failed", "unreadable", "differs", "new"].into_iter().find(|word| any(word)).unwrap_or("same"),
        }
    }

    /// The exit code that it asks for.
    pub(super) fn code(&self, updating: bool) -> u8 {
        let of = |statement: &Statement| match &statement.verdict {
            Verdict::Failed(error) if error.is_refusal() => 4,
            Verdict::Failed(_) => 1,
            Verdict::Differs(_) | Verdict::Unreadable(_) if !updating => 1,
            _ => 0,
        };
        match &self.state {
            CellState::NotAnswered(_) => 1,
            _ => self.statements().iter().map(of).max().unwrap_or(0),
        }
    }

    /// What is to be kept of cell `cell`: nothing where any of it failed.
    pub(super) fn update(&self, cell: usize) -> Option<Update> {
        let CellState::Ran { sql, statements } = &self.state else { return None };
        Update::of(cell, sql.clone(), statements)
    }
}

/// What a verdict is called.
pub(super) fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Differs(_) => "differs",
        Verdict::New => "new",
        Verdict::Unreadable(_) => "unreadable",
        Verdict::Failed(_) => "failed",
    }
}
