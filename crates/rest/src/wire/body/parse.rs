//! From bytes to a body, by its media type.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};

use super::budget::Share;
use super::charset::Charset;
use super::{Data, Form, Parser, Value, json, media_type, multipart, unread};
use crate::error::{ApiError, ErrorDetail};
use crate::wire::connection::Connection;
use crate::wire::query::{Query, TooManyFields};

pub(super) async fn read(
    payload: &mut Payload,
    headers: &HeaderMap,
    limit: usize,
    share: &Share<'_>,
    connection: Option<&Connection>,
) -> Result<Bytes, ApiError> {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| usize::try_from(length).map_or(true, |l| l > limit)) {
        return Err(ApiError::BodyTooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = unread::next(payload, connection).await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                *payload = unread::broken(error);
                return Err(bad("The request body could not be read."));
            }
        };
        if body.len() + chunk.len() > limit {
            return Err(ApiError::BodyTooLarge);
        }
        share.take(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn bad(text: impl Into<String>) -> ApiError {
    ApiError::BadRequest(ErrorDetail::Text(text.into()))
}

pub(super) fn select(parsers: &[Parser], content_type: &str) -> Option<Parser> {
    let (media_type, _) = media_type::parameters(content_type);
    let fits = |parser: &Parser| media_type::matches(parser.media_type(), &media_type);
    parsers.iter().copied().find(fits)
}

pub(super) fn parse(
    parsers: &[Parser],
    content_type: &str,
    body: &Bytes,
    text_limit: usize,
) -> Result<Data, ApiError> {
    let parser = select(parsers, content_type);
    if body.is_empty() {
        return Ok(match parser {
            Some(Parser::Form | Parser::Multipart) => Data::Form(Form::default()),
            _ => Data::Json(Value::Object(Vec::new())),
        });
    }
    let parser = parser.ok_or_else(|| ApiError::UnsupportedMediaType(content_type.to_owned()))?;
    let (_, parameters) = media_type::parameters(content_type);
    let parameter = |wanted: &str| {
        let named = parameters.iter().find(|(name, _)| name == wanted);
        named.map(|(_, value)| value.as_str())
    };
    let named = parameter("charset");
    let charset = Charset::named(named).map_err(|()| {
        let name = named.unwrap_or_default();
        bad(format!(
            "Unsupported charset \"{name}\" in request Content-Type header."
        ))
    })?;
    match parser {
        Parser::Json => json_data(body, charset),
        Parser::Form => form_data(body, charset),
        Parser::Multipart => multipart_data(body, parameter("boundary"), charset, text_limit)
            .map_err(|error| match error {
                ApiError::UnsupportedMediaType(_) => {
                    ApiError::UnsupportedMediaType(content_type.to_owned())
                }
                other => other,
            }),
    }
}

/// JSON text as a body would be read; `None` if it is none.
#[must_use]
pub fn parse_json(text: &str) -> Option<Value> {
    json::parse(text).ok()
}

fn json_data(body: &[u8], charset: Charset) -> Result<Data, ApiError> {
    let text = charset.decode(body).filter(|_| !charset.lacks_mark(body));
    let parsed = if let Some(text) = text {
        json::parse(&text)
    } else {
        let valid = std::str::from_utf8(body).map_or_else(|e| e.valid_up_to(), str::len);
        Err(format!(
            "the text is not of its encoding, from byte {valid} on"
        ))
    };
    parsed
        .map(Data::Json)
        .map_err(|reason| bad(format!("JSON parse error - {reason}")))
}

fn form_data(body: &[u8], charset: Charset) -> Result<Data, ApiError> {
    let text = charset.decode_form(body);
    let text = text.ok_or_else(|| bad("Form parse error - the text is not of its encoding."))?;
    let query = Query::parse_text(&text, |bytes| charset.decode_escaped(bytes));
    let query = query.map_err(|TooManyFields| {
        let most = Query::MAX_FIELDS;
        bad(format!("A form may have at most {most} fields."))
    })?;
    Ok(Data::Form(Form::of_texts(query.into_pairs().into_iter())))
}

fn multipart_data(
    body: &Bytes,
    boundary: Option<&str>,
    charset: Charset,
    text_limit: usize,
) -> Result<Data, ApiError> {
    let boundary = boundary.filter(|boundary| !boundary.is_empty());
    let boundary = boundary
        .ok_or_else(|| bad("Multipart form parse error - Invalid boundary in multipart: None"))?;
    if boundary.len() > multipart::MAX_BOUNDARY {
        return Err(ApiError::UnsupportedMediaType(String::new()));
    }
    let form = multipart::parse(body, boundary.as_bytes(), charset, text_limit);
    form.map(Data::Form).map_err(|fault| match fault {
        multipart::Fault::TooLarge => ApiError::BodyTooLarge,
        other => bad(other.text()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_names_of_json_are_counted_while_they_are_read() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
        let named = |count: usize| format!("{{{}\"a\":0}}", "\"a\":0,".repeat(count - 1));

        let read = [list(10_000), list(10_001), named(4999), named(5000)]
            .map(|text| parse_json(&text).is_some());

        assert_eq!(read, [true, false, true, false]);
    }

    #[test]
    fn lone_surrogates_are_replaced_and_reported() {
        let value = json::parse(r#"["\ude00\ud83d", "\ud83dx"]"#).unwrap();

        let Value::List(items) = value else {
            panic!("no list")
        };
        let texts: Vec<_> = items
            .iter()
            .map(|item| match item {
                Value::Text(text) => (text.text.as_str(), text.surrogate),
                _ => panic!("no text"),
            })
            .collect();
        assert_eq!(
            texts,
            [
                ("\u{fffd}\u{fffd}", Some(0xde00)),
                ("\u{fffd}x", Some(0xd83d))
            ]
        );
    }

    #[test]
    fn depth_and_digits_are_bounded() {
        let deep = "[".repeat(100_000);
        let long = "9".repeat(4301);

        assert!(
            json::parse(&deep)
                .unwrap_err()
                .starts_with("nested too deep")
        );
        assert!(
            json::parse(&long)
                .unwrap_err()
                .starts_with("an integer of more")
        );
        assert!(json::parse(&format!("{long}.5")).is_ok());
    }
}
