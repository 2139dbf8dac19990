//! Files in, cells out; results written and read back; what is not a result stays.

use proptest::prelude::*;

use super::fence::{Block, blocks};
use super::*;
use crate::db::{Cell as Value, ColumnInfo, Database, RowOrder, Table, demo};
use crate::signal::Cancel;

/// Fences as `info|body`, headings as `# text`.
#[track_caller]
fn check_blocks(text: &str, expected: &[&str]) {
    let shown = |block: &Block| match block {
        Block::Heading(words) => format!("# {words}"),
        Block::Fence(fence) => format!("{}|{}{}", fence.info, fence.body(text), if fence.is_closed { "" } else { "(open)" }),
    };
    let found: Vec<String> = blocks(text, 0).iter().map(shown).collect();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn fences_are_found_as_commonmark_finds_them() {
    check_blocks("```sql\nSELECT 1\n```\n", &["sql|SELECT 1\n"]);
    check_blocks("```sql\r\nSELECT\r\n1\r\n```\r\n", &["sql|SELECT\n1\n"]);
    check_blocks("~~~ sql skip\na\n~~~~  \nb", &["sql skip|a\n"]);
    // Fences in fences: a shorter one, one of the other kind, one with words behind it.
    check_blocks("````markdown\n```sql\nSELECT 1\n```\n````\n```sql\n2\n```", &["markdown|```sql\nSELECT 1\n```\n", "sql|2\n"]);
    check_blocks("~~~\n```sql\n1\n```\n~~~\n", &["|```sql\n1\n```\n"]);
    check_blocks("```sql\n1\n``` sql\n2\n```", &["sql|1\n``` sql\n2\n"]);
    check_blocks("~~~a ``` b\n1\n~~~", &["a ``` b|1\n"]);
    // Not closed: by the text's end, by the list item's end.
    check_blocks("```sql\nSELECT 1", &["sql|SELECT 1(open)"]);
    check_blocks("- ```sql\n  1\n\ntext\n```sql\n2\n```\n", &["sql|1\n\n(open)", "sql|2\n"]);
    // Indented by up to three columns; four make code, unless a paragraph goes on.
    check_blocks("   ```sql\n   a\n b\n     c\n  ```\n", &["sql|a\nb\n  c\n"]);
    check_blocks("    ```sql\n    1\n    ```\n", &[]);
    check_blocks("```sql\n1\n    ```\n2\n```\n", &["sql|1\n    ```\n2\n"]);
    check_blocks("text\n    ```sql\n", &[]);
    check_blocks("\t```sql\n\t1\n", &[]);
    // In list items, also nested and numbered, by their own columns.
    check_blocks("1. One\n\n   ```sql\n   1\n   ```\n2. Two\n", &["sql|1\n"]);
    check_blocks("10. One\n\n    ```sql\n    1\n      2\n    ```\n", &["sql|1\n  2\n"]);
    check_blocks("- a\n  - b\n\n    ~~~sql\n    1\n    ~~~\n", &["sql|1\n"]);
    check_blocks("- a\n\n      ```sql\n      1\n      ```\n", &[]);
    // Nothing in quotes, comments, HTML and code of a line.
    check_blocks("> ```sql\n> 1\n> ```\n```sql\n2\n```\n", &["sql|2\n"]);
    check_blocks("<!-- \n```sql\nDROP\n```\n-->\n```sql\n2\n```\n", &["sql|2\n"]);
    check_blocks("<!-- one line -->\n```sql\n2\n```\n", &["sql|2\n"]);
    check_blocks("<details>\n```sql\n1\n```\n\n```sql\n2\n```\n</details>\n", &["sql|2\n"]);
    check_blocks("<pre>\n```sql\n1\n```\n</pre>\n```sql\n2\n```\n", &["sql|2\n"]);
    check_blocks("```sql `x` ```\ntext\n", &[]);
    check_blocks("``\nsql\n``\n", &[]);
    check_blocks("# One #\ntext\n===\n## \n#No\ntext\n---\n---\n", &["# One", "# text", "# ", "# #No text"]);
    check_blocks("```\n```", &["|"]);
    check_blocks("", &[]);
}

#[test]
fn cells_are_questions_statements_and_results() {
    let text = "---\ndatabase: 'my ''db''.sqlite' # here\n---\n# Albums\n```question\nHow many?\n```\n```SQL\nSELECT 1\n```\n\n```csv result\n\"1\"\n1\n```\n\
                ```csv\nmine\n```\n```python\nprint(1)\n```\n```question\nAnd now?\n```\n```sql skip\nSELECT 2\n```\n```result cut at 1 row\na,b\n1\n```\n\
                ```question\nLast?\n```\n```csv result\nstray\n```\n";
    let notebook = Notebook::parse(text.into());
    assert_eq!(notebook.database.as_deref(), Some("my 'db'.sqlite"));
    assert_eq!(notebook.database_set("/a/b.md".as_ref()).unwrap().unwrap().to_string(), "/a/my 'db'.sqlite");
    let [first, second, third] = notebook.cells.as_slice() else { panic!("{:?}", notebook.cells) };
    assert_eq!((first.title(), first.line(), first.kept.len(), first.skipped), ("How many?", 5, 1, false));
    assert_eq!(first.kept[0].result.as_ref().unwrap().table.rows, [[Value::Integer(1)]]);
    assert_eq!((second.title(), second.skipped), ("And now?", true));
    assert_eq!(second.kept[0].result, Err("line 2: 1 value under 2 names".into()));
    assert_eq!((third.title(), third.sql.is_none(), third.kept.len()), ("Last?", true, 0));
    // What does not end, or does not begin the file, is no front matter.
    for text in ["---\ndatabase: a\n", "\n---\ndatabase: a\n---\n", "text\n---\ndatabase: a\n---\n"] {
        assert_eq!(Notebook::parse(text.into()).database, None, "{text:?}");
    }
    for (line, expected) in [("\"a\\\"b\"", "a\"b"), ("a#b", "a#b"), ("  a b  # c", "a b")] {
        let text = format!("\u{feff}---\r\nother: 1\r\ndatabase: {line}\r\n---\r\n");
        assert_eq!(Notebook::parse(text).database.as_deref(), Some(expected));
    }
}

fn table(names: &[&str], rows: Vec<Vec<Value>>) -> Table {
    Table { columns: names.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect(), rows, truncated: false }
}

#[track_caller]
fn check_kept(cell: Value, written: &str) {
    let kept = KeptResult { table: table(&["a"], vec![vec![cell]]) };
    assert_eq!(kept.body(), format!("a\n{written}\n"));
    assert_eq!(KeptResult::read(&[], &kept.body()), Ok(kept));
}

#[test]
fn values_are_written_so_that_they_come_back() {
    let text = |text: &str| Value::Text(text.into());
    check_kept(Value::Null, "NULL");
    check_kept(text("NULL"), "\"NULL\"");
    check_kept(Value::Integer(i64::MIN), "-9223372036854775808");
    check_kept(text("12"), "\"12\"");
    check_kept(text("007"), "007");
    check_kept(Value::Real(2.0), "2.0");
    check_kept(Value::Real(f64::INFINITY), "inf");
    check_kept(text("inf"), "\"inf\"");
    check_kept(Value::Blob(vec![10, 255]), "x'0aff'");
    check_kept(text("x'0aff'"), "\"x'0aff'\"");
    check_kept(text("a, \"b\""), "\"a, \"\"b\"\"\"");
    check_kept(text(""), "\"\"");
    check_kept(text(" a "), "\" a \"");
    check_kept(text("a\r\n\t\\\"\u{1b}"), "e\"a\\r\\n\\t\\\\\\\"\\u{1b}\"");
    check_kept(text("```"), "\"```\"");
    // As people write it.
    let read = KeptResult::read(&[], "a, b\n\n 1 , two \n").unwrap();
    assert_eq!(read.table.rows, [[Value::Integer(1), text("two")]]);
    for (body, problem) in
        [("a\n\"x\n", "a quote is not closed"), ("a\n\"x\"y\n", "behind a closing quote"), ("a\n1,2\n", "2 values under 1")]
    {
        assert!(KeptResult::read(&[], body).unwrap_err().contains(problem), "{body}");
    }
}

#[test]
fn long_cells_are_cut_and_another_is_another() {
    let kept = |text: String| KeptResult::of(table(&["a"], vec![vec![Value::Text(text)]]));
    let (one, other) = (kept("x".repeat(9000)), kept("x".repeat(8999) + "y"));
    assert!(one.body().contains("… (9,000 characters, ") && one != other, "{}", one.body());
    let blob = KeptResult::of(table(&["a"], vec![vec![Value::Blob(vec![7; 5000])]]));
    assert!(blob.body().contains("(5.0 kB, "), "{}", blob.body());
}

#[test]
fn what_differs_is_found() {
    let int = Value::Integer;
    let check = |kept: &Table, now: &Table, order, added: &[usize], missing: &[usize], columns, reordered| {
        let found = change(kept, now, order);
        assert_eq!((found.added.as_slice(), found.missing.as_slice()), (added, missing), "{found:?}");
        assert_eq!((found.columns, found.reordered), (columns, reordered), "{found:?}");
        assert_eq!(found.is_none(), added.is_empty() && missing.is_empty() && !columns && !reordered);
    };
    let of = |rows: &[[Value; 2]]| table(&["k", "n"], rows.iter().map(|row| row.to_vec()).collect());
    let base = of(&[[int(1), int(10)], [int(2), int(20)], [int(2), int(20)]]);
    check(&base, &base, RowOrder::Counts, &[], &[], false, false);
    let turned = of(&[[int(2), int(20)], [int(1), int(10)], [int(2), int(20)]]);
    check(&base, &turned, RowOrder::Free, &[], &[], false, false);
    check(&base, &turned, RowOrder::Counts, &[], &[], false, true);
    check(&base, &of(&[[int(1), int(11)], [int(2), int(20)]]), RowOrder::Free, &[0], &[0, 2], false, false);
    // Text is no number, a real no integer; the last digits of a sum are nobody's.
    check(&of(&[[int(1), Value::Real(1.0)]]), &of(&[[int(1), int(1)]]), RowOrder::Free, &[0], &[0], false, false);
    check(&of(&[[int(1), Value::Real(0.3)]]), &of(&[[int(1), Value::Real(0.1 + 0.2)]]), RowOrder::Free, &[], &[], false, false);
    check(&of(&[[int(1), Value::Real(1e6)]]), &of(&[[int(1), Value::Real(1e6 + 0.01)]]), RowOrder::Free, &[0], &[0], false, false);
    let renamed = Table { columns: table(&["k", "m"], Vec::new()).columns, ..base.clone() };
    check(&base, &renamed, RowOrder::Free, &[], &[], true, false);
    check(&base, &table(&["k"], vec![vec![int(1)]]), RowOrder::Free, &[0], &[0, 1, 2], true, false);
    let cut = Table { truncated: true, ..base.clone() };
    assert!(change(&base, &cut, RowOrder::Free).cut);
    let lines = beside(
        &base,
        &of(&[[int(1), int(11)], [int(3), int(20)]]),
        &change(&base, &of(&[[int(1), int(11)], [int(3), int(20)]]), RowOrder::Free),
        43,
        9,
    );
    let shown: Vec<&str> = lines.iter().map(|pair| pair.line.as_str()).collect();
    assert_eq!(
        shown,
        [
            "kept                   now",
            "k  n                   k  n",
            "1  10                ≠ 1  11",
            "2  20                <",
            "                     > 3  20",
            "2  20                <",
        ]
    );
}

/// Runs every cell, and gives the text with the results.
fn rewritten(text: &str) -> (Notebook, String, Vec<Vec<Statement>>) {
    static DEMO: std::sync::OnceLock<(tempfile::TempDir, Database)> = std::sync::OnceLock::new();
    let (_, database) = DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
        (folder, database)
    });
    let notebook = Notebook::parse(text.to_owned());
    let run = |cell: &Cell| run(database, cell, &RunOptions::default(), &Cancel::new()).unwrap();
    let done: Vec<Vec<Statement>> = notebook.cells.iter().map(run).collect();
    let updates: Vec<Update> = done.iter().enumerate().filter_map(|(cell, done)| Update::of(cell, None, done)).collect();
    let text = updated(&notebook, &updates);
    (notebook, text, done)
}

#[track_caller]
fn check_written(text: &str, expected: &str) {
    let (_, written, _) = rewritten(text);
    assert_eq!(written, expected);
    // Written once, it stays.
    assert_eq!(rewritten(&written).1, expected);
    for done in rewritten(&written).2.iter().flatten() {
        assert!(matches!(done.verdict, Verdict::Same | Verdict::Failed(_)), "{done:?}");
    }
}

#[test]
fn results_are_put_behind_their_statements_and_the_rest_stays() {
    check_written("a\n```sql\nSELECT 1 AS x\n```\nb", "a\n```sql\nSELECT 1 AS x\n```\n\n```csv result\nx\n1\n```\nb");
    check_written("```sql\r\nSELECT 1 AS x\r\n```\r\n", "```sql\r\nSELECT 1 AS x\r\n```\r\n\r\n```csv result\r\nx\r\n1\r\n```\r\n");
    check_written("```sql\nSELECT 1 AS x\n```", "```sql\nSELECT 1 AS x\n```\n\n```csv result\nx\n1\n```\n");
    check_written("```sql\nSELECT 1 AS x", "```sql\nSELECT 1 AS x\n```\n\n```csv result\nx\n1\n```\n");
    check_written(
        "- a\n\n  ~~~sql\n  SELECT 1 AS x\n  ~~~\n- b\n",
        "- a\n\n  ~~~sql\n  SELECT 1 AS x\n  ~~~\n\n  ~~~csv result\n  x\n  1\n  ~~~\n- b\n",
    );
    // In place, between other text; what stands there too much goes.
    check_written(
        "```sql\nSELECT 1 AS x; SELECT 2 AS y\n```\ntext\n```csv result\nx\n7\n```\nmore\n",
        "```sql\nSELECT 1 AS x; SELECT 2 AS y\n```\ntext\n```csv result\nx\n1\n```\n\n```csv result\ny\n2\n```\nmore\n",
    );
    check_written(
        "```sql\nSELECT 1 AS x\n```\n\n```csv result\nx\n1\n```\n\n```csv result\ny\n2\n```\nend",
        "```sql\nSELECT 1 AS x\n```\n\n```csv result\nx\n1\n```\nend",
    );
    // As it was written by hand, where it says the same.
    let own = "```sql\nSELECT 1 AS x, 'a' AS y\n```\n~~~~ result\n  x , y\n\n1,  \"a\"\n~~~~\n";
    check_written(own, own);
    // Nothing is written for what fails, nor over a block without an end.
    for text in ["```sql\nSELECT nothing\n```\n", "```sql\nDELETE FROM t\n```\n", "```sql\n```\n", "```question\nx\n```\n"] {
        check_written(text, text);
    }
    let open = "```sql\nSELECT 1 AS x\n```\n```csv result\nx\n2\nmy text\n";
    assert_eq!(rewritten(open).1, open);
}

#[test]
fn bounds_are_said_and_kept() {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n";
    let (_, text, _) = rewritten(&format!("```sql\n{sql}\n```\n"));
    assert!(text.contains("```csv result cut at 100 rows\ni\n1\n") && text.contains("\n100\n```\n"), "{text}");
    assert!(matches!(rewritten(&text).2[0][0].verdict, Verdict::Same));
    let other = text.replace("< 500", "< 50");
    let Verdict::Differs(change) = &rewritten(&other).2[0][0].verdict else { panic!() };
    assert_eq!((change.cut, change.missing.len(), change.added.len()), (true, 50, 0));
}

#[test]
fn a_set_of_files_is_named_and_opened_again() {
    let set = |text: &str| Notebook::parse(text.into()).database_set("/a/b.md".as_ref()).map(|set| set.unwrap().in_line());
    let front = |with: &str| set(&format!("---\ndatabase: shop.db\n{with}\n---\n")).unwrap();
    assert_eq!(front(""), "/a/shop.db");
    for with in [
        "with: crm=crm.db",
        "with: 'crm=crm.db' # here",
        "with: [crm=crm.db]",
        "with: [ \"crm=crm.db\" ]",
        "with:\n- crm=crm.db",
        "with: [crm.db,]",
    ] {
        assert_eq!(front(with), "/a/shop.db + crm=/a/crm.db", "{with}");
    }
    assert_eq!(front("with:\n  - \"x=/b/a, b].db\"\n  - demo\nother: 1\n- no"), "/a/shop.db + x=/b/a, b].db + demo=demo");
    assert_eq!(front("with: ['it''s=a.db', \"q\\\"=b.db\"]"), "/a/shop.db + it's=/a/a.db + q\"=/a/b.db");
    assert!(set("---\ndatabase: a.db\nwith: [main=b.db]\n---\n").is_err());
    // What is written names the same files.
    for own in ["/x/shop.db", "/x/shop.db\n+ crm=/y/\"c, rm\".db\n+ b=/z/b.db", "demo\n+ crm=/y/crm.db"] {
        let notebook = Notebook::parse(compose(own, &[(None, "SELECT 1".into())]));
        assert_eq!(notebook.database_set("/a/b.md".as_ref()).unwrap().unwrap().to_string(), own);
        assert_eq!(notebook.cells.len(), 1);
    }
    assert!(compose("/x/shop.db\n+ crm=/y/crm.db", &[]).contains("# Questions to shop.db and crm.db\n"));
}

#[test]
fn cells_are_added_at_the_end() {
    let text = compose("/a/\"x\".db", &[(Some("How many?".into()), "SELECT 1".into()), (None, "SELECT '```'".into())]);
    let notebook = Notebook::parse(text.clone());
    assert_eq!(notebook.database.as_deref(), Some("/a/\"x\".db"));
    let cells: Vec<(&str, &str)> = notebook.cells.iter().map(|cell| (cell.title(), cell.sql.as_ref().unwrap().0.as_str())).collect();
    assert_eq!(cells, [("How many?", "SELECT 1\n"), ("", "SELECT '```'\n")]);
    for open in ["```sql\nSELECT 0", "text", "- a\n  ```\n  open\n", "```sql\r\nSELECT 0\r\n```\r\n"] {
        let more = append(open, Some("q"), "SELECT 1");
        assert!(more.starts_with(open), "{more}");
        assert_eq!(Notebook::parse(more.clone()).cells.last().unwrap().sql.as_ref().unwrap().0, "SELECT 1\n", "{more}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_filter("SQLite has no NaN", |x| !x.is_nan()).prop_map(Value::Real),
        "[ -~é\u{0}-\u{1f}\u{202e}]{0,12}".prop_map(Value::Text),
        prop_oneof!["`{0,5}", "~{0,5}", "NULL", "[0-9.e-]{0,5}"].prop_map(Value::Text),
        proptest::collection::vec(any::<u8>(), 0..6).prop_map(Value::Blob),
    ]
}

proptest! {
    #[test]
    fn results_read_back(rows in proptest::collection::vec(proptest::collection::vec(value(), 2), 0..6), names in ["[ -~\n]{0,6}", "[ -~]{0,6}"]) {
        let kept = KeptResult { table: table(&[&names[0], &names[1]], rows) };
        prop_assert_eq!(KeptResult::read(&[], &kept.body()).unwrap(), kept.clone());
        // In a file, too, in whatever fence.
        for around in ["```sql\nSELECT 1\n```\n", "~~~sql\r\nSELECT 1\r\n~~~\r\n", " 1. ```sql\n    SELECT 1\n    ```\n"] {
            let notebook = Notebook::parse(around.into());
            let text = updated(&notebook, &[Update { cell: 0, sql: None, results: vec![kept.clone()] }]);
            prop_assert!(text.starts_with(around));
            prop_assert_eq!(Notebook::parse(text.clone()).cells[0].kept[0].result.clone(), Ok(kept.clone()), "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "([`~]{2,4}|sql|result|csv|question|\n|\r\n| {1,5}|- |1\\. |> |<!--|-->|SELECT 1|;|#|---|database: x|\t){0,40}") {
        let (notebook, written, done) = rewritten(&text);
        // What is not a result's is still there, in order.
        let mut rest = written.as_str();
        let mut at = 0;
        for block in notebook.cells.iter().flat_map(|cell| &cell.kept) {
            let before = &text[at..block.fence.whole.start];
            for line in before.split_inclusive('\n').filter(|line| !line.trim().is_empty()) {
                let found = rest.find(line.trim_end_matches(['\n', '\r']));
                prop_assert!(found.is_some(), "{line:?} of {text:?} in {written:?}");
                rest = &rest[found.unwrap()..];
            }
            at = block.fence.whole.end;
        }
        // Written twice is written once, and the statements are the same.
        let (again, twice, _) = rewritten(&written);
        prop_assert_eq!(&twice, &written, "{:?}", text);
        let sql = |notebook: &Notebook| notebook.cells.iter().map(|cell| cell.sql.as_ref().map(|(sql, _)| sql.trim_end().to_owned())).collect::<Vec<_>>();
        prop_assert_eq!(sql(&again), sql(&notebook), "{:?} became {:?}", text, written);
        prop_assert_eq!(done.len(), notebook.cells.len());
    }
}
