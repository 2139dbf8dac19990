//! A model's weights, in their mapped bytes.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use super::LlmError;
use super::arch::{self, ArchSpec, Family, HeadNorms, NormKind};
use super::gguf::GgufError;
use super::names::{Fused, LayerPart, Projection, TensorName};
use super::source::{TensorSource, expect_shape};
use crate::compute::{self, BlockType, Matrix};

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
    /// Some rows of it as a matrix of their own.
    fn part(&self, rows: Range<usize>) -> Self {
        let row_bytes = self.range.len() / self.rows.max(1);
        let range = self.range.start + rows.start * row_bytes..self.range.start + rows.end * row_bytes;
        Self { map: Arc::clone(&self.map), range, block: self.block, rows: rows.len(), columns: self.columns }
    }

    fn load(source: &dyn TensorSource, name: TensorName, rows: usize, columns: usize) -> Result<Self, GgufError> {
        let label = source.label(name);
        let found = source.find(name)?.ok_or_else(|| GgufError::MissingTensor(label.clone()))?;
        expect_shape(&label, &found.shape, &[rows, columns])?;
        Ok(Self { map: found.map, range: found.range, block: found.block, rows, columns })
    }

    /// Of the bytes at `range` in `map`; `None` where they are not as many as such a matrix has.
    pub(in crate::llm) fn mapped(map: &Arc<Mmap>, range: Range<usize>, block: BlockType, [rows, columns]: [usize; 2]) -> Option<Self> {
        let fits = rows > 0 && columns > 0 && block.row_bytes(columns)?.checked_mul(rows)? == map.get(range.clone())?.len();
        fits.then(|| Self { map: Arc::clone(map), range, block, rows, columns })
    }

    /// Whether both are one matrix of one file.
    pub(in crate::llm) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map) && self.range == other.range
    }

    /// All of it as f32.
    pub(in crate::llm) fn to_f32(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows * self.columns];
        self.rows_f32(0..self.rows, &mut values);
        values
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

/// They hold the same.
impl PartialEq for Weight {
    fn eq(&self, other: &Self) -> bool {
        (self.block, self.rows, self.columns) == (other.block, other.rows, other.columns) && self.bytes() == other.bytes()
    }
}

/// The experts of a layer.
#[derive(Debug)]
pub struct Experts {
    /// `[experts, hidden]`
    pub router: Weight,
    /// Of each: gate, up, down.
    pub maps: Vec<[Weight; 3]>,
}

impl Experts {
    fn load(source: &dyn TensorSource, spec: &ArchSpec, experts: &arch::Experts, index: usize) -> Result<Self, GgufError> {
        let name = |part| TensorName::Layer { index, part };
        let router = Weight::load(source, name(LayerPart::Router), experts.count, spec.hidden)?;
        let [gate, up, down] = [Projection::Gate, Projection::Up, Projection::Down].map(|map| {
            let (rows, columns) = map.expert_shape(spec, experts);
            match source.find(name(LayerPart::Experts(map)))? {
                Some(found) => {
                    expect_shape(&source.label(name(LayerPart::Experts(map))), &found.shape, &[experts.count, rows, columns])?;
                    let all = Weight { map: found.map, range: found.range, block: found.block, rows: experts.count * rows, columns };
                    Ok((0..experts.count).map(|expert| all.part(expert * rows..(expert + 1) * rows)).collect())
                }
                None => {
                    let numbers = 0..u16::try_from(experts.count).unwrap_or(u16::MAX);
                    numbers.map(|number| Weight::load(source, name(LayerPart::Expert(map, number)), rows, columns)).collect()
                }
            }
        });
        let [gate, up, down]: [Vec<Weight>; 3] = [gate?, up?, down?];
        Ok(Self { router, maps: gate.into_iter().zip(up).zip(down).map(|((gate, up), down)| [gate, up, down]).collect() })
    }

    /// All their matrices, the router's too.
    pub fn matrices(&self) -> impl Iterator<Item = &Weight> {
        std::iter::once(&self.router).chain(self.maps.iter().flatten())
    }
}

/// One decoder layer. Field names are llama.cpp's tensor names.
#[derive(Debug)]
pub struct Layer {
    /// Before attention, `[hidden]`
    pub attn_norm: Option<Vec<f32>>,
    /// Behind that, where norms have biases. `[hidden]`
    pub attn_norm_bias: Option<Vec<f32>>,
    /// `[query_dim, hidden]`
    pub attn_q: Weight,
    /// `[kv_dim, hidden]`
    pub attn_k: Weight,
    /// `[kv_dim, hidden]`
    pub attn_v: Weight,
    /// `[query_dim + 2 * kv_dim]`, where the family has biases.
    pub attn_qkv_bias: Option<Vec<f32>>,
    /// Over each head of queries and keys, `[head_dim]` each, or over all heads, where the family norms them.
    pub attn_head_norms: Option<[Vec<f32>; 2]>,
    /// `[hidden, query_dim]`
    pub attn_output: Weight,
    /// `[hidden]`
    pub attn_output_bias: Option<Vec<f32>>,
    /// Behind attention, `[hidden]`
    pub attn_post_norm: Option<Vec<f32>>,
    /// Before the feed-forward part, `[hidden]`
    pub ffn_norm: Option<Vec<f32>>,
    /// Behind that, where norms have biases. `[hidden]`
    pub ffn_norm_bias: Option<Vec<f32>>,
    /// `[feed_forward, hidden]`; up again, where the family has no gate.
    pub ffn_gate: Weight,
    /// `[feed_forward, hidden]`
    pub ffn_up: Weight,
    /// `[hidden, feed_forward]`
    pub ffn_down: Weight,
    /// Where the layer has experts. The three above are the first's then.
    pub experts: Option<Experts>,
    /// `[feed_forward]`
    pub ffn_gate_bias: Option<Vec<f32>>,
    /// `[feed_forward]`
    pub ffn_up_bias: Option<Vec<f32>>,
    /// `[hidden]`
    pub ffn_down_bias: Option<Vec<f32>>,
    /// Behind the feed-forward part, `[hidden]`
    pub ffn_post_norm: Option<Vec<f32>>,
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
    /// Behind that, where norms have biases. `[hidden]`
    pub output_norm_bias: Option<Vec<f32>>,
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
            output_norm: norm(source, TensorName::FinalNorm, spec.hidden)?,
            output_norm_bias: match spec.family.norm_kind() {
                NormKind::Centred => Some(vector(source, TensorName::FinalNormBias, spec.hidden)?),
                NormKind::Rms => None,
            },
            output,
            rope_freqs: source.rope_freqs(spec)?,
        })
    }
}

impl Layer {
    fn load(source: &dyn TensorSource, spec: &ArchSpec, index: usize) -> Result<Self, GgufError> {
        let name = |part| TensorName::Layer { index, part };
        let fused = |fused: Fused| {
            let (rows, columns) = fused.shape(spec);
            Weight::load(source, name(LayerPart::Fused(fused)), rows, columns)
        };
        let experts = spec.experts_of(index).map(|experts| Experts::load(source, spec, experts, index)).transpose()?;
        let first = experts.as_ref().and_then(|experts| experts.maps.first());
        let weight = |projection: Projection| {
            match (first, projection) {
                (Some([gate, ..]), Projection::Gate) => return Ok(gate.clone()),
                (Some([_, up, _]), Projection::Up) => return Ok(up.clone()),
                (Some([.., down]), Projection::Down) => return Ok(down.clone()),
                _ => {}
            }
            let projection = if projection == Projection::Gate && !spec.family.has_gate() { Projection::Up } else { projection };
            let (rows, columns) = projection.shape(spec);
            match Fused::of(projection).filter(|_| spec.family.fuses()) {
                Some(whole) => {
                    let first = whole.first_row(spec, projection);
                    Ok(fused(whole)?.part(first..first + rows))
                }
                None => Weight::load(source, TensorName::weight(index, projection), rows, columns),
            }
        };
        let one_norm = |part: LayerPart| part.is_of(spec.family).then(|| norm(source, name(part), spec.hidden)).transpose();
        let bias = |projection: Projection| vector(source, name(LayerPart::Bias(projection)), projection.shape(spec).0);
        let attn_qkv_bias = match source.find(name(LayerPart::Bias(Projection::Query)))? {
            Some(_) => Some([bias(Projection::Query)?, bias(Projection::Key)?, bias(Projection::Value)?].concat()),
            None => None,
        };
        let one_bias = |projection| source.find(name(LayerPart::Bias(projection)))?.map(|_| bias(projection)).transpose();
        let attn_head_norms = match spec.family.head_norms() {
            Some(norms) => {
                let width = |heads: usize| if norms == HeadNorms::All { heads * spec.head_dim } else { spec.head_dim };
                let one = |part: LayerPart, heads: usize| norm(source, name(part), width(heads));
                Some([one(LayerPart::QueryNorm, spec.heads)?, one(LayerPart::KeyNorm, spec.kv_heads)?])
            }
            None => None,
        };
        let norm_bias = |part: LayerPart| part.is_of(spec.family).then(|| vector(source, name(part), spec.hidden)).transpose();
        Ok(Self {
            attn_norm: one_norm(LayerPart::AttentionNorm)?,
            attn_norm_bias: norm_bias(LayerPart::AttentionNormBias)?,
            attn_q: weight(Projection::Query)?,
            attn_k: weight(Projection::Key)?,
            attn_v: weight(Projection::Value)?,
            attn_qkv_bias,
            attn_head_norms,
            attn_output: weight(Projection::Output)?,
            attn_output_bias: one_bias(Projection::Output)?,
            attn_post_norm: one_norm(LayerPart::AttentionPostNorm)?,
            ffn_norm: one_norm(LayerPart::FeedForwardNorm)?,
            ffn_norm_bias: norm_bias(LayerPart::FeedForwardNormBias)?,
            ffn_gate: weight(Projection::Gate)?,
            ffn_up: weight(Projection::Up)?,
            ffn_down: weight(Projection::Down)?,
            experts,
            ffn_gate_bias: one_bias(Projection::Gate)?,
            ffn_up_bias: one_bias(Projection::Up)?,
            ffn_down_bias: one_bias(Projection::Down)?,
            ffn_post_norm: one_norm(LayerPart::FeedForwardPostNorm)?,
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
        let norms = [&self.attn_norm, &self.attn_post_norm, &self.ffn_norm, &self.ffn_post_norm].into_iter();
        let norms = norms.chain([&self.attn_norm_bias, &self.ffn_norm_bias]).flatten();
        let norms = norms.chain(self.attn_head_norms.iter().flatten()).map(Vec::as_slice);
        norms.chain(Projection::ALL.into_iter().filter_map(|projection| self.bias(projection)))
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
    /// The name of a tensor of this model of `family` that holds a number which is not finite. Reads all of them.
    pub fn find_not_finite(&self, family: Family) -> Option<String> {
        let pool = compute::global();
        let is_bad = |weight: &Weight| !compute::finite::all_finite(pool, weight.block, weight.bytes());
        let bad = |values: &[f32]| values.iter().any(|value| !value.is_finite());
        if is_bad(&self.token_embd) {
            return Some(TensorName::Embedding.hugging_face(family));
        }
        for (index, layer) in self.layers.iter().enumerate() {
            if let Some(projection) = Projection::ALL.into_iter().find(|&projection| is_bad(layer.projection(projection))) {
                let fused = Fused::of(projection).filter(|_| family.fuses()).map(LayerPart::Fused);
                let part = fused.unwrap_or(LayerPart::Weight(projection));
                return Some(TensorName::Layer { index, part }.hugging_face(family));
            }
            if layer.experts.iter().flat_map(Experts::matrices).any(is_bad) {
                return Some(format!("an expert or the router of model.layers.{index}"));
            }
            if layer.vectors().any(bad) {
                return Some(format!("a norm or bias of model.layers.{index}"));
            }
        }
        match (bad(&self.output_norm) || self.output_norm_bias.as_deref().is_some_and(bad), is_bad(&self.output)) {
            (true, _) => Some(TensorName::FinalNorm.hugging_face(family)),
            (false, true) => Some(TensorName::Head.hugging_face(family)),
            (false, false) => None,
        }
    }
}

/// A norm's weights, as they are multiplied with.
fn norm(source: &dyn TensorSource, name: TensorName, length: usize) -> Result<Vec<f32>, GgufError> {
    let mut weights = vector(source, name, length)?;
    let offset = source.norm_offset();
    weights.iter_mut().for_each(|weight| *weight += offset);
    Ok(weights)
}

fn vector(source: &dyn TensorSource, name: TensorName, length: usize) -> Result<Vec<f32>, GgufError> {
    let label = source.label(name);
    source.find(name)?.ok_or_else(|| GgufError::MissingTensor(label.clone()))?.vector(&label, length)
}
