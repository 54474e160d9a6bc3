//! By what a request is known to those who pass it on: `X-Request-ID`, and `traceparent` (W3C Trace Context).

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header that names a request, in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Longest id that is taken over, in bytes.
const LONGEST_ID: usize = 128;
/// Length of a `traceparent` of version 00: version, trace, span and flags, with a hyphen between them.
const LENGTH: usize = 55;

/// How a request is known.
#[derive(Clone, Debug)]
pub struct Trace {
    id: HeaderValue,
    /// What it is a part of, if that was told.
    pub parent: Option<TraceParent>,
}

/// What a caller says of the work that the request is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// The whole of the work.
    pub trace: u128,
    /// The part that asks.
    pub span: u64,
    /// Whether the caller keeps it.
    pub is_sampled: bool,
}

impl Trace {
    /// The id that a proxy or a client has given, if it is one, else a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self {
            id: given_id(headers).unwrap_or_else(new_id),
            parent: TraceParent::of(headers),
        }
    }

    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> &str {
        // Neither a given one nor a new one has other bytes.
        self.id.to_str().unwrap_or_default()
    }

    /// The same, for the answer.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.id.clone()
    }
}

/// Only what cannot be mistaken for anything else in a log.
fn given_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = single(headers, &X_REQUEST_ID)?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte);
    let bytes = id.as_bytes();
    let is_fine = (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(is_plain);
    is_fine.then(|| id.clone())
}

fn new_id() -> HeaderValue {
    let mut digits = [0; 32];
    let mut rest = rand::random::<u128>();
    for digit in digits.iter_mut().rev() {
        let value = u8::try_from(rest % 16).unwrap_or_default();
        *digit = if value < 10 {
            b'0' + value
        } else {
            b'a' - 10 + value
        };
        rest /= 16;
    }
    // Digits always are a value.
    HeaderValue::from_bytes(&digits).unwrap_or_else(|_| HeaderValue::from_static("0"))
}

impl TraceParent {
    /// As they are logged: `01` for a trace that the caller keeps.
    #[must_use]
    pub fn flags(self) -> &'static str {
        if self.is_sampled { "01" } else { "00" }
    }

    /// As the header tells it; `None` for one that is malformed, which is ignored.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = single(headers, &TRACEPARENT)?.to_str().ok()?;
        let (version, rest) = (hex(text.get(..2)?)?, text.get(2..)?);
        // Later versions may have more behind it, as the W3C has it.
        let is_known = match version {
            0 => text.len() == LENGTH,
            0xff => false,
            _ => text.get(LENGTH..)?.is_empty() || text.get(LENGTH..)?.starts_with('-'),
        };
        let mut parts = rest.strip_prefix('-')?.splitn(4, '-');
        let (trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?);
        if !is_known || trace.len() != 32 || span.len() != 16 || flags.len() != 2 {
            return None;
        }
        let (trace, span) = (hex(trace)?, u64::try_from(hex(span)?).ok()?);
        (trace != 0 && span != 0).then_some(Self {
            trace,
            span,
            is_sampled: hex(flags)? & 1 == 1,
        })
    }
}

/// A number of lower-case digits.
fn hex(text: &str) -> Option<u128> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let are_digits = text.bytes().all(is_digit);
    u128::from_str_radix(text, 16).ok().filter(|_| are_digits)
}

/// The value of a header that is there once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn of(name: &HeaderName, values: &[&str]) -> Trace {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn plain_id_is_taken_over_and_any_other_replaced() {
        let long = "a".repeat(LONGEST_ID);
        for id in ["7", "5f2b-_.:+/=Z", &long] {
            assert_eq!(of(&X_REQUEST_ID, &[id]).id(), id);
        }
        let too_long = "a".repeat(LONGEST_ID + 1);
        let refused: [&[&str]; 6] = [&[], &[""], &["a b"], &["a\"b"], &[&too_long], &["a", "b"]];
        for values in refused {
            let trace = of(&X_REQUEST_ID, values);
            let id = trace.id();
            assert!(id.len() == 32 && hex(id).is_some(), "{values:?}: {id}");
        }
    }

    #[test]
    fn new_ids_differ() {
        let ids: std::collections::BTreeSet<_> = (0..100)
            .map(|_| Trace::of(&HeaderMap::new()).id().to_owned())
            .collect();
        assert_eq!(ids.len(), 100);
    }

    #[test]
    fn parent_of_any_version_is_read() {
        let later = GOOD.replacen("00", "01", 1) + "-more";
        for (text, is_sampled) in [
            (GOOD, true),
            (&GOOD.replace("-01", "-00"), false),
            (&later, true),
        ] {
            let parent = of(&TRACEPARENT, &[text]).parent.unwrap();

            assert_eq!(parent.trace, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
            assert_eq!(parent.span, 0xb7ad_6b71_6920_3331);
            assert_eq!(parent.is_sampled, is_sampled, "{text}");
        }
    }

    #[test]
    fn malformed_parent_is_none() {
        let texts = [
            GOOD.to_uppercase(),
            GOOD.replacen("00", "ff", 1),
            format!("{GOOD}-more"),
            format!("{GOOD}x"),
            GOOD.replace('-', "_"),
            GOOD.replace("b7ad6b7169203331", "0000000000000000"),
            GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            String::new(),
            "00".to_owned(),
            "é0-".to_owned(),
        ];
        for text in texts {
            let headers = [(
                TRACEPARENT,
                HeaderValue::from_bytes(text.as_bytes()).unwrap(),
            )];
            let headers: HeaderMap = headers.into_iter().collect();
            assert_eq!(Trace::of(&headers).parent, None, "{text}");
        }
        assert_eq!(of(&TRACEPARENT, &[GOOD, GOOD]).parent, None);
    }
}
