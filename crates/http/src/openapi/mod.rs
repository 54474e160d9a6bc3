//! The OpenAPI document of the service (ADR 0054), at `/api/schema/`, and the page made of it, at `/api/docs/`: both are
//! made when they are asked for first, and open to everybody.

mod examples;
mod page;
mod serve;

use std::sync::OnceLock;

use actix_web::{HttpRequest, HttpResponse};
use profiled_rest::measure::Place;
use profiled_rest::openapi::{About, document};
use profiled_rest::settings::HttpSettings;
use profiled_rest::wire::host::Origin;
use profiled_rest::{Notes, Router, Services, response};
use utoipa::openapi::OpenApi;

use page::Reference;
use serve::SchemaFiles;

/// Where the document is.
pub(crate) const SCHEMA_PATH: &str = "/api/schema/";
/// Where the page is that is made of it.
pub(crate) const DOCS_PATH: &str = "/api/docs/";

const TAGS: &[(&str, &str)] = &[
    (
        "drf",
        "The API of a service on Django REST framework with its own tokens.",
    ),
    (
        "jwt",
        "The API of a service on Django REST framework with simplejwt.",
    ),
    (
        "tower",
        "The API of Ansible Tower 2.3, and with /api/v2/ what clients of AWX want of it.",
    ),
    ("pages", "The front door, and the log-in of all pages."),
    ("oauth", "What other services need to judge tokens by."),
];

const DESCRIPTION: &str = "The profile of the current user, in the dialects that are switched on.\n\n\
    Each GET answers HEAD, too. Most paths answer browsers with a page, which shows the same JSON \
    and is not described here. A path without its final slash is redirected to the one with it. Texts of errors are those \
    of the dialect, and the members of bodies are always those that are described. Beside these paths there are /live and \
    /ready for supervisors, and /media/ with the pictures that profiles name.";

/// The document of the routes in all its forms.
pub(crate) struct Documents {
    server: String,
    is_browsable: bool,
    document: OnceLock<OpenApi>,
    files: OnceLock<SchemaFiles>,
    reference: OnceLock<Reference>,
}

impl Documents {
    pub(crate) fn new(http: &HttpSettings) -> Self {
        let server = match http.public_url.trim_end_matches('/') {
            "" => "/",
            url => url,
        };
        Self {
            server: server.to_owned(),
            is_browsable: http.browsable,
            document: OnceLock::new(),
            files: OnceLock::new(),
            reference: OnceLock::new(),
        }
    }

    /// The document.
    pub(crate) fn document(&self, router: &Router) -> &OpenApi {
        self.document.get_or_init(|| {
            let about = About {
                title: "profiled",
                version: env!("CARGO_PKG_VERSION"),
                description: DESCRIPTION.to_owned(),
                server: self.server.clone(),
                tags: TAGS,
                example: examples::of_field,
            };
            document(router.routes(), &about)
        })
    }

    fn files(&self, router: &Router) -> &SchemaFiles {
        self.files
            .get_or_init(|| SchemaFiles::of(self.document(router)))
    }

    fn reference(&self, router: &Router) -> &Reference {
        self.reference
            .get_or_init(|| Reference::of(self.document(router)))
    }
}

/// The answer, if the path is that of the document or of the page, or lacks their final slash.
pub(crate) async fn answer(
    (documents, router, services): (&Documents, &Router, &Services),
    request: &HttpRequest,
    path: &str,
    origin: &Origin,
    notes: &mut Notes,
) -> Option<HttpResponse> {
    let with_slash = [SCHEMA_PATH, DOCS_PATH].into_iter().find(|known| {
        let is_there = documents.is_browsable || *known == SCHEMA_PATH;
        is_there && (path == *known || Some(path) == known.strip_suffix('/'))
    })?;
    if path != with_slash {
        let target = origin.below(with_slash);
        return Some(response::redirect_to(&target, request.query_string()));
    }
    if with_slash == SCHEMA_PATH {
        notes.goes_to(Place::Schema, SCHEMA_PATH);
        return Some(documents.files(router).answer(request));
    }
    notes.goes_to(Place::Docs, DOCS_PATH);
    let reference = documents.reference(router);
    Some(reference.answer(services, request, origin).await)
}
