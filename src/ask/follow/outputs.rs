//! What is shown of each row: "just the names", "with their emails too", "the price instead", "list them".

use super::ground::{Found, Ground, is_flag};
use crate::sql::follow::Edit;
use crate::sql::label;

/// Words before what is to be shown.
const SHOWS: [&str; 14] =
    ["show", "display", "list", "give", "include", "including", "add", "with", "see", "plus", "get", "print", "name", "have"];
/// Words before what is not to be shown any more.
const DROPS: [&str; 6] = ["without", "drop", "hide", "remove", "omit", "skip"];
/// What rows are called.
const THEY: [&str; 4] = ["them", "those", "these", "ones"];

/// Changes what is shown.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    if is_listing(&list) {
        return listed(ground);
    }
    if let [verb, words @ ..] = list.as_slice()
        && DROPS.contains(verb)
    {
        return dropped(ground, words);
    }
    let shows = list.first().is_some_and(|word| SHOWS.contains(word));
    let adds = matches!(list.first(), Some(&("with" | "include" | "including" | "add" | "plus"))) || ground.said.also;
    let mut words = if shows { list.get(1..)? } else { list.as_slice() };
    if let [rest @ .., "with" | "to", "it" | "them" | "that"] = words {
        words = rest;
    }
    let ends_bare = words.len() == 1 && !shows && !ground.said.narrow && !ground.said.instead;
    // "And with the date" adds; "and the date" may be anything, but for what is no value and no group.
    let adds = adds || (ground.said.and && !ground.said.narrow && !ground.said.instead && !ends_bare);
    let replaces = ground.said.narrow || ground.said.instead;
    if adds == replaces {
        return None;
    }
    let columns = columns(ground, words)?;
    // "Only VIPs" says which rows.
    if replaces && !shows && columns.iter().any(|found| is_flag(found.column)) {
        return None;
    }
    if adds { add(ground, &columns) } else { replace(ground, &columns, shows) }
}

/// "Which ones?", "list them", "who are they?".
fn is_listing(list: &[&str]) -> bool {
    matches!(
        list,
        ["which", "ones"]
            | ["which", "ones", "are", "they" | "those" | "these" | "that"]
            | ["which", "are", "they" | "those" | "these"]
            | ["who", "are", "they" | "those" | "these"]
            | ["what", "are", "they" | "those" | "these"]
    ) || matches!(list, ["list" | "show" | "name" | "display", they] if THEY.contains(they))
        || matches!(list, ["list" | "show" | "give", "all"])
}

/// The columns that the words name, joined by "and".
fn columns<'a>(ground: &Ground<'a>, words: &[&str]) -> Option<Vec<Found<'a>>> {
    let mut out: Vec<Found<'a>> = Vec::new();
    for part in words.split(|word| *word == "and") {
        let part: Vec<&str> = match part {
            ["number", "of", rest @ ..] | ["the", "number", "of", rest @ ..] => rest.to_vec(),
            part => part.to_vec(),
        };
        let mut found = one_or_several(ground, &part)?;
        found.retain(|new| !out.contains(new));
        out.extend(found);
    }
    (!out.is_empty()).then_some(out)
}

/// "City country" without a word between are two.
fn one_or_several<'a>(ground: &Ground<'a>, words: &[&str]) -> Option<Vec<Found<'a>>> {
    let whole = ground.named(words);
    if !whole.is_empty() {
        return Some(whole);
    }
    let words: Vec<&str> = words.iter().copied().filter(|word| !["the", "their", "its", "a"].contains(word)).collect();
    if words.len() < 2 {
        return None;
    }
    let each: Vec<Vec<Found<'a>>> = words.iter().map(|word| ground.named(&[*word])).collect();
    each.iter().all(|found| found.len() == 1).then(|| each.into_iter().flatten().collect())
}

/// "Without the price", of rows that show it.
fn dropped(ground: &Ground<'_>, words: &[&str]) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    // Without "a price" is what has none.
    let any = words.first().is_some_and(|first| ["a", "an", "any"].contains(first));
    if any || outline.distinct || outline.is_aggregated() {
        return None;
    }
    let columns = columns(ground, words)?;
    let is_shown = |found: &Found<'_>| found.place.is_some() && outline.outputs.iter().any(|output| output.column == found.place);
    let kept = outline.outputs.iter().filter(|output| !columns.iter().any(|found| found.place.is_some() && output.column == found.place));
    let kept: Vec<String> = kept.map(|output| output.text.clone()).collect();
    (columns.iter().all(is_shown) && !kept.is_empty()).then(|| vec![Edit::Show(kept)])
}

fn joins(columns: &[Found<'_>]) -> Vec<Edit> {
    let mut out: Vec<Edit> = Vec::new();
    for join in columns.iter().flat_map(|found| &found.joins) {
        if !out.contains(join) {
            out.push(join.clone());
        }
    }
    out
}

pub(super) fn add(ground: &Ground<'_>, columns: &[Found<'_>]) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    if outline.is_aggregated() || outline.distinct {
        return None;
    }
    // What is shown already stays as it is.
    let new: Vec<&Found<'_>> = columns.iter().filter(|found| !ground.is_shown(found)).collect();
    if new.is_empty() {
        return Some(Vec::new());
    }
    let mut edits = joins(columns);
    edits.push(Edit::ShowToo(new.iter().map(|found| found.name.clone()).collect()));
    Some(edits)
}

fn replace(ground: &Ground<'_>, columns: &[Found<'_>], shows: bool) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    if !outline.groups.is_empty() {
        // Of what is shown of each group, some.
        let kept = columns.iter().map(|found| {
            let place = found.place.as_ref()?;
            outline.outputs.iter().find(|output| output.column.as_ref() == Some(place)).map(|output| output.text.clone())
        });
        let kept = kept.collect::<Option<Vec<String>>>()?;
        return (kept.len() < outline.outputs.len()).then(|| vec![Edit::Show(kept)]);
    }
    if outline.distinct {
        return None;
    }
    if outline.is_aggregated() {
        // "Just the names" after a count lists what was counted; another column after a sum is another question.
        return counted(ground).filter(|_| shows || ground.said.narrow).map(|()| {
            let mut edits = joins(columns);
            edits.push(Edit::Show(columns.iter().map(|found| found.name.clone()).collect()));
            edits
        });
    }
    let mut edits = joins(columns);
    edits.push(Edit::Show(columns.iter().map(|found| found.name.clone()).collect()));
    Some(edits)
}

/// Whether the query counts all its rows and nothing else.
fn counted(ground: &Ground<'_>) -> Option<()> {
    let [only] = ground.outline.outputs.as_slice() else { return None };
    let text = only.text.to_ascii_lowercase();
    (ground.outline.shows_one_row() && text == "count(*)").then_some(())
}

/// The rows that were counted, by what they are called.
fn listed(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    counted(ground)?;
    let outline = &ground.outline;
    // Rows of the table that refers to the others are what is counted.
    let seat = if outline.seats.len() == 1 { 0 } else { ground.many_side()? };
    let columns: Vec<Found<'_>> = label(outline.seats.get(seat)?.table).into_iter().filter_map(|column| ground.at(seat, column)).collect();
    (!columns.is_empty()).then(|| vec![Edit::Show(columns.iter().map(|found| found.name.clone()).collect())])
}
