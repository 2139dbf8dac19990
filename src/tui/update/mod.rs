//! `update(state, event) -> effects`: the only code that changes the state. Pure: no clock, no terminal, no thread.
//!
//! Files on their floors, the lowest first:
//! - `notice`, `work`, `focus`: what is told; work for the workers; which pane has the keys
//! - `words`: plans and columns in words
//! - `list`: windows with a list or a line to type
//! - `question`, `ahead`: what the model is asked with; questions that are still being typed
//! - `keep`: drafts, tabs, files
//! - `open`: what a path names is opened
//! - `kept`, `models`, `opening`: lists of what is kept, of models, of what can be opened
//! - `train`, `learn`: fine-tuning; learning the open database
//! - `refresh`: an open list shows what changed
//! - `settings`: the person's settings
//! - `watch`: a database that changes
//! - `rows`, `arrange`: results, charts; columns, finding, copying in other forms
//! - `sql`, `script`: the editor; files of SQL
//! - `jump`, `diagram`: along keys and back; boxes and lines
//! - `answered`, `ask`: answers and rows; questions, and what a person says of answers
//! - `compare`, `notebook`: answers side by side; notebooks
//! - `choose`: what is taken in a window
//! - `moving`, `mouse`: cursors, and what Esc stops; the mouse
//! - `typing`: text, typed or pasted
//! - `report`: what workers say

mod ahead;
mod answered;
mod arrange;
mod ask;
mod choose;
mod compare;
mod diagram;
mod focus;
mod jump;
mod keep;
mod kept;
mod learn;
mod list;
mod models;
mod mouse;
mod moving;
mod notebook;
mod notice;
mod open;
mod opening;
mod question;
mod refresh;
mod report;
mod rows;
mod script;
mod settings;
mod sql;
mod train;
mod typing;
mod watch;
mod words;
mod work;

pub(super) use ahead::is_wanted as is_read_ahead_wanted;
pub(super) use keep::save_drafts_now;
pub use open::{is_text, open};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use self::choose::Chosen;
use self::focus::{focus, move_focus};
use self::moving::{move_across, move_cursor, page, stop, stop_running};
use self::notice::{note, warn};
use self::typing::{on_paste, on_text};
use self::work::submit;
use super::event::{Effect, Event};
use super::keys::{Action, Context};
use super::state::{Pane, State, Window};
use super::typed;
use crate::jobs::{KeepWork, ModelsWork, Work};

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

fn on_action(state: &mut State, action: Action, quit_armed: bool, code: KeyCode) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(state),
        Action::StopOrQuit if quit_armed => return quit(state),
        Action::StopOrQuit if state.running.iter().any(|job| !job.stopping && !job.is_quiet()) => {
            // What began by itself ends with the first of two: who presses it twice wants to leave.
            if state.running.iter().all(|job| job.stopping || job.is_quiet() || job.is_unasked()) {
                state.quit_armed = true;
                note(state, "stopped; Ctrl+C again quits");
            }
            return stop_running(state);
        }
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
    if rows::are_missing(state, action) {
        return Vec::new();
    }
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
        Action::Choose => {
            return match choose::choose(state) {
                Chosen::Done(effects) => effects,
                Chosen::Action(action) => perform(state, action),
            };
        }
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
        Action::Structure => sql::structure(state),
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
