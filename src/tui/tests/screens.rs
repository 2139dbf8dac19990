//! A snapshot for each screen and state.

use super::super::keys::BINDINGS;
use super::*;
use crate::records::{Accepted, DatabaseId, Favourite, HistoryEntry, HistoryState, KnownDatabase, NewHistory, Note, Records};

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

#[test]
fn a_checked_answer_runs_on_enter() {
    check("checked", checked);
    check("ran", |screen| {
        checked(screen);
        screen.press(&["enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
        screen.done(job, rows(30, true));
        screen.press(&["shift+tab", "down", "down", "right", "right"]);
    });
}

#[test]
fn results_are_looked_at_in_full_and_copied() {
    check("cell", |screen| {
        screen.press(&["shift+tab", "shift+tab", "SELECT 1", "f5"]);
        let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
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
        let job = screen.submitted(|work| matches!(work, Work::Run { .. }));
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
    let mut screen = Screen::opened((200, 200));
    let help = screen.press(&["f1"]).drawn();
    for binding in BINDINGS {
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

/// A database's name, as records give it.
fn some_id() -> (tempfile::TempDir, DatabaseId) {
    let folder = tempfile::tempdir().unwrap();
    let records = Records::open(&crate::store::Paths::all_in(folder.path())).unwrap();
    let id = records.database(std::path::Path::new("/home/someone/shop.db"), "f").unwrap();
    (folder, id)
}

fn known(id: DatabaseId, path: &str) -> KnownDatabase {
    KnownDatabase { id, path: path.into(), opened_ms: 0, accepted: 2, notes: 1, has_adapter: false }
}

#[track_caller]
fn check_from(name: &str, start: impl Fn((u16, u16)) -> Screen, steps: impl Fn(&mut Screen)) {
    for size in [(80, 24), (200, 60)] {
        let mut screen = start(size);
        steps(&mut screen);
        snapshot(&format!("{name}_{}x{}", size.0, size.1), &screen);
    }
}

#[test]
fn the_start_page_offers_what_was_open() {
    let (_folder, id) = some_id();
    check_from(
        "start",
        |size| Screen::begun(size, None),
        |screen| {
            screen.models(true);
            screen.state.recent = vec![known(id, "/home/someone/shop.db"), known(id, "/data/music.sqlite")];
            screen.press(&["ctrl+o"]);
        },
    );
    check_from("start_without_model", |size| Screen::begun(size, None), |screen| screen.models(false));
}

#[test]
fn a_newcomer_without_a_model_is_led_to_one() {
    check_from("no_model", Screen::empty, |screen| {
        screen.models(false);
        let path = "/home/someone/music.sqlite".to_owned();
        screen.done(1, Outcome::Opened { path, schema: schema() });
        assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Submit { work: Work::Prepare, .. })));
        assert!(screen.drawn().contains("To ask in plain words a model is needed"));
        screen.press(&["How many albums?", "enter"]);
        assert_eq!(screen.state.ask.lines().join(""), "How many albums?");
    });
    check_from("pulling", Screen::empty, |screen| {
        screen.models(false);
        screen.done(1, Outcome::Opened { path: "music.sqlite".into(), schema: schema() });
        screen.press(&["f7", "enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Models(ModelsWork::Pull { .. })));
        screen.event(Event::Tick(10_000));
        let event = crate::store::pull::PullEvent::Progress { done: 123_000_000, total: 491_400_000 };
        screen.report(Report::Pull { job, event });
    });
}

#[test]
fn lists_are_narrowed_by_typing() {
    check("palette", |screen| {
        screen.press(&["/"]);
    });
    check("palette_searched", |screen| {
        screen.press(&["ctrl+p", "chart"]);
    });
    check("menu", |screen| {
        screen.press(&["f9"]);
    });
    check("models", |screen| {
        screen.press(&["f7"]);
    });
}

#[test]
fn history_favourites_and_notes_are_listed() {
    let (_folder, id) = some_id();
    let entry = |n: i64, question: Option<&str>, sql: &str, state, rows| HistoryEntry {
        id: n,
        path: "/home/someone/music.sqlite".into(),
        at_ms: 0,
        entry: NewHistory { database: id, question: question.map(Into::into), sql: sql.into(), state, rows, ms: 1.0, tab: 0 },
    };
    check("history", |screen| {
        screen.press(&["f8"]);
        let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Search { everywhere: false, .. })));
        let entries = vec![
            entry(3, Some("Which artist has the most albums?"), "SELECT name\nFROM artist", HistoryState::Ran, Some(24)),
            entry(2, None, "SELECT nope", HistoryState::Failed, None),
            entry(1, Some("evil\x1b[2J"), "SELECT 1", HistoryState::Cancelled, None),
        ];
        screen.done(job, Outcome::Kept(Box::new(Kept::History { text: String::new(), everywhere: false, entries })));
    });
    let records = DatabaseRecords {
        accepted: vec![Accepted { question: "How many?".into(), sql: "SELECT 1".into(), before: None, at_ms: 0 }],
        notes: vec![Note { id: 1, text: "orders with status 9 are cancelled".into() }],
        favourites: vec![Favourite { id: 1, title: "best sellers".into(), sql: "SELECT * FROM best_sellers".into() }],
        ..DatabaseRecords::default()
    };
    check("favourites", |screen| {
        screen.state.records = records.clone();
        screen.press(&["f9", "favour", "enter"]);
    });
    check("notes", |screen| {
        screen.state.records = records.clone();
        screen.press(&["f9", "notes on", "enter"]);
    });
    check("adopt", |screen| {
        screen.state.records = records.clone();
        let job = screen.ask("x");
        screen.done(job, Outcome::Cancelled);
        screen.press(&["f9", "notes on", "enter", "down", "enter", "kept", "enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::AddNote { .. })));
        let similar = vec![known(id, "/old/music.sqlite")];
        screen.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { similar, ..DatabaseRecords::default() }))));
        let path = "/new/music.sqlite".to_owned();
        screen.effects = super::super::update::open(&mut screen.state, &path);
        let job = screen.submitted(|work| matches!(work, Work::Open { .. }));
        screen.done(job, Outcome::Opened { path, schema: schema() });
        let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
        let similar = vec![known(id, "/old/music.sqlite")];
        screen.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { similar, ..DatabaseRecords::default() }))));
    });
}

#[test]
fn answers_are_accepted_and_rejected() {
    let answered = |screen: &mut Screen| {
        checked(screen);
        screen.run(rows(3, false));
    };
    check("ran_newest", answered);
    check("accepted", |screen| {
        answered(screen);
        screen.press(&["f2"]);
    });
    check("rejecting", |screen| {
        answered(screen);
        screen.press(&["f3", "compilations do not count"]);
    });
    check("rejected", |screen| {
        answered(screen);
        screen.press(&["f3", "compilations do not count", "enter"]);
    });
    check("known_answer", |screen| {
        screen.state.accepted.insert("how many albums are there".into(), "SELECT 42".into());
        screen.press(&["How many albums are there?", "enter"]);
        assert_eq!(screen.effects, []);
    });
}

#[test]
fn rows_are_sorted_filtered_and_summed_up() {
    let looked_at = |screen: &mut Screen| {
        screen.press(&["shift+tab", "shift+tab", "SELECT 1"]);
        screen.run(rows(30, false));
        screen.press(&["tab"]);
    };
    check("sorted", |screen| {
        looked_at(screen);
        screen.press(&["s"]);
        screen.work_on_result();
        screen.press(&["s"]);
        screen.work_on_result();
        screen.press(&["right", "right"]);
    });
    check("filtered", |screen| {
        looked_at(screen);
        screen.press(&["/", "2"]);
        screen.work_on_result();
    });
    check("summary", |screen| {
        looked_at(screen);
        screen.press(&["right", "right", "i"]);
        screen.work_on_result();
    });
    check("export", |screen| {
        looked_at(screen);
        screen.press(&["ctrl+e"]);
    });
    check("export_path", |screen| {
        looked_at(screen);
        screen.press(&["ctrl+e", "enter"]);
    });
    check("plan", |screen| {
        looked_at(screen);
        screen.press(&["f6"]);
        let job = screen.submitted(|work| matches!(work, Work::Plan { .. }));
        let row = |id, parent, detail: &str| vec![Cell::Integer(id), Cell::Integer(parent), Cell::Integer(0), Cell::Text(detail.into())];
        let rows = vec![row(2, 0, "COMPOUND QUERY"), row(3, 2, "SCAN album"), row(9, 0, "SEARCH artist USING INTEGER PRIMARY KEY")];
        screen.done(job, Outcome::Planned(Table { rows, ..Table::default() }));
    });
}

#[test]
fn results_are_drawn() {
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let months = |screen: &mut Screen| {
        let row = |n: i64| vec![Cell::Text(format!("2024-{n:02}")), Cell::Integer((n * 37) % 50 - 5), Cell::Real(n as f64 / 3.0)];
        let table = Table { columns: ["month", "sold", "price"].map(info).to_vec(), rows: (1..=12).map(row).collect(), truncated: false };
        screen.press(&["shift+tab", "shift+tab", "SELECT 1"]);
        screen.run(ran(&table));
        screen.press(&["tab", "right", "c"]);
        screen.work_on_result();
    };
    check("chart_line", months);
    check("chart_scatter", |screen| {
        months(screen);
        screen.press(&["t"]);
        screen.work_on_result();
    });
    check("chart_histogram", |screen| {
        months(screen);
        screen.press(&["t", "t"]);
        screen.work_on_result();
    });
    check("chart_bars", |screen| {
        months(screen);
        screen.press(&["t", "t", "t"]);
        screen.work_on_result();
    });
}

#[test]
fn the_sql_is_completed_and_has_tabs_and_modes() {
    check("completion", |screen| {
        screen.press(&["shift+tab", "shift+tab", "SELECT ti"]);
    });
    check("vim", |screen| {
        screen.state.options.vim = true;
        screen.press(&["shift+tab", "shift+tab", "iSELECT 1", "esc", "v", "0"]);
    });
    check("tabs", |screen| {
        screen.press(&["shift+tab", "shift+tab", "SELECT 1", "ctrl+t", "SELECT 2"]);
    });
    check("definition", |screen| {
        let mut schema = (*schema()).clone();
        schema.tables[0].sql = "CREATE TABLE artist (id INTEGER PRIMARY KEY, name TEXT)".into();
        screen.state.schema = Arc::new(schema);
        screen.press(&["tab", "d"]);
    });
}

#[test]
fn panes_are_hidden_and_resized() {
    check("schema_hidden", |screen| {
        screen.press(&["ctrl+b"]);
    });
}

#[test]
fn themes_differ_in_colour_alone() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen);
    let plain = screen.drawn();
    for theme in [Theme::Dark, Theme::Light] {
        screen.state.theme = theme;
        assert_eq!(screen.drawn(), plain);
    }
}

#[test]
fn a_question_back_is_answered_by_choosing() {
    use crate::ask::{AskBack, Choice};
    let asked_back = |screen: &mut Screen| {
        let job = screen.ask("Who sold most?");
        let mut answer = answer("Who sold most?", "SELECT 1", AnswerState::Checked);
        let choice = |text: &str, sql: &str| Choice { text: text.into(), sql: sql.into() };
        answer.missing = vec!["cheap".into()];
        answer.ask_back = Some(AskBack {
            question: "Most copies, or most money?".into(),
            choices: vec![choice("copies", "SELECT 1"), choice("money", "SELECT 2")],
        });
        screen.done(job, Outcome::Answered(Box::new(answer)));
    };
    check("ask_back", asked_back);
    let mut screen = Screen::opened((80, 24));
    asked_back(&mut screen);
    screen.press(&["down", "enter"]);
    assert_eq!((screen.state.sql().as_str(), screen.state.entries[0].sql.as_str()), ("SELECT 2", "SELECT 2"));
    screen.press(&["enter"]);
    screen.submitted(|work| matches!(work, Work::Run { sql, .. } if sql == "SELECT 2"));
}
