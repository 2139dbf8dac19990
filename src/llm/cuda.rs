//! The graphics card: what it is, or what is missing before it computes.
//!
//! The program is linked so that it starts without CUDA's libraries (`tests/cuda/trampolines.py`); an absent one answers with an error of its
//! own, which is told here in a sentence.

use candle_core::cuda_backend::cudarc::cublas::CudaBlas;
use candle_core::cuda_backend::cudarc::curand::CudaRng;
use candle_core::cuda_backend::cudarc::driver::sys::CUresult;
use candle_core::cuda_backend::cudarc::driver::{CudaContext, DriverError};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{DType, Device, Module, Tensor};

/// The compute capability that the kernels were compiled for, as `90`; known where the program was built by `tests/cuda/build.sh`.
const BUILT_FOR: Option<&str> = option_env!("CUDA_COMPUTE_CAP");

/// A card that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// As its maker calls it.
    pub name: String,
    /// Bytes of its memory.
    pub total_bytes: u64,
    /// Bytes of it that nobody has taken.
    pub free_bytes: u64,
    /// The driver's version; `None` where the system does not tell it.
    pub driver: Option<String>,
    /// Compute capability, as `9.0`.
    pub capability: String,
}

/// Why no card computes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CardError {
    /// The driver's library cannot be opened.
    #[error("no NVIDIA driver is installed here: libcuda.so.1 cannot be opened")]
    NoDriver,
    /// There is a driver, and nothing that it drives.
    #[error("the NVIDIA driver finds no card")]
    NoCard,
    /// The driver answers with an error.
    #[error("the NVIDIA driver answers {code}")]
    Driver {
        /// As the driver calls it.
        code: String,
    },
    /// A library of the toolkit cannot be opened, or does not work with the driver.
    #[error("{library} of CUDA 13 cannot be used: {code}")]
    Library {
        /// Its file.
        library: &'static str,
        /// What it answers.
        code: String,
    },
    /// The kernels do not run on the card.
    #[error("the card cannot run this program's kernels, built for compute capability {built_for}: {reason}")]
    Kernels {
        /// The compute capability they were compiled for.
        built_for: String,
        /// What candle says.
        reason: String,
    },
    /// The kernels run, and compute something else.
    #[error("the card computed {found} where {expected} was right")]
    Wrong {
        /// The card's number.
        found: f32,
        /// The right one.
        expected: f32,
    },
}

impl CardError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoDriver | Self::NoCard | Self::Driver { .. } => "`--device cpu` computes on the processor",
            Self::Library { .. } => {
                "install cuBLAS and cuRAND of CUDA 13 or name their folder in SQLLAMA_CUDA_LIBRARIES; `--device cpu` computes on the processor"
            }
            Self::Kernels { .. } => {
                "a driver of branch 580 or newer is needed, and a build for this card's capability; `--device cpu` computes on the processor"
            }
            Self::Wrong { .. } => "another program or its memory may be at fault; `--device cpu` computes on the processor",
        }
    }
}

impl From<DriverError> for CardError {
    fn from(error: DriverError) -> Self {
        match error.0 {
            CUresult::CUDA_ERROR_STUB_LIBRARY => Self::NoDriver,
            CUresult::CUDA_ERROR_NO_DEVICE => Self::NoCard,
            code => Self::Driver { code: format!("{code:?}") },
        }
    }
}

/// What the first card is. Nothing is computed.
///
/// # Errors
/// Where no driver is installed, or it has no card that answers.
pub fn card() -> Result<Card, CardError> {
    let context = CudaContext::new(0)?;
    let (free, total) = context.mem_get_info()?;
    let (major, minor) = context.compute_capability()?;
    Ok(Card {
        name: context.name()?,
        total_bytes: total as u64,
        free_bytes: free as u64,
        driver: std::fs::read_to_string("/proc/driver/nvidia/version").ok().and_then(|text| driver_version(&text)),
        capability: format!("{major}.{minor}"),
    })
}

/// Whether the first card computes with this program: its libraries are there, and small products come out right.
///
/// # Errors
/// What is missing, or wrong.
pub fn works() -> Result<(), CardError> {
    // What candle opens with a device, one after the other, for a sentence that names the one that is missing.
    let stream = CudaContext::new(0)?.per_thread_stream();
    CudaBlas::new(stream.clone()).map_err(|error| CardError::Library { library: "libcublas.so.13", code: format!("{:?}", error.0) })?;
    CudaRng::new(0, stream).map_err(|error| CardError::Library { library: "libcurand.so.10", code: format!("{:?}", error.0) })?;
    // The first line: where backtraces are asked for, candle writes one below it.
    let reason = |error: candle_core::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
    let numbers = products()
        .map_err(|error| CardError::Kernels { built_for: built_for().unwrap_or_else(|| "unknown".into()), reason: reason(error) })?;
    for found in numbers {
        if (found - PRODUCT).abs() > 1.0 {
            return Err(CardError::Wrong { found, expected: PRODUCT });
        }
    }
    Ok(())
}

/// The compute capability that the kernels were compiled for, as `9.0`; `None` where it was not told when they were.
pub fn built_for() -> Option<String> {
    let (major, minor) = BUILT_FOR?.split_at_checked(BUILT_FOR?.len().checked_sub(1)?)?;
    Some(format!("{major}.{minor}"))
}

const WIDTH: usize = 256;

/// Every number of [`products`].
const PRODUCT: f32 = 3.0 * WIDTH as f32;

/// Threes times ones through each kind of code that a model runs: candle's own kernels, cuBLAS, and the static quantised kernels.
fn products() -> candle_core::Result<Vec<f32>> {
    let device = Device::new_cuda(0)?;
    let threes = Tensor::ones((1, WIDTH), DType::F32, &device)?.affine(2.0, 1.0)?;
    let weights = Tensor::ones((WIDTH, WIDTH), DType::F32, &device)?;
    let dense = threes.matmul(&weights)?;
    let quantised = QMatMul::from_qtensor(QTensor::quantize(&weights, GgmlDType::Q8_0)?)?.forward(&threes)?;
    Tensor::cat(&[dense, quantised], 0)?.flatten_all()?.to_vec1()
}

/// The version in what the driver tells of itself: the first word of the first line that is made of numbers and points.
fn driver_version(text: &str) -> Option<String> {
    let is_version = |word: &&str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.lines().next()?.split_whitespace().find(is_version).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_tells_its_version() {
        let closed =
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.07  Wed Aug 27 18:31:03 UTC 2025\nGCC version:  gcc version 12.2.0\n";
        let open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (builder)\n";
        assert_eq!(driver_version(closed).as_deref(), Some("580.82.07"));
        assert_eq!(driver_version(open).as_deref(), Some("580.95.05"));
        assert_eq!(driver_version(""), None);
        assert_eq!(driver_version("GCC version: twelve"), None);
    }

    #[test]
    fn codes_are_told_in_words() {
        assert_eq!(CardError::from(DriverError(CUresult::CUDA_ERROR_STUB_LIBRARY)), CardError::NoDriver);
        assert_eq!(CardError::from(DriverError(CUresult::CUDA_ERROR_NO_DEVICE)), CardError::NoCard);
        let other = CardError::from(DriverError(CUresult::CUDA_ERROR_SYSTEM_DRIVER_MISMATCH));
        assert_eq!(other.to_string(), "the NVIDIA driver answers CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
        assert!(other.hint().contains("--device cpu"));
    }

    #[test]
    fn a_card_answers_or_a_sentence_says_why_not() {
        match card() {
            Ok(card) => assert!(card.total_bytes >= card.free_bytes && !card.name.is_empty(), "{card:?}"),
            Err(error) => assert_eq!(works(), Err(error)),
        }
    }
}
