//! The file outside the user's own that keeps an index. A cache: whatever is wrong with it, it is made again.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::column::{ColumnValues, ValueLimits};
use crate::db::database::Database;
use crate::store::{Paths, SavedSessions};

/// First words of a file; the number changes with what is read or how it is written.
const FORMAT: &str = "sqllama-values 3";
/// All files together take no more than this.
const MOST_BYTES: u64 = 200 << 20;

/// What an index was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp(String);

impl Database {
    /// Changes when somebody writes to the file, or when other limits hold.
    pub(super) fn stamp(&self, limits: &ValueLimits) -> Stamp {
        let of = |path: &std::path::Path| {
            let metadata = std::fs::metadata(path).ok();
            let modified = metadata.as_ref().and_then(|m| m.modified().ok()).unwrap_or(SystemTime::UNIX_EPOCH);
            (metadata.map_or(0, |m| m.len()), modified.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos()))
        };
        let mut log = self.own_file().as_os_str().to_owned();
        log.push("-wal");
        let own = format!("{:?} {:?} {limits:?}", of(self.own_file()), of(log.as_ref()));
        Stamp(self.beside.iter().fold(own, |all, file| format!("{all}; {}", file.database.stamp(limits).0)))
    }
}

/// The file of one database.
pub(super) struct Cache {
    files: SavedSessions,
    key: String,
}

impl Cache {
    pub(super) fn new(paths: &Paths, database: &Database) -> Self {
        Self::of_path(paths, &database.label())
    }

    /// That of the database at `path`, which need not be there any more.
    pub(super) fn of_path(paths: &Paths, path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let key = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { files: SavedSessions::new(paths.values(), MOST_BYTES), key }
    }

    /// Where it lies.
    pub(super) fn path(&self) -> PathBuf {
        self.files.path(&self.key)
    }

    /// What was kept under this stamp, where it is whole.
    pub(super) fn read(&self, stamp: &Stamp) -> Option<Vec<ColumnValues>> {
        let mut text = String::new();
        self.files.open(&self.key)?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        let (header, body) = text.split_once('\n')?;
        let columns: Vec<ColumnValues> = (header == header_of(stamp, body)).then(|| serde_json::from_str(body).ok()).flatten()?;
        // The search in it relies on the order.
        columns.iter().all(|column| column.values.is_sorted()).then_some(columns)
    }

    /// Keeps `columns`. Where that fails, the next run reads the database again.
    pub(super) fn write(&self, stamp: &Stamp, columns: &[ColumnValues]) {
        let Ok(body) = serde_json::to_string(columns) else { return };
        let _ =
            self.files.save(&self.key, |out| writeln!(out, "{}", header_of(stamp, &body)).and_then(|()| out.write_all(body.as_bytes())));
    }
}

fn header_of(stamp: &Stamp, body: &str) -> String {
    let digest: String = Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{FORMAT} {digest} {}", stamp.0)
}
