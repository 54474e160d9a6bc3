//! The tree of a crate's modules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use crate::parse;

/// A `use` of one name, `None` for all of a module (`*`).
pub struct Use {
    pub path: Vec<String>,
    pub name: Option<String>,
    pub is_public: bool,
}

/// A module, in a file of its own or in that of its parent.
#[derive(Default)]
pub struct Module {
    pub file: PathBuf,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    pub uses: Vec<Use>,
    /// Names that the module itself defines.
    pub items: BTreeSet<String>,
    /// Paths of two and more segments in the code.
    pub paths: Vec<Vec<String>>,
    /// All words of the code, apart from imports.
    pub words: BTreeSet<String>,
}

/// A module as its parent declares it; with its tokens if it has no file of its own.
pub struct Child {
    pub name: String,
    pub inline: Option<TokenStream>,
}

/// Reads a file, `None` if there is none.
pub type Files<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// All modules of a crate, the root first.
///
/// # Errors
/// A file that is missing or is no Rust.
pub fn read(root: &Path, files: Files) -> Result<Vec<Module>, String> {
    let mut modules = Vec::new();
    let text = files(root).ok_or_else(|| format!("{} is missing", root.display()))?;
    let folder = root.parent().unwrap_or(root);
    add(
        &mut modules,
        files,
        None,
        (root, folder),
        tokens(root, &text)?,
    )?;
    Ok(modules)
}

fn tokens(file: &Path, text: &str) -> Result<TokenStream, String> {
    let tokens = text.parse();
    tokens.map_err(|error| format!("{}: {error}", file.display()))
}

/// Adds a module and all below it; `folder` is where the files of its children are.
fn add(
    modules: &mut Vec<Module>,
    files: Files,
    parent: Option<usize>,
    (file, folder): (&Path, &Path),
    tokens: TokenStream,
) -> Result<usize, String> {
    let id = modules.len();
    let mut module = Module {
        file: file.to_owned(),
        parent,
        ..Module::default()
    };
    let children = parse::module(&mut module, tokens);
    modules.push(module);
    for child in children {
        let folder = folder.join(&child.name);
        let (file, tokens) = match child.inline {
            Some(tokens) => (file.to_owned(), tokens),
            None => file_of(&folder, files)?,
        };
        let below = add(modules, files, Some(id), (&file, &folder), tokens)?;
        if let Some(module) = modules.get_mut(id) {
            module.children.insert(child.name, below);
        }
    }
    Ok(id)
}

/// The file of a module: beside the folder of its children, or in it.
fn file_of(folder: &Path, files: Files) -> Result<(PathBuf, TokenStream), String> {
    let candidates = [folder.with_extension("rs"), folder.join("mod.rs")];
    let mut found = candidates
        .into_iter()
        .filter_map(|file| files(&file).map(|text| (file, text)));
    let (file, text) = found
        .next()
        .ok_or_else(|| format!("{} has no file", folder.display()))?;
    let tokens = tokens(&file, &text)?;
    Ok((file, tokens))
}
