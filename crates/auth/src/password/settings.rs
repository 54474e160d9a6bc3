//! Settings of the section `auth.password`, and the methods that they name.

use std::num::NonZero;
use std::ops::RangeInclusive;

use profiled_domain::settings::{bounded, checked, is_repeated};
use serde::{Deserialize, Deserializer, Serialize};

use super::legacy::LegacyHasher;
use super::method::Method;
use super::pbkdf2::Digest;
use super::validation::PasswordValidator;
use super::{argon2, bcrypt, pbkdf2, scrypt};

/// Section `auth.password`. The defaults are those of Django 5.2.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct PasswordSettings {
    pub hasher: HasherName,
    pub iterations: u32,
    pub argon2: Argon2Settings,
    pub bcrypt: BcryptSettings,
    pub scrypt: ScryptSettings,
    pub allow_md5: bool,
    pub legacy_hashers: Vec<LegacyHasher>,
    #[serde(deserialize_with = "validators")]
    pub validators: Vec<PasswordValidator>,
    #[serde(deserialize_with = "bounded::<1, 128, _, _>")]
    pub min_length: usize,
    #[serde(deserialize_with = "bounded::<0, 256, _, _>")]
    pub concurrency: usize,
    #[serde(deserialize_with = "bounded::<1, 100_000, _, _>")]
    pub queue: usize,
    #[serde(deserialize_with = "bounded::<1, 100_000, _, _>")]
    pub queue_per_address: usize,
    #[serde(deserialize_with = "bounded::<1, 100_000, _, _>")]
    pub queue_per_network: usize,
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub remembered: u32,
}

/// The setting `auth.password.hasher`: the name before the first `$` of an encoded password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HasherName {
    /// PBKDF2 with HMAC-SHA-256 (RFC 8018): Django's default.
    #[serde(rename = "pbkdf2_sha256")]
    Pbkdf2Sha256,
    /// Argon2id (RFC 9106).
    Argon2,
    /// bcrypt of the password's SHA-256.
    #[serde(rename = "bcrypt_sha256")]
    BcryptSha256,
    /// scrypt (RFC 7914).
    Scrypt,
}

/// Section `auth.password.argon2`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct Argon2Settings {
    pub memory_cost: u32,
    pub time_cost: u32,
    pub parallelism: u32,
}

/// Section `auth.password.bcrypt`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct BcryptSettings {
    pub rounds: u32,
}

/// Section `auth.password.scrypt`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct ScryptSettings {
    pub n: u32,
    pub r: u32,
    pub p: u32,
}

/// A cost that is refused: too dear to be verified, or none that Django could verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} {text}")]
pub struct InvalidCost {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with its value, and the remedy.
    pub text: String,
}

impl PasswordSettings {
    /// Threads that hash passwords.
    #[must_use]
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if self.concurrency > 0 {
            self.concurrency
        } else {
            (cores() / 2).max(1)
        }
    }

    /// What `auth.password` would have to say so that stored hashes of a [`PasswordAlgorithm::Known`] hasher are verified;
    /// `None` if they are.
    ///
    /// [`PasswordAlgorithm::Known`]: crate::PasswordAlgorithm::Known
    #[must_use]
    pub fn missing_for(&self, hasher: &str) -> Option<String> {
        if hasher == "md5" && !self.allow_md5 {
            return Some("auth.password.allow_md5 is true".to_owned());
        }
        let mut legacy = LegacyHasher::ALL.into_iter();
        let legacy = legacy.find(|legacy| legacy.name() == hasher)?;
        let is_listed = self.legacy_hashers.contains(&legacy);
        (!is_listed).then(|| format!("auth.password.legacy_hashers lists {hasher}"))
    }

    /// The method of new hashes. The costs of the other methods are checked as well: a wrong one must not
    /// lie in wait for the day on which `hasher` changes.
    pub(super) fn method(&self) -> Result<Method, InvalidCost> {
        let pbkdf2 = self.pbkdf2()?;
        let argon2 = self.argon2()?;
        let bcrypt = self.bcrypt()?;
        let scrypt = self.scrypt()?;
        Ok(match self.hasher {
            HasherName::Pbkdf2Sha256 => pbkdf2,
            HasherName::Argon2 => argon2,
            HasherName::BcryptSha256 => bcrypt,
            HasherName::Scrypt => scrypt,
        })
    }

    fn pbkdf2(&self) -> Result<Method, InvalidCost> {
        within(
            "auth.password.iterations",
            self.iterations,
            pbkdf2::ITERATIONS,
        )?;
        Ok(Method::Pbkdf2(pbkdf2::Parameters {
            digest: Digest::Sha256,
            iterations: self.iterations,
        }))
    }

    fn argon2(&self) -> Result<Method, InvalidCost> {
        let Argon2Settings {
            memory_cost,
            time_cost,
            parallelism,
        } = self.argon2;
        let key = "auth.password.argon2.memory_cost";
        within(key, memory_cost, argon2::MEMORY_COST)?;
        within(
            "auth.password.argon2.time_cost",
            time_cost,
            argon2::TIME_COST,
        )?;
        let lanes = "auth.password.argon2.parallelism";
        within(lanes, parallelism, argon2::PARALLELISM)?;
        let parameters = argon2::Parameters::new(memory_cost, time_cost, parallelism);
        let max = argon2::MAX_WORK;
        if memory_cost < 8 * parallelism {
            let text = format!("is {memory_cost}: it must be at least 8 times parallelism");
            Err(InvalidCost { key, text })
        } else if parameters.work() > max {
            let text = format!("is {memory_cost}: times time_cost it must be at most {max}");
            Err(InvalidCost { key, text })
        } else {
            Ok(Method::Argon2(parameters))
        }
    }

    fn bcrypt(&self) -> Result<Method, InvalidCost> {
        let rounds = self.bcrypt.rounds;
        within("auth.password.bcrypt.rounds", rounds, bcrypt::ROUNDS)?;
        Ok(Method::Bcrypt(bcrypt::Parameters::new(rounds)))
    }

    fn scrypt(&self) -> Result<Method, InvalidCost> {
        let ScryptSettings { n, r, p } = self.scrypt;
        let parameters = scrypt::Parameters { n, r, p };
        let text = if !n.is_power_of_two() || n < 2 {
            format!("is {n}: it must be a power of two, as 16384")
        } else if !parameters.is_within_openssls_limits() {
            format!(
                "is {n}: with r = {r} and p = {p} it needs more than the 32 MiB that Django takes"
            )
        } else if !parameters.is_bearable() {
            format!("is {n}: with r = {r} and p = {p} it is none of scrypt's costs")
        } else {
            return Ok(Method::Scrypt(parameters));
        };
        let key = "auth.password.scrypt.n";
        Err(InvalidCost { key, text })
    }
}

fn within(key: &'static str, value: u32, range: RangeInclusive<u32>) -> Result<(), InvalidCost> {
    if range.contains(&value) {
        return Ok(());
    }
    let (min, max) = range.into_inner();
    let text = format!("is {value}: it must be at least {min} and at most {max}");
    Err(InvalidCost { key, text })
}

fn validators<'de, D>(deserializer: D) -> Result<Vec<PasswordValidator>, D::Error>
where
    D: Deserializer<'de>,
{
    checked(deserializer, |rules: &Vec<PasswordValidator>| {
        let text = "must name each rule once: similarity, length, common, numeric";
        is_repeated(rules).then(|| text.to_owned())
    })
}
