//! The file as a whole: made, kept, shared, refused.

use std::path::{Path, PathBuf};

use super::*;
use crate::store::Paths;

fn records() -> (tempfile::TempDir, Records) {
    let folder = tempfile::tempdir().unwrap();
    let records = Records::open(&Paths::all_in(folder.path())).unwrap();
    (folder, records)
}

#[test]
fn a_database_is_known_by_its_path() {
    let (folder, records) = records();
    let file = folder.path().join("shop.db");
    std::fs::write(&file, "").unwrap();
    let shop = records.database(&file, "a").unwrap();
    assert_eq!(records.database(&folder.path().join(".").join("shop.db"), "b").unwrap(), shop);
    let other = records.database(Path::new("/nowhere/other.db"), "b").unwrap();
    assert_ne!(other, shop);
    let recent: Vec<PathBuf> = records.recent(9).unwrap().into_iter().map(|known| known.path).collect();
    assert_eq!(recent.len(), 2);
    assert!(recent.contains(&PathBuf::from("/nowhere/other.db")));
    records.forget(other).unwrap();
    assert_eq!(records.recent(9).unwrap().len(), 1);
}

#[test]
fn a_copy_is_offered_what_is_kept_and_takes_it_when_told() {
    let (_folder, records) = records();
    let old = records.database(Path::new("/a.db"), "s").unwrap();
    let copy = records.database(Path::new("/b.db"), "s").unwrap();
    assert_eq!(records.same_schema(copy).unwrap(), []);
    records.accept(old, "how many orders?", "SELECT 1").unwrap();
    records.add_note(old, "nine means cancelled").unwrap();
    records.attach(old, Path::new("/adapters/a")).unwrap();
    records.accept(copy, "How many orders", "SELECT 2").unwrap();
    let offered = records.same_schema(copy).unwrap();
    assert_eq!(
        offered.iter().map(|known| (known.id, known.accepted, known.notes, known.has_adapter)).collect::<Vec<_>>(),
        [(old, 1, 1, true)]
    );
    assert_eq!(records.attachment(copy).unwrap(), None);
    records.adopt(old, copy).unwrap();
    records.adopt(old, copy).unwrap();
    assert_eq!(records.accepted_sql(copy, "how many orders").unwrap().as_deref(), Some("SELECT 2"));
    assert_eq!(records.notes(copy).unwrap().len(), 1);
    assert_eq!(records.attachment(copy).unwrap(), Some(PathBuf::from("/adapters/a")));
}

#[test]
fn questions_are_compared_without_case_blanks_and_final_punctuation() {
    #[track_caller]
    fn check(question: &str, expected: &str) {
        assert_eq!(fold_question(question), expected);
    }
    check("  How  many\tARTISTS ?! ", "how many artists");
    check("Wie viele Künstler\u{a0}gibt es.", "wie viele künstler gibt es");
    check("v1.5?", "v1.5");
    check("?", "");
}

#[test]
fn accepted_answers_are_replaced_taken_back_and_rejected() {
    let (_folder, records) = records();
    let (a, b) = (records.database(Path::new("/a"), "").unwrap(), records.database(Path::new("/b"), "").unwrap());
    records.accept(a, "How many orders?", "SELECT 1").unwrap();
    records.accept(a, "how  many orders", "SELECT 2").unwrap();
    assert_eq!(records.accepted_sql(a, "HOW MANY ORDERS!").unwrap().as_deref(), Some("SELECT 2"));
    assert_eq!(records.accepted_sql(b, "how many orders").unwrap(), None);
    assert_eq!(records.accepted(a).unwrap().len(), 1);
    records.reject(a, "how many orders", "SELECT 3", "no").unwrap();
    assert_eq!(records.accepted(a).unwrap().len(), 1);
    records.reject(a, "how many orders", "SELECT 2", " counts cancelled ones ").unwrap();
    assert_eq!(records.accepted(a).unwrap(), []);
    let notes: Vec<String> = records.rejected(a).unwrap().into_iter().map(|rejected| rejected.note).collect();
    assert_eq!(notes, ["no", "counts cancelled ones"]);
    records.accept(a, "x", "SELECT 4").unwrap();
    assert_eq!((records.unaccept(a, "X?").unwrap(), records.unaccept(a, "X?").unwrap()), (true, false));
}

#[test]
fn notes_adapters_favourites_and_drafts_come_back() {
    let (folder, records) = records();
    let a = records.database(Path::new("/a"), "").unwrap();
    let note = records.add_note(a, "one").unwrap();
    assert_eq!(records.add_note(a, " one ").unwrap(), note);
    records.add_note(a, "two").unwrap();
    assert!(records.remove_note(note).unwrap());
    records.attach(a, Path::new("/one")).unwrap();
    records.attach(a, Path::new("/two")).unwrap();
    records.add_favourite(a, "t", "SELECT 1").unwrap();
    records.add_favourite(a, "again", "SELECT 1").unwrap();
    let draft = |sql: &str| Draft { tab: 1, question: String::new(), sql: sql.into() };
    records.save_draft(a, &draft("SEL")).unwrap();
    records.save_draft(a, &draft("SELECT")).unwrap();
    drop(records);
    let records = Records::open(&Paths::all_in(folder.path())).unwrap();
    assert_eq!(records.notes(a).unwrap().iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["two"]);
    assert_eq!(records.attachment(a).unwrap(), Some(PathBuf::from("/two")));
    assert_eq!((records.detach(a).unwrap(), records.attachment(a).unwrap()), (true, None));
    let favourites = records.favourites(a).unwrap();
    assert_eq!((favourites.len(), favourites[0].title.as_str()), (1, "again"));
    assert!(records.remove_favourite(favourites[0].id).unwrap());
    assert_eq!(records.drafts(a).unwrap(), [draft("SELECT")]);
    records.save_draft(a, &draft(" \n")).unwrap();
    assert_eq!(records.drafts(a).unwrap(), []);
}

/// Two programs on one database, as two connections here: a lock belongs to the file that was opened.
#[test]
fn two_sittings_on_one_database_keep_both_texts() {
    let (folder, records) = records();
    let other = Records::open(&Paths::all_in(folder.path())).unwrap();
    let a = records.database(Path::new("/a"), "").unwrap();
    let draft = |tab, sql: &str| Draft { tab, question: String::new(), sql: sql.into() };
    let texts = |records: &Records, sitting: &Sitting| -> Vec<(u32, String)> {
        records.drafts_of(sitting).unwrap().into_iter().map(|draft| (draft.tab, draft.sql)).collect()
    };
    // As a08d325 left them, with a gap where a tab was empty.
    records.save_draft(a, &draft(0, "left")).unwrap();
    records.save_draft(a, &draft(2, "before")).unwrap();
    let first = records.sit(a).unwrap();
    assert_eq!(texts(&records, &first), [(0, "left".into()), (1, "before".into())]);
    let second = other.sit(a).unwrap();
    assert_eq!(texts(&other, &second), [], "the first has them");
    records.save_drafts(&first, &[draft(0, "SELECT 1")], 1).unwrap();
    other.save_drafts(&second, &[draft(0, "SELECT 2"), draft(1, "SELECT 3")], 2).unwrap();
    assert_eq!(texts(&records, &first), [(0, "SELECT 1".into())], "a tab was closed");
    // Whoever leaves last, the next one finds both; a third that comes while one is there finds the other's.
    drop(first);
    let third = records.sit(a).unwrap();
    assert_eq!(texts(&records, &third), [(0, "SELECT 1".into())]);
    drop((second, third));
    let last = other.sit(a).unwrap();
    assert_eq!(texts(&other, &last), [(0, "SELECT 1".into()), (1, "SELECT 2".into()), (2, "SELECT 3".into())]);
    // Another database is another matter.
    let b = records.database(Path::new("/b"), "").unwrap();
    assert_eq!(texts(&records, &records.sit(b).unwrap()), []);
    records.save_drafts(&last, &[], 0).unwrap();
    assert_eq!(records.drafts(a).unwrap(), []);
}

#[test]
fn what_was_written_before_a_database_was_open_is_carried_to_it() {
    let (_folder, records) = records();
    let draft = |tab, question: &str, sql: &str| Draft { tab, question: question.into(), sql: sql.into() };
    let (none, shop) = (records.database(Path::new(""), "").unwrap(), records.database(Path::new("/shop"), "").unwrap());
    let before = records.sit(none).unwrap();
    records.save_drafts(&before, &[draft(0, "how many?", "SELECT 1"), draft(1, "", "SELECT 2")], 2).unwrap();
    let sitting = records.sit(shop).unwrap();
    records.save_drafts(&sitting, &[draft(0, "", "SELECT 3")], 1).unwrap();
    records.carry(&before, &sitting).unwrap();
    assert_eq!(
        records.drafts_of(&sitting).unwrap(),
        [draft(0, "", "SELECT 3"), draft(1, "how many?", "SELECT 1"), draft(2, "", "SELECT 2")]
    );
    assert_eq!(records.drafts(none).unwrap(), []);
    records.carry(&before, &sitting).unwrap();
    assert_eq!(records.drafts_of(&sitting).unwrap().len(), 3);
}

#[test]
fn history_is_searched_by_words_here_or_everywhere() {
    let (_folder, records) = records();
    let (a, b) = (records.database(Path::new("/a"), "").unwrap(), records.database(Path::new("/b"), "").unwrap());
    let add = |database, question: Option<&str>, sql: &str, state| {
        let new = NewHistory { database, question: question.map(Into::into), sql: sql.into(), state, rows: Some(3), ms: 1.5, tab: 0 };
        records.add_history(&new).unwrap()
    };
    add(a, Some("Which artists?"), "SELECT name FROM artist", HistoryState::Ran);
    let last = add(a, None, "SELECT 100 % 7, a_b FROM t", HistoryState::Failed);
    add(b, Some("Artists of b"), "SELECT 2", HistoryState::Cancelled);
    let found = |text: &str, scope| -> Vec<String> {
        records.search_history(text, scope, 9).unwrap().into_iter().map(|found| found.entry.sql).collect()
    };
    assert_eq!(found("", Scope::Everywhere).len(), 3);
    assert_eq!(found("ARTIST", Scope::Everywhere), ["SELECT 2", "SELECT name FROM artist"]);
    assert_eq!(found("artist name", Scope::Everywhere), ["SELECT name FROM artist"]);
    assert_eq!(found("artist", Scope::Database(a)), ["SELECT name FROM artist"]);
    assert_eq!(found("a_b %", Scope::Database(a)), ["SELECT 100 % 7, a_b FROM t"]);
    assert_eq!(found("axb", Scope::Database(a)), Vec::<String>::new());
    let entry = records.search_history("a_b", Scope::Everywhere, 1).unwrap().remove(0);
    assert_eq!((entry.id, entry.path, entry.entry.state), (last, PathBuf::from("/a"), HistoryState::Failed));
    assert!(records.remove_history(last).unwrap());
}

#[test]
fn many_processes_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::all_in(folder.path());
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let paths = &paths;
            scope.spawn(move || {
                let records = Records::open(paths).unwrap();
                let a = records.database(Path::new("/a"), "").unwrap();
                for n in 0..25 {
                    records.accept(a, &format!("{worker} {n}"), "SELECT 1").unwrap();
                }
            });
        }
    });
    let records = Records::open(&paths).unwrap();
    assert_eq!(records.accepted(records.database(Path::new("/a"), "").unwrap()).unwrap().len(), 100);
}

/// A file that is not ours to write is refused, with a hint, and keeps its bytes.
#[track_caller]
fn check_refused(make: impl FnOnce(&Path), expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::all_in(folder.path());
    make(&paths.records());
    let before = std::fs::read(paths.records()).unwrap();
    let error = Records::open(&paths).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(!error.hint().is_empty());
    assert_eq!(std::fs::read(paths.records()).unwrap(), before);
}

#[test]
fn a_file_that_is_damaged_newer_or_foreign_is_left_alone() {
    check_refused(|path| std::fs::write(path, "this is not a database, and longer than a header is, too").unwrap(), "is damaged");
    check_refused(
        |path| {
            drop(Records::open_file(path).unwrap());
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch("PRAGMA journal_mode=DELETE; PRAGMA user_version=99").unwrap();
        },
        "has format 99, and this sqllama knows formats up to 3",
    );
    check_refused(
        |path| rusqlite::Connection::open(path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap(),
        "is not a file of sqllama's",
    );
    check_refused(
        |path| {
            drop(Records::open_file(path).unwrap());
            let mut bytes = std::fs::read(path).unwrap();
            // The schema's page, behind the file's header.
            bytes[100..4096].fill(0xAA);
            std::fs::write(path, bytes).unwrap();
        },
        "is damaged",
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Records::open(&Paths::all_in(file.join("data"))).unwrap_err();
    assert!(matches!(&error, RecordsError::Unusable { .. }), "{error}");
}

#[test]
fn what_followed_on_something_answers_nothing_else() {
    let (_folder, records) = records();
    let a = records.database(Path::new("/a"), "s").unwrap();
    let before = |sql: &str| Before { question: "Which customers are there?".into(), sql: sql.into() };
    records.accept_after(a, "Only those from Germany", "SELECT 1", &before("SELECT name FROM customer;")).unwrap();
    records.accept_after(a, "Only those from Germany", "SELECT 2", &before("SELECT name FROM supplier")).unwrap();
    let served = |before: &str| records.accepted_sql_after(a, "only those from Germany!", before).unwrap();
    assert_eq!(served("SELECT name\n FROM customer").as_deref(), Some("SELECT 1"));
    assert_eq!(served("SELECT name FROM supplier;").as_deref(), Some("SELECT 2"));
    assert_eq!(served("SELECT name FROM singer"), None);
    assert_eq!(records.accepted_sql(a, "Only those from Germany").unwrap(), None);
    let kept = records.accepted(a).unwrap();
    assert!(kept.len() == 2 && kept.iter().all(|answer| !answer.stands_alone() && answer.is_example()), "{kept:?}");
    // A copy takes them over with what they followed.
    let copy = records.database(Path::new("/copy"), "s").unwrap();
    records.adopt(a, copy).unwrap();
    assert_eq!(
        records.accepted_sql_after(copy, "Only those from Germany", "SELECT name FROM customer").unwrap().as_deref(),
        Some("SELECT 1")
    );
    assert_eq!(records.same_schema(copy).unwrap()[0].accepted, 2);
    records.reject(a, "Only those from Germany", "SELECT 1", "").unwrap();
    assert_eq!(served("SELECT name FROM customer"), None);
    assert!(records.unaccept(a, "only those from germany").unwrap());
    assert_eq!(records.accepted(a).unwrap(), []);
}

#[test]
fn a_fragment_that_was_kept_without_what_it_followed_is_never_served() {
    let (_folder, records) = records();
    let a = records.database(Path::new("/a"), "s").unwrap();
    for question in ["Only those from Germany", "and from Spain?", "per month", "How many customers are there?"] {
        records.accept(a, question, "SELECT 1").unwrap();
    }
    for question in ["only those from germany", "And from Spain", "per month"] {
        assert_eq!(records.accepted_sql(a, question).unwrap(), None, "{question}");
        assert_eq!(records.accepted_sql_after(a, question, "SELECT 1").unwrap(), None, "{question}");
    }
    let examples: Vec<String> = records.accepted(a).unwrap().into_iter().filter(Accepted::is_example).map(|a| a.question).collect();
    assert_eq!(examples, ["How many customers are there?"]);
    assert!(records.accepted_sql(a, "how many customers are there").unwrap().is_some());
}

#[test]
fn what_is_forgotten_is_gone_from_the_file() {
    let (folder, records) = records();
    let file = folder.path().join("shop.db");
    std::fs::write(&file, "").unwrap();
    let (shop, other) = (records.database(&file, "a").unwrap(), records.database(Path::new("/nowhere/other.db"), "b").unwrap());
    for database in [shop, other] {
        records.accept(database, "how many?", "SELECT 'secret' || 1").unwrap();
        records.add_note(database, "nine means cancelled").unwrap();
    }
    records.attach(shop, Path::new("/adapters/a")).unwrap();
    assert_eq!(records.attachments().unwrap(), [(std::fs::canonicalize(&file).unwrap(), PathBuf::from("/adapters/a"))]);
    let kept = Kept { accepted: 1, notes: 1, adapter: Some("/adapters/a".into()), ..Kept::default() };
    assert_eq!(records.kept(shop).unwrap(), kept);
    // A file that is gone is found all the same.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(records.find(&folder.path().join(".").join("shop.db")).unwrap(), Some(shop));
    assert_eq!(records.find(Path::new("/nowhere/else.db")).unwrap(), None);
    records.erase(&[shop]).unwrap();
    assert_eq!((records.find(&file).unwrap(), records.kept(shop).unwrap()), (None, Kept::default()));
    assert_eq!(records.kept(other).unwrap().accepted, 1);
    records.erase(&[other]).unwrap();
    drop(records);
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("secret"), "{:?}", entry.path());
    }
}

#[test]
fn values_of_parameters_are_remembered_by_database() {
    let (folder, records) = records();
    let known = |name: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, "").unwrap();
        records.database(&file, name).unwrap()
    };
    let (one, other) = (known("a.db"), known("b.db"));
    records.remember_value(one, ":since", "2024-01-01").unwrap();
    records.remember_value(one, ":since", "").unwrap();
    records.remember_value(one, "?1", "7").unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(records.parameter_values(one).unwrap(), [pair(":since", ""), pair("?1", "7")]);
    assert!(records.parameter_values(other).unwrap().is_empty());
    records.erase(&[one]).unwrap();
    assert!(records.parameter_values(one).unwrap().is_empty());
}
