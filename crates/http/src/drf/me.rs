//! `/api/users/me/`: the caller's own profile, for staff and admins (seed 000).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;

use crate::drf::body::MeBody;
use crate::drf::options;
use crate::failure::ApiError;
use crate::settings::GroupsForm;
use crate::view::{Access, Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Retrieve Me",
    description: "Retrieve profile information of the current authenticated user.",
    allow: "GET, PUT, PATCH, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    detail: Detail::Groups,
};

/// The view.
pub(super) struct Me {
    /// The form of `groups` unless `?groups=` says otherwise (`decisions.md` 3).
    pub(super) groups: GroupsForm,
}

impl View for Me {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        future::ready(match *exchange.method {
            Method::GET => self.retrieve(exchange),
            Method::OPTIONS => Ok(options::me(&SPEC, exchange)),
            ref other => Err(ApiError::MethodNotAllowed(other.to_string())),
        })
        .boxed_local()
    }
}

impl Me {
    fn retrieve(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let profile = &exchange.caller()?.profile;
        let form = match exchange.query.get("groups") {
            Some("ids") => GroupsForm::Ids,
            Some("objects") => GroupsForm::Objects,
            _ => self.groups,
        };
        let rules = &exchange.state.completion;
        Ok(exchange.ok(&MeBody::new(profile, rules, exchange.origin, form)))
    }
}
