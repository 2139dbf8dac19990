//! Lines that are typed: the keys that shells know in every one of them, and undo word by word.

use std::ops::Deref;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// A short text that is typed in a frame or above a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    text: String,
    /// The cursor, in bytes, between two characters.
    at: usize,
}

impl Deref for Typed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Typed {
    /// The cursor at its end.
    fn from(text: &str) -> Self {
        Self { text: text.into(), at: text.len() }
    }
}

impl Typed {
    /// What stands before the cursor, and behind it.
    pub fn around(&self) -> (&str, &str) {
        self.text.split_at_checked(self.at).unwrap_or((&self.text, ""))
    }

    /// Puts `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        let (before, after) = self.around();
        (self.text, self.at) = (format!("{before}{text}{after}"), before.len() + text.len());
    }

    /// Empties it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a key; whether the text is another one then.
    pub fn input(&mut self, key: &KeyEvent) -> bool {
        let (before, after) = self.around();
        let (control, alt) = (key.modifiers.contains(KeyModifiers::CONTROL), key.modifiers.contains(KeyModifiers::ALT));
        let last = before.graphemes(true).next_back().map_or(0, str::len);
        let next = after.graphemes(true).next().map_or(0, str::len);
        // What stays before the cursor, and what stays behind it.
        let (kept, rest) = match (key.code, control, alt) {
            (KeyCode::Char(c), false, false) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                return true;
            }
            (KeyCode::Char('u'), true, false) => ("", after),
            (KeyCode::Char('k'), true, false) => (before, ""),
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, ..) if control || alt => (word_kept(before), after),
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => (cut_end(before, last), after),
            (KeyCode::Delete, ..) | (KeyCode::Char('d'), true, false) => (before, after.get(next..).unwrap_or_default()),
            (KeyCode::Left, false, false) => return self.go(before.len() - last),
            (KeyCode::Right, false, false) => return self.go(before.len() + next),
            (KeyCode::Left, ..) | (KeyCode::Char('b'), false, true) => return self.go(word_kept(before).len()),
            (KeyCode::Right, ..) | (KeyCode::Char('f'), false, true) => {
                let word = after.len() - after.trim_start().trim_start_matches(|c: char| !c.is_whitespace()).len();
                return self.go(before.len() + word);
            }
            (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => return self.go(0),
            (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => return self.go(self.text.len()),
            _ => return false,
        };
        let changed = (kept.len(), rest.len()) != (before.len(), after.len());
        (self.text, self.at) = (format!("{kept}{rest}"), kept.len());
        changed
    }

    /// Puts the cursor there. The text is the same.
    fn go(&mut self, at: usize) -> bool {
        self.at = at.min(self.text.len());
        false
    }
}

fn cut_end(text: &str, bytes: usize) -> &str {
    text.get(..text.len() - bytes).unwrap_or_default()
}

/// `text` without its last word and the blanks behind that: words are what stands between blanks, as in shells.
fn word_kept(text: &str) -> &str {
    text.trim_end().trim_end_matches(|c: char| !c.is_whitespace())
}

/// Takes a key in a line with a history: as shells do it, where shells know the key.
pub(super) fn line_input(line: &mut TextArea<'_>, key: KeyEvent) {
    match (key.code, key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT)) {
        (KeyCode::Char('u'), KeyModifiers::CONTROL) if line.cursor().1 > 0 => drop(line.delete_line_by_head()),
        (KeyCode::Char('k'), KeyModifiers::CONTROL) if !is_at_end(line) => drop(line.delete_line_by_end()),
        (KeyCode::Char('w'), KeyModifiers::CONTROL) => {
            line.cancel_selection();
            let (row, column) = (line.cursor().0, line.cursor().1);
            let before: String = line.lines().get(row).map(|text| text.chars().take(column).collect()).unwrap_or_default();
            let gone = column - word_kept(&before).chars().count().min(column);
            for _ in 0..gone {
                line.move_cursor(CursorMove::Back);
            }
            line.delete_str(gone);
        }
        // The widget would go on selecting.
        (KeyCode::Char('a' | 'e' | 'b' | 'f'), held) if !held.is_empty() => {
            line.cancel_selection();
            line.input(key);
        }
        (KeyCode::Char('7' | '_'), KeyModifiers::CONTROL) => undo(line),
        // The widget has other meanings for these; a line has but one line.
        (KeyCode::Char('u' | 'k' | 'j' | 'm'), KeyModifiers::CONTROL) => {}
        _ => drop(line.input(key)),
    }
}

fn is_at_end(line: &TextArea<'_>) -> bool {
    line.lines().get(line.cursor().0).is_none_or(|text| line.cursor().1 >= text.chars().count())
}

/// Takes back the last word that was typed, or the last other change. A text that was put in place of another one goes together with that.
pub(super) fn undo(text: &mut TextArea<'_>) {
    step(text, Way::Back);
}

/// Takes that back.
pub(super) fn redo(text: &mut TextArea<'_>) {
    step(text, Way::Forth);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Back,
    Forth,
}

impl Way {
    fn go(self, text: &mut TextArea<'_>) -> bool {
        if self == Self::Back { text.undo() } else { text.redo() }
    }

    fn turned(self) -> Self {
        if self == Self::Back { Self::Forth } else { Self::Back }
    }
}

fn step(text: &mut TextArea<'_>, way: Way) {
    let was_empty = text.is_empty();
    let Some(first) = one(text, way) else { return };
    let Moved::Char(mut last, mut place) = first else {
        // Cutting everything and inserting something else are two changes of the widget and one of ours.
        if !was_empty && text.is_empty() {
            way.go(text);
        }
        return;
    };
    // Back: blanks, then the word before them. Forth: the word, then the blanks behind it.
    loop {
        let Some(moved) = one(text, way) else { return };
        let goes_on = match moved {
            Moved::Char(c, at) => {
                let adjacent = if way == Way::Back { (at.0, at.1 + 1) == place } else { at == (place.0, place.1 + 1) };
                let (earlier, later) = if way == Way::Back { (c, last) } else { (last, c) };
                (last, place) = (c, at);
                let joined = is_word(earlier) && (is_word(later) || later.is_whitespace());
                adjacent && (joined || earlier.is_whitespace() && later.is_whitespace())
            }
            Moved::Other => false,
        };
        if !goes_on {
            way.turned().go(text);
            return;
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// One change of the widget.
enum Moved {
    /// A character that came or went, and where.
    Char(char, (usize, usize)),
    /// Anything else.
    Other,
}

/// Goes one change back or forth; `None` where there is none.
fn one(text: &mut TextArea<'_>, way: Way) -> Option<Moved> {
    let (lines, row) = (text.lines().len(), text.cursor().0);
    let line = text.lines().get(row).cloned().unwrap_or_default();
    way.go(text).then_some(())?;
    let column = text.cursor().1;
    let now = text.lines().get(row).map(String::as_str).unwrap_or_default();
    // Where a character went, the cursor stands; one that came back stands before it.
    let (longer, shorter, at) = if way == Way::Back { (&*line, now, Some(column)) } else { (now, &*line, column.checked_sub(1)) };
    let single = || -> Option<Moved> {
        let (from, c) = longer.char_indices().nth(at?)?;
        let is_one = longer.get(..from)? == shorter.get(..from)? && longer.get(from + c.len_utf8()..)? == shorter.get(from..)?;
        is_one.then_some(Moved::Char(c, (row, at?)))
    };
    let same_place = text.lines().len() == lines && text.cursor().0 == row;
    Some(single().filter(|_| same_place).unwrap_or(Moved::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> KeyEvent {
        let (modifiers, code) = super::super::keys::parse(name).unwrap();
        KeyEvent::new(code, modifiers)
    }

    /// Types `keys`, which are characters, or names between angle brackets, and gives the text with its cursor.
    fn typed(keys: &str) -> (String, String) {
        let (mut short, mut long) = (Typed::default(), TextArea::default());
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let (name, after) = match rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
                Some((name, after)) => (name.to_owned(), after),
                None => (if c == ' ' { "space".into() } else { c.to_string() }, &rest[c.len_utf8()..]),
            };
            short.input(&key(&name));
            line_input(&mut long, key(&name));
            rest = after;
        }
        let (before, after) = short.around();
        let line = long.lines()[0].clone();
        let at = line.char_indices().nth(long.cursor().1).map_or(line.len(), |(at, _)| at);
        assert_eq!(long.lines().len(), 1, "{keys}");
        (format!("{before}|{after}"), format!("{}|{}", &line[..at], &line[at..]))
    }

    #[track_caller]
    fn check(keys: &str, expected: &str) {
        assert_eq!(typed(keys), (expected.to_owned(), expected.to_owned()));
    }

    #[test]
    fn every_line_knows_the_keys_of_shells() {
        check("one two<ctrl+u>", "|");
        check("one two<ctrl+w>", "one |");
        check("one two  <ctrl+w>x", "one x|");
        check("naïve 日本<ctrl+w><ctrl+w>", "|");
        check("two<ctrl+a>one <ctrl+k>", "one |");
        check("two<ctrl+a>one <ctrl+e>!", "one two!|");
        check("one two<ctrl+a><ctrl+u>", "|one two");
        check("one two<left><left><ctrl+u>", "|wo");
        check("a/b c.d<ctrl+w>", "a/b |");
        check("ab<left><backspace><delete>", "|");
        check("ab<home>x<end>y", "xaby|");
        // What means nothing types nothing.
        check("a<ctrl+g><ctrl+x><alt+x><ctrl+j><ctrl+m><ctrl+u>", "|");
        check("<ctrl+u><ctrl+w><ctrl+a><ctrl+k>b", "b|");
    }

    #[track_caller]
    fn check_undo(keys: &str, expected: &[&str]) {
        let mut text = TextArea::default();
        for c in keys.chars() {
            if c == '\n' { text.insert_newline() } else { text.insert_char(c) }
        }
        let written = text.lines().join("\n");
        let mut steps = Vec::new();
        for _ in expected {
            undo(&mut text);
            steps.push(text.lines().join("\n"));
        }
        assert_eq!(steps, expected);
        for _ in expected {
            redo(&mut text);
        }
        assert_eq!(text.lines().join("\n"), written);
    }

    #[test]
    fn undo_goes_word_by_word_and_redo_comes_back() {
        check_undo("SELECT name FROM t", &["SELECT name FROM ", "SELECT name ", "SELECT ", "", ""]);
        check_undo("a  bc", &["a  ", ""]);
        check_undo("f(x_1, y)", &["f(x_1, y", "f(x_1, ", "f(x_1,", "f(x_1", "f(", "f", ""]);
        check_undo("one\ntwo", &["one\n", "one", ""]);
        check_undo("日本 語", &["日本 ", ""]);
    }

    #[test]
    fn what_was_replaced_comes_back_at_once() {
        let mut tab = super::super::tab::Tab::new(0);
        tab.editor.insert_str("SELECT 'mine'");
        tab.set_sql("SELECT 1\nFROM answer");
        tab.set_sql("SELECT 2");
        let mut back = || {
            undo(&mut tab.editor);
            tab.sql()
        };
        assert_eq!((back(), back()), ("SELECT 1\nFROM answer".into(), "SELECT 'mine'".into()));
        redo(&mut tab.editor);
        assert_eq!(tab.sql(), "SELECT 1\nFROM answer");
        // Typed elsewhere meanwhile: another place is another step.
        let mut text = TextArea::default();
        "ab".chars().for_each(|c| text.insert_char(c));
        text.move_cursor(CursorMove::Head);
        text.insert_char('c');
        undo(&mut text);
        assert_eq!(text.lines(), ["ab"]);
    }
}
