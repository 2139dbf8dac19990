//! What workers say.

use std::sync::Arc;

use super::super::advice;
use super::super::conversation::{Entry, Stage};
use super::super::event::Effect;
use super::super::state::{Laid, Notice, RunningJob, State, Window};
use super::refresh::refresh;
use super::{
    answered, arrange, ask, compare, keep, kept, learn, note, notebook, opening, rows, script, settings, submit, train, warn, watch, words,
};
use crate::ask::AskEvent;
use crate::jobs::{Checked, JobFailure, KeepWork, Kept, ModelsWork, Outcome, Report, ResultWork, TrainWork, Work};
use crate::records::fold_question;
use crate::schema::Schema;
use crate::sql::describe;
use crate::store::Presence;
use crate::store::pull::PullEvent;
use crate::text;
use crate::train::event::Preview;

pub(super) fn on_report(state: &mut State, report: Report) -> Vec<Effect> {
    // What a job says after its end, or after another took its place, is old news.
    let job = report.job();
    let clock = state.clock_ms;
    let Some(running) = state.running.iter_mut().find(|running| running.job == job) else { return Vec::new() };
    match report {
        Report::Outline { path, schema, .. } => {
            if !running.stopping {
                let fingerprint = schema.fingerprint();
                state.drafts.is_open = false;
                state.database.clone_from(&path);
                state.schema = schema;
                state.tree.clamp(&state.schema);
                // Counting can take long, and what is written meanwhile must not be lost.
                return submit(state, Work::Keep(KeepWork::Database { path, fingerprint })).1;
            }
        }
        Report::Notes { notes, .. } if !running.stopping => warn(state, notes.join("; ")),
        Report::Notes { .. } => {}
        Report::LoadingModel { .. } => running.progress = Some("loading the model".into()),
        Report::ModelLoaded { info, .. } => {
            running.progress = None;
            state.model = Some(info);
            state.ahead = Default::default(); // this one has read nothing yet
            refresh(state);
        }
        Report::Adapter { adapter, .. } => {
            let problem = adapter
                .as_ref()
                .and_then(|adapter| Some(format!("the attached adapter {} is left out: {}", adapter.name, adapter.problem.as_ref()?)));
            state.adapter = adapter;
            if let Some(problem) = problem {
                warn(state, problem);
            }
        }
        Report::Progress { text, .. } => running.progress = Some(text),
        Report::Rows { rows, .. } => running.progress = Some(text::counted(rows as u64, "row", "rows")),
        Report::Pull { event, .. } => {
            running.progress = Some(match event {
                PullEvent::FellBack { reason } => format!("trying wheels, since {reason}"),
                PullEvent::Progress { done, total } => {
                    let percent = 100 * done / total.max(1);
                    let seconds = clock.saturating_sub(running.started_ms) as f64 / 1000.0;
                    let left = if done > 0 && seconds > 2.0 { seconds * total.saturating_sub(done) as f64 / done as f64 } else { 0.0 };
                    let left = std::time::Duration::from_secs_f64(left.min(1e6));
                    let eta = if left.is_zero() { String::new() } else { format!(", {} left", text::duration(left)) };
                    format!("{percent}% of {}{eta}", text::bytes(total))
                }
                PullEvent::Verifying => "verifying".into(),
            });
            refresh(state);
        }
        Report::Ask { event: AskEvent::Reading { done, total, .. }, .. } if running.work == Work::Prepare => {
            running.progress = Some(format!("the model reads the schema: {}%", 100 * done / total.max(1)));
            state.context_used = done;
        }
        Report::Ask { event, .. } => {
            match &event {
                AskEvent::Reading { done, .. } => state.context_used = *done,
                // What the model writes comes token by token, save what it was forced to.
                AskEvent::Text(_) => state.context_used += 1,
                _ => {}
            }
            let (tab, waits) = (running.tab, matches!(event, AskEvent::Drawing { .. }));
            if let Some(entry) = state.entry_mut(job) {
                entry.apply(event, clock);
            }
            if waits {
                return answered::offer_draft(state, job, tab);
            }
        }
        Report::Done { outcome, .. } => {
            let position = state.running.iter().position(|running| running.job == job);
            if let Some(running) = position.map(|position| state.running.remove(position)) {
                return on_done(state, running, advice::for_screen(outcome));
            }
        }
    }
    Vec::new()
}

fn on_done(state: &mut State, running: RunningJob, outcome: Outcome) -> Vec<Effect> {
    match (&running.work, outcome) {
        (Work::Open { .. }, outcome) => return opened(state, &running, outcome),
        // A model that is missing is said when it is asked.
        (Work::Prepare | Work::ReadAhead { .. }, _) => {}
        (Work::Ask(_), outcome) => return answered::answered(state, &running, outcome),
        (Work::Run { sql, .. }, outcome) => return answered::ran(state, &running, sql, outcome),
        (Work::Plan { sql }, Outcome::Planned(table)) => {
            let said = describe(sql, &state.schema);
            let reads = if said.tables.is_empty() { "no table".into() } else { said.tables.join(", ") };
            let text = format!("{}\n\nIt reads: {reads}\n\nHow SQLite runs it:\n{}", said.sentence, words::plan(&table, &state.schema));
            state.window = Some(Window::Text { title: "What the SQL does".into(), text, scroll: 0, copied: None, laid: Laid::default() });
        }
        (Work::Notebook(work), outcome) => return notebook::came(state, running.job, work, outcome),
        (Work::Compare { .. }, outcome) => compare::came(state, running.job, outcome),
        (Work::Look, Outcome::Looked { change, file }) => return watch::looked(state, change, file),
        (Work::Refresh, Outcome::Refreshed { schema, restructured }) => return refreshed(state, schema, restructured),
        // What does not open any more is said when it is asked.
        (Work::Refresh, _) => {}
        (Work::Result(work), outcome) => return result(state, &running, work, outcome),
        (Work::Keep(work), Outcome::Kept(kept)) => return kept_came(state, work, *kept),
        (Work::Keep(work), Outcome::Settings { path, text }) => return settings::came(state, work, path, text),
        (Work::Keep(work), Outcome::Script { path, text }) => script::came(state, work, path, text),
        (Work::Keep(_), Outcome::Exported { path, .. }) => note(state, format!("written: {}", path.display())),
        (Work::Models(work), outcome) => return models(state, &running, work, outcome),
        (Work::Train(work), outcome) => return trained(state, work, outcome),
        (Work::Files { .. }, Outcome::Files { folder, files }) => opening::files_found(state, &folder, files),
        // What is kept is a convenience: it must not hold anybody up, and is said once.
        (_, Outcome::Failed(failure)) => said(state, &failure),
        (_, Outcome::Cancelled) => state.notice = Some(Notice::Note("cancelled".into())),
        (_, _) => {}
    }
    Vec::new()
}

fn said(state: &mut State, failure: &JobFailure) {
    let hint = failure.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    warn(state, format!("{}{hint}", failure.message));
}

fn opened(state: &mut State, running: &RunningJob, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Opened { path, schema } => {
            if running.stopping {
                return Vec::new();
            }
            state.open_failure = None;
            state.entries.clear();
            state.records = Default::default();
            state.accepted.clear();
            state.watch = Default::default();
            state.ahead = Default::default();
            state.watch.looked_ms = state.clock_ms;
            // The outline may have told it before.
            state.drafts.is_open &= state.database == path;
            state.database.clone_from(&path);
            let fingerprint = schema.fingerprint();
            state.schema = schema;
            state.tree.clamp(&state.schema);
            let mut effects = submit(state, Work::Keep(KeepWork::Database { path, fingerprint })).1;
            if !state.lacks_model() {
                effects.extend(submit(state, Work::Prepare).1);
            }
            effects
        }
        Outcome::Failed(failure) => {
            // The database that was open before still is.
            if state.database.is_empty() || state.schema.tables.is_empty() {
                state.open_failure = Some(failure);
            } else {
                said(state, &failure);
            }
            keep::keep_nameless(state)
        }
        _ => Vec::new(),
    }
}

/// The schema after somebody changed the database.
fn refreshed(state: &mut State, schema: Arc<Schema>, restructured: bool) -> Vec<Effect> {
    state.schema = schema;
    state.tree.clamp(&state.schema);
    if !restructured {
        return Vec::new();
    }
    note(state, "tables or columns changed; the schema was read again");
    let (path, fingerprint) = (state.database.clone(), state.schema.fingerprint());
    let mut effects = submit(state, Work::Keep(KeepWork::Database { path, fingerprint })).1;
    if !state.lacks_model() {
        effects.extend(submit(state, Work::Prepare).1);
    }
    effects
}

fn result(state: &mut State, running: &RunningJob, work: &ResultWork, outcome: Outcome) -> Vec<Effect> {
    match (work, outcome) {
        (ResultWork::Arrange { spool, .. }, Outcome::Arranged(order)) => {
            let results = state.tab_named(running.tab).map(|tab| &mut tab.results);
            if let Some(results) = results.filter(|results| results.spool() == Some(spool)) {
                results.arranged(order);
                let is_drawn = results.chart.is_some();
                // A chart that was asked for meanwhile is one of these rows, too.
                if is_drawn && running.tab == state.tab().id {
                    return rows::draw(state);
                }
            }
        }
        (ResultWork::Summarise { spool, column, .. }, Outcome::Summarised(summary)) => {
            let name = spool.columns().get(*column).map(|info| info.name.clone()).unwrap_or_default();
            let text = words::summed_up(&summary);
            state.window = Some(Window::Text { title: format!("Column {name}"), text, scroll: 0, copied: None, laid: Laid::default() });
        }
        (ResultWork::Chart { .. }, Outcome::Charted(points)) => {
            let chart = state.tab_named(running.tab).and_then(|tab| tab.results.chart.as_mut());
            if let Some(chart) = chart.filter(|chart| chart.job == Some(running.job)) {
                chart.take(*points);
            }
        }
        (ResultWork::Copy { what, .. }, Outcome::Text(text)) => {
            note(state, arrange::said_of(what));
            return vec![Effect::Copy(text)];
        }
        (ResultWork::Export { .. }, Outcome::Exported { path, rows }) => {
            note(state, format!("{} written: {}", text::counted(rows as u64, "row", "rows"), path.display()));
        }
        (ResultWork::Find { .. }, Outcome::Found(found)) => arrange::found(state, running.tab, found),
        // A newer wish took its place.
        (ResultWork::Arrange { .. } | ResultWork::Chart { .. } | ResultWork::Find { .. }, Outcome::Cancelled) => {}
        (_, Outcome::Cancelled) => note(state, "cancelled; nothing is left of it"),
        (_, Outcome::Failed(failure)) => said(state, &failure),
        (_, _) => {}
    }
    Vec::new()
}

fn kept_came(state: &mut State, work: &KeepWork, kept: Kept) -> Vec<Effect> {
    let mut effects = Vec::new();
    match kept {
        Kept::Recent(recent) => state.recent = recent,
        Kept::History { text, everywhere, entries } => kept::history_found(state, &text, everywhere, entries),
        Kept::Database(records) => {
            let alone = records.accepted.iter().filter(|accepted| accepted.stands_alone());
            state.accepted = alone.map(|accepted| (fold_question(&accepted.question), accepted.sql.clone())).collect();
            state.records = records;
            if let KeepWork::Database { path, .. } = work
                && *path == state.database
            {
                state.values = state.records.values.iter().cloned().collect();
                if !state.drafts.is_open {
                    let drafts = state.records.drafts.clone();
                    keep::restore_drafts(state, &drafts);
                }
                let is_opening = state.running.iter().any(|job| matches!(job.work, Work::Open { .. }));
                if is_opening {
                    return effects;
                }
                effects = learn::look_for_stale(state);
                let own = state.records.accepted.len() + state.records.notes.len();
                if own == 0 && !state.records.similar.is_empty() && state.window.is_none() {
                    kept::offer_adoption(state);
                }
            }
        }
    }
    refresh(state);
    effects
}

fn trained(state: &mut State, work: &TrainWork, outcome: Outcome) -> Vec<Effect> {
    match (work, outcome) {
        (TrainWork::Check(_), Outcome::Checked(checked)) => train::checked(state, *checked),
        (_, Outcome::HandedOver { folder, .. }) => {
            let folder = folder.display();
            note(state, format!("exported to {folder}: run its run.sh elsewhere, then `sqllama runs import {folder}`"));
        }
        (_, Outcome::RunCompared { folder, compared }) => train::compared(state, &folder, *compared),
        (TrainWork::Compare { .. }, Outcome::Cancelled) => note(state, "stopped; c goes on with the questions that are left"),
        (TrainWork::Learn(_), Outcome::Run(run)) => learn::begun(state, *run),
        (_, Outcome::Run(run)) => return learn::run_came(state, *run),
        (_, Outcome::Stale(stale)) => learn::stale_found(state, &stale),
        (TrainWork::List | TrainWork::Remove { .. }, Outcome::Runs(runs)) => train::runs_found(state, runs),
        (TrainWork::Check(order), Outcome::Failed(failure)) => {
            let hint = failure.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            let preview = Preview { problem: Some(format!("{}{hint}", failure.message)), ..Preview::default() };
            train::checked(state, Checked { words: order.words.clone(), preview });
        }
        (_, Outcome::Failed(failure)) => said(state, &failure),
        (_, _) => {}
    }
    Vec::new()
}

fn models(state: &mut State, running: &RunningJob, work: &ModelsWork, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Models(models) => {
            let lacked = state.lacks_model() || state.models.is_empty();
            state.models = models;
            refresh(state);
            if let ModelsWork::Pull { name } = work {
                note(state, format!("{name} is here"));
                let installed = state.models.iter().filter(|model| model.presence == Presence::Installed).count();
                if lacked && installed == 1 && state.model.is_none() && !state.database.is_empty() {
                    return submit(state, Work::Prepare).1;
                }
            }
        }
        Outcome::Finished if matches!(work, ModelsWork::Allow { .. }) => {
            let ModelsWork::Allow { question, address } = work else { return Vec::new() };
            // The same question again takes the place of the one that was not sent.
            let is_unsent = |entry: &Entry| {
                let of_address = entry.failure.as_ref().is_some_and(|failure| failure.message.starts_with(address.as_str()));
                entry.stage == Stage::Failed && entry.question == *question && of_address
            };
            state.entries.retain(|entry| !is_unsent(entry));
            return ask::send_question(state, question.clone());
        }
        Outcome::Finished => note(state, "this model answers from now on"),
        Outcome::Failed(failure) => said(state, &failure),
        Outcome::Cancelled => note(state, "stopped; what came is kept"),
        _ => {}
    }
    if running.stopping || matches!(work, ModelsWork::Pull { .. } | ModelsWork::Use { .. }) {
        refresh(state);
    }
    if matches!(work, ModelsWork::Pull { .. }) && running.stopping {
        return submit(state, Work::Models(ModelsWork::List)).1;
    }
    Vec::new()
}
