//! A model's weights, in their mapped bytes.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use super::LlmError;
use super::arch::ArchSpec;
use super::gguf::{GgufError, GgufFile};
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
    fn load(file: &GgufFile, name: &str, rows: usize, columns: usize) -> Result<Self, GgufError> {
        let (tensor, range) = file.tensor(name)?;
        expect_shape(name, &tensor.shape, &[rows, columns])?;
        Ok(Self { map: Arc::clone(file.map()), range, block: tensor.block()?, rows, columns })
    }

    fn bytes(&self) -> &[u8] {
        &self.map[self.range.clone()] // `GgufFile::open` has seen that every tensor lies inside the file
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
    /// `[hidden, query_dim]`
    pub attn_output: Weight,
    /// `[hidden]`
    pub ffn_norm: Vec<f32>,
    /// `[feed_forward, hidden]`
    pub ffn_gate: Weight,
    /// `[feed_forward, hidden]`
    pub ffn_up: Weight,
    /// `[hidden, feed_forward]`
    pub ffn_down: Weight,
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
    /// Finds every tensor in `file` and checks its shape. Matrices stay where they are; norms and biases are copied to f32.
    pub fn load(file: &GgufFile, spec: &ArchSpec) -> Result<Self, LlmError> {
        Self::load_all(file, spec).map_err(|source| match source {
            GgufError::UnknownType { ggml_type, .. } => LlmError::Unsupported { what: "tensor type", found: type_name(ggml_type) },
            source => LlmError::Gguf { path: file.path.clone(), source },
        })
    }

    fn load_all(file: &GgufFile, spec: &ArchSpec) -> Result<Self, GgufError> {
        let vocabulary = file.tensor("token_embd.weight")?.0.shape.first().copied().unwrap_or(0);
        let token_embd = Weight::load(file, "token_embd.weight", vocabulary, spec.hidden)?;
        let output = match file.tensors.contains_key("output.weight") {
            true => Weight::load(file, "output.weight", vocabulary, spec.hidden)?,
            false => token_embd.clone(),
        };
        let rope_freqs = match file.tensors.contains_key("rope_freqs.weight") {
            true => Some(vector(file, "rope_freqs.weight", spec.rope_dim / 2)?),
            false => None,
        };
        Ok(Self {
            token_embd,
            layers: (0..spec.layers).map(|index| Layer::load(file, spec, index)).collect::<Result<_, _>>()?,
            output_norm: vector(file, "output_norm.weight", spec.hidden)?,
            output,
            rope_freqs,
        })
    }
}

impl Layer {
    fn load(file: &GgufFile, spec: &ArchSpec, index: usize) -> Result<Self, GgufError> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let weight = |part: &str, rows, columns| Weight::load(file, &name(&format!("{part}.weight")), rows, columns);
        let norm = |part: &str| vector(file, &name(&format!("{part}.weight")), spec.hidden);
        let attn_qkv_bias = match file.tensors.contains_key(&name("attn_q.bias")) {
            true => Some(
                [("attn_q.bias", spec.query_dim()), ("attn_k.bias", spec.kv_dim()), ("attn_v.bias", spec.kv_dim())]
                    .map(|(part, length)| vector(file, &name(part), length))
                    .into_iter()
                    .collect::<Result<Vec<_>, _>>()?
                    .concat(),
            ),
            false => None,
        };
        Ok(Self {
            attn_norm: norm("attn_norm")?,
            attn_q: weight("attn_q", spec.query_dim(), spec.hidden)?,
            attn_k: weight("attn_k", spec.kv_dim(), spec.hidden)?,
            attn_v: weight("attn_v", spec.kv_dim(), spec.hidden)?,
            attn_qkv_bias,
            attn_output: weight("attn_output", spec.hidden, spec.query_dim())?,
            ffn_norm: norm("ffn_norm")?,
            ffn_gate: weight("ffn_gate", spec.feed_forward, spec.hidden)?,
            ffn_up: weight("ffn_up", spec.feed_forward, spec.hidden)?,
            ffn_down: weight("ffn_down", spec.hidden, spec.feed_forward)?,
        })
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

fn vector(file: &GgufFile, name: &str, length: usize) -> Result<Vec<f32>, GgufError> {
    let (tensor, range) = file.tensor(name)?;
    expect_shape(name, &tensor.shape, &[length])?;
    let mut out = vec![0.0; length];
    compute::dequantize(tensor.block()?, &file.map()[range], &mut out);
    Ok(out)
}

fn expect_shape(name: &str, found: &[usize], expected: &[usize]) -> Result<(), GgufError> {
    if found == expected {
        return Ok(());
    }
    Err(GgufError::WrongShape { name: name.into(), found: found.into(), expected: expected.into() })
}
