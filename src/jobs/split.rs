//! Examples of one database in parts that share nothing: what is learned, what chooses the checkpoint, what judges in the end.
//!
//! Two examples belong together where they ask the same or where their SQL differs in values alone, also the SQL that a follow-up changes. What
//! belongs together stands in one part; of what is held out one question of each kind of SQL is asked, so that what the sign test counts is
//! independent. Parts are alike: each takes from every kind of query in turn.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::dataset::Example;
use crate::random::Random;
use crate::records::fold_question;
use crate::sql::lex::{TokenKind, lex};
use crate::sql::shape;

/// Of as many groups one is held out, for all purposes together, at most.
const HELD_OF: usize = 3;

/// The kinds of what people accepted begin so.
const OWN: &str = "own";

/// What is to be held out, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Questions that choose the checkpoint.
    pub choose: usize,
    /// Questions that judge the result.
    pub compare: usize,
}

/// Examples in parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// What is learned.
    pub learned: Vec<Example>,
    /// What chooses the checkpoint.
    pub choose: Vec<Example>,
    /// What judges the result.
    pub compare: Vec<Example>,
    /// Examples that stand in no part: they are like one that is held out.
    pub left_out: usize,
}

/// Puts `examples` in parts; the same seed gives the same ones.
pub fn split(examples: Vec<Example>, wanted: Wanted, seed: u64) -> Parts {
    let groups = groups(&examples);
    let total = groups.len();
    let mut by_kind: BTreeMap<String, Vec<Vec<usize>>> = BTreeMap::new();
    for group in groups {
        let first = group.first().and_then(|&at| examples.get(at));
        // A question that is held out is asked alone, so what follows on another is learned.
        let alone = group.iter().all(|&at| examples.get(at).is_some_and(|example| example.previous().is_none()));
        if let Some(first) = first.filter(|_| alone) {
            by_kind.entry(kind(first)).or_default().push(group);
        }
    }
    let mut random = Random::new(seed);
    let mut queues: Vec<(bool, VecDeque<Vec<usize>>)> = by_kind
        .into_iter()
        .map(|(kind, mut groups)| {
            random.shuffle(&mut groups);
            // Those with the fewest examples: the others of a group are lost to learning. Of each kind most are learned.
            groups.sort_by_key(Vec::len);
            let most = groups.len().div_ceil(HELD_OF).min(groups.len().saturating_sub(1));
            groups.truncate(most);
            (kind.starts_with(OWN), groups.into())
        })
        .collect();
    // In a new order, so that no kind is always the first; but people's own questions say the most.
    random.shuffle(&mut queues);
    queues.sort_by_key(|(own, _)| !own);
    let mut place = vec![Place::Learned; examples.len()];
    let (want_choose, want_compare) = shares(wanted, total / HELD_OF);
    // How often each part took of each kind.
    let mut taken = vec![[0usize; 2]; queues.len()];
    let mut held = [0usize; 2];
    loop {
        let [choose, compare] = held;
        // The two grow together.
        let part = match (choose < want_choose, compare < want_compare) {
            (false, false) => break,
            (true, true) => usize::from(compare * want_choose <= choose * want_compare),
            (_, compares) => usize::from(compares),
        };
        let of_part = |at: usize| taken.get(at).and_then(|kinds| kinds.get(part)).copied().unwrap_or(0);
        let filled = (0..queues.len()).filter(|&at| queues.get(at).is_some_and(|(_, queue)| !queue.is_empty()));
        let Some(from) = filled.min_by_key(|&at| of_part(at)) else { break };
        let Some(group) = queues.get_mut(from).and_then(|(_, queue)| queue.pop_front()) else { break };
        if let Some(count) = taken.get_mut(from).and_then(|kinds| kinds.get_mut(part)) {
            *count += 1;
        }
        if let Some(count) = held.get_mut(part) {
            *count += 1;
        }
        let asked = if part == 0 { Place::Choose } else { Place::Compare };
        for (at, member) in group.into_iter().enumerate() {
            if let Some(place) = place.get_mut(member) {
                *place = if at == 0 { asked } else { Place::LeftOut };
            }
        }
    }
    let mut parts = Parts::default();
    for (example, place) in examples.into_iter().zip(place) {
        match place {
            Place::Learned => parts.learned.push(example),
            Place::Choose => parts.choose.push(example),
            Place::Compare => parts.compare.push(example),
            Place::LeftOut => parts.left_out += 1,
        }
    }
    parts
}

/// Where an example goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Learned,
    Choose,
    Compare,
    LeftOut,
}

/// What is held out where no more than `most` may be: both in proportion.
fn shares(wanted: Wanted, most: usize) -> (usize, usize) {
    let all = wanted.choose + wanted.compare;
    if all <= most {
        return (wanted.choose, wanted.compare);
    }
    let choose = wanted.choose * most / all.max(1);
    (choose, most - choose)
}

/// What an example's query does, in a word or two; people's own questions are a kind of their own.
fn kind(example: &Example) -> String {
    let own = example.source.as_deref() == Some("accepted");
    let does = shape(&example.answer).map_or_else(
        || "other".into(),
        |shape| format!("{} {} {} {}", shape.tables.min(3), shape.nested.min(2), shape.aggregates, shape.ordered),
    );
    format!("{} {does}", if own { OWN } else { "made" })
}

/// Examples that belong together, in the order of their first.
fn groups(examples: &[Example]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..examples.len()).collect();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (at, example) in examples.iter().enumerate() {
        let mut keys = vec![format!("q {}", fold_question(example.asked())), format!("s {}", skeleton(&example.answer))];
        if let Some(turn) = example.previous() {
            keys.extend([format!("q {}", fold_question(&turn.question)), format!("s {}", skeleton(&turn.sql))]);
            // "And in Rome?" says nothing alone.
            keys.remove(0);
        }
        for key in keys {
            match known.get(&key) {
                Some(&other) => join(&mut leader, at, other),
                None => drop(known.insert(key, at)),
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..examples.len() {
        groups.entry(find(&leader, at)).or_default().push(at);
    }
    groups.into_values().collect()
}

fn find(leader: &[usize], mut at: usize) -> usize {
    while let Some(&next) = leader.get(at).filter(|&&next| next != at) {
        at = next;
    }
    at
}

/// The lower one leads.
fn join(leader: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(leader, a), find(leader, b));
    if let Some(place) = leader.get_mut(a.max(b)) {
        *place = a.min(b);
    }
}

/// `sql` without its values, its spelling and its layout: what two queries share that differ in values alone.
pub fn skeleton(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for token in lex(sql) {
        let text = token.text(sql);
        let said = match token.kind {
            TokenKind::Space | TokenKind::Comment | TokenKind::Semicolon => continue,
            TokenKind::String | TokenKind::Blob | TokenKind::Number | TokenKind::Parameter => "?".to_owned(),
            TokenKind::Quoted => text.trim_matches(['"', '`', '[', ']']).to_lowercase(),
            TokenKind::Word | TokenKind::Operator | TokenKind::Unknown => text.to_lowercase(),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&said);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::prompt::Turn;

    fn example(question: &str, sql: &str) -> Example {
        Example::question(question, "", sql)
    }

    #[test]
    fn a_skeleton_has_no_values_and_no_spelling() {
        for (a, b, same) in [
            ("SELECT count(*) FROM t WHERE a = 'x'", "select COUNT( * ) from T where a='y' ;", true),
            ("SELECT a FROM t LIMIT 3", "SELECT a FROM t LIMIT 5 -- five", true),
            ("SELECT \"a b\" FROM t", "SELECT [A B] FROM t", true),
            ("SELECT a FROM t WHERE b > 1", "SELECT a FROM t WHERE b < 1", false),
            ("SELECT a FROM t", "SELECT a FROM u", false),
        ] {
            assert_eq!(skeleton(a) == skeleton(b), same, "{a} | {b}");
        }
    }

    /// Every part's questions and skeletons, those of follow-ups' earlier turns included.
    fn keys(examples: &[Example]) -> HashSet<String> {
        let own = examples.iter().filter(|e| e.previous().is_none()).map(|e| fold_question(e.asked()));
        let sql = examples.iter().map(|e| skeleton(&e.answer));
        let before = examples.iter().filter_map(Example::previous);
        let before = before.flat_map(|turn| [fold_question(&turn.question), skeleton(&turn.sql)]);
        own.chain(sql).chain(before).collect()
    }

    #[track_caller]
    fn check_apart(parts: &Parts) {
        let [learned, choose, compare] = [&parts.learned, &parts.choose, &parts.compare].map(|part| keys(part));
        assert!(learned.is_disjoint(&choose) && learned.is_disjoint(&compare) && choose.is_disjoint(&compare), "{parts:#?}");
    }

    /// Queries of several kinds, many of which differ in values alone or are asked in the same words.
    fn many(seed: u64, count: usize) -> Vec<Example> {
        let mut random = Random::new(seed);
        (0..count)
            .map(|n| {
                let (a, b) = (random.below(9), random.below(30));
                let sql = match random.below(4) {
                    0 => format!("SELECT c{b} FROM t WHERE c{a} = {n}"),
                    1 => format!("SELECT count(*) FROM t WHERE c{b} = 'v{n}'"),
                    2 => format!("SELECT t.c{b} FROM t JOIN u ON t.a = u.a WHERE u.c{a} > {n}"),
                    _ => format!("SELECT c{b} FROM t ORDER BY c{a} LIMIT {}", 1 + random.below(5)),
                };
                let mut one = example(&format!("Question {}?", random.below(count)), &sql);
                if random.once_in(10) {
                    one =
                        one.after(Some(Turn { question: format!("Question {}", random.below(count)), sql: format!("SELECT c{b} FROM t") }));
                }
                one.source = Some(if random.once_in(4) { "accepted" } else { "template" }.into());
                one
            })
            .collect()
    }

    #[test]
    fn nothing_stands_on_two_sides() {
        for seed in 0..200 {
            let examples = many(seed, 10 + 7 * seed as usize);
            let total = examples.len();
            let wanted = Wanted { choose: seed as usize % 24, compare: seed as usize % 40 };
            let parts = split(examples, wanted, seed);
            check_apart(&parts);
            assert!(parts.choose.len() <= wanted.choose && parts.compare.len() <= wanted.compare, "{seed}");
            assert_eq!(parts.learned.len() + parts.choose.len() + parts.compare.len() + parts.left_out, total);
            assert!(parts.choose.iter().chain(&parts.compare).all(|held| held.previous().is_none()));
            // Of what judges, no two are alike.
            assert_eq!(parts.compare.iter().map(|held| skeleton(&held.answer)).collect::<HashSet<_>>().len(), parts.compare.len());
        }
    }

    #[test]
    fn every_kind_is_held_out_and_most_of_each_are_learned() {
        let sql = |kind: usize, n: usize| match kind {
            0 => format!("SELECT c{n} FROM t"),
            1 => format!("SELECT count(c{n}) FROM t"),
            _ => format!("SELECT a.c{n} FROM a JOIN b ON a.x = b.x"),
        };
        let examples: Vec<Example> = (0..60).map(|n| example(&format!("Question {n}?"), &sql(n % 3, n))).collect();
        let parts = split(examples.clone(), Wanted { choose: 6, compare: 12 }, 1);
        assert_eq!((parts.learned.len(), parts.choose.len(), parts.compare.len(), parts.left_out), (42, 6, 12, 0));
        for part in [&parts.choose, &parts.compare] {
            let mut kinds: Vec<String> = part.iter().map(kind).collect();
            kinds.sort();
            kinds.dedup();
            assert_eq!(kinds.len(), 3);
        }
        assert_eq!(split(examples.clone(), Wanted { choose: 6, compare: 12 }, 1), parts);
        // No more than a third, whatever is wanted; nothing of what is too little.
        let parts = split(examples.clone(), Wanted { choose: 100, compare: 100 }, 1);
        assert_eq!((parts.learned.len(), parts.choose.len() + parts.compare.len()), (40, 20));
        assert_eq!(split(examples[..2].to_vec(), Wanted { choose: 1, compare: 1 }, 1).learned.len(), 2);
        assert_eq!(split(Vec::new(), Wanted::default(), 1), Parts::default());
    }
}
