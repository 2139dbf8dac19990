//! The sources of the project's data: worlds of things with columns, and pools of names, as text that people read and write.
//!
//! `data/project/README.md` documents the form.

use super::value::Decimal;

/// What is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct SourceError {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What.
    pub problem: String,
}

impl SourceError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "data/project/README.md says how worlds are written"
    }
}

/// A thing in one and in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// `pet`
    pub one: String,
    /// `pets`
    pub many: String,
}

/// What a verb does in `pets that belong to owners`: several do it, one does it, it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// `own`
    pub many: String,
    /// `owns`
    pub one: String,
    /// `owned by`
    pub done: Option<String>,
}

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Somebody.
    Person,
    /// Something with a name.
    Thing,
    /// Something that happened; it has no name.
    Event,
}

/// A kind of thing in a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What its rows are.
    pub sort: Sort,
    /// What it may be called.
    pub called: Vec<Words>,
    /// Its columns.
    pub columns: Vec<Field>,
}

/// A column of a world's thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it may be called, the best first.
    pub called: Vec<String>,
    /// Whether rows may lack it.
    pub missing: bool,
    /// What its values are.
    pub kind: Kind,
    /// Behind the bars: other ways to speak of it.
    pub sayings: Vec<String>,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Names: each row another.
    Names(Vec<Vec<String>>),
    /// A few texts, the first ones more often.
    Texts(Vec<String>),
    /// Codes and what they stand for.
    Codes(Vec<(String, String)>),
    /// Yes or no, as people say both.
    Flag(String, String),
    /// A quantity between two others, in steps, with its unit.
    Number {
        /// The least.
        low: Decimal,
        /// The greatest.
        high: Decimal,
        /// The unit, behind the number.
        unit: String,
        /// Whether it is money.
        money: bool,
    },
    /// A year.
    Year(i64, i64),
    /// A day, or a moment.
    Date(i64, i64),
    /// An address of electronic mail.
    Email,
    /// A telephone number.
    Phone,
    /// Sentences that nobody asks for.
    Notes(Vec<String>),
    /// A key to another thing of the world, by its first name; verbs towards it and back.
    To(String, Option<Verb>, Option<Verb>),
}

/// A field of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// Its name: `veterinary clinic`.
    pub name: String,
    /// Its things.
    pub things: Vec<Thing>,
}

/// Lists of names that worlds draw from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pools(Vec<(String, Vec<String>)>);

impl Pools {
    /// Reads `name: one, two, three` lines; a line that begins with a space goes on.
    pub fn read(file: &str, text: &str) -> Result<Self, SourceError> {
        let mut pools: Vec<(String, Vec<String>)> = Vec::new();
        for (at, line) in lines(text) {
            let wrong = |problem: &str| SourceError { file: file.into(), line: at, problem: problem.into() };
            let items = if line.starts_with(' ') {
                line
            } else {
                let (name, items) = line.split_once(':').ok_or_else(|| wrong("a pool begins with its name and a colon"))?;
                pools.push((name.trim().into(), Vec::new()));
                items
            };
            let (_, pool) = pools.last_mut().ok_or_else(|| wrong("there is no pool before it"))?;
            pool.extend(list(items));
        }
        Ok(Self(pools))
    }

    /// The pool called `name`; empty where there is none.
    pub fn get(&self, name: &str) -> &[String] {
        self.0.iter().find(|(own, _)| own == name).map_or(&[], |(_, items)| items)
    }
}

/// Reads the worlds of a file.
pub fn worlds(file: &str, text: &str, pools: &Pools) -> Result<Vec<World>, SourceError> {
    let mut worlds: Vec<World> = Vec::new();
    for (at, line) in lines(text) {
        let wrong = |problem: String| SourceError { file: file.into(), line: at, problem };
        if let Some(name) = line.strip_prefix("world ") {
            worlds.push(World { name: name.trim().into(), things: Vec::new() });
            continue;
        }
        let world = worlds.last_mut().ok_or_else(|| wrong("no world has begun".into()))?;
        if line.starts_with(' ') {
            let thing = world.things.last_mut().ok_or_else(|| wrong("no thing has begun".into()))?;
            thing.columns.push(field(line.trim(), pools).map_err(wrong)?);
        } else {
            world.things.push(thing(line.trim()).map_err(wrong)?);
        }
    }
    for world in &worlds {
        for field in world.things.iter().flat_map(|thing| &thing.columns) {
            if let Kind::To(other, ..) = &field.kind
                && world.thing(other).is_none()
            {
                return Err(SourceError { file: file.into(), line: 0, problem: format!("{} has no `{other}`", world.name) });
            }
        }
    }
    Ok(worlds)
}

impl World {
    /// The place of the thing that is first called `name`.
    pub fn thing(&self, name: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.called.first().is_some_and(|words| words.one == name))
    }
}

/// Lines with something in them, numbered from 1, without remarks.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim_end()))
        .filter(|(_, line)| !line.is_empty() && !line.trim_start().starts_with('#'))
}

fn list(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned)
}

/// `person owner/owners, keeper/keepers`
fn thing(line: &str) -> Result<Thing, String> {
    let (sort, names) = line.split_once(' ').ok_or("a thing needs a name")?;
    let sort = match sort {
        "person" => Sort::Person,
        "thing" => Sort::Thing,
        "event" => Sort::Event,
        other => return Err(format!("`{other}` is none of person, thing, event")),
    };
    let called = names
        .split(',')
        .map(|name| {
            let (one, many) = name.trim().split_once('/').ok_or_else(|| format!("`{name}` lacks its plural"))?;
            Ok(Words { one: one.into(), many: many.into() })
        })
        .collect::<Result<_, String>>()?;
    Ok(Thing { sort, called, columns: Vec::new() })
}

/// `fee, charge?: money 20 400 | saying | saying`, or `owner -> owner | belong to/belongs to | own/owns/owned by`
fn field(line: &str, pools: &Pools) -> Result<Field, String> {
    let mut parts = line.split('|').map(str::trim);
    let head = parts.next().unwrap_or_default();
    let sayings: Vec<String> = parts.map(str::to_owned).collect();
    let names = |text: &str| {
        let text = text.trim();
        (list(&text.replace('?', "")).collect::<Vec<_>>(), text.contains('?'))
    };
    if let Some((name, other)) = head.split_once("->") {
        let (called, missing) = names(name);
        let verb = |at: usize| sayings.get(at).filter(|text| !text.is_empty()).map(|text| verb(text)).transpose();
        return Ok(Field { called, missing, kind: Kind::To(other.trim().into(), verb(0)?, verb(1)?), sayings: Vec::new() });
    }
    let (name, rest) = head.split_once(':').ok_or_else(|| format!("`{head}` has no colon"))?;
    let (called, missing) = names(name);
    if called.is_empty() {
        return Err("a column needs a name".into());
    }
    let rest = rest.trim();
    let (kind, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let kind = match kind {
        "names" => Kind::Names(rest.split('+').map(|part| items(part, pools)).collect()),
        "texts" => Kind::Texts(items(rest, pools)),
        "codes" => Kind::Codes(pairs(rest)?),
        "flag" => {
            let (yes, no) = rest.split_once('/').ok_or("a flag says yes / no")?;
            Kind::Flag(yes.trim().into(), no.trim().into())
        }
        "number" | "money" => number(rest, kind == "money")?,
        "year" => years(rest).map(|(low, high)| Kind::Year(low, high))?,
        "date" => years(rest).map(|(low, high)| Kind::Date(low, high))?,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "notes" => Kind::Notes(items(rest, pools)),
        other => return Err(format!("`{other}` is no kind of column")),
    };
    match &kind {
        Kind::Names(parts) if parts.iter().any(Vec::is_empty) => Err("a name has no words to draw from".into()),
        Kind::Texts(texts) | Kind::Notes(texts) if texts.len() < 2 => Err("a column of texts has fewer than two".into()),
        _ => Ok(Field { called, missing, kind, sayings }),
    }
}

/// A list, or a pool by its name: `$town`.
fn items(text: &str, pools: &Pools) -> Vec<String> {
    list(text).flat_map(|item| item.strip_prefix('$').map_or_else(|| vec![item.clone()], |pool| pools.get(pool).to_vec())).collect()
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    list(text)
        .map(|item| item.split_once('=').map(|(code, word)| (code.into(), word.into())).ok_or_else(|| format!("`{item}` is no code=word")))
        .collect()
}

fn number(text: &str, money: bool) -> Result<Kind, String> {
    let mut words = text.splitn(3, ' ');
    let mut next = || words.next().and_then(Decimal::read).ok_or_else(|| format!("`{text}` does not begin with two numbers"));
    let (low, high) = (next()?, next()?);
    let unit = words.next().unwrap_or_default().trim().to_owned();
    if low.digits != high.digits || low.units >= high.units {
        return Err(format!("`{text}`: two numbers of equally many decimals, the smaller one first"));
    }
    Ok(Kind::Number { low, high, unit, money })
}

fn years(text: &str) -> Result<(i64, i64), String> {
    let (low, high) = text.split_once(' ').ok_or("two years, please")?;
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) if low < high => Ok((low, high)),
        _ => Err(format!("`{text}` is not two years, the earlier one first")),
    }
}

fn verb(text: &str) -> Result<Verb, String> {
    let mut parts = text.split('/').map(|part| part.trim().to_owned());
    match (parts.next(), parts.next()) {
        (Some(many), Some(one)) => Ok(Verb { many, one, done: parts.next() }),
        _ => Err(format!("`{text}` lacks one of the verb's forms: own/owns/owned by")),
    }
}
