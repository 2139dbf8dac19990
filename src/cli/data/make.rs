//! `data make`: examples from a database's own rows.

use std::io::{IsTerminal, Write, stderr, stdout};

use super::super::columns::print_columns;
use super::super::database::open_watched;
use super::super::failure::Failure;
use super::super::interrupt;
use super::super::load::load_installed;
use super::super::servers::private_of;
use super::super::settings::Settings;
use super::args::MakeArgs;
use super::rows::refuse_existing;
use crate::dataset::write::to_json;
use crate::dataset::{Example, ExampleWriter};
use crate::synthesize::rephrase::RephraseError;
use crate::synthesize::{MakeEvent, MakeOptions, make, rephrase};
use crate::text;

/// Makes examples.
pub(super) fn run_make(args: &MakeArgs, settings: &Settings) -> Result<u8, Failure> {
    if let Some(path) = &args.out {
        refuse_existing(path)?;
    }
    let settings = &settings.with_servers(&args.servers, args.offline);
    settings.apply_threads(None);
    let cancel = interrupt::watch();
    let database = open_watched(&args.database, settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    let private = private_of(settings, &database, args.model.as_deref())?;
    let schema = private.shown(&schema).into_owned();
    let own = database.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let db_id = if args.database == "demo" { Some("demo".into()) } else { own };
    let options = MakeOptions { count: args.count, seed: args.seed, db_id };
    let live = stderr().is_terminal();
    let mut made = make(&database, &schema, &options, &cancel, &mut |MakeEvent::Progress { made, wanted }| {
        if live {
            let _ = write!(stderr(), "\r{made}/{wanted} ");
        }
    })?;
    if live {
        write!(stderr(), "\r              \r")?;
    }
    if let Some(name) = &args.model {
        let mut model = load_installed(settings, Some(name))?;
        let total = made.examples.len();
        let mut reworded = 0u64;
        for (at, example) in made.examples.iter_mut().enumerate() {
            let seed = args.seed.wrapping_add(at as u64);
            if let Some(new) = rephrase(example, model.as_mut(), &database, &schema, seed, &cancel)? {
                *example = new;
                reworded += 1;
            }
            if live {
                write!(stderr(), "\r{}/{total} asked, {reworded} reworded ", at + 1)?;
            }
        }
        writeln!(stderr(), "{}{} of {total} in the model's words", if live { "\r" } else { "" }, text::count(reworded))?;
    }
    tell(args, &made.examples, &made.shapes)?;
    Ok(u8::from(made.examples.is_empty()))
}

fn tell(
    args: &MakeArgs,
    examples: &[Example],
    shapes: &std::collections::BTreeMap<crate::synthesize::Shape, usize>,
) -> Result<(), Failure> {
    match &args.out {
        Some(path) => {
            let mut writer = ExampleWriter::create(path, args.to.into())?;
            for example in examples {
                writer.write(example)?;
            }
            writer.finish()?;
            let mut rows = vec![vec!["SHAPE".to_owned(), "EXAMPLES".to_owned()]];
            rows.extend(shapes.iter().map(|(shape, count)| vec![format!("{shape:?}"), count.to_string()]));
            print_columns(&rows)?;
        }
        None => {
            let mut out = stdout().lock();
            for example in examples {
                writeln!(out, "{}", to_json(example, args.to.into()))?;
            }
        }
    }
    let made = text::counted(examples.len() as u64, "example", "examples");
    if examples.len() < args.count {
        writeln!(stderr(), "{made}; this database gives no more that differ")?;
    } else {
        writeln!(stderr(), "{made}")?;
    }
    Ok(())
}

impl From<RephraseError> for Failure {
    fn from(error: RephraseError) -> Self {
        match error {
            RephraseError::Model(error) => error.into(),
            RephraseError::Database(error) => error.into(),
        }
    }
}
