//! Cancellation: the one thing an engine watches while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Why work should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody called [`Cancel::cancel`].
    Cancelled,
    /// The deadline has passed.
    TimedOut,
}

/// A cloneable stop flag with an optional deadline. Clones share the flag; a deadline belongs to the clone it was set on.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    deadline: Option<Instant>,
    patient: bool,
}

impl Cancel {
    /// A flag that nobody has raised, without a deadline.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same flag, with a deadline `timeout` from now (or the present deadline, where that is earlier).
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        if self.patient {
            return self.clone();
        }
        let deadline = Instant::now().checked_add(timeout);
        let deadline = match (self.deadline, deadline) {
            (Some(own), Some(new)) => Some(own.min(new)),
            (own, new) => own.or(new),
        };
        Self { flag: Arc::clone(&self.flag), deadline, patient: false }
    }

    /// The same flag for work whose result must not depend on the clock: deadlines that are set on it, for the sake of somebody who waits,
    /// do not count.
    pub fn patient(&self) -> Self {
        Self { patient: true, ..self.clone() }
    }

    /// Raises the flag on every clone.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether to stop, and why. Cancellation wins over a passed deadline.
    pub fn stop(&self) -> Option<Stop> {
        if self.flag.load(Ordering::Relaxed) {
            return Some(Stop::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Some(Stop::TimedOut),
            _ => None,
        }
    }

    /// Whether to stop, for whatever reason.
    pub fn is_stopped(&self) -> bool {
        self.stop().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_flag_and_not_the_deadline() {
        let parent = Cancel::new();
        let child = parent.with_timeout(Duration::ZERO);
        assert_eq!(child.stop(), Some(Stop::TimedOut));
        assert_eq!(parent.stop(), None);
        child.cancel();
        assert_eq!(parent.stop(), Some(Stop::Cancelled));
    }

    #[test]
    fn the_patient_stop_for_the_flag_alone() {
        let parent = Cancel::new();
        let child = parent.patient().with_timeout(Duration::ZERO).with_timeout(Duration::ZERO);
        assert_eq!(child.stop(), None);
        parent.cancel();
        assert_eq!(child.stop(), Some(Stop::Cancelled));
    }

    #[test]
    fn an_inner_timeout_never_extends_an_outer_one() {
        let outer = Cancel::new().with_timeout(Duration::ZERO);
        assert_eq!(outer.with_timeout(Duration::from_secs(60)).stop(), Some(Stop::TimedOut));
    }
}
