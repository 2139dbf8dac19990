//! What a run is worth on the way: the loss on what is held out, answers that are right, the best so far, an answer to look at.

use super::Trainer;
use super::gradients::pairs;
use super::teller::{Evaluation, Teller};
use crate::llm::LlmError;
use crate::llm::trial;
use crate::signal::Cancel;
use crate::train::TrainError;
use crate::train::config::{LossType, Metric};
use crate::train::event::TrainEvent;
use crate::train::measure::Accuracy;
use crate::train::model::{Adaptation, Batch, Row};
use crate::train::order::batches;
use crate::train::preference;
use crate::train::rows::Rows;

/// An answer on the way may be so much longer than twice the one wanted.
const SAMPLE_TOKENS: usize = 32;

impl Trainer<'_, '_, '_> {
    /// Asks the first held-out question (the first question, where none are held out) of the model as it is.
    pub(super) fn sample(&mut self, cancel: &Cancel, teller: &mut Teller<'_>) -> Result<(), TrainError> {
        let rows = self.inputs.eval.unwrap_or(self.inputs.train);
        // All of a model's weights in training are nothing that inference can read yet: only adapters are tried.
        let (Adaptation::Lora(config), Some(row)) = (&self.identity.adaptation, rows.rows.first()) else { return Ok(()) };
        self.learner.read_back()?;
        let adapter = self.learner.decoder.adapter(&self.learner.parameters, config, None);
        let (prompt, answer) = row.tokens.split_at(row.prompt.min(row.tokens.len()));
        let answered = match trial::answer(self.inputs.model, &adapter, prompt, 2 * answer.len() + SAMPLE_TOKENS, cancel) {
            Ok(answered) => answered,
            // Told to stop: the next step sees that, too.
            Err(LlmError::Stopped(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let expected = self.inputs.model.tokenizer.decode(answer);
        let (step, question) = (self.state.global_step, rows.first_question.clone());
        teller.tell(TrainEvent::Sampled { step, question, answer: answered, expected })
    }

    /// The loss on held-out rows, and how many answers are right where somebody judges them; what that means for the run.
    pub(super) fn evaluate(&mut self, rows: &Rows, cancel: &Cancel, teller: &mut Teller<'_>) -> Result<Evaluation, TrainError> {
        let accuracy = match self.judged(cancel) {
            Err(TrainError::Stopped(_)) => {
                self.state.sqllama.evaluation_due = true;
                return Ok(Evaluation::Interrupted);
            }
            judged => judged?,
        };
        self.state.sqllama.evaluation_due = false;
        let eval_loss = self.held_out_loss(rows)?;
        if !eval_loss.is_finite() {
            return Err(TrainError::NotFinite { what: "evaluation loss", step: self.state.global_step });
        }
        let best = self.take_best(eval_loss, accuracy);
        if let Some(plateau) = &mut self.state.sqllama.plateau {
            plateau.step(eval_loss, &self.config.lr_scheduler_kwargs);
        }
        let mut line = vec![("eval_loss", eval_loss.into()), ("eval_loss_weighted_by", self.config.loss_type.weighted_by().into())];
        line.extend(accuracy.map(|accuracy| ("eval_execution_accuracy", accuracy.value().into())));
        self.state.log_values(&line);
        let (step, epoch) = (self.state.global_step, self.state.epoch);
        teller.tell(TrainEvent::Evaluated { step, epoch, eval_loss, best, accuracy })?;
        if best && self.config.load_best_model_at_end {
            // Also where none was due: the best must be there at the end.
            self.save(teller)?;
        }
        let enough = self.config.early_stopping_patience.is_some_and(|patience| self.state.sqllama.patience >= patience);
        Ok(if enough { Evaluation::Enough } else { Evaluation::Done })
    }

    /// The mean loss on held-out rows or pairs.
    fn held_out_loss(&mut self, rows: &Rows) -> Result<f64, TrainError> {
        match self.config.loss_type {
            LossType::Nll => {
                let all: Vec<&Row> = rows.rows.iter().collect();
                let (mut loss, mut learned) = (0.0, 0);
                for rows in batches(&all, self.config.per_device_eval_batch_size, rows.longest, self.config.share_prefix) {
                    let batch = if self.config.share_prefix { Batch::shared(&rows) } else { Batch::separate(&rows) };
                    loss += self.learner.loss(&batch, None, 0.0, 0)?;
                    learned += batch.targets.len();
                }
                Ok(loss / learned.max(1) as f64)
            }
            LossType::Sigmoid => {
                let indexes: Vec<usize> = (0..rows.rows.len()).collect();
                let pairs = pairs(rows, &self.reference[1], &indexes);
                let (rewards, _) = preference::batch(&mut self.learner, &pairs, self.config.beta, None, 0)?;
                Ok(rewards.loss / pairs.len().max(1) as f64)
            }
        }
    }

    /// How many answers are right by now; `None` where nobody judges them.
    fn judged(&mut self, cancel: &Cancel) -> Result<Option<Accuracy>, TrainError> {
        let (Adaptation::Lora(config), true) = (&self.identity.adaptation, self.judge.is_some()) else { return Ok(None) };
        self.learner.read_back()?;
        let adapter = self.learner.decoder.adapter(&self.learner.parameters, config, None);
        self.judge.as_mut().map(|judge| judge(&adapter, cancel)).transpose()
    }

    /// Whether this is the best evaluation so far. As in the Trainer, one before the first step is no candidate: there is no checkpoint of it.
    fn take_best(&mut self, eval_loss: f64, accuracy: Option<Accuracy>) -> bool {
        if self.state.global_step == 0 {
            return false;
        }
        // As the Trainer's callback has it, the threshold says when patience wears thin, and nothing of which checkpoint is the best.
        let threshold = self.config.early_stopping_threshold;
        let by_answers = accuracy.filter(|_| self.config.metric_for_best_model == Metric::ExecutionAccuracy);
        let (value, sign) = by_answers.map_or((eval_loss, -1.0), |accuracy| (accuracy.value(), 1.0));
        let gain = self.state.best_metric.map(|best| sign * (value - best));
        let patient = gain.is_none_or(|gain| gain > 0.0 && gain > threshold);
        self.state.sqllama.patience = if patient { 0 } else { self.state.sqllama.patience + 1 };
        // A few questions are often answered equally well: then the loss says which is better.
        let lower = by_answers.is_some() && self.state.sqllama.best_loss.is_some_and(|best| eval_loss < best);
        let best = gain.is_none_or(|gain| gain > 0.0 || (gain == 0.0 && lower));
        if best {
            self.state.best_metric = Some(value);
            self.state.sqllama.best_loss = by_answers.map(|_| eval_loss);
            self.state.best_global_step = Some(self.state.global_step);
            let folder = self.folder.checkpoint(self.state.global_step);
            self.state.best_model_checkpoint = Some(folder.display().to_string());
        }
        best
    }
}
