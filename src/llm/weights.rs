//! A model's weights, in their mapped bytes.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use super::LlmError;
use super::arch::{ArchSpec, Family, Yarn};
use super::gguf::{GgufError, GgufFile};
use super::names::{LayerPart, Projection, TensorName};
use crate::compute::{self, BlockType, Matrix};

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

    /// Divisors of the rotary frequencies, `length` of them, where the source brings them.
    fn rope_freqs(&self, length: usize) -> Result<Option<Vec<f32>>, GgufError>;

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
        Some(TensorName::Embedding | TensorName::FinalNorm | TensorName::Head) => Use::Read,
        Some(TensorName::Layer { index, part }) if index < spec.layers => match part {
            LayerPart::Bias(projection) if !biases.contains(&projection) => Use::Unknown,
            LayerPart::QueryNorm | LayerPart::KeyNorm if !spec.family.norms_heads() => Use::Unknown,
            _ => Use::Read,
        },
        _ => Use::Unknown,
    }
}

/// The maps that may have biases, in a file that says nothing of them but by having them.
fn possible_biases(family: Family) -> &'static [Projection] {
    use Projection::{Key, Output, Query, Value};
    match family {
        Family::Llama | Family::Mistral | Family::SmolLm3 | Family::Granite => &Projection::ALL,
        Family::Qwen2 => &[Query, Key, Value],
        Family::Qwen3 => &[Query, Key, Value, Output],
    }
}

/// Refuses tensors of `file` that a model that `spec` describes does not read: they would be lost without a sign.
pub(super) fn refuse_unread(file: &GgufFile, spec: &ArchSpec) -> Result<(), LlmError> {
    for name in file.tensors.keys() {
        let use_ = match use_of(TensorName::from_gguf(name), spec, possible_biases(spec.family)) {
            Use::Unknown if name == ROPE_FREQS => Use::Read,
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
const ROPE_FREQS: &str = "rope_freqs.weight";

impl TensorSource for GgufFile {
    fn find(&self, name: TensorName) -> Result<Option<FoundTensor>, GgufError> {
        find_gguf(self, &name.gguf())
    }

    fn label(&self, name: TensorName) -> String {
        name.gguf()
    }

    fn rope_freqs(&self, length: usize) -> Result<Option<Vec<f32>>, GgufError> {
        if let Some(found) = find_gguf(self, ROPE_FREQS)? {
            return found.vector(ROPE_FREQS, length).map(Some);
        }
        let malformed = |error: LlmError| GgufError::Malformed(error.to_string());
        let yarn = Yarn::of_gguf(&self.metadata).map_err(malformed)?;
        let base = self.metadata.float(&format!("{}.rope.freq_base", self.metadata.string("general.architecture").unwrap_or_default()));
        Ok(yarn.map(|yarn| yarn.divisors(base.unwrap_or(10_000.0), 2 * length)))
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
    fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, GgufError> {
        expect_shape(name, &self.shape, &[length])?;
        let mut out = vec![0.0; length];
        compute::dequantize(self.block, &self.map[self.range.clone()], &mut out);
        Ok(out)
    }
}

/// A matrix `[rows, columns]` that stays in the mapped file.
#[derive(Debug, Clone)]
pub struct Weight {
    map: Arc<Mmap>,
    range: Range<usize>,
    block: BlockType,
    /// Outputs of the linear map.
    pub rows: usize,
    /// Its inputs.
    pub columns: usize,
}

impl Weight {
    fn load(source: &dyn TensorSource, name: TensorName, rows: usize, columns: usize) -> Result<Self, GgufError> {
        let label = source.label(name);
        let found = source.find(name)?.ok_or_else(|| GgufError::MissingTensor(label.clone()))?;
        expect_shape(&label, &found.shape, &[rows, columns])?;
        Ok(Self { map: found.map, range: found.range, block: found.block, rows, columns })
    }

    /// How it is stored.
    pub fn block(&self) -> BlockType {
        self.block
    }

    fn bytes(&self) -> &[u8] {
        &self.map[self.range.clone()] // a source has seen that every tensor lies inside its file
    }

    /// Tells the system that its memory is not needed for now: read again, it comes from the file.
    pub fn release(&self) {
        // Windows drops pages of a file by itself where memory is short; there is no such advice.
        #[cfg(unix)]
        {
            // SAFETY: the mapping is private, read-only and of a file: pages that are dropped are read from the file again, with the
            // same bytes. That it fails costs memory and nothing else.
            let _ = unsafe { self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, self.range.start, self.range.len()) };
        }
    }

    /// The kernels' view of it.
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix { block: self.block, rows: self.rows, columns: self.columns, bytes: self.bytes() }
    }

    /// Rows `rows` as f32, into `out` of `rows.len() * columns`.
    pub fn rows_f32(&self, rows: Range<usize>, out: &mut [f32]) {
        let row_bytes = self.bytes().len() / self.rows;
        compute::dequantize(self.block, &self.bytes()[rows.start * row_bytes..rows.end * row_bytes], out);
    }
}

/// One decoder layer. Field names are llama.cpp's tensor names.
#[derive(Debug)]
pub struct Layer {
    /// `[hidden]`
    pub attn_norm: Vec<f32>,
    /// `[query_dim, hidden]`
    pub attn_q: Weight,
    /// `[kv_dim, hidden]`
    pub attn_k: Weight,
    /// `[kv_dim, hidden]`
    pub attn_v: Weight,
    /// `[query_dim + 2 * kv_dim]`, where the family has biases.
    pub attn_qkv_bias: Option<Vec<f32>>,
    /// Over each head of queries and keys, `[head_dim]` each, where the family norms them.
    pub attn_head_norms: Option<[Vec<f32>; 2]>,
    /// `[hidden, query_dim]`
    pub attn_output: Weight,
    /// `[hidden]`
    pub attn_output_bias: Option<Vec<f32>>,
    /// `[hidden]`
    pub ffn_norm: Vec<f32>,
    /// `[feed_forward, hidden]`
    pub ffn_gate: Weight,
    /// `[feed_forward, hidden]`
    pub ffn_up: Weight,
    /// `[hidden, feed_forward]`
    pub ffn_down: Weight,
    /// `[feed_forward]`
    pub ffn_gate_bias: Option<Vec<f32>>,
    /// `[feed_forward]`
    pub ffn_up_bias: Option<Vec<f32>>,
    /// `[hidden]`
    pub ffn_down_bias: Option<Vec<f32>>,
}

/// All of a model's weights.
#[derive(Debug)]
pub struct Weights {
    /// `[vocabulary, hidden]`
    pub token_embd: Weight,
    /// In order.
    pub layers: Vec<Layer>,
    /// `[hidden]`
    pub output_norm: Vec<f32>,
    /// `[vocabulary, hidden]`; the embedding again, where the file ties them.
    pub output: Weight,
    /// Divisors of the rotary frequencies, where the file brings them (Llama 3). `[rope_dim / 2]`
    pub rope_freqs: Option<Vec<f32>>,
}

impl Weights {
    /// Finds every tensor in `source` and checks its shape. Matrices stay where they are; norms and biases are copied to f32.
    pub(super) fn load(source: &dyn TensorSource, spec: &ArchSpec) -> Result<Self, LlmError> {
        Self::load_all(source, spec).map_err(|error| source.error(error))
    }

    fn load_all(source: &dyn TensorSource, spec: &ArchSpec) -> Result<Self, GgufError> {
        let embedding = source.find(TensorName::Embedding)?;
        let embedding = embedding.ok_or_else(|| GgufError::MissingTensor(source.label(TensorName::Embedding)))?;
        let vocabulary = embedding.shape.first().copied().unwrap_or(0);
        let token_embd = Weight::load(source, TensorName::Embedding, vocabulary, spec.hidden)?;
        let output = match source.find(TensorName::Head)? {
            Some(_) => Weight::load(source, TensorName::Head, vocabulary, spec.hidden)?,
            None => token_embd.clone(),
        };
        Ok(Self {
            token_embd,
            layers: (0..spec.layers).map(|index| Layer::load(source, spec, index)).collect::<Result<_, _>>()?,
            output_norm: vector(source, TensorName::FinalNorm, spec.hidden)?,
            output,
            rope_freqs: source.rope_freqs(spec.rope_dim / 2)?,
        })
    }
}

impl Layer {
    fn load(source: &dyn TensorSource, spec: &ArchSpec, index: usize) -> Result<Self, GgufError> {
        let name = |part| TensorName::Layer { index, part };
        let weight = |projection: Projection| {
            let (rows, columns) = projection.shape(spec);
            Weight::load(source, TensorName::weight(index, projection), rows, columns)
        };
        let bias = |projection: Projection| vector(source, name(LayerPart::Bias(projection)), projection.shape(spec).0);
        let attn_qkv_bias = match source.find(name(LayerPart::Bias(Projection::Query)))? {
            Some(_) => Some([bias(Projection::Query)?, bias(Projection::Key)?, bias(Projection::Value)?].concat()),
            None => None,
        };
        let one_bias = |projection| source.find(name(LayerPart::Bias(projection)))?.map(|_| bias(projection)).transpose();
        let head_norm = |part| vector(source, name(part), spec.head_dim);
        let attn_head_norms = match spec.family.norms_heads() {
            true => Some([head_norm(LayerPart::QueryNorm)?, head_norm(LayerPart::KeyNorm)?]),
            false => None,
        };
        Ok(Self {
            attn_norm: vector(source, name(LayerPart::AttentionNorm), spec.hidden)?,
            attn_q: weight(Projection::Query)?,
            attn_k: weight(Projection::Key)?,
            attn_v: weight(Projection::Value)?,
            attn_qkv_bias,
            attn_head_norms,
            attn_output: weight(Projection::Output)?,
            attn_output_bias: one_bias(Projection::Output)?,
            ffn_norm: vector(source, name(LayerPart::FeedForwardNorm), spec.hidden)?,
            ffn_gate: weight(Projection::Gate)?,
            ffn_up: weight(Projection::Up)?,
            ffn_down: weight(Projection::Down)?,
            ffn_gate_bias: one_bias(Projection::Gate)?,
            ffn_up_bias: one_bias(Projection::Up)?,
            ffn_down_bias: one_bias(Projection::Down)?,
        })
    }

    /// The bias of a projection, where it has one.
    pub fn bias(&self, projection: Projection) -> Option<&[f32]> {
        let (q, kv) = (self.attn_q.rows, self.attn_k.rows);
        let joined = self.attn_qkv_bias.as_deref();
        match projection {
            Projection::Query => joined?.get(..q),
            Projection::Key => joined?.get(q..q + kv),
            Projection::Value => joined?.get(q + kv..),
            Projection::Output => self.attn_output_bias.as_deref(),
            Projection::Gate => self.ffn_gate_bias.as_deref(),
            Projection::Up => self.ffn_up_bias.as_deref(),
            Projection::Down => self.ffn_down_bias.as_deref(),
        }
    }

    /// Its norms and biases.
    pub fn vectors(&self) -> impl Iterator<Item = &[f32]> {
        let norms = [self.attn_norm.as_slice(), &self.ffn_norm].into_iter();
        let heads = self.attn_head_norms.iter().flatten().map(Vec::as_slice);
        norms.chain(heads).chain(Projection::ALL.into_iter().filter_map(|projection| self.bias(projection)))
    }

    /// The matrix of a projection.
    pub fn projection(&self, projection: Projection) -> &Weight {
        match projection {
            Projection::Query => &self.attn_q,
            Projection::Key => &self.attn_k,
            Projection::Value => &self.attn_v,
            Projection::Output => &self.attn_output,
            Projection::Gate => &self.ffn_gate,
            Projection::Up => &self.ffn_up,
            Projection::Down => &self.ffn_down,
        }
    }
}

impl Weights {
    /// The name of a tensor that holds a number which is not finite. Reads all of them.
    pub fn find_not_finite(&self) -> Option<String> {
        let pool = compute::global();
        let is_bad = |weight: &Weight| !compute::finite::all_finite(pool, weight.block, weight.bytes());
        let bad = |values: &[f32]| values.iter().any(|value| !value.is_finite());
        if is_bad(&self.token_embd) {
            return Some(TensorName::Embedding.hugging_face());
        }
        for (index, layer) in self.layers.iter().enumerate() {
            if let Some(projection) = Projection::ALL.into_iter().find(|&projection| is_bad(layer.projection(projection))) {
                return Some(TensorName::weight(index, projection).hugging_face());
            }
            if layer.vectors().any(bad) {
                return Some(format!("a norm or bias of model.layers.{index}"));
            }
        }
        match (bad(&self.output_norm), is_bad(&self.output)) {
            (true, _) => Some(TensorName::FinalNorm.hugging_face()),
            (false, true) => Some(TensorName::Head.hugging_face()),
            (false, false) => None,
        }
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
        _ => None,
    });
    name.map_or_else(|| number.to_string(), str::to_owned)
}

fn vector(source: &dyn TensorSource, name: TensorName, length: usize) -> Result<Vec<f32>, GgufError> {
    let label = source.label(name);
    source.find(name)?.ok_or_else(|| GgufError::MissingTensor(label.clone()))?.vector(&label, length)
}

fn expect_shape(name: &str, found: &[usize], expected: &[usize]) -> Result<(), GgufError> {
    if found == expected {
        return Ok(());
    }
    Err(GgufError::WrongShape { name: name.into(), found: found.into(), expected: expected.into() })
}
