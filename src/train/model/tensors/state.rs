//! What a run over tensors holds, and where: on the device, or in host memory.

use std::borrow::Cow;
use std::sync::mpsc::{channel, sync_channel};

use candle_core::{DType, Result, Tensor};
use half::bf16;

use super::compute::{Compute, download};
use super::decoder::Passes;
use super::gradients::{DeviceGradients, Sink, copy_to_host, into_host};
use super::moment::DeviceMoment;
use super::optimizer::{DeviceMoments, update};
use super::transfer::Transfer;
use super::weights::{Trained, Weights, copy};
use crate::compute::Pool;
use crate::train::model::{Batch, Decoder, Parameter, StepScale};
use crate::train::offload::Offload;
use crate::train::optimizer::{Moments, Optimizer, OptimizerType, Stride};
use crate::train::parameters::{Gradients, ParameterId, Parameters};

/// Gradients that may wait for the optimizer in host memory: more would only take memory.
const WAITING: usize = 2;
/// Elements a thread rounds at a time.
const BAND: usize = 1 << 18;

/// A parameter that the optimizer has moved, on its way to the device.
enum Moved<'a> {
    /// As it is.
    Floats(&'a Parameter),
    /// A matrix in bf16: half of the way.
    Halves(&'a Parameter, Vec<bf16>),
}

impl<'a> Moved<'a> {
    fn new(pool: &Pool, parameter: &'a Parameter, half: bool) -> Self {
        if !half || parameter.shape.len() == 1 {
            return Self::Floats(parameter);
        }
        let mut halves = vec![bf16::ZERO; parameter.values.len()];
        pool.for_each(halves.chunks_mut(BAND).zip(parameter.values.chunks(BAND)), |(halves, values)| {
            halves.iter_mut().zip(values).for_each(|(half, value)| *half = bf16::from_f32(*value));
        });
        Self::Halves(parameter, halves)
    }

    fn send(&self, compute: &Compute) -> Result<Tensor> {
        match self {
            Self::Floats(parameter) => copy(compute, parameter),
            Self::Halves(parameter, halves) => Tensor::from_slice(halves, parameter.shape.as_slice(), &compute.device),
        }
    }
}

/// What a run over tensors holds besides the values, gradients and moments that are in host memory.
#[derive(Debug)]
pub struct TensorState<'w> {
    compute: Compute,
    offload: Offload,
    weights: Weights<'w>,
    transfer: Transfer,
    gradients: DeviceGradients,
    /// `Some` where the optimizer works on the device.
    moments: Option<DeviceMoments>,
}

impl<'w> TensorState<'w> {
    /// Sends to the device what belongs there. `moments` are those of a run that goes on; `None` for zeros.
    pub fn new(
        compute: Compute,
        offload: Offload,
        optimizer: OptimizerType,
        decoder: &Decoder<'w>,
        parameters: &Parameters,
        moments: Option<&Moments>,
    ) -> Result<Self> {
        let trained = match offload {
            Offload::None => {
                let value = |parameter: &Parameter| compute.upload(&parameter.values, &parameter.shape);
                Trained::Values(parameters.iter().map(value).collect::<Result<_>>()?)
            }
            Offload::Optimizer | Offload::Gradients => {
                Trained::Copies(parameters.iter().map(|parameter| copy(&compute, parameter)).collect::<Result<_>>()?)
            }
            Offload::All => Trained::InHost,
        };
        let weights = Weights::new(&compute, decoder, trained, offload != Offload::All)?;
        let moments = match offload {
            Offload::None => Some(DeviceMoments::new(&compute, optimizer, parameters, moments)?),
            Offload::Optimizer | Offload::Gradients | Offload::All => None,
        };
        let gradients = DeviceGradients::new(parameters.len());
        let transfer = if offload == Offload::None { Transfer::default() } else { Transfer::new(&compute)? };
        Ok(Self { compute, offload, weights, transfer, gradients, moments })
    }

    fn passes<'a>(&'a self, decoder: &'a Decoder<'w>, parameters: &'a Parameters) -> Passes<'a, 'w> {
        let away = (self.offload == Offload::All).then_some(&self.transfer);
        Passes { compute: &self.compute, decoder, weights: &self.weights, parameters, away }
    }

    /// As [`Decoder::loss`]; gradients are added to `gradients` where they are summed in host memory, else to sums on the device.
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
        if !self.offload.sums_on_card() {
            let passes = self.passes(decoder, parameters);
            return into_host(pool, &self.transfer, gradients, |sink| passes.loss(sink, batch, step, dropout, kept_layers));
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
        if self.offload.sums_on_card() {
            self.gradients.clear();
        } else {
            gradients.clear();
        }
    }

    /// The gradients, in host memory wherever they are.
    pub fn gradients(&self, parameters: &Parameters, gradients: &Gradients) -> Result<Gradients> {
        if self.offload.sums_on_card() { copy_to_host(&self.gradients, parameters) } else { Ok(gradients.clone()) }
    }

    /// The 2-norm of all gradients together.
    pub fn norm(&self, pool: &Pool, gradients: &Gradients) -> Result<f64> {
        if self.offload.sums_on_card() { self.gradients.norm() } else { Ok(gradients.norm_on(pool)) }
    }

    /// One step of the optimizer, where the values are.
    #[allow(clippy::too_many_arguments)] // what moves, what moves it, and how far
    pub fn step(
        &mut self,
        pool: &Pool,
        optimizer: &Optimizer,
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
            *value = update(&stride, parameter.decays, value, &gradient, first, second)?;
        }
        Ok(())
    }

    /// The step in host memory, parameter by parameter: while one is worked on, the gradient of the next comes over, and what is done goes
    /// back.
    fn step_in_host(
        &mut self,
        pool: &Pool,
        stride: &Stride,
        parameters: &mut Parameters,
        gradients: &Gradients,
        moments: &mut Moments,
    ) -> Result<()> {
        let Self { compute, offload, weights, transfer, gradients: sums, .. } = self;
        let lengths: Vec<usize> = parameters.iter().map(|parameter| parameter.values.len()).collect();
        let half = compute.dtype == DType::BF16;
        let sides = parameters.iter_mut().zip(moments.first.iter_mut().zip(moments.second.iter_mut())).enumerate();
        std::thread::scope(|scope| {
            let (come, coming) = sync_channel::<Cow<'_, [f32]>>(WAITING);
            let (go, going) = channel();
            scope.spawn(move || {
                for ((index, (parameter, (first, second))), gradient) in sides.zip(coming) {
                    stride.update(pool, parameter, &gradient, first, second);
                    // Nobody waits for it where something failed on the way: that is told by whom it befell.
                    let _ = go.send((index, Moved::new(pool, parameter, half)));
                }
            });
            let mut place = |(index, moved): (usize, Moved<'_>)| {
                if let Trained::Copies(copies) = &mut weights.trained
                    && let Some(place) = copies.get_mut(index)
                {
                    *place = moved.send(compute)?;
                }
                Ok::<(), candle_core::Error>(())
            };
            let leave = |index: usize| sums.get(index).map(|sum| transfer.begin(sum.clone())).transpose();
            let mut next = leave(0)?;
            for (index, length) in lengths.into_iter().enumerate() {
                let coming = std::mem::replace(&mut next, leave(index + 1)?);
                let gradient = match (offload.sums_on_card(), coming) {
                    (true, Some(departure)) => Cow::Owned(transfer.arrive(departure)?),
                    (true, None) => Cow::Owned(vec![0.0; length]),
                    (false, _) => Cow::Borrowed(gradients.get(ParameterId(index))),
                };
                if come.send(gradient).is_err() {
                    candle_core::bail!("the thread that takes the optimizer's steps has ended")
                }
                going.try_iter().try_for_each(&mut place)?;
            }
            drop(come);
            going.into_iter().try_for_each(place)
        })
    }

    /// Copies the values and moments that live on the device to host memory, where checkpoints are written from.
    pub fn read_back(&self, parameters: &mut Parameters, moments: &mut Moments) -> Result<()> {
        self.read_back_values(parameters)?;
        if let Some(own) = &self.moments {
            for (ours, theirs) in [(&own.first, &mut moments.first), (&own.second, &mut moments.second)] {
                *theirs = ours.iter().map(DeviceMoment::fetch).collect::<Result<_>>()?;
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
