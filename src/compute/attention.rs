//! Causal attention over a paged f16 cache, with an online softmax (arXiv 1805.02867): scores never stand in memory at full length.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::elementwise::{at_level, dots_at, exp, exp_sum};
use super::{Level, Pool};

/// Keys and values of one page, each `[kv_heads, page_tokens, head_dim]`.
#[derive(Debug, Clone, Copy)]
pub struct KvPage<'a> {
    /// Rotated keys.
    pub keys: &'a [f16],
    /// Values.
    pub values: &'a [f16],
}

/// Shape of an attention layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionShape {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; each serves `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Scores are multiplied by this.
    pub scale: f32,
    /// A query sees this many positions, its own included, where that is limited.
    pub sliding_window: Option<usize>,
}

/// Queries of one sequence. Its cache already holds their own keys and values.
#[derive(Debug)]
pub struct AttentionLane<'a> {
    /// `[tokens, heads * head_dim]`
    pub q: &'a [f32],
    /// Position of the first query.
    pub start: usize,
    /// Pages of positions `0..start + tokens`.
    pub pages: Vec<KvPage<'a>>,
    /// As `q`.
    pub out: &'a mut [f32],
}

/// Queries that share a converted page of keys and values.
const TILE: usize = 16;

/// Attends every lane. Work is shared by lane, key head and tile of queries, never by keys.
pub fn attention(pool: &Pool, shape: &AttentionShape, page_tokens: usize, lanes: &mut [AttentionLane<'_>]) {
    let row = shape.heads * shape.head_dim;
    let mut chunks = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        let tokens = lane.q.len() / row;
        for kv_head in 0..shape.kv_heads {
            chunks.extend((0..tokens).step_by(TILE).map(|first| (index, kv_head, first, (first + TILE).min(tokens))));
        }
    }
    // The longest tiles first, so that no thread starts one when the others are done.
    chunks.reverse();
    let outs: Vec<LaneOut> = lanes.iter_mut().map(|lane| LaneOut { start: lane.out.as_mut_ptr(), length: lane.out.len() }).collect();
    let lanes: &[AttentionLane<'_>] = lanes;
    let level = Level::detect();
    pool.run(chunks.len(), &|chunk| {
        let (index, kv_head, first, last) = chunks[chunk];
        let lane = LaneView { q: lanes[index].q, start: lanes[index].start, pages: &lanes[index].pages };
        let group = shape.heads / shape.kv_heads;
        for (number, out) in tile_at(level, shape, page_tokens, &lane, kv_head, first, last).chunks_exact(shape.head_dim).enumerate() {
            let (token, head) = (first + number / group, kv_head * group + number % group);
            outs[index].put(token * row + head * shape.head_dim, out);
        }
    });
}

struct LaneView<'a> {
    q: &'a [f32],
    start: usize,
    pages: &'a [KvPage<'a>],
}

/// An output that several threads write to, each at heads and tokens of its own.
struct LaneOut {
    start: *mut f32,
    length: usize,
}

// SAFETY: every (token, head) is written by the one chunk that owns it, and read by nobody before the pool is done.
unsafe impl Sync for LaneOut {}

impl LaneOut {
    fn put(&self, at: usize, values: &[f32]) {
        assert!(at + values.len() <= self.length, "an output of {} has no place {at}", self.length);
        // SAFETY: inside the slice, as asserted; no other chunk writes here.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) }
    }
}

fn tile_at(
    level: Level,
    shape: &AttentionShape,
    page_tokens: usize,
    lane: &LaneView<'_>,
    kv_head: usize,
    first: usize,
    last: usize,
) -> Vec<f32> {
    at_level!(level, tile(level: Level, shape: &AttentionShape, page_tokens: usize, lane: &LaneView<'_>, kv_head: usize, first: usize, last: usize) -> Vec<f32>)
}

/// Output of the query heads of `kv_head` for queries `first..last`: `[(last - first) * group, head_dim]`.
#[inline(always)]
fn tile(
    level: Level,
    shape: &AttentionShape,
    page_tokens: usize,
    lane: &LaneView<'_>,
    kv_head: usize,
    first: usize,
    last: usize,
) -> Vec<f32> {
    let (d, group) = (shape.head_dim, shape.heads / shape.kv_heads);
    let queries = (last - first) * group;
    let mut out = vec![0f32; queries * d];
    let mut max = vec![f32::NEG_INFINITY; queries];
    let mut total = vec![0f32; queries];
    let (mut keys, mut values) = (vec![0f32; page_tokens * d], vec![0f32; page_tokens * d]);
    let mut scores = vec![0f32; page_tokens];
    for (number, page) in lane.pages.iter().enumerate() {
        let page_start = number * page_tokens;
        if page_start > lane.start + last - 1 {
            break;
        }
        // Only what some query of this tile sees is converted.
        let used = (lane.start + last - page_start).min(page_tokens);
        let from = kv_head * page_tokens * d;
        page.keys[from..from + used * d].convert_to_f32_slice(&mut keys[..used * d]);
        page.values[from..from + used * d].convert_to_f32_slice(&mut values[..used * d]);
        for query in 0..queries {
            let (token, head) = (first + query / group, kv_head * group + query % group);
            let position = lane.start + token;
            let oldest = shape.sliding_window.map_or(0, |window| (position + 1).saturating_sub(window));
            let seen = oldest.max(page_start).min(page_start + page_tokens) - page_start
                ..(position + 1).saturating_sub(page_start).min(page_tokens);
            if seen.is_empty() {
                continue;
            }
            let q = &lane.q[(token * shape.heads + head) * d..(token * shape.heads + head + 1) * d];
            let scores = &mut scores[..seen.len()];
            let keys = &keys[seen.start * d..];
            let (fours, rest) = scores.as_chunks_mut::<4>();
            for (scores, keys) in fours.iter_mut().zip(keys.chunks_exact(4 * d)) {
                let rows = [&keys[..d], &keys[d..2 * d], &keys[2 * d..3 * d], &keys[3 * d..]];
                *scores = dots_at(level, rows, q).map(|score| score * shape.scale);
            }
            for (score, key) in rest.iter_mut().zip(keys[4 * d * fours.len()..].chunks_exact(d)) {
                *score = dots_at(level, [key], q)[0] * shape.scale;
            }
            let new_max = scores.iter().copied().fold(max[query], f32::max);
            let correction = exp(max[query] - new_max);
            let sum = exp_sum(scores, new_max);
            total[query] = total[query] * correction + sum;
            max[query] = new_max;
            let out = &mut out[query * d..(query + 1) * d];
            if correction != 1.0 {
                out.iter_mut().for_each(|value| *value *= correction);
            }
            for (weight, value) in scores.iter().zip(values[seen.start * d..].chunks_exact(d)) {
                for (out, value) in out.iter_mut().zip(value) {
                    *out = weight.mul_add(*value, *out);
                }
            }
        }
    }
    for (out, total) in out.chunks_exact_mut(d).zip(&total) {
        let scale = 1.0 / total;
        out.iter_mut().for_each(|value| *value *= scale);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 8;

    struct Cache {
        pages: Vec<(Vec<f16>, Vec<f16>)>,
    }

    fn value(i: usize, salt: usize) -> f32 {
        ((i * 7919 + salt * 104_729) % 2003) as f32 / 1000.0 - 1.0
    }

    fn cache(shape: &AttentionShape, positions: usize) -> Cache {
        let (pages, size) = (positions.div_ceil(PAGE), shape.kv_heads * PAGE * shape.head_dim);
        let half = |page: usize, salt| (0..size).map(|i| f16::from_f32(value(page * size + i, salt))).collect();
        Cache { pages: (0..pages).map(|page| (half(page, 1), half(page, 2))).collect() }
    }

    fn run(shape: &AttentionShape, threads: usize, q: &[f32], start: usize, cache: &Cache) -> Vec<f32> {
        let mut out = vec![0.0; q.len()];
        let pages = cache.pages.iter().map(|(keys, values)| KvPage { keys, values }).collect();
        attention(&Pool::new(threads), shape, PAGE, &mut [AttentionLane { q, start, pages, out: &mut out }]);
        out
    }

    /// The formula, in f64.
    fn oracle(shape: &AttentionShape, q: &[f32], start: usize, cache: &Cache) -> Vec<f64> {
        let (d, row) = (shape.head_dim, shape.heads * shape.head_dim);
        let at = |half: &[f16], kv: usize, slot: usize, i: usize| f64::from(half[(kv * PAGE + slot) * d + i].to_f32());
        let mut out = vec![0.0; q.len()];
        for token in 0..q.len() / row {
            for head in 0..shape.heads {
                let kv = head / (shape.heads / shape.kv_heads);
                let last = start + token;
                let first = shape.sliding_window.map_or(0, |w| (last + 1).saturating_sub(w));
                let score = |p: usize| -> f64 {
                    let dot: f64 =
                        (0..d).map(|i| f64::from(q[token * row + head * d + i]) * at(&cache.pages[p / PAGE].0, kv, p % PAGE, i)).sum();
                    (dot * f64::from(shape.scale)).exp()
                };
                let total: f64 = (first..=last).map(score).sum();
                for p in first..=last {
                    for i in 0..d {
                        out[token * row + head * d + i] += score(p) / total * at(&cache.pages[p / PAGE].1, kv, p % PAGE, i);
                    }
                }
            }
        }
        out
    }

    #[test]
    fn it_agrees_with_the_formula_and_does_not_depend_on_the_batch() {
        for (sliding_window, start, tokens) in [(None, 0, 37), (None, 21, 1), (Some(5), 3, 30), (Some(100), 0, 9)] {
            let shape = AttentionShape { heads: 6, kv_heads: 2, head_dim: 20, scale: 0.3, sliding_window };
            let cache = cache(&shape, start + tokens);
            let row = shape.heads * shape.head_dim;
            let q: Vec<f32> = (0..tokens * row).map(|i| value(i, 3)).collect();
            let out = run(&shape, 1, &q, start, &cache);
            for (ours, exact) in out.iter().zip(oracle(&shape, &q, start, &cache)) {
                assert!((f64::from(*ours) - exact).abs() < 1e-5, "{ours} instead of {exact}");
            }
            assert_eq!(run(&shape, 3, &q, start, &cache), out);
            for token in 0..tokens {
                let alone = run(&shape, 2, &q[token * row..(token + 1) * row], start + token, &cache);
                assert_eq!(alone, out[token * row..(token + 1) * row], "token {token}");
            }
        }
    }
}
