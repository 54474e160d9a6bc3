//! The addresses to listen on, and the servers of keys.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use profiled_auth::unreachable_keys;
use socket2::{Domain, Socket, Type};

use super::finding::{Finding, Level};
use super::patient::Patient;
use crate::error::Kind;
use crate::listeners::remedy;

/// How long whoever has an address may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the addresses are free.
pub(super) fn listeners(patient: &Patient<'_>) -> Vec<Finding> {
    let addresses = &patient.settings.http.bind;
    let taken = addresses.iter().filter_map(|address| {
        let error = bind(address).err()?;
        let (level, remedy) = if error.kind() == io::ErrorKind::AddrInUse && is_ours(address) {
            (
                Level::Note,
                "a service of this kind answers there, so it is running already",
            )
        } else {
            (Level::Error, remedy(&error))
        };
        let problem = format!("cannot listen on {address}: {error}");
        let text = format!(": {problem}: {remedy}");
        let failure = patient.origins.failure("http.bind", &text);
        let failure = failure.of_kind(Kind::Failed);
        Some(Finding { level, failure })
    });
    taken.collect()
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
fn is_ours(address: &str) -> bool {
    let found = address.to_socket_addrs().into_iter().flatten();
    found
        .map(reachable)
        .any(|address| asks_live(address).is_some())
}

/// `0.0.0.0` is none to connect to.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => [127, 0, 0, 1].into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn asks_live(address: SocketAddr) -> Option<()> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = format!("GET /live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    answer.ends_with(r#"{"status":"live"}"#).then_some(())
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
