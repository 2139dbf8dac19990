//! Vim's keys for the SQL, for those who ask for them: the motions, operators and modes that short texts need.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

/// What keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// They command.
    #[default]
    Normal,
    /// They are text.
    Insert,
    /// They move the end of a selection.
    Visual,
}

impl Mode {
    /// As the pane's frame shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Insert => "INSERT",
            Self::Visual => "VISUAL",
        }
    }
}

/// Where vim keys are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vim {
    /// What keys do.
    pub mode: Mode,
    /// An operator, or `g`, that waits for its motion.
    pending: Option<char>,
    /// Changes of each stay in insert mode, the last one's last: `u` takes them back together.
    stays: Vec<usize>,
}

impl Vim {
    /// Whether the key is this mode's even where the key table has another meaning for it.
    pub fn wants(&self, key: &KeyEvent) -> bool {
        let held = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Esc => self.mode != Mode::Normal || self.pending.is_some(),
            KeyCode::Char('r') => self.mode == Mode::Normal && key.modifiers == KeyModifiers::CONTROL,
            KeyCode::Enter => !held,
            KeyCode::Char(_) => !held,
            _ => false,
        }
    }

    /// Takes a key.
    pub fn input(&mut self, text: &mut TextArea<'static>, key: KeyEvent) {
        if self.mode == Mode::Insert {
            if key.code == KeyCode::Esc {
                self.mode = Mode::Normal;
                text.move_cursor(CursorMove::Back);
            } else if text.input(key)
                && let Some(stay) = self.stays.last_mut()
            {
                *stay += 1;
            }
            return;
        }
        let history = matches!(key.code, KeyCode::Char('u')) || key.modifiers.contains(KeyModifiers::CONTROL);
        let before = text.lines().to_vec();
        self.normal(text, key);
        let changed = !history && text.lines() != before;
        if changed || self.mode == Mode::Insert {
            self.stays.push(usize::from(changed));
        }
    }

    fn normal(&mut self, text: &mut TextArea<'static>, key: KeyEvent) {
        let code = match key.code {
            KeyCode::Esc => {
                self.pending = None;
                self.leave_visual(text);
                return;
            }
            KeyCode::Char(c) => c,
            KeyCode::Enter => 'j',
            _ => {
                text.input(key);
                return;
            }
        };
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            if code == 'r' {
                text.redo();
            }
            return;
        }
        match self.pending.take() {
            Some('g') => {
                if code == 'g' {
                    text.move_cursor(CursorMove::Top);
                }
            }
            Some(operator) => self.operate(text, operator, code),
            None => self.command(text, code),
        }
    }

    fn command(&mut self, text: &mut TextArea<'static>, code: char) {
        if let Some(motion) = motion(code) {
            text.move_cursor(motion);
            return;
        }
        match (self.mode, code) {
            (_, 'g') => self.pending = Some('g'),
            (Mode::Visual, 'd' | 'x') => {
                self.include_cursor(text);
                text.cut();
                self.mode = Mode::Normal;
            }
            (Mode::Visual, 'c') => {
                self.include_cursor(text);
                text.cut();
                self.mode = Mode::Insert;
            }
            (Mode::Visual, 'y') => {
                self.include_cursor(text);
                text.copy();
                self.leave_visual(text);
            }
            (Mode::Visual, 'v') => self.leave_visual(text),
            (_, 'd' | 'c' | 'y') => self.pending = Some(code),
            (_, 'v') => {
                text.start_selection();
                self.mode = Mode::Visual;
            }
            (_, 'V') => {
                text.move_cursor(CursorMove::Head);
                text.start_selection();
                text.move_cursor(CursorMove::End);
                self.mode = Mode::Visual;
            }
            (_, 'i') => self.mode = Mode::Insert,
            (_, 'a') => {
                text.move_cursor(CursorMove::Forward);
                self.mode = Mode::Insert;
            }
            (_, 'I') => {
                text.move_cursor(CursorMove::Head);
                self.mode = Mode::Insert;
            }
            (_, 'A') => {
                text.move_cursor(CursorMove::End);
                self.mode = Mode::Insert;
            }
            (_, 'o') => {
                text.move_cursor(CursorMove::End);
                text.insert_newline();
                self.mode = Mode::Insert;
            }
            (_, 'O') => {
                text.move_cursor(CursorMove::Head);
                text.insert_newline();
                text.move_cursor(CursorMove::Up);
                self.mode = Mode::Insert;
            }
            (_, 'x') => {
                text.delete_next_char();
            }
            (_, 'D') => {
                text.delete_line_by_end();
            }
            (_, 'C') => {
                text.delete_line_by_end();
                self.mode = Mode::Insert;
            }
            (_, 'p' | 'P') => {
                text.paste();
            }
            (_, 'u') => {
                for _ in 0..self.stays.pop().unwrap_or(1).max(1) {
                    text.undo();
                }
            }
            _ => {}
        }
    }

    /// `dd`, `dw`, `c$`, `yy`, ...
    fn operate(&mut self, text: &mut TextArea<'static>, operator: char, code: char) {
        if code == operator {
            text.move_cursor(CursorMove::Head);
            text.start_selection();
            let row = text.cursor().0;
            match operator {
                'd' => {
                    text.move_cursor(CursorMove::Down);
                    text.move_cursor(if text.cursor().0 == row { CursorMove::End } else { CursorMove::Head });
                }
                _ => text.move_cursor(CursorMove::End),
            }
        } else if let Some(motion) = motion(code) {
            text.start_selection();
            text.move_cursor(motion);
            if matches!(code, 'e') {
                text.move_cursor(CursorMove::Forward);
            }
        } else {
            return;
        }
        match operator {
            'y' => {
                text.copy();
                text.cancel_selection();
            }
            _ => {
                text.cut();
            }
        }
        if operator == 'c' {
            self.mode = Mode::Insert;
        }
    }

    /// Vim's selection holds the character under the cursor.
    fn include_cursor(&self, text: &mut TextArea<'static>) {
        text.move_cursor(CursorMove::Forward);
    }

    fn leave_visual(&mut self, text: &mut TextArea<'static>) {
        text.cancel_selection();
        self.mode = Mode::Normal;
    }
}

fn motion(code: char) -> Option<CursorMove> {
    Some(match code {
        'h' => CursorMove::Back,
        'j' => CursorMove::Down,
        'k' => CursorMove::Up,
        'l' => CursorMove::Forward,
        'w' => CursorMove::WordForward,
        'b' => CursorMove::WordBack,
        'e' => CursorMove::WordEnd,
        '0' | '^' => CursorMove::Head,
        '$' => CursorMove::End,
        'G' => CursorMove::Bottom,
        '{' => CursorMove::ParagraphBack,
        '}' => CursorMove::ParagraphForward,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types `keys` (`\x1b` is Esc) into `before`.
    #[track_caller]
    fn check(before: &str, keys: &str, expected: &str, mode: Mode) {
        let mut text = TextArea::new(before.split('\n').map(str::to_owned).collect());
        let mut vim = Vim::default();
        for c in keys.chars() {
            let code = if c == '\x1b' { KeyCode::Esc } else { KeyCode::Char(c) };
            vim.input(&mut text, KeyEvent::new(code, KeyModifiers::NONE));
        }
        assert_eq!((text.lines().join("\n").as_str(), vim.mode), (expected, mode));
    }

    #[test]
    fn keys_do_what_vim_does() {
        check("one two", "x", "ne two", Mode::Normal);
        check("one two", "dw", "two", Mode::Normal);
        check("one two", "wcwthree", "one three", Mode::Insert);
        check("one two", "w$D", "one two", Mode::Normal);
        check("one two", "wD", "one ", Mode::Normal);
        check("one\ntwo\nthree", "jdd", "one\nthree", Mode::Normal);
        check("one", "A two\x1b", "one two", Mode::Normal);
        check("one", "otwo\x1b", "one\ntwo", Mode::Normal);
        check("one", "Otwo\x1b", "two\none", Mode::Normal);
        check("one two", "vey$p", "one twoone", Mode::Normal);
        check("one two", "vd", "ne two", Mode::Normal);
        check("one", "ixy\x1bu", "one", Mode::Normal);
        check("one two", "ixy\x1bwdwu", "xyone two", Mode::Normal);
        check("one", "otwo\x1bu", "one", Mode::Normal);
        check("a\nb", "Gggx", "\nb", Mode::Normal);
    }
}
