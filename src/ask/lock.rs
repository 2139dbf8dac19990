//! The name lock as a constraint of the model.

use std::sync::{Arc, OnceLock};

use crate::llm::{Barred, ByteAutomaton, Constrain, Constraint};
use crate::schema::Schema;
use crate::sql::lock::{NameLock, Refusal, gbnf};

/// Locks a model to the names of `schema`.
pub fn name_lock(schema: &Schema) -> Constraint {
    // The statements say which tables have no rowid.
    let statements = schema.tables.iter().map(|table| table.sql.as_str());
    let key = std::iter::once(schema.fingerprint().as_str()).chain(statements).collect::<Vec<_>>().join("\n");
    Constraint(Arc::new(Names { lock: NameLock::new(schema), key, schema: schema.clone(), grammar: OnceLock::new() }))
}

#[derive(Debug)]
struct Names {
    lock: NameLock,
    key: String,
    schema: Schema,
    /// Made where a server wants it.
    grammar: OnceLock<Option<String>>,
}

impl Constrain for Names {
    fn start(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.lock.clone())
    }

    fn key(&self) -> String {
        self.key.clone()
    }

    fn grammar(&self) -> Option<String> {
        self.grammar.get_or_init(|| gbnf(&self.schema)).clone()
    }
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
