//! Money of one currency where the question speaks of another, and amounts of several currencies or units that are added up: no number in the
//! file says what one is worth in the other.

use crate::schema::{Column, Holds};
use crate::sql::resolve::Resolution;
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregate, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::split_name;

/// Currencies, as columns are named by them and as people say them.
const CURRENCIES: [&[&str]; 8] = [
    &["eur", "euro", "euros"],
    &["usd", "dollar", "dollars", "bucks"],
    &["gbp", "sterling", "quid"],
    &["chf", "franc", "francs"],
    &["jpy", "yen"],
    &["cny", "yuan", "renminbi"],
    &["inr", "rupee", "rupees"],
    &["sek", "krona", "kronor"],
];
/// Last words of names of columns that say what the amounts of their row are counted in.
const COUNTED_IN: [&str; 6] = ["currency", "ccy", "unit", "units", "uom", "iso4217"];
/// Parts of names of amounts.
const AMOUNTS: [&str; 14] =
    ["amount", "value", "price", "total", "sum", "cost", "balance", "quantity", "qty", "fee", "salary", "budget", "revenue", "paid"];
/// Last words of names of columns that say what is measured: rows of one of them are counted in one thing.
const MEASURED: [&str; 8] = ["metric", "measure", "type", "kind", "parameter", "variable", "quantity", "code"];
/// Aggregates that put amounts together.
const PUT_TOGETHER: [&str; 3] = ["sum", "avg", "total"];
/// Parts of names of what turns one into another.
const RATES: [&str; 4] = ["rate", "fx", "exchange", "factor"];

/// Amounts of rows that are counted in several things, put together.
pub(in crate::sql::suspicion) fn look_at_sums(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, out: &mut Vec<Suspicion>) {
    let is_named = |name: &str| blocks.resolution.references.iter().any(|reference| reference.name.text.eq_ignore_ascii_case(name));
    let mut found = None;
    for block in &blocks.out {
        each_expression(&block.select.projection, &mut |expr, _| {
            if aggregate(expr).is_some_and(|name| PUT_TOGETHER.contains(&name.as_str())) {
                each_expression(expr, &mut |inner, _| {
                    if let Some(sentence) = columns.of(inner).and_then(|amount| of_several(amount, &is_named)) {
                        found.get_or_insert(sentence);
                    }
                });
            }
        });
    }
    if let Some(sentence) = found {
        suspect(out, SuspicionKind::OtherUnit, sentence);
    }
}

/// Says what an amount's rows are counted in, where that is several things and the query makes nothing of it.
fn of_several(amount: Named<'_>, is_named: &dyn Fn(&str) -> bool) -> Option<String> {
    let says = |column: &&Column| split_name(&column.name).last().is_some_and(|last| COUNTED_IN.contains(&last.as_str()));
    let mut beside = amount.table.columns.iter().filter(says);
    let unit = beside.next().filter(|unit| beside.next().is_none() && unit.holds == Holds::Texts && !is_named(&unit.name))?;
    let [one, other, ..] = unit.samples.as_slice() else { return None };
    let is_told =
        |column: &Column| is_named(&column.name) && split_name(&column.name).last().is_some_and(|last| MEASURED.contains(&last.as_str()));
    if amount.table.columns.iter().any(is_told) {
        return None;
    }
    let is_amount = split_name(&amount.column.name).iter().any(|word| AMOUNTS.contains(&word.as_str()));
    is_amount.then(|| format!("{} is put together over rows of several kinds of {} ({one}, {other})", amount.column.name, unit.name))
}

/// Money of another currency than is spoken of.
pub(in crate::sql::suspicion) fn look(resolution: &Resolution<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    let Some(asked) = CURRENCIES.iter().find(|currency| question.has_any(currency)) else { return };
    let used = || resolution.references.iter().filter_map(|reference| resolution.source(reference)?.table()?.column(&reference.name.text));
    if used().any(|column| split_name(&column.name).iter().any(|word| RATES.contains(&word.as_str()))) {
        return;
    }
    for column in used().filter(|column| column.holds == Holds::Numbers) {
        let words = split_name(&column.name);
        let own = words.last().and_then(|last| CURRENCIES.iter().find(|currency| currency.contains(&last.as_str())));
        if let (Some(own), Some(code)) = (own, asked.first())
            && !question.has_any(own)
        {
            let sentence = format!("{} is money of another currency than the question speaks of ({})", column.name, code.to_uppercase());
            suspect(out, SuspicionKind::OtherUnit, sentence);
        }
    }
}
