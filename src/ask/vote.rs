//! Choosing among drafts by what they return: drafts with the same rows speak for each other. Pure.

use super::signals::{Signal, Signals, UNLIKELIEST, says_nothing};
use crate::db::{RowOrder, Table, same_result};

/// A draft that ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Ballot {
    /// Which draft; 0 is the first, greedy one.
    pub draft: usize,
    /// What it returned.
    pub table: Table,
    /// Whether its syntax tree gives reason to doubt.
    pub suspicious: bool,
    /// Whether it had to be mended.
    pub mended: bool,
    /// Mean log probability of its tokens.
    pub mean_logprob: f32,
    /// Whether it was written after examples made from the database.
    pub after_examples: bool,
}

/// Drafts that return the same, in figures.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Agreement {
    /// One of them.
    pub sql: String,
    /// How many there are.
    pub agrees: usize,
    /// How many of them had to be mended.
    pub mended: usize,
    /// Whether the first draft is among them.
    pub first: bool,
    /// The likeliest one's mean log probability a token.
    pub likelihood: f32,
    /// What speaks against all of them.
    pub standing: Standing,
    /// What else is seen of them, and of the one that is shown.
    #[serde(skip)]
    pub signals: Signals,
}

/// Drafts with the same result.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Positions in the ballots, the best to show first.
    pub members: Vec<usize>,
    /// What speaks against the group as a whole.
    pub standing: Standing,
}

impl Group {
    /// The group in figures; `sql` is that of the draft to show.
    pub(super) fn agreement(&self, ballots: &[Ballot], sql: &str, signals: Signals) -> Agreement {
        let members = || self.members.iter().filter_map(|&member| ballots.get(member));
        Agreement {
            sql: sql.into(),
            agrees: self.members.len(),
            mended: members().filter(|ballot| ballot.mended).count(),
            first: members().any(|ballot| ballot.draft == 0),
            likelihood: members().map(|ballot| ballot.mean_logprob).fold(f32::NEG_INFINITY, f32::max),
            standing: self.standing,
            signals,
        }
    }

    /// What is seen of it beside the other `groups`, of `drawn` drafts, after the signals of the draft `shown`.
    pub(super) fn signals(&self, shown: Signals, ballots: &[Ballot], groups: &[Self], drawn: usize) -> Signals {
        let of = |places: &[usize]| places.iter().filter_map(|&place| ballots.get(place)).collect::<Vec<_>>();
        let (members, share) = (of(&self.members), |count: usize| count as f32 / drawn.max(1) as f32);
        let own = |count: usize| count as f32 / members.len().max(1) as f32;
        let rival = groups.iter().filter(|group| group.members != self.members && group.standing != Standing::Empty);
        let rival = rival.map(|group| group.members.len()).max().unwrap_or(0);
        let after = |ballots: &[&Ballot]| ballots.iter().filter(|ballot| ballot.after_examples).count();
        let (after_all, after_own) = (ballots.iter().filter(|ballot| ballot.after_examples).count(), after(&members));
        let mut signals = shown;
        signals.set(Signal::Disagreeing, 1.0 - share(members.len()));
        signals.mark(Signal::Alone, members.len() == 1);
        signals.mark(Signal::WithoutFirst, !members.iter().any(|ballot| ballot.draft == 0));
        signals.set(Signal::Rival, share(rival));
        signals.set(Signal::Failed, share(drawn.saturating_sub(ballots.len())));
        signals.set(Signal::Results, share(groups.len().saturating_sub(1)));
        if after_all > 0 {
            signals.set(Signal::DisagreeingAfterExamples, 1.0 - after_own as f32 / after_all as f32);
        }
        let likeliest = members.iter().map(|ballot| ballot.mean_logprob).fold(f32::NEG_INFINITY, f32::max);
        signals.set(Signal::UnlikelyGroup, -likeliest.clamp(UNLIKELIEST, 0.0));
        signals.set(Signal::MendedShare, own(members.iter().filter(|ballot| ballot.mended).count()));
        signals.set(Signal::SuspiciousShare, own(members.iter().filter(|ballot| ballot.suspicious).count()));
        signals
    }
}

/// What speaks against a group, from nothing to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing.
    Good,
    /// Every member's tree gives reason to doubt.
    Suspicious,
    /// No rows, or nothing but NULL and zero counts.
    Empty,
}

/// Groups `ballots` by their results, the group to believe first: by standing, then size, then the one with the first draft, then
/// the likelier.
pub fn group(ballots: &[Ballot]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, ballot) in ballots.iter().enumerate() {
        let same = |group: &&mut Group| {
            let first = group.members.first().and_then(|&member| ballots.get(member));
            first.is_some_and(|first| same_result(&first.table, &ballot.table, RowOrder::Free))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.members.push(place),
            None => groups.push(Group { members: vec![place], standing: Standing::Good }),
        }
    }
    for group in &mut groups {
        let of = |place: &usize| ballots.get(*place);
        let empty = group.members.first().and_then(of).is_some_and(|ballot| says_nothing(&ballot.table));
        let suspicious = group.members.iter().filter_map(of).all(|ballot| ballot.suspicious);
        group.standing = match (empty, suspicious) {
            (true, _) => Standing::Empty,
            (_, true) => Standing::Suspicious,
            _ => Standing::Good,
        };
        // Unsuspicious before suspicious, the first draft before others, then the likelier.
        let key = |place: &usize| of(place).map(|b| (b.suspicious, b.draft != 0, -b.mean_logprob));
        group.members.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    }
    let has_first = |group: &Group| group.members.iter().any(|&m| ballots.get(m).is_some_and(|b| b.draft == 0));
    let likeliest =
        |group: &Group| group.members.iter().filter_map(|&m| ballots.get(m)).map(|b| b.mean_logprob).fold(f32::NEG_INFINITY, f32::max);
    groups.sort_by(|a, b| {
        let by_size = b.members.len().cmp(&a.members.len());
        a.standing.cmp(&b.standing).then(by_size).then(has_first(b).cmp(&has_first(a))).then(likeliest(b).total_cmp(&likeliest(a)))
    });
    groups
}

/// Whether the group to believe stays the same whatever the drafts return that are still to come, of `all`.
pub fn is_decided(ballots: &[Ballot], all: usize) -> bool {
    let groups = group(ballots);
    let Some((best, others)) = groups.split_first() else { return false };
    // All of the rest may join the largest of the others, which makes it good where it was suspicious; where as many speak for two, the
    // first draft's group wins.
    let most = others.iter().filter(|group| group.standing != Standing::Empty).map(|group| group.members.len()).max().unwrap_or(0);
    let rest = all.saturating_sub(ballots.len());
    let has_first = best.members.iter().any(|&member| ballots.get(member).is_some_and(|ballot| ballot.draft == 0));
    best.standing == Standing::Good && best.members.len() + usize::from(has_first) > most + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Cell, ColumnInfo};

    fn ballot(draft: usize, values: &[i64], suspicious: bool) -> Ballot {
        let rows = values.iter().map(|&n| vec![Cell::Integer(n)]).collect();
        let table = Table { columns: vec![ColumnInfo::default()], rows, truncated: false };
        Ballot { draft, table, suspicious, mended: false, mean_logprob: -(draft as f32), after_examples: false }
    }

    #[track_caller]
    fn check(ballots: &[Ballot], expected: &[&[usize]]) {
        let members: Vec<Vec<usize>> = group(ballots).into_iter().map(|group| group.members).collect();
        assert_eq!(members, expected);
    }

    #[test]
    fn the_larger_group_wins_and_ties_go_to_the_first_draft() {
        check(&[ballot(0, &[1], false), ballot(1, &[2], false), ballot(2, &[2], false)], &[&[1, 2], &[0]]);
        check(&[ballot(1, &[2], false), ballot(0, &[1], false)], &[&[1], &[0]]);
        check(&[ballot(3, &[3], false), ballot(2, &[2], false)], &[&[1], &[0]]);
    }

    #[test]
    fn a_vote_is_decided_when_the_rest_cannot_change_it() {
        let check = |ballots: &[Ballot], all: usize, expected: bool| assert_eq!(is_decided(ballots, all), expected, "{ballots:?} of {all}");
        let same = |drafts: std::ops::Range<usize>| drafts.map(|draft| ballot(draft, &[1], false)).collect::<Vec<_>>();
        check(&same(0..4), 8, true); // a tie goes to the first draft
        check(&same(1..5), 8, false);
        check(&same(1..6), 8, true);
        check(&same(0..3), 8, false);
        check(&[same(0..4), vec![ballot(4, &[2], false)]].concat(), 8, true);
        check(&[same(1..5), vec![ballot(0, &[2], false)]].concat(), 8, false);
        // What speaks for nobody else yet may still do so, and a group in doubt loses to any other.
        check(&[ballot(0, &[], false), ballot(1, &[], false), ballot(2, &[], false)], 4, false);
        check(&[ballot(0, &[5], true), ballot(1, &[5], true)], 2, false);
        check(&[], 8, false);
    }

    /// Whatever the rest of the drafts return, the group shown stays the same once the vote is decided.
    #[test]
    fn a_decided_vote_is_never_changed_by_the_rest() {
        let mut random = crate::random::Random::new(7);
        for _ in 0..2_000 {
            let all = 1 + random.below(8);
            let draw = |random: &mut crate::random::Random, draft: usize| ballot(draft, &[random.below(3) as i64], random.below(4) == 0);
            let ballots: Vec<Ballot> = (0..all).map(|draft| draw(&mut random, draft)).collect();
            let so_far = &ballots[..random.below(all) + 1];
            if is_decided(so_far, all) {
                let shown = |ballots: &[Ballot]| group(ballots)[0].members.iter().map(|&m| ballots[m].table.clone()).next();
                assert_eq!(shown(so_far), shown(&ballots), "{ballots:?}");
            }
        }
    }

    #[test]
    fn nothing_and_suspicion_come_last() {
        check(&[ballot(0, &[], false), ballot(1, &[], false), ballot(2, &[7], true)], &[&[2], &[0, 1]]);
        check(&[ballot(0, &[0], false), ballot(1, &[5], true), ballot(2, &[5], true), ballot(3, &[6], false)], &[&[3], &[1, 2], &[0]]);
        // One member without suspicion speaks for the others, and is shown.
        check(&[ballot(0, &[5], true), ballot(1, &[5], false), ballot(2, &[6], false)], &[&[1, 0], &[2]]);
    }
}
