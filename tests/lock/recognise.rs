//! Whether a grammar in GBNF takes a text: for tests, without a server. Left recursion is not followed.

use std::collections::{BTreeSet, HashMap};

#[derive(Debug)]
enum Part {
    Literal(Vec<char>),
    Class { not: bool, ranges: Vec<(char, char)> },
    Rule(String),
    Group(Vec<Vec<Part>>),
    Repeat { part: Box<Part>, least: usize, most: usize },
}

/// A grammar that was read.
pub(crate) struct Grammar(HashMap<String, Vec<Vec<Part>>>);

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Reader<'_> {
    fn skip(&mut self) {
        while self.rest.next_if(|c| *c == ' ').is_some() {}
    }

    fn character(&mut self) -> char {
        let c = self.rest.next().unwrap();
        if c != '\\' {
            return c;
        }
        match self.rest.next().unwrap() {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            kind @ ('u' | 'x') => {
                let digits: String = (0..if kind == 'u' { 4 } else { 2 }).map(|_| self.rest.next().unwrap()).collect();
                char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
            }
            c @ ('"' | '\\' | '[' | ']') => c,
            c => panic!("\\{c}"),
        }
    }

    fn alternatives(&mut self) -> Vec<Vec<Part>> {
        let mut out = vec![Vec::new()];
        loop {
            self.skip();
            match self.rest.peek().copied() {
                None | Some(')') => return out,
                Some('|') => {
                    self.rest.next();
                    out.push(Vec::new());
                }
                Some(_) => {
                    let part = self.part();
                    out.last_mut().unwrap().push(part);
                }
            }
        }
    }

    fn part(&mut self) -> Part {
        let part = match self.rest.next().unwrap() {
            '"' => {
                let mut text = Vec::new();
                while *self.rest.peek().unwrap() != '"' {
                    text.push(self.character());
                }
                self.rest.next();
                Part::Literal(text)
            }
            '[' => {
                let not = self.rest.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while *self.rest.peek().unwrap() != ']' {
                    let from = self.character();
                    let is_range = {
                        let mut ahead = self.rest.clone();
                        ahead.next() == Some('-') && ahead.next() != Some(']')
                    };
                    let to = if is_range {
                        self.rest.next();
                        self.character()
                    } else {
                        from
                    };
                    ranges.push((from, to));
                }
                self.rest.next();
                Part::Class { not, ranges }
            }
            '(' => {
                let inside = self.alternatives();
                assert_eq!(self.rest.next(), Some(')'));
                Part::Group(inside)
            }
            c if c.is_ascii_alphabetic() => {
                let mut name = c.to_string();
                while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric()) {
                    name.push(c);
                }
                Part::Rule(name)
            }
            c => panic!("{c:?} begins nothing"),
        };
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            _ => return part,
        };
        self.rest.next();
        Part::Repeat { part: Box::new(part), least, most }
    }
}

impl Grammar {
    /// Reads one rule a line.
    pub(crate) fn read(text: &str) -> Self {
        let rule = |line: &str| {
            let (name, body) = line.split_once(" ::= ").unwrap();
            let mut reader = Reader { rest: body.chars().peekable() };
            let out = reader.alternatives();
            assert_eq!(reader.rest.next(), None, "{line}");
            (name.to_owned(), out)
        };
        let grammar = Self(text.lines().map(rule).collect());
        let mut used = Vec::new();
        grammar.0.values().flatten().flatten().for_each(|part| names(part, &mut used));
        used.iter().for_each(|name| assert!(grammar.0.contains_key(name), "there is no rule {name}"));
        grammar
    }

    /// Whether it takes all of `text`.
    pub(crate) fn takes(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut known = HashMap::new();
        self.rule("root", 0, &text, &mut known).contains(&text.len())
    }

    fn rule<'g>(
        &'g self,
        name: &'g str,
        at: usize,
        text: &[char],
        known: &mut HashMap<(&'g str, usize), BTreeSet<usize>>,
    ) -> BTreeSet<usize> {
        if let Some(ends) = known.get(&(name, at)) {
            return ends.clone();
        }
        let ends = self.any(&self.0[name], at, text, known);
        known.insert((name, at), ends.clone());
        ends
    }

    fn any<'g>(
        &'g self,
        all: &'g [Vec<Part>],
        at: usize,
        text: &[char],
        known: &mut HashMap<(&'g str, usize), BTreeSet<usize>>,
    ) -> BTreeSet<usize> {
        let mut out = BTreeSet::new();
        for sequence in all {
            let mut ends = BTreeSet::from([at]);
            for part in sequence {
                ends = ends.into_iter().flat_map(|at| self.part(part, at, text, known)).collect();
            }
            out.extend(ends);
        }
        out
    }

    fn part<'g>(
        &'g self,
        part: &'g Part,
        at: usize,
        text: &[char],
        known: &mut HashMap<(&'g str, usize), BTreeSet<usize>>,
    ) -> BTreeSet<usize> {
        match part {
            Part::Literal(literal) => text[at..].starts_with(literal).then_some(at + literal.len()).into_iter().collect(),
            Part::Class { not, ranges } => {
                let fits = |c: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&c)) != *not;
                text.get(at).is_some_and(fits).then_some(at + 1).into_iter().collect()
            }
            Part::Rule(name) => self.rule(name, at, text, known),
            Part::Group(all) => self.any(all, at, text, known),
            Part::Repeat { part, least, most } => {
                let mut out = if *least == 0 { BTreeSet::from([at]) } else { BTreeSet::new() };
                let (mut new, mut times) = (BTreeSet::from([at]), 0);
                while !new.is_empty() && times < *most {
                    let ends: BTreeSet<usize> = new.iter().flat_map(|&at| self.part(part, at, text, known)).collect();
                    new = ends.into_iter().filter(|end| !out.contains(end)).collect();
                    out.extend(&new);
                    times += 1;
                }
                out
            }
        }
    }
}

fn names(part: &Part, out: &mut Vec<String>) {
    match part {
        Part::Rule(name) => out.push(name.clone()),
        Part::Group(all) => all.iter().flatten().for_each(|part| names(part, out)),
        Part::Repeat { part, .. } => names(part, out),
        Part::Literal(_) | Part::Class { .. } => {}
    }
}
