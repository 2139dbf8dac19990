//! Which columns of a result are shown, in which order, and how many of the first stay in view. The rows are not touched.

use std::collections::BTreeSet;

/// Columns by their places in the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// All of them, in the order in which they are shown.
    order: Vec<usize>,
    hidden: BTreeSet<usize>,
    /// So many of those that are shown, the first, stay in view.
    held: usize,
}

impl Columns {
    /// All of `count`, as they came.
    pub fn new(count: usize) -> Self {
        Self { order: (0..count).collect(), hidden: BTreeSet::new(), held: 0 }
    }

    /// How many there are, the hidden ones too.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// Those that are shown.
    pub fn shown(&self) -> Vec<usize> {
        self.order.iter().copied().filter(|column| !self.hidden.contains(column)).collect()
    }

    /// How many are hidden.
    pub fn hidden(&self) -> usize {
        self.hidden.len()
    }

    /// How many of those that are shown stay in view.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Whether anything is other than as it came.
    pub fn are_arranged(&self) -> bool {
        *self != Self::new(self.count())
    }

    /// Where `column` stands among those that are shown.
    fn place(&self, column: usize) -> Option<usize> {
        self.shown().iter().position(|own| *own == column)
    }

    /// The column that is `by` places further, as far as there are some.
    pub fn neighbour(&self, column: usize, by: isize) -> usize {
        let shown = self.shown();
        let at = shown.iter().position(|own| *own == column).unwrap_or(0);
        let at = at.saturating_add_signed(by).min(shown.len().saturating_sub(1));
        shown.get(at).copied().unwrap_or(column)
    }

    /// Holds the columns up to `column` in view; lets all go where that is so already. How many are held.
    pub fn hold_to(&mut self, column: usize) -> usize {
        let wanted = self.place(column).map_or(0, |place| place + 1);
        self.held = if self.held == wanted { 0 } else { wanted };
        self.held
    }

    /// Puts `column` behind those that stay in view, as one of them; one of them goes back among the others. Whether it is held now.
    pub fn pin(&mut self, column: usize) -> bool {
        let Some(place) = self.place(column) else { return false };
        let held = place < self.held;
        self.held = if held { self.held - 1 } else { self.held };
        self.put(column, self.held);
        self.held += usize::from(!held);
        !held
    }

    /// Moves `column` past the next one that is shown, to the left or to the right. Whether there was one.
    pub fn shift(&mut self, column: usize, right: bool) -> bool {
        let Some(place) = self.place(column) else { return false };
        let Some(to) = place.checked_add_signed(if right { 1 } else { -1 }).filter(|to| *to < self.shown().len()) else { return false };
        self.put(column, to);
        true
    }

    /// Puts `column` at a place among those that are shown.
    fn put(&mut self, column: usize, place: usize) {
        self.order.retain(|own| *own != column);
        // The hidden ones stand where they stood.
        let before = self.shown().get(place).and_then(|next| self.order.iter().position(|own| own == next));
        self.order.insert(before.unwrap_or(self.order.len()), column);
    }

    /// Hides `column`; not the last one. The column that the cursor goes to.
    pub fn hide(&mut self, column: usize) -> Option<usize> {
        let shown = self.shown();
        let place = shown.iter().position(|own| *own == column).filter(|_| shown.len() > 1)?;
        self.hidden.insert(column);
        self.held -= usize::from(place < self.held);
        let rest = self.shown();
        rest.get(place).or(rest.last()).copied()
    }

    /// Shows the hidden ones again, where they stood. How many.
    pub fn show_all(&mut self) -> usize {
        std::mem::take(&mut self.hidden).len()
    }

    /// All as they came.
    pub fn reset(&mut self) {
        *self = Self::new(self.count());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_hidden_held_pinned_and_moved() {
        let mut columns = Columns::new(4);
        assert_eq!((columns.hide(1), columns.shown()), (Some(2), vec![0, 2, 3]));
        assert_eq!((columns.neighbour(0, 1), columns.neighbour(3, 5), columns.neighbour(2, -9)), (2, 3, 0));
        assert!(columns.pin(3));
        assert_eq!((columns.shown(), columns.held()), (vec![3, 0, 2], 1));
        assert_eq!(columns.hold_to(0), 2);
        assert!(!columns.pin(3));
        assert_eq!((columns.shown(), columns.held()), (vec![0, 3, 2], 1));
        assert!(columns.shift(3, true) && !columns.shift(3, true) && columns.shift(3, false));
        assert_eq!((columns.show_all(), columns.shown()), (1, vec![0, 1, 3, 2]));
        assert_eq!((columns.hold_to(0), columns.hold_to(0)), (0, 1));
        columns.reset();
        assert!(!columns.are_arranged());
        let mut one = Columns::new(1);
        assert_eq!((one.hide(0), one.shown()), (None, vec![0]));
    }

    proptest! {
        #[test]
        fn none_is_lost_and_none_comes_twice(steps in proptest::collection::vec((0u8..6, 0usize..5), 0..40)) {
            let mut columns = Columns::new(5);
            for (step, column) in steps {
                match step {
                    0 => { columns.hide(column); }
                    1 => { columns.pin(column); }
                    2 => { columns.shift(column, true); }
                    3 => { columns.shift(column, false); }
                    4 => { columns.hold_to(column); }
                    _ => { columns.show_all(); }
                }
                let shown = columns.shown();
                prop_assert!(!shown.is_empty() && columns.held() <= shown.len());
                prop_assert_eq!(shown.len() + columns.hidden(), 5);
            }
            columns.show_all();
            let mut all = columns.shown();
            all.sort_unstable();
            prop_assert_eq!(all, vec![0, 1, 2, 3, 4]);
        }
    }
}
