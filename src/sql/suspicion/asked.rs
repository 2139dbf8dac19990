//! What the question says and the query does not. English words: the questions that the models understand best.

use sqlparser::ast::{DuplicateTreatment, Expr, FunctionArguments, GroupByExpr};

use super::{Block, Suspicion, SuspicionKind, aggregate, each_expression, suspect};

/// Words that ask for an order.
const SUPERLATIVES: [&str; 24] = [
    "most", "least", "top", "highest", "lowest", "largest", "smallest", "biggest", "oldest", "youngest", "longest", "shortest", "best",
    "worst", "latest", "earliest", "newest", "cheapest", "fastest", "slowest", "greatest", "fewest", "heaviest", "richest",
];

pub(super) fn look(blocks: &[Block<'_>], question: &str, out: &mut Vec<Suspicion>) {
    let words: Vec<String> = question.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let has = |word: &str| words.iter().any(|other| other == word);
    let Some(block) = blocks.iter().find(|block| block.outermost) else { return };
    if block.limit.is_some() && block.order_by.is_empty() && SUPERLATIVES.iter().any(|word| has(word)) {
        suspect(out, SuspicionKind::LimitWithoutOrder, "the question asks for the first by some measure, and nothing is ordered");
    }
    let different = |at: usize| {
        words.get(at..).is_some_and(|rest| rest.iter().take(3).any(|word| ["different", "distinct", "unique"].contains(&word.as_str())))
    };
    let counts = words.windows(2).enumerate().any(|(at, pair)| {
        matches!(pair, [first, second] if first == "how" && second == "many" || first == "number" && second == "of") && different(at + 2)
    });
    if counts && counts_rows(block) {
        suspect(out, SuspicionKind::CountsRows, "the question asks how many different ones there are, and rows are counted");
    }
}

/// Whether rows are counted as they come: no DISTINCT, no group, no subquery that might have either.
fn counts_rows(block: &Block<'_>) -> bool {
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let plain = block.scope.sources.iter().all(|source| source.table().is_some());
    let mut counted = false;
    each_expression(&block.select.projection, &mut |expr, _| {
        let Expr::Function(function) = expr else { return };
        let FunctionArguments::List(list) = &function.args else { return };
        counted |= aggregate(expr).as_deref() == Some("count") && list.duplicate_treatment != Some(DuplicateTreatment::Distinct);
    });
    // Of one table alone each row may be a different one.
    counted && !grouped && plain && block.select.distinct.is_none()
}
