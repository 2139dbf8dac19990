//! What the person is told, until the next key.

use super::super::state::{Notice, State};

/// Something that went as it should.
pub(super) fn note(state: &mut State, text: impl Into<String>) {
    state.notice = Some(Notice::Note(text.into()));
}

/// Something to mind.
pub(super) fn warn(state: &mut State, text: impl Into<String>) {
    state.notice = Some(Notice::Warning(text.into()));
}
