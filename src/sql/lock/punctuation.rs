//! What brackets, commas, dots and semicolons do.

use std::sync::Arc;

use super::automaton::{Sql, Step};
use super::expect::Expect;
use super::lesson::{Outcome, Refusal};
use super::names::{Place, Roles};
use super::scope::{Bracket, Clause, Item, Purpose, Query, Source};

impl Sql {
    /// Takes a byte that is a token by itself.
    pub(super) fn punctuation(&mut self, byte: u8, at: usize) -> Result<Step, Refusal> {
        let fresh = std::mem::take(&mut self.fresh);
        self.ends(at + 1);
        match byte {
            b'(' => self.open(at)?,
            b')' => self.close()?,
            b',' => self.comma()?,
            b'.' => self.dot()?,
            b';' => {
                self.finish()?;
                return Ok(Step::Over);
            }
            b'*' if matches!(self.expect, Expect::Operand) => {
                if !fresh && !self.in_items() {
                    return Err(self.unmet());
                }
                self.touch(at, None);
                if self.in_items() {
                    self.writing().star = Some(Item::Star);
                }
                self.expect = Expect::After;
            }
            b'*' => {
                if let Expect::Column { qualifier, start } = self.expect.clone() {
                    self.touch(start, None);
                    if self.in_items() {
                        self.writing().star = Some(Item::StarOf(qualifier.clone()));
                    }
                    self.expect = Expect::After;
                    self.refer(Some(qualifier), None, Place { first: start, start })?;
                } else {
                    self.operator(at)?;
                }
            }
            _ => self.operator(at)?,
        }
        Ok(Step::On)
    }

    pub(super) fn open(&mut self, at: usize) -> Outcome {
        let (bracket, expect) = match std::mem::replace(&mut self.expect, Expect::Operand) {
            Expect::Pending { name, start, roles, quote } => {
                if !roles.has(Roles::FUNCTION) {
                    return Err(if quote.is_some() || self.knows(start) { Refusal::Name } else { self.known_at(start) });
                }
                self.touch(start, None);
                match &*name.lower {
                    b"cast" => (Bracket::Cast, Expect::Operand),
                    b"extract" => (Bracket::Values, Expect::AnyName),
                    _ => (Bracket::Values, Expect::Operand),
                }
            }
            Expect::PendingTable { name, start, .. } => {
                let relation = self.catalog.function(&name).or_else(|| self.catalog.relation(&name)).cloned();
                let Some(relation) = relation else { return Err(self.unmet()) };
                // Its arguments cannot name its own columns: it joins the tables behind them.
                self.here_mut().function = Some(relation);
                self.here_mut().function_start = start;
                (Bracket::TableArguments, Expect::Operand)
            }
            Expect::Operand | Expect::In => {
                self.touch(at, None);
                (Bracket::Values, Expect::Operand)
            }
            Expect::Table => (Bracket::Tables, Expect::Table),
            Expect::SharedColumn => (Bracket::Shared, Expect::SharedColumn),
            Expect::Over => (Bracket::Window, Expect::Operand),
            Expect::CteAs => (Bracket::CteColumns, Expect::CteColumns),
            Expect::CteBody => {
                let Some((name, columns)) = self.here_mut().declaring.take() else { return Err(self.unmet()) };
                self.open_query(Purpose::Cte(name, columns));
                return Ok(());
            }
            Expect::CteName => {
                // WITH recursive(a) AS: a table called so.
                (Bracket::CteColumns, Expect::CteColumns)
            }
            expect @ (Expect::Type | Expect::Rows) => (Bracket::Values, expect),
            _ => return Err(self.unmet()),
        };
        let query = self.here_mut();
        query.brackets.push(bracket);
        if query.clause == Clause::Values && query.rows == (0, 0) {
            query.rows.1 = 1;
        }
        self.expect = expect;
        self.fresh = true;
        Ok(())
    }

    pub(super) fn open_query(&mut self, purpose: Purpose) {
        self.nested.push(Arc::new(Query::new(purpose)));
        self.expect = Expect::Start;
    }

    pub(super) fn close(&mut self) -> Outcome {
        let Some(bracket) = self.bracket() else {
            if self.is_outermost() || !self.is_complete() {
                return Err(self.unmet());
            }
            return self.close_query();
        };
        if self.expect != Expect::Table && self.lacks_name() {
            return Err(self.unmet());
        }
        let query = self.here_mut();
        query.brackets.pop();
        query.rows.0 += usize::from(query.clause == Clause::Values && query.brackets.is_empty());
        if bracket == Bracket::TableArguments
            && let Some(relation) = self.here_mut().function.take()
        {
            let start = self.here().function_start;
            self.add_source(Source { name: relation.name.clone(), relation, aliased: false, start });
        }
        self.expect = match bracket {
            Bracket::Tables | Bracket::TableArguments | Bracket::Shared => Expect::AfterTable,
            Bracket::CteColumns => Expect::CteAs,
            Bracket::Values | Bracket::Cast | Bracket::Window if self.expect == Expect::Type && self.bracket() == Some(Bracket::Cast) => {
                Expect::Type
            }
            _ => Expect::After,
        };
        self.touch(self.end.saturating_sub(1), None);
        Ok(())
    }

    /// Whether a query may end here: nothing is missing behind the last token.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.expect, Expect::After | Expect::AfterTable)
    }

    pub(super) fn close_query(&mut self) -> Outcome {
        if self.in_items() {
            self.end_item();
        }
        self.close_from()?;
        self.end_select()?;
        let Some(query) = self.nested.pop() else { return Err(Refusal::Name) };
        let relation = query.relation();
        self.expect = Expect::After;
        match &query.purpose {
            Purpose::Statement | Purpose::Expression => self.touch(self.end.saturating_sub(1), None),
            Purpose::Source => {
                let relation = Arc::new(relation);
                let start = self.end;
                self.add_source(Source { name: relation.name.clone(), relation, aliased: false, start });
                self.expect = Expect::AfterTable;
            }
            Purpose::Cte(..) => {
                let around = self.here_mut();
                around.ctes.retain(|cte| cte.name != relation.name);
                around.ctes.push(Arc::new(relation));
                self.expect = Expect::AfterCte;
            }
        }
        Ok(())
    }

    /// Whether a name has to follow.
    fn lacks_name(&self) -> bool {
        matches!(self.expect, Expect::Column { .. } | Expect::In | Expect::Table | Expect::TableOf { .. } | Expect::QualifierOf { .. })
    }

    pub(super) fn comma(&mut self) -> Outcome {
        if self.lacks_name() {
            return Err(self.unmet());
        }
        if self.here().clause == Clause::Values && self.here().rows.0 == 0 && self.here().brackets.len() == 1 {
            self.here_mut().rows.1 += 1;
        }
        self.expect = match self.bracket() {
            Some(Bracket::Tables) => Expect::Table,
            Some(Bracket::Shared) => Expect::SharedColumn,
            Some(Bracket::CteColumns) => Expect::CteColumns,
            Some(_) if self.expect == Expect::Type => Expect::Type,
            Some(_) => Expect::Operand,
            None => match self.here().clause {
                Clause::With => Expect::CteName,
                Clause::From | Clause::On => {
                    self.return_to_tables();
                    Expect::Table
                }
                Clause::Window => Expect::WindowName,
                Clause::Select => {
                    self.end_item();
                    Expect::Operand
                }
                _ => Expect::Operand,
            },
        };
        Ok(())
    }

    pub(super) fn dot(&mut self) -> Outcome {
        match std::mem::replace(&mut self.expect, Expect::After) {
            Expect::Pending { name, roles, .. } if roles.has(Roles::QUALIFIER) && self.means_database(&name) => {
                self.expect = Expect::QualifierOf { database: name };
                Ok(())
            }
            Expect::Pending { name, start, roles, .. } if roles.has(Roles::QUALIFIER) => {
                self.expect = Expect::Column { qualifier: name, start };
                Ok(())
            }
            Expect::PendingTable { name, start, database: None } if self.catalog.is_database(&name) => {
                self.expect = Expect::TableOf { database: name, start };
                Ok(())
            }
            _ => Err(self.unmet()),
        }
    }
}
