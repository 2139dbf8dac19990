//! Numbers kept as text.

use std::ops::Range;

use super::site::{Edit, ORDERS, Site};
use crate::schema::{Affinity, Numerals};
use crate::sql::change::ChangeKind;
use crate::sql::lex::TokenKind;

/// Functions that make a number of what they are given, as far as it is written plainly.
const OF_NUMBERS: [&str; 7] = ["sum", "avg", "total", "round", "abs", "floor", "ceil"];

/// The column made a number, where its place asks for one.
pub(super) fn step(site: &Site<'_, '_, '_>, numerals: &Numerals) -> Option<Edit> {
    let number = || site.edit(ChangeKind::Number, numerals.expression(site.name()));
    // What SQLite reads as it is needs no change where it computes.
    let unread = !numerals.is_plain() || numerals.mixed || numerals.others;
    match site.function().as_deref() {
        Some("min" | "max") => return Some(number()),
        Some(name) if OF_NUMBERS.contains(&name) => return unread.then(number),
        Some("cast") => return cast(site, numerals),
        Some(_) => return None,
        None => {}
    }
    if site.is_term() || site.is_compared_query() {
        return Some(number());
    }
    let tokens = &site.sight.tokens;
    if let Some((operator, others)) = site.compared() {
        return compared(site, numerals, &operator, &others);
    }
    let computes = |at: usize| matches!(tokens.text(at), "+" | "-" | "*" | "/" | "%");
    let computed = computes(site.range.end) || site.range.start.checked_sub(1).is_some_and(computes);
    (computed && unread).then(number)
}

/// `CAST(fee AS REAL)` of `'$9.50'` is 0.
fn cast(site: &Site<'_, '_, '_>, numerals: &Numerals) -> Option<Edit> {
    let tokens = &site.sight.tokens;
    let to_number = tokens.is(site.range.end + 1, &["real", "integer", "int", "numeric", "decimal", "float", "double", "bigint"]);
    if numerals.is_plain() || !to_number {
        return None;
    }
    let call = tokens.call(site.range.start.checked_sub(2)?)?;
    let whole = tokens.bytes(site.range.start - 2..call.close + 1);
    Some(Edit { kind: ChangeKind::Number, pieces: vec![(whole, numerals.expression(site.name()))], is_read: true })
}

fn compared(site: &Site<'_, '_, '_>, numerals: &Numerals, operator: &str, others: &[Range<usize>]) -> Option<Edit> {
    let sight = site.sight;
    let orders = ORDERS.contains(&operator);
    let mut edit = site.edit(ChangeKind::Number, numerals.expression(site.name()));
    let mut meets = false;
    for other in others {
        if let Some(text) = sight.string(other.clone()) {
            // A text that is no number is compared as one; the same text, as it is stored.
            let number = numerals.number(&text)?;
            // As it is stored, it is found as it is.
            if !orders && numerals.is_stored_form(&text) {
                continue;
            }
            edit.pieces.push((sight.tokens.bytes(other.clone()), number));
            meets = true;
        } else if let Some(column) = site.other(other) {
            let read = column.meaning.numerals().is_some();
            let number = column.holds == crate::schema::Holds::Numbers;
            // SQLite makes a number of a plain text beside a column of numbers.
            meets |= read || number && !(numerals.is_plain() && has_affinity(&column.declared_type));
        } else {
            meets |= sight.tokens.kind(other.start) != Some(TokenKind::Parameter) && !is_text(site, other);
        }
    }
    meets.then_some(edit)
}

/// Whether a declared type makes SQLite compare as numbers.
fn has_affinity(declared: &str) -> bool {
    !matches!(Affinity::of(declared), Affinity::Text | Affinity::Blob)
}

/// Whether the operand is a text for certain.
fn is_text(site: &Site<'_, '_, '_>, other: &Range<usize>) -> bool {
    site.sight.tokens.is(other.start, &["lower", "upper", "trim", "substr", "null"])
}
