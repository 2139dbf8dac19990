//! Keys and reports in, snapshots of the screen out, at 80x24 and 200x60.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use super::event::{Effect, Event};
use super::keys;
use super::state::State;
use super::theme::Theme;
use super::update::{open, update};
use super::view::view;
use crate::ask::{Answer, AnswerState, AskEvent, AskTimings, Attempt, Fix};
use crate::db::{Cell, ColumnInfo, Table};
use crate::jobs::{JobFailure, Outcome, Report, Work};
use crate::llm::{GenerateTimings, ModelInfo};
use crate::schema::{Column, ForeignKey, KeyOrigin, Schema, Table as SchemaTable, TableKind};

struct Screen {
    state: State,
    effects: Vec<Effect>,
}

fn schema() -> Arc<Schema> {
    let column = |(name, declared): &(&str, &str)| Column { name: (*name).into(), declared_type: (*declared).into(), ..Column::default() };
    let table = |name: &str, columns: &[(&str, &str)], rows| SchemaTable {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
        primary_key: vec!["id".into()],
        row_count: rows,
        ..SchemaTable::default()
    };
    let mut album = table("album", &[("id", "INTEGER"), ("title", "TEXT"), ("artist_id", "INTEGER")], Some(62));
    album.foreign_keys.push(ForeignKey {
        columns: vec!["artist_id".into()],
        foreign_table: "artist".into(),
        foreign_columns: vec!["id".into()],
        origin: KeyOrigin::Declared,
    });
    let mut view = table("best_sellers", &[("title", ""), ("sold", "")], None);
    view.kind = TableKind::View;
    view.primary_key.clear();
    let artist = table("artist", &[("id", "INTEGER"), ("name", "TEXT")], Some(24));
    let hostile = table("evil\x1b[2J\u{202e}", &[("a\nb", "TEXT")], Some(1_234_567));
    Arc::new(Schema { tables: vec![artist, album, view, hostile] })
}

fn answer(question: &str, sql: &str, state: AnswerState) -> Answer {
    Answer {
        question: question.into(),
        sql: sql.into(),
        state,
        timings: AskTimings {
            total_ms: 2500.0,
            generate: GenerateTimings { generated_tokens: 20, decode_ms: 1000.0, ..GenerateTimings::default() },
            ..AskTimings::default()
        },
        ..Answer::default()
    }
}

impl Screen {
    /// A screen of `size` without colours, with a database open.
    fn opened(size: (u16, u16)) -> Self {
        let mut screen = Self::empty(size);
        let path = "/home/someone/music.sqlite".to_owned();
        screen.report(Report::Outline { job: 1, path: path.clone(), schema: schema() });
        screen.done(1, Outcome::Opened { path, schema: schema() });
        assert_eq!(screen.effects, [Effect::Submit { job: 2, work: Work::Prepare }]);
        screen.report(Report::LoadingModel { job: 2 });
        screen.report(Report::Ask { job: 2, event: AskEvent::Reading { done: 34, total: 100, cached: 0 } });
        assert!(screen.drawn().contains("the model reads the schema: 34%"));
        screen.done(2, Outcome::Prepared);
        screen
    }

    fn empty(size: (u16, u16)) -> Self {
        let mut state = State::new(size, Theme { colour: false });
        let effects = open(&mut state, "music.sqlite");
        Self { state, effects }
    }

    fn event(&mut self, event: Event) {
        self.effects = update(&mut self.state, event);
    }

    fn report(&mut self, report: Report) {
        self.event(Event::Report(report));
    }

    fn done(&mut self, job: u64, outcome: Outcome) {
        self.report(Report::Done { job, outcome });
    }

    /// Presses keys by name, as the key table has them; anything longer is typed.
    fn press(&mut self, names: &[&str]) -> &mut Self {
        for name in names {
            let code = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
            match *name {
                "enter" => self.event(code(KeyCode::Enter, KeyModifiers::NONE)),
                "esc" => self.event(code(KeyCode::Esc, KeyModifiers::NONE)),
                "tab" => self.event(code(KeyCode::Tab, KeyModifiers::NONE)),
                "shift+tab" => self.event(code(KeyCode::BackTab, KeyModifiers::SHIFT)),
                "up" => self.event(code(KeyCode::Up, KeyModifiers::NONE)),
                "down" => self.event(code(KeyCode::Down, KeyModifiers::NONE)),
                "right" => self.event(code(KeyCode::Right, KeyModifiers::NONE)),
                "f1" => self.event(code(KeyCode::F(1), KeyModifiers::NONE)),
                "f5" => self.event(code(KeyCode::F(5), KeyModifiers::NONE)),
                "f10" => self.event(code(KeyCode::F(10), KeyModifiers::NONE)),
                name if name.starts_with("ctrl+") => {
                    let c = name.chars().last().unwrap();
                    self.event(code(KeyCode::Char(c), KeyModifiers::CONTROL));
                }
                text => text.chars().for_each(|c| self.event(code(KeyCode::Char(c), KeyModifiers::NONE))),
            }
        }
        self
    }

    /// Asks, and gives the job's number.
    fn ask(&mut self, question: &str) -> u64 {
        self.press(&["ctrl+g", question, "enter"]);
        match self.effects.as_slice() {
            [Effect::Submit { job, work: Work::Ask { question: asked } }] if asked == question => *job,
            other => panic!("{other:?}"),
        }
    }

    /// The screen as text; selected cells between guillemets, where it is drawn reversed. Drawing twice gives the same.
    fn drawn(&self) -> String {
        let draw = || {
            let mut terminal = Terminal::new(TestBackend::new(self.state.size.0, self.state.size.1)).unwrap();
            terminal.draw(|frame| view(&self.state, frame)).unwrap();
            terminal.backend().buffer().clone()
        };
        let buffer = draw();
        assert_eq!(buffer, draw());
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut reversed = false;
            for x in 0..buffer.area.width {
                let cell = &buffer[(x, y)];
                let now = cell.modifier.contains(Modifier::REVERSED);
                if now != reversed {
                    line.push(if now { '«' } else { '»' });
                    reversed = now;
                }
                line.push_str(cell.symbol());
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        assert!(!out.contains('\x1b') && !out.contains('\u{202e}'), "control characters reach the screen");
        out
    }
}

fn rows(count: i64, truncated: bool) -> Outcome {
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let row = |n: i64| {
        vec![
            Cell::Integer(n),
            Cell::Text(format!("Künstler {n} 日本")),
            if n % 2 == 0 { Cell::Null } else { Cell::Real(0.5 * n as f64) },
            Cell::Text("{\"long\": \"".to_owned() + &"x".repeat(100) + "\"}"),
            Cell::Text("a\x1b[31m\tb".into()),
        ]
    };
    let columns = ["id", "name", "rating", "details", "note"].map(info).to_vec();
    let table = Table { columns, rows: (1..=count).map(row).collect(), truncated };
    Outcome::Ran { table: Arc::new(table), elapsed: Duration::from_millis(12) }
}

#[track_caller]
fn check(name: &str, steps: impl Fn(&mut Screen)) {
    for size in [(80, 24), (200, 60)] {
        let mut screen = Screen::opened(size);
        steps(&mut screen);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen.drawn());
        });
    }
}

#[test]
fn just_opened() {
    check("just_opened", |_| {});
}

#[test]
fn the_schema_unfolds_and_is_filtered() {
    check("schema_unfolded", |screen| {
        screen.press(&["tab", "down", "enter"]);
    });
    check("schema_filtered", |screen| {
        screen.press(&["tab", "/", "artist"]);
    });
}

#[test]
fn an_answer_on_its_way() {
    check("streaming", |screen| {
        let job = screen.ask("Which artist has the most albums?");
        screen.report(Report::LoadingModel { job });
        let info = ModelInfo { name: "tiny".into(), device: "cpu".into(), ..ModelInfo::default() };
        screen.report(Report::ModelLoaded { job, info });
        screen.report(Report::Ask { job, event: AskEvent::Prompt("...".into()) });
        screen.report(Report::Ask { job, event: AskEvent::Reading { done: 80, total: 100, cached: 0 } });
        screen.report(Report::Ask { job, event: AskEvent::Text("```sql\nSELECT name FROM art".into()) });
        screen.event(Event::Tick(1500));
    });
}

fn checked(screen: &mut Screen) {
    let job = screen.ask("Which artist has the most albums?");
    let sql = "SELECT name, count(*) AS albums -- most first\nFROM artist JOIN album ON artist.id = artist_id\nWHERE name <> 'x'";
    let mut answer = answer("Which artist has the most albums?", sql, AnswerState::Checked);
    answer.attempts.push(Attempt { sql: "SELECT nam".into(), error: "no such column: nam".into() });
    answer.fixes.push(Fix { kind: "double_quotes".into(), from: "\"x\"".into(), to: "'x'".into() });
    screen.done(job, Outcome::Answered(Box::new(answer)));
}

#[test]
fn a_checked_answer_runs_on_enter() {
    check("checked", checked);
    check("ran", |screen| {
        checked(screen);
        screen.press(&["enter"]);
        let [Effect::Submit { job, work: Work::Run { .. } }] = screen.effects[..] else { panic!("{:?}", screen.effects) };
        screen.done(job, rows(30, true));
        screen.press(&["shift+tab", "down", "down", "right", "right"]);
    });
}

#[test]
fn results_are_looked_at_in_full_and_copied() {
    check("cell", |screen| {
        screen.press(&["shift+tab", "shift+tab", "SELECT 1", "f5"]);
        let [Effect::Submit { job, .. }] = screen.effects[..] else { panic!("{:?}", screen.effects) };
        screen.done(job, rows(3, false));
        screen.press(&["tab", "$"]);
        assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("a\x1b[31m\tb".into())]);
        screen.press(&["h"]);
        screen.press(&["enter"]);
    });
}

#[test]
fn failures_are_said_with_a_hint() {
    check("failed", |screen| {
        let job = screen.ask("What?");
        screen.done(job, Outcome::Failed(JobFailure { message: "model `m` is not installed".into(), hint: Some("pull it".into()) }));
        screen.press(&["shift+tab", "shift+tab", "SELECT nope", "f5"]);
        let [Effect::Submit { job, .. }] = screen.effects[..] else { panic!("{:?}", screen.effects) };
        screen.done(job, Outcome::Failed(JobFailure { message: "no such column: nope".into(), hint: Some("look left".into()) }));
    });
}

#[test]
fn what_came_before_a_cancel_is_kept() {
    check("cancelled", |screen| {
        let job = screen.ask("Which artist?");
        screen.report(Report::Ask { job, event: AskEvent::Text("SELECT name".into()) });
        assert_eq!(screen.press(&["esc"]).effects, [Effect::Cancel(job)]);
        screen.report(Report::Ask { job, event: AskEvent::Text(" FROM artist".into()) });
        screen.done(job, Outcome::Cancelled);
        screen.report(Report::Ask { job, event: AskEvent::Text("late".into()) });
    });
}

#[test]
fn help_shows_every_key() {
    check("help", |screen| {
        screen.press(&["f1"]);
    });
    let mut screen = Screen::opened((200, 60));
    let help = screen.press(&["f1"]).drawn();
    for binding in keys::BINDINGS {
        assert!(help.contains(binding.label), "{:?} is not in the help", binding.label);
    }
}

#[test]
fn one_pane_can_have_the_whole_screen() {
    check("zoomed", |screen| {
        checked(screen);
        screen.press(&["shift+tab", "shift+tab", "f10"]);
    });
}

#[test]
fn a_database_that_does_not_open_is_said() {
    for size in [(80, 24), (200, 60)] {
        let mut screen = Screen::empty(size);
        let failure = JobFailure { message: "`x.db` is not an SQLite database".into(), hint: Some("give an SQLite file".into()) };
        screen.done(1, Outcome::Failed(failure));
        let drawn = screen.drawn();
        assert!(drawn.contains("error: `x.db` is not an SQLite database") && drawn.contains("no database"), "{drawn}");
    }
}

#[test]
fn ctrl_c_cancels_and_quits_only_when_pressed_twice_with_nothing_running() {
    let mut screen = Screen::opened((80, 24));
    let job = screen.ask("Which?");
    assert_eq!(screen.press(&["ctrl+c"]).effects, [Effect::Cancel(job)]);
    screen.done(job, Outcome::Cancelled);
    assert_eq!(screen.press(&["ctrl+c"]).effects, []);
    assert_eq!(screen.press(&["x", "ctrl+c"]).effects, []);
    assert_eq!(screen.press(&["ctrl+c"]).effects, [Effect::Quit]);
    assert_eq!(screen.press(&["ctrl+q"]).effects, [Effect::Quit]);
}

#[test]
fn nothing_runs_twice_at_once_and_nothing_runs_unasked() {
    let mut screen = Screen::opened((80, 24));
    screen.ask("Which?");
    assert_eq!(screen.press(&["again", "enter"]).effects, []);
    assert_eq!(screen.press(&["f5"]).effects, []);
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    assert_eq!(screen.effects, []);
    assert!(matches!(screen.press(&["f5"]).effects[..], [Effect::Submit { work: Work::Run { .. }, .. }]));
    assert_eq!(screen.press(&["f5"]).effects, []);
}

#[test]
fn browsing_quotes_names_and_undo_brings_the_old_sql_back() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["shift+tab", "shift+tab", "SELECT 1", "tab", "tab", "tab", "down", "down", "down"]);
    let effects = screen.press(&["b"]).effects.clone();
    assert!(
        matches!(&effects[..], [Effect::Submit { work: Work::Run { sql }, .. }] if sql.starts_with("SELECT * FROM \"evil\x1b[2J")),
        "{effects:?}"
    );
    screen.press(&["shift+tab", "shift+tab", "shift+tab", "ctrl+z", "ctrl+z"]);
    assert_eq!(screen.state.sql(), "SELECT 1");
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
            for pane in super::state::Pane::ALL {
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
    let [Effect::Submit { job, .. }] = screen.effects[..] else { panic!("{:?}", screen.effects) };
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
