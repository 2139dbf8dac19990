//! Files as tables, by the command line: every command that takes a database takes them.

use crate::home::Home;

#[test]
fn files_are_asked_like_databases() {
    let home = Home::new();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sales = write("sales.csv", "id,zip,amount,day\n1,00123,1.5,05/13/2024\n2,04567,NA,06/14/2024\n3,00123,4,07/15/2024\n");
    let more = write("cities.jsonl", "{\"zip\":\"00123\",\"name\":\"Bern\"}\n{\"zip\":\"04567\",\"name\":\"Köln\"}\nbroken\n");
    let both = format!("{sales}+{more}");
    let total = "SELECT name, sum(amount) FROM sales JOIN cities USING (zip) GROUP BY name";
    let told = "note: sales.csv: `NA` in `amount` is read as NULL (once)";
    home.check(&["query", &both, total, "--format", "csv", "--no-header"], 0, "Bern,5.5\nKöln,\n", told);
    home.check(&["query", &both, total], 0, "Köln", "note: cities.jsonl: 1 value is no JSON, and left out (in line 3)");
    // Dates in a local form are told as in any database.
    home.check(&["schema", &sales], 0, "MM/DD/YYYY", told);
    let script = home.script(&["SELECT sum(amount) FROM sales WHERE zip = '00123'"]);
    home.check(&["ask", &sales, "What is the amount in 00123?", "--model", &script, "--format", "csv"], 0, "5.5", "");
    home.check(&["examples", "list", &sales], 0, "", "no answer was accepted");
    home.check(&["query", &sales, "DELETE FROM sales"], 4, "", "");
    assert_eq!(std::fs::read_dir(home.path().join("tables")).unwrap().count(), 4, "two copies, each with what is known of it");
    // What is kept of a file goes, and the file stays.
    home.check(&["forget", &sales, "--yes"], 0, "tables that were made of files, and what is known of them: 4 files", "removed");
    assert_eq!(std::fs::read_dir(home.path().join("tables")).unwrap().count(), 0);
    assert!(home.path().join("sales.csv").exists());
    home.check(&["forget", &sales, "--yes"], 0, "", "nothing is kept");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let home = Home::new();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let open = write("open.csv", "a,b\n1,\"x\n");
    home.check(&["query", &open, "SELECT 1"], 3, "", "a quote that is opened in the row of line 2 is never closed");
    let text = write("notes.txt", "just words\n");
    home.check(&["query", &text, "SELECT 1"], 3, "", "plain text");
    let table = write("t.csv", "a\n1\n");
    home.check(&["query", &format!("{table}+{text}"), "SELECT 1"], 3, "", "opened together");
    home.check(&["query", &home.path().join("none.csv").display().to_string(), "SELECT 1"], 3, "", "there is no file");
}
