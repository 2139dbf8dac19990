//! The columns that a reference can go to, found by the names of their tables.

use std::collections::HashMap;

use super::class::Class;
use super::names::{forms, readings, squeeze, words};
use crate::schema::{Column, Schema, Table, TableKind};

/// Words around a table's name that say that it is one.
const TABLE_WORDS: [&str; 6] = ["table", "tbl", "tab", "master", "info", "record"];

/// What tables there are to refer to.
#[derive(Debug)]
pub(super) struct Catalogue<'s> {
    pub(super) schema: &'s Schema,
    /// The words of each table's name, by its place.
    pub(super) words: Vec<Vec<String>>,
    /// The columns of each table that identify its rows, by its place.
    keys: Vec<Vec<KeyColumn<'s>>>,
    /// A table's name, or its last words, in the singular, with the tables called so and how many words were left out before.
    named: HashMap<String, Vec<(usize, usize)>>,
    /// A key's name, with its tables.
    keyed: HashMap<String, Vec<usize>>,
}

/// A column that identifies the rows of its table.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyColumn<'s> {
    pub(super) column: &'s Column,
    pub(super) ground: Ground,
}

/// A column that has a unique index of its own, over all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UniqueColumn {
    /// What statements call its file, as in [`Table::database`].
    pub(super) database: Option<String>,
    pub(super) table: String,
    pub(super) column: String,
}

impl UniqueColumn {
    pub(super) fn is_of(&self, table: &Table) -> bool {
        self.table.eq_ignore_ascii_case(&table.name) && table.is_of(self.database.as_deref())
    }
}

/// Why a column is taken for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// It is the primary key.
    Primary,
    /// It is declared unique.
    Unique,
    /// By its name: its table declares no key and it is called `id`, or it is text and called `name` or as its table. Its values have to be
    /// unique.
    Name,
}

impl<'s> Catalogue<'s> {
    /// Of `schema`, with its unique columns.
    pub(super) fn new(schema: &'s Schema, unique: &[UniqueColumn]) -> Self {
        let mut catalogue = Self { schema, words: Vec::new(), keys: Vec::new(), named: HashMap::new(), keyed: HashMap::new() };
        for (place, table) in schema.tables.iter().enumerate() {
            let words = words(&table.name);
            let keys = keys_of(table, &words, unique);
            if !keys.is_empty() {
                catalogue.enter(place, &words, &keys);
            }
            catalogue.words.push(words);
            catalogue.keys.push(keys);
        }
        catalogue
    }

    fn enter(&mut self, place: usize, words: &[String], keys: &[KeyColumn<'s>]) {
        let mut put = |form: String, left_out: usize| {
            let known = self.named.entry(form).or_default();
            if !known.iter().any(|(table, _)| *table == place) {
                known.push((place, left_out));
            }
        };
        for left_out in 0..words.len() {
            let run = words.get(left_out..).unwrap_or_default();
            forms(run).into_iter().for_each(|form| put(form, left_out));
            if let [before @ .., last] = run
                && TABLE_WORDS.contains(&last.as_str())
            {
                forms(before).into_iter().for_each(|form| put(form, left_out));
            }
        }
        for key in keys {
            let known = self.keyed.entry(squeeze(&key.column.name)).or_default();
            if !known.contains(&place) {
                known.push(place);
            }
        }
    }

    /// The tables called `name` (in the singular, squeezed), or so at the end, with the number of words before.
    pub(super) fn named(&self, name: &str) -> &[(usize, usize)] {
        self.named.get(name).map_or(&[], Vec::as_slice)
    }

    /// The tables with a key called `name`, squeezed.
    pub(super) fn keyed(&self, name: &str) -> &[usize] {
        self.keyed.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether the table at `place` is called `name`, or so at the end.
    pub(super) fn is_named(&self, place: usize, name: &str) -> bool {
        self.named(name).iter().any(|(table, _)| *table == place)
    }

    pub(super) fn keys(&self, place: usize) -> &[KeyColumn<'s>] {
        self.keys.get(place).map_or(&[], Vec::as_slice)
    }

    pub(super) fn table(&self, place: usize) -> Option<&'s Table> {
        self.schema.tables.get(place)
    }

    /// Whether other tables begin with the same word as the one at `place`, and that at `target` does not.
    pub(super) fn is_of_another_family(&self, place: usize, target: usize) -> bool {
        let first = |place: usize| self.words.get(place).filter(|words| words.len() > 1)?.first();
        let Some(own) = first(place) else { return false };
        let has_family = (0..self.words.len()).any(|other| other != place && first(other) == Some(own));
        has_family && self.words.get(target).and_then(|words| words.first()) != Some(own)
    }

    /// Tables whose name, without the family's words, begins with `letters`.
    pub(super) fn beginning_with(&self, letters: &str, owner: usize) -> Vec<usize> {
        let own = self.words.get(owner).map_or(&[][..], Vec::as_slice);
        let begins = |place: &usize| {
            let Some(words) = self.words.get(*place).filter(|_| !self.keys(*place).is_empty()) else { return false };
            let family = super::names::shared(own, words).min(words.len().saturating_sub(1));
            let begin = |from: usize| words.get(from).is_some_and(|word| word.starts_with(letters));
            *place != owner && (begin(0) || begin(family))
        };
        (0..self.words.len()).filter(begins).collect()
    }
}

fn keys_of<'s>(table: &'s Table, words: &[String], unique: &[UniqueColumn]) -> Vec<KeyColumn<'s>> {
    if table.kind != TableKind::Table {
        return Vec::new();
    }
    let mut keys = Vec::new();
    if let [name] = table.primary_key.as_slice() {
        keys.extend(table.column(name).map(|column| KeyColumn { column, ground: Ground::Primary }));
    }
    for UniqueColumn { column: name, .. } in unique.iter().filter(|unique| unique.is_of(table)) {
        let is_new = |column: &&Column| !keys.iter().any(|key: &KeyColumn<'_>| key.column.name == column.name);
        if let Some(column) = table.column(name).filter(is_new) {
            keys.push(KeyColumn { column, ground: Ground::Unique });
        }
    }
    let own = forms(words);
    let calls = |column: &Column, names: &[&str]| {
        let name = squeeze(&column.name);
        names.contains(&name.as_str()) || own.contains(&name)
    };
    let is_id = |(place, column): (usize, &Column)| {
        let name = squeeze(&column.name);
        let first = place == 0 && readings(&column.name).iter().any(|reading| reading.key_word.is_some());
        first || ["id", "uuid", "guid", "pk"].contains(&name.as_str()) || own.iter().any(|own| format!("{own}id") == name)
    };
    let mut put = |column: &'s Column| {
        if !keys.iter().any(|key: &KeyColumn<'_>| key.column.name == column.name) {
            keys.push(KeyColumn { column, ground: Ground::Name });
        }
    };
    if table.primary_key.is_empty() {
        table.columns.iter().enumerate().filter(|(place, column)| is_id((*place, column))).take(1).for_each(|(_, column)| put(column));
    }
    let is_name = |column: &&Column| Class::of(column) == Class::Text && calls(column, &["name", "code", "slug", "symbol"]);
    table.columns.iter().filter(is_name).take(MOST_NAMES).for_each(put);
    keys
}

/// Columns of one table that are taken for names of its rows.
const MOST_NAMES: usize = 3;
