//! Which form a file has whose rows become a table: by its first bytes, and where these tell too little, by its name.

use std::path::Path;

use super::super::recognise::{FileKind, is_nearly_text, kind_of_text};
use super::delimited::Delimited;
use super::dialect::FirstLine;
use super::error::FileError;
use super::input::{self, Consumed};
use super::json::Json;
use super::parquet::Parquet;
use super::row::Rows;

/// Bytes that tell.
const HEAD: usize = 4096;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Fields with something between them; what the name says that is.
    Delimited(Option<u8>),
    /// JSON lines, or a list.
    Json,
    /// Apache Parquet.
    Parquet,
}

impl Form {
    /// The form of the file at `path`; `None` where it is a database, or nothing that is known.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        // Asked before opening: opening a pipe would wait for its writer.
        if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
            return None;
        }
        let head = input::head(path, HEAD).ok()?;
        if head.starts_with(b"PAR1") {
            return Some(Self::Parquet);
        }
        let named = matches!(extension(path).as_deref(), Some("csv" | "tsv" | "tab" | "psv" | "json" | "jsonl" | "ndjson"));
        // What a table holds may hold anything: a control character in a value does not make the file another one.
        let odd = || match head.trim_ascii_start().first() {
            _ if !(named && is_nearly_text(&head)) => None,
            Some(b'{' | b'[') => Some(FileKind::Json),
            _ => Some(FileKind::Text),
        };
        let kind = kind_of_text(&head).or_else(odd)?;
        match (extension(path).as_deref(), kind) {
            // What a browser saved in place of a download, and other text that is never a table.
            (_, FileKind::Html | FileKind::Xml | FileKind::XmlPlist | FileKind::CoreDataXml | FileKind::LfsPointer | FileKind::SqlText) => {
                None
            }
            // Prose and programs have lines that look like rows; and what is called a database should be one.
            (Some("md" | "markdown" | "sql" | "toml" | "yaml" | "yml" | "py" | "rs" | "db" | "db3" | "s3db" | "sqlite" | "sqlite3"), _) => {
                None
            }
            (Some("csv"), _) => Some(Self::Delimited(None)),
            (Some("tsv" | "tab"), _) => Some(Self::Delimited(Some(b'\t'))),
            (Some("psv"), _) => Some(Self::Delimited(Some(b'|'))),
            (Some("jsonl" | "ndjson"), _) | (_, FileKind::Json) => Some(Self::Json),
            (_, FileKind::Csv) => Some(Self::Delimited(None)),
            _ => None,
        }
    }

    /// The form that the name alone tells, in a word.
    pub(super) fn in_name(path: &Path) -> Option<&'static str> {
        Some(match extension(path)?.as_str() {
            "csv" | "psv" => "CSV",
            "tsv" | "tab" => "TSV",
            "json" | "jsonl" | "ndjson" => "JSON",
            "parquet" => "Parquet",
            _ => return None,
        })
    }

    /// The file's rows. `first_line` is what is said of a table as text.
    pub(super) fn open(self, path: &Path, first_line: FirstLine, consumed: &Consumed) -> Result<Box<dyn Rows>, FileError> {
        Ok(match self {
            Self::Delimited(preferred) => Box::new(Delimited::open(path, preferred, first_line, consumed)?),
            Self::Json => Box::new(Json::open(path, consumed)?),
            Self::Parquet => Box::new(Parquet::open(path, consumed)?),
        })
    }
}

/// What stands behind the last point of the name, without what says that it is packed.
fn extension(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned())
}
