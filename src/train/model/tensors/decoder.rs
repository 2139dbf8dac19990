//! All layers over tensors: loss and gradients of a batch.

use candle_core::{DType, Result, Tensor};

use super::attention::Sight;
use super::compute::{Compute, download};
use super::gradients::Sink;
use super::layer::{Geometry, Kept, Layer};
use super::linear::Pass;
use super::loss::{capped, cross_entropy};
use super::norm;
use super::rope::Turn;
use super::transfer::{Departure, Transfer};
use super::weights::Weights;
use crate::train::model::linear::{Base, Dropout};
use crate::train::model::loss::Terms;
use crate::train::model::{Batch, Decoder, StepScale};
use crate::train::parameters::Parameters;

/// A decoder and everything that its passes read.
#[derive(Debug, Clone, Copy)]
pub struct Passes<'a, 'w> {
    /// Where, and in which type.
    pub compute: &'a Compute,
    /// What it is.
    pub decoder: &'a Decoder<'w>,
    /// What it holds on the device.
    pub weights: &'a Weights<'w>,
    /// What is trained, in host memory.
    pub parameters: &'a Parameters,
    /// The way to host memory, where layer inputs wait there for the way back.
    pub away: Option<&'a Transfer>,
}

fn scaled(x: Tensor, factor: f32) -> Result<Tensor> {
    if factor == 1.0 { Ok(x) } else { x.affine(f64::from(factor), 0.0) }
}

/// A layer's input until the way back.
enum Waiting {
    /// On the device.
    Here(Tensor),
    /// In host memory, or on its way there.
    Away(Option<Departure>),
}

impl Passes<'_, '_> {
    /// The sum of the losses at the batch's targets, and with a `step` its gradients, multiplied by the step's scale, into `sink`. What a
    /// layer's forward pass computed is kept for the last `kept_layers` layers, and computed again for the others.
    pub fn loss(&self, sink: &mut Sink<'_>, batch: &Batch, step: Option<StepScale>, dropout: f32, kept_layers: usize) -> Result<f64> {
        let decoder = self.decoder;
        self.check(&batch.tokens)?;
        if batch.targets.is_empty() {
            return Ok(0.0);
        }
        let dropped = step.filter(|_| dropout > 0.0).map(|step| Dropout { probability: dropout, key: step.dropout_key });
        let pass = Pass { compute: self.compute, dropout: dropped };
        let (sights, turns, back) = self.geometry(batch)?;
        let (sight, whole) = (&sights[0], sights.last().unwrap_or(&sights[0]));
        let (turns, back) = (turns.each_ref(), back.each_ref());
        let geometry = Geometry { heads: decoder.heads(), eps: decoder.spec.norm_eps, sight, whole, turns, back };
        let mut x = self.embed(&batch.tokens)?; // [tokens, hidden]
        let noise = decoder.noise(batch, step);
        if !noise.is_empty() {
            x = (x + self.compute.upload(&noise, &[batch.tokens.len(), decoder.spec.hidden])?)?;
        }
        let mut inputs: Vec<(Waiting, Option<Kept>)> = Vec::with_capacity(decoder.layers.len());
        for (index, layer) in decoder.layers.iter().enumerate() {
            let tensors = self.weights.layer(self.compute, decoder, self.parameters, index)?;
            let (out, kept) = Layer { layer, tensors: &tensors }.forward(pass, geometry, &x)?;
            let input = std::mem::replace(&mut x, out);
            if step.is_some() && index >= decoder.lowest {
                let keep = index + kept_layers >= decoder.layers.len();
                if let Some((waiting, _)) = inputs.last_mut() {
                    // The one before had a layer's time to leave.
                    self.settle(waiting)?;
                }
                inputs.push((self.put_away(input)?, keep.then_some(kept)));
            }
        }
        let (loss, dx) = self.head(sink, batch, &x, step.map(|step| step.loss))?;
        let Some(mut dx) = dx else { return Ok(loss) };
        drop(x);
        for (index, layer) in decoder.layers.iter().enumerate().skip(decoder.lowest).rev() {
            let Some((input, kept)) = inputs.pop() else { break };
            let input = self.fetch(input, &batch.tokens)?;
            let tensors = self.weights.layer(self.compute, decoder, self.parameters, index)?;
            let layer = Layer { layer, tensors: &tensors };
            let kept = match kept {
                Some(kept) => kept,
                None => layer.recompute(pass, geometry, &input)?,
            };
            dx = layer.backward(pass, sink, geometry, &input, kept, dx)?;
        }
        if let Some(id) = decoder.embedding_id {
            sink.add_rows(self.compute, id, decoder.vocabulary(), &batch.tokens, &scaled(dx, decoder.spec.embedding_scale)?)?;
        }
        Ok(loss)
    }

    /// Logits `[places, vocabulary]` at `places` of a batch: what inference should give.
    pub fn logits(&self, batch: &Batch, places: &[usize]) -> Result<Vec<f32>> {
        let decoder = self.decoder;
        self.check(&batch.tokens)?;
        let pass = Pass { compute: self.compute, dropout: None };
        let (sights, turns, back) = self.geometry(batch)?;
        let (sight, whole) = (&sights[0], sights.last().unwrap_or(&sights[0]));
        let (turns, back) = (turns.each_ref(), back.each_ref());
        let geometry = Geometry { heads: decoder.heads(), eps: decoder.spec.norm_eps, sight, whole, turns, back };
        let mut x = self.embed(&batch.tokens)?;
        for (index, layer) in decoder.layers.iter().enumerate() {
            let tensors = self.weights.layer(self.compute, decoder, self.parameters, index)?;
            x = Layer { layer, tensors: &tensors }.forward(pass, geometry, &x)?.0;
        }
        let places: Vec<u32> = places.iter().map(|&place| place as u32).collect();
        let chosen = x.index_select(&self.compute.indices(&places)?, 0)?; // [places, hidden]
        let norm = self.weights.final_norm(self.compute, decoder, self.parameters)?;
        let (normed, _) = norm::forward(&chosen, &norm, decoder.spec.norm_eps)?;
        let normed = scaled(normed, 1.0 / decoder.spec.logit_divisor)?;
        let output = self.weights.output(self.compute, decoder, self.parameters)?;
        download(&capped(self.compute.product(&normed, &output.weight.t()?)?, decoder.spec.logit_cap)?)
    }

    /// A token outside the vocabulary would be read from somewhere else on a card.
    fn check(&self, tokens: &[u32]) -> Result<()> {
        let vocabulary = self.decoder.vocabulary();
        match tokens.iter().find(|&&token| token as usize >= vocabulary) {
            Some(token) => candle_core::bail!("token {token} is outside the vocabulary of {vocabulary}"),
            None => Ok(()),
        }
    }

    /// What is seen in layers with a window, then what is seen in others, where there are both; and the turns.
    fn geometry(&self, batch: &Batch) -> Result<(Vec<Sight>, [Turn; 2], [Turn; 2])> {
        let decoder = self.decoder;
        let [usual, windowed] = decoder.rotations(&batch.positions);
        let turns = [Turn::new(self.compute, &usual)?, Turn::new(self.compute, &windowed)?];
        let back = [turns[0].inverse()?, turns[1].inverse()?];
        let window = decoder.heads().window;
        let mut sights = vec![Sight::new(self.compute, &batch.sequences, window)?];
        if window.is_some() && decoder.layers.iter().any(|layer| layer.window.is_none()) {
            sights.push(Sight::new(self.compute, &batch.sequences, None)?);
        }
        Ok((sights, turns, back))
    }

    /// `[tokens, hidden]`, f32.
    fn embed(&self, tokens: &[u32]) -> Result<Tensor> {
        scaled(self.embedded(tokens)?, self.decoder.spec.embedding_scale)
    }

    fn embedded(&self, tokens: &[u32]) -> Result<Tensor> {
        let (decoder, hidden) = (self.decoder, self.decoder.spec.hidden);
        if let Some(values) = decoder.embedding_id.and_then(|id| self.weights.values(id)) {
            return values.index_select(&self.compute.indices(tokens)?, 0);
        }
        let mut rows = vec![0.0; tokens.len() * hidden];
        for (row, &token) in rows.chunks_exact_mut(hidden.max(1)).zip(tokens) {
            let at = token as usize;
            match decoder.embedding_id {
                Some(id) => row.copy_from_slice(self.parameters.values(id).get(at * hidden..(at + 1) * hidden).unwrap_or_default()),
                None => decoder.embedding.rows_f32(at..at + 1, row),
            }
        }
        self.compute.upload(&rows, &[tokens.len(), hidden])
    }

    /// Where a layer's input waits for the way back.
    fn put_away(&self, input: Tensor) -> Result<Waiting> {
        match self.away {
            Some(transfer) => Ok(Waiting::Away(Some(transfer.begin(input)?))),
            None => Ok(Waiting::Here(input)),
        }
    }

    /// Lets the device's copy go, once the other is in host memory.
    fn settle(&self, waiting: &mut Waiting) -> Result<()> {
        if let (Waiting::Away(departure), Some(transfer)) = (waiting, self.away)
            && let Some(going) = departure.take()
        {
            *departure = Some(transfer.settle(going)?);
        }
        Ok(())
    }

    /// The input again, `[tokens, hidden]`.
    fn fetch(&self, waiting: Waiting, tokens: &[u32]) -> Result<Tensor> {
        match (waiting, self.away) {
            (Waiting::Here(input), _) => Ok(input),
            (Waiting::Away(Some(departure)), Some(transfer)) => {
                self.compute.upload(&transfer.arrive(departure)?, &[tokens.len(), self.decoder.spec.hidden])
            }
            (Waiting::Away(_), _) => candle_core::bail!("a layer's input is lost"),
        }
    }

    /// The last norm, the output layer and the loss; with a scale also the gradient of `x: [tokens, hidden]`.
    fn head(&self, sink: &mut Sink<'_>, batch: &Batch, x: &Tensor, scale: Option<f32>) -> Result<(f64, Option<Tensor>)> {
        let decoder = self.decoder;
        let (places, tokens): (Vec<u32>, Vec<u32>) = batch.targets.iter().map(|target| (target.place as u32, target.token)).unzip();
        self.check(&tokens)?;
        let places = self.compute.indices(&places)?;
        let chosen = x.index_select(&places, 0)?; // [places, hidden]
        let weight = self.weights.final_norm(self.compute, decoder, self.parameters)?;
        let (normed, inverse) = norm::forward(&chosen, &weight, decoder.spec.norm_eps)?;
        let normed = scaled(normed, 1.0 / decoder.spec.logit_divisor)?;
        let output = self.weights.output(self.compute, decoder, self.parameters)?;
        let trained = match decoder.output.base {
            Base::Trained(id) => Some(id),
            Base::Frozen(_) => None,
        };
        let terms = Terms { cap: decoder.spec.logit_cap, smoothing: decoder.label_smoothing };
        let loss = cross_entropy(self.compute, &output, terms, &normed, &tokens, scale, trained.is_some())?;
        drop(output);
        if let (Some(id), Some(dweight)) = (trained, loss.dweight) {
            sink.add(id, dweight)?;
        }
        let Some(dnormed) = loss.dx else { return Ok((loss.sum, None)) };
        let dnormed = scaled(dnormed, 1.0 / decoder.spec.logit_divisor)?;
        let dchosen = norm::backward(sink, &decoder.final_norm, &weight, &chosen, &inverse, &dnormed)?;
        let dx = Tensor::zeros(x.shape(), DType::F32, &self.compute.device)?.index_add(&places, &dchosen, 0)?;
        Ok((loss.sum, Some(dx)))
    }
}
