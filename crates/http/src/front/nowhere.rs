//! The page of an address that leads nowhere.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use profiled_domain::User;
use profiled_rest::doors::{HOME, LOGIN};
use profiled_rest::wire::accept::{Format, negotiate};
use profiled_rest::wire::headers::joined;
use profiled_rest::wire::host::Origin;
use profiled_rest::wire::query::Query;
use profiled_rest::{Article, Services, response};

#[derive(Template)]
#[template(path = "nowhere.html")]
struct Nowhere<'a> {
    home: &'a str,
    /// Where strangers log in.
    login: Option<&'a str>,
    /// The page of the reader's own profile.
    profile: Option<&'a str>,
}

/// 404 for a browser; `None` for all others, who get JSON.
pub(crate) async fn answer(
    services: &Services,
    request: &HttpRequest,
    origin: &Origin,
) -> Option<HttpResponse> {
    if !services.is_browsable {
        return None;
    }
    let accept = joined(request.headers(), &header::ACCEPT)?;
    let accept = String::from_utf8_lossy(&accept);
    let query = Query::parse(request.query_string().as_bytes()).ok()?;
    let offered = [Format::Json, Format::Html];
    let accepted = negotiate(&offered, Some(&accept), query.get("format")).ok()?;
    if accepted.format != Format::Html {
        return None;
    }
    let article = |reader: Option<&User>| {
        let profile = reader.map(|user| services.own_pages.of(user));
        let profile = profile.filter(|path| *path != HOME);
        let (login, profile) = (origin.below(LOGIN), profile.map(|path| origin.below(path)));
        Article::of(&Nowhere {
            home: &origin.below(HOME),
            login: Some(&*login).filter(|_| reader.is_none()),
            profile: profile.as_deref(),
        })
    };
    let page = ("Page not found", article);
    Some(response::article(services, request, origin, StatusCode::NOT_FOUND, page).await)
}
