//! What a status means; which refusals may be over when the same is asked again, and how long a server wants to be left alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq_proto::http::HeaderMap;

use crate::text::numbers::MONTHS;

/// Whether an answer follows: 200, and what some say in its place.
pub(super) fn is_answer(status: u16) -> bool {
    matches!(status, 200 | 201 | 203)
}

/// Whether a status tells of too much to do: of this server (429, 503; 529 of some), or of what stands behind it.
pub(super) fn is_overload(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504 | 529)
}

/// Whether the same may be answered when it is asked again: the request was not taken in time, or too early, or something between here and
/// the server did not reach it.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 520..=524)
}

/// What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3), which is told by the server's own clock where that says the time.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |key: &str| headers.get(key)?.to_str().ok().map(str::trim);
    let wanted = text("retry-after")?;
    if let Ok(seconds) = wanted.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let now =
        text("date").and_then(seconds_of).or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|passed| passed.as_secs()));
    Some(Duration::from_secs(seconds_of(wanted)?.saturating_sub(now?)))
}

/// Seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of(date: &str) -> Option<u64> {
    let (_, date) = date.split_once(", ")?;
    let parts: Vec<&str> = date.split([' ', ':']).collect();
    let [day, month, year, hour, minute, second, "GMT"] = parts.as_slice() else { return None };
    let number = |text: &str, most: u64| text.parse::<u64>().ok().filter(|number| *number <= most);
    let month = (1..).zip(MONTHS).find(|(_, name)| name.get(..3) == Some(*month))?.0;
    let (day, year) = (number(day, 31)?, number(year, 9999).filter(|year| *year >= 1970)?);
    // As if a year began in March: then the leap day is its last (Howard Hinnant's `days_from_civil`).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let days = days.checked_sub(BEFORE_1970)?;
    Some(days * 86_400 + number(hour, 23)? * 3600 + number(minute, 59)? * 60 + number(second, 60)?)
}

/// The same count at the first of January 1970.
const BEFORE_1970: u64 = 719_469;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        #[track_caller]
        fn check(date: &str, expected: Option<u64>) {
            assert_eq!(seconds_of(date), expected, "{date}");
        }
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
        check("Thu, 29 Feb 2024 23:59:60 GMT", Some(1_709_251_200));
        check("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200));
        for wrong in ["", "Sun, 06 Nov 1994", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nix 1994 08:49:37 GMT"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        let after = |entries: &[(&'static str, &str)]| {
            let entries = entries.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            retry_after(&entries.collect::<HeaderMap>())
        };
        assert_eq!(after(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(after(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
        assert_eq!(after(&[("retry-after", "-5")]), None);
        assert_eq!(after(&[("retry-after", "soon")]), None);
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(after(&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(Duration::from_secs(30)));
        assert_eq!(after(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(after(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
    }
}
