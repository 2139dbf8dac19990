//! "How many issues has each person?", answered by groups of which nothing is counted: `SELECT name FROM issue JOIN person ... GROUP BY name`.

use std::ops::Range;

use super::group_name::each;
use super::summed::is_amount;
use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words of columns that hold counts.
const COUNTS: [&str; 8] = ["count", "counts", "number", "num", "no", "total", "amount", "quantity"];

/// `sql` with a count of each group where `question` asks how many rows there are of each, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let thing = counted(question).filter(|_| is_english_question(question) && !each(question).is_empty());
    let edit = thing.and_then(|thing| edit(sql, &resolve(sql, schema)?, &thing, question));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

/// The stem of the word behind "how many" or "number of".
fn counted(question: &str) -> Option<String> {
    let words = words_of(&unquoted(question));
    let behind = words.windows(3).find(|words| matches!(words, [a, b, _] if a == "how" && b == "many" || a == "number" && b == "of"));
    behind.and_then(|words| words.last()).map(|word| stem(word))
}

fn edit(sql: &str, resolution: &Resolution<'_>, thing: &str, question: &str) -> Option<(Range<usize>, String)> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]) && !tokens.is(1, &["distinct"]))?;
    arm.clause(Part::GroupBy)?;
    // An order by a count would have told; what an outer join makes up is no row.
    let plain = arm.clause(Part::Having).is_none() && arm.clause(Part::Limit).is_none() && !tokens.joins_outer();
    let computes = (0..tokens.len()).any(|at| tokens.text(at) == "(" && at > 0 && tokens.call(at - 1).is_some());
    if !plain || computes || !scope.sources.iter().all(|source| source.table().is_some()) {
        return None;
    }
    // Its rows are counted, and no table has so many of them in a column.
    let mut tables = scope.sources.iter().filter_map(|source| source.table());
    tables.find(|table| split_name(&table.name).iter().any(|word| stem(word) == thing))?;
    let items = arm.items(&tokens)?;
    let said: Vec<String> = words_of(question).iter().map(|word| stem(word)).collect();
    for item in &items {
        let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let bytes = tokens.bytes(item.start..end);
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let table = resolution.source(reference)?.table()?;
        let column = table.column(&reference.name.text)?;
        let words = split_name(&column.name);
        let is_count = words.iter().any(|word| COUNTS.contains(&word.as_str())) || is_amount(table, column, &said);
        let is_thing = words.iter().any(|word| stem(word) == thing);
        let is_grouped = resolution.references.iter().any(|other| {
            other.clause == Clause::GroupBy
                && other.binding == reference.binding
                && other.name.text.eq_ignore_ascii_case(&reference.name.text)
        });
        if is_count || is_thing || !is_grouped {
            return None;
        }
    }
    let end = tokens.bytes(items.last()?.clone()).end;
    Some((end..end, ", count(*)".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let issue = Table::with_keys("issue", &["id", "title", "person_id", "priority"], &[("person_id", "person")]);
        let schema = Schema { tables: vec![issue, Table::with_keys("person", &["id", "name", "issue_count"], &[])] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn groups_of_which_nothing_is_counted_are_counted() {
        let joined = "FROM issue AS i JOIN person AS p ON p.id = i.person_id";
        for asked in ["How many issues does each person have?", "Show the number of issues per person"] {
            check(asked, &format!("SELECT p.name {joined} GROUP BY p.name"), &format!("SELECT p.name, count(*) {joined} GROUP BY p.name"));
        }
        check(
            "How many issues with high priority has each person?",
            &format!("SELECT p.id, p.name AS n {joined} WHERE i.priority = 'high' GROUP BY p.id, p.name ORDER BY p.name"),
            &format!("SELECT p.id, p.name AS n, count(*) {joined} WHERE i.priority = 'high' GROUP BY p.id, p.name ORDER BY p.name"),
        );
    }

    #[test]
    fn what_is_counted_kept_or_not_asked_for_stays() {
        let asked = "How many issues does each person have?";
        for (question, sql) in [
            (asked, "SELECT person_id, count(*) FROM issue GROUP BY person_id"),
            (asked, "SELECT name, issue_count FROM person GROUP BY name, issue_count"),
            (asked, "SELECT p.name FROM person AS p LEFT JOIN issue AS i ON p.id = i.person_id GROUP BY p.name"),
            (asked, "SELECT name FROM person"),
            (asked, "SELECT name FROM person GROUP BY name"),
            ("Which issues does each person have?", "SELECT person_id, title FROM issue GROUP BY person_id, title"),
            ("How many issues are there?", "SELECT person_id FROM issue GROUP BY person_id"),
        ] {
            check(question, sql, sql);
        }
    }
}
