//! A service on axum that takes the tokens of `profiled`, and judges them as it does: same verdicts, same challenge, same
//! texts. It keeps its users itself, and does no more for them than to [look one up](Users::find).

mod authenticated;
mod users;

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use profiled_auth::{
    Authenticator, BearerVerifier, JwtService, JwtSettings, KeyError, SigningKey, TokenPolicy,
    TokenVerifier,
};
use profiled_domain::{CompletionRules, ProfileField};
use serde_json::{Value, json};

pub use authenticated::{Authenticated, Refused};
pub use users::{StoredToken, StoredUser, Users, UsersError};

/// What requests share.
pub struct Service {
    users: Users,
    authenticator: Authenticator,
}

impl Service {
    /// A service for these users, which takes opaque tokens of theirs and JSON Web Tokens as the settings say.
    ///
    /// # Errors
    /// [`KeyError`] for a signing key that is none, or too short.
    pub fn new(users: Users, settings: &JwtSettings) -> Result<Self, KeyError> {
        let key = SigningKey::new(&settings.signing_key, settings.algorithm)?;
        let jwt = Arc::new(JwtService::new(settings, key));
        let policy = TokenPolicy {
            check_binding: true,
        };
        let authenticator = Authenticator::new(vec![
            Box::new(TokenVerifier::new(policy)),
            Box::new(BearerVerifier::new(jwt)),
        ]);
        Ok(Self {
            users,
            authenticator,
        })
    }

    /// Its routes: `GET /me`. Serve them `into_make_service_with_connect_info::<SocketAddr>()`.
    pub fn routes(self) -> Router {
        let router = Router::new().route("/me", get(me));
        router.with_state(Arc::new(self))
    }
}

/// Who asks, and whether the profile is complete.
async fn me(Authenticated(identity): Authenticated) -> Json<Value> {
    let user = &identity.profile.user;
    let rules = CompletionRules {
        required: vec![ProfileField::Username, ProfileField::Email],
    };
    Json(json!({
        "id": user.id.0,
        "username": user.person.username,
        "full_name": user.person.full_name(),
        "is_profile_completed": rules.is_complete(&user.person),
        "missing": rules.missing(&user.person),
        "scheme": identity.scheme.as_str(),
    }))
}
