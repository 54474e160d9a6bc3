//! `/media/`: stored files, from wherever they are stored.

use std::io;
use std::ops::Range;
use std::time::SystemTime;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, Header, HeaderName, HeaderValue, HttpDate};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use profiled_rest::Notes;
use profiled_rest::error::ApiError;
use profiled_rest::lists;
use profiled_rest::response;
use profiled_rest::wire::json_writer::Style;

use super::kind::{PictureKind, TELLING};
use super::storage::Meta;
use super::{DRF_AVATARS, JWT_AVATARS, Media, StorageError, name};

/// Seconds that files may be kept that are no uploads: an operator may replace them.
const FOREIGN_MAX_AGE: u32 = 3600;

/// The file of this key, `None` if there is none.
pub(crate) async fn answer(
    media: &Media,
    request: &HttpRequest,
    key: &str,
    notes: &mut Notes,
) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        let mut response = HttpResponse::MethodNotAllowed();
        return Some(response.insert_header(allow).finish());
    }
    match file(media, request, key).await {
        Ok(response) => response,
        Err(error) => {
            notes.failed(&ApiError::from(error));
            Some(response::unavailable(Style::Compact))
        }
    }
}

async fn file(
    media: &Media,
    request: &HttpRequest,
    key: &str,
) -> Result<Option<HttpResponse>, StorageError> {
    let is_whole =
        *request.method() == Method::GET && !request.headers().contains_key(header::RANGE);
    if is_whole {
        return whole(media, request, key).await;
    }
    let Some(meta) = media.storage.head(key).await? else {
        return Ok(None);
    };
    let Some(file) = StoredFile::new(media, key, meta, None).await? else {
        return Ok(None);
    };
    if let Some(status) = condition(request, &file.meta) {
        return Ok(Some(file.head(status).finish()));
    }
    if *request.method() == Method::HEAD {
        let body = SizedStream::new(file.meta.size, stream::empty::<io::Result<_>>());
        return Ok(Some(file.head(StatusCode::OK).body(body)));
    }
    part(request, file).await
}

async fn whole(
    media: &Media,
    request: &HttpRequest,
    key: &str,
) -> Result<Option<HttpResponse>, StorageError> {
    let Some((meta, body)) = media.storage.open_file(key, None).await? else {
        return Ok(None);
    };
    let mut body = Box::pin(body.inspect_err(cut_short).peekable());
    let start = match body.as_mut().peek().await {
        Some(Ok(piece)) => Some(piece.clone()),
        _ => None,
    };
    let Some(file) = StoredFile::new(media, key, meta, start).await? else {
        return Ok(None);
    };
    if let Some(status) = condition(request, &file.meta) {
        return Ok(Some(file.head(status).finish()));
    }
    let mut response = file.head(StatusCode::OK);
    Ok(Some(response.body(SizedStream::new(file.meta.size, body))))
}

/// The part that `Range` asks for; an invalid range, or one of several parts, gets the whole
/// (RFC 9110, section 14.2).
async fn part(
    request: &HttpRequest,
    mut file: StoredFile<'_>,
) -> Result<Option<HttpResponse>, StorageError> {
    let size = file.meta.size;
    let (range, status) = match range(request, &file.meta) {
        Wanted::Whole => (0..size, StatusCode::OK),
        Wanted::Part(range) => (range, StatusCode::PARTIAL_CONTENT),
        Wanted::Nothing => {
            let mut response = file.head(StatusCode::RANGE_NOT_SATISFIABLE);
            let range = (header::CONTENT_RANGE, format!("bytes */{size}"));
            return Ok(Some(response.insert_header(range).finish()));
        }
    };
    let wanted = (status == StatusCode::PARTIAL_CONTENT).then(|| range.clone());
    let Some((now, body)) = file.media.storage.open_file(file.key, wanted).await? else {
        return Ok(None);
    };
    file.meta = now;
    let mut response = file.head(status);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        let range = format!("bytes {}-{last}/{}", range.start, file.meta.size);
        response.insert_header((header::CONTENT_RANGE, range));
    }
    let body = SizedStream::new(range.end - range.start, body.inspect_err(cut_short));
    Ok(Some(response.body(body)))
}

/// The head of the answer has gone, with a status that tells of success.
fn cut_short(error: &io::Error) {
    tracing::error!(%error, "a stored file could not be sent to its end");
}

enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

fn range(request: &HttpRequest, meta: &Meta) -> Wanted {
    // A part is only of use if it is one of the file that the client knows.
    let known = text(request, &header::IF_RANGE);
    if known.is_some_and(|tag| Some(tag) != meta.e_tag.as_deref()) {
        return Wanted::Whole;
    }
    let Ok(header::Range::Bytes(parts)) = header::Range::parse(request) else {
        return Wanted::Whole;
    };
    let [part] = parts.as_slice() else {
        return Wanted::Whole;
    };
    match part.to_satisfiable_range(meta.size) {
        Some((from, to)) => Wanted::Part(from..to.saturating_add(1)),
        None => Wanted::Nothing,
    }
}

/// The status that conditions of the request lead to, if not to the file (RFC 9110, section 13.2.2).
fn condition(request: &HttpRequest, meta: &Meta) -> Option<StatusCode> {
    let tag = meta.e_tag.as_deref().unwrap_or_default();
    let modified = SystemTime::from(meta.modified);
    let is_current = |date: HttpDate| modified <= SystemTime::from(date);
    let is_stale = match text(request, &header::IF_MATCH) {
        Some(list) => list.trim() != "*" && !lists(list, tag),
        None => header::IfUnmodifiedSince::parse(request).is_ok_and(|date| !is_current(date.0)),
    };
    if is_stale {
        return Some(StatusCode::PRECONDITION_FAILED);
    }
    let is_known = match text(request, &header::IF_NONE_MATCH) {
        Some(list) => lists(list, tag),
        None => header::IfModifiedSince::parse(request).is_ok_and(|date| is_current(date.0)),
    };
    is_known.then_some(StatusCode::NOT_MODIFIED)
}

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// A file that is there, and what is known of it.
struct StoredFile<'a> {
    media: &'a Media,
    key: &'a str,
    meta: Meta,
    /// `None` for what is no picture.
    kind: Option<PictureKind>,
}

impl<'a> StoredFile<'a> {
    /// Looks at the content of a file, which may begin with what has been read. `None` for one that is hidden: only pictures
    /// may have a name that begins with a dot, as Django makes of a name like `☀.png`.
    async fn new(
        media: &'a Media,
        key: &'a str,
        meta: Meta,
        read: Option<Bytes>,
    ) -> Result<Option<Self>, StorageError> {
        let is_enough = |start: &Bytes| start.len() >= TELLING || start.len() as u64 == meta.size;
        let start = match read.filter(is_enough) {
            Some(start) => start,
            None => beginning(media, key, &meta).await?,
        };
        let kind = PictureKind::of(&start);
        let is_shown = kind.is_some() || !name::is_hidden(key);
        Ok(is_shown.then_some(Self {
            media,
            key,
            meta,
            kind,
        }))
    }

    /// Status and headers. Whatever a file is, a browser shows it as a picture or saves it.
    fn head(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        for (name, value) in [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; sandbox",
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                "cross-origin",
            ),
            (header::ACCEPT_RANGES, "bytes"),
        ] {
            response.insert_header((name, HeaderValue::from_static(value)));
        }
        response.insert_header((header::CACHE_CONTROL, cache_control(self.media, self.key)));
        let modified = SystemTime::from(self.meta.modified);
        response.insert_header(header::LastModified(modified.into()));
        if let Some(tag) = &self.meta.e_tag {
            response.insert_header((header::ETAG, tag.as_str()));
        }
        if self.kind.is_none() {
            let save = HeaderValue::from_static("attachment");
            response.insert_header((header::CONTENT_DISPOSITION, save));
        }
        if status.is_success() {
            let content_type = self.kind.map(PictureKind::media_type);
            let content_type = content_type.unwrap_or("application/octet-stream");
            response.insert_header((header::CONTENT_TYPE, content_type));
        }
        response
    }
}

/// What a file begins with, as far as it tells what the file is.
async fn beginning(media: &Media, key: &str, meta: &Meta) -> Result<Bytes, StorageError> {
    if meta.size == 0 {
        return Ok(Bytes::new());
    }
    let range = 0..meta.size.min(TELLING as u64);
    let Some((_, body)) = media.storage.open_file(key, Some(range)).await? else {
        return Ok(Bytes::new());
    };
    let pieces = body.map(|piece| piece.map_err(|_broken_off| StorageError::GaveUp));
    let start: Vec<Bytes> = pieces.try_collect().await?;
    Ok(start.concat().into())
}

/// The name of an upload is not used again for as long as this: what it names does not change.
fn cache_control(media: &Media, key: &str) -> String {
    let is_upload = [DRF_AVATARS, JWT_AVATARS].iter().any(|folder| {
        let name = key.strip_prefix(folder);
        name.is_some_and(|name| !name.contains('/'))
    });
    if is_upload {
        format!("public, max-age={}, immutable", media.settings.max_age)
    } else {
        format!("public, max-age={FOREIGN_MAX_AGE}")
    }
}
