//! Names that may stand somewhere, narrowed byte by byte while one is being written.

use std::sync::Arc;

/// A name, compared as SQLite compares names (ASCII case-insensitive).
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// ASCII lower case.
    pub(super) lower: Arc<[u8]>,
    /// As the schema or the statement spells it.
    pub(super) spelled: Arc<[u8]>,
}

impl Name {
    /// The name spelled `text`.
    pub(super) fn new(text: &[u8]) -> Self {
        let lower: Arc<[u8]> = text.to_ascii_lowercase().into();
        let spelled = if *lower == *text { Arc::clone(&lower) } else { text.into() };
        Self { lower, spelled }
    }

    /// Whether it can be written without quotes, its being a keyword aside.
    pub(super) fn is_word(&self) -> bool {
        self.lower.first().is_some_and(|&byte| is_word_byte(byte) && !byte.is_ascii_digit() && byte != b'$')
            && self.lower.iter().all(|&byte| is_word_byte(byte))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl Eq for Name {}

/// Whether `byte` may stand inside a name without quotes (SQLite's `IdChar`).
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// What a name may be where it stands; several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles(u8);

impl Roles {
    /// Of a table or an alias, before a dot.
    pub(super) const QUALIFIER: Self = Self(1);
    /// Of a column or a result column.
    pub(super) const COLUMN: Self = Self(2);
    /// Before a bracket.
    pub(super) const FUNCTION: Self = Self(4);
    /// A word of the language.
    pub(super) const KEYWORD: Self = Self(8);
    /// Of a table, where tables are listed.
    pub(super) const TABLE: Self = Self(16);

    /// Whether `role` is one of these.
    pub(super) fn has(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }

    /// Whether there are none.
    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::BitOr for Roles {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Names with their roles, sorted by lower case, each once.
pub(super) type Choices = Arc<[(Name, Roles)]>;

/// Sorts `names` and unites the roles of equal ones.
pub(super) fn choices(mut names: Vec<(Name, Roles)>) -> Choices {
    names.sort_by(|(a, _), (b, _)| a.lower.cmp(&b.lower));
    names.dedup_by(|(name, roles), (kept, sum)| {
        let same = name == kept;
        if same {
            *sum = *sum | *roles;
        }
        same
    });
    names.into()
}

#[derive(Debug, Clone)]
struct Run {
    list: Choices,
    low: usize,
    high: usize,
}

/// The names of some lists that begin with what has been written.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowing {
    runs: Vec<Run>,
    /// Bytes written.
    depth: usize,
}

impl Narrowing {
    /// All names of `lists`.
    pub(super) fn new(lists: Vec<Choices>) -> Self {
        let runs = lists.into_iter().map(|list| Run { low: 0, high: list.len(), list }).collect();
        Self { runs, depth: 0 }
    }

    /// Keeps the names that go on with `byte`.
    pub(super) fn push(&mut self, byte: u8) {
        let (depth, byte) = (self.depth, byte.to_ascii_lowercase());
        for run in &mut self.runs {
            let names = run.list.get(run.low..run.high).unwrap_or(&[]);
            // A name that ends here sorts before those that go on.
            let at = |(name, _): &(Name, Roles)| name.lower.get(depth).map_or(-1, |&b| i16::from(b));
            let low = names.partition_point(|name| at(name) < i16::from(byte));
            let high = names.partition_point(|name| at(name) <= i16::from(byte));
            (run.low, run.high) = (run.low + low, run.low + high);
        }
        self.runs.retain(|run| run.low < run.high);
        self.depth += 1;
    }

    /// Whether no name is left.
    pub(super) fn is_empty(&self) -> bool {
        self.runs.iter().all(|run| run.low >= run.high)
    }

    /// The roles of the name that is written in full.
    pub(super) fn roles(&self) -> Roles {
        self.first_names().filter(|(name, _)| name.lower.len() == self.depth).fold(Roles::default(), |sum, (_, roles)| sum | *roles)
    }

    /// Whether `byte` goes on with one of them.
    pub(super) fn has_next(&self, byte: u8) -> bool {
        let mut next = self.clone();
        next.push(byte);
        !next.is_empty()
    }

    /// The names that are left.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.runs.iter().flat_map(|run| run.list.get(run.low..run.high).unwrap_or(&[])).map(|(name, _)| name)
    }

    fn first_names(&self) -> impl Iterator<Item = &(Name, Roles)> {
        self.runs.iter().filter_map(|run| run.list.get(run.low))
    }

    /// The one name that is left, where there is just one.
    pub(super) fn only(&self) -> Option<(&Name, Roles)> {
        let (name, _) = self.first_names().next()?;
        let alone = self.runs.iter().all(|run| run.high <= run.low + 1) && self.first_names().all(|(other, _)| other == name);
        let roles = self.first_names().fold(Roles::default(), |sum, (_, roles)| sum | *roles);
        alone.then_some((name, roles))
    }
}

/// Where a name stands: its qualifier, or itself where it has none, and itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) first: usize,
    pub(super) start: usize,
}

/// Which names may be written at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Anything, besides what is listed.
    pub(super) free: bool,
    /// Also short names of tables that are still to come (`T1`, `c`, `emp`).
    pub(super) shapes: bool,
    /// Also `x'00ff'`.
    pub(super) blob: bool,
    pub(super) left: Narrowing,
}

impl Filter {
    pub(super) fn anything() -> Self {
        Self { free: true, ..Self::default() }
    }

    pub(super) fn admits(&self, word: &[u8]) -> bool {
        self.free || !self.left.is_empty() || self.shapes && is_short_alias(word) || self.blob && word.eq_ignore_ascii_case(b"x")
    }
}

/// An alias that may stand before its table when nothing else unknown may: up to three letters, then up to two digits.
pub(super) fn is_short_alias(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (1..=3).contains(&letters) && word.len() <= letters + 2 && word.iter().skip(letters).all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str], roles: Roles) -> Choices {
        choices(names.iter().map(|name| (Name::new(name.as_bytes()), roles)).collect())
    }

    #[test]
    fn names_narrow_to_one() {
        let mut left = Narrowing::new(vec![list(&["Song_Name", "song", "b"], Roles::COLUMN), list(&["sum", "song"], Roles::FUNCTION)]);
        for byte in *b"so" {
            left.push(byte);
        }
        assert!(left.only().is_none() && left.roles().is_none());
        for byte in *b"NG" {
            left.push(byte);
        }
        assert_eq!(left.roles(), Roles::COLUMN | Roles::FUNCTION);
        left.push(b'_');
        assert_eq!(left.only().map(|(name, _)| name.spelled.to_vec()), Some(b"Song_Name".to_vec()));
        left.push(b'x');
        assert!(left.is_empty() && left.roles().is_none() && left.only().is_none());
    }

    #[test]
    fn words_need_no_quotes() {
        for (name, word) in [("a_1", true), ("Ñame", true), ("a b", false), ("1a", false), ("", false), ("a-b", false)] {
            assert_eq!(Name::new(name.as_bytes()).is_word(), word, "{name}");
        }
    }
}
