//! The floor table of `lib.rs` is true: rooms import only from lower floors, dependencies stay in their rooms, modules say what they are.
//! Files inside a room stand on floors too: they import each other in no circle.

mod circles;
mod imports;
mod made_up;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Dependencies that only some rooms, or some folders of them, may use.
const RESERVED: [(&str, &str); 27] = [
    ("sqlparser", "sql"),
    ("candle_core", "llm train/model/tensors"),
    ("candle_transformers", "llm"),
    ("candle_metal_kernels", "llm"),
    ("tokenizers", "llm"),
    ("minijinja", "llm"),
    ("safetensors", "llm"),
    ("rusqlite", "db records"),
    ("csv", "db"),
    ("csv_core", "db"),
    ("flate2", "db dataset"),
    ("parquet", "db"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("zip", "store"),
    ("ratatui", "tui"),
    ("crossterm", "tui"),
    ("ratatui_textarea", "tui"),
    ("nucleo_matcher", "tui"),
    ("rmcp", "mcp"),
    ("ureq", "store"),
    ("hf_hub", "store"),
    ("ureq_proto", "llm/server"),
    ("tokio_rustls", "llm/server"),
    ("webpki_roots", "llm/server"),
    ("indicatif", "cli"),
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn floors(lib: &str) -> BTreeMap<String, u32> {
    let mut floors = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        if let Ok(floor) = cells[0].parse() {
            floors.extend(cells[1].split_whitespace().map(|room| (room.trim_matches('`').to_owned(), floor)));
        }
    }
    floors
}

#[test]
fn the_house_stands() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(src.join("lib.rs")).unwrap();
    let floors = floors(&lib);
    assert!(floors.len() >= 10, "{floors:?}");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&src).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        if !text.starts_with("//!") {
            wrong.push(format!("{}: no module documentation", name.display()));
        }
        let room = name.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(&floor) = floors.get(&room) else {
            wrong.push(format!("{}: room `{room}` is not in the table", name.display()));
            continue;
        };
        // Tests may use what they judge by, also where they have a file of their own.
        let is_test = file.ends_with("tests.rs");
        let code = text.split("#[cfg(test)]").next().filter(|_| !is_test).unwrap_or_default();
        // sqlparser makes its walk anew, in a thousand functions, for every type that visits: minutes of building.
        if code.contains("type Break") && !name.ends_with("sql/visitor.rs") {
            wrong.push(format!("{}: a visitor of sqlparser's, where `sql::visitor` has one for all", name.display()));
        }
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let other: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(&below) = floors.get(&other)
                    && other != room
                    && below >= floor
                {
                    wrong.push(format!("{}: `{room}` imports `{other}`", name.display()));
                }
            }
            for (dependency, owners) in RESERVED {
                if !owners.split(' ').any(|owner| owner == room || name.starts_with(owner))
                    && (line.contains(&format!("{dependency}::")) && !line.contains(&format!("::{dependency}::")))
                {
                    wrong.push(format!("{}: `{room}` uses {dependency}", name.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_in_a_room_stand_on_floors() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = floors(&std::fs::read_to_string(src.join("lib.rs")).unwrap());
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    let files: Vec<(String, String)> = paths
        .iter()
        .map(|path| (path.strip_prefix(&src).unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let mut wrong = Vec::new();
    for room in rooms.keys() {
        let circles = circles::circles(room, &files);
        wrong.extend(circles.iter().map(|circle| format!("a circle in `{room}`: {circle}")));
        wrong.extend(circles::misplaced(room, &files));
    }
    let how = "a folder's doc comment lists its files behind this line, a line each, and each before those that import it";
    assert!(wrong.is_empty(), "{wrong:#?}\n{how}:\n{}", circles::FLOORS);
}
