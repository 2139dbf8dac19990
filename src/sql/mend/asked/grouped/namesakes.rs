//! Groups by what things are called, where two may be called the same: `GROUP BY user.name` makes one of two people. Its
//! key tells them apart.

use std::ops::Range;

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::label;
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words with which a question asks for what rows share, or for names as such.
const SHARED: [&str; 10] = ["same", "common", "popular", "distinct", "different", "unique", "share", "shared", "name", "names"];

/// `sql` grouped by the key of what is called so, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(&unquoted(question));
    let shared = words.iter().any(|word| SHARED.contains(&word.as_str()));
    if words.is_empty() || shared || !is_english_question(question) {
        return unchanged();
    }
    let resolution = resolve(sql, schema).filter(|resolution| resolution.scopes.len() == 1);
    let edit = resolution.and_then(|resolution| edit(sql, &resolution, &words));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

fn edit(sql: &str, resolution: &Resolution<'_>, words: &[String]) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]))?;
    let group = arm.clause(Part::GroupBy)?;
    let terms = tokens.split(group.start + 2..group.end, ",");
    let referred = |term: &Range<usize>| {
        let bytes = tokens.bytes(term.clone());
        resolution.references.iter().find(|reference| reference.clause == Clause::GroupBy && reference.range == bytes)
    };
    let references = terms.iter().map(referred).collect::<Option<Vec<&Reference>>>()?;
    let first = *references.first().filter(|first| references.iter().all(|other| other.binding == first.binding))?;
    let source = resolution.source(first)?;
    let table = source.table()?;
    let [key] = table.primary_key.as_slice() else { return None };
    let called = label(table);
    let by_label = called.len() == references.len()
        && references.iter().all(|reference| called.iter().any(|column| column.name.eq_ignore_ascii_case(&reference.name.text)));
    // Of one table alone, rows that are called the same are asked for together.
    let joined = resolution.scopes.first()?.sources.len() > 1 && is_joined_by(resolution, first, key);
    if !by_label || !joined || !speaks_of(table, words) {
        return None;
    }
    // Behind the name, so that groups come in the order of names.
    let last = terms.last()?.clone();
    let to = format!("{}, {}.{}", tokens.piece(last.clone()), identifier(&source.alias), identifier(key));
    Some((tokens.bytes(last), to))
}

/// Whether the key of the source that `reference` is of is equated with another column.
fn is_joined_by(resolution: &Resolution<'_>, reference: &Reference, key: &str) -> bool {
    let is_key = |at: &usize| {
        let other = resolution.references.get(*at);
        other.is_some_and(|other| other.binding == reference.binding && other.name.text.eq_ignore_ascii_case(key))
    };
    resolution.equated.iter().any(|(left, right)| is_key(left) || is_key(right))
}

/// Whether the question asks for the rows of `table`, by their word or by "who".
fn speaks_of(table: &Table, words: &[String]) -> bool {
    let last = split_name(&table.name).pop().map(|last| stem(&last));
    words.iter().any(|word| matches!(word.as_str(), "who" | "whose") || Some(stem(word)) == last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ForeignKey;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = |name: &str, columns: &[&str], foreign_keys| Table {
            primary_key: vec!["id".into()],
            foreign_keys,
            ..Table::named(name, columns)
        };
        let schema = Schema {
            tables: vec![
                table("users", &["id", "name", "city"], Vec::new()),
                table("player", &["id", "first_name", "last_name"], Vec::new()),
                table("ticket", &["id", "user_id", "player_id"], vec![ForeignKey::declared("user_id", "users", "id")]),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn groups_are_of_things() {
        let joined = "FROM users AS u JOIN ticket AS t ON u.id = t.user_id";
        check(
            "Who has the most tickets?",
            &format!("SELECT u.name {joined} GROUP BY u.name ORDER BY count(*) DESC LIMIT 1"),
            &format!("SELECT u.name {joined} GROUP BY u.name, u.id ORDER BY count(*) DESC LIMIT 1"),
        );
        check(
            "How many tickets has each player?",
            "SELECT p.first_name, p.last_name, count(*) FROM ticket JOIN player p ON p.id = player_id GROUP BY p.first_name, p.last_name",
            "SELECT p.first_name, p.last_name, count(*) FROM ticket JOIN player p ON p.id = player_id GROUP BY p.first_name, p.last_name, p.id",
        );
    }

    #[test]
    fn others_stay() {
        let joined = "FROM users AS u JOIN ticket AS t ON u.id = t.user_id";
        for (question, right) in [
            ("Which city has the most tickets?", format!("SELECT u.city {joined} GROUP BY u.city")),
            ("How many tickets are there of each name?", format!("SELECT u.name, count(*) {joined} GROUP BY u.name")),
            ("Who has the most tickets?", format!("SELECT u.name {joined} GROUP BY u.id")),
            ("Which users have the same name?", format!("SELECT u.name {joined} GROUP BY u.name")),
            ("How many users have each name?", "SELECT name, count(*) FROM users GROUP BY name".to_owned()),
        ] {
            check(question, &right, &right);
        }
    }
}
