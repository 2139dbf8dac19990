//! The person's own editor, which has the terminal meanwhile.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use std::{env, fs, io};

use tokio::sync::oneshot;

use super::super::event::Edited;
use super::guard::{restore, take};
use super::signals::{Heard, Signals, end_process, stop_process};

/// The editor of who names none.
const DEFAULT: &str = "vi";
/// An editor that was told to end has this long for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lends the terminal to `$VISUAL` or `$EDITOR` with `text` in a file, and gives what it made of it; with the number of a signal that ends
/// the program, where one came meanwhile.
pub(super) async fn edit(text: &str, mouse: bool, signals: &mut Signals) -> (Result<Edited, String>, Option<i32>) {
    let file = match file_with(text) {
        Ok(file) => file,
        Err(error) => return (Err(format!("no file could be made for the editor: {error}")), None),
    };
    let command = command();
    restore();
    let (ended, end) = wait(&command, file.path(), signals).await;
    // Who is told to end needs no terminal any more.
    let taken = if end.is_none() { take(mouse) } else { Ok(()) };
    let edited = match (ended, taken) {
        (Ok(status), Ok(())) => read(&command, status, text, file.path()),
        (Err(error), _) => Err(format!("`{command}` could not be started ({error}); $EDITOR names another editor")),
        (_, Err(error)) => Err(format!("the terminal did not come back: {error}")),
    };
    (edited, end)
}

fn command() -> String {
    let chosen = ["VISUAL", "EDITOR"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()));
    chosen.unwrap_or_else(|| DEFAULT.into())
}

/// The program and its arguments, as a shell reads them: blanks part them outside quotes. What is a file as it stands is one word.
fn words(command: &str) -> Vec<String> {
    if Path::new(command).is_file() {
        return vec![command.to_owned()];
    }
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') if !cfg!(windows) => word.get_or_insert_default().extend(chars.next()),
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn file_with(text: &str) -> io::Result<tempfile::NamedTempFile> {
    let file = tempfile::Builder::new().prefix("sqllama-").suffix(".sql").tempfile()?;
    // Editors mind a last line without its end.
    fs::write(file.path(), if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") })?;
    Ok(file)
}

/// Runs `command` on the file at `path` to its end. What its keys send to everybody (Ctrl+C) is for it alone.
async fn wait(command: &str, path: &Path, signals: &mut Signals) -> (io::Result<ExitStatus>, Option<i32>) {
    let mut words = words(command).into_iter();
    let mut child = match Command::new(words.next().unwrap_or_else(|| DEFAULT.into())).args(words).arg(path).spawn() {
        Ok(child) => child,
        Err(error) => return (Err(error), None),
    };
    let process = child.id();
    let (send, mut ended) = oneshot::channel();
    let waiting = std::thread::Builder::new().name("editor".into()).spawn(move || drop(send.send(child.wait())));
    if let Err(error) = waiting {
        return (Err(error), None);
    }
    let gone = || io::Error::other("nobody waited for it");
    loop {
        tokio::select! {
            status = &mut ended => return (status.unwrap_or_else(|_| Err(gone())), None),
            heard = signals.next() => match heard {
                Heard::End { typed: true, .. } | Heard::GoOn => {}
                Heard::End { number, typed: false } => {
                    end_process(process, number);
                    let status = tokio::time::timeout(PATIENCE, ended).await;
                    return (status.ok().and_then(Result::ok).unwrap_or_else(|| Err(gone())), Some(number));
                }
                Heard::Stop => stop_process(),
            },
        }
    }
}

/// What the file holds now. What an editor wrote before it failed is taken, and that it failed is said.
fn read(command: &str, status: ExitStatus, before: &str, path: &Path) -> Result<Edited, String> {
    // Its name alone: the note has one line.
    let program = words(command).into_iter().next().unwrap_or_else(|| DEFAULT.into());
    let program = program.rsplit('/').next().unwrap_or(DEFAULT);
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Err(format!("what `{program}` wrote cannot be read ({error}); the SQL is as it was")),
    };
    let sql = String::from_utf8_lossy(&bytes).into_owned();
    let problem = match (status.success(), sql.trim_end() == before.trim_end()) {
        (true, _) => None,
        (false, true) => return Err(format!("`{program}` ended with {status}; the SQL is as it was")),
        (false, false) => Some(format!("what it wrote is here, but `{program}` ended with {status}; undo brings the earlier SQL back")),
    };
    Ok(Edited { sql, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(command: &str, expected: &[&str]) {
        assert_eq!(words(command), expected, "{command}");
    }

    #[test]
    fn an_editor_is_named_as_in_a_shell() {
        check("vi", &["vi"]);
        check("  code  --wait ", &["code", "--wait"]);
        check("\"/opt/my editor/edit\" -x", &["/opt/my editor/edit", "-x"]);
        check("sh -c 'exec nano \"$@\"' nano", &["sh", "-c", "exec nano \"$@\"", "nano"]);
        check("emacs --eval '' -nw", &["emacs", "--eval", "", "-nw"]);
        check("\"open", &["open"]);
        #[cfg(unix)]
        check("/opt/my\\ editor \"a\\\"b\"", &["/opt/my editor", "a\"b"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my editor");
        fs::write(&path, "").unwrap();
        check(path.to_str().unwrap(), &[path.to_str().unwrap()]);
    }
}
