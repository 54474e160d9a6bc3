//! Request bodies as Django REST framework's parsers read them (contract `drf.md`, section 9).

mod charset;
mod form;
mod json;
mod media_type;
mod multipart;
mod unread;
mod value;

use std::cell::Cell;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

pub use form::{Form, Part, Upload};
pub use unread::{close_after, discard};
pub use value::{Text, Value, number_text};

use crate::error::{ApiError, Detail};
use crate::wire::query::Query;
use charset::Charset;

/// Most fields of a form.
const MAX_FIELDS: usize = 1000;

/// A form of body that a view reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parser {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
}

impl Parser {
    /// What views read unless they say otherwise, in the order of trial.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Form, Self::Multipart];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Multipart => "multipart/form-data",
        }
    }
}

/// A body that has been read.
#[derive(Clone, Debug)]
pub enum Data {
    /// Any JSON value.
    Json(Value),
    /// The fields of a form.
    Form(Form),
}

/// Largest bodies, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Everything but files.
    pub body: usize,
    /// A multipart body as a whole.
    pub upload: usize,
}

/// The body of a request, until a view wants it.
pub struct RequestBody<'a> {
    source: Cell<Option<Source>>,
    payload: Cell<Payload>,
    /// What a form said, for the page that answers it.
    typed: Cell<Option<Form>>,
    headers: &'a HeaderMap,
    limits: Limits,
    deadline: Instant,
}

enum Source {
    Payload,
    /// Read and parsed before the view asked.
    Data(Data),
    /// What a form carried in place of a body, under `_content` and `_content_type`.
    Carried {
        content_type: String,
        text: String,
    },
}

impl<'a> RequestBody<'a> {
    /// A body that must have arrived at the deadline.
    pub fn new(
        payload: Payload,
        headers: &'a HeaderMap,
        limits: Limits,
        deadline: Instant,
    ) -> Self {
        Self {
            source: Cell::new(Some(Source::Payload)),
            payload: Cell::new(payload),
            typed: Cell::new(None),
            headers,
            limits,
            deadline,
        }
    }

    /// `Content-Type` as it was sent.
    fn content_type(&self) -> String {
        let value = self.headers.get(header::CONTENT_TYPE);
        value.map_or_else(String::new, |value| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        })
    }

    /// Whether the body is a form of one of `parsers`.
    pub fn is_form(&self, parsers: &[Parser]) -> bool {
        let (media_type, _) = media_type::parameters(&self.content_type());
        let is_named = |parser: &Parser| parser.media_type() == media_type;
        let mut forms = parsers.iter().filter(|parser| **parser != Parser::Json);
        forms.any(is_named)
    }

    /// The method that a form asks for in its field `_method`. The form, or the body that it carries
    /// in `_content`, is left to the view; with `keeps_typed` also to the page that answers.
    ///
    /// # Errors
    /// Those of [`Self::data`].
    pub async fn overriding_method(
        &self,
        parsers: &[Parser],
        keeps_typed: bool,
    ) -> Result<Option<Method>, ApiError> {
        let Data::Form(mut form) = self.data(parsers).await? else {
            return Ok(None);
        };
        if keeps_typed {
            self.typed.set(Some(form.clone()));
        }
        form.follow_marks();
        let allowed = [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let wanted = form.text("_method");
        let method = allowed.into_iter().find(|m| wanted == Some(m.as_str()));
        let source = match form.text("_content") {
            Some(text) => Source::Carried {
                content_type: form.text("_content_type").unwrap_or_default().to_owned(),
                text: text.to_owned(),
            },
            None => Source::Data(Data::Form(form)),
        };
        self.source.set(Some(source));
        Ok(method)
    }

    /// What nobody has read.
    pub fn into_rest(self) -> Payload {
        self.payload.into_inner()
    }

    /// What a form said, if that was kept.
    pub fn take_typed(&self) -> Option<Form> {
        self.typed.take()
    }

    /// Reads the body now, for the view to find it later.
    ///
    /// # Errors
    /// Those of [`Self::data`].
    pub async fn prepare(&self, parsers: &[Parser]) -> Result<(), ApiError> {
        let data = self.data(parsers).await?;
        self.put_back(data);
        Ok(())
    }

    /// Leaves what was read to be read once more.
    pub fn put_back(&self, data: Data) {
        self.source.set(Some(Source::Data(data)));
    }

    /// The body in one of the forms that `parsers` names. A second call finds it empty.
    ///
    /// # Errors
    /// [`ApiError::UnsupportedMediaType`], [`ApiError::BodyTooLarge`], [`ApiError::BodyTooSlow`],
    /// [`ApiError::BadRequest`].
    pub async fn data(&self, parsers: &[Parser]) -> Result<Data, ApiError> {
        let content_type = self.content_type();
        match self.source.take() {
            Some(Source::Data(data)) => {
                let reads_forms = parsers.iter().any(|parser| *parser != Parser::Json);
                if matches!(data, Data::Form(_)) && !reads_forms {
                    return Err(ApiError::UnsupportedMediaType(content_type));
                }
                Ok(data)
            }
            Some(Source::Carried { content_type, text }) => {
                parse(parsers, &content_type, &Bytes::from(text), self.limits.body)
            }
            Some(Source::Payload) => {
                let parser = select(parsers, &content_type);
                let limit = match parser {
                    Some(Parser::Multipart) => self.limits.upload,
                    _ => self.limits.body,
                };
                let mut payload = self.payload.replace(Payload::None);
                let read = read(&mut payload, self.headers, limit);
                let read = timeout_at(self.deadline, read).await;
                self.payload.set(payload);
                let body = read.unwrap_or(Err(ApiError::BodyTooSlow))?;
                parse(parsers, &content_type, &body, self.limits.body)
            }
            None => parse(parsers, &content_type, &Bytes::new(), self.limits.body),
        }
    }
}

async fn read(payload: &mut Payload, headers: &HeaderMap, limit: usize) -> Result<Bytes, ApiError> {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| usize::try_from(length).map_or(true, |l| l > limit)) {
        return Err(ApiError::BodyTooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| bad("The request body could not be read."))?;
        if body.len() + chunk.len() > limit {
            return Err(ApiError::BodyTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn bad(text: impl Into<String>) -> ApiError {
    ApiError::BadRequest(Detail::Text(text.into()))
}

fn select(parsers: &[Parser], content_type: &str) -> Option<Parser> {
    let (media_type, _) = media_type::parameters(content_type);
    let fits = |parser: &Parser| media_type::matches(parser.media_type(), &media_type);
    parsers.iter().copied().find(fits)
}

fn parse(
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
pub fn parse_json(text: &str) -> Option<Value> {
    json::parse(text).ok()
}

fn json_data(body: &[u8], charset: Charset) -> Result<Data, ApiError> {
    let text = charset.decode(body);
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
    let query = Query::parse_with(body, |bytes| charset.decode_lossy(bytes));
    if query.pairs().len() > MAX_FIELDS {
        return Err(bad(format!("A form may have at most {MAX_FIELDS} fields.")));
    }
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
        multipart::Fault::TooManyParts => bad("A form may have at most 1000 parts."),
    })
}
