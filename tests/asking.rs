//! `ask` from end to end, over the demo database, with a model that answers from a script.

use crate::home::Home;

const COUNT: &str = "```sql\nSELECT count(*) AS customers FROM customer;\n```";

#[track_caller]
fn check(answers: &[&str], flags: &[&str], code: i32, stdout: &str, stderr: &str) {
    let home = Home::new();
    let script = home.script(answers);
    home.check(&[&["ask", "demo", "How many customers are there?", "--model", &script], flags].concat(), code, stdout, stderr);
}

#[test]
fn an_answer_in_every_format() {
    check(&[COUNT], &[], 0, "customers\n", "SELECT count(*) AS customers FROM customer");
    check(&[COUNT], &[], 0, "─", "1 row in ");
    check(&[COUNT], &["--format", "csv"], 0, "customers\n", "");
    check(&[COUNT], &["--format", "ndjson"], 0, "{\"customers\":", "");
    check(&[COUNT], &["--format", "markdown"], 0, "| customers |\n| --- |", "");
    check(&[COUNT], &["--sql-only"], 0, "SELECT count(*) AS customers FROM customer\n", "");
    check(&[COUNT], &["--show-prompt", "--hint", "only the living"], 0, "", "Hint: only the living");
    check(&[COUNT], &["--show-prompt", "--prompt", "alpaca"], 0, "", "### Instruction:\nHow many customers are there?");
}

#[test]
fn sql_that_fails_is_mended_by_the_model() {
    let wrong = "SELECT count(*) FROM zzz";
    let one = ["--candidates", "1"];
    check(&[wrong, COUNT], &one, 0, "customers", "repair 1: no such table: zzz");
    check(&[wrong], &["--no-repair"], 1, "", "error: no such table: zzz");
    check(&[wrong, "SELECT nope FROM customer", "SELECT 1 FROM void"], &one, 1, "", "error: no such table: void");
    check(&["I do not know."], &["--no-repair"], 1, "", "there is no SQL statement in the answer");
    check(&[wrong], &[], 5, "", "the script is at its end after 1 answers");
}

#[test]
fn sql_that_fails_is_mended_without_the_model() {
    let wrong = "SELECT count(*) FROM customers LIMIT ALL";
    let told = ["--sql-only", "--candidates", "1", "--no-repair"];
    check(&[wrong], &told, 0, "SELECT count(*) FROM customer\n", "");
    check(&["SELECT customer.first_name, total FROM invoice"], &told, 0, "JOIN customer ON invoice.customer_id = customer.customer_id", "");
}

#[test]
fn drafts_are_compared_by_what_they_return() {
    let wrong = "SELECT count(*) FROM zzz";
    let two = "SELECT 2 AS n";
    check(&[wrong, COUNT], &[], 0, "customers", "the first draft does not run: comparing it with 7 more");
    // Two that return the same outvote the first, and the drafts' agreement is told.
    let home = Home::new();
    let script = home.script(&[COUNT, two, "SELECT 1 + 1 AS two"]);
    let out = home.run(&["ask", "demo", "How many?", "--model", &script, "--candidates", "3", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(answer["rows"], serde_json::json!([[2]]));
    let agree: Vec<u64> = answer["candidates"].as_array().unwrap().iter().map(|c| c["agrees"].as_u64().unwrap()).collect();
    assert_eq!(agree, [2, 1]);
    assert_eq!(answer["reason"], "2 of 3 drafts return the same, but the first draft is not among them");
    // A draft that writes is never chosen, and hurts nobody.
    check(&[wrong, "DROP TABLE customer", COUNT], &[], 0, "customers", "");
    // Nor is one that never ends, or that SQLite's own lock refuses, the end of the others.
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    check(&[wrong, endless, COUNT], &["--timeout", "1"], 0, "customers", "");
    check(&[wrong, "SELECT * FROM pragma_journal_mode('off')", COUNT], &[], 0, "customers", "");
    // Nothing is compared where nothing is to run.
    check(&[COUNT], &["--sql-only", "--candidates", "3"], 0, "SELECT count(*) AS customers FROM customer\n", "");
}

#[test]
fn drafts_are_drawn_until_what_they_return_is_believed() {
    // What does not run is compared with others: where what half of them return is believed, the rest is never asked for.
    let broken = "SELECT nowhere()";
    let drafts_of = |answers: &[&str], flags: &[&str]| {
        let home = Home::new();
        let script = home.script(answers);
        let question = ["ask", "demo", "How many customers are there?", "--model", &script, "--format", "json"];
        let out = home.run(&[&question, flags].concat());
        let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        answer["reason"].as_str().unwrap().split(',').next().unwrap().to_owned()
    };
    let eight = [broken, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT];
    assert_eq!(drafts_of(&eight, &[]), "3 of 4 drafts return the same");
    assert_eq!(drafts_of(&eight, &["--candidates", "8"]), "7 of 8 drafts return the same");
    let one_other = [broken, "SELECT 5", COUNT, COUNT, COUNT, COUNT, COUNT, COUNT];
    assert_eq!(drafts_of(&one_other, &[]), "2 of 4 drafts return the same");
    let none_alike = [broken, "SELECT 5", "SELECT 6", "SELECT 7", COUNT, COUNT, COUNT, COUNT];
    assert_eq!(drafts_of(&none_alike, &[]), "4 of 8 drafts return the same");
    // With a limit that is not reached, as without; 0 is none.
    assert_eq!(drafts_of(&eight, &["--answer-within", "600"]), "3 of 4 drafts return the same");
    assert_eq!(drafts_of(&eight, &["--answer-within", "0"]), "3 of 4 drafts return the same");
}

#[test]
fn an_answer_that_writes_is_refused_and_changes_nothing() {
    for sql in ["DROP TABLE customer", "DELETE FROM customer; SELECT 1", "PRAGMA writable_schema = 1", "ATTACH 'x' AS y"] {
        let home = Home::new();
        let script = home.script(&[sql]);
        // The first use makes the demo database.
        home.check(&["schema", "demo"], 0, "", "");
        let before = snapshot(home.path());
        assert!(!before.is_empty());
        home.check(&["ask", "demo", "Delete everything.", "--model", &script], 4, "", "error: ");
        assert_eq!(snapshot(home.path()), before, "{sql}");
    }
}

/// The demo database and whatever stands beside it under its name, byte by byte. (Our own records and caches are in the same folder here.)
fn snapshot(folder: &std::path::Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let is_demo = |name: std::ffi::OsString| name.to_string_lossy().starts_with("demo");
    let files = std::fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().is_file() && is_demo(file.file_name()));
    let mut files: Vec<_> = files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn json_has_every_key_of_the_contract() {
    let home = Home::new();
    let script = home.script(&["SELECT nope FROM customer", "SELECT first_name FROM customer ORDER BY customer_id"]);
    let args = ["ask", "demo", "Who?", "--model", &script, "--format", "json", "--max-rows", "2", "--candidates", "1"];
    let out = home.run(&args);
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let keys: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "question",
        "sql",
        "state",
        "columns",
        "units",
        "rows",
        "row_count",
        "truncated",
        "confidence",
        "reason",
        "fixes",
        "candidates",
        "attempts",
        "missing",
        "timings",
        "model",
        "error",
    ];
    assert_eq!(keys, expected);
    let timings: Vec<&str> = answer["timings"].as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "load_ms",
        "prompt_tokens",
        "cached_tokens",
        "prefill_ms",
        "generated_tokens",
        "forced_tokens",
        "drafted_tokens",
        "accepted_tokens",
        "decode_ms",
        "query_ms",
        "total_ms",
    ] {
        assert!(timings.contains(&key), "{key} in {timings:?}");
    }
    assert_eq!(answer["state"], "ran");
    assert_eq!((&answer["row_count"], &answer["truncated"]), (&2.into(), &true.into()));
    assert_eq!(answer["attempts"][0]["error"], "no such column: nope");
    assert_eq!(answer["model"]["name"], "scripted");
    assert!(answer["error"].is_null() && answer["confidence"].is_f64());
    let checked = home.run(&["ask", "demo", "Who?", "--model", &home.script(&[COUNT]), "--format", "json", "--sql-only"]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&checked.stdout).unwrap()["state"], "checked");
    let refused = home.run(&["ask", "demo", "Who?", "--model", &home.script(&["DROP TABLE customer"]), "--format", "json"]);
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&refused.stdout).unwrap()["state"], "refused");
}

#[test]
fn a_question_of_100_kb_is_refused_before_any_work() {
    let home = Home::new();
    let question = "why? ".repeat(20_480);
    home.check(
        &["ask", "demo", &question, "--model", "qwen2.5-coder-1.5b", "--yes"],
        2,
        "",
        "the question has 102400 bytes, and at most 8192 are read",
    );
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_query_with_130() {
    let home = Home::new();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let script = home.script(&[endless]);
    for args in [&["query", "demo", endless][..], &["ask", "demo", "How many?", "--model", &script]] {
        let child = home.command(args).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        // Long enough to start, and the query does not end by itself.
        std::thread::sleep(std::time::Duration::from_millis(700));
        let id = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(130), "{args:?}");
        assert!(String::from_utf8_lossy(&out.stderr).ends_with("interrupted\n"), "{:?}", String::from_utf8_lossy(&out.stderr));
    }
}
