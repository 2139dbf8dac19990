//! What tests compute on: `SQLLAMA_TEST_DEVICE` is `kernels` (also where it is not set), `portable` or `cuda`.

use sqllama::llm::placement::open_card;
use sqllama::llm::{Model, Placement};

/// What computes in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestDevice {
    /// Our kernels.
    Kernels,
    /// candle's operations on the processor.
    Portable,
    /// candle's operations on a card.
    Cuda,
}

/// What the environment says.
pub(crate) fn chosen() -> TestDevice {
    match std::env::var("SQLLAMA_TEST_DEVICE").as_deref() {
        Ok("kernels") | Err(_) => TestDevice::Kernels,
        Ok("portable") => TestDevice::Portable,
        Ok("cuda") => TestDevice::Cuda,
        Ok(other) => panic!("SQLLAMA_TEST_DEVICE is `{other}`; there are kernels, portable and cuda"),
    }
}

/// The first `layers` of a model on the device of the portable road: the card's, where the environment says so, else the processor.
pub(crate) fn portable(layers: usize) -> Placement {
    match chosen() {
        TestDevice::Cuda => Placement::on(open_card().unwrap().device, layers),
        TestDevice::Kernels | TestDevice::Portable => Placement::on(candle_core::Device::Cpu, layers),
    }
}

/// `model` on what the environment says.
pub(crate) fn placed(model: Model) -> Model {
    match chosen() {
        TestDevice::Kernels => model,
        TestDevice::Portable | TestDevice::Cuda => model.place(portable(usize::MAX)).unwrap(),
    }
}

/// The largest difference of logits, as a share of the largest of them.
pub(crate) fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    assert_eq!(a.iter().map(Vec::len).collect::<Vec<_>>(), b.iter().map(Vec::len).collect::<Vec<_>>());
    let largest = a.iter().flatten().fold(0f32, |max, x| max.max(x.abs()));
    let worst = a.iter().flatten().zip(b.iter().flatten()).fold(0f32, |max, (a, b)| max.max((a - b).abs()));
    assert!(a.iter().chain(b).flatten().all(|x| x.is_finite()));
    if worst == 0.0 { 0.0 } else { worst / largest }
}

/// Whether logits are the same: to the last bit with our kernels. Elsewhere a row's sums depend on the rows beside it, and blocks round
/// what they are multiplied with to eight bits.
pub(crate) fn same(a: &[Vec<f32>], b: &[Vec<f32>]) -> bool {
    match chosen() {
        TestDevice::Kernels => a == b,
        TestDevice::Portable | TestDevice::Cuda => difference(a, b) < ROUNDING,
    }
}

/// As a share of the largest logit, what two ways to the same logits may differ by on one road that is not the kernels'.
pub(crate) const ROUNDING: f32 = 0.02;
