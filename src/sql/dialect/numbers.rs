//! Casts, quotients, remainders and powers, where SQLite takes whole numbers for others.

use std::ops::Range;

use super::disputes::{CARET, CUT, DIVISION, ROUNDING, is_whole, picked};
use super::habit::{MY, OTHER};
use super::literals::{Written, is_impossible};
use super::sight::{Edits, Kind, Sight};
use crate::schema::{Column, Holds};
use crate::sql::lex::{TokenKind, name_of};

/// Values inside values that are looked into.
const MOST_NESTED: usize = 16;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    cast_call(sight, at).or_else(|| cast_sign(sight, at)).or_else(|| operator(sight, at)).or_else(|| convert(sight, at))
}

/// A type as it is written: its word, and the numbers in brackets.
struct Type<'a> {
    word: String,
    sizes: Vec<&'a str>,
}

/// A value made to be of a type; `None` where SQLite does so by itself.
fn converted(sight: &Sight<'_>, range: Range<usize>, target: &Type<'_>, tried: bool) -> Option<String> {
    let what = sight.tokens.piece(range.clone());
    let kind = sight.kind(range.clone());
    let number = || if tried { format!("try_number({what})") } else { what.to_owned() };
    let places = || target.sizes.get(1).copied().unwrap_or("0");
    Some(match target.word.as_str() {
        word if is_whole(word) => {
            // MySQL rounds numbers and cuts texts.
            let cut = kind == Kind::Text && sight.habit.is_within(MY);
            let plain = !tried && (kind == Kind::Integer || cut || is_digits(sight, range.clone()));
            if plain || picked(sight, &ROUNDING) != 0 {
                return tried.then(|| format!("CAST({} AS INTEGER)", number()));
            }
            // A half in binary goes to the even number.
            let binary = target.word != "int64" && (kind == Kind::Double || is_binary(sight, range));
            format!("CAST({}({}) AS INTEGER)", if binary { "round_even" } else { "round" }, number())
        }
        "boolean" | "bool" => format!("to_boolean({what})"),
        "number" if target.sizes.get(1).is_none_or(|places| *places == "0") && !target.sizes.is_empty() => {
            format!("CAST(round({}) AS INTEGER)", number())
        }
        "decimal" | "numeric" | "dec" | "number" if !target.sizes.is_empty() => format!("round({}, {})", number(), places()),
        "decimal" | "numeric" | "dec" | "float" | "float4" | "float8" | "float64" | "double" | "real" | "money" => {
            format!("CAST({} AS REAL)", number())
        }
        "varchar" | "char" | "nvarchar" | "character" | "nchar" if target.sizes.len() == 1 && picked(sight, &CUT) == 0 => {
            format!("substr(CAST({what} AS TEXT), 1, {})", target.sizes.first()?)
        }
        "text" | "varchar" | "nvarchar" | "char" | "nchar" | "string" | "character" | "bpchar" | "uuid" => as_text(sight, range),
        // SQLite takes the 30th of February for the first days of March.
        "date" | "timestamp" | "timestamptz" | "datetime" if literal_date(sight, range.clone()).is_some() => {
            let written = literal_date(sight, range)?;
            if target.word == "date" { format!("date('{}')", written.day) } else { format!("datetime('{}')", written.whole()) }
        }
        "date" if tried || is_impossible(&name_of(what)) => format!("date(date_shift({what}, '+0 days'))"),
        "date" => format!("date({what})"),
        "timestamp" | "timestamptz" | "datetime" | "datetime2" => format!("datetime({what})"),
        "time" => format!("time({what})"),
        _ => return None,
    })
}

/// A truth has a word of its own, and a number the digits that it is written with.
fn as_text(sight: &Sight<'_>, range: Range<usize>) -> String {
    let tokens = &sight.tokens;
    let what = tokens.piece(range.clone());
    let bracketed = range.len() > 2 && tokens.text(range.start) == "(" && tokens.close(range.start) == range.end.checked_sub(1);
    let compares = ["=", "<", ">", "<=", ">=", "<>", "!="];
    let flag = !sight.habit.is_sqlites() && !sight.habit.has(MY) && sight.column(range.clone()).is_some_and(is_truth);
    let compared = flag || bracketed && tokens.find(range.start + 1..range.end - 1, &compares).is_some();
    if compared || tokens.is(range.start, &["true", "false"]) {
        return format!("CASE WHEN {what} THEN 'true' WHEN NOT {what} THEN 'false' END");
    }
    let digits =
        range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::Number) && what.contains('.') && !what.contains(['e', 'E']);
    if digits { format!("'{what}'") } else { format!("CAST({what} AS TEXT)") }
}

/// A column of truths, kept as numbers.
fn is_truth(column: &Column) -> bool {
    column.declared_type.to_ascii_lowercase().starts_with("bool") && matches!(column.holds, Holds::Numbers | Holds::Unknown)
}

/// The date that the one literal in `range` is.
fn literal_date(sight: &Sight<'_>, range: Range<usize>) -> Option<Written> {
    let is_literal = range.len() == 1 && sight.tokens.kind(range.start) == Some(TokenKind::String);
    Written::of(&name_of(sight.tokens.text(range.start))).filter(|_| is_literal)
}

/// Digits, or a date's part in digits: there is nothing to round.
fn is_digits(sight: &Sight<'_>, range: Range<usize>) -> bool {
    let tokens = &sight.tokens;
    let call = tokens.call(range.start).filter(|call| call.close + 1 == range.end);
    let rounds = call.is_some()
        && tokens.is(range.start, &["strftime", "round", "round_even", "floor", "ceil", "ceiling", "trunc", "substr", "try_number"]);
    let literal = range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::String) && !tokens.text(range.start).contains('.');
    rounds || literal || range.into_iter().any(|at| tokens.is(at, &["julianday"]))
}

/// `x::float8`, `CAST(x AS DOUBLE)`.
fn is_binary(sight: &Sight<'_>, range: Range<usize>) -> bool {
    let tokens = &sight.tokens;
    tokens.is(range.start, &["cast"]) && tokens.is(range.end.saturating_sub(2), &["real", "double", "float"])
}

/// The type that stands at token `at`, and the token behind it.
fn type_at<'a>(sight: &'a Sight<'_>, at: usize, word: &str) -> (Type<'a>, usize) {
    let tokens = &sight.tokens;
    let mut end = at + 1;
    if word == "double" && tokens.is(end, &["precision"]) || word == "character" && tokens.is(end, &["varying"]) {
        end += 1;
    }
    let mut sizes = Vec::new();
    if tokens.text(end) == "("
        && let Some(close) = tokens.close(end)
    {
        sizes = (end + 1..close).filter(|&at| tokens.kind(at) == Some(TokenKind::Number)).map(|at| tokens.text(at)).collect();
        end = close + 1;
    }
    if word.starts_with("timestamp") && (tokens.is(end, &["with", "without"]) && tokens.is(end + 1, &["time"])) {
        end += 3;
    }
    (Type { word: word.to_owned(), sizes }, end)
}

/// `CAST(x AS type)`, and the forms that give NULL for what does not fit.
fn cast_call(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let tried = tokens.is(at, &["try_cast", "safe_cast"]);
    let call = tokens.call(at).filter(|_| tried || tokens.is(at, &["cast"]))?;
    let range = call.arguments.first()?.clone();
    // The commas of a type's sizes cut the arguments no further: they stand in brackets.
    let word = tokens.find(range.clone(), &["as"])?;
    let name = tokens.text(word + 1).to_ascii_lowercase();
    let (target, end) = type_at(sight, word + 1, &name);
    if end != call.close {
        return None;
    }
    let what = at + 2..word;
    // What SQLite casts as everybody does stays as it is written.
    let stays = match name.as_str() {
        "real" | "float" | "double" | "text" | "blob" => true,
        "varchar" | "char" | "nvarchar" | "character" => target.sizes.is_empty() || picked(sight, &CUT) != 0,
        "decimal" | "numeric" => target.sizes.is_empty() && tokens.text(call.close + 1) != "/" && tokens.before(at) != "/",
        _ => false,
    };
    let worded = name == "text" || name == "varchar";
    let odd = worded && as_text(sight, what.clone()) != format!("CAST({} AS TEXT)", tokens.piece(what.clone()));
    if stays && !tried && !odd {
        return None;
    }
    // SQLite does not know MySQL's words, and would keep a fraction.
    let plain = || ["signed", "unsigned"].contains(&name.as_str()).then(|| format!("CAST({} AS INTEGER)", tokens.piece(what.clone())));
    let to = converted(sight, what.clone(), &target, tried).or_else(plain)?;
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

/// `x::type`: the tokenizer of SQLite takes `::type` for a parameter.
fn cast_sign(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.kind(at) != Some(TokenKind::Parameter) {
        return None;
    }
    // Several in a row are one token.
    let all = tokens.text(at).strip_prefix("::")?;
    let (word, more) = all.split_once("::").map_or((all, None), |(word, more)| (word, Some(more)));
    let word = word.to_ascii_lowercase();
    let mut start = tokens.operand_before(at)?;
    // Of two in a row the first comes first.
    if tokens.kind(start) == Some(TokenKind::Parameter) {
        return None;
    }
    let typed =
        tokens.kind(start) == Some(TokenKind::String) && start.checked_sub(1).is_some_and(|at| tokens.is(at, &["date", "timestamp"]));
    let what = start..at;
    start -= usize::from(typed);
    let (target, end) = match more {
        Some(_) => (Type { word: word.clone(), sizes: Vec::new() }, at + 1),
        None => type_at(sight, at, &word),
    };
    let text = tokens.piece(what.clone());
    // A text that is no date, or a day that there is not, fails elsewhere too.
    let literal = what.len() == 1 && tokens.kind(what.start) == Some(TokenKind::String);
    let named = ["now", "today"].iter().any(|word| name_of(text).eq_ignore_ascii_case(word));
    if literal && matches!(word.as_str(), "date" | "timestamp") && !named && literal_date(sight, what.clone()).is_none() {
        return None;
    }
    let to = converted(sight, what, &target, false).or_else(|| is_whole(&word).then(|| format!("CAST({text} AS INTEGER)")))?;
    let more = more.map(|more| format!("::{more}")).unwrap_or_default();
    Some(vec![(tokens.bytes(start..end), to + &more)])
}

/// `CONVERT(type, x)` of SQL Server and `CONVERT(x, type)` of MySQL.
fn convert(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at).filter(|call| tokens.is(at, &["convert"]) && call.arguments.len() == 2)?;
    let (first, second) = (call.arguments.first()?.clone(), call.arguments.get(1)?.clone());
    let of = |range: &Range<usize>| {
        let word = tokens.text(range.start).to_ascii_lowercase();
        let (target, end) = type_at(sight, range.start, &word);
        let known = converted(sight, 0..0, &target, false).is_some() || is_whole(&word);
        (tokens.kind(range.start) == Some(TokenKind::Word) && end == range.end && known).then_some(target)
    };
    // The type first is SQL Server's, which cuts off.
    if of(&first).is_some_and(|target| is_whole(&target.word)) && sight.kind(second.clone()).is_number() {
        return Some(vec![(tokens.bytes(at..call.close + 1), format!("CAST(trunc({}) AS INTEGER)", tokens.piece(second)))]);
    }
    let (target, what) = match (of(&first), of(&second)) {
        (Some(target), _) => (target, second),
        (None, Some(target)) => (target, first),
        (None, None) => return None,
    };
    let text = tokens.piece(what.clone());
    let to = converted(sight, what, &target, false).unwrap_or_else(|| format!("CAST({text} AS INTEGER)"));
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

fn operator(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    match tokens.text(at) {
        // DuckDB cuts the quotient of whole numbers, and no other.
        "/" if tokens.text(at + 1) == "/" => {
            let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 2)?);
            match (sight.kind(start..at), sight.kind(at + 2..end)) {
                (Kind::Integer, Kind::Integer) => call_of(sight, "div", at, 2),
                (a, b) if a.is_number() && b.is_number() => Some(vec![(tokens.bytes(at..at + 2), "/".to_owned())]),
                _ => None,
            }
        }
        "%" => {
            let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
            // Whoever does not write for SQLite expects a fraction of what may have one.
            let fraction = |range: Range<usize>| match sight.kind(range) {
                Kind::Real | Kind::Double => true,
                Kind::Unknown => !sight.habit.is_sqlites(),
                _ => false,
            };
            (fraction(start..at) || fraction(at + 1..end)).then(|| call_of(sight, "mod", at, 1)).flatten()
        }
        "*" if tokens.text(at + 1) == "*" && tokens.operand_before(at).is_some() => call_of(sight, "power", at, 2),
        "^" if picked(sight, &CARET) == 0 => call_of(sight, "power", at, 1),
        "&" if tokens.text(at + 1) == "&" => Some(vec![(tokens.bytes(at..at + 2), "AND".to_owned())]),
        "<=" if tokens.text(at + 1) == ">" => Some(vec![(tokens.bytes(at..at + 2), "IS".to_owned())]),
        _ if tokens.is(at, &["div"]) && !tokens.is(at + 1, &["from", "("]) => call_of(sight, "div", at, 1),
        _ if tokens.is(at, &["mod"]) && tokens.text(at + 1) != "(" && tokens.operand_before(at).is_some() => call_of(sight, "mod", at, 1),
        _ => None,
    }
}

/// Where an operand begins with its sign, if it has one that is no operator.
fn signed(sight: &Sight<'_>, start: usize) -> usize {
    let tokens = &sight.tokens;
    let sign = start.checked_sub(1).filter(|at| tokens.text(*at) == "-");
    sign.filter(|at| tokens.operand_before(*at).is_none()).unwrap_or(start)
}

/// `a op b` as a call. All operators of its kind bind from the left, so the first of a row is rewritten first.
fn call_of(sight: &Sight<'_>, name: &str, at: usize, width: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + width)?);
    let start = signed(sight, start);
    let before = tokens.before(start);
    let tighter = name == "power";
    if matches!(before, "^" | "~") || !tighter && matches!(before, "*" | "/" | "%") || tokens.is(start.wrapping_sub(1), &["div", "mod"]) {
        return None;
    }
    let chained = before == "*" && start >= 2 && tokens.text(start - 2) == "*";
    if chained || tokens.text(end).starts_with("::") {
        return None;
    }
    Some(vec![(tokens.bytes(start..end), format!("{name}({}, {})", tokens.piece(start..at), tokens.piece(at + width..end)))])
}

/// Quotients that keep their fraction, where that is what the writer is used to. Asked of the statement as it was written: what is rewritten
/// divides as SQLite does.
pub(super) fn quotients(sight: &Sight<'_>) -> Edits {
    let tokens = &sight.tokens;
    let plain = |at: usize| tokens.text(at) == "/" && tokens.text(at + 1) != "/" && tokens.before(at) != "/";
    let fraction = |at: usize| !sight.habit.is_sqlites() && keeps_fraction(sight, at).unwrap_or(false);
    let kept = |at: &usize| plain(*at) && (fraction(*at) || divides_decimals(sight, *at).unwrap_or(false));
    (0..tokens.len()).filter(kept).map(|at| (tokens.bytes(at..at + 1), "* 1.0 /".to_owned())).collect()
}

fn keeps_fraction(sight: &Sight<'_>, at: usize) -> Option<bool> {
    let tokens = &sight.tokens;
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    let has_fraction = |range: Range<usize>| matches!(sight.kind(range), Kind::Real | Kind::Double);
    if tokens.before(at) == "1.0" || has_fraction(start..at) || has_fraction(at + 1..end) {
        return Some(false);
    }
    // A part of a date is no whole number in PostgreSQL either.
    let parts = ["extract", "date_part", "year", "month", "day", "quarter"];
    let part =
        |range: Range<usize>| tokens.is(range.start, &parts) && tokens.call(range.start).is_some_and(|call| call.close + 1 == range.end);
    let of_dates = part(start..at) || part(at + 1..end) && !tokens.text(end).starts_with("::");
    Some(of_dates && !sight.habit.is_within(OTHER) || picked(sight, &DIVISION) != 0)
}

/// Whether both sides are decimals or whole numbers, and one a column of decimals: SQLite keeps `100.00` as a whole number, and cuts what comes
/// of it. Nobody else does.
fn divides_decimals(sight: &Sight<'_>, at: usize) -> Option<bool> {
    let tokens = &sight.tokens;
    let (mut start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    let either = decimals(sight, start..at, MOST_NESTED)? || decimals(sight, at + 1..end, MOST_NESTED)?;
    // `100.0 * a / b` has its fraction from the first factor.
    while either && matches!(tokens.before(start), "*" | "/") {
        let before = tokens.operand_before(start - 1)?;
        decimals(sight, before..start - 1, MOST_NESTED)?;
        start = before;
    }
    Some(either)
}

/// Whether there is a column of decimals in what stands in `range`; `None` where SQLite reckons with a fraction in binary anyway: a literal with
/// a point, a column of such numbers, an average.
fn decimals(sight: &Sight<'_>, range: Range<usize>, nested: usize) -> Option<bool> {
    let tokens = &sight.tokens;
    let nested = nested.checked_sub(1)?;
    let last = range.end.checked_sub(1).filter(|last| range.contains(last))?;
    if let Some(column) = sight.column(range.clone()) {
        let decimal = is_decimal(sight, column);
        return (decimal || !matches!(sight.kind(range), Kind::Real | Kind::Double)).then_some(decimal);
    }
    if tokens.text(range.start) == "(" && tokens.close(range.start) == Some(last) {
        return decimals(sight, range.start + 1..last, nested);
    }
    if let Some(call) = tokens.call(range.start).filter(|call| call.close == last) {
        let hands_on = tokens.is(range.start, &["sum", "min", "max", "abs", "coalesce", "ifnull"]);
        let argument = call.arguments.into_iter().next().filter(|_| hands_on);
        return argument.map_or_else(|| whole(sight, range), |argument| decimals(sight, argument, nested));
    }
    let (mut out, mut at) = (false, range.start);
    while at < range.end {
        let Some(end) = tokens.operand_after(at).filter(|end| *end <= range.end) else { return Some(false) };
        out |= if at == range.start && end == range.end { whole(sight, at..end)? } else { decimals(sight, at..end, nested)? };
        if end < range.end && !matches!(tokens.text(end), "+" | "-" | "*") {
            return Some(false);
        }
        at = end + 1;
    }
    Some(out)
}

/// Of what is no column of decimals: `None` where it has a fraction in binary.
fn whole(sight: &Sight<'_>, range: Range<usize>) -> Option<bool> {
    (!matches!(sight.kind(range), Kind::Real | Kind::Double)).then_some(false)
}

/// A column declared with a scale; for whoever does not write for SQLite, without one too.
fn is_decimal(sight: &Sight<'_>, column: &Column) -> bool {
    let declared = column.declared_type.to_ascii_lowercase();
    let scale = declared.split_once(',').and_then(|(_, scale)| scale.trim_end_matches(')').trim().parse::<u32>().ok());
    let exact = ["dec", "num"].iter().any(|word| declared.starts_with(word));
    exact && (scale.is_some_and(|scale| scale > 0) || !sight.habit.is_sqlites()) || declared.contains("money")
}
