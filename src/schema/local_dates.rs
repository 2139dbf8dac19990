//! Dates kept as text in a local form (`05/01/2024`), which SQLite neither reads nor orders: the form, and the expression that gives
//! `2024-01-05`.

use chrono::NaiveDate;

/// Days, months and years in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `31/12/2024`.
    DayMonthYear,
    /// `12/31/2024`.
    MonthDayYear,
    /// `2024/12/31`.
    YearMonthDay,
}

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDates {
    /// What comes first.
    pub order: DateOrder,
    /// What stands between.
    pub separator: char,
    /// Whether days and months always have two digits.
    pub padded: bool,
    /// Whether a time of day follows.
    pub timed: bool,
    /// The hundreds of years of two digits: 20; `None` where years have four.
    pub century: Option<u32>,
    /// Some rows hold a text that is no such date, such as an empty one.
    pub others: bool,
    /// Why no expression reads them for certain; empty where one does.
    pub open: String,
    /// The first date, `2024-01-05`; empty where it is not known.
    pub first: String,
    /// The last date.
    pub last: String,
}

/// The three numbers of a local date, in their order, and what a text says beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateParts {
    /// As they stand.
    pub numbers: [u32; 3],
    /// What stands between them.
    pub separator: char,
    /// Whether the year comes first.
    pub year_first: bool,
    /// Whether the year has two digits.
    pub short_year: bool,
    /// Whether all other numbers have two.
    pub padded: bool,
    /// Whether something follows, as a time of day does.
    pub timed: bool,
}

impl DateParts {
    /// Reads `5/1/2024`, `05.01.2024 10:30`, `2024/1/5`. `None` for anything else, a date as SQLite reads it included.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find([' ', 'T']).unwrap_or(text.len());
        let (date, rest) = (text.get(..end)?, text.get(end..)?.trim_start_matches([' ', 'T']));
        let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-' | ':'))?;
        let parts: Vec<&str> = date.split(separator).collect();
        let [a, b, c] = parts.as_slice() else { return None };
        let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()));
        let numbers = [number(a)?, number(b)?, number(c)?];
        let year_first = a.len() == 4;
        // A camera writes `2024:01:31 10:30:00`; what begins with an hour is a time of day.
        if separator == ':' && !year_first {
            return None;
        }
        let small = if year_first { [*b, *c] } else { [*a, *b] };
        let year = if year_first { a } else { c };
        if small.iter().any(|part| part.len() > 2) || !matches!(year.len(), 2 | 4) {
            return None;
        }
        let padded = small.iter().all(|part| part.len() == 2);
        // What SQLite reads is no local form.
        if year_first && separator == '-' && padded {
            return None;
        }
        let timed = rest.bytes().next().is_some_and(|b| b.is_ascii_digit());
        let is_time = timed && rest.contains(':');
        if !(rest.is_empty() || is_time) {
            return None;
        }
        Some(Self { numbers, separator, year_first, short_year: year.len() == 2, padded, timed })
    }

    /// Year, month and day.
    fn ordered(&self, order: DateOrder) -> (u32, u32, u32) {
        let [a, b, c] = self.numbers;
        match order {
            DateOrder::DayMonthYear => (c, b, a),
            DateOrder::MonthDayYear => (c, a, b),
            DateOrder::YearMonthDay => (a, b, c),
        }
    }

    /// The year as it is written.
    pub fn year(&self, order: DateOrder) -> u32 {
        self.ordered(order).0
    }

    /// The date as SQLite reads it, where it is one; `century` is before years of two digits.
    pub fn iso(&self, order: DateOrder, century: Option<u32>) -> Option<String> {
        let (year, month, day) = self.ordered(order);
        let year = if self.short_year { year + 100 * century.unwrap_or(0) } else { year };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Some(format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl LocalDates {
    /// The expression that gives `2024-01-05` of `operand`, an expression.
    pub fn day(&self, operand: &str) -> String {
        let (o, sep) = (operand, self.separator);
        let (before, digits) = self.century.map_or((String::new(), 4), |century| (format!("'{century}' || "), 2));
        let written = match (self.order, self.padded) {
            (DateOrder::DayMonthYear, true) => {
                format!("{before}substr({o}, 7, {digits}) || '-' || substr({o}, 4, 2) || '-' || substr({o}, 1, 2)")
            }
            (DateOrder::MonthDayYear, true) => {
                format!("{before}substr({o}, 7, {digits}) || '-' || substr({o}, 1, 2) || '-' || substr({o}, 4, 2)")
            }
            (DateOrder::YearMonthDay, true) => format!("replace(substr({o}, 1, 10), '{sep}', '-')"),
            (order, false) => {
                // A cast reads as many digits as there are.
                let second = |from: &str| format!("CAST(substr({from}, instr({from}, '{sep}') + 1) AS INTEGER)");
                match order {
                    DateOrder::YearMonthDay => {
                        let rest = format!("substr({o}, 6)");
                        format!("substr({o}, 1, 4) || printf('-%02d-%02d', CAST({rest} AS INTEGER), {})", second(&rest))
                    }
                    order => {
                        let year = match self.timed {
                            true => format!("{before}substr({o}, instr({o}, ' ') - {digits}, {digits})"),
                            false => format!("{before}substr({o}, -{digits})"),
                        };
                        let (one, two) = (format!("CAST({o} AS INTEGER)"), second(o));
                        let (month, day) = if order == DateOrder::DayMonthYear { (two, one) } else { (one, two) };
                        format!("{year} || printf('-%02d-%02d', {month}, {day})")
                    }
                }
            }
        };
        if self.others { format!("CASE WHEN {o} GLOB '*[0-9]{sep}*[0-9]{sep}*[0-9]*' THEN {written} END") } else { format!("({written})") }
    }

    /// The same with the time of day, where one is kept in two digits each.
    pub fn moment(&self, operand: &str) -> String {
        let behind = if self.century.is_some() { 9 } else { 11 };
        if self.timed && self.padded { format!("({} || substr({operand}, {behind}))", self.day(operand)) } else { self.day(operand) }
    }

    /// `text`, a date in this form, as SQLite reads it.
    pub fn iso(&self, text: &str) -> Option<String> {
        let parts = DateParts::parse(text)?;
        if parts.short_year != self.century.is_some() || parts.year_first != (self.order == DateOrder::YearMonthDay) {
            return None;
        }
        parts.iso(self.order, self.century)
    }

    /// The form as people write it: `DD/MM/YYYY`.
    pub fn form(&self) -> String {
        let year = if self.century.is_some() { "YY" } else { "YYYY" };
        let parts = match self.order {
            DateOrder::DayMonthYear => ["DD", "MM", year],
            DateOrder::MonthDayYear => ["MM", "DD", year],
            DateOrder::YearMonthDay => [year, "MM", "DD"],
        };
        parts.join(&self.separator.to_string())
    }

    /// In a few words: `DD/MM/YYYY as text, 2021-11-30..2024-01-05`.
    pub fn told(&self) -> String {
        let form = if self.open.is_empty() { self.form() } else { format!("date, {}", self.open) };
        let range = match (self.first.as_str(), self.last.as_str()) {
            ("", _) | (_, "") => String::new(),
            (first, last) if first == last => format!(", {first}"),
            (first, last) => format!(", {first}..{last}"),
        };
        format!("{form} as text{range}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, order: DateOrder, expected: Option<&str>) {
        assert_eq!(DateParts::parse(text).and_then(|parts| parts.iso(order, Some(20))).as_deref(), expected, "{text}");
    }

    #[test]
    fn local_dates_are_read() {
        check("05/01/2024", DateOrder::DayMonthYear, Some("2024-01-05"));
        check("5/1/2024", DateOrder::MonthDayYear, Some("2024-05-01"));
        check("31.12.2023 10:30", DateOrder::DayMonthYear, Some("2023-12-31"));
        check("2024/1/5", DateOrder::YearMonthDay, Some("2024-01-05"));
        check("31.12.23", DateOrder::DayMonthYear, Some("2023-12-31"));
        check("13/13/2024", DateOrder::DayMonthYear, None);
        check("2024:01:31 10:30:00", DateOrder::YearMonthDay, Some("2024-01-31"));
        for none in ["2024-01-05", "1.250,00", "10:30", "1/2", "5/1/2024 at noon", "192.168.1.1", "", "1.2.3.4", "10:30:00"] {
            assert_eq!(DateParts::parse(none), None, "{none}");
        }
    }

    #[test]
    fn forms_are_told() {
        let dates = LocalDates {
            order: DateOrder::DayMonthYear,
            separator: '/',
            padded: true,
            timed: false,
            century: None,
            others: false,
            open: String::new(),
            first: "2021-11-30".into(),
            last: "2024-01-05".into(),
        };
        assert_eq!(dates.told(), "DD/MM/YYYY as text, 2021-11-30..2024-01-05");
        assert_eq!(dates.day("x"), "(substr(x, 7, 4) || '-' || substr(x, 4, 2) || '-' || substr(x, 1, 2))");
        assert_eq!(dates.iso("28/12/2022").as_deref(), Some("2022-12-28"));
        assert_eq!(dates.iso("28/12/22"), None);
        let short = LocalDates { century: Some(20), timed: true, ..dates };
        assert_eq!(short.form(), "DD/MM/YY");
        assert_eq!(short.moment("x"), "(('20' || substr(x, 7, 2) || '-' || substr(x, 4, 2) || '-' || substr(x, 1, 2)) || substr(x, 9))");
        assert_eq!(short.iso("28/12/22").as_deref(), Some("2022-12-28"));
    }
}
