//! Arrays and documents that rows are grouped by as a whole where the question speaks of one element or value: "how many titles of each genre",
//! answered for each list of genres; "how many items per colour", answered for each document.

use std::ops::Range;

use super::elements::OWN;
use super::paths::said_leaf;
use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, string_literal};
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::words::{singular, split_name};

/// Words that ask for the lists as they are.
const WHOLE: [&str; 8] = ["combination", "combinations", "set", "sets", "list", "lists", "together", "exact"];

/// `sql` with a row for each element of the array that it groups by, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let is_open = !words.iter().any(|word| WHOLE.contains(&word.as_str()));
    let edits = resolve(sql, schema).filter(|_| is_open).and_then(|resolution| unfolded(sql, &resolution, &words));
    edited(sql, ChangeKind::JsonPath, edits.unwrap_or_default())
}

fn unfolded(sql: &str, resolution: &Resolution<'_>, words: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let [source] = scope.sources.as_slice() else { return None };
    let mut grouped = resolution.references.iter().filter(|reference| reference.clause == Clause::GroupBy);
    let (Some(term), None) = (grouped.next(), grouped.next()) else { return None };
    let column = source.table()?.column(&term.name.text)?;
    if let Some(path) = said_leaf(column, words) {
        return at_path(sql, resolution, column, path);
    }
    is_array(column).then_some(())?;
    let name = split_name(&column.name);
    let element = name.last().map(|last| singular(last).to_owned())?;
    let is_plain = |reference: &Reference| reference.qualifier.is_some() || !OWN.contains(&reference.name.text.to_lowercase().as_str());
    if !words.contains(&element) || !resolution.references.iter().all(is_plain) {
        return None;
    }
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len())?;
    let from = arm.clause(Part::From)?;
    let items: Vec<Range<usize>> = arm.items(&tokens)?.into_iter().map(|item| tokens.bytes(item)).collect();
    let same = |reference: &&Reference| reference.name.text.eq_ignore_ascii_case(&column.name) && reference.clause != Clause::Where;
    let mut edits: Vec<(Range<usize>, String)> = resolution
        .references
        .iter()
        .filter(same)
        .map(|reference| {
            let called = if items.contains(&reference.range) { format!(" AS {}", identifier(&element)) } else { String::new() };
            (reference.range.clone(), format!("json_each.value{called}"))
        })
        .collect();
    let end = tokens.bytes(from).end;
    edits.push((end..end, format!(", json_each({}.{})", identifier(&source.alias), identifier(&column.name))));
    edits.sort_by_key(|(range, _)| range.start);
    Some(edits)
}

/// The value at `path` in the place of the document, but in conditions; `None` where the query takes documents apart by itself.
fn at_path(sql: &str, resolution: &Resolution<'_>, column: &Column, path: &str) -> Option<Vec<(Range<usize>, String)>> {
    let same = |reference: &&Reference| reference.name.text.eq_ignore_ascii_case(&column.name) && reference.clause != Clause::Where;
    let at = |reference: &Reference| {
        let before = sql.get(..reference.range.start)?.trim_end();
        let behind = sql.get(reference.range.end..)?.trim_start();
        let is_whole = !before.ends_with('(') && !behind.starts_with("->");
        is_whole.then(|| {
            (
                reference.range.clone(),
                format!("json_extract({}, {})", sql.get(reference.range.clone()).unwrap_or_default(), string_literal(path)),
            )
        })
    };
    resolution.references.iter().filter(same).map(at).collect()
}

/// Whether a column holds arrays of plain values.
fn is_array(column: &Column) -> bool {
    column.meaning.json().is_some_and(|json| json.paths.iter().all(|path| path == "$[]") && !json.paths.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Json, Meaning, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, paths: &[&str]| {
            let meaning = if paths.is_empty() {
                Meaning::Plain
            } else {
                Meaning::Json(Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() })
            };
            Column { name: name.into(), meaning, ..Column::default() }
        };
        let columns = vec![
            column("id", &[]),
            column("title", &[]),
            column("genres", &["$[]"]),
            column("items", &["$[].name"]),
            column("attrs", &["$.color", "$.size"]),
        ];
        let table = Table { name: "film".into(), columns, ..Table::default() };
        check_mended(|sql| mend(sql, &Schema { tables: vec![table.clone()] }, question), sql, expected, question);
    }

    #[test]
    fn each_element_is_a_group() {
        check(
            "How many films are there of each genre?",
            "SELECT genres, COUNT(*) FROM film GROUP BY genres",
            "SELECT json_each.value AS genre, COUNT(*) FROM film, json_each(film.genres) GROUP BY json_each.value",
        );
        check(
            "What is the most common genre?",
            "SELECT f.genres AS g FROM film f WHERE f.title <> '' GROUP BY f.genres ORDER BY COUNT(f.genres) DESC LIMIT 1",
            "SELECT json_each.value AS g FROM film f, json_each(f.genres) WHERE f.title <> '' GROUP BY json_each.value \
             ORDER BY COUNT(json_each.value) DESC LIMIT 1",
        );
    }

    #[test]
    fn the_value_of_a_document_is_a_group() {
        check(
            "How many films per color?",
            "SELECT attrs, COUNT(*) FROM film GROUP BY attrs",
            "SELECT json_extract(attrs, '$.color'), COUNT(*) FROM film GROUP BY json_extract(attrs, '$.color')",
        );
        for sql in [
            "SELECT json_extract(attrs, '$.color'), COUNT(*) FROM film GROUP BY attrs",
            "SELECT attrs ->> '$.color', COUNT(*) FROM film GROUP BY attrs",
        ] {
            check("How many films per color?", sql, sql);
        }
    }

    #[test]
    fn what_is_asked_of_lists_or_is_none_stays() {
        for (question, sql) in [
            ("How many films have each combination of genres, genre by genre?", "SELECT genres, COUNT(*) FROM film GROUP BY genres"),
            ("How many films for each list?", "SELECT genres, COUNT(*) FROM film GROUP BY genres"),
            ("How many films of each genre?", "SELECT title, COUNT(*) FROM film GROUP BY title"),
            ("How many films for each item?", "SELECT items, COUNT(*) FROM film GROUP BY items"),
            ("The ids of each genre", "SELECT genres, MAX(id) FROM film GROUP BY genres"),
        ] {
            check(question, sql, sql);
        }
    }
}
