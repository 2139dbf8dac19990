//! Which of several drafts is believed most, and whether more would be worth their time.

use std::cmp::Ordering;

use super::candidate::{Candidate, ballots};
use super::confidence::{self, Belief};
use super::vote::{Agreement, Group, group};

/// From this belief on, the second half of the drafts is not worth its time: with it or without, as many of 443 questions came out right
/// (353), with a tenth fewer tokens. Little belief is worth more drafts: without any behind the first half, 14 of 161 right ones were lost.
const SETTLED: f64 = 0.7;

/// A draft chosen, and how much it is believed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chosen {
    /// Its place among the drafts.
    pub(super) place: usize,
    pub(super) belief: Belief,
}

/// What the drafts return, one for each result: the draft to show of those that return it, how much it is believed, and how many agree; what
/// is believed most first.
pub(super) fn results(candidates: &[Candidate]) -> Vec<(Chosen, Agreement)> {
    let ballots = ballots(candidates);
    let groups = group(&ballots);
    let place_of = |group: &Group| group.members.first().and_then(|&member| ballots.get(member)).map(|ballot| ballot.draft);
    let mut believed: Vec<(Chosen, Agreement)> = Vec::new();
    for group in &groups {
        let Some((place, shown)) = place_of(group).and_then(|place| Some((place, candidates.get(place)?))) else { continue };
        let signals = group.signals(shown.signals.clone(), &ballots, &groups, candidates.len());
        let belief = confidence::of_compared(&signals, shown, group.members.len(), candidates.len());
        believed.push((Chosen { place, belief }, group.agreement(&ballots, &shown.sql, signals)));
    }
    // Where two are believed as much, the vote decides.
    believed.sort_by(|(a, _), (b, _)| b.belief.confidence.partial_cmp(&a.belief.confidence).unwrap_or(Ordering::Equal));
    believed
}

/// Whether more drafts are not worth their time.
pub(super) fn is_settled(candidates: &[Candidate]) -> bool {
    let belief = results(candidates).first().and_then(|(chosen, _)| chosen.belief.confidence);
    belief.is_some_and(|belief| belief >= SETTLED)
}
