//! Conditions on the rows of a table, in SQL and in the many ways that people say them.

use super::draft::{Desk, counts};
use super::query::At;
use super::said::quoted;
use super::schema::{About, Column};
use super::told::{Told, adjective, without_article};
use super::value::Decimal;
use crate::synthesize::words::{article, plural, singular};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// With marks for columns.
    pub(super) sql: String,
    /// What may stand before the noun: `active`.
    pub(super) before: Option<String>,
    /// What may stand behind it: `from Lyon`, `with a weight above 5 kg`.
    pub(super) behind: Vec<String>,
    /// What several do, and one: `weigh more than 5 kg`, `weighs more than 5 kg`.
    pub(super) does: Vec<(String, String)>,
    /// Its column.
    pub(super) column: usize,
}

impl Desk<'_> {
    /// A condition on one of the columns of `at` but those `without`.
    pub(super) fn condition(&mut self, at: At, without: &[usize]) -> Option<Condition> {
        let asked = self.columns(at.table, |column| !matches!(column.about, About::Key(_) | About::To { .. } | About::Notes));
        let weight = |about: &About| match about {
            About::Texts(_) | About::Codes(_) => 5,
            About::Number { .. } | About::Date(_) => 5,
            About::Year | About::Flag { .. } => 3,
            About::Name(_) | About::Contact => 1,
            _ => 0,
        };
        let mut urn: Vec<usize> = Vec::new();
        for column in asked.into_iter().filter(|column| !without.contains(column)) {
            let times = self.column(at.table, column).map_or(0, |column| weight(&column.about));
            urn.extend(std::iter::repeat_n(column, times));
        }
        let column = *self.random.pick(&urn)?;
        self.condition_on(at, column)
    }

    /// A condition on a column.
    pub(super) fn condition_on(&mut self, at: At, column: usize) -> Option<Condition> {
        let own = self.column(at.table, column)?;
        let mark = at.column(column);
        if own.missing && self.random.once_in(5) {
            return Some(self.missing(at, column));
        }
        let told = match &own.about {
            About::Texts(_) => self.text(at, column, own)?,
            About::Codes(codes) => self.code(&mark, own, codes)?,
            About::Flag { values, said } => {
                let (value, said) = if self.random.below(5) < 3 { (&values.0, &said.0) } else { (&values.1, &said.1) };
                let what = said.strip_prefix("with ").or_else(|| said.strip_prefix("without ")).map_or(said.as_str(), without_article);
                self.said.push((value.sql(), what.to_owned()));
                self.named.push((own.name.clone(), what.to_owned()));
                adjective(format!("{mark} = {}", value.sql()), said)
            }
            About::Number { unit, money, .. } => self.number(at, column, own, unit, *money)?,
            About::Year => self.year(at, column, own)?,
            About::Date(form) => self.date(at, column, own, *form)?,
            About::Name(_) => self.like(at, column)?,
            _ => return None,
        };
        Some(Condition { sql: told.sql, before: told.before, behind: told.behind, does: told.does, column })
    }

    fn missing(&mut self, at: At, column: usize) -> Condition {
        let (mark, phrase) = (at.column(column), self.phrase(at.table, column));
        let mut told = if self.random.once_in(3) {
            let mut told = Told::new(format!("{mark} IS NOT NULL"));
            told.does
                .push((format!("have {} {phrase} on record", article(&phrase)), format!("has {} {phrase} on record", article(&phrase))));
            told.behind.push(format!("with a known {phrase}"));
            self.said.push(("NULL".into(), phrase.clone()));
            told
        } else {
            let mut told = Told::new(format!("{mark} IS NULL"));
            told.behind = vec![
                format!("without {} {phrase}", article(&phrase)),
                format!("with no {phrase} recorded"),
                format!("whose {phrase} is missing"),
                format!("whose {phrase} is not known"),
            ];
            told.does.push((format!("have no {phrase}"), format!("has no {phrase}")));
            self.said.push(("NULL".into(), phrase.clone()));
            told
        };
        Condition { sql: std::mem::take(&mut told.sql), before: None, behind: told.behind, does: told.does, column }
    }

    fn text(&mut self, at: At, column: usize, own: &Column) -> Option<Told> {
        let mark = at.column(column);
        let value = self.value(at.table, column)?;
        let said = self.say_text(&value);
        let phrase = self.phrase(at.table, column);
        match self.random.below(9) {
            0 => {
                let second = self.value(at.table, column).filter(|second| *second != value)?;
                let or = self.say_text(&second);
                return Some(
                    Told::new(format!("{mark} IN ({}, {})", value.sql(), second.sql()))
                        .whose(&phrase, &format!("either {said} or {or}"))
                        .whose(&phrase, &format!("{said} or {or}"))
                        .with(&format!("the {phrase} {said} or {or}")),
                );
            }
            1 if !own.missing => {
                let mut told = Told::new(format!("{mark} <> {}", value.sql())).whose(&phrase, &format!("not {said}"));
                told.behind.push(format!("with {} {phrase} other than {said}", article(&phrase)));
                if let Some(saying) = own.sayings.iter().find(|saying| saying.contains('%') && !saying.contains('~')) {
                    self.named.push((own.name.clone(), said.clone()));
                    told = told.are(&format!("not {}", saying.replace('%', &said)));
                }
                return Some(told);
            }
            _ => {}
        }
        let mut told = Told::new(format!("{mark} = {}", value.sql()));
        for saying in own.sayings.iter().filter(|saying| saying.contains('%')) {
            self.named.push((own.name.clone(), value.text()));
            match saying.strip_suffix('~') {
                Some(saying) => told.before = Some(saying.trim().replace('%', &value.text())),
                None => {
                    let saying = saying.replace('%', &said);
                    told.behind.push(saying.clone());
                    told = match saying.strip_prefix("with ") {
                        Some(what) => told.with(what),
                        None => {
                            told.behind.push(saying.clone());
                            told.are(&saying)
                        }
                    };
                }
            }
        }
        if told.before.is_none() && told.behind.is_empty() || self.random.once_in(3) {
            told = told.with(&format!("the {phrase} {said}")).whose(&phrase, &said);
        }
        Some(told)
    }

    fn code(&mut self, mark: &str, own: &Column, codes: &[(String, String)]) -> Option<Told> {
        let (code, word) = self.random.pick(codes)?.clone();
        let literal = super::rows::code_value(&code).sql();
        self.said.push((literal.clone(), word.clone()));
        self.named.push((own.name.clone(), word.clone()));
        let phrase = own.called.first().cloned().unwrap_or_default();
        if !own.missing && self.random.once_in(7) {
            let told = Told::new(format!("{mark} <> {literal}")).whose(&phrase, &format!("not {word}"));
            return Some(if own.sayings.iter().any(|saying| saying == "plain") { told } else { told.are(&format!("not {word}")) });
        }
        if own.sayings.iter().any(|saying| saying == "plain") {
            return Some(Told::new(format!("{mark} = {literal}")).whose(&phrase, &word).with(&format!("the {phrase} {word}")));
        }
        let mut told = adjective(format!("{mark} = {literal}"), &word);
        if self.random.once_in(4) {
            told.behind.push(format!("whose {phrase} is {word}"));
        }
        Some(told)
    }

    fn number(&mut self, at: At, column: usize, own: &Column, unit: &str, money: bool) -> Option<Told> {
        let mark = self.reckoned(at, column);
        let numbers = self.numbers(at.table, column);
        let low = self.threshold(&numbers)?;
        let phrase = self.phrase(at.table, column);
        let said = self.say_number(low, unit);
        let saying = |kind: &str| {
            own.sayings
                .iter()
                .find_map(|saying| saying.strip_prefix(kind))
                .map(|rest| rest.split(' ').map(str::to_owned).collect::<Vec<_>>())
        };
        let (adjectives, verb) = (saying("adj "), saying("verb "));
        let things = own.called.first().filter(|called| unit.is_empty() && counts(called) && !money).cloned();
        let way = self.random.below(10);
        if way == 0 {
            let high = self.threshold(&numbers).filter(|high| high.units > low.units)?;
            let to = self.say_number(high, unit);
            let mut told =
                Told::new(format!("{mark} BETWEEN {} AND {}", low.text(), high.text())).whose(&phrase, &format!("between {said} and {to}"));
            if let Some(verb) = verb.as_deref().and_then(two) {
                self.named.push((own.name.clone(), verb.0.clone()));
                told.does.push((format!("{} between {said} and {to}", verb.0), format!("{} between {said} and {to}", verb.1)));
            }
            told = told.with(&format!("{} {phrase} between {said} and {to}", article(&phrase)));
            return Some(told);
        }
        if way == 1 && unit.is_empty() && low.digits == 0 && numbers.contains(&low) && numbers.last().is_some_and(|last| last.units < 100) {
            let told = Told::new(format!("{mark} = {}", low.text()));
            return Some(match &things {
                Some(things) => {
                    self.named.push((own.name.clone(), many_or_one(things, low)));
                    told.with(&format!("exactly {said} {}", many_or_one(things, low)))
                }
                None => told.whose(&phrase, &said).with(&format!("{} {phrase} of {said}", article(&phrase))),
            });
        }
        let more = self.random.once_in(2);
        let or_equal = self.random.once_in(4);
        let operator = match (more, or_equal) {
            (true, true) => ">=",
            (true, false) => ">",
            (false, true) => "<=",
            (false, false) => "<",
        };
        let words: &[&str] = match operator {
            ">=" => &["at least", "no less than"],
            ">" => &["more than", "over", "above"],
            "<=" => &["at most", "no more than", "up to"],
            _ => &["less than", "under", "below"],
        };
        let bound = self.word(words);
        let mut told = Told::new(format!("{mark} {operator} {}", low.text()));
        if let Some(verb) = verb.as_deref().and_then(two) {
            let bound = if matches!(bound.as_str(), "above" | "below") { if more { "more than" } else { "less than" } } else { &bound };
            told.does.push((format!("{} {bound} {said}", verb.0), format!("{} {bound} {said}", verb.1)));
            self.named.push((own.name.clone(), verb.0));
        }
        if let (Some(adjectives), false) = (&adjectives, or_equal)
            && let Some(word) = adjectives.get(if more { 0 } else { 2 })
        {
            told.behind.push(format!("{word} than {said}"));
            self.named.push((own.name.clone(), format!("{word} than")));
            told = told.are(&format!("{word} than {said}"));
        }
        if let Some(things) = &things {
            let bound = match bound.as_str() {
                "less than" | "under" | "below" => "fewer than",
                "above" => "more than",
                other => other,
            };
            self.named.push((own.name.clone(), many_or_one(things, low)));
            told = told.with(&format!("{bound} {said} {}", many_or_one(things, low)));
            return Some(told);
        }
        let is = match bound.as_str() {
            "over" | "more than" if self.random.once_in(2) => "greater than",
            "under" => "below",
            "over" => "above",
            other => other,
        };
        told = told.whose(&phrase, &format!("{is} {said}"));
        let of = if matches!(bound.as_str(), "above" | "below" | "over" | "under") { "" } else { "of " };
        Some(told.with(&format!("{} {phrase} {of}{bound} {said}", article(&phrase))))
    }

    /// A part of a name.
    fn like(&mut self, at: At, column: usize) -> Option<Told> {
        let text = self.value(at.table, column)?.text();
        let mark = at.column(column);
        let phrase = self.phrase(at.table, column);
        let letters: Vec<char> = text.chars().collect();
        let (pattern, piece, words): (String, String, &[&str]) = match self.random.below(3) {
            0 => {
                let piece: String = letters.first()?.to_string();
                (format!("{piece}%"), piece, &["starts with", "begins with", "starts with the letter"])
            }
            1 => {
                let word = text.split(' ').next_back()?.to_owned();
                (format!("%{word}%"), word, &["contains", "includes the word", "has the word"])
            }
            _ => {
                let piece: String = letters.iter().rev().take(2).rev().filter(|c| c.is_alphabetic()).collect();
                (format!("%{piece}"), piece, &["ends with", "ends in"])
            }
        };
        if piece.is_empty() || piece.contains(['\'', '%', '_']) {
            return None;
        }
        self.said.push((format!("'{pattern}'"), piece.clone()));
        let does = self.word(words);
        let said = quoted(&piece, self.random.below(2));
        let mut told = Told::new(format!("{mark} LIKE '{pattern}'"));
        told.behind.push(format!("whose {phrase} {does} {said}"));
        Some(told)
    }
}

fn two(words: &[String]) -> Option<(String, String)> {
    match words {
        [many, one] => Some((many.clone(), one.clone())),
        _ => None,
    }
}

/// `3 seats`, `1 seat`
fn many_or_one(things: &str, number: Decimal) -> String {
    if number.text() == "1" { singular(things) } else { plural(&singular(things)) }
}
