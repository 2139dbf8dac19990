//! What a prompt tells of files as programs leave them, and what becomes of drafts that take them otherwise. Each file is made here.

use sqllama::db::Cell;
use sqllama::prompt::{SCHEMA_BYTES, schema_text, schema_text_for};
use sqllama::sql::{Asked, mend_for, suspicions};

use crate::made::Made;

/// `draft`, mended, is `mended`, runs, and returns `rows` rows, the first of them with `first` in front.
#[track_caller]
fn mends(case: &Made, draft: &str, mended: &str, rows: usize, first: &str) {
    let sql = mend_for(draft, &case.schema, "").sql;
    assert_eq!(sql, mended);
    let table = case.rows(&sql);
    let got = match table.rows.first().and_then(|row| row.first()) {
        Some(Cell::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!((table.rows.len(), got.as_str()), (rows, first), "{sql}");
}

#[track_caller]
fn doubts(case: &Made, sql: &str, question: &str, expected: &str) {
    let found = suspicions(sql, &case.schema, Some(Asked::alone(question)));
    assert!(found.iter().any(|doubt| doubt.sentence == expected), "{found:?}");
}

#[test]
fn used_tables_among_many_empty_ones_keep_their_samples() {
    let mut sql = String::from(
        "CREATE TABLE runs (run_id TEXT PRIMARY KEY, experiment_id INTEGER REFERENCES experiments, status TEXT, start_time BIGINT);
         CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO experiments VALUES (1, 'baseline'), (2, 'tuned');
         INSERT INTO runs VALUES ('r1', 1, 'FINISHED', 1700000000000), ('r2', 2, 'FAILED', 1700086400000)",
    );
    for n in 0..45 {
        let columns: String = (0..9).map(|c| format!(", attribute_{n}_{c} VARCHAR(255)")).collect();
        sql.push_str(&format!("; CREATE TABLE audit_{n:02} (entry_id INTEGER PRIMARY KEY{columns})"));
    }
    let case = Made::of(&sql);
    let start = "CREATE TABLE runs (
  run_id TEXT PRIMARY KEY, -- r1, r2
  experiment_id INTEGER, -- 1..2
  status TEXT, -- FINISHED, FAILED
  start_time BIGINT, -- ms since 1970, 2023-11-14..2023-11-15
  FOREIGN KEY (experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE experiments (
  experiment_id INTEGER PRIMARY KEY, -- 1..2
  name TEXT -- baseline, tuned
);
";
    let text = schema_text(&case.schema, SCHEMA_BYTES);
    assert!(text.starts_with(start) && text.len() <= SCHEMA_BYTES, "{text}");
    assert_eq!(schema_text_for(&case.schema, SCHEMA_BYTES, "how many runs failed?", &[]), text);
    assert!(schema_text_for(&case.schema, SCHEMA_BYTES, "what is in audit 17?", &[]).contains("CREATE TABLE audit_17 (\n"));
}

#[test]
fn registers_of_a_map_shrink_and_layers_do_not() {
    let mut sql = String::from(
        "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT);
         CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, PRIMARY KEY (table_name, column_name))",
    );
    for n in 0..40 {
        sql.push_str(&format!(
            "; CREATE TABLE layer_{n} (fid INTEGER PRIMARY KEY, geom POINT, name TEXT, kind TEXT, length REAL);
             CREATE VIRTUAL TABLE rtree_layer_{n}_geom USING rtree(id, minx, maxx, miny, maxy);
             INSERT INTO gpkg_contents VALUES ('layer_{n}', 'features', 'layer {n}');
             INSERT INTO layer_{n} (name, kind, length) VALUES ('place {n}', 'a', 1.5), ('other {n}', 'b', 2.5)"
        ));
    }
    let case = Made::of(&sql);
    let budget = schema_text(&case.schema, usize::MAX).len() - 1;
    let text = schema_text(&case.schema, budget);
    assert!(text.contains("  name TEXT, -- place 39, other 39\n") && !text.contains("CREATE TABLE gpkg_contents"), "{text}");
    assert!(text.contains("\n-- bookkeeping: gpkg_contents (table_name)\n"), "{text}");
}

#[test]
fn documents_tell_their_keys_and_paths_are_held_to_them() {
    let case = Made::of(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, meta TEXT);
         INSERT INTO customer VALUES (1, 'a', '{\"city\": \"Paris\", \"age\": 20, \"tags\": [\"x\"], \"address\": {\"street\": \"Rue 1\"}}'),
           (2, 'b', '{\"city\": \"Rome\", \"age\": 30, \"tags\": [], \"address\": {\"street\": \"Via 2\"}}')",
    );
    case.tells(&["  meta TEXT -- JSON: $.city, $.age, $.tags[], $.address.street\n"]);
    mends(
        &case,
        "SELECT name FROM customer WHERE json_extract(meta, '$.City') = 'Rome'",
        "SELECT name FROM customer WHERE json_extract(meta, '$.city') = 'Rome'",
        1,
        "b",
    );
    mends(
        &case,
        "SELECT meta ->> 'street' FROM customer ORDER BY id",
        "SELECT meta ->> '$.address.street' FROM customer ORDER BY id",
        2,
        "Rue 1",
    );
    doubts(
        &case,
        "SELECT avg(meta) FROM customer",
        "What is the average age?",
        "meta holds JSON documents, and avg takes each as a whole; $.age is in them",
    );
    doubts(&case, "SELECT meta ->> '$.salary' FROM customer", "the salaries", "no document of meta that was looked at has $.salary");
    let link = sqllama::prompt::link(&case.schema, "which city is most common?", &[]);
    assert!(link.tables[0].columns[2] > 0.0);
}

#[test]
fn text_kept_as_a_blob_is_text() {
    let case = Made::of(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, path BLOB, title TEXT);
         INSERT INTO item VALUES (1, CAST('/music/é/1.mp3' AS BLOB), 'x'), (2, CAST('/music/é/2.mp3' AS BLOB), 'y')",
    );
    case.tells(&["  path BLOB, -- text as blob, e.g. /music/é/1.mp3, /music/é/2.mp3\n"]);
    mends(
        &case,
        "SELECT title FROM item WHERE path = '/music/é/2.mp3'",
        "SELECT title FROM item WHERE CAST(path AS TEXT) = '/music/é/2.mp3'",
        1,
        "y",
    );
    mends(
        &case,
        "SELECT title FROM item AS i WHERE i.path LIKE '%1.mp3'",
        "SELECT title FROM item AS i WHERE CAST(i.path AS TEXT) LIKE '%1.mp3'",
        1,
        "x",
    );
}

#[test]
fn a_files_dictionary_and_its_fractions_are_told() {
    let case = Made::of(
        "CREATE TABLE rivers (id INTEGER PRIMARY KEY, property_0 TEXT, property_1 TEXT);
         CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, description TEXT);
         INSERT INTO gpkg_data_columns VALUES ('rivers', 'property_0', 'Scalerank', 'Scalerank', 'rank of scale'),
           ('rivers', 'property_1', 'Name', 'Name', 'name of the river');
         INSERT INTO rivers (property_0, property_1) VALUES ('1', 'Nile'), ('2', 'Tajo');
         CREATE TABLE splits (id INTEGER PRIMARY KEY, value_num INTEGER, value_denom INTEGER);
         INSERT INTO splits VALUES (1, 1050, 100), (2, 99, 100)",
    );
    case.tells(&["  property_1 TEXT -- Name; Nile, Tajo\n", "  value_num INTEGER, -- over value_denom, e.g. 99..1050\n"]);
    let river = &sqllama::prompt::link(&case.schema, "name of the river", &[]).tables[0];
    assert!(river.columns[2] > river.columns[1] && river.columns[2] > river.columns[0], "{river:?}");
    let sentence = "value_num counts parts of which value_denom tells the size, and sum leaves that out";
    doubts(&case, "SELECT sum(value_num) FROM splits", "the total value", sentence);
}
