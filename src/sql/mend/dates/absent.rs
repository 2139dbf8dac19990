//! What is not there: NULL where a query asks for `''` or 0, 0, `''` or `0000-00-00` where it asks for NULL, and an order of moments that
//! begins with them; `9999-12-31` for what has no end.
//!
//! `deleted_at = ''` is true of no row where what was never deleted is NULL, `completed IS NULL` where it is 0, the first row of
//! `ORDER BY completed` is one that has not been completed, and `0000-00-00` is before every year.

use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::is_keyword;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;

/// Texts that a query writes for "not there", in lower case.
const NOTHING: [&str; 5] = ["", "null", "none", "nil", "never"];
/// Words that a query writes for yes and for no, in lower case.
const YES: [&str; 5] = ["1", "true", "yes", "t", "y"];
const NO: [&str; 5] = ["0", "false", "no", "f", "n"];

/// How a column says that a moment is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// By NULL alone.
    Null,
    /// By 0 alone.
    Zero,
    /// By this text, which stands before every date.
    Text(&'static str),
    /// By a date of the year 9999.
    Far,
    /// By NULL in some rows, and by an empty text in others.
    Both,
}

/// What a column keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    absent: Absent,
    /// Moments, and nothing else: that one is there, or not, may be asked for as yes and no.
    moments: bool,
}

/// Texts for "not there" that MySQL's dates leave in a file.
const NO_DAY: [&str; 2] = ["0000-00-00 00:00:00", "0000-00-00"];
/// The year of what has no end.
const NO_END: &str = "9999";

/// `sql` with moments that are not there asked for as they are stored, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| absent(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(absent);
    let tokens = Tokens::new(sql);
    // What an outer join makes up is NULL, however a table says it.
    let outer = (0..tokens.len()).any(|at| tokens.is(at, &["left", "right", "full", "outer"]) && tokens.text(at + 1) != "(");
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let Some(&Kept { absent, moments }) = columns.get(&tokens.bytes(at..at + 1).start) else { continue };
        let Some(end) = tokens.operand_after(at) else { continue };
        let edit = compared(&tokens, at, end, absent, moments).filter(|_| !outer);
        if !moments {
            edits.extend(edit);
            continue;
        }
        let edit = edit.or_else(|| ordered(&tokens, at, end, absent)).or_else(|| computed(&tokens, at, end, absent));
        edits.extend(edit.or_else(|| before_all(&tokens, at, end, absent)));
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Date, edits)
}

/// How `column` says that there is nothing; `None` where it has something in every row, or says it in two ways.
fn absent(column: &Column) -> Option<Kept> {
    if let Some(absent) = no_moment(column) {
        return Some(Kept { absent, moments: true });
    }
    let is_flag =
        column.holds == Holds::Numbers && column.meaning == Meaning::Plain && column.samples.first().is_some_and(|range| range == "0..1");
    let absent = match (column.holds, column.has_null, column.has_empty) {
        (Holds::Texts, true, false) => Absent::Null,
        (Holds::Texts, false, true) => Absent::Text(""),
        (Holds::Texts, true, true) => Absent::Both,
        (Holds::Numbers, false, _) if is_flag => Absent::Zero,
        _ => return None,
    };
    Some(Kept { absent, moments: false })
}

/// How `column`, which keeps moments, says that there is none; `None` where it has one in every row, or says it in two ways.
fn no_moment(column: &Column) -> Option<Absent> {
    let times = column.meaning.times().or(column.perhaps.as_ref());
    if let Some(times) = times {
        return match (times.never, column.has_null) {
            (true, false) if column.holds == Holds::Numbers => Some(Absent::Zero),
            (false, true) if !column.has_empty => Some(Absent::Null),
            (false, false) if column.has_empty && column.holds == Holds::Texts => Some(Absent::Text("")),
            _ => None,
        };
    }
    // Digits alone make a range of dates, which begins with the one that is none.
    let is_none = |text: &String, no_day: &str| text.strip_prefix(no_day).is_some_and(|rest| rest.is_empty() || rest.starts_with(".."));
    let no_day = NO_DAY.into_iter().find(|no_day| column.samples.iter().any(|text| is_none(text, no_day)));
    if let Some(no_day) = no_day.filter(|_| column.holds == Holds::Texts) {
        let is_date = |text: &String| NO_DAY.contains(&text.as_str()) || DateText::is_day(text);
        return column.samples.iter().all(is_date).then_some(Absent::Text(no_day));
    }
    let all_days = !column.samples.is_empty() && column.samples.iter().all(|text| DateText::is_day(text));
    if column.holds == Holds::Texts && column.has_empty && !column.has_null && all_days {
        return Some(Absent::Text(""));
    }
    // A range is told where all texts are dates: none is empty.
    let all_dates = matches!(column.samples.as_slice(), [range] if DateText::is_day(range));
    if column.holds != Holds::Texts || !all_dates {
        return None;
    }
    let ends = |range: &String| range.split_once("..").is_some_and(|(_, last)| last.starts_with(NO_END));
    let far = !column.has_null && column.samples.first().is_some_and(ends);
    if far { Some(Absent::Far) } else { column.has_null.then_some(Absent::Null) }
}

/// The column at tokens `at..end`, compared with what stands for "not there", for yes or for no.
fn compared(tokens: &Tokens<'_>, at: usize, end: usize, absent: Absent, moments: bool) -> Option<(Range<usize>, String)> {
    let column = tokens.piece(at..end);
    let is = |there: bool| match (absent, there) {
        // Of NULL it is not true, either.
        (Absent::Text("") | Absent::Both, true) => format!("{column} <> ''"),
        (Absent::Both, false) => format!("coalesce({column}, '') = ''"),
        (Absent::Text(""), false) => format!("{column} = ''"),
        (Absent::Null, true) => format!("{column} IS NOT NULL"),
        (Absent::Null, false) => format!("{column} IS NULL"),
        (Absent::Zero, true) => format!("{column} <> 0"),
        (Absent::Zero, false) => format!("{column} = 0"),
        (Absent::Text(text), true) => format!("nullif({column}, '{text}') IS NOT NULL"),
        (Absent::Text(text), false) => format!("nullif({column}, '{text}') IS NULL"),
        (Absent::Far, true) => format!("{column} < '{NO_END}'"),
        (Absent::Far, false) => format!("{column} >= '{NO_END}'"),
    };
    let whole = |from: usize, to: usize| tokens.bytes(from..to);
    if moments && tokens.is(at.checked_sub(1)?, &["not"]) && ends_condition(tokens, end) && absent == Absent::Null {
        return Some((whole(at - 1, end), is(false)));
    }
    let (equal, literal) = match () {
        () if tokens.is(end, &["=", "=="]) => (true, end + 1),
        () if tokens.is(end, &["<>", "!="]) => (false, end + 1),
        () if tokens.is(end, &["is"]) && tokens.is(end + 1, &["not"]) => (false, end + 2),
        () if tokens.is(end, &["is"]) => (true, end + 1),
        () => return None,
    };
    if matches!(tokens.text(literal + 1), "+" | "-" | "*" | "/" | "||" | ".") {
        return None;
    }
    let text = match tokens.kind(literal)? {
        TokenKind::String => name_of(tokens.text(literal)).to_lowercase(),
        TokenKind::Number => tokens.text(literal).to_owned(),
        TokenKind::Word if tokens.is(literal, &["true", "false", "null"]) => tokens.text(literal).to_lowercase(),
        _ => return None,
    };
    let is_null = tokens.kind(literal) == Some(TokenKind::Word) && text == "null";
    // As it is kept; who asks for both has thought of it.
    let says_empty = |at: usize| {
        let compares = tokens.is(at + 1, &["=", "<>", "!="]) && tokens.text(at + 2) == "''";
        compares && tokens.text(at).eq_ignore_ascii_case(tokens.text(end - 1))
    };
    let is_empty = absent == Absent::Text("");
    if is_empty && (text.is_empty() && !is_null || (0..tokens.len()).any(says_empty)) {
        return None;
    }
    let says_null = |at: usize| tokens.is(at + 1, &["is"]) && tokens.text(at).eq_ignore_ascii_case(tokens.text(end - 1));
    if absent == Absent::Both && (0..tokens.len()).any(says_empty) && (0..tokens.len()).any(says_null) {
        return None;
    }
    let there = match () {
        // `= NULL` is a slip of its own.
        () if is_null => (absent != Absent::Null && tokens.is(end, &["is"])).then_some(false),
        // `<> ''` is true of no NULL.
        () if !moments => (matches!(absent, Absent::Null | Absent::Both) && text.is_empty() && equal).then_some(false),
        () if NOTHING.contains(&text.as_str()) => Some(false),
        () if absent == Absent::Zero && text == "0" => None,
        () if YES.contains(&text.as_str()) => Some(true),
        () if NO.contains(&text.as_str()) => Some(false),
        () => None,
    }?;
    Some((whole(at, literal + 1), is(there == equal)))
}

/// Whether a condition that is the column alone ends before token `at`.
fn ends_condition(tokens: &Tokens<'_>, at: usize) -> bool {
    at >= tokens.len() || tokens.is(at, &["and", "or", ")", ";", "group", "order", "limit", "union", "then", "end"])
}

/// `ORDER BY completed LIMIT 1`: the first that there is, and NULL behind it.
fn ordered(tokens: &Tokens<'_>, at: usize, end: usize, absent: Absent) -> Option<(Range<usize>, String)> {
    let term = tokens.is(at.checked_sub(1)?, &["by"]) && tokens.is(at.checked_sub(2)?, &["order"]);
    let ascending = usize::from(tokens.is(end, &["asc"]));
    if !term || !tokens.is(end + ascending, &["limit"]) || absent == Absent::Far {
        return None;
    }
    Some((tokens.bytes(at..end + ascending), format!("{} NULLS LAST", value(tokens.piece(at..end), absent))))
}

/// The column, 0 made NULL where it stands alone in an aggregate or beside a minus.
fn computed(tokens: &Tokens<'_>, at: usize, end: usize, absent: Absent) -> Option<(Range<usize>, String)> {
    let before = at.checked_sub(1).filter(|_| matches!(absent, Absent::Zero | Absent::Text(_)))?;
    let in_aggregate = tokens.text(before) == "("
        && tokens.text(end) == ")"
        && before.checked_sub(1).is_some_and(|name| tokens.is(name, &["min", "avg"]) && tokens.call(name).is_some());
    let is_name = |at: usize| match tokens.kind(at) {
        Some(TokenKind::Word) => !is_keyword(tokens.text(at)) && tokens.text(at + 1) != "(",
        kind => kind == Some(TokenKind::Quoted),
    };
    let subtracted = absent == Absent::Zero
        && (tokens.text(before) == "-" && before.checked_sub(1).is_some_and(is_name) || tokens.text(end) == "-" && is_name(end + 1));
    (in_aggregate || subtracted).then(|| (tokens.bytes(at..end), value(tokens.piece(at..end), absent)))
}

/// `closed < '2000-01-01'`, of which a day that there is not is true.
fn before_all(tokens: &Tokens<'_>, at: usize, end: usize, absent: Absent) -> Option<(Range<usize>, String)> {
    let Absent::Text(_) = absent else { return None };
    let is_none = |text: &str| text.is_empty() || NO_DAY.contains(&text);
    let is_sure = |at: usize| tokens.kind(at) == Some(TokenKind::String) && !is_none(&name_of(tokens.text(at)));
    let below = tokens.is(end, &["<", "<=", "<>", "!="]) && (is_sure(end + 1) || tokens.call(end + 1).is_some());
    let above = at.checked_sub(2).is_some_and(|literal| tokens.is(at - 1, &[">", ">="]) && is_sure(literal));
    (below || above).then(|| (tokens.bytes(at..end), value(tokens.piece(at..end), absent)))
}

/// A moment, or NULL.
fn value(column: &str, absent: Absent) -> String {
    match absent {
        Absent::Zero => format!("nullif({column}, 0)"),
        Absent::Text(text) => format!("nullif({column}, '{text}')"),
        Absent::Null | Absent::Far | Absent::Both => column.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Table, TimeUnit, Times};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let times = |never| Times { units: vec![TimeUnit::UnixSeconds], mixed: false, never, first: String::new(), last: String::new() };
        let moment = |name: &str, never: bool| Column {
            name: name.into(),
            holds: Holds::Numbers,
            has_null: !never,
            meaning: Meaning::Time(times(never)),
            ..Column::default()
        };
        let dated = |name: &str, has_null| Column {
            name: name.into(),
            holds: Holds::Texts,
            has_null,
            samples: vec!["2023-01-01 10:00:00..2024-02-03 09:00:00".into()],
            ..Column::default()
        };
        let columns = vec![
            moment("deleted_at", false),
            moment("completed", true),
            dated("shipped", true),
            dated("placed", false),
            Column { samples: vec!["0000-00-00".into(), "1988-02-09".into()], ..dated("closed", false) },
            Column { samples: vec!["2020-01-01..9999-12-31".into()], ..dated("valid_to", false) },
            Column { samples: vec!["0000-00-00 00:00:00..2022-11-11 10:00:00".into()], ..dated("withdrawn", false) },
            Column { samples: vec!["2020-01-01".into(), "2021-02-03".into()], has_empty: true, ..dated("removed", false) },
            Column { name: "author".into(), holds: Holds::Texts, has_empty: true, ..Column::default() },
            Column { name: "title".into(), holds: Holds::Texts, has_null: true, ..Column::default() },
            Column { name: "both".into(), holds: Holds::Texts, has_null: true, has_empty: true, ..Column::default() },
            Column { name: "cleared".into(), holds: Holds::Numbers, samples: vec!["0..1".into()], ..Column::default() },
            Column { name: "n".into(), holds: Holds::Numbers, has_null: true, ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |rest: &str| format!("SELECT n FROM t {rest}");
        check_mended(|sql| mend(sql, &schema), &sql(rest), &sql(expected), "");
    }

    #[test]
    fn what_is_null_is_asked_for_as_null() {
        check("WHERE deleted_at = ''", "WHERE deleted_at IS NULL");
        check("WHERE deleted_at = 0 AND n > 1", "WHERE deleted_at IS NULL AND n > 1");
        check("WHERE t.deleted_at <> ''", "WHERE t.deleted_at IS NOT NULL");
        check("WHERE deleted_at = 1", "WHERE deleted_at IS NOT NULL");
        check("WHERE deleted_at IS TRUE", "WHERE deleted_at IS NOT NULL");
        check("WHERE deleted_at IS NOT TRUE", "WHERE deleted_at IS NULL");
        check("WHERE deleted_at = 'false'", "WHERE deleted_at IS NULL");
        check("WHERE NOT deleted_at", "WHERE deleted_at IS NULL");
        check("WHERE shipped = ''", "WHERE shipped IS NULL");
        check("WHERE shipped != 'None'", "WHERE shipped IS NOT NULL");
        check("ORDER BY shipped LIMIT 1", "ORDER BY shipped NULLS LAST LIMIT 1");
    }

    #[test]
    fn what_is_zero_is_asked_for_as_zero() {
        check("WHERE completed IS NULL", "WHERE completed = 0");
        check("WHERE completed IS NOT NULL", "WHERE completed <> 0");
        check("WHERE completed = ''", "WHERE completed = 0");
        check("WHERE completed = 1", "WHERE completed <> 0");
        check("ORDER BY completed ASC LIMIT 3", "ORDER BY nullif(completed, 0) NULLS LAST LIMIT 3");
        check("WHERE completed - deleted_at > 5", "WHERE nullif(completed, 0) - deleted_at > 5");
        check("GROUP BY n HAVING avg(t.completed) > 5", "GROUP BY n HAVING avg(nullif(t.completed, 0)) > 5");
    }

    #[test]
    fn a_day_that_there_is_not_is_no_day() {
        check("WHERE closed IS NOT NULL", "WHERE nullif(closed, '0000-00-00') IS NOT NULL");
        check("WHERE closed IS NULL AND n > 1", "WHERE nullif(closed, '0000-00-00') IS NULL AND n > 1");
        check("WHERE t.closed = ''", "WHERE nullif(t.closed, '0000-00-00') IS NULL");
        check("WHERE closed < '2000-01-01'", "WHERE nullif(closed, '0000-00-00') < '2000-01-01'");
        check("WHERE '2000' >= closed", "WHERE '2000' >= nullif(closed, '0000-00-00')");
        check("ORDER BY closed LIMIT 1", "ORDER BY nullif(closed, '0000-00-00') NULLS LAST LIMIT 1");
        check("GROUP BY n HAVING min(closed) > '2000'", "GROUP BY n HAVING min(nullif(closed, '0000-00-00')) > '2000'");
        check("WHERE withdrawn = 1", "WHERE nullif(withdrawn, '0000-00-00 00:00:00') IS NOT NULL");
        check("WHERE closed > '2000-01-01'", "WHERE closed > '2000-01-01'");
        check("WHERE closed = '0000-00-00'", "WHERE closed = '0000-00-00'");
    }

    #[test]
    fn what_is_empty_is_asked_for_as_empty() {
        check("WHERE author IS NULL", "WHERE author = ''");
        check("WHERE t.author IS NOT NULL", "WHERE t.author <> ''");
        check("WHERE title = ''", "WHERE title IS NULL");
        check("WHERE removed IS NOT NULL", "WHERE removed <> ''");
        check("WHERE removed = 1", "WHERE removed <> ''");
        check("WHERE removed < '2021-01-01'", "WHERE nullif(removed, '') < '2021-01-01'");
        check("ORDER BY removed LIMIT 1", "ORDER BY nullif(removed, '') NULLS LAST LIMIT 1");
        check("WHERE cleared IS NULL", "WHERE cleared = 0");
        for right in [
            "WHERE author = ''",
            "WHERE author = 'none'",
            "WHERE title IS NULL",
            "WHERE title <> '' AND n > 1",
            "WHERE title = 'no'",
            "WHERE title <> 'None'",
            "WHERE both IS NULL OR both = ''",
            "WHERE both <> ''",
            "WHERE author IS NOT NULL AND author <> ''",
            "WHERE cleared = 1",
        ] {
            check(right, right);
        }
    }

    #[test]
    fn what_is_null_here_and_empty_there_is_asked_for_as_both() {
        check("WHERE both IS NULL", "WHERE coalesce(both, '') = ''");
        check("WHERE both = ''", "WHERE coalesce(both, '') = ''");
        check("WHERE both IS NOT NULL", "WHERE both <> ''");
    }

    #[test]
    fn what_has_no_end_is_far_away() {
        check("WHERE valid_to IS NULL", "WHERE valid_to >= '9999'");
        check("WHERE valid_to IS NOT NULL", "WHERE valid_to < '9999'");
        check("WHERE valid_to > '2024-01-01'", "WHERE valid_to > '2024-01-01'");
    }

    #[test]
    fn what_is_right_or_unknown_stays() {
        for right in [
            "WHERE deleted_at IS NULL",
            "WHERE deleted_at > 0",
            "WHERE completed = 0",
            "WHERE completed",
            "WHERE placed = ''",
            "WHERE n = ''",
            "WHERE shipped = '2023-01-01'",
            "ORDER BY completed DESC LIMIT 1",
            "ORDER BY completed",
            "ORDER BY n LIMIT 1",
            "LEFT JOIN t AS u ON u.n = t.n WHERE u.completed IS NULL",
        ] {
            check(right, right);
        }
    }
}
