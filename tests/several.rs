//! Several database files at once: a second one beside the first.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sqllama::db::{Database, DbError, Limits, ValueIndex, ValueLimits};
use sqllama::records::Records;
use sqllama::schema::{DatabaseSet, Schema};
use sqllama::signal::Cancel;
use sqllama::sql::guard;
use sqllama::store::Paths;

use crate::home::Home;

const SHOP: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
    CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), total REAL);
    INSERT INTO customer VALUES (1, 'Ada', 'ada@x'), (2, 'Bob', 'bob@x');
    INSERT INTO purchase VALUES (1, 1, 5.0), (2, 1, 7.5), (3, 2, 1.0);";
const CRM: &str = "CREATE TABLE contact (id INTEGER PRIMARY KEY, email TEXT, city TEXT);
    CREATE TABLE customer (id INTEGER PRIMARY KEY, since INTEGER);
    CREATE VIEW northern AS SELECT * FROM contact WHERE city = 'Oslo';
    INSERT INTO contact VALUES (1, 'ada@x', 'Oslo'), (2, 'bob@x', 'Rome'), (3, 'cy@x', 'Oslo');
    INSERT INTO customer VALUES (7, 1999);";

fn make(path: &Path, sql: &str) -> String {
    Connection::open(path).unwrap().execute_batch(&format!("BEGIN; {sql} COMMIT")).unwrap();
    path.to_str().unwrap().to_owned()
}

struct Files {
    home: Home,
    shop: String,
    crm: String,
}

impl Files {
    fn new() -> Self {
        let home = Home::new();
        let folder = home.path().join("files");
        std::fs::create_dir(&folder).unwrap();
        let (shop, crm) = (make(&folder.join("shop.db"), SHOP), make(&folder.join("crm.db"), CRM));
        Self { home, shop, crm }
    }

    fn beside(&self) -> String {
        format!("crm={}", self.crm)
    }

    fn listing(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all: Vec<_> = std::fs::read_dir(self.home.path().join("files"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default()))
            .collect();
        all.sort();
        all
    }

    #[track_caller]
    fn check(&self, sql: &str, code: i32, stdout: &str, stderr: &str) {
        self.home.check(&["query", &self.shop, "--with", &self.beside(), sql, "--format", "csv"], code, stdout, stderr);
    }

    fn open(&self) -> Database {
        Database::open_set(&DatabaseSet::with(&self.shop, &[self.beside()]).unwrap()).unwrap()
    }
}

#[test]
fn a_second_file_is_read_across_and_nothing_is_written() {
    let files = Files::new();
    let before = files.listing();
    let across = "SELECT c.name, k.city FROM main.customer AS c JOIN crm.contact AS k ON k.email = c.email ORDER BY c.name";
    files.check(across, 0, "name,city\nAda,Oslo\nBob,Rome\n", "");
    files.check("SELECT count(*) FROM contact", 0, "3", "");
    files.check("SELECT count(*) FROM customer", 0, "2", "");
    files.check("SELECT since FROM crm.customer", 0, "1999", "");
    files.check("SELECT crm.customer.since, main.customer.name FROM crm.customer, main.customer LIMIT 1", 0, "1999,Ada", "");
    files.check("SELECT count(*) FROM crm.northern", 0, "2", "");
    for sql in [
        "ATTACH 'x.db' AS y",
        "DETACH crm",
        "INSERT INTO crm.contact VALUES (9, 'a', 'b')",
        "DROP TABLE crm.contact",
        "PRAGMA crm.user_version = 3",
    ] {
        files.check(sql, 4, "", "error: ");
    }
    assert_eq!(files.listing(), before);
    let database = files.open();
    let cancel = Cancel::new();
    for sql in ["SELECT * FROM pragma_database_list", "SELECT * FROM crm.sqlite_schema"] {
        database.execute(&guard::check(sql).unwrap(), &Limits::default(), &cancel).unwrap();
    }
    assert_eq!(files.listing(), before);
}

/// The keys of `schema` that leave their file, as `contact.email > customer.email`.
fn keys_across(schema: &Schema) -> Vec<String> {
    let of = |table: &sqllama::schema::Table| -> Vec<String> {
        let away = table.foreign_keys.iter().filter(|key| key.elsewhere.is_some());
        let told = |key: &sqllama::schema::ForeignKey| {
            let own = table.database.as_deref().unwrap_or("main");
            let (columns, foreign) = (key.columns.join("+"), key.foreign_columns.join("+"));
            assert!(schema.referred(table, key).is_some_and(|other| other.is_target_of(table, key)));
            format!("{own}.{}.{columns} > {}.{}.{foreign}", table.name, key.elsewhere.as_deref().unwrap(), key.foreign_table)
        };
        away.map(told).collect()
    };
    schema.tables.iter().flat_map(of).collect()
}

#[test]
fn keys_between_files_are_found_and_told() {
    let home = Home::new();
    let check = |first: &str, second: &str, expected: &[&str]| -> Schema {
        let folder = tempfile::tempdir_in(home.path()).unwrap();
        let (shop, crm) = (make(&folder.path().join("shop.db"), first), make(&folder.path().join("crm.db"), second));
        let database = Database::open_set(&DatabaseSet::with(&shop, &[format!("crm={crm}")]).unwrap()).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        assert_eq!(keys_across(&schema), expected, "{first} {second}");
        schema
    };
    let customers = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO customer SELECT i, 'name ' || i, 'someone' || i || '@example.org' FROM n;";
    let numbered = |table: &str, value: &str| {
        format!(
            "CREATE TABLE {table}; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
            INSERT INTO {} SELECT i, {value} FROM n;",
            table.split(' ').next().unwrap()
        )
    };
    // By the name of the table, whichever file it is in.
    let visits = numbered("visit (id INTEGER PRIMARY KEY, customer_id INTEGER)", "1 + i * 7 % 40");
    let schema = check(customers, &visits, &["crm.visit.customer_id > main.customer.id"]);
    let text = sqllama::prompt::schema_text(&schema, usize::MAX >> 1);
    assert!(text.contains("FOREIGN KEY (customer_id) REFERENCES customer (id)"), "{text}");
    let schema = check(&visits, customers, &["main.visit.customer_id > crm.customer.id"]);
    let text = sqllama::prompt::schema_text(&schema, usize::MAX >> 1);
    assert!(text.contains("FOREIGN KEY (customer_id) REFERENCES crm.customer (id)"), "{text}");
    // By a text that tells rows apart.
    let contacts = numbered("contact (id INTEGER PRIMARY KEY, email TEXT)", "'someone' || i || '@example.org'");
    check(customers, &contacts, &["crm.contact.email > main.customer.email"]);
    // Values say that it is something else, or nothing is said; and what has a key in its own file keeps that.
    check(customers, &numbered("visit (id INTEGER PRIMARY KEY, customer_id INTEGER)", "i * 1000"), &[]);
    check(customers, "CREATE TABLE visit (id INTEGER PRIMARY KEY, customer_id INTEGER);", &[]);
    check(customers, &numbered("contact (id INTEGER PRIMARY KEY, email TEXT)", "'other' || i || '@example.net'"), &[]);
    check(customers, &format!("{customers} {visits}"), &["main.customer.email > crm.customer.email"]);
    check(customers, &numbered("mood (id INTEGER PRIMARY KEY, name TEXT)", "'name ' || i"), &[]);
}

#[test]
fn logs_are_read_and_none_is_left() {
    let files = Files::new();
    let writer = Connection::open(&files.crm).unwrap();
    writer.execute_batch("PRAGMA journal_mode = WAL; INSERT INTO contact VALUES (4, 'di@x', 'Bonn')").unwrap();
    files.check("SELECT count(*) FROM crm.contact", 0, "4", "");
    let database = files.open();
    let count = |expected: &str| {
        let table =
            database.execute(&guard::check("SELECT count(*) AS n FROM crm.contact").unwrap(), &Limits::default(), &Cancel::new()).unwrap();
        assert_eq!(format!("{:?}", table.rows), format!("[[Integer({expected})]]"));
    };
    count("4");
    writer.execute_batch("INSERT INTO contact VALUES (5, 'eve@x', 'Bonn'); CREATE TABLE lead (id INTEGER)").unwrap();
    count("5");
    database.check(&guard::check("SELECT * FROM crm.lead").unwrap()).unwrap();
    drop(writer);
    let before = files.listing();
    count("5");
    assert_eq!(files.listing(), before);
}

#[test]
fn what_cannot_be_opened_beside_is_said() {
    let files = Files::new();
    let check = |with: &[&str], code: i32, stderr: &str| {
        let with: Vec<&str> = with.iter().flat_map(|file| ["--with", file]).collect();
        files.home.check(&[&["query", files.shop.as_str(), "SELECT 1"][..], &with[..]].concat(), code, "", stderr);
    };
    check(&["crm=/nowhere/crm.db"], 3, "there is no file `/nowhere/crm.db`");
    check(&[&format!("other={}", files.shop)], 3, "is open already, as `main`");
    check(&[&files.beside(), &format!("again={}", files.crm)], 3, "is open already, as `crm`");
    check(&[&files.beside(), &format!("CRM={}", files.crm)], 2, "two files are called `CRM`");
    check(&[&format!("main={}", files.crm)], 2, "SQLite gives that name itself");
    check(&["crm="], 2, "does not say which file");
    let text = files.home.path().join("files").join("notes.txt");
    std::fs::write(&text, "no database").unwrap();
    check(&[text.to_str().unwrap()], 3, "notes.txt` is");
    let wide = files.home.path().join("files").join("wide.db");
    Connection::open(&wide).unwrap().execute_batch("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a); INSERT INTO t VALUES ('x')").unwrap();
    check(&[wide.to_str().unwrap()], 3, "in different encodings");
    #[cfg(unix)]
    {
        let link = files.home.path().join("files").join("link.db");
        std::os::unix::fs::symlink(&files.shop, &link).unwrap();
        check(&[link.to_str().unwrap()], 3, "is open already, as `main`");
    }
    files.home.check(&["--with", &files.crm], 2, "", "there is no first");
}

#[test]
fn names_that_need_quotes_are_quoted() {
    let files = Files::new();
    for name in ["my crm", "select", "größe", "a\"b", "1st"] {
        let with = format!("{name}={}", files.crm);
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!("SELECT count(*) AS n FROM {quoted}.contact");
        files.home.check(&["query", &files.shop, "--with", &with, &sql, "--format", "csv"], 0, "n\n3", "");
        files.home.check(&["schema", &files.shop, "--with", &with], 0, &format!("CREATE TABLE {quoted}.contact ("), "");
    }
}

#[test]
fn the_schema_text_and_the_lock_know_both() {
    let files = Files::new();
    let text = files.home.stdout_of(&["schema", &files.shop, "--with", &files.beside()]);
    for part in ["CREATE TABLE customer (", "CREATE TABLE crm.contact (", "CREATE TABLE crm.customer (", "REFERENCES customer (id)", "Oslo"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The file alone is told as ever.
    assert!(text.starts_with(files.home.stdout_of(&["schema", &files.shop]).trim_end()), "{text}");
    let asked = files.home.stdout_of(&["schema", &files.shop, "--with", &files.beside(), "--question", "contacts in Oslo"]);
    assert!(asked.contains("-- crm.contact.city = 'Oslo'"), "{asked}");
    let script = files
        .home
        .script(&["SELECT c.name, k.city FROM main.customer AS c JOIN crm.contact AS k ON k.email = c.email WHERE k.city = 'oslo'"]);
    let args = [
        "ask",
        &files.shop,
        "--with",
        &files.beside(),
        "Which customers live in Oslo?",
        "--model",
        &script,
        "--format",
        "csv",
        "--candidates",
        "1",
    ];
    files.home.check(&args, 0, "name,city\nAda,Oslo\n", "crm.contact");
}

#[test]
fn what_is_kept_knows_the_set() {
    let files = Files::new();
    let paths = Paths::all_in(files.home.path());
    let database = files.open();
    let cancel = Cancel::new();
    let schema = database.schema(&cancel).unwrap();
    let (question, sql) = ("How many contacts?", "SELECT count(*) AS n FROM crm.contact");
    {
        let records = Records::open(&paths).unwrap();
        let id = records.database(&database.label(), &schema.fingerprint()).unwrap();
        records.accept(id, question, sql).unwrap();
        let alone = Database::open(&files.shop).unwrap();
        let own = records.database(&alone.label(), &alone.schema(&cancel).unwrap().fingerprint()).unwrap();
        assert_ne!(own, id);
        // However the paths are written, it is the same set.
        let again = DatabaseSet { main: format!("{}/../files/shop.db", files.home.path().join("files").display()), ..database.set() };
        assert_eq!(records.database(Path::new(&again.to_string()), &schema.fingerprint()).unwrap(), id);
    }
    let script = files.home.script(&["SELECT 5 AS made_up_contacts"]);
    let ask = |with: &[&str]| {
        let base = ["ask", files.shop.as_str(), question, "--model", script.as_str(), "--format", "csv", "--candidates", "1"];
        files.home.stdout_of(&[&base[..], with].concat())
    };
    assert_eq!(ask(&["--with", &files.beside()]), "n\n3\n");
    assert_eq!(ask(&[]), "made_up_contacts\n5\n");
    files.home.check(&["forget", &files.crm, "--yes"], 0, " + crm=", "removed");
    assert_eq!(ask(&["--with", &files.beside()]), "made_up_contacts\n5\n");
}

#[test]
fn values_and_statistics_are_those_of_each_file() {
    let files = Files::new();
    let (database, cancel) = (files.open(), Cancel::new());
    let schema: Schema = database.schema(&cancel).unwrap();
    let counts: Vec<(Option<&str>, &str, Option<u64>)> =
        schema.tables.iter().map(|t| (t.database.as_deref(), t.name.as_str(), t.row_count)).collect();
    let crm = Some("crm");
    let expected = [
        (None, "customer", Some(2)),
        (None, "purchase", Some(3)),
        (crm, "contact", Some(3)),
        (crm, "customer", Some(1)),
        (crm, "northern", None),
    ];
    assert_eq!(counts, expected);
    let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap();
    let hits: Vec<(Option<String>, String, String)> =
        index.find("contacts in Oslo and Ada").into_iter().map(|hit| (hit.database, hit.table, hit.value)).collect();
    assert!(hits.contains(&(Some("crm".into()), "contact".into(), "Oslo".into())), "{hits:?}");
    assert!(hits.contains(&(None, "customer".into(), "Ada".into())), "{hits:?}");
}

#[test]
fn what_is_open_can_be_read_after_a_file_vanished() {
    let files = Files::new();
    let database = files.open();
    let run = || database.execute(&guard::check("SELECT count(*) FROM crm.contact").unwrap(), &Limits::default(), &Cancel::new());
    run().unwrap();
    std::fs::remove_file(&files.crm).unwrap();
    run().unwrap();
    // Another file in its place is opened anew.
    make(Path::new(&files.crm), "CREATE TABLE contact (id); INSERT INTO contact VALUES (1);");
    assert_eq!(run().unwrap().rows.len(), 1);
    std::fs::remove_file(&files.crm).unwrap();
    std::fs::write(&files.crm, "no database any more, and long enough to be looked at").unwrap();
    assert!(matches!(run(), Err(DbError::NotADatabase { .. })));
}

#[test]
fn what_only_its_own_program_orders_is_left_out_beside_another_file() {
    let files = Files::new();
    let folder = files.home.path().join("files");
    let odd = folder.join("odd.db");
    {
        let connection = Connection::open(&odd).unwrap();
        connection.create_collation("ODD", |a: &str, b: &str| b.cmp(a)).unwrap();
        let sql = "CREATE TABLE plain (a TEXT); INSERT INTO plain VALUES ('x');
            CREATE TABLE word (w TEXT COLLATE ODD PRIMARY KEY); INSERT INTO word VALUES ('a'), ('b'), ('c');";
        connection.execute_batch(sql).unwrap();
    }
    let odd = odd.to_str().unwrap();
    files.home.check(&["query", odd, "SELECT w FROM word WHERE w = 'b'", "--format", "csv"], 0, "w\nb", "");
    let with = |sql: &str, code: i32, stdout: &str, stderr: &str| {
        files.home.check(&["query", &files.shop, "--with", odd, sql, "--format", "csv"], code, stdout, stderr);
    };
    with("SELECT a FROM odd.plain", 0, "a\nx", "");
    with("SELECT w FROM odd.word WHERE w = 'b'", 4, "", "prohibited");
    let text = files.home.stdout_of(&["schema", &files.shop, "--with", odd]);
    assert!(text.contains("odd.plain") && !text.contains("odd.word"), "{text}");
}

#[test]
fn databases_one_after_the_other_are_opened_together() {
    let files = Files::new();
    let rows = files.home.file("files/more.csv", "email,score\nada@x,3\n");
    let rows = rows.to_str().unwrap();
    // The screen has no terminal here; before that it says what cannot be opened.
    files.home.check(&[&files.shop, &files.crm], 2, "", "the screen needs a terminal");
    files.home.check(&[&files.shop, &files.crm, rows], 2, "", "the screen needs a terminal");
    files.home.check(&[&files.shop, "/nowhere/b.db"], 3, "", "there is no file `/nowhere/b.db`");
    files.home.check(&["quarry", &files.shop], 3, "", "`sqllama help` lists the commands");
    let sql = "SELECT count(*) FROM main.purchase JOIN crm.contact JOIN more.more USING (email)";
    let all = format!("{}+{}+{rows}", files.shop, files.crm);
    files.home.check(&["query", &all, sql, "--format", "csv", "--no-header"], 0, "3\n", "");
    files.home.check(&["query", &format!("{rows}+none.csv"), sql], 3, "", "there is no file `none.csv`");
}
