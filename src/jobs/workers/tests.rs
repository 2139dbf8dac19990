//! Jobs end once, whatever happens.

use std::time::Duration;

use super::*;
use crate::ask::{Ahead, AnswerState};
use crate::db::{Database, demo};
use crate::jobs::AskWork;
use crate::llm::Scripted;

fn ask(question: &str) -> Work {
    Work::Ask(AskWork { question: question.into(), ..AskWork::default() })
}

/// Submits `work` to workers with the demo database open, and gives the reports up to its end.
fn reports(answers: &'static [&'static str], work: Work, cancel_first: bool) -> Vec<Report> {
    let folder = tempfile::tempdir().unwrap();
    reports_on(demo::path(folder.path()).unwrap(), answers, work, cancel_first)
}

/// The same with the database `path` open.
fn reports_on(path: std::path::PathBuf, answers: &'static [&'static str], work: Work, cancel_first: bool) -> Vec<Report> {
    let folder = tempfile::tempdir().unwrap();
    let (out, reports) = channel();
    let settings = Settings {
        servers: Box::new(|_| Vec::new()),
        open: Box::new(move |_, _, _| Ok(Database::open(&path)?)),
        model: Box::new(move |_| match answers {
            [] => Err(JobFailure { message: "no model is installed".into(), hint: None }),
            ["panic"] => panic!("the factory broke"),
            answers => Ok(Box::new(Scripted::new(answers.iter().copied()).taking_adapters())),
        }),
        limits: Limits { max_rows: 5, ..Limits::default() },
        answer_within: None,
        paths: Paths::all_in(folder.path()),
        offline: true,
    };
    let workers = Workers::start(settings, move |report| out.send(report).unwrap()).unwrap();
    workers.submit(1, Work::Open { database: "demo".into() });
    let until_done = |job| {
        let mut seen = Vec::new();
        loop {
            let report = reports.recv_timeout(Duration::from_secs(20)).unwrap();
            let done = matches!(&report, Report::Done { job: done, .. } if *done == job);
            seen.push(report);
            if done {
                break seen;
            }
        }
    };
    assert!(matches!(until_done(1).as_slice(), [Report::Outline { .. }, Report::Done { outcome: Outcome::Opened { .. }, .. }]));
    workers.submit(2, work);
    if cancel_first {
        workers.cancel(2);
    }
    let seen = until_done(2);
    // Nothing comes after the end, and the workers still work.
    workers.submit(3, Work::Run { sql: "SELECT 1".into(), parameters: Vec::new() });
    assert!(matches!(until_done(3).as_slice(), [Report::Done { outcome: Outcome::Ran { .. }, .. }]));
    seen
}

fn outcome(reports: Vec<Report>) -> Outcome {
    match reports.into_iter().last() {
        Some(Report::Done { outcome, .. }) => outcome,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check_failure(outcome: Outcome, expected: &str) {
    match outcome {
        Outcome::Failed(failure) => assert!(failure.message.contains(expected), "{failure:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_ends_in_checked_sql_and_nothing_runs() {
    let reports = reports(&["```sql\nSELECT count(*) FROM customer\n```"], ask("how many?"), false);
    assert!(matches!(reports.first(), Some(Report::LoadingModel { job: 2 })));
    assert!(!reports.iter().any(|report| matches!(report, Report::Ask { event: crate::ask::AskEvent::Running, .. })));
    match outcome(reports) {
        Outcome::Answered(answer) => assert_eq!((answer.state, answer.table), (AnswerState::Checked, None)),
        other => panic!("{other:?}"),
    }
}

/// A finished run in `folder` with `questions` held out.
fn finished_run(folder: &std::path::Path, questions: &str) -> Work {
    use crate::llm::adapter::{Adapter, Lora, LoraConfig};
    use crate::llm::names::Projection;
    let run = folder.join("run");
    let lora = Lora { rank: 2, a: vec![0.0; 4], b: vec![0.0; 4] };
    let adapter = Adapter {
        config: LoraConfig::new(2, 4.0),
        card: None,
        loras: [((0, Projection::Query), lora)].into_iter().collect(),
        fused: Default::default(),
        changes: Default::default(),
        ends: Default::default(),
    };
    adapter.write(&run).unwrap();
    std::fs::write(run.join("plan.toml"), crate::train::TrainConfig::default().to_toml()).unwrap();
    if !questions.is_empty() {
        std::fs::write(folder.join("run.held.json"), questions).unwrap();
    }
    Work::Train(TrainWork::Compare { folder: run })
}

#[test]
fn a_run_is_compared_on_what_was_held_out() {
    let folder = tempfile::tempdir().unwrap();
    let held_out = r#"[{"id": "accepted-0", "db_id": "demo", "question": "how many artists?", "query": "SELECT count(*) FROM artist"},
                       {"id": "made-1", "db_id": "demo", "question": "how many genres?", "query": "SELECT count(*) FROM genre"}]"#;
    let work = finished_run(folder.path(), held_out);
    const ALBUMS: &str = "SELECT count(*) FROM album";
    const ARTISTS: &str = "SELECT count(*) FROM artist";
    const GENRES: &str = "SELECT count(*) FROM genre";
    // Albums for artists are in doubt, and stay so when seven more drafts say the same.
    let answers = &[ALBUMS, ALBUMS, ALBUMS, ALBUMS, ALBUMS, ALBUMS, ALBUMS, ALBUMS, GENRES, ARTISTS, GENRES];
    let seen = reports(answers, work.clone(), false);
    let told: Vec<&String> =
        seen.iter().filter_map(|report| if let Report::Progress { text, .. } = report { Some(text) } else { None }).collect();
    assert_eq!(told.last().map(|text| text.as_str()), Some("comparing, with the adapter: 2/2, 2 right"), "{seen:?}");
    let Outcome::RunCompared { compared, .. } = outcome(seen) else { panic!() };
    assert_eq!((compared.fixed.len(), compared.broken.len(), compared.shares.len()), (1, 0, 3));
    assert_eq!(compared.fixed[0].before, "SELECT count(*) FROM album");
    assert!(compared.verdict.contains("2 questions are too few"), "{}", compared.verdict);
    // What was answered is not asked again: the script has nothing more to say.
    assert!(matches!(outcome(reports(&[""], work, false)), Outcome::RunCompared { .. }));
    let other = tempfile::tempdir().unwrap();
    check_failure(outcome(reports(&[""], finished_run(other.path(), ""), false)), "no held-out questions");
    check_failure(outcome(reports(&[""], Work::Train(TrainWork::Compare { folder: "/nowhere".into() }), false)), "nowhere");
}

#[test]
fn the_model_reads_the_schema_before_it_is_asked() {
    let reports = reports(&[""], Work::Prepare, false);
    assert!(matches!(reports[1], Report::ModelLoaded { job: 2, .. }));
    assert!(reports.iter().any(|report| matches!(report, Report::Ask { event: crate::ask::AskEvent::Reading { .. }, .. })));
    assert_eq!(outcome(reports), Outcome::Prepared);
}

#[test]
fn what_is_typed_loads_no_model() {
    let work = Work::ReadAhead { asked: AskWork { question: "how many".into(), ..AskWork::default() }, ahead: Ahead::Rehearse };
    assert_eq!(reports(&[], work, false), [Report::Done { job: 2, outcome: Outcome::Prepared }]);
}

#[test]
fn a_result_says_which_columns_count_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("visits.db");
    let rows: Vec<String> = (0..40).map(|n| format!("({n}, {})", 1_704_067_200_000_i64 + n * 86_461_000)).collect();
    let made = "CREATE TABLE visit (id INTEGER PRIMARY KEY, createdAt INTEGER)";
    let sql = format!("{made}; INSERT INTO visit VALUES {}", rows.join(", "));
    rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    let units = |sql: &str| match outcome(reports_on(path.clone(), &[], Work::Run { sql: sql.into(), parameters: Vec::new() }, false)) {
        Outcome::Ran { units, .. } => units.into_iter().map(|times| times.map(|times| times.words())).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(units("SELECT id, max(createdAt) AS last FROM visit"), [None, Some("ms since 1970".to_owned())]);
    assert_eq!(units("SELECT createdAt / 1000 FROM visit"), []);
}

#[test]
fn sql_runs_under_guard_and_limits() {
    let run = |sql: &str| outcome(reports(&[], Work::Run { sql: sql.into(), parameters: Vec::new() }, false));
    match run("SELECT * FROM customer") {
        Outcome::Ran { spool, .. } => assert_eq!((spool.len(), spool.is_truncated()), (5, true)),
        other => panic!("{other:?}"),
    }
    check_failure(run("DROP TABLE customer"), "");
    check_failure(run("SELECT nope FROM customer"), "no such column: nope");
}

#[test]
fn failures_panics_and_cancels_end_a_job_like_any_other() {
    let question = || ask("how many?");
    check_failure(outcome(reports(&[], question(), false)), "no model is installed");
    check_failure(outcome(reports(&["panic"], question(), false)), "the factory broke");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    assert_eq!(outcome(reports(&[], Work::Run { sql: endless.into(), parameters: Vec::new() }, true)), Outcome::Cancelled);
}

#[test]
fn what_is_to_be_kept_is_written_before_the_end() {
    use crate::jobs::KeepWork;
    use crate::records::{Draft, Records};
    let folder = tempfile::tempdir().unwrap();
    let path = demo::path(folder.path()).unwrap();
    let settings = Settings {
        servers: Box::new(|_| Vec::new()),
        open: Box::new(move |_, _, _| Ok(Database::open(&path)?)),
        model: Box::new(|_| Err(JobFailure { message: "none".into(), hint: None })),
        limits: Limits::default(),
        answer_within: None,
        paths: Paths::all_in(folder.path()),
        offline: true,
    };
    let workers = Workers::start(settings, |_| {}).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    workers.submit(1, Work::Open { database: "demo".into() });
    workers.submit(2, Work::Run { sql: endless.into(), parameters: Vec::new() });
    workers.submit(3, Work::Keep(KeepWork::Database { path: "/demo".into(), fingerprint: String::new() }));
    for n in 0..50 {
        let changed = vec![Draft { tab: 0, question: String::new(), sql: format!("SELECT {n}") }];
        workers.submit(4 + n, Work::Keep(KeepWork::Drafts { changed, tabs: 1 }));
    }
    assert!(workers.finish(Duration::from_secs(20)));
    let records = Records::open(&Paths::all_in(folder.path())).unwrap();
    let database = records.database(std::path::Path::new("/demo"), "").unwrap();
    let drafts = records.drafts(database).unwrap();
    assert_eq!(drafts.iter().map(|draft| draft.sql.as_str()).collect::<Vec<_>>(), ["SELECT 49"]);
}

/// Whether nothing half-made is left of `work`, which begins a file in the folder that it is given, when all is ended while it writes.
#[track_caller]
fn check_nothing_is_left(work: impl Fn(&std::path::Path) -> Work) {
    let (folder, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = demo::path(folder.path()).unwrap();
    let settings = Settings {
        servers: Box::new(|_| Vec::new()),
        open: Box::new(move |_, _, _| Ok(Database::open(&path)?)),
        model: Box::new(|_| Err(JobFailure { message: "none".into(), hint: None })),
        limits: Limits::default(),
        answer_within: None,
        paths: Paths::all_in(folder.path()),
        offline: true,
    };
    let files = || std::fs::read_dir(target.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let workers = Workers::start(settings, |_| {}).unwrap();
    workers.submit(1, work(target.path()));
    let begun = std::time::Instant::now();
    while files().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not begin");
        std::thread::yield_now();
    }
    workers.finish(Duration::from_secs(20));
    // On a busy machine it may have been done before it was told to stop.
    assert!(files().iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{:?}", files());
}

#[test]
fn half_written_files_are_taken_away_before_the_end() {
    use crate::db::{Cell, ColumnInfo, Spool, Table};
    use crate::jobs::{ExportFormat, ResultWork};
    let columns = vec![ColumnInfo { name: "a".into(), declared_type: None }];
    let rows = (0..300_000).map(|n| vec![Cell::Integer(n)]).collect();
    let spool = Arc::new(Spool::of_table(&Table { columns, rows, truncated: false }).unwrap());
    for format in ExportFormat::ALL {
        let spool = Arc::clone(&spool);
        check_nothing_is_left(|folder| {
            let path = folder.join("out").with_extension(format.extension());
            Work::Result(ResultWork::Export { spool: Arc::clone(&spool), order: None, format, path })
        });
    }
}

#[test]
fn files_that_changed_are_read_anew_before_the_next_statement() {
    use crate::db::files::Copies;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    std::fs::write(&path, "day,items\n1,10\n").unwrap();
    let copies = Copies::new(folder.path().join("copies"));
    let (out, reports) = channel();
    let settings = Settings {
        servers: Box::new(|_| Vec::new()),
        open: Box::new(move |name, cancel, progress| Ok(Database::open_any(name, &copies, cancel, progress)?)),
        model: Box::new(|_| Err(JobFailure { message: "none".into(), hint: None })),
        limits: Limits::default(),
        answer_within: None,
        paths: Paths::all_in(folder.path()),
        offline: true,
    };
    let workers = Workers::start(settings, move |report| out.send(report).unwrap()).unwrap();
    let done = |job, work| {
        workers.submit(job, work);
        let mut notes = Vec::new();
        loop {
            match reports.recv_timeout(Duration::from_secs(20)).unwrap() {
                Report::Done { job: done, outcome } if done == job => break (outcome, notes),
                Report::Notes { notes: said, .. } => notes.extend(said),
                _ => {}
            }
        }
    };
    let rows = |job| match done(job, Work::Run { sql: "SELECT * FROM sales".into(), parameters: Vec::new() }) {
        (Outcome::Ran { spool, .. }, notes) => (spool.len(), notes.join("; ")),
        other => panic!("{other:?}"),
    };
    assert!(matches!(done(1, Work::Open { database: path.display().to_string() }).0, Outcome::Opened { .. }));
    assert_eq!(rows(2), (1, String::new()));
    std::fs::write(&path, "day,items\n1,10\n2,20\n").unwrap();
    assert_eq!(rows(3).0, 2);
    // What cannot be read any more leaves what was read, and that is said.
    std::fs::write(&path, "").unwrap();
    let (left, said) = rows(4);
    assert!(left == 2 && said.contains("cannot be read anew"), "{left} {said}");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(rows(5).0, 2);
}
