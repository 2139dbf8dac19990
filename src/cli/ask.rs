//! `ask`: a question, its SQL, its rows.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

use clap::Args as ClapArgs;

use super::beside::BesideArgs;
use super::computing::{ComputingArgs, parse_threads};
use super::database::{open, say_if_empty, values};
use super::failure::Failure;
use super::form::{PromptForm, form_for};
use super::input::{Source, parse_text};
use super::interrupt;
use super::load::{Chosen, Loading};
use super::load_adapter::{attached, find_adapter, form_of, load_with_adapter};
use super::network::ServerArgs;
use super::output::OutputArgs;
use super::pull::{bring, decide};
use super::settings::Settings;
use super::write_answer::AnswerWriter;
use crate::ask::{
    AnswerState, AskError, AskEvent, AskRequest, Candidates, Execution, Following, MAX_QUESTION_BYTES, MAX_REPAIRS, Names, Recalled, ask,
};
use crate::db::Database;
use crate::llm::Sampling;
use crate::llm::placement::refuse_what_is_not_built_in;
use crate::prompt::Turn;
use crate::records::{Records, RecordsError};
use crate::schema::Schema;
use crate::text;

/// Arguments of `ask`.
#[derive(Debug, ClapArgs)]
pub struct AskArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// The question; `-`, or nothing where it is piped in, reads it from stdin
    #[arg(allow_hyphen_values = true, value_parser = parse_text)]
    pub question: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    ///
    /// For tests, `script:FILE` takes the answers from a text file, where lines of `---` stand between them.
    #[arg(long)]
    pub model: Option<String>,
    /// An adapter: `auto` (the one attached to the database), `none`, a stored one's name or a folder
    #[arg(long, default_value = "auto")]
    pub adapter: String,
    /// Prompt form [default: auto]
    #[arg(long, value_enum)]
    pub prompt: Option<PromptForm>,
    /// How its rows are written
    #[command(flatten)]
    pub output: OutputArgs,
    /// The SQL that answered the question before, where this one follows on it
    #[arg(long, value_name = "SQL", allow_hyphen_values = true)]
    pub previous_sql: Option<String>,
    /// The question before, where this one follows on it
    #[arg(long, value_name = "TEXT", requires = "previous_sql", allow_hyphen_values = true)]
    pub previous_question: Option<String>,
    /// How sure that answer was, 0 to 1, as `confidence` said: what follows on it is no surer
    #[arg(long, value_name = "SHARE", requires = "previous_sql", value_parser = share)]
    pub previous_confidence: Option<f64>,
    /// Let the model write follow-ups too whose words say what to change in the query before
    #[arg(long)]
    pub no_follow: bool,
    /// Print the SQL and do not run it
    #[arg(long)]
    pub sql_only: bool,
    /// Print the prompt on stderr
    #[arg(long)]
    pub show_prompt: bool,
    /// Drafts to draw and compare [default: 1, and 8 where the first is in doubt]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub candidates: Option<u32>,
    /// Let the model write any name, also one that the database does not have
    #[arg(long)]
    pub no_constrain: bool,
    /// Do not draft from the prompt: slower, the same answer
    #[arg(long)]
    pub no_draft: bool,
    /// Do not let the model mend SQL that failed
    #[arg(long)]
    pub no_repair: bool,
    /// Do not look up values of the question in the database
    #[arg(long)]
    pub no_values: bool,
    /// Do not show the model examples made from the database
    #[arg(long)]
    pub no_demonstrations: bool,
    /// Something the model should consider
    #[arg(long, allow_hyphen_values = true)]
    pub hint: Option<String>,
    /// Seed of what is drawn [default: 0]; with one, comparing takes as long as it takes
    #[arg(long)]
    pub seed: Option<u64>,
    /// Seconds after which an answer in doubt is compared with no more drafts; 0 for no limit [default: 20]
    #[arg(long, value_name = "SECONDS")]
    pub answer_within: Option<u64>,
    /// Threads to compute on [default: all of this process]
    #[arg(long, value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
    /// Pull the model without asking, where none is installed
    #[arg(long)]
    pub yes: bool,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
}

/// What was typed, or is piped in.
fn read_question(typed: Option<&str>) -> Result<String, Failure> {
    let source = match typed {
        Some(typed) => Source::of_text(typed),
        None => Source::of_pipe(),
    };
    let question = match source {
        Some(source) => source.read(MAX_QUESTION_BYTES)?.trim().to_owned(),
        None => typed.unwrap_or_default().to_owned(),
    };
    if question.trim().is_empty() {
        let hint = "write it behind the database, in quotes, or pipe it in";
        return Err(Failure { hint: Some(hint.into()), ..Failure::new(2, "no question is given") });
    }
    Ok(question)
}

/// Asks the model, checks and runs its SQL, prints the rows.
pub(super) fn run_ask(args: &AskArgs, settings: &Settings) -> Result<u8, Failure> {
    let settings = &settings.with_servers(&args.servers, args.offline).with_files(&args.beside);
    let question = read_question(args.question.as_deref())?;
    refuse_what_is_not_there(args, &question)?;
    settings.apply_threads(args.threads);
    let database = open(&args.beside.set(&args.database)?.to_string(), settings)?;
    let wanted = decide(args.model.as_deref(), args.yes, settings)?;
    let cancel = interrupt::watch();
    let chosen = bring(wanted, settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    say_if_empty(&schema)?;
    let start = Instant::now();
    let attached = if args.adapter == "auto" { attached(settings, &database, &schema) } else { None };
    let adapter = find_adapter(settings, &chosen, &args.adapter, attached)?;
    let loading = Loading { drafting: !args.no_draft, saving: true, computing: args.computing };
    let mut model = load_with_adapter(settings, &chosen, loading, adapter.as_ref())?;
    let load_ms = start.elapsed().as_secs_f64() * 1000.0;
    let request = AskRequest {
        hint: args.hint.clone(),
        values: if args.no_values { None } else { Some(values(settings, &database, &schema, &cancel)?) },
        demonstrations: (!args.no_demonstrations).then(Default::default),
        names: if args.no_constrain { Names::Free } else { Names::Locked },
        repairs: if args.no_repair { 0 } else { MAX_REPAIRS },
        candidates: candidates(args.candidates),
        execution: if args.sql_only { Execution::Never } else { Execution::Answer },
        answer_within: settings.answer_within(args.answer_within).filter(|_| args.seed.is_none()),
        sampling: Sampling { seed: args.seed.unwrap_or(0), ..Sampling::default() },
        limits: settings.limits(args.output.max_rows, args.output.timeout),
        previous: args.previous_sql.clone().map(|sql| Turn { question: args.previous_question.clone().unwrap_or_default(), sql }),
        previous_confidence: args.previous_confidence,
        following: if args.no_follow { Following::ByModel } else { Following::OnTheTree },
        ..AskRequest::new(&question, form_for(form_of(settings.prompt(args.prompt), adapter.as_ref()), model.info()))
    };
    let request = match recall(settings, &database, &schema, &question, args.previous_sql.as_deref()) {
        Ok(recalled) => recalled.apply(request),
        // What is private is said there: without it nothing goes over a network.
        Err(error) if matches!(chosen, Chosen::Server(_)) => return Err(error.into()),
        Err(error) => {
            writeln!(stderr(), "what you said before is not taken into account: {error}\nhint: {}", error.hint())?;
            request
        }
    };
    let live = stderr().is_terminal();
    let mut narrate = |event| {
        let _ = match event {
            AskEvent::Prompt(prompt) if args.show_prompt => writeln!(stderr(), "{}", text::sanitize_lines(&prompt)),
            AskEvent::Reading { done, total, .. } if live => write!(stderr(), "\rreading {}% ", 100 * done / total.max(1)),
            AskEvent::Drawing { drafts, reason } => writeln!(stderr(), "{reason}: comparing it with {drafts} more"),
            AskEvent::Repairing { repair, failed } => writeln!(stderr(), "repair {repair}: {}", text::sanitize(&failed.error)),
            _ => Ok(()),
        };
    };
    let result = ask(&database, &schema, model.as_mut(), &request, &cancel, &mut narrate);
    if live {
        write!(stderr(), "\r             \r")?;
    }
    let mut answer = result?;
    for lack in model.missing() {
        writeln!(stderr(), "note: {}: {lack}", text::sanitize(&model.info().device))?;
    }
    answer.timings.load_ms = load_ms;
    answer.timings.total_ms += load_ms;
    AnswerWriter { output: &args.output, sql_only: args.sql_only, settings, database: &database, schema: &schema, cancel: &cancel }
        .write(&mut answer)?;
    Ok(match answer.state {
        AnswerState::Ran | AnswerState::Checked | AnswerState::Clarify => 0,
        AnswerState::Failed | AnswerState::Unanswerable => 1,
        AnswerState::Refused => 4,
    })
}

fn recall(
    settings: &Settings,
    database: &Database,
    schema: &Schema,
    question: &str,
    before: Option<&str>,
) -> Result<Recalled, RecordsError> {
    let records = Records::open(&settings.paths)?;
    let id = records.database(&database.label(), &schema.fingerprint())?;
    Recalled::look_up(&records, id, question, before)
}

/// As many drafts as typed, else as doubt calls for.
pub(super) fn candidates(typed: Option<u32>) -> Candidates {
    typed.map_or_else(Candidates::default, |n| Candidates::Exactly(n as usize))
}

/// Says before any work what cannot be done. `--no-values` switches off what is not there yet: nothing is wrong with it.
fn refuse_what_is_not_there(args: &AskArgs, question: &str) -> Result<(), Failure> {
    let bytes = question.len();
    if bytes > MAX_QUESTION_BYTES {
        return Err(AskError::QuestionTooLong { bytes }.into());
    }
    Ok(refuse_what_is_not_built_in(args.computing.device.into())?)
}
/// A share from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| format!("{text:?} is no share from 0 to 1"))
}
