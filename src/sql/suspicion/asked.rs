//! What the question says and the query does not. English words: the questions that the models understand best.

use sqlparser::ast::{BinaryOperator, DuplicateTreatment, Expr, FunctionArguments, GroupByExpr, InTarget, OrderBySort, Value};

use crate::sql::lex::lex;

use super::{Block, Suspicion, SuspicionKind, aggregate, each_expression, literal, suspect};

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
    if let Some((end, other)) = other_end(block, &words) {
        suspect(out, SuspicionKind::OtherEnd, format!("the question asks for the {end}, and the query takes the {other}"));
    }
    if let Some(pattern) = found_anywhere(block, &words) {
        suspect(out, SuspicionKind::FoundAnywhere, format!("the question says where the text stands, and {pattern} finds it anywhere"));
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

/// A word for one end of an order; whether it is the largest value's, for columns that hold what it measures.
const ENDS: [(&str, bool); 18] = [
    ("highest", true),
    ("largest", true),
    ("biggest", true),
    ("greatest", true),
    ("most", true),
    ("longest", true),
    ("heaviest", true),
    ("latest", true),
    ("newest", true),
    ("lowest", false),
    ("smallest", false),
    ("least", false),
    ("fewest", false),
    ("shortest", false),
    ("cheapest", false),
    ("earliest", false),
    ("oldest", true),
    ("youngest", false),
];

/// The end that the question asks for and the one that the query takes, where they differ.
fn other_end(block: &Block<'_>, words: &[String]) -> Option<(&'static str, &'static str)> {
    let ([term], Some(_)) = (block.order_by.as_slice(), &block.limit) else { return None };
    let mut asked = ENDS.iter().filter(|(end, _)| words.iter().any(|word| word == end));
    let (&(end, large), None) = (asked.next()?, asked.next()) else { return None };
    let name = term.expr.to_string().to_lowercase();
    let about = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    // A rank of 1 is the highest; who is older was born earlier.
    if about(&["rank", "position", "order", "place"]) || ["oldest", "youngest"].contains(&end) && !name.ends_with("age") {
        return None;
    }
    let takes_large = matches!(term.options.sort, Some(OrderBySort::Desc));
    (takes_large != large).then_some((end, if takes_large { "largest" } else { "smallest" }))
}

/// A pattern with `%` at both ends, the only one, where the question says how the text begins or ends.
fn found_anywhere(block: &Block<'_>, words: &[String]) -> Option<String> {
    const PLACES: [&str; 10] = ["start", "starts", "starting", "begin", "begins", "beginning", "end", "ends", "ending", "prefix"];
    let says = words.windows(2).any(|pair| matches!(pair, [verb, with] if PLACES.contains(&verb.as_str()) && with == "with"));
    let mut patterns = Vec::new();
    each_expression(block.select.selection.as_ref()?, &mut |expr, _| {
        if let Expr::Like { negated: false, pattern, .. } = expr
            && let Some(Value::SingleQuotedString(text)) = literal(pattern)
        {
            patterns.push(text.clone());
        }
    });
    match patterns.as_slice() {
        [pattern] if says && pattern.len() > 2 && pattern.starts_with('%') && pattern.ends_with('%') => Some(pattern.clone()),
        _ => None,
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
