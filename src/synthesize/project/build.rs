//! The whole set: every world, its schemas, their databases, and examples about each, as hard as Spider's.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::draft::Desk;
use super::judge::judge;
use super::plan::plan;
use super::schema::Schema;
use super::shapes::{HARD, Maker, SHAPES};
use super::source::{Pools, SourceError, World, worlds};
use super::{ddl, rows, views};
use crate::dataset::Example;
use crate::db::{Database, DbError, made};
use crate::prompt::{SCHEMA_BYTES, schema_text};
use crate::random::{Random, hash, key};
use crate::signal::{Cancel, Stop};
use crate::sql::hardness::Hardness;

/// Rows of a hundred that are easy, medium, hard and extra hard: Spider's spread.
const SPREAD: [usize; 4] = [25, 40, 20, 15];
/// Drafts that are tried for each example wanted.
const TRIES: usize = 60;
/// What the set is called in its rows.
const SOURCE: &str = "project";

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A source is not written as sources are.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There are no worlds.
    #[error("{} has no worlds", folder.display())]
    NoWorlds {
        /// Where they were looked for.
        folder: PathBuf,
    },
    /// SQLite does not take a schema, which is a mistake in a world or here.
    #[error("the database {name} cannot be made: {message}")]
    Make {
        /// The database.
        name: String,
        /// SQLite's words.
        message: String,
    },
    /// A database cannot be read, or somebody cancelled.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl ProjectError {
    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::File { .. } => "look whether it is there and may be used".into(),
            Self::Source(error) => error.hint().into(),
            Self::NoWorlds { .. } => "give a folder with pools.txt and worlds/*.txt, such as data/project".into(),
            Self::Make { .. } => "look at the world that it was made from".into(),
            Self::Database(error) => error.hint(),
        }
    }
}

/// The sources, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    pools: Pools,
    worlds: Vec<World>,
}

impl Sources {
    /// Reads `pools.txt` and `worlds/*.txt` under `folder`, the files in the order of their names.
    pub fn read(folder: &Path) -> Result<Self, ProjectError> {
        let text = |path: &Path| fs::read_to_string(path).map_err(|source| ProjectError::File { path: path.into(), source });
        let pools = Pools::read("pools.txt", &text(&folder.join("pools.txt"))?)?;
        let places = folder.join("worlds");
        let entries = fs::read_dir(&places).map_err(|source| ProjectError::File { path: places.clone(), source })?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
        files.sort();
        let mut all = Vec::new();
        for file in &files {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            all.extend(worlds(&name, &text(file)?, &pools)?);
        }
        if all.is_empty() {
            return Err(ProjectError::NoWorlds { folder: folder.into() });
        }
        Ok(Self { pools, worlds: all })
    }

    /// The first so many worlds only.
    pub fn truncate(&mut self, worlds: usize) {
        self.worlds.truncate(worlds);
    }

    /// Worlds, and the schemas that are made of them.
    pub fn counts(&self) -> (usize, usize) {
        (self.worlds.len(), self.worlds.iter().map(schemas_of).sum())
    }
}

/// What is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOptions {
    /// Examples wanted in all.
    pub rows: usize,
    /// Where the databases are to stay; else they are gone afterwards.
    pub databases: Option<PathBuf>,
}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEvent {
    /// A schema is done: so many of so many, and the examples by then.
    Schema {
        /// Schemas done.
        done: usize,
        /// Schemas in all.
        all: usize,
        /// Examples made.
        examples: usize,
    },
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Built {
    /// The examples, those about one database behind each other.
    pub examples: Vec<Example>,
    /// How many of each hardness.
    pub hardness: BTreeMap<Hardness, usize>,
    /// How many of each kind of question.
    pub shapes: BTreeMap<&'static str, usize>,
    /// Schemas.
    pub schemas: usize,
    /// Drafts that were tried.
    pub tried: usize,
}

/// Makes the set. The same sources and options give the same set on every machine.
///
/// # Errors
/// When a database cannot be made or read, or somebody cancelled.
pub fn build(sources: &Sources, options: &BuildOptions, cancel: &Cancel, emit: &mut dyn FnMut(BuildEvent)) -> Result<Built, ProjectError> {
    // A machine with much else to do must not decide what is known of a column.
    let cancel = &cancel.patient();
    let own = tempfile::tempdir().map_err(|source| ProjectError::File { path: std::env::temp_dir(), source })?;
    let folder = options.databases.as_deref().unwrap_or(own.path());
    fs::create_dir_all(folder).map_err(|source| ProjectError::File { path: folder.into(), source })?;
    let (_, all) = sources.counts();
    let mut built = Built::default();
    for world in &sources.worlds {
        for number in 0..schemas_of(world) {
            if cancel.is_stopped() {
                return Err(DbError::Stopped(Stop::Cancelled).into());
            }
            let seed = key(&[number as u64, world.name.bytes().fold(0, |seed, byte| hash(seed, u64::from(byte)))]);
            let mut random = Random::new(seed);
            let schema = made_up(world, number, &sources.pools, &mut random);
            let path = folder.join(format!("{}.sqlite", schema.name));
            let make = |message: String| ProjectError::Make { name: schema.name.clone(), message };
            made::write(&path, &[&ddl::statements(&schema)]).map_err(make)?;
            let database = Database::open(&path)?;
            built.schemas += 1;
            // What earlier schemas could not give, later ones do.
            let wanted = SPREAD.map(|share| options.rows * share * built.schemas / all / 100);
            examine(&database, &schema, wanted, &mut random, cancel, &mut built)?;
            emit(BuildEvent::Schema { done: built.schemas, all, examples: built.examples.len() });
        }
    }
    Ok(built)
}

/// A schema of a world with its rows.
pub fn made_up(world: &World, number: usize, pools: &Pools, random: &mut Random) -> Schema {
    let (mut schema, fields) = plan(world, number, random);
    rows::fill(&mut schema, &fields, pools, random);
    views::add(&mut schema, random);
    schema
}

/// More schemas of a world that has more things.
fn schemas_of(world: &World) -> usize {
    world.things.len().saturating_sub(1).clamp(1, 3)
}

/// Adds examples about one database until there are as many of each hardness as wanted by now.
fn examine(
    database: &Database,
    schema: &Schema,
    wanted: [usize; 4],
    random: &mut Random,
    cancel: &Cancel,
    built: &mut Built,
) -> Result<(), ProjectError> {
    let context = schema_text(&database.schema(cancel)?, SCHEMA_BYTES);
    let makers: Vec<Maker> = SHAPES.iter().chain(&HARD).flat_map(|(maker, weight)| std::iter::repeat_n(*maker, *weight)).collect();
    let missing = |built: &Built| -> [usize; 4] {
        let mut left = wanted;
        for (left, hardness) in left.iter_mut().zip(Hardness::ALL) {
            *left = left.saturating_sub(built.hardness.get(&hardness).copied().unwrap_or_default());
        }
        left
    };
    let total: usize = missing(built).iter().sum();
    let most_of_a_shape = (total / 8).max(2);
    let (mut queries, mut questions) = (HashSet::new(), HashSet::new());
    let mut shapes: BTreeMap<&'static str, usize> = BTreeMap::new();
    for _ in 0..total * TRIES {
        let left = missing(built);
        if left == [0; 4] {
            break;
        }
        built.tried += 1;
        let Some(maker) = random.pick(&makers) else { break };
        let Some(draft) = maker(Desk::new(schema, random.next_u64())) else { continue };
        if shapes.get(draft.shape).is_some_and(|count| *count >= most_of_a_shape)
            || queries.contains(&draft.sql)
            || questions.contains(&draft.question.to_lowercase())
        {
            continue;
        }
        let Some(hardness) = judge(database, schema, &draft, cancel)? else { continue };
        let place = Hardness::ALL.iter().position(|own| *own == hardness);
        if place.and_then(|place| left.get(place)).is_none_or(|left| *left == 0) {
            continue;
        }
        let row = built.examples.len() + 1;
        let mut example = Example::question(draft.question.clone(), context.clone(), draft.sql.clone());
        example.db_id = Some(schema.name.clone());
        example.source = Some(SOURCE.into());
        (example.row, example.line) = (row, row);
        built.examples.push(example);
        questions.insert(draft.question.to_lowercase());
        queries.insert(draft.sql);
        *built.hardness.entry(hardness).or_default() += 1;
        *built.shapes.entry(draft.shape).or_default() += 1;
        *shapes.entry(draft.shape).or_default() += 1;
    }
    Ok(())
}
