//! A check before training: the plan, the examples as the model sees them, what was left out, how long they are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::pages::{CheckPage, CheckPages};
use super::super::state::State;
use super::super::theme::Role;
use super::super::train::command;
use super::run::{framed, indented, scrolled};
use crate::text;

/// Cells of the longest bar.
const BAR: usize = 40;
/// Before every learned line: no colour is needed to see it.
const MARK: &str = "▌ ";

pub(super) fn check(state: &State, frame: &mut Frame<'_>, area: Rect, pages: &CheckPages) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let inner = framed(state, frame, area, "Check", &CheckPage::ALL.map(|page| (page.title(), page == pages.page)));
    let width = usize::from(inner.width.saturating_sub(1)).max(8);
    let lines = match pages.page {
        CheckPage::Plan => plan(state, pages, width),
        CheckPage::Examples => example(state, pages, width),
        CheckPage::LeftOut => left_out(state, pages, width),
        CheckPage::Lengths => lengths(state, pages),
    };
    scrolled(state, frame, inner, lines, pages.scroll);
}

fn plan(state: &State, pages: &CheckPages, width: usize) -> Vec<Line<'static>> {
    let preview = &pages.checked.preview;
    let mut lines = Vec::new();
    let mut say = |said: &str, role: Role| {
        lines.extend(indented(said, 0, width).into_iter().map(|line| Line::styled(line, state.theme.style(role))));
    };
    match &preview.problem {
        Some(problem) => say(&format!("This cannot be trained: {problem}"), Role::Error),
        None => say("It fits this machine; t trains it, x writes it as a job for another", Role::Good),
    }
    say("", Role::Plain);
    say(&preview.plan, Role::Plain);
    for (file, count) in &preview.files {
        say(&format!("data        {} from {file}", text::counted(*count as u64, "example", "examples")), Role::Plain);
    }
    lines.push(Line::default());
    lines.push(Line::styled("The same from a shell (y copies it, w writes it to a file):", state.theme.style(Role::Muted)));
    lines.extend(indented(&command(&pages.checked.words), 2, width).into_iter().map(Line::raw));
    lines
}

fn example(state: &State, pages: &CheckPages, width: usize) -> Vec<Line<'static>> {
    let preview = &pages.checked.preview;
    let Some(row) = preview.rows.get(pages.row) else {
        return vec![Line::styled("there are no examples", state.theme.style(Role::Muted))];
    };
    let shown = if preview.rows.len() < preview.examples { format!(" (the first {})", preview.rows.len()) } else { String::new() };
    let head = format!(
        "example {} of {}{shown}: {} tokens, {} learned, {} shared with others",
        pages.row + 1,
        text::count(preview.examples as u64),
        row.tokens,
        row.learned_tokens,
        row.shared_tokens
    );
    let mut lines: Vec<Line<'static>> = indented(&head, 0, width).into_iter().map(Line::raw).collect();
    lines.push(Line::styled(format!("learned, marked with {}", MARK.trim_end()), state.theme.style(Role::Muted)));
    lines.push(Line::default());
    // The learned part first in view: prompts are long, and what is learned is what one looks for.
    lines.extend(
        indented(&row.learned, 0, width.saturating_sub(2)).into_iter().map(|line| {
            Line::from(vec![Span::styled(MARK, state.theme.style(Role::Key)), Span::styled(line, state.theme.style(Role::Good))])
        }),
    );
    lines.push(Line::default());
    lines.push(Line::styled("behind this prompt:", state.theme.style(Role::Muted)));
    lines.extend(indented(&row.prompt, 2, width).into_iter().map(|line| Line::styled(line, state.theme.style(Role::Muted))));
    lines
}

fn left_out(state: &State, pages: &CheckPages, width: usize) -> Vec<Line<'static>> {
    let preview = &pages.checked.preview;
    if preview.dropped == 0 {
        return vec![Line::styled("Nothing was left out.", state.theme.style(Role::Good))];
    }
    let mut lines = vec![Line::raw(format!("{} left out", text::counted(preview.dropped as u64, "example was", "examples were")))];
    for one in &preview.left_out {
        let place = if one.row > 0 { format!("row {}: ", one.row) } else { String::new() };
        lines.extend(indented(&format!("{place}{}", one.reason), 0, width).into_iter().map(Line::raw));
        lines.extend(indented(&one.text, 4, width).into_iter().take(2).map(|line| Line::styled(line, state.theme.style(Role::Muted))));
    }
    if preview.left_out.len() < preview.dropped {
        lines.push(Line::styled("and others", state.theme.style(Role::Muted)));
    }
    lines
}

fn lengths(state: &State, pages: &CheckPages) -> Vec<Line<'static>> {
    let bars = &pages.checked.preview.lengths;
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut lines = vec![Line::styled("tokens of an example, prompt and answer", state.theme.style(Role::Muted))];
    lines.extend(bars.iter().map(|(from, count)| {
        let bar = "█".repeat((count * BAR).div_ceil(most));
        Line::from(vec![
            Span::raw(format!("from {:>7} {:>7}  ", text::count(*from as u64), text::count(*count as u64))),
            Span::styled(bar, state.theme.style(Role::Key)),
        ])
    }));
    lines
}
