//! What is being written, and how much of that is written down.

use crate::records::Draft;

/// What is being written is written down after this long at most: less than a second may be lost, however the program ends.
const EVERY_MS: u64 = 400;

/// What is written down of the editors and of the question's line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts {
    /// The SQL by tab.
    tabs: Vec<String>,
    /// The question.
    question: String,
    /// When that was.
    at_ms: u64,
    /// Whether something may have been written since.
    pub(super) is_pending: bool,
    /// Whether the records know the database that is open.
    pub(super) is_open: bool,
}

impl Drafts {
    /// What came from the records is written down there.
    pub(super) fn known(drafts: &[Draft]) -> Self {
        let mut known = Self { is_pending: true, is_open: true, ..Self::default() };
        for draft in drafts {
            let tab = draft.tab as usize;
            known.tabs.resize(known.tabs.len().max(tab + 1), String::new());
            if let Some(sql) = known.tabs.get_mut(tab) {
                sql.clone_from(&draft.sql);
            }
            if tab == 0 {
                known.question.clone_from(&draft.question);
            }
        }
        known
    }

    /// Whether something will have to be written down soon.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_pending && self.is_open
    }

    /// Whether it is time to write down what is new.
    pub(super) fn is_due(&self, now_ms: u64) -> bool {
        self.is_waiting() && now_ms >= self.at_ms + EVERY_MS
    }

    /// Takes `tabs` and `question` for written down; what that changes, where it changes anything.
    pub(super) fn take(&mut self, now_ms: u64, tabs: Vec<String>, question: String) -> Option<Vec<Draft>> {
        let is_new = |tab: usize, sql: &String| {
            self.tabs.get(tab).map_or(!sql.is_empty(), |old| old != sql) || (tab == 0 && self.question != question)
        };
        let changed: Vec<Draft> = tabs
            .iter()
            .enumerate()
            .filter(|(tab, sql)| is_new(*tab, sql))
            // The question goes with the first tab.
            .map(|(tab, sql)| Draft {
                tab: tab as u32,
                question: if tab == 0 { question.clone() } else { String::new() },
                sql: sql.clone(),
            })
            .collect();
        let is_changed = !changed.is_empty() || tabs.len() < self.tabs.len();
        *self = Self { tabs, question, at_ms: now_ms, is_pending: false, is_open: self.is_open };
        is_changed.then_some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(tab: u32, question: &str, sql: &str) -> Draft {
        Draft { tab, question: question.into(), sql: sql.into() }
    }

    #[track_caller]
    fn check(drafts: &mut Drafts, tabs: &[&str], question: &str, expected: Option<&[Draft]>) {
        let tabs = tabs.iter().map(|sql| (*sql).to_owned()).collect();
        assert_eq!(drafts.take(0, tabs, question.into()).as_deref(), expected);
    }

    #[test]
    fn only_what_changed_is_written_down() {
        let mut drafts = Drafts::default();
        check(&mut drafts, &[""], "", None);
        check(&mut drafts, &["a", "", "c"], "", Some(&[draft(0, "", "a"), draft(2, "", "c")]));
        check(&mut drafts, &["a", "", "c"], "how many", Some(&[draft(0, "how many", "a")]));
        check(&mut drafts, &["a", "", "c"], "how many", None);
        check(&mut drafts, &["a"], "how many", Some(&[]));
        check(&mut drafts, &["a", "b"], "", Some(&[draft(0, "", "a"), draft(1, "", "b")]));
        let mut known = Drafts::known(&[draft(0, "q", ""), draft(1, "", "b")]);
        check(&mut known, &["", "b"], "q", None);
    }

    #[test]
    fn they_wait_for_their_time_and_for_the_records() {
        let mut drafts = Drafts { is_pending: true, ..Drafts::default() };
        assert!(!drafts.is_due(10_000), "the records know no database");
        drafts.is_open = true;
        assert!(drafts.is_due(10_000));
        drafts.take(10_000, vec!["a".into()], String::new());
        assert!(!drafts.is_due(20_000), "nothing is new");
        drafts.is_pending = true;
        assert!(!drafts.is_due(10_399) && drafts.is_due(10_400));
    }
}
