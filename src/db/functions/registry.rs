//! All functions of ours, and what is said of each.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::arguments::{Arguments, Outcome};
use super::gather::Gather;
use super::pair::Pair;
use super::rank::{Between, Mode, Standing};
use super::spread::Spread;
use super::{calendar, letters, likeness, number, pattern, picture, text};

/// What a function is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Numbers.
    Numbers,
    /// Texts.
    Texts,
    /// Regular expressions.
    Patterns,
    /// Dates and times.
    Dates,
    /// Aggregates.
    Aggregates,
}

impl Group {
    /// In the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::Numbers, Self::Texts, Self::Patterns, Self::Dates, Self::Aggregates];

    /// What stands over the list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Numbers => "Numbers",
            Self::Texts => "Texts",
            Self::Patterns => "Regular expressions",
            Self::Dates => "Dates",
            Self::Aggregates => "Over many rows",
        }
    }
}

pub(super) type Scalar = fn(&Arguments<'_, '_>) -> Outcome;
type Install = fn(&Connection, &'static str, i32, FunctionFlags) -> rusqlite::Result<()>;

#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// NULL where an argument is.
    Strict(Scalar),
    /// It sees to NULL itself.
    Lax(Scalar),
    Aggregate(Install),
}

/// A function of ours.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// SQLite compares names without case.
    pub name: &'static str,
    /// How many arguments it takes; -1 for any number.
    pub arguments: &'static [i32],
    /// How it is called.
    pub form: &'static str,
    /// What it gives, in a few words.
    pub says: &'static str,
    /// What it is about.
    pub group: Group,
    pub(super) work: Work,
}

impl Function {
    /// Whether SQLite has the same where it is built with all its own functions.
    pub(in crate::db) fn is_sqlites(&self) -> bool {
        self.group == Group::Numbers && SQLITES.contains(&self.name)
    }
}

/// `sqlite.org/lang_mathfunc.html`.
const SQLITES: [&str; 29] = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees", "exp", "floor", "ln", "log",
    "log10", "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
];

use Group::{Aggregates, Dates, Numbers, Patterns, Texts};

const fn strict(
    group: Group,
    name: &'static str,
    arguments: &'static [i32],
    form: &'static str,
    says: &'static str,
    work: Scalar,
) -> Function {
    Function { name, arguments, form, says, group, work: Work::Strict(work) }
}

const fn lax(
    group: Group,
    name: &'static str,
    arguments: &'static [i32],
    form: &'static str,
    says: &'static str,
    work: Scalar,
) -> Function {
    Function { name, arguments, form, says, group, work: Work::Lax(work) }
}

const fn rows(name: &'static str, arguments: &'static [i32], form: &'static str, says: &'static str, install: Install) -> Function {
    Function { name, arguments, form, says, group: Aggregates, work: Work::Aggregate(install) }
}

macro_rules! over_rows {
    ($what:expr) => {
        |connection, name, count, flags| connection.create_aggregate_function(name, count, flags, $what)
    };
}

/// All of them, by what they are about.
pub const REGISTRY: &[Function] = &[
    strict(Numbers, "acos", &[1], "acos(x)", "arc cosine", |a| a.real(f64::acos)),
    strict(Numbers, "acosh", &[1], "acosh(x)", "its hyperbolic kin", |a| a.real(f64::acosh)),
    strict(Numbers, "asin", &[1], "asin(x)", "arc sine", |a| a.real(f64::asin)),
    strict(Numbers, "asinh", &[1], "asinh(x)", "its hyperbolic kin", |a| a.real(f64::asinh)),
    strict(Numbers, "atan", &[1], "atan(x)", "arc tangent", |a| a.real(f64::atan)),
    strict(Numbers, "atan2", &[2], "atan2(y, x)", "the angle of a point", |a| a.reals(f64::atan2)),
    strict(Numbers, "atanh", &[1], "atanh(x)", "hyperbolic arc tangent", |a| a.real(f64::atanh)),
    strict(Numbers, "cbrt", &[1], "cbrt(x)", "cube root", |a| a.real(f64::cbrt)),
    strict(Numbers, "ceil", &[1], "ceil(x)", "up to a whole number", |a| number::stepped(a, f64::ceil)),
    strict(Numbers, "ceiling", &[1], "ceiling(x)", "the same", |a| number::stepped(a, f64::ceil)),
    strict(Numbers, "cos", &[1], "cos(x)", "cosine", |a| a.real(f64::cos)),
    strict(Numbers, "cosh", &[1], "cosh(x)", "hyperbolic cosine", |a| a.real(f64::cosh)),
    strict(Numbers, "cot", &[1], "cot(x)", "cotangent", |a| a.real(|x| 1.0 / x.tan())),
    strict(Numbers, "degrees", &[1], "degrees(x)", "radians as degrees", |a| a.real(f64::to_degrees)),
    strict(Numbers, "div", &[2], "div(a, b)", "the quotient, cut off", number::div),
    strict(Numbers, "exp", &[1], "exp(x)", "e to the power of x", |a| a.real(f64::exp)),
    strict(Numbers, "factorial", &[1], "factorial(n)", "1 * 2 * ... * n", number::factorial),
    strict(Numbers, "floor", &[1], "floor(x)", "down to a whole number", |a| number::stepped(a, f64::floor)),
    strict(Numbers, "format_number", &[2], "format_number(x, places)", "1,234.50", number::format_number),
    strict(Numbers, "gcd", &[2], "gcd(a, b)", "greatest common divisor", number::gcd),
    strict(Numbers, "lcm", &[2], "lcm(a, b)", "least common multiple", number::lcm),
    strict(Numbers, "ln", &[1], "ln(x)", "natural logarithm", |a| number::logarithm(a, f64::ln)),
    strict(Numbers, "log", &[1, 2], "log(x), log(base, x)", "logarithm, to the base 10 where none is given", number::log),
    strict(Numbers, "log10", &[1], "log10(x)", "to the base 10", |a| number::logarithm(a, f64::log10)),
    strict(Numbers, "log2", &[1], "log2(x)", "to the base 2", |a| number::logarithm(a, f64::log2)),
    strict(Numbers, "mod", &[2], "mod(a, b)", "remainder, of fractions too", number::modulo),
    strict(Numbers, "pi", &[0], "pi()", "3.14159...", |_| Ok(rusqlite::types::Value::Real(std::f64::consts::PI))),
    strict(Numbers, "pow", &[2], "pow(x, y)", "x to the power of y", |a| a.reals(f64::powf)),
    strict(Numbers, "power", &[2], "power(x, y)", "the same", |a| a.reals(f64::powf)),
    strict(Numbers, "radians", &[1], "radians(x)", "degrees as radians", |a| a.real(f64::to_radians)),
    strict(Numbers, "round", &[1, 2], "round(x, places)", "halves away from zero; places may be negative", number::round),
    strict(Numbers, "round_even", &[1], "round_even(x)", "halves to the even number", number::round_even),
    strict(Numbers, "sin", &[1], "sin(x)", "sine", |a| a.real(f64::sin)),
    strict(Numbers, "sinh", &[1], "sinh(x)", "hyperbolic sine", |a| a.real(f64::sinh)),
    strict(Numbers, "sqrt", &[1], "sqrt(x)", "square root", |a| a.real(f64::sqrt)),
    strict(Numbers, "square", &[1], "square(x)", "x * x", |a| a.real(|x| x * x)),
    strict(Numbers, "tan", &[1], "tan(x)", "tangent", |a| a.real(f64::tan)),
    strict(Numbers, "tanh", &[1], "tanh(x)", "hyperbolic tangent", |a| a.real(f64::tanh)),
    strict(Numbers, "to_boolean", &[1], "to_boolean(x)", "yes, true, on, 1 as 1; their opposites as 0", number::to_boolean),
    strict(Numbers, "try_number", &[1], "try_number(x)", "NULL where it is no number", number::try_number),
    strict(Numbers, "trunc", &[1, 2], "trunc(x, places)", "cut off", number::trunc),
    strict(Numbers, "truncate", &[2], "truncate(x, places)", "the same", number::trunc),
    strict(Texts, "ascii", &[1], "ascii(x)", "code of the first letter", text::ascii),
    strict(Texts, "casefold", &[1], "casefold(x)", "without case, in any alphabet", text::casefold),
    strict(Texts, "char_length", &[1], "char_length(x)", "letters", text::char_length),
    strict(Texts, "character_length", &[1], "character_length(x)", "the same", text::char_length),
    strict(Texts, "chr", &[1], "chr(code)", "the letter of a code", text::chr),
    strict(Texts, "contains", &[2], "contains(x, part)", "whether the part is in it", text::contains),
    lax(Texts, "elt", &[-1], "elt(n, a, b, ...)", "the n-th of a, b, ...", text::elt),
    strict(Texts, "ends_with", &[2], "ends_with(x, part)", "whether it ends so", text::ends_with),
    lax(Texts, "field", &[-1], "field(x, a, b, ...)", "the place of x among a, b, ...", text::field),
    strict(Texts, "find_in_set", &[2], "find_in_set(x, 'a,b')", "the place of x in a list with commas", text::find_in_set),
    strict(Texts, "format_braces", &[-1], "format_braces('{:.2f}', x)", "values put into a text", text::format_braces),
    lax(Texts, "format_text", &[-1], "format_text('%1$s', x)", "PostgreSQL's format", text::format_text),
    lax(Texts, "greatest", &[-1], "greatest(a, b, ...)", "the greatest that is not NULL", |a| text::extreme(a, true)),
    strict(Texts, "hamming", &[2], "hamming(a, b)", "places at which two texts differ", likeness::hamming),
    strict(Texts, "initcap", &[1], "initcap(x)", "Each Word With A Capital", text::initcap),
    strict(Texts, "stuff", &[4], "stuff(x, from, length, other)", "a piece replaced", text::stuff),
    strict(Texts, "jaro_similarity", &[2], "jaro_similarity(a, b)", "likeness, 0 to 1", likeness::jaro),
    strict(Texts, "jaro_winkler_similarity", &[2], "jaro_winkler_similarity(a, b)", "likeness, 0 to 1", likeness::jaro_winkler),
    strict(Texts, "json_join", &[2], "json_join(array, separator)", "the texts of a JSON array, joined", text::json_join),
    lax(Texts, "least", &[-1], "least(a, b, ...)", "the least that is not NULL", |a| text::extreme(a, false)),
    strict(Texts, "left", &[2], "left(x, n)", "the first n letters; without the last where n is negative", text::left),
    strict(Texts, "levenshtein", &[2], "levenshtein(a, b)", "letters to change, add or take away", likeness::levenshtein),
    strict(Texts, "locate", &[2, 3], "locate(part, x, from)", "where the part begins, without case", text::locate),
    strict(Texts, "lower", &[1], "lower(x)", "small letters of any alphabet", text::lower),
    strict(Texts, "lpad", &[2, 3], "lpad(x, length, with)", "filled up in front", text::lpad),
    strict(Texts, "repeat", &[2], "repeat(x, n)", "n times", text::repeat),
    strict(Texts, "reverse", &[1], "reverse(x)", "from the back", text::reverse),
    strict(Texts, "right", &[2], "right(x, n)", "the last n letters; without the first where n is negative", text::right),
    strict(Texts, "rpad", &[2, 3], "rpad(x, length, with)", "filled up behind", text::rpad),
    strict(Texts, "split_part", &[3], "split_part(x, separator, n)", "the n-th part; from the back where n is negative", text::split_part),
    strict(Texts, "starts_with", &[2], "starts_with(x, part)", "whether it begins so", text::starts_with),
    strict(Texts, "substring_index", &[3], "substring_index(x, separator, n)", "all before the n-th separator", text::substring_index),
    strict(Texts, "to_hex", &[1], "to_hex(n)", "a whole number in hexadecimal digits", text::to_hex),
    strict(Texts, "unicode_lower", &[1], "unicode_lower(x)", "the same as lower", text::lower),
    strict(Texts, "unicode_upper", &[1], "unicode_upper(x)", "the same as upper", text::upper),
    strict(Texts, "upper", &[1], "upper(x)", "capitals of any alphabet", text::upper),
    strict(Texts, "translate", &[3], "translate(x, from, to)", "letter for letter", text::translate),
    strict(Patterns, "regexp", &[2], "x REGEXP pattern", "whether it is found", pattern::regexp),
    strict(Patterns, "regexp_count", &[2], "regexp_count(x, pattern)", "how often it is found", pattern::count),
    strict(Patterns, "regexp_extract", &[2, 3], "regexp_extract(x, pattern, group)", "what is found first", pattern::extract),
    strict(Patterns, "regexp_full_match", &[2], "regexp_full_match(x, pattern)", "whether all of it fits", pattern::full_match),
    strict(Patterns, "regexp_instr", &[2], "regexp_instr(x, pattern)", "where it is found", pattern::instr),
    strict(Patterns, "regexp_like", &[2, 3], "regexp_like(x, pattern, 'i')", "whether it is found", pattern::like),
    strict(Patterns, "regexp_matches", &[2, 3], "regexp_matches(x, pattern, 'i')", "the same", pattern::like),
    strict(Patterns, "regexp_part", &[2], "regexp_part(x, pattern)", "its first bracket, or all; NULL for nothing", pattern::part),
    strict(
        Patterns,
        "regexp_replace",
        &[3, 4],
        "regexp_replace(x, pattern, with, 'g')",
        "the first replaced; with g all",
        pattern::replace,
    ),
    strict(Patterns, "regexp_substr", &[2], "regexp_substr(x, pattern)", "what is found first; NULL for nothing", pattern::substr),
    strict(Patterns, "similar_to", &[2], "similar_to(x, pattern)", "PostgreSQL's SIMILAR TO", pattern::similar_to),
    strict(
        Dates,
        "age_part",
        &[3],
        "age_part('year', later, earlier)",
        "whole years of an age; months, days beside them",
        calendar::age_part,
    ),
    strict(Dates, "date_diff", &[3], "date_diff('month', a, b)", "how many months begin between", calendar::date_diff),
    strict(Dates, "date_format", &[2], "date_format(x, '%b %Y')", "by MySQL's letters", letters::date_format),
    strict(
        Dates,
        "date_shift",
        &[2, 3, 4, 5, 6, 7],
        "date_shift(x, '+1 months')",
        "moved; the end of a short month where it is too long",
        calendar::date_shift,
    ),
    strict(Dates, "format_date", &[2], "format_date(x, '%B %-d')", "by the letters of C and Python", letters::format_date),
    strict(Dates, "from_days", &[1], "from_days(n)", "the day that to_days counted", calendar::from_days),
    strict(Dates, "make_date", &[3], "make_date(year, month, day)", "a date", calendar::make_date),
    strict(Dates, "makedate", &[2], "makedate(year, n)", "the n-th day of a year", calendar::makedate),
    strict(Dates, "period_add", &[2], "period_add(202401, n)", "n months on", calendar::period_add),
    strict(Dates, "period_diff", &[2], "period_diff(202403, 202312)", "months between", calendar::period_diff),
    strict(Dates, "sec_to_time", &[1], "sec_to_time(seconds)", "hours, minutes, seconds", calendar::sec_to_time),
    strict(Dates, "str_to_date", &[2], "str_to_date(x, '%d/%m/%Y')", "read by MySQL's letters", letters::str_to_date),
    strict(Dates, "strptime", &[2], "strptime(x, '%d/%m/%Y')", "read by the letters of C and Python", letters::strptime),
    strict(Dates, "time_to_sec", &[1], "time_to_sec('01:02:03')", "seconds", calendar::time_to_sec),
    strict(Dates, "timestamp_difference", &[2], "timestamp_difference(a, b)", "days and hours between", calendar::timestamp_difference),
    strict(Dates, "timestampdiff", &[3], "timestampdiff('month', a, b)", "whole months between", calendar::timestampdiff),
    strict(Dates, "to_char", &[2], "to_char(x, 'DD.MM.YY')", "a date or a number by PostgreSQL's patterns", picture::to_char),
    strict(Dates, "to_date", &[2], "to_date(x, 'DD/MM/YYYY')", "read by PostgreSQL's patterns", picture::to_date),
    strict(Dates, "to_days", &[1], "to_days(x)", "days since the year 0", calendar::to_days),
    strict(Dates, "to_timestamp", &[2], "to_timestamp(x, 'DD/MM/YYYY HH24:MI')", "the same with a time", picture::to_timestamp),
    strict(Dates, "try_strptime", &[2], "try_strptime(x, '%d/%m/%Y')", "NULL for what does not fit", letters::try_strptime),
    strict(Dates, "week", &[1, 2], "week(x, mode)", "the week as MySQL counts it", calendar::week),
    strict(Dates, "yearweek", &[1, 2], "yearweek(x, mode)", "year and week, the same", calendar::yearweek),
    rows("any_value", &[1], "any_value(x)", "the first that is not NULL", over_rows!(Gather::Any)),
    rows("arg_max", &[2], "arg_max(x, by)", "x of the row in which `by` is greatest", over_rows!(Gather::AtGreatest)),
    rows("arg_min", &[2], "arg_min(x, by)", "x of the row in which `by` is least", over_rows!(Gather::AtLeast)),
    rows("bit_and", &[1], "bit_and(n)", "bits that all have", over_rows!(Gather::BitAnd)),
    rows("bit_or", &[1], "bit_or(n)", "bits that any has", over_rows!(Gather::BitOr)),
    rows("bit_xor", &[1], "bit_xor(n)", "bits that an odd number have", over_rows!(Gather::BitXor)),
    rows("corr", &[2], "corr(y, x)", "correlation", over_rows!(Pair::Correlation)),
    rows("count_if", &[1], "count_if(condition)", "rows in which it is true", over_rows!(Gather::CountIf)),
    rows("covar_pop", &[2], "covar_pop(y, x)", "covariance of all", over_rows!(Pair::CovarianceOfAll)),
    rows("covar_samp", &[2], "covar_samp(y, x)", "covariance of a sample", over_rows!(Pair::CovarianceOfSample)),
    rows("geomean", &[1], "geomean(x)", "geometric mean", over_rows!(Gather::GeometricMean)),
    rows("kurtosis", &[1], "kurtosis(x)", "excess kurtosis of a sample", over_rows!(Spread::Kurtosis)),
    rows("max_by", &[2], "max_by(x, by)", "as arg_max", over_rows!(Gather::AtGreatest)),
    rows("median", &[1], "median(x)", "the middle", over_rows!(Between::Median)),
    rows("min_by", &[2], "min_by(x, by)", "as arg_min", over_rows!(Gather::AtLeast)),
    rows("mode", &[1], "mode(x)", "the most frequent; of several the first", over_rows!(Mode)),
    rows(
        "percentile",
        &[2],
        "percentile(x, 90)",
        "a percentile, between two numbers where none stands there",
        over_rows!(Between::Percent),
    ),
    rows("percentile_cont", &[2], "percentile_cont(x, 0.9)", "the same", over_rows!(Between::Part)),
    rows("percentile_disc", &[2], "percentile_disc(x, 0.9)", "one of the values", over_rows!(Standing)),
    rows("product", &[1], "product(x)", "all multiplied", over_rows!(Gather::Product)),
    rows("quantile_cont", &[2], "quantile_cont(x, 0.9)", "as percentile_cont", over_rows!(Between::Part)),
    rows("quantile_disc", &[2], "quantile_disc(x, 0.9)", "as percentile_disc", over_rows!(Standing)),
    rows("regr_count", &[2], "regr_count(y, x)", "pairs without NULL", over_rows!(Pair::Count)),
    rows("regr_intercept", &[2], "regr_intercept(y, x)", "where the line begins", over_rows!(Pair::Intercept)),
    rows("regr_r2", &[2], "regr_r2(y, x)", "how well the line fits", over_rows!(Pair::Fit)),
    rows("regr_slope", &[2], "regr_slope(y, x)", "how steep the line is", over_rows!(Pair::Slope)),
    rows("sem", &[1], "sem(x)", "standard error of the mean", over_rows!(Spread::StandardError)),
    rows("skewness", &[1], "skewness(x)", "skewness of a sample", over_rows!(Spread::Skewness)),
    rows("stddev", &[1], "stddev(x)", "standard deviation of a sample", over_rows!(Spread::DeviationOfSample)),
    rows("stddev_pop", &[1], "stddev_pop(x)", "standard deviation of all", over_rows!(Spread::DeviationOfAll)),
    rows("stddev_samp", &[1], "stddev_samp(x)", "as stddev", over_rows!(Spread::DeviationOfSample)),
    rows("var_pop", &[1], "var_pop(x)", "variance of all", over_rows!(Spread::VarianceOfAll)),
    rows("var_samp", &[1], "var_samp(x)", "as variance", over_rows!(Spread::VarianceOfSample)),
    rows("variance", &[1], "variance(x)", "variance of a sample", over_rows!(Spread::VarianceOfSample)),
];
