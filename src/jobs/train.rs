//! Training runs. A run is a process of its own, `sqllama train ...` with the words that the screen shows: it goes on when the screen is
//! left, and whoever started it, everybody can watch it by its `events.jsonl`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::message::{JobFailure, Outcome, RunRow, TrainWork};
use crate::store::Paths;
use crate::train::Progress;

/// What a run's plan may say, in bytes.
const PLAN_BYTES: usize = 100_000;

/// What the thread for runs holds.
pub(super) struct Trainer {
    paths: Paths,
    /// Runs that this screen started, by folder.
    children: HashMap<PathBuf, Child>,
}

impl Trainer {
    pub(super) fn new(paths: Paths) -> Self {
        Self { paths, children: HashMap::new() }
    }

    pub(super) fn work(&mut self, work: &TrainWork) -> Result<Outcome, JobFailure> {
        match work {
            TrainWork::Check { words, folder, examples } => {
                write_examples(folder, examples.as_deref())?;
                check(words)
            }
            TrainWork::Start { words, folder, examples } => self.start(words, folder, examples.as_deref()),
            TrainWork::Stop { folder } => self.stop(folder),
            TrainWork::List => Ok(Outcome::Runs(self.list())),
            TrainWork::Watch { folder } => Ok(Outcome::Run(Box::new(self.look(folder)))),
        }
    }

    fn start(&mut self, words: &[String], folder: &Path, examples: Option<&str>) -> Result<Outcome, JobFailure> {
        let unusable = |error: std::io::Error| JobFailure {
            message: format!("the run in {} could not be started: {error}", folder.display()),
            hint: Some("give another folder".into()),
        };
        write_examples(folder, examples)?;
        let log = File::create(log_file(folder)).map_err(unusable)?;
        let copy = log.try_clone().map_err(unusable)?;
        let mut command = ourselves()?;
        command.arg("train").args(words).stdin(Stdio::null()).stdout(log).stderr(copy);
        // Its own group: what ends the screen does not end the run.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(unusable)?;
        self.children.insert(folder.to_owned(), child);
        Ok(Outcome::Run(Box::new(self.look(folder))))
    }

    /// Asks a run to write a checkpoint and end.
    fn stop(&mut self, folder: &Path) -> Result<Outcome, JobFailure> {
        let elsewhere = || JobFailure {
            message: "this run was not started here".into(),
            hint: Some("end its process with Ctrl+C, or `kill`: it writes a checkpoint first".into()),
        };
        let child = self.children.get(folder).ok_or_else(elsewhere)?;
        terminate(child)?;
        Ok(Outcome::Run(Box::new(self.look(folder))))
    }

    fn list(&mut self) -> Vec<RunRow> {
        let folders = fs::read_dir(self.paths.runs()).map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
        let mut runs: Vec<RunRow> =
            folders.unwrap_or_default().into_iter().filter(|folder| folder.is_dir()).map(|folder| self.look(&folder)).collect();
        runs.sort_by(|a, b| b.folder.cmp(&a.folder));
        runs
    }

    /// Where a run stands.
    fn look(&mut self, folder: &Path) -> RunRow {
        let progress = fs::read_to_string(folder.join("events.jsonl")).map(|text| Progress::of_lines(&text)).unwrap_or_default();
        let ended = self.children.get_mut(folder).and_then(|child| child.try_wait().ok().flatten());
        if ended.is_some() {
            self.children.remove(folder);
        }
        let said = fs::read_to_string(log_file(folder)).unwrap_or_default();
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        RunRow {
            folder: folder.to_owned(),
            running_here: self.children.contains_key(folder),
            failed: ended.is_some_and(|status| !status.success() && status.code() != Some(6)),
            progress,
            last,
        }
    }
}

/// Beside the run's folder, which has to be the run's own.
fn log_file(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

/// Makes the place for a run, and writes the accepted answers that it learns from beside its folder.
fn write_examples(folder: &Path, examples: Option<&str>) -> Result<(), JobFailure> {
    let unusable = |error: std::io::Error| JobFailure {
        message: format!("the run in {} cannot be prepared: {error}", folder.display()),
        hint: Some("give another folder".into()),
    };
    fs::create_dir_all(folder.parent().unwrap_or(folder)).map_err(unusable)?;
    examples.map_or(Ok(()), |text| fs::write(folder.with_extension("examples.jsonl"), text).map_err(unusable))
}

fn ourselves() -> Result<Command, JobFailure> {
    let program = std::env::current_exe().map_err(|error| JobFailure {
        message: format!("sqllama's own program cannot be found: {error}"),
        hint: Some("run `sqllama train` from a shell".into()),
    })?;
    Ok(Command::new(program))
}

/// What a run would do and take, in the words of `--dry-run`.
fn check(words: &[String]) -> Result<Outcome, JobFailure> {
    let failed = |message: String| JobFailure { message, hint: None };
    let out =
        ourselves()?.arg("train").args(words).arg("--dry-run").stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes.get(..PLAN_BYTES).unwrap_or(bytes)).trim().to_owned();
    let (plan, said) = (text(&out.stdout), text(&out.stderr));
    match out.status.success() {
        true => Ok(Outcome::Text([plan, said].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n"))),
        false => Err(failed(if said.is_empty() { format!("the check ended with {}", out.status) } else { said })),
    }
}

#[cfg(unix)]
fn terminate(child: &Child) -> Result<(), JobFailure> {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM)
        .map_err(|error| JobFailure { message: format!("the run could not be asked to stop: {error}"), hint: None })
}

#[cfg(not(unix))]
fn terminate(_: &Child) -> Result<(), JobFailure> {
    Err(JobFailure { message: "a run cannot be stopped from here on this system".into(), hint: Some("end its process".into()) })
}
