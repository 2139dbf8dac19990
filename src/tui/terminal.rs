//! The event loop, and the terminal put back whatever happens.

use std::io::{self, IsTerminal, Write, stdout};
use std::panic;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self as input, DisableBracketedPaste, EnableBracketedPaste, EventStream};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use futures::StreamExt;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::event::{Effect, Event};
use super::state::State;
use super::theme::Theme;
use super::update::{self, update};
use super::view::view;
use crate::jobs::{Report, Settings, Workers};

/// How often the clock moves on the screen while something runs.
const TICK: Duration = Duration::from_millis(100);

/// How the screen begins.
pub struct ScreenOptions {
    /// What to open first.
    pub database: String,
    /// What the workers need.
    pub settings: Settings,
    /// Whether colours may be used.
    pub colour: bool,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// Output or input is not a terminal.
    #[error("the screen needs a terminal, and this is none")]
    NoTerminal,
    /// The terminal could not be read or written.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

impl ScreenError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoTerminal => Some("`sqllama ask DB QUESTION` and `sqllama query DB SQL` need no terminal"),
            Self::Terminal(_) => None,
        }
    }
}

/// Shows the screen until the person leaves.
pub fn run(options: ScreenOptions) -> Result<(), ScreenError> {
    if !(stdout().is_terminal() && io::stdin().is_terminal()) {
        return Err(ScreenError::NoTerminal);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = TerminalGuard::enter()?;
    runtime.block_on(event_loop(options))
}

/// The terminal in raw mode on its other screen; put back when dropped, also by a panic of this thread. A panic of a worker is caught
/// there, so its message must not be printed over the screen.
struct TerminalGuard;

impl TerminalGuard {
    fn enter() -> io::Result<Self> {
        let main = std::thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == main {
                restore();
                before(info);
            }
        }));
        enable_raw_mode()?;
        let guard = Self;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        Ok(guard)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = disable_raw_mode();
}

async fn event_loop(options: ScreenOptions) -> Result<(), ScreenError> {
    let begun = Instant::now();
    let (send, mut reports) = unbounded_channel();
    let workers = Workers::start(options.settings, move |report| {
        let _ = send.send(report); // nobody listens any more when the screen is being left
    })?;
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    let size = terminal.size()?;
    let mut state = State::new((size.width, size.height), Theme { colour: options.colour });
    let mut effects = update::open(&mut state, &options.database);
    let mut keys = EventStream::new();
    loop {
        for effect in effects.drain(..) {
            match effect {
                Effect::Submit { job, work } => workers.submit(job, work),
                Effect::Cancel(job) => workers.cancel(job),
                Effect::Copy(text) => {
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
                    stdout().flush()?;
                }
                Effect::Quit => return Ok(()),
            }
        }
        terminal.draw(|frame| view(&state, frame))?;
        let busy = !state.running.is_empty();
        tokio::select! {
            event = keys.next() => match event {
                Some(event) => effects.extend(translate(event?).map(|event| update(&mut state, event)).unwrap_or_default()),
                None => return Ok(()),
            },
            report = reports.recv() => {
                let Some(report) = report else { return Ok(()) };
                effects.extend(update(&mut state, Event::Report(report)));
                // Tokens come faster than a screen needs to be drawn: take what is there.
                drain(&mut reports, &mut state, &mut effects);
            }
            () = tokio::time::sleep(TICK), if busy => {}
        }
        let now = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        effects.extend(update(&mut state, Event::Tick(now)));
    }
}

fn drain(reports: &mut UnboundedReceiver<Report>, state: &mut State, effects: &mut Vec<Effect>) {
    while let Ok(report) = reports.try_recv() {
        effects.extend(update(state, Event::Report(report)));
    }
}

fn translate(event: input::Event) -> Option<Event> {
    match event {
        input::Event::Key(key) => Some(Event::Key(key)),
        input::Event::Paste(text) => Some(Event::Paste(text)),
        input::Event::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        input::Event::FocusGained | input::Event::FocusLost | input::Event::Mouse(_) => None,
    }
}
