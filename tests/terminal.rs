//! The program in a real (pseudo-)terminal: opened, used, resized, pasted into, left, and failing. Python's `pty` is the terminal; without
//! Python nothing is tested here.

use std::process::Command;

/// Runs one of the script's scenes.
#[track_caller]
fn check(scene: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new("python3")
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/terminal.py"), scene, env!("CARGO_BIN_EXE_sqllama")])
        .envs(
            [("SQLLAMA_DATA_DIR", "data"), ("SQLLAMA_CACHE_DIR", "cache"), ("SQLLAMA_CONFIG_DIR", "config")]
                .map(|(name, part)| (name, folder.path().join(part))),
        )
        .current_dir(folder.path())
        .env("TERM", "xterm-256color")
        .output();
    match run {
        Err(error) => println!("skipped: python3 cannot be run ({error})"),
        Ok(output) => {
            let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
            assert!(output.status.success(), "{scene}: {}\n{out}{err}", output.status);
        }
    }
}

#[cfg(unix)]
#[test]
fn keys_pastes_and_resizes_are_taken_and_the_terminal_is_given_back() {
    check("use");
}

#[cfg(unix)]
#[test]
fn a_panic_gives_the_terminal_back_and_says_where_the_report_is() {
    if cfg!(debug_assertions) {
        check("panic");
    }
}

#[cfg(unix)]
#[test]
fn signals_end_the_program_in_order() {
    check("signals");
}

#[cfg(unix)]
#[test]
fn what_is_being_written_survives_every_end() {
    if cfg!(debug_assertions) {
        check("drafts");
    }
}

#[cfg(unix)]
#[test]
fn two_programs_on_one_file_keep_both_texts() {
    check("two");
}

#[cfg(target_os = "linux")]
#[test]
fn it_stops_and_goes_on_like_any_program() {
    if std::path::Path::new("/bin/bash").exists() {
        check("stop");
    }
}

#[cfg(unix)]
#[test]
fn every_editor_gives_the_screen_back() {
    check("editor");
}
