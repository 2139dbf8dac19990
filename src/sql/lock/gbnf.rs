//! The name lock as a grammar for servers that take one: GBNF, in the part that llama.cpp, vLLM and SGLang read alike, the last two by xgrammar
//! or by llguidance (which loses the noughts of `\u0080`, so that it is `\x80` here).
//!
//! A grammar without memory says less than the automaton; what it lets through is mended afterwards, as without a lock:
//! - where a table may stand, behind FROM and JOIN: the tables of the schema, behind the name of a file or not, functions that stand for tables, a
//!   bracket;
//! - anywhere else: words of SQL, functions, tables, columns, short aliases (`T1`, `s`), and whatever qualifies one of them (`boss.name`);
//! - behind an alias of another form, which may be used as a column from there on: any word, but no other table;
//! - in a query that begins with WITH, which makes tables of its own: any word.
//!
//! Which column belongs to which table it cannot say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::functions::{FUNCTIONS, TABLE_FUNCTIONS};
use super::words::{ROWID, SYSTEM_COLUMNS, SYSTEM_TABLES};
use crate::schema::Schema;

/// A larger grammar takes a server longer to read than it saves. Where columns do not fit, tables alone are locked.
pub const MOST_BYTES: usize = 64 << 10;
/// Brackets in brackets of a rule made of words: llguidance, by which some servers read grammars, takes 25 and not 30.
const DEEPEST: usize = 8;

/// Words of a query beside functions and names; types, collations, and the most usual names of what is counted among them. FROM and JOIN are looked at by themselves.
const WORDS: &str = "all and as asc between by case collate cross current current_date current_time current_timestamp desc distinct else end escape \
    except exclude exists explain false filter first following full glob group groups having in indexed inner intersect is isnull \
    last left like limit match materialized natural no not notnull null nulls of offset on or order others outer over partition plan \
    preceding query range recursive regexp right row rows select then ties true unbounded union using values when where window with \
    within ilike rlike similar fetch next only top interval day days month months year years hour hours minute minutes second \
    seconds integer int bigint smallint real float double precision numeric decimal text varchar char nvarchar blob boolean bool \
    datetime unsigned signed nocase binary rtrim main temp column1 column2 column3 to cnt num tot";

/// What stands in every grammar. `ws`: white space and comments; `sep`: what stands between words; `quoted`: strings and quoted names;
/// `short`: aliases that need no declaration; `any`: a word.
const FIXED: &str = r#"ws ::= [ \t\r\n] | "--" [^\n]* "\n"? | "/*" [^*]* "*/"
wc ::= [a-zA-Z0-9_\x80-\uFFFF]
any ::= [a-zA-Z_\x80-\uFFFF] wc*
short ::= [a-zA-Z] [a-zA-Z]? [0-9]? [0-9]?
number ::= [0-9] [0-9a-zA-Z_]* ("." [0-9]* ([eE] [+-]? [0-9]+)?)? | "." [0-9]+ ([eE] [+-]? [0-9]+)?
string ::= "'" ([^'] | "''")* "'"
quoted ::= "\"" ([^"] | "\"\"")* "\"" | "`" [^`\n]+ "`" | "[" [^\]\n]+ "]"
sep ::= ws | string | quoted ("." (quoted | "*" | known))* | [-+*/%|&<>=!~(),?]
distinct ::= [dD] [iI] [sS] [tT] [iI] [nN] [cC] [tT] ws+ [fF] [rR] [oO] [mM]
named ::= ([iI] [nN] [dD] [eE] [xX] [eE] [dD] ws+ [bB] [yY] | [cC] [oO] [lL] [lL] [aA] [tT] [eE] | [oO] [vV] [eE] [rR] | [wW] [iI] [nN] [dD] [oO] [wW]) ws+ any | [:@$] any
from ::= [fF] [rR] [oO] [mM] | [jJ] [oO] [iI] [nN]
as ::= [aA] [sS]
inner ::= from ws* "("
source ::= from ws+ (file ".")? table
unit ::= known | (any ".")+ (quoted | "*" | known) | number | distinct | named | source
closed ::= sep* (unit sep+ | inner sep*)*
freeunit ::= (any ".")* (free | quoted | "*") | number | distinct | source
loose ::= sep* (freeunit sep+ | inner sep*)* freeunit?
opening ::= (from ws+ (file ".")?)? (as | table) ws+ fresh | unit? sep* ")" ws* fresh
query ::= closed unit? | closed opening (sep loose)? | closed (unit? sep* "(" | inner) ws* with
closing ::= ws* (";" ws*)? ("```" ws*)?
with ::= [wW] [iI] [tT] [hH] ([^;`'"] | string | quoted)+
root ::= ws* ("```" [a-z]* "\n" ws*)? (with | first (sep query)?) closing
first ::= [sS] [eE] [lL] [eE] [cC] [tT] | [vV] [aA] [lL] [uU] [eE] [sS] | [eE] [xX] [pP] [lL] [aA] [iI] [nN]
"#;

/// The grammar of `schema`, of [`MOST_BYTES`] at most; `None` where not even its tables fit.
pub fn gbnf(schema: &Schema) -> Option<String> {
    let schema = &*schema.readable();
    let tables = schema.tables.iter().map(|table| table.name.as_str());
    let places: Vec<&str> = tables.clone().chain(SYSTEM_TABLES).chain(TABLE_FUNCTIONS.iter().map(|(name, _)| *name)).collect();
    let columns = schema.tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
    let of_functions = TABLE_FUNCTIONS.iter().flat_map(|(name, columns)| std::iter::once(*name).chain(columns.iter().copied()));
    let own = WORDS.split(' ').chain(FUNCTIONS).chain(SYSTEM_TABLES).chain(SYSTEM_COLUMNS).chain(ROWID);
    // What stands behind these two is looked at, also where a column is called so: that one needs quotes.
    let before_table = |word: &&str| !["from", "join"].iter().any(|own| word.eq_ignore_ascii_case(own));
    let known: Trie = own.chain(of_functions).chain(tables).chain(columns).filter(before_table).collect();
    let files: BTreeSet<&str> = schema.tables.iter().filter_map(|table| table.database.as_deref()).chain(["main", "temp"]).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let mut shared = Shared::default();
    let table = places_rule("table", &places, &mut shared) + &places_rule("file", &files, &mut shared);
    // Words that may stand anywhere but are no table's beginning.
    let taken: Trie = ["from", "join"].into_iter().collect();
    let free = taken.others(false, &mut shared);
    let common = format!("{FIXED}{table}{SHORT}free ::= {free}\n");
    let mut with_words = shared.clone();
    let words = known.rule(&mut with_words);
    let locked = format!("{common}known ::= {words} | short\n");
    let strict = || {
        let mut shared = with_words.clone();
        let fresh = known.clone().with(["from", "join"]).others(true, &mut shared);
        format!("{locked}fresh ::= {fresh}\n{}", shared.rules())
    };
    // Which words are aliases is said with all other words, or by their length alone, or nothing of columns is said.
    let middle = || format!("{locked}fresh ::= [a-zA-Z_\\x80-\\uFFFF] wc wc wc+\n{}", with_words.rules());
    let tables_alone = || format!("{common}known ::= free\nfresh ::= free\n{}", shared.rules());
    let fits = |text: &String| text.len() <= MOST_BYTES;
    // All other words take more than these do.
    let small = 2 * words.len() <= MOST_BYTES;
    let fitting = |text: String| Some(text).filter(fits);
    small.then(strict).and_then(fitting).or_else(|| fitting(middle())).or_else(|| fitting(tables_alone()))
}

/// Parts of rules that come back, each said once.
#[derive(Debug, Clone, Default)]
struct Shared(BTreeMap<String, usize>);

impl Shared {
    /// What `text` is called.
    fn name(&mut self, text: String) -> String {
        let next = self.0.len();
        format!("o{}", self.0.entry(text).or_insert(next))
    }

    /// `text` as one part, `deep` brackets deep: in brackets, or by a name.
    fn part(&mut self, text: String, deep: usize) -> String {
        if deep == DEEPEST { self.name(text) } else { format!("({text})") }
    }

    fn rules(&self) -> String {
        self.0.iter().map(|(text, number)| format!("o{number} ::= {text}\n")).collect()
    }
}

/// How deep what stands in brackets is, which are `deep` themselves.
fn within(deep: usize) -> usize {
    if deep == DEEPEST { 0 } else { deep + 1 }
}

/// The rule `called` for names of tables or of their files, in the ways they can be quoted.
fn places_rule(called: &str, places: &[&str], shared: &mut Shared) -> String {
    let bare: Trie = places.iter().copied().filter(|name| name.chars().all(is_word)).collect();
    let easy: Trie = places.iter().copied().filter(|name| !name.contains(['"', '`', '[', ']'])).collect();
    let quoted = [("\\\"", "\\\""), ("`", "`"), ("[", "]")].map(|(open, close)| format!(" | \"{open}\" {called}quoted \"{close}\""));
    let mut rule = format!("{called} ::= {}{}", bare.rule(shared), quoted.concat());
    for name in places.iter().filter(|name| name.contains(['"', '`', '[', ']'])) {
        let _ = write!(rule, " | {}", literal(&format!("\"{}\"", name.replace('"', "\"\""))));
        if !name.contains('`') {
            let _ = write!(rule, " | {}", literal(&format!("`{name}`")));
        }
    }
    let _ = writeln!(rule, "\n{called}quoted ::= {}", easy.rule(shared));
    rule
}

/// A word's characters, as far as a grammar tells them.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c >= '\u{80}'
}

/// Words by their letters, without case where that is ASCII's.
#[derive(Debug, Clone, Default)]
struct Trie {
    ends: bool,
    next: BTreeMap<char, Trie>,
}

impl<'a> FromIterator<&'a str> for Trie {
    fn from_iter<T: IntoIterator<Item = &'a str>>(words: T) -> Self {
        Self::default().with(words)
    }
}

impl Trie {
    fn with<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            let mut at = &mut self;
            for c in word.chars() {
                at = at.next.entry(c.to_ascii_lowercase()).or_default();
            }
            at.ends = true;
        }
        self
    }

    /// All words.
    fn rule(&self, shared: &mut Shared) -> String {
        let mut out = String::new();
        self.write(0, shared, &mut out);
        // An empty list of words: nothing matches.
        if out.is_empty() { "[^\\x00-\\uFFFF]".into() } else { out }
    }

    fn write(&self, deep: usize, shared: &mut Shared, out: &mut String) {
        for (at, (&c, next)) in self.next.iter().enumerate() {
            if at > 0 {
                out.push('|');
            }
            class(c, out);
            match (next.ends, next.next.len()) {
                (_, 0) => {}
                (false, 1) => {
                    out.push(' ');
                    next.write(deep, shared, out);
                }
                (ends, _) => {
                    let mut text = String::new();
                    next.write(within(deep), shared, &mut text);
                    out.push(' ');
                    out.push_str(&shared.part(text, deep));
                    out.push_str(if ends { "?" } else { "" });
                }
            }
        }
    }

    /// All words but these; with `long`, also but short ones.
    fn others(&self, long: bool, shared: &mut Shared) -> String {
        let mut out = String::new();
        self.write_others(if long { Short::Begin } else { Short::Not }, true, 0, shared, &mut out);
        out
    }

    fn write_others(&self, short: Short, first: bool, deep: usize, shared: &mut Shared, out: &mut String) {
        let mut alternatives: Vec<String> = Vec::new();
        for (&c, next) in self.next.iter().filter(|(c, _)| is_word(**c) && !(first && c.is_ascii_digit())) {
            let mut text = String::new();
            class(c, &mut text);
            text.push(' ');
            let after = short.step(c);
            let ends = !next.ends && !after.is_whole();
            match (next.next.is_empty(), after) {
                (true, Short::Not) => text.push_str(if ends { "wc*" } else { "wc+" }),
                (true, after) => text.push_str(after.rule()),
                (false, _) => {
                    let mut more = String::new();
                    next.write_others(after, false, within(deep), shared, &mut more);
                    text.push_str(&shared.part(more, deep));
                    text.push_str(if ends { "?" } else { "" });
                }
            }
            alternatives.push(text);
        }
        let taken: BTreeSet<char> = self.next.keys().copied().collect();
        let letters = ranges('a'..='z', &taken);
        let letters = format!("{letters}{}", letters.to_ascii_uppercase());
        let digits = if first { String::new() } else { ranges('0'..='9', &taken) };
        let line = format!("{}\\x80-\\uFFFF", if taken.contains(&'_') { "" } else { "_" });
        let mut more: Vec<(String, Short)> = Vec::new();
        for (set, after) in [(letters, short.step('a')), (digits, short.step('0')), (line, Short::Not)] {
            match more.last_mut() {
                Some((earlier, same)) if *same == after => earlier.push_str(&set),
                _ => more.push((set, after)),
            }
        }
        let more = more.into_iter().filter(|(set, _)| !set.is_empty()).map(|(set, after)| match after {
            Short::Not => format!("[{set}] wc*"),
            after => format!("[{set}] {}", after.rule()),
        });
        alternatives.push(shared.name(more.collect::<Vec<_>>().join("|")));
        out.push_str(&alternatives.join("|"));
    }
}

/// How much of a short alias has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Short {
    Begin,
    Letter,
    Letters,
    Digit,
    Digits,
    /// It is longer than that.
    Not,
}

impl Short {
    fn step(self, c: char) -> Self {
        match (self, c.is_ascii_alphabetic(), c.is_ascii_digit()) {
            (Self::Begin, true, _) => Self::Letter,
            (Self::Letter, true, _) => Self::Letters,
            (Self::Letter | Self::Letters, _, true) => Self::Digit,
            (Self::Digit, _, true) => Self::Digits,
            _ => Self::Not,
        }
    }

    fn is_whole(self) -> bool {
        !matches!(self, Self::Begin | Self::Not)
    }

    /// The rule for what makes it longer than a short alias.
    fn rule(self) -> &'static str {
        match self {
            Self::Letter => "s1",
            Self::Letters => "s2",
            Self::Digit => "s3",
            Self::Digits | Self::Begin | Self::Not => "wc+",
        }
    }
}

/// Those of `all` that are not `taken`, as a class writes them.
fn ranges(all: std::ops::RangeInclusive<char>, taken: &BTreeSet<char>) -> String {
    let mut runs: Vec<(char, char)> = Vec::new();
    for c in all.filter(|c| !taken.contains(c)) {
        match runs.last_mut() {
            Some((_, end)) if u32::from(*end) + 1 == u32::from(c) => *end = c,
            _ => runs.push((c, c)),
        }
    }
    let run = |(from, to): (char, char)| match u32::from(to) - u32::from(from) {
        0 => from.to_string(),
        1 => format!("{from}{to}"),
        _ => format!("{from}-{to}"),
    };
    runs.into_iter().map(run).collect()
}

/// Endings that make a short alias a longer word.
const SHORT: &str = r#"s1 ::= [a-zA-Z] s2|[0-9] s3|[_\x80-\uFFFF] wc*
s2 ::= [0-9] s3|[a-zA-Z_\x80-\uFFFF] wc*
s3 ::= [0-9] wc+|[a-zA-Z_\x80-\uFFFF] wc*
"#;

/// One character, in either case.
fn class(c: char, out: &mut String) {
    if c.is_ascii_alphabetic() {
        out.extend(['[', c, c.to_ascii_uppercase(), ']']);
    } else {
        out.push_str(&literal(&c.to_string()));
    }
}

/// A text as it is.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
