//! Which files are open together: a first one, and others beside it by name. SQLite calls the first `main`.

use std::fmt;

/// Most files beside the first: SQLite's own limit (`sqlite.org/limits.html`, 11).
pub const MOST_BESIDE: usize = 10;
/// Longest name of one, in bytes.
const LONGEST_NAME: usize = 64;
/// What stands before each further file where a set is written as one text. A first file is named so by no sane person.
const BESIDE: &str = "\n+ ";
/// Names that SQLite gives by itself, and the one that it has for tables of its own.
const TAKEN: [&str; 3] = ["main", "temp", "sqlite"];

/// A file beside the first one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BesideFile {
    /// What statements call it: `crm` in `crm.contact`.
    pub name: String,
    /// Its path or address, or `demo`.
    pub file: String,
}

/// Files that are open together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DatabaseSet {
    /// The first file: a path or an address, or `demo`.
    pub main: String,
    /// Those beside it, in the order in which a bare name is looked for.
    pub beside: Vec<BesideFile>,
}

/// Why files cannot be opened together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Nothing stands before or behind the sign.
    #[error("`{typed}` does not say which file to open, and by what name")]
    Empty {
        /// As typed.
        typed: String,
    },
    /// A name that is SQLite's own.
    #[error("a file beside the first one cannot be called `{name}`: SQLite gives that name itself")]
    Taken {
        /// As typed.
        name: String,
    },
    /// A name that cannot be written in a statement, or on a line.
    #[error("`{name}` cannot name a file: it is too long, or holds a control character")]
    Unwritable {
        /// As typed.
        name: String,
    },
    /// One name for two files.
    #[error("two files are called `{name}`")]
    Twice {
        /// The name.
        name: String,
    },
    /// More than SQLite opens.
    #[error("{count} files are to be opened beside the first one, and SQLite opens {MOST_BESIDE}")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl SetError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "write NAME=FILE, such as crm=crm.db, or the file alone",
            Self::Taken { .. } | Self::Unwritable { .. } => "write NAME=FILE with another name, such as crm=crm.db",
            Self::Twice { .. } => "write NAME=FILE with a name for each; case does not tell names apart",
            Self::TooMany { .. } => "leave some out",
        }
    }
}

impl BesideFile {
    /// Reads `NAME=FILE`, or a file alone, which is called as it is without its ending.
    pub fn parse(typed: &str) -> Result<Self, SetError> {
        let empty = || SetError::Empty { typed: typed.to_owned() };
        // `file:crm.db?mode=ro` has the sign in it, and no name before it.
        let named = typed.split_once('=').filter(|(name, _)| !name.starts_with("file:") && !name.contains(['/', '\\']));
        let (name, file) = match named {
            Some((name, file)) => (name.trim().to_owned(), file),
            None => (stem(typed), typed),
        };
        if name.is_empty() || file.is_empty() {
            return Err(empty());
        }
        let found = Self { name, file: file.to_owned() };
        found.check()?;
        Ok(found)
    }

    fn check(&self) -> Result<(), SetError> {
        let name = self.name.clone();
        if TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(&name)) {
            return Err(SetError::Taken { name });
        }
        let unwritable = |text: &str| text.chars().any(char::is_control);
        if name.len() > LONGEST_NAME || unwritable(&name) || name.contains('=') || unwritable(&self.file) {
            return Err(SetError::Unwritable { name });
        }
        Ok(())
    }
}

/// The last part of a path without its ending.
fn stem(file: &str) -> String {
    let path = file.strip_prefix("file:").unwrap_or(file);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let last = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = match last.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => last,
    };
    stem.trim().to_owned()
}

impl DatabaseSet {
    /// One file.
    pub fn one(main: impl Into<String>) -> Self {
        Self { main: main.into(), beside: Vec::new() }
    }

    /// `main`, and beside it what each of `typed` names ([`BesideFile::parse`]). A file without a name of its own gets a number behind it
    /// where another is called so.
    pub fn with(main: impl Into<String>, typed: &[String]) -> Result<Self, SetError> {
        let mut set = Self::one(main);
        typed.iter().try_for_each(|typed| set.add_typed(typed))?;
        Ok(set)
    }

    /// Adds what `typed` names.
    pub fn add_typed(&mut self, typed: &str) -> Result<(), SetError> {
        let mut file = BesideFile::parse(typed).or_else(|error| match error {
            // A file called main.db is called main2, like one whose name another has.
            SetError::Taken { name } if !typed.contains('=') => Ok(BesideFile { name: format!("{name}2"), file: typed.to_owned() }),
            other => Err(other),
        })?;
        if file.file == typed {
            file.name = self.free(&file.name);
        }
        self.add(file)
    }

    /// Adds a file.
    pub fn add(&mut self, file: BesideFile) -> Result<(), SetError> {
        file.check()?;
        if self.has(&file.name) {
            return Err(SetError::Twice { name: file.name });
        }
        if self.beside.len() >= MOST_BESIDE {
            return Err(SetError::TooMany { count: self.beside.len() + 1 });
        }
        self.beside.push(file);
        Ok(())
    }

    /// `name`, or `name2` and so on where a file is called so.
    fn free(&self, name: &str) -> String {
        let others = (2..).map(|n| format!("{name}{n}"));
        std::iter::once(name.to_owned()).chain(others).find(|name| !self.has(name)).unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.beside.iter().any(|other| other.name.eq_ignore_ascii_case(name))
    }

    /// Reads what [`fmt::Display`] wrote. Any other text is the name of one file.
    pub fn read(text: &str) -> Self {
        let mut parts = text.split(BESIDE);
        let mut set = Self::one(parts.next().unwrap_or_default());
        for part in parts {
            let file = part.split_once('=').map(|(name, file)| BesideFile { name: name.to_owned(), file: file.to_owned() });
            if !file.is_some_and(|file| set.add(file).is_ok()) {
                return Self::one(text);
            }
        }
        set
    }

    /// In one line, for a person: `shop.db + crm=crm.db`.
    pub fn in_line(&self) -> String {
        self.beside.iter().fold(self.main.clone(), |line, file| format!("{line} + {}={}", file.name, file.file))
    }
}

/// One text that names the set wherever one file's path would stand: as the key of what is kept, as what is opened again.
impl fmt::Display for DatabaseSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.main)?;
        self.beside.iter().try_for_each(|file| write!(f, "{BESIDE}{}={}", file.name, file.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(typed: &str, expected: (&str, &str)) {
        let file = BesideFile::parse(typed).unwrap();
        assert_eq!((file.name.as_str(), file.file.as_str()), expected, "{typed}");
    }

    #[test]
    fn a_file_is_named_or_called_as_it_is() {
        check("crm=crm.db", ("crm", "crm.db"));
        check("crm=/a/b=c.db", ("crm", "/a/b=c.db"));
        check("my crm=x.db", ("my crm", "x.db"));
        check("/data/my crm.sqlite3", ("my crm", "/data/my crm.sqlite3"));
        check("./a=b/crm.db", ("crm", "./a=b/crm.db"));
        check("file:/x/crm.db?mode=ro", ("crm", "file:/x/crm.db?mode=ro"));
        check(".hidden", (".hidden", ".hidden"));
        check("shop=demo", ("shop", "demo"));
        for typed in ["", "=x.db", "crm=", "main=x.db", "TEMP=x.db", "a\nb=x.db", &format!("{}=x.db", "n".repeat(65))] {
            assert!(BesideFile::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn names_are_unique_and_not_too_many() {
        let with = |typed: &[&str]| DatabaseSet::with("shop.db", &typed.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        let names = |typed: &[&str]| with(typed).unwrap().beside.into_iter().map(|file| file.name).collect::<Vec<_>>();
        assert_eq!(names(&["a/crm.db", "b/crm.db", "main.db"]), ["crm", "crm2", "main2"]);
        assert_eq!(with(&["crm=a.db", "CRM=b.db"]), Err(SetError::Twice { name: "CRM".into() }));
        let many: Vec<String> = (0..11).map(|n| format!("d{n}=x.db")).collect();
        assert_eq!(DatabaseSet::with("shop.db", &many), Err(SetError::TooMany { count: 11 }));
    }

    proptest! {
        #[test]
        fn a_set_is_read_as_it_was_written(main in "[a-z/.]{1,9}", files in proptest::collection::vec(("[a-z ä\"]{1,6}", "\\PC{1,9}"), 0..4)) {
            let mut set = DatabaseSet::one(main);
            for (name, file) in files {
                let _ = set.add(BesideFile { name, file });
            }
            prop_assert_eq!(DatabaseSet::read(&set.to_string()), set);
        }

        #[test]
        fn any_text_is_a_set(text in "[\\PC\n]{0,30}") {
            DatabaseSet::read(&text);
            let _ = BesideFile::parse(&text);
        }
    }
}
