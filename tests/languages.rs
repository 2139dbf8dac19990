//! Questions in other languages than English, over the demo database: what knows English alone keeps quiet.
//!
//! `languages/*.json` are forty questions each with their right SQL; with a model they run by
//! `sqllama eval --questions tests/languages/de.json --databases DEMO`.

use sqllama::ask::coverage::{Coverage, coverage};
use sqllama::db::{Database, Limits, Table, demo};
use sqllama::eval::read_questions;
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::{Asked, SuspicionKind, guard, suspicions};
use sqllama::text::language::is_english_question;
use std::path::Path;

/// Suspicions that a language other than English must never bring: they are read off words.
const OF_WORDS: [SuspicionKind; 14] = [
    SuspicionKind::LimitWithoutOrder,
    SuspicionKind::CountsRows,
    SuspicionKind::EitherForBoth,
    SuspicionKind::NothingExcluded,
    SuspicionKind::OtherEnd,
    SuspicionKind::FoundAnywhere,
    SuspicionKind::NoEnd,
    SuspicionKind::OtherDirection,
    SuspicionKind::GroupNotShown,
    SuspicionKind::StrangeNumber,
    SuspicionKind::OthersForNone,
    SuspicionKind::OneOfAll,
    SuspicionKind::UnusedFlag,
    SuspicionKind::UnusedColumn,
];

#[track_caller]
fn check(language: &str, database: &Database, schema: &Schema) {
    let file = format!("{}/tests/languages/{language}.json", env!("CARGO_MANIFEST_DIR"));
    let questions = read_questions(file.as_ref()).unwrap();
    assert_eq!(questions.len(), 40);
    for question in &questions {
        let (asked, sql) = (question.question.as_str(), question.accepted[0].as_str());
        assert!(!is_english_question(asked), "{asked}");
        let table: Table = database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new()).unwrap();
        assert!(!table.rows.is_empty(), "{sql}");
        assert_eq!(coverage(asked, sql, schema, &[], Path::new("")), Coverage::default(), "{asked}");
        // Another question's SQL: no word is taken for English and blamed either.
        let others = questions.iter().map(|other| other.accepted[0].as_str());
        for sql in others {
            let found = suspicions(sql, schema, Some(Asked::alone(asked)));
            let of_words = found.iter().find(|suspicion| OF_WORDS.contains(&suspicion.kind));
            assert_eq!(of_words, None, "{asked}: {sql}");
        }
    }
}

#[test]
fn what_knows_english_alone_keeps_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    for language in ["de", "es", "fr", "pt", "zh"] {
        check(language, &database, &schema);
    }
}
