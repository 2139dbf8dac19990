//! The sample database: made from `data/demo/*.sql` when it is first wanted, and kept in our own folder.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::DbError;
use super::made;

const SCHEMA: &str = include_str!("../../data/demo/schema.sql");
const ROWS: &str = include_str!("../../data/demo/rows.sql");

/// Whether a file is our sample, by its name.
pub fn is_demo(file_name: &str) -> bool {
    let digest = file_name.strip_prefix("demo-").and_then(|rest| rest.strip_suffix(".sqlite"));
    digest.is_some_and(|digest| digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The path of the sample database under `folder`, made there first where this version of it is missing.
///
/// It is written under a name of its own process and then renamed, so that two processes cannot meet half of it. The name
/// carries a hash of the SQL: a changed sample is a new file.
pub fn path(folder: &Path) -> Result<PathBuf, DbError> {
    let path = place(folder);
    if path.is_file() {
        return Ok(path);
    }
    let failed = |message: String| DbError::Demo { folder: folder.to_owned(), message };
    fs::create_dir_all(folder).map_err(|e| failed(e.to_string()))?;
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let _ = fs::remove_file(&part);
    let keep = || fs::File::open(&part)?.sync_all().and_then(|()| fs::rename(&part, &path));
    let made = made::write(&part, &[SCHEMA, ROWS]).and_then(|()| keep().map_err(|e| e.to_string()));
    if let Err(message) = made {
        let _ = fs::remove_file(&part);
        return Err(failed(message));
    }
    Ok(path)
}

/// Where it lies under `folder`, made or not.
pub fn place(folder: &Path) -> PathBuf {
    let digest = Sha256::new().chain_update(SCHEMA).chain_update(ROWS).finalize();
    let version: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    folder.join(format!("demo-{version}.sqlite"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Cell, Database, Limits};
    use crate::signal::Cancel;
    use crate::sql::guard;

    #[track_caller]
    fn query(database: &Database, sql: &str) -> Vec<Vec<Cell>> {
        database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new()).unwrap().rows
    }

    #[test]
    fn the_sample_is_made_once_and_believable() {
        let folder = tempfile::tempdir().unwrap();
        let made = path(folder.path()).unwrap();
        let bytes = fs::read(&made).unwrap();
        assert_eq!(path(folder.path()).unwrap(), made);
        let again = tempfile::tempdir().unwrap();
        assert_eq!(fs::read(path(again.path()).unwrap()).unwrap(), bytes, "the same everywhere");
        let database = Database::open(&made).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        assert!(schema.tables.len() >= 8);
        let rows: u64 = schema.tables.iter().filter_map(|t| t.row_count).sum();
        assert!((2_000..50_000).contains(&rows), "{rows} rows");
        let inferred = schema.tables.iter().flat_map(|t| &t.foreign_keys).filter(|k| k.origin == crate::schema::KeyOrigin::Inferred);
        assert_eq!(inferred.count(), 1);
        let top = query(
            &database,
            "SELECT c.first_name, c.last_name, sum(i.total) AS spent FROM customer c JOIN invoice i USING (customer_id)
             GROUP BY c.customer_id ORDER BY spent DESC LIMIT 5",
        );
        assert_eq!(top.len(), 5);
        let spent: Vec<String> = top.iter().map(|row| format!("{:?}", row[2])).collect();
        assert_eq!(spent.iter().collect::<std::collections::HashSet<_>>().len(), 5, "no ties at the top: {spent:?}");
        assert_eq!(query(&database, "SELECT count(*) FROM customer WHERE city = 'Zürich'").len(), 1);
        let wrong = query(
            &database,
            "SELECT count(*) FROM invoice i WHERE abs(total - (SELECT sum(unit_price * quantity) FROM invoice_line l WHERE l.invoice_id = i.invoice_id)) > 0.001",
        );
        assert_eq!(wrong, [[Cell::Integer(0)]]);
    }
}
