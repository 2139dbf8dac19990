//! `eval`: accuracy over questions whose SQL is known, and two such runs compared.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args as ClapArgs;

use super::ask::candidates;
use super::computing::{ComputingArgs, parse_threads};
use super::database::values;
use super::failure::Failure;
use super::form::{PromptForm, form_for};
use super::interrupt;
use super::load::{Chosen, Loading, choose};
use super::load_adapter::{find_adapter, form_of, load_with_adapter};
use super::network::ServerArgs;
use super::servers::private_of;
use super::settings::Settings;
use crate::ask::{AskRequest, CANDIDATES, Candidates, MAX_REPAIRS, Mending, Names, SchemaForm};
use crate::db::{Limits, ValueIndex};
use crate::eval::{self, EvalError, EvalEvent, EvalInputs, Question, Record, Report};
use crate::llm::placement::refuse_what_is_not_built_in;
use crate::llm::{Generate, Recorded, Sampling};
use crate::prompt::Form;
use crate::records::Records;
use crate::text;

/// Rows of an answer that are compared.
const MAX_ROWS: usize = 100_000;

/// Arguments of `eval`.
#[derive(Debug, ClapArgs)]
pub struct EvalArgs {
    /// A JSON list of {db_id, question, query}; `query` may be a list of accepted answers
    #[arg(long, required_unless_present = "compare")]
    pub questions: Option<PathBuf>,
    /// A folder with one <db_id>.sqlite for each database
    #[arg(long, required_unless_present = "compare")]
    pub databases: Option<PathBuf>,
    /// A catalogue name, a model file, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// An adapter: `none`, a stored one's name or a folder
    #[arg(long, default_value = "none")]
    pub adapter: String,
    /// At most this many questions, drawn with the seed; all where it is not given
    #[arg(long)]
    pub limit: Option<usize>,
    /// One JSON line a question; what is in it already is not asked again
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// What the model writes is kept here, one JSON line a text, and what is here is not written again: for measuring what is made of it
    #[arg(long)]
    pub drafts: Option<PathBuf>,
    /// Compare two files written by --out: what the second fixed and broke
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], conflicts_with_all = ["questions", "databases"])]
    pub compare: Option<Vec<PathBuf>>,
    /// The bare model: schema as stored, one greedy draft, nothing mended, looked up or repaired
    #[arg(long)]
    pub plain: bool,
    /// Prompt form [default: auto]
    #[arg(long, value_enum)]
    pub prompt: Option<PromptForm>,
    /// Drafts to draw and compare [default: 1, and 8 where the first is in doubt]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub candidates: Option<u32>,
    /// Compare drafts even where nothing speaks against the first, until more could not change the choice: what beliefs are fitted to
    #[arg(long, conflicts_with_all = ["candidates", "plain"])]
    pub compare_always: bool,
    /// Let the model write any name
    #[arg(long)]
    pub no_constrain: bool,
    /// Do not mend names without the model
    #[arg(long)]
    pub no_mend: bool,
    /// Do not let the model mend SQL that failed
    #[arg(long)]
    pub no_repair: bool,
    /// Do not look up values of the question in the database
    #[arg(long)]
    pub no_values: bool,
    /// Do not show the model examples made from the database
    #[arg(long)]
    pub no_demonstrations: bool,
    /// Seed of what is drawn
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Threads to compute on [default: all of this process]
    #[arg(long, value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// `text` or `json`
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

/// Asks the questions and prints the figures.
pub(super) fn run_eval(args: &EvalArgs, settings: &Settings) -> Result<u8, Failure> {
    if let Some([before, after]) = args.compare.as_deref() {
        return compare_files(before, after);
    }
    let (Some(questions), Some(databases)) = (&args.questions, &args.databases) else {
        return Err(Failure::new(2, "--questions and --databases are needed"));
    };
    refuse_what_is_not_built_in(args.computing.device.into())?;
    settings.apply_threads(args.threads);
    let questions = draw(eval::read_questions(questions)?, args.limit, args.seed);
    let mut records = match &args.out {
        Some(path) if path.exists() => mend_tail(path, eval::read_records(path)?)?,
        _ => Vec::new(),
    };
    let done: HashSet<(String, String)> = records.iter().map(|r| (r.db_id.clone(), r.id.clone())).collect();
    let mut out = match &args.out {
        Some(path) => Some(OpenOptions::new().create(true).append(true).open(path).map_err(|error| cannot_write(path, &error))?),
        None => None,
    };
    let cancel = interrupt::watch();
    let settings = &settings.with_servers(&args.servers, args.offline);
    let chosen = choose(settings, settings.model(args.model.as_deref()))?;
    if matches!(chosen, Chosen::Server(_)) && settings.paths.records().exists() {
        // What is private is said there: without it nothing goes over a network.
        Records::open(&settings.paths)?;
    }
    let adapter = find_adapter(settings, &chosen, &args.adapter, None)?;
    let model = load_with_adapter(settings, &chosen, Loading::on(args.computing), adapter.as_ref())?;
    let form = form_for(form_of(settings.prompt(args.prompt), adapter.as_ref()), model.info());
    let mut model: Box<dyn Generate> = match &args.drafts {
        Some(path) => Box::new(Recorded::open(model, &args.adapter, path).map_err(|error| cannot_write(path, &error))?),
        None => model,
    };
    let inputs = EvalInputs { questions: &questions, databases: databases.clone(), done, opened: None, demonstrations: None };
    let (start, before) = (Instant::now(), records.len());
    let live = stderr().is_terminal();
    let mut index: Option<(PathBuf, Arc<ValueIndex>)> = None;
    let result = eval::evaluate(
        &inputs,
        model.as_mut(),
        &mut |question, database, schema| {
            let known = index.take().filter(|(path, _)| path == database.path()).map(|(_, values)| values);
            // A database whose values cannot be read is asked about without them.
            let values = known.or_else(|| values(settings, database, schema, &cancel).ok());
            index = values.clone().map(|values| (database.path().clone(), values));
            // That it can be read was seen before.
            let private = private_of(settings, database, None).unwrap_or_default();
            AskRequest { private, ..request(args, settings, form, question, values) }
        },
        &cancel,
        &mut |EvalEvent::Judged { record, done, total }| {
            if let Some(out) = &mut out {
                writeln!(out, "{}", serde_json::to_string(&record)?)?;
            }
            records.push(record);
            tell(&records, records.len() - before, done, total, start, live)
        },
    );
    if live {
        writeln!(stderr())?;
    }
    // A file may hold questions of other runs: figures are of those asked for.
    let wanted: HashSet<(&str, &str)> = questions.iter().map(|q| (q.db_id.as_str(), q.id.as_str())).collect();
    records.retain(|r| wanted.contains(&(r.db_id.as_str(), r.id.as_str())));
    print_report(&Report::of(&records), &args.format)?;
    match result {
        Ok(()) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// `limit` questions drawn with `seed`, in their old order, so that those of one database stay together.
fn draw(questions: Vec<Question>, limit: Option<usize>, seed: u64) -> Vec<Question> {
    let Some(limit) = limit.filter(|&limit| limit < questions.len()) else { return questions };
    let mut order: Vec<usize> = (0..questions.len()).collect();
    // SplitMix64 (Steele, Lea, Flood 2014): a stable order that depends on nothing but the seed.
    let mix = |n: usize| {
        let mut z = seed.wrapping_add((n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    order.sort_by_key(|&n| mix(n));
    let chosen: HashSet<usize> = order.into_iter().take(limit).collect();
    questions.into_iter().enumerate().filter(|(n, _)| chosen.contains(n)).map(|(_, q)| q).collect()
}

/// Cuts a line off that a killed run left half written.
fn mend_tail(path: &Path, records: Vec<Record>) -> Result<Vec<Record>, Failure> {
    let text = std::fs::read(path)?;
    let whole = text.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    if whole < text.len() && serde_json::from_slice::<Record>(&text[whole..]).is_err() {
        let file = OpenOptions::new().write(true).open(path).map_err(|error| cannot_write(path, &error))?;
        file.set_len(whole as u64)?;
    }
    Ok(records)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(2, format!("cannot write {}: {error}", path.display()))
}

fn request(args: &EvalArgs, settings: &Settings, form: Form, question: &Question, values: Option<Arc<ValueIndex>>) -> AskRequest {
    AskRequest {
        hint: question.hint.clone(),
        schema_form: if args.plain { SchemaForm::AsStored } else { SchemaForm::Described },
        values: values.filter(|_| !args.plain && !args.no_values),
        demonstrations: (!args.plain && !args.no_demonstrations).then(Arc::default),
        names: if args.plain || args.no_constrain { Names::Free } else { Names::Locked },
        mending: if args.plain || args.no_mend { Mending::Quotes } else { Mending::Names },
        repairs: if args.plain || args.no_repair { 0 } else { MAX_REPAIRS },
        candidates: match args.candidates {
            _ if args.plain => Candidates::Exactly(1),
            _ if args.compare_always => Candidates::UntilDecided(CANDIDATES),
            typed => candidates(typed),
        },
        sampling: Sampling { seed: args.seed, ..Sampling::default() },
        limits: Limits { max_rows: MAX_ROWS, ..settings.limits(None, None) },
        ..AskRequest::new(&question.question, form)
    }
}

fn tell(records: &[Record], new: usize, done: usize, total: usize, start: Instant, live: bool) -> std::io::Result<()> {
    if !live && !done.is_multiple_of(50) && done != total {
        return Ok(());
    }
    let right = records.iter().filter(|r| r.ok).count();
    let left = start.elapsed().as_secs_f64() / new.max(1) as f64 * (total - done) as f64;
    let percent = 100.0 * right as f64 / records.len().max(1) as f64;
    let line = format!("{done}/{total}  {percent:.1}% right  {} left", text::duration(Duration::from_secs_f64(left)));
    if live { write!(stderr(), "\r{line}   ") } else { writeln!(stderr(), "{line}") }
}

fn print_report(report: &Report, format: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    if format == "json" {
        writeln!(out, "{}", serde_json::to_string(report)?)?;
        return Ok(());
    }
    writeln!(out, "right          {}", report.accuracy)?;
    writeln!(out, "does not run   {}", report.did_not_run)?;
    writeln!(out, "more columns   {} (right, but for columns that were not asked for)", report.shows_more)?;
    let Report { median_seconds, mean_seconds, late_seconds, tokens_read, tokens_written, .. } = report;
    writeln!(
        out,
        "seconds        {median_seconds:.2} a question (median), {mean_seconds:.2} (mean), {late_seconds:.2} (19 of 20 in less)"
    )?;
    writeln!(out, "tokens         {tokens_read:.0} read and {tokens_written:.0} written a question (mean)")?;
    for (name, share) in &report.by_difficulty {
        writeln!(out, "  {name:<24} {share}")?;
    }
    if let Some(error) = report.calibration_error {
        writeln!(out, "confidence     expected calibration error {error:.3}")?;
        for bin in &report.reliability {
            writeln!(out, "  stated {:.2}  observed {}", bin.stated, bin.observed)?;
        }
    }
    Ok(())
}

fn compare_files(before: &Path, after: &Path) -> Result<u8, Failure> {
    let (before, after) = (eval::read_records(before)?, eval::read_records(after)?);
    let comparison = eval::compare(&before, &after);
    let mut out = stdout().lock();
    for (name, pairs) in [("fixed", &comparison.fixed), ("broken", &comparison.broken)] {
        for (old, new) in pairs {
            writeln!(out, "{name}: {} #{}: {}", new.db_id, new.id, text::sanitize(&new.question))?;
            writeln!(out, "  before: {}\n  after:  {}\n  gold:   {}", one_line(&old.sql), one_line(&new.sql), one_line(&new.gold))?;
        }
    }
    let share = |right| eval::report::Share::of(right, comparison.paired);
    writeln!(out, "before {}", share(comparison.right_before))?;
    writeln!(out, "after  {}", share(comparison.right_after))?;
    let (fixed, broken) = (comparison.fixed.len(), comparison.broken.len());
    writeln!(out, "{fixed} fixed, {broken} broken; exact sign test p = {:.4}", comparison.p_value)?;
    if comparison.p_value > 0.05 {
        writeln!(out, "no difference is shown by {} questions", comparison.paired)?;
    }
    Ok(0)
}

fn one_line(sql: &str) -> String {
    text::sanitize(&sql.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let code = match error {
            EvalError::Model(error) => return error.into(),
            EvalError::Stopped => super::failure::INTERRUPTED,
            EvalError::Database { .. } => 3,
            _ => 2,
        };
        let hint = error.hint().map(Into::into);
        Self { hint, ..Self::new(code, error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_part_keeps_the_order() {
        let question = |n: usize| Question {
            id: n.to_string(),
            db_id: "d".into(),
            question: String::new(),
            accepted: vec!["SELECT 1".into()],
            hint: None,
        };
        let all: Vec<Question> = (0..100).map(question).collect();
        let ids = |seed| draw(all.clone(), Some(10), seed).iter().map(|q| q.id.parse().unwrap()).collect::<Vec<usize>>();
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        assert!(ids(1).is_sorted() && ids(1).len() == 10);
        assert_eq!(draw(all.clone(), Some(1000), 1).len(), 100);
    }
}
