//! What all pages have in common: their head and header (`templates/layout.html`).

use profiled_domain::User;

use super::{Context, Reader, STYLE};
use crate::framework::doors::{HOME, ICON, LOGOUT, login_link};
use crate::framework::forms::PageStyle;
use crate::framework::notice::Notice;
use crate::framework::router::Crumb;
use crate::wire::host::Origin;

/// What `layout.html` shows. A page is a template that extends it, with a field `layout`.
pub(super) struct Layout<'a> {
    pub(super) css: &'static str,
    /// What paths begin with.
    pub(super) prefix: &'a str,
    pub(super) home: &'static str,
    pub(super) icon: &'static str,
    pub(super) logout: &'static str,
    /// What the page belongs to, and where that begins, if not at the front door.
    pub(super) site: &'static str,
    pub(super) site_path: Option<&'static str>,
    pub(super) title: &'a str,
    pub(super) crumbs: Vec<Crumb<'a>>,
    pub(super) door: Door,
    /// What forms repeat of a cookie.
    pub(super) proof: Option<&'a str>,
    pub(super) notice: Option<&'static str>,
}

/// Who is there, or how to come in.
pub(super) enum Door {
    Caller {
        name: String,
        path: Option<&'static str>,
    },
    /// The address of the log-in.
    Stranger(String),
}

impl<'a> Layout<'a> {
    /// Of a page that answers for a view.
    pub(super) fn new(context: &'a Context<'a>, style: &PageStyle) -> Self {
        let reader = &context.reader;
        let door = match (&reader.login, context.caller) {
            (None, None) => Door::Stranger(login_link(context.origin, context.target)),
            (Some(login), _) => Door::Caller {
                name: name_of(&login.user),
                path: own_path(context, style, &login.user).or_else(|| login.profile()),
            },
            (None, Some(user)) => Door::Caller {
                name: name_of(user),
                path: own_path(context, style, user),
            },
        };
        Self {
            site: style.site,
            site_path: style.site_path,
            crumbs: context.router.crumbs(context.path, context.route),
            ..Self::standing(context.route.view.spec().name, context.origin, reader, door)
        }
    }

    /// Of a page that belongs to no view.
    pub(super) fn of_service(title: &'a str, origin: &'a Origin, reader: &'a Reader) -> Self {
        let door = match &reader.login {
            None => Door::Stranger(login_link(origin, HOME)),
            Some(login) => Door::Caller {
                name: name_of(&login.user),
                path: login.profile(),
            },
        };
        Self::standing(title, origin, reader, door)
    }

    fn standing(title: &'a str, origin: &'a Origin, reader: &'a Reader, door: Door) -> Self {
        Self {
            css: STYLE,
            prefix: origin.prefix(),
            home: HOME,
            icon: ICON,
            logout: LOGOUT,
            site: PageStyle::DEFAULT.site,
            site_path: None,
            title,
            crumbs: Vec::new(),
            door,
            proof: reader.login.as_ref().map(|login| login.proof.as_str()),
            notice: reader.notice.map(Notice::text),
        }
    }
}

/// The caller's page in the dialect of this one, if it is for this caller.
fn own_path(context: &Context<'_>, style: &PageStyle, user: &User) -> Option<&'static str> {
    let path = style.caller_path?;
    let access = context.router.access(path)?;
    access.admits(user).then_some(path)
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
