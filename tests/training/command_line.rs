//! Training by the program: killed, told to end, with a full disk, and told what it cannot do.

use serde_json::Value;

use super::{alpaca_rows, result};
use crate::home::Home;
use crate::tiny;

/// The command line of a run of the tiny model in `home`.
fn command_line(home: &Home, output: &str) -> Vec<String> {
    let data = home.file("data.json", alpaca_rows(40));
    let model = tiny::fixture(&tiny::LLAMA);
    let mut words: Vec<String> = ["train", "--model_name_or_path"].map(String::from).into();
    words.push(model.display().to_string());
    words.extend(["--data_path".into(), data.display().to_string(), "--output_dir".into(), home.path().join(output).display().to_string()]);
    let rest = "--lora_r 2 --lora_dropout 0.1 --per_device_train_batch_size 2 --num_train_epochs 3 --learning_rate 1e-3 --save_steps 2 \
                --save_total_limit 2 --logging_steps 10 --threads 1";
    words.extend(rest.split_whitespace().map(String::from));
    words
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn runs_that_are_killed_go_on_bit_for_bit() {
    let home = Home::new();
    let whole = command_line(&home, "whole");
    let begun = std::time::Instant::now();
    home.check(&borrowed(&whole), 0, "", "done: 60 steps");
    let length = begun.elapsed();
    // Twenty of them in the long form; a few in every run of the tests.
    let kills = std::env::var("SQLLAMA_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let killed = command_line(&home, "killed");
    let folder = home.path().join("killed");
    let resume = ["train".into(), "--resume".into(), folder.display().to_string(), "--threads".into(), "1".into()];
    let mut interrupted = 0;
    for attempt in 0..10 * kills {
        let begun = folder.join("plan.toml").is_file();
        let mut child = home.command(&borrowed(if begun { &resume } else { &killed })).stderr(std::process::Stdio::null()).spawn().unwrap();
        // Random moments: before the first step, within one, while a checkpoint is written.
        let share = sqllama::random::unit(7, attempt as u64);
        std::thread::sleep(length.mul_f32(0.02 + 2.0 * share / kills as f32));
        let ended = child.try_wait().unwrap().is_some();
        let _ = child.kill();
        child.wait().unwrap();
        interrupted += usize::from(!ended);
        if ended || interrupted == kills {
            break;
        }
    }
    home.check(&borrowed(&resume), 0, "", "done: 60 steps");
    println!("killed {interrupted} times");
    assert!(interrupted > 0);
    assert_eq!(result(&home.path().join("whole")), result(&folder));
    let leftovers =
        std::fs::read_dir(&folder).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".part"));
    assert_eq!(leftovers.count(), 0);
}

#[cfg(unix)]
#[test]
fn being_told_to_end_pauses_a_run() {
    let home = Home::new();
    let folder = home.path().join("told");
    let mut child = home.command(&borrowed(&command_line(&home, "told"))).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !folder.join("events.jsonl").is_file() {
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(child.try_wait().unwrap().is_none(), "it ended before its first event");
    }
    // Another process keeps away from the folder meanwhile.
    home.check(&["train", "--resume", &folder.display().to_string()], 2, "", "another process is training in");
    let listed = home.stdout_of(&["runs", "list"]);
    assert!(listed.contains("running") || listed.contains("starting"), "{listed}");
    home.check(&["runs", "remove", "told"], 2, "", "another process is training in");
    // It is told by name, by somebody who did not start it: SIGTERM.
    home.check(&["runs", "stop", "told"], 0, "", "");
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{text}");
    assert!(text.contains("hint: go on with `sqllama train --resume"), "{text}");
    home.check(&["runs", "list"], 0, "paused", "");
    home.check(&["train", "--resume", &folder.display().to_string()], 0, "", "done: 60 steps");
    home.check(&["runs", "show", "told"], 0, "finished", "");
    let object: Value = serde_json::from_str(&home.stdout_of(&["runs", "show", "told", "--json"])).unwrap();
    assert_eq!((object["step"].as_u64(), object["steps"].as_array().map(Vec::len)), (Some(60), Some(60)));
    assert_eq!(object["settings"]["lora_r"], 2);
    home.check(&["runs", "remove", "told"], 0, "", "");
    home.check(&["runs", "show", "told"], 3, "", "told holds no run");
    assert!(!folder.exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_keeps_the_checkpoints_that_are_there() {
    let home = Home::new();
    let words = command_line(&home, "full");
    let folder = home.path().join("full");
    home.check(&[&borrowed(&words)[..], &["--max_steps", "4"]].concat(), 0, "", "done: 4 steps");
    // A limit on the size of files stands for the disk: writing fails half-way in both.
    let program = env!("CARGO_BIN_EXE_sqllama");
    let line = format!("trap '' XFSZ; ulimit -f 16; exec {program} train --resume {} --max_steps 12 --threads 1", folder.display());
    let output = std::process::Command::new("sh")
        .args(["-c", &line])
        .envs(home.command(&[]).get_envs().filter_map(|(k, v)| Some((k, v?))))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("error: "), "{text}");
    assert_eq!(sqllama::train::checkpoint::checkpoints(&folder), [2, 4], "{text}");
    home.check(&["train", "--resume", &folder.display().to_string(), "--max_steps", "12"], 0, "", "done: 12 steps");
}

#[test]
fn the_command_line_says_what_is_wrong() {
    let home = Home::new();
    let words = command_line(&home, "run");
    let check =
        |more: &[&str], code: i32, stdout: &str, stderr: &str| home.check(&[&borrowed(&words)[..], more].concat(), code, stdout, stderr);
    check(&["--dry-run"], 0, "steps       60 of 2 x 1 examples (3.00 epochs of 20)", "");
    check(&["--dry-run", "--json"], 0, "\"learned\":", "");
    check(&["--max_steps", "4", "--sample_steps", "2"], 0, "", "step 4 answers: ");
    let shown = home.stdout_of(&["runs", "show", "run", "--json"]);
    assert!(shown.contains("\"sample_steps\":2"), "{shown}");
    home.check(&["runs", "remove", "run"], 0, "", "");
    check(&["--learnin_rate", "1"], 2, "", "hint: the nearest is --learning_rate");
    check(&["--bf16", "True", "--dry-run"], 0, "qlora, rank 2", "--bf16 means nothing here");
    check(&["--offload", "optimizer", "--device", "cpu", "--dry-run"], 0, "--offload means nothing on the processor", "");
    check(&["--no_cuda", "--dry-run"], 0, "qlora, rank 2", "");
    check(&["--offload", "disk"], 2, "", "`offload` cannot be `disk`");
    if sqllama::train::model::tensors::free_card_memory().is_none() {
        check(&["--device", "cuda", "--dry-run"], 2, "", "hint: train on the processor with `--device cpu`");
    }
    check(&["--method", "full"], 2, "", "a quantised model cannot be trained in full");
    check(&["--model_max_length", "20"], 2, "", "40 too long");
    check(&["--data_path", "/nowhere.json"], 3, "", "/nowhere.json");
    home.check(&["train", "--resume", "/nowhere"], 3, "", "/nowhere holds no run");
    home.check(&["train", "/nowhere.toml"], 1, "", "/nowhere.toml");
    home.file("typo.toml", "model_name_or_path = \"m\"\nlora_rank = 3\n");
    home.check(&["train", &home.path().join("typo.toml").display().to_string()], 2, "", "lora_rank");
    home.file("empty.json", "[]");
    check(&["--data_path", &home.path().join("empty.json").display().to_string()], 2, "", "holds no rows");
}
