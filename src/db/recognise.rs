//! What a file is that is no SQLite database, by the bytes it begins or ends with.
//!
//! Signatures: `sqlite.org/fileformat2.html` (3, 4.1) and `walformat.html` (journal, log, index), SQLite 2's `btree.c`;
//! DuckDB's `magic_bytes.cpp`; LMDB's `mdb.c`; Realm's `alloc_slab.cpp`; LevelDB's `format.h`; RocksDB's `block_based_table_builder.cc`;
//! PRONOM (`nationalarchives.gov.uk/PRONOM`) for Access and dBase; the formats' own documents for the others.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::beside::beside;

/// A kind of file that people take for a database of SQLite's, or that lies beside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing that is known.
    Unknown,
    /// Bytes without any order, as encryption leaves them.
    Encrypted,
    /// A zip archive.
    Zip,
    /// Compressed by gzip.
    Gzip,
    /// Compressed by bzip2.
    Bzip2,
    /// Compressed by xz.
    Xz,
    /// Compressed by Zstandard.
    Zstandard,
    /// A 7z archive.
    SevenZip,
    /// A tar archive.
    Tar,
    /// A database of DuckDB's.
    DuckDb,
    /// SQLite's write-ahead log.
    Log,
    /// SQLite's rollback journal.
    Journal,
    /// The index of SQLite's log.
    LogIndex,
    /// A database of SQLite 2.
    Sqlite2,
    /// A property list or a Core Data store in Apple's binary form.
    BinaryPlist,
    /// A property list as XML.
    XmlPlist,
    /// A Core Data store as XML.
    CoreDataXml,
    /// XML of any other kind.
    Xml,
    /// HTML: mostly a page that was saved in place of a download.
    Html,
    /// A database of Microsoft Access.
    Access,
    /// A spreadsheet or document of old Office programs.
    OldOffice,
    /// A file, or the folder, of LevelDB or RocksDB.
    LevelDb,
    /// LMDB.
    Lmdb,
    /// Realm.
    Realm,
    /// dBase.
    Dbase,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow.
    Arrow,
    /// JSON.
    Json,
    /// SQL statements as text.
    SqlText,
    /// A dump of PostgreSQL's in its own form.
    PostgresDump,
    /// Git's stand-in for a large file.
    LfsPointer,
    /// A table as text.
    Csv,
    /// Other text.
    Text,
    /// A PDF document.
    Pdf,
    /// Zero bytes from the beginning on.
    Zeros,
}

impl FileKind {
    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unknown => "not an SQLite database",
            Self::Encrypted => "not an SQLite database that can be read: its bytes look encrypted",
            Self::Zip => "a zip archive, not an SQLite database",
            Self::Gzip => "compressed with gzip",
            Self::Bzip2 => "compressed with bzip2",
            Self::Xz => "compressed with xz",
            Self::Zstandard => "compressed with Zstandard",
            Self::SevenZip => "a 7z archive, not an SQLite database",
            Self::Tar => "a tar archive, not an SQLite database",
            Self::DuckDb => "a DuckDB database, not an SQLite one",
            Self::Log => "the write-ahead log of an SQLite database, not the database",
            Self::Journal => "the rollback journal of an SQLite database, not the database",
            Self::LogIndex => "the shared-memory index of an SQLite database's log, not the database",
            Self::Sqlite2 => "a database of SQLite 2, whose files SQLite 3 does not read",
            Self::BinaryPlist => "a binary property list or a Core Data binary store, not an SQLite database",
            Self::XmlPlist => "a property list (XML), not an SQLite database",
            Self::CoreDataXml => "a Core Data store in XML, not in SQLite",
            Self::Xml => "an XML file, not an SQLite database",
            Self::Html => "a web page, not an SQLite database",
            Self::Access => "a Microsoft Access database, not an SQLite one",
            Self::OldOffice => "a document of an older Microsoft Office program, not an SQLite database",
            Self::LevelDb => "part of a LevelDB or RocksDB store, not an SQLite database",
            Self::Lmdb => "an LMDB store, not an SQLite database",
            Self::Realm => "a Realm database, not an SQLite one",
            Self::Dbase => "a dBase table, not an SQLite database",
            Self::Parquet => "a Parquet file, not an SQLite database",
            Self::Arrow => "an Arrow file, not an SQLite database",
            Self::Json => "JSON text, not an SQLite database",
            Self::SqlText => "SQL text, not an SQLite database",
            Self::PostgresDump => "a PostgreSQL dump, not an SQLite database",
            Self::LfsPointer => "a Git LFS pointer, which stands for a file that was not fetched",
            Self::Csv => "a table as text, not an SQLite database",
            Self::Text => "plain text, not an SQLite database",
            Self::Pdf => "a PDF document, not an SQLite database",
            Self::Zeros => "all zeros where an SQLite database begins",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Unknown => "give an SQLite file, which begins with `SQLite format 3`",
            Self::Encrypted => "it may be encrypted, by SQLCipher or another: decrypt it with the program that made it, and its key",
            Self::Zip | Self::SevenZip | Self::Tar => "unpack it, and give the database that is inside",
            Self::Gzip => "unpack it with `gunzip`, and give the file that comes of it",
            Self::Bzip2 => "unpack it with `bunzip2`, and give the file that comes of it",
            Self::Xz => "unpack it with `unxz`, and give the file that comes of it",
            Self::Zstandard => "unpack it with `unzstd`, and give the file that comes of it",
            Self::DuckDb => "write its tables to SQLite with DuckDB: `ATTACH 'new.db' (TYPE sqlite)`, then `COPY FROM DATABASE`",
            Self::Log | Self::LogIndex => "give the file without `-wal` or `-shm` in its name; the log beside it is read too",
            Self::Journal => "give the file without `-journal` in its name",
            Self::Sqlite2 => "copy it with `sqlite OLD .dump | sqlite3 new.db`, where `sqlite` is version 2",
            Self::BinaryPlist | Self::XmlPlist => "read it with `plutil -p FILE` or Python's plistlib",
            Self::CoreDataXml => "let its program save the store as SQLite",
            Self::Xml | Self::Html => "look at it with an editor; the download may have gone wrong",
            Self::Access => "copy its tables with `mdb-export` of mdbtools, or export them from Access",
            Self::OldOffice | Self::Pdf => "export its tables as CSV, and give that file",
            Self::LevelDb | Self::Lmdb | Self::Realm => "read it with a program for that store; it has no tables that SQL could ask",
            Self::Dbase => "convert it, for instance with `ogr2ogr -f SQLite new.db FILE`",
            Self::Parquet | Self::Arrow => "write it to SQLite, for instance with pandas' `to_sql` or DuckDB",
            Self::Json => "give it a name that ends in .json or .jsonl, and it is read as a table",
            Self::SqlText => "make a database of it with `sqlite3 new.db < FILE`, if SQLite knows its dialect",
            Self::PostgresDump => "restore it with `pg_restore`, and export its tables as CSV",
            Self::LfsPointer => "fetch it with `git lfs pull`",
            Self::Csv => "give it a name that ends in .csv or .tsv, and it is read as a table",
            Self::Text => "give an SQLite file, or one with a table: CSV, TSV, JSON lines or Parquet",
            Self::Zeros => "copy or download it again",
        }
    }
}

/// Signatures: where they stand, and what they are. The first that fits counts.
const SIGNATURES: [(usize, &[u8], FileKind); 37] = [
    (0, b"PK\x03\x04", FileKind::Zip),
    (0, b"PK\x05\x06", FileKind::Zip),
    (0, b"PK\x07\x08", FileKind::Zip),
    (0, b"\x1f\x8b", FileKind::Gzip),
    (0, b"BZh", FileKind::Bzip2),
    (0, b"\xfd7zXZ\0", FileKind::Xz),
    (0, b"\x28\xb5\x2f\xfd", FileKind::Zstandard),
    (0, b"7z\xbc\xaf\x27\x1c", FileKind::SevenZip),
    (257, b"ustar", FileKind::Tar),
    (8, b"DUCK", FileKind::DuckDb),
    (0, b"\x37\x7f\x06\x82", FileKind::Log),
    (0, b"\x37\x7f\x06\x83", FileKind::Log),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", FileKind::Journal),
    // The index's version, 3007000, in the order of the machine's bytes, and four bytes that are not used.
    (0, b"\x18\xe2\x2d\x00\0\0\0\0", FileKind::LogIndex),
    (0, b"\x00\x2d\xe2\x18\0\0\0\0", FileKind::LogIndex),
    (0, b"** This file contains an SQLite 2", FileKind::Sqlite2),
    (0, b"bplist", FileKind::BinaryPlist),
    (4, b"Standard Jet DB", FileKind::Access),
    (4, b"Standard ACE DB", FileKind::Access),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::OldOffice),
    (16, b"\xde\xc0\xef\xbe", FileKind::Lmdb),
    (16, b"\xbe\xef\xc0\xde", FileKind::Lmdb),
    (16, b"T-DB", FileKind::Realm),
    (0, b"PAR1", FileKind::Parquet),
    (0, b"PARE", FileKind::Parquet),
    (0, b"ARROW1", FileKind::Arrow),
    (0, b"PGDMP", FileKind::PostgresDump),
    (0, b"version https://git-lfs", FileKind::LfsPointer),
    (0, b"%PDF-", FileKind::Pdf),
    (0, b"-- MySQL dump", FileKind::SqlText),
    (0, b"-- MariaDB dump", FileKind::SqlText),
    (0, b"PRAGMA foreign_keys=OFF;", FileKind::SqlText),
    (0, b"PRAGMA ", FileKind::SqlText),
    (0, b"BEGIN TRANSACTION", FileKind::SqlText),
    (0, b"CREATE TABLE", FileKind::SqlText),
    (0, b"INSERT INTO", FileKind::SqlText),
    (0, b"MANIFEST-", FileKind::LevelDb),
];

/// The last eight bytes of the tables of LevelDB, and of RocksDB with its old and its new form.
const TABLE_ENDS: [u64; 3] = [0xdb47_7524_8b80_fb57, 0x88e2_41b7_85f4_cff7, 0x8242_2966_3bf2_64c7];
/// The fewest bytes whose order is judged.
const JUDGED: usize = 64;

/// What the file at `path`, which begins with `head`, is.
pub(super) fn recognise(path: &Path, head: &[u8]) -> FileKind {
    let fits = |(at, signature, _): &&(usize, &[u8], FileKind)| head.get(*at..).is_some_and(|rest| rest.starts_with(signature));
    if let Some((_, _, kind)) = SIGNATURES.iter().find(fits) {
        return *kind;
    }
    if is_store(path.parent().unwrap_or(Path::new(""))) || ends_like_a_table(path) {
        return FileKind::LevelDb;
    }
    if head.iter().all(|&byte| byte == 0) {
        // SQLite zeroes the beginning of a journal that is done with.
        return if path.to_string_lossy().ends_with("-journal") { FileKind::Journal } else { FileKind::Zeros };
    }
    if is_dbase(head) {
        return FileKind::Dbase;
    }
    match kind_of_text(head) {
        Some(kind) => kind,
        None if looks_random(head) => FileKind::Encrypted,
        None => FileKind::Unknown,
    }
}

/// What a folder is, where it is a store.
pub(super) fn recognise_folder(path: &Path) -> Option<FileKind> {
    if is_store(path) {
        return Some(FileKind::LevelDb);
    }
    let lmdb = path.join("data.mdb").is_file() && path.join("lock.mdb").is_file();
    lmdb.then_some(FileKind::Lmdb)
}

/// Whether a folder is LevelDB's or RocksDB's: its `CURRENT` names the manifest.
fn is_store(folder: &Path) -> bool {
    let mut begin = [0; 9];
    let current = folder.join("CURRENT");
    // Asked first: a pipe would wait for its writer.
    let is_file = fs::metadata(&current).is_ok_and(|metadata| metadata.is_file());
    is_file && File::open(current).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && &begin == b"MANIFEST-"
}

fn ends_like_a_table(path: &Path) -> bool {
    let mut end = [0; 8];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)
    });
    read.is_ok() && TABLE_ENDS.contains(&u64::from_le_bytes(end))
}

/// A version, a plausible day, a length of the header that its fields of 32 bytes make up, and rows that are not empty.
fn is_dbase(head: &[u8]) -> bool {
    let &[version, _, month, day, _, _, _, _, low, high, row_low, row_high, ..] = head else { return false };
    let header = u16::from_le_bytes([low, high]);
    let known = [0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8b, 0x8e, 0xcb, 0xf5, 0xfb].contains(&version);
    known && (1..=12).contains(&month) && (1..=31).contains(&day) && header >= 65 && u16::from_le_bytes([row_low, row_high]) > 1
}

/// The beginning as text, where it is text: in UTF-8 or UTF-16, without control characters.
fn text_of(head: &[u8]) -> Option<String> {
    let text = match head {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => cut_utf8(rest)?.to_owned(),
        _ => cut_utf8(head).map(str::to_owned).or_else(|| latin(head))?,
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    text.chars().all(plain).then_some(text)
}

/// Of so many characters of a text one may be odd,
const ODD: usize = 20;
/// and so many besides, which are a large share of a few letters.
const FEW_ODD: usize = 3;

/// Whether it is UTF-8 with few control characters, which no program writes into a binary file.
pub(super) fn is_nearly_text(head: &[u8]) -> bool {
    let text = cut_utf8(head).unwrap_or_default();
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')).count();
    !text.is_empty() && odd * ODD < text.chars().count() + FEW_ODD * ODD
}

/// `head` as UTF-8, but for a letter that is cut at its end.
fn cut_utf8(head: &[u8]) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => head.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()),
        Err(_) => None,
    }
}

/// A text of one byte a letter, nearly all of them ASCII.
fn latin(head: &[u8]) -> Option<String> {
    let others = head.iter().filter(|byte| !byte.is_ascii()).count();
    (others * 10 < head.len()).then(|| head.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect())
}

fn wide(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let letters: Vec<u16> = pairs.iter().map(|&pair| read(pair)).collect();
    let text = String::from_utf16_lossy(&letters);
    (!text.is_empty()).then_some(text)
}

/// What the text is that a file begins with; `None` where that is no text.
pub(super) fn kind_of_text(head: &[u8]) -> Option<FileKind> {
    let known = SIGNATURES.iter().find(|(at, signature, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(signature)));
    known.map(|(.., kind)| *kind).or_else(|| text_of(head).map(|text| kind_of(&text)))
}

fn kind_of(text: &str) -> FileKind {
    let start = text.trim_start();
    let lower: String = start.chars().take(4096).collect::<String>().to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if begins(&["<!doctype html", "<html"]) {
        return FileKind::Html;
    }
    if begins(&["<?xml", "<!doctype", "<plist"]) {
        return match () {
            () if lower.contains("<!doctype plist") || lower.contains("<plist") => FileKind::XmlPlist,
            () if lower.contains("coredata.dtd") || lower.contains("<!doctype database") => FileKind::CoreDataXml,
            () => FileKind::Xml,
        };
    }
    if begins(&["{", "["]) {
        return FileKind::Json;
    }
    if is_sql(&lower) {
        return FileKind::SqlText;
    }
    if is_csv(text) { FileKind::Csv } else { FileKind::Text }
}

/// Whether the first line that is no comment begins a statement.
fn is_sql(lower: &str) -> bool {
    let line = lower.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with("/*"));
    let commands = [
        "create table ",
        "create database ",
        "create schema ",
        "create view ",
        "insert into ",
        "drop table ",
        "begin;",
        "begin transaction",
        "pragma ",
        "set ",
        "use ",
    ];
    let dumped = lower.contains("create table ") || lower.contains("insert into ");
    line.is_some_and(|line| commands.iter().any(|command| line.starts_with(command))) && (dumped || lower.contains(';'))
}

/// Whether the first lines have a separator, and as many of it.
fn is_csv(text: &str) -> bool {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).take(6).collect();
    // The last line may be cut.
    if lines.len() > 2 {
        lines.pop();
    }
    let [first, rest @ ..] = lines.as_slice() else { return false };
    [',', '\t', ';', '|'].iter().any(|&separator| {
        let count = |line: &str| line.matches(separator).count();
        count(first) > 0 && !rest.is_empty() && rest.iter().all(|line| count(line) >= count(first))
    })
}

/// Whether bytes are spread as in an encrypted file: nearly all values occur, none often.
fn looks_random(head: &[u8]) -> bool {
    let mut counts = [0usize; 256];
    for &b in head {
        if let Some(count) = counts.get_mut(usize::from(b)) {
            *count += 1;
        }
    }
    let n = head.len() as f64;
    let entropy: f64 = counts.iter().filter(|&&c| c > 0).map(|&c| -(c as f64 / n) * (c as f64 / n).log2()).sum();
    // A sample of n bytes cannot show more than log2(n) bits.
    head.len() >= JUDGED && entropy > 0.93 * n.log2().min(8.0)
}

/// The database that a log, its index or a journal belongs to, where it lies beside it.
pub(super) fn database_of(path: &Path) -> Option<std::path::PathBuf> {
    let name = path.to_str()?;
    let owner = ["-wal", "-shm", "-journal"].iter().find_map(|end| name.strip_suffix(end))?;
    let owner = Path::new(owner);
    (beside(owner, "").is_file()).then(|| owner.to_owned())
}

#[cfg(test)]
mod tests;
