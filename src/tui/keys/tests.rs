//! Keys mean what the table says.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

#[track_caller]
fn check(context: Context, code: KeyCode, modifiers: KeyModifiers, expected: Option<Action>) {
    assert_eq!(Keymap::default().action(context, &KeyEvent::new(code, modifiers)), expected);
}

#[test]
fn keys_mean_what_the_place_says() {
    let (none, control, shift, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::SHIFT, KeyModifiers::ALT);
    check(Context::Ask, KeyCode::Enter, none, Some(Action::Send));
    check(Context::Ask, KeyCode::Char('j'), none, None);
    check(Context::Ask, KeyCode::Char('?'), shift, None);
    check(Context::Ask, KeyCode::Char('q'), control, Some(Action::Quit));
    check(Context::Editor, KeyCode::Enter, none, None);
    check(Context::Editor, KeyCode::Enter, control, Some(Action::RunSql));
    check(Context::Editor, KeyCode::Char('j'), control, Some(Action::RunSql));
    check(Context::Editor, KeyCode::Up, none, None);
    check(Context::Editor, KeyCode::Left, alt, Some(Action::Narrower));
    check(Context::Results, KeyCode::Char('j'), none, Some(Action::Down));
    check(Context::Results, KeyCode::Char('Y'), shift, Some(Action::CopyRow));
    check(Context::Results, KeyCode::Char('G'), shift, Some(Action::Bottom));
    check(Context::Schema, KeyCode::Char('/'), none, Some(Action::Filter));
    check(Context::Filter, KeyCode::Char('b'), none, None);
    check(Context::Schema, KeyCode::BackTab, shift, Some(Action::PreviousPane));
    check(Context::Schema, KeyCode::Char('z'), none, None);
    check(Context::List, KeyCode::PageDown, none, Some(Action::PageDown));
    check(Context::Prompt, KeyCode::Home, none, None);
}

#[test]
fn the_table_is_sound() {
    Keymap::new(&std::collections::BTreeMap::new()).unwrap();
    for binding in BINDINGS {
        assert!(!binding.label.is_empty(), "{:?}", binding.action);
        assert!(!binding.keys.is_empty() || binding.context == Context::Everywhere, "{:?} cannot be reached", binding.action);
    }
}

#[test]
fn names_are_printed_as_people_write_them() {
    assert_eq!(["ctrl+q", "f5", "shift+tab", "Y", "alt+1", "ctrl+enter"].map(label), ["^Q", "F5", "Shift+Tab", "Y", "Alt+1", "Ctrl+Enter"]);
}

#[track_caller]
fn check_own(own: &[(&str, &str)], expected: Result<(Context, KeyEvent, Action), &str>) {
    let own = own.iter().map(|(action, key)| ((*action).to_owned(), vec![(*key).to_owned()])).collect();
    match (Keymap::new(&own), expected) {
        (Ok(map), Ok((context, key, action))) => assert_eq!(map.action(context, &key), Some(action)),
        (Err(error), Err(expected)) => assert!(error.to_string().contains(expected) && !error.hint().is_empty(), "{error}"),
        (found, expected) => panic!("{found:?}, expected {expected:?}"),
    }
}

#[test]
fn own_keys_hold_and_mistakes_are_said() {
    let key = |code, modifiers| KeyEvent::new(code, modifiers);
    check_own(&[("run-sql", "ctrl+x")], Ok((Context::Editor, key(KeyCode::Char('x'), KeyModifiers::CONTROL), Action::RunSql)));
    check_own(&[("sort", "o")], Ok((Context::Results, key(KeyCode::Char('o'), KeyModifiers::NONE), Action::Sort)));
    check_own(&[("run-sq", "f5")], Err("there is no such action; is `run-sql` meant?"));
    check_own(&[("zzz", "f5")], Err("`zzz`, and there is no such action"));
    check_own(&[("run-sql", "ctrl+f55")], Err("`run-sql` to `ctrl+f55`, and there is no such key"));
    check_own(&[("run-sql", "hyper+x")], Err("no such key"));
    check_own(&[("sort", "y")], Err("binds `y` to `sort`, and it means `copy-cell` in the same place (Result)"));
    // An action that came later yields to what was chosen without it, and is bound like any other.
    let d = key(KeyCode::Char('d'), KeyModifiers::NONE);
    check_own(&[("sort", "d")], Ok((Context::Results, d, Action::Sort)));
    check_own(&[("zoom", "d")], Ok((Context::Results, d, Action::Zoom)));
    check_own(&[("sort", "o")], Ok((Context::Results, d, Action::Dates)));
    check_own(&[("sort", "d"), ("dates", "d")], Err("`d` to `dates`, and it means `sort` in the same place (Result)"));
    check_own(&[("sort", "y"), ("copy-cell", "o")], Ok((Context::Results, key(KeyCode::Char('y'), KeyModifiers::NONE), Action::Sort)));
}
