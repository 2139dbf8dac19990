//! Scales, and minimums, that come nearest to some values (`make_qx_quants`, `make_qkx2_quants`, `make_qkx3_quants`, `make_qp_quants`).

/// What is smaller than this counts as zero (`GROUP_MAX_EPS`).
pub(super) const NOTHING: f32 = 1e-15;

/// Adding and subtracting this rounds a small f32 to the nearest integer, ties to even.
const ROUND: f32 = 12_582_912.0;

/// The nearest integer to a number below four millions.
#[inline(always)]
pub(super) fn nearest(x: f32) -> f32 {
    (x + ROUND) - ROUND
}

/// The nearest integer from `least` to `most`; NaN becomes one of them.
#[inline(always)]
pub(super) fn level(x: f32, least: f32, most: f32) -> f32 {
    // Comparisons, each of which is one instruction where `f32::max` and `f32::min` are three.
    let x = if x > least { x } else { least };
    nearest(if x < most { x } else { most })
}

/// How far from nothing a determinant must be, as a share of what it is the rest of.
const CLEAR: f32 = 1e-5;

/// Scales of either sign that are tried to each side of the first.
const STEPS: u8 = 9;

/// Times that a search for a scale and a minimum is begun, from the minimum that was best the time before. (ggml goes on from a better minimum
/// at once; two times come as near.)
const PASSES: usize = 2;

/// What scales come to over some values, one a lane, so that no sum over lanes is needed: for each of their inverses the sums of `w * l`, `w * l * l` and `w * x * l`, where `l` is the level
/// of `x - least`, from `bottom` to `top`.
#[inline(always)]
fn tried<const N: usize, const LANES: usize>(
    inverses: &[f32; LANES],
    x: &[f32; N],
    least: f32,
    weights: &[f32; N],
    bottom: f32,
    top: f32,
) -> [[f32; LANES]; 3] {
    let (mut ones, mut squares, mut products) = ([0.0f32; LANES], [0.0f32; LANES], [0.0f32; LANES]);
    for (x, w) in x.iter().zip(weights) {
        let (above, heavy) = (x - least, w * x);
        for lane in 0..LANES {
            let l = level(inverses[lane] * above, bottom, top);
            let wl = w * l;
            ones[lane] += wl;
            squares[lane] += wl * l;
            products[lane] += heavy * l;
        }
    }
    [ones, squares, products]
}

/// A sum over `N` places in eight lanes, which processors add side by side.
#[inline(always)]
fn sum<const N: usize>(of: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0f32; 8];
    for start in (0..N).step_by(8) {
        for (lane, total) in lanes.iter_mut().enumerate() {
            *total += of(start + lane);
        }
    }
    lanes.iter().sum()
}

/// A sum of squares.
#[inline(always)]
pub(super) fn squares(x: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    for eight in x.chunks(8) {
        lanes.iter_mut().zip(eight).for_each(|(total, x)| *total += x * x);
    }
    lanes.iter().sum()
}

/// The value that is farthest from zero, the first of several.
#[inline(always)]
pub(super) fn farthest(x: &[f32]) -> f32 {
    let (mut size, mut found) = (0.0, 0.0);
    for &value in x {
        if value.abs() > size {
            (size, found) = (value.abs(), value);
        }
    }
    found
}

/// A scale with which levels `-most..most` stand for `x`, weighed by `weights`; also the levels.
#[inline(always)]
pub(super) fn signed<const N: usize>(most: f32, x: &[f32; N], weights: &[f32; N], levels: &mut [f32; N]) -> f32 {
    let max = farthest(x);
    if max.abs() < NOTHING {
        *levels = [0.0; N];
        return 0.0;
    }
    // 24 lanes are three registers; those beyond the last step say it again.
    let inverses: [f32; 24] = std::array::from_fn(|lane| -(most + 0.1 * (f32::from((lane as u8).min(2 * STEPS)) - f32::from(STEPS))) / max);
    let [_, squares, products] = tried(&inverses, x, 0.0, weights, -most, most - 1.0);
    let (mut scale, mut best, mut chosen) = (0.0, 0.0, -most / max);
    for (inverse, (product, square)) in inverses.into_iter().zip(products.into_iter().zip(squares)) {
        if square > 0.0 && product * product > best * square {
            scale = product / square;
            best = scale * product;
            chosen = inverse;
        }
    }
    *levels = std::array::from_fn(|i| level(chosen * x[i], -most, most - 1.0));
    scale
}

/// Where a search begins, in levels beyond the highest, and how far it goes from there.
#[derive(Clone, Copy)]
pub(super) struct Search {
    pub(super) start: f32,
    pub(super) reach: f32,
}

/// A scale and a minimum with which `scale * level - minimum`, levels `0..=most`, stands for `x`, weighed by `weights`.
#[inline(always)]
pub(super) fn with_minimum<const N: usize>(
    most: f32,
    x: &[f32; N],
    weights: &[f32; N],
    search: Search,
    levels: &mut [f32; N],
) -> (f32, f32) {
    let (mut least, mut largest) = (0.0f32, f32::NEG_INFINITY);
    for &value in x {
        least = least.min(value);
        largest = largest.max(value);
    }
    if largest <= least {
        *levels = [0.0; N];
        return (0.0, -least);
    }
    let sum_w = sum::<N>(|i| weights[i]);
    let sum_x = sum::<N>(|i| weights[i] * x[i]);
    let inverse = most / (largest - least);
    let mut scale = 1.0 / inverse;
    *levels = std::array::from_fn(|i| level(inverse * (x[i] - least), 0.0, most));
    let first = sum::<N>(|i| {
        let difference = scale * levels[i] + least - x[i];
        weights[i] * difference * difference
    });
    // Of the scale and the minimum that are best for some levels, the error is the values' own sum of squares less this gain.
    let mut gain = sum::<N>(|i| weights[i] * x[i] * x[i]) - first;
    let mut from = least;
    let mut chosen = None;
    for _ in 0..PASSES {
        let inverses: [f32; 16] =
            std::array::from_fn(|lane| (search.start + search.reach / 15.0 * f32::from(lane as u8) + most) / (largest - from));
        let [sum_l, sum_l2, sum_xl] = tried(&inverses, x, from, weights, 0.0, most);
        let (mut gains, mut scales, mut leasts) = ([0.0f32; 16], [0.0f32; 16], [0.0f32; 16]);
        for lane in 0..16 {
            let (l, l2, xl) = (sum_l[lane], sum_l2[lane], sum_xl[lane]);
            let determinant = sum_w * l2 - l * l;
            let over = 1.0 / determinant;
            let below = (l2 * sum_x - l * xl) * over;
            let is_above = below > 0.0;
            scales[lane] = if is_above { xl / l2 } else { (sum_w * xl - sum_x * l) * over };
            leasts[lane] = if is_above { 0.0 } else { below };
            // Levels that are nearly all one say nothing of two numbers.
            let is_clear = determinant > CLEAR * (sum_w * l2);
            gains[lane] = if is_clear { scales[lane] * xl + leasts[lane] * sum_x } else { f32::NEG_INFINITY };
        }
        let before = from;
        for lane in 0..16 {
            if gains[lane] > gain {
                (gain, scale, least) = (gains[lane], scales[lane], leasts[lane]);
                chosen = Some((inverses[lane], before));
                from = least;
            }
        }
        if from == before {
            break;
        }
    }
    if let Some((inverse, from)) = chosen {
        *levels = std::array::from_fn(|i| level(inverse * (x[i] - from), 0.0, most));
    }
    (scale, -least)
}

/// A scale with which levels `0..=most` stand for `x`, which are not negative, weighed by `weights`.
pub(super) fn positive(most: f32, x: &[f32; 8], weights: &[f32; 8], levels: &mut [f32; 8]) -> f32 {
    let max = x.iter().copied().fold(0.0, f32::max);
    if max < NOTHING {
        *levels = [0.0; 8];
        return 0.0;
    }
    let error = |inverse: f32| -> f32 {
        let scale = 1.0 / inverse;
        sum::<8>(|i| {
            let difference = x[i] - scale * level(inverse * x[i], 0.0, most);
            weights[i] * difference * difference
        })
    };
    let mut chosen = most / max;
    let mut best = error(chosen);
    for step in -4i8..=4 {
        let inverse = (0.1 * f32::from(step) + most) / max;
        let this = error(inverse);
        if step != 0 && this < best {
            (best, chosen) = (this, inverse);
        }
    }
    *levels = std::array::from_fn(|i| level(chosen * x[i], 0.0, most));
    let mut product = sum::<8>(|i| weights[i] * x[i] * levels[i]);
    let mut square = sum::<8>(|i| weights[i] * levels[i] * levels[i]);
    // One level after another is moved to where the others' scale wants it.
    for _ in 0..5 {
        let mut changed = false;
        for i in 0..8 {
            let (w, x) = (weights[i], x[i]);
            let (rest_product, rest_square) = (product - w * x * levels[i], square - w * levels[i] * levels[i]);
            if rest_product <= 0.0 || rest_square <= 0.0 {
                continue;
            }
            let moved = level(x * rest_square / rest_product, 0.0, most);
            let (new_product, new_square) = (rest_product + w * x * moved, rest_square + w * moved * moved);
            if moved != levels[i] && new_product * new_product * square > product * product * new_square {
                (levels[i], product, square, changed) = (moved, new_product, new_square, true);
            }
        }
        if !changed {
            break;
        }
    }
    if square > 0.0 { product / square } else { 0.0 }
}
