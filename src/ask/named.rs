//! A text that is compared with a key, where what the key refers to is called so: `from_station = 'Zoo'` over codes of stations.

use crate::db::values::{Held, NearKind};
use crate::db::{Database, ValueIndex};
use crate::schema::{Column, Holds, Schema, Table, TableRef};
use crate::signal::Cancel;
use crate::sql::comparisons::{Comparing, Comparison};
use crate::sql::quote::{identifier, string_literal, table_name};
use crate::text::words::split_name;

/// Words of columns that hold what a thing is called.
const NAMES: [&str; 5] = ["name", "title", "label", "description", "code"];

/// What a key refers to, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The table referred to, as stored.
    pub(super) table: String,
    /// The column with the name.
    pub(super) column: String,
    /// The name, as stored.
    pub(super) value: String,
    /// The query that finds the key, without brackets.
    lookup: String,
    /// Whether several rows are called so.
    several: bool,
}

impl Named {
    /// What stands in the place of a literal behind `before`: `before`, without the operator where a list of keys needs another, and the text.
    /// `None` where several are called so and no list can stand: only an equation becomes IN.
    pub(super) fn in_place_of_literal<'b>(&self, before: &'b str) -> Option<(&'b str, String)> {
        let lookup = &self.lookup;
        if !self.several {
            return Some((before, format!("({lookup})")));
        }
        equation(before).map(|(rest, operator)| (rest, format!("{operator} ({lookup})")))
    }

    /// Whether it is called `text`, in whatever case: no abbreviation, nothing that is only near.
    pub(super) fn is_called(&self, text: &str) -> bool {
        self.value.to_lowercase() == text.to_lowercase()
    }

    /// In words, as the key in `column`.
    pub(super) fn told(&self, column: &str) -> String {
        format!("the {column} of {}.{} {}", self.table, self.column, string_literal(&self.value))
    }
}

/// What stands before an equals sign or its opposite at the end of `before`, and the operator for lists that is like it.
pub(super) fn equation(before: &str) -> Option<(&str, &'static str)> {
    let text = before.trim_end();
    let of = |sign: &str| text.strip_suffix(sign).filter(|rest| !rest.ends_with(['<', '>', '!', '=']));
    of("<>").or_else(|| of("!=")).map(|rest| (rest, "NOT IN")).or_else(|| of("==").or_else(|| of("=")).map(|rest| (rest, "IN")))
}

/// What the column of `comparison` refers to that is called as its text says; `None` where the column is no key of one column or nothing is
/// called so.
pub(super) fn named(comparison: &Comparison, schema: &Schema, index: &ValueIndex, database: &Database, cancel: &Cancel) -> Option<Named> {
    if comparison.comparing != Comparing::Equal {
        return None;
    }
    let table = schema.table_of(comparison.database.as_deref(), &comparison.table)?;
    let keys =
        table.foreign_keys.iter().filter(|key| matches!(key.columns.as_slice(), [own] if own.eq_ignore_ascii_case(&comparison.column)));
    let referring = keys.filter_map(|key| match key.foreign_columns.as_slice() {
        [foreign] => Some((schema.referred(table, key)?, foreign.as_str())),
        _ => None,
    });
    let is_key = matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(&comparison.column));
    let own = is_key.then_some((table, comparison.column.as_str()));
    referring.chain(own).find_map(|(referred, key)| {
        let (column, value) = called(referred, key, &comparison.text, index)?;
        let place = TableRef { database: referred.database.as_deref(), name: &referred.name };
        let several = database.is_held_by_several(place, &column.name, &value, cancel)?;
        let lookup = format!(
            "SELECT {} FROM {} WHERE {} = {}",
            identifier(key),
            table_name(referred),
            identifier(&column.name),
            string_literal(&value)
        );
        Some(Named { table: referred.name.clone(), column: column.name.clone(), value, lookup, several })
    })
}

/// The column of `table` that holds `text`, and the text as stored: one for names before others.
fn called<'t>(table: &'t Table, key: &str, text: &str, index: &ValueIndex) -> Option<(&'t Column, String)> {
    let place = TableRef { database: table.database.as_deref(), name: &table.name };
    let held = |column: &'t Column| {
        if column.holds == Holds::Numbers || column.name.eq_ignore_ascii_case(key) {
            return None;
        }
        if index.holds(place, &column.name, text) == Held::Yes {
            return Some((column, text.to_owned()));
        }
        index.nearest(place, &column.name, text).filter(|near| near.kind != NearKind::Edits).map(|near| (column, near.value))
    };
    let is_name = |column: &&Column| split_name(&column.name).iter().any(|word| NAMES.contains(&word.as_str()));
    let (names, others): (Vec<&Column>, Vec<&Column>) = table.columns.iter().partition(is_name);
    names.into_iter().chain(others).find_map(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, several: bool, expected: Option<(&str, &str)>) {
        let named = Named { table: String::new(), column: String::new(), value: String::new(), lookup: "SELECT 1".into(), several };
        let place = named.in_place_of_literal(before);
        assert_eq!(place.as_ref().map(|(rest, text)| (*rest, text.as_str())), expected);
    }

    #[test]
    fn several_are_a_list() {
        check("a = ", false, Some(("a = ", "(SELECT 1)")));
        check("a = ", true, Some(("a ", "IN (SELECT 1)")));
        check("a == ", true, Some(("a ", "IN (SELECT 1)")));
        check("a<>", true, Some(("a", "NOT IN (SELECT 1)")));
        check("a != ", true, Some(("a ", "NOT IN (SELECT 1)")));
        check("a IN (", true, None);
        check("a IN (", false, Some(("a IN (", "(SELECT 1)")));
        assert_eq!(equation("a <= "), None);
    }
}
