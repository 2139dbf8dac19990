//! `update(state, event) -> effects`: the only code that changes the state. Pure: no clock, no terminal, no thread.
//!
//! - `advice`: hints of workers, for the screen
//! - `ahead`: questions that are still being typed
//! - `ask`: questions, and what a person says of answers
//! - `settings`: the person's settings
//! - `sql`: the editor; `script`: files of SQL
//! - `rows`: results, charts; `arrange`: columns, finding, copying in other forms; `jump`: along keys and back
//! - `list`: windows: lists, lines to type; `choose`: what is taken there
//! - `compare`: answers side by side; `diagram`: boxes and lines
//! - `models`, `opening`, `kept`: lists of models, of what can be opened, of what is kept
//! - `notebook`: notebooks
//! - `keep`: drafts, tabs, files
//! - `report`: what workers say; `answered`: answers and rows; `words`: plans and columns in words
//! - `watch`: a database that changes
//! - `train`: fine-tuning; `learn`: learning the open database
//! - `mouse`: the mouse; `moving`: cursors, and what Esc stops

mod advice;
mod ahead;
mod answered;
mod arrange;
mod ask;
mod choose;
mod compare;
mod diagram;
mod jump;
mod keep;
mod kept;
mod learn;
mod list;
mod models;
mod mouse;
mod moving;
mod notebook;
mod opening;
mod report;
mod rows;
mod script;
mod settings;
mod sql;
mod train;
mod watch;
mod words;

pub(super) use ahead::is_wanted as is_read_ahead_wanted;
pub(super) use keep::save_drafts_now;
pub(super) use learn::problem as learn_problem;
pub(super) use train::name_of as run_name;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use self::moving::{move_across, move_cursor, page, stop, stop_running};
use super::event::{Effect, Event};
use super::keys::{Action, Context};
use super::state::{Notice, Pane, RunningJob, State, Window};
use super::tree::{TreeRow, file_name};
use super::typed::{self, line_input};
use crate::jobs::{JobId, KeepWork, ModelsWork, Work};

/// Begins the hint that tells the model of an answer that was rejected.
pub(super) const WRONG_BEFORE: &str = "This answer was wrong:";

/// Columns and shares that a key changes panes by.
const PANE_STEP: i16 = 4;

/// Takes in `event`; gives what has to be done outside.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    if matches!(event, Event::Tick(_)) {
        return on_event(state, event);
    }
    state.drafts.is_pending |= !matches!(event, Event::Resize(..));
    let effects = on_event(state, event);
    rows::measure_view(state);
    effects
}

fn on_event(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => on_key(state, key),
        Event::Mouse(mouse) => mouse::on_mouse(state, mouse),
        Event::Paste(text) => on_paste(state, &text),
        Event::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        Event::Report(report) => report::on_report(state, report),
        Event::Edited(Ok(edited)) => {
            // Where nothing changed, the cursor stays where it is.
            let sql = edited.sql.trim_end_matches('\n');
            if sql != state.sql().trim_end_matches('\n') {
                state.tab_mut().set_sql(sql);
                state.tab_mut().is_own();
            }
            if let Some(problem) = edited.problem {
                warn(state, problem);
            }
            Vec::new()
        }
        Event::Edited(Err(reason)) => {
            warn(state, reason);
            Vec::new()
        }
        Event::Tick(milliseconds) => {
            state.clock_ms = milliseconds;
            let mut effects = keep::save_drafts(state);
            effects.extend(train::look_again(state));
            effects.extend(watch::look(state));
            effects.extend(ahead::read(state));
            effects
        }
    }
}

/// What the screen begins with: `database` opened in the background, or the start page.
pub fn begin(state: &mut State, database: Option<&str>) -> Vec<Effect> {
    let mut effects = match database {
        Some(database) => open(state, database),
        None => opening::open_page(state),
    };
    if database.is_none_or(is_text) {
        effects.extend(keep::keep_nameless(state));
    }
    effects.extend(submit(state, Work::Keep(KeepWork::Recent)).1);
    effects.extend(submit(state, Work::Models(ModelsWork::List)).1);
    effects
}

/// Whether what is to be opened is a notebook or a file of SQL, by its name.
pub fn is_text(path: &str) -> bool {
    notebook::is_one(path) || script::is_one(path)
}

/// Opens `database` in the background. What is being written is written down first.
pub fn open(state: &mut State, database: &str) -> Vec<Effect> {
    if notebook::is_one(database) {
        return notebook::open(state, database);
    }
    if script::is_one(database) {
        return script::open(state, database);
    }
    let mut effects = keep::save_drafts_now(state);
    for job in state.running.iter_mut().filter(|job| matches!(job.work, Work::Prepare | Work::ReadAhead { .. } | Work::Open { .. })) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    effects.extend(submit(state, Work::Open { database: database.into() }).1);
    effects
}

fn submit(state: &mut State, work: Work) -> (JobId, Vec<Effect>) {
    let job = state.next_job;
    state.next_job += 1;
    let tab = state.tab().id;
    state.running.push(RunningJob { job, work: work.clone(), tab, started_ms: state.clock_ms, progress: None, stopping: false });
    (job, vec![Effect::Submit { job, work }])
}

fn note(state: &mut State, text: impl Into<String>) {
    state.notice = Some(Notice::Note(text.into()));
}

fn warn(state: &mut State, text: impl Into<String>) {
    state.notice = Some(Notice::Warning(text.into()));
}

fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line = text.lines().next().unwrap_or_default();
    match state.context() {
        Context::Ask => {
            state.ask.insert_str(text.replace('\n', " "));
        }
        Context::Editor | Context::Completion => {
            let tab = state.tab_mut();
            tab.completion = None;
            tab.editor.insert_str(text);
        }
        Context::Filter => state.tree.filter.insert(line),
        Context::RowFilter => {
            state.tab_mut().results.filter.insert(line);
            return rows::filter_typed(state);
        }
        Context::List => return list::type_text(state, line),
        Context::Prompt => {
            if let Some(Window::Prompt(prompt)) = &mut state.window {
                prompt.text.insert_str(text.replace('\n', " "));
            }
        }
        _ => {}
    }
    Vec::new()
}

fn on_key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    state.notice = None;
    let doomed = state.run_doomed.take();
    let armed = std::mem::take(&mut state.quit_armed);
    let context = state.context();
    let in_sql = matches!(context, Context::Editor | Context::Completion);
    if in_sql && state.options.vim && state.tab().completion.is_none() && state.tab().vim.wants(&key) {
        sql::type_key(state, key);
        return Vec::new();
    }
    match state.options.keymap.action(context, &key) {
        Some(action) => {
            // Said once, it is forgotten by the next key, unless that says it again.
            if matches!(action, Action::RemoveRun | Action::Delete) {
                state.run_doomed = doomed;
            }
            on_action(state, action, armed, key.code)
        }
        None => on_text(state, context, key),
    }
}

fn on_text(state: &mut State, context: Context, key: KeyEvent) -> Vec<Effect> {
    match context {
        Context::Ask if key.code == KeyCode::Char('/') && state.ask.is_empty() => return list::palette(state),
        Context::Ask => {
            state.recalled = None;
            line_input(&mut state.ask, key);
        }
        Context::Editor | Context::Completion => sql::type_key(state, key),
        Context::Filter if state.tree.filter.input(&key) => state.tree.selected = 0,
        Context::RowFilter if state.tab_mut().results.filter.input(&key) => return rows::filter_typed(state),
        Context::Filter | Context::RowFilter => {}
        Context::List => return list::type_key(state, &key),
        Context::Prompt => {
            if let Some(Window::Prompt(prompt)) = &mut state.window {
                line_input(&mut prompt.text, key);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn on_action(state: &mut State, action: Action, quit_armed: bool, code: KeyCode) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(state),
        Action::StopOrQuit if state.running.iter().any(|job| !job.stopping && !job.is_quiet()) => return stop_running(state),
        Action::StopOrQuit if quit_armed => return quit(state),
        Action::StopOrQuit => {
            state.quit_armed = true;
            note(state, "nothing runs; Ctrl+C again quits");
        }
        Action::ChartX => return rows::turn_chart(state, action, if code == KeyCode::Left { -1 } else { 1 }),
        Action::ChartY => return rows::turn_chart(state, action, if code == KeyCode::Up { -1 } else { 1 }),
        action => return perform(state, action),
    }
    Vec::new()
}

/// Does what an action says: by a key, or from a list.
fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit | Action::StopOrQuit => return quit(state),
        Action::Help => state.window = Some(Window::Help { scroll: 0 }),
        Action::Palette => return list::palette(state),
        Action::Menu => return list::menu(state),
        Action::History => return kept::history(state),
        Action::Favourites => return kept::favourites(state),
        Action::Notes => return kept::notes(state),
        Action::Models => return models::models(state),
        Action::FineTune | Action::BackToForm => return train::form(state),
        Action::Learn => learn::ask(state),
        Action::StopRun => return train::stop(state),
        Action::ResumeRun => return train::resume(state),
        Action::AttachRun => return train::attach(state),
        Action::RemoveRun => return train::remove(state),
        Action::DuplicateRun => return train::duplicate(state),
        Action::CompareRun => return train::compare(state),
        Action::StartChecked => return train::start_checked(state),
        Action::HandOver => return train::hand_over(state),
        Action::SaveCommand => return train::save_command(state),
        Action::TurnPage => train::turn_page(state),
        Action::NextExample => train::go_example(state, 1),
        Action::EarlierExample => train::go_example(state, -1),
        Action::SwitchAdapter => return train::switch_adapter(state),
        Action::Open => return opening::open_page(state),
        Action::OpenBeside => return opening::beside_page(state),
        Action::CloseBeside => return opening::close_beside(state),
        Action::Export => return rows::export(state),
        Action::ExportConversation => return keep::export_conversation(state),
        Action::Settings => return settings::open(state),
        Action::WhileTyping => return settings::turn_while_typing(state),
        Action::RunAll => return sql::run_every(state),
        Action::NextResult => sql::turn_result(state, 1),
        Action::PreviousResult => sql::turn_result(state, state.tab().others.len()),
        Action::OpenSql => script::ask_path(state),
        Action::SaveSql => return script::save(state),
        Action::SaveSqlAs => script::ask_new(state),
        Action::InsertSnippet => return kept::snippets(state),
        Action::OpenNotebook => notebook::ask_path(state),
        Action::WriteNotebook => notebook::ask_new(state),
        Action::AddToNotebook => notebook::ask_cell(state),
        Action::RunNotebook => return notebook::run(state),
        Action::KeepResults => return notebook::keep_results(state),
        Action::OpenNamed => return notebook::open_named(state),
        Action::Choose => return choose::choose(state),
        Action::Delete => return choose::delete(state),
        Action::Scope => return kept::turn_scope(state),
        Action::NextPane => move_focus(state, 1),
        Action::PreviousPane => move_focus(state, Pane::ALL.len() - 1),
        Action::FocusAsk => focus(state, Pane::Ask),
        Action::FocusSchema => focus(state, Pane::Schema),
        Action::FocusConversation => focus(state, Pane::Conversation),
        Action::FocusSql => focus(state, Pane::Editor),
        Action::FocusResult => focus(state, Pane::Results),
        Action::Zoom => state.zoomed = !state.zoomed && state.focus != Pane::Ask,
        Action::HideSchema => {
            state.panes.schema_hidden = !state.panes.schema_hidden;
            if state.panes.schema_hidden && state.focus == Pane::Schema {
                focus(state, Pane::Ask);
            }
        }
        Action::Wider => state.panes.widen(PANE_STEP, state.size.0),
        Action::Narrower => state.panes.widen(-PANE_STEP, state.size.0),
        Action::Taller => state.panes.heighten(state.focus, 1),
        Action::Lower => state.panes.heighten(state.focus, -1),
        Action::ToggleMouse => {
            state.options.mouse = !state.options.mouse;
            note(state, if state.options.mouse { "the mouse is heard" } else { "the mouse is the terminal's" });
            return vec![Effect::Mouse(state.options.mouse)];
        }
        Action::SwitchTheme => {
            state.theme = state.theme.next();
            note(state, format!("theme: {}", state.theme.name()));
        }
        Action::NewTab => keep::new_tab(state),
        Action::CloseTab => return keep::close_tab(state),
        Action::NextTab => keep::turn_tab(state, 1),
        Action::PreviousTab => keep::turn_tab(state, state.tabs.len() - 1),
        // SQL that is typed as a question needs no other line to be run.
        Action::RunSql if state.focus == Pane::Ask => return ask::run_typed(state),
        Action::RunSql => return sql::run(state),
        Action::Send => return ask::send(state),
        Action::Stop => return stop(state),
        Action::EarlierQuestion => ask::recall(state, true),
        Action::LaterQuestion => ask::recall(state, false),
        Action::UseSql => return ask::use_sql(state),
        Action::Accept => return ask::accept(state),
        Action::Reject => return ask::reject(state),
        Action::AskAgain => return ask::ask_again(state),
        Action::Alternatives => return compare::alternatives(state),
        Action::CopySql => return ask::copy_sql(state),
        Action::AddNote => return kept::add_note(state),
        Action::AddFavourite => return kept::add_favourite(state),
        Action::Explain => return ask::explain(state),
        Action::Plan => return sql::plan(state),
        Action::Format => sql::format(state),
        Action::Complete => sql::complete(state),
        Action::TakeCompletion => sql::take_completion(state),
        Action::ExternalEditor => {
            // Whatever the editor does, what was written before it is safe.
            let mut effects = keep::save_drafts_now(state);
            effects.push(Effect::Edit(state.sql()));
            return effects;
        }
        Action::Suspend => return vec![Effect::Suspend],
        Action::ToggleVim => {
            state.options.vim = !state.options.vim;
            note(state, if state.options.vim { "vim keys in the SQL" } else { "plain keys in the SQL" });
        }
        Action::Undo => typed::undo(&mut state.tab_mut().editor),
        Action::Redo => typed::redo(&mut state.tab_mut().editor),
        Action::Up => move_cursor(state, -1),
        Action::Down => move_cursor(state, 1),
        Action::PageUp => move_cursor(state, -page(state)),
        Action::PageDown => move_cursor(state, page(state)),
        Action::Top => move_cursor(state, isize::MIN / 2),
        Action::Bottom => move_cursor(state, isize::MAX / 2),
        Action::Left => move_across(state, -1),
        Action::Right => move_across(state, 1),
        Action::FirstColumn => state.tab_mut().results.move_by(0, isize::MIN / 2),
        Action::LastColumn => state.tab_mut().results.move_by(0, isize::MAX / 2),
        Action::Toggle => state.tree.toggle(&state.schema.clone()),
        Action::Browse => return sql::browse(state),
        Action::InsertName => sql::insert_name(state),
        Action::Definition => sql::definition(state),
        Action::Diagram => diagram::open(state),
        Action::NextTable | Action::PreviousTable => {
            if let Some(Window::Diagram(shown)) = &mut state.window {
                shown.turn(if action == Action::NextTable { 1 } else { -1 });
            }
        }
        Action::Filter if state.focus == Pane::Results => state.tab_mut().results.filtering = state.tab().results.spool().is_some(),
        Action::Filter => {
            focus(state, Pane::Schema);
            state.tree.filtering = true;
        }
        Action::OpenCell => rows::open_cell(state),
        Action::Record => rows::open_record(state),
        Action::CopyCell => return rows::copy_cell(state),
        Action::CopyRow => return rows::copy_row(state),
        Action::CopyColumn => return rows::copy_rows(state, true),
        Action::CopyAll => return rows::copy_rows(state, false),
        Action::Sort => return rows::sort(state),
        Action::FollowKey => return jump::follow_key(state),
        Action::ReferringRows => return jump::referring_rows(state),
        Action::JumpBack => return jump::back(state),
        Action::HoldColumns | Action::HideColumn | Action::ShowColumns | Action::PinColumn | Action::ColumnLeft | Action::ColumnRight => {
            arrange::columns(state, action)
        }
        Action::Find => arrange::ask_find(state),
        Action::FindNext => return arrange::find_again(state, false),
        Action::FindPrevious => return arrange::find_again(state, true),
        Action::CopyAs => return arrange::copy_as(state),
        Action::Summary => return rows::summary(state),
        Action::Dates => rows::turn_dates(state),
        Action::WidenColumn => state.tab_mut().results.widen(4),
        Action::NarrowColumn => state.tab_mut().results.widen(-4),
        Action::FitColumn => state.tab_mut().results.fit(),
        Action::Chart => return rows::chart(state),
        Action::ChartKind => return rows::turn_chart(state, action, 1),
        Action::ChartX | Action::ChartY => return rows::turn_chart(state, action, 1),
        Action::Close => {
            match state.window.take() {
                Some(Window::Compare(compare)) => return compare::close(state, &compare),
                Some(closed) => list::behind(state, &closed),
                None => {}
            }
            state.tree.filtering = false;
            let tab = state.tab_mut();
            tab.completion = None;
            tab.results.filtering = false;
        }
    }
    Vec::new()
}

fn quit(state: &mut State) -> Vec<Effect> {
    let mut effects = keep::save_drafts_now(state);
    effects.push(Effect::Quit);
    effects
}

fn focus(state: &mut State, pane: Pane) {
    state.focus = pane;
    state.window = None;
    state.zoomed = state.zoomed && pane != Pane::Ask;
    state.tab_mut().completion = None;
}

fn move_focus(state: &mut State, by: usize) {
    let now = Pane::ALL.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let mut next = Pane::ALL[(now + by) % Pane::ALL.len()];
    if next == Pane::Schema && state.panes.schema_hidden {
        next = Pane::ALL[(now + 2 * by) % Pane::ALL.len()];
    }
    focus(state, next);
}

/// What the line under the cursor of the tree is called, for the status line.
pub fn current_name(state: &State) -> Option<String> {
    match state.tree.current(&state.schema)? {
        TreeRow::File { file, .. } => Some(file_name(&state.schema, file).to_owned()),
        TreeRow::Table { table, .. } => state.schema.tables.get(table).map(|table| table.name.clone()),
        TreeRow::Column { table, column } => {
            let table = state.schema.tables.get(table)?;
            table.columns.get(column).map(|column| format!("{}.{} {}", table.name, column.name, column.declared_type))
        }
    }
}
