//! A statement laid out for reading: a clause a line, long lists and nested queries indented.
//!
//! Only blanks and the case of keywords change. sqlparser prints statements too, but from the tree: comments are lost, `!=` becomes `<>`,
//! and what it cannot parse it cannot print. Here every token is kept, and the result is cut into tokens again to prove it.

use super::lex::{MAX_SQL_BYTES, Token, TokenKind, lex};
use super::quote::is_keyword;

mod words;

/// A line is broken where it would be longer, in characters.
const WIDTH: usize = 80;
/// Brackets within brackets; deeper ones are not laid out.
const DEEPEST: usize = 64;
const STEP: usize = 2;

/// `sql` laid out for reading, or `None` where that cannot be done: several statements, an open quote or bracket, nothing at all.
/// What it means, its comments and its quotes stay as they are. (A result column without an alias is called as its expression is written,
/// so such a heading can change with the blanks.)
pub fn pretty(sql: &str) -> Option<String> {
    if sql.len() > MAX_SQL_BYTES {
        return None;
    }
    let tokens = lex(sql);
    let mut kept: Vec<&Token> = tokens.iter().filter(|token| token.kind != TokenKind::Space).collect();
    let mut end = "";
    if kept.last().is_some_and(|token| token.kind == TokenKind::Semicolon) {
        kept.pop();
        end = ";";
    }
    let refused = |token: &&Token| matches!(token.kind, TokenKind::Unknown | TokenKind::Semicolon);
    if !kept.iter().any(|token| token.is_significant()) || kept.iter().any(refused) {
        return None;
    }
    let source = Source { sql, tokens: kept };
    let mut at = 0;
    let nodes = source.tree(&mut at, 0)?;
    if at < source.tokens.len() {
        return None; // a bracket that nothing opened
    }
    let text = source.query(&nodes, 0);
    // A line comment at the end would swallow the semicolon.
    let gap = if text.rsplit('\n').next().is_some_and(|line| line.contains("--")) && !end.is_empty() { "\n" } else { "" };
    let text = text + gap + end;
    same_tokens(sql, &text).then_some(text)
}

/// Whether two texts differ in nothing but blanks and the case of keywords.
fn same_tokens(one: &str, other: &str) -> bool {
    fn tokens(sql: &str) -> Vec<(TokenKind, String)> {
        let written = |token: &Token| match token.text(sql) {
            word if token.kind == TokenKind::Word && is_keyword(word) => word.to_ascii_uppercase(),
            text if token.kind == TokenKind::Comment => text.trim_end().to_owned(),
            text => text.to_owned(),
        };
        lex(sql).iter().filter(|token| token.kind != TokenKind::Space).map(|token| (token.kind, written(token))).collect()
    }
    tokens(one) == tokens(other)
}

/// A token, or what stands in a pair of brackets.
#[derive(Debug, Clone)]
enum Node {
    /// Place in [`Source::tokens`].
    Token(usize),
    Group(Vec<Node>),
}

struct Source<'a> {
    sql: &'a str,
    /// All but blanks.
    tokens: Vec<&'a Token>,
}

/// How the parts of a clause too long for a line are set apart.
#[derive(Clone, Copy, PartialEq)]
enum Breaks {
    /// Behind commas, each part on a line of its own.
    Commas,
    /// Before `AND` and `OR`.
    Conditions,
    /// Behind commas, at the clause's own depth: common table expressions.
    Definitions,
}

impl Source<'_> {
    fn tree(&self, at: &mut usize, depth: usize) -> Option<Vec<Node>> {
        if depth > DEEPEST {
            return None;
        }
        let mut nodes = Vec::new();
        while let Some(token) = self.tokens.get(*at) {
            match token.text(self.sql) {
                ")" if depth > 0 => break,
                ")" => return None,
                "(" => {
                    *at += 1;
                    nodes.push(Node::Group(self.tree(at, depth + 1)?));
                    self.tokens.get(*at)?; // the bracket that closes
                }
                _ => nodes.push(Node::Token(*at)),
            }
            *at += 1;
        }
        Some(nodes)
    }

    fn raw(&self, node: Option<&Node>) -> &str {
        match node {
            Some(Node::Token(i)) => self.tokens.get(*i).map_or("", |token| token.text(self.sql)),
            Some(Node::Group(_)) => "(",
            None => "",
        }
    }

    fn kind(&self, node: &Node) -> TokenKind {
        match node {
            Node::Token(i) => self.tokens.get(*i).map_or(TokenKind::Unknown, |token| token.kind),
            Node::Group(_) => TokenKind::Operator,
        }
    }

    fn is(&self, node: Option<&Node>, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.raw(node)))
    }

    fn is_line_comment(&self, node: &Node) -> bool {
        self.kind(node) == TokenKind::Comment && self.raw(Some(node)).starts_with("--")
    }

    /// Whether a line end stands before the token in the source.
    fn begins_line(&self, node: &Node) -> bool {
        let Node::Token(i) = node else { return false };
        let from = i.checked_sub(1).and_then(|b| self.tokens.get(b)).map_or(0, |token| token.range.end);
        let to = self.tokens.get(*i).map_or(from, |token| token.range.start);
        self.sql.get(from..to).is_some_and(|gap| gap.contains('\n'))
    }

    /// Clauses one under the other, each from `indent` on. The first line is not indented: the caller has done that.
    fn query(&self, nodes: &[Node], indent: usize) -> String {
        let mut starts: Vec<usize> = (0..nodes.len()).filter(|&i| self.starts_clause(nodes, i)).collect();
        if starts.first() != Some(&0) {
            starts.insert(0, 0);
        }
        let ends = starts.iter().skip(1).copied().chain([nodes.len()]);
        let clauses = starts.iter().zip(ends).filter_map(|(&from, to)| nodes.get(from..to)).filter(|clause| !clause.is_empty());
        clauses.map(|clause| self.clause(clause, indent)).collect::<Vec<_>>().join(&line_end(indent))
    }

    fn starts_clause(&self, nodes: &[Node], i: usize) -> bool {
        let at = |i: usize| nodes.get(i);
        let before = i.checked_sub(1).and_then(at);
        if self.is(before, &[".", "as"]) {
            return false;
        }
        match self.raw(at(i)).to_ascii_lowercase().as_str() {
            "select" => !self.is(before, &["plan", "explain"]),
            "where" | "having" | "limit" => true,
            "from" => !self.is(before, &["distinct"]),
            "values" => matches!(at(i + 1), Some(Node::Group(_))),
            "group" | "order" => self.is(at(i + 1), &["by"]),
            "window" => self.is(at(i + 2), &["as"]),
            "union" | "except" | "intersect" => self.is(at(i + 1), &["select", "all", "values"]),
            "join" | "left" | "right" | "full" | "inner" | "outer" | "cross" | "natural" => {
                const PARTS: [&str; 7] = ["left", "right", "full", "inner", "outer", "cross", "natural"];
                let parts = nodes.get(i..).unwrap_or(&[]).iter().take_while(|node| self.is(Some(node), &PARTS)).count();
                self.is(at(i + parts), &["join"]) && !self.is(before, &PARTS)
            }
            _ => false,
        }
    }

    /// One clause: in a line where it fits, else broken as its kind is.
    fn clause(&self, nodes: &[Node], indent: usize) -> String {
        if let Some(line) = self.line(nodes).filter(|line| indent + line.chars().count() <= WIDTH) {
            return line;
        }
        let (head, breaks) = match self.raw(nodes.first()).to_ascii_lowercase().as_str() {
            "select" => (1 + usize::from(self.is(nodes.get(1), &["distinct", "all"])), Breaks::Commas),
            "group" | "order" => (2, Breaks::Commas),
            "from" | "values" | "limit" => (1, Breaks::Commas),
            "with" => (1 + usize::from(self.is(nodes.get(1), &["recursive"])), Breaks::Definitions),
            _ => (0, Breaks::Conditions),
        };
        let (head, body) = nodes.split_at(head.min(nodes.len()));
        let inner = if breaks == Breaks::Definitions { indent } else { indent + STEP };
        let parts: Vec<String> = self.parts(body, breaks).into_iter().map(|part| self.flow(part, inner)).collect();
        let body = parts.join(&line_end(inner));
        let Some(head) = self.line(head).filter(|head| !head.is_empty()) else { return body };
        let separator = if breaks == Breaks::Commas { line_end(inner) } else { " ".to_owned() };
        head + &separator + &body
    }

    /// `nodes` cut where a line may end.
    fn parts<'n>(&self, nodes: &'n [Node], breaks: Breaks) -> Vec<&'n [Node]> {
        let mut parts = Vec::new();
        let (mut from, mut between, mut cases) = (0, 0usize, 0usize);
        for (i, node) in nodes.iter().enumerate() {
            let here = Some(node);
            let cut = match breaks {
                Breaks::Conditions => {
                    let joins = self.is(here, &["and", "or"]);
                    let cut = joins && between == 0 && cases == 0;
                    between = if self.is(here, &["between"]) { between + 1 } else { between.saturating_sub(usize::from(joins)) };
                    cases = if self.is(here, &["case"]) { cases + 1 } else { cases.saturating_sub(usize::from(self.is(here, &["end"]))) };
                    cut.then_some(i)
                }
                // A comment behind a comma, on its line, is about what stands before.
                Breaks::Commas | Breaks::Definitions => self.is(here, &[","]).then(|| {
                    let trails = nodes.get(i + 1).is_some_and(|next| self.is_line_comment(next) && !self.begins_line(next));
                    i + 1 + usize::from(trails)
                }),
            };
            if let Some(cut) = cut.filter(|&cut| cut > from) {
                parts.extend(nodes.get(from..cut));
                from = cut;
            }
        }
        parts.extend(nodes.get(from..).filter(|rest| !rest.is_empty()));
        parts
    }

    /// `nodes` one after another from `indent` on, with brackets opened over several lines where they do not fit.
    fn flow(&self, nodes: &[Node], indent: usize) -> String {
        if let Some(line) = self.line(nodes).filter(|line| indent + line.chars().count() <= WIDTH) {
            return line;
        }
        let mut out = Text { text: String::new(), column: indent };
        let mut written: &[Node] = &[];
        for (i, node) in nodes.iter().enumerate() {
            let after_comment = written.last().is_some_and(|last| self.is_line_comment(last));
            let own_line = self.kind(node) == TokenKind::Comment && self.begins_line(node) && !written.is_empty();
            if after_comment || own_line {
                out.push(&line_end(indent));
            } else if self.is_spaced(written, node) {
                out.push(" ");
            }
            match node {
                Node::Token(_) => out.push(&self.word(nodes, i)),
                Node::Group(inner) => match self.line(inner).filter(|line| out.column + line.chars().count() + 2 <= WIDTH) {
                    Some(line) => out.push(&format!("({line})")),
                    None => out.push(&self.block(inner, indent)),
                },
            }
            written = nodes.get(..=i).unwrap_or(written);
        }
        out.text
    }

    /// A pair of brackets over several lines.
    fn block(&self, inner: &[Node], indent: usize) -> String {
        if inner.is_empty() {
            return "()".into();
        }
        let deeper = indent + STEP;
        let first = inner.iter().find(|node| self.kind(node) != TokenKind::Comment);
        let body = if self.is(first, &["select", "with", "values"]) {
            self.query(inner, deeper)
        } else {
            let has_commas = inner.iter().any(|node| self.is(Some(node), &[","]));
            let breaks = if has_commas { Breaks::Commas } else { Breaks::Conditions };
            self.parts(inner, breaks).into_iter().map(|part| self.flow(part, deeper)).collect::<Vec<_>>().join(&line_end(deeper))
        };
        format!("({}{body}{})", line_end(deeper), line_end(indent))
    }

    /// `nodes` in one line; `None` where a comment forbids that, or the line would be far too long.
    fn line(&self, nodes: &[Node]) -> Option<String> {
        let mut out = String::new();
        for (i, node) in nodes.iter().enumerate() {
            if self.is_spaced(nodes.get(..i).unwrap_or(&[]), node) {
                out.push(' ');
            }
            match node {
                Node::Token(_) if self.kind(node) == TokenKind::Comment && !self.is_inline(node) => return None,
                Node::Token(_) => out.push_str(&self.word(nodes, i)),
                Node::Group(inner) => out.push_str(&format!("({})", self.line(inner)?)),
            }
            if out.len() > 8 * WIDTH {
                return None;
            }
        }
        Some(out)
    }

    /// Whether text can follow a comment on its line.
    fn is_inline(&self, comment: &Node) -> bool {
        !self.is_line_comment(comment) && !self.raw(Some(comment)).contains('\n')
    }
}

/// Text that knows how long its last line is.
struct Text {
    text: String,
    column: usize,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column + text.chars().count(),
        };
        self.text.push_str(text);
    }
}

fn line_end(indent: usize) -> String {
    format!("\n{}", " ".repeat(indent))
}

#[cfg(test)]
mod tests;
