//! `docs/commands` is made of the definitions of the commands.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use profiled::command_pages;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/commands");

#[test]
fn each_command_has_its_page_as_it_is() {
    let folder = Path::new(FOLDER);
    let pages = command_pages();
    let files: BTreeSet<String> = pages.iter().map(|page| page.file.clone()).collect();
    let mut is_stale = false;

    fs::create_dir_all(folder).unwrap();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if !files.contains(entry.file_name().to_str().unwrap()) {
            fs::remove_file(entry.path()).unwrap();
            is_stale = true;
        }
    }
    for page in pages {
        let path = folder.join(&page.file);
        if fs::read_to_string(&path).ok().as_deref() != Some(page.text.as_str()) {
            fs::write(path, page.text).unwrap();
            is_stale = true;
        }
    }

    assert!(
        !is_stale,
        "docs/commands was not up to date. It is now: commit it."
    );
}
