//! Rows by what they hold: "only those from Germany", "and Spain?", "without the cancelled ones".

use super::ground::{Found, Ground, is_flag, is_key};
use super::when::about;
use crate::sql::follow::{Edit, Test};
use crate::sql::quote::string_literal;
use crate::text::nations::countries_of;
use crate::text::words::{is_function_word, split_name, stem};

/// Words beside a value that mean nothing more.
const GLUE: [&str; 34] = [
    "those", "these", "them", "the", "ones", "one", "from", "in", "for", "of", "at", "on", "with", "who", "which", "that", "are", "is",
    "were", "was", "live", "lives", "living", "a", "an", "by", "only", "about", "among", "to", "all", "it", "be", "s",
];
/// Words that leave out.
const LEAVES_OUT: [&str; 12] =
    ["not", "without", "no", "except", "excluding", "exclude", "ignore", "ignoring", "skip", "hide", "drop", "remove"];
/// Words before a value that say in which of several columns.
const PREPOSITIONS: [&str; 6] = ["from", "to", "in", "at", "by", "of"];
/// Words of a value, at most.
const MOST_WORDS: usize = 5;

/// What some words of a follow-up mean.
#[derive(Debug, Clone)]
struct Mention<'a> {
    found: Found<'a>,
    /// As SQL.
    literal: String,
    /// What the literal says.
    value: String,
    /// Of a column that says yes and no by 1 and 0.
    flag: bool,
    /// The word before.
    before: String,
}

/// Changes which rows are shown by what they hold.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    if let Some(at) = list.windows(2).position(|pair| pair == ["instead", "of"]) {
        return instead_of(ground, at);
    }
    let out = list.iter().position(|word| LEAVES_OUT.contains(word));
    let but = list.first() == Some(&"but");
    let leaves_out = match out {
        None => false,
        Some(0) => true,
        Some(at) if at == 1 && (but || matches!(list.first(), Some(&("those" | "the" | "leave" | "and")))) => true,
        Some(_) => return None,
    };
    let all: Vec<usize> = (0..list.len()).filter(|at| Some(*at) != out && !(but && *at == 0)).collect();
    let skips = if list.starts_with(&["leave", "out"]) || list.starts_with(&["other", "than"]) { 2 } else { 0 };
    let leaves_out = leaves_out || skips > 0;
    let mentions = mentions(ground, all.get(skips..)?)?;
    if leaves_out { without(ground, &mentions) } else { with(ground, &mentions) }
}

/// "Open instead of closed".
fn instead_of(ground: &Ground<'_>, at: usize) -> Option<Vec<Edit>> {
    let (new, old): (Vec<usize>, Vec<usize>) = ((0..at).collect(), (at + 2..ground.said.words.len()).collect());
    let (new, old) = (mentions(ground, &new)?, mentions(ground, &old)?);
    let ([new], [old]) = (new.as_slice(), old.as_slice()) else { return None };
    let held = about(ground, &new.found);
    let [(place, condition)] = held.as_slice() else { return None };
    let was = matches!(&condition.test, Test::Equal(values) if values.len() == 1 && values.first() == Some(&old.value));
    (was && new.found.place == old.found.place)
        .then(|| vec![Edit::Redemand(*place, Some(equal(&new.found, std::slice::from_ref(&new.literal))))])
}

fn with(ground: &Ground<'_>, mentions: &[Mention<'_>]) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = Vec::new();
    for (found, literals) in by_column(mentions)? {
        let held = about(ground, &found);
        match held.as_slice() {
            [] => {
                // A value alone may be anything; something has to say that rows are chosen by it.
                let says = ground.said.narrow || ground.said.and || ground.said.also || chooses(ground);
                if !says || ground.said.instead || is_hidden(ground, &found) {
                    return None;
                }
                add_joins(&mut edits, &found);
                edits.push(Edit::Demand(equal(&found, &literals)));
            }
            [(place, condition)] => {
                let mut all = literals.clone();
                match &condition.test {
                    Test::Equal(values) if ground.said.also && !ground.said.instead => {
                        let known: Vec<String> = values.iter().map(|value| written(&condition.text, value)).collect();
                        all.splice(0..0, known);
                        all.dedup();
                    }
                    Test::Equal(_) => {}
                    Test::Differs(_) if ground.said.narrow || ground.said.and => {
                        edits.push(Edit::Demand(equal(&found, &literals)));
                        continue;
                    }
                    _ => return None,
                }
                edits.push(Edit::Redemand(*place, Some(equal(&found, &all))));
            }
            _ => return None,
        }
    }
    Some(edits)
}

fn without(ground: &Ground<'_>, mentions: &[Mention<'_>]) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = Vec::new();
    for (found, literals) in by_column(mentions)? {
        let held = about(ground, &found);
        let flagged = mentions.iter().any(|mention| mention.flag && mention.found == found);
        // "And those not in stock?" after those that are.
        if let ([(place, condition)], true) = (held.as_slice(), flagged)
            && condition.test == Test::Equal(vec!["1".into()])
        {
            edits.push(Edit::Redemand(*place, Some(format!("{} = 0", found.name))));
            continue;
        }
        // Left out of the only ones shown, nothing remains.
        let shown = held.iter().any(|(_, condition)| !matches!(&condition.test, Test::Differs(_)));
        if shown || is_hidden(ground, &found) {
            return None;
        }
        add_joins(&mut edits, &found);
        if flagged {
            edits.push(Edit::Demand(format!("{} = 0", found.name)));
            continue;
        }
        let differs = match literals.as_slice() {
            [one] => format!("{} <> {one}", found.name),
            several => format!("{} NOT IN ({})", found.name, several.join(", ")),
        };
        let may_lack = found.place.as_ref().and_then(|place| ground.outline.seats.get(place.seat)).is_some_and(|seat| seat.may_lack);
        let nullable = !found.column.not_null || may_lack;
        edits.push(Edit::Demand(if nullable { format!("({differs} OR {} IS NULL)", found.name) } else { differs }));
    }
    Some(edits)
}

/// Whether the words say that rows are chosen: "those from ...", "in ...".
fn chooses(ground: &Ground<'_>) -> bool {
    let list = ground.said.list();
    let first = list.first().copied().unwrap_or("");
    ["from", "in", "for", "at", "on", "among", "with", "those", "these", "the", "by", "to", "of"].contains(&first) && list.len() > 1
        || ["who", "which", "that", "ones"].iter().any(|word| list.contains(word))
}

/// Whether a condition that cannot be read may be about the column, such as one with a subquery.
fn is_hidden(ground: &Ground<'_>, found: &Found<'_>) -> bool {
    ground.outline.conditions.iter().any(|condition| {
        let text = condition.text.to_ascii_lowercase();
        let among_others = condition.inside.len() > 1 && found.place.as_ref().is_some_and(|place| condition.inside.contains(place));
        among_others || text.contains("select") && text.contains(&found.column.name.to_ascii_lowercase())
    })
}

fn add_joins(edits: &mut Vec<Edit>, found: &Found<'_>) {
    // Rows without the other table do not hold the value.
    for join in &found.joins {
        let join = match join {
            Edit::Join { table, on, .. } => Edit::Join { table: table.clone(), on: on.clone(), may_lack: false },
            other => other.clone(),
        };
        if !edits.contains(&join) {
            edits.push(join);
        }
    }
}

/// `value` as it stands in `text`: a number, or a string.
fn written(text: &str, value: &str) -> String {
    let literal = string_literal(value);
    if text.contains(&literal) { literal } else { value.to_owned() }
}

fn equal(found: &Found<'_>, literals: &[String]) -> String {
    match literals {
        [one] => format!("{} = {one}", found.name),
        several => format!("{} IN ({})", found.name, several.join(", ")),
    }
}

/// The mentions of each column together.
fn by_column<'a>(mentions: &[Mention<'a>]) -> Option<Vec<(Found<'a>, Vec<String>)>> {
    let mut out: Vec<(Found<'a>, Vec<String>)> = Vec::new();
    for mention in mentions {
        match out.iter_mut().find(|(found, _)| *found == mention.found) {
            Some(_) if mention.flag => {}
            Some((_, literals)) => literals.push(mention.literal.clone()),
            None => out.push((mention.found.clone(), vec![mention.literal.clone()])),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The values that the words at `places` are; `None` where a word is left over, or it is open what one means.
fn mentions<'a>(ground: &Ground<'a>, places: &[usize]) -> Option<Vec<Mention<'a>>> {
    let spoken = &ground.said.words;
    let (mut out, mut rest): (Vec<Mention<'a>>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < places.len() {
        let before = at.checked_sub(1).and_then(|at| spoken.get(*places.get(at)?)).map_or("", |spoken| spoken.word.as_str());
        let found = (1..=MOST_WORDS.min(places.len() - at)).rev().find_map(|length| {
            let words: Vec<_> = places.get(at..at + length)?.iter().filter_map(|place| spoken.get(*place)).collect();
            let text = words.iter().map(|spoken| spoken.raw.as_str()).collect::<Vec<_>>().join(" ");
            let ends = |word: &str| is_function_word(word) || GLUE.contains(&word);
            let plain = words.first().is_none_or(|word| ends(&word.word)) || words.last().is_none_or(|word| ends(&word.word));
            (!plain).then(|| mention(ground, &text, before).map(|meant| (length, meant)))?
        });
        match found {
            Some((length, Some(mention))) => {
                out.push(mention);
                at += length;
            }
            // It is a value, and nobody can say of what.
            Some((_, None)) => return None,
            None => {
                rest.extend(places.get(at).and_then(|place| spoken.get(*place)).map(|spoken| spoken.word.as_str()));
                at += 1;
            }
        }
    }
    let named = |word: &&str| {
        let said = stem(word);
        out.iter().any(|mention| {
            let names = [&mention.found.column.name, &mention.found.table.name];
            names.into_iter().any(|name| split_name(name).iter().any(|part| stem(part) == said))
        })
    };
    let joins = |word: &&str| matches!(*word, "and" | "or") && out.len() > 1;
    let accounted = |word: &&str| GLUE.contains(word) || ground.is_subject(word) || named(word) || joins(word);
    (!out.is_empty() && rest.iter().all(accounted)).then_some(out)
}

/// What `text` is a value of: `None` for nothing, `Some(None)` where that is open.
fn mention<'a>(ground: &Ground<'a>, text: &str, before: &str) -> Option<Option<Mention<'a>>> {
    let mut known = ground.values.map(|index| index.named(text)).unwrap_or_default();
    if known.is_empty() {
        // "Only French agencies".
        let countries = countries_of(&text.to_lowercase());
        known = countries.into_iter().flat_map(|name| ground.values.map(|index| index.named(name)).unwrap_or_default()).collect();
    }
    let is = |found: &Found<'_>, table: &str, column: &str| found.table.name == table && found.column.name == column;
    let candidates = |columns: Vec<Found<'a>>| -> Vec<Mention<'a>> {
        let of = |found: Found<'a>| {
            let value = known.iter().find(|(table, column, _)| is(&found, table, column)).map(|(_, _, value)| value.clone());
            let flag = value.is_none() && says_flag(&found, text);
            let value = value.or_else(|| flag.then(|| "1".to_owned())).or_else(|| yes(&found, text))?;
            let literal = if flag { value.clone() } else { string_literal(&value) };
            Some(Mention { found, literal, value, flag, before: before.to_owned() })
        };
        columns
            .into_iter()
            .filter(|found| !is_key(found.table, found.column) || found.table.primary_key.contains(&found.column.name) || !known.is_empty())
            .filter_map(of)
            .collect()
    };
    let seated = candidates(ground.seated());
    if !seated.is_empty() {
        return Some(choose(ground, seated));
    }
    let reachable = ground.reachable();
    let beyond = reachable.iter().flat_map(|(table, joins)| table.columns.iter().map(|column| ground.joined(table, column, joins)));
    let mut beyond = candidates(beyond.filter(|found| !is_flag(found.column)).collect());
    let first = beyond.pop();
    match first {
        None if known.is_empty() => None,
        // A value of a table that is far away.
        None => Some(None),
        first => Some(first.filter(|_| beyond.is_empty())),
    }
}

/// The one column that is meant: one that WHERE speaks of, where no word says another.
fn choose<'a>(ground: &Ground<'a>, mut seated: Vec<Mention<'a>>) -> Option<Mention<'a>> {
    if seated.len() == 1 {
        // "To Madrid" after "from Berlin", with one airport joined of the two that a flight has: the other one is meant.
        let one = seated.pop()?;
        let turned = was_before(ground, &one).is_some_and(|was| is_turned(&was, &one.before)) && has_several_keys(ground, &one.found);
        return Some(one).filter(|_| !turned);
    }
    let list = ground.said.list();
    let named =
        |mention: &Mention<'_>| split_name(&mention.found.column.name).iter().any(|part| list.iter().any(|word| stem(word) == stem(part)));
    let of = |seated: &[Mention<'a>], fits: &dyn Fn(&Mention<'a>) -> bool| {
        let mut fitting = seated.iter().filter(|mention| fits(mention));
        fitting.next().cloned().filter(|_| fitting.next().is_none())
    };
    if let Some(one) = of(&seated, &|mention| named(mention)) {
        return Some(one);
    }
    let one = of(&seated, &|mention| !about(ground, &mention.found).is_empty())?;
    // "To HND" after "from BER" is about another column.
    let says = |word: &str| PREPOSITIONS.contains(&word);
    if !says(&one.before) {
        return Some(one);
    }
    let was = was_before(ground, &one)?;
    if is_turned(&was, &one.before) && seated.len() == 2 {
        return seated.into_iter().find(|mention| mention.found != one.found);
    }
    (was == one.before).then_some(one)
}

/// The word before the value that the column was compared with, in the question before.
fn was_before(ground: &Ground<'_>, one: &Mention<'_>) -> Option<String> {
    let held = about(ground, &one.found);
    let old = held.iter().find_map(|(_, condition)| if let Test::Equal(values) = &condition.test { values.first() } else { None })?;
    let asked = super::said::spoken(&ground.previous.question);
    let place = asked.iter().position(|spoken| spoken.raw.eq_ignore_ascii_case(old))?;
    let was = place.checked_sub(1).and_then(|at| asked.get(at))?;
    Some(was.word.clone())
}

fn is_turned(was: &str, now: &str) -> bool {
    matches!((was, now), ("from", "to") | ("to", "from"))
}

/// Whether one table at hand has several keys that refer to the table of the column.
fn has_several_keys(ground: &Ground<'_>, found: &Found<'_>) -> bool {
    let mut seated = ground.outline.seats.iter().map(|seat| seat.table);
    seated.any(|table| table.foreign_keys.iter().filter(|key| found.table.is_target_of(table, key)).count() > 1)
}

/// Whether `text` is the name of a column that says yes and no by 1 and 0.
fn says_flag(found: &Found<'_>, text: &str) -> bool {
    is_flag(found.column) && names(found, text)
}

/// The value that stands for yes in a column that `text` names.
fn yes(found: &Found<'_>, text: &str) -> Option<String> {
    let words = found.column.meaning.yes_no()?;
    names(found, text).then(|| words.yes.clone())
}

fn names(found: &Found<'_>, text: &str) -> bool {
    let own: Vec<String> = split_name(&found.column.name).into_iter().filter(|word| !is_function_word(word)).collect();
    // "VIPs" are those that are VIP.
    own.iter().map(|word| stem(word)).eq(text.to_lowercase().split_whitespace().map(stem))
}
