//! What is kept for the person. Opened when it is needed first; a failure is said, and what the person does goes on.

use std::path::Path;

use super::message::{DatabaseRecords, JobFailure, KeepWork, Kept, NAMELESS, Outcome};
use crate::notebook::file;
use crate::records::{NewHistory, Records, Scope, Sitting};
use crate::store::{Config, Paths};

/// Databases and history entries listed at most.
const LISTED: usize = 500;
/// Bytes of a file of SQL that the editor takes.
const SCRIPT_BYTES: usize = 4 << 20;

/// What the records' thread holds.
pub(super) struct Keeper {
    paths: Paths,
    records: Option<Records>,
    /// Our place at the database that is open.
    sitting: Option<Sitting>,
    /// No database is open: what is being written is kept all the same, and nothing else.
    nameless: bool,
}

impl Keeper {
    pub(super) fn new(paths: Paths) -> Self {
        Self { paths, records: None, sitting: None, nameless: false }
    }

    fn settings(&self, text: String) -> Result<Outcome, JobFailure> {
        Ok(Outcome::Settings { path: self.paths.config_file(), text })
    }

    pub(super) fn work(&mut self, work: &KeepWork) -> Result<Outcome, JobFailure> {
        match work {
            KeepWork::Write { path, text } => return write_new(path, text),
            KeepWork::ReadSettings => return self.settings(Config::read_text(&self.paths)?),
            KeepWork::ChangeSetting(setting) => return self.settings(Config::change(&self.paths, setting)?),
            KeepWork::ReadScript { path } => return read_script(path),
            KeepWork::SaveScript { path, before, text } => {
                match before {
                    Some(before) if path.exists() => drop(file::replace(path, before, text)?),
                    _ => file::create(path, text)?,
                }
                return Ok(Outcome::Script { path: path.clone(), text: text.clone() });
            }
            _ => {}
        }
        let records = match &self.records {
            Some(records) => records,
            None => self.records.insert(Records::open(&self.paths)?),
        };
        let recent = |records: &Records| -> Result<Outcome, JobFailure> {
            let named = records.recent(LISTED)?.into_iter().filter(|known| known.path.as_os_str() != NAMELESS);
            Ok(Outcome::Kept(Box::new(Kept::Recent(named.collect()))))
        };
        match work {
            KeepWork::Recent => return recent(records),
            KeepWork::Forget { database } => {
                records.forget(*database)?;
                return recent(records);
            }
            KeepWork::Search { text, everywhere: true } => return search(records, text, Scope::Everywhere),
            KeepWork::Database { path, fingerprint } => {
                let database = records.database(Path::new(path), fingerprint)?;
                if self.sitting.as_ref().is_none_or(|sitting| sitting.database() != database) {
                    let sitting = records.sit(database)?;
                    // What was being written before a database was open is written for this one.
                    if let Some(before) = self.sitting.as_ref().filter(|_| self.nameless) {
                        records.carry(before, &sitting)?;
                    }
                    self.sitting = Some(sitting);
                }
                self.nameless = path == NAMELESS;
            }
            _ => {}
        }
        let Some(sitting) = &self.sitting else {
            return Err(JobFailure { message: "no database is open".into(), hint: Some("open one first".into()) });
        };
        let database = sitting.database();
        if self.nameless && !matches!(work, KeepWork::Database { .. } | KeepWork::Drafts { .. }) {
            return Err(JobFailure { message: "no database is open".into(), hint: Some("open one first".into()) });
        }
        match work {
            KeepWork::Search { text, .. } => return search(records, text, Scope::Database(database)),
            KeepWork::History { question, sql, state, rows, milliseconds, tab } => {
                let (question, sql, ms) = (question.clone(), sql.clone(), *milliseconds as f64);
                records.add_history(&NewHistory { database, question, sql, state: *state, rows: *rows, ms, tab: *tab })?;
                return Ok(Outcome::Finished);
            }
            KeepWork::Remember { values } => {
                values.iter().try_for_each(|(name, value)| records.remember_value(database, name, value))?;
                return Ok(Outcome::Finished);
            }
            KeepWork::Drafts { changed, tabs } => {
                records.save_drafts(sitting, changed, *tabs)?;
                return Ok(Outcome::Finished);
            }
            KeepWork::RemoveHistory { id } => {
                records.remove_history(*id)?;
                return Ok(Outcome::Finished);
            }
            KeepWork::Accept { question, sql, before: None } => records.accept(database, question, sql)?,
            KeepWork::Accept { question, sql, before: Some(before) } => records.accept_after(database, question, sql, before)?,
            KeepWork::Unaccept { question } => {
                records.unaccept(database, question)?;
            }
            KeepWork::Reject { question, sql, note } => records.reject(database, question, sql, note)?,
            KeepWork::AddNote { text } => {
                records.add_note(database, text)?;
            }
            KeepWork::RemoveNote { id } => {
                records.remove_note(*id)?;
            }
            KeepWork::AddFavourite { title, sql } => {
                records.add_favourite(database, title, sql)?;
            }
            KeepWork::RemoveFavourite { id } => {
                records.remove_favourite(*id)?;
            }
            KeepWork::Attach { adapter } => records.attach(database, adapter)?,
            KeepWork::Detach => {
                records.detach(database)?;
            }
            KeepWork::Adopt { from } => records.adopt(*from, database)?,
            KeepWork::Database { .. } | KeepWork::Recent | KeepWork::Forget { .. } => {}
            KeepWork::ReadSettings | KeepWork::ChangeSetting(_) => {}
            KeepWork::Write { .. } | KeepWork::ReadScript { .. } | KeepWork::SaveScript { .. } => {}
        }
        Ok(Outcome::Kept(Box::new(Kept::Database(of_database(records, sitting)?))))
    }
}

fn of_database(records: &Records, sitting: &Sitting) -> Result<DatabaseRecords, JobFailure> {
    let database = sitting.database();
    Ok(DatabaseRecords {
        accepted: records.accepted(database)?,
        notes: records.notes(database)?,
        favourites: records.favourites(database)?,
        drafts: records.drafts_of(sitting)?,
        values: records.parameter_values(database)?,
        similar: records.same_schema(database)?,
        adapter: records.attachment(database)?,
    })
}

fn search(records: &Records, text: &str, scope: Scope) -> Result<Outcome, JobFailure> {
    let entries = records.search_history(text, scope, LISTED)?;
    Ok(Outcome::Kept(Box::new(Kept::History { text: text.into(), everywhere: scope == Scope::Everywhere, entries })))
}

fn read_script(path: &Path) -> Result<Outcome, JobFailure> {
    let text = file::read_text(path, SCRIPT_BYTES)?;
    Ok(Outcome::Script { path: path.to_owned(), text })
}

fn write_new(path: &Path, text: &str) -> Result<Outcome, JobFailure> {
    use std::io::Write;
    let written = std::fs::OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => Ok(Outcome::Exported { path: path.to_owned(), rows: 0 }),
        Err(error) => Err(JobFailure {
            message: format!("cannot write `{}`: {error}", path.display()),
            hint: Some("give another name or place".into()),
        }),
    }
}
