//! What the question leaves out, and whether the query does.

use sqlparser::ast::{Expr, SelectItem};

use crate::sql::lex::{TokenKind, lex, name_of};
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::{split_name, stem};

/// Words that leave something out; of "don't", the part before the apostrophe.
const NEGATIONS: &[&str] = &[
    "not",
    "never",
    "without",
    "except",
    "excluding",
    "exclude",
    "don",
    "doesn",
    "didn",
    "haven",
    "hasn",
    "hadn",
    "isn",
    "aren",
    "wasn",
    "weren",
    "neither",
    "lacking",
    "lacks",
];
/// Several words that do.
const PHRASES: &[&[&str]] = &[&["other", "than"], &["apart", "from"], &["aside", "from"], &["rather", "than"]];
/// What leaves something out: operators and keywords, and values that stand for no.
const EXCLUDES: &[&str] = &["not", "except", "<>", "!=", "isnull", "is", "0", "<", "'no'", "'n'", "'false'", "'f'", "'none'", "-"];
/// What a text that stands for no begins with, in lower case.
const NO: &[&str] =
    &["no ", "no-", "not", "non", "un", "in", "im", "dis", "off", "out", "never", "missing", "closed", "false", "fail", "cancel", "absent"];
/// Words behind "not" and "no" that make it a comparison: "no more than five".
const COMPARISONS: &[&str] = &[
    "more",
    "less",
    "fewer",
    "greater",
    "later",
    "earlier",
    "older",
    "younger",
    "longer",
    "shorter",
    "higher",
    "lower",
    "bigger",
    "larger",
    "smaller",
    "exceed",
    "exceeding",
    "above",
    "below",
    "over",
    "under",
    "before",
    "after",
    "beyond",
    "cheaper",
    "heavier",
    "lighter",
    "until",
];
/// Words behind a negation, one or two steps away, that ask for each row once.
const ONCE: &[&str] =
    &["duplicate", "duplicates", "duplication", "repeat", "repeats", "repeated", "repeating", "repetition", "repetitions", "twice"];
/// Words for having none of something.
const NONE: &[&str] = &["no", "without", "never"];

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, sql: &str, question: &Question, out: &mut Vec<Suspicion>) {
    let tokens: Vec<String> = lex(sql).into_iter().map(|token| token.text(sql).to_ascii_lowercase()).collect();
    let writes = |all: &[&str]| tokens.iter().any(|token| all.contains(&token.as_str()));
    let excludes = || writes(EXCLUDES) || says_no(sql, question);
    let left_out = (0..question.words.len()).any(|at| match negation(question, at) {
        None => false,
        Some(Negation::Compares) => !writes(&["<=", ">=", "<", ">", "between"]) && !excludes(),
        Some(Negation::Once) => !writes(&["distinct", "group", "union"]) && !excludes(),
        Some(Negation::Excludes) => !excludes(),
    });
    if left_out {
        suspect(out, SuspicionKind::NothingExcluded, "the question excludes something, and the query does not");
    }
    // Who never married is in the row of his own; a studio that never worked with a director is in many rows of films.
    let of_several = |block: &Block<'_>| block.scope.sources.len() > 1 || is_of_groups(block, question);
    let of_rows = |word: &str| word != "never" || blocks.out.iter().any(of_several) || blocks.out.len() > 1;
    let none = (0..question.words.len()).any(|at| {
        let word = question.words.get(at).map_or("", String::as_str);
        let counts = matches!(question.words.get(at + 1).map(String::as_str), Some("longer" | "later" | "matter"));
        NONE.contains(&word) && !counts && of_rows(word) && negation(question, at).is_none_or(|negation| negation == Negation::Excludes)
    });
    if none && writes(&["<>", "!="]) && !writes(&["not", "except", "isnull", "is", "null", "left"]) {
        let sentence = "the question asks for what has none of something, and the query takes what has something else";
        suspect(out, SuspicionKind::OthersForNone, sentence);
    }
}

/// Whether what is shown may stand in several rows of the one table, and the question is about that and not about the rows: no key and no
/// column of single values is shown, and the table's own words are not in the question.
fn is_of_groups(block: &Block<'_>, question: &Question) -> bool {
    let [source] = block.scope.sources.as_slice() else { return false };
    let Some(table) = source.table() else { return false };
    let said: Vec<String> = question.words.iter().map(|word| stem(word)).collect();
    let names_rows = split_name(&table.name).iter().any(|word| said.contains(&stem(word)));
    let names_row = |word: &String| matches!(word.as_str(), "name" | "title" | "code" | "id");
    let repeats =
        |name: &str| !split_name(name).iter().any(names_row) && !table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(name));
    let mut shown = block.select.projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => repeats(&name.value),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last().is_some_and(|name| repeats(&name.value)),
        _ => false,
    });
    !names_rows && !block.select.projection.is_empty() && shown.all(|repeats| repeats)
}

/// What a negation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Negation {
    /// To leave rows out.
    Excludes,
    /// "Not more than five".
    Compares,
    /// "Do not show duplicates".
    Once,
}

/// The negation that begins at word `at`.
fn negation(question: &Question, at: usize) -> Option<Negation> {
    let word = |at: usize| question.words.get(at).map_or("", String::as_str);
    let phrase = PHRASES.iter().any(|phrase| phrase.iter().enumerate().all(|(step, part)| word(at + step) == *part));
    let is = NEGATIONS.contains(&word(at));
    let compares = |at: usize| COMPARISONS.contains(&word(at));
    if matches!(word(at), "no" | "not") && compares(at + 1) && !matches!(word(at + 1), "longer" if word(at + 2) != "than") {
        return Some(Negation::Compares);
    }
    if !is && !phrase {
        return None;
    }
    let before = at.checked_sub(1).map_or("", word);
    // "Whether or not", "not only", "if not".
    if before == "or" && word(at) == "not"
        || matches!(word(at + 1), "only" | "necessarily" | "just" | "to") && word(at) == "not"
        || before == "if"
    {
        return None;
    }
    // "I don't know", "I do not care".
    if (at + 1..at + 3).any(|at| matches!(word(at), "know" | "care" | "matter" | "mind")) {
        return None;
    }
    if (at + 1..at + 5).any(|at| ONCE.contains(&word(at))) {
        return Some(Negation::Once);
    }
    // "Does not exceed five", "is not older than".
    if (at + 1..at + 3).any(compares) && word(at) != "without" && word(at) != "except" {
        return Some(Negation::Compares);
    }
    Some(Negation::Excludes)
}

/// Whether a text of the query stands for no: `'Inactive'` for "not active", `'not started'`.
fn says_no(sql: &str, question: &Question) -> bool {
    lex(sql).iter().filter(|token| token.kind == TokenKind::String).any(|token| {
        let text = name_of(token.text(sql)).to_lowercase();
        let begins = NO.iter().any(|no| text.starts_with(no)) || matches!(text.as_str(), "no" | "n" | "f" | "none" | "");
        // What the question itself gives is what is asked about.
        begins && !question.text.contains(text.as_str()) || text.is_empty()
    })
}
