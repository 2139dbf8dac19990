//! Training over candle's tensors, the road that a card takes, against the kernels' own road: losses, every gradient, steps, runs.
//!
//! `SQLLAMA_TEST_DEVICE=cuda` does it on a card; without it the tensors lie on the processor.

use candle_core::DType;
use sqllama::compute::{BlockType, Pool};
use sqllama::llm::Model;
use sqllama::llm::adapter::LoraConfig;
use sqllama::train::device::Offload;
use sqllama::train::model::tensors::{Compute, TensorState};
use sqllama::train::model::workspace::Workspace;
use sqllama::train::model::{Adaptation, Batch, Decoder, Gradients, Parameters, Row, StepScale};
use sqllama::train::optimizer::dynamic::SIGNED;
use sqllama::train::optimizer::{Adafactor, AdamW, Moments, Optimizer, OptimizerType, clip_factor};

use crate::device::{TestDevice, chosen};
use crate::gradients::{self, lora, model, row, shake, tree};
use crate::tiny::{LLAMA, QWEN2};

/// What tests of training compute on, as `SQLLAMA_TEST_DEVICE` says. Tests of the
/// tensors' road take candle's processor for `kernels`.
pub(crate) fn test_compute() -> Compute {
    match chosen() {
        TestDevice::Cuda => Compute::cuda(false).unwrap(),
        TestDevice::Kernels | TestDevice::Portable => Compute::portable(),
    }
}

const OFFLOADS: [Offload; 4] = [Offload::None, Offload::Optimizer, Offload::Gradients, Offload::All];

/// Loss and gradients of a batch over tensors, as [`gradients::loss`] gives them.
fn loss(decoder: &Decoder<'_>, parameters: &Parameters, batch: &Batch, kept: usize, dropout: f32, offload: Offload) -> (f64, Gradients) {
    let pool = Pool::new(2);
    let mut state = TensorState::new(test_compute(), offload, OptimizerType::AdamwTorch, decoder, parameters, None).unwrap();
    let mut gradients = Gradients::zeros(parameters);
    let scale = StepScale { loss: 1.0 / batch.targets.len() as f32, dropout_key: 9 };
    let sum = state.loss(&pool, decoder, parameters, &mut gradients, batch, Some(scale), dropout, kept).unwrap();
    let without = state.loss(&pool, decoder, parameters, &mut gradients, batch, None, 0.0, 0).unwrap();
    assert!(dropout > 0.0 || (sum - without).abs() < 1e-9 * sum, "a loss without gradients is the same: {sum} {without}");
    (sum / batch.targets.len() as f64, state.gradients(parameters, &gradients).unwrap())
}

/// The largest difference of a gradient, as a share of the largest number in it.
fn worst(a: &Gradients, b: &Gradients) -> f32 {
    let one = |(a, b): (&Vec<f32>, &Vec<f32>)| {
        let size = a.iter().fold(0f32, |max, value| max.max(value.abs()));
        assert!(size > 0.0 && size.is_finite());
        a.iter().zip(b).fold(0f32, |max, (a, b)| max.max((a - b).abs())) / size
    };
    a.iter().zip(b.iter()).map(one).fold(0.0, f32::max)
}

/// What both roads give for the same batch agrees.
#[track_caller]
fn check(name: &str, model: &Model, adaptation: &Adaptation, batch: &Batch, dropout: f32, tolerance: f32) {
    let (decoder, mut parameters) = Decoder::new(model, adaptation, 3);
    shake(&mut parameters);
    let (expected, expected_gradients) = gradients::loss(&decoder, &parameters, batch, 1, dropout);
    for (offload, kept) in OFFLOADS.into_iter().zip([0, 1, 2, 9]) {
        let (value, gradients) = loss(&decoder, &parameters, batch, kept, dropout, offload);
        let (off, gradient) = ((value / expected - 1.0).abs(), worst(&expected_gradients, &gradients));
        println!("{name}, offload {offload:?}: loss off by {off:.1e} of it, gradients by {gradient:.1e}");
        assert!(off < 1e-5 && gradient < tolerance, "{name}, {offload:?}: loss {value}, {expected}; gradients off by {gradient}");
    }
}

fn rows_of_unequal_length() -> Vec<Row> {
    vec![row(9, 4, 1), row(130, 100, 2), row(300, 290, 7), row(5, 4, 3)]
}

#[test]
fn tensors_learn_what_kernels_learn() {
    let rows = rows_of_unequal_length();
    let batch = Batch::separate(&rows.iter().collect::<Vec<_>>());
    for (shape, name) in [(&LLAMA, "llama"), (&QWEN2, "qwen2")] {
        let dense = model(shape, BlockType::F32, "f32.gguf");
        check(&format!("{name}, full"), &dense, &Adaptation::Full, &batch, 0.0, 1e-5);
        check(&format!("{name}, lora"), &dense, &lora(3), &batch, 0.0, 1e-5);
        check(&format!("{name}, lora with dropout"), &dense, &lora(3), &batch, 0.3, 1e-5);
    }
    let half = model(&LLAMA, BlockType::BF16, "bf16.gguf");
    check("llama, lora on bf16", &half, &lora(3), &batch, 0.0, 1e-5);
}

#[test]
fn quantised_bases_are_read_alike() {
    let rows = [row(40, 20, 1), row(25, 3, 5)];
    let batch = Batch::separate(&rows.iter().collect::<Vec<_>>());
    for block in [BlockType::Q4K, BlockType::Q5K, BlockType::Q6K, BlockType::Q8_0] {
        check(&format!("qwen2, qlora on {block:?}"), &model(&QWEN2, block, "k.gguf"), &lora(4), &batch, 0.0, 1e-5);
    }
    for block in [BlockType::Q4_0, BlockType::Q4_1, BlockType::Q5_0, BlockType::Q5_1] {
        check(&format!("llama, qlora on {block:?}"), &model(&LLAMA, block, "q.gguf"), &lora(4), &batch, 0.1, 1e-5);
    }
}

#[test]
fn branches_windows_and_ties_are_kept() {
    let dense = model(&LLAMA, BlockType::F32, "tree.gguf");
    for count in [1, 7, 32] {
        let mut rows = tree(count);
        // Another database beside it.
        rows.push(row(50, 40, 8));
        let rows: Vec<&Row> = rows.iter().collect();
        check(&format!("full, a tree of {count}"), &dense, &Adaptation::Full, &Batch::shared(&rows), 0.0, 1e-5);
        check(&format!("lora, a tree of {count}"), &dense, &lora(3), &Batch::shared(&rows), 0.1, 1e-5);
    }
    let mut windowed = model(&LLAMA, BlockType::F32, "window.gguf");
    windowed.spec.sliding_window = Some(20);
    let rows = tree(7);
    let rows: Vec<&Row> = rows.iter().collect();
    check("lora, a window of 20", &windowed, &lora(3), &Batch::shared(&rows), 0.0, 1e-5);
    let mut tied = model(&LLAMA, BlockType::F32, "tied.gguf");
    tied.weights.output = tied.weights.token_embd.clone();
    check("full, tied", &tied, &Adaptation::Full, &Batch::shared(&rows), 0.0, 1e-5);
    // The way back ends at the lowest adapter.
    let mut upper = LoraConfig::new(3, 6.0);
    upper.layers_to_transform = Some(vec![1, 2]);
    check("lora, upper layers", &dense, &Adaptation::Lora(upper), &Batch::shared(&rows), 0.0, 1e-5);
}

#[test]
fn logits_are_the_kernels() {
    let dense = model(&QWEN2, BlockType::F32, "logits.gguf");
    let (decoder, mut parameters) = Decoder::new(&dense, &lora(2), 3);
    shake(&mut parameters);
    let row = row(30, 5, 4);
    let (batch, places) = (Batch::separate(&[&row]), [3, 29]);
    let pool = Pool::new(1);
    let expected = decoder.logits(&mut Workspace::new(&pool), &parameters, &batch, &places);
    let state = TensorState::new(test_compute(), Offload::None, OptimizerType::AdamwTorch, &decoder, &parameters, None).unwrap();
    let ours = state.logits(&decoder, &parameters, &batch, &places).unwrap();
    let size = expected.iter().fold(0f32, |max, value| max.max(value.abs()));
    assert_eq!(ours.len(), expected.len());
    assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5 * size));
}

/// Wherever gradients, moments and values are, three steps move the values to the same place.
#[test]
fn steps_are_the_same_wherever_the_optimizer_works() {
    let dense = model(&LLAMA, BlockType::F32, "steps.gguf");
    let rows = rows_of_unequal_length();
    let batch = Batch::separate(&rows.iter().collect::<Vec<_>>());
    let pool = Pool::new(2);
    let adamw = Optimizer::AdamW(AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1 });
    let adafactor = Optimizer::Adafactor(Adafactor { weight_decay: 0.1 });
    let torch = OptimizerType::AdamwTorch;
    let cases = [
        (Adaptation::Full, adamw, torch),
        (lora(3), adamw, torch),
        (Adaptation::Full, adafactor, OptimizerType::Adafactor),
        (lora(3), adafactor, OptimizerType::Adafactor),
        (Adaptation::Full, adamw, OptimizerType::AdamW8Bit),
        (lora(64), adamw, OptimizerType::AdamW8Bit),
    ];
    for (adaptation, optimizer, kind) in cases {
        let walk = |offload: Option<Offload>| {
            let (mut decoder, mut parameters) = Decoder::new(&dense, &adaptation, 3);
            (decoder.label_smoothing, decoder.noise_alpha) = (0.1, 2.0);
            shake(&mut parameters);
            let mut moments = Moments::of(kind, &parameters);
            let mut gradients = Gradients::zeros(&parameters);
            let mut workspace = Workspace::new(&pool);
            let mut state = offload.map(|offload| TensorState::new(test_compute(), offload, kind, &decoder, &parameters, None).unwrap());
            let mut norms = Vec::new();
            for _ in 0..3 {
                let scale = Some(StepScale { loss: 1.0 / batch.targets.len() as f32, dropout_key: 1 });
                match &mut state {
                    Some(state) => {
                        state.clear(&mut gradients);
                        // Two batches a step.
                        for _ in 0..2 {
                            state.loss(&pool, &decoder, &parameters, &mut gradients, &batch, scale, 0.0, 0).unwrap();
                        }
                        norms.push(state.norm(&pool, &gradients).unwrap());
                        let factor = clip_factor(norms[norms.len() - 1], 1.0);
                        state.step(&pool, &optimizer, &mut parameters, &gradients, &mut moments, 1e-3, factor).unwrap();
                    }
                    None => {
                        gradients.clear();
                        for _ in 0..2 {
                            decoder.loss(&mut workspace, &parameters, &mut gradients, &batch, scale, 0.0, 0);
                        }
                        norms.push(gradients.norm());
                        let factor = clip_factor(norms[norms.len() - 1], 1.0);
                        optimizer.step(&pool, &mut parameters, &gradients, &mut moments, 1e-3, factor);
                    }
                }
            }
            if let Some(state) = &state {
                state.read_back(&mut parameters, &mut moments).unwrap();
            }
            (parameters, moments, norms)
        };
        let (expected, expected_moments, expected_norms) = walk(None);
        for offload in OFFLOADS {
            let (parameters, moments, norms) = walk(Some(offload));
            assert_eq!(moments.steps, 3);
            // A byte that falls the other way by a rounding of sums is a step of the map away, and moves its weight otherwise from then on.
            let in_bytes = kind == OptimizerType::AdamW8Bit;
            let most = if in_bytes { 1e-4 } else { 1e-5 };
            for (a, b) in norms.iter().zip(&expected_norms) {
                assert!((a / b - 1.0).abs() < most, "{offload:?}: norm {a}, {b}");
            }
            let mut off = 0f32;
            for (a, b) in parameters.iter().zip(expected.iter()) {
                // A first step is of the rate's size wherever the gradient's sign is clear; where it is next to nothing, it may turn.
                let wrong = a.values.iter().zip(&b.values).filter(|(a, b)| (*a - *b).abs() > 2e-5).count();
                let share = if in_bytes { 200 } else { 500 };
                assert!(wrong * share <= a.values.len(), "{offload:?}, {}: {wrong} of {}", a.name, a.values.len());
                off = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).fold(off, f32::max);
            }
            for (a, b) in moments.first.iter().zip(&expected_moments.first) {
                assert_eq!(std::mem::discriminant(a), std::mem::discriminant(b));
                let (a, b) = (a.floats(&SIGNED), b.floats(&SIGNED));
                let wrong = a.iter().zip(&b).filter(|(a, b)| (*a - *b).abs() >= 1e-5).count();
                assert!(if in_bytes { wrong * 200 <= a.len() } else { wrong == 0 }, "{offload:?}: {wrong} of {}", a.len());
            }
            println!("{adaptation:?}, offload {offload:?}: values off by {off:.1e} at most");
        }
    }
}

/// Products in bf16 lose digits, and nothing else: sums, gradients and values are f32.
#[test]
fn products_in_bf16_come_near() {
    let compute = Compute { dtype: DType::BF16, ..test_compute() };
    let rows = rows_of_unequal_length();
    let batch = Batch::separate(&rows.iter().collect::<Vec<_>>());
    for (block, adaptation) in [(BlockType::F32, Adaptation::Full), (BlockType::F32, lora(4)), (BlockType::Q8_0, lora(4))] {
        let model = model(&QWEN2, block, "half.gguf");
        let (decoder, mut parameters) = Decoder::new(&model, &adaptation, 3);
        shake(&mut parameters);
        let (expected, expected_gradients) = gradients::loss(&decoder, &parameters, &batch, 1, 0.0);
        for offload in OFFLOADS {
            let pool = Pool::new(2);
            let mut state = TensorState::new(compute.clone(), offload, OptimizerType::AdamwTorch, &decoder, &parameters, None).unwrap();
            let mut gradients = Gradients::zeros(&parameters);
            let scale = StepScale { loss: 1.0 / batch.targets.len() as f32, dropout_key: 9 };
            let sum = state.loss(&pool, &decoder, &parameters, &mut gradients, &batch, Some(scale), 0.0, 0).unwrap();
            let (off, gradient) = (
                (sum / batch.targets.len() as f64 / expected - 1.0).abs(),
                worst(&expected_gradients, &state.gradients(&parameters, &gradients).unwrap()),
            );
            println!("bf16 on {block:?}, offload {offload:?}: loss off by {off:.1e} of it, gradients by {gradient:.1e}");
            assert!(off < 5e-3 && gradient < 0.1, "{offload:?}: loss off by {off}, gradients by {gradient}");
            assert!(off > 1e-7, "bf16 that is exact is none");
        }
    }
}
