//! Words of questions, and what of SQL says them. English.

use crate::text::numbers::{WEEKDAYS, cardinal, month};
use crate::text::words::is_function_word;

/// Whether a word says in its way what one of the names of its line says.
pub(super) fn is_alike(word: &str, mut has: impl FnMut(&str) -> bool) -> bool {
    let fits = |line: &&(&str, &str)| line.0.split(' ').any(|other| other == word);
    ALIKE.iter().filter(fits).any(|(_, names)| names.split(' ').any(&mut has))
}

/// Words of questions, and names that keep what they are about.
const ALIKE: [(&str, &str); 13] = [
    ("cost costs costing costly priced pricey worth dear", "price cost amount fee fare value"),
    ("earn earns earning earned earner earners paid pay pays income", "salary wage income earnings compensation"),
    ("paid pay pays paying", "payer payment expense settlement charge"),
    ("spent spend spends spending", "expense payment cost price amount"),
    ("revenue turnover takings proceeds earnings", "price amount total sales revenue"),
    (
        "bought buy buys buying buyer buyers purchased purchases sold sell sells selling",
        "order sale purchase invoice receipt checkout transaction",
    ),
    ("wrote write writes written", "author writer"),
    ("sent send sends", "sender"),
    ("won win wins winning", "winner"),
    (
        "last lasts lasted lasting length long longer takes took take time",
        "duration seconds minutes runtime milliseconds julianday unixepoch",
    ),
    ("hours hour minutes minute days day seconds", "julianday unixepoch"),
    ("today now current currently presently nowadays still", "current now 9999"),
    ("weigh weighs weighing heavy light", "weight"),
];

/// The digits for a small number in words.
pub(super) fn digits_of(word: &str) -> Option<String> {
    let number = match word {
        "single" | "once" => Some(1),
        "twice" => Some(2),
        _ => cardinal(word),
    };
    number.map(|number| number.to_string())
}

/// Words and what of SQL says them.
pub(super) struct Form {
    pub(super) words: &'static str,
    pub(super) said_by: &'static str,
}

pub(super) const FORMS: [Form; 14] = [
    Form {
        words: "many number count total amount often frequency frequently times quantity popular common size",
        said_by: "count sum total limit",
    },
    Form { words: "average mean avg", said_by: "avg" },
    Form { words: "total sum overall altogether combined", said_by: "sum total count" },
    Form {
        words: "most maximum max highest largest biggest greatest latest newest recent recently last longest oldest best top tallest heaviest \
                fastest busiest richest popular common more higher larger earlier later older youngest frequent frequently expensive descending \
                reverse decreasing best-selling leading first big high large long old great rich dearest priciest costliest deepest widest \
                strongest farthest furthest",
        said_by: "max desc limit > >= order",
    },
    Form {
        words: "least minimum min lowest smallest earliest oldest first shortest youngest fewest worst cheapest fewer less lower smaller under \
                below before slowest lightest poorest rarest nearest closest ascending increasing low small short young cheap few early lexicographically \
                alphabetical alphabetically alphabetic",
        said_by: "min asc limit < <= order",
    },
    Form {
        words: "sorted sort order ordered rank ranked ranking arranged descending ascending alphabetical increasing decreasing",
        said_by: "order",
    },
    Form { words: "different distinct unique", said_by: "distinct group count" },
    Form { words: "each every per group grouped respective different type kind", said_by: "group distinct over" },
    Form {
        words: "both either neither also common shared except excluding without never not other besides",
        said_by: "intersect union except or not != <> in and having",
    },
    Form {
        words: "more greater above over larger higher exceed exceeds exceeding exceeded least older younger after later before below under less fewer lower smaller than between within equal equals same exactly \
                earlier up range start starting begin beginning end ending contain contains containing include substring letter",
        said_by: "> >= < <= between having = like in ==",
    },
    // A length or a weight may be kept in any unit: what is compared or computed says it.
    Form {
        words: "longer shorter heavier lighter second seconds minute minutes hour hours days week weeks months years gram grams kilo kilos \
                kilogram kilograms kg metre metres meter meters kilometre kilometres kilometer kilometers km kw kilowatt kilowatts kwh \
                euro euros dollar dollars pounds francs cents kb mb gb bytes kilobytes megabytes gigabytes \
                watt watts volt volts amp amps hertz degree degrees tonne tonnes lb lbs ounces mile miles feet ft inches yards litre litres liter liters gallons mph kmh celsius fahrenheit",
        said_by: "> >= < <= between * / order max min",
    },
    Form {
        words: "year month day date time percentage percent ratio difference rate share proportion fraction portion",
        said_by: "strftime date year / - julianday between substr like > < avg",
    },
    Form {
        words: "am pm o'clock noon midday midnight morning mornings afternoon afternoons evening evenings night nights weekend weekends \
                weekday weekdays",
        said_by: "strftime time substr hour",
    },
    // Parts and groups of units: half an hour, the first half of a year, a dozen.
    Form { words: "half quarter third dozen couple", said_by: "> >= < <= between * / limit" },
];

/// What is computed from places and sides: only a query that does so says these words, which may well name things of a database.
pub(super) const GEOMETRY: Form = Form {
    words: "distance distances origin hypotenuse diagonal magnitude norm root square squared cube",
    said_by: "sqrt pow power hypot",
};

/// Whether a word is about counting, sorting and comparing, which any database can do.
pub(super) fn is_about_form(word: &str) -> bool {
    digits_of(word).is_some()
        || month(word).is_some()
        || WEEKDAYS.iter().any(|day| day.eq_ignore_ascii_case(word.strip_suffix('s').unwrap_or(word)))
        || word.bytes().all(|b| b.is_ascii_digit())
        || FORMS.iter().any(|form| form.words.split_whitespace().any(|other| other == word))
}

/// Whether a word asks, or holds the question together, and so has nothing to account for.
pub(super) fn is_neutral(word: &str) -> bool {
    is_function_word(word) && !matches!(word, "most" | "more" | "few" | "once") || NEUTRAL.split_whitespace().any(|other| other == word)
}

const NEUTRAL: &str = "show list find return id ids tell display retrieve report print select compute calculate determine identify see know want wanted \
want like please please present corresponding respectively respective associated related information info details detail data database record \
records record value values table tables entry entries result results row rows column columns exist exists existing available used using \
use belong belongs belonging correspond whose named called listed stored given kind kinds type types sort way thing things person people \
nobody anybody anyone anything somebody someone something everybody everyone placed \
describe description following specific certain particular various make makes made take takes taken hold holds held live lives";
