//! Panes: where keys go, and how the screen is shared among them.

/// The schema's width at most and at least.
const SCHEMA_WIDTH: (u16, u16) = (16, 100);
/// Shares of the height: conversation, SQL, result.
pub(in crate::tui) const SHARES: [u16; 3] = [3, 2, 4];

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The schema tree.
    Schema,
    /// Questions and answers.
    Conversation,
    /// The SQL.
    Editor,
    /// The rows.
    Results,
    /// The question's line.
    Ask,
}

impl Pane {
    /// In the order of Tab.
    pub const ALL: [Self; 5] = [Self::Schema, Self::Conversation, Self::Editor, Self::Results, Self::Ask];
}

/// What a person changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// The schema's width; `None` for three tenths.
    pub schema_width: Option<u16>,
    /// Whether the schema is hidden.
    pub schema_hidden: bool,
    /// How much of the height conversation, SQL and result get.
    pub shares: [u16; 3],
}

impl Default for Panes {
    fn default() -> Self {
        Self { schema_width: None, schema_hidden: false, shares: SHARES }
    }
}

impl Panes {
    /// Makes the schema wider by `by` columns.
    pub fn widen(&mut self, by: i16, screen: u16) {
        let now = self.schema_width.unwrap_or((screen * 3 / 10).clamp(22, 44));
        self.schema_width = Some(now.saturating_add_signed(by).clamp(SCHEMA_WIDTH.0, SCHEMA_WIDTH.1));
        self.schema_hidden = false;
    }

    /// Makes `pane` taller by `by` shares.
    pub fn heighten(&mut self, pane: Pane, by: i16) {
        let at = match pane {
            Pane::Conversation => 0,
            Pane::Editor => 1,
            _ => 2,
        };
        if let Some(share) = self.shares.get_mut(at) {
            *share = share.saturating_add_signed(by).clamp(1, 20);
        }
    }
}
