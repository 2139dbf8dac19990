//! A hub that is a thread of the test: it passes on, understands ranges, breaks off, and is slow where a test wants it so.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

pub(crate) const PATH: &str = "/owner/name/resolve/main/m.gguf";

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A model's file: no two stretches of it are alike.
pub(crate) fn model_bytes(length: u32) -> Vec<u8> {
    (0..length / 4).flat_map(|i| (i.wrapping_mul(2_654_435_761)).to_le_bytes()).collect()
}

/// What the test's hub does with a request.
#[derive(Clone)]
pub(crate) struct Answers {
    pub(crate) bytes: Vec<u8>,
    /// Passes the request on first, as the hub does for large files, and tells this hash then.
    pub(crate) linked_hash: Option<String>,
    /// Understands `Range`.
    pub(crate) ranges: bool,
    /// Closes the connection after so many bytes of a body.
    pub(crate) cut_after: usize,
    /// Waits this long before each piece of 64 KiB.
    pub(crate) slow: bool,
    pub(crate) status: Option<&'static str>,
}

impl Answers {
    pub(crate) fn with(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), linked_hash: Some(sha256(bytes)), ranges: true, cut_after: usize::MAX, slow: false, status: None }
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    answers: Arc<Mutex<Answers>>,
    /// First line, range and whether there was a token, of every request.
    pub(crate) seen: Arc<Mutex<Vec<(String, String, bool)>>>,
}

impl Server {
    pub(crate) fn new(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (shared, log) = (Arc::clone(&answers), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (shared.lock().unwrap().clone(), Arc::clone(&log));
                std::thread::spawn(move || answer(stream, &answers, &log));
            }
        });
        Self { url, answers, seen }
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    pub(crate) fn ranges(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().filter(|seen| !seen.0.contains("/resolve/")).map(|seen| seen.1.clone()).collect()
    }
}

/// A client that goes away in the middle ends the thread, nothing more.
fn answer(mut stream: TcpStream, answers: &Answers, log: &Mutex<Vec<(String, String, bool)>>) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim().to_owned();
    let (first, range) = (head.lines().next()?.to_owned(), header("range: "));
    log.lock().unwrap().push((first.clone(), range.clone(), !header("authorization: bearer ").is_empty()));
    if let Some(status) = answers.status {
        return write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
    }
    if let (Some(hash), true) = (&answers.linked_hash, first.contains("/resolve/")) {
        let size = answers.bytes.len();
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: /bytes\r\nX-Linked-Size: {size}\r\nX-Linked-Etag: \"{hash}\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .ok();
    }
    let total = answers.bytes.len();
    let from: usize = range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
    let from = if answers.ranges { from } else { 0 };
    if from >= total {
        let head = format!("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{total}\r\nContent-Length: 0\r\n");
        return write!(stream, "{head}Connection: close\r\n\r\n").ok();
    }
    let status =
        if answers.ranges { format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}", total - 1) } else { "200 OK".into() };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", total - from).ok()?;
    let body = &answers.bytes[from..];
    for piece in body[..body.len().min(answers.cut_after)].chunks(1 << 16) {
        if answers.slow {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        stream.write_all(piece).ok()?;
    }
    Some(())
}
