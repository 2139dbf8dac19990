//! What a column's values stand for, where their storage class does not tell.

use super::time::TimeUnit;

/// The storage classes of the values that were looked at, NULL left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Holds {
    /// Nobody looked, or there was nothing.
    #[default]
    Unknown,
    /// Integers and reals alone.
    Numbers,
    /// Texts alone.
    Texts,
    /// Several, or blobs.
    Several,
}

/// What the values of a column stand for. Found in the values, the name and the declared type (`db`), or told by a profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Meaning {
    /// What they are, or nothing is known.
    #[default]
    Plain,
    /// Points in time that SQLite's date functions do not read as they are.
    Time(Times),
    /// Yes and no, in two words.
    Boolean(YesNo),
}

/// Points in time as numbers, or as their digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// What they count, the likeliest first; several where the values leave it open. Never empty.
    pub units: Vec<TimeUnit>,
    /// Some rows hold dates as text instead, which SQLite reads.
    pub mixed: bool,
    /// The first date, `2024-01-01`; empty where it is not known.
    pub first: String,
    /// The last date.
    pub last: String,
}

/// The two words that stand for yes and no, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YesNo {
    /// Such as `t`.
    pub yes: String,
    /// Such as `f`.
    pub no: String,
}

impl Meaning {
    /// The points in time that the values are.
    pub fn times(&self) -> Option<&Times> {
        if let Self::Time(times) = self { Some(times) } else { None }
    }

    /// The words for yes and no that the values are.
    pub fn yes_no(&self) -> Option<&YesNo> {
        if let Self::Boolean(words) = self { Some(words) } else { None }
    }
}

impl Times {
    /// The likeliest unit.
    pub fn unit(&self) -> TimeUnit {
        self.units.first().copied().unwrap_or(TimeUnit::UnixSeconds)
    }

    /// Whether the values leave open what they count.
    pub fn is_open(&self) -> bool {
        self.units.len() > 1
    }

    /// The units in words: `s since 1970 or s since 2001`.
    pub fn words(&self) -> String {
        let units: Vec<&str> = self.units.iter().map(|unit| unit.words()).collect();
        units.join(" or ")
    }

    /// The number that a stored text is the digits of. Where some rows hold dates as text, a text is one of these.
    pub fn digits(&self, text: &str) -> Option<f64> {
        let is_number = !self.mixed && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        if is_number { text.parse().ok() } else { None }
    }

    /// In a few words: `ms since 1970, 2024-01-01..2026-02-19`.
    pub fn told(&self) -> String {
        let mut out = self.words();
        if self.mixed {
            out.push_str(" or text");
        }
        match (self.first.as_str(), self.last.as_str()) {
            ("", "") => {}
            (first, last) if first == last => out.push_str(&format!(", {first}")),
            (first, last) => out.push_str(&format!(", {first}..{last}")),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_a_few_words() {
        let times =
            |units: &[TimeUnit], mixed| Times { units: units.to_vec(), mixed, first: "2024-01-01".into(), last: "2026-02-19".into() };
        assert_eq!(times(&[TimeUnit::UnixMillis], false).told(), "ms since 1970, 2024-01-01..2026-02-19");
        assert_eq!(
            times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds], true).told(),
            "s since 1970 or s since 2001 or text, 2024-01-01..2026-02-19"
        );
    }
}
