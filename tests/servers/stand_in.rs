//! A model server for tests: std's sockets, a thread a connection. It does what a script says, and remembers every byte that came.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /v1/chat/completions HTTP/1.1`, and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How many came before it.
    pub(crate) number: usize,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_get(&self) -> bool {
        self.head.starts_with("GET ")
    }
}

/// A step of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Without a word, as a program that died.
    Close,
    /// Until the other side goes.
    Hang,
    /// So many bytes of nothing.
    Flood(usize),
}

type Behave = dyn Fn(&Request) -> Vec<Step> + Send + Sync;

/// The server; it stops with the test.
pub(crate) struct StandIn {
    pub(crate) address: String,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
    pub(crate) connections: Arc<AtomicUsize>,
    /// Connections that the other side closed while an answer was not at its end.
    pub(crate) given_up: Arc<AtomicUsize>,
}

impl StandIn {
    pub(crate) fn new(behave: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let (requests, connections, given_up) = (Arc::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let behave: Arc<Behave> = Arc::new(behave);
        let (seen, opened, gone) = (Arc::clone(&requests), Arc::clone(&connections), Arc::clone(&given_up));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                opened.fetch_add(1, Ordering::SeqCst);
                let (behave, seen, gone) = (Arc::clone(&behave), Arc::clone(&seen), Arc::clone(&gone));
                std::thread::spawn(move || serve(stream, &*behave, &seen, &gone));
            }
        });
        Self { address, requests, connections, given_up }
    }

    /// One that answers every question with the next of `answers`, the last one again and again.
    pub(crate) fn saying(answers: &'static [&'static str]) -> Self {
        let next = AtomicUsize::new(0);
        Self::new(move |request| {
            if request.is_get() {
                return vec![whole(200, &models().to_string())];
            }
            let at = next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            vec![Step::Send(stream_of(&request.json(), answers[at]))]
        })
    }

    /// Every byte that came.
    pub(crate) fn everything(&self) -> String {
        let all = self.requests.lock().unwrap();
        all.iter().map(|request| format!("{}{}", request.head, String::from_utf8_lossy(&request.body))).collect()
    }
}

fn serve(mut stream: TcpStream, behave: &Behave, seen: &Mutex<Vec<Request>>, gone: &AtomicUsize) {
    let _ = stream.set_nodelay(true);
    while let Some((head, body)) = read(&mut stream) {
        let request = {
            let mut seen = seen.lock().unwrap();
            let request = Request { head, body, number: seen.len() };
            seen.push(request.clone());
            request
        };
        for step in behave(&request) {
            let done = match step {
                Step::Send(bytes) => stream.write_all(&bytes).is_ok(),
                Step::Wait(time) => {
                    std::thread::sleep(time);
                    true
                }
                Step::Close => {
                    let _ = stream.shutdown(Shutdown::Both);
                    return;
                }
                Step::Hang => {
                    let mut byte = [0];
                    matches!(stream.read(&mut byte), Ok(read) if read > 0)
                }
                Step::Flood(bytes) => (0..bytes / 65536).all(|_| stream.write_all(&[b' '; 65536]).is_ok()),
            };
            if !done {
                gone.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// The list of models.
pub(crate) fn models() -> Value {
    json!({ "object": "list", "data": [{ "id": "m", "object": "model", "max_model_len": 4096 }] })
}

/// An answer that is there at once.
pub(crate) fn whole(status: u16, body: &str) -> Step {
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    Step::Send((head + body).into_bytes())
}

/// The head of a stream in chunks.
pub(crate) const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// A chunk of a stream.
pub(crate) fn chunk(text: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", text.len()).as_bytes(), text, b"\r\n"].concat()
}

/// An event that says `text`, in the dialect of the request.
pub(crate) fn event(request: &Value, text: &str, finish: Option<&str>) -> String {
    let logprobs = request.get("logprobs").map(|_| json!({ "content": [{ "token": text, "logprob": -0.01, "top_logprobs": [] }] }));
    let choice = match request.get("messages") {
        Some(_) => json!({ "index": 0, "delta": { "content": text }, "finish_reason": finish, "logprobs": logprobs }),
        None => json!({ "index": 0, "text": text, "finish_reason": finish }),
    };
    format!("data: {}\n\n", json!({ "object": "chunk", "choices": [choice] }))
}

/// What stands in a stream that says `text`, word by word.
pub(crate) fn events_of(request: &Value, text: &str) -> String {
    let words: String = text.split_inclusive(' ').map(|word| event(request, word, None)).collect();
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 7, "completion_tokens": 3 } });
    format!("{words}{}data: {usage}\n\ndata: [DONE]\n\n", event(request, "", Some("stop")))
}

/// A whole answer that says `text`: streamed where that was asked for.
pub(crate) fn stream_of(request: &Value, text: &str) -> Vec<u8> {
    if request.get("stream").and_then(Value::as_bool) != Some(true) {
        let choice = match request.get("messages") {
            Some(_) => json!({ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }),
            None => json!({ "index": 0, "text": text, "finish_reason": "stop" }),
        };
        let Step::Send(bytes) = whole(200, &json!({ "choices": [choice] }).to_string()) else { unreachable!() };
        return bytes;
    }
    [HEAD.as_bytes(), &chunk(events_of(request, text).as_bytes()), b"0\r\n\r\n"].concat()
}
