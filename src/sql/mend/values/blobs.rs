//! Text that is kept as a blob, where a query compares it with a text: SQLite has every blob differ from every text, without an error.

use std::collections::HashSet;
use std::ops::Range;

use crate::schema::{Meaning, Schema};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::tokens::Tokens;

/// More changes than this are no slip.
const MAX_CHANGES: usize = 32;
/// Operators that compare two values.
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// `sql` with such columns made text where they meet one, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning == Meaning::TextBlob)) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let columns = columns_of(&resolution);
        let tokens = Tokens::new(&now);
        let step = (0..tokens.len()).rev().find_map(|at| {
            columns.contains(&tokens.bytes(at..at + 1).start).then_some(())?;
            let end = tokens.operand_after(at)?;
            let met = meets_text(&tokens, at, end).then(|| (tokens.bytes(at..end), String::new()));
            met.or_else(|| Some((tokens.bytes(at..end), shown(&tokens, at, end)?)))
        });
        let Some((Range { start, end }, name)) = step else { break };
        let (Some(from), Some(before), Some(after)) = (now.get(start..end), now.get(..start), now.get(end..)) else { break };
        let to = format!("CAST({from} AS TEXT){name}");
        let change = Change { kind: ChangeKind::TextBlob, from: from.to_owned(), to: to.clone() };
        now = format!("{before}{to}{after}");
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// The bytes at which the columns that hold such text are named.
fn columns_of(resolution: &Resolution<'_>) -> HashSet<usize> {
    resolution.columns(|column| (column.meaning == Meaning::TextBlob).then_some(())).into_keys().collect()
}

/// Whether the column at tokens `at..end` is compared with a string, or cut: a piece of a blob is a blob.
fn meets_text(tokens: &Tokens<'_>, at: usize, end: usize) -> bool {
    let is_string = |at: usize| tokens.kind(at) == Some(TokenKind::String);
    let behind = end + usize::from(tokens.is(end, &["not"]));
    let compared = COMPARES.contains(&tokens.text(end)) && is_string(end + 1)
        || tokens.is(end, &["is"]) && is_string(end + 1 + usize::from(tokens.is(end + 1, &["not"])))
        || tokens.is(behind, &["like", "glob", "between"]) && is_string(behind + 1)
        || tokens.is(behind, &["in"]) && tokens.text(behind + 1) == "(" && is_string(behind + 2);
    let other_way = at >= 2 && COMPARES.contains(&tokens.text(at - 1)) && is_string(at - 2);
    let cut = at >= 2 && tokens.text(at - 1) == "(" && tokens.is(at - 2, &["substr", "substring"]) && tokens.text(end) == ",";
    compared || other_way || cut
}

/// What names the column at tokens `at..end` where it is a result, which is shown as text: ` AS path`.
fn shown(tokens: &Tokens<'_>, at: usize, end: usize) -> Option<String> {
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() || tokens.text(arm.end) == ";")?;
    let is_result = arm.items(tokens)?.into_iter().any(|result| result.start == at && (result.end == end || tokens.is(end, &["as"])));
    let is_named = tokens.is(end, &["as"]);
    is_result.then(|| if is_named { String::new() } else { format!(" AS {}", tokens.text(end - 1)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};

    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let column = |name: &str, meaning| Column { name: name.into(), meaning, ..Column::default() };
        let columns = vec![column("id", Meaning::Plain), column("path", Meaning::TextBlob), column("title", Meaning::Plain)];
        let schema = Schema { tables: vec![Table { name: "item".into(), columns, ..Table::default() }] };
        let (sql, changes) = mend(&format!("SELECT id FROM item AS i {rest}"), &schema);
        assert_eq!(sql, format!("SELECT id FROM item AS i {expected}"));
        assert_eq!(changes.is_empty(), rest == expected, "{changes:?}");
        assert_eq!(mend(&sql, &schema).0, sql, "again");
    }

    #[test]
    fn a_blob_that_meets_a_text_becomes_one() {
        check("WHERE path = '/a'", "WHERE CAST(path AS TEXT) = '/a'");
        check("WHERE '/a' <> i.path", "WHERE '/a' <> CAST(i.path AS TEXT)");
        check("WHERE i.path NOT LIKE '%a%' AND id = 1", "WHERE CAST(i.path AS TEXT) NOT LIKE '%a%' AND id = 1");
        check("WHERE \"path\" IN ('a', 'b')", "WHERE CAST(\"path\" AS TEXT) IN ('a', 'b')");
        check(
            "WHERE path BETWEEN 'a' AND 'b' OR path IS NOT 'c'",
            "WHERE CAST(path AS TEXT) BETWEEN 'a' AND 'b' OR CAST(path AS TEXT) IS NOT 'c'",
        );
        check("WHERE substr(path, 1, 3) = '/mu'", "WHERE substr(CAST(path AS TEXT), 1, 3) = '/mu'");
    }

    #[test]
    fn a_result_is_shown_as_text() {
        let column = |name: &str, meaning| Column { name: name.into(), meaning, ..Column::default() };
        let columns = vec![column("id", Meaning::Plain), column("path", Meaning::TextBlob)];
        let schema = Schema { tables: vec![Table { name: "item".into(), columns, ..Table::default() }] };
        for (from, expected) in [
            ("SELECT path FROM item", "SELECT CAST(path AS TEXT) AS path FROM item"),
            ("SELECT id, i.path AS p FROM item AS i", "SELECT id, CAST(i.path AS TEXT) AS p FROM item AS i"),
            ("SELECT DISTINCT path, id FROM item ORDER BY path", "SELECT DISTINCT CAST(path AS TEXT) AS path, id FROM item ORDER BY path"),
            ("SELECT id FROM item WHERE path IN (SELECT path FROM item)", "SELECT id FROM item WHERE path IN (SELECT path FROM item)"),
            ("SELECT path FROM item UNION SELECT path FROM item", "SELECT path FROM item UNION SELECT path FROM item"),
            ("SELECT max(path) FROM item", "SELECT max(path) FROM item"),
        ] {
            assert_eq!(mend(from, &schema).0, expected);
            assert_eq!(mend(expected, &schema).0, expected, "again");
        }
    }

    #[test]
    fn what_meets_no_text_stays() {
        for right in [
            "WHERE title = 'a'",
            "WHERE path IS NULL",
            "ORDER BY path",
            "WHERE path = x'61'",
            "WHERE CAST(path AS TEXT) = 'a'",
            "WHERE path = title",
        ] {
            check(right, right);
        }
    }
}
