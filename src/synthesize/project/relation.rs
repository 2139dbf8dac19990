//! What keys tie together, and conditions that reach through them.

use super::condition::Condition;
use super::draft::Desk;
use super::query::{At, Select};
use super::schema::About;
use super::source::Verb;
use crate::synthesize::words::article;

/// A key: each row of `child` belongs to one of `parent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) child: usize,
    pub(super) column: usize,
    pub(super) parent: usize,
    pub(super) towards: Option<Verb>,
    pub(super) back: Option<Verb>,
    /// Whether the child has another key to the same table: then it has to be said which.
    pub(super) ambiguous: bool,
}

impl Desk<'_> {
    /// All keys; of a table to itself where `own`, else between two tables.
    pub(super) fn ties(&self, own: bool) -> Vec<Tie> {
        let mut ties = Vec::new();
        for (child, table) in self.schema.tables.iter().enumerate() {
            for (column, parent) in table.links() {
                let Some(About::To { towards, back, .. }) = self.column(child, column).map(|column| &column.about) else { continue };
                let ambiguous = table.links().iter().filter(|(_, other)| *other == parent).count() > 1;
                if (child == parent) == own {
                    ties.push(Tie { child, column, parent, towards: towards.clone(), back: back.clone(), ambiguous });
                }
            }
        }
        ties
    }

    /// A key by chance.
    pub(super) fn any_tie(&mut self) -> Option<Tie> {
        let ties = self.ties(false);
        self.random.pick(&ties).cloned()
    }

    /// A key by chance whose parents have names.
    pub(super) fn any_named_tie(&mut self) -> Option<Tie> {
        let mut ties = self.ties(false);
        ties.retain(|tie| self.table(tie.parent).is_some_and(|table| !table.names().is_empty()));
        self.random.pick(&ties).cloned()
    }

    /// The key of a table.
    pub(super) fn key(&self, at: At) -> Option<String> {
        self.table(at.table)?.key().map(|key| at.column(key))
    }

    /// `pet.owner_id = owner.id`
    pub(super) fn on(&self, tie: &Tie) -> Option<String> {
        Some(format!("{} = {}", At::first(tie.child).column(tie.column), self.key(At::first(tie.parent))?))
    }

    /// Joins the parent to a statement on the child, or the child to one on the parent.
    pub(super) fn join(&self, select: &mut Select, tie: &Tie) -> Option<()> {
        let there = |table: usize| select.from.table == table || select.joins.iter().any(|(at, _)| at.table == table);
        let other = if there(tie.child) { tie.parent } else { tie.child };
        if there(other) {
            return None;
        }
        let on = self.on(tie)?;
        select.joins.push((At::first(other), on));
        Some(())
    }

    /// What the parent is to the child: `owner`.
    pub(super) fn role(&self, tie: &Tie) -> String {
        self.column(tie.child, tie.column).and_then(|column| column.called.first().cloned()).unwrap_or_default()
    }

    /// A condition on the parents of the child's rows.
    pub(super) fn parent_condition(&mut self, tie: &Tie) -> Option<Condition> {
        let at = At::first(tie.parent);
        let names = self.table(tie.parent)?.names();
        let role = self.role(tie);
        let (one, _) = self.noun(tie.parent);
        if names.len() == 1 && self.random.below(5) < 2 {
            let column = *names.first()?;
            let value = self.value_in_use(tie, column)?;
            let name = value.text();
            self.said.push((value.sql(), name.clone()));
            let mut behind = vec![format!("whose {role} is {name}")];
            let mut does = Vec::new();
            if !tie.ambiguous {
                behind.push(format!("of the {one} {name}"));
            }
            if let Some(verb) = &tie.towards {
                does.push((format!("{} {name}", verb.many), format!("{} {name}", verb.one)));
                does.push((format!("{} the {one} {name}", verb.many), format!("{} the {one} {name}", verb.one)));
            }
            if let Some(done) = tie.back.as_ref().and_then(|verb| verb.done.as_ref()) {
                behind.push(format!("{done} {name}"));
                does.push((format!("are {done} {name}"), format!("is {done} {name}")));
            }
            return Some(Condition {
                sql: format!("{} = {}", at.column(column), value.sql()),
                before: None,
                behind,
                does,
                column: tie.column,
            });
        }
        let inner = self.condition(at, &names)?;
        let mut behind: Vec<String> = inner.does.iter().map(|(_, one)| format!("whose {role} {one}")).collect();
        behind.extend(inner.behind.iter().filter_map(|words| words.strip_prefix("whose ").map(|rest| format!("whose {role}'s {rest}"))));
        let mut does = Vec::new();
        let described = self.described(tie.parent, std::slice::from_ref(&inner), true, false);
        if !tie.ambiguous && self.random.once_in(2) {
            behind.push(format!("of {described}"));
        }
        if let Some(verb) = &tie.towards {
            let one = self.described(tie.parent, std::slice::from_ref(&inner), false, false);
            let a = article(&one);
            does.push((format!("{} {described}", verb.many), format!("{} {a} {one}", verb.one)));
            does.push((format!("{} {a} {one}", verb.many), format!("{} {a} {one}", verb.one)));
        }
        if let Some(done) = tie.back.as_ref().and_then(|verb| verb.done.as_ref()) {
            behind.push(format!("{done} {described}"));
        }
        if behind.is_empty() && does.is_empty() {
            behind.push(format!("of {described}"));
        }
        Some(Condition { sql: inner.sql, before: None, behind, does, column: tie.column })
    }

    /// A name of a parent that has children.
    fn value_in_use(&mut self, tie: &Tie, column: usize) -> Option<super::value::Value> {
        let child = self.table(tie.child)?;
        let used: Vec<&super::value::Value> = child.values(tie.column).collect();
        let key = *self.random.pick(&used)?;
        let parent = self.table(tie.parent)?;
        let at = parent.key()?;
        parent.rows.iter().find(|row| row.get(at) == Some(key))?.get(column).cloned()
    }

    /// What parents do to have children that meet conditions: `own a pet that weighs more than 5 kg`, of several and of one.
    pub(super) fn has_children(&mut self, tie: &Tie, conditions: &[Condition]) -> (String, String) {
        let (many, one) = match &tie.back {
            Some(verb) => (verb.many.clone(), verb.one.clone()),
            None => ("have".into(), "has".into()),
        };
        let single = self.random.once_in(2);
        let described = self.described(tie.child, conditions, !single, false);
        let described = if single {
            let any = self.word(&["a", "a", "at least one"]);
            let any = if any == "a" { article(&described).to_owned() } else { any };
            format!("{any} {described}")
        } else {
            described
        };
        (format!("{many} {described}"), format!("{one} {described}"))
    }

    /// `owners who own more than three pets`: the verb of the parents, and what they have.
    pub(super) fn have(&self, tie: &Tie, what: &str) -> String {
        let verb = tie.back.as_ref().map_or("have", |verb| verb.many.as_str());
        format!("{verb} {what}")
    }
}
