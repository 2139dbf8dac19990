//! Where a binding holds.

/// Where a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Everywhere, unless the place has its own.
    Everywhere,
    /// The question's line.
    Ask,
    /// The SQL.
    Editor,
    /// Names offered in the SQL, while they are.
    Completion,
    /// The schema.
    Schema,
    /// The schema's filter, while it is typed.
    Filter,
    /// What was asked and answered.
    Conversation,
    /// The rows.
    Results,
    /// The rows' filter, while it is typed.
    RowFilter,
    /// The rows as a chart.
    Chart,
    /// A text over the panes.
    Window,
    /// A list over the panes.
    List,
    /// A line to be typed, over the panes.
    Prompt,
    /// A training run, over the panes.
    Run,
    /// Answers side by side, over the panes.
    Compare,
    /// A check before training, over the panes.
    Check,
    /// The diagram of keys, over the panes.
    Diagram,
    /// A notebook, over the panes.
    Notebook,
}

impl Context {
    /// In the order of help.
    pub const ALL: [Self; 18] = [
        Self::Everywhere,
        Self::Ask,
        Self::Conversation,
        Self::Schema,
        Self::Filter,
        Self::Editor,
        Self::Completion,
        Self::Results,
        Self::RowFilter,
        Self::Chart,
        Self::List,
        Self::Prompt,
        Self::Check,
        Self::Run,
        Self::Compare,
        Self::Diagram,
        Self::Notebook,
        Self::Window,
    ];

    /// As help names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Ask => "Question",
            Self::Editor => "SQL",
            Self::Completion => "Names offered in the SQL",
            Self::Schema => "Schema",
            Self::Filter => "Schema filter",
            Self::Conversation => "Conversation",
            Self::Results => "Result",
            Self::RowFilter => "Row filter",
            Self::Chart => "Chart",
            Self::Window => "Text window",
            Self::List => "List window",
            Self::Prompt => "Line to type",
            Self::Run => "Training run",
            Self::Check => "Check before training",
            Self::Compare => "Answers side by side",
            Self::Diagram => "Diagram of keys",
            Self::Notebook => "Notebook",
        }
    }

    /// Whether plain characters are text here.
    pub fn is_typing(self) -> bool {
        matches!(self, Self::Ask | Self::Editor | Self::Completion | Self::Filter | Self::RowFilter | Self::List | Self::Prompt)
    }
}
