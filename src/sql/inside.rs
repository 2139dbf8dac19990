//! Strings that a statement compares with values inside of JSON documents: `meta ->> '$.city' = 'paris'`.

use std::ops::Range;

use super::json_path::{Step, written};
use super::lex::{TokenKind, name_of};
use super::resolve::resolve;
use super::tokens::Tokens;
use crate::schema::{Schema, TableRef};

/// A string literal that is compared with what stands at a place of a column's documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The table's file, where it was opened beside the first one.
    pub database: Option<String>,
    /// The column's table, as stored.
    pub table: String,
    /// The column, as stored.
    pub column: String,
    /// The place, `$.city`.
    pub path: String,
    /// What the literal says.
    pub text: String,
    /// Where the literal stands, quotes included, in bytes.
    pub range: Range<usize>,
}

impl Inside {
    /// The column's table.
    pub fn place(&self) -> TableRef<'_> {
        TableRef { database: self.database.as_deref(), name: &self.table }
    }
}

/// The strings in `sql` that equal, or do not equal, what stands inside of documents, in the order in which they stand.
pub fn inside(sql: &str, schema: &Schema) -> Vec<Inside> {
    let has_documents = schema.tables.iter().flat_map(|table| &table.columns).any(|column| column.meaning.json().is_some());
    let Some(resolution) = has_documents.then(|| resolve(sql, schema)).flatten() else { return Vec::new() };
    let tokens = Tokens::new(sql);
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let Some((document, path, end)) = value_of(&tokens, at) else { continue };
        let start = tokens.bytes(document..document + 1).start;
        let reference = resolution.references.iter().find(|reference| reference.range.start == start);
        let table = reference.and_then(|reference| Some((reference, resolution.source(reference)?.table()?)));
        let Some((reference, table)) = table else { continue };
        let Some(column) = table.column(&reference.name.text).filter(|column| column.meaning.json().is_some()) else { continue };
        for literal in literals(&tokens, end) {
            out.push(Inside {
                database: table.database.clone(),
                table: table.name.clone(),
                column: column.name.clone(),
                path: path.clone(),
                text: name_of(tokens.text(literal)),
                range: tokens.bytes(literal..literal + 1),
            });
        }
    }
    out
}

/// A value of a document at token `at`: where the document's name begins, the path, and the token behind the value.
fn value_of(tokens: &Tokens<'_>, at: usize) -> Option<(usize, String, usize)> {
    let (document, path, end) = match tokens.text(at) {
        "->>" => (tokens.operand_before(at)?, at + 1, at + 2),
        _ if tokens.is(at, &["json_extract"]) => {
            let call = tokens.call(at)?;
            let [document, path] = call.arguments.as_slice() else { return None };
            (document.start, path.start, call.close + 1)
        }
        _ => return None,
    };
    let text = (tokens.kind(path) == Some(TokenKind::String)).then(|| name_of(tokens.text(path)))?;
    let path = if text.starts_with('$') { text } else { written(&[Step::Key(text)]) };
    Some((document, path, end))
}

/// The string literals that a value before token `at` is compared with.
fn literals(tokens: &Tokens<'_>, at: usize) -> Vec<usize> {
    let is_string = |at: &usize| tokens.kind(*at) == Some(TokenKind::String);
    if tokens.is(at, &["=", "==", "<>", "!=", "is"]) {
        return Some(at + 1).filter(is_string).into_iter().collect();
    }
    let list = if tokens.is(at, &["not"]) { at + 1 } else { at };
    let open = (tokens.is(list, &["in"]) && tokens.text(list + 1) == "(").then_some(list + 1);
    let close = open.and_then(|open| Some((open, tokens.close(open)?)));
    close.map(|(open, close)| (open + 1..close).filter(is_string).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Json, Meaning, Table};

    #[track_caller]
    fn check(condition: &str, expected: &[(&str, &str)]) {
        let json = Json { paths: vec!["$.city".into(), "$.address.street".into()] };
        let columns = vec![
            Column { name: "name".into(), ..Column::default() },
            Column { name: "meta".into(), meaning: Meaning::Json(json), ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "customer".into(), columns, ..Table::default() }] };
        let sql = format!("SELECT count(*) FROM customer AS c WHERE {condition}");
        let found = inside(&sql, &schema);
        let told: Vec<(&str, &str)> = found.iter().map(|one| (one.path.as_str(), one.text.as_str())).collect();
        assert_eq!(told, expected, "{condition}");
        assert!(found.iter().all(|one| sql.get(one.range.clone()).is_some_and(|text| text.starts_with('\''))));
    }

    #[test]
    fn strings_are_compared_with_values_of_documents() {
        check("meta ->> '$.city' = 'paris'", &[("$.city", "paris")]);
        check(
            "c.meta->>'city' <> 'paris' AND json_extract(c.meta, '$.address.street') = 'x'",
            &[("$.city", "paris"), ("$.address.street", "x")],
        );
        check("json_extract(meta, '$.city') NOT IN ('a', 'b')", &[("$.city", "a"), ("$.city", "b")]);
        check("meta -> 'city' = 'x' OR name = 'y' OR meta ->> 'city' LIKE 'x%' OR meta ->> 'city' = name", &[]);
    }
}
