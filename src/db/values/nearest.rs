//! Whether a column holds a text, and which of its values a text nearly is.

use super::codes::code;
use super::column::ColumnValues;
use super::index::ValueIndex;
use super::lookup::key_of;
use crate::db::database::Database;
use crate::db::error::DbError;
use crate::schema::TableRef;
use crate::signal::Cancel;
use crate::sql::comparisons::Comparing;
use crate::sql::quote::quoted_identifier;
use crate::text::words::{edits_allowed, edits_within};

/// Whether a column holds a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It does, letter by letter.
    Yes,
    /// All its texts are known, and this is none of them.
    No,
    /// Not all of its texts are known.
    Unknown,
}

/// In which way a value is nearly a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NearKind {
    /// Case, accents, punctuation or a plural differ.
    Spelling,
    /// One or two letters are wrong.
    Edits,
    /// The column holds a few values, and writes this one otherwise: `F` for `female`, `Y` for `yes`.
    Code,
}

/// A value that nearly is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// As stored.
    pub value: String,
    /// How near.
    pub kind: NearKind,
}

impl ValueIndex {
    /// Whether the column holds `text`, as far as the index knows.
    pub fn holds<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, text: &str) -> Held {
        match self.column(table.into(), column, None) {
            Some((_, known)) if known.values.binary_search_by(|value| value.as_str().cmp(text)).is_ok() => Held::Yes,
            Some((_, known)) if known.complete => Held::No,
            _ => Held::Unknown,
        }
    }

    /// All texts of a column that has up to `most` of them; `None` where there are more, or not all are known.
    pub fn few<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, most: usize) -> Option<&[String]> {
        let (_, known) = self.column(table.into(), column, None)?;
        (known.complete && (1..=most).contains(&known.values.len())).then_some(&known.values)
    }

    /// The pattern of LIKE that finds the texts of a column of lists (`,linux,rust,`, `red;blue`) that have the element `text`; `None` where
    /// the column holds no lists, none has it, or a pattern would find others too.
    pub fn element<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, text: &str) -> Option<String> {
        let (_, known) = self.column(table.into(), column, None)?;
        element(&known.values, text).filter(|_| known.complete)
    }

    /// The one value of the column that `text` nearly is. `None` where there is none, or where several are equally near.
    pub fn nearest<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, text: &str) -> Option<Near> {
        let (place, known) = self.column(table.into(), column, None)?;
        self.nearest_of(place, known, text)
    }

    /// The one text at a place of the column's documents that `text` nearly is. `None` too where one is `text` itself, or where a few letters
    /// differ and not all texts are known.
    pub fn nearest_inside<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, path: &str, text: &str) -> Option<String> {
        let (place, known) = self.column(table.into(), column, Some(path))?;
        if known.values.iter().any(|value| value == text) {
            return None;
        }
        let near = self.nearest_of(place, known, text)?;
        (near.kind != NearKind::Edits || known.complete).then_some(near.value)
    }

    fn nearest_of(&self, place: usize, known: &ColumnValues, text: &str) -> Option<Near> {
        if let Some(value) = code(known, text) {
            return Some(Near { value: value.clone(), kind: NearKind::Code });
        }
        let (key, _) = key_of(text);
        if key.is_empty() {
            return None;
        }
        let has_digit = key.bytes().any(|byte| byte.is_ascii_digit());
        let most = if has_digit { 0 } else { edits_allowed(key.chars().count()) };
        let mut best: Option<(usize, u32)> = None;
        let mut several = false;
        for entry in self.lookup.of_column(place) {
            let Some(edits) = edits_within(&key, self.lookup.key(entry), most) else { continue };
            match best {
                Some((least, _)) if least < edits => {}
                Some((least, _)) if least == edits => several = true,
                _ => (best, several) = (Some((edits, entry.value)), false),
            }
        }
        let (edits, value) = best.filter(|_| !several)?;
        let kind = if edits == 0 { NearKind::Spelling } else { NearKind::Edits };
        Some(Near { value: known.values.get(value as usize)?.clone(), kind })
    }
}

/// Marks between the elements of a list.
const MARKS: [char; 4] = [',', ';', '|', '\n'];
/// Fewer lists with the element, and fewer that have several elements, may be texts with a comma.
const FEWEST_LISTS: usize = 2;

fn element(values: &[String], text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.contains(MARKS) || text.contains(['%', '_']) {
        return None;
    }
    MARKS.into_iter().find_map(|mark| {
        let elements =
            |value: &String| value.split(mark).map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let lists: Vec<(&String, Vec<String>)> =
            values.iter().map(|value| (value, elements(value))).filter(|(value, _)| value.contains(mark)).collect();
        let wanted = text.to_lowercase();
        let having = lists.iter().filter(|(_, elements)| elements.contains(&wanted)).count();
        let several = lists.iter().filter(|(_, elements)| elements.len() > 1).count();
        let wrapped = values.iter().filter(|value| !value.is_empty()).all(|value| value.starts_with(mark) && value.ends_with(mark));
        // Elements of lists come again; parts of sentences do not.
        let mut all: Vec<&String> = lists.iter().flat_map(|(_, elements)| elements).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        let are_lists = wrapped && several > 0 || several >= FEWEST_LISTS;
        if having < FEWEST_LISTS || !are_lists || 2 * all.len() > count + 1 {
            return None;
        }
        let found = |value: &String| value.to_lowercase().contains(&wanted);
        let others = values.iter().any(|value| found(value) && !elements(value).contains(&wanted));
        if wrapped { Some(format!("%{mark}{text}{mark}%")) } else { (!others).then(|| format!("%{text}%")) }
    })
}

impl Database {
    /// Asks the database whether the column matches `text` anywhere, by its own collation and affinity. `None` where that took too long.
    pub fn holds_value<'t>(
        &self,
        table: impl Into<TableRef<'t>>,
        column: &str,
        text: &str,
        comparing: Comparing,
        cancel: &Cancel,
    ) -> Option<bool> {
        let table = table.into();
        let operator = match comparing {
            Comparing::Equal => "=",
            Comparing::Like => "LIKE",
        };
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} AS t WHERE t.{} {operator} ?1)",
            quoted_identifier(table.name),
            quoted_identifier(column)
        );
        self.of(table.database).with(cancel, |connection| Ok(connection.query_row(&sql, [text], |row| row.get::<_, bool>(0))?)).ok()
    }

    /// Whether more than one row of the column holds `text`, by its own collation; `None` where that took too long, or none does.
    pub fn is_held_by_several<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, text: &str, cancel: &Cancel) -> Option<bool> {
        let table = table.into();
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} AS t WHERE t.{} = ?1 LIMIT 2)",
            quoted_identifier(table.name),
            quoted_identifier(column)
        );
        let rows: i64 =
            self.of(table.database).with(cancel, |connection| Ok(connection.query_row(&sql, [text], |row| row.get(0))?)).ok()?;
        (rows > 0).then_some(rows > 1)
    }

    /// The one value of the column that equals `text` but for ASCII case and blanks around it; `None` where there is none, or several, or
    /// where finding out took too long.
    pub fn value_in_other_case<'t>(&self, table: impl Into<TableRef<'t>>, column: &str, text: &str, cancel: &Cancel) -> Option<String> {
        let place = table.into();
        // A column that is not there is an error only where it is qualified.
        let (table, column) = (quoted_identifier(place.name), format!("t.{}", quoted_identifier(column)));
        let sql = format!(
            "SELECT DISTINCT {column} FROM {table} AS t WHERE typeof({column}) = 'text' AND trim({column}) = trim(?1) COLLATE NOCASE LIMIT 2"
        );
        let found: Result<Vec<String>, DbError> = self
            .of(place.database)
            .with(cancel, |connection| Ok(connection.prepare(&sql)?.query_map([text], |row| row.get(0))?.collect::<Result<_, _>>()?));
        match found.ok()?.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], text: &str, expected: Option<&str>) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(element(&values, text).as_deref(), expected, "{text}");
    }

    #[test]
    fn elements_of_lists_are_found() {
        check(&[",", ",linux,rust,", ",news,rust,", ",rust,"], "Rust", Some("%,Rust,%"));
        check(&["red;blue", "blue", "blue;green", "green;red"], "blue", Some("%blue%"));
        check(&["red;blue", "blue", "blue;green", "darkblue;red"], "blue", None);
        check(&["Bonn, Germany", "Ulm, Germany"], "Bonn", None);
        check(&["a, b and c", "d"], "d", None);
        check(&[",linux,", ",rust,"], "food", None);
    }
}
