//! What can be typed.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::computing::ComputingArgs;
use super::output::OutputArgs;
use super::servers::ServerArgs;
use super::train::args::TrainArgs;
use crate::db::files::{FileSet, FirstLine};
use crate::llm::Specials;
use crate::schema::{DatabaseSet, SetError};

/// Ask a SQLite file a question in plain language, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "sqllama", version, long_version = super::version::long(), about, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; without one, the screen opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How the screen opens.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// Print the whole command line as JSON: commands, flags, values, exit codes
    #[arg(long, exclusive = true)]
    pub spec: bool,
}

/// Arguments of the screen.
#[derive(Debug, ClapArgs)]
pub struct ScreenArgs {
    /// A SQLite file, or `demo`, to open on the screen; or a file whose rows are a table: CSV, TSV, JSON lines, a JSON list, Parquet, each
    /// also packed by gzip; a notebook (.md) or a file of SQL (.sql), too
    pub database: Option<String>,
    /// More files with tables, opened together with the first
    #[arg(value_name = "FILE")]
    pub more: Vec<String>,
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
}

/// Files beside the first one.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct BesideArgs {
    /// Another SQLite file beside the first, by a name: statements call its tables NAME.TABLE; may be given several times
    ///
    /// `--with crm=crm.db` opens crm.db as `crm`, and `--with crm.db` does the same: a file without a name is called as it is without its
    /// ending. The first file is `main`. Nothing is written to any of them.
    #[arg(long = "with", value_name = "NAME=FILE")]
    pub with: Vec<String>,
    /// Whether the first line of a CSV or TSV file has the names of its columns [default: as it looks]
    #[arg(long, value_enum, value_name = "YES|NO", hide_possible_values = true)]
    pub csv_header: Option<CsvHeader>,
}

/// What the first line of a table as text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names say it
pub enum CsvHeader {
    Yes,
    No,
}

impl BesideArgs {
    /// What is said of a first line.
    pub(super) fn first_line(&self) -> FirstLine {
        match self.csv_header {
            None => FirstLine::Guessed,
            Some(CsvHeader::Yes) => FirstLine::Names,
            Some(CsvHeader::No) => FirstLine::Row,
        }
    }

    /// Those files beside `main`.
    pub(super) fn set(&self, main: &str) -> Result<DatabaseSet, SetError> {
        DatabaseSet::with(main, &self.with)
    }
}

/// Arguments of `schema`.
#[derive(Debug, ClapArgs)]
pub struct SchemaArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// The question the schema is for; the whole schema is shown as long as none of it is left out for a question
    #[arg(long)]
    pub question: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
}

impl ScreenArgs {
    /// What is opened: several files as one name.
    pub fn name(&self) -> Option<String> {
        let first = self.database.as_ref()?;
        let all: Vec<String> = std::iter::once(first).chain(&self.more).cloned().collect();
        Some(FileSet::join(&all))
    }
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The screen, on the bundled sample database
    Demo {
        /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
        #[arg(long)]
        model: Option<String>,
        /// What is opened beside it
        #[command(flatten)]
        beside: BesideArgs,
        /// What may be sent over the network.
        #[command(flatten)]
        servers: ServerArgs,
    },
    /// Ask a question; prints the SQL on stderr and the rows on stdout
    Ask(AskArgs),
    /// Run SQL you wrote, with the same guard and limits
    ///
    /// Results of several statements come one after the other: tables with an empty line between them, one JSON object or array for each,
    /// the others without anything between. A statement that fails is named, and nothing behind it runs.
    Query(QueryArgs),
    /// Run a notebook again: a Markdown file of questions, SQL and results, those of now beside those kept
    Run(super::notebook::args::NotebookArgs),
    /// The schema text a prompt would carry
    Schema(SchemaArgs),
    /// Let another program's model use databases: a Model Context Protocol server over stdin and stdout
    ///
    /// Its tools are `schema`, `query` and `ask`, under the same guard and limits as the commands of these names. Databases are named by
    /// their files' names. What a tool returns is cut to what a model reads, and says so.
    Mcp(super::mcp::McpArgs),
    /// Complete a text, as llama.cpp's bindings do
    Complete(CompleteArgs),
    /// Token ids of a text, as JSON
    Tokenize {
        /// The text
        text: String,
        /// A catalogue name, a GGUF file or a Hugging Face folder
        #[arg(long)]
        model: Option<String>,
        /// What a special token's name in the text becomes
        #[arg(long, value_enum, default_value_t = SpecialTokens::Parse)]
        special_tokens: SpecialTokens,
    },
    /// List, pull, remove models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Accuracy over questions whose SQL is known, by comparing rows
    Eval(EvalArgs),
    /// Training data: import, check, count, draw, write
    #[command(subcommand)]
    Data(super::data::args::DataCommand),
    /// Adapters: list, attach, merge, export, remove
    #[command(subcommand)]
    Adapters(super::adapters::AdaptersCommand),
    /// Accepted answers of a database: list, check, export
    #[command(subcommand)]
    Examples(super::examples::ExamplesCommand),
    /// Learn a database: train an adapter on it in the time there is, and attach it where it is better
    Learn(super::learn::LearnArgs),
    /// Fine-tune a model: adapters or all of it
    Train(TrainArgs),
    /// Training runs: list, show, stop, remove
    #[command(subcommand)]
    Runs(super::runs::RunsCommand),
    /// Speed of a model on this machine
    Bench(BenchArgs),
    /// What sqllama keeps of a database or of all: listed, then removed
    Forget(super::forget::ForgetArgs),
    /// Your settings, config.toml: check, schema, path
    #[command(subcommand)]
    Config(super::config::ConfigCommand),
    /// Completions for a shell, on stdout
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Manual pages
    Man(super::shell::ManArgs),
    /// Functions that SQL may call beside SQLite's own
    #[command(after_help = super::functions::all())]
    Functions {
        /// Only those with this in their name or their description
        word: Option<String>,
        /// One JSON list
        #[arg(long)]
        json: bool,
    },
    /// What this machine offers: memory, disk, folders, models, Python
    Doctor {
        /// One JSON object
        #[arg(long)]
        json: bool,
        /// Also ask whether the Hugging Face hub answers
        #[arg(long)]
        online: bool,
    },
}

/// How the model is asked.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PromptForm {
    /// Chat where the model has a chat template, else Alpaca
    Auto,
    /// SQL-LLaMA's form
    Alpaca,
    /// The model's chat template
    Chat,
}

/// Arguments of `ask`.
#[derive(Debug, ClapArgs)]
pub struct AskArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// The question; `-` reads it from stdin
    pub question: String,
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
    #[arg(long, value_name = "SQL")]
    pub previous_sql: Option<String>,
    /// The question before, where this one follows on it
    #[arg(long, value_name = "TEXT", requires = "previous_sql")]
    pub previous_question: Option<String>,
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
    #[arg(long)]
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

pub(super) fn parse_threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number of 1 or more is needed".into()),
        Ok(threads) => Ok(threads),
    }
}

/// Arguments of `query`.
#[derive(Debug, ClapArgs)]
pub struct QueryArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// Statements that only read, one result after the other; `-` reads them from stdin
    #[arg(allow_hyphen_values = true, required_unless_present = "file")] // it may begin with a comment
    pub sql: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// Read the statements from a file
    #[arg(short, long, value_name = "FILE.sql", conflicts_with = "sql")]
    pub file: Option<std::path::PathBuf>,
    /// The value of a parameter: `:NAME`, `@NAME`, `$NAME`, or `?1` by its number; may be given several times
    ///
    /// 12 is an integer, 1.5 and 1e3 are reals, NULL is NULL, x'0aff' is a BLOB and 'text' is text (with '' for a quote in it). Everything
    /// else is text as it stands: so are numbers that would not come back as they were typed, such as 007.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = super::parameters::parse_parameter)]
    pub parameters: Vec<(String, crate::db::Cell)>,
    /// Write the rows of one statement into a new file, whole or not at all; its name's ending is the format
    ///
    /// csv, tsv, json, ndjson, md, sql, parquet, sqlite (or db: a new database with one table, `result`). csv to sql are as --format has
    /// them. In parquet a column has one type: where values of several are in one it is text, with BLOBs in hexadecimal; integers beside
    /// reals are reals, where that is exact. sqlite loses nothing. A file that is there is not replaced.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["format", "dates"])]
    pub out: Option<std::path::PathBuf>,
    /// How their rows are written
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of `complete`.
#[derive(Debug, ClapArgs)]
pub struct CompleteArgs {
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// An adapter: `none`, a stored one's name or a folder
    #[arg(long, default_value = "none")]
    pub adapter: String,
    /// The text to go on from
    #[arg(long, required_unless_present_any = ["prompt_file", "instruction"])]
    pub prompt: Option<String>,
    /// A file with that text
    #[arg(long, conflicts_with = "prompt")]
    pub prompt_file: Option<std::path::PathBuf>,
    /// Applies the Alpaca template
    #[arg(long, conflicts_with_all = ["prompt", "prompt_file"])]
    pub instruction: Option<String>,
    /// The Alpaca template's input
    #[arg(long, requires = "instruction")]
    pub input: Option<String>,
    /// At most this many new tokens
    #[arg(long, default_value_t = 256)]
    pub max_tokens: usize,
    /// End before this text; may be given several times
    #[arg(long)]
    pub stop: Vec<String>,
    /// What a special token's name in the prompt becomes
    #[arg(long, value_enum, default_value_t = SpecialTokens::Parse)]
    pub special_tokens: SpecialTokens,
    /// Print the prompt too
    #[arg(long)]
    pub echo: bool,
    /// 0 takes the likeliest token
    #[arg(long, default_value_t = 0.0)]
    pub temperature: f64,
    /// Keep the likeliest K tokens
    #[arg(long)]
    pub top_k: Option<usize>,
    /// Keep the likeliest tokens that sum to P
    #[arg(long)]
    pub top_p: Option<f64>,
    /// Seed of the draw
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Report this many alternatives a token
    #[arg(long, default_value_t = 0)]
    pub logprobs: usize,
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

/// What a special token's name in a text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpecialTokens {
    /// The token, as llama.cpp's bindings and transformers do
    Parse,
    /// Text like any other
    Text,
}

impl From<SpecialTokens> for Specials {
    fn from(typed: SpecialTokens) -> Self {
        match typed {
            SpecialTokens::Parse => Self::Parse,
            SpecialTokens::Text => Self::AsText,
        }
    }
}

/// Subcommands of `models`.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Known models, and which are installed
    List,
    /// Fetch a model and verify it, or name one that lies elsewhere
    #[command(
        after_help = "A file, a quantisation or a folder of a repository stands behind a colon: owner/name:q4_k_m. HF_TOKEN is for those that \
                            need a login. Models of Ollama's store, files and folders are named where they lie; nothing is copied."
    )]
    Pull {
        /// A catalogue name, owner/name of the hub, ollama:NAME, or a file or folder of this machine
        name: String,
        /// What to call a model that is not in the catalogue [default: its file's or folder's name]
        #[arg(long = "name", value_name = "NAME")]
        called: Option<String>,
        /// Write a fetched folder in fewer bits, as `models quantize` does
        #[arg(long, value_enum, ignore_case = true, value_name = "TYPE")]
        quantize: Option<super::convert::BlockedType>,
        /// Keep the weights that were quantised
        #[arg(long)]
        keep: bool,
    },
    /// What is known of a model
    Show {
        /// Its name
        name: String,
    },
    /// Write a Hugging Face folder as a GGUF file
    Convert(super::convert::ConvertArgs),
    /// Write a model in fewer bits, as llama.cpp quantises it
    #[command(alias = "quantise")]
    Quantize(super::convert::QuantizeArgs),
    /// How much each column of a model matters for a text, for `quantize --importance`
    Importance(super::convert::ImportanceArgs),
    /// Where a model's file lies
    Path {
        /// Its name
        name: String,
    },
    /// Delete a model's file, or what an unfinished pull left; what lies elsewhere is forgotten alone
    Remove {
        /// Its name
        name: String,
    },
}

/// Arguments of `eval`.
#[derive(Debug, ClapArgs)]
pub struct EvalArgs {
    /// A JSON list of {db_id, question, query}; `query` may be a list of accepted answers
    #[arg(long, required_unless_present = "compare")]
    pub questions: Option<std::path::PathBuf>,
    /// A folder with one <db_id>.sqlite for each database
    #[arg(long, required_unless_present = "compare")]
    pub databases: Option<std::path::PathBuf>,
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
    pub out: Option<std::path::PathBuf>,
    /// Compare two files written by --out: what the second fixed and broke
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], conflicts_with_all = ["questions", "databases"])]
    pub compare: Option<Vec<std::path::PathBuf>>,
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

/// Arguments of `bench`.
#[derive(Debug, ClapArgs)]
pub struct BenchArgs {
    /// A catalogue name, a GGUF file or a Hugging Face folder
    #[arg(long)]
    pub model: Option<String>,
    /// Tokens to read
    #[arg(long, default_value_t = 512)]
    pub prompt_tokens: usize,
    /// Tokens to write
    #[arg(long, default_value_t = 64)]
    pub gen_tokens: usize,
    /// Drafts to write together, each of a prompt of its own, drawn as `ask` draws its candidates; one is written greedily
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub lanes: u32,
    /// Threads to compute on [default: all of this process]
    #[arg(long, value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
    /// Output format
    #[arg(long, default_value = "json", value_parser = ["json"])]
    pub format: String,
    /// Draft from the prompt, which the bench repeats: flatters; without it every token is a step of its own
    #[arg(long)]
    pub draft: bool,
}
