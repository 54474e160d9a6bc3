//! The commands of `docs/MIGRATING_FROM_DJANGO.md`, run as they stand there.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use acceptance::python::Python;
use acceptance::service::Backend;
use profiled_store::testing::{TestDatabase, skip};
use regex_lite::Regex;

use super::command::Profiled;
use super::project::{self, Django, KEY};

const DOCUMENT: &str = include_str!("../../../docs/MIGRATING_FROM_DJANGO.md");
const CONFIGURATION: &str = include_str!("../../../docs/CONFIGURATION.md");

/// Where the service of the document listens.
const ADDRESS: &str = "127.0.0.1:8000";

/// What the document has its reader do.
#[derive(Debug)]
enum Step {
    /// Commands, with the lines that they print.
    Run(String),
    /// A command that goes on.
    Serve(String),
}

/// Blocks of commands, and what happens meanwhile, which readers do not see.
fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = DOCUMENT;
    let (sh, meanwhile, serve) = ("```sh\n", "<!-- meanwhile\n", "<!-- serve -->\n```sh\n");
    while let Some((begin, opening, end)) = [(serve, "```"), (sh, "```"), (meanwhile, "-->")]
        .into_iter()
        .filter_map(|(opening, end)| Some((rest.find(opening)?, opening, end)))
        .min_by_key(|(begin, ..)| *begin)
    {
        let (text, after) = rest[begin + opening.len()..].split_once(end).unwrap();
        let step = if opening == serve {
            Step::Serve
        } else {
            Step::Run
        };
        steps.push(step(text.to_owned()));
        rest = after;
    }
    steps
}

/// A folder as the reader has it: with `manage.py`, a database and the programs.
struct Reader {
    folder: tempfile::TempDir,
    /// Folders before those of `PATH`.
    programs: String,
    database: Option<TestDatabase>,
}

/// A service, ended with the value.
struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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

    /// Runs commands, which have to print what the comments among them say.
    fn run(&self, commands: &str) {
        // A terminal shows both streams.
        let mut shell = self.shell(&format!("exec 2>&1\n{commands}"));
        let output = shell.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);

        assert!(output.status.success(), "{commands}\n{printed}");
        let comments = commands.lines().filter_map(|line| line.strip_prefix("# "));
        let expected: String = comments.map(pattern).collect();
        let regex = Regex::new(&format!("^{expected}$")).unwrap();
        let is_expected = expected.is_empty() || regex.is_match(&printed);
        assert!(is_expected, "{commands}\nprints\n{printed}");
    }

    /// Starts a command that listens on a free port.
    fn serve(&self, command: &str) -> Served {
        let mut command = self.shell(&format!("exec {command}"));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            line.unwrap()
                .split_once("http://")
                .map(|(_, address)| address.to_owned())
        });
        Served {
            child,
            address: address.unwrap(),
        }
    }
}

/// Expected lines as a regular expression: `…` is any text, and alone any lines.
fn pattern(line: &str) -> String {
    if line == "…" {
        return "(?:.*\n)*?".to_owned();
    }
    let parts: Vec<_> = line.split('…').map(regex_lite::escape).collect();
    format!("{}\n", parts.join(".*"))
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
        let mut served: Option<Served> = None;
        for step in steps() {
            let address = served
                .as_ref()
                .map_or("127.0.0.1:0", |served| &served.address);
            match step {
                Step::Run(commands) => reader.run(&commands.replace(ADDRESS, address)),
                Step::Serve(command) => served = Some(reader.serve(&command)),
            }
        }
        assert!(served.is_some());
    }
}

#[test]
fn every_setting_that_the_document_names_is_there() {
    let mut count = 0;
    for line in DOCUMENT.lines().filter(|line| line.starts_with('|')) {
        let ours = line.split(" | ").nth(1).unwrap_or_default();
        for name in ours.split('`').skip(1).step_by(2) {
            let name = name.split(" = ").next().unwrap_or_default();
            let is_setting = name.contains('.')
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '.' || c == '_' || c.is_ascii_digit());
            if is_setting {
                assert!(CONFIGURATION.contains(&format!("\n| `{name}` |")), "{name}");
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count}");
}
