//! What is counted and computed against what is asked for: rows of another table than "how many orders" names, the least for the latest,
//! one number for each of many, texts where a number is asked for.

use std::collections::HashSet;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, SelectItem};

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::suspicion::held::computed::is_code;
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregate, aggregates, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{Question, telling};
use crate::sql::suspicion::said::unused::is_flag;
use crate::text::words::{is_function_word, singular, split_name, stem};

/// Words of one name.
const MOST_WORDS: usize = 3;
/// Words for the largest value, and for the least.
const LARGEST: [&str; 9] = ["highest", "largest", "biggest", "greatest", "longest", "heaviest", "latest", "newest", "tallest"];
const LEAST: [&str; 7] = ["lowest", "smallest", "shortest", "cheapest", "earliest", "lightest", "fewest"];
/// Parts of names of columns of which the least is the best.
const TURNED: [&str; 7] = ["rank", "position", "place", "seed", "grade", "level", "time"];
/// Words for a mean.
const MEANS: [&str; 4] = ["average", "averages", "mean", "avg"];

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    sql: &str,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    let Some(block) = blocks.outermost() else { return };
    let found = [
        (SuspicionKind::CountsOther, other_thing(blocks, block, schema, question)),
        (SuspicionKind::CountsOther, rows_of_another(block, question)),
        (SuspicionKind::CountsOther, summed_for_counted(block, columns, question)),
        (SuspicionKind::CountsQuantity, counted_for_summed(blocks, block, columns, question)),
        (SuspicionKind::CountsQuantity, rows_for_amounts(block, columns, question)),
        (SuspicionKind::OtherEnd, other_extreme(block, columns, question)),
        (SuspicionKind::AskedNotShown, thing_not_shown(block, question)),
        (SuspicionKind::NotCounted, not_counted(blocks, block, columns, question)),
        (SuspicionKind::NotGrouped, one_for_each(blocks, block, question)),
        (SuspicionKind::NoMean, no_mean(blocks, sql, question)),
    ];
    for (kind, sentence) in found {
        if let Some(sentence) = sentence {
            suspect(out, kind, sentence);
        }
    }
}

/// The words behind "how many" or "number of", up to one that goes on with something else.
fn counted_words(question: &Question) -> Option<&[String]> {
    let at = question.place_of(&["how", "many"]).or_else(|| question.place_of(&["number", "of"]))?;
    let behind = question.words.get(at + 2..)?;
    let end = behind.iter().position(|word| is_function_word(word)).unwrap_or(behind.len());
    behind.get(..end.min(MOST_WORDS))
}

fn says(name: &str, word: &str) -> bool {
    split_name(name).iter().any(|own| stem(own) == word)
}

/// Whether a table's name ends with the word.
fn ends(name: &str, word: &str) -> bool {
    split_name(name).last().is_some_and(|last| stem(last) == word)
}

/// "How many orders", of which the query has no table and no column, though there is one.
fn other_thing(blocks: &Blocks<'_>, block: &Block<'_>, schema: &Schema, question: &Question) -> Option<String> {
    if !aggregates(&block.select.projection).iter().any(|name| name == "count") {
        return None;
    }
    // "Playing" is no player.
    let called = |name: &str, word: &str| split_name(name).last().is_some_and(|last| singular(last) == singular(word));
    let is_table = |word: &&String| schema.tables.iter().any(|table| called(&table.name, word));
    let words = counted_words(question)?;
    let asked = words.iter().find(is_table)?;
    let word = stem(asked);
    let sources = || blocks.resolution.scopes.iter().flat_map(|scope| &scope.sources);
    let named = blocks.resolution.references.iter().any(|reference| says(&reference.name.text, &word));
    let at_hand = sources().any(|source| says(&source.alias, &word) || source.table().is_none_or(|table| says(&table.name, &word)));
    // What is told of each row of another table may be the thing.
    let told = sources().filter_map(|source| source.table()).flat_map(|table| &table.columns).any(|column| says(&column.name, &word));
    // A row that refers to one may stand for it, and "train stations" are stations.
    let tables = || sources().filter_map(|source| source.table());
    let refers = tables().flat_map(|table| &table.foreign_keys).any(|key| called(&key.foreign_table, asked));
    let others = words.iter().any(|word| tables().any(|table| says(&table.name, &stem(word))));
    let counted = block.scope.sources.first()?.table()?;
    (!named && !at_hand && !told && !refers && !others)
        .then(|| format!("the question asks how many {asked} there are, and rows of {} are counted", counted.name))
}

/// "How many restaurants", where the rows of `restaurant_inspections` are counted: what a table's name says before its last word has
/// several of its rows.
fn rows_of_another(block: &Block<'_>, question: &Question) -> Option<String> {
    let [source] = block.scope.sources.as_slice() else { return None };
    let table = source.table()?;
    let words = split_name(&table.name);
    let (last, before) = words.split_last()?;
    let [asked] = counted_words(question)? else { return None };
    let is_before = before.last().is_some_and(|word| singular(word) == singular(asked)) && singular(last) != singular(asked);
    let items = block.select.projection.iter().map(|item| item.to_string().to_lowercase());
    let counts = items.clone().any(|item| item.starts_with("count(*)") || item.starts_with("count(1)"));
    // "How many gym members" is said of members, and a row that says of which kind it is may be one of them.
    let named = table.columns.iter().any(|column| says(&column.name, &stem(asked)) && is_code(table, column));
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    (is_before && counts && !named && !grouped && table.primary_key.is_empty())
        .then(|| format!("the question asks how many {asked} there are, and rows of {} are counted", table.name))
}

/// "How many tokens", where each row keeps a number of them, no table is called so, and rows are counted.
fn rows_for_amounts(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let [asked] = counted_words(question)? else { return None };
    let word = stem(asked);
    let items = block.select.projection.iter().map(|item| item.to_string().to_lowercase());
    let counts = items.clone().any(|item| item.starts_with("count(")) && argument(block, columns, "sum").is_none();
    let tables = || block.scope.sources.iter().filter_map(|source| source.table());
    if !counts || tables().any(|table| says(&table.name, &word) || table.called.iter().any(|called| says(called, &word))) {
        return None;
    }
    let is_amount = |column: &&Column| {
        let name = split_name(&column.name);
        let plural = name.last().is_some_and(|last| last.ends_with('s') && stem(last) == word);
        plural && column.holds == Holds::Numbers && column.meaning == Meaning::Plain && !is_flag(column)
    };
    let amount = tables().flat_map(|table| table.columns.iter().filter(is_amount).filter(|column| !is_code(table, column))).next()?;
    Some(format!("{} says how many {asked} there are, and rows are counted", amount.name))
}

/// "How many reservations", where a number of each is added up.
fn summed_for_counted(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let at = question.place_of(&["how", "many"])?;
    let word = stem(question.words.get(at + 2)?);
    let table = block.scope.sources.iter().find_map(|source| source.table().filter(|table| ends(&table.name, &word)))?;
    let found = aggregates(&block.select.projection);
    let named = table.columns.iter().any(|column| says(&column.name, &word) && !is_code(table, column));
    if named || found.iter().any(|name| name == "count") {
        return None;
    }
    let summed = argument(block, columns, "sum").filter(|named| named.column.holds == Holds::Numbers && !is_flag(named.column))?;
    // "How many orders were placed in all": a count of them may be kept.
    let counts = split_name(&summed.column.name).iter().any(|word| matches!(word.as_str(), "count" | "num" | "number" | "total" | "no"));
    let thing = question.words.get(at + 2)?;
    (!counts).then(|| format!("the question asks how many {thing} there are, and {} is added up", summed.column.name))
}

/// The column that the one call of an aggregate in the result is of.
fn argument<'s>(block: &Block<'_>, columns: &Columns<'_, 's>, name: &str) -> Option<Named<'s>> {
    let mut found = None;
    each_expression(&block.select.projection, &mut |expr, _| {
        let Expr::Function(function) = expr else { return };
        let FunctionArguments::List(list) = &function.args else { return };
        if let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice()
            && aggregate(expr).as_deref() == Some(name)
            && list.duplicate_treatment.is_none()
        {
            found = columns.of(argument);
        }
    });
    found
}

/// "How many cases", where each row has its number of them and rows are counted; "the total quantity" as `count(quantity)`.
fn counted_for_summed(blocks: &Blocks<'_>, block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    if !aggregates(&block.select.projection).iter().any(|name| name == "count") || question.has_any(&["different", "distinct", "unique"]) {
        return None;
    }
    let total = (question.has("total") || question.says(&["how", "much"])) && counted_words(question).is_none();
    let of_column = argument(block, columns, "count").filter(|named| {
        let (table, column) = (named.table, named.column);
        total && column.holds == Holds::Numbers && !column.has_null && !is_code(table, column) && !is_flag(column)
    });
    if let Some(named) = of_column {
        return Some(format!("{} holds numbers, and the rows are counted in place of their sum", named.column.name));
    }
    let used: HashSet<String> = blocks.resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    // "Cases" and not "case": a number of several.
    let asked = counted_words(question)?.first().filter(|word| word.ends_with('s'))?;
    let word = stem(asked);
    let tables = || block.scope.sources.iter().filter_map(|source| source.table());
    let is_it = |name: &str| matches!(telling(name).as_slice(), [own] if stem(own) == word && own.ends_with('s'));
    let column = tables()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .find(|(table, column)| column.holds == Holds::Numbers && is_it(&column.name) && !is_code(table, column) && !is_flag(column));
    let column =
        column.filter(|(_, column)| !used.contains(&column.name.to_lowercase()) && !tables().any(|table| says(&table.name, &word)));
    column.map(|(_, column)| format!("{} holds numbers, and the rows are counted in place of their sum", column.name))
}

/// `min(shipment_date)` for the latest.
fn other_extreme(block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let found = aggregates(&block.select.projection);
    let [name] = found.as_slice() else { return None };
    if !block.order_by.is_empty() || block.limit.is_some() || !matches!(name.as_str(), "min" | "max") {
        return None;
    }
    let column = argument(block, columns, name)?.column.name.to_lowercase();
    let age = split_name(&column).iter().any(|word| word == "age");
    let asked = |word: &&String| {
        let word = word.as_str();
        LARGEST.contains(&word) || LEAST.contains(&word) || age && matches!(word, "oldest" | "youngest")
    };
    let mut ends = question.words.iter().filter(asked);
    let (end, None) = (ends.next()?, ends.next()) else { return None };
    let largest = LARGEST.contains(&end.as_str()) || end == "oldest";
    let turned = TURNED.iter().any(|part| column.contains(part)) && !column.contains("date");
    let other = question.has_any(&["minimum", "maximum", "min", "max", "least", "most"]);
    let taken = if name == "max" { "largest" } else { "least" };
    (!turned && !other && largest != (name == "max"))
        .then(|| format!("the question asks for the {end}, and the query takes the {taken} value of {column}"))
}

/// "The most expensive wine", of which only the price is shown.
fn thing_not_shown(block: &Block<'_>, question: &Question) -> Option<String> {
    let first = question.words.first()?;
    let ([item], true) =
        (block.select.projection.as_slice(), matches!(first.as_str(), "what" | "which" | "show" | "find" | "give" | "list"))
    else {
        return None;
    };
    let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { return None };
    let extreme = aggregate(expr).filter(|name| name == "min" || name == "max")?;
    let expensive = question.place_of(&["most", "expensive"]).or_else(|| question.place_of(&["least", "expensive"])).map(|at| at + 2);
    let superlative = |word: &String| LARGEST.contains(&word.as_str()) || LEAST.contains(&word.as_str());
    let start = expensive.or_else(|| question.words.iter().position(superlative).map(|at| at + 1))?;
    let behind = question.words.get(start..)?;
    let end = behind.iter().position(|word| is_function_word(word)).unwrap_or(behind.len());
    let thing = behind.get(..end.min(MOST_WORDS))?.last()?;
    let word = stem(thing);
    let is_row = block.scope.sources.iter().filter_map(|source| source.table()).any(|table| ends(&table.name, &word));
    let told = block.scope.sources.iter().filter_map(|source| source.table()).flat_map(|table| &table.columns);
    let is_value = told.into_iter().any(|column| column.holds == Holds::Numbers && ends(&column.name, &word));
    (is_row && !is_value).then(|| format!("the question asks for the {thing}, and the query shows only its {extreme}"))
}

/// "How many", and texts are shown.
fn not_counted(blocks: &Blocks<'_>, block: &Block<'_>, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let how_many = matches!(question.words.as_slice(), [how, many, ..] if how == "how" && many == "many");
    let counts = blocks.out.iter().any(|block| !aggregates(&block.select.projection).is_empty());
    let is_text = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            columns.of(expr).is_some_and(|named| named.column.holds == Holds::Texts)
        }
        _ => false,
    };
    let texts = !block.select.projection.is_empty() && block.select.projection.iter().all(is_text);
    (how_many && !counts && texts).then(|| "the question asks how many there are, and the query lists them".to_owned())
}

/// One number of all, where each of many is asked about.
fn one_for_each(blocks: &Blocks<'_>, block: &Block<'_>, question: &Question) -> Option<String> {
    let period = |word: &String| matches!(word.as_str(), "month" | "year" | "day" | "week" | "weekday" | "hour" | "quarter");
    // "How many steps per day on average" is one number of all days.
    let mean =
        |at: usize| question.has_any(&MEANS) && matches!(question.words.get(at + 1).map(String::as_str), Some("day" | "hour" | "week"));
    let per = |at: usize, word: &str| matches!(word, "per" | "by") && question.words.get(at + 1).is_some_and(period) && !mean(at);
    let at = question.words.iter().enumerate().position(|(at, word)| matches!(word.as_str(), "each" | "every") || per(at, word))?;
    let thing = question.words.get(at + 1).filter(|word| *word != "other" && !is_function_word(word))?;
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let is_aggregate = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => aggregate(expr).is_some(),
        _ => false,
    };
    // A SELECT in FROM may group, one in a condition only says which rows.
    let stored = block.scope.sources.iter().all(|source| source.table().is_some());
    let one = !grouped && stored && !blocks.combined && block.select.projection.iter().all(is_aggregate);
    one.then(|| format!("the question asks for something of each {thing}, and the query gives one number of all"))
}

/// An average is asked for, and nothing is computed that may be one.
fn no_mean(blocks: &Blocks<'_>, sql: &str, question: &Question) -> Option<String> {
    let lower = sql.to_lowercase();
    let said = ["avg", "average", "mean", "median", "/"].iter().any(|part| lower.contains(part));
    let asked = question.has_any(&MEANS) && !question.has("by");
    let computes = blocks.out.iter().any(|block| aggregates(&block.select.projection).iter().any(|name| name == "sum" || name == "count"));
    (asked && !said && computes).then(|| "the question asks for an average, and the query computes none".to_owned())
}
