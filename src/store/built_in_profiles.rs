//! The profiles that are built in, by the names of their files.

/// Name and text of each, in the order of their names.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("firefox_places", include_str!("../../assets/profiles/firefox_places.toml")),
];
