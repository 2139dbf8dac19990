//! Numbers kept as text: how they are written, and the expression with which SQLite reads them.

/// Characters that stand between thousands, beside the point and the comma.
const SPACES: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\'', '\u{2019}'];

/// How the numbers of a column are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numerals {
    /// Whether a comma stands before the fraction, and not a point.
    pub comma: bool,
    /// What stands between thousands.
    pub grouping: Vec<char>,
    /// What stands before the digits, such as a currency; empty for nothing.
    pub before: String,
    /// What stands behind them: a currency, `%`, a unit; empty for nothing.
    pub behind: String,
    /// Whether brackets stand for minus.
    pub brackets: bool,
    /// Whether a minus stands behind the digits.
    pub trailing: bool,
    /// Whether any has a fraction.
    pub fractions: bool,
    /// Some rows hold numbers as such.
    pub mixed: bool,
    /// Some rows hold a text that is no number, such as an empty one.
    pub others: bool,
    /// Whether the values leave open if a point stands before a fraction or between thousands.
    pub open: bool,
}

/// A number as one text writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numeral<'t> {
    /// Before the digits, a sign left out.
    pub before: &'t str,
    /// The digits with what stands between them.
    pub body: &'t str,
    /// Behind them.
    pub behind: &'t str,
    /// Whether it is below zero.
    pub negative: bool,
    /// Whether brackets say so.
    pub brackets: bool,
    /// Whether a minus behind it says so.
    pub trailing: bool,
}

impl<'t> Numeral<'t> {
    /// Reads a text that is one number with at most a few letters or a sign before and behind it. `None` for everything else.
    pub fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let brackets = text.starts_with('(') && text.ends_with(')') && text.len() > 2;
        let inner = if brackets { text.get(1..text.len() - 1)?.trim() } else { text };
        let first = inner.find(|c: char| c.is_ascii_digit())?;
        let last = inner.rfind(|c: char| c.is_ascii_digit())?;
        // ".5" begins with its point.
        let first = if inner.get(..first)?.ends_with('.') { first - 1 } else { first };
        let (before, body, behind) = (inner.get(..first)?.trim(), inner.get(first..=last)?, inner.get(last + 1..)?.trim());
        // `1'250.-` has no cents.
        let trailing = behind.ends_with(['-', '\u{2212}']) && !behind.contains('.');
        let behind = if trailing { behind.trim_end_matches(['-', '\u{2212}']).trim() } else { behind };
        let between = |c: char| c.is_ascii_digit() || c == '.' || c == ',' || SPACES.contains(&c);
        let signs = before.chars().filter(|c| matches!(c, '-' | '+' | '\u{2212}')).count();
        let unit = |text: &str| {
            text.chars().count() <= 4
                && text.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '$' | '€' | '£' | '¥' | '₹' | '°' | '.'))
        };
        let bare = before.trim_matches(['-', '+', '\u{2212}']).trim();
        if !body.chars().all(between) || signs > 1 || !unit(bare) || !unit(behind) || (brackets || trailing) && signs > 0 {
            return None;
        }
        let negative = brackets || trailing || before.contains(['-', '\u{2212}']);
        Some(Self { before: bare, body, behind, negative, brackets, trailing })
    }

    /// What stands between the digits, in order.
    pub fn separators(&self) -> impl Iterator<Item = char> + 't {
        self.body.chars().filter(|c| !c.is_ascii_digit())
    }
}

impl Numerals {
    /// Whether SQLite reads the texts as they are, once they are cast.
    pub fn is_plain(&self) -> bool {
        !self.comma && self.grouping.is_empty() && self.before.is_empty() && !self.brackets && !self.trailing
    }

    /// The expression that makes a number of `operand`, an expression.
    pub fn expression(&self, operand: &str) -> String {
        let mut text = operand.to_owned();
        let mut without = |from: &str, to: &str| text = format!("replace({text}, '{}', '{to}')", from.replace('\'', "''"));
        if !self.before.is_empty() {
            without(&self.before, "");
        }
        if self.brackets {
            without("(", "-");
        }
        for c in &self.grouping {
            without(&c.to_string(), "");
        }
        if self.comma {
            without(",", ".");
        }
        if self.trailing {
            text = format!("CASE WHEN {operand} LIKE '%-' THEN '-' || {text} ELSE {text} END");
        }
        // A cast around all of it, so that SQLite compares as numbers.
        let read = match (self.mixed, self.others) {
            // What is a number already has no comma to read.
            (true, _) => format!("CASE WHEN typeof({operand}) <> 'text' THEN {operand} WHEN {operand} GLOB '*[0-9]*' THEN {text} END"),
            (false, true) => format!("CASE WHEN {operand} GLOB '*[0-9]*' THEN {text} END"),
            (false, false) => text,
        };
        format!("CAST({read} AS {})", if self.fractions { "REAL" } else { "NUMERIC" })
    }

    /// Whether `text` is written as the values of the column are, and not as a bare number beside them.
    pub fn is_stored_form(&self, text: &str) -> bool {
        Numeral::parse(text).is_some_and(|numeral| numeral.before == self.before && numeral.behind == self.behind)
    }

    /// The number that a text of this column's kind stands for, as SQL writes it.
    pub fn number(&self, text: &str) -> Option<String> {
        let numeral = Numeral::parse(text)?;
        // What a person writes may lack the currency, and be a plain number where commas are kept.
        let known = |part: &str, own: &str| part.is_empty() || part == own;
        if !known(numeral.before, &self.before) || !known(numeral.behind, &self.behind) {
            return None;
        }
        let plain = numeral.body.parse::<f64>().is_ok() && !(self.comma && self.grouping.contains(&'.'));
        let digits: String = if plain {
            numeral.body.to_owned()
        } else {
            numeral.body.chars().filter(|c| !self.grouping.contains(c)).map(|c| if self.comma && c == ',' { '.' } else { c }).collect()
        };
        digits.parse::<f64>().ok()?;
        Some(format!("{}{digits}", if numeral.negative { "-" } else { "" }))
    }

    /// In a few words: `number as text`, `number as text with decimal comma, thousands '.', €`.
    pub fn told(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.comma {
            parts.push("decimal comma".into());
        }
        if let Some(c) = self.grouping.first() {
            parts.push(format!("'{c}' between thousands"));
        }
        parts.extend([&self.before, &self.behind].into_iter().filter(|part| !part.is_empty()).cloned());
        if self.open {
            parts.push("'.' may be of thousands".into());
        }
        let with = if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(", ")) };
        format!("number as text{with}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str, &str, bool)>) {
        let parsed = Numeral::parse(text).map(|n| (n.before, n.body, n.behind, n.negative));
        assert_eq!(parsed, expected, "{text}");
    }

    #[test]
    fn numbers_are_read_with_what_stands_around() {
        check("2148000", Some(("", "2148000", "", false)));
        check("-9.5", Some(("", "9.5", "", true)));
        check("$1,250.00", Some(("$", "1,250.00", "", false)));
        check("-$3", Some(("$", "3", "", true)));
        check("(1,250.00)", Some(("", "1,250.00", "", true)));
        check("1.250,00 €", Some(("", "1.250,00", "€", false)));
        check("1,250.00-", Some(("", "1,250.00", "", true)));
        check("12 EUR-", Some(("", "12", "EUR", true)));
        check("-12-", None);
        check("12 %", Some(("", "12", "%", false)));
        check("CHF 1'250.-", None);
        check("USD 5", Some(("USD", "5", "", false)));
        check("70 kg", Some(("", "70", "kg", false)));
        for none in ["", "abc", "12:30", "3-2", "2024-01-05", "1/2", "Route 66 north", "a1b2", "--5"] {
            check(none, None);
        }
    }

    #[test]
    fn expressions_take_off_what_is_no_digit() {
        let money = Numerals { before: "$".into(), grouping: vec![','], fractions: true, ..Numerals::default() };
        assert_eq!(money.expression("fee"), "CAST(replace(replace(fee, '$', ''), ',', '') AS REAL)");
        assert_eq!(money.number("$1,250.00").as_deref(), Some("1250.00"));
        assert_eq!(money.number("100").as_deref(), Some("100"));
        assert_eq!(money.number("€5"), None);
        let comma = Numerals { comma: true, grouping: vec!['.'], behind: "€".into(), fractions: true, ..Numerals::default() };
        assert_eq!(comma.expression("p"), "CAST(replace(replace(p, '.', ''), ',', '.') AS REAL)");
        assert_eq!(comma.number("1.250,50 €").as_deref(), Some("1250.50"));
        assert_eq!(comma.told(), "number as text with decimal comma, '.' between thousands, €");
        assert_eq!(Numerals::default().expression("x"), "CAST(x AS NUMERIC)");
        let trailing = Numerals { trailing: true, ..Numerals::default() };
        assert_eq!(trailing.expression("x"), "CAST(CASE WHEN x LIKE '%-' THEN '-' || x ELSE x END AS NUMERIC)");
        assert_eq!(
            Numerals { others: true, ..Numerals::default() }.expression("x"),
            "CAST(CASE WHEN x GLOB '*[0-9]*' THEN x END AS NUMERIC)"
        );
        assert!(Numerals { behind: "%".into(), ..Numerals::default() }.is_plain() && !comma.is_plain());
    }
}
