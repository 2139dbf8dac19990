//! Which database is meant. One is known by its path, several that are open together by all of theirs and their names; a copy or a moved file has the schema of one that is known, whose notes, examples
//! and adapter are then offered, and taken over only when the person says so.

use std::path::{Path, PathBuf};

use super::error::RecordsError;
use super::open::{NOW_MS, Records};
use crate::schema::DatabaseSet;

/// A database that was opened once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseId(pub(super) i64);

/// A database that was opened once, and what is kept for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDatabase {
    /// Its name here.
    pub id: DatabaseId,
    /// Where it was.
    pub path: PathBuf,
    /// When it was opened last: milliseconds since 1970.
    pub opened_ms: i64,
    /// Accepted answers.
    pub accepted: u64,
    /// Notes.
    pub notes: u64,
    /// Whether an adapter is attached.
    pub has_adapter: bool,
}

const KNOWN: &str = "SELECT d.id, d.path, d.opened_ms, (SELECT count(*) FROM accepted a WHERE a.database_id = d.id) \
    + (SELECT count(*) FROM accepted_after f WHERE f.database_id = d.id), \
    (SELECT count(*) FROM notes n WHERE n.database_id = d.id), EXISTS (SELECT 1 FROM attachments t WHERE t.database_id = d.id) \
    FROM databases d";

fn known(row: &rusqlite::Row<'_>) -> rusqlite::Result<KnownDatabase> {
    Ok(KnownDatabase {
        id: DatabaseId(row.get(0)?),
        path: PathBuf::from(row.get::<_, String>(1)?),
        opened_ms: row.get(2)?,
        accepted: row.get::<_, i64>(3)?.unsigned_abs(),
        notes: row.get::<_, i64>(4)?.unsigned_abs(),
        has_adapter: row.get(5)?,
    })
}

/// What is open as it is always written: each path with links resolved where the file is there, with those of its folder where it is gone.
pub(super) fn settled(path: &Path) -> Result<String, RecordsError> {
    let set = path.to_str().map(DatabaseSet::read).filter(|set| !set.beside.is_empty() && !path.exists());
    let Some(mut set) = set else { return settled_file(path) };
    set.main = settled_file(Path::new(&set.main))?;
    for file in &mut set.beside {
        file.file = settled_file(Path::new(&file.file))?;
    }
    Ok(set.to_string())
}

fn settled_file(path: &Path) -> Result<String, RecordsError> {
    let in_folder =
        || Some(std::fs::canonicalize(path.parent().filter(|folder| !folder.as_os_str().is_empty())?).ok()?.join(path.file_name()?));
    let whole = std::fs::canonicalize(path).ok().or_else(in_folder).or_else(|| std::path::absolute(path).ok());
    let whole = whole.unwrap_or_else(|| path.to_owned());
    whole.into_os_string().into_string().map_err(|path| RecordsError::PathNotText { path: path.into() })
}

impl Records {
    /// The database at `path`, whose schema has `fingerprint` ([`crate::schema::Schema::fingerprint`]); from now on it is known.
    pub fn database(&self, path: &Path, fingerprint: &str) -> Result<DatabaseId, RecordsError> {
        let id = self.one(
            &format!(
                "INSERT INTO databases (path, fingerprint, opened_ms) VALUES (?1, ?2, {NOW_MS}) \
                 ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint, opened_ms = excluded.opened_ms RETURNING id"
            ),
            (settled(path)?, fingerprint),
            |row| row.get(0),
        )?;
        Ok(DatabaseId(id.unwrap_or_default()))
    }

    /// Other databases with `database`'s schema for which something is kept, the latest first.
    pub fn same_schema(&self, database: DatabaseId) -> Result<Vec<KnownDatabase>, RecordsError> {
        let sql = format!(
            "{KNOWN} WHERE d.id <> ?1 AND d.fingerprint = (SELECT fingerprint FROM databases WHERE id = ?1) ORDER BY d.opened_ms DESC, d.id DESC"
        );
        let all = self.all(&sql, [database.0], known)?;
        Ok(all.into_iter().filter(|other| other.accepted > 0 || other.notes > 0 || other.has_adapter).collect())
    }

    /// Copies accepted answers, notes and adapter of `from`; what `to` has already stays.
    pub fn adopt(&self, from: DatabaseId, to: DatabaseId) -> Result<(), RecordsError> {
        self.together(|records| {
            for sql in [
                "INSERT OR IGNORE INTO accepted (database_id, folded, question, sql, at_ms) \
                 SELECT ?2, folded, question, sql, at_ms FROM accepted WHERE database_id = ?1",
                "INSERT OR IGNORE INTO accepted_after (database_id, folded, follows, question, sql, before_question, before_sql, at_ms) \
                 SELECT ?2, folded, follows, question, sql, before_question, before_sql, at_ms FROM accepted_after WHERE database_id = ?1",
                "INSERT OR IGNORE INTO notes (database_id, text, at_ms) SELECT ?2, text, at_ms FROM notes WHERE database_id = ?1 ORDER BY id",
                "INSERT OR IGNORE INTO attachments (database_id, adapter, at_ms) \
                 SELECT ?2, adapter, at_ms FROM attachments WHERE database_id = ?1",
            ] {
                records.change(sql, [from.0, to.0])?;
            }
            Ok(())
        })
    }

    /// The databases opened last, the latest first.
    pub fn recent(&self, limit: usize) -> Result<Vec<KnownDatabase>, RecordsError> {
        self.all(&format!("{KNOWN} ORDER BY d.opened_ms DESC, d.id DESC LIMIT ?1"), [limit as i64], known)
    }

    /// Forgets a database and everything kept for it.
    pub fn forget(&self, database: DatabaseId) -> Result<(), RecordsError> {
        self.change("DELETE FROM databases WHERE id = ?1", [database.0]).map(|_| ())
    }
}
