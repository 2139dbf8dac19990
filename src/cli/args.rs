//! What can be typed: every command, with its arguments in the file of what does it.

use clap::{Parser, Subcommand};

use super::adapters::AdaptersCommand;
use super::ask::AskArgs;
use super::bench::BenchArgs;
use super::beside::BesideArgs;
use super::complete::{CompleteArgs, SpecialTokens};
use super::config::ConfigCommand;
use super::data::args::DataCommand;
use super::eval::EvalArgs;
use super::examples::ExamplesCommand;
use super::forget::ForgetArgs;
use super::learn::LearnArgs;
use super::mcp::McpArgs;
use super::models::ModelsCommand;
use super::network::ServerArgs;
use super::notebook::args::NotebookArgs;
use super::query::QueryArgs;
use super::runs::RunsCommand;
use super::schema::SchemaArgs;
use super::screen::ScreenArgs;
use super::shell::ManArgs;
use super::train::args::TrainArgs;

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
    Run(NotebookArgs),
    /// The schema text a prompt would carry
    Schema(SchemaArgs),
    /// Let another program's model use databases: a Model Context Protocol server over stdin and stdout
    ///
    /// Its tools are `schema`, `query` and `ask`, under the same guard and limits as the commands of these names. Databases are named by
    /// their files' names. What a tool returns is cut to what a model reads, and says so.
    Mcp(McpArgs),
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
    Data(DataCommand),
    /// Adapters: list, attach, merge, export, remove
    #[command(subcommand)]
    Adapters(AdaptersCommand),
    /// Accepted answers of a database: list, check, export
    #[command(subcommand)]
    Examples(ExamplesCommand),
    /// Learn a database: train an adapter on it in the time there is, and attach it where it is better
    Learn(LearnArgs),
    /// Fine-tune a model: adapters or all of it
    Train(TrainArgs),
    /// Training runs: list, show, stop, remove
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Speed of a model on this machine
    Bench(BenchArgs),
    /// What sqllama keeps of a database or of all: listed, then removed
    Forget(ForgetArgs),
    /// Your settings, config.toml: check, schema, path
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Completions for a shell, on stdout
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Manual pages
    Man(ManArgs),
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
