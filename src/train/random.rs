//! Random numbers by counter: any of them can be had again without those before it, so that a run that goes on draws what it would have
//! drawn, and a layer that is computed again drops what it dropped.

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) over a key and a counter.
pub fn hash(key: u64, counter: u64) -> u64 {
    let mut z = key.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A key made of several numbers.
pub fn key(parts: &[u64]) -> u64 {
    parts.iter().fold(0x5371_6c4c_616d_6121, |key, &part| hash(key, part))
}

/// A number in `[0, 1)`, with 24 bits.
pub fn unit(key: u64, counter: u64) -> f32 {
    (hash(key, counter) >> 40) as f32 / (1u64 << 24) as f32
}

/// The numbers below `count` in random order (Fisher and Yates).
pub fn permutation(key: u64, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        // The bias of a remainder is below 2^-32 for any count that fits memory.
        let other = (hash(key, last as u64) % (last as u64 + 1)) as usize;
        order.swap(last, other);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_is_one_and_depends_on_its_key() {
        let mut order = permutation(1, 100);
        assert_ne!(order, permutation(2, 100));
        assert_eq!(order, permutation(1, 100));
        order.sort_unstable();
        assert!(order.iter().copied().eq(0..100));
    }

    #[test]
    fn units_are_even() {
        let mean = (0..10_000).map(|i| f64::from(unit(7, i))).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
