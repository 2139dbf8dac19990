//! The databases that a client may ask about, by name.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::ToolError;
use crate::ask::Demonstrations;
use crate::db::{Database, DbError, FileStamp, ValueIndex, ValueLimits};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::store::Paths;

/// An open database, on its way to the server.
#[derive(Debug)]
pub struct OpenFile {
    /// As it was typed: a path, an address, `demo`.
    pub typed: String,
    /// For the client's own queries.
    pub database: Database,
    /// For the model's: a query that runs long does not hold it up.
    pub asking: Database,
}

/// A database with a name.
#[derive(Debug)]
pub(super) struct File {
    /// What a client calls it.
    pub(super) name: String,
    typed: String,
    pub(super) database: Database,
    pub(super) asking: Database,
    known: Mutex<Option<Known>>,
}

/// What has been read of a database, as long as nobody writes to it.
#[derive(Debug, Clone)]
struct Known {
    stamp: FileStamp,
    schema: Arc<Schema>,
    values: Option<Arc<ValueIndex>>,
    demonstrations: Arc<Demonstrations>,
}

/// What a question is answered with.
pub(super) struct Read {
    pub(super) schema: Arc<Schema>,
    pub(super) values: Arc<ValueIndex>,
    pub(super) demonstrations: Arc<Demonstrations>,
}

impl File {
    /// The schema, read with `database`, one of the two connections.
    pub(super) fn schema(&self, database: &Database, cancel: &Cancel) -> Result<Arc<Schema>, DbError> {
        Ok(self.known(database, cancel)?.schema)
    }

    /// Schema and values, read with `database`.
    pub(super) fn read(&self, database: &Database, paths: &Paths, cancel: &Cancel) -> Result<Read, DbError> {
        let known = self.known(database, cancel)?;
        let values = match known.values {
            Some(values) => values,
            None => {
                let index = ValueIndex::open_or_build(paths, database, &known.schema, &ValueLimits::default(), cancel)?;
                let index = Arc::new(index);
                if let Some(kept) = self.lock().as_mut().filter(|kept| kept.stamp == known.stamp) {
                    kept.values = Some(Arc::clone(&index));
                }
                index
            }
        };
        Ok(Read { schema: known.schema, values, demonstrations: known.demonstrations })
    }

    /// What is known of the file as it is now. The lock is not held while it is read: another reader would wait, deaf to being cancelled.
    fn known(&self, database: &Database, cancel: &Cancel) -> Result<Known, DbError> {
        let stamp = database.stamp_now();
        if let Some(known) = self.lock().as_ref().filter(|known| known.stamp == stamp) {
            return Ok(known.clone());
        }
        let schema = Arc::new(database.schema(cancel)?);
        let known = Known { stamp, schema, values: None, demonstrations: Arc::default() };
        *self.lock() = Some(known.clone());
        Ok(known)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Files(Vec<File>);

impl Files {
    /// Names what is `open`: each by its file's name without what stands behind the last dot, if that is its alone, else with it, else as
    /// it was typed. A file that is given twice is there once.
    pub(super) fn new(open: Vec<OpenFile>) -> Self {
        let mut files: Vec<OpenFile> = Vec::new();
        for file in open {
            let is_there = files.iter().any(|other| is_same(other.database.path(), file.database.path()));
            if !is_there {
                files.push(file);
            }
        }
        let typed: Vec<&str> = files.iter().map(|file| file.typed.as_str()).collect();
        let paths: Vec<&Path> = files.iter().map(|file| file.database.path().as_path()).collect();
        let names = names(&typed, &paths);
        let named = files.into_iter().zip(names);
        Self(
            named
                .map(|(OpenFile { typed, database, asking }, name)| File { name, typed, database, asking, known: Mutex::default() })
                .collect(),
        )
    }

    /// What a client calls them.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|file| file.name.clone()).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Which one is meant by `name`: what it is called, as it was typed, or its path; without a name the only one.
    pub(super) fn place(&self, name: Option<&str>) -> Result<usize, ToolError> {
        let Some(name) = name else {
            return if self.0.len() == 1 { Ok(0) } else { Err(ToolError::WhichDatabase { names: self.names() }) };
        };
        let by = |is: &dyn Fn(&File) -> bool| self.0.iter().position(is);
        by(&|file| file.name == name)
            .or_else(|| by(&|file| file.typed == name || file.database.path() == Path::new(name)))
            .or_else(|| by(&|file| file.name.eq_ignore_ascii_case(name)))
            .or_else(|| by(&|file| file.database.path().file_name().is_some_and(|own| own == name)))
            .ok_or_else(|| ToolError::NoDatabase { name: name.to_owned(), names: self.names() })
    }

    /// The one at `place`.
    pub(super) fn at(&self, place: usize) -> Result<&File, ToolError> {
        self.0.get(place).ok_or_else(|| ToolError::WhichDatabase { names: self.names() })
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize();
    matches!((real(a), real(b)), (Ok(a), Ok(b)) if a == b)
}

/// A name for each file.
fn names(typed: &[&str], paths: &[&Path]) -> Vec<String> {
    let stem = |path: &Path| path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let file = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let alone = |name: &str, of: &dyn Fn(&Path) -> String| paths.iter().filter(|path| of(path).eq_ignore_ascii_case(name)).count() == 1;
    let named = typed.iter().zip(paths).map(|(typed, path)| {
        let name = match (stem(path), file(path)) {
            (stem_alone, _) if alone(&stem_alone, &stem) => stem_alone,
            (_, file_alone) if alone(&file_alone, &file) => file_alone,
            _ => (*typed).to_owned(),
        };
        // A file's name may hold anything.
        crate::text::sanitize(&name).into_owned()
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &[&str], expected: &[&str]) {
        let paths: Vec<&Path> = typed.iter().map(Path::new).collect();
        assert_eq!(names(typed, &paths), expected);
    }

    #[test]
    fn files_are_named_by_their_names() {
        check(&["/a/shop.db"], &["shop"]);
        check(&["shop.db", "crm.sqlite", "notes"], &["shop", "crm", "notes"]);
        check(&["shop.db", "shop.sqlite"], &["shop.db", "shop.sqlite"]);
        check(&["a/shop.db", "b/shop.db", "crm.db"], &["a/shop.db", "b/shop.db", "crm"]);
        check(&["Shop.db", "shop.db"], &["Shop.db", "shop.db"]);
        check(&["a\u{1b}[2J.db"], &["a\\u{1b}[2J"]);
        check(&[".db"], &[".db"]);
    }
}
