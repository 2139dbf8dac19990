//! Hostile GGUF files: each is an error with its reason, never a panic, never an allocation that its size does not account for.

use std::path::Path;

use proptest::prelude::*;
use sqllama::compute::BlockType;
use sqllama::llm::gguf::read::parse_header;
use sqllama::llm::gguf::write::{Tensor, write};
use sqllama::llm::gguf::{GgufFile, Metadata, Value};

/// Bytes of a file, put together by hand where our own writer would refuse or tidy up.
#[derive(Clone, Default)]
struct Raw(Vec<u8>);

impl Raw {
    fn header(version: u32, tensors: u64, keys: u64) -> Self {
        Self(b"GGUF".to_vec()).u32(version).u64(tensors).u64(keys)
    }

    fn u32(mut self, n: u32) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    fn u64(mut self, n: u64) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    fn text(self, text: &str) -> Self {
        self.u64(text.len() as u64).bytes(text.as_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// A key with an u32.
    fn key(self, name: &str, n: u32) -> Self {
        self.text(name).u32(4).u32(n)
    }

    /// A tensor's description; `dims` as GGUF has them, columns first.
    fn tensor(mut self, name: &str, dims: &[u64], kind: u32, offset: u64) -> Self {
        self = self.text(name).u32(dims.len() as u32);
        for d in dims {
            self = self.u64(*d);
        }
        self.u32(kind).u64(offset)
    }

    /// Zeros up to a multiple of 32, then `length` bytes of data.
    fn data(mut self, length: usize) -> Self {
        self.0.resize(self.0.len().next_multiple_of(32) + length, 0);
        self
    }
}

fn open(bytes: &[u8]) -> Result<GgufFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.gguf");
    std::fs::write(&path, bytes).unwrap();
    GgufFile::open(&path).map_err(|error| {
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    })
}

#[track_caller]
fn check_refused(file: Raw, expected: &str) {
    let error = open(&file.0).err().unwrap_or_else(|| "(opened)".into());
    assert!(error.contains(expected), "{error}");
}

/// Every kind of value, and two tensors.
fn sound() -> Vec<u8> {
    let strings = |items: &[&str]| Value::Strings(items.iter().map(|item| (*item).into()).collect());
    let metadata = Metadata(
        [
            ("a.bool", Value::Bool(true)),
            ("a.bools", Value::Bools(vec![true, false])),
            ("a.float", Value::Float(0.25)),
            ("a.floats", Value::Floats(vec![1.5, -2.0])),
            ("a.integers", Value::Integers(vec![1, -1])),
            ("a.long", Value::Unsigned(1 << 40)),
            ("a.longs", Value::Integers(vec![i64::MIN, i64::MAX])),
            ("a.signed", Value::Signed(-5)),
            ("a.strings", strings(&["", "é", "x"])),
            ("a.text", Value::String("words".into())),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into(),
    );
    let data = vec![7u8; 256];
    let tensors = [
        Tensor { name: "one".into(), shape: vec![3, 5], block: BlockType::F32, data: &data[..60] },
        Tensor { name: "two".into(), shape: vec![2, 32], block: BlockType::Q8_0, data: &data[..68] },
    ];
    let mut out = Vec::new();
    write(&metadata, &tensors, &mut out).unwrap();
    let read = open(&out).unwrap();
    assert_eq!(read.metadata, metadata);
    assert_eq!(read.tensors["two"].shape, [2, 32]);
    out
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = sound();
    for length in 0..whole.len() {
        let error = open(&whole[..length]).expect_err("a cut file opened");
        assert!(
            ["inside", "more than the file can hold", "not with the letters GGUF"].iter().any(|part| error.contains(part)),
            "{length}: {error}"
        );
    }
}

#[test]
fn wrong_beginnings_are_told_apart() {
    check_refused(Raw::default(), "it begins with [], not with the letters GGUF");
    check_refused(Raw(b"GGU".to_vec()), "not with the letters GGUF");
    check_refused(Raw(b"FUGG\x03\0\0\0".to_vec()), "not with the letters GGUF");
    check_refused(Raw(b"lmgg\x01\0\0\0".to_vec()), "not with the letters GGUF");
    for version in [0, 1, 4, u32::MAX] {
        check_refused(Raw::header(version, 0, 0), &format!("version {version} is not supported (2 and 3 are)"));
    }
    check_refused(Raw::header(3u32.swap_bytes(), 0, 0), "it is stored big-endian");
    assert!(open(&Raw::header(3, 0, 0).0).is_ok() && open(&Raw::header(2, 0, 0).0).is_ok());
    for path in [Path::new("/nonexistent/x.gguf"), Path::new("/"), Path::new("/dev/null")] {
        let error = GgufFile::open(path).unwrap_err().to_string();
        assert!(error.contains("cannot open model file"), "{error}");
    }
}

#[test]
fn counts_and_lengths_past_the_end_are_refused() {
    for count in [1 << 32, 1 << 61, u64::MAX] {
        check_refused(Raw::header(3, count, 0), &format!("announces {count} tensors, more than"));
        check_refused(Raw::header(3, 0, count), &format!("announces {count} keys, more than"));
        let key = || Raw::header(3, 0, 1).text("k");
        check_refused(Raw::header(3, 0, 1).u64(count).data(64), &format!("announces {count} bytes of a key, more than"));
        check_refused(Raw::header(3, 1, 0).u64(count).data(64), &format!("announces {count} bytes of a tensor, more than"));
        check_refused(key().u32(8).u64(count).data(64), &format!("announces {count} bytes of k, more than"));
        for kind in [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12] {
            check_refused(key().u32(9).u32(kind).u64(count).data(64), &format!("announces {count} values of `k`, more than"));
        }
        // The array fits, one string in it does not.
        check_refused(key().u32(9).u32(8).u64(1).u64(count).data(64), &format!("announces {count} bytes of k, more than"));
    }
    check_refused(Raw::header(3, 2, 0).bytes(&[0; 30]), "announces 2 tensors, more than");
    check_refused(Raw::header(3, 0, 3).bytes(&[0; 30]), "announces 3 keys, more than");
    check_refused(Raw::header(3, 0, 1).text(&"k".repeat(2000)).u32(4).u32(1), "a key has a name of 2000 bytes");
}

#[test]
fn values_of_unknown_types_are_refused() {
    for kind in [13, 255, u32::MAX] {
        check_refused(Raw::header(3, 0, 1).text("k").u32(kind).u64(0), &format!("key `k` has the unknown type {kind}"));
        check_refused(Raw::header(3, 0, 1).text("k").u32(9).u32(kind).u64(0), &format!("array of the unsupported type {kind}"));
    }
    // Arrays of arrays: no file has any, and each level would be a call deeper.
    check_refused(Raw::header(3, 0, 1).text("k").u32(9).u32(9).u64(1).u32(4).u64(0), "array of the unsupported type 9");
    check_refused(Raw::header(3, 0, 2).key("k", 1).key("k", 1), "key `k` is there twice");
    let lossy = open(&Raw::header(3, 0, 1).text("k").u32(8).u64(2).bytes(b"\xffa").0).unwrap();
    assert_eq!(lossy.metadata.string("k"), Some("\u{FFFD}a"));
}

#[test]
fn alignments_that_cannot_be_are_refused() {
    for alignment in [0, 3, 31, 33, u32::MAX, 1 << 31] {
        check_refused(Raw::header(3, 0, 1).key("general.alignment", alignment), &format!("an alignment of {alignment} is not possible"));
    }
    check_refused(
        Raw::header(3, 0, 1).text("general.alignment").u32(8).text("32"),
        "key `general.alignment` is not a non-negative integer",
    );
    let wide = Raw::header(3, 1, 1).key("general.alignment", 64).tensor("t", &[4], 0, 0);
    let start = wide.0.len().next_multiple_of(64);
    let mut bytes = wide.0;
    bytes.resize(start + 16, 0);
    assert_eq!(open(&bytes).unwrap().tensors["t"].offset, start as u64);
}

#[test]
fn tensors_that_cannot_be_are_refused() {
    let one = |dims: &[u64], kind: u32, offset: u64| Raw::header(3, 1, 0).tensor("t", dims, kind, offset).data(64);
    for dims in [&[] as &[u64], &[2; 5], &[2; 9]] {
        let count = dims.len();
        check_refused(one(dims, 0, 0), &format!("tensor `t` has {count} dimensions"));
    }
    check_refused(Raw::header(3, 1, 0).text("t").u32(u32::MAX).data(64), "tensor `t` has 4294967295 dimensions");
    for dims in
        [&[0u64] as &[u64], &[4, 0], &[0, 4], &[u64::MAX], &[1 << 48], &[1 << 32, 1 << 32], &[u64::MAX, u64::MAX, u64::MAX, u64::MAX]]
    {
        check_refused(one(dims, 0, 0), "impossible shape");
    }
    for (dims, kind, offset) in [(&[17u64] as &[u64], 0, 0), (&[1 << 47], 0, 0), (&[1], 0, 64), (&[4], 0, 1 << 62), (&[1 << 40, 64], 2, 0)]
    {
        check_refused(one(dims, kind, offset), "inside tensor `t`");
    }
    check_refused(one(&[4], 0, u64::MAX), "tensor `t` has offset 18446744073709551615");
    check_refused(one(&[4], 0, u64::MAX - 31), "tensor `t` has offset");
    check_refused(one(&[4], 0, 16), "tensor `t` has offset 16, with an alignment of 32");
    // Rows have to be whole blocks.
    for (columns, kind) in [(16, 2), (33, 8), (128, 12), (255, 14)] {
        check_refused(one(&[columns], kind, 0), "not whole");
    }
    let two = |second: u64, name: &str| Raw::header(3, 2, 0).tensor("t", &[12], 0, 0).tensor(name, &[4], 0, second).data(128);
    assert!(open(&two(64, "u").0).is_ok());
    check_refused(two(32, "u"), "tensors `t` and `u` overlap");
    check_refused(two(0, "u"), "overlap");
    check_refused(two(64, "t"), "tensor `t` is there twice");
}

#[test]
fn an_unknown_tensor_type_is_named_when_it_is_wanted() {
    for kind in [4, 9, 19, 29, 34, 4096, u32::MAX] {
        let file = open(&Raw::header(3, 1, 0).tensor("t", &[4], kind, 0).data(64).0).unwrap();
        let error = file.tensor("t").unwrap_err().to_string();
        assert!(error.contains(&format!("`t` is stored in a type that sqllama does not know (ggml's number {kind})")), "{error}");
        check_refused(Raw::header(3, 1, 0).tensor("t", &[4], kind, 1 << 40).data(64), "inside tensor `t`");
    }
}

/// A sparse file can announce any length: a header has a bound of its own.
#[test]
fn a_giant_header_is_not_read_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse.gguf");
    let length = 1u64 << 40;
    for head in [
        Raw::header(3, 0, 1).text("k").u32(9).u32(0).u64(length - 100),
        Raw::header(3, 0, 1).text("k").u32(8).u64(length - 100),
        Raw::header(3, 0, 1 << 35),
        Raw::header(3, 1 << 34, 0),
    ] {
        std::fs::write(&path, &head.0).unwrap();
        if let Err(error) = std::fs::File::options().write(true).open(&path).unwrap().set_len(length) {
            println!("skipped: no sparse file of {length} bytes here ({error})");
            return;
        }
        let error = GgufFile::open(&path).unwrap_err().to_string();
        assert!(error.contains("announces"), "{error}");
    }
}

/// Parts as `gguf-split` names them: read as one file from the first part on, and every other way refused with what to do.
#[test]
fn split_files_are_read_from_their_first_part() {
    let folder = tempfile::tempdir().unwrap();
    let part = |number: u64| folder.path().join(format!("m-{number:05}-of-00003.gguf"));
    let data = vec![1u8; 256];
    let put = |number: u64, no: u64, count: u64, tensors: &[&str], announced: u64| {
        let keys = [("split.no", no), ("split.count", count), ("split.tensors.count", announced)];
        let metadata = Metadata(keys.map(|(key, n)| (key.to_owned(), Value::Unsigned(n))).into());
        let tensor = |name: &&str| Tensor { name: (*name).into(), shape: vec![4], block: BlockType::F32, data: &data[..16] };
        let tensors: Vec<_> = tensors.iter().map(tensor).collect();
        write(&metadata, &tensors, &mut std::fs::File::create(part(number)).unwrap()).unwrap();
    };
    let whole = || {
        put(1, 0, 3, &[], 3);
        put(2, 1, 3, &["a", "b"], 3);
        put(3, 2, 3, &["c"], 3);
    };
    whole();
    let file = GgufFile::open(&part(1)).unwrap();
    for (name, at) in [("a", 1), ("b", 1), ("c", 2)] {
        let (tensor, range) = file.tensor(name).unwrap();
        assert_eq!((tensor.part, &file.map_of(tensor)[range]), (at, &data[..16]));
    }
    let refused = |number: u64, expected: &str| {
        let error = GgufFile::open(&part(number)).unwrap_err();
        assert!(error.to_string().contains(expected) && error.hint().is_some(), "{error}");
    };
    refused(2, "part 2 of 3 of a split GGUF file; the first is");
    std::fs::rename(part(3), folder.path().join("elsewhere")).unwrap();
    refused(1, "m-00003-of-00003.gguf is not there");
    put(3, 1, 3, &["c"], 3);
    refused(1, "it is not part 3 of this file");
    put(3, 2, 3, &["a"], 3);
    refused(1, "tensor `a` is in two parts");
    put(3, 2, 3, &["c", "d"], 3);
    refused(1, "its parts hold 4 tensors, and it announces 3");
    whole();
    std::fs::copy(part(1), folder.path().join("renamed.gguf")).unwrap();
    let error = GgufFile::open(&folder.path().join("renamed.gguf")).unwrap_err();
    assert!(error.to_string().contains("its name does not say so"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_bytes_is_an_error_or_a_sound_file(
        changes in prop::collection::vec((0usize..600, prop_oneof![any::<u8>(), Just(0u8), Just(0xff)]), 1..8),
        cut in prop::option::of(0usize..600),
    ) {
        let mut bytes = sound();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        bytes.truncate(cut.unwrap_or(usize::MAX));
        if parse_header(&bytes, bytes.len() as u64).is_ok() && let Ok(file) = open(&bytes) {
            for name in file.tensors.keys() {
                if let Ok((tensor, range)) = file.tensor(name) {
                    prop_assert_eq!(range.len(), tensor.byte_len().unwrap());
                    prop_assert!(file.map_of(tensor).get(range).is_some());
                }
            }
        }
    }

    #[test]
    fn noise_after_the_magic_is_refused(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [b"GGUF\x03\0\0\0".as_slice(), &noise].concat();
        // Counts of random bytes never fit; only two counts of zero would.
        if let Ok(header) = parse_header(&bytes, bytes.len() as u64) {
            prop_assert!(header.tensors.len() <= noise.len() / 32 && header.metadata.0.len() <= noise.len() / 13);
        }
    }
}
