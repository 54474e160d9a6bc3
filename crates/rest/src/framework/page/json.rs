//! JSON text in the colours of a page, with links to this server.

use std::borrow::Cow;

use super::links::is_own;
use crate::wire::host::Origin;

/// A piece of text as a page shows it. The pieces in a row are the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Its class in the style sheet; `""` for what has no colour of its own.
    pub(super) class: &'static str,
    /// Where it leads to.
    pub(super) link: Option<Cow<'a, str>>,
}

const NAME: &str = "name";
const TEXT: &str = "text";
const NUMBER: &str = "number";
const WORD: &str = "word";

/// Cuts JSON text into pieces. Linked are values that are URLs of `origin`, paths below `/api/` and `/media/`, and
/// where there is a path of `items`, the identifiers of the objects of a list.
pub(super) fn pieces<'a>(json: &'a str, origin: &Origin, items: Option<&str>) -> Vec<Piece<'a>> {
    let mut scan = Scan {
        json,
        origin,
        items,
        pieces: Vec::new(),
        shown: 0,
        names: Vec::new(),
    };
    scan.run();
    scan.pieces
}

struct Scan<'a, 'b> {
    json: &'a str,
    origin: &'b Origin,
    items: Option<&'b str>,
    pieces: Vec<Piece<'a>>,
    /// Up to where the text is in the pieces.
    shown: usize,
    /// Of each open list or object, the member that is read.
    names: Vec<&'a str>,
}

impl<'a> Scan<'a, '_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(first) = self.json.as_bytes().get(at) {
            at = match first {
                b'"' => match self.string(at) {
                    Some(end) => end,
                    None => break,
                },
                b'{' | b'[' => {
                    self.names.push("");
                    at + 1
                }
                b'}' | b']' => {
                    self.names.pop();
                    at + 1
                }
                b'-' | b'0'..=b'9' => self.number(at),
                b'a'..=b'z' => {
                    let end = self.end_of_run(at, |byte| byte.is_ascii_lowercase());
                    self.show(at, end, WORD, None);
                    end
                }
                _ => at + 1,
            };
        }
        self.show(self.json.len(), self.json.len(), "", None);
    }

    /// Shows a string, which begins at its quote, and tells where it ends.
    fn string(&mut self, at: usize) -> Option<usize> {
        let close = end_of_string(self.json, at + 1)?;
        let text = self.json.get(at + 1..close).unwrap_or_default();
        let rest = self.json.get(close + 1..).unwrap_or_default();
        if rest.trim_start().starts_with(':') {
            if let Some(name) = self.names.last_mut() {
                *name = text;
            }
            self.show(at, close + 1, NAME, None);
        } else if is_own(text, self.origin) {
            self.show(at + 1, close, TEXT, Some(text.into()));
        } else {
            self.show(at, close + 1, TEXT, None);
        }
        Some(close + 1)
    }

    fn number(&mut self, at: usize) -> usize {
        let end = self.end_of_run(at, |byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let text = self.json.get(at..end).unwrap_or_default();
        let is_id = self.names == ["results", "", "id"] && text.bytes().all(|b| b.is_ascii_digit());
        let items = self.items.filter(|_| is_id);
        let link = items.map(|items| format!("{items}{text}/").into());
        self.show(at, end, NUMBER, link);
        end
    }

    fn end_of_run(&self, at: usize, is_in: impl Fn(u8) -> bool) -> usize {
        let mut rest = self.json.bytes().skip(at);
        let length = rest.position(|byte| !is_in(byte));
        length.map_or(self.json.len(), |length| at + length)
    }

    fn show(&mut self, from: usize, to: usize, class: &'static str, link: Option<Cow<'a, str>>) {
        let before = self.json.get(self.shown..from).unwrap_or_default();
        let text = self.json.get(from..to).unwrap_or_default();
        let plain = Piece {
            text: before,
            class: "",
            link: None,
        };
        let piece = Piece { text, class, link };
        let all = [plain, piece].into_iter();
        self.pieces
            .extend(all.filter(|piece| !piece.text.is_empty()));
        self.shown = to;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::of("http://localhost:8000")
    }

    fn links(json: &str) -> Vec<&str> {
        let found = pieces(json, &origin(), None).into_iter();
        let linked = found.filter(|piece| piece.link.as_deref() == Some(piece.text));
        linked.map(|piece| piece.text).collect()
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
            r#"{"count": 1, "results": [{"id": 1, "x": -1.5e+3, "y": [true, null]}, {"é": "ü"}]}"#,
            "]}\"",
            "é 1",
            "",
            "1",
        ];

        for text in texts {
            let pieces = pieces(text, &origin(), Some("/api/x/")).into_iter();
            let joined: String = pieces.map(|piece| piece.text).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn kinds_of_values_have_classes() {
        let json = r#"{"a": "x", "b": [1.5, true, null], "c": "/api/"}"#;

        let found = pieces(json, &origin(), None);

        let colours = found.iter().filter(|piece| !piece.class.is_empty());
        let colours: Vec<_> = colours.map(|piece| (piece.text, piece.class)).collect();
        assert_eq!(
            colours,
            [
                ("\"a\"", NAME),
                ("\"x\"", TEXT),
                ("\"b\"", NAME),
                ("1.5", NUMBER),
                ("true", WORD),
                ("null", WORD),
                ("\"c\"", NAME),
                ("/api/", TEXT),
            ]
        );
    }

    #[test]
    fn identifiers_of_the_objects_of_a_list_are_linked_and_no_others() {
        let json = r#"{"id": 1, "results": [{"id": 2, "g": [{"id": 3}]}, {"id": -4}, {"id": 5}]}"#;
        let linked = |items| {
            let found = pieces(json, &origin(), items).into_iter();
            let links = found.filter_map(|piece| piece.link.map(Cow::into_owned));
            links.collect::<Vec<_>>()
        };

        assert_eq!(
            linked(Some("/api/users/")),
            ["/api/users/2/", "/api/users/5/"]
        );
        assert_eq!(linked(None), Vec::<String>::new());
    }
}
