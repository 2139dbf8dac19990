//! A result as a chart.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart as Axes, Dataset, GraphType, Paragraph};

use super::super::chart::{Chart, Kind};
use super::super::results::Results;
use super::super::state::State;
use super::super::theme::Role;
use crate::db::spool::{Bin, Points, Series};
use crate::schema::TimeUnit;
use crate::text;

/// Seconds of one.
const DAY: f64 = 86_400.0;
/// A bar's label is at most this wide.
const LABEL: usize = 24;

pub(super) fn chart(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let results = &state.tab().results;
    let Some(chart) = &results.chart else { return };
    let unit = |column: Option<usize>| column.and_then(|column| results.dates.in_chart(column));
    let muted = |words: &str| Paragraph::new(Span::styled(words.to_owned(), state.theme.style(Role::Muted)));
    let nothing = if results.is_empty() { "there are no rows here" } else { "there are no numbers here" };
    match &chart.points {
        None => frame.render_widget(muted("drawing ..."), area),
        Some(Points::Histogram(bins)) if bins.is_empty() => frame.render_widget(muted(nothing), area),
        Some(Points::Histogram(bins)) => {
            let unit = unit(Some(chart.y));
            let values: Vec<(String, f64)> = bins.iter().map(|bin| (range(bin, unit), bin.count as f64)).collect();
            frame.render_widget(Paragraph::new(bars(state, &values, area, bins.len())), area);
        }
        Some(Points::Series { series, .. }) if series.y.is_empty() => frame.render_widget(muted(nothing), area),
        Some(Points::Series { series, complete }) => match chart.kind {
            Kind::Bars => {
                let unit = unit(chart.x);
                let label = |label: &Option<String>| match label {
                    Some(label) => unit.and_then(|unit| at(unit, label)?.1).unwrap_or_else(|| label.clone()),
                    None => "NULL".into(),
                };
                let values: Vec<(String, f64)> = series.labels.iter().map(label).zip(series.y.iter().copied()).collect();
                // Where all rows were read, those that are missing hold no number.
                let total = if *complete { values.len() } else { results.len() };
                frame.render_widget(Paragraph::new(bars(state, &values, area, total)), area);
            }
            _ => axes(state, results, chart, series, *complete, frame, area),
        },
    }
}

fn range(bin: &Bin, unit: Option<TimeUnit>) -> String {
    let dates = unit.and_then(|unit| Some((unit.moment(bin.from)?, unit.moment(bin.to)?)));
    match dates {
        Some((from, to)) if to - from < DAY => format!("from {}", date(from, to - from)),
        // Days are enough, and fit.
        Some((from, to)) => format!("{} to {}", date(from, f64::INFINITY), date(to, f64::INFINITY)),
        None => format!("{} to {}", short(bin.from), short(bin.to)),
    }
}

/// A moment in as many characters as it needs beside others that are `span` seconds around it.
fn date(seconds: f64, span: f64) -> String {
    let length = match span {
        span if span >= 3.0 * DAY => 10,
        span if span >= 600.0 => 16,
        _ => 19,
    };
    let mut text = TimeUnit::UnixSeconds.shown(seconds).unwrap_or_else(|| short(seconds));
    text.truncate(length);
    text
}

/// The moment that a label is the number of, in seconds and as a date.
fn at(unit: TimeUnit, label: &str) -> Option<(f64, Option<String>)> {
    let number = label.parse().ok()?;
    Some((unit.moment(number)?, unit.dated(number)))
}

/// The points that stand at a moment: their seconds since 1970 and how high they are. `None` where none does.
fn over_time(unit: TimeUnit, series: &Series) -> Option<(Vec<f64>, Vec<f64>)> {
    let points = series.labels.iter().zip(&series.y).filter_map(|(label, y)| Some((at(unit, label.as_ref()?)?.0, *y)));
    let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
    (!x.is_empty()).then_some((x, y))
}

/// A name below an axis.
fn short_label(label: Option<&str>) -> String {
    text::ellipsis(&text::sanitize(label.unwrap_or("NULL")), 16).into_owned()
}

/// A number in a few characters.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 || (size > 0.0 && size < 1e-3) {
        format!("{value:.2e}")
    } else if size >= 1e4 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

/// Lying bars, one a line: labels are read as they stand, and many fit.
fn bars(state: &State, values: &[(String, f64)], area: Rect, total: usize) -> Vec<Line<'static>> {
    let (height, width) = (usize::from(area.height), usize::from(area.width));
    let fits = if values.len() > height { height.saturating_sub(1) } else { height };
    let drawn = values.get(..fits.min(values.len())).unwrap_or(values);
    let label = drawn.iter().map(|(label, _)| text::width(&text::sanitize(label))).max().unwrap_or(0).clamp(1, LABEL);
    let number = drawn.iter().map(|(_, value)| short(*value).len()).max().unwrap_or(0);
    let room = width.saturating_sub(label + number + 3).max(1);
    let low = drawn.iter().map(|(_, value)| *value).fold(0.0, f64::min);
    let high = drawn.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let zero = ((-low / span) * room as f64).round() as usize;
    let mut lines: Vec<Line<'static>> = drawn
        .iter()
        .map(|(name, value)| {
            let name = text::sanitize(name).into_owned();
            let name = text::ellipsis(&name, label).into_owned();
            let gap = " ".repeat(label - text::width(&name));
            let eighths = ((value.abs() / span) * room as f64 * 8.0).round() as usize;
            let bar = if *value >= 0.0 {
                format!("{}{}", " ".repeat(zero), blocks(eighths))
            } else {
                let cells = eighths.div_ceil(8).min(zero);
                format!("{}{}", " ".repeat(zero - cells), "█".repeat(cells))
            };
            Line::from(vec![
                Span::raw(format!("{name}{gap} ")),
                Span::raw(format!("{:>number$} ", short(*value))),
                Span::styled(bar, state.theme.style(Role::Key)),
            ])
        })
        .collect();
    if drawn.len() < values.len() || values.len() < total {
        let words = format!("the first {} of {}; F10 shows more", drawn.len(), text::count(total as u64));
        lines.push(Line::styled(words, state.theme.style(Role::Muted)));
    }
    lines
}

/// A bar of so many eighths of a cell.
fn blocks(eighths: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    format!("{}{}", "█".repeat(eighths / 8), PARTS.get(eighths % 8).unwrap_or(&""))
}

/// The points that have a place: where from left to right, and how high.
fn placed(places: &[Option<f64>], series: &Series) -> (Vec<f64>, Vec<f64>) {
    places.iter().zip(&series.y).filter_map(|(place, y)| Some(((*place)?, *y))).unzip()
}

fn axes(state: &State, results: &Results, chart: &Chart, series: &Series, complete: bool, frame: &mut Frame<'_>, area: Rect) {
    let dates = &results.dates;
    let written = || chart.moments.as_ref().map(|moments| placed(moments, series));
    let times = chart.x.and_then(|x| dates.in_chart(x)).and_then(|unit| over_time(unit, series)).or_else(written);
    let by_time = times.is_some();
    // A line over names goes from row to row; what is missing among numbers has no place.
    let is_number = |(x, label): (&Option<f64>, &Option<String>)| x.is_some() || label.is_none();
    let by_number = chart.x.is_some() && series.x.iter().any(Option::is_some) && series.x.iter().zip(&series.labels).all(is_number);
    let (x, y): (Vec<f64>, Vec<f64>) = match times {
        Some(points) => points,
        None if by_number => placed(&series.x, series),
        None => ((0..series.y.len()).map(|n| n as f64).collect(), series.y.clone()),
    };
    let left_out = series.y.len() - y.len();
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    if chart.kind == Kind::Line {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let bounds = |values: &mut dyn Iterator<Item = f64>| -> [f64; 2] {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low == high { [low - 1.0, high + 1.0] } else { [low, high] }
    };
    let x_bounds = bounds(&mut x.iter().copied());
    let mut y_bounds = bounds(&mut y.iter().copied());
    // Counts and sums are read from zero, unless they are far from it.
    if y_bounds[0] > 0.0 && y_bounds[0] < y_bounds[1] / 2.0 {
        y_bounds[0] = 0.0;
    }
    let style = state.theme.style(Role::Muted);
    let x_labels: Vec<String> = if by_time {
        let span = x_bounds[1] - x_bounds[0];
        [x_bounds[0], f64::midpoint(x_bounds[0], x_bounds[1]), x_bounds[1]].map(|seconds| date(seconds, span)).to_vec()
    } else if by_number {
        vec![short(x_bounds[0]), short(f64::midpoint(x_bounds[0], x_bounds[1])), short(x_bounds[1])]
    } else {
        let label = |at: usize| series.labels.get(at).map(|label| short_label(label.as_deref())).unwrap_or_default();
        let last = series.labels.len().saturating_sub(1);
        vec![label(0), label(last / 2), label(last)]
    };
    let of_y = |value: f64| dates.in_chart(chart.y).and_then(|unit| unit.date(value)).unwrap_or_else(|| short(value));
    let y_labels: Vec<String> = [y_bounds[0], f64::midpoint(y_bounds[0], y_bounds[1]), y_bounds[1]].map(of_y).to_vec();
    let (graph, marker) = if chart.kind == Kind::Line { (GraphType::Line, Marker::Braille) } else { (GraphType::Scatter, Marker::Dot) };
    let data = Dataset::default().marker(marker).graph_type(graph).style(state.theme.style(Role::Key)).data(&points);
    let mut axes = Axes::new(vec![data])
        .x_axis(Axis::default().style(style).bounds(x_bounds).labels(x_labels))
        .y_axis(Axis::default().style(style).bounds(y_bounds).labels(y_labels))
        .style(Style::default())
        .legend_position(None);
    let first = if complete { String::new() } else { format!("the first {} rows", text::count(series.y.len() as u64)) };
    let without = match left_out {
        0 => String::new(),
        count => format!("left out: {} without a place", text::counted(count as u64, "row", "rows")),
    };
    if !(first.is_empty() && without.is_empty()) {
        let words = [first, without].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        axes = axes.block(Block::new().title_top(Line::styled(words, style).right_aligned()));
    }
    frame.render_widget(axes, area);
}
