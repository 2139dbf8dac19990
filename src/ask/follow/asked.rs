//! What is asked of the rows shown: "where is it?", "when did they join?", "what are their emails?", "which team is he in?".

use super::ground::{Found, Ground};
use super::outputs::add;
use super::timed::is_time;
use crate::sql::follow::Edit;
use crate::text::words::{split_name, stem};

/// Words for rows before.
const THEY: [&str; 9] = ["it", "they", "he", "she", "that", "those", "these", "this", "them"];
/// Verbs between the question and them.
const VERBS: [&str; 10] = ["is", "are", "was", "were", "do", "does", "did", "s", "re", "has"];
/// What ends a question for a place, or for what something is of.
const ENDS: [&str; 16] =
    ["live", "located", "based", "situated", "from", "in", "at", "for", "to", "of", "belong", "work", "play", "come", "stand", "lie"];
/// Columns that say where something is, by their names.
const PLACES: [&str; 15] = [
    "city",
    "country",
    "address",
    "location",
    "place",
    "street",
    "region",
    "district",
    "town",
    "state",
    "area",
    "county",
    "province",
    "village",
    "continent",
];

/// Shows too what is asked for.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let ends = |words: &[&str]| words.iter().all(|word| ENDS.contains(word));
    match list.as_slice() {
        ["where", verb, they, rest @ ..] if is_them(verb, they) && ends(rest) => places(ground),
        ["when", verb, they] if is_them(verb, they) => {
            let times: Vec<Found<'_>> = own(ground, is_time);
            if let [_] = times.as_slice() { add(ground, &times) } else { None }
        }
        ["when", verb, they, done] if is_them(verb, they) => {
            let done = if *done == "born" { "birth".to_owned() } else { past(done) };
            let times = own(ground, |column| is_time(column) && split_name(&column.name).iter().any(|part| past(part) == done));
            if let [_] = times.as_slice() { add(ground, &times) } else { None }
        }
        ["what", verb, "their" | "its" | "his" | "her", nouns @ ..] if VERBS.contains(verb) => shown_too(ground, nouns),
        ["how", "old", verb, they] if is_them(verb, they) => shown_too(ground, &["age"]),
        ["what" | "which", rest @ ..] => {
            let at = rest.iter().position(|word| VERBS.contains(word))?;
            let (nouns, [verb, they, end @ ..]) = rest.split_at_checked(at)? else { return None };
            (!nouns.is_empty() && is_them(verb, they) && ends(end)).then(|| shown_too(ground, nouns))?
        }
        _ => None,
    }
}

fn is_them(verb: &str, they: &str) -> bool {
    VERBS.contains(&verb) && THEY.contains(&they)
}

/// A verb and its past have this in common: `join` and `joined`, `buy` and `bought`.
fn past(word: &str) -> String {
    const APART: [(&str, &str); 8] = [
        ("bought", "buy"),
        ("sold", "sell"),
        ("built", "build"),
        ("paid", "pay"),
        ("began", "begin"),
        ("sent", "send"),
        ("made", "make"),
        ("left", "leave"),
    ];
    let word = APART.iter().find(|(past, _)| *past == word).map_or(word, |(_, now)| now);
    let word = ["ed", "es", "e", "s"].iter().find_map(|end| word.strip_suffix(end).filter(|rest| rest.len() > 2)).unwrap_or(word);
    stem(word)
}

/// The columns of the rows' own table that fit.
fn own<'a>(ground: &Ground<'a>, fits: impl Fn(&crate::schema::Column) -> bool) -> Vec<Found<'a>> {
    let subject = ground.subject();
    let seated = ground.seated().into_iter().filter(|found| found.place.as_ref().is_some_and(|place| place.seat == subject));
    seated.filter(|found| fits(found.column)).collect()
}

fn places(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let is_place = |column: &crate::schema::Column| {
        let name = split_name(&column.name);
        name.last().is_some_and(|last| PLACES.contains(&last.as_str())) && name.len() <= 2
    };
    let places = own(ground, is_place);
    (!places.is_empty()).then(|| add(ground, &places))?
}

fn shown_too(ground: &Ground<'_>, nouns: &[&str]) -> Option<Vec<Edit>> {
    let found = ground.named(nouns);
    (!found.is_empty()).then(|| add(ground, &found))?
}
