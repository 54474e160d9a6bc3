//! Who is asking: `Authorization` headers, opaque tokens, JSON Web Tokens and passwords, as Django
//! REST framework, simplejwt and Ansible Tower read them.
//!
//! An [`Authenticator`] asks an ordered list of [`Verifier`]s. The first that claims an attempt judges it, and no other:
//! it returns a [`Progress`], which is done, or says what has to be known first, as the holder that a
//! [`HolderQuery`](profiled_domain::HolderQuery) asks for. Nothing here knows SQL, a web framework or the time: whoever
//! carries the `Progress` on looks things up where they are kept, and the moment is in the [`RequestCredentials`].
//! [`Progress::resolve_with`] does so with one function that looks a holder up, [`Progress::resolve_async`] with an
//! asynchronous one, [`Progress::resolve`] with a [`profiled_domain::Repository`].
//!
//! There is no storage in memory to test with: `profiled_store::testing::TestDatabase` makes an embedded
//! database for each test, as the tests of this crate do, and `profiled_store::Store` implements the traits.
//!
//! Keys are read, and signatures made and checked, by `jsonwebtoken` with its backend `aws_lc_rs`. Where
//! another crate of the tree turns on `rust_crypto` as well, the binary has to choose with
//! `jsonwebtoken::crypto::CryptoProvider::install_default` before its first token.

pub mod audit;
mod authenticator;
mod basic;
mod bearer;
mod defaults;
mod error;
mod header;
mod introspection;
mod jwt;
mod key_fetch;
mod knox;
mod look_up;
mod password;
mod progress;
mod recent;
mod refusal;
mod refusal_body;
mod scheme;
mod session;
mod settings;
mod tally;
mod throttle;
mod token;

pub use authenticator::{Authentication, Authenticator, Identity, RequestCredentials, Verifier};
pub use basic::BasicVerifier;
pub use bearer::BearerVerifier;
pub use error::{AuthError, HeaderFault, JwtFault};
pub use introspection::{Introspected, Introspector};
pub use jsonwebtoken::AlgorithmFamily;
pub use jsonwebtoken::jwk::{Jwk, JwkSet};
pub use jwt::{
    AccessToken, ActiveToken, Algorithm, Audience, CustomClaim, IssuerError, Issuers, JwtService,
    KeyError, KeyFolder, KeyFolderError, KeyInfo, KeyReport, KeyRing, KeyState, NoSigningKey,
    RefreshError, Refreshed, SigningKey, TokenPair, TokenType, TokenUser, TokenWishes,
    UnknownAlgorithm, UserClaim, VerifyError, unreachable_keys, without_secrets,
};
pub use key_fetch::KeyFetch;
pub use look_up::{Beyond, LookUpError};
pub use password::{
    Argon2Settings, BcryptSettings, EncodeError, HasherName, InvalidCost, LegacyHasher,
    LoginOutcome, PasswordAlgorithm, PasswordCredentials, PasswordHasher, PasswordLogin,
    PasswordPolicy, PasswordSettings, PasswordValidator, PasswordViolation, ScryptSettings,
    token_digest,
};
pub use progress::{BindRequest, KeyWait, LookUp, NewHash, Progress, Question, Task, Work};
pub use refusal_body::{ClassRefusal, RefusalBody};
pub use scheme::Scheme;
pub use session::SessionVerifier;
pub use settings::{
    AuthSettings, ClientSettings, IntrospectionSettings, IssuerSettings, JwtSettings,
    LocalPartSetting, TokenSettings, UserField, UsernameField,
};
pub use tally::Tally;
pub use throttle::{
    Claimant, CounterStore, FailedAccounts, LoginPermit, RateSetting, Throttle, ThrottleError,
    ThrottleSettings, ThrottleSubject, client_of,
};
pub use token::{TokenKey, TokenPolicy, TokenVerifier};

/// The examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
