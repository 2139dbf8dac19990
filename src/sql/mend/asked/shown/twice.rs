//! One column that is shown twice, where the question names two: the other one is the only one at hand that is called so.

use std::ops::Range;

use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Reference, Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::words_of;
use crate::text::words::{edits_within, split_name, stem};

/// A letter may be wrong in words of a column's name that are so long.
const MISSPELT: usize = 6;

/// `sql` with the other column in the place of the second, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    // Names of columns may stand in quotes.
    let said = words_of(question);
    let edit = resolve(sql, schema).filter(|_| !said.is_empty()).and_then(|resolution| other(sql, &resolution, &said));
    edited(sql, ChangeKind::Column, edit.into_iter().collect())
}

fn other(sql: &str, resolution: &Resolution<'_>, said: &[String]) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]))?;
    let mut shown = Vec::new();
    for item in arm.items(&tokens)? {
        let bytes = tokens.bytes(item);
        shown.push(resolution.references.iter().find(|reference| reference.range == bytes));
    }
    let again = shown.iter().enumerate().find_map(|(at, reference)| {
        let reference: &Reference = (*reference)?;
        let mut before = shown.iter().take(at).flatten();
        let again = before.any(|other| other.binding == reference.binding && other.name.text.eq_ignore_ascii_case(&reference.name.text));
        again.then_some(reference)
    })?;
    let scope = resolution.scopes.first()?;
    let own: Vec<String> = split_name(&again.name.text).iter().map(|word| stem(word)).collect();
    let is_shown = |column: &Column| shown.iter().flatten().any(|reference| reference.name.text.eq_ignore_ascii_case(&column.name));
    let fits = |column: &Column| {
        let words = split_name(&column.name);
        let shared = words.iter().any(|word| own.contains(&stem(word)));
        words.len() > 1 && shared && !is_shown(column) && words.iter().all(|word| is_said(word, said))
    };
    let source = resolution.source(again)?;
    let mut others = source.table()?.columns.iter().filter(|column| fits(column));
    let (other, None) = (others.next()?, others.next()) else { return None };
    let qualified =
        if again.qualifier.is_some() || scope.sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    Some((again.range.clone(), format!("{qualified}{}", identifier(&other.name))))
}

fn is_said(word: &str, said: &[String]) -> bool {
    let alike =
        |own: &String| stem(own) == stem(word) || word.len() >= MISSPELT && own.len() >= MISSPELT && edits_within(word, own, 1).is_some();
    said.iter().any(alike)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let columns = ["id", "date_in_location_from", "date_in_locaton_to", "date_moved"]
            .map(|name| Column { name: name.into(), ..Column::default() });
        let table = Table { name: "place".into(), columns: columns.to_vec(), primary_key: vec!["id".into()], ..Table::default() };
        let (now, _) = mend(sql, &Schema { tables: vec![table] }, question);
        assert_eq!(now, expected, "{question}");
    }

    #[test]
    fn the_other_column_is_shown() {
        let of = |other: &str| format!("SELECT date_in_location_from, {other} FROM place");
        let question = "What is \"the date in location from\" and \"the date in location to\" of each place?";
        check(question, &of("date_in_location_from"), &of("date_in_locaton_to"));
        check(question, &of("place.date_in_location_from"), &of("place.date_in_locaton_to"));
        check("When was each in its location from?", &of("date_in_location_from"), &of("date_in_location_from"));
        check(question, &of("date_in_locaton_to"), &of("date_in_locaton_to"));
    }
}
