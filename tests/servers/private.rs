//! What is private never leaves: every byte that a server gets is looked at.

use std::path::Path;
use std::sync::Arc;

use sqllama::ask::{AskRequest, Candidates, Recalled, ask};
use sqllama::db::{Database, ValueIndex, ValueLimits};
use sqllama::llm::server::{Abilities, GrammarField, Remote, ServerOptions};
use sqllama::prompt::{Form, Turn};
use sqllama::records::Records;
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::store::Paths;

use super::options;
use super::stand_in::StandIn;
use crate::home::Home;

const TABLES: &str = "
CREATE TABLE employee (id INTEGER PRIMARY KEY, name TEXT, city TEXT, qsalary REAL, zcode TEXT, net AS (qsalary * 0.5), dept_id INT REFERENCES dept);
CREATE TABLE dept (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE qreview (id INTEGER PRIMARY KEY, employee_id INT REFERENCES employee, text TEXT);
CREATE VIEW rich AS SELECT name, qsalary AS pay FROM employee;
CREATE VIEW everyone(a, b, c, d, e) AS SELECT id, name, city, zcode, qsalary FROM employee;
INSERT INTO dept VALUES (1, 'Sales'), (2, 'Tools');
INSERT INTO employee (name, city, qsalary, zcode, dept_id) VALUES ('Ann', 'Rome', 987123.5, 'CANARYA', 1), ('Bo', 'Oslo', 987124.5, 'CANARYB', 2),
    ('Cy', 'Rome', 987125.5, 'CANARYC', 1), ('Di', 'Bern', 987126.5, 'CANARYD', 2);
INSERT INTO qreview (employee_id, text) VALUES (1, 'CANARY review'), (2, 'CANARY other');
";

/// Names and values that must not leave.
const CANARIES: [&str; 8] = ["qsalary", "zcode", "qreview", "CANARY", "98712", "49356", "net", "pay"];

#[track_caller]
fn assert_silent(sent: &str) {
    let lower = sent.to_lowercase();
    for canary in CANARIES {
        // `net` and `pay` as words of their own.
        let found = lower.match_indices(&canary.to_lowercase()).any(|(at, found)| {
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            canary.len() > 3 || edge(lower[..at].chars().next_back()) && edge(lower[at + found.len()..].chars().next())
        });
        assert!(!found, "{canary} left: {sent}");
    }
}

/// A company's database in `folder`.
fn company(folder: &Path) -> (Database, Schema) {
    let path = folder.join("company.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch(TABLES).unwrap();
    let database = Database::open(&path).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    (database, schema)
}

#[test]
fn nothing_private_leaves_in_whichever_way() {
    let (folder, cancel) = (tempfile::tempdir().unwrap(), Cancel::new());
    let (database, schema) = company(folder.path());
    let records = Records::open(&Paths::all_in(folder.path().join("own"))).unwrap();
    let id = records.database(database.path(), &schema.fingerprint()).unwrap();
    records.add_note(id, "private = [\"qsalary\", \"employee.zcode\", \"qreview\"]").unwrap();
    records.add_note(id, "qsalary is in euro").unwrap();
    records.add_note(id, "Rome is the head office").unwrap();
    records.accept(id, "Who are the employees with the best income?", "SELECT name FROM employee ORDER BY qsalary DESC").unwrap();
    records.accept(id, "Which employees live in Rome?", "SELECT name FROM employee WHERE city = 'Rome'").unwrap();
    let values = Arc::new(ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap());
    // Models guess: what they guess goes wrong in every way, and is told back to them as far as it may be.
    let server = StandIn::saying(&[
        "```sql\nSELECT nowhere() FROM employee;\n```",
        "```sql\nSELECT qsalary, nowhere() FROM employee;\n```",
        "```sql\nSELECT avg(qsalary) FROM employee WHERE zcode = 'CANARYA';\n```",
        "nothing",
        "```sql\nSELECT name FROM employee;\n```",
    ]);
    // A server that can do everything is sent most.
    let able = Abilities {
        several: true,
        logprobs: true,
        grammar: Some(GrammarField::Grammar),
        json_schema: true,
        token_ids: true,
        prefix_cache: true,
        ..Abilities::unknown()
    };
    let mut models =
        [Abilities::unknown(), able].map(|known| Remote::new(ServerOptions { known: Some(known), ..options(&server.address) }).unwrap());
    let before = Turn { question: "and their income?".into(), sql: "SELECT qsalary FROM employee".into() };
    let guessed = Turn { question: "Who are they?".into(), sql: "SELECT name FROM employee WHERE zcode = 'CANARYB'".into() };
    for (question, previous) in [
        ("Which employees are called CanaryA?".replace("CanaryA", "Ann"), None),
        ("How many employees are in each city?".into(), Some(before)),
        ("List the employees of Rome with the best income".into(), Some(guessed)),
        ("Which employees have an id above the average?".into(), None),
    ] {
        for (form, model) in [Form::Chat, Form::Alpaca].into_iter().flat_map(|form| [0, 1].map(|model| (form, model))) {
            let recalled = Recalled::look_up(&records, id, &question, None).unwrap();
            let request = AskRequest {
                values: Some(Arc::clone(&values)),
                previous: previous.clone(),
                candidates: Candidates::Exactly(4),
                ..AskRequest::new(&question, form)
            };
            let request = AskRequest { accepted_sql: None, ..recalled.apply(request) };
            let mut events = Vec::new();
            let _ = ask(&database, &schema, &mut models[model], &request, &cancel, &mut |event| events.push(event));
            assert!(!events.is_empty());
        }
    }
    let sent = server.everything();
    assert!(sent.contains("Rome is the head office") && sent.contains("CREATE TABLE employee"), "{sent}");
    assert!(server.requests.lock().unwrap().len() > 20);
    assert_silent(&sent);
    // A grammar spells names letter by letter.
    assert!(sent.contains("table ::=") && spells(&sent, "employee"), "{sent}");
    for canary in ["salary", "zcode", "review"] {
        assert!(!spells(&sent, canary), "{canary} left: {sent}");
    }
}

/// Whether a grammar in `sent` has these letters in a row, in either case.
fn spells(sent: &str, letters: &str) -> bool {
    let classes: Vec<String> = letters.chars().map(|c| format!("[{c}{}]", c.to_ascii_uppercase())).collect();
    sent.contains(&classes.join(" "))
}

#[test]
fn the_same_without_the_note_does_leave() {
    let (folder, cancel) = (tempfile::tempdir().unwrap(), Cancel::new());
    let (database, schema) = company(folder.path());
    let server = StandIn::saying(&["```sql\nSELECT avg(qsalary) FROM employee;\n```"]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    let request = AskRequest { candidates: Candidates::Exactly(1), ..AskRequest::new("What is the average income?", Form::Chat) };
    let answer = ask(&database, &schema, &mut model, &request, &cancel, &mut |_| ()).unwrap();
    assert_eq!(answer.error, None);
    assert!(server.everything().contains("qsalary") && server.everything().contains("CANARY"));
}

#[test]
fn a_person_may_ask_for_anything() {
    let home = Home::new();
    let path = home.path().join("company.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch(TABLES).unwrap();
    let records = Records::open(&Paths::all_in(home.path())).unwrap();
    let database = Database::open(&path).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    let id = records.database(database.path(), &schema.fingerprint()).unwrap();
    records.add_note(id, "private = ['qsalary']").unwrap();
    records.accept(id, "Who earns the most?", "SELECT name FROM employee ORDER BY qsalary DESC LIMIT 1").unwrap();
    drop(records);
    let path = path.display().to_string();
    home.check(&["query", &path, "SELECT qsalary FROM employee WHERE name = 'Ann'"], 0, "987123.5", "");
    // What was accepted is answered without the model.
    let script = home.script(&["```sql\nSELECT 1;\n```"]);
    home.check(&["ask", &path, "Who earns the most?", "--model", &script], 0, "Di", "");
}
