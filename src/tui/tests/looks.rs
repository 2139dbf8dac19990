//! How the screen looks: panes, keys, colours.

use super::super::keys::Keymap;
use super::states::doubted;
use super::*;

#[test]
fn panes_are_zoomed_and_moved() {
    check("result_zoomed", |screen| {
        screen.press(&["alt+3", "SELECT 1"]);
        screen.run(rows(30, false));
        screen.press(&["alt+4", "f10"]);
    });
    check("panes_moved", |screen| {
        screen.press(&["alt+right", "alt+right", "alt+3", "alt+down", "alt+down", "alt+down"]);
    });
    check("mouse_off", |screen| {
        screen.press(&["ctrl+p", "mouse", "enter"]);
        assert_eq!(screen.effects, [Effect::Mouse(true)]);
    });
}

#[test]
fn own_keys_are_in_footer_and_help_and_mistakes_are_said() {
    let own = |action: &str, key: &str| [(action.to_owned(), vec![key.to_owned()])].into_iter().collect();
    check("own_keys", |screen| {
        screen.state.options.keymap = Keymap::new(&own("run-sql", "ctrl+x")).unwrap();
        screen.press(&["f1"]);
    });
    let said: Vec<String> = [("run-sq", "f5"), ("run-sql", "ctrl+f55"), ("sort", "y")]
        .iter()
        .map(|(action, key)| {
            Keymap::new(&own(action, key)).map(|_| String::new()).unwrap_or_else(|error| format!("{error}\nhint: {}", error.hint()))
        })
        .collect();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("bad_bindings", said.join("\n\n"));
    });
}

/// The screen with every change of style: `{colours and modifiers:text}`.
fn styled(screen: &Screen) -> String {
    let mut terminal = Terminal::new(TestBackend::new(screen.state.size.0, screen.state.size.1)).unwrap();
    terminal.draw(|frame| view(&screen.state, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(String, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let colour = if cell.fg == ratatui::style::Color::Reset { String::new() } else { format!("{} ", cell.fg) };
            let style = if cell.modifier.is_empty() { colour } else { format!("{colour}{:?} ", cell.modifier) };
            match runs.last_mut() {
                Some((own, words)) if *own == style || cell.symbol() == " " && !cell.modifier.contains(Modifier::REVERSED) => {
                    words.push_str(cell.symbol())
                }
                _ => runs.push((style, cell.symbol().to_owned())),
            }
        }
        let line: String = runs
            .iter()
            .map(|(style, words)| if style.is_empty() { words.clone() } else { format!("{{{}:{words}}}", style.trim()) })
            .collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn themes_have_their_colours_and_plain_has_none() {
    for theme in [Theme::Dark, Theme::Light, Theme::Plain] {
        let mut screen = Screen::opened((80, 24));
        doubted(&mut screen);
        screen.run(rows(3, false));
        screen.press(&["alt+4", "right", "right", "down"]);
        screen.state.theme = theme;
        let drawn = styled(&screen);
        assert_eq!(drawn.contains("{Cyan") || drawn.contains("{Blue"), theme != Theme::Plain, "{drawn}");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
            insta::assert_snapshot!(format!("theme_{}", theme.name()), drawn);
        });
    }
}
