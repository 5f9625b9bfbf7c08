//! Holds the source to the map in `ARCHITECTURE.md`: a room uses only rooms above it, and no two files use each
//! other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use crate::support::source_tree::{Graph, SourceTree};

/// Files in circles that are still to be broken. A circle of other files fails the test.
const OPEN: &[&str] = &[];
/// Rooms whose circles are still to be broken.
const OPEN_ROOMS: &[&str] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms in the order of the code map of `ARCHITECTURE.md`.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `src/"));
    rows.map(|row| row.split('/').next().unwrap_or_default().to_owned()).collect()
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or_default()
}

/// Each use of a room by one above it, and of a file beside the rooms (`prelude.rs`), which offers them to others.
fn against_the_map(graph: &Graph, rooms: &[String]) -> Vec<String> {
    let level = |file: &str| rooms.iter().position(|one| one == room(file));
    let uses = graph
        .iter()
        .filter(|(file, _)| file.contains('/'))
        .flat_map(|(file, used)| used.iter().map(move |other| (file, other)));
    let wrong = uses.filter(|(file, other)| match (level(file), level(other)) {
        (Some(own), Some(used)) => used > own,
        _ => true,
    });
    wrong.map(|(file, other)| format!("{file} uses {other}")).collect()
}

/// All files that a file uses, directly or by way of others.
fn reached<'g>(graph: &'g Graph, file: &str) -> BTreeSet<&'g str> {
    let (mut found, mut waiting) = (BTreeSet::new(), VecDeque::from([file]));
    while let Some(next) = waiting.pop_front() {
        let used = graph.get(next).into_iter().flatten();
        for other in used {
            if found.insert(other.as_str()) {
                waiting.push_back(other);
            }
        }
    }
    found
}

/// The sets of files that all use each other, directly or by way of others.
fn circles(graph: &Graph) -> Vec<BTreeSet<&str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|file| (file.as_str(), reached(graph, file))).collect();
    let mutual =
        |a: &str, b: &str| reach[a].contains(b) && reach.get(b).is_some_and(|reach| reach.contains(a));
    let mut circles = BTreeSet::new();
    for file in graph.keys().filter(|file| reach[file.as_str()].contains(file.as_str())) {
        circles.insert(reach[file.as_str()].iter().copied().filter(|other| mutual(file, other)).collect());
    }
    circles.into_iter().collect()
}

fn shown(graph: &Graph, circle: &BTreeSet<&str>) -> String {
    let lines = circle.iter().map(|file| {
        let used: Vec<&str> =
            graph[*file].iter().map(String::as_str).filter(|other| circle.contains(other)).collect();
        format!("  {file} uses {}\n", used.join(", "))
    });
    format!("{} files:\n{}", circle.len(), lines.collect::<String>())
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let graph = SourceTree::read(&root().join("src")).graph();
    assert!(graph.len() > 300, "only {} files were read", graph.len());
    let rooms = rooms();
    let folders: BTreeSet<&str> =
        graph.keys().filter(|file| file.contains('/')).map(|file| room(file)).collect();
    let mapped: BTreeSet<&str> = rooms.iter().map(String::as_str).collect();
    assert_eq!(folders, mapped, "the folders of src, and the rooms in the map of ARCHITECTURE.md");
    let wrong = against_the_map(&graph, &rooms);
    assert!(wrong.is_empty(), "against the map in ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let graph = SourceTree::read(&root().join("src")).graph();
    let open = |circle: &BTreeSet<&str>| {
        circle.iter().all(|file| OPEN.contains(file) || OPEN_ROOMS.contains(&room(file)))
    };
    let found: Vec<String> =
        circles(&graph).iter().filter(|circle| !open(circle)).map(|circle| shown(&graph, circle)).collect();
    assert!(found.is_empty(), "{} circles of files:\n{}", found.len(), found.join("\n"));
}

/// The graph of made-up sources.
fn graph_of(sources: &[(&str, &str)]) -> Graph {
    let sources = sources.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
    SourceTree::parse(&sources.collect()).graph()
}

/// What the reader says that `a.rs` uses, given its text.
fn used_by_a(text: &str) -> Vec<String> {
    let graph = graph_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", text),
        ("b.rs", "pub struct B; pub fn go() {}"),
        ("c/mod.rs", "mod inner; mod other; pub use inner::{Deep, Deep as Renamed}; pub fn here() {}"),
        ("c/inner.rs", "pub struct Deep;"),
        ("c/other.rs", "pub struct Other;"),
        ("d.rs", "pub use crate::c::Deep as Twice;"),
    ]);
    graph["a.rs"].iter().cloned().collect()
}

#[test]
fn every_kind_of_path_counts() {
    assert_eq!(used_by_a("use crate::b::B;"), ["b.rs"]);
    assert_eq!(used_by_a("use super::{b::{self, B}, c};"), ["b.rs"]);
    assert_eq!(used_by_a("fn f() { crate::b::go() }"), ["b.rs"]);
    assert_eq!(used_by_a("use crate::b; fn f() { b::go() }"), ["b.rs"]);
    assert_eq!(used_by_a("use crate::b as other; fn f() { other::go() }"), ["b.rs"]);
    assert_eq!(used_by_a("fn f() { println!(\"{}\", crate::b::go()) }"), ["b.rs"]);
    assert_eq!(
        used_by_a(
            "#[derive(S)] struct X { #[serde(with = \"crate::b\", default = \"crate::b::go\")] x: u8 }"
        ),
        ["b.rs"]
    );
    assert_eq!(used_by_a("macro_rules! m { () => { $crate::b::go() } }"), ["b.rs"]);
    assert_eq!(used_by_a("mod within { use super::super::b::B; }"), ["b.rs"]);
    assert_eq!(used_by_a("fn f(x: Vec<crate::b::B>) {}"), ["b.rs"]);
}

#[test]
fn a_name_counts_for_the_file_that_defines_it() {
    assert_eq!(used_by_a("use crate::c::Deep;"), ["c/inner.rs"]);
    assert_eq!(used_by_a("use crate::c::Renamed;"), ["c/inner.rs"]);
    assert_eq!(used_by_a("use crate::d::Twice;"), ["c/inner.rs"]);
    assert_eq!(used_by_a("use crate::c; fn f() { c::here(); }"), ["c/mod.rs"]);
}

#[test]
fn comments_texts_other_crates_and_tests_do_not_count() {
    assert!(
        used_by_a("// use crate::b::B;\n//! [`crate::b::B`]\nuse std::fmt; fn f() -> fmt::Result { Ok(()) }")
            .is_empty()
    );
    assert!(used_by_a("use crate::b; use crate::c;").is_empty());
    assert!(used_by_a("#[cfg(test)] mod tests { use crate::b::B; }").is_empty());
    assert!(used_by_a("#[cfg(test)] mod elsewhere;").is_empty());
    assert!(used_by_a("#[cfg(test)] use crate::b::B; #[cfg(test)] fn f() { crate::b::go() }").is_empty());
    assert!(used_by_a("struct A; impl A { #[cfg(test)] fn f() { crate::b::go() } }").is_empty());
    // A feature is no test.
    assert_eq!(used_by_a("#[cfg(feature = \"x\")] use crate::b::B;"), ["b.rs"]);
}

#[test]
fn offering_a_submodule_is_no_use_of_it_but_offering_another_room_is() {
    let graph = graph_of(&[
        ("lib.rs", "mod low; mod high;"),
        ("low/mod.rs", "mod part; pub use part::Part; pub use crate::high::High;"),
        ("low/part.rs", "pub struct Part;"),
        ("high.rs", "pub struct High;"),
    ]);
    assert_eq!(graph["low/mod.rs"], BTreeSet::from(["high.rs".to_owned()]));
}

#[test]
#[should_panic(expected = "hides what it uses")]
fn an_import_of_everything_is_refused() {
    used_by_a("use crate::b::*;");
}

#[test]
fn a_use_against_the_map_and_of_a_file_in_no_room_are_found() {
    let graph = graph_of(&[
        ("lib.rs", "mod low; mod high; mod prelude;"),
        ("low/mod.rs", "pub mod one;"),
        ("low/one.rs", "use crate::high::two::Two; fn f() { crate::prelude::go() }"),
        ("high/mod.rs", "pub mod two;"),
        ("high/two.rs", "pub struct Two; use crate::low::one::X;"),
        ("prelude.rs", "pub use crate::high::two::Two; pub fn go() {}"),
    ]);
    let wrong = against_the_map(&graph, &["low".to_owned(), "high".to_owned()]);
    assert_eq!(wrong, ["low/one.rs uses high/two.rs", "low/one.rs uses prelude.rs"]);
}

#[test]
fn cycles_are_separated_from_their_dependents() {
    let graph = graph_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C; use crate::e::E; pub struct B;"),
        ("c.rs", "use crate::b::B; pub struct C;"),
        ("d.rs", "use crate::f::F; use crate::c::C; pub struct D;"),
        ("e.rs", "pub struct E;"),
        ("f.rs", "use crate::d::D; pub struct F;"),
    ]);
    assert_eq!(circles(&graph), [BTreeSet::from(["b.rs", "c.rs"]), BTreeSet::from(["d.rs", "f.rs"])]);
    assert_eq!(shown(&graph, &circles(&graph)[0]), "2 files:\n  b.rs uses c.rs\n  c.rs uses b.rs\n");
}
