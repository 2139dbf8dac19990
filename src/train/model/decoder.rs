//! All layers: loss and gradients of a batch.

use std::collections::{BTreeMap, BTreeSet};

use super::attention::Heads;
use super::batch::Batch;
pub use super::builder::Adaptation;
use super::builder::Builder;
use super::layer::{Geometry, Kept, TrainedLayer};
use super::linear::{Base, Dropout, Linear, Lora, Pass, Products};
use super::loss::{Scale, Terms, cross_entropy};
use super::norm;
use super::rope::Rotation;
use super::workspace::Workspace;
use crate::compute::{Pool, elementwise};
use crate::llm::Model;
use crate::llm::adapter::active::{unweave_rows, weave_rows};
use crate::llm::adapter::{Adapter, AdapterCard, Lora as StoredLora, LoraConfig};
use crate::llm::arch::{ArchSpec, RopePairing};
use crate::llm::names::{Fused, Projection, TensorName};
use crate::llm::weights::Weight;
use crate::random;
use crate::train::parameters::{Gradients, ParameterId, Parameters, Vector};

/// A model as it is trained: frozen parts lie in the model, trained ones among the parameters.
#[derive(Debug)]
pub struct Decoder<'w> {
    pub(super) spec: &'w ArchSpec,
    pub(super) embedding: &'w Weight,
    /// `Some` where it is trained.
    pub(super) embedding_id: Option<ParameterId>,
    pub(super) layers: Vec<TrainedLayer<'w>>,
    pub(super) final_norm: Vector<'w>,
    pub(super) output: Linear<'w>,
    pub(super) frequencies: Vec<f64>,
    /// In layers with a window, where those turn by others.
    pub(super) window_frequencies: Option<Vec<f64>>,
    /// The lowest layer in which something is trained: the way back ends there.
    pub(super) lowest: usize,
    /// What of each loss is the mean over all tokens (the Trainer's `label_smoothing_factor`); where losses are measured, too, as there.
    pub label_smoothing: f32,
    /// How strong the noise on embeddings is (NEFTune, arXiv 2310.05914); none where losses are only measured.
    pub noise_alpha: f32,
}

/// What a batch's loss is multiplied with, and what is dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepScale {
    /// One by the learned tokens of the whole optimizer step.
    pub loss: f32,
    /// Changes with every batch of a run: what is dropped depends on it.
    pub dropout_key: u64,
}

/// Tells the key of the noise from those of what is dropped.
const NOISE: u64 = 0x6e65_6674;

impl<'w> Decoder<'w> {
    /// A decoder over the weights of `model`, and what of it is trained. The beginning of adapters depends on `seed`.
    pub fn new(model: &'w Model, adaptation: &Adaptation, seed: u64) -> (Self, Parameters) {
        let weights = &model.weights;
        let mut builder = Builder::new(model, adaptation, seed);
        let embedding_id = builder.trains_everything().then(|| builder.matrix("model.embed_tokens.weight".into(), &[&weights.token_embd]));
        let layers: Vec<_> = (0..model.spec.layers).map(|index| builder.layer(index)).collect();
        let final_norm = builder.norm(TensorName::FinalNorm, &weights.output_norm);
        let output = match embedding_id.filter(|_| is_tied(model)) {
            Some(id) => Linear {
                outputs: weights.output.rows,
                inputs: weights.output.columns,
                base: Base::Trained(id),
                products: Products::Floats,
                bias: None,
                lora: None,
                place: None,
                index: u64::MAX,
                first: 0,
            },
            None => builder.linear("lm_head".into(), None, &weights.output, None),
        };
        let frequencies = model.rope_frequencies();
        let window_frequencies = model.spec.window_rope_base.map(|_| model.window_rope_frequencies());
        let is_adapted = |layer: &TrainedLayer<'_>| layer.linears().iter().any(|linear| linear.lora.is_some());
        let lowest = if embedding_id.is_some() { 0 } else { layers.iter().position(is_adapted).unwrap_or(model.spec.layers) };
        let (spec, embedding) = (&model.spec, &weights.token_embd);
        let decoder = Self {
            spec,
            embedding,
            embedding_id,
            layers,
            final_norm,
            output,
            frequencies,
            window_frequencies,
            lowest,
            label_smoothing: 0.0,
            noise_alpha: 0.0,
        };
        (decoder, builder.parameters)
    }

    /// Has products with frozen matrices made in 8 bits, as inference makes them; with `turned`, also those of the way back, by copies of the
    /// matrices.
    pub fn use_eight_bits(&mut self, pool: &Pool, turned: bool) {
        let lowest = self.lowest;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            // Nothing goes back through the layers below.
            layer.linears_mut().into_iter().for_each(|linear| linear.use_eight_bits(pool, turned && index >= lowest));
        }
        self.output.use_eight_bits(pool, turned);
    }

    pub(super) fn heads(&self) -> Heads {
        let spec = self.spec;
        Heads {
            heads: spec.heads,
            kv_heads: spec.kv_heads,
            head_dim: spec.head_dim,
            scale: spec.attention_scale,
            window: spec.sliding_window,
            cap: spec.score_cap,
        }
    }

    /// By the positions of a batch; in layers with a window, where those turn by other frequencies, the second.
    pub(super) fn rotations(&self, positions: &[u32]) -> [Rotation; 2] {
        let of = |frequencies| Rotation::new(positions, frequencies, self.spec.rope_magnitude, self.spec.rope_pairing);
        let windowed = self.window_frequencies.as_ref().map(|frequencies| of(frequencies.as_slice()));
        let usual = of(self.frequencies.as_slice());
        [usual.clone(), windowed.unwrap_or(usual)]
    }

    fn adapted(&self) -> impl Iterator<Item = (usize, Projection, Lora, &Linear<'w>)> {
        let linears = self.layers.iter().flat_map(TrainedLayer::linears);
        linears.filter_map(|linear| linear.place.zip(linear.lora).map(|((layer, projection), lora)| (layer, projection, lora, linear)))
    }

    /// Whether the rows of a projection stand in another order than Hugging Face's.
    fn is_woven(&self, projection: Projection) -> bool {
        self.spec.rope_pairing == RopePairing::Adjacent && projection.rotated_heads(self.spec).is_some()
    }

    /// The adapter as it is now, as PEFT stores it.
    pub fn adapter(&self, parameters: &Parameters, config: &LoraConfig, card: Option<AdapterCard>) -> Adapter {
        let mut adapter = Adapter {
            config: config.clone(),
            card,
            loras: BTreeMap::new(),
            fused: BTreeMap::new(),
            changes: BTreeMap::new(),
            ends: BTreeMap::new(),
        };
        for (layer, projection, lora, _) in self.adapted() {
            let (rank, a, b) = (lora.rank, parameters.values(lora.a).to_vec(), parameters.values(lora.b));
            match Fused::of(projection).filter(|_| self.spec.family.fuses()) {
                Some(fused) => {
                    adapter.fused.entry((layer, fused)).or_insert_with(|| StoredLora { rank, a, b: b.to_vec() });
                }
                None => {
                    let b = if self.is_woven(projection) { unweave_rows(b, self.spec.head_dim, rank) } else { b.to_vec() };
                    adapter.loras.insert((layer, projection), StoredLora { rank, a, b });
                }
            }
        }
        adapter
    }

    /// Takes over the values of `adapter`, which must have the same shapes. What does not fit, in words.
    pub fn set_adapter(&self, parameters: &mut Parameters, adapter: &Adapter) -> Result<(), String> {
        if !adapter.changes.is_empty() || !adapter.ends.is_empty() {
            return Err("it holds more than low-rank matrices of layers (DoRA's lengths, biases, a head), which can be asked with and not trained on".into());
        }
        let mut found = BTreeSet::new();
        for (layer, projection, lora, _) in self.adapted() {
            let fused = Fused::of(projection).filter(|_| self.spec.family.fuses());
            let path = fused.map_or(projection.path(), Fused::path);
            let name = || format!("{path} of layer {layer}");
            let stored = match fused {
                Some(fused) => adapter.fused.get(&(layer, fused)),
                None => adapter.loras.get(&(layer, projection)),
            };
            let stored = stored.ok_or_else(|| format!("{} is missing", name()))?;
            let lengths = (parameters.values(lora.a).len(), parameters.values(lora.b).len());
            if stored.rank != lora.rank || (stored.a.len(), stored.b.len()) != lengths {
                return Err(format!("{} has another shape", name()));
            }
            let woven = fused.is_none() && self.is_woven(projection);
            let b = if woven { weave_rows(&stored.b, self.spec.head_dim, lora.rank) } else { stored.b.clone() };
            parameters.set(lora.a, stored.a.clone());
            parameters.set(lora.b, b);
            found.insert((layer, path));
        }
        let all = adapter.all().count();
        if found.len() == all { Ok(()) } else { Err(format!("{} of its {all} matrices have a place", found.len())) }
    }

    /// `[tokens, hidden]`
    fn embed(&self, pass: &mut Pass<'_, '_>, tokens: &[u32]) -> Vec<f32> {
        let hidden = self.spec.hidden;
        let mut x = pass.workspace.take(tokens.len() * hidden);
        for (row, &token) in x.chunks_exact_mut(hidden).zip(tokens) {
            let at = token as usize;
            match self.embedding_id {
                Some(id) => {
                    row.copy_from_slice(pass.parameters.values(id).get(at * hidden..(at + 1) * hidden).unwrap_or(&[]));
                }
                None => self.embedding.rows_f32(at..at + 1, row),
            }
        }
        multiply(&mut x, self.spec.embedding_scale);
        x
    }

    /// The noise on the embeddings of a batch, `[tokens, hidden]`: uniform within `alpha / sqrt(length * hidden)`, where the length is that of
    /// the longest row of the batch, to which the Trainer pads the others. Nothing where there is none.
    pub(super) fn noise(&self, batch: &Batch, step: Option<StepScale>) -> Vec<f32> {
        let Some(step) = step.filter(|_| self.noise_alpha > 0.0) else { return Vec::new() };
        let longest = batch.positions.iter().max().map_or(1, |last| last + 1);
        let bound = self.noise_alpha / (longest as f32 * self.spec.hidden as f32).sqrt();
        let key = random::key(&[step.dropout_key, NOISE]);
        (0..batch.tokens.len() * self.spec.hidden).map(|at| (2.0 * random::unit(key, at as u64) - 1.0) * bound).collect()
    }

    /// Tokens that an embedding is known for.
    pub fn vocabulary(&self) -> usize {
        self.embedding.rows
    }

    /// The sum of the losses at the batch's targets, and with `scale` its gradients, multiplied and added to `gradients`. What a layer's
    /// forward pass computed is kept for the last `kept_layers` layers, and computed again for the others. Where it is kept for none, the
    /// inputs of every second layer are computed again, too.
    #[allow(clippy::too_many_arguments)] // what is read, what is written, and the step
    pub fn loss(
        &self,
        workspace: &mut Workspace<'_>,
        parameters: &Parameters,
        gradients: &mut Gradients,
        batch: &Batch,
        step: Option<StepScale>,
        dropout: f32,
        kept_layers: usize,
    ) -> f64 {
        let dropped = step.filter(|_| dropout > 0.0).map(|step| Dropout { probability: dropout, key: step.dropout_key });
        let mut pass = Pass { workspace, parameters, dropout: dropped };
        let rotations = self.rotations(&batch.positions);
        let back = rotations.each_ref().map(Rotation::inverse);
        let (rotations, back) = (rotations.each_ref(), back.each_ref());
        let geometry = Geometry { heads: self.heads(), eps: self.spec.norm_eps, sequences: &batch.sequences, rotations, back };
        let mut x = self.embed(&mut pass, &batch.tokens);
        x.iter_mut().zip(self.noise(batch, step)).for_each(|(x, noise)| *x += noise);
        let mut inputs: Vec<(Option<Vec<f32>>, Option<Kept>)> = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let (out, kept) = layer.forward(&mut pass, &geometry, &x);
            let input = std::mem::replace(&mut x, out);
            if step.is_none() || index < self.lowest {
                kept.recycle(pass.workspace);
                pass.workspace.give(input);
                continue;
            }
            let keep = index + kept_layers >= self.layers.len();
            if keep {
                inputs.push((Some(input), Some(kept)));
                continue;
            }
            kept.recycle(pass.workspace);
            if kept_layers == 0 && !(index - self.lowest).is_multiple_of(2) {
                pass.workspace.give(input);
                inputs.push((None, None));
            } else {
                inputs.push((Some(input), None));
            }
        }
        let loss = self.head(&mut pass, gradients, batch, &mut x, step.map(|step| step.loss));
        let trained = self.layers.get(self.lowest..).unwrap_or_default();
        while let Some((input, kept)) = inputs.pop() {
            let Some(layer) = trained.get(inputs.len()) else { break };
            let input = match (input, inputs.last(), trained.get(inputs.len().wrapping_sub(1))) {
                (Some(input), ..) => input,
                (None, Some((Some(before), _)), Some(below)) => {
                    let (input, kept) = below.forward(&mut pass, &geometry, before);
                    kept.recycle(pass.workspace);
                    input
                }
                (None, ..) => unreachable!("below a layer whose input was let go stands one whose input is there"),
            };
            let kept = kept.unwrap_or_else(|| layer.recompute(&mut pass, &geometry, &input));
            layer.backward(&mut pass, gradients, &geometry, &input, kept, &mut x);
            pass.workspace.give(input);
        }
        if let Some(id) = self.embedding_id.filter(|_| step.is_some()) {
            let hidden = self.spec.hidden;
            let gradient = gradients.get_mut(id);
            for (dx, &token) in x.chunks_exact(hidden).zip(&batch.tokens) {
                let at = token as usize * hidden;
                let row = gradient.get_mut(at..at + hidden).unwrap_or_default();
                row.iter_mut().zip(dx).for_each(|(row, dx)| *row += self.spec.embedding_scale * dx);
            }
        }
        pass.workspace.give(x);
        loss
    }

    /// The last norm, the output layer and the loss. With a scale, `x` becomes its gradient.
    fn head(&self, pass: &mut Pass<'_, '_>, gradients: &mut Gradients, batch: &Batch, x: &mut [f32], scale: Scale) -> f64 {
        let hidden = self.spec.hidden;
        let mut chosen = pass.workspace.take(batch.targets.len() * hidden);
        for (row, target) in chosen.chunks_exact_mut(hidden).zip(&batch.targets) {
            row.copy_from_slice(&x[target.place * hidden..(target.place + 1) * hidden]);
        }
        let tokens: Vec<u32> = batch.targets.iter().map(|target| target.token).collect();
        let (mut normed, inverse) = norm::forward(pass.workspace, pass.parameters, &chosen, &self.final_norm, self.spec.norm_eps);
        multiply(&mut normed, 1.0 / self.spec.logit_divisor);
        let terms = Terms { cap: self.spec.logit_cap, smoothing: self.label_smoothing };
        let loss = cross_entropy(pass, gradients, &self.output, terms, &mut normed, &tokens, scale);
        if scale.is_some() {
            multiply(&mut normed, 1.0 / self.spec.logit_divisor);
            let mut dx = pass.workspace.zeros(chosen.len());
            norm::backward(pass.parameters, gradients, &chosen, &inverse, &self.final_norm, &normed, &mut dx);
            x.fill(0.0);
            for (dx, target) in dx.chunks_exact(hidden).zip(&batch.targets) {
                let row = &mut x[target.place * hidden..(target.place + 1) * hidden];
                row.iter_mut().zip(dx).for_each(|(x, dx)| *x += dx);
            }
            pass.workspace.give(dx);
        }
        for buffer in [chosen, normed, inverse] {
            pass.workspace.give(buffer);
        }
        loss
    }

    /// Logits `[places, vocabulary]` at `places` of a batch: what inference should give.
    pub fn logits(&self, workspace: &mut Workspace<'_>, parameters: &Parameters, batch: &Batch, places: &[usize]) -> Vec<f32> {
        let mut pass = Pass { workspace, parameters, dropout: None };
        let rotations = self.rotations(&batch.positions);
        let (rotations, back) = (rotations.each_ref(), rotations.each_ref());
        let geometry = Geometry { heads: self.heads(), eps: self.spec.norm_eps, sequences: &batch.sequences, rotations, back };
        let mut x = self.embed(&mut pass, &batch.tokens);
        for layer in &self.layers {
            let (out, kept) = layer.forward(&mut pass, &geometry, &x);
            kept.recycle(pass.workspace);
            pass.workspace.give(std::mem::replace(&mut x, out));
        }
        let hidden = self.spec.hidden;
        let chosen: Vec<f32> = places.iter().flat_map(|&place| &x[place * hidden..(place + 1) * hidden]).copied().collect();
        let (mut normed, _) = norm::forward(pass.workspace, pass.parameters, &chosen, &self.final_norm, self.spec.norm_eps);
        multiply(&mut normed, 1.0 / self.spec.logit_divisor);
        let mut logits = self.output.forward(&mut pass, &normed).0;
        if let Some(cap) = self.spec.logit_cap {
            elementwise::cap(&mut logits, cap);
        }
        logits
    }
}

fn multiply(x: &mut [f32], factor: f32) {
    if factor != 1.0 {
        x.iter_mut().for_each(|x| *x *= factor);
    }
}

/// Whether the output is the embedding again.
pub fn is_tied(model: &Model) -> bool {
    std::ptr::eq(model.weights.output.matrix().bytes, model.weights.token_embd.matrix().bytes)
}

#[cfg(test)]
mod tests;
