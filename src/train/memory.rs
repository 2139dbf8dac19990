//! What memory a run takes, in the machine and on a card, by kind. Pure.

use serde::Serialize;

use super::config::{FrozenProducts, Method, TrainConfig};
use super::model::layer::kept_floats;
use super::model::tensors::{attention, loss};
use super::model::turned::Turned;
use super::offload::Offload;
use super::optimizer::OptimizerType;
use super::optimizer::dynamic::BLOCK;
use crate::llm::Model;
use crate::llm::names::Projection;
use crate::llm::weights::Layer;

/// Bytes of memory by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MemoryPlan {
    /// The model's file, as far as it is read; in host memory it is mapped, so that the system may drop it.
    pub model: u64,
    /// Trained values.
    pub parameters: u64,
    /// Their gradients.
    pub gradients: u64,
    /// What the optimizer remembers.
    pub moments: u64,
    /// What the forward pass keeps for the way back.
    pub activations: u64,
    /// Buffers of a layer and of the loss.
    pub scratch: u64,
}

impl MemoryPlan {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.model + self.parameters + self.gradients + self.moments + self.activations + self.scratch
    }
}

/// What a run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// In the machine.
    pub host: MemoryPlan,
    /// On the card, where one computes.
    pub card: Option<MemoryPlan>,
    /// Layers whose activations are kept; those of the others are computed again.
    pub kept_layers: usize,
    /// Whether frozen matrices are there a second time, turned over.
    pub turned: bool,
}

/// The sizes that memory depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// Layers.
    pub layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width of all queries together.
    pub query_dim: usize,
    /// Width of all keys together.
    pub kv_dim: usize,
    /// Width of the feed-forward part.
    pub feed_forward: usize,
    /// Query heads.
    pub heads: usize,
    /// Numbers that a layer's forward pass keeps for each token.
    pub kept_floats: usize,
    /// Entries of the vocabulary.
    pub vocabulary: usize,
    /// Bytes of the matrices that stay as they are, as they are stored.
    pub frozen_bytes: u64,
    /// Bytes of the same turned over; 0 where they are not quantised.
    pub turned_bytes: u64,
    /// Numbers that are trained.
    pub trained: u64,
    /// Those of them whose moments are f32 in 8-bit AdamW, too: small tensors, and embeddings.
    pub never_in_bytes: u64,
    /// Whether that is all of them.
    pub full: bool,
    /// Tokens of the largest batch.
    pub tokens: usize,
    /// Tokens of the longest row.
    pub longest: usize,
}

const FLOAT: u64 = size_of::<f32>() as u64;

impl Sizes {
    /// Of a model of which `trained` numbers are trained in batches of at most `tokens` tokens, rows of at most `longest`.
    pub fn new<'a>(model: &'a Model, trained: u64, full: bool, tokens: usize, longest: usize) -> Self {
        let (spec, weights) = (&model.spec, &model.weights);
        let of_layer = |layer: &'a Layer| Projection::ALL.map(|projection| layer.projection(projection).matrix());
        let matrices = || weights.layers.iter().flat_map(of_layer).chain([weights.output.matrix()]);
        let turned: usize = matrices().filter_map(|matrix| Turned::bytes_of(&matrix)).sum();
        let stored: usize = matrices().map(|matrix| matrix.bytes.len()).sum();
        Self {
            layers: spec.layers,
            hidden: spec.hidden,
            query_dim: spec.query_dim(),
            kv_dim: spec.kv_dim(),
            feed_forward: spec.feed_forward,
            heads: spec.heads,
            kept_floats: kept_floats(spec),
            vocabulary: model.vocabulary(),
            // Full training reads the file once and works on copies.
            frozen_bytes: if full { 0 } else { stored as u64 },
            turned_bytes: if full { 0 } else { turned as u64 },
            trained,
            never_in_bytes: 0,
            full,
            tokens,
            longest,
        }
    }

    /// The input of a layer.
    fn input(&self) -> u64 {
        (self.tokens * self.hidden) as u64 * FLOAT
    }

    /// What a layer's forward pass keeps.
    fn layer(&self) -> u64 {
        (self.tokens * self.kept_floats) as u64 * FLOAT
    }

    /// Numbers of the matrices of a layer.
    fn layer_elements(&self) -> u64 {
        (self.hidden * (2 * self.query_dim + 2 * self.kv_dim + 3 * self.feed_forward)) as u64
    }

    /// Numbers of the largest matrix of a layer.
    fn largest_matrix(&self) -> u64 {
        (self.hidden * self.feed_forward.max(self.query_dim)) as u64
    }

    /// Numbers of the output matrix.
    fn output_elements(&self) -> u64 {
        (self.hidden * self.vocabulary) as u64
    }

    /// Numbers of the gradients that are on their way from a card at once.
    fn leaving(&self) -> u64 {
        let two_layers = 2 * self.layer_elements() + self.output_elements();
        if self.full { two_layers } else { (self.trained / self.layers.max(1) as u64 * 2).max(1) }
    }

    /// What the optimizer remembers: two numbers for each that is trained, or two bytes and their share of a scale for most; Adafactor a row
    /// and a column of each matrix, which is a 64th of a model's matrices at most, and a fourth of an adapter's.
    pub fn moments(&self, config: &TrainConfig) -> u64 {
        let floats = |numbers: u64| FLOAT * numbers;
        match config.optim {
            OptimizerType::AdamwTorch => floats(2 * self.trained),
            OptimizerType::AdamW8Bit => {
                let bytes = self.trained.saturating_sub(self.never_in_bytes);
                2 * bytes + floats(2 * bytes.div_ceil(BLOCK as u64)) + floats(2 * self.never_in_bytes)
            }
            OptimizerType::Adafactor if self.full => floats(self.trained / 64),
            OptimizerType::Adafactor => floats(self.trained / 4),
        }
    }

    /// With our kernels: everything is in the machine.
    pub fn kernels(&self, config: &TrainConfig, available: Option<u64>) -> Needs {
        let widest = self.feed_forward.max(self.hidden);
        let scratch = self.tokens * (4 * widest + 6 * self.hidden + 2 * self.query_dim);
        let logits = super::model::loss::chunk_rows(self.vocabulary) * self.vocabulary;
        let mut host = MemoryPlan {
            model: self.frozen_bytes,
            parameters: FLOAT * self.trained,
            gradients: FLOAT * self.trained,
            moments: self.moments(config),
            activations: self.layers as u64 * self.input() + self.layer(),
            scratch: (scratch + logits) as u64 * FLOAT + (64 << 20),
        };
        // A copy of the model only saves time, too.
        let turned = config.frozen_products == FrozenProducts::Int8
            && self.turned_bytes > 0
            && available.is_none_or(|memory| host.total() + self.turned_bytes <= memory / 2);
        if turned {
            host.model += self.turned_bytes;
        }
        // Computing again takes time, and others want memory, too.
        let most = available.map_or(0, |memory| memory / 4).max(host.total() / 2);
        let kept_layers = self.kept_layers(config, available, host.total(), most);
        host.activations += self.layer() * kept_layers as u64;
        if kept_layers == 0 {
            // The input of every second layer is computed again.
            host.activations -= self.layers as u64 / 2 * self.input();
        }
        Needs { host, card: None, kept_layers, turned }
    }

    /// Over tensors on a card with `available` bytes free.
    pub fn tensors(&self, config: &TrainConfig, bf16: bool, available: Option<u64>) -> Needs {
        let offload = config.offload;
        let product = if bf16 { FLOAT / 2 } else { FLOAT };
        let trained = self.trained;
        let inputs = self.layers as u64 * self.input();
        // The largest gradient, and as many copies of it as wait in line.
        let waiting = 5 * FLOAT * if self.full { self.output_elements().max(self.largest_matrix()) } else { (trained / 64).max(1) };
        let host = MemoryPlan {
            model: if offload == Offload::All { self.frozen_bytes } else { 0 },
            // Also where the card holds them: checkpoints are written from here.
            parameters: FLOAT * trained,
            gradients: if offload.sums_on_card() { 0 } else { FLOAT * trained },
            moments: self.moments(config),
            activations: if offload == Offload::All { inputs } else { 0 },
            scratch: (256 << 20)
                + match offload {
                    Offload::None => 0,
                    Offload::Optimizer => waiting,
                    Offload::Gradients | Offload::All => waiting + FLOAT * self.leaving(),
                },
        };
        let widest = self.feed_forward.max(self.hidden);
        let rows = self.tokens * (6 * widest + 8 * self.hidden + 4 * self.query_dim);
        // Scores, their exponentials and both gradients of them; and the masks of all tiles.
        let keys = attention::most_keys(self.tokens, self.longest);
        let scores = (4 * self.heads * attention::TILE.min(self.tokens) + self.tokens) * keys;
        let logits = 3 * loss::chunk_rows(self.vocabulary) * self.vocabulary;
        // A matrix is dequantised to f32 before it is cast.
        let dense = |elements: u64, largest: u64| product * elements + FLOAT * largest;
        let layer_weights = dense(self.layer_elements(), self.largest_matrix());
        let output_weights = dense(self.output_elements(), self.output_elements());
        let largest = if self.full { FLOAT * self.output_elements().max(self.largest_matrix()) } else { 0 };
        // What AdamW's formula holds of a tensor at once, where it works on the card.
        let optimizer = if offload == Offload::None { 6 * largest } else { 0 };
        let mut card = MemoryPlan {
            model: if offload == Offload::All { 0 } else { self.frozen_bytes },
            parameters: match offload {
                Offload::None => FLOAT * trained,
                Offload::Optimizer | Offload::Gradients => product * trained,
                Offload::All => 0,
            },
            gradients: match offload {
                Offload::None | Offload::Optimizer => FLOAT * trained,
                // Those that are on their way.
                Offload::Gradients | Offload::All => FLOAT * self.leaving(),
            },
            moments: if offload == Offload::None { self.moments(config) } else { 0 },
            activations: self.layer() + if offload == Offload::All { self.input() } else { inputs },
            scratch: ((rows + scores) as u64 * FLOAT + layer_weights)
                .max(logits as u64 * FLOAT + output_weights + 2 * largest)
                .max(optimizer)
                + (512 << 20), // the driver's own, and what lies between tensors
        };
        let kept_layers = match offload {
            Offload::All if config.gradient_checkpointing.is_none() => 0,
            _ => self.kept_layers(config, available, card.total(), u64::MAX),
        };
        card.activations += self.layer() * kept_layers as u64;
        Needs { host, card: Some(card), kept_layers, turned: false }
    }

    /// How many layers' activations are kept: as told, or as many as `most` bytes hold, where room is left for others.
    fn kept_layers(&self, config: &TrainConfig, available: Option<u64>, taken: u64, most: u64) -> usize {
        match config.gradient_checkpointing {
            Some(true) => 0,
            Some(false) => self.layers,
            None => {
                // What is kept only saves time.
                let free = available.map_or(u64::MAX, |memory| memory / 4 * 3).saturating_sub(taken);
                // Where it is not known what is there, as much as the rest takes is enough.
                let most = if available.is_none() { most.min(taken / 2) } else { most };
                (free.min(most) / self.layer().max(1)).min(self.layers as u64) as usize
            }
        }
    }

    /// What would make a run fit a card with `card` bytes free and a machine with `host`: settings that were tried on paper.
    pub fn card_advice(&self, config: &TrainConfig, method: Method, bf16: bool, card: u64, host: Option<u64>) -> String {
        let fits = |config: &TrainConfig, sizes: &Self, bf16: bool| {
            let config = TrainConfig { gradient_checkpointing: Some(true), ..config.clone() };
            let needs = sizes.tensors(&config, bf16, Some(card));
            needs.card.is_some_and(|needed| needed.total() <= card) && host.is_none_or(|host| needs.host.total() <= host)
        };
        let with = |offload: Offload| TrainConfig { offload, ..config.clone() };
        let smaller = Self { tokens: self.tokens.div_ceil(config.per_device_train_batch_size.max(1)), ..*self };
        let words = |offload: Offload| match offload {
            Offload::None => "",
            Offload::Optimizer => " --offload optimizer",
            Offload::Gradients => " --offload gradients",
            Offload::All => " --offload all",
        };
        let mut tried = Vec::new();
        for offload in [config.offload, Offload::Optimizer, Offload::Gradients, Offload::All] {
            tried.push((with(offload), *self, bf16, words(offload).to_owned()));
            if !bf16 {
                tried.push((with(offload), *self, true, format!("{} --bf16 true", words(offload))));
            }
            if config.per_device_train_batch_size > 1 {
                let steps = config.gradient_accumulation_steps * config.per_device_train_batch_size;
                let batch = format!("{} --per_device_train_batch_size 1 --gradient_accumulation_steps {steps}", words(offload));
                tried.push((with(offload), smaller, bf16, batch));
            }
        }
        let checkpointed = if config.gradient_checkpointing == Some(false) { " --gradient_checkpointing true" } else { "" };
        let found = tried.into_iter().find(|(config, sizes, bf16, _)| fits(config, sizes, *bf16));
        match (found, method) {
            (Some((.., words)), _) => format!("it would fit with{words}{checkpointed}"),
            (None, Method::Full) => "no placement makes it fit; --method lora takes much less, and --device cpu none of the card".into(),
            (None, _) => "no placement makes it fit; take a smaller --model_max_length, a smaller model, or --device cpu".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Llama 2 7B in batches of 4 x 512 tokens.
    fn seven_billion(full: bool) -> Sizes {
        let whole = llama_2(32, 4096, 11_008, 32);
        if full { whole } else { Sizes { frozen_bytes: 4_080_000_000, trained: 20_000_000, full, ..whole } }
    }

    /// Every weight of a Llama 2 in batches of 4 x 512 tokens.
    fn llama_2(layers: usize, hidden: usize, feed_forward: usize, heads: usize) -> Sizes {
        let vocabulary = 32_000;
        let all = layers * hidden * (4 * hidden + 3 * feed_forward) + 2 * vocabulary * hidden + (2 * layers + 1) * hidden;
        Sizes {
            layers,
            hidden,
            query_dim: hidden,
            kv_dim: hidden,
            feed_forward,
            heads,
            kept_floats: 2 + 4 * hidden + heads + hidden + 2 * feed_forward,
            vocabulary,
            frozen_bytes: 0,
            turned_bytes: 0,
            trained: all as u64,
            never_in_bytes: (vocabulary * hidden) as u64,
            full: true,
            tokens: 4 * 512,
            longest: 512,
        }
    }

    /// What the README has of the seed's job: 13B on one card of 40 GB and 256 GB of memory.
    #[test]
    fn the_seeds_job_is_on_paper() {
        let tenths = |bytes: u64| (bytes + 50_000_000) / 100_000_000;
        let needs = |offload: Offload| {
            let config = TrainConfig { gradient_checkpointing: Some(true), ..with(offload) };
            let needs = llama_2(40, 5120, 13_824, 40).tensors(&config, true, Some(40_000_000_000));
            [needs.card.unwrap(), needs.host].map(|plan| {
                let kinds = [plan.parameters, plan.gradients, plan.moments, plan.activations, plan.scratch];
                assert_eq!(plan.model, 0);
                (kinds.map(tenths), tenths(plan.total()))
            })
        };
        let expected = [([260, 521, 0, 21, 32], 834), ([521, 0, 1041, 0, 35], 1597)];
        assert_eq!(needs(Offload::Optimizer), expected);
        let expected = [([260, 32, 0, 21, 32], 346), ([521, 521, 1041, 0, 67], 2150)];
        assert_eq!(needs(Offload::Gradients), expected);
        let expected = [([0, 32, 0, 5, 32], 69), ([521, 521, 1041, 17, 67], 2167)];
        assert_eq!(needs(Offload::All), expected);
    }

    fn with(offload: Offload) -> TrainConfig {
        TrainConfig { offload, per_device_train_batch_size: 4, ..TrainConfig::default() }
    }

    const GIB: u64 = 1 << 30;

    #[test]
    fn what_leaves_the_card_arrives_in_the_machine() {
        let sizes = seven_billion(true);
        let [none, optimizer, gradients, all] = [Offload::None, Offload::Optimizer, Offload::Gradients, Offload::All]
            .map(|offload| sizes.tensors(&with(offload), true, Some(80 * GIB)));
        let on_card = |needs: Needs| needs.card.unwrap();
        // 16 bytes a parameter on the card; 2 with the optimizer in the machine; only layers with everything there.
        assert!(on_card(none).total() > 16 * sizes.trained && on_card(none).moments == 8 * sizes.trained);
        assert_eq!((on_card(optimizer).parameters, on_card(optimizer).moments), (2 * sizes.trained, 0));
        assert!(on_card(optimizer).gradients == 4 * sizes.trained && on_card(gradients).gradients < 3 * GIB);
        assert_eq!((optimizer.host.gradients, optimizer.host.moments), (0, 8 * sizes.trained));
        assert_eq!(gradients.host.gradients, 4 * sizes.trained);
        assert_eq!((on_card(all).parameters, on_card(all).model), (0, 0));
        assert!(on_card(all).total() < 10 * GIB, "{:?}", on_card(all));
        assert!(all.host.activations > 0 && all.kept_layers == 0);
        // The seed's card of 40 GB, and the machine of 128 GiB.
        let seeds = sizes.tensors(&with(Offload::Gradients), true, Some(40_000_000_000));
        assert!(on_card(seeds).total() < 40_000_000_000 && seeds.host.total() < 128 * GIB, "{seeds:?}");
        // Adapters: the quantised model lies on the card, and little else.
        let lora = seven_billion(false).tensors(&with(Offload::None), true, Some(24 * GIB));
        assert_eq!(lora.card.unwrap().model, 4_080_000_000);
        assert!(lora.card.unwrap().total() <= 18 * GIB && lora.host.total() < GIB, "{lora:?}");
    }

    #[test]
    fn what_does_not_fit_is_told_what_would() {
        let advice = |sizes: Sizes, bf16: bool, card: u64, host: u64| {
            sizes.card_advice(
                &with(Offload::None),
                if sizes.full { Method::Full } else { Method::Qlora },
                bf16,
                card * GIB,
                Some(host * GIB),
            )
        };
        assert_eq!(advice(seven_billion(true), true, 60, 200), "it would fit with --offload optimizer");
        assert_eq!(advice(seven_billion(true), true, 40, 200), "it would fit with --offload gradients");
        assert_eq!(advice(seven_billion(true), false, 24, 200), "it would fit with --offload gradients --bf16 true");
        assert_eq!(advice(seven_billion(true), false, 12, 200), "it would fit with --offload all");
        // Neither the card nor the machine has room for 16 bytes a parameter.
        assert!(advice(seven_billion(true), true, 40, 64).contains("--method lora"));
        assert!(advice(seven_billion(false), true, 1, 64).contains("--device cpu"));
        let wide = Sizes { tokens: 64 * 512, ..seven_billion(false) };
        let config = TrainConfig { per_device_train_batch_size: 64, ..with(Offload::None) };
        let text = wide.card_advice(&config, Method::Qlora, true, 16 * GIB, Some(64 * GIB));
        assert!(text.contains("--per_device_train_batch_size 1 --gradient_accumulation_steps 64"), "{text}");
    }

    #[test]
    fn moments_of_a_byte_take_a_fourth() {
        let config = TrainConfig { optim: OptimizerType::AdamW8Bit, ..TrainConfig::default() };
        let of = |sizes: Sizes| sizes.kernels(&config, None).host.moments;
        // Two bytes, and two scales for every 256 of them.
        assert_eq!(of(Sizes { never_in_bytes: 0, trained: 2560, ..seven_billion(false) }), 2 * 2560 + 2 * 4 * 10);
        let full = seven_billion(true);
        let embedding = 32_000 * 4096;
        let others = full.trained - embedding;
        assert_eq!(of(full), 8 * embedding + 2 * others + 8 * others.div_ceil(256));
        let card = full.tensors(&config, true, Some(80 * GIB)).card.unwrap();
        assert_eq!(card.moments, of(full));
    }

    #[test]
    fn kernels_count_as_they_did() {
        let sizes = seven_billion(false);
        let needs = sizes.kernels(&with(Offload::All), Some(64 * GIB));
        assert_eq!(needs.card, None);
        assert_eq!((needs.host.model, needs.host.moments), (4_080_000_000, 160_000_000));
        let checkpointed = TrainConfig { gradient_checkpointing: Some(true), ..with(Offload::None) };
        assert_eq!(sizes.kernels(&checkpointed, None).kept_layers, 0);
    }
}
