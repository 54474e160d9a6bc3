//! A view: one resource of a dialect, as Django REST framework has it.

use actix_web::http::{Method, StatusCode};
use futures_util::future::LocalBoxFuture;
use profiled_auth::Identity;
use profiled_domain::Detail;
use serde::Serialize;

use crate::accept::{Accepted, Format};
use crate::failure::ApiError;
use crate::host::Origin;
use crate::json::{self, Layout};
use crate::query::Query;
use crate::state::AppState;

/// Who may use a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody; credentials are not looked at.
    Open,
    /// Every user.
    Authenticated,
    /// Staff and superusers (`decisions.md` 5).
    StaffOrAdmin,
}

/// What a view says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Name in OPTIONS documents and on pages.
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// The header `Allow`: methods in documented order, each behind `", "`.
    pub(crate) allow: &'static str,
    pub(crate) access: Access,
    /// How much of the caller's profile the view needs.
    pub(crate) detail: Detail,
}

/// One resource.
pub(crate) trait View: Send + Sync {
    fn spec(&self) -> &Spec;

    /// Answers a method of [`Spec::allow`]; HEAD comes as GET.
    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>>;
}

impl Spec {
    pub(crate) fn allows(&self, method: &Method) -> bool {
        self.allow
            .split(", ")
            .any(|allowed| allowed == method.as_str())
    }
}

/// The representations that views offer, in their order.
pub(crate) fn formats(is_browsable: bool) -> &'static [Format] {
    if is_browsable {
        &[Format::Json, Format::Html]
    } else {
        &[Format::Json]
    }
}

/// Media types of [`formats`], as OPTIONS documents tell them.
pub(crate) fn renders(is_browsable: bool) -> Vec<&'static str> {
    formats(is_browsable)
        .iter()
        .map(|format| format.media_type())
        .collect()
}

/// A request that has passed all checks, on its way to the view.
pub(crate) struct Exchange<'a> {
    pub(crate) state: &'a AppState,
    /// The method after HEAD became GET and an override was applied.
    pub(crate) method: &'a Method,
    /// Decoded.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    pub(crate) origin: &'a Origin,
    pub(crate) layout: Layout,
    /// Present unless the view is open.
    pub(crate) identity: Option<&'a Identity>,
}

impl Exchange<'_> {
    /// 200 with a body.
    pub(crate) fn ok<T: Serialize>(&self, body: &T) -> Answer {
        Answer {
            status: StatusCode::OK,
            json: json::to_vec(body, self.layout),
        }
    }

    /// The caller of a view that is not open.
    pub(crate) fn caller(&self) -> Result<&Identity, ApiError> {
        self.identity
            .ok_or_else(|| profiled_auth::AuthError::NotProvided.into())
    }
}

/// Status and JSON text, before it is put into its representation.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) json: Vec<u8>,
}

/// How JSON is written inside a representation: pages show it indented by 4.
pub(crate) fn layout(style: json::Style, accepted: &Accepted) -> Layout {
    let indent = match accepted.format {
        Format::Json => accepted.indent,
        Format::Html => 4,
    };
    Layout { style, indent }
}
