//! Questions, and what a person says of answers.

use ratatui_textarea::TextArea;

use super::super::conversation::{Entry, Stage, Verdict, WRONG_BEFORE};
use super::super::event::Effect;
use super::super::results::Content;
use super::super::state::{Pane, Prompt, PromptKind, State, Window};
use super::super::tab::text_area;
use super::keep::put_sql;
use super::question::{accepted_before, before, last, percent, plain, turn, typed_sql, work};
use super::{ahead, answered, focus, list, models, note, sql, submit, warn};
use crate::jobs::{AskWork, JobId, KeepWork, Work};
use crate::records::Before;
use crate::sql::describe;
use crate::text::follow::points_back;

/// Sends the question; with an empty line, runs SQL that was checked.
pub(super) fn send(state: &mut State) -> Vec<Effect> {
    let question = state.ask.lines().join(" ").trim().to_owned();
    if question.is_empty() {
        return if state.entries.last().is_some_and(|entry| entry.stage == Stage::Checked) { sql::run_all(state) } else { Vec::new() };
    }
    if typed_sql(state, &question) {
        return list::typed_sql(state, &question);
    }
    send_question(state, question)
}

/// Runs what was typed where that is SQL, else what the editor has.
pub(super) fn run_typed(state: &mut State) -> Vec<Effect> {
    let typed = state.ask.lines().join(" ").trim().to_owned();
    match typed_sql(state, &typed) {
        true => run_as_sql(state, &typed),
        false => sql::run(state),
    }
}

/// Puts SQL that was typed as a question into the editor and runs it.
pub(super) fn run_as_sql(state: &mut State, text: &str) -> Vec<Effect> {
    state.ask = TextArea::default();
    state.recalled = None;
    let tab = state.tab().id;
    let mut effects = put_sql(state, tab, text);
    state.tab_mut().is_own();
    effects.extend(sql::run_all(state));
    effects
}

/// Asks what was typed, whatever it looks like.
pub(super) fn send_question(state: &mut State, question: String) -> Vec<Effect> {
    let newest = |state: &State| state.entries.last().map(|entry| entry.job);
    let before = newest(state);
    let effects = ask(state, question, Vec::new());
    // A question that could not be asked stays where it was typed: a model may have to be fetched first.
    if newest(state) != before {
        state.ask = TextArea::default();
        state.recalled = None;
    }
    effects
}

/// Asks, with `hints` for this question alone. Nothing happens where that is not possible; the person is told why.
pub(super) fn ask(state: &mut State, question: String, hints: Vec<String>) -> Vec<Effect> {
    let before = before(state, &question);
    ask_after(state, plain(&question).to_owned(), hints, before)
}

/// The same, as a question that follows on `before`.
fn ask_after(state: &mut State, question: String, hints: Vec<String>, before: Option<Before>) -> Vec<Effect> {
    if state.is_asking() {
        warn(state, "a question is being answered; Esc cancels it");
        return Vec::new();
    }
    if state.database.is_empty() {
        warn(state, "no database is open; Ctrl+O opens one");
        return Vec::new();
    }
    state.conversation_scroll = 0;
    state.selected_entry = 0;
    if hints.is_empty()
        && let Some((sql, follows)) = accepted_before(state, &question, before.as_ref())
    {
        let job = state.next_job;
        state.next_job += 1;
        let described = describe(&sql, &state.schema).sentence;
        state.entries.push(Entry { described, follows, ..Entry::known(job, question, sql.clone()) });
        let tab = state.tab().id;
        let mut effects = put_sql(state, tab, &sql);
        effects.extend(answered::run_if_wanted(state, tab));
        return effects;
    }
    if state.lacks_model() {
        let effects = models::models(state);
        warn(state, "no model is here yet: Enter fetches the selected one");
        return effects;
    }
    let last = last(state).filter(|last| before.is_none() && last.question != question);
    let followed = before.as_ref().or(last.as_ref());
    let work = AskWork {
        previous_percent: followed.and_then(|followed| percent(state, followed)),
        previous: before.clone().map(turn),
        before: last.map(turn),
        ..work(state, &question, &hints)
    };
    let mut effects = ahead::stop(state);
    let (job, submitted) = submit(state, Work::Ask(work));
    effects.extend(submitted);
    state.entries.push(Entry { follows: before, ..Entry::new(job, question, hints) });
    effects
}

pub(super) fn recall(state: &mut State, earlier: bool) {
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

pub(super) fn use_sql(state: &mut State) -> Vec<Effect> {
    let Some(sql) = state.current_entry().and_then(|entry| entry.sql().map(str::to_owned)) else { return Vec::new() };
    let tab = state.tab().id;
    focus(state, Pane::Editor);
    put_sql(state, tab, &sql)
}

pub(super) fn copy_sql(state: &mut State) -> Vec<Effect> {
    let sql = match &state.window {
        Some(Window::Compare(compare)) => compare.side().map(|side| side.sql.clone()),
        Some(Window::Notebook(page)) => page.cell().and_then(|cell| Some(cell.sql.as_ref()?.0.trim_end().to_owned())),
        _ => state.current_entry().and_then(|entry| entry.sql().map(str::to_owned)),
    };
    match sql {
        Some(sql) => {
            note(state, "SQL copied");
            vec![Effect::Copy(sql)]
        }
        None => {
            warn(state, "there is no SQL here to copy");
            Vec::new()
        }
    }
}

/// Keeps the answer as an example for this database. What the person made of the SQL counts, where they changed it.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.current_entry() else {
        warn(state, "there is no answer to accept; ask first");
        return Vec::new();
    };
    let (job, question, before) = (entry.job, entry.question.clone(), entry.follows.clone());
    // The newest answer stands in the editor; what was changed there and ran is what was meant.
    let is_newest = state.entries.last().is_some_and(|last| last.job == job);
    let ran = Some(state.tab().results.sql.clone()).filter(|_| is_newest && matches!(state.tab().results.content, Content::Rows { .. }));
    let in_editor = ran.filter(|ran| !ran.is_empty() && state.sql().contains(ran.as_str()));
    let Some(sql) = in_editor.or_else(|| entry.sql().map(str::to_owned)) else {
        warn(state, "this question has no SQL to accept");
        return Vec::new();
    };
    let changed = state.current_entry().is_some_and(|entry| entry.sql() != Some(sql.as_str()));
    if let Some(entry) = state.entry_mut(job) {
        entry.verdict = Some(Verdict::Accepted);
        entry.sql.clone_from(&sql);
    }
    let how = if changed { "accepted as you changed it" } else { "accepted" };
    let served = if before.is_some() { "the same question after the same answer" } else { "the same question" };
    if before.is_none() && points_back(&question) {
        note(state, format!("{how}: but a question that says only half is not answered by itself later"));
    } else {
        note(state, format!("{how}: {served} gets this SQL at once from now on"));
    }
    submit(state, Work::Keep(KeepWork::Accept { question, sql, before })).1
}

pub(super) fn reject(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.current_entry().filter(|entry| entry.sql().is_some()) else {
        warn(state, "there is no answer to reject");
        return Vec::new();
    };
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Reject(entry.job), text: text_area("") })));
    Vec::new()
}

/// The answer of `job` is wrong, for the reason `why`: that is kept, and the question asked again with it.
pub(super) fn rejected(state: &mut State, job: JobId, why: &str) -> Vec<Effect> {
    let why = why.trim().to_owned();
    let Some(entry) = state.entry_mut(job) else { return Vec::new() };
    entry.verdict = Some(Verdict::Rejected(why.clone()));
    let (question, sql, before) = (entry.question.clone(), entry.sql.clone(), entry.follows.clone());
    let mut hints = entry.hints.clone();
    hints.push(format!("{WRONG_BEFORE} {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")));
    if !why.is_empty() {
        hints.push(why.clone());
    }
    let mut effects = submit(state, Work::Keep(KeepWork::Reject { question: question.clone(), sql, note: why.clone() })).1;
    effects.extend(ask_after(state, question, hints, before));
    if !why.is_empty() && state.notice.is_none() {
        note(state, "asked again; n in the conversation makes the note a lasting one");
    }
    effects
}

/// Of several answers to the question of `job` this one is meant.
pub(super) fn meant(state: &mut State, job: JobId, sql: &str) -> Vec<Effect> {
    let described = describe(sql, &state.schema).sentence;
    if let Some(entry) = state.entry_mut(job).filter(|entry| entry.sql != sql) {
        sql.clone_into(&mut entry.sql);
        entry.described = described;
        if matches!(entry.stage, Stage::Ran(_)) {
            entry.stage = Stage::Checked;
        }
    }
    note(state, "Enter or F5 runs it");
    let tab = state.tab().id;
    put_sql(state, tab, sql)
}

pub(super) fn ask_again(state: &mut State) -> Vec<Effect> {
    match state.current_entry() {
        Some(entry) => {
            let (question, hints, before) = (entry.question.clone(), entry.hints.clone(), entry.follows.clone());
            ask_after(state, question, hints, before)
        }
        None => Vec::new(),
    }
}

/// Explains the SQL; where the last run failed, has it fixed.
pub(super) fn explain(state: &mut State) -> Vec<Effect> {
    let failure = match &state.tab().results.content {
        Content::Failed(failure) if matches!(state.focus, Pane::Results | Pane::Editor) => Some(failure.message.clone()),
        _ => None,
    };
    match failure {
        Some(message) => {
            let sql = state.tab().results.sql.clone();
            let asked = state.entries.last().filter(|entry| entry.sql() == Some(sql.as_str())).map(|entry| entry.question.clone());
            let question = asked.unwrap_or_else(|| format!("Fix this SQL: {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")));
            ask(state, question, vec![format!("This SQL fails with \"{message}\": {sql}")])
        }
        None => sql::plan(state),
    }
}
