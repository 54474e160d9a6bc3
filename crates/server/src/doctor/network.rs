//! The addresses to listen on, and the servers of keys.

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

use profiled_auth::unreachable_keys;
use serde_json::json;
use socket2::{Domain, Socket, Type};

use super::finding::{Finding, Level};
use super::patient::Patient;
use crate::admin::is_off;
use crate::error::Kind;
use crate::listeners::{reachable, remedy};
use crate::probe;
use crate::tls::Tls;

/// How long whoever has an address may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the addresses are free, and the certificate can be shown.
pub(super) fn listeners(patient: &Patient<'_>) -> Vec<Finding> {
    let http = &patient.settings.http;
    let scheme = if http.tls.is_on() { "https" } else { "http" };
    let mut found: Vec<Finding> = (http.bind.iter())
        .filter_map(|address| taken(patient, "http.bind", address, scheme))
        .collect();
    if !is_off(&http.admin_bind) {
        // A service that starts waits for it.
        let taken = taken(patient, "http.admin_bind", &http.admin_bind, "http");
        found.extend(taken.map(|finding| Finding {
            level: finding.level.max(Level::Warning),
            ..finding
        }));
    }
    found.extend(Tls::open(&http.tls).err().map(Finding::error));
    found
}

fn taken(patient: &Patient<'_>, key: &str, address: &str, scheme: &str) -> Option<Finding> {
    let error = bind(address).err()?;
    let (level, remedy) = if error.kind() == io::ErrorKind::AddrInUse && is_ours(address, scheme) {
        (
            Level::Note,
            "a service of this kind answers there, so it is running already",
        )
    } else {
        (Level::Error, remedy(&error))
    };
    let text = format!(": cannot listen on {address}: {error}: {remedy}");
    let failure = patient.origins.failure(key, &text).of_kind(Kind::Failed);
    Some(Finding { level, failure })
}

/// Takes an address as the service would, but lets nobody in.
fn bind(address: &str) -> io::Result<()> {
    for found in address.to_socket_addrs()? {
        let socket = Socket::new(Domain::for_address(found), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&found.into())?;
    }
    Ok(())
}

/// Whether a service like this one listens there.
fn is_ours(address: &str, scheme: &str) -> bool {
    let mut found = address.to_socket_addrs().into_iter().flatten();
    found.any(|address| {
        let url = format!("{scheme}://{}/live", reachable(&address));
        let answer = probe::ask(&url, PATIENCE).ok();
        answer.is_some_and(|(_, body)| body == json!({ "status": "live" }))
    })
}

/// Whether the keys of others can be fetched. Those that judge our own tokens stand in the way of every log-in.
pub(super) fn key_servers(patient: &Patient<'_>) -> Vec<Finding> {
    let unreachable = unreachable_keys(&patient.settings.auth.jwt).into_iter();
    let found = unreachable.map(|(key, name, problem)| {
        let text = format!(
            ": the keys of {name:?} cannot be fetched ({problem}), so its tokens are refused: correct the URL, or let this \
             machine reach it"
        );
        let failure = patient.origins.failure(key, &text);
        if key == "auth.jwt.jwk_url" {
            Finding::error(failure)
        } else {
            Finding::warning(failure)
        }
    });
    found.collect()
}
