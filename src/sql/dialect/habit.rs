//! Whose habits a statement has: which databases take all that it says.
//!
//! Some texts run in several databases and give another value in each (`STDDEV`, `LOG(100)`, `7 / 2`). What else stands in the statement
//! says whose it is; after that SQLite's meaning holds where SQLite takes the text, and then the types that the schema is declared with.

use crate::schema::Schema;
use crate::sql::lex::TokenKind;
use crate::sql::tokens::Tokens;

/// A set of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Engines(u8);

pub(super) const PG: Engines = Engines(1);
pub(super) const MY: Engines = Engines(2);
pub(super) const DU: Engines = Engines(4);
pub(super) const LITE: Engines = Engines(8);
/// SQL Server, Oracle and others.
pub(super) const OTHER: Engines = Engines(16);
const ALL: Engines = Engines(31);

impl Engines {
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of these are among `other`.
    pub(super) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    fn names(self) -> String {
        let all = [(LITE, "SQLite"), (PG, "PostgreSQL"), (MY, "MySQL"), (DU, "DuckDB"), (OTHER, "SQL Server")];
        let names: Vec<&str> = all.iter().filter(|(engine, _)| self.meets(*engine)).map(|(_, name)| *name).collect();
        match names.as_slice() {
            [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
            _ => names.concat(),
        }
    }
}

/// A text that means several things: in which databases what.
#[derive(Debug)]
pub(super) struct Dispute {
    pub(super) meanings: &'static [(Engines, &'static str)],
    pub(super) lean: Lean,
}

/// Which meaning is taken where the statement leaves several open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    /// SQLite's, where it takes the text.
    Sqlite,
    /// The others', unless the statement is SQLite's alone: nobody means what SQLite makes of it.
    Others,
    /// The first, whoever wrote it: more is found so.
    First,
    /// PostgreSQL's, unless SQLite or MySQL may be meant.
    Postgres,
}

/// Whose a statement is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    /// Those that take all of it.
    engines: Engines,
    /// The one whose types the schema has; empty where that cannot be told.
    schema: Engines,
    /// Which of the others, where it says so.
    vendor: Option<Vendor>,
}

/// A database among the others that reads some texts in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vendor {
    Oracle,
    Snowflake,
}

/// Functions that only Snowflake has.
const SNOWFLAKES: [&str; 12] = [
    "zeroifnull",
    "nullifzero",
    "div0",
    "div0null",
    "to_varchar",
    "try_to_number",
    "try_to_date",
    "equal_null",
    "dayofweekiso",
    "boolor_agg",
    "booland_agg",
    "date_from_parts",
];

const PG_DU: Engines = PG.or(DU);
const MY_DU: Engines = MY.or(DU);
const NOT_MY: Engines = PG.or(DU).or(LITE).or(OTHER);
const NOT_LITE: Engines = PG.or(MY).or(DU).or(OTHER);

/// Functions that not all have.
const CALLS: [(&[&str], Engines); 19] = [
    (
        &[
            "date_format",
            "str_to_date",
            "curdate",
            "curtime",
            "timestampdiff",
            "timestampadd",
            "find_in_set",
            "substring_index",
            "elt",
            "field",
            "period_diff",
            "period_add",
            "to_days",
            "from_days",
            "makedate",
            "time_to_sec",
            "sec_to_time",
            "truncate",
            "adddate",
            "subdate",
            "locate",
            "insert",
            "from_unixtime",
            "unix_timestamp",
            "std",
            "rlike",
            "addtime",
            "ucase",
            "lcase",
            "mid",
            "group_concat_max_len",
            "inet_aton",
            "json_unquote",
            "convert_tz",
            "utc_timestamp",
            "strcmp",
            "bit_count",
        ],
        MY,
    ),
    (
        &["year", "month", "day", "hour", "minute", "second", "quarter", "dayofmonth", "datepart", "monthname", "dayname", "dayofyear"],
        MY.or(DU).or(OTHER),
    ),
    (&["week", "weekofyear", "yearweek", "weekday", "dayofweek", "last_day", "date_add", "date_sub"], MY_DU),
    (&["extract", "now", "nvl"], NOT_LITE),
    (&["to_char", "to_date", "to_number", "to_timestamp"], PG.or(OTHER)),
    (&["date_part", "date_trunc", "age", "make_date", "bool_or", "bool_and", "array_agg"], PG_DU),
    // What we have and others lack.
    (&["split_part", "starts_with"], LITE.or(PG).or(DU)),
    (&["median", "arg_max", "arg_min", "max_by", "min_by", "count_if", "contains", "regexp_extract"], LITE.or(DU)),
    (&["every", "regexp_split_to_table", "make_interval", "jsonb_build_object", "to_jsonb"], PG),
    (
        &[
            "strptime",
            "quantile_cont",
            "quantile_disc",
            "quantile",
            "list_contains",
            "string_split",
            "regexp_full_match",
            "isodow",
            "isoyear",
            "date_diff",
            "epoch_ms",
            "list",
            "list_value",
            "str_split",
            "try_strptime",
            "datesub",
            "strlen",
        ],
        DU,
    ),
    (&["instr", "ifnull", "json_extract"], LITE.or(MY).or(DU)),
    (&["strftime", "typeof", "printf"], LITE.or(DU)),
    (&["julianday", "unixepoch", "total", "randomblob", "datetime", "json_each"], LITE),
    (&["iif"], LITE.or(OTHER)),
    (&["group_concat", "time"], LITE.or(MY).or(DU)),
    (&["string_agg", "generate_series"], LITE.or(PG_DU).or(OTHER)),
    (&["getdate", "dateadd", "charindex", "isnull", "len", "eomonth", "stuff", "nvl2", "listagg", "add_months", "sysdatetime"], OTHER),
    (&["curdate", "if"], MY_DU.or(LITE)),
    (&["char_length", "character_length", "position"], PG.or(MY).or(DU)),
];

impl Habit {
    /// Of a statement over a schema.
    pub(super) fn of(tokens: &Tokens<'_>, schema: &Schema) -> Self {
        let mut engines = ALL;
        for at in 0..tokens.len() {
            let narrower = engines.and(said_at(tokens, at));
            // A mixture is nobody's: what was known before holds.
            if narrower != Engines(0) {
                engines = narrower;
            }
        }
        Self { engines, schema: engines_of(schema), vendor: vendor(tokens, engines) }
    }

    /// Whether it is Oracle's, where an empty text is NULL.
    pub(super) fn is_oracles(self) -> bool {
        self.vendor == Some(Vendor::Oracle)
    }

    /// Whether it is Snowflake's.
    pub(super) fn is_snowflakes(self) -> bool {
        self.vendor == Some(Vendor::Snowflake)
    }

    /// Whether only some of these take the statement.
    pub(super) fn is_within(self, engines: Engines) -> bool {
        self.engines.within(engines)
    }

    /// Whether one of these takes it.
    pub(super) fn has(self, engines: Engines) -> bool {
        self.engines.meets(engines)
    }

    /// Whether SQLite takes it as it stands.
    pub(super) fn is_sqlites(self) -> bool {
        self.engines.meets(LITE)
    }

    /// Which of the meanings is taken.
    pub(super) fn pick(self, dispute: &Dispute) -> usize {
        let place = |engine: Engines| dispute.meanings.iter().position(|(engines, _)| engines.meets(engine));
        match dispute.lean {
            Lean::First => return 0,
            Lean::Others => {
                let of = |at: usize| dispute.meanings.get(at).map_or(LITE, |(engines, _)| *engines);
                let sqlites = place(LITE).unwrap_or(0);
                let other = (0..dispute.meanings.len()).find(|&at| at != sqlites);
                return if self.is_within(of(sqlites)) { sqlites } else { other.unwrap_or(sqlites) };
            }
            Lean::Postgres if !self.is_sqlites() && self.has(PG) && !self.has(MY) => return place(PG).unwrap_or(0),
            Lean::Sqlite | Lean::Postgres => {}
        }
        let sqlites = place(LITE).filter(|&at| dispute.meanings.get(at).is_some_and(|(engines, _)| engines.meets(self.engines)));
        let order = [self.schema.and(self.engines), PG, MY, DU, OTHER];
        let first = || order.into_iter().filter(|engine| engine.meets(self.engines)).find_map(place);
        sqlites.or_else(first).unwrap_or(0)
    }

    /// What is said where the statement leaves open which of the meanings it has: the one taken, and the others.
    pub(super) fn says(self, dispute: &Dispute, picked: usize) -> Option<String> {
        let open: Vec<(usize, Engines, &str)> = dispute
            .meanings
            .iter()
            .enumerate()
            .map(|(at, (engines, says))| (at, engines.and(self.engines), *says))
            .filter(|(at, engines, _)| *at == picked || *engines != Engines(0))
            .collect();
        let (_, _, taken) = open.iter().find(|(at, ..)| *at == picked)?;
        let whole = dispute.meanings.get(picked)?.0;
        let others: Vec<String> =
            open.iter().filter(|(at, ..)| *at != picked).map(|(_, engines, says)| format!("{}: {says}", engines.names())).collect();
        (!others.is_empty()).then(|| format!("{taken}, as in {} ({})", whole.names(), others.join("; ")))
    }
}

/// Which of the others a statement is of: Oracle where it reads from DUAL or has its words for the day and the row.
fn vendor(tokens: &Tokens<'_>, engines: Engines) -> Option<Vendor> {
    let mut places = 0..tokens.len();
    if places.clone().any(|at| tokens.is(at, &SNOWFLAKES) && tokens.call(at).is_some()) {
        return Some(Vendor::Snowflake);
    }
    let is_oracles = |at: usize| {
        let dual = tokens.is(at, &["dual"]) && tokens.before(at).eq_ignore_ascii_case("from");
        dual || tokens.is(at, &["sysdate", "rownum"]) && tokens.text(at + 1) != "(" && tokens.before(at) != "."
    };
    (engines.meets(OTHER) && places.any(is_oracles)).then_some(Vendor::Oracle)
}

/// The databases that take what stands at token `at`.
fn said_at(tokens: &Tokens<'_>, at: usize) -> Engines {
    let next = |words: &[&str]| tokens.is(at + 1, words);
    match tokens.kind(at) {
        Some(TokenKind::Parameter) if tokens.text(at).starts_with("::") => return PG_DU,
        Some(TokenKind::Operator | TokenKind::Unknown) => {
            return match tokens.text(at) {
                "/" if tokens.text(at + 1) == "/" => DU,
                "*" if tokens.text(at + 1) == "*" => DU,
                "||" => NOT_MY,
                "&" if tokens.text(at + 1) == "&" => MY,
                "~" if tokens.operand_before(at).is_some() => PG_DU,
                "<=" if tokens.text(at + 1) == ">" => MY,
                _ => ALL,
            };
        }
        Some(TokenKind::Word) => {}
        _ => return ALL,
    }
    let is = |word: &str| tokens.is(at, &[word]);
    let string = tokens.kind(at + 1) == Some(TokenKind::String);
    match () {
        _ if is("ilike") || is("similar") && next(&["to"]) => PG_DU,
        _ if (is("date") || is("timestamp")) && string => PG_DU.or(OTHER),
        _ if is("interval") && string && tokens.text(at + 1).contains(' ') => PG_DU,
        _ if is("interval") && tokens.kind(at + 1) == Some(TokenKind::Number) => MY_DU,
        _ if is("separator") || is("rlike") || is("div") && tokens.operand_before(at).is_some() => MY,
        _ if is("with") && next(&["rollup"]) => MY,
        _ if is("qualify") || is("exclude") && tokens.text(at + 1) == "(" => DU.or(OTHER),
        _ if is("distinct") && next(&["on"]) => PG_DU,
        _ if is("within") && next(&["group"]) => PG_DU.or(OTHER),
        _ if is("top") && tokens.before(at).eq_ignore_ascii_case("select") => OTHER,
        _ if is("values") && named_values(tokens, at) => PG_DU,
        _ if is("limit") && tokens.text(at + 2) == "," => LITE.or(MY),
        _ if is("glob") => LITE,
        _ if (is("signed") || is("unsigned")) && (tokens.text(at + 1) == ")" || tokens.before(at) == "as") => MY,
        _ => said_by_call(tokens, at),
    }
}

/// The databases that have the function called at token `at`.
fn said_by_call(tokens: &Tokens<'_>, at: usize) -> Engines {
    let Some(call) = tokens.call(at) else { return ALL };
    let word = tokens.text(at).to_ascii_lowercase();
    let known = CALLS.iter().filter(|(names, _)| names.contains(&word.as_str()));
    let said = known.fold(ALL, |engines, (_, some)| engines.and(*some));
    match (word.as_str(), call.arguments.len()) {
        ("date" | "time", 2..) => LITE,
        // The others want to be told what a text is.
        ("extract", 1) if tokens.kind(call.close - 1) == Some(TokenKind::String) && tokens.is(call.close - 2, &["from"]) => MY.or(OTHER),
        ("date_sub" | "datediff", 3) => DU.or(OTHER),
        ("datediff", _) => MY,
        _ => said,
    }
}

/// `(VALUES ...) v(a, b)`.
fn named_values(tokens: &Tokens<'_>, at: usize) -> bool {
    let close = at.checked_sub(1).filter(|open| tokens.text(*open) == "(").and_then(|open| tokens.close(open));
    close.is_some_and(|close| {
        let name = close + 1 + usize::from(tokens.is(close + 1, &["as"]));
        tokens.kind(name) == Some(TokenKind::Word) && tokens.text(name + 1) == "("
    })
}

/// The database whose types the schema's columns are declared with.
fn engines_of(schema: &Schema) -> Engines {
    let (mut pg, mut my) = (0usize, 0usize);
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        let declared = column.declared_type.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        pg +=
            usize::from(says(&["character varying", "without time zone", "with time zone", "serial", "bytea", "double precision", "int4"]));
        my += usize::from(says(&["int(", "unsigned", "mediumtext", "longtext", "enum(", "year(", "double("]));
    }
    match pg.cmp(&my) {
        std::cmp::Ordering::Greater => PG,
        std::cmp::Ordering::Less => MY,
        std::cmp::Ordering::Equal => Engines(0),
    }
}
