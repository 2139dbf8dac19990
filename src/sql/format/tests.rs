//! Layouts, and that nothing but blanks and keywords' case changes.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(sql: &str, expected: &str) {
    let out = pretty(sql);
    assert_eq!(out.as_deref(), Some(expected), "{}", out.as_deref().unwrap_or("(none)"));
    assert_eq!(pretty(expected).as_deref(), Some(expected), "laid out again, it stays");
}

#[test]
fn a_clause_takes_a_line() {
    check("select 1", "SELECT 1");
    check("select a,b  from t where a=1 and b<>2;", "SELECT a, b\nFROM t\nWHERE a = 1 AND b <> 2;");
    check(
        "select t.name, count( * ) n from t left outer join u on u.id=t.id group by t.name having n>1 order by n desc limit 10 offset 2",
        "SELECT t.name, count(*) n\nFROM t\nLEFT OUTER JOIN u ON u.id = t.id\nGROUP BY t.name\nHAVING n > 1\nORDER BY n DESC\nLIMIT 10 OFFSET 2",
    );
    check("select 1 union all select 2 except values (3)", "SELECT 1\nUNION ALL\nSELECT 2\nEXCEPT\nVALUES (3)");
    check("explain query plan select 1 from t", "EXPLAIN QUERY PLAN SELECT 1\nFROM t");
    check("select a is not distinct from b from t", "SELECT a IS NOT DISTINCT FROM b\nFROM t");
}

#[test]
fn long_clauses_are_broken() {
    check(
        "select customer.first_name, customer.last_name, sum(invoice.total) as spent, count(distinct invoice.invoice_id) from customer",
        "SELECT\n  customer.first_name,\n  customer.last_name,\n  sum(invoice.total) AS spent,\n  count(DISTINCT invoice.invoice_id)\nFROM customer",
    );
    check(
        "select a from t where a_long_column_name = 'a long value' and another_column between 1 and 2 or (third_column is null and x)",
        "SELECT a\nFROM t\nWHERE a_long_column_name = 'a long value'\n  AND another_column BETWEEN 1 AND 2\n  OR (third_column IS NULL AND x)",
    );
    check(
        "with best as (select customer_id, sum(total) as spent from invoice group by customer_id), x as (select 1) select * from best where spent > (select avg(spent) from best)",
        "WITH best AS (\n  SELECT customer_id, sum(total) AS spent\n  FROM invoice\n  GROUP BY customer_id\n),\nx AS (SELECT 1)\nSELECT *\nFROM best\nWHERE spent > (SELECT avg(spent) FROM best)",
    );
    check(
        "select * from t where id in (select track_id from playlist_track where playlist_id = 7 and position between 1 and 100)",
        "SELECT *\nFROM t\nWHERE id IN (\n    SELECT track_id\n    FROM playlist_track\n    WHERE playlist_id = 7 AND position BETWEEN 1 AND 100\n  )",
    );
}

#[test]
fn quotes_comments_and_spelling_stay() {
    check("select \"a b\", [c d], `e`, 'it''s', x'0a' from 't'", "SELECT \"a b\", [c d], `e`, 'it''s', x'0a'\nFROM 't'");
    check("select a != b, a == b, a <> b, a || b, a ->> '$.x' from t", "SELECT a != b, a == b, a <> b, a || b, a ->> '$.x'\nFROM t");
    check("select Name, COUNT(*), Replace(a, 'x', 'y') from Track", "SELECT Name, COUNT(*), Replace(a, 'x', 'y')\nFROM Track");
    check("select a -- the name\nfrom t", "SELECT\n  a -- the name\nFROM t");
    check("select a, -- first\nb -- second\nfrom t", "SELECT\n  a, -- first\n  b -- second\nFROM t");
    check("-- why\nselect /* all */ * from t -- end\n;", "-- why\nSELECT /* all */ *\nFROM\n  t -- end\n;");
    check("select -1, - -1, a - -1, (-a), +b, ~c, -(1)", "SELECT -1, - -1, a - -1, (-a), +b, ~c, -(1)");
    check("select t.key, key, t.\"desc\", type as end from t", "SELECT t.key, key, t.\"desc\", type AS end\nFROM t");
    check("select ?1, :name, @x, $y from t indexed by i", "SELECT ?1, :name, @x, $y\nFROM t INDEXED BY i");
    check(
        "select sum(x) over (partition by a order by b rows between 1 preceding and current row) from t",
        "SELECT\n  sum(x) OVER (\n    PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW\n  )\nFROM t",
    );
    check("select cast(a as text), case when a then 1 else 2 end from t", "SELECT cast(a AS text), CASE WHEN a THEN 1 ELSE 2 END\nFROM t");
}

#[test]
fn what_cannot_be_laid_out_is_left() {
    for sql in ["", "  ", "-- only", "select 1; select 2", "select 'open", "select (1", "select 1)", "select \"x", "select 12ab", ";"] {
        assert_eq!(pretty(sql), None, "{sql}");
    }
    assert_eq!(pretty(&format!("SELECT {}1{}", "(".repeat(60_000), ")".repeat(60_000))), None);
    assert!(pretty(&format!("SELECT {}", vec!["a_column_name"; 20_000].join(","))).is_some());
}

#[test]
fn long_text_takes_no_quadratic_time() {
    let start = std::time::Instant::now();
    for part in
        ["(a) and ", "f(1)+", "- ", "/* c */ ", "case ", "a, ", "-- c\n", "x in (1) or ", "join t ", "union select ", "(", "replace (a) "]
    {
        let sql = format!("select {}1{}", part.repeat(200_000 / part.len()), if part == "(" { ")".repeat(200_000) } else { String::new() });
        let _ = pretty(&sql);
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn nothing_else_changes(
        words in prop::collection::vec(prop::sample::select(vec![
            "select", "from", "where", "a", "t", "\"q q\"", "'s'", "1", ".5", "-", "+", "~", "*", ",", ".", "(", ")", "and", "or", "between", "case",
            "when", "then", "end", "group", "by", "order", "left", "join", "on", "in", "with", "as", "union", "all", "values", "-- c\n", "/* d */",
            "/* two\nlines */", "\n", ";", "replace", "not", "null", "is", "distinct", "->", "||", ":p", "like", "key", "over", "x'0a'", "limit",
        ]), 0..40)
    ) {
        let sql = words.join(" ");
        if let Some(out) = pretty(&sql) {
            prop_assert!(same_tokens(&sql, &out), "{} -> {}", sql, out);
            prop_assert!(out.lines().all(|line| line.trim_end() == line || line.contains("/*") || line.contains("--")), "{:?}", out);
        }
    }

    #[test]
    fn never_panics(sql in "\\PC{0,80}") {
        let _ = pretty(&sql);
    }
}
