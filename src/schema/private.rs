//! Tables and columns that no model is told of: `private = ["salary"]` in a database's notes.
//!
//! A name stands for every table and every column called so; `employee.salary` for that column alone. What would give them away goes with
//! them: views that read them, columns computed from them, keys that lead to them, words that come from them. SQL that a person writes is not
//! looked at.

use std::borrow::Cow;
use std::collections::HashSet;

use super::tables::{Schema, Table, TableKind};

/// What no model is told of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    /// As they are written, in lower case.
    names: Vec<String>,
}

impl Private {
    /// What `notes` keep private, and the other notes.
    pub fn of_notes(notes: impl IntoIterator<Item = String>) -> (Self, Vec<String>) {
        let mut private = Self::default();
        let mut others = Vec::new();
        for note in notes {
            // Such a line may stand among others.
            let lines = if listed(&note).is_some() { vec![&*note] } else { note.lines().collect() };
            let (own, rest): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| listed(line).is_some());
            private.names.extend(own.into_iter().flat_map(listed).flatten().map(|name| name.to_ascii_lowercase()));
            if !rest.is_empty() {
                others.push(rest.join("\n"));
            }
        }
        others.retain(|note| !private.is_mentioned(note));
        (private, others)
    }

    /// What either keeps private.
    pub fn and(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        self
    }

    /// Whether nothing is private.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether `text` names something private.
    pub fn is_mentioned(&self, text: &str) -> bool {
        self.last_names().any(|name| mentions(text, name))
    }

    /// Last parts: `salary` of `employee.salary`.
    fn last_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| name.rsplit('.').next().unwrap_or(name))
    }

    fn names_table(&self, table: &Table) -> bool {
        let in_file = table.database.as_ref().map(|database| format!("{database}.{}", table.name));
        let is_whole = |name: &str| in_file.as_ref().is_some_and(|whole| name.eq_ignore_ascii_case(whole));
        self.names.iter().any(|name| name.eq_ignore_ascii_case(&table.name) || is_whole(name))
    }

    fn names_column(&self, table: &Table, column: &str) -> bool {
        let whole = format!("{}.{column}", table.name);
        let in_file = format!("{}.{whole}", table.database.as_deref().unwrap_or("main"));
        self.names.iter().any(|name| [column, &whole, &in_file].iter().any(|other| name.eq_ignore_ascii_case(other)))
    }

    /// `schema` as models may see it.
    pub fn shown<'s>(&self, schema: &'s Schema) -> Cow<'s, Schema> {
        if self.is_empty() {
            return Cow::Borrowed(schema);
        }
        let hidden = self.hidden_tables(schema);
        let is_hidden = |table: &str| hidden.contains(&table.to_ascii_lowercase());
        // Words about a table may come from any table of the file.
        let wordless = schema.tables.iter().any(|table| table.kind == TableKind::Table && is_hidden(&table.name));
        let mut shown = schema.clone();
        shown.tables.retain(|table| !is_hidden(&table.name));
        for table in &mut shown.tables {
            let gone = self.hidden_columns(table);
            let is_gone = |name: &String| gone.iter().any(|other| other.eq_ignore_ascii_case(name));
            let changed = !gone.is_empty() || self.is_mentioned(&table.sql) || hidden.iter().any(|name| mentions(&table.sql, name));
            table.columns.retain(|column| !is_gone(&column.name));
            if table.primary_key.iter().any(is_gone) {
                table.primary_key.clear();
            }
            if wordless || self.is_mentioned(&table.comment) {
                table.comment.clear();
            }
            table.called.retain(|name| !wordless && !self.is_mentioned(name));
            for column in &mut table.columns {
                if wordless || self.is_mentioned(&column.comment) {
                    column.comment.clear();
                }
                column.called.retain(|name| !wordless && !self.is_mentioned(name));
            }
            if changed {
                table.sql = statement(table);
            }
        }
        let known = shown.clone();
        for table in &mut shown.tables {
            let database = table.database.clone();
            let own = known.table_of(database.as_deref(), &table.name);
            table.foreign_keys.retain(|key| {
                let other = own.and_then(|own| known.referred(own, key));
                key.columns.iter().all(|name| own.is_some_and(|own| own.column(name).is_some()))
                    && key.foreign_columns.iter().all(|name| other.is_some_and(|other| other.column(name).is_some()))
            });
        }
        // Nothing is left to say of a table without columns.
        shown.tables.retain(|table| !table.columns.is_empty());
        Cow::Owned(shown)
    }

    /// Whether `sql` may read something private of `schema`: by its name or by that of what gives it away, with a `*`, or where SQLite tells
    /// of its own tables. For SQL that a program writes; a person's is not asked.
    pub fn is_reached(&self, sql: &str, schema: &Schema) -> bool {
        if self.is_empty() {
            return false;
        }
        let shown = self.shown(schema);
        let takes_all = takes_all(sql);
        let reads = |name: &str| mentions(sql, name);
        let of_table = |table: &Table| {
            let Some(left) = shown.table(&table.name) else { return true };
            let is_gone = |column: &&super::Column| left.column(&column.name).is_none();
            let mut gone = table.columns.iter().filter(is_gone).peekable();
            gone.peek().is_some() && (takes_all || gone.any(|column| reads(&column.name)))
        };
        let of_sqlite = ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"];
        self.is_mentioned(sql)
            || of_sqlite.into_iter().any(reads)
            || sql.to_ascii_lowercase().contains("pragma_")
            || schema.tables.iter().any(|table| reads(&table.name) && of_table(table))
    }

    /// In lower case: tables that are named, and whatever reads what is private in a way that its name does not show.
    fn hidden_tables(&self, schema: &Schema) -> HashSet<String> {
        let lower = |table: &Table| table.name.to_ascii_lowercase();
        let mut hidden: HashSet<String> = schema.tables.iter().filter(|table| self.names_table(table)).map(lower).collect();
        // Views read views: until nothing is added.
        loop {
            let partly = |table: &&Table| table.columns.iter().any(|column| self.names_column(table, &column.name));
            let partly: Vec<&str> = schema.tables.iter().filter(partly).map(|table| table.name.as_str()).collect();
            let gives_away = |table: &&Table| {
                let reads = |name: &str| mentions(&table.sql, name);
                let is_read = !hidden.contains(&lower(table)) && table.kind != TableKind::Table;
                is_read
                    && (self.is_mentioned(&table.sql)
                        || hidden.iter().any(|name| reads(name))
                        || table.sql.contains('*') && partly.iter().any(|name| reads(name)))
            };
            let mut added: Vec<String> = schema.tables.iter().filter(gives_away).map(lower).collect();
            // Full-text tables keep what they hold in tables beside them.
            let virtual_ones = schema.tables.iter().filter(|table| table.kind == TableKind::Virtual);
            let of_hidden: Vec<String> = virtual_ones
                .filter(|table| hidden.contains(&lower(table)) || added.contains(&lower(table)))
                .map(|table| lower(table) + "_")
                .collect();
            let beside =
                |table: &&Table| !hidden.contains(&lower(table)) && of_hidden.iter().any(|start| lower(table).starts_with(start.as_str()));
            added.extend(schema.tables.iter().filter(beside).map(lower));
            let before = hidden.len();
            hidden.extend(added);
            if hidden.len() == before {
                return hidden;
            }
        }
    }

    /// Columns of `table` that are named, and those that are computed from them.
    fn hidden_columns(&self, table: &Table) -> Vec<String> {
        let named = |name: &str| self.names_column(table, name);
        let mut gone: Vec<String> = table.columns.iter().filter(|column| named(&column.name)).map(|column| column.name.clone()).collect();
        let definitions = definitions(&table.sql);
        loop {
            let computed = |column: &&super::Column| {
                let own = definitions.iter().find(|text| begins_with(text, &column.name));
                !gone.contains(&column.name) && own.is_some_and(|text| mentions(text, "as") && gone.iter().any(|name| mentions(text, name)))
            };
            let more: Vec<String> = table.columns.iter().filter(computed).map(|column| column.name.clone()).collect();
            if more.is_empty() {
                return gone;
            }
            gone.extend(more);
        }
    }
}

/// How such a note begins.
const PRIVATE: &str = "private";

/// The names of a note `private = ["a", "b.c"]`; `None` where it is another note. What is meant so and not written as TOML is read as names
/// between commas: better one name too many is kept private.
fn listed(note: &str) -> Option<Vec<String>> {
    let (_, rest) = note.trim().split_at_checked(PRIVATE.len()).filter(|(word, _)| word.eq_ignore_ascii_case(PRIVATE))?;
    let rest = rest.trim_start().strip_prefix(['=', ':'])?;
    if let Ok(table) = format!("{PRIVATE} = {rest}").parse::<toml::Table>()
        && let Some(value) = table.get(PRIVATE)
    {
        let texts = |values: &[toml::Value]| values.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
        match value {
            toml::Value::String(name) => return Some(vec![name.clone()]),
            toml::Value::Array(values) if texts(values).is_some() => return texts(values),
            _ => {}
        }
    }
    let names = rest.split(',').map(|name| name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"' | '\'' | '`')));
    Some(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Whether `name` stands in `text` as a word of its own, in any case.
fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let inside = |before: Option<char>, first: Option<char>| before.is_some_and(is_word) && first.is_some_and(is_word);
    !name.is_empty()
        && text.match_indices(&name).any(|(at, found)| {
            let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + found.len()..).unwrap_or_default());
            !inside(before.chars().next_back(), name.chars().next()) && !inside(name.chars().next_back(), after.chars().next())
        })
}

/// Whether a `*` of `sql` stands for all columns: behind SELECT, a comma or a dot.
fn takes_all(sql: &str) -> bool {
    sql.match_indices('*').any(|(at, _)| {
        let before = sql.get(..at).unwrap_or_default().trim_end().to_ascii_lowercase();
        [",", ".", "select", "distinct", "all", "*/"].iter().any(|end| before.ends_with(end))
    })
}

/// Whether a column's definition is that of `name`.
fn begins_with(definition: &str, name: &str) -> bool {
    let bare = definition.trim_start().trim_start_matches(['"', '`', '[', '\'']);
    bare.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !bare.get(name.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// What stands between the commas of a `CREATE TABLE`'s brackets.
fn definitions(sql: &str) -> Vec<String> {
    let Some((_, body)) = sql.split_once('(') else { return Vec::new() };
    let (mut out, mut depth, mut quote) = (vec![String::new()], 1_i32, None);
    for c in body.chars() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 1 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out
}

/// A `CREATE TABLE` of what is left of a table.
fn statement(table: &Table) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let column = |column: &super::Column| format!("{} {}", quoted(&column.name), column.declared_type).trim_end().to_owned();
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let end = if mentions(&table.sql, "without") && mentions(&table.sql, "rowid") { " WITHOUT ROWID" } else { "" };
    format!("CREATE TABLE {} ({}){end}", quoted(&table.name), columns.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::{Column, ForeignKey, KeyOrigin};
    use super::*;

    fn table(name: &str, kind: TableKind, columns: &[&str], sql: &str) -> Table {
        let columns = columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect();
        Table { name: name.into(), kind, columns, sql: sql.into(), ..Table::default() }
    }

    fn company() -> Schema {
        let key = |column: &str, foreign: &str, to: &str| ForeignKey {
            columns: vec![column.into()],
            foreign_table: foreign.into(),
            elsewhere: None,
            foreign_columns: vec![to.into()],
            origin: KeyOrigin::Declared,
        };
        let mut employee = table(
            "Employee",
            TableKind::Table,
            &["id", "name", "Salary", "net", "half_net", "dept_id"],
            "CREATE TABLE Employee (id INTEGER PRIMARY KEY, name TEXT, Salary REAL CHECK (Salary > 0), net AS (Salary * 0.7), \"half_net\" REAL AS (net / 2), dept_id INT)",
        );
        employee.foreign_keys = vec![key("dept_id", "dept", "id"), key("Salary", "grade", "salary")];
        Schema {
            tables: vec![
                employee,
                table("dept", TableKind::Table, &["id", "name"], "CREATE TABLE dept (id INTEGER PRIMARY KEY, name TEXT)"),
                table("grade", TableKind::Table, &["salary", "word"], "CREATE TABLE grade (salary REAL, word TEXT)"),
                table("pay", TableKind::View, &["who", "what"], "CREATE VIEW pay AS SELECT name AS who, salary AS what FROM employee"),
                table(
                    "everything",
                    TableKind::View,
                    &["a", "b", "c", "d", "e", "f"],
                    "CREATE VIEW everything(a,b,c,d,e,f) AS SELECT * FROM employee",
                ),
                table("over", TableKind::View, &["a"], "CREATE VIEW over AS SELECT c AS a FROM everything"),
                table("names", TableKind::View, &["name"], "CREATE VIEW names AS SELECT name FROM employee"),
                table("find", TableKind::Virtual, &["name", "salary"], "CREATE VIRTUAL TABLE find USING fts5(name, salary)"),
                table("find_content", TableKind::Table, &["c0", "c1"], "CREATE TABLE find_content (c0, c1)"),
            ],
        }
    }

    /// What is left: `table(columns)`, and the keys.
    #[track_caller]
    fn check(notes: &[&str], expected: &str) {
        let (private, _) = Private::of_notes(notes.iter().map(|note| (*note).to_owned()));
        let schema = company();
        let shown = private.shown(&schema);
        let of = |table: &Table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let keys: Vec<&str> = table.foreign_keys.iter().map(|key| key.foreign_table.as_str()).collect();
            format!("{}({}){}", table.name, columns.join(" "), keys.iter().map(|key| format!("->{key}")).collect::<String>())
        };
        assert_eq!(shown.tables.iter().map(of).collect::<Vec<_>>().join(" "), expected);
        if !private.is_empty() {
            assert!(!format!("{shown:?}").to_lowercase().contains("salary"), "{shown:?}");
        }
    }

    #[test]
    fn what_gives_it_away_goes_with_it() {
        check(&["private = [\"salary\"]"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["Private: salary"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["PRIVATE = ['salary']"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["private = [\n  \"salary\",\n]"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["Rome is the head office\nprivate = ['salary']"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["private=[salary]"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["private = \"SALARY\"", "other"], "Employee(id name dept_id)->dept dept(id name) grade(word) names(name)");
        check(&["private = ['employee', 'grade', 'find']"], "dept(id name)");
    }

    #[test]
    fn one_column_of_one_table_can_be_private() {
        let (private, _) = Private::of_notes(["private = ['employee.salary']".to_owned()]);
        let schema = company();
        let shown = private.shown(&schema);
        assert!(shown.table("employee").unwrap().column("salary").is_none());
        assert!(shown.table("grade").unwrap().column("salary").is_some());
        assert!(shown.table("pay").is_none() && shown.table("everything").is_none());
    }

    #[test]
    fn what_a_program_writes_does_not_reach_it() {
        let (private, _) = Private::of_notes(["private = ['employee.salary']".to_owned()]);
        let reached = |sql: &str| private.is_reached(sql, &company());
        for sql in [
            "SELECT salary FROM employee",
            "SELECT e.\"Salary\" FROM employee e",
            "SELECT * FROM employee",
            "SELECT d.name, e.* FROM dept d JOIN employee e ON e.dept_id = d.id",
            "SELECT net FROM employee",
            "SELECT what FROM pay",
            "SELECT c FROM everything",
            "SELECT sql FROM sqlite_master",
            "SELECT name FROM pragma_table_info('employee')",
        ] {
            assert!(reached(sql), "{sql}");
        }
        for sql in [
            "SELECT name, count(*) FROM employee GROUP BY name",
            "SELECT * FROM dept",
            "SELECT id * 2 FROM employee",
            "SELECT name FROM names",
        ] {
            assert!(!reached(sql), "{sql}");
        }
    }

    #[test]
    fn notes_that_name_it_are_left_out() {
        let (private, others) =
            Private::of_notes(["private = ['salary']", "salary is in euro", "status 9 is cancelled"].map(str::to_owned));
        assert_eq!(others, ["status 9 is cancelled"]);
        assert!(private.is_mentioned("SELECT e.\"Salary\" FROM e") && !private.is_mentioned("salary_group, salaryman, my_salary"));
        assert!(Private::of_notes(["the private ones = 3".to_owned()]).0.is_empty());
        assert!(matches!(Private::default().shown(&company()), Cow::Borrowed(_)));
    }
}
