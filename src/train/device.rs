//! What a run computes on.

use serde::{Deserialize, Serialize};

use super::TrainError;
use super::model::tensors::{Compute, free_card_memory};
pub use super::offload::Offload;

/// What a run is told to compute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// A card where there is one.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A card.
    Cuda,
}

/// What computes a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// Our kernels, in f32, on the processor.
    #[default]
    Kernels,
    /// candle's tensors, in f32, on the processor: what a card does, without one. For tests.
    Portable,
    /// candle's tensors on a card.
    Cuda,
}

impl Arithmetic {
    /// What `choice` means on this machine; and the bytes that are free on the card, where there is one.
    ///
    /// # Errors
    /// Where a card is wanted, and there is none or this program was built without CUDA.
    pub fn choose(choice: DeviceChoice) -> Result<(Self, Option<u64>), TrainError> {
        match choice {
            DeviceChoice::Cpu => Ok((Self::Kernels, None)),
            DeviceChoice::Auto => Ok(free_card_memory().map_or((Self::Kernels, None), |free| (Self::Cuda, Some(free)))),
            // Why it cannot be used, its own attempt says.
            DeviceChoice::Cuda => Compute::cuda(false).map(|_| (Self::Cuda, free_card_memory())),
        }
    }

    /// Whether tensors compute.
    pub fn is_tensors(self) -> bool {
        self != Self::Kernels
    }

    /// Whether matrices are multiplied in bf16 where that is asked for; elsewhere everything is f32.
    pub fn has_bf16(self) -> bool {
        self == Self::Cuda
    }

    /// The device, where tensors compute.
    pub(super) fn compute(self, bf16: bool) -> Result<Option<Compute>, TrainError> {
        match self {
            Self::Kernels => Ok(None),
            Self::Portable => Ok(Some(Compute::portable())),
            Self::Cuda => Compute::cuda(bf16).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there_and_a_card_is_said_to_be_missing() {
        assert_eq!(Arithmetic::choose(DeviceChoice::Cpu).unwrap(), (Arithmetic::Kernels, None));
        if free_card_memory().is_some() {
            return;
        }
        assert_eq!(Arithmetic::choose(DeviceChoice::Auto).unwrap(), (Arithmetic::Kernels, None));
        let error = Arithmetic::choose(DeviceChoice::Cuda).unwrap_err();
        assert!(error.to_string().starts_with("no graphics card can be used: "), "{error}");
        assert!(error.hint().unwrap().contains("--device cpu"));
    }
}
