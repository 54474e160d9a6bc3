//! Request bodies as Django REST framework's parsers read them (contract `drf.md`, section 9).

mod budget;
mod charset;
mod charset_names;
mod form;
mod json;
mod media_type;
mod multipart;
mod names;
mod parse;
mod part;
mod transfer;
mod unread;
mod value;

use std::cell::Cell;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use tokio::time::{Instant, timeout_at};

pub use budget::BodyBudget;
pub use form::{Form, Part, Upload};
pub use parse::parse_json;
pub(in crate::wire) use unread::Holding;
pub use unread::{close_after, discard};
pub use value::{Text, Value, number_text};

use crate::error::ApiError;
use crate::wire::connection::Connection;
use budget::Share;
use parse::{parse, read, select};

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
    #[must_use]
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
pub struct BodyLimits {
    /// Everything but files.
    pub body: usize,
    /// A multipart body as a whole, where one is taken.
    pub upload: Option<usize>,
}

impl BodyLimits {
    /// Names, passwords and tokens are no longer.
    const STRANGERS: usize = 64 * 1024;

    /// What is taken from those who need not say who they are: no files, and little else.
    #[must_use]
    pub fn of_strangers(self) -> Self {
        Self {
            body: self.body.min(Self::STRANGERS),
            upload: None,
        }
    }
}

/// What holds for the body of a request.
#[derive(Clone, Copy)]
pub struct BodyTerms<'a> {
    /// How large it may be.
    pub limits: BodyLimits,
    /// When it must have arrived.
    pub deadline: Instant,
    /// What it is counted against.
    pub budget: &'a BodyBudget,
    /// The connection that it arrives on.
    pub connection: Option<&'a Connection>,
}

/// The body of a request, until a view wants it.
pub struct RequestBody<'a> {
    source: Cell<Option<Source>>,
    payload: Cell<Payload>,
    /// What a form said, for the page that answers it.
    typed: Cell<Option<Form>>,
    headers: &'a HeaderMap,
    limits: BodyLimits,
    deadline: Instant,
    share: Share<'a>,
    connection: Option<&'a Connection>,
}

enum Source {
    Payload,
    /// Read and parsed before the view needed it.
    Data(Data),
    /// What a form carried in place of a body, under `_content` and `_content_type`.
    Carried {
        content_type: String,
        text: String,
    },
}

impl<'a> RequestBody<'a> {
    /// A body of which nothing has been read.
    #[must_use]
    pub fn new(payload: Payload, headers: &'a HeaderMap, terms: BodyTerms<'a>) -> Self {
        Self {
            source: Cell::new(Some(Source::Payload)),
            payload: Cell::new(payload),
            typed: Cell::new(None),
            headers,
            limits: terms.limits,
            deadline: terms.deadline,
            share: Share::of(terms.budget),
            connection: terms.connection,
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

    /// What no view has read.
    pub fn into_rest(self) -> Payload {
        self.payload.into_inner()
    }

    /// What a form said in a field, if that was kept.
    pub fn typed(&self, name: &str) -> Option<String> {
        let form = self.typed.take();
        let text = form.as_ref().and_then(|form| form.text(name));
        let text = text.map(str::to_owned);
        self.typed.set(form);
        text
    }

    /// Whether it is kept what a form said.
    pub fn is_kept(&self) -> bool {
        let form = self.typed.take();
        let is_kept = form.is_some();
        self.typed.set(form);
        is_kept
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
                    _ => Some(self.limits.body),
                };
                let Some(limit) = limit else {
                    return Err(ApiError::UnsupportedMediaType(content_type));
                };
                let body = self.read(limit).await?;
                parse(parsers, &content_type, &body, self.limits.body)
            }
            None => parse(parsers, &content_type, &Bytes::new(), self.limits.body),
        }
    }

    async fn read(&self, limit: usize) -> Result<Bytes, ApiError> {
        let mut payload = self.payload.replace(Payload::None);
        let read = read(
            &mut payload,
            self.headers,
            limit,
            &self.share,
            self.connection,
        );
        let read = timeout_at(self.deadline, read).await;
        self.payload.set(payload);
        read.unwrap_or(Err(ApiError::BodyTooSlow))
    }
}
