//! Texts that mean one thing in one database and another in the next, and what is said where one of them is taken.

use std::ops::Range;

use super::habit::{DU, Dispute, LITE, Lean, MY, OTHER, PG};
use super::sight::{Kind, Sight};
use crate::sql::lex::{TokenKind, name_of};

pub(super) static DEVIATION: Dispute =
    Dispute { meanings: &[(PG.or(DU).or(OTHER), "that of a sample"), (MY, "that of all rows")], lean: Lean::Sqlite };
/// Beside the one of a sample by its own name, the plain one is the other where there is another.
static BESIDE_SAMPLE: Dispute =
    Dispute { meanings: &[(MY, "that of all rows"), (PG.or(DU).or(OTHER), "that of a sample")], lean: Lean::First };
pub(super) static WEEK: Dispute = Dispute {
    meanings: &[(MY, "weeks begin on Sunday, and days before the first are week 0"), (DU.or(OTHER), "weeks of ISO 8601")],
    lean: Lean::Sqlite,
};
pub(super) static PART_WEEK: Dispute =
    Dispute { meanings: &[(PG.or(DU), "weeks of ISO 8601"), (MY.or(OTHER), "weeks begin on Sunday")], lean: Lean::Sqlite };
pub(super) static DAY_OF_WEEK: Dispute = Dispute { meanings: &[(MY.or(OTHER), "1 is Sunday"), (DU, "0 is Sunday")], lean: Lean::Sqlite };
pub(super) static WEEKDAY: Dispute = Dispute { meanings: &[(MY, "0 is Monday"), (DU, "0 is Sunday")], lean: Lean::Sqlite };
pub(super) static SECOND: Dispute =
    Dispute { meanings: &[(PG, "seconds with their fraction"), (MY.or(DU).or(OTHER), "whole seconds")], lean: Lean::Sqlite };
pub(super) static LOG: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(DU), "to the base 10"), (MY.or(OTHER), "the natural logarithm")], lean: Lean::Sqlite };
pub(super) static LOG_BASE: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(MY).or(DU), "the base comes first"), (OTHER, "the base comes last")], lean: Lean::Sqlite };
pub(super) static CONCAT: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(DU).or(OTHER), "NULL is left out"), (MY, "NULL makes all NULL")], lean: Lean::Sqlite };
pub(super) static LENGTH: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(DU), "letters are counted"), (MY, "bytes are counted")], lean: Lean::Sqlite };
pub(super) static GREATEST: Dispute =
    Dispute { meanings: &[(PG.or(DU).or(OTHER), "NULL is left out"), (MY, "NULL makes it NULL")], lean: Lean::Sqlite };
pub(super) static NEGATIVE_COUNT: Dispute =
    Dispute { meanings: &[(PG.or(DU), "all but so many letters"), (MY.or(OTHER), "no letters")], lean: Lean::Sqlite };
pub(super) static DIVISION: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(OTHER), "a whole number"), (MY.or(DU), "a number with its fraction")], lean: Lean::Sqlite };
pub(super) static REPLACE: Dispute =
    Dispute { meanings: &[(PG.or(DU), "the first match is replaced"), (MY.or(OTHER), "all matches are, in any case")], lean: Lean::Sqlite };
pub(super) static MATCHES: Dispute = Dispute { meanings: &[(DU, "whether it is found"), (PG, "what is found")], lean: Lean::Sqlite };
pub(super) static BEFORE_START: Dispute = Dispute {
    meanings: &[(LITE.or(MY).or(DU).or(OTHER), "counted from the end"), (PG, "places before the text are counted")],
    lean: Lean::Sqlite,
};
pub(super) static AT_ZERO: Dispute = Dispute {
    meanings: &[(LITE.or(PG).or(DU).or(OTHER), "place 0 is before the text"), (MY, "there is no place 0, and nothing is cut")],
    lean: Lean::Sqlite,
};
static BACKWARDS: Dispute =
    Dispute { meanings: &[(LITE.or(DU), "letters before the place are cut"), (MY, "nothing is cut")], lean: Lean::Sqlite };
static TRIMMED: Dispute = Dispute {
    meanings: &[(LITE.or(PG).or(DU), "each of the letters is taken off"), (MY.or(OTHER), "the whole text is")],
    lean: Lean::Sqlite,
};
static QUOTED: Dispute = Dispute { meanings: &[(LITE, "a quote is doubled"), (MY, "a quote gets a backslash")], lean: Lean::Sqlite };
static HALVES: Dispute = Dispute {
    meanings: &[(LITE.or(MY).or(DU).or(OTHER), "halves go away from zero"), (PG, "halves go to the even number")],
    lean: Lean::Sqlite,
};
pub(super) static CASE: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(DU).or(OTHER), "case tells texts apart"), (MY, "case does not")], lean: Lean::Sqlite };
pub(super) static LIKE_CASE: Dispute =
    Dispute { meanings: &[(LITE.or(MY).or(OTHER), "LIKE does not look at case"), (PG.or(DU), "it does")], lean: Lean::First };
pub(super) static NOT_A_NUMBER: Dispute =
    Dispute { meanings: &[(LITE.or(PG).or(DU).or(OTHER), "a text is no number"), (MY, "a text is read as a number")], lean: Lean::Sqlite };
pub(super) static DECIMAL: Dispute = Dispute {
    meanings: &[(LITE.or(PG).or(DU), "a fraction is kept"), (MY.or(OTHER), "it is rounded to a whole number")],
    lean: Lean::Sqlite,
};
pub(super) static TIMEDIFF: Dispute =
    Dispute { meanings: &[(LITE, "with years, months and days"), (MY, "hours, minutes, seconds")], lean: Lean::Sqlite };
pub(super) static SIMILAR: Dispute =
    Dispute { meanings: &[(PG, "% and _ stand for any letters"), (DU, "it is a regular expression")], lean: Lean::Sqlite };
pub(super) static MINUS: Dispute =
    Dispute { meanings: &[(PG.or(DU).or(OTHER), "days"), (MY, "digits are subtracted")], lean: Lean::Sqlite };
pub(super) static CARET: Dispute = Dispute { meanings: &[(PG.or(DU), "a power"), (MY.or(OTHER), "exclusive or")], lean: Lean::Sqlite };
pub(super) static CUT: Dispute = Dispute {
    meanings: &[(PG.or(MY).or(OTHER), "longer texts are cut"), (DU.or(LITE), "texts stay as long as they are")],
    lean: Lean::Others,
};
pub(super) static ESCAPE: Dispute = Dispute {
    meanings: &[(PG.or(MY), "\\ takes the meaning from % and _"), (LITE.or(DU).or(OTHER), "\\ stands for itself")],
    lean: Lean::Others,
};
pub(super) static ROUNDING: Dispute =
    Dispute { meanings: &[(PG.or(MY).or(DU), "rounded"), (LITE.or(OTHER), "cut off")], lean: Lean::Others };
pub(super) static NULLS_ASCENDING: Dispute =
    Dispute { meanings: &[(PG.or(DU), "NULL comes last"), (LITE.or(MY), "NULL comes first")], lean: Lean::Postgres };
pub(super) static NULLS_DESCENDING: Dispute =
    Dispute { meanings: &[(PG, "NULL comes first"), (LITE.or(MY).or(DU), "NULL comes last")], lean: Lean::Postgres };

/// The disputed texts of a statement and what is taken for each: what is looked at, and what is said.
pub(super) fn readings(sight: &Sight<'_>) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some((range, dispute)) = disputed(sight, at) else { continue };
        let picked = picked(sight, dispute);
        if let Some(says) = sight.habit.says(dispute, picked) {
            let said = (sight.tokens.piece(range).to_owned(), says);
            if !out.contains(&said) {
                out.push(said);
            }
        }
    }
    out
}

/// Which meaning is taken.
pub(super) fn picked(sight: &Sight<'_>, dispute: &Dispute) -> usize {
    sight.habit.pick(dispute)
}

fn disputed(sight: &Sight<'_>, at: usize) -> Option<(Range<usize>, &'static Dispute)> {
    let tokens = &sight.tokens;
    if let Some(call) = tokens.call(at).filter(|_| !tokens.is(at, &["in", "and"])) {
        let range = at..call.close + 1;
        let argument = |n: usize| call.arguments.get(n).cloned();
        let is_null = |argument: &Range<usize>| argument.len() == 1 && tokens.is(argument.start, &["null"]);
        let negative = |n: usize| argument(n).is_some_and(|range| tokens.text(range.start) == "-" && range.len() == 2);
        let zero = |n: usize| argument(n).is_some_and(|range| range.len() == 1 && tokens.text(range.start) == "0");
        let not_ascii = |n: usize| argument(n).is_some_and(|range| !tokens.piece(range).is_ascii());
        let dispute = match (tokens.text(at).to_ascii_lowercase().as_str(), call.arguments.len()) {
            ("stddev" | "variance", 1) if !has_both(sight, at) => &DEVIATION,
            ("stddev" | "variance", 1) if is_of_all_beside(sight, at) => &BESIDE_SAMPLE,
            ("week" | "yearweek", 1) => &WEEK,
            ("dayofweek", 1) => &DAY_OF_WEEK,
            ("weekday", 1) => &WEEKDAY,
            ("extract", 1) if tokens.is(at + 2, &["week", "weeks"]) => &PART_WEEK,
            ("extract", 1) if tokens.is(at + 2, &["second", "seconds"]) => &SECOND,
            ("date_part", 2) if tokens.is(at + 2, &["'second'", "'seconds'"]) => &SECOND,
            ("log", 1) => &LOG,
            ("log", 2) if argument(0).map(|range| tokens.piece(range)) != Some("10") => &LOG_BASE,
            ("concat", 1..) if call.arguments.iter().any(is_null) => &CONCAT,
            ("concat", 2..) if !sight.habit.is_sqlites() && call.arguments.iter().any(|argument| !is_written(sight, argument)) => &CONCAT,
            ("length", 1) if not_ascii(0) => &LENGTH,
            ("greatest" | "least", 2..) if call.arguments.iter().any(is_null) => &GREATEST,
            ("left" | "right", 2) if negative(1) => &NEGATIVE_COUNT,
            ("substr" | "substring", 2 | 3) if negative(1) => &BEFORE_START,
            ("substr" | "substring", 2 | 3) if zero(1) => &AT_ZERO,
            ("substr" | "substring" | "mid", 3) if negative(2) => &BACKWARDS,
            ("substring", 1) if tokens.find(argument(0)?, &["from"]).is_some_and(|from| tokens.text(from + 1) == "-") => &BEFORE_START,
            ("trim", 1) if tokens.find(argument(0)?, &["from"]).is_some_and(|from| name_of(tokens.before(from)).chars().count() > 1) => {
                &TRIMMED
            }
            ("quote", 1) => &QUOTED,
            ("round", 1) if ["::float8", "::double", "::float", "::real"].iter().any(|word| tokens.is(call.close - 1, &[word])) => &HALVES,
            ("instr", 2) if case_matters(sight, argument(0)?.start, argument(1)?.start) => &CASE,
            ("position", 1) if case_matters(sight, argument(0)?.end - 1, argument(0)?.start) => &CASE,
            ("regexp_replace", 3) => &REPLACE,
            ("regexp_matches", 2..) => &MATCHES,
            ("timediff", 2) => &TIMEDIFF,
            ("cast", 1) => {
                let target = tokens.find(argument(0)?, &["as"])?;
                let operand = sight.kind(at + 2..target);
                return match tokens.text(target + 1).to_ascii_lowercase().as_str() {
                    "varchar" | "char" | "character" if tokens.text(target + 2) == "(" => Some((range, &CUT)),
                    "decimal" | "numeric" if tokens.text(target + 2) != "(" && operand == Kind::Real => Some((range, &DECIMAL)),
                    word if is_whole(word) && matches!(operand, Kind::Real | Kind::Double) => Some((range, &ROUNDING)),
                    _ => None,
                };
            }
            _ => return None,
        };
        return Some((range, dispute));
    }
    let operands = || Some((tokens.operand_before(at)?, tokens.operand_after(at + 1)?));
    match tokens.text(at) {
        "/" if tokens.text(at + 1) != "/" && tokens.before(at) != "/" => {
            let (start, end) = operands()?;
            let (a, b) = (start..at, at + 1..end);
            let fraction = |range: &Range<usize>| matches!(sight.kind(range.clone()), Kind::Real | Kind::Double);
            let whole = is_whole_sum(sight, a.clone()) && is_whole_sum(sight, b.clone());
            (whole || !sight.habit.is_sqlites() && !fraction(&a) && !fraction(&b)).then_some((start..end, &DIVISION))
        }
        "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" => {
            let before = at.checked_sub(1)?;
            let (a, b) = (name_of(tokens.before(at)), name_of(tokens.text(at + 1)));
            match (tokens.kind(before)?, tokens.kind(at + 1)?) {
                (TokenKind::String, TokenKind::String) => {
                    let folded = |text: &str| text.trim_end().to_lowercase();
                    (a.cmp(&b) != folded(&a).cmp(&folded(&b))).then_some((before..at + 2, &CASE))
                }
                (TokenKind::String, TokenKind::Number) => a.trim().parse::<f64>().is_err().then_some((before..at + 2, &NOT_A_NUMBER)),
                (TokenKind::Number, TokenKind::String) => b.trim().parse::<f64>().is_err().then_some((before..at + 2, &NOT_A_NUMBER)),
                _ => None,
            }
        }
        _ if tokens.is(at, &["in", "between"]) && at > 0 && tokens.kind(at - 1) == Some(TokenKind::String) => {
            let end = tokens.operand_after(at + 1)?;
            let end = if tokens.is(end, &["and"]) { tokens.operand_after(end + 1)? } else { end };
            let letters = tokens.piece(at - 1..end).chars().any(char::is_uppercase);
            letters.then_some((at - 1..end, &CASE))
        }
        "^" => operands().map(|(start, end)| (start..end, &CARET)),
        "-" => {
            let (start, end) = operands()?;
            let day = |range: Range<usize>| sight.kind(range).is_day();
            (day(start..at) && day(at + 1..end)).then_some((start..end, &MINUS))
        }
        _ if tokens.is(at, &["similar"]) && tokens.is(at + 1, &["to"]) => Some((at..at + 3, &SIMILAR)),
        _ if tokens.is(at, &["like"]) && escapes(sight, at) => Some((at..at + 2, &ESCAPE)),
        _ if tokens.is(at, &["like"]) && tokens.text(at + 1).chars().any(char::is_alphabetic) => {
            let plain = at.checked_sub(1).is_some_and(|at| tokens.kind(at) == Some(TokenKind::String));
            (plain || !sight.habit.is_sqlites() && !sight.habit.has(MY)).then_some((at..at + 2, &LIKE_CASE))
        }
        _ if tokens.is(at, &["order"]) && tokens.is(at + 1, &["by"]) && !sight.habit.is_sqlites() => {
            let end = tokens.operand_after(at + 2)?;
            let plain = !tokens.is(end, &["desc", "nulls"]) && !sight.is_never_null(at + 2..end);
            (plain && !tokens.before(at).eq("(")).then_some((at..end, &NULLS_ASCENDING))
        }
        _ if tokens.is(at, &["desc"]) && !tokens.is(at + 1, &["nulls", "limit"]) && !sight.habit.is_sqlites() => {
            Some((tokens.operand_before(at)?..at + 1, &NULLS_DESCENDING))
        }
        _ => None,
    }
}

/// Whether one text is found in the other by its case alone, both written out.
fn case_matters(sight: &Sight<'_>, text: usize, part: usize) -> bool {
    let literal = |at: usize| (sight.tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(sight.tokens.text(at)));
    let found = |text: &str, part: &str| text.find(part);
    literal(text).zip(literal(part)).is_some_and(|(a, b)| found(&a, &b) != found(&a.to_lowercase(), &b.to_lowercase()))
}

/// Whether an argument is a literal.
fn is_written(sight: &Sight<'_>, range: &Range<usize>) -> bool {
    range.len() == 1 && matches!(sight.tokens.kind(range.start), Some(TokenKind::String | TokenKind::Number))
}

/// Whether an operand is a whole number, or a sum of what may be.
fn is_whole_sum(sight: &Sight<'_>, range: Range<usize>) -> bool {
    let sums = sight.tokens.is(range.start, &["sum", "max", "min"]) && sight.tokens.text(range.start + 1) == "(";
    match sight.kind(range) {
        Kind::Integer => true,
        Kind::Unknown => sums,
        _ => false,
    }
}

/// Words for types of whole numbers.
pub(super) fn is_whole(word: &str) -> bool {
    ["int", "integer", "bigint", "smallint", "tinyint", "int2", "int4", "int8", "signed", "unsigned", "int64", "int32"].contains(&word)
}

/// Whether a pattern at `LIKE` has a backslash before a letter of patterns, and nothing says what that means.
pub(super) fn escapes(sight: &Sight<'_>, at: usize) -> bool {
    let pattern = sight.tokens.text(at + 1);
    let has = ["\\%", "\\_", "\\\\"].iter().any(|piece| pattern.contains(piece));
    sight.tokens.kind(at + 1) == Some(TokenKind::String) && has && !sight.tokens.is(at + 2, &["escape"])
}

/// Whether the statement names the other deviation too: then the plain one is not that.
pub(super) fn has_both(sight: &Sight<'_>, at: usize) -> bool {
    other_of(sight, at, "_samp") || other_of(sight, at, "_pop")
}

/// Whether the deviation of a sample stands beside the plain one by its own name, and that of all rows does not: where the two differ, the
/// plain one is of all rows.
pub(super) fn is_of_all_beside(sight: &Sight<'_>, at: usize) -> bool {
    sight.habit.has(MY) && other_of(sight, at, "_samp") && !other_of(sight, at, "_pop")
}

/// Whether the function at `at` stands in the statement with that ending too.
fn other_of(sight: &Sight<'_>, at: usize, ending: &str) -> bool {
    let name = sight.tokens.text(at).to_ascii_lowercase();
    let name = if name == "variance" { "var" } else { &name };
    (0..sight.tokens.len()).any(|i| sight.tokens.text(i).eq_ignore_ascii_case(&format!("{name}{ending}")))
}
