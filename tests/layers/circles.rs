//! Circles of imports between the files of a room.
//!
//! A folder is a floor plan of its own: its files, and its sub-folders as one node each, stand on floors. What two files share is judged in
//! the folder where their ways part: `mend/names.rs` that imports `lock/words.rs` is `mend` importing `lock`.
//!
//! A name counts for the module that defines it, also where a `mod.rs` passes it on. A `mod.rs` is a table of contents: whatever it passes
//! on it imports, so it must define nothing that files below it import. Naming a module above only to go down again from it counts for
//! nothing; a `*` of it counts. A method is found through its type and imports nothing: whose file it stands in is not seen here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::{Module, modules};

/// How the list of floors begins in the doc comment of a folder's own file; the names of its files follow, a line each.
pub(super) const FLOORS: &str = "//! Files on their floors, the lowest first:";

/// The circles of `room`, each a chain of files; at most one for each set of files that hang together. `files`: paths below `src`, with texts.
pub(super) fn circles(room: &str, files: &[(String, String)]) -> Vec<String> {
    let house = House::new(room, files);
    // Folder -> node -> node -> the import that shows it.
    let mut plans: BTreeMap<Vec<String>, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
    for (from, to, words) in house.imports() {
        let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        let node = |path: &[String]| path.get(shared).cloned().unwrap_or_default();
        let shown = format!("{} -> {} (`{words}`)", house.file(&from), house.file(&to));
        plans.entry(from[..shared].to_vec()).or_default().entry(node(&from)).or_default().entry(node(&to)).or_insert(shown);
    }
    plans.values().flat_map(circles_of).collect()
}

/// What is wrong with the lists of floors in `room`: each folder of several files names every one of them, above all that it imports.
pub(super) fn misplaced(room: &str, files: &[(String, String)]) -> Vec<String> {
    let house = House::new(room, files);
    let mut wrong = Vec::new();
    for (folder, file) in &house.files {
        let is_below =
            |path: &&Vec<String>| path.len() == folder.len() + 1 && path.starts_with(folder) && house.modules.contains_key(*path);
        let below: Vec<&str> = house.files.keys().filter(is_below).filter_map(|path| path.last().map(String::as_str)).collect();
        let text = files.iter().find(|(name, _)| name == file).map_or("", |(_, text)| text);
        let listed = floors_told(text);
        if below.len() < 2 && listed.is_empty() {
            continue;
        }
        wrong.extend(below.iter().filter(|name| !listed.contains(&name.to_string())).map(|name| format!("{file} does not list `{name}`")));
        wrong.extend(
            listed.iter().filter(|name| !below.contains(&name.as_str())).map(|name| format!("{file} lists `{name}`, which is no file")),
        );
        let place = |path: &[String]| path.get(folder.len()).and_then(|name| listed.iter().position(|other| other == name));
        for (from, to, words) in house.imports() {
            if from.starts_with(folder) && to.starts_with(folder) && place(&from).zip(place(&to)).is_some_and(|(from, to)| from < to) {
                wrong.push(format!("{file} lists `{}` below what it imports (`{words}`)", from[folder.len()]));
            }
        }
    }
    wrong
}

/// The names in the list of floors of a file's doc comment.
fn floors_told(text: &str) -> Vec<String> {
    let list = text.lines().take_while(|line| line.starts_with("//!")).skip_while(|line| *line != FLOORS).skip(1);
    let items = list.take_while(|line| line.len() > 4).filter_map(|line| line.strip_prefix("//! - "));
    let names = items.flat_map(|item| item.split(": ").next().unwrap_or_default().split('`').skip(1).step_by(2));
    names.map(|name| name.trim_start_matches("mod@").to_owned()).collect()
}

/// A shortest circle through each node, those that share a node with an earlier one left out.
fn circles_of(imports: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut chains: Vec<Vec<&String>> = imports.keys().filter_map(|start| shortest(imports, start)).collect();
    chains.sort_by_key(Vec::len);
    for chain in chains {
        if chain.iter().any(|node| seen.contains(node)) {
            continue;
        }
        let hops: Vec<&str> = chain.windows(2).map(|pair| imports[pair[0]][pair[1]].as_str()).collect();
        found.push(hops.join(", "));
        seen.extend(chain);
    }
    found
}

/// The shortest way from a node back to it, both ends named.
fn shortest<'a>(imports: &'a BTreeMap<String, BTreeMap<String, String>>, start: &'a String) -> Option<Vec<&'a String>> {
    let mut before: BTreeMap<&String, &String> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(node) = waiting.pop_front() {
        for next in imports.get(node).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut chain = vec![start, node];
                while let Some(earlier) = chain.last().and_then(|node| before.get(node)) {
                    chain.push(earlier);
                }
                chain.reverse();
                return Some(chain);
            }
            if !before.contains_key(next) {
                before.insert(next, node);
                waiting.push_back(next);
            }
        }
    }
    None
}

/// The modules of a room and the files they lie in.
struct House {
    modules: BTreeMap<Vec<String>, Module>,
    /// Paths of modules that have a file, with the file.
    files: BTreeMap<Vec<String>, String>,
}

/// Where a path leads.
#[derive(Clone)]
enum Target {
    Module(Vec<String>),
    /// Something that this module defines.
    Item(Vec<String>),
}

impl House {
    fn new(room: &str, files: &[(String, String)]) -> Self {
        let mut house = Self { modules: BTreeMap::new(), files: BTreeMap::new() };
        for (file, text) in files {
            let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            path.pop_if(|last| *last == "mod");
            if path.first().is_some_and(|first| first == room) {
                house.files.insert(path.clone(), file.clone());
                house.modules.extend(modules(&path, text).into_iter().map(|module| (module.path.clone(), module)));
            }
        }
        let only_for_tests: Vec<Vec<String>> = house
            .modules
            .values()
            .flat_map(|module| module.only_for_tests.iter().map(|name| [module.path.as_slice(), std::slice::from_ref(name)].concat()))
            .collect();
        house.modules.retain(|path, _| !only_for_tests.iter().any(|tests| path.starts_with(tests)));
        house.modules.insert(Vec::new(), Module::default());
        house
    }

    /// The path of the file that a module lies in.
    fn home<'a>(&self, module: &'a [String]) -> &'a [String] {
        let length = (0..=module.len()).rev().find(|&length| self.files.contains_key(&module[..length])).unwrap_or_default();
        &module[..length]
    }

    fn file(&self, home: &[String]) -> &str {
        self.files.get(home).map_or("", String::as_str)
    }

    /// From file to file, with the words that import.
    fn imports(&self) -> Vec<(Vec<String>, Vec<String>, String)> {
        let mut imports = Vec::new();
        for module in self.modules.values() {
            let from = self.home(&module.path);
            let uses = module.uses.iter().map(|one| (&one.path, one.name.is_none()));
            for (path, all) in uses.chain(module.paths.iter().map(|path| (path, false))) {
                let to = match self.resolve(&module.path, path, &mut BTreeSet::new()) {
                    Some(Target::Item(to)) => to,
                    Some(Target::Module(to)) if all || !from.starts_with(&to) => to,
                    _ => continue,
                };
                let to = self.home(&to);
                if to != from && !to.is_empty() {
                    imports.push((from.to_vec(), to.to_vec(), path.join("::") + if all { "::*" } else { "" }));
                }
            }
        }
        imports
    }

    /// Where `path` leads that is written in the module `from`; nothing where it leaves the room. `asked`: names that were asked for on the
    /// way, each in its module.
    fn resolve(&self, from: &[String], path: &[String], asked: &mut BTreeSet<Vec<String>>) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(Vec::new()),
            "self" => Target::Module(from.to_vec()),
            "super" => Target::Module(from.split_last()?.1.to_vec()),
            name => self.name_in(from, name, asked)?,
        };
        while let (Target::Module(module), Some((name, after))) = (&target, rest.split_first()) {
            target = match name.as_str() {
                "super" => Target::Module(module.split_last()?.1.to_vec()),
                name => match self.name_in(module, name, asked) {
                    Some(target) => target,
                    // Made by a macro, or passed on from elsewhere.
                    None if !module.is_empty() && !self.passes_on(module, name) => Target::Item(module.clone()),
                    None => return None,
                },
            };
            rest = after;
        }
        Some(target)
    }

    /// Whether `module` has `name` from a `use`.
    fn passes_on(&self, module: &[String], name: &str) -> bool {
        self.modules.get(module).is_some_and(|module| module.uses.iter().any(|one| one.name.as_deref() == Some(name)))
    }

    /// What `name` means in `module`.
    fn name_in(&self, module: &[String], name: &str, asked: &mut BTreeSet<Vec<String>>) -> Option<Target> {
        let below = [module, &[name.to_owned()]].concat();
        if self.modules.contains_key(&below) {
            return Some(Target::Module(below));
        }
        let known = self.modules.get(module)?;
        if known.items.contains(name) {
            return Some(Target::Item(module.to_vec()));
        }
        // `use sink::sink` where no module `sink` is below would ask for ever.
        if !asked.insert(below) {
            return None;
        }
        let mut named = known.uses.iter().filter(|one| one.name.as_deref() == Some(name));
        if let Some(target) = named.find_map(|one| self.resolve(module, &one.path, asked)) {
            return Some(target);
        }
        known.uses.iter().filter(|one| one.name.is_none()).find_map(|one| match self.resolve(module, &one.path, asked)? {
            Target::Module(other) if other != module => self.name_in(&other, name, asked),
            _ => None,
        })
    }
}
