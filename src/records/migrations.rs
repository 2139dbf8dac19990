//! The tables, one step a format. A step that was released is never changed; what changes is a new step.

/// `PRAGMA application_id` of our file: `sqll`.
pub(super) const APPLICATION_ID: i64 = 0x7371_6C6C;

/// Step `n` brings format `n` to format `n + 1`. Times are milliseconds since 1970.
pub(super) const STEPS: [&str; 3] = [
    "
CREATE TABLE databases (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    opened_ms INTEGER NOT NULL
);
CREATE INDEX databases_by_schema ON databases (fingerprint);
CREATE TABLE accepted (
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    folded TEXT NOT NULL,
    question TEXT NOT NULL,
    sql TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (database_id, folded)
) WITHOUT ROWID;
CREATE TABLE rejected (
    id INTEGER PRIMARY KEY,
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    question TEXT NOT NULL,
    sql TEXT NOT NULL,
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL
);
CREATE INDEX rejected_by_database ON rejected (database_id);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (database_id, text)
);
CREATE TABLE attachments (
    database_id INTEGER PRIMARY KEY REFERENCES databases ON DELETE CASCADE,
    adapter TEXT NOT NULL,
    at_ms INTEGER NOT NULL
);
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    question TEXT,
    sql TEXT NOT NULL,
    state TEXT NOT NULL,
    rows INTEGER,
    ms REAL NOT NULL,
    tab INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
);
CREATE INDEX history_by_database ON history (database_id, id);
CREATE TABLE favourites (
    id INTEGER PRIMARY KEY,
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    title TEXT NOT NULL,
    sql TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (database_id, sql)
);
CREATE TABLE drafts (
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    tab INTEGER NOT NULL,
    question TEXT NOT NULL,
    sql TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (database_id, tab)
) WITHOUT ROWID;
",
    "
CREATE TABLE accepted_after (
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    folded TEXT NOT NULL,
    follows TEXT NOT NULL,
    question TEXT NOT NULL,
    sql TEXT NOT NULL,
    before_question TEXT NOT NULL,
    before_sql TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (database_id, folded, follows)
) WITHOUT ROWID;
",
    "
CREATE TABLE parameter_values (
    database_id INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (database_id, name)
) WITHOUT ROWID;
",
];
