//! A real server for object storage.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::python::Python;

/// An S3 server with one bucket, which ends with this value.
pub struct S3Server {
    url: String,
    child: Child,
}

impl S3Server {
    /// Starts one on a free port. Where its packages cannot be had, `test` is told as skipped.
    ///
    /// # Panics
    /// If it does not start, or cannot be had and `REQUIRE_CLIENTS` is 1.
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        let packages = ["moto[s3]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];
        let python = Python::with(test, "s3", &packages)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/s3_server.py");
        let mut command = python.command();
        let command = command.arg(script).stdin(Stdio::piped());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("the S3 server does not start: {error}"));
        let mut url = String::new();
        if let Some(output) = child.stdout.take() {
            // An empty line is told below.
            let _ = BufReader::new(output).read_line(&mut url);
        }
        let url = url.trim().to_owned();
        assert!(!url.is_empty(), "the S3 server does not start");
        Some(Self { url, child })
    }

    /// The settings of a service that keeps its files there, below a prefix of its own.
    #[must_use]
    pub fn settings(&self, prefix: &str) -> Vec<String> {
        vec![
            "media.storage=s3".to_owned(),
            "media.s3.bucket=media".to_owned(),
            format!("media.s3.endpoint={}", self.url),
            "media.s3.allow_http=true".to_owned(),
            "media.s3.access_key=id".to_owned(),
            "media.s3.secret_key=secret".to_owned(),
            format!("media.s3.prefix={prefix}"),
        ]
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        // The end of its input ends it; killed or ended, it is gone.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
