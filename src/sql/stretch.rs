//! From when to when a row is, and how long: the two moments that a table keeps of each row, as `started` and `stopped`.

use super::quote::{identifier, table_name};
use crate::schema::{Column, Holds, Meaning, Schema, SpanUnit, Table, Times};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words of columns of moments at which something begins, and ends.
pub(crate) const BEGINS: [&str; 11] =
    ["start", "started", "starts", "begin", "began", "begins", "from", "opened", "borrowed", "admitted", "pickup"];
pub(crate) const ENDS: [&str; 14] = [
    "end",
    "ended",
    "ends",
    "stop",
    "stopped",
    "finish",
    "finished",
    "to",
    "until",
    "closed",
    "completed",
    "returned",
    "discharged",
    "dropoff",
];
/// Such words that say so only beside each other, with the same words around them: `first_day` and `last_day`.
const PAIRS: [(&str, &str); 3] = [("first", "last"), ("in", "out"), ("checkin", "checkout")];
/// The year of what has no end.
const NO_END: &str = "9999";

/// Units that people ask for: their names where several are asked for, the name of one, their seconds.
const UNITS: [(&[&str], &str, f64); 5] = [
    (&["milliseconds", "ms"], "millisecond", 1e-3),
    (&["seconds"], "second", 1.0),
    (&["minutes"], "minute", 60.0),
    (&["hours"], "hour", 3_600.0),
    (&["days"], "day", 86_400.0),
];
/// Words behind which a unit is asked for, where none counts it.
const ASKING: [&str; 6] = ["many", "in", "of", "total", "average", "mean"];
/// Words with which a question asks how long something is.
const LONG: [&str; 16] = [
    "long", "longer", "longest", "short", "shorter", "shortest", "length", "duration", "time", "took", "take", "takes", "lasted", "lasts",
    "hours", "minutes",
];
/// Words that make "time" a point in time.
const POINT: [&str; 8] = ["first", "last", "what", "latest", "earliest", "when", "date", "same"];
/// Tables told of, where the question names none of them.
const MOST_UNNAMED: usize = 2;

/// The two columns between which a row lies in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch<'t> {
    /// When it begins.
    pub begins: &'t Column,
    /// When it ends.
    pub ends: &'t Column,
}

/// The two moments between which the rows of `table` lie; `None` where it keeps none, or more.
pub fn stretch(table: &Table) -> Option<Stretch<'_>> {
    let moments: Vec<(&Column, Vec<String>)> =
        table.columns.iter().filter(|column| is_moment(column)).map(|column| (column, split_name(&column.name))).collect();
    let only = |list: &[&str]| {
        let mut found = moments.iter().filter(|(_, words)| words.iter().any(|word| list.contains(&word.as_str())));
        found.next().map(|(column, _)| *column).filter(|_| found.next().is_none())
    };
    if let (Some(begins), Some(ends)) = (only(&BEGINS), only(&ENDS)) {
        return (begins.name != ends.name && is_alike(begins, ends)).then_some(Stretch { begins, ends });
    }
    let mut pairs = PAIRS.into_iter().flat_map(|(first, last)| {
        let swapped = move |words: &[String]| -> Vec<String> {
            words.iter().map(|word| if word == first { last.to_owned() } else { word.clone() }).collect()
        };
        let begins = moments.iter().filter(move |(_, words)| words.iter().any(|word| word == first));
        begins
            .filter_map(|(begins, words)| {
                let wanted = swapped(words);
                let (ends, _) = moments.iter().find(|(_, words)| *words == wanted)?;
                is_alike(begins, ends).then_some(Stretch { begins, ends })
            })
            .collect::<Vec<_>>()
    });
    pairs.next().filter(|_| pairs.next().is_none())
}

/// Whether a column keeps moments that SQLite can subtract, with an end.
fn is_moment(column: &Column) -> bool {
    if column.samples.first().is_some_and(|range| range.split("..").any(|end| end.starts_with(NO_END))) {
        return false;
    }
    match &column.meaning {
        Meaning::Time(times) => !times.mixed && times.between().is_some(),
        Meaning::Plain => column.holds == Holds::Texts && column.has_days(),
        _ => false,
    }
}

/// Whether two columns of moments can be subtracted from each other.
fn is_alike(one: &Column, other: &Column) -> bool {
    one.meaning.times().and_then(Times::between) == other.meaning.times().and_then(Times::between)
}

impl Stretch<'_> {
    /// How long a row of `table` is, in units of so many `seconds`, as SQL.
    pub fn length(&self, table: &Table, seconds: f64) -> String {
        let named = |column: &Column| format!("{}.{}", table_name(table), identifier(&column.name));
        let (from, to) = (named(self.begins), named(self.ends));
        let (difference, unit) = match self.begins.meaning.times().and_then(Times::between) {
            Some(unit) => (format!("{to} - {from}"), unit),
            None => (format!("julianday({to}) - julianday({from})"), SpanUnit::Days),
        };
        let parts = unit.per_second() * seconds;
        match () {
            () if (parts - 1.0).abs() < 1e-9 => difference,
            () if parts > 1.0 => format!("({difference}) / {parts:.1}"),
            () => format!("({difference}) * {:.0}", 1.0 / parts),
        }
    }
}

/// The seconds of the unit that a question asks for; `None` where it asks for none, or for several. A unit beside a number ("longer than two
/// hours") asks for nothing.
pub fn unit_asked(question: &str) -> Option<f64> {
    let words: Vec<String> =
        question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", String::as_str);
    let unit = |at: usize| {
        let (_, _, seconds) = UNITS.iter().find(|(names, ..)| names.contains(&word(Some(at))))?;
        let (before, further) = (word(at.checked_sub(1)), word(at.checked_sub(2)));
        // "How many billable hours".
        let qualified = further == "many" && before.chars().all(char::is_alphabetic);
        (ASKING.contains(&before) || qualified).then_some(*seconds)
    };
    let mut units = (0..words.len()).filter_map(unit);
    let first = units.next()?;
    units.all(|other| other == first).then_some(first)
}

/// How long the rows of tables are that a question asks the length of, a line for each: what small models do not make of two moments.
/// In the unit that the question names, else in days where the moments are days, and in hours.
pub fn lengths(schema: &Schema, question: &str) -> Vec<String> {
    let asked = unit_asked(question);
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_long = words.iter().any(|word| LONG.contains(&word.as_str()) && !(word == "time" && says(&POINT)));
    if asked.is_none() && !is_long || !is_english_question(question) {
        return Vec::new();
    }
    let named = UNITS.iter().find(|(names, one, _)| says(names) || says(&[one])).map(|(.., seconds)| *seconds);
    let is_length = |column: &Column| column.meaning.span().is_some() || matches!(column.meaning, Meaning::Clock(_));
    let mut found: Vec<(&Table, Stretch<'_>)> = schema
        .tables
        .iter()
        .filter(|table| table.unreadable.is_none() && !table.bookkeeping && !table.columns.iter().any(is_length))
        .filter_map(|table| Some((table, stretch(table)?)))
        .collect();
    let is_named = |table: &Table| split_name(&table.name).last().is_some_and(|last| words.iter().any(|word| stem(word) == stem(last)));
    if found.iter().any(|(table, _)| is_named(table)) {
        found.retain(|(table, _)| is_named(table));
    }
    if found.len() > MOST_UNNAMED {
        return Vec::new();
    }
    let line = |(table, stretch): (&Table, Stretch<'_>)| {
        let is_day =
            |column: &Column| column.samples.first().is_some_and(|range| range.split("..").all(|end| end.len() == "2024-01-01".len()));
        let days = stretch.begins.meaning == Meaning::Plain && is_day(stretch.begins);
        let seconds = asked.or(named).unwrap_or(if days { 86_400.0 } else { 3_600.0 });
        let unit = UNITS.iter().find(|(.., other)| *other == seconds).and_then(|(names, ..)| names.first()).copied().unwrap_or_default();
        format!("{unit} of each {}: {}", table_name(table), stretch.length(table, seconds))
    };
    found.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TimeUnit;

    fn schema() -> Schema {
        let dated = |name: &str, samples: &str| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: vec![samples.into()],
            ..Column::default()
        };
        let counted = |name: &str, unit| {
            let times = Times { units: vec![unit], mixed: false, never: false, first: String::new(), last: String::new() };
            Column { name: name.into(), holds: Holds::Numbers, meaning: Meaning::Time(times), ..Column::default() }
        };
        let table = |name: &str, columns| Table { name: name.into(), columns, ..Table::default() };
        let (time, day) = ("2024-01-01 10:00:00..2025-01-01 09:00:00", "2024-01-01..2025-02-03");
        let took = Column { name: "duration".into(), meaning: Meaning::Span(SpanUnit::Seconds), ..Column::default() };
        let tables = vec![
            table("entry", vec![dated("started", time), dated("stopped", time), dated("created", time)]),
            table("absence", vec![dated("first_day", day), dated("last_day", day), dated("first_name", "Ann")]),
            table("outage", vec![counted("began", TimeUnit::UnixMillis), counted("ended", TimeUnit::UnixMillis)]),
            table("post", vec![dated("from_date", day), dated("to_date", "2024-01-01..9999-01-01")]),
            table("call", vec![counted("start", TimeUnit::UnixSeconds), counted("end", TimeUnit::UnixSeconds), took]),
            table("odd", vec![counted("start", TimeUnit::UnixSeconds), dated("end", time)]),
        ];
        Schema { tables }
    }

    #[track_caller]
    fn check(question: &str, expected: &[&str]) {
        assert_eq!(lengths(&schema(), question), expected, "{question}");
    }

    #[test]
    fn the_length_of_rows_is_told_in_the_unit_asked_for() {
        let entry = "(julianday(entry.stopped) - julianday(entry.started))";
        check("How many hours are the entries in total?", &[&format!("hours of each entry: {entry} * 24")]);
        check("How many billable hours has each entry?", &[&format!("hours of each entry: {entry} * 24")]);
        check("What is the longest entry in minutes?", &[&format!("minutes of each entry: {entry} * 1440")]);
        check("How many entries took longer than 20 minutes?", &[&format!("minutes of each entry: {entry} * 1440")]);
        check("Which outage took longest?", &["hours of each outage: (outage.ended - outage.began) / 3600000.0"]);
        check("the average length of an absence", &["days of each absence: julianday(absence.last_day) - julianday(absence.first_day)"]);
    }

    #[test]
    fn nothing_is_told_where_no_length_is_asked_for_or_it_is_kept() {
        for question in [
            "How many entries are there?",
            "How many calls were longer than an hour? The call has it.",
            "When was the last outage?",
            "At what time did the last outage begin?",
            "Wie lange dauerte der längste outage?",
            "How many hours?",
        ] {
            check(question, &[]);
        }
    }
}
