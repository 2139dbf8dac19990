//! Any repository of the hub: which of its files make the model that is wanted.

use serde::Deserialize;

use super::StoreError;
use super::catalogue::HubFile;

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoFile {
    /// Its path.
    pub path: String,
    /// Its size, where the hub says it.
    pub bytes: Option<u64>,
    /// SHA-256, where the hub says it.
    pub sha256: Option<String>,
}

/// What was asked for: `owner/name`, `owner/name:file`, `owner/name:quant`, `owner/name:folder`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoSpec {
    /// `owner/name`.
    pub repo: String,
    /// What of it.
    pub part: Option<String>,
}

/// The files of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What it could be called.
    pub name: String,
    /// Whether they make a Hugging Face folder; else they are a GGUF file, or the parts of one in order.
    pub is_folder: bool,
    /// What to fetch.
    pub files: Vec<RepoFile>,
}

/// Quantisations, the ones that are taken first where nothing is said.
const PREFERRED: [&str; 12] = ["q4_k_m", "q4_k_s", "iq4_xs", "q4_0", "q5_k_m", "q5_k_s", "q6_k", "q8_0", "q4_k", "bf16", "f16", "f32"];
/// What belongs to a folder besides its weights.
const BESIDE: [&str; 14] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "README.md",
];

impl RepoSpec {
    /// Reads what was typed; `None` where it is no repository's name.
    pub fn parse(text: &str) -> Option<Self> {
        let (repo, part) = match text.split_once(':') {
            Some((repo, part)) => (repo, Some(part.trim_matches('/').to_owned()).filter(|part| !part.is_empty())),
            None => (text, None),
        };
        let (owner, name) = repo.split_once('/')?;
        let sound = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        (sound(owner) && sound(name)).then(|| Self { repo: repo.into(), part })
    }

    /// As it was typed.
    pub fn text(&self) -> String {
        match &self.part {
            Some(part) => format!("{}:{part}", self.repo),
            None => self.repo.clone(),
        }
    }

    /// The model that is wanted among `files`.
    pub fn select(&self, files: &[RepoFile]) -> Result<Selection, StoreError> {
        let safe: Vec<&RepoFile> = files.iter().filter(|file| is_safe(&file.path)).collect();
        let ggufs: Vec<&RepoFile> =
            safe.iter().copied().filter(|file| file.path.ends_with(".gguf") && !is_other_part(&file.path)).collect();
        let found = match &self.part {
            Some(part) => self.named(part, &safe, &ggufs),
            None if ggufs.is_empty() => self.folder("", &safe),
            None => preferred(&ggufs).map(|file| gguf(file, &safe)),
        };
        found.ok_or_else(|| {
            let mut offered: Vec<&str> = ggufs.iter().map(|file| file.path.as_str()).collect();
            let folders = safe.iter().filter_map(|file| file.path.strip_suffix("/config.json"));
            offered.extend(folders);
            let offered = if offered.is_empty() { "nothing that is a model".into() } else { offered.join(", ") };
            StoreError::NotInRepository { repo: self.repo.clone(), part: self.part.clone().unwrap_or_default(), offered }
        })
    }

    /// By a file's name, a folder's, or a quantisation's.
    fn named(&self, part: &str, all: &[&RepoFile], ggufs: &[&RepoFile]) -> Option<Selection> {
        let wanted = part.to_lowercase();
        let base = |file: &RepoFile| file.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let by_name = ggufs.iter().find(|file| file.path == part).or_else(|| ggufs.iter().find(|file| base(file) == wanted));
        if let Some(file) = by_name {
            return Some(gguf(file, all));
        }
        if let Some(folder) = self.folder(&format!("{part}/"), all) {
            return Some(folder);
        }
        let of_quant: Vec<&RepoFile> =
            ggufs.iter().copied().filter(|file| quant_of(&file.path).as_deref() == Some(wanted.as_str())).collect();
        let shortest = of_quant.iter().min_by_key(|file| (file.path.len(), &file.path)).map(|file| gguf(file, all));
        shortest.or_else(|| (wanted == "safetensors" || wanted == "main").then(|| self.folder("", all)).flatten())
    }

    /// The Hugging Face folder whose files begin with `prefix`: safetensors, or else PyTorch's files.
    fn folder(&self, prefix: &str, all: &[&RepoFile]) -> Option<Selection> {
        let inside = || all.iter().filter_map(|file| Some((file.path.strip_prefix(prefix).filter(|rest| !rest.contains('/'))?, *file)));
        let has = |name: &str| inside().any(|(own, _)| own == name);
        if !has("config.json") {
            return None;
        }
        let (begin, end) = if has("model.safetensors") || has("model.safetensors.index.json") {
            ("model", ".safetensors")
        } else {
            ("pytorch_model", ".bin")
        };
        let index = format!("{begin}{end}.index.json");
        // Beside shards a second copy in one file is not taken.
        let single = format!("{begin}{end}");
        let is_weights = |name: &str| match has(&index) {
            true => name == index || name.starts_with(&format!("{begin}-")) && name.ends_with(end),
            false => name == single,
        };
        let files: Vec<RepoFile> =
            inside().filter(|(name, _)| is_weights(name) || BESIDE.contains(name)).map(|(_, file)| file.clone()).collect();
        if !files.iter().any(|file| file.path.ends_with(end)) {
            return None;
        }
        let name = prefix.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty());
        let name = name.or_else(|| self.repo.rsplit('/').next()).unwrap_or_default();
        Some(Selection { name: name.into(), is_folder: true, files })
    }
}

impl RepoFile {
    /// Its place on the hub.
    pub fn place(&self, repo: &str) -> HubFile {
        HubFile { repo: repo.into(), file: self.path.clone() }
    }

    /// Its name without folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether a path stays where it belongs.
fn is_safe(path: &str) -> bool {
    !path.contains('\\') && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Parts of a split file: what stands before the number, the number, how many there are.
fn split(path: &str) -> Option<(&str, u32, u32)> {
    let (before, count) = path.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (stem, number) = before.rsplit_once('-')?;
    let read = |text: &str| (text.len() == 5).then(|| text.parse().ok()).flatten();
    Some((stem, read(number)?, read(count)?))
}

/// What is no model of its own: later parts, the part that reads pictures, an importance matrix.
fn is_other_part(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    split(path).is_some_and(|(_, number, _)| number != 1) || name.contains("mmproj") || name.contains("imatrix")
}

/// The quantisation in a file's name: its longest end that is one.
fn quant_of(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?.to_lowercase();
    let name = split(&name).map_or_else(|| name.strip_suffix(".gguf").unwrap_or(&name).to_owned(), |(stem, ..)| stem.to_owned());
    let last = name.rsplit(['-', '.', ' ']).next()?;
    let is_quant = ["q", "iq", "f16", "bf16", "f32", "fp16", "tq", "mxfp"].iter().any(|begin| last.starts_with(begin))
        && last.chars().any(|c| c.is_ascii_digit());
    is_quant.then(|| last.replace("fp16", "f16"))
}

fn preferred<'a>(ggufs: &[&'a RepoFile]) -> Option<&'a RepoFile> {
    if let [only] = ggufs {
        return Some(only);
    }
    PREFERRED.iter().find_map(|quant| {
        let of_quant = ggufs.iter().copied().filter(|file| quant_of(&file.path).as_deref() == Some(quant));
        of_quant.min_by_key(|file| (file.path.len(), &file.path))
    })
}

/// A GGUF file, with its other parts where it is split.
fn gguf(first: &RepoFile, all: &[&RepoFile]) -> Selection {
    let name = first.name().trim_end_matches(".gguf").to_owned();
    let Some((stem, _, count)) = split(&first.path) else { return Selection { name, is_folder: false, files: vec![first.clone()] } };
    let parts = (1..=count.min(1024)).map(|number| {
        let path = format!("{stem}-{number:05}-of-{count:05}.gguf");
        let known = all.iter().find(|file| file.path == path).map(|file| (*file).clone());
        known.unwrap_or(RepoFile { path, bytes: None, sha256: None })
    });
    let name = stem.rsplit('/').next().unwrap_or(stem).to_owned();
    Selection { name, is_folder: false, files: parts.collect() }
}

/// Reads the hub's list of a repository's files: `tree/main`, or the `siblings` of what it says of the whole.
pub(super) fn read_list(text: &str) -> Option<Vec<RepoFile>> {
    #[derive(Deserialize)]
    struct Lfs {
        oid: Option<String>,
        sha256: Option<String>,
        size: Option<u64>,
    }
    #[derive(Deserialize)]
    struct Entry {
        #[serde(rename = "type")]
        kind: Option<String>,
        path: Option<String>,
        rfilename: Option<String>,
        size: Option<u64>,
        lfs: Option<Lfs>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Tree(Vec<Entry>),
        Info { siblings: Vec<Entry> },
    }
    let entries = match serde_json::from_str(text).ok()? {
        List::Tree(entries) | List::Info { siblings: entries } => entries,
    };
    let read = |entry: Entry| {
        let is_file = entry.kind.as_deref().is_none_or(|kind| kind == "file");
        let path = entry.path.or(entry.rfilename).filter(|_| is_file)?;
        let hash = entry.lfs.as_ref().and_then(|lfs| lfs.oid.clone().or_else(|| lfs.sha256.clone()));
        let sha256 = hash.filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let bytes = entry.lfs.and_then(|lfs| lfs.size).or(entry.size);
        Some(RepoFile { path, bytes, sha256 })
    };
    Some(entries.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<RepoFile> {
        paths.iter().map(|path| RepoFile { path: (*path).into(), bytes: Some(1), sha256: None }).collect()
    }

    #[track_caller]
    fn check(spec: &str, paths: &[&str], name: &str, expected: &[&str]) {
        let found = RepoSpec::parse(spec).unwrap().select(&files(paths)).unwrap();
        let chosen: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((found.name.as_str(), chosen.as_slice()), (name, expected), "{spec}");
    }

    #[test]
    fn names_of_repositories_are_told_from_paths() {
        for (text, repo, part) in [
            ("Qwen/Qwen2.5-0.5B", "Qwen/Qwen2.5-0.5B", None),
            ("a/b:q8_0", "a/b", Some("q8_0")),
            ("a/b:folder/x.gguf", "a/b", Some("folder/x.gguf")),
        ] {
            assert_eq!(RepoSpec::parse(text), Some(RepoSpec { repo: repo.into(), part: part.map(str::to_owned) }));
        }
        for text in ["name", "/abs/path", "./a/b", "../a", "a/b/c", "a//b", "", "a/", "~/models"] {
            assert_eq!(RepoSpec::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_files_of_a_model_are_chosen() {
        let quants = ["m-Q8_0.gguf", "m-Q4_K_M.gguf", "m-f16.gguf", "mmproj-f16.gguf", "README.md"];
        check("o/m", &quants, "m-Q4_K_M", &["m-Q4_K_M.gguf"]);
        check("o/m:q8_0", &quants, "m-Q8_0", &["m-Q8_0.gguf"]);
        check("o/m:Q8_0", &quants, "m-Q8_0", &["m-Q8_0.gguf"]);
        check("o/m:f16", &quants, "m-f16", &["m-f16.gguf"]);
        check("o/m:m-Q8_0.gguf", &quants, "m-Q8_0", &["m-Q8_0.gguf"]);
        check("o/m", &["only.gguf"], "only", &["only.gguf"]);
        let parts = ["q/m-Q6_K-00001-of-00002.gguf", "q/m-Q6_K-00002-of-00002.gguf", "m-Q4_0.gguf"];
        check("o/m:q6_k", &parts, "m-Q6_K", &parts[..2]);
        let folder = [
            "config.json",
            "tokenizer.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
        ];
        let all: Vec<&str> = folder.into_iter().chain(["pytorch_model.bin", "onnx/model.onnx", "flax_model.msgpack"]).collect();
        check("o/Big", &all, "Big", &folder);
        check(
            "o/Big",
            &["config.json", "pytorch_model.bin", "tokenizer.model"],
            "Big",
            &["config.json", "pytorch_model.bin", "tokenizer.model"],
        );
        let nested = ["README.md", "A-7B/config.json", "A-7B/pytorch_model.bin", "B/config.json", "B/pytorch_model.bin"];
        check("o/m:A-7B", &nested, "A-7B", &["A-7B/config.json", "A-7B/pytorch_model.bin"]);
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        let error = RepoSpec::parse("o/m:q2_k").unwrap().select(&files(&["m-Q8_0.gguf", "x/config.json"])).unwrap_err().to_string();
        assert_eq!(error, "o/m has no `q2_k`; it has m-Q8_0.gguf, x");
        let error = RepoSpec::parse("o/m").unwrap().select(&files(&["../evil.gguf", "README.md"])).unwrap_err().to_string();
        assert_eq!(error, "o/m has no model; it has nothing that is a model");
    }

    #[test]
    fn both_lists_of_the_hub_are_read() {
        let hash = "ab".repeat(32);
        let tree = format!(
            r#"[{{"type": "directory", "path": "d", "size": 0}}, {{"type": "file", "path": "a.gguf", "size": 9, "oid": "x", "lfs": {{"oid": "{hash}", "size": 7}}}}]"#
        );
        assert_eq!(read_list(&tree).unwrap(), [RepoFile { path: "a.gguf".into(), bytes: Some(7), sha256: Some(hash) }]);
        let info = r#"{"id": "o/m", "siblings": [{"rfilename": "config.json"}]}"#;
        assert_eq!(read_list(info).unwrap(), [RepoFile { path: "config.json".into(), bytes: None, sha256: None }]);
        assert_eq!(read_list("<html>"), None);
    }
}
