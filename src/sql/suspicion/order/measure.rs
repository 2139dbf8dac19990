//! What rows are ordered or grouped by, against what the question measures: "the most recent" by no date, "the highest score" by another
//! column, "the most common form" with rows grouped by something else.

use std::collections::HashSet;

use sqlparser::ast::GroupByExpr;

use super::ends::SUPERLATIVES;
use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::related::thing;
use crate::sql::suspicion::held::computed::is_code;
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregates, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{KINDS, Question, telling};
use crate::text::words::{is_function_word, split_name, stem};

/// Words that ask for one end of one measure, and what columns of it are called.
const MEASURED: [(&[&str], &[&str]); 8] = [
    (
        &["oldest", "youngest", "eldest"],
        &["age", "birth", "born", "birthday", "birthdate", "dob", "year", "founded", "built", "opened", "date", "established", "since"],
    ),
    (&["tallest"], &["height", "tall"]),
    (&["heaviest", "lightest"], &["weight", "mass"]),
    (&["cheapest", "dearest", "priciest", "costliest"], &["price", "cost", "fee", "rate", "amount", "charge", "fare", "rent", "value"]),
    (&["fastest", "slowest"], &["speed", "time", "pace", "lap", "duration", "mph", "kmh", "velocity"]),
    (&["deepest"], &["depth"]),
    (&["widest"], &["width"]),
    (&["richest", "poorest"], &["money", "worth", "wealth", "income", "balance", "salary", "gdp", "assets", "billion"]),
];
/// Words of one name.
const MOST_WORDS: usize = 3;
/// Words that ask for one end of time.
const IN_TIME: [&str; 3] = ["latest", "earliest", "newest"];
/// What columns of points in time are called, where their values do not tell.
const TIMES: [&str; 12] = ["date", "time", "year", "day", "month", "datetime", "timestamp", "since", "from", "when", "created", "updated"];
/// Words behind which the name of a measure stands.
const AGGREGATED: [&str; 8] = ["average", "mean", "total", "maximum", "minimum", "max", "min", "sum"];
/// Words at the end of columns' names for what numbers count in.
const UNITS: [&str; 11] = ["billion", "million", "thousand", "percent", "usd", "eur", "km", "kg", "lb", "mph", "cm"];
/// Words that ask what there is most of.
const COMMON: [&str; 8] = ["common", "popular", "frequent", "frequently", "commonly", "prevalent", "often", "used"];

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    let used: HashSet<String> = blocks.resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    if let Some(block) = blocks.outermost()
        && let ([term], Some(_)) = (block.order_by.as_slice(), &block.limit)
        && let Some(ordered) = columns.of(&term.expr)
        && (!is_said(&ordered.column.name, question) || is_code(ordered.table, ordered.column))
        && let Some(sentence) = other_measure(block, &used, ordered, question)
    {
        suspect(out, SuspicionKind::OtherMeasure, sentence);
    }
    if let Some(sentence) = blocks.outermost().and_then(|block| other_amount(block, columns, &used, question)) {
        suspect(out, SuspicionKind::OtherMeasure, sentence);
    }
    if let Some(sentence) = other_group(blocks, schema, columns, question) {
        suspect(out, SuspicionKind::OtherGroup, sentence);
    }
}

/// Whether the question says a word of the name.
fn is_said(name: &str, question: &Question) -> bool {
    telling(name).iter().any(|word| question.says_like(word) || word.len() > 4 && question.text.contains(word.as_str()))
}

fn tables<'b>(block: &'b Block<'_>) -> impl Iterator<Item = &'b Table> {
    block.scope.sources.iter().filter_map(|source| source.table())
}

/// The measure that the question names, which nothing is made of, beside the one that is ordered by.
fn other_measure(block: &Block<'_>, used: &HashSet<String>, ordered: Named<'_>, question: &Question) -> Option<String> {
    let own = split_name(&ordered.column.name);
    let free = |column: &&Column| !used.contains(&column.name.to_lowercase()) && !column.name.eq_ignore_ascii_case(&ordered.column.name);
    let told = |end: &str, column: &Column| {
        format!("the question asks for the {end}, and the query orders by {} and not by {}", ordered.column.name, column.name)
    };
    for (at, end) in question.words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| question.words.get(before)).map_or("", String::as_str);
        let behind = question.stems.get(at + 1..).unwrap_or_default();
        // "The highest score".
        if SUPERLATIVES.contains(&end.as_str())
            && before != "at"
            && let Some(column) = tables(block).flat_map(|table| &table.columns).filter(free).find(|column| is_called(column, behind))
        {
            return Some(told(&format!("{end} {}", measured(&column.name).join(" ")), column));
        }
        // "The oldest".
        let expensive = end == "expensive" && matches!(before, "most" | "least");
        let end = if expensive { "dearest" } else { end.as_str() };
        let measure = MEASURED.iter().find(|(ends, _)| ends.contains(&end)).map(|(_, names)| *names);
        if let Some(names) = measure
            && !is_one_of(&ordered.column.name, names)
            && !is_dated(ordered.column)
            && let Some(column) = tables(block).flat_map(|table| &table.columns).filter(free).find(|column| is_one_of(&column.name, names))
        {
            return Some(told(if expensive { "most or least expensive" } else { end }, column));
        }
        let recent = matches!(end, "recent" | "recently") && before == "most";
        if (IN_TIME.contains(&end) || recent)
            && !is_dated(ordered.column)
            && !own.iter().any(|word| TIMES.contains(&word.as_str()))
            && !ordered.table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&ordered.column.name))
            && let Some(column) = tables(block).flat_map(|table| &table.columns).filter(free).find(|column| is_in_time(column))
        {
            return Some(told(if recent { "most recent" } else { end }, column));
        }
    }
    None
}

/// "The average market value", computed of a column that the question does not name.
fn other_amount(block: &Block<'_>, columns: &Columns<'_, '_>, used: &HashSet<String>, question: &Question) -> Option<String> {
    let mut taken = None;
    each_expression(&block.select.projection, &mut |expr, aggregates| {
        if let Some(named) = columns.of(expr).filter(|named| aggregates > 0 && !is_said(&named.column.name, question)) {
            taken.get_or_insert(named.column);
        }
    });
    let taken = taken?;
    let free = |column: &&Column| !used.contains(&column.name.to_lowercase());
    question.words.iter().enumerate().filter(|(_, word)| AGGREGATED.contains(&word.as_str())).find_map(|(at, word)| {
        let behind = question.stems.get(at + 1..).unwrap_or_default();
        let column = tables(block).flat_map(|table| &table.columns).filter(free).find(|column| is_called(column, behind))?;
        let what = measured(&column.name).join(" ");
        Some(format!("the question asks for the {word} {what}, and the query computes it of {} and not of {}", taken.name, column.name))
    })
}

/// The words of a column's name for what it measures, without those for its unit.
fn measured(name: &str) -> Vec<String> {
    let mut words = telling(name);
    while words.len() > 1 && words.last().is_some_and(|last| UNITS.contains(&last.as_str())) {
        words.pop();
    }
    words
}

/// Whether a column of numbers is called as the words with these stems begin.
fn is_called(column: &Column, behind: &[String]) -> bool {
    let words: Vec<String> = measured(&column.name).iter().map(|word| stem(word)).collect();
    let numbers = column.holds != Holds::Texts || matches!(column.meaning, Meaning::Number(_)) || is_dated(column);
    behind.starts_with(&words) && numbers
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    split_name(name).iter().any(|word| names.contains(&word.as_str()))
}

/// Whether a column holds points in time.
pub(in crate::sql::suspicion) fn is_dated(column: &Column) -> bool {
    column.meaning.times().is_some() || column.meaning.local_dates().is_some() || column.has_days()
}

/// Whether it does, or is a year by its name.
fn is_in_time(column: &Column) -> bool {
    let year = column.holds == Holds::Numbers && split_name(&column.name).last().is_some_and(|last| last == "year");
    is_dated(column) || year
}

/// "The most common form", where rows are counted by something that is no form, and a column of forms is at hand.
fn other_group(blocks: &Blocks<'_>, schema: &Schema, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let (asked, said) = most_common(question)?;
    let counted = |block: &&Block<'_>| block.limit.is_some() && aggregates(&block.order_by).iter().any(|name| name == "count");
    let mut found = None;
    for block in blocks.out.iter().filter(counted) {
        let GroupByExpr::Expressions(terms, _) = &block.select.group_by else { return None };
        let groups: Option<Vec<Named<'_>>> = terms.iter().map(|term| columns.of(term)).collect();
        let groups = groups.filter(|groups| !groups.is_empty())?;
        if groups.iter().any(|named| asked.iter().any(|asked| stands_for(schema, named.table, named.column, asked))) {
            return None;
        }
        let of_it = |column: &&Column| {
            let words = telling(&column.name);
            let kinds = words.iter().rev().take_while(|word| KINDS.contains(&word.as_str())).count();
            words.len().checked_sub(kinds + 1).and_then(|last| words.get(last)).is_some_and(|word| asked.contains(&stem(word)))
        };
        let column = tables(block).flat_map(|table| &table.columns).find(of_it)?;
        let by = groups.first()?.column;
        found =
            Some(format!("the question asks for the most common {said}, and rows are counted by {} and not by {}", by.name, column.name));
    }
    found
}

/// What the question asks the most common of, where several words may say it: their stems, and the first of them.
fn most_common(question: &Question) -> Option<(Vec<String>, String)> {
    let word = |at: usize| question.words.get(at).map_or("", String::as_str);
    let (at, _) = question.words.windows(2).enumerate().find(|(_, pair)| match pair {
        [most, common] => matches!(most.as_str(), "most" | "least") && COMMON.contains(&common.as_str()),
        _ => false,
    })?;
    let mut before = at;
    while before > 0 && matches!(word(before - 1), "the" | "is" | "are" | "that" | "which") {
        before -= 1;
    }
    let relative = before > 0 && (before..at).any(|at| matches!(word(at), "that" | "which"));
    let said: Vec<&str> = if relative {
        // "The form that is the most common", "the class of races that is".
        let of = before > 2 && word(before - 2) == "of";
        [Some(word(before - 1)), of.then(|| word(before - 3))].into_iter().flatten().collect()
    } else {
        // "The most frequently ordered product", "the most common party form".
        let behind = (at + 2..)
            .map(word)
            .skip_while(|word| COMMON.contains(word) || word.ends_with("ed") || matches!(*word, "kind" | "type" | "of"));
        behind.take_while(|word| !word.is_empty() && !is_function_word(word)).take(MOST_WORDS).collect()
    };
    let first = said.first().filter(|first| first.len() > 2)?;
    Some((said.iter().map(|word| stem(word)).collect(), (*first).to_owned()))
}

/// Whether a column, what it refers to, or the table that it is the key or the name of is called so.
pub(in crate::sql::suspicion) fn stands_for(schema: &Schema, table: &Table, column: &Column, asked: &str) -> bool {
    let says = |name: &str| split_name(name).iter().any(|word| stem(word) == asked);
    let words = split_name(&column.name);
    let alone = words.iter().all(|word| KINDS.contains(&word.as_str()));
    let own = schema.table_of(table.database.as_deref(), &table.name);
    let referred = own.and_then(|own| thing(schema, own, &column.name)).map(|(thing, _)| thing);
    says(&column.name)
        || alone && says(&table.name)
        || referred.is_some_and(|thing| says(&thing.name))
        || words.last().is_some_and(|last| matches!(last.as_str(), "name" | "title" | "description")) && says(&table.name)
}
