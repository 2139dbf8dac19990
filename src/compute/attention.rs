//! Causal attention over a paged cache, with an online softmax (arXiv 1805.02867): scores never stand in memory at full length.

use half::f16;

use super::elementwise::{at_level, cap_at, exp, exp_sum};
use super::lanes::LANES;
use super::memory::Aligned;
use super::{Level, Pool};

/// Keys and values of one page. Keys stand dimension by dimension, so that one query meets sixteen of them at once.
#[derive(Debug, Clone, Copy)]
pub struct KvPage<'a> {
    /// Rotated keys: `[kv_heads, head_dim, page_tokens]`.
    pub keys: KvRows<'a>,
    /// Values: `[kv_heads, page_tokens, head_dim]`.
    pub values: KvRows<'a>,
}

/// Dimensions of a token's head that share a scale in [`KvRows::Q8_0`].
pub const KV_GROUP: usize = 32;

/// Numbers of the cache.
#[derive(Debug, Clone, Copy)]
pub enum KvRows<'a> {
    /// As they are.
    F32(&'a [f32]),
    /// Rounded to two bytes.
    F16(&'a [f16]),
    /// As ggml's Q8_0: `quant * scale`, one scale for every [`KV_GROUP`] dimensions.
    Q8_0 {
        /// In the order of the numbers.
        quants: &'a [i8],
        /// Keys: `[kv_heads, groups, page_tokens]`. Values: `[kv_heads, page_tokens, groups]`.
        scales: &'a [f16],
    },
}

impl KvRows<'_> {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::F32(a), Self::F32(b)) => std::ptr::eq(*a, *b),
            (Self::F16(a), Self::F16(b)) => std::ptr::eq(*a, *b),
            (Self::Q8_0 { quants: a, .. }, Self::Q8_0 { quants: b, .. }) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }

    /// Keys of one head as rows of `stride` floats, one a dimension; what is between is left alone.
    fn widen_keys(&self, level: Level, kv_head: usize, d: usize, page_tokens: usize, out: &mut [f32], stride: usize) {
        let from = kv_head * page_tokens * d;
        match self {
            Self::F32(floats) => copy(&floats[from..from + d * page_tokens], page_tokens, out, stride),
            Self::F16(halves) => widen(level, &halves[from..from + d * page_tokens], page_tokens, out, stride),
            Self::Q8_0 { quants, scales } => {
                let groups = d.div_ceil(KV_GROUP);
                let scales = &scales[kv_head * groups * page_tokens..][..groups * page_tokens];
                let mut floats = vec![0f32; page_tokens];
                let rows = quants[from..from + d * page_tokens].chunks_exact(page_tokens).zip(out.chunks_mut(stride));
                for (dimension, (quants, out)) in rows.enumerate() {
                    if dimension % KV_GROUP == 0 {
                        super::elementwise::widen_at(level, &scales[dimension / KV_GROUP * page_tokens..][..page_tokens], &mut floats);
                    }
                    for ((out, &quant), scale) in out.iter_mut().zip(quants).zip(&floats) {
                        *out = f32::from(quant) * scale;
                    }
                }
            }
        }
    }

    /// Values of the first `used` tokens of one head as rows of `stride` floats, one a token.
    #[allow(clippy::too_many_arguments)] // shapes
    fn widen_values(&self, level: Level, kv_head: usize, d: usize, page_tokens: usize, used: usize, out: &mut [f32], stride: usize) {
        let from = kv_head * page_tokens * d;
        match self {
            Self::F32(floats) => copy(&floats[from..from + used * d], d, out, stride),
            Self::F16(halves) => widen(level, &halves[from..from + used * d], d, out, stride),
            Self::Q8_0 { quants, scales } => {
                let groups = d.div_ceil(KV_GROUP);
                let scales = scales[kv_head * groups * page_tokens..][..groups * used].chunks_exact(groups);
                let rows = quants[from..from + used * d].chunks_exact(d).zip(out.chunks_mut(stride));
                for ((quants, out), scales) in rows.zip(scales) {
                    for ((out, quants), scale) in out.chunks_mut(KV_GROUP).zip(quants.chunks(KV_GROUP)).zip(scales) {
                        let scale = scale.to_f32();
                        out.iter_mut().zip(quants).for_each(|(out, &quant)| *out = f32::from(quant) * scale);
                    }
                }
            }
        }
    }
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
    /// Scores `s` become `cap * tanh(s / cap)`, where they are capped (Gemma 2).
    pub cap: Option<f32>,
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
                let same = |token: usize| page(token).is_some_and(|page| page.keys.is(&shared.keys));
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
                shared.keys.widen_keys(self.level, self.kv_head, d, page_tokens, &mut keys, slots);
                shared.values.widen_values(self.level, self.kv_head, d, page_tokens, used, &mut values, width);
                let rows: Vec<usize> = members.iter().flat_map(|&token| token * group..(token + 1) * group).collect();
                rows.iter().for_each(|&row| scores[row * slots..(row + 1) * slots].fill(0.0));
                products(self.level, &rows, (&q, d), d, (&keys, slots), &mut scores);
                for &row in &rows {
                    let (seen, scores) = (seen(row / group), &mut scores[row * slots..(row + 1) * slots]);
                    let own = &mut scores[seen.clone()];
                    if let Some(cap) = self.shape.cap {
                        cap_at(self.level, own, cap);
                    }
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

/// The same of what are floats already.
fn copy(floats: &[f32], columns: usize, out: &mut [f32], stride: usize) {
    for (floats, out) in floats.chunks_exact(columns).zip(out.chunks_mut(stride)) {
        out[..columns].copy_from_slice(floats);
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
    #[cfg(target_arch = "aarch64")]
    if super::aarch64::float::products(level, rows, a, depth, b, out) {
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
        let pages = cache.pages.iter().map(|(keys, values)| KvPage { keys: KvRows::F16(keys), values: KvRows::F16(values) }).collect();
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
                    let score = dot * f64::from(shape.scale);
                    shape.cap.map_or(score, |cap| f64::from(cap) * (score / f64::from(cap)).tanh()).exp()
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
        for (sliding_window, start, tokens, cap) in
            [(None, 0, 37, None), (None, 21, 1, None), (Some(5), 3, 30, None), (Some(100), 0, 9, None), (Some(4), 2, 20, Some(0.4))]
        {
            let shape = AttentionShape { heads: 6, kv_heads: 2, head_dim: 20, scale: 0.3, sliding_window, cap };
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
    fn eight_bits_a_number_mean_what_their_products_mean() {
        // Widths with and without a last group that is not full.
        for head_dim in [20, 64] {
            let shape = AttentionShape { heads: 4, kv_heads: 2, head_dim, scale: 0.2, sliding_window: None, cap: None };
            let (start, groups) = (21, head_dim.div_ceil(KV_GROUP));
            let size = 2 * PAGE * head_dim;
            let quants = |page: usize, salt| (0..size).map(|i| (127.0 * value(page * size + i, salt)) as i8).collect::<Vec<_>>();
            let scales =
                |page: usize, salt| (0..2 * groups * PAGE).map(|i| f16::from_f32(0.01 * value(page * size + i, salt))).collect::<Vec<_>>();
            let pages: Vec<_> = (0..3).map(|page| (quants(page, 1), scales(page, 2), quants(page, 3), scales(page, 4))).collect();
            let number = |quant: i8, scale: f16| f16::from_f32(f32::from(quant) * scale.to_f32());
            let plain = Cache {
                pages: pages
                    .iter()
                    .map(|(keys, key_scales, values, value_scales)| {
                        let key = |i: usize| {
                            let (head, dimension, slot) = (i / (PAGE * head_dim), i / PAGE % head_dim, i % PAGE);
                            number(keys[i], key_scales[(head * groups + dimension / KV_GROUP) * PAGE + slot])
                        };
                        let value = |i: usize| number(values[i], value_scales[i / head_dim * groups + i % head_dim / KV_GROUP]);
                        ((0..size).map(key).collect(), (0..size).map(value).collect())
                    })
                    .collect(),
            };
            let q: Vec<f32> = (0..shape.heads * head_dim).map(|i| value(i, 5)).collect();
            let mut out = vec![0.0; q.len()];
            let views = pages.iter().map(|(keys, key_scales, values, value_scales)| KvPage {
                keys: KvRows::Q8_0 { quants: keys, scales: key_scales },
                values: KvRows::Q8_0 { quants: values, scales: value_scales },
            });
            let mut lanes = [AttentionLane { q: &q, start, pages: views.collect(), out: &mut out }];
            attention(&Pool::new(2), &shape, PAGE, &mut lanes);
            for (ours, exact) in out.iter().zip(run(&shape, 1, &q, start, &plain)) {
                assert!((ours - exact).abs() < 2e-3, "{ours} instead of {exact}");
            }
        }
    }

    #[test]
    fn lanes_that_share_pages_get_what_each_gets_alone() {
        let shape = AttentionShape { heads: 4, kv_heads: 2, head_dim: 16, scale: 0.25, sliding_window: None, cap: None };
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
                let pages =
                    cache.pages.iter().map(|(keys, values)| KvPage { keys: KvRows::F16(keys), values: KvRows::F16(values) }).collect();
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
