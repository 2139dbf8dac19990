//! Stand-ins for functions that join the texts of several rows.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};

/// Longest text that a stand-in makes, in bytes.
const LONGEST: usize = 16 << 20;

/// How texts are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joining {
    /// By commas, as they come.
    Plain,
    /// By a separator, in the order of the first argument.
    Sorted(&'static str),
    /// `key:value`, by commas.
    Pairs,
    /// `author:::sort:::link`, by `:#:`, in the order of the first argument.
    Authors,
}

pub(super) fn install(connection: &Connection, name: &str, arguments: i32, flags: FunctionFlags, joining: Joining) -> rusqlite::Result<()> {
    connection.create_aggregate_function(name, arguments, flags, joining)
}

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Texts {
    texts: Vec<(f64, String)>,
    bytes: usize,
}

impl Aggregate<Texts, Value> for Joining {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Texts> {
        Ok(Texts::default())
    }

    fn step(&self, context: &mut Context<'_>, texts: &mut Texts) -> rusqlite::Result<()> {
        let argument = |i: usize| if i < context.len() { text_of(context.get_raw(i)) } else { None };
        let order = argument(0).and_then(|text| text.parse().ok()).unwrap_or(0.0);
        let text = match self {
            Self::Plain => argument(0),
            Self::Sorted(_) => argument(1),
            Self::Pairs => argument(0).zip(argument(1)).map(|(key, value)| format!("{key}:{value}")),
            Self::Authors => {
                argument(1).map(|author| format!("{author}:::{}:::{}", argument(2).unwrap_or_default(), argument(3).unwrap_or_default()))
            }
        };
        if let Some(text) = text.filter(|_| texts.bytes < LONGEST) {
            texts.bytes += text.len();
            texts.texts.push((order, text));
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, texts: Option<Texts>) -> rusqlite::Result<Value> {
        let mut texts = texts.unwrap_or_default().texts;
        if matches!(self, Self::Sorted(_) | Self::Authors) {
            texts.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        }
        if texts.is_empty() {
            return Ok(Value::Null);
        }
        let separator = match self {
            Self::Plain | Self::Pairs => ",",
            Self::Sorted(separator) => separator,
            Self::Authors => ":#:",
        };
        let texts: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let mut text = texts.join(separator);
        cut(&mut text);
        Ok(Value::Text(text))
    }
}

/// Keeps a text within [`LONGEST`] bytes.
pub(super) fn cut(text: &mut String) {
    if text.len() > LONGEST {
        let end = text.floor_char_boundary(LONGEST);
        text.truncate(end);
    }
}

fn text_of(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(n) => Some(n.to_string()),
        ValueRef::Real(x) => Some(x.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}
