//! The folder of databases that rows name: `NAME.sqlite` or `NAME/NAME.sqlite`, as Spider has them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::RowProblem;
use crate::db::{Database, DbError};
use crate::prompt::{SCHEMA_BYTES, schema_text};
use crate::schema::Schema;
use crate::signal::Cancel;

/// Ends of the names of database files.
const EXTENSIONS: [&str; 3] = ["sqlite", "db", "sqlite3"];

/// A database with its schema, and the schema as prompts carry it.
#[derive(Debug)]
pub struct NamedDatabase {
    /// Open for reading.
    pub database: Database,
    /// Its tables.
    pub schema: Schema,
    /// The text that a prompt carries.
    pub schema_text: String,
}

/// Databases by name, each opened once.
#[derive(Debug)]
pub struct Databases {
    folder: PathBuf,
    opened: HashMap<String, Result<Arc<NamedDatabase>, RowProblem>>,
}

impl Databases {
    /// The databases in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), opened: HashMap::new() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database called `name`.
    pub fn get(&mut self, name: &str, cancel: &Cancel) -> Result<Arc<NamedDatabase>, RowProblem> {
        if let Some(opened) = self.opened.get(name) {
            return opened.clone();
        }
        let opened = self.open(name, cancel);
        // A cancel says nothing of the database.
        let stopped = matches!(&opened, Err(RowProblem::Database { error, .. }) if matches!(**error, DbError::Stopped(_)));
        if !stopped {
            self.opened.insert(name.into(), opened.clone());
        }
        opened
    }

    fn open(&self, name: &str, cancel: &Cancel) -> Result<Arc<NamedDatabase>, RowProblem> {
        let missing = || RowProblem::NoDatabase(name.into());
        // A name from a file must not lead out of the folder.
        if Path::new(name).file_name().is_none_or(|file| file != name) {
            return Err(missing());
        }
        let places = EXTENSIONS.iter().flat_map(|extension| {
            let file = format!("{name}.{extension}");
            [self.folder.join(&file), self.folder.join(name).join(file)]
        });
        let path = places.into_iter().find(|path| path.is_file()).ok_or_else(missing)?;
        let failed = |error| RowProblem::Database { name: name.into(), error: Box::new(error) };
        let database = Database::open(path).map_err(failed)?;
        let schema = database.schema(cancel).map_err(failed)?;
        let schema_text = schema_text(&schema, SCHEMA_BYTES);
        Ok(Arc::new(NamedDatabase { database, schema, schema_text }))
    }
}
