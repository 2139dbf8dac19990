//! What is known of the files of one program: how they are told, and what their columns stand for. Pure; `store` reads profiles, `db`
//! believes of them what a file's values do not contradict.

use super::{Schema, SpanUnit, Table, TimeUnit};

/// What is known of the files of one program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// What such a file is, as in "this looks like Firefox's history".
    pub name: String,
    /// The `application_id` that it has; `None` where the program sets none.
    pub application_id: Option<i32>,
    /// Tables and columns that are all there.
    pub telltale: Vec<Place>,
    /// What the numbers of columns count.
    pub units: Vec<(Place, TimeUnit)>,
    /// What columns of lengths of time count.
    pub lengths: Vec<(Place, SpanUnit)>,
    /// Columns that refer to another, declared or not.
    pub keys: Vec<(Place, Place)>,
    /// Tables that the program keeps for itself; a `*` stands for anything.
    pub bookkeeping: Vec<String>,
    /// What people call tables and columns, the best word first.
    pub words: Vec<(Place, Vec<String>)>,
    /// What a reader of tables and columns has to know, such as what codes stand for.
    pub comments: Vec<(Place, String)>,
}

/// A table, or one of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The table.
    pub table: String,
    /// The column; `None` for the table itself.
    pub column: Option<String>,
}

impl Place {
    /// Reads `table` or `table.column`; the first dot parts them. `None` where a name is missing.
    pub fn parse(text: &str) -> Option<Self> {
        let (table, column) = match text.split_once('.') {
            Some((table, column)) => (table.trim(), Some(column.trim())),
            None => (text.trim(), None),
        };
        let is_whole = !table.is_empty() && column.is_none_or(|column| !column.is_empty());
        is_whole.then(|| Self { table: table.to_owned(), column: column.map(str::to_owned) })
    }

    /// Whether `schema` has it.
    pub fn is_in(&self, schema: &Schema) -> bool {
        let Some(table) = schema.table(&self.table) else { return false };
        self.column.as_ref().is_none_or(|column| table.column(column).is_some())
    }

    /// Whether it is this column of this table, as SQLite compares names.
    pub fn is_column(&self, table: &str, column: &str) -> bool {
        self.table.eq_ignore_ascii_case(table) && self.column.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(column))
    }
}

impl Profile {
    /// Whether a file with this schema and `application_id` is one of the program's, as far as can be told.
    pub fn recognises(&self, schema: &Schema, application_id: Option<i32>) -> bool {
        let says_something = self.application_id.is_some() || !self.telltale.is_empty();
        let same_id = self.application_id.is_none() || self.application_id == application_id;
        says_something && same_id && self.telltale.iter().all(|place| place.is_in(schema))
    }

    /// Writes words, comments and bookkeeping into the tables and columns that they are about.
    pub fn mark(&self, schema: &mut Schema) {
        for table in &mut schema.tables {
            table.bookkeeping |= self.bookkeeping.iter().any(|pattern| matches(pattern, &table.name));
        }
        for (place, words) in &self.words {
            if let Some((called, _)) = told_at(schema, place) {
                let new: Vec<String> = words.iter().filter(|word| !called.contains(word)).cloned().collect();
                called.extend(new);
            }
        }
        for (place, comment) in &self.comments {
            if let Some((_, slot)) = told_at(schema, place).filter(|(_, slot)| slot.is_empty()) {
                slot.clone_from(comment);
            }
        }
    }
}

/// The words and the comment of a table or column.
fn told_at<'s>(schema: &'s mut Schema, place: &Place) -> Option<(&'s mut Vec<String>, &'s mut String)> {
    let table: &mut Table = schema.tables.iter_mut().find(|table| table.name.eq_ignore_ascii_case(&place.table))?;
    match &place.column {
        None => Some((&mut table.called, &mut table.comment)),
        Some(name) => {
            let column = table.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name))?;
            Some((&mut column.called, &mut column.comment))
        }
    }
}

/// Whether `name` is `pattern`, in which one `*` stands for anything.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    match pattern.split_once('*') {
        Some((begin, end)) => name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    fn schema() -> Schema {
        let table = Table::named;
        Schema { tables: vec![table("Visits", &["id", "at"]), table("idx_visits_node", &["nodeno"])] }
    }

    #[test]
    fn places_are_read() {
        assert_eq!(place("visits").column, None);
        assert_eq!(place("visits . at"), Place { table: "visits".into(), column: Some("at".into()) });
        for wrong in ["", ".", "visits.", ".at", " "] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[track_caller]
    fn check(telltale: &[&str], id: Option<i32>, application_id: Option<i32>, expected: bool) {
        let telltale = telltale.iter().map(|text| place(text)).collect();
        let profile = Profile { application_id: id, telltale, ..Profile::default() };
        assert_eq!(profile.recognises(&schema(), application_id), expected, "{profile:?}");
    }

    #[test]
    fn everything_that_tells_has_to_be_there() {
        check(&["visits"], None, Some(7), true);
        check(&["visits.AT", "idx_visits_node"], None, None, true);
        check(&["visits.at", "urls"], None, None, false);
        check(&["visits.name"], None, None, false);
        check(&[], Some(7), Some(7), true);
        check(&["visits"], Some(7), Some(8), false);
        check(&["visits"], Some(7), None, false);
        check(&[], None, Some(7), false);
    }

    #[test]
    fn what_is_known_is_written_where_it_belongs() {
        let profile = Profile {
            bookkeeping: vec!["idx_*_node".into(), "gone".into()],
            words: vec![(place("visits"), vec!["page views".into()]), (place("visits.at"), vec!["time".into()]), (place("no.at"), vec![])],
            comments: vec![(place("visits.id"), "1 one, 2 two".into()), (place("visits.none"), "x".into())],
            ..Profile::default()
        };
        let mut marked = schema();
        profile.mark(&mut marked);
        profile.mark(&mut marked);
        assert_eq!(marked.tables[0].called, ["page views"]);
        assert_eq!(marked.tables[0].columns[1].called, ["time"]);
        assert_eq!(marked.tables[0].columns[0].comment, "1 one, 2 two");
        assert_eq!([marked.tables[0].bookkeeping, marked.tables[1].bookkeeping], [false, true]);
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("rtree_*_geom", "RTREE_trails_geom") && matches("gpkg_*", "gpkg_") && matches("*", "x") && matches("a", "A"));
        assert!(!matches("ab*ba", "aba") && !matches("gpkg_*", "gpk") && !matches("a", "ab"));
    }
}
