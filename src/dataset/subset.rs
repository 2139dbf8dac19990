//! Drawing rows, as SQL-LLaMA drew its own: with a probability that grows with the answer's length.

use super::example::Example;
use crate::random::Random;

/// `count` of `rows`, without replacement, each with a weight of its answer's length to the power of `power`; in their old order. A power of
/// 0 draws evenly; SQL-LLaMA took 4. (Efraimidis and Spirakis 2006.)
pub fn draw(rows: Vec<Example>, count: usize, power: f64, seed: u64) -> Vec<Example> {
    let mut random = Random::new(seed);
    let mut keyed: Vec<(f64, usize)> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let weight = (row.answer.chars().count().max(1) as f64).powf(power);
            // ln(u) / w in place of u^(1/w), which would round to 1.
            ((random.fraction().max(f64::MIN_POSITIVE)).ln() / weight, at)
        })
        .collect();
    keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut chosen = vec![false; rows.len()];
    for (_, at) in keyed.into_iter().take(count) {
        if let Some(slot) = chosen.get_mut(at) {
            *slot = true;
        }
    }
    rows.into_iter().zip(chosen).filter_map(|(row, chosen)| chosen.then_some(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Example> {
        (0..400).map(|i| Example { row: i, ..Example::question("q", "", "x".repeat(if i % 4 == 0 { 40 } else { 20 })) }).collect()
    }

    #[test]
    fn long_answers_come_more_often_and_the_seed_decides() {
        let long = |power: f64| draw(rows(), 100, power, 3).iter().filter(|row| row.answer.len() == 40).count();
        assert!((15..35).contains(&long(0.0)), "{}", long(0.0));
        // 16 times the weight: nearly all of the hundred long ones.
        assert!(long(4.0) > 60, "{}", long(4.0));
        let drawn = |seed: u64| draw(rows(), 50, 1.0, seed).iter().map(|row| row.row).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert!(drawn(1).is_sorted());
        assert_eq!(draw(rows(), 1000, 1.0, 1).len(), 400);
    }
}
