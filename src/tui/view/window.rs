//! Help, texts, lists and lines to type, over the panes.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::super::keys::{Context, label};
use super::super::picker::{Picker, PickerKind};
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::theme::Role;
use super::super::train::time_problem;
use super::conversation::wrap;
use super::frame::{block_of, first_line};
use crate::text;

/// A list is at most this wide.
const LIST_WIDTH: u16 = 110;
/// Keys in help are at most this wide.
const MOST_KEYS: usize = 30;
/// Columns of what a key does, at least, beside it.
const LEAST_MEANING: usize = 16;

pub(super) fn window(state: &State, frame: &mut Frame<'_>, area: Rect) {
    match &state.window {
        None => {}
        Some(Window::Help { scroll }) => {
            let help = help(state, room(area));
            let widest = help.iter().map(Line::width).max().unwrap_or(0);
            let part = |first, count| help.iter().skip(first).take(count).cloned().collect();
            lines(state, frame, area, "Keys", (help.len(), widest), *scroll, part);
        }
        Some(Window::Text { title, text, scroll, laid, .. }) => {
            let text = laid.lines(room(area), || text_lines(text, room(area)));
            let part = |first, count| text.lines.iter().skip(first).take(count).map(|line| Line::raw(line.clone())).collect();
            lines(state, frame, area, &text::sanitize(title), (text.lines.len(), text.widest), *scroll, part);
        }
        Some(Window::List(picker)) => list(state, frame, area, picker),
        Some(Window::Prompt(prompt)) => line_to_type(state, frame, area, prompt),
        Some(Window::Run(shown)) => super::run::run(state, frame, area, shown),
        Some(Window::Check(pages)) => super::check::check(state, frame, area, pages),
        Some(Window::Compare(sides)) => super::compare::compare(state, frame, area, sides),
        Some(Window::Diagram(shown)) => super::diagram::diagram(state, frame, area, shown),
        Some(Window::Notebook(page)) => super::notebook::notebook(state, frame, area, page),
    }
}

/// Columns of a line in a window over `area`.
fn room(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(6)).max(1)
}

fn text_lines(text: &str, room: usize) -> Vec<String> {
    text::sanitize_lines(text).replace('\t', "  ").lines().flat_map(|line| wrap(line, room)).collect()
}

/// How far the window of lines over `area` can be scrolled; `None` where none is open.
pub(crate) fn last_scroll(state: &State, area: Rect) -> Option<usize> {
    let lines = match &state.window {
        Some(Window::Help { .. }) => help(state, room(area)).len(),
        Some(Window::Text { text, laid, .. }) => laid.lines(room(area), || text_lines(text, room(area))).lines.len(),
        _ => return None,
    };
    Some(lines.saturating_sub(usize::from(area.height.saturating_sub(2))))
}

fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Lines from `scroll` on, of so many and so wide as `(count, widest)` says; `part` has those from one on, so many.
fn lines(
    state: &State,
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    (count, widest): (usize, usize),
    scroll: usize,
    part: impl Fn(usize, usize) -> Vec<Line<'static>>,
) {
    let widest = widest.max(text::width(title) + 4);
    let width = u16::try_from(widest + 2).unwrap_or(u16::MAX).clamp(20, area.width.saturating_sub(4).max(20));
    let height = u16::try_from(count + 2).unwrap_or(u16::MAX);
    let area = middle(area, width, height);
    let shown = usize::from(area.height.saturating_sub(2));
    let hidden = count.saturating_sub(shown);
    let scroll = scroll.min(hidden);
    let mut block = block_of(state, title);
    if hidden > 0 {
        block = block
            .title_bottom(Line::from(format!(" line {}/{} ", text::count(scroll as u64 + 1), text::count(count as u64))).right_aligned());
    }
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(part(scroll, shown)).block(block), area);
}

/// Every key with what it does and its name for `config.toml`; what has no room in a line goes on in the next.
fn help(state: &State, room: usize) -> Vec<Line<'static>> {
    let named = |keys: &[&str]| match keys.iter().map(|key| label(key)).collect::<Vec<_>>().join(" ") {
        none if none.is_empty() => "(menu or commands)".to_owned(),
        keys => keys,
    };
    let all = || Context::ALL.into_iter().flat_map(|context| state.options.keymap.of(context));
    let widest = all().map(|(_, keys)| text::width(&named(&keys))).max().unwrap_or(0).min(MOST_KEYS);
    // Where both do not stand side by side, the meaning stands under the keys.
    let narrow = room < widest + 3 + LEAST_MEANING;
    let (widest, before) = if narrow { (room.saturating_sub(3), 4) } else { (widest, widest + 3) };
    let column = room.saturating_sub(before).max(LEAST_MEANING);
    let mut lines = Vec::new();
    for context in Context::ALL {
        lines.push(Line::styled(context.title(), state.theme.style(Role::Title)));
        for (binding, keys) in state.options.keymap.of(context) {
            let keys = text::ellipsis(&named(&keys), widest).into_owned();
            let (name, muted) = (binding.action.name(), state.theme.style(Role::Muted));
            let keys = Span::styled(format!("  {keys:widest$} "), state.theme.style(Role::Key));
            let mut parts = wrap(binding.label, column).into_iter().map(|part| vec![Span::raw(part)]).collect::<Vec<_>>();
            match parts.last_mut() {
                Some(last) if last.iter().map(Span::width).sum::<usize>() + 2 + text::width(&name) <= column => {
                    last.push(Span::styled(format!("  {name}"), muted));
                }
                _ => parts.push(vec![Span::styled(name, muted)]),
            }
            if narrow {
                lines.push(Line::from(keys.clone()));
            }
            for (number, part) in parts.into_iter().enumerate() {
                let before = if number == 0 && !narrow { keys.clone() } else { Span::raw(" ".repeat(before)) };
                lines.push(Line::from_iter(std::iter::once(before).chain(part)));
            }
        }
    }
    lines
}

/// What a list is called, and what is said where it is empty.
fn named(kind: &PickerKind, state: &State) -> (String, &'static str) {
    match kind {
        PickerKind::Palette => ("Commands".into(), "no command is called so"),
        PickerKind::Menu => ("Menu".into(), "nothing is called so"),
        PickerKind::History { everywhere: true } => ("History, every database; Tab: this one".into(), "nothing was found"),
        PickerKind::History { everywhere: false } => ("History of this database; Tab: every one".into(), "nothing was found"),
        PickerKind::Favourites => ("Favourites".into(), "none yet; s in the conversation keeps one"),
        PickerKind::Settings => ("Settings: Enter changes one, Ctrl+D takes it back".into(), "no key is called so"),
        PickerKind::SettingWords(name) => (format!("{name}: Enter saves"), "no word is written so"),
        PickerKind::Bindings => ("Keys: Enter changes an action's, Ctrl+D takes that back".into(), "no action is called so"),
        PickerKind::Snippets => ("Snippets: favourites, put in at the cursor".into(), "none yet; s in the conversation keeps one"),
        PickerKind::Notes => ("Notes on this database".into(), "nothing is called so"),
        PickerKind::Models => ("Models: Enter fetches or uses, Ctrl+D deletes".into(), "no model is called so"),
        PickerKind::Open if state.database.is_empty() => {
            ("sqllama: what shall be opened?".into(), "Enter opens the file that is called so")
        }
        PickerKind::Open if state.opens_beside => {
            (format!("Open beside {}", text::sanitize(&state.database_name())), "Enter opens the file that is called so")
        }
        PickerKind::Open => ("Open".into(), "Enter opens the file that is called so"),
        PickerKind::Files(folder) => (text::sanitize(&folder.display().to_string()).into_owned(), "Enter opens the file that is called so"),
        PickerKind::CopyAs => ("Copy as".into(), "nothing is called so"),
        PickerKind::Jump => ("Where to?".into(), "nothing is called so"),
        PickerKind::Export => ("Write the result as".into(), "Enter writes a file that is called so, if it ends in .csv, .parquet ..."),
        PickerKind::Adopt => ("The same schema is known: take over what was kept? Esc: no".into(), "nothing is called so"),
        PickerKind::AskBack(question) => (text::sanitize(question).into_owned(), "nothing is called so"),
        PickerKind::TypedSql => ("This is SQL. Enter runs it; it can only read".into(), "nothing is called so"),
        PickerKind::AllowServer(address) => {
            (format!("{} is not this machine. Send it what it needs?", text::sanitize(address)), "nothing is called so")
        }
        PickerKind::Train => ("Fine-tune a model; Enter changes a line".into(), "nothing is called so"),
        PickerKind::Runs => ("Training runs; Enter shows one, Ctrl+D deletes it".into(), "none yet"),
    }
}

fn list(state: &State, frame: &mut Frame<'_>, area: Rect, picker: &Picker) {
    let (title, empty) = named(&picker.kind, state);
    let remarks = remarks(state, picker, usize::from(LIST_WIDTH.min(area.width.saturating_sub(2)).saturating_sub(6)));
    let height = (picker.items.len().max(1) + 3 + remarks.len()) as u16;
    let area = middle(area, LIST_WIDTH.min(area.width.saturating_sub(2)), height.max(6));
    let mut block = block_of(state, &title);
    if picker.matching.len() > 1 {
        block = block
            .title_bottom(Line::from(format!(" {}/{} ", picker.selected + 1, text::count(picker.matching.len() as u64))).right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let mut drawn =
        vec![Line::from(vec![Span::styled("> ", state.theme.style(Role::Key)), Span::raw(text::sanitize(&picker.query).into_owned())])];
    let room = usize::from(inner.height).saturating_sub(1 + remarks.len());
    if picker.matching.is_empty() {
        let words = if picker.loading { "looking ..." } else { empty };
        drawn.push(Line::styled(format!("  {words}"), state.theme.style(Role::Muted)));
    }
    let first = first_line(picker.selected, picker.matching.len(), room);
    // One width for every label, so that what stands behind them is aligned and does not jump.
    let longest = picker.items.iter().take(1000).map(|item| text::width(&text::sanitize(&item.label))).max().unwrap_or(0);
    let behind = picker.items.iter().take(1000).map(|item| text::width(&text::sanitize(&item.detail))).max().unwrap_or(0);
    // What stands behind gets what it needs, and never less than a part.
    let label_width =
        if behind > 0 { longest.min((width * 6 / 10).max(width.saturating_sub(behind + 4))) } else { width.saturating_sub(2) };
    for (number, &at) in picker.matching.iter().enumerate().skip(first).take(room) {
        let Some(item) = picker.items.get(at) else { continue };
        let label = text::sanitize(&item.label).into_owned();
        let label = text::ellipsis(&label, label_width).into_owned();
        let gap = " ".repeat((label_width + 2).saturating_sub(text::width(&label)));
        let detail = text::sanitize(&item.detail).into_owned();
        let detail = text::ellipsis(&detail, width.saturating_sub(label_width + 4)).into_owned();
        let line = Line::from(vec![Span::raw(format!("  {label}{gap}")), Span::styled(detail, state.theme.style(Role::Muted))]);
        drawn.push(if number == picker.selected { line.style(state.theme.style(Role::Selected)) } else { line });
    }
    drawn.extend(remarks);
    frame.render_widget(Paragraph::new(drawn), inner);
    let typed = text::width(&text::sanitize(picker.query.around().0)) as u16;
    frame.set_cursor_position(Position::new((inner.x + 2 + typed).min(inner.right().saturating_sub(1)), inner.y));
}

/// What stands below a list.
fn remarks(state: &State, picker: &Picker, width: usize) -> Vec<Line<'static>> {
    let style = state.theme.style(Role::Muted);
    let say = |words: String| {
        let lines = wrap(&words, width.max(1)).into_iter().map(|line| Line::styled(format!("  {line}"), style));
        std::iter::once(Line::default()).chain(lines).collect()
    };
    match &picker.kind {
        PickerKind::Open if state.lacks_model() => {
            say("To ask in plain words a model is needed, once: F7 shows what fits this machine and fetches it.".into())
        }
        PickerKind::Open if state.database.is_empty() => {
            say("Every query is shown, is checked before it runs, and can only read. F1 shows every key.".into())
        }
        PickerKind::Settings => {
            let chosen = picker.item().map(|item| item.label.as_str()).unwrap_or_default();
            let meaning = crate::store::config::edit::key(chosen).map(|key| key.meaning).unwrap_or_default();
            let file = text::sanitize(&state.settings.path.display().to_string()).into_owned();
            say(format!("{meaning}. The file: {file}"))
        }
        PickerKind::Models => {
            let chosen = picker.item().map(|item| item.label.as_str()).unwrap_or_default();
            let note = state.models.iter().find(|model| model.name == chosen).and_then(|model| model.note.clone());
            note.map(say).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn line_to_type(state: &State, frame: &mut Frame<'_>, area: Rect, prompt: &Prompt) {
    let (title, below) = match &prompt.kind {
        PromptKind::Reject(_) => ("Why is it wrong?", "in your words; the question is asked again with it. Enter alone says nothing"),
        PromptKind::Note => ("A lasting note on this database", "for example: orders with status 9 are cancelled"),
        PromptKind::Export(_) => ("Write the result to", "a new file; nothing is replaced"),
        PromptKind::Conversation => ("Write the conversation to", ".md for Markdown, .sql for a script; nothing is replaced"),
        PromptKind::Favourite(_) => ("Keep the SQL as", "a title to find it by"),
        PromptKind::Train(field) => (field.label().trim(), field.hint()),
        PromptKind::Learn => {
            ("Learn this database in", "such as 30m or 1h30m; it trains in the background, and answers are slower meanwhile")
        }
        PromptKind::Command(_) => ("Write the command line to", "a new file; nothing is replaced"),
        PromptKind::Open if state.opens_beside => ("Open beside it", "NAME=FILE, or the path of an SQLite file, or `demo`"),
        PromptKind::Find => ("Find in the rows", "part of a cell, in any case; n, or nothing: the next one; N: the one before"),
        PromptKind::Handover(_) => {
            ("Write the job for another machine to", "a new folder: rows, train.py, DeepSpeed's file, run.sh, Slurm")
        }
        PromptKind::Open => ("Open", "a path: SQLite, CSV, JSON lines, Parquet, a notebook (.md); or `demo`"),
        PromptKind::Setting(name) => {
            ("", crate::store::config::edit::key(name).map_or("keys with blanks between, such as f5 ctrl+r", |key| key.meaning))
        }
        PromptKind::OpenSql => ("Open the SQL", "the path of a .sql file; it gets a tab"),
        PromptKind::SaveSql => ("Save the SQL in", "a new file; a file that is there is not replaced"),
        PromptKind::Parameter(_) => ("", "12, 1.5, NULL, x'0aff' or 'text'; everything else is text"),
        PromptKind::Notebook => ("Open the notebook", "the path of a Markdown file"),
        PromptKind::NewNotebook => ("Write the notebook to", "a new .md file; every question runs again, and its result is kept"),
        PromptKind::Cell(..) => ("Add to the notebook", "a .md file; it is made where there is none"),
    };
    let title = match &prompt.kind {
        PromptKind::Parameter(wanted) => {
            let name = wanted.names.first().map(|name| text::sanitize(name).into_owned()).unwrap_or_default();
            match wanted.names.len() {
                0 | 1 => format!("Value of {name}"),
                more => format!("Value of {name}, then {} more", more - 1),
            }
        }
        PromptKind::Setting(name) => format!("Setting {name}"),
        _ => title.to_owned(),
    };
    let area = middle(area, 90.min(area.width.saturating_sub(2)), 4);
    let block = block_of(state, &title);
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let line = Rect { height: 1, ..inner };
    let at = super::editor::draw(state, frame, &prompt.text, line, false, false);
    frame.set_cursor_position(at);
    if inner.height > 1 {
        let rest = Rect { y: inner.y + 1, height: 1, ..inner };
        // What cannot be is said while it is typed.
        let wrong = match &prompt.kind {
            PromptKind::Setting(name) => state.settings.problem(name, &prompt.text.lines().join(" ")),
            PromptKind::Train(field) => field.problem(&prompt.text.lines().join(" ")),
            PromptKind::Learn => time_problem(&prompt.text.lines().join(" ")),
            _ => None,
        };
        let said = match wrong {
            Some(wrong) => Span::styled(format!("! {wrong}"), state.theme.style(Role::Attention)),
            None => Span::styled(below, state.theme.style(Role::Muted)),
        };
        frame.render_widget(Paragraph::new(said), rest);
    }
}
