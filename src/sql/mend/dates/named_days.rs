//! Months and days of the week by their names: in a column that keeps these, compared as if they were in their order (`month BETWEEN
//! 'January' AND 'June'` is true of what stands between the two in a dictionary), or compared with numbers (`strftime('%w', d) = 'Sunday'`).

use std::ops::Range;

use crate::schema::{Column, Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::numbers::{MONTHS, SHORT_NAME, WEEKDAYS, named_place};

/// `sql` with the names that lie between two made a list, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let lower = sql.to_ascii_lowercase();
    let named =
        |names: &[&str]| names.iter().any(|name| name.get(..SHORT_NAME).is_some_and(|short| lower.contains(&short.to_ascii_lowercase())));
    let may = named(&MONTHS) || named(&WEEKDAYS) || schema.tables.iter().any(|table| table.columns.iter().any(is_named));
    let Some(resolution) = (if may { resolve(sql, schema) } else { None }) else { return unchanged() };
    let columns = resolution.columns(|column| is_named(column).then_some(column));
    let tokens = Tokens::new(sql);
    let named = (0..tokens.len()).filter_map(|at| Some((at, *columns.get(&tokens.bytes(at..at + 1).start)?)));
    let mut edits: Vec<(Range<usize>, String)> =
        named.filter_map(|(at, column)| listed(&tokens, at).or_else(|| of_numbers(&tokens, at, column))).collect();
    edits.extend((0..tokens.len()).filter_map(|at| numbered(&tokens, at)).flatten());
    edits.sort_by_key(|(range, _)| range.start);
    edited(sql, ChangeKind::Date, edits)
}

/// Whether all texts of `column` that are known are names of months, or all are names of days.
fn is_named(column: &Column) -> bool {
    let all = |names: &[&str]| column.samples.iter().all(|text| named_place(names, text).is_some());
    column.holds == Holds::Texts && column.samples.len() > 1 && (all(&MONTHS) || all(&WEEKDAYS))
}

/// The names that `strftime('%w', d)` or `strftime('%m', d)` at token `at` is compared with, as it gives them.
fn numbered(tokens: &Tokens<'_>, at: usize) -> Option<Vec<(Range<usize>, String)>> {
    let call = tokens.call(at).filter(|_| tokens.is(at, &["strftime"]))?;
    let format = name_of(tokens.text(call.arguments.first()?.start));
    let end = call.close + 1;
    let number = |literal: usize| {
        let text = (tokens.kind(literal) == Some(TokenKind::String)).then(|| name_of(tokens.text(literal)))?;
        let number = match format.as_str() {
            "%w" => named_place(&WEEKDAYS, &text)?.to_string(),
            "%m" => format!("{:02}", named_place(&MONTHS, &text)? + 1),
            _ => return None,
        };
        Some((tokens.bytes(literal..literal + 1), string_literal(&number)))
    };
    if tokens.is(end, &["=", "==", "<>", "!="]) {
        return Some(vec![number(end + 1)?]);
    }
    let list = end + usize::from(tokens.is(end, &["not"]));
    if !tokens.is(list, &["in"]) {
        return None;
    }
    let close = tokens.close(list + 1)?;
    tokens.split(list + 2..close, ",").into_iter().map(|item| number(item.start).filter(|_| item.len() == 1)).collect()
}

/// The comparison behind the column at token `at`, as a list.
fn listed(tokens: &Tokens<'_>, at: usize) -> Option<(Range<usize>, String)> {
    let end = tokens.operand_after(at)?;
    let text = |at: usize| (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)));
    let negated = usize::from(tokens.is(end, &["not"]));
    if tokens.is(end + negated, &["between"]) && tokens.is(end + negated + 2, &["and"]) {
        let (first, last) = (text(end + negated + 1)?, text(end + negated + 3)?);
        let list = names(&first, |names| Some((named_place(names, &first)?, named_place(names, &last)?)))?;
        return Some((tokens.bytes(end..end + negated + 4), format!("{}IN ({list})", if negated > 0 { "NOT " } else { "" })));
    }
    let literal = text(end + 1).filter(|_| tokens.text(end + 2) != "||")?;
    let operator = tokens.text(end);
    let list = names(&literal, |names| {
        let place = named_place(names, &literal)?;
        let last = names.len().checked_sub(1)?;
        match operator {
            "<" => Some((0, place.checked_sub(1)?)),
            "<=" => Some((0, place)),
            ">" => Some((place + 1, last)).filter(|(first, last)| first <= last),
            ">=" => Some((place, last)),
            _ => None,
        }
    })?;
    // A week begins on Monday to some.
    let of_week = named_place(&WEEKDAYS, &literal).is_some();
    (!of_week).then(|| (tokens.bytes(end..end + 2), format!("IN ({list})")))
}

/// The numbers of months that a column of their names is compared with, as these: `month = 3`, `month BETWEEN 1 AND 6`.
fn of_numbers(tokens: &Tokens<'_>, at: usize, column: &Column) -> Option<(Range<usize>, String)> {
    let end = tokens.operand_after(at)?;
    // "May" is both long and short.
    let like = column.samples.iter().max_by_key(|text| text.len()).filter(|like| named_place(&MONTHS, like).is_some())?;
    let number = |at: usize| {
        let is_number = tokens.kind(at) == Some(TokenKind::Number);
        let number: usize = if is_number { tokens.text(at).parse().ok()? } else { return None };
        number.checked_sub(1).filter(|place| *place < MONTHS.len())
    };
    if tokens.is(end, &["between"]) && tokens.is(end + 2, &["and"]) {
        let (first, last) = (number(end + 1)?, number(end + 3)?);
        let list = names(like, |names| (names.len() == MONTHS.len() && first <= last).then_some((first, last)))?;
        return Some((tokens.bytes(end..end + 4), format!("IN ({list})")));
    }
    let place =
        number(end + 1).filter(|_| tokens.is(end, &["=", "==", "<>", "!="]) && !matches!(tokens.text(end + 2), "+" | "-" | "*" | "/"))?;
    let name = names(like, |names| (names.len() == MONTHS.len()).then_some((place, place)))?;
    Some((tokens.bytes(end + 1..end + 2), name))
}

/// The names from one place to another, around the end where the second comes first, written as `like` is.
fn names(like: &str, places: impl Fn(&[&str]) -> Option<(usize, usize)>) -> Option<String> {
    [&MONTHS[..], &WEEKDAYS].into_iter().find_map(|names| {
        let (first, last) = places(names)?;
        let count = (last + names.len() - first) % names.len() + 1;
        // "May" is both long and short.
        let short = like.len() == SHORT_NAME && !like.eq_ignore_ascii_case("may");
        let list = names.iter().cycle().skip(first).take(count).map(|name| {
            let name = if short { name.get(..SHORT_NAME).unwrap_or(name) } else { name };
            string_literal(&if like.chars().all(char::is_uppercase) { name.to_uppercase() } else { name.to_owned() })
        });
        Some(list.collect::<Vec<_>>().join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let column = |name: &str, samples: &[&str]| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![
            column("month", &["January", "March"]),
            column("mon", &["JAN", "MAY"]),
            column("day", &["Friday", "Monday"]),
            column("name", &["April", "June", "Ann"]),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT 1 FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema), &sql(condition), &sql(expected), condition);
    }

    #[test]
    fn names_between_two_are_a_list() {
        check("month BETWEEN 'January' AND 'March' AND 1", "month IN ('January', 'February', 'March') AND 1");
        check("t.month NOT BETWEEN 'March' AND 'March'", "t.month NOT IN ('March')");
        check("month BETWEEN 'November' AND 'January'", "month IN ('November', 'December', 'January')");
        check("mon BETWEEN 'APR' AND 'MAY'", "mon IN ('APR', 'MAY')");
        check("month <= 'February'", "month IN ('January', 'February')");
        check("month > 'November'", "month IN ('December')");
        check("month = 3", "month = 'March'");
        check("mon <> 5", "mon <> 'MAY'");
        check("month BETWEEN 1 AND 3", "month IN ('January', 'February', 'March')");
        check("month = 13", "month = 13");
        check("day BETWEEN 'Friday' AND 'Sunday'", "day IN ('Friday', 'Saturday', 'Sunday')");
    }

    #[test]
    fn names_are_numbers_to_strftime() {
        check("strftime('%w', day) = 'Sunday'", "strftime('%w', day) = '0'");
        check("strftime('%w', day, 'unixepoch') IN ('Sat', 'sunday')", "strftime('%w', day, 'unixepoch') IN ('6', '0')");
        check("strftime('%m', name) <> 'March'", "strftime('%m', name) <> '03'");
        check("strftime('%Y', name) = 'March'", "strftime('%Y', name) = 'March'");
    }

    #[test]
    fn others_stay() {
        for right in ["month = 'March'", "name > 'April'", "name BETWEEN 'April' AND 'June'", "day > 'Monday'", "month > 'x'"] {
            check(right, right);
        }
    }
}
