//! Where our files lie.

use std::path::PathBuf;

use super::StoreError;

/// Folders of sqllama's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Models.
    pub data: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Paths {
    /// The system's folders; `SQLLAMA_DATA_DIR` and `SQLLAMA_CACHE_DIR` replace them.
    pub fn find() -> Result<Self, StoreError> {
        let folders = directories::ProjectDirs::from("", "", "sqllama");
        let folder = |variable: &str, own: Option<PathBuf>| std::env::var_os(variable).map(PathBuf::from).or(own).ok_or(StoreError::NoHome);
        Ok(Self {
            data: folder("SQLLAMA_DATA_DIR", folders.as_ref().map(|f| f.data_dir().into()))?,
            cache: folder("SQLLAMA_CACHE_DIR", folders.as_ref().map(|f| f.cache_dir().into()))?,
        })
    }

    /// Where saved sessions lie.
    pub fn sessions(&self) -> PathBuf {
        self.cache.join("sessions")
    }

    /// Where models lie.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }
}
