//! "Which day of the week has the most receipts?", grouped by the moments themselves, of which each has one: by the part that is asked for.

use std::ops::Range;

use super::distinct::is_finer;
use crate::schema::{Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Clause, Reference, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};

/// `sql` grouped by the part of its moments that `question` asks for, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let part = asked(question).filter(|_| is_english_question(question));
    let edits = part.and_then(|format| edits(sql, schema, format));
    edited(sql, ChangeKind::Date, edits.unwrap_or_default())
}

/// How `strftime` writes the part of a moment that the question asks for.
fn asked(question: &str) -> Option<&'static str> {
    let words = words_of(&unquoted(question));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let at = words.windows(2).position(|pair| matches!(pair, ["which" | "what", "day" | "weekday" | "month" | "year" | "hour"]))? + 1;
    let of_year = words.iter().any(|word| word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1900..2101).contains(&year)));
    match words.get(at..)? {
        ["day", "of", "the", "week", ..] | ["weekday", ..] => Some("%w"),
        ["day", "of", ..] => None,
        ["day", ..] => Some("%Y-%m-%d"),
        ["month", "of", "the", "year", ..] => Some("%m"),
        ["month", ..] => Some(if of_year { "%m" } else { "%Y-%m" }),
        ["year", ..] => Some("%Y"),
        ["hour", ..] => Some("%H"),
        _ => None,
    }
}

fn edits(sql: &str, schema: &Schema, format: &str) -> Option<Vec<(Range<usize>, String)>> {
    let resolution = resolve(sql, schema).filter(|resolution| resolution.scopes.len() == 1)?;
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len())?;
    let group = arm.clause(Part::GroupBy)?;
    // The one term of GROUP BY, a column alone.
    let bytes = tokens.bytes(group.start + 2..group.end);
    let term = resolution.references.iter().find(|reference| reference.clause == Clause::GroupBy && reference.range == bytes)?;
    let column = resolution.source(term)?.table()?.column(&term.name.text)?;
    let is_day = column.holds == Holds::Texts && column.has_days();
    if !(is_finer(column) || is_day && !matches!(format, "%Y-%m-%d" | "%H")) {
        return None;
    }
    let same = |reference: &&Reference| {
        let shown = matches!(reference.clause, Clause::Select | Clause::GroupBy | Clause::OrderBy);
        // What a function is called with is made something of already.
        let before = sql.get(..reference.range.start).unwrap_or_default().trim_end();
        shown && reference.binding == term.binding && reference.name.text.eq_ignore_ascii_case(&term.name.text) && !before.ends_with('(')
    };
    let part =
        |reference: &Reference| Some((reference.range.clone(), format!("strftime('{format}', {})", sql.get(reference.range.clone())?)));
    resolution.references.iter().filter(same).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, shown: &str, expected: &str) {
        let column = |name: &str, sample: &str| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: vec![sample.to_owned()],
            ..Column::default()
        };
        let columns = vec![
            column("made_at", "2024-01-05 10:00:00..2025-11-28 03:57:00"),
            column("day", "2024-01-05..2025-11-28"),
            column("note", "x"),
        ];
        let table = Table { name: "receipt".into(), columns, ..Table::default() };
        let sql = |shown: &str| format!("SELECT {shown} FROM receipt r GROUP BY {shown} ORDER BY count(*) DESC LIMIT 1");
        check_mended(|sql| mend(sql, &Schema { tables: vec![table.clone()] }, question), &sql(shown), &sql(expected), question);
    }

    #[test]
    fn groups_are_of_the_part_that_is_asked_for() {
        check("Which day of the week has the most receipts?", "r.made_at", "strftime('%w', r.made_at)");
        check("Which month of 2024 had the most receipts?", "made_at", "strftime('%m', made_at)");
        check("In which month were the most receipts?", "day", "strftime('%Y-%m', day)");
        check("What day had the most receipts?", "made_at", "strftime('%Y-%m-%d', made_at)");
        for (question, shown) in [
            ("Which day of the week has the most receipts?", "strftime('%w', made_at)"),
            ("Which day had the most receipts?", "day"),
            ("Which note is the most common?", "note"),
            ("Which month had the most receipts?", "note"),
            ("What is the most common moment?", "made_at"),
        ] {
            check(question, shown, shown);
        }
    }
}
