//! `sqllama learn`: what decides, what is attached, what is taken back, what goes on, what a schema change breaks. The long way, with a tiny model
//! that is measured, trained, asked and compared, runs where `SQLLAMA_TEST_LEARN` is set.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::data::write_adapter;
use crate::home::Home;
use crate::tiny::{self, QWEN2};

/// A shop with rows enough to make examples of.
fn shop(home: &Home) -> PathBuf {
    let path = home.path().join("shop.sqlite");
    let mut sql = String::from(
        "BEGIN; CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INTEGER); \
         CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, product TEXT, price REAL, bought TEXT);",
    );
    for n in 1..40 {
        let city = ["Rome", "Oslo", "Bern", "Lima"][n % 4];
        sql += &format!("INSERT INTO customer VALUES ({n}, 'Name {n}', '{city}', {});", 20 + n % 31);
        let (product, day) = (["lamp", "chair", "desk"][n % 3], 1 + n % 27);
        sql += &format!("INSERT INTO purchase VALUES ({n}, {}, '{product}', {}.5, '2024-0{}-{day:02}');", 1 + n / 2, 3 * n, 1 + n % 9);
    }
    rusqlite::Connection::open(&path).unwrap().execute_batch(&(sql + "COMMIT;")).unwrap();
    path
}

/// An answered question, as `eval` keeps it.
fn record(n: usize, ok: bool) -> String {
    let record = json!({
        "id": format!("made-{n}"), "db_id": "shop", "question": format!("Question {n}?"), "sql": "SELECT 1", "ok": ok, "error": null,
        "confidence": null, "seconds": 0.1,
    });
    format!("{record}\n")
}

/// A run that learned the shop, up to the decision: `fixed` of eight questions are right with its adapter alone, and two always were.
fn compared(home: &Home, name: &str, fixed: usize, attach: bool) -> PathBuf {
    let run = home.path().join("runs").join(name);
    write_adapter(&run);
    let write = |path: PathBuf, text: String| std::fs::write(path, text).unwrap();
    let config = sqllama::train::TrainConfig { model_name_or_path: "m".into(), output_dir: run.clone(), ..Default::default() };
    write(run.join("plan.toml"), config.to_toml());
    let events = [
        json!({ "event": "started", "step": 0, "total_steps": 4, "epochs": 1.0, "examples": 32, "parameters": 9 }),
        json!({ "event": "finished", "step": 4, "train_loss": 1.0, "seconds": 1.0, "stopped_early": false, "folder": "f" }),
    ];
    write(run.join("events.jsonl"), events.map(|event| format!("{event}\n")).concat());
    std::fs::create_dir_all(run.join("compare")).unwrap();
    write(run.join("compare/before.jsonl"), (0..10).map(|n| record(n, n >= 8)).collect());
    write(run.join("compare/after.jsonl"), (0..10).map(|n| record(n, n >= 8 || n < fixed)).collect());
    let question =
        |n: usize| json!({ "id": format!("made-{n}"), "db_id": "shop", "question": format!("Question {n}?"), "query": "SELECT 1" });
    write(run.with_extension("held.json"), json!((0..10).map(question).collect::<Vec<_>>()).to_string());
    let settled = json!({
        "layers": 1, "rank": 2, "rows": 32, "steps": 4, "every": 2, "choose": 0, "compare": 10, "learning_rate": 1e-4, "train_seconds": 1.0,
        "choose_seconds": 0.0, "compare_seconds": 1.0,
    });
    let kept = json!({
        "format": 1, "database": "shop.sqlite", "place": std::fs::canonicalize(home.path().join("shop.sqlite")).unwrap(), "fingerprint": "f",
        "model": tiny::fixture(&QWEN2), "budget": 60.0, "spent": 12.0, "attach": attach, "accepted": 0, "made": 32, "measured": null,
        "settled": settled, "replaced": null, "outcome": null,
    });
    write(run.with_extension("learn.json"), kept.to_string());
    run
}

#[test]
fn what_was_compared_decides_and_is_taken_back() {
    let home = Home::new();
    let shop = shop(&home).display().to_string();
    let learn =
        |more: &[&str], code: i32, stdout: &str, stderr: &str| home.check(&[&["learn", &shop], more].concat(), code, stdout, stderr);
    let attached = || home.stdout_of(&["adapters", "list"]);
    learn(&["--undo"], 2, "", "nothing is attached to this database");
    // Five of five may be chance.
    compared(&home, "learn-shop", 5, false);
    learn(&[], 0, "not attached: no difference is shown that could not be chance", "going on with learn-shop, which took 12.0 s so far");
    assert!(!attached().contains("DATABASE"), "{}", attached());
    learn(&["--name", "learn-shop"], 2, "", "learn-shop is done: no difference is shown");
    // Eight of eight are hardly: p = 2 / 2^8.
    compared(&home, "learn-shop-2", 8, false);
    learn(&[], 0, "changed    8 fixed, 0 broken; exact sign test p = 0.0078", "rank 2 on the upper 1 of 2 layers, 4 steps of 8 rows");
    assert!(attached().contains("learn-shop-2\n"), "{}", attached());
    // What the person says counts, and what was attached before comes back.
    compared(&home, "learn-shop-3", 0, false);
    learn(&["--attach"], 0, "attached: no difference is shown that could not be chance; it is attached because you said so", "");
    assert!(attached().contains("learn-shop-3\n"), "{}", attached());
    learn(&["--undo"], 0, "is asked with learn-shop-2 again, as before\nwhat remains: the run learn-shop-3 (", "");
    assert!(attached().contains("learn-shop-2\n"), "{}", attached());
    learn(&["--undo", "--json"], 0, "\"restored\":null", "");
    learn(&["--undo"], 2, "", "nothing is attached to this database");
    // What another hand attached is left alone.
    let other = home.path().join("other");
    write_adapter(&other);
    home.check(&["adapters", "attach", &shop, other.to_str().unwrap()], 0, "", "from now on");
    learn(&["--undo"], 2, "", "was not made by learning it");
    // A run that is deleted leaves nothing beside its place.
    home.check(&["runs", "remove", "learn-shop"], 0, "", "");
    let left = std::fs::read_dir(home.path().join("runs")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("learn-shop.")).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn one_that_is_worse_than_what_answers_is_not_attached() {
    let home = Home::new();
    let shop = shop(&home).display().to_string();
    let run = compared(&home, "learn-shop", 8, false);
    // The other way round.
    let (before, after) = (run.join("compare/before.jsonl"), run.join("compare/after.jsonl"));
    std::fs::rename(&before, run.join("x")).unwrap();
    std::fs::rename(&after, &before).unwrap();
    std::fs::rename(run.join("x"), &after).unwrap();
    let out = home.stdout_of(&["learn", &shop, "--json"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    let decision = &object["decision"];
    assert_eq!((decision["attached"].as_bool(), decision["fixed"].as_u64(), decision["broken"].as_u64()), (Some(false), Some(0), Some(8)));
    assert!(decision["because"].as_str().unwrap().contains("it is worse"), "{out}");
    assert_eq!((object["shares"][0]["before"]["right"].as_u64(), object["shares"][0]["after"]["right"].as_u64()), (Some(10), Some(2)));
}

#[test]
fn what_cannot_be_learned_is_said() {
    let home = Home::new();
    let shop = shop(&home).display().to_string();
    let model = tiny::fixture(&QWEN2).display().to_string();
    let check = |more: &[&str], code: i32, stderr: &str| home.check(&[&["learn", &shop], more].concat(), code, "", stderr);
    check(&["--budget", "soon"], 2, "a time is needed, such as 30m, 90s or 1h30m");
    check(&["--budget", "30m", "--undo"], 2, "cannot be used with");
    check(&["--name", "../up", "--model", &model], 2, "cannot be a run's name");
    check(&["--model", &home.script(&["SELECT 1"])], 2, "a model is trained on this machine");
    home.check(&["learn", "/nowhere.sqlite"], 3, "", "/nowhere.sqlite");
    let empty = home.path().join("empty.sqlite");
    rusqlite::Connection::open(&empty).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    home.check(&["learn", empty.to_str().unwrap(), "--model", &model, "--budget", "1m"], 2, "", "this database gives too few examples");
    compared(&home, "learn-shop", 8, false);
    check(&["--model", "another"], 2, "learn-shop was begun with");
    let other = home.path().join("other.sqlite");
    std::fs::copy(&shop, &other).unwrap();
    home.check(&["learn", other.to_str().unwrap(), "--name", "learn-shop"], 2, "", "the run learn-shop learned another database");
    // Nothing is left of what was not begun.
    assert!(!home.path().join("runs/learn-empty.learn.lock").exists());
}

#[test]
fn a_schema_change_names_the_examples_that_no_longer_run() {
    let home = Home::new();
    let path = shop(&home);
    let shop = path.display().to_string();
    home.check(&["examples", "check", &shop], 0, "", "every example runs (0 accepted answers)");
    let run = compared(&home, "learn-shop", 8, false);
    let row = |question: &str, sql: &str| format!("{}\n", json!({ "question": question, "context": "CREATE TABLE t (a)", "answer": sql }));
    let rows = row("Where do they live?", "SELECT city FROM customer") + &row("How many?", "SELECT count(*) FROM customer");
    std::fs::write(run.with_extension("examples.jsonl"), rows).unwrap();
    home.check(&["learn", &shop], 0, "attached: it is better", "");
    home.check(&["examples", "check", &shop], 0, "", "every example runs");
    rusqlite::Connection::open(&path).unwrap().execute_batch("ALTER TABLE customer RENAME COLUMN city TO town").unwrap();
    home.check(
        &["examples", "check", &shop],
        1,
        "learned  Where do they live?  SELECT city FROM customer",
        "the attached adapter learned another schema",
    );
    let out = home.run(&["examples", "check", &shop, "--json"]);
    let rows: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.status.code(), rows.as_array().unwrap().len(), rows[0]["from"].as_str()), (Some(1), 1, Some("learned")));
    assert!(rows[0]["reason"].as_str().unwrap().contains("city"), "{rows}");
}

/// Measured, planned, trained, judged, compared: with a model of random weights nothing is better, and nothing is attached.
#[test]
fn a_database_is_learned_from_nothing_to_the_decision() {
    if std::env::var_os("SQLLAMA_TEST_LEARN").is_none() {
        return;
    }
    let home = Home::new();
    let shop = shop(&home).display().to_string();
    let model = tiny::fixture(&QWEN2).display().to_string();
    let learn = |more: &[&str]| home.run(&[&["learn", &shop, "--model", &model, "--budget", "40s", "--threads", "2"], more].concat());
    let dry = learn(&["--dry-run"]);
    crate::home::check_output(&dry, 0, "no SQL stands on two sides", "");
    assert!(!home.path().join("runs").exists() || std::fs::read_dir(home.path().join("runs")).unwrap().count() == 0);
    let out = learn(&[]);
    crate::home::check_output(&out, 0, "not attached: no difference is shown", "questions judge the result");
    let runs = home.stdout_of(&["runs", "list"]);
    assert!(runs.contains("learn-shop") && runs.contains("finished"), "{runs}");
    assert!(is_apart(&home.path().join("runs/learn-shop")));
}

/// Whether nothing that is held out is learned.
fn is_apart(run: &Path) -> bool {
    let text = |extension: &str| std::fs::read_to_string(run.with_extension(extension)).unwrap();
    let sql = |text: String, key: &str| -> Vec<String> {
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()[key].as_str().unwrap().to_owned()).collect()
    };
    let learned = sql(text("examples.jsonl"), "answer");
    let held: Vec<Value> = serde_json::from_str(&text("held.json")).unwrap();
    let held = held.iter().map(|question| question["query"].as_str().unwrap().to_owned()).chain(sql(text("held.jsonl"), "answer"));
    let skeleton = sqllama::jobs::split::skeleton;
    held.into_iter().all(|held| learned.iter().all(|learned| skeleton(learned) != skeleton(&held)))
}
