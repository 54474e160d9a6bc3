//! The checks of a request, in the order of its dialect (`decisions.md` 2).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::Method;
use profiled_auth::{AuthError, Identity, RequestCredentials};

use super::Pipeline;
use crate::error::ApiError;
use crate::framework::csrf;
use crate::framework::session;
use crate::framework::spec::{Access, Spec};
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::{Format, NegotiationFailure};
use crate::wire::headers::joined;
use crate::wire::host::{Origin, user_agent};
use crate::wire::json_writer::Layout;
use crate::wire::query::Query;

/// What a request asks for in addition to its method and body.
pub(super) struct Negotiated<'a> {
    pub(super) outcome: Result<(), NegotiationFailure>,
    pub(super) format: Format,
    pub(super) query: &'a Query,
    pub(super) layout: Layout,
}

/// What the checks have found out so far.
pub(super) struct Checked {
    /// The one that a form asks for in place of POST, if it does.
    pub(super) method: Method,
    pub(super) identity: Option<Identity>,
}

impl Checked {
    /// The method as views see it: HEAD asks for what GET shows.
    pub(super) fn read_method(&self) -> &Method {
        match self.method {
            Method::HEAD => &Method::GET,
            ref other => other,
        }
    }

    /// GET and HEAD of a page ask for what POST shows; OPTIONS stays what it is.
    fn read_by_post(&mut self) {
        if [Method::GET, Method::HEAD].contains(&self.method) {
            self.method = Method::POST;
        }
    }
}

/// Browsers send remembered credentials along with any form: one from elsewhere is refused
/// (contract `tower.md`, section 1.4).
fn check_form_origin(request: &HttpRequest, spec: &Spec, own: &Origin) -> Result<(), ApiError> {
    let needs_credentials = !matches!(spec.access, Access::Open | Access::Optional);
    if needs_credentials && own.is_foreign(request.headers()) {
        return Err(ApiError::CrossOriginForm);
    }
    Ok(())
}

impl Pipeline<'_> {
    /// Checks the request in the dialect's order, and asks the view.
    pub(super) async fn ask(
        &mut self,
        negotiated: &Negotiated<'_>,
        checked: &mut Checked,
    ) -> Result<ViewResponse, ApiError> {
        let (spec, dialect) = (self.route.view.spec(), Arc::clone(&self.route.dialect));
        let is_late = dialect.authenticates_first();
        if !is_late {
            negotiated.outcome?;
        }
        let is_page = negotiated.format == Format::Html;
        checked.identity = self.authenticate(spec, is_page).await?;
        let admitted = |identity: &Identity| spec.access.admits(&identity.profile.user);
        if spec.access == Access::StaffOrSuperuser
            && !checked.identity.as_ref().is_some_and(admitted)
        {
            return Err(ApiError::PermissionDenied);
        }
        if spec.is_throttled {
            self.services
                .admit(self.request, checked.identity.as_ref())
                .await?;
        }
        // What a page's form stands for is read as the POST that it is.
        let mut sent_by_page = false;
        if dialect.overrides_methods(negotiated.format) && checked.method == Method::POST {
            let parsers = dialect.parsers(spec, &checked.method);
            if self.body.is_form(parsers) {
                check_form_origin(self.request, spec, &self.origin)?;
                let wanted = self.body.overriding_method(parsers, is_page).await?;
                checked.method = wanted.unwrap_or(Method::POST);
                sent_by_page = is_page;
            }
        }
        if !checked.method.is_safe() && checked.is_session() {
            // Browsers send the cookie by themselves.
            let field = self.body.typed(csrf::FORM_FIELD);
            csrf::check(self.request.headers(), field.as_deref(), &self.origin)?;
        }
        if spec.is_read_by_post && is_page && checked.is_session() && checked.method.is_safe() {
            checked.read_by_post();
        }
        if !self.route.view.allows(&checked.method) {
            return Err(ApiError::MethodNotAllowed(checked.method.to_string()));
        }
        let read_as = if sent_by_page {
            &Method::POST
        } else {
            &checked.method
        };
        let parsers = dialect.parsers(spec, read_as);
        let writes = [Method::POST, Method::PUT, Method::PATCH].contains(&checked.method);
        if is_late && writes {
            self.body.prepare(parsers).await?;
        }
        let context = self.context(negotiated, checked, parsers);
        if let Some(permit) = self.route.view.permit(&context) {
            permit.await?;
        }
        negotiated.outcome?;
        self.route.view.answer(&context).await
    }

    /// The caller, `None` where a view asks for none.
    async fn authenticate(
        &mut self,
        spec: &Spec,
        is_page: bool,
    ) -> Result<Option<Identity>, ApiError> {
        let headers = self.request.headers();
        let dialect = Arc::clone(&self.route.dialect);
        let other = dialect.authenticator().header();
        let other = other.and_then(|name| joined(headers, name));
        let credentials = dialect.credentials(headers);
        let takes_cookies = is_page || dialect.takes_cookies();
        let session = takes_cookies.then(|| session::sent(headers)).flatten();
        if spec.access == Access::Open {
            return Ok(None);
        }
        if credentials.is_none() && session.is_none() && other.is_none() {
            return match spec.access {
                Access::Optional => Ok(None),
                _ => Err(AuthError::NotProvided.into()),
            };
        }
        let agent = user_agent(self.request);
        let client_address = self.services.hosts.client_address(self.request);
        let now = self.services.now();
        let attempt = RequestCredentials {
            authorization: credentials.as_deref(),
            other_header: other.as_deref(),
            session,
            client_address,
            user_agent: agent.as_deref(),
            depth: spec.depth,
            now,
        };
        let claim = if credentials.is_none() && other.is_none() {
            self.services.claim_session(&attempt)
        } else {
            dialect.authenticator().claim(&attempt)
        };
        let identity = match self.services.resolve(claim).await? {
            Err(AuthError::NotProvided) if spec.access == Access::Optional => return Ok(None),
            other => other?,
        };
        self.notes.authenticated(&identity);
        self.services.throttle.tally().accept(identity.scheme);
        self.services.record_use(&identity, now).await;
        Ok(Some(identity))
    }
}
