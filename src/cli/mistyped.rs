//! What is wrong on a command line, where clap would name the wrong thing or say it in the words of a library.

use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use super::input::parse_text;
use crate::text::sanitize;
use crate::text::words::{edits_allowed, edits_within};

/// Where a second file goes.
const SEVERAL_FILES: &str = "files with tables are one argument, such as `a.csv+b.csv`; a database beside the first goes behind `--with`";

/// The commands.
pub(super) const COMMANDS: [&str; 23] = [
    "demo",
    "ask",
    "query",
    "run",
    "schema",
    "mcp",
    "complete",
    "tokenize",
    "models",
    "eval",
    "data",
    "adapters",
    "examples",
    "learn",
    "runs",
    "bench",
    "forget",
    "config",
    "completions",
    "man",
    "functions",
    "doctor",
    "train",
];

/// The command that `word` is nearly.
pub(super) fn nearest_command(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let away = |command: &&'static str| edits_within(&word, command, edits_allowed(word.chars().count())).map(|edits| (edits, *command));
    COMMANDS.iter().filter_map(away).min().map(|(_, command)| command)
}

/// `command`, whose options take numbers below zero as values, so that these are judged as such and are no flags.
pub(super) fn with_negative_numbers(command: Command) -> Command {
    let option = |arg: clap::Arg| match arg.get_action().takes_values() && !arg.is_positional() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    };
    command.mut_args(option).mut_subcommands(with_negative_numbers)
}

/// `error`, as a person who `typed` the words would have it.
pub(super) fn explained(mut error: Error, typed: impl Iterator<Item = String>) -> Error {
    let typed: Vec<String> = typed.collect();
    if error.kind() == ErrorKind::InvalidUtf8 {
        return of_bytes(&typed);
    }
    name_the_flag(&mut error, &typed);
    say_how_a_file_is_named(&mut error, &typed);
    say_where_it_goes(&mut error, &typed);
    let Some(words) = of_number(&error) else { return error };
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let message = format!(
        "invalid value '{}' for '{}': {words}\n\nFor more information, try '--help'.\n",
        text(ContextKind::InvalidValue),
        text(ContextKind::InvalidArg)
    );
    Error::raw(ErrorKind::ValueValidation, message)
}

/// A word that is no text, such as the name of a file from a system with another encoding.
fn of_bytes(typed: &[String]) -> Error {
    let word = typed.iter().find(|word| word.contains(char::REPLACEMENT_CHARACTER)).map_or("", String::as_str);
    let message = format!(
        "'{}' is not UTF-8, as names and texts have to be\n\n  tip: give the file another name, or name a link to it (`ln -s`)\n\nFor more information, try '--help'.\n",
        sanitize(word)
    );
    Error::raw(ErrorKind::InvalidUtf8, message)
}

/// What is wrong with a number.
fn of_number(error: &Error) -> Option<&'static str> {
    let source = std::error::Error::source(error)?;
    if source.is::<ParseFloatError>() {
        return Some("a number is needed");
    }
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return None };
    Some(match source.downcast_ref::<ParseIntError>()?.kind() {
        IntErrorKind::Empty => "a whole number is needed",
        IntErrorKind::PosOverflow => "that is too large",
        _ if value.parse::<i64>().is_ok_and(|number| number < 0) => "it cannot be below 0",
        _ => "a whole number is needed",
    })
}

/// Names a flag that a command does not have where what stands behind it was found out of place: SQL and questions may begin with a hyphen, so the
/// flag was taken for one.
fn name_the_flag(error: &mut Error, typed: &[String]) {
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument)
    else {
        return;
    };
    let before = typed.iter().take_while(|word| *word != found).last();
    if let Some(flag) = before.filter(|word| parse_text(word).is_err()) {
        error.insert(ContextKind::InvalidArg, ContextValue::String(flag.clone()));
    }
}

/// Says how a file is named whose name begins as flags do.
fn say_how_a_file_is_named(error: &mut Error, typed: &[String]) {
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg) else { return };
    // Of flags of one letter only the first one is named that there is none of.
    let is_found = |word: &&String| word.starts_with(found.as_str()) && word.starts_with('-') && Path::new(word.as_str()).exists();
    let Some(name) = typed.iter().skip(1).find(is_found).filter(|_| error.kind() == ErrorKind::UnknownArgument) else { return };
    let tip = format!("a file whose name begins with a hyphen is named with its folder: `./{}`", sanitize(name));
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
}

/// Says where a word goes that stands behind all that a command takes.
fn say_where_it_goes(error: &mut Error, typed: &[String]) {
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg) else { return };
    let [command, sub] = [1, 2].map(|at| typed.get(at).map_or("", String::as_str));
    let tips: &[&str] = match (error.kind(), command, sub) {
        (ErrorKind::InvalidValue, "models", "convert") if found.starts_with("--type") => {
            &["`sqllama models quantize` writes a folder or a file in fewer bits"]
        }
        (ErrorKind::InvalidValue, "models", "quantize") if found.starts_with("--type") => {
            &["`sqllama models convert` writes f32, f16 and bf16"]
        }
        (ErrorKind::UnknownArgument, ..) if found.starts_with('-') => return,
        (ErrorKind::UnknownArgument, "run", _) => &["the database goes behind `--database`"],
        (ErrorKind::UnknownArgument, "ask", _) => &["write the question in quotes", SEVERAL_FILES],
        (ErrorKind::UnknownArgument, "query", _) => &["write the SQL in quotes", SEVERAL_FILES],
        (ErrorKind::UnknownArgument, "schema", _) => &["the question goes behind `--question`, in quotes", SEVERAL_FILES],
        (ErrorKind::UnknownArgument, "models", "pull") => &["one model at a time; what to call it goes behind `--name`"],
        (ErrorKind::UnknownArgument, "models", "importance") => &["the new file goes behind `--out`"],
        (ErrorKind::UnknownArgument, "adapters", "merge") => &["the base goes behind `--base`, the new file or folder behind `--out`"],
        _ => return,
    };
    let tips = tips.iter().map(|tip| (*tip).into()).collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_is_nearly_a_command() {
        use super::nearest_command;
        assert_eq!(nearest_command("qery"), Some("query"));
        assert_eq!(nearest_command("Scema"), Some("schema"));
        assert_eq!(nearest_command("adaptres"), Some("adapters"));
        assert_eq!(nearest_command("shop"), None);
    }

    use clap::{CommandFactory, FromArgMatches};

    use super::super::args::Args;
    use super::*;

    #[track_caller]
    fn check(line: &str, words: &str) {
        let typed: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let matches = with_negative_numbers(Args::command()).try_get_matches_from(&typed);
        let error = matches.and_then(|matches| Args::from_arg_matches(&matches)).unwrap_err();
        let said = explained(error, typed.into_iter()).to_string();
        assert!(said.contains(words) && !said.contains("digit") && !said.contains("float"), "{line}: {said}");
    }

    #[test]
    fn numbers_are_judged_in_plain_words() {
        check("sqllama query a.db SELECT --timeout -1", "'-1' for '--timeout <SECONDS>': it cannot be below 0");
        check("sqllama query a.db --timeout 1.5 SELECT", "'1.5' for '--timeout <SECONDS>': a whole number is needed");
        check("sqllama query a.db SELECT --max-rows -7", "'-7' for '--max-rows <N>': it cannot be below 0");
        check("sqllama ask a.db which --candidates x", "a whole number is needed");
        check("sqllama query a.db SELECT --timeout 99999999999999999999", "that is too large");
        check("sqllama complete --prompt x --temperature hot", "a number is needed");
        check("sqllama query a.db SELECT --fromat csv", "--fromat");
    }

    #[test]
    fn words_that_are_too_many_are_told_where_to_go() {
        check("sqllama run a.md a.db", "behind `--database`");
        check("sqllama ask a.db how many", "the question in quotes");
        check("sqllama query a.db SELECT name", "the SQL in quotes");
        check("sqllama query a.csv b.csv SELECT", "`a.csv+b.csv`");
        check("sqllama schema a.db b.db", "behind `--with`");
        check("sqllama models pull a b", "behind `--name`");
        check("sqllama adapters merge a b", "behind `--base`");
        check("sqllama models convert a --type q4_k_m", "`sqllama models quantize`");
        check("sqllama models quantize a --type f16", "`sqllama models convert`");
        check("sqllama models convert a b --out c", "cannot be used with");
        check("sqllama query a.db SELECT --nosuch", "unexpected argument '--nosuch'");
        check("sqllama bench more", "unexpected argument 'more'");
    }
}
