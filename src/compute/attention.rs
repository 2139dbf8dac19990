//! Causal attention over a paged f16 cache, with an online softmax (arXiv 1805.02867): scores never stand in memory at full length.

use half::f16;

use super::dot::LANES;
use super::elementwise::{at_level, exp, exp_sum};
use super::memory::Aligned;
use super::{Level, Pool};

/// Keys and values of one page. Keys stand dimension by dimension, so that one query meets sixteen of them at once.
#[derive(Debug, Clone, Copy)]
pub struct KvPage<'a> {
    /// Rotated keys: `[kv_heads, head_dim, page_tokens]`.
    pub keys: &'a [f16],
    /// Values: `[kv_heads, page_tokens, head_dim]`.
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

/// At most so many tokens share a converted page of keys and values.
const TILE: usize = 16;

/// Attends every lane. Work is shared by key head and by tiles of tokens, never by keys; a page that several lanes of a tile have in common
/// is read once.
pub fn attention(pool: &Pool, shape: &AttentionShape, page_tokens: usize, lanes: &mut [AttentionLane<'_>]) {
    let row = shape.heads * shape.head_dim;
    let tokens: Vec<(usize, usize)> =
        lanes.iter().enumerate().flat_map(|(index, lane)| (0..lane.q.len() / row).map(move |token| (index, token))).collect();
    let tile = (tokens.len() * shape.kv_heads).div_ceil(pool.threads()).clamp(1, TILE);
    // The longest tiles first, so that no thread starts one when the others are done.
    let chunks: Vec<(usize, &[(usize, usize)])> =
        (0..shape.kv_heads).flat_map(|kv_head| tokens.chunks(tile).map(move |tokens| (kv_head, tokens))).rev().collect();
    let outs: Vec<LaneOut> = lanes.iter_mut().map(|lane| LaneOut { start: lane.out.as_mut_ptr(), length: lane.out.len() }).collect();
    let lanes: Vec<LaneView<'_>> = lanes.iter().map(|lane| LaneView { q: lane.q, start: lane.start, pages: &lane.pages }).collect();
    let level = Level::detect();
    pool.run(chunks.len(), &|chunk| {
        let (kv_head, tokens) = chunks[chunk];
        let group = shape.heads / shape.kv_heads;
        let out = Tile { level, shape, page_tokens, kv_head, lanes: &lanes, tokens }.attend();
        let width = shape.head_dim.next_multiple_of(LANES);
        for (number, out) in out.chunks_exact(width).enumerate() {
            let ((lane, token), head) = (tokens[number / group], kv_head * group + number % group);
            outs[lane].put(token * row + head * shape.head_dim, &out[..shape.head_dim]);
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

/// The query heads of one key head, for some tokens. Query `i` is head `i % group` of token `i / group`.
struct Tile<'a> {
    level: Level,
    shape: &'a AttentionShape,
    page_tokens: usize,
    kv_head: usize,
    lanes: &'a [LaneView<'a>],
    /// Lane, and place in the lane's queries.
    tokens: &'a [(usize, usize)],
}

impl Tile<'_> {
    /// `[queries, head_dim]`, rows padded to whole [`LANES`].
    fn attend(&self) -> Aligned<f32> {
        let (d, group, page_tokens) = (self.shape.head_dim, self.shape.heads / self.shape.kv_heads, self.page_tokens);
        let (width, slots) = (d.next_multiple_of(LANES), page_tokens.next_multiple_of(LANES));
        let queries = self.tokens.len() * group;
        let mut q = vec![0f32; queries * d];
        for (&(lane, token), q) in self.tokens.iter().zip(q.chunks_exact_mut(group * d)) {
            let from = (token * self.shape.heads + self.kv_head * group) * d;
            q.iter_mut().zip(&self.lanes[lane].q[from..from + group * d]).for_each(|(to, from)| *to = from * self.shape.scale);
        }
        let mut out = Aligned::<f32>::zeros(queries * width);
        let mut max = vec![f32::NEG_INFINITY; queries];
        let mut total = vec![0f32; queries];
        let (mut keys, mut values) = (Aligned::<f32>::zeros(d * slots), Aligned::<f32>::zeros(page_tokens * width));
        let mut scores = Aligned::<f32>::zeros(queries * slots);
        let position = |token: usize| self.lanes[self.tokens[token].0].start + self.tokens[token].1;
        let pages = (0..self.tokens.len()).map(|token| position(token) / page_tokens + 1).max().unwrap_or(0);
        let mut members: Vec<usize> = Vec::new();
        for number in 0..pages {
            let start = number * page_tokens;
            let seen = |token: usize| {
                let end = (position(token) + 1).saturating_sub(start).min(page_tokens);
                let oldest = self.shape.sliding_window.map_or(0, |window| (position(token) + 1).saturating_sub(window));
                oldest.saturating_sub(start).min(end)..end
            };
            let page = |token: usize| self.lanes[self.tokens[token].0].pages.get(number);
            for leader in 0..self.tokens.len() {
                let Some(shared) = page(leader) else { continue };
                let same = |token: usize| page(token).is_some_and(|page| std::ptr::eq(page.keys, shared.keys));
                // Each page once, with every token that sees something of it.
                if (0..leader).any(same) {
                    continue;
                }
                members.clear();
                members.extend((leader..self.tokens.len()).filter(|&token| same(token) && !seen(token).is_empty()));
                let used = members.iter().map(|&token| seen(token).end).max().unwrap_or(0);
                if used == 0 {
                    continue;
                }
                let from = self.kv_head * page_tokens * d;
                widen(self.level, &shared.keys[from..from + d * page_tokens], page_tokens, &mut keys, slots);
                widen(self.level, &shared.values[from..from + used * d], d, &mut values, width);
                let rows: Vec<usize> = members.iter().flat_map(|&token| token * group..(token + 1) * group).collect();
                rows.iter().for_each(|&row| scores[row * slots..(row + 1) * slots].fill(0.0));
                products(self.level, &rows, (&q, d), d, (&keys, slots), &mut scores);
                for &row in &rows {
                    let (seen, scores) = (seen(row / group), &mut scores[row * slots..(row + 1) * slots]);
                    let own = &mut scores[seen.clone()];
                    let new_max = own.iter().copied().fold(max[row], f32::max);
                    let correction = exp(max[row] - new_max);
                    total[row] = total[row] * correction + exp_sum_at(self.level, own, new_max);
                    max[row] = new_max;
                    scores[..seen.start].fill(0.0);
                    scores[seen.end..].fill(0.0);
                    if correction != 1.0 {
                        out[row * width..(row + 1) * width].iter_mut().for_each(|value| *value *= correction);
                    }
                }
                products(self.level, &rows, (&scores, slots), used, (&values, width), &mut out);
            }
        }
        for (out, total) in out.chunks_exact_mut(width).zip(&total) {
            let scale = 1.0 / total;
            out.iter_mut().for_each(|value| *value *= scale);
        }
        out
    }
}

/// Rows of `columns` halves as rows of `stride` floats; what is between is left alone.
fn widen(level: Level, halves: &[f16], columns: usize, out: &mut [f32], stride: usize) {
    for (halves, out) in halves.chunks_exact(columns).zip(out.chunks_mut(stride)) {
        super::elementwise::widen_at(level, halves, &mut out[..columns]);
    }
}

/// `out[row] += a[row] * b` for each of `rows`, over `depth` columns of `a` and rows of `b`, in their order. `b.1` is the width of `b` and of
/// `out`, a multiple of [`LANES`].
fn products(level: Level, rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]) {
    assert!(b.1.is_multiple_of(LANES) && b.0.len() >= depth * b.1 && depth <= a.1);
    assert!(rows.iter().all(|row| (row + 1) * a.1 <= a.0.len() && (row + 1) * b.1 <= out.len()));
    #[cfg(target_arch = "x86_64")]
    if super::x86::float::products(level, rows, a, depth, b, out) {
        return;
    }
    at_level!(level, products_inline(rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]));
}

#[inline(always)]
fn products_inline(rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]) {
    for &row in rows {
        for column in (0..b.1).step_by(LANES) {
            let out = &mut out[row * b.1 + column..][..LANES];
            let mut lanes: [f32; LANES] = std::array::from_fn(|i| out[i]);
            for (k, a) in a.0[row * a.1..][..depth].iter().enumerate() {
                let b = &b.0[k * b.1 + column..][..LANES];
                for i in 0..LANES {
                    lanes[i] = a.mul_add(b[i], lanes[i]);
                }
            }
            out.copy_from_slice(&lanes);
        }
    }
}

fn exp_sum_at(level: Level, x: &mut [f32], max: f32) -> f32 {
    at_level!(level, exp_sum(x: &mut [f32], max: f32) -> f32)
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
        let key = |half: &[f16], kv: usize, slot: usize, i: usize| f64::from(half[(kv * d + i) * PAGE + slot].to_f32());
        let at = |half: &[f16], kv: usize, slot: usize, i: usize| f64::from(half[(kv * PAGE + slot) * d + i].to_f32());
        let mut out = vec![0.0; q.len()];
        for token in 0..q.len() / row {
            for head in 0..shape.heads {
                let kv = head / (shape.heads / shape.kv_heads);
                let last = start + token;
                let first = shape.sliding_window.map_or(0, |w| (last + 1).saturating_sub(w));
                let score = |p: usize| -> f64 {
                    let dot: f64 =
                        (0..d).map(|i| f64::from(q[token * row + head * d + i]) * key(&cache.pages[p / PAGE].0, kv, p % PAGE, i)).sum();
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

    #[test]
    fn lanes_that_share_pages_get_what_each_gets_alone() {
        let shape = AttentionShape { heads: 4, kv_heads: 2, head_dim: 16, scale: 0.25, sliding_window: None };
        let (cache, row) = (cache(&shape, 30), 64);
        let q: Vec<f32> = (0..5 * row).map(|i| value(i, 4)).collect();
        // Lanes of one, three and one tokens, at different places behind the same beginning.
        let cuts = [(29, 0, 1), (21, 1, 4), (7, 4, 5)];
        let mut outs = vec![vec![]; cuts.len()];
        let mut lanes: Vec<_> = cuts
            .iter()
            .zip(&mut outs)
            .map(|(&(start, first, last), out)| {
                *out = vec![0.0; (last - first) * row];
                let pages = cache.pages.iter().map(|(keys, values)| KvPage { keys, values }).collect();
                AttentionLane { q: &q[first * row..last * row], start, pages, out }
            })
            .collect();
        attention(&Pool::new(1), &shape, PAGE, &mut lanes);
        for (&(start, first, last), out) in cuts.iter().zip(&outs) {
            assert_eq!(*out, run(&shape, 1, &q[first * row..last * row], start, &cache));
        }
    }

    #[test]
    fn levels_give_the_same_bits() {
        let (depth, width, rows) = (37, 48, 13);
        let a: Vec<f32> = (0..rows * 40).map(|i| value(i, 5)).collect();
        let b: Vec<f32> = (0..depth * width).map(|i| value(i, 6)).collect();
        let all: Vec<usize> = (0..rows).collect();
        let of = |level| {
            let mut out: Vec<f32> = (0..rows * width).map(|i| value(i, 7)).collect();
            products(level, &all, (&a, 40), depth, (&b, width), &mut out);
            out
        };
        Level::available().into_iter().for_each(|level| assert_eq!(of(level), of(Level::Scalar), "{level:?}"));
    }
}
