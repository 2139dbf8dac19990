//! All kinds of questions, and how often each is tried.

use super::draft::{Desk, Draft};
use super::{grouped, joined, nested, ordered, plain, sets, windows};

/// What makes a draft.
pub(super) type Maker = fn(Desk<'_>) -> Option<Draft>;

/// Every kind of question with its weight.
pub(super) const SHAPES: [(Maker, usize); 34] = [
    (plain::list, 5),
    (plain::one_condition, 12),
    (plain::two_conditions, 6),
    (plain::three_conditions, 2),
    (plain::either, 4),
    (plain::count, 8),
    (plain::distinct, 5),
    (plain::reckon, 7),
    (plain::reckon_more, 4),
    (plain::look_up, 6),
    (plain::share, 2),
    (ordered::sorted, 5),
    (ordered::alphabetical, 2),
    (ordered::top, 9),
    (ordered::second, 1),
    (grouped::count_each, 6),
    (grouped::reckon_each, 6),
    (grouped::kind_with_most, 6),
    (grouped::kinds_having, 6),
    (grouped::by_year, 4),
    (grouped::classes, 2),
    (joined::children_of, 14),
    (joined::reckon_children_of, 6),
    (joined::parents_with, 8),
    (joined::beside_parent, 6),
    (joined::of_each_parent, 8),
    (joined::by_kind_of_parent, 5),
    (joined::parent_with_most, 9),
    (joined::parents_having, 6),
    (joined::far, 8),
    (joined::across, 6),
    (joined::with_own, 3),
    (nested::without, 9),
    (nested::above_average, 7),
];

/// Kinds that are hard, tried beside the others.
pub(super) const HARD: [(Maker, usize); 11] = [
    (nested::all_with_greatest, 2),
    (nested::above_own_group, 1),
    (nested::parents_above, 4),
    (nested::average_count, 1),
    (sets::kinds, 6),
    (sets::parents, 6),
    (sets::across, 5),
    (windows::first_of_each, 2),
    (windows::last_of_each, 2),
    (windows::ranked, 1),
    (windows::so_far, 1),
];
