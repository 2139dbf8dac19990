//! One answer with an adapter that is not finished: how training shows what the model says by now.

use std::sync::Arc;

use super::adapter::{ActiveAdapter, Adapter};
use super::model::{Lane, Want};
use super::open::OpenedModel;
use super::{LlmError, Phase, ops};
use crate::signal::Cancel;

/// Tokens that are read at once.
const CHUNK: usize = 256;

/// What `opened` with `adapter` writes behind `prompt`, the likeliest token each time, at most `most` of them.
pub fn answer(opened: &OpenedModel, adapter: &Adapter, prompt: &[u32], most: usize, cancel: &Cancel) -> Result<String, LlmError> {
    let model = &opened.model;
    let mut session = model.session_with(Some(Arc::new(ActiveAdapter::new(adapter, model)?)))?;
    let mut read = |phase, tokens: &[u32]| {
        let out = model.forward(phase, &mut [Lane { session: &mut session, tokens, want: Want::Last }])?;
        let logits = out.first().ok_or_else(|| LlmError::Inconsistent("a pass gave no logits".into()))?;
        Ok::<Option<u32>, LlmError>(ops::read_f32(logits, likeliest)?)
    };
    let mut next = None;
    for chunk in prompt.chunks(CHUNK) {
        if let Some(stop) = cancel.stop() {
            return Err(LlmError::Stopped(stop));
        }
        next = read(Phase::Prefill, chunk)?;
    }
    let mut written = Vec::new();
    while let Some(token) = next.filter(|token| written.len() < most && !opened.tokenizer.end_ids().contains(token)) {
        if let Some(stop) = cancel.stop() {
            return Err(LlmError::Stopped(stop));
        }
        written.push(token);
        next = read(Phase::Decode, &[token])?;
    }
    Ok(opened.tokenizer.decode(&written))
}

fn likeliest(logits: &[f32]) -> Option<u32> {
    let best = logits.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(index, _)| index);
    best.and_then(|index| u32::try_from(index).ok())
}
