//! Columns of made-up tables: names, types and forms of what a world's field holds.

use super::calendar::DateForm;
use super::naming::Naming;
use super::schema::{About, Column, NamePart};
use super::source::{Field, Kind, Sort, Words, World};
use super::value::Value;
use crate::random::Random;

/// What a schema's columns have in common.
pub(super) struct Forms {
    pub(super) date: DateForm,
    pub(super) flag: usize,
    pub(super) text_keys: bool,
    pub(super) text_numbers: bool,
    pub(super) two_names: bool,
    pub(super) loose_types: bool,
}

/// What the columns of one schema are made with.
pub(super) struct Habits<'a> {
    pub(super) naming: &'a Naming,
    pub(super) forms: &'a Forms,
    pub(super) world: &'a World,
    /// The things of the world that are in the schema.
    pub(super) chosen: &'a [usize],
}

/// The columns that a field of a thing becomes: two for a person's name in two parts, none for a key to what is not there.
pub(super) fn columns_of(field: &Field, sort: Sort, words: &Words, habits: &Habits<'_>, random: &mut Random) -> Vec<Column> {
    let Habits { naming, forms, world, chosen } = habits;
    let mut called = field.called.clone();
    if called.len() > 1 && random.once_in(3) {
        let at = 1 + random.below(called.len() - 1);
        called.swap(0, at);
    }
    let own = called.first().cloned().unwrap_or_default();
    let column = |name: String, called: Vec<String>, about: About, declared: &'static str| Column {
        name,
        called,
        about,
        declared: if forms.loose_types && declared == "REAL" { "NUMERIC" } else { declared },
        missing: field.missing,
        sayings: field.sayings.clone(),
    };
    let stored = |called: &str| {
        if naming.repeat && called == "name" { naming.name(&format!("{} {called}", words.one)) } else { naming.name(called) }
    };
    match &field.kind {
        Kind::Names(_) if sort == Sort::Person && forms.two_names => vec![
            column(naming.name("first name"), vec!["first name".into()], About::Name(NamePart::First), "TEXT"),
            column(
                naming.name("last name"),
                vec!["last name".into(), "surname".into(), "family name".into()],
                About::Name(NamePart::Last),
                "TEXT",
            ),
        ],
        Kind::Names(_) => {
            vec![column(stored(&own), called, About::Name(NamePart::Whole), if forms.loose_types { "VARCHAR(80)" } else { "TEXT" })]
        }
        Kind::Texts(texts) => vec![column(stored(&own), called, About::Texts(texts.clone()), "TEXT")],
        Kind::Codes(codes) => {
            vec![column(stored(&own), called, About::Codes(codes.clone()), if forms.loose_types { "CHAR(1)" } else { "TEXT" })]
        }
        Kind::Flag(yes, no) => {
            let text = |yes: &str, no: &str| (Value::Text(yes.into()), Value::Text(no.into()));
            let (values, declared) = match forms.flag {
                0 | 1 => ((Value::whole(1), Value::whole(0)), if random.once_in(2) { "BOOLEAN" } else { "INTEGER" }),
                2 => (text("Y", "N"), "TEXT"),
                3 => (text("yes", "no"), "TEXT"),
                _ => (text("true", "false"), "TEXT"),
            };
            let name = if random.once_in(3) { naming.name(&format!("is {own}")) } else { naming.name(&own) };
            vec![column(name, called, About::Flag { values, said: (yes.clone(), no.clone()) }, declared)]
        }
        Kind::Number { low, unit, money, .. } => {
            let text = forms.text_numbers && !*money && random.once_in(2);
            let declared = if text {
                "TEXT"
            } else if low.digits == 0 {
                "INTEGER"
            } else {
                "REAL"
            };
            let unit_word = unit.split(' ').next().unwrap_or_default();
            let named =
                if !unit.is_empty() && unit_word.len() < 5 && random.once_in(4) { format!("{own} {unit_word}") } else { own.clone() };
            vec![column(stored(&named), called, About::Number { unit: unit.clone(), money: *money, text }, declared)]
        }
        Kind::Year(..) => vec![column(naming.name(&own), called, About::Year, "INTEGER")],
        Kind::Date(..) => {
            let declared = match forms.date {
                DateForm::Day if random.once_in(2) => "DATE",
                DateForm::Moment if random.once_in(2) => "DATETIME",
                DateForm::Day | DateForm::Moment => "TEXT",
                DateForm::Julian => "REAL",
                _ => "INTEGER",
            };
            vec![column(naming.name(&own), called, About::Date(forms.date), declared)]
        }
        Kind::Email | Kind::Phone => vec![column(naming.name(&own), called, About::Contact, "TEXT")],
        Kind::Notes(_) => vec![column(naming.name(&own), called, About::Notes, "TEXT")],
        Kind::To(other, towards, back) => {
            let Some(table) = world.thing(other).and_then(|at| chosen.iter().position(|own| *own == at)) else { return Vec::new() };
            let about = About::To { table, towards: towards.clone(), back: back.clone() };
            vec![column(naming.reference(&own), called, about, if forms.text_keys { "TEXT" } else { "INTEGER" })]
        }
    }
}
