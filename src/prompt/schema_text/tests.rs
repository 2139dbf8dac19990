//! What a prompt tells of a schema, and what goes where it is too large.

use super::pieces::Rung;
use super::statement::statement;
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
                elsewhere: None,
                foreign_columns: vec!["id".into()],
                origin: KeyOrigin::Declared,
            });
        }
        table
    };
    Schema { tables: (0..n).map(table).collect() }
}

fn hit(table: &str, column: &str) -> ValueHit {
    ValueHit { table: table.into(), column: column.into(), value: "x".into(), words: 0..1, exact: true, score: 900, ..ValueHit::default() }
}

#[test]
fn a_question_changes_nothing_while_everything_fits() {
    let all = large(3, 5);
    let text = schema_text(&all, 14_000);
    assert_eq!(schema_text_for(&all, 14_000, "field3 of thing 2", &[hit("thing_1", "field1_of1")]), text);
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
    let times =
        Times { units: vec![TimeUnit::UnixMillis], mixed: false, never: false, first: "2024-01-01".into(), last: "2026-02-19".into() };
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
        for (samples, expected) in [(3, with), (0, without)] {
            let text = statement(&table, &Rung { samples, types: true, plain_columns: 9, style: SchemaStyle::Statements }, &[]);
            let told = text.lines().nth(1).and_then(|line| line.strip_prefix("  c")).unwrap().trim_start_matches(" -- ");
            assert_eq!(told, expected);
        }
    }
}

/// Two tables with rows, and so many that have none, or are a program's.
fn with_minor(empty: usize, bookkeeping: &[&str]) -> Schema {
    let mut schema = large(2, 4);
    for table in &mut schema.tables {
        table.row_count = Some(9);
    }
    for table in large(empty, 9).tables {
        schema.tables.push(Table { name: table.name.replace("thing", "audit"), row_count: Some(0), foreign_keys: Vec::new(), ..table });
    }
    for name in bookkeeping {
        let mut table = large(1, 9).tables.remove(0);
        table.name = (*name).into();
        table.row_count = Some(20);
        schema.tables.push(table);
    }
    schema
}

#[test]
fn empty_and_bookkeeping_tables_shrink_before_tables_with_rows_lose_anything() {
    let schema = with_minor(45, &["django_session", "django_migrations"]);
    let full = |table: usize| {
        let rung = Rung { samples: 3, types: true, plain_columns: usize::MAX, style: SchemaStyle::Statements };
        statement(&schema.tables[table], &rung, &[])
    };
    let mut last = usize::MAX;
    for budget in [100_000, 30_000, 14_000, 6_000, 3_000, 1_500, 700] {
        let text = schema_text(&schema, budget);
        assert!(text.len() <= budget && text.len() <= last, "{budget}: {text}");
        assert!(text.starts_with(&(full(0) + &full(1))), "{budget}: {text}");
        last = text.len();
    }
    assert!(schema_text(&schema, 100_000).contains("CREATE TABLE audit_44 (\n") && !schema_text(&schema, 100_000).contains("-- empty"));
    let some = schema_text(&schema, 14_000);
    assert!(some.contains("-- empty: audit_44 (id, before_id, field0_of44, "), "{some}");
    assert!(some.contains("-- bookkeeping: django_session (id)\n") && !some.contains("CREATE TABLE audit"), "{some}");
    assert!(schema_text(&schema, 700).ends_with("-- 45 empty tables are not shown\n-- 2 bookkeeping tables are not shown\n"));
}

#[test]
fn a_question_that_names_a_shrunk_table_gets_it_behind_the_same_text() {
    let schema = with_minor(20, &["django_session", "gpkg_contents"]);
    let budget = 4_500;
    let text = schema_text(&schema, budget);
    let more = |question: &str, hits: &[ValueHit]| {
        let told = schema_text_for(&schema, budget, question, hits);
        assert!(told.len() <= budget);
        told.strip_prefix(&text).map(str::to_owned)
    };
    assert_eq!(more("field 3 of thing 1", &[]).as_deref(), Some(""));
    let session = more("How many sessions are there?", &[]).unwrap();
    assert!(session.starts_with("CREATE TABLE django_session (\n"), "{session}");
    let audit = more("what is in audit 7?", &[]).unwrap();
    assert!(audit.starts_with("CREATE TABLE audit_7 (\n") && !audit.contains("audit_8"), "{audit}");
    let value = |table: &str, value: &str| ValueHit { value: value.into(), ..hit(table, "field1_of0") };
    assert!(more("who is Ann?", &[value("gpkg_contents", "Ann")]).unwrap().contains("CREATE TABLE gpkg_contents"));
    assert_eq!(more("who is Ann?", &[value("gpkg_contents", "thing_1")]).as_deref(), Some(""), "a register of tables");
    assert_eq!(more("who is Ann?", &[value("gpkg_contents", "Ann"), value("thing_1", "Ann")]).as_deref(), Some(""));
}

#[test]
fn where_nothing_has_rows_nothing_shrinks() {
    let mut all = large(3, 2);
    all.tables.iter_mut().for_each(|table| table.row_count = Some(0));
    assert!(!schema_text(&all, 700).contains("-- empty"), "{}", schema_text(&all, 700));
    all.tables.iter_mut().for_each(|table| table.name = "gpkg_contents".into());
    assert!(!schema_text(&all, 700).contains("-- bookkeeping"));
}

#[test]
fn a_part_with_samples_comes_before_the_whole_without() {
    let all = large(30, 10);
    let whole = schema_text(&all, usize::MAX);
    let tight = whole.len() - 1;
    let text = schema_text_for(&all, tight, "field3 of thing 2", &[]);
    assert!(text.contains("CREATE TABLE thing_2 (") && text.contains("-- a sample"), "{text}");
    assert!(!text.contains("CREATE TABLE thing_20 ("), "{text}");
    // Without a question, the whole is better than a part.
    let bare = schema_text(&all, tight);
    assert!(bare.contains("thing_29") && !bare.contains("--"), "{bare}");
}

#[test]
fn samples_but_one_go_for_every_question_alike() {
    let mut all = large(3, 5);
    all.tables.iter_mut().flat_map(|table| &mut table.columns).for_each(|column| column.samples = vec!["one".into(), "two".into()]);
    let tight = schema_text(&all, usize::MAX).len() - 1;
    let text = schema_text(&all, tight);
    assert!(text.contains("-- one\n") && !text.contains("two"), "{text}");
    assert_eq!(schema_text_for(&all, tight, "field3 of thing 2", &[]), text);
}

#[test]
fn what_a_profile_hides_is_named_and_told_to_who_asks_for_it() {
    let mut all = large(3, 2);
    all.tables[2].name = "place_cache".into();
    all.tables[2].bookkeeping = true;
    let text = schema_text(&all, usize::MAX);
    assert!(text.ends_with(");\n-- bookkeeping, not shown: place_cache\n") && !text.contains("field1_of2"), "{text}");
    let asked = schema_text_for(&all, usize::MAX, "how large is the cache?", &[]);
    assert!(asked.strip_prefix(&text).is_some_and(|more| more.starts_with("CREATE TABLE place_cache (")), "{asked}");
    for budget in [50, 150, 300, 450] {
        assert!(schema_text_for(&all, budget, "field1 of thing 1", &[]).len() <= budget.max(150), "{budget}");
    }
    all.tables.iter_mut().for_each(|table| table.bookkeeping = true);
    assert!(schema_text(&all, usize::MAX).contains("CREATE TABLE thing_1 ("));
}
