//! A snapshot for each state that a question, a result, an export, a model, a database can be in.

use super::super::conversation::Stage;
use super::*;
use crate::ask::Agreement;
use crate::ask::vote::Standing;
use crate::db::difference;
use crate::jobs::{AttachedAdapter, Compared};

const QUESTION: &str = "Which artist has the most albums?";

fn text(words: &str) -> Cell {
    Cell::Text(words.into())
}

fn failure(message: &str, hint: &str) -> Outcome {
    Outcome::Failed(JobFailure { message: message.into(), hint: Some(hint.into()) })
}

/// An answer that eight drafts were drawn for, which return three different results.
pub(super) fn doubted(screen: &mut Screen) {
    let job = screen.ask(QUESTION);
    let sql = "SELECT name, count(*) AS albums FROM artist JOIN album ON artist.id = artist_id GROUP BY name ORDER BY 2 DESC LIMIT 2";
    let mut answer = answer(QUESTION, sql, AnswerState::Checked);
    (answer.confidence, answer.reason) = (Some(0.56), "5 of 8 drafts return the same".into());
    let agrees = |sql: &str, agrees| Agreement {
        sql: sql.into(),
        agrees,
        mended: 0,
        first: agrees == 5,
        likelihood: -0.1,
        standing: Standing::Good,
        signals: Default::default(),
    };
    answer.candidates = vec![
        agrees(sql, 5),
        agrees("SELECT name, count(*) AS albums FROM artist JOIN album ON artist.id = artist_id GROUP BY artist.id LIMIT 2", 2),
        agrees("SELECT name FROM artist", 1),
    ];
    answer.attempts.push(Attempt { sql: "SELECT nam FROM artist".into(), error: "no such column: nam".into() });
    screen.done(job, Outcome::Answered(Box::new(answer)));
}

/// The alternatives with their results.
fn compared(screen: &mut Screen) {
    doubted(screen);
    screen.press(&["alt+2", "v"]);
    let job = screen.submitted(|work| matches!(work, Work::Compare { sqls } if sqls.len() == 3));
    let row = |name: &str, n| vec![text(name), Cell::Integer(n)];
    let tables = [
        table(&["name", "albums"], vec![row("Dusty Atlas", 7), row("Sólveig", 5)]),
        table(&["name", "albums"], vec![row("Sólveig", 5), row("Rumbo Sur\x1b[2J", 2)]),
        table(&["name"], vec![vec![text("Dusty Atlas")], vec![text("日本 Künstler with a name that is long")]]),
    ];
    let effects = &screen.effects;
    let [Effect::Submit { work: Work::Compare { sqls }, .. }] = &effects[..] else { panic!("{effects:?}") };
    let all = sqls.iter().zip(&tables).enumerate().map(|(at, (sql, table))| Compared {
        sql: sql.clone(),
        table: Ok(table.clone()),
        difference: (at > 0).then(|| difference(&tables[0], table)),
    });
    let outcome = Outcome::Compared(all.collect());
    screen.done(job, outcome);
}

#[test]
fn a_question_in_every_state() {
    let asked = |screen: &mut Screen, events: Vec<AskEvent>| {
        let job = screen.ask(QUESTION);
        let info = ModelInfo { name: "tiny".into(), device: "cpu".into(), context_length: 4096, ..ModelInfo::default() };
        screen.report(Report::ModelLoaded { job, info });
        events.into_iter().for_each(|event| screen.report(Report::Ask { job, event }));
        job
    };
    let sql = "SELECT name FROM artist";
    let reading = || AskEvent::Reading { done: 612, total: 1224, cached: 600 };
    let drawing = || AskEvent::Drawing { drafts: 7, reason: "the first draft had to be mended".into() };
    check("loading", |screen| {
        let job = screen.ask(QUESTION);
        screen.report(Report::LoadingModel { job });
        screen.event(Event::Tick(400));
    });
    check("reading", |screen| {
        asked(screen, vec![AskEvent::Prompt("...".into()), reading()]);
    });
    check("writing", |screen| {
        let job = asked(screen, vec![reading()]);
        for n in 0..30 {
            screen.event(Event::Tick(1000 + n * 50));
            screen.report(Report::Ask { job, event: AskEvent::Text(if n == 0 { "SELECT".into() } else { format!(" c{n},") }) });
        }
        // Thirty pieces in a second and a half.
        assert!(screen.drawn().contains("21 tokens/s"), "{}", screen.drawn());
    });
    check("proposed", |screen| {
        asked(screen, vec![reading(), AskEvent::Text(sql.into()), AskEvent::Proposed(sql.into())]);
    });
    check("comparing", |screen| {
        asked(screen, vec![reading(), AskEvent::Text(sql.into()), AskEvent::Proposed(sql.into()), drawing()]);
    });
    check("cancelled_while_comparing", |screen| {
        let job = asked(screen, vec![AskEvent::Text(sql.into()), AskEvent::Proposed(sql.into()), drawing()]);
        screen.press(&["esc"]);
        screen.done(job, Outcome::Cancelled);
        assert_eq!(screen.state.sql(), sql);
    });
    // The draft can be run while others are drawn, and what the person makes of it is not overwritten.
    for (typed, kept, stage) in [("", sql, Stage::Ran(3)), (" -- mine", "SELECT name FROM artist -- mine", Stage::Checked)] {
        let mut screen = Screen::opened((80, 24));
        let job = asked(&mut screen, vec![AskEvent::Proposed(sql.into()), drawing()]);
        screen.press(&["alt+3"]).run(rows(3, false));
        screen.press(&["end", typed]);
        screen.done(job, Outcome::Answered(Box::new(answer(QUESTION, sql, AnswerState::Checked))));
        assert_eq!((screen.state.sql().as_str(), &screen.state.entries[0].stage), (kept, &stage));
    }
    check("repairing", |screen| {
        let failed = Attempt { sql: "SELECT nam".into(), error: "no such column: nam".into() };
        asked(screen, vec![AskEvent::Text("SELECT nam".into()), AskEvent::Repairing { repair: 1, failed }]);
    });
    check("answer_in_doubt", doubted);
    check("answer_believed", |screen| {
        let job = screen.ask(QUESTION);
        let mut answer = answer(QUESTION, sql, AnswerState::Checked);
        (answer.confidence, answer.reason) = (Some(0.93), "nothing speaks against it".into());
        answer.fixes.push(Fix { kind: "value".into(), from: "'zurich'".into(), to: "city.name 'Zürich'".into() });
        screen.done(job, Outcome::Answered(Box::new(answer)));
    });
    check("answer_failed", |screen| {
        let job = screen.ask(QUESTION);
        let mut answer = answer(QUESTION, "SELECT nam FROM artist", AnswerState::Failed);
        answer.error = Some("no such column: nam".into());
        screen.done(job, Outcome::Answered(Box::new(answer)));
    });
    check("answer_refused", |screen| {
        let job = screen.ask("Delete everything");
        let mut answer = answer("Delete everything", "DELETE FROM artist", AnswerState::Refused);
        answer.error = Some("only SELECT, WITH, VALUES and EXPLAIN are read".into());
        screen.done(job, Outcome::Answered(Box::new(answer)));
    });
    check("following", |screen| {
        checked(screen);
        screen.ask("and in 2024?");
    });
}

#[test]
fn answers_are_compared_side_by_side() {
    check("alternatives_running", |screen| {
        doubted(screen);
        screen.press(&["alt+2", "v"]);
    });
    check("alternatives", compared);
    check("alternatives_next", |screen| {
        compared(screen);
        screen.press(&["right", "right"]);
    });
    let mut screen = Screen::opened((80, 24));
    compared(&mut screen);
    assert!(matches!(&screen.press(&["right", "y"]).effects[..], [Effect::Copy(sql)] if sql.contains("GROUP BY artist.id")));
    screen.press(&["enter"]);
    assert!(screen.state.sql().contains("GROUP BY artist.id") && screen.state.entries[0].sql.contains("GROUP BY artist.id"));
    // Closed before the results are there, they are no longer wanted.
    let mut screen = Screen::opened((80, 24));
    doubted(&mut screen);
    screen.press(&["alt+2", "v"]);
    let job = screen.submitted(|work| matches!(work, Work::Compare { .. }));
    assert_eq!(screen.press(&["esc"]).effects, [Effect::Cancel(job)]);
    screen.done(job, Outcome::Cancelled);
    assert!(screen.state.window.is_none());
}

#[test]
fn the_sql_is_undone_selected_and_formatted() {
    let typed = |screen: &mut Screen| {
        screen.press(&["alt+3", "select name from artist where id > 3 ; select 2"]);
    };
    check("undo", |screen| {
        typed(screen);
        screen.press(&["ctrl+z", "ctrl+z"]);
    });
    check("selection", |screen| {
        typed(screen);
        screen.press(&["shift+left", "shift+left", "shift+left"]);
    });
    check("formatted", |screen| {
        typed(screen);
        screen.press(&["f4"]);
    });
    check("vim_insert", |screen| {
        screen.state.options.vim = true;
        screen.press(&["alt+3", "iSELECT 1"]);
    });
    check("drafts_back", |screen| {
        let draft = |tab, sql: &str| crate::records::Draft { tab, question: String::new(), sql: sql.into() };
        let drafts = vec![draft(0, "SELECT 1"), draft(1, "SELECT 2")];
        screen.effects = super::super::update::open(&mut screen.state, "music.sqlite");
        let job = screen.submitted(|work| matches!(work, Work::Open { .. }));
        screen.done(job, Outcome::Opened { path: "music.sqlite".into(), schema: schema() });
        let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
        screen.done(job, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { drafts, ..DatabaseRecords::default() }))));
    });
}

#[test]
fn cells_of_every_kind() {
    let with = |screen: &mut Screen, names: &[&str], rows| {
        screen.press(&["alt+3", "SELECT 1"]);
        screen.run(ran(&table(names, rows)));
        screen.press(&["alt+4"]);
    };
    let kinds = |screen: &mut Screen| {
        let blob = Cell::Blob((0..40).collect());
        let row = vec![Cell::Null, text(""), text("NULL"), Cell::Integer(0), Cell::Real(0.5), blob, text("{\"a\":[1,{\"b\":null}]}")];
        with(screen, &["nothing", "empty", "the word", "zero", "half", "bytes", "json"], vec![row]);
    };
    check("null_and_empty", kinds);
    check("cell_json", |screen| {
        kinds(screen);
        screen.press(&["$", "enter"]);
    });
    check("cell_blob", |screen| {
        kinds(screen);
        screen.press(&["$", "left", "enter"]);
    });
    check("hostile_text", |screen| {
        let rows = [
            "שלום עולם",
            "e\u{301}tude a\u{308}",
            "日本語テキスト",
            "👩‍👩‍👧‍👦 family",
            "a\u{202e}b\u{200f}c\u{2066}d",
            "\x07\x1b]0;x\x07\r\n\0",
            "ﷺ\u{0300}\u{0301}",
        ];
        with(screen, &["a\u{202e}b", "after"], rows.into_iter().map(|words| vec![text(words), text("|")]).collect());
    });
    check("column_wider", |screen| {
        with(screen, &["a", "b"], vec![vec![text(&"long ".repeat(30)), Cell::Integer(1)]]);
        screen.press(&[">", ">", ">", ">"]);
    });
    check("column_narrower", |screen| {
        with(screen, &["a", "b"], vec![vec![text(&"long ".repeat(30)), Cell::Integer(1)]]);
        screen.press(&["<", "<", "<", "<", "<", "<"]);
    });
    check("no_rows", |screen| with(screen, &["a", "b"], Vec::new()));
    check("browsed", |screen| {
        screen.press(&["alt+1", "down", "b"]);
        let job = screen.submitted(|work| matches!(work, Work::Run { sql, .. } if sql == "SELECT * FROM album"));
        screen.done(job, rows(30, false));
    });
    check("rows_of_an_earlier_query", |screen| {
        with(screen, &["a"], vec![vec![Cell::Integer(1)]]);
        screen.press(&["alt+3", " + 1"]);
    });
}

#[test]
fn a_query_that_runs_is_locked_out_or_fails() {
    let running = |screen: &mut Screen| {
        screen.press(&["alt+3", "SELECT 1", "f5"]);
        screen.submitted(|work| matches!(work, Work::Run { .. }))
    };
    check("running", |screen| {
        let job = running(screen);
        screen.report(Report::Rows { job, rows: 40_960 });
        screen.event(Event::Tick(61_500));
    });
    check("stopping", |screen| {
        running(screen);
        screen.press(&["esc"]);
        screen.event(Event::Tick(1_000));
    });
    check("locked", |screen| {
        let job = running(screen);
        let message = "`music.sqlite` is locked by another program (database is locked)";
        screen.done(job, failure(message, "try again when the other program has finished writing"));
    });
}

#[test]
fn exports_go_on_in_the_background() {
    let exporting = |screen: &mut Screen| {
        screen.press(&["alt+3", "SELECT 1"]);
        screen.run(rows(30, false));
        screen.press(&["ctrl+e", "parq", "enter", "enter"]);
        screen.submitted(|work| matches!(work, Work::Result(ResultWork::Export { path, .. }) if path.ends_with("music-result.parquet")))
    };
    check("exporting", |screen| {
        let job = exporting(screen);
        screen.report(Report::Rows { job, rows: 20 });
        screen.event(Event::Tick(2_000));
    });
    check("exported", |screen| {
        let job = exporting(screen);
        screen.done(job, Outcome::Exported { path: "/home/someone/music-result.parquet".into(), rows: 30 });
    });
    check("export_refused", |screen| {
        let job = exporting(screen);
        screen.done(job, failure("`music-result.parquet` is there already", "give another name"));
    });
    check("conversation_export", |screen| {
        checked(screen);
        screen.press(&["ctrl+p", "conversation to a file", "enter"]);
    });
    check("conversation_exported", |screen| {
        checked(screen);
        screen.press(&["ctrl+p", "conversation to a file", "enter", "enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Write { text, .. }) if text.contains("SELECT name")));
        screen.done(job, Outcome::Exported { path: "/home/someone/music-questions.md".into(), rows: 0 });
    });
}

#[test]
fn history_and_files_are_looked_through() {
    check("history_everywhere", |screen| {
        screen.press(&["f8", "tab", "albums"]);
        screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Search { text, everywhere: true }) if text == "albums"));
    });
    check("files", |screen| {
        screen.press(&["ctrl+o", "choose", "enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Files { .. }));
        let file = |name: &str, is_folder, bytes| crate::jobs::FileRow { name: name.into(), is_folder, bytes };
        let files = vec![file("photos", true, 0), file("notes.txt", false, 12), file("shop.db", false, 40_960)];
        screen.done(job, Outcome::Files { folder: "/home/someone".into(), files });
    });
}

#[test]
fn models_are_fetched_switched_and_deleted() {
    let pulling = |screen: &mut Screen| {
        screen.press(&["f7"]);
        screen.models(false);
        screen.press(&["enter"]);
        screen.submitted(|work| matches!(work, Work::Models(ModelsWork::Pull { name }) if name == "small-coder"))
    };
    check("pull_stopped", |screen| {
        let job = pulling(screen);
        assert_eq!(screen.press(&["enter"]).effects, [Effect::Cancel(job)]);
        screen.done(job, Outcome::Cancelled);
    });
    check("pull_failed", |screen| {
        let job = pulling(screen);
        screen.done(job, failure("there is too little room", "free 295.1 MB"));
    });
    check("model_switching", |screen| {
        screen.press(&["f7"]);
        screen.models(true);
        screen.press(&["enter"]);
        let job = screen.submitted(|work| matches!(work, Work::Models(ModelsWork::Use { .. })));
        screen.report(Report::LoadingModel { job });
        screen.press(&["esc"]);
    });
    check("model_deleted", |screen| {
        screen.press(&["f7"]);
        screen.models(true);
        screen.press(&["ctrl+d"]);
        screen.submitted(|work| matches!(work, Work::Models(ModelsWork::Remove { name }) if name == "small-coder"));
        screen.models(false);
    });
    let adapter = |screen: &mut Screen, problem: Option<&str>| {
        let job = screen.ask(QUESTION);
        let info = ModelInfo { name: "tiny".into(), device: "cpu".into(), context_length: 4096, ..ModelInfo::default() };
        screen.report(Report::ModelLoaded { job, info });
        let adapter = AttachedAdapter { name: "my-run".into(), problem: problem.map(Into::into) };
        screen.report(Report::Adapter { job, adapter: Some(adapter) });
    };
    check("adapter", |screen| adapter(screen, None));
    check("adapter_left_out", |screen| adapter(screen, Some("it was trained on other weights")));
}
