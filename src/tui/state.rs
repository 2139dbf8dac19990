//! Everything the screen knows.
//!
//! Files on their floors, the lowest first:
//! - `pane`: where keys go, and how the screen is shared
//! - `window`: what lies over the panes
//! - `running`: a job that has not ended

mod pane;
mod running;
mod window;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ratatui_textarea::TextArea;

use super::conversation::Entry;
use super::drafts::Drafts;
use super::keys::{Context, Keymap};
use super::picker::Picker;
use super::settings::SettingsText;
use super::tab::Tab;
use super::theme::Theme;
use super::train::TrainForm;
use super::tree::Tree;
use crate::db::demo::is_demo;
use crate::jobs::{AttachedAdapter, DatabaseRecords, JobFailure, JobId, ModelRow, Work};
use crate::llm::ModelInfo;
use crate::records::{Accepted, KnownDatabase, fold_question, fold_sql};
use crate::schema::{DatabaseSet, Schema};
use crate::store::WhileTyping;
use crate::text::follow::points_back;

pub(super) use self::pane::SHARES;
pub use self::pane::{Pane, Panes};
pub use self::running::RunningJob;
pub use self::window::{Laid, Prompt, PromptKind, Wanted, Window};

/// Changes to the open database's file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watch {
    /// When the file was looked at last.
    pub(super) looked_ms: u64,
    /// When the person was told of a change last.
    pub(super) told_ms: Option<u64>,
    /// When counts were read again last.
    pub(super) refreshed_ms: u64,
    /// Whether they are older than the file.
    pub(super) is_due: bool,
}

/// What the model reads of a question that is being typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    /// The line, as it was at the last look.
    pub(super) typed: String,
    /// When it changed last.
    pub(super) typed_ms: u64,
    /// As much of it as the model was given.
    pub(super) read: String,
}

/// A line for the person, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something that went as it should.
    Note(String),
    /// Something to mind.
    Warning(String),
}

/// What a person chose in the config file, or on the way.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Vim keys in the SQL.
    pub vim: bool,
    /// Whether the mouse is heard.
    pub mouse: bool,
    /// Whether an answer runs as soon as it is there.
    pub ask_and_run: bool,
    /// What the model does with a question that is still being typed.
    pub while_typing: WhileTyping,
    /// The keys.
    pub keymap: Keymap,
    /// The folder that relative paths begin in.
    pub folder: std::path::PathBuf,
    /// Whether a model is here, in the catalogue or outside it.
    pub model_here: bool,
    /// Where the model lies that was asked for by its path, from the root.
    pub model_path: Option<String>,
    /// Where training runs lie.
    pub runs: std::path::PathBuf,
}

/// The screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Colours, or none.
    pub theme: Theme,
    /// What a person chose.
    pub options: Options,
    /// Where keys go.
    pub focus: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// How the panes share the screen.
    pub panes: Panes,
    /// What lies over the panes.
    pub window: Option<Window>,
    /// The open database's file, or several as [`DatabaseSet`] writes them; empty while none is.
    pub database: String,
    /// Its schema.
    pub schema: Arc<Schema>,
    /// Whether what is chosen next is opened beside it.
    pub opens_beside: bool,
    /// Why it could not be opened.
    pub open_failure: Option<JobFailure>,
    /// The schema pane.
    pub tree: Tree,
    /// Questions, oldest first.
    pub entries: Vec<Entry>,
    /// The selected question, counted from the newest.
    pub selected_entry: usize,
    /// Lines that the conversation is scrolled up from where it would stand by itself; down, where it is negative.
    pub conversation_scroll: isize,
    /// SQL and its result, side by side with others.
    pub tabs: Vec<Tab>,
    /// Which of them is shown.
    pub tab: usize,
    /// The question.
    pub ask: TextArea<'static>,
    /// Which earlier question stands in the line, counted from the newest.
    pub recalled: Option<usize>,
    /// What is kept for the open database.
    pub records: DatabaseRecords,
    /// Accepted SQL by folded question, of those that stand by themselves.
    pub accepted: HashMap<String, String>,
    /// Databases opened last.
    pub recent: Vec<KnownDatabase>,
    /// The catalogue on this machine; empty until it was read.
    pub models: Vec<ModelRow>,
    /// The model, once it is loaded.
    pub model: Option<ModelInfo>,
    /// The adapter that is attached to the database, once the model was told of it.
    pub adapter: Option<AttachedAdapter>,
    /// Tokens of the model's context that the last prompt and its answer take.
    pub context_used: usize,
    /// Jobs that have not ended.
    pub running: Vec<RunningJob>,
    /// A line for the person.
    pub notice: Option<Notice>,
    /// Milliseconds since the screen began.
    pub clock_ms: u64,
    /// Whether Ctrl+C was pressed with nothing running, and quits when pressed again.
    pub quit_armed: bool,
    /// The fine-tune form.
    pub train: TrainForm,
    /// The person's settings, once they were looked at.
    pub settings: SettingsText,
    /// The theme before another was looked at.
    pub(super) theme_before: Option<Theme>,
    /// What was typed last for parameters, by their names.
    pub values: HashMap<String, String>,
    /// The list that comes back when the text of this title, which was looked at from it, is closed.
    pub(super) behind: Option<(String, Picker)>,
    /// The notebook that was opened or written last.
    pub notebook: Option<std::path::PathBuf>,
    /// The adapter that was switched off here.
    pub adapter_off: Option<std::path::PathBuf>,
    /// The run that is deleted when that is said once more.
    pub(super) run_doomed: Option<std::path::PathBuf>,
    /// The run that is shown as soon as it was looked at.
    pub(super) run_wanted: Option<std::path::PathBuf>,
    /// When the run that is shown was looked at last.
    pub(super) watched_ms: u64,
    /// What is known of changes to the database's file.
    pub(super) watch: Watch,
    /// What the model reads of the question that is being typed.
    pub(super) ahead: Ahead,
    /// What is written down of what is being written.
    pub(super) drafts: Drafts,
    pub(super) next_job: JobId,
    pub(super) next_tab: u32,
}

impl State {
    /// An empty screen of `size`.
    pub fn new(size: (u16, u16), theme: Theme) -> Self {
        Self {
            size,
            theme,
            options: Options::default(),
            focus: Pane::Ask,
            zoomed: false,
            panes: Panes::default(),
            window: None,
            database: String::new(),
            schema: Arc::default(),
            opens_beside: false,
            open_failure: None,
            tree: Tree::default(),
            entries: Vec::new(),
            selected_entry: 0,
            conversation_scroll: 0,
            tabs: vec![Tab::new(0)],
            tab: 0,
            ask: TextArea::default(),
            recalled: None,
            records: DatabaseRecords::default(),
            accepted: HashMap::new(),
            recent: Vec::new(),
            models: Vec::new(),
            model: None,
            adapter: None,
            context_used: 0,
            running: Vec::new(),
            notice: None,
            clock_ms: 0,
            quit_armed: false,
            train: TrainForm::default(),
            settings: SettingsText::default(),
            theme_before: None,
            values: HashMap::new(),
            behind: None,
            notebook: None,
            adapter_off: None,
            run_doomed: None,
            run_wanted: None,
            watched_ms: 0,
            watch: Watch::default(),
            ahead: Ahead::default(),
            drafts: Drafts::default(),
            next_job: 1,
            next_tab: 1,
        }
    }

    /// Where keys go, as the key table names it.
    pub fn context(&self) -> Context {
        match (&self.window, self.focus) {
            (Some(Window::Help { .. } | Window::Text { .. }), _) => Context::Window,
            (Some(Window::List(_)), _) => Context::List,
            (Some(Window::Prompt(_)), _) => Context::Prompt,
            (Some(Window::Run(_)), _) => Context::Run,
            (Some(Window::Check(_)), _) => Context::Check,
            (Some(Window::Compare(_)), _) => Context::Compare,
            (Some(Window::Diagram(_)), _) => Context::Diagram,
            (Some(Window::Notebook(_)), _) => Context::Notebook,
            (None, Pane::Schema) if self.tree.filtering => Context::Filter,
            (None, Pane::Schema) => Context::Schema,
            (None, Pane::Conversation) => Context::Conversation,
            (None, Pane::Editor) if self.tab().completion.is_some() => Context::Completion,
            (None, Pane::Editor) => Context::Editor,
            (None, Pane::Results) if self.tab().results.filtering => Context::RowFilter,
            (None, Pane::Results) if self.tab().results.chart.is_some() => Context::Chart,
            (None, Pane::Results) => Context::Results,
            (None, Pane::Ask) => Context::Ask,
        }
    }

    /// The tab that is shown.
    pub fn tab(&self) -> &Tab {
        // There is always one: the last cannot be closed.
        self.tabs.get(self.tab).unwrap_or(&self.tabs[0])
    }

    /// The tab that is shown.
    pub fn tab_mut(&mut self) -> &mut Tab {
        let at = self.tab.min(self.tabs.len() - 1);
        &mut self.tabs[at]
    }

    /// The tab with that name, where it is still there.
    pub(super) fn tab_named(&mut self, id: u32) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    /// The SQL in the editor.
    pub fn sql(&self) -> String {
        self.tab().sql()
    }

    /// The entry that a job answers.
    pub(super) fn entry_mut(&mut self, job: JobId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.job == job)
    }

    /// The question that keys of the conversation mean: the selected one while that pane has the keys, else the newest.
    pub fn current_entry(&self) -> Option<&Entry> {
        let back = if self.focus == Pane::Conversation { self.selected_entry } else { 0 };
        self.entries.iter().rev().nth(back)
    }

    /// Whether a question is being answered.
    pub fn is_asking(&self) -> bool {
        self.running.iter().any(|running| matches!(running.work, Work::Ask(_)))
    }

    /// The SQL that was accepted for a question: after an answer with the SQL `before` where it follows on one, else by itself.
    pub fn accepted_sql(&self, question: &str, before: Option<&str>) -> Option<&String> {
        let Some(before) = before else {
            return self.accepted.get(&fold_question(question)).filter(|_| !points_back(question));
        };
        let (folded, before) = (fold_question(question), fold_sql(before));
        let fits = |answer: &&Accepted| {
            fold_question(&answer.question) == folded && answer.before.as_ref().is_some_and(|followed| fold_sql(&followed.sql) == before)
        };
        self.records.accepted.iter().find(fits).map(|answer| &answer.sql)
    }

    /// What the open database is called on the screen.
    pub fn database_name(&self) -> String {
        called(&self.database)
    }

    /// Whether it is known that no model is here.
    pub fn lacks_model(&self) -> bool {
        !self.options.model_here
            && self.model.is_none()
            && !self.models.is_empty()
            && self.models.iter().all(|model| model.presence != crate::store::Presence::Installed)
    }
}

/// A database by its file's name; several by that of the first, and by what statements call the others.
pub(super) fn called(database: &str) -> String {
    let set = DatabaseSet::read(database);
    let file = set.main.rsplit(['/', '\\']).next().unwrap_or_default();
    let first = if is_demo(file) { "demo" } else { file };
    set.beside.iter().fold(first.to_owned(), |name, file| format!("{name} + {}", file.name))
}

/// Whether both name the same files; relative names begin in `folder`.
pub(super) fn is_same_database(one: &str, other: &str, folder: &Path) -> bool {
    let files = |database: &str| {
        let set = DatabaseSet::read(&notebook_name(database));
        let beside: Vec<_> = set.beside.iter().map(|file| (file.name.clone(), folder.join(&file.file))).collect();
        (folder.join(&set.main), beside)
    };
    files(one) == files(other)
}

/// What a notebook calls the open database: the bundled one by its name, wherever it lies.
pub(super) fn notebook_name(database: &str) -> String {
    let mut set = DatabaseSet::read(database);
    if called(&set.main) == "demo" {
        set.main = "demo".into();
    }
    set.to_string()
}
