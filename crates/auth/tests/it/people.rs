//! Users to authenticate.

use profiled_store::testing::defaults;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{
    Algorithm, AuthError, Identity, JwtFault, JwtService, JwtSettings, PasswordHasher,
    PasswordLogin, PasswordSettings, RateSetting, RequestCredentials, SigningKey, Throttle,
    ThrottleSettings, TokenUser, Verifier,
};
use profiled_domain::{
    NewUser, PasswordHash, Person, ProfileDepth, User, UserId, UserRepository, WriteContext,
};
use profiled_store::{MemoryCounters, Store};

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The moment of every attempt.
pub fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}

pub fn hasher() -> PasswordHasher {
    PasswordHasher::new(&PasswordSettings {
        iterations: 2,
        ..defaults("auth.password")
    })
    .unwrap()
}

/// A fault as clients hear of it: what they are told no more of than "Token is invalid" is one.
pub fn told(fault: JwtFault) -> JwtFault {
    match fault {
        JwtFault::Malformed
        | JwtFault::TooLong { .. }
        | JwtFault::Repeated
        | JwtFault::Header
        | JwtFault::Algorithm
        | JwtFault::UnknownKey
        | JwtFault::Signature
        | JwtFault::NotYetValid { .. }
        | JwtFault::OtherIssuer
        | JwtFault::OtherAudience
        | JwtFault::OtherClient
        | JwtFault::OtherHeaderType => JwtFault::Invalid,
        other => other,
    }
}

/// Limits on failed log-ins, with counters of their own.
pub fn throttle(login: &str) -> Arc<Throttle> {
    let settings = ThrottleSettings {
        login: RateSetting::try_from(login.to_owned()).unwrap(),
        ..defaults("throttle")
    };
    let counters = Arc::new(MemoryCounters::default());
    Arc::new(Throttle::new(&settings, counters, b"secret"))
}

/// Log-ins under such limits.
pub fn login(limit: &str) -> PasswordLogin {
    PasswordLogin::new(Arc::new(hasher()), throttle(limit))
}

pub fn verifier(settings: &JwtSettings) -> JwtService {
    let key = SigningKey::new(&SECRET.to_owned().into(), Algorithm::HS256).unwrap();
    JwtService::new(settings, key)
}

/// A user of the first epoch, without a password.
pub fn subject(id: UserId) -> TokenUser<'static> {
    static NONE: LazyLock<PasswordHash> = LazyLock::new(|| PasswordHash::from_encoded("!"));
    TokenUser {
        id,
        epoch: 0,
        password: &NONE,
        password_digest: None,
        name: None,
        user: None,
    }
}

pub fn access_token(jwt: &JwtService, id: UserId) -> String {
    jwt.mint_access(subject(id), now()).unwrap()
}

pub fn user(repository: &Store, name: &str, is_active: bool) -> User {
    let new = NewUser {
        person: Person {
            username: Some(name.to_owned()),
            ..Person::default()
        },
        password: hasher().encode("p:äss").ok(),
        is_active,
        ..NewUser::default()
    };
    repository
        .create_user(&new, WriteContext::operator(now()))
        .unwrap()
}

pub fn attempt(authorization: &[u8]) -> RequestCredentials<'_> {
    RequestCredentials {
        authorization: Some(authorization),
        other_header: None,
        session: None,
        client_address: [127, 0, 0, 1].into(),
        user_agent: Some("agent/1"),
        depth: ProfileDepth::Account,
        now: now(),
    }
}

/// What one verifier says: `None` for not mine.
pub fn ask(
    verifier: &dyn Verifier,
    authorization: &[u8],
    repository: &Store,
) -> Option<Result<Identity, AuthError>> {
    verify(verifier, &attempt(authorization), repository)
}

/// What one verifier says of any attempt.
pub fn verify(
    verifier: &dyn Verifier,
    attempt: &RequestCredentials<'_>,
    repository: &Store,
) -> Option<Result<Identity, AuthError>> {
    let claim = verifier.claim(attempt)?;
    Some(
        claim
            .resolve(repository)
            .unwrap_or_else(|error| Err(error.into())),
    )
}
