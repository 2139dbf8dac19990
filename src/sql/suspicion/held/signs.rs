//! Amounts below and above 0: what was spent is the least of them, and not the largest.

use sqlparser::ast::OrderBySort;

use crate::schema::{Column, Holds, Meaning};
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{aggregate, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;

/// Words for what goes out, which many files keep below 0.
const OUT: [&str; 17] = [
    "spend",
    "spent",
    "spending",
    "expense",
    "expenses",
    "expensive",
    "cost",
    "costs",
    "paid",
    "payment",
    "payments",
    "withdrawal",
    "withdrawn",
    "sold",
    "sale",
    "sales",
    "used",
];

/// The larger end of amounts of both signs, where the question asks for what went out.
pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    sql: &str,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    if !question.has_any(&OUT) && !question.says(&["went", "out"]) {
        return;
    }
    // A condition on the sign, or the amount without it.
    let lower = sql.to_lowercase();
    if ["< 0", "<0", "<= 0", "abs(", "(-", "-sum", "- sum", "* -1"].iter().any(|part| lower.contains(part)) {
        return;
    }
    if let Some(column) = blocks.out.iter().find_map(|block| largest(block, columns)).filter(|column| is_signed(column)) {
        let sentence =
            format!("{} has amounts below and above 0, and the query takes the largest: what went out may be below", column.name);
        suspect(out, SuspicionKind::OtherEnd, sentence);
    }
}

/// The column whose largest values, or sums, a SELECT takes.
fn largest<'s>(block: &Block<'_>, columns: &Columns<'_, 's>) -> Option<&'s Column> {
    let mut found = None;
    match (block.order_by.as_slice(), &block.limit) {
        ([term, ..], Some(_)) if term.options.sort == Some(OrderBySort::Desc) => each_expression(&term.expr, &mut |expr, _| {
            found = found.or_else(|| columns.of(expr).map(|named| named.column));
        }),
        ([], None) => each_expression(&block.select.projection, &mut |expr, _| {
            if aggregate(expr).is_some_and(|name| name == "max") {
                each_expression(expr, &mut |inner, _| found = found.or_else(|| columns.of(inner).map(|named| named.column)));
            }
        }),
        _ => {}
    }
    found
}

/// Whether values of `column` are known on both sides of 0.
fn is_signed(column: &Column) -> bool {
    if column.holds == Holds::Numbers && column.meaning == Meaning::Plain {
        return column.range().is_some_and(|(low, high)| low < 0.0 && high > 0.0);
    }
    let below = |text: &&String| text.trim_start().starts_with(['-', '\u{2212}', '(']);
    let below = column.samples.iter().filter(below).count();
    matches!(column.meaning, Meaning::Number(_)) && below > 0 && below < column.samples.len()
}
