//! The commands of `docs/MIGRATING_FROM_TOWER.md`, run as they stand there. A service with recorded people plays Tower.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::{TestDatabase, skip};

use super::command::Profiled;
use super::steps;

const DOCUMENT: &str = include_str!("../../../docs/MIGRATING_FROM_TOWER.md");

/// Each block goes on where the one before has ended.
const GOING_ON: &str = r#"export PATH="$PROGRAMS:$PATH"
[ ! -e state ] || . ./state
trap '{ export -p; set | grep -E "^(TOWER|API|LOGIN|HERE)="; } >state || true' EXIT
"#;

/// A program of this name that runs a script.
fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\nset -eu\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// `awx-manage dumpdata auth.user --output FILE`: Django's own format, with the users of the service.
fn awx_manage(tower: &Service) -> String {
    let settings = tower.overrides().iter();
    let settings = settings.map(|setting| format!("--set '{}'", setting.replace('\'', "'\\''")));
    let settings = settings.collect::<Vec<_>>().join(" ");
    let profiled = Profiled::program();
    format!(
        "[ \"$1 $2 $3\" = 'dumpdata auth.user --output' ]\nexec '{}' {settings} --quiet export django --output \"$4\" >export.log",
        profiled.display()
    )
}

#[test]
fn the_commands_of_the_document_on_tower_print_what_it_says() {
    let test = "the_commands_of_the_document_on_tower";
    let is_there = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    if let Some(missing) = ["curl", "jq"].iter().find(|program| !is_there(program)) {
        return skip(test, &format!("there is no {missing}"), "REQUIRE_CLIENTS");
    }
    let tower = Service::start(Backend::Sqlite, Data::Tower, &["throttle.login="]);
    let address = format!("http://{}", tower.address());
    let document = DOCUMENT.replace("https://tower.example.com", &address);
    for backend in Backend::available(test).unwrap() {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        std::fs::create_dir(&programs).unwrap();
        program(&programs, "awx-manage", &awx_manage(&tower));
        let profiled = format!("exec '{}' \"$@\"", Profiled::program().display());
        program(&programs, "profiled", &profiled);
        let database = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => TestDatabase::postgres(test).unwrap(),
        };

        steps::follow(&document, |script| {
            let script = format!("{GOING_ON}{script}");
            let mut command = Command::new("sh");
            command.args(["-e", "-u", "-c", &script]);
            command
                .current_dir(folder.path())
                .env("PROGRAMS", &programs);
            command.env("PROFILED__HTTP__ADMIN_BIND", "off");
            command.env("PROFILED__LOG__AUDIT", "false");
            command.env("PROFILED__THROTTLE__LOGIN", "");
            command.env("PROFILED__HTTP__BIND", "127.0.0.1:0");
            if let Some(database) = &database {
                command.env("PROFILED__DATABASE__URL", database.url());
            }
            command
        });
    }
}

#[test]
fn every_setting_that_the_document_on_tower_names_is_there() {
    steps::assert_settings_exist(DOCUMENT, 6);
}
