//! Copies: the tables made of files, each set in a private database in our cache. One is kept while its files are what they were, and
//! the longest unused go when all together take too much.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::sqlite_error::sqlite_message;
use super::super::watch::FileStamp;
use super::dialect::FirstLine;
use super::error::FileError;
use super::form::Form;
use super::import::{Ended, Import, Progress};
use super::names;
use super::set::{FileSet, is_of};
use crate::signal::Cancel;
use crate::store::machine;

/// Changes with what is made of a file.
const FORMAT: u32 = 1;
/// All copies take no more than this together, and none more by itself.
const MOST_BYTES: u64 = 20 << 30;
/// Bytes of a page of a copy.
const PAGE: u64 = 8192;
/// What SQLite keeps of a copy in memory while it is filled, in KiB.
const CACHE_KIB: u32 = 32 << 10;
/// How often a file is read again that was written to meanwhile.
const TRIES: usize = 3;
/// What an import left that was broken off.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);
/// Hexadecimal digits of each half of a copy's name.
const DIGITS: usize = 16;

/// The folder of the copies.
#[derive(Debug, Clone)]
pub struct Copies {
    folder: PathBuf,
    first_line: FirstLine,
}

/// A copy that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTables {
    /// The database.
    pub(in super::super) database: PathBuf,
    /// What the set of files is known as.
    pub(in super::super) name: PathBuf,
    /// The files.
    pub(in super::super) files: Vec<PathBuf>,
    /// What a person should know of how they were read, a sentence each.
    pub(in super::super) notes: Vec<String>,
}

/// What lies beside a copy and says what it is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Label {
    name: PathBuf,
    files: Vec<PathBuf>,
    notes: Vec<String>,
}

/// How files were when they were looked at.
fn stamps(files: &[PathBuf]) -> String {
    files.iter().map(|file| format!("{:?}\n", FileStamp::of(file))).collect()
}

fn digest(text: &[u8]) -> String {
    Sha256::digest(text).iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

impl Copies {
    /// Those in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, first_line: FirstLine::Guessed }
    }

    /// The same, where a person says what the first line of a table as text is.
    pub fn with_first_line(self, first_line: FirstLine) -> Self {
        Self { first_line, ..self }
    }

    /// The tables of `set`: from an earlier time where its files are unchanged, else made now.
    pub fn open(&self, set: &FileSet, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<FileTables, FileError> {
        for _ in 0..TRIES {
            let before = stamps(&set.files);
            let own = digest(set.name().as_os_str().as_encoded_bytes());
            let said = if self.first_line == FirstLine::Guessed { String::new() } else { format!("{:?}\n", self.first_line) };
            let database = self.folder.join(format!("{own}-{}.sqlite", digest(format!("{FORMAT}\n{said}{before}").as_bytes())));
            if let Some(copy) = read(&database) {
                return Ok(copy);
            }
            let part = self.begin(&database, set)?;
            let made = self.fill(&part, set, cancel, progress);
            let kept = made.and_then(|notes| match stamps(&set.files) == before {
                true => self.keep(&part, &database, set, notes).map(Some),
                false => Ok(None),
            });
            if !matches!(kept, Ok(Some(_))) {
                let _ = fs::remove_file(&part);
            }
            if let Some(copy) = kept? {
                self.tidy(&own, &database);
                return Ok(copy);
            }
        }
        Err(FileError::Changing { path: set.name() })
    }

    fn failed(&self, message: String) -> FileError {
        FileError::Copy { folder: self.folder.clone(), message }
    }

    /// An empty file that nobody else can read, where there is room for what comes.
    fn begin(&self, database: &Path, set: &FileSet) -> Result<PathBuf, FileError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        make_private(&self.folder).map_err(|error| self.failed(error.to_string()))?;
        for path in &set.files {
            let bytes = fs::metadata(path).map_err(|error| FileError::Unreadable { path: path.clone(), message: error.to_string() })?.len();
            if let Some(free) = machine::free_bytes(&self.folder).filter(|free| *free < bytes) {
                return Err(FileError::NoRoom { path: path.clone(), bytes, free, folder: self.folder.clone() });
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let part = database.with_extension(format!("{}-{number}.part", std::process::id()));
        private(&part).map_err(|error| self.failed(error.to_string()))?;
        Ok(part)
    }

    fn fill(&self, part: &Path, set: &FileSet, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Vec<String>, FileError> {
        let of_sqlite = |error: &rusqlite::Error, path: &Path| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) if fs::metadata(part).is_ok_and(|data| data.len() + PAGE >= MOST_BYTES) => {
                FileError::TooLarge { path: path.into(), limit: MOST_BYTES }
            }
            _ => self.failed(sqlite_message(error)),
        };
        let begun = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            // What breaks off is thrown away: nothing is kept to undo it, and the disk is waited for once, at the end.
            connection.execute_batch(&format!(
                "PRAGMA page_size={PAGE}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; \
                 PRAGMA cache_size=-{CACHE_KIB}; PRAGMA max_page_count={}; BEGIN",
                MOST_BYTES / PAGE
            ))?;
            Ok(connection)
        };
        let connection = begun().map_err(|error| of_sqlite(&error, part))?;
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |data| data.len());
        let (total, mut before) = (set.files.iter().map(size).sum(), 0);
        let (mut taken, mut notes) = (HashSet::new(), Vec::new());
        for path in &set.files {
            let table = names::table(path, &mut taken);
            let form = Form::of(path).ok_or_else(|| FileError::Changing { path: path.clone() })?;
            let import = Import { path, form, first_line: self.first_line, table: &table, connection: &connection, cancel, total, before };
            let imported = import.run(progress).map_err(|ended| match ended {
                Ended::File(error) => error,
                Ended::Sqlite(error) => of_sqlite(&error, path),
            })?;
            before += size(path);
            progress(Progress { done: before, total, rows: imported.rows });
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            notes.extend(imported.notes.into_iter().map(|note| format!("{file}: {note}")));
        }
        connection.execute_batch("COMMIT").map_err(|error| of_sqlite(&error, part))?;
        connection.close().map_err(|(_, error)| of_sqlite(&error, part))?;
        Ok(notes)
    }

    fn keep(&self, part: &Path, database: &Path, set: &FileSet, notes: Vec<String>) -> Result<FileTables, FileError> {
        let label = Label { name: set.name(), files: set.files.clone(), notes };
        let written = || -> std::io::Result<()> {
            File::open(part)?.sync_all()?;
            let beside = part.with_extension("label");
            let text = serde_json::to_vec(&label)?;
            std::io::Write::write_all(&mut private(&beside)?, &text)?;
            // The label first: a copy without one is none.
            fs::rename(&beside, label_of(database))?;
            fs::rename(part, database)
        };
        written().map_err(|error| self.failed(error.to_string()))?;
        let Label { name, files, notes } = label;
        Ok(FileTables { database: database.into(), name, files, notes })
    }

    /// Removes what is no copy of anything any more: older ones of the same set, what was broken off, and the longest unused.
    fn tidy(&self, set: &str, made: &Path) {
        let mut others = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let (path, Ok(data)) = (entry.path(), entry.metadata()) else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            let used = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if !is_ours(&name) || path == made || path == label_of(made) {
                continue;
            }
            let is_part = !name.ends_with(".sqlite") && !name.ends_with(".json");
            let is_left = is_part && (is_orphan(&name) || used.elapsed().is_ok_and(|age| age > LEFT_BEHIND));
            if is_left || (!is_part && name.starts_with(set)) {
                let _ = fs::remove_file(&path);
            } else if name.ends_with(".sqlite") {
                let used = fs::metadata(label_of(&path)).and_then(|label| label.modified()).unwrap_or(used);
                others.push((used, data.len(), path));
            }
        }
        others.sort();
        let mut total: u64 = others.iter().map(|(_, bytes, _)| bytes).sum::<u64>() + fs::metadata(made).map_or(0, |data| data.len());
        for (_, bytes, path) in others {
            if total <= MOST_BYTES {
                break;
            }
            let _ = fs::remove_file(label_of(&path));
            if fs::remove_file(&path).is_ok() {
                total -= bytes;
            }
        }
    }

    /// Every file in the folder that is ours, with its bytes; where `of` is given, those of sets with this file in it, or with this name.
    pub fn list(&self, of: Option<&Path>) -> Vec<(PathBuf, u64)> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_meant = |of: &Path| {
                let label = label(&path.with_extension("sqlite"));
                label.is_some_and(|label| label.files.iter().chain([&label.name]).any(|file| is_of(of, file)))
            };
            if is_ours(&name) && of.is_none_or(is_meant) {
                let data = path.symlink_metadata().ok().filter(fs::Metadata::is_file);
                files.extend(data.map(|data| (path, data.len())));
            }
        }
        files.sort();
        files
    }
}

fn label_of(database: &Path) -> PathBuf {
    database.with_extension("json")
}

fn label(database: &Path) -> Option<Label> {
    serde_json::from_slice(&fs::read(label_of(database)).ok()?).ok()
}

/// A copy that is whole. It counts as used now.
fn read(database: &Path) -> Option<FileTables> {
    let Label { name, files, notes } = label(database).filter(|_| database.is_file())?;
    let _ = OpenOptions::new().append(true).open(label_of(database)).and_then(|file| file.set_modified(SystemTime::now()));
    Some(FileTables { database: database.into(), name, files, notes })
}

/// Whether a name is one of ours: two halves of hexadecimal digits.
fn is_ours(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let hexadecimal = |half: &str| half.len() == DIGITS && half.bytes().all(|byte| byte.is_ascii_hexdigit());
    stem.split_once('-').is_some_and(|(set, stamp)| hexadecimal(set) && hexadecimal(stamp))
}

/// Whether a part is of a process that is gone.
#[cfg(unix)]
fn is_orphan(name: &str) -> bool {
    let pid = name.split('.').nth(1).and_then(|part| part.split('-').next()?.parse().ok());
    let gone = |pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
    pid.and_then(rustix::process::Pid::from_raw).is_some_and(gone)
}

// A file that a process has open cannot be removed on Windows, and std cannot ask for others: parts go with what is too old.
#[cfg(not(unix))]
fn is_orphan(_: &str) -> bool {
    false
}

/// A folder that nobody else can look into. On Windows it is as private as what it lies in, a person's own folder.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file that nobody else can read; on Windows as its folder has it.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
