//! What tables and columns are called in a file: the habits of the people who made it.

use crate::random::Random;

/// How words become a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// `sign_up_date`
    Snake,
    /// `SignUpDate`
    Pascal,
    /// `signUpDate`
    Camel,
    /// `Sign Up Date`, in quotes.
    Spaced,
    /// `signupdate`
    Flat,
    /// `SIGN_UP_DATE`
    Upper,
    /// `Sign_up_date`
    Title,
}

/// How keys are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyName {
    /// `id`
    Plain,
    /// `owner_id`
    Own,
    /// `owner_no`
    Number,
    /// `id_owner`
    First,
}

/// The habits of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Naming {
    pub(super) case: Case,
    pub(super) keys: KeyName,
    /// Whether tables are called by the plural.
    pub(super) plural: bool,
    /// What stands before the names of tables.
    pub(super) prefix: &'static str,
    /// Whether long words are cut short.
    pub(super) short: bool,
    /// Whether columns repeat the table: `owner_name`.
    pub(super) repeat: bool,
}

/// Short forms that files use.
const SHORT: [(&str, &str); 44] = [
    ("quantity", "qty"),
    ("amount", "amt"),
    ("number", "no"),
    ("description", "descr"),
    ("address", "addr"),
    ("department", "dept"),
    ("employee", "emp"),
    ("customer", "cust"),
    ("product", "prod"),
    ("telephone", "tel"),
    ("phone", "tel"),
    ("temperature", "temp"),
    ("average", "avg"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("organisation", "org"),
    ("manager", "mgr"),
    ("account", "acct"),
    ("category", "cat"),
    ("message", "msg"),
    ("percentage", "pct"),
    ("reference", "ref"),
    ("registration", "reg"),
    ("position", "pos"),
    ("vehicle", "veh"),
    ("invoice", "inv"),
    ("payment", "pmt"),
    ("location", "loc"),
    ("distance", "dist"),
    ("duration", "dur"),
    ("capacity", "cap"),
    ("population", "pop"),
    ("supplier", "suppl"),
    ("delivery", "deliv"),
    ("country", "ctry"),
    ("building", "bldg"),
    ("language", "lang"),
    ("equipment", "equip"),
    ("appointment", "appt"),
    ("transaction", "txn"),
    ("experience", "exp"),
    ("weight", "wt"),
    ("height", "ht"),
    ("status", "stat"),
];

impl Naming {
    /// Habits by chance.
    pub(super) fn draw(random: &mut Random) -> Self {
        use Case::{Camel, Flat, Pascal, Snake, Spaced, Title, Upper};
        let cases = [Snake, Snake, Snake, Snake, Snake, Snake, Pascal, Pascal, Camel, Camel, Spaced, Flat, Upper, Title];
        let case = random.pick(&cases).copied().unwrap_or(Snake);
        use KeyName::{First, Number, Own, Plain};
        let keys = random.pick(&[Plain, Plain, Plain, Own, Own, Own, Number, First]).copied().unwrap_or(Own);
        let prefix = *random.pick(&["", "", "", "", "", "", "", "", "", "tbl", "t"]).unwrap_or(&"");
        let prefix = if matches!(case, Case::Spaced | Case::Flat) { "" } else { prefix };
        let short = random.once_in(6) && case != Case::Spaced;
        Self { case, keys, plural: random.once_in(2), prefix, short, repeat: random.once_in(4) }
    }

    /// A name of `words`.
    pub(super) fn name(&self, words: &str) -> String {
        let words: Vec<String> = words
            .split([' ', '-', '\''])
            .filter(|word| !word.is_empty())
            .map(|word| {
                if self.short { SHORT.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short) } else { word }.to_owned()
            })
            .collect();
        let upper = |word: &String| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
        };
        match self.case {
            Case::Snake => words.join("_").to_lowercase(),
            Case::Flat => words.concat().to_lowercase(),
            Case::Upper => words.join("_").to_uppercase(),
            Case::Pascal => words.iter().map(upper).collect(),
            Case::Spaced => words.iter().map(upper).collect::<Vec<_>>().join(" "),
            Case::Title => upper(&words.join("_").to_lowercase()),
            Case::Camel => {
                let pascal: String = words.iter().map(upper).collect();
                let mut chars = pascal.chars();
                chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
            }
        }
    }

    /// The name of a table.
    pub(super) fn table(&self, one: &str, many: &str) -> String {
        let words = if self.plural { many } else { one };
        if self.prefix.is_empty() { self.name(words) } else { self.name(&format!("{} {words}", self.prefix)) }
    }

    /// The key of the table whose rows are each called `one`.
    pub(super) fn key(&self, one: &str) -> String {
        match self.keys {
            KeyName::Plain => self.name("id"),
            KeyName::Own => self.name(&format!("{one} id")),
            KeyName::Number => self.name(&format!("{one} no")),
            KeyName::First => self.name(&format!("id {one}")),
        }
    }

    /// A key that points at what plays the part `role`.
    pub(super) fn reference(&self, role: &str) -> String {
        match self.keys {
            KeyName::Plain | KeyName::Own => self.name(&format!("{role} id")),
            KeyName::Number => self.name(&format!("{role} no")),
            KeyName::First => self.name(&format!("id {role}")),
        }
    }
}
