//! Rows of several kinds in one table that is called like one of them: `posts` keeps posts, pages and revisions, and `post_type` says which. A
//! question about posts means rows of that kind.

use std::ops::Range;

use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, string_literal};
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{singular, split_name};

/// Last words of columns that say of which kind a row is.
const KINDS: [&str; 3] = ["type", "kind", "class"];

/// `sql` over the rows of the kind that `question` speaks of, where the query says nothing of kinds, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let has_kinds = schema.tables.iter().any(|table| kind(table).is_some());
    let resolution = resolve(sql, schema).filter(|_| has_kinds && is_english_question(question));
    edited(sql, ChangeKind::Structure, resolution.and_then(|resolution| edits(sql, &resolution, question)).unwrap_or_default())
}

fn edits(sql: &str, resolution: &Resolution<'_>, question: &str) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end == tokens.len() && tokens.is(0, &["select"]))?;
    if tokens.joins_outer() {
        return None;
    }
    let words = words_of(&unquoted(question));
    let mut found = scope.sources.iter().filter_map(|source| {
        let (column, value) = kind(source.table()?)?;
        let named = resolution.references.iter().any(|reference| reference.name.text.eq_ignore_ascii_case(&column.name));
        let asks = |kind: &str| words.iter().any(|word| singular(word) == kind.to_lowercase());
        let several = column.samples.iter().any(|other| other != value && asks(other));
        (asks(value) && !several && !named).then_some((source, column, value))
    });
    let (source, column, value) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let qualifier = if scope.sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    let condition = format!("{qualifier}{} = {}", identifier(&column.name), string_literal(value));
    Some(vec![arm.with_condition(&tokens, &condition)?])
}

/// The column that says of which kind a row of `table` is, and the kind that the table is called by.
fn kind(table: &Table) -> Option<(&Column, &str)> {
    let called = split_name(&table.name);
    // In a table of its own name all rows are documents, letters among them: only a prefix says that a program keeps several kinds there.
    if called.len() < 2 {
        return None;
    }
    let thing = singular(called.last()?);
    let is_kind = |column: &&Column| {
        column.holds == Holds::Texts
            && column.samples.len() > 1
            && split_name(&column.name).last().is_some_and(|last| KINDS.contains(&last.as_str()))
    };
    table.columns.iter().filter(is_kind).find_map(|column| {
        let same = |text: &&String| text.to_lowercase() == thing;
        Some((column, column.samples.iter().find(same)?.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, samples: &[&str]| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        };
        let posts = Table {
            name: "wp_posts".into(),
            columns: vec![column("title", &["a", "b"]), column("post_type", &["attachment", "post", "page"])],
            ..Table::default()
        };
        let event = Table { name: "event".into(), columns: vec![column("event_type", &["concert", "fair"])], ..Table::default() };
        check_mended(|sql| mend(sql, &Schema { tables: vec![posts.clone(), event.clone()] }, question), sql, expected, question);
    }

    #[test]
    fn a_table_of_several_kinds_is_read_of_the_one_it_is_called_by() {
        check("How many posts are there?", "SELECT count(*) FROM wp_posts", "SELECT count(*) FROM wp_posts WHERE post_type = 'post'");
        check(
            "Which post is called a or b?",
            "SELECT title FROM wp_posts WHERE title = 'a' OR title = 'b'",
            "SELECT title FROM wp_posts WHERE (title = 'a' OR title = 'b') AND post_type = 'post'",
        );
    }

    #[test]
    fn what_says_or_asks_for_other_kinds_stays() {
        for (question, sql) in [
            ("How many posts are there?", "SELECT count(*) FROM wp_posts WHERE post_type = 'page'"),
            ("How many posts of each type?", "SELECT post_type, count(*) FROM wp_posts GROUP BY post_type"),
            ("How many posts and pages are there?", "SELECT count(*) FROM wp_posts"),
            ("How many rows are there?", "SELECT count(*) FROM wp_posts"),
            ("How many events are there?", "SELECT count(*) FROM event"),
        ] {
            check(question, sql, sql);
        }
    }
}
