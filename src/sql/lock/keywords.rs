//! What each word does, where one stands that is more than a name.

use super::automaton::Sql;
use super::expect::Expect;
use super::lesson::{Outcome, Refusal};
use super::names::{Name, Place, Roles, is_short_alias};
use super::scope::{Bracket, Clause, From, Purpose};
use super::words::is_reserved;

pub(super) fn is(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(word))
}

fn begins(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| other.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

const JOINS: [&str; 8] = ["join", "left", "right", "full", "inner", "outer", "cross", "natural"];
const CLOSERS: [&str; 9] = ["where", "group", "order", "having", "limit", "union", "except", "intersect", "window"];

impl Sql {
    pub(super) fn start_word(&mut self, word: &[u8]) -> Outcome {
        let top = self.is_outermost();
        if is(word, &["select"]) {
            let query = self.here_mut();
            query.clause = Clause::Select;
            query.scope = super::scope::Scope::default();
            query.tables_end = None;
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

    pub(super) fn operand_word(
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
        let window = fresh && self.bracket() == Some(Bracket::Window);
        if window && is(word, &["partition", "order"]) {
            self.expect = Expect::By;
            return Ok(());
        }
        if window && is(word, &["rows", "range", "groups"]) {
            self.expect = Expect::Rows;
            return Ok(());
        }
        if window {
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
            if is_short_alias(word) && self.is_ahead() {
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
    pub(super) fn column(&mut self, qualifier: Name, name: Name, first: usize, start: usize, reserved: bool) -> Outcome {
        if reserved {
            return Err(self.unmet());
        }
        self.expect = Expect::After;
        self.touch(first, Some(&name));
        self.refer(Some(qualifier), Some(name), Place { first, start })
    }

    pub(super) fn after_word(&mut self, word: &[u8], name: Name, start: usize) -> Outcome {
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
            self.return_to_tables();
            self.expect = if is(word, &["join"]) { Expect::Table } else { Expect::AfterTable };
            return Ok(());
        }
        if self.in_tables() && is(word, &["on", "using"]) {
            self.return_to_tables();
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
    pub(super) fn return_to_tables(&mut self) {
        if self.here().clause == Clause::On {
            self.here_mut().clause = Clause::From;
        }
    }

    pub(super) fn after_table_word(&mut self, word: &[u8], name: Name) -> Outcome {
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
    pub(super) fn next_clause(&mut self, word: &[u8]) -> Outcome {
        if self.in_items() {
            self.end_item();
        }
        self.close_from()?;
        if self.here().tables_end.is_none() {
            self.here_mut().tables_end = Some(self.end_before);
        }
        let (clause, expect) = if is(word, &["where", "having"]) {
            (Clause::Filter, Expect::Operand)
        } else if is(word, &["limit"]) {
            (Clause::Limit, Expect::Operand)
        } else if is(word, &["group"]) {
            (Clause::GroupBy, Expect::By)
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

    pub(super) fn table_alias(&mut self, name: Name) -> Outcome {
        // A second one, behind the first.
        if self.here().named_at == Some(self.end_before) {
            return Err(self.unmet());
        }
        self.expect = Expect::AfterTable;
        self.here_mut().named_at = Some(self.end);
        self.name_source(name)
    }

    pub(super) fn column_alias(&mut self, name: Name) -> Outcome {
        self.expect = Expect::After;
        if self.in_items() {
            self.writing().alias = Some(name);
        }
        Ok(())
    }

    pub(super) fn cte_column(&mut self, name: Name) -> Outcome {
        if let Some((_, columns)) = &mut self.here_mut().declaring {
            columns.get_or_insert_default().push(name);
        }
        self.expect = Expect::CteColumns;
        Ok(())
    }

    /// Whether the tables may end here, or what would be learnt if they did.
    fn may_close(&self) -> bool {
        self.here().scope.owed.iter().all(|owed| owed.wager) || !matches!(self.clone().close_from(), Err(Refusal::Name))
    }

    /// Whether `word` may be the beginning of a short name for the last table: a name that is waited for, a letter, or letters of the table's
    /// name in their order; digits may follow.
    fn abbreviates(&self, word: &[u8]) -> bool {
        let scope = &self.here().scope;
        let starts = |name: &Name| name.lower.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let awaited = scope.owed.iter().filter_map(|owed| owed.qualifier.as_ref()).any(starts);
        let Some(table) = scope.sources.last() else { return true };
        let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let short = word.get(..word.len() - digits).unwrap_or(word);
        let mut letters = table.name.lower.iter();
        awaited || short.len() <= 1 || short.iter().all(|byte| letters.any(|letter| letter.eq_ignore_ascii_case(byte)))
    }

    /// Why `word` may not end the tables while something is owed, or may not be what one is called.
    pub(super) fn closes_too_early(&self, word: &[u8]) -> Option<Refusal> {
        let alias = || self.clone().table_alias(Name::new(word)).err();
        // Without AS, a second one cannot follow; and while the tables lack something, a word that abbreviates nothing is what a model
        // writes that may not end them.
        let bare = || match self.here().named_at == Some(self.end) || !self.may_close() && !self.abbreviates(word) {
            true => Some(self.unmet()),
            false => alias(),
        };
        if self.bracket().is_some() {
            return if self.expect == Expect::TableAlias { alias() } else { None };
        }
        let ends = is(word, &CLOSERS) && matches!(self.expect, Expect::After | Expect::AfterTable);
        if ends && self.here().scope.from != From::Closed {
            return self.clone().next_clause(word).err();
        }
        match self.expect {
            Expect::TableAlias => alias(),
            Expect::AfterTable if is(word, &["as"]) => self.needs_own_name().then(|| self.unmet()),
            Expect::AfterTable if is_reserved(word) || is(word, &JOINS) || is(word, &["indexed"]) => None,
            // It may still become a word that goes on with the query.
            Expect::AfterTable if begins(word, &JOINS) || begins(word, &["on", "using", "indexed", "not", "as"]) => {
                self.misnamed(&Name::new(word))
            }
            Expect::AfterTable if begins(word, &CLOSERS) && (word.len() == 1 || self.may_close()) => self.misnamed(&Name::new(word)),
            Expect::AfterTable => bare(),
            _ => None,
        }
    }
}
