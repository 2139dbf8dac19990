//! What a query computes from a column before it gives it to a date function: a factor and a number added, as in `x / 1000000 - 11644473600`.

use std::ops::Range;

use super::sight::Sight;
use crate::schema::{TimeUnit, Times};
use crate::sql::lex::TokenKind;

/// Days more or less make no other unit.
const SLACK_SECONDS: f64 = 2.0 * 86_400.0;
/// Factors that differ by less are one.
const SLACK_FACTOR: f64 = 1e-6;

/// `operand * factor + added`.
#[derive(Debug, Clone)]
pub(super) struct Affine<'s> {
    pub(super) operand: Range<usize>,
    pub(super) times: &'s Times,
    factor: f64,
    added: f64,
}

impl Affine<'_> {
    /// Whether nothing is computed.
    pub(super) fn is_bare(&self) -> bool {
        self.factor == 1.0 && self.added == 0.0
    }

    /// Whether it is seconds since 1970, for a column that counts `unit`.
    pub(super) fn is_unix(&self, unit: TimeUnit) -> bool {
        self.is(unit, 1.0, 0.0, SLACK_SECONDS)
    }

    /// Whether it is a Julian day, for a column that counts `unit`.
    pub(super) fn is_julian(&self, unit: TimeUnit) -> bool {
        self.is(unit, 86_400.0, 2_440_587.5, SLACK_SECONDS / 86_400.0)
    }

    fn is(&self, unit: TimeUnit, per: f64, zero: f64, slack: f64) -> bool {
        // Units that are a line: two of their values tell it.
        let probe = match unit {
            TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime => return false,
            TimeUnit::JulianDays => 2_450_000.0,
            TimeUnit::OleDays | TimeUnit::UnixDays => 20_000.0,
            TimeUnit::UnixSeconds | TimeUnit::AppleSeconds => 500_000_000.0,
            TimeUnit::UnixMillis => 5e11,
            TimeUnit::UnixMicros => 5e14,
            TimeUnit::UnixNanos | TimeUnit::AppleNanos => 5e17,
            TimeUnit::WebKitMicros => 1.3e16,
            TimeUnit::FileTime => 1.3e17,
            TimeUnit::DotNetTicks => 6.3e17,
            TimeUnit::YearOneMicros => 6.3e16,
        };
        let (Some(a), Some(b)) = (unit.to_unix_seconds(probe), unit.to_unix_seconds(probe * 1.01)) else { return false };
        let slope = (b - a) / (probe * 0.01) / per;
        let expected = a / per + zero;
        (self.factor / slope - 1.0).abs() < SLACK_FACTOR && (self.factor * probe + self.added - expected).abs() <= slack
    }
}

impl<'s> Sight<'_, 's> {
    /// `range` as something computed from a column that counts time.
    pub(super) fn affine(&self, range: Range<usize>) -> Option<Affine<'s>> {
        let mut at = range.start;
        let out = self.sum(&mut at, range.end)?;
        (at == range.end).then_some(out)
    }

    fn sum(&self, at: &mut usize, end: usize) -> Option<Affine<'s>> {
        let mut out = self.product(at, end)?;
        while *at < end && matches!(self.tokens.text(*at), "+" | "-") {
            let sign = if self.tokens.text(*at) == "-" { -1.0 } else { 1.0 };
            *at += 1;
            out.added += sign * self.number(at, end)?;
        }
        Some(out)
    }

    fn product(&self, at: &mut usize, end: usize) -> Option<Affine<'s>> {
        let mut out = self.factor(at, end)?;
        while *at < end && matches!(self.tokens.text(*at), "*" | "/") {
            let divides = self.tokens.text(*at) == "/";
            *at += 1;
            let number = self.number(at, end).filter(|number| *number != 0.0)?;
            let by = if divides { 1.0 / number } else { number };
            out.factor *= by;
            out.added *= by;
        }
        Some(out)
    }

    fn factor(&self, at: &mut usize, end: usize) -> Option<Affine<'s>> {
        let start = *at;
        let next = self.tokens.operand_after(start).filter(|next| *next <= end)?;
        *at = next;
        if let Some(times) = self.times(start..next) {
            return Some(Affine { operand: start..next, times, factor: 1.0, added: 0.0 });
        }
        if self.tokens.text(start) == "(" {
            return self.affine(start + 1..next - 1);
        }
        // CAST(x / 1000 AS REAL), round(x / 1000).
        let call = self.tokens.call(start).filter(|call| call.close + 1 == next)?;
        let argument = call.arguments.first()?.clone();
        match self.tokens.text(start).to_ascii_lowercase().as_str() {
            "cast" => self.affine(argument.start..self.tokens.find(argument, &["as"])?),
            "round" | "floor" | "ceil" => self.affine(argument),
            _ => None,
        }
    }

    /// A number, or a product of numbers in brackets as in `(1000 * 1000)`.
    fn number(&self, at: &mut usize, end: usize) -> Option<f64> {
        let start = *at;
        if self.tokens.kind(start) == Some(TokenKind::Number) {
            *at += 1;
            return self.tokens.text(start).replace('_', "").parse().ok();
        }
        let close = (self.tokens.text(start) == "(").then(|| self.tokens.close(start)).flatten().filter(|close| *close < end)?;
        let parts = self.tokens.split(start + 1..close, "*");
        let numbers: Option<Vec<f64>> =
            parts.into_iter().map(|part| if part.len() == 1 { self.tokens.piece(part).parse().ok() } else { None }).collect();
        *at = close + 1;
        numbers.map(|numbers| numbers.into_iter().product())
    }
}
