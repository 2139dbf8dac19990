//! Ollama's local store: manifests name the blobs of a model, and the blob of its weights is a GGUF file. Nothing is copied.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::StoreError;

/// What Ollama calls weights, and adapters to them.
const WEIGHTS: &str = "application/vnd.ollama.image.model";
const ADAPTER: &str = "application/vnd.ollama.image.adapter";
/// No manifest is longer.
const MAX_MANIFEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    #[serde(rename = "mediaType")]
    media_type: String,
    digest: String,
}

/// The store of this machine: `OLLAMA_MODELS`, or where Ollama keeps it by itself.
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("OLLAMA_MODELS").filter(|value| !value.is_empty()).map(PathBuf::from);
    let usual = || {
        let home = directories::BaseDirs::new()?.home_dir().join(".ollama/models");
        [home, "/usr/share/ollama/.ollama/models".into()].into_iter().find(|folder| folder.is_dir())
    };
    named.or_else(usual)
}

/// The models in the store at `folder`: `name:tag`, with the owner before it where it is not Ollama's own.
pub fn list(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for (owner, name, tag, _) in manifests(folder) {
        out.push(if owner == "library" { format!("{name}:{tag}") } else { format!("{owner}/{name}:{tag}") });
    }
    out.sort();
    out
}

/// Owner, name, tag and file of every manifest: they lie four folders deep, the first of which is the registry.
fn manifests(folder: &Path) -> Vec<(String, String, String, PathBuf)> {
    let inside = |folder: &Path| -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
            .filter(|(name, _)| !name.starts_with('.'))
            .collect()
    };
    let mut out = Vec::new();
    for (_, registry) in inside(&folder.join("manifests")) {
        for (owner, of_owner) in inside(&registry) {
            for (name, of_name) in inside(&of_owner) {
                out.extend(
                    inside(&of_name)
                        .into_iter()
                        .filter(|(_, path)| path.is_file())
                        .map(|(tag, path)| (owner.clone(), name.clone(), tag, path)),
                );
            }
        }
    }
    out
}

/// The weights of the model `spec` (`name`, `name:tag`, `owner/name:tag`) in the store at `folder`.
pub fn find(folder: &Path, spec: &str) -> Result<PathBuf, StoreError> {
    let failed = |reason: String| StoreError::Ollama { name: spec.into(), reason };
    let (name, tag) = spec.rsplit_once(':').unwrap_or((spec, "latest"));
    let (owner, name) = name.rsplit_once('/').unwrap_or(("library", name));
    let found = manifests(folder).into_iter().find(|(own, called, tagged, _)| own == owner && called == name && tagged == tag);
    let Some((.., manifest)) = found else {
        let known = list(folder);
        let known = if known.is_empty() { "it holds none".into() } else { format!("it holds {}", known.join(", ")) };
        return Err(failed(format!("it is not in {}; {known}", folder.display())));
    };
    let too_long = std::fs::metadata(&manifest).is_ok_and(|metadata| metadata.len() > MAX_MANIFEST);
    let text =
        if too_long { Err("it is too long".to_owned()) } else { std::fs::read_to_string(&manifest).map_err(|error| error.to_string()) };
    let manifest: Manifest = text
        .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()))
        .map_err(|reason| failed(format!("its manifest {} cannot be read: {reason}", manifest.display())))?;
    if manifest.layers.iter().any(|layer| layer.media_type == ADAPTER) {
        return Err(failed("it is a model with an adapter; name its base instead, and give the adapter to --adapter".into()));
    }
    let weights: Vec<&Layer> = manifest.layers.iter().filter(|layer| layer.media_type == WEIGHTS).collect();
    let [weights] = weights.as_slice() else {
        return Err(failed(format!("its manifest names {} files of weights", weights.len())));
    };
    let hash = weights.digest.strip_prefix("sha256:").filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hash = hash.ok_or_else(|| failed(format!("its manifest names `{}`, which is no SHA-256", weights.digest)))?;
    let blobs = ["-", ":"].map(|between| folder.join("blobs").join(format!("sha256{between}{hash}")));
    blobs
        .into_iter()
        .find(|blob| blob.is_file())
        .ok_or_else(|| failed(format!("its weights (sha256-{hash}) are not in {}", folder.join("blobs").display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_name_the_blobs() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let hash = "ab".repeat(32);
        let put = |owner: &str, name: &str, tag: &str, text: &str| {
            let place = folder.join("manifests/registry").join(owner).join(name);
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join(tag), text).unwrap();
        };
        let manifest = |kind: &str, digest: &str| {
            format!(
                r#"{{"schemaVersion": 2, "layers": [{{"mediaType": "{kind}", "digest": "{digest}", "size": 3}},
                {{"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:00", "size": 1}}]}}"#
            )
        };
        put("library", "qwen", "0.5b", &manifest(WEIGHTS, &format!("sha256:{hash}")));
        put("library", "qwen", "latest", &manifest(WEIGHTS, "sha256:../../x"));
        put("somebody", "tuned", "v1", &manifest(ADAPTER, &format!("sha256:{hash}")));
        put("library", "broken", "latest", "{");
        #[track_caller]
        fn check(folder: &Path, spec: &str, expected: &str) {
            let error = find(folder, spec).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        check(folder, "qwen:0.5b", "are not in");
        std::fs::create_dir(folder.join("blobs")).unwrap();
        let blob = folder.join(format!("blobs/sha256-{hash}"));
        std::fs::write(&blob, b"GGUF").unwrap();
        assert_eq!(find(folder, "qwen:0.5b").unwrap(), blob);
        check(folder, "qwen", "which is no SHA-256");
        check(folder, "somebody/tuned:v1", "with an adapter");
        check(folder, "broken", "cannot be read");
        check(folder, "llama", "it holds broken:latest, qwen:0.5b, qwen:latest, somebody/tuned:v1");
    }
}
