//! A question with its query, before anybody has run it.

/// A question with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The shape it was made by.
    pub shape: Shape,
    /// In a person's words.
    pub question: String,
    /// The query.
    pub sql: String,
    /// Where the answer is the first rows of an order: what tells whether others could be the first as well.
    pub tie: Option<Tie>,
}

/// As [`Draft::tie`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Returns the values that rows are ordered by, one more than there are places.
    pub sql: String,
    /// Rows of the answer.
    pub places: usize,
}

/// What a query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Shape {
    List,
    ListAll,
    Count,
    CountDistinct,
    Aggregate,
    Distinct,
    Top,
    Extreme,
    Missing,
    GroupCount,
    GroupAggregate,
    GroupTop,
    Having,
    AboveAverage,
    TwoConditions,
    Both,
    Except,
    Union,
    DateGroup,
    Latest,
    JoinList,
    JoinFilter,
    JoinCount,
    JoinSum,
    JoinMost,
    JoinAverage,
    Without,
    JoinHaving,
    TwoJoins,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::List,
        Self::ListAll,
        Self::Count,
        Self::CountDistinct,
        Self::Aggregate,
        Self::Distinct,
        Self::Top,
        Self::Extreme,
        Self::Missing,
        Self::GroupCount,
        Self::GroupAggregate,
        Self::GroupTop,
        Self::Having,
        Self::AboveAverage,
        Self::TwoConditions,
        Self::Both,
        Self::Except,
        Self::Union,
        Self::DateGroup,
        Self::Latest,
        Self::JoinList,
        Self::JoinFilter,
        Self::JoinCount,
        Self::JoinSum,
        Self::JoinMost,
        Self::JoinAverage,
        Self::Without,
        Self::JoinHaving,
        Self::TwoJoins,
    ];

    /// Whether it needs two tables that a key ties together.
    pub fn joins(self) -> bool {
        self >= Self::JoinList
    }
}
