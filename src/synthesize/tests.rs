//! What is made from the sample database, and from every database at hand.

use std::path::Path;

use super::*;
use crate::dataset::Body;
use crate::db::{Database, Limits, demo};
use crate::llm::Scripted;
use crate::signal::Cancel;
use crate::sql::guard;

fn options(count: usize, seed: u64) -> MakeOptions {
    MakeOptions { count, seed, db_id: Some("demo".into()) }
}

fn make_from(path: &Path, count: usize, seed: u64) -> (Database, Made) {
    let database = Database::open(path).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    let made = make(&database, &schema, &options(count, seed), &Cancel::new(), &mut |_| ()).unwrap();
    (database, made)
}

/// Every query passes the guard, runs and returns rows; every question is a sentence, and there once.
#[track_caller]
fn check_sound(database: &Database, made: &Made) {
    let mut questions = std::collections::HashSet::new();
    for example in &made.examples {
        let query = guard::check(&example.answer).unwrap();
        let table = database.execute(&query, &Limits::default(), &Cancel::new()).unwrap();
        assert!(!table.rows.is_empty(), "{}", example.answer);
        let question = example.asked();
        assert!(question.ends_with(['?', '.']) && question.starts_with(|c: char| !c.is_lowercase()), "{question}");
        assert!(!question.contains("  "), "{question}");
        assert!(questions.insert(question.to_owned()), "twice: {question}");
    }
}

#[test]
fn the_sample_gives_nearly_every_shape() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo::path(folder.path()).unwrap();
    let (database, made) = make_from(&path, 300, 1);
    assert_eq!(made.examples.len(), 300);
    check_sound(&database, &made);
    // The sample's tables have no column of a few texts beside a number.
    let absent = [Shape::GroupAggregate, Shape::GroupTop, Shape::Both, Shape::Except, Shape::Union];
    let missing: Vec<Shape> = Shape::ALL.into_iter().filter(|shape| !made.shapes.contains_key(shape) && !absent.contains(shape)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(made.examples[0].context().starts_with("CREATE TABLE "));
    let (_, again) = make_from(&path, 300, 1);
    assert_eq!(again, made, "the same seed");
    assert_ne!(make_from(&path, 300, 2).1.examples, made.examples);
}

#[test]
fn every_database_at_hand_gives_sound_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/spider-train/databases");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not here", folder.display());
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut shapes = std::collections::BTreeSet::new();
    for path in paths.iter().step_by(9) {
        let (database, made) = make_from(path, 40, 3);
        check_sound(&database, &made);
        shapes.extend(made.shapes.keys().copied());
    }
    // These databases miss no values; the sample does.
    shapes.insert(Shape::Missing);
    assert_eq!(shapes.len(), Shape::ALL.len(), "{shapes:?}");
}

#[test]
fn a_database_without_rows_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.sqlite");
    std::fs::write(&path, b"").unwrap();
    assert!(make_from(&path, 10, 1).1.examples.is_empty());
}

#[test]
fn a_wording_is_kept_where_it_means_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (database, made) = make_from(&demo::path(folder.path()).unwrap(), 1, 1);
    let schema = database.schema(&Cancel::new()).unwrap();
    let example = &made.examples[0];
    let reworded = |answer: &str| {
        let mut model = Scripted::new(vec!["Could you tell me that?".into(), format!("```sql\n{answer}\n```")]);
        rephrase(example, &mut model, &database, &schema, 0, &Cancel::new()).unwrap()
    };
    let kept = reworded(&example.answer).unwrap();
    assert!(matches!(&kept.body, Body::Question { question, .. } if question == "Could you tell me that?"));
    assert_eq!((kept.answer.as_str(), kept.source.as_deref()), (example.answer.as_str(), Some("model")));
    assert_eq!(reworded("SELECT 'something else'"), None);
}
