//! Which file of a crate uses which: read from its syntax trees.
//!
//! Every path counts, in `use` declarations, code, macros and attributes. Re-exports are followed to the file that
//! defines the name. A module that re-exports from its own submodules does not use them by that. What is compiled
//! for tests alone (`#[cfg(test)]`) does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Meta, UseTree, Visibility};

/// A module's path below the crate: `["engine", "batch"]`.
type Module = Vec<String>;
/// A path as written, by its segments.
type Segments = Vec<String>;
/// File to files, by their paths below `src`.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// What one module says.
#[derive(Default)]
struct Contents {
    /// Its file, below `src`.
    file: String,
    /// Names it imports or re-exports, and what they stand for.
    names: BTreeMap<String, Segments>,
    /// Paths it uses.
    used: BTreeSet<Segments>,
}

/// A crate's modules.
pub struct SourceTree {
    modules: BTreeMap<Module, Contents>,
}

impl SourceTree {
    /// Reads the crate whose `lib.rs` is in `src`.
    pub fn read(src: &Path) -> Self {
        let mut sources = BTreeMap::new();
        gather(src, src, &mut sources);
        Self::parse(&sources)
    }

    /// Parses sources given by their paths below `src`, from `lib.rs` on.
    pub fn parse(sources: &BTreeMap<String, String>) -> Self {
        let mut tree = Self { modules: BTreeMap::new() };
        tree.enter(Vec::new(), "lib.rs", sources);
        tree
    }

    fn enter(&mut self, module: Module, file: &str, sources: &BTreeMap<String, String>) {
        let text = sources.get(file).unwrap_or_else(|| panic!("{file} is missing"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut reader = Reader { file, module, modules: &mut self.modules, declared: Vec::new() };
        reader.open();
        reader.visit_file(&syntax);
        for child in reader.declared {
            let stem = child.join("/");
            let found = [format!("{stem}.rs"), format!("{stem}/mod.rs")]
                .into_iter()
                .find(|f| sources.contains_key(f));
            self.enter(child, &found.unwrap_or_else(|| panic!("no file of module {stem}")), sources);
        }
    }

    /// Which files each file uses. `lib.rs` names everything by its nature and is left out as a user.
    pub fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (module, contents) in self.modules.iter().filter(|(_, contents)| contents.file != "lib.rs") {
            let used = graph.entry(contents.file.clone()).or_default();
            let files = contents.used.iter().filter_map(|path| self.defining(module, path, 0));
            used.extend(files.filter(|file| *file != contents.file));
        }
        graph
    }

    /// The file that defines what a path used in `module` names; `None` for other crates and for bare modules.
    fn defining(&self, module: &[String], path: &[String], depth: usize) -> Option<String> {
        assert!(depth < 30, "{path:?} in {module:?} leads in a circle of re-exports");
        let (at, rest) = match path.first()?.as_str() {
            "crate" => (Module::new(), &path[1..]),
            "self" => (module.to_vec(), &path[1..]),
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                (module[..module.len().checked_sub(ups)?].to_vec(), &path[ups..])
            }
            first if self.is_known(module, first) => (module.to_vec(), path),
            _ => return None,
        };
        self.within(at, rest, depth)
    }

    fn is_known(&self, module: &[String], name: &str) -> bool {
        // A name that stands for itself is a crate: `use parquet;`.
        let import = self.modules[module].names.get(name);
        import.is_some_and(|path| path.first().is_some_and(|first| first != name))
            || self.modules.contains_key(&child(module, name))
    }

    fn within(&self, mut at: Module, mut rest: &[String], depth: usize) -> Option<String> {
        while let Some((segment, further)) = rest.split_first() {
            if self.modules.contains_key(&child(&at, segment)) {
                (at, rest) = (child(&at, segment), further);
            } else if let Some(path) = self.modules[&at].names.get(segment) {
                return self.defining(&at, &[path, further].concat(), depth + 1);
            } else {
                return Some(self.modules[&at].file.clone());
            }
        }
        None
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

fn gather(folder: &Path, src: &Path, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, src, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(src).unwrap().to_str().unwrap().to_owned();
            sources.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Reads one file, and the modules within it.
struct Reader<'t> {
    file: &'t str,
    module: Module,
    modules: &'t mut BTreeMap<Module, Contents>,
    /// Modules in files of their own.
    declared: Vec<Module>,
}

impl Reader<'_> {
    fn open(&mut self) -> &mut Contents {
        let contents = self.modules.entry(self.module.clone()).or_default();
        self.file.clone_into(&mut contents.file);
        contents
    }

    fn used(&mut self, segments: Segments) {
        if segments.len() > 1 {
            self.open().used.insert(segments);
        }
    }

    fn import(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let (name, path) = match tree {
            UseTree::Path(path) => {
                return self.import(&path.tree, &child(before, &path.ident.to_string()), public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|one| self.import(one, before, public));
            }
            UseTree::Glob(_) => {
                let own =
                    before.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str()));
                assert!(!own, "{}: `use {}::*` hides what it uses", self.file, before.join("::"));
                return;
            }
            UseTree::Name(name) if name.ident == "self" => {
                (before.last().cloned().unwrap_or_default(), before.to_vec())
            }
            UseTree::Name(name) => (name.ident.to_string(), child(before, &name.ident.to_string())),
            UseTree::Rename(rename) => (rename.rename.to_string(), child(before, &rename.ident.to_string())),
        };
        // What a module offers from its own submodules is no use of them.
        let offered = public && self.own(&path);
        if !offered {
            self.used(path.clone());
        }
        self.open().names.insert(name, path);
    }

    /// Whether a path leads into the module's own submodules; their `mod` lines stand above.
    fn own(&self, path: &[String]) -> bool {
        let first = path.iter().find(|segment| *segment != "self");
        first.is_some_and(|first| {
            let module = child(&self.module, first);
            self.declared.contains(&module) || self.modules.contains_key(&module)
        })
    }

    /// Paths among tokens that no parser knows, and in the texts of attributes (`with = "crate::digits"`).
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let text = spaced(tokens);
        let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
        for word in words {
            self.used(word.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect());
        }
    }
}

/// Tokens as text, where paths stand together and everything else apart.
fn spaced(tokens: proc_macro2::TokenStream) -> String {
    tokens.to_string().replace(" :: ", "::").replace(":: ", "::").replace(" ::", "::")
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes(item).iter().any(is_for_tests) {
            return;
        }
        match item {
            Item::Use(item) => {
                let public = !matches!(item.vis, Visibility::Inherited);
                self.import(&item.tree, &[], public);
            }
            Item::Mod(item) => {
                let module = child(&self.module, &item.ident.to_string());
                let Some((_, items)) = &item.content else {
                    self.declared.push(module);
                    return;
                };
                let outer = std::mem::replace(&mut self.module, module);
                self.open();
                items.iter().for_each(|item| self.visit_item(item));
                self.module = outer;
            }
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let tests = matches!(item, ImplItem::Fn(method) if method.attrs.iter().any(is_for_tests));
        if !tests {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.used(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
