//! What windows say of a plan and of a column.

use crate::db::spool::Summary;
use crate::db::{Cell, Table};
use crate::schema::Schema;
use crate::text;

/// `EXPLAIN QUERY PLAN` as a tree; steps that read every row of a table, or that sort or index on the way, are marked.
pub(super) fn plan(table: &Table, schema: &Schema) -> String {
    let step = |row: &Vec<Cell>| match (row.first(), row.get(1), row.get(3)) {
        (Some(Cell::Integer(id)), Some(Cell::Integer(parent)), Some(Cell::Text(detail))) => Some((*id, *parent, detail.clone())),
        _ => None,
    };
    let steps: Vec<(i64, i64, String)> = table.rows.iter().filter_map(step).collect();
    let mut out = String::new();
    let mut scans = 0;
    // What stands before the steps below each step, by its id; 0 is above all.
    let mut above: Vec<(i64, String)> = vec![(0, String::new())];
    for (at, (id, parent, detail)) in steps.iter().enumerate() {
        let before = above.iter().rev().find(|(own, _)| own == parent).map(|(_, before)| before.clone()).unwrap_or_default();
        let goes_on = steps.iter().skip(at + 1).any(|(_, other, _)| other == parent);
        let (branch, below) = match (*parent, goes_on) {
            (0, _) => ("", ""),
            (_, true) => ("├─ ", "│  "),
            (_, false) => ("└─ ", "   "),
        };
        let mark = mark(detail, schema);
        scans += usize::from(mark.starts_with("reads every row"));
        let mark = if mark.is_empty() { mark } else { format!("   ← {mark}") };
        out.push_str(&format!("{before}{branch}{detail}{mark}\n"));
        above.push((*id, format!("{before}{below}")));
    }
    if scans > 0 {
        let scans = text::counted(scans as u64, "full scan", "full scans");
        out.push_str(&format!("\n{scans}: an index on a column that is compared may spare that.\n"));
    }
    out
}

/// What a step costs, where that is worth a word.
fn mark(detail: &str, schema: &Schema) -> String {
    if let Some(name) = detail.strip_prefix("SCAN ") {
        let name = name.split(" USING ").next().unwrap_or(name);
        let rows = schema.tables.iter().find(|table| table.name == name).and_then(|table| table.row_count);
        let rows = rows.map(|rows| format!(": {}", text::counted(rows, "row", "rows"))).unwrap_or_default();
        return match () {
            () if name == "CONSTANT ROW" || name.starts_with('(') || detail.contains("VIRTUAL TABLE") => String::new(),
            () if detail.contains(" INDEX ") => format!("reads every entry of an index{rows}"),
            () => format!("reads every row{rows}"),
        };
    }
    match () {
        () if detail.contains("AUTOMATIC") => "makes an index for this query alone".into(),
        () if detail.starts_with("USE TEMP B-TREE FOR ORDER BY") => "sorts".into(),
        () if detail.starts_with("CORRELATED") => "runs again for every row".into(),
        () => String::new(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table as SchemaTable;

    #[test]
    fn plans_are_trees_and_full_scans_are_marked() {
        let row = |(id, parent, detail): &(i64, i64, &str)| {
            vec![Cell::Integer(*id), Cell::Integer(*parent), Cell::Integer(0), Cell::Text((*detail).into())]
        };
        let steps = [
            (1, 0, "MULTI-INDEX OR"),
            (2, 1, "INDEX 1"),
            (3, 2, "SEARCH t USING INDEX a (x=?)"),
            (4, 1, "INDEX 2"),
            (5, 4, "SCAN city"),
            (6, 0, "CORRELATED SCALAR SUBQUERY 1"),
            (7, 6, "SCAN t USING COVERING INDEX b"),
            (8, 0, "USE TEMP B-TREE FOR ORDER BY"),
            (9, 0, "SCAN CONSTANT ROW"),
        ];
        let table = Table { rows: steps.iter().map(row).collect(), ..Table::default() };
        let city = SchemaTable { name: "city".into(), row_count: Some(4079), ..SchemaTable::default() };
        assert_eq!(
            plan(&table, &Schema { tables: vec![city] }),
            "MULTI-INDEX OR\n├─ INDEX 1\n│  └─ SEARCH t USING INDEX a (x=?)\n└─ INDEX 2\n   └─ SCAN city   ← reads every row: 4,079 rows\n\
             CORRELATED SCALAR SUBQUERY 1   ← runs again for every row\n└─ SCAN t USING COVERING INDEX b   ← reads every entry of an index\n\
             USE TEMP B-TREE FOR ORDER BY   ← sorts\nSCAN CONSTANT ROW\n\n1 full scan: an index on a column that is compared may spare that.\n"
        );
    }
}
