//! Words that say which end of an order comes first, and what they are said of.

/// Words that say which end comes first: `true` for the greatest.
pub(super) const ENDS: [(&str, bool); 31] = [
    ("highest", true),
    ("largest", true),
    ("biggest", true),
    ("greatest", true),
    ("most", true),
    ("best", true),
    ("top", true),
    ("lowest", false),
    ("smallest", false),
    ("least", false),
    ("fewest", false),
    ("worst", false),
    ("bottom", false),
    ("newest", true),
    ("latest", true),
    ("youngest", true),
    ("oldest", false),
    ("earliest", false),
    ("cheapest", false),
    ("dearest", true),
    ("priciest", true),
    ("longest", true),
    ("shortest", false),
    ("heaviest", true),
    ("lightest", false),
    ("strongest", true),
    ("weakest", false),
    ("tallest", true),
    ("fastest", true),
    ("slowest", false),
    ("busiest", true),
];
/// Columns that such a word is of, by their names.
pub(super) const OF: [(&[&str], &[&str]); 12] = [
    (&["cheapest", "dearest", "priciest", "expensive"], &["price", "cost", "fee", "fare"]),
    (&["longest", "shortest"], &["second", "minute", "hour", "duration", "length", "night"]),
    (&["heaviest", "lightest"], &["weight"]),
    (&["strongest", "weakest"], &["power", "strength"]),
    (&["tallest"], &["height"]),
    (&["fastest", "slowest"], &["speed"]),
    (&["experienced"], &["experience", "year"]),
    (&["popular"], &["popularity", "view", "play", "download"]),
    (&["powerful"], &["power", "horsepower", "hp"]),
    (&["populous", "populated"], &["population", "inhabitants"]),
    (&["valuable"], &["value", "worth"]),
    (&["best", "worst"], &["rating", "score", "mark", "star", "grade"]),
];
/// Words that speak of time: of people, of when they were born.
pub(super) const OF_TIME: [&str; 5] = ["newest", "latest", "earliest", "oldest", "youngest"];
/// Those that an age tells, where one is kept.
pub(super) const OF_AGE: [&str; 2] = ["oldest", "youngest"];
/// What stands behind "most" and "least".
pub(super) const MOST: [&str; 7] = ["expensive", "experienced", "popular", "powerful", "populous", "populated", "valuable"];
/// What is said of how many rows a group has.
pub(super) const COUNTED: [&str; 4] = ["common", "frequent", "popular", "busiest"];
