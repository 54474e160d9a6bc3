//! What pages are made of.

use actix_web::http::Method;
use profiled_domain::User;

use super::reader::Reader;
use crate::error::FieldErrors;
use crate::framework::forms::PageForms;
use crate::framework::router::{Route, Router};
use crate::wire::body::Form;
use crate::wire::host::Origin;
use crate::wire::query::Query;

/// What a page is made of in addition to the answer that it shows.
pub struct Context<'a> {
    pub route: &'a Route,
    pub router: &'a Router,
    pub origin: &'a Origin,
    pub query: &'a Query,
    /// HEAD counts as GET.
    pub method: &'a Method,
    /// Path and query as they came.
    pub target: &'a str,
    /// Decoded.
    pub path: &'a str,
    /// Who asks, where the view wants to know.
    pub caller: Option<&'a User>,
    pub reader: Reader,
    pub extras: PageExtras,
}

/// What is on a page for the caller to go on with.
pub struct PageExtras {
    pub forms: PageForms,
    /// What the form said that is answered.
    pub typed: Option<Form>,
    /// What was wrong with it.
    pub errors: FieldErrors,
}
