//! A column that is taken while the words of the question name another one like it: `date_became_customer` for the date of the orders,
//! `amount_claimed` for the amount that was settled.

use std::collections::HashSet;

use crate::schema::{Column, Holds, Table};
use crate::sql::related::label;
use crate::sql::resolve::{Binding, Clause, Reference, Resolution};
use crate::sql::suspicion::held::computed::is_code;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{KINDS, Question, telling};
use crate::text::words::{is_function_word, split_name, stem};

pub(in crate::sql::suspicion) fn look(resolution: &Resolution<'_>, question: &Question, out: &mut Vec<Suspicion>) {
    if resolution.scopes.iter().any(|scope| !scope.wildcards.is_empty()) {
        return;
    }
    if let Some(sentence) = of_another(resolution, question) {
        return suspect(out, SuspicionKind::NearerColumn, sentence);
    }
    let used: HashSet<String> = resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    let at_hand: Vec<&Table> = resolution.scopes.iter().flat_map(|scope| &scope.sources).filter_map(|source| source.table()).collect();
    for reference in resolution.references.iter().filter(|reference| matches!(reference.clause, Clause::Select | Clause::OrderBy)) {
        let Some(table) = resolution.source(reference).and_then(|source| source.table()) else { continue };
        let taken = table.column(&reference.name.text).filter(|taken| !is_code(table, taken));
        if let Some((taken, column)) = taken.and_then(|taken| Some((taken, cut_short(&at_hand, &used, taken, question)?))) {
            let sentence = format!("it takes {}, and the words of the question name {}, which is not used", taken.name, column.name);
            return suspect(out, SuspicionKind::NearerColumn, sentence);
        }
    }
    for reference in &resolution.references {
        let Some(table) = resolution.source(reference).and_then(|source| source.table()) else { continue };
        let Some(taken) = table.column(&reference.name.text).filter(|taken| has_strange_word(taken, table, question)) else { continue };
        let is_joined = matches!(reference.clause, Clause::On(_));
        let mut others = at_hand.iter().flat_map(|other| other.columns.iter().map(move |column| (*other, column)));
        let nearer = others.find(|(other, column)| {
            let like = if is_joined { refer_to_one(table, taken, other, column) } else { is_alike(table, taken, other, column) };
            like && !used.contains(&column.name.to_lowercase()) && is_named(column, taken, question)
        });
        if let Some((_, column)) = nearer {
            let sentence = format!("it takes {}, and the words of the question name {}, which is not used", taken.name, column.name);
            return suspect(out, SuspicionKind::NearerColumn, sentence);
        }
    }
}

/// A column of another table than the question speaks of, whose table has one that is called the same: the day on which a comment was written,
/// for that of its ticket.
fn of_another(resolution: &Resolution<'_>, question: &Question) -> Option<String> {
    // A condition on a name says whose it is by the name, and what is equated is the same on both sides.
    let joined: Vec<&str> =
        resolution.references.iter().filter(|one| matches!(one.clause, Clause::On(_))).map(|one| one.name.text.as_str()).collect();
    let free = |reference: &&Reference| {
        matches!(reference.clause, Clause::Select | Clause::OrderBy)
            && !joined.iter().any(|name| name.eq_ignore_ascii_case(&reference.name.text))
    };
    for reference in resolution.references.iter().filter(free) {
        let Binding::Column { scope, source } = reference.binding else { continue };
        let sources = &resolution.scopes.get(scope)?.sources;
        let Some(table) = sources.get(source).and_then(|source| source.table()) else { continue };
        let name = &reference.name.text;
        // People call things by other words than tables do: the name of an employee is one of `people`.
        let is_name = split_name(name).last().is_some_and(|last| last.ends_with("name") || last == "title")
            || label(table).iter().any(|own| own.name.eq_ignore_ascii_case(name));
        if is_name
            || question.names_rows_of(&table.name)
            || sources.len() < 2
            || table.column(name).is_none_or(|column| is_code(table, column))
        {
            continue;
        }
        let others = sources.iter().enumerate().filter(|(at, _)| *at != source).filter_map(|(_, other)| other.table());
        let meant =
            others.into_iter().find(|other| !other.is(table) && question.names_rows_of(&other.name) && other.column(name).is_some());
        if let Some(other) = meant {
            return Some(format!("it takes {name} of {}, of which the question says nothing, and {} has one too", table.name, other.name));
        }
    }
    None
}

/// Letters that a word cut short has at least.
const SHORT: usize = 3;

/// "Account balance", where nothing is made of `acc_bal`, and numbers of which the question says nothing are taken.
fn cut_short<'t>(at_hand: &[&'t Table], used: &HashSet<String>, taken: &Column, question: &Question) -> Option<&'t Column> {
    let is_said = telling(&taken.name).iter().any(|word| question.says_like(word));
    if is_said || taken.holds != Holds::Numbers {
        return None;
    }
    let called = |column: &&Column| {
        let words = split_name(&column.name);
        let begins = |own: &[String]| own.iter().zip(&words).all(|(own, word)| own.len() > word.len() && own.starts_with(word.as_str()));
        words.len() > 1 && words.iter().all(|word| word.len() >= SHORT) && question.words.windows(words.len()).any(begins)
    };
    let free = |column: &&Column| column.holds == Holds::Numbers && !used.contains(&column.name.to_lowercase());
    at_hand.iter().flat_map(|table| &table.columns).filter(free).find(called)
}

/// Whether a word of the column's name is neither the question's nor the table's, and says more than what kind of value there is.
fn has_strange_word(column: &Column, table: &Table, question: &Question) -> bool {
    let own: Vec<String> = split_name(&table.name).iter().map(|word| stem(word)).collect();
    let words = split_name(&column.name);
    // "Became" says something of a date, "from" and "by" nothing.
    let says_more = |word: &String| !is_function_word(word) || word.len() > 5;
    words.len() > 1
        && words.iter().any(|word| {
            word.len() > 2
                && says_more(word)
                && !KINDS.contains(&word.as_str())
                && !own.contains(&stem(word))
                && !question.says_like(word)
                && !question.text.contains(word.as_str())
        })
}

/// Whether the question says every word of the column's name, one of them the other's too and one not.
fn is_named(column: &Column, other: &Column, question: &Question) -> bool {
    let others: Vec<String> = telling(&other.name).iter().map(|word| stem(word)).collect();
    let words: Vec<String> = telling(&column.name).into_iter().filter(|word| !matches!(word.as_str(), "id" | "code")).collect();
    let shared = words.iter().any(|word| others.contains(&stem(word)));
    let own = words.iter().any(|word| !others.contains(&stem(word)));
    shared && own && words.iter().all(|word| question.says_like(word))
}

/// Whether neither is a key and both hold values of one kind.
fn is_alike(table: &Table, column: &Column, other_table: &Table, other: &Column) -> bool {
    let is_key = |table: &Table, column: &Column| {
        let keys = table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns));
        keys.into_iter().any(|key| key.eq_ignore_ascii_case(&column.name)) || is_code(table, column)
    };
    let dated = |column: &Column| crate::sql::suspicion::order::measure::is_dated(column);
    let known = |holds: Holds| matches!(holds, Holds::Numbers | Holds::Texts);
    let kinds = !known(column.holds) || !known(other.holds) || column.holds == other.holds;
    !is_key(table, column) && !is_key(other_table, other) && kinds && dated(column) == dated(other)
}

/// Whether both are keys of one table that refer to the same.
fn refer_to_one(table: &Table, column: &Column, other_table: &Table, other: &Column) -> bool {
    let target = |name: &str| {
        let mut keys = table.foreign_keys.iter().filter(|key| matches!(key.columns.as_slice(), [own] if own.eq_ignore_ascii_case(name)));
        keys.next().map(|key| (key.foreign_table.to_lowercase(), key.elsewhere.clone()))
    };
    std::ptr::eq(table, other_table) && target(&column.name).is_some() && target(&column.name) == target(&other.name)
}
