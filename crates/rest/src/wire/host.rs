//! The `Host` header, and the URLs that depend on it (`decisions.md` 13).

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::http::Version;
use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::settings::{HttpSettings, IpNetOrAddr};
use crate::wire::connection::Connection;
use crate::wire::headers::joined;
use crate::wire::host_name::{host_name, is_allowed};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Which hosts are answered, and what is believed of proxies.
#[derive(Clone, Debug)]
pub struct Hosts {
    allowed: Vec<String>,
    proxies: Vec<IpNetOrAddr>,
    public_url: Option<Origin>,
    has_tls: bool,
}

/// What absolute URLs of an answer begin with: scheme, host and port, as `http://example.com:8000`, and the path
/// below which a proxy puts the whole service, if it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    base: String,
    /// Where the path begins.
    path_at: usize,
}

impl Origin {
    /// The origin of a URL, whose path, if it has one, does not end with a slash.
    #[must_use]
    pub fn of(url: impl Into<String>) -> Self {
        let base: String = url.into();
        let authority = base.find("://").map_or(0, |at| at + 3);
        let slash = base.get(authority..).and_then(|rest| rest.find('/'));
        let path_at = slash.map_or(base.len(), |at| authority + at);
        Self { base, path_at }
    }

    /// As URLs of views begin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// Scheme, host and port alone.
    #[must_use]
    pub fn root(&self) -> &str {
        self.base.get(..self.path_at).unwrap_or(&self.base)
    }

    /// What paths of views begin with for clients, as `/people`; mostly nothing.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.base.get(self.path_at..).unwrap_or_default()
    }

    /// A path of a view, as clients see it.
    #[must_use]
    pub fn below<'a>(&self, path: &'a str) -> Cow<'a, str> {
        match self.prefix() {
            "" => path.into(),
            prefix => [prefix, path].concat().into(),
        }
    }

    /// Whether clients reach this server over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Whether a browser says that a page of another origin asks; `null` is one.
    pub fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN);
        origins.any(|origin| origin.as_bytes() != self.root().as_bytes())
    }
}

impl Hosts {
    /// What the settings say.
    #[must_use]
    pub fn new(settings: &HttpSettings) -> Self {
        let lower = |host: &String| host.to_ascii_lowercase();
        let url = &settings.public_url;
        Self {
            allowed: settings.allowed_hosts.iter().map(lower).collect(),
            proxies: settings.trusted_proxies.clone(),
            public_url: (!url.is_empty()).then(|| Origin::of(as_browsers_write(url))),
            has_tls: settings.tls.is_on(),
        }
    }

    /// The origin of a request whose `Host` is well-formed and allowed, `None` for any other. Under HTTP/1.0 it may be
    /// absent, as it is in probes: then it is the address that the client has connected to, which no client can make up.
    #[must_use]
    pub fn origin(&self, request: &HttpRequest) -> Option<Origin> {
        let headers = request.headers();
        if request.version() == Version::HTTP_10
            && !headers.contains_key(header::HOST)
            && let Some(local) = local(request)
        {
            return Some(self.of_host(request, &local.to_string()));
        }
        let host = single(headers, &header::HOST)?;
        if !is_allowed(host_name(host)?, &self.allowed) {
            return None;
        }
        Some(self.of_host(request, host))
    }

    fn of_host(&self, request: &HttpRequest, host: &str) -> Origin {
        match &self.public_url {
            Some(url) => url.clone(),
            None => Origin::of(format!("{}://{host}", self.scheme(request))),
        }
    }

    /// The address that a client is counted under and tokens are bound to, which it must not be able to
    /// choose: proxies append what they see, and what a client wrote itself stands left of that. So it is
    /// the last one that is no trusted proxy; nothing beyond an invalid entry is believed.
    pub fn client_address(&self, request: &HttpRequest) -> IpAddr {
        let mut nearest = peer(request);
        if !self.is_proxy(nearest) {
            return nearest;
        }
        let forwarded = forwarded_for(request);
        let mut towards_client = forwarded.rsplit(',');
        while self.is_proxy(nearest)
            && let Some(next) = towards_client.next().and_then(address)
        {
            nearest = next;
        }
        nearest
    }

    fn scheme(&self, request: &HttpRequest) -> &'static str {
        let forwarded = || request.headers().get(X_FORWARDED_PROTO);
        let told = if self.is_proxy(peer(request)) {
            forwarded().map(header::HeaderValue::as_bytes)
        } else {
            None
        };
        match told {
            Some(b"https") => "https",
            Some(b"http") => "http",
            _ if self.has_tls => "https",
            _ => "http",
        }
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.0.contains(&peer))
    }
}

/// A URL whose origin is in the form that [`Origin::is_foreign`] compares: in lower case, without the usual port of
/// its scheme (RFC 6454, section 6.2). Its path stays as it is, without a final slash.
fn as_browsers_write(url: &str) -> String {
    let origin = Origin::of(url.trim_end_matches('/').to_owned());
    let root = origin.root().to_ascii_lowercase();
    let port = match root.split_once("://") {
        Some(("https", _)) => ":443",
        _ => ":80",
    };
    let root = root.strip_suffix(port).unwrap_or(&root);
    [root, origin.prefix()].concat()
}

/// `User-Agent`, as tokens are bound to it.
pub fn user_agent(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(header::USER_AGENT)?;
    Some(String::from_utf8_lossy(agent.as_bytes()).into_owned())
}

fn peer(request: &HttpRequest) -> IpAddr {
    let unspecified = IpAddr::from([0, 0, 0, 0]);
    request
        .peer_addr()
        .map_or(unspecified, |peer| peer.ip().to_canonical())
}

/// The address of this service that a client has connected to.
fn local(request: &HttpRequest) -> Option<SocketAddr> {
    request.conn_data::<Rc<Connection>>()?.local()
}

/// All that proxies say of the way to the client.
fn forwarded_for(request: &HttpRequest) -> String {
    let forwarded = joined(request.headers(), &X_FORWARDED_FOR).unwrap_or_default();
    String::from_utf8_lossy(&forwarded).into_owned()
}

/// An entry of `X-Forwarded-For`: an address, from some proxies with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let with_port = || entry.parse::<SocketAddr>().map(|socket| socket.ip());
    let address = bare.unwrap_or(entry).parse().or_else(|_| with_port());
    Some(address.ok()?.to_canonical())
}

/// The value of a header that may be there only once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_public_url_is_compared_as_browsers_write_it() {
        for (url, origin) in [
            ("https://api.example.com/", "https://api.example.com"),
            ("https://API.example.com:443", "https://api.example.com"),
            ("http://[::1]:80/", "http://[::1]"),
            ("https://api.example.com:80", "https://api.example.com:80"),
            ("http://localhost:8080", "http://localhost:8080"),
            (
                "https://API.example.com:443/People/v:443/",
                "https://api.example.com/People/v:443",
            ),
        ] {
            assert_eq!(as_browsers_write(url), origin);
        }
    }

    #[test]
    fn a_public_url_with_a_path_has_an_origin_without() {
        let origin = Origin::of("https://api.example.com:8443/people".to_owned());

        assert_eq!(origin.root(), "https://api.example.com:8443");
        assert_eq!(origin.below("/api/"), "/people/api/");
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ORIGIN,
            header::HeaderValue::from_static("https://api.example.com:8443"),
        );
        assert!(!origin.is_foreign(&headers));
    }

    /// The address of a request from a peer with these headers.
    fn counted(peer: &str, headers: &[&str]) -> String {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"];
        let hosts = Hosts {
            allowed: Vec::new(),
            proxies: proxies
                .map(|network| network.to_owned().try_into().unwrap())
                .to_vec(),
            public_url: None,
            has_tls: false,
        };
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for value in headers {
            request = request.append_header((X_FORWARDED_FOR, *value));
        }
        hosts.client_address(&request.to_http_request()).to_string()
    }

    #[test]
    fn forwarded_address_of_an_untrusted_peer_is_ignored() {
        for forwarded in ["203.0.113.1", "203.0.113.1, 10.0.0.2", "x", ""] {
            assert_eq!(
                counted("192.0.2.1:80", &[forwarded]),
                "192.0.2.1",
                "{forwarded}"
            );
        }
    }

    #[test]
    fn forwarded_address_of_a_trusted_proxy_is_used() {
        let cases: [(&[&str], &str); 12] = [
            (&[], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&["192.0.2.1"], "192.0.2.1"),
            (&[" 192.0.2.1:4711 "], "192.0.2.1"),
            (&["2001:DB9::1"], "2001:db9::1"),
            (&["[2001:db9::1]:80"], "2001:db9::1"),
            (&["[2001:db9::1]"], "2001:db9::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            // Proxies one after another, in one header or in several.
            (&["192.0.2.1, 2001:db8::7,10.9.9.9"], "192.0.2.1"),
            (&["192.0.2.1", "10.9.9.9"], "192.0.2.1"),
            (&["10.1.1.1, 10.9.9.9"], "10.1.1.1"),
            (&["unknown"], "10.0.0.1"),
        ];

        for (headers, expected) in cases {
            for peer in ["10.0.0.1:80", "[::ffff:10.0.0.1]:80"] {
                assert_eq!(counted(peer, headers), expected, "{peer} {headers:?}");
            }
        }
    }

    #[test]
    fn address_of_a_client_is_the_one_that_the_proxy_appended() {
        let spoofs = [
            "203.0.113.1",
            "203.0.113.2, 203.0.113.3",
            "10.0.0.5",
            "x",
            "",
            "\u{e9},",
        ];

        for spoof in spoofs {
            let appended = format!("{spoof}, 192.0.2.1");
            let in_one = counted("10.0.0.1:80", &[&appended]);
            let in_two = counted("10.0.0.1:80", &[spoof, "192.0.2.1, 10.0.0.2"]);

            assert_eq!(
                (in_one.as_str(), in_two.as_str()),
                ("192.0.2.1", "192.0.2.1"),
                "{spoof}"
            );
        }
        // After a proxy, nonsense is counted under the proxy, and not nowhere.
        let nonsense = counted("10.0.0.1:80", &["203.0.113.1, nonsense, 10.0.0.2"]);
        assert_eq!(nonsense, "10.0.0.2");
    }
}
