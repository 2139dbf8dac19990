//! What learns: a decoder, its values, gradients and moments, and what computes with them.

use super::TrainError;
use super::config::TrainConfig;
use super::device::Arithmetic;
use super::model::tensors::TensorState;
use super::model::workspace::Workspace;
use super::model::{Batch, Decoder, Gradients, Parameters, StepScale};
use super::optimizer::{Moments, Optimizer};
use crate::compute::{self, Pool};

/// What computes, and what it keeps for itself.
enum Engine<'w> {
    /// Our kernels: everything is in host memory.
    Kernels,
    /// Tensors.
    Tensors(Box<TensorState<'w>>),
}

/// What learns.
pub(super) struct Learner<'w> {
    /// What it is.
    pub(super) decoder: Decoder<'w>,
    /// What is trained. Where an engine holds the values, [`Self::read_back`] brings them here.
    pub(super) parameters: Parameters,
    /// As the values.
    pub(super) moments: Moments,
    gradients: Gradients,
    workspace: Workspace<'static>,
    engine: Engine<'w>,
}

impl<'w> Learner<'w> {
    /// `begun` where values and moments are those of a run that goes on.
    pub(super) fn new(
        config: &TrainConfig,
        arithmetic: Arithmetic,
        decoder: Decoder<'w>,
        parameters: Parameters,
        moments: Moments,
        begun: bool,
    ) -> Result<Self, TrainError> {
        let engine = match arithmetic.compute(config.bf16)? {
            None => Engine::Kernels,
            Some(compute) => {
                let state = TensorState::new(compute, config.offload, config.optim, &decoder, &parameters, begun.then_some(&moments))?;
                Engine::Tensors(Box::new(state))
            }
        };
        let gradients = Gradients::zeros(&parameters);
        let workspace = Workspace::new(compute::global());
        let mut learner = Self { decoder, parameters, moments, gradients, workspace, engine };
        learner.forget_copies();
        Ok(learner)
    }

    fn pool(&self) -> &'static Pool {
        self.workspace.pool
    }

    /// Forgets the gradients of the step before.
    pub(super) fn clear(&mut self) {
        match &mut self.engine {
            Engine::Kernels => self.gradients.clear(),
            Engine::Tensors(state) => state.clear(&mut self.gradients),
        }
    }

    /// The sum of the losses at the batch's targets; with a `step` its gradients are added to those of the batches before.
    pub(super) fn loss(&mut self, batch: &Batch, step: Option<StepScale>, dropout: f32, kept_layers: usize) -> Result<f64, TrainError> {
        let pool = self.pool();
        let Self { decoder, parameters, gradients, workspace, engine, .. } = self;
        Ok(match engine {
            Engine::Kernels => decoder.loss(workspace, parameters, gradients, batch, step, dropout, kept_layers),
            Engine::Tensors(state) => state.loss(pool, decoder, parameters, gradients, batch, step, dropout, kept_layers)?,
        })
    }

    /// The 2-norm of all gradients together.
    pub(super) fn norm(&self) -> Result<f64, TrainError> {
        Ok(match &self.engine {
            Engine::Kernels => self.gradients.norm(),
            Engine::Tensors(state) => state.norm(self.pool(), &self.gradients)?,
        })
    }

    /// One step of the optimizer.
    pub(super) fn step(&mut self, optimizer: &Optimizer, rate: f64, factor: f32) -> Result<(), TrainError> {
        let pool = self.pool();
        let Self { parameters, gradients, moments, engine, .. } = self;
        match engine {
            Engine::Kernels => optimizer.step(pool, parameters, gradients, moments, rate, factor),
            Engine::Tensors(state) => state.step(pool, optimizer, parameters, gradients, moments, rate, factor)?,
        }
        Ok(())
    }

    /// Brings values to host memory.
    pub(super) fn read_back(&mut self) -> Result<(), TrainError> {
        if let Engine::Tensors(state) = &self.engine {
            state.read_back_values(&mut self.parameters)?;
        }
        Ok(())
    }

    /// Brings values and moments to host memory.
    pub(super) fn read_back_all(&mut self) -> Result<(), TrainError> {
        if let Engine::Tensors(state) = &self.engine {
            state.read_back(&mut self.parameters, &mut self.moments)?;
        }
        Ok(())
    }

    /// Lets go of moments that are only copies of those on the device.
    pub(super) fn forget_copies(&mut self) {
        if let Engine::Tensors(state) = &self.engine
            && state.keeps_moments()
        {
            self.moments = Moments { steps: self.moments.steps, ..Moments::default() };
        }
    }
}
