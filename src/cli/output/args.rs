//! How results are written, as it is typed.

use clap::{Args as ClapArgs, ValueEnum};

use crate::db::export::RowFormat;
use crate::db::{Format, Layout};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names say it
pub enum OutputFormat {
    Table,
    Csv,
    Tsv,
    Json,
    JsonRows,
    #[value(alias = "jsonl")]
    Ndjson,
    Markdown,
    #[value(alias = "insert")]
    Sql,
}

impl OutputFormat {
    /// As the database room calls it.
    fn format(self) -> Format {
        match self {
            Self::Table => Format::Table,
            Self::Csv => Format::Rows(RowFormat::Csv),
            Self::Tsv => Format::Rows(RowFormat::Tsv),
            Self::Json => Format::Rows(RowFormat::Json),
            Self::JsonRows => Format::Rows(RowFormat::JsonRows),
            Self::Ndjson => Format::Rows(RowFormat::Ndjson),
            Self::Markdown => Format::Rows(RowFormat::Markdown),
            Self::Sql => Format::Rows(RowFormat::Sql),
        }
    }
}

/// How results are written.
#[derive(Debug, Clone, ClapArgs)]
pub struct OutputArgs {
    /// Output format; `jsonl` is another name of `ndjson`, `json-rows` is an array of objects
    ///
    /// `csv` and `tsv` are quoted as RFC 4180 says and know no types: a BLOB is written in hexadecimal, and NULL is the same as empty text
    /// unless --null says otherwise. In `json`, `json-rows` and `ndjson` a BLOB is {"hex": ...}, and an infinity is null, which JSON has no
    /// word for. `table` and `markdown` are for reading: control characters are escaped, BLOBs are cut behind 32 bytes, NULL is the word
    /// NULL, and a table cuts long cells. `sql` loses nothing: statements that make a table and fill it, with --no-header those alone that
    /// fill it. Text that is not UTF-8 is mended in every format.
    #[arg(long, value_enum, default_value = "table")]
    pub format: OutputFormat,
    /// What stands for NULL (csv, tsv, table, markdown) [default: nothing in csv and tsv, else NULL]
    ///
    /// In csv and tsv it is never quoted, and text that reads the same is: so NULL and text can be told apart. --null '' writes nothing
    /// for NULL and "" for empty text, as PostgreSQL does; a row of one column that is NULL is then an empty line, and
    /// those at the end of a file are no rows to most readers, this program among them.
    #[arg(long, value_name = "TEXT")]
    pub null: Option<String>,
    /// The names of the columns first (csv, tsv, table): the default
    #[arg(long, overrides_with = "no_header")]
    pub header: bool,
    /// No names of columns (csv, tsv, table)
    #[arg(long, overrides_with = "header")]
    pub no_header: bool,
    /// What the table is called (sql) [default: result]
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Dates beside numbers that count time (table, markdown); JSON says in `units` what they count
    #[arg(long)]
    pub dates: bool,
    /// At most this many rows, 0 for all [default: 1000 on a terminal, all into a pipe or a file]
    #[arg(long, value_name = "N")]
    pub max_rows: Option<usize>,
    /// Seconds the query may take, 0 for no limit [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
}

impl OutputArgs {
    /// Whether dates are wanted, in a format that has room for them.
    pub(in crate::cli) fn shows_dates(&self) -> bool {
        self.dates && matches!(self.format, OutputFormat::Table | OutputFormat::Markdown | OutputFormat::Json)
    }

    /// Format, header and the word for NULL.
    pub(in crate::cli) fn layout(&self) -> Layout {
        Layout { format: self.format.format(), header: !self.no_header, null: self.null.clone(), table: self.table.clone() }
    }
}
