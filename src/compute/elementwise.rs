//! Norms, rotary embedding, exponentials, sums, and weights as f32, by level.

use super::lanes::{LANES, dot_f32, tree};
use super::unpack::dequantize_inline;
use super::{BlockType, Level, Pool, codebooks};

/// Compiles `$body` once for portable Rust and once for AVX2, and calls the one that `level` names.
macro_rules! at_level {
    ($level:expr, $inner:ident($($name:ident: $kind:ty),*) $(-> $out:ty)?) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma,f16c")]
        fn fast($($name: $kind),*) $(-> $out)? { $inner($($name),*) }
        match $level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 | Level::Avx512 => {
                // SAFETY: both levels say that the processor has AVX2, FMA and F16C.
                unsafe { fast($($name),*) }
            }
            _ => $inner($($name),*),
        }
    }};
}
pub(super) use at_level;

/// Each of `rows` times `x` with the kernels of `level`, in the order of [`dot_f32`].
pub(super) fn dots_at<const R: usize>(level: Level, rows: [&[f32]; R], x: &[f32]) -> [f32; R] {
    #[cfg(target_arch = "x86_64")]
    if let Some(out) = super::x86::float::dots(level, rows, x) {
        return out;
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(out) = super::aarch64::float::dots(level, rows, x) {
        return out;
    }
    let _ = level;
    rows.map(|row| dot_f32(row, x))
}

/// Half-precision numbers as f32.
pub(super) fn widen_at(level: Level, halves: &[half::f16], out: &mut [f32]) {
    // SAFETY: an `f16` is two bytes without padding.
    let bytes = unsafe { std::slice::from_raw_parts(halves.as_ptr().cast::<u8>(), 2 * halves.len()) };
    dequantize_at(level, BlockType::F16, bytes, out);
}

/// Weights as f32. `bytes` is a whole number of blocks, `out` as long as they hold; what is longer is left alone.
pub fn dequantize(block: BlockType, bytes: &[u8], out: &mut [f32]) {
    dequantize_at(Level::detect(), block, bytes, out);
}

/// [`dequantize`] with the kernels of `level`.
pub(super) fn dequantize_at(level: Level, block: BlockType, bytes: &[u8], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if block == BlockType::F16 && super::x86::float::widen(level, bytes, out) {
        return;
    }
    #[cfg(target_arch = "aarch64")]
    if block == BlockType::F16 && super::aarch64::float::widen(level, bytes, out) {
        return;
    }
    if codebooks::dequantize(block, bytes, out) {
        return;
    }
    at_level!(level, dequantize_inline(block: BlockType, bytes: &[u8], out: &mut [f32]));
}

/// Values that one thread takes at a time: a few microseconds of work, which sharing must not cost more than.
const BAND: usize = 8192;

/// Whole rows of `row` values that make up about a [`BAND`].
fn band_of(row: usize) -> usize {
    (BAND / row.max(1)).max(1) * row.max(1)
}

/// RMSNorm (arXiv 1910.07467) of every row of `x: [rows, weight.len()]` into `out`.
pub fn rms_norm(pool: &Pool, x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let (row, level) = (weight.len(), Level::detect());
    pool.for_each(x.chunks(band_of(row)).zip(out.chunks_mut(band_of(row))), |(x, out)| {
        for (x, out) in x.chunks_exact(row).zip(out.chunks_exact_mut(row)) {
            let [squares] = dots_at(level, [x], x);
            let mean = squares / row as f32;
            let scale = 1.0 / (mean + eps).sqrt();
            out.iter_mut().zip(x).zip(weight).for_each(|((out, x), weight)| *out = x * scale * weight);
        }
    });
}

/// LayerNorm (arXiv 1607.06450) of every row of `x: [rows, weight.len()]`.
pub fn layer_norm(pool: &Pool, x: &[f32], weight: &[f32], bias: &[f32], eps: f32, out: &mut [f32]) {
    let (row, level) = (weight.len(), Level::detect());
    pool.for_each(x.chunks(band_of(row)).zip(out.chunks_mut(band_of(row))), |(x, out)| {
        for (x, out) in x.chunks_exact(row).zip(out.chunks_exact_mut(row)) {
            let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / row as f64;
            out.iter_mut().zip(x).for_each(|(out, x)| *out = x - mean as f32);
            let [squares] = dots_at(level, [&*out], out);
            let scale = 1.0 / (squares / row as f32 + eps).sqrt();
            out.iter_mut().zip(weight).zip(bias).for_each(|((out, weight), bias)| *out = *out * scale * weight + bias);
        }
    });
}

/// Turns each head of `x: [rows, heads * head_dim]` by its row of `cos` and `sin: [rows, half]`; `adjacent` says how pairs stand.
pub fn rope(pool: &Pool, x: &mut [f32], row: usize, head_dim: usize, angles: RopeAngles<'_>) {
    let RopeAngles { cos, sin, half, adjacent } = angles;
    let rows = band_of(row) / row.max(1) * half;
    pool.for_each(x.chunks_mut(band_of(row)).zip(cos.chunks(rows)).zip(sin.chunks(rows)), |((x, cos), sin)| {
        for ((x, cos), sin) in x.chunks_exact_mut(row).zip(cos.chunks_exact(half)).zip(sin.chunks_exact(half)) {
            for head in x.chunks_exact_mut(head_dim) {
                if adjacent { rope_adjacent(head, cos, sin) } else { rope_halves(head, cos, sin) }
            }
        }
    });
}

/// Cosines and sines of positions, each `[rows, half]`.
#[derive(Debug, Clone, Copy)]
pub struct RopeAngles<'a> {
    /// Cosines.
    pub cos: &'a [f32],
    /// Sines.
    pub sin: &'a [f32],
    /// Pairs a head.
    pub half: usize,
    /// Pairs are neighbours, not half a head apart.
    pub adjacent: bool,
}

/// Turns the pairs `(0, 1), (2, 3), ...` of one head by the angles of `cos` and `sin`.
pub fn rope_adjacent(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    for ((pair, cos), sin) in head.as_chunks_mut::<2>().0.iter_mut().zip(cos).zip(sin) {
        let [a, b] = *pair;
        *pair = [a * cos - b * sin, a * sin + b * cos];
    }
}

/// Turns the pairs `(0, d/2), (1, d/2 + 1), ...` of one head by the angles of `cos` and `sin`; `d` is twice their number.
pub fn rope_halves(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (first, second) = head.split_at_mut(cos.len());
    for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
        (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
    }
}

/// `out += x`.
pub fn add_assign(pool: &Pool, out: &mut [f32], x: &[f32]) {
    pool.for_each(out.chunks_mut(BAND).zip(x.chunks(BAND)), |(out, x)| out.iter_mut().zip(x).for_each(|(out, x)| *out += x));
}

/// `out[r] += x` for every row of `out: [rows, x.len()]`.
pub fn add_to_rows(pool: &Pool, out: &mut [f32], x: &[f32]) {
    let row = x.len().max(1);
    pool.for_each(out.chunks_mut(band_of(row)), |out| {
        for out in out.chunks_exact_mut(row) {
            out.iter_mut().zip(x).for_each(|(out, x)| *out += x);
        }
    });
}

/// The largest of `x`; minus infinity where there is none. NaN is passed over.
pub fn max(x: &[f32]) -> f32 {
    let level = Level::detect();
    at_level!(level, max_of(x: &[f32]) -> f32)
}

#[inline(always)]
fn max_of(x: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (parts, rest) = x.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for part in parts {
        lanes.iter_mut().zip(part).for_each(|(lane, &x)| *lane = larger(*lane, x));
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |a, &b| larger(a, b))
}

/// `sum(exp(x - shift))`.
pub fn sum_exp(x: &[f32], shift: f32) -> f32 {
    sum_exp_scaled(x, shift, 1.0)
}

/// `sum(exp((x - shift) * factor))`.
pub fn sum_exp_scaled(x: &[f32], shift: f32, factor: f32) -> f32 {
    let level = Level::detect();
    at_level!(level, sum_exp_scaled_of(x: &[f32], shift: f32, factor: f32) -> f32)
}

#[inline(always)]
fn sum_exp_scaled_of(x: &[f32], shift: f32, factor: f32) -> f32 {
    let (parts, rest) = x.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for part in parts {
        lanes.iter_mut().zip(part).for_each(|(lane, &x)| *lane += exp((x - shift) * factor));
    }
    tree(lanes) + rest.iter().map(|&x| exp((x - shift) * factor)).sum::<f32>()
}

/// Replaces each score `x` by `exp(x - shift)`.
pub fn exp_shifted(x: &mut [f32], shift: f32) {
    let level = Level::detect();
    at_level!(level, exp_shifted_row(x: &mut [f32], shift: f32));
}

#[inline(always)]
fn exp_shifted_row(x: &mut [f32], shift: f32) {
    x.iter_mut().for_each(|x| *x = exp(*x - shift));
}

/// Replaces each `x` by `cap * tanh(x / cap)`.
pub fn cap(x: &mut [f32], cap: f32) {
    cap_at(Level::detect(), x, cap);
}

/// [`cap`] with the kernels of `level`.
pub(super) fn cap_at(level: Level, x: &mut [f32], cap: f32) {
    at_level!(level, cap_row(x: &mut [f32], cap: f32));
}

#[inline(always)]
fn cap_row(x: &mut [f32], cap: f32) {
    for x in x {
        // tanh(y) = 1 - 2 / (e^(2 y) + 1)
        *x = cap * (1.0 - 2.0 / (exp(2.0 * *x / cap) + 1.0));
    }
}

/// Replaces each `x` by `exp(x - max)`, and gives their sum.
pub fn exp_and_sum(x: &mut [f32], max: f32) -> f32 {
    let level = Level::detect();
    at_level!(level, exp_sum(x: &mut [f32], max: f32) -> f32)
}

/// `e^x` in plain arithmetic that vectorises, within 2 ulp: Cody-Waite reduction and the Cephes polynomial.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let clamped = x.clamp(-87.0, 88.0);
    let n = (clamped.mul_add(std::f32::consts::LOG2_E, 12_582_912.0)) - 12_582_912.0; // rounded to an integer
    let r = n.mul_add(-0.693_359_4, clamped);
    let r = n.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4f32;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1] {
        p = p.mul_add(r, c);
    }
    let y = p.mul_add(r * r, r + 1.0);
    let power = f32::from_bits((((n as i32) + 127) << 23) as u32);
    if x < -87.0 { 0.0 } else { y * power }
}

/// `sum(exp(x - max))` in sixteen lanes, each `x` replaced by its exponential.
#[inline(always)]
pub(super) fn exp_sum(x: &mut [f32], max: f32) -> f32 {
    let mut lanes = [0f32; LANES];
    for part in x.chunks_mut(LANES) {
        for (lane, value) in lanes.iter_mut().zip(part) {
            *value = exp(*value - max);
            *lane += *value;
        }
    }
    tree(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for i in -9000..9000 {
            let x = i as f32 / 100.0;
            let (ours, theirs) = (exp(x), if x < -87.0 { 0.0 } else { x.clamp(-87.0, 88.0).exp() });
            assert!((ours - theirs).abs() <= 3e-7 * theirs, "exp({x}) = {ours}, expected {theirs}");
        }
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_largest_and_the_sum_of_exponentials_whatever_the_length() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let x: Vec<f32> = (0..length).map(|i| if i % 7 == 3 { f32::NEG_INFINITY } else { ((i * 37) % 101) as f32 / 20.0 }).collect();
            let plain = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(max(&x), plain);
            let sum: f64 = x.iter().map(|&x| (f64::from(x) - 5.0).exp()).sum();
            assert!((f64::from(sum_exp(&x, 5.0)) - sum).abs() <= 1e-5 * sum, "{length}");
        }
        assert_eq!(max(&[f32::NAN, 1.0]), 1.0);
        let many = [&[f32::NAN; 16][..], &[2.0; 16]].concat();
        assert_eq!(max(&many), 2.0);
    }

    #[test]
    fn rope_turns_both_pairings_alike() {
        let (cos, sin) = ([0.6, 1.0], [0.8, 0.0]);
        let mut adjacent = [1.0, 2.0, 3.0, 4.0];
        rope_adjacent(&mut adjacent, &cos, &sin);
        let mut halves = [1.0, 3.0, 2.0, 4.0];
        rope_halves(&mut halves, &cos, &sin);
        assert_eq!([adjacent[0], adjacent[2], adjacent[1], adjacent[3]], halves);
        assert!((adjacent[0] - (0.6 - 1.6)).abs() < 1e-6);
    }

    #[test]
    fn norms_agree_with_their_formula() {
        let pool = Pool::new(2);
        let mut out = [0.0; 2];
        rms_norm(&pool, &[3.0, 4.0], &[1.0, 2.0], 0.0, &mut out);
        assert!((out[0] - 3.0 / 12.5f32.sqrt()).abs() < 1e-6 && (out[1] - 8.0 / 12.5f32.sqrt()).abs() < 1e-6);
    }
}
