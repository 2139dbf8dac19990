//! Causal attention over sequences of spans, with grouped heads, and its derivative. Scores are made for a tile of queries at a time and
//! made again on the way back (FlashAttention, arXiv 2205.14135), so memory grows with the number of tokens, not with its square.

use std::ops::Range;
use std::sync::Mutex;

use super::batch::Span;
use super::workspace::Workspace;
use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::compute::{Pool, elementwise};

/// Queries that are scored together.
const TILE: usize = 96;

/// Heads and their width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heads {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Width of one.
    pub head_dim: usize,
    /// Products of queries and keys are multiplied by this.
    pub scale: f32,
    /// Only this many tokens are looked back on, where it is limited.
    pub window: Option<usize>,
    /// Scores `s` become `cap * tanh(s / cap)`, where they are capped.
    pub cap: Option<f32>,
}

impl Heads {
    fn query_dim(&self) -> usize {
        self.heads * self.head_dim
    }

    fn kv_dim(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Where the key head of query head `head` begins in a row of keys.
    fn key_offset(&self, head: usize) -> usize {
        head / (self.heads / self.kv_heads.max(1)).max(1) * self.head_dim
    }
}

/// Queries, keys and values, turned by their positions.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// `[tokens, heads * head_dim]`
    pub q: &'a [f32],
    /// `[tokens, kv_heads * head_dim]`
    pub k: &'a [f32],
    /// `[tokens, kv_heads * head_dim]`
    pub v: &'a [f32],
}

/// A tile of queries of one span, and the keys it sees: the span's prefix, then the span's own up to the tile's end.
struct Tile {
    queries: Range<usize>,
    prefix: Range<usize>,
    own: Range<usize>,
}

impl Tile {
    fn all(span: &Span) -> impl Iterator<Item = Self> {
        let (own, prefix) = (span.own.clone(), span.prefix.clone());
        own.clone().step_by(TILE).map(move |start| {
            let end = (start + TILE).min(own.end);
            Self { queries: start..end, prefix: prefix.clone(), own: own.start..end }
        })
    }

    fn keys(&self) -> usize {
        self.prefix.len() + self.own.len()
    }

    /// The keys query `query` sees, as places in the tile's row of scores.
    fn seen(&self, query: usize, window: Option<usize>) -> Range<usize> {
        let end = self.prefix.len() + (self.queries.start - self.own.start) + query + 1;
        window.map_or(0, |window| end.saturating_sub(window))..end
    }

    /// Both runs of keys: their places in the batch, and in a row of scores.
    fn runs(&self) -> [(Range<usize>, usize); 2] {
        [(self.prefix.clone(), 0), (self.own.clone(), self.prefix.len())]
    }

    /// `x y^T` for the queries' rows `x` and the keys' rows `y`, into `out: [queries, keys]`.
    #[allow(clippy::too_many_arguments)] // two operands with their strides, and the result
    fn score(&self, pool: &Pool, x: View<'_>, y: &[f32], y_offset: usize, y_width: usize, depth: usize, out: &mut [f32]) {
        let keys = self.keys();
        for (run, at) in self.runs() {
            if run.is_empty() {
                continue;
            }
            let right = Right::Dense(View::rows(&y[run.start * y_width + y_offset..], y_width).transposed());
            let term = Term { left: x, right, depth };
            let output = Output { data: &mut out[at..], rows: self.queries.len(), columns: run.len(), stride: keys, write: Write::Replace };
            gemm(pool, &[term], output);
        }
    }

    /// `weights y` for `weights: [queries, keys]` and the keys' rows `y`, into `out`.
    fn gather(&self, pool: &Pool, weights: &[f32], y: &[f32], y_offset: usize, y_width: usize, out: Output<'_>) {
        let keys = self.keys();
        let terms: Vec<Term<'_>> = self
            .runs()
            .into_iter()
            .filter(|(run, _)| !run.is_empty())
            .map(|(run, at)| Term {
                left: View::rows(&weights[at..], keys),
                right: Right::Dense(View::rows(&y[run.start * y_width + y_offset..], y_width)),
                depth: run.len(),
            })
            .collect();
        gemm(pool, &terms, out);
    }

    /// `out[key] += weights^T x` for `weights: [queries, keys]` and the queries' rows `x`; rows of `out` are `head_dim` wide and begin at
    /// place `first` of the batch.
    fn scatter(&self, pool: &Pool, weights: &[f32], x: View<'_>, head_dim: usize, first: usize, out: &mut [f32]) {
        let keys = self.keys();
        for (run, at) in self.runs() {
            if run.is_empty() {
                continue;
            }
            let left = View::rows(&weights[at..], keys).transposed();
            let term = Term { left, right: Right::Dense(x), depth: self.queries.len() };
            let data = &mut out[(run.start - first) * head_dim..(run.end - first) * head_dim];
            gemm(pool, &[term], Output::rows(data, head_dim, Write::Add));
        }
    }
}

/// One head of one sequence.
struct Task<'a> {
    spans: &'a [Span],
    head: usize,
    /// Places of the sequence.
    range: Range<usize>,
}

fn tasks<'a>(sequences: &'a [Vec<Span>], heads: usize) -> Vec<Task<'a>> {
    let range = |spans: &[Span]| spans.first().map_or(0, |span| span.own.start)..spans.last().map_or(0, |span| span.own.end);
    sequences.iter().flat_map(|spans| (0..heads).map(move |head| Task { spans, head, range: range(spans) })).collect()
}

/// A copy of one head's rows, `[tokens, head_dim]`, back into all heads' rows `[tokens, width]`.
fn write_head(out: &mut [f32], width: usize, offset: usize, rows: Range<usize>, head_dim: usize, values: &[f32], add: bool) {
    for (row, values) in rows.zip(values.chunks_exact(head_dim)) {
        let out = &mut out[row * width + offset..][..head_dim];
        if add {
            out.iter_mut().zip(values).for_each(|(out, value)| *out += value);
        } else {
            out.copy_from_slice(values);
        }
    }
}

/// `softmax(q k^T / sqrt(head_dim)) v`, `[tokens, heads * head_dim]`; also the logarithm of each softmax's sum, `[heads, tokens]`.
pub fn forward(workspace: &mut Workspace<'_>, heads: Heads, inputs: Inputs<'_>, sequences: &[Vec<Span>]) -> (Vec<f32>, Vec<f32>) {
    let (width, kv_width, head_dim) = (heads.query_dim(), heads.kv_dim(), heads.head_dim);
    let tokens = inputs.q.len() / width.max(1);
    let tasks = tasks(sequences, heads.heads);
    let pool = workspace.pool;
    let results: Vec<Mutex<(Vec<f32>, Vec<f32>)>> = tasks.iter().map(|_| Mutex::default()).collect();
    pool.run(tasks.len(), &|index| {
        let task = &tasks[index];
        let mut out = vec![0.0; task.range.len() * head_dim];
        let mut sums = vec![0.0; task.range.len()];
        let mut scores = Vec::new();
        for tile in task.spans.iter().flat_map(Tile::all) {
            let keys = tile.keys();
            scores.resize(tile.queries.len() * keys, 0.0);
            let q = View::rows(&inputs.q[tile.queries.start * width + task.head * head_dim..], width);
            tile.score(pool, q, inputs.k, heads.key_offset(task.head), kv_width, head_dim, &mut scores);
            for (query, row) in scores.chunks_exact_mut(keys).enumerate() {
                let seen = tile.seen(query, heads.window);
                row[..seen.start].fill(0.0);
                row[seen.end..].fill(0.0);
                let row = &mut row[seen];
                row.iter_mut().for_each(|score| *score *= heads.scale);
                if let Some(cap) = heads.cap {
                    elementwise::cap(row, cap);
                }
                let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let sum = elementwise::exp_and_sum(row, max);
                row.iter_mut().for_each(|score| *score /= sum);
                sums[tile.queries.start + query - task.range.start] = max + sum.ln();
            }
            let first = (tile.queries.start - task.range.start) * head_dim;
            let data = &mut out[first..first + tile.queries.len() * head_dim];
            tile.gather(pool, &scores, inputs.v, heads.key_offset(task.head), kv_width, Output::rows(data, head_dim, Write::Replace));
        }
        if let Ok(mut result) = results[index].lock() {
            *result = (out, sums);
        }
    });
    let mut out = workspace.take(tokens * width);
    let mut sums = workspace.take(tokens * heads.heads);
    for (task, result) in tasks.iter().zip(results) {
        let (values, own) = result.into_inner().unwrap_or_default();
        write_head(&mut out, width, task.head * head_dim, task.range.clone(), head_dim, &values, false);
        sums[task.head * tokens + task.range.start..task.head * tokens + task.range.end].copy_from_slice(&own);
    }
    (out, sums)
}

/// Gradients of queries, keys and values.
#[derive(Debug)]
pub struct Derivatives {
    /// As the queries.
    pub dq: Vec<f32>,
    /// As the keys.
    pub dk: Vec<f32>,
    /// As the values.
    pub dv: Vec<f32>,
}

/// What one task gives: its share of each gradient, `[tokens of the sequence, head_dim]`.
type Shares = [Vec<f32>; 3];

/// From the gradient `dy` of the output and what [`forward`] gave. With `p` the softmax: `dv = p^T dy`, `ds = p * (dy v^T - rowsum(dy * y))`;
/// where scores are capped, the latter times the slope of the cap.
pub fn backward(
    workspace: &mut Workspace<'_>,
    heads: Heads,
    inputs: Inputs<'_>,
    sequences: &[Vec<Span>],
    y: &[f32],
    sums: &[f32],
    dy: &[f32],
) -> Derivatives {
    let (width, kv_width, head_dim) = (heads.query_dim(), heads.kv_dim(), heads.head_dim);
    let tokens = inputs.q.len() / width.max(1);
    let tasks = tasks(sequences, heads.heads);
    let pool = workspace.pool;
    let results: Vec<Mutex<Shares>> = tasks.iter().map(|_| Mutex::default()).collect();
    pool.run(tasks.len(), &|index| {
        let task = &tasks[index];
        let key_offset = heads.key_offset(task.head);
        let mut shares: Shares = std::array::from_fn(|_| vec![0.0; task.range.len() * head_dim]);
        let [dq, dk, dv] = &mut shares;
        let (mut p, mut ds, mut slopes) = (Vec::new(), Vec::new(), Vec::new());
        for tile in task.spans.iter().flat_map(Tile::all) {
            let keys = tile.keys();
            p.resize(tile.queries.len() * keys, 0.0);
            ds.resize(tile.queries.len() * keys, 0.0);
            let at = tile.queries.start * width + task.head * head_dim;
            let (q, dy_view) = (View::rows(&inputs.q[at..], width), View::rows(&dy[at..], width));
            tile.score(pool, q, inputs.k, key_offset, kv_width, head_dim, &mut p);
            tile.score(pool, dy_view, inputs.v, key_offset, kv_width, head_dim, &mut ds);
            for (query, (p, ds)) in p.chunks_exact_mut(keys).zip(ds.chunks_exact_mut(keys)).enumerate() {
                let seen = tile.seen(query, heads.window);
                for row in [&mut *p, &mut *ds] {
                    row[..seen.start].fill(0.0);
                    row[seen.end..].fill(0.0);
                }
                let (p, ds) = (&mut p[seen.clone()], &mut ds[seen]);
                let place = tile.queries.start + query;
                p.iter_mut().for_each(|score| *score *= heads.scale);
                slopes.clear();
                if let Some(cap) = heads.cap {
                    elementwise::cap(p, cap);
                    slopes.extend(p.iter().map(|score| 1.0 - (score / cap) * (score / cap)));
                }
                elementwise::exp_shifted(p, sums[task.head * tokens + place]);
                let row = place * width + task.head * head_dim;
                let dot: f32 = y[row..row + head_dim].iter().zip(&dy[row..row + head_dim]).map(|(y, dy)| y * dy).sum();
                ds.iter_mut().zip(p).for_each(|(ds, p)| *ds = *p * (*ds - dot) * heads.scale);
                ds.iter_mut().zip(&slopes).for_each(|(ds, slope)| *ds *= slope);
            }
            let first = (tile.queries.start - task.range.start) * head_dim;
            let data = &mut dq[first..first + tile.queries.len() * head_dim];
            tile.gather(pool, &ds, inputs.k, key_offset, kv_width, Output::rows(data, head_dim, Write::Replace));
            tile.scatter(pool, &ds, q, head_dim, task.range.start, dk);
            tile.scatter(pool, &p, dy_view, head_dim, task.range.start, dv);
        }
        if let Ok(mut result) = results[index].lock() {
            *result = shares;
        }
    });
    let mut out =
        Derivatives { dq: workspace.take(tokens * width), dk: workspace.zeros(tokens * kv_width), dv: workspace.zeros(tokens * kv_width) };
    for (task, result) in tasks.iter().zip(results) {
        let [dq, dk, dv] = result.into_inner().unwrap_or_default();
        write_head(&mut out.dq, width, task.head * head_dim, task.range.clone(), head_dim, &dq, false);
        write_head(&mut out.dk, kv_width, heads.key_offset(task.head), task.range.clone(), head_dim, &dk, true);
        write_head(&mut out.dv, kv_width, heads.key_offset(task.head), task.range.clone(), head_dim, &dv, true);
    }
    out
}
