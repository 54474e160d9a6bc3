//! The keys of a running service: the configured one, and those of a folder that may change meanwhile.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::jwk::JwkSet;

use super::algorithm::Algorithm;
use super::key::{KeyError, SigningKey, VerifyingKey};
use super::key_folder::{KeyFolder, KeyFolderError, Stamp};
use super::key_set::{Half, KeyInfo, KeySet, KeyState, NamedKey};

/// Seconds that a retired key is kept beyond the life of its last token: clocks differ, and a server may
/// have learnt late of its successor.
const SLACK: i64 = 60;

/// No key signs: the folder has none that has begun to, and none is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key signs at this moment")]
pub struct NoSigningKey;

/// Keys to sign and to verify with. It has no `Debug`.
pub struct KeyRing {
    configured: Option<Arc<NamedKey>>,
    folder: Option<WatchedFolder>,
}

struct WatchedFolder {
    folder: KeyFolder,
    retention: Duration,
    keys: ArcSwap<KeySet>,
    stamp: Mutex<Stamp>,
}

impl From<SigningKey> for KeyRing {
    fn from(key: SigningKey) -> Self {
        Self {
            configured: Some(named(key)),
            folder: None,
        }
    }
}

/// The configured key. A secret has no name, and judges all tokens that name no other key.
fn named(key: SigningKey) -> Arc<NamedKey> {
    let kid = key.public().and_then(|public| public.common.key_id);
    let half = Half::Signing(key);
    Arc::new(NamedKey { kid, half })
}

impl KeyRing {
    /// No keys: those of `auth.jwt.jwk_url` judge.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            configured: None,
            folder: None,
        }
    }

    /// A public key in PEM, which judges the tokens of another service.
    ///
    /// # Errors
    /// [`KeyError`] for what is no public key of the algorithm.
    pub fn verifying_only(pem: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_pem(pem, algorithm);
        let half = Half::Verifying(key.ok_or(KeyError::NoPublicKey { algorithm })?);
        Ok(Self {
            configured: Some(Arc::new(NamedKey { kid: None, half })),
            folder: None,
        })
    }

    /// The keys of a folder, in addition to a configured one. `lifetime` is that of the longest-lived tokens,
    /// leeway included: so long a key verifies after it has ceased to sign.
    ///
    /// # Errors
    /// [`KeyFolderError`] for a folder or a key in it that cannot be used.
    pub fn open(
        configured: Option<SigningKey>,
        folder: KeyFolder,
        lifetime: Duration,
    ) -> Result<Self, KeyFolderError> {
        let stamp = folder.stamp()?;
        let keys = folder.load()?;
        let watched = WatchedFolder {
            folder,
            retention: lifetime + Duration::seconds(SLACK),
            keys: ArcSwap::from_pointee(keys),
            stamp: Mutex::new(stamp),
        };
        Ok(Self {
            configured: configured.map(named),
            folder: Some(watched),
        })
    }

    /// Reads the folder again if it has changed; `true` if it has. Keys in use stay if it cannot be read,
    /// or if no key would sign any more.
    ///
    /// # Errors
    /// [`KeyFolderError`], once for each change.
    pub fn reload(&self, now: DateTime<Utc>) -> Result<bool, KeyFolderError> {
        let Some(watched) = &self.folder else {
            return Ok(false);
        };
        let stamp = watched.folder.stamp()?;
        let mut known = watched.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == stamp {
            return Ok(false);
        }
        *known = stamp;
        let keys = watched.folder.load()?;
        if self.configured.is_none() && keys.signing(now).is_none() {
            return Err(watched.folder.no_signing_key());
        }
        watched.keys.store(Arc::new(keys));
        Ok(true)
    }

    /// Whether a key signs at this moment.
    #[must_use]
    pub fn can_sign(&self, now: DateTime<Utc>) -> bool {
        self.signing(now).is_ok()
    }

    /// The public keys that verify at this moment, those that will sign later included.
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> JwkSet {
        let configured = self.configured.iter().filter_map(|key| key.public());
        let mut keys: Vec<_> = configured.collect();
        if let Some(watched) = &self.folder {
            let set = watched.keys.load();
            let alive = set.alive(now, watched.retention);
            keys.extend(alive.into_iter().filter_map(|key| key.public()));
        }
        JwkSet { keys }
    }

    /// All keys, retired ones too: the configured one, then those of the folder as they begin to sign.
    #[must_use]
    pub fn list(&self, now: DateTime<Utc>) -> Vec<KeyInfo> {
        let folder = self.folder.as_ref();
        let has_successor = folder.is_some_and(|w| w.keys.load().signing(now).is_some());
        let configured = self.configured.iter().map(|key| KeyInfo {
            kid: key.kid.clone(),
            algorithm: key.verifying().algorithm(),
            state: if has_successor || key.signing().is_none() {
                KeyState::Verifying
            } else {
                KeyState::Signing
            },
            created: None,
            signs_from: None,
            retires_at: None,
        });
        let mut all: Vec<_> = configured.collect();
        if let Some(watched) = folder {
            all.extend(watched.keys.load().list(now, watched.retention));
        }
        all
    }

    /// The key that signs: of the folder, else the configured one.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Result<Arc<NamedKey>, NoSigningKey> {
        let folder = self.folder.as_ref();
        let key = folder.and_then(|watched| watched.keys.load().signing(now).map(Arc::clone));
        let configured = || {
            self.configured
                .clone()
                .filter(|key| key.signing().is_some())
        };
        key.or_else(configured).ok_or(NoSigningKey)
    }

    /// The one key that may have signed a token with this `kid`. What names no key of the folder is the
    /// business of the configured one, as is a token without a name (contract `drf.md`, section 4).
    pub(super) fn verifying(&self, kid: Option<&str>, now: DateTime<Utc>) -> Option<Arc<NamedKey>> {
        let named = kid.zip(self.folder.as_ref()).and_then(|(kid, watched)| {
            let keys = watched.keys.load();
            keys.verifying(kid, now, watched.retention).map(Arc::clone)
        });
        named.or_else(|| self.configured.clone())
    }
}
