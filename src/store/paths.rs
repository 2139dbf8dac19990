//! Where our files lie.

use std::path::PathBuf;

use super::StoreError;

/// Folders of sqllama's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`.
    pub config: PathBuf,
    /// Models.
    pub data: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Paths {
    /// The system's folders; `SQLLAMA_CONFIG_DIR`, `SQLLAMA_DATA_DIR` and `SQLLAMA_CACHE_DIR` replace them.
    pub fn find() -> Result<Self, StoreError> {
        let folders = directories::ProjectDirs::from("", "", "sqllama");
        let folder = |variable: &str, own: Option<PathBuf>| {
            let replaced = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
            replaced.or(own).ok_or(StoreError::NoHome)
        };
        Ok(Self {
            config: folder("SQLLAMA_CONFIG_DIR", folders.as_ref().map(|f| f.config_dir().into()))?,
            data: folder("SQLLAMA_DATA_DIR", folders.as_ref().map(|f| f.data_dir().into()))?,
            cache: folder("SQLLAMA_CACHE_DIR", folders.as_ref().map(|f| f.cache_dir().into()))?,
        })
    }

    /// Every folder is `folder`: for tests, and for programs that keep everything together.
    pub fn all_in(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { config: folder.clone(), data: folder.clone(), cache: folder }
    }

    /// The file with a person's settings; it need not be there.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Where a person's own profiles of programs' files lie; it need not be there.
    pub fn profiles(&self) -> PathBuf {
        self.config.join("profiles")
    }

    /// Where saved sessions lie.
    pub fn sessions(&self) -> PathBuf {
        self.cache.join("sessions")
    }

    /// What we keep for a person: history, accepted answers, notes, attachments (`records`).
    pub fn records(&self) -> PathBuf {
        self.data.join("records.sqlite")
    }

    /// What is remembered of model servers (`servers`).
    pub fn servers(&self) -> PathBuf {
        self.data.join("servers.json")
    }

    /// Where the values of databases lie that were read to know them.
    pub fn values(&self) -> PathBuf {
        self.cache.join("values")
    }

    /// Where copies of files lie whose rows were made tables.
    pub fn copies(&self) -> PathBuf {
        self.cache.join("tables")
    }

    /// Where reports of our own failures lie.
    pub fn reports(&self) -> PathBuf {
        self.data.join("reports")
    }

    /// Where imported data sets lie.
    pub fn datasets(&self) -> PathBuf {
        self.data.join("datasets")
    }

    /// Where training runs lie.
    pub fn runs(&self) -> PathBuf {
        self.data.join("runs")
    }

    /// Where models lie.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }
}
