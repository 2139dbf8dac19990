//! Half a panel and a tile of a few rows of activations: sums, products and what is loaded fit into 32 registers together.

use std::arch::aarch64::*;

use super::super::panel::{Outputs, Panel, PanelActivations, ROWS};

/// Rows of half a panel, as two registers.
pub(super) const HALF: usize = ROWS / 2;

/// Half a panel and a tile of activations.
#[derive(Clone, Copy)]
pub(super) struct Tile<'a> {
    pub(super) panel: &'a Panel,
    pub(super) x: &'a PanelActivations,
    /// The first of the tile's rows.
    pub(super) first: usize,
    /// Which half: 0 or 1.
    pub(super) half: usize,
    /// Where the panel's outputs begin.
    pub(super) out: Outputs,
}

impl Tile<'_> {
    /// Whether bytes are signed ones, which owe nothing for an offset.
    #[inline(always)]
    pub(super) fn is_signed(&self) -> bool {
        self.panel.largest > 127
    }

    /// What the sum of row `t` begins with in the group whose activations' numbers begin at `at`.
    ///
    /// # Safety
    /// The group and the row are there.
    #[inline(always)]
    pub(super) unsafe fn debt(&self, at: usize, t: usize) -> i32 {
        if self.panel.has_minimums || self.is_signed() {
            return 0;
        }
        // SAFETY: as above.
        unsafe { *self.x.debts.as_ptr().add(at + t) }
    }

    /// What the sums of all `T` rows begin with.
    ///
    /// # Safety
    /// As for [`Tile::debt`]; the tile has `T` rows.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn debts<const T: usize>(&self, at: usize) -> [[int32x4_t; 2]; T] {
        // SAFETY: as above.
        std::array::from_fn(|t| [vdupq_n_s32(unsafe { self.debt(at, t) }); 2])
    }

    /// Adds a group's sums of products to the outputs.
    ///
    /// # Safety
    /// Lengths as `panel::multiply` asserts; the tile has `T` rows.
    #[inline(always)]
    pub(super) unsafe fn add<const T: usize>(&self, group: usize, sums: [[int32x4_t; 2]; T], out: &mut [[float32x4_t; 2]; T]) {
        let at = self.first * self.x.groups + group * T;
        let place = group * ROWS + HALF * self.half;
        // SAFETY: all places are inside the slices.
        unsafe {
            let two = |numbers: &[f32]| [vld1q_f32(numbers.as_ptr().add(place)), vld1q_f32(numbers.as_ptr().add(place + 4))];
            let scales = two(&self.panel.scales);
            for (t, (out, sums)) in out.iter_mut().zip(sums).enumerate() {
                let x_scale = *self.x.scales.as_ptr().add(at + t);
                for quarter in 0..2 {
                    out[quarter] = vfmaq_f32(out[quarter], vcvtq_f32_s32(sums[quarter]), vmulq_n_f32(scales[quarter], x_scale));
                }
            }
            if self.panel.has_minimums {
                let minimums = two(&self.panel.minimums);
                for (t, out) in out.iter_mut().enumerate() {
                    let sum = vld1q_dup_f32(self.x.sums.as_ptr().add(at + t));
                    for quarter in 0..2 {
                        out[quarter] = vfmsq_f32(out[quarter], minimums[quarter], sum);
                    }
                }
            }
        }
    }

    /// Writes what counts of the outputs.
    ///
    /// # Safety
    /// The outputs can be written at all their places; the tile has `T` rows.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn put<const T: usize>(&self, out: [[float32x4_t; 2]; T]) {
        for (t, [near, far]) in out.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe {
                let place = self.out.start.add((self.first + t) * self.out.stride);
                if self.out.count == HALF {
                    vst1q_f32(place, near);
                    vst1q_f32(place.add(4), far);
                } else {
                    let mut values = [0f32; HALF];
                    vst1q_f32(values.as_mut_ptr(), near);
                    vst1q_f32(values.as_mut_ptr().add(4), far);
                    std::ptr::copy_nonoverlapping(values.as_ptr(), place, self.out.count);
                }
            }
        }
    }
}
