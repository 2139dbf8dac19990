//! The screen with its real workers on a real file, while somebody else replaces, deletes, locks, cuts or changes that file, and while a
//! query never ends. Keys in, frames out; only the terminal and the model are not real.

use std::fs;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sqllama::db::{Database, Limits};
use sqllama::jobs::{JobFailure, Report, Settings, Workers};
use sqllama::llm::Scripted;
use sqllama::store::Paths;
use sqllama::tui::event::{Effect, Event};
use sqllama::tui::state::State;
use sqllama::tui::theme::Theme;
use sqllama::tui::update::{begin, update};
use sqllama::tui::view::view;

use crate::database::Home;

const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000)";
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

struct App {
    state: State,
    workers: Workers,
    reports: Receiver<Report>,
    /// The screen's clock; moved by hand.
    now: u64,
    /// The slowest answer to a key so far: what was done, and what was drawn.
    slowest: Duration,
    _own: tempfile::TempDir,
}

impl App {
    /// The screen on the database of `home`, once that is open.
    fn on(home: &Home) -> Self {
        let own = tempfile::tempdir().unwrap();
        let (send, reports) = channel();
        let settings = Settings {
            servers: Box::new(|_| Vec::new()),
            open: Box::new(|name, _, _| Ok(Database::open(name)?)),
            model: Box::new(|_| Ok(Box::new(Scripted::new(["SELECT 1"])))),
            limits: Limits { timeout: Duration::from_secs(60), ..Limits::default() },
            answer_within: None,
            paths: Paths::all_in(own.path()),
            offline: true,
        };
        let workers = Workers::start(settings, move |report| drop(send.send(report))).unwrap();
        let state = State::new((100, 30), Theme::Plain);
        let mut app = Self { state, workers, reports, now: 0, slowest: Duration::ZERO, _own: own };
        let effects = begin(&mut app.state, home.file().to_str());
        app.follow(effects);
        app.until("it opens", |drawn| drawn.contains("1 table"));
        app.press("\x1b3");
        app
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Submit { job, work } => self.workers.submit(job, work),
                Effect::Cancel(job) => self.workers.cancel(job),
                _ => {}
            }
        }
    }

    fn event(&mut self, event: Event) {
        let start = Instant::now();
        let effects = update(&mut self.state, event);
        self.follow(effects);
        self.drawn();
        self.slowest = self.slowest.max(start.elapsed());
    }

    /// Presses keys as a terminal sends them, here: `\x1b` and a digit for Alt, `\x1b` alone for Esc, `\x05` for F5.
    fn press(&mut self, keys: &str) {
        let mut keys = keys.chars().peekable();
        while let Some(c) = keys.next() {
            let key = match c {
                '\x1b' => match keys.next_if(char::is_ascii_digit) {
                    Some(digit) => KeyEvent::new(KeyCode::Char(digit), KeyModifiers::ALT),
                    None => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
                },
                '\x05' => KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE),
                c => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
            };
            self.event(Event::Key(key));
        }
    }

    fn drawn(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(self.state.size.0, self.state.size.1)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..buffer.area.height).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Takes reports, and lets the clock go on, until the screen shows what is wanted.
    #[track_caller]
    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let start = Instant::now();
        loop {
            let drawn = self.drawn();
            if wanted(&drawn) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen:\n{drawn}");
            match self.reports.recv_timeout(Duration::from_millis(20)) {
                Ok(report) => self.event(Event::Report(report)),
                Err(_) => {
                    self.now += 1_000;
                    self.event(Event::Tick(self.now));
                }
            }
        }
    }

    /// Runs what is in the editor.
    #[track_caller]
    fn run(&mut self, wanted: &str) {
        self.press("\x05");
        self.until(wanted, |drawn| drawn.contains(wanted));
    }
}

fn home() -> Home {
    Home::new(&format!("CREATE TABLE t(a); {MANY} INSERT INTO t SELECT 'old ' || i FROM n"))
}

#[test]
fn values_that_another_program_changes_are_noticed() {
    let home = home();
    let mut app = App::on(&home);
    app.press("SELECT count(*) AS n FROM t");
    app.run("5000");
    home.writer().execute_batch("DELETE FROM t WHERE rowid > 7").unwrap();
    app.until("the change is told", |drawn| drawn.contains("the database was changed by another program"));
    assert!(app.drawn().contains("before the database changed"), "{}", app.drawn());
    app.until("rows are counted again", |drawn| drawn.contains("▸ t") && drawn.contains(" 7│"));
    app.run("│7 ");
    assert!(!app.drawn().contains("before the database changed"));
    home.writer().execute_batch("CREATE TABLE more(b)").unwrap();
    app.until("the new table is shown", |drawn| drawn.contains("▸ more"));
}

#[test]
fn a_database_that_is_replaced_is_read_anew() {
    let (home, other) = (home(), Home::new("CREATE TABLE other(a); INSERT INTO other VALUES ('new')"));
    let mut app = App::on(&home);
    app.press("SELECT count(*) AS n FROM t");
    app.run("5000");
    fs::copy(other.file(), home.0.path().join("beside")).unwrap();
    fs::rename(home.0.path().join("beside"), home.file()).unwrap();
    app.until("it is told", |drawn| drawn.contains("was replaced by another file"));
    app.until("the schema is read", |drawn| drawn.contains("▸ other"));
    // Nothing was lost: neither the SQL nor the old rows.
    assert!(app.drawn().contains("SELECT count(*)") && app.drawn().contains("5000"), "{}", app.drawn());
    app.run("no such table: t");
    // What has its place now is no database.
    fs::write(home.0.path().join("beside"), "not a database").unwrap();
    fs::rename(home.0.path().join("beside"), home.file()).unwrap();
    app.run("not an SQLite database");
    assert!(app.drawn().contains("SELECT count(*)"));
}

#[cfg(unix)]
#[test]
fn a_database_that_is_deleted_can_still_be_read() {
    let home = home();
    let mut app = App::on(&home);
    app.press("SELECT count(*) AS n FROM t");
    fs::remove_file(home.file()).unwrap();
    app.until("it is told", |drawn| drawn.contains("is gone from its folder"));
    app.run("5000");
}

#[test]
fn a_database_that_is_cut_is_said_to_be_damaged() {
    let home = home();
    let mut app = App::on(&home);
    app.press("SELECT sum(length(a)) AS n FROM t");
    let file = fs::OpenOptions::new().write(true).open(home.file()).unwrap();
    file.set_len(8192).unwrap();
    app.run("error: ");
    let drawn = app.drawn();
    assert!(drawn.contains("hint: ") && drawn.contains("SELECT sum(length(a))"), "{drawn}");
    app.press("\x1b3 -- still here");
    assert!(app.drawn().contains("-- still here"));
}

#[test]
fn a_lock_of_another_program_is_waited_for_and_can_be_cancelled() {
    let home = home();
    let mut app = App::on(&home);
    app.press("SELECT count(*) AS n FROM t");
    let writer = home.writer();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    app.press("\x05");
    app.press(" -- typed meanwhile");
    app.press("\x1b");
    app.until("it stops", |drawn| drawn.contains("was cancelled"));
    app.run("is locked by another program");
    assert!(app.drawn().contains("typed meanwhile"));
    writer.execute_batch("COMMIT").unwrap();
    app.run("5000");
}

#[test]
fn a_query_that_never_ends_holds_up_nothing() {
    let home = home();
    let mut app = App::on(&home);
    app.event(Event::Paste(ENDLESS.into()));
    app.press("\x05");
    app.slowest = Duration::ZERO;
    for n in 0..100 {
        app.press("x");
        app.now += 100;
        app.event(Event::Tick(app.now));
        app.event(Event::Resize(60 + n % 90, 20 + n % 30));
        app.press("\x1b1\x1b2\x1b4\x1b3");
        app.event(Event::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
    }
    // 50 ms are promised, and measured by the bench; a busy machine that tests has to be allowed more.
    assert!(app.slowest < Duration::from_millis(500), "{:?}", app.slowest);
    app.event(Event::Resize(100, 30));
    app.press("\x1b");
    app.until("it stops", |drawn| drawn.contains("was cancelled"));
    assert_eq!(app.state.sql(), ENDLESS);
}

#[test]
fn answers_are_run_side_by_side() {
    use sqllama::jobs::{Outcome, Work};
    let home = home();
    let mut app = App::on(&home);
    // The outline is drawn before the workers have the database.
    app.until("its rows are counted", |drawn| drawn.contains("5,000"));
    let sqls = ["SELECT a FROM t WHERE rowid <= 2", "SELECT a FROM t WHERE rowid IN (2, 3)", "SELECT nope", "DELETE FROM t"];
    app.workers.submit(900, Work::Compare { sqls: sqls.map(Into::into).to_vec() });
    let outcome = loop {
        if let Report::Done { job: 900, outcome } = app.reports.recv_timeout(Duration::from_secs(20)).unwrap() {
            break outcome;
        }
    };
    let Outcome::Compared(compared) = outcome else { panic!("{outcome:?}") };
    let apart = compared[1].difference.as_ref().unwrap();
    assert_eq!((apart.added.as_slice(), apart.missing.as_slice(), apart.shared), (&[1][..], &[0][..], 1));
    assert_eq!(compared[0].difference, None);
    let message = |at: usize| compared[at].table.as_ref().map(|_| ()).map_err(|JobFailure { message, .. }| message.clone()).unwrap_err();
    assert!(message(2).contains("no such column: nope") && message(3).contains("read"), "{} {}", message(2), message(3));
}
