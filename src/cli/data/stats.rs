//! `data stats`: how many rows, how long, how hard.

use std::collections::BTreeMap;
use std::io::{Write, stderr, stdout};

use serde_json::json;

use super::super::columns::{print_bars, print_columns};
use super::super::failure::Failure;
use super::super::interrupt;
use super::args::StatsArgs;
use super::rows::{open, say_left_out};
use crate::dataset::statistics::{KEYWORDS, LENGTH_STEP};
use crate::dataset::{DatasetError, Statistics};
use crate::text;

/// Bars of a histogram; what is beyond is put together.
const MOST_BARS: usize = 16;

/// Counts every row of a data set.
pub(super) fn run_stats(args: &StatsArgs) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    let mut examples = open(&args.source, &cancel)?;
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
    if args.json {
        print_json(&statistics)?
    } else {
        print(&statistics)?
    }
    Ok(0)
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

fn print_json(statistics: &Statistics) -> Result<(), Failure> {
    let keywords: serde_json::Map<String, serde_json::Value> =
        KEYWORDS.iter().zip(statistics.keywords).map(|(word, count)| ((*word).to_owned(), count.into())).collect();
    let object = json!({
        "rows": statistics.rows,
        "with_context": statistics.with_context,
        "several_turns": statistics.several_turns,
        "databases": statistics.databases.len(),
        "keywords": keywords,
        "keyword_counts": statistics.keyword_counts,
        "tables": statistics.tables,
        "answer_lengths": statistics.answer_lengths,
        "question_characters": statistics.question_characters,
        "context_characters": statistics.context_characters,
        "answer_characters": statistics.answer_characters,
    });
    writeln!(stdout(), "{object}")?;
    Ok(())
}
