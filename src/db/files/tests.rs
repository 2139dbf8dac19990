//! Files as tables from end to end: what is in the file, and what a query finds.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::db::export::RowFormat;
use crate::db::{Cell, Database, DbError, FileChange, Format, Limits};
use crate::signal::Cancel;
use crate::sql::guard;

struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), contents).unwrap();
        self.path(name)
    }

    fn copies(&self) -> Copies {
        Copies::new(self.path("cache"))
    }

    fn open(&self, names: &[&str]) -> Result<Database, DbError> {
        let names: Vec<String> = names.iter().map(|name| self.path(name).display().to_string()).collect();
        Database::open_any(&FileSet::join(&names), &self.copies(), &Cancel::new(), &mut |_| {})
    }
}

fn rows(database: &Database, sql: &str) -> Vec<Vec<Cell>> {
    database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new()).unwrap().rows
}

/// Columns as `name TYPE`, and the cells as SQL literals.
fn table_of(database: &Database, table: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let names = rows(database, &format!("SELECT name || ' ' || type FROM pragma_table_info({})", crate::sql::quote::string_literal(table)));
    let name = |row: &Vec<Cell>| match &row[0] {
        Cell::Text(text) => text.trim().to_owned(),
        other => panic!("{other:?}"),
    };
    let cell = |cell: &Cell| match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => format!("{x:?}"),
        Cell::Text(text) => format!("'{text}'"),
        Cell::Blob(bytes) => format!("x{}", bytes.len()),
    };
    let all = rows(database, &format!("SELECT * FROM {}", crate::sql::quote::quoted_identifier(table)));
    (names.iter().map(name).collect(), all.iter().map(|row| row.iter().map(cell).collect()).collect())
}

#[track_caller]
fn check(name: &str, contents: impl AsRef<[u8]>, columns: &[&str], expected: &[&[&str]], notes: &[&str]) {
    let fixture = Fixture::new();
    fixture.write(name, contents);
    let database = fixture.open(&[name]).unwrap();
    let table = name.split('.').next().unwrap();
    let (found, all) = table_of(&database, table);
    let told: Vec<String> = notes.iter().map(|note| format!("{name}: {note}")).collect();
    assert_eq!((found, database.notes()), (columns.iter().map(|name| (*name).to_owned()).collect(), told));
    assert_eq!(all, expected);
}

#[test]
fn empty_lines_of_one_column_are_rows_but_at_its_end() {
    for end in ["\n", "\r\n"] {
        let text = "day\n1\n\n2\n\n\n".replace('\n', end);
        check("one.csv", text, &["day INTEGER"], &[&["1"], &["NULL"], &["2"]], &["2 empty lines at its end are no rows"]);
        check("two.csv", "a,b\n1,2\n\n".replace('\n', end), &["a INTEGER", "b INTEGER"], &[&["1", "2"]], &[]);
    }
}

#[test]
fn types_are_those_that_lose_nothing() {
    check(
        "t.csv",
        "id,zip,price,day,big,flag,empty\n1,00123,1.50,2024-01-05,12345678901234567890,true,\n2,04567,NA,2024-02-01,1,false,\n",
        &["id INTEGER", "zip TEXT", "price REAL", "day TEXT", "big TEXT", "flag TEXT", "empty TEXT"],
        &[
            &["1", "'00123'", "1.5", "'2024-01-05'", "'12345678901234567890'", "'true'", "NULL"],
            &["2", "'04567'", "NULL", "'2024-02-01'", "'1'", "'false'", "NULL"],
        ],
        &["`NA` in `price` is read as NULL (once)"],
    );
    let ends = ["`\\n` in `n` is read as NULL (once)"];
    check(
        "ends.csv",
        "a,n\n1,5\n2,\"\n\"\n3,  \n4,7\n",
        &["a INTEGER", "n INTEGER"],
        &[&["1", "5"], &["2", "NULL"], &["3", "NULL"], &["4", "7"]],
        &ends,
    );
    check(
        "d.csv",
        "Name;Preis;Menge;Datum\nÄpfel;1,50;1.234,5;05.01.2024\n\"Bir;nen\";12;0,5;06.01.2024\n",
        &["Name TEXT", "Preis REAL", "Menge REAL", "Datum TEXT"],
        &[&["'Äpfel'", "1.5", "1234.5", "'05.01.2024'"], &["'Bir;nen'", "12.0", "0.5", "'06.01.2024'"]],
        &[],
    );
}

#[test]
fn nothing_and_empty_text_are_two_things() {
    check(
        "t.csv",
        "a,b,n\nx,,1\n\"\",\"say \"\"\"\"\",\"\"\n\"\",,2\n",
        &["a TEXT", "b TEXT", "n INTEGER"],
        &[&["'x'", "NULL", "1"], &["''", "'say \"\"'", "NULL"], &["''", "NULL", "2"]],
        &[],
    );
    check("one.csv", "n\n1\n\n3\n", &["n INTEGER"], &[&["1"], &["NULL"], &["3"]], &[]);
}

#[test]
fn real_files_are_read_as_people_write_them() {
    let lines = ["First Name,Amount,amount,", "\"Ann\ne\",5,6,x", "Bob,7", "Cy,8,9,y,z,", "Dee,1,2,w,"];
    check(
        "t.csv",
        format!("\u{feff}{}\r\n", lines.join("\r\n")),
        &["First Name TEXT", "Amount INTEGER", "amount_2 INTEGER", "column_4 TEXT", "column_5 TEXT"],
        &[
            &["'Ann\ne'", "5", "6", "'x'", "NULL"],
            &["'Bob'", "7", "NULL", "NULL", "NULL"],
            &["'Cy'", "8", "9", "'y'", "'z'"],
            &["'Dee'", "1", "2", "'w'", "NULL"],
        ],
        &[
            "1 row has more fields than there are names: they are in column_5 (in line 5)",
            "1 row has fewer fields than there are columns: the others are NULL (in line 4)",
        ],
    );
    let latin = b"city,n\nZ\xfcrich,1\nBern,2\n";
    check(
        "l.csv",
        latin,
        &["city TEXT", "n INTEGER"],
        &[&["'Zürich'", "1"], &["'Bern'", "2"]],
        &["1 row is not in UTF-8, and read as Windows-1252 (in line 2)"],
    );
    check(
        "n.csv",
        "1,x\n2,y\n",
        &["column_1 INTEGER", "column_2 TEXT"],
        &[&["1", "'x'"], &["2", "'y'"]],
        &["it has no line of names: its columns are called column_1 and so on (--csv-header yes takes names from its first line)"],
    );
    check(
        "s.tsv",
        "Report\na\tb\n1\t2\n3\t4\n",
        &["a INTEGER", "b INTEGER"],
        &[&["1", "2"], &["3", "4"]],
        &["1 line before the table is not part of it"],
    );
    check("r.csv", "x,y\n\"a\",1,2\n\"b\",3,4\n", &["row TEXT", "x INTEGER", "y INTEGER"], &[&["'a'", "1", "2"], &["'b'", "3", "4"]], &[]);
    let guessed = "its first line is taken for names, which nothing in it shows (--csv-header no reads it as a row)";
    check("names.csv", "a,b\n", &["a TEXT", "b TEXT"], &[], &[guessed]);
    check("words.csv", "city,land\nBern,CH\n", &["city TEXT", "land TEXT"], &[&["'Bern'", "'CH'"]], &[guessed]);
}

#[test]
fn json_keeps_its_types() {
    check(
        "t.jsonl",
        "{\"id\":1,\"tags\":[1, 2],\"ok\":true,\"x\":1}\n{\"id\":2,\"o\":{\"a\":null},\"ok\":null,\"x\":\"1\"}\n{\"id\":123456789012345678901,\"late\":1.5}\n",
        &["id TEXT", "tags TEXT", "ok BOOLEAN", "x", "o TEXT", "late REAL"],
        &[
            &["'1'", "'[1, 2]'", "1", "1", "NULL", "NULL"],
            &["'2'", "NULL", "NULL", "'1'", "'{\"a\":null}'", "NULL"],
            &["'123456789012345678901'", "NULL", "NULL", "NULL", "NULL", "1.5"],
        ],
        &[],
    );
    check("l.json", "[{\"zip\":\"00123\"},{\"zip\":null}]", &["zip TEXT"], &[&["'00123'"], &["NULL"]], &[]);
}

#[test]
fn what_comes_late_is_seen_too() {
    // Behind the first look: a type, a column, and a key.
    let mut csv = "id,code\n".to_owned();
    let mut json = String::new();
    for n in 0..30_000 {
        csv.push_str(&format!("{n},{n}\n"));
        json.push_str(&format!("{{\"id\":{n}}}\n"));
    }
    csv.push_str("30000,007,x\n");
    json.push_str("{\"id\":0.5,\"late\":\"y\"}\n");
    let fixture = Fixture::new();
    fixture.write("t.csv", csv);
    fixture.write("u.ndjson", json);
    let database = fixture.open(&["t.csv", "u.ndjson"]).unwrap();
    let one = |sql: &str| rows(&database, sql).remove(0);
    assert_eq!(one("SELECT count(*), count(DISTINCT id), sum(typeof(code) = 'text') FROM t"), [30_001, 30_001, 30_001].map(Cell::Integer));
    let last = "SELECT code, column_3 FROM t ORDER BY id DESC LIMIT 1";
    assert_eq!(one(last), [Cell::Text("007".into()), Cell::Text("x".into())]);
    assert_eq!(
        one("SELECT count(*), sum(typeof(id) = 'real'), max(late) FROM u"),
        [Cell::Integer(30_001), Cell::Integer(30_001), Cell::Text("y".into())]
    );
}

#[test]
fn a_packed_file_that_breaks_off_is_damaged_and_no_matter_of_permissions() {
    let fixture = Fixture::new();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let text: String = std::iter::once("id,city\n".to_owned()).chain((0..20_000).map(|n| format!("{n},{}\n", n * n % 977))).collect();
    std::io::Write::write_all(&mut packer, text.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let (mut turned, middle) = (packed.clone(), packed.len() / 2);
    turned[middle] ^= 0xff;
    for bytes in [&packed[..middle], &packed[..packed.len() - 4], &turned] {
        for name in ["a.csv.gz", "b.jsonl.gz"] {
            fixture.write(name, bytes);
            let error = fixture.open(&[name]).map(drop).unwrap_err();
            assert!(error.to_string().contains("cannot be read as gzip: "), "{error}");
            assert_eq!(error.hint(), "copy or download it again, or write it anew");
        }
    }
}

#[test]
fn files_of_one_name_and_packed_ones_are_tables_of_one_database() {
    let fixture = Fixture::new();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, b"id,city\n1,Bern\n").unwrap();
    fixture.write("a/sales.csv", "id,amount\n1,2.5\n");
    fixture.write("b/sales.csv.gz", packer.finish().unwrap());
    let database = fixture.open(&["b/sales.csv.gz", "a/sales.csv"]).unwrap();
    let found = rows(&database, "SELECT amount, city FROM sales JOIN sales_2 USING (id)");
    assert_eq!(found, [[Cell::Real(2.5), Cell::Text("Bern".into())]]);
    // Whatever the order, and by its own name.
    let again = fixture.open(&["a/sales.csv", "b/sales.csv.gz"]).unwrap();
    let by_name = Database::open_any(&database.path().display().to_string(), &fixture.copies(), &Cancel::new(), &mut |_| {}).unwrap();
    assert_eq!((again.path(), by_name.path(), again.own_file()), (database.path(), database.path(), database.own_file()));
}

#[test]
fn a_copy_is_private_kept_and_made_anew_when_the_file_changes() {
    let fixture = Fixture::new();
    let path = fixture.write("t.csv", "a\n1\n");
    let first = fixture.open(&["t.csv"]).unwrap();
    let before = first.stamp_now();
    let mut words = 0;
    let again = Database::open_any(&path.display().to_string(), &fixture.copies(), &Cancel::new(), &mut |_| words += 1).unwrap();
    assert_eq!((words, again.own_file()), (0, first.own_file()));
    assert_eq!(again.path(), &std::fs::canonicalize(&path).unwrap());
    #[cfg(unix)]
    for (file, mode) in [(first.own_file(), 0o600), (first.own_file().parent().unwrap(), 0o700)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, mode);
    }
    fixture.write("t.csv", "a\n1\n2\n");
    assert_eq!(before.change_to(&first.stamp_now()), FileChange::Written);
    let changed = fixture.open(&["t.csv"]).unwrap();
    assert_eq!(rows(&changed, "SELECT count(*) FROM t"), [[Cell::Integer(2)]]);
    let names = |of: Option<&Path>| fixture.copies().list(of).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    // The old one went; what is there is the database and its label.
    assert_eq!(names(None).len(), 2);
    assert!(names(None).contains(&changed.own_file().to_owned()));
    assert_eq!((names(Some(&path)), names(Some(Path::new("other.csv")))), (names(None), vec![]));
    // Also when the file is gone.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(names(Some(&path)), names(None));
}

#[test]
fn a_stopped_import_leaves_nothing() {
    let fixture = Fixture::new();
    fixture.write("t.csv", "a\n".to_owned() + &"1\n".repeat(50_000));
    let cancel = Cancel::new();
    let path = fixture.path("t.csv").display().to_string();
    let stopped = Database::open_any(&path, &fixture.copies(), &cancel, &mut |progress| {
        assert!(progress.done <= progress.total);
        cancel.cancel();
    });
    assert!(matches!(stopped, Err(DbError::Stopped(_))));
    assert!(fixture.copies().list(None).is_empty());
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_again() {
    let fixture = Fixture::new();
    let path = fixture.write("t.csv", "a\n".to_owned() + &"1\n".repeat(30_000));
    let mut changes = 1;
    let name = path.display().to_string();
    let mut append = |_: Progress| {
        if changes > 0 {
            changes -= 1;
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            std::io::Write::write_all(&mut file, b"2\n").unwrap();
        }
    };
    let database = Database::open_any(&name, &fixture.copies(), &Cancel::new(), &mut append).unwrap();
    assert_eq!(rows(&database, "SELECT count(*) FROM t"), [[Cell::Integer(30_001)]]);
    fixture.write("t.csv", "a\n".to_owned() + &"1\n".repeat(30_000));
    let mut append = |_: Progress| {
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut file, b"2\n").unwrap();
    };
    let error = Database::open_any(&name, &fixture.copies(), &Cancel::new(), &mut append).unwrap_err();
    assert!(matches!(&error, DbError::File(file) if matches!(**file, FileError::Changing { .. })), "{error}");
    let whole = |path: &Path| matches!(path.extension().and_then(|end| end.to_str()), Some("sqlite" | "json"));
    assert!(fixture.copies().list(None).iter().all(|(path, _)| whole(path)));
}

#[test]
fn numbers_that_no_one_type_holds_are_each_as_they_are() {
    let (long, half) = ("9007199254740993", "0.5");
    check("t.csv", format!("a\n{long}\n{half}\n"), &["a"], &[&[long], &[half]], &[]);
    check("t.jsonl", format!("{{\"a\":{long}}}\n{{\"a\":{half}}}\n"), &["a"], &[&[long], &[half]], &[]);
}

#[test]
fn a_control_character_in_a_value_does_not_make_a_table_something_else() {
    for odd in ['\0', '\u{1b}', '\u{7f}'] {
        let value = format!("a{odd}b");
        let told = format!("'{value}'");
        check(
            "t.csv",
            format!("id,x\n1,{value}\n2,c and d and e and f and g\n"),
            &["id INTEGER", "x TEXT"],
            &[&["1", &told], &["2", "'c and d and e and f and g'"]],
            &[],
        );
    }
    check("few.csv", "id,x\n1,\0\n2,b\n", &["id INTEGER", "x TEXT"], &[&["1", "'\0'"], &["2", "'b'"]], &[]);
    check("t.json", "[{\"x\": \"a long enough value\u{7f}\"}]", &["x TEXT"], &[&["'a long enough value\u{7f}'"]], &[]);
    let fixture = Fixture::new();
    fixture.write("noise.csv", (0..2000u32).map(|n| (n * 7919 % 251) as u8).collect::<Vec<u8>>());
    assert!(fixture.open(&["noise.csv"]).is_err());
}

#[test]
fn what_cannot_be_read_is_said() {
    let fixture = Fixture::new();
    let error = |name: &str, contents: &str| {
        fixture.write(name, contents);
        let error = fixture.open(&[name]).map(|_| ()).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string()
    };
    assert!(error("q.csv", "a,b\n1,\"x\n2,y\n").ends_with("a quote that is opened in the row of line 2 is never closed"));
    assert!(error("e.csv", "\n\n").ends_with("holds no rows"));
    assert!(error("e.jsonl", "\n").ends_with("holds no rows"));
    assert!(error("l.json", "[{\"a\":1},").contains("the file ends inside a list"));
    assert!(error("p.parquet", "PAR1xxxxPAR1").contains("cannot be read as Parquet"));
    assert!(error("h.csv", "<!DOCTYPE html><html>").contains("a web page"));
    assert!(error("notes.txt", "just words\n").contains("plain text"));
    let wide: Vec<String> = (0..2_001).map(|n| format!("c{n}")).collect();
    assert!(error("w.csv", &(wide.join(",") + "\n")).ends_with("has more than 2000 columns"));
    assert!(fixture.copies().list(None).is_empty());
}

#[test]
fn exports_come_back_equal() {
    let fixture = Fixture::new();
    let path = fixture.path("source.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE t(i INTEGER, r REAL, t TEXT, z TEXT); INSERT INTO t VALUES (9223372036854775807, 0.1, 'a,\"b\"' || char(10) || 'c', '007'), \
             (-1, 1e300, 'x;y', '42'), (NULL, NULL, NULL, NULL), (0, -2.5, 'ü', 'x')",
        )
        .unwrap();
    let source = Database::open(&path).unwrap();
    let sql = guard::check("SELECT * FROM t").unwrap();
    let table = source.execute(&sql, &Limits::default(), &Cancel::new()).unwrap();
    for (name, format) in [
        ("csv.csv", RowFormat::Csv),
        ("tsv.tsv", RowFormat::Tsv),
        ("lines.jsonl", RowFormat::Ndjson),
        ("list.json", RowFormat::JsonRows),
        ("whole.json", RowFormat::Json),
    ] {
        let mut out = Vec::new();
        crate::db::write_table(&table, Format::Rows(format), &mut out).unwrap();
        fixture.write(name, out);
        let database = fixture.open(&[name]).unwrap();
        let stem = name.split('.').next().unwrap();
        assert_eq!(rows(&database, &format!("SELECT * FROM {stem}")), table.rows, "{name}");
    }
    let spool = crate::db::Spool::of_table(&table).unwrap();
    let file = std::fs::File::create(fixture.path("p.parquet")).unwrap();
    spool.write_parquet(None, file, &Cancel::new(), &mut |_| {}).unwrap();
    let database = fixture.open(&["p.parquet"]).unwrap();
    assert_eq!(rows(&database, "SELECT * FROM p"), table.rows);
}
