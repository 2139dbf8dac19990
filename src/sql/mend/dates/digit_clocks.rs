//! Times of day that a column keeps as digits alone, `142305` or `1423` as text or as a number: `time_on > '18:00'` compares a colon with a
//! digit, and strftime reads no hour of them. And times of two digits each (`09:00`), compared with `'9:00'` or with 9.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{COMPARISONS, Tokens};
use crate::text::words::split_name;

/// `sql` with times of day written and read as the columns keep them, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| kept(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(kept);
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let column = columns.get(&tokens.bytes(at..at + 1).start).copied();
        let Some((kept, end)) = column.zip(tokens.operand_after(at)) else { continue };
        if let Some(edit) = hour(&tokens, at, end, kept) {
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
            literals.into_iter().filter_map(|literal| Some((tokens.bytes(literal..literal + 1), written(&tokens, literal, kept)?))),
        );
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Date, edits)
}

/// How a column keeps times of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// As text, in so many digits.
    Digits(usize),
    /// As a number of so many digits.
    Number(usize),
    /// As text with colons, two digits each.
    Clock,
}

fn kept(column: &Column) -> Option<Kept> {
    let named = split_name(&column.name).iter().any(|word| matches!(word.as_str(), "time" | "clock" | "hour" | "utc"));
    if column.meaning != Meaning::Plain {
        return None;
    }
    let first = column.samples.first()?;
    if column.holds == Holds::Numbers {
        let (low, high) = first.split_once("..")?;
        let (low, high): (u32, u32) = (low.parse().ok()?, high.parse().ok()?);
        let width = if high <= 2359 { 4 } else { 6 };
        let fits = (1_200..=235_959).contains(&high) && low < high && high % 100 < 60 && low % 100 < 60;
        return (named && fits).then_some(Kept::Number(width));
    }
    let width = first.len();
    let is_digits = |text: &String| {
        let pair = |at: usize, most: u32| text.get(at..at + 2).and_then(|pair| pair.parse::<u32>().ok()).is_some_and(|pair| pair < most);
        text.len() == width && text.bytes().all(|b| b.is_ascii_digit()) && pair(0, 24) && pair(2, 60) && (width == 4 || pair(4, 60))
    };
    let is_clock = |text: &String| {
        let bytes = text.as_bytes();
        matches!(text.len(), 5 | 8)
            && bytes.iter().enumerate().all(|(at, b)| if at % 3 == 2 { *b == b':' } else { b.is_ascii_digit() })
            && text.as_str() < "24"
    };
    let several = column.holds == Holds::Texts && column.samples.len() > 1;
    if several && column.samples.iter().all(is_clock) {
        return Some(Kept::Clock);
    }
    (several && named && matches!(width, 4 | 6) && column.samples.iter().all(is_digits)).then_some(Kept::Digits(width))
}

/// The time at token `at` as the column keeps it.
fn written(tokens: &Tokens<'_>, at: usize, kept: Kept) -> Option<String> {
    if matches!(tokens.text(at + 1), "+" | "-" | "*" | "/" | "||") {
        return None;
    }
    if tokens.kind(at) == Some(TokenKind::Number) {
        // To a text, any number is less than it.
        let hour: u32 = tokens.text(at).parse().ok().filter(|hour| *hour < 25 && kept == Kept::Clock)?;
        return Some(string_literal(&format!("{hour:02}:00")));
    }
    let text = (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)))?;
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok().filter(|_| (1..=2).contains(&part.len())));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next();
    let seconds = second.unwrap_or(Some(0))?;
    if hour > 24 || minute > 59 || seconds > 59 || parts.next().is_some() {
        return None;
    }
    match kept {
        Kept::Clock if text.find(':') == Some(1) => Some(string_literal(&format!("0{text}"))),
        Kept::Clock => None,
        Kept::Digits(width) => {
            let digits = format!("{hour:02}{minute:02}{seconds:02}");
            Some(string_literal(digits.get(..width).unwrap_or(&digits)))
        }
        Kept::Number(4) => Some((hour * 100 + minute).to_string()),
        Kept::Number(_) => Some((hour * 10_000 + minute * 100 + seconds).to_string()),
    }
}

/// `strftime('%H', time_on)` around the column at tokens `at..end`: its first two digits.
fn hour(tokens: &Tokens<'_>, at: usize, end: usize, kept: Kept) -> Option<(Range<usize>, String)> {
    let name = at.checked_sub(4).filter(|name| tokens.is(*name, &["strftime"]) && tokens.text(end) == ")")?;
    let column = tokens.piece(at..end);
    let to = match (name_of(tokens.text(name + 2)).as_str(), kept) {
        ("%H", Kept::Digits(_)) => format!("substr({column}, 1, 2)"),
        ("%M", Kept::Digits(_)) => format!("substr({column}, 3, 2)"),
        ("%H", Kept::Number(width)) => format!("printf('%02d', {column} / {})", if width == 4 { 100 } else { 10_000 }),
        _ => return None,
    };
    Some((tokens.bytes(name..end + 1), to))
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
            column("time_on", &["142305", "090000"]),
            column("start_time", &["1423", "0900"]),
            column("code", &["1423", "0900"]),
            column("pickup", &["12:30:00", "09:00:00"]),
            Column { holds: Holds::Numbers, ..column("Time", &["11..2358"]) },
        ];
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
    fn numbers_and_clocks_are_times_too() {
        check("Time > '18:00'", "Time > 1800");
        check("strftime('%H', Time) >= '18'", "printf('%02d', Time / 100) >= '18'");
        check("pickup < '9:00'", "pickup < '09:00'");
        check("pickup < 12", "pickup < '12:00'");
        check("pickup BETWEEN '8:00' AND '10:00'", "pickup BETWEEN '08:00' AND '10:00'");
        for right in ["Time > 1800", "pickup < '09:00'", "pickup < 90", "strftime('%H', pickup) = '09'"] {
            check(right, right);
        }
    }

    #[test]
    fn others_stay() {
        for right in ["time_on > '180000'", "code > '18:00'", "time_on > 'noon'", "strftime('%Y', time_on) = '2023'", "time_on > '99:00'"] {
            check(right, right);
        }
    }
}
