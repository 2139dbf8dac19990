//! Spider's gold queries, where they are at hand: mending double quotes, judging and formatting must not change what they say.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use sqllama::ask::name_lock;
use sqllama::db::{Cell, Database, Limits};
use sqllama::llm::gguf::GgufFile;
use sqllama::llm::tokenizer::{Specials, Tokenizer};
use sqllama::llm::{Constraint, writable};
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

/// The folder of Spider's databases and its questions, where they are at hand.
fn spider() -> Option<(PathBuf, serde_json::Value)> {
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train");
    match std::fs::read_to_string(folder.join("questions.json")) {
        Ok(text) => {
            let mut questions: serde_json::Value = serde_json::from_str(&text).unwrap();
            // What is kept for judging stays unopened.
            let held = std::fs::read_to_string(folder.join("held-out-300.json")).unwrap_or_else(|_| "[]".into());
            let held: Vec<serde_json::Value> = serde_json::from_str(&held).unwrap();
            questions.as_array_mut().unwrap().retain(|question| !held.iter().any(|other| other["db_id"] == question["db_id"]));
            Some((folder, questions))
        }
        Err(_) => {
            println!("skipped: {} has no questions", folder.display());
            None
        }
    }
}

#[test]
fn gold_queries_mean_the_same_mended_and_laid_out() {
    let Some((folder, questions)) = spider() else { return };
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

/// The tokenizers at hand: that of a tiny model, and real ones where `SQLLAMA_TEST_MODELS` names their folder.
fn tokenizers() -> Vec<(String, Tokenizer)> {
    let mut paths = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-qwen2.gguf")];
    match std::env::var_os("SQLLAMA_TEST_MODELS").and_then(|folder| std::fs::read_dir(folder).ok()) {
        Some(entries) => {
            paths.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "gguf")));
        }
        None => println!("skipped: SQLLAMA_TEST_MODELS names no folder with real models"),
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), Tokenizer::from_gguf(&GgufFile::open(path).unwrap().metadata).unwrap())).collect()
}

/// Whatever a model wants of these, the lock lets it have, token by token.
#[track_caller]
fn check_writable(lock: &Constraint, sql: &str, (name, tokenizer): &(String, Tokenizer)) {
    for text in [format!("```sql\n{sql}\n```"), sql.to_owned()] {
        let tokens = tokenizer.encode(&text, Specials::AsText).unwrap();
        let count = writable(lock, &tokens, tokenizer);
        assert_eq!(count, tokens.len(), "{name}: refused behind {:?}", tokenizer.decode(&tokens[..count]));
    }
}

#[test]
fn gold_queries_can_be_written_token_by_token_under_the_lock() {
    let Some((folder, questions)) = spider() else { return };
    let tokenizers = tokenizers();
    let mut locks: HashMap<String, (Constraint, Schema)> = HashMap::new();
    for question in questions.as_array().unwrap() {
        let (db, sql) = (question["db_id"].as_str().unwrap(), question["query"].as_str().unwrap());
        let (lock, schema) = locks.entry(db.to_owned()).or_insert_with(|| {
            let database = Database::open(folder.join("databases").join(format!("{db}.sqlite"))).unwrap();
            let schema = database.schema_outline(&Cancel::new()).unwrap();
            (name_lock(&schema), schema)
        });
        let (sql, _) = mend_double_quotes(sql, schema);
        tokenizers.iter().for_each(|tokenizer| check_writable(lock, &sql, tokenizer));
    }
    println!("{} queries, {} tokenizers", questions.as_array().unwrap().len(), tokenizers.len());
}

#[test]
fn sqlites_constructs_can_be_written_token_by_token_under_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock.sqlite");
    Connection::open(&path).unwrap().execute_batch(include_str!("lock/schema.sql")).unwrap();
    let mut schema = Database::open(&path).unwrap().schema_outline(&Cancel::new()).unwrap();
    schema.tables.retain(|table| !table.name.starts_with("doc_")); // as in tests/lock.rs
    let lock = name_lock(&schema);
    for tokenizer in &tokenizers() {
        include_str!("lock/valid.sql").lines().for_each(|sql| check_writable(&lock, sql, tokenizer));
    }
}
