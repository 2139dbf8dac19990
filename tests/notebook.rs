//! `sqllama run`: a notebook run again, told, and written when that is asked for.

use crate::home::Home;

const BOOK: &str = "---\r\ndatabase: shop.db\r\n---\r\n# Sales\r\n\r\nText of mine.\r\n\r\n```question\r\nHow many?\r\n```\r\n\r\n\
                    ~~~sql\r\nSELECT k, n FROM t ORDER BY k\r\n~~~\r\n\r\n```python\r\nprint('SELECT 1')\r\n```\r\nEnd without a line end";

fn fill(home: &Home, rows: &str) {
    let path = home.path().join("shop.db");
    let owner = rusqlite::Connection::open(path).unwrap();
    let sql = format!("BEGIN; DROP TABLE IF EXISTS t; CREATE TABLE t (k TEXT, n); INSERT INTO t VALUES {rows}; COMMIT");
    owner.execute_batch(&sql).unwrap();
}

fn run(home: &Home, args: &[&str]) -> (i32, String, String) {
    let out = home.run(&[&["run"], args].concat());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
}

#[test]
fn a_notebook_is_run_and_written_only_when_asked() {
    let home = Home::new();
    fill(&home, "('a', 1), ('b', NULL)");
    let file = home.file("sales.md", BOOK);
    let name = file.to_str().unwrap();
    let (code, said, _) = run(&home, &[name]);
    assert!(code == 0 && said.contains("nothing kept yet; now 2 rows") && said.contains("1 cell: 1 new"), "{code} {said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), BOOK);
    let (code, _, told) = run(&home, &[name, "--update"]);
    assert!(code == 0 && told.contains("written"), "{told}");
    let kept = std::fs::read_to_string(&file).unwrap();
    let result = "\r\n~~~csv result\r\nk,n\r\na,1\r\nb,NULL\r\n~~~\r\n";
    assert_eq!(kept, BOOK.replace("ORDER BY k\r\n~~~\r\n", &format!("ORDER BY k\r\n~~~\r\n{result}")));
    let (code, said, _) = run(&home, &[name]);
    assert!(code == 0 && said.contains("same: 2 rows"), "{said}");
    assert!(run(&home, &[name, "--update"]).2.contains("nothing to write"));
    // What differs is shown side by side, and is the exit code.
    fill(&home, "('a', 1), ('b', 7), ('c', 'x')");
    let (code, said, _) = run(&home, &[name, "--width", "60"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("differs: 1 row only kept, 2 rows only now, 1 in both"), "{said}");
    assert!(said.contains("  | b  NULL                    ≠ b  7"), "{said}");
    assert!(said.contains("  |                            > c  x"), "{said}");
    let (code, said, _) = run(&home, &[name, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    let statement = &found["cells"][0]["statements"][0];
    assert_eq!((code, &found["differs"], &found["written"]), (1, &1.into(), &false.into()));
    assert_eq!((&statement["missing"], &statement["added"]), (&serde_json::json!([1]), &serde_json::json!([1, 2])));
    assert_eq!(statement["now"]["rows"][2], serde_json::json!(["c", "x"]));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    // Another database, in place of its own.
    let (code, said, _) = run(&home, &[name, "--database", "demo"]);
    assert!(code == 1 && said.contains("failed: no such table: t"), "{code} {said}");
}

#[test]
fn mistakes_are_said_before_anything_runs() {
    let home = Home::new();
    let book = |text: &str| home.file("a.md", text).to_str().unwrap().to_owned();
    let (code, _, told) = run(&home, &[&book("```sql\nSELECT 1\n```\n")]);
    assert!(code == 2 && told.contains("the notebook names no database"), "{told}");
    let (code, _, told) = run(&home, &[&book("---\ndatabase: nowhere.db\n---\n")]);
    assert!(code == 3 && told.contains("nowhere.db"), "{told}");
    assert_eq!(run(&home, &["nowhere.md", "-d", "demo"]).0, 2);
    assert_eq!(run(&home, &["-", "-d", "demo", "--update"]).0, 2);
    let (code, said, _) = run(&home, &[&book("```sql\nDELETE FROM artist\n```\n```sql skip\nDROP\n```\n"), "-d", "demo", "--update"]);
    assert!(code == 4 && said.contains("1 failed, 1 skipped"), "{code} {said}");
    let (code, said, _) = run(&home, &[&book("```sql\nSELECT :a + 1 AS x\n```\n"), "-d", "demo", "--param", "a=41", "--update"]);
    assert!(code == 0 && said.contains("now 1 row"), "{said}");
    assert!(std::fs::read_to_string(home.path().join("a.md")).unwrap().ends_with("```csv result\nx\n42\n```\n"));
}

#[test]
fn a_question_without_sql_is_asked_when_that_is_wanted() {
    let home = Home::new();
    let file = home.file("q.md", "# Q\n```question\nHow many artists are there?\n```\n\nMore.\n");
    let name = file.to_str().unwrap();
    let (code, said, _) = run(&home, &[name, "-d", "demo"]);
    assert!(code == 0 && said.contains("--ask has the model write it") && said.contains("1 unanswered"), "{said}");
    let script = home.script(&["SELECT count(*) AS n FROM artist"; 12]);
    let (code, said, told) = run(&home, &[name, "-d", "demo", "--ask", "--model", &script, "--update"]);
    assert!(code == 0 && said.contains("SELECT count(*) AS n FROM artist"), "{said} {told}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with(
        "# Q\n```question\nHow many artists are there?\n```\n\n```sql\nSELECT count(*) AS n FROM artist\n```\n\n```csv result\nn\n"
    ));
    assert!(text.ends_with("\n```\n\nMore.\n"), "{text}");
    assert_eq!(run(&home, &[name, "-d", "demo"]).0, 0);
}
