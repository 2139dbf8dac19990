//! Two runs over the same questions: what the second fixed, what it broke, and whether that can be chance.

use std::collections::HashMap;

use super::Record;

/// Paired results.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// Questions in both runs.
    pub paired: usize,
    /// Wrong in the first, right in the second.
    pub fixed: Vec<(&'a Record, &'a Record)>,
    /// Right in the first, wrong in the second.
    pub broken: Vec<(&'a Record, &'a Record)>,
    /// Right in the first, of those in both.
    pub right_before: usize,
    /// Right in the second, of those in both.
    pub right_after: usize,
    /// Two-sided exact sign test: how often fixed and broken would lie at least so far apart if neither run were better.
    pub p_value: f64,
}

/// Compares two runs by the questions' ids and databases.
pub fn compare<'a>(before: &'a [Record], after: &'a [Record]) -> Comparison<'a> {
    let known: HashMap<(&str, &str), &Record> = before.iter().map(|r| ((r.db_id.as_str(), r.id.as_str()), r)).collect();
    let pairs: Vec<(&Record, &Record)> = after.iter().filter_map(|r| Some((*known.get(&(r.db_id.as_str(), r.id.as_str()))?, r))).collect();
    let differing = |was: bool| pairs.iter().filter(|(a, b)| a.ok == was && b.ok != was).copied().collect::<Vec<_>>();
    let (fixed, broken) = (differing(false), differing(true));
    Comparison {
        paired: pairs.len(),
        right_before: pairs.iter().filter(|(a, _)| a.ok).count(),
        right_after: pairs.iter().filter(|(_, b)| b.ok).count(),
        p_value: sign_test(fixed.len(), broken.len()),
        fixed,
        broken,
    }
}

/// Two-sided exact sign test of `a` against `b` successes: the probability, under a fair coin, of a split at least as uneven.
pub fn sign_test(a: usize, b: usize) -> f64 {
    let (n, least) = (a + b, a.min(b));
    // Terms in logarithms: the binomials of large n overflow.
    let mut log_choose = 0.0f64; // ln C(n, 0)
    let mut tail = 0.0f64;
    for k in 0..=least {
        if k > 0 {
            log_choose += ((n - k + 1) as f64).ln() - (k as f64).ln();
        }
        tail += (log_choose - n as f64 * std::f64::consts::LN_2).exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `scipy.stats.binomtest(a, a + b).pvalue`.
    #[test]
    fn the_sign_test_is_scipys() {
        for (a, b, expected) in [(0, 0, 1.0), (5, 0, 0.0625), (10, 3, 0.0922851562), (40, 20, 0.0134887990), (700, 600, 0.0060141)] {
            let found = sign_test(a, b);
            assert!((found - expected).abs() < 2e-5, "{a} {b}: {found}");
            assert_eq!(sign_test(b, a), found);
        }
    }

    #[test]
    fn runs_are_paired_by_id() {
        let record = |id: &str, ok: bool| Record {
            id: id.into(),
            db_id: "d".into(),
            question: String::new(),
            sql: String::new(),
            ok,
            shows_more: false,
            error: None,
            confidence: None,
            seconds: 0.0,
            ran: true,
            first_draft: String::new(),
            mean_logprob: 0.0,
            candidates: 1,
            agreeing: 1,
            reason: String::new(),
            fixes: Vec::new(),
            gold: String::new(),
            shape: None,
            groups: Vec::new(),
            first_signals: Default::default(),
            first_ok: None,
            timings: Default::default(),
        };
        let before = [record("1", true), record("2", false), record("3", true), record("4", false)];
        let after = [record("2", true), record("1", false), record("4", false), record("9", true)];
        let comparison = compare(&before, &after);
        assert_eq!((comparison.paired, comparison.right_before, comparison.right_after), (3, 1, 1));
        assert_eq!((comparison.fixed[0].0.id.as_str(), comparison.broken[0].0.id.as_str()), ("2", "1"));
        assert_eq!(comparison.p_value, 1.0);
    }
}
