//! A training run: where it stands, and its loss.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Block, Borders, Chart, Clear, Dataset, GraphType, Paragraph, Wrap};

use super::super::state::State;
use super::super::theme::Role;
use crate::jobs::RunRow;
use crate::text;
use crate::train::event::Phase;

/// Steps behind which the loss is smoothed away by half, about.
const SMOOTH: f64 = 0.9;

pub(super) fn run(state: &State, frame: &mut Frame<'_>, area: Rect, run: &RunRow) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let name = run.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let block = Block::new()
        .borders(Borders::ALL)
        .border_style(state.theme.style(Role::FocusedBorder))
        .title(Line::styled(format!("[Run {}]", text::sanitize(&name)), state.theme.style(Role::Title)));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let words = words(state, run);
    let height = (words.len() as u16).min(inner.height.saturating_sub(6));
    let [top, bottom] = Layout::vertical([Constraint::Length(height), Constraint::Min(4)]).areas(inner);
    frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), top);
    curves(state, frame, bottom, run);
}

fn words(state: &State, run: &RunRow) -> Vec<Line<'static>> {
    let progress = &run.progress;
    let (phase, role) = match progress.phase {
        _ if run.failed => ("Failed", Role::Error),
        Phase::Waiting if run.running_here => ("Reading the model and the examples ...", Role::Attention),
        Phase::Waiting => ("Not begun", Role::Muted),
        Phase::Running if run.running_here => ("Running", Role::Good),
        Phase::Running => ("Running elsewhere, or cut off; r goes on from the last checkpoint", Role::Attention),
        Phase::Paused => ("Paused; r goes on", Role::Attention),
        Phase::Finished => ("Finished; a attaches the adapter to this database", Role::Good),
        Phase::Failed => ("Failed", Role::Error),
    };
    let mut lines = vec![Line::styled(phase, state.theme.style(role))];
    let seconds = |seconds: f64| text::duration(std::time::Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
    let mut numbers = vec![format!("step {}/{}, epoch {:.2}", progress.step, progress.total_steps, progress.epoch)];
    if let Some(point) = progress.points.last() {
        numbers.push(format!("loss {:.4}", point.loss));
        numbers.extend(progress.smoothed_loss.map(|loss| format!("smoothed {loss:.4}")));
        numbers.push(format!("rate {:.2e}", point.learning_rate));
        numbers.push(format!("gradient {:.3}", point.grad_norm));
    }
    lines.push(Line::raw(numbers.join("   ")));
    let mut rest: Vec<String> = Vec::new();
    rest.extend(progress.tokens_per_second.map(|speed| format!("{speed:.0} tokens/s")));
    rest.extend(progress.seconds_left.map(|left| format!("{} left", seconds(left))));
    rest.extend(progress.evaluations.last().map(|(step, loss)| format!("held-out loss {loss:.4} at step {step}")));
    rest.extend(progress.saved.map(|step| format!("checkpoint at step {step}")));
    if !rest.is_empty() {
        lines.push(Line::raw(rest.join("   ")));
    }
    lines.extend(
        progress
            .warnings
            .iter()
            .rev()
            .take(2)
            .map(|warning| Line::styled(format!("! {}", text::sanitize(warning)), state.theme.style(Role::Attention))),
    );
    match &progress.failure {
        Some(failure) => lines.push(Line::styled(format!("error: {}", text::sanitize(failure)), state.theme.style(Role::Error))),
        None if run.failed || progress.phase == Phase::Waiting => {
            lines.push(Line::styled(text::sanitize(&run.last).into_owned(), state.theme.style(Role::Muted)));
        }
        None => {}
    }
    lines
}

fn curves(state: &State, frame: &mut Frame<'_>, area: Rect, run: &RunRow) {
    let progress = &run.progress;
    let raw: Vec<(f64, f64)> = progress.points.iter().map(|point| (point.step as f64, point.loss)).collect();
    let Some(last) = raw.last().map(|(step, _)| *step) else {
        frame.render_widget(Paragraph::new(Line::styled("the loss is drawn here", state.theme.style(Role::Muted))), area);
        return;
    };
    let mut mean = None;
    let smooth: Vec<(f64, f64)> = raw
        .iter()
        .map(|&(step, loss)| {
            let now = mean.map_or(loss, |mean: f64| SMOOTH * mean + (1.0 - SMOOTH) * loss);
            mean = Some(now);
            (step, now)
        })
        .collect();
    let held_out: Vec<(f64, f64)> = progress.evaluations.iter().map(|(step, loss)| (*step as f64, *loss)).collect();
    let losses = raw.iter().chain(&held_out).map(|(_, loss)| *loss).filter(|loss| loss.is_finite());
    let high = losses.fold(0.0, f64::max).max(1e-9);
    let end = last.max(progress.total_steps as f64).max(2.0);
    let style = state.theme.style(Role::Muted);
    let mut data = vec![
        Dataset::default().name("loss").marker(Marker::Dot).graph_type(GraphType::Scatter).style(style).data(&raw),
        Dataset::default()
            .name("smoothed")
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(state.theme.style(Role::Key))
            .data(&smooth),
    ];
    if !held_out.is_empty() {
        let style = state.theme.style(Role::Attention);
        data.push(Dataset::default().name("held out").marker(Marker::Block).graph_type(GraphType::Scatter).style(style).data(&held_out));
    }
    let chart = Chart::new(data)
        .x_axis(Axis::default().style(style).bounds([1.0, end]).labels([
            "1".to_owned(),
            format!("{:.0}", end / 2.0),
            format!("{end:.0} steps"),
        ]))
        .y_axis(Axis::default().style(style).bounds([0.0, high]).labels([
            "0".to_owned(),
            format!("{:.2}", high / 2.0),
            format!("{high:.2}"),
        ]));
    frame.render_widget(chart, area);
}
