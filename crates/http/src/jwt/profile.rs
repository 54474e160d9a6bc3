//! `POST /api/profile/`: the profile of the token's user.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;

use crate::conditional::EntityTag;
use crate::failure::ApiError;
use crate::jwt::body::ProfileBody;
use crate::serializer::metadata;
use crate::view::{Access, Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Profile",
    description: "Retrieve the authenticated user profile information.",
    allow: "POST, OPTIONS",
    buttons: &["POST"],
    access: Access::Authenticated,
    detail: Detail::Account,
    ..Spec::VIEW
};

/// The view. POST reads nothing from its body (`decisions.md` 6).
pub(super) struct Profile;

impl View for Profile {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        future::ready(match *exchange.method {
            Method::POST => retrieve(exchange),
            Method::OPTIONS => Ok(exchange.ok(&metadata(&SPEC, exchange, None))),
            _ => exchange.unknown_method(),
        })
        .boxed_local()
    }
}

fn retrieve(exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
    let profile = &exchange.caller()?.profile;
    let tag = EntityTag::new(exchange, profile, ());
    Ok(exchange.show(&tag, || ProfileBody::new(&profile.user)))
}
