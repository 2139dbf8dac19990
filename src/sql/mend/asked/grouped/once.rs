//! "The number of students that have at least one ..." as a count of rows of which a student may have several: each is counted once.

use std::ops::Range;

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::recount::{asked_for, recount};
use crate::sql::resolve::{Binding, Clause, Reference, Source, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words that say that one row is as good as several.
const ONE_WILL_DO: [&[&str]; 6] =
    [&["at", "least", "one"], &["at", "least", "1"], &["at", "least", "once"], &["ever"], &["have", "any"], &["has", "any"]];

/// `sql` with each thing counted once, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let says = |all: &&[&str]| words.windows(all.len()).any(|words| words.iter().zip(*all).all(|(own, word)| own == word));
    let again = if ONE_WILL_DO.iter().any(says) { recount(sql, schema, question) } else { None };
    let tokens = Tokens::new(sql);
    let edit = again.and_then(|again| {
        let at = (0..tokens.len()).find(|&at| tokens.is(at, &["count"]) && tokens.call(at).is_some())?;
        let call = tokens.call(at)?;
        let [argument] = call.arguments.as_slice() else { return None };
        Some((tokens.bytes(argument.clone()), again.argument))
    });
    let edit = edit.or_else(|| multiplied(sql, schema, &words));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

/// "How many receipts did each cashier make", counted over receipts joined with their lines, from which nothing is taken: every receipt counts as
/// often as it has lines.
fn multiplied(sql: &str, schema: &Schema, words: &[String]) -> Option<(Range<usize>, String)> {
    let (asked, behind) = asked_for(words, schema)?;
    let [key] = asked.primary_key.as_slice() else { return None };
    let resolution = resolve(sql, schema).filter(|resolution| resolution.scopes.len() == 1)?;
    let scope = resolution.scopes.first()?;
    let own = scope.sources.iter().position(|source| source.table().is_some_and(|table| table.is(asked)))?;
    let tokens = Tokens::new(sql);
    let mut counts = (0..tokens.len()).filter(|&at| tokens.is(at, &["count"]) && tokens.call(at).is_some());
    let (at, None) = (counts.next()?, counts.next()) else { return None };
    let counted = tokens.bytes(tokens.call(at)?.arguments.first()?.clone());
    let is_in = |reference: &Reference, place: usize| matches!(reference.binding, Binding::Column { scope: 0, source } if source == place);
    // Nothing but the count may speak of the rows that multiply.
    let idle = |place: usize| {
        let taken = |reference: &Reference| {
            is_in(reference, place) && !matches!(reference.clause, Clause::On(_)) && !counted.contains(&reference.range.start)
        };
        scope.wildcards.is_empty() && !resolution.references.iter().any(taken)
    };
    // "Medications prescribed": the rows that multiply are what is counted.
    let said: Vec<String> = words.iter().map(|word| stem(word)).collect();
    let own_words: Vec<String> = split_name(&asked.name).iter().map(|word| stem(word)).collect();
    let is_said = |table: &Table| {
        split_name(&table.name).iter().map(|word| stem(word)).any(|word| !own_words.contains(&word) && said.contains(&word))
    };
    let refers = |table: &Table| {
        // Of employees and their managers, the one is counted for the other.
        !table.is(asked)
            && !is_said(table)
            && table.foreign_keys.iter().any(|key| asked.is_target_of(table, key) && key.columns != table.primary_key)
    };
    // What stands between two things says how often one had the other: books borrowed by members.
    let links = |table: &Table| {
        let others = scope.sources.iter().filter_map(Source::table).filter(|other| !other.is(asked) && !other.is(table));
        others.into_iter().any(|other| table.foreign_keys.iter().any(|key| other.is_target_of(table, key)))
    };
    let multiplies = (0..scope.sources.len()).any(|place| {
        place != own && idle(place) && scope.sources.get(place).and_then(Source::table).is_some_and(|table| refers(table) && !links(table))
    });
    let of_it = sql.get(counted.clone())? == "*" || resolution.references.iter().any(|reference| reference.range == counted);
    // "Movie reviews" are no movies.
    let once = behind.is_empty() && !tokens.is(at + 2, &["distinct"]) && of_it && multiplies;
    let alias = &scope.sources.get(own)?.alias;
    once.then(|| (counted, format!("DISTINCT {}.{}", identifier(alias), identifier(key))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = Table::with_keys;
        let tables = vec![
            table("cashier", &["id", "name"], &[]),
            table("receipt", &["id", "cashier_id"], &[("cashier_id", "cashier")]),
            table("line", &["id", "receipt_id", "price"], &[("receipt_id", "receipt")]),
        ];
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), sql, expected, question);
    }

    #[test]
    fn what_an_idle_join_multiplies_is_counted_once() {
        let of = |count: &str| {
            format!("SELECT r.cashier_id, COUNT({count}) FROM line l JOIN receipt r ON l.receipt_id = r.id GROUP BY r.cashier_id")
        };
        check("How many receipts did each cashier make?", &of("*"), &of("DISTINCT r.id"));
        check("The number of receipts of each cashier", &of("l.id"), &of("DISTINCT r.id"));
        for (question, sql) in [
            ("How many receipt lines did each cashier make?", of("*")),
            ("How many receipts with lines did each cashier make?", of("*")),
            ("How many lines did each cashier make?", of("*")),
            ("How many receipts did each cashier make?", of("DISTINCT r.id")),
            ("How many receipts did each cashier make?", of("*").replace(" GROUP", " WHERE l.price > 3 GROUP")),
            ("How many receipts did each cashier make?", "SELECT cashier_id, COUNT(*) FROM receipt GROUP BY cashier_id".into()),
        ] {
            check(question, &sql, &sql);
        }
    }
}
