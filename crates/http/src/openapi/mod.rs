//! The OpenAPI document of the service (ADR 0054), at `/api/schema/`: made once, at the start, and open to everybody.

mod examples;
mod serve;

use profiled_rest::Route;
use profiled_rest::openapi::{About, document};
use profiled_rest::settings::HttpSettings;
use utoipa::openapi::OpenApi;

pub(crate) use serve::{SCHEMA_PATH, SchemaFiles};

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
    ("oauth", "What other services need to judge tokens by."),
];

const DESCRIPTION: &str = "The profile of the current user, in the dialects that are switched on.\n\n\
    Each GET answers HEAD, too. A path without its final slash is redirected to the one with it. Texts of errors are those \
    of the dialect, and the members of bodies are always those that are described. Beside these paths there are /live and \
    /ready for supervisors, and /media/ with the pictures that profiles name.";

/// The document of these routes.
pub(crate) fn describe(routes: &[Route], http: &HttpSettings) -> OpenApi {
    let server = match http.public_url.trim_end_matches('/') {
        "" => "/",
        url => url,
    };
    let about = About {
        title: "profiled",
        version: env!("CARGO_PKG_VERSION"),
        description: DESCRIPTION.to_owned(),
        server: server.to_owned(),
        tags: TAGS,
        is_browsable: http.browsable,
        example: examples::of_field,
    };
    document(routes, &about)
}
