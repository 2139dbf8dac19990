//! Server-sent events, as the HTML standard has them: lines end in LF, CR or CRLF, wherever the bytes are cut; comments, `event:`, `id:` and
//! `retry:` are passed over, but that an event is called `error`; an empty line ends an event. Some write `error:` where `data:` belongs.

/// A longer line, or a longer event, is no token of an answer.
pub(super) const LONGEST_EVENT: usize = 1 << 20;

/// A line or an event that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// An event: its data, and whether it is called an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) data: Vec<u8>,
    pub(super) is_error: bool,
}

/// Bytes on their way to events.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    /// The event's data so far; `None` before its first line.
    data: Option<Vec<u8>>,
    /// Whether the event is called an error.
    is_error: bool,
    /// A LF that follows belongs to the CR before it.
    after_cr: bool,
    /// Whether a line has ended: only the first may begin with a byte order mark.
    begun: bool,
}

impl Events {
    /// Takes bytes; every event that ends in them is given to `each`.
    pub(super) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(Event)) -> Result<(), TooLong> {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    self.end_line(each)?;
                }
                _ => {
                    self.after_cr = false;
                    if self.line.len() >= LONGEST_EVENT {
                        return Err(TooLong);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(())
    }

    /// At the end of all bytes: what stands there without the empty line that would end it. Some servers leave it out behind the last event.
    pub(super) fn rest(mut self) -> Option<Event> {
        // An empty line would end the event.
        if !self.line.is_empty() {
            self.end_line(&mut |_| ()).ok()?;
        }
        Some(Event { is_error: self.is_error, data: self.data? })
    }

    fn end_line(&mut self, each: &mut dyn FnMut(Event)) -> Result<(), TooLong> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.begun, true)
            && let Some(rest) = line.strip_prefix(b"\xEF\xBB\xBF")
        {
            line = rest.to_vec();
        }
        if line.is_empty() {
            let is_error = std::mem::take(&mut self.is_error);
            if let Some(data) = self.data.take() {
                each(Event { data, is_error });
            }
            return Ok(());
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(at) => (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default()),
            None => (line.as_slice(), &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        self.is_error |= field == b"error" || field == b"event" && value == b"error";
        if matches!(field, b"data" | b"error") {
            match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            }
            if self.data.as_ref().is_some_and(|data| data.len() > LONGEST_EVENT) {
                return Err(TooLong);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(event: &Event) -> String {
        let data = String::from_utf8_lossy(&event.data);
        if event.is_error { format!("error {data}") } else { data.into_owned() }
    }

    fn all(pieces: &[&[u8]]) -> Vec<String> {
        let (mut events, mut out) = (Events::default(), Vec::new());
        for piece in pieces {
            events.feed(piece, &mut |event| out.push(told(&event))).unwrap();
        }
        out.extend(events.rest().map(|event| format!("rest {}", told(&event))));
        out
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(all(&[text.as_bytes()]), expected, "{text:?}");
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(all(&bytes), expected, "{text:?} byte by byte");
    }

    #[test]
    fn events_end_at_empty_lines() {
        check("data: a\n\ndata:b\n\n", &["a", "b"]);
        check("data: a\r\n\r\ndata: b\r\rdata: c\n\n", &["a", "b", "c"]);
        check(": keep-alive\n\n: ping\n\ndata: ä€😀\n\n", &["ä€😀"]);
        check("event: message\nid: 7\nretry: 10\ndata: a\ndata: b\n\n", &["a\nb"]);
        check("\u{feff}data: a\n\n", &["a"]);
        check("data\n\n\n\ndata:  two\n\n", &["", " two"]);
        check("data: [DONE]", &["rest [DONE]"]);
        check("data: a\n", &["rest a"]);
        check("junk\ndatas: x\n\n", &[]);
        check("event: error\ndata: a\n\ndata: b\n\nerror: c\n\n", &["error a", "b", "error c"]);
        check("data: a\nevent: error", &["rest error a"]);
        check("event: error\n\ndata: a\n\n", &["a"]);
    }

    #[test]
    fn what_does_not_end_is_refused() {
        let mut events = Events::default();
        assert_eq!(events.feed(&vec![b'x'; LONGEST_EVENT + 1], &mut |_| ()), Err(TooLong));
        let mut events = Events::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let result = (0..2000).try_for_each(|_| events.feed(line.as_bytes(), &mut |_| ()));
        assert_eq!(result, Err(TooLong));
    }

    proptest! {
        #[test]
        fn where_bytes_are_cut_changes_nothing(text in "(data: ?|: |event: |[a-zé😀:]|\r\n|\n|\r){0,60}", cuts in proptest::collection::vec(1usize..9, 1..40)) {
            let whole = all(&[text.as_bytes()]);
            let (mut pieces, mut at) = (Vec::new(), 0);
            for cut in cuts.iter().cycle() {
                if at >= text.len() {
                    break;
                }
                let end = (at + cut).min(text.len());
                pieces.push(&text.as_bytes()[at..end]);
                at = end;
            }
            prop_assert_eq!(all(&pieces), whole);
        }
    }
}
