//! Gradients of one step: of the rows, or of the pairs of answers, that it learns.

use super::Trainer;
use crate::random;
use crate::signal::Cancel;
use crate::train::TrainError;
use crate::train::model::{Batch, Row, StepScale};
use crate::train::preference::{self, Pair, Rewards};
use crate::train::rows::Rows;

impl Trainer<'_, '_, '_> {
    /// Gradients of the mean loss over the answers of the rows at `indexes`, that loss, and the tokens that went through; `None` where it was
    /// told to stop.
    pub(super) fn learn_rows(&mut self, indexes: &[usize], cancel: &Cancel) -> Result<Option<(f64, usize)>, TrainError> {
        let (train, sampling) = (self.inputs.train, self.config.sampling());
        let rows: Vec<&Row> = indexes.iter().filter_map(|&index| train.rows.get(index)).collect();
        let learned: usize = rows.iter().map(|row| row.learned()).sum();
        let (mut loss, mut tokens) = (0.0, 0);
        for (index, rows) in sampling.batches(&rows, train.longest, self.config.share_prefix).iter().enumerate() {
            if cancel.is_stopped() {
                return Ok(None);
            }
            let batch = if self.config.share_prefix { Batch::shared(rows) } else { Batch::separate(rows) };
            let dropout_key = random::key(&[self.config.seed, 3, self.state.global_step, index as u64]);
            let scale = StepScale { loss: 1.0 / learned as f32, dropout_key };
            let sum = self.learner.loss(&batch, Some(scale), self.dropout, self.plan.kept_layers)?;
            loss += sum / learned as f64;
            tokens += batch.len();
        }
        Ok(Some((loss, tokens)))
    }

    /// The same of pairs: the mean over those of each batch, and over the batches, as the Trainer takes it.
    pub(super) fn learn_pairs(&mut self, indexes: &[usize], cancel: &Cancel) -> Result<Option<(f64, usize)>, TrainError> {
        let (train, batch) = (self.inputs.train, self.config.per_device_train_batch_size);
        let (mut loss, mut tokens) = (0.0, 0);
        self.rewards = Rewards::default();
        for indexes_of_batch in indexes.chunks(batch) {
            if cancel.is_stopped() {
                return Ok(None);
            }
            let scale = 1.0 / (indexes_of_batch.len() * indexes.len().div_ceil(batch)) as f64;
            let step = StepScale { loss: scale as f32, dropout_key: 0 };
            let pairs = pairs(train, &self.reference[0], indexes_of_batch);
            let (rewards, through) = preference::batch(&mut self.learner, &pairs, self.config.beta, Some(step), self.plan.kept_layers)?;
            loss += scale * rewards.loss;
            tokens += through;
            self.rewards.add(&rewards, scale);
        }
        Ok(Some((loss, tokens)))
    }
}

/// Pairs of `rows` by their places, each with what it is held against.
pub(super) fn pairs<'r>(rows: &'r Rows, reference: &[Pair], indexes: &[usize]) -> Vec<(&'r Row, &'r Row, Pair)> {
    let pair = |&at: &usize| Some((rows.rows.get(at)?, rows.rejected.get(at)?, *reference.get(at)?));
    indexes.iter().filter_map(pair).collect()
}
