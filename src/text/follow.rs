//! Whether a question has no sense without the one before, told by its words alone.

use super::numbers::cardinal;
use super::words::words;

/// Words at the beginning that point back.
const OPENERS: [&str; 68] = [
    "and ",
    "only ",
    "now ",
    "also ",
    "but ",
    "of those",
    "of these",
    "of them",
    "among those",
    "among these",
    "among them",
    "what about",
    "how about",
    "what if ",
    "instead",
    "the same",
    "same ",
    "likewise",
    "make it ",
    "make that ",
    "all of them",
    "sort by",
    "sort them",
    "sort it",
    "sort the list",
    "sort those",
    "sort these",
    "sort in ",
    "sort alphabetically",
    "sorted",
    "order by",
    "order them",
    "order it",
    "ordered",
    "rank them",
    "rank by",
    "group by",
    "grouped",
    "group them",
    "split by",
    "split it",
    "split them",
    "break it",
    "break them",
    "break that",
    "break down",
    "broken down",
    "count them",
    "count those",
    "count it",
    "just ",
    "without ",
    "exclude ",
    "excluding ",
    "except ",
    "include ",
    "including ",
    "limit ",
    "leave out",
    "as a ",
    "add ",
    "remove ",
    "drop ",
    "hide ",
    "skip ",
    "ignore ",
    "why ",
    "narrow ",
];

/// The same in other languages.
const OPENERS_ELSEWHERE: [&str; 22] = [
    "und ",
    "nur ",
    "aber ",
    "auch ",
    "davon ",
    "was ist mit",
    "y ",
    "pero ",
    "sólo ",
    "solo los ",
    "solo las ",
    "solo de ",
    "et ",
    "seulement ",
    "uniquement ",
    "e ",
    "mas ",
    "só ",
    "apenas ",
    "somente ",
    "只",
    "那",
];

/// Words that begin a short follow-up, such as "from Spain" and "per month".
const PREPOSITIONS: [&str; 24] = [
    "from",
    "in",
    "for",
    "since",
    "before",
    "after",
    "until",
    "between",
    "by",
    "per",
    "with",
    "without",
    "over",
    "under",
    "above",
    "below",
    "during",
    "on",
    "at",
    "not",
    "no",
    "or",
    "excluding",
    "regardless",
];
/// Words that begin a short comparison.
const COMPARISONS: [&str; 12] = [
    "more than",
    "less than",
    "fewer than",
    "at least",
    "at most",
    "older than",
    "younger than",
    "cheaper than",
    "bigger than",
    "larger than",
    "smaller than",
    "longer than",
];
/// A question with one of these says itself what it is about.
const ASKS: [&str; 18] = [
    "which", "who", "what", "how", "show", "list", "find", "give", "count", "get", "whose", "where", "is", "are", "do", "does", "did",
    "many",
];
/// What earlier rows are called.
const THEY: [&str; 9] = ["those", "these", "them", "they", "it", "their", "its", "theirs", "ones"];
/// What an earlier question had.
const PARTS: [&str; 9] = ["filter", "filters", "condition", "conditions", "limit", "restriction", "order", "sorting", "grouping"];
/// A fragment has no more words than this, but for those that begin with words that point back.
const SHORT: usize = 6;
/// Words at the beginning among which "those" and "them" point back.
const BEGINNING: usize = 5;

/// Whether `question` has no sense without the one before: it begins with `+`, or its words point back.
pub fn points_back(question: &str) -> bool {
    let lower = question.trim_start().to_lowercase();
    let opens = |openers: &[&str]| openers.iter().any(|opener| lower.starts_with(opener));
    lower.starts_with('+') || opens(&OPENERS) || opens(&OPENERS_ELSEWHERE) || is_short(&lower)
}

fn is_short(lower: &str) -> bool {
    let all = words(lower);
    let said: Vec<&str> = all.iter().map(|word| word.folded.as_str()).collect();
    let (Some(&first), Some(&last)) = (said.first(), said.last()) else { return false };
    let has = |list: &[&str]| said.iter().any(|word| list.contains(word));
    let second = said.get(1).copied().unwrap_or("");
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit()) || word == "hundred" || cardinal(word).is_some();
    let beginning = said.get(..said.len().min(BEGINNING)).unwrap_or(&said);
    // "Show them by age", "how many of those", "what are their names".
    if beginning.iter().any(|word| THEY.contains(word)) && points(&said) {
        return true;
    }
    if ["how many is", "how much is", "what is"].iter().any(|start| lower.starts_with(start)) && has(&["that", "this"]) && said.len() <= 6 {
        return true;
    }
    // "Sales by month too", "by year instead".
    let ends_back = ["too", "instead", "again"].contains(&last) || lower.trim_end_matches(['.', '?', '!']).ends_with("as well");
    if ends_back && said.len() <= 10 {
        return true;
    }
    if said.len() > SHORT {
        return false;
    }
    let pairs = [(first, second)];
    let is_pair = |list: &[(&str, &str)]| pairs.iter().any(|pair| list.contains(pair));
    // "Without that condition", not "order dates of all customers".
    let names_part =
        said.windows(2).any(|pair| matches!(pair, ["that" | "this" | "no" | "all" | "without" | "the", part] if PARTS.contains(part)));
    if names_part && !has(&ASKS) {
        return true;
    }
    match said.as_slice() {
        ["how", "many"] | ["how", "many", "in", "total"] | ["how", "many", "are", "there"] | ["which", "one"] | ["names", "only"] => {
            return true;
        }
        [.., "only"] if said.len() <= 4 => return true,
        [.., "first"] if !has(&ASKS) && said.len() <= 4 => return true,
        ["the", _] | ["the", _, "one"]
            if lower.contains("est") || lower.contains("most") || lower.contains("least") || lower.contains("average") =>
        {
            return true;
        }
        ["the", "other", "way", ..] | ["other", "way", ..] | ["the", "opposite", ..] => return true,
        ["descending", ..] | ["ascending", ..] | ["reverse", ..] | ["reversed", ..] | ["alphabetically"] | ["all", "of", ..] => {
            return true;
        }
        _ => {}
    }
    // "Top 5", "the first ten", "next 3"; not "top 5 customers".
    let counted = if first == "the" { said.get(1..) } else { said.get(..) }.unwrap_or(&said);
    if let [end, count, rest @ ..] = counted
        && ["top", "first", "last", "bottom", "next", "best", "only"].contains(end)
        && is_number(count)
        && (rest.is_empty() || ["by", "only", "of", "please"].contains(rest.first().unwrap_or(&"")))
    {
        return true;
    }
    if is_pair(&[("show", "more"), ("show", "fewer"), ("as", "csv")]) {
        return true;
    }
    let compares = COMPARISONS.iter().any(|start| lower.starts_with(start));
    (PREPOSITIONS.contains(&first) || compares) && !has(&ASKS)
}

/// Whether a pronoun among the first words stands for rows before, and not for a noun of this question: "show customers and their orders".
fn points(said: &[&str]) -> bool {
    let Some(at) = said.iter().position(|word| THEY.contains(word)) else { return false };
    let before = said.get(..at).unwrap_or(&[]);
    const LEADS: [&str; 56] = [
        "show", "list", "give", "get", "me", "of", "for", "in", "the", "a", "how", "many", "much", "which", "what", "who", "whose",
        "where", "is", "are", "was", "were", "all", "only", "just", "with", "by", "and", "but", "not", "from", "do", "does", "did", "have",
        "has", "can", "you", "please", "display", "sort", "order", "group", "count", "name", "names", "make", "put", "take", "tell",
        "among", "add", "most", "any", "some", "number",
    ];
    before.iter().all(|word| LEADS.contains(word)) && !(at == 0 && said.first() == Some(&"it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_point_back_are_told() {
        for question in [
            "+ by year",
            "and in 2024?",
            "Only the first ten",
            "Only those from Germany",
            "what about Berlin?",
            "Of those, which are new?",
            "and from Spain?",
            "per month",
            "by country",
            "just the names",
            "with their emails too",
            "sort by price",
            "newest first",
            "Most expensive first",
            "top 5",
            "the first ten",
            "top 3 by price",
            "the other way round",
            "how many is that?",
            "How many?",
            "how many of them are active?",
            "Why is Anna not there?",
            "without the cancelled ones",
            "remove that filter",
            "in 2019",
            "since 2020",
            "over 100",
            "more than 5",
            "names only",
            "show their names",
            "What are their emails?",
            "the oldest?",
            "by year instead",
            "show the email as well",
            "not from Spain",
            "no limit",
            "which of these are open",
            "nur die aus Deutschland",
            "seulement ceux de Paris",
            "solo los de Madrid",
            "apenas os de Lisboa",
            "只要德国的",
        ] {
            assert!(points_back(question), "{question}");
        }
    }

    #[test]
    fn a_question_that_stands_by_itself_does_not() {
        for question in [
            "",
            "How many albums?",
            "Which android phones sold best?",
            "Android sales",
            "show orders",
            "How many customers are there?",
            "Show customers and their orders",
            "Top 5 customers by revenue",
            "Orders per month in 2020",
            "sales by country",
            "List the names of all singers",
            "Which customers are from Germany?",
            "First names of all employees",
            "Order dates of all customers",
            "Sort codes of banks",
            "In which country do most customers live?",
            "For each country, how many customers are there?",
            "By country, how many singers are there?",
            "What is the average price of a product?",
            "Who is the oldest employee?",
            "Songs that last longer than 5 minutes",
            "Which singers released songs in their birth year?",
            "Wie viele Kunden gibt es?",
            "Solo albums of each singer",
        ] {
            assert!(!points_back(question), "{question}");
        }
    }
}
