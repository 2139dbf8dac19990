//! SQL text cut into tokens as SQLite's own tokenizer cuts it (`tokenize.c`), losing nothing and failing on nothing.
//!
//! sqlparser's tokenizer refuses text that SQLite accepts and text that is still being typed, and reads some text differently
//! (nested comments, `$$`). What decides how many statements there are has to agree with SQLite.

use std::ops::Range;

/// Longest statement that is looked at, in bytes: SQLite's own default limit.
pub const MAX_SQL_BYTES: usize = 1_000_000;

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Spaces, tabs, line ends, form feeds.
    Space,
    /// `-- ...` or `/* ... */`; a block comment may be left open.
    Comment,
    /// A name or a keyword without quotes.
    Word,
    /// `"..."`, `` `...` `` or `[...]`.
    Quoted,
    /// `'...'`.
    String,
    /// `x'...'`.
    Blob,
    /// An integer or real literal.
    Number,
    /// `?`, `?1`, `:a`, `@a`, `$a`.
    Parameter,
    /// `;`.
    Semicolon,
    /// An operator or a bracket, comma, dot.
    Operator,
    /// A byte sequence SQLite would not accept here, an unclosed quote included.
    Unknown,
}

/// One token: its kind and the bytes it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

impl Token {
    /// The token's own text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.range.clone()).unwrap_or("")
    }

    /// Whether it means something: neither blank nor comment.
    pub fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }
}

/// Cuts `sql` into tokens that cover it without gaps.
pub fn lex(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, length) = next(bytes.get(at..).unwrap_or(&[]));
        let mut end = (at + length.max(1)).min(bytes.len());
        while !sql.is_char_boundary(end) {
            end += 1;
        }
        tokens.push(Token { kind, range: at..end });
        at = end;
    }
    tokens
}

/// The name a word or quoted token stands for, without its quotes.
pub fn name_of(token: &str) -> String {
    let mut chars = token.chars();
    let (open, close) = match (chars.next(), chars.next_back()) {
        (Some(open @ ('"' | '`' | '\'')), Some(close)) if open == close => (open, close),
        (Some('['), Some(']')) => ('[', ']'),
        _ => return token.to_owned(),
    };
    let inner = chars.as_str();
    if open == '[' { inner.to_owned() } else { inner.replace(&format!("{close}{close}"), &close.to_string()) }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn count(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&b| test(b)).count()
}

/// Length of what stands between the first byte, a quote, and its closing `close`; a doubled quote does not close.
fn quoted(bytes: &[u8], close: u8, doubling: bool) -> Option<usize> {
    let mut i = 1;
    while let Some(&b) = bytes.get(i) {
        if b == close {
            if doubling && bytes.get(i + 1) == Some(&close) {
                i += 1;
            } else {
                return Some(i + 1);
            }
        }
        i += 1;
    }
    None
}

fn next(bytes: &[u8]) -> (TokenKind, usize) {
    let byte = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let rest = |i: usize| bytes.get(i..).unwrap_or(&[]);
    match byte(0) {
        b' ' | b'\t' | b'\n' | b'\r' | 0x0c => (TokenKind::Space, count(bytes, |b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c))),
        // SQLite takes a leading byte order mark as a blank.
        0xef if bytes.starts_with(b"\xef\xbb\xbf") => (TokenKind::Space, 3),
        b'-' if byte(1) == b'-' => (TokenKind::Comment, count(bytes, |b| b != b'\n')),
        b'/' if byte(1) == b'*' && bytes.len() > 2 => {
            let end = rest(2).windows(2).position(|pair| pair == b"*/").map_or(bytes.len(), |p| p + 4);
            (TokenKind::Comment, end)
        }
        b'-' if byte(1) == b'>' => (TokenKind::Operator, if byte(2) == b'>' { 3 } else { 2 }),
        b'=' | b'<' | b'>' | b'|' | b'!' => {
            let two = matches!(
                (byte(0), byte(1)),
                (b'=', b'=') | (b'<', b'=') | (b'<', b'>') | (b'<', b'<') | (b'>', b'=') | (b'>', b'>') | (b'|', b'|') | (b'!', b'=')
            );
            match (byte(0), two) {
                (b'!', false) => (TokenKind::Unknown, 1),
                _ => (TokenKind::Operator, if two { 2 } else { 1 }),
            }
        }
        b'(' | b')' | b',' | b'+' | b'*' | b'/' | b'%' | b'&' | b'~' | b'-' => (TokenKind::Operator, 1),
        b';' => (TokenKind::Semicolon, 1),
        b'\'' => quoted(bytes, b'\'', true).map_or((TokenKind::Unknown, bytes.len()), |n| (TokenKind::String, n)),
        q @ (b'"' | b'`') => quoted(bytes, q, true).map_or((TokenKind::Unknown, bytes.len()), |n| (TokenKind::Quoted, n)),
        b'[' => quoted(bytes, b']', false).map_or((TokenKind::Unknown, bytes.len()), |n| (TokenKind::Quoted, n)),
        b'.' if !byte(1).is_ascii_digit() => (TokenKind::Operator, 1),
        b'.' | b'0'..=b'9' => number(bytes),
        b'?' => (TokenKind::Parameter, 1 + count(rest(1), |b| b.is_ascii_digit())),
        b':' | b'@' | b'$' | b'#' => {
            let n = count(rest(1), |b| is_word(b) || b == b':');
            if n > 0 && byte(0) != b'#' { (TokenKind::Parameter, n + 1) } else { (TokenKind::Unknown, n + 1) }
        }
        b'x' | b'X' if byte(1) == b'\'' => {
            let digits = count(rest(2), |b| b.is_ascii_hexdigit());
            if byte(2 + digits) == b'\'' && digits % 2 == 0 { (TokenKind::Blob, digits + 3) } else { (TokenKind::Unknown, 2 + digits) }
        }
        b if is_word(b) => (TokenKind::Word, count(bytes, is_word)),
        _ => (TokenKind::Unknown, 1),
    }
}

fn number(bytes: &[u8]) -> (TokenKind, usize) {
    let digit = |b: u8| b.is_ascii_digit() || b == b'_';
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let from = |i: usize| bytes.get(i..).unwrap_or(&[]);
    let mut n;
    if at(0) == b'0' && matches!(at(1), b'x' | b'X') && at(2).is_ascii_hexdigit() {
        n = 2 + count(from(2), |b| b.is_ascii_hexdigit() || b == b'_');
    } else {
        n = count(bytes, digit);
        if at(n) == b'.' {
            n += 1 + count(from(n + 1), digit);
        }
        if matches!(at(n), b'e' | b'E') {
            let sign = usize::from(matches!(at(n + 1), b'+' | b'-'));
            let digits = count(from(n + 1 + sign), digit);
            if digits > 0 {
                n += 1 + sign + digits;
            }
        }
    }
    let trailing = count(from(n), is_word);
    if trailing > 0 { (TokenKind::Unknown, n + trailing) } else { (TokenKind::Number, n) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        let tokens = lex(sql);
        let texts: Vec<&str> = tokens.iter().filter(|t| t.kind != TokenKind::Space).map(|t| t.text(sql)).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn tokens_are_sqlites() {
        check("SELECT a.\"b\"\"c\",'it''s' FROM [t x]", &["SELECT", "a", ".", "\"b\"\"c\"", ",", "'it''s'", "FROM", "[t x]"]);
        check("a->>'$.x' <= 1e5+.5", &["a", "->>", "'$.x'", "<=", "1e5", "+", ".5"]);
        check("/* a /* b */ c */", &["/* a /* b */", "c", "*", "/"]);
        check("-- x;\n1;?2 :n", &["-- x;", "1", ";", "?2", ":n"]);
        check("x'0aFF' x'0' 0xff 12ab", &["x'0aFF'", "x'0", "' 0xff 12ab"]);
        check("été 日本", &["été", "日本"]);
        check("'open", &["'open"]);
    }

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!(name_of("\"a\"\"b\""), "a\"b");
        assert_eq!(name_of("[a]"), "a");
        assert_eq!(name_of("plain"), "plain");
        assert_eq!(name_of("\""), "\"");
        assert_eq!(name_of(""), "");
    }

    proptest! {
        #[test]
        fn tokens_cover_the_text(sql in "\\PC{0,80}|[-'\"`\\[\\]/*;$:?@.0-9a-ex_ \n]{0,60}") {
            let mut at = 0;
            for token in lex(&sql) {
                prop_assert_eq!(token.range.start, at);
                prop_assert!(token.range.end > at);
                at = token.range.end;
            }
            prop_assert_eq!(at, sql.len());
        }
    }
}
