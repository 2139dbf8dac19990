//! Activations in the order in which decoding meets the weights of a type.
//!
//! A [`SPAN`] of 256 columns is taken as sixteen lanes, each the exact sum of four times four products. Columns are dealt to lanes so that
//! all sixteen columns of a lane share their scale, and so that the bytes of the file come to their lanes with few shuffles. Then one
//! conversion and one multiplication by the scales serve 256 columns, which is what a second row of activations costs most.

use std::ops::Range;

use super::activations::Activations;
use super::lanes::LANES;
use super::memory::Aligned;
use super::unpack::{self, GROUP};
use super::{BlockType, Level, Pool};

/// Columns that are taken together; every K type's block.
pub const SPAN: usize = 256;

/// Times that a lane takes four columns of a span.
pub const STEPS: usize = SPAN / (4 * LANES);

/// Values that share a scale of activations.
const SHARED: usize = 32;

/// How the columns of a span are dealt. A lane's columns depend on the type alone; in which place a lane stands is the kernels' choice, and
/// changes no bit of the result.
#[derive(Debug, PartialEq, Eq)]
pub struct Dealing {
    /// Which lane stands at each place.
    pub lanes: [u8; LANES],
    /// Which column of a span stands where: `columns[64 * step + 4 * place + byte]`.
    pub columns: [u8; SPAN],
}

const IN_ORDER: [u8; LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Types whose scales serve 32 columns or more: two lanes a group of 32; every step has eight neighbours of each group.
pub static BY_HALVES: Dealing = dealing(false, IN_ORDER);
/// The same with the lanes of the even groups first: Q4_K and Q5_K have an even and an odd group in the two nibbles of a byte.
pub static EVEN_AND_ODD: Dealing = dealing(false, [0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15]);
/// The same with the lanes of an even group beside those of the next even one, then those of the odd groups between: 64 bytes of Q4_K and
/// Q5_K are four groups, two in the low nibbles and two in the high ones.
pub static BY_PAIRS: Dealing = dealing(false, [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
/// Q6_K, whose scales serve sixteen columns: a lane a group of sixteen; lanes `4 i + 0..4` have groups `i, i + 8, i + 4, i + 12`, and every
/// step four neighbours of each.
pub static BY_FOURS: Dealing = dealing(true, IN_ORDER);
/// The same with the lanes of low nibbles first: groups 0 to 3 and 8 to 11 of Q6_K.
pub static QUARTERS: Dealing = dealing(true, [0, 8, 1, 9, 4, 12, 5, 13, 2, 10, 3, 11, 6, 14, 7, 15]);

const fn dealing(by_fours: bool, lanes: [u8; LANES]) -> Dealing {
    let mut columns = [0; SPAN];
    let mut at = 0;
    while at < SPAN {
        let (step, lane, byte) = (at / 64, lanes[at % 64 / 4] as usize, at % 4);
        let (quarter, four) = (lane / 4, lane % 4);
        columns[at] = match by_fours {
            false => 32 * (2 * quarter + four / 2) + 8 * step + 4 * (four % 2) + byte,
            true => 16 * (quarter + 4 * (four / 2) + 8 * (four % 2)) + 4 * step + byte,
        } as u8;
        at += 1;
    }
    Dealing { lanes, columns }
}

impl Dealing {
    /// The one that the kernels of `level` want for weights of `block`.
    pub fn of(level: Level, block: BlockType) -> &'static Self {
        match (level, block) {
            (Level::Avx2, BlockType::Q6K) => &QUARTERS,
            (Level::Avx2, BlockType::Q4K | BlockType::Q5K) => &EVEN_AND_ODD,
            (Level::Neon | Level::Dotprod | Level::I8mm, BlockType::Q4K | BlockType::Q5K) => &BY_PAIRS,
            (_, BlockType::Q6K) => &BY_FOURS,
            _ => &BY_HALVES,
        }
    }

    /// The group of sixteen columns that the lane at `place` belongs to; the first of two where they share scales.
    pub fn group(&self, place: usize) -> usize {
        usize::from(self.columns[4 * place]) / GROUP
    }
}

/// Whether weights of `block` have minimums of their own; the others have an offset that all of a type share.
pub fn has_minimums(block: BlockType) -> bool {
    unpack::offset(block) == Some(0)
}

/// Rows of activations for weights of one type, span by span, so that kernels read them from one place to the next.
#[derive(Debug, Default)]
pub struct Arranged {
    /// Rows of activations.
    pub rows: usize,
    /// Spans a row; what is behind a row's end is zero.
    pub spans: usize,
    /// `[spans, rows, SPAN]`, in the order of [`Dealing::columns`].
    pub quants: Aligned<i8>,
    /// The scale of each lane: `[spans, rows, LANES]`.
    pub scales: Aligned<f32>,
    /// What each lane's sum begins with, `-offset * its activations`: `[spans, rows, LANES]`; empty for types with minimums.
    pub debts: Aligned<i32>,
    /// Scale times the sum of each group of 32, where lanes 0 to 7 stand, else zero: `[spans, rows, LANES]`; empty for types without minimums.
    pub sums: Aligned<f32>,
}

impl Arranged {
    /// Arranges `rows` rows for weights of `block` and the kernels of `level`.
    pub fn new(level: Level, pool: &Pool, activations: &Activations, rows: usize, block: BlockType) -> Self {
        let stride = activations.quants.len() / rows.max(1);
        let spans = stride.div_ceil(SPAN);
        let dealing = Dealing::of(level, block);
        let offset = i32::from(unpack::offset(block).unwrap_or(0));
        let mut this = Self {
            rows,
            spans,
            quants: Aligned::zeros(rows * spans * SPAN),
            scales: Aligned::zeros(rows * spans * LANES),
            debts: Aligned::zeros(if has_minimums(block) { 0 } else { rows * spans * LANES }),
            sums: Aligned::zeros(if has_minimums(block) { rows * spans * LANES } else { 0 }),
        };
        let (mut quants, mut scales) = (&mut *this.quants, &mut *this.scales);
        let (mut debts, mut sums) = (&mut *this.debts, &mut *this.sums);
        let parts = (0..rows * spans).step_by(PLACES).map(|first| {
            let places = first..(first + PLACES).min(rows * spans);
            Places {
                quants: quants.split_off_mut(..places.len() * SPAN).unwrap_or_default(),
                scales: scales.split_off_mut(..places.len() * LANES).unwrap_or_default(),
                debts: debts.split_off_mut(..places.len() * LANES).unwrap_or_default(),
                sums: sums.split_off_mut(..places.len() * LANES).unwrap_or_default(),
                places,
            }
        });
        pool.for_each(parts, |part| {
            for (at, place) in part.places.clone().enumerate() {
                let (span, row) = (place / rows, place % rows);
                let scales = &activations.scales[row * activations.groups..(row + 1) * activations.groups];
                let sums = &activations.sums[row * activations.groups..(row + 1) * activations.groups];
                let own = &activations.quants[row * stride..(row + 1) * stride];
                let natural = &own[span * SPAN..stride.min((span + 1) * SPAN)];
                let mut padded = [0i8; SPAN];
                padded[..natural.len()].copy_from_slice(natural);
                let arranged = &mut part.quants[at * SPAN..(at + 1) * SPAN];
                for (to, from) in arranged.as_chunks_mut::<4>().0.iter_mut().zip(dealing.columns.as_chunks::<4>().0) {
                    // Four neighbours stay neighbours.
                    to.copy_from_slice(&padded[usize::from(from[0])..usize::from(from[0]) + 4]);
                }
                let groups = &scales[span * (SPAN / GROUP)..];
                for (place, scale) in part.scales[at * LANES..(at + 1) * LANES].iter_mut().enumerate() {
                    *scale = groups[dealing.group(place)];
                }
                if let Some(debts) = part.debts.get_mut(at * LANES..(at + 1) * LANES) {
                    for (lane, debt) in debts.iter_mut().enumerate() {
                        let of = |start: usize| arranged[start..start + 4].iter().map(|&q| i32::from(q)).sum::<i32>();
                        *debt = -offset * (0..STEPS).map(|step| of(4 * LANES * step + 4 * lane)).sum::<i32>();
                    }
                }
                if let Some(own) = part.sums.get_mut(at * LANES..(at + 1) * LANES) {
                    let pairs = sums[span * (SPAN / GROUP)..].as_chunks::<{ SHARED / GROUP }>().0;
                    for (own, &lane) in own.iter_mut().zip(&dealing.lanes) {
                        *own = pairs.get(usize::from(lane)).filter(|_| usize::from(lane) < SPAN / SHARED).map_or(0.0, |[a, b]| a + b);
                    }
                }
            }
        });
        this
    }
}

/// Places that one thread takes at a time.
const PLACES: usize = 8;

/// Some places of [`Arranged`], in its order; of `debts` and `sums` one is empty.
struct Places<'a> {
    places: Range<usize>,
    quants: &'a mut [i8],
    scales: &'a mut [f32],
    debts: &'a mut [i32],
    sums: &'a mut [f32],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_one_place_beside_its_neighbours_and_lanes_share_scales() {
        for (dealing, shared) in [(&BY_HALVES, 32), (&EVEN_AND_ODD, 32), (&BY_PAIRS, 32), (&BY_FOURS, 16), (&QUARTERS, 16)] {
            let order = &dealing.columns;
            for (mut seen, count) in [(order.to_vec(), SPAN), (dealing.lanes.to_vec(), LANES)] {
                seen.sort_unstable();
                assert!(seen.len() == count && seen.iter().enumerate().all(|(i, &place)| usize::from(place) == i));
            }
            assert!(order.as_chunks::<4>().0.iter().all(|four| four[0] % 4 == 0 && four[3] == four[0] + 3));
            for place in 0..LANES {
                let group = |step: usize| order[4 * LANES * step + 4 * place] / shared;
                assert!((0..STEPS).all(|step| group(step) == group(0)));
            }
        }
    }
}
