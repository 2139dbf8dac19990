//! The command line. The only user of clap.
//!
//! Files on their floors, the lowest first:
//! - `failure`: an error as a sentence, a hint, an exit code
//! - `interrupt`: what Ctrl-C does
//! - `line`, `progress`: a line that is drawn over itself; a pull as such a line
//! - `columns`: text on its way to stdout, rows of it in aligned columns, and bars
//! - `input`: text from stdin and files
//! - `mistyped`: a command line that cannot be understood
//! - `form`, `computing`: how a model is asked; what it computes on
//! - `network`: what may be sent over the network
//! - `beside`: files beside the first one
//! - `dates`: columns that count time, shown as dates
//! - [`output`]: results on their way out
//! - `settings`: what is typed, what `config.toml` says, the defaults
//! - `script`, `parameters`: statements to run; values for their parameters
//! - `database`: the database that a command reads
//! - [`servers`]: models behind addresses
//! - `load`, `load_adapter`: the model that a command asks; its adapter
//! - [`convert`]: models as GGUF files
//! - `pull_own`, `pull`: fetching a model, one that is not in the catalogue and one that is
//! - `query`, `schema`: SQL that a person wrote; what of a database a prompt carries
//! - `write_answer`, `ask`: a question, its SQL, its rows
//! - `complete`, `bench`: the model without a database; how fast it is
//! - `eval`: accuracy over questions whose SQL is known
//! - [`notebook`]: Markdown files of questions, SQL and results, run again
//! - [`data`], `examples`: training data; accepted answers
//! - `adapters`, `models`: LoRA adapters; the catalogue and what of it is here
//! - `train`, `runs`: the training engine; its runs
//! - [`learn`]: a database learned in the time there is
//! - [`mcp`]: databases as tools of another program
//! - `screen`: the screen, where no command is named
//! - [`config`], [`forget`], `functions`: a person's settings; what we keep; functions that SQL may call
//! - `doctor`, `version`: what this machine offers; what this program is
//! - [`shell`]: completions and man pages
//! - [`args`]: what can be typed
//! - `tree`: the whole command line as data
//! - `run`: which command does it
//!
//! Data goes to stdout, narration to stderr. Exit codes: 0 ok, 1 query or model answer failed, 2 usage, 3 cannot open, 4 refused or
//! timed out, 5 model failed, 6 paused and resumable, 130 interrupted.

#![allow(clippy::print_stderr)] // a front end

mod adapters;
pub mod args;
mod ask;
mod bench;
mod beside;
mod columns;
mod complete;
mod computing;
pub mod config;
pub mod convert;
pub mod data;
mod database;
mod dates;
mod doctor;
mod eval;
mod examples;
mod failure;
pub mod forget;
mod form;
mod functions;
mod input;
mod interrupt;
pub mod learn;
mod line;
mod load;
mod load_adapter;
pub mod mcp;
mod mistyped;
mod models;
mod network;
pub mod notebook;
pub mod output;
mod parameters;
mod progress;
mod pull;
mod pull_own;
mod query;
mod run;
mod runs;
mod schema;
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

use clap::{CommandFactory, FromArgMatches};

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    crate::compute::memory::keep_freed_memory();
    let command = mistyped::with_negative_numbers(args::Args::command());
    let args = match command.try_get_matches().and_then(|matches| args::Args::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => {
            let typed = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
            let error = mistyped::explained(error, typed);
            let code = if error.use_stderr() { 2 } else { 0 };
            return match error.print().map_err(failure::Failure::from) {
                // Help is data: what asked for it has to know that there is none.
                Err(failure) if code == 0 => ended(Err(failure)),
                _ => ExitCode::from(code),
            };
        }
    };
    ended(run::run(args))
}

/// Says how it ended.
fn ended(end: Result<u8, failure::Failure>) -> ExitCode {
    match end {
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
