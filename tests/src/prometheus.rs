//! A real Prometheus, which watches a service.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use profiled_store::testing::skip;
use serde_json::Value;
use tempfile::TempDir;

use crate::browser::place_of;
use crate::client::Client;

/// A running Prometheus, killed with the value.
pub struct Prometheus {
    child: Child,
    client: Client,
    _folder: TempDir,
}

/// A file of `deploy`.
#[must_use]
pub fn deployed(name: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.join("../deploy").join(name)
}

/// Whether Prometheus and its tool are there; where they are not, the test is told as skipped.
///
/// # Panics
/// If they are not, and `REQUIRE_CLIENTS` is 1.
#[must_use]
pub fn has_prometheus(test: &str) -> bool {
    for program in ["prometheus", "promtool"] {
        if place_of(program).is_none() {
            skip(test, &format!("there is no {program}"), "REQUIRE_CLIENTS");
            return false;
        }
    }
    true
}

impl Prometheus {
    /// Starts it with the files of `deploy`, but for the address and the times.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn watching(target: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let read = |name| fs::read_to_string(deployed(name)).unwrap_or_default();
        let settings = read("prometheus/prometheus.yml")
            .replace("127.0.0.1:9000", &target.to_string())
            .replace("15s", "250ms");
        let path = folder.path();
        let written = fs::write(path.join("prometheus.yml"), settings)
            .and_then(|()| fs::write(path.join("rules.yml"), read("prometheus/rules.yml")));
        assert!(written.is_ok(), "{written:?}");
        let mut command = Command::new("prometheus");
        command
            .arg(format!(
                "--config.file={}",
                path.join("prometheus.yml").display()
            ))
            .arg(format!(
                "--storage.tsdb.path={}",
                path.join("data").display()
            ))
            .arg("--web.listen-address=127.0.0.1:0");
        let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("prometheus: {error}"));
        let log = child.stderr.take().into_iter();
        let mut lines = log.flat_map(|log| BufReader::new(log).lines());
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("Listening on")?;
            let (_, address) = rest.split_once("address=")?;
            address.split_whitespace().next()?.parse().ok()
        });
        let address: SocketAddr = address.unwrap_or_else(|| panic!("prometheus does not start"));
        let mut told = lines.by_ref().map_while(Result::ok);
        assert!(told.any(|line| line.contains("Server is ready")));
        // A full pipe would hold it up.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            client: Client::new(address, [].into()),
            _folder: folder,
        }
    }

    /// What its API answers.
    ///
    /// # Panics
    /// If that is an error.
    #[must_use]
    pub fn ask(&self, path: &str) -> Value {
        let answer = self.client.anonymous().get(path);
        let mut body = answer.json();
        let is_fine = body.get("status").is_some_and(|status| status == "success");
        assert!(is_fine, "{path}: {body}");
        body.get_mut("data").map(Value::take).unwrap_or_default()
    }

    /// The series that an expression has at this moment.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn query(&self, expression: &str) -> Vec<Value> {
        let encoded = utf8_percent_encode(expression, NON_ALPHANUMERIC);
        let data = self.ask(&format!("/api/v1/query?query={encoded}"));
        let result = data.get("result").and_then(Value::as_array);
        result.cloned().unwrap_or_default()
    }

    /// How often it has asked the service.
    #[must_use]
    pub fn scrapes(&self) -> u64 {
        let counted = self.query("count_over_time(up{job=\"profiled\"}[1h])");
        let value = counted
            .first()
            .and_then(|series| series.pointer("/value/1")?.as_str());
        value
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Killed or ended, it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Has Prometheus' tool judge a text; what it complains of.
///
/// # Panics
/// If it does not start.
#[must_use]
pub fn complaints(command: &[&str], input: &str) -> Option<String> {
    let mut tool = Command::new("promtool");
    tool.args(command).stdin(Stdio::piped());
    let child = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("promtool: {error}"));
    if let Some(mut stdin) = child.stdin.take() {
        // It may not read.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output();
    let output = output.unwrap_or_else(|error| panic!("promtool: {error}"));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success() || !told.is_empty())
        .then(|| told + &String::from_utf8_lossy(&output.stdout))
}
