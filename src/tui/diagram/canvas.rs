//! A page of characters on which boxes and lines are drawn. Lines that cross do not touch: `┼` is a crossing, `├` a branch.

use crate::text;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The page. Cells that nothing was drawn on are blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Canvas {
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Cell {
    #[default]
    Blank,
    /// Which of its neighbours a line goes to.
    Line(u8),
    Letter(char),
    /// The second half of a wide letter.
    Behind,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { rows: vec![vec![Cell::Blank; width]; height] }
    }

    fn put(&mut self, x: usize, y: usize, cell: Cell) {
        if let Some(place) = self.rows.get_mut(y).and_then(|row| row.get_mut(x)) {
            *place = cell;
        }
    }

    /// Writes `text` from the cell on.
    pub(super) fn write(&mut self, x: usize, y: usize, words: &str) {
        let mut at = x;
        for letter in words.chars() {
            let width = text::width(letter.encode_utf8(&mut [0; 4]));
            if width == 0 {
                continue;
            }
            self.put(at, y, Cell::Letter(letter));
            (1..width).for_each(|behind| self.put(at + behind, y, Cell::Behind));
            at += width;
        }
    }

    fn add(&mut self, x: usize, y: usize, way: u8) {
        if let Some(place) = self.rows.get_mut(y).and_then(|row| row.get_mut(x)) {
            match place {
                Cell::Line(ways) => *ways |= way,
                Cell::Blank => *place = Cell::Line(way),
                Cell::Letter(_) | Cell::Behind => {}
            }
        }
    }

    /// A line from `from` to `to` in row `y`, both ends included.
    pub(super) fn across(&mut self, y: usize, from: usize, to: usize) {
        for x in from.min(to)..from.max(to) {
            self.add(x, y, RIGHT);
            self.add(x + 1, y, LEFT);
        }
    }

    /// A line from row `from` to row `to` in column `x`, both ends included.
    pub(super) fn down(&mut self, x: usize, from: usize, to: usize) {
        for y in from.min(to)..from.max(to) {
            self.add(x, y, DOWN);
            self.add(x, y + 1, UP);
        }
    }

    /// A box without what is in it.
    pub(super) fn frame(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let (right, bottom) = (x + width - 1, y + height - 1);
        for (y, ends) in [(y, ['╭', '╮']), (bottom, ['╰', '╯'])] {
            (x + 1..right).for_each(|x| self.put(x, y, Cell::Letter('─')));
            self.put(x, y, Cell::Letter(ends[0]));
            self.put(right, y, Cell::Letter(ends[1]));
        }
        for y in y + 1..bottom {
            self.put(x, y, Cell::Letter('│'));
            self.put(right, y, Cell::Letter('│'));
        }
    }

    /// The page as lines of text.
    pub(super) fn lines(&self) -> Vec<String> {
        let letter = |cell: &Cell| match *cell {
            Cell::Blank => Some(' '),
            Cell::Behind => None,
            Cell::Letter(letter) => Some(letter),
            Cell::Line(ways) => Some(drawn(ways)),
        };
        self.rows.iter().map(|row| row.iter().filter_map(letter).collect::<String>()).collect()
    }
}

fn drawn(ways: u8) -> char {
    const UP_DOWN: u8 = UP | DOWN;
    const LEFT_RIGHT: u8 = LEFT | RIGHT;
    match (ways & UP_DOWN, ways & LEFT_RIGHT) {
        (0, _) => '─',
        (_, 0) => '│',
        (UP, LEFT) => '╯',
        (UP, RIGHT) => '╰',
        (DOWN, LEFT) => '╮',
        (DOWN, RIGHT) => '╭',
        (UP, _) => '┴',
        (DOWN, _) => '┬',
        (_, LEFT) => '┤',
        (_, RIGHT) => '├',
        _ => '┼',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_and_cross() {
        let mut canvas = Canvas::new(7, 5);
        canvas.across(1, 0, 3);
        canvas.down(3, 1, 3);
        canvas.across(3, 3, 6);
        canvas.across(2, 0, 6);
        canvas.write(0, 0, "é文\u{301}x");
        canvas.frame(4, 0, 3, 2);
        assert_eq!(canvas.lines(), ["é文x╭─╮", "───╮╰─╯", "───┼───", "   ╰───", "       "]);
        canvas.across(9, 1, 9);
        assert_eq!(canvas.lines().len(), 5, "what is outside of the page is not drawn");
    }
}
