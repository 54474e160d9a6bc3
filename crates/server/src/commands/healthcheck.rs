//! `profiled healthcheck`

use std::net::ToSocketAddrs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::Healthcheck;
use crate::commands::context::Context;
use crate::error::Failure;
use crate::listeners::reachable;
use crate::probe;
use crate::settings::Settings;

/// A service that takes longer is not well. Supervisors have limits of their own.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks the service, and fails unless it says yes.
pub(super) fn run(context: &Context, arguments: &Healthcheck) -> Result<(), Failure> {
    let base = match &arguments.url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => own(&context.settings)?,
    };
    let path = if arguments.live { "/live" } else { "/ready" };
    let url = format!("{base}{path}");
    let failed = |error: ureq::Error| Failure::failed(format!("{url}: {error}"));
    let (status, body) = probe::ask(&url, TIMEOUT).map_err(failed)?;
    if status != 200 {
        let told = body.get("status").and_then(Value::as_str);
        let told = told.unwrap_or("no service of this kind");
        return Err(Failure::failed(format!("{url}: {status}: {told}")));
    }
    let health = json!({ "url": url, "health": body });
    context.write(&health, |_| {
        let text = |name| body.get(name).and_then(Value::as_str);
        let note = text("note").map_or_else(String::new, |note| format!(": {note}"));
        format!("{}{note}", text("status").unwrap_or("ready"))
    })
}

/// Where the service listens for clients on this machine.
fn own(settings: &Settings) -> Result<String, Failure> {
    let http = &settings.http;
    let bind = http.bind.first().map(String::as_str).unwrap_or_default();
    let found = bind.to_socket_addrs();
    let found = found.map_err(|error| Failure::settings(format!("http.bind: {bind}: {error}")))?;
    let address = found.map(|address| reachable(&address)).next();
    let address =
        address.ok_or_else(|| Failure::settings(format!("http.bind: {bind} has no address")))?;
    let scheme = if http.tls.is_on() { "https" } else { "http" };
    Ok(format!("{scheme}://{address}"))
}
