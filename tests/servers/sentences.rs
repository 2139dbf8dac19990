//! A clear sentence for each failure.

use std::time::Duration;

use sqllama::llm::LlmError;
use sqllama::llm::server::{KeySource, Remote, ServerOptions};
use sqllama::signal::Cancel;

use super::stand_in::{HEAD, StandIn, Step, chunk, event, models, whole};
use super::{ask, options, request};

/// What is said of a server that answers so.
#[track_caller]
fn check(step: Vec<Step>, expected: &str) {
    let server = StandIn::new(move |request| if request.is_get() { vec![whole(200, &models().to_string())] } else { step.clone() });
    let mut model = Remote::new(ServerOptions { timeout: Duration::from_millis(900), ..options(&server.address) }).unwrap();
    let error = ask(&mut model, &request(), &Cancel::new()).1.unwrap_err();
    let LlmError::Server(own) = &error else { panic!("{error:?}") };
    assert!(error.to_string().replace(&server.address, "HERE").contains(expected), "{error}");
    assert!(own.hint().is_some() && error.hint() == own.hint(), "{error}");
}

fn said(status: u16, message: &str) -> Vec<Step> {
    vec![whole(status, &serde_json::json!({ "error": { "message": message } }).to_string())]
}

#[test]
fn failures_are_told_apart() {
    check(said(401, "no"), "HERE wants a key, and none was sent");
    check(said(404, "The model `m` does not exist."), "HERE has no model `m`; it has m");
    check(said(400, "This model's maximum context length is 4096 tokens"), "the prompt is too long for the model at HERE: This model's");
    check(said(500, "Requested tokens (9) exceed context window of 8"), "the prompt is too long");
    check(said(413, "too large"), "the prompt is too long");
    check(said(429, "slow down"), "HERE has too much to do (HTTP status 429)");
    check(said(503, "busy"), "HERE has too much to do (HTTP status 503)");
    check(said(503, "Loading model"), "HERE is still loading its model");
    check(said(529, "busy"), "HERE has too much to do (HTTP status 529)");
    check(said(400, "`inputs` tokens + `max_new_tokens` must be <= 2048"), "the prompt is too long");
    check(vec![whole(422, r#"{"detail":[{"loc":["body","n"],"msg":"field required"}]}"#)], "field required (body.n)");
    let packed = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x8b\x08";
    check(vec![Step::Send(packed.to_vec())], "it is compressed");
    check(said(500, "boom"), "HERE answers with HTTP status 500: boom");
    check(vec![whole(404, "<html>nothing</html>")], "HERE has no /chat/completions: it does not say why");
    check(
        vec![Step::Send(b"HTTP/1.1 307 Away\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n".to_vec())],
        "passes the request on",
    );
    check(vec![Step::Close], "was cut off after 0 characters");
    check(vec![Step::Send(b"SSH-2.0-server\r\n".to_vec()), Step::Close], "not understood");
    check(vec![Step::Send(HEAD.into()), Step::Hang], "HERE did not answer within 1 seconds");
    check(vec![Step::Hang], "HERE did not answer within 1 seconds");
    check(vec![whole(200, "<html>Welcome</html>")], "it is a page for people");
    let begun = |rest: &str| {
        let events = event(&serde_json::json!({ "messages": [] }), "SELECT ", None) + rest;
        vec![Step::Send([HEAD.as_bytes(), &chunk(events.as_bytes())].concat()), Step::Send(b"0\r\n\r\n".to_vec())]
    };
    check(begun("data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), "HERE failed while it answered: out of memory");
    check(begun("data: {\"error\":\"context length exceeded\"}\n\n"), "the prompt is too long");
    check(begun("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"abort\"}]}\n\n"), "ended the answer with `abort`");
    check(begun("data: {\"choices\":[{\"index\":0,\"del"), "was cut off after 7 characters");
    check(begun(""), "was cut off after 7 characters");
    let word = |text: &str, finish: Option<&str>| event(&serde_json::json!({ "messages": [] }), text, finish);
    check(begun(&(word("", Some("stop")) + &word("1", None))), "it goes on behind its end");
    check(begun("data: nonsense\n\n"), "an event of it is no JSON");
    // A beginning is no answer, whatever the end is called; and an event that is called an error is one.
    for reason in ["insufficient_system_resource", "SAFETY", "timeout"] {
        check(begun(&word("1", Some(reason))), &format!("ended the answer with `{reason}`"));
    }
    check(begun(&word("", Some("tool_calls"))), "calls a tool instead of answering");
    check(begun("data: {\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"I cannot\"}}]}\n\n"), "its model refuses to answer");
    check(begun("data: {\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"message\":\"provider down\"}}]}\n\n"), "provider down");
    check(begun("event: error\ndata: {\"status\": 500}\n\ndata: [DONE]\n\n"), "failed while it answered: {\"status\": 500}");
    check(begun("event: error\ndata: something broke\n\n"), "failed while it answered: something broke");
    check(begun("error: {\"code\":500,\"message\":\"boom\"}\n\n"), "failed while it answered: boom");
    check(begun("data: {\"choices\":[{\"index\":9,\"text\":\"x\"}]}\n\n"), "nobody asked for");
}

#[test]
fn of_thousands_of_models_the_nearest_are_told() {
    let server = StandIn::new(move |request| {
        let all: Vec<_> = (0..2000).map(|number| serde_json::json!({ "id": format!("org/model-{number:04}") })).collect();
        match request.is_get() {
            true => vec![whole(200, &serde_json::json!({ "data": all }).to_string())],
            false => said(404, "The model does not exist."),
        }
    });
    let told = |model: Option<&str>| {
        // Nothing is known of it yet: it is asked first.
        let options = ServerOptions { model: model.map(str::to_owned), known: None, ..options(&server.address) };
        ask(&mut Remote::new(options).unwrap(), &request(), &Cancel::new()).1.unwrap_err().to_string()
    };
    let choose = told(None);
    assert!(choose.contains("has several models; it has 2000: org/model-0000, ") && choose.len() < 400, "{choose}");
    let unknown = told(Some("model-1234"));
    assert!(unknown.contains("has no model `model-1234`; it has 2000: org/model-1234, ") && unknown.len() < 400, "{unknown}");
}

#[test]
fn what_cannot_be_sent_is_told_before() {
    let told = |with: ServerOptions| ask(&mut Remote::new(with).unwrap(), &request(), &Cancel::new()).1.unwrap_err().to_string();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let at = format!("http://{nobody}/v1");
    assert_eq!(told(options(&at)), format!("nothing answers at {at}: the connection was refused"));
    let error = told(ServerOptions { key: KeySource::Variable("SQLLAMA_TEST_NOT_SET".into()), ..options(&at) });
    assert_eq!(error, format!("the key for {at} is missing: the environment variable SQLLAMA_TEST_NOT_SET is not set"));
    let error = told(ServerOptions { key: KeySource::Command(vec!["false".into()]), ..options(&at) });
    assert!(error.contains("its `key_command` ended with"), "{error}");
    let error = told(ServerOptions { key: KeySource::Command(vec!["printf".into(), "sk-one\\nsk-two".into()]), ..options(&at) });
    assert!(error.contains("cannot stand in a request") && !error.contains("sk-"), "{error}");
    let error = told(options("http://no-such-host.invalid:9/v1"));
    assert!(error.contains("is not found") || error.contains("cannot be reached") || error.contains("did not answer"), "{error}");
}
