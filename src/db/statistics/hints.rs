//! What a column's name and declared type say of its numbers.

use super::languages::is_moment;
use crate::schema::TimeUnit;

/// Words that say when something was.
const TIME: &[&str] = &[
    "date",
    "dates",
    "time",
    "times",
    "datetime",
    "timestamp",
    "timestamps",
    "ts",
    "tstamp",
    "stamp",
    "epoch",
    "when",
    "at",
    "mtime",
    "ctime",
    "atime",
    "btime",
    "crtime",
    "utime",
    "utc",
    "gmt",
    "created",
    "updated",
    "modified",
    "changed",
    "deleted",
    "expires",
    "expiry",
    "expire",
    "expiration",
    "expired",
    "birthday",
    "birthdate",
    "dob",
    "born",
    "julian",
    "jd",
    "julianday",
    "filetime",
    "prtime",
    "ymd",
    "yyyymmdd",
    "unix",
    "posix",
    "datum",
    "zeit",
    "fecha",
    "hora",
    "dato",
    "dag",
    "instant",
    "moment",
    "occurred",
    "crdate",
    "ctimestamp",
    "mtimestamp",
    "datestamp",
    "timecreated",
    "dateadded",
    "datemodified",
    "lastmodified",
    "lastused",
    "starttime",
    "endtime",
    "playdate",
    "ole",
    "webkit",
    "cocoa",
];
/// Words that say it less plainly.
const PERHAPS: &[&str] = &[
    "added",
    "published",
    "sent",
    "received",
    "seen",
    "start",
    "started",
    "end",
    "ended",
    "finish",
    "finished",
    "begin",
    "began",
    "since",
    "until",
    "due",
    "joined",
    "registered",
    "login",
    "logged",
    "opened",
    "closed",
    "played",
    "accessed",
    "access",
    "sync",
    "synced",
    "day",
    "visited",
    "used",
    "delivered",
    "completed",
    "installed",
    "posted",
    "last",
    "first",
    "mod",
    "scheduled",
    "issued",
    "paid",
    "viewed",
    "checked",
    "imported",
    "on",
    "ticks",
    "from",
    "to",
    "touched",
    "taken",
    "shot",
    "recorded",
    "captured",
    "watermark",
    "deadline",
    "checkin",
    "checkout",
    "released",
    "shipped",
    "ordered",
    "departure",
    "departed",
    "arrival",
    "arrived",
    "signup",
    "signed",
    "hired",
    "approved",
    "archived",
    "cancelled",
    "canceled",
    "refunded",
    "uploaded",
    "downloaded",
    "purchased",
    "booked",
    "submitted",
    "merged",
    "reviewed",
    "triggered",
    "launched",
    "deployed",
    "renewed",
    "reminder",
    "alarm",
    "notified",
    "heartbeat",
];
/// Units at a name's end: `started_ms`. With numbers of that size they count from 1970.
const SCALES: &[&str] = &["sec", "secs", "seconds", "ms", "msec", "millis", "us", "usec", "micros", "ns", "nsec", "nanos"];
/// Words that name things: their numbers identify them, where nothing speaks of time.
const THINGS: &[&str] = &[
    "user",
    "author",
    "owner",
    "channel",
    "guild",
    "server",
    "tweet",
    "toot",
    "discord",
    "twitter",
    "parent",
    "thread",
    "conversation",
    "message",
    "sender",
    "recipient",
    "inode",
    "session",
    "build",
    "post",
    "node",
    "object",
    "item",
    "device",
    "snowflake",
];
/// Words of what is counted, measured or named by a number.
const OTHER: &[&str] = &[
    "id",
    "ids",
    "uid",
    "gid",
    "pid",
    "guid",
    "pk",
    "fk",
    "key",
    "keys",
    "count",
    "counts",
    "cnt",
    "num",
    "number",
    "no",
    "nr",
    "phone",
    "tel",
    "telephone",
    "mobile",
    "fax",
    "zip",
    "postal",
    "postcode",
    "price",
    "prices",
    "cost",
    "costs",
    "amount",
    "total",
    "sum",
    "balance",
    "salary",
    "wage",
    "revenue",
    "sales",
    "budget",
    "gross",
    "income",
    "profit",
    "population",
    "size",
    "sizes",
    "bytes",
    "length",
    "len",
    "duration",
    "elapsed",
    "width",
    "height",
    "depth",
    "code",
    "codes",
    "isbn",
    "ean",
    "upc",
    "gtin",
    "barcode",
    "sku",
    "serial",
    "account",
    "iban",
    "card",
    "version",
    "hash",
    "crc",
    "checksum",
    "seed",
    "offset",
    "position",
    "pos",
    "order",
    "rank",
    "score",
    "quantity",
    "qty",
    "stock",
    "views",
    "hits",
    "port",
    "ip",
    "ipv4",
    "year",
    "years",
    "age",
    "ages",
    "distance",
    "area",
    "lat",
    "lon",
    "lng",
    "latitude",
    "longitude",
    "weight",
    "latency",
    "rate",
    "percent",
    "level",
    "index",
    "idx",
    "seq",
    "sequence",
    "flags",
    "mask",
    "bits",
    "color",
    "colour",
    "rgb",
    "rgba",
    "points",
    "ssn",
    "vat",
    "member",
    "customer",
    "invoice",
    "ref",
    "reference",
    "type",
    "kind",
    "status",
    "state",
    "mass",
    "capital",
    "gdp",
    "votes",
    "attendance",
    "capacity",
    "volume",
    "range",
    "limit",
    "timeout",
    "interval",
    "delay",
    "period",
    "ttl",
    "retry",
    "attempts",
    "likes",
    "followers",
    "subscribers",
    "plays",
    "downloads",
    "visits",
    "clicks",
    "iteration",
    "generation",
    "snowflake",
];

/// What speaks for and against points in time in a column's name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    /// Above zero: it speaks of time; below: of something else.
    pub(super) weight: i32,
    /// Whether the declared type is one of dates or times.
    pub(super) typed: bool,
    /// The unit that the name says.
    pub(super) unit: Option<TimeUnit>,
    /// Whether the name or its neighbours say that Apple's frameworks wrote it.
    pub(super) apple: bool,
}

/// What `column` of `table` says of itself; `core_data` where the table has Core Data's own columns.
pub(super) fn hint(column: &str, declared_type: &str, core_data: bool) -> Hint {
    let words = words_of(column);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let declared = declared_type.to_ascii_lowercase();
    let typed = ["date", "time"].iter().any(|word| declared.contains(word));
    let mut weight = 0;
    weight += if has(TIME) { 3 } else { 0 };
    weight += if has(PERHAPS) { 1 } else { 0 };
    // What comes last names the thing: `date_count` is a count, `order_date` a date.
    let last_is_other = words.last().is_some_and(|word| OTHER.contains(&word.as_str()));
    weight -= match (has(OTHER), last_is_other) {
        (_, true) => 6,
        (true, false) => 1,
        (false, _) => 0,
    };
    weight += if typed { 4 } else { 0 };
    let unit = unit_named(&words);
    weight += if unit.is_some() { 1 } else { 0 };
    weight += if words.iter().any(|word| is_moment(word)) { 1 } else { 0 };
    weight += if words.last().is_some_and(|word| SCALES.contains(&word.as_str())) { 1 } else { 0 };
    weight -= if weight == 0 && has(THINGS) { 1 } else { 0 };
    let apple = core_data || has(&["apple", "cocoa", "mac", "core", "coredata", "cf", "nsdate", "cfabsolute"]);
    Hint { weight, typed, unit, apple }
}

/// The unit that is a word of the name. `ms` may be of a duration too: it weighs nothing by itself.
fn unit_named(words: &[String]) -> Option<TimeUnit> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    Some(if has(&["julian", "jd", "julianday"]) {
        TimeUnit::JulianDays
    } else if has(&["webkit", "chrome"]) {
        TimeUnit::WebKitMicros
    } else if has(&["filetime", "nt"]) {
        TimeUnit::FileTime
    } else if has(&["ticks", "dotnet"]) {
        TimeUnit::DotNetTicks
    } else if has(&["prtime"]) {
        TimeUnit::UnixMicros
    } else if has(&["ole", "excel", "oadate", "variant"]) {
        TimeUnit::OleDays
    } else if has(&["ymd", "yyyymmdd"]) {
        TimeUnit::YearMonthDay
    } else {
        return None;
    })
}

/// The words of a name in lower case: cut at anything that is no letter or digit, before capitals, and between digits and letters.
/// Core Data's names in capitals lose their `Z`.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let all_capitals = !name.chars().any(char::is_lowercase);
    let name = if all_capitals { name.strip_prefix('Z').unwrap_or(name) } else { name };
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            last = None;
            continue;
        }
        let begins = match last {
            None => true,
            Some(before) => (c.is_uppercase() && before.is_lowercase()) || (c.is_alphabetic() && before.is_ascii_digit()),
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        last = Some(c);
    }
    // Capitals alone are not cut: look for words of time at the end.
    if all_capitals {
        let glued: Vec<String> = words.iter().filter_map(|word| split_glued(word)).flatten().collect();
        words.extend(glued);
    }
    words
}

/// `creationdate` and `lastseentimestamp`: names in capitals alone, whose words are not told apart.
fn split_glued(word: &str) -> Option<Vec<String>> {
    ["timestamp", "datetime", "date", "time"].into_iter().find_map(|end| {
        let rest = word.strip_suffix(end).filter(|rest| rest.len() > 2)?;
        Some(vec![rest.to_owned(), end.to_owned()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words_of("lastVisitTime"), ["last", "visit", "time"]);
        assert_eq!(words_of("visit_date2"), ["visit", "date2"]);
        assert_eq!(words_of("ZCREATIONDATE"), ["creationdate", "creation", "date"]);
        assert_eq!(words_of("Order Date"), ["order", "date"]);
        assert_eq!(words_of(""), Vec::<String>::new());
    }

    #[track_caller]
    fn check(column: &str, declared: &str, for_time: bool) {
        let hint = hint(column, declared, false);
        assert_eq!(hint.weight > 0, for_time, "{column}: {hint:?}");
    }

    #[test]
    fn names_speak_for_or_against() {
        for column in ["created_at", "createdAt", "last_visit_time", "order_date", "ts", "visitDate", "expires", "mtime", "date_added"] {
            check(column, "INTEGER", true);
        }
        for column in [
            "visit_count",
            "customer_id",
            "tweet",
            "price_us",
            "candidate",
            "phone",
            "price",
            "order_number",
            "isbn",
            "time_id",
            "date_count",
            "total",
            "population",
        ] {
            check(column, "INTEGER", false);
        }
        for column in ["Bestelldatum", "erstellt_am", "orderdate", "secs", "start_us", "shipped", "data_nascimento"] {
            check(column, "INTEGER", true);
        }
        check("x", "TIMESTAMP", true);
        check("x", "INTEGER", false);
    }
}
