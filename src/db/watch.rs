//! Whether a database's file is still what it was. Looks at the folder alone: no lock is taken, and no query waited for.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::beside::beside;

/// What the system says of a database's file and of the log beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    file: Option<Seen>,
    log: Option<Seen>,
}

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// Device and inode; `None` where the system has no such names.
    identity: Option<(u64, u64)>,
    modified: Option<SystemTime>,
    bytes: u64,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// Nothing.
    Same,
    /// Somebody wrote to it.
    Written,
    /// Another file has its place.
    Replaced,
    /// It is not there.
    Gone,
}

impl FileStamp {
    /// How the file at `path` is now.
    pub fn of(path: &Path) -> Self {
        Self { file: seen(path), log: seen(&beside(path, "-wal")) }
    }

    /// Whether both are one file, by what the system calls it; `false` where it has no such names.
    pub fn is_same_file(&self, other: &Self) -> bool {
        let identity = |stamp: &Self| stamp.file.and_then(|file| file.identity);
        identity(self).is_some_and(|own| identity(other) == Some(own))
    }

    /// How several files are now, as one; they have no logs.
    pub fn of_all(files: &[PathBuf]) -> Self {
        let mut all = files.iter().map(|path| seen(path));
        let first = all.next().flatten();
        let file = all.fold(first, |sum, other| {
            let (sum, other) = (sum?, other?);
            let mix = |(device, inode): (u64, u64), (d, i): (u64, u64)| (device ^ d.rotate_left(7), inode.rotate_left(7) ^ i);
            Some(Seen {
                identity: sum.identity.zip(other.identity).map(|(one, another)| mix(one, another)),
                modified: sum.modified.max(other.modified),
                bytes: sum.bytes.wrapping_add(other.bytes),
            })
        });
        Self { file, log: None }
    }

    /// What happened between this look and `later`.
    pub fn change_to(&self, later: &Self) -> FileChange {
        match (self.file, later.file) {
            (None, None) => FileChange::Same,
            (_, None) => FileChange::Gone,
            (None, Some(_)) => FileChange::Replaced,
            (Some(before), Some(now)) if before.identity != now.identity => FileChange::Replaced,
            _ if self != later => FileChange::Written,
            _ => FileChange::Same,
        }
    }
}

fn seen(path: &Path) -> Option<Seen> {
    let metadata = fs::metadata(path).ok()?;
    Some(Seen { identity: identity(&metadata), modified: metadata.modified().ok(), bytes: metadata.len() })
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

// std has no stable word for a file's number on Windows. It is not missed: a database that SQLite holds open cannot be replaced there.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_to_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let look = || FileStamp::of(&path);
        let missing = look();
        fs::write(&path, "one").unwrap();
        let first = look();
        assert_eq!((first.change_to(&look()), missing.change_to(&first)), (FileChange::Same, FileChange::Replaced));
        fs::write(&path, "three").unwrap();
        assert_eq!(first.change_to(&look()), FileChange::Written);
        let second = look();
        fs::write(folder.path().join("a.db-wal"), "log").unwrap();
        assert_eq!(second.change_to(&look()), FileChange::Written);
        fs::write(folder.path().join("b.db"), "three").unwrap();
        fs::rename(folder.path().join("b.db"), &path).unwrap();
        assert_eq!(second.change_to(&look()), if cfg!(unix) { FileChange::Replaced } else { FileChange::Written });
        fs::remove_file(&path).unwrap();
        assert_eq!((second.change_to(&look()), look().change_to(&look())), (FileChange::Gone, FileChange::Same));
    }
}
