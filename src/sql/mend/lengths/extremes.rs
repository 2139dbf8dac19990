//! The longest and the shortest of their kind, by the ends of all: `MAX(end_day) - MIN(start_day)` for the longest trip is how long all trips
//! took together, from the first day to the last.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};

/// Functions that give a moment as a number.
const READ: [&str; 2] = ["julianday", "unixepoch"];
/// Words of questions about all rows from end to end.
const OPEN: [&str; 7] = ["first", "last", "between", "span", "range", "since", "overall"];

/// `sql` with the end of each row less its own beginning, where `question` asks for the longest or shortest, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(taken) = asked(question).filter(|_| sql.contains('-') && is_english_question(question)) else { return unchanged() };
    let tokens = Tokens::new(sql);
    // Of groups, the ends are those of one thing.
    if (1..tokens.len()).any(|at| tokens.is(at - 1, &["group"]) && tokens.is(at, &["by"])) {
        return unchanged();
    }
    let edits = (0..tokens.len()).filter(|at| tokens.text(*at) == "-").filter_map(|at| {
        let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
        let (later, earlier) = (extreme(&tokens, start..at)?, extreme(&tokens, at + 1..end)?);
        let is_end = later.largest == (taken == "max") || taken == "min";
        let is_all = later.read == earlier.read && !earlier.largest && is_end && later.column != earlier.column;
        let read = |column: &str| later.read.map_or_else(|| column.to_owned(), |read| format!("{read}({column})"));
        is_all.then(|| (tokens.bytes(start..end), format!("{taken}({} - {})", read(later.column), read(earlier.column))))
    });
    let edits: Vec<(Range<usize>, String)> = edits.collect();
    edited(sql, ChangeKind::Structure, edits)
}

/// The aggregate that a question asks for.
fn asked(question: &str) -> Option<&'static str> {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match (says(&["longest"]), says(&["shortest"])) {
        (true, false) if !says(&OPEN) => Some("max"),
        (false, true) if !says(&OPEN) => Some("min"),
        _ => None,
    }
}

/// `max(column)` or `min(column)`, or such inside of a function that reads a moment.
struct Extreme<'a> {
    /// Whether it is the largest.
    largest: bool,
    column: &'a str,
    read: Option<&'static str>,
}

fn extreme<'a>(tokens: &Tokens<'a>, range: Range<usize>) -> Option<Extreme<'a>> {
    let call = tokens.call(range.start).filter(|call| call.close + 1 == range.end)?;
    let [argument] = call.arguments.as_slice() else { return None };
    if let Some(read) = READ.into_iter().find(|read| tokens.is(range.start, &[read])) {
        let inner = extreme(tokens, argument.clone()).filter(|inner| inner.read.is_none())?;
        return Some(Extreme { read: Some(read), ..inner });
    }
    let is_name = argument.len() == 1 || (argument.len() == 3 && tokens.text(argument.start + 1) == ".");
    let largest = tokens.is(range.start, &["max"]);
    (is_name && (largest || tokens.is(range.start, &["min"]))).then(|| Extreme {
        largest,
        column: tokens.piece(argument.clone()),
        read: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, item: &str, expected: &str) {
        let sql = |item: &str| format!("SELECT {item} FROM trip");
        check_mended(|sql| mend(sql, question), &sql(item), &sql(expected), question);
    }

    #[test]
    fn each_row_has_its_own_ends() {
        let longest = "How many days did the longest trip take?";
        check(longest, "MAX(end_day) - MIN(start_day)", "max(end_day - start_day)");
        check(longest, "(MAX(t.end_day) - MIN(t.start_day)) / 86400", "(max(t.end_day - t.start_day)) / 86400");
        check(longest, "julianday(MAX(ended)) - julianday(MIN(began))", "max(julianday(ended) - julianday(began))");
        check("What was the shortest stay?", "MIN(ended) - MIN(began)", "min(ended - began)");
        check("What was the shortest stay?", "MAX(ended) - MIN(began)", "min(ended - began)");
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("How long is it from the first to the last trip?", "MAX(end_day) - MIN(start_day)"),
            ("How many days is the longest between two trips?", "MAX(end_day) - MIN(start_day)"),
            ("The longest trip?", "MAX(end_day - start_day)"),
            ("The longest trip?", "MAX(day) - MIN(day)"),
            ("The longest trip?", "MAX(end_day) - MAX(start_day)"),
            ("How many days did all trips take?", "MAX(end_day) - MIN(start_day)"),
        ] {
            check(question, right, right);
        }
    }
}
