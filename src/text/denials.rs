//! Words that leave out what they stand with: "not", "except", "nobody", "aren't".

/// Of a contraction, what stands before its apostrophe.
const DENIALS: [&str; 34] = [
    "no",
    "not",
    "never",
    "without",
    "none",
    "nobody",
    "nothing",
    "neither",
    "nor",
    "except",
    "excluding",
    "exclude",
    "excludes",
    "excluded",
    "besides",
    "lack",
    "lacks",
    "lacking",
    "leave",
    "leaving",
    "don",
    "doesn",
    "didn",
    "isn",
    "aren",
    "wasn",
    "weren",
    "haven",
    "hasn",
    "hadn",
    "couldn",
    "wouldn",
    "shouldn",
    "cannot",
];

/// Whether `word`, in lower case, with its apostrophe or cut at it, denies.
pub fn is_denial(word: &str) -> bool {
    let (stem, end) = word.split_once(['\'', '\u{2019}']).unwrap_or((word, ""));
    matches!(end, "" | "t") && DENIALS.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_denies() {
        for word in ["not", "aren't", "weren\u{2019}t", "doesn", "excluding"] {
            assert!(is_denial(word), "{word}");
        }
        for word in ["note", "dan's", "other", "under", "done"] {
            assert!(!is_denial(word), "{word}");
        }
    }
}
