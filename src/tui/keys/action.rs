//! What a key can mean.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table's labels say it
pub enum Action {
    Quit,
    Suspend,
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
    Structure,
    Diagram,
    NextTable,
    PreviousTable,
    OpenCell,
    Record,
    CopyCell,
    CopyRow,
    CopyColumn,
    CopyAll,
    CopySql,
    HoldColumns,
    HideColumn,
    ShowColumns,
    PinColumn,
    ColumnLeft,
    ColumnRight,
    Find,
    FindNext,
    FindPrevious,
    CopyAs,
    FollowKey,
    ReferringRows,
    JumpBack,
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
    Learn,
    StopRun,
    ResumeRun,
    AttachRun,
    RemoveRun,
    DuplicateRun,
    CompareRun,
    StartChecked,
    BackToForm,
    SaveCommand,
    HandOver,
    TurnPage,
    NextExample,
    EarlierExample,
    SwitchAdapter,
    Open,
    OpenBeside,
    CloseBeside,
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
    RunAll,
    NextResult,
    PreviousResult,
    OpenSql,
    SaveSql,
    SaveSqlAs,
    InsertSnippet,
    Settings,
    WhileTyping,
    OpenNotebook,
    WriteNotebook,
    AddToNotebook,
    RunNotebook,
    KeepResults,
    OpenNamed,
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

    /// Other words that people look for it by.
    pub fn synonyms(self) -> &'static [&'static str] {
        use Action::*;
        match self {
            Quit => &["exit", "leave", "bye", "close"],
            Suspend => &["background", "shell", "pause"],
            Help => &["keys", "shortcuts", "keybindings", "bindings", "manual", "hotkeys"],
            Menu => &["screens"],
            FocusAsk => &["question", "prompt"],
            FocusSchema => &["tables", "tree"],
            FocusConversation => &["answers", "chat"],
            FocusSql => &["editor", "query"],
            FocusResult => &["rows", "grid", "results"],
            Zoom => &["fullscreen", "full", "maximise", "maximize", "expand"],
            HideSchema => &["sidebar", "tree", "toggle"],
            ToggleMouse => &["settings", "preferences", "options", "config", "selection"],
            ToggleVim => &["settings", "preferences", "options", "config", "vi", "modal"],
            SwitchTheme => &["settings", "preferences", "options", "config", "colours", "colors", "dark", "light", "appearance"],
            NewTab => &["add", "open", "query"],
            RunSql => &["execute", "run", "query", "refresh", "rerun", "go"],
            Browse => &["select", "rows", "data", "preview", "view"],
            Filter => &["search", "where", "grep"],
            InsertName => &["paste", "name"],
            Definition | Structure => &["ddl", "create", "describe", "structure"],
            Diagram => &["erd", "er", "relations", "relationships", "boxes", "entity", "foreign"],
            Record => &["transpose", "row", "vertical", "expanded", "detail", "form"],
            CopyCell => &["clipboard", "yank", "value"],
            CopyRow => &["clipboard", "yank"],
            CopyColumn => &["clipboard", "yank"],
            CopyAll => &["clipboard", "yank", "everything"],
            CopySql => &["clipboard", "yank", "query"],
            HoldColumns => &["freeze", "frozen", "sticky"],
            HideColumn => &["remove", "collapse"],
            ShowColumns => &["unhide", "reset", "restore"],
            PinColumn => &["freeze", "front", "unpin"],
            ColumnLeft | ColumnRight => &["move", "reorder", "rearrange"],
            Find | FindNext | FindPrevious => &["search", "text", "locate"],
            CopyAs => &["insert", "clipboard", "yank", "form"],
            FollowKey => &["jump", "reference", "foreign", "parent", "goto"],
            ReferringRows => &["references", "children", "backlinks"],
            JumpBack => &["return", "jump"],
            Sort => &["order", "arrange"],
            Summary => &["statistics", "stats", "profile", "describe", "count", "sum", "average", "mean", "median", "distinct"],
            Dates => &["time", "timestamp", "epoch", "unix"],
            FitColumn => &["width", "autosize", "resize"],
            WidenColumn | NarrowColumn => &["width", "resize"],
            Wider | Narrower | Taller | Lower => &["resize", "size"],
            Chart => &["graph", "plot", "bars", "histogram", "line", "draw", "visualise", "visualize"],
            Export => &["save", "write", "csv", "json", "ndjson", "jsonl", "parquet", "markdown", "excel", "file", "sqlite"],
            ExportConversation => &["save", "write", "markdown", "script"],
            Settings => &["preferences", "options", "config", "configuration", "setup", "toml"],
            WhileTyping => &["ahead", "typing", "speculate"],
            RunAll => &["execute", "script", "everything", "statements", "batch"],
            NextResult | PreviousResult => &["tab", "resultset"],
            OpenSql => &["script", "load", "file"],
            SaveSql => &["script", "write", "store"],
            SaveSqlAs => &["script", "write"],
            InsertSnippet => &["snippet", "template", "paste"],
            OpenNotebook => &["markdown", "md", "notebook", "report", "book", "jupyter", "rerun"],
            WriteNotebook => &["markdown", "md", "notebook", "report", "save", "share"],
            AddToNotebook => &["notebook", "append", "cell"],
            UseSql => &["take", "edit", "insert"],
            Accept => &["keep", "right", "correct", "good", "yes", "example"],
            Reject => &["wrong", "bad", "no", "incorrect"],
            AskAgain => &["retry", "redo", "regenerate"],
            Alternatives => &["candidates", "others", "compare"],
            AddNote => &["hint", "remember"],
            Notes => &["hints"],
            AddFavourite => &["bookmark", "snippet", "favorite", "star"],
            Favourites => &["bookmarks", "snippets", "favorites", "saved"],
            History => &["recent", "earlier", "past", "log"],
            Models => &["model", "download", "fetch", "pull", "llm"],
            FineTune => &["finetune", "train", "training", "lora", "runs"],
            Learn => &["teach", "adapt", "improve"],
            SwitchAdapter => &["lora", "detach", "attach"],
            OpenBeside => &["attach", "with", "second", "several", "join", "database"],
            CloseBeside => &["detach"],
            Open => &["database", "file", "load", "connect", "switch", "import"],
            Explain => &["fix", "mend", "repair", "why"],
            Plan => &["explain-query-plan", "index", "scan", "performance", "slow"],
            Format => &["beautify", "pretty", "prettify", "indent", "layout"],
            Complete => &["autocomplete", "completion", "names"],
            ExternalEditor => &["vim", "nano", "emacs", "editor"],
            _ => &[],
        }
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
                | HandOver
                | TurnPage
                | NextExample
                | EarlierExample
                | NextTable
                | PreviousTable
                | RunNotebook
                | KeepResults
                | OpenNamed
        )
    }
}
