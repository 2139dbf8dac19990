//! What two columns have to do with each other: a key relates them, they name different things, or nobody knows.

use crate::schema::{Column, ForeignKey, Holds, KeyOrigin, Schema, Table};
use crate::text::words::{split_name, stem};

/// Keys that refer to keys that refer to keys.
const MOST_STEPS: usize = 6;

/// What two columns that are equated have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Related {
    /// A key goes from one to the other, or both refer to the same.
    Key,
    /// They name different things, or the tables are related by other columns.
    Apart,
    /// The schema does not say.
    Unknown,
}

/// Whether `column` alone is the primary key of `table`.
pub(super) fn is_key(table: &Table, column: &str) -> bool {
    matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(column))
}

/// Whether the values of `column` say nothing to a person: numbers of rows, hashes, addresses.
pub(super) fn is_opaque(column: &Column) -> bool {
    const LONG: usize = 16;
    let is_address =
        |text: &str| text.contains("://") || text.len() >= LONG && !text.contains(' ') && text.bytes().any(|byte| byte.is_ascii_digit());
    column.holds == Holds::Numbers
        || column.holds == Holds::Texts && !column.samples.is_empty() && column.samples.iter().all(|text| is_address(text))
}

/// Whether Core Data made the table: its names begin with a Z.
fn is_core_data(table: &Table) -> bool {
    table.primary_key.iter().any(|key| key == "Z_PK")
}

/// The stem of the word for one row of `table`: the last of its name, without the Z that Core Data writes before it.
pub(super) fn row_word(table: &Table) -> String {
    let name = table.name.strip_prefix('Z').filter(|_| is_core_data(table)).unwrap_or(&table.name);
    split_name(name).last().map(|last| stem(last)).unwrap_or_default()
}

/// The foreign keys between two tables, with the tables that own them.
pub(super) fn keys_between<'a>(a: &'a Table, b: &'a Table) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
    let of = |owner: &'a Table, other: &'a Table| {
        owner.foreign_keys.iter().filter(|key| other.is_target_of(owner, key)).map(move |key| (owner, key))
    };
    of(a, b).chain(of(b, a))
}

/// One join on the way: the columns of a table already there (`None` for a source, else a step before) and of the new one.
#[derive(Debug, Clone)]
pub(super) struct Hop<'s> {
    pub(super) from: &'s Table,
    pub(super) to: &'s Table,
    pub(super) pairs: Vec<(&'s str, &'s str)>,
    /// Whether nobody declared the key: names and values spoke for it.
    pub(super) guessed: bool,
}

/// The keys from and to a table, as joins.
pub(super) fn hops_from<'s>(schema: &'s Schema, at: &'s Table) -> Vec<Hop<'s>> {
    let text = |names: &'s [String]| names.iter().map(String::as_str);
    let mut out: Vec<Hop<'s>> = Vec::new();
    for key in &at.foreign_keys {
        if let Some(to) = schema.referred(at, key) {
            let pairs = text(&key.columns).zip(text(&key.foreign_columns)).collect();
            out.push(Hop { from: at, to, pairs, guessed: key.origin == KeyOrigin::Inferred });
        }
    }
    for table in &schema.tables {
        for key in table.foreign_keys.iter().filter(|key| at.is_target_of(table, key)) {
            let pairs = text(&key.foreign_columns).zip(text(&key.columns)).collect();
            out.push(Hop { from: at, to: table, pairs, guessed: key.origin == KeyOrigin::Inferred });
        }
    }
    out.retain(|hop| !hop.pairs.is_empty());
    out
}

/// Whether a foreign key goes from one of the columns to the other.
pub(super) fn are_keys(a: &Table, one: &str, b: &Table, other: &str) -> bool {
    keys_between(a, b).any(|(owner, key)| {
        let (own, foreign) = if std::ptr::eq(owner, a) { (one, other) } else { (other, one) };
        key.columns.iter().any(|name| name.eq_ignore_ascii_case(own))
            && key.foreign_columns.iter().any(|name| name.eq_ignore_ascii_case(foreign))
    })
}

/// The columns by which a person tells the rows of `table` apart: a name, or a first and a last one; none where nothing says so.
pub(crate) fn label(table: &Table) -> Vec<&Column> {
    const WHOLE: [&str; 6] = ["name", "full_name", "fullname", "label", "display_name", "username"];
    // Core Data writes ZNAME.
    let of_core_data = |name: &str| is_core_data(table).then(|| table.column(&format!("Z{}", name.replace('_', "")))).flatten();
    let named = |part: &str, column: &Column| {
        let words = split_name(&column.name);
        words == [part, "name"] || words == [format!("{part}name")]
    };
    let of = |part: &str| table.columns.iter().find(|column| named(part, column));
    let called = |name: &str| table.column(name).or_else(|| of_core_data(name));
    if let Some(column) = WHOLE.into_iter().find_map(called) {
        return vec![column];
    }
    // Before a title, which is what somebody does for a living.
    if let Some(both) = of("first").zip(of("last")) {
        return vec![both.0, both.1];
    }
    if let Some(column) = called("title") {
        return vec![column];
    }
    // `dept_name`, where nothing else is a name, and then what old programs shorten.
    let keys = table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns));
    let is_key = |column: &Column| keys.clone().any(|key| key.eq_ignore_ascii_case(&column.name));
    let ending = |endings: &[&str]| {
        let ends =
            |column: &&Column| split_name(&column.name).last().is_some_and(|last| endings.contains(&last.as_str())) && !is_key(column);
        let mut found = table.columns.iter().filter(ends);
        found.next().filter(|_| found.next().is_none())
    };
    let subject = || ending(&["subject", "caption", "heading"]);
    ending(&["name", "title"])
        .or_else(|| ending(&["nm", "nme"]))
        .or_else(|| ending(&["desc", "descr"]))
        .or_else(subject)
        .into_iter()
        .collect()
}

/// The thing that a key names: the table and the column at the end of the references that begin with it.
pub(super) fn thing<'s>(schema: &'s Schema, table: &'s Table, column: &str) -> Option<(&'s Table, String)> {
    let (mut table, mut column) = (table, column.to_owned());
    let mut refers = false;
    for _ in 0..MOST_STEPS {
        let next = table.foreign_keys.iter().find_map(|key| match (key.columns.as_slice(), key.foreign_columns.as_slice()) {
            ([own], [foreign]) if own.eq_ignore_ascii_case(&column) => Some((schema.referred(table, key)?, foreign.clone())),
            _ => None,
        });
        let Some((other, foreign)) =
            next.filter(|(other, foreign)| !(std::ptr::eq(*other, table) && foreign.eq_ignore_ascii_case(&column)))
        else {
            break;
        };
        (table, column) = (other, foreign);
        refers = true;
    }
    (refers || is_key(table, &column)).then_some((table, column))
}

/// The two things that columns name, where both name one and they differ. Two tables that share what they number need not say so: a
/// profile has the number of its user.
pub(super) fn different_things<'s>(
    schema: &'s Schema,
    (a, one): (&'s Table, &str),
    (b, other): (&'s Table, &str),
) -> Option<(&'s Table, &'s Table)> {
    let ((first, key), (second, other_key)) = (thing(schema, a, one)?, thing(schema, b, other)?);
    let same_name = one.eq_ignore_ascii_case(other) && split_name(one).len() > 1;
    let says = |column: &str, table: &Table| split_name(column).iter().any(|word| names_table(word, table));
    let same = std::ptr::eq(first, second) && key.eq_ignore_ascii_case(&other_key) || same_name || says(one, second) || says(other, first);
    (!same).then_some((first, second))
}

/// Whether a word is one of those that a table's name is made of.
fn names_table(word: &str, table: &Table) -> bool {
    word.len() > 2 && split_name(&table.name).iter().any(|part| stem(part) == stem(word))
}

/// What two columns have to do with each other.
pub(super) fn related<'s>(schema: &'s Schema, (a, one): (&'s Table, &str), (b, other): (&'s Table, &str)) -> Related {
    if std::ptr::eq(a, b) {
        return Related::Unknown;
    }
    if are_keys(a, one, b, other) {
        return Related::Key;
    }
    let both_keys = is_key(a, one) && is_key(b, other) && split_name(one).len() == 1;
    if different_things(schema, (a, one), (b, other)).is_some() || keys_between(a, b).next().is_some() || both_keys {
        return Related::Apart;
    }
    if thing(schema, a, one).is_some() && thing(schema, b, other).is_some() { Related::Key } else { Related::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    #[test]
    fn names_of_core_data_are_told_without_their_z() {
        let mut table = Table::named("ZHABIT", &["Z_PK", "ZNAME"]);
        assert_eq!((row_word(&table), label(&table).len()), ("zhabit".into(), 0));
        table.primary_key = vec!["Z_PK".into()];
        assert_eq!((row_word(&table), label(&table)[0].name.as_str()), ("habit".into(), "ZNAME"));
    }

    fn schema() -> Schema {
        let table = |name: &str, columns: &[&str], keys: &[(&str, &str)]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            primary_key: vec![columns[0].into()],
            foreign_keys: keys.iter().map(|(own, foreign)| ForeignKey::declared(own, foreign, "id")).collect(),
            ..Table::default()
        };
        Schema {
            tables: vec![
                table("customer", &["id", "name"], &[]),
                table("product", &["id", "name"], &[]),
                table("sale", &["id", "customer_id", "product_id"], &[("customer_id", "customer"), ("product_id", "product")]),
                table("visit", &["id", "customer_id", "day"], &[("customer_id", "customer")]),
                table("profile", &["customer_id", "photo"], &[]),
            ],
        }
    }

    #[track_caller]
    fn check(one: &str, other: &str, expected: Related) {
        let schema = schema();
        let of = |name: &'static str| {
            let (table, column) = name.split_once('.').unwrap();
            (table, column)
        };
        let (one, other): (&'static str, &'static str) = (one.to_owned().leak(), other.to_owned().leak());
        let ((a, x), (b, y)) = (of(one), of(other));
        assert_eq!(related(&schema, (schema.table(a).unwrap(), x), (schema.table(b).unwrap(), y)), expected, "{one} {other}");
    }

    #[test]
    fn columns_are_related_by_what_they_name() {
        check("sale.customer_id", "customer.id", Related::Key);
        check("sale.customer_id", "visit.customer_id", Related::Key);
        check("sale.customer_id", "product.id", Related::Apart);
        check("sale.product_id", "visit.customer_id", Related::Apart);
        check("sale.id", "customer.id", Related::Apart);
        check("customer.id", "product.id", Related::Apart);
        check("profile.customer_id", "customer.id", Related::Key);
        check("customer.name", "product.name", Related::Unknown);
    }
}
