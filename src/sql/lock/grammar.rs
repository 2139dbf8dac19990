//! What each token does: how far a query has come, and what may stand next.
//!
//! It follows SQL closely enough to tell tables, columns and the rest apart; it does not judge what has no name in it.

use std::sync::Arc;

use super::automaton::{Refusal, Sql, Step};
use super::names::{Name, Roles};
use super::scope::{Clause, From, Item, Purpose, Query, Source, Writing};
use super::words::is_reserved;

/// What may stand next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    /// SELECT, WITH, VALUES, EXPLAIN.
    Start,
    /// Of a common table expression.
    CteName,
    CteColumns,
    CteAs,
    CteBody,
    /// A comma or the query.
    AfterCte,
    /// A value.
    Operand,
    /// A name that may turn out to be a column, a qualifier or a function.
    Pending {
        name: Name,
        start: usize,
        roles: Roles,
        quote: Option<u8>,
    },
    /// A column of what is called so.
    Column {
        qualifier: Name,
        start: usize,
    },
    /// What may follow a value.
    After,
    /// The right side of IN.
    In,
    /// A table.
    Table,
    /// A table that may turn out to be a function or a database.
    PendingTable {
        name: Name,
        start: usize,
    },
    /// What may follow a table.
    AfterTable,
    TableAlias,
    ColumnAlias,
    /// A column that two tables share.
    SharedColumn,
    /// A name that nobody checks, and then what may follow a value.
    AnyName,
    /// A type; anything.
    Type,
    /// BY, after GROUP, ORDER, PARTITION, INDEXED.
    By,
    IndexName,
    WindowName,
    WindowAs,
    /// A window, by name or in brackets.
    Over,
    /// The rest of a window.
    Rows,
    /// ALL, SELECT, VALUES.
    NextSelect,
}

impl Expect {
    /// Whether a value may stand here.
    pub(super) fn takes_value(&self) -> bool {
        matches!(self, Self::Operand)
    }

    /// Whether a name was just written that a dot may follow.
    pub(super) fn is_name(&self) -> bool {
        matches!(self, Self::Pending { .. } | Self::PendingTable { .. })
    }
}

/// What a bracket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// Around a value, or arguments.
    Values,
    /// Of CAST.
    Cast,
    /// Of OVER.
    Window,
    /// Around tables.
    Tables,
    /// Arguments of a function that stands for a table.
    TableArguments,
    /// Of USING.
    Shared,
    /// Columns of a common table expression.
    CteColumns,
}

type Outcome = Result<(), Refusal>;

fn is(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(word))
}

fn begins(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| other.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

const JOINS: [&str; 8] = ["join", "left", "right", "full", "inner", "outer", "cross", "natural"];
const CLOSERS: [&str; 9] = ["where", "group", "order", "having", "limit", "union", "except", "intersect", "window"];

impl Sql {
    /// The innermost open bracket, where that is inside the innermost query.
    fn bracket(&self) -> Option<Bracket> {
        self.here().brackets.last().copied()
    }

    /// Whether the place is the list of result columns itself, not a bracket in it.
    fn in_items(&self) -> bool {
        self.bracket().is_none() && self.here().clause == Clause::Select
    }

    /// Whether a comma or JOIN here means another table.
    fn in_tables(&self) -> bool {
        match self.bracket() {
            Some(bracket) => bracket == Bracket::Tables,
            None => matches!(self.here().clause, Clause::From | Clause::On),
        }
    }

    /// Notes that the result column being written has a token from `start` on, which is `column` alone or more.
    fn touch(&mut self, start: usize, column: Option<&Name>) {
        if !self.in_items() {
            return;
        }
        let end = self.end.max(start + 1);
        let writing = self.writing();
        writing.column = if writing.span.is_none() { column.cloned() } else { None };
        writing.span = Some((writing.span.map_or(start, |(first, _)| first), end));
    }

    fn writing(&mut self) -> &mut Writing {
        &mut self.here_mut().scope.writing
    }

    fn end_item(&mut self) {
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
                self.expect = Expect::PendingTable { name, start };
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

    fn start_word(&mut self, word: &[u8]) -> Outcome {
        let top = self.is_outermost();
        if is(word, &["select"]) {
            let query = self.here_mut();
            query.clause = Clause::Select;
            query.scope = super::scope::Scope::default();
            self.expect = Expect::Operand;
        } else if is(word, &["values"]) {
            self.here_mut().clause = Clause::Values;
            self.expect = Expect::Operand;
        } else if is(word, &["with"]) {
            self.here_mut().clause = Clause::With;
            self.expect = Expect::CteName;
        } else if is(word, &["all"]) {
            self.expect = Expect::NextSelect;
        } else if is(word, &["explain", "query", "plan"]) && top {
            self.expect = Expect::Start;
        } else {
            return Err(self.unmet());
        }
        Ok(())
    }

    fn operand_word(
        &mut self,
        word: &[u8],
        name: Name,
        start: usize,
        (roles, free): (Roles, bool),
        fresh: bool,
        after_is: bool,
    ) -> Outcome {
        self.expect = Expect::Operand;
        if fresh && is(word, &["select", "with", "values"]) {
            self.here_mut().brackets.pop();
            self.open_query(Purpose::Expression);
            return self.start_word(word);
        }
        if fresh && is(word, &["where"]) {
            return Ok(());
        }
        if fresh && self.bracket().is_some() && is(word, &["partition", "order"]) {
            self.expect = Expect::By;
            return Ok(());
        }
        if self.bracket() == Some(Bracket::Window) && is(word, &["rows", "range", "groups"]) {
            self.expect = Expect::Rows;
            return Ok(());
        }
        if fresh && self.bracket() == Some(Bracket::Window) {
            self.expect = Expect::After; // the name of a window
            return Ok(());
        }
        if is(word, &["not"]) {
            self.after_is = after_is;
        } else if is(word, &["distinct"]) {
            self.after_is = after_is;
            return Ok(());
        } else if is(word, &["all"]) {
            return Ok(());
        }
        if is(word, &["from"]) {
            return if after_is { Ok(()) } else { Err(self.unmet()) };
        }
        if is(word, &["null", "current_date", "current_time", "current_timestamp"]) {
            self.touch(start, None);
            self.expect = Expect::After;
            return Ok(());
        }
        if is(word, &["not", "case", "exists", "when", "else"]) || is(word, &["interval"]) && !roles.has(Roles::COLUMN) {
            self.touch(start, None);
            return Ok(());
        }
        if is_reserved(word) {
            return Err(self.unmet());
        }
        if is(word, &["true", "false"]) && !roles.has(Roles::COLUMN) {
            self.touch(start, None);
            self.expect = Expect::After;
            return Ok(());
        }
        let mut roles = roles;
        if free {
            roles = roles | Roles::COLUMN | Roles::QUALIFIER;
        } else if roles.is_none() || !roles.has(Roles::COLUMN) {
            if super::automaton::is_short_alias(word) && self.is_ahead() {
                roles = roles | Roles::QUALIFIER;
            }
            if roles.is_none() {
                return Err(self.unmet());
            }
        }
        self.expect = Expect::Pending { name, start, roles, quote: None };
        Ok(())
    }

    /// Takes `qualifier.name`.
    fn column(&mut self, qualifier: Name, name: Name, first: usize, start: usize, reserved: bool) -> Outcome {
        if reserved {
            return Err(self.unmet());
        }
        self.expect = Expect::After;
        self.touch(first, Some(&name));
        self.refer(Some(qualifier), Some(name), start)
    }

    fn after_word(&mut self, word: &[u8], name: Name, start: usize) -> Outcome {
        self.expect = Expect::After;
        if is(word, &["select"]) {
            return Err(self.unmet());
        }
        if is(word, &["as"]) {
            self.expect = match self.bracket() {
                Some(Bracket::Cast) => Expect::Type,
                Some(_) => Expect::AnyName,
                None if self.in_items() => Expect::ColumnAlias,
                None => Expect::AnyName,
            };
            return Ok(());
        }
        if self.in_tables() && is(word, &JOINS) {
            self.to_tables();
            self.expect = if is(word, &["join"]) { Expect::Table } else { Expect::AfterTable };
            return Ok(());
        }
        if self.in_tables() && is(word, &["on", "using"]) {
            self.to_tables();
            return self.after_table_word(word, name);
        }
        if self.bracket().is_none() && is(word, &["from"]) {
            if !self.in_items() {
                return Ok(()); // no query has it here; SQLite will say so
            }
            self.end_item();
            let query = self.here_mut();
            (query.clause, query.scope.from) = (Clause::From, From::Open);
            self.expect = Expect::Table;
            return Ok(());
        }
        if self.bracket().is_none() && is(word, &CLOSERS) {
            return self.next_clause(word);
        }
        if self.bracket() == Some(Bracket::Window) && is(word, &["rows", "range", "groups"]) {
            self.expect = Expect::Rows;
            return Ok(());
        }
        if is(word, &["order", "group", "partition"]) {
            self.expect = Expect::By;
            return Ok(());
        }
        let aliasable = self.in_items() && !is_reserved(word);
        if is(word, &["asc", "desc", "nulls", "first", "last", "end", "isnull", "notnull", "not"]) {
            self.touch(start, None);
            return Ok(());
        }
        if is(word, &["is"]) {
            self.touch(start, None);
            self.expect = Expect::Operand;
            self.after_is = true;
            return Ok(());
        }
        let operators = [
            "and", "or", "like", "glob", "regexp", "match", "between", "escape", "when", "then", "else", "from", "offset", "filter",
            "ilike", "div", "xor", "limit",
        ];
        if is(word, &operators) && !(aliasable && is(word, &["offset", "div", "xor"])) {
            self.touch(start, None);
            self.expect = Expect::Operand;
        } else if is(word, &["in"]) {
            self.touch(start, None);
            self.expect = Expect::In;
        } else if is(word, &["collate"]) {
            self.touch(start, None);
            self.expect = Expect::AnyName;
        } else if is(word, &["over"]) {
            self.touch(start, None);
            self.expect = Expect::Over;
        } else if aliasable {
            return self.column_alias(name);
        }
        Ok(())
    }

    /// Back among the tables, after a join's condition.
    fn to_tables(&mut self) {
        if self.here().clause == Clause::On {
            self.here_mut().clause = Clause::From;
        }
    }

    fn after_table_word(&mut self, word: &[u8], name: Name) -> Outcome {
        self.expect = Expect::AfterTable;
        if is(word, &["as"]) {
            self.expect = Expect::TableAlias;
        } else if is(word, &["join"]) {
            self.expect = Expect::Table;
        } else if is(word, &["on"]) {
            // Inside a bracket around tables, too, the query itself says what it is in.
            self.here_mut().clause = Clause::On;
            self.expect = Expect::Operand;
        } else if is(word, &["using"]) {
            self.expect = Expect::SharedColumn;
        } else if is(word, &["indexed"]) {
            self.expect = Expect::By;
        } else if is(word, &["not"]) {
            self.expect = Expect::IndexName;
        } else if is(word, &JOINS) {
            // JOIN itself comes.
        } else if self.bracket().is_none() && is(word, &CLOSERS) {
            return self.next_clause(word);
        } else if !is_reserved(word) {
            return self.table_alias(name);
        } else {
            return Err(self.unmet());
        }
        Ok(())
    }

    /// Takes a word that ends the tables and the clause before.
    fn next_clause(&mut self, word: &[u8]) -> Outcome {
        if self.in_items() {
            self.end_item();
        }
        self.close_from()?;
        let (clause, expect) = if is(word, &["where", "having", "limit"]) {
            (Clause::Filter, Expect::Operand)
        } else if is(word, &["group"]) {
            (Clause::Filter, Expect::By)
        } else if is(word, &["order"]) {
            (Clause::OrderBy, Expect::By)
        } else if is(word, &["window"]) {
            (Clause::Window, Expect::WindowName)
        } else {
            self.end_select()?;
            (Clause::Start, Expect::NextSelect)
        };
        self.here_mut().clause = clause;
        self.expect = expect;
        Ok(())
    }

    fn table_alias(&mut self, name: Name) -> Outcome {
        self.expect = Expect::AfterTable;
        self.name_source(name)
    }

    fn column_alias(&mut self, name: Name) -> Outcome {
        self.expect = Expect::After;
        if self.in_items() {
            self.writing().alias = Some(name);
        }
        Ok(())
    }

    fn cte_column(&mut self, name: Name) -> Outcome {
        if let Some((_, columns)) = &mut self.here_mut().declaring {
            columns.get_or_insert_default().push(name);
        }
        self.expect = Expect::CteColumns;
        Ok(())
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
                self.expect = Expect::PendingTable { name, start };
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
            Expect::Column { .. } | Expect::Table | Expect::SharedColumn | Expect::In => Err(self.unmet()),
            _ => Ok(()),
        }
    }

    /// Takes an operator that no name is touched by.
    pub(super) fn operator(&mut self, start: usize) -> Outcome {
        self.settle()?;
        self.fresh = false;
        self.after_is = false;
        self.end = start + 1;
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

    /// Takes a byte that is a token by itself.
    pub(super) fn punctuation(&mut self, byte: u8, at: usize) -> Result<Step, Refusal> {
        let fresh = std::mem::take(&mut self.fresh);
        self.end = at + 1;
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
                    self.refer(Some(qualifier), None, start)?;
                } else {
                    self.operator(at)?;
                }
            }
            _ => self.operator(at)?,
        }
        Ok(Step::On)
    }

    fn open(&mut self, at: usize) -> Outcome {
        let (bracket, expect) = match std::mem::replace(&mut self.expect, Expect::Operand) {
            Expect::Pending { name, start, roles, quote } => {
                if !roles.has(Roles::FUNCTION) && quote.is_none_or(|_| true) {
                    let refusal = self.unmet();
                    return Err(if self.is_ahead() && !self.strict { Refusal::Wager(start) } else { refusal });
                }
                self.touch(start, None);
                match &*name.lower {
                    b"cast" => (Bracket::Cast, Expect::Operand),
                    b"extract" => (Bracket::Values, Expect::AnyName),
                    _ => (Bracket::Values, Expect::Operand),
                }
            }
            Expect::PendingTable { name, .. } => {
                let relation = self.catalog.function(&name).or_else(|| self.catalog.relation(&name)).cloned();
                let Some(relation) = relation else { return Err(self.unmet()) };
                self.add_source(Source { name: relation.name.clone(), relation, aliased: false });
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
        self.here_mut().brackets.push(bracket);
        self.expect = expect;
        self.fresh = true;
        Ok(())
    }

    fn open_query(&mut self, purpose: Purpose) {
        self.nested.push(Arc::new(Query::new(purpose)));
        self.expect = Expect::Start;
    }

    fn close(&mut self) -> Outcome {
        let Some(bracket) = self.bracket() else {
            if self.is_outermost() || !self.is_complete() {
                return Err(self.unmet());
            }
            return self.close_query();
        };
        if matches!(self.expect, Expect::Column { .. } | Expect::In) {
            return Err(self.unmet());
        }
        self.here_mut().brackets.pop();
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
    fn is_complete(&self) -> bool {
        matches!(self.expect, Expect::After | Expect::AfterTable)
    }

    fn close_query(&mut self) -> Outcome {
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
                self.add_source(Source { name: relation.name.clone(), relation, aliased: false });
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

    fn comma(&mut self) -> Outcome {
        if matches!(self.expect, Expect::Column { .. } | Expect::In | Expect::Table) {
            return Err(self.unmet());
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
                    self.to_tables();
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

    fn dot(&mut self) -> Outcome {
        match std::mem::replace(&mut self.expect, Expect::After) {
            Expect::Pending { name, start, roles, .. } if roles.has(Roles::QUALIFIER) => {
                self.expect = Expect::Column { qualifier: name, start };
                Ok(())
            }
            Expect::PendingTable { name, .. } if matches!(&*name.lower, b"main" | b"temp") => {
                self.expect = Expect::Table;
                Ok(())
            }
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
                self.refer(None, Some(name), start)
            }
            Expect::PendingTable { name, .. } => {
                self.expect = Expect::AfterTable;
                let Some(relation) = self.relation(&name) else { return Err(self.unmet()) };
                self.add_source(Source { name, relation, aliased: false });
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

    /// Whether `word` would end the tables while something is owed, or call one what it cannot be called.
    pub(super) fn closes_too_early(&self, word: &[u8]) -> bool {
        if self.bracket().is_some() {
            return self.expect == Expect::TableAlias && self.clone().table_alias(Name::new(word)).is_err();
        }
        let ends = is(word, &CLOSERS) && matches!(self.expect, Expect::After | Expect::AfterTable);
        if ends && self.here().scope.from != From::Closed {
            return self.clone().next_clause(word).is_err();
        }
        let alias = match self.expect {
            Expect::TableAlias => true,
            Expect::AfterTable if is(word, &["as"]) => return self.needs_own_name(),
            Expect::AfterTable if is_reserved(word) || is(word, &JOINS) || is(word, &["indexed"]) => false,
            // It may still become a word that goes on with the query.
            Expect::AfterTable
                if begins(word, &CLOSERS) || begins(word, &JOINS) || begins(word, &["on", "using", "indexed", "not", "as"]) =>
            {
                return self.lacks_owed(&Name::new(word));
            }
            Expect::AfterTable => true,
            _ => false,
        };
        alias && self.clone().table_alias(Name::new(word)).is_err()
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
