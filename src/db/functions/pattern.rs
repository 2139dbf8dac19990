//! Regular expressions, by an engine whose time grows with the text and not with its ways through it.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};
use rusqlite::types::{Value, ValueRef};

use super::arguments::{Arguments, Outcome, Refusal, text, truth, whole};

/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 1_000;
/// What a compiled pattern may take, in bytes: it bounds the work on each letter.
const LARGEST_PROGRAM: usize = 256 << 10;
/// Longest text that is searched once.
const LONGEST_SEARCHED: usize = 1 << 20;
/// Longest text that is searched again and again from where the last match ended.
const LONGEST_WALKED: usize = 64 << 10;

/// The pattern in argument `n`, with PostgreSQL's flags.
fn compiled(arguments: &Arguments<'_, '_>, n: usize, flags: &str) -> Result<Regex, Refusal> {
    let build = || build(&own(&arguments.text(n)), flags, arguments);
    let known: Arc<(String, Regex)> = arguments.once(n, || Ok((flags.to_owned(), build()?)))?;
    // The flags of another row may be others.
    if known.0 == flags { Ok(known.1.clone()) } else { build() }
}

fn build(pattern: &str, flags: &str, arguments: &Arguments<'_, '_>) -> Result<Regex, Refusal> {
    if pattern.len() > LONGEST_PATTERN {
        return arguments.refuse(&format!("the pattern is longer than {LONGEST_PATTERN} bytes"));
    }
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(LARGEST_PROGRAM).dfa_size_limit(LARGEST_PROGRAM).dot_matches_new_line(true);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'c' => builder.case_insensitive(false),
            'g' => &mut builder,
            's' => builder.dot_matches_new_line(true),
            'n' | 'm' => builder.multi_line(true).dot_matches_new_line(false),
            'x' => builder.ignore_whitespace(true),
            other => return arguments.refuse(&format!("there is no flag `{other}`")),
        };
    }
    let why = |error: regex::Error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        _ => "the pattern is not one that is known here (looking around and back is not)".to_owned(),
    };
    builder.build().or_else(|error| arguments.refuse(&why(error)))
}

/// PostgreSQL's escapes for the ends of words as the engine has them.
fn own(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('m') => out.push_str(r"\b{start}"),
                Some('M') => out.push_str(r"\b{end}"),
                Some('y') => out.push_str(r"\b"),
                Some('Y') => out.push_str(r"\B"),
                Some('Z') => out.push_str(r"\z"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            _ => out.push(letter),
        }
    }
    out
}

fn searched(arguments: &Arguments<'_, '_>, n: usize, most: usize) -> Result<String, Refusal> {
    let x = arguments.text(n);
    if x.len() > most {
        return arguments.refuse(&format!("the text is longer than {} KiB", most >> 10));
    }
    Ok(x.into_owned())
}

/// The flags in argument `n`, where it is there.
fn flags(arguments: &Arguments<'_, '_>, n: usize) -> String {
    if n < arguments.len() { arguments.text(n).into_owned() } else { String::new() }
}

/// `x REGEXP pattern`, which SQLite asks of a function with the pattern first.
pub(super) fn regexp(arguments: &Arguments<'_, '_>) -> Outcome {
    truth(compiled(arguments, 0, "")?.is_match(&searched(arguments, 1, LONGEST_SEARCHED)?))
}

/// `regexp_like(x, pattern, flags)`.
pub(super) fn like(arguments: &Arguments<'_, '_>) -> Outcome {
    let flags = flags(arguments, 2);
    truth(compiled(arguments, 1, &flags)?.is_match(&searched(arguments, 0, LONGEST_SEARCHED)?))
}

/// The whole text has to match.
pub(super) fn full_match(arguments: &Arguments<'_, '_>) -> Outcome {
    let pattern = arguments.once(1, || build(&format!(r"\A(?:{})\z", own(&arguments.text(1))), "", arguments))?;
    truth(pattern.is_match(&searched(arguments, 0, LONGEST_SEARCHED)?))
}

/// `x SIMILAR TO pattern`: `%` and `_` beside `|`, brackets and repetition.
pub(super) fn similar_to(arguments: &Arguments<'_, '_>) -> Outcome {
    let pattern = arguments.once(1, || build(&of_similar(&arguments.text(1)), "", arguments))?;
    truth(pattern.is_match(&searched(arguments, 0, LONGEST_SEARCHED)?))
}

fn of_similar(pattern: &str) -> String {
    let mut out = String::from(r"\A(?:");
    let mut letters = pattern.chars();
    let mut listed = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.push_str(&letters.next().map(|next| regex::escape(&next.to_string())).unwrap_or_default()),
            '[' | ']' => {
                listed = letter == '[';
                out.push(letter);
            }
            '%' if !listed => out.push_str(".*"),
            '_' if !listed => out.push('.'),
            '.' | '^' | '$' if !listed => out.extend(['\\', letter]),
            other => out.push(other),
        }
    }
    out + r")\z"
}

/// What matched. NULL for no match.
pub(super) fn substr(arguments: &Arguments<'_, '_>) -> Outcome {
    let (pattern, x) = (compiled(arguments, 1, "")?, searched(arguments, 0, LONGEST_SEARCHED)?);
    pattern.find(&x).map_or(Ok(Value::Null), |found| text(found.as_str()))
}

/// The same as PostgreSQL's `substring(x from pattern)`: the first group where there is one.
pub(super) fn part(arguments: &Arguments<'_, '_>) -> Outcome {
    let (pattern, x) = (compiled(arguments, 1, "")?, searched(arguments, 0, LONGEST_SEARCHED)?);
    let found = pattern.captures(&x).and_then(|groups| groups.get(usize::from(groups.len() > 1)).map(|part| part.as_str().to_owned()));
    found.map_or(Ok(Value::Null), text)
}

/// `regexp_extract(x, pattern, group)`: nothing for no match.
pub(super) fn extract(arguments: &Arguments<'_, '_>) -> Outcome {
    let group = if arguments.len() > 2 { arguments.whole(2)? } else { 0 };
    let (pattern, x) = (compiled(arguments, 1, "")?, searched(arguments, 0, LONGEST_SEARCHED)?);
    let Some(group) = usize::try_from(group).ok().filter(|group| *group < pattern.captures_len()) else {
        return arguments.refuse("the pattern has no such group");
    };
    text(pattern.captures(&x).and_then(|groups| groups.get(group)).map_or("", |part| part.as_str()))
}

pub(super) fn count(arguments: &Arguments<'_, '_>) -> Outcome {
    let (pattern, x) = (compiled(arguments, 1, "")?, searched(arguments, 0, LONGEST_WALKED)?);
    whole(pattern.find_iter(&x).count())
}

/// The place of the first match; 0 for none.
pub(super) fn instr(arguments: &Arguments<'_, '_>) -> Outcome {
    let (pattern, x) = (compiled(arguments, 1, "")?, searched(arguments, 0, LONGEST_SEARCHED)?);
    whole(pattern.find(&x).map_or(0, |found| x.get(..found.start()).unwrap_or_default().chars().count() + 1))
}

/// `regexp_replace(x, pattern, with, flags)`: the first match, or with the flag `g` all of them.
pub(super) fn replace(arguments: &Arguments<'_, '_>) -> Outcome {
    if matches!(arguments.value(2), ValueRef::Integer(_)) || matches!(arguments.value(3), ValueRef::Integer(_)) {
        return arguments.refuse("a place and a number of matches are not known here");
    }
    let flags = flags(arguments, 3);
    let (pattern, x) = (compiled(arguments, 1, &flags)?, searched(arguments, 0, LONGEST_WALKED)?);
    let with = arguments.text(2);
    let (mut out, mut copied) = (String::with_capacity(x.len()), 0);
    for groups in pattern.captures_iter(&x).take(if flags.contains('g') { usize::MAX } else { 1 }) {
        let Some(all) = groups.get(0) else { continue };
        out.push_str(x.get(copied..all.start()).unwrap_or_default());
        expand(&with, &groups, &mut out);
        copied = all.end();
        arguments.long(Some(out.len()))?;
    }
    out.push_str(x.get(copied..).unwrap_or_default());
    text(out)
}

/// `\1` is a group, `\&` the match.
fn expand(with: &str, groups: &Captures<'_>, out: &mut String) {
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let group = |n: usize| groups.get(n).map_or("", |part| part.as_str());
        match letters.next() {
            Some('&') => out.push_str(group(0)),
            Some(digit @ '0'..='9') => out.push_str(group(digit.to_digit(10).map_or(0, |digit| digit as usize))),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
}
