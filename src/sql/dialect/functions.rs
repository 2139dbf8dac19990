//! Calls that SQLite spells differently.

use super::Edits;
use crate::sql::lex::TokenKind;
use crate::sql::tokens::{Call, Tokens};

/// Functions that SQLite has under another name, with the same arguments.
const RENAMED: [(&str, &str); 14] = [
    ("nvl", "ifnull"),
    ("len", "length"),
    ("char_length", "length"),
    ("character_length", "length"),
    ("ucase", "upper"),
    ("lcase", "lower"),
    ("rand", "random"),
    ("listagg", "group_concat"),
    ("strpos", "instr"),
    ("try_cast", "CAST"),
    ("safe_cast", "CAST"),
    ("bool_or", "max"),
    ("bool_and", "min"),
    ("to_json", "json"),
];

pub(super) fn rewrite(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    // `INSERT INTO len(...)`, `WITH len(a) AS (`: a name, not a call.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    if let Some((_, to)) = RENAMED.iter().find(|(from, _)| *from == name) {
        return Some(vec![(tokens.bytes(at..at + 1), (*to).to_owned())]);
    }
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let to = match (name.as_str(), call.arguments.len()) {
        ("isnull", 2) => format!("ifnull({}, {})", argument(0), argument(1)),
        ("isnull", 1) => format!("({} IS NULL)", argument(0)),
        ("nvl2", 3) => format!("iif({} IS NOT NULL, {}, {})", argument(0), argument(1), argument(2)),
        ("left", 2) => format!("substr({}, 1, {})", argument(0), argument(1)),
        ("right", 2) => format!("substr({}, -{})", argument(0), bracketed(tokens, &call, 1)),
        ("locate" | "charindex", 2) => format!("instr({}, {})", argument(1), argument(0)),
        ("greatest", 2..) => format!("max({})", arguments(tokens, &call)),
        ("least", 2..) => format!("min({})", arguments(tokens, &call)),
        ("mod", 2) => format!("({} % {})", bracketed(tokens, &call, 0), bracketed(tokens, &call, 1)),
        ("safe_divide", 2) => format!("({} * 1.0 / nullif({}, 0))", bracketed(tokens, &call, 0), argument(1)),
        // SQLite counts distinct values of one expression.
        ("count", 2..) if tokens.is(at + 2, &["distinct"]) => {
            let all = arguments(tokens, &call);
            format!("count(DISTINCT concat_ws('|', {}))", all.get("distinct".len()..)?.trim_start())
        }
        ("position", 1) => position(tokens, &call)?,
        ("substring" | "substr", 1) => substring(tokens, &call)?,
        ("trim", 1) => trim(tokens, &call)?,
        ("group_concat" | "string_agg", 1) => separator(tokens, &call, &name)?,
        ("cast", 1) => cast(tokens, at, &call)?,
        ("convert", 2) => convert(tokens, &call)?,
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

fn arguments(tokens: &Tokens<'_>, call: &Call) -> String {
    call.arguments.iter().map(|range| tokens.piece(range.clone())).collect::<Vec<_>>().join(", ")
}

/// An argument, in brackets where it is more than one operand.
fn bracketed(tokens: &Tokens<'_>, call: &Call, n: usize) -> String {
    let Some(range) = call.arguments.get(n) else { return String::new() };
    let piece = tokens.piece(range.clone());
    let single = tokens.operand_after(range.start) == Some(range.end) && !piece.starts_with('-');
    if single { piece.to_owned() } else { format!("({piece})") }
}

/// `POSITION(a IN b)`.
fn position(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let at = tokens.find(range.clone(), &["in"])?;
    Some(format!("instr({}, {})", tokens.piece(at + 1..range.end), tokens.piece(range.start..at)))
}

/// `SUBSTRING(x FROM a FOR b)`.
fn substring(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"]);
    let long = tokens.find(range.clone(), &["for"]);
    let end = long.unwrap_or(range.end);
    let text = tokens.piece(range.start..from.unwrap_or(end));
    let start = from.map_or("1", |from| tokens.piece(from + 1..end));
    match (from, long) {
        (None, None) => None,
        (_, Some(long)) => Some(format!("substr({text}, {start}, {})", tokens.piece(long + 1..range.end))),
        (_, None) => Some(format!("substr({text}, {start})")),
    }
}

/// `TRIM(BOTH 'x' FROM y)`, `TRIM(LEADING FROM y)`.
fn trim(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"])?;
    let (name, start) = match tokens.text(range.start).to_ascii_lowercase().as_str() {
        "leading" => ("ltrim", range.start + 1),
        "trailing" => ("rtrim", range.start + 1),
        "both" => ("trim", range.start + 1),
        _ => ("trim", range.start),
    };
    let text = tokens.piece(from + 1..range.end);
    Some(if start < from { format!("{name}({text}, {})", tokens.piece(start..from)) } else { format!("{name}({text})") })
}

/// `GROUP_CONCAT(x SEPARATOR ', ')`. With DISTINCT SQLite knows the comma alone.
fn separator(tokens: &Tokens<'_>, call: &Call, name: &str) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let at = tokens.find(range.clone(), &["separator"])?;
    let (what, by) = (tokens.piece(range.start..at), tokens.piece(at + 1..range.end));
    let distinct = tokens.is(range.start, &["distinct"]);
    (!distinct || by == "','").then(|| if distinct { format!("{name}({what})") } else { format!("{name}({what}, {by})") })
}

/// `CAST(x AS DATE)` and its like, and a decimal that is divided: SQLite would make whole numbers of them.
fn cast(tokens: &Tokens<'_>, at: usize, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let word = tokens.find(range.clone(), &["as"])?;
    let what = tokens.piece(range.start..word);
    match tokens.text(word + 1).to_ascii_lowercase().as_str() {
        "date" => Some(format!("date({what})")),
        "datetime" | "timestamp" => Some(format!("datetime({what})")),
        "time" => Some(format!("time({what})")),
        "decimal" | "numeric" if tokens.text(call.close + 1) == "/" || tokens.before(at) == "/" => Some(format!("CAST({what} AS REAL)")),
        _ => None,
    }
}

/// `CONVERT(type, x)` of SQL Server and `CONVERT(x, type)` of MySQL.
fn convert(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let (first, second) = (call.arguments.first()?, call.arguments.get(1)?);
    let of = |range: &std::ops::Range<usize>| {
        (tokens.kind(range.start) == Some(TokenKind::Word)).then(|| type_name(tokens.text(range.start)))?
    };
    let (sql_type, what) = match (of(first), of(second)) {
        (Some(sql_type), _) => (sql_type, second),
        (None, Some(sql_type)) => (sql_type, first),
        (None, None) => return None,
    };
    Some(converted(tokens.piece(what.clone()), sql_type))
}

/// A value made to be of a type.
pub(super) fn converted(what: &str, sql_type: &str) -> String {
    match sql_type {
        "date" | "datetime" | "time" => format!("{sql_type}({what})"),
        _ => format!("CAST({what} AS {sql_type})"),
    }
}

/// SQLite's word for a type of another dialect; a date function for a date.
pub(super) fn type_name(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "int" | "integer" | "bigint" | "smallint" | "tinyint" | "int2" | "int4" | "int8" | "int64" | "signed" | "unsigned" | "boolean"
        | "bool" => "INTEGER",
        "numeric" | "decimal" | "float" | "float4" | "float8" | "float64" | "double" | "real" | "money" => "REAL",
        "text" | "varchar" | "nvarchar" | "char" | "nchar" | "string" | "character" | "bpchar" | "uuid" => "TEXT",
        "date" => "date",
        "timestamp" | "timestamptz" | "datetime" | "datetime2" => "datetime",
        "time" => "time",
        _ => return None,
    })
}
