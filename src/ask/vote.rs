//! Choosing among drafts by what they return: drafts with the same rows speak for each other. Pure.

use super::event::Agreement;
use crate::db::{Cell, RowOrder, Table, same_result};

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
    pub(super) fn agreement(&self, ballots: &[Ballot], sql: &str) -> Agreement {
        let members = || self.members.iter().filter_map(|&member| ballots.get(member));
        Agreement {
            sql: sql.into(),
            agrees: self.members.len(),
            mended: members().filter(|ballot| ballot.mended).count(),
            first: members().any(|ballot| ballot.draft == 0),
            likelihood: members().map(|ballot| ballot.mean_logprob).fold(f32::NEG_INFINITY, f32::max),
            standing: self.standing,
        }
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

/// No rows, or nothing in them but NULL and zero: what a wrong filter returns.
pub fn says_nothing(table: &Table) -> bool {
    table.rows.iter().flatten().all(|cell| matches!(cell, Cell::Null | Cell::Integer(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ColumnInfo;

    fn ballot(draft: usize, values: &[i64], suspicious: bool) -> Ballot {
        let rows = values.iter().map(|&n| vec![Cell::Integer(n)]).collect();
        let table = Table { columns: vec![ColumnInfo::default()], rows, truncated: false };
        Ballot { draft, table, suspicious, mended: false, mean_logprob: -(draft as f32) }
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
    fn nothing_and_suspicion_come_last() {
        check(&[ballot(0, &[], false), ballot(1, &[], false), ballot(2, &[7], true)], &[&[2], &[0, 1]]);
        check(&[ballot(0, &[0], false), ballot(1, &[5], true), ballot(2, &[5], true), ballot(3, &[6], false)], &[&[3], &[1, 2], &[0]]);
        // One member without suspicion speaks for the others, and is shown.
        check(&[ballot(0, &[5], true), ballot(1, &[5], false), ballot(2, &[6], false)], &[&[1, 0], &[2]]);
    }
}
