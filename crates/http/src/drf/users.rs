//! `/api/users/` and `/api/users/{id}/`: everybody's profile, to be read by staff and admins.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use profiled_domain::{Detail, UserId, UserProfile};

use crate::drf::body::MeBody;
use crate::drf::list::{Envelope, Paging};
use crate::failure::ApiError;
use crate::serializer::metadata;
use crate::settings::GroupsForm;
use crate::view::{Access, Answer, Exchange, Spec, View};

const LIST: Spec = Spec {
    name: "User List",
    allow: "GET, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "User Detail",
    ..LIST
};

pub(super) const NO_USER: ApiError = ApiError::NoSuchObject("No User matches the given query.");

/// All users who are not deleted, inactive ones too.
pub(super) struct UserList {
    pub(super) paging: Paging,
    pub(super) groups: GroupsForm,
}

impl View for UserList {
    fn spec(&self) -> &Spec {
        &LIST
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            match *exchange.method {
                Method::GET => self.list(exchange).await,
                Method::OPTIONS => Ok(exchange.ok(&metadata(&LIST, exchange, None))),
                _ => exchange.unknown_method(),
            }
        }
        .boxed_local()
    }
}

impl UserList {
    async fn list(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let page = self.paging.asked(exchange.query)?;
        let found = exchange.state.blocking(move |r| r.list_profiles(page));
        let found = found.await??;
        let form = self.groups.asked(exchange.query);
        let users = found.items.iter();
        let bodies = users.map(|profile| MeBody::new(exchange, profile, form));
        let envelope = Envelope::new(exchange, page, found.total, bodies.collect())?;
        Ok(exchange.ok(&envelope))
    }
}

/// One user.
pub(super) struct UserDetail {
    pub(super) groups: GroupsForm,
}

impl View for UserDetail {
    fn spec(&self) -> &Spec {
        &DETAIL
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            match *exchange.method {
                Method::GET => {
                    let profile = find(exchange).await?;
                    let form = self.groups.asked(exchange.query);
                    Ok(exchange.ok(&MeBody::new(exchange, &profile, form)))
                }
                Method::OPTIONS => Ok(exchange.ok(&metadata(&DETAIL, exchange, None))),
                _ => exchange.unknown_method(),
            }
        }
        .boxed_local()
    }
}

async fn find(exchange: &Exchange<'_>) -> Result<UserProfile, ApiError> {
    let id = UserId(exchange.parameters.id(0));
    let found = exchange
        .state
        .blocking(move |repository| repository.find_profile(id, Detail::Groups));
    let present = |profile: &UserProfile| profile.user.deleted_at.is_none();
    found.await??.filter(present).ok_or(NO_USER)
}
