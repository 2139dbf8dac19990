//! Rows of quantised weights with a few rows of activations: what decoding waits for. Weights go from the file to a register, in the order
//! of [`super::super::arranged`].

use std::arch::aarch64::*;
use std::ops::Range;

use super::super::arranged::{Arranged, Dealing, SPAN};
use super::super::lanes::LANES;
use super::super::{BlockType, Level, Matrix};
use super::products::{Dotprod, Neon, Products};
use super::spans::{self, Span};

/// Calls `$body` with `$name` standing for the span of the type of `$block`; `None` for types that have none.
macro_rules! with_type {
    ($block:expr, $name:ident => $body:expr) => {{
        macro_rules! case {
            ($type:ident) => {{
                type $name = spans::$type;
                Some($body)
            }};
        }
        match $block {
            BlockType::Q4_0 => case!(Q4_0),
            BlockType::Q4_1 => case!(Q4_1),
            BlockType::Q5_0 => case!(Q5_0),
            BlockType::Q5_1 => case!(Q5_1),
            BlockType::Q8_0 => case!(Q8_0),
            BlockType::Q4K => case!(Q4K),
            BlockType::Q5K => case!(Q5K),
            BlockType::Q6K => case!(Q6K),
            BlockType::Iq4Nl => case!(Iq4Nl),
            BlockType::Iq4Xs => case!(Iq4Xs),
            _ => None,
        }
    }};
}

/// Rows `rows` of a matrix times each row of the activations, to `out[t * matrix rows + row]`. False for types that are not unpacked to
/// bytes, and for portable Rust.
///
/// # Safety
/// `out` can be written at all these places; `x` was arranged for `level` and the type.
pub(in super::super) unsafe fn gemv(level: Level, weight: &Matrix<'_>, rows: Range<usize>, x: &Arranged, out: *mut f32) -> bool {
    if level < Level::Neon {
        return false;
    }
    let row_bytes = weight.bytes.len() / weight.rows;
    assert!(rows.end <= weight.rows && row_bytes.is_multiple_of(weight.block.block_bytes()));
    assert!((row_bytes / weight.block.block_bytes() * weight.block.block_len()).div_ceil(SPAN) == x.spans);
    let places = x.spans * x.rows;
    assert!(x.quants.len() == places * SPAN && x.scales.len() == places * LANES);
    let minimums = !x.sums.is_empty();
    assert!(if minimums { x.sums.len() == places * LANES } else { x.debts.len() == x.scales.len() });
    let mut first = 0;
    while first < x.rows {
        let band = Band { weight, row_bytes, rows: rows.clone(), x, first, out: out.wrapping_add(first * weight.rows) };
        let known = with_type!(weight.block, S => {
            assert!(minimums == S::MINIMUMS);
            debug_assert!(Dealing::of(level, weight.block) == S::DEALING);
            // SAFETY: `Level` says what the processor has; the lengths are as asserted, and so is that sums or debts are as the type has them.
            unsafe { if level == Level::Neon { some_neon::<S>(&band) } else { some_dotprod::<S>(&band) } }
        });
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

/// # Safety
/// As for [`Band::some`], with Advanced SIMD.
#[target_feature(enable = "neon")]
unsafe fn some_neon<S: Span>(band: &Band<'_>) -> usize {
    // SAFETY: passed on.
    unsafe { band.some::<S, Neon>() }
}

/// # Safety
/// As for [`Band::some`], with `FEAT_DotProd`.
#[target_feature(enable = "neon,dotprod")]
unsafe fn some_dotprod<S: Span>(band: &Band<'_>) -> usize {
    // SAFETY: passed on.
    unsafe { band.some::<S, Dotprod>() }
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

/// A span that ends behind its row: its own place where all of it can be read, else a copy with zeros behind.
#[inline(always)]
fn readable(bytes: &[u8], start: usize, present: usize, whole: usize, room: &mut [u8; SPAN_ROOM]) -> *const u8 {
    if start + whole <= bytes.len() {
        return bytes[start..].as_ptr();
    }
    room[..present].copy_from_slice(&bytes[start..start + present]);
    room[present..].fill(0);
    room.as_ptr()
}

impl Band<'_> {
    /// As many of the rows of activations that are left as registers hold the lanes of, at most four; gives their number.
    ///
    /// # Safety
    /// The processor has what `P` asks for; lengths as [`gemv`] asserts; one row is left.
    #[inline(always)]
    unsafe fn some<S: Span, P: Products>(&self) -> usize {
        // SAFETY: passed on; so many rows are there.
        unsafe {
            match self.x.rows - self.first {
                4.. => self.multiply::<S, P, 4>(),
                3 => self.multiply::<S, P, 3>(),
                2 => self.multiply::<S, P, 2>(),
                _ => self.multiply::<S, P, 1>(),
            }
        }
    }

    /// # Safety
    /// As for [`Band::some`]; `T` rows of activations are there.
    #[inline(always)]
    unsafe fn multiply<S: Span, P: Products, const T: usize>(&self) -> usize {
        let span_bytes = SPAN / S::BLOCK_LENGTH * S::BLOCK_BYTES;
        let spans = self.row_bytes / span_bytes;
        let (bytes, x) = (self.weight.bytes, Places::of(self.x));
        let mut room = [0; SPAN_ROOM];
        for row in self.rows.clone() {
            // SAFETY: whole spans of the row are inside the matrix; what is behind them is read where `readable` says; the activations have
            // `spans` spans, and one more where something is behind.
            unsafe {
                let mut lanes = [[vdupq_n_f32(0.0); 4]; T];
                let start = row * self.row_bytes;
                let mut span = bytes.as_ptr().add(start);
                let mut place = self.first;
                for _ in 0..spans {
                    add_span::<S, P, T>(span, SPAN / S::BLOCK_LENGTH, x, place, &mut lanes);
                    span = span.add(span_bytes);
                    place += self.x.rows;
                }
                let present = self.row_bytes - spans * span_bytes;
                if present > 0 {
                    let span = readable(bytes, start + spans * span_bytes, present, span_bytes, &mut room);
                    add_span::<S, P, T>(span, present / S::BLOCK_BYTES, x, place, &mut lanes);
                }
                for (t, lanes) in lanes.into_iter().enumerate() {
                    *self.out.add(t * self.weight.rows + row) = S::total(lanes);
                }
            }
        }
        T
    }
}

/// One span with `T` rows of activations, whose places begin with `place`.
///
/// # Safety
/// As for [`Band::multiply`]; a whole span can be read, of which `blocks` count.
#[inline(always)]
unsafe fn add_span<S: Span, P: Products, const T: usize>(
    span: *const u8,
    blocks: usize,
    x: Places,
    place: usize,
    lanes: &mut [[float32x4_t; 4]; T],
) {
    // SAFETY: as above; the places `place..place + T` are there.
    unsafe {
        let scales = S::scales(span, blocks);
        add_half::<S, P, T>(span, 0, scales, x, place, lanes);
        add_half::<S, P, T>(span, 1, scales, x, place, lanes);
        if S::MINIMUMS {
            let minimums = S::minimums(span, blocks);
            for (t, lanes) in lanes.iter_mut().enumerate() {
                for (quarter, minimums) in minimums.into_iter().enumerate() {
                    let sums = vld1q_f32(x.sums.add(LANES * (place + t) + 4 * quarter));
                    lanes[quarter] = vfmsq_f32(lanes[quarter], minimums, sums);
                }
            }
        }
    }
}

/// Two quarters of the lanes.
///
/// # Safety
/// As for [`add_span`].
#[inline(always)]
unsafe fn add_half<S: Span, P: Products, const T: usize>(
    span: *const u8,
    half: usize,
    scales: [float32x4_t; 4],
    x: Places,
    place: usize,
    lanes: &mut [[float32x4_t; 4]; T],
) {
    // SAFETY: as above.
    unsafe {
        for (quarter, weights) in (2 * half..).zip(S::steps(span, half)) {
            for (t, lanes) in lanes.iter_mut().enumerate() {
                let quants = x.quants.add(SPAN * (place + t) + 16 * quarter);
                let quants: [int8x16_t; 4] = std::array::from_fn(|step| vld1q_s8(quants.add(4 * LANES * step)));
                let at = LANES * (place + t) + 4 * quarter;
                let start = if S::MINIMUMS || S::SIGNED { vdupq_n_s32(0) } else { vld1q_s32(x.debts.add(at)) };
                let products = vcvtq_f32_s32(P::four_steps(S::FIT, start, weights, quants));
                let scale = vmulq_f32(scales[quarter], vld1q_f32(x.scales.add(at)));
                lanes[quarter] = vfmaq_f32(lanes[quarter], products, scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::activations::Activations;
    use super::super::super::{Pool, available_threads};
    use super::*;

    fn arranged(level: Level, rows: usize, columns: usize, block: BlockType) -> Arranged {
        let pool = Pool::new(available_threads().min(2));
        let x: Vec<f32> = (0..rows * columns).map(|i| (i % 13) as f32 - 6.0).collect();
        Arranged::new(level, &pool, &Activations::quantize(&pool, &x, rows, columns), rows, block)
    }

    fn run(level: Level, block: BlockType, columns: usize, rows: Range<usize>, x: &Arranged, out: &mut [f32]) -> bool {
        let bytes = vec![0u8; 4 * block.row_bytes(columns).unwrap()];
        let weight = Matrix { block, rows: 4, columns, bytes: &bytes };
        assert!(out.len() >= 4 * x.rows);
        // SAFETY: there is room for four outputs of each row of the activations.
        unsafe { gemv(level, &weight, rows, x, out.as_mut_ptr()) }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_what_is_not_asked_for_is_left_alone() {
        let fails = |block, columns, rows, x: &Arranged| {
            std::panic::catch_unwind(|| run(Level::Neon, block, columns, rows, x, &mut [0.0; 12])).is_err()
        };
        let x = arranged(Level::Neon, 3, 512, BlockType::Q4K);
        assert!(!fails(BlockType::Q4K, 512, 0..4, &x));
        assert!(fails(BlockType::Q4K, 512, 0..5, &x), "a row behind the matrix");
        assert!(fails(BlockType::Q4K, 768, 0..4, &x), "activations of fewer spans");
        assert!(fails(BlockType::Q6K, 512, 0..4, &x), "sums in place of debts");
        let mut out = [7.0; 12];
        assert!(!run(Level::Scalar, BlockType::Q4K, 512, 0..4, &x, &mut out), "portable Rust has no kernel here");
        assert!(!run(Level::Neon, BlockType::Q2K, 512, 0..4, &x, &mut out), "nor has a type that is not unpacked to bytes");
        assert_eq!(out, [7.0; 12]);
        assert!(run(Level::Neon, BlockType::Q4K, 512, 1..3, &x, &mut out));
        assert_eq!(out, [7.0, 0.0, 0.0, 7.0, 7.0, 0.0, 0.0, 7.0, 7.0, 0.0, 0.0, 7.0]);
        assert!(run(Level::Neon, BlockType::Q4K, 512, 2..2, &x, &mut out));
    }
}
