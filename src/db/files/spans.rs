//! Spans of JSON text: members and elements where they stand, without a value made of each.

use serde::de::IgnoredAny;

/// Whether bytes are one JSON value.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// The text between quotes.
pub(super) fn string(quoted: &[u8]) -> String {
    serde_json::from_slice(quoted)
        .unwrap_or_else(|_| String::from_utf8_lossy(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()).into_owned())
}

/// Walks over JSON that is known to be sound.
pub(super) struct Cursor<'j> {
    pub(super) json: &'j [u8],
    pub(super) at: usize,
}

impl<'j> Cursor<'j> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    pub(super) fn blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    pub(super) fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// The value that begins here; `None` where it does not end.
    pub(super) fn value(&mut self) -> Option<&'j [u8]> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    loop {
                        self.at += memchr::memchr2(b'"', b'\\', self.json.get(self.at..)?)?;
                        if self.peek() == Some(b'"') {
                            break;
                        }
                        self.at += 2;
                    }
                    self.at += 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ if depth == 0 => {
                    while self.peek().is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b':') && !byte.is_ascii_whitespace()) {
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
            if depth == 0 {
                return self.json.get(start..self.at).filter(|value| !value.is_empty());
            }
        }
    }
}

/// Keys, with their quotes, and values of an object that is sound.
pub(super) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut cursor = Cursor { json: object, at: 1 };
    std::iter::from_fn(move || {
        cursor.blank();
        let key = cursor.value()?;
        cursor.blank();
        cursor.eat(b':')?;
        cursor.blank();
        let value = cursor.value()?;
        cursor.blank();
        // Behind the last one stands no comma, and then no key.
        let _ = cursor.eat(b',');
        Some((key, value))
    })
}

/// The elements of a list that is sound.
pub(super) fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut cursor = Cursor { json: list, at: 1 };
    std::iter::from_fn(move || {
        cursor.blank();
        let value = cursor.value()?;
        cursor.blank();
        let _ = cursor.eat(b',');
        Some(value)
    })
}

/// The same with `null` for `NaN`, `Infinity` and `-Infinity`, which Python writes and JSON does not have; `None` where there are none.
pub(super) fn without_nan(json: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(json.len());
    let (mut at, mut in_string, mut found) = (0, false, false);
    while let Some(&byte) = json.get(at) {
        let rest = json.get(at..).unwrap_or_default();
        let word = [b"-Infinity".as_slice(), b"Infinity", b"NaN"].into_iter().find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            out.extend_from_slice(b"null");
            found = true;
            at += word.len();
            continue;
        }
        if byte == b'"' {
            in_string = !in_string;
        }
        out.push(byte);
        at += 1;
        if byte == b'\\' && in_string {
            out.extend(json.get(at));
            at += 1;
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn members_are_those_serde_finds(keys in prop::collection::vec("[a-c\"\\\\ü]{0,3}", 0..4), values in prop::collection::vec("[\\[\\]{},:\"\\\\ ü]{0,6}", 4)) {
            let object: serde_json::Map<String, serde_json::Value> =
                keys.iter().zip(&values).map(|(key, value)| (key.clone(), serde_json::json!([value, { value.as_str(): value }]))).collect();
            let text = serde_json::to_vec(&object).unwrap();
            let found: Vec<(String, serde_json::Value)> =
                members(&text).map(|(key, value)| (string(key), serde_json::from_slice(value).unwrap())).collect();
            prop_assert_eq!(found, object.into_iter().collect::<Vec<_>>());
        }
    }
}
