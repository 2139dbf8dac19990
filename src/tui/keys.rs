//! The key table. Handling, footer and help are all made from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the table's labels say it
pub enum Action {
    Quit,
    Help,
    NextPane,
    PreviousPane,
    FocusAsk,
    FocusPane(usize),
    RunSql,
    Stop,
    StopOrQuit,
    Zoom,
    Send,
    EarlierQuestion,
    LaterQuestion,
    Up,
    Down,
    Left,
    Right,
    Top,
    Bottom,
    FirstColumn,
    LastColumn,
    PageUp,
    PageDown,
    Toggle,
    Browse,
    Filter,
    OpenCell,
    CopyCell,
    CopyRow,
    UseSql,
    Format,
    Undo,
    Redo,
    Close,
}

/// Where a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Everywhere, unless the place has its own.
    Everywhere,
    /// The question's line.
    Ask,
    /// The SQL.
    Editor,
    /// The schema.
    Schema,
    /// The schema's filter, while it is typed.
    Filter,
    /// What was asked and answered.
    Conversation,
    /// The rows.
    Results,
    /// A window over the others.
    Window,
}

impl Context {
    /// As help names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Ask => "Question",
            Self::Editor => "SQL",
            Self::Schema => "Schema",
            Self::Filter => "Schema filter",
            Self::Conversation => "Conversation",
            Self::Results => "Result",
            Self::Window => "Window",
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// Keys by name, the first of which the footer shows: `ctrl+q`, `f5`, `shift+tab`, `G`.
    pub keys: &'static [&'static str],
    /// What they mean.
    pub action: Action,
    /// What help says.
    pub label: &'static str,
    /// What the footer says; empty where it says nothing.
    pub footer: &'static str,
}

const fn bind(context: Context, keys: &'static [&'static str], action: Action, label: &'static str, footer: &'static str) -> Binding {
    Binding { context, keys, action, label, footer }
}

/// Every key.
pub const BINDINGS: &[Binding] = &[
    bind(Context::Ask, &["enter"], Action::Send, "ask; with nothing typed, run the checked SQL", "ask"),
    bind(Context::Ask, &["up"], Action::EarlierQuestion, "the question before", ""),
    bind(Context::Ask, &["down"], Action::LaterQuestion, "the question after", ""),
    bind(Context::Editor, &["ctrl+z", "ctrl+u"], Action::Undo, "undo", "undo"),
    bind(Context::Editor, &["ctrl+y", "ctrl+r"], Action::Redo, "redo", ""),
    bind(Context::Schema, &["enter", "space", "right", "l"], Action::Toggle, "show or hide a table's columns", "columns"),
    bind(Context::Schema, &["b"], Action::Browse, "look at a table's rows", "rows"),
    bind(Context::Schema, &["/"], Action::Filter, "show only names that contain what is typed", "filter"),
    bind(Context::Filter, &["enter"], Action::Close, "keep the filter", "keep"),
    bind(Context::Filter, &["esc"], Action::Stop, "drop the filter", "drop"),
    bind(Context::Conversation, &["enter"], Action::UseSql, "put the answer's SQL into the editor", "use SQL"),
    bind(Context::Results, &["enter", "space"], Action::OpenCell, "the whole cell", "cell"),
    bind(Context::Results, &["y"], Action::CopyCell, "copy the cell", "copy"),
    bind(Context::Results, &["Y"], Action::CopyRow, "copy the row, tabs between cells", ""),
    bind(Context::Results, &["left", "h"], Action::Left, "a column to the left", ""),
    bind(Context::Results, &["right", "l"], Action::Right, "a column to the right", ""),
    bind(Context::Results, &["0", "home"], Action::FirstColumn, "the first column", ""),
    bind(Context::Results, &["$", "end"], Action::LastColumn, "the last column", ""),
    bind(Context::Window, &["enter", "q", "space"], Action::Close, "close", "close"),
    bind(Context::Everywhere, &["f4"], Action::Format, "lay the SQL out anew", ""),
    bind(Context::Everywhere, &["f5", "ctrl+enter", "ctrl+j"], Action::RunSql, "run the SQL", "run"),
    bind(Context::Everywhere, &["ctrl+g"], Action::FocusAsk, "to the question", "question"),
    bind(Context::Everywhere, &["tab"], Action::NextPane, "to the next pane", "pane"),
    bind(Context::Everywhere, &["shift+tab"], Action::PreviousPane, "to the pane before", ""),
    bind(Context::Everywhere, &["alt+1"], Action::FocusPane(0), "to the schema", ""),
    bind(Context::Everywhere, &["alt+2"], Action::FocusPane(1), "to the conversation", ""),
    bind(Context::Everywhere, &["alt+3"], Action::FocusPane(2), "to the SQL", ""),
    bind(Context::Everywhere, &["alt+4"], Action::FocusPane(3), "to the result", ""),
    bind(Context::Everywhere, &["f10"], Action::Zoom, "one pane on the whole screen, and back", "zoom"),
    bind(Context::Everywhere, &["esc"], Action::Stop, "close, or cancel what runs", ""),
    bind(Context::Everywhere, &["ctrl+c"], Action::StopOrQuit, "cancel what runs; twice with nothing running, quit", ""),
    bind(Context::Everywhere, &["up", "k"], Action::Up, "up", ""),
    bind(Context::Everywhere, &["down", "j"], Action::Down, "down", ""),
    bind(Context::Everywhere, &["pageup"], Action::PageUp, "a page up", ""),
    bind(Context::Everywhere, &["pagedown"], Action::PageDown, "a page down", ""),
    bind(Context::Everywhere, &["g"], Action::Top, "to the top", ""),
    bind(Context::Everywhere, &["G"], Action::Bottom, "to the bottom", ""),
    bind(Context::Everywhere, &["f1", "?"], Action::Help, "this page", "help"),
    bind(Context::Everywhere, &["ctrl+q"], Action::Quit, "quit", "quit"),
];

/// What `key` means in `context`. Where text is typed, plain characters and the keys that move in it are the text's own.
pub fn action(context: Context, key: &KeyEvent) -> Option<Action> {
    let typing = matches!(context, Context::Ask | Context::Editor | Context::Filter);
    let moves = matches!(key.code, KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown);
    let is_text = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let find = |wanted: Context| {
        BINDINGS.iter().find(|binding| binding.context == wanted && binding.keys.iter().any(|name| matches(name, key))).map(|b| b.action)
    };
    if let Some(own) = find(context).filter(|_| !(typing && is_text)) {
        return Some(own);
    }
    if typing && (is_text || moves) {
        return None;
    }
    find(Context::Everywhere)
}

fn matches(name: &str, key: &KeyEvent) -> bool {
    let (modifiers, code) = parse(name);
    // Terminals disagree on whether a capital letter or a sign comes with Shift.
    let mut pressed = key.modifiers;
    if matches!(key.code, KeyCode::Char(_) | KeyCode::BackTab) {
        pressed.remove(KeyModifiers::SHIFT);
    }
    key.code == code && pressed == modifiers
}

fn parse(name: &str) -> (KeyModifiers, KeyCode) {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    while let Some((modifier, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
        modifiers |= match modifier {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            _ => KeyModifiers::NONE, // Shift is in the key's own code
        };
        rest = after;
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" if name.starts_with("shift") => KeyCode::BackTab,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        other => match (other.strip_prefix('f').and_then(|n| n.parse().ok()), other.chars().next()) {
            (Some(n), _) => KeyCode::F(n),
            (None, Some(c)) => KeyCode::Char(c),
            (None, None) => KeyCode::Null,
        },
    };
    (modifiers, code)
}

/// A key's name as footer and help print it: `^Q`, `F5`, `Shift+Tab`.
pub fn label(name: &str) -> String {
    match name.strip_prefix("ctrl+") {
        Some(key) if key.chars().count() == 1 => format!("^{}", key.to_uppercase()),
        _ if name.chars().count() == 1 => name.into(),
        _ => name
            .split('+')
            .map(|part| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect::<String>())
            .collect::<Vec<_>>()
            .join("+"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(context: Context, code: KeyCode, modifiers: KeyModifiers, expected: Option<Action>) {
        assert_eq!(action(context, &KeyEvent::new(code, modifiers)), expected);
    }

    #[test]
    fn keys_mean_what_the_place_says() {
        let (none, control, shift) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
        check(Context::Ask, KeyCode::Enter, none, Some(Action::Send));
        check(Context::Ask, KeyCode::Char('j'), none, None);
        check(Context::Ask, KeyCode::Char('?'), shift, None);
        check(Context::Ask, KeyCode::Char('q'), control, Some(Action::Quit));
        check(Context::Editor, KeyCode::Enter, none, None);
        check(Context::Editor, KeyCode::Enter, control, Some(Action::RunSql));
        check(Context::Editor, KeyCode::Char('j'), control, Some(Action::RunSql));
        check(Context::Editor, KeyCode::Up, none, None);
        check(Context::Results, KeyCode::Char('j'), none, Some(Action::Down));
        check(Context::Results, KeyCode::Char('Y'), shift, Some(Action::CopyRow));
        check(Context::Results, KeyCode::Char('G'), shift, Some(Action::Bottom));
        check(Context::Schema, KeyCode::Char('/'), none, Some(Action::Filter));
        check(Context::Filter, KeyCode::Char('b'), none, None);
        check(Context::Schema, KeyCode::BackTab, shift, Some(Action::PreviousPane));
        check(Context::Schema, KeyCode::Char('x'), none, None);
    }

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for (i, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[i + 1..] {
                let both = a.keys.iter().find(|key| b.keys.contains(key));
                assert!(a.context != b.context || both.is_none(), "{both:?} means {:?} and {:?}", a.action, b.action);
            }
        }
    }

    #[test]
    fn names_are_printed_as_people_write_them() {
        assert_eq!(
            ["ctrl+q", "f5", "shift+tab", "Y", "alt+1", "ctrl+enter"].map(label),
            ["^Q", "F5", "Shift+Tab", "Y", "Alt+1", "Ctrl+Enter"]
        );
    }
}
