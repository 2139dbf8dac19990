//! A training run: where it stands, its curves, its answers on the way, what came of comparing, what it was told.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Borders, Chart, Clear, Dataset, GraphType, Paragraph};

use super::super::pages::{RunPage, RunPages, run_name};
use super::super::state::State;
use super::super::theme::Role;
use super::conversation::wrap;
use crate::jobs::{Changed, RunRow, TrainWork, Work};
use crate::text;
use crate::train::event::{Point, Standing};

/// What an exponential mean keeps of what was: about twenty steps.
const SMOOTH: f64 = 0.9;
/// From this height on, rate and gradient get charts of their own.
const TALL: u16 = 24;
/// Heights of a sparkline.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Words of a comparison's sides begin here.
const INDENT: usize = 10;

pub(super) fn run(state: &State, frame: &mut Frame<'_>, area: Rect, pages: &RunPages) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let run = &pages.run;
    let name = text::sanitize(&run_name(&run.folder)).into_owned();
    let inner = framed(state, frame, area, &format!("Run {name}"), &RunPage::ALL.map(|page| (page.title(), page == pages.page)));
    let words = words(state, pages, usize::from(inner.width));
    let height = (words.len() as u16).min(inner.height.saturating_sub(6));
    let [top, bottom] = Layout::vertical([Constraint::Length(height), Constraint::Min(4)]).areas(inner);
    frame.render_widget(Paragraph::new(words), top);
    let width = usize::from(bottom.width.saturating_sub(1)).max(8);
    let lines = match pages.page {
        RunPage::Curves => return curves(state, frame, bottom, run),
        RunPage::Answers => answers(state, run, width),
        RunPage::Compare => comparison(state, run, width),
        RunPage::Settings => settings(state, run, width),
    };
    scrolled(state, frame, bottom, lines, pages.scroll);
}

/// A window's frame with its pages in the title, the shown one between brackets.
pub(super) fn framed(state: &State, frame: &mut Frame<'_>, area: Rect, title: &str, pages: &[(&str, bool)]) -> Rect {
    let mut spans = vec![Span::styled(format!("[{title}]"), state.theme.style(Role::Title))];
    for (page, shown) in pages {
        let (name, role) = if *shown { (format!(" [{page}]"), Role::Title) } else { (format!("  {page} "), Role::Muted) };
        spans.push(Span::styled(name, state.theme.style(role)));
    }
    let block = Block::new().borders(Borders::ALL).border_style(state.theme.style(Role::FocusedBorder)).title(Line::from(spans));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// Lines from `scroll` on, with a word at the bottom where there are more than fit.
pub(super) fn scrolled(state: &State, frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: usize) {
    let (height, count) = (usize::from(area.height), lines.len());
    if count <= height {
        return frame.render_widget(Paragraph::new(lines), area);
    }
    let shown = height.saturating_sub(1);
    let first = scroll.min(count - shown);
    let mut drawn: Vec<Line<'static>> = lines.into_iter().skip(first).take(shown).collect();
    drawn.push(Line::styled(format!("lines {}-{} of {count}", first + 1, first + shown), state.theme.style(Role::Muted)).right_aligned());
    frame.render_widget(Paragraph::new(drawn), area);
}

/// `text` in lines of `width`, behind `indent` blanks.
pub(super) fn indented(said: &str, indent: usize, width: usize) -> Vec<String> {
    let clean = text::sanitize_lines(said).replace('\t', "  ");
    let blanks = " ".repeat(indent);
    clean.lines().flat_map(|line| wrap(line, width.saturating_sub(indent).max(8))).map(|line| format!("{blanks}{line}")).collect()
}

fn words(state: &State, shown: &RunPages, width: usize) -> Vec<Line<'static>> {
    let run = &shown.run;
    let progress = &run.progress;
    let (phase, role) = match run.standing {
        Standing::Starting if run.learned.is_some() => ("Learning this database; answers are slower meanwhile", Role::Attention),
        Standing::Finished if run.learned.as_ref().is_some_and(|learned| learned.decision.is_none()) => {
            ("Trained, and not compared yet; r goes on", Role::Attention)
        }
        Standing::Running if run.learned.is_some() => ("Training on this database; answers are slower meanwhile", Role::Good),
        Standing::Starting => ("Reading the model and the examples ...", Role::Attention),
        Standing::NotBegun => ("Not begun; r begins it", Role::Muted),
        Standing::Running => ("Running", Role::Good),
        Standing::CutOff => ("Cut off: its process is gone; r goes on from the last checkpoint", Role::Attention),
        Standing::Paused => ("Paused; r goes on", Role::Attention),
        Standing::Finished => ("Finished; c compares it with the model as it came, a attaches it here", Role::Good),
        Standing::Failed => ("Failed; r goes on from the last checkpoint", Role::Error),
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
    numbers.extend(progress.tokens_per_second.map(|speed| format!("{speed:.0} tokens/s")));
    numbers.extend(progress.memory.map(text::bytes));
    // Between two steps, too, time goes by.
    let since = state.clock_ms.saturating_sub(shown.stepped_ms) as f64 / 1000.0;
    numbers.extend(progress.seconds_left.filter(|_| run.standing.is_running()).map(|left| format!("{} left", seconds(left - since))));
    numbers.extend(progress.evaluations.last().map(|(step, loss)| format!("held-out loss {loss:.4} at step {step}")));
    let right = progress.accuracies.last();
    numbers.extend(right.map(|(step, accuracy)| format!("{} of {} right at step {step}", accuracy.right, accuracy.asked)));
    numbers.extend(progress.saved.map(|step| format!("checkpoint {step}")));
    // As many on a line as fit: no number is cut in two.
    let mut line = String::new();
    for number in numbers {
        if !line.is_empty() && text::width(&line) + text::width(&number) + 3 > width {
            lines.push(Line::raw(std::mem::take(&mut line)));
        }
        line.push_str(if line.is_empty() { "" } else { "   " });
        line.push_str(&number);
    }
    lines.push(Line::raw(line));
    let said = |said: &str, role: Role| indented(said, 0, width).into_iter().map(move |line| Line::styled(line, state.theme.style(role)));
    if let Some(decision) = run.learned.as_ref().and_then(|learned| learned.decision.as_ref()) {
        let verb = if decision.attached { "Attached" } else { "Not attached" };
        let (before, after, of) = (decision.right_before, decision.right_after, decision.paired);
        let role = if decision.attached { Role::Good } else { Role::Attention };
        lines.extend(said(&format!("{verb}: {}. {before} of {of} right before, {after} after.", decision.because), role));
    }
    for warning in progress.warnings.iter().rev().take(2) {
        lines.extend(said(&format!("! {warning}"), Role::Attention));
    }
    match (&progress.failure, run.standing) {
        (Some(failure), _) => lines.extend(said(&format!("error: {failure}"), Role::Error)),
        (None, Standing::Failed | Standing::Starting | Standing::NotBegun) => lines.extend(said(&run.last, Role::Muted)),
        _ => {}
    }
    lines
}

fn curves(state: &State, frame: &mut Frame<'_>, area: Rect, run: &RunRow) {
    let points = &run.progress.points;
    if points.is_empty() {
        frame.render_widget(Paragraph::new(Line::styled("the loss is drawn here", state.theme.style(Role::Muted))), area);
        return;
    }
    let of = |value: fn(&Point) -> f64| points.iter().map(|point| (point.step as f64, value(point))).collect::<Vec<(f64, f64)>>();
    let (rate, norm) = (of(|point| point.learning_rate), of(|point| point.grad_norm));
    if area.height < TALL {
        let [top, bottom] = Layout::vertical([Constraint::Min(4), Constraint::Length(2)]).areas(area);
        losses(state, frame, top, run);
        let width = usize::from(area.width).saturating_sub(INDENT + 1);
        let line = |name: &str, values: &[(f64, f64)]| {
            Line::from(vec![Span::styled(format!("{name:INDENT$}"), state.theme.style(Role::Muted)), Span::raw(sparkline(values, width))])
        };
        frame.render_widget(Paragraph::new(vec![line("rate", &rate), line("gradient", &norm)]), bottom);
        return;
    }
    let [top, bottom] = Layout::vertical([Constraint::Percentage(60), Constraint::Percentage(40)]).areas(area);
    losses(state, frame, top, run);
    let [left, right] = Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(bottom);
    for (area, name, values) in [(left, "rate", &rate), (right, "gradient norm", &norm)] {
        let style = state.theme.style(Role::Key);
        let data = vec![Dataset::default().name(name).marker(Marker::Braille).graph_type(GraphType::Line).style(style).data(values)];
        axes(state, frame, area, run, data, values.iter().map(|(_, value)| *value));
    }
}

/// The shape of `values` in one line, each cell the mean of its share.
fn sparkline(values: &[(f64, f64)], width: usize) -> String {
    let most = values.iter().map(|(_, value)| *value).filter(|value| value.is_finite()).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let cells = width.min(values.len()).max(1);
    let cell = |at: usize| {
        let share = values.get(at * values.len() / cells..(at + 1) * values.len() / cells).unwrap_or_default();
        let mean = share.iter().map(|(_, value)| value).sum::<f64>() / share.len().max(1) as f64;
        let level = (mean / most * (LEVELS.len() - 1) as f64).round().clamp(0.0, (LEVELS.len() - 1) as f64) as usize;
        LEVELS.get(level).copied().unwrap_or(' ')
    };
    (0..cells).map(cell).collect()
}

fn losses(state: &State, frame: &mut Frame<'_>, area: Rect, run: &RunRow) {
    let raw: Vec<(f64, f64)> = run.progress.points.iter().map(|point| (point.step as f64, point.loss)).collect();
    let mut mean = None;
    let smooth: Vec<(f64, f64)> = raw
        .iter()
        .map(|&(step, loss)| {
            let now = mean.map_or(loss, |mean: f64| SMOOTH * mean + (1.0 - SMOOTH) * loss);
            mean = Some(now);
            (step, now)
        })
        .collect();
    let held_out: Vec<(f64, f64)> = run.progress.evaluations.iter().map(|(step, loss)| (*step as f64, *loss)).collect();
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
    axes(state, frame, area, run, data, raw.iter().chain(&held_out).map(|(_, loss)| *loss));
}

/// A chart over the run's steps, from zero up.
fn axes(state: &State, frame: &mut Frame<'_>, area: Rect, run: &RunRow, data: Vec<Dataset<'_>>, values: impl Iterator<Item = f64>) {
    let high = values.filter(|value| value.is_finite()).fold(0.0, f64::max).max(1e-9);
    let last = run.progress.points.last().map_or(0, |point| point.step);
    let end = (last.max(run.progress.total_steps) as f64).max(2.0);
    let style = state.theme.style(Role::Muted);
    let label = |value: f64| if high < 0.01 { format!("{value:.1e}") } else { format!("{value:.2}") };
    let steps = ["1".to_owned(), format!("{:.0}", end / 2.0), format!("{end:.0} steps")];
    let chart = Chart::new(data)
        .x_axis(Axis::default().style(style).bounds([1.0, end]).labels(steps))
        .y_axis(Axis::default().style(style).bounds([0.0, high]).labels(["0".to_owned(), label(high / 2.0), label(high)]));
    frame.render_widget(chart, area);
}

fn muted(state: &State, said: &str, width: usize) -> Vec<Line<'static>> {
    indented(said, 0, width).into_iter().map(|line| Line::styled(line, state.theme.style(Role::Muted))).collect()
}

fn answers(state: &State, run: &RunRow, width: usize) -> Vec<Line<'static>> {
    let Some(first) = run.progress.samples.first() else {
        return muted(
            state,
            "No question was answered on the way: the line `steps between samples` of the form says how often one is.",
            width,
        );
    };
    let side = |name: String, said: &str, role: Role| {
        let lines = indented(said, INDENT, width);
        lines.into_iter().enumerate().map(move |(at, line)| {
            let rest: String = line.chars().skip(INDENT).collect();
            let name = if at == 0 { name.clone() } else { String::new() };
            Line::from(vec![
                Span::styled(format!("{name:INDENT$}"), state.theme.style(Role::Muted)),
                Span::styled(rest, state.theme.style(role)),
            ])
        })
    };
    let mut lines: Vec<Line<'static>> = side("question".into(), &first.question, Role::Title).collect();
    lines.extend(side("wanted".into(), &first.expected, Role::Good));
    lines.push(Line::default());
    // The newest first: that is what it answers now.
    for sample in run.progress.samples.iter().rev() {
        lines.extend(side(format!("step {}", sample.step), &sample.answer, Role::Plain));
    }
    lines
}

fn comparison(state: &State, run: &RunRow, width: usize) -> Vec<Line<'static>> {
    let working = state.running.iter().find(|job| matches!(&job.work, Work::Train(TrainWork::Compare { folder }) if *folder == run.folder));
    if let Some(job) = working {
        let said = job.progress.clone().unwrap_or_else(|| "loading the model".into());
        let mut lines: Vec<Line<'static>> =
            indented(&said, 0, width).into_iter().map(|line| Line::styled(line, state.theme.style(Role::Attention))).collect();
        lines.extend(muted(state, "Ctrl+C stops; what is answered is kept, and c goes on.", width));
        return lines;
    }
    let Some(compared) = &run.compared else {
        let said = match run.standing {
            Standing::Finished => "c answers the held-out questions twice, without the adapter and with it, and judges both by their rows.",
            _ => "When the run is finished, c compares it with the model as it came, on the questions that were held out.",
        };
        return muted(state, said, width);
    };
    let mut lines: Vec<Line<'static>> =
        indented(&compared.verdict, 0, width).into_iter().map(|line| Line::styled(line, state.theme.style(Role::Title))).collect();
    for (name, before, after) in &compared.shares {
        lines.push(Line::raw(format!("{name:8} before {before}")));
        lines.push(Line::raw(format!("{:8} after  {after}", "")));
    }
    let (fixed, broken) = (compared.fixed.len(), compared.broken.len());
    lines.push(Line::raw(format!("{fixed} fixed, {broken} broken; exact sign test p = {:.4}", compared.p_value)));
    for (title, changed, role) in [("Fixed", &compared.fixed, Role::Good), ("Broken", &compared.broken, Role::Error)] {
        for one in changed {
            lines.push(Line::default());
            lines.extend(changed_lines(state, title, one, role, width));
        }
    }
    lines
}

/// A question with its two answers: side by side where there is room, else one above the other.
fn changed_lines(state: &State, title: &str, one: &Changed, role: Role, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = indented(&format!("{title}: {}", one.question), 0, width)
        .into_iter()
        .map(|line| Line::styled(line, state.theme.style(role)))
        .collect();
    if width >= 100 {
        let half = width / 2 - 2;
        let (left, right) = (indented(&one.before, 2, half), indented(&one.after, 2, half));
        lines.push(Line::styled(format!("  {:half$}  after", "before"), state.theme.style(Role::Muted)));
        for at in 0..left.len().max(right.len()) {
            let (left, right) = (left.get(at).map_or("", String::as_str), right.get(at).map_or("", String::as_str));
            let gap = " ".repeat(half.saturating_sub(text::width(left)) + 2);
            lines.push(Line::raw(format!("{left}{gap}{right}")));
        }
    } else {
        for (name, sql) in [("before", &one.before), ("after", &one.after)] {
            lines.push(Line::styled(format!("  {name}"), state.theme.style(Role::Muted)));
            lines.extend(indented(sql, 4, width).into_iter().map(Line::raw));
        }
    }
    lines.push(Line::styled("  right is", state.theme.style(Role::Muted)));
    lines.extend(indented(&one.gold, 4, width).into_iter().map(Line::raw));
    lines
}

fn settings(state: &State, run: &RunRow, width: usize) -> Vec<Line<'static>> {
    let line = |(key, value): &(String, String)| {
        let lines = indented(value, 30, width);
        let key = format!("{:30}", text::ellipsis(key, 29));
        lines.into_iter().enumerate().map(move |(at, line)| {
            let rest: String = line.chars().skip(30).collect();
            let key = if at == 0 { key.clone() } else { " ".repeat(30) };
            Line::from(vec![Span::styled(key, state.theme.style(Role::Muted)), Span::raw(rest)])
        })
    };
    let folder = ("folder".to_owned(), run.folder.display().to_string());
    let mut lines: Vec<Line<'static>> = std::iter::once(&folder).chain(&run.settings).flat_map(line).collect();
    lines.push(Line::default());
    lines.extend(muted(state, "Everything else has its usual value. d begins another run with these.", width));
    lines
}
