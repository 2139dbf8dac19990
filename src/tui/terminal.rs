//! The event loop.
//!
//! Files on their floors, the lowest first:
//! - `guard`: the terminal taken and given back, whatever happens
//! - `escape`: Esc, and a key right behind it
//! - `signals`: told to end, to stop, to go on
//! - `outside`: the person's own editor

mod escape;
mod guard;
mod outside;
mod signals;

use std::future::poll_fn;
use std::io::{self, IsTerminal, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self as input, EventStream, MouseEventKind};
use crossterm::execute;
use futures_core::Stream;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use self::escape::with_followers;
use self::guard::{TerminalGuard, failed_thread, hear_mouse, restore, take_again};
use self::signals::{Heard, Signals, stop_group};
use super::event::{Effect, Event};
use super::keys::BadBinding;
use super::state::{Options, State};
use super::theme::Theme;
use super::update::{self, is_read_ahead_wanted, update};
use super::view::view;
use crate::jobs::{KeepWork, Report, Settings, Work, Workers};

/// How often the clock moves on the screen while something runs, or waits to be written down.
const TICK: Duration = Duration::from_millis(100);
/// How often it moves otherwise.
const IDLE_TICK: Duration = Duration::from_secs(1);
/// What is being written is waited for so long when the screen is left.
const PATIENCE: Duration = Duration::from_secs(8);
/// The same where the program is only stopped for a while.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);
/// A terminal that is gone is told by a signal within this.
const SIGNAL_DELAY: Duration = Duration::from_millis(200);

/// How the screen begins.
pub struct ScreenOptions {
    /// What to open first; `None` for the start page.
    pub database: Option<String>,
    /// What the workers need.
    pub settings: Settings,
    /// Colours.
    pub theme: Theme,
    /// What a person chose.
    pub options: Options,
    /// Where a report goes when the program fails.
    pub reports: PathBuf,
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// By the person.
    Quit,
    /// By a signal of this number.
    Told(i32),
}

/// Why there is no screen, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// Output or input is not a terminal.
    #[error("the screen needs a terminal, and this is none")]
    NoTerminal,
    /// The terminal could not be read or written.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The config file binds a key that cannot be bound.
    #[error(transparent)]
    Keys(#[from] BadBinding),
    /// A thread that is needed is gone.
    #[error("a part of sqllama failed: {message}")]
    Failed {
        /// What it said.
        message: String,
        /// Where the report is.
        report: Option<PathBuf>,
    },
}

impl ScreenError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoTerminal => Some("`sqllama ask DB QUESTION` and `sqllama query DB SQL` need no terminal".into()),
            Self::Terminal(_) => None,
            Self::Keys(error) => Some(error.hint().into()),
            Self::Failed { report: Some(path), .. } => {
                Some(format!("what you wrote is kept, and this is a bug in sqllama: a report is in {}", path.display()))
            }
            Self::Failed { report: None, .. } => Some("what you wrote is kept, and this is a bug in sqllama".into()),
        }
    }
}

/// Shows the screen until the person leaves, or a signal says so. However it ends, the terminal is as it was and what was being written is
/// written down.
pub fn run(options: ScreenOptions) -> Result<Left, ScreenError> {
    if !(stdout().is_terminal() && io::stdin().is_terminal()) {
        return Err(ScreenError::NoTerminal);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before the screen has the terminal: a signal that nobody hears would leave it so.
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let guard = TerminalGuard::enter(options.reports.clone(), options.options.mouse)?;
    let (send, mut reports) = unbounded_channel();
    let workers = Workers::start(options.settings, move |report| {
        let _ = send.send(report); // nobody listens any more when the screen is being left
    })?;
    let mut state = State::new(crossterm::terminal::size()?, options.theme);
    state.options = options.options;
    let database = options.database.as_deref();
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(event_loop(&mut state, &workers, &mut reports, &mut signals, database))));
    drop(guard);
    runtime.block_on(wait_for_records(&mut state, &workers, &mut reports));
    submit_drafts(&mut state, &workers);
    workers.finish(PATIENCE);
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

type Screen = Terminal<CrosstermBackend<Stdout>>;

async fn event_loop(
    state: &mut State,
    workers: &Workers,
    reports: &mut UnboundedReceiver<Report>,
    signals: &mut Signals,
    database: Option<&str>,
) -> Result<Left, ScreenError> {
    let begun = Instant::now();
    // Not dropped: with its cursor hidden it writes to the terminal then, and panics where that is gone. The guard shows the cursor.
    let mut terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?);
    let mut effects = update::begin(state, database);
    // Where the terminal is gone already, making the stream would panic.
    if let Err(error) = input::poll(Duration::ZERO) {
        return lost(error, signals).await;
    }
    let mut keys = EventStream::new();
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Submit { job, work } => workers.submit(job, work),
                Effect::Cancel(job) => workers.cancel(job),
                Effect::Copy(text) => {
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
                    stdout().flush()?;
                }
                Effect::Mouse(on) => hear_mouse(on)?,
                Effect::Edit(text) => {
                    // The stream would read what is typed into the editor. It is gone when another can be made, which reads nothing yet.
                    drop(keys);
                    keys = EventStream::new();
                    let (edited, end) = outside::edit(&text, state.options.mouse, signals).await;
                    effects.extend(update(state, Event::Edited(edited)));
                    if let Some(number) = end {
                        return Ok(Left::Told(number));
                    }
                    redraw(&mut terminal, state)?;
                }
                Effect::Suspend => {
                    submit_drafts(state, workers);
                    effects.extend(settle(state, reports).await);
                    restore();
                    stop_group();
                    if let Err(error) = take_again(state.options.mouse).and_then(|()| redraw(&mut terminal, state)) {
                        return lost(error, signals).await;
                    }
                }
                Effect::Quit => return Ok(Left::Quit),
            }
        }
        if let Err(error) = terminal.draw(|frame| view(state, frame)) {
            return lost(error, signals).await;
        }
        #[cfg(debug_assertions)]
        fail_on_purpose(state);
        let is_idle = state.running.is_empty() && !state.drafts.is_waiting() && !is_read_ahead_wanted(state);
        tokio::select! {
            event = next_event(&mut keys) => match event {
                Some(Ok(event)) => {
                    for event in with_followers(event).into_iter().filter_map(translate) {
                        effects.extend(update(state, event));
                    }
                }
                Some(Err(error)) => return lost(error, signals).await,
                None => return lost(io::ErrorKind::UnexpectedEof.into(), signals).await,
            },
            heard = signals.next() => match heard {
                Heard::End { number, .. } => return Ok(Left::Told(number)),
                Heard::Stop => effects.push(Effect::Suspend),
                Heard::GoOn => {
                    if let Err(error) = take_again(state.options.mouse).and_then(|()| redraw(&mut terminal, state)) {
                        return lost(error, signals).await;
                    }
                }
            },
            report = reports.recv() => {
                let Some(report) = report else { return Ok(Left::Quit) };
                effects.extend(update(state, Event::Report(report)));
                // Tokens come faster than a screen needs to be drawn: take what is there.
                while let Ok(report) = reports.try_recv() {
                    effects.extend(update(state, Event::Report(report)));
                }
            }
            (message, report) = failed_thread() => return Err(ScreenError::Failed { message, report }),
            () = tokio::time::sleep(if is_idle { IDLE_TICK } else { TICK }) => {}
        }
        let now = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        effects.extend(update(state, Event::Tick(now)));
    }
}

/// The next event of the terminal; `None` where none comes any more.
async fn next_event(keys: &mut EventStream) -> Option<io::Result<input::Event>> {
    poll_fn(|context| Pin::new(&mut *keys).poll_next(context)).await
}

/// The terminal cannot be read or written. Most often somebody closed it, and a signal says so, too.
async fn lost(error: io::Error, signals: &mut Signals) -> Result<Left, ScreenError> {
    let until = tokio::time::Instant::now() + SIGNAL_DELAY;
    loop {
        match tokio::time::timeout_at(until, signals.next()).await {
            Ok(Heard::End { number, .. }) => return Ok(Left::Told(number)),
            Ok(Heard::Stop | Heard::GoOn) => {}
            Err(_) => return Err(error.into()),
        }
    }
}

/// Draws everything anew at the next frame: another program had the terminal. (`Terminal::clear` would ask the terminal where its cursor
/// is, and wait for an answer that others may have read.)
fn redraw(terminal: &mut Screen, state: &mut State) -> io::Result<()> {
    let size = terminal.size()?;
    update(state, Event::Resize(size.width, size.height));
    terminal.resize(size.into())
}

fn submit_drafts(state: &mut State, workers: &Workers) {
    for effect in update::save_drafts_now(state) {
        if let Effect::Submit { job, work } = effect {
            workers.submit(job, work);
        }
    }
}

/// Where something was written before the records know what database it belongs to, they are waited for.
async fn wait_for_records(state: &mut State, workers: &Workers, reports: &mut UnboundedReceiver<Report>) {
    let until = tokio::time::Instant::now() + PATIENCE;
    let is_on_its_way = |work: &Work| matches!(work, Work::Open { .. } | Work::Keep(KeepWork::Database { .. }));
    let is_written = |state: &State| !state.ask.is_empty() || state.tabs.iter().any(|tab| !tab.sql().trim().is_empty());
    while !state.drafts.is_open && is_written(state) && state.running.iter().any(|job| is_on_its_way(&job.work)) {
        let Ok(Some(report)) = tokio::time::timeout_at(until, reports.recv()).await else { return };
        for effect in update(state, Event::Report(report)) {
            if let Effect::Submit { job, work: work @ Work::Keep(_) } = effect {
                workers.submit(job, work);
            }
        }
    }
}

/// Waits until what is being written is written down: a program that is stopped writes nothing.
async fn settle(state: &mut State, reports: &mut UnboundedReceiver<Report>) -> Vec<Effect> {
    let until = tokio::time::Instant::now() + SHORT_PATIENCE;
    let mut effects = Vec::new();
    while state.running.iter().any(|job| matches!(job.work, Work::Keep(KeepWork::Drafts { .. }))) {
        match tokio::time::timeout_at(until, reports.recv()).await {
            Ok(Some(report)) => effects.extend(update(state, Event::Report(report))),
            _ => break,
        }
    }
    effects
}

fn translate(event: input::Event) -> Option<Event> {
    match event {
        input::Event::Key(key) => Some(Event::Key(key)),
        input::Event::Paste(text) => Some(Event::Paste(text)),
        input::Event::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        input::Event::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)) => Some(Event::Mouse(mouse)),
        input::Event::FocusGained | input::Event::FocusLost | input::Event::Mouse(_) => None,
    }
}

/// For tests, that a failure of ours leaves the terminal as it was and loses nothing: `SQLLAMA_TEST_PANIC` is empty of colons for a panic at
/// the first frame, else `main:TEXT` or `thread:TEXT` for one as soon as `TEXT` stands in the SQL.
#[cfg(debug_assertions)]
#[allow(clippy::panic)]
fn fail_on_purpose(state: &State) {
    let Ok(wish) = std::env::var("SQLLAMA_TEST_PANIC") else { return };
    match wish.split_once(':') {
        Some((_, text)) if !state.sql().contains(text) => {}
        Some(("thread", _)) => drop(std::thread::spawn(|| panic!("a failure on purpose"))),
        _ => panic!("a failure on purpose"),
    }
}
