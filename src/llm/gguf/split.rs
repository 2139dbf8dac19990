//! Files that are cut into parts, as llama.cpp's `gguf-split` does it: `NAME-00001-of-00003.gguf`, of which the first has the metadata.

use std::path::{Path, PathBuf};

use super::metadata::Metadata;
use crate::llm::LlmError;

/// More parts are in no use.
const MOST_PARTS: u64 = 1000;

/// The other parts of the file at `path`, in order, where it is the first of several; `None` where it is whole.
pub(super) fn parts(path: &Path, metadata: &Metadata) -> Result<Option<Vec<PathBuf>>, LlmError> {
    let Some(count) = metadata.unsigned("split.count").filter(|count| *count > 1) else { return Ok(None) };
    let number = metadata.unsigned("split.no").unwrap_or(0).saturating_add(1);
    let refuse = |what: String, todo| LlmError::NotAModel { path: path.into(), what, todo };
    let this = format!("part {number} of {count} of a split GGUF file");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(stem) = name.strip_suffix(&format!("-{number:05}-of-{count:05}.gguf")).filter(|_| count <= MOST_PARTS) else {
        return Err(refuse(
            format!("{this}, and its name does not say so"),
            "name the parts as they were made: NAME-00001-of-00003.gguf, or join them: llama-gguf-split --merge",
        ));
    };
    let part = |number: u64| path.with_file_name(format!("{stem}-{number:05}-of-{count:05}.gguf"));
    if number != 1 {
        return Err(refuse(
            format!("{this}; the first is {}", part(1).display()),
            "give the first part to --model: the others are found beside it",
        ));
    }
    let others: Vec<PathBuf> = (2..=count).map(part).collect();
    match others.iter().find(|other| !other.is_file()) {
        Some(missing) => Err(refuse(format!("{this}, and {} is not there", missing.display()), "fetch all parts into one folder")),
        None => Ok(Some(others)),
    }
}

/// Whether `other` is part `part`, from 0, of the file whose first part is `first`.
pub(super) fn check_part(first: &Metadata, other: &Metadata, part: usize) -> Result<(), String> {
    let same = first.unsigned("split.count") == other.unsigned("split.count") && other.unsigned("split.no") == Some(part as u64);
    if same { Ok(()) } else { Err(format!("it is not part {} of this file", part + 1)) }
}
