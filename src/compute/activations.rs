//! Rows of activations as int8, one scale for every 32 values.

/// Values that share a scale. With twice as many, an outlier takes the precision of twice as many neighbours; ggml has 32 too.
pub(super) const SHARED: usize = 32;

/// Activations quantised once, for every matrix that reads them.
#[derive(Debug, Clone, Default)]
pub struct Activations {
    /// `[rows, steps * STEP]`, zero behind a row's end. Never -128, which the AVX2 kernels could not take.
    pub quants: Vec<i8>,
    /// The scale of each group: `[rows, groups]`, zero behind a row's end, groups padded to whole lanes.
    pub scales: Vec<f32>,
    /// `scale * sum of the group's quants`: `[rows, groups]`, groups padded to whole lanes.
    pub sums: Vec<f32>,
    /// Steps a row.
    pub steps: usize,
    /// Groups a row.
    pub groups: usize,
}

/// The scale of values whose largest magnitude is `largest`; NaN where that is not finite.
pub(super) fn scale_of(largest: f32) -> f32 {
    if largest.is_finite() { largest / 127.0 } else { f32::NAN }
}

/// What such values are multiplied by; 0 where they are all quantised to 0.
pub(super) fn inverse_of(largest: f32) -> f32 {
    let inverse = if largest > 0.0 && largest.is_finite() { 127.0 / largest } else { 0.0 };
    if inverse.is_finite() { inverse } else { 0.0 }
}
