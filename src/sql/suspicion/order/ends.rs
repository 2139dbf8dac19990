//! The order that a question asks for, the end of it, and the groups.

use sqlparser::ast::{Expr, GroupByExpr, OrderBySort, SelectItem};

use crate::sql::lex::lex;

use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::directions::{Direction, direction};
use crate::sql::suspicion::read::expressions::{aggregate, aggregates};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;

/// Words that ask for an end of an order.
pub(in crate::sql::suspicion) const SUPERLATIVES: [&str; 33] = [
    "most",
    "least",
    "top",
    "highest",
    "lowest",
    "largest",
    "smallest",
    "biggest",
    "oldest",
    "youngest",
    "longest",
    "shortest",
    "best",
    "worst",
    "latest",
    "earliest",
    "newest",
    "cheapest",
    "fastest",
    "slowest",
    "greatest",
    "fewest",
    "heaviest",
    "richest",
    "lightest",
    "tallest",
    "dearest",
    "priciest",
    "costliest",
    "poorest",
    "deepest",
    "widest",
    "strongest",
];

/// Words that ask for rows in an order.
const ORDERS: [&str; 7] = ["order", "ordered", "ordering", "sort", "sorted", "rank", "ranked"];
/// Words that may mean either way.
const EITHER_WAY: [&str; 20] = [
    "from",
    "high",
    "large",
    "big",
    "more",
    "old",
    "recent",
    "recently",
    "popular",
    "popularity",
    "common",
    "rank",
    "ranked",
    "ranking",
    "top",
    "new",
    "expensive",
    "long",
    "importance",
    "success",
];
/// Words that ask for something of every group.
const EACH: [&str; 3] = ["each", "every", "per"];

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, sql: &str, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(block) = blocks.outermost() else { return };
    let said = direction(question);
    // "Highest first" asks for an order, and for no end of it.
    let superlative = superlative(question).filter(|_| said.is_none());
    if block.limit.is_some() && block.order_by.is_empty() && superlative.is_some() {
        suspect(out, SuspicionKind::LimitWithoutOrder, "the question asks for the first by some measure, and nothing is ordered");
    }
    if let Some(place) = later_place(blocks, block, sql, question) {
        suspect(out, SuspicionKind::OtherEnd, format!("the question asks for the {place}, and the query takes the first"));
    }
    if let Some((end, other)) = other_end(block, &question.words) {
        suspect(out, SuspicionKind::OtherEnd, format!("the question asks for the {end}, and the query takes the {other}"));
    }
    if question.has_any(&EACH) && block.limit.as_deref() == Some("1") && takes_one_of_all(blocks, block, question) {
        suspect(out, SuspicionKind::OneOfAll, "the question asks for something of each, and the query takes one row of all");
    }
    // A subquery, or another SELECT, may do anything.
    if blocks.out.len() > 1 {
        return;
    }
    if let Some(word) = superlative.filter(|word| takes_all(block, sql, question, word)) {
        suspect(out, SuspicionKind::NoEnd, format!("the question asks for the {word}, and the query takes all"));
    }
    if let Some(direction) = other_direction(block, question, said) {
        suspect(out, SuspicionKind::OtherDirection, format!("it orders from the {direction}, which the question does not ask for"));
    }
    if question.has_any(&EACH) && hides_groups(block) {
        suspect(out, SuspicionKind::GroupNotShown, "its rows do not say which group each is of");
    }
}

/// The superlative of a question; "at least" and "at most" are none.
fn superlative(question: &Question) -> Option<&'static str> {
    let words = &question.words;
    SUPERLATIVES.into_iter().find(|superlative| {
        let mut places = words.iter().enumerate().filter(|(_, word)| word == superlative);
        places.any(|(at, _)| at.checked_sub(1).and_then(|before| words.get(before)).is_none_or(|before| before != "at"))
    })
}

/// Whether nothing picks an end: no limit, no least or largest value, and no name or text that has the word itself.
fn takes_all(block: &Block<'_>, sql: &str, question: &Question, word: &str) -> bool {
    if block.limit.is_some() || !block.order_by.is_empty() && question.has_any(&ORDERS) {
        return false;
    }
    let compared = [aggregates(&block.select.projection), aggregates(&block.select.having)].concat();
    let named = lex(sql).iter().any(|token| token.text(sql).to_lowercase().contains(word));
    !named && !compared.iter().any(|name| name == "min" || name == "max")
}

/// The end that the one column ordered by begins with, where the question says otherwise, or says nothing and it is the larger one.
fn other_direction(block: &Block<'_>, question: &Question, said: Option<Direction>) -> Option<&'static str> {
    let ([term], None) = (block.order_by.as_slice(), &block.limit) else { return None };
    let falls = matches!(term.options.sort, Some(OrderBySort::Desc));
    let words = |falls: bool| if falls { "largest to the smallest" } else { "smallest to the largest" };
    match said {
        Some(said) => said.falls(&measured(block, &term.expr)).filter(|asked| *asked != falls).map(|_| words(falls)),
        None => {
            let may_fall = !question.has_any(&ORDERS) || superlative(question).is_some() || question.has_any(&EITHER_WAY);
            (falls && !may_fall).then_some(words(true))
        }
    }
}

/// What is ordered by, as it is written: an alias or the number of a result column is what it stands for.
fn measured(block: &Block<'_>, term: &Expr) -> String {
    let written = term.to_string();
    let items = block.select.projection.iter();
    let found = match written.parse::<usize>() {
        Ok(place) => place.checked_sub(1).and_then(|place| block.select.projection.get(place)),
        Err(_) => items
            .into_iter()
            .find(|item| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias.value.eq_ignore_ascii_case(&written))),
    };
    match found {
        Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => format!("{expr} {written}"),
        _ => written,
    }
}

/// Whether one row is taken of everything, where "each" does not stand behind what is measured: "the most orders per customer" is one.
fn takes_one_of_all(blocks: &Blocks<'_>, block: &Block<'_>, question: &Question) -> bool {
    // A subquery may take one of each before.
    let alone = blocks.out.len() == 1;
    let leads = ["for", "of", "in"].iter().any(|before| question.says(&[before, "each"]) || question.says(&[before, "every"]));
    alone && leads && !block.order_by.is_empty()
}

/// Whether rows are grouped and only aggregates are shown.
fn hides_groups(block: &Block<'_>) -> bool {
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let is_aggregate = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => aggregate(expr).is_some(),
        _ => false,
    };
    grouped && block.select.projection.iter().all(is_aggregate)
}

/// "The second highest", where the first row is taken and nothing before it is left out.
fn later_place(blocks: &Blocks<'_>, block: &Block<'_>, sql: &str, question: &Question) -> Option<String> {
    const PLACES: [&str; 4] = ["second", "third", "fourth", "fifth"];
    let skips = |text: &str| ["offset", "over", "distinct", ","].contains(&text.to_ascii_lowercase().as_str());
    let tokens = lex(sql);
    // `LIMIT 1, 1`.
    let limit = tokens.iter().rposition(|token| token.text(sql).eq_ignore_ascii_case("limit"))?;
    let skipped = tokens.iter().any(|token| skips(token.text(sql)) && token.text(sql) != ",")
        || tokens.iter().skip(limit).any(|token| skips(token.text(sql)));
    if blocks.out.len() > 1 || skipped || block.order_by.is_empty() {
        return None;
    }
    let limit = block.limit.as_deref()?;
    // The first row, or all up to the one that is asked for.
    let falls_short = |place: &String| {
        let place = PLACES.iter().position(|other| other == place);
        place.is_some_and(|place| limit == "1" || limit.parse() == Ok(place + 2))
    };
    let pair = |pair: &[String]| match pair {
        [place, end] if falls_short(place) && SUPERLATIVES.contains(&end.as_str()) => Some(format!("{place} {end}")),
        _ => None,
    };
    question.words.windows(2).find_map(pair)
}

/// A word for one end of an order; whether it is the largest value's, for columns that hold what it measures.
const ENDS: [(&str, bool); 25] = [
    ("highest", true),
    ("largest", true),
    ("biggest", true),
    ("greatest", true),
    ("most", true),
    ("longest", true),
    ("heaviest", true),
    ("latest", true),
    ("newest", true),
    ("tallest", true),
    ("dearest", true),
    ("priciest", true),
    ("costliest", true),
    ("richest", true),
    ("lowest", false),
    ("lightest", false),
    ("poorest", false),
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
