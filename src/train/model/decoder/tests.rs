//! The noise on embeddings, by its formula.

use std::path::Path;

use super::super::batch::Row;
use super::*;
use crate::llm::open::OpenedModel;

/// `neftune_post_forward_hook` of transformers: uniform within `alpha / sqrt(length * width)`, of its own for every token and number.
#[test]
fn noise_is_neftunes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-llama.gguf");
    let opened = OpenedModel::open(&path).unwrap();
    let (mut decoder, _) = Decoder::new(&opened.model, &Adaptation::Full, 1);
    let row = |length: u32| Row { tokens: (0..length).collect(), prompt: 2, shared: 0 };
    let (short, long) = (row(9), row(40));
    let batch = Batch::separate(&[&short, &long]);
    let step = |dropout_key: u64| Some(StepScale { loss: 1.0, dropout_key });
    assert!(decoder.noise(&batch, step(1)).is_empty(), "none is wanted");
    decoder.noise_alpha = 5.0;
    assert!(decoder.noise(&batch, None).is_empty(), "nothing is learned");
    let noise = decoder.noise(&batch, step(1));
    let hidden = opened.model.spec.hidden;
    assert_eq!(noise.len(), 49 * hidden);
    // The longest row is what the Trainer pads to.
    let bound = 5.0 / (40.0 * hidden as f64).sqrt();
    let mean = |power: i32| noise.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / noise.len() as f64;
    assert!(noise.iter().all(|&x| f64::from(x).abs() <= bound));
    assert!(mean(1).abs() < 0.1 * bound, "{} {bound}", mean(1));
    assert!((mean(2) / (bound * bound / 3.0) - 1.0).abs() < 0.1, "{} {bound}", mean(2));
    assert_eq!(noise, decoder.noise(&batch, step(1)));
    assert_ne!(noise, decoder.noise(&batch, step(2)));
}
