//! Which command does what was typed.

use super::args::{Args, Command, ScreenArgs};
use super::failure::Failure;
use super::settings::Settings;
use super::{adapters, ask, bench, complete, data, doctor, eval, examples, models, query, runs, screen, train};

/// Runs a command; the exit code.
pub(super) fn run(args: Args) -> Result<u8, Failure> {
    if let Some(Command::Doctor { json, online }) = args.command {
        // It also tells what is wrong with the settings, so it does not need them.
        return doctor::run_doctor(json, online);
    }
    let settings = Settings::read()?;
    let Some(command) = args.command else { return screen::run_screen(&args.screen, settings) };
    match command {
        Command::Demo { model } => screen::run_screen(&ScreenArgs { database: Some("demo".into()), model }, settings),
        Command::Ask(args) => ask::run_ask(&args, &settings),
        Command::Query(args) => query::run_query(&args, &settings),
        Command::Schema { database, question } => query::run_schema(&database, question.as_deref(), &settings),
        Command::Complete(args) => complete::run_complete(&args, &settings),
        Command::Tokenize { text, model, special_tokens } => complete::run_tokenize(&text, model.as_deref(), special_tokens, &settings),
        Command::Models(command) => models::run_models(&command, &settings),
        Command::Eval(args) => eval::run_eval(&args, &settings),
        Command::Data(command) => data::run_data(&command, &settings),
        Command::Adapters(command) => adapters::run_adapters(&command, &settings),
        Command::Train(args) => train::run_train(&args, &settings),
        Command::Runs(command) => runs::run_runs(&command, &settings),
        Command::Examples(command) => examples::run_examples(&command, &settings),
        Command::Bench(args) => bench::run_bench(&args, &settings),
        Command::Doctor { json, online } => doctor::run_doctor(json, online),
    }
}
