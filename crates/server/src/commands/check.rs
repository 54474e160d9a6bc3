//! `profiled check`

use serde::Serialize;

use crate::commands::context::Context;
use crate::doctor::{Finding, Level, examine};
use crate::error::Failure;

#[derive(Serialize)]
struct Report<'a> {
    /// Whether nothing stands in the way.
    ok: bool,
    findings: &'a [Finding],
}

/// Prints what an examination finds, what is wrong with the settings and which variables set nothing; fails if anything
/// stands in the way of serving, or if others on this machine may read what is stored.
pub(super) fn run(
    context: &Context,
    failures: Vec<Failure>,
    warnings: Vec<String>,
) -> Result<(), Vec<Failure>> {
    let broken: Vec<String> = failures
        .iter()
        .filter_map(|failure| failure.setting())
        .map(|setting| setting.key.clone())
        .collect();
    let broken: Vec<&str> = broken.iter().map(String::as_str).collect();
    let mut findings: Vec<Finding> = failures.into_iter().map(Finding::error).collect();
    let warnings = warnings.into_iter().map(Failure::settings);
    findings.extend(warnings.map(Finding::warning));
    findings.extend(examine(&context.settings, &context.origins, &broken));
    findings.sort_by_key(|finding| finding.level);
    let ok = findings
        .first()
        .is_none_or(|finding| finding.level != Level::Error);
    let report = Report {
        ok,
        findings: &findings,
    };
    if !context.is_json && lines(&report).is_empty() {
        return Err(errors(findings));
    }
    let written = context.write(&report, lines);
    written.map_err(|failure| vec![failure])?;
    if ok {
        return Ok(());
    }
    Err(errors(findings))
}

fn errors(findings: Vec<Finding>) -> Vec<Failure> {
    let errors = findings
        .into_iter()
        .filter(|finding| finding.level == Level::Error);
    errors.map(|finding| finding.failure).collect()
}

/// A line for each finding that does not stand in the way; the others end the command.
fn lines(report: &Report<'_>) -> Vec<String> {
    let line = |finding: &Finding| match finding.level {
        Level::Error => None,
        Level::Warning => Some(format!("warning: {}", finding.failure)),
        Level::Note => Some(format!("note: {}", finding.failure)),
    };
    let lines = report.findings.iter().filter_map(line);
    let last = report.ok.then(|| "ok".to_owned());
    lines.chain(last).collect()
}
