//! The types of tokens that go with requests (`auth.jwt.token_classes`), tried one after the other as simplejwt does.

use std::sync::Arc;

use super::access_token::AccessToken;
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::error::{AuthError, JwtFault};
use crate::progress::Progress;

/// What each class said that was asked.
type Faults = Vec<(TokenType, JwtFault)>;

impl JwtService {
    /// Whether requests carry tokens of a type.
    #[must_use]
    pub fn takes(&self, kind: TokenType) -> bool {
        self.options.token_classes.contains(&kind)
    }

    /// Whether only access tokens go with requests.
    pub(super) fn takes_access_only(&self) -> bool {
        self.options.token_classes == [TokenType::Access]
    }

    /// The error for a token that every class refuses: that of `kind` for this fault, and without a kind all of them.
    pub(crate) fn refusal(&self, fault: JwtFault, kind: Option<TokenType>) -> AuthError {
        if self.takes_access_only() || fault == JwtFault::NoUser {
            return AuthError::Jwt(fault);
        }
        let classes = self.options.token_classes.iter();
        let faults = classes.map(|class| {
            let is_meant = kind.is_none_or(|kind| kind == *class);
            (*class, if is_meant { fault } else { JwtFault::WrongType })
        });
        AuthError::JwtClasses(faults.collect())
    }

    /// Whom a token with a good signature names, by the first class that takes it.
    pub(super) fn first_class(
        self: Arc<Self>,
        signed: Signed,
    ) -> Progress<Result<AccessToken, AuthError>> {
        if signed.is_foreign() {
            let token = self.access_token(&signed, TokenType::Access);
            return Progress::Done(token.map_err(|fault| self.refusal(fault, None)));
        }
        self.class(signed, 0, Vec::new())
    }

    fn class(
        self: Arc<Self>,
        signed: Signed,
        at: usize,
        faults: Faults,
    ) -> Progress<Result<AccessToken, AuthError>> {
        let Some(kind) = self.options.token_classes.get(at).copied() else {
            return Progress::Done(Err(AuthError::JwtClasses(faults)));
        };
        match self.blacklist_id(&signed, kind) {
            None => self.judge_class(signed, at, kind, false, faults),
            Some(id) => Progress::refresh_state(id, move |state| {
                let is_blacklisted = state.is_some_and(|state| state.is_blacklisted);
                self.judge_class(signed, at, kind, is_blacklisted, faults)
            }),
        }
    }

    /// The id under which a sliding token may be blacklisted.
    fn blacklist_id(&self, signed: &Signed, kind: TokenType) -> Option<String> {
        let is_asked = kind == TokenType::Sliding && self.options.has_blacklist;
        let is_named = is_asked && self.check_id(&signed.claims).is_ok();
        is_named.then(|| self.stored_id(&signed.claims))
    }

    fn judge_class(
        self: Arc<Self>,
        signed: Signed,
        at: usize,
        kind: TokenType,
        is_blacklisted: bool,
        mut faults: Faults,
    ) -> Progress<Result<AccessToken, AuthError>> {
        let checked = if is_blacklisted {
            Err(JwtFault::Blacklisted)
        } else {
            self.check_class(&signed.claims, kind)
        };
        match checked {
            Ok(()) => {
                let token = self.user_of(&signed, kind);
                Progress::Done(token.map_err(|fault| self.refusal(fault, Some(kind))))
            }
            Err(fault) => {
                faults.push((kind, fault));
                self.class(signed, at + 1, faults)
            }
        }
    }
}
