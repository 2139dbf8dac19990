//! How SQLite takes a column's declared type: the affinity it has by the rules of `datatype3.html`, section 3.1.

/// What values are made into where they can be, when they are stored and when they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affinity {
    /// Whole numbers.
    Integer,
    /// Texts.
    Text,
    /// Nothing: values stay as they are.
    Blob,
    /// Numbers in floating point.
    Real,
    /// Numbers; also DATE, BOOLEAN and any word that SQLite does not know.
    Numeric,
}

impl Affinity {
    /// Of a declared type; the first rule that fits holds.
    pub fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        match () {
            () if has(&["int"]) => Self::Integer,
            () if has(&["char", "clob", "text"]) => Self::Text,
            () if has(&["blob"]) || declared.is_empty() => Self::Blob,
            () if has(&["real", "floa", "doub"]) => Self::Real,
            () => Self::Numeric,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affinities_are_sqlites() {
        // The last two surprise: the first rule that fits holds.
        let types = ["BIGINT", "varchar(20)", "", "BLOB", "DOUBLE PRECISION", "DATE", "decimal(10,2)", "FLOATING POINT", "CHARINT"];
        use Affinity::{Blob, Integer, Numeric, Real, Text};
        assert_eq!(types.map(Affinity::of), [Integer, Text, Blob, Blob, Real, Numeric, Numeric, Integer, Integer]);
    }
}
