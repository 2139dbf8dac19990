//! Rows of quantised weights with a few rows of activations: what decoding waits for. Weights go from the file to a register, in the order
//! of [`super::super::arranged`].

use std::arch::x86_64::*;
use std::ops::Range;

use super::super::arranged::{Arranged, Dealing, SPAN, STEPS};
use super::super::lanes::LANES;
use super::super::{BlockType, Level, Matrix};
use super::halves::Half;
use super::spans::{Span, steps as span_steps};
use super::{AHEAD, prefetch, tree_pair, with_type};

/// Bytes of quants that stay in the first-level cache, with their scales and the weights that pass by.
const FIRST_LEVEL: usize = 16 << 10;

/// Rows `rows` of a matrix times each row of the activations, to `out[t * matrix rows + row]`. False for types that are not unpacked to
/// bytes, and for portable Rust.
///
/// # Safety
/// `out` can be written at all these places; `x` was arranged for `level` and the type.
pub(in super::super) unsafe fn gemv(level: Level, weight: &Matrix<'_>, rows: Range<usize>, x: &Arranged, out: *mut f32) -> bool {
    let row_bytes = weight.bytes.len() / weight.rows;
    assert!(rows.end <= weight.rows && row_bytes.is_multiple_of(weight.block.block_bytes()));
    assert!((row_bytes / weight.block.block_bytes() * weight.block.block_len()).div_ceil(SPAN) == x.spans);
    let places = x.spans * x.rows;
    assert!(x.quants.len() == places * SPAN && x.scales.len() == places * LANES);
    debug_assert!(
        with_type!(halves, weight.block, H => level != Level::Avx2 || Dealing::of(level, weight.block) == H::DEALING).unwrap_or(true)
    );
    let minimums = !x.sums.is_empty();
    assert!(if minimums { x.sums.len() == places * LANES } else { x.debts.len() == x.scales.len() });
    let mut first = 0;
    while first < x.rows {
        // SAFETY: `Level` says what the processor has; the lengths are as asserted, and so is that sums or debts are as the type has them.
        let known = unsafe {
            let band = Band { weight, row_bytes, rows: rows.clone(), x, first, out: out.add(first * weight.rows) };
            match level {
                Level::Avx512 => with_type!(spans, weight.block, S => { assert!(minimums == S::MINIMUMS); band.some_avx512::<S>() }),
                Level::Avx2 => with_type!(halves, weight.block, H => { assert!(minimums == (H::MINIMUMS > 0)); band.some_avx2::<H>() }),
                _ => None,
            }
        };
        let Some(count) = known else { return false };
        first += count;
    }
    true
}

/// Rows of weights, and the row of activations that a kernel begins with; it gives how many it took.
struct Band<'a> {
    weight: &'a Matrix<'a>,
    row_bytes: usize,
    rows: Range<usize>,
    x: &'a Arranged,
    first: usize,
    /// Of the first row of activations.
    out: *mut f32,
}

/// Where the activations lie, so that no span looks for them again.
#[derive(Clone, Copy)]
struct Places {
    quants: *const i8,
    scales: *const f32,
    debts: *const i32,
    sums: *const f32,
}

impl Places {
    fn of(x: &Arranged) -> Self {
        Self { quants: x.quants.as_ptr(), scales: x.scales.as_ptr(), debts: x.debts.as_ptr(), sums: x.sums.as_ptr() }
    }
}

/// Room for the largest span: 256 weights of Q8_0.
const SPAN_ROOM: usize = 8 * 34;

/// A span that may end behind the matrix: its own place where all of it can be read, else a copy with zeros behind.
///
/// # Safety
/// `start + present` is inside `bytes`; `present <= whole <= SPAN_ROOM`.
#[inline(always)]
unsafe fn readable(bytes: &[u8], start: usize, present: usize, whole: usize, room: &mut [u8; SPAN_ROOM]) -> *const u8 {
    if start + whole <= bytes.len() {
        return bytes[start..].as_ptr();
    }
    room[..present].copy_from_slice(&bytes[start..start + present]);
    room[present..].fill(0);
    room.as_ptr()
}

impl Band<'_> {
    /// As many of the rows of activations that are left as a kernel takes; gives their number.
    ///
    /// # Safety
    /// As for [`Band::avx512`]; one row is left.
    unsafe fn some_avx512<S: Span>(&self) -> usize {
        // SAFETY: passed on; so many rows are there.
        unsafe {
            match self.x.rows - self.first {
                8.. => self.avx512::<S, 8>(),
                4..8 => self.avx512::<S, 4>(),
                2..4 => self.avx512::<S, 2>(),
                _ => self.avx512::<S, 1>(),
            }
        }
    }

    /// The same by AVX2, where unpacking the weights once more for the rows that are left would cost as much as two of these.
    ///
    /// # Safety
    /// As for [`Band::avx2`]; one row is left.
    unsafe fn some_avx2<H: Half>(&self) -> usize {
        // SAFETY: passed on; so many rows are there.
        unsafe {
            match self.x.rows - self.first {
                8.. => self.avx2_eight::<H>(),
                7 => self.avx2::<H, 7>(self.rows.clone()),
                6 => self.avx2::<H, 6>(self.rows.clone()),
                5 => self.avx2::<H, 5>(self.rows.clone()),
                4 => self.avx2::<H, 4>(self.rows.clone()),
                3 => self.avx2::<H, 3>(self.rows.clone()),
                2 => self.avx2::<H, 2>(self.rows.clone()),
                _ => self.avx2::<H, 1>(self.rows.clone()),
            }
        }
    }

    /// Eight rows of activations, which rows of weights would fetch from the second-level cache one after the other where they are long: there
    /// each span of the activations is read for four rows of weights (13% faster for Q4_K, 9% for Q6_K; fewer rows gain nothing).
    ///
    /// # Safety
    /// As for [`Band::avx2`].
    unsafe fn avx2_eight<H: Half>(&self) -> usize {
        let Range { start, end } = self.rows;
        let long = 8 * self.x.spans * SPAN > FIRST_LEVEL;
        let fours = if long { start + (end - start) / 4 * 4 } else { start };
        // SAFETY: passed on.
        unsafe {
            self.avx2_by_four::<H>(start..fours);
            self.avx2::<H, 8>(fours..end)
        }
    }

    /// # Safety
    /// The processor has AVX-512 F, BW, VL and VNNI, AVX2, FMA and F16C; lengths as [`gemv`] asserts; `T` rows of activations are there.
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn avx512<S: Span, const T: usize>(&self) -> usize {
        let span_bytes = SPAN / S::BLOCK_LENGTH * S::BLOCK_BYTES;
        let spans = self.row_bytes / span_bytes;
        let (bytes, x) = (self.weight.bytes, Places::of(self.x));
        let step = self.x.rows;
        let mut room = [0; SPAN_ROOM];
        for row in self.rows.clone() {
            let mut lanes = [_mm512_setzero_ps(); T];
            // SAFETY: whole spans of the row are inside the matrix; what is behind them is read where `readable` says; the activations have
            // `spans` spans, and one more where something is behind.
            unsafe {
                let start = row * self.row_bytes;
                let mut span = bytes.as_ptr().add(start);
                for number in 0..spans {
                    prefetch(span, span_bytes, AHEAD);
                    span_avx512::<S, T>(span, 8, x, number * step + self.first, &mut lanes);
                    span = span.add(span_bytes);
                }
                let present = self.row_bytes - spans * span_bytes;
                if present > 0 {
                    let span = readable(bytes, start + spans * span_bytes, present, span_bytes, &mut room);
                    span_avx512::<S, T>(span, present / S::BLOCK_BYTES, x, spans * step + self.first, &mut lanes);
                }
                totals(&lanes, self.out.add(row), self.weight.rows);
            }
        }
        T
    }

    /// # Safety
    /// The processor has AVX2, FMA and F16C; lengths as [`gemv`] asserts; `T` rows of activations are there; `rows` are
    /// some of the band's.
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn avx2<H: Half, const T: usize>(&self, rows: Range<usize>) -> usize {
        let span_bytes = SPAN / H::BLOCK_LENGTH * H::BLOCK_BYTES;
        let (bytes, x) = (self.weight.bytes, Places::of(self.x));
        let (first, step) = (self.first, self.x.rows);
        let spans = self.row_bytes / span_bytes;
        let mut room = [0; SPAN_ROOM];
        for row in rows {
            let mut lanes = [[_mm256_setzero_ps(); T]; 2];
            // SAFETY: as in `avx512`.
            unsafe {
                let start = row * self.row_bytes;
                let mut span = bytes.as_ptr().add(start);
                let mut place = first;
                for _ in 0..spans {
                    prefetch(span, span_bytes, AHEAD);
                    span_avx2::<H, T>(span, SPAN / H::BLOCK_LENGTH, x, place, &mut lanes);
                    span = span.add(span_bytes);
                    place += step;
                }
                let present = self.row_bytes - spans * span_bytes;
                if present > 0 {
                    let span = readable(bytes, start + spans * span_bytes, present, span_bytes, &mut room);
                    span_avx2::<H, T>(span, present / H::BLOCK_BYTES, x, place, &mut lanes);
                }
                let [first, second] = lanes;
                for (t, (first, second)) in first.into_iter().zip(second).enumerate() {
                    let [low, high] = H::in_order([first, second]);
                    *self.out.add(t * self.weight.rows + row) = tree_pair(low, high);
                }
            }
        }
        T
    }

    /// Four rows of weights at a time, eight rows of activations.
    ///
    /// # Safety
    /// As for [`Band::avx2`]; `rows` are a multiple of four.
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn avx2_by_four<H: Half>(&self, rows: Range<usize>) {
        let span_bytes = SPAN / H::BLOCK_LENGTH * H::BLOCK_BYTES;
        let (bytes, x) = (self.weight.bytes, Places::of(self.x));
        let spans = self.row_bytes / span_bytes;
        let present = self.row_bytes - spans * span_bytes;
        let mut room = [0; SPAN_ROOM];
        for row in rows.step_by(4) {
            let mut lanes = [[[_mm256_setzero_ps(); 8]; 2]; 4];
            // SAFETY: as in `avx512`.
            unsafe {
                for number in 0..spans + usize::from(present > 0) {
                    let place = self.first + number * self.x.rows;
                    let blocks = if number < spans { SPAN / H::BLOCK_LENGTH } else { present / H::BLOCK_BYTES };
                    for (r, lanes) in lanes.iter_mut().enumerate() {
                        let start = (row + r) * self.row_bytes + number * span_bytes;
                        let span = readable(bytes, start, blocks * H::BLOCK_BYTES, span_bytes, &mut room);
                        prefetch(span, span_bytes, AHEAD / 4);
                        span_avx2::<H, 8>(span, blocks, x, place, lanes);
                    }
                }
                for (r, [first, second]) in lanes.into_iter().enumerate() {
                    for (t, (first, second)) in first.into_iter().zip(second).enumerate() {
                        let [low, high] = H::in_order([first, second]);
                        *self.out.add(t * self.weight.rows + row + r) = tree_pair(low, high);
                    }
                }
            }
        }
    }
}

/// One span with `T` rows of activations, whose places begin with `place`.
///
/// # Safety
/// As for [`Band::avx512`]; a whole span can be read, of which `blocks` count.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn span_avx512<S: Span, const T: usize>(span: *const u8, blocks: usize, x: Places, place: usize, lanes: &mut [__m512; T]) {
    // SAFETY: as above; the places `place..place + T` are there.
    unsafe {
        let (quants, x_scales) = (x.quants.add(SPAN * place), x.scales.add(LANES * place));
        let debts = x.debts.wrapping_add(LANES * place);
        let weights = span_steps::<S>(span);
        let scales = S::scales(span, blocks);
        for (t, lanes) in lanes.iter_mut().enumerate() {
            let at = LANES * t;
            let mut products = if S::MINIMUMS { _mm512_setzero_si512() } else { _mm512_loadu_si512(debts.add(at).cast()) };
            for (step, weights) in weights.into_iter().enumerate() {
                products = _mm512_dpbusd_epi32(products, weights, _mm512_loadu_si512(quants.add(SPAN * t + 4 * LANES * step).cast()));
            }
            let scale = _mm512_mul_ps(scales, _mm512_loadu_ps(x_scales.add(at)));
            *lanes = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), scale, *lanes);
        }
        if S::MINIMUMS {
            let minimums = _mm512_zextps256_ps512(S::minimums(span, blocks));
            let sums = x.sums.add(LANES * place);
            for (t, lanes) in lanes.iter_mut().enumerate() {
                *lanes = _mm512_fnmadd_ps(minimums, _mm512_loadu_ps(sums.add(LANES * t)), *lanes);
            }
        }
    }
}

/// Adds each row's lanes, to `out[t * stride]`.
///
/// # Safety
/// The processor has AVX-512 F, AVX2 and FMA; `out` can be written at these places.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f")]
unsafe fn totals<const T: usize>(lanes: &[__m512; T], out: *mut f32, stride: usize) {
    // SAFETY: as above.
    unsafe {
        if T == 8 {
            // The trees of eight rows at once: each round halves the lanes and doubles the rows of a register.
            let round = |a: __m512, b: __m512| _mm512_add_ps(_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xee>(a, b));
            let eights: [__m512; 4] = std::array::from_fn(|i| round(lanes[2 * i], lanes[2 * i + 1]));
            // [a 0..4, a 4..8, b 0..4, b 4..8] each
            let fours: [__m512; 2] = std::array::from_fn(|i| {
                let (a, b) = (eights[2 * i], eights[2 * i + 1]);
                _mm512_add_ps(_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b))
            });
            // Four lanes of one row in each quarter.
            let twos = _mm512_add_ps(_mm512_shuffle_ps::<0x44>(fours[0], fours[1]), _mm512_shuffle_ps::<0xee>(fours[0], fours[1]));
            let ones = _mm512_add_ps(twos, _mm512_permute_ps::<0b10_11_00_01>(twos));
            let mut all = [0f32; 16];
            _mm512_storeu_ps(all.as_mut_ptr(), ones);
            for quarter in 0..4 {
                *out.add(quarter * stride) = all[4 * quarter];
                *out.add((quarter + 4) * stride) = all[4 * quarter + 2];
            }
        } else {
            for (t, &v) in lanes.iter().enumerate() {
                let high = _mm256_castsi256_ps(_mm512_extracti64x4_epi64::<1>(_mm512_castps_si512(v)));
                *out.add(t * stride) = tree_pair(_mm512_castps512_ps256(v), high);
            }
        }
    }
}

/// One span with `T` rows of activations, whose places begin with `place`.
///
/// # Safety
/// As for [`Band::avx2`]; a whole span can be read, of which `blocks` count.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn span_avx2<H: Half, const T: usize>(span: *const u8, blocks: usize, x: Places, place: usize, lanes: &mut [[__m256; T]; 2]) {
    // SAFETY: as above; the places `place..place + T` are there.
    unsafe {
        let (scales, minimums) = H::scales(span, blocks);
        let weights = H::steps(span);
        for (half, lanes) in lanes.iter_mut().enumerate() {
            for (t, lanes) in lanes.iter_mut().enumerate() {
                let at = LANES * (place + t) + 8 * half;
                let quants = x.quants.add(SPAN * (place + t) + 32 * half);
                let quants: [__m256i; STEPS] = std::array::from_fn(|step| _mm256_loadu_si256(quants.add(4 * LANES * step).cast()));
                let products = products::<H>(weights[half], quants);
                let products = match H::MINIMUMS > 0 || H::FIT == 0 {
                    true => products,
                    false => _mm256_add_epi32(products, _mm256_loadu_si256(x.debts.add(at).cast())),
                };
                let scale = _mm256_mul_ps(scales[half], _mm256_loadu_ps(x.scales.add(at)));
                *lanes = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, *lanes);
                if half < H::MINIMUMS {
                    *lanes = _mm256_fnmadd_ps(minimums[half], _mm256_loadu_ps(x.sums.add(at)), *lanes);
                }
            }
        }
    }
}

/// The sum of all steps' products.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn products<H: Half>(weights: [__m256i; STEPS], quants: [__m256i; STEPS]) -> __m256i {
    let ones = _mm256_set1_epi16(1);
    let short = |step: usize| _mm256_maddubs_epi16(weights[step], quants[step]);
    let pair = |step: usize| _mm256_add_epi16(short(step), short(step + 1));
    match H::FIT {
        0 => {
            let wide = |step: usize| {
                let (weights, quants) = (weights[step], quants[step]);
                _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(quants, weights)), ones)
            };
            _mm256_add_epi32(_mm256_add_epi32(wide(0), wide(1)), _mm256_add_epi32(wide(2), wide(3)))
        }
        2 => _mm256_add_epi32(_mm256_madd_epi16(pair(0), ones), _mm256_madd_epi16(pair(2), ones)),
        _ => _mm256_madd_epi16(_mm256_add_epi16(pair(0), pair(2)), ones),
    }
}
