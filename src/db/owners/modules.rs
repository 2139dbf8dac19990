//! Modules of virtual tables that programs add to SQLite: whose they are, and which tables they keep their data in.

/// A module's name, its program, and what the names of its own tables end in, behind the virtual table's name and `_`. An end with `*` is
/// a beginning.
///
/// sqlite-vec: `sqlite-vec.c`, `VEC0_SHADOW_*`. sqlite-vss: `vss-extension.cpp`. SpatiaLite: its virtual modules keep no data of their own.
const MODULES: [(&str, &str, &[&str]); 8] = [
    ("vec0", "sqlite-vec", &["chunks", "rowids", "info", "auxiliary", "vector_chunks*", "metadatachunks*", "metadatatext*"]),
    ("vss0", "sqlite-vss", &["index", "data"]),
    ("VirtualSpatialIndex", "SpatiaLite", &[]),
    ("VirtualElementary", "SpatiaLite", &[]),
    ("VirtualKNN", "SpatiaLite", &[]),
    ("VirtualKNN2", "SpatiaLite", &[]),
    ("VirtualNetwork", "SpatiaLite", &[]),
    ("VirtualRouting", "SpatiaLite", &[]),
];

/// The program that brings `module`, where that is known.
pub(super) fn program_of(module: &str) -> Option<&'static str> {
    MODULES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(module)).map(|&(_, program, _)| program)
}

/// Whether the table `name` holds data of the virtual table `owner`, which `module` makes. Of a module that is not known every table is
/// taken for its own whose name begins with the virtual table's.
pub(super) fn keeps_data(name: &str, owner: &str, module: &str) -> bool {
    let Some((start, rest)) = name.split_at_checked(owner.len()) else { return false };
    let Some(end) = rest.strip_prefix('_').filter(|_| start.eq_ignore_ascii_case(owner)) else { return false };
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => end.to_ascii_lowercase().starts_with(start),
        None => end.eq_ignore_ascii_case(pattern),
    };
    match MODULES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(module)) {
        Some((_, _, ends)) => ends.iter().any(fits),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_goes_with_its_table() {
        for (name, expected) in [
            ("vec_chunks", true),
            ("VEC_rowids", true),
            ("vec_vector_chunks00", true),
            ("vec_docs", false),
            ("vec", false),
            ("other", false),
        ] {
            assert_eq!(keeps_data(name, "vec", "vec0"), expected, "{name}");
        }
        assert!(keeps_data("idx_node", "idx", "some_module"));
    }
}
