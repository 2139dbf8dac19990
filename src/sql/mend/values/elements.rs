//! Elements of JSON arrays, and values of documents, that a query looks for as if they were the column: `'sale' IN (tags)`, `tags = 'sale'`,
//! `JSON_CONTAINS(tags, '"sale"')`, `config LIKE '%"enabled":true%'`.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;

/// Functions of other databases that ask for an element.
const CONTAINS: [&str; 4] = ["json_contains", "array_contains", "list_contains", "json_array_contains"];
/// What a table of elements has columns of: a column called so would be taken for its own.
pub(super) const OWN: [&str; 8] = ["key", "value", "type", "atom", "id", "parent", "fullkey", "path"];

/// `sql` with elements and values looked for in the documents, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.json().is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| column.meaning.json().map(|_| column));
    let sight = Sight { tokens: Tokens::new(sql), columns };
    let mut edits: Vec<(Range<usize>, String)> = (0..sight.tokens.len()).filter_map(|at| sight.step(at)).collect();
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::JsonPath, edits)
}

struct Sight<'a> {
    tokens: Tokens<'a>,
    /// Columns of documents, by the byte at which their name begins.
    columns: HashMap<usize, &'a Column>,
}

/// An array that is looked through: a column of arrays, or a place in its documents.
struct Array {
    /// The arguments of `json_each`.
    arguments: String,
    /// The token behind it.
    end: usize,
}

impl Sight<'_> {
    fn step(&self, at: usize) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        if tokens.kind(at) == Some(TokenKind::String) {
            return self.sought(at);
        }
        if tokens.is(at, &CONTAINS)
            && let Some(call) = tokens.call(at)
        {
            let [document, literal] = call.arguments.as_slice() else { return None };
            let array = self.array(document.start).filter(|array| array.end == document.end)?;
            let text = (literal.len() == 1 && tokens.kind(literal.start) == Some(TokenKind::String)).then(|| tokens.text(literal.start))?;
            let text = name_of(text);
            let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text);
            // `= 1` behind it says the same.
            let end = call.close + 1;
            let whole = if tokens.is(end, &["="]) && tokens.text(end + 1) == "1" { end + 2 } else { end };
            return Some((tokens.bytes(at..whole), exists(&array.arguments, &format!("= {}", string_literal(bare)), false)));
        }
        self.like(at).or_else(|| self.compared(at))
    }

    /// `'sale' IN (tags)`, `'sale' = ANY(tags)`.
    fn sought(&self, at: usize) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let (open, negated) = match () {
            () if tokens.is(at + 1, &["in"]) => (at + 2, false),
            () if tokens.is(at + 1, &["not"]) && tokens.is(at + 2, &["in"]) => (at + 3, true),
            () if tokens.is(at + 1, &["="]) && tokens.is(at + 2, &["any"]) => (at + 3, false),
            () => return None,
        };
        let close = tokens.close(open)?;
        let array = self.array(open + 1).filter(|array| array.end == close)?;
        Some((tokens.bytes(at..close + 1), exists(&array.arguments, &format!("= {}", tokens.text(at)), negated)))
    }

    /// `tags = 'sale'`, `tags IN ('sale', 'new')`, `tags LIKE 'sale'`.
    fn compared(&self, at: usize) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let array = self.array(at)?;
        let end = array.end;
        // A comparison that computes further, or a list that begins before, is none of these.
        let is_bare = |literal: usize| {
            let text = name_of(tokens.text(literal));
            tokens.kind(literal) == Some(TokenKind::String) && !text.is_empty() && !text.starts_with(['[', '{', '%', '"'])
        };
        let one = |literal: usize, negated: bool| {
            let ends = tokens.text(literal + 1) != "||";
            let sought = if is_bare(literal) { Some(tokens.text(literal).to_owned()) } else { only_element(tokens, literal) };
            let sought = sought.filter(|_| ends)?;
            Some((tokens.bytes(at..literal + 1), exists(&array.arguments, &format!("= {sought}"), negated)))
        };
        match () {
            () if tokens.is(end, &["=", "=="]) || tokens.is(end, &["like"]) => one(end + 1, false),
            () if tokens.is(end, &["<>", "!="]) => one(end + 1, true),
            () if tokens.is(end, &["in"]) || tokens.is(end, &["not"]) && tokens.is(end + 1, &["in"]) => {
                let negated = tokens.is(end, &["not"]);
                let open = end + 1 + usize::from(negated);
                let close = tokens.close(open)?;
                let list = tokens.split(open + 1..close, ",");
                let fits = list.iter().all(|item| item.len() == 1 && is_bare(item.start));
                let condition = format!("IN {}", tokens.piece(open..close + 1));
                fits.then(|| (tokens.bytes(at..close + 1), exists(&array.arguments, &condition, negated)))
            }
            () => None,
        }
    }

    /// The array that the operand at token `at` is.
    fn array(&self, at: usize) -> Option<Array> {
        let tokens = &self.tokens;
        let of = |at: usize| {
            let (column, end) = self.columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at))?;
            let own = end == at + 1 && OWN.iter().any(|own| own.eq_ignore_ascii_case(&column.name));
            (!own).then_some((*column, end))
        };
        let has = |column: &Column, path: &str| {
            let wanted = format!("{path}[]");
            column.meaning.json().is_some_and(|json| json.paths.contains(&wanted))
        };
        let is_path = |at: usize| tokens.kind(at) == Some(TokenKind::String);
        let path = |at: usize| {
            let text = name_of(tokens.text(at));
            if text.starts_with('$') { text } else { format!("$.{text}") }
        };
        if tokens.is(at, &["json_extract"]) {
            let call = tokens.call(at)?;
            let [document, place] = call.arguments.as_slice() else { return None };
            let (column, end) = of(document.start).filter(|(_, end)| *end == document.end && is_path(place.start))?;
            let (place, document) = (path(place.start), tokens.piece(document.start..end));
            let arguments = format!("{document}, {}", string_literal(&place));
            return has(column, &place).then_some(Array { arguments, end: call.close + 1 });
        }
        let (column, end) = of(at).filter(|_| !matches!(tokens.before(at), "->" | "->>" | "."))?;
        let document = tokens.piece(at..end);
        if matches!(tokens.text(end), "->" | "->>") && is_path(end + 1) {
            let place = path(end + 1);
            let arguments = format!("{document}, {}", string_literal(&place));
            return has(column, &place).then_some(Array { arguments, end: end + 2 });
        }
        has(column, "$").then(|| Array { arguments: document.to_owned(), end })
    }

    /// `config LIKE '%"enabled":true%'`.
    fn like(&self, at: usize) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let (column, end) = self.columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at))?;
        let negated = usize::from(tokens.is(end, &["not"]));
        let literal = end + negated + 1;
        if !tokens.is(end + negated, &["like"]) || tokens.kind(literal) != Some(TokenKind::String) {
            return None;
        }
        let (key, value) = pair(&name_of(tokens.text(literal)))?;
        let json = column.meaning.json()?;
        let ends =
            |path: &&String| path.strip_prefix("$.").is_some_and(|rest| rest.rsplit('.').next() == Some(&key) && !rest.contains('['));
        let mut found = json.paths.iter().filter(ends);
        let path = found.next().filter(|_| found.next().is_none())?;
        let operator = if negated > 0 { "IS NOT" } else { "=" };
        let to = format!("json_extract({}, {}) {operator} {value}", tokens.piece(at..end), string_literal(path));
        Some((tokens.bytes(at..literal + 1), to))
    }
}

/// The only element of the array that the text at token `at` is, as SQL: `'["vip"]'` for what is tagged so.
fn only_element(tokens: &Tokens<'_>, at: usize) -> Option<String> {
    let text = (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)))?;
    match serde_json::from_str(&text).ok()? {
        serde_json::Value::Array(elements) => match elements.as_slice() {
            [serde_json::Value::String(only)] => Some(string_literal(only)),
            [serde_json::Value::Number(only)] => Some(only.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn exists(arguments: &str, condition: &str, negated: bool) -> String {
    let not = if negated { "NOT " } else { "" };
    format!("{not}EXISTS (SELECT 1 FROM json_each({arguments}) WHERE value {condition})")
}

/// The key and the value, as SQL, of a pattern that is one pair of a document: `%"enabled":true%`, `%"city": "Rome"%`.
fn pair(pattern: &str) -> Option<(String, String)> {
    let inside = pattern.strip_prefix('%')?.strip_suffix('%')?;
    let (key, rest) = inside.trim_start_matches('{').strip_prefix('"')?.split_once('"')?;
    let value = rest.trim_start().strip_prefix(':')?.trim().trim_end_matches([',', '}']);
    let value = match value {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        value if value.parse::<f64>().is_ok() => value.to_owned(),
        value => {
            let text = value.strip_prefix('"')?.strip_suffix('"')?;
            (!text.contains(['"', '%', '\\'])).then(|| string_literal(text))?
        }
    };
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_key.then(|| (key.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Json, Meaning, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let json = |paths: &[&str]| Meaning::Json(Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        let column = |name: &str, meaning| Column { name: name.into(), meaning, ..Column::default() };
        let meta = json(&["$.enabled", "$.labels[]", "$.home.city", "$.n"]);
        let columns = vec![column("id", Meaning::Plain), column("tags", json(&["$[]"])), column("meta", meta)];
        let schema = Schema { tables: vec![Table { name: "item".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT i.id FROM item AS i WHERE {condition}");
        check_mended(|sql| mend(sql, &schema), &sql(condition), &sql(expected), condition);
    }

    #[test]
    fn elements_are_looked_for_in_the_array() {
        let found = "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'sale')";
        for asked in [
            "'sale' IN (tags)",
            "'sale' = ANY(tags)",
            "tags = 'sale'",
            "tags LIKE 'sale'",
            "tags = '[\"sale\"]'",
            "JSON_CONTAINS(tags, '\"sale\"')",
            "json_contains(tags, '\"sale\"') = 1",
            "array_contains(tags, 'sale')",
        ] {
            check(asked, found);
        }
        check("'sale' NOT IN (i.tags)", "NOT EXISTS (SELECT 1 FROM json_each(i.tags) WHERE value = 'sale')");
        check("tags <> 'sale' AND id > 5", &format!("NOT {found} AND id > 5"));
        check("tags IN ('sale', 'new')", "EXISTS (SELECT 1 FROM json_each(tags) WHERE value IN ('sale', 'new'))");
        let place = "EXISTS (SELECT 1 FROM json_each(i.meta, '$.labels') WHERE value = 'x')";
        check("json_extract(i.meta, '$.labels') = 'x'", place);
        check("i.meta ->> 'labels' = 'x'", place);
    }

    #[test]
    fn pairs_are_looked_for_by_their_path() {
        check("meta LIKE '%\"enabled\":true%'", "json_extract(meta, '$.enabled') = 1");
        check("i.meta LIKE '%\"city\": \"Rome\"%'", "json_extract(i.meta, '$.home.city') = 'Rome'");
        check("meta NOT LIKE '%\"n\": 5}%'", "json_extract(meta, '$.n') IS NOT 5");
    }

    #[test]
    fn what_is_right_or_unknown_stays() {
        for right in [
            "tags LIKE '%sale%'",
            "tags = '[]'",
            "tags = '[\"sale\", \"new\"]'",
            "id = 'sale'",
            "meta = 'x'",
            "meta ->> 'enabled' = 'x'",
            "meta LIKE '%\"other\":true%'",
            "meta LIKE '%Rome%'",
            "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'sale')",
            "tags = ''",
        ] {
            check(right, right);
        }
    }
}
