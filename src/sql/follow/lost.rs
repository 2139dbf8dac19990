//! What a follow-up's query left out of the one before: conditions, the grouping, the table it was about.

use std::collections::HashSet;

use super::outline::{Condition, Outline};
use crate::schema::Schema;
use crate::sql::resolve::{Clause, resolve};
use crate::text::words::{split_name, stem, words};

/// What is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// A condition, as it was written.
    Condition(String),
    /// The grouping, as it was written.
    Grouping(String),
    /// The table that the query was about.
    Table(String),
}

impl Lost {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Condition(text) => format!("the condition {text} of the previous answer is gone"),
            Self::Grouping(text) => format!("the previous answer was grouped by {text}, and this one is not"),
            Self::Table(name) => format!("the previous answer was about {name}, and this one is not"),
        }
    }
}

/// Words that let conditions go.
const LETS_GO: [&str; 28] = [
    "all",
    "any",
    "every",
    "everything",
    "everyone",
    "remove",
    "drop",
    "undo",
    "clear",
    "forget",
    "without",
    "regardless",
    "no",
    "filter",
    "instead",
    "reset",
    "whole",
    "entire",
    "overall",
    "total",
    "why",
    "not",
    "isn",
    "missing",
    "other",
    "others",
    "again",
    "except",
];
/// Words that let the grouping go.
const UNGROUPS: [&str; 12] = ["which", "who", "list", "show", "all", "total", "overall", "many", "together", "whole", "sum", "altogether"];

/// What `sql`, the answer to `question`, lost of `previous` without a word that says so. Empty where either has no outline of its own.
pub fn lost(previous: &str, sql: &str, schema: &Schema, question: &str) -> Vec<Lost> {
    let (Some(before), Some(resolution)) = (Outline::of(previous, schema), resolve(sql, schema)) else { return Vec::new() };
    let asked: Vec<String> = words(question).into_iter().map(|word| word.folded).collect();
    let says = |list: &[&str]| asked.iter().any(|word| list.contains(&word.as_str()));
    let mut out = Vec::new();
    let column_of = |table: &str, column: &str| (table.to_ascii_lowercase(), column.to_ascii_lowercase());
    let mut demanded: HashSet<(String, String)> = HashSet::new();
    let mut tables: HashSet<String> = HashSet::new();
    for source in resolution.scopes.iter().flat_map(|scope| &scope.sources) {
        match source.table() {
            Some(table) => {
                tables.insert(table.name.to_ascii_lowercase());
            }
            None if source.name.is_none() => {}
            // What is behind another name is not looked into.
            None => return out,
        }
    }
    for reference in &resolution.references {
        let demands = matches!(reference.clause, Clause::Where | Clause::Having | Clause::On(_)) || reference.scope > 0;
        if let Some(table) = resolution.source(reference).and_then(|source| source.table()).filter(|_| demands) {
            demanded.insert(column_of(&table.name, &reference.name.text));
        }
    }
    if !says(&LETS_GO) {
        let is_gone = |condition: &&Condition| {
            !condition.inside.is_empty()
                && condition
                    .inside
                    .iter()
                    .all(|place| before.table(place).is_none_or(|table| !demanded.contains(&column_of(&table.name, &place.column))))
        };
        let gone = before.conditions.iter().filter(is_gone);
        out.extend(gone.map(|condition| Lost::Condition(condition.text.clone())));
    }
    let grouped = Outline::of(sql, schema).is_none_or(|now| !now.groups.is_empty());
    if let Some(group) = before.groups.first()
        && !grouped
        && !says(&UNGROUPS)
    {
        out.push(Lost::Grouping(group.text.clone()));
    }
    // "How many customers?" after orders is about something else, and says so.
    let named = |name: &str| split_name(name).iter().all(|word| asked.iter().any(|said| stem(said) == stem(word)));
    let elsewhere = schema.tables.iter().any(|table| tables.contains(&table.name.to_ascii_lowercase()) && named(&table.name));
    if let Some(first) = before.seats.first()
        && !elsewhere
        && !tables.is_empty()
        && !before.seats.iter().any(|seat| tables.contains(&seat.table.name.to_ascii_lowercase()))
    {
        out.push(Lost::Table(first.table.name.clone()));
    }
    out
}
