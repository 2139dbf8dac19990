//! The whole command line as data: the table that also makes `--help`.
//!
//! Completions, man pages and the JSON of `--spec` are made from it. `train` hands its words on to the training engine, so its flags come
//! from that one's table.

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command, CommandFactory};
use serde_json::{Map, Value, json};

use super::args::Args;
use super::train::args::flags;
use crate::train::flags::Kind;

/// What the program ends with.
pub(super) const EXIT_CODES: [(u8, &str); 8] = [
    (0, "it is done"),
    (1, "a query failed, or the model's answer did"),
    (2, "wrong usage or configuration"),
    (3, "a database or a file cannot be opened"),
    (4, "refused, since it does more than read, or out of time"),
    (5, "the model failed"),
    (6, "training is paused and can go on"),
    (130, "interrupted"),
];

/// Every command, with every flag.
pub(super) fn whole() -> Command {
    let mut command = Args::command().mut_subcommand("train", |command| {
        // The flags are told one by one, so the text that lists them is not needed.
        let command = command.after_help(Resettable::Reset).after_long_help(Resettable::Reset);
        flags().fold(command, |command, (name, kind, meaning)| command.arg(argument(name, kind, meaning)))
    });
    command.build();
    command
}

fn argument(name: &'static str, kind: Kind, meaning: &'static str) -> Arg {
    let arg = Arg::new(name).long(name).help(meaning);
    match kind {
        Kind::Switch => arg.action(ArgAction::SetTrue),
        Kind::Words | Kind::Integers => arg.num_args(1..),
        Kind::Text | Kind::Integer | Kind::Number => arg.num_args(1),
    }
}

/// The whole command line as JSON.
pub(super) fn spec() -> Value {
    let mut out = described(&whole());
    if let Some(out) = out.as_object_mut() {
        out.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        out.insert(
            "exit_codes".into(),
            EXIT_CODES.iter().map(|(code, words)| (code.to_string(), Value::from(*words))).collect::<Map<_, _>>().into(),
        );
    }
    out
}

fn described(command: &Command) -> Value {
    let text = |text: Option<&clap::builder::StyledStr>| text.map(|text| text.to_string());
    let arguments: Vec<Value> = command.get_arguments().filter(|arg| !arg.is_hide_set()).map(argument_described).collect();
    let commands: Vec<Value> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(described).collect();
    json!({
        "name": command.get_name(),
        "about": text(command.get_about()),
        "long_about": text(command.get_long_about()),
        "arguments": arguments,
        "commands": commands,
    })
}

fn argument_described(arg: &Arg) -> Value {
    let takes_value = arg.get_action().takes_values();
    let values: Vec<Value> = arg
        .get_possible_values()
        .iter()
        .filter(|_| takes_value)
        .map(|value| json!({ "name": value.get_name(), "other_names": value.get_name_and_aliases().skip(1).collect::<Vec<_>>() }))
        .collect();
    let most = arg.get_num_args().map_or(1, |range| range.max_values());
    json!({
        "name": arg.get_id().as_str(),
        "long": arg.get_long().map(|long| format!("--{long}")),
        "short": arg.get_short().map(|short| format!("-{short}")),
        "positional": arg.is_positional(),
        "required": arg.is_required_set(),
        "takes_value": takes_value,
        "several": matches!(arg.get_action(), ArgAction::Append) || most > 1,
        "value_name": arg.get_value_names().filter(|_| takes_value).map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
        "values": values,
        "default": arg.get_default_values().iter().filter(|_| takes_value).map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>(),
        "help": arg.get_help().map(ToString::to_string),
        "long_help": arg.get_long_help().map(ToString::to_string),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::mistyped::COMMANDS;

    /// The long help of `command` and of all below it.
    fn help(command: &mut Command, path: &str, out: &mut String) {
        out.push_str(&format!("=== {path}\n{}\n", command.render_long_help()));
        for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            let path = format!("{path} {}", sub.get_name());
            help(sub, &path, out);
        }
    }

    #[test]
    fn the_help_of_every_command() {
        let mut command = Args::command();
        command.build();
        let mut out = String::new();
        help(&mut command, "sqllama", &mut out);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("help", out);
        });
    }

    #[test]
    fn the_tree_is_sound_and_whole() {
        let mut command = Args::command();
        command.build();
        command.clone().debug_assert();
        let spec = spec();
        let commands = spec["commands"].as_array().unwrap();
        let find = |name: &str| commands.iter().find(|command| command["name"] == name).unwrap();
        assert_eq!(command.get_subcommands().count(), commands.len());
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
        assert!(names.len() == COMMANDS.len() && COMMANDS.iter().all(|name| names.contains(name)), "{names:?}");
        let argument = |command: &str, name: &str| {
            find(command)["arguments"].as_array().unwrap().iter().find(|argument| argument["name"] == name).unwrap().clone()
        };
        let format = argument("query", "format");
        let names: Vec<&str> = format["values"].as_array().unwrap().iter().map(|value| value["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["table", "csv", "tsv", "json", "json-rows", "ndjson", "markdown", "sql"]);
        assert_eq!(format["default"], json!(["table"]));
        assert_eq!(argument("query", "file")["short"], "-f");
        assert_eq!(argument("train", "lora_r")["long"], "--lora_r");
        assert_eq!(argument("query", "parameters")["several"], true);
        assert_eq!(spec["exit_codes"]["130"], "interrupted");
        assert!(find("models")["commands"].as_array().unwrap().iter().any(|command| command["name"] == "pull"));
    }
}
