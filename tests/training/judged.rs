//! Runs whose checkpoints are told apart by answers that are right.

use sqllama::llm::adapter::Adapter;
use sqllama::signal::{Cancel, Stop};
use sqllama::train::config::{Interval, Metric};
use sqllama::train::measure::Accuracy;
use sqllama::train::plan::plan;
use sqllama::train::{Inputs, Machine, Outcome, Rows, Start, TrainConfig, TrainError, TrainEvent, run_judged};

use super::{Tiny, json, result, test_arithmetic};

/// A run of the tiny model that is judged by `judge`, and every evaluation it told of: step, right answers, loss, whether it was the best.
fn judged(
    tiny: &Tiny,
    config: &TrainConfig,
    start: Start,
    judge: &mut dyn FnMut(u64) -> Result<usize, TrainError>,
) -> (Outcome, Vec<(u64, usize, f64, bool)>) {
    let arithmetic = test_arithmetic();
    let eval = Rows { rows: tiny.rows.rows[..4].to_vec(), ..tiny.rows.clone() };
    let plan = plan(config, &tiny.model.model, None, &tiny.rows, Some(&eval), &Machine { arithmetic, ..Machine::default() }).unwrap();
    let (model, train, eval, prompt) = (&tiny.model, &tiny.rows, Some(&eval), "alpaca");
    let inputs = Inputs { model, model_name: "tiny".into(), model_folder: None, train, eval, initial: None, prompt, arithmetic };
    let (step, mut evaluations) = (std::cell::Cell::new(0), Vec::new());
    let mut asked = |adapter: &Adapter, _: &Cancel| {
        assert!(adapter.parameters() > 0);
        judge(step.get()).map(|right| Accuracy { right, asked: 5 })
    };
    let outcome = run_judged(config, &plan, &inputs, start, Some(&mut asked), &Cancel::new(), &mut |event| match event {
        TrainEvent::Started { step: at, .. } | TrainEvent::Step { step: at, .. } => step.set(at),
        TrainEvent::Evaluated { step, eval_loss, best, accuracy, .. } => {
            evaluations.push((step, accuracy.unwrap().right, eval_loss, best));
        }
        _ => {}
    });
    (outcome.unwrap(), evaluations)
}

fn judged_config(tiny: &Tiny, name: &str) -> TrainConfig {
    TrainConfig {
        save_strategy: Interval::Steps,
        save_steps: 2,
        save_total_limit: Some(2),
        eval_strategy: Interval::Steps,
        eval_steps: Some(2),
        eval_on_start: true,
        eval_data_path: Some("data.json".into()),
        databases: Some("databases".into()),
        load_best_model_at_end: true,
        metric_for_best_model: Metric::ExecutionAccuracy,
        early_stopping_patience: Some(3),
        ..tiny.config(name)
    }
}

#[test]
fn the_best_checkpoint_is_the_one_whose_answers_are_right() {
    let tiny = Tiny::new();
    let config = judged_config(&tiny, "judged");
    let right = |step: u64| Ok([5, 1, 4, 2, 4, 3, 0][step as usize / 2]);
    let (outcome, evaluations) = judged(&tiny, &config, Start::Fresh, &mut { right });
    // What it was before the first step is no candidate; patience goes by right answers, and four are no more than four.
    assert_eq!(outcome, Outcome::Finished { train_loss: outcome_loss(&outcome), step: 10 });
    assert_eq!(
        evaluations.iter().map(|(step, right, ..)| (*step, *right)).collect::<Vec<_>>(),
        [(0, 5), (2, 1), (4, 4), (6, 2), (8, 4), (10, 3)]
    );
    // Of two that are right equally often the one with the lower loss is the better.
    let (fourth, eighth) = (evaluations[2].2, evaluations[4].2);
    let best = if eighth < fourth { 8 } else { 4 };
    assert_eq!(evaluations.iter().filter(|(.., best)| *best).map(|(step, ..)| *step).next_back(), Some(best));
    assert_eq!(result(&config.output_dir), result(&config.output_dir.join(format!("checkpoint-{best}"))));
    let state = json(&config.output_dir.join("trainer_state.json"));
    assert_eq!((&state["best_global_step"], &state["best_metric"]), (&best.into(), &0.8.into()));
    let said = state["log_history"].as_array().unwrap().iter().find(|line| line["step"] == 4 && line.get("eval_loss").is_some()).unwrap();
    assert_eq!(said["eval_execution_accuracy"], 0.8);
    let seen = sqllama::train::watch::look(&config.output_dir).progress;
    assert_eq!((seen.best, seen.accuracies.len()), (Some(best), 6));
    // Without anybody who runs the answers, nothing begins.
    let error = tiny.train(&config, Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("nobody was brought who runs them"), "{error}");
}

fn outcome_loss(outcome: &Outcome) -> f64 {
    match outcome {
        Outcome::Finished { train_loss, .. } => *train_loss,
        Outcome::Paused { .. } => f64::NAN,
    }
}

#[test]
fn an_evaluation_that_was_interrupted_comes_first_when_the_run_goes_on() {
    let tiny = Tiny::new();
    let right = |step: u64| Ok([0, 1, 4, 2, 5, 3, 0][step as usize / 2]);
    let whole = judged_config(&tiny, "whole");
    let (_, expected) = judged(&tiny, &whole, Start::Fresh, &mut { right });
    let cut = judged_config(&tiny, "cut");
    let stop = |step: u64| if step == 4 { Err(TrainError::Stopped(Stop::Cancelled)) } else { right(step) };
    let (outcome, first) = judged(&tiny, &cut, Start::Fresh, &mut { stop });
    assert_eq!((outcome, first.as_slice()), (Outcome::Paused { step: 4 }, &expected[..2]));
    // Interrupted once more: nothing is lost.
    let (outcome, none) = judged(&tiny, &cut, Start::Resume, &mut { stop });
    assert_eq!((outcome, none), (Outcome::Paused { step: 4 }, Vec::new()));
    let (outcome, rest) = judged(&tiny, &cut, Start::Resume, &mut { right });
    assert!(matches!(outcome, Outcome::Finished { .. }));
    assert_eq!(rest, &expected[2..]);
    assert_eq!(result(&whole.output_dir), result(&cut.output_dir));
}
