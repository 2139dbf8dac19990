//! Every check that doubts a query, run over Spider's gold queries with their questions: what falls on right queries is no reason to doubt.
//! The table in `tests/doubt_on_golds.md` is made by `SQLLAMA_SHOW=1 cargo test --test integration gold_queries_are_seldom -- --nocapture`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use sqllama::ask::evidence::{Ran, against};
use sqllama::db::{Database, Limits, ValueIndex, ValueLimits};
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::{Asked, Suspicion, SuspicionKind, guard, mend_for, suspicions};

/// None of the checks falls on more than one gold query of so many.
const ONE_OF: usize = 100;

/// Gold queries that return other rows once they are mended. Each of them was read: they put numbers that are kept as text in the order of
/// letters, subtract dates as texts, or are slips of their writers (`> 8.5` for "less than", `T2.actid = T2.actid`, the first for "the most recent"),
/// or show the number of a thing that has a name.
const MOST_CHANGED: usize = 55;

struct Opened {
    database: Database,
    schema: Schema,
    values: ValueIndex,
}

/// The golds whose databases are not kept for judging; `None` where they are not at hand.
fn golds() -> Option<(PathBuf, Vec<[String; 3]>)> {
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train");
    let read = |name: &str| -> Option<serde_json::Value> { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).ok()?).ok() };
    let (Some(questions), Some(held)) = (read("questions.json"), read("held-out-300.json")) else {
        println!("skipped: {} has no questions", folder.display());
        return None;
    };
    let word = |question: &serde_json::Value, key: &str| question[key].as_str().unwrap().to_owned();
    let held: HashSet<String> = held.as_array().unwrap().iter().map(|question| word(question, "db_id")).collect();
    let all = questions.as_array().unwrap().iter().filter(|question| !held.contains(question["db_id"].as_str().unwrap()));
    let golds = all.map(|question| [word(question, "db_id"), word(question, "question"), word(question, "query")]).collect();
    Some((folder, golds))
}

/// How often each suspicion falls on a query that is right: none on more than one in a hundred; and how often mending, which knows the question,
/// gives it other rows.
#[test]
fn gold_queries_are_seldom_suspected() {
    let Some((folder, golds)) = golds() else { return };
    let cancel = Cancel::new();
    let mut opened: HashMap<String, Opened> = HashMap::new();
    let mut counts: BTreeMap<SuspicionKind, (usize, String)> = BTreeMap::new();
    let (mut any, mut changed) = (0, Vec::new());
    for [db, question, query] in &golds {
        let Opened { database, schema, values } = opened.entry(db.clone()).or_insert_with(|| {
            let database = Database::open(folder.join("databases").join(format!("{db}.sqlite"))).unwrap();
            let schema = database.schema(&cancel).unwrap();
            let values = ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap();
            Opened { database, schema, values }
        });
        // As the pipeline sees it: mended, and run.
        let sql = mend_for(query, schema, question).sql;
        let mut found: Vec<Suspicion> = suspicions(&sql, schema, Some(Asked::alone(question)));
        let run = |sql: &str| guard::check(sql).ok().and_then(|checked| database.execute(&checked, &Limits::default(), &cancel).ok());
        let table = run(&sql);
        if sql != *query && run(query).is_some_and(|right| table.as_ref().is_none_or(|table| table.rows != right.rows)) {
            changed.push(format!("{question} | {query} | {sql}"));
        }
        if let Some(table) = &table {
            let ran = Ran { question, before: "", sql: &sql, table };
            found.extend(against(&ran, database, schema, Some(values), &cancel));
        }
        any += usize::from(!found.is_empty());
        let mut seen: Vec<SuspicionKind> = Vec::new();
        for suspicion in found {
            if seen.contains(&suspicion.kind) {
                continue;
            }
            seen.push(suspicion.kind);
            let entry = counts.entry(suspicion.kind).or_default();
            entry.0 += 1;
            if std::env::var_os("SQLLAMA_SHOW").is_some() && entry.0 <= 12 {
                entry.1.push_str(&format!("\n    {question} | {sql} | {}", suspicion.sentence));
            }
        }
    }
    for (kind, (count, examples)) in &counts {
        println!("| {kind:?} | {count} | {:.2}% |{examples}", 100.0 * *count as f64 / golds.len() as f64);
    }
    println!("any: {any} of {} ({:.2}%)", golds.len(), 100.0 * any as f64 / golds.len() as f64);
    println!("{} return other rows once they are mended", changed.len());
    if std::env::var_os("SQLLAMA_SHOW").is_some() {
        println!("{}", changed.join("\n"));
    }
    assert!(changed.len() <= MOST_CHANGED, "{} of {} gold queries return other rows mended", changed.len(), golds.len());
    for (kind, (count, _)) in &counts {
        assert!(count * ONE_OF <= golds.len(), "{kind:?} falls on {count} of {} gold queries", golds.len());
    }
}
