//! What the sources, tests and documents cite of the contract is there.
//!
//! A citation is regular: "`drf.md`, section 9" or "`tower.md`, sections 4, 6.1 and 8" (of other documents: "RFC 9110,
//! section 13.1"), "`decisions.md` 10, 11" for rulings, "attack cases B1 to B6" for attacks. Tests cite an attack
//! by a code in a comment, or at the beginning of their name (`a1_a3_…`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex_lite::Regex;

const DOCUMENTS: [&str; 4] = ["decisions", "drf", "tower", "oidc"];

/// Numbers as they are listed: `4`, `3, 4 and 7`, `1 to 3`.
const NUMBERS: &str = r"\d+(?:\.\d+)*(?:(?:, and |, | and | to )\d+(?:\.\d+)*)*";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// All texts that may cite: the recorded cases are data.
fn texts() -> Vec<PathBuf> {
    let folders = ["bench", "config", "crates", "docs", "fuzz", "migrations"];
    let mut left: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    left.extend(["README.md", "CHANGELOG.md", "tests"].map(|name| root().join(name)));
    let mut texts = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let is_foreign = ["target", "node_modules"]
                .iter()
                .any(|name| path.ends_with(name));
            let entries = std::fs::read_dir(&path).unwrap().flatten();
            left.extend(entries.map(|entry| entry.path()).filter(|_| !is_foreign));
        } else if let Some("rs" | "md" | "toml" | "sql" | "html" | "py" | "js" | "mjs") =
            path.extension().and_then(|extension| extension.to_str())
        {
            texts.push(path);
        }
    }
    texts.push(root().join("tests/contract/plan.json"));
    assert!(texts.len() > 300, "{}", texts.len());
    texts
}

/// A text without the marks of comments, links and lines, so that a citation is in one piece.
fn in_one_piece(text: &str) -> String {
    let mut words = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        let line = line
            .trim_start_matches(['/', '!', '#'])
            .trim_start_matches("--");
        words.extend(line.split_whitespace());
    }
    let text = words.join(" ");
    let links = regex(r"\[([^\]\[]+)\]\([^)\s]*\.md\)");
    if text.contains(".md)") {
        links.replace_all(&text, "$1").into_owned()
    } else {
        text
    }
}

/// The same, of texts that hold one of these words.
fn texts_with(words: &[&str]) -> Vec<(PathBuf, String)> {
    let texts = texts().into_iter().map(|path| {
        let text = read(&path);
        (path, text)
    });
    let with = texts.filter(|(_, text)| words.iter().any(|word| text.contains(word)));
    with.map(|(path, text)| (path, in_one_piece(&text)))
        .collect()
}

/// The numbers of a document's sections, and of the items of their numbered lists (`1.5.7`).
fn sections(document: &str) -> BTreeSet<String> {
    let heading = regex(r"^#{2,} (\d+(?:\.\d+)*)\.? ");
    let item = regex(r"^(\d+)\. ");
    let mut sections = BTreeSet::new();
    let mut section = String::new();
    for line in read(&root().join(format!("docs/contract/{document}.md"))).lines() {
        if let Some(found) = heading.captures(line) {
            found[1].clone_into(&mut section);
            sections.insert(section.clone());
        } else if let Some(found) = item.captures(line) {
            let item = [section.as_str(), &found[1]].join(".");
            sections.insert(item.trim_start_matches('.').to_owned());
        }
    }
    assert!(sections.len() > 10, "{document}: {sections:?}");
    sections
}

/// The codes of the attack list, and their letters.
fn attacks() -> BTreeSet<String> {
    let code = regex(r"(?m)^(?:\* \*\*|## )([A-J]\d*)(?:\*\*|\.) ");
    let list = read(&root().join("docs/contract/attacks.md"));
    let codes: BTreeSet<_> = code
        .captures_iter(&list)
        .map(|found| found[1].to_owned())
        .collect();
    assert!(codes.len() > 80, "{codes:?}");
    codes
}

fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' '])
        .filter(|word| !["", "and", "to"].contains(word))
}

#[test]
fn cited_sections_and_rulings_exist() {
    let known: BTreeMap<_, _> = DOCUMENTS.map(|name| (name, sections(name))).into();
    let citation = regex(&format!(
        r"(/?)(\w+)\.md`?,? (?:sections? )?({NUMBERS})(?:, (?:step|items?) (\d+))?"
    ));
    let mut found = 0;
    let mut missing = Vec::new();
    for (path, text) in texts_with(&["decisions.md", "drf.md", "tower.md", "oidc.md"]) {
        for cited in citation.captures_iter(&text) {
            let Some(sections) = known.get(&cited[2]).filter(|_| cited[1].is_empty()) else {
                continue;
            };
            found += 1;
            let item = cited
                .get(4)
                .map(|item| format!("{}.{}", &cited[3], item.as_str()));
            let numbers = split(&cited[3]).map(str::to_owned).chain(item);
            for number in numbers.filter(|number| !sections.contains(number)) {
                missing.push(format!("{}: {}.md {number}", path.display(), &cited[2]));
            }
        }
    }

    assert!(missing.is_empty(), "{missing:#?}");
    assert!(found > 150, "{found}");
}

#[test]
fn cited_sections_name_their_document() {
    let section = regex(r"(?:([\w`.]+), )?\b[Ss]ections? \d+(?:\.\d+)*");
    let document = regex(r"^(?:`?(?:decisions|drf|tower|oidc)\.md`?|\d+|Core)$");
    let mut nameless = Vec::new();
    let own = root().join("docs/contract");
    let texts = texts_with(&["ection"]).into_iter();
    for (path, text) in texts.filter(|(path, _)| !path.starts_with(&own)) {
        let cited = section.captures_iter(&text);
        let is_named = |name: &str| document.is_match(name);
        let unnamed =
            cited.filter(|cited| !cited.get(1).is_some_and(|name| is_named(name.as_str())));
        nameless.extend(unnamed.map(|cited| format!("{}: {}", path.display(), &cited[0])));
    }

    assert!(nameless.is_empty(), "{nameless:#?}");
}

#[test]
fn sections_that_the_contract_cites_of_itself_exist() {
    let own = regex(&format!(
        r"(\.md`?,? )?\b[Ss]ections? ({NUMBERS})|\bruling (\d+)"
    ));
    for document in DOCUMENTS {
        let path = root().join(format!("docs/contract/{document}.md"));
        let sections = sections(document);
        let text = in_one_piece(&read(&path));
        for cited in own
            .captures_iter(&text)
            .filter(|cited| cited.get(1).is_none())
        {
            let numbers = cited.get(2).or(cited.get(3)).unwrap().as_str();

            for number in split(numbers) {
                assert!(sections.contains(number), "{document}.md: {}", &cited[0]);
            }
        }
    }
}

/// The codes that comments and names of a test bear.
fn codes_of_test(text: &str) -> Vec<String> {
    let code = regex(r"\b[A-J]\d{1,2}\b");
    let name = regex(r"\bfn ((?:[a-j]\d{1,2}_)+)");
    let comments = text
        .lines()
        .filter(|line| line.trim_start().starts_with("//"));
    let in_comments = comments.flat_map(|line| code.find_iter(line));
    let mut codes: Vec<_> = in_comments.map(|code| code.as_str().to_owned()).collect();
    for names in name.captures_iter(text) {
        codes.extend(
            names[1]
                .trim_end_matches('_')
                .split('_')
                .map(str::to_uppercase),
        );
    }
    codes
}

#[test]
fn cited_attack_cases_exist() {
    let known = attacks();
    let list = regex(r"[Aa]ttack cases? ([A-J]\d*\b(?:(?:, and |, | and | to )[A-J]\d*\b)*)");
    let is_test = |path: &Path| {
        let parts = path.strip_prefix(root()).unwrap_or(path).components();
        path.extension().is_some_and(|end| end == "rs")
            && parts.into_iter().any(|part| part.as_os_str() == "tests")
    };
    let mut cited = Vec::new();
    for path in texts().into_iter().filter(|path| is_test(path)) {
        let codes = codes_of_test(&read(&path));
        cited.extend(codes.into_iter().map(|code| (path.clone(), code)));
    }
    for (path, text) in texts_with(&["ttack case"]) {
        let codes = list
            .captures_iter(&text)
            .flat_map(|list| split(&list[1]).map(str::to_owned).collect::<Vec<_>>());
        cited.extend(codes.map(|code| (path.clone(), code)));
    }

    let missing: Vec<_> = cited
        .iter()
        .filter(|(_, code)| !known.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(cited.len() > 100, "{}", cited.len());
}
