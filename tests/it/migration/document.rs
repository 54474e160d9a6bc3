//! The commands of `docs/MIGRATING_FROM_DJANGO.md`, run as they stand there.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::python::Python;
use acceptance::service::Backend;
use profiled_store::testing::{TestDatabase, skip};

use super::command::Profiled;
use super::project::{self, Django, KEY};
use super::steps;

const DOCUMENT: &str = include_str!("../../../docs/MIGRATING_FROM_DJANGO.md");

/// A folder as the reader has it: with `manage.py`, a database and the programs.
struct Reader {
    folder: tempfile::TempDir,
    /// Folders before those of `PATH`.
    programs: String,
    database: Option<TestDatabase>,
}

impl Reader {
    fn new(python: &Python, backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        project::make_in(folder.path(), python, "extended");
        let programs = folder.path().join("programs");
        std::fs::create_dir(&programs).unwrap();
        symlink(Profiled::program(), programs.join("profiled")).unwrap();
        let manage =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/django_projects/manage.py");
        symlink(manage, folder.path().join("manage.py")).unwrap();
        let interpreter = PathBuf::from(python.command().get_program());
        let interpreter = interpreter.parent().unwrap().display();
        let programs = format!("{}:{interpreter}", programs.display());
        let database = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => TestDatabase::postgres("the document").unwrap(),
        };
        Self {
            folder,
            programs,
            database,
        }
    }

    fn shell(&self, script: &str) -> Command {
        let script = format!("export PATH=\"$PROGRAMS:$PATH\"\n{script}");
        let mut command = Command::new("sh");
        command
            .args(["-e", "-u", "-c", &script])
            .current_dir(self.folder.path());
        command
            .env("PROGRAMS", &self.programs)
            .env("PROFILED__LOG__AUDIT", "false");
        command
            .env("DJANGO_KIND", "extended")
            .env("DJANGO_SECRET_KEY", KEY);
        command.env("DJANGO_DATABASE", self.folder.path().join("db.sqlite3"));
        if let Some(database) = &self.database {
            command.env("PROFILED__DATABASE__URL", database.url());
        }
        command
    }
}

#[test]
fn the_commands_of_the_document_print_what_it_says() {
    let test = "the_commands_of_the_document";
    let is_there = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    if let Some(missing) = ["curl", "jq"].iter().find(|program| !is_there(program)) {
        return skip(test, &format!("there is no {missing}"), "REQUIRE_CLIENTS");
    }
    let Some(python) = project::python(test, Django::V5) else {
        return;
    };
    for backend in Backend::available(test).unwrap() {
        let reader = Reader::new(&python, backend);
        steps::follow(DOCUMENT, |script| reader.shell(script));
    }
}

#[test]
fn every_setting_that_the_document_names_is_there() {
    steps::assert_settings_exist(DOCUMENT, 10);
}
