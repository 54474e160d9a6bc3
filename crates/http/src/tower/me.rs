//! `/api/v1/me/`: a list of one, the caller (contract `tower.md`, section 5).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;

use crate::conditional::EntityTag;
use crate::failure::ApiError;
use crate::settings::TowerSettings;
use crate::tower::body::UserBody;
use crate::tower::list::Paging;
use crate::tower::mount::Mount;
use crate::tower::{fields, filter, options, order};
use crate::view::{Access, Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Me",
    description: "The user who asks, as a list with one item. Parameters select, order and page it \
                  as those of any list.",
    allow: "GET, HEAD, OPTIONS",
    access: Access::Authenticated,
    detail: Detail::Account,
    ..Spec::VIEW
};

/// The view.
pub(super) struct Me {
    paging: Paging,
}

impl Me {
    pub(super) fn new(settings: &TowerSettings) -> Self {
        Self {
            paging: Paging::new(settings),
        }
    }

    fn list(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let profile = &exchange.caller()?.profile;
        let user = &profile.user;
        let is_listed = filter::selects(user, exchange.query)?;
        order::check(exchange.query)?;
        let users: Vec<UserBody<'_>> = is_listed
            .then(|| UserBody::new(user, Mount::of(exchange.path)))
            .into_iter()
            .collect();
        let page = self.paging.page(users, exchange.path, exchange.query)?;
        let tag = EntityTag::new(exchange, profile, exchange.query.pairs());
        Ok(exchange.show(&tag, || page))
    }
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
            Method::GET => self.list(exchange),
            Method::OPTIONS => {
                Ok(exchange.ok(&options::list(&SPEC, exchange, fields::USER, false)))
            }
            _ => exchange.unknown_method(),
        })
        .boxed_local()
    }
}
