//! `eval` from end to end: questions over a small database, a model that answers from a script.

use std::path::PathBuf;

use crate::home::Home;

/// A database, three questions about it, and a script that answers two of them right.
fn prepare(home: &Home) -> (String, String) {
    let folder = home.path().join("databases");
    std::fs::create_dir_all(&folder).unwrap();
    let connection = rusqlite::Connection::open(folder.join("pets.sqlite")).unwrap();
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS pet (name TEXT, kind TEXT); DELETE FROM pet; INSERT INTO pet VALUES ('Rex', 'dog'), ('Tom', 'cat'), ('Ida', 'cat');")
        .unwrap();
    let questions = serde_json::json!([
        { "db_id": "pets", "question": "How many pets?", "query": "SELECT count(*) FROM pet" },
        { "db_id": "pets", "question": "Names and kinds?", "query": ["SELECT name, kind FROM pet", "SELECT kind FROM pet"] },
        { "db_id": "pets", "question": "Names from A to Z?", "query": "SELECT name FROM pet ORDER BY name" },
    ]);
    let file = home.file("questions.json", questions.to_string());
    (file.display().to_string(), folder.display().to_string())
}

fn run(home: &Home, answers: &[&str], more: &[&str]) -> std::process::Output {
    let (questions, databases) = prepare(home);
    let script = home.script(answers);
    home.run(&[&["eval", "--questions", &questions, "--databases", &databases, "--model", &script, "--candidates", "1"], more].concat())
}

fn out_file(home: &Home, name: &str) -> (PathBuf, String) {
    let path = home.path().join(name);
    (path.clone(), path.display().to_string())
}

#[test]
fn answers_are_judged_by_their_rows() {
    let home = Home::new();
    let (path, out) = out_file(&home, "run.jsonl");
    // Right; right with its columns the other way round; wrong because the accepted query orders.
    let answers = ["SELECT count(name) FROM pet", "SELECT kind, name FROM pet", "SELECT name FROM pet"];
    let done = run(&home, &answers, &["--out", &out]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.starts_with("right          66.7% of 3 (95%: 20.8 to 93.9)\ndoes not run   0.0% of 3"), "{text}");
    assert!(text.contains("\nmore columns   0.0% of 3"), "{text}");
    let lines: Vec<serde_json::Value> = std::fs::read_to_string(&path).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.iter().map(|l| l["ok"].as_bool().unwrap()).collect::<Vec<_>>(), [true, true, false]);
    for key in ["id", "db_id", "question", "sql", "ok", "error", "confidence", "seconds", "shows_more"] {
        assert!(lines[0].get(key).is_some(), "{key}");
    }
}

#[test]
fn a_run_goes_on_where_it_was_killed() {
    let home = Home::new();
    let (path, out) = out_file(&home, "run.jsonl");
    let first = run(&home, &["SELECT 3"], &["--out", &out]);
    assert_eq!(first.status.code(), Some(5), "the script has one answer");
    let mut kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept.lines().count(), 1);
    kept.push_str("{\"id\":\"1\",\"db_");
    std::fs::write(&path, kept).unwrap();
    let second = run(&home, &["SELECT name, kind FROM pet", "SELECT name FROM pet ORDER BY 1"], &["--out", &out]);
    let text = String::from_utf8_lossy(&second.stdout).into_owned();
    assert!(text.starts_with("right          100.0% of 3"), "{text} {}", String::from_utf8_lossy(&second.stderr));
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
}

#[test]
fn what_a_model_wrote_is_judged_again_without_it() {
    let home = Home::new();
    let (_, drafts) = out_file(&home, "drafts.jsonl");
    let answers = ["SELECT count(name) FROM pet", "SELECT kind, name FROM pet", "SELECT name FROM pet"];
    let first = run(&home, &answers, &["--drafts", &drafts, "--format", "json"]);
    let again = run(&home, &["SELECT 1"], &["--drafts", &drafts, "--format", "json"]);
    let right = |done: &std::process::Output| {
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        report["accuracy"]["count"].clone()
    };
    assert_eq!((right(&first), right(&again)), (2.into(), 2.into()), "{}", String::from_utf8_lossy(&again.stderr));
    // Another prompt is written for.
    let other = run(&home, &["SELECT 3", "SELECT 3", "SELECT 3"], &["--drafts", &drafts, "--format", "json", "--prompt", "alpaca"]);
    assert_eq!(right(&other), 1, "{}", String::from_utf8_lossy(&other.stderr));
}

#[test]
fn two_runs_are_compared() {
    let home = Home::new();
    let (_, before) = out_file(&home, "before.jsonl");
    let (_, after) = out_file(&home, "after.jsonl");
    run(&home, &["SELECT 1", "SELECT nope", "SELECT name FROM pet ORDER BY name"], &["--out", &before, "--no-repair"]);
    run(&home, &["SELECT 3", "SELECT name, kind FROM pet", "SELECT 1"], &["--out", &after]);
    home.check(
        &["eval", "--compare", &before, &after],
        0,
        "2 fixed, 1 broken; exact sign test p = 1.0000\nno difference is shown by 3 questions",
        "",
    );
    home.check(&["eval", "--compare", &before, &after], 0, "fixed: pets #1: Names and kinds?\n  before: SELECT nope\n", "");
}

#[test]
fn what_is_missing_is_named() {
    let home = Home::new();
    let (questions, databases) = prepare(&home);
    let script = home.script(&["SELECT 1"]);
    home.check(
        &["eval", "--questions", "/nowhere.json", "--databases", &databases, "--model", &script],
        2,
        "",
        "/nowhere.json cannot be read as questions",
    );
    home.check(&["eval", "--questions", &questions, "--databases", "/nowhere", "--model", &script], 3, "", "the database of `pets`: ");
    let wrong = home.file("wrong.json", r#"[{"db_id":"pets","question":"?","query":"SELECT nope FROM pet"}]"#).display().to_string();
    home.check(
        &["eval", "--questions", &wrong, "--databases", &databases, "--model", &script],
        2,
        "",
        "the accepted query of question 0 (`pets`) does not run: no such column: nope",
    );
    home.check(&["eval"], 2, "", "required arguments");
    home.check(&["eval", "--compare", "/a", "/b"], 2, "", "/a cannot be read as an earlier run");
}
