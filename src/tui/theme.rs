//! Colours, or none. Colour is never the only sign: every role also has a modifier, or words beside it.

use ratatui::style::{Color, Modifier, Style};

use crate::sql::highlight::SpanKind;

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Role {
    Plain,
    Muted,
    Border,
    FocusedBorder,
    Title,
    Header,
    Selected,
    Key,
    Good,
    Attention,
    Error,
    Null,
    Sql(SpanKind),
}

/// How roles look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// False under `NO_COLOR`.
    pub colour: bool,
}

impl Theme {
    /// The style of `role`. Only the terminal's own sixteen colours, so that light and dark backgrounds both work.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let (colour, modifier) = match role {
            Role::Plain => (None, Modifier::empty()),
            Role::Muted | Role::Border => (Some(Color::DarkGray), if self.colour { Modifier::empty() } else { Modifier::DIM }),
            Role::FocusedBorder => (Some(Color::Cyan), Modifier::BOLD),
            Role::Title | Role::Header => (None, Modifier::BOLD),
            Role::Selected => (None, Modifier::REVERSED),
            Role::Key => (Some(Color::Cyan), Modifier::BOLD),
            Role::Good => (Some(Color::Green), Modifier::empty()),
            Role::Attention => (Some(Color::Yellow), Modifier::BOLD),
            Role::Error => (Some(Color::Red), Modifier::BOLD),
            Role::Null => (Some(Color::DarkGray), Modifier::ITALIC),
            Role::Sql(kind) => match kind {
                SpanKind::Keyword => (Some(Color::Blue), Modifier::BOLD),
                SpanKind::Function => (Some(Color::Cyan), Modifier::empty()),
                SpanKind::String => (Some(Color::Green), Modifier::empty()),
                SpanKind::Number | SpanKind::Parameter => (Some(Color::Magenta), Modifier::empty()),
                SpanKind::Comment => (Some(Color::DarkGray), Modifier::ITALIC),
                SpanKind::Identifier | SpanKind::Operator | SpanKind::Plain => (None, Modifier::empty()),
            },
        };
        match colour {
            Some(colour) if self.colour => plain.fg(colour).add_modifier(modifier),
            _ => plain.add_modifier(modifier),
        }
    }
}
