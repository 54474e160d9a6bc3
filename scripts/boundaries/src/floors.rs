//! The floors of a crate: which of its files and folders may import which.

use std::collections::BTreeMap;
use std::path::Path;

use crate::resolve::Imports;

/// A crate and its floors, the lowest first.
#[derive(Clone)]
pub struct House {
    pub name: String,
    /// The floor of each file or folder in `src`; empty if the crate has but one floor.
    floors: BTreeMap<String, usize>,
}

/// Reads `scripts/floors`.
///
/// # Errors
/// A line that names no crate.
pub fn read(list: &str) -> Result<Vec<House>, String> {
    let lines = list
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(house).collect()
}

/// A crate of the list, or one without floors.
pub fn of(list: &[House], name: &str) -> House {
    let known = list.iter().find(|house| house.name == name).cloned();
    known.unwrap_or_else(|| House {
        name: name.to_owned(),
        floors: BTreeMap::new(),
    })
}

fn house(line: &str) -> Result<House, String> {
    let (name, floors) = line
        .split_once(':')
        .ok_or_else(|| format!("no crate: {line}"))?;
    let floors = floors.split('|').enumerate();
    let rooms = floors.flat_map(|(floor, rooms)| {
        rooms
            .split_whitespace()
            .map(move |room| (room.to_owned(), floor))
    });
    Ok(House {
        name: name.to_owned(),
        floors: rooms.collect(),
    })
}

impl House {
    /// Imports from a lower floor to a higher one, and files that are on no floor.
    pub fn faults(&self, root: &Path, imports: &Imports) -> Vec<String> {
        if self.floors.is_empty() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        for (file, targets) in imports {
            let Some(own) = room(root, file) else {
                continue;
            };
            let Some(floor) = self.floors.get(&own) else {
                faults.push(format!(
                    "{} is on no floor of scripts/floors",
                    file.display()
                ));
                continue;
            };
            for (target, names) in targets {
                let above = room(root, target).and_then(|room| self.floors.get(&room));
                if above.is_some_and(|above| above > floor) {
                    let names: Vec<_> = names.iter().map(String::as_str).collect();
                    let names = names.join(", ");
                    faults.push(format!(
                        "{} imports upward from {}: {names}",
                        file.display(),
                        target.display()
                    ));
                }
            }
        }
        faults
    }
}

/// The file or folder directly in `src` that a file is or belongs to; none for `lib.rs`.
fn room(root: &Path, file: &Path) -> Option<String> {
    let first = file
        .strip_prefix(root)
        .ok()?
        .components()
        .next()?
        .as_os_str()
        .to_str()?;
    (first != "lib.rs").then(|| first.trim_end_matches(".rs").to_owned())
}
