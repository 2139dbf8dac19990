//! A stored value that the question mentions and of which the query says nothing: "the highest nitrate value" as the highest of all values. The
//! rows that have to do with it are meant, where one way of keys leads to it.

use super::coverage::unsaid_values;
use super::event::Fix;
use crate::db::ValueIndex;
use crate::schema::{Schema, ValueHit};
use crate::sql::narrow::narrowed;
use crate::text::denials::is_denial;
use crate::text::language::{is_english_question, words_of};

/// Words that compare with others, or take several.
const OTHERWISE: [&str; 15] =
    ["other", "others", "than", "or", "both", "versus", "vs", "compared", "compare", "difference", "instead", "like", "as", "any", "apart"];
/// Words in lower case that names and kinds are called by, too.
const ORDINARY: [&str; 63] = [
    "bill",
    "mark",
    "will",
    "may",
    "grace",
    "hope",
    "rose",
    "summer",
    "april",
    "june",
    "dawn",
    "faith",
    "joy",
    "frank",
    "rich",
    "art",
    "guy",
    "drew",
    "pat",
    "sue",
    "jack",
    "dean",
    "chase",
    "history",
    "double",
    "single",
    "paid",
    "spring",
    "winter",
    "autumn",
    "fall",
    "sky",
    "miles",
    "page",
    "reading",
    "nice",
    "spend",
    "sold",
    "general",
    "other",
    "monthly",
    "yearly",
    "weekly",
    "daily",
    "quarterly",
    "annual",
    "task",
    "target",
    "gap",
    "split",
    "mobile",
    "bar",
    "sent",
    "done",
    "won",
    "lost",
    "made",
    "left",
    "bought",
    "given",
    "seen",
    "taken",
    "free",
];
/// Values that one query is narrowed to.
const MOST_VALUES: usize = 2;

/// `sql` over the rows that have to do with what `question` mentions, and what was added.
pub fn mend_mentioned(sql: &str, schema: &Schema, question: &str, index: &ValueIndex) -> (String, Vec<Fix>) {
    let (mut sql, mut fixes) = (sql.to_owned(), Vec::new());
    if !is_english_question(question) || words_of(question).iter().any(|word| OTHERWISE.contains(&word.as_str()) || is_denial(word)) {
        return (sql, fixes);
    }
    let mut hits = index.find(question);
    // "Has been nominated", "are running": what is done, and no value.
    let is_verb = |hit: &ValueHit| {
        let text = question.get(hit.words.clone()).unwrap_or("");
        text.starts_with(char::is_lowercase) && !text.contains(' ') && (text.ends_with("ed") || text.ends_with("ing"))
    };
    // "Their bill", "the loan history": a word for something else, which is also what somebody is called.
    let is_word = |hit: &ValueHit| {
        let text = question.get(hit.words.clone()).unwrap_or("");
        ORDINARY.contains(&text) && (hit.value.starts_with(char::is_uppercase) || hit.value == text)
    };
    hits.retain(|hit| !is_verb(hit) && !is_word(hit));
    while fixes.len() < MOST_VALUES {
        let unsaid = unsaid_values(question, &sql, &hits);
        // Two values of one column, or one value of two, may be meant in several ways.
        let is_alone = |hit: &ValueHit| {
            let others = || unsaid.iter().filter(|other| **other != hit);
            !others().any(|other| other.words == hit.words && narrowed(&sql, schema, other).is_some())
                && !others().any(|other| (&other.table, &other.column, &other.path) == (&hit.table, &hit.column, &hit.path))
        };
        let found = unsaid.iter().filter(|hit| is_alone(hit)).find_map(|hit| Some((narrowed(&sql, schema, hit)?, hit.value.clone())));
        let Some(((to, condition), value)) = found else { break };
        sql = to;
        fixes.push(Fix { kind: "value".into(), from: value, to: condition });
    }
    (sql, fixes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Database, ValueLimits};
    use crate::signal::Cancel;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let made = "BEGIN; CREATE TABLE parameter (code TEXT PRIMARY KEY, label TEXT); INSERT INTO parameter VALUES ('NO3', 'Nitrate'), ('PB', 'Lead');
            CREATE TABLE site (id INTEGER PRIMARY KEY, river TEXT, state TEXT); INSERT INTO site VALUES (1, 'Elm', 'closed'), (2, 'Tarn', 'open');
            CREATE TABLE result (id INTEGER PRIMARY KEY, code TEXT REFERENCES parameter(code), site_id INTEGER REFERENCES site(id), amount REAL);
            INSERT INTO result VALUES (1, 'NO3', 1, 3.5), (2, 'PB', 2, 4.5), (3, 'NO3', 2, 1.5); COMMIT";
        check_in(made, question, sql, expected);
    }

    #[track_caller]
    fn check_in(made: &str, question: &str, sql: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        rusqlite::Connection::open(&path).unwrap().execute_batch(made).unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap();
        let (now, fixes) = mend_mentioned(sql, &schema, question, &index);
        assert_eq!(now, expected, "{question}");
        assert_eq!(fixes.is_empty(), sql == expected, "{fixes:?}");
        assert_eq!(mend_mentioned(&now, &schema, question, &index).0, now, "again");
    }

    #[test]
    fn rows_have_to_do_with_what_is_mentioned() {
        let nitrate = "code IN (SELECT code FROM parameter WHERE label = 'Nitrate')";
        let all = "SELECT max(amount) FROM result";
        check("What is the highest nitrate amount?", all, &format!("{all} WHERE {nitrate}"));
        check(
            "What is the highest amount of Nitrate in the Tarn?",
            all,
            &format!("{all} WHERE {nitrate} AND site_id IN (SELECT id FROM site WHERE river = 'Tarn')"),
        );
    }

    #[test]
    fn what_is_said_or_left_out_stays() {
        let all = "SELECT max(amount) FROM result";
        for (question, sql) in [
            ("What is the highest nitrate amount?", "SELECT max(amount) FROM result WHERE code = 'NO3'"),
            (
                "What is the highest nitrate amount?",
                "SELECT max(r.amount) FROM result r JOIN parameter p ON p.code = r.code WHERE p.label = 'Nitrate'",
            ),
            ("What is the highest amount besides nitrate?", all),
            ("What is the highest amount of nitrate or lead?", all),
            ("What is the highest amount that was closed?", all),
            ("What is the highest amount?", all),
            ("What is the highest amount that isn't nitrate?", all),
        ] {
            check(question, sql, sql);
        }
    }

    #[test]
    fn what_a_document_holds_is_mentioned_too() {
        let made = "CREATE TABLE event (id INTEGER PRIMARY KEY, took INTEGER, data TEXT);
            INSERT INTO event VALUES (1, 5, '{\"app\": \"Firefox\", \"tags\": [\"play\"]}'), (2, 7, '{\"app\": \"Terminal\", \"tags\": [\"homework\"]}')";
        let check = |question: &str, sql: &str, expected: &str| check_in(made, question, sql, expected);
        let all = "SELECT sum(took) FROM event";
        check("How long did I use Firefox?", all, &format!("{all} WHERE json_extract(data, '$.app') = 'Firefox'"));
        let homework = "EXISTS (SELECT 1 FROM json_each(event.data, '$.tags') AS element WHERE element.value = 'homework')";
        check("How long was homework?", all, &format!("{all} WHERE {homework}"));
        let said = format!("{all} WHERE data LIKE '%Firefox%'");
        check("How long did I use Firefox?", &said, &said);
    }
}
