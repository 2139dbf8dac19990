//! Q4_K, Q5_K and Q6_K: blocks of 256 weights in groups, whose scales are themselves levels.

use half::f16;

use super::fit::{NOTHING, Search, level, nearest, positive, signed, squares, with_minimum};
use super::plain::{WEIGHED, half};

/// Q4_K (`TOP` 15) and Q5_K (31): eight groups of 32 with a scale and a minimum of six bits each.
#[inline(always)]
pub(super) fn with_minimums<const TOP: u8>(x: &[f32; 256], importance: Option<&[f32]>, out: &mut [u8]) {
    let top = f32::from(TOP);
    let mut levels = [[0.0f32; 32]; 8];
    let (mut scales, mut minimums, mut heavy) = ([0.0f32; 8], [0.0f32; 8], [0.0f32; 8]);
    let spread = 2.0 * squares(x) / 256.0;
    let usual = if TOP == 15 { Search { start: -1.0, reach: 2.0 } } else { Search { start: -0.5, reach: 1.5 } };
    for (group, x) in x.as_chunks::<32>().0.iter().enumerate() {
        let (weights, search): ([f32; 32], _) = match importance {
            Some(importance) => {
                let own = |i: usize| importance.get(32 * group + i).copied().unwrap_or(1.0);
                (std::array::from_fn(|i| own(i) * (spread + x[i] * x[i]).sqrt()), WEIGHED)
            }
            None => {
                let average = (squares(x) / 32.0).sqrt();
                (x.map(|x| average + x.abs()), usual)
            }
        };
        heavy[group] = weights.iter().sum();
        (scales[group], minimums[group]) = with_minimum(top, x, &weights, search, &mut levels[group]);
    }
    let (mut scale_levels, mut minimum_levels) = ([0.0f32; 8], [0.0f32; 8]);
    let (d, dmin) = match importance {
        Some(_) => (positive(63.0, &scales, &heavy, &mut scale_levels), positive(63.0, &minimums, &heavy, &mut minimum_levels)),
        None => (shared(&scales, &mut scale_levels), shared(&minimums, &mut minimum_levels)),
    };
    out[..2].copy_from_slice(&half(d));
    out[2..4].copy_from_slice(&half(dmin));
    put_scales(&scale_levels.map(|l| l as u8), &minimum_levels.map(|l| l as u8), &mut out[4..16]);
    let (d, dmin) = (f16::from_f32(d).to_f32(), f16::from_f32(dmin).to_f32());
    for (group, x) in x.as_chunks::<32>().0.iter().enumerate() {
        let (scale, minimum) = (d * scale_levels[group], dmin * minimum_levels[group]);
        if scale != 0.0 {
            levels[group] = x.map(|x| level((x + minimum) / scale, 0.0, top));
        }
    }
    let levels = levels.map(|group| group.map(|level| level as u8));
    let nibbles = if TOP == 31 { &mut out[48..176] } else { &mut out[16..144] };
    for (pair, nibbles) in nibbles.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        for (i, out) in nibbles.iter_mut().enumerate() {
            *out = (levels[2 * pair][i] & 15) | ((levels[2 * pair + 1][i] & 15) << 4);
        }
    }
    if TOP == 31 {
        for (i, out) in out[16..48].iter_mut().enumerate() {
            *out = levels.iter().enumerate().fold(0, |bits, (group, levels)| bits | ((levels[i] >> 4) << group));
        }
    }
}

/// Six-bit levels of numbers that are not negative, by the largest of them.
#[inline(always)]
fn shared(numbers: &[f32; 8], levels: &mut [f32; 8]) -> f32 {
    let max = numbers.iter().copied().fold(0.0, f32::max);
    let inverse = if max > 0.0 { 63.0 / max } else { 0.0 };
    *levels = numbers.map(|x| level(inverse * x, 0.0, 63.0));
    max / 63.0
}

/// Twelve bytes: six bits of the first four scales and minimums; the low four bits of the other four, whose upper two stand above the first ones'.
#[inline(always)]
fn put_scales(scales: &[u8; 8], minimums: &[u8; 8], out: &mut [u8]) {
    for i in 0..4 {
        out[i] = scales[i] | ((scales[i + 4] >> 4) << 6);
        out[i + 4] = minimums[i] | ((minimums[i + 4] >> 4) << 6);
        out[i + 8] = (scales[i + 4] & 15) | ((minimums[i + 4] & 15) << 4);
    }
}

/// Q6_K: sixteen groups of 16 with scales of eight bits.
#[inline(always)]
pub(super) fn q6_k(x: &[f32; 256], importance: Option<&[f32]>, out: &mut [u8; 210]) {
    let mut levels = [[0.0f32; 16]; 16];
    let mut scales = [0.0f32; 16];
    for (group, x) in x.as_chunks::<16>().0.iter().enumerate() {
        let weights: [f32; 16] = match importance {
            Some(importance) => std::array::from_fn(|i| importance.get(16 * group + i).copied().unwrap_or(1.0)),
            None => x.map(|x| x * x),
        };
        scales[group] = signed(32.0, x, &weights, &mut levels[group]);
    }
    let largest = super::fit::farthest(&scales);
    if largest.abs() < NOTHING {
        out.fill(0);
        return;
    }
    let inverse = -128.0 / largest;
    let d = f16::from_f32(1.0 / inverse);
    let scale_levels = scales.map(|scale| nearest(inverse * scale).min(127.0));
    for (group, x) in x.as_chunks::<16>().0.iter().enumerate() {
        let scale = d.to_f32() * scale_levels[group];
        if scale != 0.0 {
            levels[group] = x.map(|x| level(x / scale, -32.0, 31.0));
        }
    }
    let level = |i: usize| (levels[i / 16][i % 16] + 32.0) as u8;
    for half in 0..2 {
        for i in 0..32 {
            let [a, b, c, d] = [0, 32, 64, 96].map(|at| level(128 * half + at + i));
            out[64 * half + i] = (a & 15) | ((c & 15) << 4);
            out[64 * half + 32 + i] = (b & 15) | ((d & 15) << 4);
            out[128 + 32 * half + i] = (a >> 4) | ((b >> 4) << 2) | ((c >> 4) << 4) | ((d >> 4) << 6);
        }
    }
    for (out, level) in out[192..208].iter_mut().zip(scale_levels) {
        *out = level as i8 as u8;
    }
    out[208..].copy_from_slice(&d.to_le_bytes());
}
