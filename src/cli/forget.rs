//! `forget`: what we keep of a database, or of all: listed, then removed. Nothing of the person's own: no database, model, adapter, run,
//! data set, export or setting.

use std::io::{IsTerminal, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::failure::Failure;
use super::settings::Settings;
use crate::db::files::Copies;
use crate::db::{Database, ValueIndex, demo, spool};
use crate::jobs::NAMELESS;
use crate::records::{DatabaseId, Kept, Records};
use crate::schema::DatabaseSet;
use crate::store::{Paths, SavedSessions};
use crate::text;

/// Arguments of `forget`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "History, accepted and rejected answers, notes, favourites, drafts, values of parameters, which adapter is attached, values read from \
    the database, saved sessions of models, tables made of files and results left in the temporary folder go. Databases, models, adapters, runs, \
    data sets and settings stay."
)]
pub struct ForgetArgs {
    /// A SQLite file, or `demo`; it need not be there any more
    #[arg(required_unless_present = "all")]
    pub database: Option<String>,
    /// Every database that was ever opened, and reports of failures
    #[arg(long, conflicts_with = "database")]
    pub all: bool,
    /// Remove what is listed without asking
    #[arg(long)]
    pub yes: bool,
}

/// Lists what is kept and removes it after a yes.
pub(super) fn run_forget(args: &ForgetArgs, settings: &Settings) -> Result<u8, Failure> {
    let paths = &settings.paths;
    // Our file is not made only to be found empty.
    let records = paths.records().exists().then(|| Records::open(paths)).transpose()?;
    let found = match &args.database {
        Some(name) => of_one(name, paths, records.as_ref())?,
        None => of_all(paths, records.as_ref())?,
    };
    if found.is_empty() {
        writeln!(stderr(), "nothing is kept")?;
        return Ok(0);
    }
    for line in found.lines() {
        writeln!(stdout(), "{}", text::sanitize(&line))?;
    }
    if !args.yes && !confirm()? {
        let failure = Failure::new(2, "nothing was removed");
        return Err(Failure { hint: Some("answer `y`, or give --yes".into()), ..failure });
    }
    if let Some(records) = &records {
        records.erase(&found.databases.iter().map(|(id, ..)| *id).collect::<Vec<_>>())?;
    }
    for (path, _) in found.groups.iter().flat_map(|group| &group.files) {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(1, format!("cannot remove {}: {error}", path.display())));
            }
            _ => {}
        }
    }
    writeln!(stderr(), "removed")?;
    Ok(0)
}

/// What is kept.
#[derive(Default)]
struct Found {
    databases: Vec<(DatabaseId, PathBuf, Kept)>,
    groups: Vec<Group>,
}

/// Files of one kind.
struct Group {
    what: &'static str,
    files: Vec<(PathBuf, u64)>,
}

impl Found {
    fn add(&mut self, what: &'static str, files: Vec<(PathBuf, u64)>) {
        if !files.is_empty() {
            self.groups.push(Group { what, files });
        }
    }

    fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.groups.is_empty()
    }

    fn lines(&self) -> Vec<String> {
        let databases = self.databases.iter().map(|(_, path, kept)| format!("{}: {}", path.display(), words(kept)));
        let groups = self.groups.iter().map(|group| {
            let bytes = group.files.iter().map(|(_, bytes)| bytes).sum();
            let files = text::counted(group.files.len() as u64, "file", "files");
            let folder = group.files.first().and_then(|(path, _)| path.parent()).unwrap_or(Path::new(""));
            format!("{}: {files} in {}, {}", group.what, folder.display(), text::bytes(bytes))
        });
        databases.chain(groups).collect()
    }
}

fn of_one(name: &str, paths: &Paths, records: Option<&Records>) -> Result<Found, Failure> {
    let path = if name == "demo" { demo::place(&paths.cache) } else { Database::file_of(name)? };
    let mut found = Found::default();
    let known = records.map(|records| records.find(&path)).transpose()?.flatten();
    if let (Some(records), Some(id)) = (records, known) {
        found.databases.push((id, std::path::absolute(&path)?, records.kept(id)?));
    }
    let settled = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let mut values = vec![ValueIndex::kept_file(paths, &path), ValueIndex::kept_file(paths, &settled)];
    // Wherever it was open together with others.
    for known in records.map(|records| records.recent(usize::MAX >> 1)).transpose()?.unwrap_or_default() {
        let set = DatabaseSet::read(&known.path.to_string_lossy());
        let mut files = std::iter::once(&set.main).chain(set.beside.iter().map(|file| &file.file));
        if let Some(records) = records.filter(|_| !set.beside.is_empty() && files.any(|file| Path::new(file) == settled)) {
            values.push(ValueIndex::kept_file(paths, &known.path));
            found.databases.push((known.id, set.in_line().into(), records.kept(known.id)?));
        }
    }
    values.dedup();
    found.add(VALUES, values.into_iter().filter_map(|path| path.metadata().ok().map(|data| (path, data.len()))).collect());
    found.add(TABLES, Copies::new(paths.copies()).list(Some(&path)));
    let (own, of_nobody) = SavedSessions::list_of(&paths.sessions(), |owner| {
        let set = DatabaseSet::read(owner);
        let mut files = std::iter::once(&set.main).chain(set.beside.iter().map(|file| &file.file));
        files.any(|file| Path::new(file) == settled || Path::new(file) == path)
    });
    found.add("saved sessions of models about it", own);
    // Whoever was never opened left nothing in what is shared by all.
    if !found.is_empty() {
        found.add(SESSIONS_OF_NOBODY, of_nobody);
        found.add(RESULTS, spool::left_behind());
    }
    Ok(found)
}

fn of_all(paths: &Paths, records: Option<&Records>) -> Result<Found, Failure> {
    let mut found = Found::default();
    if let Some(records) = records {
        for known in records.recent(usize::MAX >> 1)? {
            let path = match known.path.to_string_lossy() {
                name if name == NAMELESS => "before a database was open".into(),
                name => DatabaseSet::read(&name).in_line(),
            };
            found.databases.push((known.id, path.into(), records.kept(known.id)?));
        }
    }
    found.add(VALUES, SavedSessions::list(&paths.values()));
    found.add("saved sessions of models", SavedSessions::list(&paths.sessions()));
    found.add(TABLES, Copies::new(paths.copies()).list(None));
    found.add("copies of the sample database", files(&paths.cache, demo::is_demo));
    found.add("what is remembered of model servers", files(&paths.data, |name| name == "servers.json"));
    found.add("reports of failures", files(&paths.reports(), |name| name.starts_with("panic-") && name.ends_with(".txt")));
    found.add(RESULTS, spool::left_behind());
    Ok(found)
}

const VALUES: &str = "values that were read to know what is in a database";
const TABLES: &str = "tables that were made of files, and what is known of them";
const SESSIONS_OF_NOBODY: &str = "saved sessions of models by an earlier build, which do not say of which database they are";
const RESULTS: &str = "results of an earlier day that were left in the temporary folder";

/// The files of `folder` whose name fits.
fn files(folder: &Path, fits: impl Fn(&str) -> bool) -> Vec<(PathBuf, u64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| fits(&entry.file_name().to_string_lossy())).map(|entry| entry.path());
    let mut files: Vec<(PathBuf, u64)> =
        named.filter_map(|path| path.symlink_metadata().ok().filter(std::fs::Metadata::is_file).map(|data| (path, data.len()))).collect();
    files.sort();
    files
}

fn words(kept: &Kept) -> String {
    let counts = [
        (kept.history, "entry of its history", "entries of its history"),
        (kept.accepted, "accepted answer", "accepted answers"),
        (kept.rejected, "rejected answer", "rejected answers"),
        (kept.notes, "note", "notes"),
        (kept.favourites, "favourite", "favourites"),
        (kept.drafts, "draft", "drafts"),
        (kept.values, "value of a parameter", "values of parameters"),
    ];
    let counts = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, several)| text::counted(n, one, several));
    let adapter = kept.adapter.iter().map(|adapter| format!("its tie to the adapter {}, which stays", adapter.display()));
    let all: Vec<String> = counts.chain(adapter).collect();
    if all.is_empty() { "that it was opened".into() } else { all.join(", ") }
}

/// Asks, where there is somebody to answer.
fn confirm() -> Result<bool, Failure> {
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return Ok(false);
    }
    write!(stderr(), "Remove all of this? [y/N] ")?;
    let mut reply = String::new();
    stdin().read_line(&mut reply)?;
    Ok(matches!(reply.trim(), "y" | "Y" | "yes"))
}
