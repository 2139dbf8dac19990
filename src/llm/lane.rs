//! What several sessions read in one pass.

use std::sync::Arc;

use candle_core::Tensor;

use super::LlmError;
use super::ops::portable::LaneTensors;
use super::ops::{self, AdapterSpan, LanePages};
use super::session::Session;

/// Tokens for one session, in a forward pass of several.
#[derive(Debug)]
pub struct Lane<'a> {
    /// Read on.
    pub session: &'a mut Session,
    /// The tokens to read; they stand after those the session has read.
    pub tokens: &'a [u32],
    /// For which of them logits are wanted.
    pub want: Want<'a>,
}

/// Which of a lane's tokens need logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want<'a> {
    /// None: the tokens are only remembered.
    None,
    /// The last one.
    Last,
    /// All of them.
    All,
    /// Those at these places in `tokens`.
    At(&'a [usize]),
}

impl Want<'_> {
    /// How many of a lane's tokens.
    pub(super) fn count(&self, tokens: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Last => tokens.min(1),
            Self::All => tokens,
            Self::At(places) => places.iter().filter(|&&place| place < tokens).count(),
        }
    }

    /// Which of them.
    fn places(&self, tokens: usize) -> Vec<usize> {
        match self {
            Self::None => Vec::new(),
            Self::Last => tokens.checked_sub(1).into_iter().collect(),
            Self::All => (0..tokens).collect(),
            Self::At(places) => places.iter().copied().filter(|&place| place < tokens).collect(),
        }
    }
}

/// The rows of each lane that carries an adapter; neighbours with one adapter together. `rows` says how many rows a lane has.
pub(super) fn adapter_spans(lanes: &[Lane<'_>], rows: impl Fn(&Lane<'_>) -> usize) -> Vec<AdapterSpan> {
    let mut spans: Vec<AdapterSpan> = Vec::new();
    let mut start = 0;
    for lane in lanes {
        let end = start + rows(lane);
        if let Some(adapter) = &lane.session.adapter {
            match spans.last_mut().filter(|span| span.rows.end == start && Arc::ptr_eq(&span.adapter, adapter)) {
                Some(span) => span.rows.end = end,
                None => spans.push(AdapterSpan { rows: start..end, adapter: Arc::clone(adapter) }),
            }
        }
        start = end;
    }
    spans
}

/// Rows of the joined tokens for which logits are wanted.
pub(super) fn wanted_rows(lanes: &[Lane<'_>]) -> Vec<u32> {
    let mut start = 0;
    let mut rows = Vec::new();
    for lane in lanes {
        rows.extend(lane.want.places(lane.tokens.len()).into_iter().map(|place| (start + place) as u32));
        start += lane.tokens.len();
    }
    rows
}

/// Writes every lane's keys and values of one layer, each `[tokens, kv_dim]`, into its pages.
pub(super) fn append(lanes: &mut [Lane<'_>], layer: usize, k: &Tensor, v: &Tensor) -> Result<(), LlmError> {
    ops::read_f32(k, |keys| {
        ops::read_f32(v, |values| {
            let mut start = 0;
            for lane in lanes.iter_mut() {
                let row = lane.session.kv.kv_heads * lane.session.kv.head_dim;
                let range = start * row..(start + lane.tokens.len()) * row;
                let position = lane.session.kv.len();
                lane.session.kv.write(layer, position, &keys[range.clone()], &values[range]);
                start += lane.tokens.len();
            }
        })
    })??;
    Ok(())
}

/// The same, of a layer of tensors.
pub(super) fn append_tensors(lanes: &mut [Lane<'_>], layer: usize, k: &Tensor, v: &Tensor) -> Result<(), LlmError> {
    let mut start = 0;
    for lane in lanes.iter_mut().filter(|lane| !lane.tokens.is_empty()) {
        let (position, tokens) = (lane.session.kv.len(), lane.tokens.len());
        lane.session.kv.write_tensors(layer, position, &k.narrow(0, start, tokens)?, &v.narrow(0, start, tokens)?)?;
        start += tokens;
    }
    Ok(())
}

/// The pages that an attention of the lanes' tokens reads. Where only some are `wanted`, each of those is a lane of its own, since they need
/// not be neighbours.
pub(super) fn lane_pages(lanes: &[Lane<'_>], layer: usize, wanted: bool) -> Vec<LanePages> {
    let all = |lane: &Lane<'_>| LanePages { start: lane.session.kv.len(), tokens: lane.tokens.len(), pages: lane.session.kv.pages(layer) };
    let pages = lanes.iter().map(all);
    if !wanted || lanes.iter().all(|lane| lane.want == Want::All) {
        return pages.collect();
    }
    let kept = lanes.iter().zip(pages).flat_map(|(lane, pages)| {
        let single = move |place| LanePages { start: pages.start + place, tokens: 1, pages: pages.pages.clone() };
        lane.want.places(lane.tokens.len()).into_iter().map(single)
    });
    kept.collect()
}

/// The tensors that an attention of the lanes' tokens, or of those that are `wanted`, reads.
pub(super) fn lane_tensors<'a>(lanes: &'a [Lane<'_>], layer: usize, wanted: bool) -> candle_core::Result<Vec<LaneTensors<'a>>> {
    let mut out = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let tokens = lane.tokens.len();
        let places = if wanted { lane.want.places(tokens) } else { (0..tokens).collect() };
        let positions: Vec<usize> = places.into_iter().map(|place| lane.session.kv.len() + place).collect();
        if positions.is_empty() {
            continue;
        }
        let Some(rows) = lane.session.kv.tensors(layer) else { candle_core::bail!("a session lies elsewhere") };
        out.push(LaneTensors { positions, rows });
    }
    Ok(out)
}
