//! Money of one currency where the question speaks of another: no number in the file says what one is worth in the other.

use super::reason::{Suspicion, SuspicionKind, suspect};
use super::words::Question;
use crate::schema::Holds;
use crate::sql::resolve::Resolution;
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
/// Parts of names of what turns one into another.
const RATES: [&str; 4] = ["rate", "fx", "exchange", "factor"];

pub(super) fn look(resolution: &Resolution<'_>, question: &Question, out: &mut Vec<Suspicion>) {
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
