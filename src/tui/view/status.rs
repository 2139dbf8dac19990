//! The question's line, the status line, the footer.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::conversation::Stage;
use super::super::keys::{Context, label};
use super::super::state::{Notice, Pane, RunningJob, State};
use super::super::theme::Role;
use crate::jobs::{ModelsWork, ResultWork, Work};
use crate::text;

pub(super) fn ask_line(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let [prompt, line] = Layout::horizontal([Constraint::Length(5), Constraint::Min(1)]).areas(area);
    let focused = state.focus == Pane::Ask;
    let role = if focused { Role::Key } else { Role::Muted };
    frame.render_widget(Paragraph::new(Span::styled(if focused { "ask> " } else { "ask  " }, state.theme.style(role))), prompt);
    super::editor::draw(state, frame, &state.ask, line, false, focused);
}

pub(super) fn status_line(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let mut spans = Vec::new();
    let mut put = |text: String, role: Role| {
        if !spans.is_empty() {
            spans.push(Span::styled(" │ ", state.theme.style(Role::Muted)));
        }
        spans.push(Span::styled(text, state.theme.style(role)));
    };
    let file = state.database.rsplit(['/', '\\']).next().unwrap_or_default();
    put(if file.is_empty() { "no database".into() } else { text::ellipsis(&text::sanitize(file), 28).into_owned() }, Role::Title);
    put("read-only".into(), Role::Good);
    match &state.model {
        Some(model) => put(format!("{} on {}", text::ellipsis(&model.name, 24), model.device), Role::Plain),
        None if state.lacks_model() => put("no model; F7 fetches one".into(), Role::Attention),
        None => put("model not loaded".into(), Role::Muted),
    }
    let busy = state.running.iter().rev().find(|job| !job.is_quiet());
    match (&state.notice, busy) {
        (Some(Notice::Note(note)), _) => put(text::sanitize(note).into_owned(), Role::Plain),
        (Some(Notice::Warning(warning)), _) => put(format!("! {}", text::sanitize(warning)), Role::Attention),
        (None, Some(job)) => {
            let seconds = state.clock_ms.saturating_sub(job.started_ms) as f64 / 1000.0;
            put(format!("{} {seconds:.1} s", doing(state, job)), Role::Attention);
        }
        (None, None) if state.focus == Pane::Schema => {
            let name = super::super::update::current_name(state).unwrap_or_default();
            put(text::ellipsis(&text::sanitize(&name), 40).into_owned(), Role::Plain);
        }
        (None, None) => put("idle".into(), Role::Muted),
    }
    // What happens now matters more than what stands there always: on a narrow screen the model gives way, then everything else.
    let fits = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>() <= usize::from(area.width);
    if !fits(&spans) && spans.len() > 6 {
        spans.drain(4..6);
    }
    if !fits(&spans) && state.notice.is_some() {
        spans = spans.into_iter().next_back().into_iter().collect();
    }
    let line = Line::from(spans);
    frame.render_widget(Paragraph::new(line), area);
}

/// What a job does, in a few words.
fn doing(state: &State, job: &RunningJob) -> String {
    let progress = |otherwise: &str| job.progress.clone().unwrap_or_else(|| otherwise.to_owned());
    match (&job.work, job.stopping) {
        (_, true) => "stopping".into(),
        (Work::Open { .. }, _) => "opening".into(),
        (Work::Prepare, _) => progress("loading the model"),
        (Work::Run { .. }, _) => {
            job.progress.as_ref().map_or_else(|| "running the query".into(), |rows| format!("running the query, {rows}"))
        }
        (Work::Plan { .. }, _) => "asking SQLite for its plan".into(),
        (Work::Ask(_), _) => match state.entries.iter().find(|entry| entry.job == job.job).map(|entry| &entry.stage) {
            Some(Stage::Reading(percent)) => format!("reading {percent}%"),
            Some(Stage::Loading) => "loading the model".into(),
            _ => "writing".into(),
        },
        (Work::Result(ResultWork::Arrange { .. }), _) => "sorting and filtering".into(),
        (Work::Result(ResultWork::Export { .. }), _) => {
            job.progress.as_ref().map_or_else(|| "writing the file".into(), |rows| format!("writing the file, {rows}"))
        }
        (Work::Result(_), _) => "counting".into(),
        (Work::Models(ModelsWork::Pull { name }), _) => format!("{name}: {}", progress("fetching")),
        (Work::Models(ModelsWork::Use { .. }), _) => progress("loading the model"),
        (Work::Train(_), _) => "reading the model and the examples".into(),
        (Work::Models(_) | Work::Keep(_) | Work::Files { .. }, _) => "working".into(),
    }
}

pub(super) fn footer(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let context = state.context();
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut used = 0;
    let over = matches!(context, Context::Window | Context::List | Context::Prompt | Context::Run);
    let places: &[Context] = if over { &[context] } else { &[context, Context::Everywhere] };
    for &wanted in places {
        for (binding, keys) in state.options.keymap.of(wanted).filter(|(binding, keys)| !binding.footer.is_empty() && !keys.is_empty()) {
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
