//! A question: what it follows on, and what the model is asked with.

use super::super::state::State;
use crate::jobs::AskWork;
use crate::records::{Accepted, Before};
use crate::sql::is_grammatical;
use crate::text::follow::points_back;
use crate::tui::conversation::Entry;

/// Whether a question is a statement: one that SQLite's grammar knows, on a table that is there or with signs that no sentence has.
pub(super) fn typed_sql(state: &State, question: &str) -> bool {
    const BEGINNINGS: [&str; 10] = ["select", "with", "values", "explain", "pragma", "insert", "update", "delete", "create", "drop"];
    let first = question.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_lowercase();
    if !BEGINNINGS.contains(&&*first) || !is_grammatical(question) {
        return false;
    }
    let words: Vec<String> = question.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_lowercase).collect();
    let names_table = words.windows(2).any(|pair| {
        let is_table = || state.schema.tables.iter().any(|table| table.name.to_lowercase() == pair[1]);
        ["from", "join", "into", "update", "table"].contains(&&*pair[0]) && is_table()
    });
    names_table || question.contains(['*', '=', '(', ';', '<', '>', '+', '"', '`']) || words.iter().any(|word| word.parse::<i64>().is_ok())
}

/// `question` without the `+` by which a person says that it follows on.
pub(super) fn plain(question: &str) -> &str {
    question.trim_start_matches('+').trim_start()
}

/// What `question` follows on: the last answer, where its words point back. Asked again, it follows on what it followed on.
pub(super) fn before(state: &State, question: &str) -> Option<Before> {
    let last = state.entries.last().filter(|_| points_back(question))?;
    if last.question == plain(question) {
        return last.follows.clone();
    }
    Some(Before { question: last.question.clone(), sql: last.sql()?.to_owned() })
}

/// The last answer.
pub(super) fn last(state: &State) -> Option<Before> {
    let entry = state.entries.last()?;
    Some(Before { question: entry.question.clone(), sql: entry.sql()?.to_owned() })
}

/// How sure the answer of `before` was, in percent.
pub(super) fn percent(state: &State, before: &Before) -> Option<u8> {
    state.entries.iter().rev().find(|entry| entry.sql() == Some(&before.sql)).and_then(Entry::percent)
}

/// A question and its SQL.
pub(super) fn turn(before: Before) -> (String, String) {
    (before.question, before.sql)
}

/// The SQL that was accepted for `question`, and what it follows on: `before`, else perhaps the last answer, else nothing.
pub(super) fn accepted_before(state: &State, question: &str, before: Option<&Before>) -> Option<(String, Option<Before>)> {
    let after = before.cloned().or_else(|| last(state));
    let followed = after.and_then(|after| Some((state.accepted_sql(question, Some(&after.sql))?.clone(), Some(after))));
    followed.or_else(|| state.accepted_sql(question, None).filter(|_| before.is_none()).map(|sql| (sql.clone(), None)))
}

/// What the model is asked with: what is kept for the database, `hints` for this question alone, the question before where it follows on that.
pub(super) fn work(state: &State, question: &str, hints: &[String]) -> AskWork {
    let before = before(state, question);
    let lasting = state.records.notes.iter().map(|note| note.text.clone());
    AskWork {
        question: plain(question).to_owned(),
        hints: lasting.chain(hints.iter().cloned()).collect(),
        previous_percent: before.as_ref().and_then(|before| percent(state, before)),
        previous: before.map(turn),
        before: None,
        accepted: state.records.accepted.iter().filter(|answer| answer.stands_alone()).map(example).collect(),
    }
}

fn example(accepted: &Accepted) -> (String, String) {
    (accepted.question.clone(), accepted.sql.clone())
}
