//! What the next page says once of what was just done. It travels in a cookie, as one of a few words: nobody can make
//! a page say anything else.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::wire::cookies;
use crate::wire::host::Origin;

const COOKIE: &str = "notice";
const HTTP_ONLY: &str = "; HttpOnly";

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something was changed.
    Saved,
    /// Something was made.
    Created,
    /// Something was deleted.
    Deleted,
    /// A log-in was ended.
    LoggedOut,
}

impl Notice {
    const ALL: [Self; 4] = [Self::Saved, Self::Created, Self::Deleted, Self::LoggedOut];

    fn word(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::LoggedOut => "logged-out",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Saved => "Saved.",
            Self::Created => "Created.",
            Self::Deleted => "Deleted.",
            Self::LoggedOut => "You are logged out.",
        }
    }

    /// `Set-Cookie` that has the next page say it, if it comes within a minute.
    #[must_use]
    pub fn cookie(self, origin: &Origin) -> Option<(HeaderName, HeaderValue)> {
        let attributes = format!("{HTTP_ONLY}; Max-Age=60");
        cookies::set(COOKIE, self.word(), &attributes, origin)
    }

    /// What a request brings along for its page to say.
    pub(crate) fn sent(headers: &HeaderMap) -> Option<Self> {
        let word = cookies::value(headers, COOKIE)?;
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }

    /// `Set-Cookie` after which it is not said again.
    pub(crate) fn clear(origin: &Origin) -> Option<(HeaderName, HeaderValue)> {
        cookies::clear(COOKIE, HTTP_ONLY, origin)
    }
}
