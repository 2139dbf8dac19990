//! Names of tables and columns as words of a sentence.

/// Short forms that names use, and what a person says.
const SPELLED_OUT: [(&str, &str); 30] = [
    ("qty", "quantity"),
    ("num", "number"),
    ("nr", "number"),
    ("amt", "amount"),
    ("avg", "average"),
    ("desc", "description"),
    ("descr", "description"),
    ("addr", "address"),
    ("dept", "department"),
    ("emp", "employee"),
    ("cust", "customer"),
    ("prod", "product"),
    ("dob", "date of birth"),
    ("tel", "telephone"),
    ("lat", "latitude"),
    ("lng", "longitude"),
    ("lon", "longitude"),
    ("pct", "percentage"),
    ("yr", "year"),
    ("min", "minimum"),
    ("max", "maximum"),
    ("fname", "first name"),
    ("lname", "last name"),
    ("firstname", "first name"),
    ("lastname", "last name"),
    ("uname", "user name"),
    ("cnt", "count"),
    ("org", "organization"),
    ("mgr", "manager"),
    ("acct", "account"),
];

/// What is put before a table's name and means nothing to a reader.
const PREFIXES: [&str; 5] = ["tbl", "tb", "ref", "dim", "fact"];

/// Words whose plural is no rule's.
const IRREGULAR: [(&str, &str); 12] = [
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("foot", "feet"),
    ("series", "series"),
    ("species", "species"),
    ("staff", "staff"),
    ("data", "data"),
    ("media", "media"),
    ("aircraft", "aircraft"),
    ("datum", "data"),
];

/// What a year is called whose column is a participle.
const YEARS: [(&str, &str); 9] = [
    ("founded", "founding year"),
    ("born", "birth year"),
    ("built", "construction year"),
    ("established", "year of establishment"),
    ("opened", "opening year"),
    ("published", "publication year"),
    ("released", "release year"),
    ("created", "year of creation"),
    ("made", "year of making"),
];

/// Names that end in one say what is done there, and not what is there.
const PREPOSITIONS: [&str; 14] = ["in", "at", "on", "to", "from", "for", "by", "with", "of", "under", "near", "into", "through", "between"];

/// A thing, in one and in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noun {
    /// `invoice line`
    pub(super) one: String,
    /// `invoice lines`
    pub(super) many: String,
}

impl Noun {
    /// What the rows of the table called `name` are.
    pub(super) fn of_table(name: &str) -> Self {
        let mut words = words(name);
        while words.len() > 1 && words.first().is_some_and(|word| PREFIXES.contains(&word.as_str())) {
            words.remove(0);
        }
        let last = words.pop().unwrap_or_else(|| "row".into());
        let with = |last: String| words.iter().cloned().chain([last]).collect::<Vec<_>>().join(" ");
        let one = singular(&last);
        Self { many: with(plural(&one)), one: with(one) }
    }
}

/// The words of a name: `unitPrice_USD` gives `unit`, `price`, `usd`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            before = ' ';
            continue;
        }
        let begins = !before.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) || (c.is_numeric() != before.is_numeric());
        match words.last_mut().filter(|_| !begins) {
            Some(word) => word.extend(c.to_lowercase()),
            None => words.push(c.to_lowercase().collect()),
        }
        before = c;
    }
    let spelled = |word: String| SPELLED_OUT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| (*long).into());
    words.into_iter().map(spelled).collect()
}

/// A column's name in a sentence about the rows of its table: `customer_name` of a customer is a `name`.
pub(super) fn phrase(column: &str, table: &Noun) -> String {
    let words = words(column);
    let own: Vec<&str> = table.one.split(' ').collect();
    let shared = words.iter().zip(&own).take_while(|(word, own)| word == *own).count();
    let rest = if shared == own.len() && shared < words.len() { words.get(shared..).unwrap_or_default() } else { &words };
    match rest {
        [] => column.into(),
        // `hired_on`, `created_at`
        [before @ .., participle, last] if matches!(last.as_str(), "on" | "at") && is_participle(participle) => {
            before.iter().chain([participle]).cloned().chain(["date".to_owned()]).collect::<Vec<_>>().join(" ")
        }
        // `lives_in` is no thing that one has, or has several of.
        [_, .., last] if PREPOSITIONS.contains(&last.as_str()) => format!("\"{}\" value", rest.join(" ")),
        rest => rest.join(" "),
    }
}

/// A year that a participle alone stands for: `founded`.
pub(super) fn year_phrase(phrase: &str) -> Option<&'static str> {
    YEARS.iter().find(|(participle, _)| *participle == phrase).map(|(_, year)| *year)
}

/// A quantity whose name is a plural is a number of things: `stars`, `seconds`.
pub(super) fn quantity(phrase: &str) -> String {
    let last = phrase.rsplit(' ').next().unwrap_or_default();
    let things = phrase
        .strip_suffix(last)
        .map(str::trim_end)
        .filter(|_| is_participle(last))
        .map_or(last, |before| before.rsplit(' ').next().unwrap_or(last));
    let is_plural = singular(things) != things && !phrase.starts_with("number of ");
    if is_plural { format!("number of {phrase}") } else { phrase.into() }
}

fn is_participle(word: &str) -> bool {
    word.ends_with("ed") || ["written", "born", "built", "sold", "paid", "sent", "made", "held", "taken", "begun"].contains(&word)
}

/// The plural of the last word.
pub(super) fn plural(phrase: &str) -> String {
    let (before, last) = phrase.rsplit_once(' ').map_or(("", phrase), |(before, last)| (before, last));
    // `date of birth`: the head is the first word.
    if let Some((head, rest)) = phrase.split_once(" of ") {
        return format!("{} of {rest}", plural(head));
    }
    let join = |last: String| if before.is_empty() { last } else { format!("{before} {last}") };
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == last) {
        return join((*many).into());
    }
    // `hours played`: many of them are hours played.
    if before.rsplit(' ').next().is_some_and(|word| !word.is_empty()) && is_participle(last) {
        return format!("{} {last}", plural(before));
    }
    let one = singular(last);
    let last = if one == last { last } else { return join(last.to_owned()) };
    let ends = |end: &str| last.ends_with(end);
    join(if ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh") {
        format!("{last}es")
    } else if ends("y") && !last.ends_with(['a', 'e', 'i', 'o', 'u']) && !["ay", "ey", "oy", "uy"].iter().any(|end| ends(end)) {
        format!("{}ies", last.get(..last.len() - 1).unwrap_or_default())
    } else {
        format!("{last}s")
    })
}

/// The singular of a word; itself where it is one already.
pub(super) fn singular(word: &str) -> String {
    if let Some((one, _)) = IRREGULAR.iter().find(|(one, many)| *many == word || *one == word) {
        return (*one).into();
    }
    let cut = |n: usize| word.get(..word.len() - n).unwrap_or(word).to_owned();
    if word.len() > 4 && word.ends_with("ies") {
        format!("{}y", cut(3))
    } else if ["sses", "xes", "ches", "shes", "tuses"].iter().any(|end| word.ends_with(end)) && word.len() > 4 {
        cut(2)
    } else if word.len() > 3 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        cut(1)
    } else {
        word.into()
    }
}

/// `a` or `an` before `phrase`.
pub(super) fn article(phrase: &str) -> &'static str {
    let vowel = phrase.starts_with(['a', 'e', 'i', 'o', 'u']);
    // As it is spoken: a unit, a user, an hour.
    let spoken = ["uni", "use", "eu", "one", "uti"].iter().any(|start| phrase.starts_with(start));
    if (vowel && !spoken) || phrase.starts_with("hour") || phrase.starts_with("honor") { "an" } else { "a" }
}

/// `text` with a capital first.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(words("unitPrice_USD"), ["unit", "price", "usd"]);
        assert_eq!(words("Ref_Colors2"), ["ref", "colors", "2"]);
        assert_eq!(words("DOB"), ["date of birth"]);
        let pet = Noun::of_table("pets");
        let of = |column: &str| (phrase(column, &pet), plural(&phrase(column, &pet)));
        for (column, expected) in [("lives_in", "\"lives in\" value"), ("ValidFrom", "\"valid from\" value"), ("born", "born")] {
            assert_eq!(of(column).0, expected);
        }
        assert_eq!(of("lives_in").1, "\"lives in\" values");
        assert_eq!(
            (of("hired_on").0.as_str(), of("date_of_birth").1.as_str(), of("in").0.as_str()),
            ("hired date", "dates of birth", "in")
        );
        assert_eq!(phrase("customer_name", &Noun::of_table("Customers")), "name");
        assert_eq!(phrase("unit_price", &Noun::of_table("track")), "unit price");
        assert_eq!(phrase("track", &Noun::of_table("track")), "track");
        assert_eq!(phrase("hired_on", &Noun::of_table("employee")), "hired date");
        assert_eq!((plural("hours played"), quantity("hours played")), ("hours played".into(), "number of hours played".into()));
        assert_eq!(
            (quantity("stars"), quantity("price"), quantity("number of seats")),
            ("number of stars".into(), "price".into(), "number of seats".into())
        );
    }

    #[test]
    fn tables_become_nouns() {
        for (name, one, many) in [
            ("invoice_line", "invoice line", "invoice lines"),
            ("Categories", "category", "categories"),
            ("tbl_addresses", "address", "addresses"),
            ("Ref_Colors", "color", "colors"),
            ("people", "person", "people"),
            ("status", "status", "statuses"),
            ("boxes", "box", "boxes"),
            ("houses", "house", "houses"),
            ("day", "day", "days"),
        ] {
            assert_eq!(Noun::of_table(name), Noun { one: one.into(), many: many.into() }, "{name}");
        }
    }

    #[test]
    fn sentences_read_well() {
        assert_eq!(plural("date of birth"), "dates of birth");
        assert_eq!(
            (plural("country"), plural("stars"), plural("first and last name")),
            ("countries".into(), "stars".into(), "first and last names".into())
        );
        assert_eq!((article("hour"), article("unit price"), article("age"), article("city")), ("an", "a", "an", "a"));
        assert_eq!(capital("which?"), "Which?");
    }
}
