//! `Content-Type` and other headers with parameters (RFC 9110, section 8.3.1).

/// The value in front of the first `;`, and the parameters: names in lower case, values unquoted.
pub(super) fn parameters(value: &str) -> (String, Vec<(String, String)>) {
    let mut parts = split(value).into_iter();
    let first = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let pairs = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), unquote(value.trim())))
    });
    (first, pairs.collect())
}

/// Parts between semicolons that stand outside of quotes.
fn split(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => {
                parts.push(value.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(value.get(start..).unwrap_or_default());
    parts
}

fn unquote(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    match inner {
        Some(inner) => inner.replace("\\\\", "\\").replace("\\\"", "\""),
        None => value.to_owned(),
    }
}

/// Whether two media types fit, `*` being anything.
pub(super) fn matches(parser: &str, sent: &str) -> bool {
    let fits = |a: &str, b: &str| a == "*" || b == "*" || a == b;
    let (main, sub) = parser.split_once('/').unwrap_or((parser, ""));
    let (sent_main, sent_sub) = sent.split_once('/').unwrap_or((sent, ""));
    fits(main, sent_main) && fits(sub, sent_sub)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_unquoted() {
        let (kind, pairs) = parameters("Form-Data; Name=\"a;b\"; filename=\"x\\\"y.png\"; flag");

        assert_eq!(kind, "form-data");
        let expected = [("name", "a;b"), ("filename", "x\"y.png")];
        assert!(
            pairs
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .eq(expected)
        );
    }

    #[test]
    fn wildcards_match_any_type() {
        assert!(matches("application/json", "*/*"));
        assert!(matches("application/json", "application/*"));
        assert!(matches("application/json", "application/json"));
        assert!(!matches("application/json", "text/*"));
        assert!(!matches("application/json", "garbage"));
        assert!(!matches("application/json", ""));
    }
}
