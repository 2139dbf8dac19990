//! What one source text imports: `use` items and paths in code, read without a compiler. What only tests see is left out.

use std::collections::BTreeSet;

/// A module: of a file, or one written inside a file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Module {
    /// From the room down: `["sql", "mend", "times"]`.
    pub(super) path: Vec<String>,
    /// Names that are defined here.
    pub(super) items: BTreeSet<String>,
    /// Modules below, each in a file of its own, that only tests see.
    pub(super) only_for_tests: BTreeSet<String>,
    pub(super) uses: Vec<Use>,
    /// Paths in code, as written: `super::walk::start`.
    pub(super) paths: Vec<Vec<String>>,
}

/// One name that a `use` item brings.
#[derive(Debug, PartialEq)]
pub(super) struct Use {
    pub(super) path: Vec<String>,
    /// What it is called here; nothing where all names of a module come.
    pub(super) name: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Path,
    Mark(char),
}

/// The modules that `text` holds, the file's own first; `path` is the file's.
pub(super) fn modules(path: &[String], text: &str) -> Vec<Module> {
    let mut reader = Reader { tokens: tokens(text), at: 0, done: Vec::new() };
    reader.module(path.to_vec());
    // A module is done after those inside it.
    reader.done.reverse();
    reader.done
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let char_at = |at: usize| chars.get(at).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let c = chars[at];
        match c {
            '/' if char_at(at + 1) == '/' => at += chars[at..].iter().take_while(|&&c| c != '\n').count(),
            '/' if char_at(at + 1) == '*' => at = after_block_comment(&chars, at),
            '"' => at = after_string(&chars, at),
            // A letter, or a lifetime.
            '\'' if char_at(at + 1) == '\\' || char_at(at + 2) == '\'' => {
                at += if char_at(at + 1) == '\\' { 3 } else { 2 };
                at += chars[at.min(chars.len())..].iter().take_while(|&&c| c != '\'').count() + 1;
            }
            ':' if char_at(at + 1) == ':' => {
                tokens.push(Token::Path);
                at += 2;
            }
            _ if is_word(c) => {
                let word: String = chars[at..].iter().take_while(|&&c| is_word(c)).collect();
                let end = at + word.chars().count();
                let hashes = chars[end..].iter().take_while(|&&c| c == '#').count();
                if matches!(word.as_str(), "r" | "br" | "cr") && char_at(end + hashes) == '"' {
                    at = after_raw_string(&chars, end + hashes + 1, hashes);
                } else if word == "r" && hashes == 1 {
                    at = end + 1;
                } else {
                    tokens.push(Token::Word(word));
                    at = end;
                }
            }
            _ => {
                if !c.is_whitespace() {
                    tokens.push(Token::Mark(c));
                }
                at += 1;
            }
        }
    }
    tokens
}

fn after_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_string(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn after_raw_string(chars: &[char], mut at: usize, hashes: usize) -> usize {
    while at < chars.len() && !(chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes) {
        at += 1;
    }
    at + 1 + hashes
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    done: Vec<Module>,
}

impl Reader {
    fn mark(&self, ahead: usize) -> Option<char> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Mark(c)) => Some(*c),
            _ => None,
        }
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is_path(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead) == Some(&Token::Path)
    }

    /// Reads up to the end of the text, or past the brace that closes the module.
    fn module(&mut self, path: Vec<String>) {
        let mut module = Module { path, ..Module::default() };
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.tokens[self.at].clone() {
                Token::Mark('#') => {
                    if self.attribute() {
                        module.only_for_tests.extend(self.skip_item());
                    }
                }
                Token::Mark('{') => (depth, self.at) = (depth + 1, self.at + 1),
                Token::Mark('}') => {
                    (depth, self.at) = (depth - 1, self.at + 1);
                    if depth < 0 {
                        break;
                    }
                }
                Token::Mark(_) => self.at += 1,
                // What follows generics (`Vec::<u8>::new`), or a crate named as one (`::std::mem`).
                Token::Path => {
                    self.at += 1;
                    self.path();
                }
                Token::Word(word) if word == "use" && self.mark(1) != Some('<') => {
                    self.at += 1;
                    self.use_tree(Vec::new(), &mut module.uses);
                }
                Token::Word(word) if word == "mod" && self.mark(2) == Some('{') => {
                    let name = self.word(1).unwrap_or_default().to_owned();
                    self.at += 3;
                    self.module([module.path.clone(), vec![name]].concat());
                }
                Token::Word(_) if self.is_path(1) => module.paths.extend(self.path()),
                Token::Word(word) => {
                    let defines = ["fn", "struct", "enum", "union", "trait", "type", "const", "static"].contains(&word.as_str());
                    let name = if word == "macro_rules" { self.word(2) } else { self.word(1).filter(|_| defines) };
                    if let (0, Some(name)) = (depth, name) {
                        module.items.insert(name.to_owned());
                    }
                    self.at += 1;
                }
            }
        }
        self.done.push(module);
    }

    /// Reads `a::b::c`; nothing where it is one word only.
    fn path(&mut self) -> Option<Vec<String>> {
        let mut path = vec![self.word(0)?.to_owned()];
        self.at += 1;
        while let (true, Some(word)) = (self.is_path(0), self.word(1)) {
            path.push(word.to_owned());
            self.at += 2;
        }
        (path.len() > 1).then_some(path)
    }

    fn use_tree(&mut self, mut path: Vec<String>, uses: &mut Vec<Use>) {
        loop {
            if self.is_path(0) {
                self.at += 1;
                // `::name` is a crate; an empty word is no module of ours.
                if path.is_empty() {
                    path.push(String::new());
                }
            } else if self.mark(0) == Some('*') {
                self.at += 1;
                return uses.push(Use { path, name: None });
            } else if self.mark(0) == Some('{') {
                self.at += 1;
                while self.at < self.tokens.len() && self.mark(0) != Some('}') {
                    if self.mark(0) == Some(',') {
                        self.at += 1;
                    } else {
                        self.use_tree(path.clone(), uses);
                    }
                }
                self.at += 1;
                return;
            } else if let Some(word) = self.word(0).map(str::to_owned) {
                self.at += 1;
                if word == "as" {
                    let name = self.word(0).map(str::to_owned);
                    self.at += 1;
                    return uses.push(Use { path, name });
                }
                // `use a::{self}` is `use a`.
                if word != "self" || path.is_empty() {
                    path.push(word);
                }
            } else {
                // `;`, `,` or `}`: the caller's.
                if matches!(self.mark(0), Some(c) if !";,}".contains(c)) {
                    self.at += 1;
                }
                let name = path.last().cloned();
                return uses.push(Use { path, name });
            }
        }
    }

    /// Reads an attribute; whether what it stands on is for tests alone.
    fn attribute(&mut self) -> bool {
        self.at += 1;
        if self.mark(0) == Some('!') {
            self.at += 1;
        }
        if self.mark(0) != Some('[') {
            return false;
        }
        let start = self.at;
        self.skip_group();
        let words: Vec<&Token> = self.tokens[start..self.at].iter().filter(|token| matches!(token, Token::Word(_))).collect();
        let is = |at: usize, word: &str| matches!(words.get(at), Some(Token::Word(other)) if other == word);
        is(0, "cfg") && (is(1, "test") || is(1, "all") && is(2, "test"))
    }

    /// Skips `(..)`, `[..]` or `{..}`.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.mark(0) {
                Some('(' | '[' | '{') => depth += 1,
                Some(')' | ']' | '}') => depth -= 1,
                _ => (),
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// Skips an item, a statement, a field or an arm; the name where it is a module with a file of its own.
    fn skip_item(&mut self) -> Option<String> {
        while self.mark(0) == Some('#') {
            self.attribute();
        }
        let start = self.at;
        // Commas stand between generics too.
        let is_item = ["pub", "fn", "impl", "struct", "enum", "unsafe", "trait", "type"].contains(&self.word(0).unwrap_or_default());
        while self.at < self.tokens.len() {
            match self.mark(0) {
                Some('{') => {
                    self.skip_group();
                    break;
                }
                Some('(' | '[') => self.skip_group(),
                Some(';') => {
                    self.at += 1;
                    break;
                }
                Some(',') if !is_item => {
                    self.at += 1;
                    break;
                }
                Some(')' | ']' | '}') => break,
                _ => self.at += 1,
            }
        }
        let words: Vec<&Token> = self.tokens[start..self.at].iter().collect();
        match words.iter().position(|token| **token == Token::Word("mod".into())).and_then(|at| words.get(at + 1)) {
            Some(Token::Word(name)) => Some(name.clone()),
            _ => None,
        }
    }
}
