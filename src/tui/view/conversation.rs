//! The conversation pane.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};
use unicode_segmentation::UnicodeSegmentation;

use super::super::conversation::{Entry, Stage, Verdict, WRONG_BEFORE};
use super::super::state::{Pane, State};
use super::super::theme::Role;
use super::frame::{frame_of, goes_on};
use crate::jobs::Work;
use crate::text;

/// A mended part is shown this wide at most.
const MENDED: usize = 40;

pub(super) fn conversation(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let inner = Block::bordered().inner(area);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if let Some(failure) = &state.open_failure {
        put(state, &mut lines, &format!("error: {}", failure.message), Role::Error, 0, width);
        if let Some(hint) = &failure.hint {
            put(state, &mut lines, &format!("hint: {hint}"), Role::Muted, 0, width);
        }
        put(state, &mut lines, "Ctrl+O opens another database.", Role::Plain, 0, width);
    } else if state.entries.is_empty() {
        welcome(state, &mut lines, width);
    }
    let selected = state.entries.len().checked_sub(state.selected_entry + 1).filter(|_| state.focus == Pane::Conversation);
    let shown = selected.or(state.entries.len().checked_sub(1));
    let (mut start, mut end) = (0, lines.len());
    for (number, entry) in state.entries.iter().enumerate() {
        let before = lines.len();
        entry_lines(state, &mut lines, entry, selected == Some(number), width);
        if shown == Some(number) {
            (start, end) = (before, lines.len());
        }
    }
    let height = usize::from(inner.height);
    // The end of the newest question, or of the selected one, is in view; of an answer that is too long, its beginning.
    let settled = shown.and_then(|number| state.entries.get(number)).is_some_and(Entry::is_settled);
    let last = end.saturating_sub(height);
    let first = if settled { last.min(start) } else { last };
    let first = first.saturating_add_signed(-state.conversation_scroll).min(lines.len().saturating_sub(1));
    let more = goes_on(first, lines.len(), height);
    frame.render_widget(frame_of(state, Pane::Conversation, "Conversation", more), area);
    frame.render_widget(Paragraph::new(lines.into_iter().skip(first).take(height).collect::<Vec<_>>()), inner);
}

/// What a newcomer needs to know.
fn welcome(state: &State, lines: &mut Vec<Line<'static>>, width: usize) {
    if state.database.is_empty() {
        put(state, lines, "No database is open. Ctrl+O opens one.", Role::Plain, 0, width);
        return;
    }
    let is_opening = state.running.iter().any(|job| matches!(job.work, Work::Open { .. }));
    if state.schema.tables.is_empty() && !is_opening {
        put(state, lines, "This database has no tables: there is nothing to ask about yet.", Role::Plain, 0, width);
        put(state, lines, "F5 runs SQL all the same, and tables that another program makes come here.", Role::Muted, 0, width);
        return;
    }
    if state.lacks_model() {
        put(
            state,
            lines,
            "To ask in plain words a model is needed, once: F7 shows what fits this machine and fetches it.",
            Role::Attention,
            0,
            width,
        );
        put(state, lines, "Everything else works without: b in the schema shows a table, F5 runs SQL.", Role::Muted, 0, width);
        return;
    }
    put(state, lines, "Type a question about this database below, and press Enter.", Role::Plain, 0, width);
    put(state, lines, "The SQL is shown and checked first; it can only read. F1 shows every key, F9 every screen.", Role::Muted, 0, width);
    if !state.records.accepted.is_empty() {
        let count = text::counted(state.records.accepted.len() as u64, "accepted answer", "accepted answers");
        put(state, lines, &format!("{count} on this database; asked again they come at once."), Role::Muted, 0, width);
    }
}

/// A question that is being answered is told as it goes on, the newest last; one that was answered with what matters first.
fn entry_lines(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, selected: bool, width: usize) {
    put(state, lines, &format!("> {}", entry.question), if selected { Role::Selected } else { Role::Title }, 0, width);
    if entry.follows.is_some() {
        put(state, lines, "following on the question before", Role::Muted, 2, width);
    }
    // That an answer was wrong is for the model; the person said why.
    for hint in entry.hints.iter().filter(|hint| !hint.starts_with(WRONG_BEFORE)) {
        put(state, lines, &format!("with the hint: {hint}"), Role::Muted, 2, width);
    }
    if entry.is_settled() {
        // How far it can be believed stands before what invites to keep it.
        doubt(state, lines, entry, width);
        stage(state, lines, entry, width);
        verdict(state, lines, entry, width);
        put(state, lines, &entry.described, Role::Plain, 2, width);
        answer(state, lines, entry, width);
    }
    for (_, error) in &entry.attempts {
        put(state, lines, &format!("tried, and SQLite said: {error}"), Role::Attention, 2, width);
    }
    if entry.answer.is_none() {
        put(state, lines, entry.text.trim_end(), Role::Plain, 2, width);
    }
    if !entry.is_settled() {
        stage(state, lines, entry, width);
    }
}

/// How sure the answer is, and what it leaves out.
fn doubt(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, width: usize) {
    let Some(answer) = &entry.answer else { return };
    let others = match answer.candidates.len().saturating_sub(1) {
        0 => String::new(),
        count => {
            format!(
                "; {} (v shows {})",
                text::counted(count as u64, "other result", "other results"),
                if count == 1 { "it" } else { "them" }
            )
        }
    };
    if let Some(confidence) = answer.confidence {
        let role = if confidence >= 0.7 { Role::Good } else { Role::Attention };
        put(state, lines, &format!("confidence {:.0}%: {}{others}", 100.0 * confidence, answer.reason), role, 2, width);
    } else if !answer.reason.is_empty() && answer.error.is_none() {
        put(state, lines, &format!("confidence {}{others}", answer.reason), Role::Muted, 2, width);
    }
    if !answer.missing.is_empty() {
        let words = answer.missing.join(", ");
        put(state, lines, &format!("nothing in the database or the SQL accounts for: {words}"), Role::Attention, 2, width);
    }
}

/// What went wrong with an answer, and what was mended in it.
fn answer(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, width: usize) {
    if let Some(answer) = &entry.answer {
        if let Some(error) = &answer.error {
            put(state, lines, &format!("error: {error}"), Role::Error, 2, width);
        }
        for fix in &answer.fixes {
            let short =
                |sql: &str| text::ellipsis(&text::sanitize(&sql.split_whitespace().collect::<Vec<_>>().join(" ")), MENDED).into_owned();
            let (from, to) = (short(&fix.from), short(&fix.to));
            let told = match fix.kind.as_str() {
                "kept" => text::sanitize(&fix.to).into_owned(),
                "guessed_key" => format!("guessed: {from} goes with {to}, a key that nobody declared"),
                "reading" => format!("read: {from}: {}", text::sanitize(&fix.to)),
                _ if from.is_empty() => format!("mended: {to} was added"),
                _ if to.is_empty() => format!("mended: {from} was left out"),
                _ => format!("mended: {from} is now {to}"),
            };
            put(state, lines, &told, Role::Attention, 2, width);
        }
    }
    if let Some(failure) = &entry.failure {
        put(state, lines, &format!("error: {}", failure.message), Role::Error, 2, width);
        if let Some(hint) = &failure.hint {
            put(state, lines, &format!("hint: {hint}"), Role::Muted, 2, width);
        }
    }
}

/// How far the question came.
fn stage(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, width: usize) {
    let (word, role) = match &entry.stage {
        Stage::Loading => ("Loading the model ...".to_owned(), Role::Muted),
        Stage::Reading(percent) => (format!("Reading the schema and the question: {percent}%"), Role::Muted),
        Stage::Thinking(words) => (format!("Thinking: {} ...", text::counted(*words as u64, "word", "words")), Role::Muted),
        Stage::Writing => ("Writing ...".into(), Role::Muted),
        Stage::Drawing(drafts, reason) => {
            (format!("In doubt ({reason}): {drafts} more drafts are compared. F5 runs the first meanwhile, Esc keeps it."), Role::Attention)
        }
        Stage::Proposed => ("Proposed: it is being checked ...".into(), Role::Muted),
        Stage::Checked if entry.known => ("Checked before: you accepted this answer. Enter or F5 runs it.".into(), Role::Good),
        Stage::Checked => (format!("Checked: it only reads. Enter or F5 runs it.{}", times(entry)), Role::Good),
        Stage::Ran(rows) => (format!("Ran: {}.{}", text::counted(*rows as u64, "row", "rows"), times(entry)), Role::Good),
        Stage::Failed => (format!("Failed: no SQL that runs was found.{}", times(entry)), Role::Error),
        Stage::Refused => ("Refused: it would do more than read.".into(), Role::Error),
        Stage::Cancelled => ("Cancelled; what came is kept.".into(), Role::Attention),
    };
    // Why there is no answer is said below.
    if entry.failure.is_none() {
        put(state, lines, &word, role, 2, width);
    }
}

/// What the person said of it, or can say.
fn verdict(state: &State, lines: &mut Vec<Line<'static>>, entry: &Entry, width: usize) {
    match &entry.verdict {
        Some(Verdict::Accepted) => put(state, lines, "Accepted: kept as an example for this database.", Role::Good, 2, width),
        Some(Verdict::Rejected(why)) if why.is_empty() => put(state, lines, "Rejected.", Role::Attention, 2, width),
        Some(Verdict::Rejected(why)) => put(state, lines, &format!("Rejected: {why}"), Role::Attention, 2, width),
        None if matches!(entry.stage, Stage::Ran(_)) && is_newest(state, entry) => {
            put(state, lines, "Right? F2 keeps it. Wrong? F3 asks again.", Role::Muted, 2, width);
        }
        None => {}
    }
}

fn is_newest(state: &State, entry: &Entry) -> bool {
    state.entries.last().is_some_and(|last| last.job == entry.job)
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
    let (mut parts, mut part, mut wide) = (Vec::new(), String::new(), 0);
    let next = |part: &mut String, wide: &mut usize, parts: &mut Vec<String>| {
        parts.push(std::mem::take(part));
        *wide = 0;
    };
    for word in line.split_inclusive(' ') {
        if wide + text::width(word.trim_end()) > width && !part.is_empty() {
            next(&mut part, &mut wide, &mut parts);
        }
        // A blank hangs over the end. Most text is ASCII, and megabytes of it are cut at once.
        let mut rest = word;
        while let Some(long) = Some(rest).filter(|rest| !rest.is_empty()) {
            let plain = long.bytes().take(width.saturating_sub(wide)).take_while(|byte| (32..127).contains(byte)).count();
            // The last one may be the first part of a character.
            let piece = match plain {
                0 | 1 => long.graphemes(true).next().unwrap_or(long),
                plain if plain == long.len() => long,
                plain => long.get(..plain - 1).unwrap_or(long),
            };
            let columns = text::width(piece);
            if wide + columns > width && piece != " " {
                next(&mut part, &mut wide, &mut parts);
            }
            part.push_str(piece);
            wide += columns;
            rest = rest.get(piece.len()..).unwrap_or_default();
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
        check("ab日本cd", 5, &["ab日", "本cd"]);
        check("ab cde\u{301}f g", 4, &["ab", "cde\u{301}f", "g"]);
        check("abc   def", 3, &["abc", "", "def"]);
    }
}
