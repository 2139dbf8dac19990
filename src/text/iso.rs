//! Codes of countries and of languages (ISO 3166-1, ISO 639), and what these are called: `assets/codes`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::nations::countries_of;

/// What codes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// `DE`, `DEU`.
    Country,
    /// `de`, `deu`, `ger`.
    Language,
}

/// The table of one kind.
struct Codes {
    /// Codes in lower case, by every name in lower case.
    by_name: HashMap<String, Vec<&'static str>>,
    /// All of them, in lower case.
    codes: HashSet<String>,
}

static COUNTRIES: LazyLock<Codes> = LazyLock::new(|| Codes::read(include_str!("../../assets/codes/countries.tsv")));
static LANGUAGES: LazyLock<Codes> = LazyLock::new(|| Codes::read(include_str!("../../assets/codes/languages.tsv")));

impl Codes {
    /// Reads lines of name, code of two letters, codes of three, other names, with tabs between.
    fn read(text: &'static str) -> Self {
        let mut out = Self { by_name: HashMap::new(), codes: HashSet::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (name, two) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let (three, others) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let codes: Vec<&'static str> = std::iter::once(two).chain(three.split(' ')).filter(|code| !code.is_empty()).collect();
            out.codes.extend(codes.iter().map(|code| code.to_lowercase()));
            for name in std::iter::once(name).chain(others.split("; ")).filter(|name| !name.is_empty()) {
                out.by_name.insert(name.to_lowercase(), codes.clone());
            }
        }
        out
    }

    fn of(kind: CodeKind) -> &'static Self {
        match kind {
            CodeKind::Country => &COUNTRIES,
            CodeKind::Language => &LANGUAGES,
        }
    }
}

/// The codes of the country or language that is called `name`, in whatever case, with or without "the", or of the country that something is of
/// ("Italian"); none for other words.
pub fn codes_of(kind: CodeKind, name: &str) -> &'static [&'static str] {
    let name = name.trim().to_lowercase();
    let name = name.strip_prefix("the ").unwrap_or(&name);
    let by_name = &Codes::of(kind).by_name;
    let own = by_name.get(name);
    let of_country = || countries_of(name).into_iter().find_map(|country| by_name.get(country));
    own.or_else(|| if kind == CodeKind::Country { of_country() } else { None }).map_or(&[], Vec::as_slice)
}

/// Whether `text` is a code of that kind, in whatever case.
pub fn is_code(kind: CodeKind, text: &str) -> bool {
    Codes::of(kind).codes.contains(&text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: CodeKind, name: &str, expected: &[&str]) {
        assert_eq!(codes_of(kind, name), expected, "{name}");
        assert!(expected.iter().all(|code| is_code(kind, code)));
    }

    #[test]
    fn names_have_their_codes() {
        use CodeKind::{Country, Language};
        check(Country, "Germany", &["DE", "DDR", "DEU"]);
        check(Country, "italians", &["IT", "ITA"]);
        check(Country, "the United States", &["US", "USA"]);
        check(Country, "uk", &["GB", "GBR"]);
        check(Country, "states", &[]);
        check(Language, "german", &["de", "deu", "ger"]);
        check(Language, "Germany", &[]);
        assert!(!is_code(Country, "NY") && !is_code(Language, "x") && is_code(Country, "it"));
    }
}
