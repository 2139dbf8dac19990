//! A database of several files: a first one, and others beside it. Each is opened by itself too; what concerns one file alone (its
//! schema, its statistics, its values) is read there, and statements run where all of them are attached.

use std::path::{Path, PathBuf};

use super::database::{Beside, Database};
use super::error::DbError;
use super::keys;
use super::watch::FileStamp;
use crate::schema::{BesideFile, DatabaseSet, Schema};
use crate::signal::Cancel;

impl Database {
    /// Opens every file of `set`: the first as [`Database::open`] does, the others beside it under the names that statements call them,
    /// read-only in the same way.
    pub fn open_set(set: &DatabaseSet) -> Result<Self, DbError> {
        Self::open_set_with(set, &mut |name| Self::open(name))
    }

    /// As [`Self::open_set`], where `open` opens each file by itself.
    pub fn open_set_with(set: &DatabaseSet, open: &mut dyn FnMut(&str) -> Result<Self, DbError>) -> Result<Self, DbError> {
        let main = open(&set.main)?;
        if set.beside.is_empty() {
            return Ok(main);
        }
        let mut known = vec![("main".to_owned(), place(main.path()))];
        let mut beside: Vec<Beside> = Vec::with_capacity(set.beside.len());
        for file in &set.beside {
            let database = open(&file.file)?;
            let own = place(database.path());
            if let Some((name, _)) = known.iter().find(|(_, other)| other.0 == own.0 || other.1.is_same_file(&own.1)) {
                return Err(DbError::OpenTwice { path: database.path().clone(), name: name.clone() });
            }
            known.push((file.name.clone(), own));
            beside.push(Beside { name: file.name.clone(), database });
        }
        main.attaching(beside)
    }

    /// What is open, each file by its whole path.
    pub fn set(&self) -> DatabaseSet {
        if self.beside.is_empty() {
            return DatabaseSet::one(self.path().display().to_string());
        }
        let whole = |path: &Path| place(path).0.display().to_string();
        let beside = self.beside.iter().map(|file| BesideFile { name: file.name.clone(), file: whole(file.database.path()) });
        DatabaseSet { main: whole(self.path()), beside: beside.collect() }
    }

    /// What stands for it where one path would stand: as the key of what is kept.
    pub fn label(&self) -> PathBuf {
        if self.beside.is_empty() { self.path().clone() } else { self.set().to_string().into() }
    }

    /// As [`Self::label`], wherever the program is started from.
    pub fn owner(&self) -> String {
        let label = self.label();
        if self.beside.is_empty() { place(&label).0 } else { label }.display().to_string()
    }

    /// Every file.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(self.path()).chain(self.beside.iter().map(|file| file.database.path()))
    }

    /// How every file is now.
    pub fn stamps_now(&self) -> Vec<FileStamp> {
        std::iter::once(self.stamp_now()).chain(self.beside.iter().map(|file| file.database.stamp_now())).collect()
    }

    /// The file that statements call so, opened by itself; the whole where it is the first one.
    pub(super) fn of(&self, name: Option<&str>) -> &Self {
        let own = |file: &&Beside| name.is_some_and(|name| file.name.eq_ignore_ascii_case(name));
        self.beside.iter().find(own).map_or(self, |file| &file.database)
    }

    /// The tables of all files. Those of the first are in `schema` already.
    pub(super) fn outline_beside(&self, schema: &mut Schema, cancel: &Cancel) -> Result<(), DbError> {
        for file in &self.beside {
            schema.tables.extend(tagged(file.database.schema_outline(cancel)?, &file.name).tables);
        }
        if !self.beside.is_empty() {
            let owners = self.with_owners(cancel, |_, owners| Ok(owners.beside.clone()))?;
            for table in &mut schema.tables {
                let key = table.database.clone().map(|database| (database, table.name.to_ascii_lowercase()));
                let why = key.and_then(|key| owners.get(&key).cloned());
                table.unreadable = table.unreadable.take().or(why);
            }
        }
        Ok(())
    }

    /// Statistics of the files beside the first one.
    pub(super) fn statistics_beside(&self, schema: &mut Schema, cancel: &Cancel) -> Result<(), DbError> {
        let mut tables = schema.of_database(None).tables;
        for file in &self.beside {
            let mut own = untagged(schema.of_database(Some(&file.name)));
            file.database.fill_statistics(&mut own, cancel)?;
            tables.extend(tagged(own, &file.name).tables);
        }
        schema.tables = tables;
        let beside = self.beside.iter().map(|file| (Some(file.name.as_str()), &file.database));
        let files: Vec<(Option<&str>, &Self)> = std::iter::once((None, self)).chain(beside).collect();
        keys::relate(self, &files, schema, cancel);
        Ok(())
    }

    /// What each file beside the first has to say of how it is read, with its name before it.
    pub(super) fn notes_beside(&self, say: impl Fn(&Self) -> Vec<String>) -> Vec<String> {
        let named = |file: &Beside| say(&file.database).into_iter().map(|note| format!("{}: {note}", file.name)).collect::<Vec<_>>();
        self.beside.iter().flat_map(named).collect()
    }
}

/// The tables of a file that was read by itself, as statements call them where it is beside another.
fn tagged(mut schema: Schema, name: &str) -> Schema {
    schema.tables.iter_mut().for_each(|table| table.database = Some(name.to_owned()));
    schema
}

fn untagged(mut schema: Schema) -> Schema {
    schema.tables.iter_mut().for_each(|table| table.database = None);
    schema
}

/// Where a file lies, links resolved, and what the system calls it.
fn place(path: &Path) -> (PathBuf, FileStamp) {
    let whole = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    (whole, FileStamp::of(path))
}
