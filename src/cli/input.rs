//! Text from stdin or from a file.

use std::fs::File;
use std::io::{IsTerminal, Read, Write, stderr, stdin};
use std::path::Path;

use super::failure::Failure;
use crate::text;

/// What is typed where stdin is meant.
const STDIN: &str = "-";

/// A text that is an argument by itself, and may begin with a hyphen as SQL's comments do. One that can only be a flag is one that the
/// command does not have.
pub(super) fn parse_text(typed: &str) -> Result<String, String> {
    let is_name = |name: &str| name.starts_with(char::is_alphabetic) && !name.contains(char::is_whitespace);
    match typed.strip_prefix("--").or(typed.strip_prefix('-')).filter(|name| is_name(name)) {
        Some(_) => Err("this command has no such flag; `--help` lists those it has".into()),
        None => Ok(typed.to_owned()),
    }
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// Standard input.
    Stdin,
    /// A file.
    File(&'a Path),
}

impl<'a> Source<'a> {
    /// A path, or `-`.
    pub(super) fn of_path(path: &'a Path) -> Self {
        if path == Path::new(STDIN) { Self::Stdin } else { Self::File(path) }
    }

    /// Stdin, where `typed` means it.
    pub(super) fn of_text(typed: &str) -> Option<Self> {
        (typed == STDIN).then_some(Self::Stdin)
    }

    /// Stdin, where nothing was typed and something is piped in.
    pub(super) fn of_pipe() -> Option<Self> {
        (!stdin().is_terminal()).then_some(Self::Stdin)
    }

    /// What to call it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Stdin => "stdin".into(),
            Self::File(path) => text::sanitize(&path.display().to_string()).into_owned(),
        }
    }

    /// All of it, at most `limit` bytes of UTF-8. A person at a terminal is told that they are waited for.
    pub(super) fn read(self, limit: usize) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let most = limit as u64 + 1;
        let read = match self {
            Self::Stdin => {
                if stdin().is_terminal() {
                    writeln!(stderr(), "reading stdin; Ctrl-D on an empty line ends it")?;
                }
                stdin().lock().take(most).read_to_end(&mut bytes)
            }
            Self::File(path) => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
        };
        let name = self.name();
        read.map_err(|error| Failure {
            hint: Some("check the path and the file's permissions; `-` reads stdin".into()),
            ..Failure::new(2, format!("cannot read {name}: {error}"))
        })?;
        if bytes.len() > limit {
            return Err(Failure::new(2, format!("{name} has more than {}", text::bytes(limit as u64))));
        }
        String::from_utf8(bytes).map_err(|error| {
            let message = format!("{name} is not UTF-8 at byte {}", error.utf8_error().valid_up_to());
            Failure { hint: Some("convert it, for example with `iconv -t UTF-8`".into()), ..Failure::new(2, message) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_begin_with_a_hyphen_and_a_flag_is_none() {
        for text in ["-- all\nSELECT 1", "--all of them\nSELECT 1", "-", "--", "", "-1", "- which?", "SELECT 1"] {
            assert_eq!(parse_text(text).as_deref(), Ok(text));
        }
        for flag in ["--fromat", "--fromat=csv", "-x", "--no-such-thing"] {
            assert!(parse_text(flag).is_err(), "{flag}");
        }
    }
}
