//! "The most in total", by the amount of one row: `SELECT e.title FROM episode e JOIN played p ON ... ORDER BY p.listened DESC LIMIT 1` has
//! the longest single time. The rows of each are added up.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words that ask for all rows together.
const TOTALS: [&str; 2] = ["altogether", "combined"];
/// Words that a question ends with which says of what the most goes to: "which category did I spend the most on?"
const LEFT_OVER: [&str; 4] = ["on", "for", "with", "from"];
/// Words in front of "the most" that say what many rows did together: "which cow gave the most milk?"
const DID: [&str; 37] = [
    "paid",
    "pays",
    "drove",
    "drives",
    "ran",
    "walked",
    "rode",
    "sold",
    "sells",
    "received",
    "logged",
    "worked",
    "travelled",
    "traveled",
    "gave",
    "gives",
    "produced",
    "produces",
    "used",
    "uses",
    "consumed",
    "consumes",
    "spent",
    "spends",
    "earned",
    "earns",
    "made",
    "brought",
    "raised",
    "collected",
    "generated",
    "burned",
    "ate",
    "drank",
    "donated",
    "lost",
    "saved",
];
/// Words behind "most" that say of what single thing it is: "which shop is the most expensive one from?"
const OF_ONE: [&str; 5] = ["expensive", "recent", "popular", "common", "valuable"];

/// `sql` ordered by sums where `question` asks for these, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !asks_for_totals(question) || !is_english_question(question) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    edited(sql, ChangeKind::Sum, edits(sql, &resolution, question).unwrap_or_default())
}

fn asks_for_totals(question: &str) -> bool {
    let words = words_of(&unquoted(question));
    let says = |word: &str| words.iter().any(|own| own == word);
    let in_total = words.windows(2).any(|pair| matches!(pair, [a, b] if a == "in" && (b == "total" || b == "all")));
    let left_over = match words.as_slice() {
        [.., most, last] if most == "most" => LEFT_OVER.contains(&last.as_str()),
        [.., most, thing, last] if most == "most" => LEFT_OVER.contains(&last.as_str()) && !OF_ONE.contains(&thing.as_str()),
        _ => false,
    };
    let did = words.windows(4).any(|part| match part {
        [did, the, most, thing] => DID.contains(&did.as_str()) && the == "the" && most == "most" && !OF_ONE.contains(&thing.as_str()),
        _ => false,
    });
    // "In one day", "for a single order": the amount of one row.
    let of_one_row = says("single")
        || says("highest")
        || says("largest")
        || says("biggest")
        || words.windows(2).any(|pair| matches!(pair, [a, b] if (a == "in" || a == "at") && (b == "one" || b == "a" || b == "once")));
    if of_one_row {
        return false;
    }
    in_total || left_over || did || TOTALS.iter().any(|word| says(word))
}

fn edits(sql: &str, resolution: &Resolution<'_>, question: &str) -> Option<Vec<(Range<usize>, String)>> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]) && resolution.scopes.len() == 1)?;
    let order = arm.clause(Part::OrderBy).filter(|_| arm.clause(Part::Limit).is_some() && arm.clause(Part::GroupBy).is_none())?;
    let computes = (0..tokens.len()).any(|at| tokens.is(at, &["sum", "count", "avg", "min", "max", "total"]) && tokens.call(at).is_some());
    let term = tokens.bytes(order.start + 2..tokens.operand_after(order.start + 2)?);
    let ends = tokens.is(order.end - 1, &["asc", "desc"]) || tokens.bytes(order.end - 1..order.end).end == term.end;
    let single = tokens.split(order.start..order.end, ",").len() == 1;
    if computes || !ends || !single || tokens.is(1, &["distinct"]) {
        return None;
    }
    let by = resolution.references.iter().find(|reference| reference.clause == Clause::OrderBy && reference.range == term)?;
    is_amount(resolution.source(by)?.table()?.column(&by.name.text)?).then_some(())?;
    let mut shown = Vec::new();
    let mut sums = Vec::new();
    for item in arm.items(&tokens)? {
        let value = item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let bytes = tokens.bytes(value);
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let same = reference.binding == by.binding && reference.name.text.eq_ignore_ascii_case(&by.name.text);
        if same { sums.push(bytes) } else { shown.push(reference) }
    }
    let key = group(resolution, by, &shown, question)?;
    let sum = |bytes: Range<usize>| (bytes.clone(), format!("SUM({})", sql.get(bytes).unwrap_or_default()));
    let mut edits: Vec<(Range<usize>, String)> = sums.into_iter().map(sum).collect();
    let at = tokens.bytes(order.start..order.start + 1).start;
    edits.push((at..at, format!("GROUP BY {key} ")));
    edits.push(sum(term));
    Some(edits)
}

/// Whether what `column` keeps can be added up.
fn is_amount(column: &Column) -> bool {
    let last = split_name(&column.name).pop().unwrap_or_default();
    let other = ["id", "year", "age", "rank", "position", "rating", "score", "code", "no", "number", "level", "grade"];
    let kind = match column.meaning {
        Meaning::Plain => column.holds == Holds::Numbers,
        Meaning::Number(_) | Meaning::Span(_) | Meaning::Clock(_) => true,
        _ => false,
    };
    kind && !other.contains(&last.as_str())
}

/// What the rows of one are known by: the key of another table than the amount's, or the text that the question has behind "which".
fn group(resolution: &Resolution<'_>, by: &Reference, shown: &[&Reference], question: &str) -> Option<String> {
    let first = *shown.first().filter(|first| shown.iter().all(|other| other.binding == first.binding))?;
    let source = resolution.source(first)?;
    let table = source.table()?;
    if first.binding != by.binding {
        let amounts = resolution.source(by)?.table()?;
        let refers = amounts.foreign_keys.iter().any(|key| key.foreign_table.eq_ignore_ascii_case(&table.name));
        let [key] = table.primary_key.as_slice() else { return None };
        return refers.then(|| format!("{}.{}", identifier(&source.alias), identifier(key)));
    }
    let [only] = shown else { return None };
    let column = table.column(&only.name.text)?;
    let words = words_of(&unquoted(question));
    let thing =
        words.windows(2).find(|pair| matches!(pair.first().map(String::as_str), Some("which" | "what"))).and_then(|pair| pair.last());
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name));
    let named = split_name(&column.name).last().is_some_and(|last| thing.is_some_and(|thing| stem(last) == stem(thing)));
    (named && !is_key && column.holds == Holds::Texts).then(|| identifier(&column.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ForeignKey, KeyOrigin, Table};
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
        let mut played = table("played", &[("id", Holds::Numbers), ("episode_id", Holds::Numbers), ("listened", Holds::Numbers)]);
        played.foreign_keys.push(ForeignKey {
            columns: vec!["episode_id".into()],
            foreign_table: "episode".into(),
            elsewhere: None,
            foreign_columns: vec!["id".into()],
            origin: KeyOrigin::Declared,
        });
        let schema = Schema {
            tables: vec![
                table("episode", &[("id", Holds::Numbers), ("title", Holds::Texts)]),
                played,
                table("spent", &[("id", Holds::Numbers), ("category", Holds::Texts), ("amount", Holds::Numbers)]),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn rows_of_one_are_added_up() {
        let joined = "FROM episode AS e JOIN played AS p ON e.id = p.episode_id";
        check(
            "Which episode have I listened to the longest in total?",
            &format!("SELECT e.title {joined} ORDER BY p.listened DESC LIMIT 1"),
            &format!("SELECT e.title {joined} GROUP BY e.id ORDER BY SUM(p.listened) DESC LIMIT 1"),
        );
        check(
            "Which episode used the most time in May?",
            &format!("SELECT e.title {joined} ORDER BY p.listened DESC LIMIT 1"),
            &format!("SELECT e.title {joined} GROUP BY e.id ORDER BY SUM(p.listened) DESC LIMIT 1"),
        );
        check(
            "Which three episodes have the longest combined time?",
            &format!("SELECT e.title, p.listened AS t {joined} ORDER BY p.listened DESC LIMIT 3"),
            &format!("SELECT e.title, SUM(p.listened) AS t {joined} GROUP BY e.id ORDER BY SUM(p.listened) DESC LIMIT 3"),
        );
        check(
            "Which category did I spend the most on?",
            "SELECT category FROM spent ORDER BY amount DESC LIMIT 1",
            "SELECT category FROM spent GROUP BY category ORDER BY SUM(amount) DESC LIMIT 1",
        );
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("Which category is the most expensive entry from?", "SELECT category FROM spent ORDER BY amount DESC LIMIT 1"),
            ("Which category is it the most expensive for?", "SELECT category FROM spent ORDER BY amount DESC LIMIT 1"),
            ("Which category has the largest amount?", "SELECT category FROM spent ORDER BY amount DESC LIMIT 1"),
            ("Which entry did I spend the most on?", "SELECT id FROM spent ORDER BY amount DESC LIMIT 1"),
            ("What is the most in total?", "SELECT category FROM spent GROUP BY category ORDER BY SUM(amount) DESC LIMIT 1"),
            ("Which categories in total?", "SELECT category FROM spent ORDER BY amount DESC"),
        ] {
            check(question, right, right);
        }
    }
}
