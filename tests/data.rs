//! `data`, `adapters` and `examples` of the real binary: what they print, what they write, what they refuse.

use std::path::Path;

use sqllama::llm::adapter::AdapterCard;
use sqllama::llm::adapter::card::{BaseCard, hex};
use sqllama::llm::{Adapter, Model};

use crate::adapter::random_adapter;
use crate::home::Home;
use crate::tiny::{self, LLAMA, QWEN2};

const ROWS: &str = r#"[
 {"instruction": "How many heads are older than 56?", "input": "CREATE TABLE head (age INTEGER, name VARCHAR)", "output": "SELECT COUNT(*) FROM head WHERE age > 56"},
 {"instruction": "Which head is called Ann?", "input": "CREATE TABLE head (age INTEGER, name VARCHAR)", "output": "SELECT age FROM head WHERE name = \"Ann\""},
 {"instruction": "How many heads  are older than 56?", "input": "CREATE TABLE head (age INTEGER, name VARCHAR)", "output": "SELECT COUNT(*) FROM head"},
 {"instruction": "How tall is Ann?", "input": "CREATE TABLE head (age INTEGER, name VARCHAR)", "output": "SELECT height FROM head WHERE name = 'Ann'"},
 {"instruction": "Remove Ann.", "input": "CREATE TABLE head (age INTEGER)", "output": "DELETE FROM head"},
 {"instruction": "What is held out?", "input": "CREATE TABLE head (age INTEGER)", "output": "SELECT max(age) FROM head"},
 {"instruction": "No answer", "input": ""},
 {"instruction": "Broken schema", "input": "CREATE TABLE head (age INTEGER, age TEXT)", "output": "SELECT 1"}
]"#;

/// What a command prints on stdout, with the home's path taken out.
fn printed(home: &Home, args: &[&str]) -> String {
    let out = home.run(args);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().replace(home.path().to_str().unwrap(), "HOME")
}

#[test]
fn rows_are_checked_with_reasons() {
    let home = Home::new();
    let file = home.file("rows.json", ROWS);
    let held_out = home.file("held.jsonl", "{\"db_id\":\"x\",\"question\":\"what is HELD out?\",\"query\":\"SELECT 1\"}\n");
    let (file, held_out) = (file.to_str().unwrap(), held_out.to_str().unwrap());
    let (kept, rejects) = (home.path().join("kept.jsonl"), home.path().join("rejects.jsonl"));
    let args = ["data", "check", file, "--held-out", held_out, "--out", kept.to_str().unwrap(), "--rejects", rejects.to_str().unwrap()];
    insta::assert_snapshot!("data_check", printed(&home, &args));
    let kept = std::fs::read_to_string(&kept).unwrap();
    assert_eq!(kept.lines().count(), 2);
    assert!(kept.contains("name = 'Ann'"), "{kept}");
    assert_eq!(std::fs::read_to_string(&rejects).unwrap().lines().count(), 6);
    home.check(&args, 2, "", "kept.jsonl is there already");
    home.check(&["data", "check", file, "--max-length", "3", "--json"], 1, "\"too long\":", "Alpaca rows");
    home.check(&["data", "check", "/nowhere.json"], 3, "", "cannot read /nowhere.json");
    let other = home.file("other.json", "[{\"a\": 1}]");
    home.check(&["data", "check", other.to_str().unwrap()], 2, "", "a shape that is not known: they hold a");
}

#[test]
fn rows_are_counted() {
    let home = Home::new();
    let file = home.file("rows.json", ROWS);
    insta::assert_snapshot!("data_stats", printed(&home, &["data", "stats", file.to_str().unwrap()]));
    home.check(&["data", "stats", file.to_str().unwrap(), "--json"], 0, "\"rows\":7", "1 row cannot be read");
}

#[test]
fn rows_of_many_forms_are_read() {
    let home = Home::new();
    let imported = |name: &str, text: &str, more: &[&str], said: &str| {
        let file = home.file(name, text);
        let stem = name.split('.').next().unwrap();
        let args = [&["data", "import", file.to_str().unwrap(), "--name", stem], more].concat();
        home.check(&args, 0, &format!("datasets/{stem}.jsonl"), said);
        std::fs::read_to_string(home.path().join(format!("datasets/{stem}.jsonl"))).unwrap()
    };
    let row = "{\"question\":\"q\",\"context\":\"CREATE TABLE t (a);\",\"answer\":\"SELECT a FROM t\"}\n";
    let gretel = "id,sql_prompt,sql_context,sql\n1,q,CREATE TABLE t (a); INSERT INTO t VALUES (1);,SELECT a FROM t\n";
    assert_eq!(imported("gretel.csv", gretel, &[], "by the names of their columns"), row);
    let own = "{\"nl\":1,\"x\":\"q\",\"y\":\"SELECT a FROM t\",\"z\":\"CREATE TABLE t (a);\"}\n";
    assert_eq!(imported("own.jsonl", own, &["--columns", "question=x,sql=y,schema=z"], "by the names"), row);
    let parts = "{\"test\":[{\"question\":\"no\",\"schema\":\"\",\"sql\":\"SELECT 1\"}],\"train\":[{\"question\":\"q\",\"schema\":\"CREATE TABLE t (a);\",\"sql\":\"SELECT a FROM t\"}]}";
    let found = imported("parts.json", parts, &[], "left out: 1 row of `test`");
    assert_eq!(found, row.replace("}\n", ",\"split\":\"train\"}\n"));
    let turns = "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"},{\"from\":\"human\",\"value\":\"r\"},{\"from\":\"gpt\",\"value\":\"b\"}]}\n";
    let found = imported("share.jsonl", turns, &[], "ShareGPT");
    assert!(found.starts_with("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}"), "{found}");
    let file = home.path().join("share.jsonl").display().to_string();
    home.check(&["data", "check", &file], 0, "of several turns: the last answer is learned        1", "");
    home.check(&["data", "stats", &file], 0, "rows of several turns: the last answer is learned", "");
    let file = home.path().join("own.jsonl").display().to_string();
    home.check(&["data", "check", &file, "--columns", "question=x,sql=w"], 2, "", "have no w: they hold nl, x, y, z");
    home.check(&["data", "check", &file, "--columns", "question=x"], 2, "", "the column of the SQL is not named");
}

#[test]
fn rows_change_their_shape() {
    let home = Home::new();
    let file = home.file("rows.json", ROWS);
    let file = file.to_str().unwrap();
    let place = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let lines = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    printed(&home, &["data", "export", file, "--to", "messages", "--out", &place("chat.jsonl")]);
    let first: serde_json::Value = serde_json::from_str(lines("chat.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(first["messages"].as_array().unwrap().len(), 3);
    assert_eq!(first["messages"][2]["content"], "```sql\nSELECT COUNT(*) FROM head WHERE age > 56;\n```");
    printed(&home, &["data", "subset", file, "--count", "3", "--power", "4", "--seed", "7", "--out", &place("three.json")]);
    assert!(lines("three.json").starts_with("[\n{\"instruction\":"));
    printed(&home, &["data", "subset", file, "--count", "3", "--power", "4", "--seed", "7", "--out", &place("again.json")]);
    assert_eq!(lines("three.json"), lines("again.json"));
    home.check(&["data", "import", file, "--name", "heads"], 0, "datasets/heads.jsonl", "left out: row 7 of");
    home.check(&["data", "import", file, "--name", "../heads"], 2, "", "cannot be a data set's name");
    home.check(&["data", "import", file, "--name", "heads"], 2, "", "is there already");
    home.check(&["data", "check", &place("datasets/heads.jsonl"), "--json"], 0, "\"rows\":7", "question, context, answer");
}

#[test]
fn examples_are_made_and_pass_the_check() {
    let home = Home::new();
    let place = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let made = printed(&home, &["data", "make", "demo", "--count", "12", "--seed", "5"]);
    let questions: Vec<String> = made
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|row| format!("{}\n  {}", row["question"].as_str().unwrap(), row["answer"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!("data_make", questions.join("\n"));
    assert_eq!(printed(&home, &["data", "make", "demo", "--count", "12", "--seed", "5"]), made);
    home.check(&["data", "make", "demo", "--count", "40", "--out", &place("made.jsonl")], 0, "SHAPE", "40 examples");
    home.check(&["data", "check", &place("made.jsonl"), "--json"], 0, "\"kept\":40", "");
}

/// A stored adapter for the tiny model, with a card.
pub(crate) fn write_adapter(folder: &Path) -> Adapter {
    let model = Model::open(&tiny::fixture(&QWEN2)).unwrap().0;
    let mut adapter = random_adapter(&model, 3);
    adapter.card = Some(AdapterCard {
        format: AdapterCard::FORMAT,
        prompt: "alpaca".into(),
        schema_text: 1,
        base: BaseCard { name: "tiny-qwen2".into(), weights_sha256: hex(model.weights_hash()) },
    });
    adapter.write(folder).unwrap();
    adapter
}

#[test]
fn adapters_are_stored_used_and_refused() {
    let home = Home::new();
    let folder = home.path().join("trained");
    let adapter = write_adapter(&folder);
    let folder = folder.to_str().unwrap();
    let (qwen2, llama) = (tiny::fixture(&QWEN2), tiny::fixture(&LLAMA));
    let (qwen2, llama) = (qwen2.to_str().unwrap(), llama.to_str().unwrap());
    home.check(&["adapters", "list"], 0, "", "there are no adapters");
    home.check(&["adapters", "import", folder, "--name", "heads"], 0, "adapters/heads", "stored as heads");
    home.check(&["adapters", "import", folder, "--name", "heads"], 2, "", "there is an adapter `heads` already");
    insta::assert_snapshot!("adapters_list", printed(&home, &["adapters", "list"]));
    insta::assert_snapshot!("adapters_show", printed(&home, &["adapters", "show", "heads"]));
    // A run's result and a folder that is attached are listed too, wherever they lie.
    let run = home.path().join("runs/my-run");
    write_adapter(&run);
    home.check(&["adapters", "list"], 0, "RUN OR FOLDER  BASE        RANK  PARAMETERS  PROMPT\nmy-run         tiny-qwen2  3", "");
    home.check(&["adapters", "attach", "demo", "my-run"], 0, "", "my-run from now on");
    home.check(&["adapters", "list"], 0, ".sqlite  my-run\n", "");
    home.check(&["adapters", "attach", "demo", "heads"], 0, "", "from now on");
    home.check(&["adapters", "list"], 0, ".sqlite  heads\n", "");
    home.check(&["adapters", "attach", "demo", folder], 0, "", "from now on");
    home.check(&["adapters", "list"], 0, &format!("\n{folder}  tiny-qwen2"), "");
    home.check(&["adapters", "list"], 0, &format!(".sqlite  {folder}\n"), "");
    home.check(&["adapters", "detach", "demo"], 0, "", "without an adapter");
    std::fs::remove_dir_all(run).unwrap();

    let complete = |extra: &[&str]| {
        let args = [&["complete", "--model", qwen2, "--prompt", "SELECT", "--max-tokens", "12", "--format", "json"], extra].concat();
        let out = home.run(&args);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let object: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        object["tokens"].to_string()
    };
    assert_eq!(complete(&["--adapter", "heads"]), complete(&["--adapter", folder]));
    assert_ne!(complete(&["--adapter", "heads"]), complete(&[]));
    let out = home.run(&[
        "complete",
        "--model",
        qwen2,
        "--prompt",
        "SELECT",
        "--max-tokens",
        "3",
        "--format",
        "openai",
        "--echo",
        "--logprobs",
        "2",
    ]);
    let object: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&object["object"], &object["model"]), (&"text_completion".into(), &"tiny-qwen2".into()));
    let choice = &object["choices"][0];
    assert!(choice["text"].as_str().unwrap().starts_with("SELECT"));
    assert_eq!((choice["finish_reason"].as_str(), choice["index"].as_u64()), (Some("length"), Some(0)));
    assert_eq!(choice["logprobs"]["top_logprobs"].as_array().unwrap().len(), 3);
    let usage = |name: &str| object["usage"][name].as_u64().unwrap();
    assert_eq!((usage("completion_tokens"), usage("total_tokens")), (3, usage("prompt_tokens") + 3));
    let other = |adapter: &str| home.run(&["complete", "--model", llama, "--prompt", "x", "--adapter", adapter]);
    crate::home::check_output(&other("heads"), 2, "", "the adapter was trained on tiny-qwen2 (weights ");
    crate::home::check_output(&other("nope"), 2, "", "there is no adapter `nope`");

    let exported = home.path().join("exported");
    home.check(&["adapters", "export", "heads", exported.to_str().unwrap()], 0, "exported", "");
    assert_eq!(Adapter::read(&exported).unwrap(), adapter);
    home.check(&["adapters", "merge", "heads", "--base", qwen2, "--out", "x"], 2, "", "is not a Hugging Face folder");
    home.check(&["adapters", "remove", "heads"], 0, "", "removed heads");
    home.check(&["adapters", "remove", "heads"], 2, "", "there is no adapter `heads`");
}

#[test]
fn an_attached_adapter_is_used_until_it_is_detached() {
    let home = Home::new();
    let folder = home.path().join("trained");
    write_adapter(&folder);
    let database = home.path().join("small.sqlite");
    rusqlite::Connection::open(&database).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);").unwrap();
    let database = database.to_str().unwrap();
    let ask = |model: &Path, extra: &[&str]| {
        let model = model.to_str().unwrap();
        let args = [&["ask", database, "a?", "--model", model, "--no-repair", "--candidates", "1"], extra].concat();
        String::from_utf8(home.run(&args).stderr).unwrap()
    };
    let qwen2 = tiny::fixture(&QWEN2);
    assert!(!ask(&qwen2, &[]).contains("adapter"));
    home.check(&["adapters", "attach", database, folder.to_str().unwrap()], 0, "", "is asked with");
    assert!(ask(&qwen2, &[]).contains("with adapter trained\n"), "{}", ask(&qwen2, &[]));
    assert!(!ask(&qwen2, &["--adapter", "none"]).contains("adapter"));
    assert!(ask(&tiny::fixture(&LLAMA), &[]).contains("the attached adapter is not used: the adapter was trained on tiny-qwen2"));
    home.check(&["adapters", "detach", database], 0, "", "is asked without an adapter from now on");
    home.check(&["adapters", "detach", database], 0, "", "has no adapter attached");
    assert!(!ask(&qwen2, &[]).contains("adapter"));
}

#[test]
fn accepted_answers_become_rows() {
    let home = Home::new();
    home.check(&["examples", "list", "demo"], 0, "", "no answer was accepted for this database yet");
    let paths = sqllama::store::Paths::all_in(home.path());
    let demo = sqllama::db::demo::path(&paths.cache).unwrap();
    let schema = sqllama::db::Database::open(&demo).unwrap().schema(&sqllama::signal::Cancel::new()).unwrap();
    let records = sqllama::records::Records::open(&paths).unwrap();
    let id = records.database(&demo, &schema.fingerprint()).unwrap();
    records.accept(id, "How many customers?", "SELECT count(*) FROM customer").unwrap();
    insta::assert_snapshot!("examples_list", printed(&home, &["examples", "list", "demo"]));
    let out = home.path().join("accepted.jsonl");
    home.check(&["examples", "export", "demo", "--out", out.to_str().unwrap()], 0, "accepted.jsonl", "wrote 1 row");
    home.check(&["data", "check", out.to_str().unwrap(), "--json"], 0, "\"kept\":1", "");
}

#[test]
fn the_projects_data_is_the_same_every_time() {
    let home = Home::new();
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/project");
    let (from, out) = (sources.to_str().unwrap(), home.path().join("made"));
    let out = out.to_str().unwrap();
    let build =
        |out: &str| ["data", "build", "--from", from, "--worlds", "1", "--rows", "24", "--small", "6", "--out", out].map(str::to_owned);
    let (args, again) = (build(out), build(home.path().join("again").to_str().unwrap()));
    let (args, again) = (args.each_ref().map(String::as_str), again.each_ref().map(String::as_str));
    // The committed files are made by the same command without --worlds and --rows: a change that this number sees is to be made there, too.
    home.check(&args, 0, "81db831cf46d80c74d7ce864aaaedadca1d7d6a8d780ee36c376e01290d0dd14", "3 databases of 1 world");
    home.check(&again, 0, "extra", "3 databases of 1 world");
    for file in ["examples.jsonl.gz", "small.jsonl.gz"] {
        let bytes = |folder: &str| std::fs::read(home.path().join(folder).join(file)).unwrap();
        assert!(bytes("made") == bytes("again"), "{file}");
    }
    home.check(&args, 2, "", "examples.jsonl.gz is there already");
    let small = format!("{out}/small.jsonl.gz");
    home.check(&["data", "check", &small, "--json"], 0, "\"kept\":6", "question, context, answer");
    home.check(&["data", "stats", &small, "--beside", &small, "--published"], 0, "its small set", "");
    let seed = home.path().join("pyinstructions.json");
    home.check(&["data", "pyinstructions", &small, "--out", seed.to_str().unwrap()], 0, "pyinstructions.json", "wrote 6 rows");
    assert!(std::fs::read_to_string(seed).unwrap().starts_with("[\n    {\n        \"instruction\": \""));
    home.check(&["data", "build", "--from", out, "--out", home.path().join("b").to_str().unwrap()], 3, "", "pools.txt");
}
