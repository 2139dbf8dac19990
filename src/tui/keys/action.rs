//! What a key can mean.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table's labels say it
pub enum Action {
    Quit,
    Help,
    Palette,
    Menu,
    NextPane,
    PreviousPane,
    FocusAsk,
    FocusSchema,
    FocusConversation,
    FocusSql,
    FocusResult,
    Zoom,
    HideSchema,
    Wider,
    Narrower,
    Taller,
    Lower,
    ToggleMouse,
    SwitchTheme,
    NewTab,
    CloseTab,
    NextTab,
    PreviousTab,
    RunSql,
    Send,
    Stop,
    StopOrQuit,
    EarlierQuestion,
    LaterQuestion,
    Up,
    Down,
    Left,
    Right,
    Top,
    Bottom,
    FirstColumn,
    LastColumn,
    PageUp,
    PageDown,
    Toggle,
    Browse,
    Filter,
    InsertName,
    Definition,
    OpenCell,
    CopyCell,
    CopyRow,
    CopyColumn,
    CopyAll,
    CopySql,
    Sort,
    Summary,
    Dates,
    WidenColumn,
    NarrowColumn,
    FitColumn,
    Chart,
    ChartKind,
    ChartX,
    ChartY,
    Export,
    ExportConversation,
    UseSql,
    Accept,
    Reject,
    AskAgain,
    Alternatives,
    AddNote,
    Notes,
    AddFavourite,
    Favourites,
    History,
    Models,
    FineTune,
    StopRun,
    ResumeRun,
    AttachRun,
    RemoveRun,
    DuplicateRun,
    CompareRun,
    StartChecked,
    BackToForm,
    SaveCommand,
    TurnPage,
    NextExample,
    EarlierExample,
    SwitchAdapter,
    Open,
    Explain,
    Plan,
    Format,
    Complete,
    TakeCompletion,
    ExternalEditor,
    ToggleVim,
    Undo,
    Redo,
    Choose,
    Delete,
    Scope,
    Close,
}

impl Action {
    /// As the config file names it: `run-sql`.
    pub fn name(self) -> String {
        let mut out = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !out.is_empty() {
                out.push('-');
            }
            out.extend(c.to_lowercase());
        }
        out
    }

    /// Whether it only moves a cursor, or belongs to one window: the palette leaves it out.
    pub fn is_local(self) -> bool {
        use Action::*;
        matches!(
            self,
            Palette
                | Send
                | EarlierQuestion
                | LaterQuestion
                | Up
                | Down
                | Left
                | Right
                | Top
                | Bottom
                | FirstColumn
                | LastColumn
                | PageUp
                | PageDown
                | Toggle
                | OpenCell
                | TakeCompletion
                | Choose
                | Delete
                | Scope
                | Close
                | Stop
                | StopOrQuit
                | ChartKind
                | ChartX
                | ChartY
                | StopRun
                | ResumeRun
                | AttachRun
                | RemoveRun
                | DuplicateRun
                | CompareRun
                | StartChecked
                | BackToForm
                | SaveCommand
                | TurnPage
                | NextExample
                | EarlierExample
        )
    }
}
