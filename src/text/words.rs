//! Words of a text as they are compared: without case and accents, plurals made singular, names split at their joints.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization_alignments::UnicodeNormalization;
use unicode_normalization_alignments::char::is_combining_mark;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is compared: [`fold`]ed.
    pub folded: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The words of `text`: runs of letters and digits. An apostrophe stays inside a word and is dropped, with an `s` behind it ("women's" is
/// `women`, "O'Brien" `obrien`). Chinese and Japanese characters are words of their own, as nothing stands between them.
pub fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if stands_alone(c) {
            if let Some(from) = start.take() {
                push(&mut out, text, from..at);
            }
            push(&mut out, text, at..end);
            continue;
        }
        let joins = is_apostrophe(c) && start.is_some() && chars.peek().is_some_and(|&(_, next)| next.is_alphanumeric());
        if c.is_alphanumeric() || is_combining_mark(c) || joins {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            push(&mut out, text, from..at);
        }
    }
    if let Some(from) = start {
        push(&mut out, text, from..text.len());
    }
    out
}

/// A letter without its case: capital and back, which is Unicode's full case folding for all but a few letters of rare scripts.
pub fn fold_case(letter: char) -> impl Iterator<Item = char> {
    let ascii = letter.is_ascii().then(|| letter.to_ascii_lowercase());
    let other = (!letter.is_ascii()).then(|| letter.to_uppercase().flat_map(char::to_lowercase));
    ascii.into_iter().chain(other.into_iter().flatten())
}

fn push(out: &mut Vec<Word>, text: &str, range: Range<usize>) {
    let raw = text.get(range.clone()).unwrap_or("");
    let raw = ["'s", "’s", "'S", "’S"].iter().find_map(|ending| raw.strip_suffix(ending)).unwrap_or(raw);
    let folded = fold(raw);
    if !folded.is_empty() {
        out.push(Word { folded, range });
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// `word` in lower case, without accents and apostrophes, ligatures and such written out: `Zürich` is `zurich`, `Straße` `strasse`.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.chars().filter(|&c| !is_apostrophe(c)).map(|c| c.to_ascii_lowercase()).collect();
    }
    let mut out = String::with_capacity(word.len());
    for (c, _) in word.nfkd() {
        if is_combining_mark(c) || is_apostrophe(c) {
            continue;
        }
        for c in c.to_lowercase() {
            match c {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'þ' => out.push_str("th"),
                'ı' => out.push('i'),
                c => out.push(c),
            }
        }
    }
    out
}

/// `text` without its accents, in the same case: `Été` is `Ete`.
pub fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let bare: String = text.nfd().map(|(c, _)| c).filter(|&c| !is_combining_mark(c)).collect();
    bare.nfc().map(|(c, _)| c).collect()
}

/// Whether `word` (folded) is what several things are called, to be compared with its [`singular`].
pub fn singular(word: &str) -> &str {
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return one;
    }
    // What is cut may only be compared with what was cut alike: `movie` and `movies` are both `movie`, `cities` and `city` meet in `stem`.
    for ending in ["sses", "shes", "ches", "xes", "zzes"] {
        if word.ends_with(ending) {
            return word.get(..word.len() - 2).unwrap_or(word);
        }
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") || !word.ends_with('s') {
        return word;
    }
    word.get(..word.len() - 1).unwrap_or(word)
}

/// Plurals that no ending tells.
const IRREGULAR: [(&str, &str); 14] = [
    ("people", "person"),
    ("persons", "person"),
    ("children", "child"),
    ("women", "woman"),
    ("wives", "wife"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("mice", "mouse"),
    ("criteria", "criterion"),
    ("analyses", "analysis"),
    ("statuses", "status"),
    ("buses", "bus"),
    ("countries", "country"),
    ("series", "series"),
];

/// What words of one family share, for comparing a question's words with names: `cities` and `city`, `enrolled` and `enrollment`,
/// `products` and `product`. Not a word itself. `word` is folded.
pub fn stem(word: &str) -> String {
    let word = singular(word);
    if word.len() < 4 || !word.is_ascii() {
        return word.to_owned();
    }
    let mut stem = word.to_owned();
    let mut cut = false;
    for ending in [
        "ization", "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ance", "ence", "ers", "er", "ors", "or", "ed", "al",
        "ly",
    ] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 4
        {
            stem = rest.to_owned();
            cut = true;
            break;
        }
    }
    // `citie` and `city`, `enrolle` and `enroll`, `stopp` and `stop` come to one.
    if let Some(rest) = stem.strip_suffix("ie").filter(|rest| rest.len() > 2) {
        return format!("{rest}y");
    }
    if let Some(rest) = stem.strip_suffix('e').filter(|rest| rest.len() > 2) {
        stem = rest.to_owned();
    }
    let bytes = stem.as_bytes();
    let twice = bytes.last() == bytes.get(bytes.len() - 2);
    // `runn` of `running` is `run`, and `sell` of `selling` is `sell`.
    let short = bytes.len() == 4 && cut && !matches!(bytes.last(), Some(b'l' | b'f' | b'z'));
    if twice && (bytes.len() > 4 || short) && !matches!(bytes.last(), Some(b's')) {
        stem.pop();
    }
    stem
}

/// The words in a name: `customerId`, `customer_id` and `Customer ID` are all `customer`, `id`; `HTTPServer2` is `http`, `server`, `2`.
pub fn split_name(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 8);
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i)).copied().unwrap_or(' ');
        let after = chars.get(i + 1).copied().unwrap_or(' ');
        let joint = c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && after.is_lowercase())
            || c.is_numeric() != before.is_numeric() && c.is_alphanumeric() && before.is_alphanumeric();
        if joint {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    words(&spaced).into_iter().map(|word| word.folded).collect()
}

/// Edits (a letter more, less, another, or two swapped) between two words, where they are at most `most`.
pub fn edits_within(a: &str, b: &str, most: usize) -> Option<usize> {
    if a.is_ascii() && b.is_ascii() {
        return edits(a.as_bytes(), b.as_bytes(), most);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    edits(&a, &b, most)
}

/// Optimal string alignment, three rows of its table at a time.
fn edits<T: PartialEq>(mut a: &[T], mut b: &[T], most: usize) -> Option<usize> {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., x], [rest_b @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() || a.len().abs_diff(b.len()) > most {
        return Some(a.len().max(b.len())).filter(|&edits| edits <= most);
    }
    let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
    let (mut before, mut last, mut row) = (vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<_>>(), vec![0; b.len() + 1]);
    for (i, x) in a.iter().enumerate() {
        let mut least = i + 1;
        if let Some(first) = row.first_mut() {
            *first = least;
        }
        for (j, y) in b.iter().enumerate() {
            let mut cost = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            least = least.min(cost);
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = cost;
            }
        }
        if least > most {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().filter(|&edits| edits <= most)
}

/// Edits that a word of this length may have and still be meant: none up to three letters, one up to eight, two above.
pub fn edits_allowed(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=8 => 1,
        _ => 2,
    }
}

/// Whether `word` (folded) only holds a question together: articles, pronouns, prepositions, question words.
pub fn is_function_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Whether `word` (folded) is so common in questions about data that, by itself, it does not name a value.
pub fn is_common(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| COMMON_WORDS.split_whitespace().collect());
    is_function_word(word) || WORDS.contains(word) || WORDS.contains(singular(word))
}

const FUNCTION_WORDS: &str = "a about above across after again against all along also although always am among an and another any anybody anyone \
anything are aren around as at away back be became because become been before behind being below beside besides between beyond both but by \
came can cannot could did didn do does doesn doing don done down during each either else ever every everybody everyone everything except \
few for from further get gets getting give given gives go goes going gone got had has hasn have haven having he hence her here hers herself him \
himself his how however i if in include included includes including inside instead into is isn it its itself just kind kindly let like ll many may me \
might mine more moreover most much must my myself nearly need neither never no nobody none nor not nothing now of off often on once one ones \
only onto or other others otherwise our ours ourselves out outside over own per perhaps please rather re same shall she should show since so some \
somebody someone something still such tell than that the their theirs them themselves then there therefore these they this those though \
through thus till to together too toward towards under unless until up upon us ve very via was wasn we well were weren what whatever when \
whenever where whereas wherever whether which whichever while who whoever whole whom whose why will with within without would yes yet you \
your yours yourself";

const COMMON_WORDS: &str = "able account act active actual add address age ago amount answer appear area article ascending available average \
base based begin belong best better big body book bottom bring build busy buy call calculate called case category cause certain change check \
child city class close code come common compare company complete consist contain content cost count country course create current customer data \
database date day decade delete department descending describe description detail differ difference different display distinct distribution down \
due early earn easy email employee end enter entire entry equal even event exact exactly exist express fact family fall far fast female fewer \
field figure file final find first follow following form found free frequent frequently full function game general good grade great greater \
group half hand happen hard head held help high higher highest hold home hour house id identifier identify important index individual \
info information instance issue item job join keep key kind know known language large larger largest last late later latest lead learn least \
leave length less letter level life light line link list listed little live local location long longer longest look lot low lower \
lowest main major make male man mark match max maximum mean mean member mention mentioned message method middle min minimum minute missing \
model money month move movie multiple music name near new next night nice normal note null number numerous object occur offer office old older \
oldest open option order organization original owner page pair part participate particular past pay people percent percentage period person phone \
place plan play player point popular position possible present previous price print problem product program project proportion provide \
public purchase put quality quantity query question quick range rank ranking rate ratio read real receive recent recently record region \
register regular relate related report require respective respectively response rest result retrieve return right role room row run sale school \
score search season second section see select sell send serve service set share short shorter shortest side similar simple single sit size small \
smaller smallest sold sort source special specific stand start state station statistic status stay step stop store street strong student \
style subject sum support sure table take talk teacher team term text thing think third three time title today top total town track \
transaction true turn two type unique unit unknown use used user usual usually value various version view visit want way website week weight \
white whole wide win winner word work world worth write year yesterday young younger youngest zero four five six seven eight nine ten";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_folded_and_know_their_place() {
        let text = "Who lives in Zürich's O'Brien Straße? 北京, 3.5";
        let found: Vec<(String, &str)> = words(text).into_iter().map(|word| (word.folded, &text[word.range])).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(folded, raw)| (folded.as_str(), *raw)).collect();
        let expected = [
            ("who", "Who"),
            ("lives", "lives"),
            ("in", "in"),
            ("zurich", "Zürich's"),
            ("obrien", "O'Brien"),
            ("strasse", "Straße"),
            ("北", "北"),
            ("京", "京"),
            ("3", "3"),
            ("5", "5"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_decomposed_accent_is_the_same_accent() {
        assert_eq!(words("Zu\u{308}rich")[0].folded, "zurich");
        assert_eq!(fold("ŁÓDŹ"), "lodz");
    }

    #[test]
    fn plurals_meet_their_singulars() {
        for (many, one) in [
            ("movies", "movie"),
            ("boxes", "box"),
            ("classes", "class"),
            ("people", "person"),
            ("status", "status"),
            ("bus", "bus"),
            ("cats", "cat"),
            ("analysis", "analysis"),
        ] {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn families_share_a_stem() {
        for (a, b) in [
            ("cities", "city"),
            ("enrolled", "enrollment"),
            ("products", "product"),
            ("names", "name"),
            ("registered", "registering"),
            ("countries", "country"),
            ("courses", "course"),
            ("categories", "category"),
            ("employees", "employee"),
        ] {
            assert!(stem(a) == stem(b) || stem(a).starts_with(&stem(b)), "{a} {b}: {} {}", stem(a), stem(b));
        }
        assert_ne!(stem("user"), stem("us"), "a stem has four letters left");
    }

    #[test]
    fn names_split_at_their_joints() {
        for (name, parts) in [
            ("customer_id", vec!["customer", "id"]),
            ("customerId", vec!["customer", "id"]),
            ("CustomerID", vec!["customer", "id"]),
            ("Customer ID", vec!["customer", "id"]),
            ("HTTPServer2", vec!["http", "server", "2"]),
            ("größe", vec!["grosse"]),
            ("", vec![]),
        ] {
            assert_eq!(split_name(name), parts, "{name}");
        }
    }

    #[test]
    fn edits_count_swaps_once() {
        assert_eq!(edits_within("zurich", "zurihc", 2), Some(1));
        assert_eq!(edits_within("kitten", "sitting", 3), Some(3));
        assert_eq!(edits_within("kitten", "sitting", 2), None);
        assert_eq!(edits_within("", "ab", 2), Some(2));
        assert_eq!(edits_within("same", "same", 0), Some(0));
    }

    proptest! {
        #[test]
        fn ranges_lie_in_the_text_and_in_order(text in "\\PC{0,60}") {
            let mut at = 0;
            for word in words(&text) {
                prop_assert!(word.range.start >= at && text.get(word.range.clone()).is_some());
                prop_assert!(!word.folded.is_empty());
                at = word.range.end;
                split_name(&word.folded);
                stem(&word.folded);
            }
        }

        #[test]
        fn edits_are_symmetric(a in "[a-cé]{0,8}", b in "[a-cé]{0,8}") {
            prop_assert_eq!(edits_within(&a, &b, 3), edits_within(&b, &a, 3));
            prop_assert_eq!(edits_within(&a, &b, 0).is_some(), a == b);
        }
    }
}
