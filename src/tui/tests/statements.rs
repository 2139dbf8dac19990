//! Statements: parameters, several at once, files, long lines.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::super::state::Window;
use super::*;

fn run_work(screen: &Screen) -> (u64, String, Vec<(String, String)>) {
    let found = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { job, work: Work::Run { sql, parameters } } => Some((*job, sql.clone(), parameters.clone())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{:?}", screen.effects))
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[test]
fn parameters_are_asked_for_and_remembered() {
    check("parameter", |screen| {
        screen.press(&["alt+3", "SELECT * FROM album WHERE id > :least AND title LIKE $like"]);
        screen.press(&["esc", "f5", "12"]);
    });
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT :a, :b, :a", "esc", "f5", "12", "enter"]);
    assert!(screen.drawn().contains("Value of :b"), "{}", screen.drawn());
    screen.press(&["enter"]);
    let (job, sql, given) = run_work(&screen);
    assert_eq!((sql.as_str(), given), ("SELECT :a, :b, :a", vec![pair(":a", "12"), pair(":b", "")]));
    screen.done(job, rows(1, false));
    // What was typed last stands there already.
    screen.press(&["f5", "enter", "x y", "enter"]);
    assert_eq!(run_work(&screen).2, [pair(":a", "12"), pair(":b", "x y")]);
    // Esc runs nothing.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT ?", "esc", "f5", "esc"]);
    assert!(screen.effects.is_empty() && screen.state.window.is_none());
}

#[test]
fn every_statement_runs_and_each_result_has_its_place() {
    let all = |screen: &mut Screen| {
        screen.press(&["alt+3", "SELECT 1; SELECT :n;  ; SELECT 3", "esc", "alt+r", "7", "enter"]);
        for (count, expected) in [(1, "SELECT 1"), (2, "SELECT :n"), (3, "SELECT 3")] {
            let (job, sql, given) = run_work(screen);
            assert_eq!((sql.as_str(), given.len()), (expected, usize::from(count == 2)));
            screen.done(job, rows(count, false));
        }
    };
    check("run_all", |screen| {
        all(screen);
        screen.press(&["alt+4", "["]);
    });
    let mut screen = Screen::opened((80, 24));
    all(&mut screen);
    screen.press(&["alt+4"]);
    let shown = |screen: &Screen| (screen.state.tab().results.sql.clone(), screen.state.tab().results.len());
    assert_eq!(shown(&screen), ("SELECT 3".into(), 3));
    screen.press(&["]"]);
    assert_eq!(shown(&screen), ("SELECT 1".into(), 1));
    screen.press(&["]"]);
    assert_eq!(shown(&screen), ("SELECT :n".into(), 2));
    screen.press(&["[", "["]);
    assert_eq!(shown(&screen), ("SELECT 3".into(), 3));
    // One statement alone has the pane to itself again.
    screen.press(&["alt+3", "ctrl+home"]);
    screen.run(rows(9, false));
    assert!(screen.state.tab().others.is_empty());
    // What fails ends it, and what did not run is said.
    screen.press(&["alt+r", "enter"]);
    let (job, ..) = run_work(&screen);
    screen.done(job, Outcome::Failed(JobFailure { message: "no".into(), hint: None }));
    assert!(screen.drawn().contains("2 statements behind it did not run"), "{}", screen.drawn());
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Run { .. }, .. })));
}

#[test]
fn sql_is_saved_with_its_question_and_opened_again() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    screen.press(&["ctrl+s"]);
    assert!(screen.drawn().contains("music.sql"), "{}", screen.drawn());
    screen.press(&["enter"]);
    let sql = screen.state.sql();
    let saved = format!("-- Which artist has the most albums?\n{sql}\n");
    let path = std::path::PathBuf::from("/home/someone/music.sql");
    let save = |before: Option<&str>, text: &str| {
        Work::Keep(KeepWork::SaveScript { path: path.clone(), before: before.map(str::to_owned), text: text.to_owned() })
    };
    let job = screen.submitted(|work| *work == save(None, &saved));
    screen.done(job, Outcome::Script { path: path.clone(), text: saved.clone() });
    assert!(screen.drawn().contains("SQL: music.sql"), "{}", screen.drawn());
    // Changed, it is marked, and saved in place of what was there.
    screen.press(&["alt+3", "ctrl+end", " LIMIT 1", "esc"]);
    assert!(screen.drawn().contains("music.sql *"), "{}", screen.drawn());
    screen.press(&["ctrl+s"]);
    let job = screen.submitted(|work| *work == save(Some(&saved), &format!("{sql} LIMIT 1\n")));
    screen.done(job, Outcome::Script { path: path.clone(), text: format!("{sql} LIMIT 1\n") });
    // A file opens in a tab of its own, from wherever files are opened.
    screen.press(&["ctrl+o", "type a path", "enter", "b.SQL", "enter"]);
    let job = screen.submitted(|work| *work == Work::Keep(KeepWork::ReadScript { path: "/home/someone/b.SQL".into() }));
    screen.done(job, Outcome::Script { path: "/home/someone/b.SQL".into(), text: "SELECT 1;\r\nSELECT 2;\r\n".into() });
    assert_eq!((screen.state.tabs.len(), screen.state.sql().as_str()), (2, "SELECT 1;\nSELECT 2;"));
    assert!(!screen.drawn().contains("b.SQL *"), "{}", screen.drawn());
}

#[test]
fn long_lines_are_marked_and_a_long_question_grows() {
    check("long_lines", |screen| {
        screen.press(&["alt+3"]);
        screen.event(Event::Paste(format!("SELECT {}\nFROM artist", "name, ".repeat(60))));
        screen.press(&["ctrl+home"]);
        screen.state.ask = super::super::tab::text_area(&"which artists sold more than the others in their own country ".repeat(4));
    });
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+g", &"word ".repeat(40)]);
    assert_eq!(screen.drawn().lines().filter(|line| line.contains("word word word")).count(), 3, "{}", screen.drawn());
    screen.press(&["alt+3", &"x".repeat(100)]);
    assert!(screen.drawn().contains("‹x"), "{}", screen.drawn());
    // Where nothing is typed it is read from its beginning.
    screen.press(&["ctrl+g"]);
    assert!(screen.drawn().contains("x›") && !screen.drawn().contains("‹x"), "{}", screen.drawn());
}

#[test]
fn a_click_puts_the_cursor_into_the_sql() {
    #[track_caller]
    fn check(sql: &str, line: usize, word: &str, expected: (usize, usize)) {
        let mut screen = Screen::opened((200, 60));
        screen.press(&["alt+3"]);
        screen.event(Event::Paste(sql.into()));
        let drawn = screen.drawn();
        let top = drawn.lines().position(|line| line.contains("[SQL]")).unwrap() + 1 + line;
        let row = drawn.lines().nth(top).unwrap();
        let column = row[..row.find(word).unwrap()].chars().count();
        screen.event(Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16,
            row: top as u16,
            modifiers: KeyModifiers::NONE,
        }));
        let cursor = screen.state.tab().editor.cursor();
        assert_eq!((cursor.0, cursor.1), expected, "{}", screen.drawn());
    }
    check("SELECT one FROM two", 0, "FROM", (0, 11));
    check("SELECT one\nFROM 日本 JOIN two", 1, "JOIN", (1, 8));
    check("SELECT one\nFROM two", 0, "ECT", (0, 3));
    check(&format!("SELECT {} AS last", "name, ".repeat(60)), 0, "last", (0, 371));
    check("SELECT é AS x", 0, "AS", (0, 9));
}

#[test]
fn a_snippet_goes_in_at_the_cursor() {
    let mut screen = Screen::opened((80, 24));
    screen.state.records.favourites =
        vec![crate::records::Favourite { id: 1, title: "of one artist".into(), sql: "WHERE artist_id = :artist".into() }];
    screen.press(&["alt+3", "SELECT * FROM album ", "esc", "ctrl+p", "insert-snippet", "enter"]);
    assert!(screen.drawn().contains("of one artist"), "{}", screen.drawn());
    screen.press(&["enter"]);
    assert_eq!(screen.state.sql(), "SELECT * FROM album WHERE artist_id = :artist");
    assert!(!matches!(screen.state.window, Some(Window::List(_))));
}

#[test]
fn the_plan_of_a_statement_is_that_of_what_it_explains() {
    #[track_caller]
    fn plan(sql: &str, expected: Option<&str>) {
        let mut screen = Screen::opened((80, 24));
        screen.press(&["alt+3", sql, "esc", "ctrl+p", "plan", "enter"]);
        let planned = screen.effects.iter().find_map(|effect| match effect {
            Effect::Submit { work: Work::Plan { sql }, .. } => Some(sql.as_str()),
            _ => None,
        });
        assert_eq!(planned, expected, "{sql}: {}", screen.drawn());
        assert_eq!(screen.drawn().contains("there is no SQL to explain"), expected.is_none(), "{sql}");
    }
    plan("SELECT 1 FROM album", Some("SELECT 1 FROM album"));
    plan("EXPLAIN QUERY PLAN SELECT 1 FROM album", Some("SELECT 1 FROM album"));
    plan("explain SELECT 1 FROM album;", Some("SELECT 1 FROM album"));
    plan("EXPLAIN QUERY PLAN", None);
}
