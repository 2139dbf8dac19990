//! Keys that a model makes up: `group_id = 1` for "the group students", `from_station = 'B05'` for "Old Town". The question says what the thing is
//! called, and not its key.

use super::event::Fix;
use super::named::named;
use crate::db::{Database, ValueIndex};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::comparisons::{Comparison, literal_keys};
use crate::text::language::words_of;
use crate::text::numbers::cardinal;
use crate::text::words::is_function_word;

/// Words of what a thing is called.
const MOST_WORDS: usize = 3;
/// Keys that are looked at.
const MOST_KEYS: usize = 4;

/// `sql` with each such key looked up by the name that `question` says, and what was changed.
pub(super) fn mend_keys(
    sql: &str,
    schema: &Schema,
    question: &str,
    index: &ValueIndex,
    database: &Database,
    cancel: &Cancel,
) -> (String, Vec<Fix>) {
    let said = runs(question, sql);
    let (mut out, mut fixes, mut copied) = (String::with_capacity(sql.len()), Vec::new(), 0);
    for key in literal_keys(sql, schema).into_iter().take(MOST_KEYS).filter(|key| !is_said(&key.text, question)) {
        let of = |text: &String| {
            let meant = Comparison { text: text.clone(), ..key.clone() };
            named(&meant, schema, index, database, cancel).filter(|named| named.is_called(text))
        };
        // Of its own table, or of the one that it refers to.
        let mut found = said.iter().filter_map(of);
        let Some(meant) = found.next().filter(|first| found.all(|other| other == *first)) else { continue };
        let Some((before, text)) = meant.in_place_of_literal(sql.get(copied..key.range.start).unwrap_or("")) else { continue };
        out.push_str(before);
        out.push_str(&text);
        copied = key.range.end;
        fixes.push(Fix { kind: "value".into(), from: key.text.clone(), to: meant.told(&key.column) });
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    (out, fixes)
}

/// Words of `question` in a row, of which at least one is no function word and which the statement does not have.
fn runs(question: &str, sql: &str) -> Vec<String> {
    let words: Vec<&str> = question.split(|c: char| !(c.is_alphanumeric() || "-'&".contains(c))).filter(|word| !word.is_empty()).collect();
    let folded = sql.to_lowercase();
    let is_open = |run: &String| !folded.contains(&run.to_lowercase());
    let tells = |run: &&[&str]| run.iter().any(|word| !is_function_word(&word.to_lowercase()) && word.chars().any(char::is_alphabetic));
    (1..=MOST_WORDS).flat_map(|length| words.windows(length).filter(tells).map(|run| run.join(" "))).filter(is_open).collect()
}

/// Whether the question says the key, a number in digits or as a word.
fn is_said(key: &str, question: &str) -> bool {
    let is_text = key.parse::<f64>().is_err();
    let says = |word: &String| word == key || cardinal(word).is_some_and(|value| value.to_string() == key);
    is_text && question.to_lowercase().contains(&key.to_lowercase()) || words_of(question).iter().any(says)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ValueLimits;

    fn mended(made: &str, question: &str, sql: &str) -> (String, Vec<Fix>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        rusqlite::Connection::open(&path).unwrap().execute_batch(made).unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap();
        mend_keys(sql, &schema, question, &index, &database, &cancel)
    }

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let made =
            "BEGIN; CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO groups VALUES (3, 'students'), (4, 'teachers');
            CREATE TABLE member (id INTEGER PRIMARY KEY, group_id INTEGER REFERENCES groups(id), age INTEGER);
            INSERT INTO member VALUES (1, 3, 20), (2, 3, 21), (3, 4, 40); COMMIT";
        let sql = |condition: &str| format!("SELECT count(*) FROM member AS m JOIN groups AS g ON g.id = m.group_id WHERE {condition}");
        let (now, fixes) = mended(made, question, &sql(condition));
        assert_eq!(now, sql(expected), "{question}");
        assert_eq!(fixes.is_empty(), condition == expected, "{fixes:?}");
    }

    #[test]
    fn a_key_is_looked_up_by_what_its_thing_is_called() {
        let students = "(SELECT id FROM \"groups\" WHERE name = 'students')";
        check("How many members of the group students?", "m.group_id = 1 AND age > 3", &format!("m.group_id = {students} AND age > 3"));
        check("How many members of the group students?", "g.id = 7", &format!("g.id = {students}"));
        for (question, stays) in [
            ("How many members of the group 1?", "m.group_id = 1"),
            ("How many students in group one?", "m.group_id = 1"),
            ("How many members of the group students?", "m.group_id = 3 AND g.name = 'students'"),
            ("How many students and teachers?", "m.group_id = 1"),
            ("How many members?", "m.group_id = 1"),
            ("How many students?", "m.id = 1"),
            ("How many students?", "age = 20"),
        ] {
            check(question, stays, stays);
        }
    }

    #[test]
    fn so_is_a_key_that_is_a_text() {
        let made = "BEGIN; CREATE TABLE station (code TEXT PRIMARY KEY, name TEXT); INSERT INTO station VALUES ('B02', 'Old Town'), ('B05', 'Harbour');
            CREATE TABLE ride (id INTEGER PRIMARY KEY, from_station TEXT REFERENCES station(code), to_station TEXT REFERENCES station(code));
            INSERT INTO ride VALUES (1, 'B02', 'B05'), (2, 'B05', 'B02'); COMMIT";
        let town = "from_station = (SELECT code FROM station WHERE name = 'Old Town')";
        for (question, condition, expected) in [
            ("How many rides started at Old Town?", "from_station = 'B05'", town),
            ("How many rides started at B05, near Old Town?", "from_station = 'B05'", "from_station = 'B05'"),
            ("How many rides went from Old Town to the Harbour?", "from_station = 'B07'", "from_station = 'B07'"),
        ] {
            let sql = |condition: &str| format!("SELECT count(*) FROM ride WHERE {condition}");
            assert_eq!(mended(made, question, &sql(condition)).0, sql(expected), "{question}");
        }
    }
}
