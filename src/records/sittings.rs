//! Who writes: two programs on one database each have a place of their own for what is being written, and none takes the other's.
//!
//! A place is a range of tab numbers; who has it holds a lock on a file, which the system takes back however a program ends. What was
//! being written in places that nobody has is the next one's.

use std::fs::{self, File, OpenOptions};

use super::databases::DatabaseId;
use super::drafts::Draft;
use super::error::RecordsError;
use super::open::Records;

/// Tabs of one place: place `n` has those from `n` times this on.
const TABS: u32 = 64;
/// Places of one database; who comes later shares the first.
const PLACES: u32 = 100;

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub struct Sitting {
    database: DatabaseId,
    place: u32,
    /// Missing where files cannot be locked.
    _lock: Option<Lock>,
}

impl Sitting {
    /// On which database.
    pub fn database(&self) -> DatabaseId {
        self.database
    }
}

/// A locked file. It is unlocked by word, not by closing: a process that is being started at that moment still holds a copy.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl Records {
    /// Takes the first place that nobody has, and into it what was being written in all such places.
    pub fn sit(&self, database: DatabaseId) -> Result<Sitting, RecordsError> {
        let own = (0..PLACES).find_map(|place| Some((place, self.lock(database, place)?)));
        let (place, lock) = own.map_or((0, None), |(place, lock)| (place, Some(lock)));
        let sql = "SELECT DISTINCT tab / ?2 FROM drafts WHERE database_id = ?1 ORDER BY 1";
        let written: Vec<u32> = self.all(sql, (database.0, TABS), |row| row.get(0))?;
        // Held while they are emptied, so that nobody sits down there meanwhile.
        let left = written.into_iter().filter(|other| *other != place).filter_map(|other| Some((other, self.lock(database, other)?)));
        let left: Vec<(u32, Lock)> = left.collect();
        self.together(|records| {
            let mut drafts = records.drafts_at(database, place)?;
            for (other, _) in &left {
                let theirs = records.drafts_at(database, *other)?;
                if drafts.len() + theirs.len() <= TABS as usize {
                    drafts.extend(theirs);
                    records.clear_from(database, *other, 0)?;
                }
            }
            // One after another, whatever tabs they had.
            records.clear_from(database, place, 0)?;
            for (tab, draft) in (place * TABS..).zip(&drafts) {
                records.save_draft(database, &Draft { tab, ..draft.clone() })?;
            }
            Ok(())
        })?;
        Ok(Sitting { database, place, _lock: lock })
    }

    /// What is being written there, by tab from 0 on.
    pub fn drafts_of(&self, sitting: &Sitting) -> Result<Vec<Draft>, RecordsError> {
        let drafts = self.drafts_at(sitting.database, sitting.place)?;
        Ok(drafts.into_iter().map(|draft| Draft { tab: draft.tab - sitting.place * TABS, ..draft }).collect())
    }

    /// Keeps what changed there, all or nothing; drafts of tabs from `tabs` on are removed.
    pub fn save_drafts(&self, sitting: &Sitting, changed: &[Draft], tabs: u32) -> Result<(), RecordsError> {
        self.together(|records| {
            for draft in changed.iter().filter(|draft| draft.tab < TABS) {
                records.save_draft(sitting.database, &Draft { tab: sitting.place * TABS + draft.tab, ..draft.clone() })?;
            }
            records.clear_from(sitting.database, sitting.place, tabs)
        })
    }

    /// What is being written in one place is written in another from now on, behind what is there.
    pub fn carry(&self, from: &Sitting, to: &Sitting) -> Result<(), RecordsError> {
        self.together(|records| {
            let first = records.drafts_of(to)?.iter().map(|draft| draft.tab + 1).max().unwrap_or(0);
            let theirs = records.drafts_of(from)?;
            // Where there is no room, all stays where it is.
            if first as usize + theirs.len() > TABS as usize {
                return Ok(());
            }
            for (tab, draft) in (first..).zip(theirs) {
                records.save_draft(to.database, &Draft { tab: to.place * TABS + tab, ..draft })?;
            }
            records.clear_from(from.database, from.place, 0)
        })
    }

    fn drafts_at(&self, database: DatabaseId, place: u32) -> Result<Vec<Draft>, RecordsError> {
        let drafts = self.drafts(database)?;
        Ok(drafts.into_iter().filter(|draft| draft.tab / TABS == place).collect())
    }

    fn clear_from(&self, database: DatabaseId, place: u32, tab: u32) -> Result<(), RecordsError> {
        let sql = "DELETE FROM drafts WHERE database_id = ?1 AND tab >= ?2 AND tab < ?3";
        let first = i64::from(place) * i64::from(TABS);
        let (from, end) = (first + i64::from(tab.min(TABS)), first + i64::from(TABS));
        self.change(sql, (database.0, from, end)).map(|_| ())
    }

    /// Locks a place; `None` where another has it, or where files cannot be locked.
    fn lock(&self, database: DatabaseId, place: u32) -> Option<Lock> {
        let folder = self.path().parent()?.join("sittings");
        fs::create_dir_all(&folder).ok()?;
        let file = OpenOptions::new().create(true).append(true).open(folder.join(format!("{}-{place}.lock", database.0))).ok()?;
        file.try_lock().ok().map(|()| Lock(file))
    }
}
