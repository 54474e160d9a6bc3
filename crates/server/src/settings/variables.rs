//! Environment variables that look like ours and set nothing.

use super::Sources;
use super::near::near;

/// A line for each, with the one that may be meant.
pub(super) fn unused(environment: &[(String, String)]) -> Vec<String> {
    let names = environment.iter().map(|(name, _)| name.as_str());
    let unused = names.filter(|name| is_meant_for_us(name) && !name.starts_with(Sources::PREFIX));
    unused.map(line).collect()
}

fn is_meant_for_us(name: &str) -> bool {
    let own = Sources::PREFIX.trim_end_matches('_');
    let begins = name
        .get(..own.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(own));
    // A longer word is another name, unless it has sections.
    let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric) || rest.contains("__");
    begins && name.get(own.len()..).is_some_and(ends) && !is_of_cluster(name)
}

/// Kubernetes tells every container the address of a service that is called `profiled`.
fn is_of_cluster(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("PROFILED_") else {
        return false;
    };
    let is_port = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    rest.starts_with("SERVICE_HOST")
        || rest.starts_with("SERVICE_PORT")
        || rest == "PORT"
        || rest.strip_prefix("PORT_").is_some_and(is_port)
}

fn line(name: &str) -> String {
    let own = Sources::PREFIX.trim_end_matches('_').len();
    let remedy = match near(name.get(own..).unwrap_or_default()) {
        Some(meant) => format!("did you mean {}?", meant.variable()),
        None => "docs/CONFIGURATION.md lists those that are".to_owned(),
    };
    format!("environment variable {name} is not used: {remedy}")
}
