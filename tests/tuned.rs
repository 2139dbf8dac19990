//! Models tuned for SQL: made-up weights of their shape (qwen2, tiny), each asked in its own form through the whole program, and scripts of
//! what such models write through the whole pipeline.

use std::path::{Path, PathBuf};

use candle_core::DType;
use sqllama::ask::{Answer, AnswerState, AskEvent, AskRequest, Candidates, ask};
use sqllama::db::Database;
use sqllama::llm::{DeviceChoice, Generate, GenerateRequest, KvType, LoadOptions, LocalModel, Prompt, Role, Scripted};
use sqllama::prompt::{Form, Turn};
use sqllama::signal::Cancel;
use sqllama::store::SavedSessions;

use crate::checkpoint::write_folder;
use crate::home::Home;
use crate::tiny::QWEN2;

const TUNED: [(Form, &str); 4] = [
    (Form::OmniSql, "OmniSQL-7B"),
    (Form::XiYan, "XiYanSQL-QwenCoder-7B-2502"),
    (Form::Arctic, "Arctic-Text2SQL-R1-7B"),
    (Form::SlmSql, "SLM-SQL-0.5B"),
];

/// A folder of made-up weights called `name`, with room for a whole prompt at a token a byte.
pub(crate) fn model(folder: &Path, name: &str, shards: usize) -> PathBuf {
    let folder = folder.join(name);
    write_folder(&QWEN2, DType::F32, shards, &folder);
    let config = std::fs::read_to_string(folder.join("config.json")).unwrap();
    let config = config.replace("\"max_position_embeddings\":512", "\"max_position_embeddings\":2700");
    assert!(config.contains("2700"), "{config}");
    std::fs::write(folder.join("config.json"), config).unwrap();
    folder
}

pub(crate) fn shop(home: &Home) -> String {
    let path = home.path().join("shop.sqlite");
    let sql = "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO city VALUES (1, 'Graz'), (2, 'Linz'), (3, 'Wels')";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What stands first and last in a prompt of `form` as the model's own template writes it.
fn ends(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::OmniSql => ("<|im_start|>user\nTask Overview:\n", "find the correct SQL query.<|im_end|>\n<|im_start|>assistant\n"),
        Form::XiYan => ("<|im_start|>user\n你是一名SQLite专家", "\n\n```sql<|im_end|>\n<|im_start|>assistant\n"),
        Form::Arctic => {
            ("<|im_start|>system\nYou are a data science expert.", "<|im_start|>assistant\nLet me solve this step by step. \n<think>")
        }
        Form::SlmSql => ("<|im_start|>system\nYou are a helpful AI Assistant", "step by step.<|im_end|>\n<|im_start|>assistant\n"),
        Form::Alpaca | Form::Chat => unreachable!(),
    }
}

#[test]
fn each_is_asked_in_its_form_by_its_name_or_by_an_option() {
    let home = Home::new();
    let shop = shop(&home);
    for (form, name) in TUNED {
        let folder = model(home.path(), name, 1);
        let ask = |model: &str, more: &[&str]| {
            let common =
                ["ask", &shop, "How many cities are there?", "--model", model, "--show-prompt", "--candidates", "2", "--no-repair"];
            let out = home.run(&[&common[..], more].concat());
            // Weights that mean nothing: an answer, or none; but no failure of the program.
            assert!(matches!(out.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8_lossy(&out.stderr).into_owned()
        };
        let (first, last) = ends(form);
        let by_name = ask(folder.to_str().unwrap(), &[]);
        assert!(by_name.starts_with(first) && by_name.contains(&format!("{last}\n")), "{name}: {by_name}");
        assert!(by_name.contains("How many cities are there?") && by_name.contains("city"), "{by_name}");
        let other = home.path().join("mine");
        std::fs::rename(&folder, &other).unwrap();
        assert!(ask(other.to_str().unwrap(), &[]).starts_with("<|im_start|>system\nYou write SQL for SQLite."));
        assert!(ask(other.to_str().unwrap(), &["--prompt", form.name()]).starts_with(first));
        // A GGUF file that was written of the folder knows its name, whatever the file is called.
        std::fs::rename(&other, &folder).unwrap();
        let file = home.path().join("x.gguf");
        let out = ["models", "convert", folder.to_str().unwrap(), "--out", file.to_str().unwrap(), "--force"];
        home.check(&out, 0, "x.gguf", "");
        assert!(ask(file.to_str().unwrap(), &[]).starts_with(first), "{name}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

/// `sql` as a model of `form` answers with it, behind thoughts that hold SQL of nobody's.
fn answered(form: Form, sql: &str) -> String {
    match form {
        Form::OmniSql => {
            format!("We count.\n\n1. The rows:\n```sql\nSELECT name FROM city\n```\n\n2. So:\n\n```sql\n{sql};\n```\n\nThis is the answer.")
        }
        Form::XiYan => format!("{sql};"),
        Form::Arctic => {
            format!(" The rows:\n```sql\nSELECT name FROM city\n```\nso\n </think>\n<answer> We count.\n\n```sql\n{sql}\n```\n")
        }
        Form::SlmSql => format!("<think>\nSELECT name FROM city\nso I count.\n</think>\n<answer>{sql}"),
        Form::Alpaca | Form::Chat => unreachable!(),
    }
}

fn open() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.sqlite");
    let sql = "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO city VALUES (1, 'Graz'), (2, 'Linz'), (3, 'Wels')";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let database = Database::open(&path).unwrap();
    (folder, database)
}

/// What comes of `answers`, each as `form` has it; with what was asked and what was shown of the first draft.
fn run(form: Form, answers: &[String], change: impl FnOnce(&mut AskRequest)) -> (Answer, Vec<GenerateRequest>, Vec<AskEvent>) {
    let (_folder, database) = open();
    let cancel = Cancel::new();
    let schema = database.schema(&cancel).unwrap();
    let mut model = Scripted::new(answers.to_vec());
    let mut request = AskRequest::new("How many cities are there?", form);
    change(&mut request);
    let mut events = Vec::new();
    let answer = ask(&database, &schema, &mut model, &request, &cancel, &mut |event| events.push(event)).unwrap();
    (answer, model.asked().to_vec(), events)
}

#[test]
fn what_they_write_is_taken_mended_compared_and_repaired() {
    for (form, _) in TUNED {
        let right = answered(form, "SELECT count(*) FROM city");
        let (answer, asked, events) = run(form, std::slice::from_ref(&right), |_| ());
        assert_eq!((answer.sql.as_str(), answer.state), ("SELECT count(*) FROM city", AnswerState::Ran), "{form:?}");
        assert!(asked[0].max_tokens > form.most_thought() && asked[0].constraint.is_some());
        let shown: String =
            events.iter().filter_map(|event| if let AskEvent::Text(text) = event { Some(text.as_str()) } else { None }).collect();
        assert!(!shown.contains("</think>") && !shown.contains("rows:") && shown.contains("SELECT count(*)"), "{form:?}: {shown}");
        // A slip is mended as in any other form.
        let (answer, ..) =
            run(form, &[answered(form, "SELECT count(*) FROM cities WHERE name = \"Graz\"")], |r| r.candidates = Candidates::Exactly(1));
        assert_eq!(answer.sql, "SELECT count(*) FROM city WHERE name = 'Graz'", "{form:?}");
        // Eight drafts: the others are written after no examples, which these models were not tuned with.
        let wrong = answered(form, "SELECT id FROM city");
        let eight: Vec<String> = [&wrong; 1].into_iter().chain([&right; 7]).cloned().collect();
        let (answer, asked, _) = run(form, &eight, |request| request.candidates = Candidates::Exactly(8));
        assert_eq!((answer.sql.as_str(), answer.candidates.len()), ("SELECT count(*) FROM city", 2), "{form:?}");
        assert!(asked.len() == 8 && asked.iter().all(|other| other.prompt == asked[0].prompt), "{form:?}");
        // A repair is told what failed; the thoughts before it are not.
        let failing = answered(form, "SELECT nothing FROM nowhere");
        let (answer, asked, _) = run(form, &[failing, right.clone()], |request| request.candidates = Candidates::Exactly(1));
        assert_eq!(answer.sql, "SELECT count(*) FROM city", "{form:?}");
        let Prompt::Chat(messages) = &asked[1].prompt else { panic!("no chat") };
        let told = &messages.iter().rfind(|message| message.role == Role::User).unwrap().content;
        assert!(told.contains("This query failed:\nSELECT nothing FROM nowhere\n") && !told.contains("We count"), "{told}");
    }
}

#[test]
fn thoughts_alone_are_no_answer_and_shown_to_nobody() {
    for (form, thought) in [
        (Form::OmniSql, "We would have to count, but"),
        (Form::Arctic, "We would count with\n```sql\nSELECT name FROM city\n```\nbut"),
        (Form::SlmSql, "<think>We would count with SELECT name FROM city, but"),
    ] {
        let right = answered(form, "SELECT count(*) FROM city");
        let (answer, asked, _) = run(form, &[thought.into(), right], |request| request.candidates = Candidates::Exactly(1));
        assert_eq!(answer.sql, "SELECT count(*) FROM city", "{form:?}");
        assert_eq!(answer.attempts[0].error, "there is no SQL statement behind the model's thoughts");
        assert_eq!(answer.attempts[0].sql, "");
        let Prompt::Chat(messages) = &asked[1].prompt else { panic!("no chat") };
        assert!(messages.iter().any(|message| message.content.contains("The last answer had no query.")), "{form:?}");
        let (answer, ..) = run(form, &[thought.into()], |request| (request.candidates, request.repairs) = (Candidates::Exactly(1), 0));
        assert_eq!((answer.state, answer.sql.as_str()), (AnswerState::Failed, ""));
    }
}

#[test]
fn a_follow_up_is_told_the_question_before() {
    for (form, _) in TUNED {
        let before = Turn { question: "Which cities are there?".into(), sql: "SELECT name FROM city".into() };
        let right = answered(form, "SELECT name FROM city WHERE id > 1");
        let (answer, asked, _) = run(form, &[right], |request| {
            request.question = "and those whose number is above 1?".into();
            request.previous = Some(before.clone());
            request.candidates = Candidates::Exactly(1);
            request.following = sqllama::ask::Following::ByModel;
        });
        assert_eq!(answer.sql, "SELECT name FROM city WHERE id > 1", "{form:?}");
        let Prompt::Chat(messages) = &asked[0].prompt else { panic!("no chat") };
        let told = &messages.iter().rfind(|message| message.role == Role::User).unwrap().content;
        assert!(told.contains("Which cities are there?\nSELECT name FROM city\n"), "{told}");
    }
}

/// A schema in a question's message is read once: what the model remembers of it serves the next question, also one of another run.
#[test]
fn what_was_read_of_the_schema_serves_the_next_question() {
    let home = Home::new();
    let (_folder, database) = open();
    let cancel = Cancel::new();
    let schema = database.schema(&cancel).unwrap();
    for (form, name) in TUNED {
        let folder = model(home.path(), name, 1);
        let options = LoadOptions {
            name: name.into(),
            known_as: Vec::new(),
            sha256: None,
            context_length: 2700,
            saved_sessions: Some(SavedSessions::new(home.path().join(name), 1 << 30)),
            drafting: true,
            kv_type: Some(KvType::F16),
            device: DeviceChoice::Cpu,
            gpu_layers: None,
        };
        for (run, question) in [(0, "How many cities are there?"), (1, "Which cities are there?")] {
            let mut model = LocalModel::open(&folder, &options).unwrap();
            assert_eq!(Form::of(model.info()), form);
            let request = AskRequest { candidates: Candidates::Exactly(1), repairs: 0, ..AskRequest::new(question, form) };
            let answer = ask(&database, &schema, &mut model, &request, &cancel, &mut |_| ()).unwrap();
            let timings = &answer.timings.generate;
            let served = timings.cached_tokens * 10 > timings.prompt_tokens;
            assert_eq!(served, run == 1 && form.begins_with_schema(), "{form:?}: {timings:?}");
        }
    }
}
