//! `data check`: which rows can be learned from, and why the others cannot.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufWriter, Write, stderr, stdout};
use std::path::PathBuf;

use serde_json::json;

use super::super::columns::print_columns;
use super::super::failure::Failure;
use super::super::interrupt;
use super::super::load::load_installed;
use super::super::settings::Settings;
use super::args::CheckArgs;
use super::rows::{open, refuse_existing, say_left_out};
use crate::dataset::check::{Rejected, question_key};
use crate::dataset::{CheckOptions, CheckReport, Example, ExampleWriter, Examples, Length, ReadOptions, check};
use crate::llm::{Generate, Prompt};
use crate::prompt::Form;
use crate::signal::Cancel;
use crate::text;

/// Checks every row of a data set.
pub(super) fn run_check(args: &CheckArgs, settings: &Settings) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    for path in args.out.iter().chain(&args.rejects) {
        refuse_existing(path)?;
    }
    let mut examples = open(&args.source, &cancel)?;
    let held_out = held_out(&args.held_out, &cancel)?;
    let model = args.model.as_ref().map(|model| load_installed(settings, Some(model))).transpose()?;
    let count = |example: &Example| tokens_of(model.as_deref(), example);
    let length = args.max_length.map(|limit| Length { limit, count: &count });
    let options = CheckOptions { length, held_out, require_rows: args.require_rows };
    let format = examples.format();
    let mut writer = args.out.as_ref().map(|path| ExampleWriter::create(path, format)).transpose()?;
    let report = check(&mut examples, &options, &cancel, &mut |example| match &mut writer {
        Some(writer) => writer.write(&example),
        None => Ok(()),
    })?;
    let Some(report) = report else { return Err(Failure::interrupted()) };
    say_left_out(&examples)?;
    if let (Some(writer), Some(path)) = (writer, &args.out) {
        let rows = writer.finish()?;
        writeln!(stderr(), "wrote {} to {}", text::counted(rows as u64, "row", "rows"), path.display())?;
    }
    if let Some(path) = &args.rejects {
        write_rejects(&report, path)?;
    }
    if args.json {
        print_json(&report)?
    } else {
        print_report(&report, args.show)?
    }
    Ok(u8::from(report.kept == 0))
}

fn held_out(files: &[PathBuf], cancel: &Cancel) -> Result<HashSet<[u8; 16]>, Failure> {
    let mut keys = HashSet::new();
    for file in files {
        // Only the questions are wanted: a folder of databases need not be there.
        let options = ReadOptions { databases: Some(PathBuf::new()), ..ReadOptions::default() };
        let examples = Examples::open(file, &options, cancel)?.questions_only();
        for example in examples {
            keys.insert(question_key(example?.asked()));
        }
    }
    Ok(keys)
}

/// Tokens of a row's prompt and answer: the model's, or one for each three and a half bytes.
fn tokens_of(model: Option<&dyn Generate>, example: &Example) -> usize {
    let form = match model {
        Some(model) if model.info().has_chat_template => Form::Chat,
        _ => Form::Alpaca,
    };
    let (prompt, answer) = (example.prompt(form), example.completion(form));
    if let Some(model) = model
        && let (Ok(prompt), Ok(answer)) = (model.tokenize(&prompt), model.tokenize(&Prompt::Text(answer.clone())))
    {
        return prompt.len() + answer.len() + 1;
    }
    let bytes = match &prompt {
        Prompt::Text(text) => text.len(),
        Prompt::Chat(messages) => messages.iter().map(|message| message.content.len()).sum(),
        Prompt::Tokens(tokens) => tokens.len(),
    };
    (bytes + answer.len()) * 2 / 7 + 1
}

fn by_kind(report: &CheckReport) -> Vec<(&'static str, Vec<&Rejected>)> {
    let mut kinds: BTreeMap<&'static str, Vec<&Rejected>> = BTreeMap::new();
    for rejected in &report.rejected {
        kinds.entry(rejected.reason.kind()).or_default().push(rejected);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, rejected)| (std::cmp::Reverse(rejected.len()), *kind));
    kinds
}

fn print_report(report: &CheckReport, show: usize) -> Result<(), Failure> {
    let row = |label: &str, n: usize| {
        let share = format!("{:5.1}%", 100.0 * n as f64 / report.rows.max(1) as f64);
        vec![label.to_owned(), format!("{:>7}", text::count(n as u64)), share]
    };
    let mut rows = vec![row("rows", report.rows), row("kept", report.kept)];
    if report.requoted > 0 {
        rows.push(row("  values in double quotes made strings", report.requoted));
    }
    if report.several_turns > 0 {
        rows.push(row("  of several turns: the last answer is learned", report.several_turns));
    }
    if report.ran > 0 {
        rows.push(row("  run on their database", report.ran));
        rows.push(row("  returned no rows", report.without_rows));
    }
    rows.push(row("refused", report.rejected.len()));
    let kinds = by_kind(report);
    rows.extend(kinds.iter().map(|(kind, rejected)| row(&format!("  {kind}"), rejected.len())));
    print_columns(&rows)?;
    for (kind, rejected) in kinds.into_iter().filter(|_| show > 0) {
        writeln!(stdout(), "\n{kind}")?;
        for one in rejected.iter().take(show) {
            let reason = one.reason.to_string();
            writeln!(stdout(), "  row {}, line {}: {}", one.row, one.line, text::ellipsis(&text::sanitize(&reason), 100))?;
            if !one.answer.is_empty() {
                writeln!(stdout(), "    {}", text::ellipsis(&text::sanitize(&one.answer), 120))?;
            }
        }
        if rejected.len() > show {
            writeln!(stdout(), "  and {} more", text::count((rejected.len() - show) as u64))?;
        }
    }
    Ok(())
}

fn print_json(report: &CheckReport) -> Result<(), Failure> {
    let kinds: serde_json::Map<String, serde_json::Value> =
        by_kind(report).into_iter().map(|(kind, rejected)| (kind.to_owned(), rejected.len().into())).collect();
    let object = json!({
        "rows": report.rows, "kept": report.kept, "refused": report.rejected.len(), "reasons": kinds, "requoted": report.requoted,
        "several_turns": report.several_turns, "ran": report.ran, "without_rows": report.without_rows,
    });
    writeln!(stdout(), "{object}")?;
    Ok(())
}

fn write_rejects(report: &CheckReport, path: &PathBuf) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    for one in &report.rejected {
        let (kind, reason) = (one.reason.kind(), one.reason.to_string());
        writeln!(out, "{}", json!({"row": one.row, "line": one.line, "kind": kind, "reason": reason, "answer": one.answer}))?;
    }
    out.flush()?;
    Ok(())
}
