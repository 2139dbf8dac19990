//! Models that the catalogue does not know: repositories of a hub that is a thread of the test, Ollama's store, files and folders. All with the
//! real binary.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use candle_core::DType;
use serde_json::json;

use crate::checkpoint::write_folder;
use crate::home::{Home, check_output};
use crate::local_hub::sha256;
use crate::tiny::{LLAMA, QWEN2, fixture};
use crate::tuned;

/// Files by their paths in the one repository that it has.
struct Hub {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Hub {
    /// `token` is asked for, where it is given; `tree` says whether the list tells sizes and hashes.
    fn new(repo: &'static str, files: BTreeMap<String, Vec<u8>>, token: Option<&'static str>, tree: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, repo, &files, token, tree, &log);
            }
        });
        Self { url, seen }
    }

    /// The program with this hub.
    fn run(&self, home: &Home, args: &[&str], token: Option<&str>) -> Output {
        let mut command: Command = home.command(args);
        command.env("HF_ENDPOINT", &self.url).env("HF_HOME", home.path());
        if let Some(token) = token {
            command.env("HF_TOKEN", token);
        }
        command.output().unwrap()
    }
}

fn answer(
    mut stream: TcpStream,
    repo: &str,
    files: &BTreeMap<String, Vec<u8>>,
    token: Option<&str>,
    tree: bool,
    log: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1)?.to_owned();
    log.lock().unwrap().push(path.clone());
    let header = |name: &str| head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
    let mut send = |status: &str, body: &[u8]| -> Option<()> {
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
        stream.write_all(body).ok()
    };
    if token.is_some_and(|token| header("authorization: bearer ").as_deref() != Some(token)) {
        return send("401 Unauthorized", b"");
    }
    if path.starts_with(&format!("/api/models/{repo}/tree/main")) && tree {
        let list: Vec<_> = files
            .iter()
            .map(|(path, bytes)| json!({"type": "file", "path": path, "size": bytes.len(), "lfs": {"oid": sha256(bytes), "size": bytes.len()}}))
            .collect();
        return send("200 OK", json!(list).to_string().as_bytes());
    }
    if path == format!("/api/models/{repo}/revision/main") {
        let list: Vec<_> = files.keys().map(|path| json!({"rfilename": path})).collect();
        return send("200 OK", json!({"id": repo, "siblings": list}).to_string().as_bytes());
    }
    let Some(bytes) = path.strip_prefix(&format!("/{repo}/resolve/main/")).and_then(|path| files.get(path)) else {
        return send("404 Not Found", b"");
    };
    let from: usize = header("range: bytes=").and_then(|range| range.trim_end_matches('-').parse().ok()).unwrap_or(0);
    let status = format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{}", bytes.len().saturating_sub(1), bytes.len());
    send(&status, bytes.get(from..).unwrap_or_default())
}

fn files_of(folder: &Path, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap()), std::fs::read(path).unwrap())).collect()
}

#[test]
fn quantisations_of_a_repository_are_pulled_and_asked() {
    let bytes = std::fs::read(fixture(&QWEN2)).unwrap();
    let mut files = BTreeMap::from([("README.md".to_owned(), b"x".to_vec())]);
    for quant in ["Q4_K_M", "Q8_0"] {
        files.insert(format!("tiny-{quant}.gguf"), bytes.clone());
    }
    let hub = Hub::new("owner/tiny", files, None, true);
    let home = Home::new();
    let path = home.path().join("models/own/tiny-Q8_0/tiny-Q8_0.gguf");
    check_output(&hub.run(&home, &["models", "pull", "owner/tiny:q8_0"], None), 0, path.to_str().unwrap(), "100%");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    home.check(&["models", "list"], 0, "owner/tiny:q8_0", "");
    home.check(&["models", "path", "tiny-Q8_0"], 0, path.to_str().unwrap(), "");
    home.check(&["models", "show", "owner/tiny:q8_0"], 0, "source        owner/tiny:q8_0", "");
    // By name and by source, without a network.
    for model in ["tiny-Q8_0", "owner/tiny:q8_0"] {
        home.check(&["complete", "--model", model, "--prompt", "SELECT", "--max-tokens", "2"], 0, "", "");
    }
    let asked = hub.seen.lock().unwrap().len();
    check_output(&hub.run(&home, &["models", "pull", "owner/tiny:q8_0"], None), 0, path.to_str().unwrap(), "");
    assert!(hub.seen.lock().unwrap()[asked..].iter().all(|path| path.contains("/api/")), "what is here is not fetched again");
    check_output(&hub.run(&home, &["models", "pull", "owner/tiny", "--name", "best"], None), 0, "models/own/best/tiny-Q4_K_M.gguf", "");
    check_output(
        &hub.run(&home, &["models", "pull", "owner/tiny", "--name", "tiny-Q8_0"], None),
        2,
        "",
        "there is a model `tiny-Q8_0` already",
    );
    check_output(&hub.run(&home, &["models", "pull", "owner/tiny:q2_k"], None), 2, "", "owner/tiny has no `q2_k`; it has tiny-Q4_K_M.gguf");
    check_output(&hub.run(&home, &["models", "pull", "owner/other"], None), 2, "", "it has no repository owner/other");
    home.check(&["ask", "demo", "x", "--model", "owner/new"], 2, "", "`sqllama models pull owner/new` fetches it from the hub");
    home.check(&["models", "remove", "tiny-Q8_0"], 0, "", "free again");
    home.check(&["models", "path", "tiny-Q8_0"], 2, "", "there is no model `tiny-Q8_0`");
    home.check(&["models", "pull", "no-such-model"], 2, "", "there is no model `no-such-model`");
}

/// A gated repository with shards, whose list tells no sizes: pulled with the token, quantised on the way.
#[test]
fn a_gated_folder_is_pulled_and_quantised() {
    let temporary = tempfile::tempdir().unwrap();
    write_folder(&QWEN2, DType::F32, 2, temporary.path());
    let hub = Hub::new("owner/gated", files_of(temporary.path(), ""), Some("secret"), false);
    let home = Home::new();
    check_output(&hub.run(&home, &["models", "pull", "owner/gated"], None), 2, "", "HF_TOKEN is not set");
    check_output(&hub.run(&home, &["models", "pull", "owner/gated"], Some("wrong")), 2, "", "the token may not read this repository");
    let out = hub.run(&home, &["models", "pull", "owner/gated", "--quantize", "q4_k_m"], Some("secret"));
    check_output(&out, 0, "models/own/gated/gated-Q4_K_M.gguf", "converting");
    home.check(&["complete", "--model", "gated", "--prompt", "SELECT", "--max-tokens", "2"], 0, "", "");
    let left = files_of(&home.path().join("models/own/gated"), "");
    assert!(!left.keys().any(|name| name.ends_with(".safetensors")) && left.contains_key("config.json"), "{:?}", left.keys());
    // The folder as it is.
    check_output(&hub.run(&home, &["models", "pull", "owner/gated", "--name", "folder"], Some("secret")), 0, "models/own/folder", "");
    home.check(&["complete", "--model", "folder", "--prompt", "SELECT", "--max-tokens", "2"], 0, "", "");
}

/// The author's models by name: fetched, converted, quantised and asked in the form they were trained with, by one command.
#[test]
fn the_authors_models_are_asked_by_name() {
    let temporary = tempfile::tempdir().unwrap();
    write_folder(&LLAMA, DType::F32, 2, temporary.path());
    let files = files_of(temporary.path(), "SQL-LLaMA-7B/");
    let hub = Hub::new("DominikLindorfer/SQL-LLaMA", files, None, true);
    let home = Home::new();
    let out = hub.run(&home, &["ask", "demo", "how many rows?", "--model", "sql-llama-7b", "--yes"], None);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("converting") && said.contains("Q4_K_M"), "{said}");
    let file = home.path().join("models/sql-llama-7b.gguf");
    assert!(file.is_file() && !home.path().join("models/own/sql-llama-7b-checkpoint").exists());
    let metadata = sqllama::llm::gguf::GgufFile::open(&file).unwrap().metadata;
    assert_eq!(metadata.string("tokenizer.chat_template"), None, "without a template it is asked in Alpaca's form");
    home.check(&["models", "list"], 0, "installed", "");
}

/// A model tuned for SQL by its name in the catalogue: a repository of shards is fetched, converted, quantised and asked in the form that it was
/// tuned with, by one command; and what a pull of the repository itself leaves is asked the same way.
#[test]
fn models_tuned_for_sql_are_asked_by_name() {
    let temporary = tempfile::tempdir().unwrap();
    for (name, repo, first) in [
        ("omnisql-7b", "seeklhy/OmniSQL-7B", "<|im_start|>user\nTask Overview:\nYou are a data science expert."),
        ("xiyansql-qwencoder-7b", "XGenerationLab/XiYanSQL-QwenCoder-7B-2502", "<|im_start|>user\n你是一名SQLite专家"),
        ("slm-sql-0.5b", "cycloneboy/SLM-SQL-0.5B", "<|im_start|>system\nYou are a helpful AI Assistant"),
    ] {
        let folder = tuned::model(temporary.path(), repo.rsplit('/').next().unwrap(), 2);
        let hub = Hub::new(repo, files_of(&folder, ""), None, true);
        let home = Home::new();
        let shop = tuned::shop(&home);
        let ask = |model: &str| {
            let common = ["ask", &shop, "How many cities?", "--show-prompt", "--candidates", "1", "--no-repair", "--model", model, "--yes"];
            let out = hub.run(&home, &common, None);
            assert!(matches!(out.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8_lossy(&out.stderr).into_owned()
        };
        let said = ask(name);
        assert!(said.contains("converting") && said.contains("Q4_K_M") && said.contains(first), "{said}");
        let file = home.path().join(format!("models/{name}-q4_k_m.gguf"));
        assert!(file.is_file() && !home.path().join(format!("models/own/{name}-checkpoint")).exists());
        let metadata = sqllama::llm::gguf::GgufFile::open(&file).unwrap().metadata;
        assert!(metadata.string("tokenizer.chat_template").is_some(), "its messages go through its own template");
        home.check(&["models", "pull", name], 0, file.to_str().unwrap(), "");
        // The repository itself, under a name that says nothing.
        let out = hub.run(&home, &["models", "pull", repo, "--name", "mine", "--quantize", "q4_k_m"], None);
        check_output(&out, 0, "models/own/mine/mine-Q4_K_M.gguf", "converting");
        assert!(ask("mine").contains(first), "{name}");
    }
    let home = Home::new();
    let list = home.stdout_of(&["models", "list"]);
    let row = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{list}")).to_owned();
    assert!(row("omnisql-7b ").contains("Apache-2.0") && row("omnisql-7b ").contains(" omnisql "), "{list}");
    assert!(row("slm-sql-0.5b ").contains("CC-BY-NC-4.0") && row("sql-llama-7b ").contains(" alpaca "), "{list}");
    home.check(&["models", "show", "slm-sql-0.5b"], 0, "not for commercial use", "");
}

#[test]
fn ollamas_store_and_folders_are_named_where_they_lie() {
    let home = Home::new();
    let store = home.path().join("ollama");
    let bytes = std::fs::read(fixture(&QWEN2)).unwrap();
    let hash = sha256(&bytes);
    std::fs::create_dir_all(store.join("blobs")).unwrap();
    std::fs::create_dir_all(store.join("manifests/registry/library/qwen")).unwrap();
    std::fs::write(store.join(format!("blobs/sha256-{hash}")), &bytes).unwrap();
    let manifest = json!({"schemaVersion": 2, "layers": [
        {"mediaType": "application/vnd.ollama.image.model", "digest": format!("sha256:{hash}"), "size": bytes.len()},
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:00", "size": 1}]});
    std::fs::write(store.join("manifests/registry/library/qwen/0.5b"), manifest.to_string()).unwrap();
    let run = |args: &[&str]| home.command(args).env("OLLAMA_MODELS", &store).output().unwrap();
    check_output(&run(&["models", "list"]), 0, "ollama:qwen:0.5b", "");
    check_output(&run(&["complete", "--model", "ollama:qwen:0.5b", "--prompt", "SELECT", "--max-tokens", "2"]), 0, "", "");
    check_output(&run(&["models", "pull", "ollama:qwen:0.5b"]), 0, &format!("sha256-{hash}"), "qwen-0.5b: ");
    check_output(&run(&["models", "pull", "ollama:llama3"]), 2, "", "it holds qwen:0.5b");
    home.check(&["complete", "--model", "qwen-0.5b", "--prompt", "SELECT", "--max-tokens", "2"], 0, "", "");
    // A folder of models.
    let shelf = home.path().join("shelf");
    std::fs::create_dir(&shelf).unwrap();
    std::fs::copy(fixture(&QWEN2), shelf.join("one.gguf")).unwrap();
    write_folder(&LLAMA, DType::F32, 1, &shelf.join("two"));
    home.check(&["models", "pull", shelf.to_str().unwrap()], 0, "shelf/two", "one: ");
    for model in ["one", "two"] {
        home.check(&["complete", "--model", model, "--prompt", "SELECT", "--max-tokens", "2"], 0, "", "");
    }
    home.check(&["models", "pull", shelf.to_str().unwrap(), "--name", "x"], 2, "", "holds 2 models, and --name is for one");
    std::fs::remove_file(shelf.join("one.gguf")).unwrap();
    home.check(&["complete", "--model", "one", "--prompt", "x"], 2, "", "is not there any more");
    home.check(&["models", "remove", "two"], 0, "", "removed two");
    assert!(shelf.join("two/config.json").is_file());
}
