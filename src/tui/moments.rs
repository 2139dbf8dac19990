//! Dates that are written as text, in the ways people write them: where a chart puts them.

use chrono::{NaiveDate, NaiveTime};

/// Names of months by their first letters.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Two digits of a year from this on are of the last century.
const CENTURY: i32 = 70;

/// Seconds since 1970 of each of `texts`, one column of a result; `None` for what is missing. Nothing where one of them is no date, or where
/// they are not all written alike: what `3/4/2024` means, the others tell.
pub fn moments<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Option<Vec<Option<f64>>> {
    let written: Vec<Option<Written>> = texts
        .map(|text| match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => written(text).map(Some),
            None => Some(None),
        })
        .collect::<Option<_>>()?;
    // Of two numbers before the year, one that is no month is the day; where both could be either, the sign between them tells.
    let pairs = || written.iter().flatten().filter_map(|written| if let Day::Either(a, b, _) = written.day { Some((a, b)) } else { None });
    let dotted = written.iter().flatten().any(|written| written.separator != '/');
    let day_first = pairs().any(|(a, _)| a > 12) || (dotted && !pairs().any(|(_, b)| b > 12));
    let mut found = false;
    let moment = |written: &Option<Written>| -> Option<Option<f64>> {
        let Some(written) = written else { return Some(None) };
        let date = match written.day {
            Day::Known(year, month, day) => NaiveDate::from_ymd_opt(year, month, day)?,
            Day::Either(a, b, year) => {
                let (day, month) = if day_first { (a, b) } else { (b, a) };
                NaiveDate::from_ymd_opt(year, month, day)?
            }
        };
        found = true;
        Some(Some(date.and_time(written.time).and_utc().timestamp() as f64))
    };
    let moments: Vec<Option<f64>> = written.iter().map(moment).collect::<Option<_>>()?;
    found.then_some(moments)
}

/// One date as it is written.
struct Written {
    day: Day,
    separator: char,
    time: NaiveTime,
}

enum Day {
    /// Year, month, day.
    Known(i32, u32, u32),
    /// Two numbers in one order or the other, and the year.
    Either(u32, u32, i32),
}

fn written(text: &str) -> Option<Written> {
    let (date, time) = match text.char_indices().find(|(at, c)| matches!(c, 'T' | ' ') && text.get(*at + 1..).is_some_and(is_time)) {
        Some((at, _)) => (text.get(..at)?, time(text.get(at + 1..)?)?),
        None => (text, NaiveTime::MIN),
    };
    let separator = date.chars().find(|c| matches!(c, '-' | '/' | '.' | ' '))?;
    let parts: Vec<&str> = date.split([separator, ',', ' ']).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()));
    let year = |part: &str| match (part.len(), part.bytes().all(|b| b.is_ascii_digit()), separator) {
        (4, true, _) => part.parse().ok(),
        // With points between them, two digits are rather a version.
        (2, true, '/' | '-') => part.parse().ok().map(|year: i32| if year < CENTURY { 2000 + year } else { 1900 + year }),
        _ => None,
    };
    let named = |part: &str| -> Option<u32> {
        let folded = part.trim_end_matches('.').to_lowercase();
        let at = MONTHS.iter().position(|month| folded.len() >= 3 && folded.starts_with(month))?;
        Some(at as u32 + 1)
    };
    let day = match parts.as_slice() {
        [y, m] if y.len() == 4 => Day::Known(year(y)?, number(m)?, 1),
        [m, y] => Day::Known(year(y).filter(|_| y.len() == 4)?, named(m)?, 1),
        [y, m, d] if y.len() == 4 => Day::Known(year(y)?, number(m).or_else(|| named(m))?, number(d)?),
        [a, b, y] => match (named(a), named(b)) {
            (Some(month), _) => Day::Known(year(y)?, month, number(b)?),
            (_, Some(month)) => Day::Known(year(y)?, month, number(a)?),
            _ => Day::Either(number(a)?, number(b)?, year(y)?),
        },
        _ => return None,
    };
    Some(Written { day, separator, time })
}

fn is_time(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && text.as_bytes().get(digits) == Some(&b':')
}

/// `14:05`, `14:05:30.5`, `2:05 PM`; what stands behind it, such as a zone, moves a chart by nothing that is seen.
fn time(text: &str) -> Option<NaiveTime> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(text.len());
    let parts: Vec<u32> = text.get(..end)?.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let rest = text.get(end..)?.to_lowercase();
    let hours = match (*parts.first()?, rest.contains("pm"), rest.contains("am")) {
        (12, _, true) => 0,
        (hours, true, _) if hours < 12 => hours + 12,
        (hours, ..) => hours,
    };
    NaiveTime::from_hms_opt(hours, *parts.get(1)?, parts.get(2).copied().unwrap_or(0).min(59))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: Option<&[&str]>) {
        let found = moments(texts.iter().map(|text| (*text != "NULL").then_some(*text)));
        let shown = found.map(|moments| {
            let shown = |at: f64| chrono::DateTime::from_timestamp(at as i64, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string();
            let short = |text: String| text.trim_end_matches(" 00:00:00").to_owned();
            moments.into_iter().map(|at| at.map_or("NULL".into(), |at| short(shown(at)))).collect::<Vec<_>>()
        });
        assert_eq!(shown.as_deref(), expected.map(|all| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).as_deref());
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        check(&["9/9/2014", "12/25/2014", "NULL", ""], Some(&["2014-09-09", "2014-12-25", "NULL", "NULL"]));
        check(&["3/4/2024"], Some(&["2024-03-04"]));
        check(&["3/4/2024", "25/4/2024"], Some(&["2024-04-03", "2024-04-25"]));
        check(&["3.4.2024", "1.12.2024"], Some(&["2024-04-03", "2024-12-01"]));
        check(&["12/31/99 11:59 PM", "1/1/00 12:00 AM"], Some(&["1999-12-31 23:59:00", "2000-01-01"]));
        check(&["2024-02-29", "2024-03"], Some(&["2024-02-29", "2024-03-01"]));
        check(&["2024-02-29T23:59:59Z", "2024-02-29 08:00:00.125"], Some(&["2024-02-29 23:59:59", "2024-02-29 08:00:00"]));
        check(&["2024/2/9"], Some(&["2024-02-09"]));
        check(
            &["9 Sep 2014", "10-Oct-2014", "Sep 9, 2014", "September 2014"],
            Some(&["2014-09-09", "2014-10-10", "2014-09-09", "2014-09-01"]),
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["", "NULL", "2014", "1.2.3", "10.0.12", "13/13/2014", "2024-02-30", "9/9/2014 x/y", "may be", "1-2", "192.168.0.1", "12:30"]
        {
            check(&[text], None);
        }
        check(&["2024-01-01", "soon"], None);
        check(&["25/4/2024", "4/25/2024"], None);
    }
}
