//! `data stats`: how many rows, how long, how hard.

use std::collections::BTreeMap;
use std::io::{Write, stderr, stdout};
use std::path::Path;

use serde_json::json;

use super::super::columns::{print_bars, print_columns};
use super::super::failure::Failure;
use super::super::interrupt;
use super::args::{SourceArgs, StatsArgs};
use super::published::published;
use super::rows::{open, say_left_out};
use crate::dataset::statistics::{KEYWORDS, LENGTH_STEP};
use crate::dataset::{DatasetError, Statistics};
use crate::signal::Cancel;
use crate::sql::hardness::Hardness;
use crate::text;

/// Bars of a histogram; what is beyond is put together.
const MOST_BARS: usize = 16;

/// Counts every row of a data set.
pub(super) fn run_stats(args: &StatsArgs) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    let statistics = count(&args.source, &cancel)?;
    if args.beside.is_empty() && !args.published {
        if args.json {
            writeln!(stdout(), "{}", to_json(&statistics))?;
        } else {
            print(&statistics)?
        }
        return Ok(0);
    }
    let mut sets = vec![(name(&args.source.file), statistics)];
    for file in &args.beside {
        let source = SourceArgs { file: file.clone(), format: None, columns: None, databases: None };
        sets.push((name(file), count(&source, &cancel)?));
    }
    if args.published {
        sets.extend(published().map(|(name, statistics)| (name.to_owned(), statistics)));
    }
    if args.json {
        let all: serde_json::Map<String, serde_json::Value> = sets.iter().map(|(name, set)| (name.clone(), to_json(set))).collect();
        writeln!(stdout(), "{}", serde_json::Value::from(all))?;
    } else {
        print_beside(&sets)?;
    }
    Ok(0)
}

fn name(file: &Path) -> String {
    file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn count(source: &SourceArgs, cancel: &Cancel) -> Result<Statistics, Failure> {
    let mut examples = open(source, cancel)?;
    let mut statistics = Statistics::default();
    let mut unreadable = 0;
    for example in examples.by_ref() {
        if cancel.is_stopped() {
            return Err(Failure::interrupted());
        }
        match example {
            Ok(example) => statistics.add(&example),
            Err(DatasetError::Row { .. }) => unreadable += 1,
            Err(error) => return Err(error.into()),
        }
    }
    say_left_out(&examples)?;
    if unreadable > 0 {
        let rows = text::counted(unreadable, "row cannot be read and is", "rows cannot be read and are");
        writeln!(stderr(), "{rows} not counted; `sqllama data check` names them")?;
    }
    Ok(statistics)
}

/// Several sets, a column each; what a set has no numbers for stays empty.
fn print_beside(sets: &[(String, Statistics)]) -> Result<(), Failure> {
    let line = |label: &str, cell: &dyn Fn(&Statistics) -> String| -> Vec<String> {
        std::iter::once(label.to_owned()).chain(sets.iter().map(|(_, set)| cell(set))).collect()
    };
    let number = |n: usize| if n == 0 { String::new() } else { text::count(n as u64) };
    let mean = |total: usize, set: &Statistics| number(((total as f64) / set.rows.max(1) as f64).round() as usize);
    let share = |part: usize, of: usize| if part == 0 { String::new() } else { format!("{:.1}%", 100.0 * part as f64 / of.max(1) as f64) };
    let ends = |counts: &BTreeMap<usize, usize>| match (counts.first_key_value(), counts.last_key_value()) {
        (Some((least, _)), Some((most, _))) => format!("{least} to {most}"),
        _ => String::new(),
    };
    let mut rows = vec![
        std::iter::once(String::new()).chain(sets.iter().map(|(name, _)| name.clone())).collect(),
        line("rows", &|set| number(set.rows)),
        line("databases", &|set| number(set.databases.len())),
        line("characters of a question (mean)", &|set| mean(set.question_characters, set)),
        line("characters of a schema (mean)", &|set| mean(set.context_characters, set)),
        line("characters of an answer (mean)", &|set| mean(set.answer_characters, set)),
        line("CREATE statements in a schema", &|set| ends(&set.tables)),
        line("keywords in an answer", &|set| ends(&set.keyword_counts)),
    ];
    for (at, keyword) in KEYWORDS.iter().enumerate() {
        rows.push(line(&format!("answers with {keyword}"), &|set| share(set.keywords.get(at).copied().unwrap_or_default(), set.rows)));
    }
    for (at, hardness) in Hardness::ALL.iter().enumerate() {
        let count = |set: &Statistics| set.hardness.get(at).copied().unwrap_or_default();
        rows.push(line(&format!("{} (as Spider counts)", hardness.name()), &|set| share(count(set), set.rows)));
    }
    print_columns(&rows)?;
    Ok(())
}

fn print(statistics: &Statistics) -> Result<(), Failure> {
    let mean = |total: usize| format!("{:>7.0}", total as f64 / statistics.rows.max(1) as f64);
    let number = |n: usize| format!("{:>7}", text::count(n as u64));
    let mut rows = vec![
        vec!["rows".into(), number(statistics.rows)],
        vec!["rows with a schema".into(), number(statistics.with_context)],
        vec!["characters of a question (mean)".into(), mean(statistics.question_characters)],
        vec!["characters of a schema (mean)".into(), mean(statistics.context_characters)],
        vec!["characters of an answer (mean)".into(), mean(statistics.answer_characters)],
    ];
    if statistics.several_turns > 0 {
        rows.insert(1, vec!["rows of several turns: the last answer is learned".into(), number(statistics.several_turns)]);
    }
    if !statistics.databases.is_empty() {
        rows.insert(1, vec!["databases".into(), number(statistics.databases.len())]);
    }
    print_columns(&rows)?;
    let keywords: Vec<(String, usize)> = KEYWORDS.iter().map(|word| (*word).to_owned()).zip(statistics.keywords).collect();
    print_bars("Answers that hold a keyword", &keywords, statistics.rows)?;
    print_bars("Keywords in an answer", &bars(&statistics.keyword_counts, more), statistics.rows)?;
    let hardness: Vec<(String, usize)> = Hardness::ALL.iter().map(|own| own.name().to_owned()).zip(statistics.hardness).collect();
    print_bars("Hardness of an answer, as Spider counts it", &hardness, statistics.rows)?;
    if statistics.with_context > 0 {
        print_bars("CREATE statements in a schema", &bars(&statistics.tables, more), statistics.with_context)?;
    }
    let length = |from: usize, last: bool| if last { format!("{from} or more") } else { format!("{from} to {}", from + LENGTH_STEP - 1) };
    print_bars("Characters of an answer", &bars(&statistics.answer_lengths, length), statistics.rows)?;
    Ok(())
}

fn more(n: usize, last: bool) -> String {
    if last { format!("{n} or more") } else { n.to_string() }
}

/// At most [`MOST_BARS`] bars; the last takes everything beyond, and `label` is told so.
fn bars(counts: &BTreeMap<usize, usize>, label: impl Fn(usize, bool) -> String) -> Vec<(String, usize)> {
    let mut bars = Vec::new();
    for (at, (value, count)) in counts.iter().enumerate() {
        if at + 1 == MOST_BARS && counts.len() > MOST_BARS {
            bars.push((label(*value, true), counts.range(value..).map(|(_, count)| count).sum()));
            break;
        }
        bars.push((label(*value, false), *count));
    }
    bars
}

fn to_json(statistics: &Statistics) -> serde_json::Value {
    let keywords: serde_json::Map<String, serde_json::Value> =
        KEYWORDS.iter().zip(statistics.keywords).map(|(word, count)| ((*word).to_owned(), count.into())).collect();
    let hardness: serde_json::Map<String, serde_json::Value> =
        Hardness::ALL.iter().zip(statistics.hardness).map(|(own, count)| (own.name().to_owned(), count.into())).collect();
    json!({
        "rows": statistics.rows,
        "with_context": statistics.with_context,
        "several_turns": statistics.several_turns,
        "databases": statistics.databases.len(),
        "keywords": keywords,
        "keyword_counts": statistics.keyword_counts,
        "tables": statistics.tables,
        "answer_lengths": statistics.answer_lengths,
        "hardness": hardness,
        "question_characters": statistics.question_characters,
        "context_characters": statistics.context_characters,
        "answer_characters": statistics.answer_characters,
    })
}
