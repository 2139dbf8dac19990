//! Fine-tuning: every step from the form to an adapter in use, and every way out, with workers that say what the test wants.

use super::super::state::Window;
use super::super::train::Field;
use super::*;
use crate::eval::report::Share;
use crate::jobs::stale::Stale;
use crate::jobs::{Changed, Checked, Decision, LearnedRow, OwnExamples, RunComparison, RunRow, TrainOrder, TrainWork};
use crate::llm::ModelInfo;
use crate::records::Accepted;
use crate::train::event::{LeftOut, Preview, PreviewRow, Standing};
use crate::train::{Progress, TrainEvent};

fn form(screen: &mut Screen) {
    screen.state.options.runs = "/data/runs".into();
    screen.state.records.accepted = vec![Accepted { question: "How many?".into(), sql: "SELECT 1".into(), before: None, at_ms: 0 }];
    screen.press(&["f9", "fine", "enter"]);
}

fn opened() -> Screen {
    let mut screen = Screen::opened((80, 24));
    form(&mut screen);
    screen
}

/// Types a line of the form.
fn fill(screen: &mut Screen, field: Field, value: &str) {
    screen.press(&[field.label().trim().trim_start_matches(|c: char| c.is_ascii_digit()), "enter"]);
    for _ in 0..40 {
        screen.event(Event::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
    }
    screen.press(&[value, "enter"]);
}

#[track_caller]
fn train_job(screen: &Screen, test: impl Fn(&TrainWork) -> bool) -> u64 {
    screen.submitted(|work| matches!(work, Work::Train(work) if test(work)))
}

fn progress(last: u32) -> Progress {
    let mut progress = Progress::default();
    progress.apply(&TrainEvent::Started { step: 0, total_steps: 60, epochs: 3.0, examples: 160, parameters: 9 });
    for step in 1..=last {
        let loss = 3.0 / f64::from(step).sqrt() + 0.2 * f64::from(step % 3);
        let (epoch, seconds) = (f64::from(step) / 20.0, 2.0 * f64::from(step));
        let (grad_norm, learning_rate) = (1.5 + f64::from(step % 5), 1e-4 * f64::from(60 - step) / 60.0);
        let memory = Some(812_000_000);
        progress.apply(&TrainEvent::Step {
            step: step.into(),
            epoch,
            loss,
            grad_norm,
            learning_rate,
            tokens: 900,
            examples: 8,
            seconds,
            memory,
        });
        if step % 10 == 0 {
            progress.apply(&TrainEvent::Evaluated { step: step.into(), epoch, eval_loss: loss + 0.3, best: true, accuracy: None });
            progress.apply(&TrainEvent::Sampled {
                step: step.into(),
                question: "How many artists have no album?".into(),
                answer: if step < 30 { "```sql\nSELECT artist".into() } else { "```sql\nSELECT count(*) FROM artist\n```".into() },
                expected: "```sql\nSELECT count(*) FROM artist WHERE id NOT IN (SELECT artist_id FROM album)\n```".into(),
            });
        }
    }
    progress
}

fn run(standing: Standing, progress: Progress) -> RunRow {
    let settings = [("lora_r", "8"), ("model_name_or_path", "small-coder"), ("data_path", "/data/runs/my-run.examples.jsonl")];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    RunRow { folder: "/data/runs/my-run".into(), standing, progress, last: String::new(), settings, compared: None, learned: None }
}

/// Opens the page of `run`, as it stands then.
fn shown(screen: &mut Screen, run: RunRow) {
    screen.press(&["6 runs", "enter"]);
    let list = train_job(screen, |work| *work == TrainWork::List);
    screen.done(list, Outcome::Runs(vec![run.clone()]));
    screen.press(&["enter"]);
    let look = train_job(screen, |work| matches!(work, TrainWork::Watch { .. }));
    screen.done(look, Outcome::Run(Box::new(run)));
}

fn preview() -> Preview {
    let row = PreviewRow {
        prompt: "<|im_start|>user\nCREATE TABLE artist (id, name)\nHow many artists?<|im_end|>\n<|im_start|>assistant\n".into(),
        learned: "```sql\nSELECT count(*) FROM artist\n```<|im_end|>".into(),
        tokens: 61,
        learned_tokens: 14,
        shared_tokens: 30,
    };
    Preview {
        plan: "steps       12 of 4 x 2 examples\nmemory      about 1.2 GB\ntime        about 3m20s".into(),
        problem: None,
        files: vec![("/data/runs/my-run.examples.jsonl".into(), 96)],
        examples: 94,
        rows: vec![row.clone(), PreviewRow { learned: "```sql\nSELECT 2\n```<|im_end|>".into(), ..row }],
        dropped: 2,
        left_out: vec![LeftOut {
            row: 7,
            text: "Which?\u{1b}[2J".into(),
            reason: "1,400 tokens, and nothing of its answer is within 1,024".into(),
        }],
        lengths: vec![(0, 3), (64, 60), (128, 31)],
    }
}

fn checked(screen: &mut Screen, preview: Preview) {
    form(screen);
    screen.press(&["4 check", "enter"]);
    let job = train_job(screen, |work| matches!(work, TrainWork::Check(_)));
    let words = ["--model_name_or_path", "small-coder", "--data_path", "it's here.jsonl"].map(str::to_owned).to_vec();
    screen.done(job, Outcome::Checked(Box::new(Checked { words, preview })));
}

fn compared() -> RunComparison {
    let changed = Changed {
        question: "How many artists have no album?".into(),
        before: "SELECT count(*) FROM album".into(),
        after: "SELECT count(*) FROM artist WHERE id NOT IN (SELECT artist_id FROM album)".into(),
        gold: "SELECT count(*) FROM artist WHERE id NOT IN (SELECT artist_id FROM album)".into(),
    };
    RunComparison {
        shares: vec![("all".into(), Share::of(20, 40), Share::of(27, 40)), ("yours".into(), Share::of(4, 8), Share::of(5, 8))],
        fixed: vec![changed.clone()],
        broken: vec![changed],
        p_value: 0.09,
        verdict: "No difference is shown: better by 7 of 40 questions, which can be chance.".into(),
    }
}

#[test]
fn a_model_is_fine_tuned() {
    check("train_form", form);
    check("train_checked", |screen| checked(screen, preview()));
    for (name, turns) in [("train_examples", 1), ("train_left_out", 2), ("train_lengths", 3)] {
        check(name, |screen| {
            checked(screen, preview());
            screen.press(&vec!["tab"; turns]);
        });
    }
    check("run", |screen| {
        form(screen);
        screen.press(&["5 train", "enter"]);
        let job = train_job(screen, |work| matches!(work, TrainWork::Start(_)));
        let run = run(Standing::Running, {
            let mut progress = progress(40);
            progress.apply(&TrainEvent::Warning { text: "3 examples were longer than 1,024 tokens".into() });
            progress
        });
        screen.done(job, Outcome::Run(Box::new(run.clone())));
        // Closed, it stays closed, whatever is heard of it.
        screen.event(Event::Tick(5_000));
        let look = train_job(screen, |work| matches!(work, TrainWork::Watch { .. }));
        screen.press(&["esc"]);
        screen.done(look, Outcome::Run(Box::new(run.clone())));
        assert!(screen.state.window.is_none());
        screen.press(&["f9", "fine", "enter"]);
        shown(screen, run);
    });
    for (name, turns) in [("run_answers", 1), ("run_compare", 2), ("run_settings", 3)] {
        check(name, |screen| {
            form(screen);
            shown(screen, RunRow { compared: Some(compared()), ..run(Standing::Finished, progress(60)) });
            screen.press(&vec!["tab"; turns]);
        });
    }
}

#[test]
fn a_database_is_learned_by_one_key() {
    let mut screen = Screen::opened((80, 24));
    screen.press(&["alt+l"]);
    assert!(screen.drawn().contains("Learn this database in") && screen.drawn().contains("30m"), "{}", screen.drawn());
    // What is no time stays to be mended.
    screen.press(&["end", "x", "enter"]);
    assert!(screen.drawn().contains("! a time is needed"), "{}", screen.drawn());
    screen.event(Event::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
    screen.press(&["enter"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Learn(work) if work.budget == "30m"));
    let learning = |standing: Standing, running: bool, decision: Option<Decision>| RunRow {
        folder: "/data/runs/learn-shop".into(),
        last: "measuring: the first steps".into(),
        learned: Some(LearnedRow { running, decision }),
        ..run(standing, progress(if standing == Standing::Starting { 0 } else { 40 }))
    };
    screen.done(job, Outcome::Run(Box::new(learning(Standing::Starting, true, None))));
    let drawn = screen.drawn();
    assert!(drawn.contains("answers are slower meanwhile") && drawn.contains("measuring: the first steps"), "{drawn}");
    assert!(drawn.contains("asking goes on, more slowly"), "{drawn}");
    screen.event(Event::Tick(5_000));
    let look = train_job(&screen, |work| matches!(work, TrainWork::Watch { .. }));
    screen.done(look, Outcome::Run(Box::new(learning(Standing::Running, true, None))));
    assert!(screen.drawn().contains("Training on this database"), "{}", screen.drawn());
    // It is better: what is kept for the database is read again, and the model takes the adapter.
    screen.event(Event::Tick(9_000));
    let look = train_job(&screen, |work| matches!(work, TrainWork::Watch { .. }));
    let decision = Decision {
        attached: true,
        because: "it is better on the held-out questions, and that is hardly chance".into(),
        paired: 40,
        right_before: 20,
        right_after: 30,
        fixed: 11,
        broken: 1,
        p_value: 0.006,
    };
    screen.done(look, Outcome::Run(Box::new(learning(Standing::Finished, false, Some(decision)))));
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    let drawn = screen.drawn();
    assert!(drawn.contains("Attached: it is better") && drawn.contains("20 of 40 right before, 30 after"), "{drawn}");
}

#[test]
fn examples_that_no_longer_run_are_named() {
    let mut screen = Screen::opened((80, 24));
    let accepted = vec![Accepted { question: "How many?".into(), sql: "SELECT gone FROM artist".into(), before: None, at_ms: 0 }];
    let refresh = screen.state.next_job;
    screen.state.running.push(crate::tui::state::RunningJob {
        job: refresh,
        work: Work::Refresh,
        tab: 0,
        started_ms: 0,
        progress: None,
        stopping: false,
    });
    screen.state.next_job += 1;
    let schema = screen.state.schema.clone();
    screen.done(refresh, Outcome::Refreshed { schema, restructured: true });
    let kept = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Database { .. })));
    let adapter = Some("/data/runs/learn-shop".into());
    let records = DatabaseRecords { accepted: accepted.clone(), adapter, ..DatabaseRecords::default() };
    screen.done(kept, Outcome::Kept(Box::new(Kept::Database(records))));
    let look = train_job(&screen, |work| matches!(work, TrainWork::Stale { learned: Some(_), .. }));
    let stale =
        |accepted: bool| Stale { question: "How many?".into(), sql: "SELECT gone".into(), reason: "no such column: gone".into(), accepted };
    screen.done(look, Outcome::Stale(vec![stale(true), stale(false)]));
    let drawn = screen.drawn();
    assert!(drawn.contains("! accepted answers that no longer run: How many?"), "{drawn}");
}

#[test]
fn the_form_checks_what_is_typed() {
    let mut screen = opened();
    screen.press(&["rank", "enter"]);
    screen.press(&["x"]);
    assert!(screen.drawn().contains("! a whole number from 1 to 4096 is needed"), "{}", screen.drawn());
    // It stays open until it can be.
    screen.press(&["enter"]);
    assert!(matches!(screen.state.window, Some(Window::Prompt(_))));
    screen.press(&["esc"]);
    assert_eq!(screen.state.train.get(Field::Rank), "8");
    form(&mut screen);
    fill(&mut screen, Field::Preset, "careful");
    assert_eq!((screen.state.train.get(Field::Rank), screen.state.train.get(Field::Schedule)), ("16", "cosine"));
    fill(&mut screen, Field::Data, "made 40");
    screen.press(&["4 check", "enter"]);
    train_job(&screen, |work| {
        let own = OwnExamples {
            accepted: vec![Accepted { question: "How many?".into(), sql: "SELECT 1".into(), before: None, at_ms: 0 }],
            made: 40,
            hold_out: true,
        };
        matches!(work, TrainWork::Check(TrainOrder { own: Some(found), .. }) if *found == own)
    });
}

#[test]
fn what_is_missing_is_said_before_anything_begins() {
    let mut screen = opened();
    screen.state.records.accepted.clear();
    screen.press(&["5 train", "enter"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("! there are no accepted answers"), "{}", screen.drawn());
    // The base is not on this machine.
    form(&mut screen);
    fill(&mut screen, Field::Model, "huge-coder");
    screen.press(&["5 train", "enter"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("huge-coder is not on this machine"), "{}", screen.drawn());
}

#[test]
fn the_form_begins_with_the_model_that_answers() {
    let check = |model_path: Option<&str>, listed: &str, expected: &str| {
        let mut screen = Screen::opened((80, 24));
        screen.state.model = Some(ModelInfo { name: "small".into(), ..ModelInfo::default() });
        screen.state.models.iter_mut().for_each(|model| model.name = listed.into());
        screen.state.options.model_path = model_path.map(Into::into);
        screen.state.train.set(Field::Model, "");
        form(&mut screen);
        assert_eq!(screen.state.train.get(Field::Model), expected);
    };
    // A model that was given by its path has no name that training would find it by.
    check(Some("/data/small.gguf"), "other", "/data/small.gguf");
    check(Some("/data/other.gguf"), "small", "small");
    check(None, "other", "small");
}

#[test]
fn a_check_is_browsed_copied_written_and_trained() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen, preview());
    let line = "sqllama train --model_name_or_path small-coder --data_path 'it'\\''s here.jsonl'";
    assert_eq!(screen.press(&["y"]).effects, [Effect::Copy(line.into())]);
    screen.press(&["tab", "n"]);
    assert!(screen.drawn().contains("example 2 of 94") && screen.drawn().contains("▌ SELECT 2"), "{}", screen.drawn());
    screen.press(&["w", "enter"]);
    screen.submitted(
        |work| matches!(work, Work::Keep(KeepWork::Write { path, text }) if path.ends_with("my-run.sh") && *text == format!("{line}\n")),
    );
    checked(&mut screen, preview());
    screen.press(&["t"]);
    train_job(&screen, |work| matches!(work, TrainWork::Start(_)));
    // What does not fit is said with what would, and does not begin.
    checked(&mut screen, Preview { problem: Some("training needs about 9 GB\nhint: --model_max_length 512".into()), ..preview() });
    assert!(screen.drawn().contains("--model_max_length 512"));
    screen.press(&["t"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("! this cannot be trained as it is"));
    screen.press(&["enter"]);
    assert!(screen.drawn().contains("Fine-tune a model"));
}

#[test]
fn a_checked_run_is_written_as_a_job_for_another_machine() {
    let mut screen = Screen::opened((80, 24));
    checked(&mut screen, preview());
    screen.press(&["x"]);
    assert!(screen.drawn().contains("my-run-job"), "{}", screen.drawn());
    screen.press(&["enter"]);
    let job = train_job(
        &screen,
        |work| matches!(work, TrainWork::Export { words, folder } if words.len() == 4 && folder.ends_with("my-run-job")),
    );
    screen.done(job, Outcome::HandedOver { folder: "/here/my-run-job".into(), said: String::new() });
    assert!(screen.drawn().contains("exported to /here/my-run-job"), "{}", screen.drawn());
    // What does not fit this machine may fit another; what goes wrong is said.
    checked(&mut screen, Preview { problem: Some("training needs about 90 GB".into()), ..preview() });
    screen.press(&["x", "enter"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Export { .. }));
    screen.done(job, Outcome::Failed(JobFailure { message: "my-run-job is there already".into(), hint: None }));
    assert!(screen.drawn().contains("my-run-job is there already"), "{}", screen.drawn());
}

#[test]
fn a_check_that_fails_says_why() {
    let mut screen = opened();
    screen.press(&["4 check", "enter"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Check(_)));
    screen.done(job, Outcome::Failed(JobFailure { message: "no example is left of 4: 4 too long".into(), hint: Some("raise it".into()) }));
    assert!(screen.drawn().contains("no example is left of 4") && screen.drawn().contains("raise it"), "{}", screen.drawn());
}

#[test]
fn a_run_is_stopped_resumed_and_watched_whoever_began_it() {
    let mut screen = opened();
    shown(&mut screen, run(Standing::Running, progress(3)));
    screen.press(&["s"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Stop { .. }));
    screen.done(job, Outcome::Run(Box::new(run(Standing::Paused, progress(3)))));
    assert!(screen.drawn().contains("Paused; r goes on"));
    screen.press(&["r"]);
    train_job(&screen, |work| matches!(work, TrainWork::Start(order) if order.words[0] == "--resume"));
    // It was killed meanwhile: that is seen, and it can go on.
    screen.event(Event::Tick(9_000));
    let start = train_job_running(&screen);
    screen.done(start, Outcome::Run(Box::new(run(Standing::CutOff, progress(5)))));
    assert!(screen.drawn().contains("Cut off: its process is gone"), "{}", screen.drawn());
    screen.press(&["r"]);
    train_job(&screen, |work| matches!(work, TrainWork::Start(_)));
    // A run of the command line that nobody here can stop says so.
    screen.press(&["s"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Stop { .. }));
    screen.done(job, Outcome::Failed(JobFailure { message: "the run cannot be stopped: its process is not known".into(), hint: None }));
    assert!(screen.drawn().contains("! the run cannot be stopped"), "{}", screen.drawn());
}

fn train_job_running(screen: &Screen) -> u64 {
    screen.state.running.iter().find(|job| matches!(job.work, Work::Train(TrainWork::Start(_)))).unwrap().job
}

#[test]
fn a_full_disk_and_other_failures_stand_in_the_run() {
    let mut screen = opened();
    let mut failed = progress(12);
    failed.apply(&TrainEvent::Saved { step: 10, folder: "c".into() });
    failed.apply(&TrainEvent::Failed { step: 12, message: "/data/runs/my-run/x: No space left on device (os error 28)".into() });
    shown(&mut screen, run(Standing::Failed, failed));
    let drawn = screen.drawn();
    assert!(drawn.contains("Failed; r goes on") && drawn.contains("No space left on device") && drawn.contains("checkpoint 10"), "{drawn}");
    // One that ended before its first event: its last words are shown.
    screen.press(&["esc", "f9", "fine", "enter"]);
    let words = RunRow { last: "error: model `m` is not installed".into(), ..run(Standing::Failed, Progress::default()) };
    shown(&mut screen, words);
    assert!(screen.drawn().contains("error: model `m` is not installed"), "{}", screen.drawn());
    // It could not even be started.
    screen.press(&["esc", "f9", "fine", "enter", "5 train", "enter"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Start(_)));
    screen.done(job, Outcome::Failed(JobFailure { message: "the run in /data could not be started".into(), hint: None }));
    assert!(screen.drawn().contains("! the run in /data could not be started"));
}

#[test]
fn a_run_is_discarded_when_that_is_said_twice() {
    let mut screen = opened();
    shown(&mut screen, run(Standing::Running, progress(3)));
    screen.press(&["x"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("! again deletes my-run for good"), "{}", screen.drawn());
    // Another key in between takes it back.
    screen.press(&["tab", "x"]);
    assert!(screen.effects.is_empty());
    screen.press(&["x"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Remove { .. }));
    screen.done(job, Outcome::Runs(Vec::new()));
    assert!(screen.drawn().contains("none yet"), "{}", screen.drawn());
}

#[test]
fn a_run_is_duplicated_into_the_form() {
    let mut screen = opened();
    shown(&mut screen, run(Standing::Finished, progress(60)));
    screen.press(&["d"]);
    let train = &screen.state.train;
    assert_eq!((train.get(Field::Name), train.get(Field::Data)), ("my-run-2", "/data/runs/my-run.examples.jsonl"));
    assert!(screen.drawn().contains("Fine-tune a model"));
}

#[test]
fn a_run_is_compared_attached_and_switched_off() {
    let mut screen = opened();
    shown(&mut screen, run(Standing::Running, progress(3)));
    screen.press(&["c"]);
    assert!(screen.effects.is_empty() && screen.drawn().contains("! this run is not finished"));
    screen.press(&["esc", "f9", "fine", "enter"]);
    shown(&mut screen, run(Standing::Finished, progress(60)));
    screen.press(&["c"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Compare { .. }));
    screen.report(Report::Progress { job, text: "comparing, with the adapter: 3/40, 2 right".into() });
    screen.event(Event::Tick(100));
    assert!(screen.drawn().contains("comparing, with the adapter: 3/40, 2 right"), "{}", screen.drawn());
    // Stopped, it goes on later.
    assert!(screen.press(&["ctrl+c"]).effects.contains(&Effect::Cancel(job)));
    screen.done(job, Outcome::Cancelled);
    assert!(screen.drawn().contains("c goes on with the questions that are left"), "{}", screen.drawn());
    screen.press(&["c"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Compare { .. }));
    screen.done(job, Outcome::RunCompared { folder: "/data/runs/my-run".into(), compared: Box::new(compared()) });
    assert!(screen.drawn().contains("before 50.0% of 40 (95%: 35.2 to 64.8)"), "{}", screen.drawn());
    // Another model's adapter is refused with a sentence.
    screen.press(&["c"]);
    let job = train_job(&screen, |work| matches!(work, TrainWork::Compare { .. }));
    screen.done(job, Outcome::Failed(JobFailure { message: "the adapter was trained on other weights".into(), hint: None }));
    assert!(screen.drawn().contains("! the adapter was trained on other weights"), "{}", screen.drawn());
    screen.press(&["a"]);
    let attach = screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Attach { adapter }) if adapter.ends_with("my-run")));
    screen.submitted(|work| *work == Work::Prepare);
    let adapter = Some("/data/runs/my-run".into());
    screen.done(attach, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords { adapter, ..DatabaseRecords::default() }))));
    let key = |code| Event::Key(KeyEvent::new(KeyCode::Char(code), KeyModifiers::ALT));
    screen.press(&["esc"]);
    screen.event(key('a'));
    let detach = screen.submitted(|work| *work == Work::Keep(KeepWork::Detach));
    screen.done(detach, Outcome::Kept(Box::new(Kept::Database(DatabaseRecords::default()))));
    screen.press(&["f9", "fine", "enter"]);
    // It is remembered, and one key brings it back.
    screen.press(&["7 use"]);
    assert!(screen.drawn().contains("my-run is off; Enter switches it on"), "{}", screen.drawn());
    screen.press(&["enter"]);
    screen.submitted(|work| matches!(work, Work::Keep(KeepWork::Attach { .. })));
}
