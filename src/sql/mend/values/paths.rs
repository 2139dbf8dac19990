//! Paths into JSON documents (`json_extract(meta, '$.City')`, `meta ->> 'city'`) against what the documents are known to hold.
//!
//! A path that is not there gives NULL in every row, without an error.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Json, Schema};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::json_path::{Step, steps, written};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::mend::names::nearest::{PLAIN, distance};
use crate::sql::quote::string_literal;
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::words::{singular, split_name};

/// More changes than this are no slip.
const MAX_CHANGES: usize = 32;
/// Names of a path that the schema knows; what is deeper in a document is not known.
const KNOWN_NAMES: usize = 3;
/// Functions that take a document first and paths after it.
const FUNCTIONS: [&str; 8] =
    ["json_extract", "jsonb_extract", "json_type", "json_array_length", "json_each", "json_tree", "jsonb_each", "jsonb_tree"];

/// `sql` with every path that is nearly one of its column's made that one, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !has_documents(schema) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let found = uses(&now, schema).into_iter().find_map(|found| match found.judge() {
            Judgement::Meant(path) => Some((found.range, string_literal(&path), ChangeKind::JsonPath)),
            Judgement::Known | Judgement::Unknown => None,
        });
        let Some((Range { start, end }, to, kind)) = found.or_else(|| compared(&now, schema)) else { break };
        let (Some(from), Some(before), Some(after)) = (now.get(start..end), now.get(..start), now.get(end..)) else { break };
        let change = Change { kind, from: from.to_owned(), to: to.clone() };
        now = format!("{before}{to}{after}");
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// Paths of `sql` that are in no document which was looked at, with the columns that hold these: for a word of doubt.
pub(crate) fn unknown_paths<'s>(sql: &str, schema: &'s Schema) -> Vec<(String, &'s Column)> {
    uses(sql, schema).into_iter().filter(|found| found.judge() == Judgement::Unknown).map(|found| (found.text, found.column)).collect()
}

/// A path that is applied to a column of JSON documents.
struct Use<'s> {
    column: &'s Column,
    json: &'s Json,
    /// Where the literal stands, quotes included.
    range: Range<usize>,
    text: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Judgement {
    /// It is there, or nobody knows.
    Known,
    /// This one, most plainly.
    Meant(String),
    /// No document that was looked at has it.
    Unknown,
}

fn has_documents(schema: &Schema) -> bool {
    schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.json().is_some()))
}

fn uses<'s>(sql: &str, schema: &'s Schema) -> Vec<Use<'s>> {
    if !has_documents(schema) {
        return Vec::new();
    }
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let columns = columns_of(&resolution);
    let tokens = Tokens::new(sql);
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let places: Vec<(usize, usize)> = match tokens.text(at) {
            "->" | "->>" => tokens.operand_before(at).map(|start| (start, at + 1)).into_iter().collect(),
            _ if tokens.is(at, &FUNCTIONS) => {
                let arguments = tokens.call(at).map(|call| call.arguments).unwrap_or_default();
                let document = arguments.first().map(|range| range.start);
                let paths = arguments.iter().skip(1).filter(|range| range.len() == 1).map(|range| range.start);
                document.map(|document| paths.map(|path| (document, path)).collect()).unwrap_or_default()
            }
            _ => continue,
        };
        for (document, path) in places {
            // The name itself stands last: `c.meta`.
            let end = tokens.operand_after(document).unwrap_or(document + 1);
            let name = name_of(tokens.text(end - 1)).to_lowercase();
            let start = tokens.bytes(document..document + 1).start;
            let known = columns.by_place.get(&start).or_else(|| columns.by_name.get(&name)).copied();
            // Behind a first arrow stands a key, which may be called as the column is.
            let is_name = tokens.kind(document) != Some(TokenKind::String);
            let (Some(column), Some(TokenKind::String), true) = (known, tokens.kind(path), is_name) else { continue };
            if let Some(json) = column.meaning.json() {
                out.push(Use { column, json, range: tokens.bytes(path..path + 1), text: name_of(tokens.text(path)) });
            }
        }
    }
    out
}

struct Columns<'s> {
    /// By the byte at which the name, its qualifier included, begins.
    by_place: HashMap<usize, &'s Column>,
    /// Those of the tables at hand, in lower case: an argument of a function in FROM is not looked up.
    by_name: HashMap<String, &'s Column>,
}

fn columns_of<'s>(resolution: &Resolution<'s>) -> Columns<'s> {
    let by_place = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        Some((reference.range.start, column))
    });
    let tables = resolution.scopes.iter().flat_map(|scope| &scope.sources).filter_map(|source| source.table());
    let documents = tables.flat_map(|table| &table.columns).filter(|column| column.meaning.json().is_some());
    Columns { by_place: by_place.collect(), by_name: documents.map(|column| (column.name.to_lowercase(), column)).collect() }
}

impl Use<'_> {
    fn judge(&self) -> Judgement {
        let known: Vec<Vec<Step>> = self.json.paths.iter().filter_map(|path| steps(path)).collect();
        // Behind an arrow a word alone is a key.
        let is_label = !self.text.starts_with('$');
        let asked = if is_label { Some(vec![Step::Key(self.text.clone())]) } else { steps(&self.text) };
        let (Some(asked), false) = (asked, known.is_empty()) else { return Judgement::Known };
        match nearest(&asked, &known) {
            None => elsewhere(&asked, &known).map_or(Judgement::Unknown, Judgement::Meant),
            Some(meant) => {
                let text = match meant.as_slice() {
                    [Step::Key(key)] if is_label => key.clone(),
                    steps => written(steps),
                };
                let same = meant == asked;
                if same { Judgement::Known } else { Judgement::Meant(text) }
            }
        }
    }
}

/// `asked` with every key as it is known, and without `[]` at its end, which is no place; `None` where it leads nowhere.
fn nearest(asked: &[Step], known: &[Vec<Step>]) -> Option<Vec<Step>> {
    let mut at_hand: Vec<&[Step]> = known.iter().map(Vec::as_slice).collect();
    let mut out = Vec::new();
    for (i, step) in asked.iter().enumerate() {
        // What is inside of the last known thing is not known.
        if at_hand.iter().any(|rest| rest.is_empty()) && (at_hand.iter().all(|rest| rest.is_empty()) || out.len() >= KNOWN_NAMES) {
            out.extend(asked.iter().skip(i).cloned());
            return Some(out);
        }
        match step {
            Step::Place(place) => {
                at_hand.retain(|rest| matches!(rest.first(), Some(Step::Place(_))));
                if matches!(place.as_str(), "[]" | "[*]") {
                    return (i + 1 == asked.len() && !at_hand.is_empty()).then_some(out);
                }
                out.push(step.clone());
            }
            Step::Key(key) => {
                let keys = at_hand.iter().filter_map(|rest| if let Some(Step::Key(key)) = rest.first() { Some(key) } else { None });
                let far = |known: &str| if known == key { Some(0) } else { distance(key, known, None).map(|far| far + 1) };
                let best = keys.filter_map(|known| Some((far(known)?, known))).filter(|(far, _)| *far <= PLAIN + 1);
                let (_, meant) = best.min_by_key(|(far, _)| *far)?;
                let meant = Step::Key(meant.clone());
                at_hand.retain(|rest| rest.first() == Some(&meant));
                out.push(meant);
            }
        }
        at_hand.iter_mut().for_each(|rest| *rest = rest.get(1..).unwrap_or(&[]));
        if at_hand.is_empty() {
            return None;
        }
    }
    Some(out)
}

/// The one path into an object of the document that ends in the keys which were asked of the document itself.
fn elsewhere(asked: &[Step], known: &[Vec<Step>]) -> Option<String> {
    let is_key = |step: &Step| matches!(step, Step::Key(_));
    let is_near = |(asked, known): (&Step, &Step)| {
        let (Step::Key(asked), Step::Key(known)) = (asked, known) else { return false };
        distance(asked, known, None).is_some_and(|far| far <= 1)
    };
    let ends = |path: &&Vec<Step>| {
        let end = path.len().checked_sub(asked.len()).filter(|inside| *inside > 0).and_then(|inside| path.get(inside..));
        path.iter().all(is_key) && end.is_some_and(|end| asked.iter().zip(end).all(is_near))
    };
    let mut found = known.iter().filter(ends).filter(|_| !asked.is_empty());
    found.next().filter(|_| found.next().is_none()).map(|path| written(path))
}

/// The path of the only value of a column's documents that the question speaks of by its key.
pub(super) fn said_leaf<'c>(column: &'c Column, words: &[String]) -> Option<&'c str> {
    let is_said = |key: &str| {
        let key = split_name(key);
        !key.is_empty() && key.iter().all(|word| words.iter().any(|said| singular(said) == singular(word)))
    };
    column.leaf(is_said)
}

/// Operators that compare a value of a document.
const COMPARES: [&str; 9] = ["=", "==", "<>", "!=", "<", "<=", ">", ">=", "like"];

/// A value of a document compared as JSON writes it, where its value is meant: `meta -> 'city' = 'Rome'` is never true, for `->` keeps
/// the quotes of a text, and yes and no of a document are 1 and 0 to SQLite.
fn compared(sql: &str, schema: &Schema) -> Option<(Range<usize>, String, ChangeKind)> {
    let resolution = resolve(sql, schema)?;
    let columns = columns_of(&resolution);
    let tokens = Tokens::new(sql);
    let is_document = |at: usize| {
        let end = tokens.operand_after(at).unwrap_or(at + 1);
        let start = tokens.bytes(at..at + 1).start;
        let name = name_of(tokens.text(end - 1)).to_lowercase();
        columns.by_place.get(&start).or_else(|| columns.by_name.get(&name)).is_some_and(|column| column.meaning.json().is_some())
    };
    (0..tokens.len()).find_map(|at| {
        let (document, end, keeps_quotes) = match tokens.text(at) {
            arrow @ ("->" | "->>") => {
                // A chain of arrows begins at the document.
                let mut first = tokens.operand_before(at)?;
                while first.checked_sub(1).is_some_and(|before| matches!(tokens.text(before), "->" | "->>")) {
                    first = tokens.operand_before(first - 1)?;
                }
                (first, tokens.operand_after(at + 1)?, arrow == "->")
            }
            _ if tokens.is(at, &["json_extract"]) => {
                let call = tokens.call(at)?;
                (call.arguments.first().filter(|_| call.arguments.len() == 2)?.start, call.close + 1, false)
            }
            _ => return None,
        };
        if !is_document(document) || !tokens.is(end, &COMPARES) {
            return None;
        }
        let literal = end + 1;
        let text = (tokens.kind(literal) == Some(TokenKind::String)).then(|| name_of(tokens.text(literal)));
        if keeps_quotes {
            let is_value = text.map_or(tokens.kind(literal) == Some(TokenKind::Number), |text| !text.starts_with(['"', '{', '[', '%']));
            return is_value.then(|| (tokens.bytes(at..at + 1), "->>".to_owned(), ChangeKind::JsonPath));
        }
        let (word, number) = [("true", 1), ("false", 0)].into_iter().find(|(word, _)| text.as_deref() == Some(*word))?;
        let not = match tokens.text(end) {
            "=" | "==" => "",
            "<>" | "!=" => "NOT ",
            _ => return None,
        };
        Some((tokens.bytes(end..literal + 1), format!("{not}IN ('{word}', {number})"), ChangeKind::Boolean))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Meaning, Table};

    fn schema() -> Schema {
        let paths = ["$.city", "$.age", "$.tags[]", "$.address.street", "$.items[].name", "$.\"shoe size\"", "$.user.home.zip"];
        let json = Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        let column = |name: &str, meaning| Column { name: name.into(), meaning, ..Column::default() };
        let columns = vec![column("id", Meaning::Plain), column("meta", Meaning::Json(json))];
        Schema { tables: vec![Table { name: "customer".into(), columns, ..Table::default() }] }
    }

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let sql = |value: &str| format!("SELECT {value} FROM customer AS c");
        let (mended, changes) = mend(&sql(value), &schema());
        assert_eq!(mended, sql(expected));
        assert_eq!(changes.is_empty(), value == expected, "{changes:?}");
        assert_eq!(mend(&mended, &schema()).0, mended, "again");
    }

    #[test]
    fn a_path_that_is_nearly_one_becomes_it() {
        check("json_extract(meta, '$.City')", "json_extract(meta, '$.city')");
        check("json_extract(c.meta, '$.cities', '$.age')", "json_extract(c.meta, '$.city', '$.age')");
        check("meta ->> '$.Age'", "meta ->> '$.age'");
        check("c.meta ->> 'Age'", "c.meta ->> 'age'");
        check("meta -> 'tag'", "meta -> 'tags'");
        check("json_array_length(meta, '$.tags[]')", "json_array_length(meta, '$.tags')");
        check("json_extract(meta, '$.Address.Street')", "json_extract(meta, '$.address.street')");
        check("json_extract(meta, '$.street')", "json_extract(meta, '$.address.street')");
        check("meta ->> 'street'", "meta ->> '$.address.street'");
        check("json_extract(meta, '$.zip')", "json_extract(meta, '$.user.home.zip')");
        check("meta ->> '$.home.zip'", "meta ->> '$.user.home.zip'");
        check("json_extract(meta, '$.item[0].Name')", "json_extract(meta, '$.items[0].name')");
        check("meta ->> 'shoe_size'", "meta ->> 'shoe size'");
        check("json_extract(meta, '$.shoeSize')", "json_extract(meta, '$.\"shoe size\"')");
    }

    #[test]
    fn a_path_that_is_there_or_far_from_all_stays() {
        for right in [
            "json_extract(meta, '$.city')",
            "json_extract(meta, '$')",
            "meta ->> '$.tags[0]'",
            "meta ->> '$.tags[#-1]'",
            "meta -> 'address' ->> 'street'",
            "json_extract(meta, '$.city.deeper')",
            "json_extract(meta, '$.address')",
            "json_extract(meta, '$.salary')",
            "json_extract('{}', '$.City')",
            "meta ->> 0",
        ] {
            check(right, right);
        }
    }

    #[test]
    fn a_value_is_compared_as_a_value() {
        check("meta -> 'city' = 'Rome'", "meta ->> 'city' = 'Rome'");
        check("c.meta -> 'address' -> 'street' <> 'x'", "c.meta -> 'address' ->> 'street' <> 'x'");
        check("meta -> '$.age' > 30", "meta ->> '$.age' > 30");
        check("meta -> 'meta' -> 'city' = 'Rome'", "meta -> 'meta' ->> 'city' = 'Rome'");
        check("json_extract(meta, '$.city') = 'true'", "json_extract(meta, '$.city') IN ('true', 1)");
        check("c.meta ->> 'city' <> 'false'", "c.meta ->> 'city' NOT IN ('false', 0)");
        for right in ["meta -> 'city' = '\"Rome\"'", "meta ->> 'city' = 'Rome'", "meta -> 'city' IS NULL", "id -> 'city' = 'Rome'"] {
            check(right, right);
        }
    }

    #[test]
    fn tables_of_elements_are_seen() {
        let sql = |path: &str| format!("SELECT t.value FROM customer, json_each(customer.meta, '{path}') AS t");
        assert_eq!(mend(&sql("$.Tags"), &schema()).0, sql("$.tags"));
    }

    #[test]
    fn what_no_document_has_is_told() {
        let schema = schema();
        let found = |value: &str| unknown_paths(&format!("SELECT {value} FROM customer"), &schema).len();
        assert_eq!(found("json_extract(meta, '$.salary')"), 1);
        assert_eq!(found("json_extract(meta, '$.city')"), 0);
        assert_eq!(found("id ->> 'salary'"), 0);
    }
}
