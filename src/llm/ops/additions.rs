//! What adapters add to linear maps in one pass.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{Device, Result, Tensor};

use super::super::adapter::ActiveAdapter;
use super::super::names::Projection;
use super::tensors::read_f32;

/// Rows of a pass that carry an adapter.
#[derive(Debug, Clone)]
pub struct AdapterSpan {
    pub(in crate::llm) rows: Range<usize>,
    pub(in crate::llm) adapter: Arc<ActiveAdapter>,
}

/// What adapters add to the maps of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Additions<'a> {
    pub(in crate::llm) spans: &'a [AdapterSpan],
    pub(in crate::llm) layer: usize,
    /// One for each weight of the operation.
    pub(in crate::llm) maps: &'a [Projection],
}

impl Additions<'_> {
    /// No adapter.
    pub const NONE: Additions<'static> = Additions { spans: &[], layer: 0, maps: &[] };
}

/// Whether one of them has a head of its own.
pub fn change_head(spans: &[AdapterSpan]) -> bool {
    spans.iter().any(|span| span.adapter.ends().head.is_some())
}

/// `logits: [tokens, vocabulary]`, which the base's head made of `x: [tokens, hidden]`, as the heads of adapters have them.
pub fn with_heads(logits: &Tensor, x: &Tensor, spans: &[AdapterSpan]) -> Result<Tensor> {
    let (tokens, vocabulary) = logits.dims2()?;
    let mut out = logits.flatten_all()?.to_vec1::<f32>()?;
    read_f32(&x.to_device(&Device::Cpu)?, |x| {
        let hidden = x.len() / tokens.max(1);
        for span in spans {
            let (rows, Some(head)) = (&span.rows, &span.adapter.ends().head) else { continue };
            if let (Some(x), Some(out)) =
                (x.get(rows.start * hidden..rows.end * hidden), out.get_mut(rows.start * vocabulary..rows.end * vocabulary))
            {
                head.logits(x, out);
            }
        }
    })?;
    Tensor::from_vec(out, (tokens, vocabulary), &Device::Cpu)
}
