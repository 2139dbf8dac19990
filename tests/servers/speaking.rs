//! What sound servers say is understood, in every dialect; requests are given up, repeated, sent together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqllama::llm::server::{Abilities, GrammarField, KeySource, Remote, Secret, ServerOptions};
use sqllama::llm::{Draws, Enough, FinishReason, Generate, LlmError, Prompt, Sampling, ServerError};
use sqllama::signal::{Cancel, Stop};

use super::stand_in::{HEAD, StandIn, Step, chunk, event, events_of, models, stream_of, whole};
use super::{ask, options, request};
use crate::home::Home;

/// What comes of an answer of these bytes.
#[track_caller]
fn check(bytes: impl Into<Vec<u8>>, expected: &str) {
    let bytes = bytes.into();
    let own = bytes.clone();
    let server = StandIn::new(move |_| vec![Step::Send(own.clone()), Step::Close]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    let (shown, result) = ask(&mut model, &request(), &Cancel::new());
    let text = result.map(|generation| generation.text).unwrap_or_else(|error| format!("error: {error}"));
    assert_eq!((shown.as_str(), text.as_str()), (expected, expected), "{}", String::from_utf8_lossy(&bytes));
}

fn streamed(events: &str) -> Vec<u8> {
    [HEAD.as_bytes(), &chunk(events.as_bytes()), b"0\r\n\r\n"].concat()
}

#[test]
fn every_dialect_is_understood() {
    let chat = json!({ "messages": [] });
    check(streamed(&events_of(&chat, "SELECT 1 ä€😀")), "SELECT 1 ä€😀");
    check(streamed(&events_of(&chat, "a b").replace('\n', "\r\n")), "a b");
    check(streamed(&format!(": hello\n\n{}", events_of(&chat, "a b").replace("\n\n", "\n\n: keep-alive\n\n"))), "a b");
    // Whatever the headers say, and without lengths.
    check(format!("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n{}", events_of(&chat, "a b")), "a b");
    // The reason for the end left out, the last empty line left out, unknown fields.
    check(streamed(&format!("{}data: [DONE]", event(&chat, "x", None))), "x");
    check(streamed(&format!("event: e\nid: 1\n{}data: [DONE]\n\n", event(&chat, "x", None))), "x");
    check(
        streamed(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\",\"more\":[]},\"finish_reason\":\"stop\",\"y\":{}}],\"z\":1}\n\n",
        ),
        "x",
    );
    // Not streamed at all.
    let body = json!({ "choices": [{ "message": { "content": "x" } }] }).to_string();
    check(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()), "x");
    check(format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n\u{feff}{body}", body.len() + 3), "x");
    // Parts in the place of text, and thoughts beside it.
    let parts = json!([{ "type": "thinking", "thinking": [] }, { "type": "text", "text": "SELECT " }, { "type": "text", "text": "1" }]);
    let body = json!({ "choices": [{ "message": { "content": parts, "reasoning_content": "hm" }, "finish_reason": "STOP" }] }).to_string();
    check(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()), "SELECT 1");
    let thinks = "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"hm\",\"content\":null}}]}\n\n";
    check(streamed(&format!("{thinks}{}", events_of(&chat, "a b"))), "a b");
    // Extensions of chunks, and trailers.
    let extended = format!("{:x};note=\"a;b\"\r\n{}\r\n0;last\r\nx-trailer: 1\r\n\r\n", events_of(&chat, "x").len(), events_of(&chat, "x"));
    check([HEAD.as_bytes(), extended.as_bytes()].concat(), "x");
    // Byte by byte, so that characters and events are cut anywhere.
    let events = events_of(&chat, "ä€ 😀");
    check([HEAD.as_bytes(), &events.bytes().flat_map(|byte| chunk(&[byte])).collect::<Vec<u8>>(), b"0\r\n\r\n"].concat(), "ä€ 😀");
    // Interim answers are passed over.
    check([b"HTTP/1.1 100 Continue\r\n\r\n".as_slice(), &streamed(&events_of(&chat, "x"))].concat(), "x");
}

/// The tokens of the prompt and those written, as an answer of these events tells them.
#[track_caller]
fn check_costs(events: &str, expected: (usize, usize)) {
    let own = streamed(events);
    let server = StandIn::new(move |_| vec![Step::Send(own.clone()), Step::Close]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    let timings = ask(&mut model, &request(), &Cancel::new()).1.unwrap().timings;
    assert_eq!((timings.prompt_tokens, timings.generated_tokens), expected, "{events}");
}

#[test]
fn what_an_answer_cost_is_counted_once() {
    let piece = |text: &str, finish: Option<&str>, usage: Value| {
        let choice = json!({ "index": 0, "delta": { "content": text }, "finish_reason": finish });
        format!("data: {}\n\n", json!({ "choices": [choice], "usage": usage }))
    };
    let usage = |written: usize| json!({ "prompt_tokens": 9, "completion_tokens": written, "total_tokens": 9 + written });
    // With every piece, each of several tokens.
    let each = piece("SELECT ", None, usage(3)) + &piece("1", Some("stop"), usage(5)) + "data: [DONE]\n\n";
    check_costs(&each, (9, 5));
    // With the last piece and behind it, without an end of its own.
    check_costs(&(piece("a b", None, Value::Null) + &piece("", Some("stop"), usage(4)) + &piece("", None, usage(4))), (9, 4));
    // Not at all: the pieces are counted.
    check_costs(&(piece("a ", None, Value::Null) + &piece("b", Some("stop"), Value::Null)), (0, 2));
    check_costs(&(piece("a ", None, Value::Null) + &piece("b", Some("stop"), usage(0))), (9, 2));
}

#[test]
fn an_answer_stops_where_it_is_asked_to() {
    let server = StandIn::new(|request| {
        let json = request.json();
        let more = event(&json, " and more", None);
        vec![
            Step::Send(
                [HEAD.as_bytes(), &chunk((event(&json, "SELECT 1\n``", None) + &event(&json, "`\nThat", None)).as_bytes())].concat(),
            ),
            Step::Send(chunk(more.as_bytes())),
            Step::Hang,
        ]
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let start = Instant::now();
    let asked = sqllama::llm::GenerateRequest { stop: vec!["\n```\n".into()], ..request() };
    let (shown, result) = ask(&mut model, &asked, &Cancel::new());
    let generation = result.unwrap();
    assert_eq!((shown.as_str(), generation.text.as_str(), generation.finish_reason), ("SELECT 1", "SELECT 1", FinishReason::Stop));
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(server.requests.lock().unwrap()[0].json()["stop"], json!(["\n```\n"]));
}

/// What `seen` counts becomes `expected` within two seconds.
#[track_caller]
fn wait_for(seen: &AtomicUsize, expected: usize) {
    let start = Instant::now();
    while seen.load(Ordering::SeqCst) != expected {
        assert!(start.elapsed() < Duration::from_secs(2), "{}", seen.load(Ordering::SeqCst));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn cancelling_closes_the_request() {
    let server = StandIn::new(|request| {
        vec![Step::Send([HEAD.as_bytes(), &chunk(event(&request.json(), "SELECT", None).as_bytes())].concat()), Step::Hang]
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let cancel = Cancel::new();
    let raised = cancel.clone();
    let result = model.generate(&request(), &cancel, &mut |event| {
        if let sqllama::llm::GenerateEvent::Text(_) = event {
            raised.cancel();
        }
    });
    assert!(matches!(result, Err(LlmError::Stopped(Stop::Cancelled))), "{result:?}");
    wait_for(&server.given_up, 1);
    // Neither is a deadline waited for longer than it is.
    let start = Instant::now();
    let (_, result) = ask(&mut model, &request(), &Cancel::new().with_timeout(Duration::from_millis(100)));
    assert!(matches!(result, Err(LlmError::Stopped(Stop::TimedOut))) && start.elapsed() < Duration::from_secs(1));
    wait_for(&server.given_up, 2);
}

#[test]
fn the_connection_is_kept() {
    let server = StandIn::saying(&["one", "two", "three"]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    for expected in ["one", "two", "three"] {
        assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, expected);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn drafts_go_out_together() {
    // Nobody is answered before all are there.
    let all = Arc::new(Barrier::new(8));
    let server = StandIn::new(move |request| {
        all.wait();
        vec![Step::Send(stream_of(&request.json(), &format!("seed {}", request.json()["seed"])))]
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let samplings: Vec<Sampling> = (0..8).map(|seed| Sampling { temperature: 0.7, seed, ..Sampling::default() }).collect();
    let prompt = request().prompt;
    let (mut places, mut shown) = (Vec::new(), String::new());
    let all = model.generate_until(
        &request(),
        &[Draws { prompt: &prompt, samplings: &samplings }],
        &Cancel::new(),
        &mut |event| {
            if let sqllama::llm::GenerateEvent::Text(text) = event {
                shown.push_str(&text);
            }
        },
        &mut |ended| {
            places.push(ended.index);
            Enough::No
        },
    );
    let texts: Vec<String> = all.unwrap().into_iter().map(|generation| generation.text).collect();
    assert_eq!(texts, (0..8).map(|seed| format!("seed {seed}")).collect::<Vec<_>>());
    places.sort_unstable();
    assert_eq!((places, shown.as_str()), ((0..8).collect(), "seed 0"));
}

#[test]
fn where_some_are_enough_the_others_are_given_up() {
    let server = StandIn::new(|request| match request.json()["seed"].as_u64() {
        // Behind all others.
        Some(3) => vec![Step::Wait(Duration::from_millis(300)), Step::Send(stream_of(&request.json(), "ready"))],
        _ => vec![Step::Send([HEAD.as_bytes(), &chunk(event(&request.json(), "slow", None).as_bytes())].concat()), Step::Hang],
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let samplings: Vec<Sampling> = (1..=4).map(|seed| Sampling { temperature: 0.7, seed, ..Sampling::default() }).collect();
    let prompt = request().prompt;
    let draws = [Draws { prompt: &prompt, samplings: &samplings }];
    let all = model.generate_until(&request(), &draws, &Cancel::new(), &mut |_| (), &mut |_| Enough::Yes).unwrap();
    let reasons: Vec<FinishReason> = all.iter().map(|generation| generation.finish_reason).collect();
    assert_eq!(reasons, [FinishReason::Enough, FinishReason::Enough, FinishReason::Eos, FinishReason::Enough]);
    wait_for(&server.given_up, 3);
}

#[test]
fn a_busy_server_is_asked_again() {
    for refusals in [1, 3] {
        let server = StandIn::new(move |request| match request.number < refusals {
            true => vec![Step::Send(b"HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{}".to_vec())],
            false => vec![Step::Send(stream_of(&request.json(), "SELECT 1"))],
        });
        let mut model = Remote::new(options(&server.address)).unwrap();
        assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, "SELECT 1");
        assert_eq!(server.requests.lock().unwrap().len(), refusals + 1);
    }
    for refusal in [
        "408 Too late\r\nretry-after: 0",
        "529 Busy\r\nretry-after: 0",
        "429 Busy\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT",
    ] {
        let server = StandIn::new(move |request| match request.number {
            0 => vec![Step::Send(format!("HTTP/1.1 {refusal}\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes())],
            _ => vec![Step::Send(stream_of(&request.json(), "SELECT 1"))],
        });
        let mut model = Remote::new(options(&server.address)).unwrap();
        assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, "SELECT 1", "{refusal}");
    }
    // Once something has come, it is not asked again: the person has read it.
    let server = StandIn::new(|request| {
        vec![Step::Send([HEAD.as_bytes(), &chunk(event(&request.json(), "SELECT", None).as_bytes())].concat()), Step::Close]
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let (shown, result) = ask(&mut model, &request(), &Cancel::new());
    assert!(matches!(result, Err(LlmError::Server(ServerError::CutOff { characters: 6, .. }))), "{result:?}");
    assert_eq!((shown.as_str(), server.requests.lock().unwrap().len()), ("SELECT", 1));
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_made_anew() {
    let server = StandIn::new(|request| vec![Step::Send(stream_of(&request.json(), "x")), Step::Close]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    for _ in 0..3 {
        assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, "x");
    }
}

#[test]
fn a_field_that_a_server_refuses_is_left_out() {
    let server = StandIn::new(|request| match request.json().get("seed") {
        Some(_) => vec![whole(400, r#"{"error":{"message":"unknown field `seed`"}}"#)],
        None => vec![Step::Send(stream_of(&request.json(), "x"))],
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    let asked = sqllama::llm::GenerateRequest { sampling: Sampling { temperature: 0.5, seed: 3, ..Sampling::default() }, ..request() };
    assert_eq!(ask(&mut model, &asked, &Cancel::new()).1.unwrap().text, "x");
}

/// A server that can do everything but tell tokens, and says a name of its own for what it is forced to.
fn able(request: &Value) -> Value {
    let grammar = request.get("grammar").and_then(Value::as_str);
    let forced = grammar.and_then(|grammar| grammar.split('"').nth(1)).map(str::to_owned);
    let schema = request.get("response_format").map(|_| r#"{"zebra": "quilt"}"#.to_owned());
    let text = forced.or(schema).unwrap_or_else(|| "yes".into());
    let logprobs = request.get("logprobs").map(|_| json!({ "content": [{ "token": "yes", "logprob": -0.1 }] }));
    let choice = |index: u64| json!({ "index": index, "message": { "content": text }, "finish_reason": "stop", "logprobs": logprobs });
    let choices: Vec<Value> = (0..request["n"].as_u64().unwrap_or(1)).map(choice).collect();
    json!({ "choices": choices, "usage": { "prompt_tokens": 5, "prompt_tokens_details": { "cached_tokens": 0 } } })
}

#[test]
fn what_a_server_can_do_is_found_out_and_kept() {
    let server = StandIn::new(|request| {
        let adapter = json!({ "id": "tuned", "parent": "m" });
        match (request.is_get(), request.head.contains("/chat/")) {
            (true, _) => vec![whole(200, &json!({ "data": [models()["data"][0], adapter] }).to_string())],
            (false, true) => vec![whole(200, &able(&request.json()).to_string())],
            (false, false) => vec![whole(404, r#"{"detail":"Not Found"}"#)],
        }
    });
    let kept = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keeper = Arc::clone(&kept);
    let mut model = Remote::new(ServerOptions {
        model: None,
        known: None,
        keep: Some(Box::new(move |model, found| keeper.lock().unwrap().push((model.to_owned(), found.clone())))),
        ..options(&server.address)
    })
    .unwrap();
    let expected = Abilities {
        chat: true,
        completions: false,
        several: true,
        logprobs: true,
        grammar: Some(GrammarField::Grammar),
        json_schema: true,
        token_ids: false,
        prefix_cache: true,
        adapters: vec!["tuned".into()],
        context_length: Some(4096),
    };
    assert_eq!(model.probe(&Cancel::new()).unwrap(), expected);
    assert_eq!((model.info().name.as_str(), model.info().context_length), ("m", 4096));
    assert_eq!(*kept.lock().unwrap(), [("m".to_owned(), expected)]);
    assert!(model.missing().is_empty());
}

#[test]
fn a_server_that_passes_over_what_it_does_not_know_can_do_nothing_special() {
    let server = StandIn::saying(&["yes"]);
    let mut model = Remote::new(ServerOptions { known: None, ..options(&server.address) }).unwrap();
    let found = model.probe(&Cancel::new()).unwrap();
    assert_eq!(found, Abilities { chat: true, completions: true, context_length: Some(4096), ..Abilities::default() });
    assert_eq!(model.missing().len(), 2);
}

#[test]
fn several_answers_to_one_request_where_the_server_gives_them() {
    let server = StandIn::new(|request| {
        let json = request.json();
        let count = json["n"].as_u64().unwrap_or(1);
        let say = |index: u64, text: &str, finish: Option<&str>| {
            format!("data: {}\n\n", json!({ "choices": [{ "index": index, "delta": { "content": text }, "finish_reason": finish }] }))
        };
        let all: String = (0..count)
            .map(|index| say(index, "a", None))
            .chain((0..count).rev().map(|index| say(index, &index.to_string(), Some("stop"))))
            .collect();
        vec![Step::Send([HEAD.as_bytes(), &chunk(all.as_bytes()), &chunk(b"data: [DONE]\n\n"), b"0\r\n\r\n"].concat())]
    });
    let known = Abilities { several: true, ..Abilities::unknown() };
    let mut model = Remote::new(ServerOptions { known: Some(known), ..options(&server.address) }).unwrap();
    let samplings: Vec<Sampling> =
        [0.0, 0.7, 0.7].into_iter().zip(0..).map(|(temperature, seed)| Sampling { temperature, seed, ..Sampling::default() }).collect();
    let prompt = request().prompt;
    let draws = [Draws { prompt: &prompt, samplings: &samplings }];
    let all = model.generate_many(&request(), &draws, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!(all.iter().map(|generation| generation.text.as_str()).collect::<Vec<_>>(), ["a0", "a0", "a1"]);
    assert_eq!(server.requests.lock().unwrap().len(), 2);
}

#[test]
fn text_goes_out_as_it_is_where_that_can_be() {
    let server = StandIn::saying(&["x"]);
    let plain = sqllama::llm::GenerateRequest { prompt: Prompt::Text("### Response:".into()), ..request() };
    for (completions, expected) in [(true, "/v1/completions"), (false, "/v1/chat/completions")] {
        let known = Abilities { completions, ..Abilities::unknown() };
        let mut model = Remote::new(ServerOptions { known: Some(known), ..options(&server.address) }).unwrap();
        ask(&mut model, &plain, &Cancel::new()).1.unwrap();
        let requests = server.requests.lock().unwrap();
        assert!(requests.last().unwrap().head.starts_with(&format!("POST {expected} ")), "{requests:?}");
    }
}

#[test]
fn keys_are_sent_and_never_shown() {
    let server = StandIn::new(|request| {
        let key = request.head.lines().find(|line| line.to_lowercase().starts_with("authorization")).unwrap_or_default();
        vec![whole(401, &json!({ "error": { "message": format!("Incorrect key: {key}"), "code": "invalid_api_key" } }).to_string())]
    });
    let with = ServerOptions {
        key: KeySource::Command(vec!["echo".into(), "sk-canary-1".into()]),
        headers: vec![("x-team".into(), Secret::new("canary-2"))],
        ..options(&server.address)
    };
    let mut model = Remote::new(with).unwrap();
    let error = ask(&mut model, &request(), &Cancel::new()).1.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("does not take the key") && !shown.contains("canary"), "{shown}");
    let sent = server.everything();
    assert!(sent.contains("Bearer sk-canary-1") && sent.contains("canary-2"), "{sent}");
}

#[test]
fn a_question_is_answered_from_the_command_line() {
    let server = StandIn::saying(&[
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "yes",
        "```sql\nSELECT count(*) FROM t;\n```",
    ]);
    // As many as it takes to find out what the server can do; what comes then is the answer.
    let home = Home::new();
    let path = home.path().join("t.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)").unwrap();
    let config = format!("[servers.own]\nurl = '{}'\n", server.address);
    home.file("config.toml", config);
    let path = path.display().to_string();
    let ask = ["ask", path.as_str(), "How many t?", "--model", "own", "--offline", "--format", "json"];
    let mut found = home.run(&ask);
    for _ in 0..3 {
        if String::from_utf8_lossy(&found.stdout).contains("count(*)") {
            break;
        }
        found = home.run(&ask);
    }
    let out = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(out.contains("SELECT count(*) FROM t") && out.contains('2'), "{out} {}", String::from_utf8_lossy(&found.stderr));
    let complete = home.run(&["complete", "--model", &server.address, "--prompt", "x"]);
    assert!(String::from_utf8_lossy(&complete.stdout).contains("SELECT count(*) FROM t"), "{complete:?}");
    home.check(&["tokenize", "x", "--model", "own"], 2, "", "does not tell its tokens");
    home.check(&["complete", "--model", "http://192.0.2.1:9/v1", "--prompt", "x"], 4, "", "--allow-server ADDRESS");
}
