//! What windows say of a plan and of a column.

use crate::db::spool::Summary;
use crate::db::{Cell, Table};
use crate::text;

/// `EXPLAIN QUERY PLAN` as a tree.
pub(super) fn plan(table: &Table) -> String {
    let mut depths: Vec<(i64, usize)> = vec![(0, 0)];
    let mut out = String::new();
    for row in &table.rows {
        let (Some(Cell::Integer(id)), Some(Cell::Integer(parent)), Some(Cell::Text(detail))) = (row.first(), row.get(1), row.get(3)) else {
            continue;
        };
        let depth = depths.iter().rev().find(|(own, _)| own == parent).map_or(0, |(_, depth)| *depth);
        depths.push((*id, depth + 1));
        let warning = if detail.starts_with("SCAN") && !detail.contains("INDEX") { "   (reads every row)" } else { "" };
        out.push_str(&format!("{}{}{detail}{warning}\n", "   ".repeat(depth), if depth > 0 { "└─ " } else { "" }));
    }
    out
}

pub(super) fn summed_up(summary: &Summary) -> String {
    let shown = crate::db::export::cell_to_text;
    let percent = |n: u64| if summary.rows == 0 { 0.0 } else { 100.0 * n as f64 / summary.rows as f64 };
    let mut out = format!(
        "rows      {}\nNULL      {} ({:.1}%)\nempty     {}\ndistinct  {}\nmin       {}\nmax       {}\n",
        text::count(summary.rows),
        text::count(summary.nulls),
        percent(summary.nulls),
        text::count(summary.empty),
        text::count(summary.distinct),
        text::ellipsis(&shown(&summary.min), 60),
        text::ellipsis(&shown(&summary.max), 60),
    );
    if let Some(mean) = summary.mean {
        out.push_str(&format!("sum       {}\nmean      {mean:.4}\n", shown(&summary.sum)));
    }
    if let Some(median) = summary.median {
        out.push_str(&format!("median    {median:.4}\n"));
    }
    let most = summary.top.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let width = summary.top.iter().map(|(value, _)| text::width(&text::ellipsis(&shown(value), 30))).max().unwrap_or(0);
    out.push_str("\nmost frequent\n");
    for (value, n) in &summary.top {
        let value = shown(value);
        let value = text::ellipsis(&value, 30);
        let gap = " ".repeat(width.saturating_sub(text::width(&value)));
        let bar = "█".repeat((20 * n).div_ceil(most) as usize);
        out.push_str(&format!("  {value}{gap}  {:>9} {:>5.1}%  {bar}\n", text::count(*n), percent(*n)));
    }
    out
}
