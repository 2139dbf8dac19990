//! Which command does what was typed.

use std::io::{Write, stdout};

use super::args::{Args, Command};
use super::failure::Failure;
use super::screen::ScreenArgs;
use super::settings::Settings;
use super::{
    adapters, ask, bench, complete, config, data, doctor, eval, examples, forget, functions, learn, mcp, models, notebook, query, runs,
    schema, screen, shell, train, tree,
};

/// Runs a command; the exit code.
pub(super) fn run(args: Args) -> Result<u8, Failure> {
    if args.spec {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&tree::spec())?)?;
        return Ok(0);
    }
    match args.command {
        // These tell what is wrong with the settings, or do without them.
        Some(Command::Doctor { json, online }) => doctor::run_doctor(json, online),
        Some(Command::Config(command)) => config::run_config(&command),
        Some(Command::Completions { shell }) => shell::run_completions(shell, tree::whole()),
        Some(Command::Man(args)) => shell::run_man(&args, &tree::whole()),
        command => with_settings(command, &args.screen),
    }
}

fn with_settings(command: Option<Command>, screen: &ScreenArgs) -> Result<u8, Failure> {
    let settings = Settings::read()?;
    let Some(command) = command else { return screen::run_screen(screen, settings) };
    match command {
        Command::Demo { model, servers, beside } => {
            screen::run_screen(&ScreenArgs { database: Some("demo".into()), more: Vec::new(), model, servers, beside }, settings)
        }
        Command::Ask(args) => ask::run_ask(&args, &settings),
        Command::Query(args) => query::run_query(&args, &settings),
        Command::Run(args) => notebook::run_notebook(&args, &settings),
        Command::Schema(args) => schema::run_schema(&args, &settings),
        Command::Mcp(args) => mcp::run_mcp(args, settings),
        Command::Complete(args) => complete::run_complete(&args, &settings),
        Command::Tokenize { text, model, special_tokens } => complete::run_tokenize(&text, model.as_deref(), special_tokens, &settings),
        Command::Models(command) => models::run_models(&command, &settings),
        Command::Eval(args) => eval::run_eval(&args, &settings),
        Command::Data(command) => data::run_data(&command, &settings),
        Command::Adapters(command) => adapters::run_adapters(&command, &settings),
        Command::Learn(args) => learn::run_learn(&args, &settings),
        Command::Train(args) => train::run_train(&args, &settings),
        Command::Runs(command) => runs::run_runs(&command, &settings),
        Command::Examples(command) => examples::run_examples(&command, &settings),
        Command::Bench(args) => bench::run_bench(&args, &settings),
        Command::Forget(args) => forget::run_forget(&args, &settings),
        Command::Functions { word, json } => functions::run_functions(word.as_deref(), json),
        Command::Doctor { json, online } => doctor::run_doctor(json, online),
        Command::Config(command) => config::run_config(&command),
        Command::Completions { shell } => shell::run_completions(shell, tree::whole()),
        Command::Man(args) => shell::run_man(&args, &tree::whole()),
    }
}
