//! A list to choose from, narrowed by typing: the palette, the menu, history, favourites, models, files.

use std::path::PathBuf;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::keys::Action;
use super::train::Field;
use crate::jobs::ExportFormat;
use crate::records::DatabaseId;

/// What a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickerKind {
    /// Every command.
    Palette,
    /// Every screen.
    Menu,
    /// What was asked and run; everywhere, or in this database.
    History {
        /// Whether in every database's.
        everywhere: bool,
    },
    /// SQL at hand.
    Favourites,
    /// Lasting hints.
    Notes,
    /// Models.
    Models,
    /// What to open: recent files, the demo, a file.
    Open,
    /// What lies in a folder.
    Files(PathBuf),
    /// In which form a result is written.
    Export,
    /// What is kept for a database with the same schema.
    Adopt,
    /// A question back, with its readings.
    AskBack(String),
    /// The fine-tune form.
    Train,
    /// Training runs.
    Runs,
}

/// What choosing a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Do this.
    Do(Action),
    /// Put this SQL into the editor; where it came from, with its question.
    Sql {
        /// The SQL.
        sql: String,
        /// What was asked.
        question: Option<String>,
        /// The entry's name in the history.
        history: Option<i64>,
        /// The favourite's name.
        favourite: Option<i64>,
    },
    /// A note's name.
    Note(i64),
    /// A model's name.
    Model(String),
    /// Open this database.
    Database {
        /// Its path, or `demo`.
        path: String,
        /// Its name in the records.
        id: Option<DatabaseId>,
    },
    /// Look into this folder.
    Folder(PathBuf),
    /// Type a path.
    TypePath,
    /// Write a result in this form.
    Format(ExportFormat),
    /// Take over what is kept for this database.
    Adopt(DatabaseId),
    /// Type this line of the form.
    TrainField(Field),
    /// Go on with the form.
    TrainStep(TrainStep),
    /// Look at this run.
    Run(PathBuf),
}

/// What follows the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainStep {
    /// What it will take.
    Check,
    /// Train.
    Start,
    /// The runs there are.
    Runs,
    /// Switch the database's adapter off, or on.
    Use,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is searched and shown.
    pub label: String,
    /// What stands behind it.
    pub detail: String,
    /// What choosing it means.
    pub choice: Choice,
}

/// The list.
#[derive(Debug, Clone)]
pub struct Picker {
    /// What it is.
    pub kind: PickerKind,
    /// What is typed.
    pub query: String,
    /// Every line, in its own order.
    pub items: Vec<Item>,
    /// Lines that match, best first; places in `items`.
    pub matching: Vec<usize>,
    /// The selected one of these.
    pub selected: usize,
    /// Whether the lines are on their way.
    pub loading: bool,
}

impl Picker {
    /// A list of `items`.
    pub fn new(kind: PickerKind, items: Vec<Item>) -> Self {
        let mut picker = Self { kind, query: String::new(), items, matching: Vec::new(), selected: 0, loading: false };
        picker.search();
        picker
    }

    /// Takes other lines; the selection stays where it can.
    pub fn set_items(&mut self, items: Vec<Item>) {
        let selected = self.selected;
        self.items = items;
        self.loading = false;
        self.search();
        self.selected = selected.min(self.matching.len().saturating_sub(1));
    }

    /// Takes a typed query.
    pub fn set_query(&mut self, query: String) {
        self.query = query;
        self.search();
    }

    /// Whether another searches: the lines come for the query.
    pub fn is_searched_elsewhere(&self) -> bool {
        matches!(self.kind, PickerKind::History { .. })
    }

    fn search(&mut self) {
        self.selected = 0;
        if self.query.trim().is_empty() || self.is_searched_elsewhere() {
            self.matching = (0..self.items.len()).collect();
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(&self.query, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            // The label counts more than what stands behind it.
            let label = pattern.score(Utf32Str::new(&item.label, &mut buffer), &mut matcher).map(|score| 2 * score);
            let score = label.or_else(|| {
                let whole = format!("{} {}", item.label, item.detail);
                pattern.score(Utf32Str::new(&whole, &mut buffer), &mut matcher)
            });
            scored.extend(score.map(|score| (score, at)));
        }
        scored.sort_by(|(a, at_a), (b, at_b)| b.cmp(a).then(at_a.cmp(at_b)));
        self.matching = scored.into_iter().map(|(_, at)| at).collect();
    }

    /// The selected line.
    pub fn item(&self) -> Option<&Item> {
        self.items.get(*self.matching.get(self.selected)?)
    }

    /// Moves the selection.
    pub fn move_by(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.matching.len().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker(labels: &[&str]) -> Picker {
        let item = |label: &&str| Item { label: (*label).into(), detail: "x".into(), choice: Choice::TypePath };
        Picker::new(PickerKind::Palette, labels.iter().map(item).collect())
    }

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let mut picker = picker(&["run the SQL", "export the result", "sort by the column"]);
        picker.set_query(query.into());
        let found: Vec<&str> = picker.matching.iter().map(|&at| picker.items[at].label.as_str()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_few_letters_find_a_line() {
        check("", &["run the SQL", "export the result", "sort by the column"]);
        check("rsql", &["run the SQL"]);
        check("EXP", &["export the result"]);
        check("so col", &["sort by the column"]);
        check("qqq", &[]);
    }

    #[test]
    fn the_selection_stays_inside() {
        let mut picker = picker(&["a", "b"]);
        picker.move_by(9);
        assert_eq!(picker.item().unwrap().label, "b");
        picker.set_items(Vec::new());
        assert_eq!((picker.selected, picker.item()), (0, None));
    }
}
