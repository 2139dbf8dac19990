//! A database that a test makes of statements, with what is known of it.

use rusqlite::Connection;
use sqllama::db::{Database, Limits, Table};
use sqllama::prompt::{SCHEMA_BYTES, schema_text};
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::{Asked, guard, mend_for, suspicions};

/// The database, its schema, and the folder that goes with them.
pub(crate) struct Made {
    pub(crate) database: Database,
    pub(crate) schema: Schema,
    _folder: tempfile::TempDir,
}

impl Made {
    /// Of `sql`.
    pub(crate) fn of(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.db");
        Connection::open(&path).unwrap().execute_batch(&format!("BEGIN; {sql}; COMMIT")).unwrap();
        let database = Database::open(&path).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        Self { database, schema, _folder: folder }
    }

    pub(crate) fn rows(&self, sql: &str) -> Table {
        let checked = guard::check(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        self.database.execute(&checked, &Limits::default(), &Cancel::new()).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// `draft`, mended, returns what `right` does, and nothing about what columns hold is doubted.
    #[track_caller]
    pub(crate) fn check(&self, question: &str, draft: &str, right: &str) {
        let mended = mend_for(draft, &self.schema, question);
        let (got, wanted) = (self.rows(&mended.sql), self.rows(right));
        assert!(!wanted.rows.is_empty(), "{right} finds nothing");
        assert_eq!(got.rows, wanted.rows, "{draft}\nbecame {}", mended.sql);
        let doubts = suspicions(&mended.sql, &self.schema, Some(Asked::alone(question)));
        let ours = |kind: &str| ["NumberAgainstText", "TextAgainstNumber", "OtherUnit", "OpenUnit"].contains(&kind);
        let doubts: Vec<_> = doubts.into_iter().filter(|doubt| ours(&format!("{:?}", doubt.kind))).collect();
        assert!(doubts.is_empty(), "{doubts:?}");
    }

    /// `draft` is left in doubt, mended or not.
    #[track_caller]
    pub(crate) fn check_doubted(&self, draft: &str, expected: &str) {
        let mended = mend_for(draft, &self.schema, "");
        let doubts = suspicions(&mended.sql, &self.schema, None);
        assert!(doubts.iter().any(|doubt| doubt.sentence.contains(expected)), "{}: {doubts:?}", mended.sql);
    }

    /// The schema's text holds every one of `lines`.
    #[track_caller]
    pub(crate) fn tells(&self, lines: &[&str]) {
        let text = schema_text(&self.schema, SCHEMA_BYTES);
        for line in lines {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
