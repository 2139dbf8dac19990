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

/// How roles look. Only the terminal's own sixteen colours, so that a person's own palette holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light one: no yellow and cyan, which are hard to read there.
    Light,
    /// No colours at all: `NO_COLOR`.
    Plain,
}

impl Theme {
    /// The next one.
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Plain,
            Self::Plain => Self::Dark,
        }
    }

    /// What it is called, also in the config file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Plain => "plain",
        }
    }

    /// The style of `role`.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let (dark, light, modifier) = match role {
            Role::Plain => (None, None, Modifier::empty()),
            Role::Muted | Role::Border => {
                (Some(Color::DarkGray), Some(Color::DarkGray), if self == Self::Plain { Modifier::DIM } else { Modifier::empty() })
            }
            Role::FocusedBorder | Role::Key => (Some(Color::Cyan), Some(Color::Blue), Modifier::BOLD),
            Role::Title | Role::Header => (None, None, Modifier::BOLD),
            Role::Selected => (None, None, Modifier::REVERSED),
            Role::Good => (Some(Color::Green), Some(Color::Green), Modifier::empty()),
            Role::Attention => (Some(Color::Yellow), Some(Color::Magenta), Modifier::BOLD),
            Role::Error => (Some(Color::Red), Some(Color::Red), Modifier::BOLD),
            Role::Null => (Some(Color::DarkGray), Some(Color::DarkGray), Modifier::ITALIC),
            Role::Sql(kind) => match kind {
                SpanKind::Keyword => (Some(Color::LightBlue), Some(Color::Blue), Modifier::BOLD),
                SpanKind::Function => (Some(Color::Cyan), Some(Color::Magenta), Modifier::empty()),
                SpanKind::String => (Some(Color::Green), Some(Color::Green), Modifier::empty()),
                SpanKind::Number | SpanKind::Parameter => (Some(Color::Magenta), Some(Color::Red), Modifier::empty()),
                SpanKind::Comment => (Some(Color::DarkGray), Some(Color::DarkGray), Modifier::ITALIC),
                SpanKind::Identifier | SpanKind::Operator | SpanKind::Plain => (None, None, Modifier::empty()),
            },
        };
        let colour = match self {
            Self::Dark => dark,
            Self::Light => light,
            Self::Plain => None,
        };
        match colour {
            Some(colour) => plain.fg(colour).add_modifier(modifier),
            None => plain.add_modifier(modifier),
        }
    }
}
