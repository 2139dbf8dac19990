//! What keys do.

use super::super::event::Edited;
use super::super::state::Pane;
use super::*;
use crate::records::{Accepted, Before};

#[test]
fn ctrl_c_cancels_and_quits_only_when_pressed_twice_with_nothing_running() {
    let mut screen = Screen::opened((80, 24));
    let job = screen.ask("Which?");
    assert_eq!(screen.press(&["ctrl+c"]).effects, [Effect::Cancel(job)]);
    screen.done(job, Outcome::Cancelled);
    assert_eq!(screen.press(&["ctrl+c"]).effects, []);
    assert_eq!(screen.press(&["x", "ctrl+c"]).effects, []);
    assert_eq!(screen.press(&["ctrl+c"]).effects.last(), Some(&Effect::Quit));
    assert_eq!(screen.press(&["ctrl+q"]).effects, [Effect::Quit]);
}

#[test]
fn ctrl_c_pressed_twice_leaves_while_the_file_is_still_read() {
    let mut screen = Screen::opened((80, 24));
    let opening = super::super::update::open(&mut screen.state, "other.sqlite");
    let job = opening.iter().find_map(|effect| match effect {
        Effect::Submit { job, work: Work::Open { .. } } => Some(*job),
        _ => None,
    });
    assert_eq!(screen.press(&["ctrl+c"]).effects, [Effect::Cancel(job.unwrap())]);
    assert_eq!(screen.press(&["ctrl+c"]).effects.last(), Some(&Effect::Quit));
    // What a person asked for is stopped, and no more.
    let mut screen = Screen::opened((80, 24));
    super::super::update::open(&mut screen.state, "other.sqlite");
    let job = screen.ask("Which?");
    assert_eq!(screen.press(&["ctrl+c"]).effects, [Effect::Cancel(job)]);
    assert!(!screen.press(&["ctrl+c"]).effects.contains(&Effect::Quit));
}

#[test]
fn nothing_runs_twice_at_once_and_nothing_runs_unasked() {
    let mut screen = Screen::opened((80, 24));
    screen.ask("Which?");
    assert_eq!(screen.press(&["again", "enter"]).effects, []);
    assert_eq!(screen.press(&["f5"]).effects, []);
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Run { .. }, .. })));
    assert!(matches!(screen.press(&["f5"]).effects[..], [Effect::Submit { work: Work::Run { .. }, .. }]));
    assert_eq!(screen.press(&["f5"]).effects, []);
}

#[test]
fn browsing_quotes_names_and_undo_brings_the_old_sql_back() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1", "tab", "tab", "tab", "down", "down", "down"]);
    let effects = screen.press(&["b"]).effects.clone();
    assert!(
        matches!(&effects[..], [_, Effect::Submit { work: Work::Run { sql, .. }, .. }] if sql.starts_with("SELECT * FROM \"evil\x1b[2J")),
        "{effects:?}"
    );
    screen.press(&["shift+tab", "shift+tab", "shift+tab", "ctrl+z"]);
    assert_eq!(screen.state.sql(), "SELECT 1");
}

#[test]
fn ctrl_with_home_and_end_goes_to_the_ends_of_the_sql() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "enter", "FROM t", "ctrl+home", "-", "ctrl+end", "+"]);
    assert_eq!(screen.state.sql(), "-SELECT 1\nFROM t+");
}

#[test]
fn pasted_text_goes_where_the_cursor_is() {
    let mut screen = Screen::opened((80, 24));
    screen.event(Event::Paste("how\r\nmany?".into()));
    assert_eq!(screen.state.ask.lines(), ["how many?"]);
    screen.press(&["shift+tab", "shift+tab"]);
    screen.event(Event::Paste("SELECT\r\n1".into()));
    assert_eq!(screen.state.sql(), "SELECT\n1");
    let megabyte = "x".repeat(1 << 20);
    screen.event(Event::Paste(megabyte));
    screen.drawn();
}

#[test]
fn every_size_can_be_drawn() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    screen.press(&["f1"]);
    for columns in [1, 2, 10, 24, 25, 59, 60, 61, 300] {
        for rows in [1, 2, 7, 8, 9, 12, 100] {
            screen.event(Event::Resize(columns, rows));
            screen.drawn();
            screen.state.window = None;
            for pane in Pane::ALL {
                screen.state.focus = pane;
                screen.drawn();
            }
        }
    }
}

#[test]
fn a_hundred_thousand_rows_are_drawn_as_fast_as_ten() {
    let mut screen = Screen::opened((200, 60));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1", "f5"]);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, rows(100_000, false));
    screen.press(&["tab", "G"]);
    let start = std::time::Instant::now();
    for _ in 0..20 {
        screen.drawn();
    }
    // Forty frames; a loop over all rows would take seconds.
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert!(screen.drawn().contains("row 100,000/100,000"));
}

#[test]
fn the_statement_at_the_cursor_runs_and_a_selection_before_it() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab"]);
    screen.event(Event::Paste("SELECT 1;\nSELECT 2; SELECT 3".into()));
    let sql = |screen: &Screen| match &screen.effects[..] {
        [Effect::Submit { work: Work::Run { sql, .. }, .. }] => sql.clone(),
        other => panic!("{other:?}"),
    };
    screen.press(&["f5"]);
    assert_eq!(sql(&screen), "SELECT 3");
    let job = screen.submitted(|_| true);
    screen.done(job, Outcome::Cancelled);
    screen.press(&["up", "f5"]);
    assert_eq!(sql(&screen), "SELECT 1");
    let job = screen.submitted(|_| true);
    screen.done(job, Outcome::Cancelled);
    screen.state.tab_mut().editor.select_all();
    screen.press(&["f5"]);
    assert_eq!(sql(&screen), "SELECT 1;\nSELECT 2; SELECT 3");
}

#[test]
fn a_name_is_taken_with_tab() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT * FROM alb"]);
    assert!(screen.state.tab().completion.is_some());
    screen.press(&["tab"]);
    assert_eq!((screen.state.sql().as_str(), screen.state.focus), ("SELECT * FROM album", Pane::Editor));
    screen.press(&["tab"]);
    assert_eq!(screen.state.focus, Pane::Results);
}

#[test]
fn a_rejected_answer_is_kept_and_asked_again_with_the_reason() {
    let mut screen = Screen::opened((80, 24));
    screen.state.records.notes = vec![crate::records::Note { id: 1, text: "a lasting note".into() }];
    checked(&mut screen);
    screen.press(&["f3", "not these", "enter"]);
    let works: Vec<Work> = screen
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Submit { work, .. } => Some(work.clone()),
            _ => None,
        })
        .collect();
    assert!(matches!(&works[0], Work::Keep(KeepWork::Reject { note, .. }) if note == "not these"), "{works:?}");
    let Work::Ask(AskWork { hints, .. }) = &works[1] else { panic!("{works:?}") };
    assert_eq!((hints[0].as_str(), hints[2].as_str(), hints.len()), ("a lasting note", "not these", 3));
    assert!(hints[1].contains("This answer was wrong: SELECT name"), "{hints:?}");
}

#[test]
fn accepting_keeps_what_the_person_made_of_it() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    screen.press(&["shift+tab", "shift+tab"]);
    screen.state.tab_mut().set_sql("SELECT 7");
    screen.run(rows(1, false));
    screen.press(&["f2"]);
    let accepted = |work: &Work| matches!(work, Work::Keep(KeepWork::Accept { sql, .. }) if sql == "SELECT 7");
    screen.submitted(accepted);
}

#[test]
fn an_accepted_follow_up_answers_after_the_same_answer_alone() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    let before = screen.state.entries.last().map(|entry| Before { question: entry.question.clone(), sql: entry.sql.clone() });
    let follow_up = Accepted { question: "only those from Germany".into(), sql: "SELECT 7".into(), before: before.clone(), at_ms: 0 };
    screen.state.records.accepted.push(follow_up);
    let asked = |screen: &mut Screen| {
        screen.press(&["Only those from Germany", "enter"]);
        screen.state.entries.last().map(|entry| (entry.known, entry.follows.is_some())).unwrap()
    };
    assert_eq!(asked(&mut screen), (true, true));
    // Accepted again, it is kept with what it followed.
    screen.press(&["f2"]);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Accept { before: kept, .. }) if *kept == before));
    // After itself it follows on what it followed on; in another conversation it is asked.
    assert_eq!(asked(&mut screen), (true, true));
    screen.state.entries.clear();
    assert_eq!(asked(&mut screen), (false, false));
    screen.submitted(|work| matches!(work, Work::Ask(asked) if asked.previous.is_none() && asked.accepted.is_empty()));
}

#[test]
fn what_ran_goes_into_the_history() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::History { question: Some(_), rows: None, .. })));
    screen.run(rows(3, false));
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::History { question: Some(_), rows: Some(3), .. })));
}

#[test]
fn drafts_are_written_down_and_come_back() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1", "ctrl+t", "SELECT 2"]);
    screen.event(Event::Tick(399));
    assert_eq!(screen.effects, []);
    screen.event(Event::Tick(400));
    let draft = |tab, question: &str, sql: &str| crate::records::Draft { tab, question: question.into(), sql: sql.into() };
    let written = |screen: &Screen, changed: &[crate::records::Draft], tabs| {
        screen.submitted(|work| *work == Work::Keep(KeepWork::Drafts { changed: changed.to_vec(), tabs }));
    };
    written(&screen, &[draft(0, "", "SELECT 1"), draft(1, "", "SELECT 2")], 2);
    screen.event(Event::Tick(800));
    assert_eq!(screen.effects, [], "nothing is new");
    screen.press(&["ctrl+g", "how m"]);
    screen.event(Event::Tick(1_400));
    written(&screen, &[draft(0, "how m", "SELECT 1")], 2);
    screen.press(&["alt+w"]);
    screen.event(Event::Tick(1_900));
    written(&screen, &[], 1);
    // What was typed a moment ago is written down before the end.
    screen.press(&["any", "ctrl+q"]);
    written(&screen, &[draft(0, "how many", "SELECT 1")], 1);
    assert_eq!(screen.effects.last(), Some(&Effect::Quit));
    let mut again = Screen::empty((80, 24));
    again.models(true);
    again.done(1, Outcome::Opened { path: "music.sqlite".into(), schema: schema() });
    let job = again.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    let drafts = vec![draft(0, "how many", "SELECT 1"), draft(1, "", "SELECT 2")];
    again.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { drafts, ..DatabaseRecords::default() }))));
    assert_eq!((again.state.tabs.len(), again.state.sql().as_str(), again.state.ask.lines()[0].as_str()), (2, "SELECT 1", "how many"));
}

#[test]
fn what_was_written_before_the_records_came_stands_beside_what_comes_back() {
    let mut screen = Screen::empty((80, 24));
    screen.models(true);
    let path = "/home/someone/music.sqlite".to_owned();
    screen.report(Report::Outline { job: 1, path: path.clone(), schema: schema() });
    // Counting takes long; the records are asked meanwhile.
    let early = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    screen.press(&["alt+3", "SELECT 3"]);
    screen.event(Event::Tick(500));
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Keep(_), .. })), "{:?}", screen.effects);
    let draft = |tab, sql: &str| crate::records::Draft { tab, question: String::new(), sql: sql.into() };
    let drafts = vec![draft(0, "SELECT 1"), draft(1, "SELECT 3")];
    let records = Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { drafts, ..DatabaseRecords::default() })));
    screen.done(early, records.clone());
    let texts = |screen: &Screen| screen.state.tabs.iter().map(super::super::tab::Tab::sql).collect::<Vec<_>>();
    assert_eq!(texts(&screen), ["SELECT 3", "SELECT 1"], "what is here already is not there twice");
    screen.event(Event::Tick(1_000));
    let changed = vec![draft(0, "SELECT 3"), draft(1, "SELECT 1")];
    screen.submitted(|work| *work == Work::Keep(KeepWork::Drafts { changed: changed.clone(), tabs: 2 }));
    screen.done(1, Outcome::Opened { path, schema: schema() });
    let late = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    screen.done(late, records);
    assert_eq!(texts(&screen), ["SELECT 3", "SELECT 1"]);
}

#[test]
fn what_an_editor_outside_made_is_taken() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "alt+e"]);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Drafts { .. })));
    assert_eq!(screen.effects.last(), Some(&Effect::Edit("SELECT 1".into())));
    let edited = |sql: &str, problem: Option<&str>| Event::Edited(Ok(Edited { sql: sql.into(), problem: problem.map(Into::into) }));
    screen.event(edited("SELECT 2\n", Some("`vi` ended with exit status: 1")));
    assert_eq!(screen.state.sql(), "SELECT 2");
    assert!(screen.drawn().contains("! `vi` ended with exit status: 1"));
    screen.event(Event::Edited(Err("`vi` could not be started".into())));
    assert!(screen.drawn().contains("! `vi` could not be started"));
    screen.press(&["ctrl+g", "ctrl+z"]);
    assert_eq!(screen.effects, [Effect::Suspend]);
}

#[test]
fn a_sort_that_is_no_longer_wanted_is_stopped_and_dropped() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1"]);
    screen.run(rows(30, false));
    screen.press(&["tab", "s"]);
    let first = screen.submitted(|work| matches!(work, Work::Result(_)));
    screen.press(&["s"]);
    assert!(screen.effects.contains(&Effect::Cancel(first)), "{:?}", screen.effects);
    let second = screen.submitted(|work| matches!(work, Work::Result(_)));
    screen.done(first, Outcome::Cancelled);
    assert!(screen.state.tab().results.order.is_none() && screen.state.notice.is_none());
    let Work::Result(ResultWork::Arrange { spool, arrangement }) =
        screen.state.running.iter().find(|job| job.job == second).unwrap().work.clone()
    else {
        panic!()
    };
    screen.done(second, Outcome::Arranged(spool.arrange(&arrangement, &crate::signal::Cancel::new()).unwrap()));
    assert!(screen.drawn().contains("id▼"));
}

#[test]
fn an_answer_that_is_longer_than_its_pane_is_paged_through() {
    let mut screen = Screen::opened((80, 24));
    for n in 0..3 {
        let job = screen.ask(&format!("question {n}"));
        screen.done(job, Outcome::Failed(JobFailure { message: "long ".repeat(150), hint: Some(format!("end {n}")) }));
    }
    screen.press(&["alt+2"]);
    assert!(screen.drawn().contains("question 2") && !screen.drawn().contains("end 2"));
    screen.press(&["pagedown", "pagedown"]);
    assert!(screen.drawn().contains("end 2"), "{}", screen.drawn());
    screen.press(&["pageup", "pageup", "pageup"]);
    assert!(screen.drawn().contains("end 1"), "{}", screen.drawn());
    screen.press(&["up"]);
    assert!(screen.drawn().contains("«> question 1"), "{}", screen.drawn());
}

#[test]
fn the_mouse_focuses_selects_and_scrolls() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let mouse = |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1"]);
    screen.run(rows(30, false));
    screen.event(mouse(MouseEventKind::Down(MouseButton::Left), 5, 3));
    assert_eq!((screen.state.focus, screen.state.tree.selected), (Pane::Schema, 2));
    screen.event(mouse(MouseEventKind::ScrollDown, 60, 18));
    assert_eq!((screen.state.focus, screen.state.tab().results.row), (Pane::Schema, 3));
    screen.press(&["tab", "tab", "tab"]);
    screen.event(mouse(MouseEventKind::Down(MouseButton::Left), 32, 15));
    assert_eq!(screen.state.focus, Pane::Results);
    screen.press(&["f9"]);
    screen.event(mouse(MouseEventKind::ScrollDown, 1, 1));
    assert!(matches!(&screen.state.window, Some(super::super::state::Window::List(list)) if list.selected == 3));
}

#[test]
fn a_model_is_switched_and_the_schema_read_again() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["f7"]);
    screen.models(true);
    screen.press(&["enter"]);
    screen.submitted(|work| matches!(work, Work::Models(ModelsWork::Use { name }) if name == "small-coder"));
    screen.submitted(|work| *work == Work::Prepare);
}

#[test]
fn another_database_that_does_not_open_leaves_the_first_one() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["f9", "open", "enter", "type", "enter", "nope.db", "enter"]);
    let job = screen.submitted(|work| matches!(work, Work::Open { database } if database == "nope.db"));
    screen.done(job, Outcome::Failed(JobFailure { message: "there is no file `nope.db`".into(), hint: None }));
    let drawn = screen.drawn();
    assert!(drawn.contains("! there is no file `nope.db`") && drawn.contains("music.sqlite"), "{drawn}");
}

#[test]
fn an_own_key_is_heard_and_shown() {
    let mut screen = Screen::opened((80, 24));
    let own = [("run-sql".to_owned(), vec!["ctrl+x".to_owned()])].into_iter().collect();
    screen.state.options.keymap = super::super::keys::Keymap::new(&own).unwrap();
    assert!(screen.drawn().contains("^X run"));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1", "ctrl+x"]);
    screen.submitted(|work| matches!(work, Work::Run { .. }));
}

#[test]
fn resize_storms_and_late_reports_change_nothing() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    screen.run(rows(30, false));
    let before = screen.drawn();
    for n in 0..200u16 {
        screen.event(Event::Resize(1 + n * 7 % 300, 1 + n * 3 % 90));
        screen.drawn();
    }
    screen.done(1, Outcome::Cancelled);
    screen.event(Event::Resize(80, 24));
    assert_eq!(screen.drawn(), before);
}
