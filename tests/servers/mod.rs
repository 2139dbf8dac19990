//! Models behind addresses, without a network: a stand-in on this machine speaks as servers do, and as broken ones do.

mod asked_again;
mod dialects;
mod faults;
mod private;
mod sentences;
mod speaking;
mod stand_in;

use std::sync::Arc;
use std::time::Duration;

use sqllama::llm::server::{Abilities, Address, Remote, ServerOptions};
use sqllama::llm::{
    Generate, GenerateEvent, GenerateRequest, Generation, LlmError, Message, Prompt, Purpose, Repetition, Role, Sampling, Shared,
};
use sqllama::signal::Cancel;

/// How the model `m` at `address` is used by tests.
fn options(address: &str) -> ServerOptions {
    ServerOptions {
        model: Some("m".into()),
        timeout: Duration::from_secs(5),
        known: Some(Abilities::unknown()),
        ..ServerOptions::at(Address::parse(address).unwrap())
    }
}

/// A question to a model, `count` times where it is asked so.
fn request() -> GenerateRequest {
    GenerateRequest {
        prompt: Prompt::Chat(vec![Message { role: Role::User, content: "How many?".into() }]),
        shared: Shared::Nothing,
        max_tokens: 64,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    }
}

/// Asks; what was emitted, and what came of it.
fn ask(model: &mut Remote, request: &GenerateRequest, cancel: &Cancel) -> (String, Result<Generation, LlmError>) {
    let mut shown = String::new();
    let result = model.generate(request, cancel, &mut |event| {
        if let GenerateEvent::Text(text) = event {
            shown.push_str(&text);
        }
    });
    (shown, result)
}
