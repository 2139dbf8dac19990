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
    nearest(x.max(least).min(most))
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
    let at = |inverse: f32, i: usize| level(inverse * x[i], -most, most - 1.0);
    let sums = |inverse: f32| {
        let product = sum::<N>(|i| weights[i] * x[i] * at(inverse, i));
        let square = sum::<N>(|i| weights[i] * at(inverse, i) * at(inverse, i));
        (product, square)
    };
    let mut chosen = -most / max;
    let (product, square) = sums(chosen);
    let mut scale = if square > 0.0 { product / square } else { 0.0 };
    let mut best = scale * product;
    for step in -9i8..=9 {
        if step == 0 {
            continue;
        }
        let inverse = -(most + 0.1 * f32::from(step)) / max;
        let (product, square) = sums(inverse);
        if square > 0.0 && product * product > best * square {
            scale = product / square;
            best = scale * product;
            chosen = inverse;
        }
    }
    *levels = std::array::from_fn(|i| at(chosen, i));
    scale
}

/// Where a search begins, its step, and how many steps it takes beyond the first.
#[derive(Clone, Copy)]
pub(super) struct Search {
    pub(super) start: f32,
    pub(super) step: f32,
    pub(super) steps: u8,
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
    let error = |levels: &[f32; N], scale: f32, least: f32| {
        sum::<N>(|i| {
            let difference = scale * levels[i] + least - x[i];
            weights[i] * difference * difference
        })
    };
    let inverse = most / (largest - least);
    let mut scale = 1.0 / inverse;
    *levels = std::array::from_fn(|i| level(inverse * (x[i] - least), 0.0, most));
    let mut best = error(levels, scale, least);
    for step in 0..=search.steps {
        let inverse = (search.start + search.step * f32::from(step) + most) / (largest - least);
        let tried: [f32; N] = std::array::from_fn(|i| level(inverse * (x[i] - least), 0.0, most));
        let sum_l = sum::<N>(|i| weights[i] * tried[i]);
        let sum_l2 = sum::<N>(|i| weights[i] * tried[i] * tried[i]);
        let sum_xl = sum::<N>(|i| weights[i] * tried[i] * x[i]);
        let determinant = sum_w * sum_l2 - sum_l * sum_l;
        if determinant > 0.0 {
            let mut this_scale = (sum_w * sum_xl - sum_x * sum_l) / determinant;
            let mut this_least = (sum_l2 * sum_x - sum_l * sum_xl) / determinant;
            if this_least > 0.0 {
                (this_scale, this_least) = (sum_xl / sum_l2, 0.0);
            }
            let this_error = error(&tried, this_scale, this_least);
            if this_error < best {
                (best, scale, least) = (this_error, this_scale, this_least);
                *levels = tried;
            }
        }
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
