//! Runs from outside: where they stand, which process trains in them, having one stop.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::TrainError;
use super::checkpoint::LOCK;
use super::config::TrainConfig;
use super::event::{Progress, Standing};
use super::run::{EVENTS, SETTINGS};

/// A run as its folder tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What its events amount to.
    pub progress: Progress,
    /// Where it and its process stand.
    pub standing: Standing,
    /// What it was told, where that can be read.
    pub config: Option<TrainConfig>,
}

/// Looks at the run in `folder`.
pub fn look(folder: &Path) -> Seen {
    let progress = fs::read_to_string(folder.join(EVENTS)).map(|text| Progress::of_lines(&text)).unwrap_or_default();
    let standing = progress.standing(is_held(folder));
    Seen { progress, standing, config: TrainConfig::read(&folder.join(SETTINGS)).ok() }
}

/// Whether `folder` is a run's.
pub fn is_run(folder: &Path) -> bool {
    folder.join(SETTINGS).is_file()
}

/// Whether a process trains in `folder`.
fn is_held(folder: &Path) -> bool {
    // A lock of ours is let go with the file.
    File::open(folder.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Has the process that trains in `folder` write a checkpoint and end, whoever started it.
pub fn stop(folder: &Path) -> Result<(), TrainError> {
    let failed = |reason: String| TrainError::NotStopped { path: folder.into(), reason };
    if !is_held(folder) {
        return Err(failed("no process trains in it".into()));
    }
    let lock = folder.join(LOCK);
    let text = fs::read_to_string(&lock).map_err(TrainError::file(lock))?;
    let process: i32 = text.trim().parse().map_err(|_| failed("its process is not known".into()))?;
    terminate(process).map_err(failed)
}

/// Has the process of this number end as [`stop`] does; why not, in words.
pub fn tell_to_end(process: u32) -> Result<(), String> {
    terminate(i32::try_from(process).map_err(|_| "its process is not known".to_owned())?)
}

#[cfg(unix)]
fn terminate(process: i32) -> Result<(), String> {
    let process = rustix::process::Pid::from_raw(process).ok_or("its process is not known")?;
    rustix::process::kill_process(process, rustix::process::Signal::TERM).map_err(|error| error.to_string())
}

/// Windows tells a process that leads a group of its own, as the screen starts runs, by the keys Ctrl+Break; only on the same console.
#[cfg(windows)]
fn terminate(process: i32) -> Result<(), String> {
    use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, GenerateConsoleCtrlEvent};
    let process = u32::try_from(process).map_err(|_| "its process is not known".to_owned())?;
    // SAFETY: a call with two numbers; 0 would be every process of this console.
    match process != 0 && unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process) } != 0 {
        true => Ok(()),
        false => Err(format!("process {process} is not of this console: press Ctrl+C in its own")),
    }
}

#[cfg(not(any(unix, windows)))]
fn terminate(process: i32) -> Result<(), String> {
    Err(format!("end process {process}: this system has no signals"))
}

/// What lies beside a run's folder: its words, its examples, what is kept of learning a database.
const BESIDE: [&str; 6] = ["log", "examples.jsonl", "held.jsonl", "held.json", "learn.json", "learn.lock"];

/// Deletes what lies beside the run that was in `folder`.
pub fn remove_beside(folder: &Path) {
    for extension in BESIDE {
        let _ = fs::remove_file(folder.with_extension(extension));
    }
}

/// Deletes the run in `folder`: settings, events, checkpoints, result. A folder that is no run's is left alone, and one that is in use.
pub fn remove(folder: &Path) -> Result<(), TrainError> {
    if !is_run(folder) {
        return Err(TrainError::NoRun { path: folder.into() });
    }
    if is_held(folder) {
        return Err(TrainError::Busy(folder.into()));
    }
    // Renamed first: half of a run is never found under its name.
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let doomed = folder.with_file_name(format!(".{name}.removed"));
    let _ = fs::remove_dir_all(&doomed);
    fs::rename(folder, &doomed).and_then(|()| fs::remove_dir_all(&doomed)).map_err(TrainError::file(folder))
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::RunFolder;
    use super::*;

    #[test]
    fn a_run_is_seen_stopped_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        assert!(matches!(remove(folder.path()), Err(TrainError::NoRun { .. })));
        let held = RunFolder::open(&run).unwrap();
        fs::write(run.join(SETTINGS), TrainConfig::default().to_toml()).unwrap();
        assert_eq!(look(&run).standing, Standing::Starting);
        assert!(matches!(remove(&run), Err(TrainError::Busy(_))));
        assert_eq!(fs::read_to_string(run.join(LOCK)).unwrap(), std::process::id().to_string());
        drop(held);
        let seen = look(&run);
        assert_eq!((seen.standing, seen.config), (Standing::NotBegun, Some(TrainConfig::default())));
        assert!(stop(&run).unwrap_err().to_string().contains("no process trains in it"));
        // What it looked with is let go again.
        drop(RunFolder::open(&run).unwrap());
        remove(&run).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
