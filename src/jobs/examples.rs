//! Examples of a database to train on: accepted answers, and made ones; some of them held out.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::compare::{MADE, held_out_file};
use super::message::JobFailure;
use super::split::{Wanted, split};
use super::task::Open;
use super::training::OwnExamples;
use crate::dataset::write::to_json;
use crate::dataset::{Example, Format};
use crate::db::Database;
use crate::prompt::{SCHEMA_BYTES, Turn, schema_text};
use crate::records::Accepted;
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::synthesize::{MakeOptions, make};

/// Of so many examples one is held out, where there are at least twice as many.
const HELD_OUT: usize = 5;

/// Words of `sqllama train` that name what was written.
pub(super) fn write(folder: &Path, own: &OwnExamples, open: &Open, cancel: &Cancel) -> Result<Vec<String>, JobFailure> {
    let db_id = open.asking.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let source = Source { database: &open.asking, schema: &open.schema, db_id };
    let examples = of_database(&own.accepted, own.made, &source, cancel)?;
    if examples.is_empty() {
        return Err(JobFailure {
            message: "this database gives no examples".into(),
            hint: Some("accept some answers with F2, or name a file of examples".into()),
        });
    }
    let compare = if own.hold_out && examples.len() >= 2 * HELD_OUT { examples.len() / HELD_OUT } else { 0 };
    let parts = split(examples, Wanted { choose: 0, compare }, 0);
    let (kept, held) = (parts.learned, parts.compare);
    let (data, rows) = (folder.with_extension("examples.jsonl"), folder.with_extension("held.jsonl"));
    put(&data, &rows_text(&kept))?;
    let mut words = vec!["--data_path".to_owned(), data.display().to_string()];
    let questions = held_out_file(folder);
    if held.is_empty() {
        // What an earlier run of this name held out is not this one's.
        let _ = fs::remove_file(&rows);
        let _ = fs::remove_file(&questions);
        return Ok(words);
    }
    put(&rows, &rows_text(&held))?;
    let question = |(at, example): (usize, &Example)| {
        let kind = if example.source.as_deref() == Some("accepted") { "accepted-" } else { MADE };
        json!({ "id": format!("{kind}{at}"), "db_id": example.db_id, "question": example.asked(), "query": example.answer })
    };
    put(&questions, &json!(held.iter().enumerate().map(question).collect::<Vec<_>>()).to_string())?;
    words.extend(["--eval_data_path".to_owned(), rows.display().to_string()]);
    Ok(words)
}

/// A database that examples are made of.
pub(super) struct Source<'a> {
    pub(super) database: &'a Database,
    /// As the model may see it.
    pub(super) schema: &'a Schema,
    /// What the database is called in the rows.
    pub(super) db_id: Option<String>,
}

/// Accepted answers first and `made` made ones behind them. All bring the schema text that questions are asked with.
pub(super) fn of_database(accepted: &[Accepted], made: usize, source: &Source<'_>, cancel: &Cancel) -> Result<Vec<Example>, JobFailure> {
    let Source { database, schema, db_id } = source;
    let context = schema_text(schema, SCHEMA_BYTES);
    let accepted = accepted.iter().filter(|answer| answer.is_example()).map(|answer| {
        let previous = answer.before.clone().map(|before| Turn { question: before.question, sql: before.sql });
        let mut example = Example::question(answer.question.clone(), context.clone(), answer.sql.clone()).after(previous);
        example.db_id.clone_from(db_id);
        example.source = Some("accepted".into());
        example
    });
    let mut examples: Vec<Example> = accepted.collect();
    if made > 0 {
        let options = MakeOptions { count: made, seed: 0, db_id: db_id.clone() };
        examples.extend(make(database, schema, &options, cancel, &mut |_| ())?.examples);
    }
    Ok(examples)
}

/// Examples as JSON lines.
pub(super) fn rows_text(examples: &[Example]) -> String {
    examples.iter().map(|example| format!("{}\n", to_json(example, Format::QuestionContextAnswer))).collect()
}

/// Writes a file beside a run's folder.
pub(super) fn put(path: &PathBuf, text: &str) -> Result<(), JobFailure> {
    let written = fs::create_dir_all(path.parent().unwrap_or(path)).and_then(|()| fs::write(path, text));
    written.map_err(|error| JobFailure {
        message: format!("{} cannot be written: {error}", path.display()),
        hint: Some("give another name".into()),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::db::demo;

    #[test]
    fn some_of_a_databases_examples_are_held_out() {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(Database::open(demo::path(folder.path()).unwrap()).unwrap());
        let schema = Arc::new(database.schema(&Cancel::new()).unwrap());
        let seen = Arc::new(std::sync::Mutex::new(database.stamps_now()));
        let open = Open {
            asking: Arc::clone(&database),
            database,
            schema: Arc::clone(&schema),
            values: Arc::default(),
            demonstrations: Arc::default(),
            seen,
            made: Vec::new(),
        };
        let run = folder.path().join("runs").join("mine");
        // Of as many kinds as there are: those that differ in values alone stay together.
        let answer = |question: String| Accepted { sql: format!("SELECT 1 AS a{}", question.len()), question, before: None, at_ms: 0 };
        let accepted: Vec<Accepted> = (0..5).map(|n| answer(format!("Question {}?", "x".repeat(n)))).collect();
        let rows = |extension: &str| fs::read_to_string(run.with_extension(extension)).unwrap();
        let own = OwnExamples { accepted, made: 25, hold_out: true };
        let words = write(&run, &own, &open, &Cancel::new()).unwrap();
        assert_eq!(words.iter().filter(|word| word.starts_with("--")).collect::<Vec<_>>(), ["--data_path", "--eval_data_path"]);
        let (kept, held) = (rows("examples.jsonl").lines().count(), rows("held.jsonl").lines().count());
        assert!(held == 6 && (18..=24).contains(&kept), "{kept} and {held}");
        let questions = crate::eval::read_questions(&held_out_file(&run)).unwrap();
        assert!((1..=2).contains(&questions.iter().filter(|question| question.id.starts_with("accepted-")).count()));
        // What is trained on is what is asked with.
        let first: serde_json::Value = serde_json::from_str(rows("examples.jsonl").lines().next().unwrap()).unwrap();
        assert_eq!(first["context"], schema_text(&schema, SCHEMA_BYTES));
        // Too few to hold any out: what an earlier run of that name held out is gone.
        let own = OwnExamples { accepted: own.accepted[..2].to_vec(), made: 0, hold_out: true };
        assert_eq!(write(&run, &own, &open, &Cancel::new()).unwrap().len(), 2);
        assert!(!held_out_file(&run).exists());
        // A follow-up brings what it followed and is not held out; a fragment that does not is no row.
        let before = Some(crate::records::Before { question: "Which albums are there?".into(), sql: "SELECT title FROM album".into() });
        let mut accepted: Vec<Accepted> = (0..9).map(|n| answer(format!("Question {}?", "x".repeat(n)))).collect();
        accepted.insert(4, Accepted { before, ..answer("only the newest".into()) });
        accepted.push(answer("and from Spain?".into()));
        write(&run, &OwnExamples { accepted, made: 0, hold_out: true }, &open, &Cancel::new()).unwrap();
        assert_eq!((rows("examples.jsonl").lines().count(), rows("held.jsonl").lines().count()), (8, 2));
        let follow_up = rows("examples.jsonl").lines().find(|line| line.contains("only the newest")).unwrap().to_owned();
        assert!(follow_up.contains("Which albums are there?") && !rows("held.jsonl").contains("only the newest"), "{follow_up}");
        assert!(!rows("examples.jsonl").contains("Spain") && !rows("held.jsonl").contains("Spain"));
        let error = write(&run, &OwnExamples::default(), &open, &Cancel::new()).unwrap_err();
        assert!(error.message.contains("gives no examples"), "{error:?}");
    }
}
