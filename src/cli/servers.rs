//! Models behind addresses, as they are named: `http://HOST:PORT/v1`, or a name of `[servers.NAME]` in `config.toml`; a model of several stands
//! behind a `#`. And what may be sent there.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::time::Duration;

use serde_json::{Value, json};

use super::failure::Failure;
use super::settings::Settings;
use crate::db::Database;
use crate::llm::server::{Abilities, Address, Gate, KeySource, Remote, Secret, Served, ServerOptions};
use crate::llm::{Generate, LlmError, ServerError};
use crate::records::{Records, RecordsError};
use crate::schema::Private;
use crate::signal::Cancel;
use crate::store::Servers;
use crate::store::config::ServerConfig;
use crate::text;

/// The key of an address that `config.toml` does not name.
const KEY_VARIABLE: &str = "SQLLAMA_API_KEY";

/// A server as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) address: Address,
    model: Option<String>,
    config: Option<ServerConfig>,
}

/// Whether `spec` names a server: an address, or a name in `config.toml`.
pub(super) fn names_server(settings: &Settings, spec: &str) -> bool {
    let (name, _) = split(spec);
    Address::is_meant(spec) || settings.config.servers.contains_key(name)
}

fn split(spec: &str) -> (&str, Option<&str>) {
    match spec.split_once('#') {
        Some((name, model)) => (name, Some(model).filter(|model| !model.is_empty())),
        None => (spec, None),
    }
}

/// The server that `spec` names.
pub(super) fn find(settings: &Settings, spec: &str) -> Result<Named, ServerError> {
    let (name, model) = split(spec);
    let model = model.map(str::to_owned);
    if let Some(config) = settings.config.servers.get(name) {
        return Ok(Named {
            address: Address::parse(&config.url)?,
            model: model.or_else(|| config.model.clone()),
            config: Some(config.clone()),
        });
    }
    let address = Address::parse(name)?;
    // What is typed in full has the key of the server that stands in the settings.
    let same = |config: &&ServerConfig| Address::parse(&config.url).is_ok_and(|own| own == address);
    let config = settings.config.servers.values().find(same).cloned();
    Ok(Named { address, model: model.or_else(|| config.as_ref()?.model.clone()), config })
}

impl Named {
    /// The same with another of its models.
    pub(super) fn with_model(mut self, model: &str) -> Self {
        self.model = Some(model.into());
        self
    }

    /// How it is used.
    pub(super) fn options(self, settings: &Settings) -> ServerOptions {
        let servers = Servers::of(&settings.paths);
        let shown = self.address.to_string();
        let model = self.model.or_else(|| servers.only_model(&shown));
        let known = model.as_ref().and_then(|model| servers.abilities(&shown, model));
        let known = known.and_then(|known| serde_json::from_value::<Abilities>(known).ok());
        let config = self.config.unwrap_or_default();
        let key = match (config.key_env, config.key_command.is_empty(), config.url.is_empty()) {
            (Some(variable), ..) => KeySource::Variable(variable),
            (None, false, _) => KeySource::Command(config.key_command),
            (None, true, false) => KeySource::None,
            (None, true, true) => KeySource::VariableIfSet(KEY_VARIABLE.into()),
        };
        let keeper = servers.clone();
        let kept_for = shown.clone();
        ServerOptions {
            gate: gate(settings, &self.address),
            model,
            key,
            headers: config.headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
            timeout: match config.timeout {
                Some(0) => Duration::MAX,
                seconds => seconds.map_or(crate::llm::server::remote::TIMEOUT, Duration::from_secs),
            },
            known,
            // A full disk is no reason not to answer: then it is asked again the next time.
            keep: Some(Box::new(move |model, found| {
                let _ = serde_json::to_value(found).map(|found| keeper.keep_abilities(&kept_for, model, found));
            })),
            ..ServerOptions::at(self.address)
        }
    }
}

/// What has to say yes before a prompt goes to `address`; `None` where that was said, or nothing leaves this machine.
fn gate(settings: &Settings, address: &Address) -> Option<Gate> {
    if address.is_this_machine() {
        return None;
    }
    if let Some(by) = settings.offline_by() {
        return Some(Box::new(move |address, _| Err(ServerError::Offline { address: address.to_string(), by: by.clone() })));
    }
    let servers = Servers::of(&settings.paths);
    let allows = |typed: &String| find(settings, typed).is_ok_and(|allowed| allowed.address == *address);
    if settings.rights.allowed.iter().any(allows) || servers.is_allowed(&address.to_string()) {
        return None;
    }
    let may_ask = settings.rights.may_ask;
    Some(Box::new(move |address, prompt| {
        let refused = || ServerError::NotAllowed { address: address.to_string(), prompt: prompt.to_owned() };
        // It may have been allowed since, on the screen.
        if servers.is_allowed(&address.to_string()) {
            return Ok(());
        }
        if !(may_ask && stdin().is_terminal() && stderr().is_terminal()) {
            return Err(refused());
        }
        let asked = || -> std::io::Result<String> {
            let mut out = stderr();
            writeln!(out, "This is what would be sent to {address}, which is not this machine:\n")?;
            writeln!(out, "{}\n", text::sanitize_lines(prompt))?;
            write!(out, "Send it, and later questions too? [y/N] ")?;
            let mut reply = String::new();
            stdin().read_line(&mut reply)?;
            Ok(reply)
        };
        match asked() {
            Ok(reply) if matches!(reply.trim(), "y" | "Y" | "yes") => {
                // What cannot be written down is asked again.
                let _ = servers.allow(&address.to_string());
                Ok(())
            }
            _ => Err(refused()),
        }
    }))
}

/// Listing a server's models takes no longer.
const LISTING: Duration = Duration::from_secs(5);

/// The models of the servers in the settings, and of the one that is named as `also`: what to call each, and where it is, or why nothing is
/// known. A server that is not this machine is asked where a person has allowed it to be sent something.
pub(super) fn list(settings: &Settings, also: Option<&str>, cancel: &Cancel) -> Vec<(String, Result<String, String>)> {
    let also = also.filter(|spec| Address::is_meant(spec)).map(|spec| split(spec).0);
    let names = settings.config.servers.keys().map(String::as_str).chain(also);
    let mut out = Vec::new();
    for name in names {
        // Nobody has said yet that anything goes there.
        if let Some(address) = find(settings, name).ok().map(|named| named.address).filter(|address| gate(settings, address).is_some()) {
            out.push((name.to_owned(), Ok(format!("at {address}, not asked yet"))));
            continue;
        }
        match served(settings, name, cancel) {
            Ok((address, models)) => {
                out.extend(models.into_iter().map(|model| (format!("{name}#{}", model.name), Ok(format!("at {address}")))))
            }
            Err(error) => out.push((name.to_owned(), Err(error.to_string()))),
        }
    }
    out
}

/// The models of the server that `spec` names.
pub(super) fn served(settings: &Settings, spec: &str, cancel: &Cancel) -> Result<(Address, Vec<Served>), LlmError> {
    let named = find(settings, spec)?;
    let address = named.address.clone();
    if let Some(by) = settings.offline_by().filter(|_| !address.is_this_machine()) {
        return Err(ServerError::Offline { address: address.to_string(), by }.into());
    }
    let mut options = named.options(settings);
    options.timeout = options.timeout.min(LISTING);
    let models = Remote::new(options)?.served(cancel)?;
    Ok((address, models))
}

/// What `doctor --online` says of each server of the settings: its models, and what the one in question can do.
pub(super) fn examine(settings: &Settings, cancel: &Cancel) -> Vec<Value> {
    let of = |name: &String| {
        let address = find(settings, name).map(|named| named.address.to_string());
        let found = served(settings, name, cancel).and_then(|(_, models)| {
            let mut model = open_named(settings, name)?;
            let abilities = model.probe(cancel)?;
            Ok((models, model.info().name.clone(), abilities))
        });
        match found {
            Ok((models, model, abilities)) => {
                let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
                json!({ "name": name, "url": address.ok(), "models": names, "model": model, "abilities": abilities, "problem": null })
            }
            Err(error) => {
                json!({ "name": name, "url": address.ok(), "models": [], "model": null, "abilities": null, "problem": error.to_string() })
            }
        }
    };
    settings.config.servers.keys().map(of).collect()
}

fn open_named(settings: &Settings, spec: &str) -> Result<Remote, LlmError> {
    Ok(Remote::new(find(settings, spec)?.options(settings))?)
}

/// What a server can do, in words.
pub(super) fn in_words(abilities: &Abilities) -> String {
    let Abilities { chat, completions, several, logprobs, grammar, json_schema, token_ids, prefix_cache, adapters, context_length } =
        abilities;
    let mut words: Vec<String> = Vec::new();
    let lists = [
        (*chat, "chat"),
        (*completions, "completions"),
        (*several, "several answers at once"),
        (*logprobs, "probabilities"),
        (*json_schema, "JSON schemas"),
        (*token_ids, "token ids"),
        (*prefix_cache, "tells what it had read"),
    ];
    words.extend(lists.into_iter().filter(|(has, _)| *has).map(|(_, word)| word.to_owned()));
    words.extend(grammar.map(|field| format!("grammars (`{}`)", field.name())));
    words.extend(context_length.map(|tokens| format!("{} tokens of context", text::count(tokens as u64))));
    if !adapters.is_empty() {
        words.push(format!("adapters {}", adapters.join(", ")));
    }
    words.join(", ")
}

/// What a person keeps private of a database. Where that cannot be read, it is an error for a server and nothing for a model of this machine.
pub(super) fn private_of(settings: &Settings, database: &Database, model: Option<&str>) -> Result<Private, Failure> {
    let notes = || -> Result<Vec<String>, RecordsError> {
        if !settings.paths.records().exists() {
            return Ok(Vec::new());
        }
        let records = Records::open(&settings.paths)?;
        // Of several files, what is kept private of each holds.
        let mut notes = Vec::new();
        for place in std::iter::once(database.label()).chain(database.paths().cloned()) {
            if let Some(id) = records.find(&place)? {
                notes.extend(records.notes(id)?.into_iter().map(|note| note.text));
            }
        }
        Ok(notes)
    };
    let is_server = model.is_some_and(|spec| names_server(settings, spec));
    let notes = if is_server { notes()? } else { notes().unwrap_or_default() };
    Ok(Private::of_notes(notes).0)
}

/// The model that `spec` names.
pub(super) fn open(settings: &Settings, spec: &str, adapter: Option<&str>) -> Result<Remote, Failure> {
    let mut named = find(settings, spec).map_err(LlmError::from)?;
    if let Some(adapter) = adapter {
        named = named.with_model(adapter);
    }
    let model = Remote::new(named.options(settings)).map_err(LlmError::from)?;
    Ok(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::{GenerateRequest, Prompt, Purpose, Repetition, Sampling, Shared};
    use crate::store::{Config, Paths};

    fn settings(folder: &std::path::Path, text: &str) -> Settings {
        Settings {
            paths: Paths::all_in(folder),
            config: toml::from_str::<Config>(text).unwrap(),
            rights: Default::default(),
            first_line: Default::default(),
        }
    }

    #[test]
    fn servers_are_found_by_name_and_by_address() {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            settings(folder.path(), "[servers.team]\nurl = 'http://127.0.0.1:9/v1'\nmodel = 'big'\nkey_env = 'TEAM'\ntimeout = 7");
        let found = |spec: &str| {
            let options = find(&settings, spec).unwrap().options(&settings);
            (options.address.to_string(), options.model, options.key, options.timeout.as_secs())
        };
        let address = "http://127.0.0.1:9/v1".to_owned();
        let team = KeySource::Variable("TEAM".into());
        assert_eq!(found("team"), (address.clone(), Some("big".into()), team.clone(), 7));
        assert_eq!(found("team#small"), (address.clone(), Some("small".into()), team.clone(), 7));
        assert_eq!(found("http://127.0.0.1:9"), (address, Some("big".into()), team, 7));
        let (_, model, key, _) = found("http://127.0.0.1:10/v1#m");
        assert_eq!((model, key), (Some("m".into()), KeySource::VariableIfSet(KEY_VARIABLE.into())));
        assert!(names_server(&settings, "team#x") && names_server(&settings, "https://h") && !names_server(&settings, "teams"));
    }

    /// Why nothing is sent to an address that is not this machine. 192.0.2.0/24 is nobody's (RFC 5737).
    #[track_caller]
    fn check(text: &str, rights: super::super::network::Rights, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { rights, ..settings(folder.path(), text) };
        let mut model = open(&settings, "http://192.0.2.1:9/v1#m", None).unwrap();
        let request = GenerateRequest {
            prompt: Prompt::Text("secret".into()),
            shared: Shared::Nothing,
            max_tokens: 1,
            stop: Vec::new(),
            sampling: Sampling::default(),
            logprobs: 0,
            likely: std::sync::Arc::default(),
            constraint: None,
            purpose: Purpose::Answer,
            repetition: Repetition::Kept,
        };
        let soon = Cancel::new().with_timeout(Duration::from_millis(50));
        let error = model.generate(&request, &soon, &mut |_| ()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(matches!(error, LlmError::Server(ServerError::NotAllowed { .. })), expected.contains("allowed"), "{error}");
    }

    #[test]
    fn nothing_leaves_this_machine_unasked() {
        use super::super::network::Rights;
        check("", Rights::default(), "nobody has allowed sqllama");
        check("offline = true", Rights::default(), "`offline = true` in");
        check("", Rights { offline: true, ..Rights::default() }, "--offline forbids");
        let allowed = vec!["http://192.0.2.1:9".into()];
        check("", Rights { offline: true, allowed: allowed.clone(), ..Rights::default() }, "--offline forbids");
        check("", Rights { allowed: vec!["http://192.0.2.2:9".into()], ..Rights::default() }, "nobody has allowed sqllama");
        // It is tried, and nothing is there.
        check("", Rights { allowed, ..Rights::default() }, "");
    }
}
