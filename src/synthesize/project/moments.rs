//! Conditions on years and days.

use super::calendar::{DateForm, month_name};
use super::draft::Desk;
use super::query::At;
use super::said::date;
use super::schema::Column;
use super::told::Told;
use super::verify::literals;
use crate::synthesize::words::article;

impl Desk<'_> {
    pub(super) fn year(&mut self, at: At, column: usize, own: &Column) -> Option<Told> {
        let mark = at.column(column);
        let numbers = self.numbers(at.table, column);
        let year = self.threshold(&numbers)?;
        self.said.push((year.text(), year.text()));
        let (operator, when) = match self.random.below(5) {
            0 => (">", format!("after {}", year.text())),
            1 => ("<", format!("before {}", year.text())),
            2 => (">=", format!("in {} or later", year.text())),
            _ => ("=", format!("in {}", year.text())),
        };
        let phrase = self.phrase(at.table, column);
        let told = self.happened(Told::new(format!("{mark} {operator} {}", year.text())), own, &when);
        Some(match told.behind.is_empty() && told.does.is_empty() {
            false => told,
            true if operator == "=" => told.whose(&phrase, &year.text()).with(&format!("the {phrase} {}", year.text())),
            true => told.whose(&phrase, when.trim_start_matches("in ")),
        })
    }

    pub(super) fn date(&mut self, at: At, column: usize, own: &Column, form: DateForm) -> Option<Told> {
        let mark = at.column(column);
        let value = self.value(at.table, column)?;
        let day = date(&value, form)?;
        let (year, month, _) = day.parts();
        let of_year = form.year(&mark);
        let literal = form.year_literal(year);
        let way = self.random.below(8);
        let (sql, when) = match way {
            0 | 1 => {
                let said = day.said(self.random.below(5));
                for number in literals(&form.bound(day)) {
                    self.said.push((number, said.clone()));
                }
                match (self.random.below(3), form) {
                    (0, _) => (format!("{mark} < {}", form.bound(day)), format!("before {said}")),
                    (_, DateForm::Day | DateForm::Compact) => (format!("{mark} > {}", form.bound(day)), format!("after {said}")),
                    _ => (format!("{mark} >= {}", form.bound(day)), format!("on or after {said}")),
                }
            }
            2 => {
                let (expression, wanted) = form.year_month(&mark, year, month);
                let said = format!("{} {year}", month_name(month));
                for number in literals(&wanted).into_iter().chain(literals(&expression)) {
                    self.said.push((number, said.clone()));
                }
                (format!("{expression} = {wanted}"), format!("in {said}"))
            }
            3 => {
                self.said.push((literal.clone(), year.to_string()));
                match self.random.below(3) {
                    0 => (format!("{of_year} < {literal}"), format!("before {year}")),
                    1 => (format!("{of_year} > {literal}"), format!("after {year}")),
                    _ => (format!("{of_year} >= {literal}"), format!("since the beginning of {year}")),
                }
            }
            _ => {
                self.said.push((literal.clone(), year.to_string()));
                (format!("{of_year} = {literal}"), format!("in {year}"))
            }
        };
        for number in literals(&of_year) {
            self.said.push((number, year.to_string()));
        }
        let phrase = self.phrase(at.table, column);
        let told = self.happened(Told::new(sql), own, &when);
        Some(match told.behind.is_empty() && told.does.is_empty() {
            false => told,
            true => told.whose(&phrase, &when).with(&format!("{} {phrase} {when}", article(&phrase))),
        })
    }

    /// What a date's verb makes of a time: `who joined in 2021`, `built in 2021`, `in 2021`.
    fn happened(&mut self, mut told: Told, own: &Column, when: &str) -> Told {
        for saying in &own.sayings {
            if let Some(verb) = saying.strip_prefix("did ") {
                self.named.push((own.name.clone(), verb.into()));
                told.does.push((format!("{verb} {when}"), format!("{verb} {when}")));
            } else if let Some(verb) = saying.strip_prefix("was ") {
                self.named.push((own.name.clone(), verb.into()));
                told.behind.push(format!("{verb} {when}"));
                told.does.push((format!("were {verb} {when}"), format!("was {verb} {when}")));
            } else if saying == "on" {
                self.named.push((own.name.clone(), when.into()));
                told.behind.push(when.into());
                told = told.are(&format!("from the time {when}"));
                told.does.clear();
            }
        }
        told
    }
}
