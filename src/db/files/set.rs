//! One or several files that are opened together: which are meant, and what they are called as one.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::error::FileError;
use super::form::Form;

/// Stands between the files of a set.
const AND: char = '+';

/// Files whose rows become tables of one database, in the order of their paths: however they were named, it is the same set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSet {
    /// Paths with links resolved, each once.
    pub(super) files: Vec<PathBuf>,
}

impl FileSet {
    /// The files that `name` stands for: a path, or several with `+` between them. `None` where it names no file whose rows become a table.
    pub fn named(name: &Path) -> Result<Option<Self>, FileError> {
        let parts = parts_of(name);
        let forms: Vec<Option<Form>> = parts.iter().map(|path| Form::of(path)).collect();
        match forms.iter().position(Option::is_none) {
            // Whoever opens databases says what is wrong with it.
            _ if parts.len() < 2 && !matches!(forms.as_slice(), [Some(_)]) => Ok(None),
            Some(other) => Err(FileError::Mixed { path: parts.get(other).cloned().unwrap_or_default() }),
            None => {
                let settle = |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                let mut files: Vec<PathBuf> = parts.iter().map(settle).collect();
                files.sort();
                files.dedup();
                Ok(Some(Self { files }))
            }
        }
    }

    /// What is wrong with a file of random bytes whose name says that it has rows.
    pub fn misnamed(path: &Path, bytes: u64) -> Option<FileError> {
        Form::in_name(path).map(|form| FileError::Misnamed { path: path.to_owned(), form, bytes })
    }

    /// Several names as one that [`Self::named`] reads.
    pub fn join(names: &[String]) -> String {
        names.join(&AND.to_string())
    }

    /// What `names` mean where they are given one after the other: a first file, and those to open beside it. Files with tables in them are
    /// one, as [`Self::join`] writes them; any other is one by itself.
    pub fn apart(names: &[String]) -> (String, Vec<String>) {
        let (tables, others): (Vec<String>, Vec<String>) = names.iter().cloned().partition(|name| Form::of(Path::new(name)).is_some());
        // The first that is named is the first that is opened.
        match names.first() {
            Some(first) if tables.first() != Some(first) => (first.clone(), names.iter().skip(1).cloned().collect()),
            _ => (Self::join(&tables), others),
        }
    }

    /// The names that [`Self::join`] wrote as one; `name` alone where it is one.
    pub fn split(name: &str) -> Vec<String> {
        parts_of(Path::new(name)).into_iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// Which of the files that `name` joins is not there; `None` where it joins none, or they all are.
    pub fn missing_part(name: &Path) -> Option<PathBuf> {
        if name.exists() {
            return None;
        }
        let text = name.to_str()?;
        let end = text.match_indices(AND).map(|(at, _)| at).rfind(|&at| text.get(..at).is_some_and(|first| all_there(Path::new(first))))?;
        let rest = text.get(end + AND.len_utf8()..)?;
        // What stands behind a missing one may be there.
        let first = rest.split(AND).next().filter(|first| !first.is_empty())?;
        (!all_there(name)).then(|| PathBuf::from(first))
    }

    /// What the set is known as: the file, or the first one's path, and behind it the others as they are seen from its folder.
    pub fn name(&self) -> PathBuf {
        let folder = self.files.first().and_then(|first| first.parent());
        let mut name = OsString::new();
        for (at, file) in self.files.iter().enumerate() {
            if at > 0 {
                name.push(AND.to_string());
            }
            let near = folder.filter(|_| at > 0).and_then(|folder| file.strip_prefix(folder).ok());
            name.push(near.unwrap_or(file));
        }
        name.into()
    }
}

/// The files that are meant; where they are not all there, the name as it is.
fn parts_of(name: &Path) -> Vec<PathBuf> {
    let whole = || vec![name.to_owned()];
    let Some(text) = name.to_str().filter(|text| text.contains(AND) && !name.exists()) else { return whole() };
    let mut parts: Vec<PathBuf> = Vec::new();
    let mut open = String::new();
    for piece in text.split(AND) {
        // A name may have the sign in it.
        if !open.is_empty() {
            open.push(AND);
        }
        open.push_str(piece);
        let near = parts.first().and_then(|first| first.parent()).map(|folder| folder.join(&open));
        if let Some(found) = near.into_iter().chain([PathBuf::from(&open)]).find(|path| path.is_file()) {
            parts.push(found);
            open.clear();
        }
    }
    if open.is_empty() { parts } else { whole() }
}

/// Whether `name` is a file, or joins files that are there.
fn all_there(name: &Path) -> bool {
    name.is_file() || parts_of(name).len() > 1
}

/// A part of a file's name that [`FileSet::name`] makes of several.
pub(super) fn is_of(name: &Path, file: &Path) -> bool {
    let own = |path: &Path| path.file_name().map(OsStr::to_owned);
    name == file || (own(name).is_some() && own(name) == own(file) && settled(name) == settled(file))
}

/// A path with the links of its folder resolved: the file itself need not be there.
fn settled(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let folder = absolute.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    folder.and_then(|folder| absolute.file_name().map(|name| folder.join(name))).or(Some(absolute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_files_are_one_set_however_they_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        let path = |name: &str| root.join(name);
        for name in ["b.csv", "a.csv", "c+d.csv"] {
            std::fs::write(path(name), "x,y\n1,2\n").unwrap();
        }
        std::fs::write(path("e.db"), "SQLite format 3\0").unwrap();
        let set = |text: String| FileSet::named(Path::new(&text)).unwrap().map(|set| set.name());
        let both = format!("{}+{}", path("b.csv").display(), path("a.csv").display());
        let expected = PathBuf::from(format!("{}+b.csv", path("a.csv").display()));
        assert_eq!(set(both), Some(expected.clone()));
        assert_eq!(set(expected.display().to_string()), Some(expected));
        let plus = path("c+d.csv").display().to_string();
        assert_eq!(set(plus.clone()), Some(path("c+d.csv")));
        assert_eq!(set(format!("{plus}+{plus}")), Some(path("c+d.csv")));
        assert_eq!(set(path("e.db").display().to_string()), None);
        assert_eq!(set(path("none.csv").display().to_string()), None);
        assert_eq!(set(format!("{}+none", path("a.csv").display())), None);
        let part = |text: &str| FileSet::missing_part(Path::new(&format!("{}+{text}", path("a.csv").display())));
        assert_eq!(part("none"), Some(PathBuf::from("none")));
        assert_eq!(part("b.csv+none.csv+x"), Some(PathBuf::from("none.csv")));
        assert_eq!((part("b.csv"), part("c+d.csv"), FileSet::missing_part(Path::new("none+none"))), (None, None, None));
        let mixed = format!("{}+{}", path("a.csv").display(), path("e.db").display());
        assert!(matches!(FileSet::named(Path::new(&mixed)), Err(FileError::Mixed { .. })));
    }

    #[track_caller]
    fn check_apart(folder: &Path, names: &[&str], main: &[&str], beside: &[&str]) {
        let whole = |names: &[&str]| names.iter().map(|name| folder.join(name).display().to_string()).collect::<Vec<_>>();
        assert_eq!(FileSet::apart(&whole(names)), (FileSet::join(&whole(main)), whole(beside)), "{names:?}");
    }

    #[test]
    fn databases_stand_beside_the_first_file_and_tables_make_one() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "b.csv"] {
            std::fs::write(folder.path().join(name), "x,y\n1,2\n").unwrap();
        }
        for name in ["c.db", "d.db"] {
            std::fs::write(folder.path().join(name), "SQLite format 3\0").unwrap();
        }
        let check = |names: &[&str], main: &[&str], beside: &[&str]| check_apart(folder.path(), names, main, beside);
        check(&["a.csv"], &["a.csv"], &[]);
        check(&["a.csv", "b.csv"], &["a.csv", "b.csv"], &[]);
        check(&["c.db", "d.db"], &["c.db"], &["d.db"]);
        check(&["c.db", "a.csv", "d.db"], &["c.db"], &["a.csv", "d.db"]);
        check(&["a.csv", "c.db", "b.csv"], &["a.csv", "b.csv"], &["c.db"]);
    }
}
