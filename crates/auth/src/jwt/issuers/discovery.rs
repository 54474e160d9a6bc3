//! Where an issuer publishes its keys, in its own words (OIDC Discovery, 4).

use serde::Deserialize;
use ureq::http::Uri;

use super::document::without_mark;

/// What is read of a discovery document.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) jwks_uri: String,
}

/// The URL of the document (OIDC Discovery, 4.1).
pub(super) fn url_of(issuer: &str) -> String {
    let base = issuer.trim_end_matches('/');
    format!("{base}/.well-known/openid-configuration")
}

/// Reads a document, which must be the issuer's own (OIDC Discovery, 4.3), or anybody could name keys for others.
pub(super) fn read(text: &[u8], issuer: &str) -> Result<Discovered, String> {
    #[derive(Deserialize)]
    struct Document {
        issuer: String,
        jwks_uri: String,
    }
    let document: Document = serde_json::from_slice(without_mark(text))
        .map_err(|error| format!("has no discovery document with issuer and jwks_uri: {error}"))?;
    if document.issuer != issuer {
        let named = document.issuer;
        return Err(format!(
            "calls itself {named:?} in its discovery document: write issuer so, or give jwks_url"
        ));
    }
    let jwks_uri = document.jwks_uri;
    let is_weaker = issuer.starts_with("https://") && !jwks_uri.starts_with("https://");
    if is_weaker || host(&jwks_uri).is_none() {
        return Err(format!(
            "names {jwks_uri:?} as jwks_uri, which is no URL that is as safe as its own"
        ));
    }
    Ok(Discovered { jwks_uri })
}

/// Whether two URLs have the same scheme, host and port.
pub(super) fn is_same_host(url: &str, other: &str) -> bool {
    host(url).is_some_and(|known| host(other) == Some(known))
}

fn host(url: &str) -> Option<(String, String, Option<u16>)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri
        .scheme_str()
        .filter(|scheme| ["http", "https"].contains(scheme))?;
    let host = uri.host()?.to_ascii_lowercase();
    Some((scheme.to_owned(), host, uri.port_u16()))
}
