//! Tables that a program keeps for itself: migrations, sessions, indexes, versions. Recognised by name alone, from the table below.
//!
//! Nobody asks about them by accident, so they are what a prompt shortens first; a question that names one gets it all the same.

use super::{Schema, Table, TableKind};

/// Names of bookkeeping tables in lower case, and who keeps them. `*` at the end stands for any ending.
const NAMES: [(&str, &[&str]); 29] = [
    (
        "Django",
        &[
            "django_migrations",
            "django_content_type",
            "django_session",
            "django_admin_log",
            "auth_permission",
            "auth_group_permissions",
            "auth_user_user_permissions",
        ],
    ),
    ("Rails, Ecto, golang-migrate", &["schema_migrations", "ar_internal_metadata"]),
    ("Prisma", &["_prisma_migrations"]),
    ("Alembic", &["alembic_version*"]),
    ("Flyway", &["flyway_schema_history", "schema_version"]),
    ("Liquibase", &["databasechangelog", "databasechangeloglock"]),
    ("Diesel", &["__diesel_schema_migrations"]),
    ("Knex", &["knex_migrations*"]),
    ("TypeORM, Laravel", &["migrations", "typeorm_metadata"]),
    ("Sequelize", &["sequelizemeta", "sequelizedata"]),
    ("SQLx", &["_sqlx_migrations"]),
    ("Entity Framework", &["__efmigrationshistory", "__efmigrationslock"]),
    ("Drizzle", &["__drizzle_migrations"]),
    ("goose", &["goose_db_version"]),
    ("Doctrine", &["doctrine_migration_versions"]),
    ("Phinx", &["phinxlog"]),
    ("peewee", &["migratehistory"]),
    ("Aerich", &["aerich"]),
    ("yoyo", &["_yoyo_*", "yoyo_lock"]),
    ("Room", &["room_master_table"]),
    ("GRDB", &["grdb_migrations"]),
    ("Android", &["android_metadata"]),
    ("SQLite", &["sqlite_stat*", "sqlite_sequence"]),
    ("Core Data", &["z_primarykey", "z_metadata", "z_modelcache", "achange", "atransaction", "atransactionstring"]),
    ("GeoPackage", &["gpkg_*", "rtree_*", "ogr_empty_table"]),
    (
        "SpatiaLite",
        &[
            "spatial_ref_sys*",
            "geometry_columns*",
            "views_geometry_columns*",
            "virts_geometry_columns*",
            "geom_cols_ref_sys",
            "vector_layers*",
            "spatialite_history",
            "sql_statements_log",
            "spatialindex",
            "elementarygeometries",
            "data_licenses",
            "knn",
            "knn2",
        ],
    ),
    ("Cloudflare", &["d1_migrations", "_cf_kv", "_cf_metadata"]),
    ("Litestream", &["_litestream_*"]),
    ("Datasette, sqlite-utils", &["_counts", "_enrichment_jobs"]),
];

/// What the modules of virtual tables call the tables that they keep beside one of theirs: its name with one of these behind it.
const SHADOWS: [(&str, &[&str]); 5] = [
    ("rtree", &["_node", "_parent", "_rowid"]),
    ("fts5", &["_data", "_idx", "_content", "_docsize", "_config"]),
    ("fts4", &["_content", "_docsize", "_segdir", "_segments", "_stat"]),
    ("fts3", &["_content", "_segdir", "_segments"]),
    ("vec0", &["_chunks", "_rowids", "_info", "_auxiliary", "_vector_chunks*", "_metadatachunks*", "_metadatatext*"]),
];

/// For each table of `schema`, whether it is there for a program's sake.
pub fn bookkeeping(schema: &Schema) -> Vec<bool> {
    let virtuals: Vec<(String, &[&str])> = schema.tables.iter().filter_map(shadowing).collect();
    schema
        .tables
        .iter()
        .map(|table| {
            let name = table.name.to_ascii_lowercase();
            is_kept_by_a_program(&name)
                || virtuals.iter().any(|(own, endings)| name.strip_prefix(own.as_str()).is_some_and(|rest| matches(rest, endings)))
        })
        .collect()
}

/// Whether a table called `name` (in lower case) is a program's.
fn is_kept_by_a_program(name: &str) -> bool {
    NAMES.iter().any(|(_, names)| matches(name, names))
}

fn matches(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| pattern.strip_suffix('*').map_or(name == *pattern, |start| name.starts_with(start)))
}

/// The name of a virtual table, in lower case, and what is put behind it for the tables that its module keeps.
fn shadowing(table: &Table) -> Option<(String, &'static [&'static str])> {
    if table.kind != TableKind::Virtual {
        return None;
    }
    let sql = table.sql.to_ascii_lowercase();
    let module = sql.split_once(" using ")?.1.trim_start().trim_start_matches(['"', '`', '[']);
    let (_, endings) = SHADOWS.into_iter().find(|(own, _)| module.starts_with(own))?;
    Some((table.name.to_ascii_lowercase(), endings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[(&str, &str)], expected: &[bool]) {
        let table = |&(name, sql): &(&str, &str)| Table {
            name: name.into(),
            kind: if sql.is_empty() { TableKind::Table } else { TableKind::Virtual },
            sql: sql.into(),
            ..Table::default()
        };
        assert_eq!(bookkeeping(&Schema { tables: names.iter().map(table).collect() }), expected, "{names:?}");
    }

    #[test]
    fn tables_of_programs_are_told_from_those_of_people() {
        check(
            &[
                ("django_migrations", ""),
                ("auth_user", ""),
                ("Z_PRIMARYKEY", ""),
                ("ZNOTE", ""),
                ("Z_2TAGS", ""),
                ("__EFMigrationsHistory", ""),
            ],
            &[true, false, true, false, false, true],
        );
        check(&[("gpkg_contents", ""), ("rtree_roads_geom", ""), ("roads", ""), ("migration", "")], &[true, true, false, false]);
        check(
            &[("note_fts", "CREATE VIRTUAL TABLE note_fts USING fts5(body)"), ("note_fts_data", ""), ("note_data", ""), ("note", "")],
            &[false, true, false, false],
        );
        check(
            &[("vec", "CREATE VIRTUAL TABLE vec using vec0(e float[4])"), ("vec_chunks", ""), ("vec_vector_chunks00", "")],
            &[false, true, true],
        );
    }
}
