//! `/api/login/`: the log-in of browsers, and of clients that act as one (contract `tower.md`, section 15.3).

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_auth::{AuthError, LoginOutcome, TokenKey, UsernameField};
use profiled_domain::ProfileDepth;
use profiled_rest::error::ApiError;
use profiled_rest::fields::{Field, Kind};
use profiled_rest::wire::body::{Data, Value};
use profiled_rest::{Access, Operation, PageForms, RequestContext, Resource, Spec, ViewResponse};
use serde::Serialize;

use crate::flows::login::login;
use crate::flows::token_issue;
use crate::tower::login_input::LoginInput;
use crate::tower::site;
use crate::tower::{csrf, options};

/// The cookie that carries the key of a log-in.
pub(super) const SESSION_COOKIE: &str = "sessionid";
/// Its attribute in addition to those of all cookies: no script reads it.
pub(super) const HTTP_ONLY: &str = "; HttpOnly";
const SESSION_COOKIE_NAME: HeaderName = HeaderName::from_static("x-api-session-cookie-name");

/// Where a log-in leads unless it says otherwise, and a log-out.
const HOME: &str = "/api/";

const SPEC: Spec = Spec {
    name: "Log In",
    description: "POST a username and a password as a form for a cookie, which is a credential below \
                  /api/v2/. A write with it repeats the cookie csrftoken in the header X-CSRFToken.",
    access: Access::Open,
    depth: ProfileDepth::Account,
    // Browsers ask for Basic credentials before they show a page: the one with the form would wait.
    challenge: Some("Cookie realm=\"api\""),
    ..Spec::VIEW
};

/// The view. It is given the fields of its form. The first one has its name whatever it holds, as in Django's form.
pub(super) fn view(username_field: UsernameField) -> Resource<[Field; 3]> {
    let required = |name, label, kind| Field::written(name, label, kind).required();
    let fields = [
        required("username", username_field.label(), Kind::Username),
        required("password", "Password", Kind::Password),
        Field::written("next", "Next", Kind::Text).at_most(2000),
    ];
    let view = Resource::new(SPEC, fields).get(show).post(log_in);
    let view = view.options(describe).forms(forms);
    view.operations(|fields| {
        let log_in = Operation::new(Method::POST).takes(fields);
        let log_in = log_in.answers_nothing(StatusCode::FOUND);
        let log_in = log_in.with_header("Location", "Where next leads to.");
        let log_in = log_in.with_header("Set-Cookie", "The log-in, and the token of its writes.");
        let log_in = log_in.refuses(StatusCode::UNAUTHORIZED);
        vec![
            options::read_operation(),
            log_in.refuses(StatusCode::FORBIDDEN),
            options::operation(),
        ]
    })
}

async fn show(_: &[Field; 3], context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let described = context.ok(&options::open(&SPEC, context, "3.2.0"));
    Ok(with_csrf_cookie(context, described))
}

async fn describe(_: &[Field; 3], context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&SPEC, context, "3.2.0")))
}

async fn forms(fields: &[Field; 3], context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let home = home(context);
    let next = context.query.get("next").unwrap_or(&home);
    let form = Form { username: "", next };
    Ok(PageForms::default().form(&["POST"], fields, &form))
}

/// What the form begins with.
#[derive(Serialize)]
struct Form<'a> {
    username: &'static str,
    next: &'a str,
}

async fn log_in(_: &[Field; 3], context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    // A page of elsewhere must not log its reader in as a user of its choice.
    if context.origin.is_foreign(context.request.headers()) {
        return Err(ApiError::CrossOriginForm);
    }
    let data = context.data().await?;
    let LoginInput { username, password } = LoginInput::of(&data)?;
    let refused = || ApiError::from(AuthError::InvalidPassword);
    let LoginOutcome::Accepted(user) = login(context, username, password).await? else {
        return Err(refused());
    };
    let issued = token_issue::issue_sliding_token(
        context,
        site::settings(context)?,
        &user,
        "Cookie log-in",
        TokenKey::session_digest,
    );
    let (_, key) = issued.await?.ok_or_else(refused)?;
    let cookie = csrf::set_cookie(SESSION_COOKIE, key.as_str(), HTTP_ONLY, context.origin);
    let home = home(context);
    let mut answer = found(context, next(&data).unwrap_or(&home));
    answer.headers.extend(cookie);
    answer.headers.extend(csrf_cookie(context));
    let name = HeaderValue::from_static(SESSION_COOKIE);
    answer.headers.push((SESSION_COOKIE_NAME, name));
    Ok(answer)
}

/// Where a log-in leads unless it is told.
pub(super) fn home<'a>(context: &RequestContext<'_>) -> Cow<'a, str> {
    context.origin.below(HOME)
}

/// 302 to a path of this server, as clients see it.
pub(super) fn found(context: &RequestContext<'_>, path: &str) -> ViewResponse {
    let location = format!("{}{path}", context.origin.root());
    let location = HeaderValue::from_str(&location).unwrap_or(HeaderValue::from_static(HOME));
    ViewResponse::new(StatusCode::FOUND, Vec::new())
        .with_header(header::LOCATION, location)
        .not_stored()
}

/// A new cookie for [`csrf::check`].
fn csrf_cookie(context: &RequestContext<'_>) -> Option<(HeaderName, HeaderValue)> {
    let key = TokenKey::generate();
    csrf::set_cookie(csrf::CSRF_COOKIE, key.as_str(), "", context.origin)
}

/// The answer, with a cookie for [`csrf::check`] if the client has none.
pub(super) fn with_csrf_cookie(
    context: &RequestContext<'_>,
    mut answer: ViewResponse,
) -> ViewResponse {
    let headers = context.request.headers();
    if csrf::cookie(headers, csrf::CSRF_COOKIE).is_none() {
        answer.headers.extend(csrf_cookie(context));
    }
    answer
}

/// Where a log-in leads: a path of this server, as the body says.
fn next(data: &Data) -> Option<&str> {
    let wanted = match data {
        Data::Form(form) => form.text("next"),
        Data::Json(object) => match object.get("next") {
            Some(Value::Text(text)) => Some(text.text.as_str()),
            _ => None,
        },
    };
    wanted.filter(|path| is_own_path(path))
}

/// Whether a browser that is sent here stays on this server. It reads `//` and `/\` as the beginning of a
/// host, and drops line ends.
fn is_own_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for own in ["/", "/api/v2/", "/api/v2/users/?a=b&next=//x", "/x#y"] {
            assert!(is_own_path(own), "{own}");
        }
        let others = [
            "",
            "api/",
            "//evil.example",
            "/\\evil.example",
            "/api\\..",
            "\\\\evil.example",
            "http://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: a=b",
            " /api/",
            "/é",
        ];
        for other in others {
            assert!(!is_own_path(other), "{other:?}");
        }
    }
}
