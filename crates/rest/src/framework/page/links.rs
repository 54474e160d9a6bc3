//! Links to this server in JSON text.

use crate::wire::host::Origin;

/// A piece of text as a page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// The text is the address.
    Link(&'a str),
}

/// Cuts JSON text into what is linked and what is not: values that are URLs of `origin`, and paths
/// below `/api/` and `/media/`. The pieces in a row are the text.
pub(super) fn pieces<'a>(json: &'a str, origin: &Origin) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut shown, mut at) = (0, 0);
    while let Some(open) = find(json, at, '"') {
        let start = open + 1;
        let Some(end) = end_of_string(json, start) else {
            break;
        };
        at = end + 1;
        let text = json.get(start..end).unwrap_or_default();
        let next = json.get(at..).unwrap_or_default();
        if !next.starts_with(':') && is_own(text, origin) {
            pieces.push(Piece::Text(json.get(shown..start).unwrap_or_default()));
            pieces.push(Piece::Link(text));
            shown = end;
        }
    }
    pieces.push(Piece::Text(json.get(shown..).unwrap_or_default()));
    pieces
}

fn find(text: &str, from: usize, wanted: char) -> Option<usize> {
    Some(from + text.get(from..)?.find(wanted)?)
}

/// Where the string ends that begins at `start`, after its quote.
fn end_of_string(json: &str, start: usize) -> Option<usize> {
    let mut is_escaped = false;
    let mut bytes = json.as_bytes().get(start..)?.iter();
    let length = bytes.position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    })?;
    Some(start + length)
}

/// Whether an address leads to this server and nowhere else.
pub(super) fn is_own(address: &str, origin: &Origin) -> bool {
    // Browsers read a backslash as a slash, and drop tabs and line ends.
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain
        && match address.strip_prefix(origin.as_str()) {
            Some(path) => path.starts_with('/'),
            None => address
                .strip_prefix(origin.prefix())
                .is_some_and(|path| path.starts_with("/api/") || path.starts_with("/media/")),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::of("http://localhost:8000")
    }

    fn links(json: &str) -> Vec<&str> {
        let found = pieces(json, &origin()).into_iter();
        found
            .filter_map(|piece| match piece {
                Piece::Link(address) => Some(address),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_of_this_server_are_linked() {
        let json = r#"{"url": "/api/v1/users/1/", "avatar": "http://localhost:8000/media/a%20b.png",
            "list": ["/media/x", "plain"], "next": "/api/v1/users/?a=1&page=2", "n": null}"#;

        assert_eq!(
            links(json),
            [
                "/api/v1/users/1/",
                "http://localhost:8000/media/a%20b.png",
                "/media/x",
                "/api/v1/users/?a=1&page=2",
            ]
        );
    }

    #[test]
    fn other_text_is_not_linked() {
        let others = [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example/api/",
            "/other/",
            "api/v1/",
            "http://localhost:8000",
            "http://localhost:8000.evil.example/",
            "http://localhost:8000@evil.example/",
            "http://localhost/api/",
            "https://localhost:8000/api/",
            "https://evil.example/api/",
            "/api/\\\\evil.example",
            "/api/\\u0009x",
            "/api/ x",
            "/api/é",
            " /api/v1/",
        ];

        for other in others {
            let json = format!("{{\"/api/\": \"{other}\"}}");
            assert_eq!(links(&json), Vec::<&str>::new(), "{other}");
        }
    }

    #[test]
    fn pieces_joined_give_the_text() {
        let texts = [
            r#"{"a": "x\"y\\", "b": "/api/", "c": ["\"/api/"]}"#,
            r#"{"broken": "/api/"#,
            "",
            "1",
        ];

        for text in texts {
            let pieces = pieces(text, &origin()).into_iter();
            let joined: String = pieces
                .map(|(Piece::Text(text) | Piece::Link(text))| text)
                .collect();
            assert_eq!(joined, text);
        }
    }
}
