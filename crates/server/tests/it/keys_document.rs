//! The examples of `docs/KEYS.md` do what the page says, and recipes of `docs/PROVIDERS.md` are settings that serve.

use std::path::Path;
use std::process::Command;

use profiled::{Settings, Sources};

use crate::sandbox::Sandbox;

const DOCUMENT: &str = include_str!("../../../../docs/KEYS.md");

const PROVIDERS: &str = include_str!("../../../../docs/PROVIDERS.md");

/// The blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    blocks_of(DOCUMENT, language)
}

fn blocks_of(document: &'static str, language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = document.split(fence.as_str()).skip(1);
    blocks
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

/// One after the other, in one shell: later ones rely on what earlier ones made.
#[test]
fn commands_in_the_document_work() {
    let sandbox = Sandbox::migrated();
    let script = blocks("sh").join("\n");
    let folder = Path::new(env!("CARGO_BIN_EXE_profiled")).parent().unwrap();

    let mut shell = Command::new("/bin/sh");
    let shell = shell.args(["-eu", "-c", &script]).env_clear();
    let ended = shell
        .env("PATH", folder)
        .current_dir(sandbox.path())
        .output()
        .unwrap();

    assert!(ended.status.success(), "{ended:?}");
    let out = String::from_utf8(ended.stdout).unwrap();
    for line in [" ES256 signing from 2", " EdDSA signing from 2"] {
        assert!(out.contains(line), "{out}");
    }
    assert!(out.contains("\"state\": \"published\""), "{out}");
}

#[test]
fn settings_in_the_document_are_accepted() {
    let sandbox = Sandbox::new();
    let settings = sandbox.write("issuers.toml", blocks("toml").first().unwrap());
    let sources = Sources {
        files: vec![settings.clone().into()],
        ..Sources::default()
    };

    let issuers = Settings::load(&sources).unwrap().auth.jwt.issuers;

    let names: Vec<_> = issuers.iter().map(|each| each.issuer.as_str()).collect();
    assert_eq!(names, ["https://idp.example.com/realms/staff"]);
    sandbox.done(&["migrate"]);
    sandbox.done(&["--config", &settings, "check"]);
}

#[test]
fn recipes_for_providers_are_accepted() {
    let mut sandbox = Sandbox::migrated();
    // Nobody is asked.
    sandbox.set("HTTPS_PROXY", "http://127.0.0.1:1");
    let recipes = blocks_of(PROVIDERS, "toml");
    for recipe in &recipes {
        let settings = sandbox.write("recipe.toml", recipe);
        sandbox.done(&["--config", &settings, "check"]);
    }
    let all = sandbox.write("all.toml", &recipes.join("\n"));
    sandbox.done(&["--config", &all, "check"]);
    assert_eq!(recipes.len(), 9);
}
