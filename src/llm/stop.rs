//! Stop strings: text on its way out; what could still become one is held back.

use super::GenerateEvent;

/// Text on its way out; what could still become a stop string is held back.
pub(super) struct StopStrings<'a> {
    stop: &'a [String],
    pub(super) text: String,
    sent: usize,
    /// So many bytes at the end may still be taken back.
    pub(super) held: usize,
}

impl<'a> StopStrings<'a> {
    /// Nothing has come yet.
    pub(super) fn new(stop: &'a [String]) -> Self {
        Self { stop, text: String::new(), sent: 0, held: 0 }
    }

    /// Emits what is safe to emit. True where a stop string stands in the text, which is then cut before it.
    pub(super) fn advance(&mut self, last: bool, emit: &mut dyn FnMut(GenerateEvent)) -> bool {
        let found = self.stop.iter().filter(|s| !s.is_empty()).filter_map(|s| self.text[self.sent..].find(s.as_str())).min();
        let end = match found {
            Some(at) => {
                self.text.truncate(self.sent + at);
                self.text.len()
            }
            None if last => self.text.len(),
            None => {
                let held = |s: &String| {
                    (1..s.len()).rev().find(|&n| s.is_char_boundary(n) && self.text[self.sent..].ends_with(&s[..n])).unwrap_or(0)
                };
                self.text.len() - self.stop.iter().map(held).max().unwrap_or(0)
            }
        };
        let settled = (0..=self.text.len().saturating_sub(self.held)).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0);
        let end = if last || found.is_some() { end } else { end.min(settled) };
        if end > self.sent {
            emit(GenerateEvent::Text(self.text[self.sent..end].into()));
            self.sent = end;
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stop: &[&str], parts: &[&str], expected: &str, stopped: bool) {
        let stop: Vec<String> = stop.iter().map(|s| (*s).into()).collect();
        let mut out = String::new();
        let mut stops = StopStrings::new(&stop);
        let mut hit = false;
        for (i, part) in parts.iter().enumerate() {
            stops.text.push_str(part);
            hit = stops.advance(i + 1 == parts.len(), &mut |event| {
                if let GenerateEvent::Text(text) = event {
                    out.push_str(&text);
                }
            });
            if hit {
                break;
            }
        }
        assert_eq!((out.as_str(), stops.text.as_str(), hit), (expected, expected, stopped));
    }

    #[test]
    fn stop_strings_never_show() {
        check(&["END"], &["a", "bE", "N", "Dx"], "ab", true);
        check(&["END"], &["aE", "N", "x"], "aENx", false);
        check(&["END", "N"], &["aEN"], "aE", true);
        check(&["§§"], &["a§", "b§"], "a§b§", false);
        check(&[], &["x"], "x", false);
    }
}
