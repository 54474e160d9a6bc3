//! Back to Django, and here again.

use std::path::Path;

use acceptance::python::Python;
use serde_json::Value;

use super::command::Profiled;
use super::kind::Kind;
use super::project::Project;

/// Loads an export into an empty project, which answers its clients as before, and imports that project's dump.
pub fn go(profiled: &Profiled, kind: &Kind, project: &Project, python: &Python, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let exported = folder.path().join("exported.json");
    let records = export(profiled, &exported);
    let loaded = Project::load(python, kind.name, &exported, &project.people);

    for rows in ["users", "groups", "memberships", "refresh_tokens"] {
        assert_eq!(loaded.counts[rows], project.counts[rows], "{name}: {rows}");
    }
    let people = |of: &Project| of.people.as_array().unwrap().clone();
    for (before, after) in people(project).iter().zip(people(&loaded)) {
        for what in ["is_right", "access", "refresh"] {
            assert_eq!(after[what], before[what], "{name}: {what} of {before:#}");
        }
    }

    let second = Profiled::in_folder(folder.path());
    second.import(&loaded.imports[0], kind.options);
    let again = export(&second, &folder.path().join("again.json"));
    for (again, record) in again.iter().zip(&records) {
        assert_eq!(again, record, "{name}");
    }
    assert_eq!(again.len(), records.len(), "{name}");
}

/// The records of an export, in the order of their keys.
fn export(profiled: &Profiled, file: &Path) -> Vec<Value> {
    profiled.run(&["export", "django", "--output", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(file).unwrap();
    let mut records: Vec<Value> = serde_json::from_str(&text).unwrap();
    records.sort_by_key(|record| (record["model"].to_string(), record["pk"].to_string()));
    for record in &mut records {
        // The instant of the import.
        let fields = record["fields"].as_object_mut().unwrap();
        fields.remove("blacklisted_at");
    }
    records
}
