//! The schemas of a world: some of its things and columns, under names and in forms that people use.

use super::calendar::DateForm;
use super::naming::Naming;
use super::source::{Field, Kind, Sort, Verb, Words, World};
use super::value::Value;
use crate::random::Random;
use crate::synthesize::words::plural;

/// A made-up database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// What its file is called.
    pub name: String,
    /// Its tables.
    pub tables: Vec<Table>,
    /// How it declares keys.
    pub(super) keys: Keys,
    /// A view: its name and query.
    pub(super) view: Option<(String, String)>,
    /// What things are called in it.
    pub(super) naming: Naming,
}

/// How keys are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Behind the column.
    Inline,
    /// Behind all columns.
    Below,
    /// Not at all: nobody says what refers to what.
    Undeclared,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// As stored.
    pub name: String,
    /// What its rows are.
    pub words: Words,
    /// Somebody, something or an event.
    pub sort: Sort,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As stored.
    pub name: String,
    /// What people call it; the first is what the file calls it.
    pub called: Vec<String>,
    /// What its values are.
    pub about: About,
    /// The type it is declared with.
    pub declared: &'static str,
    /// Whether rows may lack it.
    pub missing: bool,
    /// Other ways to speak of it.
    pub sayings: Vec<String>,
}

/// What a column is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The row's key; whether it is a text.
    Key(bool),
    /// A key to another table.
    To {
        /// The other table's place.
        table: usize,
        /// `pets belong to owners`
        towards: Option<Verb>,
        /// `owners own pets`
        back: Option<Verb>,
    },
    /// What the row is called.
    Name(NamePart),
    /// A few texts.
    Texts(Vec<String>),
    /// Codes and what they stand for.
    Codes(Vec<(String, String)>),
    /// Yes or no: the two values, and what people say of rows that have them.
    Flag {
        /// The value for yes, and for no.
        values: (Value, Value),
        /// In words.
        said: (String, String),
    },
    /// A quantity.
    Number {
        /// Behind the number.
        unit: String,
        /// Whether it is money.
        money: bool,
        /// Whether it is kept as text.
        text: bool,
    },
    /// A year.
    Year,
    /// A day.
    Date(DateForm),
    /// What nobody asks for by its value: an address, a telephone number.
    Contact,
    /// Sentences.
    Notes,
}

/// Which part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePart {
    /// All of it.
    Whole,
    /// A person's first name.
    First,
    /// A person's last name.
    Last,
}

/// What a schema's columns have in common.
struct Forms {
    date: DateForm,
    flag: usize,
    text_keys: bool,
    text_numbers: bool,
    two_names: bool,
    loose_types: bool,
}

/// What each table, and each of its columns, was made of: a thing of the world by its place, and its fields.
pub(super) type Fields = Vec<(usize, Vec<Option<Field>>)>;

/// The schema of `world` with this number: each has other things and columns in it, under other names.
pub(super) fn plan(world: &World, number: usize, random: &mut Random) -> (Schema, Fields) {
    let naming = Naming::draw(random);
    let forms = Forms {
        date: pick(
            random,
            &[
                (DateForm::Day, 11),
                (DateForm::Moment, 3),
                (DateForm::Seconds, 2),
                (DateForm::Milliseconds, 1),
                (DateForm::Julian, 1),
                (DateForm::Compact, 2),
            ],
        ),
        flag: random.below(5),
        text_keys: random.once_in(9),
        text_numbers: random.once_in(8),
        two_names: random.once_in(3),
        loose_types: random.once_in(5),
    };
    let keys = pick(random, &[(Keys::Inline, 4), (Keys::Below, 3), (Keys::Undeclared, 2)]);
    let chosen = choose(world, number, random);
    let mut tables = Vec::new();
    let mut fields = Vec::new();
    for &at in &chosen {
        let Some(thing) = world.things.get(at) else { continue };
        let words = if random.once_in(2) { random.pick(&thing.called) } else { thing.called.first() };
        let words = words.cloned().unwrap_or(Words { one: "row".into(), many: "rows".into() });
        let mut columns = vec![Column {
            name: naming.key(&words.one),
            called: vec![format!("{} number", words.one)],
            about: About::Key(forms.text_keys),
            declared: if forms.text_keys { "TEXT" } else { "INTEGER" },
            missing: false,
            sayings: Vec::new(),
        }];
        let mut sources: Vec<Option<Field>> = vec![None];
        for field in kept(&thing.columns, random) {
            for column in columns_of(&field, thing.sort, &words, &naming, &forms, world, &chosen, random) {
                if columns.iter().all(|other: &Column| !other.name.eq_ignore_ascii_case(&column.name)) {
                    columns.push(column);
                    sources.push(Some(field.clone()));
                }
            }
        }
        tables.push(Table { name: naming.table(&words.one, &words.many), words, sort: thing.sort, columns, rows: Vec::new() });
        fields.push((at, sources));
    }
    look_up(&mut tables, &mut fields, &naming, &forms, random);
    let name = format!("{}_{}", world.name.replace([' ', '-'], "_"), number + 1);
    (Schema { name, tables, keys, view: None, naming }, fields)
}

/// Moves some columns of codes to tables of their own, as files do whose makers thought of it.
fn look_up(tables: &mut Vec<Table>, fields: &mut Fields, naming: &Naming, forms: &Forms, random: &mut Random) {
    for at in 0..tables.len() {
        let Some(place) = tables.get(at).and_then(|table| table.columns.iter().position(|column| matches!(column.about, About::Codes(_))))
        else {
            continue;
        };
        if !random.once_in(4) {
            continue;
        }
        let other = tables.len();
        let taken: Vec<String> = tables.iter().map(|table| table.name.to_lowercase()).collect();
        let Some(column) = tables.get_mut(at).and_then(|table| table.columns.get_mut(place)) else { continue };
        let About::Codes(codes) = &column.about else { continue };
        let labels: Vec<String> = codes.iter().map(|(_, word)| word.clone()).collect();
        let one = column.called.first().cloned().unwrap_or_default();
        let words = Words { many: plural(&one), one: one.clone() };
        let name = naming.table(&words.one, &words.many);
        if taken.contains(&name.to_lowercase()) {
            continue;
        }
        let key = if forms.text_keys { "TEXT" } else { "INTEGER" };
        let own = |name: String, called: &str, about: About, declared: &'static str| Column {
            name,
            called: vec![called.to_owned()],
            about,
            declared,
            missing: false,
            sayings: Vec::new(),
        };
        let columns = vec![
            own(naming.key(&one), &format!("{one} number"), About::Key(forms.text_keys), key),
            own(naming.name("label"), "label", About::Name(NamePart::Whole), "TEXT"),
        ];
        *column = Column {
            name: naming.reference(&one),
            about: About::To { table: other, towards: None, back: None },
            declared: key,
            sayings: Vec::new(),
            ..column.clone()
        };
        let label = Field { called: vec!["label".into()], missing: false, kind: Kind::Names(vec![labels]), sayings: Vec::new() };
        tables.push(Table { name, words, sort: Sort::Thing, columns, rows: Vec::new() });
        fields.push((usize::MAX, vec![None, Some(label)]));
    }
}

/// Things of the world that hang together: all of them the first time, then fewer.
fn choose(world: &World, number: usize, random: &mut Random) -> Vec<usize> {
    let all = world.things.len();
    let wanted = match number {
        0 => all,
        1 => (all * 2).div_ceil(3).max(2),
        _ => 2 + random.below(all.saturating_sub(2).max(1)),
    };
    // Those that others point at come in by their keys; so begin with one that points at others.
    let points = |at: usize| -> Vec<usize> {
        world.things.get(at).map_or_else(Vec::new, |thing| {
            thing.columns.iter().filter_map(|field| if let Kind::To(other, ..) = &field.kind { world.thing(other) } else { None }).collect()
        })
    };
    let mut starts: Vec<usize> = (0..all).filter(|at| points(*at).iter().any(|to| to != at)).collect();
    random.shuffle(&mut starts);
    let mut chosen: Vec<usize> = starts.first().copied().into_iter().collect();
    while chosen.len() < wanted {
        let mut next: Vec<usize> = (0..all)
            .filter(|at| !chosen.contains(at))
            .filter(|at| chosen.iter().any(|own| points(*own).contains(at)) || points(*at).iter().any(|to| chosen.contains(to)))
            .collect();
        random.shuffle(&mut next);
        match next.first() {
            Some(at) => chosen.push(*at),
            None => break,
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The fields that this schema has: names and keys always, most of the others.
fn kept(fields: &[Field], random: &mut Random) -> Vec<Field> {
    let asked = |field: &Field| matches!(field.kind, Kind::Names(_) | Kind::To(..));
    let mut kept: Vec<Field> = fields.iter().filter(|field| asked(field) || !random.once_in(4)).cloned().collect();
    // Something to ask for has to be left.
    let left = |kept: &[Field]| kept.iter().filter(|field| !asked(field)).count();
    for field in fields {
        if left(&kept) < 2 && !kept.contains(field) {
            kept.push(field.clone());
        }
    }
    if random.once_in(3) {
        let (mut first, mut rest): (Vec<Field>, Vec<Field>) = kept.into_iter().partition(|field| matches!(field.kind, Kind::Names(_)));
        random.shuffle(&mut rest);
        first.extend(rest);
        return first;
    }
    kept
}

#[allow(clippy::too_many_arguments)]
fn columns_of(
    field: &Field,
    sort: Sort,
    words: &Words,
    naming: &Naming,
    forms: &Forms,
    world: &World,
    chosen: &[usize],
    random: &mut Random,
) -> Vec<Column> {
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

/// One of `items` by their weights.
fn pick<T: Copy>(random: &mut Random, items: &[(T, usize)]) -> T {
    let total: usize = items.iter().map(|(_, weight)| weight).sum();
    let mut at = random.below(total);
    for (item, weight) in items {
        if at < *weight {
            return *item;
        }
        at -= weight;
    }
    items[0].0
}

impl Table {
    /// The place of its key.
    pub(super) fn key(&self) -> Option<usize> {
        self.columns.iter().position(|column| matches!(column.about, About::Key(_)))
    }

    /// The columns that say which row is meant; none for events.
    pub(super) fn names(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| self.columns.get(*at).is_some_and(|column| matches!(column.about, About::Name(_)))).collect()
    }

    /// Its keys to other tables: place of the column and of the table.
    pub(super) fn links(&self) -> Vec<(usize, usize)> {
        let link = |(at, column): (usize, &Column)| if let About::To { table, .. } = column.about { Some((at, table)) } else { None };
        self.columns.iter().enumerate().filter_map(link).collect()
    }

    /// Values of a column in all rows.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &Value> {
        self.rows.iter().filter_map(move |row| row.get(column))
    }
}

impl About {
    /// Whether the values are numbers that can be reckoned with.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Number { .. })
    }
}
