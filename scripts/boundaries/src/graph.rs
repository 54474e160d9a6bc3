//! Circles of files that import each other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::resolve::Imports;

/// The files that a file reaches by imports, over others too.
fn reached<'a>(imports: &'a Imports, from: &'a Path) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(file) = left.pop() {
        for next in imports.get(file).into_iter().flat_map(|files| files.keys()) {
            if reached.insert(next.as_path()) {
                left.push(next);
            }
        }
    }
    reached
}

/// The circles of more than `most` files, each with the imports inside it.
pub fn circles(imports: &Imports, most: usize) -> Vec<String> {
    let mut done: BTreeSet<&PathBuf> = BTreeSet::new();
    let mut circles = Vec::new();
    for file in imports.keys() {
        if done.contains(file) {
            continue;
        }
        let reached = reached(imports, file);
        let is_in = |other: &&PathBuf| {
            reached.contains(other.as_path())
                && self::reached(imports, other).contains(file.as_path())
        };
        let circle: BTreeSet<&PathBuf> = imports.keys().filter(is_in).collect();
        if circle.len() > most {
            circles.push(describe(imports, &circle));
        }
        done.extend(circle);
    }
    circles
}

fn describe(imports: &Imports, circle: &BTreeSet<&PathBuf>) -> String {
    let mut text = format!("{} files import each other in a circle:", circle.len());
    for file in circle {
        let targets = imports.get(*file).into_iter().flatten();
        for (target, names) in targets.filter(|(target, _)| circle.contains(target)) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let line = format!(
                "\n  {} -> {}: {}",
                file.display(),
                target.display(),
                names.join(", ")
            );
            text.push_str(&line);
        }
    }
    text
}
