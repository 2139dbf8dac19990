//! Numbers that count time are shown as dates, and stay numbers wherever they go.

use super::*;
use crate::db::export::cell_to_copy;
use crate::schema::{TimeUnit, Times};

fn times(units: &[TimeUnit]) -> Option<Times> {
    Some(Times { units: units.to_vec(), mixed: false, never: false, first: "2024-01-01".into(), last: "2024-03-20".into() })
}

/// Visits with a column in ms, one that may be two things, and counts.
fn visits() -> Outcome {
    let row = |n: i64| {
        let made = if n == 4 { Cell::Integer(0) } else { Cell::Integer(1_704_067_200_000 + n * 86_461_000) };
        let at = if n == 5 { Cell::Null } else { Cell::Integer(473_644_837 + n * 86_400) };
        vec![Cell::Integer(n), Cell::Text(format!("page {n}")), made, at, Cell::Integer((n * 37) % 50)]
    };
    let table = table(&["id", "title", "createdAt", "seen", "visits"], (1..=8).map(row).collect());
    let units = vec![None, None, times(&[TimeUnit::UnixMillis]), times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds]), None];
    match ran(&table) {
        Outcome::Ran { spool, elapsed, .. } => Outcome::Ran { spool, elapsed, units },
        other => other,
    }
}

/// The rows, with the keys.
fn shown(screen: &mut Screen) {
    screen.press(&["alt+3", "SELECT * FROM visit"]);
    screen.run(visits());
    screen.press(&["tab"]);
}

#[test]
fn dates_stand_in_place_of_numbers_until_they_are_switched_off() {
    check("dates", |screen| {
        shown(screen);
        screen.press(&["right", "right"]);
    });
    check("dates_all", |screen| {
        shown(screen);
        screen.press(&["right", "right", "right", "d"]);
    });
    check("dates_off", |screen| {
        shown(screen);
        screen.press(&["right", "right", "d", "d"]);
    });
    // From the palette too, and again for the next result.
    let mut screen = Screen::opened((200, 60));
    shown(&mut screen);
    let is_dated = |screen: &Screen| screen.drawn().contains("2024-01-02 00:01:01");
    assert!(is_dated(&screen));
    for word in ["epoch", "timestamp", "dates"] {
        screen.press(&["ctrl+p", word, "enter"]);
        assert!(screen.state.notice.is_some(), "{word}");
    }
    assert!(is_dated(&screen));
    screen.press(&["alt+4", "d", "d"]);
    assert!(!is_dated(&screen));
    screen.run(visits());
    assert!(!is_dated(&screen));
    screen.run(Outcome::Failed(JobFailure { message: "no".into(), hint: None }));
    screen.run(visits());
    assert!(!is_dated(&screen));
    screen.run(rows(3, false));
    screen.press(&["alt+4", "d"]);
    assert!(screen.drawn().contains("no column of this result is known to count time"));
}

#[test]
fn the_window_of_a_cell_says_number_date_and_unit() {
    check("cell_date", |screen| {
        shown(screen);
        screen.press(&["right", "right", "enter"]);
        assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("1704153661000".into())]);
    });
    check("cell_date_open", |screen| {
        shown(screen);
        screen.press(&["right", "right", "right", "enter"]);
        assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("473731237".into())]);
    });
}

#[test]
fn what_is_copied_sorted_and_filtered_is_the_number() {
    let mut screen = Screen::opened((80, 24));
    shown(&mut screen);
    screen.press(&["right", "right"]);
    assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("1704153661000".into())]);
    assert_eq!(screen.press(&["Y"]).effects, [Effect::Copy("1\tpage 1\t1704153661000\t473731237\t37".into())]);
    // Columns, exports: the workers get the rows as they are stored.
    screen.press(&["C"]);
    let found = screen.effects.iter().find_map(|effect| match effect {
        Effect::Submit { work: Work::Result(ResultWork::Copy { spool, order, what }), .. } => {
            Some((spool.clone(), order.clone(), what.columns[0]))
        }
        _ => None,
    });
    let (spool, order, column) = found.unwrap();
    assert_eq!(cell_to_copy(&spool.cell(order.as_ref(), 0, column).unwrap()), "1704153661000");
    screen.press(&["s"]);
    screen.work_on_result();
    // The 0 that stands for never comes first.
    assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("0".into())]);
    assert!(screen.drawn().contains("createdAt #▲"));
    screen.press(&["/", "> 1704499200000"]);
    screen.work_on_result();
    screen.press(&["enter"]);
    assert_eq!(screen.state.tab().results.len(), 4);
    assert_eq!(screen.press(&["y"]).effects, [Effect::Copy("1704499505000".into())]);
}

#[test]
fn columns_are_as_wide_as_what_is_shown() {
    let mut screen = Screen::opened((80, 24));
    shown(&mut screen);
    let widths = |screen: &Screen| screen.state.tab().results.widths.clone();
    assert_eq!(widths(&screen), [2, 6, 19, 9, 6]);
    screen.press(&["d"]);
    assert_eq!(widths(&screen), [2, 6, 19, 19, 6]);
    screen.press(&["d"]);
    assert_eq!(widths(&screen), [2, 6, 13, 9, 6]);
    screen.press(&["d", "right", "right", "<", "="]);
    assert_eq!(widths(&screen), [2, 6, 19, 9, 6]);
}

#[test]
fn a_chart_goes_over_time() {
    check("chart_time", |screen| {
        shown(screen);
        screen.press(&["$", "c"]);
        screen.work_on_result();
    });
    check("chart_time_spread", |screen| {
        shown(screen);
        screen.press(&["right", "right", "c", "t", "t", "y"]);
        // The numbers are drawn as they come: id, createdAt, seen, visits.
        while screen.state.tab().results.chart.as_ref().is_some_and(|chart| chart.y != 2) {
            screen.press(&["y"]);
        }
        screen.work_on_result();
    });
    check("chart_time_bars", |screen| {
        shown(screen);
        screen.press(&["$", "c", "t", "t", "t"]);
        screen.work_on_result();
    });
}
