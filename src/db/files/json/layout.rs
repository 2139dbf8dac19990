//! How rows lie in a JSON file, by its beginning.

use crate::db::files::spans::{Cursor, elements, is_json, string, without_nan};

/// How rows lie in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// A value a line.
    Lines,
    /// Values one after another, over several lines.
    Sequence,
    /// In a list.
    List,
    /// In a list inside an object.
    Inside(Inside),
}

/// The list of an object that has the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inside {
    pub(super) key: String,
    /// Where in the file its contents begin.
    pub(super) begin: usize,
    /// What the elements of its rows are called, where these are lists and another list before it says that.
    pub(super) names: Vec<String>,
}

/// Where names of columns stand beside rows that are lists, as `--format json` writes them, and pandas with `orient="split"`.
const NAMES: &str = "columns";
/// What such rows are called there.
const ROWS: [&str; 2] = ["rows", "data"];

/// Where the rows are, by the beginning of a file, which is all of it where it is `whole`.
pub(super) fn layout(head: &[u8], whole: bool) -> Layout {
    let text = head.trim_ascii_start();
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let rest = text.get(line.len()..).unwrap_or_default().trim_ascii();
    // A line too long for what is looked at counts as whole, unless it begins a list.
    let unseen = line.len() == text.len() && !whole;
    if (is_json(line) || without_nan(line).is_some_and(|mended| is_json(&mended))) && !rest.is_empty() {
        return Layout::Lines;
    }
    match text.first() {
        Some(b'[') => Layout::List,
        Some(b'{') => match list_inside(head, text) {
            Some(inside) => Layout::Inside(inside),
            None if unseen => Layout::Lines,
            None => Layout::Sequence,
        },
        _ => Layout::Lines,
    }
}

/// The key of the first list of objects in the object that a text begins with, where only short values stand before it.
pub fn first_list(head: &[u8]) -> Option<String> {
    let text = head.trim_ascii_start();
    list_inside(head, text).filter(|inside| text.first() == Some(&b'{') && inside.names.is_empty()).map(|inside| inside.key)
}

/// The first member of an object that is a list of objects, or of lists behind one of their columns' names, where only short values stand
/// before it.
fn list_inside(head: &[u8], object: &[u8]) -> Option<Inside> {
    let offset = head.len() - object.len();
    let mut cursor = Cursor { json: object, at: 1 };
    let mut names = Vec::new();
    loop {
        cursor.blank();
        let key = cursor.value().filter(|key| key.first() == Some(&b'"'))?;
        cursor.blank();
        cursor.eat(b':')?;
        cursor.blank();
        if cursor.peek() == Some(b'[') {
            let begin = cursor.at + 1;
            let first = object.get(begin..)?.trim_ascii_start().first();
            let key = string(key);
            let is_named = !names.is_empty() && matches!(first, Some(b'[' | b']')) && ROWS.contains(&key.as_str());
            if first == Some(&b'{') || is_named {
                return Some(Inside { key, begin: offset + begin, names: if is_named { names } else { Vec::new() } });
            }
            let value = cursor.value()?;
            if key == NAMES && elements(value).all(|name| name.first() == Some(&b'"')) {
                names = elements(value).map(string).collect();
            }
        } else {
            cursor.value()?;
        }
        cursor.blank();
        cursor.eat(b',')?;
    }
}
