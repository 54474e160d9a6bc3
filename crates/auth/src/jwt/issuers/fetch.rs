//! Fetching the documents of an issuer: little, soon, and from nowhere else.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use rustls_pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error, config::Config};

use super::address::PublicOnly;
use super::discovery::{self, Discovered};

/// Largest document that is read, in bytes, and what comes out of it where it is compressed.
const MAX_BYTES: u64 = 1024 * 1024;
/// Time for all of it: names, connections, answers.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What fetches the keys of one issuer.
pub(super) struct Fetcher {
    agent: Agent,
    /// For what an issuer names, and not the settings: it connects to public addresses only.
    guarded: Agent,
    place: Place,
}

enum Place {
    /// Where the keys are.
    Keys(String),
    /// The issuer whose discovery document names that.
    Issuer { issuer: String, is_trusted: bool },
}

impl Fetcher {
    /// Of the keys at a URL of the settings.
    pub(super) fn of_keys(url: String) -> Self {
        Self::new(Place::Keys(url))
    }

    /// Of the keys that the discovery document of an issuer names: at private addresses only if that `is_trusted` to name
    /// them, or if they are of the host of the issuer itself.
    pub(super) fn of_issuer(issuer: String, is_trusted: bool) -> Self {
        Self::new(Place::Issuer { issuer, is_trusted })
    }

    fn new(place: Place) -> Self {
        let url = match &place {
            Place::Keys(url) | Place::Issuer { issuer: url, .. } => url,
        };
        let config = config(url);
        let guarded = Agent::with_parts(
            config.clone(),
            DefaultConnector::default(),
            PublicOnly::default(),
        );
        Self {
            agent: config.into(),
            guarded,
            place,
        }
    }

    /// The document with the keys.
    pub(super) fn get(&self) -> Result<Vec<u8>, String> {
        let end = Instant::now() + TIMEOUT;
        let (issuer, is_trusted) = match &self.place {
            Place::Keys(url) => return get(&self.agent, url, end),
            Place::Issuer { issuer, is_trusted } => (issuer, *is_trusted),
        };
        let url = discovery::url_of(issuer);
        let document =
            get(&self.agent, &url, end).map_err(|problem| format!("{url}: {problem}"))?;
        let Discovered { jwks_uri } = discovery::read(&document, issuer)?;
        let is_known = is_trusted || discovery::is_same_host(&jwks_uri, issuer);
        let agent = if is_known { &self.agent } else { &self.guarded };
        get(agent, &jwks_uri, end).map_err(|problem| format!("{jwks_uri}: {problem}"))
    }
}

fn config(url: &str) -> Config {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(trusted())
        .build();
    let config = Agent::config_builder()
        // A redirect could lead anywhere, into the own network for example.
        .max_redirects(0)
        .max_redirects_will_error(true)
        .user_agent(concat!("profiled/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls);
    if is_loopback(url) {
        config.proxy(None).build()
    } else {
        config.build()
    }
}

fn get(agent: &Agent, url: &str, end: Instant) -> Result<Vec<u8>, String> {
    let left = end.saturating_duration_since(Instant::now());
    let request = agent.get(url).config().timeout_global(Some(left)).build();
    let request = request
        .header("Accept", "application/jwk-set+json, application/json")
        .header("Accept-Encoding", "gzip");
    let mut answer = request.call().map_err(|error| told(&error))?;
    if answer.status() != 200 {
        return Err(format!("answered {}", answer.status()));
    }
    let encoding = answer.headers().get("Content-Encoding");
    let encoding = encoding.map_or("", |value| value.to_str().unwrap_or("?"));
    let encoding = encoding.trim().to_ascii_lowercase();
    let body = limited(answer.body_mut().as_reader())?;
    decoded(&encoding, body)
}

/// What is wrong, with the limit where that is it.
fn told(error: &Error) -> String {
    match error {
        Error::Timeout(_) => format!("did not answer within {} seconds", TIMEOUT.as_secs()),
        Error::TooManyRedirects => {
            "answered with a redirect, and none is followed: give the URL that it leads to"
                .to_owned()
        }
        other => other.to_string(),
    }
}

/// All of a document that is not too large.
fn limited(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut body);
    read.map_err(|error| {
        match error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Error>())
        {
            Some(inner) => told(inner),
            None => error.to_string(),
        }
    })?;
    if body.len() as u64 > MAX_BYTES {
        return Err(format!("has more than {MAX_BYTES} bytes: no more are read"));
    }
    Ok(body)
}

/// A body without its content coding (RFC 9110, section 8.4.1): some servers compress whatever they were asked for.
fn decoded(encoding: &str, body: Vec<u8>) -> Result<Vec<u8>, String> {
    match encoding {
        "" | "identity" => Ok(body),
        "gzip" | "x-gzip" => limited(MultiGzDecoder::new(body.as_slice())),
        // Without zlib's frame, too, as some servers understand the word.
        "deflate" => limited(ZlibDecoder::new(body.as_slice()))
            .or_else(|_not_zlib| limited(DeflateDecoder::new(body.as_slice()))),
        other => Err(format!(
            "is encoded as {other:?}, and gzip and deflate only are read"
        )),
    }
}

/// What the machine trusts: identity providers may have a certificate of their company.
fn trusted() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::debug!(%error, "a trusted certificate cannot be read");
    }
    let own = |der: CertificateDer<'_>| Certificate::from_der(&der).to_owned();
    RootCerts::from(found.certs.into_iter().map(own).collect::<Vec<_>>())
}

/// A proxy has no business with this machine.
fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn limit_that_is_reached_is_told() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());

        let late = get(&config(&url).into(), &url, Instant::now());
        let large = limited(std::io::repeat(b' '));
        let encoded = decoded("br", Vec::new());

        assert_eq!(late.unwrap_err(), "did not answer within 5 seconds");
        assert_eq!(
            large.unwrap_err(),
            "has more than 1048576 bytes: no more are read"
        );
        assert_eq!(
            encoded.unwrap_err(),
            "is encoded as \"br\", and gzip and deflate only are read"
        );
        let whole = limited(std::io::repeat(b' ').take(MAX_BYTES));
        assert_eq!(whole.unwrap().len() as u64, MAX_BYTES);
    }
}
