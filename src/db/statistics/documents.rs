//! JSON documents kept as text: whether a column holds such, and what is in them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::schema::Json;

/// Documents of a column that are all read, and of each doubling of their number as many as half of them: one table often holds one kind of document after
/// another, and a kind that begins late is met too.
const ALL_OF: usize = 128;
/// Bytes that are read of a column, of which the documents that are all read get half, and of one document: a longer one counts by its first letter alone.
const BYTES: usize = 256 * 1024;
const LONGEST: usize = 16 * 1024;
/// Paths kept of a column.
const PATHS: usize = 24;
/// More different paths than this are data, not names: the documents are kept by something.
const MOST_PATHS: usize = 400;
/// Keys of one object that are looked at, and elements of an array.
const KEYS: usize = 64;
const ELEMENTS: usize = 8;
/// Letters of a key.
const KEY_LENGTH: usize = 40;
/// How deep names are told: `$.user.address.street`.
const DEPTH: usize = 3;

/// What was met in a column's texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    /// Texts that are JSON objects or arrays.
    read: usize,
    /// Texts that begin as one, read or not.
    begun: usize,
    /// Texts that are none.
    others: usize,
    bytes: usize,
    /// In how many documents a path was met, and after how many others.
    paths: HashMap<String, (usize, usize)>,
}

impl Documents {
    /// One more text.
    pub(super) fn note(&mut self, text: &[u8]) {
        let text = text.trim_ascii();
        match text.first() {
            None => {}
            // Once a column has shown that it is none, nothing more is read of it.
            Some(b'{' | b'[') if self.others > 0 && self.read == 0 => self.others += 1,
            Some(b'{' | b'[') if !self.is_read(text.len()) => self.begun += 1,
            Some(b'{' | b'[') => match serde_json::from_slice::<Value>(text) {
                Ok(value) => {
                    self.begun += 1;
                    self.read += 1;
                    self.bytes += text.len();
                    let mut paths = Vec::new();
                    walk(&value, "$", DEPTH, &mut paths);
                    let mut met = HashSet::new();
                    for path in paths.into_iter().filter(|path| met.insert(path.clone())) {
                        let place = self.paths.len();
                        if place < MOST_PATHS || self.paths.contains_key(&path) {
                            self.paths.entry(path).or_insert((0, place)).0 += 1;
                        }
                    }
                }
                Err(_) => self.others += 1,
            },
            Some(_) => self.others += 1,
        }
    }

    /// Whether the next document, of `length` bytes, is read.
    fn is_read(&self, length: usize) -> bool {
        let all = self.begun < ALL_OF;
        // From 128 on every second one, from 256 on every fourth.
        let every = || 2_usize << (self.begun / ALL_OF).ilog2();
        length <= LONGEST && self.bytes < if all { BYTES / 2 } else { BYTES } && (all || self.begun.is_multiple_of(every()))
    }

    /// What the documents hold, where all texts are such.
    pub(super) fn json(&self) -> Option<Json> {
        // A stray note among them does not make them less of documents.
        if self.read == 0 || 20 * self.others > self.read {
            return None;
        }
        let mut paths: Vec<(&String, &(usize, usize))> = self.paths.iter().collect();
        paths.sort_by(|(a, (met, first)), (b, (other_met, other_first))| other_met.cmp(met).then(first.cmp(other_first)).then(a.cmp(b)));
        let many = self.paths.len() >= MOST_PATHS;
        // Of very many names, only those count that stand in most documents.
        let common = |met: usize| !many || 2 * met > self.read;
        let kept = paths.into_iter().filter(|(_, (met, _))| common(*met)).take(PATHS);
        Some(Json { paths: kept.map(|(path, _)| path.clone()).collect() })
    }
}

/// The paths of what stands in `value`, in its order; at most `depth` names deep.
fn walk(value: &Value, path: &str, depth: usize, out: &mut Vec<String>) {
    match value {
        Value::Object(object) if depth > 0 && !object.is_empty() => {
            for (key, inner) in object.iter().take(KEYS) {
                if !key.is_empty() && key.len() <= KEY_LENGTH && !key.contains(['"', '\\']) && !key.contains(char::is_control) {
                    walk(inner, &format!("{path}{}", step(key)), depth - 1, out);
                }
            }
        }
        Value::Array(array) => {
            let path = format!("{path}[]");
            let objects = array.iter().take(ELEMENTS).filter(|element| element.is_object());
            let before = out.len();
            // A list inside a list is told as one.
            objects.for_each(|element| walk(element, &path, depth, out));
            if out.len() == before {
                out.push(path);
            }
        }
        _ if path == "$" => {}
        _ => out.push(path.to_owned()),
    }
}

/// A key as the step of a path.
fn step(key: &str) -> String {
    let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_') && !key.starts_with(|c: char| c.is_ascii_digit());
    if plain { format!(".{key}") } else { format!(".\"{key}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: Option<&[&str]>) {
        let mut documents = Documents::default();
        for text in texts {
            documents.note(text.as_bytes());
        }
        let expected = expected.map(|paths| Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        assert_eq!(documents.json(), expected, "{texts:?}");
    }

    #[test]
    fn documents_are_told_from_texts() {
        check(
            &[r#"{"city": "Rome", "age": 3, "tags": ["a"]}"#, r#"{"city": "Paris", "age": 4, "tags": []}"#],
            Some(&["$.city", "$.age", "$.tags[]"]),
        );
        check(&[r#"{"a": {"b": 1, "c": {"d": {"e": 2}}}, "e f": null}"#], Some(&["$.a.b", "$.a.c.d", "$.\"e f\""]));
        check(&[r#"[{"name": "x", "size": 1}, {"name": "y", "old": 2}]"#], Some(&["$[].name", "$[].size", "$[].old"]));
        check(&["[1, 2]", "[]", ""], Some(&["$[]"]));
        check(&["{}"], Some(&[]));
        check(&["[note]", "{x}"], None);
        check(&["{\"a\": 1}", "plain"], None);
        check(&["12", "\"x\"", "null"], None);
        check(&[], None);
        check(&[&"[".repeat(2_000)], None);
    }

    #[test]
    fn a_kind_of_document_that_begins_late_is_met() {
        for (before, after) in [(150, 150), (1_000, 600), (10_000, 9_000)] {
            let mut documents = Documents::default();
            (0..before).for_each(|i| documents.note(format!("{{\"app\": {i}}}").as_bytes()));
            (0..after).for_each(|_| documents.note(b"{\"status\": \"afk\"}"));
            let paths = documents.json().map(|json| json.paths);
            assert_eq!(paths, Some(vec!["$.app".to_owned(), "$.status".to_owned()]), "{after} behind {before}");
            assert!(documents.read <= 128 + 64 * 8, "{} are read", documents.read);
        }
    }

    #[test]
    fn long_documents_leave_room_for_those_behind() {
        let mut documents = Documents::default();
        let long = format!("{{\"long\": \"{}\"}}", "x".repeat(15_000));
        (0..100).for_each(|_| documents.note(long.as_bytes()));
        (0..200).for_each(|_| documents.note(b"{\"short\": 1}"));
        assert_eq!(documents.json().map(|json| json.paths.len()), Some(2));
        assert!(documents.bytes < BYTES + LONGEST, "{} bytes are read", documents.bytes);
    }

    #[test]
    fn what_stands_in_most_documents_comes_first_and_keys_that_are_data_do_not_count() {
        check(&[r#"{"rare": 1, "common": 1}"#, r#"{"common": 1}"#], Some(&["$.common", "$.rare"]));
        let data: Vec<String> = (0..100)
            .map(|i| format!("{{\"id\": 1, {}}}", (0..9).map(|k| format!("\"k{i}_{k}\": 1")).collect::<Vec<_>>().join(", ")))
            .collect();
        check(&data.iter().map(String::as_str).collect::<Vec<_>>(), Some(&["$.id"]));
    }
}
