//! Servers' own dialects, written down as exchanges: what each says to the questions that find out what it can do, to a question that is
//! streamed, and what it says where something is wrong. llama.cpp's were recorded (`with_llama_cpp.py`), the others follow what their
//! projects and users show of them.

use serde_json::{Value, json};
use sqllama::llm::server::{Abilities, GrammarField, Remote, ServerOptions};
use sqllama::signal::Cancel;

use super::stand_in::{HEAD, Request, StandIn, Step, chunk, whole};
use super::{ask, options, request};

/// A server's way of speaking.
struct Dialect {
    models: Value,
    /// A whole answer of these fields.
    answer: fn(&Request) -> Step,
    /// A streamed one: events as they come.
    stream: &'static str,
    /// What is said of a path that is not there.
    nowhere: fn(&Request) -> Step,
}

fn served(dialect: Dialect) -> StandIn {
    StandIn::new(move |request| {
        let known = ["/v1/models", "/v1/chat/completions", "/v1/completions", "/tokenize"];
        let path = request.head.split(' ').nth(1).unwrap_or_default();
        vec![match (known.contains(&path), request.is_get(), request.json()["stream"] == true) {
            (true, true, _) => whole(200, &dialect.models.to_string()),
            (true, false, true) => Step::Send([HEAD.as_bytes(), &chunk(dialect.stream.as_bytes()), b"0\r\n\r\n"].concat()),
            (true, false, false) => (dialect.answer)(request),
            (false, ..) => (dialect.nowhere)(request),
        }]
    })
}

/// What is found out of a server, and what comes of a question to it.
#[track_caller]
fn check(dialect: Dialect, expected: &Abilities, prompt_tokens: usize) -> StandIn {
    let server = served(dialect);
    let mut model = Remote::new(ServerOptions { known: None, ..options(&server.address) }).unwrap();
    assert_eq!(model.probe(&Cancel::new()).unwrap(), *expected);
    let (shown, result) = ask(&mut model, &request(), &Cancel::new());
    let generation = result.unwrap();
    assert_eq!((shown.as_str(), generation.text.as_str()), ("SELECT 1", "SELECT 1"));
    assert_eq!(generation.timings.prompt_tokens, prompt_tokens);
    server
}

fn choice(request: &Request, text: &str, more: Value) -> Value {
    let mut choice = match request.head.contains("/chat/") {
        true => json!({ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }),
        false => json!({ "index": 0, "text": text, "finish_reason": "length" }),
    };
    choice.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    choice
}

/// What `grammar`, in GBNF, has between its first quotes.
fn forced(grammar: Option<&Value>) -> Option<String> {
    Some(grammar?.as_str()?.split('"').nth(1)?.to_owned())
}

#[test]
fn llama_cpp() {
    let dialect = Dialect {
        models: json!({
            "models": [{ "name": "m", "model": "m", "size": "", "capabilities": ["completion"], "details": { "format": "gguf" } }],
            "object": "list",
            "data": [{ "id": "m", "aliases": ["m"], "tags": [], "object": "model", "created": 1_796_024_177, "owned_by": "llamacpp",
                       "meta": { "vocab_type": 2, "n_vocab": 151_936, "n_ctx": 32_768, "n_ctx_train": 32_768, "ftype": "Q4_K - Medium" } }],
        }),
        answer: |request| {
            let json = request.json();
            if request.head.contains("/tokenize") {
                return whole(200, r#"{"tokens":[64,293]}"#);
            }
            let schema = json.get("response_format").map(|_| "{\"zebra\":\"quilt\"}".to_owned());
            let text = forced(json.get("grammar")).or(schema).unwrap_or_else(|| "Yes".into());
            let token = json!({ "id": 9454, "token": "Yes", "bytes": [89, 101, 115], "logprob": -0.126, "top_logprobs": [] });
            let more = if json.get("logprobs").is_some() { json!({ "logprobs": { "content": [token] } }) } else { json!({}) };
            let choices: Vec<Value> = (0..json["n"].as_u64().unwrap_or(1))
                .map(|index| {
                    let mut own = choice(request, &text, more.clone());
                    own["index"] = index.into();
                    own
                })
                .collect();
            let usage =
                json!({ "completion_tokens": 3, "prompt_tokens": 5, "total_tokens": 8, "prompt_tokens_details": { "cached_tokens": 4 } });
            let timings = json!({ "cache_n": 4, "prompt_n": 1, "prompt_ms": 9.9, "predicted_n": 3 });
            whole(200, &json!({ "choices": choices, "system_fingerprint": "b0-unknown", "usage": usage, "timings": timings }).to_string())
        },
        stream: ":\n\n\
            data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null}}],\"object\":\"chat.completion.chunk\"}\n\n\
            data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\"SELECT\"},\"logprobs\":{\"content\":[{\"id\":1,\"token\":\"SELECT\",\"bytes\":[83],\"logprob\":-0.1,\"top_logprobs\":[]}]}}]}\n\n\
            :\n\n\
            data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\" 1\"}}]}\n\n\
            data: {\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,\"delta\":{}}],\"timings\":{\"cache_n\":31,\"prompt_n\":1,\"predicted_n\":2}}\n\n\
            data: [DONE]\n\n",
        nowhere: |_| whole(404, r#"{"error":{"message":"File Not Found","type":"not_found_error","code":404}}"#),
    };
    let expected = Abilities {
        chat: true,
        completions: true,
        several: true,
        logprobs: true,
        grammar: Some(GrammarField::Grammar),
        json_schema: true,
        token_ids: true,
        prefix_cache: true,
        adapters: Vec::new(),
        context_length: Some(32_768),
    };
    check(dialect, &expected, 32);
}

#[test]
fn ollama() {
    let dialect = Dialect {
        models: json!({ "object": "list", "data": [{ "id": "m", "object": "model", "created": 1_730_000_000, "owned_by": "library" }] }),
        answer: |request| {
            let json = request.json();
            if request.head.contains("/tokenize") {
                return whole(404, "404 page not found");
            }
            if json["model"] != "m" {
                return whole(
                    404,
                    r#"{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"#,
                );
            }
            // What it does not know it passes over.
            let schema = json.get("response_format").map(|_| "{\"zebra\": \"quilt\"}");
            let answer = json!({
                "id": "chatcmpl-123", "created": 1_730_000_000, "model": "m", "system_fingerprint": "fp_ollama",
                "choices": [choice(request, schema.unwrap_or("Yes"), json!({}))],
                "usage": { "prompt_tokens": 32, "completion_tokens": 2, "total_tokens": 34 },
            });
            whole(200, &answer.to_string())
        },
        stream: "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"SELECT\"},\"finish_reason\":\"\"}]}\n\n\
            data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\" 1\"},\"finish_reason\":null}]}\n\n\
            data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}]}\n\n\
            data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"fp_ollama\",\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":3,\"total_tokens\":43}}\n\n\
            data: [DONE]\n\n",
        nowhere: |_| whole(404, "404 page not found"),
    };
    let expected = Abilities { chat: true, completions: true, json_schema: true, ..Abilities::default() };
    let server = check(dialect, &expected, 40);
    let mut other = Remote::new(ServerOptions { model: Some("x".into()), known: None, ..options(&server.address) }).unwrap();
    let error = other.probe(&Cancel::new()).unwrap_err().to_string();
    assert_eq!(error, format!("{} has no model `x`; it has m", server.address));
}

/// Whatever is not there is answered with status 200.
#[test]
fn lm_studio() {
    fn nowhere(request: &Request) -> Step {
        let what: Vec<&str> = request.head.split(' ').take(2).collect();
        whole(200, &json!({ "error": format!("Unexpected endpoint or method. ({})", what.join(" ")) }).to_string())
    }
    let dialect = || Dialect {
        models: json!({
            "object": "list",
            "data": [
                { "id": "m", "object": "model", "owned_by": "organization_owner" },
                { "id": "text-embedding-nomic-embed-text-v1.5", "object": "model", "owned_by": "organization_owner" },
            ],
        }),
        answer: |request| {
            let json = request.json();
            if request.head.contains("/tokenize") {
                return nowhere(request);
            }
            let schema = json.get("response_format").map(|_| "{\"zebra\":\"quilt\"}");
            let answer = json!({
                "id": "chatcmpl-b", "model": "m", "stats": {}, "system_fingerprint": "m",
                "choices": [choice(request, schema.unwrap_or("Yes"), json!({ "logprobs": null }))],
                "usage": { "prompt_tokens": 12, "completion_tokens": 2, "total_tokens": 14 },
            });
            whole(200, &answer.to_string())
        },
        stream: "data: {\"id\":\"chatcmpl-a\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"SELECT\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n\
            data: {\"id\":\"chatcmpl-a\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" 1\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n\
            data: {\"id\":\"chatcmpl-a\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n\
            data: {\"id\":\"chatcmpl-a\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"system_fingerprint\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":3,\"total_tokens\":23}}\n\n\
            data: [DONE]\n\n",
        nowhere,
    };
    let server = check(dialect(), &Abilities { chat: true, completions: true, json_schema: true, ..Abilities::default() }, 20);
    let mut none_named = Remote::new(ServerOptions { model: None, known: None, ..options(&server.address) }).unwrap();
    let error = none_named.probe(&Cancel::new()).unwrap_err().to_string();
    assert!(error.contains("has several models; it has m, text-embedding-nomic-embed-text-v1.5"), "{error}");
    // An address that does not end in /v1.
    let elsewhere = server.address.replace("/v1", "/api");
    let mut model = Remote::new(options(&elsewhere)).unwrap();
    let error = ask(&mut model, &request(), &Cancel::new()).1.unwrap_err();
    let expected = format!("{elsewhere} has no /chat/completions: Unexpected endpoint or method. (POST /api/chat/completions)");
    assert_eq!((error.to_string(), error.hint()), (expected, Some("look at the address: it usually ends in /v1")));
    let error = model.served(&Cancel::new()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{elsewhere} has no /models: Unexpected endpoint")), "{error}");
}

#[test]
fn lm_studio_says_that_a_prompt_is_too_long_in_many_ways() {
    let said = [
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the \
         model with a larger context length, or provide a shorter input.",
        "Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, \
         which is not enough.",
        "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)",
    ];
    for words in said {
        let whole_one = move || vec![whole(400, &json!({ "error": words }).to_string())];
        let within = move || {
            let event = format!("event: error\ndata: {}\n\n", json!({ "error": { "message": words } }));
            vec![Step::Send([HEAD.as_bytes(), &chunk(event.as_bytes()), b"0\r\n\r\n"].concat())]
        };
        for server in [StandIn::new(move |_| whole_one()), StandIn::new(move |_| within())] {
            let mut model = Remote::new(options(&server.address)).unwrap();
            let error = ask(&mut model, &request(), &Cancel::new()).1.unwrap_err().to_string();
            assert!(error.starts_with("the prompt is too long for the model at "), "{error}");
        }
    }
}

#[test]
fn vllm() {
    let dialect = Dialect {
        models: json!({
            "object": "list",
            "data": [
                { "id": "m", "object": "model", "created": 1, "owned_by": "vllm", "root": "m", "parent": null, "max_model_len": 8192, "permission": [] },
                { "id": "tuned", "object": "model", "created": 1, "owned_by": "vllm", "root": "/adapters/tuned", "parent": "m", "permission": [] },
            ],
        }),
        answer: |request| {
            let json = request.json();
            if request.head.contains("/tokenize") {
                return whole(200, r#"{"count":2,"max_model_len":8192,"tokens":[64,293],"token_strs":null}"#);
            }
            let schema = json.get("response_format").map(|_| "{\"zebra\": \"quilt\"}".to_owned());
            let grammar = json.get("structured_outputs").and_then(|outputs| outputs.get("grammar"));
            let text = forced(grammar).or(schema).unwrap_or_else(|| "Yes".into());
            let logprobs = match (json.get("logprobs"), request.head.contains("/chat/")) {
                (None, _) => Value::Null,
                (Some(_), true) => json!({ "content": [{ "token": "Yes", "logprob": -0.1, "bytes": [89], "top_logprobs": [] }] }),
                (Some(_), false) => {
                    json!({ "text_offset": [0], "token_logprobs": [-0.1], "tokens": ["Yes"], "top_logprobs": [{ "Yes": -0.1 }] })
                }
            };
            let choices: Vec<Value> = (0..json["n"].as_u64().unwrap_or(1))
                .map(|index| choice(request, &text, json!({ "index": index, "logprobs": logprobs, "stop_reason": null })))
                .collect();
            let usage = json!({ "prompt_tokens": 31, "total_tokens": 33, "completion_tokens": 2, "prompt_tokens_details": { "cached_tokens": 16 } });
            whole(
                200,
                &json!({ "id": "chatcmpl-c", "model": "m", "choices": choices, "usage": usage, "kv_transfer_params": null }).to_string(),
            )
        },
        stream: "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}],\"prompt_token_ids\":null}\n\n\
            data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"SELECT\"},\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n\
            data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" 1\"},\"logprobs\":null,\"finish_reason\":\"stop\",\"stop_reason\":null}]}\n\n\
            data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":31,\"total_tokens\":34,\"completion_tokens\":3,\"prompt_tokens_details\":null}}\n\n\
            data: [DONE]\n\n",
        nowhere: |_| whole(404, r#"{"detail":"Not Found"}"#),
    };
    let expected = Abilities {
        chat: true,
        completions: true,
        several: true,
        logprobs: true,
        grammar: Some(GrammarField::StructuredOutputs),
        json_schema: true,
        token_ids: true,
        prefix_cache: true,
        adapters: vec!["tuned".into()],
        context_length: Some(8192),
    };
    check(dialect, &expected, 31);
}

/// Its refusals are no `error`, but stand in the answer itself; what it does not know it passes over.
#[test]
fn sglang() {
    let dialect = Dialect {
        models: json!({
            "object": "list",
            "data": [
                { "id": "m", "object": "model", "created": 1, "owned_by": "sglang", "root": "m", "parent": null, "max_model_len": 4096 },
                { "id": "tuned", "object": "model", "created": 1, "owned_by": "sglang", "root": "/adapters/tuned", "parent": "m", "max_model_len": null },
            ],
        }),
        answer: |request| {
            let json = request.json();
            if request.head.contains("/tokenize") {
                return whole(200, r#"{"tokens":[64,293],"count":2,"max_model_len":4096}"#);
            }
            let schema = json.get("response_format").map(|_| "{\"zebra\": \"quilt\"}".to_owned());
            let text = forced(json.get("ebnf")).or(schema).unwrap_or_else(|| "Yes".into());
            let logprobs = match (json.get("logprobs"), request.head.contains("/chat/")) {
                (None, _) => Value::Null,
                (Some(_), true) => json!({ "content": [{ "token": "Yes", "bytes": [89, 101, 115], "logprob": -0.1, "top_logprobs": [] }] }),
                (Some(_), false) => json!({ "text_offset": [-1], "token_logprobs": [-0.1], "tokens": ["Yes"], "top_logprobs": [null] }),
            };
            let choices: Vec<Value> = (0..json["n"].as_u64().unwrap_or(1))
                .map(|index| choice(request, &text, json!({ "index": index, "logprobs": logprobs, "matched_stop": 151_645 })))
                .collect();
            let usage = json!({ "prompt_tokens": 31, "total_tokens": 33, "completion_tokens": 2, "prompt_tokens_details": null, "reasoning_tokens": 0 });
            whole(
                200,
                &json!({ "id": "4f", "model": "m", "choices": choices, "usage": usage, "metadata": { "weight_version": "default" } })
                    .to_string(),
            )
        },
        stream: "data: {\"id\":\"4f\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":null,\"tool_calls\":null},\"logprobs\":null,\"finish_reason\":null,\"matched_stop\":null}],\"usage\":null}\n\n\
            data: {\"id\":\"4f\",\"choices\":[{\"index\":0,\"delta\":{\"role\":null,\"content\":\"SELECT\",\"reasoning_content\":null,\"tool_calls\":null},\"logprobs\":null,\"finish_reason\":null,\"matched_stop\":null}],\"usage\":null}\n\n\
            data: {\"id\":\"4f\",\"choices\":[{\"index\":0,\"delta\":{\"role\":null,\"content\":\" 1\",\"reasoning_content\":null,\"tool_calls\":null},\"logprobs\":null,\"finish_reason\":null,\"matched_stop\":null}],\"usage\":null}\n\n\
            data: {\"id\":\"4f\",\"choices\":[{\"index\":0,\"delta\":{\"role\":null,\"content\":null,\"reasoning_content\":null,\"tool_calls\":null},\"logprobs\":null,\"finish_reason\":\"stop\",\"matched_stop\":151645}],\"usage\":null}\n\n\
            data: {\"id\":\"4f\",\"choices\":[],\"usage\":{\"prompt_tokens\":31,\"total_tokens\":34,\"completion_tokens\":3,\"prompt_tokens_details\":null,\"reasoning_tokens\":0}}\n\n\
            data: [DONE]\n\n",
        nowhere: |_| whole(404, r#"{"detail":"Not Found"}"#),
    };
    let expected = Abilities {
        chat: true,
        completions: true,
        several: true,
        logprobs: true,
        grammar: Some(GrammarField::Ebnf),
        json_schema: true,
        token_ids: true,
        prefix_cache: false,
        adapters: vec!["tuned".into()],
        context_length: Some(4096),
    };
    check(dialect, &expected, 31);
    let said = r#"{"object":"error","message":"The input (5000 tokens) is longer than the model's context length (4096 tokens).","type":"BadRequestError","param":null,"code":400}"#;
    let server = StandIn::new(move |_| vec![whole(400, said)]);
    let mut model = Remote::new(options(&server.address)).unwrap();
    let error = ask(&mut model, &request(), &Cancel::new()).1.unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "the prompt is too long for the model at {}: The input (5000 tokens) is longer than the model's context length (4096 tokens).",
            server.address
        )
    );
}
