//! A key: held, sent, never shown.

use std::fmt;

/// What stands where a key would.
const HIDDEN: &str = "[key]";

/// Shorter texts are no keys, and would blot out words.
const SHORTEST: usize = 4;

/// A key, or another header's value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Holds `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key itself, to be sent.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// `text` of a server, fit to be shown: none of `secrets` in it, on one line, not long, no control characters.
pub(super) fn clean<'s>(text: &str, secrets: impl Iterator<Item = &'s Secret>) -> String {
    /// Characters of a server's words that are shown.
    const MOST: usize = 300;
    let mut text = text.to_owned();
    for Secret(secret) in secrets {
        // `Bearer` and a key: each word may come back alone.
        for part in secret.split_whitespace().filter(|part| part.len() >= SHORTEST && !part.eq_ignore_ascii_case("bearer")) {
            text = text.replace(part, HIDDEN);
        }
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(MOST).collect();
    let end = if cut.len() < words.len() { "…" } else { "" };
    crate::text::sanitize(&format!("{cut}{end}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_shown() {
        let key = Secret::new("Bearer sk-12345");
        assert_eq!(format!("{key:?}"), "[key]");
        assert_eq!(clean("Incorrect key:\n sk-12345 is\u{1b}[31m no key", [&key].into_iter()), "Incorrect key: [key] is\\u{1b}[31m no key");
        assert!(clean(&"word ".repeat(1000), std::iter::empty()).chars().count() < 310);
    }
}
