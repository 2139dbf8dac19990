//! The decoder against candle-transformers' own models, and the KV cache against a fresh run, bit for bit with our kernels.
//! `SQLLAMA_TEST_DEVICE` chooses another road.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{llama, qwen2};
use sqllama::compute::BlockType;
use sqllama::llm::{KvType, Lane, Model, Phase, Session, Want};

use crate::device::{placed, same};
use crate::tiny::{self, LLAMA, QWEN2, Shape};

/// 150 tokens: three pages of the cache, none of them full at the end.
fn tokens(shape: &Shape, salt: u32) -> Vec<u32> {
    (0..150).map(|i: u32| i.wrapping_mul(7919).wrapping_add(salt) % shape.vocabulary as u32).collect()
}

/// Logits of every token, `[tokens][vocabulary]`.
fn read(phase: Phase, model: &Model, session: &mut Session, tokens: &[u32]) -> Vec<Vec<f32>> {
    let out = model.forward(phase, &mut [Lane { session, tokens, want: Want::All }]).unwrap();
    out[0].to_vec2().unwrap()
}

#[track_caller]
fn check_oracle(shape: &Shape, oracle: impl Fn(VarBuilder<'_>, &Tensor) -> Tensor) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let checkpoint = tiny::checkpoint(shape);
    tiny::write_gguf(shape, &checkpoint, |_| BlockType::F32, &path);
    let model = placed(Model::open(&path).unwrap().0);
    let vars = VarBuilder::from_tensors(checkpoint.into_iter().collect(), DType::F32, &Device::Cpu);
    for length in [1, 2, 63, 64, 65, 150] {
        let tokens = &tokens(shape, 3)[..length];
        let expected: Vec<f32> = oracle(vars.clone(), &Tensor::new(tokens, &Device::Cpu).unwrap().unsqueeze(0).unwrap())
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap();
        for phase in [Phase::Prefill, Phase::Decode] {
            let all = read(phase, &model, &mut model.session(), tokens);
            let ours = all.last().unwrap();
            let largest = expected.iter().fold(0f32, |max, x| max.max(x.abs()));
            let difference = ours.iter().zip(&expected).fold(0f32, |max, (a, b)| max.max((a - b).abs()));
            // Keys and values are f16 here and f32 there: eleven bits of mantissa.
            assert!(difference < 2e-3 * largest && largest > 0.5, "{} with {length} tokens: {difference} of {largest}", shape.arch);
        }
    }
}

#[test]
fn llama_agrees_with_candle_transformers() {
    check_oracle(&LLAMA, |vars, tokens| {
        let config = llama::Config {
            hidden_size: LLAMA.hidden,
            intermediate_size: LLAMA.feed_forward,
            vocab_size: LLAMA.vocabulary,
            num_hidden_layers: LLAMA.layers,
            num_attention_heads: LLAMA.heads,
            num_key_value_heads: LLAMA.kv_heads,
            use_flash_attn: false,
            rms_norm_eps: 1e-5,
            rope_theta: 10_000.0,
            bos_token_id: None,
            eos_token_id: None,
            rope_scaling: None,
            max_position_embeddings: 512,
            tie_word_embeddings: false,
        };
        let mut cache = llama::Cache::new(true, DType::F32, &config, &Device::Cpu).unwrap();
        llama::Llama::load(vars, &config).unwrap().forward(tokens, 0, &mut cache).unwrap()
    });
}

#[test]
fn qwen2_agrees_with_candle_transformers() {
    check_oracle(&QWEN2, |vars, tokens| {
        let config = qwen2::Config {
            vocab_size: QWEN2.vocabulary,
            hidden_size: QWEN2.hidden,
            intermediate_size: QWEN2.feed_forward,
            num_hidden_layers: QWEN2.layers,
            num_attention_heads: QWEN2.heads,
            num_key_value_heads: QWEN2.kv_heads,
            max_position_embeddings: 512,
            sliding_window: 512,
            max_window_layers: 0,
            tie_word_embeddings: false,
            rope_theta: 10_000.0,
            rms_norm_eps: 1e-5,
            use_sliding_window: false,
            hidden_act: candle_nn::Activation::Silu,
        };
        qwen2::ModelForCausalLM::new(&config, vars).unwrap().forward(tokens, 0).unwrap()
    });
}

fn models() -> Vec<(Model, &'static Shape)> {
    [&QWEN2, &LLAMA].into_iter().map(|shape| (placed(Model::open(&tiny::fixture(shape)).unwrap().0), shape)).collect()
}

fn cases() -> impl Iterator<Item = (Model, &'static Shape, Phase)> {
    [Phase::Prefill, Phase::Decode].into_iter().flat_map(|phase| models().into_iter().map(move |(model, shape)| (model, shape, phase)))
}

#[test]
fn chunks_do_not_change_logits() {
    for (model, shape, phase) in cases() {
        let tokens = tokens(shape, 1);
        let fresh = read(phase, &model, &mut model.session(), &tokens);
        for size in [1, 5, 16, 17, 64, 100] {
            let mut session = model.session();
            let chunked: Vec<_> = tokens.chunks(size).flat_map(|chunk| read(phase, &model, &mut session, chunk)).collect();
            assert!(same(&chunked, &fresh), "{} in chunks of {size}", shape.arch);
        }
    }
}

#[test]
fn a_cache_of_eight_bits_is_half_as_large_and_nearly_the_same() {
    for (model, shape, phase) in cases() {
        let tokens = tokens(shape, 1);
        let (mut halves, mut bytes) = (model.session(), model.session_of(KvType::Q8_0, None).unwrap());
        let (exact, ours) = (read(phase, &model, &mut halves, &tokens), read(phase, &model, &mut bytes, &tokens));
        assert!(bytes.kv().bytes() * 9 <= halves.kv().bytes() * 6, "{} and {}", bytes.kv().bytes(), halves.kv().bytes());
        let worst = exact.iter().flatten().zip(ours.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
        let largest = exact.iter().flatten().fold(0f32, |largest, x| largest.max(x.abs()));
        assert!(worst > 0.0 && worst <= 0.03 * largest, "{} in {phase:?}: {worst} of {largest}", shape.arch);
        // What is forgotten, shared and read again goes on alike.
        bytes.truncate(70);
        let mut fork = bytes.fork(65);
        let again: Vec<_> = read(phase, &model, &mut fork, &tokens[65..]);
        assert!(same(&again, &ours[65..]), "{} in {phase:?}", shape.arch);
        let mut saved = Vec::new();
        fork.save(&mut saved).unwrap();
        assert!(model.load_session(512, &mut saved.as_slice()).is_err(), "of another type");
    }
}

#[test]
fn truncated_and_forked_sessions_go_on_as_fresh_ones() {
    for (model, shape, phase) in cases() {
        let (tokens, others) = (tokens(shape, 1), tokens(shape, 2));
        let fresh = read(phase, &model, &mut model.session(), &tokens);
        for keep in [0, 1, 63, 64, 65, 128, 149] {
            let mut session = model.session();
            read(phase, &model, &mut session, &tokens);
            session.truncate(keep);
            assert_eq!((session.tokens(), session.kv().len()), (&tokens[..keep], keep));
            // What was forgotten leaves nothing behind, whatever was read in between.
            read(phase, &model, &mut session, &others[keep..]);
            session.truncate(keep);
            let mut fork = session.fork(keep);
            read(phase, &model, &mut fork, &others[keep..]);
            assert!(same(&read(phase, &model, &mut session, &tokens[keep..]), &fresh[keep..]), "{} truncated to {keep}", shape.arch);
            fork.truncate(keep);
            assert!(same(&read(phase, &model, &mut fork, &tokens[keep..]), &fresh[keep..]), "{} forked at {keep}", shape.arch);
        }
    }
}

#[test]
fn a_saved_session_goes_on_as_a_fresh_one_and_a_broken_one_is_refused() {
    for (model, shape, phase) in cases() {
        let tokens = tokens(shape, 1);
        let fresh = read(phase, &model, &mut model.session(), &tokens);
        let mut session = model.session();
        read(phase, &model, &mut session, &tokens[..100]);
        let mut saved = Vec::new();
        session.save(&mut saved).unwrap();
        let mut loaded = model.load_session(512, &mut saved.as_slice()).unwrap();
        assert!(same(&read(phase, &model, &mut loaded, &tokens[100..]), &fresh[100..]), "{}", shape.arch);

        let refused = |bytes: &[u8], expected: &str| {
            let error = model.load_session(512, &mut &bytes[..]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(&saved[..saved.len() - 1], "failed to fill whole buffer");
        refused(b"SQLite format 3", "not a saved session");
        for at in [8, 40, 44, 56, 60, 500, saved.len() - 1] {
            let mut broken = saved.clone();
            broken[at] ^= 1;
            assert!(model.load_session(512, &mut broken.as_slice()).is_err(), "byte {at} changed");
        }
        assert!(model.load_session(99, &mut saved.as_slice()).unwrap_err().to_string().contains("at most 99 tokens"));
    }
}

#[test]
fn sessions_of_another_model_are_refused() {
    let [(qwen2, _), (llama, _)] = <[_; 2]>::try_from(models()).ok().unwrap();
    let mut saved = Vec::new();
    qwen2.session().save(&mut saved).unwrap();
    assert!(llama.load_session(512, &mut saved.as_slice()).unwrap_err().to_string().contains("another model"));
    let mut session = qwen2.session();
    let error = llama.forward(Phase::Decode, &mut [Lane { session: &mut session, tokens: &[1], want: Want::Last }]).unwrap_err();
    assert!(error.to_string().contains("another model"));
}

#[test]
fn lanes_read_together_as_alone() {
    for (model, shape, phase) in cases() {
        let (a, b) = (tokens(shape, 1), tokens(shape, 2));
        let alone = [read(phase, &model, &mut model.session(), &a), read(phase, &model, &mut model.session(), &b[..70])];
        let (mut first, mut second, mut third) = (model.session(), model.session(), model.session());
        read(phase, &model, &mut first, &a[..30]);
        let out = model
            .forward(
                phase,
                &mut [
                    Lane { session: &mut first, tokens: &a[30..], want: Want::At(&[0, 119]) },
                    Lane { session: &mut second, tokens: &b[..70], want: Want::All },
                    Lane { session: &mut third, tokens: &b[..3], want: Want::None },
                ],
            )
            .unwrap();
        let out: Vec<Vec<Vec<f32>>> = out.iter().map(|logits| logits.to_vec2().unwrap()).collect();
        assert!(same(&out[0], &[alone[0][30].clone(), alone[0][149].clone()]) && same(&out[1], &alone[1]), "{}", shape.arch);
        assert!(out[2].is_empty());
        assert_eq!(third.tokens(), &b[..3]);
    }
}
