//! Numbers as the digits that they are written in: 2.675 is a little less in binary, and people round what they read.

/// Digits after the point that are looked at; a number with more is taken as it is in binary.
const MOST_DIGITS: usize = 34;

/// A number as `digits / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// The shortest digits that stand for `x`. `None` where they are too many.
    pub(super) fn of(x: f64) -> Option<Self> {
        let text = format!("{x}");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        if !x.is_finite() || whole.len() + fraction.len() > MOST_DIGITS {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { digits, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// Rounded to `places` behind the point, halves away from zero; before the point where it is negative.
    pub(super) fn rounded(self, places: i32) -> Option<f64> {
        self.cut(places, |rest, unit| rest.unsigned_abs() * 2 >= unit.unsigned_abs())
    }

    /// Cut off there.
    pub(super) fn truncated(self, places: i32) -> Option<f64> {
        self.cut(places, |_, _| false)
    }

    fn cut(self, places: i32, up: impl Fn(i128, i128) -> bool) -> Option<f64> {
        let scale = i32::try_from(self.scale).ok()?;
        if places >= scale {
            return self.value();
        }
        let Some(unit) = u32::try_from(scale.checked_sub(places)?).ok().and_then(|power| 10i128.checked_pow(power)) else {
            return Some(0.0);
        };
        let (kept, rest) = (self.digits / unit, self.digits % unit);
        let kept = if up(rest, unit) { kept + self.digits.signum() } else { kept };
        Self { digits: kept.checked_mul(unit)?, scale: self.scale }.value()
    }

    /// What is left of `self` after taking `other` as often as it goes, with the sign of `self`.
    pub(super) fn remainder(self, other: Self) -> Option<f64> {
        let scale = self.scale.max(other.scale);
        let at = |number: Self| number.digits.checked_mul(10i128.checked_pow(scale - number.scale)?);
        Self { digits: at(self)?.checked_rem(at(other)?)?, scale }.value()
    }

    fn value(self) -> Option<f64> {
        let sign = if self.digits < 0 { "-" } else { "" };
        format!("{sign}{}e-{}", self.digits.unsigned_abs(), self.scale).parse().ok()
    }
}

/// `x` rounded to `places`, halves away from zero.
pub(super) fn rounded(x: f64, places: i32) -> f64 {
    Decimal::of(x).and_then(|number| number.rounded(places)).unwrap_or(x)
}

/// `x` with `places` digits behind the point, and none more.
pub(super) fn written(x: f64, places: usize) -> String {
    let rounded = rounded(x, i32::try_from(places).unwrap_or(i32::MAX));
    let text = format!("{rounded:.places$}");
    // -0.001 is 0.00.
    if text.bytes().all(|b| b"-0.".contains(&b)) { text.trim_start_matches('-').to_owned() } else { text }
}

/// Digits of a whole number in groups of three.
pub(super) fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `x` with groups of three and `places` digits behind the point.
pub(super) fn with_groups(x: f64, places: usize) -> String {
    let text = written(x, places);
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{sign}{}.{fraction}", grouped(whole)),
        None => format!("{sign}{}", grouped(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (x, places, expected) in [
            (2.675, 2, 2.68),
            (1.005, 2, 1.01),
            (-2.5, 0, -3.0),
            (0.5, 0, 1.0),
            (1234.567, -2, 1200.0),
            (1250.0, -2, 1300.0),
            (1e300, 2, 1e300),
            (1e-300, 2, 1e-300),
            (4.0, -40, 0.0),
            (0.1 + 0.2, 20, 0.1 + 0.2),
        ] {
            assert_eq!(rounded(x, places), expected, "{x} {places}");
        }
        assert_eq!(with_groups(-1234567.891, 2), "-1,234,567.89");
        assert_eq!(with_groups(-0.001, 2), "0.00");
        assert_eq!(with_groups(999.5, 0), "1,000");
        let mod_of = |a, b| Decimal::of(a).unwrap().remainder(Decimal::of(b).unwrap());
        assert_eq!(mod_of(0.3, 0.1), Some(0.0));
        assert_eq!(mod_of(-7.5, 2.0), Some(-1.5));
        assert_eq!(mod_of(1.0, 0.0), None);
    }
}
