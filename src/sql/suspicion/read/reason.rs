//! Reasons to doubt a query, and how they are told.

/// A reason to doubt a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    /// What kind.
    pub kind: SuspicionKind,
    /// In plain words, with the names that matter.
    pub sentence: String,
}

/// Kinds of suspicions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuspicionKind {
    /// A bare column of a subquery that its own tables lack and an outer query has.
    AccidentalCorrelation,
    /// A joined table that nothing is taken from.
    IdleJoin,
    /// Tables side by side with nothing that relates them.
    Cartesian,
    /// A join on columns that no key relates, though there is one between the tables, or each is a key by itself.
    OddJoin,
    /// Columns of unlike types that are equated.
    UnlikeTypes,
    /// An aggregate in ORDER BY without GROUP BY.
    AggregateOrder,
    /// A plain column beside an aggregate without GROUP BY.
    BareBesideAggregate,
    /// HAVING without GROUP BY.
    HavingWithoutGroup,
    /// ORDER BY a key, and the first row taken.
    LimitOnKey,
    /// `= NULL`.
    ComparedWithNull,
    /// A condition that no row fulfils.
    AlwaysFalse,
    /// The question asks for the most or the first, and nothing is ordered.
    LimitWithoutOrder,
    /// The question asks how many different ones, and rows are counted.
    CountsRows,
    /// The question asks for both of two values, and either is taken.
    EitherForBoth,
    /// The question says not, never or without, and the query excludes nothing.
    NothingExcluded,
    /// The question asks for one end of an order, and the query takes the other.
    OtherEnd,
    /// The question says how a text begins or ends, and the query finds it anywhere.
    FoundAnywhere,
    /// Rows of one table are grouped by its key, so that each is a group.
    GroupOfOne,
    /// The question asks for one end of an order, and all rows are taken.
    NoEnd,
    /// The question says which way to order, or none, and the query orders the other way.
    OtherDirection,
    /// The question asks for something of each group, and the rows do not say of which.
    GroupNotShown,
    /// One value that the question names once is demanded of two columns.
    SameValueTwice,
    /// A number is compared with, or rows are limited to, that the question does not give.
    StrangeNumber,
    /// The question asks for what has none of something, and rows with something else are taken.
    OthersForNone,
    /// One column is shown twice.
    ShownTwice,
    /// Rows of one text are taken that the question does not name.
    UnaskedValue,
    /// Numbers are counted where their sum is asked for.
    CountsQuantity,
    /// A column of groups that nothing is computed of, taken from any row.
    AnyOfAGroup,
    /// A yes or no is shown where the question asks which.
    OnlyFlags,
    /// The question asks for what has something and what has not, and one of the two is taken.
    OneOfBoth,
    /// Numbers are compared with a text or a date, or read as one.
    NumberAgainstText,
    /// Texts are compared with a number, letter by letter.
    TextAgainstNumber,
    /// A number is far below all values of the column.
    OtherUnit,
    /// A date is asked of a column whose values leave open what they count.
    OpenUnit,
    /// What is computed in a column is NULL in every row.
    NullInEveryRow,
    /// JSON documents are added up or compared as a whole.
    OverDocuments,
    /// Numbers that stand for things are added up.
    OverCodes,
    /// Numerators are added up without their denominators.
    OverNumerators,
    /// No document that was looked at has a path.
    UnknownPath,
    /// A follow-up left out a condition, the grouping or the table of the query before, and no word says so.
    LostOfBefore,
    /// Keys of different tables are equated.
    MixedKeys,
    /// A key is shown where a name is asked for.
    OnlyKey,
    /// The question asks for something of each group, and one row of all is taken.
    OneOfAll,
    /// The question says before or after a year or month, and the query takes it too, or leaves it out.
    OtherPeriod,
    /// Whole numbers are divided.
    WholeDivision,
    /// A share is taken of what it is a share of.
    ShareOfItself,
    /// Values are added up once for every row that a join put beside them.
    MultipliedSum,
    /// Things are counted once for every row that a join put beside them.
    MultipliedCount,
    /// Rows are counted that a LEFT JOIN made up.
    MadeUpRow,
    /// An average of averages.
    AverageOfAverages,
    /// NOT IN over a subquery that gives NULL.
    NotInNull,
    /// A text that no row has, and that the question does not say.
    Unexplained,
    /// Another row ties with the one that is taken.
    TiedFirst,
    /// The group with the most rows is taken, where each group is one row.
    SingleGroups,
    /// Shares that are no parts of a whole.
    OddShare,
    /// The question names a yes or no that nothing asks for.
    UnusedFlag,
    /// The question names a column that nothing uses.
    UnusedColumn,
    /// Groups are asked for that have so many rows, and every group is taken.
    EmptyHaving,
    /// Rows are ordered by another column than the one that the question measures them by.
    OtherMeasure,
    /// The most common of something is asked for, and something else is counted by.
    OtherGroup,
    /// Groups are finer than what is shown of them.
    FinerGroup,
    /// The question begins with a column, and a key is shown.
    AskedNotShown,
    /// A key, or what a value is of, is shown beside what is asked for.
    UnaskedKey,
    /// The name of another thing is shown than the question asks for.
    OtherName,
    /// A column is taken while the question's words name another one like it.
    NearerColumn,
    /// Rows are counted of which each thing that is asked for may have several.
    CountsOther,
    /// A text that no row of its column has, and another column does.
    ElsewhereValue,
    /// Something is asked of each of a kind, and rows are grouped by something else.
    OtherEach,
    /// An average is taken where a sum or a count is asked for.
    UnaskedAverage,
    /// Days are limited of a column that the question says nothing of.
    OtherDays,
    /// A value is left out that the question asks for.
    AskedLeftOut,
    /// Rows are taken that share a value with those that fulfil the condition.
    WiderAgain,
    /// Single rows are shown, or one number of all, where something is asked of each of a kind.
    NotGrouped,
    /// How many there are is asked, and they are listed.
    NotCounted,
    /// An average is asked for, and none is computed.
    NoMean,
    /// A condition that says nothing beside another one.
    IdleCondition,
    /// Days are reckoned from the present one, of which the question says nothing.
    UnaskedNow,
    /// A length of time is asked for, and none is returned.
    NoLength,
    /// The question names a table that the query does not read.
    UntouchedTable,
    /// A sum is computed, or divided by a count, where the question asks for none.
    UnaskedSum,
    /// What is shown is what the rows are taken by.
    FixedShown,
}

/// Adds a reason.
pub(in crate::sql::suspicion) fn suspect(out: &mut Vec<Suspicion>, kind: SuspicionKind, sentence: impl Into<String>) {
    out.push(Suspicion { kind, sentence: sentence.into() });
}
