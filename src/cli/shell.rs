//! `completions` and `man`: what a shell and its reader of manuals need.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::failure::Failure;

/// What the program is called in a shell.
const NAME: &str = "sqllama";

/// Arguments of `man`.
#[derive(Debug, ClapArgs)]
pub struct ManArgs {
    /// The command whose page is wanted, such as `query` or `models pull`; without it, the program's own
    #[arg(conflicts_with = "out")]
    pub command: Vec<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// Prints the completions of a shell for the command line `whole`.
pub(super) fn run_completions(shell: Shell, mut whole: Command) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut whole, NAME, &mut script);
    stdout().write_all(&script)?;
    Ok(0)
}

/// Prints a page of the command line `whole`, or writes all of them.
pub(super) fn run_man(args: &ManArgs, whole: &Command) -> Result<u8, Failure> {
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
        return write_pages(whole, folder).map(|()| 0);
    }
    let mut wanted = whole;
    for name in &args.command {
        wanted = wanted
            .find_subcommand(name)
            .ok_or_else(|| Failure::new(2, format!("there is no command `{NAME} {}`", args.command.join(" "))))?;
    }
    let mut page = Vec::new();
    page_of(wanted).render(&mut page)?;
    stdout().write_all(&page)?;
    Ok(0)
}

/// The page of a command. Pages go into packages: they say nothing of the machine that made them, and name no page that is not there.
fn page_of(command: &Command) -> Man {
    let mut command = command.clone();
    if command.get_version().is_some() {
        command = command.long_version(env!("CARGO_PKG_VERSION"));
    }
    if command.find_subcommand("help").is_some() {
        command = command.mut_subcommand("help", |help| help.hide(true));
    }
    // A space for the date, since what is empty would be left out, and what stands behind it would be the date.
    Man::new(command).date(" ").source(format!("{NAME} {}", env!("CARGO_PKG_VERSION"))).manual("User Commands")
}

fn write_pages(command: &Command, folder: &Path) -> Result<(), Failure> {
    let man = page_of(command);
    let path = folder.join(man.get_filename());
    let mut page = Vec::new();
    man.render(&mut page)?;
    std::fs::write(&path, page).map_err(|error| cannot_write(&path, &error))?;
    writeln!(stdout(), "{}", path.display())?;
    command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help").try_for_each(|sub| write_pages(sub, folder))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(2, format!("cannot write {}: {error}", path.display()))
}
