//! Tells the program what it is built from.

use std::env;
use std::path::Path;
use std::process::Command;

/// Features that the log and the metrics name.
const FEATURES: [&str; 6] = [
    "jemalloc",
    "libpq-bundled",
    "libpq-bundled-tls",
    "libpq-system",
    "otlp",
    "s3",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PROFILED_COMMIT");
    let commit = env::var_os("PROFILED_COMMIT").and_then(|commit| commit.into_string().ok());
    let commit = commit.or_else(commit_of_clone);
    let commit = commit.unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=SERVICE_BUILD_COMMIT={commit}");
    let has = |feature: &&str| {
        let name = feature.to_uppercase().replace('-', "_");
        env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
    };
    let features: Vec<&str> = FEATURES
        .into_iter()
        .filter(|feature| has(feature))
        .collect();
    println!(
        "cargo::rustc-env=SERVICE_BUILD_FEATURES={}",
        features.join(",")
    );
}

/// Of releases only: a build for development would be made anew with each commit.
fn commit_of_clone() -> Option<String> {
    if env::var_os("PROFILE")? != "release" {
        return None;
    }
    let log = Path::new("../../.git/logs/HEAD");
    if log.exists() {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    let output = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let commit = String::from_utf8(output.stdout).ok()?;
    Some(commit.trim().to_owned())
}
