//! The name lock as a constraint of the model.

use std::sync::{Arc, Mutex, PoisonError};

use crate::llm::{Barred, ByteAutomaton, Constrain, Constraint};
use crate::prompt::{Form, Thoughts};
use crate::schema::Schema;
use crate::sql::lock::{Before, NameLock, Refusal, gbnf};

/// Locks a model to the names of `schema`, in SQL that comes at once.
pub fn name_lock(schema: &Schema) -> Constraint {
    name_lock_in(schema, Form::Chat)
}

/// The same in the SQL of an answer in `form`: thoughts before it are not touched.
pub(super) fn name_lock_in(schema: &Schema, form: Form) -> Constraint {
    let before = match form.thoughts() {
        Thoughts::None => Before::Words,
        Thoughts::InWords => Before::Thoughts,
        Thoughts::InTags => Before::Answer,
    };
    // The statements say which tables have no rowid.
    let statements = schema.tables.iter().map(|table| table.sql.as_str());
    let mut key = std::iter::once(schema.fingerprint().as_str()).chain(statements).collect::<Vec<_>>().join("\n");
    if before != Before::Words {
        key.push_str(&format!("\n{before:?}"));
    }
    let lock = NameLock::new(schema).behind(before);
    Constraint(Arc::new(Names { lock, before, key, schema: schema.clone(), grammar: Mutex::default() }))
}

#[derive(Debug)]
struct Names {
    lock: NameLock,
    before: Before,
    key: String,
    schema: Schema,
    /// Made where a server wants it: the last one, with the prompt that it is for.
    grammar: Mutex<Option<(String, Option<String>)>>,
}

impl Constrain for Names {
    fn start(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.lock.clone())
    }

    fn key(&self) -> String {
        self.key.clone()
    }

    fn grammar(&self, told: &str) -> Option<String> {
        // The grammar is one of SQL alone.
        if self.before != Before::Words {
            return None;
        }
        let mut known = self.grammar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, grammar)) = known.as_ref().filter(|(of, _)| of == told) {
            return grammar.clone();
        }
        let told_of = told_of(&self.schema, told);
        let grammar = if told_of.tables.is_empty() { None } else { gbnf(&told_of) };
        *known = Some((told.to_owned(), grammar.clone()));
        grammar
    }
}

/// What of `schema` stands in a prompt: of a large one only a part does, and names that a server is not told are not told by a grammar either.
fn told_of(schema: &Schema, prompt: &str) -> Schema {
    let prompt = prompt.to_lowercase();
    let is_told = |name: &str| prompt.contains(&name.to_lowercase());
    let mut told = schema.clone();
    told.tables.retain(|table| is_told(&table.name));
    for table in &mut told.tables {
        table.columns.retain(|column| is_told(&column.name));
    }
    told
}

/// What a refusal after the text that `lock` has taken means for it.
fn barred(lock: &NameLock, refusal: Refusal) -> Barred {
    match refusal {
        Refusal::Again(lesson) if lesson.at < lock.written() => {
            Barred::Since { back: lock.written() - lesson.at, again: Box::new(lock.again(&lesson)) }
        }
        Refusal::Again(_) | Refusal::Name => Barred::Here,
    }
}

impl ByteAutomaton for NameLock {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred> {
        Self::take(self, bytes).map_err(|refusal| barred(self, refusal))
    }

    fn may_end(&self) -> Result<(), Barred> {
        self.end().map_err(|refusal| barred(self, refusal))
    }

    fn forced(&self) -> Vec<u8> {
        Self::forced(self)
    }

    fn give_up(&mut self) {
        Self::give_up(self);
    }

    fn unsettled(&self) -> usize {
        Self::unsettled(self)
    }

    fn endings(&self) -> Vec<Vec<u8>> {
        Self::endings(self)
    }

    fn fork(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};

    #[test]
    fn a_grammar_tells_no_name_that_the_prompt_does_not() {
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            ..Table::default()
        };
        let schema = Schema { tables: vec![table("Singer", &["Name", "Zqcolumn"]), table("qxhidden", &["name"])] };
        let Constraint(names) = name_lock(&schema);
        let has = |grammar: &str, word: &str| {
            // `[sS] [iI] ...`, as far as words do not share their beginnings.
            let letters: String = word.chars().map(|c| format!("[{c}{}]", c.to_ascii_uppercase())).collect::<Vec<_>>().join(" ");
            grammar.contains(&letters)
        };
        let grammar = names.grammar("CREATE TABLE singer (name TEXT)").unwrap();
        assert!(has(&grammar, "inger"), "{grammar}");
        assert!(!has(&grammar, "xhidden") && !has(&grammar, "qcolumn"), "{grammar}");
        let grammar = names.grammar("singer(name, zqcolumn) qxhidden(name)").unwrap();
        assert!(has(&grammar, "xhidden") && has(&grammar, "qcolumn"), "{grammar}");
        assert_eq!(names.grammar("nothing of it"), None);
    }
}
