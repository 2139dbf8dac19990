//! Rows by amounts: "more than 20", "over 100", "between 5 and 9", "with 5 stars".

use super::ground::{Found, Ground, is_key, is_measure};
use super::said::{number, stems};
use super::timed::kept;
use super::when::about;
use crate::sql::follow::{Edit, Test};

/// Words that compare, and the sign they stand for.
const SIGNS: [(&[&str], &str); 33] = [
    (&["more", "than"], ">"),
    (&["greater", "than"], ">"),
    (&["higher", "than"], ">"),
    (&["bigger", "than"], ">"),
    (&["larger", "than"], ">"),
    (&["longer", "than"], ">"),
    (&["older", "than"], ">"),
    (&["heavier", "than"], ">"),
    (&["better", "than"], ">"),
    (&["over"], ">"),
    (&["above"], ">"),
    (&["exceeding"], ">"),
    (&["less", "than"], "<"),
    (&["fewer", "than"], "<"),
    (&["lower", "than"], "<"),
    (&["smaller", "than"], "<"),
    (&["shorter", "than"], "<"),
    (&["younger", "than"], "<"),
    (&["cheaper", "than"], "<"),
    (&["lighter", "than"], "<"),
    (&["worse", "than"], "<"),
    (&["under"], "<"),
    (&["below"], "<"),
    (&["at", "least"], ">="),
    (&["no", "less", "than"], ">="),
    (&["no", "fewer", "than"], ">="),
    (&["at", "most"], "<="),
    (&["no", "more", "than"], "<="),
    (&["not", "more", "than"], "<="),
    (&["up", "to"], "<="),
    (&["exactly"], "="),
    (&["more", "expensive", "than"], ">"),
    (&["costing", "more", "than"], ">"),
];
/// Columns that a comparing word is of, by their names.
const OF: [(&str, &[&str]); 9] = [
    ("older", &["age"]),
    ("younger", &["age"]),
    ("cheaper", &["price", "cost", "fee", "fare"]),
    ("expensive", &["price", "cost", "fee", "fare"]),
    ("costing", &["price", "cost", "fee", "fare"]),
    ("longer", &["second", "minute", "hour", "duration", "length", "night", "day", "page"]),
    ("shorter", &["second", "minute", "hour", "duration", "length", "night", "day", "page"]),
    ("heavier", &["weight"]),
    ("lighter", &["weight"]),
];
/// Words beside an amount that mean nothing more.
const GLUE: [&str; 27] = [
    "those", "these", "them", "the", "ones", "one", "with", "who", "which", "that", "have", "has", "having", "are", "is", "a", "an", "of",
    "in", "than", "only", "by", "it", "for", "their", "were", "cost",
];
/// Words for how many rows a group has.
const ROWS: [&str; 6] = ["row", "rows", "entries", "times", "items", "occurrences"];

/// The sign and the number that `words` begin with, and what is behind them.
pub(super) fn compared<'w>(words: &'w [&'w str]) -> Option<(&'static str, String, &'w [&'w str])> {
    let signs = SIGNS.iter().filter(|(compares, _)| words.starts_with(compares));
    let (compares, sign) = signs.max_by_key(|(compares, _)| compares.len())?;
    let (first, rest) = words.get(compares.len()..)?.split_first()?;
    Some((sign, number(first)?, rest))
}

/// Changes which rows or groups are shown by an amount.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let (mut rest, mut values, mut sign, mut words): (Vec<&str>, Vec<String>, Option<&str>, Vec<&str>) = Default::default();
    let mut between = false;
    let mut at = 0;
    while let Some(&word) = list.get(at) {
        let here = list.get(at..).unwrap_or(&[]);
        if sign.is_none()
            && let Some((compares, meant)) =
                SIGNS.iter().filter(|(compares, _)| here.starts_with(compares)).max_by_key(|(compares, _)| compares.len())
        {
            sign = Some(meant);
            words = compares.to_vec();
            at += compares.len();
            continue;
        }
        at += 1;
        if word == "between" && sign.is_none() {
            between = true;
        } else if let Some(value) = number(word).filter(|_| word != "one" || sign.is_some()) {
            values.push(value);
        } else if !(between && word == "and" && values.len() == 1) {
            rest.push(word);
        }
    }
    let nouns: Vec<&str> = rest.into_iter().filter(|word| !GLUE.contains(word)).collect();
    let (low, high) = match (values.as_slice(), between, sign) {
        ([low, high], true, None) if low.parse::<f64>().ok()? <= high.parse::<f64>().ok()? => (low, Some(high)),
        ([value], false, _) => (value, None),
        _ => return None,
    };
    let about_groups = groups(ground, &nouns, &words, sign.is_some());
    if let Some(measure) = about_groups {
        let demanded = match high {
            Some(high) => format!("{measure} BETWEEN {low} AND {high}"),
            None => format!("{measure} {} {low}", sign?),
        };
        return Some(vec![Edit::DemandOfGroups(vec![demanded])]);
    }
    let found = column(ground, &nouns, &words, (sign.is_some() || between).then_some(low.as_str()))?;
    let condition = match (high, sign) {
        (Some(high), _) => format!("{} BETWEEN {low} AND {high}", found.name),
        (None, Some(sign)) => format!("{} {sign} {low}", found.name),
        (None, None) => format!("{} = {low}", found.name),
    };
    demand(ground, &found, condition, sign.unwrap_or("="))
}

/// The aggregate that groups are chosen by, where the words speak of groups.
fn groups(ground: &Ground<'_>, nouns: &[&str], compares: &[&str], compared: bool) -> Option<String> {
    if ground.outline.groups.is_empty() || !compared || ground.outline.having.len() > 1 {
        return None;
    }
    let measure = ground.measure()?;
    let of_rows = measure.aggregate.as_deref() == Some("count");
    let counted = of_rows && !nouns.is_empty() && nouns.iter().all(|word| ROWS.contains(word) || ground.is_subject(word));
    let of_measure = !nouns.is_empty() && measure.inside.len() == 1 && {
        let named = ground.one_named(nouns);
        named.is_some_and(|found| found.place.as_ref() == measure.inside.first())
    };
    let amounts = ground.outline.conditions.iter().any(|condition| matches!(condition.test, Test::Compared(..) | Test::Between(..)));
    let plain = !compares.iter().any(|word| OF.iter().any(|(adjective, _)| adjective == word));
    // "More than 3" alone is about what is shown of each group, where nothing else is compared.
    let alone = nouns.is_empty() && !amounts && plain;
    (counted || of_measure || alone).then(|| measure.text.clone())
}

/// The column whose amounts are compared.
fn column<'a>(ground: &Ground<'a>, nouns: &[&str], compares: &[&str], compared: Option<&str>) -> Option<Found<'a>> {
    let fits =
        |found: &Found<'_>| is_measure(found) || kept(found.column).is_none() && !is_key(found.table, found.column) && is_number(found);
    if !nouns.is_empty() {
        let subject: Vec<&str> = nouns.iter().copied().filter(|word| !ground.is_subject(word)).collect();
        let nouns = if subject.is_empty() { nouns } else { subject.as_slice() };
        return ground.one_named(nouns).filter(|found| fits(found));
    }
    let value = compared?;
    // An adjective says which: "cheaper than 20".
    let adjectives = OF.iter().filter(|(adjective, _)| compares.contains(adjective)).flat_map(|(_, names)| *names);
    let names: Vec<String> = stems(&adjectives.copied().collect::<Vec<_>>());
    let named = |found: &Found<'_>| {
        crate::text::words::split_name(&found.column.name).iter().any(|part| names.contains(&crate::text::words::stem(part)))
    };
    if !names.is_empty() {
        let subject = ground.subject();
        let own = ground.seated().into_iter().filter(|found| found.place.as_ref().is_some_and(|place| place.seat == subject));
        let mut own = own.filter(|found| named(found) && is_measure(found));
        return own.next().filter(|_| own.next().is_none());
    }
    // What was compared before is compared again; else the one amount that is shown or sorted by.
    let compared_before: Vec<&crate::sql::follow::Place> = ground
        .outline
        .conditions
        .iter()
        .filter(|condition| matches!(condition.test, Test::Compared(..) | Test::Between(..)))
        .filter_map(|condition| condition.inside.first())
        .collect();
    let mut distinct = compared_before.clone();
    distinct.dedup();
    match distinct.as_slice() {
        [place] => ground.at(place.seat, ground.outline.column(place)?).filter(|found| fits(found)),
        [] if !ground.outline.is_aggregated() => ground.comparable(value),
        _ => None,
    }
}

fn is_number(found: &Found<'_>) -> bool {
    let declared = found.column.declared_type.to_ascii_uppercase();
    ["INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"].iter().any(|word| declared.contains(word))
}

fn demand(ground: &Ground<'_>, found: &Found<'_>, condition: String, sign: &str) -> Option<Vec<Edit>> {
    let held = about(ground, found);
    let place = found.place.as_ref();
    let mixed = place.is_some_and(|place| ground.outline.conditions.iter().any(|old| old.inside.len() > 1 && old.inside.contains(place)));
    // The other end of a span is another condition, or another answer: nobody said.
    let other_end = held.iter().any(|(_, old)| match &old.test {
        Test::Compared(was, _) => sign != "=" && was.get(..1) != sign.get(..1),
        Test::Between(..) | Test::Equal(_) => false,
        Test::Differs(_) | Test::Other => true,
    });
    if mixed || other_end {
        return None;
    }
    let mut edits = found.joins.clone();
    match held.split_first() {
        None => edits.push(Edit::Demand(condition)),
        Some(((first, _), others)) => {
            edits.push(Edit::Redemand(*first, Some(condition)));
            edits.extend(others.iter().map(|(at, _)| Edit::Redemand(*at, None)));
        }
    }
    Some(edits)
}
