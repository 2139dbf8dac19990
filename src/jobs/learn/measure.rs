//! How fast this machine trains and asks: the first few steps and the first few answers, timed.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::adapted::failure_of;
use super::super::compare::{Against, ask_all, failed};
use super::super::judge::Judge;
use super::super::message::JobFailure;
use super::super::split::Parts;
use super::about::About;
use super::budget::Measured;
use super::data::questions;
use super::rows::{Learner, measuring, planned, sizes, tokens};
use crate::db::Limits;
use crate::eval::{self, EvalError, Question};
use crate::prompt::Form;
use crate::signal::{Cancel, Stop};
use crate::train::{Inputs, Start, TrainConfig, TrainEvent, run};

/// Of the time, so much may go into measuring each thing.
const SHARE: f64 = 0.05;
/// Steps that are taken, and rows of each.
const STEPS: u64 = 3;
const ROWS: usize = 4;
/// Questions that are asked.
const ASKED: usize = 3;

/// Measures; `None` where it was stopped.
pub(super) fn measure(
    learner: &Learner<'_>,
    parts: &Parts,
    config: &TrainConfig,
    judge: &mut Judge,
    place: &Path,
    cancel: &Cancel,
    told: &mut dyn FnMut(String),
) -> Result<Option<Measured>, JobFailure> {
    let _ = fs::remove_dir_all(place);
    let measured = measured(learner, parts, config, judge, place, cancel, told);
    let _ = fs::remove_dir_all(place);
    match measured {
        Err(_) if cancel.stop() == Some(Stop::Cancelled) => Ok(None),
        measured => measured.map(Some),
    }
}

fn measured(
    learner: &Learner<'_>,
    parts: &Parts,
    config: &TrainConfig,
    judge: &mut Judge,
    place: &Path,
    cancel: &Cancel,
    told: &mut dyn FnMut(String),
) -> Result<Measured, JobFailure> {
    let share = || cancel.with_timeout(Duration::from_secs_f64((SHARE * learner.budget).max(0.5)));
    told("measuring: the first steps".into());
    let some: Vec<_> = parts.learned.iter().take(ROWS * STEPS as usize).cloned().collect();
    let rows = tokens(learner.model, learner.form, &some, cancel)?;
    let (shared_tokens, own_tokens) = sizes(&rows);
    let config = measuring(config, place.join("run"), STEPS, ROWS);
    let plan = planned(&config, learner.model, &rows, None, learner.arithmetic)?;
    let inputs = Inputs {
        model: learner.model,
        model_name: learner.model_name.clone(),
        model_folder: None,
        train: &rows,
        eval: None,
        initial: None,
        prompt: learner.prompt(),
        arithmetic: learner.arithmetic.0,
    };
    let mut steps: Vec<(f64, f64)> = Vec::new();
    run(&config, &plan, &inputs, Start::Fresh, &share(), &mut |event| {
        if let TrainEvent::Step { tokens, seconds, .. } = event {
            steps.push((tokens as f64, seconds));
        }
    })?;
    stopped(cancel)?;
    told("measuring: the first answers".into());
    let asked = questions(&parts.compare);
    let ask_seconds = ask_seconds(learner.about, judge, learner.form, &asked, place, &share())?;
    stopped(cancel)?;
    let choosing = questions(&parts.choose);
    let draft_seconds = draft_seconds(judge, choosing.get(..ASKED).unwrap_or(&choosing).to_vec(), &share())?;
    stopped(cancel)?;
    Ok(Measured {
        tokens_per_second: speed(&steps),
        ask_seconds,
        draft_seconds,
        layers: learner.model.model.spec.layers,
        shared_tokens,
        own_tokens,
        rows: parts.learned.len(),
        compare: asked.len(),
        choose: choosing.len(),
    })
}

fn stopped(cancel: &Cancel) -> Result<(), JobFailure> {
    if cancel.is_stopped() { Err(JobFailure { message: "stopped".into(), hint: None }) } else { Ok(()) }
}

/// Tokens a second of `steps`: tokens, and seconds since the beginning. The first step reads the model from the disk, too: where there are
/// others, it does not count.
pub(super) fn speed(steps: &[(f64, f64)]) -> f64 {
    let tokens: f64 = steps.iter().skip(usize::from(steps.len() > 1)).map(|(tokens, _)| tokens).sum();
    let begun = if steps.len() > 1 { steps.first().map_or(0.0, |(_, seconds)| *seconds) } else { 0.0 };
    let seconds = steps.last().map_or(0.0, |(_, seconds)| *seconds) - begun;
    tokens / seconds.max(1e-6)
}

/// Seconds of an answer through the whole pipeline. The first one reads the schema, too.
fn ask_seconds(about: &About, judge: &mut Judge, form: Form, asked: &[Question], place: &Path, cancel: &Cancel) -> Result<f64, JobFailure> {
    let file = place.join("answers.jsonl");
    let asked = asked.get(..ASKED).unwrap_or(asked);
    let against = Against::one(asked, &about.database, &about.schema, &about.private, Limits::default());
    judge.model().set_adapter(None).map_err(failure_of)?;
    fs::create_dir_all(place).map_err(|error| JobFailure { message: format!("{}: {error}", place.display()), hint: None })?;
    let begun = Instant::now();
    match ask_all(&file, &against, None, (judge.model(), form), cancel, &mut |_, _| ()) {
        // Out of time: what was answered says enough.
        Ok(()) | Err(EvalError::Stopped) => {}
        Err(error) => return Err(failed(&error)),
    }
    let seconds: Vec<f64> = eval::read_records(&file).unwrap_or_default().iter().map(|record| record.seconds).collect();
    let behind = seconds.get(usize::from(seconds.len() > 1)..).unwrap_or_default();
    Ok(match behind.len() {
        0 => begun.elapsed().as_secs_f64(),
        count => behind.iter().sum::<f64>() / count as f64,
    })
}

/// Seconds of a draft, reading the schema included, as at every evaluation.
fn draft_seconds(judge: &mut Judge, asked: Vec<Question>, cancel: &Cancel) -> Result<f64, JobFailure> {
    let count = asked.len().max(1) as f64;
    judge.ask(asked);
    let begun = Instant::now();
    match judge.judge(None, cancel) {
        Ok(_) | Err(EvalError::Stopped) => Ok(begun.elapsed().as_secs_f64() / count),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_counts_where_it_is_the_only_one() {
        assert_eq!(speed(&[(100.0, 5.0), (100.0, 6.0), (300.0, 9.0)]), 100.0);
        assert_eq!(speed(&[(100.0, 5.0)]), 20.0);
        assert_eq!(speed(&[]), 0.0);
    }
}
