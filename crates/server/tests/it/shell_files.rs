//! The manual and the completions.

use std::fs;
use std::path::Path;
use std::process::Command;

use profiled_store::testing::skip;

use crate::help::commands;
use crate::sandbox::Sandbox;

#[test]
fn the_manual_has_a_page_for_each_command() {
    let sandbox = Sandbox::new();
    let told = sandbox.done(&["man", "pages/man1"]);
    let folder = sandbox.path().join("pages/man1");
    let all = commands(&sandbox);

    assert_eq!(told, format!("wrote {} pages: pages/man1\n", all.len()));
    let alone = sandbox.done(&["man"]);
    assert_eq!(
        fs::read_to_string(folder.join("profiled.1")).unwrap(),
        alone
    );
    for heading in [
        "FILES",
        "ENVIRONMENT",
        "\"EXIT CODES\"",
        "\"GLOBAL OPTIONS\"",
    ] {
        assert!(
            alone.contains(&format!(".SH {heading}\n")),
            "{heading}: {alone}"
        );
    }
    for words in all {
        let name = [&["profiled".to_owned()], &words[..]].concat().join("-");
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();

        assert!(page.contains(&format!(".TH {name} 1 ")), "{page}");
        let line = format!("profiled {}", words.join(" ")).replace('-', "\\-");
        let example = page.split(".SH EXAMPLES").nth(1).unwrap_or_default();
        assert!(example.contains(line.trim_end()), "{page}");
    }
}

#[test]
fn man_reads_the_pages_without_a_complaint() {
    let test = "help::man_reads_the_pages_without_a_complaint";
    let sandbox = Sandbox::new();
    sandbox.done(&["man", "pages"]);
    let is_there = |program: &str| {
        let found = Command::new("/bin/sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        found.is_ok_and(|found| found.status.success())
    };
    let judge: &[&str] = if is_there("mandoc") {
        &["mandoc", "-T", "lint", "-W", "error"]
    } else if is_there("man") && is_there("groff") {
        &["man", "--warnings=w", "-l", "-E", "UTF-8"]
    } else {
        skip(test, "there is neither mandoc nor man", "REQUIRE_CLIENTS");
        return;
    };
    for entry in fs::read_dir(sandbox.path().join("pages"))
        .unwrap()
        .flatten()
    {
        let mut command = Command::new(judge.first().unwrap());
        let command = command.args(judge.iter().skip(1)).arg(entry.path());
        let output = command.env("MANWIDTH", "80").output().unwrap();

        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && complaints.is_empty(),
            "{complaints}"
        );
    }
}

#[test]
fn bash_completes_commands_options_and_shells() {
    let test = "help::bash_completes_commands_options_and_shells";
    let sandbox = Sandbox::new();
    let script = sandbox.done(&["completions", "bash"]);
    let script = sandbox.write("profiled.bash", &script);
    let complete = |typed: &str| {
        let line = format!(
            "source '{script}'; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _profiled profiled \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &line])
            .output()
            .ok()?;
        Some(
            String::from_utf8(output.stdout)
                .unwrap()
                .trim_end()
                .replace('\n', " "),
        )
    };
    let Some(first) = complete("profiled us") else {
        skip(test, "there is no bash", "REQUIRE_CLIENTS");
        return;
    };

    assert_eq!(first, "user");
    let cases = [
        ("profiled user set-p", "set-password"),
        ("profiled user list --de", "--deleted"),
        // Options of every command, too.
        ("profiled user list --con", "--config"),
        ("profiled completions f", "fish"),
        ("profiled jwt create ada --li", "--lifetime"),
        // Values, and no files.
        ("profiled --profile p", "production"),
        ("profiled user create ada --gender f", "female"),
        ("profiled user list --profile ''", "development production"),
        ("profiled keys rotate --algorithm Ed", "EdDSA"),
    ];
    for (typed, expected) in cases {
        assert_eq!(complete(typed).unwrap(), expected, "{typed}");
    }
}

#[test]
fn each_shell_gets_a_script_that_knows_every_command_without_settings() {
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__HTTP__BIND", "nonsense");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.done(&["completions", shell]);

        for word in ["set-password", "quickstart", "deleted", "config"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let unknown = sandbox.run(&["completions", "tcsh"]);
    assert_eq!(unknown.code, Some(2));
}

#[test]
fn installation_and_package_have_the_manual_and_the_completions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut script = Command::new(root.join("scripts/shell-files"));
    let script = script
        .arg(env!("CARGO_BIN_EXE_profiled"))
        .arg(folder.path());
    assert!(script.status().unwrap().success());

    let package = read("crates/server/Cargo.toml");
    let assets = package.lines().filter_map(|line| {
        let rest = line.split_once("../../target/share/")?.1;
        Some(rest.split('"').next()?.trim_end_matches('*').to_owned())
    });
    let assets: Vec<String> = assets.collect();

    assert_eq!(assets.len(), 4, "{assets:?}");
    for asset in assets {
        let path = folder.path().join(&asset);
        let path = if path.is_dir() {
            path.join("profiled-user-create.1")
        } else {
            path
        };
        assert!(fs::metadata(path).unwrap().len() > 500, "{asset}");
    }
    assert!(read("scripts/install").contains("scripts/shell-files target/release/profiled"));
    assert!(read("Makefile").contains("scripts/shell-files target/release/profiled target/share"));
}
