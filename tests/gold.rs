//! Spider's gold queries, where they are at hand: mending double quotes, judging and formatting must not change what they say.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use sqllama::db::{Cell, Database, Limits};
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::{format, guard, mend_double_quotes};

/// What SQLite gives by itself, lenient as it is with double quotes.
fn plain(connection: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|i| row.get::<_, Value>(i)).collect()).unwrap();
    rows.take(Limits::default().max_rows).map(Result::unwrap).collect()
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(n) => Value::Integer(*n),
        Cell::Real(x) => Value::Real(*x),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Blob(bytes) => Value::Blob(bytes.clone()),
    }
}

struct Opened {
    connection: Connection,
    database: Database,
    schema: Schema,
}

#[test]
fn gold_queries_mean_the_same_mended_and_laid_out() {
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train");
    let Ok(text) = std::fs::read_to_string(folder.join("questions.json")) else {
        println!("skipped: {} has no questions", folder.display());
        return;
    };
    let questions: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut opened: HashMap<String, Opened> = HashMap::new();
    let (mut queries, mut quoted, mut wrong) = (0, 0, Vec::new());
    for question in questions.as_array().unwrap() {
        let (db, sql) = (question["db_id"].as_str().unwrap(), question["query"].as_str().unwrap());
        let Opened { connection, database, schema } = opened.entry(db.to_owned()).or_insert_with(|| {
            let path = folder.join("databases").join(format!("{db}.sqlite"));
            let connection = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true).unwrap();
            let database = Database::open(&path).unwrap();
            let schema = database.schema_outline(&Cancel::new()).unwrap();
            Opened { connection, database, schema }
        });
        queries += 1;
        let laid_out = format::pretty(sql).unwrap_or_else(|| panic!("{db}: {sql}"));
        assert_eq!(format::pretty(&laid_out).as_ref(), Some(&laid_out), "{db}: laid out again, it stays");
        let expected = plain(connection, sql);
        if plain(connection, &laid_out) != expected {
            wrong.push(format!("{db}: other rows once laid out: {laid_out}"));
        }
        let (mended, fixes) = mend_double_quotes(sql, schema);
        quoted += usize::from(!fixes.is_empty());
        let Ok(checked) = guard::check(&mended) else {
            wrong.push(format!("{db}: refused: {mended}"));
            continue;
        };
        match database.execute(&checked, &Limits::default(), &Cancel::new()) {
            Ok(table) => {
                let rows: Vec<Vec<Value>> = table.rows.iter().map(|row| row.iter().map(value).collect()).collect();
                if rows != expected {
                    wrong.push(format!("{db}: other rows: {sql} -> {mended}"));
                }
            }
            Err(error) => wrong.push(format!("{db}: {error}: {mended}")),
        }
    }
    println!("{queries} gold queries, double quotes mended in {quoted}, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
