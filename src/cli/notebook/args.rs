//! Arguments of `run`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::network::ServerArgs;

/// How a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names say it
pub enum ReportFormat {
    Text,
    Json,
}

/// Arguments of `run`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "A notebook is a Markdown file. What is run are its blocks ```sql, each with the block ```question above it, where there is \
    one; the word `skip` behind `sql` leaves one out. Results are kept in blocks ```csv result behind them, one for each statement. \
    A first block between lines of --- may name the database: `database: shop.sqlite`, from the notebook's folder; \
    `with: [crm=crm.sqlite]` below it opens others beside it.\n\
    Nothing is written without --update, and then only results (and the SQL that --ask got): the rest of the file stays byte for byte.\n\
    Exit codes: 0 nothing differs, 1 a result differs from the one kept or a statement failed, 4 one was refused or ran out of time."
)]
pub struct NotebookArgs {
    /// The notebook; `-` reads it from stdin
    pub file: PathBuf,
    /// A SQLite file, or `demo`, in place of the one that the notebook names
    #[arg(short, long, visible_alias = "db", value_name = "DB")]
    pub database: Option<String>,
    /// Keep the results of now in the notebook, in place of those kept
    #[arg(long)]
    pub update: bool,
    /// Ask the model for the SQL of questions that have none
    #[arg(long)]
    pub ask: bool,
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml, for --ask
    #[arg(long)]
    pub model: Option<String>,
    /// An adapter for --ask: `auto` (the one attached to the database), `none`, a stored one's name or a folder
    #[arg(long, default_value = "auto")]
    pub adapter: String,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// The value of a parameter, as in `query`; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = crate::cli::parameters::parse_parameter)]
    pub parameters: Vec<(String, crate::db::Cell)>,
    /// How it is told: `text` shows what differs side by side
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// At most this many rows of a result, at most 10000, which 0 means too [default: as many as are kept, else 100]
    #[arg(long, value_name = "N")]
    pub max_rows: Option<usize>,
    /// Seconds a statement may take, 0 for no limit [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Columns that the two sides take together [default: $COLUMNS, else 100]
    #[arg(long, value_name = "N")]
    pub width: Option<usize>,
}
