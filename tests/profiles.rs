//! Profiles of programs' files: each is recognised in a file like the program's and in no other, names what is there, and makes a naive
//! draft right.
//!
//! `tests/profiles/NAME.sql` has the program's own tables with a few made-up rows, for `assets/profiles/NAME.toml`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;
use sqllama::ask::coverage::coverage;
use sqllama::db::{Cell, Database};
use sqllama::prompt::link::link;
use sqllama::prompt::{SCHEMA_BYTES, schema_text, schema_text_for};
use sqllama::schema::profile::matches;
use sqllama::schema::{ForeignKey, KeyOrigin, Place, Profile, Schema, TimeUnit};
use sqllama::signal::Cancel;
use sqllama::sql::mend;
use sqllama::sql::quote::quoted_identifier;
use sqllama::store::Profiles;

use crate::database::{Home, run};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Those that ship, as a person's own would be read.
fn shipped() -> Arc<Profiles> {
    static SHIPPED: OnceLock<Arc<Profiles>> = OnceLock::new();
    let profiles = SHIPPED.get_or_init(|| Arc::new(Profiles::read(Some(&folder("assets/profiles")))));
    assert!(profiles.mistakes.is_empty(), "{:?}", profiles.mistakes);
    Arc::clone(profiles)
}

/// With the names of their files.
fn named() -> Vec<(String, Profile)> {
    let entries = std::fs::read_dir(folder("assets/profiles")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.filter_map(|name| name.to_string_lossy().strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    let all = shipped().all.clone();
    assert_eq!(names.len(), all.len());
    names.into_iter().zip(all).collect()
}

fn fixture(name: &str) -> Home {
    let path = folder("tests/profiles").join(format!("{name}.sql"));
    made(&std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name} has no fixture")))
}

fn made(sql: &str) -> Home {
    let home = Home(tempfile::tempdir().unwrap());
    let writer = Connection::open(home.file()).unwrap();
    // Not all tables that keys refer to are there, nor all rows.
    writer
        .execute_batch(&format!("PRAGMA foreign_keys = OFF; BEGIN; {sql}; COMMIT;"))
        .unwrap_or_else(|error| panic!("{error}: {sql:.200}"));
    home
}

/// The file, and its schema as it is told with the profiles that ship.
fn read(home: &Home) -> (Database, Schema) {
    let database = home.open().with_profiles(shipped());
    let schema = database.schema(&Cancel::new()).unwrap();
    (database, schema)
}

fn told_units(schema: &Schema, place: &Place) -> Option<Vec<TimeUnit>> {
    let column = schema.table(&place.table)?.column(place.column.as_deref()?)?;
    column.meaning.times().map(|times| times.units.clone())
}

fn key<'s>(schema: &'s Schema, from: &Place, to: &Place) -> Option<&'s ForeignKey> {
    let leads =
        |key: &&ForeignKey| from.is_column(&from.table, &key.columns[0]) && to.is_column(&key.foreign_table, &key.foreign_columns[0]);
    schema.table(&from.table)?.foreign_keys.iter().find(leads)
}

/// What else a file is: kept by Alembic, or by Core Data.
const BOTH: [(&str, &str); 4] = [("alembic", "jupyterhub"), ("alembic", "mlflow"), ("alembic", "optuna"), ("core_data", "iphone_calls")];

#[test]
fn each_is_recognised_in_its_own_file_alone_and_names_what_is_there() {
    let named = named();
    let mut wrong = Vec::new();
    for (name, profile) in &named {
        let home = fixture(name);
        let (database, schema) = read(&home);
        let found = database.recognised(&schema, &Cancel::new());
        if !found.contains(&profile) {
            wrong.push(format!("{name} is not recognised"));
        }
        for other in found.iter().filter(|other| **other != profile) {
            let (other, _) = named.iter().find(|(_, profile)| profile == *other).unwrap();
            if !BOTH.contains(&(other.as_str(), name.as_str())) {
                wrong.push(format!("{other} is recognised in the fixture of {name}"));
            }
        }
        let places = profile.words.iter().map(|(place, _)| place).chain(profile.comments.iter().map(|(place, _)| place));
        let ends = profile.keys.iter().flat_map(|(from, to)| [from, to]);
        for place in places.chain(ends).chain(profile.units.iter().map(|(place, _)| place)).filter(|place| !place.is_in(&schema)) {
            wrong.push(format!("{name}: {place:?} is not in its fixture"));
        }
        for pattern in &profile.bookkeeping {
            let hidden: Vec<_> = schema.tables.iter().filter(|table| matches(pattern, &table.name)).collect();
            if hidden.is_empty() || !hidden.iter().all(|table| table.bookkeeping) {
                wrong.push(format!("{name}: {pattern} hides nothing"));
            }
        }
        for (place, unit) in &profile.units {
            let told = told_units(&schema, place);
            if told != Some(vec![*unit]) {
                wrong.push(format!("{name}: {place:?} counts {told:?}"));
            }
        }
        for (place, unit) in &profile.lengths {
            let column = schema.table(&place.table).and_then(|table| table.column(place.column.as_deref()?));
            if column.and_then(|column| column.meaning.span()) != Some(*unit) {
                wrong.push(format!("{name}: {place:?} is no length: {column:?}"));
            }
        }
        for (from, to) in profile.keys.iter().filter(|(from, to)| key(&schema, from, to).is_none()) {
            wrong.push(format!("{name}: {from:?} -> {to:?} is not believed"));
        }
        let text = schema_text(&schema, usize::MAX);
        let is_told = |place: &Place| schema.table(&place.table).is_none_or(|table| !table.bookkeeping);
        for (place, comment) in profile.comments.iter().filter(|(place, _)| is_told(place)) {
            if !text.contains(comment.as_str()) {
                wrong.push(format!("{name}: {place:?} is not told: {text}"));
            }
        }
        for pattern in &profile.bookkeeping {
            if text.lines().any(|line| {
                line.strip_prefix("CREATE TABLE ").is_some_and(|rest| matches(pattern, rest.split(" (").next().unwrap_or(rest)))
            }) {
                wrong.push(format!("{name}: {pattern} is told"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(n) => Some(*n as f64),
        Cell::Real(x) => Some(*x),
        _ => None,
    }
}

/// As a model writes that does not know the unit, for the year of each row of each column whose unit a profile tells: mended to as many
/// rows as have that year.
#[test]
fn a_naive_date_is_mended_to_the_right_rows() {
    let mut asked = 0;
    for (name, profile) in named().iter().filter(|(_, profile)| !profile.units.is_empty()) {
        let home = fixture(name);
        let (database, schema) = read(&home);
        for (place, unit) in &profile.units {
            let (table, column) = (quoted_identifier(&place.table), quoted_identifier(place.column.as_deref().unwrap()));
            let rows = run(&database, &format!("SELECT {column} FROM {table}")).unwrap().rows;
            // 0 is no moment: never.
            let moment = |cell: &Cell| number(cell).filter(|value| *value != 0.0);
            let year = |cell: &Cell| moment(cell).and_then(|value| unit.date(value)).map(|date| date[..4].to_owned());
            let years: Vec<String> = rows.iter().filter_map(|row| year(&row[0])).collect();
            let Some(some) = years.iter().find(|year| ("1990".."2040").contains(&year.as_str())) else { continue };
            let expected = years.iter().filter(|year| *year == some).count() as i64;
            for draft in [
                format!("SELECT count(*) FROM {table} WHERE strftime('%Y', {column}) = '{some}'"),
                format!("SELECT count(*) FROM {table} WHERE {column} BETWEEN '{some}-01-01' AND '{some}-12-31 23:59:59'"),
                format!("SELECT count(*) FROM {table} WHERE {column} LIKE '{some}%'"),
            ] {
                let mended = mend(&draft, &schema).sql;
                let found = run(&database, &mended).unwrap_or_else(|error| panic!("{name}: {mended}: {error}")).rows;
                assert_eq!(found, [[Cell::Integer(expected)]], "{name}: {draft} -> {mended}");
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
}

#[test]
fn a_file_that_only_looks_like_it_is_not_misread() {
    // The tables of Firefox's history; but the dates are seconds, and the bookmarks' keys are of something else.
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)";
    let home = made(&format!(
        "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, rev_host TEXT, last_visit_date INTEGER);
         CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, place_id INTEGER, visit_date INTEGER);
         CREATE TABLE moz_bookmarks(id INTEGER PRIMARY KEY, fk INTEGER, dateAdded INTEGER);
         INSERT INTO moz_places {rows} SELECT i, 'x', 1 + i % 9 FROM n;
         INSERT INTO moz_historyvisits {rows} SELECT i, i, 1700000000 + i * 86400 FROM n;
         INSERT INTO moz_bookmarks {rows} SELECT i, 70000 + i, NULL FROM n;"
    ));
    let (database, schema) = read(&home);
    assert_eq!(database.recognised(&schema, &Cancel::new()).len(), 1);
    let place = |text: &str| Place::parse(text).unwrap();
    assert_eq!(told_units(&schema, &place("moz_places.last_visit_date")), None);
    assert_eq!(told_units(&schema, &place("moz_historyvisits.visit_date")), Some(vec![TimeUnit::UnixSeconds]));
    assert_eq!(told_units(&schema, &place("moz_bookmarks.dateAdded")), Some(vec![TimeUnit::UnixMicros]), "nothing contradicts it");
    assert_eq!(key(&schema, &place("moz_bookmarks.fk"), &place("moz_places.id")), None);
    let told = key(&schema, &place("moz_historyvisits.place_id"), &place("moz_places.id")).unwrap();
    assert_eq!(told.origin, KeyOrigin::Told);
}

#[track_caller]
fn check_words(name: &str, question: &str, table: &str, sql: &str, unaccounted: &[&str]) {
    let home = fixture(name);
    let (_, schema) = read(&home);
    let link = link(&schema, question, &[]);
    let first = &schema.tables[link.ranked()[0]].name;
    assert_eq!(first, table, "{question}");
    let coverage = coverage(question, sql, &schema, &[], Path::new(""));
    assert_eq!(coverage.unaccounted, unaccounted, "{question}");
    assert!(coverage.unknown.is_empty(), "{question}: {:?}", coverage.unknown);
}

#[test]
fn what_people_call_things_links_and_is_accounted_for() {
    check_words("chromium_history", "searches", "keyword_search_terms", "SELECT count(*) FROM keyword_search_terms", &[]);
    check_words("anki", "How many reviews were there?", "revlog", "SELECT count(*) FROM revlog", &[]);
    check_words("anki", "How many reviews were there?", "revlog", "SELECT count(*) FROM cards", &["reviews"]);
    check_words("newsboat", "List all articles", "rss_item", "SELECT title FROM rss_item", &[]);
    check_words("darktable", "How many photos are there?", "images", "SELECT count(*) FROM images", &[]);
}

#[test]
fn a_file_is_called_what_it_looks_like() {
    let home = fixture("firefox_places");
    let (database, schema) = read(&home);
    let notes = database.profile_notes(&schema, &Cancel::new());
    assert_eq!(notes, ["this looks like Firefox's history and bookmarks"]);
    let text = schema_text(&schema, SCHEMA_BYTES);
    assert!(text.contains("CREATE TABLE moz_historyvisits ( -- visits, history; one row a visit\n"), "{text}");
    assert!(text.contains("  visit_date INTEGER, -- us since 1970, 2022-"), "{text}");
    assert!(text.ends_with("\n") && text.contains("\n-- bookkeeping, not shown: moz_places_extra, "), "{text}");
    let asked = |question: &str| schema_text_for(&schema, SCHEMA_BYTES, question, &[]);
    assert_eq!(asked("how many visits"), text);
    let meta = asked("show me the meta table");
    assert!(meta.starts_with(&text) && meta.contains("CREATE TABLE moz_meta ("), "{meta}");
    let plain = made("CREATE TABLE t(x)");
    let (database, schema) = read(&plain);
    assert!(database.profile_notes(&schema, &Cancel::new()).is_empty());
}
