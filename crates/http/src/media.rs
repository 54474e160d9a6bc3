//! `/media/`: files of the media folder.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::Method;
use actix_web::http::header::{self, ContentDisposition, DispositionType, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::state::AppState;

/// Types that a browser may show. Anything else is handed over as bytes to be saved.
const IMAGES: [(&str, &str); 5] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
];

/// The file of this key, `None` if there is none that may be shown.
pub(crate) async fn answer(
    state: &AppState,
    request: &HttpRequest,
    key: &str,
) -> Option<HttpResponse> {
    if !is_plain(key) {
        return None;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(
            HttpResponse::MethodNotAllowed()
                .insert_header(allow)
                .finish(),
        );
    }
    let (root, path) = (state.media_root.clone(), state.media_root.join(key));
    let opened = web::block(move || NamedFile::open(inside(&root, &path)?).ok()).await;
    let mut file = opened.ok()??;
    let content_type = image_type(file.path());
    if content_type.is_none() {
        let save = DispositionType::Attachment;
        file = file.set_content_disposition(ContentDisposition {
            disposition: save,
            parameters: Vec::new(),
        });
    }
    let mut response = file.into_response(request);
    let content_type = content_type.unwrap_or("application/octet-stream");
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}

/// Names below the folder only: no way up, no absolute path, no separator of another system, and
/// nothing hidden, which is where unfinished files may be.
fn is_plain(key: &str) -> bool {
    let fine = |part: &str| !part.is_empty() && !part.starts_with('.');
    key.split('/').all(fine) && !key.contains(['\\', '\0', ':'])
}

/// The real place of a regular file, if it lies below the folder: a link may lead out of it.
fn inside(root: &Path, path: &Path) -> Option<PathBuf> {
    let (root, path) = (root.canonicalize().ok()?, path.canonicalize().ok()?);
    (path.starts_with(root) && path.is_file()).then_some(path)
}

fn image_type(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    let known = IMAGES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(extension));
    known.map(|(_, content_type)| *content_type)
}
