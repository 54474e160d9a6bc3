//! `profiled healthcheck`

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use serde_json::{Value, json};

use crate::admin::is_off;
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
    let bases = match &arguments.url {
        Some(url) => vec![url.trim_end_matches('/').to_owned()],
        None => own(&context.settings)?,
    };
    let path = if arguments.live { "/live" } else { "/ready" };
    let mut asked = bases.iter().map(|base| {
        let url = format!("{base}{path}");
        match probe::ask(&url, TIMEOUT) {
            Ok((status, body)) => Ok((url, status, body)),
            Err(error) => Err(Failure::failed(format!("{url}: {error}"))),
        }
    });
    let first = asked.next();
    let first = first.unwrap_or_else(|| Err(Failure::settings("http.bind has no address")));
    let answer = first.or_else(|failure| asked.find_map(Result::ok).ok_or(failure));
    let (url, status, body) = answer?;
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

/// Where the service listens for clients on this machine; and for operators, since its socket may be that of a supervisor.
fn own(settings: &Settings) -> Result<Vec<String>, Failure> {
    let http = &settings.http;
    let scheme = if http.tls.is_on() { "https" } else { "http" };
    let bind = http.bind.first().map(String::as_str).unwrap_or_default();
    let mut all = vec![format!("{scheme}://{}", place("http.bind", bind)?)];
    if !is_off(&http.admin_bind) {
        let place = place("http.admin_bind", &http.admin_bind)?;
        all.push(format!("http://{place}"));
    }
    Ok(all)
}

fn place(key: &str, address: &str) -> Result<SocketAddr, Failure> {
    let found = address.to_socket_addrs();
    let found = found.map_err(|error| Failure::settings(format!("{key}: {address}: {error}")))?;
    let first = found.map(|address| reachable(&address)).next();
    first.ok_or_else(|| Failure::settings(format!("{key}: {address} has no address")))
}
