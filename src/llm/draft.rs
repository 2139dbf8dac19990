//! Drafting: tokens that are likely to come next, from four sources. They are checked in one pass, so they change the time and nothing else.
//!
//! - Prompt lookup (Saxena 2023; llama.cpp's `lookup` example): what followed the last tokens where they stood before is likely to follow
//!   again. In SQL these are names from the schema.
//! - Retrieval (He et al. 2023, REST): what followed them in texts that answers are likely to resemble ([`super::GenerateRequest::likely`]).
//! - Earlier answers over the same database: who asks about a database asks about the same things again.
//! - Rehearsals: answers to what was typed of the question so far, written while it was typed ([`super::Purpose::Rehearsal`]).
//!
//! Each proposal has a probability, and a draft goes on as long as all of it is likely enough. The probabilities below are those observed in
//! answers of the 1.5B to 72 development questions over eight databases (2,179 tokens), each also after rehearsals of its beginnings.

use std::collections::{HashMap, VecDeque};

/// Tokens before a place that are looked at, at most.
const LONGEST: usize = 4;
/// A draft goes on while all of it is this likely: one more row of a pass costs about two fifths of the pass (a fifth with AVX-512).
const LIKELY: f32 = 0.4;
/// Drafts in one pass, and after one that was right throughout. With one row more, a pass stays on the kernels that need no rearrangement.
const MOST: usize = 4;
const MOST_CONFIDENT: usize = 7;
/// How often a lookup by so many tokens was right.
const LOOKUPS: [(usize, f32); 3] = [(4, 0.6), (3, 0.5), (2, 0.4)];
/// How often an earlier answer went on the same way behind so many tokens.
const REMEMBERED: [(usize, f32); 2] = [(4, 0.6), (3, 0.53)];
/// How often a rehearsal was right about what comes next, at first and after a draft that was right throughout: where all that is written
/// stands in it so, and else behind so many tokens.
const REHEARSED: [f32; 2] = [0.84, 0.95];
const REHEARSED_ELSEWHERE: [(usize, [f32; 2]); 2] = [(4, [0.81, 0.89]), (3, [0.69, 0.69])];
/// Earlier answers that are remembered.
const ANSWERS: usize = 32;
/// Rehearsals that are remembered: the latest may have been stopped.
const REHEARSALS: usize = 3;
/// How often a lookup or an earlier answer was wrong after a draft that was right throughout: a longer text is being repeated. After several
/// such drafts that is surer.
const ASTRAY: f32 = 0.2;
/// More than so many are not told apart.
const LONG: u8 = 4;
/// How often what contexts of 1, 2, 3, 4 tokens speak for came, of how often it should.
const KEPT: [f32; LONGEST] = [0.65, 0.8, 0.85, 0.88];
/// Added to the number of times that a context of 1, 2, 3, 4 tokens was seen: a rare one is a weak sign.
const UNSEEN: [f32; LONGEST] = [2.0, 1.0, 0.5, 0.3];

type Context = [u32; LONGEST];

/// What follows what in texts that answers are likely to resemble.
#[derive(Debug, Default)]
pub(super) struct Habits {
    /// By the last tokens, those that are not there as `u32::MAX`: the likeliest next token, and how likely it is.
    next: HashMap<Context, (u32, f32)>,
    /// What was answered before, the latest first.
    answers: VecDeque<Vec<u32>>,
    /// What would have been answered to what was typed so far, the latest first.
    rehearsals: VecDeque<Vec<u32>>,
}

/// The last `length` of `tokens` as a key; `None` where there are fewer.
fn context(tokens: &[u32], length: usize) -> Option<Context> {
    let mut key = [u32::MAX; LONGEST];
    let last = &tokens[tokens.len().checked_sub(length)?..];
    key[LONGEST - length..].copy_from_slice(last);
    Some(key)
}

impl Habits {
    /// Counts what follows what in `texts`.
    pub(super) fn of(texts: &[Vec<u32>]) -> Self {
        let mut counts: HashMap<Context, Vec<(u32, u32)>> = HashMap::new();
        for text in texts {
            for place in 1..text.len() {
                for key in (1..=LONGEST).filter_map(|length| context(&text[..place], length)) {
                    let seen = counts.entry(key).or_default();
                    match seen.iter_mut().find(|(token, _)| *token == text[place]) {
                        Some((_, count)) => *count += 1,
                        None => seen.push((text[place], 1)),
                    }
                }
            }
        }
        let best = |(key, seen): (Context, Vec<(u32, u32)>)| {
            let length = key.iter().filter(|token| **token != u32::MAX).count();
            let all: u32 = seen.iter().map(|(_, count)| count).sum();
            // The first of equals, so that the same texts give the same drafts.
            let (token, count) = seen.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
            Some((key, (token, KEPT[length - 1] * count as f32 / (all as f32 + UNSEEN[length - 1]))))
        };
        Self { next: counts.into_iter().filter_map(best).collect(), ..Self::default() }
    }

    /// Remembers an answer, for which no rehearsal is needed any more.
    pub(super) fn remember(&mut self, answer: &[u32]) {
        self.rehearsals.clear();
        self.answers.retain(|other| other != answer);
        self.answers.push_front(answer.into());
        self.answers.truncate(ANSWERS);
    }

    /// Remembers a rehearsal, as far as it came.
    pub(super) fn rehearse(&mut self, begun: &[u32]) {
        if self.rehearsals.iter().any(|earlier| earlier.starts_with(begun)) {
            return;
        }
        self.rehearsals.push_front(begun.into());
        self.rehearsals.truncate(REHEARSALS);
    }

    /// How a rehearsal goes on behind `written`, and how likely that is: at first, and after a draft that was right throughout.
    fn rehearsed(&self, written: &[u32]) -> Option<(u32, [f32; 2])> {
        let at_its_place = |rehearsal: &Vec<u32>| Some((*rehearsal.strip_prefix(written)?.first()?, REHEARSED));
        let elsewhere = |(length, shares)| {
            let next = self.rehearsals.iter().find_map(|rehearsal| followed(rehearsal, written, length))?;
            Some((next, shares))
        };
        self.rehearsals.iter().find_map(at_its_place).or_else(|| REHEARSED_ELSEWHERE.into_iter().find_map(elsewhere))
    }

    /// How the latest answer that has the last `length` tokens of `text` went on behind them.
    fn remembered(&self, text: &[u32], length: usize) -> Option<u32> {
        self.answers.iter().find_map(|answer| followed(answer, text, length))
    }

    /// What is likely to follow `text`, going by `length` tokens.
    fn after(&self, text: &[u32], length: usize) -> Option<(u32, f32)> {
        self.next.get(&context(text, length)?).copied()
    }
}

/// Proposes tokens.
#[derive(Debug, Clone, Default)]
pub(super) struct Drafter {
    /// So many of the last drafts were right throughout, [`LONG`] at most.
    right: u8,
    /// Tokens proposed.
    pub(super) drafted: usize,
    /// Of these, those that came.
    pub(super) accepted: usize,
}

impl Drafter {
    /// At most `room` tokens that may follow `text`, of which the first `prompt` are the prompt.
    pub(super) fn propose(&self, prompt: usize, text: &[u32], habits: &Habits, room: usize) -> Vec<u32> {
        let rehearsed = habits.rehearsed(text.get(prompt..).unwrap_or_default()).is_some();
        let most = if self.right > 0 || rehearsed { MOST_CONFIDENT } else { MOST }.min(room);
        let mut text = text.to_vec();
        let start = text.len();
        let mut likelihood = 1.0;
        while text.len() - start < most {
            let rehearsed = habits.rehearsed(text.get(prompt..).unwrap_or_default());
            let rehearsed = rehearsed.map(|(token, [share, repeating])| (token, if self.right > 0 { repeating } else { share }));
            let Some((token, share)) = rehearsed.or_else(|| self.next(&text, habits)) else { break };
            likelihood *= share;
            if likelihood < LIKELY {
                break;
            }
            text.push(token);
        }
        text.split_off(start)
    }

    /// The next token: as an earlier answer went on, by habit where two tokens or more speak for it, then as it followed in the text, then by
    /// a weaker habit.
    fn next(&self, text: &[u32], habits: &Habits) -> Option<(u32, f32)> {
        let habit = |length| habits.after(text, length);
        let repeating = |share: f32| if self.right > 0 { 1.0 - ASTRAY / f32::from(self.right) } else { share };
        let lookup = |(length, share)| Some((followed(text, text, length)?, repeating(share)));
        let again = |(length, share)| Some((habits.remembered(text, length)?, repeating(share)));
        let [longer, shorter] = REMEMBERED;
        if let Some(remembered) = again(longer).or_else(|| again(shorter)) {
            return Some(remembered);
        }
        let strong = habit(4).or_else(|| habit(3)).or_else(|| habit(2));
        let [long, middle, short] = LOOKUPS;
        strong.or_else(|| lookup(long)).or_else(|| lookup(middle)).or_else(|| habit(1)).or_else(|| lookup(short))
    }

    /// Learns how a draft went.
    pub(super) fn judge(&mut self, drafted: usize, accepted: usize) {
        if drafted > 0 {
            self.right = if accepted == drafted { (self.right + 1).min(LONG) } else { 0 };
        }
        self.drafted += drafted;
        self.accepted += accepted;
    }
}

/// The token that followed the last `length` tokens of `text` where they stood in `earlier`, which may be the text itself: at the latest
/// place, for it is the nearest in meaning.
fn followed(earlier: &[u32], text: &[u32], length: usize) -> Option<u32> {
    let pattern = &text[text.len().checked_sub(length)?..];
    let at = earlier.get(..earlier.len().checked_sub(1)?)?.windows(length).rposition(|window| window == pattern)?;
    earlier.get(at + length).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u32], right: u8, room: usize, expected: &[u32]) {
        assert_eq!(Drafter { right, ..Drafter::default() }.propose(0, text, &Habits::default(), room), expected);
    }

    #[test]
    fn what_followed_before_is_proposed() {
        check(&[1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3, 4], 0, 9, &[5]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 1, 2, 3, 4], 1, 99, &[5, 6, 7, 8]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 1, 2, 3, 4], 3, 99, &[5, 6, 7, 8, 9, 9, 1]);
        check(&[1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3, 4], 1, 2, &[5, 6]);
        // The latest place counts, and one token alone is no sign.
        check(&[2, 3, 4, 8, 2, 3, 5, 6, 7, 2, 3], 0, 9, &[5]);
        check(&[2, 4, 8, 2, 5, 6, 7, 2], 0, 9, &[]);
        check(&[7, 7, 7, 7], 0, 9, &[7]);
        check(&[1, 2, 3], 0, 9, &[]);
        check(&[], 0, 9, &[]);
        check(&[1, 2, 1, 2], 0, 0, &[]);
    }

    #[test]
    fn an_earlier_answer_is_gone_on_with() {
        let mut habits = Habits::of(&[vec![2, 3, 9], vec![2, 3, 9]]);
        habits.remember(&[1, 2, 3, 4, 5, 6, 7]);
        let propose = |habits: &Habits, text: &[u32]| Drafter { right: 1, ..Drafter::default() }.propose(0, text, habits, 9);
        assert_eq!(propose(&habits, &[8, 1, 2, 3]), [4, 5, 6, 7]);
        assert_eq!(propose(&habits, &[8, 2, 3]), [9]);
        // The latest counts, and no more than are kept.
        habits.remember(&[1, 2, 3, 5, 5]);
        assert_eq!(propose(&habits, &[8, 1, 2, 3]), [5, 5]);
        for other in 0..ANSWERS as u32 {
            habits.remember(&[100 + other]);
        }
        assert_eq!(propose(&habits, &[8, 1, 2, 3]), [9]);
    }

    #[test]
    fn a_rehearsal_is_gone_on_with_at_its_place_first() {
        let mut habits = Habits::of(&[vec![1, 2, 9]]);
        let propose = |habits: &Habits, text: &[u32]| Drafter::default().propose(2, text, habits, 9);
        habits.rehearse(&[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3]);
        assert_eq!(propose(&habits, &[8, 8]), [1, 2, 3, 4, 5]);
        assert_eq!(propose(&habits, &[8, 8, 1, 2, 3]), [4, 5, 6, 7, 8]);
        let right = Drafter { right: 1, ..Drafter::default() };
        assert_eq!(right.propose(2, &[8, 8, 1], &habits, 9), [2, 3, 4, 5, 6, 7, 8]);
        // Behind a word that it lacks it helps again; the prompt is none of it.
        assert_eq!(propose(&habits, &[8, 8, 7, 2, 3, 4]), [5, 6, 7]);
        assert!(propose(&habits, &[2, 3, 4]).is_empty());
        // One that was stopped takes no other's place; the latest counts.
        (0..9).for_each(|_| habits.rehearse(&[1, 2]));
        habits.rehearse(&[1, 7]);
        assert_eq!(propose(&habits, &[8, 8, 1, 2]), [3, 4, 5, 6, 7]);
        assert_eq!(propose(&habits, &[8, 8, 1]), [7]);
        habits.remember(&[1]);
        assert_eq!(propose(&habits, &[8, 8, 1, 2]), [9]);
    }

    #[test]
    fn habits_are_followed_while_they_are_likely() {
        let habits = Habits::of(&[vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 6], vec![9, 2, 3, 4, 5], vec![]]);
        let propose = |text: &[u32]| Drafter::default().propose(0, text, &habits, 9);
        // 3 and 4 always follow, but that is not sure enough for both; behind 4, 5 is likelier than 6.
        assert_eq!(propose(&[8, 1, 2]), [3]);
        assert_eq!(propose(&[3, 4]), [5]);
        assert!(propose(&[5]).is_empty() && propose(&[]).is_empty());
        assert_eq!(habits.after(&[9, 2, 3, 4], 4), Some((5, 0.88 / 1.3)));
    }
}
