//! Files beside the first one, and how files with tables are read, as it is typed.

use clap::{Args as ClapArgs, ValueEnum};

use crate::db::files::{FileSet, FirstLine};
use crate::schema::{DatabaseSet, SetError};

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

    /// Those files beside `main`, which may be several with `+` between them: of these, too, databases stand beside the first.
    pub(super) fn set(&self, main: &str) -> Result<DatabaseSet, SetError> {
        self.set_of(&FileSet::split(main))
    }

    /// The same, of names one by one.
    pub(super) fn set_of(&self, names: &[String]) -> Result<DatabaseSet, SetError> {
        // What is there was named as a path, whatever signs it has.
        let path = |name: &String| match name.contains('=') && !name.contains('/') {
            true => format!("./{name}"),
            false => name.clone(),
        };
        let (main, beside) = FileSet::apart(names);
        let beside: Vec<String> = beside.iter().map(path).chain(self.with.iter().cloned()).collect();
        DatabaseSet::with(main, &beside)
    }
}
