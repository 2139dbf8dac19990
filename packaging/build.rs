//! Tells the program which commit it is built from, for `sqllama --version`: what a packager says in SQLLAMA_COMMIT, else what cargo wrote
//! into a package, else what Git says. Git is asked for release builds alone: a development build would be made anew after every commit.
//! Targets that it is not made for are refused here, before hundreds of crates are built for them.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SQLLAMA_COMMIT");
    println!("cargo::rerun-if-changed=packaging/build.rs");
    let target = std::env::var("TARGET").unwrap_or_default();
    let is = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if let Some(reason) = refusal(&is("FAMILY"), &is("ENDIAN")) {
        println!("cargo::error=sqllama cannot be built for {target}: {reason}");
    }
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo::rustc-env=SQLLAMA_TARGET={target}");
    let commit = said().or_else(packaged).or_else(|| if is_release { of_git() } else { None });
    println!("cargo::rustc-env=SQLLAMA_COMMIT_BUILT={}", commit.unwrap_or_default());
}

/// Why a target is refused, by cargo's words for it.
pub(crate) fn refusal(families: &str, endian: &str) -> Option<&'static str> {
    if families.split(',').any(|family| family == "wasm") {
        return Some("it needs threads, files mapped into memory and a terminal, which WebAssembly does not have");
    }
    (endian == "big").then_some("model files are read as they lie in memory, and their numbers are little-endian")
}

fn said() -> Option<String> {
    std::env::var("SQLLAMA_COMMIT").ok().filter(|commit| is_commit(commit))
}

/// `{"git": {"sha1": "..."}, ...}`, which `cargo package` adds.
fn packaged() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, behind) = text.split_once("\"sha1\"")?;
    behind.split('"').find(|part| is_commit(part)).map(str::to_owned)
}

fn of_git() -> Option<String> {
    // Another project's Git folder above an unpacked archive says nothing about it.
    if !Path::new(".git").exists() {
        return None;
    }
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["rev-parse", "HEAD"]).filter(|commit| is_commit(commit))
}

fn git(args: &[&str]) -> Option<String> {
    let out = Command::new("git").args(args).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
