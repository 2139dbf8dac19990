//! One line that is drawn over itself on a terminal; elsewhere, lines now and then.

use std::io::{IsTerminal, Write, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// A line on stderr that tells how far something is.
pub(super) struct LiveLine {
    /// `None` without a terminal.
    bar: Option<ProgressBar>,
}

impl LiveLine {
    /// An empty one.
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: stderr().is_terminal().then(|| ProgressBar::new_spinner().with_style(style)) }
    }

    /// Shows `text` over what was shown before; without a terminal, as a line of its own where it is `due`.
    pub(super) fn show(&self, text: String, due: bool) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(text);
                bar.tick();
            }
            None if due => self.say(&text),
            None => {}
        }
    }

    /// A line that stays.
    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => {
                let _ = writeln!(stderr(), "{text}");
            }
        }
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
