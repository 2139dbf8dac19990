//! Training runs. A run is a process of its own, `sqllama train ...` with the words that the screen shows: it goes on when the screen is
//! left, and whoever started it, everybody can watch it by its `events.jsonl`, and have it stop.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::database::opened;
use super::learn::kept::{Kept, is_held, new_folder, runs_of};
use super::learn::{place_of, words};
use super::message::{JobFailure, Outcome};
use super::task::{Opened, Task, misplaced};
use super::training::{Checked, LearnWork, LearnedRow, RunRow, TrainOrder, TrainWork};
use super::{compare, examples};
use crate::schema::DatabaseSet;
use crate::signal::Cancel;
use crate::store::{Paths, runs};
use crate::train::event::{Preview, Standing};
use crate::train::{TrainError, watch};

/// How long a run that is to be deleted may take to write its checkpoint and end.
const PATIENCE: Duration = Duration::from_secs(120);
/// What a check that fails may say, in bytes.
const SAID_BYTES: usize = 20_000;
/// As Windows calls it; std has no name for it.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(50);

/// What the thread for runs holds.
pub(super) struct Trainer {
    paths: Paths,
    /// Runs that this screen started, by folder.
    children: HashMap<PathBuf, Child>,
    /// Those of them that ended badly.
    failed: Vec<PathBuf>,
}

impl Trainer {
    pub(super) fn new(paths: Paths) -> Self {
        Self { paths, children: HashMap::new(), failed: Vec::new() }
    }

    pub(super) fn work(&mut self, task: &Task, work: &TrainWork, open: &Opened) -> Result<Outcome, JobFailure> {
        match work {
            TrainWork::Check(order) => check(&self.paths, words_of(order, open, &task.cancel)?),
            TrainWork::Export { words, folder } => export(&self.paths, words, folder),
            TrainWork::Start(order) => self.start(order, open, &task.cancel),
            TrainWork::Learn(work) => self.learn(work, open),
            TrainWork::Stop { folder } => {
                match (watch::stop(folder), self.children.get(folder)) {
                    // It reads, measures or compares: there it is told by its number.
                    (Err(_), Some(child)) => watch::tell_to_end(child.id()).map_err(|message| JobFailure { message, hint: None })?,
                    (stopped, _) => stopped?,
                }
                Ok(Outcome::Run(Box::new(self.look(folder))))
            }
            TrainWork::Remove { folder } => self.remove(folder, &task.cancel),
            TrainWork::List => Ok(Outcome::Runs(self.list())),
            TrainWork::Watch { folder } => Ok(Outcome::Run(Box::new(self.look(folder)))),
            TrainWork::Compare { .. } | TrainWork::Stale { .. } => Err(misplaced()),
        }
    }

    fn start(&mut self, order: &TrainOrder, open: &Opened, cancel: &Cancel) -> Result<Outcome, JobFailure> {
        let kept = Kept::read(&order.folder).filter(|kept| kept.outcome.is_none());
        if let Some(kept) = kept.filter(|_| order.words.first().is_some_and(|word| word == "--resume")) {
            // Not the run alone goes on: what it was begun for does.
            let database = if kept.place.is_file() { kept.place.display().to_string() } else { kept.database };
            return self.spawn(&order.folder, learn_words(&database, &order.folder, &[]));
        }
        let mut words = words_of(order, open, cancel)?;
        words.insert(0, "train".into());
        self.spawn(&order.folder, words)
    }

    /// Begins to learn the open database, or goes on; one that a process is at is only looked at.
    fn learn(&mut self, work: &LearnWork, open: &Opened) -> Result<Outcome, JobFailure> {
        let open = opened(open)?;
        let begun = runs_of(&self.paths, &place_of(&open.asking)).into_iter().rfind(|(_, kept)| kept.outcome.is_none());
        let mut typed = vec!["--budget".to_owned(), work.budget.clone()];
        let folder = match begun {
            Some((folder, _)) if is_held(&folder) => return Ok(Outcome::Run(Box::new(self.look(&folder)))),
            Some((folder, _)) => folder,
            None => {
                typed.extend(work.model.iter().flat_map(|model| ["--model".to_owned(), model.clone()]));
                let stem = open.asking.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
                new_folder(&self.paths, &stem.unwrap_or_default())
            }
        };
        self.spawn(&folder, learn_words(&work.database, &folder, &typed))
    }

    /// Starts this program on the run in `folder`.
    fn spawn(&mut self, folder: &Path, words: Vec<String>) -> Result<Outcome, JobFailure> {
        let unusable = |error: std::io::Error| JobFailure {
            message: format!("the run in {} could not be started: {error}", folder.display()),
            hint: Some("free some space, or give another name".into()),
        };
        fs::create_dir_all(folder.parent().unwrap_or(folder)).map_err(unusable)?;
        let log = File::create(log_file(folder)).map_err(unusable)?;
        let copy = log.try_clone().map_err(unusable)?;
        let mut command = ourselves(&self.paths)?;
        command.args(words).stdin(Stdio::null()).stdout(log).stderr(copy);
        // Its own group: what ends the screen does not end the run.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NEW_PROCESS_GROUP);
        let child = command.spawn().map_err(unusable)?;
        self.failed.retain(|other| other != folder);
        self.children.insert(folder.to_owned(), child);
        Ok(Outcome::Run(Box::new(self.look(folder))))
    }

    fn remove(&mut self, folder: &Path, cancel: &Cancel) -> Result<Outcome, JobFailure> {
        let begun = Instant::now();
        if self.look(folder).standing.is_running() {
            // One that only begins knows no signal yet, and one that has just ended needs none.
            if watch::stop(folder).is_err()
                && let Some(child) = self.children.get(folder)
            {
                let _ = watch::tell_to_end(child.id());
            }
            while self.look(folder).standing.is_running() && begun.elapsed() < PATIENCE && !cancel.is_stopped() {
                std::thread::sleep(LOOK);
            }
        }
        if watch::is_run(folder) {
            watch::remove(folder)?;
        }
        watch::remove_beside(folder);
        Ok(Outcome::Runs(self.list()))
    }

    fn list(&mut self) -> Vec<RunRow> {
        runs::list(&self.paths, watch::is_run).iter().map(|folder| self.look(folder)).collect()
    }

    /// Where a run stands.
    fn look(&mut self, folder: &Path) -> RunRow {
        if let Some(status) = self.children.get_mut(folder).and_then(|child| child.try_wait().ok().flatten()) {
            self.children.remove(folder);
            if !status.success() && status.code() != Some(6) {
                self.failed.push(folder.to_owned());
            }
        }
        let seen = watch::look(folder);
        let running = self.children.contains_key(folder) || is_held(folder);
        let learned = Kept::read(folder).map(|kept| LearnedRow { running, decision: kept.outcome });
        let standing = match seen.standing {
            // It has read neither model nor examples yet, and holds nothing; or it learns a database, and does not train now.
            _ if running && !seen.standing.is_running() => Standing::Starting,
            // It ended before its first event: its words say why.
            Standing::NotBegun if self.failed.iter().any(|failed| failed == folder) => Standing::Failed,
            standing => standing,
        };
        let said = fs::read_to_string(log_file(folder)).unwrap_or_default();
        let mut lines = said.lines().rev().filter(|line| !line.trim().is_empty());
        let last = match lines.clone().find(|line| line.starts_with("error: ")) {
            Some(error) if standing == Standing::Failed => error,
            _ => lines.next().unwrap_or_default(),
        };
        let settings = seen.config.map(|config| config.as_flags()).unwrap_or_default();
        RunRow {
            folder: folder.to_owned(),
            standing,
            progress: seen.progress,
            last: last.to_owned(),
            settings,
            compared: compare::read(folder),
            learned,
        }
    }
}

/// The words of `sqllama learn` for the run in `folder`.
fn learn_words(database: &str, folder: &Path, typed: &[String]) -> Vec<String> {
    let set = DatabaseSet::read(database);
    let mut all = vec!["learn".to_owned(), set.main, "--name".into(), words::name(folder)];
    all.extend(set.beside.iter().flat_map(|file| ["--with".to_owned(), format!("{}={}", file.name, file.file)]));
    all.extend(typed.iter().cloned());
    all
}

/// Every word of a run: those of the order, and those for what is written beside its folder.
fn words_of(order: &TrainOrder, open: &Opened, cancel: &Cancel) -> Result<Vec<String>, JobFailure> {
    let mut words = order.words.clone();
    if let Some(own) = &order.own {
        let written = examples::write(&order.folder, own, &opened(open)?, cancel)?;
        words.extend(written);
    }
    if words.iter().any(|word| word == "--eval_data_path") && !words.iter().any(|word| word == "--eval_strategy") {
        words.extend(["--eval_strategy".to_owned(), "epoch".to_owned()]);
    }
    Ok(words)
}

/// Beside the run's folder, which has to be the run's own.
fn log_file(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

fn ourselves(paths: &Paths) -> Result<Command, JobFailure> {
    let program = std::env::current_exe().map_err(|error| JobFailure {
        message: format!("sqllama's own program cannot be found: {error}"),
        hint: Some("y in the check copies the same command line for elsewhere".into()),
    })?;
    let mut command = Command::new(program);
    command.env("SQLLAMA_DATA_DIR", &paths.data).env("SQLLAMA_CONFIG_DIR", &paths.config).env("SQLLAMA_CACHE_DIR", &paths.cache);
    Ok(command)
}

/// What a run would do and take, and the examples as the model sees them.
fn check(paths: &Paths, words: Vec<String>) -> Result<Outcome, JobFailure> {
    let failed = |message: String| JobFailure { message, hint: None };
    let mut command = ourselves(paths)?;
    command.arg("train").args(&words).args(["--dry-run", "--json"]).stdin(Stdio::null());
    let out = command.output().map_err(|error| failed(error.to_string()))?;
    match serde_json::from_slice::<Preview>(&out.stdout) {
        Ok(preview) => Ok(Outcome::Checked(Box::new(Checked { words, preview }))),
        Err(_) => {
            let said = String::from_utf8_lossy(out.stderr.get(..SAID_BYTES).unwrap_or(&out.stderr)).trim().to_owned();
            Err(failed(if said.is_empty() { format!("the check ended with {}", out.status) } else { said }))
        }
    }
}

/// Has the job written, and hands on what is said of it.
fn export(paths: &Paths, words: &[String], folder: &Path) -> Result<Outcome, JobFailure> {
    let failed = |message: String| JobFailure { message, hint: None };
    let mut command = ourselves(paths)?;
    command.arg("train").args(words).arg("--export").arg(folder).stdin(Stdio::null());
    let out = command.output().map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(out.stderr.get(..SAID_BYTES).unwrap_or(&out.stderr)).trim().to_owned();
    if out.status.success() {
        return Ok(Outcome::HandedOver { folder: folder.to_owned(), said });
    }
    let error = said.lines().find_map(|line| line.strip_prefix("error: "));
    Err(failed(error.map_or_else(|| format!("exporting ended with {}", out.status), str::to_owned)))
}

impl From<TrainError> for JobFailure {
    fn from(error: TrainError) -> Self {
        Self { message: error.to_string(), hint: error.hint() }
    }
}
