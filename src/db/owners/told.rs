//! What a person is told about stand-ins, once for each file.

use std::collections::BTreeMap;

use super::collations;
use super::functions::Registered;
use super::survey::Unread;
use crate::text::sanitize;

/// Names listed in one sentence.
const MOST_NAMES: usize = 6;

pub(super) fn notes(names: &[String], used: &Registered, left_out: &BTreeMap<String, Vec<Unread>>) -> Vec<String> {
    let mut out = Vec::new();
    let of = |program: Option<&str>| program.map(|program| format!(" of {program}")).unwrap_or_default();
    if !names.is_empty() {
        let listed = list(names.iter().map(|name| format!("`{name}`{}", of(collations::program_of(name)))));
        let (word, is) = if names.len() == 1 { ("collation", "is") } else { ("collations", "are") };
        out.push(format!(
            "the {word} {listed} {is} not SQLite's: text is compared without regard to case in its place, and its order may differ from the owner's"
        ));
    }
    // What SQLite can be built with gives the same here.
    let functions: Vec<_> = used.functions().iter().filter(|known| !known.is_sqlites).collect();
    if !functions.is_empty() {
        let listed = list(functions.iter().map(|function| format!("`{}`{}", function.name, of(function.program))));
        let (word, is) = if functions.len() == 1 { ("function", "is") } else { ("functions", "are") };
        out.push(format!("the {word} {listed} {is} not SQLite's: a stand-in is used, and what it gives may differ from the owner's"));
    }
    for (table, columns) in left_out {
        for column in columns {
            out.push(format!("the column `{}` of `{table}` is left out: {}", column.name, column.why));
        }
    }
    out.iter().map(|note| sanitize(note).into_owned()).collect()
}

pub(super) fn unsearchable(tables: &[(String, String)]) -> Vec<String> {
    let note = |(table, tokenizer): &(String, String)| {
        format!("`{table}` can be read, and not searched with MATCH: its tokenizer `{tokenizer}` is part of the program that made it")
    };
    tables.iter().map(|table| sanitize(&note(table)).into_owned()).collect()
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut text = names.into_iter().take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
