//! Points in time out of texts, and as texts again.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// A day, with a time where one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: NaiveDateTime,
    /// False where the text was a day alone.
    pub(super) timed: bool,
}

impl Moment {
    /// Reads `2024-03-05`, `2024-03-05 10:20`, `2024-03-05T10:20:30.5Z`. `None` for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (day, time) = match text.find([' ', 'T', 't']) {
            Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?.trim())),
            None => (text, None),
        };
        let mut parts = day.split('-');
        let (year, month, date) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, date).filter(|_| parts.next().is_none())?;
        let (time, offset) = match time {
            Some(time) => read_time(time)?,
            None => (NaiveTime::MIN, TimeDelta::zero()),
        };
        let at = day.and_time(time).checked_sub_signed(offset)?;
        Some(Self { at, timed: text.len() > 10 || text.contains(':') })
    }

    pub(super) fn of_day(day: NaiveDate) -> Self {
        Self { at: day.and_time(NaiveTime::MIN), timed: false }
    }

    pub(super) fn day(self) -> NaiveDate {
        self.at.date()
    }

    /// `2024-03-05`, with its time where it has one.
    pub(super) fn written(self) -> String {
        if !self.timed {
            return day_of(self.day());
        }
        let time = self.at.time();
        let micros = time.nanosecond() / 1_000;
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        format!("{} {:02}:{:02}:{:02}{fraction}", day_of(self.day()), time.hour(), time.minute(), time.second())
    }

    /// So many months further, at the last day of a month that is too short.
    pub(super) fn months_on(self, months: i64) -> Option<Self> {
        let size = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
        let at = if months < 0 { self.at.checked_sub_months(size) } else { self.at.checked_add_months(size) };
        Some(Self { at: at?, ..self })
    }

    pub(super) fn days_on(self, days: i64) -> Option<Self> {
        let size = Days::new(days.unsigned_abs());
        let at = if days < 0 { self.at.checked_sub_days(size) } else { self.at.checked_add_days(size) };
        Some(Self { at: at?, ..self })
    }

    /// So many seconds further; it has a time then.
    pub(super) fn seconds_on(self, seconds: f64) -> Option<Self> {
        let micros = (seconds * 1e6).round();
        let step = (micros.abs() < 9e18).then(|| TimeDelta::microseconds(micros as i64))?;
        Some(Self { at: self.at.checked_add_signed(step)?, timed: true })
    }

    /// Seconds since 1970.
    pub(super) fn seconds(self) -> i64 {
        self.at.and_utc().timestamp()
    }

    /// The same in microseconds.
    pub(super) fn micros(self) -> i64 {
        self.at.and_utc().timestamp_micros()
    }

    /// Months since the year 0.
    pub(super) fn months(self) -> i64 {
        i64::from(self.day().year()) * 12 + i64::from(self.day().month0())
    }
}

pub(super) fn day_of(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

fn number(digits: &str, most: usize) -> Option<u32> {
    let fits = !digits.is_empty() && digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// A time, and how far its clock is ahead.
fn read_time(text: &str) -> Option<(NaiveTime, TimeDelta)> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(zone)?;
    let (clock, fraction) = clock.trim().split_once('.').unwrap_or((clock.trim(), ""));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanos = if fraction.bytes().all(|b| b.is_ascii_digit()) { nanos.parse().ok()? } else { return None };
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos).filter(|_| parts.next().is_none())?;
    let offset = match zone.chars().next() {
        None | Some('Z' | 'z') => 0,
        Some(sign) => {
            let (hours, minutes) = zone.get(1..)?.split_once(':').unwrap_or((zone.get(1..)?, "0"));
            let minutes = i64::from(number(hours, 2)?) * 60 + i64::from(number(minutes, 2)?);
            if sign == '-' { -minutes } else { minutes }
        }
    };
    Some((time, TimeDelta::minutes(offset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read() {
        for (text, expected) in [
            ("2024-03-05", Some("2024-03-05")),
            ("2024-3-5", Some("2024-03-05")),
            ("2024-03-05 10:20", Some("2024-03-05 10:20:00")),
            ("2024-03-05T10:20:30.25Z", Some("2024-03-05 10:20:30.250000")),
            ("2024-03-05 01:00:00+02:00", Some("2024-03-04 23:00:00")),
            ("2024-02-30", None),
            ("2024-03", None),
            ("noon", None),
            ("2024-03-05 25:00", None),
            ("", None),
            ("2024-03-05 ", Some("2024-03-05")),
        ] {
            assert_eq!(Moment::read(text).map(Moment::written).as_deref(), expected, "{text}");
        }
        let end = Moment::read("2024-01-31").unwrap().months_on(1).unwrap();
        assert_eq!(end.written(), "2024-02-29");
        assert_eq!(end.months_on(i64::MAX), None);
        assert_eq!(end.seconds_on(1.5).unwrap().written(), "2024-02-29 00:00:01.500000");
    }
}
