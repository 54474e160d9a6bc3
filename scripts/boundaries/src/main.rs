//! `boundaries [CRATE…]`: whether files import each other in one direction. Without names all crates of
//! `scripts/floors` are checked; with names the circles of these crates are listed, allowed ones too.
//!
//! A file imports another if it names an item of it: by `use`, or by a path in its code. A re-export counts where
//! the file uses the name itself; who imports from it, imports from the file that defines the item. So a `mod.rs`
//! does not import what it only declares or hands on, but a child that says `super::Item` imports its parent.
//! Code under `#[cfg(test)]` does not count. Methods and traits that are used without their name are not seen.

mod floors;
mod graph;
mod module;
mod parse;
mod resolve;

use std::path::Path;
use std::process::ExitCode;

/// The most files that may import each other in a circle.
const CIRCLE_MAX: usize = 3;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    match run(&names) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                eprintln!("boundary: {fault}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("boundaries: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(names: &[String]) -> Result<Vec<String>, String> {
    let list = read(Path::new("scripts/floors")).ok_or("scripts/floors cannot be read")?;
    let mut houses = floors::read(&list)?;
    let mut least = CIRCLE_MAX;
    if !names.is_empty() {
        houses = names
            .iter()
            .map(|name| floors::of(houses.as_slice(), name))
            .collect();
        least = 1;
    }
    let mut faults = Vec::new();
    for house in houses {
        let root = Path::new("crates").join(&house.name).join("src");
        let modules = module::read(&root.join("lib.rs"), &read)?;
        let imports = resolve::imports(&modules);
        faults.extend(graph::circles(&imports, least));
        faults.extend(house.faults(&root, &imports));
    }
    Ok(faults)
}

fn read(file: &Path) -> Option<String> {
    std::fs::read_to_string(file).ok()
}

#[cfg(test)]
mod tests;
