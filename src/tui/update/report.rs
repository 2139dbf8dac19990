//! What workers say.

use std::sync::Arc;

use super::super::conversation::Stage;
use super::super::event::Effect;
use super::super::results::Content;
use super::super::state::{Notice, Pane, RunningJob, State, Window};
use super::{compare, keep, kept, list, note, opening, submit, train, warn, watch};
use crate::ask::AskEvent;
use crate::db::spool::Summary;
use crate::db::{Cell, Table};
use crate::jobs::{JobFailure, KeepWork, Kept, ModelsWork, Outcome, Report, ResultWork, TrainWork, Work};
use crate::records::{HistoryState, fold_question};
use crate::schema::Schema;
use crate::sql::describe;
use crate::sql::format::pretty;
use crate::store::Presence;
use crate::store::pull::PullEvent;
use crate::text;

/// Columns of a line that is too long to be read.
const LONG: usize = 60;

pub(super) fn on_report(state: &mut State, report: Report) -> Vec<Effect> {
    // What a job says after its end, or after another took its place, is old news.
    let job = report.job();
    let clock = state.clock_ms;
    let Some(running) = state.running.iter_mut().find(|running| running.job == job) else { return Vec::new() };
    match report {
        Report::Outline { path, schema, .. } => {
            if !running.stopping {
                state.database = path;
                state.schema = schema;
                state.tree.clamp(&state.schema);
            }
        }
        Report::LoadingModel { .. } => running.progress = Some("loading the model".into()),
        Report::ModelLoaded { info, .. } => {
            running.progress = None;
            state.model = Some(info);
            list::refresh(state);
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
            list::refresh(state);
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
            if let Some(entry) = state.entry_mut(job) {
                entry.apply(event, clock);
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
    match (&running.work, outcome) {
        (Work::Open { .. }, outcome) => return opened(state, &running, outcome),
        // A model that is missing is said when it is asked.
        (Work::Prepare, _) => {}
        (Work::Ask(_), outcome) => return answered(state, &running, outcome),
        (Work::Run { sql }, outcome) => return ran(state, &running, sql, outcome),
        (Work::Plan { sql }, Outcome::Planned(table)) => {
            let said = describe(sql, &state.schema);
            let reads = if said.tables.is_empty() { "no table".into() } else { said.tables.join(", ") };
            let text = format!("{}\n\nIt reads: {reads}\n\nHow SQLite runs it:\n{}", said.sentence, plan(&table));
            state.window = Some(Window::Text { title: "What the SQL does".into(), text, scroll: 0 });
        }
        (Work::Compare { .. }, outcome) => compare::came(state, running.job, outcome),
        (Work::Look, Outcome::Looked(change)) => return watch::looked(state, change),
        (Work::Refresh, Outcome::Refreshed { schema, restructured }) => return refreshed(state, schema, restructured),
        // What does not open any more is said when it is asked.
        (Work::Refresh, _) => {}
        (Work::Result(work), outcome) => return result(state, &running, work, outcome),
        (Work::Keep(work), Outcome::Kept(kept)) => kept_came(state, work, *kept),
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
            state.watch.looked_ms = state.clock_ms;
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
            Vec::new()
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
    if state.lacks_model() { Vec::new() } else { submit(state, Work::Prepare).1 }
}

fn answered(state: &mut State, running: &RunningJob, outcome: Outcome) -> Vec<Effect> {
    let mut effects = Vec::new();
    match outcome {
        Outcome::Answered(answer) => {
            let mut answer = answer;
            answer.sql = laid_out(&answer.sql);
            let sql = Some(answer.sql.clone()).filter(|sql| !sql.is_empty());
            let question = answer.question.clone();
            let milliseconds = answer.timings.total_ms.max(0.0) as u64;
            let back = answer.ask_back.as_ref().map(|back| {
                let choices = back.choices.iter().map(|choice| (choice.text.clone(), choice.sql.clone()));
                (back.question.clone(), choices.collect::<Vec<_>>())
            });
            let described = sql.as_deref().map(|sql| describe(sql, &state.schema).sentence).unwrap_or_default();
            if let Some(entry) = state.entry_mut(running.job) {
                entry.finish(*answer);
                entry.described = described;
            }
            let nothing_typed = state.window.is_none() && state.ask.is_empty();
            if let Some((question, choices)) = back.filter(|_| nothing_typed) {
                list::ask_back(state, question, choices);
            }
            let stage = state.entry_mut(running.job).map(|entry| entry.stage.clone());
            if let Some(sql) = sql {
                let kept = match stage {
                    Some(Stage::Failed) => HistoryState::Failed,
                    Some(Stage::Refused) => HistoryState::Refused,
                    _ => HistoryState::Proposed,
                };
                let work = KeepWork::History {
                    question: Some(question),
                    sql: sql.clone(),
                    state: kept,
                    rows: None,
                    milliseconds,
                    tab: running.tab,
                };
                effects = submit(state, Work::Keep(work)).1;
                match state.tab_named(running.tab) {
                    Some(tab) => tab.set_sql(&sql),
                    None => state.tab_mut().set_sql(&sql),
                }
            }
        }
        outcome => {
            let mut drafted = None;
            if let Some(entry) = state.entry_mut(running.job) {
                match outcome {
                    Outcome::Failed(failure) => {
                        entry.stage = Stage::Failed;
                        entry.failure = Some(failure);
                    }
                    _ => {
                        entry.stage = Stage::Cancelled;
                        // A draft that came before the end is worth keeping.
                        drafted = entry.sql().map(str::to_owned);
                    }
                }
            }
            if let Some(sql) = drafted {
                state.tab_named(running.tab).into_iter().for_each(|tab| tab.set_sql(&sql));
            }
        }
    }
    effects
}

/// SQL of one long line is read more easily in several.
fn laid_out(sql: &str) -> String {
    let long = !sql.contains('\n') && text::width(sql) > LONG;
    if long { pretty(sql).unwrap_or_else(|| sql.to_owned()) } else { sql.to_owned() }
}

fn ran(state: &mut State, running: &RunningJob, sql: &str, outcome: Outcome) -> Vec<Effect> {
    let entry = state.entries.iter_mut().rev().find(|entry| entry.sql() == Some(sql));
    let question = entry.as_ref().map(|entry| entry.question.clone());
    let (kept, rows, milliseconds) = match &outcome {
        Outcome::Ran { spool, elapsed } => (HistoryState::Ran, Some(spool.len() as u64), elapsed.as_millis() as u64),
        Outcome::Failed(_) => (HistoryState::Failed, None, state.clock_ms.saturating_sub(running.started_ms)),
        _ => (HistoryState::Cancelled, None, state.clock_ms.saturating_sub(running.started_ms)),
    };
    if let (Some(entry), Outcome::Ran { spool, .. }) = (entry, &outcome) {
        entry.stage = Stage::Ran(spool.len());
    }
    if let Some(tab) = state.tab_named(running.tab) {
        match outcome {
            Outcome::Ran { spool, elapsed } => tab.results.show(sql.to_owned(), spool, elapsed),
            Outcome::Failed(failure) => {
                tab.results = super::super::results::Results { content: Content::Failed(failure), sql: sql.into(), ..Default::default() };
            }
            // What was there before is kept.
            _ if matches!(tab.results.content, Content::Rows { .. }) => {}
            _ => tab.results.content = Content::Cancelled,
        }
    }
    if matches!(kept, HistoryState::Cancelled) {
        note(state, "the query was cancelled");
    }
    if state.focus == Pane::Ask || state.focus == Pane::Editor {
        // Where the person is stays; the rows are in view anyway.
        state.zoomed = false;
    }
    let work = KeepWork::History { question, sql: sql.into(), state: kept, rows, milliseconds, tab: running.tab };
    submit(state, Work::Keep(work)).1
}

fn result(state: &mut State, running: &RunningJob, work: &ResultWork, outcome: Outcome) -> Vec<Effect> {
    match (work, outcome) {
        (ResultWork::Arrange { spool, .. }, Outcome::Arranged(order)) => {
            let results = state.tab_named(running.tab).map(|tab| &mut tab.results);
            if let Some(results) = results.filter(|results| results.spool() == Some(spool)) {
                results.arranged(order);
            }
        }
        (ResultWork::Summarise { spool, column, .. }, Outcome::Summarised(summary)) => {
            let name = spool.columns().get(*column).map(|info| info.name.clone()).unwrap_or_default();
            let text = summed_up(&summary);
            state.window = Some(Window::Text { title: format!("Column {name}"), text, scroll: 0 });
        }
        (ResultWork::Chart { .. }, Outcome::Charted(points)) => {
            let chart = state.tab_named(running.tab).and_then(|tab| tab.results.chart.as_mut());
            if let Some(chart) = chart.filter(|chart| chart.job == Some(running.job)) {
                chart.points = Some(*points);
            }
        }
        (ResultWork::Copy { column, .. }, Outcome::Text(text)) => {
            note(state, if column.is_some() { "column copied" } else { "everything copied" });
            return vec![Effect::Copy(text)];
        }
        (ResultWork::Export { .. }, Outcome::Exported { path, rows }) => {
            note(state, format!("{} written: {}", text::counted(rows as u64, "row", "rows"), path.display()));
        }
        // A newer wish took its place.
        (ResultWork::Arrange { .. } | ResultWork::Chart { .. }, Outcome::Cancelled) => {}
        (_, Outcome::Cancelled) => note(state, "cancelled; nothing is left of it"),
        (_, Outcome::Failed(failure)) => said(state, &failure),
        (_, _) => {}
    }
    Vec::new()
}

fn kept_came(state: &mut State, work: &KeepWork, kept: Kept) {
    match kept {
        Kept::Recent(recent) => state.recent = recent,
        Kept::History { text, everywhere, entries } => kept::history_found(state, &text, everywhere, entries),
        Kept::Database(records) => {
            state.accepted = records.accepted.iter().map(|accepted| (fold_question(&accepted.question), accepted.sql.clone())).collect();
            state.records = records;
            if matches!(work, KeepWork::Database { .. }) {
                keep::restore_drafts(state);
                let own = state.records.accepted.len() + state.records.notes.len();
                if own == 0 && !state.records.similar.is_empty() && state.window.is_none() {
                    kept::offer_adoption(state);
                }
            }
        }
    }
    list::refresh(state);
}

fn trained(state: &mut State, work: &TrainWork, outcome: Outcome) -> Vec<Effect> {
    match (work, outcome) {
        (TrainWork::Check { words, .. }, Outcome::Text(plan)) => train::checked(state, words, &plan),
        (_, Outcome::Run(run)) => train::run_seen(state, *run),
        (TrainWork::List, Outcome::Runs(runs)) => train::runs_found(state, runs),
        (TrainWork::Check { .. }, Outcome::Failed(failure)) => {
            let hint = failure.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            let text = format!("{}{hint}", failure.message);
            state.window = Some(Window::Text { title: "This cannot be trained".into(), text, scroll: 0 });
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
            list::refresh(state);
            if let ModelsWork::Pull { name } = work {
                note(state, format!("{name} is here"));
                let installed = state.models.iter().filter(|model| model.presence == Presence::Installed).count();
                if lacked && installed == 1 && state.model.is_none() && !state.database.is_empty() {
                    return submit(state, Work::Prepare).1;
                }
            }
        }
        Outcome::Finished => note(state, "this model answers from now on"),
        Outcome::Failed(failure) => said(state, &failure),
        Outcome::Cancelled => note(state, "stopped; what came is kept"),
        _ => {}
    }
    if running.stopping || matches!(work, ModelsWork::Pull { .. } | ModelsWork::Use { .. }) {
        list::refresh(state);
    }
    if matches!(work, ModelsWork::Pull { .. }) && running.stopping {
        return submit(state, Work::Models(ModelsWork::List)).1;
    }
    Vec::new()
}

/// `EXPLAIN QUERY PLAN` as a tree.
fn plan(table: &Table) -> String {
    let mut depths: Vec<(i64, usize)> = vec![(0, 0)];
    let mut out = String::new();
    for row in &table.rows {
        let (Some(Cell::Integer(id)), Some(Cell::Integer(parent)), Some(Cell::Text(detail))) = (row.first(), row.get(1), row.get(3)) else {
            continue;
        };
        let depth = depths.iter().rev().find(|(own, _)| own == parent).map_or(0, |(_, depth)| *depth);
        depths.push((*id, depth + 1));
        let warning = if detail.starts_with("SCAN") && !detail.contains("INDEX") { "   (reads every row)" } else { "" };
        out.push_str(&format!("{}{}{detail}{warning}\n", "   ".repeat(depth), if depth > 0 { "└─ " } else { "" }));
    }
    out
}

fn summed_up(summary: &Summary) -> String {
    let shown = crate::db::export::cell_to_text;
    let percent = |n: u64| if summary.rows == 0 { 0.0 } else { 100.0 * n as f64 / summary.rows as f64 };
    let mut out = format!(
        "rows      {}\nNULL      {} ({:.1}%)\nempty     {}\ndistinct  {}\nmin       {}\nmax       {}\n",
        text::count(summary.rows),
        text::count(summary.nulls),
        percent(summary.nulls),
        text::count(summary.empty),
        text::count(summary.distinct),
        text::ellipsis(&shown(&summary.min), 60),
        text::ellipsis(&shown(&summary.max), 60),
    );
    if let Some(mean) = summary.mean {
        out.push_str(&format!("mean      {mean:.4}\n"));
    }
    let most = summary.top.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let width = summary.top.iter().map(|(value, _)| text::width(&text::ellipsis(&shown(value), 30))).max().unwrap_or(0);
    out.push_str("\nmost frequent\n");
    for (value, n) in &summary.top {
        let value = shown(value);
        let value = text::ellipsis(&value, 30);
        let gap = " ".repeat(width.saturating_sub(text::width(&value)));
        let bar = "█".repeat((20 * n).div_ceil(most) as usize);
        out.push_str(&format!("  {value}{gap}  {:>9} {:>5.1}%  {bar}\n", text::count(*n), percent(*n)));
    }
    out
}
