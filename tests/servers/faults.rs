//! Servers that cut, delay, reorder chunk boundaries, split characters, refuse, lie in their headers, never end, send far too much: an answer is
//! whole or an error, in time.

use std::time::{Duration, Instant};

use serde_json::json;
use sqllama::llm::FinishReason;
use sqllama::llm::server::{Remote, ServerOptions};
use sqllama::signal::Cancel;

use super::stand_in::{StandIn, Step, chunk, events_of, whole};
use super::{ask, options, request};

/// Scripts of one run; `SQLLAMA_FAULTS` asks for more.
const SCRIPTS: u64 = 250;
/// Longer than any script but one that never ends.
const TIMEOUT: Duration = Duration::from_millis(1500);
const TEXT: &str = "SELECT name, 'ä€😀' FROM über WHERE a = 1";

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// What a server does with a request of `seed`.
fn script(seed: u64) -> Vec<Step> {
    let mut random = Random(seed);
    let mut events = events_of(&json!({ "messages": [] }), TEXT);
    match random.below(8) {
        0 => events = events.replace('\n', "\r\n"),
        1 => events = events.replace("\n\n", "\n\n: still here\n\n"),
        2 => events = events.replace("data: [DONE]\n\n", ""),
        3 => events = events.replace("\"finish_reason\":\"stop\"", "\"finish_reason\":null"),
        4 => events = events.replace("data: [DONE]\n\n", "").replace("\"finish_reason\":\"stop\"", "\"finish_reason\":null"),
        5 => events.insert_str(0, "retry: 5\nevent: begin\nid: 0\n\n"),
        _ => {}
    }
    // Some come in another order.
    let mut order: Vec<&str> = events.split_inclusive("\n\n").collect();
    if random.below(8) == 0 && order.len() > 1 {
        let first = random.below(order.len() as u64 - 1) as usize;
        order.swap(first, first + 1);
    }
    let bytes = order.concat().into_bytes();
    let mut steps = Vec::new();
    let chunked = random.below(3) > 0;
    let length = match (chunked, random.below(3)) {
        (true, 0) => "transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
        (true, _) => "transfer-encoding: chunked\r\n".to_owned(),
        (false, 0) => format!("content-length: {}\r\n", bytes.len()),
        (false, 1) => format!("content-length: {}\r\n", random.below(2 * bytes.len() as u64)),
        (false, _) => String::new(),
    };
    let kind = random.one(&["text/event-stream", "application/json", "text/html", "nonsense"]);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{length}\r\n");
    match random.below(14) {
        0 => return vec![whole(random.one(&[429, 500, 502, 503, 504]) as u16, "{\"error\":\"busy\"}")],
        1 => return vec![Step::Close],
        2 => return vec![Step::Send(head.into_bytes()), Step::Flood(1 << 30)],
        3 => return vec![Step::Send(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), Step::Flood(1 << 20)],
        4 => return vec![Step::Send(head.into_bytes()), Step::Hang],
        5 => {
            let junk: Vec<u8> = (0..random.below(3000)).map(|_| random.below(256) as u8).collect();
            return vec![Step::Send(head.into_bytes()), Step::Send(junk), Step::Close];
        }
        _ => {}
    }
    steps.push(Step::Send(head.into_bytes()));
    // Cut into pieces anywhere, in the middle of characters and of events.
    let cut = if random.below(3) == 0 { random.below(bytes.len() as u64) as usize } else { bytes.len() };
    let (mut at, mut pieces) = (0, Vec::new());
    while at < cut {
        let most = random.one(&[2, 40, 4000]);
        let end = (at + 1 + random.below(most) as usize).min(cut);
        pieces.push(&bytes[at..end]);
        at = end;
    }
    let late = random.below(10 * pieces.len().max(1) as u64) as usize;
    for (number, piece) in pieces.into_iter().enumerate() {
        let piece = if chunked { chunk(piece) } else { piece.to_vec() };
        // A chunk's own frame may be cut, too.
        let middle = random.below(piece.len() as u64 + 1) as usize;
        steps.push(Step::Send(piece[..middle].to_vec()));
        if number == late {
            steps.push(Step::Wait(Duration::from_millis(300)));
        } else if random.below(6) == 0 {
            steps.push(Step::Wait(Duration::from_millis(random.below(4))));
        }
        steps.push(Step::Send(piece[middle..].to_vec()));
    }
    if chunked && random.below(4) > 0 {
        steps.push(Step::Send(b"0\r\n\r\n".to_vec()));
    }
    steps.push(if random.below(8) == 0 { Step::Hang } else { Step::Close });
    steps
}

#[test]
fn an_answer_is_whole_or_an_error_in_time() {
    let scripts = std::env::var("SQLLAMA_FAULTS").ok().and_then(|text| text.parse().ok()).unwrap_or(SCRIPTS);
    let (mut whole, mut failed) = (0, 0);
    let lanes: u64 = 8;
    let all: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let lane = |lane: u64| {
            scope.spawn(move || {
                let (mut whole, mut failed) = (0, 0);
                for seed in (0..scripts).filter(|seed| seed % lanes == lane) {
                    let server = StandIn::new(move |request| script(seed.wrapping_add(1_000_003 * request.number as u64)));
                    let mut model = Remote::new(ServerOptions { timeout: TIMEOUT, ..options(&server.address) }).unwrap();
                    let start = Instant::now();
                    let (shown, result) = ask(&mut model, &request(), &Cancel::new());
                    assert!(start.elapsed() < TIMEOUT + Duration::from_secs(3), "{seed}: {:?}", start.elapsed());
                    match result {
                        Ok(generation) => {
                            whole += 1;
                            // Whole events in another order are sound: then all words are there.
                            let sorted = |text: &str| {
                                let mut all: Vec<char> = text.chars().collect();
                                all.sort_unstable();
                                all
                            };
                            assert_eq!(sorted(&generation.text), sorted(TEXT), "{seed}: {}", generation.text);
                            assert_eq!(generation.text, shown, "{seed}");
                            assert_eq!(generation.finish_reason, FinishReason::Eos, "{seed}");
                        }
                        Err(error) => {
                            failed += 1;
                            assert!(shown.chars().all(|c| TEXT.contains(c)) && shown.len() <= TEXT.len(), "{seed}: {shown:?}");
                            let said = format!("{error} {}", error.hint().unwrap_or_default());
                            assert!(said.len() < 800 && !said.contains('\u{0}'), "{seed}: {said}");
                        }
                    }
                }
                (whole, failed)
            })
        };
        let running: Vec<_> = (0..lanes).map(lane).collect();
        running.into_iter().map(|lane| lane.join().unwrap()).collect()
    });
    for (own_whole, own_failed) in all {
        whole += own_whole;
        failed += own_failed;
    }
    println!("{whole} whole, {failed} errors");
    assert!(whole > scripts / 5 && failed > scripts / 5, "{whole} whole, {failed} errors");
}
