//! Saved sessions: what a model remembers of a prompt's beginning, kept from run to run. A cache: whatever goes wrong, it is made again.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files are named by a key of hexadecimal digits; the oldest go when they are together larger than a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSessions {
    folder: PathBuf,
    limit: u64,
}

/// Ends the name of a saved session.
const EXTENSION: &str = "kv";
/// Ends the name of what says to whom one belongs: a JSON list of names.
const OWNERS: &str = "of";
/// Owners of one session that are told apart at most. Those of one schema share it.
const MOST_OWNERS: usize = 100;
/// Hexadecimal digits of a key, as callers make them.
const KEY_DIGITS: usize = 32;

impl SavedSessions {
    /// Files in `folder`, together at most `limit` bytes.
    pub fn new(folder: PathBuf, limit: u64) -> Self {
        Self { folder, limit }
    }

    /// The file of `key`, where there is one. It counts as used now.
    pub fn open(&self, key: &str) -> Option<impl Read> {
        let file = File::open(self.path(key)).ok()?;
        let _ = file.set_modified(SystemTime::now());
        Some(BufReader::with_capacity(1 << 20, file))
    }

    /// Writes the file of `key` beside its place, then renames it, then deletes the oldest ones. A file that two processes write at once is
    /// written twice and renamed twice: both are whole.
    pub fn save(&self, key: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let part = self.folder.join(format!("{key}.{}.part", std::process::id()));
        let result = File::create(&part).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 20, file);
            write(&mut out)?;
            out.flush()?;
            fs::rename(&part, self.path(key))
        });
        if result.is_err() {
            let _ = fs::remove_file(&part);
        }
        self.evict();
        result
    }

    /// Deletes the file of `key`, which turned out to be of no use.
    pub fn remove(&self, key: &str) {
        let _ = fs::remove_file(self.path(key));
        let _ = fs::remove_file(self.path(key).with_extension(OWNERS));
    }

    /// Writes down that the file of `key` belongs to `owner`, too. What cannot be written is like a file of an earlier build: it belongs to
    /// nobody, and goes with anybody.
    pub fn belongs_to(&self, key: &str, owner: &str) {
        let file = self.path(key);
        let mut owners = owners(&file).unwrap_or_default();
        if owners.iter().any(|known| known == owner) {
            return;
        }
        owners.push(owner.to_owned());
        if owners.len() > MOST_OWNERS {
            let _ = fs::remove_file(file.with_extension(OWNERS));
            return;
        }
        let part = self.folder.join(format!("{key}.{}.{OWNERS}.part", std::process::id()));
        let written = serde_json::to_vec(&owners).map_err(io::Error::from).and_then(|text| fs::write(&part, text));
        if written.and_then(|()| fs::rename(&part, file.with_extension(OWNERS))).is_err() {
            let _ = fs::remove_file(&part);
        }
    }

    /// Where the file of `key` lies.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.join(key).with_extension(EXTENSION)
    }

    /// As [`Self::list`]: those of an owner that `is_meant`, and those of nobody, which do not say whose they are.
    pub fn list_of(folder: &Path, is_meant: impl Fn(&str) -> bool) -> (Files, Files) {
        let mut files = Self::list(folder);
        let mut take = |wanted: &dyn Fn(Option<Vec<String>>) -> bool| {
            let (taken, rest): (Files, Files) = std::mem::take(&mut files).into_iter().partition(|(path, _)| wanted(owners(path)));
            files = rest;
            taken
        };
        let of_it = take(&|owners| owners.is_some_and(|owners| owners.iter().any(|owner| is_meant(owner))));
        (of_it, take(&|owners| owners.is_none()))
    }

    /// Every file of `folder` that is a saved session, says whose one is, or is a part of one, with its bytes.
    pub fn list(folder: &Path) -> Files {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let key = name.split('.').next().unwrap_or_default();
            let sound = key.len() == KEY_DIGITS && key.bytes().all(|byte| byte.is_ascii_hexdigit());
            sound && path.extension().is_some_and(|extension| [EXTENSION, OWNERS, "part"].iter().any(|ours| extension == *ours))
        };
        let files = entries.flatten().map(|entry| entry.path()).filter(is_ours);
        let mut files: Vec<(PathBuf, u64)> =
            files.filter_map(|path| path.symlink_metadata().ok().filter(fs::Metadata::is_file).map(|data| (path, data.len()))).collect();
        files.sort();
        files
    }

    fn evict(&self) {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = files_in(&self.folder);
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files {
            if total <= self.limit {
                break;
            }
            let _ = fs::remove_file(path.with_extension(OWNERS));
            if fs::remove_file(path).is_ok() {
                total -= bytes;
            }
        }
    }
}

/// Files and their bytes.
pub type Files = Vec<(PathBuf, u64)>;

/// To whom a file belongs; `None` where that is not written.
fn owners(file: &Path) -> Option<Vec<String>> {
    serde_json::from_slice(&fs::read(file.with_extension(OWNERS)).ok()?).ok()
}

/// Age, size and path of every saved session, and of the parts that a process which was killed left an hour ago or more.
fn files_in(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut out = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(metadata) = entry.metadata() else { continue };
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let old = modified.elapsed().is_ok_and(|age| age.as_secs() > 3600);
        match extension {
            Some(EXTENSION) => out.push((modified, metadata.len(), path)),
            Some("part") if old => {
                let _ = fs::remove_file(path);
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = SavedSessions::new(folder.path().join("kv"), 25);
        let age = |key: &str, seconds| {
            let at = SystemTime::now() - std::time::Duration::from_secs(seconds);
            File::options().append(true).open(sessions.path(key)).unwrap().set_modified(at).unwrap();
        };
        for (key, seconds) in [("a", 30), ("b", 20)] {
            sessions.save(key, |out| out.write_all(&[7; 10])).unwrap();
            age(key, seconds);
        }
        let mut bytes = Vec::new();
        sessions.open("a").unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [7; 10]);
        sessions.save("c", |out| out.write_all(&[7; 10])).unwrap();
        assert_eq!(["a", "b", "c"].map(|key| sessions.open(key).is_some()), [true, false, true]);
    }

    #[test]
    fn files_say_whose_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = SavedSessions::new(folder.path().into(), 1000);
        let key = |letter: &str| letter.repeat(KEY_DIGITS);
        for letter in ["a", "b", "c"] {
            sessions.save(&key(letter), |out| out.write_all(&[7; 10])).unwrap();
        }
        sessions.belongs_to(&key("a"), "/x/shop.db");
        sessions.belongs_to(&key("a"), "/x/copy of shop.db\n+ crm=/y/crm.db");
        sessions.belongs_to(&key("a"), "/x/shop.db");
        sessions.belongs_to(&key("b"), "/y/other.db");
        let names = |files: Files| -> Vec<String> {
            files.iter().map(|(path, _)| path.file_name().unwrap().to_string_lossy()[31..].into()).collect()
        };
        let (of_shop, of_nobody) = SavedSessions::list_of(folder.path(), |owner| owner == "/x/shop.db");
        assert_eq!((names(of_shop), names(of_nobody)), (vec!["a.kv".into(), "a.of".to_owned()], vec!["c.kv".to_owned()]));
        assert_eq!(owners(&sessions.path(&key("a"))).unwrap().len(), 2);
        assert_eq!(SavedSessions::list_of(folder.path(), |_| false).0, []);
        sessions.remove(&key("b"));
        assert_eq!(names(SavedSessions::list(folder.path())), ["a.kv", "a.of", "c.kv"]);
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = SavedSessions::new(folder.path().into(), 1000);
        let full = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert!(sessions.save("a", full).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
