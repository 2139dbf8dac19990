//! "Which recipe was cooked most often", answered by how many recipes have the same title: rows of another table are meant that refer to each, and that
//! the question speaks of by their table's name.

use std::ops::Range;

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, table_name};
use crate::sql::related::row_word;
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words that ask for how many rows there are of each.
const OFTEN: [&str; 6] = ["often", "frequently", "times", "most", "least", "many"];

/// `sql` over the rows that refer to what it groups, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let asks = words.iter().any(|word| OFTEN.contains(&word.as_str())) && is_english_question(question);
    let edits = asks.then(|| edits(sql, schema, &resolve(sql, schema)?, &words)).flatten();
    edited(sql, ChangeKind::Structure, edits.unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema, resolution: &Resolution<'_>, words: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let [source] = scope.sources.as_slice() else { return None };
    let (table, tokens) = (source.table()?, Tokens::new(sql));
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]) && !tokens.is(1, &["distinct"]))?;
    let order = arm.clause(Part::OrderBy)?;
    arm.clause(Part::GroupBy).filter(|_| arm.clause(Part::Having).is_none())?;
    // Rows are counted, nothing else is computed.
    let counts: Vec<usize> = (0..tokens.len()).filter(|at| tokens.call(*at).is_some()).collect();
    let is_count = |at: &usize| tokens.is(*at, &["count"]) && tokens.text(at + 2) == "*";
    if counts.is_empty() || !counts.iter().all(is_count) || !counts.iter().any(|at| order.contains(at)) {
        return None;
    }
    // Groups of what one thing is called, or of its key.
    let [key] = table.primary_key.as_slice() else { return None };
    let called = ["name", "title", "label"];
    let mut grouped = resolution.references.iter().filter(|reference| reference.clause == Clause::GroupBy);
    let (by, None) = (grouped.next()?, grouped.next()) else { return None };
    let is_thing =
        by.name.text.eq_ignore_ascii_case(key) || split_name(&by.name.text).last().is_some_and(|last| called.contains(&last.as_str()));
    let said: Vec<String> = words.iter().map(|word| stem(word)).collect();
    // What refers to it by one key, and is spoken of.
    let refers =
        |other: &&Table| !other.is(table) && !other.bookkeeping && said.contains(&row_word(other)) && row_word(other) != row_word(table);
    let mut found = schema.tables.iter().filter(refers).filter_map(|other| {
        let mut keys = other.foreign_keys.iter().filter(|key| table.is_target_of(other, key));
        let (Some(foreign), None) = (keys.next(), keys.next()) else { return None };
        match (foreign.columns.as_slice(), foreign.foreign_columns.as_slice()) {
            ([own], [target]) => Some((other, own.clone(), target.clone())),
            _ => None,
        }
    });
    let ((other, own, target), None, true) = (found.next()?, found.next(), is_thing) else { return None };
    let alias = identifier(&source.alias);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for reference in &resolution.references {
        if reference.qualifier.is_none() && reference.clause != Clause::GroupBy {
            edits.push((reference.range.start..reference.range.start, format!("{alias}.")));
        }
    }
    edits.push((by.range.clone(), format!("{alias}.{}", identifier(key))));
    let of = identifier(&other.name);
    let end = scope.from_end?;
    edits.push((end..end, format!(" JOIN {} ON {of}.{} = {alias}.{}", table_name(other), identifier(&own), identifier(&target))));
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let schema = Schema {
            tables: vec![
                Table::with_keys("Recipe", &["id", "title", "kind"], &[]),
                Table::with_keys("Cooking", &["id", "recipeId", "guests"], &[("recipeId", "Recipe")]),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn rows_that_refer_to_each_are_counted() {
        check(
            "Which recipe was cooked most often?",
            "SELECT title FROM Recipe GROUP BY title ORDER BY COUNT(*) DESC LIMIT 1",
            "SELECT Recipe.title FROM Recipe JOIN Cooking ON Cooking.recipeId = Recipe.id GROUP BY Recipe.id ORDER BY COUNT(*) DESC LIMIT 1",
        );
        check(
            "Which recipe had the most cookings?",
            "SELECT r.title, count(*) AS n FROM Recipe AS r WHERE kind = 'stew' GROUP BY r.id ORDER BY count(*) DESC LIMIT 1",
            "SELECT r.title, count(*) AS n FROM Recipe AS r JOIN Cooking ON Cooking.recipeId = r.id WHERE r.kind = 'stew' GROUP BY r.id ORDER BY count(*) DESC LIMIT 1",
        );
    }

    #[test]
    fn rows_of_its_own_stay() {
        for (question, sql) in [
            ("Which kind of recipe is there most often?", "SELECT kind FROM Recipe GROUP BY kind ORDER BY COUNT(*) DESC LIMIT 1"),
            ("Which title is the most common?", "SELECT title FROM Recipe GROUP BY title ORDER BY COUNT(*) DESC LIMIT 1"),
            ("Which recipe was cooked most often?", "SELECT recipeId FROM Cooking GROUP BY recipeId ORDER BY COUNT(*) DESC LIMIT 1"),
            ("Which recipe was cooked most often?", "SELECT title FROM Recipe GROUP BY title ORDER BY sum(kind) DESC LIMIT 1"),
        ] {
            check(question, sql, sql);
        }
    }
}
