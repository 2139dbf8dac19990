//! Other answers to a question, side by side with what differs in their results.

use crate::jobs::{Compared, JobId};

/// The window.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// The question's job.
    pub entry: JobId,
    /// Who brings the results, while they are on their way.
    pub job: Option<JobId>,
    /// The answers, the believed one first.
    pub sides: Vec<Side>,
    /// The selected one.
    pub selected: usize,
    /// First line shown of each.
    pub scroll: usize,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The statement.
    pub sql: String,
    /// What it is: how many drafts agree, or what SQLite said of it.
    pub remark: String,
    /// Whether it runs at all.
    pub runs: bool,
    /// Its rows, once they are there.
    pub compared: Option<Compared>,
}

impl Compare {
    /// The selected answer.
    pub fn side(&self) -> Option<&Side> {
        self.sides.get(self.selected)
    }

    /// Selects the answer `by` places on, around the end.
    pub fn turn(&mut self, by: isize) {
        let count = self.sides.len().max(1) as isize;
        self.selected = (self.selected as isize + by).rem_euclid(count) as usize;
        self.scroll = 0;
    }

    /// Takes the results up.
    pub fn take(&mut self, compared: Vec<Compared>) {
        self.job = None;
        for result in compared {
            if let Some(side) = self.sides.iter_mut().find(|side| side.sql == result.sql) {
                side.compared = Some(result);
            }
        }
    }

    /// Which answers are in view, where there is room for `room`: the first always, since the others are compared to it.
    pub fn in_view(&self, room: usize) -> Vec<usize> {
        let count = self.sides.len();
        if count <= room || room < 2 {
            return if room < 2 { vec![self.selected.min(count.saturating_sub(1))] } else { (0..count).collect() };
        }
        let others = room - 1;
        let first = (self.selected + 1).saturating_sub(others).clamp(1, count - others);
        std::iter::once(0).chain(first..first + others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_selected_answer_are_in_view() {
        let side = Side { sql: String::new(), remark: String::new(), runs: true, compared: None };
        let mut compare = Compare { entry: 1, job: None, sides: vec![side; 5], selected: 0, scroll: 3 };
        assert_eq!((compare.in_view(2), compare.in_view(9)), (vec![0, 1], vec![0, 1, 2, 3, 4]));
        compare.turn(-1);
        assert_eq!((compare.selected, compare.scroll, compare.in_view(2), compare.in_view(3)), (4, 0, vec![0, 4], vec![0, 3, 4]));
        assert_eq!(compare.in_view(1), [4]);
        compare.turn(1);
        assert_eq!((compare.selected, compare.in_view(0)), (0, vec![0]));
    }
}
