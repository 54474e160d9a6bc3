//! Content negotiation as Django REST framework does it (contract `drf.md`, section 7).

use crate::error::ApiError;

/// Longest `Accept` that is looked at, in bytes, and its parts.
const MAX_LENGTH: usize = 8192;
const MAX_TOKENS: usize = 64;
const MAX_TOKEN_LENGTH: usize = 256;

/// A representation that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/json`
    Json,
    /// `text/html`
    Html,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html",
        }
    }

    /// The value of `?format=` that narrows to this representation.
    fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "api",
        }
    }
}

/// What an answer will look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The representation.
    pub format: Format,
    /// Blanks of a level of JSON, 0 to 8.
    pub indent: u8,
    /// The part of `Accept` that was chosen for its exact type, as the client wrote it.
    pub token: Option<String>,
}

impl Accepted {
    /// JSON on one line: also the form of errors before a representation is agreed on.
    pub const JSON: Self = Self {
        format: Format::Json,
        indent: 0,
        token: None,
    };
}

/// Why no representation fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NegotiationFailure {
    /// `?format=` names none of the view's representations.
    UnknownFormat,
    /// Nothing in `Accept` matches.
    NotAcceptable,
}

/// Chooses among `offered`, which is in the view's order. `accept` is all `Accept` headers joined
/// by a comma, `None` without any; `format` is the value of `?format=`.
///
/// Quality values are ignored: the more specific part of `Accept` wins, then the view's order.
pub fn negotiate(
    offered: &[Format],
    accept: Option<&str>,
    format: Option<&str>,
) -> Result<Accepted, NegotiationFailure> {
    let wanted = format.filter(|name| !name.is_empty());
    let fits = |candidate: &Format| wanted.is_none_or(|name| candidate.name() == name);
    if !offered.iter().any(fits) {
        return Err(NegotiationFailure::UnknownFormat);
    }
    let ranges = parse(accept.unwrap_or("*/*"));
    for precedence in (0..=3).rev() {
        for candidate in offered.iter().copied().filter(fits) {
            let mut level = ranges.iter().filter(|range| range.precedence == precedence);
            if let Some(range) = level.find(|range| range.matches(candidate)) {
                return Ok(range.accepted(candidate));
            }
        }
    }
    Err(NegotiationFailure::NotAcceptable)
}

fn parse(accept: &str) -> Vec<Range<'_>> {
    let end = accept.floor_char_boundary(MAX_LENGTH);
    let tokens = accept
        .get(..end)
        .unwrap_or_default()
        .split(',')
        .take(MAX_TOKENS);
    let short = tokens
        .map(str::trim)
        .filter(|token| token.len() <= MAX_TOKEN_LENGTH);
    short.map(Range::parse).collect()
}

/// One part of `Accept`.
struct Range<'a> {
    token: &'a str,
    main: &'a str,
    sub: &'a str,
    indent: Option<&'a str>,
    precedence: u8,
}

impl<'a> Range<'a> {
    fn parse(token: &'a str) -> Self {
        let mut parts = token.split(';');
        let full = parts.next().unwrap_or_default().trim();
        let (main, sub) = full.split_once('/').unwrap_or((full, ""));
        let mut indent = None;
        let mut has_parameters = false;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = name.trim();
            if name.eq_ignore_ascii_case("indent") {
                indent = Some(value.trim().trim_matches('"'));
            }
            has_parameters |= !name.is_empty() && !name.eq_ignore_ascii_case("q");
        }
        let precedence = match (main, sub) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if has_parameters => 3,
            _ => 2,
        };
        Self {
            token,
            main,
            sub,
            indent,
            precedence,
        }
    }

    fn matches(&self, format: Format) -> bool {
        let (main, sub) = format.media_type().split_once('/').unwrap_or_default();
        let fits = |part: &str, own: &str| part == "*" || part.eq_ignore_ascii_case(own);
        fits(self.main, main) && fits(self.sub, sub)
    }

    fn accepted(&self, format: Format) -> Accepted {
        let indent = self.indent.and_then(|text| text.trim().parse::<i64>().ok());
        let indent = indent.unwrap_or(0).clamp(0, 8);
        Accepted {
            format,
            indent: u8::try_from(indent).unwrap_or(0),
            token: (self.precedence >= 2).then(|| self.token.to_owned()),
        }
    }
}

impl From<NegotiationFailure> for ApiError {
    fn from(refusal: NegotiationFailure) -> Self {
        match refusal {
            NegotiationFailure::UnknownFormat => Self::NotFound,
            NegotiationFailure::NotAcceptable => Self::NotAcceptable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Format; 2] = [Format::Json, Format::Html];

    fn chosen(accept: &str) -> Result<Format, NegotiationFailure> {
        negotiate(&BOTH, Some(accept), None).map(|accepted| accepted.format)
    }

    #[test]
    fn the_more_specific_part_wins_and_quality_is_ignored() {
        let cases = [
            ("*/*", Ok(Format::Json)),
            ("text/html;q=0.9, application/json;q=0.1", Ok(Format::Json)),
            (
                "text/html,application/xml;q=0.9,*/*;q=0.8",
                Ok(Format::Html),
            ),
            ("application/json, text/html;level=1", Ok(Format::Html)),
            ("text/*, */*", Ok(Format::Html)),
            ("*/json", Ok(Format::Json)),
            ("APPLICATION/JSON", Ok(Format::Json)),
            ("application/json;q=0", Ok(Format::Json)),
            ("", Err(NegotiationFailure::NotAcceptable)),
            ("garbage", Err(NegotiationFailure::NotAcceptable)),
            (
                "application/vnd.api+json",
                Err(NegotiationFailure::NotAcceptable),
            ),
        ];

        for (accept, expected) in cases {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
    }

    #[test]
    fn indent_out_of_range_is_clamped_and_other_text_ignored() {
        let cases = [("4", 4), ("9", 8), ("-1", 0), ("x", 0), ("100", 8)];

        for (text, expected) in cases {
            let accept = format!("application/json; indent={text}");
            let accepted = negotiate(&BOTH, Some(&accept), None).unwrap();
            assert_eq!(accepted.indent, expected, "{text}");
        }
    }

    #[test]
    fn format_parameter_narrows_the_choice_and_accept_must_still_match() {
        let html = negotiate(&BOTH, None, Some("api")).map(|accepted| accepted.format);
        let mismatch = negotiate(&BOTH, Some("text/html"), Some("json"));
        let unknown = negotiate(&BOTH, None, Some("xml"));
        let not_offered = negotiate(&[Format::Json], None, Some("api"));

        assert_eq!(html, Ok(Format::Html));
        assert_eq!(mismatch, Err(NegotiationFailure::NotAcceptable));
        assert_eq!(unknown, Err(NegotiationFailure::UnknownFormat));
        assert_eq!(not_offered, Err(NegotiationFailure::UnknownFormat));
    }

    #[test]
    fn parts_of_accept_beyond_the_limits_are_ignored() {
        let far = format!("{}application/json", "a/b, ".repeat(64));
        let long = format!("application/json;{}=1", "x".repeat(300));

        assert_eq!(chosen(&far), Err(NegotiationFailure::NotAcceptable));
        assert_eq!(chosen(&long), Err(NegotiationFailure::NotAcceptable));
    }
}
