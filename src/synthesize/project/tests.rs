//! Sources are read, schemas hold water, and every example that comes out is a good one.

use std::collections::HashSet;
use std::path::Path;

use super::build::{BuildOptions, Sources, build};
use super::calendar::{DateForm, Day};
use super::source::{Pools, worlds};
use super::value::Decimal;
use crate::dataset::Body;
use crate::db::{Database, Limits};
use crate::signal::Cancel;
use crate::sql::guard;

fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/project")).unwrap()
}

#[test]
fn a_slice_is_made_and_every_example_answers() {
    let mut sources = sources();
    sources.truncate(1);
    let folder = tempfile::tempdir().unwrap();
    let options = BuildOptions { rows: 24, databases: Some(folder.path().into()) };
    let built = build(&sources, &options, &Cancel::new(), &mut |_| {}).unwrap();
    assert!(built.examples.len() >= 20, "{:?}", built.hardness);
    let mut asked = HashSet::new();
    for example in &built.examples {
        let name = example.db_id.clone().unwrap();
        let database = Database::open(folder.path().join(format!("{name}.sqlite"))).unwrap();
        let query = guard::check(&example.answer).unwrap();
        assert!(!database.execute(&query, &Limits::default(), &Cancel::new()).unwrap().rows.is_empty(), "{}", example.answer);
        let Body::Question { question, context, .. } = &example.body else { panic!("not a question") };
        assert!(context.starts_with("CREATE TABLE") && question.len() > 8, "{question}");
        assert!(asked.insert((name, question.to_lowercase())), "asked twice: {question}");
    }
    let again = build(&sources, &BuildOptions { rows: 24, databases: None }, &Cancel::new(), &mut |_| {}).unwrap();
    assert_eq!(again, built, "the same every time");
}

#[test]
fn the_sources_are_many() {
    let (worlds, schemas) = sources().counts();
    assert!(worlds >= 5 && schemas >= 15, "{worlds} worlds, {schemas} schemas");
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let error = worlds("w.txt", text, &Pools::default()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn mistakes_in_a_source_are_named() {
    check_refused("person a/b", "line 1: no world has begun");
    check_refused("world x\nanimal a/b", "line 2: `animal` is none of person, thing, event");
    check_refused("world x\nthing a", "lacks its plural");
    check_refused("world x\nthing a/as\n  b: colour red", "line 3: `colour` is no kind of column");
    check_refused("world x\nthing a/as\n  b: number 5 1", "the smaller one first");
    check_refused("world x\nthing a/as\n  b: number 1 5.0", "equally many decimals");
    check_refused("world x\nthing a/as\n  b: names $nobody", "no words to draw from");
    check_refused("world x\nthing a/as\n  c -> d", "x has no `d`");
    check_refused("world x\nthing a/as\n  c -> a | own", "lacks one of the verb's forms");
}

#[test]
fn days_are_kept_in_all_forms() {
    let day = Day { seconds: 52_200, ..Day::of(2021, 3, 5) };
    let stored = |form| day.stored(form).text();
    assert_eq!(stored(DateForm::Day), "2021-03-05");
    assert_eq!(stored(DateForm::Moment), "2021-03-05 14:30:00");
    assert_eq!(stored(DateForm::Seconds), "1614954600");
    assert_eq!(stored(DateForm::Milliseconds), "1614954600000");
    assert_eq!(stored(DateForm::Julian), "2459278.5");
    assert_eq!(stored(DateForm::Compact), "20210305");
    for form in [DateForm::Day, DateForm::Moment, DateForm::Seconds, DateForm::Milliseconds, DateForm::Julian, DateForm::Compact] {
        let whole = Day::of(2021, 3, 5);
        assert_eq!(super::said::date(&whole.stored(form), form), Some(whole), "{form:?}");
    }
    assert_eq!((Day::of(2000, 2, 29).iso(), Day::of(1970, 1, 1).days), ("2000-02-29".into(), 0));
}

#[test]
fn numbers_are_exact() {
    assert_eq!(Decimal::read("12.50").map(Decimal::text).as_deref(), Some("12.5"));
    assert_eq!(Decimal { units: -5, digits: 2 }.text(), "-0.05");
    assert_eq!(super::said::decimal(Decimal { units: 1_234_567, digits: 0 }, true), "1,234,567");
}
