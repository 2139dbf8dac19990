//! How alike two names are: the ways in which a name is misremembered, from none to a slip of the pen.

use crate::schema::{Schema, Table};

/// How far `name` is from `wanted`, 0 for the same but for case; `None` where they are not alike. `table` is the one that `name` is a
/// column of: its name is often put before a column's, or left out. At most [`PLAIN`] for what can hardly be anything else.
pub(in crate::sql::mend) fn distance(wanted: &str, name: &str, table: Option<&str>) -> Option<u32> {
    if wanted.eq_ignore_ascii_case(name) {
        return Some(0);
    }
    let (a, b) = (squeezed(wanted), squeezed(name));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(1);
    }
    if singular(&a) == singular(&b) {
        return Some(2);
    }
    if let Some(table) = table.map(squeezed) {
        let table = singular(&table);
        let prefixed = |long: &str, short: &str| {
            long.strip_prefix(table.as_str()).is_some_and(|rest| singular(rest) == singular(short) || rest.strip_prefix('s') == Some(short))
        };
        if prefixed(&a, &b) || prefixed(&b, &a) {
            return Some(PLAIN);
        }
    }
    let slips = slips(&a, &b);
    let shorter = a.chars().count().min(b.chars().count());
    let allowed = if shorter >= 8 { 2 } else { usize::from(shorter >= 4) };
    if slips <= allowed {
        return Some(10 + u32::try_from(slips).unwrap_or(0));
    }
    let (a, b) = (words(wanted), words(name));
    let shared = a.iter().filter(|word| b.contains(word)).count();
    let other = a.len().max(b.len()) - shared;
    // `birth_date` and `date_of_birth`, `country` and `country_name`.
    if shared > 0 && shared == a.len().min(b.len()) {
        return Some(20 + u32::try_from(other).unwrap_or(0));
    }
    // `prof_fname` and `emp_fname`: little, but more than nothing.
    (a.len() == 2 && b.len() == 2 && a.last() == b.last() && a.last().is_some_and(|word| word.len() > 4 && word != "number"))
        .then_some(FAINT)
}

/// The greatest [`distance`] at which a name can hardly be meant otherwise.
pub(in crate::sql::mend) const PLAIN: u32 = 3;

/// The [`distance`] at which names have little in common.
pub(super) const FAINT: u32 = 40;

/// Lower case, letters and digits alone.
fn squeezed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Without a plural's ending.
fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if let Some(stem) = name.strip_suffix(ending) {
            return format!("{stem}{}", ending.strip_suffix("es").unwrap_or_default());
        }
    }
    name.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i'])).unwrap_or(name).to_owned()
}

/// The words of a name: `DateOfBirth` and `date_of_birth` have three; `of` and `the` are left out.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_alphanumeric() {
            let begins = !previous.is_alphanumeric() || previous.is_lowercase() && c.is_uppercase();
            match out.last_mut().filter(|_| !begins) {
                Some(word) => word.extend(c.to_lowercase()),
                None => out.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    out.retain(|word| !["of", "the", "a"].contains(&word.as_str()));
    out.iter().map(|word| singular(word)).collect()
}

/// Letters left out, added, changed, or two neighbours swapped (the optimal string alignment distance).
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            let mut best = (at(&above, j) + usize::from(from != to)).min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    at(&above, b.len())
}

/// The table whose name is plainly or nearly `wanted`, where there is one such.
pub(super) fn nearest_table<'s>(schema: &'s Schema, wanted: &str) -> Option<&'s Table> {
    let alike = schema.tables.iter().filter_map(|table| Some((distance(wanted, &table.name, None)?, table)));
    only_best(alike)
}

/// The one thing at the least distance; `None` where there are two.
fn only_best<T>(candidates: impl Iterator<Item = (u32, T)>) -> Option<T> {
    let mut best: Option<(u32, Option<T>)> = None;
    for (cost, candidate) in candidates {
        match &best {
            Some((least, _)) if *least < cost => {}
            Some((least, _)) if *least == cost => best = Some((cost, None)),
            _ => best = Some((cost, Some(candidate))),
        }
    }
    best.and_then(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, name: &str, table: &str, expected: Option<u32>) {
        assert_eq!(distance(wanted, name, Some(table)), expected, "{wanted} {name}");
    }

    #[test]
    fn names_are_alike_in_order_of_plainness() {
        check("Name", "name", "t", Some(0));
        check("album id", "AlbumId", "t", Some(1));
        check("cities", "city", "t", Some(2));
        check("addresses", "address", "t", Some(2));
        check("customer_name", "name", "customers", Some(3));
        check("name", "customer_name", "customer", Some(3));
        check("id", "customers_id", "customer", Some(3));
        check("quanitty", "quantity", "t", Some(11));
        check("birth_date", "DateOfBirth", "t", Some(20));
        check("country", "country_name", "t", Some(21));
        check("prof_fname", "emp_fname", "t", Some(FAINT));
        check("age", "wage", "t", None);
        check("year", "budget", "t", None);
        check("", "x", "t", None);
        check("status", "statu", "t", Some(11));
    }
}
