//! A decoder's layers from a model's weights, with what of them is trained.

use super::layer::TrainedLayer;
use super::linear::{Base, Linear, Lora, Products};
use crate::llm::Model;
use crate::llm::adapter::LoraConfig;
use crate::llm::names::{Fused, LayerPart, Projection, TensorName};
use crate::llm::weights::{Layer, Weight};
use crate::random;
use crate::train::parameters::{ParameterId, Parameters, Vector};

/// What of a model is trained.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a run has one")]
pub enum Adaptation {
    /// Everything.
    Full,
    /// Low-rank adapters; the model stays as it is.
    Lora(LoraConfig),
}

/// Makes the layers of a decoder, and what of them is trained.
pub(super) struct Builder<'w> {
    /// What is trained.
    pub(super) parameters: Parameters,
    adaptation: Adaptation,
    seed: u64,
    linears: u64,
    model: &'w Model,
}

impl<'w> Builder<'w> {
    /// Of a model.
    pub(super) fn new(model: &'w Model, adaptation: &Adaptation, seed: u64) -> Self {
        Self { parameters: Parameters::default(), adaptation: adaptation.clone(), seed, linears: 0, model }
    }

    pub(super) fn trains_everything(&self) -> bool {
        self.adaptation == Adaptation::Full
    }

    fn vector(&mut self, name: String, values: &'w [f32]) -> Vector<'w> {
        if self.trains_everything() {
            Vector::Trained(self.parameters.add(name, vec![values.len()], values.to_vec()))
        } else {
            Vector::Frozen(values)
        }
    }

    /// A norm's weights.
    pub(super) fn norm(&mut self, name: TensorName, values: &'w [f32]) -> Vector<'w> {
        let family = self.model.spec.family;
        let vector = self.vector(name.hugging_face(family), values);
        if let Vector::Trained(id) = vector {
            self.parameters.set_offset(id, family.norm_offset());
        }
        vector
    }

    pub(super) fn matrix(&mut self, name: String, weights: &[&Weight]) -> ParameterId {
        let (rows, columns) = (weights.iter().map(|weight| weight.rows).sum::<usize>(), weights.first().map_or(0, |weight| weight.columns));
        let mut values = vec![0.0; rows * columns];
        let mut rest = values.as_mut_slice();
        for weight in weights {
            let (own, others) = rest.split_at_mut(weight.rows * columns);
            weight.rows_f32(0..weight.rows, own);
            // From here on the copy alone is worked with.
            weight.release();
            rest = others;
        }
        self.parameters.add(name, vec![rows, columns], values)
    }

    /// `place` is where it stands in the layers; `None` for the output.
    pub(super) fn linear(
        &mut self,
        name: String,
        place: Option<(usize, Projection)>,
        weight: &'w Weight,
        bias: Option<&'w [f32]>,
    ) -> Linear<'w> {
        let index = self.linears;
        self.linears += 1;
        let base = match self.trains_everything() {
            true => Base::Trained(self.matrix(format!("{name}.weight"), &[weight])),
            false => Base::Frozen(weight.matrix()),
        };
        let bias = bias.map(|bias| self.vector(format!("{name}.bias"), bias));
        let rank = match (&self.adaptation, place) {
            (Adaptation::Lora(config), Some((layer, map))) if config.covers(layer, map) => Some((layer, map.path())),
            _ => None,
        };
        let lora = rank.and_then(|(layer, path)| self.lora(&name, layer, path, [weight.rows, weight.columns], index));
        Linear { outputs: weight.rows, inputs: weight.columns, base, products: Products::Floats, bias, lora, place, index, first: 0 }
    }

    /// Several maps that are one in what is trained.
    fn fused(&mut self, index: usize, fused: Fused, layer: &'w Layer) -> Vec<Linear<'w>> {
        let number = self.linears;
        self.linears += 1;
        let name = format!("model.layers.{index}.{}", fused.path());
        let weights: Vec<&'w Weight> = fused.parts().iter().map(|&part| layer.projection(part)).collect();
        let whole = self.trains_everything().then(|| self.matrix(format!("{name}.weight"), &weights));
        let covered = matches!(&self.adaptation, Adaptation::Lora(config) if config.covers_fused(index, fused));
        let (rows, columns) = fused.shape(&self.model.spec);
        let lora = if covered { self.lora(&name, index, fused.path(), [rows, columns], number) } else { None };
        let part = |(&part, weight): (&Projection, &&'w Weight)| Linear {
            outputs: weight.rows,
            inputs: weight.columns,
            base: whole.map_or(Base::Frozen(weight.matrix()), Base::Trained),
            products: Products::Floats,
            bias: None,
            lora,
            place: Some((index, part)),
            index: number,
            first: fused.first_row(&self.model.spec, part),
        };
        fused.parts().iter().zip(&weights).map(part).collect()
    }

    /// PEFT's beginning: `a` uniform within `1 / sqrt(inputs)` (Kaiming with `a = sqrt(5)`), `b` zero.
    fn lora(&mut self, name: &str, layer: usize, path: &str, [rows, columns]: [usize; 2], index: u64) -> Option<Lora> {
        let Adaptation::Lora(config) = &self.adaptation else { return None };
        let rank = config.rank(layer, path);
        let scale = config.scale(layer, path, rank);
        let bound = 1.0 / (columns as f32).sqrt();
        let key = random::key(&[self.seed, index]);
        let a = (0..rank * columns).map(|i| (2.0 * random::unit(key, i as u64) - 1.0) * bound).collect();
        let name = |part: &str| format!("base_model.model.{name}.lora_{part}.weight");
        let a = self.parameters.add(name("A"), vec![rank, columns], a);
        let b = self.parameters.add(name("B"), vec![rows, rank], vec![0.0; rows * rank]);
        Some(Lora { a, b, rank, scale })
    }

    /// The maps of a layer that read the same, `N` of them: one by one, or as one.
    fn maps<const N: usize>(&mut self, index: usize, fused: Fused, layer: &'w Layer) -> [Linear<'w>; N] {
        let maps = match self.model.spec.family.fuses() {
            true => self.fused(index, fused, layer),
            false => fused.parts().iter().map(|&part| self.map(index, part, layer)).collect(),
        };
        maps.try_into().unwrap_or_else(|_| unreachable!("called with as many as there are parts"))
    }

    fn map(&mut self, index: usize, projection: Projection, layer: &'w Layer) -> Linear<'w> {
        let name = format!("model.layers.{index}.{}", projection.path());
        self.linear(name, Some((index, projection)), layer.projection(projection), layer.bias(projection))
    }

    pub(super) fn layer(&mut self, index: usize) -> TrainedLayer<'w> {
        let spec = &self.model.spec;
        let Some(layer) = self.model.weights.layers.get(index) else { unreachable!("called for layers that are there") };
        let name = |part: LayerPart| TensorName::Layer { index, part };
        let norm = |this: &mut Self, part, values: &'w Option<Vec<f32>>| values.as_deref().map(|values| this.norm(name(part), values));
        let attention_norm = norm(self, LayerPart::AttentionNorm, &layer.attn_norm);
        let [q, k, v] = self.maps(index, Fused::QueryKeyValue, layer);
        let head_norms = layer
            .attn_head_norms
            .as_ref()
            .map(|[of_q, of_k]| [self.norm(name(LayerPart::QueryNorm), of_q), self.norm(name(LayerPart::KeyNorm), of_k)]);
        let o = self.map(index, Projection::Output, layer);
        let attention_post_norm = norm(self, LayerPart::AttentionPostNorm, &layer.attn_post_norm);
        let feed_forward_norm = norm(self, LayerPart::FeedForwardNorm, &layer.ffn_norm);
        let [gate, up] = self.maps(index, Fused::GateUp, layer);
        TrainedLayer {
            attention_norm,
            attention_post_norm,
            feed_forward_norm,
            head_norms,
            window: spec.window(index),
            turns: spec.turns(index),
            turns_by_window: spec.turns_by_window(index),
            activation: spec.family.activation(),
            residual_scale: spec.residual_scale,
            q,
            k,
            v,
            o,
            gate,
            up,
            down: self.map(index, Projection::Down, layer),
            feed_forward_post_norm: norm(self, LayerPart::FeedForwardPostNorm, &layer.ffn_post_norm),
        }
    }
}
