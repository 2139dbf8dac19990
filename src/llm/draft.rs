//! Prompt-lookup drafting (Saxena 2023; llama.cpp's `lookup` example): what followed the last tokens where they stood before is likely to
//! follow again. In SQL these are names from the schema. Drafts are checked in one pass, so they change the time and nothing else.

/// Tokens that have to stand before a place for its continuation to be proposed; the longer match wins.
const MATCHES: [usize; 2] = [3, 2];
/// Drafts after a first match, by the length of the match.
const FIRST: [usize; 2] = [3, 1];
/// Drafts after one that was right throughout. With one row more, a pass stays on the kernels that need no rearrangement.
const MOST: usize = 7;

/// Proposes tokens.
#[derive(Debug, Clone, Default)]
pub(super) struct Drafter {
    /// Whether the last draft was right throughout.
    confident: bool,
    /// Tokens proposed.
    pub(super) drafted: usize,
    /// Of these, those that came.
    pub(super) accepted: usize,
}

impl Drafter {
    /// At most `room` tokens that may follow `text`.
    pub(super) fn propose<'a>(&self, text: &'a [u32], room: usize) -> &'a [u32] {
        for (length, first) in MATCHES.into_iter().zip(FIRST) {
            let Some((before, pattern)) = text.split_last_chunk_of(length) else { continue };
            // The latest place counts: it is the nearest in meaning.
            let found = (0..before.len()).rev().find(|&at| text[at..].starts_with(pattern) && at + length < text.len());
            if let Some(at) = found {
                let most = if self.confident { MOST } else { first };
                let end = (at + length + most.min(room)).min(text.len());
                return &text[at + length..end];
            }
        }
        &[]
    }

    /// Learns how a draft went.
    pub(super) fn judge(&mut self, drafted: usize, accepted: usize) {
        if drafted > 0 {
            self.confident = accepted == drafted;
        }
        self.drafted += drafted;
        self.accepted += accepted;
    }
}

trait SplitLast {
    fn split_last_chunk_of(&self, length: usize) -> Option<(&[u32], &[u32])>;
}

impl SplitLast for [u32] {
    fn split_last_chunk_of(&self, length: usize) -> Option<(&[u32], &[u32])> {
        self.len().checked_sub(length).filter(|&at| at > 0).map(|at| self.split_at(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u32], confident: bool, room: usize, expected: &[u32]) {
        assert_eq!(Drafter { confident, ..Drafter::default() }.propose(text, room), expected);
    }

    #[test]
    fn what_followed_before_is_proposed() {
        check(&[1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3], false, 9, &[4, 5, 6]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 1, 2, 3], true, 99, &[4, 5, 6, 7, 8, 9, 9]);
        check(&[1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3], true, 2, &[4, 5]);
        // Two tokens are a weaker sign; the latest place counts.
        check(&[2, 3, 4, 8, 2, 3, 5, 6, 7, 2, 3], false, 9, &[5]);
        check(&[7, 7, 7, 7], false, 9, &[7]);
        check(&[1, 2, 3], false, 9, &[]);
        check(&[], false, 9, &[]);
        check(&[1, 2, 1, 2], false, 0, &[]);
    }
}
