//! The question's line, the status line, the footer.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::conversation::Stage;
use super::super::keys::{Action, Context, label};
use super::super::layout::ASK_WIDTH;
use super::super::state::{Notice, Pane, RunningJob, State};
use super::super::theme::Role;
use super::conversation::wrap;
use crate::jobs::{ModelsWork, ResultWork, TrainWork, Work};
use crate::text;

pub(super) fn ask_line(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let [prompt, line] = Layout::horizontal([Constraint::Length(ASK_WIDTH), Constraint::Min(1)]).areas(area);
    let focused = state.focus == Pane::Ask;
    let role = if focused { Role::Key } else { Role::Muted };
    frame.render_widget(Paragraph::new(Span::styled(if focused { "ask> " } else { "ask  " }, state.theme.style(role))), prompt);
    super::editor::wrapped(state, frame, &state.ask, line, focused);
}

pub(super) fn status_line(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let mut parts: Vec<(Part, Span<'static>)> = Vec::new();
    let mut put = |part: Part, text: String, role: Role| parts.push((part, Span::styled(text, state.theme.style(role))));
    let name = state.database_name();
    let name = if name.is_empty() { "no database".into() } else { text::ellipsis(&text::sanitize(&name), 28).into_owned() };
    put(Part::Database, name, Role::Title);
    put(Part::Badge, "read-only".into(), Role::Good);
    match &state.model {
        Some(model) => {
            let adapter = match &state.adapter {
                Some(adapter) if adapter.problem.is_none() => format!(" + {}", text::ellipsis(&text::sanitize(&adapter.name), 20)),
                Some(_) => " (adapter left out)".into(),
                None => String::new(),
            };
            // A server that has not said yet what its model is called is known by its address alone.
            let told = match &model.name {
                name if *name == model.device => format!("{}{adapter}", model.device),
                name => format!("{}{adapter} on {}", text::ellipsis(&text::sanitize(name), 24), model.device),
            };
            put(Part::Model, told, Role::Plain);
            if state.context_used > 0 && model.context_length > 0 {
                let (used, all) = (state.context_used, model.context_length);
                put(Part::Context, format!("context {} of {}", text::count(used as u64), text::count(all as u64)), Role::Muted);
            }
        }
        None if state.lacks_model() => put(Part::Model, "no model; F7 fetches one".into(), Role::Attention),
        None => put(Part::Model, "model not loaded".into(), Role::Muted),
    }
    let busy = state.running.iter().rev().find(|job| !job.is_quiet());
    let notice = notice(state, usize::from(area.width));
    match (notice, busy) {
        (Some((lines, role)), _) => put(Part::Now, lines.into_iter().next().unwrap_or_default(), role),
        (None, Some(job)) => {
            let seconds = state.clock_ms.saturating_sub(job.started_ms) as f64 / 1000.0;
            put(Part::Now, format!("{} {seconds:.1} s", doing(state, job)), Role::Attention);
        }
        (None, None) if state.focus == Pane::Schema => {
            let name = state.tree.current_name(&state.schema).unwrap_or_default();
            put(Part::Now, text::ellipsis(&text::sanitize(&name), 40).into_owned(), Role::Plain);
        }
        (None, None) => put(Part::Now, "idle".into(), Role::Muted),
    }
    // What happens now matters more than what stands there always, which gives way on a narrow screen; the badge stays unless words of ours
    // need the whole line.
    let room = usize::from(area.width);
    let width = |parts: &[(Part, Span<'_>)]| parts.iter().map(|(_, span)| span.width() + 3).sum::<usize>().saturating_sub(3);
    for part in [Part::Context, Part::Model, Part::Database, Part::Badge] {
        if width(&parts) > room && (part != Part::Badge || state.notice.is_some()) {
            parts.retain(|(own, _)| *own != part);
        }
    }
    let between = Span::styled(" │ ", state.theme.style(Role::Muted));
    let spans = parts.into_iter().enumerate().flat_map(|(at, (_, span))| (at > 0).then(|| between.clone()).into_iter().chain([span]));
    frame.render_widget(Paragraph::new(Line::from(spans.collect::<Vec<_>>())), area);
}

/// What is to be noticed, broken where it is wider than the line.
fn notice(state: &State, room: usize) -> Option<(Vec<String>, Role)> {
    let (text, role) = match state.notice.as_ref()? {
        Notice::Note(note) => (text::sanitize(note).into_owned(), Role::Plain),
        Notice::Warning(warning) => (format!("! {}", text::sanitize(warning)), Role::Attention),
    };
    let lines = if text::width(&text) > room { wrap(&text, room) } else { vec![text] };
    Some((lines, role))
}

/// A part of the status line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Database,
    Badge,
    Model,
    Context,
    Now,
}

/// What a job does, in a few words.
fn doing(state: &State, job: &RunningJob) -> String {
    let progress = |otherwise: &str| job.progress.clone().unwrap_or_else(|| otherwise.to_owned());
    match (&job.work, job.stopping) {
        (_, true) => "stopping".into(),
        (Work::Open { .. }, _) => progress("opening"),
        (Work::Prepare, _) => progress("loading the model"),
        (Work::Run { .. }, _) => {
            job.progress.as_ref().map_or_else(|| "running the query".into(), |rows| format!("running the query, {rows}"))
        }
        (Work::Plan { .. }, _) => "asking SQLite for its plan".into(),
        (Work::Ask(_), _) => match state.entries.iter().find(|entry| entry.job == job.job).map(|entry| &entry.stage) {
            Some(Stage::Reading(percent)) => format!("reading {percent}%"),
            Some(Stage::Loading) => "loading the model".into(),
            Some(Stage::Drawing(drafts, _)) => format!("comparing {} drafts", drafts + 1),
            _ => match state.entries.iter().find(|entry| entry.job == job.job).and_then(|entry| entry.speed(state.clock_ms)) {
                Some(speed) => format!("writing, {speed:.0} tokens/s,"),
                None => "writing".into(),
            },
        },
        (Work::Compare { .. }, _) => "running the answers".into(),
        (Work::Notebook(_), _) => progress("reading the notebook"),
        (Work::Result(ResultWork::Arrange { .. }), _) => "sorting and filtering".into(),
        (Work::Result(ResultWork::Export { spool, order, .. }), _) => {
            let all = order.as_ref().map_or(spool.len(), |order| order.len());
            let of = |rows: &String| format!("writing the file, {rows} of {};", text::count(all as u64));
            job.progress.as_ref().map_or_else(|| "writing the file".into(), of)
        }
        (Work::Result(ResultWork::Find { .. }), _) => "looking".into(),
        (Work::Result(_), _) => "counting".into(),
        (Work::Models(ModelsWork::Pull { name }), _) => format!("{name}: {}", progress("fetching")),
        (Work::Models(ModelsWork::Use { .. }), _) => progress("loading the model"),
        (Work::Train(TrainWork::Compare { .. }), _) => progress("comparing"),
        (Work::Train(TrainWork::Remove { .. }), _) => "deleting the run".into(),
        (Work::Train(TrainWork::Learn(_)), _) => "beginning to learn".into(),
        (Work::Train(_), _) => "reading the model and the examples".into(),
        (Work::Models(_) | Work::Keep(_) | Work::Files { .. } | Work::Look | Work::Refresh | Work::ReadAhead { .. }, _) => "working".into(),
    }
}

pub(super) fn footer(state: &State, frame: &mut Frame<'_>, area: Rect) {
    // Keys are known; what happened just now may not be.
    if let Some((lines, role)) = notice(state, usize::from(area.width)).filter(|(lines, _)| lines.len() > 1) {
        let rest = lines.get(1..).unwrap_or_default().concat();
        let rest = text::ellipsis(&rest, usize::from(area.width)).into_owned();
        frame.render_widget(Paragraph::new(Span::styled(rest, state.theme.style(role))), area);
        return;
    }
    let context = state.context();
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut used = 0;
    let over = matches!(
        context,
        Context::Window | Context::List | Context::Prompt | Context::Run | Context::Compare | Context::Check | Context::Notebook
    );
    let places: &[Context] = if over { &[context] } else { &[context, Context::Everywhere] };
    for &wanted in places {
        for (binding, keys) in state.options.keymap.of(wanted).filter(|(binding, keys)| !binding.footer.is_empty() && !keys.is_empty()) {
            if binding.action == Action::Dates && !state.tab().results.dates.is_any() {
                continue;
            }
            let key = keys.first().map(|key| label(key)).unwrap_or_default();
            let width = text::width(&key) + text::width(binding.footer) + 3;
            if used + width > usize::from(area.width) {
                continue;
            }
            used += width;
            spans.push(Span::styled(key, state.theme.style(Role::Key)));
            spans.push(Span::raw(format!(" {}  ", binding.footer)));
        }
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}
