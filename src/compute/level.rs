//! Which instructions the processor has.

use std::sync::OnceLock;

/// A set of kernels. Of one processor's, higher levels are faster and give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Portable Rust.
    Scalar,
    /// AVX2, FMA and F16C.
    Avx2,
    /// AVX-512 F, BW, VL and VNNI.
    Avx512,
    /// Advanced SIMD, which every AArch64 processor with floating point has.
    Neon,
    /// The same with `FEAT_DotProd`: sums of four products of bytes.
    Dotprod,
    /// The same with `FEAT_I8MM`: products of two rows of eight bytes with two others.
    I8mm,
}

impl Level {
    /// Every level with the name that `SQLLAMA_CPU` has for it.
    const NAMES: [(&'static str, Self); 6] = [
        ("scalar", Self::Scalar),
        ("avx2", Self::Avx2),
        ("avx512", Self::Avx512),
        ("neon", Self::Neon),
        ("dotprod", Self::Dotprod),
        ("i8mm", Self::I8mm),
    ];

    /// The best level of this processor; `SQLLAMA_CPU=scalar|avx2|avx512|neon|dotprod|i8mm` lowers it.
    pub fn detect() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Self::chosen(&Self::available(), std::env::var("SQLLAMA_CPU").ok().as_deref()))
    }

    /// The highest of `available` that is not above what is `wanted`. Names of other kinds of processors lower nothing.
    fn chosen(available: &[Self], wanted: Option<&str>) -> Self {
        let limit = wanted.and_then(|wanted| Self::NAMES.iter().find(|(name, _)| *name == wanted)).map(|(_, level)| *level);
        let limit = limit.filter(|limit| *limit == Self::Scalar || limit.is_here());
        available.iter().rev().copied().find(|level| limit.is_none_or(|limit| *level <= limit)).unwrap_or(Self::Scalar)
    }

    /// Whether processors of the kind that this was built for may have it.
    fn is_here(self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Avx2 | Self::Avx512 => cfg!(target_arch = "x86_64"),
            Self::Neon | Self::Dotprod | Self::I8mm => cfg!(target_arch = "aarch64"),
        }
    }

    /// Every level this processor can run, lowest first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = vec![Self::Scalar];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
            if avx2 {
                levels.push(Self::Avx2);
            }
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            if avx2 && avx512 {
                levels.push(Self::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use std::arch::is_aarch64_feature_detected;
            let (neon, dotprod) = (is_aarch64_feature_detected!("neon"), is_aarch64_feature_detected!("dotprod"));
            if neon {
                levels.push(Self::Neon);
            }
            if neon && dotprod {
                levels.push(Self::Dotprod);
            }
            if neon && dotprod && is_aarch64_feature_detected!("i8mm") {
                levels.push(Self::I8mm);
            }
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_lowers_the_level_and_no_name_raises_it() {
        use Level::{Avx2, Avx512, Dotprod, I8mm, Neon, Scalar};
        let (own, other) = if cfg!(target_arch = "aarch64") {
            ([("neon", Neon), ("dotprod", Dotprod), ("i8mm", I8mm)].as_slice(), ["avx2", "avx512"].as_slice())
        } else if cfg!(target_arch = "x86_64") {
            ([("avx2", Avx2), ("avx512", Avx512)].as_slice(), ["neon", "dotprod", "i8mm"].as_slice())
        } else {
            ([].as_slice(), [].as_slice())
        };
        let all: Vec<Level> = std::iter::once(Scalar).chain(own.iter().map(|(_, level)| *level)).collect();
        for here in 1..=all.len() {
            let available = &all[..here];
            let best = available[here - 1];
            assert_eq!(Level::chosen(available, None), best);
            assert_eq!(Level::chosen(available, Some("scalar")), Scalar);
            for name in other.iter().chain(&["", "AVX2", "fast"]) {
                assert_eq!(Level::chosen(available, Some(name)), best, "{name}");
            }
            for (name, level) in own {
                assert_eq!(Level::chosen(available, Some(name)), best.min(*level), "{name}");
            }
        }
        assert!(Level::available().windows(2).all(|pair| pair[0] < pair[1]));
        assert!(Level::available().contains(&Level::detect()));
    }
}
