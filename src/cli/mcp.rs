//! `mcp`: the databases as tools for another program's model.

use std::io::{IsTerminal, Write, stderr, stdin};

use clap::Args as ClapArgs;

use super::beside::BesideArgs;
use super::computing::ComputingArgs;
use super::database::{open, open_telling};
use super::failure::Failure;
use super::load::{Loading, choose, load_with};
use super::network::ServerArgs;
use super::settings::Settings;
use crate::jobs::JobFailure;
use crate::llm::placement::refuse_what_is_not_built_in;
use crate::mcp::{McpError, McpSettings, OpenFile, serve};
use crate::signal::Cancel;
use crate::store::StoreError;

/// Arguments of `mcp`.
#[derive(Debug, ClapArgs)]
pub struct McpArgs {
    /// SQLite files, files with tables in them (CSV, Parquet, ...), or `demo`
    #[arg(required = true, value_name = "FILE")]
    pub databases: Vec<String>,
    /// What is opened beside the first of them, and how
    #[command(flatten)]
    pub beside: BesideArgs,
    /// The model that `ask` asks: a catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// The most rows that a client can ask for [default: 1000]
    #[arg(long, value_name = "N")]
    pub max_rows: Option<usize>,
    /// Seconds a query may take, 0 for no limit [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Seconds after which an answer in doubt is compared with no more drafts; 0 for no limit [default: 20]
    #[arg(long, value_name = "SECONDS")]
    pub answer_within: Option<u64>,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
}

impl From<McpError> for Failure {
    fn from(error: McpError) -> Self {
        Self { hint: Some(error.hint().into()), ..Self::new(1, error.to_string()) }
    }
}

/// Serves one client over stdin and stdout.
pub(super) fn run_mcp(args: McpArgs, settings: Settings) -> Result<u8, Failure> {
    let mut settings = settings.with_servers(&args.servers, args.offline).with_files(&args.beside);
    // What comes in is the protocol's.
    settings.rights.may_ask = false;
    refuse_what_is_not_built_in(args.computing.device.into())?;
    settings.apply_threads(None);
    let whole = |(at, typed): (usize, &String)| match at {
        0 => Ok(args.beside.set(typed)?.to_string()),
        _ => Ok(typed.clone()),
    };
    let typed: Vec<String> = args.databases.iter().enumerate().map(whole).collect::<Result<_, Failure>>()?;
    let files: Vec<OpenFile> = typed.iter().map(|typed| open_twice(typed, &settings)).collect::<Result<_, _>>()?;
    if stdin().is_terminal() {
        let (one, them) = if files.len() == 1 { ("", "it") } else { ("s", "them") };
        writeln!(
            stderr(),
            "{} database{one} open. A program that speaks the Model Context Protocol asks about {them} here, over stdin and stdout: name \
             this command in its settings. Ctrl-C ends it.",
            files.len()
        )?;
    }
    let form = settings.prompt(None).form();
    let (own, files_own) = (settings.clone(), settings.clone());
    let (typed, loading) = (args.model, Loading::on(args.computing));
    serve(McpSettings {
        files,
        open: Box::new(move |typed| Ok(open_twice(typed, &files_own)?)),
        model: Box::new(move |_| {
            let chosen = choose(&own, own.model(typed.as_deref())).map_err(no_model)?;
            Ok(load_with(&own, &chosen, loading)?)
        }),
        limits: settings.limits(args.max_rows, args.timeout),
        answer_within: settings.answer_within(args.answer_within),
        paths: settings.paths,
        form,
    })?;
    Ok(0)
}

fn open_twice(typed: &str, settings: &Settings) -> Result<OpenFile, Failure> {
    let database = open(typed, settings)?;
    let asking = open_telling(typed, settings, &Cancel::new(), &mut |_| ())?;
    Ok(OpenFile { typed: typed.to_owned(), database, asking })
}

/// A model that is not here, with what can be done by those who speak through a client.
fn no_model(error: StoreError) -> JobFailure {
    match error {
        StoreError::NotInstalled(name) => JobFailure {
            message: format!("there is no model on this machine to ask: {name} is not installed"),
            hint: Some(format!(
                "fetch it in a terminal with `sqllama models pull {name}`, then ask again; meanwhile look at `schema`, write the SQL \
                 yourself, and run it with `query`"
            )),
        },
        other => other.into(),
    }
}
