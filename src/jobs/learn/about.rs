//! The database that is learned.

use std::path::PathBuf;
use std::sync::Arc;

use crate::db::Database;
use crate::schema::{Private, Schema};

/// The database that is learned.
#[derive(Clone)]
pub struct About {
    /// Open for reading.
    pub database: Arc<Database>,
    /// With row counts and samples.
    pub schema: Arc<Schema>,
    /// What of it no model is told.
    pub private: Private,
}

impl About {
    /// What it is called in rows and questions.
    pub fn db_id(&self) -> Option<String> {
        self.database.path().file_stem().map(|stem| stem.to_string_lossy().into_owned())
    }

    /// As [`place_of`].
    pub fn place(&self) -> PathBuf {
        place_of(&self.database)
    }
}

/// What a database is known by, whatever links lead there.
pub fn place_of(database: &Database) -> PathBuf {
    let label = database.label();
    std::fs::canonicalize(&label).unwrap_or(label)
}
