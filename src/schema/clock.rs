//! Lengths of time kept as text (`1:23:59`, `1 day, 2:00:03`), which SQLite neither orders nor adds up: the form, and the expression that
//! makes a number of one.

/// How days stand before the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockDays {
    /// They do not.
    #[default]
    None,
    /// `1.09:14:56`, as .NET's TimeSpan.
    Dotted,
    /// `1 day, 9:14:56`, as Python's timedelta.
    Named,
}

/// How the lengths of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// Numbers between colons: three are hours, minutes and seconds; of two nobody knows whether the first are hours or minutes.
    pub parts: usize,
    /// How days are written.
    pub days: ClockDays,
    /// Digits of the first number; 0 where they differ, so that letters do not order the texts.
    pub width: usize,
    /// Some rows hold a text that is no length, such as an empty one.
    pub others: bool,
}

/// A length as one text writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockText {
    /// As in [`Clock::parts`].
    pub parts: usize,
    /// As in [`Clock::days`].
    pub days: ClockDays,
    /// Digits of the first number.
    pub width: usize,
    /// What stands before the first colon, days left out.
    pub first: f64,
    /// In the least unit that is written: seconds of three numbers.
    pub value: f64,
}

impl ClockText {
    /// Reads `1:23:59`, `8:38`, `1.09:14:56.5`, `2 days, 0:00:00`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = |text: &str| text.parse::<f64>().ok().filter(|_| is_digits(text));
        let (named, rest) = match text.split_once(", ") {
            Some((days, rest)) => (Some(number(days.strip_suffix(" days").or_else(|| days.strip_suffix(" day"))?)?), rest),
            None => (None, text),
        };
        let mut pieces = rest.split(':');
        let head = pieces.next()?;
        let (dotted, hours) = match head.split_once('.') {
            Some((days, hours)) => (Some(number(days)?), hours),
            None => (None, head),
        };
        let others: Vec<&str> = pieces.collect();
        let is_sixtieth = |piece: &&str| {
            let (whole, fraction) = piece.split_once('.').unwrap_or((piece, "0"));
            whole.len() == 2 && is_digits(fraction) && number(whole).is_some_and(|value| value < 60.0)
        };
        let fits = hours.len() <= 5 && (1..=2).contains(&others.len()) && others.iter().all(is_sixtieth);
        // A fraction stands at the end alone.
        let whole = others.iter().rev().skip(1).all(|piece| !piece.contains('.'));
        if !fits || !whole || named.is_some() && dotted.is_some() {
            return None;
        }
        let first = number(hours)?;
        let rest: Option<f64> = others.iter().try_fold(first, |sum, piece| Some(sum * 60.0 + piece.parse::<f64>().ok()?));
        let parts = others.len() + 1;
        let day = if parts == 3 { 86_400.0 } else { 1_440.0 };
        let days = match (named, dotted) {
            (Some(_), _) => ClockDays::Named,
            (_, Some(_)) => ClockDays::Dotted,
            _ => ClockDays::None,
        };
        Some(Self { parts, days, width: hours.len(), first, value: rest? + named.or(dotted).unwrap_or(0.0) * day })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Clock {
    /// Whether letters order the texts as their lengths are ordered.
    pub fn is_ordered(&self) -> bool {
        self.width > 0 && self.days == ClockDays::None && !self.others
    }

    /// Whether `text` is written as the texts are, so that letters compare them.
    pub fn is_stored_form(&self, text: &ClockText) -> bool {
        self.is_ordered() && text.parts == self.parts && text.width == self.width && text.days == ClockDays::None
    }

    /// The expression that makes a number of `operand`, an expression: seconds, or what the second number counts where there are two.
    pub fn expression(&self, operand: &str) -> String {
        let o = operand;
        let first = if self.parts == 3 { 3_600 } else { 60 };
        let day = if self.parts == 3 { 86_400 } else { 1_440 };
        let plain = format!("CAST({o} AS INTEGER) * {first}");
        let head = match self.days {
            ClockDays::None => plain,
            ClockDays::Dotted => format!(
                "CASE WHEN {o} LIKE '%.%:%' THEN CAST({o} AS INTEGER) * {day} + substr({o}, instr({o}, '.') + 1, 2) * {first} ELSE {plain} END"
            ),
            ClockDays::Named => format!(
                "CASE WHEN {o} LIKE '%day%' THEN CAST({o} AS INTEGER) * {day} + CAST(substr({o}, instr({o}, ', ') + 2) AS INTEGER) * {first} ELSE {plain} END"
            ),
        };
        let tail = if self.parts == 3 {
            format!("substr({o}, instr({o}, ':') + 1, 2) * 60 + substr({o}, instr({o}, ':') + 4)")
        } else {
            format!("substr({o}, instr({o}, ':') + 1)")
        };
        let value = format!("({head} + {tail})");
        if self.others { format!("CASE WHEN {o} LIKE '%:%' THEN {value} END") } else { value }
    }

    /// In a few words that stand before samples.
    pub fn told(&self) -> String {
        let form = match (self.parts, self.days) {
            (3, ClockDays::None) => "h:mm:ss",
            (3, ClockDays::Dotted) => "d.hh:mm:ss",
            (3, ClockDays::Named) => "d days, h:mm:ss",
            _ => "n:nn",
        };
        format!("duration as text {form}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        for (text, value) in [
            ("1:23:59", Some(5_039.0)),
            ("8:38", Some(518.0)),
            ("210:20:45", Some(757_245.0)),
            ("1.09:14:56", Some(119_696.0)),
            ("00:00:01.5", Some(1.5)),
            ("1 day, 2:00:03", Some(93_603.0)),
            ("2 days, 0:00:00", Some(172_800.0)),
            ("8", None),
            ("8:3", None),
            ("8:60", None),
            ("07:16 AM", None),
            ("2022:01:07 08:01:19", None),
            ("Jan, 2:00", None),
            ("1:2:3:4", None),
            ("", None),
        ] {
            assert_eq!(ClockText::parse(text).map(|read| read.value), value, "{text}");
        }
    }

    #[test]
    fn forms_are_told_and_read_by_sql() {
        let clock = Clock { parts: 3, width: 1, ..Clock::default() };
        assert_eq!(
            clock.expression("x"),
            "(CAST(x AS INTEGER) * 3600 + substr(x, instr(x, ':') + 1, 2) * 60 + substr(x, instr(x, ':') + 4))"
        );
        assert_eq!(Clock { parts: 2, ..clock }.expression("x"), "(CAST(x AS INTEGER) * 60 + substr(x, instr(x, ':') + 1))");
        assert!(clock.is_ordered() && !Clock { width: 0, ..clock }.is_ordered());
        let same = |text: &str| clock.is_stored_form(&ClockText::parse(text).unwrap());
        assert!(same("2:00:00") && !same("02:00:00") && !same("2:00") && !same("1.2:00:00"));
    }
}
