//! A word of the question that names a column of the tables at hand, of which the query makes nothing: "official" beside `IsOfficial`.

use std::collections::HashSet;

use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::lex::{TokenKind, lex, name_of};
use crate::sql::resolve::Resolution;
use crate::sql::suspicion::order::measure::is_dated;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{BEGINNING, FLAGS, Question, begin_alike, telling};
use crate::text::words::{is_common, is_function_word, split_name, stem};

/// What is not yet so, and what columns call it that it will be.
const NOT_YET: [(&[&str], &[&str]); 7] = [
    (
        &["open", "unfinished", "incomplete", "pending", "outstanding", "undone", "remaining", "uncompleted"],
        &["done", "completed", "complete", "finished", "closed"],
    ),
    (&["unresolved", "unsolved", "open"], &["resolved", "solved", "fixed"]),
    (&["unpaid", "outstanding", "due"], &["paid", "settled"]),
    (&["inactive", "disabled", "deactivated"], &["active", "enabled"]),
    (&["unread"], &["read"]),
    (&["unsold", "available"], &["sold"]),
    (&["unshipped", "undelivered"], &["shipped", "delivered"]),
];

/// Words that compare, and names of columns that keep what they compare by.
const MEASURES: [(&[&str], &[&str]); 9] = [
    (&["deeper", "deepest", "shallower", "shallowest"], &["depth"]),
    (&["taller", "tallest"], &["height", "tall"]),
    (&["heavier", "heaviest", "lighter", "lightest"], &["weight", "mass"]),
    (&["wider", "widest", "narrower", "narrowest"], &["width"]),
    (&["faster", "fastest", "slower", "slowest"], &["speed", "velocity"]),
    (&["warmer", "warmest", "colder", "coldest", "hotter", "hottest", "cooler", "coolest"], &["temperature", "temp"]),
    (&["cheaper", "cheapest", "costlier", "costliest", "pricier", "priciest"], &["price", "cost"]),
    (&["farther", "farthest", "further", "furthest"], &["distance"]),
    (&["louder", "loudest", "quieter", "quietest"], &["volume", "loudness"]),
];

/// A word that compares, where a column of a table that is not read keeps what it compares by and the query names none of the kind.
fn unmeasured(said: &HashSet<String>, schema: &Schema, resolution: &Resolution<'_>, question: &Question) -> Option<String> {
    MEASURES.iter().find_map(|(words, names)| {
        let word = words.iter().find(|word| question.has(word))?;
        let names_it = |name: &str| split_name(name).iter().any(|part| names.contains(&part.as_str()));
        if names.iter().any(|name| said.contains(&stem(name))) || said.iter().any(|own| words.iter().any(|word| stem(word) == *own)) {
            return None;
        }
        let columns = || schema.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let is_it = |column: &Column| column.holds == Holds::Numbers && names_it(&column.name);
        let is_read = |table: &Table| {
            resolution.scopes.iter().flat_map(|scope| &scope.sources).any(|source| source.table().is_some_and(|of| of.is(table)))
        };
        if columns().any(|(table, column)| is_it(column) && is_read(table)) {
            return None;
        }
        let (table, column) = columns().find(|(_, column)| is_it(column))?;
        Some(format!("the question says {word:?}, and {}.{}, which tells that, is not used", table.name, column.name))
    })
}

/// The word of the question that says the opposite of a yes or no that is called `words`.
fn opposite<'q>(words: &[String], question: &'q Question) -> Option<&'q str> {
    let [word] = words else { return None };
    let is_opposite = |own: &&String| {
        let begins = ["un", "non", "in", "not"].iter().any(|no| own.strip_prefix(no).is_some_and(|rest| rest == word && rest.len() > 3));
        let listed = NOT_YET.iter().any(|(not_yet, names)| not_yet.contains(&own.as_str()) && names.contains(&word.as_str()));
        begins || listed
    };
    question.words.iter().find(is_opposite).map(String::as_str)
}

pub(in crate::sql::suspicion) fn look(
    sql: &str,
    schema: &Schema,
    resolution: &Resolution<'_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    if let Some(sentence) = unmeasured(&said(sql), schema, resolution, question) {
        suspect(out, SuspicionKind::UnusedColumn, sentence);
        return;
    }
    if resolution.scopes.iter().any(|scope| !scope.wildcards.is_empty()) {
        return;
    }
    let said = said(sql);
    let named: HashSet<String> = resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    let tables: Vec<_> = resolution.scopes.iter().flat_map(|scope| &scope.sources).filter_map(|source| source.table()).collect();
    for column in tables.iter().flat_map(|table| &table.columns) {
        if named.contains(&column.name.to_lowercase()) {
            continue;
        }
        let flag = is_flag(column);
        // "On scholarship": of a yes or no the words that hold its name together need not be said.
        let words: Vec<String> = if flag {
            telling(&column.name)
        } else {
            split_name(&column.name).into_iter().filter(|word| !FLAGS.contains(&word.as_str())).collect()
        };
        // "Beds" may be what `bedtype` is about, and "followers" what `follows` is: only the word itself, and nothing like it, is sure.
        let like = |word: &str| word.chars().count() >= BEGINNING && said.iter().any(|own| begin_alike(word, own));
        let asked = |word: &String| {
            let general = is_function_word(word) || word.len() < 3 || !flag && is_common(word);
            !general && !said.contains(&stem(word)) && (flag || !like(word)) && question.has(word)
        };
        if let Some(word) = opposite(&words, question).filter(|word| flag && !said.contains(&stem(word))) {
            let sentence = format!("the question says {word:?}, and {} of the same table, which tells that, is not used", column.name);
            suspect(out, SuspicionKind::UnusedFlag, sentence);
            return;
        }
        if flag && !words.is_empty() && words.iter().all(asked) {
            let sentence =
                format!("the question says {:?}, and {} of the same table, which tells that, is not used", words.join(" "), column.name);
            suspect(out, SuspicionKind::UnusedFlag, sentence);
            return;
        }
        // What was borrowed has a day on which it was, in every row: "borrowed" is all of them.
        let always = !column.has_null && !column.has_empty && is_dated(column);
        // "Album artist" is `albumartist`, and asks for no `artist`.
        let part = || named.iter().any(|name| is_part_of_named(&words, name, question));
        if !flag && !always && !words.is_empty() && words.iter().all(asked) && !part() {
            let sentence = format!("the question says {:?}, and the column {} is not used", words.join(" "), column.name);
            suspect(out, SuspicionKind::UnusedColumn, sentence);
            return;
        }
    }
}

/// Whether the question says the column `name` in several words, which that writes as one, and says each of `words` only among these.
fn is_part_of_named(words: &[String], name: &str, question: &Question) -> bool {
    let same = |own: &str| {
        let rest = own.strip_prefix(name);
        rest.is_some_and(|rest| matches!(rest, "" | "s" | "es"))
    };
    let ends = |from: usize| (from + 2..=question.words.len().min(from + 4)).find(|to| same(&question.words[from..*to].concat()));
    let mut inside = vec![false; question.words.len()];
    for (from, to) in (0..question.words.len()).filter_map(|from| Some((from, ends(from)?))) {
        inside[from..to].fill(true);
    }
    let alike = |own: &str, word: &str| stem(own) == stem(word);
    let among = |word: &String| {
        let mut places = question.words.iter().zip(&inside).filter(|(own, _)| alike(own, word)).peekable();
        places.peek().is_some() && places.all(|(_, inside)| *inside)
    };
    words.iter().all(among)
}

/// Whether a column says yes or no.
pub(in crate::sql::suspicion) fn is_flag(column: &Column) -> bool {
    let short = |text: &String| matches!(text.to_lowercase().as_str(), "t" | "f" | "y" | "n" | "true" | "false" | "yes" | "no" | "0" | "1");
    let two = match column.holds {
        Holds::Numbers => column.samples.first().is_some_and(|range| range == "0..1" || range == "0" || range == "1"),
        Holds::Texts => !column.samples.is_empty() && column.samples.len() <= 2 && column.samples.iter().all(short),
        _ => false,
    };
    let said = split_name(&column.name).first().is_some_and(|first| ["is", "has", "can", "was"].contains(&first.as_str()));
    two || matches!(column.meaning, Meaning::Boolean(_)) || said || column.declared_type.to_ascii_lowercase().starts_with("bool")
}

/// The stems of all words that the query says: names, texts, keywords.
pub(in crate::sql::suspicion) fn said(sql: &str) -> HashSet<String> {
    let mut out = HashSet::new();
    for token in lex(sql) {
        let text = token.text(sql);
        match token.kind {
            TokenKind::Word | TokenKind::Quoted | TokenKind::String => out.extend(split_name(&name_of(text)).iter().map(|word| stem(word))),
            _ => {}
        }
    }
    out
}
