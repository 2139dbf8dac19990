//! A list to choose from, narrowed by typing: the palette, the menu, history, favourites, models, files.

use std::path::PathBuf;

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::jumps::Jump;
use super::keys::Action;
use super::train::Field;
use super::typed::Typed;
use crate::jobs::{CopyWork, ExportFormat};
use crate::records::DatabaseId;

/// What a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickerKind {
    /// As what rows are copied.
    CopyAs,
    /// Where a key leads.
    Jump,
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
    /// SQL at hand, to be put in at the cursor.
    Snippets,
    /// The keys of `config.toml`.
    Settings,
    /// The words that a key of it takes.
    SettingWords(&'static str),
    /// The keys of the screen, by action.
    Bindings,
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
    /// What to do with a question that is a statement.
    TypedSql,
    /// Whether this server may be sent prompts.
    AllowServer(String),
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
    /// Run this statement, or ask it as a question.
    Typed {
        /// As it was typed.
        text: String,
        /// Whether it is run.
        is_sql: bool,
    },
    /// Look at a text.
    Look {
        /// What it is.
        title: String,
        /// The text.
        text: String,
    },
    /// Let a server be sent prompts, and ask this.
    Allow {
        /// Its address.
        address: String,
        /// The question.
        question: String,
    },
    /// Leave it.
    Nothing,
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
    /// Copy this.
    Copy(CopyWork),
    /// Show these rows.
    Jump(Jump),
    /// Take over what is kept for this database.
    Adopt(DatabaseId),
    /// Type this line of the form.
    TrainField(Field),
    /// Go on with the form.
    TrainStep(TrainStep),
    /// Look at this run.
    Run(PathBuf),
    /// Change this key of `config.toml`.
    Setting(String),
    /// Set a key of it to a word.
    SettingWord(&'static str, &'static str),
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
    pub query: Typed,
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
        let mut picker = Self { kind, query: Typed::default(), items, matching: Vec::new(), selected: 0, loading: false };
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

    /// Takes a key in the query; whether that is another one now.
    pub fn type_key(&mut self, key: &KeyEvent) -> bool {
        let changed = self.query.input(key);
        if changed {
            self.search();
        }
        changed
    }

    /// Takes text at the query's cursor.
    pub fn type_text(&mut self, text: &str) {
        self.query.insert(text);
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
            if let Choice::Do(action) = item.choice
                && let Some(score) = named(action, &self.query)
            {
                scored.push((score, at));
                continue;
            }
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

/// More than any line scores by letters in their order.
const BY_NAME: u32 = 1 << 20;

/// How well `query` names a command, by its name or by another word for it; `None` where it does not. What is called so comes first, then
/// what is often called so, then names that have the words in them, then beginnings.
fn named(action: Action, query: &str) -> Option<u32> {
    let name = action.name();
    let query = query.trim().to_lowercase().replace([' ', '_'], "-");
    if query.is_empty() {
        return None;
    }
    let parts: Vec<&str> = query.split('-').filter(|part| !part.is_empty()).collect();
    let words = || name.split('-').chain(action.synonyms().iter().flat_map(|other| other.split('-')));
    if query == name {
        Some(BY_NAME + 4)
    } else if action.synonyms().contains(&&*query) {
        Some(BY_NAME + 3)
    } else if parts.iter().all(|part| words().any(|word| word == *part)) {
        Some(BY_NAME + 2)
    } else if name.starts_with(&query) {
        Some(BY_NAME + 1)
    } else if query.len() > 2 && parts.iter().all(|part| words().any(|word| word.starts_with(part))) {
        Some(BY_NAME)
    } else {
        None
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
        picker.type_text(query);
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
    fn commands_are_found_by_their_names_and_by_other_words_for_them() {
        let label = |action: Action| super::super::keys::BINDINGS.iter().find(|binding| binding.action == action).map(|own| own.label);
        let mut actions: Vec<Action> = Vec::new();
        for binding in super::super::keys::BINDINGS.iter().filter(|binding| !binding.action.is_local()) {
            if !actions.contains(&binding.action) {
                actions.push(binding.action);
            }
        }
        let item = |action: &Action| Item { label: label(*action).unwrap().into(), detail: String::new(), choice: Choice::Do(*action) };
        let items: Vec<Item> = actions.iter().map(item).collect();
        let first = |query: &str| {
            let mut picker = Picker::new(PickerKind::Palette, items.clone());
            picker.type_text(query);
            picker.item().map(|item| item.choice.clone())
        };
        for (query, action) in [
            ("zoom", Action::Zoom),
            ("fullscreen", Action::Zoom),
            ("theme", Action::SwitchTheme),
            ("colors", Action::SwitchTheme),
            ("settings", Action::Settings),
            ("preferences", Action::Settings),
            ("csv", Action::Export),
            ("save", Action::Export),
            ("transpose", Action::Record),
            ("plan", Action::Plan),
            ("explain query plan", Action::Plan),
            ("query plan", Action::Plan),
            ("keys", Action::Help),
            ("shortcuts", Action::Help),
            ("exit", Action::Quit),
            ("graph", Action::Chart),
            ("refresh", Action::RunSql),
            ("beautify", Action::Format),
            ("next tab", Action::NextTab),
            ("switch theme", Action::SwitchTheme),
            ("finetune", Action::FineTune),
            ("download", Action::Models),
            ("hist", Action::History),
            ("copy cell", Action::CopyCell),
            ("import", Action::Open),
        ] {
            assert_eq!(first(query), Some(Choice::Do(action)), "{query}");
        }
        // By its whole name each is the first.
        for action in actions {
            for name in [action.name(), action.name().replace('-', " "), action.name().to_uppercase()] {
                assert_eq!(first(&name), Some(Choice::Do(action)), "{name}");
            }
        }
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
