//! IQ4_NL and IQ4_XS: four bits that stand for sixteen values of a table (`quantize_row_iq4_nl_impl`).

use super::super::unpack::IQ4_VALUES;
use super::fit::{NOTHING, farthest, level, squares};
use super::plain::half;

/// Scales that are tried to each side.
const TRIES: i8 = 7;

/// Middles between neighbours of the table: a number's level is how many of them it is not below.
const MIDDLES: [f32; 15] = {
    let mut out = [0.0; 15];
    let mut i = 0;
    while i < 15 {
        out[i] = (IQ4_VALUES[i] as f32 + IQ4_VALUES[i + 1] as f32) / 2.0;
        i += 1;
    }
    out
};

/// The level nearest to `x`; the upper of two that are equally near.
#[inline(always)]
fn index(x: f32) -> u8 {
    MIDDLES.iter().map(|&middle| u8::from(x >= middle)).sum()
}

/// The value nearest to `x`.
#[inline(always)]
fn value(x: f32) -> f32 {
    let first = f32::from(IQ4_VALUES[0]);
    // A sum of steps, which processors do for several numbers at once.
    MIDDLES.iter().enumerate().fold(first, |value, (i, &middle)| {
        let step = f32::from(IQ4_VALUES[i + 1]) - f32::from(IQ4_VALUES[i]);
        value + if x >= middle { step } else { 0.0 }
    })
}

/// The scale with which values of the table come nearest to 32 weights.
#[inline(always)]
fn scale_of(x: &[f32; 32], weights: &[f32; 32]) -> f32 {
    let max = farthest(x);
    if max.abs() < NOTHING {
        return 0.0;
    }
    let sums = |inverse: f32| {
        let (mut product, mut square) = ([0.0f32; 8], [0.0f32; 8]);
        for start in (0..32).step_by(8) {
            for lane in 0..8 {
                let (x, w) = (x[start + lane], weights[start + lane]);
                let q = value(inverse * x);
                product[lane] += w * q * x;
                square[lane] += w * q * q;
            }
        }
        (product.iter().sum::<f32>(), square.iter().sum::<f32>())
    };
    let first = f32::from(IQ4_VALUES[0]);
    let (product, square) = sums(-first / max);
    let mut scale = if square > 0.0 { product / square } else { 0.0 };
    let mut best = scale * product;
    for step in -TRIES..=TRIES {
        let (product, square) = sums((f32::from(step) + first) / max);
        if square > 0.0 && product * product > best * square {
            scale = product / square;
            best = scale * product;
        }
    }
    scale
}

#[inline(always)]
fn weigh(x: &[f32; 32], importance: Option<&[f32]>, spread: f32) -> [f32; 32] {
    match importance {
        Some(importance) => std::array::from_fn(|i| importance.get(i).copied().unwrap_or(1.0) * (spread + x[i] * x[i]).sqrt()),
        None => x.map(|x| x * x),
    }
}

#[inline(always)]
fn put(x: &[f32; 32], scale: f32, out: &mut [u8]) {
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    for (i, out) in out.iter_mut().enumerate().take(16) {
        *out = index(inverse * x[i]) | (index(inverse * x[i + 16]) << 4);
    }
}

/// IQ4_NL.
#[inline(always)]
pub(super) fn iq4_nl(x: &[f32; 32], importance: Option<&[f32]>, out: &mut [u8; 18]) {
    let scale = scale_of(x, &weigh(x, importance, 2.0 * squares(x) / 32.0));
    out[..2].copy_from_slice(&half(scale));
    put(x, scale, &mut out[2..]);
}

/// IQ4_XS: eight groups of 32 with scales of six bits.
#[inline(always)]
pub(super) fn iq4_xs(x: &[f32; 256], importance: Option<&[f32]>, out: &mut [u8; 136]) {
    let spread = 2.0 * squares(x) / 256.0;
    let mut scales = [0.0f32; 8];
    for (group, x) in x.as_chunks::<32>().0.iter().enumerate() {
        let own = importance.map(|importance| importance.get(32 * group..).unwrap_or_default());
        scales[group] = scale_of(x, &weigh(x, own, spread));
    }
    let d = -farthest(&scales) / 32.0;
    let inverse = if d == 0.0 { 0.0 } else { 1.0 / d };
    out[..8].fill(0);
    out[..2].copy_from_slice(&half(d));
    let mut upper = 0u16;
    for (group, x) in x.as_chunks::<32>().0.iter().enumerate() {
        let number = level(inverse * scales[group], -32.0, 31.0);
        put(x, d * number, &mut out[8 + 16 * group..24 + 16 * group]);
        let number = (number + 32.0) as u8;
        out[4 + group / 2] |= (number & 15) << (4 * (group % 2));
        upper |= u16::from(number >> 4) << (2 * group);
    }
    out[2..4].copy_from_slice(&upper.to_le_bytes());
}
