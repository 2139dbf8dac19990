//! Dot products of f32 rows. Sixteen lanes, as [`super::super::dot::dot_f32`] has them, so the bits are the same.

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
            Level::Scalar => None,
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
        *out = super::super::dot::tree(all);
    }
    out
}
