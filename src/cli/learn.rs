//! `learn`: a database learned in the time there is, and taken back.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use super::beside::BesideArgs;
use super::computing::parse_threads;
use super::database::open_watched;
use super::failure::Failure;
use super::interrupt;
use super::line::LiveLine;
use super::load::{Chosen, Loading, choose, load_model};
use super::load_adapter::known;
use super::servers::private_of;
use super::settings::Settings;
use super::train::show::RunLine;
use crate::eval::report::Share;
use crate::jobs::JobFailure;
use crate::jobs::learn::budget::parse_time;
use crate::jobs::learn::kept::{Kept, new_folder, runs_of};
use crate::jobs::learn::{About, BUDGET, LearnEvent, LearnOrder, Learnt, learn, undo, words};
use crate::llm::Generate;
use crate::text;
use crate::train::{TrainEvent, watch};

/// Exit code of what was stopped and can go on.
const PAUSED: u8 = 6;
/// How far it gives way to others, as `nice` counts: asking goes on meanwhile. Windows has no such number, and nothing is done there.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Arguments of `learn`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Some examples are held out: questions that choose the checkpoint, and others that are answered before and after. The adapter is attached \
    where the exact sign test says that it is better. What was interrupted goes on when it is called again. The files of the run lie where those of \
    `sqllama train` do; `sqllama runs` lists it."
)]
pub struct LearnArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// How long it may take, about: 30m, 90s, 1h30m [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = parse_budget)]
    pub budget: Option<Duration>,
    /// A catalogue name, a GGUF file or a Hugging Face folder
    #[arg(long)]
    pub model: Option<String>,
    /// Attach the adapter whatever comes of comparing
    #[arg(long)]
    pub attach: bool,
    /// Take back what was learned: detach the adapter, attach the one before, say what remains
    #[arg(long, conflicts_with_all = ["budget", "model", "attach", "new", "name", "dry_run", "threads"])]
    pub undo: bool,
    /// Begin anew where an interrupted one would go on
    #[arg(long, conflicts_with = "name")]
    pub new: bool,
    /// What the run is called [default: `learn-` and the database's name]
    #[arg(long)]
    pub name: Option<String>,
    /// Measure, show the plan and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Threads to compute on [default: all of this process]
    #[arg(long, value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// What came of it as one JSON object
    #[arg(long)]
    pub json: bool,
}

fn parse_budget(text: &str) -> Result<Duration, String> {
    parse_time(text).ok_or_else(|| "a time is needed, such as 30m, 90s or 1h30m, a week at most".into())
}

/// Learns a database, or takes that back.
pub(super) fn run_learn(args: &LearnArgs, settings: &Settings) -> Result<u8, Failure> {
    settings.apply_threads(args.threads);
    let cancel = interrupt::watch_termination();
    let named = args.beside.set(&args.database)?.to_string();
    let database = open_watched(&named, settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    let private = private_of(settings, &database, None)?;
    let about = About { database: Arc::new(database), schema: Arc::new(schema), private };
    if args.undo {
        return take_back(args, &about, settings);
    }
    let (folder, begun) = run_of(args, &about, settings)?;
    let spec = args.model.as_deref().or(begun.as_ref().map(|kept| kept.model.as_str()));
    if let (Some(typed), Some(begun)) = (&args.model, &begun)
        && *typed != begun.model
    {
        let hint = Some("`--new` begins anew with another one".into());
        return Err(Failure { hint, ..Failure::new(2, format!("{} was begun with {}", words::name(&folder), begun.model)) });
    }
    let spec = settings.model(spec).map(str::to_owned);
    let chosen = choose(settings, spec.as_deref())?;
    let Chosen::File(resolved) = &chosen else {
        let hint = Some("name one with --model; `sqllama models list` shows those that are here".into());
        return Err(Failure { hint, ..Failure::new(2, "a model is trained on this machine, and this one does not lie here") });
    };
    // What others do at the same time, asking included, goes first.
    #[cfg(unix)]
    let _ = rustix::process::nice(NICENESS);
    let order = LearnOrder {
        database: named,
        folder: folder.clone(),
        model: (spec.unwrap_or_else(|| resolved.name.clone()), resolved.name.clone(), resolved.path.clone()),
        budget: args.budget.or(begun.is_none().then_some(BUDGET)),
        attach: args.attach,
        dry_run: args.dry_run,
    };
    if let Some(begun) = &begun {
        let (name, spent) = (words::name(&folder), words::time(begun.spent));
        writeln!(stderr(), "going on with {}, which took {spent} so far", text::sanitize(&name))?;
    }
    let mut asked = || -> Result<Box<dyn Generate>, JobFailure> {
        // Sessions of adapters that are still learned are of no use later.
        Ok(Box::new(load_model(settings, &chosen, Loading { saving: false, ..Loading::on(Default::default()) })?))
    };
    let mut teller = Teller { line: LiveLine::new(), run: None, plan_to_stdout: args.dry_run };
    let learnt = learn(&order, &about, &settings.paths, &mut asked, &cancel, &mut |event| teller.tell(event));
    teller.finish();
    match learnt? {
        Learnt::Planned(_) => Ok(0),
        Learnt::Paused => {
            writeln!(stderr(), "paused\nhint: go on with `sqllama learn {}`", text::sanitize(&args.database))?;
            Ok(PAUSED)
        }
        Learnt::Done(done) => {
            let (decision, compared) = *done;
            let name = words::name(&folder);
            if args.json {
                let share = |share: &Share| json!({ "right": share.count, "of": share.n });
                let shares =
                    compared.shares.iter().map(|(of, before, after)| json!({ "of": of, "before": share(before), "after": share(after) }));
                let object = json!({ "run": name, "folder": folder, "decision": decision, "shares": shares.collect::<Vec<_>>() });
                writeln!(stdout(), "{object}")?;
                return Ok(0);
            }
            for line in words::result(&decision, &compared, &name) {
                writeln!(stdout(), "{}", text::sanitize(&line))?;
            }
            Ok(0)
        }
    }
}

/// The folder of the run that is meant, and what is kept of it where it was begun.
fn run_of(args: &LearnArgs, about: &About, settings: &Settings) -> Result<(PathBuf, Option<Kept>), Failure> {
    let paths = &settings.paths;
    let Some(name) = &args.name else {
        let unfinished = runs_of(paths, &about.place()).into_iter().rfind(|(_, kept)| kept.outcome.is_none());
        if let Some((folder, kept)) = unfinished.filter(|_| !args.new) {
            return Ok((folder, Some(kept)));
        }
        return Ok((new_folder(paths, &about.db_id().unwrap_or_default()), None));
    };
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Failure::new(2, format!("`{name}` cannot be a run's name: letters, digits, dashes and underscores can")));
    }
    let folder = paths.runs().join(name);
    match Kept::read(&folder) {
        Some(kept) if kept.place == about.place() => Ok((folder, Some(kept))),
        Some(kept) => Err(Failure::new(2, format!("the run {name} learned another database: {}", kept.database))),
        None if watch::is_run(&folder) => Err(Failure::new(2, format!("{name} is a run already, and learned no database"))),
        None => Ok((folder, None)),
    }
}

fn take_back(args: &LearnArgs, about: &About, settings: &Settings) -> Result<u8, Failure> {
    let (records, id) = known(settings, &about.database, &about.schema)?;
    let undone = undo(&settings.paths, &records, id, &about.place())?;
    let name = words::name(&undone.folder);
    if args.json {
        writeln!(stdout(), "{}", json!({ "run": name, "folder": undone.folder, "restored": undone.restored, "bytes": undone.bytes }))?;
        return Ok(0);
    }
    let now = match &undone.restored {
        Some(adapter) => format!("is asked with {} again, as before", words::name(adapter)),
        None => "is asked without an adapter from now on".into(),
    };
    let accepted = text::counted(undone.accepted as u64, "accepted answer", "accepted answers");
    for line in [
        format!("{} {now}", args.database),
        format!("what remains: the run {name} ({}), and {accepted}", text::bytes(undone.bytes)),
        format!("attach it again with `sqllama adapters attach {} {name}`; delete it with `sqllama runs remove {name}`", args.database),
    ] {
        writeln!(stdout(), "{}", text::sanitize(&line))?;
    }
    Ok(0)
}

/// Tells what happens on stderr.
struct Teller {
    line: LiveLine,
    run: Option<RunLine>,
    plan_to_stdout: bool,
}

impl Teller {
    fn tell(&mut self, event: LearnEvent) {
        match event {
            LearnEvent::Progress(text) => {
                self.end_run();
                self.line.show(text::sanitize(&text).into_owned(), true);
            }
            LearnEvent::Said(text) => {
                self.end_run();
                let text = text::sanitize_lines(text.trim_end()).into_owned();
                if self.plan_to_stdout {
                    let _ = writeln!(stdout(), "{text}");
                } else {
                    self.line.say(&text);
                }
            }
            LearnEvent::Training(event) => {
                if self.run.is_none() {
                    self.line.finish();
                    self.line = LiveLine::new();
                }
                self.run.get_or_insert_with(|| RunLine::new(1)).show(&event);
                if matches!(event, TrainEvent::Finished { .. } | TrainEvent::Paused { .. } | TrainEvent::Failed { .. }) {
                    self.end_run();
                }
            }
        }
    }

    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            run.finish();
        }
    }

    fn finish(&mut self) {
        self.end_run();
        self.line.finish();
    }
}

impl From<JobFailure> for Failure {
    fn from(failure: JobFailure) -> Self {
        Self { hint: failure.hint, ..Self::new(2, failure.message) }
    }
}
