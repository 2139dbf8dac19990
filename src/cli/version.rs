//! `--version`: which program this is, for those who help and for those who pack it.

use std::sync::LazyLock;

use super::doctor::level_name;
use crate::compute::Level;

/// The commit that this was built from; empty where nobody said.
const COMMIT: &str = env!("SQLLAMA_COMMIT_BUILT");
/// Digits of a commit that are shown.
const COMMIT_DIGITS: usize = 12;
/// What can be left out of a build or put into it.
const FEATURES: [(&str, bool); 2] = [("cuda", cfg!(feature = "cuda")), ("metal", cfg!(feature = "metal"))];

/// What stands behind the name of the program: the number alone on the first line, as it always was.
pub(super) fn long() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(text);
    &TEXT
}

fn text() -> String {
    let commit = match (COMMIT.get(..COMMIT_DIGITS.min(COMMIT.len())), cfg!(debug_assertions)) {
        (Some(""), true) => "not recorded in development builds",
        (Some("") | None, _) => "unknown",
        (Some(commit), _) => commit,
    };
    let features: Vec<&str> = FEATURES.iter().filter(|(_, is_in)| *is_in).map(|(name, _)| *name).collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    let here: Vec<&str> = Level::available().into_iter().map(level_name).collect();
    format!(
        "{}\ncommit: {commit}\nfeatures: {features}\nlevel: {} (this processor can run {})\ntarget: {}",
        env!("CARGO_PKG_VERSION"),
        level_name(Level::detect()),
        here.join(", "),
        env!("SQLLAMA_TARGET"),
    )
}
