//! Numbers that stand where their sum is asked for: "the most likes" as `count(likes)`, which counts rows, and "how many tokens did each
//! model use" as `tokens ... GROUP BY model`, which takes any row's, or as the tokens of every row.
//!
//! Only numbers in the plural are summed, those that a question names and that are neither keys, codes nor yes and no.

use std::collections::HashMap;
use std::ops::Range;

use super::group_name::each;
use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Reference, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words with which a question asks for one row's number, or another aggregate than a sum.
const OTHERS: [&str; 12] =
    ["average", "mean", "median", "highest", "lowest", "maximum", "minimum", "largest", "smallest", "different", "distinct", "unique"];

/// `sql` with sums where `question` asks for them, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let asked = Asked::new(question);
    let Some(resolution) = resolve(sql, schema).filter(|_| !asked.words.is_empty()) else { return unchanged() };
    let columns = amounts(&resolution, &asked);
    let tokens = Tokens::new(sql);
    if columns.is_empty() {
        return unchanged();
    }
    let mut edits: Vec<(Range<usize>, String)> = (0..tokens.len()).filter_map(|at| counted(&tokens, at, &columns)).collect();
    edits.extend(taken_of_any(&tokens, &columns, &asked));
    edits.extend(taken_of_each_row(&tokens, &resolution, &columns, question).filter(|_| asked.how_many).unwrap_or_default());
    edits.sort_by_key(|(range, _)| range.start);
    let (out, mut changes) = edited(sql, ChangeKind::Sum, edits);
    changes.dedup();
    (out, changes)
}

/// What is read off a question.
struct Asked {
    /// Its words' stems; none where it asks for something else than an amount.
    words: Vec<String>,
    /// It asks how much or how many.
    how_many: bool,
    /// The stem of the word behind "how many".
    thing: Option<String>,
}

impl Asked {
    fn new(question: &str) -> Self {
        let words = words_of(&unquoted(question));
        let says = |all: &[&str]| words.windows(all.len()).any(|words| words.iter().zip(all).all(|(own, word)| own == word));
        let how_many = says(&["how", "many"]) || says(&["how", "much"]) || says(&["total"]) || says(&["sum"]);
        let other = words.iter().any(|word| OTHERS.contains(&word.as_str()));
        let behind = words.windows(3).find(|words| matches!(words, [how, many, _] if how == "how" && many == "many"));
        let thing = behind.and_then(|words| words.last()).map(|word| stem(word));
        Self { thing, words: if other { Vec::new() } else { words.iter().map(|word| stem(word)).collect() }, how_many }
    }
}

/// The columns of amounts that the question names, by the byte at which a reference begins.
fn amounts<'s>(resolution: &Resolution<'s>, asked: &Asked) -> HashMap<usize, &'s Column> {
    let amount = |reference: &Reference| {
        let table = resolution.source(reference)?.table()?;
        let column = table.column(&reference.name.text)?;
        // "How many reservations had kids": the rows are asked for, and not what each of them has.
        let is_of = |name: &str| split_name(name).last().map(|last| stem(last)).is_some_and(|last| Some(&last) == asked.thing.as_ref());
        let rows = is_of(&table.name) && !is_of(&column.name);
        (!rows && is_amount(table, column, &asked.words)).then_some((reference.range.start, column))
    };
    resolution.references.iter().filter_map(amount).collect()
}

/// Whether `column` holds amounts, which are many in one row, and the words with the stems `said` name it.
pub(in crate::sql) fn is_amount(table: &Table, column: &Column, said: &[String]) -> bool {
    let words = split_name(&column.name);
    // A plural names what is many; "height" is not counted by anybody, but asked for beside a count.
    let plural = words.last().is_some_and(|last| last.ends_with('s') && !last.ends_with("ss"));
    let named = words.iter().all(|word| said.contains(&stem(word)));
    let key = table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns));
    let flag = column.samples.first().is_none_or(|range| matches!(range.as_str(), "0..1" | "0" | "1"));
    let number = column.holds == Holds::Numbers && column.meaning == Meaning::Plain;
    // Years and ages in the plural are not added up by anybody.
    let of_time = words.iter().any(|word| matches!(word.as_str(), "years" | "ages" | "codes" | "status" | "ids"));
    plural && named && number && !flag && !of_time && !key.into_iter().any(|key| key.eq_ignore_ascii_case(&column.name))
}

/// `count(likes)` at token `at`: where the word stands and what belongs there.
fn counted(tokens: &Tokens<'_>, at: usize, columns: &HashMap<usize, &Column>) -> Option<(Range<usize>, String)> {
    let call = tokens.call(at).filter(|_| tokens.is(at, &["count"]))?;
    let [argument] = call.arguments.as_slice() else { return None };
    // Of one with NULL, a count says how many rows have any.
    columns.get(&tokens.bytes(argument.clone()).start).filter(|column| !column.has_null)?;
    let is_name = argument.len() == 1 || argument.len() == 3 && tokens.text(argument.start + 1) == ".";
    // "How many games had red cards": rows that have any are counted.
    let name = tokens.text(argument.end - 1);
    let compared = (0..tokens.len()).any(|other| {
        !argument.contains(&other) && tokens.text(other).eq_ignore_ascii_case(name) && tokens.is(other + 1, &[">", ">=", "<>", "!=", "="])
    });
    (is_name && !compared).then(|| (tokens.bytes(at..at + 1), "SUM".to_owned()))
}

/// Bare amounts of a query that groups and computes nothing: where they stand and their sums.
fn taken_of_any(tokens: &Tokens<'_>, columns: &HashMap<usize, &Column>, asked: &Asked) -> Vec<(Range<usize>, String)> {
    let Some(arm) = tokens.arm(0).filter(|_| tokens.is(0, &["select"]) && asked.how_many) else { return Vec::new() };
    let (Some(items), Some(group)) = (arm.clause(Part::Select), arm.clause(Part::GroupBy)) else { return Vec::new() };
    let computes = (0..tokens.len()).any(|at| tokens.is(at, &["sum", "count", "avg", "min", "max", "total"]) && tokens.call(at).is_some());
    let grouped = |name: &str| group.clone().any(|at| tokens.is(at, &[name]));
    if computes {
        return Vec::new();
    }
    let bare = |item: Range<usize>| {
        let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let value = item.start..end;
        let name = &columns.get(&tokens.bytes(value.clone()).start)?.name;
        let is_name = value.len() == 1 || value.len() == 3 && tokens.text(value.start + 1) == ".";
        (is_name && !grouped(name)).then(|| (tokens.bytes(value.clone()), format!("SUM({})", tokens.piece(value))))
    };
    tokens.split(items.start + 1..items.end, ",").into_iter().filter_map(bare).collect()
}

/// Bare amounts of every row, beside the one column that the question has behind "each": their sums, and the groups.
fn taken_of_each_row(
    tokens: &Tokens<'_>,
    resolution: &Resolution<'_>,
    columns: &HashMap<usize, &Column>,
    question: &str,
) -> Option<Vec<(Range<usize>, String)>> {
    let each: Vec<String> = each(question).iter().map(|word| stem(word)).collect();
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]) && resolution.scopes.len() == 1)?;
    let plain = [Part::GroupBy, Part::Having, Part::Limit].iter().all(|part| arm.clause(*part).is_none());
    let items = arm.clause(Part::Select).filter(|_| plain)?;
    let (mut edits, mut by) = (Vec::new(), None);
    for item in tokens.split(items.start + 1..items.end, ",") {
        let value = item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let bytes = tokens.bytes(value.clone());
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        if columns.contains_key(&bytes.start) {
            edits.push((bytes, format!("SUM({})", tokens.piece(value))));
            continue;
        }
        let table = resolution.source(reference)?.table()?;
        let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&reference.name.text));
        let is_said = split_name(&reference.name.text).iter().any(|word| each.contains(&stem(word)));
        if is_key || !is_said || by.replace(tokens.piece(value)).is_some() {
            return None;
        }
    }
    let end = arm.clause(Part::Where).or_else(|| arm.clause(Part::From))?.end;
    let behind = tokens.bytes(end - 1..end).end;
    edits.push((behind..behind, format!(" GROUP BY {}", by?)));
    (edits.len() > 1).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    fn schema() -> Schema {
        let column = |(name, range): (&str, &str)| Column {
            name: name.into(),
            holds: if range.is_empty() { Holds::Texts } else { Holds::Numbers },
            samples: vec![range.to_owned()],
            ..Column::default()
        };
        let columns =
            [("id", "1..9"), ("model", ""), ("likes", "0..40"), ("input_tokens", "1..900"), ("output_tokens", "1..900"), ("wins", "0..1")];
        let columns = columns.into_iter().map(column).collect();
        Schema { tables: vec![Table { name: "t".into(), columns, primary_key: vec!["id".into()], ..Table::default() }] }
    }

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        check_mended(|sql| mend(sql, &schema(), question), sql, expected, question);
    }

    #[test]
    fn amounts_are_added_up() {
        check(
            "Which model got the most likes?",
            "SELECT model, COUNT(T.likes) FROM t AS T GROUP BY model ORDER BY COUNT(T.likes) DESC LIMIT 1",
            "SELECT model, SUM(T.likes) FROM t AS T GROUP BY model ORDER BY SUM(T.likes) DESC LIMIT 1",
        );
        check(
            "How many input and output tokens did each model use?",
            "SELECT model, input_tokens, output_tokens AS o FROM t GROUP BY model",
            "SELECT model, SUM(input_tokens), SUM(output_tokens) AS o FROM t GROUP BY model",
        );
        check(
            "How many input and output tokens did each model use?",
            "SELECT t.model, input_tokens AS i, output_tokens FROM t WHERE id > 3 ORDER BY 1",
            "SELECT t.model, SUM(input_tokens) AS i, SUM(output_tokens) FROM t WHERE id > 3 GROUP BY t.model ORDER BY 1",
        );
    }

    #[test]
    fn rows_keys_and_flags_are_counted() {
        let stays = |question: &str, sql: &str| check(question, sql, sql);
        stays("How many models are there?", "SELECT count(model) FROM t");
        stays("How many rows?", "SELECT count(likes) FROM t");
        stays("How many different likes are there?", "SELECT count(likes) FROM t");
        stays("How many t had any likes?", "SELECT count(likes) FROM t");
        stays("How many wins?", "SELECT count(wins) FROM t");
        stays("How many likes?", "SELECT count(DISTINCT likes) FROM t");
        stays("How many likes has each row?", "SELECT model, likes FROM t");
        stays("How many likes has each id?", "SELECT id, likes FROM t");
        stays("How many likes has each model?", "SELECT model, likes FROM t LIMIT 3");
        stays("the likes of each model", "SELECT model, likes FROM t GROUP BY model");
        stays("How many likes has each model?", "SELECT model, likes FROM t GROUP BY model, likes");
        stays("the highest likes of each model, and how many", "SELECT model, likes FROM t GROUP BY model");
    }
}
