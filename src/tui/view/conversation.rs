//! The conversation pane.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation;

use super::super::conversation::{Entry, Stage};
use super::super::state::{Pane, State};
use super::super::theme::Role;
use crate::text;

pub(super) fn conversation(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let block = super::frame_of(state, Pane::Conversation, "Conversation", String::new());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if let Some(failure) = &state.open_failure {
        put(state, &mut lines, &format!("error: {}", failure.message), Role::Error, 0, width);
        if let Some(hint) = &failure.hint {
            put(state, &mut lines, &format!("hint: {hint}"), Role::Muted, 0, width);
        }
    } else if state.entries.is_empty() {
        put(state, &mut lines, "Type a question about this database below, and press Enter.", Role::Plain, 0, width);
        put(state, &mut lines, "The SQL is shown and checked first; it can only read. F1 shows every key.", Role::Muted, 0, width);
    }
    for entry in &state.entries {
        entry_lines(state, &mut lines, entry, width);
    }
    let height = usize::from(inner.height);
    let last = lines.len().saturating_sub(height);
    let first = last.saturating_sub(state.conversation_scroll);
    frame.render_widget(Paragraph::new(lines.into_iter().skip(first).take(height).collect::<Vec<_>>()), inner);
}

fn entry_lines(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, width: usize) {
    put(state, lines, &format!("> {}", entry.question), Role::Title, 0, width);
    for (_, error) in &entry.attempts {
        put(state, lines, &format!("tried, and SQLite said: {error}"), Role::Attention, 2, width);
    }
    if entry.answer.is_none() && !entry.text.is_empty() {
        put(state, lines, entry.text.trim_end(), Role::Plain, 2, width);
    }
    if let Some(answer) = &entry.answer {
        for fix in &answer.fixes {
            put(state, lines, &format!("mended: {} is now {}", fix.from, fix.to), Role::Attention, 2, width);
        }
        if let Some(error) = &answer.error {
            put(state, lines, &format!("error: {error}"), Role::Error, 2, width);
        }
    }
    if let Some(failure) = &entry.failure {
        put(state, lines, &format!("error: {}", failure.message), Role::Error, 2, width);
        if let Some(hint) = &failure.hint {
            put(state, lines, &format!("hint: {hint}"), Role::Muted, 2, width);
        }
    }
    let (word, role) = match entry.stage {
        Stage::Loading => ("Loading the model ...".to_owned(), Role::Muted),
        Stage::Reading(percent) => (format!("Reading the schema and the question: {percent}%"), Role::Muted),
        Stage::Writing => ("Writing ...".into(), Role::Muted),
        Stage::Proposed => ("Proposed".into(), Role::Muted),
        Stage::Checked => (format!("Checked: it only reads, and its names exist. Enter or F5 runs it.{}", times(entry)), Role::Good),
        Stage::Ran(rows) => (format!("Ran: {}.{}", text::counted(rows as u64, "row", "rows"), times(entry)), Role::Good),
        Stage::Failed => (format!("Failed: no SQL that runs was found.{}", times(entry)), Role::Error),
        Stage::Refused => ("Refused: it would do more than read.".into(), Role::Error),
        Stage::Cancelled => ("Cancelled; what came is kept.".into(), Role::Attention),
    };
    // Why there is no answer was said above.
    if entry.failure.is_none() {
        put(state, lines, &word, role, 2, width);
    }
}

fn times(entry: &Entry) -> String {
    let Some(timings) = entry.answer.as_ref().map(|answer| &answer.timings) else { return String::new() };
    let seconds = timings.total_ms / 1000.0;
    let speed = timings.generate.generated_tokens as f64 / (timings.generate.decode_ms / 1000.0).max(1e-3);
    if timings.generate.decode_ms > 0.0 { format!(" {seconds:.1} s, {speed:.0} tokens/s") } else { String::new() }
}

/// Adds `text`, sanitised and wrapped, `indent` columns from the left.
fn put(state: &State, lines: &mut Vec<Line<'static>>, text: &str, role: Role, indent: usize, width: usize) {
    let style = state.theme.style(role);
    for line in text::sanitize_lines(text).replace('\t', "  ").lines() {
        for part in wrap(line, width.saturating_sub(indent).max(1)) {
            lines.push(Line::from(vec![Span::raw(" ".repeat(indent)), Span::styled(part, style)]));
        }
    }
}

/// `line` in parts of at most `width` columns, cut at blanks where there are some.
pub(super) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for word in line.split_inclusive(' ') {
        if text::width(&part) + text::width(word.trim_end()) > width && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        for grapheme in word.graphemes(true) {
            if text::width(&part) + text::width(grapheme) > width && grapheme != " " {
                parts.push(std::mem::take(&mut part));
            }
            part.push_str(grapheme);
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, width: usize, expected: &[&str]) {
        assert_eq!(wrap(line, width).iter().map(|part| part.trim_end()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_are_cut_at_blanks_and_long_words_anywhere() {
        check("one two three", 7, &["one two", "three"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("日本語 x", 4, &["日本", "語 x"]);
        check("", 4, &[""]);
    }
}
