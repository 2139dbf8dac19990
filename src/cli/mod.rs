//! The command line. The only user of clap.
//!
//! - [`args`]: what can be typed
//! - [`data`]: training data; `adapters`: LoRA adapters; `examples`: accepted answers; `runs`: training runs
//! - [`output`]: results on their way out; `script`: statements to run, `parameters`: values for them, `input`: text from stdin and files
//! - `tree`: the whole command line as data; `shell`: completions and man pages from it; `config`: a person's settings; `forget`: what we keep
//! - [`learn`]: a database learned in the time there is
//! - [`mcp`]: databases as tools of another program
//! - [`servers`]: models behind addresses
//! - [`notebook`]: Markdown files of questions, SQL and results, run again
//! - `run`: which command does it; then one file a command, `screen` for none
//!
//! Data goes to stdout, narration to stderr. Exit codes: 0 ok, 1 query or model answer failed, 2 usage, 3 cannot open, 4 refused or
//! timed out, 5 model failed, 6 paused and resumable, 130 interrupted.

#![allow(clippy::print_stderr)] // a front end

mod adapters;
pub mod args;
mod ask;
mod bench;
mod columns;
mod complete;
mod computing;
pub mod config;
pub mod convert;
pub mod data;
mod dates;
mod doctor;
mod eval;
mod examples;
mod failure;
pub mod forget;
mod functions;
mod input;
mod interrupt;
pub mod learn;
mod line;
mod load;
mod load_adapter;
pub mod mcp;
mod models;
pub mod notebook;
pub mod output;
mod parameters;
mod progress;
mod pull;
mod pull_own;
mod query;
mod run;
mod runs;
mod screen;
mod script;
pub mod servers;
mod settings;
pub mod shell;
mod train;
mod tree;
mod version;
mod write_answer;

use std::process::ExitCode;

use clap::Parser;

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    crate::compute::memory::keep_freed_memory();
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run::run(args) {
        Ok(code) => ExitCode::from(code),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) if failure.code == failure::INTERRUPTED => {
            say(&crate::text::sanitize(&failure.message));
            ExitCode::from(failure.code)
        }
        Err(failure) => {
            say(&format!("error: {}", crate::text::sanitize_lines(&failure.message)));
            if let Some(hint) = failure.hint {
                say(&format!("hint: {hint}"));
            }
            ExitCode::from(failure.code)
        }
    }
}

/// Says a line on stderr, where anybody hears it: the terminal may be gone, and its loss must not change the exit code.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
