//! Patterns that find a text at one end of values, of which none begins or ends so: `title LIKE 'Soup%'` for "soups", where soups are called
//! `Spicy Rice Soup`. The text is looked for anywhere.

use std::time::Duration;

use super::event::Fix;
use crate::db::Database;
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::comparisons::{Comparing, anchored};
use crate::sql::quote::string_literal;
use crate::text::language::{is_english_question, words_of};

/// Words of a question that say at which end a text stands.
const ENDS: [&str; 17] = [
    "start",
    "starts",
    "starting",
    "begin",
    "begins",
    "beginning",
    "end",
    "ends",
    "ending",
    "first",
    "last",
    "letter",
    "letters",
    "prefix",
    "suffix",
    "initial",
    "initials",
];
/// Patterns that are looked at.
const MOST_PATTERNS: usize = 4;
/// For one look into the database.
const ONE_LOOK: Duration = Duration::from_millis(250);

/// `sql` with each such pattern widened, where `question` does not say at which end the text stands, and what was changed. A negated one that
/// leaves out nothing is widened too.
pub(super) fn mend_anchored(sql: &str, schema: &Schema, question: &str, database: &Database, cancel: &Cancel) -> (String, Vec<Fix>) {
    let says_end = words_of(question).iter().any(|word| ENDS.contains(&word.as_str()));
    let (mut out, mut fixes, mut copied) = (String::with_capacity(sql.len()), Vec::new(), 0);
    if says_end || !sql.contains('%') || !is_english_question(question) {
        return (sql.to_owned(), fixes);
    }
    for pattern in anchored(sql, schema).into_iter().take(MOST_PATTERNS) {
        let wide = format!("%{}%", pattern.text.trim_matches('%'));
        let holds =
            |text: &str| database.holds_value(pattern.place(), &pattern.column, text, Comparing::Like, &cancel.with_timeout(ONE_LOOK));
        if holds(&pattern.text) != Some(false) || holds(&wide) != Some(true) {
            continue;
        }
        out.push_str(sql.get(copied..pattern.range.start).unwrap_or(""));
        out.push_str(&string_literal(&wide));
        copied = pattern.range.end;
        let to = format!("{}.{} LIKE {}", pattern.table, pattern.column, string_literal(&wide));
        fixes.push(Fix { kind: "value".into(), from: string_literal(&pattern.text), to });
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    (out, fixes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::demo;

    #[track_caller]
    fn check(question: &str, filter: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
        let schema = database.schema_outline(&Cancel::new()).unwrap();
        let sql = |filter: &str| format!("SELECT count(*) FROM customer WHERE {filter}");
        let (mended, fixes) = mend_anchored(&sql(filter), &schema, question, &database, &Cancel::new());
        assert_eq!(mended, sql(expected), "{question}");
        assert_eq!(fixes.is_empty(), filter == expected, "{fixes:?}");
    }

    #[test]
    fn a_text_that_stands_at_no_end_is_looked_for_anywhere() {
        check("How many live in a place with ich in it?", "city LIKE 'rich%'", "city LIKE '%rich%'");
        check("How many live in Züri?", "city LIKE '%Züri' AND 1", "city LIKE '%Züri%' AND 1");
        for (question, stays) in [
            ("How many live in Züri?", "city LIKE 'Züri%'"),
            ("How many cities begin with rich?", "city LIKE 'rich%'"),
            ("How many live in rich places?", "city LIKE 'nowhere%'"),
            ("How many live in rich places?", "city LIKE 'r_ch%'"),
            ("Wie viele wohnen in Städten, die mit rich beginnen?", "city LIKE 'rich%'"),
        ] {
            check(question, stays, stays);
        }
    }
}
