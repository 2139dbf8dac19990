//! Values and strings as Python has them, where Jinja's own engine leaves them to Python.

use std::fmt::{self, Write};

use minijinja::value::{ValueKind, from_args};
use minijinja::{Error, ErrorKind, Output, State, Value, escape_formatter};
use minijinja_contrib::pycompat::unknown_method_callback;

/// Lists in lists are written so deep.
const DEEPEST: usize = 64;
/// Columns that a text is filled up to at most.
const WIDEST: usize = 4096;

/// Writes `value`: lists and dictionaries as Python's `repr` does.
pub(super) fn write(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Map => write_repr(out, value, 0).map_err(Error::from),
        _ => escape_formatter(out, state, value),
    }
}

fn write_repr(out: &mut dyn Write, value: &Value, depth: usize) -> fmt::Result {
    let kind = value.kind();
    if depth > DEEPEST {
        return out.write_str("...");
    }
    match (value.as_str(), kind) {
        (Some(text), _) => write_text(out, text),
        (None, ValueKind::Seq | ValueKind::Map) => {
            let [open, close] = if kind == ValueKind::Seq { ["[", "]"] } else { ["{", "}"] };
            out.write_str(open)?;
            for (index, item) in value.try_iter().into_iter().flatten().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_repr(out, &item, depth + 1)?;
                if kind == ValueKind::Map {
                    out.write_str(": ")?;
                    write_repr(out, &value.get_item(&item).unwrap_or_default(), depth + 1)?;
                }
            }
            out.write_str(close)
        }
        _ => write!(out, "{value}"),
    }
}

/// In the quotes that need no escape, where there are such.
fn write_text(out: &mut dyn Write, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\\' => out.write_str("\\\\")?,
            c if c == quote => write!(out, "\\{c}")?,
            c if c.is_control() => write!(out, "\\x{:02x}", u32::from(c))?,
            c => out.write_char(c)?,
        }
    }
    out.write_char(quote)
}

/// Markup's characters as `markupsafe` replaces them.
pub(super) fn escape(value: &Value) -> Value {
    if value.is_safe() {
        return value.clone();
    }
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    Value::from_safe_string(out)
}

/// Methods of Python's strings, lists and dictionaries.
pub(super) fn method(state: &State<'_, '_>, value: &Value, name: &str, arguments: &[Value]) -> Result<Value, Error> {
    let own = value.as_str().map(|text| of_text(text, name, arguments));
    match own {
        Some(Ok(Some(found))) => Ok(found),
        Some(Err(error)) => Err(error),
        Some(Ok(None)) | None => unknown_method_callback(state, value, name, arguments),
    }
}

/// Those of strings that the engine's own additions lack.
fn of_text(text: &str, name: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    let found = match name {
        "partition" | "rpartition" => {
            let (separator,): (String,) = from_args(arguments)?;
            let last = name == "rpartition";
            let parts = if last { text.rsplit_once(separator.as_str()) } else { text.split_once(separator.as_str()) };
            match (parts, last) {
                (Some((before, behind)), _) => list(&[before, separator.as_str(), behind]),
                (None, true) => list(&["", "", text]),
                (None, false) => list(&[text, "", ""]),
            }
        }
        "rsplit" => match from_args(arguments)? {
            (None::<String>, None::<i64>) => list(&text.split_whitespace().collect::<Vec<_>>()),
            (Some(separator), most) if !separator.is_empty() => {
                let most = most.and_then(|most| usize::try_from(most).ok()).map_or(usize::MAX, |most| most.saturating_add(1));
                let mut parts: Vec<&str> = text.rsplitn(most, separator.as_str()).collect();
                parts.reverse();
                list(&parts)
            }
            _ => return Ok(None),
        },
        "removeprefix" => {
            let (part,): (String,) = from_args(arguments)?;
            Value::from(text.strip_prefix(part.as_str()).unwrap_or(text))
        }
        "removesuffix" => {
            let (part,): (String,) = from_args(arguments)?;
            Value::from(text.strip_suffix(part.as_str()).unwrap_or(text))
        }
        "ljust" | "rjust" => {
            let (width, filling): (usize, Option<char>) = from_args(arguments)?;
            if width > WIDEST {
                return Err(Error::new(ErrorKind::InvalidOperation, format!("{name} of more than {WIDEST} columns")));
            }
            let filling: String = (text.chars().count()..width).map(|_| filling.unwrap_or(' ')).collect();
            Value::from(if name == "ljust" { format!("{text}{filling}") } else { format!("{filling}{text}") })
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

fn list(parts: &[&str]) -> Value {
    parts.iter().map(|part| Value::from(*part)).collect()
}
