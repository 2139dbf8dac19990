//! What a prompt tells of a schema, and what goes where it is too large.

use super::*;
use crate::schema::{Column, ForeignKey, Json, KeyOrigin, Meaning, Table, TimeUnit, Times, YesNo};
use std::time::{Duration, Instant};

fn schema(tables: usize) -> Schema {
    let column = |name: &str, sample: &str| Column {
        name: name.into(),
        declared_type: "TEXT".into(),
        samples: vec![sample.into()],
        ..Default::default()
    };
    let table = |i: usize| Table {
        name: format!("t{i}"),
        columns: vec![column("id", "1"), column("a\"b", "x\ny")],
        primary_key: vec!["id".into()],
        ..Default::default()
    };
    Schema { tables: (0..tables).map(table).collect() }
}

#[test]
fn names_are_quoted_and_samples_stay_on_their_line() {
    assert_eq!(schema_text(&schema(1), 1000), "CREATE TABLE t0 (\n  id TEXT PRIMARY KEY, -- 1\n  \"a\"\"b\" TEXT -- x\\ny\n);\n");
}

#[test]
fn what_does_not_fit_goes_step_by_step() {
    let all = schema_text(&schema(10), usize::MAX);
    let bare = schema_text(&schema(10), all.len() - 1);
    assert!(!bare.contains("--") && bare.contains("TEXT"));
    let keys = schema_text(&schema(10), 450);
    assert!(keys.contains("t9") && keys.contains("id PRIMARY KEY") && !keys.contains("TEXT"));
    assert!(keys.ends_with("-- only key columns are shown\n"), "{keys}");
    assert!(schema_text(&schema(300), 1000).ends_with(" more tables are not shown\n"));
    assert!(schema_text(&schema(300), 1000).len() <= 1000);
    let mut wide = schema(1);
    let columns = std::iter::repeat_n(wide.tables[0].columns[1].clone(), 100);
    wide.tables[0].columns.extend(columns);
    let cut = schema_text(&wide, 500);
    assert!(cut.contains("  -- 81 more columns are not shown\n);"), "{cut}");
}

/// `n` tables in a chain of foreign keys, each with `columns` columns.
fn large(n: usize, columns: usize) -> Schema {
    let table = |i: usize| {
        let mut table = Table { name: format!("thing_{i}"), primary_key: vec!["id".into()], ..Default::default() };
        let column = |name: String| Column { name, declared_type: "TEXT".into(), samples: vec!["a sample".into()], ..Default::default() };
        table.columns =
            ["id".into(), "before_id".into()].into_iter().chain((0..columns).map(|c| format!("field{c}_of{i}"))).map(column).collect();
        if i > 0 {
            table.foreign_keys.push(ForeignKey {
                columns: vec!["before_id".into()],
                foreign_table: format!("thing_{}", i - 1),
                foreign_columns: vec!["id".into()],
                origin: KeyOrigin::Declared,
            });
        }
        table
    };
    Schema { tables: (0..n).map(table).collect() }
}

fn hit(table: &str, column: &str) -> ValueHit {
    ValueHit { table: table.into(), column: column.into(), value: "x".into(), words: 0..1, exact: true, score: 900 }
}

#[test]
fn a_question_changes_nothing_while_everything_fits() {
    let all = large(3, 5);
    let text = schema_text(&all, 14_000);
    assert_eq!(schema_text_for(&all, 14_000, "field3 of thing 2", &[hit("thing_1", "field1_of1")]), text);
    let tight = text.len() - 1;
    assert_eq!(schema_text_for(&all, tight, "field3 of thing 2", &[]), schema_text(&all, tight), "samples go for every question alike");
}

#[test]
fn of_300_tables_the_linked_ones_are_shown_with_what_joins_them() {
    let all = large(300, 20);
    let start = Instant::now();
    let hits = [hit("thing_150", "field4_of150"), hit("thing_152", "field1_of152")];
    let text = schema_text_for(&all, 14_000, "which is the biggest?", &hits);
    let took = start.elapsed();
    assert!(text.len() <= 14_000, "{}", text.len());
    for i in [150, 151, 152] {
        assert!(text.contains(&format!("CREATE TABLE thing_{i} (\n  id TEXT PRIMARY KEY, -- a sample\n  before_id TEXT,")), "{i}: {text}");
    }
    assert!(text.contains("FOREIGN KEY (before_id) REFERENCES thing_150 (id)"));
    assert!(!text.contains("CREATE TABLE thing_7 ") && text.ends_with(" more tables are not shown\n"), "{text}");
    assert!(took < Duration::from_secs(3), "{took:?}"); // under 50 ms with optimisation, alone on the machine
    println!("300 tables: {took:?}");
    assert!(schema_text_for(&all, 14_000, "what is?", &[]).len() <= 14_000);
}

#[test]
fn of_2000_columns_keys_and_linked_ones_are_shown() {
    let mut all = large(2, 2000);
    all.tables[1].columns[1500].name = "shoe_size".into();
    let start = Instant::now();
    let text = schema_text_for(&all, 8_000, "average shoe size of thing 1", &[]);
    let took = start.elapsed();
    assert!(text.len() <= 8_000, "{}", text.len());
    assert!(text.contains("  id TEXT PRIMARY KEY") && text.contains("  before_id TEXT") && text.contains("  shoe_size TEXT"), "{text}");
    assert!(text.contains(" more columns are not shown\n);") && text.contains("REFERENCES thing_0 (id)"), "{text}");
    assert!(took < Duration::from_secs(3), "{took:?}"); // under 50 ms with optimisation, alone on the machine
    println!("2,000 columns: {took:?}");
}

#[test]
fn a_budget_holds_whatever_the_schema() {
    let mut keys = large(1, 2000);
    keys.tables[0].primary_key = keys.tables[0].columns.iter().map(|column| column.name.clone()).collect();
    for budget in [500, 3_000, 14_000] {
        for schema in [&keys, &large(300, 3), &large(1, 2000), &large(40, 100)] {
            for question in ["", "field7 of thing 3", "field1_of0"] {
                let text = schema_text_for(schema, budget, question, &[]);
                assert!(text.len() <= budget, "{} of {budget}: {question}", text.len());
            }
        }
    }
}

#[test]
fn what_values_stand_for_is_told_with_samples_and_without() {
    let times = Times { units: vec![TimeUnit::UnixMillis], mixed: false, first: "2024-01-01".into(), last: "2026-02-19".into() };
    let words = YesNo { yes: "t".into(), no: "f".into() };
    let json = Json { paths: vec!["$.city".into(), "$.tags[]".into()] };
    let rows = [
        (Meaning::Time(times), "", "ms since 1970, 2024-01-01..2026-02-19", "ms since 1970, 2024-01-01..2026-02-19"),
        (Meaning::Boolean(words), "", "'t' or 'f'", "'t' or 'f'"),
        (Meaning::Json(json), "", "JSON: $.city, $.tags[]", "JSON: $.city, $.tags[]"),
        (Meaning::TextBlob, "", "text as blob, e.g. a, b", "text as blob"),
        (Meaning::Numerator { over: "scale".into() }, "", "over scale, e.g. a, b", "over scale"),
        (Meaning::Plain, "", "a, b", ""),
        (Meaning::Plain, "Name", "Name; a, b", "Name"),
    ];
    for (meaning, called, with, without) in rows {
        let called: Vec<String> = Some(called.to_owned()).into_iter().filter(|called| !called.is_empty()).collect();
        let column = Column { name: "c".into(), samples: vec!["a".into(), "b".into()], meaning, called, ..Default::default() };
        let table = Table { name: "t".into(), columns: vec![column], ..Default::default() };
        for (samples, expected) in [(true, with), (false, without)] {
            let text = statement(&table, &Rung { samples, types: true, plain_columns: 9 }, &[]);
            let told = text.lines().nth(1).and_then(|line| line.strip_prefix("  c")).unwrap().trim_start_matches(" -- ");
            assert_eq!(told, expected);
        }
    }
}
