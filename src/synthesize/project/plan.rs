//! The schemas of a world: some of its things, with some of their columns.

use super::calendar::DateForm;
use super::columns::{Forms, Habits, columns_of};
use super::naming::Naming;
use super::schema::{About, Column, Keys, NamePart, Schema, Table};
use super::source::{Field, Kind, Sort, Words, World};
use crate::random::Random;
use crate::synthesize::words::plural;

/// What each table, and each of its columns, was made of: a thing of the world by its place, and its fields.
pub(super) type Fields = Vec<(usize, Vec<Option<Field>>)>;

/// The schema of `world` with this number: each has other things and columns in it, under other names.
pub(super) fn plan(world: &World, number: usize, random: &mut Random) -> (Schema, Fields) {
    let naming = Naming::draw(random);
    let forms = Forms {
        date: pick(
            random,
            DateForm::Day,
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
    let keys = pick(random, Keys::Inline, &[(Keys::Inline, 4), (Keys::Below, 3), (Keys::Undeclared, 2)]);
    let chosen = choose(world, number, random);
    let habits = Habits { naming: &naming, forms: &forms, world, chosen: &chosen };
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
            for column in columns_of(&field, thing.sort, &words, &habits, random) {
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

/// One of `items` by their weights.
fn pick<T: Copy>(random: &mut Random, first: T, items: &[(T, usize)]) -> T {
    let total: usize = items.iter().map(|(_, weight)| weight).sum();
    let mut at = random.below(total);
    for (item, weight) in items {
        if at < *weight {
            return *item;
        }
        at -= weight;
    }
    first
}
