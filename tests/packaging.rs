//! What packages are made of is there, and the program says what it is.

use std::path::{Component, Path, PathBuf};

use crate::home::Home;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> toml::Table {
    std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap()
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, out),
            false if path.extension().is_some_and(|extension| extension == "rs") => out.push(path),
            false => (),
        }
    }
}

/// `path` without its `..`, from the top of the project.
fn from_root(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.strip_prefix(root()).unwrap().components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.join("/")
}

#[test]
fn a_package_has_what_the_program_is_built_from() {
    let manifest = manifest();
    let package = manifest["package"].as_table().unwrap();
    let left_out: Vec<&str> = package["exclude"].as_array().unwrap().iter().map(|pattern| pattern.as_str().unwrap()).collect();
    let is_left_out = |file: &str| {
        let named = |pattern: &str| {
            let pattern = pattern.trim_start_matches('/').trim_end_matches("/*");
            file == pattern || file.starts_with(&format!("{pattern}/"))
        };
        let is_back = left_out.iter().any(|pattern| pattern.strip_prefix('!').is_some_and(named));
        !is_back && left_out.iter().any(|pattern| named(pattern))
    };
    assert!(is_left_out("tests/packaging.rs") && !is_left_out("src/main.rs"));
    let mut needed = vec![package["build"].as_str().unwrap().to_owned(), package["readme"].as_str().unwrap().to_owned()];
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files.iter().filter(|file| !file.ends_with("tests.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for included in
            code.split("include_str!(\"").chain(code.split("include_bytes!(\"")).skip(1).filter_map(|rest| rest.split_once("\")"))
        {
            let path = file.parent().unwrap().join(included.0);
            if path.exists() {
                needed.push(from_root(&path));
            }
        }
    }
    assert!(needed.len() > 40, "{needed:?}");
    let missing: Vec<&String> = needed.iter().filter(|file| is_left_out(file) || !root().join(file).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn packages_are_of_one_version_and_their_files_are_there() {
    let manifest = manifest();
    let deb = &manifest["package"]["metadata"]["deb"];
    let make = std::fs::read_to_string(root().join("packaging/make")).unwrap();
    for asset in deb["assets"].as_array().unwrap() {
        let source = asset[0].as_str().unwrap();
        let is_made = source.strip_prefix("target/packaging/").is_some_and(|made| {
            let folder = made.split('/').next().unwrap();
            make.contains("mkdir -p \"$build/man\" \"$build/completions\"") && ["man", "completions"].contains(&folder)
        });
        assert!(is_made || source == "target/release/sqllama" || root().join(source).is_file(), "{source}");
    }
    let python: toml::Table = std::fs::read_to_string(root().join("packaging/pypi/pyproject.toml")).unwrap().parse().unwrap();
    let (project, maturin) = (&python["project"], &python["tool"]["maturin"]);
    assert_eq!(project["name"], manifest["package"]["name"]);
    assert_eq!(project["description"], manifest["package"]["description"]);
    assert_eq!(project["dynamic"][0].as_str(), Some("version"));
    assert!(root().join("packaging/pypi").join(maturin["manifest-path"].as_str().unwrap()).is_file());
    let formula = std::fs::read_to_string(root().join("packaging/homebrew/sqllama.rb.in")).unwrap();
    assert!(formula.contains("v@VERSION@.tar.gz") && formula.contains("sha256 \"@SHA256@\""));
}

#[path = "../packaging/build.rs"]
#[allow(dead_code)] // the rest of it is for cargo
mod build;

#[test]
fn targets_that_cannot_work_are_refused_with_a_sentence() {
    for (families, endian, expected) in [
        ("unix", "little", None),
        ("windows", "little", None),
        ("unix", "big", Some("little-endian")),
        ("wasm", "little", Some("WebAssembly")),
        ("unix,wasm", "little", Some("WebAssembly")),
    ] {
        let reason = build::refusal(families, endian);
        assert_eq!(reason.is_some(), expected.is_some(), "{families} {endian}");
        assert!(reason.unwrap_or_default().contains(expected.unwrap_or_default()), "{reason:?}");
    }
    // It is the first thing that is said: for such targets no other crate is built, whose own complaint would come before.
    let manifest = manifest();
    assert!(!manifest.contains_key("dependencies") && !manifest.contains_key("build-dependencies"));
    let system = |name: &str| name.contains("target_os = \"macos\"") || name == "cfg(windows)";
    for name in manifest["target"].as_table().unwrap().keys().filter(|name| !system(name)) {
        assert_eq!(name, "cfg(not(any(target_family = \"wasm\", target_endian = \"big\")))");
    }
}

#[test]
fn the_version_says_what_was_built() {
    let home = Home::new();
    let own = format!("sqllama {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(home.stdout_of(&["-V"]), format!("{own}\n"));
    let check = |cpu: &str, level: &str| {
        let out = home.command(&["--version"]).env("SQLLAMA_CPU", cpu).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let [first, commit, features, found, target] = lines.as_slice() else { panic!("{text}") };
        assert_eq!(*first, own);
        assert!(commit.starts_with("commit: ") && commit.len() > 10, "{text}");
        let built = [("cuda", cfg!(feature = "cuda")), ("metal", cfg!(feature = "metal"))].into_iter().filter(|(_, is_in)| *is_in);
        let built: Vec<&str> = built.map(|(name, _)| name).collect();
        assert_eq!(*features, format!("features: {}", if built.is_empty() { "none".to_owned() } else { built.join(", ") }));
        assert!(found.starts_with(&format!("level: {level}")) && found.contains("(this processor can run scalar"), "{text}");
        assert!(target.strip_prefix("target: ").unwrap().starts_with(std::env::consts::ARCH), "{text}");
    };
    check("scalar", "scalar (");
    check("", "");
}
