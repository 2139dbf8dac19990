//! The plan as text, and the run as a line: drawn over itself on a terminal, written now and then elsewhere.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::line::LiveLine;
use crate::text;
use crate::train::config::{Method, TrainConfig};
use crate::train::memory::MemoryPlan;
use crate::train::{Progress, TrainEvent, TrainPlan};

/// The plan, a line a subject.
pub(super) fn plan(config: &TrainConfig, plan: &TrainPlan) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<11} {}", text::sanitize(&value));
    };
    let method = match plan.method {
        Method::Full => "full".to_owned(),
        Method::Lora => format!("lora, rank {}", config.lora_r),
        Method::Qlora => format!("qlora, rank {}", config.lora_r),
    };
    let share = 100.0 * plan.trainable_parameters as f64 / plan.model_parameters.max(1) as f64;
    let (trained, all) = (text::count(plan.trainable_parameters), text::count(plan.model_parameters));
    line("model", format!("{} ({all} parameters)", config.model_name_or_path));
    line("method", format!("{method}: {trained} parameters are trained ({share:.2}%)"));
    let mut examples = format!("{}, the longest of {} tokens", text::count(plan.examples as u64), text::count(plan.longest as u64));
    if plan.dropped.total() > 0 {
        let _ = write!(examples, "; {} left out ({})", plan.dropped.total(), plan.dropped);
    }
    if plan.shortened > 0 {
        let _ = write!(examples, "; {} cut at {} tokens", plan.shortened, config.model_max_length);
    }
    if plan.eval_examples > 0 {
        let _ = write!(examples, "; {} held out", plan.eval_examples);
    }
    line("examples", examples);
    line(
        "steps",
        format!(
            "{} of {} x {} examples ({:.2} epochs of {}), {} of warm-up",
            text::count(plan.total_steps),
            config.per_device_train_batch_size,
            config.gradient_accumulation_steps,
            plan.total_steps as f64 / plan.steps_per_epoch as f64,
            text::count(plan.steps_per_epoch),
            plan.warmup_steps
        ),
    );
    let mut tokens = format!("{}, of which {} are learned", text::count(plan.tokens_with_sharing), text::count(plan.learned_tokens));
    if plan.tokens_with_sharing < plan.tokens {
        let _ = write!(tokens, "; {} if beginnings were not shared", text::count(plan.tokens));
    }
    line("tokens", tokens);
    line("memory", memory(&plan.memory));
    if let Some(card) = &plan.card {
        line("card", memory(card));
    }
    line("disk", format!("about {} in {}", text::bytes(plan.disk_bytes), config.output_dir.display()));
    if let Some(seconds) = plan.seconds {
        line("time", format!("about {} on this machine", text::duration(Duration::from_secs_f64(seconds))));
    }
    for warning in &plan.warnings {
        line("warning", warning.clone());
    }
    out
}

fn memory(memory: &MemoryPlan) -> String {
    format!(
        "about {}: model {}, trained {}, gradients {}, moments {}, activations {}, scratch {}",
        text::bytes(memory.total()),
        text::bytes(memory.model),
        text::bytes(memory.parameters),
        text::bytes(memory.gradients),
        text::bytes(memory.moments),
        text::bytes(memory.activations),
        text::bytes(memory.scratch)
    )
}

/// A run as it goes on.
pub(in crate::cli) struct RunLine {
    progress: Progress,
    every: u64,
    line: LiveLine,
}

impl RunLine {
    /// On stderr; without a terminal, a line every `every` steps.
    pub(in crate::cli) fn new(every: u64) -> Self {
        Self { progress: Progress::default(), every, line: LiveLine::new() }
    }

    /// Shows what happened.
    pub(in crate::cli) fn show(&mut self, event: &TrainEvent) {
        self.progress.apply(event);
        match event {
            TrainEvent::Step { step, .. } => {
                let due = step.is_multiple_of(self.every) || *step == self.progress.total_steps;
                self.line.show(step_line(&self.progress), due);
            }
            TrainEvent::Started { step, .. } if *step > 0 => self.line.say(&format!("going on behind step {step}")),
            TrainEvent::Evaluated { step, eval_loss, best, accuracy, .. } => {
                let note = if *best { ", the best so far" } else { "" };
                let right =
                    accuracy.map(|accuracy| format!(", {} of {} answers right", accuracy.right, accuracy.asked)).unwrap_or_default();
                self.line.say(&format!("step {step}: loss on held-out examples {eval_loss:.4} (mean over answer tokens){right}{note}"));
            }
            TrainEvent::Sampled { step, answer, .. } => {
                let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
                self.line.say(&format!("step {step} answers: {}", text::sanitize(&answer)));
            }
            TrainEvent::Saved { folder, .. } => self.line.say(&format!("saved {}", text::sanitize(folder))),
            // Warnings stand in the plan; endings are told by the command.
            _ => {}
        }
    }

    /// Takes the line away.
    pub(in crate::cli) fn finish(&self) {
        self.line.finish();
    }
}

/// `step 12/300  loss 1.2345 (mean 1.3000)  rate 1.0e-4  norm 0.52  123 tokens/s  1.2 GB  3m20s left`.
pub(in crate::cli) fn step_line(progress: &Progress) -> String {
    let mut out = format!("step {}/{}", progress.step, progress.total_steps);
    if let Some(point) = progress.points.last() {
        let mean = progress.smoothed_loss.unwrap_or(point.loss);
        let _ = write!(out, "  loss {:.4} (mean {mean:.4})  rate {:.1e}  norm {:.2}", point.loss, point.learning_rate, point.grad_norm);
    }
    if let Some(speed) = progress.tokens_per_second {
        let _ = write!(out, "  {speed:.0} tokens/s");
    }
    if let Some(memory) = progress.memory {
        let _ = write!(out, "  {}", text::bytes(memory));
    }
    if let Some(seconds) = progress.seconds_left {
        let _ = write!(out, "  {} left", text::duration(Duration::from_secs_f64(seconds)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_its_shape() {
        let mut progress = Progress::default();
        progress.apply(&TrainEvent::Started { step: 0, total_steps: 3, epochs: 1.0, examples: 12, parameters: 9 });
        assert_eq!(step_line(&progress), "step 0/3");
        let (loss, grad_norm, learning_rate) = (1.23456, 0.5, 1e-4);
        progress.apply(&TrainEvent::Step {
            step: 1,
            epoch: 0.3,
            loss,
            grad_norm,
            learning_rate,
            tokens: 200,
            examples: 4,
            seconds: 2.0,
            memory: Some(1_200_000_000),
        });
        assert_eq!(step_line(&progress), "step 1/3  loss 1.2346 (mean 1.2346)  rate 1.0e-4  norm 0.50  100 tokens/s  1.2 GB  4.0 s left");
    }
}
