//! What a view says about itself.

use profiled_domain::{ProfileDepth, User};

use crate::wire::accept::Format;
use crate::wire::body::Parser;

/// Who may use a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; credentials are not looked at.
    Open,
    /// Everybody; credentials that are sent must be good.
    Optional,
    /// Every user.
    Authenticated,
    /// Staff and superusers (`decisions.md` 5).
    StaffOrSuperuser,
}

impl Access {
    /// Whether a user is let in.
    #[must_use]
    pub fn admits(self, user: &User) -> bool {
        self != Self::StaffOrSuperuser || user.is_staff_or_superuser()
    }
}

/// What a view says about itself.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub struct Spec {
    /// Name in OPTIONS documents and on pages.
    pub name: &'static str,
    /// Its description there.
    pub description: &'static str,
    /// Who may use it.
    pub access: Access,
    /// How much of the caller's profile the view needs.
    pub depth: ProfileDepth,
    /// Parsers of its body, by media type, in the order of trial.
    pub parsers: &'static [Parser],
    /// Buttons of its pages, for methods that need no body and that everybody may use who may use the view.
    pub buttons: &'static [&'static str],
    /// `WWW-Authenticate` of a 401, where it is not that of the dialect.
    pub challenge: Option<&'static str>,
    /// Whether JSON is its only representation whatever the settings say.
    pub is_json_only: bool,
    /// Whether `throttle.anon` and `throttle.user` count its requests.
    pub is_throttled: bool,
    /// Whether OPTIONS describes it.
    pub has_options: bool,
    /// Whether POST changes nothing, but is how the view is read. Its pages are shown by GET to those who are logged in.
    pub is_read_by_post: bool,
}

impl Spec {
    /// What most views have in common: every user, the account alone, all forms of body.
    pub const VIEW: Self = Self {
        name: "",
        description: "",
        access: Access::Authenticated,
        depth: ProfileDepth::Account,
        parsers: Parser::ALL,
        buttons: &[],
        challenge: None,
        is_json_only: false,
        is_throttled: true,
        has_options: true,
        is_read_by_post: false,
    };

    /// The representations that the view offers, in their order.
    #[must_use]
    pub fn formats(&self, is_browsable: bool) -> &'static [Format] {
        if is_browsable && !self.is_json_only {
            &[Format::Json, Format::Html]
        } else {
            &[Format::Json]
        }
    }

    /// Media types of [`Self::formats`], as OPTIONS documents list them.
    #[must_use]
    pub fn renders(&self, is_browsable: bool) -> Vec<&'static str> {
        let formats = self.formats(is_browsable).iter();
        formats.map(|format| format.media_type()).collect()
    }

    /// Media types of bodies, as OPTIONS documents list them.
    #[must_use]
    pub fn parses(&self) -> Vec<&'static str> {
        self.parsers
            .iter()
            .map(|parser| parser.media_type())
            .collect()
    }
}
