//! An open database: checking and running statements.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Statement};

use super::attach::{self, Attached, ToAttach};
use super::authorize::{self, Authorizer};
use super::beside::has_journal;
use super::columns::columns_of;
use super::error::DbError;
use super::files::{Copies, FileSet, FileTables, Progress};
use super::open::{self, Location, Mode};
use super::owners::{self, Owners, name_the_key, rewrite};
use super::recognise::FileKind;
use super::sqlite_error::{is_busy, sqlite_message};
use super::table::{Cell, ColumnInfo, Limits, Table};
use super::watch::{FileChange, FileStamp};
use crate::signal::Cancel;
use crate::sql::ReadOnlySql;
use crate::store::{Profiles, profiles};

/// Virtual machine instructions between two looks at the stop flag: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// How long a lock of another program is waited for, before the deadline of the query itself.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);

/// A database file, open for reading. One query runs at a time; others wait.
#[derive(Debug)]
pub struct Database {
    location: Location,
    inner: Mutex<Inner>,
    watched: Arc<Mutex<Cancel>>,
    pub(super) profiles: Arc<Profiles>,
    /// Whose tables it has, where it is a copy of ours.
    tables: Option<FileTables>,
    /// The files beside the first one, each opened by itself too.
    pub(super) beside: Vec<Beside>,
}

/// A file beside the first one, opened by itself: what concerns it alone is read there.
#[derive(Debug)]
pub(super) struct Beside {
    /// What statements call it.
    pub(super) name: String,
    pub(super) database: Database,
}

#[derive(Debug)]
struct Inner {
    // Closed before `_authorizer` is dropped, which it points at: fields are dropped in this order.
    connection: Connection,
    _authorizer: Box<Authorizer>,
    owners: Arc<Owners>,
    /// The schema that `owners` was read from, as SQLite counts its changes.
    schema_version: i64,
    mode: Mode,
    stamp: FileStamp,
    attached: Vec<Attached>,
}

impl Database {
    /// Opens the SQLite file at `path`, or the one a `file:` address names. Nothing is created or changed, neither the file nor
    /// anything beside it. An empty file opens as a database without tables.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DbError> {
        let location = open::locate(path.as_ref())?;
        let watched = Arc::new(Mutex::new(Cancel::new()));
        let inner = connect(&location, &watched, &[])?;
        Ok(Self { location, inner: Mutex::new(inner), watched, profiles: profiles::in_use(), tables: None, beside: Vec::new() })
    }

    /// The same with other files beside it, by the names that statements call them.
    pub(super) fn attaching(mut self, beside: Vec<Beside>) -> Result<Self, DbError> {
        self.inner = Mutex::new(connect(&self.location, &self.watched, &beside)?);
        self.beside = beside;
        Ok(self)
    }

    /// Opens what `name` stands for: a database as [`Self::open`] does, or files whose rows become tables of a copy among `copies`, several
    /// with `+` between them.
    pub fn open_any(name: &str, copies: &Copies, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Self, DbError> {
        match FileSet::named(&open::locate(Path::new(name))?.path)? {
            None => match FileSet::missing_part(Path::new(name)) {
                Some(path) => Err(DbError::Missing { path }),
                None => Self::open(name).map_err(|error| match &error {
                    DbError::NotADatabase { path, bytes, kind: FileKind::Encrypted, .. } => {
                        FileSet::misnamed(path, *bytes).map_or(error, DbError::from)
                    }
                    _ => error,
                }),
            },
            Some(set) => {
                let tables = copies.open(&set, cancel, progress)?;
                Ok(Self { tables: Some(tables.clone()), ..Self::open(&tables.database)? })
            }
        }
    }

    /// The file that `name`, a path or a `file:` address, stands for. It need not be there. Several files with tables in them are one.
    pub fn file_of(name: impl AsRef<Path>) -> Result<PathBuf, DbError> {
        let path = open::locate(name.as_ref())?.path;
        Ok(FileSet::named(&path).ok().flatten().map_or(path, |set| set.name()))
    }

    /// The same, with other profiles to hold the file against than those in use.
    pub fn with_profiles(self, profiles: Arc<Profiles>) -> Self {
        Self { profiles, ..self }
    }

    /// The file, without what an address adds to it. Where its tables are made of files, these.
    pub fn path(&self) -> &PathBuf {
        self.tables.as_ref().map_or(&self.location.path, |tables| &tables.name)
    }

    /// The database's own file, also where that is a copy.
    pub(super) fn own_file(&self) -> &Path {
        &self.location.path
    }

    /// Whether its tables are made of other files.
    pub fn is_made_of_files(&self) -> bool {
        self.tables.is_some() || self.beside.iter().any(|file| file.database.is_made_of_files())
    }

    /// How what it reads is now: its file and log, or the files that its tables are made of.
    pub fn stamp_now(&self) -> FileStamp {
        match &self.tables {
            Some(tables) => FileStamp::of_all(&tables.files),
            None => FileStamp::of(&self.location.path),
        }
    }

    /// Prepares `sql` without running it: the columns it would give, or SQLite's message.
    pub fn check(&self, sql: &ReadOnlySql) -> Result<Vec<ColumnInfo>, DbError> {
        self.with_owners(&Cancel::new(), |connection, owners| {
            let prepared = prepare(connection, sql.as_str(), owners)?;
            Ok(columns_of(connection, &prepared.statement, &prepared.sql))
        })
    }

    /// Runs `sql` until it ends, a limit is reached, or `cancel` says stop. The cursor is closed when this returns.
    pub fn execute(&self, sql: &ReadOnlySql, limits: &Limits, cancel: &Cancel) -> Result<Table, DbError> {
        let cancel = cancel.with_timeout(limits.timeout);
        self.with_owners(&cancel, |connection, owners| {
            let mut prepared = prepare(connection, sql.as_str(), owners)?;
            let columns = columns_of(connection, &prepared.statement, &prepared.sql);
            collect(&mut prepared.statement, columns, limits, &cancel)
        })
    }

    /// What a person should know of how this file is read, a sentence each: what of its owner's is imitated, and what is left out.
    pub fn notes(&self) -> Vec<String> {
        let of_files = self.tables.iter().flat_map(|tables| tables.notes.iter().cloned());
        let own: Vec<String> = of_files.chain(lock(&self.inner).owners.notes.iter().cloned()).collect();
        own.into_iter().chain(self.notes_beside(Self::notes)).collect()
    }

    /// Lends the connection while `cancel` is watched, and translates what SQLite says.
    pub(super) fn with<T>(&self, cancel: &Cancel, work: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, DbError> {
        self.with_owners(cancel, |connection, _| work(connection))
    }

    /// As [`Self::with`], with what was done for the file's owner.
    pub(super) fn with_owners<T>(&self, cancel: &Cancel, work: impl Fn(&Connection, &Owners) -> Result<T, Failure>) -> Result<T, DbError> {
        let mut inner = lock(&self.inner);
        if inner.is_outdated(&self.location) {
            *inner = connect(&self.location, &self.watched, &self.beside)?;
        }
        *lock(&self.watched) = cancel.clone();
        let patience = cancel.with_timeout(BUSY_PATIENCE);
        // Our own queries quote names that exist; only a view's text can hold a string in double quotes. `prepare` sets it anew.
        let lenient = inner.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true);
        let result = lenient.map_err(Failure::from).and_then(|_| {
            loop {
                match work(&inner.connection, &inner.owners) {
                    Err(Failure::Sqlite(error)) if is_busy(&error) && !patience.is_stopped() => {}
                    other => break other,
                }
            }
        });
        *lock(&self.watched) = Cancel::new();
        result.map_err(|failure| self.explain(failure, cancel))
    }

    fn explain(&self, failure: Failure, cancel: &Cancel) -> DbError {
        let error = match failure {
            Failure::Ours(error) => return error,
            Failure::Sqlite(error) => error,
        };
        let message = sqlite_message(&error);
        let path = self.set().in_line().into();
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => match cancel.stop() {
                Some(stop) => DbError::Stopped(stop),
                None => DbError::Sql { message },
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => match cancel.stop() {
                Some(stop) => DbError::Stopped(stop),
                None => DbError::Busy { path, message },
            },
            // A writer crashed since the file was opened.
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) if self.paths().any(|path| has_journal(path)) => {
                DbError::NeedsRecovery { path }
            }
            Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => DbError::Refused { message },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DbError::Corrupt { path, message },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => DbError::Unreadable { path, message },
            _ => DbError::Sql { message },
        }
    }
}

/// What work on a connection fails with.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Ours(DbError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    /// Whether a file has to be opened anew, with whatever is done for its owner.
    fn is_outdated(&mut self, location: &Location) -> bool {
        let connection = &self.connection;
        let seen = Seen { location, mode: self.mode, stamp: &mut self.stamp, schema_version: self.schema_version };
        let mut anew = seen.opens_anew(|| schema_version(connection).ok());
        for file in &mut self.attached {
            let version = || attach::schema_version(connection, &file.name).ok();
            let seen = Seen { location: &file.location, mode: file.mode, stamp: &mut file.stamp, schema_version: file.schema_version };
            anew |= seen.opens_anew(version);
        }
        anew
    }
}

/// What is known of a file that is open.
struct Seen<'a> {
    location: &'a Location,
    mode: Mode,
    stamp: &'a mut FileStamp,
    schema_version: i64,
}

impl Seen<'_> {
    fn opens_anew(self, version: impl FnOnce() -> Option<i64>) -> bool {
        let stamp = FileStamp::of(&self.location.path);
        let anew = match self.stamp.change_to(&stamp) {
            // What is open can still be read.
            FileChange::Same | FileChange::Gone => false,
            // A file opened as unchanging did change.
            FileChange::Written if self.mode != Mode::Shared => true,
            // Rows are seen by themselves; a new table or index may need what we did not do yet.
            FileChange::Written => {
                *self.stamp = stamp;
                version().is_some_and(|version| version != self.schema_version)
            }
            FileChange::Replaced => true,
        };
        anew && !self.location.immutable
    }
}

fn connect(location: &Location, watched: &Arc<Mutex<Cancel>>, beside: &[Beside]) -> Result<Inner, DbError> {
    let patience = Cancel::new().with_timeout(BUSY_PATIENCE);
    let broken = |e: rusqlite::Error| match is_busy(&e) {
        true => DbError::Busy { path: location.path.clone(), message: sqlite_message(&e) },
        false => DbError::Corrupt { path: location.path.clone(), message: sqlite_message(&e) },
    };
    let (mut connection, mode, stamp, (schema_version, mut owners)) = loop {
        let stamp = FileStamp::of(&location.path);
        let mode = open::mode_now(location)?;
        match open::connect(location, mode) {
            Ok(connection) => match look_through(&connection) {
                Ok(seen) => break (connection, mode, stamp, seen),
                Err(error) if is_busy(&error) && !patience.is_stopped() => {}
                Err(error) => return Err(broken(error)),
            },
            // The log can come or go between looking and opening.
            Err(DbError::Busy { .. }) if !patience.is_stopped() => {}
            Err(DbError::Unreadable { .. }) if !patience.is_stopped() && open::mode_now(location)? != mode => {}
            Err(error) => return Err(error),
        }
    };
    let watching = Arc::clone(watched);
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || lock(&watching).is_stopped())).map_err(broken)?;
    let attached = attach_all(&connection, beside, &patience)?;
    for file in &attached {
        let named = file.unreadable.iter().map(|(relation, why)| ((file.name.clone(), relation.to_ascii_lowercase()), why.clone()));
        owners.beside.extend(named);
    }
    let bytes = |text: &str| text.to_ascii_lowercase().into_bytes();
    let hidden = owners.beside.keys().map(|(database, relation)| (bytes(database), bytes(relation))).collect();
    let authorizer = authorize::install(&connection, owners.overlay.clone(), hidden).map_err(broken)?;
    Ok(Inner { connection, _authorizer: authorizer, owners: Arc::new(owners), schema_version, mode, stamp, attached })
}

fn attach_all(connection: &Connection, beside: &[Beside], patience: &Cancel) -> Result<Vec<Attached>, DbError> {
    let mut out = Vec::with_capacity(beside.len());
    for file in beside {
        let owners = file.database.with_owners(patience, |_, owners| Ok(owners.clone()))?;
        let file = ToAttach { name: file.name.clone(), location: file.database.location.clone(), owners };
        let attached = loop {
            match attach::attach(connection, &file) {
                // Nothing of it may stay attached where it is tried again.
                Err(DbError::Busy { .. }) if !patience.is_stopped() => attach::detach(connection, &file.name),
                other => break other?,
            }
        };
        out.push(attached);
    }
    Ok(out)
}

/// The schema's version, and what is done for the file's owner. A schema that cannot be looked through is read as SQLite reads it.
fn look_through(connection: &Connection) -> rusqlite::Result<(i64, Owners)> {
    let version = schema_version(connection)?;
    match owners::prepare(connection) {
        Err(error) if is_busy(&error) => Err(error),
        owners => Ok((version, owners.unwrap_or_default())),
    }
}

/// SQLite's count of changes to the schema.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// A statement, and its text as SQLite has it.
#[derive(Debug)]
pub(super) struct Prepared<'c> {
    pub(super) statement: Statement<'c>,
    pub(super) sql: String,
}

/// Prepares a statement without parameters, and holds the last lock: SQLite itself has to call it read-only.
pub(super) fn prepare<'c>(connection: &'c Connection, sql: &str, owners: &Owners) -> Result<Prepared<'c>, Failure> {
    let prepared = prepare_with(connection, sql, owners)?;
    match prepared.statement.parameter_count() {
        0 => Ok(prepared),
        count => Err(Failure::Ours(DbError::Parameters { count })),
    }
}

/// As [`prepare`], with parameters that are to be bound.
pub(super) fn prepare_with<'c>(connection: &'c Connection, sql: &str, owners: &Owners) -> Result<Prepared<'c>, Failure> {
    let mut sql = rewrite(sql, &owners.overlay);
    // Views written with double-quoted strings still work where the statement has none of its own. The setting has to last as long
    // as the statement: changing it makes SQLite prepare again at the first step.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, !sql.contains('"'))?;
    let mut prepared = connection.prepare(&sql);
    if let Err(error) = &prepared
        && let Some(named) = name_the_key(&sql, &sqlite_message(error), &owners.overlay)
    {
        prepared = connection.prepare(&named);
        sql = named.into();
    }
    let statement = match prepared {
        Err(rusqlite::Error::MultipleStatement) => {
            return Err(Failure::Ours(DbError::Refused { message: "there is more than one statement".into() }));
        }
        other => other?,
    };
    require_readonly(&statement)?;
    Ok(Prepared { statement, sql: sql.into_owned() })
}

fn require_readonly(statement: &Statement<'_>) -> Result<(), Failure> {
    if statement.readonly() {
        return Ok(());
    }
    Err(Failure::Ours(DbError::Refused { message: "SQLite says that the statement writes".into() }))
}

fn collect(statement: &mut Statement<'_>, columns: Vec<ColumnInfo>, limits: &Limits, cancel: &Cancel) -> Result<Table, Failure> {
    let width = columns.len();
    let mut table = Table { columns, ..Table::default() };
    let mut bytes = 0usize;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(stop) = cancel.stop() {
            return Err(Failure::Ours(DbError::Stopped(stop)));
        }
        if table.rows.len() >= limits.max_rows || bytes >= limits.max_bytes {
            table.truncated = true;
            break;
        }
        let mut cells = Vec::with_capacity(width);
        for i in 0..width {
            let value = row.get_ref(i)?;
            bytes = bytes.saturating_add(size_of::<Cell>()).saturating_add(match value {
                ValueRef::Text(b) | ValueRef::Blob(b) => b.len(),
                _ => 0,
            });
            cells.push(cell_of(value));
        }
        // One row may be larger than the limit by itself: it is kept only as the first one.
        if bytes > limits.max_bytes && !table.rows.is_empty() {
            table.truncated = true;
            break;
        }
        table.rows.push(cells);
    }
    Ok(table)
}

/// SQLite's value as ours.
pub(super) fn cell_of(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::Integer(n),
        ValueRef::Real(x) => Cell::Real(x),
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
    }
}
