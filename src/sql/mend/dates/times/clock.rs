//! What is computed from a moment that a column is compared with: `unixepoch('2024-01-01') * 1000`, `strftime('%s', 'now') - 7 * 86400`.

use std::ops::Range;

use super::kind::{Kind, computes};
use super::sight::Sight;
use crate::schema::TimeUnit;
use crate::sql::lex::TokenKind;

/// A moment of 2020 in seconds since 1970: a computation is known by what it makes of it.
const PROBE: f64 = 1.6e9;
/// Twenty years: a query adds hours and months to a moment, and the zeros of units lie further apart.
const NEAR: f64 = 20.0 * 365.25 * 86_400.0;

/// `factor * t + added`, of a moment `t` in seconds since 1970; without a factor it is a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    factor: f64,
    added: f64,
}

/// The operand that begins at token `start`, with all that is computed from it.
pub(super) fn computed(sight: &Sight<'_, '_>, start: usize) -> Option<Range<usize>> {
    let mut end = sight.tokens.operand_after(start)?;
    while computes(sight, end) {
        end = sight.tokens.operand_after(end + 1)?;
    }
    Some(start..end)
}

impl Clock {
    /// `range` as something computed from one moment.
    pub(super) fn of(sight: &Sight<'_, '_>, range: Range<usize>) -> Option<Self> {
        let mut at = range.start;
        let out = Self::sum(sight, &mut at, range.end)?;
        (at == range.end && out.factor != 0.0).then_some(out)
    }

    /// Whether it is a moment in the unit itself.
    pub(super) fn is_in(self, unit: TimeUnit) -> bool {
        unit.to_unix_seconds(self.factor * PROBE + self.added).is_some_and(|at| (at - PROBE).abs() < NEAR)
    }

    /// The form that a column needs to be compared with it.
    pub(super) fn kind(self) -> Option<Kind> {
        let value = self.factor * PROBE + self.added;
        let is = |per: f64, zero: f64| (self.factor * per - 1.0).abs() < 1e-9 && ((value - zero) * per - PROBE).abs() < NEAR;
        let scaled = |scale: u32| is(1.0 / f64::from(scale), 0.0).then_some(Kind::Scaled(scale));
        match () {
            () if is(1.0, 0.0) => Some(Kind::UnixEpoch),
            () if is(86_400.0, 2_440_587.5) => Some(Kind::JulianDay),
            () => [1_000, 1_000_000, 1_000_000_000].into_iter().find_map(scaled),
        }
    }

    fn sum(sight: &Sight<'_, '_>, at: &mut usize, end: usize) -> Option<Self> {
        let mut out = Self::product(sight, at, end)?;
        while *at < end && matches!(sight.tokens.text(*at), "+" | "-") {
            let sign = if sight.tokens.text(*at) == "-" { -1.0 } else { 1.0 };
            *at += 1;
            let next = Self::product(sight, at, end)?;
            out = Self { factor: out.factor + sign * next.factor, added: out.added + sign * next.added };
        }
        Some(out)
    }

    fn product(sight: &Sight<'_, '_>, at: &mut usize, end: usize) -> Option<Self> {
        let mut out = Self::operand(sight, at, end)?;
        while *at < end && matches!(sight.tokens.text(*at), "*" | "/") {
            let divides = sight.tokens.text(*at) == "/";
            *at += 1;
            let next = Self::operand(sight, at, end)?;
            let (of, by) = match (out.factor == 0.0, next.factor == 0.0) {
                (_, true) if divides && next.added != 0.0 => (out, 1.0 / next.added),
                (_, true) if !divides => (out, next.added),
                (true, false) if !divides => (next, out.added),
                _ => return None,
            };
            out = Self { factor: of.factor * by, added: of.added * by };
        }
        Some(out)
    }

    fn operand(sight: &Sight<'_, '_>, at: &mut usize, end: usize) -> Option<Self> {
        let start = *at;
        let next = sight.tokens.operand_after(start).filter(|next| *next <= end)?;
        *at = next;
        if sight.tokens.text(start) == "(" {
            return Self::part(sight, start + 1..next - 1);
        }
        if next == start + 1 && sight.tokens.kind(start) == Some(TokenKind::Number) {
            let number = sight.tokens.text(start).replace('_', "").parse().ok()?;
            return Some(Self { factor: 0.0, added: number });
        }
        let argument = sight.tokens.call(start).filter(|call| call.close + 1 == next)?.arguments.into_iter().next();
        match sight.tokens.text(start).to_ascii_lowercase().as_str() {
            "cast" => {
                let argument = argument?;
                Self::part(sight, argument.start..sight.tokens.find(argument, &["as"])?)
            }
            "round" | "floor" | "ceil" => Self::part(sight, argument?),
            _ => match Kind::of(sight, start..next)? {
                Kind::UnixEpoch => Some(Self { factor: 1.0, added: 0.0 }),
                Kind::Format(format) if format == "%s" => Some(Self { factor: 1.0, added: 0.0 }),
                Kind::JulianDay => Some(Self { factor: 1.0 / 86_400.0, added: 2_440_587.5 }),
                _ => None,
            },
        }
    }

    fn part(sight: &Sight<'_, '_>, range: Range<usize>) -> Option<Self> {
        let mut at = range.start;
        let out = Self::sum(sight, &mut at, range.end)?;
        (at == range.end).then_some(out)
    }
}
