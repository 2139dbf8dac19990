//! Which layers a card computes, and which the processor; counted before anything is loaded.

use candle_core::Device;

use super::LlmError;
use super::arch::ArchSpec;
use super::kv::KvType;
use super::kv_tensors::token_bytes;
pub use super::layout::{Placement, Road};
use super::ops::portable::MOST_SCORES;
use super::resident::device_bytes;
use super::weights::{Experts, Layer, Weights};

/// What a person wants to compute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// A card, where there is one and the whole model fits.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A card, with as many layers as fit.
    Cuda,
    /// Apple's graphics, by Metal, with as many layers as fit. Only where a person says so: nobody has run it yet.
    Metal,
    /// candle's operations on the processor: what a card does, without one. For tests.
    Portable,
}

/// Bytes that a model takes on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Of each decoder layer, its memory of a whole context included; the head's last.
    pub layers: Vec<u64>,
    /// Of the work itself, however many layers there are.
    pub reserve: u64,
}

/// Tokens that a pass reads at once.
const PASS_TOKENS: u64 = 256;

/// Tokens that drafts hold beside the context: eight of 512.
const DRAFT_TOKENS: u64 = 8 * 512;

/// What the driver's and candle's own kernels, workspaces and fragments take.
const OVERHEAD: u64 = 512 << 20;

impl Demand {
    /// Of a model that is to read `context` tokens and remember them in `kv_type`.
    pub fn of(weights: &Weights, spec: &ArchSpec, context: usize, kv_type: KvType) -> Self {
        let remembered = (context as u64 + DRAFT_TOKENS) * (2 * spec.kv_heads * token_bytes(kv_type, spec.head_dim)) as u64;
        let mut layers: Vec<u64> = weights.layers.iter().map(|layer| layer_bytes(layer) + remembered).collect();
        layers.push(device_bytes(&weights.output) + 4 * spec.hidden as u64);
        Self { layers, reserve: reserve(spec, context, weights.output.rows) }
    }

    /// How many layers fit `free` bytes, the first ones first; the head only behind all others.
    pub fn fitting(&self, free: u64) -> usize {
        let mut left = free.saturating_sub(self.reserve);
        let fits = |bytes: &&u64| match left.checked_sub(**bytes) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        self.layers.iter().take_while(fits).count()
    }
}

fn layer_bytes(layer: &Layer) -> u64 {
    let maps = [&layer.attn_q, &layer.attn_k, &layer.attn_v, &layer.attn_output, &layer.ffn_gate, &layer.ffn_up, &layer.ffn_down];
    let vectors: usize = layer.vectors().map(<[f32]>::len).sum();
    let experts: u64 = layer.experts.iter().flat_map(Experts::matrices).map(device_bytes).sum();
    maps.iter().map(|map| device_bytes(map)).sum::<u64>() + experts + 4 * vectors as u64
}

/// Rows of a pass, scores of a tile, keys and values of one layer in f32, logits of eight drafts with their proposals.
fn reserve(spec: &ArchSpec, context: usize, vocabulary: usize) -> u64 {
    let row = 6 * spec.hidden + 4 * spec.feed_forward + 4 * (spec.query_dim() + spec.kv_dim());
    let scores = (spec.heads as u64 * PASS_TOKENS * context as u64).min(MOST_SCORES.max(spec.heads * context) as u64);
    let widened = 4 * (context * spec.kv_dim()) as u64;
    let logits = 64 * vocabulary as u64;
    OVERHEAD + 4 * (PASS_TOKENS * row as u64 + 4 * scores + widened + logits)
}

/// Chooses where the layers of a model lie.
///
/// `gpu_layers` are those that a person asked for; without, as many as fit. With [`DeviceChoice::Auto`] a card is taken where the whole model
/// fits, or where layers were asked for.
///
/// # Errors
/// Where a card is wanted, and there is none, this program cannot drive one, or not a single layer fits.
pub fn choose(choice: DeviceChoice, gpu_layers: Option<usize>, demand: &Demand) -> Result<Placement, LlmError> {
    let card = match choice {
        DeviceChoice::Cpu => return Ok(Placement::kernels()),
        DeviceChoice::Portable => return Ok(Placement::on(Device::Cpu, gpu_layers.unwrap_or(demand.layers.len()))),
        DeviceChoice::Auto => match open_card() {
            Ok(card) => card,
            Err(_) => return Ok(Placement::kernels()),
        },
        DeviceChoice::Cuda => open_card()?,
        DeviceChoice::Metal => open_metal()?,
    };
    let layers = match gpu_layers {
        Some(layers) => asked_for(layers, demand, card.free)?,
        None => fitting(choice, demand, card.free)?,
    };
    Ok(Placement::on(card.device, layers))
}

/// The first `layers`, or all where there are fewer, which must fit `free` bytes.
fn asked_for(layers: usize, demand: &Demand, free: u64) -> Result<usize, LlmError> {
    let needed = demand.reserve + demand.layers.iter().take(layers).sum::<u64>();
    if layers > 0 && needed > free { Err(LlmError::CardMemory { needed, available: free }) } else { Ok(layers) }
}

/// As many layers as fit `free` bytes; with [`DeviceChoice::Auto`] all or none.
fn fitting(choice: DeviceChoice, demand: &Demand, free: u64) -> Result<usize, LlmError> {
    let layers = demand.fitting(free);
    match (choice, layers) {
        (DeviceChoice::Auto, layers) if layers < demand.layers.len() => Ok(0),
        (DeviceChoice::Cuda | DeviceChoice::Metal, 0) => {
            let needed = demand.reserve + demand.layers.first().copied().unwrap_or(0);
            Err(LlmError::CardMemory { needed, available: free })
        }
        (_, layers) => Ok(layers),
    }
}

/// The first card, and the bytes that are free on it.
#[derive(Debug)]
pub struct Card {
    /// For candle.
    pub device: Device,
    /// Bytes.
    pub free: u64,
}

/// Opens the first card.
///
/// # Errors
/// Where there is none, or this program was built without CUDA.
#[cfg(feature = "cuda")]
pub fn open_card() -> Result<Card, LlmError> {
    let no_card = |error: &dyn std::fmt::Display| LlmError::NoCard { reason: error.to_string() };
    super::cuda::works().map_err(|error| no_card(&error))?;
    // A stream of its own: candle's default one is another for every thread, and a model may be made in one thread and asked in another.
    let device = Device::new_cuda_with_stream(0).map_err(|error| no_card(&error))?;
    let cuda = device.as_cuda_device().map_err(|error| no_card(&error))?;
    let (free, _) = cuda.cuda_stream().context().mem_get_info().map_err(|error| no_card(&error))?;
    Ok(Card { device, free: free as u64 })
}

/// Opens the first card.
///
/// # Errors
/// Where there is none, or this program was built without CUDA.
#[cfg(not(feature = "cuda"))]
pub fn open_card() -> Result<Card, LlmError> {
    Err(LlmError::NoCuda)
}

/// Opens Apple's graphics. It has no memory of its own: what is free is what the machine says, and at most two thirds of all, which is about
/// what Metal lets a program keep there.
///
/// # Errors
/// Where there is none, or this program was built without Metal.
#[cfg(feature = "metal")]
pub fn open_metal() -> Result<Card, LlmError> {
    if candle_metal_kernels::metal::Device::all().is_empty() {
        return Err(LlmError::NoCard { reason: "Metal finds no device".into() });
    }
    let device = Device::new_metal(0).map_err(|error| LlmError::NoCard { reason: error.to_string() })?;
    let memory = crate::store::machine::memory();
    Ok(Card { device, free: memory.map_or(u64::MAX, |memory| memory.available.min(memory.total / 3 * 2)) })
}

/// Opens Apple's graphics.
///
/// # Errors
/// Where there is none, or this program was built without Metal.
#[cfg(not(feature = "metal"))]
pub fn open_metal() -> Result<Card, LlmError> {
    Err(LlmError::NoMetal)
}

/// Says before any work that a device which is wanted cannot be had, where this program was built without what drives it.
pub fn refuse_what_is_not_built_in(choice: DeviceChoice) -> Result<(), LlmError> {
    match choice {
        DeviceChoice::Cuda if cfg!(not(feature = "cuda")) => Err(LlmError::NoCuda),
        DeviceChoice::Metal if cfg!(not(feature = "metal")) => Err(LlmError::NoMetal),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_counted_against_what_is_free() {
        let demand = Demand { layers: vec![10, 10, 10, 40], reserve: 100 };
        let free_and_layers = [(0, 0), (100, 0), (109, 0), (110, 1), (129, 2), (130, 3), (169, 3), (170, 4), (u64::MAX, 4)];
        for (free, expected) in free_and_layers {
            assert_eq!(demand.fitting(free), expected, "{free} bytes are free");
            for layers in 0..6 {
                assert_eq!(asked_for(layers, &demand, free).is_ok(), layers == 0 || layers.min(4) <= expected, "{layers} in {free} bytes");
            }
            let all_or_none = if expected == 4 { 4 } else { 0 };
            assert_eq!(fitting(DeviceChoice::Auto, &demand, free).unwrap(), all_or_none, "{free} bytes are free");
            for choice in [DeviceChoice::Cuda, DeviceChoice::Metal] {
                match fitting(choice, &demand, free) {
                    Ok(layers) => assert_eq!(layers, expected),
                    Err(error) => {
                        assert!(expected == 0 && matches!(error, LlmError::CardMemory { needed: 110, available } if available == free));
                        assert!(error.hint().unwrap().contains("--device cpu"));
                    }
                }
            }
        }
        // A layer that does not fit ends the row, also where a later one would.
        assert_eq!(Demand { layers: vec![5, 50, 5], reserve: 0 }.fitting(20), 1);
    }

    #[test]
    fn a_placement_says_what_computes_each_layer() {
        let rows: [(usize, &[bool], bool, &str); 5] = [
            (0, &[false, false], false, "cpu"),
            (1, &[true, false], false, "portable (1 of 3 layers)"),
            (2, &[true, true], false, "portable (2 of 3 layers)"),
            (3, &[true, true], true, "portable"),
            (99, &[true, true], true, "portable"),
        ];
        for (layers, portable, head, name) in rows {
            let placement = Placement::on(Device::Cpu, layers);
            let found: Vec<bool> = (0..2).map(|index| matches!(placement.road(index), Road::Portable(_))).collect();
            assert_eq!((found.as_slice(), placement.has_head(2), placement.describe(2).as_str()), (portable, head, name));
            assert_eq!(placement.layers(2), layers.min(2));
        }
    }

    #[test]
    fn the_processor_is_always_there() {
        let demand = Demand { layers: vec![1, 1], reserve: 1 };
        assert!(choose(DeviceChoice::Cpu, Some(9), &demand).unwrap().device().is_none());
        assert!(choose(DeviceChoice::Portable, None, &demand).unwrap().has_head(1));
        if open_card().is_err() && open_metal().is_err() {
            assert!(choose(DeviceChoice::Auto, None, &demand).unwrap().device().is_none());
            for choice in [DeviceChoice::Cuda, DeviceChoice::Metal] {
                let error = choose(choice, None, &demand).unwrap_err();
                assert!(error.hint().unwrap().contains("--device cpu"), "{error}");
            }
        }
    }
}
