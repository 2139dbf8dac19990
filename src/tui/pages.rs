//! Windows of several pages: a check before training, and a run.

use std::path::Path;

use crate::jobs::{Checked, RunRow};

/// A check: the plan, and the examples as the model sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckPages {
    /// What was checked.
    pub checked: Checked,
    /// What is shown of it.
    pub page: CheckPage,
    /// Which example.
    pub row: usize,
    /// First line shown.
    pub scroll: usize,
}

/// What is shown of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the titles say it
pub enum CheckPage {
    Plan,
    Examples,
    LeftOut,
    Lengths,
}

impl CheckPage {
    /// In the order of Tab.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Examples, Self::LeftOut, Self::Lengths];

    /// As the window's title has it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Examples => "examples",
            Self::LeftOut => "left out",
            Self::Lengths => "lengths",
        }
    }
}

impl CheckPages {
    /// Opened at the plan.
    pub fn new(checked: Checked) -> Self {
        Self { checked, page: CheckPage::Plan, row: 0, scroll: 0 }
    }

    /// Another page.
    pub fn turn(&mut self) {
        self.page = next(&CheckPage::ALL, self.page);
        self.scroll = 0;
    }

    /// Another example.
    pub fn go(&mut self, by: isize) {
        self.row = self.row.saturating_add_signed(by).min(self.checked.preview.rows.len().saturating_sub(1));
        self.scroll = 0;
    }
}

/// A run: its curves, its answers on the way, what came of comparing, what it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPages {
    /// The run.
    pub run: RunRow,
    /// What is shown of it.
    pub page: RunPage,
    /// First line shown.
    pub scroll: usize,
    /// When its last step was seen, on the screen's clock: the time that is left goes on from there.
    pub stepped_ms: u64,
}

/// What is shown of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the titles say it
pub enum RunPage {
    Curves,
    Answers,
    Compare,
    Settings,
}

impl RunPage {
    /// In the order of Tab.
    pub const ALL: [Self; 4] = [Self::Curves, Self::Answers, Self::Compare, Self::Settings];

    /// As the window's title has it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curves => "curves",
            Self::Answers => "answers on the way",
            Self::Compare => "compare",
            Self::Settings => "settings",
        }
    }
}

impl RunPages {
    /// Opened at the curves.
    pub fn new(run: RunRow, now_ms: u64) -> Self {
        Self { run, page: RunPage::Curves, scroll: 0, stepped_ms: now_ms }
    }

    /// Takes what the run is now.
    pub fn take(&mut self, run: RunRow, now_ms: u64) {
        if run.progress.step != self.run.progress.step {
            self.stepped_ms = now_ms;
        }
        self.run = run;
    }

    /// Another page.
    pub fn turn(&mut self) {
        self.page = next(&RunPage::ALL, self.page);
        self.scroll = 0;
    }
}

fn next<T: Copy + PartialEq>(all: &[T], now: T) -> T {
    let at = all.iter().position(|page| *page == now).unwrap_or(0);
    all.get((at + 1) % all.len().max(1)).copied().unwrap_or(now)
}

/// What a run or an adapter is called: its folder.
pub(super) fn run_name(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}
