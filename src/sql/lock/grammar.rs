//! What each token does: how far a query has come, and what may stand next.
//!
//! It follows SQL closely enough to tell tables, columns and the rest apart; it does not judge what has no name in it.

use super::automaton::Sql;
use super::expect::Expect;
use super::keywords::is;
use super::lesson::Outcome;
use super::names::{Name, Place, Roles};
use super::scope::{Bracket, Clause, Item, Purpose, Source, Writing};
use super::words::is_reserved;

impl Sql {
    /// The innermost open bracket, where that is inside the innermost query.
    pub(super) fn bracket(&self) -> Option<Bracket> {
        self.here().brackets.last().copied()
    }

    /// Whether the place is the list of result columns itself, not a bracket in it.
    pub(super) fn in_items(&self) -> bool {
        self.bracket().is_none() && self.here().clause == Clause::Select
    }

    /// Whether a comma or JOIN here means another table.
    pub(super) fn in_tables(&self) -> bool {
        match self.bracket() {
            Some(bracket) => bracket == Bracket::Tables,
            None => matches!(self.here().clause, Clause::From | Clause::On),
        }
    }

    /// Notes that the result column being written has a token from `start` on, which is `column` alone or more.
    pub(super) fn touch(&mut self, start: usize, column: Option<&Name>) {
        if !self.in_items() {
            return;
        }
        let end = self.end.max(start + 1);
        let writing = self.writing();
        writing.column = if writing.span.is_none() { column.cloned() } else { None };
        writing.span = Some((writing.span.map_or(start, |(first, _)| first), end));
    }

    pub(super) fn writing(&mut self) -> &mut Writing {
        &mut self.here_mut().scope.writing
    }

    pub(super) fn end_item(&mut self) {
        let writing = std::mem::take(self.writing());
        let item = match (writing.star, writing.alias, writing.column, writing.span) {
            (Some(star), ..) => star,
            (None, Some(name), ..) => Item::Named { name, aliased: true },
            (None, None, Some(name), _) => Item::Named { name, aliased: false },
            (None, None, None, Some((start, end))) => {
                Item::Named { name: Name::new(self.text.get(start..end).unwrap_or(&[]).trim_ascii()), aliased: false }
            }
            (None, None, None, None) => return,
        };
        self.here_mut().scope.items.push(item);
    }

    /// Takes a word without quotes. `roles` are those of the names that may stand here; `free` where others may, too.
    pub(super) fn word(&mut self, word: &[u8], start: usize, roles: Roles, free: bool) -> Outcome {
        let fresh = std::mem::take(&mut self.fresh);
        let after_is = std::mem::take(&mut self.after_is);
        let name = Name::new(word);
        match std::mem::replace(&mut self.expect, Expect::After) {
            Expect::Start | Expect::AfterCte | Expect::NextSelect => self.start_word(word),
            Expect::CteName if is(word, &["recursive"]) && self.here().ctes.is_empty() => {
                // A table may be called so, too.
                self.here_mut().declaring = Some((name, None));
                self.expect = Expect::CteName;
                Ok(())
            }
            Expect::CteName => {
                self.here_mut().declaring = Some((name, None));
                self.expect = Expect::CteAs;
                Ok(())
            }
            Expect::CteColumns => self.cte_column(name),
            Expect::CteAs => {
                self.expect = if is(word, &["as"]) { Expect::CteBody } else { Expect::CteAs };
                Ok(())
            }
            Expect::CteBody => {
                self.expect = Expect::CteBody;
                Ok(())
            }
            Expect::Operand => self.operand_word(word, name, start, (roles, free), fresh, after_is),
            Expect::Column { qualifier, start: first } => self.column(qualifier, name, first, start, is_reserved(word)),
            Expect::In => {
                self.expect = Expect::After;
                if is_reserved(word) || !free && !roles.has(Roles::TABLE) { Err(self.unmet()) } else { Ok(()) }
            }
            Expect::Table if fresh && is(word, &["select", "with", "values"]) => {
                self.here_mut().brackets.pop();
                self.open_query(Purpose::Source);
                self.start_word(word)
            }
            Expect::Table => {
                if is_reserved(word) || !free && roles.is_none() {
                    return Err(self.unmet());
                }
                self.expect = Expect::PendingTable { name, start, database: None };
                Ok(())
            }
            Expect::TableOf { database, start } => {
                if is_reserved(word) || roles.is_none() {
                    return Err(self.unmet());
                }
                self.expect = Expect::PendingTable { name, start, database: Some(database) };
                Ok(())
            }
            Expect::QualifierOf { .. } => {
                if is_reserved(word) || roles.is_none() {
                    return Err(self.unmet());
                }
                self.expect = Expect::Pending { name, start, roles: Roles::QUALIFIER, quote: None };
                Ok(())
            }
            Expect::AfterTable => self.after_table_word(word, name),
            Expect::TableAlias => self.table_alias(name),
            Expect::ColumnAlias => self.column_alias(name),
            Expect::SharedColumn => {
                self.expect = Expect::SharedColumn;
                if is_reserved(word) || !free && roles.is_none() { Err(self.unmet()) } else { Ok(()) }
            }
            Expect::Type => {
                self.expect = Expect::Type;
                Ok(())
            }
            Expect::By => {
                self.expect =
                    if self.bracket().is_none() && self.here().clause == Clause::From { Expect::IndexName } else { Expect::Operand };
                Ok(())
            }
            Expect::IndexName => {
                self.expect = Expect::AfterTable;
                Ok(())
            }
            Expect::WindowName => {
                self.expect = Expect::WindowAs;
                Ok(())
            }
            Expect::WindowAs => {
                self.expect = Expect::Over;
                Ok(())
            }
            Expect::Rows => {
                self.expect = Expect::Rows;
                Ok(())
            }
            Expect::Over | Expect::AnyName => {
                self.touch(start, None);
                Ok(())
            }
            Expect::After => self.after_word(word, name, start),
            // Settled before a word begins.
            Expect::Pending { .. } | Expect::PendingTable { .. } => Ok(()),
        }
    }

    /// Takes a name or a string in quotes.
    pub(super) fn quoted(&mut self, content: &[u8], close: u8, start: usize, roles: Roles, free: bool) -> Outcome {
        self.fresh = false;
        self.after_is = false;
        let name = Name::new(content);
        match std::mem::replace(&mut self.expect, Expect::After) {
            Expect::Operand if close == b'\'' => {
                self.touch(start, None);
                Ok(())
            }
            Expect::Operand => {
                let roles = if free { roles | Roles::COLUMN | Roles::QUALIFIER } else { roles };
                self.expect = Expect::Pending { name, start, roles, quote: Some(close) };
                Ok(())
            }
            Expect::Column { qualifier, start: first } => self.column(qualifier, name, first, start, false),
            Expect::Table => {
                self.expect = Expect::PendingTable { name, start, database: None };
                Ok(())
            }
            Expect::TableOf { database, start } => {
                self.expect = Expect::PendingTable { name, start, database: Some(database) };
                Ok(())
            }
            Expect::QualifierOf { .. } => {
                self.expect = Expect::Pending { name, start, roles: Roles::QUALIFIER, quote: None };
                Ok(())
            }
            Expect::AfterTable | Expect::TableAlias => self.table_alias(name),
            Expect::ColumnAlias => self.column_alias(name),
            Expect::After if self.in_items() => self.column_alias(name),
            Expect::SharedColumn => {
                self.expect = Expect::SharedColumn;
                Ok(())
            }
            Expect::CteName => {
                self.here_mut().declaring = Some((name, None));
                self.expect = Expect::CteAs;
                Ok(())
            }
            Expect::CteColumns => self.cte_column(name),
            Expect::WindowName => {
                self.expect = Expect::WindowAs;
                Ok(())
            }
            Expect::IndexName => {
                self.expect = Expect::AfterTable;
                Ok(())
            }
            Expect::Start | Expect::AfterCte | Expect::NextSelect | Expect::CteAs | Expect::CteBody => Err(self.unmet()),
            same @ (Expect::Type | Expect::Rows | Expect::By | Expect::WindowAs) => {
                self.expect = same;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes a number or a parameter.
    pub(super) fn literal(&mut self, start: usize) -> Outcome {
        self.fresh = false;
        self.after_is = false;
        match self.expect {
            Expect::Operand => {
                self.touch(start, None);
                self.expect = Expect::After;
                Ok(())
            }
            Expect::Column { .. }
            | Expect::Table
            | Expect::TableOf { .. }
            | Expect::QualifierOf { .. }
            | Expect::SharedColumn
            | Expect::In => Err(self.unmet()),
            _ => Ok(()),
        }
    }

    /// Takes an operator that no name is touched by.
    pub(super) fn operator(&mut self, start: usize) -> Outcome {
        self.settle()?;
        self.fresh = false;
        self.after_is = false;
        self.ends(start + 1);
        match self.expect {
            Expect::After | Expect::Operand => {
                self.touch(start, None);
                self.expect = Expect::Operand;
                Ok(())
            }
            Expect::Type | Expect::Rows => Ok(()),
            _ => Err(self.unmet()),
        }
    }

    /// Decides what a name was that no bracket and no dot follows.
    pub(super) fn settle(&mut self) -> Outcome {
        match self.expect.clone() {
            Expect::Pending { name, start, roles, quote } => {
                self.expect = Expect::After;
                // What names nothing in double quotes is a string.
                if quote == Some(b'"') {
                    let column = self.could_be(&name).then_some(&name);
                    self.touch(start, column);
                    return Ok(());
                }
                if !roles.has(Roles::COLUMN) {
                    return Err(self.unmet());
                }
                self.touch(start, Some(&name));
                self.refer(None, Some(name), Place { first: start, start })
            }
            Expect::PendingTable { name, start, database } => {
                self.expect = Expect::AfterTable;
                let relation = match database {
                    Some(database) => self.catalog.relation_of(&database, &name).cloned(),
                    None => self.relation(&name),
                };
                let Some(relation) = relation else { return Err(self.unmet()) };
                self.add_source(Source { name, relation, aliased: false, start });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether a blank may come: not behind a name that only a dot makes right.
    pub(super) fn may_pause(&self) -> bool {
        match &self.expect {
            Expect::Pending { roles, quote, .. } => roles.has(Roles::COLUMN) || roles.has(Roles::FUNCTION) || quote.is_some(),
            _ => true,
        }
    }

    /// Ends the statement.
    pub(super) fn finish(&mut self) -> Outcome {
        self.settle()?;
        if !self.is_outermost() || self.bracket().is_some() || !self.is_complete() {
            return Err(self.unmet());
        }
        if self.in_items() {
            self.end_item();
        }
        self.close_from()
    }
}
