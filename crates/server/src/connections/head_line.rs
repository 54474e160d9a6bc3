//! What the HTTP library is told in place of lines that it reads otherwise than this service means them.

/// The line in place of `line`, which ends with a line feed, or none if it stays.
///
/// No other protocol is to be had, and a server ignores an `Upgrade` that it does not want (RFC 9110, section 7.8). The
/// library ends such a connection without a word, and takes all that follows a wish for WebSocket for the body.
/// Characters that have no place in a URL are percent-encoded: clients of little means send them, and Django's own server
/// takes them.
pub(super) fn rewritten(line: &[u8], is_first: bool) -> Option<Vec<u8>> {
    if is_first {
        return with_encoded_target(line);
    }
    let (name, value) = match line.first()? {
        b'c' | b'C' | b'u' | b'U' => {
            line.split_at_checked(line.iter().position(|b| *b == b':')?)?
        }
        _ => return None,
    };
    if name.eq_ignore_ascii_case(b"upgrade") {
        let protocol = value.get(1..).unwrap_or_default().trim_ascii();
        // Who wants to speak that next has no other request.
        let is_last = protocol.eq_ignore_ascii_case(b"websocket");
        let line: &[u8] = if is_last {
            b"Connection: close\r\n"
        } else {
            b""
        };
        return Some(line.to_vec());
    }
    if !name.eq_ignore_ascii_case(b"connection") {
        return None;
    }
    without_upgrade(value.get(1..).unwrap_or_default())
}

/// `Connection` without the option `upgrade`, or none if it has none.
fn without_upgrade(value: &[u8]) -> Option<Vec<u8>> {
    let options = || value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let is_upgrade = |option: &&[u8]| option.eq_ignore_ascii_case(b"upgrade");
    if !options().any(|option| is_upgrade(&option)) {
        return None;
    }
    let rest: Vec<_> = options().filter(|option| !is_upgrade(option)).collect();
    if rest.is_empty() {
        return Some(Vec::new());
    }
    Some([b"Connection: ", rest.join(&b", "[..]).as_slice(), b"\r\n"].concat())
}

/// The request line, if its target has bytes that are not of a URL (RFC 3986, section 2).
fn with_encoded_target(line: &[u8]) -> Option<Vec<u8>> {
    let is_foreign = |byte: u8| !byte.is_ascii() || b"\"<>`".contains(&byte);
    if !line.iter().any(|byte| is_foreign(*byte)) {
        return None;
    }
    let target = line.iter().position(|byte| *byte == b' ')?;
    let (method, rest) = line.split_at_checked(target)?;
    let mut encoded = method.to_vec();
    for byte in rest {
        if is_foreign(*byte) {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            encoded.push(*byte);
        }
    }
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_the_service_means() {
        let cases = [
            ("upgrade: h2c\r\n", Some("")),
            ("Upgrade: WebSocket \r\n", Some("Connection: close\r\n")),
            ("Upgrade-Insecure-Requests: 1\r\n", None),
            ("Connection: keep-alive\r\n", None),
            ("connection: Upgrade\r\n", Some("")),
            (
                "Connection: keep-alive, Upgrade\r\n",
                Some("Connection: keep-alive\r\n"),
            ),
            (
                "Connection:upgrade,HTTP2-Settings,close\n",
                Some("Connection: HTTP2-Settings, close\r\n"),
            ),
            ("Connection: not-upgrade\r\n", None),
            ("Cookie: a=upgrade\r\n", None),
            ("\r\n", None),
        ];
        for (line, expected) in cases {
            let found =
                rewritten(line.as_bytes(), false).map(|line| String::from_utf8(line).unwrap());
            assert_eq!(found.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn targets_are_those_of_urls() {
        let encoded = |line: &str| {
            rewritten(line.as_bytes(), true).map(|line| String::from_utf8(line).unwrap())
        };

        assert_eq!(encoded("GET /?a=%C3%A9&b={} HTTP/1.1\r\n"), None);
        assert_eq!(
            encoded("GET /caf\u{e9}?a=\"<\u{6f2}>` HTTP/1.1\r\n").as_deref(),
            Some("GET /caf%C3%A9?a=%22%3C%DB%B2%3E%60 HTTP/1.1\r\n")
        );
        assert_eq!(encoded("G\u{e9}T\r\n"), None);
    }
}
