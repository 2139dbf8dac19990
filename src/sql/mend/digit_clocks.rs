//! Times of day that a column keeps as digits alone, `142305` or `1423` as text: `time_on > '18:00'` compares a colon with a digit, and
//! strftime reads no hour of them.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{COMPARISONS, Tokens};
use crate::text::words::split_name;

/// `sql` with times of day written and read as the columns keep them, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| digits(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let known = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        Some((reference.range.start, digits(column)?))
    });
    let columns: HashMap<usize, usize> = known.collect();
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let column = columns.get(&tokens.bytes(at..at + 1).start).copied();
        let Some((width, end)) = column.zip(tokens.operand_after(at)) else { continue };
        if let Some(edit) = hour(&tokens, at, end) {
            edits.push(edit);
            continue;
        }
        let mut literals = Vec::new();
        if COMPARISONS.contains(&tokens.text(end)) {
            literals.push(end + 1);
        } else if tokens.is(end, &["between"]) {
            literals.extend([end + 1, end + 3]);
        }
        literals.extend(at.checked_sub(2).filter(|_| COMPARISONS.contains(&tokens.before(at))));
        edits.extend(
            literals.into_iter().filter_map(|literal| Some((tokens.bytes(literal..literal + 1), written(&tokens, literal, width)?))),
        );
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Date, edits)
}

/// The digits of the times that `column` keeps as text: four or six.
fn digits(column: &Column) -> Option<usize> {
    let width = column.samples.first()?.len();
    let is_clock = |text: &String| {
        let pair = |at: usize, most: u32| text.get(at..at + 2).and_then(|pair| pair.parse::<u32>().ok()).is_some_and(|pair| pair < most);
        text.len() == width && text.bytes().all(|b| b.is_ascii_digit()) && pair(0, 24) && pair(2, 60) && (width == 4 || pair(4, 60))
    };
    let named = split_name(&column.name).iter().any(|word| matches!(word.as_str(), "time" | "clock" | "hour" | "utc"));
    let fits = matches!(width, 4 | 6) && column.samples.iter().all(is_clock) && column.samples.len() > 1;
    (named && fits && column.holds == Holds::Texts && column.meaning == Meaning::Plain).then_some(width)
}

/// The time at token `at` in so many digits.
fn written(tokens: &Tokens<'_>, at: usize, width: usize) -> Option<String> {
    let text = (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)))?;
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok().filter(|_| (1..=2).contains(&part.len())));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let of_day = hour < 25 && minute < 60 && second < 60 && parts.next().is_none();
    let digits = format!("{hour:02}{minute:02}{second:02}");
    of_day.then(|| string_literal(digits.get(..width).unwrap_or(&digits)))
}

/// `strftime('%H', time_on)` around the column at tokens `at..end`: its first two digits.
fn hour(tokens: &Tokens<'_>, at: usize, end: usize) -> Option<(Range<usize>, String)> {
    let name = at.checked_sub(4).filter(|name| tokens.is(*name, &["strftime"]) && tokens.text(end) == ")")?;
    let place = match name_of(tokens.text(name + 2)).as_str() {
        "%H" => 1,
        "%M" => 3,
        _ => return None,
    };
    Some((tokens.bytes(name..end + 1), format!("substr({}, {place}, 2)", tokens.piece(at..end))))
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
        let columns =
            vec![column("time_on", &["142305", "090000"]), column("start_time", &["1423", "0900"]), column("code", &["1423", "0900"])];
        let schema = Schema { tables: vec![Table { name: "qso".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT 1 FROM qso AS q WHERE {condition}");
        check_mended(|sql| mend(sql, &schema), &sql(condition), &sql(expected), condition);
    }

    #[test]
    fn times_are_digits() {
        check("time_on > '18:00'", "time_on > '180000'");
        check("q.time_on >= '6:30:05'", "q.time_on >= '063005'");
        check("start_time BETWEEN '08:00' AND '09:30'", "start_time BETWEEN '0800' AND '0930'");
        check("'12:00' < start_time", "'1200' < start_time");
        check("strftime('%H', time_on) >= '18'", "substr(time_on, 1, 2) >= '18'");
        check("CAST(strftime('%H', q.time_on) AS INTEGER) > 5", "CAST(substr(q.time_on, 1, 2) AS INTEGER) > 5");
    }

    #[test]
    fn others_stay() {
        for right in ["time_on > '180000'", "code > '18:00'", "time_on > 'noon'", "strftime('%Y', time_on) = '2023'", "time_on > '99:00'"] {
            check(right, right);
        }
    }
}
