//! What the question says and the query does not.

use sqlparser::ast::{BinaryOperator, DuplicateTreatment, Expr, FunctionArguments, GroupByExpr, InTarget, Value};

use crate::sql::lex::lex;

use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::expressions::{aggregate, conjuncts, each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::language::words_of;

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, sql: &str, question: &Question, out: &mut Vec<Suspicion>) {
    let tokens: Vec<String> = lex(sql).into_iter().map(|token| token.text(sql).to_ascii_lowercase()).collect();
    let writes = |all: &[&str]| tokens.iter().any(|token| all.contains(&token.as_str()));
    let either = question.has_any(&["or", "either"]) && !question.has("both");
    if blocks.joined && question.has("and") && !either {
        suspect(out, SuspicionKind::EitherForBoth, "the question asks for both, and the query takes either");
    }
    let Some(block) = blocks.outermost() else { return };
    let both = question.has("both") && question.has("and") || question.says(&["and", "also"]) || question.says(&["as", "well", "as"]);
    if both && !writes(&["intersect", "having", "exists"]) && takes_either(block) {
        suspect(out, SuspicionKind::EitherForBoth, "the question asks for both, and the query takes either");
    }
    if let Some(pattern) = found_anywhere(block, &question.words) {
        suspect(out, SuspicionKind::FoundAnywhere, format!("the question says where the text stands, and {pattern} finds it anywhere"));
    }
    let different = |at: usize| {
        let rest = question.words.get(at..).unwrap_or_default();
        rest.iter().take(3).any(|word| ["different", "distinct", "unique"].contains(&word.as_str()))
    };
    let counts = question.words.windows(2).enumerate().any(|(at, pair)| {
        matches!(pair, [first, second] if first == "how" && second == "many" || first == "number" && second == "of") && different(at + 2)
    });
    if counts && counts_rows(block) {
        suspect(out, SuspicionKind::CountsRows, "the question asks how many different ones there are, and rows are counted");
    }
    if blocks.out.iter().any(|block| having_says_nothing(block, question)) {
        suspect(out, SuspicionKind::EmptyHaving, "the question asks for groups of so many, and HAVING takes every group");
    }
    if let Some(value) = same_value_twice(block, question) {
        suspect(out, SuspicionKind::SameValueTwice, format!("it demands {value} of two columns"));
    }
    // The last 10 of 90 are those above 80.
    let reckons = question.last_of().is_some();
    if let Some(number) = blocks.out.iter().find_map(|block| strange_number(block, question)).filter(|_| !reckons) {
        suspect(out, SuspicionKind::StrangeNumber, format!("it has the number {number}, which the question does not give"));
    }
}

/// Whether groups of so many rows are asked for, and `HAVING count(*) > 0` takes every group.
fn having_says_nothing(block: &Block<'_>, question: &Question) -> bool {
    use BinaryOperator::{Gt, GtEq, NotEq};
    let one = |word: &str| matches!(word, "one" | "a" | "an" | "1" | "once" | "any");
    let number = |words: &[&str]| {
        let behind = question.place_of(words).map(|at| question.words.get(at + words.len()).map_or("", String::as_str));
        behind.is_some_and(|word| !one(word) || words == ["more", "than"])
    };
    let asked = question.says(&["or", "more"]) || number(&["more", "than"]) || number(&["at", "least"]);
    let mut everything = false;
    if let Some(having) = block.select.having.as_ref().filter(|_| asked) {
        each_expression(having, &mut |expr, _| {
            let Expr::BinaryOp { left, op, right } = expr else { return };
            let Some(Value::Number(least, _)) = literal(right) else { return };
            let of_all = matches!((op, least.as_str()), (Gt | NotEq, "0") | (GtEq, "1"));
            everything |= of_all && aggregate(left).as_deref() == Some("count");
        });
    }
    everything
}

/// The text that conditions which all have to hold demand of two columns, where the question has it once.
fn same_value_twice(block: &Block<'_>, question: &Question) -> Option<String> {
    let mut all = Vec::new();
    conjuncts(block.select.selection.as_ref()?, &mut all);
    let mut seen: Vec<(String, String)> = Vec::new();
    for condition in all {
        let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { continue };
        let column = match left.as_ref() {
            Expr::Identifier(name) => &name.value,
            Expr::CompoundIdentifier(parts) => &parts.last()?.value,
            _ => continue,
        };
        let Some(Value::SingleQuotedString(text)) = literal(right) else { continue };
        let (column, text) = (column.to_lowercase(), text.to_lowercase());
        let again = seen.iter().any(|(other, value)| *value == text && *other != column);
        if again && !text.is_empty() && question.text.matches(&text).count() < 2 {
            return Some(format!("'{text}'"));
        }
        seen.push((column, text));
    }
    None
}

/// A number other than zero and one that is compared with, or that rows are limited to, and that the question does not give.
fn strange_number(block: &Block<'_>, question: &Question) -> Option<String> {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    // Of money nobody says that it is kept in cents.
    let cents = block.select.to_string().to_lowercase().contains("cent");
    let gives = |number: f64| question.gives(number) || cents && question.gives(number / 100.0);
    let is_strange = |text: &String| text.parse::<f64>().is_ok_and(|number| ![0.0, 1.0].contains(&number) && !gives(number));
    let mut strange = block.limit.clone().filter(is_strange);
    let mut look = |column: &Expr, expr: &Expr| {
        if let Some(Value::Number(text, _)) = literal(expr)
            && is_strange(text)
            && !is_told(block, column, text, question)
        {
            strange.get_or_insert_with(|| text.clone());
        }
    };
    let conditions = [&block.select.selection, &block.select.having];
    for condition in conditions.into_iter().flatten() {
        each_expression(condition, &mut |expr, _| match expr {
            Expr::BinaryOp { left, op: Eq | NotEq | Gt | GtEq | Lt | LtEq, right } if is_column(left) => look(left, right),
            Expr::Between { expr, low, high, .. } if is_column(expr) => {
                look(expr, low);
                look(expr, high);
            }
            Expr::In { expr, target: InTarget::List(values), .. } if is_column(expr) => values.iter().for_each(|value| look(expr, value)),
            _ => {}
        });
    }
    strange
}

/// Whether what is known of a column tells a number of it: "4 deleted", "half stars", where five of the question are ten.
fn is_told(block: &Block<'_>, column: &Expr, number: &str, question: &Question) -> bool {
    let name = match column {
        Expr::Identifier(name) => name,
        Expr::CompoundIdentifier(names) => match names.last() {
            Some(name) => name,
            None => return false,
        },
        _ => return false,
    };
    let tables = block.scope.sources.iter().filter_map(|source| source.table());
    tables.filter_map(|table| table.column(&name.value)).any(|column| {
        let words = words_of(&column.comment);
        let halves = || words.iter().any(|word| matches!(word.as_str(), "half" | "halves"));
        words.iter().any(|word| word == number) || number.parse().is_ok_and(|number: f64| halves() && question.gives(number / 2.0))
    })
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) || aggregate(expr).is_some()
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
