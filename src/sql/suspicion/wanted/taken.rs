//! What a query takes and nobody asked for: rows of one value, numbers counted like rows, a yes in the place of a name, any row of a group.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, InTarget, SelectItem, Value};

use crate::schema::{Column, Holds};
use crate::sql::mend::asked::grouped::summed::is_amount;
use crate::sql::suspicion::held::computed::is_code;
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregate, aggregates, each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{BEGINNING, Question, begin_alike};
use crate::sql::suspicion::said::unused::is_flag;
use crate::text::language::words_of;
use crate::text::nations::is_of_country;
use crate::text::words::stem;

/// Texts of so few letters are codes and abbreviations, which a question need not spell.
const CODE: usize = 4;
/// Texts that stand for yes, no and nothing.
const ANSWERS: [&str; 5] = ["false", "none", "null", "unknown", "empty"];

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    columns: &Columns<'_, '_>,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    for block in &blocks.out {
        any_of_a_group(block, columns, out);
    }
    let Some(question) = question else { return };
    for block in &blocks.out {
        unasked_value(block, columns, question, out);
        counted_quantity(block, columns, question, out);
    }
    let Some(block) = blocks.outermost() else { return };
    only_flags(block, columns, question, out);
    one_of_both(block, columns, question, out);
}

/// Rows of one text that the question does not name.
fn unasked_value(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let mut unasked = None;
    for condition in [&block.select.selection, &block.select.having].into_iter().flatten() {
        each_expression(condition, &mut |expr, _| {
            let (column, text) = match expr {
                // Of several one is enough that is asked for: the others may be of its kind.
                Expr::In { expr, target: InTarget::List(values), negated: false, .. } => {
                    let asked =
                        |value: &Expr| !matches!(literal(value), Some(Value::SingleQuotedString(text)) if !is_asked(text, question));
                    (expr, values.first().filter(|_| !values.iter().any(asked)).and_then(literal))
                }
                Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => (left, literal(right)),
                Expr::Like { negated: false, expr, pattern, .. } => (expr, literal(pattern)),
                _ => return,
            };
            if let (Some(named), Some(Value::SingleQuotedString(text))) = (columns.of(column), text)
                && named.column.holds != Holds::Numbers
                && named.column.meaning.json().is_none()
                && (!is_asked(text, question) || is_word(text, named.column) && !is_said(text, question))
            {
                unasked.get_or_insert_with(|| text.trim_matches('%').to_owned());
            }
        });
    }
    if let Some(text) = unasked {
        suspect(out, SuspicionKind::UnaskedValue, format!("it takes only what has '{text}', which the question does not say"));
    }
}

/// Whether a short text is a word like the others of its column, and no code: `CARD` beside `VOUCHER`.
fn is_word(text: &str, column: &Column) -> bool {
    let letters = |text: &str| text.chars().all(char::is_alphabetic) && text.chars().count() >= CODE;
    letters(text) && column.samples.iter().any(|sample| letters(sample) && sample.chars().count() > CODE + 1)
}

/// Whether the question, or what it goes on from, says something of `text`; codes, numbers and yes and no need not be said.
fn is_asked(text: &str, question: &Question) -> bool {
    let text = text.trim_matches(['%', '_', ' ']).to_lowercase();
    let words = words_of(&text);
    let plain = text.chars().count() <= CODE || text.starts_with(|c: char| c.is_ascii_digit()) || ANSWERS.contains(&text.as_str());
    plain || words.is_empty() || is_said(&text, question)
}

/// Whether the question, or what it goes on from, says something of `text`.
fn is_said(text: &str, question: &Question) -> bool {
    let text = text.trim_matches(['%', '_', ' ']).to_lowercase();
    let words = words_of(&text);
    if question.text.contains(&text) || question.before.contains(&text) {
        return true;
    }
    // "Runs" are `running`.
    if words.iter().any(|word| question.says_like(word)) {
        return true;
    }
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
    let said = words_of(&question.text).into_iter().chain(words_of(&question.before)).collect::<Vec<_>>();
    said.iter().any(|own| {
        let alike = |word: &String| begin_alike(word, own) || own.chars().count() >= BEGINNING && word.contains(own.as_str());
        words.iter().any(alike) || words.len() > 1 && *own == initials || is_of_country(own, &text)
    })
}

/// `count(likes)`, where "most likes" are asked for and likes are numbers: it counts rows. Mended where nothing else than a sum may be meant.
fn counted_quantity(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let said: Vec<String> = question.words.iter().map(|word| stem(word)).collect();
    let mut look = |expr: &Expr, _: usize| {
        let Expr::Function(function) = expr else { return };
        let FunctionArguments::List(list) = &function.args else { return };
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice() else { return };
        if aggregate(expr).as_deref() != Some("count") || list.duplicate_treatment.is_some() {
            return;
        }
        let Some(Named { table, column, .. }) = columns.of(argument) else { return };
        if !column.has_null && is_amount(table, column, &said) {
            let sentence = format!("{} holds numbers, and the rows are counted in place of their sum", column.name);
            suspect(out, SuspicionKind::CountsQuantity, sentence);
        }
    };
    each_expression(&block.select.projection, &mut look);
    each_expression(&block.order_by, &mut look);
}

/// A bare column of groups that nothing is computed of: SQLite takes it from any row.
fn any_of_a_group(block: &Block<'_>, columns: &Columns<'_, '_>, out: &mut Vec<Suspicion>) {
    let GroupByExpr::Expressions(terms, _) = &block.select.group_by else { return };
    let computes = !aggregates(&block.select.projection).is_empty()
        || !aggregates(&block.order_by).is_empty()
        || block.select.having.as_ref().is_some_and(|having| !aggregates(having).is_empty());
    let grouped: Vec<_> = terms.iter().filter_map(|term| columns.of(term)).collect();
    // By a key, other columns of its row are the group's own; what is grouped by is not always a column.
    let by_key = grouped.iter().any(|named| {
        is_code(named.table, named.column) || named.table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&named.column.name))
    });
    if computes || terms.is_empty() || grouped.len() != terms.len() || by_key {
        return;
    }
    let bare = block.select.projection.iter().find_map(|item| {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { return None };
        let named = columns.of(expr)?;
        let own = grouped.iter().any(|group| group.source == named.source && group.column.name == named.column.name);
        (!own && named.column.holds == Holds::Numbers && !is_code(named.table, named.column)).then_some(&named.column.name)
    });
    if let Some(name) = bare {
        suspect(out, SuspicionKind::AnyOfAGroup, format!("{name} is shown of any one row of each group"));
    }
}

/// Yes and no, where the question asks which.
fn only_flags(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let which = question.words.first().is_some_and(|first| matches!(first.as_str(), "which" | "who" | "whose"));
    let flag = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            columns.of(expr).is_some_and(|named| is_flag(named.column))
        }
        _ => false,
    };
    if which && !block.select.projection.is_empty() && block.select.projection.iter().all(flag) {
        suspect(out, SuspicionKind::OnlyFlags, "the question asks which, and it shows a yes or no");
    }
}

/// "By members and by non-members", answered for one of the two.
fn one_of_both(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let stems: Vec<String> = question.words.iter().map(|word| stem(word)).collect();
    let twice = |said: &String| stems.iter().filter(|stem| *stem == said).count() > 1;
    let opposed = |pair: &[String]| matches!(pair, [non, said] if non == "non" && twice(said));
    let both = question.says(&["with", "and", "without"]) || stems.windows(2).any(opposed);
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let mut fixed = false;
    if let Some(condition) = &block.select.selection {
        each_expression(condition, &mut |expr, _| {
            if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr {
                fixed |= literal(right).is_some() && columns.of(left).is_some_and(|named| is_flag(named.column));
            }
        });
    }
    if both && fixed && !grouped {
        suspect(out, SuspicionKind::OneOfBoth, "the question asks for both kinds, and it takes one");
    }
}
