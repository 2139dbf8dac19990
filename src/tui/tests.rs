//! Keys and reports in, snapshots of the screen out, at 80x24 and 200x60.
//!
//! - `screens`: a snapshot for each screen; `states`: for what a question, a result, a model, a file can be in
//! - `behaviour`: what keys do
//! - `columns`: the columns of a result, finding, copying
//! - `dates`: numbers that count time
//! - `files`: several files at once, jumps along keys, the diagram
//! - `mends`: what a day at the screen found
//! - `notebooks`: Markdown files of questions, SQL and results
//! - `servers`: models behind addresses
//! - `settings`: the settings page
//! - `statements`: parameters, several at once, files
//! - `training`: fine-tuning, from the form to an adapter in use, and every way out

mod ahead;
mod behaviour;
mod columns;
mod dates;
mod files;
mod looks;
mod mends;
mod notebooks;
mod screens;
mod servers;
mod settings;
mod statements;
mod states;
mod tasks;
mod training;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use super::event::{Effect, Event};
use super::state::State;
use super::theme::Theme;
use super::update::{begin, update};
use super::view::view;
use crate::ask::{Answer, AnswerState, AskEvent, AskTimings, Attempt, Fix};
use crate::db::Spool;
use crate::db::{Cell, ColumnInfo, Table};
use crate::jobs::{AskWork, DatabaseRecords, JobFailure, KeepWork, Kept, ModelRow, ModelsWork, Outcome, Report, ResultWork, Work};
use crate::llm::{GenerateTimings, ModelInfo};
use crate::schema::{Column, ForeignKey, KeyOrigin, Schema, Table as SchemaTable, TableKind};
use crate::store::Presence;

struct Screen {
    state: State,
    effects: Vec<Effect>,
    /// The job that lists models, while it runs.
    list: Option<u64>,
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
        elsewhere: None,
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
    /// A screen of `size` without colours, with a database open and a model here.
    fn opened(size: (u16, u16)) -> Self {
        let mut screen = Self::empty(size);
        screen.models(true);
        let path = "/home/someone/music.sqlite".to_owned();
        screen.report(Report::Outline { job: 1, path: path.clone(), schema: schema() });
        screen.done(1, Outcome::Opened { path, schema: schema() });
        let prepare = screen.submitted(|work| *work == Work::Prepare);
        let database = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
        screen.report(Report::LoadingModel { job: prepare });
        screen.report(Report::Ask { job: prepare, event: AskEvent::Reading { done: 34, total: 100, cached: 0 } });
        assert!(screen.drawn().contains("the model reads the schema: 34%"));
        screen.done(prepare, Outcome::Prepared);
        screen.done(database, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords::default()))));
        screen
    }

    fn empty(size: (u16, u16)) -> Self {
        Self::begun(size, Some("music.sqlite"))
    }

    fn begun(size: (u16, u16), database: Option<&str>) -> Self {
        let mut state = State::new(size, Theme::Plain);
        state.options.folder = "/home/someone".into();
        let effects = begin(&mut state, database);
        let mut screen = Self { state, effects, list: None };
        let recent = screen.submitted(|work| *work == Work::Keep(KeepWork::Recent));
        let list = screen.submitted(|work| *work == Work::Models(ModelsWork::List));
        screen.list = Some(list);
        screen.done(recent, Outcome::Kept(Box::new(Kept::Recent(Vec::new()))));
        screen
    }

    /// Says which models there are.
    fn models(&mut self, installed: bool) {
        let row = |name: &str, bytes, presence, fits| ModelRow {
            name: name.into(),
            parameters: "1.5B".into(),
            quantisation: "Q4_K_M".into(),
            bytes: Some(bytes),
            licence: "Apache-2.0".into(),
            note: None,
            presence,
            fits: Some(fits),
            usable: true,
            server: None,
        };
        let presence = if installed { Presence::Installed } else { Presence::Absent };
        let models = vec![row("small-coder", 491_400_000, presence, true), row("huge-coder", 90_000_000_000, Presence::Absent, false)];
        let job = self.list.take().unwrap_or_else(|| self.submitted(|work| matches!(work, Work::Models(_))));
        self.done(job, Outcome::Models(models));
    }

    /// The job of the last effects whose work passes `test`.
    #[track_caller]
    fn submitted(&self, test: impl Fn(&Work) -> bool) -> u64 {
        let found = self.effects.iter().find_map(|effect| match effect {
            Effect::Submit { job, work } if test(work) => Some(*job),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{:?}", self.effects))
    }

    /// Runs what is in the editor and gives it `outcome`.
    fn run(&mut self, outcome: Outcome) {
        self.press(&["f5"]);
        let job = self.submitted(|work| matches!(work, Work::Run { .. }));
        self.done(job, outcome);
    }

    /// Does what a worker on results does, for the job that was just submitted.
    fn work_on_result(&mut self) {
        let found = self.effects.iter().find_map(|effect| match effect {
            Effect::Submit { job, work: Work::Result(work) } => Some((*job, work.clone())),
            _ => None,
        });
        let (job, work) = found.unwrap_or_else(|| panic!("{:?}", self.effects));
        let cancel = crate::signal::Cancel::new();
        let outcome = match work {
            ResultWork::Arrange { spool, arrangement } => Outcome::Arranged(spool.arrange(&arrangement, &cancel).unwrap()),
            ResultWork::Summarise { spool, order, column } => {
                Outcome::Summarised(Box::new(spool.summarise(column, order.as_ref(), &cancel).unwrap()))
            }
            ResultWork::Chart { spool, order, chart } => Outcome::Charted(Box::new(
                match chart {
                    crate::jobs::ChartWork::Series { x, y } => spool.series(x, y, order.as_ref()),
                    crate::jobs::ChartWork::Histogram { column, bins, time } => {
                        spool.histogram(column, bins, time, order.as_ref(), &cancel)
                    }
                }
                .unwrap(),
            )),
            ResultWork::Find { spool, order, sought } => {
                Outcome::Found(crate::jobs::find(&spool, order.as_ref(), &sought, &cancel).unwrap())
            }
            other => panic!("{other:?}"),
        };
        self.done(job, outcome);
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
                "backspace" => self.event(code(KeyCode::Backspace, KeyModifiers::NONE)),
                "tab" => self.event(code(KeyCode::Tab, KeyModifiers::NONE)),
                "shift+tab" => self.event(code(KeyCode::BackTab, KeyModifiers::SHIFT)),
                "up" => self.event(code(KeyCode::Up, KeyModifiers::NONE)),
                "down" => self.event(code(KeyCode::Down, KeyModifiers::NONE)),
                "right" => self.event(code(KeyCode::Right, KeyModifiers::NONE)),
                "end" => self.event(code(KeyCode::End, KeyModifiers::NONE)),
                "pagedown" => self.event(code(KeyCode::PageDown, KeyModifiers::NONE)),
                "home" => self.event(code(KeyCode::Home, KeyModifiers::NONE)),
                "pageup" => self.event(code(KeyCode::PageUp, KeyModifiers::NONE)),
                "left" => self.event(code(KeyCode::Left, KeyModifiers::NONE)),
                name if name.len() > 1 && name.len() < 4 && name.starts_with('f') && name[1..].parse::<u8>().is_ok() => {
                    self.event(code(KeyCode::F(name[1..].parse().unwrap()), KeyModifiers::NONE));
                }
                name if name.contains('+') && super::keys::parse(name).is_some() => {
                    let (modifiers, key) = super::keys::parse(name).unwrap();
                    self.event(code(key, modifiers));
                }
                text => text.chars().for_each(|c| self.event(code(KeyCode::Char(c), KeyModifiers::NONE))),
            }
        }
        self
    }

    /// Asks, and gives the job's number.
    fn ask(&mut self, question: &str) -> u64 {
        self.press(&["ctrl+g", question, "enter"]);
        self.submitted(|work| matches!(work, Work::Ask(asked) if asked.question == question))
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

/// A table of `rows` under `names`.
fn table(names: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table { columns: names.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect(), rows, truncated: false }
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
    ran(&table)
}

fn ran(table: &Table) -> Outcome {
    Outcome::Ran { spool: Arc::new(Spool::of_table(table).unwrap()), elapsed: Duration::from_millis(12), units: Vec::new() }
}

#[track_caller]
fn snapshot(name: &str, screen: &Screen) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name.to_owned(), screen.drawn());
    });
}

#[track_caller]
fn check(name: &str, steps: impl Fn(&mut Screen)) {
    for size in [(80, 24), (200, 60)] {
        let mut screen = Screen::opened(size);
        steps(&mut screen);
        snapshot(&format!("{name}_{}x{}", size.0, size.1), &screen);
    }
}

fn checked(screen: &mut Screen) {
    let job = screen.ask("Which artist has the most albums?");
    let sql = "SELECT name, count(*) AS albums -- most first\nFROM artist JOIN album ON artist.id = artist_id\nWHERE name <> 'x'";
    let mut answer = answer("Which artist has the most albums?", sql, AnswerState::Checked);
    answer.attempts.push(Attempt { sql: "SELECT nam".into(), error: "no such column: nam".into() });
    answer.fixes.push(Fix { kind: "double_quotes".into(), from: "\"x\"".into(), to: "'x'".into() });
    screen.done(job, Outcome::Answered(Box::new(answer)));
}
