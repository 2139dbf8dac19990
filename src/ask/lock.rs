//! The name lock as a constraint of the model.

use std::sync::Arc;

use crate::llm::{Barred, ByteAutomaton, Constrain, Constraint};
use crate::schema::Schema;
use crate::sql::lock::{NameLock, Refusal};

/// Locks a model to the names of `schema`.
pub fn name_lock(schema: &Schema) -> Constraint {
    Constraint(Arc::new(Names(NameLock::new(schema))))
}

#[derive(Debug)]
struct Names(NameLock);

impl Constrain for Names {
    fn start(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.0.clone())
    }
}

impl ByteAutomaton for NameLock {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred> {
        let written = self.written();
        Self::take(self, bytes).map_err(|refusal| match refusal {
            Refusal::Wager(at) if at < written => Barred::Since(written - at),
            Refusal::Wager(_) | Refusal::Name => Barred::Here,
        })
    }

    fn may_end(&self) -> bool {
        Self::may_end(self)
    }

    fn forced(&self) -> Vec<u8> {
        Self::forced(self)
    }

    fn unsettled(&self) -> usize {
        Self::unsettled(self)
    }

    fn make_certain(&mut self) {
        self.make_strict();
    }

    fn fork(&self) -> Box<dyn ByteAutomaton> {
        Box::new(self.clone())
    }
}
