//! The direction in which a question wants its rows: "highest first", "from high to low", "newest at the top", "in descending order".

use super::words::Question;
use crate::text::words::split_name;

/// Words for the larger end of what is measured.
const LARGE: &[&str] = &[
    "highest",
    "largest",
    "biggest",
    "greatest",
    "most",
    "longest",
    "heaviest",
    "tallest",
    "richest",
    "high",
    "higher",
    "large",
    "larger",
    "big",
    "bigger",
    "great",
    "greater",
    "long",
    "longer",
    "heavy",
    "tall",
    "rich",
    "maximum",
    "max",
    "top",
    "priciest",
    "dearest",
    "deepest",
    "widest",
    "hottest",
    "strongest",
    "busiest",
    "expensive",
    "popular",
    "frequent",
    "common",
    "many",
    "more",
];
/// Words for the smaller end.
const SMALL: &[&str] = &[
    "lowest",
    "smallest",
    "least",
    "fewest",
    "shortest",
    "cheapest",
    "poorest",
    "lightest",
    "low",
    "lower",
    "small",
    "smaller",
    "short",
    "shorter",
    "cheap",
    "cheaper",
    "few",
    "fewer",
    "less",
    "minimum",
    "min",
    "bottom",
    "shallowest",
    "narrowest",
    "coldest",
    "weakest",
    "rarest",
    "rare",
];
/// Words for the later end of time.
const LATE: &[&str] = &["latest", "newest", "recent", "recently", "new", "newer", "late", "later", "youngest", "young", "younger"];
/// Words for the earlier end.
const EARLY: &[&str] = &["earliest", "oldest", "old", "older", "early", "earlier", "eldest"];
/// Words that say which end is good, and not which is large.
const JUDGED: &[&str] = &["best", "worst", "good", "bad", "better", "worse", "fastest", "slowest", "fast", "slow", "hardest", "easiest"];
/// Words that "first" may be followed by where it says no order: "first name", "the first three".
const NAMED_FIRST: &[&str] = &[
    "name", "names", "letter", "letters", "three", "five", "ten", "two", "four", "half", "quarter", "semester", "year", "time", "date",
    "place", "of", "day", "3", "5", "10", "2", "20", "100", "50", "row", "rows", "class", "round", "order", "orders",
];
/// Words between an end and "first": "highest total price first".
const BETWEEN: usize = 4;

/// What a question says of the order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql::suspicion) enum Direction {
    /// From the largest to the smallest.
    Falling,
    /// From the smallest to the largest.
    Rising,
    /// From the latest to the earliest, the youngest to the oldest.
    LatestFirst,
    /// The other way.
    EarliestFirst,
    /// In some order that a value alone does not tell: the best first.
    Judged,
}

impl Direction {
    fn reversed(self) -> Self {
        match self {
            Self::Falling => Self::Rising,
            Self::Rising => Self::Falling,
            Self::LatestFirst => Self::EarliestFirst,
            Self::EarliestFirst => Self::LatestFirst,
            Self::Judged => Self::Judged,
        }
    }

    /// Whether ORDER BY of the column called `name` has to be DESC; `None` where either may be meant.
    pub(in crate::sql::suspicion) fn falls(self, name: &str) -> Option<bool> {
        let name = name.to_lowercase();
        let about = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        // A rank of 1 is the highest.
        let ranks = ["rank", "ranking", "position", "place", "priority", "level", "grade", "class", "ordinal", "sort"];
        if split_name(&name).iter().any(|word| ranks.contains(&word.as_str())) {
            return None;
        }
        let is_age = name.split(|c: char| !c.is_alphanumeric()).any(|word| word == "age") || name.ends_with("age");
        let is_time =
            about(&["date", "time", "year", "birth", "born", "dob", "day", "since", "_at", "_on", "month", "created", "founded", "joined"]);
        match self {
            Self::Falling => Some(true),
            Self::Rising => Some(false),
            Self::LatestFirst if is_time => Some(true),
            Self::EarliestFirst if is_time => Some(false),
            Self::LatestFirst if is_age => Some(false),
            Self::EarliestFirst if is_age => Some(true),
            Self::LatestFirst | Self::EarliestFirst | Self::Judged => None,
        }
    }
}

/// Which end a word names.
fn end_of(word: &str) -> Option<Direction> {
    let is = |list: &[&str]| list.contains(&word);
    if is(LARGE) {
        Some(Direction::Falling)
    } else if is(SMALL) {
        Some(Direction::Rising)
    } else if is(LATE) {
        Some(Direction::LatestFirst)
    } else if is(EARLY) {
        Some(Direction::EarliestFirst)
    } else if is(JUDGED) {
        Some(Direction::Judged)
    } else {
        None
    }
}

/// The end that the words at `at` name: "most recent" is late, "least expensive" small.
fn end_at(words: &[String], at: usize) -> Option<Direction> {
    let own = end_of(words.get(at)?)?;
    let next = words.get(at + 1).and_then(|word| end_of(word));
    match (words.get(at)?.as_str(), next) {
        ("most" | "more", Some(next)) => Some(next),
        ("least" | "less", Some(next)) => Some(next.reversed()),
        _ => Some(own),
    }
}

/// The direction that a question says in so many words.
pub(in crate::sql::suspicion) fn direction(question: &Question) -> Option<Direction> {
    in_order(question).or_else(|| from_to(&question.words)).or_else(|| one_first(question))
}

/// "Descending", "reverse alphabetical order", "by decreasing age".
fn in_order(question: &Question) -> Option<Direction> {
    let has = |words: &[&str]| question.has_any(words);
    let reverse = has(&["reverse", "reversed", "inverse", "backwards"]);
    let found = if has(&["descending", "desc", "decreasing", "falling"]) {
        Direction::Falling
    } else if has(&["ascending", "asc", "increasing"]) {
        Direction::Rising
    } else if has(&["chronological", "chronologically"]) {
        Direction::EarliestFirst
    } else if has(&["alphabetical", "alphabetically", "alphabetic", "lexicographic", "lexicographical", "lexicographically"]) {
        Direction::Rising
    } else {
        return if reverse && has(&["order", "sorted", "sort", "ordered"]) { Some(Direction::Falling) } else { None };
    };
    Some(if reverse { found.reversed() } else { found })
}

/// "From high to low", "largest to the smallest", "A to Z", "old-to-new".
fn from_to(words: &[String]) -> Option<Direction> {
    words.iter().enumerate().filter(|(_, word)| *word == "to" || *word == "down" || *word == "up").find_map(|(at, _)| {
        let letter = |at: usize| words.get(at).map(String::as_str);
        match (at.checked_sub(1).and_then(letter), letter(at + 1)) {
            (Some("a"), Some("z")) => return Some(Direction::Rising),
            (Some("z"), Some("a")) => return Some(Direction::Falling),
            _ => {}
        }
        let last = (at + 1..at + 5).find_map(|at| end_at(words, at))?;
        let first = (at.saturating_sub(5)..at).rev().find_map(|at| end_at(words, at))?;
        // "Most recent" ends with what it is.
        let first = at.checked_sub(2).and_then(|before| end_at(words, before)).filter(|_| end_at(words, at - 1).is_some()).unwrap_or(first);
        (first == last.reversed() || first == Direction::Judged).then_some(first)
    })
}

/// "Highest first", "the newest ones at the top", "starting with the oldest".
fn one_first(question: &Question) -> Option<Direction> {
    let words = &question.words;
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    for at in 0..words.len() {
        let is_first = word(at) == "first" && !NAMED_FIRST.contains(&word(at + 1));
        let at_top = word(at) == "at" && word(at + 1) == "the" && matches!(word(at + 2), "top" | "beginning" | "start" | "head");
        let at_end = word(at) == "last" && (at + 1 == words.len() || word(at + 1) == "and")
            || word(at) == "at" && word(at + 1) == "the" && matches!(word(at + 2), "bottom" | "end");
        if is_first || at_top || at_end {
            // "The most expensive first": the outermost word of the end is read.
            let outermost = (at.saturating_sub(BETWEEN + 1)..at).find(|at| end_of(word(*at)).is_some());
            if let Some(end) = outermost.and_then(|at| end_at(words, at)) {
                return Some(if at_end { end.reversed() } else { end });
            }
        }
        let begins = matches!(word(at), "starting" | "beginning" | "start" | "begin" | "starts" | "begins");
        if begins
            && matches!(word(at + 1), "with" | "from" | "at")
            && let Some(end) = (at + 2..at + 5).find_map(|at| end_at(words, at))
        {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::suspicion::read::words::Asked;

    #[track_caller]
    fn check(text: &str, expected: Option<Direction>) {
        assert_eq!(direction(&Question::new(Asked::alone(text))), expected, "{text}");
    }

    #[test]
    fn directions_are_read_off_the_words() {
        use Direction::*;
        for text in [
            "countries by population, highest first",
            "list the products, most expensive first",
            "customers sorted from the highest to the lowest balance",
            "albums, high to low",
            "cities from most populous to least populous, largest first",
            "songs in descending order of length",
            "customers with their totals, largest total price first",
            "players by score in reverse order",
            "names from Z to A",
            "names in reverse alphabetical order",
            "countries starting with the largest",
            "products with the highest price at the top",
            "the cheapest last",
        ] {
            check(text, Some(Falling));
        }
        for text in [
            "products, cheapest first",
            "from small to large",
            "products, least expensive first",
            "sorted by name A to Z",
            "names alphabetically",
            "by increasing age",
            "beginning with the lowest",
            "from lowest to highest",
        ] {
            check(text, Some(Rising));
        }
        for text in [
            "orders, newest first",
            "orders, most recent first",
            "from newest to oldest",
            "the latest orders at the top",
            "oldest orders at the end",
        ] {
            check(text, Some(LatestFirst));
        }
        for text in ["orders, oldest first", "in chronological order", "from the oldest to the most recent", "earliest first"] {
            check(text, Some(EarliestFirst));
        }
        check("players, best first", Some(Judged));
        check("players from best to worst", Some(Judged));
    }

    #[test]
    fn what_says_no_direction_has_none() {
        for text in [
            "Who is the oldest customer?",
            "the first name of the oldest customer",
            "the customer with the highest first order",
            "the first three of the longest songs",
            "the last order",
            "customers who went to the largest city",
            "names sorted by age",
            "the highest and the lowest price",
        ] {
            check(text, None);
        }
    }
}
