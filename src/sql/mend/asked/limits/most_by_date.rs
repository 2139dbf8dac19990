//! "Which page did I visit most", answered by the last visit: groups are ordered by how many rows they have, where a date orders rows and no word asks
//! for what came last.

use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};

/// Words that ask for an end of time, or for another measure.
const OTHERS: [&str; 16] = [
    "recent",
    "recently",
    "last",
    "latest",
    "newest",
    "first",
    "earliest",
    "oldest",
    "new",
    "old",
    "late",
    "early",
    "expensive",
    "when",
    "ago",
    "since",
];

/// `sql` in groups, the largest first, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let edits = asks_for_most(question).then(|| edits(sql, &resolve(sql, schema)?)).flatten();
    edited(sql, ChangeKind::Structure, edits.unwrap_or_default())
}

/// Whether the question ends with "most", "the most" or "most often", and asks for no end of time.
fn asks_for_most(question: &str) -> bool {
    let words = words_of(&unquoted(question));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let most = matches!(words.as_slice(), [.., "most"] | [.., "most", "often" | "frequently"]);
    most && !words.iter().any(|word| OTHERS.contains(word)) && is_english_question(question)
}

fn edits(sql: &str, resolution: &Resolution<'_>) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]) && !tokens.is(1, &["distinct"]))?;
    let order = arm.clause(Part::OrderBy)?;
    let plain =
        arm.clause(Part::GroupBy).is_none() && arm.clause(Part::Limit).is_some() && !(0..tokens.len()).any(|at| tokens.call(at).is_some());
    let mut ordered = resolution.references.iter().filter(|reference| reference.clause == Clause::OrderBy);
    let (term, None, true) = (ordered.next()?, ordered.next(), plain) else { return None };
    resolution.source(term)?.table()?.column(&term.name.text)?.has_moments().then_some(())?;
    tokens.is(order.end - 1, &["desc"]).then_some(())?;
    let mut by = Vec::new();
    for item in arm.items(&tokens)? {
        let bytes = tokens.bytes(item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end));
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let same = reference.binding == term.binding && reference.name.text.eq_ignore_ascii_case(&term.name.text);
        (!same).then_some(())?;
        by.push(sql.get(bytes)?);
    }
    // What is called so and stands in a table of its own has one row there.
    let counted = scope.sources.len() > 1 || by.len() == 1;
    let bytes = tokens.bytes(order.clone());
    counted.then(|| vec![(bytes, format!("GROUP BY {} ORDER BY count(*) DESC", by.join(", ")))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Holds, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column =
            |name: &str, sample: &str| Column { name: name.into(), holds: Holds::Texts, samples: vec![sample.into()], ..Column::default() };
        let table = |name: &str, columns: Vec<Column>| Table { name: name.into(), columns, ..Table::default() };
        let schema = Schema {
            tables: vec![
                table("page", vec![column("id", "1"), column("url", "x")]),
                table("visit", vec![column("page_id", "1"), column("day", "2024-01-31"), column("who", "Ann")]),
            ],
        };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn the_most_rows_are_no_last_row() {
        let of = |rest: &str| format!("SELECT p.url FROM page AS p JOIN visit AS v ON v.page_id = p.id {rest} LIMIT 1");
        let most = of("GROUP BY p.url ORDER BY count(*) DESC");
        check("Which page did I visit most?", &of("ORDER BY v.day DESC"), &most);
        check("Which page was visited most often?", &of("ORDER BY v.day DESC"), &most);
        check(
            "Who came the most?",
            "SELECT who FROM visit ORDER BY day DESC LIMIT 1",
            "SELECT who FROM visit GROUP BY who ORDER BY count(*) DESC LIMIT 1",
        );
        for (question, sql) in [
            ("Which page did I visit most recently?", of("ORDER BY v.day DESC")),
            ("Which page did I visit last most?", of("ORDER BY v.day DESC")),
            ("Which page did I visit most?", of("ORDER BY p.url DESC")),
            ("Which page did I visit most?", of("ORDER BY v.day")),
        ] {
            check(question, &sql, &sql);
        }
    }
}
