//! Products of f32 rows, in the order of [`super::super::lanes::dot_f32`] and of [`super::super::attention`], so the bits are the same; and
//! half-precision numbers as f32.

use std::arch::x86_64::*;

use super::super::Level;
use super::tree_pair;

/// Each of `rows` times `x`; `None` for portable Rust. All lengths are equal.
pub(in super::super) fn dots<const R: usize>(level: Level, rows: [&[f32]; R], x: &[f32]) -> Option<[f32; R]> {
    assert!(rows.iter().all(|row| row.len() == x.len()));
    // SAFETY: `Level` says what the processor has; the lengths are as asserted.
    unsafe {
        match level {
            Level::Avx512 => Some(dots_avx512(rows, x)),
            Level::Avx2 => Some(dots_avx2(rows, x)),
            _ => None,
        }
    }
}

/// # Safety
/// The processor has AVX-512 F, AVX2 and FMA; all lengths are equal.
#[target_feature(enable = "avx2,fma,f16c,avx512f")]
unsafe fn dots_avx512<const R: usize>(rows: [&[f32]; R], x: &[f32]) -> [f32; R] {
    let mut lanes = [_mm512_setzero_ps(); R];
    for at in (0..x.len()).step_by(16) {
        // Places behind the end are neither read nor added to.
        let mask = if x.len() - at >= 16 { 0xffff } else { (1u16 << (x.len() - at)) - 1 };
        // SAFETY: the mask keeps reads inside the slices.
        unsafe {
            let values = _mm512_maskz_loadu_ps(mask, x.as_ptr().add(at));
            for (lanes, row) in lanes.iter_mut().zip(rows) {
                *lanes = _mm512_mask3_fmadd_ps(_mm512_maskz_loadu_ps(mask, row.as_ptr().add(at)), values, *lanes, mask);
            }
        }
    }
    lanes.map(|v| tree_pair(_mm512_castps512_ps256(v), _mm256_castsi256_ps(_mm512_extracti64x4_epi64::<1>(_mm512_castps_si512(v)))))
}

/// # Safety
/// The processor has AVX2 and FMA; all lengths are equal.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn dots_avx2<const R: usize>(rows: [&[f32]; R], x: &[f32]) -> [f32; R] {
    let mut lanes = [[_mm256_setzero_ps(); 2]; R];
    let whole = x.len() / 16 * 16;
    for at in (0..whole).step_by(16) {
        for half in 0..2 {
            // SAFETY: `at + 16` is inside the slices.
            unsafe {
                let values = _mm256_loadu_ps(x.as_ptr().add(at + 8 * half));
                for (lanes, row) in lanes.iter_mut().zip(rows) {
                    lanes[half] = _mm256_fmadd_ps(_mm256_loadu_ps(row.as_ptr().add(at + 8 * half)), values, lanes[half]);
                }
            }
        }
    }
    let mut out = [0f32; R];
    for ((out, lanes), row) in out.iter_mut().zip(lanes).zip(rows) {
        let mut all = [0f32; 16];
        // SAFETY: two times eight floats.
        unsafe {
            _mm256_storeu_ps(all.as_mut_ptr(), lanes[0]);
            _mm256_storeu_ps(all.as_mut_ptr().add(8), lanes[1]);
        }
        for (lane, (a, b)) in all.iter_mut().zip(row[whole..].iter().zip(&x[whole..])) {
            *lane = a.mul_add(*b, *lane);
        }
        *out = super::super::lanes::tree(all);
    }
    out
}

/// As many half-precision numbers as fit, as f32; NaN stays NaN. False for portable Rust.
pub(in super::super) fn widen(level: Level, bytes: &[u8], out: &mut [f32]) -> bool {
    if level < Level::Avx2 {
        return false;
    }
    // SAFETY: the level has F16C.
    unsafe { widen_f16c(bytes, out) };
    true
}

#[target_feature(enable = "avx2,fma,f16c")]
fn widen_f16c(bytes: &[u8], out: &mut [f32]) {
    let count = out.len().min(bytes.len() / 2);
    let (eights, rest) = bytes[..2 * count].as_chunks::<16>();
    let (out_eights, out_rest) = out[..count].as_chunks_mut::<8>();
    for (bytes, out) in eights.iter().zip(out_eights) {
        // SAFETY: sixteen bytes, eight floats.
        unsafe { _mm256_storeu_ps(out.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(bytes.as_ptr().cast()))) };
    }
    for (bytes, out) in rest.as_chunks::<2>().0.iter().zip(out_rest) {
        *out = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(u16::from_le_bytes(*bytes)))));
    }
}

/// [`super::super::attention::products`]; false for portable Rust. The caller has checked all lengths.
pub(in super::super) fn products(
    level: Level,
    rows: &[usize],
    a: (&[f32], usize),
    depth: usize,
    b: (&[f32], usize),
    out: &mut [f32],
) -> bool {
    // SAFETY: `Level` says what the processor has; rows and columns are inside the slices, as the caller has checked.
    unsafe {
        match level {
            Level::Avx512 => products_avx512(rows, a, depth, b, out),
            Level::Avx2 => products_avx2(rows, a, depth, b, out),
            _ => return false,
        }
    }
    true
}

/// # Safety
/// The processor has AVX-512 F; lengths as [`products`] asks.
#[target_feature(enable = "avx2,fma,avx512f")]
unsafe fn products_avx512(rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]) {
    let mut column = 0;
    while column < b.1 {
        // SAFETY: passed on; the width is a multiple of sixteen.
        column += unsafe {
            match b.1 - column {
                64.. => columns_avx512::<4>(rows, a, depth, b, column, out),
                32..64 => columns_avx512::<2>(rows, a, depth, b, column, out),
                _ => columns_avx512::<1>(rows, a, depth, b, column, out),
            }
        };
    }
}

/// Columns `column..column + 16 * N`; gives their number.
///
/// # Safety
/// The processor has AVX-512 F; lengths as [`products`] asks.
#[target_feature(enable = "avx2,fma,avx512f")]
unsafe fn columns_avx512<const N: usize>(
    rows: &[usize],
    a: (&[f32], usize),
    depth: usize,
    b: (&[f32], usize),
    column: usize,
    out: &mut [f32],
) -> usize {
    // SAFETY: passed on.
    unsafe {
        let (sixes, rest) = rows.as_chunks::<6>();
        sixes.iter().for_each(|rows| tile_avx512::<6, N>(rows, a, depth, b, column, out));
        let (threes, ones) = rest.as_chunks::<3>();
        threes.iter().for_each(|rows| tile_avx512::<3, N>(rows, a, depth, b, column, out));
        ones.iter().for_each(|&row| tile_avx512::<1, N>(&[row], a, depth, b, column, out));
    }
    16 * N
}

/// # Safety
/// The processor has AVX2 and FMA; lengths as [`products`] asks.
#[target_feature(enable = "avx2,fma")]
unsafe fn products_avx2(rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]) {
    let (sixes, rest) = rows.as_chunks::<6>();
    let (threes, ones) = rest.as_chunks::<3>();
    // Columns outside: their part of `b` stays in the first-level cache for all rows.
    for column in (0..b.1).step_by(16) {
        // SAFETY: passed on; the width is a multiple of sixteen.
        unsafe {
            sixes.iter().for_each(|rows| tile_avx2::<6, 2>(rows, a, depth, b, column, out));
            threes.iter().for_each(|rows| tile_avx2::<3, 2>(rows, a, depth, b, column, out));
        }
    }
    for &row in ones {
        let mut column = 0;
        while column < b.1 {
            // SAFETY: as above; one row has registers for four times as many columns.
            unsafe {
                if b.1 - column >= 64 {
                    tile_avx2::<1, 8>(&[row], a, depth, b, column, out);
                    column += 64;
                } else {
                    tile_avx2::<1, 2>(&[row], a, depth, b, column, out);
                    column += 16;
                }
            }
        }
    }
}

/// `R` rows and the columns from `column` on that `N` registers hold, for a processor's registers.
macro_rules! products_tile {
    ($name:ident, $features:literal, $register:ty, $width:literal, $load:ident, $set1:ident, $fmadd:ident, $store:ident) => {
        /// # Safety
        /// The processor has what the registers need; lengths as [`products`] asks; the columns are there.
        #[inline]
        #[target_feature(enable = $features)]
        unsafe fn $name<const R: usize, const N: usize>(
            rows: &[usize; R],
            a: (&[f32], usize),
            depth: usize,
            b: (&[f32], usize),
            column: usize,
            out: &mut [f32],
        ) {
            // SAFETY: as above.
            unsafe {
                let place = |row: usize| row * b.1 + column;
                let mut lanes: [[$register; N]; R] =
                    std::array::from_fn(|r| std::array::from_fn(|n| $load(out.as_ptr().add(place(rows[r]) + $width * n))));
                let left: [*const f32; R] = std::array::from_fn(|r| a.0.as_ptr().add(rows[r] * a.1));
                let mut right = b.0.as_ptr().add(column);
                for k in 0..depth {
                    let values: [$register; N] = std::array::from_fn(|n| $load(right.add($width * n)));
                    for r in 0..R {
                        let factor = $set1(*left[r].add(k));
                        for n in 0..N {
                            lanes[r][n] = $fmadd(factor, values[n], lanes[r][n]);
                        }
                    }
                    right = right.wrapping_add(b.1);
                }
                for r in 0..R {
                    for (n, &lane) in lanes[r].iter().enumerate() {
                        $store(out.as_mut_ptr().add(place(rows[r]) + $width * n), lane);
                    }
                }
            }
        }
    };
}
products_tile!(tile_avx512, "avx2,fma,avx512f", __m512, 16, _mm512_loadu_ps, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps);
products_tile!(tile_avx2, "avx2,fma", __m256, 8, _mm256_loadu_ps, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps);
