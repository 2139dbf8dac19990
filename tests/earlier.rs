//! What the build of commit a08d325 wrote opens with this one and says the same. `fixtures/a08d325/README.md` tells how it was made: `home`
//! is what was written, `expected` what that build said of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqllama::db::Database;
use sqllama::records::{HistoryState, Records, Scope};
use sqllama::signal::Cancel;
use sqllama::store::config::{KvChoice, PromptChoice, ThemeChoice, WhileTyping};
use sqllama::store::{Config, Paths};
use sqllama::tui::keys::{Action, BINDINGS, Context, Keymap};

use crate::home::check_output;
use crate::tiny;

/// Where it was written.
const THERE: &str = "/tmp/a08d325/home";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/a08d325")
}

/// A copy of what was written, with its own paths in it.
struct Earlier {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Earlier {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The records know a database by its path without links.
        let root = folder.path().canonicalize().unwrap().join("home");
        let earlier = Self { _folder: folder, root };
        earlier.copy(&fixture().join("home"), &earlier.root);
        std::fs::copy(tiny::fixture(&tiny::LLAMA), earlier.place("models/tiny-llama.gguf")).unwrap();
        let records = rusqlite::Connection::open(earlier.place("data/records.sqlite")).unwrap();
        for (table, column) in [("databases", "path"), ("attachments", "adapter")] {
            let sql = format!("UPDATE {table} SET {column} = replace({column}, ?1, ?2)");
            records.execute(&sql, (THERE, earlier.root.to_str().unwrap())).unwrap();
        }
        // The cache of values holds for a file of this age at this path.
        let pets = earlier.place("pets.sqlite");
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        std::fs::File::options().append(true).open(&pets).unwrap().set_modified(at).unwrap();
        std::fs::rename(earlier.values_of(&Path::new(THERE).join("pets.sqlite")), earlier.values_of(&pets)).unwrap();
        earlier
    }

    fn copy(&self, from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
            if from.is_dir() {
                self.copy(&from, &to);
                continue;
            }
            let bytes = std::fs::read(&from).unwrap();
            let bytes = match std::str::from_utf8(&bytes) {
                Ok(text) if text.contains(THERE) => self.here(text).into_bytes(),
                _ => bytes,
            };
            std::fs::write(to, bytes).unwrap();
        }
    }

    /// `text` with the paths of this copy.
    fn here(&self, text: &str) -> String {
        text.replace(THERE, self.root.to_str().unwrap())
    }

    fn place(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.place(name).display().to_string()
    }

    fn paths(&self) -> Paths {
        Paths { config: self.place("config"), data: self.place("data"), cache: self.place("cache") }
    }

    /// The cached values of a database.
    fn values_of(&self, database: &Path) -> PathBuf {
        let digest = Sha256::digest(database.as_os_str().as_encoded_bytes());
        let key: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.paths().values().join(key).with_extension("kv")
    }

    /// What that build said.
    fn expected(&self, name: &str) -> String {
        self.here(&std::fs::read_to_string(fixture().join("expected").join(name)).unwrap())
    }

    fn expected_json(&self, name: &str) -> Value {
        serde_json::from_str(&self.expected(name)).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sqllama"));
        command.args(args).current_dir(&self.root).env("HF_ENDPOINT", "http://127.0.0.1:1");
        for (name, folder) in [("CONFIG", "config"), ("DATA", "data"), ("CACHE", "cache")] {
            command.env(format!("SQLLAMA_{name}_DIR"), self.place(folder));
        }
        command
    }

    #[track_caller]
    fn check(&self, args: &[&str], code: i32, stdout: &str, stderr: &str) -> String {
        let out = self.command(args).output().unwrap();
        check_output(&out, code, stdout, stderr);
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    #[track_caller]
    fn said(&self, args: &[&str]) -> String {
        self.check(args, 0, "", "")
    }

    /// Runs a command that prints every line that it printed then, in that order; there may be others.
    #[track_caller]
    fn says_as_before(&self, args: &[&str], expected: &str) {
        let said = self.said(args);
        let mut lines = said.lines();
        for line in self.expected(expected).lines() {
            assert!(lines.any(|own| own == line), "{line:?} is not in its place in\n{said}");
        }
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.said(args)).unwrap()
    }

    /// A model that gives one answer.
    fn script(&self, answer: &str) -> String {
        std::fs::write(self.place("script.txt"), answer).unwrap();
        format!("script:{}", self.text("script.txt"))
    }
}

#[test]
fn every_setting_holds() {
    let earlier = Earlier::new();
    let config = Config::read(&earlier.paths()).unwrap();
    let keys = std::mem::take(&mut config.clone().keys).into_iter().map(|(action, keys)| (action, keys.to_vec())).collect();
    let expected = Config {
        servers: Default::default(),
        model: Some(earlier.text("models/tiny-folder")),
        threads: Some(1),
        max_rows: Some(3),
        timeout: Some(20),
        offline: true,
        prompt: Some(PromptChoice::Alpaca),
        kv_type: KvChoice::Q8_0,
        theme: Some(ThemeChoice::Light),
        mouse: Some(false),
        vim: true,
        while_typing: WhileTyping::Wait,
        keys: config.keys.clone(),
        // What came later is as it is without a setting.
        ..Config::default()
    };
    assert_eq!(config, expected);
    let keymap = Keymap::new(&keys).unwrap();
    let pressed = |context, code, modifiers| keymap.action(context, &KeyEvent::new(code, modifiers));
    assert_eq!(pressed(Context::Editor, KeyCode::Char('r'), KeyModifiers::CONTROL), Some(Action::Redo), "the place's own comes first");
    assert_eq!(pressed(Context::Results, KeyCode::Char('r'), KeyModifiers::CONTROL), Some(Action::RunSql));
    assert_eq!(pressed(Context::Results, KeyCode::Char('d'), KeyModifiers::NONE), Some(Action::Sort));
    assert_eq!(pressed(Context::Results, KeyCode::F(1), KeyModifiers::NONE), None);
    // The program goes by it: `max_rows`.
    let rows = earlier.said(&["query", &earlier.text("pets.sqlite"), "SELECT name FROM pet ORDER BY id", "--format", "csv"]);
    assert_eq!(rows.lines().collect::<Vec<_>>(), ["name", "Rex", "Tom", "Ida"]);

    // The other values that a08d325 knew.
    let text = std::fs::read_to_string(earlier.paths().config_file()).unwrap();
    for (key, values) in
        [("prompt", &["auto", "chat"][..]), ("kv_type", &["f16"]), ("theme", &["dark", "plain"]), ("while_typing", &["answer", "read"])]
    {
        for value in values {
            let change = |line: &str| if line.starts_with(key) { format!("{key} = \"{value}\"\n") } else { format!("{line}\n") };
            let changed: String = text.lines().map(change).collect();
            assert_ne!(changed, text);
            std::fs::write(earlier.paths().config_file(), changed).unwrap();
            assert_ne!(Config::read(&earlier.paths()).unwrap(), config, "{key} = {value}");
        }
    }
}

/// `keys.tsv` is a08d325's key table. What a person could bind then can be bound now, and means it: an action that came later yields.
#[test]
fn every_binding_that_was_possible_is_possible() {
    let text = std::fs::read_to_string(fixture().join("keys.tsv")).unwrap();
    let table: Vec<[&str; 3]> = text.lines().map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap()).collect();
    let mut actions: Vec<&str> = table.iter().map(|[_, action, _]| *action).collect();
    actions.sort_unstable();
    actions.dedup();
    // As the config file writes it.
    let name = |action: &str| {
        let words: String = action.chars().map(|c| if c.is_uppercase() { format!("-{}", c.to_lowercase()) } else { c.into() }).collect();
        words.trim_start_matches('-').to_owned()
    };
    let bound = |action: &str, keys: &[&str]| {
        let own = BTreeMap::from([(name(action), keys.iter().map(|key| (*key).to_owned()).collect())]);
        Keymap::new(&own).unwrap_or_else(|error| panic!("{action} {keys:?}: {error}"))
    };
    for action in &actions {
        bound(action, &[]);
    }
    for binding in BINDINGS {
        let place = format!("{:?}", binding.context);
        // A place that came later has keys of its own for actions that were there: nobody could bind them there.
        let is_new_place = !table.iter().any(|[context, ..]| *context == place);
        if is_new_place && actions.contains(&format!("{:?}", binding.action).as_str()) {
            continue;
        }
        for key in binding.keys.iter().filter(|key| !table.iter().any(|[context, _, known]| *context == place && known == *key)) {
            for action in &actions {
                let places: Vec<&str> = table.iter().filter(|[_, own, _]| own == action).map(|[context, ..]| *context).collect();
                let taken = |[context, own, known]: &[&str; 3]| places.contains(context) && own != action && known == key;
                let (modifiers, rest) = match key.split_once('+') {
                    Some(("ctrl", rest)) => (KeyModifiers::CONTROL, rest),
                    Some(("alt", rest)) => (KeyModifiers::ALT, rest),
                    Some(("shift", rest)) => (KeyModifiers::SHIFT, rest),
                    _ => (KeyModifiers::NONE, *key),
                };
                let code = match rest.chars().collect::<Vec<_>>()[..] {
                    [c] => KeyCode::Char(c),
                    ['f', ..] if rest[1..].parse::<u8>().is_ok() => KeyCode::F(rest[1..].parse().unwrap()),
                    _ if rest == "home" => KeyCode::Home,
                    _ if rest == "end" => KeyCode::End,
                    _ if rest == "backspace" => KeyCode::Backspace,
                    _ if rest == "tab" && modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
                    _ if rest == "tab" => KeyCode::Tab,
                    _ => panic!("{key}: this test presses no such key"),
                };
                if table.iter().any(taken) || (binding.context.is_typing() && modifiers.is_empty()) {
                    continue;
                }
                let keymap = bound(action, &[key]);
                if places.contains(&place.as_str()) || places.contains(&"Everywhere") {
                    let means = keymap.action(binding.context, &KeyEvent::new(code, modifiers));
                    assert_eq!(means.map(|action| format!("{action:?}")).as_deref(), Some(*action), "{key} in {place}");
                }
            }
        }
    }
}

#[test]
fn what_was_kept_is_there() {
    let earlier = Earlier::new();
    let pets = earlier.text("pets.sqlite");
    earlier.says_as_before(&["examples", "list", &pets], "examples-list.txt");
    // The model says something else, and is not heard.
    let wrong = earlier.script("SELECT 1");
    let ask = ["ask", &pets, "how many PETS are there", "--model", &wrong, "--format", "json"];
    let answer = earlier.json(&ask);
    assert_eq!((&answer["sql"], &answer["rows"][0][0]), (&"SELECT count(*) FROM pet".into(), &4.into()), "{answer}");
    // The note goes with every question, and what was accepted with one that is like it.
    let shown = earlier.command(&["ask", &pets, "How many pets are cats?", "--model", &wrong, "--show-prompt"]).output().unwrap();
    check_output(&shown, 0, "", "How many pets are cats?\nHint: kind is lower case");
    check_output(&shown, 0, "", "How many pets are there?\nSELECT count(*) FROM pet");

    let records = Records::open(&earlier.paths()).unwrap();
    let schema = Database::open(earlier.place("pets.sqlite")).unwrap().schema(&Cancel::new()).unwrap();
    let [known] = &records.recent(9).unwrap()[..] else { panic!("one database") };
    let id = records.database(&earlier.place("pets.sqlite"), &schema.fingerprint()).unwrap();
    assert_eq!((known.id, known.accepted, known.notes, known.has_adapter), (id, 1, 1, true));
    let history = records.search_history("", Scope::Database(id), 20).unwrap();
    let entry = |question: Option<&str>, sql: &str, state| (question.map(str::to_owned), sql.to_owned(), state);
    let (cats, count) = ("SELECT name FROM pet WHERE kind = 'cat'", "SELECT count(*) FROM pet");
    assert_eq!(
        history.into_iter().map(|found| (found.entry.question, found.entry.sql, found.entry.state)).collect::<Vec<_>>(),
        [
            entry(None, "SELECT 6 * 7 AS answer", HistoryState::Ran),
            entry(None, "DELETE FROM pet", HistoryState::Failed),
            entry(None, "SELECT nope FROM pet", HistoryState::Failed),
            entry(Some("Names of the pets"), cats, HistoryState::Proposed),
            entry(Some("Names of the pets"), cats, HistoryState::Proposed),
            entry(Some("How many pets are there?"), count, HistoryState::Ran),
            entry(Some("How many pets are there?"), count, HistoryState::Proposed),
        ]
    );
    assert_eq!(records.notes(id).unwrap().into_iter().map(|note| note.text).collect::<Vec<_>>(), ["kind is lower case"]);
    let rejected = records.rejected(id).unwrap();
    assert_eq!(
        rejected.into_iter().map(|r| (r.question, r.sql, r.note)).collect::<Vec<_>>(),
        [("Names of the pets".to_owned(), cats.to_owned(), "all of them".to_owned())]
    );
    let favourites = records.favourites(id).unwrap();
    assert_eq!(
        favourites.into_iter().map(|f| (f.title, f.sql)).collect::<Vec<_>>(),
        [("How many pets are there?".to_owned(), count.to_owned())]
    );
    let drafts: Vec<(u32, String)> = records.drafts(id).unwrap().into_iter().map(|draft| (draft.tab, draft.sql)).collect();
    assert_eq!(drafts.len(), 5);
    assert_eq!((drafts[0].clone(), drafts[3].clone()), ((0, cats.to_owned()), (3, "SELECT 6 * 7 AS answer".to_owned())));
    assert_eq!(records.attachment(id).unwrap(), Some(earlier.place("data/adapters/heads")));

    // A copy of the file is known for one by its schema.
    let copy = earlier.place("copy.sqlite");
    std::fs::copy(&pets, &copy).unwrap();
    let schema = Database::open(&copy).unwrap().schema(&Cancel::new()).unwrap();
    let copy = records.database(&copy, &schema.fingerprint()).unwrap();
    // As a08d325 wrote it, before the file was opened above.
    let written = rusqlite::Connection::open(fixture_records(&earlier)).unwrap();
    let fingerprint: String = written.query_row("SELECT fingerprint FROM databases", [], |row| row.get(0)).unwrap();
    assert_eq!(fingerprint, schema.fingerprint());
    assert_eq!(records.same_schema(copy).unwrap().len(), 1);
}

/// The records as they were written, in a place where opening them changes nothing that is kept.
fn fixture_records(earlier: &Earlier) -> PathBuf {
    let copy = earlier.place("written.sqlite");
    std::fs::copy(fixture().join("home/data/records.sqlite"), &copy).unwrap();
    copy
}

#[test]
fn adapters_answer_as_they_did() {
    let earlier = Earlier::new();
    earlier.says_as_before(&["adapters", "list"], "adapters-list.txt");
    earlier.says_as_before(&["adapters", "show", "heads"], "adapters-show.txt");
    let model = earlier.text("models/tiny-folder");
    let complete = ["complete", "--model", &model, "--prompt", "SELECT", "--max-tokens", "12", "--format", "json"];
    let tokens = |more: &[&str]| earlier.json(&[&complete, more].concat())["tokens"].clone();
    assert_eq!(serde_json::json!([tokens(&[]), tokens(&["--adapter", "heads"])]), earlier.expected_json("complete.json"));
    // The model is the one of `config.toml`, the adapter the attached one.
    let asked = earlier.command(&["ask", &earlier.text("pets.sqlite"), "a?", "--no-repair", "--candidates", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&asked.stderr);
    assert!(said.contains("with adapter heads\n"), "{said}");
}

#[test]
fn runs_are_seen_and_go_on() {
    let earlier = Earlier::new();
    let lines = |text: String| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let (listed, expected) = (lines(earlier.said(&["runs", "list", "--json"])), lines(earlier.expected("runs-list.json")));
    assert_eq!(listed.len(), expected.len());
    for (listed, expected) in listed.iter().zip(&expected) {
        for key in ["name", "folder", "state", "step", "total_steps", "epoch", "loss", "eval_loss", "checkpoint", "failure"] {
            assert_eq!(listed[key], expected[key], "{key} of {listed}");
        }
    }
    let settings = |name: &str| earlier.json(&["runs", "show", name, "--json"])["settings"].clone();
    assert_eq!((&settings("finished")["lora_r"], &settings("paused")["lora_dropout"]), (&1.into(), &0.1.into()));
    assert_eq!(settings("full")["databases"], earlier.root.display().to_string());
    for (name, folder) in [("full", "data/runs/full"), ("paused", "elsewhere/paused")] {
        let before = earlier.json(&["runs", "show", name, "--json"]);
        assert_eq!((&before["state"], &before["checkpoint"]), (&"paused".into(), &2.into()), "{before}");
        earlier.check(&["train", "--resume", &earlier.text(folder)], 0, "", "done: 6 steps");
        let after = earlier.json(&["runs", "show", name, "--json"]);
        // What it lost where a08d325 was not stopped; another processor may sum in another order.
        let expected: Vec<f64> = serde_json::from_value(earlier.expected_json(&format!("{name}.losses.json"))).unwrap();
        let losses: Vec<f64> = after["steps"].as_array().unwrap().iter().map(|step| step["loss"].as_f64().unwrap()).collect();
        assert!(losses.len() == 6 && losses.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3), "{losses:?}, expected {expected:?}");
        assert_eq!((&after["state"], &after["failure"]), (&"finished".into(), &Value::Null));
    }
    // One that is done is done.
    earlier.check(&["train", "--resume", &earlier.text("data/runs/finished")], 0, "", "done: 4 steps");
}

#[test]
fn caches_are_used_or_made_again() {
    let earlier = Earlier::new();
    let pets = earlier.place("pets.sqlite");
    let question = "Which pets are parrots?";
    let schema = |earlier: &Earlier| earlier.said(&["schema", &earlier.text("pets.sqlite"), "--question", question]);
    let before = std::fs::read_to_string(earlier.values_of(&pets)).unwrap();
    let said = schema(&earlier);
    assert!(said.ends_with("-- pet.kind = 'parrot'\n"), "{said}");
    let after = std::fs::read_to_string(earlier.values_of(&pets)).unwrap();
    let format = |text: &str| text.split(' ').take(2).collect::<Vec<_>>().join(" ");
    println!("values: {}", if format(&before) == format(&after) { "used" } else { "made again" });
    // The same format is the same file, and another one is made from the same rows.
    assert!(after == before || format(&before) != format(&after), "{before}\n{after}");
    std::fs::remove_file(earlier.values_of(&pets)).unwrap();
    assert_eq!(schema(&earlier), said);

    // What the model remembers of the schema, in the config's form and in the usual one.
    let model = earlier.text("models/tiny-folder");
    let ask = |earlier: &Earlier| {
        let words = ["ask", &earlier.text("pets.sqlite"), question, "--model", &model, "--no-repair", "--candidates", "1"];
        let more = ["--no-demonstrations", "--prompt", "chat", "--sql-only", "--format", "json", "--adapter", "none"];
        let out = earlier.command(&[&words[..], &more].concat()).output().unwrap();
        let answer: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&out.stderr)));
        (answer["attempts"].clone(), answer["timings"]["cached_tokens"].as_u64().unwrap())
    };
    for form in ["q8_0", "f16"] {
        if form == "f16" {
            std::fs::remove_file(earlier.paths().config_file()).unwrap();
        }
        let (with, cached) = ask(&earlier);
        println!("session in {form}: {cached} tokens of it are used");
        let aside = earlier.place("aside");
        std::fs::rename(earlier.paths().sessions(), &aside).unwrap();
        let (without, none) = ask(&earlier);
        assert_eq!((with, none), (without, 0), "{form}");
        std::fs::remove_dir_all(earlier.paths().sessions()).unwrap();
        std::fs::rename(&aside, earlier.paths().sessions()).unwrap();
    }
}

#[test]
fn data_and_evaluations_are_read() {
    let earlier = Earlier::new();
    let (before, after) = (earlier.text("before.jsonl"), earlier.text("after.jsonl"));
    earlier.says_as_before(&["eval", "--compare", &before, &after], "compare.txt");
    // What was asked is not asked again.
    let (questions, databases) = (earlier.text("questions.json"), earlier.root.display().to_string());
    let nothing = earlier.script("");
    let eval = ["eval", "--questions", &questions, "--databases", &databases, "--model", &nothing, "--out", &before];
    earlier.check(&eval, 0, "right          33.3% of 3", "");
    // Keys may be added.
    let found = earlier.json(&["data", "check", &earlier.text("made.jsonl"), "--json"]);
    let expected = earlier.expected_json("data-check.json");
    let known = expected.as_object().unwrap();
    assert!(!known.is_empty() && known.iter().all(|(key, value)| found.get(key) == Some(value)), "{found}");
    let stored = earlier.text("data/datasets/stored.jsonl");
    assert_eq!(earlier.json(&["data", "check", &stored, "--json"])["kept"], 8);
    let spider = ["data", "check", &earlier.text("made-spider.jsonl"), "--databases", &databases, "--json"];
    assert_eq!(earlier.json(&spider)["kept"], 8);
}
