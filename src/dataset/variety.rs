//! Choosing rows for variety: few examples, each of which teaches something that the others do not (the idea of LIMA, Zhou et al. 2023).

use std::collections::HashMap;

use super::example::Example;
use crate::random::hash;
use crate::sql::lex::{Token, TokenKind, lex};
use crate::sql::quote::is_keyword;

/// What a feature is worth that was chosen so many times before: the first time most, after that ever less.
const WORTH: [u32; 4] = [840, 280, 84, 21];

/// `count` of `rows`, in their old order: one after the other the row whose words, clauses and tables were least seen in those chosen
/// before. The same rows give the same choice.
pub fn choose(rows: Vec<Example>, count: usize) -> Vec<Example> {
    let features: Vec<Vec<u64>> = rows.iter().map(features).collect();
    let mut seen: HashMap<u64, usize> = HashMap::new();
    // A row's worth only falls while others are chosen: what was reckoned before is a bound (Minoux 1978).
    let mut bounds: Vec<(u64, usize)> = features.iter().enumerate().map(|(at, own)| (worth(own, &seen), at)).collect();
    let mut queue: std::collections::BinaryHeap<(u64, std::cmp::Reverse<usize>)> =
        bounds.drain(..).map(|(worth, at)| (worth, std::cmp::Reverse(at))).collect();
    let mut chosen = vec![false; rows.len()];
    let mut left = count.min(rows.len());
    while left > 0 {
        let Some((bound, std::cmp::Reverse(at))) = queue.pop() else { break };
        let Some(own) = features.get(at) else { continue };
        let now = worth(own, &seen);
        if now < bound {
            queue.push((now, std::cmp::Reverse(at)));
            continue;
        }
        for feature in own {
            *seen.entry(*feature).or_default() += 1;
        }
        if let Some(slot) = chosen.get_mut(at) {
            *slot = true;
        }
        left -= 1;
    }
    rows.into_iter().zip(chosen).filter_map(|(row, chosen)| chosen.then_some(row)).collect()
}

/// The worth of a row, for each of its features, so that long rows are not chosen for their length alone.
fn worth(features: &[u64], seen: &HashMap<u64, usize>) -> u64 {
    let sum: u64 =
        features.iter().map(|feature| WORTH.get(seen.get(feature).copied().unwrap_or_default()).copied().map_or(0, u64::from)).sum();
    sum * 1_000 / (8 + features.len() as u64)
}

/// What a row has: pairs of words of its question, the bones of its query and pairs of them, its database.
fn features(row: &Example) -> Vec<u64> {
    let mut features = Vec::new();
    let words: Vec<String> = row.asked().split_whitespace().map(str::to_lowercase).collect();
    features.extend(words.windows(2).map(|pair| of("words", &pair.join(" "))));
    let bones = bones(&row.answer);
    features.push(of("query", &bones.join(" ")));
    features.extend(bones.windows(3).map(|some| of("bones", &some.join(" "))));
    features.extend(row.db_id.iter().map(|name| of("database", name)));
    features.sort_unstable();
    features.dedup();
    features
}

/// A query without its names and values.
fn bones(sql: &str) -> Vec<String> {
    let token = |token: &Token| {
        let text = token.text(sql);
        match token.kind {
            TokenKind::Word if is_keyword(text) => text.to_uppercase(),
            TokenKind::Word | TokenKind::Quoted => "name".into(),
            TokenKind::String | TokenKind::Number | TokenKind::Blob => "value".into(),
            _ => text.to_owned(),
        }
    };
    lex(sql).iter().filter(|token| token.is_significant()).map(token).collect()
}

fn of(kind: &str, text: &str) -> u64 {
    kind.bytes().chain([0]).chain(text.bytes()).fold(0x7661_7269_6574_7921, |key, byte| hash(key, u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_chosen_and_the_choice_is_always_the_same() {
        let row = |n: usize, question: &str, answer: &str| Example { row: n, ..Example::question(question, "", answer) };
        let mut rows: Vec<Example> =
            (0..20).map(|n| row(n, "How many pets are there?", &format!("SELECT count(*) FROM pet WHERE a = {n}"))).collect();
        rows.push(row(20, "List the names of owners without pets.", "SELECT name FROM owner WHERE id NOT IN (SELECT owner FROM pet)"));
        rows.push(row(21, "Which town has the most owners?", "SELECT town FROM owner GROUP BY town ORDER BY count(*) DESC LIMIT 1"));
        let chosen = |count: usize| choose(rows.clone(), count).iter().map(|row| row.row).collect::<Vec<_>>();
        let three = chosen(3);
        assert!(three.contains(&20) && three.contains(&21), "{three:?}");
        assert!(three.is_sorted());
        assert_eq!(chosen(3), three);
        assert_eq!(chosen(100).len(), 22);
    }
}
