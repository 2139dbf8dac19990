//! The real binary: exit code, stdout, stderr.

use std::process::Command;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[track_caller]
    fn check(&self, args: &[&str], code: i32, stdout: &str, stderr: &str) {
        let out = Command::new(env!("CARGO_BIN_EXE_sqllama"))
            .args(args)
            .env("SQLLAMA_DATA_DIR", self.0.path())
            .env("SQLLAMA_CACHE_DIR", self.0.path())
            .env("SQLLAMA_CONFIG_DIR", self.0.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(out.status.code(), Some(code), "{}", text(&out.stderr));
        assert!(text(&out.stdout).contains(stdout), "stdout: {}", text(&out.stdout));
        assert!(text(&out.stderr).contains(stderr), "stderr: {}", text(&out.stderr));
    }
}

#[test]
fn queries_run_and_writes_are_refused() {
    let home = Home::new();
    home.check(&["query", "demo", "SELECT 1 AS a, NULL AS b", "--format", "csv"], 0, "a,b\n1,", "");
    home.check(&["query", "demo", "DROP TABLE x"], 4, "", "error: ");
    home.check(&["query", "demo", "SELECT 1; SELECT 2"], 4, "", "error: ");
    home.check(&["query", "demo", "SELECT nope"], 1, "", "no such column: nope");
    home.check(&["query", "/nowhere/x.db", "SELECT 1"], 3, "", "/nowhere/x.db");
    home.check(&["schema", "demo"], 0, "CREATE TABLE", "");
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
    home.check(&["models", "list"], 0, "smollm2-135m", "");
}

#[test]
fn bad_model_files_exit_5() {
    let home = Home::new();
    let file = home.0.path().join("bad.gguf");
    std::fs::write(&file, b"not a model at all").unwrap();
    home.check(&["tokenize", "--model", file.to_str().unwrap(), "x"], 5, "", "not with the letters GGUF");
    std::fs::write(&file, b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0").unwrap();
    home.check(&["tokenize", "--model", file.to_str().unwrap(), "x"], 5, "", "more than the file can hold");
}
