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
}
