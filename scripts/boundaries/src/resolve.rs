//! Which file an imported name is from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::module::{Module, Use};

/// Re-exports that lead to each other end here.
const DEPTH_MAX: usize = 16;

/// Files, and which files each imports with the names that it takes from there.
pub type Imports = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

/// What a path leads to; of an item, the module that defines it.
#[derive(Clone, Copy)]
enum Target {
    Module(usize),
    Item(usize),
}

/// The imports between the files of a crate.
pub fn imports(modules: &[Module]) -> Imports {
    let mut imports = Imports::new();
    for (id, module) in modules.iter().enumerate() {
        imports.entry(module.file.clone()).or_default();
        for (target, name) in named_by(modules, id, module) {
            let Some(target) = modules
                .get(target)
                .filter(|target| target.file != module.file)
            else {
                continue;
            };
            let files = imports.entry(module.file.clone()).or_default();
            files.entry(target.file.clone()).or_default().insert(name);
        }
    }
    imports
}

/// The modules whose items a module names.
fn named_by(modules: &[Module], id: usize, module: &Module) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for import in &module.uses {
        match (resolve(modules, id, &import.path, 0), &import.name) {
            (Some(Target::Item(target)), Some(name)) => {
                let counts = !import.is_public || is_used(modules, module, name);
                named.extend(counts.then(|| (target, name.clone())));
            }
            (Some(Target::Module(target) | Target::Item(target)), None) if !import.is_public => {
                named.push((target, "*".to_owned()));
                named.extend(handed_on(modules, target, module));
            }
            _ => {}
        }
    }
    for path in &module.paths {
        if let Some(Target::Item(target)) = resolve(modules, id, path, 0) {
            named.push((target, path.join("::")));
        }
    }
    named
}

/// Whether the code of a module's file uses a name.
fn is_used(modules: &[Module], module: &Module, name: &str) -> bool {
    let of_file = modules.iter().filter(|other| other.file == module.file);
    of_file
        .into_iter()
        .any(|module| module.words.contains(name))
}

/// What a module gets by `*` from the re-exports of another one.
fn handed_on(modules: &[Module], from: usize, to: &Module) -> Vec<(usize, String)> {
    let imports = modules.get(from).map_or(&[][..], |module| &module.uses);
    let named = imports
        .iter()
        .filter_map(|import| Some((import, import.name.as_ref()?)));
    let used = named.filter(|(_, name)| is_used(modules, to, name));
    let found = used.filter_map(
        |(import, name)| match resolve(modules, from, &import.path, 0)? {
            Target::Item(target) => Some((target, name.clone())),
            Target::Module(_) => None,
        },
    );
    found.collect()
}

/// What a path leads to, seen from a module. `None` for other crates.
fn resolve(modules: &[Module], from: usize, path: &[String], depth: usize) -> Option<Target> {
    let (first, rest) = path.split_first()?;
    let start = match first.as_str() {
        "crate" => Target::Module(0),
        "self" => Target::Module(from),
        "super" => Target::Module(modules.get(from)?.parent?),
        name => member(modules, from, name, depth)?,
    };
    rest.iter().try_fold(start, |target, name| match target {
        Target::Item(_) => Some(target),
        Target::Module(id) if name == "super" => modules.get(id)?.parent.map(Target::Module),
        Target::Module(id) => Some(member(modules, id, name, depth).unwrap_or(Target::Item(id))),
    })
}

/// A name within a module: a module below it, an item of its own or an imported one.
fn member(modules: &[Module], id: usize, name: &str, depth: usize) -> Option<Target> {
    let module = modules.get(id).filter(|_| depth < DEPTH_MAX)?;
    if let Some(child) = module.children.get(name) {
        return Some(Target::Module(*child));
    }
    if module.items.contains(name) {
        return Some(Target::Item(id));
    }
    let is_named = |import: &&Use| import.name.as_deref() == Some(name);
    // `use name;` of a crate of this name does not lead back to itself.
    let is_own = |import: &&Use| import.path.first().map(String::as_str) != Some(name);
    if let Some(import) = module.uses.iter().filter(is_named).find(is_own) {
        return resolve(modules, id, &import.path, depth + 1);
    }
    let globs = module.uses.iter().filter(|import| import.name.is_none());
    globs.into_iter().find_map(
        |import| match resolve(modules, id, &import.path, depth + 1)? {
            Target::Module(from) if from != id => member(modules, from, name, depth + 1),
            _ => None,
        },
    )
}
