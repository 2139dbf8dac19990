//! `data build`: the project's own data set, from its sources.

use std::io::{IsTerminal, Write, stderr};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::columns::{print_bars, print_columns};
use super::super::failure::Failure;
use super::super::interrupt;
use super::args::BuildArgs;
use super::rows::refuse_existing;
use crate::dataset::{Example, ExampleWriter, Format, variety};
use crate::db::DbError;
use crate::sql::hardness::Hardness;
use crate::synthesize::project::{BuildEvent, BuildOptions, ProjectError, Sources, build};
use crate::text;

/// Makes both sets.
pub(super) fn run_build(args: &BuildArgs) -> Result<u8, Failure> {
    let (examples, small) = (args.out.join("examples.jsonl.gz"), args.out.join("small.jsonl.gz"));
    refuse_existing(&examples)?;
    refuse_existing(&small)?;
    let cancel = interrupt::watch();
    let mut sources = Sources::read(&args.from)?;
    if let Some(worlds) = args.worlds {
        sources.truncate(worlds);
    }
    let live = stderr().is_terminal();
    let options = BuildOptions { rows: args.rows, databases: args.databases.clone() };
    let built = build(&sources, &options, &cancel, &mut |BuildEvent::Schema { done, all, examples }| {
        if live {
            let _ = write!(stderr(), "\r{done}/{all} databases, {} ", text::counted(examples as u64, "example", "examples"));
        }
    })?;
    if live {
        writeln!(stderr())?;
    }
    std::fs::create_dir_all(&args.out)?;
    let mut rows = vec![vec!["FILE".to_owned(), "ROWS".to_owned(), "BYTES".to_owned(), "SHA-256".to_owned()]];
    rows.push(write(&examples, &built.examples)?);
    let total = built.examples.len();
    let hardness: Vec<(String, usize)> =
        Hardness::ALL.iter().map(|own| (own.name().to_owned(), built.hardness.get(own).copied().unwrap_or_default())).collect();
    let shapes: Vec<(String, usize)> = built.shapes.iter().map(|(shape, count)| ((*shape).to_owned(), *count)).collect();
    rows.push(write(&small, &variety::choose(built.examples, args.small))?);
    print_columns(&rows)?;
    print_bars("Hardness, as Spider counts it", &hardness, total)?;
    print_bars("Kinds of questions", &shapes, total)?;
    let (worlds, _) = sources.counts();
    let (worlds, tried) = (text::counted(worlds as u64, "world", "worlds"), text::count(built.tried as u64));
    writeln!(stderr(), "{} of {worlds}; {tried} drafts were tried", text::counted(built.schemas as u64, "database", "databases"))?;
    Ok(u8::from(total == 0))
}

/// Writes a set; its line in the table.
fn write(path: &Path, examples: &[Example]) -> Result<Vec<String>, Failure> {
    let mut writer = ExampleWriter::create(path, Format::QuestionContextAnswer)?;
    for example in examples {
        writer.write(example)?;
    }
    let rows = writer.finish()?;
    let bytes = std::fs::read(path)?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(vec![path.display().to_string(), text::count(rows as u64), text::count(bytes.len() as u64), digest])
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Database(DbError::Stopped(_)) => Self::interrupted(),
            ProjectError::Database(error) => error.into(),
            error => Self {
                hint: Some(error.hint().into_owned()),
                ..Self::new(if matches!(error, ProjectError::File { .. }) { 3 } else { 2 }, error.to_string())
            },
        }
    }
}
