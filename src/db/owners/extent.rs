//! How many views a view reads, with those that they read.
//!
//! A chain of views, each of which reads the one before twice, doubles with every step, and SQLite works it out while it prepares, when
//! nothing can stop it: 23 seconds for fourteen steps. It refuses more than 200 tables in one list, and more than 64 in a join.

use std::collections::{HashMap, HashSet};

use super::foreign::{Kind, Stored, names};

/// A view that reads more than this is not looked at.
pub(super) const MOST_READ: u64 = 100;
/// The same where a table is hidden: its columns are queries of their own there.
pub(super) const MOST_READ_HIDDEN: u64 = 16;

/// The views that read more than `most` views, or themselves.
pub(super) fn too_large(schema: &Stored, most: u64) -> HashSet<String> {
    let views: Vec<_> = schema.of_kind(Kind::View).collect();
    let places: HashMap<String, usize> = views.iter().enumerate().map(|(i, view)| (view.name.to_ascii_lowercase(), i)).collect();
    let read: Vec<Vec<usize>> = views
        .iter()
        .enumerate()
        .map(|(own, view)| {
            let named = names(&view.sql).into_iter().filter_map(|name| places.get(&name.to_ascii_lowercase()).copied());
            named.filter(|&other| other != own).collect()
        })
        .collect();
    let extents = extents(&read);
    let large = views.iter().zip(extents).filter(|(_, extent)| *extent > most);
    large.map(|(view, _)| view.name.clone()).collect()
}

/// For each place one and the extents of what it reads; a circle counts as without bound.
fn extents(read: &[Vec<usize>]) -> Vec<u64> {
    let mut known: Vec<Option<u64>> = vec![None; read.len()];
    let mut open = vec![false; read.len()];
    for start in 0..read.len() {
        // Not by recursion: a chain may be as long as a file.
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            let of = |place: &usize| known.get(*place).copied().flatten();
            let others = read.get(at).map_or(&[][..], Vec::as_slice);
            let missing = others.iter().copied().find(|other| of(other).is_none());
            match missing {
                _ if of(&at).is_some() => {
                    stack.pop();
                }
                Some(other) if open.get(other) != Some(&true) => {
                    mark(&mut open, at, true);
                    stack.push(other);
                }
                _ => {
                    let extent = others.iter().map(|other| of(other).unwrap_or(u64::MAX)).fold(1, u64::saturating_add);
                    if let Some(slot) = known.get_mut(at) {
                        *slot = Some(extent);
                    }
                    mark(&mut open, at, false);
                    stack.pop();
                }
            }
        }
    }
    known.into_iter().map(|extent| extent.unwrap_or(u64::MAX)).collect()
}

fn mark(open: &mut [bool], at: usize, value: bool) {
    if let Some(slot) = open.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_add_up() {
        assert_eq!(extents(&[vec![], vec![0, 0], vec![1, 1, 0]]), [1, 3, 8]);
        assert_eq!(extents(&[vec![1], vec![0]])[0], u64::MAX);
        let chain: Vec<Vec<usize>> = (0..100_000usize).map(|i| i.checked_sub(1).into_iter().collect()).collect();
        assert_eq!(extents(&chain).last(), Some(&100_000));
        let backwards: Vec<Vec<usize>> = (0..100_000usize).map(|i| if i < 99_999 { vec![i + 1] } else { vec![] }).collect();
        assert_eq!(extents(&backwards).first(), Some(&100_000));
        let doubling: Vec<Vec<usize>> = (0..80usize).map(|i| i.checked_sub(1).map(|b| vec![b, b]).unwrap_or_default()).collect();
        assert_eq!(extents(&doubling)[79], u64::MAX);
    }
}
