//! Powers, logarithms, angles, rounding: SQLite's mathematical functions as `sqlite.org/lang_mathfunc.html` has them, and their kin.

use rusqlite::types::{Value, ValueRef};

use super::arguments::{Arguments, Outcome, real, text};
use super::decimal::{self, Decimal};

/// Largest number whose factorial is asked for.
const LARGEST_FACTORIAL: i64 = 170;

/// `round(x)`, `round(x, places)`. It takes the place of SQLite's own, which rounds what a number is in binary (2.675 to 2.67) and takes
/// no places before the point. What is no number is read as SQLite reads it.
pub(super) fn round(arguments: &Arguments<'_, '_>) -> Outcome {
    let places = if arguments.len() > 1 { arguments.whole(1)?.clamp(-40, 40) as i32 } else { 0 };
    let x = match arguments.value(0) {
        ValueRef::Integer(n) if places >= 0 => return Ok(Value::Real(n as f64)),
        _ => arguments.number(0).unwrap_or_else(|| leading_number(&arguments.text(0))),
    };
    Ok(real(decimal::rounded(x, places)))
}

/// Halves to the even neighbour, as PostgreSQL and DuckDB make whole numbers of binary ones.
pub(super) fn round_even(arguments: &Arguments<'_, '_>) -> Outcome {
    arguments.real(f64::round_ties_even)
}

pub(super) fn trunc(arguments: &Arguments<'_, '_>) -> Outcome {
    let places = if arguments.len() > 1 { arguments.whole(1)?.clamp(-40, 40) as i32 } else { 0 };
    match arguments.value(0) {
        ValueRef::Integer(n) if places >= 0 => Ok(Value::Integer(n)),
        _ => arguments.real(|x| Decimal::of(x).and_then(|number| number.truncated(places)).unwrap_or(x)),
    }
}

/// Up or down to a whole number; a whole number stays one.
pub(super) fn stepped(arguments: &Arguments<'_, '_>, work: impl Fn(f64) -> f64) -> Outcome {
    match arguments.value(0) {
        ValueRef::Integer(n) => Ok(Value::Integer(n)),
        _ => arguments.real(work),
    }
}

pub(super) fn logarithm(arguments: &Arguments<'_, '_>, work: impl Fn(f64) -> f64) -> Outcome {
    arguments.real(|x| if x > 0.0 { work(x) } else { f64::NAN })
}

/// `log(x)` to the base 10, `log(base, x)`.
pub(super) fn log(arguments: &Arguments<'_, '_>) -> Outcome {
    if arguments.len() == 1 {
        return logarithm(arguments, f64::log10);
    }
    arguments.reals(|base, x| match () {
        _ if base <= 0.0 || x <= 0.0 || base == 1.0 => f64::NAN,
        _ if base == 2.0 => x.log2(),
        _ if base == 10.0 => x.log10(),
        _ => x.ln() / base.ln(),
    })
}

/// The remainder with the sign of the first; NULL of a division by zero.
pub(super) fn modulo(arguments: &Arguments<'_, '_>) -> Outcome {
    if let (ValueRef::Integer(a), ValueRef::Integer(b)) = (arguments.value(0), arguments.value(1)) {
        return Ok(if b == 0 { Value::Null } else { Value::Integer(a.wrapping_rem(b)) });
    }
    arguments.reals(|a, b| {
        let exact = Decimal::of(a).zip(Decimal::of(b)).and_then(|(a, b)| a.remainder(b));
        exact.unwrap_or(if b == 0.0 { f64::NAN } else { a % b })
    })
}

/// The quotient cut off to a whole number; NULL of a division by zero.
pub(super) fn div(arguments: &Arguments<'_, '_>) -> Outcome {
    if let (ValueRef::Integer(a), ValueRef::Integer(b)) = (arguments.value(0), arguments.value(1)) {
        return Ok(if b == 0 { Value::Null } else { Value::Integer(a.wrapping_div(b)) });
    }
    let Some((a, b)) = arguments.number(0).zip(arguments.number(1)) else { return Ok(Value::Null) };
    let quotient = (a / b).trunc();
    Ok(if b == 0.0 {
        Value::Null
    } else if quotient.abs() < 9e15 {
        Value::Integer(quotient as i64)
    } else {
        real(quotient)
    })
}

pub(super) fn gcd(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = (arguments.whole(0)?, arguments.whole(1)?);
    match i64::try_from(common(a.unsigned_abs(), b.unsigned_abs())) {
        Ok(value) => Ok(Value::Integer(value)),
        Err(_) => arguments.refuse("the number is too large"),
    }
}

pub(super) fn lcm(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = (arguments.whole(0)?.unsigned_abs(), arguments.whole(1)?.unsigned_abs());
    let multiple = if a == 0 || b == 0 { Some(0) } else { (a / common(a, b)).checked_mul(b) };
    match multiple.map(i64::try_from) {
        Some(Ok(value)) => Ok(Value::Integer(value)),
        _ => arguments.refuse("the number is too large"),
    }
}

fn common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn factorial(arguments: &Arguments<'_, '_>) -> Outcome {
    match arguments.whole(0)? {
        n @ 0..=20 => Ok(Value::Integer((1..=n).product())),
        n @ 21..=LARGEST_FACTORIAL => Ok(real((1..=n).map(|i| i as f64).product())),
        _ => arguments.refuse("the number is negative or too large"),
    }
}

/// MySQL's `FORMAT(x, places)`: groups of three, and so many digits behind the point.
pub(super) fn format_number(arguments: &Arguments<'_, '_>) -> Outcome {
    let places = usize::try_from(arguments.whole(1)?.clamp(0, 30)).unwrap_or(0);
    match arguments.number(0) {
        Some(x) => text(decimal::with_groups(x, places)),
        None => arguments.refuse("the first argument is no number"),
    }
}

/// Yes and no as PostgreSQL reads them.
pub(super) fn to_boolean(arguments: &Arguments<'_, '_>) -> Outcome {
    if let ValueRef::Integer(n) = arguments.value(0) {
        return Ok(Value::Integer(i64::from(n != 0)));
    }
    let word = arguments.text(0).trim().to_lowercase();
    match word.as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Ok(Value::Integer(1)),
        "f" | "false" | "n" | "no" | "off" | "0" => Ok(Value::Integer(0)),
        _ => arguments.refuse("this is neither true nor false"),
    }
}

/// NULL for what is no number.
pub(super) fn try_number(arguments: &Arguments<'_, '_>) -> Outcome {
    Ok(match arguments.value(0) {
        ValueRef::Integer(n) => Value::Integer(n),
        _ => arguments.number(0).map_or(Value::Null, real),
    })
}

/// The number that a text begins with; 0 where it begins with none.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    for (at, _) in text.char_indices().take(64) {
        let piece = text.get(..=at).unwrap_or_default();
        if piece.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && piece.parse::<f64>().is_ok() {
            end = at + 1;
        }
    }
    text.get(..end).and_then(|number| number.parse().ok()).unwrap_or(0.0)
}
