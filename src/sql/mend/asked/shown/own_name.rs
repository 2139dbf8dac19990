//! "Which patients" answered by their numbers: what they are called is shown.

use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::{is_key, is_opaque, label};
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words of a question that asks for numbers of things.
const NUMBERS: [&str; 9] = ["id", "ids", "identifier", "identifiers", "key", "keys", "number", "numbers", "code"];

/// `sql` with names in the place of keys, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let thing = match words.as_slice() {
        [which, thing, ..] if which == "which" => thing,
        _ => return (sql.to_owned(), Vec::new()),
    };
    let asks_numbers = words.iter().any(|word| NUMBERS.contains(&word.as_str()));
    let resolution = resolve(sql, schema).filter(|_| !asks_numbers && is_english_question(question));
    let edit = resolution.and_then(|resolution| edit(sql, &resolution, &stem(thing)));
    edited(sql, ChangeKind::Column, edit.into_iter().collect())
}

fn edit(sql: &str, resolution: &Resolution<'_>, thing: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && arm.clause(Part::GroupBy).is_none())?;
    let items = arm.items(&tokens)?;
    let [item] = items.as_slice() else { return None };
    let bytes = tokens.bytes(item.clone());
    let mut shown = resolution.references.iter().filter(|reference| reference.clause == Clause::Select && reference.scope == 0);
    let reference = shown.find(|reference| reference.range == bytes)?;
    let table = resolution.source(reference)?.table()?;
    let named = split_name(&table.name).last().is_some_and(|last| stem(last) == thing);
    // A key of letters says something by itself.
    let number = is_opaque(table.column(&reference.name.text)?) && is_key(table, &reference.name.text);
    let called = label(table);
    let qualifier = sql.get(reference.range.start..reference.name.range.start).unwrap_or_default();
    let names: Vec<String> = called.iter().map(|column| format!("{qualifier}{}", identifier(&column.name))).collect();
    (named && number && !called.is_empty()).then(|| (bytes, names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Holds, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let mut patient = Table { primary_key: vec!["id".into()], ..Table::named("patient", &["id", "first_name", "last_name"]) };
        patient.columns[0].holds = Holds::Numbers;
        let mut guest = Table { primary_key: vec!["id".into()], ..Table::named("guest", &["id", "full_name"]) };
        guest.columns[0].holds = Holds::Texts;
        guest.columns[0].samples = vec!["5dd13275feae4878ab5d4bde98fb0c11".into()];
        // A title is what somebody does for a living.
        let mut employee =
            Table { primary_key: vec!["id".into()], ..Table::named("employee", &["id", "title", "first_name", "last_name"]) };
        employee.columns[0].holds = Holds::Numbers;
        let schema = Schema { tables: vec![employee, guest, patient, Table::named("visit", &["id", "patient_id"])] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn names_are_shown() {
        let of = |shown: &str| format!("SELECT {shown} FROM patient AS p WHERE p.id NOT IN (SELECT patient_id FROM visit)");
        check("Which patients have no visit?", &of("p.id"), &of("p.first_name, p.last_name"));
        check("Which employees are there?", "SELECT id FROM employee", "SELECT first_name, last_name FROM employee");
        check("Which guests are there?", "SELECT id FROM guest", "SELECT full_name FROM guest");
        for (question, right) in [
            ("Which patient ids have no visit?", "p.id"),
            ("Which visits are there?", "p.id"),
            ("How many patients have no visit?", "p.id"),
            ("Which patients have no visit?", "p.id, p.last_name"),
        ] {
            check(question, &of(right), &of(right));
        }
    }
}
