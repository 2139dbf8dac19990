//! What adapters add to linear maps in one pass.

use std::ops::Range;
use std::sync::Arc;

use super::super::adapter::ActiveAdapter;
use super::super::names::Projection;

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
