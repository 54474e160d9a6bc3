//! The names of the algorithms of stored passwords.

use profiled_domain::PasswordHash;

use super::bcrypt::Preparation;
use super::method::{Encoded, Method};
use super::pbkdf2::Digest;

/// What a stored password is, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordAlgorithm {
    /// A hash that can be verified, with Django's name of its hasher, as `pbkdf2_sha256` or
    /// `unsalted_md5`. Whether it is verified is up to `auth.password.allow_md5` and
    /// `auth.password.legacy_hashers`.
    Known(&'static str),
    /// Empty or `!…`: no password matches, and none is meant to.
    Unusable,
    /// In the form of a hash, `algorithm$…$…`, that never matches: of an algorithm that is not known, not
    /// in its form, or costlier than what is worked off.
    Unknown,
    /// Not in Django's encoding: the password itself, perhaps, or the hash of another system.
    NotEncoded,
}

impl PasswordAlgorithm {
    /// Tells the algorithm of a stored password. Nothing is hashed.
    #[must_use]
    pub fn of(password: &PasswordHash) -> Self {
        let text = password.as_encoded();
        if text.is_empty() || text.starts_with('!') {
            Self::Unusable
        } else if let Some(encoded) = Encoded::parse(text) {
            Self::Known(name(encoded.method))
        } else if has_form_of_a_hash(text) {
            Self::Unknown
        } else {
            Self::NotEncoded
        }
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Pbkdf2(parameters) => match parameters.digest {
            Digest::Sha256 => "pbkdf2_sha256",
            Digest::Sha1 => "pbkdf2_sha1",
        },
        Method::Argon2(_) => "argon2",
        Method::Bcrypt(parameters) => match parameters.preparation {
            Preparation::Sha256 => "bcrypt_sha256",
            Preparation::None => "bcrypt",
        },
        Method::Scrypt(_) => "scrypt",
        Method::Md5 => "md5",
        Method::Legacy(hasher) => hasher.name(),
    }
}

/// Whether a text starts as `name$…$`, and has something after the last `$`.
fn has_form_of_a_hash(text: &str) -> bool {
    let is_of_names = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut parts = text.split('$');
    let name = parts.next().unwrap_or_default();
    let is_name = !name.is_empty() && name.bytes().all(is_of_names);
    is_name && parts.next().is_some() && parts.next_back().is_some_and(|hash| !hash.is_empty())
}

#[cfg(test)]
mod tests {
    use super::PasswordAlgorithm::{Known, NotEncoded, Unknown, Unusable};
    use super::*;

    #[test]
    fn every_stored_password_has_an_algorithm_or_says_why_not() {
        let cases = [
            ("pbkdf2_sha256$1000000$salt$hash", Known("pbkdf2_sha256")),
            ("pbkdf2_sha1$1$salt$hash", Known("pbkdf2_sha1")),
            (
                "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$AAAAAAAA",
                Known("argon2"),
            ),
            (
                "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu5dC7HSz6YdPvhjxezEYbOPplzeB5f6i",
                Known("bcrypt_sha256"),
            ),
            (
                "bcrypt$$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i",
                Known("bcrypt"),
            ),
            ("scrypt$16384$salt$8$5$hash", Known("scrypt")),
            ("md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69", Known("md5")),
            (
                "sha1$salt$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
                Known("sha1"),
            ),
            (
                "sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
                Known("unsalted_sha1"),
            ),
            (
                "md5$$5ebe2294ecd0e0f08eab7690d2a6ee69",
                Known("unsalted_md5"),
            ),
            ("5ebe2294ecd0e0f08eab7690d2a6ee69", Known("unsalted_md5")),
            ("", Unusable),
            ("!", Unusable),
            ("!pbkdf2_sha256$1000000$salt$hash", Unusable),
            ("crypt$$abJnggxhB/yWI", Known("crypt")),
            ("crypt$ab$abJnggxhB/yWI", Known("crypt")),
            ("crypt$$abJnggxhB/yW", Unknown),
            ("crypt$$$1$salt$hash", Unknown),
            ("pbkdf2_sha512$1000$salt$hash", Unknown),
            ("pbkdf2_sha256$4000000000$salt$hash", Unknown),
            ("sha1$salt$hash", Unknown),
            ("md5$$hash", Unknown),
            ("secret", NotEncoded),
            ("pbkdf2_sha256", NotEncoded),
            ("cash$money", NotEncoded),
            ("$ecret$word$", NotEncoded),
            ("a b$c$d", NotEncoded),
            ("secret$$", NotEncoded),
            ("5EBE2294ECD0E0F08EAB7690D2A6EE69", NotEncoded),
            ("thirty-two characters of a text.", NotEncoded),
            ("e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", NotEncoded),
            (
                "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i",
                NotEncoded,
            ),
        ];

        for (text, expected) in cases {
            let stored = PasswordHash::from_encoded(text);
            assert_eq!(PasswordAlgorithm::of(&stored), expected, "{text}");
        }
    }
}
