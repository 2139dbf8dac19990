//! The KV cache: keys and values of one session, in pages or tensors that sessions can share.

use std::sync::Arc;

use candle_core::Tensor;
use half::f16;

use super::arch::ArchSpec;
use super::kv_page::Rows;
pub use super::kv_page::{KvType, PAGE_TOKENS, Page};
use super::kv_tensors::TensorRows;
use super::layout::{Placement, Road};
use crate::compute::{KV_GROUP, KvPage};

/// Keys and values of one layer, where that layer is computed.
#[derive(Debug, Clone)]
pub(super) enum LayerCache {
    /// For our kernels.
    Pages(Vec<Arc<Page>>),
    /// For candle's operations.
    Tensors(TensorRows),
}

/// Keys and values of every layer for the first [`KvCache::len`] positions.
#[derive(Debug, Clone)]
pub struct KvCache {
    pub(super) kv_heads: usize,
    pub(super) head_dim: usize,
    pub(super) kv_type: KvType,
    /// One a layer.
    pub(super) layers: Vec<LayerCache>,
    len: usize,
}

impl KvCache {
    /// An empty cache for a model of this shape, whose layers lie as `placement` says. Memory is taken as tokens come.
    pub fn new(spec: &ArchSpec, kv_type: KvType, placement: &Placement) -> Self {
        let (kv_heads, head_dim) = (spec.kv_heads, spec.head_dim);
        let layer = |index| match placement.road(index) {
            Road::Kernels => LayerCache::Pages(Vec::new()),
            Road::Portable(device) => LayerCache::Tensors(TensorRows::new(kv_heads, head_dim, kv_type, device)),
        };
        Self { kv_heads, head_dim, kv_type, layers: (0..spec.layers).map(layer).collect(), len: 0 }
    }

    /// Whether its layers lie as `placement` says.
    pub(super) fn lies_as(&self, placement: &Placement) -> bool {
        self.layers.iter().enumerate().all(|(index, layer)| match (layer, placement.road(index)) {
            (LayerCache::Pages(_), Road::Kernels) => true,
            (LayerCache::Tensors(rows), Road::Portable(device)) => rows.device().same_device(device),
            _ => false,
        })
    }

    /// Positions held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of all pages and tensors; those shared with a fork count in both.
    pub fn bytes(&self) -> usize {
        let layer = |layer: &LayerCache| match layer {
            LayerCache::Pages(pages) => pages.iter().map(|page| page.keys.bytes() + page.values.bytes()).sum(),
            LayerCache::Tensors(rows) => rows.bytes(),
        };
        self.layers.iter().map(layer).sum()
    }

    /// Writes keys and values (each `[tokens, kv_heads * head_dim]`) of one layer of pages at positions `start..`. The positions count only
    /// after `set_len`, which a forward pass calls when every layer has written.
    pub fn write(&mut self, layer: usize, start: usize, keys: &[f32], values: &[f32]) {
        let (heads, d, row) = (self.kv_heads, self.head_dim, self.kv_heads * self.head_dim);
        let groups = d.div_ceil(KV_GROUP);
        let empty = self.empty_rows();
        let Some(LayerCache::Pages(pages)) = self.layers.get_mut(layer) else { return };
        for (offset, (key, value)) in keys.chunks_exact(row).zip(values.chunks_exact(row)).enumerate() {
            let (page, slot) = ((start + offset) / PAGE_TOKENS, (start + offset) % PAGE_TOKENS);
            while pages.len() <= page {
                pages.push(Arc::new(Page { keys: empty.clone(), values: empty.clone() }));
            }
            let page = Arc::make_mut(&mut pages[page]);
            for head in 0..heads {
                let from = head * d..(head + 1) * d;
                let key_place = (head * d * PAGE_TOKENS + slot, PAGE_TOKENS);
                page.keys.put(&key[from.clone()], key_place, (head * groups * PAGE_TOKENS + slot, PAGE_TOKENS));
                let place = head * PAGE_TOKENS + slot;
                page.values.put(&value[from], (place * d, 1), (place * groups, 1));
            }
        }
    }

    /// As [`Self::write`], of a layer of tensors.
    pub(super) fn write_tensors(&mut self, layer: usize, start: usize, keys: &Tensor, values: &Tensor) -> candle_core::Result<()> {
        match self.layers.get_mut(layer) {
            Some(LayerCache::Tensors(rows)) => rows.write(start, keys, values),
            _ => Ok(()),
        }
    }

    /// The keys or the values of an empty page.
    pub(super) fn empty_rows(&self) -> Rows {
        let elements = self.kv_heads * PAGE_TOKENS * self.head_dim;
        match self.kv_type {
            KvType::F32 => Rows::F32(vec![0.0; elements]),
            KvType::F16 => Rows::F16(vec![f16::ZERO; elements]),
            KvType::Q8_0 => {
                let scales = self.kv_heads * PAGE_TOKENS * self.head_dim.div_ceil(KV_GROUP);
                Rows::Q8_0 { quants: vec![0; elements], scales: vec![f16::ZERO; scales] }
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
        for layer in &mut self.layers {
            match layer {
                LayerCache::Pages(all) => all.truncate(pages),
                LayerCache::Tensors(rows) => rows.truncate(self.len),
            }
        }
    }

    /// The pages of `layer`, shared, for an attention that runs while the cache may be written elsewhere.
    pub(super) fn pages(&self, layer: usize) -> Vec<Arc<Page>> {
        match self.layers.get(layer) {
            Some(LayerCache::Pages(pages)) => pages.clone(),
            _ => Vec::new(),
        }
    }

    /// The tensors of `layer`, where it has them.
    pub(super) fn tensors(&self, layer: usize) -> Option<&TensorRows> {
        match self.layers.get(layer) {
            Some(LayerCache::Tensors(rows)) => Some(rows),
            _ => None,
        }
    }
}

impl LayerCache {
    /// Its first `len` positions as pages, wherever they lie.
    pub(super) fn to_pages(&self, len: usize) -> candle_core::Result<Vec<Arc<Page>>> {
        match self {
            Self::Pages(pages) => Ok(pages.clone()),
            Self::Tensors(rows) => rows.to_pages(len),
        }
    }

    /// Holds the first `len` positions of `pages` and nothing else.
    pub(super) fn fill(&mut self, pages: Vec<Arc<Page>>, len: usize) -> candle_core::Result<()> {
        match self {
            Self::Pages(own) => *own = pages,
            Self::Tensors(rows) => rows.fill(&pages, len)?,
        }
        Ok(())
    }
}

impl Page {
    /// The kernels' view of it.
    pub fn view(&self) -> KvPage<'_> {
        KvPage { keys: self.keys.view(), values: self.values.view() }
    }
}
