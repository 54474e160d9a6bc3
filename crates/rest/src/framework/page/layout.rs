//! What all pages have in common: their head and header (`templates/layout.html`).

use profiled_domain::User;

use super::{Context, STYLE};
use crate::framework::forms::PageStyle;
use crate::framework::router::Crumb;

/// What `layout.html` shows. A page is a template that extends it, with a field `layout`.
pub(super) struct Layout<'a> {
    pub(super) css: &'static str,
    pub(super) site: &'static str,
    pub(super) site_path: Option<&'static str>,
    /// What paths begin with.
    pub(super) prefix: &'a str,
    pub(super) title: &'a str,
    pub(super) crumbs: Vec<Crumb<'a>>,
    pub(super) caller: Option<String>,
    pub(super) caller_path: Option<&'static str>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(context: &'a Context<'a>, style: &PageStyle) -> Self {
        Self {
            css: STYLE,
            site: style.site,
            site_path: style.site_path,
            prefix: context.origin.prefix(),
            title: context.route.view.spec().name,
            crumbs: context.router.crumbs(context.path, context.route),
            caller: context.caller.map(name_of),
            caller_path: style.caller_path,
        }
    }
}

fn name_of(user: &User) -> String {
    let name = user
        .person
        .username
        .as_deref()
        .or(user.person.email.as_deref());
    let name = name.filter(|name| !name.is_empty());
    name.map_or_else(|| format!("user {}", user.id.0), str::to_owned)
}
