//! Files that are no SQLite database, and what they are told to be.

use super::*;

#[track_caller]
fn check(name: &str, bytes: &[u8], expected: FileKind) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    assert_eq!(recognise(&path, bytes.get(..4096).unwrap_or(bytes)), expected, "{name}");
    let error = crate::db::Database::open(&path).unwrap_err();
    assert!(error.to_string().contains(expected.words()) && error.is_open_error() && !error.hint().is_empty(), "{error}");
}

/// `start`, and bytes of no meaning up to `length`.
fn padded(start: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    let mut state = 7u32;
    while bytes.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push((state >> 24) as u8 & 0x7f);
    }
    bytes
}

fn at(offset: usize, signature: &[u8]) -> Vec<u8> {
    let mut bytes = padded(&[], 600);
    bytes[offset..offset + signature.len()].copy_from_slice(signature);
    bytes
}

#[test]
fn files_are_told_by_their_bytes() {
    for (name, start, kind) in [
        ("a.zip", &b"PK\x03\x04\x14\0"[..], FileKind::Zip),
        ("a.gz", b"\x1f\x8b\x08\0", FileKind::Gzip),
        ("a.bz2", b"BZh91AY&SY", FileKind::Bzip2),
        ("a.xz", b"\xfd7zXZ\0\0\x04", FileKind::Xz),
        ("a.zst", b"\x28\xb5\x2f\xfd\x04", FileKind::Zstandard),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04", FileKind::SevenZip),
        ("a.db-wal", b"\x37\x7f\x06\x82\x00\x2d\xe2\x18", FileKind::Log),
        ("a.db-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\x01", FileKind::Journal),
        ("a.db-shm", b"\x18\xe2\x2d\x00\0\0\0\0\x01", FileKind::LogIndex),
        ("old.db", b"** This file contains an SQLite 2.1 database **\0(u\xe3\xda", FileKind::Sqlite2),
        ("a.plist", b"bplist00\xd4\x01\x02", FileKind::BinaryPlist),
        ("a.mdb", b"\0\x01\0\0Standard Jet DB\0", FileKind::Access),
        ("a.accdb", b"\0\x01\0\0Standard ACE DB\0", FileKind::Access),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::OldOffice),
        ("a.parquet", b"PAR1\x15\x04", FileKind::Parquet),
        ("a.arrow", b"ARROW1\0\0", FileKind::Arrow),
        ("a.dump", b"PGDMP\x01\x0e", FileKind::PostgresDump),
        ("a.pdf", b"%PDF-1.7\n", FileKind::Pdf),
        ("a.dbf", b"\x03\x7c\x05\x11\x0a\0\0\0\x61\0\x20\0\0\0", FileKind::Dbase),
        ("a.bin", b"\x01\x02\x03\x04 binary", FileKind::Unknown),
    ] {
        check(name, &padded(start, 600), kind);
    }
    check("a.duckdb", &at(8, b"DUCK\x40\0\0\0"), FileKind::DuckDb);
    check("a.realm", &at(16, b"T-DB\x09\x09"), FileKind::Realm);
    check("data.mdb", &at(16, b"\xde\xc0\xef\xbe\x01\0\0\0"), FileKind::Lmdb);
    check("a.tar", &at(257, b"ustar\x0000"), FileKind::Tar);
    check("000005.ldb", &at(592, &0xdb47_7524_8b80_fb57u64.to_le_bytes()), FileKind::LevelDb);
    check("000005.sst", &at(592, &0x88e2_41b7_85f4_cff7u64.to_le_bytes()), FileKind::LevelDb);
    check("CURRENT", b"MANIFEST-000001\n", FileKind::LevelDb);
    check("zero.db", &[0; 4096], FileKind::Zeros);
    check("done.db-journal", &[0; 512], FileKind::Journal);
}

#[test]
fn texts_are_told_apart() {
    for (name, text, kind) in [
        ("a.csv", "id,name\n1,anna\n2,bert\n", FileKind::Csv),
        ("a.tsv", "id\tname\n1\tanna\n", FileKind::Csv),
        ("latin.csv", "id;Stadt\n1;Zurich\n2;Koln\n", FileKind::Csv),
        ("a.json", "\n{\"a\": [1, 2]}", FileKind::Json),
        ("a.ndjson", "{\"a\":1}\n{\"a\":2}\n", FileKind::Json),
        ("a.sql", "-- made by hand\n\nCREATE TABLE t(a);\n", FileKind::SqlText),
        ("dump.sql", "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a);\n", FileKind::SqlText),
        ("mysql.sql", "-- MySQL dump 10.13\n--\nDROP TABLE IF EXISTS t;\n", FileKind::SqlText),
        ("pg.sql", "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\nCREATE TABLE t (a int);\n", FileKind::SqlText),
        (
            "a.plist",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple\">\n<plist version=\"1.0\"><dict/></plist>",
            FileKind::XmlPlist,
        ),
        (
            "a.xml",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE database SYSTEM \"file:///System/Library/DTDs/CoreData.dtd\">\n<database/>",
            FileKind::CoreDataXml,
        ),
        ("b.xml", "<?xml version=\"1.0\"?><a/>", FileKind::Xml),
        ("a.html", "<!DOCTYPE html><html><title>Sign in</title></html>", FileKind::Html),
        ("a.db", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", FileKind::LfsPointer),
        ("a.txt", "Dear reader,\nthis is a letter.\n", FileKind::Text),
        ("use.txt", "use your head", FileKind::Text),
    ] {
        check(name, text.as_bytes(), kind);
    }
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check("wide.csv", &wide, FileKind::Csv);
    check("old.csv", b"id;Stadt\n1;Z\xfcrich am See und so weiter\n2;Bern und so weiter\n", FileKind::Csv);
}

#[test]
fn encrypted_files_look_random() {
    let mut state = 1u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = crate::random::hash(state, 1);
        (state >> 40) as u8
    })
    .take(8192)
    .collect();
    check("cipher.db", &random, FileKind::Encrypted);
}

#[test]
fn what_lies_beside_a_database_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.db"), b"").unwrap();
    fs::write(path("a.db-wal"), padded(b"\x37\x7f\x06\x82", 64)).unwrap();
    let error = crate::db::Database::open(path("a.db-wal")).unwrap_err();
    assert!(error.hint().contains(&path("a.db").display().to_string()), "{}", error.hint());
    assert!(crate::db::Database::open("").unwrap_err().to_string().contains("the path is empty"));
}

#[test]
fn a_folder_may_be_a_store() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(recognise_folder(folder.path()), None);
    fs::write(folder.path().join("CURRENT"), "MANIFEST-000004\n").unwrap();
    fs::write(folder.path().join("000003.log"), "\0\0\0").unwrap();
    assert_eq!(recognise_folder(folder.path()), Some(FileKind::LevelDb));
    assert_eq!(recognise(&folder.path().join("000003.log"), b"\0\0\0"), FileKind::LevelDb);
    let error = crate::db::Database::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("LevelDB"), "{error}");
}
