//! The KV cache: keys and values of one session, in pages that sessions can share.

use std::sync::Arc;

use half::f16;

use super::arch::ArchSpec;
use crate::compute::KvPage;

/// Tokens in a page. A fork shares whole pages and copies only the one it writes into, so pages are small.
pub const PAGE_TOKENS: usize = 64;

/// Keys and values of [`PAGE_TOKENS`] tokens in one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// `[kv_heads, head_dim, PAGE_TOKENS]`
    pub(super) keys: Vec<f16>,
    /// `[kv_heads, PAGE_TOKENS, head_dim]`
    pub(super) values: Vec<f16>,
}

/// Keys and values of every layer for the first [`KvCache::len`] positions.
#[derive(Debug, Clone)]
pub struct KvCache {
    pub(super) kv_heads: usize,
    pub(super) head_dim: usize,
    /// `[layer][page]`
    pub(super) layers: Vec<Vec<Arc<Page>>>,
    len: usize,
}

impl KvCache {
    /// An empty cache for a model of this shape. Pages are allocated as tokens come.
    pub fn new(spec: &ArchSpec) -> Self {
        Self { kv_heads: spec.kv_heads, head_dim: spec.head_dim, layers: vec![Vec::new(); spec.layers], len: 0 }
    }

    /// Positions held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of all pages; pages shared with a fork count in both.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Vec::len).sum::<usize>() * 2 * self.page_elements() * size_of::<f16>()
    }

    pub(super) fn page_elements(&self) -> usize {
        self.kv_heads * PAGE_TOKENS * self.head_dim
    }

    /// Writes keys and values (each `[tokens, kv_heads * head_dim]`) of one layer at positions `start..`. The positions count only
    /// after `set_len`, which a forward pass calls when every layer has written.
    pub fn write(&mut self, layer: usize, start: usize, keys: &[f32], values: &[f32]) {
        let (head_dim, row) = (self.head_dim, self.kv_heads * self.head_dim);
        let page_elements = self.page_elements();
        let Some(pages) = self.layers.get_mut(layer) else { return };
        let mut rounded = vec![f16::ZERO; head_dim];
        for (offset, (key, value)) in keys.chunks_exact(row).zip(values.chunks_exact(row)).enumerate() {
            let (page, slot) = ((start + offset) / PAGE_TOKENS, (start + offset) % PAGE_TOKENS);
            while pages.len() <= page {
                pages.push(Arc::new(Page { keys: vec![f16::ZERO; page_elements], values: vec![f16::ZERO; page_elements] }));
            }
            let page = Arc::make_mut(&mut pages[page]);
            for head in 0..self.kv_heads {
                let from = head * head_dim..(head + 1) * head_dim;
                compute_f16(&key[from.clone()], &mut rounded);
                let column = page.keys[head * head_dim * PAGE_TOKENS + slot..].iter_mut().step_by(PAGE_TOKENS);
                column.zip(&rounded).for_each(|(to, from)| *to = *from);
                let to = (head * PAGE_TOKENS + slot) * head_dim;
                compute_f16(&value[from], &mut page.values[to..to + head_dim]);
            }
        }
    }

    /// Makes the first `len` positions count.
    pub(super) fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    /// Forgets every position from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        let pages = self.len.div_ceil(PAGE_TOKENS);
        self.layers.iter_mut().for_each(|layer| layer.truncate(pages));
    }

    /// The pages of `layer`, shared, for an attention that runs while the cache may be written elsewhere.
    pub(super) fn pages(&self, layer: usize) -> Vec<Arc<Page>> {
        self.layers.get(layer).cloned().unwrap_or_default()
    }
}

impl Page {
    /// The kernels' view of it.
    pub fn view(&self) -> KvPage<'_> {
        KvPage { keys: &self.keys, values: &self.values }
    }
}

fn compute_f16(from: &[f32], to: &mut [f16]) {
    use half::slice::HalfFloatSliceExt;
    to.convert_from_f32_slice(from);
}
