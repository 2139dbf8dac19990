//! Follow-ups over twenty small databases: what is made from the query before without a model, against the right SQL.
//!
//! `dialogues/unseen.json` is the half that nobody looks at while this is being changed: only its counts are printed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sqllama::ask::follow;
use sqllama::db::{Database, Limits, RowOrder, Table, ValueIndex, ValueLimits, same_result};
use sqllama::prompt::Turn;
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::follow::lost;
use sqllama::sql::guard;
use sqllama::text::follow::points_back;

/// Of the turns that are answered without a model, so many may be wrong.
const MOST_WRONG: f64 = 0.02;

#[derive(Deserialize)]
struct Dialogue {
    name: String,
    db: String,
    turns: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Spoken {
    question: String,
    /// Each is right.
    sql: Vec<String>,
}

struct Ground {
    database: Database,
    schema: Schema,
    values: ValueIndex,
}

impl Ground {
    fn new(folder: &Path, name: &str) -> Self {
        let sql = std::fs::read_to_string(place(&format!("databases/{name}.sql"))).unwrap();
        let path = folder.join(format!("{name}.sqlite"));
        rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        let database = Database::open(&path).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        let values = ValueIndex::build(&database, &schema, &ValueLimits::default(), &Cancel::new()).unwrap();
        Self { database, schema, values }
    }

    fn run(&self, sql: &str) -> Result<Table, String> {
        let sql = guard::check(sql).map_err(|error| error.to_string())?;
        self.database.execute(&sql, &Limits::default(), &Cancel::new()).map_err(|error| error.to_string())
    }

    fn is_right(&self, found: &str, right: &[String]) -> bool {
        let Ok(found) = self.run(found) else { return false };
        right.iter().any(|sql| {
            let order = if sql.to_uppercase().contains("ORDER BY") { RowOrder::Counts } else { RowOrder::Free };
            same_result(&self.run(sql).unwrap(), &found, order)
        })
    }
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues").join(name)
}

fn dialogues(file: &str) -> Vec<Dialogue> {
    serde_json::from_str(&std::fs::read_to_string(place(file)).unwrap()).unwrap()
}

#[derive(Default)]
struct Counts {
    turns: usize,
    handled: usize,
    wrong: Vec<String>,
    /// Turns that nobody would take for follow-ups.
    unnoticed: Vec<String>,
    left: Vec<String>,
    /// Right queries of which something is said to be lost.
    lost: Vec<String>,
}

fn count(file: &str) -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let mut grounds: HashMap<String, Ground> = HashMap::new();
    let mut counts = Counts::default();
    for dialogue in dialogues(file) {
        assert!((3..=6).contains(&dialogue.turns.len()), "{}", dialogue.name);
        let ground = grounds.entry(dialogue.db.clone()).or_insert_with(|| Ground::new(folder.path(), &dialogue.db));
        let (first, others) = dialogue.turns.split_first().unwrap();
        assert!(!points_back(&first.question), "{}", first.question);
        let mut before = Turn { question: first.question.clone(), sql: first.sql[0].clone() };
        for spoken in others {
            let told = |text: &str| format!("{}: {} | {text}", dialogue.name, spoken.question);
            counts.turns += 1;
            let losses = lost(&before.sql, &spoken.sql[0], &ground.schema, &spoken.question);
            counts.lost.extend(losses.first().map(|lost| told(&lost.sentence())));
            if !points_back(&spoken.question) {
                counts.unnoticed.push(told(""));
            }
            let followed = follow(&ground.schema, Some(&ground.values), &before, &spoken.question);
            let right = followed.as_ref().map(|followed| ground.is_right(&followed.sql, &spoken.sql));
            let sql = match (followed, right) {
                (Some(followed), Some(true)) => {
                    counts.handled += 1;
                    followed.sql
                }
                (Some(followed), _) => {
                    counts.handled += 1;
                    counts.wrong.push(told(&format!("{} | {}", followed.sql, spoken.sql[0])));
                    spoken.sql[0].clone()
                }
                (None, _) => {
                    counts.left.push(told(&before.sql));
                    spoken.sql[0].clone()
                }
            };
            before = Turn { question: spoken.question.clone(), sql };
        }
    }
    counts
}

fn check(file: &str, least_handled: f64, details: bool) {
    let counts = count(file);
    println!(
        "{file}: {} of {} follow-ups made from the query before, {} of them wrong; {} not noticed as follow-ups; {} right ones said to have lost something",
        counts.handled,
        counts.turns,
        counts.wrong.len(),
        counts.unnoticed.len(),
        counts.lost.len()
    );
    if details {
        for (name, list) in [("wrong", &counts.wrong), ("lost", &counts.lost), ("unnoticed", &counts.unnoticed), ("left", &counts.left)] {
            list.iter().for_each(|line| println!("{name}: {line}"));
        }
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    assert!(share(counts.wrong.len(), counts.handled) <= MOST_WRONG, "{} wrong", counts.wrong.len());
    assert!(share(counts.handled, counts.turns) >= least_handled, "{} handled", counts.handled);
    assert!(share(counts.lost.len(), counts.turns) <= 0.01, "{} false alarms", counts.lost.len());
}

#[test]
fn follow_ups_are_made_from_the_query_before() {
    check("seen.json", 0.0, true);
}

#[test]
fn follow_ups_that_nobody_looked_at_are_made_from_the_query_before() {
    check("unseen.json", 0.0, false);
}

#[test]
fn there_are_enough_dialogues() {
    let (seen, unseen) = (dialogues("seen.json"), dialogues("unseen.json"));
    assert!(seen.len() + unseen.len() >= 120 && unseen.len() >= seen.len() / 2);
    assert!(seen.iter().map(|dialogue| &dialogue.db).collect::<std::collections::HashSet<_>>().len() == 20);
}
