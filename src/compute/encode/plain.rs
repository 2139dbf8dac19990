//! Floats, and blocks of 32 weights with one scale, or with a scale and a minimum.

use half::{bf16, f16};

use super::fit::{Search, farthest, signed, squares, with_minimum};

/// How the search goes where importance is known.
pub(super) const WEIGHED: Search = Search { start: -0.9, reach: 1.8 };

/// f32, f16, bf16: rounded to the nearest.
pub(super) fn f32s(x: &[f32], out: &mut [u8]) {
    out.as_chunks_mut::<4>().0.iter_mut().zip(x).for_each(|(out, x)| *out = x.to_le_bytes());
}

pub(super) fn f16s(x: &[f32], out: &mut [u8]) {
    out.as_chunks_mut::<2>().0.iter_mut().zip(x).for_each(|(out, x)| *out = f16::from_f32(*x).to_le_bytes());
}

pub(super) fn bf16s(x: &[f32], out: &mut [u8]) {
    out.as_chunks_mut::<2>().0.iter_mut().zip(x).for_each(|(out, x)| *out = bf16::from_f32(*x).to_le_bytes());
}

/// The bytes of `x` in half precision.
#[inline(always)]
pub(super) fn half(x: f32) -> [u8; 2] {
    f16::from_f32(x).to_le_bytes()
}

#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

/// Q8_0. Halves are rounded away from zero, as C's `roundf` does.
#[inline(always)]
pub(super) fn q8_0(x: &[f32; 32], out: &mut [u8; 34]) {
    let largest = x.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
    let scale = largest / 127.0;
    let inverse = inverse(scale);
    let [a, b] = half(scale);
    (out[0], out[1]) = (a, b);
    for (out, x) in out[2..].iter_mut().zip(x) {
        let scaled = x * inverse;
        *out = (scaled + 0.499_999_97f32.copysign(scaled)) as i32 as u8;
    }
}

/// How much each of 32 weights counts: its column's importance, and more where it is large; `spread` is the row's mean square.
#[inline(always)]
fn weigh(x: &[f32; 32], importance: &[f32], spread: f32) -> [f32; 32] {
    std::array::from_fn(|i| importance.get(i).copied().unwrap_or(1.0) * (spread + x[i] * x[i]).sqrt())
}

/// Levels `-most..most` of the value farthest from zero. In f64, since ggml's product and sum may be one operation or two.
#[inline(always)]
fn legacy_levels(x: &[f32; 32], most: f32) -> (f32, [u8; 32]) {
    let scale = farthest(x) / -most;
    let inverse = f64::from(inverse(scale));
    let top = 2.0 * most - 1.0;
    let level = |x: f32| ((f64::from(x) * inverse + f64::from(most) + 0.5) as f32).trunc().clamp(0.0, top) as u8;
    (scale, x.map(level))
}

/// The nibbles of 32 levels, and their fifth bits.
#[inline(always)]
fn pack(levels: &[u8; 32], nibbles: &mut [u8]) -> [u8; 4] {
    for (i, out) in nibbles.iter_mut().enumerate().take(16) {
        *out = (levels[i] & 15) | ((levels[i + 16] & 15) << 4);
    }
    let mut bits = 0u32;
    for (i, level) in levels.iter().enumerate() {
        bits |= u32::from(level >> 4) << i;
    }
    bits.to_le_bytes()
}

/// Q4_0 (`MOST` 8) and Q5_0 (16); `out` is a block. `spread` is the row's mean square.
#[inline(always)]
pub(super) fn symmetric<const MOST: u8>(x: &[f32; 32], importance: Option<&[f32]>, spread: f32, out: &mut [u8]) {
    let most = f32::from(MOST);
    let (scale, levels) = match importance {
        None => legacy_levels(x, most),
        Some(importance) => {
            let mut found = [0.0; 32];
            let scale = signed(most, x, &weigh(x, importance, spread), &mut found);
            (scale, found.map(|level| (level + most) as u8))
        }
    };
    out[..2].copy_from_slice(&half(scale));
    if MOST == 16 {
        let bits = pack(&levels, &mut out[6..22]);
        out[2..6].copy_from_slice(&bits);
    } else {
        pack(&levels, &mut out[2..18]);
    }
}

/// Q4_1 (`TOP` 15) and Q5_1 (31).
#[inline(always)]
pub(super) fn between<const TOP: u8>(x: &[f32; 32], importance: Option<&[f32]>, spread: f32, out: &mut [u8]) {
    let top = f32::from(TOP);
    let (scale, least, levels) = match importance {
        None => {
            let (least, largest) = x.iter().fold((f32::MAX, f32::MIN), |(least, largest), &x| (least.min(x), largest.max(x)));
            let scale = (largest - least) / top;
            let inverse = inverse(scale);
            (scale, least, x.map(|x| ((x - least) * inverse + 0.5).trunc().clamp(0.0, top) as u8))
        }
        Some(importance) => {
            let mut found = [0.0; 32];
            let (scale, minimum) = with_minimum(top, x, &weigh(x, importance, spread), WEIGHED, &mut found);
            (scale, -minimum, found.map(|level| level as u8))
        }
    };
    out[..2].copy_from_slice(&half(scale));
    out[2..4].copy_from_slice(&half(least));
    if TOP == 31 {
        let bits = pack(&levels, &mut out[8..24]);
        out[4..8].copy_from_slice(&bits);
    } else {
        pack(&levels, &mut out[4..20]);
    }
}

/// The mean square of a row.
pub(super) fn spread(row: &[f32]) -> f32 {
    squares(row) / row.len().max(1) as f32
}
