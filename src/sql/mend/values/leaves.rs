//! Documents that are reckoned with, ordered by or compared as a whole where one value inside is meant: `avg(meta)` for "the average age", `meta = 'Rome'`.
//!
//! A JSON document is no number (its sum is 0) and equals no word, so that such a query runs and says nothing.

use std::ops::Range;

use super::paths::said_leaf;
use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::{identifier, string_literal};
use crate::sql::resolve::{Clause, Reference, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};

/// Functions of numbers over all rows.
const AGGREGATES: [&str; 7] = ["avg", "sum", "total", "min", "max", "median", "stddev"];
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// `sql` with the value in the place of the document, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    edited(sql, ChangeKind::JsonPath, edits(sql, schema, question).unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema, question: &str) -> Option<Vec<(Range<usize>, String)>> {
    let has_documents = schema.tables.iter().flat_map(|table| &table.columns).any(|column| column.meaning.json().is_some());
    let resolution = has_documents.then(|| resolve(sql, schema))??;
    let words = words_of(&unquoted(question));
    let tokens = Tokens::new(sql);
    let edit = |reference: &Reference| {
        let source = resolution.source(reference)?;
        let column = source.table()?.column(&reference.name.text)?;
        is_object(column).then_some(())?;
        let document = sql.get(reference.range.clone())?;
        let leaf = said_leaf(column, &words).map(|path| format!("json_extract({document}, {})", string_literal(path)));
        let at = (0..tokens.len()).find(|at| tokens.bytes(*at..*at + 1).start == reference.range.start)?;
        let end = tokens.operand_after(at)?;
        let literal = compared_with(&tokens, at, end);
        match (leaf, literal) {
            (Some(leaf), Some(_)) => Some((reference.range.clone(), leaf)),
            (Some(leaf), None) if is_reckoned(&tokens, at, end) || is_ordered(&tokens, reference, at, end) => {
                Some((reference.range.clone(), leaf))
            }
            // No key is named: any value of the document, where it can be but one that is equal.
            (None, Some(literal)) if tokens.is(end, &["=", "=="]) => {
                // A document's own columns (`key`, `value`, `id`, ...) would hide a name that stands alone.
                let (table, name) = (identifier(&source.alias), identifier(&column.name));
                let any = format!("EXISTS (SELECT 1 FROM json_tree({table}.{name}) AS leaf WHERE leaf.atom = {})", tokens.text(literal));
                Some((tokens.bytes(at..literal + 1), any))
            }
            _ => None,
        }
    };
    let mut edits: Vec<(Range<usize>, String)> = resolution.references.iter().filter_map(edit).collect();
    edits.sort_by_key(|(range, _)| range.start);
    Some(edits)
}

/// Whether every document of a column that was looked at is an object.
fn is_object(column: &Column) -> bool {
    column.meaning.json().is_some_and(|json| !json.paths.is_empty() && json.paths.iter().all(|path| path.starts_with("$.")))
}

/// The literal behind the operand `at..end` that it is compared with; none where that is a document itself.
fn compared_with(tokens: &Tokens<'_>, at: usize, end: usize) -> Option<usize> {
    let before = at.checked_sub(1).map(|before| tokens.text(before)).unwrap_or_default();
    let is_plain = !matches!(before, "->" | "->>" | "||");
    let literal = (is_plain && tokens.is(end, &COMPARES)).then_some(end + 1)?;
    match tokens.kind(literal)? {
        TokenKind::Number => Some(literal),
        TokenKind::String => Some(literal).filter(|literal| !name_of(tokens.text(*literal)).trim_start().starts_with(['{', '['])),
        _ => None,
    }
}

/// Whether the operand is all that a function of numbers takes, a CAST between or not.
fn is_reckoned(tokens: &Tokens<'_>, at: usize, end: usize) -> bool {
    let Some(open) = at.checked_sub(1) else { return false };
    if tokens.is(open, &["distinct"]) {
        return open.checked_sub(1).is_some_and(|open| takes_all(tokens, open, end));
    }
    let is_cast = open > 1 && tokens.is(open - 1, &["cast"]) && tokens.is(end, &["as"]);
    if is_cast {
        let close = tokens.call(open - 1).map_or(end, |call| call.close + 1);
        return takes_all(tokens, open - 2, close);
    }
    takes_all(tokens, open, end)
}

fn takes_all(tokens: &Tokens<'_>, open: usize, end: usize) -> bool {
    tokens.text(open) == "(" && tokens.text(end) == ")" && open.checked_sub(1).is_some_and(|name| tokens.is(name, &AGGREGATES))
}

/// Whether the rows are ordered by the document itself.
fn is_ordered(tokens: &Tokens<'_>, reference: &Reference, at: usize, end: usize) -> bool {
    let begins = at.checked_sub(1).is_some_and(|before| tokens.is(before, &["by", ","]));
    let ends = end >= tokens.len() || tokens.is(end, &["asc", "desc", "limit", "nulls", ",", ")", ";"]);
    reference.clause == Clause::OrderBy && begins && ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Json, Meaning, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let json = |paths: &[&str]| Meaning::Json(Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        let column = |name: &str, meaning: Meaning| Column { name: name.into(), meaning, ..Column::default() };
        let columns = vec![
            column("id", Meaning::Plain),
            column("name", Meaning::Plain),
            column("meta", json(&["$.city", "$.age", "$.address.street"])),
            column("tags", json(&["$[]"])),
        ];
        let schema = Schema { tables: vec![Table { name: "customer".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn a_document_is_reckoned_with_by_the_value_that_is_named() {
        let ages = "What is the average age of the customers?";
        check(ages, "SELECT AVG(meta) FROM customer", "SELECT AVG(json_extract(meta, '$.age')) FROM customer");
        check(
            ages,
            "SELECT avg(CAST(c.meta AS REAL)) FROM customer c",
            "SELECT avg(CAST(json_extract(c.meta, '$.age') AS REAL)) FROM customer c",
        );
        check(
            "How many ages?",
            "SELECT max(DISTINCT meta) FROM customer",
            "SELECT max(DISTINCT json_extract(meta, '$.age')) FROM customer",
        );
        check(
            "Names, by age",
            "SELECT name FROM customer ORDER BY meta DESC",
            "SELECT name FROM customer ORDER BY json_extract(meta, '$.age') DESC",
        );
        check(
            "Who is over the age of 30?",
            "SELECT name FROM customer WHERE meta > 30",
            "SELECT name FROM customer WHERE json_extract(meta, '$.age') > 30",
        );
    }

    #[test]
    fn no_document_equals_a_word() {
        let rome = "EXISTS (SELECT 1 FROM json_tree(customer.meta) AS leaf WHERE leaf.atom = 'Rome')";
        check(
            "How many are from Rome?",
            "SELECT count(*) FROM customer WHERE meta = 'Rome'",
            &format!("SELECT count(*) FROM customer WHERE {rome}"),
        );
        let city = "SELECT count(*) FROM customer WHERE json_extract(meta, '$.city') = 'Rome'";
        check("How many have Rome for a city?", "SELECT count(*) FROM customer WHERE meta = 'Rome'", city);
    }

    #[test]
    fn what_takes_documents_apart_or_means_them_stays() {
        for sql in [
            "SELECT avg(json_extract(meta, '$.age')) FROM customer",
            "SELECT avg(meta ->> 'age') FROM customer",
            "SELECT meta FROM customer",
            "SELECT count(meta) FROM customer",
            "SELECT name FROM customer WHERE meta = '{\"age\": 3}'",
            "SELECT name FROM customer WHERE meta LIKE '%Rome%'",
            "SELECT name FROM customer WHERE meta <> 'x' OR tags = 'a'",
            "SELECT max(id) FROM customer WHERE meta IS NULL",
        ] {
            check("What is the average of the customers of Rome?", sql, sql);
        }
        check("ages and streets", "SELECT avg(meta) FROM customer", "SELECT avg(meta) FROM customer");
    }
}
