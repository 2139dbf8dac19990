//! Arguments of date functions, and of functions that cut a date as text.

use std::ops::Range;

use super::kind::{Kind, converted};
use super::sight::{Edit, Sight};
use crate::schema::TimeUnit;
use crate::sql::tokens::Call;

/// The call at token `at`, with what it asks of a number put right.
pub(super) fn rewrite(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let (place, call) = time_argument(sight, at).or_else(|| cut_argument(sight, at))?;
    let found = sight.affine(place.clone())?;
    let unit = found.times.unit();
    let operand = sight.tokens.piece(found.operand.clone());
    if cut_argument(sight, at).is_some() {
        let digits = matches!(unit, TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime);
        if digits && !cuts_a_date(sight, &call) {
            return None;
        }
        return found.is_bare().then(|| Edit::of(sight.tokens.bytes(place), converted(found.times, operand, &Kind::DateTime)));
    }
    let modifiers: Vec<Range<usize>> = call.arguments.iter().skip_while(|argument| **argument != place).skip(1).cloned().collect();
    let says = |range: &Range<usize>| sight.string(range.clone()).unwrap_or_default().to_ascii_lowercase();
    let told = modifiers.first().map(says).filter(|word| ["unixepoch", "auto", "julianday"].contains(&word.as_str()));
    let right = match told.as_deref() {
        Some("unixepoch") => found.is_unix(unit),
        // SQLite takes small numbers for Julian days and others for Unix seconds.
        Some("auto") => found.is_unix(unit) || found.is_julian(unit),
        _ => found.is_julian(unit) || found.is_bare() && unit == TimeUnit::JulianDays,
    };
    if right && !(found.times.mixed && found.is_bare()) {
        return None;
    }
    let arguments = found.times.sql_arguments(operand);
    let kept: Vec<&str> = modifiers.iter().skip(usize::from(told.is_some())).map(|range| sight.tokens.piece(range.clone())).collect();
    let kept: String = kept.iter().map(|modifier| format!(", {modifier}")).collect();
    if found.times.mixed {
        let (name, before) = (sight.tokens.text(at), before(sight, &call, &place));
        let whole = sight.tokens.bytes(at..call.close + 1);
        let to =
            format!("CASE typeof({operand}) WHEN 'text' THEN {name}({before}{operand}{kept}) ELSE {name}({before}{arguments}{kept}) END");
        return Some(Edit::of(whole, to)).filter(|_| !in_case(sight, at));
    }
    let end = call.arguments.last()?.end;
    Some(Edit::of(sight.tokens.bytes(place.start..end), format!("{arguments}{kept}")))
}

/// `timestampdiff('second', sent, received)`, which reads dates as text: of the numbers that are given to it.
pub(super) fn lasting(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let first = match sight.tokens.text(at).to_ascii_lowercase().as_str() {
        "timestampdiff" => 1,
        "timestamp_difference" => 0,
        _ => return None,
    };
    let call = sight.tokens.call(at)?;
    let moments = call.arguments.into_iter().skip(first).filter_map(|range| {
        let times = sight.times(range.clone())?;
        Some((sight.tokens.bytes(range.clone()), converted(times, sight.tokens.piece(range), &Kind::DateTime)))
    });
    let pieces: Vec<(Range<usize>, String)> = moments.collect();
    (!pieces.is_empty()).then_some(Edit { pieces })
}

/// The argument of the date function at `at` that is a point in time, and the call.
pub(super) fn time_argument(sight: &Sight<'_, '_>, at: usize) -> Option<(Range<usize>, Call)> {
    let call = sight.tokens.call(at)?;
    let place = match sight.tokens.text(at).to_ascii_lowercase().as_str() {
        "date" | "time" | "datetime" | "julianday" | "unixepoch" => 0,
        "strftime" => 1,
        _ => return None,
    };
    Some((call.arguments.get(place)?.clone(), call))
}

/// The argument of a function that cuts a piece out of a text: `substr(createdAt, 1, 4)`.
fn cut_argument(sight: &Sight<'_, '_>, at: usize) -> Option<(Range<usize>, Call)> {
    let call = sight.tokens.call(at)?;
    let cuts = sight.tokens.is(at, &["substr", "substring"]) && call.arguments.len() > 1;
    cuts.then(|| Some((call.arguments.first()?.clone(), call))).flatten()
}

/// Whether the places that `substr` cuts are those of `2024-01-31`, and not of its digits alone.
fn cuts_a_date(sight: &Sight<'_, '_>, call: &Call) -> bool {
    let places: Vec<&str> = call.arguments.iter().skip(1).map(|range| sight.tokens.piece(range.clone())).collect();
    matches!(places.as_slice(), ["6" | "9", "2"] | ["1" | "0", "7" | "10"] | ["6", "5"])
}

/// The least or most of a column that holds numbers and texts, which SQLite orders by their kind: of the moments instead.
pub(super) fn ordered(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let call = sight.tokens.call(at).filter(|call| sight.tokens.is(at, &["min", "max"]) && call.arguments.len() == 1);
    let column = match call {
        Some(call) => call.arguments.into_iter().next()?,
        None if sight.is_ordered_by(at) => at..sight.tokens.operand_after(at)?,
        None => return None,
    };
    let times = sight.times(column.clone()).filter(|times| times.mixed)?;
    Some(Edit::of(sight.tokens.bytes(column.clone()), converted(times, sight.tokens.piece(column), &Kind::DateTime)))
}

/// The arguments before `place`, with a comma.
fn before(sight: &Sight<'_, '_>, call: &Call, place: &Range<usize>) -> String {
    call.arguments
        .iter()
        .take_while(|argument| *argument != place)
        .map(|range| format!("{}, ", sight.tokens.piece(range.clone())))
        .collect()
}

/// Whether the call stands in the CASE that an earlier round wrote.
fn in_case(sight: &Sight<'_, '_>, at: usize) -> bool {
    sight.tokens.is(at.wrapping_sub(1), &["then", "else"])
}
