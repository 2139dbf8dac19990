//! Files as tables, by the command line: every command that takes a database takes them.

use rusqlite::Connection;

use crate::bad_input::noise;
use crate::home::{Home, check_output};

#[test]
fn files_are_asked_like_databases() {
    let home = Home::new();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sales = write("sales.csv", "id,zip,amount,day\n1,00123,1.5,05/13/2024\n2,04567,NA,06/14/2024\n3,00123,4,07/15/2024\n");
    let more = write("cities.jsonl", "{\"zip\":\"00123\",\"name\":\"Bern\"}\n{\"zip\":\"04567\",\"name\":\"Köln\"}\nbroken\n");
    let both = format!("{sales}+{more}");
    let total = "SELECT name, sum(amount) FROM sales JOIN cities USING (zip) GROUP BY name";
    let told = "note: sales.csv: `NA` in `amount` is read as NULL (once)";
    home.check(&["query", &both, total, "--format", "csv", "--no-header"], 0, "Bern,5.5\nKöln,\n", told);
    home.check(&["query", &both, total], 0, "Köln", "note: cities.jsonl: 1 value is no JSON, and left out (in line 3)");
    // Dates in a local form are told as in any database.
    home.check(&["schema", &sales], 0, "MM/DD/YYYY", told);
    let script = home.script(&["SELECT sum(amount) FROM sales WHERE zip = '00123'"]);
    home.check(&["ask", &sales, "What is the amount in 00123?", "--model", &script, "--format", "csv"], 0, "5.5", "");
    home.check(&["examples", "list", &sales], 0, "", "no answer was accepted");
    home.check(&["query", &sales, "DELETE FROM sales"], 4, "", "");
    assert_eq!(std::fs::read_dir(home.path().join("tables")).unwrap().count(), 4, "two copies, each with what is known of it");
    // What is kept of a file goes, and the file stays.
    home.check(&["forget", &sales, "--yes"], 0, "tables that were made of files, and what is known of them: 4 files", "removed");
    assert_eq!(std::fs::read_dir(home.path().join("tables")).unwrap().count(), 0);
    assert!(home.path().join("sales.csv").exists());
    home.check(&["forget", &sales, "--yes"], 0, "", "nothing is kept");
}

#[test]
fn what_the_first_line_is_can_be_said() {
    let home = Home::new();
    let path = |name: &str, text: &str| {
        std::fs::write(home.path().join(name), text).unwrap();
        home.path().join(name).to_str().unwrap().to_owned()
    };
    let people = path("people.csv", "Anna,Berlin\nBob,Paris\n");
    let numbers = path("numbers.csv", "1,2\n3,4\n");
    let count = |file: &str, table: &str, more: &[&str], expected: &str, told: &str| {
        let sql = format!("SELECT count(*) AS n, (SELECT name FROM pragma_table_info('{table}')) AS first FROM {table}");
        home.check(&[&["query", file, &sql, "--format", "csv", "--no-header"][..], more].concat(), 0, expected, told);
    };
    count(
        &people,
        "people",
        &[],
        "1,Anna\n",
        "its first line is taken for names, which nothing in it shows (--csv-header no reads it as a row)",
    );
    count(&people, "people", &["--csv-header", "no"], "2,column_1\n", "its columns are called column_1 and so on");
    count(&people, "people", &["--csv-header", "yes"], "1,Anna\n", "");
    count(&numbers, "numbers", &[], "2,column_1\n", "it has no line of names: its columns are called column_1 and so on (--csv-header yes");
    count(&numbers, "numbers", &["--csv-header", "yes"], "1,1\n", "");
    count(&numbers, "numbers", &["--csv-header", "no"], "2,column_1\n", "");
    home.check(&["query", &numbers, "SELECT 1", "--csv-header", "maybe"], 2, "", "--csv-header");
}

#[test]
fn results_are_written_into_files_that_open_again() {
    let home = Home::new();
    let folder = home.path().join("out");
    std::fs::create_dir(&folder).unwrap();
    let sql = "SELECT 9223372036854775807 AS i, 0.1 AS r, 'a,\"b\"' AS t, '' AS e, NULL AS n, '007' AS z";
    let expected = "9223372036854775807,0.1,\"a,\"\"b\"\"\",,\\N,007\n";
    for ending in ["csv", "tsv", "json", "ndjson", "md", "sql", "parquet", "sqlite"] {
        let file = folder.join(format!("x.{ending}")).to_str().unwrap().to_owned();
        let null: &[&str] = if matches!(ending, "csv" | "tsv") { &["--null", ""] } else { &[] };
        home.check(&[&["query", "demo", sql, "--out", &file][..], null].concat(), 0, "", &format!("1 row in {file}"));
        home.check(&["query", "demo", sql, "--out", &file], 1, "", "is there already");
        let table = if ending == "sqlite" { "result" } else { "x" };
        if matches!(ending, "md" | "sql") {
            continue;
        }
        let out = home.stdout_of(&["query", &file, &format!("SELECT * FROM {table}"), "--format", "csv", "--no-header", "--null", "\\N"]);
        assert_eq!(out, expected, "{ending}");
    }
    let statements = std::fs::read_to_string(folder.join("x.sql")).unwrap();
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(&statements).unwrap();
    let row = connection.query_row("SELECT i || typeof(i) || r || t || typeof(n) || z FROM result", [], |row| row.get::<_, String>(0));
    assert_eq!(row.unwrap(), "9223372036854775807integer0.1a,\"b\"null007");
    // Printed, each result is another table.
    let both = home.stdout_of(&["query", "demo", "SELECT 1 AS a; SELECT 'x' AS b", "--format", "sql", "--table", "it's"]);
    connection.execute_batch(&both).unwrap();
    assert_eq!(connection.query_row("SELECT a || b FROM \"it's\", \"it's_2\"", [], |row| row.get::<_, String>(0)).unwrap(), "1x");
    let bare = home.stdout_of(&["query", "demo", "SELECT 1 AS a", "--format", "sql", "--no-header"]);
    assert_eq!(bare, "INSERT INTO result (a) VALUES (1);\n");
    // What cannot be: nothing is left behind.
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    home.check(&["query", "demo", sql, "--out", &place("y.xlsx")], 2, "", "end it in one of: csv, tsv, json");
    home.check(&["query", "demo", "SELECT 1; SELECT 2", "--out", &place("y.csv")], 2, "", "a file takes the rows of one statement");
    home.check(&["query", "demo", "SELECT nowhere", "--out", &place("y.csv")], 1, "", "no such column");
    home.check(&["query", "demo", "SELECT 1", "--out", &place("no/y.csv")], 1, "", "cannot write");
    home.check(&["query", "demo", "SELECT * FROM track", "--out", &place("y.csv"), "--max-rows", "5"], 0, "", "note: cut at 5 rows");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 9);
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let home = Home::new();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let open = write("open.csv", "a,b\n1,\"x\n");
    home.check(&["query", &open, "SELECT 1"], 3, "", "a quote that is opened in the row of line 2 is never closed");
    let text = write("notes.txt", "just words\n");
    home.check(&["query", &text, "SELECT 1"], 3, "", "plain text");
    let table = write("t.csv", "a\n1\n");
    home.check(&["query", &format!("{table}+{text}"), "SELECT 1"], 3, "", "notes.txt` is plain text");
    home.check(&["query", &home.path().join("none.csv").display().to_string(), "SELECT 1"], 3, "", "there is no file");
}

#[test]
fn random_bytes_are_told_by_what_the_name_says() {
    let home = Home::new();
    let check = |name: &str, words: &str| {
        let path = home.file(name, noise(8192));
        home.check(&["query", path.to_str().unwrap(), "SELECT 1"], 3, "", words);
    };
    check("a.csv", "is called CSV, and its 8192 bytes are no CSV");
    check("a.TSV", "is called TSV");
    check("a.jsonl", "is called JSON");
    check("a.csv.gz", "is called CSV");
    check("a.parquet", "hint: copy or download it again");
    check("a.db", "hint: it may be encrypted");
    check("a", "hint: it may be encrypted");
}

#[cfg(unix)]
#[test]
fn files_are_opened_whatever_they_are_called() {
    let home = Home::new();
    let folder = home.path().join("files");
    std::fs::create_dir(&folder).unwrap();
    let make =
        |name: &str| Connection::open(folder.join(name)).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (7)").unwrap();
    let run = |args: &[&str]| home.command(args).current_dir(&folder).output().unwrap();
    for name in [
        "file:uri.db",
        "a file.db",
        ".hidden",
        "per%41cent.db",
        "wh?t.db",
        "sh#rp.db",
        "it's.db",
        "a=b.db",
        "a+b.db",
        "a:b.db",
        "*.db",
        "-x.db",
    ] {
        make(name);
        let typed = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
        check_output(&run(&["query", &typed, "SELECT a FROM t"]), 0, "7", "");
    }
    check_output(&run(&["query", "-x.db", "SELECT a FROM t"]), 2, "", "named with its folder: `./-x.db`");
    check_output(&run(&["query", "a.db", "SELECT 1", "-x"]), 2, "", "unexpected argument '-x'");
    let bytes = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"b\xffd.db");
    let out = home.command(&["query"]).arg(bytes).arg("SELECT 1").output().unwrap();
    check_output(&out, 2, "", "'b\u{fffd}d.db' is not UTF-8");
}
