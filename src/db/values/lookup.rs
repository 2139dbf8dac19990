//! The words of every value, ordered for looking up: whole, or with a few letters wrong.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::column::ColumnValues;
use crate::text::words::{edits_within, singular, words};

/// A value of more words is no value that a question would spell out.
pub(super) const MOST_WORDS: usize = 12;

/// A value and its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) column: u32,
    pub(super) value: u32,
    key_at: u32,
    key_bytes: u16,
}

/// Every value under its key: its words without case, accents and plurals, a blank between them.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// All keys, one behind another.
    keys: String,
    entries: Vec<Entry>,
    /// Hash of the key and place in `entries`, sorted.
    by_hash: Vec<(u64, u32)>,
    /// Letters in the key and place in `entries`, one for each distinct key, by the key's length in bytes.
    by_length: Vec<Vec<(u64, u32)>>,
    /// Places in `entries` of each column.
    columns: Vec<Range<usize>>,
}

/// The key of `text`, and how many words it has.
pub(super) fn key_of(text: &str) -> (String, usize) {
    let words = words(text);
    let mut key = String::with_capacity(text.len());
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            key.push(' ');
        }
        key.push_str(singular(&word.folded));
    }
    (key, words.len())
}

fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// A bit for each letter that occurs. One edit changes two bits at most.
fn letters_of(key: &str) -> u64 {
    key.bytes().fold(0, |letters, byte| letters | 1 << (byte % 64))
}

impl Lookup {
    pub(super) fn new(columns: &[ColumnValues]) -> Self {
        let mut new = Self::default();
        for (c, column) in columns.iter().enumerate() {
            let first = new.entries.len();
            for (v, value) in column.values.iter().enumerate() {
                let (key, count) = key_of(value);
                if key.is_empty() || count > MOST_WORDS {
                    continue;
                }
                let (Ok(column), Ok(value), Ok(key_at), Ok(key_bytes)) =
                    (u32::try_from(c), u32::try_from(v), u32::try_from(new.keys.len()), u16::try_from(key.len()))
                else {
                    continue;
                };
                new.by_hash.push((hash_of(&key), u32::try_from(new.entries.len()).unwrap_or(u32::MAX)));
                new.keys.push_str(&key);
                new.entries.push(Entry { column, value, key_at, key_bytes });
            }
            new.columns.push(first..new.entries.len());
        }
        new.by_hash.sort_unstable();
        let mut before = None;
        for &(hash, place) in &new.by_hash {
            let Some(entry) = new.entries.get(place as usize).filter(|_| before != Some(hash)) else { continue };
            before = Some(hash);
            let length = usize::from(entry.key_bytes);
            if new.by_length.len() <= length {
                new.by_length.resize_with(length + 1, Vec::new);
            }
            let letters = letters_of(key_in(&new.keys, entry));
            if let Some(same_length) = new.by_length.get_mut(length) {
                same_length.push((letters, place));
            }
        }
        new
    }

    pub(super) fn key(&self, entry: &Entry) -> &str {
        key_in(&self.keys, entry)
    }

    /// The values whose key is `key`.
    pub(super) fn whole<'a>(&'a self, key: &'a str) -> impl Iterator<Item = Entry> + 'a {
        let hash = hash_of(key);
        let first = self.by_hash.partition_point(|&(other, _)| other < hash);
        let same = self.by_hash.get(first..).unwrap_or(&[]).iter().take_while(move |&&(other, _)| other == hash);
        same.filter_map(|&(_, place)| self.entries.get(place as usize).copied()).filter(move |entry| self.key(entry) == key)
    }

    /// The one key of at most `more` further words that begins or ends with the words of `key`; `None` where there are several.
    pub(super) fn begun_or_ended(&self, key: &str, more: usize) -> Option<&str> {
        let mut only: Option<&str> = None;
        for at in memchr::memmem::find_iter(self.keys.as_bytes(), key.as_bytes()) {
            let place = self.entries.partition_point(|entry| entry.key_at as usize <= at).checked_sub(1)?;
            let entry = self.entries.get(place)?;
            let other = self.key(entry);
            let from = at - entry.key_at as usize;
            let begun = from == 0 && other.as_bytes().get(key.len()) == Some(&b' ');
            let ended = from + key.len() == other.len() && from > 0 && other.as_bytes().get(from - 1) == Some(&b' ');
            if !begun && !ended || other.matches(' ').count() > key.matches(' ').count() + more {
                continue;
            }
            if only.is_some_and(|only| only != other) {
                return None;
            }
            only = Some(other);
        }
        only
    }

    /// Keys that differ from `key` by 1 to `most` edits, with the edits. A linear look at keys of about this length; letters decide first.
    pub(super) fn nearly(&self, key: &str, most: usize) -> Vec<(&str, usize)> {
        let letters = letters_of(key);
        // An edit of a letter that takes several bytes may change more of both.
        let factor = if key.is_ascii() { 1 } else { 2 };
        let lengths = key.len().saturating_sub(factor * most)..=key.len() + factor * most;
        let mut out = Vec::new();
        for same_length in lengths.filter_map(|length| self.by_length.get(length)) {
            for &(other, place) in same_length {
                if (letters ^ other).count_ones() as usize > 2 * factor * most {
                    continue;
                }
                let Some(entry) = self.entries.get(place as usize) else { continue };
                let other = self.key(entry);
                if let Some(edits) = edits_within(key, other, most).filter(|&edits| edits > 0) {
                    out.push((other, edits));
                }
            }
        }
        out
    }

    /// The values of one column.
    pub(super) fn of_column(&self, column: usize) -> &[Entry] {
        self.columns.get(column).and_then(|range| self.entries.get(range.clone())).unwrap_or(&[])
    }
}

fn key_in<'a>(keys: &'a str, entry: &Entry) -> &'a str {
    let at = entry.key_at as usize;
    keys.get(at..at + usize::from(entry.key_bytes)).unwrap_or("")
}
