//! "How long is the longest gene", answered by where one ends: `max(end)`, where a table keeps from which number to which a row goes.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Clause, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::split_name;

/// What columns are called of where a row begins, and where it ends.
const ENDS: [(&str, &str); 4] = [("start", "end"), ("begin", "end"), ("first", "last"), ("from", "to")];
const FUNCTIONS: [&str; 4] = ["max", "min", "avg", "sum"];

/// `sql` with lengths in the place of ends, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let asks_length =
        words.windows(2).any(|pair| pair == ["how", "long"]) || words.iter().any(|word| word == "length" || word == "lengths");
    let edits = (asks_length && is_english_question(question)).then(|| edits(sql, schema)).flatten();
    edited(sql, ChangeKind::Unit, edits.unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema) -> Option<Vec<(Range<usize>, String)>> {
    let resolution = resolve(sql, schema)?;
    let tokens = Tokens::new(sql);
    let mut edits = Vec::new();
    for at in (0..tokens.len()).filter(|at| tokens.is(*at, &FUNCTIONS)) {
        let Some(call) = tokens.call(at) else { continue };
        let [argument] = call.arguments.as_slice() else { continue };
        let bytes = tokens.bytes(argument.clone());
        let Some(reference) = resolution.references.iter().find(|reference| reference.range == bytes && reference.clause == Clause::Select)
        else {
            continue;
        };
        let Some(table) = resolution.source(reference).and_then(|source| source.table()) else { continue };
        let Some(begins) = begins(table, &reference.name.text) else { continue };
        // What names its beginning too reckons by itself.
        if resolution.references.iter().any(|other| other.name.text.eq_ignore_ascii_case(&begins.name)) {
            return None;
        }
        let qualifier = sql.get(reference.range.start..reference.name.range.start).unwrap_or_default();
        edits.push((bytes.end..bytes.end, format!(" - {qualifier}{}", identifier(&begins.name))));
    }
    Some(edits)
}

/// The column of where a row begins that ends at the number in `column`; none for moments.
fn begins<'t>(table: &'t Table, column: &str) -> Option<&'t Column> {
    let is_number = |column: &Column| column.holds == Holds::Numbers && column.meaning == Meaning::Plain;
    let words = split_name(&table.column(column).filter(|column| is_number(column))?.name);
    ENDS.into_iter().find_map(|(begin, end)| {
        let at = words.iter().position(|word| word == end)?;
        let like = |other: &&Column| {
            let other = split_name(&other.name);
            other.len() == words.len() && other.iter().zip(&words).enumerate().all(|(i, (a, b))| if i == at { a == begin } else { a == b })
        };
        table.columns.iter().find(|other| is_number(other) && like(other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str| Column { name: name.into(), holds: Holds::Numbers, ..Column::default() };
        let columns = ["id", "start", "end", "page_from", "page_to", "score"].map(column).to_vec();
        let schema = Schema { tables: vec![Table { name: "feature".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn an_end_is_no_length() {
        let asked = "How long is the longest gene?";
        check(asked, "SELECT max(\"end\") FROM feature", "SELECT max(\"end\" - start) FROM feature");
        check(asked, "SELECT MAX(f.\"end\") AS m FROM feature f", "SELECT MAX(f.\"end\" - f.start) AS m FROM feature f");
        check(
            "What is the average length of a chapter?",
            "SELECT avg(page_to) FROM feature",
            "SELECT avg(page_to - page_from) FROM feature",
        );
        for (question, sql) in [
            (asked, "SELECT max(\"end\" - start) FROM feature"),
            (asked, "SELECT max(\"end\") - min(start) FROM feature"),
            (asked, "SELECT max(score) FROM feature"),
            ("Where does the last gene end?", "SELECT max(\"end\") FROM feature"),
        ] {
            check(question, sql, sql);
        }
    }
}
