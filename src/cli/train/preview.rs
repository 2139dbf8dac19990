//! `--dry-run --json`: the plan, and examples as the model sees them.

use std::collections::BTreeMap;
use std::io::{Write, stdout};

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::show;
use crate::llm::open::OpenedModel;
use crate::llm::tokenizer::TokenKind;
use crate::train::event::{Preview, PreviewRow};
use crate::train::model::Row;
use crate::train::{Rows, TrainConfig, TrainError, TrainPlan};

/// Examples that are shown.
const SHOWN: usize = 200;
/// Bars of the histogram of lengths, about.
const BARS: usize = 16;

/// Prints one JSON object. What cannot be trained is in it, too; then the exit code is 2.
pub(super) fn print(
    config: &TrainConfig,
    plan: Result<TrainPlan, TrainError>,
    model: &OpenedModel,
    rows: &Rows,
    files: Vec<(String, usize)>,
) -> Result<u8, Failure> {
    let row = |row: &Row| {
        let (prompt, learned) = row.tokens.split_at(row.prompt.min(row.tokens.len()));
        PreviewRow {
            prompt: seen(model, prompt),
            learned: seen(model, learned),
            tokens: row.tokens.len(),
            learned_tokens: row.learned(),
            shared_tokens: row.shared,
        }
    };
    let problem = plan.as_ref().err().map(|error| match error.hint() {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    });
    let preview = Preview {
        plan: plan.as_ref().map(|plan| show::plan(config, plan)).unwrap_or_default(),
        problem,
        files,
        examples: rows.rows.len(),
        rows: rows.rows.iter().take(SHOWN).map(row).collect(),
        dropped: rows.dropped.total(),
        left_out: rows.left_out.clone(),
        lengths: lengths(rows),
    };
    let mut object = json!(preview);
    object["numbers"] = plan.as_ref().map_or(Value::Null, |plan| json!(plan));
    writeln!(stdout(), "{object}")?;
    Ok(if plan.is_ok() { 0 } else { 2 })
}

/// Tokens as text, those that stand for no text by their names: what the model sees.
fn seen(model: &OpenedModel, tokens: &[u32]) -> String {
    let tokenizer = &model.tokenizer;
    let stands_for_none = |token: &u32| tokenizer.end_ids().contains(token) || tokenizer.token_kind(*token) == Some(TokenKind::Control);
    let mut out = String::new();
    // Runs of text are decoded whole: a letter may be spread over several tokens.
    for run in tokens.chunk_by(|a, b| !stands_for_none(a) && !stands_for_none(b)) {
        match run {
            [one] if stands_for_none(one) => out.push_str(&tokenizer.token_name(*one).unwrap_or_default()),
            run => out.push_str(&tokenizer.decode(run)),
        }
    }
    out
}

/// How many rows have how many tokens, in steps that give about [`BARS`] bars.
fn lengths(rows: &Rows) -> Vec<(usize, usize)> {
    let step = rows.longest.div_ceil(BARS).next_multiple_of(8).max(8);
    let mut bars = BTreeMap::new();
    for row in &rows.rows {
        *bars.entry(row.tokens.len() / step * step).or_insert(0) += 1;
    }
    bars.into_iter().collect()
}
