//! The name lock against SQLite itself: what SQLite prepares can be written, what it does not find cannot.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use sqllama::db::Database;
use sqllama::schema::{Column, Schema, Table};
use sqllama::signal::Cancel;
use sqllama::sql::lock::{MOST_GRAMMAR_BYTES, NameLock, gbnf};
use sqllama::sql::quote::{identifier, is_keyword};

const TABLES: &str = include_str!("lock/schema.sql");
/// A query a line.
const VALID: &str = include_str!("lock/valid.sql");
/// A query a line, `¦` before the first byte that no longer leads to a valid one.
const INVALID: &str = include_str!("lock/invalid.sql");

/// The connection, and the schema as the program reads it.
fn open() -> (tempfile::TempDir, Connection, Schema) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(TABLES).unwrap();
    let mut schema = Database::open(&path).unwrap().schema_outline(&Cancel::new()).unwrap();
    // Full-text tables keep tables of their own, which nobody asks.
    schema.tables.retain(|table| !table.name.starts_with("doc_"));
    (folder, connection, schema)
}

/// How much of `text` is taken; all of it where it may also end there.
fn taken(mut lock: NameLock, text: &str) -> usize {
    let refused = text.bytes().position(|byte| !lock.advance(byte));
    refused.unwrap_or(text.len() - usize::from(!lock.may_end()))
}

#[test]
fn what_sqlite_prepares_can_be_written() {
    let (_folder, connection, schema) = open();
    let lock = NameLock::new(&schema);
    let mut count = 0;
    for sql in VALID.lines() {
        connection.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        for text in
            [sql.to_owned(), format!("{sql};\nnosuch"), format!("Here:\n```sql\n{sql}\n```\nSELECT nosuch"), format!("```\n{sql}\n;```")]
        {
            let at = taken(lock.clone(), &text);
            assert_eq!(at, text.len(), "refused behind {:?}", text.get(..at));
        }
        count += 1;
    }
    assert!(count >= 200, "{count}");
}

#[test]
fn what_sqlite_does_not_find_is_refused() {
    let (_folder, connection, schema) = open();
    for line in INVALID.lines() {
        let (good, bad) = line.split_once('¦').unwrap();
        let sql = format!("{good}{bad}");
        let error = connection.prepare(&sql).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("no such") || error.contains("unknown database") || error.contains("cannot join"), "{error}: {sql}");
        let at = taken(NameLock::new(&schema), &sql);
        assert_eq!(at, if bad.is_empty() { sql.len() - 1 } else { good.len() }, "{line}: {:?}", sql.get(..at));
        assert!(taken(NameLock::new(&schema).strict(), &sql) <= at, "{line}");
    }
}

/// Words, quoted names and strings, and single characters.
fn pieces(sql: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = match first {
            c if word(c) => rest.find(|c| !word(c)),
            '\'' | '"' | '`' => rest[1..].find(first).map(|at| at + 2),
            c => Some(c.len_utf8()),
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        out.push(piece);
        rest = after;
    }
    out
}

#[test]
fn whatever_is_written_under_the_lock_sqlite_finds() {
    let (_folder, connection, schema) = open();
    let lock = NameLock::new(&schema);
    let mut names: Vec<String> = ["T1", "T2", "x", "nosuch", "total", "rowid"].map(str::to_owned).to_vec();
    for table in &schema.tables {
        names.extend(std::iter::once(&table.name).chain(table.columns.iter().map(|column| &column.name)).map(|name| identifier(name)));
    }
    // Xorshift (Marsaglia 2003).
    let mut state = 88_172_645_463_325_252u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    let (mut written, mut valid) = (0, 0);
    for (round, sql) in (0..40).flat_map(|round| VALID.lines().map(move |sql| (round, sql))) {
        let pieces = pieces(sql);
        let own: Vec<&str> = pieces.iter().copied().filter(|piece| piece.starts_with(char::is_alphabetic)).collect();
        let mut lock = if round % 2 == 0 { lock.clone() } else { lock.clone().strict() };
        let mut text = String::new();
        // Names of the query give way to others at random; where the lock refuses one, another is tried, as a model would.
        let complete = pieces.iter().all(|piece| {
            let is_name = piece.starts_with(|c: char| c.is_alphabetic() || c == '`') && !is_keyword(piece);
            let mut wanted = if random(60) == 0 { "" } else { piece };
            for attempt in 0..12 {
                if is_name && (attempt > 0 || random(3) == 0) {
                    let at = random(names.len() + own.len());
                    wanted = names.get(at).map_or_else(|| own[at - names.len()], String::as_str);
                }
                if lock.take(wanted.as_bytes()).is_ok() {
                    text.push_str(wanted);
                    return true;
                }
            }
            false
        });
        if !complete || !lock.may_end() || !lock.written().eq(&text.len()) {
            continue;
        }
        written += 1;
        match connection.prepare(&text).map(|_| ()).map_err(|error| error.to_string()) {
            Ok(()) => valid += 1,
            Err(error) => assert!(!error.contains("no such column") && !error.contains("no such table"), "{error}: {text}"),
        }
    }
    println!("{written} written, {valid} of them valid");
    assert!(valid > 500, "{written} written, {valid} of them valid");
}

#[test]
fn spiders_gold_queries_can_be_written() {
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train");
    let Ok(text) = std::fs::read_to_string(folder.join("questions.json")) else {
        println!("skipped: {} has no questions", folder.display());
        return;
    };
    let questions: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut locks: HashMap<String, (NameLock, Option<recognise::Grammar>)> = HashMap::new();
    let (mut queries, mut bytes, mut seconds, mut refused) = (0, 0, 0.0, Vec::new());
    for question in questions.as_array().unwrap() {
        let (db, sql) = (question["db_id"].as_str().unwrap(), question["query"].as_str().unwrap());
        let (lock, grammar) = locks.entry(db.to_owned()).or_insert_with(|| {
            let database = Database::open(folder.join("databases").join(format!("{db}.sqlite"))).unwrap();
            let schema = database.schema_outline(&Cancel::new()).unwrap();
            (NameLock::new(&schema), gbnf(&schema).map(|text| recognise::Grammar::read(&text)))
        });
        // Every twentieth: the grammar is tried step by step, which takes a while.
        if queries % 20 == 0 {
            assert!(grammar.as_ref().is_some_and(|grammar| grammar.takes(sql.trim())), "{db}: {sql}");
        }
        let text = format!("```sql\n{sql}\n```");
        let start = Instant::now();
        let at = taken(lock.clone(), &text);
        seconds += start.elapsed().as_secs_f64();
        (queries, bytes) = (queries + 1, bytes + text.len());
        if at < text.len() {
            refused.push(format!("{db}: {:?}¦{}", text.get(..at), text.get(at..).unwrap_or("")));
        }
    }
    println!("{queries} gold queries, {} refused, {:.2} µs a byte", refused.len(), seconds * 1e6 / bytes as f64);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[path = "lock/recognise.rs"]
mod recognise;

#[test]
fn what_the_lock_takes_the_grammar_takes() {
    let (_folder, connection, schema) = open();
    let grammar = recognise::Grammar::read(&gbnf(&schema).unwrap());
    let refused: Vec<&str> = VALID.lines().filter(|sql| connection.prepare(sql).is_ok() && !grammar.takes(sql)).collect();
    assert!(refused.is_empty(), "{} are refused:\n{}", refused.len(), refused.join("\n"));
    for sql in VALID.lines().filter(|sql| !sql.contains('`')) {
        assert!(grammar.takes(&format!("```sql\n{sql};\n```")), "{sql}");
    }
    for prose in ["I do not know.", "", "Here: SELECT 1", "SELECT 1; DROP TABLE singer", "SELECTname FROM singer"] {
        assert!(!grammar.takes(prose), "{prose}");
    }
}

/// A grammar has no memory: it cannot tell whose column a name is. What nobody has it refuses.
#[test]
fn what_nothing_is_called_the_grammar_refuses() {
    let (_folder, _, schema) = open();
    let grammar = recognise::Grammar::read(&gbnf(&schema).unwrap());
    let all: Vec<String> = INVALID.lines().map(|line| line.replace('¦', "")).collect();
    let refused = all.iter().filter(|sql| !grammar.takes(sql)).count();
    assert!(refused >= 25, "{refused} of {} refused", all.len());
    for sql in [
        "SELECT name FROM singers",
        "SELECT name FROM \"no such table\"",
        "SELECT name FROM singer JOIN songs USING (singer_id)",
        "SELECT nosuch FROM singer",
        "SELECT T1.nosuch FROM singer AS T1",
        "SELECT name FROM singer WHERE title_of > 1",
        "SELECT name FROM singer ORDER BY nosuch",
        "SELECT count(*) AS how_many FROM concerts",
        "SELECT no_such_function(name) FROM singer",
        "SELECT name FROM singer_table",
        "SELECT name FROM nosuch.singer",
        "SELECT count(*) FROM nosuch.`singer`",
        "SELECT name FROM \"nosuch\".singer",
    ] {
        assert!(!grammar.takes(sql), "{sql}");
    }
}

#[test]
fn a_table_of_another_file_stands_behind_its_name() {
    let table = |name: &str, database: Option<&str>| Table {
        name: name.into(),
        database: database.map(str::to_owned),
        columns: vec![Column { name: "town".into(), ..Column::default() }],
        ..Table::default()
    };
    let schema = Schema { tables: vec![table("singer", None), table("venue", Some("crm")), table("deal", Some("my crm"))] };
    let grammar = recognise::Grammar::read(&gbnf(&schema).unwrap());
    for sql in [
        "SELECT town FROM main.singer",
        "SELECT town FROM crm.venue AS v JOIN main.singer AS s ON s.town = v.town",
        "SELECT town FROM \"my crm\".deal",
        "SELECT town FROM `crm`.\"venue\"",
        "SELECT town FROM temp.sqlite_master",
        "SELECT crm.venue.town FROM crm.venue",
    ] {
        assert!(grammar.takes(sql), "{sql}");
    }
    for sql in ["SELECT town FROM crn.venue", "SELECT town FROM \"my\".deal", "SELECT town FROM singer.venue"] {
        assert!(!grammar.takes(sql), "{sql}");
    }
}

/// llguidance reads no rule of deeper brackets than about 25; names that begin alike are brackets in brackets. It takes `\u0080` for `\u80`, which
/// is nothing.
#[test]
fn llguidance_reads_a_grammar() {
    let deepest = |text: &str| {
        let (mut deep, mut deepest, mut quoted, mut class, mut escaped) = (0_usize, 0, false, false, false);
        for c in text.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' if !class => quoted = !quoted,
                '[' if !quoted => class = true,
                ']' if !quoted => class = false,
                '(' if !quoted && !class => deep += 1,
                ')' if !quoted && !class => deep -= 1,
                _ => {}
            }
            deepest = deepest.max(deep);
        }
        deepest
    };
    let (_folder, _, schema) = open();
    let columns = (1..40).map(|length| Column { name: "a".repeat(length), ..Column::default() }).collect();
    let alike = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
    for schema in [&schema, &alike] {
        let text = gbnf(schema).unwrap();
        assert!(deepest(&text) <= 10 && !text.contains("\\u0"), "{}", deepest(&text));
    }
    let grammar = recognise::Grammar::read(&gbnf(&alike).unwrap());
    for length in [1, 8, 9, 10, 11, 20, 39] {
        assert!(grammar.takes(&format!("SELECT {} FROM t", "a".repeat(length))), "{length}");
    }
    assert!(!grammar.takes(&format!("SELECT {} FROM t", "a".repeat(40))));
}

#[test]
fn a_grammar_is_bounded() {
    let table = |tables: usize, columns: usize| {
        let column = |n: usize, i: usize| Column { name: format!("column_{i}_of_table_{n}"), ..Column::default() };
        let table =
            |n: usize| Table { name: format!("a_table_{n}"), columns: (0..columns).map(|i| column(n, i)).collect(), ..Table::default() };
        Schema { tables: (0..tables).map(table).collect() }
    };
    for (tables, columns, takes_any_column) in [(3, 5, false), (300, 12, false), (300, 300, true)] {
        let text = gbnf(&table(tables, columns)).unwrap();
        assert!(text.len() <= MOST_GRAMMAR_BYTES, "{tables}: {}", text.len());
        let grammar = recognise::Grammar::read(&text);
        assert!(grammar.takes("SELECT column_1_of_table_2 FROM a_table_2 AS T1 WHERE T1.column_2_of_table_2 = 'x'"));
        assert!(!grammar.takes("SELECT column_1_of_table_2 FROM another_table"));
        assert_eq!(grammar.takes("SELECT nosuch FROM a_table_2"), takes_any_column);
    }
    let long = Schema { tables: (0..300).map(|n| Table { name: format!("{n}_{}", "x".repeat(900)), ..Table::default() }).collect() };
    assert!(gbnf(&long).is_none());
}
