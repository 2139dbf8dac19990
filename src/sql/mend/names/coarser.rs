//! "The episodes in the queue" as all episodes of each feed that has one there: `e.feed IN (SELECT feed FROM queue)`, where the queue says which
//! episode it is. The finer of the two keys is meant.

use std::ops::Range;

use crate::schema::{ForeignKey, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Binding, Clause, Reference, Resolution, Source, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words for what is alike, and not the same thing.
const ALIKE: [&str; 6] = ["same", "similar", "also", "related", "other", "like"];

/// `sql` with such keys, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let alike = words_of(&unquoted(question)).iter().any(|word| ALIKE.contains(&word.as_str()));
    let said: Vec<String> = words_of(&unquoted(question)).iter().map(|word| stem(word)).collect();
    let edits = resolve(sql, schema).filter(|_| !alike).and_then(|resolution| edits(sql, &resolution, &said));
    edited(sql, ChangeKind::Column, edits.unwrap_or_default())
}

fn edits(sql: &str, resolution: &Resolution<'_>, said: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let tokens = Tokens::new(sql);
    // A column, IN, and a list of one column.
    let found = (0..tokens.len()).find_map(|at| {
        let listed = tokens.is(at, &["in"]) && tokens.text(at + 1) == "(" && tokens.is(at + 2, &["select"]);
        let column = tokens.bytes(tokens.operand_before(at).filter(|_| listed && !tokens.is(at - 1, &["not"]))?..at);
        let items = tokens.arm(at + 2)?.items(&tokens)?;
        let [item] = items.as_slice() else { return None };
        let inside = tokens.bytes(item.clone());
        let of = |range: &Range<usize>| resolution.references.iter().find(|reference| reference.range == *range);
        finer(resolution, of(&column)?, of(&inside)?, said)
    });
    found.map(|(one, other)| vec![one, other])
}

type Edit = (Range<usize>, String);

/// Both columns for the keys between their tables, where each of them refers to the same third one.
fn finer(resolution: &Resolution<'_>, outer: &Reference, inner: &Reference, said: &[String]) -> Option<(Edit, Edit)> {
    let table = |reference: &Reference| resolution.source(reference).and_then(Source::table);
    let (own, list) = (table(outer)?, table(inner)?);
    let in_list = resolution.scopes.get(inner.scope)?.sources.len() == 1 && inner.clause == Clause::Select;
    let mut keys = list.foreign_keys.iter().filter(|key| own.is_target_of(list, key));
    let (key, None) = (keys.next()?, keys.next()) else { return None };
    let ([fine], [own_key]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return None };
    // What both refer to, or the column of the same name where the key is not known.
    let same = outer.name.text.eq_ignore_ascii_case(&inner.name.text);
    let third = own.foreign_keys.iter().any(|key| {
        let is_outer = matches!(key.columns.as_slice(), [name] if name.eq_ignore_ascii_case(&outer.name.text));
        let alike = |other: &ForeignKey| {
            matches!(other.columns.as_slice(), [name] if name.eq_ignore_ascii_case(&inner.name.text))
                && other.foreign_table.eq_ignore_ascii_case(&key.foreign_table)
        };
        // "Customers who returned something": the coarser thing is spoken of.
        let spoken_of = split_name(&key.foreign_table).iter().any(|word| said.contains(&stem(word)));
        is_outer && !spoken_of && (same || list.foreign_keys.iter().any(alike))
    });
    let is_column = |reference: &Reference| matches!(reference.binding, Binding::Column { .. });
    if !in_list || !third || !is_column(outer) || std::ptr::eq(own, list) || fine.eq_ignore_ascii_case(&inner.name.text) {
        return None;
    }
    Some(((outer.name.range.clone(), identifier(own_key)), (inner.name.range.clone(), identifier(fine))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let table = Table::with_keys;
        let tables = vec![
            table("feed", &["id", "title"], &[]),
            table("item", &["id", "title", "feed"], &[("feed", "feed")]),
            table("queue", &["id", "item", "feed"], &[("item", "item"), ("feed", "feed")]),
            table("liked", &["id", "feed"], &[("feed", "feed")]),
        ];
        let sql = |condition: &str| format!("SELECT i.title FROM item i WHERE {condition}");
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn the_finer_key_is_meant() {
        check("List the items in the queue", "i.feed IN (SELECT feed FROM queue)", "i.id IN (SELECT item FROM queue)");
        for (question, condition) in [
            ("List the items in the queue", "i.id IN (SELECT item FROM queue)"),
            ("List the items of feeds that are liked", "i.feed IN (SELECT feed FROM liked)"),
            ("List the items not in the queue", "i.feed NOT IN (SELECT feed FROM queue)"),
            ("List the items of the same feed as those in the queue", "i.feed IN (SELECT feed FROM queue)"),
        ] {
            check(question, condition, condition);
        }
    }
}
