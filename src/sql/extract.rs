//! Taking the SQL out of a model's answer.

use super::lex::{TokenKind, lex};

/// SQL as a model wrote it: not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft(String);

impl Draft {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Labels that models and prompts put before the SQL.
const LABELS: [&str; 7] = ["sqlquery:", "sql query:", "sqlite query:", "sql:", "query:", "answer:", "### response:"];

/// Words that begin a statement. Writes count: the guard names them, where dropping them here would only say "no SQL".
const STARTS: [&str; 14] = [
    "SELECT", "WITH", "VALUES", "EXPLAIN", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "REPLACE", "PRAGMA", "ATTACH", "VACUUM",
];

/// The first SQL statement in `answer`, or `None` where there is none.
///
/// Takes the first fenced block that holds a statement, else what follows a label, else the first line that begins like a
/// statement. Reasoning between `<think>` and `</think>` is skipped, and words after the statement are cut.
pub fn extract(answer: &str) -> Option<Draft> {
    let answer = without_thoughts(answer);
    let fenced = fences(&answer).into_iter().find_map(|block| statement_in(block, true));
    let sql = fenced.or_else(|| labelled(&answer)).or_else(|| statement_in(&answer, false))?;
    Some(Draft(sql))
}

/// The same of an answer that thinks first: the last fenced block that holds a statement is meant, of what stands behind `<answer>` where
/// that is there. `begun` says that the prompt began the thoughts: without their end, there is no answer.
pub fn extract_thought(answer: &str, begun: bool) -> Option<Draft> {
    let answer = match answer.rfind("<answer>") {
        Some(at) => {
            let said = answer.get(at + "<answer>".len()..).unwrap_or_default();
            said.split("</answer>").next().unwrap_or(said).to_owned()
        }
        None if begun && !answer.contains("</think>") => return None,
        None => without_thoughts(answer),
    };
    let fenced = fences(&answer).into_iter().rev().find_map(|block| statement_in(block, true));
    Some(Draft(fenced.or_else(|| labelled(&answer)).or_else(|| statement_in(&answer, false))?))
}

/// Words behind which a statement may be left: what they begin is a clause, a term or a join of its own.
const CLAUSES: [&str; 20] = [
    "AND",
    "OR",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "NATURAL",
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "WINDOW",
    "ASC",
];

/// At most so many beginnings are tried.
const MOST_BEGINNINGS: usize = 48;

/// Beginnings of `sql` that end where a clause, a term, an item of a list or a comment begins, each with the rest; the longest first.
pub fn beginnings(sql: &str) -> Vec<(&str, &str)> {
    let begins = |token: &super::lex::Token| match token.kind {
        TokenKind::Word => CLAUSES.iter().any(|word| word.eq_ignore_ascii_case(token.text(sql))),
        TokenKind::Operator => matches!(token.text(sql), "," | ")"),
        TokenKind::Comment | TokenKind::Semicolon => true,
        _ => false,
    };
    let split = |token: super::lex::Token| Some((sql.get(..token.range.start)?.trim_end(), sql.get(token.range.start..)?));
    lex(sql).into_iter().rev().filter(begins).take(MOST_BEGINNINGS).filter_map(split).collect()
}

fn without_thoughts(answer: &str) -> String {
    let mut rest = answer;
    let mut out = String::new();
    // A reply may begin inside the thoughts, where the prompt opened them.
    if let (None, Some(end)) = (rest.find("<think>"), rest.find("</think>")) {
        rest = rest.get(end + 8..).unwrap_or("");
    }
    while let Some(start) = rest.find("<think>") {
        out.push_str(rest.get(..start).unwrap_or(""));
        let after = rest.get(start + 7..).unwrap_or("");
        rest = match after.find("</think>") {
            Some(end) => after.get(end + 8..).unwrap_or(""),
            None => "",
        };
    }
    out.push_str(rest);
    out
}

/// The insides of ``` blocks, their language word cut; the last may be left open.
fn fences(answer: &str) -> Vec<&str> {
    answer
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| {
            let (first, rest) = block.split_once('\n').unwrap_or(("", block));
            let language = first.trim();
            if !language.contains(char::is_whitespace) && !is_start(language) { rest } else { block }
        })
        .collect()
}

fn is_start(word: &str) -> bool {
    STARTS.iter().any(|start| start.eq_ignore_ascii_case(word))
}

fn labelled(answer: &str) -> Option<String> {
    let lower = answer.to_ascii_lowercase();
    LABELS
        .iter()
        .filter_map(|label| lower.find(label).map(|at| at + label.len()))
        .min()
        .and_then(|at| statement_in(answer.get(at..)?, false))
}

/// The first statement in `text`. In prose (`fenced` false) a statement begins a line or follows a colon or a backtick, so that
/// "select the rows with ..." inside a sentence is not taken.
fn statement_in(text: &str, fenced: bool) -> Option<String> {
    let starts = text.char_indices().filter(|&(at, _)| {
        let before = text.get(..at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '>' | '*' | '_'));
        line.is_empty() || line.ends_with(':') || line.ends_with('`') || line.ends_with("-- ")
    });
    for (at, _) in starts {
        let rest = text.get(at..).unwrap_or("");
        let word: String = rest.chars().take_while(char::is_ascii_alphabetic).take(12).collect();
        if is_start(&word) && (fenced || looks_like_sql(&word, rest)) {
            return Some(cut(rest, fenced));
        }
        if fenced && !rest.starts_with(char::is_whitespace) {
            // Comments before the statement stay with it only where they are SQL's own.
            if rest.starts_with("--") || rest.starts_with("/*") {
                let tokens = lex(rest);
                let first = tokens.iter().find(|t| t.is_significant())?;
                if is_start(first.text(rest)) {
                    return Some(cut(rest, fenced));
                }
            }
        }
    }
    None
}

/// Whether words of prose ("with these tables ...", "select the one you like") are not taken for SQL.
fn looks_like_sql(word: &str, rest: &str) -> bool {
    let tokens: Vec<_> = lex(rest).into_iter().filter(super::lex::Token::is_significant).take(4_000).collect();
    let has = |wanted: &str| tokens.iter().any(|t| t.kind == TokenKind::Word && t.text(rest).eq_ignore_ascii_case(wanted));
    let second = tokens.get(1).map_or("", |t| t.text(rest)).to_ascii_uppercase();
    match word.to_ascii_uppercase().as_str() {
        "SELECT" => {
            !matches!(second.as_str(), "THE" | "A" | "AN" | "ALL" | "ONE" | "EACH" | "STATEMENT" | "QUERY")
                || (has("FROM") && word == word.to_ascii_uppercase())
        }
        "WITH" => has("AS") && has("SELECT"),
        "VALUES" => second == "(",
        "EXPLAIN" => has("SELECT"),
        "INSERT" | "REPLACE" => second == "INTO" || second == "OR",
        "UPDATE" => has("SET"),
        "DELETE" => second == "FROM",
        "CREATE" | "DROP" | "ALTER" => {
            matches!(second.as_str(), "TABLE" | "VIEW" | "INDEX" | "TRIGGER" | "TEMP" | "TEMPORARY" | "UNIQUE" | "VIRTUAL")
        }
        _ => word == word.to_ascii_uppercase(),
    }
}

/// The statement at the start of `text`: up to its semicolon, a fence, or (in prose) an empty line.
fn cut(text: &str, fenced: bool) -> String {
    let mut end = text.len();
    for token in lex(text) {
        let token_text = token.text(text);
        let stops = match token.kind {
            TokenKind::Semicolon => true,
            TokenKind::Quoted | TokenKind::Unknown => {
                token_text.starts_with("``") || (token_text.starts_with('`') && token.kind == TokenKind::Unknown)
            }
            TokenKind::Space => {
                !fenced && token_text.matches('\n').count() > 1 && continues_as_prose(text.get(token.range.end..).unwrap_or(""))
            }
            TokenKind::Operator => {
                token_text == "<" && ["<|", "</s>"].iter().any(|m| text.get(token.range.start..).unwrap_or("").starts_with(m))
            }
            _ => false,
        };
        if stops {
            end = token.range.start;
            break;
        }
    }
    let kept = text.get(..end).unwrap_or("");
    kept.trim().to_owned()
}

/// Whether what follows an empty line is words rather than the query going on.
fn continues_as_prose(rest: &str) -> bool {
    const CLAUSES: [&str; 18] = [
        "FROM",
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "JOIN",
        "LEFT",
        "INNER",
        "CROSS",
        "ON",
        "AND",
        "OR",
        "WINDOW",
        "SELECT",
    ];
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    !CLAUSES.contains(&word.as_str()) && !rest.starts_with(['(', ')', ',', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(answer: &str, expected: &str) {
        assert_eq!(extract(answer).as_ref().map(Draft::as_str), Some(expected), "{answer}");
    }

    #[test]
    fn a_statement_is_left_where_a_clause_begins() {
        let check = |sql: &str, expected: &[&str]| {
            let found = beginnings(sql);
            assert!(found.iter().all(|(whole, rest)| sql.starts_with(whole) && sql.ends_with(rest)), "{found:?}");
            assert_eq!(found.iter().map(|(whole, _)| *whole).collect::<Vec<_>>(), expected);
        };
        check("SELECT a FROM t WHERE b = 1 AND b", &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"]);
        check("SELECT a, 'x AND y' FROM t -- AND", &["SELECT a, 'x AND y' FROM t", "SELECT a"]);
        check("SELECT 1", &[]);
        check("", &[]);
    }

    #[test]
    fn the_statement_is_found() {
        check("SELECT 1", "SELECT 1");
        check("SELECT a FROM t;", "SELECT a FROM t");
        check("```sql\nSELECT a\nFROM t;\n```\nThis counts.", "SELECT a\nFROM t");
        check("```\nselect 1\n```", "select 1");
        check("```SELECT 1```", "SELECT 1");
        check("```sql\nSELECT 1", "SELECT 1");
        check("Sure! Here it is:\n\n```sqlite\n-- all\nSELECT 1;\n```", "-- all\nSELECT 1");
        check("SQLQuery: SELECT name FROM users", "SELECT name FROM users");
        check("Question: x\nSQL: WITH a AS (SELECT 1) SELECT * FROM a; Then more", "WITH a AS (SELECT 1) SELECT * FROM a");
        check("<think>SELECT wrong FROM x</think>\nSELECT right FROM y", "SELECT right FROM y");
        check("SELECT wrong\n</think>\nSELECT right FROM y", "SELECT right FROM y");
        check("The query is `SELECT 1 FROM t` and it works.", "SELECT 1 FROM t");
        check("SELECT a FROM t WHERE b = 'x;y'; SELECT 2;", "SELECT a FROM t WHERE b = 'x;y'");
        check("SELECT a FROM t\n\nThis query lists a.", "SELECT a FROM t");
        check("SELECT a\n\nFROM t", "SELECT a\n\nFROM t");
        check("You could:\nselect the one you like.\nSELECT a FROM t", "SELECT a FROM t");
        check("DROP TABLE users;", "DROP TABLE users");
        check("SELECT 1<|im_end|>", "SELECT 1");
        check("SELECT 1\n```\nwhich is", "SELECT 1");
        check("SELECT `a b` FROM `t`", "SELECT `a b` FROM `t`");
    }

    #[test]
    fn behind_thoughts_the_last_statement_is_meant() {
        #[track_caller]
        fn check(answer: &str, begun: bool, expected: Option<&str>) {
            assert_eq!(extract_thought(answer, begun).as_ref().map(Draft::as_str), expected, "{answer}");
        }
        let blocks =
            "First the rows:\n```sql\nSELECT * FROM t;\n```\nOnly their number:\n```sql\nSELECT count(*) FROM t;\n```\nThis counts.";
        check(blocks, false, Some("SELECT count(*) FROM t"));
        check("```\nSELECT 1\n```\n\n```text\nno query\n```", false, Some("SELECT 1"));
        check("Then it is SELECT 1.\n```sql\nSELECT 2", false, Some("SELECT 2"));
        check("<think>SELECT 1</think>\n<answer>SELECT 2</answer>", false, Some("SELECT 2"));
        check(
            "<think>I write <answer>SELECT 1</answer>?</think>\n<answer>\nSELECT a FROM t WHERE b < 3",
            false,
            Some("SELECT a FROM t WHERE b < 3"),
        );
        check("so SELECT 1\n</think>\n<answer> It counts.\n\n```sql\nSELECT 2\n```\n</answer>", true, Some("SELECT 2"));
        check("so\n```sql\nSELECT 1\n```\n</think>\n```sql\nSELECT 2\n```", true, Some("SELECT 2"));
        check("so\n```sql\nSELECT 1\n```\nbut", true, None);
        check("I cannot say.", false, None);
        check("<answer></answer>", false, None);
    }

    #[test]
    fn words_are_not_sql() {
        for answer in ["", "I cannot answer that.", "With these tables, nothing can be said.", "<think>SELECT 1 FROM t", "```\nhello\n```"]
        {
            assert_eq!(extract(answer), None, "{answer}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(answer in "(\\PC|\n|`|<think>|</think>|SELECT |WITH ){0,60}") {
            let _ = extract(&answer);
            let _ = extract_thought(&answer, answer.len() % 2 == 0);
        }
    }
}
