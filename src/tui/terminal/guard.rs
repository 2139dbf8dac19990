//! The terminal taken and given back, whatever happens.

use std::io::{self, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, fs, panic};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use tokio::sync::Notify;

use crate::jobs::is_panic_caught;

/// The terminal in raw mode on its other screen; put back when dropped, also by a panic. A panic of a worker ends its job alone, so its
/// message must not be printed over the screen; that of any other thread ends the program. Each leaves a report.
pub(super) struct TerminalGuard;

impl TerminalGuard {
    pub(super) fn enter(reports: PathBuf, mouse: bool) -> io::Result<Self> {
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
            } else if !is_panic_caught() {
                // Whoever waits for this thread would wait for ever.
                *FAILURE.lock().unwrap_or_else(PoisonError::into_inner) = Some((info.to_string(), report));
                FAILED.notify_one();
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
/// What a thread said that panicked and that nobody catches, and where the report is.
static FAILURE: Mutex<Option<(String, Option<PathBuf>)>> = Mutex::new(None);
static FAILED: Notify = Notify::const_new();

/// Waits for a panic that nobody catches: what it said, and where the report is.
pub(super) async fn failed_thread() -> (String, Option<PathBuf>) {
    loop {
        FAILED.notified().await;
        if let Some(failure) = FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return failure;
        }
    }
}

/// Takes the terminal: raw mode, its other screen, bracketed paste, the mouse.
pub(super) fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    hear_mouse(mouse)
}

/// Takes it again, whatever it was made to meanwhile.
pub(super) fn take_again(mouse: bool) -> io::Result<()> {
    // Raw mode is not set a second time without having been left.
    disable_raw_mode()?;
    take(mouse)
}

/// Gives it back, once: given back twice, terminals put the cursor where it was before, and the next line is written over what was said.
pub(super) fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = disable_raw_mode();
}

pub(super) fn hear_mouse(on: bool) -> io::Result<()> {
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
