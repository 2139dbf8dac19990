//! Text on its way to stdout; rows of it in aligned columns, and bars.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write, stdout};

use crate::text;

/// Cells of a bar's full length.
const BAR: usize = 40;

/// Text of a database or a model on its way to stdout: a pipe gets it as it is, a terminal without its control characters.
pub(super) fn for_stdout(text: &str) -> Cow<'_, str> {
    for_terminal(text, stdout().is_terminal())
}

fn for_terminal(text: &str, is_terminal: bool) -> Cow<'_, str> {
    if is_terminal { text::sanitize_lines(text) } else { text.into() }
}

/// Prints `rows` on stdout, each column as wide as its widest cell.
pub(super) fn print_columns(rows: &[Vec<String>]) -> io::Result<()> {
    for row in rows {
        let mut line = String::new();
        for (i, cell) in row.iter().enumerate() {
            let width = rows.iter().filter_map(|row| row.get(i)).map(|cell| text::width(cell)).max().unwrap_or(0);
            line.push_str(cell);
            line.push_str(&" ".repeat(width - text::width(cell) + 2));
        }
        writeln!(stdout(), "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints one bar for each label, the longest for the greatest value, with the value and its share of `total` beside it.
pub(super) fn print_bars(title: &str, bars: &[(String, usize)], total: usize) -> io::Result<()> {
    let most = bars.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    writeln!(stdout(), "\n{title}")?;
    let rows: Vec<Vec<String>> = bars
        .iter()
        .map(|(label, value)| {
            let eighths = (value * BAR * 8).div_ceil(most);
            let mut bar = "█".repeat(eighths / 8);
            bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
            let share = format!("{:.1}%", 100.0 * *value as f64 / total.max(1) as f64);
            vec![format!("  {label}"), format!("{:>7}", text::count(*value as u64)), format!("{share:>6}"), bar]
        })
        .collect();
    print_columns(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_control_characters() {
        let text = "CREATE TABLE \"a\x1b[31m\" (\n\tx\n);\n";
        assert_eq!(for_terminal(text, true), "CREATE TABLE \"a\\u{1b}[31m\" (\n\tx\n);\n");
        assert_eq!(for_terminal(text, false), text);
    }
}
