//! "Still open", asked as `opened IS NOT NULL`, which holds in every row: what is open has not been closed.

use std::ops::Range;

use crate::schema::{Column, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::split_name;

/// Words of what has begun and not ended.
const OPEN: [&str; 8] = ["open", "opened", "unresolved", "unfinished", "running", "ongoing", "active", "still"];
/// First words of columns of when something ended.
const ENDED: [&str; 8] = ["closed", "resolved", "finished", "ended", "completed", "stopped", "done", "returned"];

/// `sql` asking for what has not ended, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let asks = words_of(&unquoted(question)).iter().any(|word| OPEN.contains(&word.as_str())) && is_english_question(question);
    let edits = asks.then(|| edits(sql, schema)).flatten();
    edited(sql, ChangeKind::Date, edits.unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema) -> Option<Vec<(Range<usize>, String)>> {
    let resolution = resolve(sql, schema)?;
    let tokens = Tokens::new(sql);
    let edit = |at: usize| {
        let end = tokens
            .operand_after(at)
            .filter(|end| tokens.is(*end, &["is"]) && tokens.is(end + 1, &["not"]) && tokens.is(end + 2, &["null"]))?;
        let bytes = tokens.bytes(at..end);
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let table = resolution.source(reference)?.table()?;
        // It says nothing: every row has begun.
        let begun = table.column(&reference.name.text).filter(|column| !column.has_null && is_of(column, &OPEN))?;
        let ended = ended(table, begun)?;
        let qualifier = sql.get(reference.range.start..reference.name.range.start).unwrap_or_default();
        Some((tokens.bytes(at..end + 3), format!("{qualifier}{} IS NULL", identifier(&ended.name))))
    };
    Some((0..tokens.len()).filter(|at| tokens.before(*at) != ".").filter_map(edit).collect())
}

fn is_of(column: &Column, words: &[&str]) -> bool {
    split_name(&column.name).first().is_some_and(|first| words.contains(&first.as_str()))
}

/// The only column of when a row ended, where some have not.
fn ended<'t>(table: &'t Table, begun: &Column) -> Option<&'t Column> {
    let mut found = table.columns.iter().filter(|column| column.has_null && is_of(column, &ENDED) && !std::ptr::eq(*column, begun));
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let column = |name: &str, has_null: bool| Column { name: name.into(), has_null, ..Column::default() };
        let columns = vec![column("id", false), column("opened", false), column("closed", true), column("seen", true)];
        let schema = Schema { tables: vec![Table { name: "ticket".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT count(*) FROM ticket AS t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn what_is_open_has_not_been_closed() {
        check("How many tickets are still open?", "opened IS NOT NULL", "closed IS NULL");
        check("How many open tickets of Ann?", "t.id > 3 AND t.opened IS NOT NULL", "t.id > 3 AND t.closed IS NULL");
        check("How many tickets are still open?", "closed IS NULL", "closed IS NULL");
        check("How many tickets are still open?", "seen IS NOT NULL", "seen IS NOT NULL");
        check("How many tickets were there?", "opened IS NOT NULL", "opened IS NOT NULL");
    }
}
