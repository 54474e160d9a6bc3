//! A real browser, driven by the scripts of `tests/browser`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use profiled_store::testing::skip;

use crate::python::finish;

/// Chromium, and Node.js with the packages that drive it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium.
    program: String,
    /// Scripts and packages.
    folder: PathBuf,
}

impl Browser {
    /// The browser, with the packages of `tests/browser/package.json` installed by name into
    /// `target/clients/browser`. Where something cannot be had, the test is told as skipped.
    ///
    /// # Panics
    /// If something cannot be had, and `REQUIRE_BROWSER` is 1.
    #[must_use]
    pub fn find(test: &str) -> Option<Self> {
        match Self::prepare() {
            Ok(browser) => Some(browser),
            Err(reason) => {
                skip(test, &reason, "REQUIRE_BROWSER");
                None
            }
        }
    }

    fn prepare() -> Result<Self, String> {
        let program = place_of("chromium").or_else(|| place_of("google-chrome"));
        let program = program.ok_or("there is no Chromium")?;
        for tool in ["node", "npm"] {
            place_of(tool).ok_or_else(|| format!("there is no {tool}"))?;
        }
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tests.join("../target/clients/browser");
        install(&tests.join("browser"), &folder)?;
        Ok(Self { program, folder })
    }

    /// Runs a script with an argument and variables. With `PICTURES=FOLDER` in the environment it
    /// keeps pictures of the pages there.
    ///
    /// # Errors
    /// A program that does not start.
    pub fn run(&self, script: &str, argument: &str, set: &[(&str, &str)]) -> io::Result<Output> {
        Command::new("node")
            .arg(self.folder.join(script))
            .arg(argument)
            .env("CHROMIUM", &self.program)
            .envs(set.iter().copied())
            .output()
    }
}

/// Where a program lies.
#[must_use]
pub fn place_of(program: &str) -> Option<String> {
    let mut shell = Command::new("sh");
    let found = shell
        .args(["-c", &format!("command -v {program}")])
        .output();
    let found = found.ok().filter(|found| found.status.success())?;
    Some(String::from_utf8_lossy(&found.stdout).trim().to_owned())
}

/// Brings scripts and packages into the folder; packages only if others are wanted than are there.
pub(crate) fn install(source: &Path, folder: &Path) -> Result<(), String> {
    let told = |error: io::Error| error.to_string();
    fs::create_dir_all(folder).map_err(told)?;
    // Tests of several processes may want it at once. The lock ends with the file.
    let lock = File::create(folder.join("lock")).map_err(told)?;
    lock.lock().map_err(told)?;
    for entry in fs::read_dir(source).map_err(told)? {
        let file = entry.map_err(told)?;
        let (target, new) = (folder.join(file.file_name()), folder.join("new"));
        // A script that runs already is never seen half-written.
        fs::copy(file.path(), &new).map_err(told)?;
        fs::rename(&new, target).map_err(told)?;
    }
    // Written last: packages without it were left half-installed.
    let marker = folder.join("installed.json");
    let wanted = fs::read(folder.join("package.json")).map_err(told)?;
    if fs::read(&marker).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-package-lock"]);
    npm.args(["--no-audit", "--no-fund", "--fetch-retries", "1"]);
    finish(npm.current_dir(folder), "npm install")?;
    fs::write(marker, wanted).map_err(told)
}
