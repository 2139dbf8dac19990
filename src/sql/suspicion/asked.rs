//! What the question says and the query does not. English words: the questions that the models understand best.

use sqlparser::ast::{BinaryOperator, DuplicateTreatment, Expr, FunctionArguments, GroupByExpr, InTarget};

use crate::sql::lex::lex;

use super::{Block, Suspicion, SuspicionKind, aggregate, each_expression, suspect};

/// Words that ask for an order.
const SUPERLATIVES: [&str; 24] = [
    "most", "least", "top", "highest", "lowest", "largest", "smallest", "biggest", "oldest", "youngest", "longest", "shortest", "best",
    "worst", "latest", "earliest", "newest", "cheapest", "fastest", "slowest", "greatest", "fewest", "heaviest", "richest",
];

/// Words that leave something out.
const NEGATIONS: [&str; 8] = ["not", "never", "without", "except", "excluding", "don", "doesn", "neither"];

pub(super) fn look(blocks: &[Block<'_>], sql: &str, question: &str, out: &mut Vec<Suspicion>) {
    let words: Vec<String> = question.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let has = |word: &str| words.iter().any(|other| other == word);
    let tokens: Vec<String> = lex(sql).into_iter().map(|token| token.text(sql).to_ascii_lowercase()).collect();
    let writes = |all: &[&str]| tokens.iter().any(|token| all.contains(&token.as_str()));
    if NEGATIONS.iter().any(|word| has(word)) && !writes(&["not", "except", "<>", "!=", "left", "isnull", "is", "0", "<"]) {
        suspect(out, SuspicionKind::NothingExcluded, "the question excludes something, and the query does not");
    }
    let Some(block) = blocks.iter().find(|block| block.outermost) else { return };
    if has("both") && has("and") && !writes(&["intersect", "having", "exists"]) && takes_either(block) {
        suspect(out, SuspicionKind::EitherForBoth, "the question asks for both, and the query takes either");
    }
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

/// Whether WHERE takes several values of one column, by IN or by OR of equalities.
fn takes_either(block: &Block<'_>) -> bool {
    let mut columns: Vec<String> = Vec::new();
    let mut either = false;
    let Some(condition) = &block.select.selection else { return false };
    each_expression(condition, &mut |expr, _| match expr {
        Expr::In { target: InTarget::List(values), negated: false, .. } => either |= values.len() > 1,
        Expr::BinaryOp { left, op: BinaryOperator::Eq, .. } => columns.push(left.to_string().to_lowercase()),
        _ => {}
    });
    let mut alternatives = false;
    each_expression(condition, &mut |expr, _| alternatives |= matches!(expr, Expr::BinaryOp { op: BinaryOperator::Or, .. }));
    let repeated = columns.iter().enumerate().any(|(at, column)| columns.iter().skip(at + 1).any(|other| other == column));
    either || alternatives && repeated
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
