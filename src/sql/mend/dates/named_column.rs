//! "Picked up in 2023", asked of the day on which something came back: the column of moments that the question names is meant.

use std::ops::Range;

use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Clause, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words of names that say only that it is a moment.
const KINDS: [&str; 9] = ["at", "on", "date", "time", "datetime", "timestamp", "day", "ts", "utc"];

/// Letters of a word that names one: "due", but not "to".
const SHORTEST: usize = 3;

/// `sql` with the moments that `question` names, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    // Letter by letter: what is open need not have been "opened" so.
    let words: Vec<String> = words_of(&unquoted(question));
    let edits = is_english_question(question).then(|| edits(sql, schema, &words)).flatten();
    edited(sql, ChangeKind::Column, edits.unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema, said: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let resolution = resolve(sql, schema)?;
    let tokens = Tokens::new(sql);
    // Whether it is there at all, or which of two came first, is asked of a column by itself.
    let moments = resolution.references.iter().filter(|reference| reference.clause == Clause::Where).filter(|reference| {
        let table = resolution.source(reference).and_then(|source| source.table());
        table.and_then(|table| table.column(&reference.name.text)).is_some_and(is_moment)
    });
    let names: Vec<String> = moments.map(|reference| reference.name.text.to_lowercase()).collect();
    let is_null = (1..tokens.len()).any(|at| tokens.is(at, &["null", "isnull", "notnull"]));
    if is_null || names.windows(2).any(|pair| pair.first() != pair.last()) {
        return None;
    }
    let mut edits = Vec::new();
    for reference in resolution.references.iter().filter(|reference| reference.clause == Clause::Where) {
        let Some(table) = resolution.source(reference).and_then(|source| source.table()) else { continue };
        let Some(taken) = table.column(&reference.name.text).filter(|column| is_moment(column) && !speaks_of(column, said)) else {
            continue;
        };
        let Some(named) = named(table, taken, said) else { continue };
        // Where both are there, the query tells them apart.
        if resolution.references.iter().any(|other| other.name.text.eq_ignore_ascii_case(&named.name)) {
            return None;
        }
        edits.push((reference.name.range.clone(), identifier(&named.name)));
    }
    Some(edits)
}

fn is_moment(column: &Column) -> bool {
    let dated = column.holds == Holds::Texts && column.has_days();
    column.meaning.times().is_some() || dated
}

/// The words of a name, without words for moments.
fn telling(column: &Column) -> Vec<String> {
    split_name(&column.name).into_iter().filter(|word| !KINDS.contains(&word.as_str())).collect()
}

/// Whether the question has any word of the column's name, or of what it is called.
fn speaks_of(column: &Column, said: &[String]) -> bool {
    let called = column.called.iter().flat_map(|called| split_name(called));
    telling(column).into_iter().chain(called).any(|word| said.iter().any(|own| stem(own) == stem(&word)))
}

/// The only other column of moments of the same form whose name the question says, word by word.
fn named<'t>(table: &'t Table, taken: &Column, said: &[String]) -> Option<&'t Column> {
    let is_said = |column: &&Column| {
        let words = telling(column);
        let alike = column.meaning.times().map(|times| &times.units) == taken.meaning.times().map(|times| &times.units);
        is_moment(column)
            && alike
            && words.iter().any(|word| word.len() >= SHORTEST)
            && said.windows(words.len()).any(|run| run == words.as_slice())
    };
    let mut found = table.columns.iter().filter(is_said);
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let column =
            |name: &str| Column { name: name.into(), holds: Holds::Texts, samples: vec!["2024-01-31".into()], ..Column::default() };
        let columns = vec![Column { name: "id".into(), ..Column::default() }, column("picked_up"), column("returned"), column("due_at")];
        let schema = Schema { tables: vec![Table { name: "rental".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT count(*) FROM rental AS r WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn the_moment_that_is_named_is_asked_for() {
        let asked = "How many rentals were picked up in 2023?";
        check(asked, "strftime('%Y', r.returned) = '2023'", "strftime('%Y', r.picked_up) = '2023'");
        check("How many were due in May?", "returned LIKE '2024-05%'", "due_at LIKE '2024-05%'");
        for (question, condition) in [
            (asked, "picked_up LIKE '2023%'"),
            (asked, "picked_up LIKE '2023%' AND returned IS NULL"),
            ("How many were returned in 2023 that were picked up late?", "returned LIKE '2023%'"),
            ("How many rentals were there in 2023?", "returned LIKE '2023%'"),
            ("How many were picked up and due in 2023?", "returned LIKE '2023%'"),
        ] {
            check(question, condition, condition);
        }
    }
}
