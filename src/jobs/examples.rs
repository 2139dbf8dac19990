//! Examples of the open database to train on: accepted answers, and made ones; some of them held out.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::compare::{MADE, held_out_file};
use super::message::JobFailure;
use super::task::Open;
use super::training::OwnExamples;
use crate::dataset::write::to_json;
use crate::dataset::{Example, Format};
use crate::prompt::{SCHEMA_BYTES, Turn, schema_text};
use crate::signal::Cancel;
use crate::synthesize::{MakeOptions, make};

/// Every so-many-th example is held out, where there are at least twice as many.
const HELD_OUT: usize = 5;

/// Words of `sqllama train` that name what was written.
pub(super) fn write(folder: &Path, own: &OwnExamples, open: &Open, cancel: &Cancel) -> Result<Vec<String>, JobFailure> {
    let mut examples = of_database(own, open, cancel)?;
    if examples.is_empty() {
        return Err(JobFailure {
            message: "this database gives no examples".into(),
            hint: Some("accept some answers with F2, or name a file of examples".into()),
        });
    }
    let holds = own.hold_out && examples.len() >= 2 * HELD_OUT;
    // A question that is held out is asked alone.
    let (mut kept, mut held): (Vec<Example>, Vec<Example>) = examples.drain(..).partition(|example| example.previous().is_some());
    for (at, example) in std::mem::take(&mut held).into_iter().enumerate() {
        if holds && at % HELD_OUT == HELD_OUT - 1 { held.push(example) } else { kept.push(example) }
    }
    let lines = |examples: &[Example]| {
        examples.iter().map(|example| format!("{}\n", to_json(example, Format::QuestionContextAnswer))).collect::<String>()
    };
    let (data, rows) = (folder.with_extension("examples.jsonl"), folder.with_extension("held.jsonl"));
    put(&data, &lines(&kept))?;
    let mut words = vec!["--data_path".to_owned(), data.display().to_string()];
    let questions = held_out_file(folder);
    if held.is_empty() {
        // What an earlier run of this name held out is not this one's.
        let _ = fs::remove_file(&rows);
        let _ = fs::remove_file(&questions);
        return Ok(words);
    }
    put(&rows, &lines(&held))?;
    let question = |(at, example): (usize, &Example)| {
        let kind = if example.source.as_deref() == Some("accepted") { "accepted-" } else { MADE };
        json!({ "id": format!("{kind}{at}"), "db_id": example.db_id, "question": example.asked(), "query": example.answer })
    };
    put(&questions, &json!(held.iter().enumerate().map(question).collect::<Vec<_>>()).to_string())?;
    words.extend(["--eval_data_path".to_owned(), rows.display().to_string()]);
    Ok(words)
}

/// Accepted answers first and made ones behind them, in an order that spreads both over what is held out. All bring the schema text that
/// questions are asked with.
fn of_database(own: &OwnExamples, open: &Open, cancel: &Cancel) -> Result<Vec<Example>, JobFailure> {
    let context = schema_text(&open.schema, SCHEMA_BYTES);
    let db_id = open.asking.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let accepted = own.accepted.iter().filter(|answer| answer.is_example()).map(|answer| {
        let previous = answer.before.clone().map(|before| Turn { question: before.question, sql: before.sql });
        let mut example = Example::question(answer.question.clone(), context.clone(), answer.sql.clone()).after(previous);
        example.db_id.clone_from(&db_id);
        example.source = Some("accepted".into());
        example
    });
    let mut examples: Vec<Example> = accepted.collect();
    if own.made > 0 {
        let options = MakeOptions { count: own.made, seed: 0, db_id };
        examples.extend(make(&open.asking, &open.schema, &options, cancel, &mut |_| ())?.examples);
    }
    Ok(examples)
}

fn put(path: &PathBuf, text: &str) -> Result<(), JobFailure> {
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
    use crate::db::{Database, demo};
    use crate::records::Accepted;

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
        };
        let run = folder.path().join("runs").join("mine");
        let answer = |question: String| Accepted { question, sql: "SELECT 1".into(), before: None, at_ms: 0 };
        let accepted: Vec<Accepted> = (0..5).map(|n| answer(format!("Question {n}?"))).collect();
        let rows = |extension: &str| fs::read_to_string(run.with_extension(extension)).unwrap();
        let own = OwnExamples { accepted, made: 25, hold_out: true };
        let words = write(&run, &own, &open, &Cancel::new()).unwrap();
        assert_eq!(words.iter().filter(|word| word.starts_with("--")).collect::<Vec<_>>(), ["--data_path", "--eval_data_path"]);
        assert_eq!((rows("examples.jsonl").lines().count(), rows("held.jsonl").lines().count()), (24, 6));
        let questions = crate::eval::read_questions(&held_out_file(&run)).unwrap();
        assert_eq!(questions.iter().filter(|question| question.id.starts_with("accepted-")).count(), 1);
        // What is trained on is what is asked with.
        let first: serde_json::Value = serde_json::from_str(rows("examples.jsonl").lines().next().unwrap()).unwrap();
        assert_eq!(first["context"], schema_text(&schema, SCHEMA_BYTES));
        // Too few to hold any out: what an earlier run of that name held out is gone.
        let own = OwnExamples { accepted: own.accepted[..2].to_vec(), made: 0, hold_out: true };
        assert_eq!(write(&run, &own, &open, &Cancel::new()).unwrap().len(), 2);
        assert!(!held_out_file(&run).exists());
        // A follow-up brings what it followed and is not held out; a fragment that does not is no row.
        let before = Some(crate::records::Before { question: "Which albums are there?".into(), sql: "SELECT title FROM album".into() });
        let mut accepted: Vec<Accepted> = (0..9).map(|n| answer(format!("Question {n}?"))).collect();
        accepted.insert(4, Accepted { before, ..answer("only the newest".into()) });
        accepted.push(answer("and from Spain?".into()));
        write(&run, &OwnExamples { accepted, made: 0, hold_out: true }, &open, &Cancel::new()).unwrap();
        assert_eq!((rows("examples.jsonl").lines().count(), rows("held.jsonl").lines().count()), (9, 1));
        let follow_up = rows("examples.jsonl").lines().find(|line| line.contains("only the newest")).unwrap().to_owned();
        assert!(follow_up.contains("Which albums are there?") && !rows("held.jsonl").contains("only the newest"), "{follow_up}");
        assert!(!rows("examples.jsonl").contains("Spain") && !rows("held.jsonl").contains("Spain"));
        let error = write(&run, &OwnExamples::default(), &open, &Cancel::new()).unwrap_err();
        assert!(error.message.contains("gives no examples"), "{error:?}");
    }
}
