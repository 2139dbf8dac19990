//! Files of models with some bytes changed, from seeds: GGUF, safetensors, pickles, tokenizers, settings, adapters. Whatever they hold, reading
//! them ends in an error or in a model; it never panics, and takes no more memory than the file accounts for.
//!
//! `SQLLAMA_DAMAGED=100000` tries so many of each kind instead of a few; `SQLLAMA_DAMAGED_SEED=7` begins there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use sqllama::llm::adapter::Adapter;
use sqllama::llm::checkpoint::Config;
use sqllama::llm::tokenizer::{Specials, Tokenizer};
use sqllama::llm::{Model, OpenedModel};

use crate::counted::most_allocated;
use crate::families;

/// Of each kind, where nothing else is said.
const USUAL: u64 = 150;
/// What reading may take for each byte of the files: a byte of JSON or of a small number becomes a value of some words, in a list that grew by
/// doubling, beside an index of it.
const PER_BYTE: usize = 96;
/// And what it may take besides.
const BESIDES: usize = 4 << 20;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Changes a few places of `bytes`. What tells of the rest stands in the first `head` bytes and in the last `tail`; most changes are there.
fn damage(bytes: &mut Vec<u8>, (head, tail): (usize, usize), dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let at = match dice.below(8) {
            0 => dice.below(length),
            1..=3 if tail > 0 => length - 1 - dice.below(tail.min(length)),
            _ => dice.below(head.min(length)),
        };
        let extreme = [0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'['][dice.below(8)];
        match dice.below(9) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = dice.next() as u8,
            2 => bytes[at] = extreme,
            // Lengths and counts are numbers of four or eight bytes.
            3 | 4 => {
                let number = [u64::MAX, 1 << 63, 1 << 40, u64::from(u32::MAX), 1 << 31, 0, 1, dice.next()][dice.below(8)];
                let width = if dice.below(2) == 0 { 4 } else { 8 };
                for (place, byte) in bytes.iter_mut().skip(at).zip(&number.to_le_bytes()[..width]) {
                    *place = *byte;
                }
            }
            5 => {
                let end = (at + 1 + dice.below(64)).min(length);
                bytes.drain(at..end);
            }
            6 => {
                let end = (at + 1 + dice.below(64)).min(length);
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            7 => {
                let from = dice.below(length);
                let end = (from + 1 + dice.below(32)).min(length);
                let copied = bytes[from..end].to_vec();
                for (offset, &byte) in copied.iter().enumerate() {
                    if let Some(place) = bytes.get_mut(at + offset) {
                        *place = byte;
                    }
                }
            }
            _ if dice.below(4) == 0 => bytes.truncate(at),
            _ => bytes[at] = extreme,
        }
    }
}

/// A file to be damaged, in a folder with what belongs to it.
struct Kind {
    name: &'static str,
    /// What is copied beside it, by its place among the fixtures.
    beside: &'static [&'static str],
    /// Where it is from.
    file: &'static str,
    /// What it is called in the folder.
    called: &'static str,
    /// Bytes at its beginning and at its end that tell of the rest.
    told: (usize, usize),
    /// Reads the file, which lies in a folder.
    read: fn(&Path),
}

const KINDS: [Kind; 11] = [
    Kind { name: "GGUF, llama", beside: &[], file: "tiny-llama.gguf", called: "m.gguf", told: (14_000, 0), read: read_model },
    Kind { name: "GGUF, qwen2", beside: &[], file: "tiny-qwen2.gguf", called: "m.gguf", told: (9_000, 0), read: read_model },
    Kind {
        name: "safetensors",
        beside: &["families/llama-biases/config.json", "families/llama-biases/tokenizer.json"],
        file: "families/llama-biases/model.safetensors",
        called: "model.safetensors",
        told: (4_000, 0),
        read: read_folder,
    },
    Kind {
        name: "pickle",
        beside: &[
            "families/llama-biases/config.json",
            "families/llama-biases/tokenizer.json",
            "families/pytorch/pytorch_model-00001-of-00002.bin",
            "families/pytorch/pytorch_model.bin.index.json",
        ],
        file: "families/pytorch/pytorch_model-00002-of-00002.bin",
        called: "pytorch_model-00002-of-00002.bin",
        told: (3_000, 3_000),
        read: read_folder,
    },
    Kind {
        name: "index",
        beside: &[
            "families/llama-biases/config.json",
            "families/llama-biases/tokenizer.json",
            "families/pytorch/pytorch_model-00001-of-00002.bin",
            "families/pytorch/pytorch_model-00002-of-00002.bin",
        ],
        file: "families/pytorch/pytorch_model.bin.index.json",
        called: "pytorch_model.bin.index.json",
        told: (100_000, 0),
        read: read_folder,
    },
    Kind {
        name: "tokenizer.json of bytes",
        beside: &["families/qwen3/tokenizer_config.json", "families/qwen3/generation_config.json"],
        file: "families/qwen3/tokenizer.json",
        called: "tokenizer.json",
        told: (100_000, 0),
        read: read_tokenizer_json,
    },
    Kind {
        name: "tokenizer.json of pieces",
        beside: &[],
        file: "tokenizers/base.json",
        called: "tokenizer.json",
        told: (100_000, 0),
        read: read_tokenizer_json,
    },
    Kind {
        name: "tokenizer.model",
        beside: &[],
        file: "tokenizers/tokenizer.model",
        called: "tokenizer.model",
        told: (100_000, 0),
        read: read_tokenizer_model,
    },
    Kind {
        name: "config.json",
        beside: &[],
        file: "families/qwen3-longrope/config.json",
        called: "config.json",
        told: (100_000, 0),
        read: read_config,
    },
    Kind {
        name: "adapter's safetensors",
        beside: &["families/qwen3/adapter/adapter_config.json"],
        file: "families/qwen3/adapter/adapter_model.safetensors",
        called: "adapter_model.safetensors",
        told: (2_000, 0),
        read: read_adapter,
    },
    Kind {
        name: "adapter's settings",
        beside: &["families/qwen3/adapter/adapter_model.safetensors"],
        file: "families/qwen3/adapter/adapter_config.json",
        called: "adapter_config.json",
        told: (100_000, 0),
        read: read_adapter,
    },
];

const TEXT: &str = "SELECT a FROM b; <s>[INST] Zürich 日本 🙂\n\n  1234";

fn use_tokenizer(tokenizer: &Tokenizer) {
    for specials in [Specials::Parse, Specials::AsText] {
        if let Ok(ids) = tokenizer.encode(TEXT, specials) {
            tokenizer.decode(&ids);
        }
    }
    tokenizer.decode(&[0, 1, u32::MAX]);
}

fn read_model(file: &Path) {
    if let Ok(opened) = OpenedModel::open(file) {
        use_tokenizer(&opened.tokenizer);
    }
    let _ = Model::open(file);
}

fn read_folder(file: &Path) {
    let _ = OpenedModel::open(file.parent().unwrap());
}

fn read_tokenizer_json(file: &Path) {
    if let Ok(tokenizer) = Tokenizer::from_tokenizer_json(file) {
        use_tokenizer(&tokenizer);
    }
}

fn read_tokenizer_model(file: &Path) {
    if let Ok(tokenizer) = Tokenizer::from_tokenizer_model(file) {
        use_tokenizer(&tokenizer);
    }
}

fn read_config(file: &Path) {
    if let Ok(text) = std::fs::read_to_string(file) {
        let _ = Config::parse(&text);
    }
}

fn read_adapter(file: &Path) {
    let _ = Adapter::read(file.parent().unwrap());
}

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Tries `kind` with each of `seeds`: how much memory the worst took.
fn try_seeds(kind: &Kind, seeds: impl Iterator<Item = u64>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    for from in kind.beside {
        let from = fixtures().join(from);
        std::fs::copy(&from, folder.path().join(from.file_name().unwrap())).unwrap();
    }
    let sound = std::fs::read(fixtures().join(kind.file)).unwrap();
    let file = folder.path().join(kind.called);
    let beside: usize = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len() as usize).sum();
    let mut worst = 0;
    for seed in seeds {
        let mut bytes = sound.clone();
        damage(&mut bytes, kind.told, &mut Dice(seed));
        // A new file each time: the old one may still be mapped.
        let _ = std::fs::remove_file(&file);
        std::fs::write(&file, &bytes).unwrap();
        let (ended, most) = most_allocated(|| catch_unwind(AssertUnwindSafe(|| (kind.read)(&file))));
        assert!(ended.is_ok(), "{} with seed {seed} panics", kind.name);
        let may = PER_BYTE * (bytes.len() + beside) + BESIDES;
        assert!(most <= may, "{} with seed {seed} takes {most} bytes of memory, for {} of files", kind.name, bytes.len() + beside);
        worst = worst.max(most);
    }
    worst
}

#[test]
fn damaged_files_are_errors_or_models() {
    let (count, first) = (number_of("SQLLAMA_DAMAGED", USUAL), number_of("SQLLAMA_DAMAGED_SEED", 0));
    for kind in &KINDS {
        let worst = try_seeds(kind, first..first + count);
        println!("{}: {count} files, at most {worst} bytes of memory", kind.name);
    }
}

/// Each was wrong once: a token's number of six digits took a place for every number before it.
#[test]
fn seeds_that_were_wrong_once_are_right() {
    for (name, seed) in
        [("tokenizer.json of bytes", 10_011_762), ("tokenizer.json of bytes", 20_009_497), ("tokenizer.json of bytes", 30_005_049)]
    {
        let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
        try_seeds(kind, std::iter::once(seed));
    }
}

/// The files that are damaged are sound before: what is tested is more than an error at the first byte.
#[test]
fn the_files_are_sound_before() {
    OpenedModel::open(&fixtures().join("tiny-llama.gguf")).unwrap();
    OpenedModel::open(&fixtures().join("tiny-qwen2.gguf")).unwrap();
    OpenedModel::open(&families::folder("llama-biases")).unwrap();
    Adapter::read(&families::folder("qwen3").join("adapter")).unwrap();
    for kind in ["families/qwen3/tokenizer.json", "tokenizers/base.json"] {
        Tokenizer::from_tokenizer_json(&fixtures().join(kind)).unwrap();
    }
    Tokenizer::from_tokenizer_model(&fixtures().join("tokenizers/tokenizer.model")).unwrap();
}
