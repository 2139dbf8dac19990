//! The event loop, and the terminal put back whatever happens.

use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, panic};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    self as input, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, EventStream, MouseEventKind,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use futures::StreamExt;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::event::{Effect, Event};
use super::keys::BadBinding;
use super::state::{Options, State};
use super::theme::Theme;
use super::update::{self, is_read_ahead_wanted, update};
use super::view::view;
use crate::jobs::{Report, Settings, Workers};

/// How often the clock moves on the screen while something runs.
const TICK: Duration = Duration::from_millis(100);
/// How often it moves otherwise: drafts are written down then.
const IDLE_TICK: Duration = Duration::from_secs(2);

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

/// Why there is no screen.
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
}

impl ScreenError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoTerminal => Some("`sqllama ask DB QUESTION` and `sqllama query DB SQL` need no terminal"),
            Self::Terminal(_) => None,
            Self::Keys(error) => Some(error.hint()),
        }
    }
}

/// Shows the screen until the person leaves.
pub fn run(options: ScreenOptions) -> Result<(), ScreenError> {
    if !(stdout().is_terminal() && io::stdin().is_terminal()) {
        return Err(ScreenError::NoTerminal);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = TerminalGuard::enter(options.reports.clone(), options.options.mouse)?;
    runtime.block_on(event_loop(options))
}

/// The terminal in raw mode on its other screen; put back when dropped, also by a panic of this thread. A panic of a worker is caught
/// there, so its message must not be printed over the screen; both leave a report.
struct TerminalGuard;

impl TerminalGuard {
    fn enter(reports: PathBuf, mouse: bool) -> io::Result<Self> {
        let main = std::thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let report = write_report(&reports, &info.to_string());
            if std::thread::current().id() == main {
                restore();
                before(info);
                if let Some(path) = report {
                    let _ = writeln!(io::stderr(), "a report is in {}", path.display());
                }
            }
        }));
        let guard = Self;
        take(mouse)?;
        Ok(guard)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the screen has the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes the terminal: raw mode, its other screen, bracketed paste, the mouse.
fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    hear_mouse(mouse)
}

/// Gives it back, once: given back twice, terminals put the cursor where it was before, and the next line is written over what was said.
fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = disable_raw_mode();
}

fn hear_mouse(on: bool) -> io::Result<()> {
    if on { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
}

/// What happened and where, without anything of the person's data.
fn write_report(folder: &Path, what: &str) -> Option<PathBuf> {
    fs::create_dir_all(folder).ok()?;
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|time| time.as_secs()).unwrap_or_default();
    let path = folder.join(format!("panic-{seconds}-{}.txt", std::process::id()));
    let thread = std::thread::current().name().unwrap_or("main").to_owned();
    let trace = std::backtrace::Backtrace::force_capture();
    let text = format!("sqllama {} on {}\nthread: {thread}\n{what}\n\n{trace}\n", env!("CARGO_PKG_VERSION"), env::consts::OS);
    fs::write(&path, text).ok()?;
    Some(path)
}

async fn event_loop(options: ScreenOptions) -> Result<(), ScreenError> {
    let begun = Instant::now();
    let (send, mut reports) = unbounded_channel();
    let workers = Workers::start(options.settings, move |report| {
        let _ = send.send(report); // nobody listens any more when the screen is being left
    })?;
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    let size = terminal.size()?;
    let mut state = State::new((size.width, size.height), options.theme);
    state.options = options.options;
    let mut effects = update::begin(&mut state, options.database.as_deref());
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
                    // The stream would read what is typed into the editor.
                    drop(keys);
                    let edited = edit(&text, state.options.mouse);
                    keys = EventStream::new();
                    terminal.clear()?;
                    effects.extend(update(&mut state, Event::Edited(edited)));
                }
                Effect::Quit => return Ok(()),
            }
        }
        terminal.draw(|frame| view(&state, frame))?;
        // For a test: that a failure of ours leaves the terminal as it was.
        #[cfg(debug_assertions)]
        #[allow(clippy::panic)]
        if env::var_os("SQLLAMA_TEST_PANIC").is_some() {
            panic!("a failure on purpose");
        }
        let tick = if state.running.is_empty() && !is_read_ahead_wanted(&state) { IDLE_TICK } else { TICK };
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
            () = tokio::time::sleep(tick) => {}
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
        input::Event::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)) => Some(Event::Mouse(mouse)),
        input::Event::FocusGained | input::Event::FocusLost | input::Event::Mouse(_) => None,
    }
}

/// Lends the terminal to `$VISUAL` or `$EDITOR` with `text` in a file, and gives what it made of it.
fn edit(text: &str, mouse: bool) -> Result<String, String> {
    let chosen = ["VISUAL", "EDITOR"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let command = chosen.unwrap_or_else(|| "vi".into());
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or("vi").to_owned();
    let file = tempfile::Builder::new().prefix("sqllama-").suffix(".sql").tempfile().map_err(|error| error.to_string())?;
    fs::write(file.path(), text).map_err(|error| error.to_string())?;
    restore();
    let status = std::process::Command::new(&program).args(words).arg(file.path()).status();
    take(mouse).map_err(|error| error.to_string())?;
    match status {
        Ok(status) if status.success() => fs::read_to_string(file.path()).map_err(|error| error.to_string()),
        Ok(status) => Err(format!("`{program}` ended with {status}; the SQL is as it was")),
        Err(error) => Err(format!("`{program}` could not be started ({error}); $EDITOR names another editor")),
    }
}
