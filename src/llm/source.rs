//! Where a model's tensors come from: a GGUF file, a Hugging Face folder.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use super::LlmError;
use super::arch::{ArchSpec, Family, Yarn, short_factors};
use super::gguf::{GgufError, GgufFile};
use super::names::{LayerPart, Projection, TensorName};
use crate::compute::{self, BlockType};

/// A tensor of a mapped file.
#[derive(Debug)]
pub(super) struct FoundTensor {
    pub(super) map: Arc<Mmap>,
    /// Lies inside the map, and holds what the shape and the type say.
    pub(super) range: Range<usize>,
    pub(super) block: BlockType,
    pub(super) shape: Vec<usize>,
}

/// Where a model's tensors come from: a GGUF file, a Hugging Face folder.
pub(super) trait TensorSource {
    /// The tensor called `name`, where it is there.
    fn find(&self, name: TensorName) -> Result<Option<FoundTensor>, GgufError>;

    /// What the source calls it.
    fn label(&self, name: TensorName) -> String;

    /// Divisors of the rotary frequencies of a model that `spec` describes, `[rope_dim / 2]`, where the source has them.
    fn rope_freqs(&self, spec: &ArchSpec) -> Result<Option<Vec<f32>>, GgufError>;

    /// What is added to the weights of norms.
    fn norm_offset(&self) -> f32 {
        0.0
    }

    /// What is wrong, with the source's path.
    fn error(&self, source: GgufError) -> LlmError;
}

/// What is to be done with a tensor of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is read.
    Read,
    /// It can be computed from the parameters, and is.
    Computed,
    /// Nobody would read it.
    Unknown,
}

/// What of a model that `spec` describes reads the tensor `name`; `biases` are the maps that have one.
pub(super) fn use_of(name: Option<TensorName>, spec: &ArchSpec, biases: &[Projection]) -> Use {
    match name {
        Some(TensorName::Embedding | TensorName::FinalNorm | TensorName::FinalNormBias | TensorName::Head) => Use::Read,
        Some(TensorName::Layer { index, part }) if index < spec.layers => match part {
            LayerPart::Bias(projection) if !biases.contains(&projection) => Use::Unknown,
            part if !part.is_of(spec.family) => Use::Unknown,
            LayerPart::Weight(Projection::Gate | Projection::Up | Projection::Down) if spec.experts_of(index).is_some() => Use::Unknown,
            LayerPart::Router | LayerPart::Experts(_) if spec.experts_of(index).is_none() => Use::Unknown,
            LayerPart::Expert(_, number) if spec.experts_of(index).is_none_or(|experts| usize::from(number) >= experts.count) => {
                Use::Unknown
            }
            _ => Use::Read,
        },
        _ => Use::Unknown,
    }
}

/// The maps that may have biases, in a file that says nothing of them but by having them.
fn possible_biases(family: Family) -> &'static [Projection] {
    use Projection::{Down, Key, Output, Query, Up, Value};
    match family {
        Family::Llama | Family::Mistral | Family::SmolLm3 | Family::Granite => &Projection::ALL,
        Family::Qwen2 => &[Query, Key, Value],
        Family::Qwen3 | Family::Qwen3Moe | Family::Mixtral => &[Query, Key, Value, Output],
        Family::Starcoder2 => &[Query, Key, Value, Output, Up, Down],
        Family::Gemma | Family::Gemma2 | Family::Gemma3 | Family::Phi3 | Family::Olmo2 => &[],
    }
}

/// Refuses tensors of `file` that a model that `spec` describes does not read: they would be lost without a sign.
pub(super) fn refuse_unread(file: &GgufFile, spec: &ArchSpec) -> Result<(), LlmError> {
    for name in file.tensors.keys() {
        let use_ = match use_of(TensorName::from_gguf(name, spec.family), spec, possible_biases(spec.family)) {
            Use::Unknown if name == ROPE_FREQS => Use::Read,
            // Of the two lists the one for long texts is of no use: no context goes so far.
            Use::Unknown if short_factors(&file.metadata) && (name == SHORT_FACTORS || name == LONG_FACTORS) => Use::Read,
            // Files of 2023 keep the rotary frequencies of each layer.
            Use::Unknown if name.ends_with(".attn_rot_embd.weight") => Use::Computed,
            use_ => use_,
        };
        if use_ == Use::Unknown {
            return Err(LlmError::Unsupported { what: "tensor", found: name.clone() });
        }
    }
    Ok(())
}

/// llama.cpp's name of the divisors of the rotary frequencies.
pub(super) const ROPE_FREQS: &str = "rope_freqs.weight";
/// Of the two lists of LongRoPE.
pub(super) const SHORT_FACTORS: &str = "rope_factors_short.weight";
pub(super) const LONG_FACTORS: &str = "rope_factors_long.weight";

impl TensorSource for GgufFile {
    fn find(&self, name: TensorName) -> Result<Option<FoundTensor>, GgufError> {
        find_gguf(self, &name.gguf())
    }

    fn label(&self, name: TensorName) -> String {
        name.gguf()
    }

    fn rope_freqs(&self, spec: &ArchSpec) -> Result<Option<Vec<f32>>, GgufError> {
        let name = if short_factors(&self.metadata) { SHORT_FACTORS } else { ROPE_FREQS };
        if let Some(found) = find_gguf(self, name)? {
            return found.vector(name, spec.rope_dim / 2).map(Some);
        }
        let malformed = |error: LlmError| GgufError::Malformed(error.to_string());
        let yarn = Yarn::of_gguf(&self.metadata).map_err(malformed)?;
        Ok(yarn.map(|yarn| yarn.divisors(f64::from(spec.rope_base), spec.rope_dim)))
    }

    fn error(&self, source: GgufError) -> LlmError {
        match source {
            GgufError::UnknownType { ggml_type, .. } => LlmError::Unsupported { what: "tensor type", found: type_name(ggml_type) },
            source => LlmError::Gguf { path: self.path.clone(), source },
        }
    }
}

fn find_gguf(file: &GgufFile, name: &str) -> Result<Option<FoundTensor>, GgufError> {
    if !file.tensors.contains_key(name) {
        return Ok(None);
    }
    let (tensor, range) = file.tensor(name)?;
    Ok(Some(FoundTensor { map: Arc::clone(file.map_of(tensor)), range, block: tensor.block()?, shape: tensor.shape.clone() }))
}

impl FoundTensor {
    pub(super) fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, GgufError> {
        expect_shape(name, &self.shape, &[length])?;
        let mut out = vec![0.0; length];
        compute::dequantize(self.block, &self.map[self.range.clone()], &mut out);
        Ok(out)
    }
}

/// What ggml calls a storage type that sqllama does not read (`ggml.h`, `enum ggml_type`).
fn type_name(number: u32) -> String {
    let names = ["iq2_xxs", "iq2_xs", "iq3_xxs", "iq1_s", "iq4_nl", "iq3_s", "iq2_s", "iq4_xs", "i8", "i16", "i32", "i64", "f64", "iq1_m"];
    let name = number.checked_sub(16).and_then(|index| names.get(index as usize)).copied();
    let name = name.or(match number {
        9 => Some("q8_1"),
        15 => Some("q8_k"),
        34 => Some("tq1_0"),
        35 => Some("tq2_0"),
        39 => Some("mxfp4"),
        40 => Some("nvfp4"),
        41 => Some("q1_0"),
        _ => None,
    });
    name.map_or_else(|| number.to_string(), str::to_owned)
}

pub(super) fn expect_shape(name: &str, found: &[usize], expected: &[usize]) -> Result<(), GgufError> {
    if found == expected {
        return Ok(());
    }
    Err(GgufError::WrongShape { name: name.into(), found: found.into(), expected: expected.into() })
}
