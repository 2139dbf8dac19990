//! The command line in scripts: all rows into a pipe, statements from files and stdin, parameters, formats that read back.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use rusqlite::fallible_iterator::FallibleIterator;

use crate::home::{Home, check_output};

/// `count` rows of `i` and what `expression` makes of it.
fn rows(count: usize, expression: &str) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i, {expression} AS x FROM n")
}

fn with_stdin(home: &Home, args: &[&str], text: &[u8]) -> Output {
    let mut command = home.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

/// What a person sees of `args` on a terminal; `None` without Python.
fn on_a_terminal(home: &Home, args: &[&str]) -> Option<String> {
    let code = "import pty, sys; pty.spawn(sys.argv[1:])";
    let mut command = Command::new("python3");
    command.arg("-c").arg(code).arg(env!("CARGO_BIN_EXE_sqllama")).args(args).stdin(Stdio::null());
    for folder in ["DATA", "CACHE", "CONFIG"] {
        command.env(format!("SQLLAMA_{folder}_DIR"), home.path());
    }
    Some(String::from_utf8_lossy(&command.output().ok()?.stdout).replace("\r\n", "\n"))
}

#[test]
fn a_pipe_gets_all_rows_and_a_cut_is_said() {
    let home = Home::new();
    let (sql, all_rows) = ("SELECT * FROM invoice_line", 3231);
    let cut = "note: cut at 5 rows, as asked for; --max-rows 0 gives all";
    let script = home.script(&[sql]);
    let query = ["query", "demo", sql];
    let ask = ["ask", "demo", "Show all invoice lines", "--model", &script, "--candidates", "1"];
    for base in [&query[..], &ask[..]] {
        for (format, around) in [("csv", 1), ("tsv", 1), ("table", 2), ("markdown", 2), ("ndjson", 0), ("jsonl", 0), ("json-rows", 2)] {
            let lines = |flags: &[&str]| home.stdout_of(&[base, &["--format", format], flags].concat()).lines().count();
            assert_eq!(lines(&[]), all_rows + around, "{format}");
            assert_eq!(lines(&["--max-rows", "0"]), all_rows + around, "{format}");
            assert_eq!(lines(&["--max-rows", "5"]), 5 + around, "{format}");
            home.check(&[base, &["--format", format, "--max-rows", "5"]].concat(), 0, "", cut);
        }
        let json = |flags: &[&str]| -> serde_json::Value {
            serde_json::from_str(&home.stdout_of(&[base, &["--format", "json"], flags].concat())).unwrap()
        };
        let (all, some) = (json(&[]), json(&["--max-rows", "5"]));
        assert_eq!(
            (all["rows"].as_array().unwrap().len(), &all["row_count"], &all["truncated"]),
            (all_rows, &all_rows.into(), &false.into())
        );
        assert_eq!((some["rows"].as_array().unwrap().len(), &some["row_count"], &some["truncated"]), (5, &5.into(), &true.into()));
        home.check(&[base, &["--format", "json", "--max-rows", "5"]].concat(), 0, "", cut);
        let whole = home.run(&[base, &["--max-rows", "3231"]].concat());
        assert!(!String::from_utf8_lossy(&whole.stderr).contains("cut at"), "{whole:?}");
        // What the settings say is asked for too, and 0 is all there as well.
        home.file("config.toml", "max_rows = 5\n");
        home.check(base, 0, "", cut);
        home.file("config.toml", "max_rows = 0\n");
        assert_eq!(home.stdout_of(&[base, &["--format", "csv"]].concat()).lines().count(), all_rows + 1);
        home.file("config.toml", "");
    }
}

#[test]
fn a_terminal_gets_a_thousand_rows_and_is_told() {
    let home = Home::new();
    let (sql, steering) = (rows(3000, "i"), "SELECT 'a' || char(27) || '[2J' || char(155) AS x");
    let Some(shown) = on_a_terminal(&home, &["query", "demo", &sql, "--format", "csv"]) else { return };
    let note = "note: there are more than the 1,000 rows shown; --max-rows 0 shows all, and a pipe or a file gets all";
    assert_eq!(shown.lines().count(), 1002, "{shown}");
    assert!(shown.contains("\n1000,1000\n") && shown.ends_with(&format!("{note}\n")), "{shown}");
    let all = on_a_terminal(&home, &["query", "demo", &sql, "--format", "csv", "--max-rows", "0"]).unwrap();
    assert_eq!(all.lines().count(), 3001, "{all}");
    for format in ["table", "csv", "tsv", "json", "json-rows", "ndjson", "markdown"] {
        let shown = on_a_terminal(&home, &["query", "demo", steering, "--format", format]).unwrap();
        assert!(shown.contains("[2J") && !shown.contains(['\u{1b}', '\u{9b}']), "{format}: {shown:?}");
    }
}

/// More than a reader takes at once, in less memory than it has bytes; its database is free meanwhile.
#[test]
#[cfg(target_os = "linux")]
fn a_slow_reader_costs_no_memory_and_holds_no_lock() {
    let home = Home::new();
    let path = home.path().join("owned.db");
    let owner = rusqlite::Connection::open(&path).unwrap();
    let filled = rows(200_000, "printf('%0500d', i)");
    owner.execute_batch(&format!("PRAGMA journal_mode=DELETE; CREATE TABLE t AS {filled}")).unwrap();
    let mut command = home.command(&["query", path.to_str().unwrap(), "SELECT * FROM t", "--format", "csv", "--timeout", "300"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 4];
    out.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"i,x\n");
    // Nothing more is read until the owner has written.
    owner.busy_timeout(std::time::Duration::from_secs(120)).unwrap();
    owner.execute_batch("INSERT INTO t VALUES (0, 'new')").unwrap();
    let total = 100_000_000;
    let mut read = vec![0; total - 1_000_000];
    out.read_exact(&mut read).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB").parse::<u64>().unwrap();
    assert!(peak < 80_000, "{peak} kB");
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
    assert_eq!(lines(&read) + lines(&rest), 200_000);
    assert!(rest.ends_with(b"00200000\n"));
}

#[test]
fn a_reader_that_has_enough_ends_the_query() {
    let home = Home::new();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let mut child =
        home.command(&["query", "demo", endless, "--format", "csv", "--timeout", "300"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 6];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!((&first, child.wait().unwrap().code()), (b"i\n1\n2\n", Some(0)));
    // Time is bounded all the same, and running out of it is an error.
    let out = home.run(&["query", "demo", endless, "--format", "csv", "--timeout", "1"]);
    assert_eq!(out.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&out.stderr).contains("the query ran out of time"));
}

#[test]
fn statements_come_from_stdin_and_files() {
    let home = Home::new();
    let two = "-- first; of two\nSELECT 1 AS a; SELECT ';' AS b\n;\n";
    let file = home.file("two.sql", two);
    let file = file.to_str().unwrap();
    let both = "a\n1\nb\n\";\"\n";
    check_output(&with_stdin(&home, &["query", "demo", "-", "--format", "csv"], two.as_bytes()), 0, both, "");
    check_output(&with_stdin(&home, &["query", "demo", "-f", "-", "--format", "csv"], two.as_bytes()), 0, both, "");
    assert_eq!(home.stdout_of(&["query", "demo", "-f", file, "--format", "csv"]), both);
    assert_eq!(home.stdout_of(&["query", "demo", two, "--format", "csv"]), both);
    assert_eq!(home.stdout_of(&["query", "demo", two]), "a\n─\n1\n\nb\n─\n;\n");
    assert_eq!(home.stdout_of(&["query", "demo", two, "--format", "markdown"]), "| a |\n| --- |\n| 1 |\n\n| b |\n| --- |\n| ; |\n");
    let objects = home.stdout_of(&["query", "demo", two, "--format", "json"]);
    assert_eq!(
        objects.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["row_count"].as_u64()).sum::<Option<u64>>(),
        Some(2)
    );
    home.file("bom.sql", "\u{feff}SELECT 7 AS seven");
    home.check(&["query", "demo", "-f", home.path().join("bom.sql").to_str().unwrap()], 0, "seven", "");
}

#[test]
fn a_statement_that_fails_is_named_and_is_the_last() {
    let home = Home::new();
    let check = |sql: &str, code: i32, stdout: &str, stderr: &str| {
        let out = home.run(&["query", "demo", sql, "--format", "csv", "--no-header"]);
        check_output(&out, code, "", stderr);
        assert_eq!(String::from_utf8_lossy(&out.stdout), stdout, "{sql}");
    };
    check("SELECT 1;\nSELECT nope; SELECT 3", 1, "1\n", "error: statement 2 of 3, line 2: no such column: nope");
    check("SELECT 1; DROP TABLE customer; SELECT 3", 4, "", "error: statement 2 of 3, line 1: DROP is refused");
    check("SELECT 1; PRAGMA journal_mode = delete", 4, "", "statement 2 of 2, line 1: PRAGMA is refused");
    let trigger = "CREATE TRIGGER t AFTER INSERT ON customer BEGIN SELECT 1; DELETE FROM customer; END";
    check(&format!("SELECT 1; {trigger}; SELECT 2"), 4, "", "statement 2 of 3, line 1: CREATE is refused");
    check("SELECT 1; SELECT abs(-9223372036854775808)", 1, "1\n", "statement 2 of 2, line 1: integer overflow");
    check("SELECT 1; hello", 1, "", "statement 2 of 2, line 1: `hello` does not begin an SQL query");
    check(" -- nothing\n;;", 1, "", "there is no SQL statement");
    let file = home.file("a.sql", "SELECT 1;\n\nSELECT nope");
    home.check(&["query", "demo", "-f", file.to_str().unwrap()], 1, "1", "a.sql, statement 2 of 2, line 3: no such column: nope");
    home.check(&["query", "demo", "-f", "/nowhere/a.sql"], 2, "", "cannot read /nowhere/a.sql: ");
    home.file("latin.sql", b"SELECT '\xfc'");
    home.check(&["query", "demo", "-f", home.path().join("latin.sql").to_str().unwrap()], 2, "", "is not UTF-8 at byte 8");
    home.check(&["query", "demo", "SELECT 1", "-f", file.to_str().unwrap()], 2, "", "cannot be used with");
    home.check(&["query", "demo"], 2, "", "no SQL is given");
}

#[test]
fn what_is_piped_in_needs_no_word() {
    let home = Home::new();
    check_output(&with_stdin(&home, &["query", "demo", "--format", "csv"], b"SELECT 7 AS x;\n"), 0, "x\n7\n", "");
    for nothing in ["", " \n"] {
        check_output(&with_stdin(&home, &["query", "demo"], nothing.as_bytes()), 2, "", "no SQL is given");
    }
    let script = home.script(&["SELECT 1 AS one"]);
    let ask = |question: &[&str], piped: &str| {
        let args = [&["ask", "demo", "--model", &script, "--candidates", "1", "--format", "json"], question].concat();
        with_stdin(&home, &args, piped.as_bytes())
    };
    check_output(&ask(&[], "How many?\n"), 0, "{\"question\":\"How many?\",", "");
    for (question, piped) in [(&[][..], ""), (&["-"], "\n"), (&[""], "How many?"), (&[" "], "")] {
        check_output(&ask(question, piped), 2, "", "no question is given");
    }
}

#[test]
fn text_may_begin_with_a_hyphen_and_flags_are_named_where_they_are_wrong() {
    let home = Home::new();
    home.check(&["query", "demo", "-- all\nSELECT 7 AS x", "--format", "csv"], 0, "x\n7\n", "");
    home.check(&["query", "demo", "--fromat", "csv", "SELECT 1"], 2, "", "'--fromat'");
    home.check(&["ask", "demo", "--fromat"], 2, "", "'--fromat'");
    for flags in [&["--prompt", "-- all"][..], &["--instruction", "-x", "--input", "--y"]] {
        home.check(&[&["complete", "--model", "nowhere"], flags].concat(), 2, "", "there is no model `nowhere`");
    }
}

#[test]
fn a_question_comes_from_stdin() {
    let home = Home::new();
    let script = home.script(&["SELECT 1 AS one"]);
    let args = ["ask", "demo", "-", "--model", &script, "--candidates", "1", "--format", "json"];
    let out = with_stdin(&home, &args, "  How many?\n".as_bytes());
    check_output(&out, 0, "{\"question\":\"How many?\",", "");
}

#[test]
fn parameters_have_values() {
    let home = Home::new();
    let check = |sql: &str, parameters: &[&str], code: i32, stdout: &str, stderr: &str| {
        let mut args = vec!["query", "demo", sql, "--format", "csv", "--no-header"];
        parameters.iter().for_each(|parameter| args.extend(["--param", parameter]));
        home.check(&args, code, stdout, stderr);
    };
    check("SELECT typeof(:a), :a, @a, $a", &["a=12"], 0, "integer,12,12,12\n", "");
    check("SELECT typeof(?), typeof(?2), ?", &["1=1.5", "2=x'0a'", "3=it's"], 0, "real,blob,it's\n", "");
    check("SELECT typeof(:a), typeof(:b)", &["a=NULL", ":b='7'"], 0, "null,text\n", "");
    check("SELECT ?5", &["5=five"], 0, "five\n", "");
    check("SELECT :a; SELECT :b", &["a=1", "b=2"], 0, "1\n2\n", "");
    check("SELECT 1 WHERE 'x'' OR 1=1' = :a", &["a=x' OR 1=1"], 0, "1\n", "");
    check("SELECT :a, :b", &["a=1"], 1, "", "the parameter `:b` has no value");
    check("SELECT :a, :b", &["a=1"], 1, "", "hint: give it with `--param b=VALUE`");
    check("SELECT ?, ?", &["1=1"], 1, "", "the parameter `?2` has no value");
    check("SELECT :a", &["b=1"], 2, "", "no statement has a parameter `b`");
    check("SELECT 1", &["b"], 2, "", "NAME=VALUE is needed");
}

#[test]
fn nothing_and_empty_text_can_be_told_apart() {
    let home = Home::new();
    let sql = "SELECT NULL AS a, '' AS b, 'NULL' AS c, 'x,y' AS d";
    let query = |flags: &[&str]| home.stdout_of(&[&["query", "demo", sql], flags].concat());
    assert_eq!(query(&["--format", "csv"]), "a,b,c,d\n,,NULL,\"x,y\"\n");
    assert_eq!(query(&["--format", "csv", "--null", ""]), "a,b,c,d\n,\"\",NULL,\"x,y\"\n");
    assert_eq!(query(&["--format", "csv", "--null", "NULL", "--no-header"]), "NULL,,\"NULL\",\"x,y\"\n");
    assert_eq!(query(&["--format", "tsv", "--null", "\\N"]), "a\tb\tc\td\n\\N\t\tNULL\tx,y\n");
    assert_eq!(query(&["--format", "table", "--null", "-", "--no-header"]), "-     NULL  x,y\n");
    assert_eq!(query(&["--format", "csv", "--no-header", "--header"]), query(&["--format", "csv"]));
}

#[test]
fn the_command_line_describes_itself() {
    let home = Home::new();
    // Wrong settings keep nobody from that.
    home.file("config.toml", "treads = 1\nthreads = 0\n[keys]\nhelp = 1\n");
    let spec: serde_json::Value = serde_json::from_str(&home.stdout_of(&["--spec"])).unwrap();
    assert_eq!(
        (&spec["name"], &spec["exit_codes"]["4"]),
        (&"sqllama".into(), &"refused, since it does more than read, or out of time".into())
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.stdout_of(&["completions", shell]);
        for word in ["query", "json-rows", "max-rows", "lora_r", "forget"] {
            assert!(script.contains(word), "{shell} has no {word}");
        }
    }
    home.check(&["completions", "cmd"], 2, "", "invalid value");
    home.check(&["man"], 0, ".TH sqllama 1", "");
    home.check(&["man", "models", "pull"], 0, "Fetch a model and verify it", "");
    home.check(&["man", "query"], 0, "\\-\\-max\\-rows", "");
    // Packages hold these pages: they name the version, no processor, and no page that is not there.
    for words in [&["man"][..], &["man", "models"], &["man", "models", "list"], &["man", "config"]] {
        let page = home.stdout_of(words);
        let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(title.ends_with(concat!("1 \" \" \"sqllama ", env!("CARGO_PKG_VERSION"), "\" \"User Commands\"")), "{title}");
        for word in ["AVX", "NEON", "scalar", "this processor", "commit:", "help(1)"] {
            assert!(!page.contains(word) && !page.contains(&word.replace('(', "\\fR(")), "{words:?} says {word}");
        }
    }
    home.check(&["man", "nope"], 2, "", "there is no command `sqllama nope`");
    let folder = home.path().join("man1");
    let pages = home.stdout_of(&["man", "--out", folder.to_str().unwrap()]);
    assert_eq!(pages.lines().count(), std::fs::read_dir(&folder).unwrap().count());
    assert!(folder.join("sqllama-models-pull.1").is_file() && folder.join("sqllama.1").is_file(), "{pages}");
    home.check(&["config", "check"], 2, "config.toml, line 1: unknown field `treads`", "3 things are wrong");
    home.check(&["config", "check"], 2, "config.toml, line 2: `threads` has to be 1 or more", "");
    home.check(&["config", "path"], 0, "config.toml\n", "");
    let schema: serde_json::Value = serde_json::from_str(&home.stdout_of(&["config", "schema"])).unwrap();
    let forms = serde_json::json!(["auto", "alpaca", "chat", "omnisql", "xiyansql", "arctic-text2sql", "slm-sql"]);
    assert_eq!(schema["properties"]["prompt"]["enum"], forms);
    home.check(&["query", "demo", "SELECT 1"], 2, "", "hint: `sqllama config check`");
    home.file("config.toml", "[keys]\nhelp = 'f99'\n");
    home.check(&["config", "check"], 2, "[keys] binds `help` to `f99`, and there is no such key", "1 thing is wrong");
    // Each mistake is told, those of keys too where others are; and two that change places are none.
    home.file("config.toml", "vim = 1\n[keys]\nhelp = 'f99'\nnonsense = 'f2'\n");
    home.check(&["config", "check"], 2, "[keys] binds `help` to `f99`", "3 things are wrong");
    home.check(&["config", "check"], 2, "nonsense", "3 things are wrong");
    home.file("config.toml", "[keys]\nhelp = 'f9'\nmenu = 'f1'\n");
    home.check(&["config", "check"], 0, "", "nothing is wrong with ");
    home.file("config.toml", "max_rows = 0\n[keys]\nhelp = 'f12'\n");
    home.check(&["config", "check"], 0, "", "nothing is wrong with ");
    check_output(&with_stdin(&home, &["config", "check", "-"], b"vim = 1"), 2, "stdin, line 1: invalid type", "");
    std::fs::remove_file(home.path().join("config.toml")).unwrap();
    home.check(&["config", "check"], 0, "", "everything is as it comes");
}

#[test]
fn what_is_kept_is_listed_and_forgotten() {
    let home = Home::new();
    let script = home.script(&["SELECT 'Zoe' AS name"]);
    let forget = |args: &[&str]| {
        let temporary = home.path().join("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        home.command(&[&["forget"], args].concat()).env("TMPDIR", temporary).output().unwrap()
    };
    check_output(&forget(&["demo"]), 0, "", "nothing is kept");
    check_output(&forget(&["--all"]), 0, "", "nothing is kept");
    assert!(!home.path().join("records.sqlite").exists());
    let mine = home.path().join("mine.db");
    rusqlite::Connection::open(&mine).unwrap().execute_batch("CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('Zoe')").unwrap();
    let mine = mine.to_str().unwrap();
    for database in ["demo", mine] {
        home.check(&["ask", database, "Who is called Zoe?", "--model", &script, "--sql-only"], 0, "", "");
    }
    std::fs::create_dir_all(home.path().join("sessions")).unwrap();
    let session = home.file(&format!("sessions/{}.kv", "0a".repeat(16)), "what a model remembers");
    let of = |letters: &str, owners: &[&std::path::Path]| {
        home.file(&format!("sessions/{}.of", letters.repeat(16)), serde_json::to_string(owners).unwrap());
        home.file(&format!("sessions/{}.kv", letters.repeat(16)), "what a model remembers")
    };
    let settled = std::fs::canonicalize(mine).unwrap();
    let (about_mine, about_others) = (of("0b", &[&settled, "/other.db".as_ref()]), of("0c", &["/other.db".as_ref()]));
    let own = [home.file("models.gguf", "a model"), home.file("sessions/mine.txt", "mine"), home.file("config.toml", "max_rows = 7\n")];
    let values = || std::fs::read_dir(home.path().join("values")).unwrap().count();
    assert_eq!(values(), 2);
    // Nobody said yes.
    check_output(&forget(&[mine]), 2, "mine.db: that it was opened", "nothing was removed");
    check_output(
        &forget(&[mine]),
        2,
        "saved sessions of models by an earlier build, which do not say of which database they are: 1 file in ",
        "",
    );
    assert!(session.exists() && values() == 2);
    check_output(&forget(&[mine, "--yes"]), 0, "values that were read to know what is in a database: 1 file in ", "removed");
    assert!(!session.exists() && values() == 1);
    assert!(!about_mine.exists() && about_others.exists(), "only those of that database go");
    check_output(&forget(&[mine, "--yes"]), 0, "", "nothing is kept");
    assert_eq!(home.stdout_of(&["query", mine, "SELECT name FROM t", "--format", "csv"]), "name\nZoe\n");
    check_output(&forget(&["--all", "--yes"]), 0, "copies of the sample database: 1 file in ", "removed");
    assert_eq!(values(), 0);
    assert!(!about_others.exists());
    check_output(&forget(&["--all", "--yes"]), 0, "", "nothing is kept");
    assert!(own.iter().all(|path| path.exists()));
    check_output(&forget(&[]), 2, "", "required arguments");
}

/// The text of every statement that SQLite itself cuts off `sql`, which it has to be able to prepare.
fn cut_by_sqlite(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut batch = rusqlite::Batch::new(connection, sql);
    let mut out = Vec::new();
    while let Some(statement) = batch.next().unwrap() {
        let text = statement.expanded_sql().unwrap();
        // SQLite leaves comments in front of a statement, and its semicolon.
        let tokens: Vec<_> = sqllama::sql::lex::lex(&text).into_iter().filter(|token| token.is_significant()).collect();
        let start = tokens.iter().find(|token| token.text(&text) != ";").unwrap().range.start;
        let end = tokens.iter().rfind(|token| token.text(&text) != ";").unwrap().range.end;
        out.push(text[start..end].to_owned());
    }
    out
}

proptest! {
    #[test]
    fn statements_are_cut_where_sqlite_cuts_them(
        parts in prop::collection::vec((prop::sample::select(vec![
            "SELECT 1", "SELECT ';'", "SELECT 'it''s;', \"a;b\" FROM (SELECT 1 AS \"a;b\")", "SELECT [c;d], `e;` FROM (SELECT 1 AS [c;d], 2 AS `e;`)",
            "SELECT /* ; ' */ 2", "SELECT 3 -- ; '\n, 4", "VALUES (x'3b', 1.5e3)", "SELECT CASE WHEN 1 THEN 2 END", "EXPLAIN SELECT 5",
            "CREATE TABLE n (trigger_of, [end;])", "CREATE TEMP TABLE m AS SELECT ';' AS a",
            "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN ';' END; DELETE FROM t WHERE a = 'END;'; END",
            "create /* ; */ temporary trigger if not exists y before delete on t when old.a > 1 begin insert into t values (';'); select 1; end",
            "EXPLAIN CREATE TRIGGER z UPDATE ON t BEGIN SELECT 1; END", "BEGIN", "END", "SAVEPOINT begin_", "SELECT 'ü;ß'", "SELECT json('[1;]')",
        ]), prop::sample::select(vec![";", " ; ", ";\n-- ; \n", ";/* ; */;", "\n;;\n"])), 1..6)
    ) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a)").unwrap();
        let text: String = parts.iter().map(|(statement, end)| format!("{statement}{end}")).collect();
        let ours: Vec<String> = sqllama::sql::statements(&text).into_iter().map(|range| text[range].to_owned()).collect();
        prop_assert_eq!(ours, cut_by_sqlite(&connection, &text));
    }
}

#[test]
fn no_limit_of_time_and_none_below_nothing() {
    let home = Home::new();
    for command in [&["query", "demo", "SELECT 1 AS one"][..], &["ask", "demo", "one?", "--model", &home.script(&["SELECT 1 AS one"])]] {
        home.check(&[command, &["--timeout", "0", "--format", "csv"]].concat(), 0, "one\n1\n", "");
        for (flag, said) in [("-1", "'-1' for '--timeout <SECONDS>': it cannot be below 0"), ("0.5", "a whole number is needed")] {
            home.check(&[command, &["--timeout", flag]].concat(), 2, "", said);
        }
    }
}

#[test]
fn a_parameter_with_a_name_and_a_number_is_refused() {
    let home = Home::new();
    let said = "`:a` and `?1` are one parameter here";
    home.check(&["query", "demo", "SELECT :a, ?1", "--param", "a=5", "--param", "1=7"], 1, "", said);
    home.check(&["query", "demo", "SELECT ?1 AS x, :a AS y", "--param", "a=5", "--param", "1=7", "--format", "csv"], 0, "x,y\n7,5\n", "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_and_a_closed_pipe_is_not() {
    let home = Home::new();
    let run = |line: &str| {
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).arg(env!("CARGO_BIN_EXE_sqllama")).stdin(Stdio::null());
        for folder in ["DATA", "CACHE", "CONFIG"] {
            command.env(format!("SQLLAMA_{folder}_DIR"), home.path());
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for line in ["query demo 'SELECT 1'", "schema demo", "functions", "--help", "--version", "config schema"] {
        assert_eq!(run(&format!("\"$0\" {line} >/dev/null")), (Some(0), String::new()), "{line}");
        let (code, said) = run(&format!("\"$0\" {line} >/dev/full"));
        assert!(code == Some(1) && said.contains("No space left on device"), "{line}: {code:?} {said}");
        // What is written is more than a pipe holds, or not: whoever reads it has gone, and wanted no more.
        assert_eq!(run(&format!("(\"$0\" {line}; echo $? >&2) | true")), (Some(0), "0\n".to_owned()), "{line}");
    }
}
