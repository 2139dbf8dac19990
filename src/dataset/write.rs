//! Examples as files: a JSON list, or JSON lines.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::error::DatasetError;
use super::example::{Body, Example};
use super::format::{Format, PREVIOUS_QUESTION, PREVIOUS_SQL};
use crate::llm::{Message, Prompt, Role};
use crate::prompt::Form;

/// A file that grows by examples under another name, and gets its own when it is finished.
#[derive(Debug)]
pub struct ExampleWriter {
    out: Out,
    path: PathBuf,
    part: PathBuf,
    format: Format,
    list: bool,
    rows: usize,
    finished: bool,
}

impl ExampleWriter {
    /// Begins the file at `path`: a JSON list where its name ends in `.json`, else JSON lines; packed by gzip where `.gz` follows.
    pub fn create(path: &Path, format: Format) -> Result<Self, DatasetError> {
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        let named = if packed { path.with_extension("") } else { path.to_owned() };
        let list = named.extension().is_some_and(|extension| extension == "json");
        let mut part = path.as_os_str().to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|source| DatasetError::Write { path: path.into(), source })?;
        let file = BufWriter::new(file);
        // No name and no time in the head: the same rows are the same bytes.
        let out = if packed { Out::Packed(Box::new(GzEncoder::new(file, Compression::best()))) } else { Out::Plain(file) };
        Ok(Self { out, path: path.into(), part, format, list, rows: 0, finished: false })
    }

    /// Appends a row.
    pub fn write(&mut self, example: &Example) -> Result<(), DatasetError> {
        let row = to_json(example, self.format);
        let before = match (self.list, self.rows) {
            (true, 0) => "[\n",
            (true, _) => ",\n",
            (false, _) => "",
        };
        let after = if self.list { "" } else { "\n" };
        self.rows += 1;
        write!(self.out, "{before}{row}{after}").map_err(|source| DatasetError::Write { path: self.path.clone(), source })
    }

    /// Ends the file; the number of rows.
    pub fn finish(mut self) -> Result<usize, DatasetError> {
        let ends = match (self.list, self.rows) {
            (true, 0) => "[]\n",
            (true, _) => "\n]\n",
            (false, _) => "",
        };
        let done = write!(self.out, "{ends}").and_then(|()| self.out.close()).and_then(|()| std::fs::rename(&self.part, &self.path));
        self.finished = done.is_ok();
        done.map_err(|source| DatasetError::Write { path: self.path.clone(), source })?;
        Ok(self.rows)
    }
}

/// The file, packed or not.
#[derive(Debug)]
enum Out {
    Plain(BufWriter<File>),
    Packed(Box<GzEncoder<BufWriter<File>>>),
}

impl Out {
    /// Everything is on the disk after it.
    fn close(&mut self) -> std::io::Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Packed(packer) => {
                packer.try_finish()?;
                packer.get_mut()
            }
        };
        file.flush()?;
        file.get_ref().sync_all()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Packed(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Packed(packer) => packer.flush(),
        }
    }
}

impl Drop for ExampleWriter {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// A row in the shape of `format`. Chats and texts keep their shape where the format cannot hold them.
pub fn to_json(example: &Example, format: Format) -> Value {
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| {
        row.insert(key.into(), value);
    };
    let answer = || Value::from(example.answer.as_str());
    match (&example.body, format) {
        (Body::Question { question, context, .. }, Format::Alpaca) => {
            put("instruction", whole(question, example).into());
            put("input", context.as_str().into());
            put("output", answer());
        }
        (Body::Question { question, context, .. }, Format::QuestionContextAnswer | Format::WikiSql | Format::Columns) => {
            put("question", whole(question, example).into());
            put("context", context.as_str().into());
            put("answer", answer());
            if let Some(rejected) = &example.rejected {
                put("rejected", rejected.as_str().into());
            }
        }
        (Body::Question { question, .. }, Format::Spider) if example.db_id.is_some() => {
            put("question", whole(question, example).into());
            put("query", answer());
        }
        (Body::Question { .. }, Format::PromptCompletion) => {
            put("prompt", text_of(&example.prompt(Form::Alpaca)).into());
            put("completion", example.completion(Form::Alpaca).into());
        }
        (Body::Text(text), _) => {
            put("prompt", text.as_str().into());
            put("completion", answer());
        }
        (Body::Question { .. } | Body::Chat(_), _) => put("messages", messages(example)),
    }
    let speaks = row.contains_key("messages") || row.contains_key("prompt");
    if let Body::Question { hint, previous, .. } = &example.body
        && !speaks
    {
        row.extend(hint.as_ref().map(|hint| ("hint".into(), hint.as_str().into())));
        if let Some(turn) = previous {
            row.insert(PREVIOUS_QUESTION.into(), turn.question.as_str().into());
            row.insert(PREVIOUS_SQL.into(), turn.sql.as_str().into());
        }
    }
    for (key, value) in [("db_id", &example.db_id), ("split", &example.split), ("source", &example.source)] {
        if let Some(value) = value {
            row.insert(key.into(), value.as_str().into());
        }
    }
    Value::Object(row)
}

/// The question with what it follows on before it, as the Alpaca form asks it: a reader that knows nothing else gets no fragment.
fn whole(question: &str, example: &Example) -> String {
    example.previous().map_or_else(|| question.to_owned(), |turn| format!("{}{question}", turn.leading()))
}

fn messages(example: &Example) -> Value {
    let mut messages = match example.prompt(Form::Chat) {
        Prompt::Chat(messages) => messages,
        prompt => vec![Message { role: Role::User, content: text_of(&prompt) }],
    };
    messages.push(Message { role: Role::Assistant, content: example.completion(Form::Chat) });
    json!(messages)
}

fn text_of(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Text(text) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::{Examples, ReadOptions};
    use super::*;
    use crate::prompt::Turn;
    use crate::signal::Cancel;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut example = Example::question("how \"many\"?", "CREATE TABLE a (x)", "SELECT 1");
        example.source = Some("template".into());
        for format in [Format::Alpaca, Format::QuestionContextAnswer, Format::Messages, Format::PromptCompletion] {
            for name in ["a.json", "a.jsonl", "a.json.gz", "a.jsonl.gz"] {
                let path = folder.path().join(name);
                let mut writer = ExampleWriter::create(&path, format).unwrap();
                writer.write(&example).unwrap();
                writer.write(&example).unwrap();
                assert_eq!(writer.finish().unwrap(), 2);
                let mut read = Examples::open(&path, &ReadOptions::default(), &Cancel::new()).unwrap();
                assert_eq!(read.format(), format);
                let first = read.next().unwrap().unwrap();
                assert_eq!(first.source.as_deref(), Some("template"));
                let form = if format == Format::PromptCompletion { Form::Alpaca } else { Form::Chat };
                assert_eq!((first.prompt(form), first.completion(form)), (example.prompt(form), example.completion(form)), "{format:?}");
                assert!(read.next().unwrap().is_ok() && read.next().is_none());
            }
        }
    }

    #[test]
    fn a_follow_up_is_written_with_what_it_follows() {
        let turn = Turn { question: "Which customers are there?".into(), sql: "SELECT name FROM customer".into() };
        let mut example = Example::question("only those from Germany", "S", "SELECT 1").after(Some(turn));
        example.db_id = Some("shop".into());
        for format in Format::ALL {
            let row = to_json(&example, format);
            let told = row.to_string();
            assert!(told.contains("Which customers are there?") && told.contains("SELECT name FROM customer"), "{told}");
            for key in ["instruction", "question"] {
                assert!(row.get(key).and_then(Value::as_str).is_none_or(|text| text != "only those from Germany"), "{told}");
            }
            let read = Format::detect(row.as_object().unwrap()).unwrap().convert(row.as_object().unwrap()).unwrap();
            let form = if format == Format::PromptCompletion { Form::Alpaca } else { Form::Chat };
            if format != Format::Spider {
                assert_eq!(read.prompt(form), example.prompt(form), "{format:?}");
            }
        }
    }

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        drop(ExampleWriter::create(&path, Format::Alpaca).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(ExampleWriter::create(&folder.path().join("no/a.jsonl"), Format::Alpaca).is_err());
    }
}
