//! The order of rows, and how many: "sort by price", "newest first", "the other way round", "top 5", "and the cheapest?".

use super::ends::{COUNTED, ENDS, MOST, OF, OF_AGE, OF_TIME};
use super::ground::{Found, Ground, is_measure};
use super::said::{number, spoken, stems};
use super::timed::is_time;
use crate::sql::follow::{Edit, Sorting, Term};
use crate::sql::label;
use crate::sql::quote::identifier;
use crate::text::words::{split_name, stem};

/// Words beside an order that mean nothing more.
const GLUE: [&str; 15] =
    ["the", "them", "it", "those", "these", "list", "results", "result", "rows", "by", "on", "order", "in", "everything", "with"];
/// Rows that a person asks for, at most.
const MOST_ROWS: u64 = 100_000;

/// What rows are sorted by.
pub(super) struct Key {
    text: String,
    /// Its name as a result column, where it is one.
    output: Option<String>,
}

/// Sorts the rows otherwise: "sort by price descending", "newest first".
pub(super) fn sort(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let (mut rest, mut descending, mut asked) = (list.as_slice(), None, false);
    if let ["sort" | "sorted" | "order" | "ordered" | "rank" | "ranked", nouns @ .., end, "first"] = rest {
        return by_with_end(ground, nouns, end);
    }
    if let [first @ .., "first"] = rest {
        let (key, descending) = first_by(ground, first)?;
        return sorted(ground, &key, descending);
    }
    if let ["sort" | "sorted" | "order" | "ordered" | "rank" | "ranked" | "arrange" | "arranged", others @ ..] = rest {
        (rest, asked) = (others, true);
    }
    if let [others @ .., end] = rest
        && let Some(way) = match *end {
            "ascending" | "asc" | "increasing" | "upwards" => Some(false),
            "descending" | "desc" | "decreasing" | "downwards" => Some(true),
            _ => None,
        }
    {
        (rest, descending, asked) = (others, Some(way), true);
    }
    for (words, way) in [
        (&["in", "descending", "order"][..], true),
        (&["in", "ascending", "order"], false),
        (&["in", "reverse", "alphabetical", "order"], true),
        (&["reverse", "alphabetical", "order"], true),
        (&["from", "high", "to", "low"], true),
        (&["from", "low", "to", "high"], false),
        (&["from", "highest", "to", "lowest"], true),
        (&["from", "lowest", "to", "highest"], false),
    ] {
        if let Some(others) = rest.strip_suffix(words) {
            let letters = words.contains(&"alphabetical");
            if letters {
                return others.is_empty().then(|| by_letters(ground, &[], way)).flatten();
            }
            (rest, descending, asked) = (others, Some(way), true);
            break;
        }
    }
    if let [others @ .., "in", "alphabetical", "order"] | [others @ .., "alphabetically"] = rest {
        let others: Vec<&str> = others.iter().copied().filter(|word| !GLUE.contains(word)).collect();
        return by_letters(ground, &others, descending.unwrap_or(false));
    }
    if let [others @ .., "in", "chronological", "order"] | [others @ .., "chronologically"] = rest {
        let time = ground.time().filter(|_| others.iter().all(|word| GLUE.contains(word)))?;
        return sorted(ground, &key_of(ground, &time)?, descending.unwrap_or(false));
    }
    let nouns: Vec<&str> = rest.iter().copied().filter(|word| !GLUE.contains(word)).collect();
    if !asked {
        return None;
    }
    let key = match nouns.as_slice() {
        [] if descending.is_some() => return turned(ground, descending),
        [] => return None,
        nouns => key(ground, nouns)?,
    };
    sorted(ground, &key, descending.unwrap_or(false))
}

/// "Sort by age, oldest first".
fn by_with_end(ground: &Ground<'_>, nouns: &[&str], end: &str) -> Option<Vec<Edit>> {
    let nouns: Vec<&str> = nouns.iter().copied().filter(|word| !GLUE.contains(word)).collect();
    let (_, greatest) = ENDS.iter().find(|(word, _)| *word == end)?;
    if nouns.is_empty() {
        return None;
    }
    let key = key(ground, &nouns)?;
    let ages = OF_AGE.contains(&end) && nouns.contains(&"age");
    sorted(ground, &key, *greatest != ages)
}

/// "Most goals", "highest", "newest": what comes first.
pub(super) fn first_by(ground: &Ground<'_>, words: &[&str]) -> Option<(Key, bool)> {
    let words: Vec<&str> = words.iter().copied().filter(|word| !GLUE.contains(word)).collect();
    if let ["most" | "least", adjective] = words.as_slice()
        && (MOST.contains(adjective) || COUNTED.contains(adjective))
    {
        return Some((of_adjective(ground, adjective)?, words.first() == Some(&"most")));
    }
    if words.as_slice() == ["most", "recent"] {
        return Some((key_of(ground, &ground.time()?)?, true));
    }
    let (end, nouns) = words.split_first()?;
    let (_, greatest) = ENDS.iter().find(|(word, _)| word == end)?;
    if !nouns.is_empty() {
        let found = key(ground, nouns)?;
        // "The best team" comes first by what is computed of teams, and not by its name.
        let is_text = |term: &Term| {
            let column = term.inside.first().and_then(|place| ground.outline.column(place));
            column.is_some_and(|column| ["TEXT", "CHAR"].iter().any(|word| column.declared_type.to_ascii_uppercase().contains(word)))
        };
        let named = ground.outline.groups.iter().any(|group| group.text == found.text && is_text(group) && !OF_TIME.contains(end));
        let measure = ground.measure().filter(|_| named).map(|measure| Key { text: measure.text.clone(), output: measure.alias.clone() });
        return Some((measure.unwrap_or(found), *greatest));
    }
    Some((of_adjective(ground, end)?, *greatest)).map(|(key, greatest)| {
        // Whoever has the greatest age was born first.
        let age = OF_TIME.contains(end) && key.text.to_ascii_lowercase().ends_with("age");
        (key, greatest != age)
    })
}

/// What `word` sorts by, without a noun.
fn of_adjective(ground: &Ground<'_>, word: &str) -> Option<Key> {
    let groups = !ground.outline.groups.is_empty();
    if OF_TIME.contains(&word) {
        // Who is the oldest is told by the age, what came first by the time.
        let age = ground.one_named(&["age"]).filter(|found| found.joins.is_empty() && !groups && OF_AGE.contains(&word));
        return key_of(ground, &age.or_else(|| ground.time())?);
    }
    let counts = ground.measure().is_some_and(|measure| measure.aggregate.as_deref() == Some("count"));
    let of_columns = OF.iter().any(|(words, _)| words.contains(&word));
    if COUNTED.contains(&word) && (groups && !counts || !groups && !of_columns) {
        return None;
    }
    if groups {
        // What is shown of each group.
        return ground.measure().map(|measure| Key { text: measure.text.clone(), output: measure.alias.clone() });
    }
    if let Some((_, names)) = OF.iter().find(|(words, _)| words.contains(&word)) {
        let names = stems(names);
        let named = |found: &Found<'_>| split_name(&found.column.name).iter().any(|part| names.contains(&stem(part)));
        let subject = ground.many_side().unwrap_or_else(|| ground.subject());
        let fitting = ground.seated().into_iter().filter(|found| is_measure(found) && named(found));
        let fitting: Vec<Found<'_>> = fitting.filter(|found| found.place.as_ref().is_some_and(|place| place.seat == subject)).collect();
        return match fitting.as_slice() {
            [one] => key_of(ground, one),
            _ => ground
                .shown_number()
                .filter(|shown| fitting.iter().any(|one| one.place == shown.place))
                .and_then(|shown| key_of(ground, &shown)),
        };
    }
    let shown = ground.shown_number()?;
    key_of(ground, &shown)
}

/// The key that nouns name.
fn key(ground: &Ground<'_>, nouns: &[&str]) -> Option<Key> {
    let outline = &ground.outline;
    const AGGREGATES: [(&str, &[&str]); 4] =
        [("count", &["count", "number", "amount"]), ("sum", &["sum", "total"]), ("avg", &["average", "mean"]), ("max", &["maximum"])];
    let said = |term: &Term| {
        let named = term
            .alias
            .as_ref()
            .is_some_and(|alias| split_name(alias).iter().map(|part| stem(part)).eq(nouns.iter().map(|word| stem(word))));
        let called =
            AGGREGATES.iter().any(|(name, words)| term.aggregate.as_deref() == Some(name) && nouns.iter().all(|word| words.contains(word)));
        // "Most trips first", "by number of trips", where trips are counted.
        let counted = term.aggregate.as_deref() == Some("count")
            && nouns.iter().all(|word| ["number", "count", "of"].contains(word) || outline.seats.len() == 1 && ground.is_subject(word));
        named || called || counted
    };
    let pronoun = matches!(nouns, ["that"] | ["it"] | ["this"] | ["value"]);
    if let Some(measure) = ground.measure().filter(|measure| pronoun || said(measure)) {
        return Some(Key { text: measure.text.clone(), output: measure.alias.clone() });
    }
    if let Some(output) = outline.outputs.iter().find(|output| output.alias.is_some() && said(output)) {
        return Some(Key { text: output.text.clone(), output: output.alias.clone() });
    }
    // "By date": the one column of time.
    let plain_date = nouns.iter().all(|word| ["date", "time", "day"].contains(word));
    if plain_date && outline.groups.is_empty() {
        return key_of(ground, &ground.time()?);
    }
    let found = ground.named(nouns);
    let [found] = found.as_slice() else { return None };
    if outline.groups.is_empty() {
        return key_of(ground, found);
    }
    // Of a group only what it is grouped by, or what is computed of it.
    let place = found.place.as_ref()?;
    let group = outline.groups.iter().find(|group| group.inside.as_slice() == std::slice::from_ref(place));
    let computed = ground.measure().filter(|measure| measure.inside.as_slice() == std::slice::from_ref(place));
    group.or(computed).map(|term| Key { text: term.text.clone(), output: term.alias.clone() })
}

fn key_of(ground: &Ground<'_>, found: &Found<'_>) -> Option<Key> {
    let outline = &ground.outline;
    let place = found.place.as_ref()?;
    let output = outline.outputs.iter().find(|output| output.column.as_ref() == Some(place));
    let grouped = !outline.groups.is_empty();
    if grouped {
        let mut of_groups = outline.groups.iter().filter(|group| group.inside.as_slice() == std::slice::from_ref(place));
        return of_groups.next().map(|group| Key { text: group.text.clone(), output: group.alias.clone() });
    }
    if outline.is_aggregated() {
        return None;
    }
    let name = output.map(|output| output.alias.clone().unwrap_or_else(|| place.column.clone()));
    Some(Key { text: found.name.clone(), output: name })
}

fn by_letters(ground: &Ground<'_>, nouns: &[&str], descending: bool) -> Option<Vec<Edit>> {
    if !nouns.is_empty() {
        return sorted(ground, &key(ground, nouns)?, descending);
    }
    let texts = ground.outline.outputs.iter().filter(|output| {
        let column = output.column.as_ref().and_then(|place| ground.outline.column(place));
        column.is_some_and(|column| {
            !is_time(column) && ["TEXT", "CHAR"].iter().any(|word| column.declared_type.to_ascii_uppercase().contains(word))
        })
    });
    let mut texts = texts.take(2);
    let Some(first) = texts.next() else {
        // Of all columns the one that the rows are called by.
        let subject = Some(ground.subject()).filter(|seat| outline_shows_all(ground, *seat))?;
        let named = label(ground.outline.seats.get(subject)?.table).into_iter().next()?;
        return sorted(ground, &key_of(ground, &ground.at(subject, named)?)?, descending);
    };
    // Of several texts the first is what the rows are called, where it is one of the subject's.
    let several = texts.next().is_some();
    let own = first.column.as_ref().is_some_and(|place| place.seat == ground.subject());
    (!several || own).then(|| sorted(ground, &Key { text: first.text.clone(), output: first.alias.clone() }, descending))?
}

fn outline_shows_all(ground: &Ground<'_>, seat: usize) -> bool {
    ground.outline.outputs.is_empty() && ground.outline.starred.contains(&seat)
}

pub(super) fn sorted(ground: &Ground<'_>, key: &Key, descending: bool) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    if outline.distinct && key.output.is_none() {
        return None;
    }
    let is_new = outline.order.first().is_none_or(|sorting| sorting.term.text != key.text);
    match outline.limit {
        // The rows that are shown are sorted, and stay the same.
        Some(_) if is_new && !outline.order.is_empty() => Some(vec![Edit::SortRows(vec![(identifier(key.output.as_ref()?), descending)])]),
        _ => Some(vec![Edit::Sort(vec![(key.text.clone(), descending)])]),
    }
}

/// The order turned round, or made to go one way.
fn turned(ground: &Ground<'_>, descending: Option<bool>) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    let turn = |sorting: &Sorting| (sorting.term.text.clone(), descending.unwrap_or(!sorting.descending));
    if !outline.order.is_empty() {
        if descending.is_some() && outline.order.len() > 1 {
            return None;
        }
        return Some(vec![Edit::Sort(outline.order.iter().map(turn).collect())]);
    }
    let key = match (descending, outline.groups.as_slice()) {
        // Groups come in the order of what they are grouped by.
        (None, [group]) => group.text.clone(),
        (Some(_), _) => match ground.measure().filter(|_| !outline.groups.is_empty()) {
            Some(measure) => measure.text.clone(),
            None => ground.shown_number()?.name,
        },
        _ => return None,
    };
    Some(vec![Edit::Sort(vec![(key, descending.unwrap_or(true))])])
}

/// "The other way round".
pub(super) fn reverse(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let list: Vec<&str> =
        list.into_iter().filter(|word| !["the", "in", "it", "them", "that", "list", "sorting", "sort"].contains(word)).collect();
    match list.as_slice() {
        ["other", "way", "round" | "around"]
        | ["other", "way"]
        | ["reverse" | "reversed" | "opposite"]
        | ["reverse", "order"]
        | ["opposite", "order"] => turned(ground, None),
        _ => None,
    }
}

/// "Top 5", "the first three", "limit to 10", "the next 10", "only the best one".
pub(super) fn limit(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let list: Vec<&str> =
        list.into_iter().filter(|word| !["the", "me", "to", "rows", "results", "of", "them", "those", "it"].contains(word)).collect();
    let (words, by) = match list.iter().position(|word| *word == "by") {
        Some(at) => (list.get(..at)?, list.get(at + 1..)),
        None => (list.as_slice(), None),
    };
    let outline = &ground.outline;
    let count = |word: &str| number(word)?.parse::<u64>().ok().filter(|count| (1..=MOST_ROWS).contains(count));
    let (count, end) = match words {
        ["top", rest @ ..] | ["best", rest @ ..] => (rest, Some(true)),
        ["bottom", rest @ ..] | ["worst", rest @ ..] => (rest, Some(false)),
        ["all"] | ["show", "all"] if outline.limit.is_some() => return Some(vec![Edit::Limit(None, 0)]),
        ["first" | "limit" | "show", rest @ ..] => (rest, None),
        ["next", amount] => {
            let shown = outline.limit.filter(|_| !outline.order.is_empty())?;
            return Some(vec![Edit::Limit(Some(count(amount)?), outline.offset.unwrap_or(0) + shown)]);
        }
        // "Make it five".
        ["make", amount] | ["make", "that", amount] if outline.limit.is_some() => {
            return Some(vec![Edit::Limit(Some(count(amount)?), outline.offset.unwrap_or(0))]);
        }
        _ => return None,
    };
    let count = match count {
        [amount] => count_of(amount, ground)?,
        _ => return None,
    };
    // "The best one" comes first, where the best come first.
    let other_end = outline.order.first().is_some_and(|first| end.is_some_and(|greatest| first.descending != greatest));
    if outline.shows_one_row() || words.first() != Some(&"top") && by.is_none() && other_end {
        return None;
    }
    let mut edits = Vec::new();
    match (by, end) {
        (Some(nouns), end) => edits.extend(sorted_before(ground, &key(ground, nouns)?, end.unwrap_or(true))?),
        (None, Some(greatest)) if outline.order.is_empty() => {
            let key = match ground.measure().filter(|_| !outline.groups.is_empty()) {
                Some(measure) => measure.text.clone(),
                None => ground.shown_number().filter(|_| !outline.is_aggregated())?.name,
            };
            edits.push(Edit::Sort(vec![(key, greatest)]));
        }
        (None, Some(false)) => return None,
        _ => {}
    }
    edits.push(Edit::Limit(Some(count), 0));
    Some(edits)
}

fn count_of(word: &str, ground: &Ground<'_>) -> Option<u64> {
    // "The best one" is the one that comes first, where the order says so.
    if word == "one" && ground.outline.order.is_empty() {
        return None;
    }
    number(word)?.parse::<u64>().ok().filter(|count| (1..=MOST_ROWS).contains(count))
}

fn sorted_before(ground: &Ground<'_>, key: &Key, descending: bool) -> Option<Vec<Edit>> {
    (!ground.outline.distinct || key.output.is_some()).then(|| vec![Edit::Sort(vec![(key.text.clone(), descending)])])
}

/// "And the cheapest?" after the most expensive one: the other end of the same order.
pub(super) fn other_end(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    let ([sorting], Some(_)) = (outline.order.as_slice(), outline.limit) else { return None };
    let list = ground.said.list();
    let asked_before = spoken(&ground.previous.question);
    let words: Vec<&str> =
        list.into_iter().filter(|word| !["the", "one", "ones", "is", "which", "who", "what", "with"].contains(word)).collect();
    let (end, others) = match words.as_slice() {
        ["most" | "least", end, others @ ..] if MOST.contains(end) => (*end, others),
        [end, others @ ..] => (*end, others),
        [] => return None,
    };
    let greatest = if MOST.contains(&end) { words.first() == Some(&"most") } else { ENDS.iter().find(|(word, _)| *word == end)?.1 };
    // What else is said was said of the other end too.
    if !others.iter().all(|word| asked_before.iter().any(|spoken| stem(&spoken.word) == stem(word)) || ground.is_subject(word)) {
        return None;
    }
    let names: Vec<String> = sorting.term.inside.iter().flat_map(|place| split_name(&place.column)).map(|part| stem(&part)).collect();
    let ages = names.iter().any(|name| name == "age");
    let of_column =
        OF.iter().find(|(words, _)| words.contains(&end)).is_none_or(|(_, of)| stems(of).iter().any(|name| names.contains(name)));
    let of_time = !OF_TIME.contains(&end) || ages || sorting.term.inside.iter().any(|place| outline.column(place).is_some_and(is_time));
    let turned_word = asked_before
        .iter()
        .any(|spoken| ENDS.iter().any(|(word, other)| *word == spoken.word && *other != greatest) || spoken.word == "expensive");
    if !(of_column && of_time || turned_word) {
        return None;
    }
    let wanted = greatest != (OF_TIME.contains(&end) && ages);
    (sorting.descending != wanted).then(|| vec![Edit::Sort(vec![(sorting.term.text.clone(), wanted)])])
}
