//! `update(state, event) -> effects`: the only code that changes the state. Pure: no clock, no terminal, no thread.

use crossterm::event::{KeyEvent, KeyEventKind};
use ratatui_textarea::{CursorMove, TextArea};

use super::conversation::{Entry, Stage};
use super::event::{Effect, Event};
use super::keys::{self, Action, Context};
use super::results::{self, Content};
use super::state::{Notice, Pane, RunningJob, State, Window};
use super::tree::TreeRow;
use crate::ask::AskEvent;
use crate::jobs::{JobId, Outcome, Report, Work};
use crate::sql::format::pretty;
use crate::sql::quote::identifier;

/// Rows that a page key moves by.
const PAGE: isize = 10;
/// Rows that browsing a table asks for.
const BROWSED_ROWS: usize = 1000;

/// Takes in `event`; gives what has to be done outside.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => on_key(state, key),
        Event::Paste(text) => {
            on_paste(state, &text);
            Vec::new()
        }
        Event::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        Event::Report(report) => on_report(state, report),
        Event::Tick(milliseconds) => {
            state.clock_ms = milliseconds;
            Vec::new()
        }
    }
}

/// Opens `database` in the background.
pub fn open(state: &mut State, database: &str) -> Vec<Effect> {
    submit(state, Work::Open { database: database.into() }).1
}

fn submit(state: &mut State, work: Work) -> (JobId, Vec<Effect>) {
    let job = state.next_job;
    state.next_job += 1;
    state.running.push(RunningJob { job, work: work.clone(), started_ms: state.clock_ms, percent: None, stopping: false });
    (job, vec![Effect::Submit { job, work }])
}

fn on_paste(state: &mut State, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match state.context() {
        Context::Ask => {
            state.ask.insert_str(text.replace('\n', " "));
        }
        Context::Editor => {
            state.editor.insert_str(text);
        }
        Context::Filter => state.tree.filter.push_str(text.lines().next().unwrap_or_default()),
        _ => {}
    }
}

fn on_key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    state.notice = None;
    let armed = std::mem::take(&mut state.quit_armed);
    let context = state.context();
    match keys::action(context, &key) {
        Some(action) => on_action(state, action, armed),
        None => {
            on_text(state, context, key);
            Vec::new()
        }
    }
}

fn on_text(state: &mut State, context: Context, key: KeyEvent) {
    match context {
        Context::Ask => {
            state.recalled = None;
            state.ask.input(key);
        }
        Context::Editor => {
            state.editor.input(key);
        }
        Context::Filter => {
            match key.code {
                crossterm::event::KeyCode::Char(c) => state.tree.filter.push(c),
                crossterm::event::KeyCode::Backspace => {
                    state.tree.filter.pop();
                }
                _ => {}
            }
            state.tree.selected = 0;
        }
        _ => {}
    }
}

fn on_action(state: &mut State, action: Action, quit_armed: bool) -> Vec<Effect> {
    match action {
        Action::Quit => return vec![Effect::Quit],
        Action::Help => state.window = Some(Window::Help { scroll: 0 }),
        Action::NextPane => move_focus(state, 1),
        Action::PreviousPane => move_focus(state, Pane::ALL.len() - 1),
        Action::FocusAsk => focus(state, Pane::Ask),
        Action::FocusPane(number) => focus(state, Pane::ALL[number.min(Pane::ALL.len() - 1)]),
        Action::Zoom => state.zoomed = !state.zoomed && state.focus != Pane::Ask,
        Action::RunSql => return run(state),
        Action::Send => return send(state),
        Action::Stop => return stop(state),
        Action::StopOrQuit if state.running.iter().any(|job| !job.stopping) => return stop_running(state),
        Action::StopOrQuit if quit_armed => return vec![Effect::Quit],
        Action::StopOrQuit => {
            state.quit_armed = true;
            state.notice = Some(Notice::Note("nothing runs; Ctrl+C again quits".into()));
        }
        Action::EarlierQuestion => recall(state, true),
        Action::LaterQuestion => recall(state, false),
        Action::Up => move_cursor(state, -1),
        Action::Down => move_cursor(state, 1),
        Action::PageUp => move_cursor(state, -PAGE),
        Action::PageDown => move_cursor(state, PAGE),
        Action::Top => move_cursor(state, isize::MIN / 2),
        Action::Bottom => move_cursor(state, isize::MAX / 2),
        Action::Left => state.results.move_by(0, -1),
        Action::Right => state.results.move_by(0, 1),
        Action::FirstColumn => state.results.move_by(0, isize::MIN / 2),
        Action::LastColumn => state.results.move_by(0, isize::MAX / 2),
        Action::Toggle => state.tree.toggle(&state.schema.clone()),
        Action::Browse => return browse(state),
        Action::Filter => state.tree.filtering = true,
        Action::OpenCell => open_cell(state),
        Action::CopyCell => return copy(state, false),
        Action::CopyRow => return copy(state, true),
        Action::UseSql => use_sql(state),
        Action::Format => match pretty(&state.sql()) {
            Some(sql) => set_sql(state, &sql),
            None => state.notice = Some(Notice::Warning("this SQL cannot be laid out anew".into())),
        },
        Action::Undo => {
            state.editor.undo();
        }
        Action::Redo => {
            state.editor.redo();
        }
        Action::Close => {
            state.window = None;
            state.tree.filtering = false;
        }
    }
    Vec::new()
}

fn focus(state: &mut State, pane: Pane) {
    state.focus = pane;
    state.window = None;
    state.zoomed = state.zoomed && pane != Pane::Ask;
}

fn move_focus(state: &mut State, by: usize) {
    let now = Pane::ALL.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    focus(state, Pane::ALL[(now + by) % Pane::ALL.len()]);
}

/// Sends the question; with an empty line, runs SQL that was checked.
fn send(state: &mut State) -> Vec<Effect> {
    let question = state.ask.lines().join(" ").trim().to_owned();
    if question.is_empty() {
        return if state.entries.last().is_some_and(|entry| entry.stage == Stage::Checked) { run(state) } else { Vec::new() };
    }
    if state.is_asking() {
        state.notice = Some(Notice::Warning("a question is being answered; Esc cancels it".into()));
        return Vec::new();
    }
    if state.database.is_empty() {
        state.notice = Some(Notice::Warning("no database is open".into()));
        return Vec::new();
    }
    let (job, effects) = submit(state, Work::Ask { question: question.clone() });
    state.entries.push(Entry::new(job, question));
    state.ask = TextArea::default();
    state.recalled = None;
    state.conversation_scroll = 0;
    effects
}

fn run(state: &mut State) -> Vec<Effect> {
    let sql = state.sql();
    if sql.trim().is_empty() {
        state.notice = Some(Notice::Warning("there is no SQL to run; ask a question, or write some".into()));
        return Vec::new();
    }
    if state.running.iter().any(|job| matches!(job.work, Work::Run { .. })) {
        state.notice = Some(Notice::Warning("a query runs; Esc cancels it".into()));
        return Vec::new();
    }
    submit(state, Work::Run { sql }).1
}

/// Closes what is open, else cancels what runs.
fn stop(state: &mut State) -> Vec<Effect> {
    if state.window.take().is_some() {
        return Vec::new();
    }
    if state.tree.filtering || (state.focus == Pane::Schema && !state.tree.filter.is_empty()) {
        state.tree.filtering = false;
        state.tree.filter.clear();
        return Vec::new();
    }
    stop_running(state)
}

/// Cancels the newest job.
fn stop_running(state: &mut State) -> Vec<Effect> {
    match state.running.iter_mut().rev().find(|job| !job.stopping) {
        Some(job) => {
            job.stopping = true;
            vec![Effect::Cancel(job.job)]
        }
        None => Vec::new(),
    }
}

fn recall(state: &mut State, earlier: bool) {
    let newest_first: Vec<String> = state.entries.iter().rev().map(|entry| entry.question.clone()).collect();
    state.recalled = match (state.recalled, earlier) {
        (None, true) if !newest_first.is_empty() => Some(0),
        (Some(at), true) => Some((at + 1).min(newest_first.len() - 1)),
        (Some(at), false) => at.checked_sub(1),
        (None, _) => None,
    };
    let text = state.recalled.and_then(|at| newest_first.get(at).cloned()).unwrap_or_default();
    state.ask = text_area(&text);
}

fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

fn move_cursor(state: &mut State, by: isize) {
    match (&mut state.window, state.focus) {
        (Some(Window::Help { scroll } | Window::Cell { scroll, .. }), _) => *scroll = scroll.saturating_add_signed(by).min(10_000),
        (None, Pane::Schema) => {
            state.tree.selected = state.tree.selected.saturating_add_signed(by);
            state.tree.clamp(&state.schema);
        }
        (None, Pane::Conversation) => state.conversation_scroll = state.conversation_scroll.saturating_add_signed(-by).min(10_000),
        (None, Pane::Results) => state.results.move_by(by, 0),
        (None, Pane::Editor | Pane::Ask) => {}
    }
}

/// Puts a query for the table's rows into the editor, and runs it.
fn browse(state: &mut State) -> Vec<Effect> {
    let Some(table) = state.tree.current_table(&state.schema).and_then(|table| state.schema.tables.get(table)) else { return Vec::new() };
    set_sql(state, &format!("SELECT * FROM {} LIMIT {BROWSED_ROWS}", identifier(&table.name)));
    run(state)
}

fn set_sql(state: &mut State, sql: &str) {
    // Through select and insert, so that undo brings back what stood there.
    state.editor.select_all();
    state.editor.cut();
    state.editor.insert_str(sql);
    state.editor.move_cursor(CursorMove::Top);
}

fn open_cell(state: &mut State) {
    if let (Some(cell), Some(name)) = (state.results.cell(), state.results.column_name()) {
        state.window = Some(Window::Cell { title: name.into(), text: results::in_full(cell), scroll: 0 });
    }
}

fn copy(state: &mut State, row: bool) -> Vec<Effect> {
    let text = match (row, state.results.table().and_then(|table| table.rows.get(state.results.row)), state.results.cell()) {
        (true, Some(cells), _) => cells.iter().map(results::copied).collect::<Vec<_>>().join("\t"),
        (false, _, Some(cell)) => results::copied(cell),
        _ => return Vec::new(),
    };
    state.notice = Some(Notice::Note(if row { "row copied".into() } else { "cell copied".into() }));
    vec![Effect::Copy(text)]
}

fn use_sql(state: &mut State) {
    if let Some(sql) = state.entries.iter().rev().find_map(|entry| entry.sql().map(str::to_owned)) {
        set_sql(state, &sql);
        focus(state, Pane::Editor);
    }
}

fn on_report(state: &mut State, report: Report) -> Vec<Effect> {
    // What a job says after its end, or after another took its place, is old news.
    let job = match &report {
        Report::Outline { job, .. }
        | Report::LoadingModel { job }
        | Report::ModelLoaded { job, .. }
        | Report::Ask { job, .. }
        | Report::Done { job, .. } => *job,
    };
    let Some(running) = state.running.iter_mut().find(|running| running.job == job) else { return Vec::new() };
    match report {
        Report::Outline { path, schema, .. } => {
            state.database = path;
            state.schema = schema;
            state.tree.clamp(&state.schema);
        }
        Report::LoadingModel { .. } => {}
        Report::ModelLoaded { info, .. } => state.model = Some(info),
        Report::Ask { event: AskEvent::Reading { done, total, .. }, .. } if running.work == Work::Prepare => {
            running.percent = u8::try_from(100 * done / total.max(1)).ok();
        }
        Report::Ask { event, .. } => {
            if let Some(entry) = state.entry_mut(job) {
                entry.apply(event);
            }
        }
        Report::Done { outcome, .. } => {
            let position = state.running.iter().position(|running| running.job == job);
            if let Some(running) = position.map(|position| state.running.remove(position)) {
                return on_done(state, running, outcome);
            }
        }
    }
    Vec::new()
}

fn on_done(state: &mut State, running: RunningJob, outcome: Outcome) -> Vec<Effect> {
    match (running.work, outcome) {
        (Work::Open { .. }, Outcome::Opened { path, schema }) => {
            state.open_failure = None;
            state.database = path;
            state.schema = schema;
            state.tree.clamp(&state.schema);
            return submit(state, Work::Prepare).1;
        }
        // A model that is missing is said when it is asked.
        (Work::Prepare, _) => {}
        (Work::Open { .. }, Outcome::Failed(failure)) => state.open_failure = Some(failure),
        (Work::Ask { .. }, Outcome::Answered(answer)) => {
            let sql = Some(answer.sql.clone()).filter(|sql| !sql.is_empty());
            if let Some(entry) = state.entry_mut(running.job) {
                entry.finish(*answer);
            }
            if let Some(sql) = sql {
                set_sql(state, &sql);
            }
        }
        (Work::Ask { .. }, outcome) => {
            if let Some(entry) = state.entry_mut(running.job) {
                match outcome {
                    Outcome::Failed(failure) => {
                        entry.stage = Stage::Failed;
                        entry.failure = Some(failure);
                    }
                    _ => entry.stage = Stage::Cancelled,
                }
            }
        }
        (Work::Run { sql }, Outcome::Ran { table, elapsed }) => {
            let rows = table.rows.len();
            if let Some(entry) = state.entries.iter_mut().rev().find(|entry| entry.sql() == Some(sql.as_str())) {
                entry.stage = Stage::Ran(rows);
            }
            state.results.show(table, elapsed);
            if state.focus == Pane::Ask || state.focus == Pane::Editor {
                // Where the person is stays; the rows are in view anyway.
                state.zoomed = false;
            }
        }
        (Work::Run { .. }, Outcome::Failed(failure)) => state.results.content = Content::Failed(failure),
        (Work::Run { .. }, Outcome::Cancelled) => state.results.content = Content::Cancelled,
        (_, Outcome::Cancelled) => state.notice = Some(Notice::Note("cancelled".into())),
        (_, _) => {}
    }
    Vec::new()
}

/// What the line under the cursor of the tree is called, for the status line.
pub fn current_name(state: &State) -> Option<String> {
    match state.tree.current(&state.schema)? {
        TreeRow::Table { table, .. } => state.schema.tables.get(table).map(|table| table.name.clone()),
        TreeRow::Column { table, column } => {
            let table = state.schema.tables.get(table)?;
            table.columns.get(column).map(|column| format!("{}.{} {}", table.name, column.name, column.declared_type))
        }
    }
}
