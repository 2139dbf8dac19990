//! The decoder: one forward pass for every family that [`ArchSpec`] describes.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use sha2::{Digest, Sha256};

use super::LlmError;
use super::adapter::card::hex;
use super::adapter::{ActiveAdapter, Adapter};
use super::arch::{ArchSpec, RopePairing, refuse_unknown};
use super::checkpoint::Checkpoint;
use super::fingerprint::{hash_checkpoint, hash_gguf};
use super::gguf::{GgufFile, Metadata};
use super::kv::KvType;
pub use super::lane::{Lane, Want};
use super::lane::{adapter_spans, wanted_rows};
use super::layout::Placement;
use super::names::Projection;
use super::ops::{self, AdapterSpan, Additions, Norm, RopeTables, kernels, portable};
use super::resident::Resident;
use super::road::{LayerRoad, Pass};
use super::session::Session;
use super::source::refuse_unread;
use super::weights::{Layer, Weights};
use crate::compute::{AttentionShape, BlockType, Phase};

/// A loaded model: immutable, to be shared between sessions.
#[derive(Debug)]
pub struct Model {
    /// Its parameters.
    pub spec: ArchSpec,
    /// Its weights.
    pub weights: Weights,
    weights_hash: [u8; 32],
    fingerprint: [u8; 32],
    placement: Placement,
    resident: Resident,
}

impl ActiveAdapter {
    /// Makes `adapter` ready for `model`.
    ///
    /// # Errors
    /// When the adapter says that it belongs to other weights, or its matrices do not fit the model's.
    pub fn new(adapter: &Adapter, model: &Model) -> Result<Self, LlmError> {
        if let Some(card) = &adapter.card {
            let found = hex(model.weights_hash());
            if card.base.weights_sha256 != found {
                return Err(LlmError::OtherBase { base: card.base.name.clone(), expected: card.base.weights_sha256.clone(), found });
            }
        }
        Self::of(adapter, &model.spec, &model.weights, model.fingerprint)
    }
}

impl Model {
    /// Loads the model in `file`. Its matrices stay in the mapped bytes.
    pub fn load(file: &GgufFile) -> Result<Self, LlmError> {
        let spec = ArchSpec::from_gguf(&file.metadata)?;
        refuse_unknown(&file.metadata, &spec)?;
        let weights = Weights::load(file, &spec)?;
        refuse_unread(file, &spec)?;
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
        let fingerprint = hash.finalize().into();
        Self { spec, weights, weights_hash, fingerprint, placement: Placement::kernels(), resident: Resident::default() }
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
        Session::new(&self.spec, self.fingerprint, KvType::F16, &self.placement, None)
    }

    /// A session that has read nothing, and reads with `adapter`.
    pub fn session_with(&self, adapter: Option<Arc<ActiveAdapter>>) -> Result<Session, LlmError> {
        self.session_of(KvType::F16, adapter)
    }

    /// How a session remembers where nobody says it: in f32 where every matrix of the layers is f32, else in f16, as llama.cpp does. What an
    /// f16 cache rounds is below what quantised weights round; of exact ones it is the most that is lost (log-probabilities off by 0.005
    /// in tiny models, and by 0.0002 in f32).
    pub fn own_kv_type(&self) -> KvType {
        let is_exact = |layer: &Layer| Projection::ALL.iter().all(|&projection| layer.projection(projection).block() == BlockType::F32);
        if self.weights.layers.iter().all(is_exact) { KvType::F32 } else { KvType::F16 }
    }

    /// A session that has read nothing, remembers in `kv_type`, and reads with `adapter`.
    pub fn session_of(&self, kv_type: KvType, adapter: Option<Arc<ActiveAdapter>>) -> Result<Session, LlmError> {
        if adapter.as_ref().is_some_and(|adapter| *adapter.model() != self.fingerprint) {
            return Err(LlmError::Adapter("it was made ready for another model".into()));
        }
        Ok(Session::new(&self.spec, self.fingerprint, kv_type, &self.placement, adapter))
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

    /// The same model, whose layers lie and are computed as `placement` says. Sessions made before are of no use to it.
    ///
    /// # Errors
    /// Where the device does not take the weights.
    pub fn place(mut self, placement: Placement) -> Result<Self, LlmError> {
        self.resident = Resident::send(&self.weights, &placement)?;
        self.placement = placement;
        Ok(self)
    }

    /// Where its layers lie.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Matrices of blocks that the device did not take as they are, and that lie there as f32.
    pub fn dequantised(&self) -> usize {
        self.resident.dequantised
    }

    /// Reads the lanes' tokens in one pass, and gives each lane its logits, `[wanted, vocabulary]`, on the processor. With our kernels what a
    /// lane gets in one phase does not depend on the other lanes, nor on how its tokens were cut into passes; on other roads it may differ
    /// by the rounding of sums.
    ///
    /// # Errors
    /// When a token is outside the vocabulary, or a session belongs to another model or device. The sessions are then as before.
    pub fn forward(&self, phase: Phase, lanes: &mut [Lane<'_>]) -> Result<Vec<Tensor>, LlmError> {
        let spec = &self.spec;
        self.check(lanes)?;
        let tokens: Vec<u32> = lanes.iter().flat_map(|lane| lane.tokens).copied().collect();
        if tokens.is_empty() {
            return self.no_logits(lanes.len());
        }
        let tables = self.rope_tables(lanes, &self.rope_frequencies());
        // Layers with a window may turn by others.
        let window_tables = spec.window_rope_base.map(|_| self.rope_tables(lanes, &self.window_rope_frequencies()));
        let shape = AttentionShape {
            heads: spec.heads,
            kv_heads: spec.kv_heads,
            head_dim: spec.head_dim,
            scale: spec.attention_scale,
            sliding_window: None,
            cap: spec.score_cap,
        };
        let wanted = wanted_rows(lanes);
        let mut spans = adapter_spans(lanes, |lane| lane.tokens.len());
        let mut x = self.embed(&tokens, &spans)?; // [tokens, hidden]
        for (index, layer) in self.weights.layers.iter().enumerate() {
            let tables = window_tables.as_ref().filter(|_| spec.turns_by_window(index)).unwrap_or(&tables);
            let road = self.resident.layers.get(index).map_or(LayerRoad::Kernels(layer), LayerRoad::Portable);
            x = road.bring(&x)?;
            let [mut q, k, v] = road.queries_keys_values(Pass { phase, spec, tables, spans: &spans, layer: index }, &x)?;
            road.remember(lanes, index, &k, &v)?;
            let is_last = index + 1 == self.weights.layers.len();
            if is_last {
                if wanted.is_empty() {
                    break;
                }
                // Behind the last layer's keys and values only the wanted rows matter.
                q = ops::select(&q, &wanted)?; // [wanted, query_dim]
                x = ops::select(&x, &wanted)?; // [wanted, hidden]
                spans = adapter_spans(lanes, |lane| lane.want.count(lane.tokens.len()));
            }
            let shape = AttentionShape { sliding_window: spec.window(index), ..shape };
            let attended = road.attend(&q, shape, lanes, index, is_last)?; // [tokens, query_dim]
            let pass = Pass { phase, spec, tables, spans: &spans, layer: index };
            x = road.add_attended(pass, &attended, &x)?;
            x = road.feed_forward(pass, &x)?; // [tokens, hidden]
        }
        for lane in lanes.iter_mut() {
            lane.session.tokens.extend(lane.tokens);
            lane.session.kv.set_len(lane.session.tokens.len());
        }
        if wanted.is_empty() { self.no_logits(lanes.len()) } else { self.logits(&x, lanes, &spans) }
    }

    fn check(&self, lanes: &[Lane<'_>]) -> Result<(), LlmError> {
        let rows = self.weights.token_embd.rows;
        if let Some(token) = lanes.iter().flat_map(|lane| lane.tokens).find(|&&token| token as usize >= rows) {
            return Err(LlmError::Inconsistent(format!("token {token} is outside the vocabulary of {rows}")));
        }
        if lanes.iter().any(|lane| lane.session.model != self.fingerprint) {
            return Err(LlmError::Inconsistent("a session belongs to another model".into()));
        }
        if lanes.iter().any(|lane| !lane.session.kv.lies_as(&self.placement)) {
            return Err(LlmError::Inconsistent("a session belongs to another device".into()));
        }
        Ok(())
    }

    fn embed(&self, tokens: &[u32], spans: &[AdapterSpan]) -> Result<Tensor, LlmError> {
        let mut rows = vec![0.0; tokens.len() * self.spec.hidden];
        for (index, (row, &token)) in rows.chunks_exact_mut(self.spec.hidden).zip(tokens).enumerate() {
            let span = spans.iter().find(|span| span.rows.contains(&index));
            if let Some(embedding) = span.and_then(|span| span.adapter.ends().embedding.as_ref()) {
                embedding.row(token, row);
                continue;
            }
            self.weights.token_embd.rows_f32(token as usize..token as usize + 1, row);
        }
        if self.spec.embedding_scale != 1.0 {
            rows.iter_mut().for_each(|value| *value *= self.spec.embedding_scale);
        }
        Ok(Tensor::from_vec(rows, (tokens.len(), self.spec.hidden), &Device::Cpu)?)
    }

    fn no_logits(&self, lanes: usize) -> Result<Vec<Tensor>, LlmError> {
        let none = || Tensor::zeros((0, self.vocabulary()), DType::F32, &Device::Cpu);
        Ok((0..lanes).map(|_| none()).collect::<Result<_, _>>()?)
    }

    fn logits(&self, x: &Tensor, lanes: &[Lane<'_>], spans: &[AdapterSpan]) -> Result<Vec<Tensor>, LlmError> {
        let eps = self.spec.norm_eps;
        let is_changed = ops::change_head(spans);
        let output = if let Some(head) = &self.resident.head {
            let normed = portable::normed(x, Some(&head.norm), head.norm_bias.as_ref(), eps)?;
            let output = portable::linear(&head.output, &normed, Additions::NONE, 0)?.to_device(&Device::Cpu)?;
            if is_changed { ops::with_heads(&output, &normed, spans)? } else { output }
        } else {
            let x = x.to_device(&Device::Cpu)?;
            // A few rows, and the widest matrix: never worth a rearrangement.
            let norm = Norm::of(Some(&self.weights.output_norm), self.weights.output_norm_bias.as_deref(), eps);
            let output = kernels::norm_linear(Phase::Decode, &x, norm, &[&self.weights.output], None, Additions::NONE)?.swap_remove(0);
            if is_changed { ops::with_heads(&output, &kernels::norm(&x, norm)?, spans)? } else { output }
        };
        let output = if self.spec.logit_divisor == 1.0 { output } else { (output / f64::from(self.spec.logit_divisor))? };
        let output = match self.spec.logit_cap {
            Some(cap) => kernels::cap(&output, cap)?,
            None => output,
        };
        let mut start = 0;
        let mut out = Vec::with_capacity(lanes.len());
        for count in lanes.iter().map(|lane| lane.want.count(lane.tokens.len())) {
            out.push(output.narrow(0, start, count)?); // [wanted, vocabulary]
            start += count;
        }
        Ok(out)
    }

    /// The angle that a position adds to each rotated pair, as in RoFormer (arXiv 2104.09864), section 3.2.2. `[rope_dim / 2]`
    pub fn rope_frequencies(&self) -> Vec<f64> {
        let scale = f64::from(self.spec.rope_scale);
        let mut frequencies: Vec<f64> = self.frequencies(self.spec.rope_base).map(|frequency| frequency / scale).collect();
        if let Some(divisors) = &self.weights.rope_freqs {
            frequencies.iter_mut().zip(divisors).for_each(|(frequency, &divisor)| *frequency /= f64::from(divisor));
        }
        frequencies
    }

    /// The same in layers with a window, where those turn by others: nothing of them is scaled.
    pub fn window_rope_frequencies(&self) -> Vec<f64> {
        self.frequencies(self.spec.window_rope_base.unwrap_or(self.spec.rope_base)).collect()
    }

    fn frequencies(&self, base: f32) -> impl Iterator<Item = f64> {
        let dim = self.spec.rope_dim;
        (0..dim / 2).map(move |i| f64::from(base).powf(-2.0 * i as f64 / dim as f64))
    }

    /// Cosines and sines of every lane's positions.
    fn rope_tables(&self, lanes: &[Lane<'_>], frequencies: &[f64]) -> RopeTables {
        let half = self.spec.rope_dim / 2;
        let magnitude = f64::from(self.spec.rope_magnitude);
        let tokens: usize = lanes.iter().map(|lane| lane.tokens.len()).sum();
        let (mut cos, mut sin) = (Vec::with_capacity(tokens * half), Vec::with_capacity(tokens * half));
        for lane in lanes {
            for offset in 0..lane.tokens.len() {
                let position = (lane.session.kv.len() + offset) as f64;
                for frequency in frequencies {
                    let (s, c) = (position * frequency).sin_cos();
                    cos.push((c * magnitude) as f32);
                    sin.push((s * magnitude) as f32);
                }
            }
        }
        RopeTables::new(cos, sin, half, self.spec.rope_pairing == RopePairing::Adjacent)
    }
}
