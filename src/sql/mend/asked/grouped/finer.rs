//! Groups by the key of rows that the question does not speak of, where one of their columns is shown: "the least popular decor" with rooms
//! grouped by their number, so that a decor stands in as many groups as there are rooms of it.

use std::ops::Range;

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::related::is_key;
use crate::sql::resolve::{Binding, Clause, Reference, Resolution, resolve};
use crate::sql::shape::AGGREGATES;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Last words of names of columns that say what a row is called: two things of one name are two.
const NAMES: [&str; 9] = ["name", "title", "label", "description", "code", "id", "number", "details", "address"];

/// Such groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sql) struct Finer {
    /// The key that is grouped by, as written.
    pub(in crate::sql) by: String,
    /// Where it stands.
    range: Range<usize>,
    /// The columns that are shown, as written.
    pub(in crate::sql) shown: Vec<String>,
}

/// `sql` grouped by the one column that it shows, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let said: Vec<String> = words_of(&unquoted(question)).iter().map(|word| stem(word)).collect();
    let found = resolve(sql, schema).filter(|_| !said.is_empty()).and_then(|resolution| finer(sql, &resolution, &said));
    match found {
        Some(Finer { range, shown, .. }) => match shown.as_slice() {
            [shown] => edited(sql, ChangeKind::Column, vec![(range, shown.clone())]),
            _ => (sql.to_owned(), Vec::new()),
        },
        None => (sql.to_owned(), Vec::new()),
    }
}

/// The groups of `sql` that are finer than what it shows; `said` are the stems of the question's words.
pub(in crate::sql) fn finer(sql: &str, resolution: &Resolution<'_>, said: &[String]) -> Option<Finer> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| tokens.is(0, &["select"]) && arm.end >= tokens.len() && resolution.scopes.len() == 1)?;
    let (items, group) = (arm.clause(Part::Select)?, arm.clause(Part::GroupBy)?);
    let mut grouped = resolution.references.iter().filter(|reference| reference.clause == Clause::GroupBy);
    let (key, None) = (grouped.next()?, grouped.next()) else { return None };
    let table = table_of(resolution, key).filter(|table| is_key(table, &key.name.text))?;
    let alone = tokens.bytes(group.start + 2..group.end) == key.range;
    let computes = (0..tokens.len()).any(|at| tokens.is(at, &AGGREGATES) && tokens.call(at).is_some());
    let spoken_of = split_name(&table.name).iter().any(|word| said.contains(&stem(word)));
    if !alone || !computes || spoken_of {
        return None;
    }
    let mut shown = Vec::new();
    for item in tokens.split(items.start + 1..items.end, ",") {
        let value = item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let bytes = tokens.bytes(value.clone());
        let Some(reference) = resolution.references.iter().find(|reference| reference.range == bytes) else { continue };
        let words = split_name(&reference.name.text);
        let is_name = words.last().is_some_and(|last| NAMES.contains(&last.as_str()) || last.ends_with("name"));
        let is_said = words.iter().any(|word| said.contains(&stem(word)));
        if key.binding != reference.binding || is_name || !is_said || is_key(table, &reference.name.text) {
            return None;
        }
        shown.push(tokens.piece(value).to_owned());
    }
    (!shown.is_empty()).then(|| Finer { by: sql.get(key.range.clone()).unwrap_or_default().to_owned(), range: key.range.clone(), shown })
}

fn table_of<'s>(resolution: &Resolution<'s>, reference: &Reference) -> Option<&'s Table> {
    matches!(reference.binding, Binding::Column { scope: 0, .. }).then(|| resolution.source(reference)?.table()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            primary_key: vec![columns.first().unwrap().to_string()],
            ..Table::default()
        };
        let schema =
            Schema { tables: vec![table("rooms", &["room_id", "room_name", "decor", "beds"]), table("stay", &["code", "room", "guest"])] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn equal_values_are_one_group() {
        let of = |group: &str| {
            format!(
                "SELECT r.decor, count(*) FROM rooms AS r JOIN stay ON r.room_id = stay.room GROUP BY {group} ORDER BY count(*) LIMIT 1"
            )
        };
        check("What is the least popular kind of decor?", &of("r.room_id"), &of("r.decor"));
        let alone = |group: &str| format!("SELECT decor, COUNT(*) AS n FROM rooms GROUP BY {group}");
        check("How many are there of each decor?", &alone("room_id"), &alone("decor"));
    }

    #[test]
    fn what_is_asked_of_each_row_stays() {
        let stays = |question: &str, sql: &str| check(question, sql, sql);
        let of = |shown: &str| format!("SELECT {shown}, count(*) FROM rooms JOIN stay ON room_id = room GROUP BY room_id");
        stays("How often was each room taken, and what is its decor?", &of("decor"));
        stays("How often was each decor taken?", &of("room_id, decor"));
        stays("How many stays has each?", &of("room_name"));
        stays("What is the decor of each?", "SELECT decor FROM rooms GROUP BY room_id");
        stays("How many of each decor?", "SELECT decor, count(*) FROM rooms GROUP BY room_id, decor");
        stays("", &of("decor"));
    }
}
