//! Panels by AVX2 and by AVX-512 VNNI; what they compute is said in [`super::super::panel`].

use std::arch::x86_64::*;

use super::super::Level;
use super::super::panel::{Outputs, Panel, PanelActivations, ROWS};
use super::super::unpack::UnpackedRow;

/// Interleaves sixteen rows as [`Panel::bytes`] has them. False for portable Rust. `columns` is a multiple of 32.
pub(in super::super) fn interleave(level: Level, rows: &[UnpackedRow], columns: usize, out: &mut [u8]) -> bool {
    if level < Level::Avx2 {
        return false;
    }
    assert!(rows.len() == ROWS && columns.is_multiple_of(32));
    let rows: [&[u8]; ROWS] = std::array::from_fn(|row| &rows[row].bytes[..columns]);
    // SAFETY: the level has AVX2.
    unsafe { interleave_avx2(&rows, out) };
    true
}

/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
unsafe fn interleave_avx2(rows: &[&[u8]; ROWS], out: &mut [u8]) {
    let columns = rows[0].len();
    assert!(columns.is_multiple_of(32) && out.len() == columns * ROWS && rows.iter().all(|row| row.len() == columns));
    for column in (0..columns).step_by(32) {
        for half in 0..2 {
            let mut eight = [_mm256_setzero_si256(); 8];
            for (eight, row) in eight.iter_mut().zip(&rows[8 * half..]) {
                // SAFETY: 32 bytes of the row, as asserted.
                *eight = unsafe { _mm256_loadu_si256(row.as_ptr().add(column).cast()) };
            }
            transpose(eight, &mut out[column * ROWS + 32 * half..]);
        }
    }
}

/// Every `stride`th of the numbers of sixteen rows, one or two, to `out[group][row]`, for as many groups as are whole eights; gives their number,
/// which is 0 for portable Rust.
pub(in super::super) fn deal(level: Level, rows: &[&[f32]; ROWS], stride: usize, out: &mut [f32]) -> usize {
    if level < Level::Avx2 || !(1..=2).contains(&stride) {
        return 0;
    }
    // SAFETY: the level has AVX2.
    unsafe { deal_avx2(rows, stride, out) }
}

/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
unsafe fn deal_avx2(rows: &[&[f32]; ROWS], stride: usize, out: &mut [f32]) -> usize {
    let groups = rows.iter().fold(out.len() / ROWS, |least, row| least.min(row.len() / stride)) / 8 * 8;
    // SAFETY: four bytes for each number.
    let out = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<u8>(), 4 * out.len()) };
    for group in (0..groups).step_by(8) {
        for half in 0..2 {
            let mut eight = [_mm256_setzero_si256(); 8];
            for (eight, row) in eight.iter_mut().zip(&rows[8 * half..]) {
                // SAFETY: the row has `stride` numbers for each of eight groups.
                *eight = unsafe { every(row.as_ptr().add(stride * group), stride) };
            }
            transpose(eight, &mut out[4 * group * ROWS + 32 * half..]);
        }
    }
    groups
}

/// Eight numbers: those at `at`, or every second one.
///
/// # Safety
/// The processor has AVX2; `8 * stride` numbers can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn every(at: *const f32, stride: usize) -> __m256i {
    // SAFETY: as above.
    unsafe {
        if stride == 1 {
            return _mm256_loadu_si256(at.cast());
        }
        let pairs = _mm256_shuffle_ps::<0x88>(_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))); // 0 2 8 10, 4 6 12 14
        _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_castps_si256(pairs))
    }
}

/// 32 bytes of each of eight rows, four bytes of all rows at a time: to 32 bytes at `64 * i` of `out`, for the eight `i`.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(mut a: [__m256i; 8], out: &mut [u8]) {
    assert!(out.len() >= 7 * 64 + 32);
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
        // SAFETY: as long as asserted.
        unsafe {
            _mm256_storeu_si256(out.as_mut_ptr().add(64 * i).cast(), low);
            _mm256_storeu_si256(out.as_mut_ptr().add(64 * (i + 4)).cast(), high);
        }
    }
}

/// Every row of activations with each panel. False for portable Rust.
///
/// # Safety
/// `out` can be written at all its places.
pub(in super::super) unsafe fn multiply(level: Level, panels: &[Panel], x: &PanelActivations, out: Outputs) -> bool {
    let groups = x.groups;
    for panel in panels {
        assert!(panel.columns == x.columns && x.columns == groups * panel.group && panel.group.is_multiple_of(16));
        assert!(panel.bytes.len() == panel.columns * ROWS && panel.scales.len() == groups * ROWS && panel.minimums.len() == groups * ROWS);
        assert!(panel.group == panels[0].group && panel.has_minimums == panels[0].has_minimums);
    }
    let rows: usize = x.tiles.iter().map(|(_, rows)| rows).sum();
    assert!(x.quants.len() == rows * x.columns && x.scales.len() == rows * groups);
    assert!(x.sums.len() == rows * groups && x.debts.len() == rows * groups);
    if level == Level::Scalar {
        return false;
    }
    // SAFETY: `Level` says what the processor has; the lengths are as asserted, and the tile has so many rows.
    unsafe {
        match (level, panels) {
            (Level::Avx512, [a, b]) => x.tiles.iter().for_each(|&(first, rows)| tile_avx512([a, b], x, first, rows, out)),
            (Level::Avx512, [panel]) => x.tiles.iter().for_each(|&(first, rows)| tile_avx512([panel], x, first, rows, out)),
            _ => {
                // One panel with all tiles before the next, so that it stays in the first-level cache.
                for (number, panel) in panels.iter().enumerate() {
                    let count = ROWS.min(out.count - ROWS * number);
                    let out = Outputs { start: out.start.add(ROWS * number), count, ..out };
                    x.tiles.iter().for_each(|&(first, rows)| tile_avx2(panel, x, first, rows, out));
                }
            }
        }
    }
    true
}

/// # Safety
/// As for [`Tile::avx512`]; the tile that begins with `first` has `rows` rows.
unsafe fn tile_avx512<const R: usize>(panels: [&Panel; R], x: &PanelActivations, first: usize, rows: usize, out: Outputs) {
    let tile = Tile { panels, x, first, out };
    // SAFETY: passed on.
    unsafe {
        match (rows, panels[0].has_minimums) {
            (6, true) => tile.avx512::<6, 1, true>(),
            (6, false) => tile.avx512::<6, 1, false>(),
            (3, true) => tile.avx512::<3, 2, true>(),
            (3, false) => tile.avx512::<3, 2, false>(),
            (_, true) => tile.avx512::<1, 4, true>(),
            (_, false) => tile.avx512::<1, 4, false>(),
        }
    }
}

/// # Safety
/// The processor has AVX2 and FMA; lengths as [`multiply`] asserts; the tile that begins with `first` has `rows` rows.
unsafe fn tile_avx2(panel: &Panel, x: &PanelActivations, first: usize, rows: usize, out: Outputs) {
    let tile = Tile { panels: [panel], x, first, out };
    // SAFETY: passed on.
    unsafe {
        match rows {
            4 => tile.avx2_fitting::<4>(),
            2 => tile.avx2_fitting::<2>(),
            _ => tile.avx2_fitting::<1>(),
        }
    }
}

/// Panels and a tile of activations whose first row is `first`.
struct Tile<'a, const R: usize> {
    panels: [&'a Panel; R],
    x: &'a PanelActivations,
    first: usize,
    out: Outputs,
}

impl<const R: usize> Tile<'_, R> {
    /// All `T` rows. Each sum of products is made in `P` parts, where few rows would leave the processor waiting.
    ///
    /// # Safety
    /// The processor has AVX-512 F, BW, VL and VNNI; lengths as [`multiply`] asserts; the tile has `T` rows.
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn avx512<const T: usize, const P: usize, const MINIMUMS: bool>(&self) {
        let (panels, x) = (self.panels, self.x);
        let group_columns = panels[0].group;
        let mut out = [[_mm512_setzero_ps(); R]; T];
        // SAFETY: all places are inside the slices, see `multiply`.
        unsafe {
            let mut quants = x.quants.as_ptr().add(self.first * x.columns).cast::<i32>();
            let mut weights: [*const u8; R] = panels.map(|panel| panel.bytes.as_ptr());
            for group in 0..x.groups {
                let at = self.first * x.groups + group * T;
                let mut products = [[[_mm512_setzero_si512(); P]; R]; T];
                if !MINIMUMS {
                    for (t, products) in products.iter_mut().enumerate() {
                        let debt = _mm512_set1_epi32(*x.debts.as_ptr().add(at + t));
                        products.iter_mut().for_each(|products| products[0] = debt);
                    }
                }
                for _ in 0..group_columns / 16 {
                    for four in 0..4 {
                        let bytes: [__m512i; R] = std::array::from_fn(|r| _mm512_loadu_si512(weights[r].add(64 * four).cast()));
                        for (t, products) in products.iter_mut().enumerate() {
                            let spread = _mm512_set1_epi32(quants.add(four * T + t).read_unaligned());
                            for r in 0..R {
                                products[r][four % P] = _mm512_dpbusd_epi32(products[r][four % P], bytes[r], spread);
                            }
                        }
                    }
                    weights = weights.map(|weights| weights.add(4 * 64));
                    quants = quants.add(4 * T);
                }
                let scales: [__m512; R] = std::array::from_fn(|r| _mm512_loadu_ps(panels[r].scales.as_ptr().add(group * ROWS)));
                for t in 0..T {
                    let x_scale = _mm512_set1_ps(*x.scales.as_ptr().add(at + t));
                    for r in 0..R {
                        let mut sum = products[t][r][0];
                        for part in &products[t][r][1..] {
                            sum = _mm512_add_epi32(sum, *part);
                        }
                        out[t][r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_mul_ps(scales[r], x_scale), out[t][r]);
                    }
                }
                if MINIMUMS {
                    let minimums: [__m512; R] = std::array::from_fn(|r| _mm512_loadu_ps(panels[r].minimums.as_ptr().add(group * ROWS)));
                    for (t, out) in out.iter_mut().enumerate() {
                        let sum = _mm512_set1_ps(*x.sums.as_ptr().add(at + t));
                        for r in 0..R {
                            out[r] = _mm512_fnmadd_ps(minimums[r], sum, out[r]);
                        }
                    }
                }
            }
            for (t, out) in out.iter().enumerate() {
                for (r, values) in out.iter().enumerate() {
                    let place = self.out.start.add((self.first + t) * self.out.stride + ROWS * r);
                    let count = ROWS.min(self.out.count - ROWS * r);
                    _mm512_mask_storeu_ps(place, (0xffff_u32 >> (ROWS - count)) as u16, *values);
                }
            }
        }
    }
}

impl Tile<'_, 1> {
    /// All `T` rows.
    ///
    /// # Safety
    /// As for [`Tile::avx2`].
    unsafe fn avx2_fitting<const T: usize>(&self) {
        let [panel] = self.panels;
        // SAFETY: passed on; so many sums of two products with bytes up to `largest` fit into sixteen bits, and groups are as wide as said.
        unsafe {
            match (panel.largest, panel.group, panel.has_minimums) {
                (15, 32, true) => self.avx2::<T, 8, 8, true>(),
                (15, 32, false) => self.avx2::<T, 8, 8, false>(),
                (31, 32, true) => self.avx2::<T, 4, 8, true>(),
                (31, 32, false) => self.avx2::<T, 4, 8, false>(),
                (63, 16, false) => self.avx2::<T, 2, 4, false>(),
                (255, 32, false) => self.avx2::<T, 0, 8, false>(),
                (largest, group, minimums) => unreachable!("no type has bytes up to {largest}, groups of {group}, minimums {minimums}"),
            }
        }
    }

    /// All `T` rows. A group has `FOURS` times four columns, of which `FIT` sums of two products fit into sixteen bits before they are
    /// widened; 0 where a byte may be above 127 and not even one does.
    ///
    /// # Safety
    /// The processor has AVX2 and FMA; lengths as [`multiply`] asserts; the tile has `T` rows; no byte of the panel is so large that `FIT`
    /// does not hold.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2<const T: usize, const FIT: usize, const FOURS: usize, const MINIMUMS: bool>(&self) {
        let ([panel], x) = (self.panels, self.x);
        let ones = _mm256_set1_epi16(1);
        let at_once = at_once(FIT);
        // A count that the compiler knew would make it unroll a whole group, with more at hand than there are registers: a fifth slower.
        let chunks = std::hint::black_box(FOURS / at_once);
        let mut out = [[_mm256_setzero_ps(); 2]; T];
        // SAFETY: all places are inside the slices, see `multiply`.
        unsafe {
            let mut quants = x.quants.as_ptr().add(self.first * x.columns).cast::<i32>();
            let mut weights = panel.bytes.as_ptr();
            let (scales, minimums) = (panel.scales.as_ptr(), panel.minimums.as_ptr());
            let (x_scales, x_sums, debts) = (x.scales.as_ptr(), x.sums.as_ptr(), x.debts.as_ptr());
            for group in 0..x.groups {
                let at = self.first * x.groups + group * T;
                let mut products = [[_mm256_setzero_si256(); 2]; T];
                if !MINIMUMS && FIT > 0 {
                    products = std::array::from_fn(|t| [_mm256_set1_epi32(*debts.add(at + t)); 2]);
                }
                // The first sums of a group, or of what fits, need no zeros to be added to. Widened at the end of the loop, not before
                // the next ones, which made Q6_K a tenth slower.
                let mut short = first_pairs::<T, FIT>(weights, quants);
                (weights, quants) = (weights.add(at_once * 4 * ROWS), quants.add(at_once * T));
                if FIT < FOURS {
                    widen(&mut products, &short, ones);
                }
                let mut left = chunks - 1;
                while left > 0 {
                    if FIT < FOURS {
                        short = first_pairs::<T, FIT>(weights, quants);
                        widen(&mut products, &short, ones);
                    } else {
                        for four in 0..at_once {
                            more_pairs(&mut short, weights, quants, four);
                        }
                    }
                    (weights, quants) = (weights.add(at_once * 4 * ROWS), quants.add(at_once * T));
                    left -= 1;
                }
                if FIT == FOURS {
                    widen(&mut products, &short, ones);
                }
                let scales = [_mm256_loadu_ps(scales.add(group * ROWS)), _mm256_loadu_ps(scales.add(group * ROWS + 8))];
                for (t, out) in out.iter_mut().enumerate() {
                    let x_scale = _mm256_set1_ps(*x_scales.add(at + t));
                    for half in 0..2 {
                        out[half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[t][half]), _mm256_mul_ps(scales[half], x_scale), out[half]);
                    }
                }
                if MINIMUMS {
                    let minimums = [_mm256_loadu_ps(minimums.add(group * ROWS)), _mm256_loadu_ps(minimums.add(group * ROWS + 8))];
                    for (t, out) in out.iter_mut().enumerate() {
                        let sum = _mm256_set1_ps(*x_sums.add(at + t));
                        for half in 0..2 {
                            out[half] = _mm256_fnmadd_ps(minimums[half], sum, out[half]);
                        }
                    }
                }
            }
            for (t, out) in out.into_iter().enumerate() {
                let mut values = [0f32; ROWS];
                _mm256_storeu_ps(values.as_mut_ptr(), out[0]);
                _mm256_storeu_ps(values.as_mut_ptr().add(8), out[1]);
                // As the caller of `multiply` says.
                self.out.put(self.first + t, 0, &values);
            }
        }
    }
}

/// Times four columns that are taken in one go: at most four, and no more than fit before they are widened.
const fn at_once(fit: usize) -> usize {
    match fit {
        0 => 1,
        1..4 => fit,
        _ => 4,
    }
}

/// The sums of two products of as many times four columns as are taken in one go.
///
/// # Safety
/// The processor has AVX2; the columns can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn first_pairs<const T: usize, const FIT: usize>(weights: *const u8, quants: *const i32) -> [[__m256i; 2]; T] {
    let mut short = [[_mm256_setzero_si256(); 2]; T];
    // SAFETY: passed on.
    unsafe {
        let bytes = halves(weights, 0);
        for (t, short) in short.iter_mut().enumerate() {
            let spread = _mm256_set1_epi32(quants.add(t).read_unaligned());
            for half in 0..2 {
                short[half] = if FIT == 0 {
                    // The bytes are signed ones with 128 added: taken as those, they owe nothing.
                    let signed = _mm256_xor_si256(bytes[half], _mm256_set1_epi8(-128));
                    _mm256_maddubs_epi16(_mm256_abs_epi8(signed), _mm256_sign_epi8(spread, signed))
                } else {
                    _mm256_maddubs_epi16(bytes[half], spread)
                };
            }
        }
        for four in 1..at_once(FIT) {
            more_pairs(&mut short, weights, quants, four);
        }
    }
    short
}

/// Adds those of the times four columns after `four` others.
///
/// # Safety
/// As for [`first_pairs`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn more_pairs<const T: usize>(short: &mut [[__m256i; 2]; T], weights: *const u8, quants: *const i32, four: usize) {
    // SAFETY: passed on.
    unsafe {
        let bytes = halves(weights, four);
        for (t, short) in short.iter_mut().enumerate() {
            let spread = _mm256_set1_epi32(quants.add(four * T + t).read_unaligned());
            for half in 0..2 {
                short[half] = _mm256_add_epi16(short[half], _mm256_maddubs_epi16(bytes[half], spread));
            }
        }
    }
}

/// Adds sums of sixteen bits to those of 32.
#[inline]
#[target_feature(enable = "avx2")]
fn widen<const T: usize>(products: &mut [[__m256i; 2]; T], short: &[[__m256i; 2]; T], ones: __m256i) {
    for (products, short) in products.iter_mut().zip(short) {
        for (product, &short) in products.iter_mut().zip(short) {
            *product = _mm256_add_epi32(*product, _mm256_madd_epi16(short, ones));
        }
    }
}

/// Four columns of a panel's sixteen rows, as two registers.
///
/// # Safety
/// The processor has AVX2; the columns can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn halves(weights: *const u8, four: usize) -> [__m256i; 2] {
    // SAFETY: as above.
    unsafe { [_mm256_loadu_si256(weights.add(64 * four).cast()), _mm256_loadu_si256(weights.add(64 * four + 32).cast())] }
}
