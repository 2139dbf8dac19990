//! References that names propose. How plain a name is says how much the values have to prove.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::catalogue::{Catalogue, Ground, KeyColumn};
use super::class::{Agreement, Class};
use super::names::{Reading, forms, is_common, readings, shared, squeeze, words};
use super::vocabulary::{AMOUNTS, NEIGHBOURS, NUMBERED, PARENTS, PARTS, PEOPLE, REPLIES, SIDES, SUPERIORS};
use crate::schema::{Column, KeyOrigin, Table, TableKind};

/// What the values have to show before a name is believed, from the plainest name to the faintest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Nothing speaks against it: `customer_id`.
    Nothing,
    /// There are values, and they have partners: `billing_address_id`.
    Partners,
    /// They also go as far as the key does: `winning_pilot`.
    Fit,
    /// They could hardly have partners by chance: `sender_id`, `did`.
    Telling,
}

/// One column that another may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'s> {
    /// The place of the table referred to.
    pub(super) target: usize,
    pub(super) key: KeyColumn<'s>,
    /// How the declared types go together.
    pub(super) agreement: Agreement,
    pub(super) need: Need,
    pub(super) rank: Rank,
}

/// How near a choice is, the nearest first: of one kind, with few words of the column before the table's name, and a table that has few
/// words before it which the owning table lacks, and many that both begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    kind: u8,
    role: usize,
    foreign: usize,
    family: Reverse<usize>,
}

impl Rank {
    /// That of a choice with no other beside it.
    pub(super) fn nearest() -> Self {
        Self { kind: NAMED, role: 0, foreign: 0, family: Reverse(0) }
    }
}

/// A column and what it may refer to, the nearest first.
#[derive(Debug)]
pub(super) struct Proposal<'s> {
    pub(super) owner: usize,
    pub(super) column: &'s Column,
    pub(super) choices: Vec<Choice<'s>>,
}

/// What no table's name is as many words away as.
const FAR: usize = 1_000;

/// Kinds of [`Rank`].
const NAMED: u8 = 0;
const OWN: u8 = 1;
const PERSON: u8 = 2;
const SHORT: u8 = 3;

/// What the names of `catalogue`'s schema propose, in its order.
pub(super) fn propose<'s>(catalogue: &Catalogue<'s>) -> Vec<Proposal<'s>> {
    let mut out = Vec::new();
    for (owner, table) in catalogue.schema.tables.iter().enumerate() {
        for column in table.columns.iter().filter(|column| may_refer(table, column)) {
            let choices = choices(catalogue, owner, table, column);
            if !choices.is_empty() {
                out.push(Proposal { owner, column, choices });
            }
        }
    }
    out
}

/// What texts that are called alike in several files propose: `email` of one may be the `email` of another, where that tells its rows apart.
pub(super) fn propose_same_names<'s>(catalogue: &Catalogue<'s>) -> Vec<Proposal<'s>> {
    let mut named: HashMap<String, Vec<(usize, &'s Column)>> = HashMap::new();
    for (place, table) in catalogue.schema.tables.iter().enumerate().filter(|(_, table)| table.kind == TableKind::Table) {
        let texts = table.columns.iter().filter(|column| Class::of(column) == Class::Text && !is_common(&column.name));
        texts.for_each(|column| named.entry(squeeze(&column.name)).or_default().push((place, column)));
    }
    let mut out = Vec::new();
    for (owner, table) in catalogue.schema.tables.iter().enumerate() {
        for column in table.columns.iter().filter(|column| Class::of(column) == Class::Text && may_refer(table, column)) {
            let others = named.get(&squeeze(&column.name)).into_iter().flatten();
            let others = others.filter(|(place, _)| catalogue.table(*place).is_some_and(|other| other.database != table.database));
            let choice = |(target, column): &(usize, &'s Column)| Choice {
                target: *target,
                key: KeyColumn { column, ground: Ground::Name },
                agreement: Agreement::Same,
                need: Need::Telling,
                rank: Rank { foreign: FAR, ..Rank::nearest() },
            };
            let choices: Vec<Choice<'s>> = others.map(choice).collect();
            if !choices.is_empty() {
                out.push(Proposal { owner, column, choices });
            }
        }
    }
    out
}

/// Whether a column can be a reference at all, and is none that is declared.
pub(super) fn may_refer(table: &Table, column: &Column) -> bool {
    let declared = table.foreign_keys.iter().filter(|key| key.origin == KeyOrigin::Declared);
    let is_declared = declared.flat_map(|key| &key.columns).any(|name| name.eq_ignore_ascii_case(&column.name));
    table.kind == TableKind::Table && !is_declared && Class::of(column) != Class::None
}

fn choices<'s>(catalogue: &Catalogue<'s>, owner: usize, table: &'s Table, column: &'s Column) -> Vec<Choice<'s>> {
    let seeker = Seeker { catalogue, owner, table, column, own_key: is_own_key(table, column) };
    let mut out = Vec::new();
    for reading in readings(&column.name) {
        seeker.by_table_name(&reading, &mut out);
        if !seeker.own_key {
            seeker.by_own_table(&reading, &mut out);
            seeker.by_part(&reading, &mut out);
            seeker.by_short_name(&reading, &mut out);
        }
    }
    seeker.by_key_name(&mut out);
    seeker.by_both_names(&mut out);
    out.sort_by_key(|choice| (choice.rank, choice.need));
    // A key is proposed once, by the nearest name.
    let mut seen: Vec<(usize, &str)> = Vec::new();
    out.retain(|choice| {
        let at = (choice.target, choice.key.column.name.as_str());
        let is_new = !seen.contains(&at);
        seen.extend(is_new.then_some(at));
        is_new
    });
    out
}

fn is_own_key(table: &Table, column: &Column) -> bool {
    matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(&column.name))
}

struct Seeker<'a, 's> {
    catalogue: &'a Catalogue<'s>,
    owner: usize,
    table: &'s Table,
    column: &'s Column,
    /// Whether the column alone is the primary key of its own table: then it is a reference only where two tables share a key.
    own_key: bool,
}

impl<'s> Seeker<'_, 's> {
    fn own_words(&self) -> &[String] {
        self.catalogue.words.get(self.owner).map_or(&[], Vec::as_slice)
    }

    /// The words before a table's name: those that it does not share with the owner, and those that it does.
    fn distance(&self, target: usize, left_out: usize) -> (usize, usize) {
        let words = self.catalogue.words.get(target).map_or(&[][..], Vec::as_slice);
        let family = shared(self.own_words(), words).min(left_out);
        (left_out - family, family)
    }

    /// `customer_id`, `billing_address_id`, `Patient`: the last words are a table's name.
    fn by_table_name(&self, reading: &Reading, out: &mut Vec<Choice<'s>>) {
        for role in 0..reading.stem.len() {
            let run = reading.stem.get(role..).unwrap_or_default();
            let (before, name) = (reading.stem.get(..role).unwrap_or_default(), run.concat());
            let plain = self.catalogue.named(&name);
            let found = if plain.is_empty() {
                forms(run).iter().skip(1).flat_map(|form| self.catalogue.named(form)).collect()
            } else {
                plain.iter().collect::<Vec<_>>()
            };
            let role = role + usize::from(reading.numbered);
            for &&(target, left_out) in &found {
                if target == self.owner && (role == 0 || self.own_key || before.iter().all(|word| self.own_words().contains(word))) {
                    continue;
                }
                if self.own_key && (role > 0 || self.catalogue.is_named(self.owner, &name)) {
                    continue;
                }
                let (foreign, family) = self.distance(target, left_out);
                let rank = Rank { kind: NAMED, role, foreign, family: Reverse(family) };
                for (key, is_named) in self.keys_of(target, &name, reading.key_word.as_deref()) {
                    let need = match &reading.key_word {
                        Some(_) if role == 0 && foreign == 0 && is_named => Some(Need::Nothing),
                        Some(_) if role == 0 || foreign == 0 => Some(Need::Partners),
                        Some(_) => Some(Need::Fit),
                        None => self.need_of_bare(target, (before, &name), role, foreign),
                    };
                    out.extend(need.and_then(|need| self.choice(target, key, need, rank)));
                }
            }
        }
    }

    /// With more to show where the declared types do not agree.
    fn choice(&self, target: usize, key: KeyColumn<'s>, need: Need, rank: Rank) -> Option<Choice<'s>> {
        let agreement = self.agreement(key.column);
        // Names are alike by chance more often than numbers of rows are meant.
        if key.ground == Ground::Name && Class::of(key.column) == Class::Text && self.catalogue.is_of_another_family(self.owner, target) {
            return None;
        }
        let need = match agreement {
            Agreement::Same => need,
            Agreement::Digits if need == Need::Nothing => Need::Partners,
            Agreement::Digits => need.max(Need::Fit),
            Agreement::Never => return None,
        };
        Some(Choice { target, key, agreement, need, rank })
    }

    fn agreement(&self, key: &Column) -> Agreement {
        Class::of(self.column).agreement(Class::of(key))
    }

    /// What a column has to show that is called as a table, with nothing in its name that says it is a key.
    fn need_of_bare(&self, target: usize, (before, name): (&[String], &str), role: usize, foreign: usize) -> Option<Need> {
        if before.iter().any(|word| AMOUNTS.contains(&word.as_str())) {
            return None;
        }
        let singular = forms(&[name.to_owned()]);
        if NUMBERED.iter().any(|number| singular.iter().any(|form| form == number)) {
            return Some(Need::Telling);
        }
        // A number called as several things mostly counts them.
        let is_plural = singular.len() > 1 && !["us", "is", "series"].iter().any(|end| name.ends_with(end));
        Some(match Class::of(self.column) {
            Class::Integer if is_plural => Need::Telling,
            Class::Integer if role == 0 && self.is_link_of(name) => Need::Nothing,
            Class::Integer if role == 0 && foreign == 0 && target != self.owner => Need::Partners,
            _ if role > 0 && (is_plural || foreign > 0) => Need::Telling,
            _ => Need::Fit,
        })
    }

    /// Whether the owner's name has that of the table in it, and it has few columns: it links tables.
    fn is_link_of(&self, name: &str) -> bool {
        const MOST_COLUMNS: usize = 6;
        self.own_words().len() > 1
            && self.table.columns.len() <= MOST_COLUMNS
            && self.own_words().iter().any(|word| forms(std::slice::from_ref(word)).iter().any(|form| form == name))
    }

    /// The keys of `target` that a column called after it may refer to, and whether their names say so too: the one that identifies its
    /// rows, and for a text also the one that names them.
    fn keys_of(&self, target: usize, name: &str, key_word: Option<&str>) -> Vec<(KeyColumn<'s>, bool)> {
        let own = squeeze(&self.column.name);
        let worth = |key: &KeyColumn<'s>| {
            let called = squeeze(&key.column.name);
            let is_exact = called == own || key_word.is_some_and(|word| called == word || called == format!("{name}{word}"));
            let is_named = is_exact || ["id", "pk", "rowid", "zpk"].contains(&called.as_str());
            let agrees = self.agreement(key.column) == Agreement::Same;
            (is_named || key.ground == Ground::Primary).then_some((
                agrees,
                is_exact && key_word.is_some(),
                is_named,
                key.ground == Ground::Primary,
            ))
        };
        let is_name = |key: &KeyColumn<'s>| self.agreement(key.column) == Agreement::Same && Class::of(key.column) == Class::Text;
        let all = self.catalogue.keys(target);
        let best = all.iter().filter_map(|key| Some((worth(key)?, *key))).rev().max_by_key(|(worth, _)| *worth);
        let mut out: Vec<(KeyColumn<'s>, bool)> = best.into_iter().map(|((_, _, is_named, _), key)| (key, is_named)).collect();
        if key_word.is_none() {
            let others = all.iter().filter(|key| is_name(key) && !out.iter().any(|(known, _)| known.column.name == key.column.name));
            let others: Vec<KeyColumn<'s>> = others.copied().collect();
            out.extend(others.into_iter().map(|key| (key, false)));
        }
        out
    }

    /// The column is called as another table's key is: `StuID`, `run_id`, `target_u_id`.
    fn by_key_name(&self, out: &mut Vec<Choice<'s>>) {
        let all = words(&self.column.name);
        // A column called as its own table identifies its rows.
        let is_owners = |stem: &str| self.catalogue.named(stem).contains(&(self.owner, 0));
        let own_stems: Vec<String> = readings(&self.column.name).iter().map(|reading| reading.stem.concat()).collect();
        if self.own_key || is_common(&self.column.name) || own_stems.iter().any(|stem| is_owners(stem)) {
            return;
        }
        for role in 0..all.len() {
            let run = all.get(role..).unwrap_or_default();
            let name = run.concat();
            if is_common(&run.join("_")) || role > 0 && run.len() < 2 {
                continue;
            }
            let is_key = run.len() > 1 || readings(&name).iter().any(|reading| reading.key_word.is_some());
            let targets: Vec<usize> = self.catalogue.keyed(&name).iter().copied().filter(|place| *place != self.owner).collect();
            for &target in &targets {
                let keys = self.catalogue.keys(target).iter();
                let Some(key) = keys.into_iter().find(|key| squeeze(&key.column.name) == name) else { continue };
                let need = match (role, targets.as_slice()) {
                    _ if !is_key => Need::Fit,
                    (0, [_]) if key.ground == Ground::Primary => Need::Nothing,
                    _ => Need::Partners,
                };
                let theirs = self.catalogue.words.get(target).map_or(&[][..], Vec::as_slice);
                let family = Reverse(shared(self.own_words(), theirs));
                // Behind every table whose own name the column has; `Restaurant` before `Type_Of_Restaurant`, which has the key from it.
                let rank = Rank { kind: NAMED, role, foreign: FAR + theirs.len(), family };
                out.extend(self.choice(target, *key, need, rank));
            }
        }
    }

    /// `countryIso`, `currency_symbol`: a table's name, and that of its key.
    fn by_both_names(&self, out: &mut Vec<Choice<'s>>) {
        let all = words(&self.column.name);
        for (run, key) in (1..all.len()).filter(|_| !self.own_key).map(|cut| all.split_at(cut)) {
            let key = key.concat();
            let fits = |known: &&KeyColumn<'s>| known.ground != Ground::Name && squeeze(&known.column.name) == key;
            for &(target, left_out) in
                forms(run).iter().flat_map(|form| self.catalogue.named(form)).filter(|(target, _)| *target != self.owner)
            {
                let (foreign, family) = self.distance(target, left_out);
                let rank = Rank { kind: NAMED, role: 0, foreign, family: Reverse(family) };
                let key = self.catalogue.keys(target).iter().find(fits);
                out.extend(key.and_then(|key| self.choice(target, *key, Need::Partners, rank)));
            }
        }
    }

    /// `parent_id`, `from_visit`, `reports_to`: another row of the same table.
    fn by_own_table(&self, reading: &Reading, out: &mut Vec<Choice<'s>>) {
        let Some(last) = reading.stem.last() else { return };
        let whole = reading.stem.concat();
        let has = |list: &[&str], word: &str| list.contains(&word);
        let is_id = reading.key_word.is_some();
        let own_name = self.own_words().concat();
        let is_own = |word: &str| word.len() > 3 && forms(std::slice::from_ref(&own_name)).iter().any(|form| form.ends_with(word));
        let need = match reading.stem.as_slice() {
            [side, noun] if has(&SIDES, side) && is_own(noun) => Need::Nothing,
            _ if has(&PARENTS, last) && !self.has_kind_beside(&whole) => {
                if is_id {
                    Need::Nothing
                } else {
                    Need::Partners
                }
            }
            _ if has(&PARENTS, last) => Need::Telling,
            _ if has(&NEIGHBOURS, last) && is_id => Need::Partners,
            _ if has(&REPLIES, &whole) => Need::Fit,
            _ if has(&SUPERIORS, last) && PEOPLE.iter().any(|people| self.catalogue.is_named(self.owner, people)) => Need::Fit,
            _ => return,
        };
        // Text beside whole numbers is a path or a name.
        let fits = |key: &&KeyColumn<'s>| self.agreement(key.column) == Agreement::Same && key.column.name != self.column.name;
        if let Some(key) = self.catalogue.keys(self.owner).iter().find(fits).filter(|key| key.ground != Ground::Unique) {
            out.extend(self.choice(self.owner, *key, need, Rank { kind: OWN, ..Rank::nearest() }));
        }
    }

    /// Whether another column tells the kind of what is referred to (`parent_type` beside `parent_id`): rows of several tables.
    fn has_kind_beside(&self, stem: &str) -> bool {
        let kinds = ["type", "kind", "class", "table", "model"];
        self.table.columns.iter().any(|column| {
            let name = squeeze(&column.name);
            name.strip_prefix(stem).is_some_and(|kind| kinds.contains(&kind))
        })
    }

    /// `sender_id`, `created_by`: a person, where there is a table of people.
    fn by_part(&self, reading: &Reading, out: &mut Vec<Choice<'s>>) {
        let Some(last) = reading.stem.last() else { return };
        let is_by = last == "by" && reading.stem.len() > 1;
        if !is_by && !PARTS.contains(&last.as_str()) || self.has_kind_beside(&reading.stem.concat()) {
            return;
        }
        let Some(people) = PEOPLE.iter().map(|people| self.catalogue.named(people)).find(|found| !found.is_empty()) else { return };
        for &(target, left_out) in people {
            let Some((key, _)) = self.keys_of(target, "", reading.key_word.as_deref()).into_iter().next() else { continue };
            let (foreign, family) = self.distance(target, left_out);
            let need = if is_by && reading.key_word.is_some() && foreign == 0 { Need::Partners } else { Need::Fit };
            out.extend(self.choice(target, key, need, Rank { kind: PERSON, role: 0, foreign, family: Reverse(family) }));
        }
    }

    /// `dept_id`, `did`: the beginning of a table's name.
    fn by_short_name(&self, reading: &Reading, out: &mut Vec<Choice<'s>>) {
        const PLAIN: usize = 3;
        let ([stem], Some(word)) = (reading.stem.as_slice(), &reading.key_word) else { return };
        for target in self.catalogue.beginning_with(stem, self.owner) {
            let Some((key, _)) = self.keys_of(target, stem, Some(word)).into_iter().next() else { continue };
            let need = if stem.chars().count() >= PLAIN { Need::Fit } else { Need::Telling };
            out.extend(self.choice(target, key, need, Rank { kind: SHORT, ..Rank::nearest() }));
        }
    }
}
