//! A client in the same process: what is cancelled stops, what breaks is an error of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split};

use super::files::OpenFile;
use super::server::{McpSettings, speak, tools};
use crate::db::{Database, Limits, demo};
use crate::jobs::{JobFailure, ModelFactory};
use crate::llm::{Generate, GenerateEvent, GenerateRequest, Generation, LlmError, ModelInfo, Prompt, Scripted};
use crate::signal::Cancel;
use crate::store::Paths;

/// Longer than any of this takes, and shorter than the limits of queries here.
const SOON: Duration = Duration::from_secs(60);

struct Client {
    write: WriteHalf<DuplexStream>,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    /// Messages that no answer was waited for.
    heard: Vec<Value>,
}

impl Client {
    async fn send(&mut self, message: Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn call(&mut self, id: u64, tool: &str, arguments: Value) {
        let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": id}});
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})).await;
    }

    async fn answer(&mut self, id: u64) -> Value {
        loop {
            let line = tokio::time::timeout(SOON, self.lines.next_line()).await.unwrap().unwrap().unwrap();
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
            self.heard.push(message);
        }
    }

    async fn cancel(&mut self, id: u64) {
        self.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})).await;
    }
}

/// Runs `client` against a server over the demo database, whose model `factory` makes.
fn with_server(factory: ModelFactory, client: impl AsyncFnOnce(&mut Client)) {
    let folder = tempfile::tempdir().unwrap();
    let path = demo::path(folder.path()).unwrap();
    let open = || Database::open(&path).unwrap();
    let settings = McpSettings {
        files: vec![OpenFile { typed: "demo".into(), database: open(), asking: open() }],
        open: Box::new(|_| Err(JobFailure { message: "nothing is opened again here".into(), hint: None })),
        model: factory,
        paths: Paths::all_in(folder.path()),
        limits: Limits { timeout: 10 * SOON, ..Limits::default() },
        answer_within: None,
        form: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (ours, theirs) = duplex(1 << 20);
        let (read, write) = split(theirs);
        let server = tokio::spawn(speak(tools(settings), read, write));
        let (read, write) = split(ours);
        let mut own = Client { write, lines: BufReader::new(read).lines(), heard: Vec::new() };
        let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        own.send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})).await;
        own.answer(0).await;
        own.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        client(&mut own).await;
        drop(own);
        server.await.unwrap().unwrap();
    });
    runtime.shutdown_timeout(SOON);
}

fn no_model() -> ModelFactory {
    Box::new(|_| Err(JobFailure { message: "no model is here".into(), hint: Some("fetch one".into()) }))
}

/// More rows than anybody waits for, and not one of them given.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_cancelled_query_stops() {
    with_server(no_model(), async |client| {
        client.call(1, "query", json!({"sql": ENDLESS})).await;
        // One that waits for its turn is cancelled too.
        client.call(2, "query", json!({"sql": ENDLESS})).await;
        client.call(3, "query", json!({"sql": "SELECT 7"})).await;
        client.cancel(2).await;
        client.cancel(1).await;
        assert_eq!(client.answer(3).await["result"]["structuredContent"]["rows"], json!([[7]]));
        assert!(client.heard.iter().all(|message| message.get("result").is_none()), "{:?}", client.heard);
    });
}

#[test]
fn the_end_of_the_client_stops_its_query() {
    let start = Instant::now();
    with_server(no_model(), async |client| client.call(1, "query", json!({"sql": ENDLESS})).await);
    assert!(start.elapsed() < SOON);
}

/// Writes until it is told to stop.
struct Endless {
    info: ModelInfo,
    writes: Arc<AtomicBool>,
}

impl Generate for Endless {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn render(&self, _: &Prompt) -> Result<String, LlmError> {
        Ok(String::new())
    }

    fn tokenize(&self, _: &Prompt) -> Result<Vec<u32>, LlmError> {
        Ok(Vec::new())
    }

    fn generate(&mut self, _: &GenerateRequest, cancel: &Cancel, emit: &mut dyn FnMut(GenerateEvent)) -> Result<Generation, LlmError> {
        self.writes.store(true, Ordering::SeqCst);
        emit(GenerateEvent::Prefill { done: 1, total: 2, cached: 0 });
        loop {
            if let Some(stop) = cancel.stop() {
                self.writes.store(false, Ordering::SeqCst);
                return Err(LlmError::Stopped(stop));
            }
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_cancelled_question_stops_the_model() {
    let writes = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&writes);
    let factory =
        move |_: Option<&str>| Ok(Box::new(Endless { info: ModelInfo::default(), writes: Arc::clone(&seen) }) as Box<dyn Generate>);
    with_server(Box::new(factory), async |client| {
        client.call(1, "ask", json!({"question": "how many customers are there?"})).await;
        // Once it says that it reads, it writes.
        while !client.heard.iter().any(|message| message["params"]["message"] == "reading 50%") {
            client.call(2, "query", json!({"sql": "SELECT 1"})).await;
            client.answer(2).await;
        }
        assert!(writes.load(Ordering::SeqCst));
        client.cancel(1).await;
        client.call(3, "ask", json!({"question": "how many customers are there?"})).await;
        client.cancel(3).await;
        client.call(4, "query", json!({"sql": "SELECT 4"})).await;
        client.answer(4).await;
        assert!(client.heard.iter().all(|message| message.get("id").is_none() || message["id"] == 2), "{:?}", client.heard);
    });
    assert!(!writes.load(Ordering::SeqCst));
}

#[test]
fn a_panic_is_an_error_of_its_own() {
    let factory = |_: Option<&str>| -> Result<Box<dyn Generate>, JobFailure> { panic!("the factory broke") };
    with_server(Box::new(factory), async |client| {
        for id in 1..3 {
            client.call(id, "ask", json!({"question": "how many?"})).await;
            let result = &client.answer(id).await["result"];
            assert_eq!(result["isError"], true);
            let text = result["content"][0]["text"].as_str().unwrap();
            assert!(text.starts_with("error: an internal error: the factory broke\nhint: this is a bug"), "{text}");
        }
        client.call(9, "query", json!({"sql": "SELECT 1"})).await;
        assert_eq!(client.answer(9).await["result"]["isError"], false);
    });
}

#[test]
fn a_model_that_comes_later_is_asked() {
    let mut asked = 0;
    let factory = move |_: Option<&str>| {
        asked += 1;
        match asked {
            1 => Err(JobFailure { message: "no model is here".into(), hint: Some("fetch one".into()) }),
            _ => Ok(Box::new(Scripted::new(["```sql\nSELECT count(*) AS n FROM customer\n```"; 9])) as Box<dyn Generate>),
        }
    };
    with_server(Box::new(factory), async |client| {
        client.call(1, "ask", json!({"question": "How many customers are there?"})).await;
        let first = client.answer(1).await;
        assert_eq!(first["result"]["content"][0]["text"], "error: no model is here\nhint: fetch one");
        client.call(2, "ask", json!({"question": "How many customers are there?"})).await;
        let answer = client.answer(2).await["result"].clone();
        // However quick the answer is, what came before it is told before it.
        let told = |words: &str| {
            client.heard.iter().any(|message| message["params"]["message"] == words && message["params"]["progressToken"] == 2)
        };
        assert!(told("the SQL is written") && told("running it"), "{:?}", client.heard);
        let structured = &answer["structuredContent"];
        assert_eq!((&structured["state"], &structured["sql"]), (&json!("ran"), &json!("SELECT count(*) AS n FROM customer")), "{answer}");
        assert_eq!(structured["rows"], json!([[120]]));
        let text = answer["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("```sql\nSELECT count(*) AS n FROM customer\n```\nconfidence ") && text.contains("| 120 |"), "{text}");
    });
}
