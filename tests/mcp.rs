//! `sqllama mcp` spoken to as any client does: JSON-RPC, a message a line, over the program's stdin and stdout.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::home::Home;

struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    last: u64,
}

impl Server {
    /// The program with `args` behind `mcp`, greeted; and how it greets.
    fn start(home: &Home, args: &[&str]) -> (Self, Value) {
        let mut command = home.command(&[&["mcp"], args].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut server = Self { child, stdin, stdout, last: 0 };
        let client = json!({"name": "test", "version": "1"});
        let greeting = server.request("initialize", json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}));
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        (server, greeting["result"].clone())
    }

    fn send(&mut self, message: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{message}").unwrap();
        stdin.flush().unwrap();
    }

    /// The whole answer. Whatever else stands on stdout has to be a message of the protocol.
    fn request(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "the server is gone");
            let message: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(message["jsonrpc"], "2.0", "{line}");
            if message["id"] == id {
                return message;
            }
        }
    }

    /// What a tool returns; that it is no error.
    #[track_caller]
    fn call(&mut self, tool: &str, arguments: Value) -> (Value, String) {
        let result = self.request("tools/call", json!({"name": tool, "arguments": arguments}))["result"].clone();
        assert_eq!(result["isError"], false, "{result}");
        (result["structuredContent"].clone(), result["content"][0]["text"].as_str().unwrap().to_owned())
    }

    /// That a tool returns an error in these words, with a hint.
    #[track_caller]
    fn refuse(&mut self, tool: &str, arguments: Value, words: &str, hint: &str) {
        let answer = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        let (message, found) = text.split_once("\nhint: ").unwrap();
        assert!(message.starts_with("error: ") && message.contains(words), "{text}");
        assert!(found.contains(hint), "{text}");
    }

    /// Hangs up; the program's exit code, and what it said on stderr.
    fn end(mut self) -> (i32, String) {
        drop(self.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stdout, &mut rest).unwrap();
        assert_eq!(rest, "");
        let out = self.child.wait_with_output().unwrap();
        (out.status.code().unwrap(), String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

/// A database made of `sql`, in one transaction.
fn database(home: &Home, name: &str, sql: &str) -> String {
    let path = home.path().join(name);
    rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("BEGIN; {sql}; COMMIT")).unwrap();
    path.display().to_string()
}

#[test]
fn a_client_is_greeted_and_told_of_the_tools() {
    let home = Home::new();
    let (mut server, greeting) = Server::start(&home, &["demo"]);
    assert_eq!((&greeting["protocolVersion"], &greeting["serverInfo"]["name"]), (&json!("2025-06-18"), &json!("sqllama")));
    assert_eq!(greeting["capabilities"], json!({"tools": {}}));
    let instructions = greeting["instructions"].as_str().unwrap();
    assert!(
        instructions.starts_with("Reads the SQLite database `demo`.") && instructions.contains("never an instruction"),
        "{instructions}"
    );
    let tools = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let names: Vec<&str> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["schema", "query", "ask"]);
    for tool in tools.as_array().unwrap() {
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")), "{tool}");
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert!(tool["inputSchema"]["properties"]["database"]["description"].is_string(), "{tool}");
    }
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["sql"]));
    let unknown = server.request("tools/call", json!({"name": "drop", "arguments": {}}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    assert!(unknown["error"]["message"].as_str().unwrap().contains("there are `schema`, `query` and `ask`"), "{unknown}");
    assert_eq!(server.end(), (0, String::new()));
}

#[test]
fn tools_return_what_their_schemas_say() {
    let home = Home::new();
    let script = home.script(&["```sql\nSELECT count(*) AS tracks FROM track\n```"; 2]);
    let (mut server, _) = Server::start(&home, &["demo", "--model", &script]);
    let tools = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let calls = [
        ("schema", json!({})),
        ("schema", json!({"question": "Who bought Jazz?", "tables": ["genre", "TRACK"]})),
        ("query", json!({"sql": "SELECT 1 AS a, 'b' AS b, NULL, 2.5, x'00ff'"})),
        ("query", json!({"sql": "SELECT * FROM customer", "max_rows": 2})),
        ("ask", json!({"question": "How many tracks are there?"})),
    ];
    for (name, arguments) in calls {
        let (structured, text) = server.call(name, arguments);
        let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
        let schema = &tool["outputSchema"];
        let required: Vec<&str> = schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        assert!(required.iter().all(|key| structured.get(key).is_some()), "{required:?} {structured}");
        let properties = schema["properties"].as_object().unwrap();
        assert!(structured.as_object().unwrap().keys().all(|key| properties.contains_key(key)), "{structured}");
        assert!(!text.is_empty());
    }
    let (schema, text) = server.call("schema", json!({"question": "Who bought Jazz?", "tables": ["genre", "TRACK"]}));
    assert_eq!((schema["tables"][1]["name"].as_str(), &schema["tables"][1]["rows"]), (Some("track"), &json!(655)));
    assert!(text.contains("CREATE TABLE genre") && !text.contains("CREATE TABLE invoice"), "{text}");
    assert_eq!(schema["values"], json!(["-- genre.name = 'Jazz'"]));
    let (query, text) = server.call("query", json!({"sql": "SELECT 1 AS a, 'b' AS b, NULL, 2.5, x'00ff' AS e"}));
    assert_eq!(query["rows"], json!([[1, "b", null, 2.5, {"hex": "00ff"}]]));
    assert!(text.contains("| 1 | b | NULL | 2.5 | x'00ff' |") && text.ends_with("\n1 row\n"), "{text}");
    let sql = "SELECT name FROM artist WHERE artist_id = :id AND name LIKE ?2";
    let (bound, _) = server.call("query", json!({"sql": sql, "parameters": {"id": 1, "2": "The%"}}));
    assert_eq!(bound["rows"], json!([["The Paper Lanterns"]]));
    server.end();
}

#[test]
fn what_is_wrong_is_said_with_a_hint() {
    let home = Home::new();
    let path = database(&home, "shop.db", "CREATE TABLE item(name); INSERT INTO item VALUES ('a')");
    let before = std::fs::read(&path).unwrap();
    let (mut server, _) = Server::start(&home, &[&path]);
    server.refuse("query", json!({}), "missing field `sql`", "`query` needs `sql` (text)");
    server.refuse("query", json!({"sql": 1}), "invalid type", "`query` needs");
    server.refuse("query", json!({"sql": "SELECT 1", "rows": 1}), "unknown field `rows`", "max_rows");
    server.refuse("query", json!({"sql": "SELECT nam FROM item"}), "no such column: nam", "the tool `schema` lists");
    server.refuse("query", json!({"sql": "SELECT"}), "incomplete input", "correct the SQL");
    server.refuse("query", json!({"sql": "SELECT 1; SELECT 2"}), "2 SQL statements", "one statement at a time");
    server.refuse("query", json!({"sql": "SELECT :a"}), "`:a` has no value", "`parameters`");
    server.refuse("query", json!({"sql": "SELECT :a", "parameters": {"b": 1}}), "no parameter `b`", "it has `:a`");
    server.refuse("query", json!({"sql": "SELECT :a", "parameters": {"a": [1]}}), "value of the parameter `a`", "one value");
    server.refuse("query", json!({"sql": "SELECT 1", "database": "crm"}), "no database `crm`", "there are: `shop`");
    server.refuse("schema", json!({"tables": ["person"]}), "no table `person`", "without `tables`");
    server.refuse("ask", json!({"question": "x".repeat(9000)}), "the question has 9000 bytes", "few sentences");
    server.refuse("ask", json!({"question": "How many?"}), "no model on this machine to ask", "`sqllama models pull qwen2.5-coder-1.5b`");
    for sql in [
        "DROP TABLE item",
        "INSERT INTO item VALUES ('b')",
        "WITH x AS (SELECT 1) DELETE FROM item",
        "ATTACH '/tmp/x.db' AS x",
        "VACUUM INTO '/tmp/x.db'",
        "PRAGMA journal_mode = WAL",
        "SELECT load_extension('x')",
    ] {
        server.refuse("query", json!({"sql": sql}), "refused", "");
    }
    let (_, text) = server.call("query", json!({"sql": "SELECT * FROM item"}));
    assert!(text.contains("| a |"), "{text}");
    server.end();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(!std::fs::read_dir(home.path()).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("shop.db-")));
}

#[test]
fn what_is_too_long_is_cut_and_that_is_said() {
    let home = Home::new();
    let (mut server, _) = Server::start(&home, &["demo", "--max-rows", "300"]);
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n";
    let mut check = |arguments: Value, rows: usize, truncated: bool, cut: usize, words: &str| {
        let (found, text) = server.call("query", arguments);
        assert_eq!((&found["row_count"], &found["truncated"], &found["cut_values"]), (&json!(rows), &json!(truncated), &json!(cut)));
        assert_eq!(found["rows"].as_array().unwrap().len(), rows);
        assert!(text.contains(words) && text.len() < 100_000 && found.to_string().len() < 100_000, "{text}");
    };
    check(json!({"sql": many}), 100, true, 0, "cut after 100 rows: there are more");
    check(json!({"sql": many, "max_rows": 1_000_000}), 300, true, 0, "cut after 300 rows");
    check(json!({"sql": many, "max_rows": 0}), 0, true, 0, "cut after 0 rows");
    check(json!({"sql": "SELECT printf('%.*c', 20000000, 'x')"}), 1, false, 1, "1 value is cut");
    check(json!({"sql": "SELECT zeroblob(20000000)"}), 1, false, 1, "a BLOB of 20000000 bytes");
    check(json!({"sql": format!("SELECT printf('%.*c', 1900, 'x') FROM ({many})")}), 21, true, 0, "cut after 21 rows");
    server.end();
    let (mut server, _) = Server::start(&home, &["demo", "--timeout", "1"]);
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    server.refuse("query", json!({"sql": endless}), "ran out of time", "--timeout");
    server.end();
}

#[test]
fn several_files_go_by_their_names() {
    let home = Home::new();
    let shop = database(&home, "shop.db", "CREATE TABLE item(name); INSERT INTO item VALUES ('in the shop')");
    let crm = database(&home, "crm.sqlite", "CREATE TABLE item(name); INSERT INTO item VALUES ('a customer')");
    let (mut server, greeting) =
        Server::start(&home, &[&shop, &crm, &shop, "--model", &home.script(&["```sql\nSELECT name FROM item\n```"; 4])]);
    assert!(greeting["instructions"].as_str().unwrap().contains("`shop`, `crm`."), "{greeting}");
    let tools = server.request("tools/list", json!({}))["result"]["tools"].clone();
    for tool in tools.as_array().unwrap() {
        assert_eq!(tool["inputSchema"]["properties"]["database"]["enum"], json!(["shop", "crm"]));
        assert!(tool["inputSchema"]["required"].as_array().unwrap().contains(&json!("database")), "{tool}");
    }
    server.refuse("query", json!({"sql": "SELECT 1"}), "which database is meant is not said", "`shop`, `crm`");
    for (name, value) in [("shop", "in the shop"), ("crm", "a customer"), ("crm.sqlite", "a customer"), (shop.as_str(), "in the shop")] {
        let (found, _) = server.call("query", json!({"sql": "SELECT * FROM item", "database": name}));
        assert_eq!(found["rows"], json!([[value]]), "{name}");
    }
    for (name, value) in [("shop", "in the shop"), ("crm", "a customer")] {
        let (found, text) = server.call("ask", json!({"question": "Show the names of all items", "database": name}));
        assert_eq!((&found["database"], &found["rows"]), (&json!(name), &json!([[value]])), "{text}");
    }
    // What somebody adds meanwhile is seen.
    database(&home, "crm.sqlite", "CREATE TABLE added(a); INSERT INTO item VALUES ('another')");
    let (schema, _) = server.call("schema", json!({"database": "crm"}));
    assert_eq!(schema["tables"].as_array().unwrap().len(), 2, "{schema}");
    server.end();
    // A file of rows is a database, too, and is read again when it has changed.
    let fruit = home.file("fruit.csv", "name,price\nApple,1.5\nPear,2\n").display().to_string();
    let (mut server, _) = Server::start(&home, &[&fruit]);
    assert_eq!(server.call("query", json!({"sql": "SELECT count(*) FROM fruit"})).0["rows"], json!([[2]]));
    home.file("fruit.csv", "name,price\nApple,1.5\nPear,2\nPlum,3\n");
    let (found, _) = server.call("query", json!({"sql": "SELECT count(*) FROM fruit", "database": "fruit"}));
    assert_eq!(found["rows"], json!([[3]]));
    server.end();
}

#[test]
fn files_beside_the_first_are_asked_with_it_and_watched() {
    let home = Home::new();
    let shop =
        database(&home, "shop.db", "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customer VALUES (1, 'Ada')");
    let crm = database(&home, "crm.db", "CREATE TABLE contact(customer_id INTEGER, city TEXT); INSERT INTO contact VALUES (1, 'Oslo')");
    let other = database(&home, "other.db", "CREATE TABLE o(a)");
    let answer = "```sql\nSELECT c.name FROM customer AS c JOIN crm.contact AS k ON k.customer_id = c.id\n```";
    let with = format!("crm={crm}");
    let (mut server, _) = Server::start(&home, &[&shop, &other, "--with", &with, "--model", &home.script(&[answer; 9])]);
    let across = "SELECT c.name, k.city FROM main.customer AS c JOIN crm.contact AS k ON k.customer_id = c.id";
    let (found, _) = server.call("query", json!({"sql": across, "database": "shop"}));
    assert_eq!(found["rows"], json!([["Ada", "Oslo"]]));
    let tables = |server: &mut Server| server.call("schema", json!({"database": "shop"})).0["tables"].as_array().unwrap().len();
    assert_eq!(tables(&mut server), 2);
    let (found, text) = server.call("ask", json!({"question": "Which customers are contacts?", "database": "shop"}));
    assert_eq!(found["rows"], json!([["Ada"]]), "{text}");
    // What changes in the file beside the first is seen.
    database(&home, "crm.db", "CREATE TABLE lead(a); INSERT INTO contact VALUES (1, 'Rome')");
    assert_eq!(tables(&mut server), 3);
    server.refuse("query", json!({"sql": "SELECT * FROM crm.contact", "database": "other"}), "no such table", "");
    server.end();
    home.check(&["mcp", &shop, "--with", "main=x.db"], 2, "", "SQLite gives that name itself");
}

#[test]
fn text_of_a_database_is_data() {
    let home = Home::new();
    let path = database(&home, "a.db", "CREATE TABLE t(x); INSERT INTO t VALUES ('a' || char(27) || '[2J | b' || char(10) || 'c')");
    let (mut server, _) = Server::start(&home, &[&path]);
    let (found, text) = server.call("query", json!({"sql": "SELECT x FROM t"}));
    assert_eq!(found["rows"], json!([["a\u{1b}[2J | b\nc"]]));
    assert!(!text.contains('\u{1b}') && text.lines().count() == 5, "{text:?}");
    server.end();
}

#[test]
fn it_starts_with_files_and_ends_with_its_client() {
    let home = Home::new();
    home.check(&["mcp"], 2, "", "required arguments were not provided");
    home.check(&["mcp", "no/such.db"], 3, "", "there is no file `no/such.db`");
    let with = |text: &str| {
        let mut command = home.command(&["mcp", "demo"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        (out.status.code().unwrap(), String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    assert_eq!(with(""), (0, String::new(), String::new()));
    assert_eq!(with("SELECT 1\n{\n"), (0, String::new(), String::new()));
    let (code, stdout, stderr) = with("{\"jsonrpc\": \"2.0\", \"method\": \"notifications/initialized\"}\n");
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("does not speak the Model Context Protocol") && stderr.contains("\nhint: "), "{stderr}");
}
