//! What the documents say is there.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Markdown files of the project's own hand.
fn documents() -> Vec<PathBuf> {
    let files = [
        "README.md",
        "CHANGELOG.md",
        "tests/contract/cases/README.md",
        "examples/axum-service/README.md",
        "crates/auth/README.md",
        "crates/domain/README.md",
        "crates/http/README.md",
        "crates/rest/README.md",
        "crates/server/README.md",
        "crates/store/README.md",
    ];
    let mut documents: Vec<_> = files.iter().map(|file| root().join(file)).collect();
    let mut folders = vec![
        root().join("docs"),
        root().join("bench"),
        root().join("migrations"),
    ];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                documents.push(path);
            }
        }
    }
    documents
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in documents() {
        let text = read(&document);
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = document.parent().unwrap_or(&document);
            let led = folder.join(path);
            let told = format!("{}: {target}", document.display());

            assert!(led.exists(), "{told}");
            let is_document = led.extension().is_some_and(|extension| extension == "md");
            if !anchor.is_empty() && is_document {
                assert!(anchors(&read(&led)).any(|known| known == anchor), "{told}");
            }
        }
        let text = read(&document);
        for (_, rest) in text
            .match_indices("](#")
            .map(|(at, _)| text.split_at(at + 3))
        {
            let anchor = rest.split(')').next().unwrap_or_default();
            let told = format!("{}: #{anchor}", document.display());
            assert!(anchors(&text).any(|known| known == anchor), "{told}");
        }
    }
}

/// What links to headings of a document end with, as readers of Markdown make it of their text.
fn anchors(text: &str) -> impl Iterator<Item = String> + '_ {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c => c.is_alphanumeric().then_some(c),
        });
        kept.collect()
    })
}

#[test]
fn make_targets_of_the_readme_exist() {
    let makefile = read(&root().join("Makefile"));
    let readme = read(&root().join("README.md"));
    let lines = readme
        .lines()
        .filter_map(|line| line.trim().strip_prefix("make "));
    let targets: Vec<&str> = lines
        .filter_map(|line| line.split_whitespace().next())
        .collect();

    assert!(
        targets.contains(&"run") && targets.contains(&"test"),
        "{targets:?}"
    );
    for target in targets {
        assert!(makefile.contains(&format!("\n{target}: ")), "make {target}");
    }
}

#[test]
fn every_decision_is_in_the_list_of_decisions() {
    let folder = root().join("docs/adr");
    let list = read(&folder.join("README.md"));
    let files = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name());

    for name in files
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name != "README.md")
    {
        assert!(list.contains(&format!("({name})")), "{name}");
    }
}

#[test]
fn every_decision_has_its_sections_in_order() {
    let sections = ["Context", "Decision", "Alternatives", "Consequence"];
    let folder = root().join("docs/adr");
    let files = std::fs::read_dir(&folder).unwrap().flatten();
    let decisions = files.filter(|entry| entry.file_name() != "README.md");
    for path in decisions.map(|entry| entry.path()) {
        let text = read(&path);
        let begins = sections.map(|section| text.find(&format!("\n\n**{section}.**")));

        let is_whole = begins.iter().all(Option::is_some) && begins.is_sorted();
        assert!(is_whole, "{}: {begins:?}", path.display());
    }
}

/// The checklists of how to add something: headings, and their items as one line each.
fn checklists() -> Vec<(String, Vec<String>)> {
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    for line in read(&root().join("docs/CONTRIBUTING.md")).lines() {
        let (is_item, text) = (line.starts_with(|c: char| c.is_ascii_digit()), line.trim());
        match lists.last_mut() {
            _ if line.starts_with("## ") => lists.push((line[3..].to_owned(), Vec::new())),
            Some((_, items)) if is_item => items.push(text.to_owned()),
            Some((_, items)) if line.starts_with("   ") => {
                let item = items.last_mut().unwrap_or_else(|| panic!("{line}"));
                item.push(' ');
                item.push_str(text);
            }
            _ => {}
        }
    }
    lists
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_checklist_names_files_that_exist_and_names_that_are_in_them() {
    let is_path = |code: &&str| root().join(code).exists();
    let is_name = |code: &&str| code.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_word = |c: char| !c.is_alphanumeric() && c != '_';

    for (heading, items) in checklists() {
        for item in items {
            let first = code(&item).next().unwrap_or_default();
            let paths = code(&item).filter(|code| code.contains('/'));
            for path in paths.chain([first]) {
                assert!(is_path(&path), "{heading}: {path}");
            }
            let files: Vec<_> = code(&item)
                .filter(is_path)
                .map(|p| root().join(p))
                .collect();
            let texts: Vec<_> = files
                .iter()
                .filter(|p| p.is_file())
                .map(|p| read(p))
                .collect();
            for name in code(&item).filter(is_name) {
                let is_there = texts
                    .iter()
                    .any(|t| t.split(is_word).any(|word| word == name));
                assert!(is_there, "{heading}: {name} is not in {files:?}");
            }
        }
    }
}

#[test]
fn every_kind_of_addition_has_a_checklist() {
    let lists = checklists();

    for wanted in ["A field", "A view", "A dialect", "A setting", "A migration"] {
        let list = lists.iter().find(|(heading, _)| heading == wanted);
        let count = list.map_or(0, |(_, items)| items.len());
        assert!(count >= 3, "{wanted}: {count} steps");
    }
}
