//! What comes into the screen's core, and what it wants done.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::jobs::{JobId, Report, Work};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A key went down.
    Key(KeyEvent),
    /// The mouse moved, or was pressed.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// A worker said something.
    Report(Report),
    /// The editor outside is done: its text, or why there is none.
    Edited(Result<Edited, String>),
    /// Time went by: milliseconds since the screen began.
    Tick(u64),
}

/// What an editor outside made of the SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The SQL.
    pub sql: String,
    /// What went wrong all the same.
    pub problem: Option<String>,
}

/// Something to be done outside the core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Queue a job.
    Submit {
        /// Its name.
        job: JobId,
        /// What to do.
        work: Work,
    },
    /// Ask a job to stop.
    Cancel(JobId),
    /// Put text on the clipboard.
    Copy(String),
    /// Hand a text to the person's own editor.
    Edit(String),
    /// Hear the mouse, or not.
    Mouse(bool),
    /// Stop, as any program does, until the person goes on with it.
    Suspend,
    /// Leave.
    Quit,
}
