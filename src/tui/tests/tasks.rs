//! The tasks of `tests/screens/tasks.md`: our keys do what the table says, and are no more than anywhere else.

use std::path::PathBuf;

use super::super::state::{Pane, Window};
use super::*;
use crate::jobs::ExportFormat;
use crate::records::{HistoryEntry, HistoryState, NewHistory, Records};
use crate::store::Paths;

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screens/tasks.md"));

/// Presses that the table says: ours, and those of the others that have a way.
fn presses(task: usize) -> (usize, Vec<usize>) {
    let line = TABLE.lines().find(|line| line.starts_with(&format!("| {task} |"))).unwrap();
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let count = |cell: &&str| cell.rsplit_once(": ").and_then(|(_, count)| count.trim_end_matches(" |").parse().ok());
    (count(&cells[2]).unwrap(), cells[3..].iter().filter_map(count).collect())
}

/// Plays `keys`, of which those in `typed` are text that is typed everywhere.
#[track_caller]
fn play(task: usize, screen: &mut Screen, keys: &[&str], typed: &[&str]) {
    let (own, others) = presses(task);
    assert_eq!(keys.iter().filter(|key| !typed.contains(key)).count(), own, "task {task}: {keys:?}");
    assert!(others.iter().all(|other| own <= *other), "task {task}: {own} of {others:?}");
    screen.press(keys);
}

/// A screen with rows, which have the keys.
fn with_rows() -> Screen {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(rows(30, false));
    screen.press(&["alt+4"]);
    screen
}

fn runs(screen: &Screen) -> String {
    let found = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { work: Work::Run { sql, .. }, .. } => Some(sql.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{:?}", screen.effects))
}

#[test]
fn every_task_is_in_the_table_with_no_more_keys_than_elsewhere() {
    let lines = TABLE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")).count();
    assert_eq!(lines, 12);
    (1..=12).for_each(|task| assert!(presses(task).1.iter().all(|other| presses(task).0 <= *other), "{task}"));
}

#[test]
fn tables_are_looked_at() {
    let mut screen = Screen::opened((80, 24));
    play(1, &mut screen, &["alt+1", "down", "b"], &[]);
    assert!(runs(&screen).contains("album"), "{}", runs(&screen));
    let mut screen = Screen::opened((80, 24));
    play(11, &mut screen, &["alt+t"], &[]);
    assert!(matches!(screen.state.window, Some(Window::Text { .. })), "{}", screen.drawn());
}

#[test]
fn the_table_at_the_cursor_is_told_of() {
    /// The title of the window that Alt+T opens behind `keys`.
    #[track_caller]
    fn check(screen: &mut Screen, keys: &[&str], expected: Option<&str>) {
        screen.press(keys);
        screen.press(&["alt+t"]);
        let title = match &screen.state.window {
            Some(Window::Text { title, .. }) => Some(title.clone()),
            _ => None,
        };
        assert_eq!(title.as_deref(), expected, "{keys:?}\n{}", screen.drawn());
        screen.press(&["esc"]);
    }
    let mut screen = Screen::opened((80, 24));
    check(&mut screen, &[], Some("artist"));
    check(&mut screen, &["alt+1", "down"], Some("album"));
    check(&mut screen, &["alt+3", "SELECT b.name FROM album AS a JOIN artist AS b", "esc"], Some("artist"));
    check(&mut screen, &["alt+3", "ctrl+a", "SELECT * FROM album, nowhere", "esc"], Some("album"));
    check(&mut screen, &["ctrl+g", "how many", "alt+1", "down", "down", "down"], Some("evil\u{1b}[2J\u{202e}"));
    // In rows it is that of the column; of one that is computed, what the statement reads first; of none, what the schema has.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(rows(3, false));
    check(&mut screen, &["alt+4"], Some("artist"));
    let mut screen = Screen::empty((80, 24));
    check(&mut screen, &[], None);
}

#[test]
fn statements_are_run() {
    // Where the screen begins: in the line for questions. SQL that is typed there needs no other place.
    let mut screen = Screen::opened((80, 24));
    let sql = "SELECT count(*) FROM album";
    assert_eq!(screen.state.focus, Pane::Ask);
    screen.press(&[sql]);
    play(2, &mut screen, &["f5"], &[]);
    assert_eq!((runs(&screen).as_str(), screen.state.sql().as_str()), (sql, sql));
    assert!(screen.state.ask.is_empty());
    // In the editor it is the same key; a question is none that could be run.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", sql, "esc"]);
    play(2, &mut screen, &["f5"], &[]);
    assert_eq!(runs(&screen), sql);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, rows(3, false));
    play(5, &mut screen, &["f5"], &[]);
    assert_eq!(runs(&screen), sql);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, rows(3, false));
    screen.press(&["ctrl+g", "how many albums are there", "f5"]);
    assert_eq!((runs(&screen).as_str(), screen.state.ask.lines().join("").as_str()), (sql, "how many albums are there"));
}

#[test]
fn rows_are_worked_with() {
    let mut screen = with_rows();
    play(3, &mut screen, &["y"], &[]);
    assert_eq!(screen.effects, [Effect::Copy("1".into())]);
    let mut screen = with_rows();
    play(4, &mut screen, &["ctrl+e", "out.csv", "enter"], &["out.csv"]);
    let path = PathBuf::from("/home/someone/out.csv");
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Export { format: ExportFormat::Csv, path: to, .. }) if *to == path));
    // The ending is the format; a name without one is none.
    let mut screen = with_rows();
    screen.press(&["ctrl+e", "a/b.parquet", "enter"]);
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Export { format: ExportFormat::Parquet, .. })));
    let mut screen = with_rows();
    screen.press(&["ctrl+e", "out.xlsx", "enter"]);
    assert!(screen.effects.is_empty() && screen.state.window.is_some(), "{}", screen.drawn());
    let mut screen = with_rows();
    play(7, &mut screen, &["s"], &[]);
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Arrange { .. })));
    let mut screen = with_rows();
    play(8, &mut screen, &["ctrl+f", "Künstler 7", "enter"], &["Künstler 7"]);
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Find { sought, .. }) if sought.text == "Künstler 7"));
}

#[test]
fn what_was_written_is_found_and_kept() {
    let mut screen = Screen::opened((80, 24));
    play(6, &mut screen, &["f8", "albums", "enter"], &["albums"]);
    // The lines come while one types; Enter takes the first.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["f8", "albums"]);
    let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Search { text, .. }) if text == "albums"));
    let folder = tempfile::tempdir().unwrap();
    let database = Records::open(&Paths::all_in(folder.path())).unwrap().database("/music.sqlite".as_ref(), "").unwrap();
    let sql = "SELECT count(*) FROM album -- albums".to_owned();
    let entry = NewHistory { database, question: None, sql, state: HistoryState::Ran, rows: Some(1), ms: 1.0, tab: 0 };
    let entries = vec![HistoryEntry { id: 1, path: "/music.sqlite".into(), at_ms: 0, entry }];
    screen.done(job, Outcome::Kept(Box::new(Kept::History { text: "albums".into(), everywhere: false, entries })));
    screen.press(&["enter"]);
    assert_eq!(screen.state.sql(), "SELECT count(*) FROM album -- albums");
    play(10, &mut screen, &["ctrl+s", "enter"], &[]);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::SaveScript { .. })));
    let tabs = screen.state.tabs.len();
    play(9, &mut screen, &["ctrl+t"], &[]);
    assert_eq!(screen.state.tabs.len(), tabs + 1);
}

#[test]
fn another_database_is_opened() {
    let mut screen = Screen::opened((80, 24));
    play(12, &mut screen, &["ctrl+o", "/data/shop.db", "enter"], &["/data/shop.db"]);
    screen.submitted(|work| matches!(work, Work::Open { database } if database == "/data/shop.db"));
}
