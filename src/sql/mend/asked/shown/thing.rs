//! What is the largest of its kind, where only the number is shown: "what is the most expensive item?" answered by `max(price)`. What the item
//! is called is shown.

use std::ops::Range;

use crate::schema::{Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::label;
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// Words that ask for the end of a measure.
const ENDS: [&str; 17] = [
    "highest",
    "largest",
    "biggest",
    "greatest",
    "longest",
    "heaviest",
    "tallest",
    "oldest",
    "lowest",
    "smallest",
    "shortest",
    "cheapest",
    "lightest",
    "youngest",
    "newest",
    "latest",
    "expensive",
];
/// Words between the superlative and the thing.
const MOST_WORDS: usize = 3;

/// `sql` showing what is asked for, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(thing) = asked(question).filter(|_| is_english_question(question)) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema).filter(|resolution| resolution.scopes.len() == 1) else { return unchanged() };
    edited(sql, ChangeKind::Column, edits(sql, &resolution, &thing).unwrap_or_default())
}

/// The stem of the thing whose largest or smallest a question asks for, without asking how much it is.
fn asked(question: &str) -> Option<String> {
    let words = words_of(&unquoted(question));
    let begins = matches!(words.first().map(String::as_str), Some("what" | "which" | "show" | "find" | "give" | "list"));
    // "In megabytes" asks for the number.
    let in_unit = words.iter().any(|word| matches!(word.as_str(), "in" | "much" | "many"));
    let start = words.iter().position(|word| ENDS.contains(&word.as_str())).filter(|_| begins && !in_unit)? + 1;
    // "The age of the oldest member" is that age.
    let of_it = words.get(..start)?.windows(2).any(|pair| pair == ["of", "the"]);
    if of_it {
        return None;
    }
    let behind = words.get(start..)?;
    let end = behind.iter().position(|word| is_function_word(word)).unwrap_or(behind.len());
    behind.get(..end.min(MOST_WORDS))?.last().map(|word| stem(word))
}

fn edits(sql: &str, resolution: &Resolution<'_>, thing: &str) -> Option<Vec<(Range<usize>, String)>> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]))?;
    let has = |parts: &[Part]| parts.iter().any(|part| arm.clause(*part).is_some());
    let items = arm.items(&tokens).filter(|_| !has(&[Part::GroupBy, Part::Having]))?;
    let [item] = items.as_slice() else { return None };
    let (measure, order) = match arm.clause(Part::OrderBy) {
        None if !has(&[Part::Limit]) => extreme(&tokens, item.clone())?,
        // `SELECT price ... ORDER BY price LIMIT 1` has its order already.
        Some(order) if has(&[Part::Limit]) => {
            let term = order.start + 2..tokens.operand_after(order.start + 2)?;
            let same = tokens.piece(term).eq_ignore_ascii_case(tokens.piece(item.clone()));
            (same.then(|| item.clone())?, String::new())
        }
        _ => return None,
    };
    let bytes = tokens.bytes(measure.clone());
    let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
    let source = resolution.source(reference)?;
    let table = source.table().filter(|table| is_thing(table, thing))?;
    // "The largest amount" is a number.
    let is_value = table
        .columns
        .iter()
        .any(|column| (column.holds != Holds::Texts) && split_name(&column.name).iter().any(|word| stem(word) == thing));
    let called = label(table);
    if is_value || called.is_empty() {
        return None;
    }
    let qualifier = if resolution.scopes.first()?.sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    let names: Vec<String> = called.iter().map(|column| format!("{qualifier}{}", identifier(&column.name))).collect();
    let end = tokens.bytes(arm.end - 1..arm.end).end;
    let shown = (tokens.bytes(item.clone()), names.join(", "));
    Some(if order.is_empty() { vec![shown] } else { vec![shown, (end..end, order)] })
}

/// The column of `max(column)`, and the order that has its row first.
fn extreme(tokens: &Tokens<'_>, item: Range<usize>) -> Option<(Range<usize>, String)> {
    let greatest = tokens.is(item.start, &["max"]);
    let call = tokens.call(item.start).filter(|_| greatest || tokens.is(item.start, &["min"]))?;
    let [argument] = call.arguments.as_slice() else { return None };
    let order = format!(" ORDER BY {}{} LIMIT 1", tokens.piece(argument.clone()), if greatest { " DESC" } else { "" });
    Some((argument.clone(), order))
}

/// Whether rows of `table` are called so; `ITEM_MST` has items, and `item_price` has none.
fn is_thing(table: &Table, thing: &str) -> bool {
    const PARTS: [&str; 10] = ["mst", "mstr", "master", "hdr", "header", "tbl", "table", "tab", "data", "list"];
    let words = split_name(&table.name);
    words.iter().rev().find(|word| !PARTS.contains(&word.as_str())).is_some_and(|last| stem(last) == thing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |(name, holds): (&str, Holds)| Column { name: name.into(), holds, ..Column::default() };
        let table = |name: &str, columns: &[(&str, Holds)]| Table {
            name: name.into(),
            columns: columns.iter().copied().map(column).collect(),
            primary_key: vec!["id".into()],
            ..Table::default()
        };
        let schema = Schema {
            tables: vec![
                table("ITEM_MST", &[("id", Holds::Numbers), ("ITEM_DESC", Holds::Texts), ("PRC", Holds::Numbers)]),
                table(
                    "person",
                    &[("id", Holds::Numbers), ("first_name", Holds::Texts), ("last_name", Holds::Texts), ("age", Holds::Numbers)],
                ),
                table("sale", &[("id", Holds::Numbers), ("title", Holds::Texts), ("sale", Holds::Numbers)]),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn the_thing_is_shown() {
        check(
            "What is the most expensive item?",
            "SELECT MAX(PRC) FROM ITEM_MST",
            "SELECT ITEM_DESC FROM ITEM_MST ORDER BY PRC DESC LIMIT 1",
        );
        check(
            "Which is the cheapest electrical item that we have?",
            "SELECT MIN(i.PRC) AS price FROM ITEM_MST AS i WHERE i.id > 5",
            "SELECT ITEM_DESC FROM ITEM_MST AS i WHERE i.id > 5 ORDER BY i.PRC LIMIT 1",
        );
        check(
            "What is the cheapest item?",
            "SELECT PRC FROM ITEM_MST ORDER BY PRC LIMIT 1",
            "SELECT ITEM_DESC FROM ITEM_MST ORDER BY PRC LIMIT 1",
        );
        check(
            "What is the oldest person?",
            "SELECT max(age) FROM person",
            "SELECT first_name, last_name FROM person ORDER BY age DESC LIMIT 1",
        );
    }

    #[test]
    fn numbers_that_are_asked_for_stay() {
        for (question, right) in [
            ("What is the highest price of an item?", "SELECT MAX(PRC) FROM ITEM_MST"),
            ("How much is the most expensive item?", "SELECT MAX(PRC) FROM ITEM_MST"),
            ("What is the most expensive item in dollars?", "SELECT MAX(PRC) FROM ITEM_MST"),
            ("What is the largest sale?", "SELECT MAX(sale) FROM sale"),
            ("What is the oldest person?", "SELECT first_name, max(age) FROM person"),
        ] {
            check(question, right, right);
        }
    }
}
