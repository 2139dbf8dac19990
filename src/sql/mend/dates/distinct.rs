//! "On how many days", where the moments themselves are counted once each: of a day there are many.

use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};

/// Periods that are counted, and how one is made of a moment.
const PERIODS: [(&str, &str); 3] = [("days", "date("), ("months", "strftime('%Y-%m', "), ("years", "strftime('%Y', ")];
/// Words between "how many" and the period.
const ONCE: [&str; 5] = ["different", "distinct", "separate", "unique", "individual"];

/// `sql` with each period counted once, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let period = asked(question).filter(|_| is_english_question(question));
    let edit = period.and_then(|period| edit(sql, schema, period));
    edited(sql, ChangeKind::Date, edit.into_iter().collect())
}

/// What makes the period of which the question asks how many there are.
fn asked(question: &str) -> Option<&'static str> {
    let words = words_of(&unquoted(question));
    let at = words.windows(2).position(|pair| pair == ["how", "many"])? + 2;
    let at = at + usize::from(words.get(at).is_some_and(|word| ONCE.contains(&word.as_str())));
    let word = words.get(at)?;
    PERIODS.iter().find(|(name, _)| name == word).map(|(_, made)| *made)
}

fn edit(sql: &str, schema: &Schema, made: &str) -> Option<(Range<usize>, String)> {
    let resolution = resolve(sql, schema)?;
    let tokens = Tokens::new(sql);
    let moments = resolution.columns(|column| is_finer(column).then_some(()));
    let counted = (0..tokens.len()).filter(|&at| tokens.is(at, &["count"]) && tokens.is(at + 2, &["distinct"])).filter_map(|at| {
        let call = tokens.call(at)?;
        let bytes = tokens.bytes(at + 3..call.close);
        // A column alone, with or without its table.
        (moments.contains_key(&bytes.start) && call.close - (at + 3) <= 3).then_some(bytes)
    });
    let mut counted = counted.collect::<Vec<_>>().into_iter();
    let (bytes, None) = (counted.next()?, counted.next()) else { return None };
    let column = sql.get(bytes.clone())?;
    Some((bytes, format!("{made}{column})")))
}

/// Whether a column keeps moments and no days.
pub(super) fn is_finer(column: &Column) -> bool {
    let text = || column.holds == Holds::Texts && column.samples.first().is_some_and(|text| DateText::of(text) == Some(DateText::Time));
    column.meaning.times().is_some() || text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, sample: &str| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: vec![sample.to_owned()],
            ..Column::default()
        };
        let columns = vec![
            column("done_at", "2024-01-05 10:00:00..2025-11-28 03:57:00"),
            column("day", "2024-01-05..2025-11-28"),
            column("note", "x"),
        ];
        let table = Table { name: "entry".into(), columns, ..Table::default() };
        check_mended(|sql| mend(sql, &Schema { tables: vec![table.clone()] }, question), sql, expected, question);
    }

    #[test]
    fn days_are_counted_and_no_moments() {
        let of = |counted: &str| format!("SELECT count(DISTINCT {counted}) FROM entry AS e WHERE note = 'x'");
        check("On how many different days did I read?", &of("e.done_at"), &of("date(e.done_at)"));
        check("In how many months did I read?", &of("done_at"), &of("strftime('%Y-%m', done_at)"));
        for (question, counted) in [
            ("On how many days did I read?", "day"),
            ("On how many days did I read?", "date(done_at)"),
            ("How many different entries are there?", "done_at"),
            ("How many notes are there of the last 3 days?", "done_at"),
        ] {
            check(question, &of(counted), &of(counted));
        }
    }
}
