//! Bytes on their way to a reader that may be slow. Whoever writes never waits for it: what it has not taken yet waits in memory, and beyond
//! [`IN_MEMORY`] in an unlinked temporary file. So a query ends, and lets go of its database, however slowly its rows are read.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Bytes that wait in memory.
const IN_MEMORY: usize = 8 << 20;
/// Bytes that wait in the file; where there are more, the writer waits after all.
const IN_FILE: u64 = 64 << 30;
/// Bytes that are read back together.
const CHUNK: u64 = 256 << 10;

/// Takes bytes; a thread of its own hands them on.
pub(in crate::cli) struct Spill {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// Bytes in memory are older than those in the file.
#[derive(Default)]
struct Queue {
    memory: VecDeque<Vec<u8>>,
    in_memory: usize,
    file: Option<File>,
    /// Bytes of the file that were written, and how many of them were read back.
    written: u64,
    read: u64,
    /// There is no room on the disk, or no temporary folder.
    no_room: bool,
    closed: bool,
    failure: Option<io::Error>,
}

impl Spill {
    /// Hands everything on to `out`.
    pub(super) fn new(out: impl Write + Send + 'static) -> Self {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("output".into()).spawn(move || hand_on(&theirs, out));
        if let Err(error) = &thread {
            shared.lock().failure = Some(io::Error::new(error.kind(), error.to_string()));
        }
        Self { shared, thread: thread.ok() }
    }

    /// Waits until everything is handed on, or cannot be.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.close();
        let failure = self.shared.lock().failure.take();
        failure.map_or(Ok(()), Err)
    }

    fn close(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Write for Spill {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut queue = self.shared.lock();
        loop {
            if let Some(failure) = &queue.failure {
                return Err(failure.kind().into());
            }
            if queue.take(bytes) {
                self.shared.changed.notify_all();
                return Ok(bytes.len());
            }
            queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Keeps `bytes`; `false` where there is no room for them now.
    fn take(&mut self, bytes: &[u8]) -> bool {
        if self.read == self.written && self.in_memory < IN_MEMORY {
            self.in_memory += bytes.len();
            self.memory.push_back(bytes.to_vec());
            return true;
        }
        if self.no_room || self.written - self.read > IN_FILE {
            return false;
        }
        let kept = self.append(bytes);
        self.no_room = kept.is_err();
        !self.no_room
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The oldest bytes; none where nothing waits.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(bytes) = self.memory.pop_front() {
            self.in_memory -= bytes.len();
            return Ok(Some(bytes));
        }
        let Some(file) = self.file.as_mut().filter(|_| self.read < self.written) else { return Ok(None) };
        let mut bytes = vec![0; CHUNK.min(self.written - self.read) as usize];
        file.seek(SeekFrom::Start(self.read))?;
        file.read_exact(&mut bytes)?;
        self.read += bytes.len() as u64;
        if self.read == self.written {
            (self.read, self.written, self.no_room) = (0, 0, false);
            file.set_len(0)?;
        }
        Ok(Some(bytes))
    }
}

fn hand_on(shared: &Shared, mut out: impl Write) {
    let mut next = || -> io::Result<bool> {
        let mut queue = shared.lock();
        let bytes = loop {
            match queue.next()? {
                Some(bytes) => break bytes,
                None if queue.closed => return Ok(false),
                None => queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(queue);
        shared.changed.notify_all();
        out.write_all(&bytes)?;
        out.flush()?;
        Ok(true)
    };
    let failure = loop {
        match next() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    shared.lock().failure = failure;
    shared.changed.notify_all();
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Writes nothing before it is told to go on.
    struct Slow {
        go: Receiver<()>,
        waiting: bool,
        out: Sender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if std::mem::take(&mut self.waiting) {
                self.go.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            }
            self.out.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_slow_reader() {
        let ((start, go), (out, came)) = (channel(), channel());
        let mut spill = Spill::new(Slow { go, waiting: true, out });
        // More than memory takes, so that the file takes part; twice, so that it is emptied between.
        let piece = |n: usize| vec![(n % 251) as u8; 100_003];
        let pieces = 2 * IN_MEMORY / 100_003;
        (0..pieces).for_each(|n| spill.write_all(&piece(n)).unwrap());
        assert!(came.try_recv().is_err());
        start.send(()).unwrap();
        (pieces..2 * pieces).for_each(|n| spill.write_all(&piece(n)).unwrap());
        spill.finish().unwrap();
        let all: Vec<u8> = came.into_iter().flatten().collect();
        assert!(all == (0..2 * pieces).flat_map(piece).collect::<Vec<u8>>());
    }

    #[test]
    fn a_reader_that_goes_is_told() {
        let ((start, go), (out, came)) = (channel(), channel());
        drop((start, came));
        let mut spill = Spill::new(Slow { go, waiting: true, out });
        while spill.write_all(b"x").is_ok() {
            std::thread::yield_now();
        }
        assert_eq!(spill.write_all(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(spill.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
