//! JSON Web Tokens: keys, tokens as simplejwt makes them, and those of foreign issuers.
//!
//! Keys and signatures are the work of `jsonwebtoken` (ADR 0026); what a token's members mean is decided
//! here, because libraries are neither as strict nor as compatible.

mod access_token;
mod algorithm;
mod audience;
mod checks;
mod claims;
mod classes;
mod curve;
mod custom_claim;
mod generate;
mod id;
mod introspect;
mod issuers;
mod key;
mod key_folder;
mod key_ring;
mod key_set;
mod mint;
mod name;
mod options;
mod pem;
mod refresh;
mod rotation;
mod sliding;
mod small_order;
mod token_header;
mod token_kind;
mod verifier;

pub use access_token::AccessToken;
pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use audience::Audience;
pub use checks::UserClaim;
pub use custom_claim::CustomClaim;
pub use introspect::ActiveToken;
pub use issuers::{IssuerError, Issuers, KeyReport, unreachable_keys, without_secrets};
pub use key::{KeyError, SigningKey};
pub use key_folder::{KeyFolder, KeyFolderError};
pub use key_ring::{KeyRing, NoSigningKey};
pub use key_set::{KeyInfo, KeyState};
pub use mint::{TokenPair, TokenUser, TokenWishes};
pub use refresh::{RefreshError, Refreshed, VerifyError};
pub use token_kind::TokenType;
pub use verifier::JwtService;
