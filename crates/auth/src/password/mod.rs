//! Passwords as Django encodes them (contract `drf.md`, section 11), log-in by password, and the rules for
//! new passwords (contract `drf.md`, section 9).

mod algorithm;
mod argon2;
mod bcrypt;
mod cost;
mod digest;
mod hasher;
mod legacy;
mod login;
mod md5;
mod method;
mod pbkdf2;
mod remembered;
mod scrypt;
mod settings;
mod validation;

pub use algorithm::PasswordAlgorithm;
pub use digest::token_digest;
pub use hasher::{EncodeError, PasswordHasher};
pub use legacy::LegacyHasher;
pub use login::{LoginOutcome, PasswordCredentials, PasswordLogin};
pub use settings::{
    Argon2Settings, BcryptSettings, HasherName, InvalidCost, PasswordSettings, ScryptSettings,
};
pub use validation::{PasswordPolicy, PasswordValidator, PasswordViolation};
