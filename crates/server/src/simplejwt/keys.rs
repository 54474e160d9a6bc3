//! `SIGNING_KEY`, `VERIFYING_KEY` and `JWK_URL`.

use profiled_auth::{Algorithm, AlgorithmFamily, KeyRing, SigningKey};
use secrecy::SecretString;

use super::translation::Translation;

/// What simplejwt has of keys.
pub(super) struct Keys<'a> {
    /// `SIGNING_KEY`, else Django's `SECRET_KEY`.
    pub(super) signing: Option<&'a str>,
    pub(super) is_secret_key: bool,
    pub(super) verifying: Option<&'a str>,
    pub(super) url: Option<&'a str>,
}

impl Keys<'_> {
    pub(super) fn translate(&self, algorithm: Algorithm, found: &mut Translation) {
        if algorithm.family() == AlgorithmFamily::Hmac {
            self.secret(algorithm, found);
        } else if let Some(url) = self.url {
            found.set("auth.jwt.jwk_url", url);
            if self.signing.is_some() && !self.is_secret_key {
                found.warn(
                    "SIGNING_KEY is left out: with JWK_URL, simplejwt takes tokens that name their key, and those that it \
                     makes name none. Here none are made",
                );
            }
        } else {
            self.pair(algorithm, found);
        }
    }

    fn secret(&self, algorithm: Algorithm, found: &mut Translation) {
        let Some(secret) = self.signing else {
            found.warn(
                "SIGNING_KEY is Django's SECRET_KEY, which the file does not tell: set auth.jwt.signing_key to it",
            );
            return;
        };
        let key = SigningKey::new(&SecretString::from(secret), algorithm);
        if let Err(error) = key {
            found.warn(format!(
                "SIGNING_KEY {error}. It is not carried over, and so tokens that it signed cannot be taken"
            ));
            return;
        }
        found.set("auth.jwt.signing_key", secret);
    }

    fn pair(&self, algorithm: Algorithm, found: &mut Translation) {
        let given = self.signing.filter(|_| !self.is_secret_key);
        let signing = given.and_then(|pem| {
            let key = SigningKey::new(&SecretString::from(pem), algorithm);
            key.map_err(|error| found.warn(format!("SIGNING_KEY {error}")))
                .ok()
        });
        if let Some(pem) = given
            && signing.is_some()
        {
            found.set("auth.jwt.signing_key", pem);
        }
        match (self.verifying, signing) {
            (None, Some(_)) => found.warn(
                "VERIFYING_KEY is missing, so simplejwt takes no token: the public half of SIGNING_KEY is used here",
            ),
            (None, None) => found.warn("there is no VERIFYING_KEY, so that no token could be judged"),
            (Some(pem), signing) => {
                if let Err(error) = KeyRing::verifying_only(pem, algorithm) {
                    found.warn(format!("VERIFYING_KEY {error}"));
                } else if signing.as_ref().is_none_or(|key| key.fits(pem)) {
                    found.set("auth.jwt.verifying_key", pem);
                } else {
                    found.remove("auth.jwt.signing_key");
                    found.set("auth.jwt.verifying_key", pem);
                    found.warn(
                        "SIGNING_KEY is left out: VERIFYING_KEY is not its other half, and simplejwt refuses what it signs",
                    );
                }
            }
        }
    }
}
