//! The inner kernels: a tile of the output from packed sides, by the processor's level.

#![allow(clippy::too_many_arguments)] // an inner kernel is told its panels, their depth and where its tile goes

#[cfg(target_arch = "aarch64")]
use super::neon;
#[cfg(target_arch = "x86_64")]
use super::sides::PANEL;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::sides::TILE;
use crate::compute::Level;

/// `(width, left, right, depth, out, stride, rows, columns, replace)`
pub(super) type Kernel = unsafe fn(usize, &[f32], &[f32], usize, *mut f32, usize, usize, usize, bool);

/// The inner kernels of one [`Level`].
pub(super) struct Kernels {
    pub(super) tile: usize,
    pub(super) panel: usize,
    pub(super) widths: &'static [usize],
    pub(super) run: Kernel,
}

impl Kernels {
    pub(super) fn of(level: Level) -> Self {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Self { tile: TILE, panel: PANEL, widths: &[4, 8, 12], run: x86::avx512 },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Self { tile: 6, panel: 16, widths: &[2, 4, 6], run: x86::avx2 },
            #[cfg(target_arch = "aarch64")]
            Level::Neon | Level::Dotprod | Level::I8mm => Self { tile: TILE, panel: neon::COLUMNS, widths: &neon::WIDTHS, run: neon::neon },
            _ => Self { tile: 4, panel: 16, widths: &[4], run: scalar },
        }
    }

    /// The packed width of a tile of `height` rows.
    pub(super) fn width(&self, height: usize) -> usize {
        self.widths.iter().copied().find(|&width| width >= height).unwrap_or(self.tile)
    }
}

/// # Safety
/// `out` points to `rows` rows, `stride` apart, of `columns` elements that nobody else uses.
unsafe fn scalar(
    width: usize,
    left: &[f32],
    right: &[f32],
    depth: usize,
    out: *mut f32,
    stride: usize,
    rows: usize,
    columns: usize,
    replace: bool,
) {
    let mut sums = [[0f32; 16]; 4];
    for (a, b) in left.chunks_exact(width).zip(right.as_chunks::<16>().0).take(depth) {
        for (sums, a) in sums.iter_mut().zip(a) {
            sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += a * b);
        }
    }
    for (i, sums) in sums.iter().enumerate().take(rows) {
        // SAFETY: as the caller says.
        let row = unsafe { std::slice::from_raw_parts_mut(out.add(i * stride), columns) };
        row.iter_mut().zip(sums).for_each(|(out, &sum)| *out = if replace { sum } else { *out + sum });
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// Writes a kernel of `$rows` rows by two vectors of `$lanes` lanes.
    macro_rules! kernel {
        ($name:ident, $feature:literal, $rows:literal, $lanes:literal, $vector:ty, $zero:ident, $set:ident, $load:ident, $store:ident, $fma:ident, $add:ident) => {
            #[target_feature(enable = $feature)]
            unsafe fn $name(
                left: &[f32],
                right: &[f32],
                depth: usize,
                out: *mut f32,
                stride: usize,
                rows: usize,
                columns: usize,
                replace: bool,
            ) {
                assert!(left.len() >= depth * $rows && right.len() >= depth * 2 * $lanes);
                let mut sums: [[$vector; 2]; $rows] = [[$zero(); 2]; $rows];
                let (mut a, mut b) = (left.as_ptr(), right.as_ptr());
                for _ in 0..depth {
                    // SAFETY: `depth` steps lie inside both sides, as asserted.
                    unsafe {
                        let (b0, b1) = ($load(b), $load(b.add($lanes)));
                        for i in 0..$rows {
                            let value = $set(*a.add(i));
                            sums[i][0] = $fma(value, b0, sums[i][0]);
                            sums[i][1] = $fma(value, b1, sums[i][1]);
                        }
                        a = a.add($rows);
                        b = b.add(2 * $lanes);
                    }
                }
                for i in 0..rows.min($rows) {
                    // SAFETY: the caller says that `rows` rows of `columns` elements are there.
                    unsafe {
                        let out = out.add(i * stride);
                        if columns == 2 * $lanes {
                            for (half, &sum) in sums[i].iter().enumerate() {
                                let place = out.add(half * $lanes);
                                $store(place, if replace { sum } else { $add($load(place), sum) });
                            }
                        } else {
                            let mut row = [0f32; 2 * $lanes];
                            $store(row.as_mut_ptr(), sums[i][0]);
                            $store(row.as_mut_ptr().add($lanes), sums[i][1]);
                            for (j, &sum) in row.iter().enumerate().take(columns) {
                                let place = out.add(j);
                                *place = if replace { sum } else { *place + sum };
                            }
                        }
                    }
                }
            }
        };
    }

    macro_rules! avx512_kernel {
        ($name:ident, $rows:literal) => {
            kernel!(
                $name,
                "avx512f",
                $rows,
                16,
                __m512,
                _mm512_setzero_ps,
                _mm512_set1_ps,
                _mm512_loadu_ps,
                _mm512_storeu_ps,
                _mm512_fmadd_ps,
                _mm512_add_ps
            );
        };
    }
    avx512_kernel!(avx512_4, 4);
    avx512_kernel!(avx512_8, 8);
    avx512_kernel!(avx512_12, 12);

    macro_rules! avx2_kernel {
        ($name:ident, $rows:literal) => {
            kernel!(
                $name,
                "avx2,fma",
                $rows,
                8,
                __m256,
                _mm256_setzero_ps,
                _mm256_set1_ps,
                _mm256_loadu_ps,
                _mm256_storeu_ps,
                _mm256_fmadd_ps,
                _mm256_add_ps
            );
        };
    }
    avx2_kernel!(avx2_2, 2);
    avx2_kernel!(avx2_4, 4);
    avx2_kernel!(avx2_6, 6);

    /// # Safety
    /// The processor has AVX-512 F; `out` as in [`super::scalar`].
    pub(super) unsafe fn avx512(
        width: usize,
        left: &[f32],
        right: &[f32],
        depth: usize,
        out: *mut f32,
        stride: usize,
        rows: usize,
        columns: usize,
        replace: bool,
    ) {
        // SAFETY: as the caller says.
        unsafe {
            match width {
                4 => avx512_4(left, right, depth, out, stride, rows, columns, replace),
                8 => avx512_8(left, right, depth, out, stride, rows, columns, replace),
                _ => avx512_12(left, right, depth, out, stride, rows, columns, replace),
            }
        }
    }

    /// # Safety
    /// The processor has AVX2 and FMA; `out` as in [`super::scalar`].
    pub(super) unsafe fn avx2(
        width: usize,
        left: &[f32],
        right: &[f32],
        depth: usize,
        out: *mut f32,
        stride: usize,
        rows: usize,
        columns: usize,
        replace: bool,
    ) {
        // SAFETY: as the caller says.
        unsafe {
            match width {
                2 => avx2_2(left, right, depth, out, stride, rows, columns, replace),
                4 => avx2_4(left, right, depth, out, stride, rows, columns, replace),
                _ => avx2_6(left, right, depth, out, stride, rows, columns, replace),
            }
        }
    }
}
