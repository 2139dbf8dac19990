//! What a run found, for people and for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::cell::{CellRun, CellState, verdict_word};
use crate::db::Table;
use crate::db::export::cell_to_json;
use crate::notebook::{PairKind, Statement, Verdict, beside};
use crate::text;

/// Rows of a difference that are shown.
const ROWS: usize = 40;

/// Tells a person of one cell.
pub(super) fn write_text(run: &CellRun, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let title = text::sanitize(run.title.lines().next().unwrap_or_default()).into_owned();
    let title = if title.is_empty() { String::new() } else { format!(": {title}") };
    writeln!(out, "line {}{}", run.line, text::ellipsis(&title, width.saturating_sub(12)))?;
    match &run.state {
        CellState::Skipped => writeln!(out, "  skipped")?,
        CellState::Unanswered => writeln!(out, "  no SQL yet; --ask has the model write it")?,
        CellState::NotAnswered(why) => writeln!(out, "  no answer: {}", text::sanitize(why))?,
        CellState::Ran { sql, statements } => {
            if let Some(sql) = sql {
                sql.trim_end().lines().try_for_each(|line| writeln!(out, "  {}", text::sanitize(line)))?;
            }
            for statement in statements {
                write_statement(statement, width, out)?;
            }
        }
    }
    Ok(())
}

fn write_statement(statement: &Statement, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let now = &statement.now.table;
    match &statement.verdict {
        Verdict::Same => writeln!(out, "  same: {}", rows(now)),
        Verdict::New => writeln!(out, "  nothing kept yet; now {}", rows(now)),
        Verdict::Unreadable(problem) => writeln!(out, "  what is kept cannot be read: {}; now {}", text::sanitize(problem), rows(now)),
        Verdict::Failed(error) => {
            writeln!(out, "  failed: {}", text::sanitize(&error.to_string()))?;
            error.hint().map_or(Ok(()), |hint| writeln!(out, "  hint: {}", text::sanitize(&hint)))
        }
        Verdict::Differs(_) if statement.sql.is_empty() => writeln!(out, "  differs: a result is kept, and no statement is left for it"),
        Verdict::Differs(change) => {
            let none = Table::default();
            let kept = statement.kept.as_ref().map_or(&none, |kept| &kept.table);
            writeln!(out, "  differs: {}", change.said(kept, now))?;
            let hidden =
                if change.added.is_empty() && change.missing.is_empty() && !change.columns && !change.reordered { 0 } else { ROWS };
            if hidden > 0 {
                for pair in beside(kept, now, change, width.saturating_sub(4), hidden) {
                    let before = if pair.kind == PairKind::Same { "    " } else { "  | " };
                    writeln!(out, "{before}{}", pair.line)?;
                }
            }
            Ok(())
        }
    }
}

fn rows(table: &Table) -> String {
    let rows = text::counted(table.rows.len() as u64, "row", "rows");
    if table.truncated { format!("the first {rows}; there are more") } else { rows }
}

/// A cell for programs.
pub(super) fn to_json(run: &CellRun) -> Value {
    let mut out = json!({ "line": run.line, "question": run.question, "heading": run.heading, "state": run.word() });
    if let Some(entries) = out.as_object_mut() {
        match &run.state {
            CellState::NotAnswered(why) => drop(entries.insert("error".into(), why.as_str().into())),
            CellState::Ran { sql, statements } => {
                entries.insert("sql".into(), sql.as_deref().or(run.sql.as_deref()).into());
                entries.insert("statements".into(), statements.iter().map(statement).collect());
            }
            CellState::Skipped | CellState::Unanswered => {}
        }
    }
    out
}

fn statement(statement: &Statement) -> Value {
    let table = |table: &Table| {
        json!({
            "columns": table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            "rows": table.rows.iter().map(|row| row.iter().map(cell_to_json).collect::<Vec<_>>()).collect::<Vec<_>>(),
            "row_count": table.rows.len(),
            "truncated": table.truncated,
        })
    };
    let mut out = json!({ "sql": statement.sql, "state": verdict_word(&statement.verdict) });
    let Some(entries) = out.as_object_mut() else { return out };
    match &statement.verdict {
        Verdict::Failed(error) => {
            entries.insert("error".into(), error.to_string().into());
            entries.insert("hint".into(), error.hint().into());
        }
        verdict => {
            let kept = statement.kept.as_ref().map(|kept| table(&kept.table));
            entries.insert("kept".into(), kept.into());
            entries.insert("now".into(), table(&statement.now.table));
            match verdict {
                Verdict::Unreadable(problem) => drop(entries.insert("problem".into(), problem.as_str().into())),
                Verdict::Differs(change) => {
                    entries.insert("missing".into(), json!(change.missing));
                    entries.insert("added".into(), json!(change.added));
                    entries.insert("shared".into(), change.shared.len().into());
                    entries.insert("columns_differ".into(), change.columns.into());
                    entries.insert("reordered".into(), change.reordered.into());
                    entries.insert("cut_differs".into(), change.cut.into());
                }
                _ => {}
            }
        }
    }
    out
}
