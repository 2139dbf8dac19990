//! Causal attention over sequences of spans, over tensors. A tile of queries is scored at a time, all heads together, and again on the way
//! back; which keys a query sees is a mask, so that branches and short rows share a tile.

use std::ops::Range;

use candle_core::{D, Result, Tensor};

use super::compute::Compute;
use crate::train::model::attention::Heads;
use crate::train::model::batch::Span;

/// Queries that are scored together.
pub const TILE: usize = 256;

/// Queries that are scored together, and the keys that any of them sees.
#[derive(Debug)]
struct Tile {
    queries: Range<usize>,
    /// Places of the keys, in order; neighbouring runs are one.
    keys: Vec<Range<usize>>,
    /// 0 where a query sees a key, else minus infinity; `[queries, keys]`.
    mask: Tensor,
}

/// Which tokens of a batch see which.
#[derive(Debug)]
pub struct Sight {
    tiles: Vec<Tile>,
}

/// The most keys that a tile's queries see, in a batch of `tokens` of rows of at most `longest`: the prefix and the beginning of the row in
/// which the tile begins, and the tile's own.
pub fn most_keys(tokens: usize, longest: usize) -> usize {
    (2 * longest + TILE).min(tokens)
}

impl Sight {
    /// Of the spans of a batch.
    pub fn new(compute: &Compute, sequences: &[Vec<Span>], window: Option<usize>) -> Result<Self> {
        let spans: Vec<&Span> = sequences.iter().flatten().filter(|span| !span.own.is_empty()).collect();
        let tokens = spans.last().map_or(0, |span| span.own.end);
        let mut tiles = Vec::new();
        for start in (0..tokens).step_by(TILE) {
            let queries = start..(start + TILE).min(tokens);
            let inside: Vec<&Span> =
                spans.iter().copied().filter(|span| span.own.start < queries.end && span.own.end > queries.start).collect();
            let keys = runs(&inside, &queries);
            let width = keys.iter().map(Range::len).sum::<usize>();
            let mut mask = vec![f32::NEG_INFINITY; queries.len() * width];
            for span in inside {
                for query in span.own.start.max(queries.start)..span.own.end.min(queries.end) {
                    let row = &mut mask[(query - queries.start) * width..][..width];
                    mark(row, &keys, span, query, window);
                }
            }
            let mask = compute.upload(&mask, &[queries.len(), width])?;
            tiles.push(Tile { queries, keys, mask });
        }
        Ok(Self { tiles })
    }
}

/// The places that queries of the `spans` see, up to the last of `queries`.
fn runs(spans: &[&Span], queries: &Range<usize>) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> =
        spans.iter().flat_map(|span| [span.prefix.clone(), span.own.start..span.own.end.min(queries.end)]).collect();
    all.retain(|run| !run.is_empty());
    all.sort_unstable_by_key(|run| (run.start, run.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for run in all {
        match merged.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => merged.push(run),
        }
    }
    merged
}

/// Writes 0 to the places of a row of scores that `query` of `span` sees: the prefix, then its own up to itself; the last `window` of them.
fn mark(row: &mut [f32], keys: &[Range<usize>], span: &Span, query: usize, window: Option<usize>) {
    let end = span.prefix.len() + query - span.own.start + 1;
    let start = window.map_or(0, |window| end.saturating_sub(window));
    let mut at = 0;
    for run in keys {
        for (place, score) in run.clone().zip(&mut row[at..]) {
            let order = if span.prefix.contains(&place) {
                place - span.prefix.start
            } else if (span.own.start..=query).contains(&place) {
                span.prefix.len() + place - span.own.start
            } else {
                continue;
            };
            if (start..end).contains(&order) {
                *score = 0.0;
            }
        }
        at += run.len();
    }
}

/// Queries, keys and values, turned by their positions; f32.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// `[tokens, heads * head_dim]`
    pub q: &'a Tensor,
    /// `[tokens, kv_heads * head_dim]`
    pub k: &'a Tensor,
    /// `[tokens, kv_heads * head_dim]`
    pub v: &'a Tensor,
}

/// Query heads that read the same key head.
fn group(heads: Heads) -> usize {
    heads.heads / heads.kv_heads.max(1)
}

/// `[tokens, heads * head_dim]` to `[kv_heads, group, tokens, head_dim]`.
fn by_query_head(heads: Heads, x: &Tensor) -> Result<Tensor> {
    let tokens = x.dim(0)?;
    x.reshape((tokens, heads.kv_heads, group(heads), heads.head_dim))?.permute((1, 2, 0, 3))?.contiguous()
}

/// `[tokens, kv_heads * head_dim]` to `[kv_heads, tokens, head_dim]`.
fn by_key_head(heads: Heads, x: &Tensor) -> Result<Tensor> {
    let tokens = x.dim(0)?;
    x.reshape((tokens, heads.kv_heads, heads.head_dim))?.transpose(0, 1)?.contiguous()
}

/// `[kv_heads, tokens, head_dim]` to `[tokens, kv_heads * head_dim]`.
fn join_heads(heads: Heads, x: &Tensor) -> Result<Tensor> {
    let tokens = x.dim(1)?;
    x.transpose(0, 1)?.contiguous()?.reshape((tokens, heads.kv_heads * heads.head_dim))
}

impl Tile {
    /// The tile's rows of `x: [kv_heads, group, tokens, head_dim]`, `[kv_heads, group * queries, head_dim]`.
    fn rows(&self, heads: Heads, x: &Tensor) -> Result<Tensor> {
        let count = self.queries.len();
        let rows = x.narrow(2, self.queries.start, count)?.contiguous()?;
        rows.reshape((heads.kv_heads, group(heads) * count, heads.head_dim))
    }

    /// The tile's keys or values of `x: [kv_heads, tokens, head_dim]`, `[kv_heads, keys, head_dim]`.
    fn keys(&self, x: &Tensor) -> Result<Tensor> {
        match self.keys.as_slice() {
            [run] => x.narrow(1, run.start, run.len()),
            runs => {
                let parts = runs.iter().map(|run| x.narrow(1, run.start, run.len())).collect::<Result<Vec<_>>>()?;
                Tensor::cat(&parts, 1)
            }
        }
    }

    /// Adds `part: [kv_heads, keys, head_dim]` to the tile's keys of `sum: [kv_heads, tokens, head_dim]`.
    fn scatter(&self, sum: &Tensor, part: &Tensor) -> Result<()> {
        let mut at = 0;
        for run in &self.keys {
            let own = part.narrow(1, at, run.len())?;
            sum.slice_set(&(sum.narrow(1, run.start, run.len())? + own)?, 1, run.start)?;
            at += run.len();
        }
        Ok(())
    }

    /// `q k^T / sqrt(head_dim)`, capped where it is; `[kv_heads, group * queries, keys]`.
    fn products(compute: &Compute, heads: Heads, q: &Tensor, k: &Tensor) -> Result<Tensor> {
        let scale = f64::from(heads.scale);
        let scores = compute.product(q, &k.transpose(1, 2)?)?;
        match heads.cap.map(f64::from) {
            Some(cap) => scores.affine(scale / cap, 0.0)?.tanh()?.affine(cap, 0.0),
            None => scores.affine(scale, 0.0),
        }
    }

    /// The same where a query sees a key, else minus infinity.
    fn masked(&self, heads: Heads, scores: &Tensor) -> Result<Tensor> {
        let shape = scores.shape().clone();
        let by_head = scores.reshape((heads.kv_heads * group(heads), self.queries.len(), shape.dim(D::Minus1)?))?;
        by_head.broadcast_add(&self.mask)?.reshape(shape)
    }
}

/// `softmax(q k^T / sqrt(head_dim)) v`, `[tokens, heads * head_dim]`; also the logarithm of each softmax's sum, for each tile
/// `[kv_heads, group * queries, 1]`.
pub fn forward(compute: &Compute, heads: Heads, inputs: Inputs<'_>, sight: &Sight) -> Result<(Tensor, Vec<Tensor>)> {
    let tokens = inputs.q.dim(0)?;
    let q = by_query_head(heads, inputs.q)?.to_dtype(compute.dtype)?;
    let k = by_key_head(heads, inputs.k)?.to_dtype(compute.dtype)?;
    let v = by_key_head(heads, inputs.v)?.to_dtype(compute.dtype)?;
    let mut outputs = Vec::with_capacity(sight.tiles.len());
    let mut sums = Vec::with_capacity(sight.tiles.len());
    for tile in &sight.tiles {
        let scores = tile.masked(heads, &Tile::products(compute, heads, &tile.rows(heads, &q)?, &tile.keys(&k)?)?)?;
        let max = scores.max_keepdim(D::Minus1)?;
        let p = scores.broadcast_sub(&max)?.exp()?;
        let sum = p.sum_keepdim(D::Minus1)?; // [kv_heads, group * queries, 1]
        let output = compute.product(&p.broadcast_div(&sum)?, &tile.keys(&v)?)?;
        outputs.push(output.reshape((heads.kv_heads, group(heads), tile.queries.len(), heads.head_dim))?);
        sums.push((max + sum.log()?)?);
    }
    let output = Tensor::cat(&outputs, 2)?; // [kv_heads, group, tokens, head_dim]
    let output = output.permute((2, 0, 1, 3))?.contiguous()?.reshape((tokens, heads.heads * heads.head_dim))?;
    Ok((output, sums))
}

/// Gradients of queries, keys and values, f32.
#[derive(Debug)]
pub struct Derivatives {
    /// As the queries.
    pub dq: Tensor,
    /// As the keys.
    pub dk: Tensor,
    /// As the values.
    pub dv: Tensor,
}

/// From the gradient `dy` of the output and what [`forward`] gave. With `p` the softmax: `dv = p^T dy`, `ds = p * (dy v^T - rowsum(dy * y))`.
pub fn backward(
    compute: &Compute,
    heads: Heads,
    inputs: Inputs<'_>,
    sight: &Sight,
    y: &Tensor,
    sums: &[Tensor],
    dy: &Tensor,
) -> Result<Derivatives> {
    let tokens = inputs.q.dim(0)?;
    let q = by_query_head(heads, inputs.q)?.to_dtype(compute.dtype)?;
    let k = by_key_head(heads, inputs.k)?.to_dtype(compute.dtype)?;
    let v = by_key_head(heads, inputs.v)?.to_dtype(compute.dtype)?;
    let dy = by_query_head(heads, dy)?;
    let dots = (by_query_head(heads, y)? * &dy)?.sum_keepdim(D::Minus1)?; // [kv_heads, group, tokens, 1]
    let dy = dy.to_dtype(compute.dtype)?;
    let zeros = || Tensor::zeros((heads.kv_heads, tokens, heads.head_dim), candle_core::DType::F32, &compute.device);
    let (dk, dv) = (zeros()?, zeros()?);
    let scale = f64::from(heads.scale);
    let mut dqs = Vec::with_capacity(sight.tiles.len());
    for (tile, sum) in sight.tiles.iter().zip(sums) {
        let (own_q, own_k, own_dy) = (tile.rows(heads, &q)?, tile.keys(&k)?, tile.rows(heads, &dy)?);
        let scores = Tile::products(compute, heads, &own_q, &own_k)?;
        let p = tile.masked(heads, &scores)?.broadcast_sub(sum)?.exp()?;
        let dp = compute.product(&own_dy, &tile.keys(&v)?.transpose(1, 2)?)?; // [kv_heads, group * queries, keys]
        let count = tile.queries.len();
        let dot = dots.narrow(2, tile.queries.start, count)?.contiguous()?.reshape((heads.kv_heads, group(heads) * count, 1))?;
        let mut ds = (&p * dp.broadcast_sub(&dot)?)?.affine(scale, 0.0)?;
        if let Some(cap) = heads.cap.map(f64::from) {
            // The slope of the cap.
            ds = (ds * scores.affine(1.0 / cap, 0.0)?.sqr()?.affine(-1.0, 1.0)?)?;
        }
        let ds = ds.to_dtype(compute.dtype)?;
        let p = p.to_dtype(compute.dtype)?;
        let dq = compute.product(&ds, &own_k)?;
        dqs.push(dq.reshape((heads.kv_heads, group(heads), count, heads.head_dim))?);
        tile.scatter(&dk, &compute.product(&ds.transpose(1, 2)?, &own_q)?)?;
        tile.scatter(&dv, &compute.product(&p.transpose(1, 2)?, &own_dy)?)?;
    }
    let dq = Tensor::cat(&dqs, 2)?.permute((2, 0, 1, 3))?.contiguous()?.reshape((tokens, heads.heads * heads.head_dim))?;
    Ok(Derivatives { dq, dk: join_heads(heads, &dk)?, dv: join_heads(heads, &dv)? })
}
