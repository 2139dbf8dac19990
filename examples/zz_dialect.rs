use sqllama::db::{Cell, Database, Limits};
use sqllama::signal::Cancel;
use sqllama::sql::{guard, mend_for};
// zz_dialect DB FILE.jsonl : {engine, sql, value}
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let cancel = Cancel::new();
    let database = Database::open(&args[0]).unwrap();
    let schema = database.schema(&cancel).unwrap();
    let mut counts: std::collections::BTreeMap<(String, &str), usize> = Default::default();
    for line in std::fs::read_to_string(&args[1]).unwrap().lines() {
        let q: serde_json::Value = serde_json::from_str(line).unwrap();
        let (engine, sql, value) = (q["engine"].as_str().unwrap(), q["sql"].as_str().unwrap(), q["value"].as_str().unwrap());
        let mended = mend_for(sql, &schema, "");
        let got = match guard::check(&mended.sql) {
            Err(error) => Err(error.to_string()),
            Ok(checked) => database.execute(&checked, &Limits::default(), &cancel).map_err(|e| e.to_string()),
        };
        let got = got.map(|t| {
            t.rows
                .iter()
                .map(|r| {
                    r.iter()
                        .map(|c| match c {
                            Cell::Null => "NULL".to_owned(),
                            Cell::Integer(n) => n.to_string(),
                            Cell::Real(x) => x.to_string(),
                            Cell::Text(t) => t.clone(),
                            Cell::Blob(b) => String::from_utf8_lossy(b).into_owned(),
                        })
                        .collect::<Vec<_>>()
                        .join("|")
                })
                .collect::<Vec<_>>()
                .join("\n")
        });
        let norm = |s: &str| {
            s.split('|').map(|p| p.trim().parse::<f64>().map_or(p.to_owned(), |x| format!("{x:.9}"))).collect::<Vec<_>>().join("|")
        };
        let verdict = match &got {
            Err(_) => "refused",
            Ok(v) if norm(v) == norm(value) => "same",
            Ok(_) => "differ",
        };
        *counts.entry((engine.to_owned(), verdict)).or_default() += 1;
        if verdict != "same" {
            println!("{verdict} {engine} {sql}\n    => {}\n    want {value:?} got {got:?}", mended.sql);
        }
    }
    println!("{counts:?}");
}
