//! Numbers as people and programs write them, where nothing of what is written would be lost.

/// A number that a text is, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Digits alone, as SQLite would write the same number.
    Integer(i64),
    /// With a point. `grouped`: it may as well be a whole number with points between thousands, `1.234`.
    Point { value: f64, grouped: bool },
    /// With a decimal comma. `open`: it may as well be a whole number with commas between thousands, `1,234`.
    Comma { value: f64, open: bool },
}

/// Digits that every double keeps.
const KEPT_DIGITS: usize = 15;

/// Reads a number. `None` for what is none, and where the number would not give back what is written: leading zeros (`00123`), a plus
/// sign, more digits than there is room for.
pub(super) fn parse(text: &[u8]) -> Option<Number> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let first = *digits.first()?;
    if digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit) {
        if first == b'0' && (digits.len() > 1 || negative) {
            return None;
        }
        let value = digits.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        return Some(Number::Integer(if negative { -value } else { value }));
    }
    if !(first.is_ascii_digit() || first == b'.') || digits.len() > 400 {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|_| first != b'0').map(Number::Integer);
    }
    match digits.contains(',') {
        true => comma(text, digits),
        false => point(text, digits),
    }
}

fn point(text: &str, digits: &str) -> Option<Number> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at)?, Some(digits.get(at + 1..)?)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) || leading_zero {
        return None;
    }
    if let Some(exponent) = exponent
        && (exponent.trim_start_matches(['+', '-']).is_empty() || !all_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
    {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let grouped = exponent.is_none() && fraction.len() == 3 && (1..=3).contains(&whole.len()) && whole != "0";
    (value.is_finite() && keeps(value, whole, fraction)).then_some(Number::Point { value, grouped })
}

/// `12,5`, `1.234,56`, and `1.234.567,8`.
fn comma(text: &str, digits: &str) -> Option<Number> {
    let (whole, fraction) = digits.split_once(',')?;
    let mut groups = whole.split('.');
    let first = groups.next()?;
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
    }
    let leading_zero = first.len() > 1 && first.starts_with('0');
    if !all_digits(first) || !all_digits(fraction) || leading_zero || (grouped && first.len() > 3) {
        return None;
    }
    let value: f64 = text.replace('.', "").replace(',', ".").parse().ok()?;
    let open = !grouped && fraction.len() == 3 && first.len() <= 3 && first != "0";
    keeps(value, &whole.replace('.', ""), fraction).then_some(Number::Comma { value, open })
}

/// Whether the double nearest to the number has the digits that were written: all of few, and of many where a double was written with them.
fn keeps(value: f64, whole: &str, fraction: &str) -> bool {
    let all = || whole.bytes().chain(fraction.bytes()).skip_while(|&digit| digit == b'0');
    if all().count() <= KEPT_DIGITS {
        // Not where it is so small that it became nothing.
        return value != 0.0 || all().next().is_none();
    }
    let written: Vec<u8> = all().collect();
    let significant = written.iter().rposition(|&digit| digit != b'0').map_or(1, |last| last + 1);
    if significant <= KEPT_DIGITS {
        return true;
    }
    let shortest: Vec<u8> = format!("{:e}", value.abs()).bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).collect();
    if written.get(..significant) == Some(shortest.as_slice()) {
        return true;
    }
    let exact = format!("{:.*e}", written.len() - 1, value.abs());
    exact.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).eq(written)
}

/// What programs write where a number is missing.
pub(super) fn stands_for_nothing(text: &[u8]) -> bool {
    const WORDS: [&str; 10] = ["na", "n/a", "#n/a", "null", "\\n", "nan", "none", "-", "?", "."];
    text.len() <= 4 && WORDS.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Number>) {
        assert_eq!(parse(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_where_nothing_is_lost() {
        let int = |n| Some(Number::Integer(n));
        let point = |value, grouped| Some(Number::Point { value, grouped });
        let comma = |value, open| Some(Number::Comma { value, open });
        check("0", int(0));
        check("-7", int(-7));
        check("9223372036854775807", int(i64::MAX));
        check("-9223372036854775808", int(i64::MIN));
        for text in
            ["9223372036854775808", "12345678901234567890", "00123", "-0", "+5", "", "-", "1 000", "1_000", "0x1f", "007.5", "1e", "1e+"]
        {
            check(text, None);
        }
        for text in ["inf", "NaN", "1e999", "1e-999", "5-3", "2024-01-05", "1.2.3", "1,2,3", ",5", "12:30", "١٢", ".", "1.e"] {
            check(text, None);
        }
        check("1.50", point(1.5, false));
        check(".5", point(0.5, false));
        check("5.", point(5.0, false));
        check("-1e-3", point(-0.001, false));
        check("1.234", point(1.234, true));
        check("0.123", point(0.123, false));
        check("1234.567", point(1234.567, false));
        check("12,5", comma(12.5, false));
        check("1.234.567,8", comma(1_234_567.8, false));
        check("1,234", comma(1.234, true));
        check("0,125", comma(0.125, false));
        check("1.23,4", None);
        check("1234.567,8", None);
        // All digits of a double, as `repr` and `%.18e` write it.
        check("0.30000000000000004", point(0.300_000_000_000_000_04, false));
        check("1.000000000000000056e-01", point(0.1, false));
        check("100000000000000000000.0", point(1e20, false));
        // Digits that no double has.
        check("0.33333333333333333333", None);
        check("12345678901234567.25", None);
    }

    proptest! {
        #[test]
        fn what_a_double_writes_is_a_number(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            let text = format!("{x:?}");
            let Some(Number::Point { value, .. }) = parse(text.as_bytes()) else { panic!("{text}") };
            prop_assert_eq!(value.to_bits(), x.to_bits());
        }

        #[test]
        fn integers_come_back(n in any::<i64>()) {
            prop_assert_eq!(parse(n.to_string().as_bytes()), Some(Number::Integer(n)));
        }

        #[test]
        fn anything_is_a_number_or_not(text in "[-+0-9.,eE ]{0,24}") {
            if let Some(Number::Integer(n)) = parse(text.as_bytes()) {
                prop_assert_eq!(n.to_string(), text);
            }
        }
    }
}
