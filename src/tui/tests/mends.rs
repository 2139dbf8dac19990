//! What a day at the screen found: each fault once, by keys.

use super::super::results::Content;
use super::super::state::{Notice, Pane, Window};
use super::*;
use crate::ask::Answer;
use crate::records::HistoryState;

const QUESTION: &str = "Which customers bought more than the average customer of their country, and when did they buy last?";

/// An answer that is not to be trusted, run.
fn doubted(screen: &mut Screen, confidence: Option<f64>) {
    let job = screen.ask(QUESTION);
    let sql = "SELECT name FROM artist WHERE id IN (SELECT artist_id FROM album)";
    let doubted = Answer { confidence, reason: "other drafts return something else".into(), ..answer(QUESTION, sql, AnswerState::Checked) };
    screen.done(job, Outcome::Answered(Box::new(doubted)));
    screen.press(&["enter"]);
    let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
    screen.done(job, rows(190, false));
}

#[test]
fn the_doubt_stands_above_the_invitation_and_over_the_rows() {
    check("doubted", |screen| doubted(screen, Some(0.19)));
    check("doubted_rows", |screen| {
        doubted(screen, Some(0.19));
        screen.press(&["alt+4"]);
    });
    for (columns, lines) in [(80, 24), (60, 20), (200, 60)] {
        let mut screen = Screen::opened((columns, lines));
        doubted(&mut screen, Some(0.19));
        let drawn = screen.drawn();
        let doubt = drawn.find("confidence 19%").unwrap_or_else(|| panic!("{drawn}"));
        assert!(drawn.find("Right? F2").is_none_or(|invitation| doubt < invitation), "{drawn}");
        assert!(drawn.lines().any(|line| line.contains("Result, confidence 19%")), "{drawn}");
        assert!(drawn.contains("↓ ") || drawn.contains("F2 keeps it"), "what is below is marked: {drawn}");
    }
    let title = |confidence, keys: &[&str]| {
        let mut screen = Screen::opened((120, 40));
        doubted(&mut screen, confidence);
        screen.press(keys);
        screen.drawn().lines().find(|line| line.contains("Result")).unwrap().to_owned()
    };
    assert!(title(None, &[]).contains("Result, confidence unknown"));
    assert!(!title(Some(0.19), &["f2"]).contains("confidence"), "the person knows better");
    // Rows of other SQL are not that answer's.
    let mut screen = Screen::opened((120, 40));
    doubted(&mut screen, Some(0.19));
    screen.press(&["alt+3", " LIMIT 5", "esc"]);
    screen.run(rows(5, false));
    assert!(!screen.drawn().contains("Result, confidence"), "{}", screen.drawn());
}

#[test]
fn a_pane_that_goes_on_says_so() {
    let mut screen = Screen::opened((80, 24));
    let lines: Vec<String> = (0..40).map(|n| format!("{}-- line {n}", if n == 0 { "SELECT 1 " } else { "" })).collect();
    screen.press(&["alt+3"]);
    screen.event(Event::Paste(lines.join("\n")));
    assert!(screen.drawn().contains("↑ 3"), "{}", screen.drawn());
    screen.press(&["ctrl+home"]);
    assert!(screen.drawn().contains("↓ 3"), "{}", screen.drawn());
    screen.run(Outcome::Failed(JobFailure { message: "no such column: x ".repeat(30), hint: Some("look ".repeat(30)) }));
    assert!(screen.drawn().contains(" more ┘"), "{}", screen.drawn());
}

#[test]
fn keys_of_shells_in_every_line() {
    let typed = ["one two", "ctrl+w", "ctrl+a", "x", "ctrl+u", "y"];
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+g"]).press(&typed);
    assert_eq!(screen.state.ask.lines(), ["yone "]);
    screen.press(&["alt+1", "/"]).press(&typed);
    assert_eq!(&*screen.state.tree.filter, "yone ");
    screen.press(&["esc", "alt+3", "SELECT 1"]);
    screen.run(rows(3, false));
    screen.press(&["alt+4", "/"]).press(&typed);
    assert_eq!(&*screen.state.tab().results.filter, "yone ");
    screen.press(&["esc", "ctrl+p"]).press(&typed);
    assert!(matches!(&screen.state.window, Some(Window::List(picker)) if &*picker.query == "yone "));
    screen.press(&["esc", "ctrl+o", "type a path", "enter"]).press(&typed);
    assert!(matches!(&screen.state.window, Some(Window::Prompt(prompt)) if prompt.text.lines() == ["yone "]));
}

#[test]
fn what_is_typed_takes_the_place_of_what_is_offered() {
    #[track_caller]
    fn check(keys: &[&str], expected: &str) {
        for window in [&["ctrl+s"][..], &["ctrl+p", "keep the SQL as", "enter"]] {
            let mut screen = Screen::opened((80, 24));
            screen.press(&["alt+3", "one two"]).press(window);
            let Some(Window::Prompt(prompt)) = &mut screen.state.window else { panic!("{}", screen.drawn()) };
            prompt.text = super::super::tab::offered("one two");
            screen.press(keys);
            assert!(
                matches!(&screen.state.window, Some(Window::Prompt(prompt)) if prompt.text.lines() == [expected]),
                "{}",
                screen.drawn()
            );
        }
    }
    check(&[], "one two");
    check(&["three"], "three");
    check(&["backspace"], "");
    check(&["ctrl+u", "three"], "three");
    check(&["end", "s"], "one twos");
    check(&["home", "/tmp/"], "/tmp/one two");
    check(&["left", "left", "x"], "one txwo");
    check(&["ctrl+w", "x"], "one x");
    check(&["ctrl+a", "x "], "x one two");
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "ctrl+s", "/tmp/other.sql"]);
    assert!(
        matches!(&screen.state.window, Some(Window::Prompt(prompt)) if prompt.text.lines() == ["/tmp/other.sql"]),
        "{}",
        screen.drawn()
    );
}

#[test]
fn a_database_without_tables_is_not_offered_to_be_asked() {
    let mut screen = Screen::empty((200, 60));
    assert!(!screen.drawn().contains("has no tables"), "{}", screen.drawn());
    screen.models(true);
    screen.done(1, Outcome::Opened { path: "/home/someone/empty.sqlite".into(), schema: Arc::default() });
    assert!(screen.drawn().contains("This database has no tables") && !screen.drawn().contains("Type a question"), "{}", screen.drawn());
}

#[test]
fn undo_goes_by_words() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT name, id FROM artist", "esc", "ctrl+z"]);
    assert_eq!(screen.state.sql(), "SELECT name, id FROM ");
    screen.press(&["ctrl+z", "ctrl+z", "ctrl+y"]);
    assert_eq!(screen.state.sql(), "SELECT name, id ");
    screen.press(&["ctrl+g", "how many artists", "ctrl+7"]);
    assert_eq!(screen.state.ask.lines(), ["how many "]);
}

#[test]
fn help_has_every_name_in_view() {
    for (columns, lines) in [(80, 24), (60, 20), (40, 12), (200, 60)] {
        let mut screen = Screen::opened((80, 24));
        screen.event(Event::Resize(columns, lines));
        screen.press(&["f1"]);
        let mut seen = String::new();
        let mut last = String::new();
        loop {
            let drawn = screen.drawn();
            if drawn == last {
                break;
            }
            seen.push_str(&drawn);
            last = drawn;
            screen.press(&["down"]);
        }
        for binding in super::super::keys::BINDINGS {
            assert!(
                seen.contains(&format!(" {} ", binding.action.name())) || seen.contains(&format!(" {}│", binding.action.name())),
                "{}",
                binding.action.name()
            );
        }
        // From the end one comes back at once.
        screen.press(&["G", "G", "up"]);
        assert_ne!(screen.drawn(), last);
    }
}

#[test]
fn a_long_notice_is_read_to_its_end() {
    for (columns, path) in [(80, 30), (60, 10), (200, 60)] {
        let mut screen = Screen::opened((columns, 24));
        let message = format!("cannot write `{}`: No such file or directory (os error 2); give another place", "x/".repeat(path));
        screen.state.notice = Some(Notice::Warning(message));
        let drawn = screen.drawn();
        assert!(drawn.contains("! cannot write") && drawn.contains("give another place"), "{drawn}");
    }
}

#[test]
fn what_a_person_wrote_does_not_make_way_without_a_word() {
    let mut screen = Screen::opened((120, 24));
    screen.press(&["alt+3", "SELECT 'mine'", "esc"]);
    let job = screen.ask("How many artists?");
    screen.done(job, Outcome::Answered(Box::new(answer("How many artists?", "SELECT count(*) FROM artist", AnswerState::Checked))));
    assert!(screen.drawn().contains("what you wrote made way: ^Z in the SQL brings it back"), "{}", screen.drawn());
    let kept = |work: &Work| matches!(work, Work::Keep(KeepWork::History { question: None, sql, state: HistoryState::Proposed, .. }) if sql == "SELECT 'mine'");
    screen.submitted(kept);
    screen.press(&["alt+3", "ctrl+z"]);
    assert_eq!(screen.state.sql(), "SELECT 'mine'");
    // An answer that stands there as it came goes without one.
    let mut screen = Screen::opened((120, 24));
    for question in ["How many artists?", "How many albums?"] {
        let job = screen.ask(question);
        let sql = format!("SELECT '{question}'");
        screen.done(job, Outcome::Answered(Box::new(answer(question, &sql, AnswerState::Checked))));
        assert!(!screen.drawn().contains("made way"), "{}", screen.drawn());
    }
}

#[test]
fn sql_that_is_typed_as_a_question_can_be_run() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["SELECT name FROM artist", "enter"]);
    assert!(screen.drawn().contains("This is SQL."), "{}", screen.drawn());
    screen.press(&["enter"]);
    screen.submitted(|work| *work == Work::Run { sql: "SELECT name FROM artist".into(), parameters: Vec::new() });
    assert_eq!((screen.state.sql().as_str(), screen.state.ask.is_empty()), ("SELECT name FROM artist", true));
    // It can be asked all the same, or given up with the line as it was.
    for sql in ["select 6*7", "delete from artist", "WITH a AS (SELECT 1) SELECT * FROM a"] {
        let mut screen = Screen::opened((80, 24));
        screen.press(&[sql, "enter", "esc"]);
        assert_eq!(screen.state.ask.lines(), [sql]);
        screen.press(&["enter", "down", "enter"]);
        screen.submitted(|work| matches!(work, Work::Ask(asked) if asked.question == sql));
    }
    for question in ["select the artists from Germany", "With whom did they play?", "Update me on sales", "select customers"] {
        let mut screen = Screen::opened((80, 24));
        screen.ask(question);
    }
}

#[test]
fn esc_in_a_line_goes_back_to_its_list() {
    let mut screen = Screen::opened((120, 40));
    screen.press(&["ctrl+p", "fine-tune", "enter", "down", "down", "enter"]);
    assert!(matches!(screen.state.window, Some(Window::Prompt(_))));
    screen.press(&["esc"]);
    let Some(Window::List(picker)) = &screen.state.window else { panic!("{:?}", screen.state.window) };
    assert_eq!(picker.selected, 2);
    screen.press(&["esc"]);
    assert!(screen.state.window.is_none());
    screen.press(&["alt+3", "SELECT 1"]);
    screen.run(rows(3, false));
    screen.press(&["ctrl+e", "enter", "esc"]);
    assert!(screen.drawn().contains("Write the result as"), "{}", screen.drawn());
}

#[test]
fn a_row_is_a_record() {
    check("record", |screen| {
        screen.press(&["alt+3", "SELECT 1"]);
        screen.run(rows(3, false));
        screen.press(&["alt+4", "down", "t"]);
    });
}

#[test]
fn numbers_are_whole_wherever_one_is() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    let row = |n: i64| vec![Cell::Integer(if n < 900 { n % 10 } else { n }), Cell::Real(n as f64)];
    screen.run(ran(&table(&["n", "x"], (0..1_000).map(row).collect())));
    screen.press(&["alt+4", "G", "f10"]);
    let drawn = screen.drawn();
    assert!(drawn.contains("999") && drawn.contains("999.0") && !drawn.contains('…'), "{drawn}");
    // Where there is no room for a number, it is not shown as another one.
    let row = |n: i64| vec![Cell::Text("x".repeat(40)), Cell::Text("abcde".into()), Cell::Integer(123_456_789_000 + n)];
    screen.press(&["f10", "alt+3"]);
    screen.run(ran(&table(&["t", "u", "n"], (0..9).map(row).collect())));
    let drawn = screen.drawn();
    assert!(drawn.contains("abcde") && !drawn.contains("12…") && !drawn.contains("123"), "{drawn}");
}

#[test]
fn rows_are_copied_as_spreadsheets_take_them() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1"]);
    let text = |text: &str| Cell::Text(text.into());
    let cells = vec![text("a\tb"), text("two\nlines"), text("say \"so\""), text("plain"), Cell::Null, Cell::Real(2.0)];
    screen.run(ran(&table(&["a", "b", "c", "d", "e", "f"], vec![cells])));
    screen.press(&["alt+4"]);
    let copied = "\"a\tb\"\t\"two\nlines\"\t\"say \"\"so\"\"\"\tplain\t\t2.0";
    assert_eq!(screen.press(&["Y"]).effects, [Effect::Copy(copied.into())]);
    assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("a\tb".into())], "one cell is as it is");
}

#[test]
fn a_file_that_changes_is_looked_at_within_two_seconds() {
    let mut screen = Screen::opened((80, 24));
    let mut looks = Vec::new();
    for now in (0..=4_000).step_by(1_000) {
        screen.event(Event::Tick(now));
        if screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Look, .. })) {
            looks.push(now);
            let job = screen.submitted(|work| *work == Work::Look);
            screen.done(job, Outcome::Looked { change: crate::db::FileChange::Same, file: None });
        }
    }
    assert_eq!(looks, [1_000, 2_000, 3_000, 4_000]);
}

fn drawn_chart(screen: &mut Screen, table: &Table) {
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(ran(table));
    screen.press(&["alt+4", "$", "c"]);
    screen.work_on_result();
}

#[test]
fn what_is_missing_from_left_to_right_leaves_the_axis_as_it_is() {
    let mut screen = Screen::opened((120, 40));
    let at = |n: i64| if n == 50 { Cell::Null } else { Cell::Integer(1_000 + n * n) };
    drawn_chart(&mut screen, &table(&["size", "n"], (0..100).map(|n| vec![at(n), Cell::Integer(n)]).collect()));
    let drawn = screen.drawn();
    assert!(drawn.contains("1000") && drawn.contains("10801") && drawn.contains("left out: 1 row without a place"), "{drawn}");
    let mut screen = Screen::opened((120, 40));
    let day = |n: i64| if n % 50 == 7 { Cell::Null } else { Cell::Text(format!("{}/{}/2014", n % 12 + 1, n % 28 + 1)) };
    drawn_chart(&mut screen, &table(&["day", "n"], (0..300).map(|n| vec![day(n), Cell::Integer(n)]).collect()));
    let drawn = screen.drawn();
    assert!(drawn.contains("line: n over day") && drawn.contains("2014-01-01") && drawn.contains("2014-12-"), "{drawn}");
}

#[test]
fn a_chart_of_filtered_rows_counts_these() {
    let mut screen = Screen::opened((80, 24));
    let row = |n: i64| vec![Cell::Text(format!("{} {n}", if n % 10 == 0 { "ten" } else { "other" })), Cell::Integer(n)];
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(ran(&table(&["name", "n"], (0..600).map(row).collect())));
    screen.press(&["alt+4", "/", "ten"]);
    screen.work_on_result();
    screen.press(&["enter", "c"]);
    screen.work_on_result();
    while screen.state.tab().results.chart.as_ref().is_some_and(|chart| chart.kind != super::super::chart::Kind::Bars) {
        screen.press(&["t"]);
        screen.work_on_result();
    }
    let drawn = screen.drawn();
    assert!(drawn.contains(" of 60; F10 shows more"), "{drawn}");
    // A filter that comes to an end behind the chart is drawn, too.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(ran(&table(&["name", "n"], (0..600).map(row).collect())));
    screen.press(&["alt+4", "/", "ten"]);
    let arranging = screen.effects.clone();
    screen.press(&["enter", "c"]);
    let found = arranging.iter().find_map(|effect| match effect {
        Effect::Submit { job, work: Work::Result(ResultWork::Arrange { spool, arrangement }) } => {
            Some((*job, spool.clone(), arrangement.clone()))
        }
        _ => None,
    });
    let (job, spool, arrangement) = found.unwrap();
    screen.done(job, Outcome::Arranged(spool.arrange(&arrangement, &crate::signal::Cancel::new()).unwrap()));
    screen.submitted(|work| matches!(work, Work::Result(ResultWork::Chart { order: Some(order), .. }) if order.len() == 60));
}

#[test]
fn empty_tabs_do_not_come_back() {
    let mut screen = Screen::empty((80, 24));
    screen.models(true);
    screen.done(1, Outcome::Opened { path: "music.sqlite".into(), schema: schema() });
    let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    let draft = |tab, sql: &str| crate::records::Draft { tab, question: String::new(), sql: sql.into() };
    let drafts = vec![draft(0, ""), draft(1, " \n"), draft(2, "SELECT 2")];
    screen.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { drafts, ..DatabaseRecords::default() }))));
    assert_eq!((screen.state.tabs.len(), screen.state.sql().as_str()), (1, "SELECT 2"));
    assert!(matches!(screen.state.tab().results.content, Content::Empty) && screen.state.focus == Pane::Ask);
    screen.event(Event::Tick(500));
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Drafts { changed, tabs: 1 }) if *changed == [draft(0, "SELECT 2")]));
}

#[test]
fn what_is_written_before_a_database_is_open_is_kept() {
    let mut screen = Screen::begun((80, 24), None);
    let is_nameless = |work: &Work| matches!(work, Work::Keep(KeepWork::Database { path, .. }) if path.is_empty());
    let job = screen.state.running.iter().find(|job| is_nameless(&job.work)).unwrap().job;
    let drafts = vec![crate::records::Draft { tab: 0, question: "how many?".into(), sql: "SELECT 1".into() }];
    screen.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { drafts, ..DatabaseRecords::default() }))));
    assert_eq!((screen.state.sql().as_str(), screen.state.ask.lines().join("").as_str()), ("SELECT 1", "how many?"));
    screen.press(&["alt+3", " -- more"]);
    screen.event(Event::Tick(10_000));
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Drafts { changed, .. }) if changed[0].sql == "SELECT 1 -- more"));
    // There is nothing to run it on, and the way out is said.
    screen.press(&["esc", "f5"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("no database is open; Ctrl+O opens one"), "{}", screen.drawn());
    // A database that cannot be opened leaves it so.
    let mut screen = Screen::empty((80, 24));
    let job = screen.state.running.iter().find(|job| matches!(job.work, Work::Open { .. })).unwrap().job;
    screen.done(job, Outcome::Failed(JobFailure { message: "no".into(), hint: None }));
    screen.submitted(is_nameless);
}

#[test]
fn home_and_end_are_the_ends_wherever_nothing_is_typed() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+1", "end"]);
    let last = screen.state.tree.selected;
    assert!(last > 0);
    screen.press(&["G"]);
    assert_eq!(screen.state.tree.selected, last);
    screen.press(&["home"]);
    assert_eq!(screen.state.tree.selected, 0);
    // In a line they are the line's.
    screen.press(&["ctrl+g", "bc", "home", "a"]);
    assert_eq!(screen.state.ask.lines().join(""), "abc");
    screen.press(&["f1", "end"]);
    assert!(!screen.drawn().contains("line 1/"), "{}", screen.drawn());
    screen.press(&["home"]);
    assert!(screen.drawn().contains("line 1/"), "{}", screen.drawn());
}

#[test]
fn what_is_copied_of_a_cell_in_its_window_is_the_cell() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(rows(3, false));
    screen.press(&["alt+4"]);
    for (keys, expected) in [(&["right", "right", "right"][..], "{\"long\": \"xxx"), (&["right"], "a\u{1b}[31m\tb")] {
        screen.press(keys);
        screen.press(&["enter", "y"]);
        let copied = screen.effects.iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
        assert!(copied.as_deref().is_some_and(|copied| copied.starts_with(expected)), "{copied:?}");
        screen.press(&["esc"]);
    }
}

#[test]
fn a_cell_of_megabytes_is_cut_into_lines_once() {
    let laid = crate::tui::state::Laid::default();
    let cut = || vec!["ab".to_owned(), "日本".to_owned()];
    assert_eq!((laid.lines(80, cut).widest, laid.lines(80, || unreachable!()).lines.len()), (4, 2));
    assert_eq!(laid.lines(70, Vec::new).lines.len(), 0);
    // Keys do not cut it again, which would take minutes here.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    let columns = vec![ColumnInfo { name: "t".into(), declared_type: None }];
    screen.run(ran(&Table { columns, rows: vec![vec![Cell::Text("x".repeat(2 << 20))]], truncated: false }));
    screen.press(&["alt+4", "enter"]);
    for line in 2..=200 {
        screen.press(&["down"]);
        assert!(screen.drawn().contains(&format!("line {line}/")), "{}", screen.drawn());
    }
}

#[test]
fn looking_for_nothing_new_looks_for_the_same_again() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+3", "SELECT 1", "esc"]);
    screen.run(rows(3, false));
    screen.press(&["alt+4", "ctrl+f", "enter"]);
    assert!(screen.effects.is_empty() && screen.state.window.is_some(), "{:?}", screen.effects);
    screen.press(&["esc"]);
    for (typed, text, here) in [("Künstler", "Künstler", true), ("", "Künstler", false), ("1", "1", true)] {
        screen.press(&["ctrl+f", typed, "enter"]);
        screen
            .submitted(|work| matches!(work, Work::Result(ResultWork::Find { sought, .. }) if sought.text == text && sought.here == here));
    }
}

#[test]
fn the_count_of_tables_is_whole_or_not_there() {
    let mut screen = Screen::empty((80, 24));
    let one = schema().tables.first().unwrap().clone();
    let table = |n: usize| crate::schema::Table { name: format!("t{n:03}"), ..one.clone() };
    let many = crate::schema::Schema { tables: (0..300).map(table).collect() };
    screen.done(1, Outcome::Opened { path: "many.sqlite".into(), schema: many.into() });
    let drawn = screen.drawn();
    assert!(drawn.contains("\n└─") && drawn.contains(" more ┘") && !drawn.contains("00 tables"), "{drawn}");
}

#[test]
fn without_rows_it_is_said_that_there_are_none() {
    for key in ["enter", "s", "/", "i", "y", "Y", "C", "A"] {
        let mut screen = Screen::opened((80, 24));
        screen.press(&["alt+4", key]);
        assert!(
            screen.effects.is_empty() && screen.drawn().contains("! there are no rows here; run a query first"),
            "{key}: {}",
            screen.drawn()
        );
    }
    // A filter of names in the schema is none of rows.
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+1", "/"]);
    assert!(screen.state.tree.filtering && !screen.drawn().contains("no rows here"), "{}", screen.drawn());
}

#[test]
fn what_was_written_in_a_tab_that_is_closed_is_in_the_history() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["ctrl+t", "alt+3", "SELECT 1 -- mine", "esc", "alt+w"]);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::History { sql, .. }) if sql == "SELECT 1 -- mine"));
    assert!(screen.state.tabs.len() == 1 && screen.drawn().contains("the history (F8) has what you wrote there"), "{}", screen.drawn());
    // An empty one, and one whose SQL ran, need no word.
    screen.press(&["ctrl+t", "alt+w"]);
    assert!(screen.effects.is_empty() && screen.state.tabs.len() == 1, "{:?}", screen.effects);
    screen.press(&["ctrl+t", "alt+3", "SELECT 2", "esc"]);
    screen.run(rows(1, false));
    screen.press(&["alt+w"]);
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Keep(KeepWork::History { .. }), .. })));
}
