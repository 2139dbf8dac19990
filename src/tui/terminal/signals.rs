//! Signals: told to end, to stop for a while, to go on. None of them may leave the terminal as the screen has it.

use std::io;

/// What a signal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// That the program ends. `typed` where a key of the terminal can have sent it, to everybody who runs there.
    End {
        /// The signal's number.
        number: i32,
        /// SIGINT, SIGQUIT.
        typed: bool,
    },
    /// That it stops until it is told to go on.
    #[cfg_attr(windows, allow(dead_code))] // consoles have no such thing
    Stop,
    /// It was told to go on.
    #[cfg_attr(windows, allow(dead_code))]
    GoOn,
}

#[cfg(unix)]
pub(super) use unix::{Signals, end_process, stop_group, stop_process};

#[cfg(unix)]
mod unix {
    use rustix::process::{Pid, Signal as Number, getpid, kill_current_process_group, kill_process};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::{Heard, io};

    /// The signals that are heard from when this is made on.
    pub(in super::super) struct Signals {
        terminate: Signal,
        hang_up: Signal,
        interrupt: Signal,
        quit: Signal,
        stop: Signal,
        go_on: Signal,
    }

    impl Signals {
        pub(in super::super) fn new() -> io::Result<Self> {
            let hear = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
            Ok(Self {
                terminate: hear(Number::TERM)?,
                hang_up: hear(Number::HUP)?,
                interrupt: hear(Number::INT)?,
                quit: hear(Number::QUIT)?,
                stop: hear(Number::TSTP)?,
                go_on: hear(Number::CONT)?,
            })
        }

        /// The next one. Nothing is lost where this is given up.
        pub(in super::super) async fn next(&mut self) -> Heard {
            let end = |number: Number, typed| Heard::End { number: number.as_raw(), typed };
            tokio::select! {
                // A terminal that is gone tells to end and to go on at once.
                biased;
                _ = self.terminate.recv() => end(Number::TERM, false),
                _ = self.hang_up.recv() => end(Number::HUP, false),
                _ = self.interrupt.recv() => end(Number::INT, true),
                _ = self.quit.recv() => end(Number::QUIT, true),
                _ = self.stop.recv() => Heard::Stop,
                _ = self.go_on.recv() => Heard::GoOn,
            }
        }
    }

    /// Stops everybody who runs here, as the terminal's key does. SIGTSTP itself is heard by us; SIGTTIN is not, and like it does nothing
    /// where nobody is there who could tell us to go on.
    pub(in super::super) fn stop_group() {
        let _ = kill_current_process_group(Number::TTIN);
    }

    /// Stops this process: the others were told by the same key.
    pub(in super::super) fn stop_process() {
        let _ = kill_process(getpid(), Number::TTIN);
    }

    /// Hands a signal on to another process.
    pub(in super::super) fn end_process(process: u32, number: i32) {
        let signal = [Number::TERM, Number::HUP].into_iter().find(|signal| signal.as_raw() == number);
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        if let (Some(pid), Some(signal)) = (pid, signal) {
            let _ = kill_process(pid, signal);
        }
    }
}

#[cfg(windows)]
pub(super) use windows::{Signals, end_process, stop_group, stop_process};

#[cfg(windows)]
mod windows {
    use tokio::signal::windows::{CtrlBreak, CtrlClose, CtrlShutdown, ctrl_break, ctrl_close, ctrl_shutdown};

    use super::{Heard, io};

    // As the C library of Windows numbers the first, and Unix what is like the others.
    const BREAK: i32 = 21;
    const HANG_UP: i32 = 1;
    const TERMINATE: i32 = 15;

    /// What a console tells its programs. Ctrl+C is a key on the screen.
    pub(in super::super) struct Signals {
        pressed: CtrlBreak,
        closed: CtrlClose,
        shut: CtrlShutdown,
    }

    impl Signals {
        pub(in super::super) fn new() -> io::Result<Self> {
            Ok(Self { pressed: ctrl_break()?, closed: ctrl_close()?, shut: ctrl_shutdown()? })
        }

        /// The next one. Nothing is lost where this is given up.
        pub(in super::super) async fn next(&mut self) -> Heard {
            tokio::select! {
                _ = self.closed.recv() => Heard::End { number: HANG_UP, typed: false },
                _ = self.shut.recv() => Heard::End { number: TERMINATE, typed: false },
                _ = self.pressed.recv() => Heard::End { number: BREAK, typed: true },
            }
        }
    }

    // No program is stopped for a while there, and an editor hears of the console's end itself.
    pub(in super::super) fn stop_group() {}

    pub(in super::super) fn stop_process() {}

    pub(in super::super) fn end_process(_process: u32, _number: i32) {}
}
