//! Products of f32 matrices of which one side is thin: a few rows, or a few columns. Adapters in training are made of them. What
//! [`gemm`](mod@super::gemm) packs for each product costs more than these do in all.
//!
//! Names: `wide: [m, n]` has many columns, `thin: [r, n]` few rows, `factors: [m, r]` belong to both. Every output is a chain of fused
//! multiply-adds in an order that depends on the shape alone, not on the number of threads.

use super::elementwise::{at_level, dots_at};
use super::{Level, Pool};

/// More rows than this are better multiplied by [`gemm`](super::gemm::gemm).
pub const THIN: usize = 16;
/// Columns that are taken at once: [`THIN`] rows of them stay in the first-level cache.
const COLUMNS: usize = 256;
/// Rows of the wide side that a chunk of work takes.
const ROWS: usize = 16;

/// `factors = scale * wide thin^T`, `[m, r]`.
pub fn thin_products(pool: &Pool, wide: &[f32], thin: &[f32], columns: usize, scale: f32, factors: &mut [f32]) {
    let Some(rank) = rank(thin, columns) else { return factors.fill(0.0) };
    let level = Level::detect();
    let units = factors.chunks_mut(ROWS * rank).zip(wide.chunks(ROWS * columns));
    pool.for_each(units, |(factors, wide)| {
        factors.fill(0.0);
        for start in (0..columns).step_by(COLUMNS) {
            let part = |row: &'_ [f32]| start..(start + COLUMNS).min(row.len());
            let thin: Vec<&[f32]> = thin.chunks_exact(columns).map(|row| &row[part(row)]).collect();
            for (factors, wide) in factors.chunks_exact_mut(rank).zip(wide.chunks_exact(columns)) {
                let wide = &wide[part(wide)];
                let (fours, rest) = factors.as_chunks_mut::<4>();
                let (rows, last) = thin.as_chunks::<4>();
                for (four, rows) in fours.iter_mut().zip(rows) {
                    let sums = dots_at(level, *rows, wide);
                    four.iter_mut().zip(sums).for_each(|(factor, sum)| *factor += sum);
                }
                rest.iter_mut().zip(last).for_each(|(factor, row)| *factor += dots_at(level, [row], wide)[0]);
            }
        }
        factors.iter_mut().for_each(|factor| *factor *= scale);
    });
}

/// `wide += factors thin`, `[m, n]`.
pub fn add_thin(pool: &Pool, factors: &[f32], thin: &[f32], columns: usize, wide: &mut [f32]) {
    let Some(rank) = rank(thin, columns) else { return };
    let level = Level::detect();
    let units = wide.chunks_mut(ROWS * columns).zip(factors.chunks(ROWS * rank));
    pool.for_each(units, |(wide, factors)| {
        for start in (0..columns).step_by(COLUMNS) {
            let end = (start + COLUMNS).min(columns);
            for (wide, factors) in wide.chunks_exact_mut(columns).zip(factors.chunks_exact(rank)) {
                let rows = thin.chunks_exact(columns).map(|row| &row[start..end]);
                add_rows(level, &mut wide[start..end], factors.iter().copied().zip(rows));
            }
        }
    });
}

/// `thin += factors^T wide`, `[r, n]`.
pub fn add_to_thin(pool: &Pool, factors: &[f32], wide: &[f32], columns: usize, thin: &mut [f32]) {
    let Some(rank) = rank(thin, columns) else { return };
    let level = Level::detect();
    // Columns are what threads share: each has its part of every row.
    let mut parts: Vec<Vec<&mut [f32]>> = (0..columns.div_ceil(COLUMNS)).map(|_| Vec::with_capacity(rank)).collect();
    for row in thin.chunks_exact_mut(columns) {
        parts.iter_mut().zip(row.chunks_mut(COLUMNS)).for_each(|(part, piece)| part.push(piece));
    }
    pool.for_each(parts.into_iter().enumerate(), |(part, mut rows)| {
        let start = part * COLUMNS;
        let end = (start + COLUMNS).min(columns);
        for (factors, wide) in factors.chunks(4 * rank).zip(wide.chunks(4 * columns)) {
            for (j, row) in rows.iter_mut().enumerate() {
                let of_row =
                    factors.chunks_exact(rank).zip(wide.chunks_exact(columns)).map(|(factors, wide)| (factors[j], &wide[start..end]));
                add_rows(level, row, of_row);
            }
        }
    });
}

/// How many rows of `columns` are in `thin`; `None` where there are none.
fn rank(thin: &[f32], columns: usize) -> Option<usize> {
    (columns > 0 && thin.len() >= columns).then(|| thin.len() / columns)
}

/// `out += factor * row` for each of `rows`, four at a time.
fn add_rows<'a>(level: Level, out: &mut [f32], mut rows: impl Iterator<Item = (f32, &'a [f32])>) {
    loop {
        match (rows.next(), rows.next(), rows.next(), rows.next()) {
            (Some(a), Some(b), Some(c), Some(d)) => {
                let (factors, of) = ([a.0, b.0, c.0, d.0], [a.1, b.1, c.1, d.1]);
                at_level!(level, add_four(out: &mut [f32], factors: [f32; 4], of: [&[f32]; 4]));
            }
            (first, second, third, _) => {
                for (factor, of) in [first, second, third].into_iter().flatten() {
                    at_level!(level, add_one(out: &mut [f32], factor: f32, of: &[f32]));
                }
                return;
            }
        }
    }
}

#[inline(always)]
fn add_four(out: &mut [f32], factors: [f32; 4], of: [&[f32]; 4]) {
    let [a, b, c, d] = of;
    for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *out = d.mul_add(factors[3], c.mul_add(factors[2], b.mul_add(factors[1], a.mul_add(factors[0], *out))));
    }
}

#[inline(always)]
fn add_one(out: &mut [f32], factor: f32, of: &[f32]) {
    out.iter_mut().zip(of).for_each(|(out, of)| *out = of.mul_add(factor, *out));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_what_their_formulas_say(m in 0usize..40, n in 1usize..600, r in 1usize..11, threads in 1usize..4, seed in 0u32..1000) {
            let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 4096.0 - 0.5;
            let wide: Vec<f32> = (0..m * n).map(value).collect();
            let thin: Vec<f32> = (0..r * n).map(|i| value(i + 7777)).collect();
            let factors: Vec<f32> = (0..m * r).map(|i| value(i + 99)).collect();
            let (pool, one) = (Pool::new(threads), Pool::new(1));
            let near = |found: f32, wanted: f64| (f64::from(found) - wanted).abs() < 1e-4;
            let sum = |terms: &mut dyn Iterator<Item = (f32, f32)>| terms.map(|(a, b)| f64::from(a) * f64::from(b)).sum::<f64>();

            let (mut found, mut again) = (vec![9.0; m * r], vec![9.0; m * r]);
            thin_products(&pool, &wide, &thin, n, 0.5, &mut found);
            thin_products(&one, &wide, &thin, n, 0.5, &mut again);
            prop_assert_eq!(&found, &again);
            for (t, j) in (0..m).flat_map(|t| (0..r).map(move |j| (t, j))) {
                let wanted = 0.5 * sum(&mut (0..n).map(|i| (wide[t * n + i], thin[j * n + i])));
                prop_assert!(near(found[t * r + j], wanted), "{} {wanted}", found[t * r + j]);
            }

            let (mut found, mut again) = (vec![0.25; m * n], vec![0.25; m * n]);
            add_thin(&pool, &factors, &thin, n, &mut found);
            add_thin(&one, &factors, &thin, n, &mut again);
            prop_assert_eq!(&found, &again);
            for (t, i) in (0..m).flat_map(|t| (0..n).map(move |i| (t, i))) {
                prop_assert!(near(found[t * n + i], 0.25 + sum(&mut (0..r).map(|j| (factors[t * r + j], thin[j * n + i])))));
            }

            let (mut found, mut again) = (vec![0.25; r * n], vec![0.25; r * n]);
            add_to_thin(&pool, &factors, &wide, n, &mut found);
            add_to_thin(&one, &factors, &wide, n, &mut again);
            prop_assert_eq!(&found, &again);
            for (j, i) in (0..r).flat_map(|j| (0..n).map(move |i| (j, i))) {
                prop_assert!(near(found[j * n + i], 0.25 + sum(&mut (0..m).map(|t| (factors[t * r + j], wide[t * n + i])))));
            }
        }
    }

    #[test]
    fn nothing_times_something_is_nothing() {
        let mut factors = [3.0; 2];
        thin_products(&Pool::new(1), &[], &[], 0, 1.0, &mut factors);
        assert_eq!(factors, [0.0; 2]);
        let mut none: [f32; 0] = [];
        add_thin(&Pool::new(1), &[], &[1.0], 1, &mut none);
        add_to_thin(&Pool::new(1), &[], &[], 4, &mut none);
    }
}
