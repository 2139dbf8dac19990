//! `strftime_now`: the day, as some templates tell it to their model. In UTC: a day's border elsewhere is no reason to ask the system where
//! it stands.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::text::numbers::{MONTHS, WEEKDAYS};

/// The time as `format` says, in the letters of C's `strftime`; `None` where one of them is not known.
pub(super) fn now(format: &str) -> Option<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    written(i64::try_from(seconds).ok()?, format)
}

fn written(seconds: i64, format: &str) -> Option<String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let weekday = usize::try_from((days + 4).rem_euclid(7)).ok()?;
    let month_name = MONTHS.get(usize::try_from(month).ok()? - 1)?;
    let day_name = WEEKDAYS.get(weekday)?;
    let first = days_to_year(year);
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut letter = letters.next()?;
        let bare = letter == '-';
        if bare {
            letter = letters.next()?;
        }
        let number = |value: i64, width: usize| if bare { value.to_string() } else { format!("{value:0width$}") };
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        out.push_str(&match letter {
            'Y' => year.to_string(),
            'y' => number(year.rem_euclid(100), 2),
            'm' => number(month, 2),
            'd' => number(day, 2),
            'e' => format!("{day:2}"),
            'j' => number(days - first + 1, 3),
            'H' => number(hour, 2),
            'I' => number(hour12, 2),
            'M' => number(minute, 2),
            'S' => number(second, 2),
            'p' => (if hour < 12 { "AM" } else { "PM" }).into(),
            'B' => (*month_name).into(),
            'b' | 'h' => month_name.get(..3)?.into(),
            'A' => (*day_name).into(),
            'a' => day_name.get(..3)?.into(),
            'w' => weekday.to_string(),
            'F' => format!("{year}-{month:02}-{day:02}"),
            'T' => format!("{hour:02}:{minute:02}:{second:02}"),
            'Z' => "UTC".into(),
            'z' => "+0000".into(),
            '%' => "%".into(),
            _ => return None,
        });
    }
    Some(out)
}

/// Year, month and day of a day counted from 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day on which `year` begins, counted from 1970.
fn days_to_year(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3.11: `datetime.fromtimestamp(seconds, timezone.utc).strftime(format)`.
    #[test]
    fn dates_are_written_as_python_writes_them() {
        for (seconds, format, expected) in [
            (0, "%d %b %Y", "01 Jan 1970"),
            (1_709_164_800, "%A, %B %-d, %Y %j", "Thursday, February 29, 2024 060"),
            (1_796_000_461, "%Y-%m-%d %H:%M:%S %I %p %a %y", "2026-11-30 01:01:01 01 AM Mon 26"),
            (951_782_400, "%F %T %%", "2000-02-29 00:00:00 %"),
        ] {
            assert_eq!(written(seconds, format).as_deref(), Some(expected));
        }
        assert_eq!((written(0, "%Q"), written(0, "%")), (None, None));
        assert!(now("%Y").unwrap().as_str() >= "2026");
    }
}
