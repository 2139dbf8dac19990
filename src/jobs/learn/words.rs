//! What is said of learning: what there is, the plan, what came of it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::super::training::{Decision, RunComparison};
use super::budget::{BATCH, Settled};
use super::data::Gathered;
use super::kept::Kept;
use super::order::LearnOrder;
use crate::text;

/// Questions that are named, at most.
const NAMED: usize = 5;

/// What a run is called: its folder.
pub fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Seconds for people.
pub fn time(seconds: f64) -> String {
    text::duration(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
}

/// What of the accepted answers is left out, and why.
pub(super) fn gathered(gathered: &Gathered) -> Vec<String> {
    let mut lines = Vec::new();
    if !gathered.stale.is_empty() {
        lines.push(format!(
            "left out: {} that no longer {} on this database",
            text::counted(gathered.stale.len() as u64, "accepted answer", "accepted answers"),
            if gathered.stale.len() == 1 { "runs" } else { "run" }
        ));
        lines.extend(gathered.stale.iter().take(NAMED).map(|stale| format!("  {}: {}", stale.question, stale.reason)));
    }
    if gathered.private > 0 {
        let count = text::counted(gathered.private as u64, "accepted answer", "accepted answers");
        lines.push(format!("left out: {count} that would tell the model what is kept private"));
    }
    lines
}

/// The plan, a line a subject.
pub(super) fn plan(order: &LearnOrder, kept: &Kept, settled: &Settled, layers: usize) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<10} {}", text::sanitize(&value));
    };
    line("learn", format!("{} with {}, in about {}", order.database, order.model.1, time(kept.budget)));
    if let Some(measured) = &kept.measured {
        line(
            "measured",
            format!(
                "{:.0} tokens/s in training, {} an answer, {} a draft",
                measured.tokens_per_second,
                time(measured.ask_seconds),
                time(measured.draft_seconds)
            ),
        );
    }
    let learned = settled.rows;
    let spare = kept.measured.map_or(0, |measured| measured.rows.saturating_sub(learned));
    let spare = if spare > 0 { format!(" ({spare} more than there is time for)") } else { String::new() };
    line(
        "examples",
        format!(
            "{} that you accepted and {} made from schema and values; {learned} are learned{spare}",
            text::count(kept.accepted as u64),
            text::count(kept.made as u64)
        ),
    );
    let chooses = match settled.choose {
        0 => "their loss chooses the checkpoint".to_owned(),
        questions => format!("{questions} questions choose the checkpoint"),
    };
    line("held out", format!("{} questions judge the result, {chooses}; no SQL stands on two sides", settled.compare));
    let depth =
        if settled.layers < layers { format!("the upper {} of {layers} layers", settled.layers) } else { format!("all {layers} layers") };
    line(
        "training",
        format!(
            "rank {} on {depth}, {} steps of {BATCH} rows ({:.1} passes), rate {:e}, judged every {} steps",
            settled.rank,
            settled.steps,
            settled.passes(),
            settled.learning_rate,
            settled.every
        ),
    );
    line(
        "time",
        format!(
            "about {} to train, {} to choose, {} to compare",
            time(settled.train_seconds),
            time(settled.choose_seconds),
            time(settled.compare_seconds)
        ),
    );
    line("run", format!("{}; asking goes on meanwhile, more slowly", order.folder.display()));
    out
}

/// What came of it, in lines.
pub fn result(decision: &Decision, compared: &RunComparison, name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (of, before, after) in &compared.shares {
        let of = match of.as_str() {
            "all" => "held out",
            "yours" => "  accepted",
            _ => "  made",
        };
        lines.push(format!("{of:<10} before {before}; after {after}"));
    }
    lines.push(format!("changed    {} fixed, {} broken; exact sign test p = {:.4}", decision.fixed, decision.broken, decision.p_value));
    let verb = if decision.attached { "attached" } else { "not attached" };
    lines.push(format!("{verb}: {}", decision.because));
    if compared.shares.len() == 1 {
        lines.push("the questions are made from schema and values, in our own words: how well yours are answered may differ".into());
    }
    lines.push(match decision.attached {
        true => "take it back with `sqllama learn DB --undo`".to_owned(),
        false => format!("attach it all the same with `sqllama adapters attach DB {name}`"),
    });
    lines
}
