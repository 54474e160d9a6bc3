//! The reference page: the OpenAPI document for people, a dialect at a time. Without scripts it is read; with the one
//! that is built in, requests are sent from it.

mod operation;
mod schema;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use profiled_domain::User;
use profiled_rest::wire::host::Origin;
use profiled_rest::wire::json_writer::Style;
use profiled_rest::wire::query::Query;
use profiled_rest::{Article, Services, response};
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;

use super::{DOCS_PATH, SCHEMA_PATH};
use operation::OperationView;
use schema::{SchemaView, Word};

const SCRIPT: &str = include_str!("../../../templates/docs.js");

/// What this page may do in place of all others' script: run its own, which asks this server.
static RIGHTS: LazyLock<String> = LazyLock::new(|| {
    let digest = BASE64_STANDARD.encode(Sha256::digest(SCRIPT));
    format!("script-src 'sha256-{digest}'; connect-src 'self'")
});

/// The page, written once for each dialect.
pub(super) struct Reference(Vec<Section>);

/// What the page shows of a dialect.
struct Section {
    tag: String,
    text: String,
    html: String,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page<'a> {
    /// What all paths are below, in an address and on this page.
    base: &'a str,
    prefix: &'a str,
    schema: &'a str,
    docs: &'a str,
    sections: &'a [Section],
    section: &'a Section,
    script: &'static str,
}

#[derive(Template)]
#[template(path = "docs_section.html")]
struct SectionPage {
    operations: Vec<OperationView>,
    schemas: Vec<SchemaView>,
}

impl Reference {
    pub(super) fn of(document: &OpenApi) -> Self {
        let tags = document.tags.iter().flatten();
        let sections = tags.map(|tag| Section {
            tag: tag.name.clone(),
            text: tag.description.clone().unwrap_or_default(),
            html: section(document, &tag.name),
        });
        Self(sections.collect())
    }

    /// The page of the dialect that the query names, or of the first one.
    pub(super) async fn answer(
        &self,
        services: &Services,
        request: &HttpRequest,
        origin: &Origin,
    ) -> HttpResponse {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let mut refusal = response::plain(status, "Method not allowed.", Style::Compact);
            let allow = HeaderValue::from_static("GET, HEAD");
            refusal.headers_mut().insert(header::ALLOW, allow);
            return refusal;
        }
        let query = Query::parse(request.query_string().as_bytes()).unwrap_or_default();
        let wanted = query.get("dialect");
        let mut sections = self.0.iter();
        let section = match wanted {
            None => self.0.first(),
            Some(name) => sections.find(|section| section.tag == name),
        };
        let Some(section) = section else {
            return response::plain(StatusCode::NOT_FOUND, "Not found.", Style::Compact);
        };
        let article = Article::of(&Page {
            base: origin.as_str(),
            prefix: origin.prefix(),
            schema: &origin.below(SCHEMA_PATH),
            docs: &origin.below(DOCS_PATH),
            sections: &self.0,
            section,
            script: SCRIPT,
        });
        let page = ("Reference", |_: Option<&User>| article);
        let mut answer = response::article(services, request, origin, StatusCode::OK, page).await;
        let policy = answer.headers().get(header::CONTENT_SECURITY_POLICY);
        let policy = policy.and_then(|policy| policy.to_str().ok());
        let policy = policy.map(with_own_script);
        if let Some(policy) = policy.and_then(|policy| HeaderValue::try_from(policy).ok()) {
            answer
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer
    }
}

/// The policy of pages with the rights of this one.
fn with_own_script(of_pages: &str) -> String {
    let others = of_pages
        .split("; ")
        .filter(|part| !part.starts_with("script-src "));
    let all = others.chain([RIGHTS.as_str()]);
    all.collect::<Vec<_>>().join("; ")
}

/// The operations of a dialect, and the schemas that they refer to.
fn section(document: &OpenApi, tag: &str) -> String {
    let mut schemas = BTreeSet::new();
    let mut operations = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else {
                continue;
            };
            if operation.tags.iter().flatten().any(|own| own == tag) {
                let view = OperationView::new(document, method, path, operation, &mut schemas);
                operations.push(view);
            }
        }
    }
    let page = SectionPage {
        operations,
        schemas: schema::views(document, schemas),
    };
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "the reference could not be written");
        String::new()
    })
}
