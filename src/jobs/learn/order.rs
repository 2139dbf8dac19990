//! What is asked for.

use std::path::PathBuf;
use std::time::Duration;

/// What is learned, and how long that may take.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnOrder {
    /// The database as it was named.
    pub database: String,
    /// The run's folder.
    pub folder: PathBuf,
    /// The model as it was named, what it is called, and where it lies.
    pub model: (String, String, PathBuf),
    /// The time; `None` for what it was begun with.
    pub budget: Option<Duration>,
    /// Whether the adapter is attached whatever comes of it.
    pub attach: bool,
    /// Whether it ends behind the plan.
    pub dry_run: bool,
}

/// The time where nobody says one.
pub const BUDGET: Duration = Duration::from_secs(30 * 60);
