//! Esc, and behind it a key that terminals send as several bytes: crossterm takes the Esc for the beginning of the key, and the rest for
//! letters (`[B` for Down). Over a slow line, or where somebody is quick, both come in one read.

use std::time::Duration;

use crossterm::event::{self as input, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Letters of such a key at most.
const LONGEST: usize = 24;
/// What came in the same read is here within this. (It must not be nothing: crossterm then looks at no event at all, read or not.)
const AT_ONCE: Duration = Duration::from_millis(1);
/// The end of a key whose beginning is here comes within this.
const REST: Duration = Duration::from_millis(20);

/// `first`, and where that is Esc, what came with it in the same read.
pub(super) fn with_followers(first: Event) -> Vec<Event> {
    let mut events = vec![first];
    if !matches!(events.first(), Some(Event::Key(key)) if key.code == KeyCode::Esc && key.modifiers.is_empty()) {
        return events;
    }
    let mut letters = String::new();
    while letters.len() < LONGEST {
        let Some(event) = here(if letters.is_empty() { AT_ONCE } else { REST }) else { break };
        let letter = letter_of(&event);
        events.push(event);
        let Some(letter) = letter else { break };
        letters.push(letter);
        match read(&letters) {
            Read::More => {}
            Read::Key(key) => {
                events.truncate(1);
                events.push(Event::Key(key));
                break;
            }
            Read::Mouse => {
                events.truncate(1);
                break;
            }
            Read::Paste => {
                events.truncate(1);
                events.extend(pasted());
                break;
            }
            Read::None => break,
        }
    }
    events
}

/// An event that comes within so long.
fn here(within: Duration) -> Option<Event> {
    input::poll(within).ok().filter(|is_here| *is_here).and_then(|_| input::read().ok())
}

/// A paste whose beginning was taken for letters, and its end for nothing: all that is here; and the event behind it.
fn pasted() -> Vec<Event> {
    let (mut text, mut behind) = (String::new(), None);
    while let Some(event) = here(REST) {
        match pasted_letter(&event) {
            Some(letter) => text.push(letter),
            None => {
                behind = Some(event);
                break;
            }
        }
    }
    [Event::Paste(text)].into_iter().chain(behind).collect()
}

fn pasted_letter(event: &Event) -> Option<char> {
    match event {
        Event::Key(KeyEvent { code: KeyCode::Enter, .. }) => Some('\n'),
        Event::Key(KeyEvent { code: KeyCode::Char('j'), modifiers: KeyModifiers::CONTROL, .. }) => Some('\n'),
        Event::Key(KeyEvent { code: KeyCode::Tab, .. }) => Some('\t'),
        event => letter_of(event),
    }
}

fn letter_of(event: &Event) -> Option<char> {
    match event {
        Event::Key(KeyEvent { code: KeyCode::Char(letter), modifiers, kind: KeyEventKind::Press, .. })
            if !modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            Some(*letter)
        }
        _ => None,
    }
}

/// What letters behind an Esc are.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Key(KeyEvent),
    /// A click, or the wheel.
    Mouse,
    /// The beginning of a paste.
    Paste,
    /// The beginning of a key.
    More,
    None,
}

/// As xterm sends keys (`invisible-island.net/xterm/ctlseqs/ctlseqs.html`, "PC-Style Function Keys").
fn read(letters: &str) -> Read {
    let Some(rest) = letters.strip_prefix('[') else {
        return match letters.strip_prefix('O').map(|rest| (rest.is_empty(), rest.chars().next().and_then(of_letter))) {
            Some((true, _)) => Read::More,
            Some((false, Some(code))) => Read::Key(KeyEvent::new(code, KeyModifiers::NONE)),
            _ => Read::None,
        };
    };
    if let Some(mouse) = rest.strip_prefix('<') {
        return match mouse.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';') {
            "" => Read::More,
            "M" | "m" => Read::Mouse,
            _ => Read::None,
        };
    }
    if rest == "200~" {
        return Read::Paste;
    }
    let numbers = rest.trim_end_matches(|c: char| !c.is_ascii_digit() && c != ';');
    let last = rest.get(numbers.len()..).unwrap_or_default();
    if !numbers.chars().all(|c| c.is_ascii_digit() || c == ';') {
        return Read::None;
    }
    let mut parts = numbers.split(';');
    let mut number = parts.next().and_then(|number| number.parse::<u32>().ok());
    let held = parts.next().and_then(|held| held.parse::<u8>().ok()).unwrap_or(1).saturating_sub(1);
    // xterm's modifyOtherKeys: `27;HELD;KEY~` is what others write as `KEY;HELDu`.
    let other = parts.next().and_then(|key| key.parse::<u32>().ok()).filter(|_| number == Some(27));
    number = other.or(number);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if held & bit != 0 {
            modifiers |= modifier;
        }
    }
    let code = match last {
        "" => return Read::More,
        "~" if other.is_none() => number.and_then(of_number),
        "~" | "u" => number.and_then(of_code),
        "Z" => {
            modifiers |= KeyModifiers::SHIFT;
            Some(KeyCode::BackTab)
        }
        last => last.chars().next().filter(|_| last.len() == 1).and_then(of_letter),
    };
    code.map_or(Read::None, |code| Read::Key(KeyEvent::new(code, modifiers)))
}

fn of_letter(letter: char) -> Option<KeyCode> {
    Some(match letter {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'H' => KeyCode::Home,
        'F' => KeyCode::End,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn of_number(number: u32) -> Option<KeyCode> {
    Some(match u8::try_from(number).ok()? {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        number @ 11..=15 => KeyCode::F(number - 10),
        number @ 17..=21 => KeyCode::F(number - 11),
        number @ (23 | 24) => KeyCode::F(number - 12),
        _ => return None,
    })
}

/// A key by its code point.
fn of_code(code: u32) -> Option<KeyCode> {
    Some(match code {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        code => KeyCode::Char(char::from_u32(code).filter(|letter| !letter.is_control())?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(letters: &str, code: KeyCode, modifiers: KeyModifiers) {
        assert_eq!(read(letters), Read::Key(KeyEvent::new(code, modifiers)), "{letters}");
        for end in 1..letters.len() {
            assert_eq!(read(&letters[..end]), Read::More, "{letters} up to {end}");
        }
    }

    #[test]
    fn keys_behind_an_esc_are_known() {
        check("[B", KeyCode::Down, KeyModifiers::NONE);
        check("[H", KeyCode::Home, KeyModifiers::NONE);
        check("OP", KeyCode::F(1), KeyModifiers::NONE);
        check("[15~", KeyCode::F(5), KeyModifiers::NONE);
        check("[21~", KeyCode::F(10), KeyModifiers::NONE);
        check("[24~", KeyCode::F(12), KeyModifiers::NONE);
        check("[6~", KeyCode::PageDown, KeyModifiers::NONE);
        check("[15;2~", KeyCode::F(5), KeyModifiers::SHIFT);
        check("[1;5C", KeyCode::Right, KeyModifiers::CONTROL);
        check("[Z", KeyCode::BackTab, KeyModifiers::SHIFT);
        check("[13;5u", KeyCode::Enter, KeyModifiers::CONTROL);
        check("[27;5;13~", KeyCode::Enter, KeyModifiers::CONTROL);
        check("[97;3u", KeyCode::Char('a'), KeyModifiers::ALT);
        for letters in ["x", "[x", "Ox", "[[", "[99~", "[~", "[1x2", "[<x", "[0u"] {
            assert_eq!(read(letters), Read::None, "{letters}");
        }
        for letters in ["[<0;10;5M", "[<64;120;40m"] {
            assert_eq!(read(letters), Read::Mouse, "{letters}");
            assert_eq!(read(&letters[..letters.len() - 1]), Read::More, "{letters}");
        }
        assert_eq!((read("[200~"), read("[200")), (Read::Paste, Read::More));
    }
}
