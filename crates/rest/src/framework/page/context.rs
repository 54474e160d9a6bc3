//! What pages are made of.

use actix_web::http::Method;
use profiled_domain::User;

use super::reader::Reader;
use crate::error::FieldErrors;
use crate::framework::forms::{PageForms, WriteForm};
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
    /// Whether it repeats another proof than the browser has by now.
    pub is_outdated: bool,
    /// What was wrong with it.
    pub errors: FieldErrors,
}

impl Context<'_> {
    /// Which form of the page was sent: of those with its method the one that has most of its fields.
    pub(super) fn tried(&self) -> Option<usize> {
        let typed = self.extras.typed.as_ref();
        let is_raw = typed.is_some_and(|typed| typed.text("_content").is_some());
        let named = |form: &WriteForm| match typed {
            Some(_) if is_raw => usize::from(form.title.is_empty()),
            Some(typed) => {
                let fields = form.fields.iter();
                fields.filter(|f| typed.get(f.name).is_some()).count()
            }
            None => 0,
        };
        let forms = self.extras.forms.forms.iter().enumerate().rev();
        let candidates = forms.filter(|(_, form)| form.methods.contains(&self.method.as_str()));
        let best = candidates.max_by_key(|(_, form)| named(form));
        best.map(|(at, _)| at)
    }
}
