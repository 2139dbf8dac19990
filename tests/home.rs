//! The real binary with folders of its own: exit code, stdout, stderr.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Folders that nobody else sees.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A model that gives these answers.
    pub(crate) fn script(&self, answers: &[&str]) -> String {
        format!("script:{}", self.file("answers.txt", answers.join("\n---\n")).display())
    }

    /// The program, not started yet. The hub is a port where nothing listens, so that no test waits for a network.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sqllama"));
        command.args(args).env("HF_ENDPOINT", "http://127.0.0.1:1").env_remove("HF_TOKEN").env_remove("HF_HUB_OFFLINE");
        for folder in ["DATA", "CACHE", "CONFIG"] {
            command.env(format!("SQLLAMA_{folder}_DIR"), self.path());
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command that succeeds prints.
    #[track_caller]
    pub(crate) fn stdout_of(&self, args: &[&str]) -> String {
        let out = self.run(args);
        check_output(&out, 0, "", "");
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    #[track_caller]
    pub(crate) fn check(&self, args: &[&str], code: i32, stdout: &str, stderr: &str) {
        check_output(&self.run(args), code, stdout, stderr);
    }
}

#[track_caller]
pub(crate) fn check_output(out: &Output, code: i32, stdout: &str, stderr: &str) {
    let (found_stdout, found_stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(code), "stdout: {found_stdout}\nstderr: {found_stderr}");
    assert!(found_stdout.contains(stdout), "stdout: {found_stdout}");
    assert!(found_stderr.contains(stderr), "stderr: {found_stderr}");
}
