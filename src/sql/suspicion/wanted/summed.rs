//! Sums that nobody asked for: what somebody paid for as what it cost, and what was used in all as so much of each row.

use sqlparser::ast::{BinaryOperator, Expr, SelectItem};

use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::expressions::{aggregate, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;

/// Words that ask for an amount, or for something of which one is told.
const AMOUNTS: [&str; 44] = [
    "how",
    "total",
    "totals",
    "sum",
    "summed",
    "amount",
    "amounts",
    "overall",
    "altogether",
    "combined",
    "number",
    "count",
    "many",
    "much",
    "cost",
    "costs",
    "price",
    "value",
    "worth",
    "revenue",
    "income",
    "profit",
    "sales",
    "spending",
    "expenses",
    "earnings",
    "budget",
    "balance",
    "turnover",
    "quantity",
    "volume",
    "weight",
    "average",
    "mean",
    "rate",
    "ratio",
    "share",
    "percentage",
    "percent",
    "most",
    "least",
    "highest",
    "lowest",
    "more",
];
/// Words that ask for so much of each.
const MEANS: [&str; 15] = [
    "average",
    "averages",
    "averaged",
    "mean",
    "avg",
    "typical",
    "typically",
    "usual",
    "usually",
    "rate",
    "ratio",
    "share",
    "percentage",
    "percent",
    "proportion",
];

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(block) = blocks.outermost() else { return };
    if let Some(sentence) = only_sum(block, question).or_else(|| divided(block, question)) {
        suspect(out, SuspicionKind::UnaskedSum, sentence);
    }
}

/// "What did Lea pay for?" as one sum.
fn only_sum(block: &Block<'_>, question: &Question) -> Option<String> {
    let [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] = block.select.projection.as_slice() else {
        return None;
    };
    let sums = aggregate(item).is_some_and(|name| name == "sum" || name == "total");
    let things = question.words.first().is_some_and(|first| matches!(first.as_str(), "what" | "which" | "who" | "list"));
    let said = AMOUNTS.iter().any(|word| question.has(word));
    (sums && things && !said && question.words.last().is_some_and(|_| question.has_any(&["did", "do", "does"])))
        .then(|| "a sum is computed, and the question asks for no amount".into())
}

/// "How much was used per room" as a sum divided by a count of rows.
fn divided(block: &Block<'_>, question: &Question) -> Option<String> {
    let asks = question.says(&["how", "much"]) || question.has("total");
    if !asks || MEANS.iter().any(|word| question.has(word)) {
        return None;
    }
    let mut found = false;
    each_expression(&block.select.projection, &mut |expr, _| {
        if let Expr::BinaryOp { left, op: BinaryOperator::Divide, right } = expr {
            let is = |side: &Expr, of: &str| aggregate(side).is_some_and(|name| name == of);
            found |= is(left, "sum") && is(right, "count");
        }
    });
    found.then(|| "a sum is divided by a count of rows, and the question asks for all of it".into())
}
