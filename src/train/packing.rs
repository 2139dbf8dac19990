//! Packs: whole examples that fill so many tokens together, as TRL puts them together (`packing_strategy="bfd"`, best fit decreasing, of TRL
//! 1.16.0): the longest first, each into the pack that it fills best, a thousand examples at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

/// Examples that are packed by themselves: the rows that `datasets` maps at once.
const AT_ONCE: usize = 1000;

/// Of examples with these numbers of tokens, which go together so that none of the packs has more than `most`. An example that has more is cut
/// before.
pub(super) fn pack(lengths: &[usize], most: usize) -> Vec<Vec<usize>> {
    let starts = (0..lengths.len()).step_by(AT_ONCE);
    lengths.chunks(AT_ONCE).zip(starts).flat_map(|(lengths, start)| pack_some(lengths, start, most)).collect()
}

fn pack_some(lengths: &[usize], start: usize, most: usize) -> Vec<Vec<usize>> {
    let mut longest_first: Vec<(usize, usize)> = lengths.iter().copied().enumerate().collect();
    longest_first.sort_by_key(|&(_, length)| Reverse(length));
    let mut packs: Vec<Vec<usize>> = Vec::new();
    // Packs by the room that is left in them, those that came to it first in front.
    let mut by_room: BTreeMap<usize, VecDeque<usize>> = BTreeMap::new();
    for (at, length) in longest_first {
        let length = length.min(most);
        let room = by_room.range(length..).next().map(|(&room, _)| room);
        let found = room.and_then(|room| {
            let waiting = by_room.get_mut(&room)?;
            let pack = waiting.pop_front()?;
            if waiting.is_empty() {
                by_room.remove(&room);
            }
            Some((room, pack))
        });
        let (room, pack) = found.unwrap_or_else(|| {
            packs.push(Vec::new());
            (most, packs.len() - 1)
        });
        if let Some(pack) = packs.get_mut(pack) {
            pack.push(start + at);
        }
        if room > length {
            by_room.entry(room - length).or_default().push_back(pack);
        }
    }
    packs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_trls() {
        // The example of TRL's documentation.
        assert_eq!(pack(&[5, 2, 3, 1], 4), [vec![0], vec![2, 3], vec![1]]);
        assert_eq!(pack(&[], 4), Vec::<Vec<usize>>::new());
        let text = include_str!("../../tests/training/packs.json");
        let cases: Vec<(usize, Vec<usize>, Vec<Vec<usize>>)> = serde_json::from_str(text).unwrap();
        assert!(cases.len() > 5);
        for (most, lengths, packs) in cases {
            assert_eq!(pack(&lengths, most), packs, "{} examples into {most}", lengths.len());
        }
    }

    #[test]
    fn every_example_is_in_one_pack_and_none_is_too_long() {
        let lengths: Vec<usize> = (0..2345).map(|at: usize| 1 + at * at % 97).collect();
        let packs = pack(&lengths, 100);
        assert!(packs.iter().all(|pack| pack.iter().map(|&at| lengths[at]).sum::<usize>() <= 100));
        let mut all: Vec<usize> = packs.into_iter().flatten().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..2345));
    }
}
