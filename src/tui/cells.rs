//! Cells as text: in a line of a table, and in full; and how wide columns of them are.

use super::dates::Dates;
use crate::db::Cell;
use crate::db::export::real;
use crate::db::spool::{Order, Peek, Spool};
use crate::text;

/// Lines of 16 bytes that are shown of a BLOB.
const BLOB_LINES: usize = 4096;
/// Columns looked at in one go.
const CHUNK: usize = 200;
/// How wide each of `columns` is in `count` rows from `first` on, at most `widest`.
pub(super) fn measure(
    spool: &Spool,
    dates: &Dates,
    order: Option<&Order>,
    columns: &[usize],
    first: usize,
    count: usize,
    widest: usize,
) -> Vec<usize> {
    let mut widths = Vec::with_capacity(columns.len());
    for chunk in columns.chunks(CHUNK) {
        let rows = spool.peek(order, first, count, chunk).unwrap_or_default();
        for (i, &column) in chunk.iter().enumerate() {
            // A sort mark stands behind the name.
            let name = spool.columns().get(column).map_or(0, |info| text::width(&text::sanitize(&info.name)));
            let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| {
                let width = text::width(&in_line(dates, column, cell));
                // A number that is cut is another number.
                if is_number(cell) { width } else { width.min(widest) }
            });
            let name = (name + dates.mark(column).len()).min(widest);
            widths.push(cells.fold(name, usize::max).max(1));
        }
    }
    widths
}

/// In a line, a date where it is shown as one.
pub(super) fn in_line(dates: &Dates, column: usize, cell: &Peek) -> String {
    dates.cell(column, cell).unwrap_or_else(|| shown(cell))
}

/// Whether it is a number, which stands on the right and is never cut.
pub(super) fn is_number(cell: &Peek) -> bool {
    matches!(cell, Peek::Integer(_) | Peek::Real(_))
}

/// A cell as one line of a table.
fn shown(cell: &Peek) -> String {
    match cell {
        Peek::Null => "NULL".into(),
        Peek::Integer(n) => n.to_string(),
        Peek::Real(x) => real(*x),
        Peek::Text(text) => text::sanitize(text).into_owned(),
        Peek::Blob(bytes) => format!("BLOB, {}", text::bytes(*bytes)),
    }
}

/// A cell in full: JSON indented, control characters visible, bytes in hexadecimal.
pub fn in_full(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Text(text) if text.is_empty() => "(empty text)".into(),
        Cell::Text(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value @ (serde_json::Value::Object(_) | serde_json::Value::Array(_))) => {
                text::sanitize_lines(&serde_json::to_string_pretty(&value).unwrap_or_default()).into_owned()
            }
            _ => text::sanitize_lines(text).into_owned(),
        },
        Cell::Blob(bytes) => {
            let lines = bytes.chunks(16).take(BLOB_LINES).map(|line| {
                let hex: String = line.iter().map(|byte| format!("{byte:02x} ")).collect();
                let text: String = line.iter().map(|&byte| if (32..127).contains(&byte) { char::from(byte) } else { '.' }).collect();
                format!("{hex:48} {text}")
            });
            let shown = lines.collect::<Vec<_>>().join("\n");
            let rest = match bytes.len() > 16 * BLOB_LINES {
                true => format!("\n... these are the first {}", text::bytes(16 * BLOB_LINES as u64)),
                false => String::new(),
            };
            format!("BLOB, {}\n{shown}{rest}", text::bytes(bytes.len() as u64))
        }
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_in_full() {
        assert_eq!(in_full(&Cell::Text("{\"a\":[1]}".into())), "{\n  \"a\": [\n    1\n  ]\n}");
        assert_eq!(in_full(&Cell::Text("a\x1b[2J\nb".into())), "a\\u{1b}[2J\nb");
        assert_eq!(in_full(&Cell::Blob(vec![0, 65])), format!("BLOB, 2 B\n{:48} .A", "00 41 "));
        let long = in_full(&Cell::Blob(vec![0; 16 * BLOB_LINES + 1]));
        assert!(long.ends_with("\n... these are the first 65.5 kB") && long.lines().count() == BLOB_LINES + 2);
        assert_eq!((in_full(&Cell::Text(String::new())).as_str(), in_full(&Cell::Null).as_str()), ("(empty text)", "NULL"));
        assert_eq!(shown(&Peek::Text("a\nb".into())), "a\\nb");
        assert_eq!(shown(&Peek::Real(-1.25e-300)), "-1.25e-300");
        assert_eq!([5.0, -0.0, 1e15, 0.1, f64::INFINITY].map(|x| shown(&Peek::Real(x))), ["5.0", "-0.0", "1e15", "0.1", "inf"]);
    }
}
