//! How far two texts are apart.

use rusqlite::types::Value;

use super::arguments::{Arguments, Outcome, Refusal, real, whole};

/// Letters of each text up to which they are compared: the work grows with the product.
const MOST_LETTERS: usize = 1_000;

fn both(arguments: &Arguments<'_, '_>) -> Result<(Vec<char>, Vec<char>), Refusal> {
    let letters = |n| -> Vec<char> { arguments.text(n).chars().take(MOST_LETTERS + 1).collect() };
    let (a, b) = (letters(0), letters(1));
    if a.len().max(b.len()) > MOST_LETTERS {
        return arguments.refuse(&format!("a text is longer than {MOST_LETTERS} letters"));
    }
    Ok((a, b))
}

/// Letters to change, add or take away.
pub(super) fn levenshtein(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = both(arguments)?;
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = i;
        let mut last = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(last);
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            last = (before + usize::from(x != y)).min(above + 1).min(last + 1);
            before = *above;
            next.push(last);
        }
        row = next;
    }
    whole(row.last().copied().unwrap_or(0))
}

/// Places at which texts of one length differ.
pub(super) fn hamming(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = both(arguments)?;
    if a.len() != b.len() {
        return arguments.refuse("the texts are not of one length");
    }
    whole(a.iter().zip(&b).filter(|(x, y)| x != y).count())
}

/// The measure of Jaro, 0 to 1.
pub(super) fn jaro(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = both(arguments)?;
    Ok(real(jaro_of(&a, &b)))
}

/// The same, raised by letters that both begin with.
pub(super) fn jaro_winkler(arguments: &Arguments<'_, '_>) -> Outcome {
    let (a, b) = both(arguments)?;
    let jaro = jaro_of(&a, &b);
    let prefix = a.iter().zip(&b).take(4).take_while(|(x, y)| x == y).count() as f64;
    Ok(Value::Real(if jaro > 0.7 { jaro + prefix * 0.1 * (1.0 - jaro) } else { jaro }))
}

fn jaro_of(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut of_a = Vec::new();
    for (i, x) in a.iter().enumerate() {
        let near = b.iter().zip(taken.iter_mut()).enumerate().skip(i.saturating_sub(window)).take(window.min(i) + window + 1);
        if let Some((_, (_, slot))) = near.into_iter().find(|(_, (y, slot))| !**slot && *y == x) {
            *slot = true;
            of_a.push(*x);
        }
    }
    let of_b = b.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(y, _)| *y);
    let common = of_a.len() as f64;
    let swapped = of_a.iter().zip(of_b).filter(|(x, y)| *x != y).count() as f64 / 2.0;
    if common == 0.0 { 0.0 } else { (common / a.len() as f64 + common / b.len() as f64 + (common - swapped) / common) / 3.0 }
}
