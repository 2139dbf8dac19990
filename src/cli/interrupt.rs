//! Ctrl-C: the first one asks the work to stop, the second one ends the program at once.

use crate::signal::Cancel;

use super::failure::INTERRUPTED;

/// A flag that Ctrl-C raises. Called once, when no question to the person is open any more: until then Ctrl-C ends the program.
pub(super) fn watch() -> Cancel {
    let cancel = Cancel::new();
    let raised = cancel.clone();
    let _ = std::thread::Builder::new().name("interrupt".into()).spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                raised.cancel();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(i32::from(INTERRUPTED));
            }
        });
    });
    cancel
}

/// As [`watch`]; being told to end counts like the first Ctrl-C: SIGTERM, as the system sends it at shutdown, and what Windows has for it.
pub(super) fn watch_termination() -> Cancel {
    let cancel = watch();
    let raised = cancel.clone();
    let _ = std::thread::Builder::new().name("termination".into()).spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        if runtime.block_on(told_to_end()).is_ok() {
            raised.cancel();
        }
    });
    cancel
}

/// Waits for it; an error where the system does not tell.
#[cfg(unix)]
async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}

#[cfg(windows)]
async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_shutdown};
    let (mut pressed, mut closed, mut shut) = (ctrl_break()?, ctrl_close()?, ctrl_shutdown()?);
    tokio::select! {
        _ = pressed.recv() => (),
        _ = closed.recv() => (),
        _ = shut.recv() => (),
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
async fn told_to_end() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
