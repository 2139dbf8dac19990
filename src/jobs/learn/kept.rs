//! What is kept of learning a database, beside its run: `NAME.learn.json`. Whoever comes later goes on with it, and can take it back.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::message::JobFailure;
use super::super::training::Decision;
use super::budget::{Measured, Settled};
use crate::store::Paths;
use crate::train::checkpoint::write_file;

/// Behind a run's name.
const EXTENSION: &str = "learn.json";
/// Held by the process that is at it.
const LOCK: &str = "learn.lock";
/// How these files are written.
const FORMAT: u32 = 1;

/// Learning a database, as far as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// How this is written.
    pub format: u32,
    /// The database as it was named.
    pub database: String,
    /// What it is known by: its file, as links resolve.
    pub place: PathBuf,
    /// Its schema's.
    pub fingerprint: String,
    /// The model, as `--model` takes it.
    pub model: String,
    /// Seconds it may take.
    pub budget: f64,
    /// Seconds it took.
    pub spent: f64,
    /// Whether the adapter is attached whatever comes of it.
    pub attach: bool,
    /// Accepted answers among the examples.
    pub accepted: usize,
    /// Made examples.
    pub made: usize,
    /// What was measured.
    pub measured: Option<Measured>,
    /// What follows from it.
    pub settled: Option<Settled>,
    /// The adapter that was attached before.
    pub replaced: Option<PathBuf>,
    /// What came of it.
    pub outcome: Option<Decision>,
}

impl Kept {
    /// At the beginning.
    pub fn new(database: &str, place: PathBuf, fingerprint: String, model: &str, budget: f64, attach: bool) -> Self {
        let (database, model) = (database.to_owned(), model.to_owned());
        let (measured, settled, replaced, outcome) = (None, None, None, None);
        let (spent, accepted, made) = (0.0, 0, 0);
        Self {
            format: FORMAT,
            database,
            place,
            fingerprint,
            model,
            budget,
            spent,
            attach,
            accepted,
            made,
            measured,
            settled,
            replaced,
            outcome,
        }
    }

    /// What is kept of the run in `folder`; `None` where it did not learn a database, or what is kept cannot be read.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.with_extension(EXTENSION)).ok()?;
        serde_json::from_str::<Self>(&text).ok().filter(|kept| kept.format <= FORMAT)
    }

    /// Writes it.
    pub fn write(&self, folder: &Path) -> Result<(), JobFailure> {
        fs::create_dir_all(folder.parent().unwrap_or(folder)).map_err(|error| unwritten(folder, &error))?;
        Ok(write_file(&folder.with_extension(EXTENSION), &serde_json::to_vec_pretty(self).unwrap_or_default())?)
    }
}

fn unwritten(folder: &Path, error: &std::io::Error) -> JobFailure {
    JobFailure { message: format!("{}: {error}", folder.display()), hint: Some("free some space, then begin again: it goes on".into()) }
}

/// Runs that learned the database at `place`, in the order of their names, which count up.
pub fn runs_of(paths: &Paths, place: &Path) -> Vec<(PathBuf, Kept)> {
    let entries = fs::read_dir(paths.runs()).into_iter().flatten().flatten();
    let folder = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?.to_owned();
        Some(path.with_file_name(name))
    };
    let mut found: Vec<(PathBuf, Kept)> =
        entries.filter_map(|entry| folder(entry.path())).filter_map(|folder| Some((folder.clone(), Kept::read(&folder)?))).collect();
    found.retain(|(_, kept)| kept.place == place);
    found.sort_by_key(|(folder, _)| (folder.as_os_str().len(), folder.clone()));
    found
}

/// The folder of a new run called `learn-NAME`, or with a number behind it where there is one.
pub fn new_folder(paths: &Paths, name: &str) -> PathBuf {
    let sound: String = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).take(60).collect();
    let sound = if sound.is_empty() { "database".to_owned() } else { sound };
    let taken = |folder: &Path| folder.exists() || folder.with_extension(EXTENSION).exists();
    let numbered = |n: u32| paths.runs().join(if n == 1 { format!("learn-{sound}") } else { format!("learn-{sound}-{n}") });
    (1..u32::MAX).map(numbered).find(|folder| !taken(folder)).unwrap_or_else(|| numbered(1))
}

/// Keeps other processes from the same run, as long as it lives.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

/// Takes the run in `folder`; a failure where another process is at it.
pub fn hold(folder: &Path) -> Result<Held, JobFailure> {
    fs::create_dir_all(folder.parent().unwrap_or(folder)).map_err(|error| unwritten(folder, &error))?;
    let place = folder.with_extension(LOCK);
    let lock = OpenOptions::new().create(true).append(true).open(&place).map_err(|error| unwritten(folder, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(Held { _lock: lock }),
        Err(_) => Err(JobFailure {
            message: format!("another process is learning in {}", folder.display()),
            hint: Some("wait for it, or stop it".into()),
        }),
    }
}

/// Leaves nothing of a run that was not begun.
pub(super) fn release(folder: &Path) {
    let _ = fs::remove_file(folder.with_extension(LOCK));
}

/// Whether a process is at the run in `folder`.
pub fn is_held(folder: &Path) -> bool {
    let lock = File::open(folder.with_extension(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_database_are_found_and_held_once() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::all_in(home.path());
        let kept = |place: &str| Kept::new("shop.db", place.into(), "f".into(), "m", 60.0, false);
        assert!(runs_of(&paths, Path::new("/shop.db")).is_empty());
        for n in 0..11 {
            let folder = new_folder(&paths, "my shop");
            kept(if n == 1 { "/other.db" } else { "/shop.db" }).write(&folder).unwrap();
        }
        let found = runs_of(&paths, Path::new("/shop.db"));
        let names: Vec<&str> = found.iter().map(|(folder, _)| folder.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!((names.len(), names[0], names[1], names[9]), (10, "learn-my-shop", "learn-my-shop-3", "learn-my-shop-11"));
        assert_eq!(found[0].1, kept("/shop.db"));
        // One that a later version wrote, or nobody, is none.
        let folder = paths.runs().join("learn-my-shop");
        Kept { format: 9, ..kept("/shop.db") }.write(&folder).unwrap();
        std::fs::write(paths.runs().join("x.learn.json"), "{").unwrap();
        assert_eq!(runs_of(&paths, Path::new("/shop.db")).len(), 9);
        assert!(!is_held(&folder));
        let held = hold(&folder).unwrap();
        assert!(is_held(&folder) && hold(&folder).is_err());
        drop(held);
        assert!(!is_held(&folder) && hold(&folder).is_ok());
    }
}
