//! Esc, and behind it a key that terminals send as several bytes: crossterm takes the Esc for the beginning of the key, and the rest for
//! letters (`[B` for Down). Over a slow line, or where somebody is quick, both come in one read.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_core::Stream;

/// Letters of such a key at most.
const LONGEST: usize = 8;

/// `first`, and where that is Esc, what came with it in the same read.
pub(super) async fn with_followers(first: Event, keys: &mut EventStream) -> Vec<Event> {
    let mut events = vec![first];
    if !matches!(events.first(), Some(Event::Key(key)) if key.code == KeyCode::Esc && key.modifiers.is_empty()) {
        return events;
    }
    let mut letters = String::new();
    while letters.len() < LONGEST {
        let Some(Ok(event)) = here(keys).await else { break };
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
            Read::None => break,
        }
    }
    events
}

/// An event that is here already.
async fn here(keys: &mut EventStream) -> Option<io::Result<Event>> {
    poll_fn(|context| match Pin::new(&mut *keys).poll_next(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
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
    let numbers = rest.trim_end_matches(|c: char| !c.is_ascii_digit() && c != ';');
    let last = rest.get(numbers.len()..).unwrap_or_default();
    if !numbers.chars().all(|c| c.is_ascii_digit() || c == ';') {
        return Read::None;
    }
    let mut parts = numbers.split(';');
    let number = parts.next().and_then(|number| number.parse::<u8>().ok());
    let held = parts.next().and_then(|held| held.parse::<u8>().ok()).unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if held & bit != 0 {
            modifiers |= modifier;
        }
    }
    let code = match last {
        "" => return Read::More,
        "~" => number.and_then(of_number),
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

fn of_number(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23 | 24 => KeyCode::F(number - 12),
        _ => return None,
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
        for letters in ["x", "[x", "Ox", "[[", "[99~", "[~", "[1x2"] {
            assert_eq!(read(letters), Read::None, "{letters}");
        }
    }
}
