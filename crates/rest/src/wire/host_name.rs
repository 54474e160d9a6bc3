//! What a `Host` header may name (as Django's `host_validation_re` has it), and which names are allowed.

/// The name in `name[:port]`, `None` if the text is no such thing.
#[must_use]
pub fn host_name(host: &str) -> Option<&str> {
    let end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at_checked(end)?;
    let is_port = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let fine = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    (fine && is_name(name)).then_some(name)
}

fn is_name(name: &str) -> bool {
    if let Some(address) = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        address.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        !name.is_empty() && name.bytes().all(plain)
    }
}

/// Compares as Django does: without case and final dot, `*` is any, `.x` includes subdomains.
#[must_use]
pub fn is_allowed(name: &str, allowed: &[String]) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_same = |text: &str| text.eq_ignore_ascii_case(name);
    allowed
        .iter()
        .any(|pattern| match pattern.strip_prefix('.') {
            _ if pattern == "*" => true,
            None => is_same(pattern),
            Some(domain) => {
                let tail = name.len().checked_sub(pattern.len());
                is_same(domain)
                    || tail
                        .and_then(|at| name.get(at..))
                        .is_some_and(|end| end.eq_ignore_ascii_case(pattern))
            }
        })
}

/// Whether the `Host` header of some request matches an entry of `http.allowed_hosts`. Without a port, an
/// underscore, or characters beyond ASCII: no header with those is answered.
#[must_use]
pub fn can_match_a_host(entry: &str) -> bool {
    let domain = entry.strip_prefix('.').unwrap_or(entry);
    // The final dot of a header is dropped before it is compared.
    entry == "*" || is_name(domain) && !domain.ends_with('.')
}

/// Whether a text is a host and perhaps a port, as they stand in a URL.
#[must_use]
pub fn is_authority(text: &str) -> bool {
    // Proxies may know names that no `Host` header of ours has.
    let number = |port: &str| port.is_empty() || port.parse::<u16>().is_ok();
    let port = text
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'));
    host_name(&text.replace('_', "-")).is_some() && port.is_none_or(|(_, port)| number(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_and_perhaps_a_port() {
        let cases = [
            ("example.com", Some("example.com")),
            ("example.com:80", Some("example.com")),
            ("[::1]:8000", Some("[::1]")),
            ("", None),
            (":80", None),
            ("a:b", None),
            ("a:", None),
            ("127.0.0.1:8000@elsewhere.example", None),
            ("a b", None),
            ("a/b", None),
            ("[::1", None),
            ("[x]", None),
            ("é.example", None),
        ];

        for (host, expected) in cases {
            assert_eq!(host_name(host), expected, "{host:?}");
        }
    }

    #[test]
    fn names_are_allowed_without_case_and_by_suffix() {
        let allowed = ["localhost".to_owned(), ".example.com".to_owned()];
        let cases = [
            ("LOCALHOST", true),
            ("localhost.", true),
            ("example.com", true),
            ("a.example.com", true),
            ("badexample.com", false),
            ("example.com.evil", false),
        ];

        for (name, expected) in cases {
            assert_eq!(is_allowed(name, &allowed), expected, "{name}");
        }
    }

    const HEADERS: [&str; 10] = [
        "example.com",
        "a.example.com",
        "EXAMPLE.com.",
        "my-service",
        "127.0.0.1",
        "[::1]",
        "a.[::1]",
        "my_service",
        "::1",
        "xn--mnchen-3ya.de",
    ];

    #[test]
    fn entry_is_allowable_if_some_host_header_matches_it() {
        let fine = [
            "*",
            "example.com",
            "Example.COM",
            ".example.com",
            "my-service",
            "127.0.0.1",
            "[::1]",
            "xn--mnchen-3ya.de",
        ];
        for entry in fine {
            let allowed = [entry.to_ascii_lowercase()];
            let is_match = |header: &&str| is_allowed(host_name(header).unwrap_or("?"), &allowed);
            assert!(can_match_a_host(entry), "{entry:?}");
            assert!(HEADERS.iter().any(is_match), "{entry:?}");
        }
    }

    #[test]
    fn entry_is_not_allowable_if_no_host_header_matches_it() {
        let vain = [
            "",
            "my_service",
            ".my_service.example",
            "example.com.",
            "example.com:8000",
            "[::1]:8000",
            "::1",
            "[x]",
            "[]",
            "*.example.com",
            "ex*mple.com",
            "http://example.com",
            "example.com/",
            "user@example.com",
            " example.com",
            "a,b",
            "m\u{fc}nchen.de",
        ];

        for entry in vain {
            let allowed = [entry.to_ascii_lowercase()];
            let is_match =
                |header: &&str| host_name(header).is_some_and(|name| is_allowed(name, &allowed));
            assert!(!can_match_a_host(entry), "{entry:?}");
            assert!(!HEADERS.iter().any(is_match), "{entry:?}");
            assert!(!is_match(&entry), "{entry:?}");
        }
        // Nothing but dots is no name, though such a header would match.
        assert!(!can_match_a_host(".") && !can_match_a_host(".."));
    }
}
