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

/// As [`watch`]; being told to end (SIGTERM, as the system does it at shutdown) counts like the first Ctrl-C.
pub(super) fn watch_termination() -> Cancel {
    let cancel = watch();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let raised = cancel.clone();
        let _ = std::thread::Builder::new().name("termination".into()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                if let Ok(mut terminate) = signal(SignalKind::terminate()) {
                    terminate.recv().await;
                    raised.cancel();
                }
            });
        });
    }
    cancel
}
