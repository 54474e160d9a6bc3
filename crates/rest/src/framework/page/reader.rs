//! Who reads a page.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use profiled_domain::User;

use crate::framework::csrf;
use crate::framework::doors::HOME;
use crate::framework::notice::Notice;
use crate::framework::services::Services;
use crate::wire::host::Origin;

/// Who reads a page, and what was done just before.
pub struct Reader {
    pub(super) login: Option<Login>,
    pub(super) notice: Option<Notice>,
    /// What the browser is told to keep or to forget.
    pub(crate) cookies: Vec<(HeaderName, HeaderValue)>,
}

/// The log-in of a reader.
pub(super) struct Login {
    pub(super) user: Box<User>,
    pub(super) own_page: &'static str,
    /// What forms repeat of a cookie ([`csrf::FORM_FIELD`]).
    pub(super) proof: String,
}

impl Reader {
    /// Somebody who reads the page that answers `request`, logged in as `user`.
    pub(crate) fn new(
        services: &Services,
        request: &HttpRequest,
        origin: &Origin,
        user: Option<Box<User>>,
    ) -> Self {
        let headers = request.headers();
        let mut cookies = Vec::new();
        let notice = Notice::sent(headers);
        if notice.is_some() {
            cookies.extend(Notice::clear(origin));
        }
        let login = user.map(|user| {
            let proof = if let Some(proof) = csrf::sent(headers) {
                proof.to_owned()
            } else {
                let (proof, cookie) = csrf::new_cookie(origin);
                cookies.extend(cookie);
                proof
            };
            Login {
                own_page: services.own_pages.of(&user),
                user,
                proof,
            }
        });
        Self {
            login,
            notice,
            cookies,
        }
    }

    /// The page says what was done, and its forms have a proof of their own: whoever loads it again sends the old one,
    /// and does it no second time.
    pub(crate) fn did(&mut self, notice: Notice, origin: &Origin) {
        self.notice = Some(notice);
        if let Some(login) = &mut self.login {
            let (proof, cookie) = csrf::new_cookie(origin);
            login.proof = proof;
            self.cookies.extend(cookie);
        }
    }

    /// Who is logged in.
    pub(crate) fn user(&self) -> Option<&User> {
        self.login.as_ref().map(|login| &*login.user)
    }

    /// Whether the page shows what only one user may see, or what is shown once.
    pub(crate) fn is_seen_once(&self) -> bool {
        self.login.is_some() || self.notice.is_some()
    }
}

impl Login {
    /// The page of the reader's own profile, if there is one.
    pub(super) fn profile(&self) -> Option<&'static str> {
        Some(self.own_page).filter(|path| *path != HOME)
    }
}
