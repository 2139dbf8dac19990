//! Hours, minutes or days that are asked for, where nothing that is returned is a length of time: a count of rows that each have a beginning
//! and an end, or the sum of yes and no (`SUM(billable) AS hours`).

use sqlparser::ast::Expr;

use crate::schema::{Column, Meaning};
use crate::sql::stretch::{stretch, unit_asked};
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{aggregates, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::split_name;

/// Words of columns that count time.
const TIMES: [&str; 24] = [
    "time", "times", "duration", "length", "hours", "hour", "hrs", "minutes", "minute", "mins", "min", "seconds", "second", "secs", "sec",
    "days", "day", "ms", "millis", "elapsed", "age", "date", "runtime", "ago",
];
/// One day, in seconds.
const DAY: f64 = 86_400.0;

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let (Some(seconds), Some(block)) = (unit_asked(&question.text), blocks.outermost()) else { return };
    let computed = aggregates(&block.select.projection);
    // A sum of what an inner query computes says nothing, and rows may be days.
    let known = !block.scope.sources.is_empty() && block.scope.sources.iter().all(|source| source.table().is_some());
    let lies = block.scope.sources.iter().filter_map(|source| source.table()).any(|table| stretch(table).is_some());
    let counts = computed.iter().any(|name| name == "count");
    if computed.is_empty() || !known || (counts && !lies) || (seconds == DAY && !lies) || takes_time(block, columns) {
        return;
    }
    let unit = question.words.iter().find(|word| ["hours", "minutes", "seconds", "days", "milliseconds", "ms"].contains(&word.as_str()));
    let unit = unit.map_or("a length", String::as_str);
    suspect(out, SuspicionKind::NoLength, format!("the question asks for {unit}, and nothing that the query returns is a length of time"));
}

/// Whether anything that is returned has to do with time.
fn takes_time(block: &Block<'_>, columns: &Columns<'_, '_>) -> bool {
    let mut found = false;
    each_expression(&block.select.projection, &mut |expr, _| match expr {
        Expr::Subquery(_) => found = true,
        _ => found |= columns.of(expr).is_some_and(|named| is_of_time(named.column)),
    });
    found
}

fn is_of_time(column: &Column) -> bool {
    let says = split_name(&column.name).iter().any(|word| TIMES.contains(&word.as_str()));
    let kept = column.meaning.times().is_some() || column.perhaps.is_some() || column.meaning.span().is_some();
    let other = matches!(column.meaning, Meaning::Clock(_) | Meaning::LocalDate(_) | Meaning::Json(_));
    says || kept || other || column.has_days()
}
