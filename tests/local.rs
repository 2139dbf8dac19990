//! A model on this machine, end to end, on the tiny fixture: prompts in, text out, sessions kept from run to run.

use std::path::Path;

use sqllama::llm::{Generate, GenerateRequest, Generation, LoadOptions, LocalModel, Message, Prompt, Role, Sampling};
use sqllama::signal::Cancel;
use sqllama::store::SavedSessions;

use crate::tiny::{self, QWEN2};

fn open(folder: Option<&Path>) -> LocalModel {
    let options = LoadOptions {
        name: "tiny".into(),
        sha256: None,
        context_length: 512,
        saved_sessions: folder.map(|folder| SavedSessions::new(folder.into(), 1 << 30)),
    };
    LocalModel::open(&tiny::fixture(&QWEN2), &options).unwrap()
}

fn request(question: &str) -> GenerateRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    GenerateRequest {
        prompt: Prompt::Chat(vec![
            message(Role::System, "CREATE TABLE singers (id INTEGER, name TEXT); CREATE TABLE songs (id INTEGER, title TEXT);"),
            message(Role::User, question),
        ]),
        shared_messages: 1,
        max_tokens: 24,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
    }
}

fn generate(model: &mut LocalModel, question: &str) -> Generation {
    model.generate(&request(question), &Cancel::new(), &mut |_| ()).unwrap()
}

#[test]
fn the_shared_beginning_is_read_once_and_kept_from_run_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = generate(&mut open(None), "How many songs?");
    assert!(fresh.timings.cached_tokens == 0 && fresh.tokens.len() > 10);

    let mut first = open(Some(folder.path()));
    assert_eq!(generate(&mut first, "Which singers?").timings.cached_tokens, 0);
    let second = generate(&mut first, "How many songs?");
    assert!(second.timings.cached_tokens > 90, "{:?}", second.timings);
    assert_eq!((second.tokens, second.text), (fresh.tokens.clone(), fresh.text.clone()));

    let next_run = generate(&mut open(Some(folder.path())), "How many songs?");
    assert!(next_run.timings.cached_tokens > 90, "{:?}", next_run.timings);
    assert_eq!(next_run.tokens, fresh.tokens);
}

#[test]
fn a_broken_saved_session_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = generate(&mut open(Some(folder.path())), "How many songs?");
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let again = generate(&mut open(Some(folder.path())), "How many songs?");
    assert_eq!((again.timings.cached_tokens, &again.tokens), (0, &fresh.tokens));
    let third = generate(&mut open(Some(folder.path())), "How many songs?");
    assert!(third.timings.cached_tokens > 90 && third.tokens == fresh.tokens);
}

#[test]
fn sampling_is_seeded_and_greedy_is_not_random() {
    let mut model = open(None);
    let mut sampled = |seed, temperature| {
        let sampling = Sampling { temperature, seed, ..Sampling::default() };
        model.generate(&GenerateRequest { sampling, ..request("Which?") }, &Cancel::new(), &mut |_| ()).unwrap().tokens
    };
    assert_eq!(sampled(1, 0.9), sampled(1, 0.9));
    assert_ne!(sampled(1, 0.9), sampled(2, 0.9));
    assert_eq!(sampled(1, 0.0), sampled(2, 0.0));
}
