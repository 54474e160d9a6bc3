//! `/`: what this service is, and where to go from here.

use std::borrow::Cow;

use actix_web::http::{Method, StatusCode};
use askama::Template;
use profiled_domain::ProfileDepth;
use profiled_rest::doors::{LOGIN, LOGOUT};
use profiled_rest::error::ApiError;
use profiled_rest::{
    Access, Article, Operation, PageForms, RequestContext, Resource, Route, Spec, View,
    ViewResponse,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::{DOCS_PATH, SCHEMA_PATH};
use crate::parts::Parts;

const DESCRIPTION: &str =
    "Profiles of the users of a site: whoever logs in reads and changes their own.";

const SPEC: Spec = Spec {
    name: "profiled",
    description: DESCRIPTION,
    access: Access::Open,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// Entries of dialects, each with a name and what it is.
const ENTRIES: [(&str, &str, &str); 7] = [
    (
        "drf",
        "/api/users/me/",
        "Your own profile, for staff, as Django REST framework shows it",
    ),
    ("drf", "/api/users/", "All users, for staff"),
    ("drf", "/api/groups/", "Groups and their members, for staff"),
    ("drf", "/api/auth/tokens/", "Your tokens for programs"),
    (
        "jwt",
        "/api/profile/",
        "Your own profile, for programs with JSON Web Tokens",
    ),
    (
        "jwt",
        "/api/token/",
        "A JSON Web Token for a user name and a password",
    ),
    (
        "tower",
        "/api/",
        "Users, organizations and teams, as Ansible Tower shows them",
    ),
];

const DOCUMENTS: [(&str, &str, &str); 2] = [
    ("", DOCS_PATH, "All views, with what they take and answer"),
    ("", SCHEMA_PATH, "The same for programs: OpenAPI"),
];

const HEALTH: [(&str, &str, &str); 2] = [
    ("", "/live", "Whether the service runs"),
    ("", "/ready", "Whether it can answer, its database included"),
];

/// The document, and before it the page made of it.
fn documents(has_pages: bool) -> Vec<Entry> {
    let documents = DOCUMENTS
        .into_iter()
        .filter(|(_, path, _)| has_pages || *path != DOCS_PATH);
    let entry = |(dialect, path, text)| Entry {
        dialect,
        path,
        text,
    };
    documents.map(entry).collect()
}

/// What the view goes by: links to what there is.
struct Home {
    entries: Vec<Entry>,
    documents: Vec<Entry>,
    has_pages: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    dialect: &'static str,
    path: &'static str,
    text: &'static str,
}

/// The view; `others` are the routes that it may lead to.
pub(super) fn view(parts: &Parts, others: &[Route]) -> Box<dyn View> {
    let is_there = |entry: &Entry| {
        let mut routes = others.iter();
        routes.any(|route| [route.mount, route.pattern].concat() == entry.path)
    };
    let existing = |all: &[(&'static str, &'static str, &'static str)]| {
        let all = all.iter().map(|&(dialect, path, text)| Entry {
            dialect,
            path,
            text,
        });
        all.filter(is_there).collect()
    };
    let home = Home {
        entries: existing(&ENTRIES),
        documents: documents(parts.services.http.browsable),
        has_pages: parts.services.http.browsable,
    };
    let view = Resource::new(SPEC, home).get(show).forms(page);
    Box::new(
        view.operations(|_| vec![Operation::new(Method::GET).answers::<Body<'_>>(StatusCode::OK)]),
    )
}

#[derive(Serialize, ToSchema)]
#[schema(as = pages::Home)]
struct Body<'a> {
    name: &'static str,
    description: &'static str,
    version: &'static str,
    dialects: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    login: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    logout: Option<Cow<'a, str>>,
    #[schema(value_type = Vec<String>)]
    documentation: Vec<Cow<'a, str>>,
    #[schema(value_type = Vec<String>)]
    health: Vec<Cow<'a, str>>,
}

/// A way on, as clients see it.
#[derive(Serialize, ToSchema)]
#[schema(as = pages::Link)]
struct Link<'a> {
    #[serde(rename = "name")]
    dialect: &'static str,
    #[schema(value_type = String)]
    url: Cow<'a, str>,
    description: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page<'a> {
    description: &'static str,
    version: &'static str,
    login: Cow<'a, str>,
    /// The page of the reader's own profile.
    own: Option<Cow<'a, str>>,
    is_known: bool,
    dialects: Vec<Link<'a>>,
    documents: Vec<Link<'a>>,
    health: Vec<Link<'a>>,
}

fn links<'a>(context: &RequestContext<'_>, entries: &[Entry]) -> Vec<Link<'a>> {
    let link = |entry: &Entry| Link {
        dialect: entry.dialect,
        url: context.origin.below(entry.path).into_owned().into(),
        description: entry.text,
    };
    entries.iter().map(link).collect()
}

fn health() -> [Entry; 2] {
    HEALTH.map(|(dialect, path, text)| Entry {
        dialect,
        path,
        text,
    })
}

async fn show(home: &Home, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let urls = |entries: &[Entry]| {
        let links = links(context, entries).into_iter();
        links.map(|link| link.url).collect()
    };
    let door = |path| home.has_pages.then(|| context.origin.below(path));
    Ok(context.ok(&Body {
        name: SPEC.name,
        description: DESCRIPTION,
        version: env!("CARGO_PKG_VERSION"),
        dialects: links(context, &home.entries),
        login: door(LOGIN),
        logout: door(LOGOUT),
        documentation: urls(&home.documents),
        health: urls(&health()),
    }))
}

async fn page(home: &Home, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let own_page = |user| context.services.own_pages.of(user);
    let own = context.reader.map(own_page);
    let own = own.filter(|path| *path != context.path);
    let page = Page {
        description: DESCRIPTION,
        version: env!("CARGO_PKG_VERSION"),
        login: context.origin.below(LOGIN),
        own: own.map(|path| context.origin.below(path)),
        is_known: context.reader.is_some(),
        dialects: links(context, &home.entries),
        documents: links(context, &home.documents),
        health: links(context, &health()),
    };
    Ok(PageForms::article(Article::of(&page)))
}
