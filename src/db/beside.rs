//! What lies beside a database: its log, its index, its journal.

use std::path::{Path, PathBuf};

/// `path` with `suffix` behind its last byte: `shop.db` and `-wal` make `shop.db-wal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether a rollback journal lies beside the file.
pub(super) fn has_journal(path: &Path) -> bool {
    beside(path, "-journal").exists()
}
