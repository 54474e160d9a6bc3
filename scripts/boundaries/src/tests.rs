//! Small crates, and what their files import.

use std::path::Path;

use crate::{floors, graph, module, resolve};

/// The imports of a crate of these files, as `a -> b: names`.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let imports = imports_of(files);
    let lines = imports.iter().flat_map(|(file, targets)| {
        targets.iter().map(move |(target, names)| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            format!(
                "{} -> {}: {}",
                file.display(),
                target.display(),
                names.join(", ")
            )
        })
    });
    lines.collect()
}

fn imports_of(files: &[(&str, &str)]) -> resolve::Imports {
    let read = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned())
    };
    resolve::imports(&module::read(Path::new("lib.rs"), &read).unwrap())
}

#[test]
fn imports_of_nested_groups_are_of_the_files_that_define_the_names() {
    let found = imports(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        (
            "a.rs",
            "use crate::{b::{self, B, deep::{Deep as D, Other}}, c::C}; fn f() -> b::Made { }",
        ),
        ("b/mod.rs", "pub mod deep; pub struct B; pub struct Made;"),
        ("b/deep.rs", "pub struct Deep; pub struct Other;"),
        ("c.rs", "pub struct C;"),
    ]);

    assert_eq!(
        found,
        [
            "a.rs -> b/deep.rs: D, Other",
            "a.rs -> b/mod.rs: B, b::Made",
            "a.rs -> c.rs: C",
        ]
    );
}

#[test]
fn imports_by_super_and_self_count_and_declarations_do_not() {
    let found = imports(&[
        ("lib.rs", "mod house;"),
        (
            "house/mod.rs",
            "mod cellar; mod roof; pub struct House; fn f() { self::cellar::dig() }",
        ),
        ("house/cellar.rs", "pub fn dig() {}"),
        (
            "house/roof.rs",
            "use super::House; mod tiles { use super::super::cellar; fn f() { cellar::dig() } }",
        ),
    ]);

    assert_eq!(
        found,
        [
            "house/mod.rs -> house/cellar.rs: self::cellar::dig",
            "house/roof.rs -> house/cellar.rs: cellar::dig",
            "house/roof.rs -> house/mod.rs: House",
        ]
    );
}

#[test]
fn re_exports_are_followed_and_count_where_their_name_is_used() {
    let found = imports(&[
        (
            "lib.rs",
            "mod a; mod b; pub use b::Near; pub use b::*; fn f(_: Near) {}",
        ),
        (
            "a.rs",
            "use crate::b::Far; use crate::Near; use crate::Hidden;",
        ),
        (
            "b/mod.rs",
            "mod near; mod far; pub use near::{Hidden, Near}; pub(crate) use self::far::Far;",
        ),
        ("b/near.rs", "pub struct Near; pub struct Hidden;"),
        ("b/far.rs", "pub struct Far;"),
    ]);

    assert_eq!(
        found,
        [
            "a.rs -> b/far.rs: Far",
            "a.rs -> b/near.rs: Hidden, Near",
            "lib.rs -> b/near.rs: Near",
        ]
    );
}

#[test]
fn paths_in_macros_and_functions_count_and_tests_texts_and_other_crates_do_not() {
    let found = imports(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "macro_rules! m { ($n:ident) => { mod $n { $crate::b::B } } } fn f() { use crate::c::C; }"),
        (
            "b.rs",
            "pub struct B; use serde::a::B; // crate::a::A\nfn f() -> &'static str { \"crate::a::A\" }
            #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::a::A;",
        ),
        ("c.rs", "use crate::b::*; pub struct C; impl C { fn f(self) -> Option<B> { std::c::f() } }"),
    ]);

    assert_eq!(
        found,
        [
            "a.rs -> b.rs: crate::b::B",
            "a.rs -> c.rs: C",
            "c.rs -> b.rs: *"
        ]
    );
}

#[test]
fn circles_of_more_files_than_allowed_are_told_with_their_imports() {
    let imports = imports_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
        ("d.rs", "use crate::a::A; use crate::e::E; pub struct D;"),
        ("e.rs", "use crate::d::D; pub struct E;"),
    ]);

    assert_eq!(graph::circles(&imports, 3), [""; 0]);
    assert_eq!(
        graph::circles(&imports, 2),
        [
            "3 files import each other in a circle:\n  a.rs -> b.rs: B\n  b.rs -> c.rs: C\n  c.rs -> a.rs: A"
        ]
    );
}

#[test]
fn imports_upward_and_files_on_no_floor_are_told() {
    let imports = imports_of(&[
        ("lib.rs", "mod cellar; mod hall; mod roof; mod shed;"),
        ("cellar/mod.rs", "mod wine; use crate::hall::Hall;"),
        ("cellar/wine.rs", "use crate::roof::Roof;"),
        ("hall.rs", "use crate::roof::Roof; pub struct Hall;"),
        ("roof.rs", "use crate::hall::Hall; pub struct Roof;"),
        ("shed.rs", ""),
    ]);
    let houses = floors::read("# the ground is below\nhouse: cellar | hall roof\n").unwrap();

    let faults: Vec<_> = houses
        .iter()
        .flat_map(|house| house.faults(Path::new(""), &imports))
        .collect();

    assert_eq!(
        faults,
        [
            "cellar/mod.rs imports upward from hall.rs: Hall",
            "cellar/wine.rs imports upward from roof.rs: Roof",
            "shed.rs is on no floor of scripts/floors",
        ]
    );
}
