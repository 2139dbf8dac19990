//! Moving: the cursor of whatever has the keys. Stopping: what is open, else what runs.

use ratatui::layout::Rect;

use super::super::diagram::Way;
use super::super::event::Effect;
use super::super::layout::places;
use super::super::picker::PickerKind;
use super::super::state::{Pane, PromptKind, State, Window};
use super::super::view::last_scroll;
use super::{compare, diagram, list, notebook, opening, rows, settings, train};

/// A window's text has no more lines than this.
const MOST_LINES: usize = 1_000_000;

/// Lines that the conversation can be scrolled by, up or down.
const SCROLLED: isize = 10_000;

/// Rows that a page key moves by: what is in view of a pane, about.
pub(super) fn page(state: &State) -> isize {
    let height = if state.zoomed || state.window.is_some() { state.size.1.saturating_sub(6) } else { state.size.1 / 3 };
    isize::try_from(height.max(4)).unwrap_or(10)
}

pub(super) fn move_cursor(state: &mut State, by: isize) {
    let all = places(state, Rect::new(0, 0, state.size.0, state.size.1)).all;
    let last = last_scroll(state, all).unwrap_or(0);
    match &mut state.window {
        Some(Window::Help { scroll } | Window::Text { scroll, .. }) => {
            *scroll = (*scroll).min(last).saturating_add_signed(by).min(last);
            return;
        }
        Some(Window::List(picker)) => {
            picker.move_by(by);
            settings::preview(state);
            return;
        }
        Some(Window::Compare(compare)) => {
            compare.scroll = compare.scroll.saturating_add_signed(by).min(10_000);
            return;
        }
        Some(Window::Run(pages)) => {
            pages.scroll = pages.scroll.saturating_add_signed(by).min(MOST_LINES);
            return;
        }
        Some(Window::Check(pages)) => {
            pages.scroll = pages.scroll.saturating_add_signed(by).min(MOST_LINES);
            return;
        }
        Some(Window::Diagram(shown)) => return diagram::go(shown, by),
        Some(Window::Notebook(page)) => {
            page.move_by(by);
            return;
        }
        Some(Window::Prompt(_)) => return,
        None => {}
    }
    match state.focus {
        Pane::Schema => {
            state.tree.selected = state.tree.selected.saturating_add_signed(by);
            state.tree.clamp(&state.schema);
        }
        // A page scrolls: an answer can be longer than its pane.
        Pane::Conversation if (2..1_000).contains(&by.unsigned_abs()) => {
            state.conversation_scroll = (state.conversation_scroll - by).clamp(-SCROLLED, SCROLLED);
        }
        Pane::Conversation => {
            // Up is back in time.
            let last = state.entries.len().saturating_sub(1);
            state.selected_entry = state.selected_entry.saturating_add_signed(-by).min(last);
            state.conversation_scroll = 0;
        }
        Pane::Results => state.tab_mut().results.move_by(by, 0),
        Pane::Editor => {
            if let Some(completion) = &mut state.tab_mut().completion {
                completion.move_by(by);
            }
        }
        Pane::Ask => {}
    }
}

pub(super) fn move_across(state: &mut State, by: isize) {
    match &mut state.window {
        Some(Window::Compare(compare)) => compare.turn(by),
        Some(Window::Diagram(shown)) => shown.go(if by < 0 { Way::Left } else { Way::Right }),
        _ => state.tab_mut().results.move_by(0, by),
    }
}

/// Closes what is open, else cancels what runs.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    match state.window.take() {
        Some(Window::Compare(compare)) => return compare::close(state, &compare),
        Some(Window::Notebook(page)) => return notebook::close(state, &page),
        // A line that was typed for a list goes back to it.
        Some(Window::Prompt(prompt)) => return back(state, &prompt.kind),
        Some(Window::List(picker)) if settings::is_page_below(&picker.kind) => return settings::back(state),
        Some(Window::List(picker)) if matches!(picker.kind, PickerKind::Files(_)) => return opening::open_page(state),
        Some(closed) => {
            list::behind(state, &closed);
            return Vec::new();
        }
        None => {}
    }
    if state.tree.filtering || (state.focus == Pane::Schema && !state.tree.filter.is_empty()) {
        state.tree.filtering = false;
        state.tree.filter.clear();
        return Vec::new();
    }
    let results = &mut state.tab_mut().results;
    if results.filtering {
        results.filtering = false;
        results.filter.clear();
        return rows::filter_typed(state);
    }
    stop_running(state)
}

/// Cancels the newest job that a person knows of.
pub(super) fn stop_running(state: &mut State) -> Vec<Effect> {
    if let Some(job) = state.running.iter_mut().rev().find(|job| !job.stopping && !job.is_quiet()) {
        job.stopping = true;
        return vec![Effect::Cancel(job.job)];
    }
    if state.focus == Pane::Results && !state.tab().results.filter.is_empty() {
        state.tab_mut().results.filter.clear();
        return rows::filter_typed(state);
    }
    Vec::new()
}

/// Gives up a line that was to be typed: back to the list that it was chosen from, where there was one.
fn back(state: &mut State, kind: &PromptKind) -> Vec<Effect> {
    match kind {
        PromptKind::Train(field) => train::form_at(state, train::line_of(*field)),
        PromptKind::Export(_) => rows::export(state),
        PromptKind::Open if state.opens_beside => opening::beside_page(state),
        PromptKind::Open => opening::open_page(state),
        PromptKind::Setting(name) => settings::page_of(state, name),
        _ => Vec::new(),
    }
}
