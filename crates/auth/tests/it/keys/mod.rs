//! Keys: of each algorithm, in a folder, several at once.

mod folder;
mod kinds;
mod rotation;
mod weak;

use profiled_store::testing::defaults;
use std::sync::Arc;

use chrono::{DateTime, Duration, TimeDelta, Utc};
use profiled_auth::Issuers;
use profiled_auth::{Algorithm, JwtFault, JwtService, KeyFolder, KeyRing, SigningKey, UserClaim};
use profiled_domain::UserId;
use tempfile::TempDir;

use crate::people::{SECRET, now, subject, told};

/// Longest life of a token in these tests.
const LIFE: i64 = 86_400;

/// A folder of keys, and servers that share it.
struct Keys {
    folder: TempDir,
}

impl Keys {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn folder(&self) -> KeyFolder {
        KeyFolder::new(self.folder.path())
    }

    /// Adds a key that signs so many seconds from now.
    fn add(&self, algorithm: Algorithm, seconds: i64) -> String {
        let begin = later(seconds);
        self.folder().add(algorithm, begin, now()).unwrap()
    }

    fn server(&self) -> Server {
        self.server_with(None)
    }

    fn server_with(&self, configured: Option<SigningKey>) -> Server {
        let life = TimeDelta::seconds(LIFE);
        Server::new(KeyRing::open(configured, self.folder(), life).unwrap())
    }
}

struct Server {
    keys: Arc<KeyRing>,
    jwt: JwtService,
}

impl Server {
    fn new(keys: KeyRing) -> Self {
        let keys = Arc::new(keys);
        let (settings, issuers) = (defaults("auth.jwt"), Issuers::default());
        let jwt = JwtService::with_issuers(&settings, Arc::clone(&keys), issuers);
        Self { keys, jwt }
    }

    /// A refresh token of user 7, which lives as long as any.
    fn mint(&self, at: DateTime<Utc>) -> String {
        let pair = self.jwt.mint_pair(subject(UserId(7)), at).unwrap();
        pair.access
    }

    fn verify(&self, token: &str, at: DateTime<Utc>) -> Result<(), JwtFault> {
        let user = self.jwt.verify(token.as_bytes(), at).map_err(told)?;
        assert_eq!(user, UserClaim::Id(UserId(7)));
        Ok(())
    }
}

fn later(seconds: i64) -> DateTime<Utc> {
    now() + Duration::seconds(seconds)
}

fn secret() -> SigningKey {
    SigningKey::new(&SECRET.to_owned().into(), Algorithm::HS256).unwrap()
}
