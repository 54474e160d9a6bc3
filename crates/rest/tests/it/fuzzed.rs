//! What the fuzzer of multipart bodies runs, and the replay of its corpus: see `fuzz/` and `make fuzz`.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use profiled_rest::error::ApiError;
use profiled_rest::wire::body::{
    BodyBudget, BodyLimits, BodyTerms, Data, Form, Parser, Part, RequestBody,
};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

/// Most text that a body may have, and how many fields and characters of a file's name.
const MAX_TEXT: usize = 2000;
const MAX_PARTS: usize = 1000;
const MAX_NAME: usize = 255;
/// The field that the corpus has files in.
const FILE: &str = "f";

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
}

/// Any bytes as the media type of a form (up to the first line end) and its body: nothing panics, what is refused is refused as
/// a bad request, and what is taken is bounded, and its files have names.
pub fn multipart(input: &[u8]) {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (kind, body) = input.split_at(at);
    let Ok(kind) = HeaderValue::from_bytes(kind) else {
        return;
    };
    let body = Bytes::copy_from_slice(body.get(1..).unwrap_or_default());
    match RUNTIME.with(|runtime| runtime.block_on(read(kind, body.clone()))) {
        Ok(Data::Form(form)) => check(&form, body.len()),
        Ok(Data::Json(_)) => assert!(body.is_empty()),
        Err(error) => assert!(is_the_client_s(&error), "{error:?}"),
    }
}

fn is_the_client_s(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::BadRequest(_) | ApiError::BodyTooLarge | ApiError::UnsupportedMediaType(_)
    )
}

async fn read(kind: HeaderValue, body: Bytes) -> Result<Data, ApiError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, kind);
    let budget = BodyBudget::new(1 << 20);
    let terms = BodyTerms {
        limits: BodyLimits {
            body: MAX_TEXT,
            upload: Some(1 << 20),
        },
        deadline: Instant::now() + Duration::from_mins(1),
        budget: &budget,
        connection: None,
    };
    let stream = futures_util::stream::iter([Ok::<_, PayloadError>(body)]);
    let payload: Payload = Payload::Stream {
        payload: Box::pin(stream),
    };
    let body = RequestBody::new(payload, &headers, terms);
    body.data(&[Parser::Multipart]).await
}

fn check(form: &Form, sent: usize) {
    let texts: Vec<_> = form.texts().collect();
    let size: usize = texts
        .iter()
        .map(|(name, text)| name.len() + text.len())
        .sum();
    assert!(texts.len() <= MAX_PARTS && size <= MAX_TEXT, "{size}");
    let Some(Part::File(file)) = form.get(FILE) else {
        return;
    };
    assert!(file.bytes.len() <= sent);
    let name = file.name.as_str();
    assert!(!matches!(name, "" | "." | ".."), "{name:?}");
    assert!(name.chars().count() <= MAX_NAME, "{name:?}");
    let is_outside = |c: char| matches!(c, '/' | '\\') || c.is_control();
    assert!(!name.contains(is_outside), "{name:?}");
    assert_eq!(name, name.trim());
}
