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

    /// Several names as one that [`Self::named`] reads.
    pub fn join(names: &[String]) -> String {
        names.join(&AND.to_string())
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
        let mixed = format!("{}+{}", path("a.csv").display(), path("e.db").display());
        assert!(matches!(FileSet::named(Path::new(&mixed)), Err(FileError::Mixed { .. })));
    }
}
