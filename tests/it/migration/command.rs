//! The command line as an operator has it.

use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::service::Service;
use serde_json::Value;

/// `profiled` with fixed settings.
pub struct Profiled {
    settings: Vec<String>,
}

impl Profiled {
    /// With the settings of a service.
    pub fn of(service: &Service) -> Self {
        Self {
            settings: service.overrides().to_vec(),
        }
    }

    /// With a database in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        let profiled = Self {
            settings: vec![format!("data_dir={}", folder.display())],
        };
        profiled.run(&["migrate"]);
        profiled
    }

    pub fn program() -> PathBuf {
        PathBuf::from(env!("CARGO_BIN_EXE_profiled-of-acceptance"))
    }

    /// The report of an import.
    pub fn import(&self, files: &[String], options: &[&str]) -> Value {
        let mut arguments = vec!["import", "django"];
        arguments.extend(files.iter().map(String::as_str));
        arguments.extend(options);
        self.run(&arguments)
    }

    /// Runs a command that has to succeed, and returns its answer.
    pub fn run(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(Self::program());
        command.args(["--json", "--quiet", "--set", "log.audit=false"]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        let output = command.args(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let answer = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {errors}{answer}");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error} in {answer}"))
    }
}
