//! A question with its query, before anybody has run it, and the desk at which such drafts are written.

use super::query::{Alias, At, Select};
use super::schema::{About, Column, Schema, Table};
use super::value::Decimal;
use crate::random::Random;
use crate::synthesize::words::{article, capital, plural, quantity, singular};

/// A question with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it was made by.
    pub shape: &'static str,
    /// In a person's words.
    pub question: String,
    /// The query.
    pub sql: String,
    /// Where the answer is the first rows of an order: what rows are ordered by, with one row more.
    pub tie: Option<String>,
    /// Queries that say less; each has to return something else.
    pub weaker: Vec<String>,
    /// Values of the query, as SQL writes them, and how the question says them.
    pub said: Vec<(String, String)>,
    /// Columns of the query, and how the question says them.
    pub named: Vec<(String, String)>,
}

/// Words that questions begin with and that are no names.
const OPENERS: [&str; 12] = ["Which", "What", "How", "List", "Show", "Find", "Give", "Tell", "Count", "Return", "Get", "Display"];

/// Where a draft is written: what there is, and what was said so far.
pub(super) struct Desk<'a> {
    pub(super) schema: &'a Schema,
    pub(super) random: Random,
    pub(super) alias: Alias,
    pub(super) said: Vec<(String, String)>,
    pub(super) named: Vec<(String, String)>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(schema: &'a Schema, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let alias = match random.below(10) {
            0 => Alias::Numbers,
            1 => Alias::Letters,
            _ => Alias::Names,
        };
        Self { schema, random, alias, said: Vec::new(), named: Vec::new() }
    }

    pub(super) fn table(&self, at: usize) -> Option<&'a Table> {
        self.schema.tables.get(at)
    }

    pub(super) fn column(&self, table: usize, column: usize) -> Option<&'a Column> {
        self.table(table)?.columns.get(column)
    }

    /// A draft of one statement.
    pub(super) fn draft(mut self, shape: &'static str, question: String, select: &Select) -> Option<Draft> {
        let sql = select.sql(self.schema, self.alias);
        let (tie, weaker) = (select.tie(self.schema, self.alias), select.weaker(self.schema, self.alias));
        let question = self.sentence(&question);
        Some(Draft { shape, question, sql, tie, weaker, said: self.said, named: self.named })
    }

    /// A draft of any statement.
    pub(super) fn draft_of(
        mut self,
        shape: &'static str,
        question: String,
        sql: String,
        tie: Option<String>,
        weaker: Vec<String>,
    ) -> Option<Draft> {
        let question = self.sentence(&question);
        Some(Draft { shape, question, sql, tie, weaker, said: self.said, named: self.named })
    }

    /// With a capital and one space between words; or, now and then, as one types in a hurry.
    fn sentence(&mut self, text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        let next = |at: usize| words.get(at + 1).map(|word| word.trim_start_matches(['"', '\''])).unwrap_or_default();
        let with_article = words.iter().enumerate().map(|(at, word)| if matches!(*word, "a" | "an") { article(next(at)) } else { word });
        let text = with_article.collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" ?", "?").replace(" .", ".");
        let first = text.split(' ').next().unwrap_or_default();
        if OPENERS.contains(&first) && self.random.once_in(16) {
            let mut small = text.trim_end_matches(['.', '?']).to_owned();
            if let Some(letter) = small.get_mut(..1) {
                letter.make_ascii_lowercase();
            }
            return small;
        }
        capital(&text)
    }

    pub(super) fn sql(&self, select: &Select) -> String {
        select.sql(self.schema, self.alias)
    }

    /// One of several ways to say it.
    pub(super) fn pick(&mut self, ways: &[String]) -> String {
        self.random.pick(ways).cloned().unwrap_or_default()
    }

    /// One of several words.
    pub(super) fn word(&mut self, ways: &[&str]) -> String {
        self.random.pick(ways).map_or_else(String::new, |way| (*way).to_owned())
    }

    /// A column's name in a sentence; now and then another word for it.
    pub(super) fn phrase(&mut self, table: usize, column: usize) -> String {
        let Some(own) = self.column(table, column) else { return String::new() };
        let other = if self.random.once_in(3) { self.random.pick(&own.called) } else { own.called.first() };
        let phrase = other.cloned().unwrap_or_default();
        let bare = phrase.strip_suffix(" on").or_else(|| phrase.strip_suffix(" at")).unwrap_or(&phrase);
        self.named.push((own.name.clone(), bare.to_owned()));
        match own.about {
            About::Number { money: false, .. } => quantity(&phrase),
            About::Date(_) => when(&phrase, "date"),
            About::Year => when(&phrase, "year"),
            _ => phrase,
        }
    }

    /// Notes that the question speaks of a column by `words`.
    pub(super) fn speaks_of(&mut self, table: usize, column: usize, words: &str) {
        if let Some(own) = self.column(table, column) {
            self.named.push((own.name.clone(), words.to_owned()));
        }
    }

    /// A number column as one reckons with it.
    pub(super) fn reckoned(&self, at: At, column: usize) -> String {
        let mark = at.column(column);
        match self.column(at.table, column).map(|column| &column.about) {
            Some(About::Number { text: true, .. }) => {
                let decimals = self.table(at.table).is_some_and(|table| table.values(column).any(|value| value.text().contains('.')));
                format!("CAST({mark} AS {})", if decimals { "REAL" } else { "INTEGER" })
            }
            _ => mark,
        }
    }

    /// The columns of a table of which `test` holds.
    pub(super) fn columns(&self, table: usize, test: impl Fn(&Column) -> bool) -> Vec<usize> {
        let Some(own) = self.table(table) else { return Vec::new() };
        (0..own.columns.len()).filter(|at| own.columns.get(*at).is_some_and(&test)).collect()
    }

    /// One of them by chance.
    pub(super) fn any_column(&mut self, table: usize, test: impl Fn(&Column) -> bool) -> Option<usize> {
        let columns = self.columns(table, test);
        self.random.pick(&columns).copied()
    }

    /// Numbers of a column, in order.
    pub(super) fn numbers(&self, table: usize, column: usize) -> Vec<Decimal> {
        let Some(own) = self.table(table) else { return Vec::new() };
        let mut numbers: Vec<Decimal> = own.values(column).filter_map(|value| Decimal::read(&value.text())).collect();
        numbers.sort_by_key(|number| number.units * 10_i64.pow(3_u32.saturating_sub(number.digits)));
        numbers
    }

    /// `who` of people, `that` of things.
    pub(super) fn who(&self, table: usize) -> &'static str {
        use super::source::Sort;
        if self.table(table).is_some_and(|table| table.sort == Sort::Person) { "who" } else { "that" }
    }

    /// What one of its rows is called, and several.
    pub(super) fn noun(&self, table: usize) -> (String, String) {
        self.table(table).map_or_else(Default::default, |table| (table.words.one.clone(), table.words.many.clone()))
    }

    /// Marks of columns.
    pub(super) fn marks(&self, at: At, columns: &[usize]) -> Vec<String> {
        columns.iter().map(|column| at.column(*column)).collect()
    }

    /// What columns are called together: `name and weight`, or of several rows `names and weights`.
    pub(super) fn list(&mut self, table: usize, columns: &[usize], many: bool) -> String {
        let names = |column: &usize| {
            self.column(table, *column).is_some_and(|column| column.name.to_lowercase().replace(['_', ' '], "") == "firstname")
        };
        let both = columns.iter().any(names) && columns.len() >= 2;
        let mut words: Vec<String> = columns
            .iter()
            .map(|column| {
                let phrase = self.phrase(table, *column);
                if many { several(&phrase) } else { phrase }
            })
            .collect();
        if both && columns.len() == 2 && self.random.once_in(2) {
            words = vec![if many { "first and last names".into() } else { "first and last name".into() }];
            for column in columns {
                self.speaks_of(table, *column, "first and last name");
            }
        }
        and(&words)
    }
}

/// What is called by what happened then: `joined` is the `date joined`, `added on` the `date added`.
fn when(phrase: &str, what: &str) -> String {
    let rest = phrase.strip_suffix(" on").or_else(|| phrase.strip_suffix(" at")).unwrap_or(phrase);
    let last = rest.rsplit(' ').next().unwrap_or_default();
    let happened = last.ends_with("ed")
        || [
            "in", "up", "out", "built", "born", "bought", "held", "shown", "seen", "taken", "sold", "driven", "given", "made", "sent",
            "won", "done",
        ]
        .contains(&last);
    if happened && !rest.contains(what) { format!("{what} {rest}") } else { phrase.into() }
}

/// The plural of what a column is called: `dates bought`, `first and last names`.
pub(super) fn several(phrase: &str) -> String {
    let when = ["date", "year"].iter().find_map(|what| phrase.strip_prefix(what)?.strip_prefix(' ').map(|rest| (what, rest)));
    match when {
        Some((what, rest)) if !rest.starts_with("of ") => format!("{what}s {rest}"),
        _ => plural(phrase),
    }
}

/// `a, b and c`
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Whether a column's name is a number of things: `seats`.
pub(super) fn counts(phrase: &str) -> bool {
    let last = phrase.rsplit(' ').next().unwrap_or_default();
    singular(last) != last && !phrase.contains(" of ")
}
