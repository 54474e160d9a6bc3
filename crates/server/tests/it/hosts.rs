//! The names that the service answers to, and the one that it gives itself.

use profiled::{Settings, Sources};

use crate::sandbox::Sandbox;
use crate::settings::{complaint, load};

#[test]
fn production_demands_hosts() {
    let hosts = |hosts: &str| complaint_of_production(&format!("http.allowed_hosts={hosts}"));

    assert_eq!(
        hosts(""),
        "http.allowed_hosts in --set is empty: name the hosts that clients call"
    );
    assert_eq!(
        hosts("*"),
        "http.allowed_hosts in --set has *: name the hosts, production answers to no other"
    );
}

/// Such a name would be taken, and every request refused.
#[test]
fn a_host_that_no_request_can_have_is_refused_with_its_remedy() {
    let cases = [
        (
            "my_service",
            "no request with _ in its Host is answered: name the service as \"my-service\"",
        ),
        (
            ".my_service.example",
            "no request with _ in its Host is answered: name the service as \".my-service.example\"",
        ),
        (
            "*.example.com",
            "write \".example.com\" for a domain and its subdomains",
        ),
        ("::1", "write \"[::1]\", an IPv6 address stands in brackets"),
        (
            "münchen.de",
            "write the name as clients send it, in ASCII, as xn--mnchen-3ya.de",
        ),
        (
            "example.com.",
            "write \"example.com\" without the final dot, which stands for the same",
        ),
    ];
    let general = "write a host name without scheme and port, as api.example.com";
    let others = [
        "example.com:8000",
        "[::1]:8000",
        "[x]",
        "https://example.com",
        "example.com/",
        "user@example.com",
        "a b",
        ".",
    ];

    for (host, remedy) in cases
        .into_iter()
        .chain(others.map(|other| (other, general)))
    {
        for beside in ["", "localhost,"] {
            assert_eq!(
                complaint(&format!("http.allowed_hosts={beside}{host}")),
                format!("http.allowed_hosts in --set has {host:?}: {remedy}")
            );
        }
    }
    for fine in ["localhost", "API.example.com", ".example.com", "[::1]", "*"] {
        assert_eq!(complaint(&format!("http.allowed_hosts={fine}")), "");
    }
}

#[test]
fn an_empty_host_is_refused_in_a_list() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("empty.toml", "[http]\nallowed_hosts = [\"\"]\n");
    let sources = Sources {
        files: vec![file.into()],
        ..Sources::default()
    };

    let complaint = Settings::load(&sources).err().unwrap().to_string();

    assert!(complaint.contains("http.allowed_hosts"), "{complaint}");
    assert!(complaint.contains("has \"\""), "{complaint}");
}

/// One that does would stand in every link, or make every form look as if it came from elsewhere.
#[test]
fn a_public_url_is_a_scheme_and_a_host_that_urls_can_have() {
    for wrong in [
        "https://",
        "https://münchen.de",
        "https://a b",
        "https://example.com:port",
        "https://example.com:99999",
        "https://::1",
        "https://[x]",
        "https://user@example.com",
        "https://example.com//",
        "https://example.com/a//b",
        "https://example.com/a/../b",
        "https://example.com/a?b",
        "https://example.com/a#b",
        "https://example.com/a%2Fb",
        "https://example.com/a b",
        "https://example.com/\\evil",
        "ftp://example.com",
    ] {
        // A name in front of the host may come with a password.
        let shown = wrong.replace("user@", "");
        assert_eq!(
            complaint(&format!("http.public_url={wrong}")),
            format!(
                "http.public_url in --set is {shown:?}: write a scheme and a host, as https://api.example.com, and the path below which a proxy puts the service, if it does"
            )
        );
    }
    for fine in [
        "https://api.example.com/",
        "http://localhost:8000",
        "https://[::1]:8443",
        "https://API.example.com:443",
        "https://my_service",
        "https://api.example.com/people",
        "https://api.example.com/v1.2/people~x/",
    ] {
        assert_eq!(complaint(&format!("http.public_url={fine}")), "");
    }
}

fn complaint_of_production(setting: &str) -> String {
    let loaded = load(&["profile=production", setting]);
    loaded.err().unwrap_or_default()
}
