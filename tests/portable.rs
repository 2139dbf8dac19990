//! The road of every device, candle's own operations, against our kernels: logits, greedy tokens, sessions, adapters, placements.
//!
//! `SQLLAMA_TEST_DEVICE=cuda` does it on a card; without it the tensors lie on the processor.

use std::path::Path;
use std::sync::Arc;

use sqllama::compute::BlockType;
use sqllama::llm::names::Projection;
use sqllama::llm::placement::Demand;
use sqllama::llm::{
    ActiveAdapter, Adapter, DeviceChoice, Generate, GenerateRequest, KvType, Lane, LoadOptions, LocalModel, Model, Phase, Prompt, Purpose,
    Repetition, Sampling, Session, Shared, Want,
};
use sqllama::signal::Cancel;

use crate::adapter::random_adapter;
use crate::device::{ROUNDING, TestDevice, chosen, difference, portable};
use crate::tiny::{self, LLAMA, QWEN2, Shape};

/// Llama's family in a shape that every type of block divides.
const WIDE_LLAMA: Shape = Shape { arch: "llama", hidden: 256, feed_forward: 512, layers: 2, heads: 4, kv_heads: 2, vocabulary: 259 };

/// As a share of the largest logit, what the roads may differ by on the fixtures and on weights of blocks. Both round what blocks are
/// multiplied with to eight bits, with scales of their own.
const BLOCKS: f32 = 0.05;

/// The same for weights of floats, where nothing is rounded.
const FLOATS: f32 = 2e-4;

fn tokens(shape: &Shape, salt: u32, count: u32) -> Vec<u32> {
    (0..count).map(|i| i.wrapping_mul(7919).wrapping_add(salt) % shape.vocabulary as u32).collect()
}

/// Logits of every token, `[tokens][vocabulary]`.
fn read(model: &Model, session: &mut Session, tokens: &[u32]) -> Vec<Vec<f32>> {
    let out = model.forward(Phase::Decode, &mut [Lane { session, tokens, want: Want::All }]).unwrap();
    out[0].to_vec2().unwrap()
}

/// Logits behind the last of `tokens`.
fn read_last(model: &Model, session: &mut Session, tokens: &[u32]) -> Vec<f32> {
    let out = model.forward(Phase::Decode, &mut [Lane { session, tokens, want: Want::Last }]).unwrap();
    out[0].to_vec2().unwrap().remove(0)
}

/// The likeliest token, and how far it is ahead of the next, as a share of the largest logit.
fn likeliest(logits: &[f32]) -> (u32, f32) {
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    let largest = logits.iter().fold(0f32, |max, x| max.max(x.abs()));
    (order[0] as u32, (logits[order[0]] - logits[order[1]]) / largest)
}

/// Greedy tokens, 32 of them, each road reading what the kernels write: how many are the same. Where the likeliest is ahead by more than
/// twice the bound, it has to be.
#[track_caller]
fn same_greedy_tokens(name: &str, kernels: &Model, other: &Model, prompt: &[u32], bound: f32) -> usize {
    let (mut a, mut b) = (kernels.session(), other.session());
    let (mut next, mut same) = (prompt.to_vec(), 0);
    for _ in 0..32 {
        let (expected, lead) = likeliest(&read_last(kernels, &mut a, &next));
        let (found, _) = likeliest(&read_last(other, &mut b, &next));
        assert!(found == expected || lead <= 2.0 * bound, "{name}: {found} instead of {expected}, which is ahead by {lead}");
        same += usize::from(found == expected);
        next = vec![expected];
    }
    same
}

fn open(path: &Path) -> Model {
    Model::open(path).unwrap().0
}

/// The fixture of `shape` with our kernels, and with its first `layers` on the device.
fn pair(shape: &Shape, layers: usize) -> (Model, Model) {
    let path = tiny::fixture(shape);
    (open(&path), open(&path).place(portable(layers)).unwrap())
}

fn fixtures() -> impl Iterator<Item = (Model, Model, &'static Shape)> {
    [&QWEN2, &LLAMA].into_iter().map(|shape| {
        let (kernels, other) = pair(shape, usize::MAX);
        (kernels, other, shape)
    })
}

/// Logits within `bound`; how many of 32 greedy tokens are the same.
#[track_caller]
fn check(name: &str, kernels: &Model, other: &Model, shape: &Shape, bound: f32) -> usize {
    let prompt = tokens(shape, 3, 70);
    let (expected, found) = (read(kernels, &mut kernels.session(), &prompt), read(other, &mut other.session(), &prompt));
    let worst = difference(&expected, &found);
    assert!(worst < bound, "{name}: {worst} of the largest logit");
    let same = same_greedy_tokens(name, kernels, other, &prompt, bound);
    println!("{name}: {worst:.2e} of the largest logit, {same} of 32 greedy tokens");
    same
}

#[test]
fn every_placement_of_both_families_gives_the_kernels_tokens() {
    for shape in [&QWEN2, &LLAMA] {
        let mut same = 0;
        for layers in 1..=shape.layers + 1 {
            let (kernels, other) = pair(shape, layers);
            // The other one has rows of three blocks, which candle's products on the processor do not take.
            assert!(shape.arch == "llama" || other.dequantised() == 0);
            same += check(&format!("{} with {layers} layers there", shape.arch), &kernels, &other, shape, BLOCKS);
        }
        // Random weights have near ties, and candle rounds activations for blocks in groups of 256, our kernels in groups of 32.
        assert!(same >= 30 * (shape.layers + 1), "{}: {same} greedy tokens are the same", shape.arch);
    }
}

#[test]
fn every_type_of_block_gives_the_kernels_tokens() {
    let folder = tempfile::tempdir().unwrap();
    for shape in [&QWEN2, &WIDE_LLAMA] {
        let checkpoint = tiny::checkpoint(shape);
        for block in [
            BlockType::F32,
            BlockType::F16,
            BlockType::BF16,
            BlockType::Q4_0,
            BlockType::Q4_1,
            BlockType::Q5_0,
            BlockType::Q5_1,
            BlockType::Q8_0,
            BlockType::Q2K,
            BlockType::Q3K,
            BlockType::Q4K,
            BlockType::Q5K,
            BlockType::Q6K,
        ] {
            let path = folder.path().join("model.gguf");
            tiny::write_gguf(shape, &checkpoint, |_| block, &path);
            let (kernels, other) = (open(&path), open(&path).place(portable(usize::MAX)).unwrap());
            let (bound, least) = if block.block_len() == 1 { (FLOATS, 32) } else { (BLOCKS, 30) };
            let same = check(&format!("{} in {block:?}", shape.arch), &kernels, &other, shape, bound);
            assert!(same >= least, "{} in {block:?}: {same} of 32 greedy tokens are the same", shape.arch);
        }
    }
}

#[test]
fn ragged_lanes_and_wanted_rows_are_the_kernels() {
    for (kernels, other, shape) in fixtures() {
        let (a, b) = (tokens(shape, 1, 150), tokens(shape, 2, 70));
        let all = |model: &Model| -> Vec<Vec<f32>> {
            let (mut first, mut second, mut third, mut fourth) = (model.session(), model.session(), model.session(), model.session());
            read(model, &mut first, &a[..30]);
            let lanes = &mut [
                Lane { session: &mut first, tokens: &a[30..], want: Want::At(&[0, 119, 60]) },
                Lane { session: &mut second, tokens: &b, want: Want::All },
                Lane { session: &mut third, tokens: &b[..3], want: Want::None },
                Lane { session: &mut fourth, tokens: &b[..1], want: Want::Last },
            ];
            let out = model.forward(Phase::Prefill, lanes).unwrap();
            assert_eq!(third.tokens(), &b[..3]);
            out.iter().flat_map(|logits| logits.to_vec2().unwrap()).collect()
        };
        assert!(difference(&all(&kernels), &all(&other)) < BLOCKS, "{}", shape.arch);
    }
}

#[test]
fn a_sliding_window_is_the_kernels() {
    for (mut kernels, mut other, shape) in fixtures() {
        let tokens = tokens(shape, 1, 100);
        let unlimited = read(&kernels, &mut kernels.session(), &tokens);
        for model in [&mut kernels, &mut other] {
            model.spec.sliding_window = Some(17);
        }
        let (expected, mut session) = (read(&kernels, &mut kernels.session(), &tokens), other.session());
        let found: Vec<_> = [&tokens[..60], &tokens[60..99], &tokens[99..]].map(|part| read(&other, &mut session, part)).concat();
        assert!(difference(&expected, &found) < BLOCKS, "{}", shape.arch);
        assert!(difference(&unlimited, &found) > BLOCKS, "{}: the window shows", shape.arch);
    }
}

#[test]
fn forks_and_truncated_sessions_do_not_see_one_another() {
    for layers in [1, usize::MAX] {
        for shape in [&QWEN2, &LLAMA] {
            let (kernels, other) = pair(shape, layers);
            let (prompt, others) = (tokens(shape, 1, 300), tokens(shape, 2, 300));
            let fresh = read(&kernels, &mut kernels.session(), &prompt);
            let mut session = other.session();
            read(&other, &mut session, &prompt);
            for keep in [0, 1, 63, 64, 255, 256, 299] {
                let (mut fork, mut sibling) = (session.fork(keep), session.fork(keep));
                assert_eq!((fork.tokens(), fork.kv().len()), (&prompt[..keep], keep));
                // Both write what the other must not read; so does one that forgets and goes on otherwise.
                let one = read(&other, &mut fork, &prompt[keep..]);
                read(&other, &mut sibling, &others[keep..]);
                sibling.truncate(keep);
                let two = read(&other, &mut sibling, &prompt[keep..]);
                let three = {
                    let mut again = fork.fork(keep);
                    drop(fork);
                    read(&other, &mut again, &prompt[keep..])
                };
                for (name, found) in [("forked", one), ("sibling", two), ("again", three)] {
                    assert!(difference(&fresh[keep..], &found) < BLOCKS, "{} {name} at {keep}", shape.arch);
                }
            }
            session.truncate(200);
            assert!(difference(&fresh[200..], &read(&other, &mut session, &prompt[200..])) < BLOCKS, "{} truncated", shape.arch);
        }
    }
}

/// More forks of forks than parts that a layer's memory consists of, each of them kept alive.
#[test]
fn forks_of_forks_go_on_as_one() {
    for (_, other, shape) in fixtures() {
        let prompt = tokens(shape, 1, 500);
        let fresh = read(&other, &mut other.session(), &prompt);
        let mut kept = Vec::new();
        let mut session = other.session();
        let mut found = Vec::new();
        for (index, part) in prompt.chunks(270).flat_map(|part| part.chunks(45)).enumerate() {
            found.extend(read(&other, &mut session, part));
            if index % 2 == 1 {
                let next = session.fork(session.tokens().len());
                kept.push(std::mem::replace(&mut session, next));
            }
        }
        assert!(kept.len() > 4);
        assert!(difference(&fresh, &found) < ROUNDING, "{}: {}", shape.arch, difference(&fresh, &found));
    }
}

#[test]
fn sessions_saved_on_one_road_go_on_on_the_other() {
    for kv_type in [KvType::F32, KvType::F16, KvType::Q8_0] {
        for layers in [1, usize::MAX] {
            for shape in [&QWEN2, &LLAMA] {
                let (kernels, other) = pair(shape, layers);
                let prompt = tokens(shape, 1, 150);
                let new = |model: &Model| model.session_of(kv_type, None).unwrap();
                let fresh = read(&kernels, &mut new(&kernels), &prompt);
                for (from, to) in [(&kernels, &other), (&other, &kernels), (&other, &other)] {
                    let mut session = new(from);
                    read(from, &mut session, &prompt[..100]);
                    let mut saved = Vec::new();
                    session.save(&mut saved).unwrap();
                    let mut again = Vec::new();
                    if kv_type == KvType::F16 {
                        let mut loaded = to.load_session(512, &mut saved.as_slice()).unwrap();
                        assert_eq!(loaded.tokens(), &prompt[..100]);
                        loaded.save(&mut again).unwrap();
                        assert_eq!(saved.len(), again.len());
                        let found = read(to, &mut loaded, &prompt[100..]);
                        assert!(difference(&fresh[100..], &found) < BLOCKS, "{} with {layers}", shape.arch);
                    } else {
                        assert!(to.load_session(512, &mut saved.as_slice()).is_err(), "of another type");
                    }
                }
                // What is kept in eight bits is nearly the same.
                let found = read(&other, &mut new(&other), &prompt);
                assert!(difference(&fresh, &found) < 2.0 * BLOCKS, "{} in {kv_type:?}", shape.arch);
            }
        }
    }
}

#[test]
fn what_was_written_is_read_back_to_the_bit() {
    for (_, other, shape) in fixtures() {
        let mut session = other.session();
        read(&other, &mut session, &tokens(shape, 1, 100));
        let (mut saved, mut again) = (Vec::new(), Vec::new());
        session.save(&mut saved).unwrap();
        other.load_session(512, &mut saved.as_slice()).unwrap().save(&mut again).unwrap();
        assert!(saved == again, "{}", shape.arch);
        let last = saved.len() - 40;
        saved[last] ^= 1;
        assert!(other.load_session(512, &mut saved.as_slice()).is_err());
    }
}

#[test]
fn sessions_of_another_placement_are_refused() {
    let (kernels, other) = pair(&QWEN2, 1);
    for (model, mut session) in [(&kernels, other.session()), (&other, kernels.session())] {
        let error = model.forward(Phase::Decode, &mut [Lane { session: &mut session, tokens: &[1], want: Want::Last }]).unwrap_err();
        assert!(error.to_string().contains("another device"), "{error}");
        assert!(session.tokens().is_empty());
    }
}

#[test]
fn adapters_are_the_kernels() {
    for layers in [1, usize::MAX] {
        for shape in [&QWEN2, &LLAMA] {
            let (kernels, other) = pair(shape, layers);
            let adapter = random_adapter(&kernels, 4);
            let prompt = tokens(shape, 1, 40);
            let both = |model: &Model, adapter: &Adapter| -> Vec<Vec<f32>> {
                let active = Some(Arc::new(ActiveAdapter::new(adapter, model).unwrap()));
                let mut sessions = [None, active.clone(), None, active].map(|adapter| model.session_with(adapter).unwrap());
                let wants = [Want::All, Want::Last, Want::None, Want::At(&[3, 9])];
                let mut lanes: Vec<Lane<'_>> =
                    sessions.iter_mut().zip(wants).map(|(session, want)| Lane { session, tokens: &prompt, want }).collect();
                model.forward(Phase::Prefill, &mut lanes).unwrap().iter().flat_map(|logits| logits.to_vec2().unwrap()).collect()
            };
            let (expected, found) = (both(&kernels, &adapter), both(&other, &adapter));
            assert!(difference(&expected, &found) < BLOCKS, "{} with {layers}: {}", shape.arch, difference(&expected, &found));
            // The adapter shows: a lane without it has other logits.
            assert!(difference(&found[39..40], &found[40..41]) > 2.0 * BLOCKS, "{}", shape.arch);
        }
    }
}

#[test]
fn what_a_card_must_hold_is_counted_before_it_is_sent() {
    let model = open(&tiny::fixture(&QWEN2));
    let demand = |context, kv_type| Demand::of(&model.weights, &model.spec, context, kv_type);
    let (short, long) = (demand(256, KvType::F16), demand(512, KvType::F16));
    assert_eq!(short.layers.len(), model.spec.layers + 1);
    // A token more: keys and values of one layer, two bytes a number; the head remembers nothing.
    let token = 2 * 2 * model.spec.kv_dim() as u64;
    assert!(short.layers.iter().zip(&long.layers).take(model.spec.layers).all(|(short, long)| long - short == 256 * token));
    assert_eq!(short.layers.last(), long.layers.last());
    assert!(demand(512, KvType::Q8_0).layers[0] < long.layers[0] && long.reserve > short.reserve);
    // Blocks take what they take in the file, floats four bytes a number.
    let layer = &model.weights.layers[0];
    let blocks: usize = Projection::ALL.iter().map(|&projection| layer.projection(projection).matrix().bytes.len()).sum();
    let vectors = 4 * (2 * model.spec.hidden + model.spec.query_dim() + 2 * model.spec.kv_dim());
    assert_eq!(short.layers[0], (blocks + vectors) as u64 + (256 + 8 * 512) * token);
    let llama = open(&tiny::fixture(&LLAMA));
    let head = Demand::of(&llama.weights, &llama.spec, 256, KvType::F16).layers[llama.spec.layers];
    assert_eq!(head, 4 * (LLAMA.vocabulary * LLAMA.hidden + LLAMA.hidden) as u64);
}

#[test]
fn a_model_answers_alike_on_both_roads() {
    let answer = |device, gpu_layers| {
        let options = LoadOptions {
            name: "tiny".into(),
            known_as: Vec::new(),
            sha256: None,
            context_length: 512,
            saved_sessions: None,
            drafting: true,
            kv_type: Some(KvType::F16),
            device,
            gpu_layers,
        };
        let mut model = LocalModel::open(&tiny::fixture(&QWEN2), &options).unwrap();
        let request = GenerateRequest {
            prompt: Prompt::Text("id id id id TABLE singers (id".into()),
            shared: Shared::Nothing,
            max_tokens: 60,
            stop: Vec::new(),
            sampling: Sampling::default(),
            logprobs: 0,
            likely: Arc::default(),
            constraint: None,
            purpose: Purpose::Answer,
            repetition: Repetition::Kept,
        };
        let tokens = model.generate(&request, &Cancel::new(), &mut |_| ()).unwrap().tokens;
        (tokens, model.info().device.clone())
    };
    let (expected, cpu) = answer(DeviceChoice::Cpu, None);
    assert_eq!(cpu, "cpu");
    let (choice, name) = match chosen() {
        TestDevice::Cuda => (DeviceChoice::Cuda, "cuda"),
        TestDevice::Kernels | TestDevice::Portable => (DeviceChoice::Portable, "portable"),
    };
    assert_eq!(answer(choice, None), (expected.clone(), name.into()));
    assert_eq!(answer(choice, Some(1)), (expected.clone(), format!("{name} (1 of 3 layers)")));
    assert_eq!(answer(choice, Some(0)), (expected, "cpu".into()));
}
