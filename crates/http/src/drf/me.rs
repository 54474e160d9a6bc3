//! `/api/users/me/`: the caller's own profile, for staff and admins.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;

use crate::conditional::EntityTag;
use crate::drf::body::MeBody;
use crate::failure::ApiError;
use crate::page::Controls;
use crate::profile_update;
use crate::serializer::{Field, metadata};
use crate::settings::GroupsForm;
use crate::view::{Access, Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Retrieve Me",
    description: "Retrieve profile information of the current authenticated user.",
    allow: "GET, PUT, PATCH, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    detail: Detail::Groups,
    ..Spec::VIEW
};

/// The view.
pub(super) struct Me {
    /// The form of `groups` unless `?groups=` says otherwise (`decisions.md` 3).
    pub(super) groups: GroupsForm,
    pub(super) fields: Vec<Field>,
}

impl View for Me {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            match *exchange.method {
                Method::GET => self.retrieve(exchange),
                Method::PUT | Method::PATCH => self.update(exchange).await,
                Method::OPTIONS => {
                    let writes = Some(("PUT", self.fields.as_slice()));
                    Ok(exchange.ok(&metadata(&SPEC, exchange, writes)))
                }
                _ => exchange.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn controls<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Controls, ApiError>> {
        let shown = exchange.caller().map(|caller| {
            let body = MeBody::new(exchange, &caller.profile, self.groups.asked(exchange.query));
            Controls::default().form(&["PATCH", "PUT"], &self.fields, &body)
        });
        future::ready(shown).boxed_local()
    }
}

impl Me {
    fn retrieve(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let profile = &exchange.caller()?.profile;
        let form = self.groups.asked(exchange.query);
        let tag = EntityTag::new(exchange, profile, form);
        Ok(exchange.show(&tag, || MeBody::new(exchange, profile, form)))
    }

    async fn update(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let form = self.groups.asked(exchange.query);
        let profile =
            profile_update::update(exchange, &self.fields, exchange.staff_or_admin()?).await?;
        let tag = EntityTag::new(exchange, &profile, form);
        Ok(exchange.changed(&tag, &MeBody::new(exchange, &profile, form)))
    }
}
