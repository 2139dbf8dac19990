//! The table with a person's own keys in it.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Action, BINDINGS, Binding, Context};

/// Actions that came behind a08d325, the build that people have: they chose their own keys without them, so these actions yield. Every
/// later action with a key belongs here; `tests/earlier.rs` says so.
const LATER: [Action; 32] = [
    Action::Top,
    Action::Bottom,
    Action::NextTable,
    Action::PreviousTable,
    Action::HoldColumns,
    Action::HideColumn,
    Action::ShowColumns,
    Action::PinColumn,
    Action::ColumnLeft,
    Action::ColumnRight,
    Action::Find,
    Action::FindNext,
    Action::FindPrevious,
    Action::CopyAs,
    Action::Diagram,
    Action::Dates,
    Action::Suspend,
    Action::Record,
    Action::OpenBeside,
    Action::FollowKey,
    Action::ReferringRows,
    Action::JumpBack,
    Action::RunNotebook,
    Action::KeepResults,
    Action::OpenNamed,
    Action::RunAll,
    Action::NextResult,
    Action::PreviousResult,
    Action::SaveSql,
    Action::HandOver,
    Action::Learn,
    Action::Structure,
];

/// A key: what is held, and which.
type Key = (KeyModifiers, KeyCode);

/// One line of the table, with the keys that hold.
#[derive(Debug, Clone)]
struct Entry {
    binding: &'static Binding,
    keys: Vec<(String, Key)>,
}

/// The keys that hold.
#[derive(Debug, Clone)]
pub struct Keymap {
    entries: Vec<Entry>,
}

/// Why a binding of the config file does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBinding {
    /// No such action.
    #[error("[keys] names `{name}`, and there is no such action{}", nearest.as_ref().map(|name| format!("; is `{name}` meant?")).unwrap_or_default())]
    Action {
        /// As written.
        name: String,
        /// The action with the most similar name.
        nearest: Option<String>,
    },
    /// No such key.
    #[error("[keys] binds `{action}` to `{key}`, and there is no such key")]
    Key {
        /// Whose.
        action: String,
        /// As written.
        key: String,
    },
    /// One key for two things.
    #[error("[keys] binds `{key}` to `{action}`, and it means `{other}` in the same place ({place})")]
    Twice {
        /// As written.
        key: String,
        /// Whose it should be.
        action: String,
        /// Whose it is.
        other: String,
        /// Where.
        place: &'static str,
    },
}

impl BadBinding {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Action { .. } => "write the action as help and palette name it, such as `run-sql`; F1 lists every key",
            Self::Key { .. } => "write keys such as `f5`, `ctrl+k`, `alt+left`, `shift+tab`, `space`, `G`",
            Self::Twice { .. } => "choose another key, or bind the other action to another key too",
        }
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let entries = BINDINGS.iter().map(|binding| {
            let keys = binding.keys.iter().filter_map(|name| Some(((*name).to_owned(), parse(name)?))).collect();
            Entry { binding, keys }
        });
        Self { entries: entries.collect() }
    }
}

impl Keymap {
    /// The table with `own` keys, by action, in place of its own.
    pub fn new(own: &BTreeMap<String, Vec<String>>) -> Result<Self, BadBinding> {
        let mut map = Self::default();
        for (name, keys) in own {
            if !BINDINGS.iter().any(|binding| binding.action.name() == *name) {
                return Err(BadBinding::Action { name: name.clone(), nearest: nearest(name) });
            }
            let mut parsed = Vec::new();
            for key in keys {
                let unknown = || BadBinding::Key { action: name.clone(), key: key.clone() };
                parsed.push((key.clone(), parse(key).ok_or_else(unknown)?));
            }
            for entry in map.entries.iter_mut().filter(|entry| entry.binding.action.name() == *name) {
                entry.keys.clone_from(&parsed);
            }
        }
        map.yield_to(own);
        for (i, a) in map.entries.iter().enumerate() {
            for b in map.entries.iter().skip(i + 1).filter(|b| b.binding.context == a.binding.context) {
                if let Some((key, _)) = b.keys.iter().find(|(_, key)| a.keys.iter().any(|(_, other)| other == key)) {
                    let (action, other) = (b.binding.action.name(), a.binding.action.name());
                    let (action, other) = if own.contains_key(&action) { (action, other) } else { (other, action) };
                    return Err(BadBinding::Twice { key: key.clone(), action, other, place: a.binding.context.title() });
                }
            }
        }
        Ok(map)
    }

    /// Takes keys away from later actions where a person has given them to others, in the same place or everywhere.
    fn yield_to(&mut self, own: &BTreeMap<String, Vec<String>>) {
        let is_own = |entry: &Entry| own.contains_key(&entry.binding.action.name());
        let chosen: Vec<(Context, Key)> = self
            .entries
            .iter()
            .filter(|entry| is_own(entry))
            .flat_map(|entry| entry.keys.iter().map(|(_, key)| (entry.binding.context, *key)))
            .collect();
        for entry in self.entries.iter_mut().filter(|entry| LATER.contains(&entry.binding.action) && !is_own(entry)) {
            let places = [entry.binding.context, Context::Everywhere];
            entry.keys.retain(|(_, key)| !places.iter().any(|place| chosen.contains(&(*place, *key))));
        }
    }

    /// What `key` means in `context`. Where text is typed, plain characters and the keys that move in it are the text's own.
    pub fn action(&self, context: Context, key: &KeyEvent) -> Option<Action> {
        let typing = context.is_typing();
        let moves = matches!(
            key.code,
            KeyCode::Up
                | KeyCode::Down
                | KeyCode::Left
                | KeyCode::Right
                | KeyCode::PageUp
                | KeyCode::PageDown
                | KeyCode::Home
                | KeyCode::End
        ) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let is_text = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let pressed = normal(key);
        let find = |wanted: Context| {
            let mut entries = self.entries.iter().filter(|entry| entry.binding.context == wanted);
            entries.find(|entry| entry.keys.iter().any(|(_, own)| *own == pressed)).map(|entry| entry.binding.action)
        };
        if let Some(own) = find(context).filter(|_| !(typing && is_text)) {
            return Some(own);
        }
        if typing && (is_text || (moves && context != Context::List)) {
            return None;
        }
        find(Context::Everywhere)
    }

    /// The bindings of `context`, with their keys' names.
    pub fn of(&self, context: Context) -> impl Iterator<Item = (&'static Binding, Vec<&str>)> {
        self.entries
            .iter()
            .filter(move |entry| entry.binding.context == context)
            .map(|entry| (entry.binding, entry.keys.iter().map(|(name, _)| name.as_str()).collect()))
    }

    /// How a key for `action` is printed, the one that holds everywhere first; empty where there is none.
    pub fn label_of(&self, action: Action) -> String {
        let with = |everywhere: bool| {
            self.entries.iter().find(|entry| {
                entry.binding.action == action && !entry.keys.is_empty() && (entry.binding.context == Context::Everywhere) == everywhere
            })
        };
        with(true).or_else(|| with(false)).and_then(|entry| entry.keys.first()).map(|(name, _)| label(name)).unwrap_or_default()
    }
}

/// Terminals disagree on whether a capital letter or a sign comes with Shift.
fn normal(key: &KeyEvent) -> Key {
    let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
    if matches!(key.code, KeyCode::Char(_) | KeyCode::BackTab) {
        modifiers.remove(KeyModifiers::SHIFT);
    }
    (modifiers, key.code)
}

/// A key by its name.
pub(in crate::tui) fn parse(name: &str) -> Option<Key> {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    while let Some((modifier, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
        modifiers |= match modifier {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            _ => return None,
        };
        rest = after;
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" if modifiers.contains(KeyModifiers::SHIFT) => {
            modifiers.remove(KeyModifiers::SHIFT);
            KeyCode::BackTab
        }
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "insert" => KeyCode::Insert,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        other => {
            let mut chars = other.chars();
            match (other.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()), chars.next(), chars.next()) {
                (Some(n), ..) if (1..=24).contains(&n) => KeyCode::F(n),
                (None, Some(c), None) => KeyCode::Char(c),
                _ => return None,
            }
        }
    };
    Some((modifiers, code))
}

/// The action whose name shares the most with `name`.
fn nearest(name: &str) -> Option<String> {
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let wanted = pairs(name);
    BINDINGS
        .iter()
        .map(|binding| binding.action.name())
        .map(|own| (pairs(&own).iter().filter(|pair| wanted.contains(pair)).count(), own))
        .max_by_key(|(shared, own)| (*shared, std::cmp::Reverse(own.len())))
        .filter(|(shared, _)| *shared > 1)
        .map(|(_, own)| own)
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
