//! Tables that can be told in less: those that programs keep for themselves, and those without rows. They shrink before anything else.

use std::collections::HashSet;

use super::pieces::one_line;
use super::statement::key_columns;
use crate::prompt::link::{asked_stems, stems_of};
use crate::schema::{Schema, Table, ValueHit, bookkeeping};
use crate::sql::quote::{identifier, table_name};

/// Tables that one question gets in full although they have shrunk.
const MOST_NAMED: usize = 4;

/// What stands before the names of hidden tables, and the bytes of that line, before its end.
const HIDDEN: &str = "-- bookkeeping, not shown: ";
const HIDDEN_BYTES: usize = 200;

/// How a table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It has rows, or may have some.
    Told,
    /// It has none.
    Empty,
    /// Its name is one that a program keeps for itself.
    Bookkeeping,
    /// A profile of the file's own program says so: it is only named, however much room there is.
    Hidden,
}

/// How much of a shrunk table is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As any other.
    Full,
    /// In a comment: its name and those of all columns.
    Columns,
    /// In a comment: its name and those of its keys.
    Keys,
    /// In a comment: its name.
    Name,
    /// Counted.
    Out,
}

/// From all in full to none at all: bookkeeping goes first, and then what has no rows.
pub(super) const STEPS: [(Form, Form); 7] = [
    (Form::Full, Form::Full),
    (Form::Keys, Form::Full),
    (Form::Keys, Form::Columns),
    (Form::Out, Form::Columns),
    (Form::Out, Form::Keys),
    (Form::Out, Form::Name),
    (Form::Out, Form::Out),
];

/// How each table of `schema` counts. Where nothing would be left in full, all of them are.
pub(super) fn classes(schema: &Schema) -> Vec<Class> {
    let kept = bookkeeping(schema);
    let of = |(table, kept): (&Table, bool)| match kept {
        _ if table.bookkeeping => Class::Hidden,
        true => Class::Bookkeeping,
        false if table.row_count == Some(0) => Class::Empty,
        false => Class::Told,
    };
    let classes: Vec<Class> = schema.tables.iter().zip(kept).map(of).collect();
    if classes.contains(&Class::Told) {
        return classes;
    }
    let told = |class: Class| if class == Class::Empty { Class::Told } else { class };
    let without_rows: Vec<Class> = classes.into_iter().map(told).collect();
    if without_rows.contains(&Class::Told) { without_rows } else { vec![Class::Told; schema.tables.len()] }
}

/// The form that `step` has for a class.
pub(super) fn form(class: Class, (bookkeeping, empty): (Form, Form)) -> Form {
    match class {
        Class::Told => Form::Full,
        Class::Empty => empty,
        Class::Bookkeeping => bookkeeping,
        Class::Hidden => Form::Out,
    }
}

/// A shrunk table in one line; nothing for one that is in full, or only counted.
pub(super) fn line(table: &Table, class: Class, form: Form) -> String {
    let what = if class == Class::Empty { "empty" } else { "bookkeeping" };
    let columns: Vec<&str> = match form {
        Form::Full | Form::Out => return String::new(),
        Form::Columns => table.columns.iter().map(|column| column.name.as_str()).collect(),
        Form::Keys => key_columns(table),
        Form::Name => Vec::new(),
    };
    let columns: Vec<String> = columns.into_iter().map(|name| one_line(&identifier(name))).collect();
    let list = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    format!("-- {what}: {}{list}\n", one_line(&table_name(table)))
}

/// The names of the tables that a profile hides, in a line; nothing where there are none.
pub(super) fn hidden(schema: &Schema, classes: &[Class]) -> String {
    let names = schema.tables.iter().zip(classes).filter(|(_, class)| **class == Class::Hidden).map(|(table, _)| table_name(table));
    let mut note = String::new();
    for name in names.map(|name| one_line(&name)) {
        if note.is_empty() {
            note.push_str(HIDDEN);
        } else if note.len() + name.len() > HIDDEN_BYTES {
            note.push_str(", ...");
            break;
        } else {
            note.push_str(", ");
        }
        note.push_str(&name);
    }
    if !note.is_empty() {
        note.push('\n');
    }
    note
}

/// How many of each class are not shown, in a line each, those with names of their own left out.
pub(super) fn counts(classes: &[Class], step: (Form, Form)) -> String {
    let count = |class: Class| classes.iter().filter(|own| **own == class && form(class, step) == Form::Out).count() as u64;
    let told = |n: u64, one: &str, many: &str| if n == 0 { String::new() } else { format!("-- {}\n", crate::text::counted(n, one, many)) };
    told(count(Class::Empty), "empty table is not shown", "empty tables are not shown")
        + &told(count(Class::Bookkeeping), "bookkeeping table is not shown", "bookkeeping tables are not shown")
}

/// Places of the tables that are not in full and that `question` names, or one of whose values: by all words of the name, or by the last
/// one where no table in full has that word.
pub(super) fn named(schema: &Schema, classes: &[Class], question: &str, hits: &[ValueHit]) -> Vec<usize> {
    let asked = asked_stems(question);
    let stems: Vec<Vec<String>> = schema.tables.iter().map(|table| stems_of(&table.name)).collect();
    let in_full = || classes.iter().enumerate().filter(|(_, class)| **class == Class::Told).map(|(place, _)| place);
    let told: HashSet<&String> = in_full().filter_map(|place| stems.get(place)).flatten().collect();
    let is_told = |hit: &ValueHit| in_full().filter_map(|place| schema.tables.get(place)).any(|t| hit.is_of(t));
    // Registers hold the names of tables: such a value speaks of that table.
    let is_of_told =
        |hit: &ValueHit| schema.table(&hit.value).is_some() || hits.iter().any(|other| is_told(other) && overlap(&other.words, &hit.words));
    let is_named = |place: usize, table: &Table| {
        let own = stems.get(place).map_or(&[][..], Vec::as_slice);
        let all = !own.is_empty() && own.iter().all(|stem| asked.contains(stem));
        // A number alone names nothing.
        let last = own.last().is_some_and(|stem| asked.contains(stem) && !told.contains(stem) && stem.chars().any(char::is_alphabetic));
        let by_value = || hits.iter().any(|hit| hit.is_of(table) && !is_of_told(hit));
        let called =
            || table.called.iter().map(|word| stems_of(word)).any(|word| !word.is_empty() && word.iter().all(|w| asked.contains(w)));
        all || last || called() || by_value()
    };
    let shrunk = classes.iter().enumerate().filter(|(_, class)| **class != Class::Told).map(|(place, _)| place);
    shrunk.filter(|&place| schema.tables.get(place).is_some_and(|table| is_named(place, table))).take(MOST_NAMED).collect()
}

fn overlap(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
