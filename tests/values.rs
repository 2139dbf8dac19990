//! Spider's questions and gold queries, where they are at hand: are the values found that a question mentions, do literals that match
//! stay, can every gold be put into words, and do a question's words tell its own database from another. Each prints its numbers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sqllama::ask::coverage::coverage;
use sqllama::ask::{mend_literals, mend_mentioned};
use sqllama::db::values::Held;
use sqllama::db::{Database, ValueIndex, ValueLimits};
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::comparisons::{Comparing, comparisons};
use sqllama::sql::{describe, mend_double_quotes};

struct Gold {
    db: String,
    question: String,
    sql: String,
}

struct Opened {
    database: Database,
    schema: Schema,
    index: ValueIndex,
}

/// Every `step`th gold with its database; `None`, and a line, where they are not at hand.
fn golds(step: usize) -> Option<(Vec<Gold>, HashMap<String, Opened>)> {
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train");
    let Ok(text) = std::fs::read_to_string(folder.join("questions.json")) else {
        println!("skipped: {} has no questions", folder.display());
        return None;
    };
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let of = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap().to_owned();
    let mut opened = HashMap::new();
    let mut golds = Vec::new();
    for item in all.as_array().unwrap().iter().step_by(step) {
        let db = of(item, "db_id");
        let Opened { schema, .. } = opened.entry(db.clone()).or_insert_with(|| {
            let database = Database::open(folder.join("databases").join(format!("{db}.sqlite"))).unwrap();
            let schema = database.schema_outline(&Cancel::new()).unwrap();
            let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &Cancel::new()).unwrap();
            Opened { database, schema, index }
        });
        let sql = mend_double_quotes(&of(item, "query"), schema).0;
        golds.push(Gold { db, question: of(item, "question"), sql });
    }
    Some((golds, opened))
}

#[test]
fn values_that_questions_mention_are_found() {
    let Some((golds, opened)) = golds(3) else { return };
    let (mut with, mut all_found, mut literals, mut found, mut stored) = (0, 0, 0, 0, 0);
    let (mut hits_with, mut without, mut hits_without, mut any_without) = (0, 0, 0, 0);
    let mut missed = Vec::new();
    for gold in &golds {
        let Opened { schema, index, .. } = &opened[&gold.db];
        let hits = index.find(&gold.question);
        assert!(hits.len() <= 8);
        let wanted: Vec<_> = comparisons(&gold.sql, schema).into_iter().filter(|c| c.comparing == Comparing::Equal).collect();
        if wanted.is_empty() {
            without += 1;
            hits_without += hits.len();
            any_without += usize::from(!hits.is_empty());
            continue;
        }
        with += 1;
        hits_with += hits.len();
        let mut all = true;
        for literal in &wanted {
            literals += 1;
            let held = index.holds(literal.table.as_str(), &literal.column, &literal.text) == Held::Yes;
            stored += usize::from(held);
            let is = hits.iter().any(|h| h.table == literal.table && h.column == literal.column && h.value == literal.text);
            found += usize::from(held && is);
            all &= is || !held;
            if held && !is {
                missed.push(format!(
                    "{}: {} -> {}.{} {:?}, found {:?}",
                    gold.db,
                    gold.question,
                    literal.table,
                    literal.column,
                    literal.text,
                    hits.iter().map(|h| &h.value).collect::<Vec<_>>()
                ));
            }
        }
        all_found += usize::from(all);
    }
    println!(
        "{} questions; {with} golds compare a column with strings: all stored ones found in {all_found}, {found} of {stored} stored literals ({literals} in all), {:.2} hits a question",
        golds.len(),
        hits_with as f64 / f64::from(with)
    );
    println!("{without} golds without: {:.2} hits a question, any hit in {any_without}", hits_without as f64 / f64::from(without));
    for line in missed.iter().step_by(missed.len() / 40 + 1) {
        println!("  missed {line}");
    }
    assert!(found as f64 > 0.8 * stored as f64, "{found} of {stored}");
}

#[test]
fn literals_of_golds_that_match_stay() {
    let Some((golds, opened)) = golds(5) else { return };
    let (mut changed, mut checked) = (Vec::new(), 0);
    for gold in &golds {
        let Opened { database, schema, index } = &opened[&gold.db];
        let wanted = comparisons(&gold.sql, schema);
        checked += wanted.len();
        let (_, fixes) = mend_literals(&gold.sql, schema, index, database, &Cancel::new());
        for fix in fixes {
            changed.push(format!("{}: {} -> {}", gold.db, fix.from, fix.to));
        }
    }
    println!("{checked} literals in {} golds, {} of them changed (none of those matches anything)", golds.len(), changed.len());
    for line in changed.iter().take(40) {
        println!("  {line}");
    }
    assert!(changed.len() * 10 < checked, "{} of {checked}", changed.len());
}

#[test]
fn golds_are_not_narrowed_to_what_is_mentioned() {
    let Some((golds, opened)) = golds(2) else { return };
    let mut changed = Vec::new();
    for gold in &golds {
        let Opened { schema, index, .. } = &opened[&gold.db];
        for fix in mend_mentioned(&gold.sql, schema, &gold.question, index).1 {
            changed.push(format!("{}: {} | {} | {} -> {}", gold.db, gold.question, gold.sql, fix.from, fix.to));
        }
    }
    println!("{} of {} golds say nothing of a value that their question mentions", changed.len(), golds.len());
    for line in changed.iter().take(60) {
        println!("  {line}");
    }
    assert!(changed.len() * 100 < golds.len(), "{} of {}", changed.len(), golds.len());
}

#[test]
fn golds_are_put_into_words() {
    let Some((golds, opened)) = golds(1) else { return };
    let (mut fallen_back, mut incomplete) = (Vec::new(), Vec::new());
    for (i, gold) in golds.iter().enumerate() {
        let told = describe(&gold.sql, &opened[&gold.db].schema);
        assert!(told.sentence.ends_with('.') && !told.tables.is_empty(), "{}: {told:?}", gold.sql);
        if told.sentence.starts_with("A query over") {
            fallen_back.push(&gold.sql);
        } else if !told.complete {
            incomplete.push(format!("{} -> {}", gold.sql, told.sentence));
        }
        if i % 150 == 0 {
            println!("  {}\n    {}\n    {}", gold.sql, gold.question, told.sentence);
        }
    }
    println!("{} golds: {} fall back, {} are told in part", golds.len(), fallen_back.len(), incomplete.len());
    for sql in fallen_back.iter().take(10) {
        println!("  falls back: {sql}");
    }
    for line in incomplete.iter().take(10) {
        println!("  in part: {line}");
    }
    assert!(fallen_back.len() * 50 < golds.len());
}

#[test]
fn words_tell_a_database_from_another() {
    let Some((golds, opened)) = golds(4) else { return };
    let (mut own, mut other, mut own_unknown, mut other_unknown, mut own_none, mut other_none) = (0.0, 0.0, 0, 0, 0, 0);
    let (mut wins, mut own_low, mut other_low) = (0.0, 0, 0);
    for (i, gold) in golds.iter().enumerate() {
        let elsewhere = &golds[(i + golds.len() / 2) % golds.len()];
        let of = |db: &str, sql: &str| {
            let Opened { schema, index, .. } = &opened[db];
            coverage(&gold.question, sql, schema, &index.find(&gold.question), Path::new(""))
        };
        let (here, there) = (of(&gold.db, &gold.sql), of(&elsewhere.db, &elsewhere.sql));
        own += here.share();
        other += there.share();
        own_unknown += usize::from(!here.unknown.is_empty());
        other_unknown += usize::from(!there.unknown.is_empty());
        own_none += usize::from(here.unaccounted.is_empty());
        other_none += usize::from(there.unaccounted.is_empty());
        own_low += usize::from(here.share() < 0.6);
        other_low += usize::from(there.share() < 0.6);
        wins += if here.share() > there.share() {
            1.0
        } else if here.share() == there.share() {
            0.5
        } else {
            0.0
        };
        if i % 60 == 0 {
            println!("  {} -> {:?} unknown {:?}; elsewhere {:?}", gold.question, here.unaccounted, here.unknown, there.unknown);
        }
    }
    let n = golds.len();
    println!(
        "{n} questions: with their gold {:.1}% of words accounted for, {own_none} wholly, a word unknown in {own_unknown}; with another database's gold {:.1}%, {other_none} wholly, unknown in {other_unknown}; pairwise {:.1}%",
        100.0 * own / n as f64,
        100.0 * other / n as f64,
        100.0 * wins / n as f64
    );
    println!("less than 0.6 accounted for: {own_low} with their gold, {other_low} with another's");
    assert!(own > 1.5 * other, "{own} {other}");
}

#[test]
fn a_list_of_one_element_is_a_list_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let made = "CREATE TABLE product (id INTEGER PRIMARY KEY, tags TEXT, kind TEXT);
        INSERT INTO product (tags, kind) VALUES ('eco', 'eco'), ('new,eco', 'toy'), ('sale,eco', 'toy'), ('new,sale', 'tool'), ('', 'tool');";
    rusqlite::Connection::open(&path).unwrap().execute_batch(made).unwrap();
    let database = Database::open(&path).unwrap();
    let schema = database.schema_outline(&Cancel::new()).unwrap();
    let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &Cancel::new()).unwrap();
    let check = |filter: &str, expected: &str| {
        let of = |filter: &str| format!("SELECT count(*) FROM product WHERE {filter}");
        assert_eq!(mend_literals(&of(filter), &schema, &index, &database, &Cancel::new()).0, of(expected));
    };
    check("tags = 'eco'", "tags LIKE '%eco%'");
    check("tags <> 'eco'", "tags NOT LIKE '%eco%'");
    check("tags = 'new,eco'", "tags = 'new,eco'");
    check("kind = 'eco'", "kind = 'eco'");
}
