//! The databases that a client may ask about, by name.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::ToolError;
use crate::ask::Demonstrations;
use crate::db::{Database, DbError, FileStamp, ValueIndex, ValueLimits};
use crate::jobs::JobFailure;
use crate::schema::{DatabaseSet, Schema};
use crate::signal::Cancel;
use crate::store::Paths;

/// What the bundled database is called.
const DEMO: &str = "demo";

/// An open database, on its way to the server.
#[derive(Debug)]
pub struct OpenFile {
    /// As it was typed: a path, an address, `demo`; with others beside it, as [`DatabaseSet`] writes them.
    pub typed: String,
    /// For the client's own queries.
    pub database: Database,
    /// For the model's: a query that runs long does not hold it up.
    pub asking: Database,
}

/// Opens what was typed.
pub type OpenAgain = Box<dyn Fn(&str) -> Result<OpenFile, JobFailure> + Send + Sync>;

/// A database with a name.
#[derive(Debug)]
pub(super) struct File {
    /// What a client calls it.
    pub(super) name: String,
    pub(super) database: Database,
    pub(super) asking: Database,
    /// How each of its files was when it was opened.
    stamps: Vec<FileStamp>,
    known: Mutex<Option<Known>>,
}

/// Where a database stands among others.
struct Slot {
    name: String,
    typed: String,
    path: PathBuf,
    file: Mutex<Arc<File>>,
}

/// What has been read of a database, as long as nobody writes to it.
#[derive(Debug, Clone)]
struct Known {
    stamps: Vec<FileStamp>,
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
                if let Some(kept) = self.lock().as_mut().filter(|kept| kept.stamps == known.stamps) {
                    kept.values = Some(Arc::clone(&index));
                }
                index
            }
        };
        Ok(Read { schema: known.schema, values, demonstrations: known.demonstrations })
    }

    /// What is known of the file as it is now. The lock is not held while it is read: another reader would wait, deaf to being cancelled.
    fn known(&self, database: &Database, cancel: &Cancel) -> Result<Known, DbError> {
        let stamps = database.stamps_now();
        if let Some(known) = self.lock().as_ref().filter(|known| known.stamps == stamps) {
            return Ok(known.clone());
        }
        let schema = Arc::new(database.schema(cancel)?);
        let known = Known { stamps, schema, values: None, demonstrations: Arc::default() };
        *self.lock() = Some(known.clone());
        Ok(known)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of them.
pub(super) struct Files {
    slots: Vec<Slot>,
    open: OpenAgain,
}

impl Files {
    /// Names what is `open`: each by its file's name without what stands behind the last dot, if that is its alone, else with it, else as
    /// it was typed. A file that is given twice is there once.
    pub(super) fn new(given: Vec<OpenFile>, open: OpenAgain) -> Self {
        let mut files: Vec<OpenFile> = Vec::new();
        for file in given {
            let is_there = files.iter().any(|other| {
                is_same(other.database.path(), file.database.path()) && other.database.set().beside == file.database.set().beside
            });
            if !is_there {
                files.push(file);
            }
        }
        let first: Vec<String> = files.iter().map(|file| DatabaseSet::read(&file.typed).main).collect();
        let typed: Vec<&str> = first.iter().map(String::as_str).collect();
        // The bundled database lies under a name that nobody typed.
        let path =
            |file: &OpenFile| if DatabaseSet::read(&file.typed).main == DEMO { PathBuf::from(DEMO) } else { file.database.path().clone() };
        let own: Vec<PathBuf> = files.iter().map(path).collect();
        let paths: Vec<&Path> = own.iter().map(PathBuf::as_path).collect();
        let names = names(&typed, &paths);
        let named = files.into_iter().zip(names);
        let slot = |(OpenFile { typed, database, asking }, name): (OpenFile, String)| {
            let (path, stamps) = (database.path().clone(), database.stamps_now());
            let file = File { name: name.clone(), database, asking, stamps, known: Mutex::default() };
            Slot { name, typed, path, file: Mutex::new(Arc::new(file)) }
        };
        Self { slots: named.map(slot).collect(), open }
    }

    /// What a client calls them.
    pub(super) fn names(&self) -> Vec<String> {
        self.slots.iter().map(|slot| slot.name.clone()).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Which one is meant by `name`: what it is called, as it was typed, or its path; without a name the only one.
    pub(super) fn place(&self, name: Option<&str>) -> Result<usize, ToolError> {
        let Some(name) = name else {
            return if self.slots.len() == 1 { Ok(0) } else { Err(ToolError::WhichDatabase { names: self.names() }) };
        };
        let by = |is: &dyn Fn(&Slot) -> bool| self.slots.iter().position(is);
        by(&|slot| slot.name == name)
            .or_else(|| by(&|slot| DatabaseSet::read(&slot.typed).main == name || slot.path == Path::new(name)))
            .or_else(|| by(&|slot| slot.name.eq_ignore_ascii_case(name)))
            .or_else(|| by(&|slot| slot.path.file_name().is_some_and(|own| own == name)))
            .ok_or_else(|| ToolError::NoDatabase { name: name.to_owned(), names: self.names() })
    }

    /// The one at `place`. SQLite sees what is written to a database by itself; a copy of files that have changed is made anew here.
    pub(super) fn at(&self, place: usize) -> Result<Arc<File>, ToolError> {
        let slot = self.slots.get(place).ok_or_else(|| ToolError::WhichDatabase { names: self.names() })?;
        let mut file = slot.file.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = file.database.stamps_now();
        if file.database.is_made_of_files() && stamps != file.stamps {
            let OpenFile { database, asking, .. } = (self.open)(&slot.typed)?;
            *file = Arc::new(File { name: slot.name.clone(), database, asking, stamps, known: Mutex::default() });
        }
        Ok(Arc::clone(&file))
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
        check(&["demo", "demo.db"], &["demo", "demo.db"]);
    }
}
