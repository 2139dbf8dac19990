//! Hours of moments that are written with their offset from UTC: `strftime('%H', started)` of `2022-01-05T14:49:59+02:00` is 12 to SQLite,
//! while it was two in the afternoon.

use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;

/// Bytes of a moment in seconds; the offset comes behind.
const SECONDS: usize = 19;
/// Parts of a format that tell the time of day.
const OF_DAY: [&str; 6] = ["%H", "%I", "%p", "%P", "%R", "%T"];

/// `sql` with the time of day as it is written, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(has_offset)) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| has_offset(column).then_some(()));
    let tokens = Tokens::new(sql);
    let argument = |at: usize| {
        let call = tokens.call(at)?;
        let argument = match call.arguments.as_slice() {
            [only] if tokens.is(at, &["time"]) => only,
            [format, only] if tokens.is(at, &["strftime"]) && tokens.kind(format.start) == Some(TokenKind::String) => {
                let format = name_of(tokens.text(format.start));
                // A day beside the hour is that of the same clock.
                OF_DAY.iter().any(|part| format.contains(part)).then_some(only)?
            }
            _ => return None,
        };
        let is_name = tokens.operand_after(argument.start) == Some(argument.end);
        let bytes = tokens.bytes(argument.clone());
        (is_name && columns.contains_key(&bytes.start))
            .then(|| (bytes, format!("substr({}, 1, {SECONDS})", tokens.piece(argument.clone()))))
    };
    let edits: Vec<(Range<usize>, String)> = (0..tokens.len()).filter_map(argument).collect();
    edited(sql, ChangeKind::Date, edits)
}

/// Whether the texts of `column` are moments with an offset that is not zero, as far as they are known.
fn has_offset(column: &Column) -> bool {
    let offset = |text: &str| {
        let text = text.split("..").next().unwrap_or(text);
        let (moment, rest) = text.split_at_checked(SECONDS)?;
        // A fraction of the second may stand between.
        let sign = rest.rfind(['+', '-'])?;
        let digits: String = rest.get(sign + 1..)?.chars().filter(|c| *c != ':').collect();
        let is_offset = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) && digits != "0000";
        Some(is_offset && DateText::of(moment) == Some(DateText::Time))
    };
    column.holds == Holds::Texts && column.samples.iter().any(|text| offset(text) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let column =
            |name: &str, range: &str| Column { name: name.into(), holds: Holds::Texts, samples: vec![range.into()], ..Column::default() };
        let columns = vec![
            column("started", "2022-01-05T14:49:59+02:00..2024-08-21T1…"),
            column("ended", "2022-01-05 14:49:59.123456-0500"),
            column("made", "2022-01-05T14:49:59+00:00..2024-08-21T1…"),
            column("seen", "2022-01-05 14:49:59..2024-08-21 10:00:00"),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |value: &str| format!("SELECT {value} FROM t");
        check_mended(|sql| mend(sql, &schema), &sql(value), &sql(expected), value);
    }

    #[test]
    fn an_hour_is_that_of_the_clock_on_the_wall() {
        check("strftime('%H', started)", "strftime('%H', substr(started, 1, 19))");
        check("CAST(strftime('%H', t.ended) AS INTEGER)", "CAST(strftime('%H', substr(t.ended, 1, 19)) AS INTEGER)");
        check("time(started)", "time(substr(started, 1, 19))");
    }

    #[test]
    fn what_tells_no_hour_or_has_no_offset_stays() {
        for right in [
            "strftime('%Y', started)",
            "strftime('%H', made)",
            "strftime('%H', seen)",
            "strftime('%H', started, 'localtime')",
            "julianday(ended) - julianday(started)",
        ] {
            check(right, right);
        }
    }
}
