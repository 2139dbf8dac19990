//! Panels by AVX2 and by AVX-512 VNNI; what they compute is said in [`super::super::panel`].

use std::arch::x86_64::*;

use super::super::Level;
use super::super::panel::{Panel, PanelActivations, ROWS};
use super::super::unpack::UnpackedRow;

/// Interleaves sixteen rows as [`Panel::bytes`] has them. False for portable Rust. `columns` is a multiple of 32.
pub(in super::super) fn interleave(level: Level, rows: &[UnpackedRow], columns: usize, out: &mut [u8]) -> bool {
    if level < Level::Avx2 {
        return false;
    }
    assert!(rows.len() == ROWS && columns.is_multiple_of(32) && out.len() == columns * ROWS);
    assert!(rows.iter().all(|row| row.bytes.len() >= columns));
    for column in (0..columns).step_by(32) {
        for half in 0..2 {
            // SAFETY: the level has AVX2; reads and writes are inside the slices, as asserted.
            unsafe { transpose(&rows[8 * half..8 * half + 8], column, &mut out[column * ROWS + 32 * half..]) }
        }
    }
    true
}

/// 32 columns of eight rows: an eight by eight transposition of groups of four bytes.
///
/// # Safety
/// The processor has AVX2; every row reaches to `column + 32`, `out` to `7 * 64 + 32`.
#[target_feature(enable = "avx2")]
unsafe fn transpose(rows: &[UnpackedRow], column: usize, out: &mut [u8]) {
    debug_assert!(out.len() >= 7 * 64 + 32);
    // SAFETY: as above.
    unsafe {
        let mut a = [_mm256_setzero_si256(); 8];
        for (a, row) in a.iter_mut().zip(rows) {
            *a = _mm256_loadu_si256(row.bytes.as_ptr().add(column).cast());
        }
        let mut b = a;
        for i in 0..4 {
            b[2 * i] = _mm256_unpacklo_epi32(a[2 * i], a[2 * i + 1]);
            b[2 * i + 1] = _mm256_unpackhi_epi32(a[2 * i], a[2 * i + 1]);
        }
        for i in 0..2 {
            a[4 * i] = _mm256_unpacklo_epi64(b[4 * i], b[4 * i + 2]);
            a[4 * i + 1] = _mm256_unpackhi_epi64(b[4 * i], b[4 * i + 2]);
            a[4 * i + 2] = _mm256_unpacklo_epi64(b[4 * i + 1], b[4 * i + 3]);
            a[4 * i + 3] = _mm256_unpackhi_epi64(b[4 * i + 1], b[4 * i + 3]);
        }
        for i in 0..4 {
            let (low, high) = (_mm256_permute2x128_si256::<0x20>(a[i], a[i + 4]), _mm256_permute2x128_si256::<0x31>(a[i], a[i + 4]));
            _mm256_storeu_si256(out.as_mut_ptr().add(64 * i).cast(), low);
            _mm256_storeu_si256(out.as_mut_ptr().add(64 * (i + 4)).cast(), high);
        }
    }
}

/// Every row of activations with the panel. False for portable Rust.
pub(in super::super) fn multiply(
    level: Level,
    panel: &Panel,
    x: &PanelActivations<'_>,
    m: usize,
    put: &mut dyn FnMut(usize, &[f32; ROWS]),
) -> bool {
    let groups = x.groups;
    assert!(panel.columns == groups * panel.group && x.stride >= panel.columns);
    assert!(panel.bytes.len() == panel.columns * ROWS && panel.scales.len() == groups * ROWS && panel.biases.len() == groups * ROWS);
    assert!(x.quants.len() >= m * x.stride && x.scales.len() >= m * groups && x.sums.len() >= m * groups);
    if level == Level::Scalar {
        return false;
    }
    let mut t = 0;
    while t < m {
        // SAFETY: `Level` says what the processor has; the lengths are as asserted; no tile is larger than what is left.
        t += unsafe {
            match (level, m - t, panel.largest) {
                (Level::Avx512, 12.., _) => tile_avx512::<12>(panel, x, t, put),
                (Level::Avx512, 6..12, _) => tile_avx512::<6>(panel, x, t, put),
                (Level::Avx512, 3..6, _) => tile_avx512::<3>(panel, x, t, put),
                (Level::Avx512, ..) => tile_avx512::<1>(panel, x, t, put),
                (_, 4.., 15) => tile_avx2::<4, 8>(panel, x, t, put),
                (_, 4.., 31) => tile_avx2::<4, 4>(panel, x, t, put),
                (_, 4.., 63) => tile_avx2::<4, 2>(panel, x, t, put),
                (_, 4.., _) => tile_avx2::<4, 0>(panel, x, t, put),
                (_, _, 15) => tile_avx2::<1, 8>(panel, x, t, put),
                (_, _, 31) => tile_avx2::<1, 4>(panel, x, t, put),
                (_, _, 63) => tile_avx2::<1, 2>(panel, x, t, put),
                _ => tile_avx2::<1, 0>(panel, x, t, put),
            }
        };
    }
    true
}

/// Rows `first..first + T` of the activations; gives `T`.
///
/// # Safety
/// The processor has AVX-512 F, BW, VL and VNNI; lengths as [`multiply`] asserts; `first + T` rows are there.
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn tile_avx512<const T: usize>(
    panel: &Panel,
    x: &PanelActivations<'_>,
    first: usize,
    put: &mut dyn FnMut(usize, &[f32; ROWS]),
) -> usize {
    let fours = panel.group / 4;
    let mut out = [_mm512_setzero_ps(); T];
    // SAFETY: all places are inside the slices, see `multiply`.
    unsafe {
        for group in 0..x.groups {
            let mut products = [_mm512_setzero_si512(); T];
            let quants: [*const i8; T] = std::array::from_fn(|t| x.quants.as_ptr().add((first + t) * x.stride + group * panel.group));
            let weights = panel.bytes.as_ptr().add(group * panel.group * ROWS);
            for four in 0..fours {
                let bytes = _mm512_loadu_si512(weights.add(64 * four).cast());
                for t in 0..T {
                    let spread = _mm512_set1_epi32(quants[t].add(4 * four).cast::<i32>().read_unaligned());
                    products[t] = _mm512_dpbusd_epi32(products[t], bytes, spread);
                }
            }
            let scales = _mm512_loadu_ps(panel.scales.as_ptr().add(group * ROWS));
            let biases = _mm512_loadu_ps(panel.biases.as_ptr().add(group * ROWS));
            for t in 0..T {
                let at = (first + t) * x.groups + group;
                let scale = _mm512_mul_ps(scales, _mm512_set1_ps(*x.scales.get_unchecked(at)));
                out[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[t]), scale, out[t]);
                out[t] = _mm512_fnmadd_ps(biases, _mm512_set1_ps(*x.sums.get_unchecked(at)), out[t]);
            }
        }
        for (t, out) in out.iter().enumerate() {
            let mut values = [0f32; ROWS];
            _mm512_storeu_ps(values.as_mut_ptr(), *out);
            put(first + t, &values);
        }
    }
    T
}

/// Rows `first..first + T` of the activations; gives `T`. `FIT` products of bytes fit into sixteen bits before they are widened; 0 where a
/// byte may be above 127 and not even one does.
///
/// # Safety
/// The processor has AVX2 and FMA; lengths as [`multiply`] asserts; `first + T` rows are there; no byte of the panel is so large that
/// `FIT` does not hold.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile_avx2<const T: usize, const FIT: usize>(
    panel: &Panel,
    x: &PanelActivations<'_>,
    first: usize,
    put: &mut dyn FnMut(usize, &[f32; ROWS]),
) -> usize {
    let fours = panel.group / 4;
    let ones = _mm256_set1_epi16(1);
    let mut values = [[0f32; ROWS]; T];
    // SAFETY: all places are inside the slices, see `multiply`.
    unsafe {
        for half in 0..2 {
            let mut out = [_mm256_setzero_ps(); T];
            for group in 0..x.groups {
                let mut products = [_mm256_setzero_si256(); T];
                let quants: [*const i8; T] = std::array::from_fn(|t| x.quants.as_ptr().add((first + t) * x.stride + group * panel.group));
                let weights = panel.bytes.as_ptr().add(group * panel.group * ROWS + 32 * half);
                if FIT == 0 {
                    for four in 0..fours {
                        let bytes = _mm256_loadu_si256(weights.add(64 * four).cast());
                        let signed = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
                        let magnitude = _mm256_abs_epi8(signed);
                        for t in 0..T {
                            let spread = _mm256_set1_epi32(quants[t].add(4 * four).cast::<i32>().read_unaligned());
                            let centred = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(spread, signed)), ones);
                            let sums = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), spread), ones);
                            products[t] = _mm256_add_epi32(products[t], _mm256_add_epi32(centred, _mm256_slli_epi32::<7>(sums)));
                        }
                    }
                } else {
                    for start in (0..fours).step_by(FIT.max(1)) {
                        let mut short = [_mm256_setzero_si256(); T];
                        for four in start..(start + FIT).min(fours) {
                            let bytes = _mm256_loadu_si256(weights.add(64 * four).cast());
                            for t in 0..T {
                                let spread = _mm256_set1_epi32(quants[t].add(4 * four).cast::<i32>().read_unaligned());
                                short[t] = _mm256_add_epi16(short[t], _mm256_maddubs_epi16(bytes, spread));
                            }
                        }
                        for t in 0..T {
                            products[t] = _mm256_add_epi32(products[t], _mm256_madd_epi16(short[t], ones));
                        }
                    }
                }
                let scales = _mm256_loadu_ps(panel.scales.as_ptr().add(group * ROWS + 8 * half));
                let biases = _mm256_loadu_ps(panel.biases.as_ptr().add(group * ROWS + 8 * half));
                for t in 0..T {
                    let at = (first + t) * x.groups + group;
                    let scale = _mm256_mul_ps(scales, _mm256_set1_ps(*x.scales.get_unchecked(at)));
                    out[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[t]), scale, out[t]);
                    out[t] = _mm256_fnmadd_ps(biases, _mm256_set1_ps(*x.sums.get_unchecked(at)), out[t]);
                }
            }
            for (values, out) in values.iter_mut().zip(out) {
                _mm256_storeu_ps(values.as_mut_ptr().add(8 * half), out);
            }
        }
    }
    values.iter().enumerate().for_each(|(t, values)| put(first + t, values));
    T
}
