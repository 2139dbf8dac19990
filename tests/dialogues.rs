//! Follow-ups over twenty small databases: what is made from the query before without a model, against the right SQL.
//!
//! `dialogues/unseen.json` is the half that nobody looks at while this is being changed: only its counts are printed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sqllama::ask::follow;
use sqllama::db::{Database, Limits, RowOrder, Table, ValueIndex, ValueLimits, same_result};
use sqllama::prompt::Turn;
use sqllama::records::{Before, Records};
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::follow::lost;
use sqllama::sql::guard;
use sqllama::store::Paths;
use sqllama::text::follow::points_back;

use crate::home::Home;

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
    check("seen.json", 0.85, true);
}

#[test]
fn follow_ups_that_nobody_looked_at_are_made_from_the_query_before() {
    check("unseen.json", 0.85, false);
}

#[test]
fn there_are_enough_dialogues() {
    let (seen, unseen) = (dialogues("seen.json"), dialogues("unseen.json"));
    assert!(seen.len() + unseen.len() >= 120 && unseen.len() >= seen.len() / 2);
    let databases: std::collections::HashSet<&String> = seen.iter().chain(&unseen).map(|dialogue| &dialogue.db).collect();
    assert_eq!(databases.len(), 20);
}

/// A customer's follow-up over the demo database.
const BEFORE: [&str; 4] =
    ["--previous-question", "Which customers do we have?", "--previous-sql", "SELECT first_name FROM customer WHERE city = 'Paris'"];

#[test]
fn a_follow_up_is_answered_without_the_model_and_says_what_it_kept() {
    let home = Home::new();
    let nobody = home.script(&["SELECT 1 AS wrong"]);
    let ask = |question: &str, more: &[&str], stdout: &str, stderr: &str| {
        home.check(&[&["ask", "demo", question, "--model", &nobody], &BEFORE[..], more].concat(), 0, stdout, stderr);
    };
    ask("sort by first name", &["--sql-only"], "SELECT first_name FROM customer WHERE city = 'Paris' ORDER BY first_name\n", "");
    ask("how many is that?", &["--format", "csv"], "COUNT(*)\n", "kept from the previous answer: rows of customer, city = 'Paris'");
    ask("and from Zürich?", &["--sql-only"], "SELECT first_name FROM customer WHERE city = 'Zürich'\n", "");
    // What the person said was wrong is not said again, and the model can be asked in place of all this.
    let wrong = "This answer was wrong: SELECT first_name FROM customer WHERE city = 'Paris' ORDER BY first_name";
    ask("sort by first name", &["--hint", wrong, "--candidates", "1", "--sql-only"], "SELECT 1 AS wrong\n", "");
    ask("sort by first name", &["--no-follow", "--candidates", "1", "--sql-only"], "SELECT 1 AS wrong\n", "");
    // Words that are not understood are the model's.
    ask("and those who like jazz", &["--candidates", "1", "--sql-only"], "SELECT 1 AS wrong\n", "");
}

#[test]
fn a_follow_up_is_no_surer_than_what_it_follows_on() {
    let home = Home::new();
    let nobody = home.script(&["SELECT 1 AS wrong"]);
    let ask = |more: &[&str], code: i32, stdout: &str, stderr: &str| {
        let asked = ["ask", "demo", "sort by first name", "--model", &nobody, "--format", "json"];
        home.check(&[&asked, &BEFORE[..], more].concat(), code, stdout, stderr);
    };
    ask(&["--previous-confidence", "1"], 0, r#""confidence":0.95"#, "");
    ask(&["--previous-confidence", "0.5"], 0, r#""confidence":0.475"#, "");
    // Nobody asked for Paris.
    ask(&[], 0, "and that stood at 40%", "");
    ask(&["--previous-confidence", "3"], 2, "", "no share from 0 to 1");
}

#[test]
fn what_the_model_lost_of_the_previous_answer_is_told() {
    let home = Home::new();
    let script = home.script(&["SELECT first_name FROM customer ORDER BY first_name"]);
    let flags = ["--model", &script, "--no-follow", "--candidates", "1"];
    let told = "the condition city = 'Paris' of the previous answer is gone";
    home.check(&[&["ask", "demo", "sort by first name"], &BEFORE[..], &flags].concat(), 0, "", told);
}

#[test]
fn an_accepted_follow_up_answers_no_other_conversation() {
    let home = Home::new();
    home.check(&["schema", "demo"], 0, "", "");
    let records = Records::open(&Paths::all_in(home.path())).unwrap();
    let path = sqllama::db::demo::path(&Paths::all_in(home.path()).cache).unwrap();
    let schema = Database::open(&path).unwrap().schema(&Cancel::new()).unwrap();
    let id = records.database(&path, &schema.fingerprint()).unwrap();
    let before = Before { question: BEFORE[1].into(), sql: BEFORE[3].into() };
    records.accept_after(id, "only the tall ones", "SELECT 7 AS accepted", &before).unwrap();
    // An earlier sqllama kept this one without what it followed.
    records.accept(id, "and those from Spain?", "SELECT 8 AS fragment").unwrap();
    records.accept(id, "How many customers are there?", "SELECT 9 AS whole").unwrap();
    let script = home.script(&["SELECT 1 AS tall_asked"]);
    let ask = |question: &str, more: &[&str], stdout: &str| {
        home.check(&[&["ask", "demo", question, "--model", &script, "--candidates", "1", "--format", "csv"], more].concat(), 0, stdout, "");
    };
    ask("Only the tall ones", &BEFORE, "accepted\n");
    ask("Only the tall ones", &[], "asked\n");
    ask("Only the tall ones", &["--previous-sql", "SELECT total FROM invoice"], "asked\n");
    ask("And those from Spain", &[], "asked\n");
    ask("how many customers are there", &[], "whole\n");
    for (format, name) in
        [("context", "a.jsonl"), ("alpaca", "b.jsonl"), ("messages", "c.jsonl"), ("completion", "d.jsonl"), ("spider", "e.jsonl")]
    {
        let out = home.path().join(name);
        home.check(&["examples", "export", "demo", "--to", format, "--out", out.to_str().unwrap()], 0, "", "left out 1 follow-up");
        let text = std::fs::read_to_string(out).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains("Spain"), "{text}");
        let follow_up = text.lines().find(|line| line.contains("only the tall ones")).unwrap();
        assert!(follow_up.contains("Which customers do we have?") && follow_up.contains("WHERE city = 'Paris'"), "{follow_up}");
        assert!(!follow_up.contains("\"only the tall ones\"") || format == "messages", "{follow_up}");
    }
    home.check(&["examples", "list", "demo"], 0, "Which customers do we have? > only the tall ones", "");
}
