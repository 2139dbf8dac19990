//! Columns held, hidden, pinned, moved; sorting by a click; finding; copying in other forms.

use super::*;
use crate::jobs::{CopyForm, CopyWork, Found};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// A result of ten columns, on a screen whose result pane has the keys.
fn wide(screen: &mut Screen) {
    screen.press(&["alt+3", "SELECT * FROM wide"]);
    let columns = (0..10).map(|n| ColumnInfo { name: format!("column_{n}"), declared_type: None }).collect();
    let row = |r: i64| (0..10).map(|c| Cell::Text(format!("cell {r}.{c}"))).collect();
    let table = Table { columns, rows: (0..40).map(row).collect(), truncated: false };
    let spool = Arc::new(Spool::of_table(&table).unwrap());
    screen.run(Outcome::Ran { spool, elapsed: Duration::from_millis(3), units: Vec::new() });
    screen.press(&["alt+4"]);
}

/// The names over the rows, as far as they are in view.
fn names(screen: &Screen) -> Vec<usize> {
    let drawn = screen.drawn();
    let line = drawn.lines().find(|line| line.contains("column_")).unwrap_or_default();
    line.split("column_").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).map(|n| n as usize).collect()
}

#[test]
fn columns_stay_in_view() {
    check("columns_held", |screen| {
        wide(screen);
        screen.press(&["right", "Z", "$"]);
    });
    let mut screen = Screen::opened((80, 24));
    wide(&mut screen);
    let all = names(&screen);
    assert_eq!(all[..3], [0, 1, 2]);
    screen.press(&["Z", "$"]);
    assert_eq!((names(&screen)[0], names(&screen).last().copied()), (0, Some(9)));
    // By the palette they move again.
    screen.press(&["0", "ctrl+p", "hold-columns", "enter", "$"]);
    assert!(!names(&screen).contains(&0));
}

#[test]
fn columns_are_hidden_pinned_and_moved() {
    check("columns_arranged", |screen| {
        wide(screen);
        screen.press(&["right", "-", "$", "p", "0", "}"]);
    });
    let mut screen = Screen::opened((80, 24));
    wide(&mut screen);
    screen.press(&["right", "-"]);
    assert_eq!((names(&screen)[..2].to_vec(), screen.state.tab().results.column), (vec![0, 2], 2));
    // What is copied is what is shown.
    match &screen.press(&["Y"]).effects[..] {
        [Effect::Copy(text)] => assert!(text.starts_with("cell 0.0\tcell 0.2\tcell 0.3"), "{text}"),
        other => panic!("{other:?}"),
    }
    screen.press(&["p", "}"]);
    assert_eq!(names(&screen)[..3], [0, 2, 3]);
    // The same query again is looked at in the same way.
    let table = screen.state.tab().results.spool().unwrap().clone();
    screen.run(Outcome::Ran { spool: table, elapsed: Duration::from_millis(3), units: Vec::new() });
    assert_eq!(names(&screen)[..3], [0, 2, 3]);
    screen.press(&["alt+4", "+", "+"]);
    assert_eq!(names(&screen)[..3], [0, 1, 2]);
}

#[test]
fn a_click_on_a_name_sorts() {
    let mut screen = Screen::opened((80, 24));
    wide(&mut screen);
    let drawn = screen.drawn();
    let (row, line) = drawn.lines().enumerate().find(|(_, line)| line.contains("column_2")).unwrap();
    let column = line.find("column_2").map(|byte| line[..byte].chars().filter(|c| !matches!(c, '«' | '»')).count()).unwrap();
    let click =
        MouseEvent { kind: MouseEventKind::Down(MouseButton::Left), column: column as u16, row: row as u16, modifiers: KeyModifiers::NONE };
    screen.event(Event::Mouse(click));
    screen.work_on_result();
    assert!(screen.drawn().contains("column_2▲"), "{}", screen.drawn());
    screen.event(Event::Mouse(click));
    screen.work_on_result();
    assert!(screen.drawn().contains("column_2▼"), "{}", screen.drawn());
}

#[test]
fn a_text_is_found_and_found_again() {
    check("finding", |screen| {
        wide(screen);
        screen.press(&["ctrl+f", "7.3"]);
    });
    let mut screen = Screen::opened((80, 24));
    wide(&mut screen);
    screen.press(&["ctrl+f", "7.3", "enter"]);
    screen.work_on_result();
    let place = |screen: &Screen| (screen.state.tab().results.row, screen.state.tab().results.column);
    assert_eq!(place(&screen), (7, 3));
    screen.press(&["n"]);
    screen.work_on_result();
    assert_eq!(place(&screen), (17, 3));
    screen.press(&["N"]);
    screen.work_on_result();
    screen.press(&["ctrl+p", "find-previous", "enter"]);
    screen.work_on_result();
    assert_eq!(place(&screen), (37, 3));
    assert!(screen.drawn().contains("round the end"), "{}", screen.drawn());
    screen.press(&["ctrl+f", "nowhere at all", "enter"]);
    let job = screen.submitted(|work| matches!(work, Work::Result(ResultWork::Find { .. })));
    screen.done(job, Outcome::Found(None));
    assert!(screen.drawn().contains("no cell contains"), "{}", screen.drawn());
    // What no cell has may be a column's name.
    screen.press(&["ctrl+f", "COLUMN_7", "enter"]);
    let job = screen.submitted(|work| matches!(work, Work::Result(ResultWork::Find { .. })));
    screen.done(job, Outcome::Found(None));
    assert!(screen.drawn().contains("no cell contains `COLUMN_7`; this column is called so"), "{}", screen.drawn());
    assert_eq!(place(&screen), (37, 7));
    screen.press(&["ctrl+f", "nowhere at all", "enter"]);
    let job = screen.submitted(|work| matches!(work, Work::Result(ResultWork::Find { .. })));
    screen.done(job, Outcome::Found(None));
    let late = Found { row: 0, column: 0, wrapped: false };
    screen.done(job, Outcome::Found(Some(late)));
    assert_eq!(place(&screen), (37, 7), "what comes late is not heard");
}

#[test]
fn a_long_record_begins_at_the_cursor() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT * FROM long"]);
    let columns: Vec<ColumnInfo> = (0..60).map(|n| ColumnInfo { name: format!("column_{n:02}"), declared_type: None }).collect();
    let rows = vec![(0..60).map(Cell::Integer).collect()];
    let spool = Arc::new(Spool::of_table(&Table { columns, rows, truncated: false }).unwrap());
    screen.run(Outcome::Ran { spool, elapsed: Duration::from_millis(3), units: Vec::new() });
    screen.press(&["alt+4", "t"]);
    assert!(screen.drawn().contains("column_00  0") && screen.drawn().contains("line 1/60"), "{}", screen.drawn());
    screen.press(&["esc", "$", "h", "t"]);
    assert!(screen.drawn().contains("column_58  58") && screen.drawn().contains("column_59  59"), "{}", screen.drawn());
    // It goes on from there, upwards too.
    assert!(screen.press(&["g"]).drawn().contains("column_00  0"));
}

#[test]
fn rows_are_copied_in_other_forms() {
    check("copy_as", |screen| {
        wide(screen);
        screen.press(&["down", "ctrl+y"]);
    });
    let mut screen = Screen::opened((80, 24));
    wide(&mut screen);
    screen.press(&["down", "-", "ctrl+p", "copy-as", "enter", "INSERT", "enter"]);
    let what = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { work: Work::Result(ResultWork::Copy { what, .. }), .. } => Some(what.clone()),
        _ => None,
    });
    let Some(CopyWork { columns, row: Some(1), form: CopyForm::Insert { table, columns: names } }) = what.clone() else {
        panic!("{what:?}")
    };
    // Of no table that is known, so into one called so.
    assert_eq!((table.as_str(), columns.len(), names[0].as_str()), ("result", 9, "column_1"));
    let job = screen.submitted(|work| matches!(work, Work::Result(ResultWork::Copy { .. })));
    screen.done(job, Outcome::Text("INSERT".into()));
    assert_eq!(screen.effects, [Effect::Copy("INSERT".into())]);
    // Of one table: into that one.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT title, id FROM album"]);
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let table = Table {
        columns: ["title", "id"].map(info).to_vec(),
        rows: vec![vec![Cell::Text("One".into()), Cell::Integer(1)]],
        truncated: false,
    };
    screen.run(Outcome::Ran { spool: Arc::new(Spool::of_table(&table).unwrap()), elapsed: Duration::from_millis(1), units: Vec::new() });
    screen.press(&["alt+4", "ctrl+y", "INSERT", "enter"]);
    let insert = CopyForm::Insert { table: "album".into(), columns: vec!["title".into(), "id".into()] };
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Copy { what, .. }) if what.form == insert));
}

#[test]
fn where_there_are_no_rows_it_is_told_why() {
    #[track_caller]
    fn check(screen: &mut Screen, keys: &[&str], why: &str) {
        for key in keys {
            screen.press(&["alt+4", key]);
            let drawn = screen.drawn();
            assert!(drawn.contains(why) && !drawn.contains("run a query first"), "{key}: {drawn}");
        }
    }
    let all = ["enter", "y", "Y", "t", "ctrl+f", "ctrl+y"];
    let mut screen = Screen::opened((200, 60));
    screen.press(&["alt+3", "SELECT 1 WHERE 0"]);
    screen.run(rows(0, false));
    check(&mut screen, &all, "the query found none");
    let mut screen = Screen::opened((200, 60));
    screen.press(&["alt+3", "SELECT 1"]);
    screen.run(rows(3, false));
    screen.press(&["alt+4", "/", "nothing is called so"]);
    screen.work_on_result();
    screen.press(&["enter"]);
    check(&mut screen, &all, "the filter keeps none; / changes it");
    let mut screen = Screen::opened((200, 60));
    screen.press(&["alt+3", "SELECT nope"]);
    screen.run(Outcome::Failed(crate::jobs::JobFailure { message: "no such column: nope".into(), hint: None }));
    check(&mut screen, &["enter", "y", "s", "i", "ctrl+f", "ctrl+y", "ctrl+e"], "the query failed");
}
