//! Help and cells, over the panes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

use super::super::keys::{BINDINGS, Context, label};
use super::super::state::{State, Window};
use super::super::theme::Role;
use super::conversation::wrap;
use crate::text;

pub(super) fn window(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let Some(window) = &state.window else { return };
    let room = usize::from(area.width.saturating_sub(6)).max(1);
    let (title, lines, scroll): (_, Vec<Line<'static>>, _) = match window {
        Window::Help { scroll } => ("Keys".to_owned(), help(state), *scroll),
        Window::Cell { title, text, scroll } => (
            text::sanitize(title).into_owned(),
            text.lines().flat_map(|line| wrap(&line.replace('\t', "  "), room)).map(Line::raw).collect(),
            *scroll,
        ),
    };
    let widest = lines.iter().map(Line::width).max().unwrap_or(0).max(text::width(&title) + 4);
    let width = u16::try_from(widest + 2).unwrap_or(u16::MAX).clamp(20, area.width.saturating_sub(4).max(20)).min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let area = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let hidden = lines.len().saturating_sub(usize::from(height.saturating_sub(2)));
    let scroll = scroll.min(hidden);
    let mut block = Block::new()
        .borders(Borders::ALL)
        .border_style(state.theme.style(Role::FocusedBorder))
        .title(Line::from(Span::styled(format!("[{title}]"), state.theme.style(Role::Title))));
    if hidden > 0 {
        block = block.title_bottom(Line::from(format!(" line {}/{} ", scroll + 1, lines.len())).right_aligned());
    }
    frame.render_widget(Clear, area);
    let text = Paragraph::new(lines).block(block).scroll((u16::try_from(scroll).unwrap_or(u16::MAX), 0));
    frame.render_widget(text, area);
}

fn help(state: &State) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let contexts = [
        Context::Everywhere,
        Context::Ask,
        Context::Schema,
        Context::Filter,
        Context::Conversation,
        Context::Editor,
        Context::Results,
        Context::Window,
    ];
    for context in contexts {
        lines.push(Line::styled(context.title(), state.theme.style(Role::Title)));
        for binding in BINDINGS.iter().filter(|binding| binding.context == context) {
            let keys = binding.keys.iter().map(|key| label(key)).collect::<Vec<_>>().join(" ");
            lines.push(Line::from(vec![Span::styled(format!("  {keys:24}"), state.theme.style(Role::Key)), Span::raw(binding.label)]));
        }
    }
    lines
}
