//! Opening somebody's file so that nothing is written, neither in it nor beside it.
//!
//! A read-only connection to a database in WAL mode would still create `-shm` and `-wal` files in its folder
//! (`sqlite.org/wal.html`, "Read-Only Databases"). [`Mode`] says how each case avoids that.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::beside::{beside, has_journal};
use super::error::DbError;
use super::owners;
use super::recognise::{FileKind, database_of, recognise, recognise_folder};
use super::sqlite_error::sqlite_message;

/// The bytes at the start of every SQLite file (`sqlite.org/fileformat2.html`, 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Longest string, blob or row that SQLite may build, in bytes.
const MAX_LENGTH: i32 = 256 << 20;

/// What SQLite may hold in memory, all connections of the process together.
const MAX_HEAP: u64 = 2 << 30;

/// How a file is opened without writing beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Rollback journal, or a log with a live index: locks are taken, nothing is created; an index file in use is read, not written.
    Shared,
    /// WAL mode without a log: nobody writes now, so the file alone is the truth. Checked again before each use.
    Immutable,
    /// A log without an index, left by a copy or a crash: read with a private index in memory, without locks.
    PrivateIndex,
}

/// Where a database is: its path, and whether its address said that it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) path: PathBuf,
    pub(super) immutable: bool,
}

/// Reads `given` as a path, or as a `file:` address (`sqlite.org/uri.html`), where no file is called so.
pub(super) fn locate(given: &Path) -> Result<Location, DbError> {
    let is_address = |text: &&str| text.starts_with("file:") && fs::symlink_metadata(given).is_err();
    let Some(uri) = given.to_str().filter(is_address) else {
        return Ok(Location { path: given.to_owned(), immutable: false });
    };
    let bad = |reason: &str| DbError::BadUri { uri: uri.to_owned(), reason: reason.to_owned() };
    let rest = uri.get(5..).unwrap_or("");
    let rest = rest.split('#').next().unwrap_or("");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path.strip_prefix("//") {
        Some(after) => {
            let (authority, _) = after.split_once('/').unwrap_or((after, ""));
            if !authority.is_empty() && authority != "localhost" {
                return Err(bad("only this machine's files can be opened"));
            }
            after.get(authority.len()..).unwrap_or("")
        }
        None => path,
    };
    let mut immutable = false;
    for pair in query.split('&') {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("mode", "memory") => return Err(bad("it names a database in memory")),
            ("vfs", _) => return Err(bad("another VFS is not offered")),
            ("immutable", value) => immutable = matches!(value, "1" | "yes" | "true" | "on"),
            _ => {}
        }
    }
    let decoded = percent_decode(path);
    if decoded.is_empty() {
        return Err(bad("it has no path"));
    }
    if decoded.contains(&0) {
        return Err(bad("it holds a NUL character"));
    }
    Ok(Location { path: path_of(decoded), immutable })
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // `/C:/folder` is how a drive stands in an address.
    match text.strip_prefix('/') {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => PathBuf::from(rest),
        _ => PathBuf::from(text),
    }
}

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let hex = text.get(i + 1..i + 3).filter(|_| b == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(hex.unwrap_or(b));
        i += if hex.is_some() { 3 } else { 1 };
    }
    out
}

/// A `file:` address for `path` with every character that means something in one percent-encoded.
fn uri_of(path: &Path, options: &str) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = absolute.as_os_str().as_encoded_bytes();
    let mut uri = String::from(if bytes.first() == Some(&b'/') { "file://" } else { "file:///" });
    for &b in bytes {
        match b {
            b'\\' if cfg!(windows) => uri.push('/'),
            b if b.is_ascii_alphanumeric() || b"/-._~:".contains(&b) => uri.push(char::from(b)),
            b => uri.push_str(&format!("%{b:02X}")),
        }
    }
    uri + "?mode=ro" + options
}

/// What the first bytes and the size of a file say.
#[derive(Debug, Clone, Copy)]
struct Header {
    bytes: u64,
    wal: bool,
    expected: Option<u64>,
}

fn read_header(path: &Path) -> Result<Header, DbError> {
    if path.as_os_str().is_empty() {
        return Err(DbError::NoPath);
    }
    let unreadable = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => DbError::Missing { path: path.to_owned() },
        _ => DbError::Unreadable { path: path.to_owned(), message: e.to_string() },
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    // Asked before opening: opening a pipe would wait for its writer.
    if !metadata.is_file() {
        if let Some(kind) = recognise_folder(path) {
            return Err(DbError::NotADatabase { path: path.to_owned(), bytes: 0, kind, owner: None });
        }
        return Err(DbError::NotAFile { path: path.to_owned() });
    }
    let mut head = Vec::with_capacity(4096);
    File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head)).map_err(unreadable)?;
    let bytes = metadata.len();
    if head.is_empty() {
        return Ok(Header { bytes, wal: false, expected: None });
    }
    if !head.starts_with(MAGIC) {
        let (kind, owner) = (recognise(path, &head), database_of(path).map(Box::new));
        return Err(DbError::NotADatabase { path: path.to_owned(), bytes, kind, owner });
    }
    let be = |at: usize, n: usize| head.get(at..at + n).map(|b| b.iter().fold(0u64, |acc, &b| (acc << 8) | u64::from(b)));
    let page = be(16, 2).map(|p| if p == 1 { 65536 } else { p });
    // The page count holds only where the writer was new enough to keep it (file format, 1.3.8).
    let expected = if be(24, 4) == be(92, 4) { page.zip(be(28, 4)).map(|(size, count)| size * count) } else { None };
    let expected = expected.or((bytes < 100).then_some(512));
    Ok(Header { bytes, wal: be(18, 1) == Some(2), expected })
}

/// How the file has to be opened now.
pub(super) fn mode_now(location: &Location) -> Result<Mode, DbError> {
    if location.immutable {
        return Ok(Mode::Immutable);
    }
    let size = |suffix: &str| fs::metadata(beside(&location.path, suffix)).map(|m| m.len()).ok();
    let wal = size("-wal");
    if wal.is_none() && !read_header(&location.path)?.wal {
        return Ok(Mode::Shared);
    }
    match (wal, size("-shm")) {
        (Some(_), Some(_)) => Ok(Mode::Shared),
        (None | Some(0), _) => Ok(if read_header(&location.path)?.wal { Mode::Immutable } else { Mode::Shared }),
        (Some(_), None) => Ok(Mode::PrivateIndex),
    }
}

/// Opens the file and applies every setting that protects it and us. The authorizer is the caller's.
pub(super) fn connect(location: &Location, mode: Mode) -> Result<Connection, DbError> {
    let header = read_header(&location.path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let explain = |error: rusqlite::Error| open_error(location, header, &error);
    let connection = Connection::open_with_flags(uri_in(location, mode), flags).map_err(explain)?;
    // Before the first statement: see `owners::offer`.
    owners::offer(&connection).map_err(explain)?;
    harden(&connection, mode).map_err(explain)?;
    // The first real read: SQLite looks at the header, the journal and the schema only now.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(explain)?;
    // Where the cut is in the last page, SQLite reads zeros for what is gone. Another program may have written since.
    let cut = |header: Header| header.expected.filter(|expected| *expected > header.bytes && !header.wal);
    if cut(header).is_some() {
        let header = read_header(&location.path)?;
        if let Some(expected) = cut(header) {
            return Err(DbError::Truncated { path: location.path.clone(), expected, actual: header.bytes });
        }
    }
    Ok(connection)
}

/// The address that opens the file as `mode` says, once its first bytes are those of a database.
pub(super) fn checked_uri(location: &Location, mode: Mode) -> Result<String, DbError> {
    read_header(&location.path)?;
    Ok(uri_in(location, mode))
}

fn uri_in(location: &Location, mode: Mode) -> String {
    let options = match mode {
        Mode::Shared => "&readonly_shm=1",
        Mode::Immutable => "&immutable=1",
        // `nolock=1` would forbid a log; the VFS without locks reads one, given exclusive locking.
        Mode::PrivateIndex => {
            if cfg!(windows) {
                "&vfs=win32-none"
            } else {
                "&vfs=unix-none"
            }
        }
    };
    uri_of(&location.path, options)
}

fn harden(connection: &Connection, mode: Mode) -> rusqlite::Result<()> {
    use DbConfig::*;
    for (setting, value) in [
        (SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (SQLITE_DBCONFIG_DEFENSIVE, true),
        (SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
        (SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        (SQLITE_DBCONFIG_DQS_DML, false),
        (SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0)?;
    // Waiting for a lock is done in short pieces by `execute`, so that it can be cancelled.
    connection.busy_timeout(Duration::from_millis(20))?;
    if mode == Mode::PrivateIndex {
        connection.execute_batch("PRAGMA locking_mode=EXCLUSIVE")?;
    }
    // Sorts larger than a cache go to files of the system's temporary folder, which are unlinked as soon as they are open. In memory
    // SQLite sorts all rows in one step that no cancel can interrupt: 0.4 s for 800,000 rows, and it is slower besides.
    connection.execute_batch(&format!(
        "PRAGMA query_only=ON; PRAGMA temp_store=FILE; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA hard_heap_limit={MAX_HEAP}"
    ))
}

fn open_error(location: &Location, header: Header, error: &rusqlite::Error) -> DbError {
    use rusqlite::ErrorCode::*;
    let path = location.path.clone();
    let message = sqlite_message(error);
    if let Some(expected) = header.expected.filter(|&expected| expected > header.bytes)
        && matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
    {
        return DbError::Truncated { path, expected, actual: header.bytes };
    }
    match error.sqlite_error_code() {
        Some(NotADatabase) => DbError::NotADatabase { path, bytes: header.bytes, kind: FileKind::Unknown, owner: None },
        Some(DatabaseBusy | DatabaseLocked) => DbError::Busy { path, message },
        Some(ReadOnly | CannotOpen) if has_journal(&path) => DbError::NeedsRecovery { path },
        Some(PermissionDenied | CannotOpen | ReadOnly | SystemIoFailure) => DbError::Unreadable { path, message },
        _ => DbError::Corrupt { path, message },
    }
}
