//! Text for people: width, ellipsis, terminal sanitising, human numbers.
//!
//! Files on their floors, the lowest first:
//! - [`language`]: whether a question is English
//! - [`denials`]: words that leave out what they stand with
//! - [`nations`]: what is of a country
//! - [`iso`]: codes of countries and languages
//! - [`numbers`]: words for numbers, units of time, months and days
//! - [`scales`]: words that stand for ranks
//! - [`words`]: words of a text as they are compared
//! - [`follow`]: whether a question has no sense without the one before

pub mod denials;
pub mod follow;
pub mod iso;
pub mod language;
pub mod nations;
pub mod numbers;
pub mod scales;
pub mod words;

use std::borrow::Cow;
use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Whether a character could steer a terminal or reorder what a reader sees: C0 and C1 controls, bidirectional overrides
/// and isolates, and invisible joiners other than ZWJ and ZWNJ (which real scripts and emoji need).
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// `text` with every character that could steer a terminal replaced by its visible escape (`\n`, `\t`, `\u{1b}`).
/// The result is one line.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    escape_where(text, is_unsafe)
}

/// As [`sanitize`], but line feeds and tabs stay: for text of several lines.
pub fn sanitize_lines(text: &str) -> Cow<'_, str> {
    escape_where(text, |c| is_unsafe(c) && c != '\n' && c != '\t')
}

fn escape_where(text: &str, escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if escaped(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Terminal columns that `text` takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` cut to at most `columns` terminal columns, never inside a grapheme; a cut text ends in `…`.
pub fn ellipsis(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let w = width(grapheme);
        if used + w > columns - 1 {
            break;
        }
        used += w;
        out.push_str(grapheme);
    }
    out.push('…');
    Cow::Owned(out)
}

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 row`, `1,234 rows`: a count with its noun, `plural` where it is not one.
pub fn counted(n: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(n), if n == 1 { singular } else { plural })
}

/// `491.4 MB` (powers of ten, as disks and downloads are sold).
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// `840 ms`, `12.3 s`, `4m28s`, `2h05m`.
pub fn duration(d: Duration) -> String {
    let s = d.as_secs_f64();
    if s < 1.0 {
        format!("{:.0} ms", s * 1000.0)
    } else if s < 60.0 {
        format!("{s:.1} s")
    } else if s < 3600.0 {
        format!("{}m{:02}s", s as u64 / 60, s as u64 % 60)
    } else {
        format!("{}h{:02}m", s as u64 / 3600, (s as u64 / 60) % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(sanitize("plain – ünïcode 👩‍💻"), "plain – ünïcode 👩‍💻");
        assert_eq!(sanitize("a\x1b[31mb\r\n\tc"), "a\\u{1b}[31mb\\r\\n\\tc");
        assert_eq!(sanitize("x\u{202e}y\u{9b}z\0"), "x\\u{202e}y\\u{9b}z\\u{0}");
        assert_eq!(sanitize_lines("a\n\tb\x07"), "a\n\tb\\u{7}");
    }

    #[test]
    fn ellipsis_counts_columns() {
        assert_eq!(ellipsis("hello", 5), "hello");
        assert_eq!(ellipsis("hello", 4), "hel…");
        assert_eq!(ellipsis("日本語", 5), "日本…");
        assert_eq!(ellipsis("日本語", 4), "日…");
        assert_eq!(ellipsis("x", 0), "");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1234567), "1,234,567");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(491_400_064), "491.4 MB");
        assert_eq!(bytes(999_960), "1.0 MB");
        assert_eq!(duration(Duration::from_millis(840)), "840 ms");
        assert_eq!(duration(Duration::from_secs(268)), "4m28s");
        assert_eq!(duration(Duration::from_secs(7500)), "2h05m");
    }
}
