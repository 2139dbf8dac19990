//! The parameters of a text, named as SQLite names them.

use super::lex::{TokenKind, lex};

/// Every parameter in `sql` once, in order: `:name`, `@name`, `$name`, `?2`; a bare `?` has the number that SQLite gives it.
pub fn parameters(sql: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    // Names take numbers too: a bare `?` follows on the greatest one.
    let mut greatest = 0_u32;
    for token in lex(sql).iter().filter(|token| token.kind == TokenKind::Parameter) {
        let text = token.text(sql);
        let name = match text.strip_prefix('?') {
            Some("") => {
                greatest = greatest.saturating_add(1);
                format!("?{greatest}")
            }
            Some(number) => {
                let number = number.parse().unwrap_or(u32::MAX);
                greatest = greatest.max(number);
                format!("?{number}")
            }
            None if names.iter().any(|name| name == text) => continue,
            None => {
                greatest = greatest.saturating_add(1);
                text.to_owned()
            }
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A name and a number that are one parameter in `sql`, since SQLite numbers names by their place: `:a` and 1 in `SELECT :a, ?1`.
pub fn shared(sql: &str) -> Option<(String, u32)> {
    let mut named: Vec<(&str, u32)> = Vec::new();
    let mut greatest = 0_u32;
    let tokens = lex(sql);
    for text in tokens.iter().filter(|token| token.kind == TokenKind::Parameter).map(|token| token.text(sql)) {
        match text.strip_prefix('?') {
            Some("") => greatest = greatest.saturating_add(1),
            Some(number) => {
                let number = number.parse().unwrap_or(u32::MAX);
                if let Some((name, _)) = named.iter().find(|(_, own)| *own == number) {
                    return Some(((*name).to_owned(), number));
                }
                greatest = greatest.max(number);
            }
            None if named.iter().any(|(name, _)| *name == text) => {}
            None => {
                greatest = greatest.saturating_add(1);
                named.push((text, greatest));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        assert_eq!(parameters(sql), expected, "{sql}");
    }

    #[test]
    fn parameters_are_numbered_as_sqlite_numbers_them() {
        check("SELECT 1, ':no', \"?\" -- :no", &[]);
        check("SELECT :a, @a, $a, :a", &[":a", "@a", "$a"]);
        check("SELECT ?, ?, ?5, ?, ?1", &["?1", "?2", "?5", "?6"]);
        check("SELECT :a, ?, :b, ?", &[":a", "?2", ":b", "?4"]);
        check("SELECT ?007", &["?7"]);
    }

    #[test]
    fn a_name_has_a_number_too() {
        let of = |sql| shared(sql).map(|(name, number)| format!("{name} ?{number}"));
        for (sql, expected) in [
            ("SELECT :a, ?1", ":a ?1"),
            ("SELECT ?, @b, ?2", "@b ?2"),
            ("SELECT ?3, $c, :d, :c, ?5", ":d ?5"),
            ("SELECT :a, :b, ?02", ":b ?2"),
        ] {
            assert_eq!(of(sql).as_deref(), Some(expected), "{sql}");
        }
        for sql in ["SELECT ?1, :a", "SELECT :a, ?", "SELECT :a, ?2", "SELECT ':a', ?1", "SELECT :a, :a, ?2"] {
            assert_eq!(of(sql), None, "{sql}");
        }
    }
}
