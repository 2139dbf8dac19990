//! SQL-LLaMA's `pyinstructions.json`: a list of `{instruction, input, output}`, four spaces deep, the tables of the input on one line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::error::DatasetError;
use super::example::{Body, Example};
use crate::sql::lex::{Token, TokenKind, lex};

/// Writes the rows that are questions; how many these are. The file is never half there.
pub fn write(path: &Path, rows: &[Example]) -> Result<usize, DatasetError> {
    let failed = |source| DatasetError::Write { path: path.into(), source };
    let list: Vec<serde_json::Value> = rows.iter().filter_map(row).collect();
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(&part)?);
        let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        serde::Serialize::serialize(&list, &mut serde_json::Serializer::with_formatter(&mut out, indent))?;
        writeln!(out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(|source| {
        let _ = std::fs::remove_file(&part);
        failed(source)
    })?;
    Ok(list.len())
}

fn row(example: &Example) -> Option<serde_json::Value> {
    let Body::Question { question, context, previous, .. } = &example.body else { return None };
    let instruction = previous.as_ref().map_or_else(|| question.clone(), |turn| format!("{}{question}", turn.leading()));
    Some(json!({"instruction": instruction, "input": on_one_line(context), "output": example.answer}))
}

/// Statements one behind the other, without remarks.
fn on_one_line(context: &str) -> String {
    let tokens: Vec<Token> = lex(context).into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let words: String = tokens.iter().map(|token| if token.kind == TokenKind::Space { " " } else { token.text(context) }).collect();
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("( ", "(").replace(" )", ")").replace(" ;", ";");
    text.trim_end_matches(';').replace(" , ", ", ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_the_seed_wrote_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pyinstructions.json");
        let context = "CREATE TABLE a (\n  x INTEGER PRIMARY KEY, -- 1, 2\n  y TEXT\n);\n\nCREATE TABLE b (\n  z\n);\n";
        let rows = [Example::question("How many \"b\"?", context, "SELECT count(*) FROM b")];
        assert_eq!(write(&path, &rows).unwrap(), 1);
        let expected = "[\n    {\n        \"instruction\": \"How many \\\"b\\\"?\",\n        \"input\": \"CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT); \
                        CREATE TABLE b (z)\",\n        \"output\": \"SELECT count(*) FROM b\"\n    }\n]\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert!(write(&folder.path().join("no/a.json"), &rows).is_err());
    }
}
