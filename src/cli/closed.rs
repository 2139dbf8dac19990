//! Standard output that was closed before the program began (`sqllama ... >&-`). The standard library opens `/dev/null` in its place ahead of
//! `main`, so what is written would be lost without a word. The loader calls what is in `.init_array` before that.

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::io::fcntl_getfd;
    use rustix::stdio::{dup2_stdout, stdout};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    // SAFETY: the section holds addresses of functions that the loader calls one by one; this one only asks the system about a number.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        CLOSED.store(fcntl_getfd(stdout()).is_err(), Ordering::Relaxed);
    }

    pub(in crate::cli) fn is_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }

    pub(in crate::cli) fn refuse_writes() {
        // A pipe that nobody reads from: writes fail, which they do not where a number is closed again (the standard library takes that well).
        if is_closed()
            && let Ok((_, nobody_reads)) = std::io::pipe()
        {
            let _ = dup2_stdout(&nobody_reads);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    /// Other systems' loaders are not asked: what is written to a closed output is lost there.
    pub(in crate::cli) fn is_closed() -> bool {
        false
    }

    pub(in crate::cli) fn refuse_writes() {}
}

/// Whether it was closed; then [`refuse_writes`] lets writing to it fail.
pub(super) use linux::{is_closed, refuse_writes};
