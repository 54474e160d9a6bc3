//! Programs of Node.js that are at the other end of tokens: an identity provider, and a client that introspects.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use profiled_store::testing::skip;
use serde_json::Value;

use crate::browser::{install, place_of};

/// The scripts of `tests/providers` with their packages, which are installed by name into `target/clients/providers`.
#[derive(Clone, Debug)]
pub struct Node {
    folder: PathBuf,
}

/// A provider, until it is dropped.
#[derive(Debug)]
pub struct Provider {
    child: Child,
    told: Value,
}

impl Node {
    /// Node.js with the packages. Where something cannot be had, the test is told as skipped.
    ///
    /// # Panics
    /// If something cannot be had, and `REQUIRE_CLIENTS` is 1.
    #[must_use]
    pub fn find(test: &str) -> Option<Self> {
        match Self::prepare() {
            Ok(node) => Some(node),
            Err(reason) => {
                skip(test, &reason, "REQUIRE_CLIENTS");
                None
            }
        }
    }

    fn prepare() -> Result<Self, String> {
        for tool in ["node", "npm"] {
            place_of(tool).ok_or_else(|| format!("there is no {tool}"))?;
        }
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tests.join("../target/clients/providers");
        install(&tests.join("providers"), &folder)?;
        Ok(Self { folder })
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join(script));
        command
    }

    /// Runs a script to its end, and reads what it prints.
    ///
    /// # Panics
    /// If it fails: then the test is over.
    #[must_use]
    pub fn run(&self, script: &str, arguments: &[&str]) -> Value {
        let output = self.command(script).args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{script}: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        let read = serde_json::from_slice(&output.stdout);
        read.unwrap_or_else(|error| panic!("{script}: {error}: {told}"))
    }

    /// Starts the provider.
    ///
    /// # Panics
    /// If it does not: then the test is over.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.start_provider()
            .unwrap_or_else(|error| panic!("provider.mjs: {error}"))
    }

    fn start_provider(&self) -> io::Result<Provider> {
        let mut command = self.command("provider.mjs");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut provider = Provider {
            child,
            told: Value::Null,
        };
        provider.told = serde_json::from_str(&line)?;
        Ok(provider)
    }
}

impl Provider {
    /// `iss` of its tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.text("/issuer")
    }

    /// The access token that it has signed by an algorithm.
    #[must_use]
    pub fn token(&self, algorithm: &str) -> &str {
        self.text(&format!("/tokens/{algorithm}"))
    }

    fn text(&self, pointer: &str) -> &str {
        let told = self.told.pointer(pointer).and_then(Value::as_str);
        told.unwrap_or_default()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
