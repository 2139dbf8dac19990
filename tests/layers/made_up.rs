//! The checker of circles judged by small made-up rooms.

use super::circles::{circles, misplaced};

/// What the checker says of the room `r` of these files.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let files: Vec<(String, String)> = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    assert_eq!(circles("r", &files), expected, "{files:#?}");
}

/// Two files, of which the first is imported by the second; `text` stands in the first.
#[track_caller]
fn check_text(text: &str, expected: &[&str]) {
    check(
        &[("r/mod.rs", "mod a;\nmod b;"), ("r/a.rs", text), ("r/b.rs", "use super::a::A;\npub struct B;\npub mod inner { pub struct C; }")],
        expected,
    );
}

#[test]
fn every_way_to_name_a_file_is_an_import() {
    for (text, words) in [
        ("use super::b::B;", "super::b::B"),
        ("use super::b;", "super::b"),
        ("use super::b::*;", "super::b::*"),
        ("use super::b::{self, B as Other};", "super::b"),
        ("use crate::r::b::B;", "crate::r::b::B"),
        ("use crate::{r::{b::{B}}, other::C};", "crate::r::b::B"),
        ("use crate::r;\nfn f(_: r::b::B) {}", "r::b::B"),
        ("use super::super::r as house;\nfn f(_: house::b::B) {}", "house::b::B"),
        ("pub(super) use super::b::B;", "super::b::B"),
        ("fn f() { super::b::start(1) }", "super::b::start"),
        ("fn f() { use super::b::B; }", "super::b::B"),
        ("fn f<'a>(x: &'a str) -> char { '\\'' } fn g() -> Option<crate::r::b::B> { None }", "crate::r::b::B"),
        ("fn f(c: char) -> bool { c == '\"' || super::b::is(c) }", "super::b::is"),
        ("fn f() { Vec::<u8>::new(); super::b::inner::C::new() }", "super::b::inner::C::new"),
        ("const F: &str = r#\"\" use nothing \"#;\nfn f() { super::b::f() }", "super::b::f"),
        ("macro_rules! m { () => { $crate::r::b::B } }", "crate::r::b::B"),
        ("mod deep { use super::super::b::B; }", "super::super::b::B"),
        ("#[cfg(not(test))]\nuse super::b::B;", "super::b::B"),
        ("#[cfg(any(test, feature = \"x\"))]\nuse super::b::B;", "super::b::B"),
        ("#[cfg(test)]\nuse std::fmt;\nuse super::b::B;", "super::b::B"),
        ("#[cfg(test)]\nfn f<A, B>() -> [u8; 3] { [0; 3] }\nuse super::b::B;", "super::b::B"),
    ] {
        check_text(text, &[&format!("r/a.rs -> r/b.rs (`{words}`), r/b.rs -> r/a.rs (`super::a::A`)")]);
    }
}

#[test]
fn what_is_no_import() {
    for text in [
        "pub struct A;",
        "//! Made of [`super::b::B`].\npub struct A; // super::b::B",
        "/* /* super::b::B */ use super::b::B; */ pub struct A;",
        "const F: &str = \"use super::b::B; \\\" super::b::B\"; const G: &[u8] = br\"super::b::B\";",
        "use crate::other::b::B;\nuse ::b::B;\nuse b::B;\nfn f() { ::b::f(); b::f() }",
        "use sink::sink;",
        "use super::a::A as Same;\nfn f() { self::f(); Self::g(); super::a::f() }",
        "use crate::r;\nuse super::super::r as house;\npub(in crate::r) fn f() {}",
        "#[cfg(test)]\nmod tests { use super::super::b::B; }",
        "#[cfg(all(test, unix))]\n#[allow(unused)]\nuse super::b::{B, inner::C};",
        "struct S { #[cfg(test)] x: super::b::B, y: u8 }",
        "fn f() { #[cfg(test)] super::b::f(); g() }",
        "#![cfg(test)]\nuse super::b::B;",
        "fn b() -> impl Iterator<Item = u8> + use<'static> { std::iter::empty() }",
    ] {
        check_text(text, &[]);
    }
}

#[test]
fn a_circle_is_printed_file_by_file_and_once() {
    let files = [
        ("r/mod.rs", "mod a; mod b; mod c; mod d;"),
        ("r/a.rs", "use super::b::B; use super::d::D;"),
        ("r/b.rs", "use super::c::C;"),
        ("r/c.rs", "fn f() { super::a::f() }"),
        ("r/d.rs", "use std::fmt;"),
    ];
    check(&files, &["r/a.rs -> r/b.rs (`super::b::B`), r/b.rs -> r/c.rs (`super::c::C`), r/c.rs -> r/a.rs (`super::a::f`)"]);
    check(&files[..3], &[]);
    // Another room's circles are another's.
    check(&[("q/a.rs", "use super::b::B;"), ("q/b.rs", "use super::a::A;")], &[]);
}

#[test]
fn a_name_counts_for_the_file_that_defines_it() {
    let passed_on =
        |contents: &'static str, a: &'static str| [("r/mod.rs", contents), ("r/a.rs", a), ("r/b.rs", "use super::a::A;\npub struct B;")];
    let circle = |words: &str| format!("r/a.rs -> r/b.rs (`{words}`), r/b.rs -> r/a.rs (`super::a::A`)");
    check(&passed_on("mod a; mod b; pub use b::B;", "use super::B;"), &[&circle("super::B")]);
    check(&passed_on("mod a; mod b; pub use b::B as C;", "use crate::r::C;"), &[&circle("crate::r::C")]);
    check(&passed_on("mod a; mod b; pub use b::*;", "use super::B;"), &[&circle("super::B")]);
    check(&passed_on("mod a; mod b; pub use a::A;", "use super::A;"), &[]);
    // Twice passed on, and through a folder.
    check(
        &[
            ("r/mod.rs", "mod a; mod deep; pub use deep::B;"),
            ("r/a.rs", "use super::B;"),
            ("r/deep/mod.rs", "mod b; pub use b::B;"),
            ("r/deep/b.rs", "use super::super::a::A; pub struct B;"),
        ],
        &["r/a.rs -> r/deep/b.rs (`super::B`), r/deep/b.rs -> r/a.rs (`super::super::a::A`)"],
    );
}

#[test]
fn a_folder_is_one_node_and_its_files_are_nodes_of_their_own() {
    let folder = |outside: &'static str, one: &'static str, two: &'static str| {
        [
            ("r/mod.rs", "mod outside; mod deep;"),
            ("r/outside.rs", outside),
            ("r/deep/mod.rs", "mod one; mod two;"),
            ("r/deep/one.rs", one),
            ("r/deep/two.rs", two),
        ]
    };
    // No circle of files, but one of folders.
    check(
        &folder("use super::deep::one::One;", "", "use super::super::outside::Outside;"),
        &["r/deep/two.rs -> r/outside.rs (`super::super::outside::Outside`), r/outside.rs -> r/deep/one.rs (`super::deep::one::One`)"],
    );
    check(
        &folder("", "use super::two::Two; use crate::r::outside::Outside;", "use crate::r::deep::one::One;"),
        &["r/deep/one.rs -> r/deep/two.rs (`super::two::Two`), r/deep/two.rs -> r/deep/one.rs (`crate::r::deep::one::One`)"],
    );
    check(&folder("use super::deep::one::One;", "use super::two::Two;", ""), &[]);
    // A folder whose file stands beside it.
    check(
        &[("r/mod.rs", "mod a;"), ("r/a.rs", "mod b; pub struct A; fn f() { b::f() }"), ("r/a/b.rs", "use super::A;")],
        &["r/a.rs -> r/a/b.rs (`b::f`), r/a/b.rs -> r/a.rs (`super::A`)"],
    );
}

#[test]
fn a_table_of_contents_defines_nothing_that_is_imported_below() {
    let child = ("r/a.rs", "use super::Shared; pub struct A;");
    check(&[("r/mod.rs", "mod a; pub struct Shared;"), child], &[]);
    let circle = "r/mod.rs -> r/a.rs (`a::A`), r/a.rs -> r/mod.rs (`super::Shared`)";
    check(&[("r/mod.rs", "mod a; pub use a::A; pub struct Shared;"), child], &[circle]);
    check(&[("r/mod.rs", "mod a; pub struct Shared(a::A);"), child], &[circle]);
    check(
        &[("r/mod.rs", "mod a; pub use a::A;"), ("r/a.rs", "use super::*; pub struct A;")],
        &["r/mod.rs -> r/a.rs (`a::A`), r/a.rs -> r/mod.rs (`super::*`)"],
    );
}

#[test]
fn tests_may_import_what_they_judge_by() {
    check(
        &[
            ("r/mod.rs", "mod a; mod b; #[cfg(test)] mod tests;"),
            ("r/a.rs", "use super::b::B; #[cfg(test)] mod trials;"),
            ("r/a/trials.rs", "use super::super::tests::X;"),
            ("r/b.rs", "pub struct B; #[cfg(test)] mod tests { use super::super::a::A; }"),
            ("r/tests.rs", "use super::a::A; pub struct X;"),
        ],
        &[],
    );
}

#[test]
fn the_list_of_floors_is_held_against_the_imports() {
    let list = |names: &str| {
        let contents = format!(
            "//! A room.\n//!\n//! Files on their floors, the lowest first:\n{names}//!\n//! - `z`: of another list\nmod a; mod b;"
        );
        let files = [("r/mod.rs", contents.as_str()), ("r/a.rs", "use super::b::B;"), ("r/b.rs", ""), ("r/tests.rs", "")];
        let mut files: Vec<(String, String)> = files.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
        files[0].1.push_str("#[cfg(test)] mod tests;");
        misplaced("r", &files)
    };
    assert_eq!(list("//! - [`mod@b`]: low, `a` is not\n//! - `a`: high\n"), [""; 0]);
    assert_eq!(list("//! - `b`, [`a`](mod@a): both\n"), [""; 0]);
    assert_eq!(list("//! - `a`: high\n//! - `b`: low\n"), ["r/mod.rs lists `a` below what it imports (`super::b::B`)"]);
    assert_eq!(list("//! - `b`: low\n"), ["r/mod.rs does not list `a`"]);
    assert_eq!(list("//! - `b`: low\n//! - `a`: high\n//! - `c`: gone\n"), ["r/mod.rs lists `c`, which is no file"]);
    // One file alone needs no list.
    let alone = [("r.rs".to_owned(), "mod a;".to_owned()), ("r/a.rs".to_owned(), String::new())];
    assert_eq!(misplaced("r", &alone), [""; 0]);
}
