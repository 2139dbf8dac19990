//! Random numbers (SplitMix64, Steele, Lea and Flood 2014): the same seed gives the same numbers on every machine, in every version.
//!
//! [`Random`] goes on from number to number. [`hash`] and those built on it go by counter: any number can be had again without those before
//! it, so that a training run that goes on draws what it would have drawn, and a layer that is computed again drops what it dropped.

/// From one state to the next.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A generator's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let next = hash(self.0, 0);
        self.0 = self.0.wrapping_add(STEP);
        next
    }

    /// A number from 0 to below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Puts `items` in a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// SplitMix64's finaliser over a key and a counter.
pub fn hash(key: u64, counter: u64) -> u64 {
    let mut z = key.wrapping_add(counter.wrapping_add(1).wrapping_mul(STEP));
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
    fn the_sequence_never_changes() {
        // The reference implementation's first numbers for seed 1234567 (https://prng.di.unimi.it/splitmix64.c).
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next_u64(), random.next_u64()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_stay_in_bounds_and_reach_all() {
        let mut random = Random::new(1);
        let mut seen = [0; 7];
        (0..700).for_each(|_| seen[random.below(7)] += 1);
        assert!(seen.iter().all(|count| *count > 60), "{seen:?}");
        assert_eq!((random.below(0), random.pick::<u8>(&[])), (0, None));
        let mut order: Vec<usize> = (0..50).collect();
        random.shuffle(&mut order);
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }

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
