//! What a run tells while it goes on, and the fold that a front end shows. Plain data: every event is a line of `events.jsonl`.

use serde::{Deserialize, Serialize};

use super::measure::Accuracy;
pub use super::rows::LeftOut;

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)] // fields have the Trainer's names
pub enum TrainEvent {
    /// The run begins, or goes on behind step `step`.
    Started { step: u64, total_steps: u64, epochs: f64, examples: usize, parameters: usize },
    /// An optimizer step was taken. `tokens` went through the model, `seconds` since the run (or its resumption) began, the process holds
    /// `memory` bytes.
    Step {
        step: u64,
        epoch: f64,
        loss: f64,
        grad_norm: f64,
        learning_rate: f64,
        tokens: usize,
        examples: usize,
        seconds: f64,
        #[serde(default)]
        memory: Option<u64>,
    },
    /// The loss on held-out rows, averaged over their answer tokens; where answers are judged, how many were right.
    Evaluated {
        step: u64,
        epoch: f64,
        eval_loss: f64,
        best: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accuracy: Option<Accuracy>,
    },
    /// What the model answers to one question by now, and what it should.
    Sampled { step: u64, question: String, answer: String, expected: String },
    /// A checkpoint is complete.
    Saved { step: u64, folder: String },
    /// Something a person should know.
    Warning { text: String },
    /// The last message of a run that was stopped: it can go on.
    Paused { step: u64 },
    /// The last message of a run that is done.
    Finished { step: u64, train_loss: f64, seconds: f64, stopped_early: bool, folder: String },
    /// The last message of a run that failed.
    Failed { step: u64, message: String },
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)] // the names say it
pub enum Phase {
    #[default]
    Waiting,
    Running,
    Paused,
    Finished,
    Failed,
}

/// Where a run and its process stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is a folder, and no event.
    NotBegun,
    /// Its process reads the model and the examples.
    Starting,
    /// It goes on.
    Running,
    /// Its process was killed.
    CutOff,
    /// It was stopped behind a checkpoint.
    Paused,
    /// It is done.
    Finished,
    /// It ended with an error.
    Failed,
}

impl Standing {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not begun",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::CutOff => "cut off",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    /// Whether a process is at it.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }
}

/// One point of the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Optimizer step, from 1.
    pub step: u64,
    /// Mean loss of the step's answer tokens.
    pub loss: f64,
    /// Before clipping.
    pub grad_norm: f64,
    /// Of this step.
    pub learning_rate: f64,
}

/// What the model answered to a question on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Behind which step.
    pub step: u64,
    /// What was asked.
    pub question: String,
    /// What it answered.
    pub answer: String,
    /// What it should.
    pub expected: String,
}

/// What a check shows besides the plan: examples as the model sees them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preview {
    /// The plan, in lines; empty where there is none.
    pub plan: String,
    /// Why it cannot be trained, where it cannot.
    pub problem: Option<String>,
    /// Examples in each file of the data.
    pub files: Vec<(String, usize)>,
    /// How many are learned from.
    pub examples: usize,
    /// The first of them.
    pub rows: Vec<PreviewRow>,
    /// How many were left out.
    pub dropped: usize,
    /// The first of them.
    pub left_out: Vec<LeftOut>,
    /// Tokens from, and how many examples have so many.
    pub lengths: Vec<(usize, usize)>,
}

/// One example as the model sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PreviewRow {
    /// What is read and not learned.
    pub prompt: String,
    /// What is learned, the end token included.
    pub learned: String,
    /// All tokens.
    pub tokens: usize,
    /// Those that are learned.
    pub learned_tokens: usize,
    /// Those that go through once for several examples.
    pub shared_tokens: usize,
}

/// What the events so far amount to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// Where it stands.
    pub phase: Phase,
    /// Steps taken.
    pub step: u64,
    /// Steps to take.
    pub total_steps: u64,
    /// Epochs taken.
    pub epoch: f64,
    /// Every step.
    pub points: Vec<Point>,
    /// Loss with the noise taken out: an exponential mean over about twenty steps.
    pub smoothed_loss: Option<f64>,
    /// Step and loss of each evaluation.
    pub evaluations: Vec<(u64, f64)>,
    /// Step and right answers of each evaluation that judged some.
    pub accuracies: Vec<(u64, Accuracy)>,
    /// The step of the best evaluation.
    pub best: Option<u64>,
    /// Tokens that went through the model a second, since the run began or went on.
    pub tokens_per_second: Option<f64>,
    /// Seconds left, at the speed of this process.
    pub seconds_left: Option<f64>,
    /// Bytes that the process held behind its last step.
    pub memory: Option<u64>,
    /// What the model answered to one question, by the step.
    pub samples: Vec<Sample>,
    /// The last complete checkpoint.
    pub saved: Option<u64>,
    /// Warnings, in order.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub failure: Option<String>,
    started_at: u64,
    tokens: usize,
}

impl Progress {
    /// Takes an event in.
    pub fn apply(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Started { step, total_steps, .. } => {
                // What a killed process did behind its last checkpoint is done again.
                self.points.retain(|point| point.step <= *step);
                self.evaluations.retain(|(at, _)| at <= step);
                self.accuracies.retain(|(at, _)| at <= step);
                self.best = self.best.filter(|at| at <= step);
                self.samples.retain(|sample| sample.step <= *step);
                (self.phase, self.step, self.total_steps) = (Phase::Running, *step, *total_steps);
                (self.started_at, self.tokens, self.failure) = (*step, 0, None);
            }
            TrainEvent::Step { step, epoch, loss, grad_norm, learning_rate, tokens, seconds, memory, .. } => {
                (self.step, self.epoch, self.memory) = (*step, *epoch, *memory);
                self.points.push(Point { step: *step, loss: *loss, grad_norm: *grad_norm, learning_rate: *learning_rate });
                self.smoothed_loss = Some(self.smoothed_loss.map_or(*loss, |mean| 0.9 * mean + 0.1 * loss));
                self.tokens += tokens;
                if *seconds > 0.0 && *step > self.started_at {
                    self.tokens_per_second = Some(self.tokens as f64 / seconds);
                    self.seconds_left = Some(seconds / (step - self.started_at) as f64 * self.total_steps.saturating_sub(*step) as f64);
                }
            }
            TrainEvent::Evaluated { step, eval_loss, accuracy, best, .. } => {
                // One that was cut off is done again.
                self.evaluations.retain(|(at, _)| at != step);
                self.evaluations.push((*step, *eval_loss));
                self.accuracies.retain(|(at, _)| at != step);
                self.accuracies.extend(accuracy.map(|accuracy| (*step, accuracy)));
                self.best = if *best { Some(*step) } else { self.best };
            }
            TrainEvent::Sampled { step, question, answer, expected } => {
                let (question, answer, expected) = (question.clone(), answer.clone(), expected.clone());
                self.samples.push(Sample { step: *step, question, answer, expected });
            }
            TrainEvent::Saved { step, .. } => self.saved = Some(*step),
            TrainEvent::Warning { text } => self.warnings.push(text.clone()),
            TrainEvent::Paused { step } => (self.phase, self.step) = (Phase::Paused, *step),
            TrainEvent::Finished { step, .. } => (self.phase, self.step, self.seconds_left) = (Phase::Finished, *step, None),
            TrainEvent::Failed { message, .. } => (self.phase, self.failure) = (Phase::Failed, Some(message.clone())),
        }
    }

    /// Where it stands, where it is known whether a process trains in its folder. What the events alone say may be a kill's leftover.
    pub fn standing(&self, running: bool) -> Standing {
        match (self.phase, running) {
            (Phase::Running, true) => Standing::Running,
            (_, true) => Standing::Starting,
            (Phase::Running, false) => Standing::CutOff,
            (Phase::Waiting, false) => Standing::NotBegun,
            (Phase::Paused, false) => Standing::Paused,
            (Phase::Finished, false) => Standing::Finished,
            (Phase::Failed, false) => Standing::Failed,
        }
    }

    /// The fold over `events.jsonl`. Lines that are not events (one that was cut off) are passed over.
    pub fn of_lines(text: &str) -> Self {
        let mut progress = Self::default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).for_each(|event| progress.apply(&event));
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: u64, loss: f64) -> TrainEvent {
        TrainEvent::Step {
            step,
            epoch: 0.5,
            loss,
            grad_norm: 1.0,
            learning_rate: 0.1,
            tokens: 100,
            examples: 4,
            seconds: step as f64,
            memory: None,
        }
    }

    #[test]
    fn a_run_that_was_killed_and_resumed_shows_each_step_once() {
        let started = |step| TrainEvent::Started { step, total_steps: 4, epochs: 1.0, examples: 16, parameters: 9 };
        let events = [started(0), step(1, 5.0), step(2, 4.0), step(3, 3.5), started(2), step(3, 3.0)];
        let text: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
        let progress = Progress::of_lines(&(text + "{\"event\":\"st"));
        assert_eq!(progress.points.iter().map(|point| point.loss).collect::<Vec<_>>(), [5.0, 4.0, 3.0]);
        assert_eq!((progress.phase, progress.step, progress.total_steps), (Phase::Running, 3, 4));
        assert_eq!(progress.seconds_left, Some(3.0));
    }
}
