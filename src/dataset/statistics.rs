//! What a data set looks like: how many rows, how long, how hard.

use std::collections::BTreeMap;

use super::example::Example;
use crate::sql::hardness::{Hardness, hardness};
use crate::sql::lex::{Token, TokenKind, lex};

/// Keywords whose number in an answer says how hard it is; SQL-LLaMA's list.
pub const KEYWORDS: [&str; 13] =
    ["SELECT", "DISTINCT", "ON", "IN", "WHERE", "JOIN", "GROUP BY", "EXCEPT", "HAVING", "ORDER BY", "INTERSECT", "NOT IN", "AND"];

/// Characters of an answer that one bar of the histogram of lengths takes.
pub const LENGTH_STEP: usize = 50;

/// Numbers about the rows seen so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// Rows.
    pub rows: usize,
    /// Rows of several turns, of which the last answer is learned.
    pub several_turns: usize,
    /// Rows that bring a schema.
    pub with_context: usize,
    /// Rows by database.
    pub databases: BTreeMap<String, usize>,
    /// In how many answers each of [`KEYWORDS`] stands, in their order.
    pub keywords: [usize; KEYWORDS.len()],
    /// Rows by how many of the keywords their answer holds, repeated ones counted again.
    pub keyword_counts: BTreeMap<usize, usize>,
    /// Rows by the number of tables in their schema.
    pub tables: BTreeMap<usize, usize>,
    /// Answers by length in characters, in steps of [`LENGTH_STEP`].
    pub answer_lengths: BTreeMap<usize, usize>,
    /// Answers by hardness, as Spider counts it, the easiest first; what does not parse has none.
    pub hardness: [usize; Hardness::ALL.len()],
    /// Characters of all questions.
    pub question_characters: usize,
    /// Characters of all schemas.
    pub context_characters: usize,
    /// Characters of all answers.
    pub answer_characters: usize,
}

impl Statistics {
    /// Counts a row.
    pub fn add(&mut self, example: &Example) {
        self.rows += 1;
        self.several_turns += usize::from(example.answers_before() > 0);
        let counts = count_keywords(&example.answer);
        for (total, count) in self.keywords.iter_mut().zip(counts) {
            *total += usize::from(count > 0);
        }
        *self.keyword_counts.entry(counts.iter().sum()).or_default() += 1;
        let length = example.answer.chars().count();
        *self.answer_lengths.entry(length / LENGTH_STEP * LENGTH_STEP).or_default() += 1;
        if let Some(hardness) = hardness(&example.answer) {
            let counts = Hardness::ALL.iter().zip(&mut self.hardness);
            counts.filter(|(own, _)| **own == hardness).for_each(|(_, count)| *count += 1);
        }
        if !example.context().is_empty() {
            self.with_context += 1;
            *self.tables.entry(count_tables(example.context())).or_default() += 1;
        }
        if let Some(name) = &example.db_id {
            *self.databases.entry(name.clone()).or_default() += 1;
        }
        self.question_characters += example.asked().chars().count();
        self.context_characters += example.context().chars().count();
        self.answer_characters += length;
    }
}

/// How often each of [`KEYWORDS`] stands in `sql`. `NOT IN` is counted as itself, not as `IN`.
pub fn count_keywords(sql: &str) -> [usize; KEYWORDS.len()] {
    let tokens: Vec<Token> = lex(sql).into_iter().filter(Token::is_significant).collect();
    let word = |at: usize| tokens.get(at).filter(|token| token.kind == TokenKind::Word).map_or("", |token| token.text(sql));
    let is = |at: usize, text: &str| word(at).eq_ignore_ascii_case(text);
    let mut counts = [0; KEYWORDS.len()];
    for at in 0..tokens.len() {
        for (keyword, count) in KEYWORDS.iter().zip(&mut counts) {
            let found = match keyword.split_once(' ') {
                Some((first, second)) => is(at, first) && is(at + 1, second),
                None => is(at, keyword) && !(*keyword == "IN" && at > 0 && is(at - 1, "NOT")),
            };
            *count += usize::from(found);
        }
    }
    counts
}

/// `CREATE TABLE` statements of a schema.
fn count_tables(context: &str) -> usize {
    let tokens: Vec<Token> = lex(context).into_iter().filter(Token::is_significant).collect();
    let is = |token: &Token, text: &str| token.kind == TokenKind::Word && token.text(context).eq_ignore_ascii_case(text);
    tokens.windows(2).filter(|pair| matches!(pair, [a, b] if is(a, "create") && is(b, "table"))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_counted_as_sqlite_reads_them() {
        let counts = count_keywords(
            "select distinct a FROM t JOIN u ON t.i = u.i WHERE b NOT IN (SELECT 'IN' FROM v WHERE \"AND\" IN (1)) and c GROUP\n BY a",
        );
        let found: Vec<(&str, usize)> = KEYWORDS.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        assert_eq!(
            found,
            [("SELECT", 2), ("DISTINCT", 1), ("ON", 1), ("IN", 1), ("WHERE", 2), ("JOIN", 1), ("GROUP BY", 1), ("NOT IN", 1), ("AND", 1)]
        );
    }

    #[test]
    fn rows_are_counted() {
        let mut statistics = Statistics::default();
        let mut row = Example::question("how many?", "CREATE TABLE a (x); CREATE TABLE b (y)", "SELECT COUNT(*) FROM a");
        statistics.add(&row);
        row.db_id = Some("shop".into());
        row.answer = "x".repeat(51);
        statistics.add(&row);
        assert_eq!((statistics.rows, statistics.with_context, statistics.question_characters), (2, 2, 18));
        assert_eq!(statistics.tables, [(2, 2)].into());
        assert_eq!(statistics.answer_lengths, [(0, 1), (50, 1)].into());
        assert_eq!(statistics.keyword_counts, [(0, 1), (1, 1)].into());
        assert_eq!(statistics.hardness, [1, 0, 0, 0]);
        assert_eq!(statistics.databases, [("shop".to_owned(), 1)].into());
    }
}
