//! `doctor`: what this machine offers, and what is wrong with it.

use std::io::{IsTerminal, Write, stdout};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::failure::Failure;
use super::models::{fit, state};
use super::network::Rights;
use super::servers::in_words;
use super::settings::Settings;
use crate::compute::{Level, available_threads};
use crate::signal::Cancel;
use crate::store::wheels::PYTHON;
use crate::store::{Config, Hub, Paths, Presence, catalogue, machine};
use crate::text;

/// Prints the report. The network is touched only where `online` asks for it.
pub(super) fn run_doctor(as_json: bool, online: bool) -> Result<u8, Failure> {
    let report = report(&Paths::find()?, online);
    if as_json {
        writeln!(stdout(), "{report}")?;
    } else {
        for (key, value) in lines(&report) {
            writeln!(stdout(), "{key:9} {}", text::sanitize(&value))?;
        }
    }
    Ok(0)
}

fn report(paths: &Paths, online: bool) -> Value {
    let memory = machine::memory();
    let config = Config::read(paths);
    let threads = config.as_ref().ok().and_then(|config| config.threads).unwrap_or_else(available_threads);
    let models: Vec<Value> = catalogue()
        .iter()
        .filter(|entry| entry.presence(paths) != Presence::Absent)
        .map(|entry| json!({ "name": entry.name, "state": state(entry, paths), "bytes": entry.bytes, "memory": fit(entry) }))
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "cpu": { "level": level_name(Level::detect()), "threads": threads },
        "memory": { "total_bytes": memory.map(|m| m.total), "available_bytes": memory.map(|m| m.available) },
        "disk": { "free_bytes": machine::free_bytes(&paths.models()) },
        "folders": {
            "config": folder(&paths.config),
            "data": folder(&paths.data),
            "cache": folder(&paths.cache),
        },
        "config": {
            "path": paths.config_file(),
            "exists": paths.config_file().exists(),
            "error": config.err().map(|error| error.to_string()),
        },
        "models": models,
        "python": { "python3": version_of(&["--version"]), "pip": version_of(&["-m", "pip", "--version"]) },
        "hub": hub(online),
        "servers": servers(paths, online),
        "device": device(),
        "terminal": { "stdout": stdout().is_terminal(), "colour": has_colour() },
    })
}

#[cfg(not(feature = "cuda"))]
fn device() -> Value {
    json!({ "default": "cpu", "cuda": "not built in" })
}

/// What the card is, and whether it computes. A card that is there and does not compute is told with what is missing.
#[cfg(feature = "cuda")]
fn device() -> Value {
    use crate::llm::cuda;
    let card = cuda::card();
    let state = card.as_ref().map_err(Clone::clone).and_then(|_| cuda::works());
    let card = card.ok().map(|card| {
        json!({
            "name": card.name,
            "total_bytes": card.total_bytes,
            "free_bytes": card.free_bytes,
            "driver": card.driver,
            "capability": card.capability,
        })
    });
    json!({
        "default": if state.is_ok() { "cuda" } else { "cpu" },
        "cuda": state.as_ref().map_or_else(ToString::to_string, |()| "works".into()),
        "hint": state.err().map(|error| error.hint()),
        "built_for": cuda::built_for(),
        "card": card,
    })
}

pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Scalar => "scalar",
        Level::Avx2 => "AVX2",
        Level::Avx512 => "AVX-512",
        Level::Neon => "NEON",
        Level::Dotprod => "dotprod",
        Level::I8mm => "i8mm",
    }
}

fn folder(path: &Path) -> Value {
    json!({ "path": path, "exists": path.is_dir(), "writable": machine::is_writable(path) })
}

/// The first two words that `python3` says of its version; `None` where it does not start or has no such module.
fn version_of(arguments: &[&str]) -> Option<String> {
    let output = Command::new(PYTHON).args(arguments).output().ok().filter(|output| output.status.success())?;
    let words: Vec<String> = String::from_utf8_lossy(&output.stdout).split_whitespace().take(2).map(str::to_owned).collect();
    Some(words.join(" "))
}

fn hub(online: bool) -> Value {
    match (Hub::from_env(), online) {
        (None, _) => json!({ "asked": false, "reachable": null, "reason": "HF_HUB_OFFLINE is set" }),
        (_, false) => json!({ "asked": false, "reachable": null, "reason": null }),
        (Some(hub), true) => {
            let result = hub.answers();
            json!({ "asked": true, "reachable": result.is_ok(), "reason": result.err() })
        }
    }
}

/// Model servers of the settings, and what they can do, where that may be asked.
fn servers(paths: &Paths, online: bool) -> Value {
    let Ok(config) = Config::read(paths) else { return json!([]) };
    if !online {
        let names = config.servers.keys().map(|name| json!({ "name": name, "problem": "not asked" }));
        return names.collect();
    }
    let settings = Settings { paths: paths.clone(), config, rights: Rights::default(), first_line: Default::default() };
    super::servers::examine(&settings, &Cancel::new()).into()
}

fn has_colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stdout().is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The report for people.
fn lines(report: &Value) -> Vec<(&'static str, String)> {
    let word = |pointer: &str| report.pointer(pointer).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let size = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).map_or_else(|| "unknown".into(), text::bytes);
    let yes = |pointer: &str| report.pointer(pointer).and_then(Value::as_bool) == Some(true);
    let folder = |name: &str| {
        let at = format!("/folders/{name}");
        let state = match (yes(&format!("{at}/exists")), yes(&format!("{at}/writable"))) {
            (_, false) => "cannot be written",
            (true, true) => "can be written",
            (false, true) => "not there yet, can be made",
        };
        format!("{} ({state})", word(&format!("{at}/path")))
    };
    let threads = report.pointer("/cpu/threads").and_then(Value::as_u64).unwrap_or(1);
    let mut lines = vec![
        ("sqllama", format!("{} on {} {}", word("/version"), word("/os"), word("/arch"))),
        ("cpu", format!("{}, {}", word("/cpu/level"), text::counted(threads, "thread", "threads"))),
        ("memory", format!("{}, {} available", size("/memory/total_bytes"), size("/memory/available_bytes"))),
        ("disk", format!("{} free where models lie", size("/disk/free_bytes"))),
        ("config", folder("config")),
        ("data", folder("data")),
        ("cache", folder("cache")),
    ];
    let settings = match (yes("/config/exists"), report.pointer("/config/error").and_then(Value::as_str)) {
        (_, Some(error)) => format!("wrong: {error}"),
        (true, None) => word("/config/path"),
        (false, None) => format!("none; {} is read where it is there", word("/config/path")),
    };
    lines.push(("settings", settings));
    let models = report.pointer("/models").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for model in models {
        let word = |key: &str| model.get(key).and_then(Value::as_str).unwrap_or("?");
        lines.push(("model", format!("{}: {}, {}", word("name"), word("state"), word("memory"))));
    }
    if models.is_empty() {
        lines.push(("model", "none installed; `sqllama models pull NAME` fetches one".into()));
    }
    let program = |pointer: &str, without: &str| match report.pointer(pointer).and_then(Value::as_str) {
        Some(version) => version.to_owned(),
        None => without.to_owned(),
    };
    lines.push((
        "python",
        format!("{}, {}", program("/python/python3", "no python3"), program("/python/pip", "no pip, so wheels cannot be fetched")),
    ));
    let reason = report.pointer("/hub/reason").and_then(Value::as_str);
    lines.push((
        "hub",
        match (yes("/hub/asked"), yes("/hub/reachable"), reason) {
            (true, true, _) => "answers".into(),
            (true, false, reason) => format!("does not answer: {}", reason.unwrap_or("no reason given")),
            (false, _, Some(reason)) => format!("not asked: {reason}"),
            (false, _, None) => "not asked (--online asks it)".into(),
        },
    ));
    for server in report.pointer("/servers").and_then(Value::as_array).into_iter().flatten() {
        let word = |key: &str| server.get(key).and_then(Value::as_str);
        let abilities = server.get("abilities").and_then(|found| serde_json::from_value(found.clone()).ok());
        let told = match (abilities, word("problem")) {
            (Some(abilities), _) => format!("{} at {}: {}", word("model").unwrap_or("?"), word("url").unwrap_or("?"), in_words(&abilities)),
            (None, Some("not asked")) => "not asked (--online asks it)".into(),
            (None, problem) => problem.unwrap_or("nothing is known").to_owned(),
        };
        lines.push(("server", format!("{}: {told}", word("name").unwrap_or("?"))));
    }
    let hint = report.pointer("/device/hint").and_then(Value::as_str).map_or_else(String::new, |hint| format!(" (hint: {hint})"));
    lines.push(("device", format!("{}; cuda: {}{hint}", word("/device/default"), word("/device/cuda"))));
    if report.pointer("/device/card").is_some_and(Value::is_object) {
        let driver = word("/device/card/driver");
        let (capability, built_for) = (word("/device/card/capability"), word("/device/built_for"));
        let memory = format!("{}, {} free", size("/device/card/total_bytes"), size("/device/card/free_bytes"));
        let card = word("/device/card/name");
        lines.push(("card", format!("{card}: {memory}, driver {driver}, capability {capability} (built for {built_for})")));
    }
    lines.push(("colour", if yes("/terminal/colour") { "yes" } else { "no" }.into()));
    lines
}
