//! `profiled check`

use std::collections::BTreeMap;

use profiled_store::{DatabaseUrl, Store};
use serde::Serialize;
use serde_json::Value;

use crate::application::{issuers, now};
use crate::error::{Failure, Kind};
use crate::exposure::exposed;
use crate::output::Output;
use crate::settings::Settings;

#[derive(Serialize)]
struct Report {
    settings: BTreeMap<String, Value>,
    findings: Vec<String>,
}

/// Prints the settings in force, secrets masked, and fails if anything stands in the way of serving, or if others
/// on this machine may read what is stored.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Failure> {
    let (findings, kind) = findings(settings);
    let report = Report {
        settings: effective(settings)?,
        findings,
    };
    output.write(&report, |report| {
        let lines = report
            .settings
            .iter()
            .map(|(key, value)| format!("{key} = {value}"));
        lines.collect::<Vec<_>>().join("\n")
    })?;
    match report.findings.first() {
        None => Ok(()),
        Some(_) => Err(Failure::new(kind, report.findings.join("; "))),
    }
}

fn effective(settings: &Settings) -> Result<BTreeMap<String, Value>, Failure> {
    let mut shown = settings.clone();
    if let Ok(url) = settings.database.url.parse::<DatabaseUrl>() {
        shown.database.url = url.to_string();
    }
    let value = serde_json::to_value(&shown);
    let value = value.map_err(|error| Failure::failed(error.to_string()))?;
    let mut found = BTreeMap::new();
    flatten("", value, &mut found);
    Ok(found)
}

fn flatten(prefix: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), member, found);
            }
        }
        leaf => {
            found.insert(prefix.to_owned(), leaf);
        }
    }
}

fn findings(settings: &Settings) -> (Vec<String>, Kind) {
    // First: to look into a database makes files beside it.
    let exposed = exposed(settings);
    let (mut findings, kind) = hindrances(settings);
    findings.extend(exposed);
    (findings, kind)
}

/// What stands in the way of serving.
fn hindrances(settings: &Settings) -> (Vec<String>, Kind) {
    if !settings.makes_signing_key()
        && let Err(failure) = keys(settings)
    {
        return (vec![failure.to_string()], failure.kind());
    }
    match database(settings) {
        Ok(findings) => (findings, Kind::Failed),
        Err(failure) => (vec![failure.to_string()], failure.kind()),
    }
}

/// Everything that is made of keys.
fn keys(settings: &Settings) -> Result<(), Failure> {
    settings.key_ring(now())?;
    issuers(settings)?;
    settings.counting_secret()?;
    Ok(())
}

fn database(settings: &Settings) -> Result<Vec<String>, Failure> {
    let pending = profiled_store::pending(&settings.database)?;
    if !pending.is_empty() {
        let text = format!(
            "pending migrations: {} (run profiled migrate)",
            pending.join(", ")
        );
        return Ok(vec![text]);
    }
    let wrong = Store::open(&settings.database)?.miscounted_groups()?;
    let line = |(id, stored, counted): &(i64, i64, i64)| {
        format!("group {id} has {counted} members, but users_count {stored}")
    };
    Ok(wrong.iter().map(line).collect())
}
