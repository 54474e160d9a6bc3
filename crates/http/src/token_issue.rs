//! Opaque tokens that users ask for (`decisions.md` 9).

use chrono::{DateTime, Duration, Utc};
use profiled_auth::TokenKey;
use profiled_domain::{Issued, NewToken, Token, User};

use crate::failure::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use crate::view::Exchange;

impl Exchange<'_> {
    /// When a token that is made `now` ends at the latest; `None` if it may live until it is revoked.
    pub(crate) fn latest_expiry(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let seconds = i64::from(self.state.tokens.lifetime);
        (seconds > 0).then(|| now + Duration::seconds(seconds))
    }

    /// Stores a new token for a user who has shown the right to it, and returns it with its key, which is
    /// stored nowhere. `None` if that right has ended meanwhile.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] if the user holds as many tokens as the settings allow.
    pub(crate) async fn issue_token(
        &self,
        owner: &User,
        label: String,
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Option<(Token, TokenKey)>, ApiError> {
        let key = TokenKey::generate();
        let token = NewToken {
            owner: owner.id,
            digest: key.digest(),
            prefix: key.prefix().to_owned(),
            label,
            created_at: now,
            expires_at,
            is_sliding: false,
            binding: None,
            epoch: Some(owner.credentials.number),
        };
        let limit = Some(self.state.tokens.max_per_user).filter(|limit| *limit > 0);
        let stored = self
            .state
            .blocking(move |repository| repository.issue_token_within(&token, limit));
        match stored.await?? {
            Issued::Token(token) => Ok(Some((token, key))),
            Issued::Revoked => Ok(None),
            Issued::LimitReached => {
                let limit = limit.unwrap_or_default();
                let text = format!("The limit of {limit} tokens is reached: revoke one first.");
                Err(ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, text)))
            }
        }
    }
}
