//! What can be typed behind `data`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::network::ServerArgs;
use crate::dataset::{Columns, Format};

/// Subcommands of `data`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Read a data set of any known shape and store it
    Import(ImportArgs),
    /// Which rows can be learned from, and why the others cannot
    Check(CheckArgs),
    /// How many rows, how long, how hard
    Stats(StatsArgs),
    /// Draw rows at random
    Subset(SubsetArgs),
    /// Make examples from a database: queries over its own rows, a question for each
    Make(MakeArgs),
    /// Make the project's own data set from its sources: made-up databases, questions, queries
    Build(BuildArgs),
    /// Write a data set in another shape
    Export(ExportArgs),
    /// Write a data set as SQL-LLaMA's `pyinstructions.json`: instruction, the tables on one line as input, output
    Pyinstructions(PyinstructionsArgs),
}

/// Where rows come from.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// A JSON list, JSON lines, an object of lists ({"train": [...]}), CSV or Parquet; also packed by gzip
    pub file: PathBuf,
    /// The shape of its rows [default: told from the first row]
    #[arg(long, value_enum)]
    pub format: Option<ReadFormat>,
    /// Which columns have what: question=COLUMN,sql=COLUMN and, where there are such, schema=, hint=, database=
    #[arg(long, value_name = "PART=COLUMN,...", value_parser = Columns::parse, conflicts_with = "format")]
    pub columns: Option<Columns>,
    /// The folder of the databases that rows name [default: `databases` beside the file]
    #[arg(long)]
    pub databases: Option<PathBuf>,
}

/// The shape of rows that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReadFormat {
    /// {instruction, input, output}
    Alpaca,
    /// {question, context, answer}
    Context,
    /// {db_id, question, query}; BIRD and SynSQL too
    Spider,
    /// {messages}, with parts and tool calls
    Messages,
    /// {prompt, completion}, or OmniSQL's {input_seq, output_seq}
    Completion,
    /// {conversations}
    Sharegpt,
    /// {prompt, chosen, rejected}: the chosen answer is learned
    Preference,
    /// {question, table, sql: {sel, agg, conds}}
    Wikisql,
    /// A question and its SQL, by the names of their columns
    Columns,
}

impl From<ReadFormat> for Format {
    fn from(format: ReadFormat) -> Self {
        match format {
            ReadFormat::Alpaca => Self::Alpaca,
            ReadFormat::Context => Self::QuestionContextAnswer,
            ReadFormat::Spider => Self::Spider,
            ReadFormat::Messages => Self::Messages,
            ReadFormat::Completion => Self::PromptCompletion,
            ReadFormat::Sharegpt => Self::ShareGpt,
            ReadFormat::Preference => Self::Preference,
            ReadFormat::Wikisql => Self::WikiSql,
            ReadFormat::Columns => Self::Columns,
        }
    }
}

/// The shape of rows that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// {instruction, input, output}
    Alpaca,
    /// {question, context, answer}
    Context,
    /// {db_id, question, query}
    Spider,
    /// {messages}
    Messages,
    /// {prompt, completion}
    Completion,
}

impl From<RowFormat> for Format {
    fn from(format: RowFormat) -> Self {
        match format {
            RowFormat::Alpaca => Self::Alpaca,
            RowFormat::Context => Self::QuestionContextAnswer,
            RowFormat::Spider => Self::Spider,
            RowFormat::Messages => Self::Messages,
            RowFormat::Completion => Self::PromptCompletion,
        }
    }
}

/// Arguments of `data import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// What to call it [default: the file's name]
    #[arg(long)]
    pub name: Option<String>,
}

/// Arguments of `data check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// A data set whose questions must not be in this one; may be given several times
    #[arg(long)]
    pub held_out: Vec<PathBuf>,
    /// Tokens a row may have, prompt and answer together
    #[arg(long)]
    pub max_length: Option<usize>,
    /// Count tokens as this model does [default: estimated from the characters]
    #[arg(long, requires = "max_length")]
    pub model: Option<String>,
    /// Refuse queries that return no rows on their database
    #[arg(long)]
    pub require_rows: bool,
    /// Write the rows that pass
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Write the others, with the reason, as JSON lines
    #[arg(long)]
    pub rejects: Option<PathBuf>,
    /// Show this many refused rows of each kind
    #[arg(long, default_value_t = 3)]
    pub show: usize,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `data stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Another data set, beside the first one in a table; may be given several times
    #[arg(long, value_name = "FILE")]
    pub beside: Vec<PathBuf>,
    /// SQL-LLaMA's two sets beside it
    #[arg(long)]
    pub published: bool,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `data subset`.
#[derive(Debug, Args)]
pub struct SubsetArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Rows to draw
    #[arg(long)]
    pub count: usize,
    /// Weight rows by the length of their answer to this power; SQL-LLaMA took 4
    #[arg(long, default_value_t = 0.0)]
    pub power: f64,
    /// Choose rows that differ from each other, in place of a draw
    #[arg(long, conflicts_with_all = ["power", "seed"])]
    pub variety: bool,
    /// Seed of the draw
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The new file: a JSON list where it ends in `.json`, else JSON lines
    #[arg(long)]
    pub out: PathBuf,
}

/// Arguments of `data make`.
#[derive(Debug, Args)]
pub struct MakeArgs {
    /// A SQLite file, or `demo`
    pub database: String,
    /// Examples wanted; a small database gives fewer
    #[arg(long, default_value_t = 200)]
    pub count: usize,
    /// The same seed makes the same examples
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Have this model reword the questions; a new wording is kept where the model's own query for it returns the same rows
    #[arg(long)]
    pub model: Option<String>,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// The shape of the rows
    #[arg(long, value_enum, default_value = "context")]
    pub to: RowFormat,
    /// The new file: a JSON list where it ends in `.json`, else JSON lines [default: JSON lines on stdout]
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Arguments of `data export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The new shape
    #[arg(long, value_enum)]
    pub to: RowFormat,
    /// The new file: a JSON list where it ends in `.json`, else JSON lines
    #[arg(long)]
    pub out: PathBuf,
}

/// Arguments of `data build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The folder of the sources: `pools.txt` and `worlds/*.txt`
    #[arg(long, default_value = "data/project")]
    pub from: PathBuf,
    /// Examples in all
    #[arg(long, default_value_t = 10_500)]
    pub rows: usize,
    /// Examples of the small set, chosen from these for variety
    #[arg(long, default_value_t = 1_400)]
    pub small: usize,
    /// Use the first so many worlds only
    #[arg(long)]
    pub worlds: Option<usize>,
    /// Keep the databases in this folder
    #[arg(long)]
    pub databases: Option<PathBuf>,
    /// The folder for `examples.jsonl.gz` and `small.jsonl.gz`
    #[arg(long)]
    pub out: PathBuf,
}

/// Arguments of `data pyinstructions`.
#[derive(Debug, Args)]
pub struct PyinstructionsArgs {
    /// Where rows come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The new file
    #[arg(long)]
    pub out: PathBuf,
}
