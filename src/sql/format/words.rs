//! How a token is written, and whether a blank stands before it.

use super::{Node, Source};
use crate::sql::lex::TokenKind;
use crate::sql::quote::is_keyword;

impl Source<'_> {
    /// A token as it is written: keywords in capitals where they are keywords.
    pub(super) fn word(&self, nodes: &[Node], i: usize) -> String {
        let text = self.raw(nodes.get(i));
        let (before, after) = (i.checked_sub(1).and_then(|b| nodes.get(b)), nodes.get(i + 1));
        let is_word = nodes.get(i).is_some_and(|node| self.kind(node) == TokenKind::Word);
        // Many keywords are legal names too: those stay where a name can stand.
        let is_name = self.is(before, &[".", ",", "as", "select", "distinct", "by", "from", "join"]) || self.is(after, &["."]);
        let is_called = matches!(after, Some(Node::Group(_))) && self.is_called(before, text);
        let in_capitals = is_reserved(text) || is_keyword(text) && !is_name && !is_called && (i > 0 || is_opening(text));
        if is_word && in_capitals { text.to_ascii_uppercase() } else { text.trim_end().to_owned() }
    }

    /// Whether a keyword before a bracket, behind `before`, is a function: `replace(a, b, c)`.
    fn is_called(&self, before: Option<&Node>, word: &str) -> bool {
        let functions = ["replace", "glob", "like", "match", "regexp", "if"];
        functions.iter().any(|function| function.eq_ignore_ascii_case(word)) && !self.ends_operand(before)
    }

    /// Whether an expression can end in `node`, so that an operator follows it.
    fn ends_operand(&self, node: Option<&Node>) -> bool {
        node.is_some_and(|node| match node {
            Node::Group(_) => true,
            Node::Token(_) => match self.kind(node) {
                TokenKind::Word => !is_keyword(self.raw(Some(node))) || self.is(Some(node), &["end", "null"]),
                TokenKind::Operator => false,
                _ => true,
            },
        })
    }

    /// Whether a blank stands before `node`, which follows `written`.
    pub(super) fn is_spaced(&self, written: &[Node], node: &Node) -> bool {
        let Some(last) = written.last() else { return false };
        let (before, here) = (self.raw(Some(last)), self.raw(Some(node)));
        if matches!(here, "," | ".") || before == "." {
            // `1 .5` and `t .5` would become one number; nobody writes them.
            return false;
        }
        if matches!(node, Node::Group(_)) {
            let earlier = written.len().checked_sub(2).and_then(|i| written.get(i));
            let names = match self.kind(last) {
                TokenKind::Word => !is_keyword(before) || self.is_called(earlier, before) || self.is(Some(last), &["cast", "raise"]),
                TokenKind::Quoted => true,
                _ => false,
            };
            return !names && !self.is_sign(written);
        }
        !self.is_sign(written) || here.starts_with(['-', '+'])
    }

    /// Whether `written` ends in a sign before an operand rather than an operator between two.
    fn is_sign(&self, written: &[Node]) -> bool {
        let Some((last, rest)) = written.split_last() else { return false };
        matches!(self.raw(Some(last)), "-" | "+" | "~")
            && matches!(last, Node::Token(_))
            && !self.ends_operand(rest.iter().rev().find(|node| self.kind(node) != TokenKind::Comment))
    }
}

/// Keywords that begin a statement or a part of one, and so are no names there.
fn is_opening(word: &str) -> bool {
    [
        "with",
        "explain",
        "union",
        "except",
        "intersect",
        "left",
        "right",
        "full",
        "inner",
        "cross",
        "natural",
        "window",
        "case",
        "cast",
        "not",
        "partition",
        "rows",
        "range",
    ]
    .iter()
    .any(|opening| opening.eq_ignore_ascii_case(word))
}

/// Keywords that SQLite takes for nothing else without quotes (those without a fallback in its `parse.y`).
fn is_reserved(word: &str) -> bool {
    [
        "all", "and", "as", "between", "case", "collate", "distinct", "else", "escape", "exists", "from", "group", "having", "in", "is",
        "isnull", "join", "limit", "not", "notnull", "null", "on", "or", "order", "select", "then", "using", "values", "when", "where",
    ]
    .iter()
    .any(|reserved| reserved.eq_ignore_ascii_case(word))
}
