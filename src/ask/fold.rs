//! Of what a model writes, its SQL alone is shown: thoughts before it are folded to the number of their words.

use super::event::AskEvent;
use crate::prompt::Thoughts;

/// Words of thought between two events.
const STEP: usize = 16;

const FENCE: &str = "```";
const ANSWER: &str = "<answer>";

/// A text on its way to those who watch.
#[derive(Debug)]
pub(super) struct Folded {
    thoughts: Thoughts,
    /// What came so far, from the last place that may matter.
    text: String,
    /// How much of `text` is shown.
    shown: usize,
    /// Whether what comes is SQL.
    open: bool,
    words: usize,
    told: usize,
}

impl Folded {
    /// Before the first word of an answer that has `thoughts`.
    pub(super) fn new(thoughts: Thoughts) -> Self {
        Self { thoughts, text: String::new(), shown: 0, open: false, words: 0, told: 0 }
    }

    /// What is told of more text.
    pub(super) fn take(&mut self, more: &str) -> Vec<AskEvent> {
        let marks = match self.thoughts {
            Thoughts::None => return vec![AskEvent::Text(more.into())],
            Thoughts::InWords => (FENCE, FENCE),
            Thoughts::InTags => (ANSWER, "</answer>"),
        };
        let mut out = Vec::new();
        self.text.push_str(more);
        loop {
            let mark = if self.open { marks.1 } else { marks.0 };
            let rest = self.text.get(self.shown..).unwrap_or_default();
            let found = rest.find(mark);
            // What may be the beginning of a mark waits.
            let end = found.unwrap_or_else(|| rest.len() - held(rest, mark));
            let piece = rest.get(..end).unwrap_or_default().to_owned();
            self.shown += end;
            if self.open && !piece.is_empty() {
                out.push(AskEvent::Text(piece));
            } else {
                self.words += piece.split_whitespace().count();
            }
            if found.is_none() {
                break;
            }
            self.shown += mark.len();
            self.open = !self.open;
            // Where there are several blocks, each is seen for itself.
            if self.thoughts == Thoughts::InWords {
                out.push(AskEvent::Text(if self.open { FENCE.into() } else { format!("{FENCE}\n") }));
            }
        }
        self.text.drain(..self.shown);
        self.shown = 0;
        if !self.open && self.words >= self.told + STEP {
            self.told = self.words;
            out.push(AskEvent::Thinking(self.words));
        }
        out
    }
}

/// Bytes at the end of `text` that may be the beginning of `mark`.
fn held(text: &str, mark: &str) -> usize {
    (1..mark.len()).rev().find(|&n| mark.get(..n).is_some_and(|begun| text.ends_with(begun))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(thoughts: Thoughts, text: &str, expected: &str) {
        for size in [1, 3, 1000] {
            let mut folded = Folded::new(thoughts);
            let (mut shown, mut last) = (String::new(), 0);
            let letters: Vec<char> = text.chars().collect();
            for piece in letters.chunks(size) {
                for event in folded.take(&piece.iter().collect::<String>()) {
                    match event {
                        AskEvent::Text(text) => shown.push_str(&text),
                        AskEvent::Thinking(words) => {
                            assert!(words > last);
                            last = words;
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
            assert_eq!(shown, expected, "{size}");
            assert!(thoughts == Thoughts::None || last >= STEP, "{last}");
        }
    }

    #[test]
    fn thoughts_are_counted_and_sql_is_shown() {
        let long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ";
        check(Thoughts::None, "SELECT 1", "SELECT 1");
        check(Thoughts::InWords, &format!("{long}:\n```sql\nSELECT `a`;\n```\nwhich counts"), "```sql\nSELECT `a`;\n```\n");
        check(Thoughts::InTags, &format!("{long}```sql\nSELECT 0\n```</think>\n<answer>SELECT a < 1</answer>"), "SELECT a < 1");
    }
}
