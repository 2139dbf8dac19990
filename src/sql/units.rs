//! Which columns of a statement's result are points in time kept as numbers, and what they count.

use super::resolve::resolve;
use crate::schema::{Schema, Times};

/// What each column of the result of `sql` counts, in their order; empty where the columns are not known, or none counts time.
pub fn result_units(sql: &str, schema: &Schema) -> Vec<Option<Times>> {
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.times().is_some())) {
        return Vec::new();
    }
    let outputs = resolve(sql, schema).and_then(|resolution| resolution.outputs).unwrap_or_default();
    let units: Vec<Option<Times>> = outputs.into_iter().map(|output| output.times.cloned()).collect();
    if units.iter().any(Option::is_some) { units } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Meaning, Table, TimeUnit};

    fn schema() -> Schema {
        let times = |units: &[TimeUnit], mixed| {
            Meaning::Time(Times { units: units.to_vec(), mixed, never: false, first: String::new(), last: String::new() })
        };
        let table = |name: &str, columns: Vec<(&str, Meaning)>| Table {
            name: name.into(),
            columns: columns.into_iter().map(|(name, meaning)| Column { name: name.into(), meaning, ..Column::default() }).collect(),
            ..Table::default()
        };
        let visit = vec![
            ("id", Meaning::Plain),
            ("made", times(&[TimeUnit::UnixMillis], false)),
            ("seen", times(&[TimeUnit::UnixMillis], true)),
            ("webkit", times(&[TimeUnit::WebKitMicros], false)),
            ("day", Meaning::Plain),
        ];
        let page = vec![("id", Meaning::Plain), ("made", times(&[TimeUnit::UnixMillis], false)), ("title", Meaning::Plain)];
        let open = vec![("id", Meaning::Plain), ("at", times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds], false))];
        let secs = vec![("made", times(&[TimeUnit::UnixSeconds], false))];
        Schema { tables: vec![table("visit", visit), table("page", page), table("open", open), table("secs", secs)] }
    }

    /// The columns of the result of `sql`: `ms`, `us` (since 1601), `?` (open), `.` for none.
    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let told = |times: &Option<Times>| match times {
            None => ".",
            Some(times) if times.is_open() => "?",
            Some(times) if times.unit() == TimeUnit::WebKitMicros => "us",
            Some(times) if times.unit() == TimeUnit::UnixSeconds => "s",
            Some(times) if times.mixed => "ms+",
            Some(_) => "ms",
        };
        let units = result_units(sql, &schema());
        assert_eq!(units.iter().map(told).collect::<Vec<_>>().join(" "), expected, "{sql}");
    }

    #[test]
    fn a_column_is_what_it_was_stored_as() {
        check("SELECT made, id, v.webkit AS w FROM visit v", "ms . us");
        check("SELECT DISTINCT made FROM visit ORDER BY made LIMIT 3", "ms");
        check("SELECT \"made\", `webkit`, [seen] FROM visit", "ms us ms+");
        check("SELECT (made), +webkit, made COLLATE NOCASE FROM visit", "ms us ms");
        check("SELECT at FROM open", "?");
        check("SELECT made, count(*) FROM visit GROUP BY made", "ms .");
        check("SELECT id FROM visit", "");
        check("SELECT day FROM visit", "");
    }

    #[test]
    fn stars_are_unfolded_in_order() {
        check("SELECT * FROM visit", ". ms ms+ us .");
        check("SELECT p.*, v.made FROM visit v JOIN page p ON p.id = v.id", ". ms . ms");
        check("SELECT * FROM page, open", ". ms . . ?");
        check("SELECT 1, * FROM page JOIN open USING (id)", ". . ms . ?");
        check("SELECT * FROM page NATURAL JOIN open", ". ms . ?");
        // What is merged may come from either side.
        check("SELECT * FROM page JOIN secs USING (made)", "");
        check("SELECT * FROM visit JOIN page USING (made)", ". ms ms+ us . . .");
        check("SELECT open.* FROM page JOIN open USING (id)", ". ?");
        check("SELECT made, value FROM visit, json_each('[1]')", "ms .");
        check("SELECT * FROM visit, json_each('[1]')", "");
    }

    #[test]
    fn what_hands_a_value_on_keeps_its_unit() {
        check("SELECT min(made), max(v.webkit) FROM visit v", "ms us");
        check("SELECT max(made, seen), max(made, webkit), max(made, id) FROM visit", "ms+ . .");
        check("SELECT coalesce(made, 0), ifnull(seen, made), coalesce(made, webkit), nullif(made, 0) FROM visit", "ms ms+ . ms");
        check("SELECT first_value(made) OVER (ORDER BY id), lag(made, 1) OVER (ORDER BY id) FROM visit", "ms ms");
        check("SELECT max(made) OVER (PARTITION BY day), max(made) FILTER (WHERE id > 3) FROM visit", "ms ms");
        check("SELECT CAST(made AS INTEGER), CAST(made AS REAL), CAST(made AS TEXT) FROM visit", "ms ms .");
        check("SELECT CASE WHEN id > 3 THEN made ELSE seen END, CASE id WHEN 1 THEN made ELSE webkit END FROM visit", "ms+ .");
        check("SELECT iif(id > 3, made, NULL), iif(made > 3, id, NULL) FROM visit", "ms .");
        check("SELECT id, (SELECT max(made) FROM page) FROM visit", ". ms");
        check("SELECT id, (SELECT max(made) - 3 FROM page) FROM visit", "");
    }

    #[test]
    fn what_computes_counts_nothing() {
        for computed in [
            "made - seen",
            "made / 1000",
            "-made",
            "avg(made)",
            "sum(made)",
            "count(made)",
            "count(DISTINCT made)",
            "abs(made)",
            "date(made / 1000, 'unixepoch')",
            "made > 3",
            "made || ''",
            "typeof(made)",
            "group_concat(made)",
            "min(made + 1)",
            "'made'",
            "row_number() OVER (ORDER BY made)",
        ] {
            check(&format!("SELECT {computed} FROM visit"), "");
        }
        check("SELECT made / 1000 AS made FROM visit", "");
        check("SELECT id AS made FROM visit", "");
    }

    #[test]
    fn queries_hand_on_what_their_columns_count() {
        check("SELECT a, b FROM (SELECT max(made) AS a, count(*) AS b FROM visit)", "ms .");
        check("SELECT * FROM (SELECT * FROM page) AS p", ". ms .");
        check("SELECT made FROM (SELECT made / 1000 AS made FROM visit)", "");
        check("WITH d AS (SELECT id, made AS m FROM visit) SELECT m, d.* FROM d", "ms . ms");
        check("WITH d(x, y) AS (SELECT id, made FROM visit) SELECT y, x FROM d", "ms .");
        check("WITH a AS (SELECT made FROM visit), b AS (SELECT made AS z FROM a) SELECT z FROM b", "ms");
        check("SELECT v.id, (SELECT v.made) FROM visit v", ". ms");
        check("SELECT * FROM visit a, (SELECT made, made FROM page) b WHERE a.id > 1", ". ms ms+ us . ms ms");
    }

    #[test]
    fn both_sides_of_a_union_have_to_agree() {
        check("SELECT made FROM visit UNION SELECT made FROM page", "ms");
        check("SELECT made, id FROM visit UNION ALL SELECT seen, id FROM visit ORDER BY 1", "ms+ .");
        check("SELECT made FROM visit UNION ALL SELECT webkit FROM visit", "");
        check("SELECT made FROM visit UNION ALL SELECT id FROM visit", "");
        check("SELECT made FROM visit EXCEPT SELECT id FROM page", "ms");
        check("SELECT made FROM visit INTERSECT SELECT id FROM page", "ms");
        check("SELECT x FROM (SELECT made AS x FROM visit UNION SELECT made FROM secs)", "");
        check("WITH RECURSIVE r(x) AS (SELECT made FROM visit UNION SELECT x + 1 FROM r) SELECT x FROM r", "");
    }

    #[test]
    fn what_is_not_understood_counts_nothing() {
        for sql in ["EXPLAIN SELECT made FROM visit", "PRAGMA table_info(visit)", "SELECT made FROM nowhere", "SELECT", "VALUES (1)"] {
            check(sql, "");
        }
        check("SELECT made FROM visit, page", "");
    }
}
