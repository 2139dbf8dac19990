//! What the query does and nobody asked for: an average, days of a second column, a value left out that the question wants, a part of the
//! text before the one that is asked for.

use sqlparser::ast::{BinaryOperator, Expr, GroupByExpr, InTarget, SelectItem, SetExpr, Value};

use crate::schema::{Holds, Schema};
use crate::sql::mend::asked::grouped::group_name::each;
use crate::sql::mend::asked::limits::late::PLANNED;
use crate::sql::related::is_key;
use crate::sql::suspicion::order::measure::{is_dated, stands_for};
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregates, conjuncts, each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{Question, telling};
use crate::text::language::words_of;
use crate::text::words::{split_name, stem};

/// Words that ask for a mean, or for so much of each.
const MEANS: [&str; 16] = [
    "average",
    "averaged",
    "averages",
    "averagely",
    "avg",
    "mean",
    "typical",
    "typically",
    "usual",
    "usually",
    "normal",
    "normally",
    "rate",
    "ratio",
    "share",
    "expected",
];
/// Words that ask for all of something, or for how many.
const TOTALS: [&str; 9] = ["total", "sum", "altogether", "overall", "many", "number", "count", "often", "combined"];
/// Words that speak of the present day, or reckon from it.
const PRESENT: [&str; 56] = [
    "now",
    "today",
    "todays",
    "tonight",
    "current",
    "currently",
    "present",
    "last",
    "past",
    "ago",
    "recent",
    "recently",
    "latest",
    "this",
    "these",
    "since",
    "next",
    "coming",
    "upcoming",
    "future",
    "tomorrow",
    "yesterday",
    "yet",
    "still",
    "already",
    "until",
    "till",
    "due",
    "overdue",
    "late",
    "outstanding",
    "expired",
    "expire",
    "expires",
    "expiring",
    "active",
    "inactive",
    "old",
    "older",
    "oldest",
    "age",
    "aged",
    "ages",
    "young",
    "younger",
    "youngest",
    "born",
    "new",
    "newer",
    "newest",
    "long",
    "previous",
    "ever",
    "far",
    "remaining",
    "open",
];
/// Words of a question that asks for what should be.
const PLANS: [&str; 16] = [
    "late", "later", "delayed", "delay", "overdue", "early", "schedule", "plan", "plans", "should", "until", "open", "next", "upcoming",
    "coming", "time",
];
/// Words for what is shared with others.
const SAME: [&str; 8] = ["same", "also", "other", "others", "share", "shared", "shares", "sharing"];
/// Words behind which a value may stand that is left out.
const LEAVES_OUT: [&str; 22] = [
    "not",
    "no",
    "non",
    "never",
    "without",
    "except",
    "excluding",
    "exclude",
    "excludes",
    "other",
    "but",
    "besides",
    "apart",
    "aside",
    "rather",
    "outside",
    "different",
    "neither",
    "nor",
    "ignore",
    "ignoring",
    "than",
];
/// The parts of "doesn't" and the like before the apostrophe.
const CONTRACTED: [&str; 16] = [
    "don", "doesn", "didn", "haven", "hasn", "hadn", "isn", "aren", "wasn", "weren", "won", "wouldn", "can", "cannot", "couldn", "shouldn",
];

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    if let Some(block) = blocks.outermost() {
        unasked_average(block, question, out);
        wider_again(block, blocks, columns, question, out);
        not_grouped(block, blocks, schema, columns, question, out);
        other_days(block, columns, question, out);
    }
    if let Some(sentence) = planned(blocks, question) {
        suspect(out, SuspicionKind::OtherDays, sentence);
    }
    if blocks.out.iter().any(reckons_from_now) && !question.has_any(&PRESENT) && !PRESENT.iter().any(|word| speaks(&question.before, word))
    {
        suspect(out, SuspicionKind::UnaskedNow, "it reckons from the present day, of which the question says nothing");
    }
    for block in &blocks.out {
        asked_left_out(block, question, out);
        another_value(block, question, out);
    }
}

/// Whether a text has the word.
fn speaks(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|own| own == word)
}

/// Whether a condition holds something against the present moment.
fn reckons_from_now(block: &Block<'_>) -> bool {
    let mut found = false;
    for condition in [&block.select.selection, &block.select.having].into_iter().flatten() {
        each_expression(condition, &mut |expr, _| {
            found |= match expr {
                Expr::Value(value) => matches!(&value.value, Value::SingleQuotedString(text) if text.eq_ignore_ascii_case("now")),
                Expr::Function(function) => function.name.to_string().to_ascii_lowercase().starts_with("current_"),
                _ => false,
            };
        });
    }
    found
}

/// A day on which something should be, where the question asks for what was: `due` for "loans in 2024".
fn planned(blocks: &Blocks<'_>, question: &Question) -> Option<String> {
    if question.has_any(&PLANS) || PLANNED.iter().any(|word| question.says_like(word)) {
        return None;
    }
    let is_planned = |name: &str| split_name(name).iter().any(|word| PLANNED.contains(&word.as_str()));
    let resolution = blocks.resolution;
    let mut taken = resolution.references.iter().filter_map(|reference| {
        let table = resolution.source(reference)?.table()?;
        let column = table.column(&reference.name.text).filter(|column| is_dated(column) && is_planned(&column.name))?;
        // What was stands beside it.
        let other = table.columns.iter().find(|other| is_dated(other) && !is_planned(&other.name))?;
        Some(format!("{} is when something should be, of which the question says nothing; {} tells what was", column.name, other.name))
    });
    taken.next()
}

/// An average, where so many or the sum is asked for.
fn unasked_average(block: &Block<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    let asked = question.has_any(&MEANS) || MEANS.iter().any(|word| question.before.contains(word)) || question.text.contains('%');
    let totals = question.has_any(&TOTALS) || question.says(&["in", "all"]);
    if !asked && totals && aggregates(&block.select.projection).iter().any(|name| name == "avg") {
        suspect(out, SuspicionKind::UnaskedAverage, "it takes an average, which the question does not ask for");
    }
}

/// Rows of a table that share a value with those that fulfil the condition: `... FROM member WHERE club IN (SELECT club FROM member ...
/// WHERE age < 18)` has members of all ages.
fn wider_again(block: &Block<'_>, blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let ([source], Some(condition)) = (block.scope.sources.as_slice(), &block.select.selection) else { return };
    let Some(table) = source.table().filter(|_| !aggregates(&block.select.projection).is_empty()) else { return };
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    if grouped || question.has_any(&SAME) {
        return;
    }
    each_expression(condition, &mut |expr, _| {
        let Expr::In { expr: own, target: InTarget::Subquery(query), negated: false, .. } = expr else { return };
        let SetExpr::Select(select) = query.body.as_ref() else { return };
        let Some(named) = columns.of(own).filter(|named| !is_key(named.table, &named.column.name)) else { return };
        let Some(inner) = blocks.out.iter().find(|inner| inner.select == **select) else { return };
        let plain = inner.limit.is_none() && inner.select.having.is_none() && inner.select.selection.is_some();
        let again = inner.scope.sources.len() > 1
            && inner.scope.sources.iter().any(|source| source.table().is_some_and(|other| std::ptr::eq(other, table)));
        if plain && again {
            let (name, of) = (&named.column.name, &table.name);
            let sentence = format!("it takes every row of {of} that has the same {name} as one of which the condition is true");
            suspect(out, SuspicionKind::WiderAgain, sentence);
        }
    });
}

/// "How many ... did each model use?" over single rows, where a column of models is shown as it comes.
fn not_grouped(
    block: &Block<'_>,
    blocks: &Blocks<'_>,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    let asked: Vec<String> = each(&question.text).iter().map(|word| stem(word)).collect();
    let counts =
        question.says(&["how", "many"]) || question.says(&["how", "much"]) || question.says(&["number", "of"]) || question.has("total");
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let ([source], true) = (block.scope.sources.as_slice(), counts && !asked.is_empty()) else { return };
    let Some(table) = source.table() else { return };
    let plain = !grouped && blocks.out.len() == 1 && block.select.distinct.is_none() && block.limit.is_none();
    let computes = !block.select.projection.iter().all(|item| matches!(item, SelectItem::UnnamedExpr(expr) if is_column(expr)));
    // A row of the thing itself has its number in a column; what others are told of stands in many rows.
    let of_things = split_name(&table.name).iter().any(|word| asked.contains(&stem(word)));
    let mut shown = block.select.projection.iter().filter_map(|item| match item {
        SelectItem::UnnamedExpr(expr) => columns.of(expr),
        _ => None,
    });
    let refers = |named: &Named<'_>| {
        let key =
            table.foreign_keys.iter().any(|key| matches!(key.columns.as_slice(), [own] if own.eq_ignore_ascii_case(&named.column.name)));
        let called = asked.iter().any(|asked| stands_for(schema, named.table, named.column, asked));
        called && (key || named.column.holds == Holds::Texts) && !is_key(table, &named.column.name)
    };
    if let Some(named) = shown.find(refers).filter(|_| plain && !computes && !of_things && block.select.projection.len() > 1) {
        let sentence = format!("the question asks for something of each {}, and the single rows are shown", named.column.name);
        suspect(out, SuspicionKind::NotGrouped, sentence);
    }
}

/// Days of one column that the question says and of another that it does not.
fn other_days(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(condition) = &block.select.selection else { return };
    let mut all = Vec::new();
    conjuncts(condition, &mut all);
    let mut compared: Vec<(Named<'_>, bool)> = Vec::new();
    for condition in all {
        let sides: Vec<&Expr> = match condition {
            Expr::BinaryOp { left, op, right } if is_comparison(op) && (literal(left).is_some() || literal(right).is_some()) => {
                vec![left, right]
            }
            Expr::Between { expr, .. } => vec![expr],
            Expr::Like { expr, .. } => vec![expr],
            _ => continue,
        };
        for side in sides {
            each_expression(side, &mut |expr, _| {
                if let Some(named) = columns.of(expr).filter(|named| is_dated(named.column)) {
                    compared.push((named, is_said(&named.column.name, question)));
                }
            });
        }
    }
    let said = compared.iter().find(|(_, said)| *said);
    let other =
        compared.iter().find(|(named, said)| !said && compared.iter().any(|(one, said)| *said && one.column.name != named.column.name));
    if let (Some((said, _)), Some((other, _))) = (said, other) {
        let sentence = format!("it limits {} beside {}, and the question says nothing of it", other.column.name, said.column.name);
        suspect(out, SuspicionKind::OtherDays, sentence);
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
    matches!(op, Eq | Gt | GtEq | Lt | LtEq)
}

/// Whether the question says a word of the name that is not "date" or "time" alone.
fn is_said(name: &str, question: &Question) -> bool {
    let plain = |word: &String| matches!(word.as_str(), "date" | "time" | "at" | "on" | "day" | "datetime" | "timestamp" | "year" | "ts");
    telling(name).iter().filter(|word| !plain(word)).any(|word| {
        let beginning: String = word.chars().take(4).collect();
        question.says_like(word) || beginning.len() > 3 && question.words.iter().any(|own| own.starts_with(&beginning))
    })
}

/// `rank <> 'Professor'` for professors who do not play: what is denied stands behind it.
fn asked_left_out(block: &Block<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(condition) = &block.select.selection else { return };
    let mut left_out: Vec<String> = Vec::new();
    each_expression(condition, &mut |expr, _| match expr {
        Expr::BinaryOp { left, op: BinaryOperator::NotEq, right } if is_column(left) => left_out.extend(text_of(right)),
        Expr::Like { negated: true, pattern, .. } => left_out.extend(text_of(pattern)),
        _ => {}
    });
    let all = words_of(&question.text);
    let denies = |word: &String| {
        LEAVES_OUT.contains(&word.as_str()) || CONTRACTED.contains(&word.as_str()) || word.starts_with("un") || word.starts_with("exce")
    };
    for text in left_out {
        let stems: Vec<String> = words_of(text.trim_matches('%')).iter().map(|word| stem(word)).collect();
        let own: Vec<String> = all.iter().map(|word| stem(word)).collect();
        let place = own.windows(stems.len().max(1)).position(|words| words == stems.as_slice()).filter(|_| !stems.is_empty());
        let Some(place) = place else { continue };
        let again = own.windows(stems.len()).filter(|words| *words == stems.as_slice()).count() > 1;
        if again || all.iter().take(place).any(denies) || question.before.contains("not") {
            continue;
        }
        let sentence = format!("it leaves out '{}', which the question does not", text.trim_matches('%'));
        return suspect(out, SuspicionKind::AskedLeftOut, sentence);
    }
}

/// `grade = 'B' OR grade = 'B+'`, where the question says B alone.
fn another_value(block: &Block<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(condition) = &block.select.selection else { return };
    let mut lists: Vec<Vec<String>> = Vec::new();
    each_expression(condition, &mut |expr, _| match expr {
        Expr::In { expr, target: InTarget::List(values), negated: false, .. } if is_column(expr) => {
            lists.push(values.iter().filter_map(text_of).collect());
        }
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => lists.extend(alternatives(expr)),
        _ => {}
    });
    let said = |text: &String| {
        let (all, words) = (words_of(&question.text), words_of(text));
        // What is more than letters has to stand there as it is.
        let whole = text.chars().all(|c| c.is_alphanumeric() || c == ' ');
        if whole {
            !words.is_empty() && all.windows(words.len()).any(|own| own == words.as_slice())
        } else {
            question.text.contains(text.as_str())
        }
    };
    let begun = |text: &String, other: &String| other.len() > text.len() && other.starts_with(text.as_str());
    for list in &lists {
        let other = list.iter().find(|text| !said(text) && list.iter().any(|first| said(first) && begun(first, text)));
        if let Some(other) = other {
            let sentence = format!("it takes what has '{other}' too, which the question does not say");
            return suspect(out, SuspicionKind::UnaskedValue, sentence);
        }
    }
}

/// The texts that one column is compared with by `=` in alternatives.
fn alternatives(expr: &Expr) -> Option<Vec<String>> {
    let mut open = vec![expr];
    let mut found: Option<(String, Vec<String>)> = None;
    while let Some(expr) = open.pop() {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => open.extend([right.as_ref(), left.as_ref()]),
            Expr::Nested(inner) => open.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_column(left) => {
                let column = left.to_string().to_lowercase();
                let (own, texts) = found.get_or_insert_with(|| (column.clone(), Vec::new()));
                if *own != column {
                    return None;
                }
                texts.push(text_of(right)?);
            }
            _ => return None,
        }
    }
    found.map(|(_, texts)| texts)
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

/// A text, in lower case.
fn text_of(expr: &Expr) -> Option<String> {
    match literal(expr)? {
        Value::SingleQuotedString(text) => Some(text.to_lowercase()),
        _ => None,
    }
}
