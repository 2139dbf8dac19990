//! What identifiers say: their words, what is a plural of what, and where a column's name ends like a key's.

/// Last words of a column that refers to a row, or identifies one.
const KEY_WORDS: [&str; 11] = ["id", "uuid", "guid", "uid", "fk", "ref", "key", "pk", "rowid", "oid", "ids"];
/// Names that keys of many tables have: two columns called so have nothing to do with each other.
const COMMON: [&str; 26] = [
    "id",
    "uuid",
    "guid",
    "uid",
    "code",
    "key",
    "name",
    "pk",
    "rowid",
    "no",
    "nr",
    "number",
    "z_pk",
    "fid",
    "ogc_fid",
    "oid",
    "value",
    "title",
    "hash",
    "path",
    "type",
    "version",
    "date",
    "time",
    "timestamp",
    "index",
];
/// Plurals that no ending tells.
const IRREGULAR: [(&str, &str); 12] = [
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("mice", "mouse"),
    ("feet", "foot"),
    ("media", "medium"),
    ("data", "datum"),
    ("criteria", "criterion"),
    ("indices", "index"),
    ("matrices", "matrix"),
    ("vertices", "vertex"),
];
/// Endings of plurals, and what stands there instead in the singular; English, then French and German ones.
const ENDINGS: [(&str, &str); 13] = [
    ("ies", "y"),
    ("sses", "ss"),
    ("ves", "fe"),
    ("ves", "f"),
    ("es", ""),
    ("s", ""),
    ("zzes", "z"),
    ("ses", "sis"),
    ("aux", "al"),
    ("eaux", "eau"),
    ("en", "e"),
    ("en", ""),
    ("innen", "in"),
];

/// The words of an identifier, in lower case: parted by whatever is no letter or digit, and where a capital begins a word.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (i, &c) in letters.iter().enumerate() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = i.checked_sub(1).and_then(|i| letters.get(i)).copied().unwrap_or(' ');
        let after = letters.get(i + 1).copied().unwrap_or(' ');
        let begins =
            c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit() || before.is_uppercase() && after.is_lowercase());
        if begins && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// A name without blanks, underscores and capitals.
pub(super) fn squeeze(name: &str) -> String {
    words(name).concat()
}

/// A word and what it may be the plural of.
pub(super) fn singulars(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    let whole = IRREGULAR.iter().filter(|(plural, _)| word.ends_with(plural)).map(|(plural, one)| (*plural, *one));
    for (ending, instead) in whole.chain(ENDINGS) {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() + instead.len() > 1
            && !(ending == "s" && stem.ends_with('s'))
        {
            let form = format!("{stem}{instead}");
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// Words as one, the last of them in each form that it may be the plural of.
pub(super) fn forms(words: &[String]) -> Vec<String> {
    let Some((last, first)) = words.split_last() else { return Vec::new() };
    let first = first.concat();
    singulars(last).into_iter().map(|form| format!("{first}{form}")).collect()
}

/// How many words two names begin with together.
pub(super) fn shared(one: &[String], other: &[String]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Whether keys of unlike tables are called so.
pub(super) fn is_common(name: &str) -> bool {
    let name = name.trim_matches('_');
    COMMON.iter().any(|common| name.eq_ignore_ascii_case(common))
}

/// A column's name, read as that of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The words before the one that says it is a key, or all.
    pub(super) stem: Vec<String>,
    /// The last word where it says that this is a key: `id`, `uuid`, ...
    pub(super) key_word: Option<String>,
    /// A number stood behind the stem: `team_1_id`, `ZNOTE2`.
    pub(super) numbered: bool,
}

/// The ways to read a column's name; a name in one case may end in `id` by chance (`paid`), so it is read both ways.
pub(super) fn readings(name: &str) -> Vec<Reading> {
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return Vec::new() };
    let mut out = Vec::new();
    if KEY_WORDS.contains(&last.as_str()) {
        out.extend(read(before, Some(last)));
    } else {
        out.extend(read(&words, None));
        for ending in ["uuid", "guid", "id", "fk"] {
            if let Some(stem) = last.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
                let split: Vec<String> = before.iter().cloned().chain([stem.to_owned()]).collect();
                out.extend(read(&split, Some(ending)));
                break;
            }
        }
    }
    out
}

fn read(stem: &[String], key_word: Option<&str>) -> Option<Reading> {
    let mut stem = stem.to_vec();
    let last = stem.last_mut()?;
    let bare = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let numbered = bare < last.len();
    last.truncate(bare);
    if last.is_empty() {
        stem.pop();
    }
    (!stem.is_empty()).then(|| Reading { stem, key_word: key_word.map(str::to_owned), numbered })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_apart_into_words() {
        let check = |name: &str, expected: &str| assert_eq!(words(name).join(" "), expected, "{name}");
        check("moz_places", "moz places");
        check("StuID", "stu id");
        check("billingAddressId", "billing address id");
        check("HTTPServer", "http server");
        check("REGION_ID", "region id");
        check("Z_2NOTES", "z 2 notes");
        check("customer name", "customer name");
        check("Straße-Nr", "straße nr");
        check("__", "");
    }

    #[test]
    fn plurals_have_their_singulars() {
        let check =
            |plural: &str, one: &str| assert!(singulars(plural).iter().any(|form| form == one), "{plural}: {:?}", singulars(plural));
        for (plural, one) in [
            ("books", "book"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("cases", "case"),
            ("people", "person"),
            ("salespeople", "salesperson"),
            ("knives", "knife"),
            ("shelves", "shelf"),
            ("analyses", "analysis"),
            ("kunden", "kunde"),
            ("bestellungen", "bestellung"),
            ("animaux", "animal"),
            ("staff", "staff"),
        ] {
            check(plural, one);
        }
        assert_eq!(singulars("class"), ["class"]);
    }

    #[test]
    fn a_column_is_read_with_its_ending_and_its_number() {
        let check = |name: &str, expected: &[(&str, Option<&str>, bool)]| {
            let read: Vec<(String, Option<String>, bool)> =
                readings(name).into_iter().map(|r| (r.stem.join(" "), r.key_word, r.numbered)).collect();
            let expected: Vec<(String, Option<String>, bool)> =
                expected.iter().map(|(stem, word, n)| ((*stem).to_owned(), word.map(str::to_owned), *n)).collect();
            assert_eq!(read, expected, "{name}");
        };
        check("customer_id", &[("customer", Some("id"), false)]);
        check("customerid", &[("customerid", None, false), ("customer", Some("id"), false)]);
        check("team1Id", &[("team", Some("id"), true)]);
        check("team_1_id", &[("team", Some("id"), true)]);
        check("ZNOTE2", &[("znote", None, true)]);
        check("from_visit", &[("from visit", None, false)]);
        check("id", &[]);
        check("user_uuid", &[("user", Some("uuid"), false)]);
        check("7", &[]);
    }
}
