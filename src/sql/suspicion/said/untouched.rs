//! A table that the question names, and that the query does not read: "users who have no tweet" without a word of `tweets`.

use std::collections::HashSet;

use super::unused::said;
use crate::schema::{Schema, Table};
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::{is_common, is_function_word, singular, split_name, stem};

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, sql: &str, schema: &Schema, question: &Question, out: &mut Vec<Suspicion>) {
    let sources = || blocks.resolution.scopes.iter().flat_map(|scope| &scope.sources);
    if sources().any(|source| source.table().is_none()) {
        return;
    }
    let said = said(sql);
    // What is told of each row of the tables at hand may be the thing.
    let tables = || sources().filter_map(|source| source.table());
    let told: HashSet<String> =
        tables().flat_map(|table| &table.columns).flat_map(|column| split_name(&column.name)).map(|word| stem(&word)).collect();
    let refers = |table: &Table| tables().flat_map(|own| &own.foreign_keys).any(|key| key.foreign_table.eq_ignore_ascii_case(&table.name));
    let is_asked = |table: &&Table| {
        let [word] = <[String; 1]>::try_from(split_name(&table.name)).ok()?;
        // `checkin` for "check-ins".
        let joined = || question.words.windows(2).any(|pair| pair.concat().len() > 5 && singular(&pair.concat()) == singular(&word));
        let asked = question.words.iter().any(|own| singular(own) == singular(&word)) || joined();
        let general = is_function_word(&word) || is_common(&word) || word.len() < 4;
        (asked && !general && !said.contains(&stem(&word)) && !told.contains(&stem(&word)) && !refers(table)).then_some(())
    };
    let found =
        schema.tables.iter().filter(|table| !table.bookkeeping && table.unreadable.is_none()).find(|table| is_asked(table).is_some());
    if let Some(table) = found {
        suspect(
            out,
            SuspicionKind::UntouchedTable,
            format!("the question speaks of {}, and the query does not read that table", table.name),
        );
    }
}
