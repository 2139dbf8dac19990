//! Standard output: a terminal gets no control characters of stored text, anything else gets every byte, at its own pace.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};

use super::spill::Spill;
use crate::text;

/// Bytes that are handed on together.
const CHUNK: usize = 64 << 10;

/// Standard output.
pub(in crate::cli) enum Out {
    /// Somebody reads it.
    Terminal(BufWriter<Shown<Stdout>>),
    /// A program or a file takes it.
    Pipe(BufWriter<Spill>),
}

impl Out {
    /// Standard output as it is.
    pub(in crate::cli) fn stdout() -> Self {
        match stdout().is_terminal() {
            true => Self::Terminal(BufWriter::with_capacity(CHUNK, Shown { out: stdout(), line: Vec::new() })),
            false => Self::Pipe(BufWriter::with_capacity(CHUNK, Spill::new(stdout()))),
        }
    }

    /// Whether somebody reads it.
    pub(in crate::cli) fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// Waits until everything is written, or cannot be.
    pub(in crate::cli) fn finish(self) -> io::Result<()> {
        match self {
            Self::Terminal(mut out) => out.flush(),
            Self::Pipe(out) => out.into_inner().map_err(io::IntoInnerError::into_error)?.finish(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Terminal(out) => out.write(bytes),
            Self::Pipe(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(out) => out.flush(),
            Self::Pipe(out) => out.flush(),
        }
    }
}

/// Lines on a terminal, with everything that could steer it made visible.
pub(in crate::cli) struct Shown<W: Write> {
    out: W,
    /// The line that has not ended yet.
    line: Vec<u8>,
}

impl<W: Write> Shown<W> {
    fn show(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(text::sanitize_lines(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only whole lines: a character of several bytes may be cut between two calls.
        let ended = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let (lines, rest) = bytes.split_at(ended);
        self.line.extend_from_slice(lines);
        if !lines.is_empty() {
            self.show()?;
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.show()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        let mut shown = Shown { out: Vec::new(), line: Vec::new() };
        for piece in [&b"a\tb\nZ\xc3"[..], b"\xbcrich \x1b[2J", b"\xc2\x9b!\n", b"end"] {
            shown.write_all(piece).unwrap();
        }
        shown.flush().unwrap();
        assert_eq!(String::from_utf8(shown.out).unwrap(), "a\tb\nZürich \\u{1b}[2J\\u{9b}!\nend");
    }
}
