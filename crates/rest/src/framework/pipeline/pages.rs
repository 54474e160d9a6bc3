//! What is on the page of an answer, and which page comes after a form.

use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use profiled_auth::{Identity, Scheme};
use serde::Deserialize;

use super::Pipeline;
use super::checks::{Checked, Negotiated};
use crate::error::ApiError;
use crate::framework::context::RequestContext;
use crate::framework::doors::HOME;
use crate::framework::forms::PageForms;
use crate::framework::notice::Notice;
use crate::framework::page::Reader;
use crate::framework::router::Found;
use crate::framework::session;
use crate::framework::spec::Access;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::Format;
use crate::wire::body::Parser;

impl Checked {
    /// Whether a log-in by cookie is the credential.
    pub(super) fn is_session(&self) -> bool {
        let session = |identity: &Identity| identity.scheme == Scheme::Session;
        self.identity.as_ref().is_some_and(session)
    }
}

impl Pipeline<'_> {
    /// Who reads the page. Views for everybody do not ask for it themselves.
    pub(super) async fn reader(&self, checked: &Checked) -> Reader {
        let access = self.route.view.spec().access;
        let is_open = matches!(access, Access::Open | Access::Optional);
        let user = match &checked.identity {
            Some(identity) if checked.is_session() => Some(identity.profile.user.clone()),
            None if is_open => {
                let found = self.services.session(self.request).await;
                let identity = found.unwrap_or_else(|error| {
                    tracing::debug!(%error, "a page does not know its reader");
                    None
                });
                identity.map(|identity| identity.profile.user)
            }
            _ => None,
        };
        Reader::new(self.services, self.request, &self.origin, user)
    }

    /// What the page of an answer lets the caller do.
    pub(super) async fn forms(
        &self,
        negotiated: &Negotiated<'_>,
        checked: &Checked,
        answer: &ViewResponse,
        (reader, refusal): (&Reader, Option<&ApiError>),
    ) -> PageForms {
        let spec = self.route.view.spec();
        let is_gone = checked.method == Method::DELETE && answer.status.is_success();
        let is_kept = answer.status == StatusCode::FORBIDDEN && self.may_try_again(checked);
        let is_fit = is_kept || PageForms::fit(answer.status, spec.access);
        if is_gone || !is_fit {
            return PageForms::default();
        }
        let context = RequestContext {
            reader: reader.user(),
            refusal,
            ..self.context(negotiated, checked, &[])
        };
        let offered = self.route.view.forms(&context).await;
        let mut forms = offered.unwrap_or_else(|error| {
            tracing::debug!(%error, "a page offers nothing to do");
            PageForms::default()
        });
        if spec.is_read_by_post && checked.is_session() {
            forms.buttons.retain(|button| button.method != "POST");
        }
        let is_changed = [Method::PUT, Method::PATCH].contains(&checked.method);
        if is_changed && answer.status.is_success() {
            forms.update(answer);
        }
        forms
    }

    /// Whether the form that was refused is shown once more: to those who may read the page, and who have filled it in
    /// on a page of this server.
    fn may_try_again(&self, checked: &Checked) -> bool {
        let access = self.route.view.spec().access;
        let admitted = |identity: &Identity| access.admits(&identity.profile.user);
        let is_own = !self.origin.is_foreign(self.request.headers());
        is_own && self.body.is_kept() && checked.identity.as_ref().is_some_and(admitted)
    }

    /// Whether a form of a page has done its work with the cookie of a log-in.
    pub(super) fn is_done(
        &self,
        negotiated: &Negotiated<'_>,
        checked: &Checked,
        answer: &ViewResponse,
    ) -> bool {
        let spec = self.route.view.spec();
        let is_form = negotiated.format == Format::Html
            && checked.is_session()
            && *self.request.method() == Method::POST
            && self.body.is_form(Parser::ALL);
        let is_read = spec.is_read_by_post && checked.method == Method::POST;
        is_form && !is_read && answer.status.is_success() && !checked.method.is_safe()
    }

    /// Where a browser goes after a form of a page has done its work, so that nothing is sent twice when the page is
    /// loaded again; the next page says what was done. `None` for all other requests, and where the answer is shown
    /// once: it holds a secret then, and says so to caches.
    pub(super) async fn next_page(
        &self,
        negotiated: &Negotiated<'_>,
        checked: &Checked,
        answer: &ViewResponse,
    ) -> Option<ViewResponse> {
        let is_secret = answer.has(&header::CACHE_CONTROL);
        if is_secret || !self.is_done(negotiated, checked, answer) {
            return None;
        }
        let is_deleted = checked.method == Method::DELETE;
        // The log-in may have gone with what was done.
        let is_over = matches!(self.services.session(self.request).await, Ok(None));
        let (path, notice) = match (is_over, is_deleted) {
            (true, true) => (self.below(HOME), Notice::Deleted),
            (true, false) => (self.below(HOME), Notice::LoggedOut),
            (false, true) => (self.below(self.above()), Notice::Deleted),
            (false, false) => {
                let notice = made_or_changed(answer);
                let made = self.made(answer).filter(|_| notice == Notice::Created);
                (made.unwrap_or_else(|| self.same()), notice)
            }
        };
        let location = format!("{}{path}", self.origin.root());
        let location = HeaderValue::from_str(&location).ok()?;
        let mut next = ViewResponse::new(StatusCode::SEE_OTHER, Vec::new())
            .with_header(header::LOCATION, location)
            .not_stored();
        next.headers.extend(notice.cookie(&self.origin));
        if is_over {
            next.headers.extend(session::clear(&self.origin));
        }
        Some(next)
    }

    fn below(&self, path: &str) -> String {
        self.origin.below(path).into_owned()
    }

    fn above(&self) -> &str {
        let above = self.router.shown_above(self.path, self.route);
        above.unwrap_or(HOME)
    }

    /// The page of the form, or if it cannot be shown again the nearest one above.
    fn same(&self) -> String {
        if !self.route.is_shown() {
            return self.below(self.above());
        }
        let target = self.request.uri().path_and_query();
        self.below(target.map_or(self.path, |target| target.as_str()))
    }

    /// The page of what was made: the answer tells it, or it stands below this page under its id.
    fn made(&self, answer: &ViewResponse) -> Option<String> {
        let mut headers = answer.headers.iter();
        if let Some((_, location)) = headers.find(|(name, _)| *name == header::LOCATION) {
            let path = location.to_str().ok()?.strip_prefix(self.origin.root())?;
            return path.starts_with('/').then(|| path.to_owned());
        }
        let Made { id } = serde_json::from_slice(&answer.json).ok()?;
        let path = format!("{}{id}/", self.path);
        match self.router.find(&path) {
            Found::View(route, ..) if route.is_shown() => Some(self.below(&path)),
            _ => None,
        }
    }
}

/// What is said of a write that deleted nothing.
pub(super) fn made_or_changed(answer: &ViewResponse) -> Notice {
    match answer.status {
        StatusCode::CREATED => Notice::Created,
        _ => Notice::Saved,
    }
}

/// What an answer tells of an object that was made.
#[derive(Deserialize)]
struct Made {
    id: i64,
}
