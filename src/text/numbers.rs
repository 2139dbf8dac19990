//! Words for whole numbers, for units of time, for months and days of the week.

/// Words for the numbers below twenty, from one on.
const ONES: [&str; 19] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// Words for the tens, from twenty on.
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Names of a unit of time.
pub const MILLISECONDS: &[&str] = &["ms", "millisecond", "milliseconds"];
/// Names of a unit of time.
pub const SECONDS: &[&str] = &["s", "sec", "secs", "second", "seconds"];
/// Names of a unit of time.
pub const MINUTES: &[&str] = &["min", "mins", "minute", "minutes"];
/// Names of a unit of time.
pub const HOURS: &[&str] = &["h", "hr", "hrs", "hour", "hours"];
/// Names of a unit of time.
pub const DAYS: &[&str] = &["day", "days"];
/// Names of a unit of time.
pub const WEEKS: &[&str] = &["week", "weeks"];

/// From January on.
pub const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/// From Sunday on.
pub const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The month, 1 to 12, that `word` is the name of, in any case.
pub fn month(word: &str) -> Option<u32> {
    MONTHS.iter().zip(1..).find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, month)| month)
}

/// Letters of a month's or a day's name that is cut short.
pub const SHORT_NAME: usize = 3;

/// Which of `names` (of months, of days) `text` is, whole or in its first three letters, in any case.
pub fn named_place(names: &[&str], text: &str) -> Option<usize> {
    let is = |name: &&str| name.eq_ignore_ascii_case(text) || name.get(..SHORT_NAME).is_some_and(|short| short.eq_ignore_ascii_case(text));
    names.iter().position(is)
}

/// The number from 1 to 90 that `word`, in lower case, is the name of.
pub fn cardinal(word: &str) -> Option<u8> {
    let place = |names: &[&str]| names.iter().position(|name| *name == word).and_then(|at| u8::try_from(at).ok());
    place(&ONES).map(|at| at + 1).or_else(|| place(&TENS).map(|at| 10 * (at + 2)))
}

/// What multiplies the number before it.
pub const MULTIPLIERS: &[(&[&str], f64)] = &[
    (&["dozen", "dozens"], 12.0),
    (&["hundred", "hundreds"], 100.0),
    (&["thousand", "thousands", "k", "grand"], 1e3),
    (&["million", "millions", "m", "mio", "mn"], 1e6),
    (&["billion", "billions", "bn", "b"], 1e9),
    (&["trillion", "trillions", "tn"], 1e12),
];

/// Words that ask for a share.
pub const SHARES: &[&str] = &["percent", "percentage", "percentages", "share", "shares", "proportion", "fraction", "ratio"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_numbers() {
        for (word, number) in
            [("one", Some(1)), ("nineteen", Some(19)), ("twenty", Some(20)), ("ninety", Some(90)), ("zero", None), ("a", None)]
        {
            assert_eq!(cardinal(word), number, "{word}");
        }
        assert_eq!([month("march"), month("December"), month("mar"), month("")], [Some(3), Some(12), None, None]);
    }
}
