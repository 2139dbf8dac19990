//! What can be opened: the start page, files.

use std::path::Path;

use super::super::event::Effect;
use super::super::picker::{Choice, Item, Picker, PickerKind};
use super::super::state::{State, Window, called};
use super::super::tree::{TreeRow, file_name};
use super::list::show;
use super::{open, submit, warn};
use crate::db::demo::is_demo;
use crate::jobs::{FileRow, KeepWork, Work};
use crate::records::KnownDatabase;
use crate::schema::DatabaseSet;
use crate::text;

/// What can be opened. It is the start page, too.
pub(super) fn open_page(state: &mut State) -> Vec<Effect> {
    state.opens_beside = false;
    list_databases(state)
}

/// What can be opened beside the open database.
pub(super) fn beside_page(state: &mut State) -> Vec<Effect> {
    if state.database.is_empty() {
        return open_page(state);
    }
    state.opens_beside = true;
    list_databases(state)
}

/// Whether what is typed above a list of files is the path of one, and not a few letters of a line: the lines that have all its letters may
/// be other files.
pub(super) fn is_typed_path(picker: &Picker) -> bool {
    let typed = picker.query.trim();
    let is_path = ["/", "./", "../", "~/"].iter().any(|start| typed.starts_with(start)) && !typed.ends_with('/');
    let begins_so = picker.item().is_some_and(|item| match &item.choice {
        Choice::Database { path, .. } => path.starts_with(typed) && DatabaseSet::read(path).beside.is_empty(),
        _ => false,
    });
    matches!(picker.kind, PickerKind::Open | PickerKind::Files(_)) && is_path && picker.selected == 0 && !begins_so
}

/// Opens what was chosen or typed, in place of what is open or beside it.
pub(super) fn taken(state: &mut State, typed: &str) -> Vec<Effect> {
    if !std::mem::take(&mut state.opens_beside) || state.database.is_empty() {
        return open(state, typed);
    }
    let mut set = DatabaseSet::read(&state.database);
    // Of several that were open together once, the first.
    let added = DatabaseSet::read(typed).main;
    match set.add_typed(&added) {
        Ok(()) => open(state, &set.to_string()),
        Err(error) => {
            warn(state, format!("{error}; {}", error.hint()));
            Vec::new()
        }
    }
}

/// Closes the file beside the first that the tree's cursor is on, else the last.
pub(super) fn close_beside(state: &mut State) -> Vec<Effect> {
    let mut set = DatabaseSet::read(&state.database);
    let tables = &state.schema.tables;
    let name = match state.tree.current(&state.schema) {
        Some(TreeRow::File { file, .. }) => Some(file_name(&state.schema, file).to_owned()),
        Some(TreeRow::Table { table, .. } | TreeRow::Column { table, .. }) => tables.get(table).and_then(|table| table.database.clone()),
        None => None,
    };
    let place = set.beside.iter().position(|file| Some(&file.name) == name.as_ref()).or(set.beside.len().checked_sub(1));
    let Some(place) = place else {
        warn(state, "one database is open; none is beside it");
        return Vec::new();
    };
    set.beside.remove(place);
    open(state, &set.to_string())
}

fn list_databases(state: &mut State) -> Vec<Effect> {
    let items = open_items(state);
    show(state, PickerKind::Open, items);
    submit(state, Work::Keep(KeepWork::Recent)).1
}

pub(super) fn open_items(state: &State) -> Vec<Item> {
    // The demo has a line of its own.
    let own_file = |known: &&KnownDatabase| !is_demo(&last_part(&known.path.display().to_string()));
    let recent = state.recent.iter().filter(own_file).map(|known| {
        let path = known.path.display().to_string();
        Item { label: called(&path), detail: DatabaseSet::read(&path).in_line(), choice: Choice::Database { path, id: Some(known.id) } }
    });
    let own = [
        Item {
            label: "demo".into(),
            detail: "the bundled sample: a music shop".into(),
            choice: Choice::Database { path: "demo".into(), id: None },
        },
        Item {
            label: "choose a file ...".into(),
            detail: state.options.folder.display().to_string(),
            choice: Choice::Folder(state.options.folder.clone()),
        },
        Item { label: "type a path ...".into(), detail: String::new(), choice: Choice::TypePath },
    ];
    recent.chain(own).collect()
}

/// The last part of a path.
fn last_part(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// What lies in a folder came.
pub(super) fn files_found(state: &mut State, folder: &Path, files: Vec<FileRow>) {
    let Some(Window::List(picker)) = &mut state.window else { return };
    if !matches!(picker.kind, PickerKind::Files(_) | PickerKind::Open) {
        return;
    }
    let up = folder.parent().map(|parent| Item { label: "..".into(), detail: String::new(), choice: Choice::Folder(parent.to_owned()) });
    let item = |file: FileRow| {
        let path = folder.join(&file.name);
        match file.is_folder {
            true => Item { label: format!("{}/", file.name), detail: String::new(), choice: Choice::Folder(path) },
            false => Item {
                detail: text::bytes(file.bytes),
                label: file.name,
                choice: Choice::Database { path: path.display().to_string(), id: None },
            },
        }
    };
    // Databases first: that is what is looked for. Then files whose rows are tables.
    let ends = |file: &FileRow, ends: &[&str]| {
        let name = file.name.to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        !file.is_folder && ends.iter().any(|end| name.ends_with(end))
    };
    let is_database = |file: &FileRow| ends(file, &[".db", ".sqlite", ".sqlite3", ".db3", ".s3db"]);
    let is_table = |file: &FileRow| ends(file, &[".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"]);
    let (databases, others): (Vec<FileRow>, Vec<FileRow>) = files.into_iter().partition(is_database);
    let (tables, others): (Vec<FileRow>, Vec<FileRow>) = others.into_iter().partition(is_table);
    let items = databases.into_iter().chain(tables).map(item).chain(up).chain(others.into_iter().map(item)).collect();
    *picker = Picker::new(PickerKind::Files(folder.to_owned()), items);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `typed` above lines of these paths is a path by itself.
    fn is_path(typed: &str, paths: &[&str]) -> bool {
        let item = |path: &&str| Item {
            label: called(path),
            detail: DatabaseSet::read(path).in_line(),
            choice: Choice::Database { path: (*path).into(), id: None },
        };
        let mut picker = Picker::new(PickerKind::Open, paths.iter().map(item).collect());
        picker.type_text(typed);
        is_typed_path(&picker)
    }

    #[test]
    fn a_path_that_is_typed_whole_is_no_line_that_has_its_letters() {
        let both = "/data/shop.db\n+ crm=/data/crm.db";
        // A line of several files has the letters of each, and is not that file.
        assert!(is_path("/data/crm.db", &[both]));
        assert!(is_path("/data/shop.db", &[both]));
        assert!(is_path("~/crm.db", &[both]));
        assert!(!is_path("/data/shop", &["/data/shop.db"]));
        assert!(!is_path("/data/shop.db", &["/data/shop.db"]));
        assert!(!is_path("crm", &[both]));
        assert!(!is_path("/data/", &[both]));
    }
}
