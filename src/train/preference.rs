//! Direct preference optimization (Rafailov et al. 2023, equation 7), as TRL's `DPOTrainer` computes it with `loss_type="sigmoid"`: of each pair
//! the chosen answer becomes likelier than the rejected one, held against the model as it was when the run began.
//!
//! `loss = -log sigmoid(beta * ((log p(chosen) - log p(rejected)) - (the same of the reference)))`, the mean over the pairs of a batch.
//! Its gradient is that of the two answers' log probabilities, each times one number: both go through as any row does.

use super::TrainError;
use super::learner::Learner;
use super::model::{Batch, Row, StepScale};
use super::rows::Rows;

/// Negative log probabilities of the two answers of a pair: the chosen one's, then the rejected one's.
pub type Pair = (f64, f64);

/// What came of a batch of pairs, summed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rewards {
    /// The losses.
    pub loss: f64,
    /// How much likelier chosen answers became, times beta.
    pub chosen: f64,
    /// The same of rejected ones.
    pub rejected: f64,
    /// Pairs whose chosen answer gained more.
    pub right: f64,
    /// Pairs.
    pub pairs: f64,
}

impl Rewards {
    /// Takes a pair in; gives what the gradient of its chosen answer's negative log probability is multiplied with, the rejected one's with
    /// its opposite.
    pub fn take(&mut self, policy: Pair, reference: Pair, beta: f64) -> f64 {
        let (chosen, rejected) = (beta * (reference.0 - policy.0), beta * (reference.1 - policy.1));
        let margin = chosen - rejected;
        self.loss += softplus(-margin);
        self.chosen += chosen;
        self.rejected += rejected;
        self.right += if margin > 0.0 { 1.0 } else { 0.0 };
        self.pairs += 1.0;
        beta / (1.0 + margin.exp())
    }

    /// Those of another batch, too, each so many times: TRL takes the mean of the means of batches.
    pub fn add(&mut self, other: &Self, times: f64) {
        self.loss += times * other.loss;
        self.chosen += times * other.chosen;
        self.rejected += times * other.rejected;
        self.right += times * other.right;
        self.pairs += times * other.pairs;
    }

    /// Lines of the log, under TRL's names: means over the pairs.
    pub fn lines(&self) -> [(&'static str, f64); 4] {
        let count = if self.pairs > 0.0 { self.pairs } else { 1.0 };
        [
            ("rewards/chosen", self.chosen / count),
            ("rewards/rejected", self.rejected / count),
            ("rewards/accuracies", self.right / count),
            ("rewards/margins", (self.chosen - self.rejected) / count),
        ]
    }
}

/// `log(1 + e^x)`, also where `e^x` is too great.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The negative log probabilities of every pair of `rows`, as the model is now.
pub(super) fn likelihoods(learner: &mut Learner<'_>, rows: &Rows) -> Result<Vec<Pair>, TrainError> {
    let pairs = rows.rows.iter().zip(&rows.rejected);
    pairs.map(|(chosen, rejected)| likelihood(learner, chosen, rejected)).collect()
}

fn likelihood(learner: &mut Learner<'_>, chosen: &Row, rejected: &Row) -> Result<Pair, TrainError> {
    let mut of = |row: &Row| learner.loss(&Batch::separate(&[row]), None, 0.0, 0);
    Ok((of(chosen)?, of(rejected)?))
}

/// The losses of pairs, each with its reference; with a `step` (whose scale each pair's gradient is multiplied with) gradients are added to
/// those that are there. Gives the tokens that went through on the way back, too.
pub(super) fn batch(
    learner: &mut Learner<'_>,
    pairs: &[(&Row, &Row, Pair)],
    beta: f64,
    step: Option<StepScale>,
    kept_layers: usize,
) -> Result<(Rewards, usize), TrainError> {
    let (mut rewards, mut tokens) = (Rewards::default(), 0);
    for &(chosen, rejected, reference) in pairs {
        let policy = likelihood(learner, chosen, rejected)?;
        let slope = rewards.take(policy, reference, beta) as f32;
        let Some(step) = step else { continue };
        for (row, slope) in [(chosen, slope), (rejected, -slope)] {
            let scale = StepScale { loss: step.loss * slope, ..step };
            learner.loss(&Batch::separate(&[row]), Some(scale), 0.0, kept_layers)?;
            tokens += row.tokens.len();
        }
    }
    Ok((rewards, tokens))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from torch: `-logsigmoid(beta * margin)` and its gradient by the chosen answer's negative log probability.
    #[test]
    fn the_loss_and_its_slope_are_torchs() {
        for (policy, reference, beta, loss, slope) in [
            ((10.0, 12.0), (10.0, 12.0), 0.1, std::f64::consts::LN_2, 0.05),
            ((8.0, 13.0), (10.0, 12.0), 0.1, 0.554_355_244, 0.042_555_748),
            ((11.0, 9.0), (10.0, 12.0), 0.5, 2.126_928_011, 0.440_398_539),
            ((5000.0, 1.0), (1.0, 5000.0), 1.0, 9998.0, 1.0),
            ((1.0, 5000.0), (5000.0, 1.0), 1.0, 0.0, 0.0),
        ] {
            let mut rewards = Rewards::default();
            let found = rewards.take(policy, reference, beta);
            assert!((rewards.loss - loss).abs() < 1e-8 && (found - slope).abs() < 1e-8, "{policy:?}: {rewards:?} {found}");
        }
        let mut all = Rewards::default();
        all.take((8.0, 13.0), (10.0, 12.0), 0.1);
        all.take((11.0, 9.0), (10.0, 12.0), 0.1);
        let lines = all.lines().map(|(_, value)| (value * 1e6).round() / 1e6);
        assert_eq!((all.pairs, lines), (2.0, [0.05, 0.1, 0.5, -0.05]));
    }
}
