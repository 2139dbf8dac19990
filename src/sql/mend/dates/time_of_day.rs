//! A time of day that a query puts on some day: `placed >= '2023-04-01 18:00:00'` for "in the evening, at 18:00 or later".

use std::ops::Range;

use crate::schema::{DateText, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::numbers::month;

/// Words of a question about certain days.
const DAYS: [&str; 8] = ["today", "yesterday", "tomorrow", "since", "until", "ago", "last", "next"];

/// `sql` with the time of day alone compared where `question` names no day, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(Asked { hour, minute, at_it }) = asked(question) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| {
        let dates = column.has_moments();
        dates.then_some(())
    });
    let tokens = Tokens::new(sql);
    let compared = |at: usize| -> Option<(Range<usize>, String)> {
        let literal = at + 1;
        let is_compared = tokens.is(at, &["<", "<=", ">", ">="]) && tokens.kind(literal) == Some(TokenKind::String);
        let start = tokens.operand_before(at).filter(|_| is_compared)?;
        let is_name = at - start == 1 || (at - start == 3 && tokens.text(start + 1) == ".");
        let is_dated = (start..at).any(|at| columns.contains_key(&tokens.bytes(at..at + 1).start));
        let text = name_of(tokens.text(literal));
        let (day, time) = text.split_once([' ', 'T'])?;
        let whole = format!("{hour:02}:{minute:02}");
        let is_asked = DateText::is_day(day) && time.strip_prefix(&whole).is_some_and(|rest| matches!(rest, "" | ":00" | "Z" | ":00Z"));
        if !is_name || !is_dated || !is_asked {
            return None;
        }
        let (column, operator) = (tokens.piece(start..at), tokens.text(at));
        let operator = if at_it && operator.len() == 1 { format!("{operator}=") } else { operator.to_owned() };
        Some((tokens.bytes(start..literal + 1), format!("time({column}) {operator} '{whole}:00'")))
    };
    edited(sql, ChangeKind::Date, (0..tokens.len()).filter_map(compared).collect())
}

/// A time of day that a question names.
struct Asked {
    hour: u32,
    minute: u32,
    /// Whether that minute counts: "at 18:00 or later".
    at_it: bool,
}

/// The only time of day that a question names; `None` also where it names a day.
fn asked(question: &str) -> Option<Asked> {
    let words: Vec<String> = question
        .split(|c: char| !(c.is_alphanumeric() || c == ':'))
        .map(|word| word.trim_matches(':').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let is_day = |word: &String| {
        DAYS.contains(&word.as_str())
            || word != "may" && month(word).is_some()
            || word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    if words.iter().any(is_day) {
        return None;
    }
    let mut times = words.iter().enumerate().filter_map(|(at, word)| {
        let behind = words.get(at + 1).map_or("", String::as_str);
        let (digits, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
            (Some(digits), _) => (digits, Some(0)),
            (_, Some(digits)) => (digits, Some(12)),
            _ if behind == "am" => (word.as_str(), Some(0)),
            _ if behind == "pm" => (word.as_str(), Some(12)),
            _ => (word.as_str(), None),
        };
        let (hour, minute) = match digits.split_once(':') {
            Some((hour, minute)) if minute.len() == 2 => (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?),
            None if half.is_some() => (digits.parse::<u32>().ok()?, 0),
            _ => return None,
        };
        let hour = half.map_or(hour, |half| hour % 12 + half);
        let behind: Vec<&str> = words.iter().skip(at + 1).take(3).map(String::as_str).collect();
        let at_it = behind.windows(2).any(|pair| matches!(pair, ["or" | "and", "later" | "after" | "earlier" | "before"]));
        (hour < 24 && minute < 60).then_some(Asked { hour, minute, at_it })
    });
    times.next().filter(|_| times.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let placed = Column { name: "placed".into(), samples: vec!["2022-01-18 18:00:00".into()], ..Column::default() };
        let columns = vec![placed, Column { name: "n".into(), ..Column::default() }];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn a_time_of_day_is_of_every_day() {
        let evening = "How many were placed in the evening, at 18:00 or later?";
        check(evening, "placed >= '2023-04-01 18:00:00'", "time(placed) >= '18:00:00'");
        check(evening, "t.placed > '2023-04-01T18:00' AND n > 3", "time(t.placed) >= '18:00:00' AND n > 3");
        check("How many before 9 am?", "placed < '2022-01-01 09:00:00'", "time(placed) < '09:00:00'");
        check("How many after 6pm?", "placed > '2022-01-01 18:00:00'", "time(placed) > '18:00:00'");
        for (question, stays) in [
            ("How many after 18:00 on 2023-04-01?", "placed >= '2023-04-01 18:00:00'"),
            ("How many between 9:00 and 18:00?", "placed >= '2023-04-01 18:00:00'"),
            (evening, "placed >= '2023-04-01 19:00:00'"),
            (evening, "placed >= '2023-04-01'"),
            (evening, "n >= '2023-04-01 18:00:00'"),
            ("How many since yesterday 18:00?", "placed >= '2023-04-01 18:00:00'"),
            ("How many are 12 or 12:30 long?", "n > 3"),
        ] {
            check(question, stays, stays);
        }
    }
}
