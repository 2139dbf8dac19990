//! How results are written.

/// Formats that need not see every row before they write the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Comma-separated, RFC 4180, with a header.
    Csv,
    /// Tab-separated, quoted as CSV is, with a header.
    Tsv,
    /// One object: `columns`, `rows` (arrays, in column order), `row_count`, `truncated`.
    Json,
    /// One array of objects.
    JsonRows,
    /// One object a row.
    Ndjson,
    /// A Markdown table.
    Markdown,
    /// Statements of SQL that make a table and fill it.
    Sql,
}

/// How a table is written. Names are the command line's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned columns for reading.
    #[default]
    Table,
    /// As [`RowFormat`] has it.
    Rows(RowFormat),
}

/// A format, and what can be different in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The format.
    pub format: Format,
    /// Whether the names of the columns stand first, where they can be left out: in a table, CSV and TSV. In SQL, whether the table is made
    /// before it is filled.
    pub header: bool,
    /// What stands for NULL where a format has no word for it; `None` for what is usual there.
    pub null: Option<String>,
    /// What the table is called in SQL; `None` for [`Layout::TABLE`].
    pub table: Option<String>,
}

impl Layout {
    /// What a table is called that has no name of its own.
    pub const TABLE: &str = "result";
}

impl Default for Layout {
    fn default() -> Self {
        Self { format: Format::Table, header: true, null: None, table: None }
    }
}
