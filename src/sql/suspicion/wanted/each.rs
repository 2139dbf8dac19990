//! What rows are grouped by against what the question says "each" of.

use std::collections::HashSet;

use sqlparser::ast::{GroupByExpr, SelectItem};

use crate::schema::{Column, Holds, Schema};
use crate::sql::mend::asked::grouped::group_name::each;
use crate::sql::suspicion::held::computed::is_code;
use crate::sql::suspicion::order::measure::stands_for;
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::aggregates;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{KINDS, Question};
use crate::text::words::{split_name, stem};

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    let asked = each(&question.text);
    let Some(block) = blocks.outermost().filter(|_| !asked.is_empty() && !blocks.combined) else { return };
    if let Some(sentence) = other_each(blocks, block, schema, columns, &asked).or_else(|| namesake(blocks, block, columns)) {
        suspect(out, SuspicionKind::OtherEach, sentence);
    }
}

/// "For each packager", grouped by something that is none, where a column of packagers is at hand and not used.
fn other_each(blocks: &Blocks<'_>, block: &Block<'_>, schema: &Schema, columns: &Columns<'_, '_>, asked: &[String]) -> Option<String> {
    let GroupByExpr::Expressions(terms, _) = &block.select.group_by else { return None };
    let groups: Option<Vec<Named<'_>>> = terms.iter().map(|term| columns.of(term)).collect();
    let groups = groups.filter(|groups| !groups.is_empty())?;
    let used: HashSet<String> = blocks.resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    let stems: Vec<String> = asked.iter().map(|word| stem(word)).collect();
    let last = |column: &Column| {
        let words = split_name(&column.name);
        let kinds = words.iter().rev().take_while(|word| KINDS.contains(&word.as_str())).count();
        words.len().checked_sub(kinds + 1).and_then(|last| words.get(last)).map(|word| stem(word))
    };
    let is_it = |named: &Named<'_>| {
        let numbers = named.column.holds == Holds::Numbers && !is_code(named.table, named.column);
        let called = stems.iter().any(|asked| stands_for(schema, named.table, named.column, asked));
        called && !(numbers && last(named.column).is_some_and(|last| !stems.contains(&last)))
    };
    let is_key = |named: &Named<'_>| {
        let keys = named.table.primary_key.iter().chain(named.table.foreign_keys.iter().flat_map(|key| &key.columns));
        is_code(named.table, named.column) || keys.into_iter().any(|key| key.eq_ignore_ascii_case(&named.column.name))
    };
    // A key may be that of anything.
    if groups.iter().any(|named| is_it(named) || is_key(named) && named.table.primary_key.len() == 1) {
        return None;
    }
    let tables = || block.scope.sources.iter().filter_map(|source| source.table());
    let of = |thing: &str| {
        let of_it = |column: &&Column| last(column).as_deref() == Some(thing) && !used.contains(&column.name.to_lowercase());
        tables().flat_map(|table| &table.columns).filter(|column| column.holds != Holds::Numbers).find(of_it)
    };
    // "Each party form" is a form, "each model use" a model.
    let (said, column) = asked.iter().rev().zip(stems.iter().rev()).find_map(|(said, thing)| Some((said, of(thing)?)))?;
    let by = groups.first()?.column;
    Some(format!("the question asks for each {said}, and rows are grouped by {} and not by {}", by.name, column.name))
}

/// `SELECT a.title ... GROUP BY b.title`: one of the two is another thing's.
fn namesake(blocks: &Blocks<'_>, block: &Block<'_>, columns: &Columns<'_, '_>) -> Option<String> {
    let GroupByExpr::Expressions(terms, _) = &block.select.group_by else { return None };
    let [term] = terms.as_slice() else { return None };
    let group = columns.of(term).filter(|_| !aggregates(&block.select.projection).is_empty())?;
    let item = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => columns.of(expr),
        _ => None,
    };
    let is_namesake = |named: &Named<'_>| {
        named.source != group.source && named.column.name.eq_ignore_ascii_case(&group.column.name) && named.column.holds == Holds::Texts
    };
    let shown = block.select.projection.iter().filter_map(item).find(is_namesake)?;
    let named = |at: usize| {
        let reference = blocks.resolution.references.get(at);
        reference.is_some_and(|reference| reference.name.text.eq_ignore_ascii_case(&group.column.name))
    };
    // What joins the two says which row of the other table there is.
    if blocks.resolution.equated.iter().any(|(left, right)| named(*left) || named(*right)) {
        return None;
    }
    let (name, table) = (&shown.column.name, &shown.table.name);
    Some(format!("it shows {name} of {table} of groups by {name} of {}, so that it is any row's", group.table.name))
}
