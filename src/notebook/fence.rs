//! Fenced code blocks and headings of a Markdown text, as CommonMark 0.31 finds them (sections 4.2 to 4.6, 5.2): fences of backticks and
//! tildes, indented, in list items, longer than those inside; no fence in a comment, in HTML, in indented code or in a block quote.

use std::ops::Range;

/// Columns of indentation that make code.
const CODE: usize = 4;
/// Columns between tab stops.
const TAB: usize = 4;
/// Digits of a list item's number.
const DIGITS: usize = 9;

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// What stands behind the opening fence, trimmed.
    pub info: String,
    /// The bytes of the text between the fences' lines.
    pub content: Range<usize>,
    /// The bytes from the opening line's start to the closing line's end; in a list item's first line, from the fence itself.
    pub whole: Range<usize>,
    /// Columns that the block stands in from the left: those of its list items, and its own.
    pub indent: usize,
    /// `` ` `` or `~`.
    pub mark: char,
    /// Marks of the opening fence.
    pub length: usize,
    /// Whether a closing fence ends it, rather than the text or the list item.
    pub is_closed: bool,
    /// The opening fence's line, from 1.
    pub line: usize,
}

impl Fence {
    /// The words behind the opening fence, in lower case.
    pub fn words(&self) -> Vec<String> {
        self.info.split_whitespace().map(str::to_lowercase).collect()
    }

    /// What stands in the block, without its indentation and with line feeds alone.
    pub fn body(&self, text: &str) -> String {
        let content = text.get(self.content.clone()).unwrap_or_default();
        let mut out = String::with_capacity(content.len());
        for line in content.split_inclusive('\n') {
            let line = without_columns(line, self.indent);
            match line.strip_suffix("\r\n") {
                Some(line) => {
                    out.push_str(line);
                    out.push('\n');
                }
                None => out.push_str(line),
            }
        }
        out
    }
}

/// A part of the text that a notebook cares for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A fenced code block.
    Fence(Fence),
    /// A heading's text.
    Heading(String),
}

/// The blocks of `text` from byte `start` on, in order.
pub fn blocks(text: &str, start: usize) -> Vec<Block> {
    let mut scan = Scan { line: 1 + text.get(..start).unwrap_or_default().matches('\n').count(), ..Scan::default() };
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        scan.take(line, at);
        at += line.len();
        scan.line += 1;
    }
    scan.end_fence(at, at, false);
    scan.blocks
}

#[derive(Default)]
struct Scan {
    blocks: Vec<Block>,
    /// Where the text of each open list item begins, in columns.
    items: Vec<usize>,
    open: Option<Fence>,
    /// Columns of the list item that the open fence is in.
    base: usize,
    /// What ends the HTML that one is in; nothing: a blank line.
    html: Option<&'static str>,
    /// The paragraph that the next line may go on with.
    paragraph: String,
    line: usize,
}

impl Scan {
    fn take(&mut self, line: &str, at: usize) {
        let bare = line.trim_end_matches(['\n', '\r']);
        let (columns, bytes) = indentation(bare, 0);
        let is_blank = bytes == bare.len();
        if let Some(fence) = &self.open {
            if is_blank || columns >= self.base {
                if closes(fence, self.base, columns, bare.get(bytes..).unwrap_or_default()) {
                    self.end_fence(at, at + line.len(), true);
                }
                return;
            }
            // The list item ended, and its block with it.
            self.end_fence(at, at, false);
        }
        if let Some(end) = self.html {
            let ended = if end.is_empty() { is_blank } else { bare.to_ascii_lowercase().contains(end) };
            if ended {
                self.html = None;
            }
            return;
        }
        if is_blank {
            self.paragraph.clear();
            return;
        }
        self.begin(line, at, columns, bytes);
    }

    /// A line that is not blank, outside fences and HTML.
    fn begin(&mut self, line: &str, at: usize, mut columns: usize, mut bytes: usize) {
        let bare = line.trim_end_matches(['\n', '\r']);
        let first = bare.get(bytes..).unwrap_or_default();
        // A paragraph goes on without its indentation, as long as nothing else begins.
        let goes_on = !self.paragraph.is_empty() && !interrupts(first);
        if !goes_on {
            while self.items.last().is_some_and(|item| columns < *item) {
                self.items.pop();
            }
        }
        loop {
            let rest = bare.get(bytes..).unwrap_or_default();
            let base = self.items.iter().copied().rfind(|item| *item <= columns).unwrap_or(0);
            if columns - base >= CODE {
                if !self.paragraph.is_empty() {
                    self.go_on(rest);
                }
                return;
            }
            match item(rest, columns, self.paragraph.is_empty()) {
                Some((text_at, marker)) => {
                    self.items.push(text_at);
                    self.paragraph.clear();
                    let (spaces, more) = indentation(rest.get(marker..).unwrap_or_default(), columns + marker);
                    bytes += marker + more;
                    columns += marker + spaces;
                    if bytes >= bare.len() {
                        return;
                    }
                }
                None => {
                    self.text(line, at, base, columns, bytes);
                    return;
                }
            }
        }
    }

    fn text(&mut self, line: &str, at: usize, base: usize, columns: usize, bytes: usize) {
        let rest = line.trim_end_matches(['\n', '\r']).get(bytes..).unwrap_or_default();
        if let Some((mark, length, info)) = opening(rest) {
            self.paragraph.clear();
            self.base = base;
            // In a list item's first line the marker is not the block's.
            let is_whole = line.get(..bytes).is_some_and(|before| before.trim().is_empty());
            let begin = if is_whole { at } else { at + bytes };
            let end = at + line.len();
            self.open = Some(Fence {
                info: info.to_owned(),
                content: end..end,
                whole: begin..end,
                indent: columns,
                mark,
                length,
                is_closed: false,
                line: self.line,
            });
        } else if let Some(end) = html(rest) {
            self.paragraph.clear();
            let lower = rest.to_ascii_lowercase();
            // A comment's beginning is not its end.
            let behind = lower.get(2..).unwrap_or_default();
            self.html = Some(end).filter(|end| end.is_empty() || !behind.contains(end));
        } else if let Some(heading) = heading(rest) {
            self.paragraph.clear();
            self.blocks.push(Block::Heading(heading));
        } else if rest.starts_with('>') {
            self.paragraph.clear();
        } else if is_underline(rest) && !self.paragraph.is_empty() {
            let heading = std::mem::take(&mut self.paragraph);
            self.blocks.push(Block::Heading(heading));
        } else if is_rule(rest) {
            self.paragraph.clear();
        } else {
            self.go_on(rest);
        }
    }

    fn go_on(&mut self, rest: &str) {
        if !self.paragraph.is_empty() {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(rest.trim());
    }

    fn end_fence(&mut self, content: usize, end: usize, is_closed: bool) {
        if let Some(mut fence) = self.open.take() {
            fence.content.end = content;
            fence.whole.end = end;
            fence.is_closed = is_closed;
            self.blocks.push(Block::Fence(fence));
        }
    }
}

/// Columns and bytes of the white space that `text` begins with, where it stands at column `from`.
fn indentation(text: &str, from: usize) -> (usize, usize) {
    let mut columns = from;
    let mut bytes = 0;
    for byte in text.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += TAB - columns % TAB,
            _ => break,
        }
        bytes += 1;
    }
    (columns - from, bytes)
}

/// `line` without white space of up to `columns` columns.
fn without_columns(line: &str, columns: usize) -> &str {
    let mut at = 0;
    let mut bytes = 0;
    for byte in line.bytes() {
        let width = match byte {
            b' ' => 1,
            b'\t' => TAB - at % TAB,
            _ => break,
        };
        if at + width > columns {
            break;
        }
        at += width;
        bytes += 1;
    }
    line.get(bytes..).unwrap_or_default()
}

/// Mark, length and info of an opening fence.
fn opening(rest: &str) -> Option<(char, usize, &str)> {
    let mark = rest.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = rest.trim_start_matches(mark);
    let length = rest.len() - info.len();
    // Backticks behind backticks are code in a line.
    (length >= 3 && !(mark == '`' && info.contains('`'))).then(|| (mark, length, info.trim()))
}

fn closes(fence: &Fence, base: usize, columns: usize, rest: &str) -> bool {
    let behind = rest.trim_start_matches(fence.mark);
    columns.saturating_sub(base) < CODE && rest.len() - behind.len() >= fence.length && behind.trim().is_empty()
}

/// Where the text of a list item begins, in columns, and bytes of its marker; `None` where `rest`, at column `columns`, begins none.
fn item(rest: &str, columns: usize, free: bool) -> Option<(usize, usize)> {
    if is_rule(rest) {
        return None;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match digits {
        0 if rest.starts_with(['-', '+', '*']) => 1,
        1..=DIGITS if rest.get(digits..).is_some_and(|behind| behind.starts_with(['.', ')'])) => digits + 1,
        _ => return None,
    };
    let behind = rest.get(marker..).unwrap_or_default();
    let (spaces, bytes) = indentation(behind, columns + marker);
    let is_empty = bytes == behind.len();
    if !is_empty && spaces == 0 {
        return None;
    }
    // Only an item with text, and of numbers only the first, interrupts a paragraph.
    if !free && (is_empty || (digits > 0 && rest.get(..digits) != Some("1"))) {
        return None;
    }
    let gap = if is_empty || spaces > CODE { 1 } else { spaces };
    Some((columns + marker + gap, marker))
}

fn is_rule(rest: &str) -> bool {
    let mut marks = rest.chars().filter(|c| !matches!(c, ' ' | '\t'));
    let Some(mark) = marks.next().filter(|mark| matches!(mark, '-' | '_' | '*')) else { return false };
    let rest: Vec<char> = marks.collect();
    rest.len() >= 2 && rest.iter().all(|c| *c == mark)
}

fn is_underline(rest: &str) -> bool {
    let rest = rest.trim_end();
    !rest.is_empty() && (rest.bytes().all(|byte| byte == b'=') || rest.bytes().all(|byte| byte == b'-'))
}

fn heading(rest: &str) -> Option<String> {
    let text = rest.trim_start_matches('#');
    let level = rest.len() - text.len();
    if !(1..=6).contains(&level) || !(text.is_empty() || text.starts_with([' ', '\t'])) {
        return None;
    }
    let text = text.trim();
    let closed = text.trim_end_matches('#');
    let text = if closed.is_empty() || closed.ends_with([' ', '\t']) { closed.trim_end() } else { text };
    Some(text.to_owned())
}

/// Names of the tags that begin HTML up to a blank line, even in the middle of a paragraph.
const TAGS: [&str; 62] = [
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

/// What ends the HTML that `rest` begins; nothing: a blank line.
fn html(rest: &str) -> Option<&'static str> {
    let lower = rest.to_ascii_lowercase();
    let is_tag = |name: &str| {
        let behind =
            lower.strip_prefix('<').map(|behind| behind.strip_prefix('/').unwrap_or(behind)).and_then(|tag| tag.strip_prefix(name));
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t', '>']) || behind.starts_with("/>"))
    };
    for (name, end) in [("pre", "</pre>"), ("script", "</script>"), ("style", "</style>"), ("textarea", "</textarea>")] {
        if is_tag(name) && !lower.starts_with("</") {
            return Some(end);
        }
    }
    match () {
        () if lower.starts_with("<!--") => Some("-->"),
        () if lower.starts_with("<?") => Some("?>"),
        () if lower.starts_with("<![cdata[") => Some("]]>"),
        () if lower.starts_with("<!") && lower.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) => Some(">"),
        () if TAGS.iter().any(|name| is_tag(name)) => Some(""),
        () => None,
    }
}

/// Whether a line that begins so ends a paragraph.
fn interrupts(rest: &str) -> bool {
    opening(rest).is_some()
        || html(rest).is_some()
        || heading(rest).is_some()
        || rest.starts_with('>')
        || is_rule(rest)
        || is_underline(rest)
        || item(rest, 0, false).is_some()
}
