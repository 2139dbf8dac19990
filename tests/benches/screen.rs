//! Frames of the screen: with a million rows scrolled and sorted, with tokens streaming below three hundred answers, with long SQL, and while a
//! query runs for ever. A frame is from the event to the last cell drawn. Prints milliseconds and memory.
//!
//! `tests/benches/first_frame.py` measures from the start of the process.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic)] // a bench may

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sqllama::ask::{Answer, AnswerState, AskEvent};
use sqllama::db::spool::{Arrangement, Sort};
use sqllama::db::{Database, Limits};
use sqllama::jobs::{Outcome, Report, Settings, Work, Workers};
use sqllama::llm::Scripted;
use sqllama::signal::Cancel;
use sqllama::sql::guard;
use sqllama::store::Paths;
use sqllama::tui::event::{Effect, Event};
use sqllama::tui::state::{Pane, State};
use sqllama::tui::theme::Theme;
use sqllama::tui::update::{begin, update};
use sqllama::tui::view::view;

const ROWS: usize = 1_000_000;
const FRAMES: usize = 500;
const ANSWERS: usize = 300;

fn key(state: &mut State, code: KeyCode) -> Vec<Effect> {
    update(state, Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn frames(name: &str, state: &mut State, mut step: impl FnMut(&mut State, usize)) {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
    let mut times: Vec<f64> = (0..FRAMES)
        .map(|n| {
            let start = Instant::now();
            step(state, n);
            terminal.draw(|frame| view(state, frame)).unwrap();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((FRAMES - 1) as f64 * share) as usize];
    println!("{name:36} n {FRAMES}  p50 {:.2} ms  p95 {:.2} ms  max {:.2} ms", at(0.5), at(0.95), at(1.0));
}

/// Resident memory of this process in MB; 0 where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1000.0
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    std::fs::write(&path, "").unwrap();
    let database = Database::open(&path).unwrap();
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {ROWS}) \
         SELECT i AS id, 'customer ' || i AS name, (i * 7919) % 100003 AS amount, i / 7.0 AS rate, 'a text of some length for row ' || i AS note FROM n"
    );
    let before = resident();
    let start = Instant::now();
    let limits = Limits { max_rows: 2 * ROWS, max_bytes: 4 << 30, timeout: Duration::from_secs(600) };
    let spool = Arc::new(database.spool(&guard::check(&sql).unwrap(), &limits, &Cancel::new(), &mut |_| {}).unwrap());
    println!("{ROWS} rows of 5 columns drained in {:.2} s; resident {:.0} MB more", start.elapsed().as_secs_f64(), resident() - before);

    let mut state = State::new((200, 60), Theme::Dark);
    begin(&mut state, Some("x.db"));
    update(&mut state, Event::Report(Report::Done { job: 1, outcome: Outcome::Opened { path: "x.db".into(), schema: Arc::default() } }));
    state.focus = Pane::Editor;
    update(&mut state, Event::Paste("SELECT 1".into()));
    let effects = key(&mut state, KeyCode::F(5));
    let run = |effects: &[Effect]| match effects.first() {
        Some(Effect::Submit { job, work: Work::Run { .. } }) => *job,
        other => panic!("{other:?}"),
    };
    let job = run(&effects);
    update(
        &mut state,
        Event::Report(Report::Done {
            job,
            outcome: Outcome::Ran { spool: Arc::clone(&spool), elapsed: Duration::ZERO, units: Vec::new() },
        }),
    );
    state.focus = Pane::Results;
    frames("a million rows, down by a page", &mut state, |state, _| {
        key(state, KeyCode::PageDown);
    });
    frames("a million rows, from end to end", &mut state, |state, n| {
        key(state, KeyCode::Char(if n % 2 == 0 { 'G' } else { 'g' }));
    });
    let start = Instant::now();
    let arrangement = Arrangement { sort: Some(Sort { column: 2, descending: true }), filter: None };
    let order = spool.arrange(&arrangement, &Cancel::new()).unwrap();
    println!("sorted in {:.2} s (in the background)", start.elapsed().as_secs_f64());
    state.tab_mut().results.wanted = arrangement;
    state.tab_mut().results.arranged(order);
    frames("sorted, down by a page", &mut state, |state, _| {
        key(state, KeyCode::PageDown);
    });
    println!("resident with the rows sorted: {:.0} MB more", resident() - before);

    state.focus = Pane::Ask;
    let ask = |state: &mut State, question: String| {
        update(state, Event::Paste(question));
        match key(state, KeyCode::Enter).first() {
            Some(Effect::Submit { job, .. }) => *job,
            other => panic!("{other:?}"),
        }
    };
    let job = ask(&mut state, "How many?".into());
    frames("a token a frame", &mut state, |state, n| {
        update(state, Event::Report(Report::Ask { job, event: AskEvent::Text(format!("token_{n} ")) }));
    });
    let answered = |state: &mut State, job, question: &str| {
        let sql = "SELECT name, count(*) AS n FROM artist JOIN album ON artist.id = artist_id GROUP BY name ORDER BY n DESC".to_owned();
        let answer = Answer {
            question: question.into(),
            sql,
            state: AnswerState::Checked,
            reason: "nothing speaks against it".into(),
            ..Answer::default()
        };
        update(state, Event::Report(Report::Done { job, outcome: Outcome::Answered(Box::new(answer)) }));
    };
    answered(&mut state, job, "How many?");
    for n in 0..ANSWERS {
        let question = format!("How many albums does artist number {n} have, and which of them sold best?");
        let job = ask(&mut state, question.clone());
        answered(&mut state, job, &question);
    }
    let job = ask(&mut state, "How many more?".into());
    frames("a token a frame, 300 answers above", &mut state, |state, n| {
        update(state, Event::Report(Report::Ask { job, event: AskEvent::Text(format!("token_{n} ")) }));
    });
    state.focus = Pane::Editor;
    let long = "SELECT a, 'text', 42 FROM t WHERE b > 1; -- and so on\n".repeat(1_700);
    update(&mut state, Event::Paste(long.clone()));
    frames(&format!("a key in SQL of {} kB", long.len() / 1000), &mut state, |state, _| {
        key(state, KeyCode::Char('x'));
    });
    let start = Instant::now();
    update(&mut state, Event::Paste("x".repeat(1 << 20)));
    println!("a megabyte of one line pasted in {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    frames("a key in a line of a megabyte", &mut state, |state, _| {
        key(state, KeyCode::Char('x'));
    });
    endless(&path);
}

/// Keys while a query runs that never ends, with the real workers.
fn endless(path: &std::path::Path) {
    let own = tempfile::tempdir().unwrap();
    let (send, reports) = std::sync::mpsc::channel();
    let settings = Settings {
        servers: Box::new(|_| Vec::new()),
        open: Box::new(|name, _, _| Ok(Database::open(name)?)),
        model: Box::new(|_| Ok(Box::new(Scripted::new(["SELECT 1"])))),
        limits: Limits { timeout: Duration::from_secs(600), ..Limits::default() },
        answer_within: None,
        paths: Paths::all_in(own.path()),
        offline: true,
    };
    let workers = Workers::start(settings, move |report| drop(send.send(report))).unwrap();
    let follow = |effects: Vec<Effect>| {
        for effect in effects {
            if let Effect::Submit { job, work } = effect {
                workers.submit(job, work);
            }
        }
    };
    let mut state = State::new((200, 60), Theme::Dark);
    follow(begin(&mut state, path.to_str()));
    let settled = Instant::now();
    while settled.elapsed() < Duration::from_secs(2) {
        if let Ok(report) = reports.recv_timeout(Duration::from_millis(100)) {
            follow(update(&mut state, Event::Report(report)));
        }
    }
    state.focus = Pane::Editor;
    update(&mut state, Event::Paste("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n".into()));
    follow(key(&mut state, KeyCode::F(5)));
    frames("a key while a query never ends", &mut state, |state, n| {
        while let Ok(report) = reports.try_recv() {
            update(state, Event::Report(report));
        }
        key(state, if n % 2 == 0 { KeyCode::Char('x') } else { KeyCode::Backspace });
        std::thread::sleep(Duration::from_millis(1));
    });
    assert!(state.running.iter().any(|job| matches!(job.work, Work::Run { .. })), "it still runs");
}
