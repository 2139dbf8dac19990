//! The real binary: settings, usage, models, what cannot be done.

use crate::home::{Home, check_output};
use crate::local_hub::{Answers, Server, model_bytes};

#[test]
fn queries_run_and_writes_are_refused() {
    let home = Home::new();
    home.check(&["query", "demo", "SELECT 1 AS a, NULL AS b", "--format", "csv"], 0, "a,b\n1,", "");
    home.check(&["query", "demo", "DROP TABLE x"], 4, "", "error: ");
    home.check(&["query", "demo", "SELECT nope"], 1, "", "no such column: nope");
    home.check(&["query", "/nowhere/x.db", "SELECT 1"], 3, "", "/nowhere/x.db");
    home.check(&["schema", "demo"], 0, "CREATE TABLE", "");
    home.check(&["schema", "demo", "--question", "how many customers?"], 0, "CREATE TABLE customer", "");
}

#[test]
fn wrong_usage_and_missing_models_exit_2() {
    let home = Home::new();
    home.check(&["quarry"], 3, "", "there is no file `quarry`");
    home.check(&["query"], 2, "", "required arguments");
    home.check(&["demo"], 2, "", "the screen needs a terminal");
    home.check(&["ask", "demo", "how many?"], 2, "", "model qwen2.5-coder-1.5b is not installed: 1.1 GB, licence Apache-2.0");
    home.check(&["ask", "demo", "how many?", "--offline"], 2, "", "--offline forbids");
    home.check(&["ask", "demo", "how many?", "--model", "nope"], 2, "", "there is no model `nope`");
    home.check(&["ask", "demo", "how many?", "--threads", "0"], 2, "", "a whole number of 1 or more");
    home.check(&["ask", "demo", "how many?", "--model", "script:/nowhere/x"], 2, "", "cannot read /nowhere/x");
}

#[test]
fn what_is_not_there_yet_is_said_in_one_sentence() {
    let home = Home::new();
    let script = home.script(&["SELECT 1 AS one"]);
    let check = |flags: &[&str], code: i32, stdout: &str, stderr: &str| {
        let args = [&["ask", "demo", "one?", "--model", &script], flags].concat();
        home.check(&args, code, stdout, stderr);
    };
    check(&["--candidates", "0"], 2, "", "0 is not in 1..=64");
    if cfg!(not(feature = "cuda")) {
        check(&["--device", "cuda"], 2, "", "this build has no CUDA");
        check(&["--device", "cuda"], 2, "", "`--device cpu`");
    }
    if cfg!(not(feature = "metal")) {
        check(&["--device", "metal"], 2, "", "this build has no Metal");
        check(&["--device", "metal"], 2, "", "`--device cpu`");
    }
    check(&["--gpu-layers", "many"], 2, "", "a whole number or `auto` is needed");
    let accepted = ["--adapter", "none", "--candidates", "1", "--device", "cpu", "--no-constrain", "--no-values", "--seed", "7"];
    check(&accepted, 0, "one", "SELECT 1 AS one");
}

#[test]
fn settings_are_read_and_what_is_typed_wins() {
    let home = Home::new();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n";
    home.file("config.toml", "max_rows = 2\noffline = true\n");
    home.check(&["query", "demo", rows, "--format", "json"], 0, "\"row_count\":2,\"truncated\":true", "");
    home.check(&["query", "demo", rows, "--format", "json", "--max-rows", "4"], 0, "\"row_count\":4", "");
    home.check(&["models", "pull", "smollm2-135m"], 2, "", "config.toml forbids fetching it");
    home.check(&["ask", "demo", "how many?", "--yes"], 2, "", "`offline = true` in ");
    home.file("config.toml", "max_rows = 2\ntreads = 1\n");
    home.check(&["query", "demo", rows], 2, "", "config.toml, line 2: unknown field `treads`");
    home.check(&["doctor"], 0, "wrong: ", "");
}

#[test]
fn dates_stand_beside_numbers_that_count_time() {
    let home = Home::new();
    let path = home.path().join("visits.db");
    let rows: Vec<String> = (0..40).map(|n| format!("({n}, {})", 1_704_067_200_000_i64 + n * 86_461_000)).collect();
    let made = "CREATE TABLE visit (id INTEGER PRIMARY KEY, createdAt INTEGER)";
    let sql = format!("{made}; INSERT INTO visit VALUES {}", rows.join(", "));
    rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    let (path, sql) = (path.to_str().unwrap(), "SELECT id, createdAt FROM visit ORDER BY id LIMIT 1");
    let query = |flags: &[&str]| home.stdout_of(&[&["query", path, sql], flags].concat());
    let dated = "id      createdAt  createdAt (ms since 1970)\n──  ─────────────  ─────────────────────────\n 0  1704067200000  2024-01-01 00:00:00\n";
    assert_eq!(query(&["--dates"]), dated);
    let plain = r#"{"columns":["id","createdAt"],"rows":[[0,1704067200000]],"row_count":1,"truncated":false"#;
    assert_eq!(query(&["--dates", "--format", "json"]), format!("{plain},\"units\":[null,\"ms since 1970\"]}}\n"));
    // Without the flag, and where a program reads it, everything is as it was.
    assert_eq!(query(&["--format", "json"]), format!("{plain}}}\n"));
    assert_eq!(query(&["--dates", "--format", "csv"]), "id,createdAt\n0,1704067200000\n");
    assert!(!query(&[]).contains("2024"));
    let script = home.script(&["SELECT max(createdAt) AS last FROM visit"]);
    let ask = ["ask", path, "When was the last visit?", "--model", &script, "--candidates", "1"];
    home.check(&[&ask[..], &["--dates"]].concat(), 0, "last (ms since 1970)", "");
    home.check(&[&ask[..], &["--format", "json"]].concat(), 0, "\"units\":[\"ms since 1970\"]", "");
}

#[test]
fn models_are_listed_shown_and_removed() {
    let home = Home::new();
    let models = home.path().join("models");
    std::fs::create_dir(&models).unwrap();
    home.check(&["models", "list"], 0, "smollm2-135m", "");
    home.check(&["models", "show", "qwen2.5-coder-3b"], 0, "licence       Qwen-Research\n", "");
    home.check(&["models", "show", "sql-llama-7b"], 0, "PyTorch checkpoint", "");
    home.check(&["models", "path", "smollm2-135m"], 2, "", "model `smollm2-135m` is not installed");
    home.check(&["models", "remove", "smollm2-135m"], 2, "", "model `smollm2-135m` is not installed");
    let file = models.join("smollm2-135m-instruct-q4_1.gguf");
    std::fs::write(&file, b"weights").unwrap();
    std::fs::write(models.join("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf.part"), [0; 2000]).unwrap();
    home.check(&["models", "list"], 0, "installed", "");
    home.check(&["models", "list"], 0, "partial (2.0 kB)", "");
    home.check(&["models", "path", "smollm2-135m"], 0, file.to_str().unwrap(), "");
    home.check(&["models", "remove", "smollm2-135m"], 0, "", "removed smollm2-135m; 7 B are free again");
    home.check(&["models", "remove", "qwen2.5-coder-0.5b"], 0, "", "2.0 kB are free again");
    assert!(std::fs::read_dir(&models).unwrap().flatten().all(|file| file.file_name().to_string_lossy().ends_with(".lock")));
}

#[test]
fn a_hub_that_does_not_answer_is_named() {
    let home = Home::new();
    let only = "qwen2.5-coder-7b is only on the Hugging Face hub (Qwen/Qwen2.5-Coder-7B-Instruct-GGUF), and that cannot be used: ";
    home.check(&["models", "pull", "qwen2.5-coder-7b"], 2, "", &format!("{only}the connection was refused"));
    let out = home.command(&["models", "pull", "qwen2.5-coder-7b"]).env("HF_HUB_OFFLINE", "1").output().unwrap();
    check_output(&out, 2, "", &format!("{only}HF_HUB_OFFLINE is set"));
    home.check(
        &["models", "pull", "sql-llama-13b"],
        2,
        "",
        "DominikLindorfer/SQL-LLaMA:SQL-LLaMA13B is only on the Hugging Face hub (DominikLindorfer/SQL-LLaMA), and that cannot be used: ",
    );
    home.check(&["models", "pull", "nope"], 2, "", "there is no model `nope`");
    home.check(&["doctor", "--online"], 0, "does not answer: the connection was refused", "");
}

#[test]
fn functions_are_listed_and_can_be_called() {
    let home = Home::new();
    home.check(&["functions"], 0, "Regular expressions", "");
    home.check(&["functions", "median"], 0, "median(x)  the middle", "");
    home.check(&["functions", "no such word"], 1, "no function", "");
    home.check(&["help", "functions"], 0, "percentile_cont(x, 0.9)", "");
    let out = home.run(&["functions", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(listed.as_array().unwrap().iter().any(|function| function["name"] == "levenshtein" && function["about"] == "Texts"));
    home.check(&["query", "demo", "SELECT sqrt(16), median(1), 'abc' REGEXP 'b'", "--format", "csv"], 0, "4.0,1.0,1", "");
}

#[test]
fn the_doctor_tells_what_is_here() {
    let home = Home::new();
    home.check(&["doctor"], 0, "hub       not asked", "");
    let out = home.run(&["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    for key in ["/version", "/os", "/cpu/level", "/folders/config/path", "/folders/data/writable", "/device/cuda", "/terminal/colour"] {
        assert!(report.pointer(key).is_some_and(|value| !value.is_null()), "{key} in {report}");
    }
    assert!(report["cpu"]["threads"].as_u64().unwrap() >= 1);
    assert_eq!(report["hub"]["asked"], false);
    assert_eq!(report["terminal"]["colour"], false);
}

#[test]
fn bad_model_files_exit_5() {
    let home = Home::new();
    let file = home.file("bad.gguf", b"not a model at all");
    home.check(&["tokenize", "--model", file.to_str().unwrap(), "x"], 5, "", "not with the letters GGUF");
    home.file("bad.gguf", b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0");
    home.check(&["tokenize", "--model", file.to_str().unwrap(), "x"], 5, "", "more than the file can hold");
}

#[test]
fn the_program_is_killed_interrupted_and_goes_on() {
    let bytes = model_bytes(8_000_000);
    let server = Server::new(Answers { slow: true, ..Answers::with(&bytes) });
    let home = Home::new();
    let part = home.path().join("models/sqlcoder-7b-q5_k_m.gguf.part");
    let pull = || {
        let mut command = home.command(&["models", "pull", "sqlcoder-7b-2"]);
        command.env("HF_ENDPOINT", &server.url).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command
    };
    let wait_for = |length: u64| {
        while part.metadata().map_or(0, |metadata| metadata.len()) < length {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    let mut child = pull().spawn().unwrap();
    wait_for(1_000_000);
    child.kill().unwrap();
    child.wait().unwrap();
    let here = part.metadata().unwrap().len();
    assert!((1_000_000..8_000_000).contains(&here));
    home.check(&["models", "list"], 0, "partial (", "");
    #[cfg(unix)]
    {
        let child = pull().spawn().unwrap();
        wait_for(here + 1_000_000);
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
        check_output(&child.wait_with_output().unwrap(), 130, "", "interrupted; what came is kept");
    }
    server.set(|answers| answers.slow = false);
    let out = pull().output().unwrap();
    check_output(&out, 0, "sqlcoder-7b-q5_k_m.gguf\n", "verifying the SHA-256 of sqlcoder-7b-2");
    check_output(&out, 0, "", "100% [########] 8.0 MB/8.0 MB");
    assert_eq!(std::fs::read(home.path().join("models/sqlcoder-7b-q5_k_m.gguf")).unwrap(), bytes);
    let ranges = server.ranges();
    assert_eq!((ranges[0].as_str(), ranges[1].clone()), ("bytes=0-", format!("bytes={here}-")));
    assert!(ranges.iter().skip(1).all(|range| range != "bytes=0-"), "{ranges:?}");
}
