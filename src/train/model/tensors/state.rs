//! What a run over tensors holds, and where: on the device, or in host memory.

use std::sync::mpsc::channel;

use candle_core::Result;

use super::compute::{Compute, download};
use super::decoder::Passes;
use super::gradients::{DeviceGradients, Sink, copy_to_host, into_host};
use super::optimizer::{DeviceMoments, update};
use super::weights::{Trained, Weights, copy};
use crate::compute::Pool;
use crate::train::device::Offload;
use crate::train::model::parameters::{Gradients, ParameterId, Parameters};
use crate::train::model::{Batch, Decoder, Parameter, StepScale};
use crate::train::optimizer::{AdamW, Moments, Stride};

/// What a run over tensors holds besides the values, gradients and moments that are in host memory.
#[derive(Debug)]
pub struct TensorState<'w> {
    compute: Compute,
    offload: Offload,
    weights: Weights<'w>,
    gradients: DeviceGradients,
    /// `Some` where the optimizer works on the device.
    moments: Option<DeviceMoments>,
}

impl<'w> TensorState<'w> {
    /// Sends to the device what belongs there. `moments` are those of a run that goes on; `None` for zeros.
    pub fn new(
        compute: Compute,
        offload: Offload,
        decoder: &Decoder<'w>,
        parameters: &Parameters,
        moments: Option<&Moments>,
    ) -> Result<Self> {
        let trained = match offload {
            Offload::None => {
                let value = |parameter: &Parameter| compute.upload(&parameter.values, &parameter.shape);
                Trained::Values(parameters.iter().map(value).collect::<Result<_>>()?)
            }
            Offload::Optimizer => Trained::Copies(parameters.iter().map(|parameter| copy(&compute, parameter)).collect::<Result<_>>()?),
            Offload::All => Trained::InHost,
        };
        let weights = Weights::new(&compute, decoder, trained, offload != Offload::All)?;
        let moments = match (offload, moments) {
            (Offload::None, None) => Some(DeviceMoments::zeros(&compute, parameters)?),
            (Offload::None, Some(moments)) => {
                let send = |side: &[Vec<f32>]| {
                    parameters.iter().zip(side).map(|(parameter, values)| compute.upload(values, &parameter.shape)).collect::<Result<_>>()
                };
                Some(DeviceMoments { first: send(&moments.first)?, second: send(&moments.second)? })
            }
            (Offload::Optimizer | Offload::All, _) => None,
        };
        let gradients = DeviceGradients::new(parameters.len());
        Ok(Self { compute, offload, weights, gradients, moments })
    }

    fn passes<'a>(&'a self, decoder: &'a Decoder<'w>, parameters: &'a Parameters) -> Passes<'a, 'w> {
        let inputs_in_host = self.offload == Offload::All;
        Passes { compute: &self.compute, decoder, weights: &self.weights, parameters, inputs_in_host }
    }

    /// As [`Decoder::loss`]; gradients are added to `gradients` where they are kept in host memory, else to sums on the device.
    #[allow(clippy::too_many_arguments)] // what is read, what is written, and the step
    pub fn loss(
        &mut self,
        pool: &Pool,
        decoder: &Decoder<'w>,
        parameters: &Parameters,
        gradients: &mut Gradients,
        batch: &Batch,
        step: Option<StepScale>,
        dropout: f32,
        kept_layers: usize,
    ) -> Result<f64> {
        if step.is_none() {
            return self.passes(decoder, parameters).loss(&mut Sink::Nowhere, batch, None, dropout, 0);
        }
        if self.offload != Offload::None {
            let passes = self.passes(decoder, parameters);
            return into_host(pool, gradients, |sink| passes.loss(sink, batch, step, dropout, kept_layers));
        }
        let mut sums = std::mem::take(&mut self.gradients);
        let loss = self.passes(decoder, parameters).loss(&mut Sink::Device(&mut sums), batch, step, dropout, kept_layers);
        self.gradients = sums;
        loss
    }

    /// As [`Decoder::logits`].
    pub fn logits(&self, decoder: &Decoder<'w>, parameters: &Parameters, batch: &Batch, places: &[usize]) -> Result<Vec<f32>> {
        self.passes(decoder, parameters).logits(batch, places)
    }

    /// Forgets the gradients of the step before.
    pub fn clear(&mut self, gradients: &mut Gradients) {
        match self.offload {
            Offload::None => self.gradients.clear(),
            Offload::Optimizer | Offload::All => gradients.clear(),
        }
    }

    /// The gradients, in host memory wherever they are.
    pub fn gradients(&self, parameters: &Parameters, gradients: &Gradients) -> Result<Gradients> {
        match self.offload {
            Offload::None => copy_to_host(&self.gradients, parameters),
            Offload::Optimizer | Offload::All => Ok(gradients.clone()),
        }
    }

    /// The 2-norm of all gradients together.
    pub fn norm(&self, pool: &Pool, gradients: &Gradients) -> Result<f64> {
        match self.offload {
            Offload::None => self.gradients.norm(),
            Offload::Optimizer | Offload::All => Ok(gradients.norm_on(pool)),
        }
    }

    /// One step of the optimizer, where the values are.
    #[allow(clippy::too_many_arguments)] // what moves, what moves it, and how far
    pub fn step(
        &mut self,
        pool: &Pool,
        optimizer: &AdamW,
        parameters: &mut Parameters,
        gradients: &Gradients,
        moments: &mut Moments,
        rate: f64,
        factor: f32,
    ) -> Result<()> {
        moments.steps += 1;
        let stride = optimizer.stride(moments.steps, rate, factor);
        let (Some(own), Trained::Values(values)) = (&mut self.moments, &mut self.weights.trained) else {
            return self.step_in_host(pool, &stride, parameters, gradients, moments);
        };
        for (index, parameter) in parameters.iter().enumerate() {
            let (Some(value), Some(first), Some(second)) = (values.get_mut(index), own.first.get_mut(index), own.second.get_mut(index))
            else {
                candle_core::bail!("the device has no parameter {index}")
            };
            // Where nothing came, decay and old moments still move it.
            let gradient = self.gradients.get(index).map_or_else(|| value.zeros_like(), |sum| Ok(sum.clone()))?;
            [*value, *first, *second] = update(&stride, parameter.decays, value, &gradient, first, second)?;
        }
        Ok(())
    }

    /// The step in host memory, parameter by parameter; one that is done is sent to the device while the next is worked on.
    fn step_in_host(
        &mut self,
        pool: &Pool,
        stride: &Stride,
        parameters: &mut Parameters,
        gradients: &Gradients,
        moments: &mut Moments,
    ) -> Result<()> {
        let (compute, trained) = (&self.compute, &mut self.weights.trained);
        let sides = parameters.iter_mut().zip(gradients.iter()).zip(moments.first.iter_mut().zip(moments.second.iter_mut()));
        std::thread::scope(|scope| {
            let (sender, receiver) = channel();
            scope.spawn(move || {
                for ((parameter, gradient), (first, second)) in sides {
                    stride.update(pool, parameter, gradient, first, second);
                    let done: &Parameter = parameter;
                    // Nobody waits for it where sending failed: the step is taken all the same, and the failure told.
                    let _ = sender.send(done);
                }
            });
            for (index, parameter) in receiver.into_iter().enumerate() {
                if let Trained::Copies(copies) = trained
                    && let Some(place) = copies.get_mut(index)
                {
                    *place = copy(compute, parameter)?;
                }
            }
            Ok(())
        })
    }

    /// Copies the values and moments that live on the device to host memory, where checkpoints are written from.
    pub fn read_back(&self, parameters: &mut Parameters, moments: &mut Moments) -> Result<()> {
        self.read_back_values(parameters)?;
        if let Some(own) = &self.moments {
            for (ours, theirs) in [(&own.first, &mut moments.first), (&own.second, &mut moments.second)] {
                *theirs = ours.iter().map(download).collect::<Result<_>>()?;
            }
        }
        Ok(())
    }

    /// Copies the values that live on the device to host memory.
    pub fn read_back_values(&self, parameters: &mut Parameters) -> Result<()> {
        if let Trained::Values(values) = &self.weights.trained {
            for (index, value) in values.iter().enumerate() {
                parameters.set(ParameterId(index), download(value)?);
            }
        }
        Ok(())
    }

    /// Whether moments are kept on the device: those in host memory are then only what [`Self::read_back`] made of them.
    pub fn keeps_moments(&self) -> bool {
        self.moments.is_some()
    }
}
