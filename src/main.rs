//! The `sqllama` program: see [`sqllama::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    sqllama::cli::main()
}
