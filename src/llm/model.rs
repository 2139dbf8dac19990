//! The decoder: one forward pass for every family that [`ArchSpec`] describes.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use sha2::{Digest, Sha256};

use super::LlmError;
use super::adapter::ActiveAdapter;
use super::arch::{ArchSpec, RopePairing};
use super::checkpoint::Checkpoint;
use super::gguf::{GgufFile, Metadata};
use super::kv::KvType;
use super::names::Projection;
use super::ops::{self, AdapterSpan, Additions, LanePages, RopeTables};
use super::session::Session;
use super::weights::Weights;
use crate::compute::{AttentionShape, Phase};

/// A loaded model: immutable, to be shared between sessions.
#[derive(Debug)]
pub struct Model {
    /// Its parameters.
    pub spec: ArchSpec,
    /// Its weights.
    pub weights: Weights,
    weights_hash: [u8; 32],
    fingerprint: [u8; 32],
}

/// Tokens for one session, in a forward pass of several.
#[derive(Debug)]
pub struct Lane<'a> {
    /// Read on.
    pub session: &'a mut Session,
    /// The tokens to read; they stand after those the session has read.
    pub tokens: &'a [u32],
    /// For which of them logits are wanted.
    pub want: Want<'a>,
}

/// Which of a lane's tokens need logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want<'a> {
    /// None: the tokens are only remembered.
    None,
    /// The last one.
    Last,
    /// All of them.
    All,
    /// Those at these places in `tokens`.
    At(&'a [usize]),
}

impl Model {
    /// Loads the model in `file`. Its matrices stay in the mapped bytes.
    pub fn load(file: &GgufFile) -> Result<Self, LlmError> {
        let spec = ArchSpec::from_gguf(&file.metadata)?;
        let weights = Weights::load(file, &spec)?;
        Ok(Self::new(spec, weights, hash_gguf(file)))
    }

    /// Loads the model in a Hugging Face folder. Its matrices stay in the mapped bytes.
    pub fn from_checkpoint(checkpoint: &Checkpoint) -> Result<Self, LlmError> {
        let spec = checkpoint.config.spec.clone();
        let weights = Weights::load(checkpoint, &spec)?;
        Ok(Self::new(spec, weights, hash_checkpoint(checkpoint)))
    }

    fn new(spec: ArchSpec, weights: Weights, weights_hash: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(weights_hash);
        hash.update(format!("{spec:?}{:?}", weights.rope_freqs));
        Self { spec, weights, weights_hash, fingerprint: hash.finalize().into() }
    }

    /// Opens the file at `path` and loads the model in it; also gives the file's metadata, which describes the tokenizer.
    pub fn open(path: &Path) -> Result<(Self, Metadata), LlmError> {
        let file = GgufFile::open(path)?;
        Ok((Self::load(&file)?, file.metadata))
    }

    /// Tells these weights from others, in every version of this program: an adapter remembers it of its base. SHA-256 over the tensors'
    /// names, types and shapes, and the first bytes of each. (The hash of a whole file takes seconds; two models that share every
    /// tensor's first kilobyte do not occur by accident.)
    pub fn weights_hash(&self) -> &[u8; 32] {
        &self.weights_hash
    }

    /// Tells this model from others: its weights, and how they are computed with.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// A session that has read nothing.
    pub fn session(&self) -> Session {
        Session::new(&self.spec, self.fingerprint, KvType::F16, None)
    }

    /// A session that has read nothing, and reads with `adapter`.
    pub fn session_with(&self, adapter: Option<Arc<ActiveAdapter>>) -> Result<Session, LlmError> {
        self.session_of(KvType::F16, adapter)
    }

    /// A session that has read nothing, remembers in `kv_type`, and reads with `adapter`.
    pub fn session_of(&self, kv_type: KvType, adapter: Option<Arc<ActiveAdapter>>) -> Result<Session, LlmError> {
        if adapter.as_ref().is_some_and(|adapter| *adapter.model() != self.fingerprint) {
            return Err(LlmError::Adapter("it was made ready for another model".into()));
        }
        Ok(Session::new(&self.spec, self.fingerprint, kv_type, adapter))
    }

    /// A session saved by [`Session::save`], of at most `max_tokens` tokens.
    pub fn load_session(&self, max_tokens: usize, input: &mut dyn Read) -> Result<Session, LlmError> {
        self.session().load(max_tokens, input)
    }

    /// As [`Self::load_session`], of a session that read with `adapter`.
    pub fn load_session_with(
        &self,
        adapter: Option<Arc<ActiveAdapter>>,
        max_tokens: usize,
        input: &mut dyn Read,
    ) -> Result<Session, LlmError> {
        self.session_with(adapter)?.load(max_tokens, input)
    }

    /// Entries of the vocabulary that logits are computed for.
    pub fn vocabulary(&self) -> usize {
        self.weights.output.rows
    }

    /// Reads the lanes' tokens in one pass, and gives each lane its logits, `[wanted, vocabulary]`. In one phase, what a lane gets does not
    /// depend on the other lanes, nor on how its tokens were cut into passes.
    ///
    /// # Errors
    /// When a token is outside the vocabulary. The sessions are then as before.
    pub fn forward(&self, phase: Phase, lanes: &mut [Lane<'_>]) -> Result<Vec<Tensor>, LlmError> {
        let spec = &self.spec;
        let tokens: Vec<u32> = lanes.iter().flat_map(|lane| lane.tokens).copied().collect();
        if let Some(token) = tokens.iter().find(|&&token| token as usize >= self.weights.token_embd.rows) {
            return Err(LlmError::Inconsistent(format!("token {token} is outside the vocabulary of {}", self.weights.token_embd.rows)));
        }
        if lanes.iter().any(|lane| lane.session.model != self.fingerprint) {
            return Err(LlmError::Inconsistent("a session belongs to another model".into()));
        }
        let tables = self.rope_tables(lanes);
        let shape = AttentionShape {
            heads: spec.heads,
            kv_heads: spec.kv_heads,
            head_dim: spec.head_dim,
            scale: 1.0 / (spec.head_dim as f32).sqrt(),
            sliding_window: spec.sliding_window,
        };
        let wanted = wanted_rows(lanes);
        let mut spans = adapter_spans(lanes, |lane| lane.tokens.len());
        let mut x = self.embed(&tokens)?; // [tokens, hidden]
        for (index, layer) in self.weights.layers.iter().enumerate() {
            let qkv = [&layer.attn_q, &layer.attn_k, &layer.attn_v];
            let additions = Additions::new(&spans, index, &[Projection::Query, Projection::Key, Projection::Value]);
            let qkv = ops::norm_linear(phase, &x, &layer.attn_norm, spec.norm_eps, &qkv, layer.attn_qkv_bias.as_deref(), additions)?;
            let [q, k, v] = qkv.as_slice() else { unreachable!("three weights give three outputs") };
            let mut q = ops::rope(q, &tables, spec.heads, spec.head_dim)?; // [tokens, query_dim]
            let k = ops::rope(k, &tables, spec.kv_heads, spec.head_dim)?; // [tokens, kv_dim]
            append(lanes, index, &k, v)?;
            let mut pages = lane_pages(lanes, index);
            if index + 1 == self.weights.layers.len() {
                // Behind the last layer's keys and values only the wanted rows matter.
                (q, pages) = keep_wanted(&q, lanes, pages)?;
                x = select(&x, &wanted)?; // [wanted, hidden]
                spans = adapter_spans(lanes, |lane| lane.want.count(lane.tokens.len()));
                if wanted.is_empty() {
                    break;
                }
            }
            let attended = ops::attend(&q, shape, pages)?; // [tokens, query_dim]
            let additions = |maps| Additions::new(&spans, index, maps);
            x = ops::linear_add(phase, &attended, &layer.attn_output, &x, additions(&[Projection::Output]))?;
            let block = ops::FeedForward {
                norm: &layer.ffn_norm,
                eps: spec.norm_eps,
                gate: &layer.ffn_gate,
                up: &layer.ffn_up,
                down: &layer.ffn_down,
                inner_additions: additions(&[Projection::Gate, Projection::Up]),
                outer_additions: additions(&[Projection::Down]),
            };
            x = ops::feed_forward(phase, &x, block)?; // [tokens, hidden]
        }
        for lane in lanes.iter_mut() {
            lane.session.tokens.extend(lane.tokens);
            lane.session.kv.set_len(lane.session.tokens.len());
        }
        self.logits(&x, lanes)
    }

    fn embed(&self, tokens: &[u32]) -> Result<Tensor, LlmError> {
        let mut rows = vec![0.0; tokens.len() * self.spec.hidden];
        for (row, &token) in rows.chunks_exact_mut(self.spec.hidden).zip(tokens) {
            self.weights.token_embd.rows_f32(token as usize..token as usize + 1, row);
        }
        Ok(Tensor::from_vec(rows, (tokens.len(), self.spec.hidden), &Device::Cpu)?)
    }

    fn logits(&self, x: &Tensor, lanes: &[Lane<'_>]) -> Result<Vec<Tensor>, LlmError> {
        let vocabulary = self.vocabulary();
        let counts: Vec<usize> = lanes.iter().map(|lane| lane.want.count(lane.tokens.len())).collect();
        if counts.iter().all(|&n| n == 0) {
            return Ok(counts
                .iter()
                .map(|_| Tensor::zeros((0, vocabulary), candle_core::DType::F32, &Device::Cpu))
                .collect::<Result<_, _>>()?);
        }
        // A few rows, and the widest matrix: never worth a rearrangement.
        let (norm, eps) = (&self.weights.output_norm, self.spec.norm_eps);
        let output = ops::norm_linear(Phase::Decode, x, norm, eps, &[&self.weights.output], None, Additions::NONE)?;
        let mut start = 0;
        let mut out = Vec::with_capacity(lanes.len());
        for count in counts {
            out.push(output[0].narrow(0, start, count)?); // [wanted, vocabulary]
            start += count;
        }
        Ok(out)
    }

    /// The angle that a position adds to each rotated pair, as in RoFormer (arXiv 2104.09864), section 3.2.2. `[rope_dim / 2]`
    pub fn rope_frequencies(&self) -> Vec<f64> {
        let spec = &self.spec;
        let half = spec.rope_dim / 2;
        let mut frequencies: Vec<f64> = (0..half)
            .map(|i| f64::from(spec.rope_base).powf(-2.0 * i as f64 / spec.rope_dim as f64) / f64::from(spec.rope_scale))
            .collect();
        if let Some(divisors) = &self.weights.rope_freqs {
            frequencies.iter_mut().zip(divisors).for_each(|(frequency, &divisor)| *frequency /= f64::from(divisor));
        }
        frequencies
    }

    /// Cosines and sines of every lane's positions.
    fn rope_tables(&self, lanes: &[Lane<'_>]) -> RopeTables {
        let half = self.spec.rope_dim / 2;
        let frequencies = self.rope_frequencies();
        let tokens: usize = lanes.iter().map(|lane| lane.tokens.len()).sum();
        let (mut cos, mut sin) = (Vec::with_capacity(tokens * half), Vec::with_capacity(tokens * half));
        for lane in lanes {
            for offset in 0..lane.tokens.len() {
                let position = (lane.session.kv.len() + offset) as f64;
                for frequency in &frequencies {
                    let (s, c) = (position * frequency).sin_cos();
                    cos.push(c as f32);
                    sin.push(s as f32);
                }
            }
        }
        RopeTables { cos, sin, half, adjacent: self.spec.rope_pairing == RopePairing::Adjacent }
    }
}

impl Want<'_> {
    fn count(&self, tokens: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Last => tokens.min(1),
            Self::All => tokens,
            Self::At(places) => places.iter().filter(|&&place| place < tokens).count(),
        }
    }

    fn places(&self, tokens: usize) -> Vec<usize> {
        match self {
            Self::None => Vec::new(),
            Self::Last => tokens.checked_sub(1).into_iter().collect(),
            Self::All => (0..tokens).collect(),
            Self::At(places) => places.iter().copied().filter(|&place| place < tokens).collect(),
        }
    }
}

/// The rows of each lane that carries an adapter; neighbours with one adapter together. `rows` says how many rows a lane has.
fn adapter_spans(lanes: &[Lane<'_>], rows: impl Fn(&Lane<'_>) -> usize) -> Vec<AdapterSpan> {
    let mut spans: Vec<AdapterSpan> = Vec::new();
    let mut start = 0;
    for lane in lanes {
        let end = start + rows(lane);
        if let Some(adapter) = &lane.session.adapter {
            match spans.last_mut().filter(|span| span.rows.end == start && Arc::ptr_eq(&span.adapter, adapter)) {
                Some(span) => span.rows.end = end,
                None => spans.push(AdapterSpan { rows: start..end, adapter: Arc::clone(adapter) }),
            }
        }
        start = end;
    }
    spans
}

/// Rows of the joined tokens for which logits are wanted.
fn wanted_rows(lanes: &[Lane<'_>]) -> Vec<u32> {
    let mut start = 0;
    let mut rows = Vec::new();
    for lane in lanes {
        rows.extend(lane.want.places(lane.tokens.len()).into_iter().map(|place| (start + place) as u32));
        start += lane.tokens.len();
    }
    rows
}

fn append(lanes: &mut [Lane<'_>], layer: usize, k: &Tensor, v: &Tensor) -> Result<(), LlmError> {
    ops::read_f32(k, |keys| {
        ops::read_f32(v, |values| {
            let mut start = 0;
            for lane in lanes.iter_mut() {
                let row = lane.session.kv.kv_heads * lane.session.kv.head_dim;
                let range = start * row..(start + lane.tokens.len()) * row;
                let position = lane.session.kv.len();
                lane.session.kv.write(layer, position, &keys[range.clone()], &values[range]);
                start += lane.tokens.len();
            }
        })
    })??;
    Ok(())
}

fn lane_pages(lanes: &[Lane<'_>], layer: usize) -> Vec<LanePages> {
    let pages =
        |lane: &Lane<'_>| LanePages { start: lane.session.kv.len(), tokens: lane.tokens.len(), pages: lane.session.kv.pages(layer) };
    lanes.iter().map(pages).collect()
}

/// The wanted rows of `q`, each a lane of its own, since they need not be neighbours.
fn keep_wanted(q: &Tensor, lanes: &[Lane<'_>], pages: Vec<LanePages>) -> Result<(Tensor, Vec<LanePages>), LlmError> {
    if lanes.iter().all(|lane| lane.want == Want::All) {
        return Ok((q.clone(), pages));
    }
    let kept = lanes
        .iter()
        .zip(&pages)
        .flat_map(|(lane, pages)| {
            let single = |place| LanePages { start: pages.start + place, tokens: 1, pages: pages.pages.clone() };
            lane.want.places(lane.tokens.len()).into_iter().map(single)
        })
        .collect();
    Ok((select(q, &wanted_rows(lanes))?, kept))
}

fn select(x: &Tensor, rows: &[u32]) -> Result<Tensor, LlmError> {
    if rows.len() == x.dim(0)? {
        return Ok(x.clone());
    }
    Ok(x.index_select(&Tensor::new(rows, &Device::Cpu)?, 0)?)
}

/// As [`Model::weights_hash`] says.
struct WeightsHash(Sha256);

impl WeightsHash {
    const SAMPLE: usize = 1024;

    fn add(&mut self, name: &str, shape: &[usize], ggml_type: u32, bytes: &[u8]) {
        self.0.update(format!("{name} {shape:?} {ggml_type}"));
        self.0.update(bytes.get(..Self::SAMPLE).unwrap_or(bytes));
    }
}

fn hash_gguf(file: &GgufFile) -> [u8; 32] {
    let mut hash = WeightsHash(Sha256::new());
    hash.0.update((file.map().len() as u64).to_le_bytes());
    for (name, tensor) in &file.tensors {
        let start = (tensor.offset as usize).min(file.map().len());
        hash.add(name, &tensor.shape, tensor.ggml_type, file.map().get(start..).unwrap_or_default());
    }
    hash.0.finalize().into()
}

fn hash_checkpoint(checkpoint: &Checkpoint) -> [u8; 32] {
    let mut hash = WeightsHash(Sha256::new());
    for (name, file, place) in checkpoint.tensors() {
        hash.add(name, &place.shape, place.block.map_or(u32::MAX, |block| block.ggml()), file.bytes(place));
    }
    hash.0.finalize().into()
}
